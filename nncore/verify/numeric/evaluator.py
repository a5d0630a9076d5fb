r"""From parse trees to numbers: a `Program` makes a Python function of every node of a tree, once for a scope.

Sums become loops, matrices lists of rows; letters are looked up in `numeric.values`. Numbers are exact
fractions, balls or jets.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product
from typing import TypeAlias, TypeVar, cast

from nncore.verify.notation import DIAGONAL, EXTREMA, IMAGINARY, PARTS, VARIANCE
from nncore.verify.numeric import pairs, watching
from nncore.verify.numeric.jets import Expansion, HigherOrder, Jet, Jets, Pair, Scalar, Unclear, pair
from nncore.verify.numeric.matrices import Matrix, Place, Value, entry_by_entry, own_entry
from nncore.verify.numeric.values import HIGHEST_ORDER, Code, Condition, Defined, Local, Values
from nncore.verify.numeric.watching import BadCases, GuardKey, HugeNumber, NoDerivative, NoSuchEntry, Same, Undefined
from nncore.verify.semantics.layers import covered, line_for
from nncore.verify.semantics.symbols import Binding, Scope, letters, meanings_of
from nncore.verify.symbol import Symbol, SymbolKind
from nncore.verify.syntax import tree as t

LARGEST_POWER = 10**6
V = TypeVar("V")
MOST_ENTRIES = 100  # of an array, by all of which a derivative is taken at once

# What a node is the checker of shapes has seen (`semantics.shapes`), and nothing looks at it again.
ScalarCode: TypeAlias = Callable[[Values, Local], Scalar]
RealCode: TypeAlias = Callable[[Values, Local], Expansion]
IndexCode: TypeAlias = Callable[[Values, Local], int]
MatrixCode: TypeAlias = Callable[[Values, Local], Matrix]


class Program:
    """Python functions for the nodes of trees in one scope, each made when it is met first."""

    def __init__(self, scope: Scope):
        self.scope = scope
        self.random = scope.notation.random_letters
        self._agreed = {
            (each.function, each.primes): (each, GuardKey(watching.KINK, each.point)) for each in scope.conventions
        }
        self._codes: dict[Same[t.Node], Code] = {}
        self._conditions: dict[Same[t.Chain], Condition] = {}
        self._definitions: dict[str, Defined | None] = {}
        self._members: dict[tuple[str, int], Defined | None] = {}
        self._contained: dict[str, frozenset[str]] = {}

    def code(self, node: t.Node) -> Code:
        """Return the function that computes a node."""
        key = Same(node)
        if key not in self._codes:
            self._codes[key] = self._made(node)
        return self._codes[key]

    def _scalar(self, node: t.Node) -> ScalarCode:
        return cast(ScalarCode, self.code(node))

    def _real(self, node: t.Node) -> RealCode:
        return cast(RealCode, self.code(node))

    def _index(self, node: t.Node) -> IndexCode:
        return cast(IndexCode, self.code(node))

    def _array(self, node: t.Node) -> MatrixCode:
        return cast(MatrixCode, self.code(node))

    def definition(self, name: str) -> Defined | None:
        """Return the definition of a letter or a function; None for an input, and for a sequence."""
        if name not in self._definitions:
            binding = self.scope.definitions.get(name)
            self._definitions[name] = self._defined(binding) if binding else None
        return self._definitions[name]

    def member(self, name: str, number: int) -> Defined | None:
        """Return the definition of a member of a sequence; None where it starts with a declared number."""
        key = name, number
        if key not in self._members:
            line = line_for(name, number, self.scope)
            self._members[key] = self._defined(line.definition, line.letter) if line else None
        return self._members[key]

    def _defined(self, binding: Binding, letter: str | None = None) -> Defined:
        conditions = tuple((self.condition(chain), GuardKey(watching.RELATION, chain)) for chain in binding.conditions)
        return Defined(binding, self._scalar(binding.body), self._array(binding.body), conditions, letter)

    def contained(self, name: str) -> frozenset[str]:
        """Return a letter and all letters that it is made of."""
        if name not in self._contained:
            parts = [part for each in meanings_of(name, self.scope) for part in (each.body, *each.conditions)]
            self._contained[name] = frozenset((name,)).union(*(letters(part, self.scope) for part in parts))
        return self._contained[name]

    def condition(self, chain: t.Chain) -> Condition:
        """Return the function that says whether all relations of a chain hold."""
        key = Same(chain)
        if key not in self._conditions:
            self._conditions[key] = self._relations(chain)
        return self._conditions[key]

    def _relations(self, chain: t.Chain) -> Condition:
        sides = [self._real(side) for side in chain.sides]
        links = [(link.relation, GuardKey(watching.RELATION, link)) for link in chain.links]

        def hold(at: Values, local: Local) -> bool:
            values = [side(at, local) for side in sides]
            return all(
                relation.holds(_sign_of_difference(at, one, other, key))
                for (one, other), (relation, key) in zip(pairwise(values), links, strict=True)
            )

        return hold

    def _made(self, node: t.Node) -> Code:
        match node:
            case t.Number():
                return self._number(node)
            case t.Letter() | t.Family():
                return self._letter(node)
            case t.Indexed():
                return self._indexed(node)
            case t.Plus(terms):
                addends = [self.code(term) for term in terms]
                return lambda at, local: _total([addend(at, local) for addend in addends], at)
            case t.Minus(body):
                code = self.code(body)
                return lambda at, local: entry_by_entry(lambda value: -value, code(at, local))
            case t.Times(parts):
                factors = [self.code(part) for part in parts]
                return lambda at, local: _product((factor(at, local) for factor in factors), at)
            case t.Transpose(body):
                array = self._array(body)
                return lambda at, local: [list(column) for column in zip(*array(at, local), strict=True)]
            case t.Matrix(rows):
                entries = [[self._scalar(entry) for entry in row] for row in rows]
                return lambda at, local: [[entry(at, local) for entry in row] for row in entries]
            case t.EntryTimes():
                return self._entry_times(node)
            case t.Fraction() | t.EntryFraction():
                return self._fraction(node)
            case t.Power():
                return self._power(node)
            case t.Root():
                return self._root(node)
            case t.Absolute():
                return self._absolute(node)
            case t.Apply():
                return self._apply(node)
            case t.Sum():
                addends_of = self._loop(node)
                return lambda at, local: _total(addends_of(at, local), at)
            case t.Product():
                factors_of = self._loop(node)
                return lambda at, local: _product(factors_of(at, local), at)
            case t.Extremum():
                return self._extremum(node)
            case t.Derivative():
                return self._derivative(node)
            case t.Cases():
                return self._cases(node)
        raise TypeError(f"a {type(node).__name__} has no value")

    # Leaves

    def _number(self, node: t.Number) -> Code:
        digits, exponent = node.digits, node.exponent
        whole, _, rest = digits.partition(".")
        power = exponent - len(rest)
        if abs(power) > LARGEST_POWER or len(digits) > LARGEST_POWER:
            raise HugeNumber
        if power >= 0:
            value = int(whole + rest) * 10**power
            return lambda at, local: value
        above, below = int(whole + rest), 10**-power
        return lambda at, local: at.jets.numbers.exact(above, below)

    def _letter(self, node: t.Letter | t.Family) -> Code:
        letter = node.name if isinstance(node, t.Letter) else ""
        known: list[Code] = []

        def look_up(at: Values, local: Local) -> Value:
            if letter in local:
                return local[letter]
            if not known:
                known.append(self._global(node.meaning))
            return known[0](at, local)

        return look_up

    def _global(self, name: Symbol) -> Code:
        match name.kind:
            case SymbolKind.ARRAY:
                return lambda at, local: at.array(name)
            case SymbolKind.NUMBER:
                return lambda at, local: at.entry(name.name, ())
            case SymbolKind.SIZE:
                return lambda at, local: at.point.size(name.name)
            case SymbolKind.CONSTANT if name.name == "e":
                return lambda at, local: at.jets.exp(1)
            case SymbolKind.CONSTANT if name.name == r"\pi":
                return lambda at, local: at.jets.numbers.pi()
            case SymbolKind.CONSTANT if name.name == IMAGINARY:
                return lambda at, local: Pair(0, 1)
        raise TypeError(f"{name.name} has no value")

    def _indexed(self, node: t.Indexed) -> Code:
        indices = [self._index(index) for index in node.indices]
        if not isinstance(node.base, t.Letter | t.Family):
            base = self._array(node.base)
            return lambda at, local: own_entry(base(at, local), tuple([index(at, local) for index in indices]))
        name = node.meaning
        match name.kind:
            case SymbolKind.DELTA:
                one, other = indices
                return lambda at, local: int(one(at, local) == other(at, local))
            case SymbolKind.SIZE:
                return lambda at, local: at.point.size(name.name)
            case SymbolKind.NUMBER:
                return lambda at, local: at.entry(name.name, ())
        if name.is_sequence:
            (place,) = indices

            def member(at: Values, local: Local) -> Value:
                number = place(at, local)
                if not covered(name.name, number, self.scope):
                    raise NoSuchEntry
                return at.entry(name.name, (number,))

            return member
        last = self.scope.notation.size_of_classes(name.name) if name.kind is SymbolKind.CLASS else None
        is_input = name.name not in self.scope.definitions

        def entry(at: Values, local: Local) -> Value:
            place = tuple([index(at, local) for index in indices])
            for index, size in zip(place, name.sizes, strict=True):
                if not 1 <= index <= at.point.size(size):
                    raise NoSuchEntry
            if last is not None and is_input:
                return at.point.class_number(name.name, place, at.point.size(last))
            return at.entry(name.name, place)

        return entry

    # Arithmetic

    def _entry_times(self, node: t.EntryTimes) -> Code:
        factors = [self.code(factor) for factor in node.factors]

        def entry_times(at: Values, local: Local) -> Value:
            first, *others = (factor(at, local) for factor in factors)
            for other in others:
                first = entry_by_entry(lambda one, two: one * two, first, other)
            return first

        return entry_times

    def _fraction(self, node: t.Fraction | t.EntryFraction) -> Code:
        above, below = self.code(node.numerator), self.code(node.denominator)
        key = GuardKey(watching.DIVISOR, node.denominator)

        def fraction(at: Values, local: Local) -> Value:
            divisor, divided = below(at, local), above(at, local)
            if type(divisor) is list:
                return entry_by_entry(lambda one, other: _quotient(one, other, key, at), divided, divisor)
            number = cast(Scalar, divisor)
            return entry_by_entry(lambda one: _quotient(one, number, key, at), divided)

        return fraction

    def _power(self, node: t.Power) -> Code:
        exponent, base, part = self._real(node.exponent), self._scalar(node.base), node.base
        divisor, key = GuardKey(watching.DIVISOR, part), GuardKey(watching.BASE, part)
        of_e = part == t.Letter("e") and part.meaning.kind is SymbolKind.CONSTANT

        def power(at: Values, local: Local) -> Value:
            above = exponent(at, local)
            if of_e and "e" not in local:
                return _known(r"\exp", above, at)
            below, jets = base(at, local), at.jets
            if (whole := jets.whole(above)) is not None:
                return _whole_power(below, whole, divisor, at)
            if type(below) is Pair:
                raise Undefined(key)
            sign = _sign_at(below, at)
            at.watch.note(key, sign, below, jets)
            if sign == 0 and type(below) is not Jet and type(above) is not Jet and jets.sign(above) > 0:
                return 0
            if sign <= 0:
                raise Undefined(key)
            return jets.power(below, above)

        return power

    def _root(self, node: t.Root) -> Code:
        body, key, edge = self._real(node.body), GuardKey(watching.ROOT, node.body), GuardKey(watching.BASE, node.body)

        def root(at: Values, local: Local) -> Value:
            value = body(at, local)
            sign = _sign_at(value, at)
            at.watch.note(key, sign, value, at.jets)
            if sign < 0 or (sign == 0 and type(value) is Jet):
                _flip(key.part, at, local)
                raise Undefined(key if sign < 0 else edge)
            return at.jets.root(value) if sign else 0

        return root

    def _absolute(self, node: t.Absolute) -> Code:
        body, key = self._scalar(node.body), GuardKey(watching.KINK, node.body)

        def absolute(at: Values, local: Local) -> Value:
            value = body(at, local)
            if type(value) is Pair:
                return _modulus(value, at)
            return value if _sign_of_difference(at, value, 0, key) >= 0 else -value

        return absolute

    # Binders

    def _loop(self, node: t.Sum | t.Product) -> Callable[[Values, Local], list[Value]]:
        first, last, body = self._index(node.lower), self._index(node.upper), self.code(node.body)
        letter = node.index.name

        def loop(at: Values, local: Local) -> list[Value]:
            start, end = first(at, local), last(at, local)
            if end < start - 1:
                raise NoSuchEntry(f"a sum from {start} to {end}")
            return _for_each(letter, range(start, end + 1), body, at, local)

        return loop

    def _extremum(self, node: t.Extremum) -> Code:
        body, letter, sign = self._real(node.body), node.index.name, 1 if node.kind.endswith("max") else -1
        size = self.scope.notation.range_of_index(letter)
        chooses = node.kind.startswith("arg")
        key = GuardKey(watching.RELATION if chooses else watching.KINK, node)

        def extremum(at: Values, local: Local) -> Value:
            values = _for_each(letter, range(1, at.point.size(size) + 1), body, at, local)
            place = _best(values, sign, key, at)
            return place + 1 if chooses else values[place]

        return extremum

    def _cases(self, node: t.Cases) -> Code:
        cases = [(self.condition(case.condition), self.code(case.value)) for case in node.cases]

        def chosen(at: Values, local: Local) -> Value:
            values = [value(at, local) for holds, value in cases if holds(at, local)]
            if not values:
                raise BadCases("no case holds")
            for other in values[1:]:
                entry_by_entry(lambda one, two: _overlapping(one - two, at), values[0], other)
            return values[0]

        return chosen

    # Functions

    def _apply(self, node: t.Apply) -> Code:
        function, arguments = node.function, [self.code(argument) for argument in node.arguments]
        name, key = function.name, GuardKey(watching.LOGARITHM, node.arguments[0])
        kind = self.scope.notation.kind_of_function(name)
        if kind == "moment":
            return self._moment(node)
        if name in EXTREMA:
            sign, kink = 1 if name == r"\max" else -1, GuardKey(watching.KINK, node)

            def of_all(at: Values, local: Local) -> Value:
                values = [argument(at, local) for argument in arguments]
                return entry_by_entry(lambda *numbers: numbers[_best(numbers, sign, kink, at)], *values)

            return of_all
        if name == DIAGONAL:
            row = self._array(node.arguments[0])

            def diagonal(at: Values, local: Local) -> Value:
                (values,) = row(at, local)
                return [[value if k == m else 0 for m, value in enumerate(values)] for k in range(len(values))]

            return diagonal
        if kind == "cost":
            return lambda at, local: cost(name, [argument(at, local) for argument in arguments], at)

        def applied(at: Values, local: Local) -> Value:
            values = [argument(at, local) for argument in arguments]
            return entry_by_entry(lambda *numbers: self.prime(name, function.primes, numbers, key, at, local), *values)

        return applied

    def _moment(self, node: t.Apply) -> Code:
        body, varies, seen = self._real(node.arguments[0]), node.function.name == VARIANCE, _index_letters(node)
        this = Same(node)

        def moment(at: Values, local: Local) -> Value:
            key = this, _seen(seen, local)
            if key not in at.memo:
                mean = cast(Expansion, at.mean(lambda values: body(values, local)))
                spread = lambda values: at.jets.whole_power(body(values, local) - mean, 2)  # noqa: E731
                at.memo[key] = at.mean(spread) if varies else mean
            return at.memo[key]

        return moment

    def prime(
        self, name: str, primes: int, numbers: Sequence[Scalar], key: GuardKey, at: Values, local: Local
    ) -> Scalar:
        """Return a derivative of a function of numbers, or its value; ``key`` is what a logarithm of it needs."""
        if not primes:
            return self._of_numbers(name, numbers, key, at, local)
        x = cast(Expansion, numbers[0])  # what is differentiated is real
        if (name, primes) in self._agreed:
            convention, kink = self._agreed[name, primes]
            gap = x - at.real(convention.point, {})
            sign = _sign_at(gap, at)
            at.watch.note(kink, sign, gap, at.jets)
            if sign == 0 and type(gap) is not Jet:
                return at.real(convention.value, {})
            if sign == 0 and type(gap) is Jet:  # beside its point the function has its own derivative
                at.jets.kinked.update(direction for monomial in gap.terms for direction in monomial)
        return self.slope_at(name, primes, x, key, at, local)

    def slope_at(self, name: str, primes: int, x: Expansion, key: GuardKey, at: Values, local: Local) -> Scalar:
        """Return the slope of a derivative of lower order, whatever a convention says."""

        def lower(value: Expansion) -> Scalar:
            return self.prime(name, primes - 1, (value,), key, at, local)

        def side(sign: int) -> tuple[Scalar, int]:
            (direction,) = at.jets.directions(sign=sign)
            return lower(at.jets.moved(x, direction)), direction

        return at.slope(side, lambda: lower(x))

    def _of_numbers(self, name: str, numbers: Sequence[Scalar], key: GuardKey, at: Values, local: Local) -> Scalar:
        at.watch.budget.spend(1)
        defined = self.definition(name)
        if defined:
            inner = dict(zip(defined.binding.arguments, numbers, strict=True))
            defined.check(at, inner)
            return defined.number(at, inner)
        (x,) = numbers
        if name == r"\ln":
            real = cast(Expansion, x)
            sign = _sign_at(real, at)
            at.watch.note(key, sign, real, at.jets)
            if sign <= 0:
                _flip(key.part, at, local)
                raise Undefined(key)
            return at.jets.ln(real)
        if name in _KNOWN:
            return _known(name, x, at)
        if name in PARTS:
            of = pair(x)
            return of.real if name == PARTS[0] else of.imaginary
        return at.point.smooth(name, x, lambda y: _known(r"\sin", y, at))

    # Derivatives

    def _derivative(self, node: t.Derivative) -> Code:
        body, variables = self._scalar(node.body), node.variables
        names = [variable.meaning for variable in variables]
        seen, where = _index_letters(node.body), Same(node.body)
        if names[0].kind is SymbolKind.ARRAY:
            array = names[0].name

            def by_array(at: Values, local: Local) -> Value:
                grid = at.places(names[0])
                places = [place for row in grid for place in row]
                slopes = _gradient(body, where, array, places, at, local)
                if slopes is None:
                    slopes = {place: _by(body, ((array, place),), at, local) for place in places}
                return [[slopes[place] for place in row] for row in grid]

            return by_array
        indices = [[self._index(index) for index in getattr(variable, "indices", ())] for variable in variables]

        def by_entries(at: Values, local: Local) -> Value:
            keys = []
            for name, codes in zip(names, indices, strict=True):
                place = tuple([index(at, local) for index in codes]) if name.kind is SymbolKind.ENTRY else ()
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


def _by(body: ScalarCode, keys: Sequence[tuple[str, Place]], at: Values, local: Local) -> Scalar:
    """Return the derivative by one entry after the other."""
    if not keys:
        return body(at, local)
    (name, place), *rest = keys

    def side(sign: int) -> tuple[Scalar, int]:
        beside, direction = at.beside(name, place, sign)
        return _by(body, rest, beside, local), direction

    return at.slope(side, lambda: _by(body, rest, at, local))


def _gradient(
    body: ScalarCode, where: Same[t.Node], name: str, places: Sequence[Place], at: Values, local: Local
) -> dict[Place, Scalar] | None:
    """Return the derivatives by all entries of an array at once; None where a kink was met in their directions."""
    if at.jets.order > 1 or not 1 < len(places) <= MOST_ENTRIES:
        return None
    key = where, name, _seen(tuple(sorted(local)), local)
    if key not in at.gradients:
        at.watch.slopes += 1
        try:
            beside, directions = at.beside_all(name, places)
            value = cast(Expansion, body(beside, local))
            slopes = [at.jets.slope(value, direction) for direction in directions]
            met = at.jets.kinked & set(directions)
            at.gradients[key] = None if met else dict(zip(places, slopes, strict=True))
        except HigherOrder:  # the entries have no order among each other
            at.gradients[key] = None
        finally:
            at.watch.slopes -= 1
    return at.gradients[key]


def _index_letters(node: t.Node) -> tuple[str, ...]:
    return tuple(sorted({each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)}))


def _seen(names: tuple[str, ...], local: Local) -> tuple[tuple[str, object], ...]:
    """Return what an expression sees of the letters that are bound around it: of numbers, which ones they are."""
    found = [(name, local[name]) for name in names if name in local]
    return tuple([(name, value if type(value) is int else Same(value)) for name, value in found])


def _for_each(letter: str, numbers: range, body: Callable[[Values, Local], V], at: Values, local: Local) -> list[V]:
    """Return the values of an expression for some values of an index."""
    inner, values = dict(local), []
    for number in numbers:
        at.watch.budget.spend(1)
        inner[letter] = number
        values.append(body(at, inner))
    return values


# Arithmetic with guards -----------------------------------------------------------------------------------------------

_KNOWN: dict[str, tuple[Callable[[Jets, Expansion], Expansion], Callable[[Pair, Jets], Pair]]] = {
    r"\exp": (Jets.exp, pairs.exp),
    r"\tanh": (Jets.tanh, pairs.tanh),
    r"\sin": (Jets.sin, pairs.sin),
    r"\cos": (Jets.cos, pairs.cos),
}


def _known(name: str, x: Scalar, at: Values) -> Scalar:
    of_reals, of_pairs = _KNOWN[name]
    return of_pairs(x, at.jets) if type(x) is Pair else of_reals(at.jets, x)


def _sign_at(value: Expansion, at: Values) -> int:
    """Return the sign of a number, or of a jet at the point itself."""
    sign = at.jets.numbers.sign(at.jets.constant(value))
    if sign is None:
        raise Unclear
    return sign


def _sign_of_difference(at: Values, one: Expansion, other: Expansion, key: GuardKey) -> int:
    if type(one) is int and type(other) is int:
        sign = (one > other) - (one < other)
        at.watch.note(key, sign, sign, at.jets)
        return sign
    difference = one - other
    sign = at.jets.sign(difference)
    on_it = type(difference) is Jet and not at.jets.constant(difference)
    at.watch.note(key, 0 if on_it else sign, difference, at.jets)
    return sign


def _best(values: Sequence[Expansion], sign: int, key: GuardKey, at: Values) -> int:
    """Return the place of the largest value (or the smallest): of equal ones the first."""
    place = 0
    for k in range(1, len(values)):
        if _sign_of_difference(at, values[k], values[place], key) * sign > 0:
            place = k
    return place


def _flip(part: t.Node, at: Values, local: Local) -> None:
    """Note the input that must be positive here, so that the next point gives it its other sign."""
    if not isinstance(part, t.Letter | t.Indexed) or (isinstance(part, t.Letter) and part.name in local):
        return
    name = part.symbol
    if name is None:
        return  # an entry of what is computed, as of a product
    indices = part.indices if isinstance(part, t.Indexed) and name.kind is SymbolKind.ENTRY else ()
    place = tuple(at.number(index, local) for index in indices)
    value = at.point.touched.get((name.name, place))
    if value is not None:
        at.watch.flips[name.name, place] = -value or 1


def _modulus(value: Pair, at: Values) -> Expansion:
    """Return the absolute value of a complex number, which has a kink at 0."""
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


def _overlapping(gap: Scalar, at: Values) -> Scalar:
    """Return the difference of two cases that hold, which has to be 0."""
    if type(gap) is not Jet and type(gap) is not Pair and at.jets.numbers.sign(gap):
        raise BadCases("two cases hold and disagree")
    return gap


def _quotient(above: Scalar, below: Scalar, key: GuardKey, at: Values) -> Scalar:
    if type(below) is int and type(above) is not Pair:
        if not below:
            raise Undefined(key)
        return at.jets.quotient(above, below)
    if type(above) is Pair or type(below) is Pair:
        if not _sign_at(pairs.square_of_modulus(pair(below)), at):
            raise Undefined(key)
        return pairs.quotient(above, below, at.jets)
    sign = _sign_at(below, at)
    at.watch.note(key, sign, below, at.jets)
    if sign:
        return at.jets.quotient(above, below)
    try:
        if type(below) is Jet and at.jets.vanishing is not None:
            return at.jets.quotient(above, below)
    except ZeroDivisionError:
        pass
    raise Undefined(key)


def _whole_power(below: Scalar, exponent: int, key: GuardKey, at: Values) -> Scalar:
    if abs(exponent) > LARGEST_POWER:
        raise HugeNumber
    if type(below) is Pair:
        if exponent < 0 and not _sign_at(pairs.square_of_modulus(below), at):
            raise Undefined(key)
        return pairs.whole_power(below, exponent, at.jets)
    if exponent >= 0:
        return at.jets.whole_power(below, exponent)
    return at.jets.whole_power(cast(Expansion, _quotient(1, below, key, at)), -exponent)


def _total(values: Sequence[Value], at: Values) -> Value:
    if values and type(values[0]) is list:
        at.watch.budget.spend(len(values[0]) * len(values[0][0]))
        return entry_by_entry(lambda *entries: at.jets.total(entries), *values)
    return at.jets.total(cast(Sequence[Scalar], values))


def _product(values: Iterable[Value], at: Values) -> Value:
    result: Value = 1
    for value in values:
        if type(result) is list and type(value) is list:
            columns = list(zip(*value, strict=True))
            at.watch.budget.spend(len(result) * len(columns) * len(value))
            result = [
                [at.jets.total([one * other for one, other in zip(row, column, strict=True)]) for column in columns]
                for row in result
            ]
        elif type(value) is list:
            factor = cast(Scalar, result)
            result = [[factor * one for one in row] for row in value]
        elif type(result) is list:
            factor = cast(Scalar, value)
            result = [[one * factor for one in row] for row in result]
        else:
            result = at.jets.trimmed(result * value)  # type: ignore[operator, type-var]  # no matrices
    return result


def cost(name: str, values: Sequence[Value], at: Values) -> Scalar:
    """Return a cost of which nothing is known: a random polynomial of degree 5 of all entries, none alone.

    The third derivatives, the highest that can be written, still depend on the entries.
    """
    entries: list[Scalar] = []
    for value in values:
        entries += [entry for row in value for entry in row] if isinstance(value, list) else [value]
    at.watch.budget.spend(3 * len(entries))
    linear, even, odd = (
        at.jets.total([number * at.point.coefficient(name, part, place) for place, number in enumerate(entries)])
        for part in ("a", "b", "c")
    )
    exact, square, cube = at.jets.numbers.exact, even * even, odd * odd * odd
    addends = [at.point.coefficient(name, "d"), linear, square * exact(1, 2), cube * exact(1, 6)]
    addends += [square * square * exact(1, 24), cube * odd * odd * exact(1, 120)]
    return at.jets.total(addends) * at.point.scale(name)
