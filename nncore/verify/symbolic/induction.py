"""Proofs for all sizes and all steps: at once, by a recursion that is unfolded once, or by induction on a step."""

import sympy as sp

from nncore.verify.notation import STEPS
from nncore.verify.semantics.layers import bounds, lowest
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import letters
from nncore.verify.switches import side_condition
from nncore.verify.symbolic.equality import attempted, equal, equal_at, is_complete, levels, sides
from nncore.verify.symbolic.expectation import Expect
from nncore.verify.symbolic.hypotheses import free_indices, given_by, no_name, prepared
from nncore.verify.symbolic.normal_form import (
    Facts,
    Product,
    factored,
    is_not_zero,
    normal_form,
    vanishes,
    with_fresh_letters,
)
from nncore.verify.symbolic.rules import Positive, Term, note, rule
from nncore.verify.symbolic.terms import NoTerm, Terms
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

INDUCTION = rule("the induction step", "What holds at step t - 1 says what a member is; with that it holds at t.")

ONE_RECURSION = side_condition(
    "one line defines all members from the second number on", "Else the step is not the same."
)
ALL_STEPS = side_condition("conditions say of a step only where it lies", "Else the one before need not satisfy them.")
BASE = side_condition("the claim holds at the first two numbers", "A step alone proves nothing.")
SOLVABLE = side_condition("the factor by which the step before is solved is never 0", "There it says nothing.")
COMPLETE = side_condition("sides exist at every step", "Else nothing follows from the one before.")


def for_all_sizes(item: Claim) -> str:
    """Return how a claim is proved for all sizes, at once or step by step; nothing if it is not."""
    if any(equal(item, opaque) for opaque in levels(item)):
        return "symbolic difference is 0"
    for letter, size in item.free:
        if size == STEPS or any(letter == lines[0].definition.name.counter for lines in item.scope.families.values()):
            if not ONE_RECURSION(_has_one_recursion(item, letter)) or not ALL_STEPS(_is_about_all_steps(item, letter)):
                continue
            first = lowest(letter, item.conditions)
            if BASE(equal_at(item, {letter: first})) and equal(item, no_name, letter):
                return f"the recursion in {letter}, unfolded once"
            if _by_induction(item, letter):
                return f"induction on {letter}, from {first} and {first + 1}"
    return ""


def _has_one_recursion(item: Claim, letter: str) -> bool:
    """Return whether one line defines all members of each sequence from the second number of the claim on."""
    first, endless = lowest(letter, item.conditions), (None, (item.scope.notation.last_layer, 0))
    for name in item.letters & item.scope.families.keys():
        lines = [line for line in item.scope.families[name] if line.letter]
        if not name.layer and (len(lines) != 1 or lines[0].last not in endless or lines[0].first[1] > first + 1):
            return False
    return True


def _is_about_all_steps(item: Claim, letter: str) -> bool:
    """Return whether conditions let a step run from a number on: then a claim for it is one for the next.

    Up to where it runs may also be a letter; from where, not: below it nothing is claimed that the next rests on.
    """
    for chain in item.conditions:
        if t.contains(chain, t.Letter(letter)):
            lower, upper = bounds(letter, (chain,))
            if len(lower) + len(upper) != len(chain.links) or any(name is not None for name, _ in lower):
                return False
            if any(link.relation is Relation.EQUAL for link in chain.links):
                return False
    return True


def _by_induction(item: Claim, letter: str) -> bool:
    """Return whether a claim holds at its first two numbers, and at each number if it holds at the one before.

    The step is valid from the second number on, from which one line defines all members (`_has_one_recursion`), and
    what the conditions say of the step they say of every step (`_is_about_all_steps`).
    """
    first = lowest(letter, item.conditions)
    if not (BASE(equal_at(item, {letter: first})) and BASE(equal_at(item, {letter: first + 1}))):
        return False
    try:
        now = prepared(item, unfolded=letter)
        env = free_indices(item, now)
        facts = given_by(item, now, env).facts

        def follows(later: int) -> bool:
            place = now.free(letter, dict(item.free)[letter]) + later
            ((left, right),) = sides(item, now, {**env, letter: place})
            ((earlier, claimed),) = sides(item, now, {**env, letter: place - 1})
            if not COMPLETE(all(is_complete(side, now, facts) for side in (left, right, earlier, claimed))):
                return False
            return _follows(left.term - right.term, earlier.term - claimed.term, now, facts, _is_open(item))

        # from t - 1 to t, or from t to t + 1: what can be unfolded is the member t
        return attempted(item, now, lambda: follows(0)) or attempted(item, now, lambda: follows(1))
    except (NoTerm, ValueError):
        return False


def _follows(goal: Term, known: Term, terms: Terms, facts: Facts, is_open: bool) -> bool:
    """Return whether an expression is 0 where another one is: the other is solved for one of its atoms.

    The factor of the atom is surely not 0. If both are continuous in their letters, and no condition is an equation, it
    may also be 0 at some values of letters that stand for any number, whatever the step is: from values nearby, where
    it is not 0, the claim extends to these.

    A divisor of what is known is not 0 at some steps only, where what is known would say nothing. Else both are freed
    of their divisors, which is to prove more: that the numerators are 0 at all steps.
    """
    goal, known = (normal_form(each, terms.ranges, facts) for each in (goal, known))
    dense = is_open and _is_continuous(goal + known)

    def is_safe(product: Term) -> bool:
        return all(
            SOLVABLE(is_not_zero(part, facts) or (dense and _is_of_inputs(part.as_base_exp()[0], terms)))
            for part in sp.Mul.make_args(product)
        )

    (above, below), numerator = sp.fraction(sp.together(known)), sp.numer(sp.together(goal))
    attempts = [(goal, known)] if is_safe(below) else []
    attempts.append((numerator, normal_form(with_fresh_letters(sp.expand(above)), terms.ranges, facts)))
    for goal, known in attempts:
        for atom in _solvable(known, terms):
            factor = known.coeff(atom)
            rest = sp.expand(known - factor * atom)
            if factor == 0 or rest.has(atom) or not is_safe(factored(factor)):
                continue
            if vanishes(with_fresh_letters(goal.xreplace({atom: -rest / factor})), terms.ranges, facts):
                note(INDUCTION, goal, sp.S.Zero)
                return True
            break
    return False


def _solvable(known: Term, terms: Terms) -> list[Term]:
    """Return the members of sequences outside of sums for which a term may be solved, else its sums."""
    nested = {atom for total in known.atoms(sp.Sum) for atom in total.atoms(sp.Indexed)}
    names = terms.scope.families.keys() | terms.members
    members = {atom for atom in known.atoms(sp.Indexed) - nested if str(atom.base) in names}
    return sorted(members or known.atoms(sp.Sum), key=sp.default_sort_key)


def _is_continuous(term: Term) -> bool:
    """Return whether a term has a continuous value wherever its divisors are not 0."""
    powers = all(power.exp.is_integer for power in term.atoms(sp.Pow))
    return powers and not term.has(Positive, sp.log, Expect, Product)


def _is_open(item: Claim) -> bool:
    """Return whether the conditions leave every letter room around each of its values: no equation, no equal bounds."""
    if item.premises or item.assumptions:
        return False
    about_numbers = (chain for chain in item.conditions if any(letters(side, item.scope) for side in chain.sides))
    return all(link.relation.is_strict for chain in about_numbers for link in chain.links)


def _is_of_inputs(base: Term, terms: Terms) -> bool:
    """Return whether an expression is a polynomial in inputs, which may be any numbers, and not 0 at any indices."""
    entries = {atom: sp.Dummy(str(atom.base), real=True) for atom in base.atoms(sp.Indexed)}
    plain = base.xreplace(entries)
    free = plain.free_symbols
    used = [atom.name for atom in free]
    if not free or len(set(used)) != len(used) or any(atom.is_integer for atom in free):
        return False  # two entries of one array may be the same one, and an index a root
    defined = terms.scope.definitions.keys() | terms.scope.families.keys() | terms.members
    return plain.is_polynomial(*free) and not defined & set(used)
