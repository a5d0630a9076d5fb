"""What is found while a display is read: remarks, what is passed over, declarations, and the choices."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from nncore.verify.syntax.tree import Span


class FreeError(ValueError):
    """A formula that cannot be read, with the place in its source, and a word for the kind of cause."""

    def __init__(self, reason: str, span: Span, cause: str = ""):
        super().__init__(reason)
        self.reason, self.span, self.cause = reason, span, cause or reason


class ShapeError(FreeError):
    """A formula whose arrays do not fit each other."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was taken for another, in the author's spelling; ``kind`` groups remarks in a list."""

    kind: str
    words: str
    span: Span


@dataclass(frozen=True, slots=True)
class Passed:
    """What says nothing of the mathematics: spacing, sizes, tags, line breaks, words."""

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class Member:
    r"""A declaration ``W \in \mathbb{R}^{D \times M}``: what it is of, and the set, as they are written."""

    left: str
    whole: str
    span: Span


@dataclass(slots=True)
class Findings:
    """Everything that is found of one reading of a display.

    ``picks`` says which of several readings to take where there is a choice, by the key of the choice; ``asked``
    collects the choices that were met, with the number of their readings and words for them. ``lost`` is a list where
    a statement that cannot be read costs no other one of its display: then it is kept there.
    """

    picks: Mapping[str, int] = field(default_factory=dict)
    asked: dict[str, tuple[int, str, Span]] = field(default_factory=dict)
    remarks: dict[tuple[str, str], Remark] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    lost: list[FreeError] | None = None

    def say(self, kind: str, words: str, span: Span) -> None:
        """Keep a remark, once."""
        self.remarks.setdefault((kind, words), Remark(kind, words, span))

    def skip(self, kind: str, span: Span) -> None:
        """Note something that is passed over."""
        self.passed.append(Passed(kind, span))

    def choose(self, key: str, options: tuple[str, ...], span: Span) -> int:
        """Return which reading is taken where several are possible, and keep a remark that names it."""
        self.asked.setdefault(key, (len(options), " or ".join(options), span))
        taken = self.picks.get(key, 0)
        self.say(key, options[taken], span)
        return taken
