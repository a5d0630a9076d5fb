"""What can become of a claim, and the value that says so."""

from dataclasses import dataclass

# what can become of a claim, the best first
ALL_SHAPES = "verified for all shapes"
AT_SHAPES = "verified at shapes"
SAMPLED = "sampled"
RESTATES = "restates"
UNDECIDED = "undecided"
REFUTED = "refuted"
CHECKER_FAULT = "checker fault"
STATUSES = (ALL_SHAPES, AT_SHAPES, RESTATES, SAMPLED, UNDECIDED, REFUTED, CHECKER_FAULT)
FAILURES = (UNDECIDED, REFUTED, CHECKER_FAULT)  # a build does not go on with these


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
class Judgement:
    """What became of one claim.

    Attributes
    ----------
    status : str
        One of `STATUSES`.
    method : str
        How it was found, in a few words for a reader: ``symbolic difference is 0``, ``induction on t``.
    reason : str
        For `FAILURES`: what is wrong.
    counterexample : Counterexample or None
        With the smallest sizes that were found.
    hint : str
        The likely slip of a refuted claim, where one is recognized: ``the sign``, ``a factor n``; else empty.
    where : tuple of str
        What must hold, beside the printed conditions, for both sides to exist.
    assumptions : tuple of str
        The labels of the assumptions that were in force.
    shapes : tuple
        The sizes at which the equation was proved, where it was not proved for all.
    points : int
        How many numeric comparisons agreed.
    sizes : tuple
        The sizes at which numbers were compared.
    rules : tuple of str
        The rules by which it was proved.
    steps : tuple
        Steps of the proof: each a rule, and what stands before and after it as LaTeX. Very long ones are left out.
    made, evaluated : int
        How many steps the proof has, and of how many numbers saw that they change no value.
    """

    status: str
    method: str = ""
    reason: str = ""
    counterexample: Counterexample | None = None
    hint: str = ""
    where: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    shapes: tuple[tuple[tuple[str, int], ...], ...] = ()
    points: int = 0
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()
    rules: tuple[str, ...] = ()
    steps: tuple[tuple[str, str, str], ...] = ()
    made: int = 0
    evaluated: int = 0
