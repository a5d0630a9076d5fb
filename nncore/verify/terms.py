r"""Formulas as sympy terms: an expression of the parse tree, with its derivatives taken, for any sizes.

`Terms` evaluates a tree as `nncore.verify.values` does, with symbols in the place of numbers. A number becomes a sympy
expression of `Indexed` entries; a matrix becomes a `Grid`, which knows its sizes and makes the entry in a row and a
column. Three decisions keep this sound:

- Nothing is substituted under a binder. A sum binds a letter that is made for it and occurs nowhere else; a definition
  is expanded by evaluating its body anew with its indices in the environment.
- A derivative is not sympy's. `Terms.derivative` goes through a term: an entry by an entry is a product of Kronecker
  deltas, a defined letter is differentiated through its definition, an unknown cost by the chain rule.
- max, min, the absolute value and cases are polynomials in indicators: `Positive(e)` is 1 where e > 0, else 0. Where
  an indicator jumps, a derivative contains a letter of its own, which no rule removes but a condition or a convention.

A letter that is defined may stay opaque: what holds for any value of it holds for the one it has.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import sympy as sp

from nncore.verify import tree as t
from nncore.verify.expectation import Expect
from nncore.verify.families import line_for
from nncore.verify.names import (
    DIAGONAL,
    EXTREMA,
    ONES,
    STEPS,
    Definition,
    Name,
    Scope,
    Size,
    kind_of_function,
    letters,
    name_of,
    size_of_classes,
    start_of_sequence,
)
from nncore.verify.prove import Positive, PositiveProduct, indicator
from nncore.verify.writing import show

LARGEST_POWER = 10_000  # that sympy may take of a number

Modulus = sp.Function("modulus", real=True)  # the absolute value of a complex number

_KNOWN = {r"\exp": sp.exp, r"\ln": sp.log, r"\tanh": sp.tanh, r"\sin": sp.sin, r"\cos": sp.cos}


class NoTerm(Exception):
    """What these rules cannot express; the message says what it is."""


@dataclass(frozen=True)
class Grid:
    """A matrix: its two sizes, and the entry at a row and a column."""

    rows: sp.Expr
    columns: sp.Expr
    entry: Callable[[sp.Expr, sp.Expr], sp.Expr]

    def map(self, change: Callable) -> "Grid":
        """The matrix with every entry changed."""
        return Grid(self.rows, self.columns, lambda row, column: change(self.entry(row, column)))


Value = sp.Expr | Grid


class Terms:
    """The terms of one statement.

    Parameters
    ----------
    scope : Scope
        What letters mean.
    sizes : mapping
        Sizes with a fixed value; sums over these are written out.
    opaque : function
        Whether a defined letter, given by its name, stays as it is.
    classes : mapping
        Class numbers with a fixed value: name and index.
    unfolded : str
        An index of sequences, such as t: the member u_t is expanded by its recursion, and a sum up to t ends before
        its last addend, which stands beside it.
    """

    def __init__(
        self,
        scope: Scope,
        sizes: Mapping[Size, int] | None = None,
        opaque: Callable[[str], bool] = lambda name: False,
        classes: Mapping[tuple[str, int], int] | None = None,
        unfolded: str = "",
    ):
        self.scope = scope
        self.unfolded = unfolded
        self.classes = classes or {}
        self.sizes = sizes or {}
        self.opaque = opaque
        self.ranges: dict[sp.Expr, sp.Expr] = {}
        self._costs: dict[sp.Symbol, tuple[str, list[Value]]] = {}
        self._arguments: dict[str, dict[Hashable, int]] = {}  # of which each cost is taken, with their number
        self._slopes: dict[str, tuple[str, int]] = {}
        self._held: str | None = None  # the letter by which a derivative is taken: it is not expanded
        self._kinks: dict[sp.Expr, sp.Expr] = {}  # what a derivative would be where an indicator jumps
        self._memo: dict = {}

    # Sizes and indices

    def size(self, size: Size) -> sp.Expr:
        """A size as a symbol, or as the number that is fixed."""
        if isinstance(size, str):
            size = self.sizes.get(size, size)
        return sp.Integer(size) if isinstance(size, int) else sp.Symbol(size, integer=True, positive=True)

    def free(self, letter: str, size: Size) -> sp.Expr:
        """A free index, whose range is noted."""
        symbol = _index(letter, size)
        self.ranges[symbol] = self.size(size)
        return symbol

    def total(self, size: sp.Expr, addend: Callable[[sp.Expr], sp.Expr], lower: sp.Expr = sp.S.One) -> sp.Expr:
        """The sum over a letter made for it; written out where the limits are numbers."""
        if size.is_Integer and lower.is_Integer:
            return sp.Add(*(addend(sp.Integer(k)) for k in range(int(lower), int(size) + 1)))
        if lower != 1:
            raise NoTerm("sums that do not start at 1")
        if size.is_Symbol and size.name == self.unfolded:
            return self.total(size - 1, addend) + addend(size)
        letter = sp.Dummy("k", integer=True, positive=True)
        self.ranges[letter] = size
        return sp.Sum(addend(letter), (letter, 1, size))

    # Evaluation

    def number(self, node: t.Node, env: Mapping[str, sp.Expr]) -> sp.Expr:
        """The term of an expression that is a number."""
        value = self.value(node, env)
        if isinstance(value, Grid):
            raise NoTerm(f"{show(node)} is a matrix")
        return value

    def value(self, node: t.Node, env: Mapping[str, sp.Expr]) -> Value:
        """The term of an expression, or its `Grid`."""
        match node:
            case t.Number(digits, exponent):
                return sp.Rational(digits) * sp.Integer(10) ** exponent
            case t.Letter(letter) if letter in env:
                return env[letter]
            case t.Letter() | t.Family():
                return self._letter(node, env)
            case t.Indexed():
                return self._indexed(node, env)
            case t.Plus(terms):
                return _entrywise(lambda *parts: sp.Add(*parts), *(self.value(term, env) for term in terms))
            case t.Minus(body):
                return _entrywise(lambda part: -part, self.value(body, env))
            case t.Times(factors):
                return self._product([self.value(factor, env) for factor in factors])
            case t.EntryTimes(factors):
                return _entrywise(lambda *parts: sp.Mul(*parts), *(self.value(factor, env) for factor in factors))
            case t.Fraction(numerator, denominator):
                below = self.number(denominator, env)
                return _entrywise(lambda part: part / below, self.value(numerator, env))
            case t.EntryFraction(numerator, denominator):
                return _entrywise(lambda a, b: a / b, self.value(numerator, env), self.value(denominator, env))
            case t.Power(base, exponent):
                return self._power(base, exponent, env)
            case t.Transpose(body):
                grid = self.value(body, env)
                return Grid(grid.columns, grid.rows, lambda row, column: grid.entry(column, row))
            case t.Root(body):
                return sp.sqrt(self.number(body, env))
            case t.Absolute(body):
                return _absolute(self.number(body, env))
            case t.Apply(function, arguments):
                return self._apply(function, arguments, env)
            case t.Sum(index, lower, upper, body):
                return self._sum(index, lower, upper, body, env)
            case t.Product(index, lower, upper, body):
                return self._product_over_index(index, lower, upper, body, env)
            case t.Extremum(kind, index, body):
                return self._extremum(kind, index, body, env)
            case t.Derivative(body, variables):
                return self._derivative(body, variables, env)
            case t.Matrix(rows):
                return self._matrix(rows, env)
            case t.Cases(cases):
                return self._cases(cases, env)
        raise NoTerm(f"{type(node).__name__.lower()}s")

    def _letter(self, node: t.Letter | t.Family, env: Mapping) -> Value:
        name = name_of(node, self.scope)
        match name.kind:
            case "index":
                index = next(each for each in self.scope.notation.indices if each.letter == name.name)
                return self.free(name.name, index.to)
            case "constant":
                return self._constant(name.name)
            case "size":
                return self.size(name.name)
            case "number":
                return self.entry(name.name, ())
            case "array":
                rows, columns = map(self.size, name.shape)
                if name.name == ONES:
                    return Grid(rows, columns, lambda row, column: sp.S.One)
                return Grid(rows, columns, lambda row, column: self._at(name, row, column))
        raise NoTerm(f"the letter {show(node)}")

    def _constant(self, letter: str) -> sp.Expr:
        constants = {"e": sp.E, r"\pi": sp.pi, r"\mathrm{i}": sp.I}
        if letter not in constants:
            raise NoTerm(f"the constant {letter}")
        return constants[letter]

    def _at(self, name: Name, row: sp.Expr, column: sp.Expr) -> sp.Expr:
        return self.entry(name.name, tuple(k for k, size in zip((row, column), name.shape, strict=True) if size != 1))

    def entry(self, name: str, indices: tuple[sp.Expr, ...]) -> sp.Expr:
        """An entry of an array, or a number: expanded if it is defined and not opaque."""
        if name in self.scope.families:
            return self._member_of_sequence(name, indices)
        definition = self.scope.definitions.get(name)
        if definition is None or name == self._held or self.opaque(name):
            return self._atom(name, indices)
        return self.expanded(name, indices)

    def _member_of_sequence(self, name: str, indices: tuple[sp.Expr, ...]) -> sp.Expr:
        """A member with a number by the line that defines it, and one with the unfolded index by the recursion."""
        (place,) = indices
        lines = self.scope.families[name]
        if place.is_Integer and (start := start_of_sequence(name, int(place), self.scope.notation)):
            return self._atom(start, ())
        if place.is_Integer:
            line = line_for(name, int(place), self.scope)
        else:
            unfolded = place.is_Symbol and place.name == self.unfolded
            line = next((line for line in lines if line.letter), None) if unfolded else None
        if line is None or name == self._held:
            return self._atom(name, indices)
        return self.number(line.definition.body, {line.letter: place} if line.letter else {})

    def _atom(self, name: str, indices: tuple[sp.Expr, ...]) -> sp.Expr:
        return sp.IndexedBase(name, real=True)[indices] if indices else sp.Symbol(name, real=True)

    def expanded(self, name: str, indices: tuple[sp.Expr, ...]) -> sp.Expr:
        """What an entry is defined as."""
        key = (name, indices, self._held)
        if key not in self._memo:
            definition = self.scope.definitions[name]
            env = dict(zip((letter for letter, _ in definition.indices), indices, strict=False))
            value = self.value(definition.body, env)
            if isinstance(value, Grid):
                value = value.entry(*_row_and_column(definition.shape, indices))
            self._memo[key] = value
        return self._memo[key]

    def _indexed(self, node: t.Indexed, env: Mapping) -> sp.Expr:
        indices = tuple(self.number(index, env) for index in node.indices)
        if not isinstance(node.base, t.Letter | t.Family):
            grid = self.value(node.base, env)
            if len(indices) == 1:
                indices = (sp.S.One, *indices) if grid.rows == 1 else (*indices, sp.S.One)
            return grid.entry(*indices)
        name = name_of(node, self.scope, dict.fromkeys(env))
        match name.kind:
            case "delta":
                return sp.KroneckerDelta(*indices)
            case "size":
                return self.size(name.name)
            case "number":
                return self.entry(name.name, ())
            case "class":
                if (name.name, *indices) in self.classes:
                    return sp.Integer(self.classes[(name.name, *indices)])
                base = sp.IndexedBase(name.name, integer=True, positive=True)
                self.ranges[base] = self.size(size_of_classes(name.name, self.scope.notation))
                return base[indices]
            case "entry":
                return self.entry(name.name, indices)
        raise NoTerm(f"the entry {show(node)}")

    def _product(self, values: list[Value]) -> Value:
        result: Value = sp.S.One
        for value in values:
            if isinstance(result, Grid) and isinstance(value, Grid):
                result = self._matrix_product(result, value)
            elif isinstance(value, Grid):
                result = value.map(lambda part, factor=result: factor * part)
            else:
                result = _entrywise(lambda part, factor=value: part * factor, result)
        return result

    def _matrix_product(self, one: Grid, other: Grid) -> Grid:
        def entry(row, column):
            return self.total(one.columns, lambda k: one.entry(row, k) * other.entry(k, column))

        return Grid(one.rows, other.columns, entry)

    def _power(self, base: t.Node, exponent: t.Node, env: Mapping) -> sp.Expr:
        power = self.number(exponent, env)
        if power.is_number and abs(power) > LARGEST_POWER:
            raise NoTerm(f"a power as high as {show(exponent)}")
        below = self.number(base, env)
        return sp.exp(power) if below == sp.E else below**power

    def _sum(self, index: t.Letter, lower: t.Node, upper: t.Node, body: t.Node, env: Mapping) -> Value:
        low, high = self.number(lower, env), self.number(upper, env)
        inner = self.value(body, {**env, index.name: sp.Dummy(integer=True, positive=True)})
        if not isinstance(inner, Grid):
            return self.total(high, lambda k: self.number(body, {**env, index.name: k}), low)

        def entry(row, column):
            return self.total(high, lambda k: self.value(body, {**env, index.name: k}).entry(row, column), low)

        return Grid(inner.rows, inner.columns, entry)

    def _product_over_index(self, index: t.Letter, lower: t.Node, upper: t.Node, body: t.Node, env: Mapping) -> sp.Expr:
        low, high = self.number(lower, env), self.number(upper, env)
        total = self.total(high, lambda k: sp.log(self.number(body, {**env, index.name: k})), low)
        return PositiveProduct(total)

    def _extremum(self, kind: str, index: t.Letter, body: t.Node, env: Mapping) -> sp.Expr:
        size = self.size(next(each.to for each in self.scope.notation.indices if each.letter == index.name))
        if kind not in ("max", "min"):
            raise NoTerm(f"{kind} over an index")
        if size.is_Integer:
            entries = [self.number(body, {**env, index.name: sp.Integer(k)}) for k in range(1, int(size) + 1)]
            result = entries[0]
            for entry in entries[1:]:
                result = _larger(result, entry) if kind == "max" else -_larger(-result, -entry)
            return result
        letter = sp.Symbol(f"{kind}_{index.name}", integer=True, positive=True)
        return sp.Function(f"{kind}_over")(self.number(body, {**env, index.name: letter}), size)

    def _matrix(self, rows: tuple, env: Mapping) -> Grid:
        entries = [[self.number(entry, env) for entry in row] for row in rows]

        def entry(row, column):
            if not (row.is_Integer and column.is_Integer):
                raise NoTerm("an entry of a printed matrix at a symbolic place")
            return entries[int(row) - 1][int(column) - 1]

        return Grid(sp.Integer(len(rows)), sp.Integer(len(rows[0])), entry)

    def _cases(self, cases: tuple[t.Case, ...], env: Mapping) -> Value:
        """The first case that holds; that all of them cover everything and agree where they overlap, numbers check."""
        values = [self.value(case.value, env) for case in cases]
        indicators, rest = [], sp.S.One
        for case in cases:
            holds = self.indicator(case.condition, env)
            indicators.append(rest * holds)
            rest = sp.expand(rest * (1 - holds))
        return _entrywise(lambda *parts: sp.Add(*map(sp.Mul, indicators, parts)), *values)

    def indicator(self, chain: t.Chain, env: Mapping) -> sp.Expr:
        """1 where all relations of a chain hold, else 0."""
        sides = [self.number(side, env) for side in (chain.first, *(link.right for link in chain.links))]
        result = sp.S.One
        for left, right, link in zip(sides, sides[1:], chain.links, strict=False):
            result *= _holds(left, link.relation, right)
        return result

    # Functions

    def _apply(self, function: t.Function, arguments: tuple[t.Node, ...], env: Mapping) -> Value:
        values = [self.value(argument, env) for argument in arguments]
        name = function.name
        if name in EXTREMA:
            sign = 1 if name == r"\max" else -1
            return _entrywise(lambda *parts: sign * _largest([sign * part for part in parts]), *values)
        if name == DIAGONAL:
            (row,) = values
            return Grid(row.columns, row.columns, lambda k, m: sp.KroneckerDelta(k, m) * row.entry(sp.S.One, m))
        if name in (r"\operatorname{Re}", r"\operatorname{Im}"):
            return _entrywise(_real_part if name == r"\operatorname{Re}" else _imaginary_part, *values)
        kind = kind_of_function(name, self.scope.notation)
        if kind == "moment":
            (value,) = values
            mean = Expect(value)
            return mean if name == r"\operatorname{E}" else Expect(value**2) - mean**2
        if kind == "cost":
            return self._cost(name, values, (arguments, tuple(env.items())))
        if kind not in ("number", "smooth"):
            raise NoTerm(f"the function {show(function)}")
        return _entrywise(lambda *parts: self.function(name, function.primes, parts), *values)

    def _cost(self, name: str, values: list[Value], arguments: Hashable) -> sp.Expr:
        """A cost of its arguments as a symbol: the same one for the same arguments only."""
        of_which = self._arguments.setdefault(name, {})
        number = of_which.setdefault(arguments, len(of_which))
        symbol = sp.Symbol(f"{name}#{number}" if number else name, real=True)
        self._costs[symbol] = (symbol.name, values)
        return symbol

    def function(self, name: str, primes: int, parts: tuple[sp.Expr, ...]) -> sp.Expr:
        """A function of numbers, or a derivative of it."""
        definition = self.scope.definitions.get(name)
        if definition is None:
            if name in _KNOWN:
                return self._nth(_KNOWN[name], primes, parts)
            return self._smooth(name, primes)(*parts)
        if self.opaque(name):
            return self._smooth(name, primes)(*parts)
        return self._expanded_function(name, primes, parts)

    def _expanded_function(self, name: str, primes: int, parts: tuple[sp.Expr, ...]) -> sp.Expr:
        definition = self.scope.definitions[name]
        if not primes:
            return self.number(definition.body, dict(zip(definition.arguments, parts, strict=True)))
        return self._nth(lambda x: self._expanded_function(name, 0, (x,)), primes, parts, name)

    def with_functions(self, term: sp.Expr) -> sp.Expr:
        """The term with all functions expanded that were opaque while derivatives were taken."""
        for written, (name, primes) in self._slopes.items():
            if name in self.scope.definitions:
                term = term.replace(
                    sp.Function(written, real=True),
                    lambda *parts, name=name, primes=primes: self._expanded_function(name, primes, parts),
                )
        return term

    def _nth(self, function: Callable, primes: int, parts: tuple[sp.Expr, ...], name: str = "") -> sp.Expr:
        if not primes:
            return function(*parts)
        (part,) = parts
        variable = sp.Dummy(real=True)
        result = function(variable)
        for order in range(1, primes + 1):
            result = self.derivative(result, variable)
            for convention in self.scope.conventions:
                if (convention.function, convention.primes) == (name, order):
                    result = self._agreed(result, variable, convention)
        if name in self.scope.definitions:
            result = self._without_excluded(result, variable, self.scope.definitions[name])
        return result.xreplace({variable: part})

    def _without_excluded(self, slope: sp.Expr, variable: sp.Expr, definition: Definition) -> sp.Expr:
        """The derivative where the definition holds, if it leaves out 0: there its variable has a sign."""
        for chain in definition.conditions:
            for link in chain.links:
                if (chain.first, link.relation, link.right) == (
                    t.Letter(definition.arguments[0]), r"\ne", t.Number("0"),
                ):  # fmt: skip
                    slope = slope.xreplace({Positive(-variable): 1 - Positive(variable)})
        return slope

    def _agreed(self, slope: sp.Expr, variable: sp.Expr, convention) -> sp.Expr:
        """The derivative with the value of a convention at its one point, where it has none of its own."""
        point, value = self.number(convention.point, {}), self.number(convention.value, {})
        kinks = slope.atoms(sp.Dummy) & set(self._kinks.values())
        if len(kinks) != 1:
            raise NoTerm("a convention where several kinks meet")
        (kink,) = kinks
        factor = sp.expand(slope).coeff(kink).xreplace({variable: point})
        if not factor.is_number or factor.is_zero is not False:
            raise NoTerm("a convention where the kink has a factor that may be 0")
        there = slope.xreplace({kink: sp.S.Zero}).xreplace({variable: point})
        return slope.xreplace({kink: (value - there) / factor})

    def _smooth(self, name: str, primes: int) -> type:
        self._slopes[name + "'" * primes] = (name, primes)
        return sp.Function(name + "'" * primes, real=True)

    # Derivatives

    def _derivative(self, body: t.Node, variables: tuple[t.Node, ...], env: Mapping) -> Value:
        names = [name_of(variable, self.scope, dict.fromkeys(env)) for variable in variables]
        held, self._held = self._held, names[0].name
        try:
            if any(name.name != names[0].name for name in names):
                raise NoTerm("a mixed derivative by different letters")
            inside = self.number(body, env)
            if names[0].kind == "array":
                rows, columns = map(self.size, names[0].shape)

                def entry(row, column):
                    outer, self._held = self._held, names[0].name
                    try:
                        return self._released(self.derivative(inside, self._at(names[0], row, column)), held)
                    finally:
                        self._held = outer

                return Grid(rows, columns, entry)
            for variable, name in zip(variables, names, strict=True):
                indices = tuple(self.number(index, env) for index in getattr(variable, "indices", ()))
                inside = self.derivative(inside, self._atom(name.name, indices if name.kind == "entry" else ()))
            return self._released(inside, held)
        finally:
            self._held = held

    def _released(self, term: sp.Expr, held: str | None) -> sp.Expr:
        """The term after its derivative is taken: the letter that was held is what its definition says."""
        name, before = self._held, self._held
        if name not in self.scope.definitions or self.opaque(name):
            return term
        self._held = held
        try:
            found = {atom for atom in term.atoms(sp.Indexed) if _name(atom) == name}
            found = found or {atom for atom in term.atoms(sp.Symbol) if atom.name == name}
            return term.xreplace({atom: self.expanded(name, _indices(atom)) for atom in found})
        finally:
            self._held = before

    def derivative(self, term: sp.Expr, by: sp.Expr) -> sp.Expr:
        """The derivative of a term by an entry or a number."""
        key = ("derivative", term, by, self._held)
        if key not in self._memo:
            self._memo[key] = self._differentiated(term, by)
        return self._memo[key]

    def _differentiated(self, term: sp.Expr, by: sp.Expr) -> sp.Expr:
        if term == by:
            return sp.S.One
        if isinstance(term, sp.Indexed | sp.Symbol):
            return self._of_letter(term, by)
        if not term.args or isinstance(term, sp.KroneckerDelta):
            return sp.S.Zero
        if isinstance(term, Positive):
            return self._of_indicator(term, by)
        if isinstance(term, sp.Sum):
            return sp.Sum(self.derivative(term.function, by), *term.limits)
        if isinstance(term, sp.Add):
            return sp.Add(*(self.derivative(part, by) for part in term.args))
        if isinstance(term, sp.Mul):
            return self._of_product(term, by)
        if isinstance(term, sp.Pow) and not isinstance(term, sp.exp):
            return self._of_power(term, by)
        slopes = [self.derivative(part, by) for part in term.args]
        if all(slope == 0 for slope in slopes):
            return sp.S.Zero
        if len(term.args) != 1:
            raise NoTerm(f"the derivative of {term.func}")
        return self._slope(term) * slopes[0]

    def _of_indicator(self, term: sp.Expr, by: sp.Expr) -> sp.Expr:
        """0, but where the indicator jumps; e times this, as in the derivative of max(e, 0), is no number there."""
        (part,) = term.args
        kink = self._kinks.setdefault(part, sp.Dummy("kink", real=True))
        return kink * (1 - Positive(part) - indicator(-part)) / part * self.derivative(part, by)

    def _of_letter(self, term: sp.Expr, by: sp.Expr) -> sp.Expr:
        name, other = _name(term), _name(by)
        if name == other and isinstance(term, sp.Indexed) and isinstance(by, sp.Indexed):
            return sp.Mul(*map(sp.KroneckerDelta, term.indices, by.indices))
        if term in self._costs:
            return self._of_cost(term, by)
        definition = self.scope.definitions.get(name)
        if definition is None or definition.arguments or name == self._held:
            return sp.S.Zero
        if other not in self._below(name):
            return sp.S.Zero
        return self.derivative(self.expanded(name, _indices(term)), by)

    def _below(self, name: str) -> frozenset[str]:
        key = ("below", name)
        if key not in self._memo:
            self._memo[key] = letters(self.scope.definitions[name].body, self.scope)
        return self._memo[key]

    def _of_cost(self, cost: sp.Symbol, by: sp.Expr) -> sp.Expr:
        """The chain rule: the sum over all entries of all arguments."""
        name, values = self._costs[cost]
        addends = []
        for place, value in enumerate(values, 1):
            slope = sp.IndexedBase(f"{name};{place}", real=True)
            if not isinstance(value, Grid):
                addends.append(sp.Symbol(f"{name};{place}", real=True) * self.derivative(value, by))
                continue
            addends.append(
                self.total(
                    value.rows,
                    lambda row, value=value, slope=slope: self.total(
                        value.columns,
                        lambda column: slope[row, column] * self.derivative(value.entry(row, column), by),
                    ),
                )
            )
        return sp.Add(*addends)

    def _of_product(self, term: sp.Mul, by: sp.Expr) -> sp.Expr:
        parts = []
        for place, factor in enumerate(term.args):
            slope = self.derivative(factor, by)
            if slope != 0:
                parts.append(sp.Mul(*term.args[:place], slope, *term.args[place + 1 :]))
        return sp.Add(*parts)

    def _of_power(self, term: sp.Pow, by: sp.Expr) -> sp.Expr:
        base, exponent = term.args
        by_base, by_exponent = self.derivative(base, by), self.derivative(exponent, by)
        result = exponent * base ** (exponent - 1) * by_base
        return result if by_exponent == 0 else result + term * sp.log(base) * by_exponent

    def _slope(self, term: sp.Expr) -> sp.Expr:
        (part,) = term.args
        name = getattr(term.func, "__name__", "")
        if name in self._slopes:
            function, primes = self._slopes[name]
            return self._smooth(function, primes + 1)(part)
        match term:
            case sp.exp():
                return term
            case sp.log():
                return 1 / part
            case sp.tanh():
                return 1 - term**2
            case sp.sin():
                return sp.cos(part)
            case sp.cos():
                return -sp.sin(part)
        raise NoTerm(f"the derivative of {term.func}")


def _entrywise(function: Callable, *values: Value) -> Value:
    """A function of numbers, or entry by entry of matrices of one shape."""
    grids = [value for value in values if isinstance(value, Grid)]
    if not grids:
        return function(*values)

    def entry(row, column):
        return function(*(value.entry(row, column) if isinstance(value, Grid) else value for value in values))

    return Grid(grids[0].rows, grids[0].columns, entry)


def _row_and_column(shape: tuple[Size, Size], indices: tuple[sp.Expr, ...]) -> tuple[sp.Expr, sp.Expr]:
    waiting = list(indices)
    row, column = (sp.S.One if size == 1 else waiting.pop(0) for size in shape)
    return row, column


def _name(atom: sp.Expr) -> str:
    return str(atom.base) if isinstance(atom, sp.Indexed) else atom.name


def _indices(atom: sp.Expr) -> tuple[sp.Expr, ...]:
    return atom.indices if isinstance(atom, sp.Indexed) else ()


def _index(letter: str, size: Size) -> sp.Symbol:
    """An index as a symbol; steps are counted from 0."""
    sign = {"nonnegative": True} if size == STEPS else {"positive": True}
    return sp.Symbol(letter, integer=True, **sign)


# Indicators -----------------------------------------------------------------------------------------------------------


def _holds(left: sp.Expr, relation: str, right: sp.Expr) -> sp.Expr:
    difference = left - right
    if relation in ("=", r"\ne"):
        indices = left.is_integer and right.is_integer
        same = sp.KroneckerDelta(left, right) if indices else 1 - indicator(difference) - indicator(-difference)
        return same if relation == "=" else 1 - same
    match relation:
        case ">":
            return indicator(difference)
        case "<":
            return indicator(-difference)
        case r"\ge":
            return 1 - indicator(-difference)
        case r"\le":
            return 1 - indicator(difference)
    raise NoTerm(f"cases with {relation}")


def _larger(one: sp.Expr, other: sp.Expr) -> sp.Expr:
    return other + (one - other) * indicator(one - other)


def _largest(parts: list[sp.Expr]) -> sp.Expr:
    result = parts[0]
    for part in parts[1:]:
        result = _larger(result, part)
    return result


def _absolute(part: sp.Expr) -> sp.Expr:
    if part.has(sp.I):
        return Modulus(part)
    return part * indicator(part) - part * indicator(-part)


# Complex numbers ------------------------------------------------------------------------------------------------------


def _conjugate(term: sp.Expr) -> sp.Expr:
    """All letters are real, and functions are real where their arguments are."""
    held = {modulus: sp.Dummy(real=True) for modulus in term.atoms(Modulus)}
    back = {dummy: modulus for modulus, dummy in held.items()}
    return term.xreplace(held).xreplace({sp.I: -sp.I}).xreplace(back)


def _real_part(term: sp.Expr) -> sp.Expr:
    return (term + _conjugate(term)) / 2


def _imaginary_part(term: sp.Expr) -> sp.Expr:
    return (term - _conjugate(term)) / (2 * sp.I)
