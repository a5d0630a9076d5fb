r"""Side conditions: which relations after a ``\quad`` are conditions, and whether anything satisfies them.

In parentheses, or after ``\forall``, a relation is a condition. It must restrict something, so it contains a letter;
an equation among them is between inputs, sizes and indices, since one that contains a derivative or what is defined is
a result and stands without parentheses.

Without parentheses a relation is a second claim, unless it can only be a condition. That is, each of its links compares

- a size, an index, a class number, or one of them and a number, ``r - 1``, with another one or with a number, or
- an input, its negative or its absolute value with a number: ``x > 0``, ``\beta \ne 1``, ``|\beta| \le 1``; or with
  another input where the chain puts a letter between two bounds: ``-h \le x \le h``.

A condition holds for all that stands before it in its formula, or in its line of ``aligned``.

Nothing satisfies conditions if bounds say so: each side has a range, sizes and indices from 1 on, squares from 0 on.
What takes more than that to see is for numbers to decide.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from math import ceil, floor, inf

from nncore.verify.notation import EXTREMA, KNOWN_FUNCTIONS, STEPS
from nncore.verify.semantics.symbols import MeaningError, Scope, family_of, letters, position, symbol_or_none
from nncore.verify.symbol import SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

_NUMBER, _COUNT, _INPUT = "number", "count", "input"
_COUNTED = (SymbolKind.SIZE, SymbolKind.INDEX, SymbolKind.CLASS)

# What is a claim ------------------------------------------------------------------------------------------------------


def separated(tree: t.Formula, scope: Scope, defined: Collection[str] = ()) -> tuple[t.Formula, ...]:
    """Return the statements of a formula, each with its conditions; a further claim is one of them.

    ``defined`` are names that the formula itself defines.
    """
    known = {*scope.definitions, *scope.families, *scope.lost, *defined}
    found: list[_Claimed] = []
    for statement in tree.statements:
        further: list[_Claimed] = []
        if isinstance(statement, t.Chain):
            links = []
            for link in statement.links:
                own: list[_Condition] = []
                further += _sort(link.conditions, [own], scope, known)
                links.append(replace(link, conditions=tuple(own)))
            statement = replace(statement, links=tuple(links))
        found += [(statement, []), *further]
    found += _sort(tree.conditions, [conditions for _, conditions in found], scope, known)
    return tuple(replace(tree, statements=(each,), conditions=tuple(conditions)) for each, conditions in found)


def shown(tree: t.Formula, scope: Scope) -> str:
    """Return a formula as text, in which further claims stand on lines of their own."""
    parts = separated(tree, scope)
    return show(tree) if len(parts) == len(tree.statements) else "\n".join(map(show, parts))


_Condition = t.Chain | t.Given | t.ForAll
_Claimed = tuple[t.Chain | t.Implication, list[_Condition]]


def _sort(
    row: Sequence[_Condition], before: Sequence[list[_Condition]], scope: Scope, known: Collection[str]
) -> list[_Claimed]:
    """Add each condition of a row to those of all that stands before it; return the claims among them with theirs."""
    found: list[_Claimed] = []
    for each in row:
        if isinstance(each, t.Chain) and not _is_condition(each, scope, known):
            found.append((each, []))
        else:
            for conditions in (*before, *(own for _, own in found)):
                conditions.append(each)
    return found


def _is_condition(chain: t.Chain, scope: Scope, known: Collection[str]) -> bool:
    """Return whether a relation without parentheses can only be a condition."""
    if any(not link.relation.compares for link in chain.links):
        return False
    between = len(chain.links) > 1 and all(link.relation.orders for link in chain.links)
    sides = [_side(side, scope, known) for side in chain.sides]
    return all(one and other and _fit(one, other, between) for one, other in pairwise(sides))


def _fit(one: tuple[str, t.Node | None], other: tuple[str, t.Node | None], between: bool) -> bool:
    """Return whether two sides make a condition; ``between`` says that they belong to bounds of a letter."""
    (first, letter), (second, another) = one, other
    if _NUMBER in (first, second):
        return first != second
    return first == second and letter != another and (first == _COUNT or between)


def _side(node: t.Node, scope: Scope, known: Collection[str]) -> tuple[str, t.Node | None] | None:
    """Return what a side of a condition is, with its letter; none for what no bare condition contains."""
    if _is_number(node, scope):
        return _NUMBER, None
    if isinstance(node, t.Absolute):
        found = _side(node.body, scope, known)
        return found if found and found[0] == _INPUT else None
    where = position(node)
    base = t.Letter(where[0] or "") if where else node.body if isinstance(node, t.Minus) else node
    name = symbol_or_none(base, scope)
    if not name or family_of(name.name, scope.notation) in known:
        return None
    if name.kind in _COUNTED and base is not getattr(node, "body", None):
        return _COUNT, base
    if name.kind in (SymbolKind.NUMBER, SymbolKind.ENTRY) and not (where and where[1]):
        return _INPUT, base
    return None


def _is_number(node: t.Node, scope: Scope) -> bool:
    """Return whether a side is a number without letters but for constants, such as 2, 1/2 or the root of π."""
    for part, _ in t.walk(node):
        if isinstance(part, t.Letter) and part.name not in scope.notation.constant_letters:
            return False
        if isinstance(part, t.Function) and part.name not in (*KNOWN_FUNCTIONS, *EXTREMA):
            return False
        if isinstance(part, t.Indexed | t.Family | t.Derivative | t.Matrix):
            return False
    return True


# What a condition may say ---------------------------------------------------------------------------------------------


def check(conditions: Sequence[t.Chain], scope: Scope, arguments: Collection[str] = ()) -> None:
    """Raise unless conditions restrict something, and something satisfies them as far as bounds tell.

    ``arguments`` are letters that are arguments of a function here.

    Raises
    ------
    MeaningError
        If they do not.
    """
    for chain in conditions:
        if all(_is_number(side, scope) for side in chain.sides):
            raise MeaningError(
                f"{show(chain)} contains no letter, so it is no condition: write a claim without parentheses", chain
            )
        for one, relation, other in chain.relations:
            if relation is Relation.EQUAL:
                _check_equation((one, other), chain, scope, arguments)
    ranges = _Ranges(scope, arguments)
    relations = [(*related, chain) for chain in conditions for related in chain.relations]
    for _ in range(min(len(relations), _ROUNDS)):
        for one, relation, other, _ in relations:
            ranges.restrict(one, relation, other)
            ranges.restrict(other, relation.mirrored, one)
    for one, relation, other, chain in relations:
        if not ranges.allow(one, relation, other):
            raise MeaningError(f"nothing satisfies {show(chain)}" + _and_others(conditions, chain), chain)


def _and_others(conditions: Sequence[t.Chain], chain: t.Chain) -> str:
    others = [show(each) for each in conditions if each is not chain]
    return f" together with {', '.join(others)}" if others else ""


def _check_equation(sides: Sequence[t.Node], chain: t.Chain, scope: Scope, arguments: Collection[str]) -> None:
    """Raise unless an equation among conditions is between inputs."""
    if any(map(t.takes_derivatives, sides)):
        raise MeaningError("an equation with a derivative is no condition: write a claim without parentheses", chain)
    inside = frozenset().union(*(letters(side, scope) for side in sides))
    for name in sorted(inside - {*arguments}):
        known = name in scope.definitions or family_of(name, scope.notation) in scope.families
        if known and name not in scope.notation.class_letters:
            raise MeaningError(
                f"{name} is defined, so an equation with it is no condition: write a claim without parentheses", chain
            )


# Ranges ---------------------------------------------------------------------------------------------------------------

_Range = tuple[Fraction | float, Fraction | float]
_EVERYTHING = -inf, inf
_HIGHEST, _LONGEST = 16, 2_000  # powers above, and those of longer numbers in bits, have a sign at most
_ROUNDS = 9  # in which one bound may give another


class _Ranges:
    """The ranges in which sides of conditions lie, ends included."""

    def __init__(self, scope: Scope, arguments: Collection[str]):
        self._scope = scope
        self._arguments = dict.fromkeys(arguments)
        self._known: dict[t.Node, _Range] = {}

    def restrict(self, node: t.Node, relation: str, other: t.Node) -> None:
        """Note what a relation says about the letter that stands alone on its left, or with a number."""
        where = position(node)
        letter, shift = (t.Letter(where[0]), where[1]) if where and where[0] else (node, 0)
        if (where and not where[0]) or not isinstance(letter, t.Letter | t.Indexed) or relation is Relation.UNEQUAL:
            return
        (low, high), (start, end) = self._of_letter(letter), self.of(other)
        start, end = _sum((start, Fraction(-shift))), _sum((end, Fraction(-shift)))
        whole = self._is_whole(letter)
        if relation in (Relation.EQUAL, Relation.AT_LEAST, Relation.GREATER):
            low = max(low, _above(start, relation is Relation.GREATER) if whole else start)
        if relation in (Relation.EQUAL, Relation.AT_MOST, Relation.LESS):
            high = min(high, -_above(-end, relation is Relation.LESS) if whole else end)
        self._known[letter] = low, high

    def allow(self, one: t.Node, relation: str, other: t.Node) -> bool:
        """Return whether a relation can hold, as far as the ranges of its sides tell."""
        (low, high), (start, end) = self.of(one), self.of(other)
        if low > high or start > end:
            return False
        if relation is Relation.UNEQUAL:
            return one != other and not low == high == start == end
        if relation in (Relation.LESS, Relation.GREATER):
            return one != other and (low < end if relation is Relation.LESS else high > start)
        return (relation is Relation.AT_LEAST or low <= end) and (relation is Relation.AT_MOST or high >= start)

    def _of_letter(self, letter: t.Node) -> _Range:
        if letter not in self._known:
            self._known[letter] = (self._first(letter), inf) if self._is_whole(letter) else _EVERYTHING
        return self._known[letter]

    def _is_whole(self, letter: t.Node) -> bool:
        symbol = symbol_or_none(letter, self._scope, self._arguments)
        return symbol is not None and symbol.kind in _COUNTED

    def _first(self, letter: t.Node) -> int:
        """Return the first value of a size or an index: steps and layers are counted from 0 on."""
        family = self._scope.notation.widths
        steps = {index for index, size in self._scope.notation.runs_to.items() if (size or STEPS) == STEPS}
        return 0 if isinstance(letter, t.Letter) and letter.name in {*steps, family and family.index} else 1

    def of(self, node: t.Node) -> _Range:
        """Return the range of an expression."""
        match node:
            case t.Number(value=value):
                return value, value
            case t.Letter() | t.Indexed(t.Letter()):
                return self._of_letter(node)
            case t.Minus(body):
                low, high = self.of(body)
                return -high, -low
            case t.Plus(terms):
                ends = [self.of(term) for term in terms]
                return _sum([low for low, _ in ends]), _sum([high for _, high in ends])
            case t.Times((first, *others)):
                low_and_high = self.of(first)
                for other in others:
                    low_and_high = _times(low_and_high, self.of(other))
                return low_and_high
            case t.Fraction(numerator, denominator):
                low, high = self.of(denominator)
                return _times(self.of(numerator), (_inverse(high), _inverse(low))) if low > 0 else _EVERYTHING
            case t.Power(base, t.Number(whole=int(exponent))):
                return _power(self.of(base), exponent)
            case t.Power(t.Letter("e")) | t.Apply(t.Function(r"\exp", 0)) | t.Root():
                return Fraction(0), inf
            case t.Absolute(body):
                low, high = self.of(body)
                return max(low, -high, Fraction(0)), max(-low, high)
            case t.Apply(t.Function(r"\sin" | r"\cos" | r"\tanh", 0)):
                return Fraction(-1), Fraction(1)
        return _EVERYTHING


def _above(end: Fraction | float, strict: bool) -> Fraction | float:
    """Return the first whole number from an end on, or above it."""
    if end in (-inf, inf):
        return end
    return Fraction(floor(end) + 1 if strict else ceil(end))


def _sum(ends: Sequence[Fraction | float]) -> Fraction | float:
    """Return the sum of ends on one side, of which those that are infinite are alike."""
    return next((end for end in ends if end in (-inf, inf)), None) or sum(ends)


def _product(one: Fraction | float, other: Fraction | float) -> Fraction | float:
    if 0 in (one, other):
        return Fraction(0)
    if {one, other}.isdisjoint((-inf, inf)):
        return one * other
    return inf if (one > 0) == (other > 0) else -inf


def _times(one: _Range, other: _Range) -> _Range:
    ends = [_product(first, second) for first, second in product(one, other)]
    return min(ends), max(ends)


def _inverse(end: Fraction | float) -> Fraction | float:
    return Fraction(0) if end == inf else 1 / end


def _power(base: _Range, exponent: int) -> _Range:
    low, high = base
    long = any(end.numerator.bit_length() > _LONGEST for end in base if isinstance(end, Fraction))
    if exponent > _HIGHEST or long:
        return _EVERYTHING if exponent % 2 and low < 0 else (Fraction(0), inf)
    ends = [end**exponent for end in base]
    least = Fraction(0) if exponent % 2 == 0 and low < 0 < high else min(ends)
    return least, max(ends)
