"""What a claim takes for granted: its conditions, assumptions and premises as facts about terms.

`prepared` makes what builds the terms of a claim; `given_by` says what is known of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

import sympy as sp

from nncore.verify.notation import STEPS
from nncore.verify.semantics.layers import lowest
from nncore.verify.semantics.shapes import equal_sizes
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import Scope, made_of
from nncore.verify.switches import side_condition
from nncore.verify.symbolic.expectation import Chances, Expect
from nncore.verify.symbolic.normal_form import Facts, Least, is_size, normal_form
from nncore.verify.symbolic.rules import Positive, Term
from nncore.verify.symbolic.terms import Env, Terms
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

Pairs: TypeAlias = list[tuple[Term, Term]]

NOT_IN_EMPTY = side_condition(
    "a logarithm in a sum says something only if the sum has an addend", "A sum up to t - 1 has none at t = 1."
)
OF_ENTRIES = side_condition(
    "what is assumed of all entries is known of entries", "A number is not what an index in its place may be."
)
SAME_CASE = side_condition("a logarithm says that its argument is positive where it is needed", "Not in another case.")


def no_name(name: str) -> bool:
    """Return False: no letter stays opaque."""
    return False


def prepared(
    item: Claim,
    opaque: Callable[[str], bool] = no_name,
    sizes: Mapping[str, int] | None = None,
    classes: Mapping[tuple[str, int], int] | None = None,
    unfolded: str = "",
    sealed: Callable[[str], bool] = no_name,
) -> Terms:
    """Return what makes terms of a claim, with the sizes that its conditions fix, and others that are fixed at will."""
    fixed = equal_sizes(item.conditions, item.scope) | dict(sizes or {})
    terms = Terms(item.scope, fixed, opaque, classes, unfolded, sealed)
    for size, number in item.least:
        if not terms.size(size).is_Integer:
            terms.ranges[Least(terms.size(size))] = number
    for letter, last in item.free:
        if last == STEPS:
            terms.ranges[Least(terms.free(letter, last))] = lowest(letter, item.conditions)
    return terms


def free_indices(item: Claim, terms: Terms) -> dict[str, Term]:
    """Return the free indices of a claim as symbols."""
    return {letter: terms.free(letter, size) for letter, size in item.free}


@dataclass(frozen=True)
class Given:
    """Facts about atoms, and indices that are equal to others."""

    facts: Facts
    equal: tuple[tuple[Term, Term], ...] = ()

    def renamed(self, term: Term) -> Term:
        """Replace each index by the one that it is equal to; both are free, so nothing is captured."""
        return term.xreplace(dict(self.equal))

    def where_both_exist(self, left: Term, right: Term, terms: Terms) -> Facts:
        """Return the facts where both sides have a value: there what a logarithm is taken of is positive.

        In one case of several a logarithm need not exist for the others; one in a sum exists for what the sum binds.
        """
        if not SAME_CASE(not terms.has_cases and not (left - right).has(Positive)):
            return self.facts
        arguments = {argument for side in (left, right) for argument in _logarithms(side)}
        arguments = {self.renamed(argument) for argument in arguments if not argument.is_number}
        arguments |= {1 / argument for argument in arguments}
        plain = {argument for argument in arguments if not argument.atoms(sp.Dummy)}
        within = []
        for argument in sorted(arguments - plain, key=sp.default_sort_key):
            letters = sorted(argument.atoms(sp.Dummy), key=str)
            if all(letter in terms.ranges for letter in letters):
                wild = {letter: sp.Wild(f"any_{place}") for place, letter in enumerate(letters)}
                sizes = tuple((wild[letter], self.renamed(terms.ranges[letter])) for letter in letters)
                within.append((argument.xreplace(wild), sizes))
        return replace(self.facts, positive=self.facts.positive | plain, within=(*self.facts.within, *within))


def _logarithms(term: Term, around: tuple[Term, ...] = ()) -> Iterator[Term]:
    """Yield what logarithms in a term are taken of, but for those in a sum that may have no addend."""
    if isinstance(term, sp.log):
        argument = term.args[0]
        if NOT_IN_EMPTY(all(letter in argument.free_symbols or is_size(size) for letter, _, size in around)):
            yield argument
    inside = (*around, *term.limits) if isinstance(term, sp.Sum) else around
    for part in (term.function,) if isinstance(term, sp.Sum) else term.args:
        yield from _logarithms(part, inside)


def given_by(item: Claim, terms: Terms, env: Env) -> Given:
    """Return what the conditions and assumptions of a claim say where its free indices have these values."""
    values: Pairs = []
    equal: Pairs = []
    for chain in item.conditions:
        for left, relation, right in _relations(chain, terms, env):
            if not (left.is_integer and right.is_integer):
                values += _signs(left - right, relation, terms)
            elif relation is Relation.UNEQUAL:
                values.append((sp.KroneckerDelta(left, right), sp.S.Zero))
            elif relation is Relation.EQUAL:
                equal += _equal_indices(left, right)
    chances = _chances(item.scope)
    for assumed in item.assumptions:
        wild = {letter: sp.Wild(f"any_{letter}", properties=[_is_index]) for letter, _ in assumed.free}
        for left, relation, right in _relations(assumed.claim, terms, wild):
            if relation is Relation.EQUAL:
                values += _solved(left - right, terms, chances)
            elif OF_ENTRIES(_are_indices(wild.values(), left - right)):
                values += _signs(left - right, relation, terms)
    positive = frozenset(
        atom.args[0] for atom, value in values if isinstance(atom, Positive) and value == 1 and not atom.has(sp.Wild)
    )
    return Given(Facts(tuple(values), positive, tuple(_roots(item)), chances), tuple(equal))


def _is_index(term: Term) -> bool:
    return bool(term.is_integer)


def _are_indices(letters: Iterable[Term], term: Term) -> bool:
    """Return whether letters are indices of an entry in a term, so that they stand for what is in their range."""
    entries = [set(entry.indices) for entry in term.atoms(sp.Indexed)]
    return all(any(letter in indices for indices in entries) for letter in letters)


def _relations(chain: t.Chain, terms: Terms, env: Env) -> Iterator[tuple[Term, Relation, Term]]:
    """Yield the relations of a chain, with their sides as terms."""
    for left, relation, right in chain.relations:
        with terms.noting():
            one, other = terms.number(left, env), terms.number(right, env)
        yield one, relation, other


def _equal_indices(left: Term, right: Term) -> Pairs:
    """Return an index that is a letter with what it is equal to."""
    return [(left, right)] if left.is_Symbol else [(right, left)] if right.is_Symbol else []


def _signs(difference: Term, relation: Relation, terms: Terms) -> Pairs:
    """Return the indicators whose value a relation of a difference to 0 fixes, and a letter that it says to be 0."""
    difference = normal_form(difference, terms.ranges)
    if difference.is_number:
        return []
    content, primitive = sp.expand(difference).as_content_primitive()
    above = primitive if content > 0 else -primitive
    up, down = Positive(above), Positive(sp.expand(-above))
    match relation:
        case Relation.GREATER:
            return [(up, sp.S.One), (down, sp.S.Zero)]
        case Relation.LESS:
            return [(up, sp.S.Zero), (down, sp.S.One)]
        case Relation.AT_LEAST:
            return [(down, sp.S.Zero)]
        case Relation.AT_MOST:
            return [(up, sp.S.Zero)]
        case Relation.UNEQUAL:
            return [(down, 1 - up)]
        case Relation.EQUAL:
            letter = [(above, sp.S.Zero)] if isinstance(above, sp.Symbol | sp.Indexed) else []
            return [(up, sp.S.Zero), (down, sp.S.Zero), *letter]
    return []


def _roots(item: Claim) -> Iterator[tuple[Term, Term]]:
    """Yield the u of a premise u^k = e, and the polynomial in u that is 0."""
    scope = item.scope
    others = {name: definition for name, definition in scope.definitions.items() if name not in scope.placed}
    for premise in item.premises:
        for left, _, right in _relations(premise, Terms(replace(scope, definitions=others)), {}):
            difference = left - right
            for name in scope.placed & {atom.name for atom in difference.atoms(sp.Symbol)}:
                yield sp.Symbol(name, real=True), sp.numer(sp.together(difference))


def _chances(scope: Scope) -> Chances:
    """Return what is random: the declared letters, and all letters, sequences and functions that are made of them."""
    declared = scope.notation.random
    names = {each.letter for each in declared}
    defined = {*scope.definitions, *scope.families} if names else set()
    return Chances(
        independent=frozenset(each.letter for each in declared if each.independent),
        symmetric=frozenset(each.letter for each in declared if each.symmetric),
        dependent=frozenset(each.letter for each in declared if not each.independent),
        derived=frozenset(name for name in defined if names & made_of(name, scope)),
    )


def _solved(difference: Term, terms: Terms, chances: Chances) -> Pairs:
    """Return an assumed equation as the value of its largest atom: of a sum, else of the last entry."""
    difference = normal_form(difference, terms.ranges, Facts(chances=chances))
    atoms = next(filter(None, map(difference.atoms, (Expect, sp.Sum, sp.Indexed, sp.Symbol))), ())
    for atom in sorted(atoms, key=sp.default_sort_key, reverse=True):
        factor = difference.coeff(atom)
        rest = sp.expand(difference - factor * atom)
        if factor.is_number and factor != 0 and not rest.has(atom):
            return [(atom, -rest / factor)]
    return []
