r"""What exercises ask in the page: boxes for answers, what is known of each, and the verdict on an answer.

Inside of an ``{exercise}``, ``{choices}`` asks which options are right, ``{shape}`` for the shape of ``:of:``, an
expression in the letters of the page, and ``{number}`` for the value of ``:of:``, a Python expression in ``np`` and
``nncore``, up to ``:within:``. The known shape is the one that the checker gives the expression as if the page
displayed it at its end, inside the exercise. With ``:withheld:`` nothing is known, as in an edition without solutions.

A further kind of box is a class with ``known`` and ``verdict``, and a row in `KINDS`. Answers are read here as the page
reads them (``book/_static/answer-boxes.js``), and a test compares the two.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from nncore.verify.notation import Notation, NotationError
from nncore.verify.semantics.elaborate import elaborate
from nncore.verify.semantics.statements import Expression
from nncore.verify.source.limits import Limits, TooMuch
from nncore.verify.source.markdown import PageError, read_markdown
from nncore.verify.source.myst import directive_body, tokens

WITHHELD = "withheld"
LETTERS = "abcde"  # of options
_FEWEST = 2
_OPTION = re.compile(r"- \[([ xX])\] +(\S.*)")
_SIZE = r"[A-WYZa-wyz](?:_\w|_\{[\w+-]+\})?|\d+"
_SHAPE = re.compile(rf"\(?\s*({_SIZE})\s*(?:×|[xX*,;]|\\times|by)\s*({_SIZE})\s*\)?", re.ASCII)
_PLAIN = r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_FACTOR = rf"({_PLAIN})(?:\^\(?([+-]?{_PLAIN})\)?)?"
_NUMBER = re.compile(rf"([+-]?){_FACTOR}((?:[*/]{_FACTOR})*)", re.ASCII)
_FURTHER = re.compile(rf"([*/]){_FACTOR}", re.ASCII)


class WrongBox(ValueError):
    """A box that asks for nothing, or for what is not known; the message is one sentence without a period."""


class Verdict(StrEnum):
    """What an answer is."""

    RIGHT = "right"
    WRONG = "wrong"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Option:
    """An option of a question: its words, the reason that is read once it was chosen, and whether it is right."""

    text: str
    reason: str
    right: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A box as it is written: its kind, its question, its options and its text, in which exercise of which page."""

    kind: str
    question: str
    options: Mapping[str, str]
    lines: Sequence[str]
    exercise: str
    page: Path
    text: str  # of the page


class Known(Protocol):
    """What is known of the answer to a box."""

    @classmethod
    def known(cls, asked: Asked, notation: Notation) -> "Known":
        """Return what is known; raise `WrongBox` if that is nothing."""

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer is."""

    def __str__(self) -> str:
        """Return what the page judges by."""


# The three kinds ------------------------------------------------------------------------------------------------------


def options_of(lines: Sequence[str], withheld: bool = False) -> tuple[Option, ...]:
    """Return the options of a question, from a list of tasks, ``- [x]`` before what is right, a reason below each.

    Raises
    ------
    WrongBox
        If they are not 2 to 5, none or all are right, two are alike, or one has no reason. Where the answer is withheld
        no option is marked, and none has a reason.
    """
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if match := _OPTION.fullmatch(line.rstrip()):
            found.append((match[1].strip(), [match[2]]))
        elif found and (not line.strip() or line.startswith("  ")):
            found[-1][1].append(line.strip())
        elif line.strip():
            raise WrongBox(f"{line.strip()!r} is no option: they begin with - [x] or - [ ]")
    options = []
    for mark, words in found:
        text, _, reason = "\n".join(words).strip().partition("\n\n")
        options.append(Option(" ".join(text.split()), " ".join(reason.split()), bool(mark)))
    if not _FEWEST <= len(options) <= len(LETTERS):
        raise WrongBox(f"a question has {_FEWEST} to {len(LETTERS)} options, not {len(options)}")
    if len({each.text.casefold() for each in options}) < len(options):
        raise WrongBox("two options are alike")
    if not withheld:
        if len({each.right for each in options}) == 1:
            raise WrongBox(f"{'every' if options[0].right else 'no'} option is right")
        for each in options:
            if not each.reason:
                raise WrongBox(f"the option {each.text!r} has no reason: write one below it, after an empty line")
    return tuple(options)


@dataclass(frozen=True, slots=True)
class RightOptions:
    """The letters of the right options of a question."""

    letters: frozenset[str]
    count: int  # of options

    @classmethod
    def known(cls, asked: Asked, notation: Notation) -> "RightOptions":
        """Return the letters of those that are marked."""
        options = options_of(asked.lines)
        right = (letter for letter, each in zip(LETTERS, options, strict=False) if each.right)
        return cls(frozenset(right), len(options))

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer such as ``a c`` is."""
        chosen = set(answer.split())
        if not chosen or not chosen <= {*LETTERS[: self.count]}:
            return Verdict.UNREADABLE
        return Verdict.RIGHT if chosen == self.letters else Verdict.WRONG

    def __str__(self) -> str:
        return " ".join(sorted(self.letters))


def shape_typed(text: str) -> str:
    """Return a shape as ``n × D``, of whatever way to type it that is understood; else nothing."""
    found = _SHAPE.fullmatch(text.strip())
    return " × ".join(re.sub(r"[{}]", "", size) for size in found.groups()) if found else ""


@dataclass(frozen=True, slots=True)
class ShapeOf:
    """The shape of an expression."""

    shape: str

    @classmethod
    def known(cls, asked: Asked, notation: Notation) -> "ShapeOf":
        """Return the shape that the checker gives the expression, as if the page displayed it inside the exercise."""
        formula = asked.options.get("of", "")
        if not formula.strip():
            raise WrongBox("a shape is that of an expression: write it behind :of:")
        world = f"\n\n````{{exercise}}\n:label: {asked.exercise}\n\n$$\n{formula}\n$$\n````\n"
        try:
            reading = read_markdown(asked.page, asked.text + world).whole()
            page = elaborate(reading.formulas, reading.around, notation)
        except (PageError, NotationError) as error:
            raise WrongBox(f"the shape of {formula} is not known: {error}") from None
        last = reading.formulas[-1]
        said = page.items[-1] if page.items else None
        if isinstance(said, Expression) and said.formula is last:
            if said.shape is None:
                raise WrongBox(f"{formula} is a number, which has no shape")
            if shape := shape_typed(" × ".join(map(str, said.shape))):
                return cls(shape)
            raise WrongBox(f"nobody can type the shape of {formula}")
        reasons = [each.reason for each in page.faults if each.line >= last.line or not page.items]
        raise WrongBox(f"the shape of {formula} is not known: {reasons[0] if reasons else 'it is no expression'}")

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer such as ``n x D`` is."""
        typed = shape_typed(answer)
        return Verdict.UNREADABLE if not typed else Verdict.RIGHT if typed == self.shape else Verdict.WRONG

    def __str__(self) -> str:
        return self.shape


def number_typed(text: str) -> float:
    """Return a number that is typed as ``-2.5``, ``1e-3``, ``3/4``, ``4^-10`` or a product of such; else NaN."""
    plain = "".join(text.split()).replace("−", "-").replace("×", "*").replace("·", "*")
    found = _NUMBER.fullmatch(plain)
    if not found:
        return math.nan
    try:
        value = _power(found[2], found[3])
        for sign, base, exponent in _FURTHER.findall(found[4]):
            factor = _power(base, exponent)
            value = value * factor if sign == "*" else value / factor
    except (ArithmeticError, ValueError):  # as of 0^-1
        return math.nan
    return -value if found[1] == "-" else value


def _power(base: str, exponent: str | None) -> float:
    return math.pow(float(base), float(exponent or 1))


@dataclass(frozen=True, slots=True)
class NumberOf:
    """The value of a Python expression, and how far an answer may be from it."""

    value: float
    within: float

    @classmethod
    def known(cls, asked: Asked, notation: Notation) -> "NumberOf":
        """Compute the value."""
        expression = asked.options.get("of", "")
        within = number_typed(asked.options.get("within", ""))
        if not (math.isfinite(within) and within > 0):
            raise WrongBox("a number needs a positive number behind :within:, by how much an answer may be off")
        try:
            value = _computed(expression)
        except Exception as error:  # whatever the expression does
            raise WrongBox(f"the number {expression} cannot be computed: {type(error).__name__}: {error}") from None
        if not math.isfinite(value):
            raise WrongBox(f"the number {expression} is {value}")
        return cls(value, within)

    def verdict(self, answer: str) -> Verdict:
        """Return what an answer such as ``1/4`` is."""
        typed = number_typed(answer)
        if not math.isfinite(typed):
            return Verdict.UNREADABLE
        return Verdict.RIGHT if abs(typed - self.value) <= self.within else Verdict.WRONG

    def __str__(self) -> str:
        return f"{self.value!r} {self.within!r}"


def _computed(expression: str) -> float:
    """Return the value of an expression of a page, which is trusted as much as its cells are."""
    import numpy as np  # not before: what checks formulas does without it

    import nncore.functions

    with np.errstate(all="raise"):
        return float(eval(expression, {"np": np, "nncore": nncore}))


KINDS: Mapping[str, type[Known]] = {"choices": RightOptions, "shape": ShapeOf, "number": NumberOf}


# The boxes of a page --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Box:
    """A box, by the label of its exercise and its number there, from 1."""

    asked: Asked
    number: int

    def known(self, notation: Notation) -> Known | None:
        """Return what is known of its answer, nothing if that is withheld; raise `WrongBox` if it should be known."""
        if WITHHELD in self.asked.options:
            return None
        return KINDS[self.asked.kind].known(self.asked, notation)


def boxes_in(page: Path, text: str) -> Iterator[Box]:
    """Yield the boxes of the exercises of a page in Markdown.

    Raises
    ------
    WrongBox
        If the page cannot be cut into directives.
    """
    if not any(f"{{{kind}}}" in text for kind in KINDS):
        return
    limits = Limits()
    try:
        for kind, _, content in _directives(text, limits):
            if kind == "exercise":
                inside, options, _ = directive_body(content)
                boxes = (each for each in _directives(inside, limits) if each[0] in KINDS)
                for number, (name, question, body) in enumerate(boxes, 1):
                    lines, given, _ = directive_body(body)
                    label = options.get("label", "")
                    yield Box(Asked(name, question, given, lines.split("\n"), label, page, text), number)
    except TooMuch as error:
        raise WrongBox(str(error)) from None


def _directives(text: str, limits: Limits) -> Iterator[tuple[str, str, str]]:
    """Yield the directives of a text that stand in no other one: kind, argument and content."""
    for token in tokens(text, limits)[0]:
        if token.type in ("fence", "colon_fence") and token.info.startswith("{"):
            kind, _, argument = token.info[1:].partition("}")
            yield kind.strip(), argument.strip(), token.content
