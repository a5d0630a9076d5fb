r"""What is watched while values are computed: guards, signs, and how much computing is left.

Places at which a formula may break are *guards*: divisors, roots, logarithms, kinks, relations. A `Watch` keeps the
signs that they had, and on demand how each of them changes with one input. Its `Budget` counts the steps, so that
nothing runs away: an evaluation that is too large ends with `TooLarge`.
"""

import time
from dataclasses import dataclass, field

from nncore.verify.numeric.jets import Jets
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show

DIVISOR, ROOT, LOGARITHM, BASE, KINK, RELATION = "divisor", "root", "logarithm", "base", "kink", "relation"
NEEDS = {DIVISOR: "{} != 0", ROOT: "{} >= 0", LOGARITHM: "{} > 0", BASE: "{} > 0"}
STEPS, SECONDS = 1_000_000, 5.5  # that a claim may take
_OF_A_LOOK = 1000  # steps from one look at the clock to the next
_OF_A_QUESTION = 50  # steps that a question whether anything is left counts for


class Undefined(ArithmeticError):
    """An expression without a value at this point; the message says what it would need, of which part of it."""

    def __init__(self, kind: str, part: t.Node):
        super().__init__(kind, part)
        self.kind, self.part = kind, part

    def __str__(self) -> str:
        return NEEDS[self.kind].format(show(self.part)) if self.kind in NEEDS else show(self.part)


class NoDerivative(ArithmeticError):
    """The slopes from the left and from the right differ."""


class NoSuchEntry(IndexError):
    """The sizes are too small for an entry that is named."""


class BadCases(ArithmeticError):
    """No case holds at a point, or two cases disagree."""


class TooLarge(ArithmeticError):
    """More steps, or more time, than a formula may take."""


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
        """Take steps off.

        Raises
        ------
        TooLarge
            If none are left, or the time is over.
        """
        self._steps -= steps
        self._here -= steps
        if self._here < 0 or self._steps < 0 or self._looked(steps):
            raise TooLarge("too large to try")

    @property
    def is_over(self) -> bool:
        """Whether nothing is left for the formula."""
        return self._steps < 0 or self._looked(_OF_A_QUESTION)

    def _looked(self, steps: int) -> bool:
        """Whether the time is over; the clock is looked at now and then, since that may take longer than a step."""
        self._tranche -= steps
        if self._tranche < 0:
            self._tranche = _OF_A_LOOK
            self._is_late = time.process_time() > self._end
        return self._is_late


@dataclass(slots=True)
class Guard:
    """What became of a place at which a formula may break.

    Attributes
    ----------
    kind, part
        What it is.
    signs : set
        Those that it had.
    varies : bool
        Whether it varied in a probe.
    at_zero : list
        A few points at which it was 0.
    """

    kind: str
    part: t.Node
    signs: set = field(default_factory=set)
    varies: bool = False
    at_zero: list = field(default_factory=list)

    @property
    def is_passed(self) -> bool:
        """Whether it changes its sign, and was never met where it is 0."""
        return self.varies and {1, -1} <= self.signs and 0 not in self.signs


@dataclass(slots=True)
class Watch:
    """What is watched while values are computed.

    Attributes
    ----------
    budget : Budget
        What evaluation may still take.
    guards : dict
        The guards that were met, by kind and identity of the part.
    probe : int or None
        A direction in which one input is moved.
    expansions : list
        With a probe: the guards that were met, with their coefficients by powers of the direction.
    flips : dict
        Inputs that have the wrong sign for a root or a logarithm.
    slopes : int
        How many derivatives are being taken, one inside of the other.
    """

    budget: Budget
    guards: dict = field(default_factory=dict)
    probe: int | None = None
    expansions: list = field(default_factory=list)
    flips: dict = field(default_factory=dict)
    slopes: int = 0

    def note(self, kind: str, part: t.Node, sign: int, value, jets: Jets) -> None:
        """Keep that a guard had a sign; a kink outside of derivatives is none, but worth a probe."""
        if kind == KINK and not self.slopes and self.probe is None:
            return
        key = kind, id(part)
        guard = self.guards.get(key)
        if guard is None:
            guard = self.guards[key] = Guard(kind, part)
        if kind != KINK or self.slopes:
            guard.signs.add(sign)
        if self.probe is not None:
            powers = jets.powers(value, self.probe)
            if len(powers) > 1 or 0 not in powers:
                guard.varies = True
                self.expansions.append((guard, powers))
