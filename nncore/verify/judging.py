r"""The judgement of a claim: what numbers and symbols say together.

Numbers come first, since they refute cheaply and print a counterexample (`nncore.verify.numeric`). What they cannot
refute is looked at with symbols. The two share no term, so that a fault of one does not hide in the other: if they
disagree the checker itself is at fault, which fails a build like a refuted equation does.
"""

from dataclasses import dataclass

from nncore.verify import numeric, symbolic
from nncore.verify.hints import slip
from nncore.verify.meaning import CONVENTION, Item
from nncore.verify.numeric import Counterexample

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


def judge(item: Item, seed: str = "1", shared: dict | None = None) -> Judgement:
    """The judgement of a claim or a convention; ``shared`` keeps numbers for the other claims of a page.

    Raises
    ------
    ValueError
        If the item claims nothing.
    """
    verdict = numeric.judge(item, seed, shared)
    known = {
        "where": verdict.where,
        "assumptions": verdict.assumptions,
        "points": verdict.points,
        "sizes": verdict.sizes,
    }
    if verdict.status == numeric.UNDECIDED:
        return Judgement(UNDECIDED, "numbers", verdict.reason, **known)
    refuted = verdict.status == numeric.REFUTED
    if item.kind == CONVENTION:
        status, method = (REFUTED if refuted else SAMPLED), "one-sided derivatives exist and differ"
        return Judgement(status, method, verdict.reason, verdict.counterexample, **known)
    if refuted:
        if verdict.reason == numeric.DIFFER and symbolic.prove(item):
            reason = "symbols prove what numbers refute"
            return Judgement(CHECKER_FAULT, "", reason, verdict.counterexample, **known)
        return Judgement(REFUTED, "numbers", verdict.reason, verdict.counterexample, slip(item, seed), **known)
    if restates(item):
        return Judgement(RESTATES, "both sides are the same before anything is expanded", **known)
    proof = symbolic.prove(item)
    if proof is None:
        return Judgement(SAMPLED, "numbers", **known)
    return Judgement(AT_SHAPES if proof.shapes else ALL_SHAPES, proof.method, shapes=proof.shapes, **known)


def restates(item: Item) -> bool:
    """Whether both sides of a claim say the same before anything is computed."""
    return item.left == item.right
