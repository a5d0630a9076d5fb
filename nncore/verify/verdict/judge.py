r"""The judgement of a claim: what numbers and symbols say together.

Numbers come first, since they refute cheaply and print a counterexample (`nncore.verify.numeric`). What they cannot
refute is looked at with symbols. The two share no term, so that a fault of one does not hide in the other: if they
disagree the checker itself is at fault, which fails a build like a refuted equation does. Who waits for the judgement
may hear what is known on the way.
"""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import assert_never

from nncore.verify import numeric
from nncore.verify.judgement import BY_NUMBERS, Judgement, Proviso, Status
from nncore.verify.numeric import Finding
from nncore.verify.semantics.statements import Claim, Convention
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.symbolic.typeset import typeset
from nncore.verify.syntax import tree as t
from nncore.verify.verdict.hints import slip
from nncore.verify.verdict.provisos import saved, saved_by_size, saved_where, with_unsaid
from nncore.verify.verdict.steps import judge_steps

SECONDS = 7.5  # of computing for all that a formula says: numbers, proofs and hints
SECONDS_OF_A_PROOF = symbolic.LONGEST
SECONDS_OF_PROVISOS = 2.0
SECONDS_OF_A_HINT = 3.0  # seldom reached: the steps of a change are counted
# For the steps of all proofs of a formula, beside the others: several times what any formula of the book takes, so that
# how many of them are evaluated does not depend on how busy the machine is.
SECONDS_OF_STEPS = 8.0

_MOST_STEPS, _LONGEST = 40, 500  # of a proof that are printed, and characters of a term in it
_ONE_SIDED = "one-sided derivatives exist and differ"


class Clock:
    """The seconds of computing that are left for a formula, however busy the machine is."""

    def __init__(self) -> None:
        self._end = time.process_time() + SECONDS
        self._for_steps = SECONDS_OF_STEPS

    def left(self, most: float) -> float:
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


@contextmanager
def few_collections() -> Iterator[None]:
    """Look for garbage more seldom: terms hold few circles, and at the usual pace a seventh of the time goes there.

    Python's thresholds count the objects made since the last look; these keep a process below half a gigabyte.
    """
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)


@few_collections()
def judge(
    item: Claim | Convention,
    shared: numeric.Shared | None = None,
    clock: Clock | None = None,
    hear: Callable[[Judgement], object] = lambda _: None,
    is_saved: bool = True,
) -> Judgement:
    """Return the judgement of a claim or a convention.

    With ``is_saved`` conditions that are not stated may save a claim that is false without them.

    ``shared`` keeps numbers for the other claims of a page, ``clock`` the time that is left for its formula. ``hear``
    is told what is known before the judgement is complete: that numbers agree or refute, then the likely slip.
    """
    clock = clock or Clock()
    found = _judged(item, shared, clock, hear, is_saved)
    return replace(found, given=item.given) if isinstance(item, Claim) and item.given else found


def _judged(
    item: Claim | Convention,
    shared: numeric.Shared | None,
    clock: Clock,
    hear: Callable[[Judgement], object],
    is_saved: bool,
) -> Judgement:
    verdict = numeric.judge(item, shared=shared, budget=numeric.Budget(seconds=clock.left(numeric.SECONDS)))
    found = _by_numbers(verdict)
    match verdict.status:
        case Finding.UNDECIDED:
            return found
        case Finding.REFUTED:
            found = replace(found, status=Status.REFUTED, counterexample=verdict.counterexample)
            if not isinstance(item, Claim):
                return replace(found, method=_ONE_SIDED)
            hear(found)
            return _explained(item, found, clock, is_saved, hear)
        case Finding.AGREES if isinstance(item, Claim):
            hear(replace(found, status=Status.SAMPLED, method=_how_near(verdict)))
            return _proved(item, found, verdict, clock)
        case Finding.AGREES:
            return replace(found, status=Status.SAMPLED, method=_ONE_SIDED)
    assert_never(verdict.status)


def _explained(
    item: Claim, found: Judgement, clock: Clock, is_saved: bool, hear: Callable[[Judgement], object]
) -> Judgement:
    """Return the judgement of a claim that numbers refute: what it lacks, or its likely slip.

    Symbols may not prove it.
    """
    provided = saved(item, _with_provisos, clock.left(SECONDS_OF_PROVISOS)) if is_saved else None
    if not provided:
        unsaid = with_unsaid(item) if is_saved else ()
        found = replace(found, hint=slip(item, clock.left(SECONDS_OF_A_HINT), unsaid))
        if found.reason == numeric.DIFFER:
            hear(found)
        if is_saved and not found.hint:
            provided = saved_by_size(item, _with_provisos, clock.left(SECONDS_OF_PROVISOS))
    if found.reason == numeric.DIFFER:
        proof = symbolic.prove(item, clock.left(SECONDS_OF_A_HINT))
        if proof and not proof.shapes:
            return _fault(replace(found, hint=""), "symbols prove what numbers refute")
    if provided:
        return _under(found, *provided)
    return found


def judge_where(item: Claim, refuted: Judgement, says: t.Chain) -> Judgement | None:
    """Return the judgement of a refuted claim that words beside it save, by a relation between two of its indices."""
    provided = saved_where(item, says, _with_provisos, SECONDS_OF_PROVISOS)
    return _under(refuted, *provided) if provided else None


def _under(refuted: Judgement, provisos: tuple[Proviso, ...], under: Judgement) -> Judgement:
    """Return the judgement of a refuted claim that holds under provisos."""
    return replace(
        under,
        status=Status.HOLDS_IF,
        reason=refuted.reason,
        counterexample=refuted.counterexample,
        provided=provisos,
    )


def _with_provisos(item: Claim) -> Judgement:
    """Return the judgement of a claim into which provisos have been put, like that of any other, in time of its own."""
    clock = Clock()
    verdict = numeric.judge(item, budget=numeric.Budget(seconds=clock.left(numeric.SECONDS)))
    found = _by_numbers(verdict)
    return _proved(item, found, verdict, clock) if verdict.status is Finding.AGREES else found


def _by_numbers(verdict: numeric.NumericResult) -> Judgement:
    """Return what numbers say, before they are heard of or anything is proved."""
    return Judgement(
        Status.UNDECIDED,
        BY_NUMBERS,
        verdict.reason,
        where=verdict.where,
        assumptions=verdict.assumptions,
        points=verdict.points,
        sizes=verdict.sizes,
    )


def _proved(item: Claim, found: Judgement, verdict: numeric.NumericResult, clock: Clock) -> Judgement:
    """Return the judgement of a claim that numbers do not refute: how it is proved, if it is."""
    if item.left == item.right:
        return replace(found, status=Status.RESTATES, method="both sides are the same before anything is expanded")
    proof = symbolic.prove(item, clock.left(SECONDS_OF_A_PROOF), with_steps=True)
    if proof is None:
        return replace(found, status=Status.SAMPLED, method=_how_near(verdict))
    with clock.for_steps() as seconds:
        evaluation = judge_steps(proof, item, verdict.met, seconds)
    if evaluation.wrong:
        before, after, _ = typeset(evaluation.wrong, item.scope.notation)
        rule = evaluation.wrong.rule.name
        return _fault(found, f"the rule “{rule}” changes a value at {evaluation.at}: {before} is not {after}")
    return replace(
        found,
        status=Status.AT_SHAPES if proof.shapes else Status.ALL_SHAPES,
        method=proof.method,
        shapes=proof.shapes,
        rules=tuple(dict.fromkeys(step.rule.name for step in proof.steps)),
        steps=_printed(proof, item),
        made=evaluation.steps,
        evaluated=evaluation.evaluated,
    )


def _fault(found: Judgement, reason: str) -> Judgement:
    return replace(found, status=Status.CHECKER_FAULT, method="", reason=reason)


def _printed(proof: symbolic.Proof, item: Claim) -> tuple[tuple[str, str, str, str], ...]:
    """Return the steps of a proof as they are printed: none twice, none that changes nothing, none too long."""
    found: dict[tuple[str, str, str, str], None] = {}
    for step in proof.steps:
        before, after, where = typeset(step, item.scope.notation)
        if before != after and max(map(len, (before, after, where))) <= _LONGEST:
            found[step.rule.name, before, after, where] = None
        if len(found) == _MOST_STEPS:
            break
    return tuple(found)


def _how_near(verdict: numeric.NumericResult) -> str:
    """Return how near an inequality came to failing; of an equation nothing is to be said."""
    if verdict.margin is None:
        return BY_NUMBERS
    return f"{BY_NUMBERS}; the sides come as near to each other as {verdict.margin:.2g}"
