"""One attempt at a proof: are both sides of a claim equal, with some letters opaque and the others expanded?

A proof has to show that both sides have the same value, and that each has one where the other has one: what is noted
beside a term as a gap is 0, or a gap of both. `keeping_attempts` keeps the attempts that succeed, with their steps.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import permutations, product

import sympy as sp

from nncore.verify.notation import STEPS
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import letters
from nncore.verify.switches import side_condition
from nncore.verify.symbolic.hypotheses import Given, free_indices, given_by, no_name, prepared
from nncore.verify.symbolic.normal_form import Facts, normal_form, vanishes
from nncore.verify.symbolic.rules import Step, Term, recording
from nncore.verify.symbolic.terms import FEW_ADDENDS, UNSURE, Env, Grid, NoTerm, Terms, deltas, unmarked
from nncore.verify.syntax import tree as t

EXISTING = side_condition("both sides exist at the same places", "Else one says more than the other.")
SURE = side_condition("where both sides are said to have no value they have none", "Kinks may cancel each other.")

_Gap = sp.Function("gap")


# Attempts -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """The term of a side of a claim: the side in the tree, the values of indices, the row and column of its entry."""

    node: t.Node
    env: Env
    place: tuple[Term, ...]
    term: Term


@dataclass(frozen=True, slots=True)
class Attempt:
    """What proves a claim, or one of its instances.

    Attributes
    ----------
    item : Claim
        The claim, or an instance of it.
    terms : Terms
        What made its terms.
    readings : tuple of Reading
        Both sides, entry by entry.
    steps : tuple of Step
        The steps in their order.
    """

    item: Claim
    terms: Terms
    readings: tuple[Reading, ...]
    steps: tuple[Step, ...]


_KEPT: ContextVar[list[Attempt] | None] = ContextVar("kept", default=None)
_READINGS: ContextVar[list[Reading] | None] = ContextVar("readings", default=None)


@contextmanager
def keeping_attempts() -> Iterator[list[Attempt]]:
    """Keep the attempts that succeed inside."""
    kept: list[Attempt] = []
    token = _KEPT.set(kept)
    try:
        yield kept
    finally:
        _KEPT.reset(token)


def attempted(item: Claim, terms: Terms, succeeds: Callable[[], bool]) -> bool:
    """Return whether an attempt succeeds; if attempts are kept, keep it with its steps."""
    kept = _KEPT.get()
    if kept is None:
        return succeeds()
    readings: list[Reading] = []
    token = _READINGS.set(readings)
    try:
        with recording() as steps:
            done = succeeds()
        if done:
            kept.append(Attempt(item, terms, tuple(readings), tuple(steps)))
        return done
    finally:
        _READINGS.reset(token)


# Sides ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Side:
    """One side of a claim, and the gaps of it: where one is not 0, the side has no value."""

    term: Term
    gaps: tuple[Term, ...] = ()

    def with_functions(self, terms: Terms) -> "Side":
        """Return the side with all functions expanded."""
        with terms.noting() as found:
            term, *gaps = (terms.with_functions(each) for each in (self.term, *self.gaps))
        return Side(term, (*gaps, *found))


def sides(item: Claim, terms: Terms, env: Env | None = None) -> Iterator[tuple[Side, Side]]:
    """Yield both sides as numbers: of a matrix equation a generic entry, or each where sizes are small numbers."""
    env = free_indices(item, terms) if env is None else env
    with terms.noting() as before_left:
        left = terms.value(item.left, env)
    with terms.noting() as before_right:
        right = terms.value(item.right, env)
    if not (isinstance(left, Grid) and isinstance(right, Grid)):
        _keep_readings(item, env, (), left, right)
        yield Side(left, tuple(before_left)), Side(right, tuple(before_right))
        return
    for row in _places(left.rows, "row", terms):
        for column in _places(left.columns, "column", terms):
            with terms.noting() as gaps_left:
                one = left.entry(row, column)
            with terms.noting() as gaps_right:
                other = right.entry(row, column)
            _keep_readings(item, env, (row, column), one, other)
            yield Side(one, (*before_left, *gaps_left)), Side(other, (*before_right, *gaps_right))


def _keep_readings(item: Claim, env: Env, place: tuple[Term, ...], left: Term, right: Term) -> None:
    readings = _READINGS.get()
    if readings is not None:
        readings += (Reading(item.left, env, place, left), Reading(item.right, env, place, right))


def _places(size: Term, name: str, terms: Terms) -> list[Term]:
    if size.is_Integer and size <= FEW_ADDENDS:
        return [sp.Integer(place) for place in range(1, int(size) + 1)]
    place = sp.Symbol(name, integer=True, positive=True)
    terms.ranges[place] = size
    return [place]


# Equality -------------------------------------------------------------------------------------------------------------


def levels(item: Claim) -> list[Callable[[str], bool]]:
    """Return which letters stay opaque, from all to none, each set of letters of the claim once."""
    scope = item.scope
    lowest = {
        name
        for name, definition in scope.definitions.items()
        if not definition.arguments and not letters(definition.body, scope) & scope.definitions.keys()
    }
    found = (lambda name: True, lowest.__contains__, scope.placed.__contains__, no_name)
    return list({frozenset(filter(level, item.letters & scope.definitions.keys())): level for level in found}.values())


def equal(
    item: Claim, opaque: Callable[[str], bool], unfolded: str = "", sealed: Callable[[str], bool] = no_name
) -> bool:
    """Return whether both sides are equal, with some letters opaque, one index unfolded and some letters sealed."""
    try:
        terms = prepared(item, opaque, unfolded=unfolded, sealed=sealed)
        given = given_by(item, terms, free_indices(item, terms))

        def succeeds() -> bool:
            for left, right in sides(item, terms):
                facts = given.where_both_exist(left.term, right.term, terms)
                if not agree(left, right, terms, given, facts):
                    left, right = (side.with_functions(terms) for side in (left, right))
                    if not agree(left, right, terms, given):
                        return False
            return True

        return attempted(item, terms, succeeds) or _equal_where_sizes_are_numbers(item, terms, opaque)
    except NoTerm:
        return False


def _equal_where_sizes_are_numbers(item: Claim, terms: Terms, opaque: Callable[[str], bool]) -> bool:
    """Return whether both sides agree for each value of the free indices, if these run to a few fixed numbers."""
    last = {letter: terms.size(size) for letter, size in item.free if size != STEPS}
    last = {letter: size for letter, size in last.items() if size.is_Integer}
    if not last or sp.Mul(*last.values()) > FEW_ADDENDS:
        return False
    places = product(*(range(1, int(size) + 1) for size in last.values()))
    return all(equal_at(item, dict(zip(last, place, strict=True)), opaque) for place in places)


def equal_at(item: Claim, place: Mapping[str, int], opaque: Callable[[str], bool] = no_name) -> bool:
    """Return whether both sides are equal where some free indices are numbers."""
    try:
        terms = prepared(item, opaque)
        env = {**free_indices(item, terms), **{letter: sp.Integer(number) for letter, number in place.items()}}
        given = given_by(item, terms, env)

        def succeeds() -> bool:
            expanded = ([side.with_functions(terms) for side in both] for both in sides(item, terms, env))
            return all(agree(left, right, terms, given) for left, right in expanded)

        return attempted(item, terms, succeeds)
    except NoTerm:
        return False


def agree(left: Side, right: Side, terms: Terms, given: Given, facts: Facts | None = None) -> bool:
    """Return whether both sides have the same value, and none where the other has one; ``facts`` may be more."""
    facts = given.facts if facts is None else facts
    if not _vanishes(given.renamed(left.term - right.term), terms, facts):
        return False
    gaps = ([given.renamed(gap) for gap in side.gaps] for side in (left, right))
    open_gaps = [{gap for gap in some if _is_open(gap, terms, facts)} for some in gaps]
    if not SURE(not any(gap.has(UNSURE) for some in open_gaps for gap in some)):
        return False
    one, other = ({unmarked(gap) for gap in some} for some in open_gaps)
    return EXISTING(one == other or _forms(one, terms, facts) == _forms(other, terms, facts))


def is_complete(side: Side, terms: Terms, facts: Facts) -> bool:
    """Return whether a side has a value wherever its divisors, roots and logarithms have one."""
    return not any(_is_open(gap, terms, facts) for gap in side.gaps)


def _is_open(gap: Term, terms: Terms, facts: Facts) -> bool:
    """Return whether a gap need not be 0."""
    return not _vanishes(unmarked(gap), terms, facts, everywhere=True)


def _vanishes(term: Term, terms: Terms, facts: Facts, everywhere: bool = False) -> bool:
    """Return whether a term is 0, also where its deltas equate one index with the other, or the other with it."""
    renamings = ({one: other} for delta in deltas(term) for one, other in permutations(delta.args) if one.is_Symbol)
    return any(vanishes(term.xreplace(each), terms.ranges, facts, everywhere) for each in ({}, *renamings))


def _forms(gaps: Iterable[Term], terms: Terms, facts: Facts) -> set[Term]:
    """Return gaps in a form in which those of equal sums are equal: each for all values of letters that were bound."""
    return {_form(gap, terms, facts) for gap in gaps}


def _form(gap: Term, terms: Terms, facts: Facts) -> Term:
    while (found := _equated(gap, terms)) is not None:
        delta, letter, other = found
        gap = (gap / delta).xreplace({letter: other})
    bound = sorted((each for each in gap.free_symbols if isinstance(each, sp.Dummy) and each in terms.ranges), key=str)
    closed = _Gap(sp.expand(gap))
    return normal_form(
        sp.Sum(closed, *((letter, 1, terms.ranges[letter]) for letter in bound)) if bound else closed,
        {letter: size for letter, size in terms.ranges.items() if letter not in bound},
        facts,
    )


def _equated(gap: Term, terms: Terms) -> tuple[Term, Term, Term] | None:
    """Return a delta of a gap, a letter in it that a sum bound, and another index over the same range, if any."""
    for delta in sp.Mul.make_args(gap):
        for letter, other in permutations(delta.args) if isinstance(delta, sp.KroneckerDelta) else ():
            size = terms.ranges.get(letter)
            if isinstance(letter, sp.Dummy) and size is not None and size == terms.ranges.get(other):
                return delta, letter, other
    return None
