r"""From parse trees to numbers: a `Program` makes a Python function of every node of a tree, once for a scope.

Sums become loops, matrices lists of rows; letters are looked up in `numeric.values`. Numbers are exact
fractions, balls or jets.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise, product

from nncore.verify.notation import DIAGONAL, EXTREMA, IMAGINARY, PARTS, VARIANCE
from nncore.verify.numeric import pairs
from nncore.verify.numeric.jets import HigherOrder, Jet, Unclear
from nncore.verify.numeric.pairs import Pair
from nncore.verify.numeric.values import HIGHEST_ORDER, Value, Values, entry_by_entry, index_grid, own_entry
from nncore.verify.numeric.watching import (
    BASE,
    DIVISOR,
    KINK,
    LOGARITHM,
    RELATION,
    ROOT,
    BadCases,
    NoDerivative,
    NoSuchEntry,
    TooLarge,
    Undefined,
)
from nncore.verify.semantics.layers import covered
from nncore.verify.semantics.symbols import Scope, letters, meanings_of
from nncore.verify.symbol import Symbol, SymbolKind
from nncore.verify.syntax import tree as t

LARGEST_POWER = 10**6
MOST_ENTRIES = 100  # of an array, by all of which a derivative is taken at once

Code = Callable[[Values, Mapping], Value]


class Program:
    """Python functions for the nodes of trees in one scope, each made when it is met first."""

    def __init__(self, scope: Scope):
        self.scope = scope
        self.random = scope.notation.random_letters
        self._codes: dict[int, tuple[t.Node, Code]] = {}  # the node is kept, so that its id stays its own
        self._conditions: dict[int, tuple[t.Chain, Callable[[Values, Mapping], bool]]] = {}
        self._contained: dict[str, frozenset[str]] = {}

    def code(self, node: t.Node) -> Code:
        """Return the function that computes a node."""
        if id(node) not in self._codes:
            self._codes[id(node)] = node, _MAKERS[type(node)](self, node)
        return self._codes[id(node)][1]

    def contained(self, name: str) -> frozenset[str]:
        """Return a letter and all letters that it is made of."""
        if name not in self._contained:
            parts = [part for each in meanings_of(name, self.scope) for part in (each.body, *each.conditions)]
            self._contained[name] = frozenset((name,)).union(*(letters(part, self.scope) for part in parts))
        return self._contained[name]

    def condition(self, chain: t.Chain) -> Callable[[Values, Mapping], bool]:
        """Return the function that says whether all relations of a chain hold."""
        if id(chain) not in self._conditions:
            self._conditions[id(chain)] = chain, self._relations(chain)
        return self._conditions[id(chain)][1]

    def _relations(self, chain: t.Chain) -> Callable[[Values, Mapping], bool]:
        sides = [self.code(side) for side in chain.sides]
        links = list(chain.links)

        def hold(at: Values, local: Mapping) -> bool:
            values = [side(at, local) for side in sides]
            return all(
                link.relation.holds(_sign_of_difference(at, one, other, RELATION, link))
                for (one, other), link in zip(pairwise(values), links, strict=True)
            )

        return hold

    # Leaves

    def _number(self, node: t.Number) -> Code:
        digits, exponent = node.digits, node.exponent

        def number(at: Values, local: Mapping):
            return value

        whole, _, rest = digits.partition(".")
        power = exponent - len(rest)
        if abs(power) > LARGEST_POWER or len(digits) > LARGEST_POWER:
            raise TooLarge("too large to try")
        if power >= 0:
            value = int(whole + rest) * 10**power
            return number

        def decimal(at: Values, local: Mapping):
            return at.jets.numbers.exact(int(whole + rest), 10**-power)

        return decimal

    def _letter(self, node: t.Letter | t.Family) -> Code:
        letter = node.name if isinstance(node, t.Letter) else None
        known: list[Code] = []

        def look_up(at: Values, local: Mapping):
            if letter in local:
                return local[letter]
            if not known:
                known.append(self._global(node.meaning))
            return known[0](at, local)

        return look_up

    def _global(self, name: Symbol) -> Code:
        match name.kind:
            case "array":
                return lambda at, local: at.array(name)
            case "number":
                return lambda at, local: at.entry(name.name, ())
            case "size":
                return lambda at, local: at.point.size(name.name)
            case "constant" if name.name == "e":
                return lambda at, local: at.jets.exp(1)
            case "constant" if name.name == r"\pi":
                return lambda at, local: at.jets.numbers.pi()
            case "constant" if name.name == IMAGINARY:
                return lambda at, local: Pair(0, 1)
        raise TypeError(f"{name.name} has no value")

    def _indexed(self, node: t.Indexed) -> Code:
        indices = [self.code(index) for index in node.indices]
        if not isinstance(node.base, t.Letter | t.Family):
            base = self.code(node.base)

            def entry_of_matrix(at: Values, local: Mapping):
                return own_entry(base(at, local), tuple([index(at, local) for index in indices]))

            return entry_of_matrix
        name = node.meaning
        match name.kind:
            case "delta":
                one, other = indices
                return lambda at, local: int(one(at, local) == other(at, local))
            case "size":
                return lambda at, local: at.point.size(name.name)
            case "number":
                return lambda at, local: at.entry(name.name, ())
        if name.is_sequence:
            (place,) = indices

            def member(at: Values, local: Mapping):
                number = place(at, local)
                if not covered(name.name, number, self.scope):
                    raise NoSuchEntry
                return at.entry(name.name, (number,))

            return member
        last = self.scope.notation.size_of_classes(name.name) if name.kind == "class" else None
        is_input = name.name not in self.scope.definitions

        def entry(at: Values, local: Mapping):
            place = tuple([index(at, local) for index in indices])
            for index, size in zip(place, name.sizes, strict=True):
                if not 1 <= index <= at.point.size(size):
                    raise NoSuchEntry
            if last is not None and is_input:
                return at.point.class_number(name.name, place, at.point.size(last))
            return at.entry(name.name, place)

        return entry

    # Arithmetic

    def _plus(self, node: t.Plus) -> Code:
        terms = [self.code(term) for term in node.terms]
        return lambda at, local: _total([term(at, local) for term in terms], at)

    def _minus(self, node: t.Minus) -> Code:
        body = self.code(node.body)
        return lambda at, local: entry_by_entry(lambda value: -value, body(at, local))

    def _times(self, node: t.Times) -> Code:
        factors = [self.code(factor) for factor in node.factors]
        return lambda at, local: _product((factor(at, local) for factor in factors), at)

    def _entry_times(self, node: t.EntryTimes) -> Code:
        factors = [self.code(factor) for factor in node.factors]

        def entry_times(at: Values, local: Mapping):
            first, *others = (factor(at, local) for factor in factors)
            for other in others:
                first = entry_by_entry(lambda one, two: one * two, first, other)
            return first

        return entry_times

    def _fraction(self, node: t.Fraction | t.EntryFraction) -> Code:
        above, below, part = self.code(node.numerator), self.code(node.denominator), node.denominator

        def fraction(at: Values, local: Mapping):
            divisor, divided = below(at, local), above(at, local)
            if type(divisor) is not list:
                return entry_by_entry(lambda one: _quotient(one, divisor, part, at), divided)
            return entry_by_entry(lambda one, other: _quotient(one, other, part, at), divided, divisor)

        return fraction

    def _power(self, node: t.Power) -> Code:
        exponent, base, part = self.code(node.exponent), self.code(node.base), node.base
        of_e = part == t.Letter("e") and part.meaning.kind is SymbolKind.CONSTANT

        def power(at: Values, local: Mapping):
            above = exponent(at, local)
            if of_e and "e" not in local:
                return _known(r"\exp", above, at)
            below, jets = base(at, local), at.jets
            if type(above) is not Jet and jets.numbers.is_exact(above) and jets.numbers.ratio(above)[1] == 1:
                return _whole_power(below, jets.numbers.ratio(above)[0], part, at)
            sign = _sign_at(below, at)
            at.watch.note(BASE, part, sign, below, jets)
            if sign == 0 and type(below) is not Jet and type(above) is not Jet and jets.sign(above) > 0:
                return 0
            if sign <= 0:
                raise Undefined(BASE, part)
            return jets.power(below, above)

        return power

    def _transpose(self, node: t.Transpose) -> Code:
        body = self.code(node.body)
        return lambda at, local: [list(column) for column in zip(*body(at, local), strict=True)]

    def _root(self, node: t.Root) -> Code:
        body, part = self.code(node.body), node.body

        def root(at: Values, local: Mapping):
            value = body(at, local)
            sign = _sign_at(value, at)
            at.watch.note(ROOT, part, sign, value, at.jets)
            if sign < 0 or (sign == 0 and type(value) is Jet):
                _flip(part, at, local)
                raise Undefined(ROOT if sign < 0 else BASE, part)
            return at.jets.root(value) if sign else 0

        return root

    def _absolute(self, node: t.Absolute) -> Code:
        body, part = self.code(node.body), node.body

        def absolute(at: Values, local: Mapping):
            value = body(at, local)
            if type(value) is Pair:
                return _modulus(value, at)
            return value if _sign_of_difference(at, value, 0, KINK, part) >= 0 else -value

        return absolute

    # Binders

    def _loop(self, node: t.Sum | t.Product) -> Callable[[Values, Mapping], list]:
        first, last, body, letter = self.code(node.lower), self.code(node.upper), self.code(node.body), node.index.name

        def loop(at: Values, local: Mapping) -> list:
            start, end, inner = first(at, local), last(at, local), dict(local)
            if end < start - 1:
                raise NoSuchEntry(f"a sum from {start} to {end}")
            values = []
            for number in range(start, end + 1):
                at.watch.budget.spend(1)
                inner[letter] = number
                values.append(body(at, inner))
            return values

        return loop

    def _sum(self, node: t.Sum) -> Code:
        loop = self._loop(node)
        return lambda at, local: _total(loop(at, local), at)

    def _product_over(self, node: t.Product) -> Code:
        loop = self._loop(node)
        return lambda at, local: _product(loop(at, local), at)

    def _extremum(self, node: t.Extremum) -> Code:
        body, letter, sign = self.code(node.body), node.index.name, 1 if node.kind.endswith("max") else -1
        size = next(each.to for each in self.scope.notation.indices if each.letter == letter)
        chooses = node.kind.startswith("arg")

        def extremum(at: Values, local: Mapping):
            inner, values = dict(local), []
            for number in range(1, at.point.size(size) + 1):
                at.watch.budget.spend(1)
                inner[letter] = number
                values.append(body(at, inner))
            place = _best(values, sign, RELATION if chooses else KINK, node, at)
            return place + 1 if chooses else values[place]

        return extremum

    def _matrix(self, node: t.Matrix) -> Code:
        rows = [[self.code(entry) for entry in row] for row in node.rows]
        return lambda at, local: [[entry(at, local) for entry in row] for row in rows]

    def _cases(self, node: t.Cases) -> Code:
        cases = [(self.condition(case.condition), self.code(case.value)) for case in node.cases]

        def chosen(at: Values, local: Mapping):
            values = [value(at, local) for holds, value in cases if holds(at, local)]
            if not values:
                raise BadCases("no case holds")
            for other in values[1:]:
                entry_by_entry(lambda one, two: _check_overlap(one - two, at), values[0], other)
            return values[0]

        return chosen

    # Functions

    def _apply(self, node: t.Apply) -> Code:
        function, arguments = node.function, [self.code(argument) for argument in node.arguments]
        name, part = function.name, node.arguments[0]
        kind = self.scope.notation.kind_of_function(name)
        if kind == "moment":
            return self._moment(node)
        if name in EXTREMA:
            sign = 1 if name == r"\max" else -1

            def of_all(at: Values, local: Mapping):
                values = [argument(at, local) for argument in arguments]
                return entry_by_entry(lambda *numbers: numbers[_best(numbers, sign, KINK, node, at)], *values)

            return of_all
        if name == DIAGONAL:
            (row,) = arguments

            def diagonal(at: Values, local: Mapping):
                (values,) = row(at, local)
                return [[value if k == m else 0 for m, value in enumerate(values)] for k in range(len(values))]

            return diagonal
        if kind == "cost":
            return lambda at, local: cost(name, [argument(at, local) for argument in arguments], at)

        def applied(at: Values, local: Mapping):
            values = [argument(at, local) for argument in arguments]
            primes = function.primes
            return entry_by_entry(lambda *numbers: self.prime(function, primes, numbers, part, at, local), *values)

        return applied

    def _moment(self, node: t.Apply) -> Code:
        body, varies, seen = self.code(node.arguments[0]), node.function.name == VARIANCE, _index_letters(node)

        def moment(at: Values, local: Mapping):
            key = id(node), _seen(seen, local)
            if key not in at.memo:
                mean = at.mean(lambda values: body(values, local))
                if varies:
                    mean = at.mean(lambda values: at.jets.whole_power(body(values, local) - mean, 2))
                at.memo[key] = mean
            return at.memo[key]

        return moment

    def prime(self, function: t.Function, primes: int, numbers: tuple, part: t.Node, at: Values, local: Mapping):
        """A derivative of a function of numbers, or its value."""
        if not primes:
            return self._of_numbers(function.name, numbers, part, at, local)
        (x,) = numbers
        for convention in self.scope.conventions:
            if (convention.function, convention.primes) == (function.name, primes):
                gap = x - at.value(convention.point, {})
                sign = _sign_at(gap, at)
                at.watch.note(KINK, convention.point, sign, gap, at.jets)
                if sign == 0 and type(gap) is not Jet:
                    return at.value(convention.value, {})
                if sign == 0:  # beside its point the function has its own derivative
                    at.jets.kinked.update(direction for monomial in gap.terms for direction in monomial)
        return self.slope_at(function, primes, x, part, at, local)

    def slope_at(self, function: t.Function, primes: int, x, part: t.Node, at: Values, local: Mapping):
        """Return the slope of a derivative of lower order, whatever a convention says."""

        def lower(value):
            return self.prime(function, primes - 1, (value,), part, at, local)

        def side(sign: int):
            (direction,) = at.jets.directions(sign=sign)
            return lower(at.jets.moved(x, direction)), direction

        return at.slope(side, lambda: lower(x))

    def _of_numbers(self, name: str, numbers: tuple, part: t.Node, at: Values, local: Mapping):
        at.watch.budget.spend(1)
        definition = self.scope.definitions.get(name)
        if definition:
            inner = dict(zip(definition.arguments, numbers, strict=True))
            for chain in definition.conditions:
                if not at.holds(chain, inner):
                    raise Undefined(RELATION, chain)
            return at.value(definition.body, inner)
        (x,) = numbers
        if name == r"\ln":
            sign = _sign_at(x, at)
            at.watch.note(LOGARITHM, part, sign, x, at.jets)
            if sign <= 0:
                _flip(part, at, local)
                raise Undefined(LOGARITHM, part)
            return at.jets.ln(x)
        if name in _KNOWN:
            return _known(name, x, at)
        if name in PARTS:
            of = pairs.pair(x)
            return of.real if name == PARTS[0] else of.imaginary
        return at.point.smooth(name, x, lambda y: _known(r"\sin", y, at))

    # Derivatives

    def _derivative(self, node: t.Derivative) -> Code:
        body, variables = self.code(node.body), node.variables
        names = [variable.meaning for variable in variables]
        seen, where = _index_letters(node.body), id(node.body)
        if names[0].kind == "array":
            (name,) = names

            def by_array(at: Values, local: Mapping):
                rows, columns = map(at.point.size, name.shape)
                grid = index_grid(name.shape, rows, columns)
                places = [place for row in grid for place in row]
                slopes = _gradient(body, where, name.name, places, at, local)
                if slopes is None:
                    slopes = {place: _by(body, ((name.name, place),), at, local) for place in places}
                return [[slopes[place] for place in row] for row in grid]

            return by_array
        indices = [[self.code(index) for index in getattr(variable, "indices", ())] for variable in variables]

        def by_entries(at: Values, local: Mapping):
            keys = []
            for name, codes in zip(names, indices, strict=True):
                place = tuple([index(at, local) for index in codes]) if name.kind == "entry" else ()
                for index, size in zip(place, () if name.is_sequence else name.sizes, strict=False):
                    if not 1 <= index <= at.point.size(size):
                        raise NoSuchEntry
                keys.append((name.name, place))
            inner = _seen(seen, local)
            key = where, tuple(keys), inner
            if key not in at.memo:
                slopes = None
                if len(keys) == 1 and not inner and not names[0].is_sequence:
                    places = list(product(*(range(1, at.point.size(size) + 1) for size in names[0].sizes)))
                    slopes = _gradient(body, where, names[0].name, places, at, {})
                at.memo[key] = slopes[keys[0][1]] if slopes else _by(body, tuple(keys), at, local)
            return at.memo[key]

        return by_entries


_MAKERS: dict[type, Callable] = {
    t.Number: Program._number,
    t.Letter: Program._letter,
    t.Family: Program._letter,
    t.Indexed: Program._indexed,
    t.Plus: Program._plus,
    t.Minus: Program._minus,
    t.Times: Program._times,
    t.EntryTimes: Program._entry_times,
    t.Fraction: Program._fraction,
    t.EntryFraction: Program._fraction,
    t.Power: Program._power,
    t.Transpose: Program._transpose,
    t.Root: Program._root,
    t.Absolute: Program._absolute,
    t.Apply: Program._apply,
    t.Sum: Program._sum,
    t.Product: Program._product_over,
    t.Extremum: Program._extremum,
    t.Derivative: Program._derivative,
    t.Matrix: Program._matrix,
    t.Cases: Program._cases,
}


def _by(body: Code, keys: tuple, at: Values, local: Mapping):
    """The derivative by one entry after the other."""
    if not keys:
        return body(at, local)
    (name, place), *rest = keys

    def side(sign: int):
        beside, direction = at.beside(name, place, sign)
        return _by(body, tuple(rest), beside, local), direction

    return at.slope(side, lambda: _by(body, tuple(rest), at, local))


def _gradient(body: Code, where: int, name: str, places: list, at: Values, local: Mapping) -> dict | None:
    """The derivatives by all entries of an array at once, by place; None where a kink was met in their directions."""
    if at.jets.order > 1 or not 1 < len(places) <= MOST_ENTRIES:
        return None
    key = where, name, _seen(tuple(sorted(local)), local)
    if key not in at.memo:
        at.watch.slopes += 1
        try:
            beside, directions = at.beside_all(name, places)
            value = body(beside, local)
            slopes = [at.jets.slope(value, direction) for direction in directions]
            met = at.jets.kinked & set(directions)
            at.memo[key] = None if met else dict(zip(places, slopes, strict=True))
        except HigherOrder:  # the entries have no order among each other
            at.memo[key] = None
        finally:
            at.watch.slopes -= 1
    return at.memo[key]


def _index_letters(node: t.Node) -> tuple[str, ...]:
    return tuple(sorted({each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)}))


def _seen(names: tuple[str, ...], local: Mapping) -> tuple:
    """What an expression sees of the letters that are bound around it."""
    return tuple([(name, _key(local[name])) for name in names if name in local])


def _key(value):
    """A whole number as itself; others are known by their identity, as they are not compared."""
    return value if type(value) is int else _Same(value)


class _Same:
    """A value that is equal to nothing but itself, and is kept, so that its identity stays its own."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other) -> bool:
        return type(other) is _Same and self.value is other.value


# Arithmetic with guards -----------------------------------------------------------------------------------------------

_KNOWN = (r"\exp", r"\tanh", r"\sin", r"\cos")


def _known(name: str, x, at: Values):
    if type(x) is Pair:
        return getattr(pairs, name[1:])(x, at.jets)
    return getattr(at.jets, name[1:])(x)


def _sign_at(value, at: Values) -> int:
    """The sign of a number, or of a jet at the point itself."""
    sign = at.jets.numbers.sign(at.jets.constant(value))
    if sign is None:
        raise Unclear
    return sign


def _sign_of_difference(at: Values, one, other, kind: str, part: t.Node) -> int:
    if type(one) is int and type(other) is int:
        sign = (one > other) - (one < other)
        at.watch.note(kind, part, sign, sign, at.jets)
        return sign
    difference = one - other
    sign = at.jets.sign(difference)
    on_it = type(difference) is Jet and not at.jets.constant(difference)
    at.watch.note(kind, part, 0 if on_it else sign, difference, at.jets)
    return sign


def _best(values, sign: int, kind: str, part: t.Node, at: Values) -> int:
    """The place of the largest value (or the smallest): of equal ones the first."""
    place = 0
    for k in range(1, len(values)):
        if _sign_of_difference(at, values[k], values[place], kind, part) * sign > 0:
            place = k
    return place


def _flip(part: t.Node, at: Values, local: Mapping) -> None:
    """Note the input that must be positive here, so that the next point gives it its other sign."""
    if not isinstance(part, t.Letter | t.Indexed) or (isinstance(part, t.Letter) and part.name in local):
        return
    name = part.meaning
    place = tuple(at.number(index, local) for index in getattr(part, "indices", ())) if name.kind == "entry" else ()
    value = at.point.touched.get((name.name, place))
    if value is not None:
        at.watch.flips[name.name, place] = -value or 1


def _modulus(value: Pair, at: Values):
    """The absolute value of a complex number, which has a kink at 0."""
    square = pairs.square_of_modulus(value)
    if _sign_at(square, at):
        return at.jets.root(square)
    if type(value.real) is not Jet and type(value.imaginary) is not Jet:
        return 0
    if at.jets.order < HIGHEST_ORDER:
        raise HigherOrder
    parts = [part for part in (value.real, value.imaginary) if type(part) is Jet]
    if any(len(monomial) == 1 for part in parts for monomial in part.terms):
        raise NoDerivative
    raise Unclear


def _check_overlap(gap, at: Values) -> None:
    if type(gap) not in (Jet, Pair) and at.jets.numbers.sign(gap):
        raise BadCases("two cases hold and disagree")


def _quotient(above, below, part: t.Node, at: Values):
    if type(below) is int and type(above) is not Pair:
        if not below:
            raise Undefined(DIVISOR, part)
        return at.jets.quotient(above, below)
    if type(above) is Pair or type(below) is Pair:
        if not _sign_at(pairs.square_of_modulus(pairs.pair(below)), at):
            raise Undefined(DIVISOR, part)
        return pairs.quotient(above, below, at.jets)
    sign = _sign_at(below, at)
    at.watch.note(DIVISOR, part, sign, below, at.jets)
    if sign:
        return at.jets.quotient(above, below)
    try:
        if type(below) is Jet and at.jets.vanishing is not None:
            return at.jets.quotient(above, below)
    except ZeroDivisionError:
        pass
    raise Undefined(DIVISOR, part)


def _whole_power(below, exponent: int, part: t.Node, at: Values):
    if abs(exponent) > LARGEST_POWER:
        raise TooLarge("too large to try")
    if type(below) is Pair:
        if exponent < 0 and not _sign_at(pairs.square_of_modulus(below), at):
            raise Undefined(DIVISOR, part)
        return pairs.whole_power(below, exponent, at.jets)
    if exponent >= 0:
        return at.jets.whole_power(below, exponent)
    return at.jets.whole_power(_quotient(1, below, part, at), -exponent)


def _total(values: list, at: Values):
    if values and type(values[0]) is list:
        at.watch.budget.spend(len(values[0]) * len(values[0][0]))
        return [
            [at.jets.total(list(entries)) for entries in zip(*rows, strict=True)] for rows in zip(*values, strict=True)
        ]
    return at.jets.total(values)


def _product(values: Iterable, at: Values):
    result = 1
    for value in values:
        if type(result) is list and type(value) is list:
            columns = list(zip(*value, strict=True))
            at.watch.budget.spend(len(result) * len(columns) * len(value))
            result = [
                [at.jets.total([one * other for one, other in zip(row, column, strict=True)]) for column in columns]
                for row in result
            ]
        elif type(value) is list:
            result = entry_by_entry(lambda one, factor=result: factor * one, value)
        elif type(result) is list:
            result = entry_by_entry(lambda one, factor=value: one * factor, result)
        else:
            result = at.jets.trimmed(result * value)
    return result


def cost(name: str, values: list, at: Values):
    """Return a cost of which nothing is known: a random polynomial of degree 5 of all entries, none alone.

    The third derivatives, the highest that can be written, still depend on the entries.
    """
    rows = [row for value in values for row in (value if type(value) is list else [[value]])]
    entries = [number for row in rows for number in row]
    at.watch.budget.spend(3 * len(entries))
    linear, even, odd = (
        at.jets.total([number * at.point.coefficient(name, part, place) for place, number in enumerate(entries)])
        for part in ("a", "b", "c")
    )
    exact, square, cube = at.jets.numbers.exact, even * even, odd * odd * odd
    addends = [at.point.coefficient(name, "d"), linear, square * exact(1, 2), cube * exact(1, 6)]
    addends += [square * square * exact(1, 24), cube * odd * odd * exact(1, 120)]
    return at.jets.total(addends) * at.point.scale(name)
