r"""The values of parse trees at a point: sums are loops, matrices are lists of rows, definitions are looked up.

Numbers have 110 digits. A derivative is a difference quotient with a step of 10⁻²⁵, in which one input, or one entry of
a defined letter, is moved and everything above it computed anew; where the quotients from both sides differ there is
none. A `Point` makes the numbers of all inputs, and of the functions of kind ``smooth`` and ``cost``; a smooth function
is a sine and a square, analytic and real for real numbers, so its primes are computed without quotients. Values are
complex only where ``\mathrm{i}`` is printed. An expectation is an exact sum over outcomes (`nncore.verify.moments`).
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import mpmath

from nncore.verify import tree as t
from nncore.verify.families import covered, line_for
from nncore.verify.imaginary import IMAGINARY, PARTS
from nncore.verify.moments import (
    JOINT_OUTCOMES,
    VARIANCE,
    Distribution,
    Moment,
    Outcome,
    Rejected,
    distribution,
    expectation,
    random_letters,
)
from nncore.verify.names import (
    DIAGONAL,
    EXTREMA,
    ONES,
    Definition,
    Name,
    Scope,
    Size,
    is_sequence,
    kind_of_function,
    letters,
    meanings_of,
    name_of,
    size_of_classes,
    start_of_sequence,
)
from nncore.verify.writing import show

mp = mpmath.MPContext()
mp.dps = 110
STEP = mp.mpf(10) ** -25
TOLERANCE = mp.mpf(10) ** -30
SMOOTH = mp.mpf(10) ** -15  # relative difference of one-sided quotients that needs no second look
_LARGEST = mp.mpf(10) ** 8  # exponent, and argument of a sine: what is larger loses too many digits
_NOISE = mp.mpf(10) ** -40
_LOST = mp.mpf(10) ** -60  # of its addends: a difference of which no more than 50 digits are right


class Undefined(ArithmeticError):
    """An expression without a value at this point; the message says what it would need, of which part of it."""

    def __init__(self, needs: str, part: t.Node | None = None):
        super().__init__(needs)
        self.part = part


class NoDerivative(ArithmeticError):
    """The quotients from the left and from the right differ."""


class NoSuchEntry(IndexError):
    """The sizes are too small for an entry that is named."""


class BadCases(ArithmeticError):
    """No case holds at a point, or two cases disagree."""


# Points ---------------------------------------------------------------------------------------------------------------

MODES = ("small", "random", "wide", "equal", "unit", "zeros")


@dataclass(frozen=True, slots=True)
class RowSum:
    """An input whose entries add up to a number along one of its indices."""

    letter: str
    position: int
    size: Size
    total: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What sampling does so that conditions and assumptions come true; whether they do is always checked."""

    positive: tuple[tuple[str, str], ...] = ()
    row_sums: tuple[RowSum, ...] = ()
    moments: tuple[Moment, ...] = ()


class Point:
    """Numbers for all inputs, each made when it is asked for and the same whenever it is asked for again."""

    def __init__(self, seed: str, mode: str, signs: str, sizes: Mapping[str, int], wishes: "Wishes"):
        self.sizes = sizes
        self._seed, self._mode, self._signs = f"{seed}/{mode}", mode, signs
        self._coefficients: dict = {}
        self._positive = dict(wishes.positive)
        self._scaled = {rule.letter: rule for rule in wishes.row_sums}
        self.moments = wishes.moments
        weights = self.fractions(JOINT_OUTCOMES, "joint")
        self.joint = [weight / sum(weights) for weight in weights]  # the weights of what dependent entries do together

    def size(self, size: Size) -> int:
        """The value of a size."""
        return size if isinstance(size, int) else self.sizes[size]

    def number(self, name: str, indices: tuple[int, ...]):
        """The value of an input, scaled where an assumption fixes the sum of a row."""
        raw = self._raw(name, indices)
        rule = self._scaled.get(name)
        if not rule:
            return raw
        before, after = indices[: rule.position], indices[rule.position + 1 :]
        row = [self._raw(name, (*before, k, *after)) for k in range(1, self.size(rule.size) + 1)]
        total = mp.fsum(row)
        if not total:
            raise Rejected
        return raw * rule.total / total

    def class_number(self, name: str, indices: tuple[int, ...], last: int) -> int:
        """A class number from 1 to ``last``."""
        return self._random(name, () if self._mode == "equal" else indices).randint(1, last)

    def coefficient(self, *key: object):
        """A number from 1/2 to 3/2, or its negative, for the abstract functions."""
        if key not in self._coefficients:
            source = self._random(*key)
            self._coefficients[key] = source.choice((-1, 1)) * mp.mpf(source.randint(500, 1500)) / 1000
        return self._coefficients[key]

    def fractions(self, count: int, *key: object) -> list:
        """Numbers between 0 and 2 for the distribution of a random entry."""
        source = self._random(*key)
        return [mp.mpf(source.randint(1, 1999)) / 1000 for _ in range(count)]

    def _random(self, *key: object) -> random.Random:
        return random.Random(repr((self._seed, key)))

    def _raw(self, name: str, indices: tuple[int, ...]):
        source = self._random(name, () if self._mode == "equal" else indices)
        sign = self._sign(name, source)
        match self._mode:
            case "zeros":
                return mp.mpf(1 if self._positive.get(name) == ">" else 0)
            case "small" if sign > 0 and self._positive.get(name) != ">=":
                return mp.mpf(source.choice((1, 1, 2, 3)))
            case "small":
                return sign * mp.mpf(source.choice((0, 1, 1, 2)))
            case "unit" | "equal":
                return sign * mp.mpf(source.randint(1, 999)) / 1000
        reach = 1 if self._mode == "random" else 3
        return sign * mp.mpf(round(10 ** source.uniform(-reach, reach), 6) + 0.001)

    def _sign(self, name: str, source: random.Random) -> int:
        if name in self._positive or self._signs == "positive":
            return 1
        if self._signs == "letters":
            return self._random("sign", name).choice((-1, 1))
        return source.choice((-1, 1))


# Evaluation -----------------------------------------------------------------------------------------------------------


class Values:
    """The values of expressions at one point; `moved` gives those at which one entry has another value."""

    def __init__(self, scope: Scope, point: Point):
        self.scope = scope
        self.point = point
        self._memo: dict = {}
        self._names: dict[int, tuple[t.Node, Name]] = {}
        self._below: dict[str, frozenset[str]] = {}
        self._parent: Values | None = None
        self._overrides: dict = {}
        self._changed: frozenset[str] = frozenset()
        self._random = random_letters(scope.notation)
        self._outcome: Outcome | None = None  # of the expectation that is being taken

    def moved(self, name: str, indices: tuple[int, ...], value) -> "Values":
        """The same point, but for one entry, from which everything above it follows."""
        child = self._child(frozenset((name,)))
        child._overrides[name, indices] = value
        return child

    def _child(self, changed: frozenset[str]) -> "Values":
        """The same values, but for entries of some letters that are about to be changed, and what depends on them."""
        child = Values(self.scope, self.point)
        child._names, child._below = self._names, self._below
        child._parent, child._changed = self, changed
        child._overrides, child._outcome = dict(self._overrides), self._outcome
        return child

    # Expectations

    def _moment(self, function: t.Function, body: t.Node, local: Mapping):
        """An expectation, or a variance: the expectation of the squared distance from the expectation."""
        here = frozenset((letter, value) for letter, value in local.items() if letter in _letters_in(body))
        key = (function, body, here)
        if key not in self._memo:
            self._memo[key] = self.mean(lambda values: values.value(body, local))
            if function.name == VARIANCE:
                mean = self._memo[key]
                self._memo[key] = self.mean(lambda values: (values.value(body, local) - mean) ** 2)
        return self._memo[key]

    def mean(self, body: Callable[["Values"], object]):
        """The expectation of what a function makes of the values in an outcome."""

        def in_outcome(outcome: Outcome):
            child = self._child(frozenset(self._random))
            child._overrides = {key: value for key, value in self._overrides.items() if key[0] not in self._random}
            child._outcome = outcome
            return body(child)

        return expectation(in_outcome, Outcome(self._distribution, self.point.joint))

    def _distribution(self, name: str, indices: tuple[int, ...]) -> Distribution:
        """The weights and values of a random entry, with the moments that are wished for."""
        key = ("distribution", name, indices)
        if key not in self._memo:
            known = {}
            for moment in self.point.moments:
                if moment.letter == name:
                    known[moment.kind] = self.value(moment.value, dict(zip(moment.indices, indices, strict=True)))

            def numbers(purpose: str, count: int) -> list:
                return self.point.fractions(count, purpose, name, indices)

            self._memo[key] = distribution(self._random[name], numbers, self.point.joint, known)
        return self._memo[key]

    # Letters

    def entry(self, name: str, indices: tuple[int, ...]):
        """The value of a number, or of an entry of an array."""
        key = (name, indices)
        if key in self._overrides:
            return self._overrides[key]
        if self._outcome is not None and name in self._random:
            return self._outcome.value(key, self._random[name])
        if self._parent and (name in self._changed or not self._changed & self._contained(name)):
            return self._parent.entry(name, indices)
        if key not in self._memo:
            self._memo[key] = self._computed(name, indices)
        return self._memo[key]

    def _contained(self, name: str) -> frozenset[str]:
        if name not in self._below:
            definitions = meanings_of(name, self.scope)
            parts = [part for definition in definitions for part in (definition.body, *definition.conditions)]
            self._below[name] = frozenset((name,)).union(*(letters(part, self.scope) for part in parts))
        return self._below[name]

    def _computed(self, name: str, indices: tuple[int, ...]):
        definition = self.scope.definitions.get(name)
        if name in self.scope.families and not definition:
            return self._computed_member(name, indices)
        if not definition:
            return self.point.number(name, indices)
        local = dict(zip((letter for letter, _ in definition.indices), indices, strict=False))
        return self._by_definition(definition, name, indices, local)

    def _computed_member(self, name: str, indices: tuple[int, ...]):
        """A member of a sequence, by the line that holds for its number or from the number where it starts."""
        (number,) = indices
        line = line_for(name, number, self.scope)
        if not line:
            return self.entry(start_of_sequence(name, number, self.scope.notation), ())
        return self._by_definition(line.definition, name, indices, {line.letter: number} if line.letter else {})

    def _by_definition(self, definition: Definition, name: str, indices: tuple[int, ...], local: dict):
        for chain in definition.conditions:
            if not self.holds(chain, local):
                raise Undefined(show(chain))
        if definition.shape is None:
            return self.value(definition.body, local)
        if (name, "whole") not in self._memo:
            self._memo[name, "whole"] = self.value(definition.body, {})
        return _pick(self._memo[name, "whole"], definition.shape, indices)

    def array(self, name: Name) -> list[list]:
        """All entries of an array."""
        rows, columns = map(self.point.size, name.shape)
        if name.name == ONES:
            return [[1] for _ in range(rows)]
        return [[self.entry(name.name, indices) for indices in row] for row in _index_grid(name.shape, rows, columns)]

    def _name(self, node: t.Node) -> Name:
        if id(node) not in self._names:
            self._names[id(node)] = node, name_of(node, self.scope)  # the node is kept, so that its id stays its own
        return self._names[id(node)][1]

    def index(self, node: t.Node, local: Mapping) -> int:
        """The value of an index."""
        if isinstance(node, t.Letter) and node.name in local:
            return local[node.name]
        value = self.value(node, local)
        if not isinstance(value, int):
            raise TypeError(f"{show(node)} is no index")
        return value

    # Expressions

    def value(self, node: t.Node, local: Mapping):
        """The value of an expression: a number, or a list of rows."""
        return _VALUES[type(node)](self, node, local)

    def _number(self, node: t.Number, local: Mapping):
        if node.digits.isdigit() and not node.exponent:
            return int(node.digits)
        return mp.mpf(node.digits) * mp.mpf(10) ** node.exponent

    def _letter_or_member(self, node: t.Letter | t.Family, local: Mapping):
        if isinstance(node, t.Letter) and node.name in local:
            return local[node.name]
        return self._letter(self._name(node))

    def _sum(self, node: t.Plus, local: Mapping):
        return _total([self.value(term, local) for term in node.terms])

    def _negative(self, node: t.Minus, local: Mapping):
        return entry_by_entry(lambda a: -a, self.value(node.body, local))

    def _times(self, node: t.Times, local: Mapping):
        return _product(self.value(factor, local) for factor in node.factors)

    def _entry_times(self, node: t.EntryTimes, local: Mapping):
        first, *rest = (self.value(factor, local) for factor in node.factors)
        for factor in rest:
            first = entry_by_entry(lambda a, b: a * b, first, factor)
        return first

    def _fraction(self, node: t.Fraction | t.EntryFraction, local: Mapping):
        above, below = self.value(node.numerator, local), self.value(node.denominator, local)
        if not isinstance(below, list):
            return entry_by_entry(lambda a: _quotient(a, below, node.denominator), above)
        return entry_by_entry(lambda a, b: _quotient(a, b, node.denominator), above, below)

    def _power(self, node: t.Power, local: Mapping):
        base, power = node.base, self.value(node.exponent, local)
        if isinstance(base, t.Letter) and base.name not in local and self._name(base) == _EULER:
            return _exp(power)
        number = _with_digits(self.value(base, local))
        if abs(power) > _LARGEST:
            raise Rejected
        if isinstance(power, int):
            if not number and power < 0:
                raise Undefined(f"{show(base)} != 0", base)
            return number**power
        if number < 0 or (not number and power <= 0):
            raise Undefined(f"{show(base)} > 0", base)
        return number**power

    def _transpose(self, node: t.Transpose, local: Mapping):
        return [list(column) for column in zip(*self.value(node.body, local), strict=True)]

    def _root(self, node: t.Root, local: Mapping):
        value = mp.mpf(self.value(node.body, local))
        if value < 0:
            raise Undefined(f"{show(node.body)} >= 0", node.body)
        return mp.sqrt(value)

    def _absolute(self, node: t.Absolute, local: Mapping):
        return abs(self.value(node.body, local))

    def _application(self, node: t.Apply, local: Mapping):
        return self._apply(node.function, node.arguments, local)

    def _loop(self, node: t.Sum | t.Product, local: Mapping) -> list:
        inner, letter = dict(local), node.index.name
        first, last = self.index(node.lower, local), self.index(node.upper, local)
        if last < first - 1:
            raise NoSuchEntry(f"a sum from {first} to {last}")
        values = []
        for number in range(first, last + 1):
            inner[letter] = number
            values.append(self.value(node.body, inner))
        return values

    def _sum_over_index(self, node: t.Sum, local: Mapping):
        return _total(self._loop(node, local))

    def _product_over_index(self, node: t.Product, local: Mapping):
        return _product(self._loop(node, local))

    def _extremum(self, node: t.Extremum, local: Mapping):
        size = next(each.to for each in self.scope.notation.indices if each.letter == node.index.name)
        last = self.point.size(size)
        values = [self.value(node.body, {**local, node.index.name: k}) for k in range(1, last + 1)]
        best = max(values) if node.kind.endswith("max") else min(values)
        return values.index(best) + 1 if node.kind.startswith("arg") else best  # of equal places the first

    def _matrix(self, node: t.Matrix, local: Mapping):
        return [[self.value(entry, local) for entry in row] for row in node.rows]

    def _letter(self, name: Name):
        match name.kind:
            case "array":
                return self.array(name)
            case "number":
                return self.entry(name.name, ())
            case "size":
                return self.point.size(name.name)
            case "constant" if name.name == "e":
                return +mp.e
            case "constant" if name.name == r"\pi":
                return +mp.pi
            case "constant" if name.name == IMAGINARY:
                return mp.mpc(0, 1)
        raise TypeError(f"{name.name} has no value")

    def _indexed(self, node: t.Indexed, local: Mapping):
        indices = tuple([self.index(index, local) for index in node.indices])
        if not isinstance(node.base, t.Letter | t.Family):
            matrix = self.value(node.base, local)
            if len(indices) == 1:
                indices = (1, *indices) if len(matrix) == 1 else (*indices, 1)
            return _at(matrix, *indices)
        name = self._name(node)
        if name.kind == "delta":
            return int(indices[0] == indices[1])
        if name.kind == "size":
            return self.point.size(name.name)
        if name.kind == "number":
            return self.entry(name.name, ())
        if is_sequence(name):
            if not covered(name.name, indices[0], self.scope):
                raise NoSuchEntry
            return self.entry(name.name, indices)
        for index, size in zip(indices, name.sizes, strict=True):
            if not 1 <= index <= self.point.size(size):
                raise NoSuchEntry
        if name.kind == "class" and name.name not in self.scope.definitions:
            last = self.point.size(size_of_classes(name.name, self.scope.notation))
            return self.point.class_number(name.name, indices, last)
        return self.entry(name.name, indices)

    def _cases(self, node: t.Cases, local: Mapping):
        values = [self.value(case.value, local) for case in node.cases if self.holds(case.condition, local)]
        if not values:
            raise BadCases("no case holds")
        if any(not equal(values[0], value) for value in values[1:]):
            raise BadCases("two cases hold and disagree")
        return values[0]

    def holds(self, chain: t.Chain, local: Mapping) -> bool:
        """Whether all relations of a chain hold."""
        values = [self.value(side, local) for side in (chain.first, *(link.right for link in chain.links))]
        return all(_related(a, link.relation, b) for (a, b), link in zip(pairwise(values), chain.links, strict=True))

    # Functions

    def _apply(self, function: t.Function, arguments: tuple[t.Node, ...], local: Mapping):
        kind = kind_of_function(function.name, self.scope.notation)
        if kind == "moment":
            return self._moment(function, arguments[0], local)
        values = [self.value(argument, local) for argument in arguments]
        if function.name in (r"\max", r"\min"):
            choose = max if function.name == r"\max" else min
            return entry_by_entry(lambda *numbers: choose(numbers), *values)
        if function.name == DIAGONAL:
            (row,) = values[0]
            return [[value if k == m else 0 for m, value in enumerate(row)] for k in range(len(row))]
        if kind == "cost":
            return self._cost(function.name, values)
        return entry_by_entry(lambda *numbers: self.prime(function, function.primes, numbers, arguments[0]), *values)

    def prime(self, function: t.Function, primes: int, values: tuple, argument: t.Node):
        """A derivative of a function of numbers, or its value."""
        if not primes:
            return self._function(function.name, values, argument)
        (x,) = values
        if self._is_any_smooth(function.name):
            return self._smooth(function.name, primes, x)
        for convention in self.scope.conventions:
            if (convention.function, convention.primes) == (function.name, primes):
                if self.value(convention.point, {}) == x:
                    return self.value(convention.value, {})
        return quotient_of(lambda moved: self.prime(function, primes - 1, (moved,), argument), x)

    def _function(self, name: str, values: tuple, argument: t.Node):
        definition = self.scope.definitions.get(name)
        if definition:
            local = dict(zip(definition.arguments, values, strict=True))
            for chain in definition.conditions:
                if not self.holds(chain, local):
                    raise Undefined(show(chain))
            return self.value(definition.body, local)
        (x,) = values
        match name:
            case r"\exp":
                return _exp(x)
            case r"\ln":
                if x <= 0:
                    raise Undefined(f"{show(argument)} > 0", argument)
                return mp.ln(x)
            case r"\tanh":
                return mp.tanh(x)
            case r"\sin" | r"\cos":
                if abs(x) > _LARGEST:
                    raise Rejected
                return mp.sin(x) if name == r"\sin" else mp.cos(x)
            case r"\operatorname{Re}":
                return x.real
            case r"\operatorname{Im}":
                return x.imag
        return self._smooth(name, 0, x)

    def _is_any_smooth(self, name: str) -> bool:
        return name not in self.scope.definitions and kind_of_function(name, self.scope.notation) == "smooth"

    def _smooth(self, name: str, primes: int, x):
        """A function of which only smoothness is known, or one of its derivatives: a sine and a square."""
        wave, phase, bend = (self.point.coefficient(name, part) for part in ("wave", "phase", "bend"))
        square = (x * x, 2 * x, 2)[primes] if primes < 3 else 0
        return wave**primes * mp.sin(wave * x + phase + primes * mp.pi / 2) + bend * square

    def _cost(self, name: str, values: Sequence):
        """A random nonlinear function of all entries, none of which enters by itself only."""
        entries = [x for value in values for x in (_flat(value) if isinstance(value, list) else [value])]
        weighted = {
            part: mp.fsum(self.point.coefficient(name, part, place) * x for place, x in enumerate(entries))
            for part in ("linear", "square", "wave")
        }
        return weighted["linear"] + weighted["square"] ** 2 / 2 + mp.sin(weighted["wave"])

    # Derivatives

    def _derivative(self, node: t.Derivative, local: Mapping):
        names = [self._name(variable) for variable in node.variables]
        if names[0].kind == "array":
            rows, columns = map(self.point.size, names[0].shape)
            grid = _index_grid(names[0].shape, rows, columns)
            return [[self._remembered(node.body, ((names[0].name, place),), local) for place in row] for row in grid]
        keys = []
        for variable, name in zip(node.variables, names, strict=True):
            indices = tuple(self.index(index, local) for index in getattr(variable, "indices", ()))
            for index, size in zip(indices, () if is_sequence(name) else name.sizes, strict=False):
                if not 1 <= index <= self.point.size(size):
                    raise NoSuchEntry
            keys.append((name.name, indices if name.kind == "entry" else ()))
        return self._remembered(node.body, tuple(keys), local)

    def _remembered(self, body: t.Node, keys: tuple, local: Mapping):
        """The derivative by entries, computed once for each value of the letters in the body."""
        here = frozenset((letter, value) for letter, value in local.items() if letter in _letters_in(body))
        key = (body, keys, here)
        if key not in self._memo:
            self._memo[key] = self._by(body, keys, local)
        return self._memo[key]

    def _by(self, body: t.Node, keys: tuple, local: Mapping):
        if not keys:
            return self.value(body, local)
        (name, indices), *rest = keys
        here = self.entry(name, indices)

        def at(x):
            values = self if x == here else self.moved(name, indices, x)
            return values._by(body, rest, local)

        return quotient_of(at, here)


_EULER = Name("constant", "e")
_VALUES: dict[type, Callable] = {
    t.Number: Values._number,
    t.Letter: Values._letter_or_member,
    t.Family: Values._letter_or_member,
    t.Indexed: Values._indexed,
    t.Plus: Values._sum,
    t.Minus: Values._negative,
    t.Times: Values._times,
    t.EntryTimes: Values._entry_times,
    t.Fraction: Values._fraction,
    t.EntryFraction: Values._fraction,
    t.Power: Values._power,
    t.Transpose: Values._transpose,
    t.Root: Values._root,
    t.Absolute: Values._absolute,
    t.Apply: Values._application,
    t.Sum: Values._sum_over_index,
    t.Product: Values._product_over_index,
    t.Extremum: Values._extremum,
    t.Derivative: Values._derivative,
    t.Matrix: Values._matrix,
    t.Cases: Values._cases,
}


class Bounds(Values):
    """Sums of the absolute values of all addends, where `Values` lets them cancel: the scale of rounding errors."""

    def __init__(self, values: Values):
        super().__init__(values.scope, values.point)
        self._exact = values
        self._names, self._below = values._names, values._below
        self._overrides, self._outcome = values._overrides, values._outcome

    def value(self, node: t.Node, local: Mapping):
        """An upper bound of the absolute value of an expression."""
        match node:
            case t.Minus(body):
                return self.value(body, local)
            case t.Fraction(numerator, denominator):
                below = abs(self._exact.value(denominator, local))
                lost = self.value(denominator, local) / below
                return entry_by_entry(lambda a: mp.mpf(a) / below * lost, self.value(numerator, local))
            case t.Power(base, exponent):
                power = self._exact.value(exponent, local)
                if isinstance(power, int) and power > 0:
                    return mp.mpf(self.value(base, local)) ** power
                exact = abs(self._exact.value(node, local))
                below = abs(self._exact.value(base, local))
                if not below:
                    return exact
                return exact * max(1, self.value(exponent, local), abs(power) * self.value(base, local) / below)
            case t.Root(body):
                exact, inner = self._exact.value(node, local), self.value(body, local)
                if inner and exact**2 < _LOST * inner:  # what is left of a difference has no digits
                    raise Rejected
                return max(mp.sqrt(inner), inner / exact) if exact else exact
            case t.Absolute(body):
                return self.value(body, local)
            case t.Apply(t.Function(r"\exp", 0), (argument,)):
                exact, inner = self._exact.value(node, local), self.value(argument, local)
                return entry_by_entry(lambda a, b: a * max(1, b), exact, inner)
            case t.Apply(t.Function(name, 0), arguments) if name in EXTREMA:
                return entry_by_entry(max, *(self.value(each, local) for each in arguments))
            case t.Apply(t.Function(name), (body,)) if name in PARTS:
                return self.value(body, local)
            case t.Apply(t.Function(name), (body,)) if kind_of_function(name, self.scope.notation) == "moment":
                mean = self._exact.mean(lambda values: Bounds(values).value(body, local))
                if name != VARIANCE:
                    return mean
                return mean**2 + self._exact.mean(lambda values: Bounds(values).value(body, local) ** 2)
            case t.Derivative() | t.Apply(t.Function(_, 1 | 2 | 3)):
                return self._quotients(node, local)
            case t.Apply(t.Function(r"\ln"), (argument,)):  # near ln 1 = 0, what counts is the argument
                exact, inner = self._exact.value(argument, local), self.value(argument, local)
                return entry_by_entry(lambda a, b: max(abs(mp.ln(a)), b / abs(a)), exact, inner)
            case (
                t.Plus() | t.Times() | t.EntryTimes() | t.Sum() | t.Transpose() | t.Letter() | t.Indexed()
                | t.Family() | t.Number() | t.Matrix()
            ):  # fmt: skip
                return entry_by_entry(abs, super().value(node, local))
        return entry_by_entry(abs, self._exact.value(node, local))

    def index(self, node: t.Node, local: Mapping) -> int:
        return self._exact.index(node, local)

    def _quotients(self, node: t.Derivative | t.Apply, local: Mapping):
        """A quotient of differences is as inexact as the function itself, on a scale of 1 or more."""
        exact = self._exact.value(node, local)
        if isinstance(node, t.Derivative):
            size = self.value(node.body, local)
        else:
            size = self._exact._apply(t.Function(node.function.name), node.arguments, local)
        if isinstance(exact, list) and not isinstance(size, list):
            return entry_by_entry(lambda a: max(abs(a), abs(size), 1), exact)
        return entry_by_entry(lambda a, b: max(abs(a), abs(b), 1), exact, size)


def quotient_of(function: Callable, x):
    """The central difference quotient; an error if the quotients from both sides do not approach each other."""
    here = function(x)
    x = mp.mpf(x)

    def sides(step):
        after, before = function(x + step), function(x - step)
        right, left = (after - here) / step, (here - before) / step
        return (after - before) / (2 * step), abs(right - left), abs(right) + abs(left)

    quotient, jump, scale = sides(STEP)
    if jump > SMOOTH * scale and jump > _NOISE * max(1, abs(here)):
        _, closer, _ = sides(STEP / 1024)
        if closer > jump / 4:
            raise NoDerivative
    return quotient


@cache
def _letters_in(node: t.Node) -> frozenset[str]:
    return frozenset(each.name for each, _ in t.walk(node) if isinstance(each, t.Letter))


def entry_by_entry(function: Callable, *values):
    """The function of numbers, or entry by entry of matrices."""
    if type(values[0]) is list:
        return [[function(*entries) for entries in zip(*rows, strict=True)] for rows in zip(*values, strict=True)]
    return function(*values)


def _flat(matrix: list[list]) -> list:
    return [value for row in matrix for value in row]


def _product(values: Iterable):
    result = 1
    for value in values:
        if isinstance(result, list) and isinstance(value, list):
            columns = list(zip(*value, strict=True))
            result = [
                [_total([a * b for a, b in zip(row, column, strict=True)]) for column in columns] for row in result
            ]
        elif isinstance(value, list):
            factor = result
            result = entry_by_entry(lambda a, factor=factor: factor * a, value)
        else:
            result = (
                entry_by_entry(lambda a, value=value: a * value, result) if isinstance(result, list) else result * value
            )
    return result


def _total(values: list):
    if values and isinstance(values[0], list):
        return [[sum(entries) for entries in zip(*rows, strict=True)] for rows in zip(*values, strict=True)]
    return sum(values)


def _quotient(above, below, denominator: t.Node):
    if not below:
        raise Undefined(f"{show(denominator)} != 0", denominator)
    return _with_digits(above) / below


def _with_digits(number):
    """A number, whole or not, with all digits."""
    return number if isinstance(number, mp.mpc) else mp.mpf(number)


def _index_grid(shape: tuple[Size, Size], rows: int, columns: int) -> list[list[tuple[int, ...]]]:
    """The indices of the entries of an array, row by row; a side whose size is 1 for good has none."""
    return [
        [
            tuple(index for index, size in zip((row, column), shape, strict=True) if size != 1)
            for column in range(1, columns + 1)
        ]
        for row in range(1, rows + 1)
    ]


def _pick(matrix: list[list], shape: tuple[Size, Size], indices: tuple[int, ...]):
    waiting = list(indices)
    row, column = (1 if size == 1 else waiting.pop(0) for size in shape)
    return _at(matrix, row, column)


def _at(matrix: list[list], row: int, column: int):
    if not (1 <= row <= len(matrix) and 1 <= column <= len(matrix[0])):
        raise NoSuchEntry
    return matrix[row - 1][column - 1]


def _exp(x):
    """The exponential, but not of what is itself one of a large number: there quotients lose all digits."""
    if abs(x) > _LARGEST:
        raise Rejected
    return mp.exp(x)


def equal(one, other, scale=0) -> bool:
    """Whether 30 digits agree, relative to the larger value or to the scale."""
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other), scale)


def _related(one, relation: str, other) -> bool:
    """A relation between numbers; for conditions, where equality is meant up to rounding."""
    match relation:
        case "=":
            return equal(one, other)
        case r"\ne":
            return not equal(one, other)
        case r"\le":
            return one <= other or equal(one, other)
        case r"\ge":
            return one >= other or equal(one, other)
        case "<":
            return one < other
        case ">":
            return one > other
    raise TypeError(f"a condition cannot be {relation}")
