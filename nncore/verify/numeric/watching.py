r"""What is watched while values are computed: guards, signs, and how much computing is left.

Places at which a formula may break are *guards*: divisors, roots, logarithms, kinks, relations. A `Watch` keeps the
signs that they had, and on demand how each of them changes with one input. Its `Budget` counts the steps, so that
nothing runs away: an evaluation that is too large ends with `TooLarge`.
"""

import time
from dataclasses import dataclass, field
from typing import Generic, TypeVar, final

from nncore.verify.numeric.balls import Number
from nncore.verify.numeric.expectation import Key
from nncore.verify.numeric.jets import Expansion, Jets
from nncore.verify.numeric.sample_points import SamplePoint
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show

DIVISOR, ROOT, LOGARITHM, BASE, KINK, RELATION = "divisor", "root", "logarithm", "base", "kink", "relation"
NEEDS = {DIVISOR: "{} != 0", ROOT: "{} >= 0", LOGARITHM: "{} > 0", BASE: "{} > 0"}
T = TypeVar("T")
STEPS, SECONDS = 1_000_000, 5.5  # that a claim may take
_OF_A_LOOK = 1000  # steps from one look at the clock to the next
_OF_A_QUESTION = 50  # steps that a question whether anything is left counts for


@final
class Same(Generic[T]):
    """A key that is equal only for the same object: nodes that say the same are equal, and guard apart.

    The object is kept, so that its identity stays its own.
    """

    __slots__ = ("value",)

    def __init__(self, value: T):
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return type(other) is Same and self.value is other.value


@dataclass(frozen=True, slots=True)
class GuardKey:
    """What may break: a kind, and a part of a formula, which is known by its identity."""

    kind: str
    part: t.Node = field(compare=False)
    same: Same[t.Node] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "same", Same(self.part))

    def __str__(self) -> str:
        return needs(self.kind, self.part)

    @property
    def may_jump(self) -> bool:
        """Return whether a formula may have a value where this is 0, and another one or no slope there."""
        return self.kind in (KINK, RELATION)


def needs(kind: str, part: t.Node) -> str:
    """Return what must hold of a part of a formula for it to have a value."""
    return NEEDS[kind].format(show(part)) if kind in NEEDS else show(part)


class Undefined(ArithmeticError):
    """An expression without a value at this point; the message says what it would need, of which part of it."""

    def __init__(self, key: GuardKey):
        super().__init__(key)
        self.key = key


class NoDerivative(ArithmeticError):
    """The slopes from the left and from the right differ."""

    def __str__(self) -> str:
        return "a derivative does not exist here, and no condition excludes the point"


class NoSuchEntry(IndexError):
    """The sizes are too small for an entry that is named."""


class BadCases(ArithmeticError):
    """No case holds at a point, or two cases disagree."""


class TooLarge(ArithmeticError):
    """More steps, or more time, than a formula may take."""

    def __str__(self) -> str:
        return "too large to try"


class HugeNumber(TooLarge):
    """A number with too many digits at one point; others may be fine, also at larger sizes."""


class Budget:
    """Steps and seconds of computing that a formula may take, and the steps of one evaluation among them."""

    def __init__(self, steps: int = STEPS, seconds: float = SECONDS):
        self._steps, self._end = steps, time.process_time() + seconds
        self._here = self._tranche = 0  # what is left of an evaluation, and until the clock is looked at
        self._is_late = False

    def begin(self, steps: int) -> None:
        """Begin an evaluation, which may take so many steps."""
        self._here = steps

    def spend(self, steps: int) -> None:
        """Take steps off; raise `TooLarge` if none are left, or the time is over."""
        self._steps -= steps
        self._here -= steps
        if self._here < 0 or self._steps < 0 or self._looked(steps):
            raise TooLarge

    @property
    def is_over(self) -> bool:
        """Return whether nothing is left for the formula."""
        return self._steps < 0 or self._looked(_OF_A_QUESTION)

    def _looked(self, steps: int) -> bool:
        """Return whether the time is over; the clock is looked at now and then, which takes longer than a step."""
        self._tranche -= steps
        if self._tranche < 0:
            self._tranche = _OF_A_LOOK
            self._is_late = time.process_time() > self._end
        return self._is_late


@dataclass(slots=True)
class Guard:
    """What became of a place at which a formula may break."""

    key: GuardKey
    signs: set[int] = field(default_factory=set)
    varies: bool = False  # in a probe
    at_zero: list[SamplePoint] = field(default_factory=list)  # a few points at which it was 0

    @property
    def is_passed(self) -> bool:
        """Return whether it changes its sign, and was never met where it is 0."""
        return self.varies and {1, -1} <= self.signs and 0 not in self.signs


@dataclass(slots=True)
class Watch:
    """What is watched while values are computed."""

    budget: Budget
    guards: dict[GuardKey, Guard] = field(default_factory=dict)  # those that were met
    probe: int | None = None  # a direction in which one input is moved
    # With a probe: the guards that were met, with their coefficients by powers of the direction.
    expansions: list[tuple[Guard, dict[int, Expansion]]] = field(default_factory=list)
    flips: dict[Key, Number] = field(default_factory=dict)  # inputs with the wrong sign for a root or a logarithm
    slopes: int = 0  # derivatives that are being taken, one inside of the other

    def note(self, key: GuardKey, sign: int, value: Expansion, jets: Jets) -> None:
        """Keep that a guard had a sign; a kink outside of derivatives is none, but worth a probe."""
        if key.kind == KINK and not self.slopes and self.probe is None:
            return
        guard = self.guards.get(key)
        if guard is None:
            guard = self.guards[key] = Guard(key)
        if key.kind != KINK or self.slopes:
            guard.signs.add(sign)
        if self.probe is not None:
            powers = jets.powers(value, self.probe)
            if len(powers) > 1 or 0 not in powers:
                guard.varies = True
                self.expansions.append((guard, powers))
