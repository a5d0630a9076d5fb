r"""The judgement of a claim: what numbers and symbols say together.

Numbers come first, since they refute cheaply and print a counterexample (`nncore.verify.numeric`). What they cannot
refute is looked at with symbols. The two share no term, so that a fault of one does not hide in the other: if they
disagree the checker itself is at fault, which fails a build like a refuted equation does.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from nncore.verify import numeric
from nncore.verify.judgement import Judgement, Status
from nncore.verify.semantics.statements import Claim, Convention
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.symbolic.typeset import typeset
from nncore.verify.verdict.hints import slip
from nncore.verify.verdict.steps import STEPS_OF_ALL, judge_steps

SECONDS = 7.5  # of computing for all that a formula says: numbers, proofs and hints
SECONDS_OF_A_PROOF = 4.0
SECONDS_OF_A_HINT = 1.0
# For the steps of all proofs of a formula, beside the others: several times what any formula of the book takes, so that
# how many of them are evaluated does not depend on how busy the machine is.
SECONDS_OF_STEPS = 8.0

MOST_STEPS, LONGEST = 40, 500  # of a proof that are printed, and characters of a term in it


class Clock:
    """The seconds of computing that are left for a formula, however busy the machine is."""

    def __init__(self, seconds: float = SECONDS):
        self._end = time.process_time() + seconds
        self._for_steps = SECONDS_OF_STEPS

    def left(self, most: float = SECONDS) -> float:
        """Return how many seconds may still be spent, but not more than ``most``."""
        return max(0.0, min(most, self._end - time.process_time()))

    @contextmanager
    def for_steps(self) -> Iterator[float]:
        """Give the seconds that are left for steps of proofs; what is spent of them is not taken from the others."""
        begin = time.process_time()
        yield self._for_steps
        spent = time.process_time() - begin
        self._for_steps -= spent
        self._end += spent


def judge(
    item: Claim | Convention, seed: str = "1", shared: numeric.Shared | None = None, clock: Clock | None = None
) -> Judgement:
    """Return the judgement of a claim or a convention.

    Parameters
    ----------
    item : Claim
        The claim.
    seed : str
        Where the random numbers begin.
    shared : Shared, optional
        Keeps numbers for the other claims of a page.
    clock : Clock, optional
        The time that is left for its formula.

    Raises
    ------
    ValueError
        If the item claims nothing.
    """
    clock = clock or Clock()
    budget = numeric.Budget(seconds=clock.left(numeric.SECONDS))
    verdict = numeric.judge(item, seed, shared, budget)
    known = {
        "where": verdict.where,
        "assumptions": verdict.assumptions,
        "points": verdict.points,
        "sizes": verdict.sizes,
    }
    if verdict.status == numeric.UNDECIDED:
        return Judgement(Status.UNDECIDED, "numbers", verdict.reason, **known)
    refuted = verdict.status == numeric.REFUTED
    if isinstance(item, Convention):
        status, method = (Status.REFUTED if refuted else Status.SAMPLED), "one-sided derivatives exist and differ"
        return Judgement(status, method, verdict.reason, verdict.counterexample, **known)
    if refuted:
        if verdict.reason == numeric.DIFFER:
            proof = symbolic.prove(item, clock.left(SECONDS_OF_A_HINT))
            if proof and not proof.shapes:
                reason = "symbols prove what numbers refute"
                return Judgement(Status.CHECKER_FAULT, "", reason, verdict.counterexample, **known)
        hint = slip(item, seed, clock.left(SECONDS_OF_A_HINT))
        return Judgement(Status.REFUTED, "numbers", verdict.reason, verdict.counterexample, hint, **known)
    if restates(item):
        return Judgement(Status.RESTATES, "both sides are the same before anything is expanded", **known)
    proof = symbolic.prove(item, clock.left(SECONDS_OF_A_PROOF), with_steps=True)
    if proof is None:
        return Judgement(Status.SAMPLED, _how_near(verdict), **known)
    with clock.for_steps() as seconds:
        evaluation = judge_steps(proof, item, verdict.met, numeric.Budget(STEPS_OF_ALL, seconds))
    if evaluation.wrong:
        before, after = typeset(evaluation.wrong, item.scope.notation)
        reason = f"the rule “{evaluation.wrong.rule.name}” changes a value at {evaluation.at}: {before} is not {after}"
        return Judgement(Status.CHECKER_FAULT, "", reason, **known)
    return Judgement(
        Status.AT_SHAPES if proof.shapes else Status.ALL_SHAPES,
        proof.method,
        shapes=proof.shapes,
        rules=tuple(dict.fromkeys(step.rule.name for step in proof.steps)),
        steps=_printed(proof, item),
        made=evaluation.steps,
        evaluated=evaluation.evaluated,
        **known,
    )


def _printed(proof: symbolic.Proof, item: Claim) -> tuple[tuple[str, str, str], ...]:
    """The steps of a proof as they are printed: none twice, none that changes nothing that is seen, none too long."""
    found: dict[tuple[str, str, str], None] = {}
    for step in proof.steps:
        before, after = typeset(step, item.scope.notation)
        if before != after and max(len(before), len(after)) <= LONGEST:
            found[step.rule.name, before, after] = None
        if len(found) == MOST_STEPS:
            break
    return tuple(found)


def _how_near(verdict: numeric.NumericResult) -> str:
    """How near an inequality came to failing; of an equation nothing is to be said."""
    if verdict.margin is None:
        return "numbers"
    return f"numbers; the sides come as near to each other as {verdict.margin:.2g}"


def restates(item: Claim) -> bool:
    """Return whether both sides of a claim say the same before anything is computed."""
    return item.left == item.right
