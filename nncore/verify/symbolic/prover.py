"""The symbolic judge: are both sides of a claim equal for all sizes?

`prove` makes terms of both sides (`symbolic.terms`) and lets `symbolic.normal_form` rewrite their difference to 0.
What is not needed is not expanded: first every defined letter stays opaque, then those next to the inputs, then none. A
claim that this does not prove is tried at concrete unequal sizes, where every sum is written out.

The judge only ever says yes: what it cannot prove may still be true.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace

import sympy as sp

from nncore.verify.semantics import remainders
from nncore.verify.semantics.statements import Claim
from nncore.verify.switches import SIDE_CONDITIONS, Switch, side_condition
from nncore.verify.symbolic.equality import Attempt, Side, attempted, is_complete, keeping_attempts, levels, sides
from nncore.verify.symbolic.generic_layer import for_all_layers, is_about_layers, layer_by_layer
from nncore.verify.symbolic.hypotheses import Given, free_indices, given_by, prepared
from nncore.verify.symbolic.induction import COMPLETE, for_all_sizes
from nncore.verify.symbolic.normal_form import Facts, normal_form, positive, vanishes
from nncore.verify.symbolic.rules import RULES, Positive, Rule, Step, Term, note, rule
from nncore.verify.symbolic.terms import NoTerm, Terms
from nncore.verify.symbolic.written_out import proved_plans
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation
from nncore.verify.time_limit import OutOfTime, time_limit

BY_SIGN = rule("by sign", "Sums and products of what is positive are positive.")

SMOOTH_REST = side_condition("nothing is expanded at a root or a logarithm of 0", "There it has no polynomial.")

LONGEST = 4.0  # seconds of computing for one claim, however busy the machine is


@dataclass(frozen=True, slots=True)
class Proof:
    """How a claim was proved; with ``shapes``, only at these; and by what steps."""

    method: str
    shapes: tuple[tuple[tuple[str, int], ...], ...] = ()
    attempts: tuple[Attempt, ...] = field(default=(), compare=False, repr=False)

    @property
    def steps(self) -> list[Step]:
        """Return the steps of all attempts, each once."""
        return list(dict.fromkeys(step for attempt in self.attempts for step in attempt.steps))


def prove(item: Claim, seconds: float = LONGEST, with_steps: bool = False) -> Proof | None:
    """Return a proof of a claim, with its steps if they are wanted; None if none is found in that time and space."""
    keeping: AbstractContextManager[list[Attempt]] = keeping_attempts() if with_steps else nullcontext([])
    try:
        with keeping as attempts, time_limit(seconds):
            proof = _proof(item)
        return proof and replace(proof, attempts=tuple(attempts))
    except (OutOfTime, RecursionError, MemoryError):
        return None


def all_rules() -> tuple[list[Rule], list[Switch]]:
    """Return the rules of all proofs, and what they ask for."""
    return list(RULES.values()), list(SIDE_CONDITIONS.values())


def _proof(item: Claim) -> Proof | None:
    if item.relation is Relation.EQUAL:
        rest = remainders.split(item.relation, item.right)
        if rest:
            method = _up_to(item, *rest)
        elif is_about_layers(item):
            method = for_all_layers(item)
        else:
            method = for_all_sizes(item)
            plans = [] if method else proved_plans(item)
            if plans:
                return Proof("every sum written out", tuple(tuple(plan.items()) for plan in plans))
    else:
        method = _by_sign(item) if item.relation.orders else ""
    return Proof(method) if method else None


# Inequalities ---------------------------------------------------------------------------------------------------------


def _by_sign(item: Claim) -> str:
    """Return how an inequality is proved by the sign of a difference; nothing if it is not."""
    found = layer_by_layer(item)
    return "by sign" if found and all(any(_ordered(one, opaque) for opaque in levels(one)) for one in found) else ""


def _ordered(item: Claim, opaque: Callable[[str], bool]) -> bool:
    """Return whether the larger side minus the smaller is positive, or not negative, by its sign alone."""
    try:
        terms = prepared(item, opaque)
        given = given_by(item, terms, free_indices(item, terms))
        return attempted(item, terms, lambda: _is_ordered(item, terms, given))
    except NoTerm:
        return False


def _is_ordered(item: Claim, terms: Terms, given: Given) -> bool:
    for left, right in sides(item, terms):
        if not COMPLETE(all(is_complete(side, terms, given.facts) for side in (left, right))):
            return False
        smaller, larger = (left, right) if item.relation in (Relation.LESS, Relation.AT_MOST) else (right, left)
        difference = given.renamed(larger.term - smaller.term)
        difference = sp.factor_terms(sp.together(normal_form(difference, terms.ranges, given.facts)))
        if difference.has(sp.I):
            return False
        if positive(difference, given.facts):
            note(BY_SIGN, Positive(difference), sp.S.One)
        elif item.relation.is_strict or not _not_negative(difference, given.facts):
            return False
        else:
            note(BY_SIGN, Positive(-difference), sp.S.Zero)
    return True


def _not_negative(term: Term, facts: Facts) -> bool:
    """Return whether a term is made of squares, of indicators and of what is positive, by sums and products."""
    if positive(term, facts) or isinstance(term, Positive) or term.is_nonnegative:
        return True
    if isinstance(term, sp.Add | sp.Mul):
        return all(_not_negative(part, facts) for part in term.args)
    if isinstance(term, sp.Sum):
        return _not_negative(term.function, facts)
    is_whole_power = isinstance(term, sp.Pow) and term.exp.is_Integer
    return is_whole_power and (term.exp % 2 == 0 or _not_negative(term.base, facts))


# Rests ----------------------------------------------------------------------------------------------------------------


def _up_to(item: Claim, right: t.Node, letter: t.Letter, order: int) -> str:
    """Return how a claim up to a rest is proved; nothing if it is not.

    The Taylor polynomial of the rest starts at the order that is printed: the rest and its derivatives below that order
    have no gaps, and the last of them has no jumps, so that one more is bounded on both sides of 0; its roots and
    logarithms are none of 0 where the step is 0; what remains in its divisor does not depend on the step.
    """
    step = sp.Symbol(letter.name, real=True)
    # What conditions say of the step they do not say of 0, where the rest is expanded.
    conditions = tuple(chain for chain in item.conditions if not t.contains(chain, letter))
    item = replace(item, right=right, conditions=conditions)
    try:
        terms = prepared(item)
        facts = given_by(item, terms, free_indices(item, terms)).facts
        starts = all(_starts_at(order, one, other, step, terms, facts) for one, other in sides(item, terms))
    except (NoTerm, sp.PolynomialError):
        return ""
    return f"Taylor polynomial starts at order {order}" if starts else ""


def _starts_at(order: int, left: Side, right: Side, step: sp.Symbol, terms: Terms, facts: Facts) -> bool:
    """Return whether the Taylor polynomial of a difference, by powers of a step, starts at an order."""
    above, below = sp.fraction(sp.together(left.term - right.term))
    if not SMOOTH_REST(_is_smooth(above, step, terms, facts)):
        return False
    lost = sp.degree(below, step) if below.has(step) else 0
    if below.has(step) and sp.expand(below / step**lost).has(step):
        return False
    with terms.noting() as found:
        for place in range(order + lost):
            above = terms.derivative(above, step) if place else above
            if not vanishes(above.xreplace({step: sp.S.Zero}), terms.ranges, facts):
                return False
    gaps = (*left.gaps, *right.gaps, *found, *terms.jumps(above, step))
    return is_complete(Side(above, gaps), terms, facts)


def _is_smooth(term: Term, step: sp.Symbol, terms: Terms, facts: Facts) -> bool:
    """Return whether no divisor, root or logarithm in a term, or in what its costs are taken of, is 0 at step 0."""
    parts = [power.base for power in term.atoms(sp.Pow) if not (power.exp.is_Integer and power.exp > 0)]
    parts += [logarithm.args[0] for logarithm in term.atoms(sp.log)]
    if any(part.has(step) and vanishes(part.xreplace({step: sp.S.Zero}), terms.ranges, facts) for part in parts):
        return False
    return all(_is_smooth(part, step, terms, facts) for part in terms.parts_of_atoms(term, step))
