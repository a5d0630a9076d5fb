"""What can become of a formula: its status, the judgement of a claim, and a diagnostic of what is wrong and where."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import assert_never


class Status(StrEnum):
    """What can become of a formula, the best first."""

    ALL_SHAPES = "verified for all shapes"
    AT_SHAPES = "verified at shapes"
    RESTATES = "restates"
    SAMPLED = "sampled"
    ERRATUM = "erratum"  # fails, as it says
    UNCHECKED = "unchecked"  # no judge decides it, as it says
    HOLDS_IF = "holds if"  # false in general, and proved under a condition that is not stated
    UNDECIDED = "undecided"
    REFUTED = "refuted"
    CHECKER_FAULT = "checker fault"
    WITHOUT_MEANING = "without meaning"
    UNREADABLE = "unreadable"

    @property
    def exit_code(self) -> "ExitCode":
        """Return the exit code of a command that finds nothing worse."""
        match self:
            case Status.ALL_SHAPES | Status.AT_SHAPES | Status.RESTATES | Status.SAMPLED:
                return ExitCode.RIGHT
            case Status.ERRATUM | Status.UNCHECKED:
                return ExitCode.RIGHT
            case Status.REFUTED:
                return ExitCode.WRONG
            case Status.UNDECIDED | Status.WITHOUT_MEANING | Status.UNREADABLE:
                return ExitCode.OPEN
            case Status.HOLDS_IF:
                return ExitCode.HOLDS_IF
            case Status.CHECKER_FAULT:
                return ExitCode.FAULT
        assert_never(self)

    @property
    def fails(self) -> bool:
        """Return whether a build ends with this."""
        return self.exit_code != 0

    @property
    def is_final(self) -> bool:
        """Return whether judging again would give the same; no time limit and no fault of the checker has a say."""
        return self not in (Status.UNDECIDED, Status.CHECKER_FAULT)


class ExitCode(IntEnum):
    """The codes with which a command ends, each with what it says, the one that counts most first.

    64 and 70 are those of wrong usage and of a software error in sysexits.h.
    """

    says: str

    def __new__(cls, code: int, says: str) -> "ExitCode":
        """Make a member of a row."""
        member = int.__new__(cls, code)
        member._value_, member.says = code, says
        return member

    USAGE = 64, "the command was called wrongly, or a file is missing"
    FAULT = 70, "the checker is at fault, so what else it says may be wrong as well"
    WRONG = 1, "something is wrong: a value, a shape or an index"
    OPEN = 2, "something could not be read or decided, or there is no formula"
    HOLDS_IF = 3, "something holds only under a condition that is not stated"
    RIGHT = 0, "every displayed formula was judged, and is proved or agrees"

    @classmethod
    def worst(cls, found: Iterable["ExitCode"]) -> "ExitCode":
        """Return the one that counts most; of none, that everything is right."""
        return min(found, key=list(cls).index, default=cls.RIGHT)


SHAPE, INDEX, OTHER = "shape", "index", "other"  # in which way a formula has no meaning


def exit_code(status: Status, sort: str = OTHER, covered: bool = True) -> ExitCode:
    """Return the exit code of what was found; a shape or an index that does not fit is as wrong as a value."""
    is_wrong = status is Status.WITHOUT_MEANING and covered and sort in (SHAPE, INDEX)
    return ExitCode.WRONG if is_wrong else status.exit_code


BY_NUMBERS = "numbers"  # the method where numbers alone have a say
SEED = "1"  # where the random numbers begin
BAD_USAGE = ExitCode.USAGE


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, and where."""

    status: Status  # one that fails
    path: Path | str  # of the file: as it was read, or as a report names it
    line: int  # the place in it, from 1
    column: int
    reason: str  # what is wrong, in a line
    snippet: str = ""  # the line of the formula, and a caret below the place
    sort: str = OTHER  # in which way a formula has no meaning: shape, index or other
    covered: bool = True  # false where only the checker lacks the rules

    @property
    def exit_code(self) -> ExitCode:
        """Return the exit code of a command that finds nothing worse."""
        return exit_code(self.status, self.sort, self.covered)

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.status}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Sizes, the indices of an entry, both values (or what goes wrong there), and the numbers of all inputs.

    All numbers are exact, or digits of which each is right, so that the values can be computed again by hand.
    """

    sizes: tuple[tuple[str, int], ...]
    entry: tuple[tuple[str, int], ...]
    left: str
    right: str
    inputs: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {value}" for name, value in (*self.sizes, *self.entry, *self.inputs))
        return (f"at {place}: " if place else "") + f"left {self.left}, right {self.right}"


@dataclass(frozen=True, slots=True)
class Proviso:
    """A condition that a text does not state, and under which what it claims is proved."""

    words: str  # with mathematics between dollars
    latex: str  # the same as a formula
    how: str  # what to write, in words
    is_size: bool = False  # of 1: then the claim is true by chance


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one claim."""

    status: Status
    method: str = ""  # how it was found, for a reader: "symbolic difference is 0", "induction on t"
    reason: str = ""  # what is wrong, if it fails
    counterexample: Counterexample | None = None  # with the smallest sizes that were found
    hint: str = ""  # the likely slip of a refuted claim, where one is recognized: "the sign", "a factor n"
    provided: tuple[Proviso, ...] = ()  # what a claim lacks that is false without it, and proved with it
    where: tuple[str, ...] = ()  # what must hold, beside the printed conditions, for both sides to exist
    assumptions: tuple[str, ...] = ()  # the labels of those in force
    given: tuple[str, ...] = ()  # what the notation says of its inputs, in words with mathematics between dollars
    shapes: tuple[tuple[tuple[str, int], ...], ...] = ()  # sizes of the proof, where it is not one for all
    points: int = 0  # numeric comparisons that agreed
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()  # at which numbers were compared
    rules: tuple[str, ...] = ()  # by which it was proved
    # Steps of the proof, without very long ones: the rule, the terms before and after it as LaTeX, and where these are
    # equal; empty if they are so everywhere.
    steps: tuple[tuple[str, str, str, str], ...] = ()
    made: int = 0  # all steps of the proof
    evaluated: int = 0  # those of which numbers saw that they change no value
