r"""The judgement of a claim: what numbers and symbols say together.

Numbers come first, since they refute cheaply and print a counterexample (`nncore.verify.numeric`). What they cannot
refute is looked at with symbols. The two share no term, so that a fault of one does not hide in the other: if they
disagree the checker itself is at fault, which fails a build like a refuted equation does.
"""

from nncore.verify import numeric, symbolic
from nncore.verify.hints import slip
from nncore.verify.meaning import CONVENTION, Item
from nncore.verify.verdicts import (
    ALL_SHAPES,
    AT_SHAPES,
    CHECKER_FAULT,
    REFUTED,
    RESTATES,
    SAMPLED,
    UNDECIDED,
    Judgement,
)


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
        if verdict.reason == numeric.DIFFER and (proof := symbolic.prove(item)) and not proof.shapes:
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
