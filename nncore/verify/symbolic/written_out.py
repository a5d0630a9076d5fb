"""Claims that are proved at some sizes only: concrete unequal ones, where every sum is written out."""

from collections.abc import Iterator, Mapping
from itertools import product

import sympy as sp

from nncore.verify.notation import STEPS
from nncore.verify.semantics.layers import reached
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import meanings_of
from nncore.verify.switches import side_condition
from nncore.verify.symbol import SymbolKind
from nncore.verify.symbolic.equality import agree, sides
from nncore.verify.symbolic.hypotheses import given_by, prepared
from nncore.verify.symbolic.terms import NoTerm
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

UNCOUNTED = side_condition(
    "no size is a number where every sum is written out", "It may be true at the sizes that are tried."
)

PLANS = ((2, 3, 4), (3, 4, 2), (4, 2, 3), (1, 2, 3), (2, 1, 3), (3, 2, 1))
MOST_PLACES = 256  # entries that are tried one by one


def proved_plans(item: Claim) -> list[dict[str, int]]:
    """Return the sizes at which both sides of a claim are equal; none if they are not at one of those that are tried.

    Nothing is said of what counts its sizes or its indices: it may be true at all sizes that are tried, and nowhere
    else.
    """
    names = _sizes(item)
    if not names or len(names) > len(PLANS[0]) or not UNCOUNTED(not _counts_sizes(item)):
        return []
    plans = [dict(zip(names, sizes, strict=False)) for sizes in PLANS]
    if all(_equal_at(item, plan, classes) for plan in plans for classes in _class_numbers(item, plan)):
        return plans
    return []


def _sizes(item: Claim) -> list[str]:
    """Return the letters of the sizes of all arrays, indices and sums that a claim reaches."""
    found = {size for _, size in item.free}
    for node in reached((item.left, item.right, *item.conditions), item.scope):
        symbol = node.symbol if isinstance(node, t.Letter | t.Indexed) else None
        if symbol:
            own = {symbol.name} if symbol.kind is SymbolKind.SIZE else set()
            found |= {*symbol.sizes, *(symbol.shape or ()), *own}
    return sorted(size for size in found if isinstance(size, str) and size != STEPS)


def _counts_sizes(item: Claim) -> bool:
    """Return whether a size or an index is a number in a claim or in what it reaches, but for a divisor such as n."""
    notation = item.scope.notation
    names = notation.size_letters | notation.index_letters

    def counts(node: t.Node) -> bool:
        match node:
            case t.Letter(name):
                return name in names
            case t.Indexed(base, indices):
                return counts(base) or any(isinstance(index, t.Number) for index in indices)
            case t.Fraction(above, below):
                factors = below.factors if isinstance(below, t.Times) else (below,)
                return counts(above) or any(counts(each) for each in factors if not isinstance(each, t.Letter))
            case t.Sum(index, _, _, body) | t.Product(index, _, _, body):
                inside = {each for each, _ in t.walk(body)}
                return index not in inside or counts(body)
            case t.Case(value, condition):
                return counts(value) or not _compares_indices(condition, names)
            case t.Derivative(body, _):
                return counts(body)
        return any(map(counts, t.children(node)))

    bodies = [definition.body for name in item.letters for definition in meanings_of(name, item.scope)]
    return bool(item.conditions) or any(map(counts, (item.left, item.right, *bodies)))


def _compares_indices(condition: t.Chain, names: frozenset[str]) -> bool:
    """Return whether a condition says no more of sizes and indices than that some of these are equal, or not."""
    if not any(isinstance(node, t.Letter) and node.name in names for node, _ in t.walk(condition)):
        return True
    equal = all(link.relation in (Relation.EQUAL, Relation.UNEQUAL) for link in condition.links)
    return equal and all(isinstance(side, t.Letter | t.Indexed) for side in condition.sides)


def _class_numbers(item: Claim, plan: Mapping[str, int]) -> Iterator[dict[tuple[str, int], int]]:
    """Yield class numbers: all 1, all the last, and different ones; for several letters every combination."""
    classes = {
        scalar.written.letter: plan[scalar.to]
        for scalar in item.scope.notation.scalars
        if scalar.to and scalar.to in plan and scalar.written.letter in item.letters
    }
    most = max(plan.values())
    ways = [([1] * most, [last] * most, [1 + i % last for i in range(1, most + 1)]) for last in classes.values()]
    for chosen in product(*ways):
        each = zip(classes, chosen, strict=True)
        yield {(letter, i): number for letter, numbers in each for i, number in enumerate(numbers, 1)}


def _equal_at(item: Claim, plan: Mapping[str, int], classes: Mapping[tuple[str, int], int]) -> bool:
    """Return whether both sides are equal in every entry, at some sizes."""
    try:
        terms = prepared(item, sizes=plan, classes=classes)
        last = [terms.size(size) for _, size in item.free]
        if not all(size.is_Integer for size in last) or sp.Mul(*last) > MOST_PLACES:
            return False  # steps without an end, or too much to try
        for place in product(*(range(1, int(size) + 1) for size in last)):
            env = {letter: sp.Integer(number) for (letter, _), number in zip(item.free, place, strict=True)}
            given = given_by(item, terms, env)
            for left, right in sides(item, terms, env):
                if not agree(left, right, terms, given, given.where_both_exist(left.term, right.term, terms)):
                    return False
        return True
    except NoTerm:
        return False
