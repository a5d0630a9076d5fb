r"""What can be said of the range of an expression without trying numbers: e^x > 0, a sum of squares is not negative.

`range_of` gives an interval that holds all values of an expression, each end open or closed. It goes through the parse
tree, with definitions looked up and with what conditions say of the signs of its parts. A guard of a formula whose
range leaves out what it may not be needs no condition (`numeric.judge`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf

from nncore.verify.notation import STEPS
from nncore.verify.numeric.sample_points import input_name
from nncore.verify.numeric.watching import DIVISOR, ROOT
from nncore.verify.semantics.symbols import Scope
from nncore.verify.symbol import Symbol, SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; an end that is ``open`` does not belong to it."""

    low: Fraction | float  # a fraction, or an infinity
    high: Fraction | float
    low_open: bool = True
    high_open: bool = True
    without_0: bool = False

    @property
    def is_positive(self) -> bool:
        """Return whether all of it is above 0."""
        return self.low > 0 or (self.low == 0 and (self.low_open or self.without_0))

    @property
    def is_negative(self) -> bool:
        """Return whether all of it is below 0."""
        return self.high < 0 or (self.high == 0 and (self.high_open or self.without_0))

    @property
    def is_not_negative(self) -> bool:
        """Return whether nothing of it is below 0."""
        return self.low >= 0

    @property
    def is_not_0(self) -> bool:
        """Return whether it leaves out 0."""
        return self.is_positive or self.is_negative or self.without_0


ALL = Range(-inf, inf)
POSITIVE = Range(0, inf)
NOT_NEGATIVE = Range(0, inf, low_open=False)


def is_proved(kind: str, range_: Range) -> bool:
    """Return whether a guard whose part has that range is never violated."""
    if kind == DIVISOR:
        return range_.is_not_0
    return range_.is_not_negative if kind == ROOT else range_.is_positive


class Ranges:
    """The ranges of expressions in one scope, under conditions."""

    def __init__(self, scope: Scope, conditions: Iterable[t.Chain], assumptions: Iterable[t.Chain] = ()):
        self._scope = scope
        self._known: dict[t.Node, Range] = {}
        self._entries: dict[str, Range] = {}  # what is assumed of all entries of an array
        self._memo: dict[tuple[t.Node, tuple[tuple[str, Range], ...]], Range] = {}
        for one, sign, other in _both_ways(conditions):
            self._learn(one, sign, other)
        for one, sign, other in _both_ways(assumptions):
            name, bound = input_name(one, scope) if _is_any_entry(one, scope) else None, _constant(other)
            if name and bound is not None:
                self._entries[name] = _both(self._entries.get(name, ALL), _related(sign, bound))

    def _learn(self, one: t.Node, sign: Relation, other: t.Node) -> None:
        """Keep what a condition says of a side, and of the difference of both."""
        bound = _constant(other)
        if bound is not None:
            self._keep(one, _related(sign, bound))
            self._keep(t.Minus(one), _negative(_related(sign, bound)))
        self._keep(t.Plus((one, t.Minus(other))), _related(sign, 0))

    def _keep(self, node: t.Node, found: Range) -> None:
        self._known[node] = _both(self._known.get(node, ALL), found)

    def of(self, node: t.Node, local: Mapping[str, Range] = {}) -> Range:
        """Return a range of an expression; ``local`` holds those of the arguments of a function."""
        key = node, tuple(local.items())
        if key not in self._memo:
            self._memo[key] = ALL  # of what is made of itself
            found = self._of(node, local)
            says = node in self._known and not _letters(node) & local.keys()  # of a letter that is bound here, nothing
            self._memo[key] = _both(found, self._known[node]) if says else found
        return self._memo[key]

    def _of(self, node: t.Node, local: Mapping[str, Range]) -> Range:
        match node:
            case t.Number():
                value = _constant(node)
                return Range(value, value, False, False) if value is not None else ALL
            case t.Letter(name) if name in local:
                return local[name]
            case t.Letter() | t.Indexed() | t.Family():
                return self._of_letter(node)
            case t.Plus(terms):
                return _sum([self.of(term, local) for term in terms])
            case t.Minus(body):
                return _negative(self.of(body, local))
            case t.Times(factors) | t.EntryTimes(factors):
                return self._of_product(factors, local)
            case t.Fraction(above, below) | t.EntryFraction(above, below):
                return _product(self.of(above, local), _inverse(self.of(below, local)))
            case t.Power(base, exponent):
                return self._of_power(base, exponent, local)
            case t.Root(body):
                return POSITIVE if self.of(body, local).is_positive else NOT_NEGATIVE
            case t.Absolute(body):
                return _size(self.of(body, local))
            case t.Sum(index, _, upper, body):
                return self._of_sum(upper, self.of(body, {**local, index.name: Range(1, inf, False)}))
            case t.Product(index, _, _, body):
                inner = self.of(body, {**local, index.name: Range(1, inf, False)})
                return POSITIVE if inner.is_positive else NOT_NEGATIVE if inner.is_not_negative else ALL
            case t.Extremum(kind, index, body) if not kind.startswith("arg"):
                return self.of(body, {**local, index.name: Range(1, inf, False)})
            case t.Apply(function, arguments):
                return self._of_application(function, arguments, local)
            case t.Cases(cases):
                return _hull([self.of(case.value, local) for case in cases])
            case t.Transpose(body):
                return self.of(body, local)
        return ALL

    def _of_letter(self, node: t.Name) -> Range:
        match node.symbol:
            case None:
                return ALL
            case Symbol(SymbolKind.CONSTANT, name):
                return {"e": Range(2, 3), r"\pi": Range(3, 4)}.get(name, ALL)
            case Symbol(SymbolKind.SIZE | SymbolKind.CLASS):
                return Range(1, inf, False)
            case Symbol(SymbolKind.DELTA):
                return Range(0, 1, False, False)
            case Symbol(SymbolKind.INDEX | SymbolKind.BOUND, name):
                return NOT_NEGATIVE if self._scope.notation.range_of_index(name) == STEPS else Range(1, inf, False)
            case Symbol(_, name):
                pass
        definition = self._scope.definitions.get(name)
        if definition is None:
            return self._entries.get(name, ALL)
        own = {letter: NOT_NEGATIVE if size == STEPS else Range(1, inf, False) for letter, size in definition.indices}
        return self.of(definition.body, own) if not definition.arguments else ALL

    def _of_product(self, factors: tuple[t.Node, ...], local: Mapping[str, Range]) -> Range:
        result = Range(1, 1, False, False)
        waiting = list(factors)
        while waiting:
            factor = waiting.pop(0)
            if factor in waiting:  # a square
                waiting.remove(factor)
                result = _product(result, _square(self.of(factor, local)))
            else:
                result = _product(result, self.of(factor, local))
        return result

    def _of_power(self, base: t.Node, exponent: t.Node, local: Mapping[str, Range]) -> Range:
        below, power = self.of(base, local), _constant(exponent)
        if power == 2:
            return _square(below)
        if power is not None and power == int(power) and power > 0:
            if power % 2 == 0:
                return POSITIVE if below.is_not_0 else NOT_NEGATIVE
            if below.is_negative:
                return _negative(POSITIVE)
            if not below.is_not_negative:
                return Range(-inf, inf, without_0=below.is_not_0)
            high, closed = (1, below.high_open) if below.high <= 1 else (inf, True)
            return Range(0, high, below.is_positive, closed)
        if below.is_positive:
            return POSITIVE
        if below.is_not_negative and power is not None and power > 0:
            return NOT_NEGATIVE
        return ALL

    def _of_sum(self, upper: t.Node, inner: Range) -> Range:
        """Return the range of a sum: up to a size it has an addend, up to a step it may have none."""
        size = upper.symbol if isinstance(upper, t.Name) else None
        filled = isinstance(upper, t.Number) or (size is not None and size.kind is SymbolKind.SIZE)
        if inner.is_positive:
            return Range(inner.low, inf, inner.low_open) if filled else NOT_NEGATIVE
        if inner.is_negative:
            return Range(-inf, inner.high, True, inner.high_open) if filled else _negative(NOT_NEGATIVE)
        if inner.is_not_negative:
            return NOT_NEGATIVE
        return _negative(NOT_NEGATIVE) if _negative(inner).is_not_negative else ALL

    def _of_application(self, function: t.Function, arguments: tuple[t.Node, ...], local: Mapping[str, Range]) -> Range:
        inside = [self.of(argument, local) for argument in arguments]
        name = function.name
        if function.primes:
            return ALL
        if name == r"\exp":
            return _exponential(inside[0])
        if name == r"\tanh":
            return _both(Range(-1, 1), Range(0, 1) if inside[0].is_positive else ALL)
        if name in (r"\sin", r"\cos"):
            return Range(-1, 1, False, False)
        if name == r"\max":
            low = max(inside, key=lambda each: (each.low, each.low_open))
            return Range(low.low, max(each.high for each in inside), low.low_open, False, low.is_positive)
        if name == r"\min":
            high = min(inside, key=lambda each: (each.high, not each.high_open))
            return Range(min(each.low for each in inside), high.high, False, high.high_open, high.is_negative)
        if self._scope.notation.kind_of_function(name) == "moment":
            return ALL
        definition = self._scope.definitions.get(name)
        if definition and definition.arguments:
            return self.of(definition.body, dict(zip(definition.arguments, inside, strict=True)))
        return ALL


def _both_ways(chains: Iterable[t.Chain]) -> Iterator[tuple[t.Node, Relation, t.Node]]:
    """Yield the relations of some chains, each also with its sides exchanged."""
    for chain in chains:
        for left, relation, right in chain.relations:
            yield left, relation, right
            yield right, relation.mirrored, left


def _letters(node: t.Node) -> set[str]:
    """Return the letters of an expression, bound or free."""
    return {each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)}


def _is_any_entry(node: t.Node, scope: Scope) -> bool:
    """Return whether an expression is any entry of an array, or a number: y_{im}, but not y_{i1} or y_{ii}."""
    indices = getattr(node, "indices", ())
    found = {index.name for index in indices if isinstance(index, t.Letter)} & scope.notation.index_letters
    return len(found) == len(indices)


def _constant(node: t.Node) -> Fraction | None:
    """Return the value of a number, of its negative, or of a quotient of numbers."""
    match node:
        case t.Number(digits, exponent) if len(digits) < 300 and abs(exponent) < 300:
            return node.value
        case t.Minus(body):
            value = _constant(body)
            return None if value is None else -value
        case t.Fraction(above, below):
            one, other = _constant(above), _constant(below)
            return one / other if one is not None and other else None
    return None


def _related(relation: Relation, bound: Fraction | int) -> Range:
    match relation:
        case Relation.EQUAL:
            return Range(bound, bound, False, False)
        case Relation.GREATER:
            return Range(bound, inf)
        case Relation.AT_LEAST:
            return Range(bound, inf, False)
        case Relation.LESS:
            return Range(-inf, bound)
        case Relation.AT_MOST:
            return Range(-inf, bound, True, False)
        case Relation.UNEQUAL if bound == 0:
            return Range(-inf, inf, without_0=True)
    return ALL


def _both(one: Range, other: Range) -> Range:
    low = max((one, other), key=lambda each: (each.low, each.low_open))
    high = min((one, other), key=lambda each: (each.high, not each.high_open))
    return Range(low.low, high.high, low.low_open, high.high_open, one.without_0 or other.without_0)


def _hull(ranges: list[Range]) -> Range:
    low = min(ranges, key=lambda each: (each.low, each.low_open))
    high = max(ranges, key=lambda each: (each.high, not each.high_open))
    return Range(low.low, high.high, low.low_open, high.high_open, all(each.is_not_0 for each in ranges))


def _negative(one: Range) -> Range:
    return Range(-one.high, -one.low, one.high_open, one.low_open, one.without_0)


def _sum(ranges: list[Range]) -> Range:
    low, high = sum(each.low for each in ranges), sum(each.high for each in ranges)
    low_open, high_open = any(each.low_open for each in ranges), any(each.high_open for each in ranges)
    if all(each.is_not_negative for each in ranges) and any(each.is_positive for each in ranges):
        return Range(low, high, low_open or low == 0, high_open)
    return Range(low, high, low_open, high_open)


def _product(one: Range, other: Range) -> Range:
    if one.is_not_negative and other.is_not_negative:
        positive = one.is_positive and other.is_positive
        low, high = _times(one.low, other.low), _times(one.high, other.high)
        low_open = one.low_open or other.low_open if low > 0 else positive
        return Range(low, high, low_open, one.high_open or other.high_open or isinf(high))
    if one.low < 0 and one.high <= 0:
        return _negative(_product(_negative(one), other))
    if other.low < 0 and other.high <= 0:
        return _negative(_product(one, _negative(other)))
    ends = [_times(a, b) for a in (one.low, one.high) for b in (other.low, other.high)]
    return Range(min(ends), max(ends), False, False, one.is_not_0 and other.is_not_0)


def _times(one: Fraction | float, other: Fraction | float) -> Fraction | float:
    return 0 if not one or not other else one * other


def _inverse(one: Range) -> Range:
    if one.is_positive:
        low = 0 if isinf(one.high) else Fraction(1) / one.high
        high = inf if not one.low else Fraction(1) / one.low
        return Range(low, high, one.high_open or isinf(one.high), one.low_open or not one.low)
    if one.is_negative:
        return _negative(_inverse(_negative(one)))
    return Range(-inf, inf, without_0=True)


def _square(one: Range) -> Range:
    size = _size(one)
    low, high = _times(size.low, size.low), _times(size.high, size.high)
    return Range(low, high, size.low_open, size.high_open, size.without_0)


def _size(one: Range) -> Range:
    if one.is_not_negative:
        return one
    if _negative(one).is_not_negative:
        return _negative(one)
    return Range(0, max(-one.low, one.high), False, False, one.without_0)


def _exponential(one: Range) -> Range:
    """Return the range of e^x, with 1 as the only number at an end that is looked at."""
    low = 1 if one.low >= 0 else 0
    high = 1 if one.high <= 0 else inf
    return Range(low, high, one.low_open or one.low != 0, one.high_open or one.high != 0)
