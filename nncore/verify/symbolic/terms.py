r"""Formulas as sympy terms: an expression of the parse tree, with its derivatives taken, for any sizes.

`Terms` evaluates a tree as `numeric.values` does, with symbols in the place of numbers. A number becomes a sympy
expression of `Indexed` entries; a matrix becomes a `Grid`, which knows its sizes and makes the entry in a row and a
column. Three decisions keep this sound:

- Nothing is substituted under a binder. A sum binds a letter that is made for it and occurs nowhere else; a definition
  is expanded by evaluating its body anew with its indices in the environment.
- A derivative is not sympy's. `Terms.derivative` goes through a term: an entry by an entry is a product of Kronecker
  deltas, a defined letter is differentiated through its definition, an unknown cost by the chain rule.
- max, min, the absolute value and cases are polynomials in indicators: `Positive(e)` is 1 where e > 0, else 0.

Where a term has no value is noted beside it, as *gaps*: expressions that are 0 wherever it has one. A derivative notes
what its function and both of its sides do where an indicator jumps, and cases note what they leave open and where they
disagree. A proof has to show that all gaps are 0, or that both sides have the same.

A letter that is defined may stay opaque: what holds for any value of it holds for the one it has. So may a function,
but no derivative of one that has a kink.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import combinations, product
from typing import TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef

from nncore.verify.notation import DIAGONAL, EXTREMA, ONES, STEPS
from nncore.verify.semantics.layers import line_for, reached
from nncore.verify.semantics.symbols import (
    AgreedValue,
    Binding,
    Scope,
    declared_shape,
    made_of,
    meanings_of,
    start_of_sequence,
)
from nncore.verify.switches import side_condition
from nncore.verify.symbol import Shape, Size, Symbol, SymbolKind
from nncore.verify.symbolic.expectation import Expect
from nncore.verify.symbolic.normal_form import (
    Factor,
    Largest,
    Product,
    booleans,
    bound_letters,
    grouped,
    indicator,
    solution,
)
from nncore.verify.symbolic.rules import Positive, Rule, Slope, Term, is_recording, note, rule, supposing
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

LARGEST_POWER = 10_000  # of anything
MOST_DIGITS = 10_000  # of a number
FEW_ADDENDS, MOST_ADDENDS = 12, 2_000  # written out: always, and of plain numbers; else a sum keeps its letter
MOST_COMPARED = 4  # entries of which the largest is written out: each is compared with all before
MOST_BRANCHES = 64  # of a function near a point where several indicators jump

Modulus = sp.Function("modulus", real=True)  # the absolute value of a complex number

DEFINITION = rule("a definition", "A letter is what it is defined as.")
FUNCTION = rule("a function", "A function of something is what its definition says of it.")
OF_ENTRY = rule(
    "an entry by an entry", r"$\partial x_{ij} / \partial x_{kl} = \delta_{ik} \delta_{jl}$, and 0 of another letter."
)
OF_DEFINED = rule("the chain rule through a letter", "A defined letter changes as what it is defined as.")
OF_COST = rule("the chain rule through a cost", "A cost changes with every entry of everything that it is taken of.")
OF_SUM = rule("the derivative of a sum", "A sum is differentiated addend by addend.")
OF_PRODUCT = rule("the product rule", "Each factor in turn is differentiated.")
OF_POWER = rule("the power rule", r"$(b^p)' = p b^{p-1} b' + b^p \ln(b) p'$.")
OF_FUNCTION = rule("the chain rule", "The derivative of a function, times that of its argument.")
OF_PIECES = rule(
    "the derivative of pieces", "Where nothing is compared with what it is equal to, each piece has its own."
)

KNOWN_KINKS = side_condition("a function with a kink is put in before it is differentiated", "Its kink would be lost.")
PARAMETERS = side_condition("a function depends on what its definition contains", "Not only on its arguments.")
RECURSION = side_condition("a member of a sequence depends on what its recursion contains", "Not only on its number.")
SLOPES_OF_COST = side_condition(
    "a derivative of a cost depends on what the cost depends on", "A cost is seldom linear."
)
CHOSEN = side_condition("what arg max chooses is not differentiated", "It jumps where there are ties.")
MEETING = side_condition(
    "pieces that meet have one value and one slope", "Else there is no derivative where they meet."
)
COVERING = side_condition("cases cover all numbers", "Where none holds there is no value.")
AGREEING = side_condition("cases that overlap agree", "Else there are two values.")
CONSTANT_MEAN = side_condition(
    "an expectation is differentiated only where it is constant", "Its law may depend on the letter."
)

_CONSTANTS = {"e": sp.E, r"\pi": sp.pi, r"\mathrm{i}": sp.I}
_KNOWN = {r"\exp": sp.exp, r"\ln": sp.log, r"\tanh": sp.tanh, r"\sin": sp.sin, r"\cos": sp.cos}


class NoTerm(Exception):
    """What these rules cannot express; the message says what it is."""


@dataclass(frozen=True)
class Grid:
    """A matrix: its two sizes, and the entry at a row and a column."""

    rows: Term
    columns: Term
    entry: Callable[[Term, Term], Term]


Value: TypeAlias = Term | Grid
Env: TypeAlias = Mapping[str, Term]  # the values of letters that are bound, or free indices


class Terms:
    """The terms of one statement.

    Parameters
    ----------
    scope : Scope
        What letters mean.
    sizes : mapping
        Sizes that equal a number, or another size; sums up to a number are written out.
    opaque : function
        Whether a defined letter, given by its name, stays as it is.
    classes : mapping
        Class numbers with a fixed value: name and index.
    unfolded : str
        An index of sequences, such as t: the member u_t is expanded by its recursion, and a sum up to t ends before
        its last addend, which stands beside it.
    sealed : function
        Whether no derivative is taken through a letter, because nothing may be known of it.
    """

    def __init__(
        self,
        scope: Scope,
        sizes: Mapping[Size, Size] | None = None,
        opaque: Callable[[str], bool] = lambda name: False,
        classes: Mapping[tuple[str, int], int] | None = None,
        unfolded: str = "",
        sealed: Callable[[str], bool] = lambda name: False,
    ):
        self.scope = scope
        self.unfolded = unfolded
        self.classes = classes or {}
        self.sizes = sizes or {}
        self.opaque = opaque
        self.sealed = sealed
        self.ranges: dict[Term, Term] = {}
        self.has_cases = False  # whether there are cases, of which only one need have a value
        self.members: set[str] = set()  # derivatives of members of sequences, which are members, too
        self._costs: dict[Term, tuple[str, list[Value]]] = {}
        self._values_of_costs: dict[tuple[Term, str | None], list[Value]] = {}  # each while a letter is held
        self._arguments: dict[str, dict[Hashable, int]] = {}  # of which each cost is taken, with their number
        self._cost_slopes: dict[str, str] = {}  # the cost of which something is a derivative
        self._slopes: dict[str, tuple[str, int]] = {}
        self._held: str | None = None  # the letter by which a derivative is taken: it is not expanded
        self._gaps: dict[Term, None] = {}
        self._fixed: dict[Term, sp.Dummy] = {}  # what is taken as constant while the rest is differentiated
        self._bends = False  # whether two pieces that meet may have two slopes
        self._written = 1  # how many addends the sums have together that are being written out
        self._memo: dict[Hashable, tuple[Term, tuple[Term, ...]]] = {}  # terms, each with its gaps
        self._contained: dict[Hashable, bool] = {}
        self._made_of: dict[str, frozenset[str]] = {}

    # Gaps

    @contextmanager
    def noting(self) -> Iterator[dict[Term, None]]:
        """Collect the gaps of what is evaluated inside, as keys; they are those of nothing else."""
        before, self._gaps = self._gaps, {}
        try:
            yield self._gaps
        finally:
            self._gaps = before

    def _note(self, gaps: Iterable[Term]) -> None:
        self._gaps.update((gap, None) for gap in gaps if gap != 0)

    def _remembered(self, key: Hashable, find: Callable[[], Term]) -> Term:
        """Return what is found once, and note its gaps each time."""
        if key not in self._memo:
            with self.noting() as found:
                value = find()
            self._memo[key] = value, tuple(found)
        value, gaps = self._memo[key]
        self._note(gaps)
        return value

    # Sizes and indices

    def size(self, size: Size) -> Term:
        """Return a size as a symbol, or as the number that is fixed."""
        if isinstance(size, str):
            size = self.sizes.get(size, size)
        return sp.Integer(size) if isinstance(size, int) else sp.Symbol(size, integer=True, positive=True)

    def free(self, letter: str, size: Size) -> Term:
        """Return a free index, and note its range."""
        counts_layers = letter == self.scope.notation.layer_index
        symbol = _index(letter, STEPS if counts_layers else size)  # there is a layer 0
        self.ranges[symbol] = self.size(size)
        return symbol

    def total(self, size: Term, addend: Callable[[Term], Term], lower: Term = sp.S.One) -> Term:
        """Return the sum over a new letter; write it out where the limits are numbers and there are few addends."""
        if size.is_number and not size.is_Integer:
            raise NoTerm(f"a sum up to {size}")
        if size.is_Integer and lower.is_Integer:
            count = int(size) - int(lower) + 1
            if count <= FEW_ADDENDS or lower != 1:
                return self._written_out(range(int(lower), int(size) + 1), addend)
        if lower != 1:
            raise NoTerm("sums that do not start at 1")
        if size.is_Symbol and size.name == self.unfolded:
            return self.total(size - 1, addend) + addend(size)
        letter = sp.Dummy("k", integer=True, positive=True)
        self.ranges[letter] = size
        body = addend(letter)
        if size.is_Integer and size <= MOST_ADDENDS and not body.has(sp.Indexed, sp.Sum, AppliedUndef):
            return self._written_out(range(1, int(size) + 1), addend)
        return sp.Sum(body, (letter, 1, size))

    def _written_out(self, numbers: range, addend: Callable[[Term], Term]) -> Term:
        before, self._written = self._written, self._written * max(len(numbers), 1)
        try:
            if self._written > MOST_ADDENDS:
                raise NoTerm(f"more than {MOST_ADDENDS} addends")
            return sp.Add(*(addend(sp.Integer(k)) for k in numbers))
        finally:
            self._written = before

    # Evaluation

    def number(self, node: t.Node, env: Env) -> Term:
        """Return the term of an expression that is a number."""
        value = self.value(node, env)
        if isinstance(value, Grid):
            raise NoTerm(f"{show(node)} is a matrix")
        return value

    def grid(self, node: t.Node, env: Env) -> Grid:
        """Return the `Grid` of an expression that is a matrix."""
        value = self.value(node, env)
        if not isinstance(value, Grid):
            raise NoTerm(f"{show(node)} is a number")
        return value

    def value(self, node: t.Node, env: Env) -> Value:
        """Return the term of an expression, or its `Grid`."""
        match node:
            case t.Number(digits, exponent):
                if len(digits) + abs(exponent) > MOST_DIGITS:
                    raise NoTerm(f"a number of more than {MOST_DIGITS} digits")
                return sp.Rational(digits) * sp.Integer(10) ** exponent
            case t.Letter(letter) if letter in env:
                return env[letter]
            case t.Letter() | t.Family():
                return self._letter(node)
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
                grid = self.grid(body, env)
                return Grid(grid.columns, grid.rows, lambda row, column: grid.entry(column, row))
            case t.Root(body):
                return sp.sqrt(_real(self.number(body, env)))
            case t.Absolute(body):
                return _absolute(self.number(body, env))
            case t.Apply(function, arguments):
                return self._apply(function, arguments, env)
            case t.Sum(index, lower, upper, body):
                return self._sum(index, lower, upper, body, env)
            case t.Product(index, lower, upper, body):
                low, high = self.number(lower, env), self.number(upper, env)
                return Product(self.total(high, lambda k: Factor(self.number(body, {**env, index.name: k})), low))
            case t.Extremum(kind, index, body):
                return self._extremum(kind, index, body, env)
            case t.Derivative(body, variables):
                return self._derivative(body, variables, env)
            case t.Matrix(rows):
                return self._matrix(rows, env)
            case t.Cases(cases):
                return self._cases(cases, env)
        raise NoTerm(f"{type(node).__name__.lower()}s")

    def _letter(self, node: t.Letter | t.Family) -> Value:
        name = node.meaning
        match name.kind:
            case "index":
                return self.free(name.name, self.scope.notation.range_of_index(name.name))
            case "constant" if name.name in _CONSTANTS:
                return _CONSTANTS[name.name]
            case "size":
                return self.size(name.name)
            case "number":
                return self.entry(name.name, ())
            case "array":
                rows, columns = map(self.size, _shape(name))
                if name.name == ONES:
                    return Grid(rows, columns, lambda row, column: sp.S.One)
                return Grid(rows, columns, lambda row, column: self._at(name, row, column))
        raise NoTerm(f"the letter {show(node)}")

    def _at(self, name: Symbol, row: Term, column: Term) -> Term:
        places = zip((row, column), _shape(name), strict=True)
        return self.entry(name.name, tuple(place for place, size in places if size != 1))

    def entry(self, name: str, indices: tuple[Term, ...]) -> Term:
        """Return an entry of an array, or a number: expanded if it is defined and not opaque."""
        if name in self.scope.families:
            return self._member_of_sequence(name, indices)
        definition = self.scope.definitions.get(name)
        if definition is None or name == self._held or self._is_opaque(name):
            return self._atom(name, indices)
        return self.expanded(name, indices)

    def _is_opaque(self, name: str) -> bool:
        """Return whether a defined letter or function stays as it is, which none does that may be complex."""
        return self.opaque(name) and not self._contains(name, _is_imaginary_unit)

    def _contains(self, name: str, what: Callable[[t.Node], bool]) -> bool:
        """Return whether the definitions of which a letter, a sequence or a function is made contain something."""
        key = name, what
        if key not in self._contained:
            bodies = [definition.body for definition in meanings_of(name, self.scope)]
            self._contained[key] = any(map(what, reached(bodies, self.scope)))
        return self._contained[key]

    def _member_of_sequence(self, name: str, indices: tuple[Term, ...]) -> Term:
        """Expand a member with a number by its line, and the one with the unfolded index by the recursion."""
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
            if self._contains(name, _is_imaginary_unit):
                raise NoTerm(f"the sequence {name}, which may be complex")
            return self._atom(name, indices)
        return self.number(line.definition.body, {line.letter: place} if line.letter else {})

    def _atom(self, name: str, indices: tuple[Term, ...]) -> Term:
        return sp.IndexedBase(name, real=True)[indices] if indices else sp.Symbol(name, real=True)

    def expanded(self, name: str, indices: tuple[Term, ...]) -> Term:
        """Return what an entry is defined as."""
        value = self._remembered((name, indices, self._held), lambda: self._expanded(name, indices))
        return note(DEFINITION, self._atom(name, indices), value)

    def _expanded(self, name: str, indices: tuple[Term, ...]) -> Term:
        definition = self.scope.definitions[name]
        if name in self.scope.notation.class_letters:
            raise NoTerm(f"{name} as an expression")
        env = dict(zip((letter for letter, _ in definition.indices), indices, strict=False))
        value = self.value(definition.body, env)
        if not isinstance(value, Grid):
            return value
        own = declared_shape(definition.name, self.scope.notation)  # which a right side with one row does not change
        return value.entry(*_row_and_column(own or definition.shape, indices))

    def _indexed(self, node: t.Indexed, env: Env) -> Term:
        indices = tuple(self.number(index, env) for index in node.indices)
        if not isinstance(node.base, t.Letter | t.Family):
            grid = self.grid(node.base, env)
            if len(indices) == 1:
                indices = (sp.S.One, *indices) if grid.rows == 1 else (*indices, sp.S.One)
            return grid.entry(*indices)
        name = node.meaning
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
                self.ranges[base] = self.size(self.scope.notation.size_of_classes(name.name))
                return base[indices]
            case "entry":
                return self.entry(name.name, indices)
        raise NoTerm(f"the entry {show(node)}")

    def _product(self, values: list[Value]) -> Value:
        result: Value = sp.S.One
        for value in values:
            if isinstance(result, Grid) and isinstance(value, Grid):
                result = self._matrix_product(result, value)
            else:
                result = _entrywise(lambda one, other: one * other, result, value)
        return result

    def _matrix_product(self, one: Grid, other: Grid) -> Grid:
        def entry(row: Term, column: Term) -> Term:
            return self.total(one.columns, lambda k: one.entry(row, k) * other.entry(k, column))

        return Grid(one.rows, other.columns, entry)

    def _power(self, base: t.Node, exponent: t.Node, env: Env) -> Term:
        power = self.number(exponent, env)
        if power.is_number and not abs(power) <= LARGEST_POWER:
            raise NoTerm(f"a power as high as {show(exponent)}")
        below = self.number(base, env)
        bits = max(below.p.bit_length(), below.q.bit_length()) if below.is_Rational else 0
        if power.is_number and abs(power) * bits > 4 * MOST_DIGITS:
            raise NoTerm(f"a number of more than {MOST_DIGITS} digits")
        if not power.is_Integer and below != sp.E:
            _real(below)
        return sp.exp(power) if below == sp.E else below**power

    def _sum(self, index: t.Letter, lower: t.Node, upper: t.Node, body: t.Node, env: Env) -> Value:
        low, high = self.number(lower, env), self.number(upper, env)
        with self.noting():  # to see whether it is a matrix
            inner = self.value(body, {**env, index.name: sp.Dummy(integer=True, positive=True)})
        if not isinstance(inner, Grid):
            return self.total(high, lambda k: self.number(body, {**env, index.name: k}), low)

        def entry(row: Term, column: Term) -> Term:
            return self.total(high, lambda k: self.grid(body, {**env, index.name: k}).entry(row, column), low)

        return Grid(inner.rows, inner.columns, entry)

    def _extremum(self, kind: str, index: t.Letter, body: t.Node, env: Env) -> Term:
        size = self.size(self.scope.notation.range_of_index(index.name))
        if kind not in ("max", "min"):
            raise NoTerm(f"{kind} over an index")
        sign = 1 if kind == "max" else -1
        if size.is_Integer and size <= MOST_COMPARED:
            entries = [self.number(body, {**env, index.name: sp.Integer(k)}) for k in range(1, int(size) + 1)]
            return sign * _largest([sign * entry for entry in entries])
        letter = sp.Dummy(integer=True, positive=True)
        inner = sign * self.number(body, {**env, index.name: letter})
        if any(letter in atom.free_symbols and self._is_of_cost(atom) for atom in inner.atoms(sp.Indexed)):
            raise NoTerm("the largest of costs")
        found = [each.args[1] for each in inner.atoms(Largest)] + list(inner.free_symbols)  # also a letter around it
        depth = 1 + max((int(each.name[4:]) for each in found if each.name.startswith("max_")), default=0)
        named = sp.Symbol(f"max_{depth}", integer=True, positive=True)  # so that equal ones look equal
        return sign * Largest(inner.xreplace({letter: named}), named, size)

    def _matrix(self, rows: tuple[tuple[t.Node, ...], ...], env: Env) -> Grid:
        entries = [[self.number(entry, env) for entry in row] for row in rows]

        def entry(row: Term, column: Term) -> Term:
            if not (row.is_Integer and column.is_Integer):
                raise NoTerm("an entry of a printed matrix at a symbolic place")
            return entries[int(row) - 1][int(column) - 1]

        return Grid(sp.Integer(len(rows)), sp.Integer(len(rows[0])), entry)

    def _cases(self, cases: tuple[t.Case, ...], env: Env) -> Value:
        """Choose the first case that holds; note a gap where none does, and where two do and disagree."""
        self.has_cases = True
        values, conditions, first, rest = [], [], [], sp.S.One
        for case in cases:
            holds = booleans(sp.expand(self.indicator(case.condition, env)))
            with self.noting() as gaps:
                values.append(self.value(case.value, env))
            self._note(holds * gap for gap in gaps)
            conditions.append(holds)
            first.append(booleans(sp.expand(rest * holds)))
            rest = booleans(sp.expand(rest * (1 - holds)))
        self._note([] if COVERING(rest == 0) else [rest])

        def chosen(*parts: Term) -> Term:
            for (one, value), (other, another) in combinations(zip(conditions, parts, strict=True), 2):
                both = booleans(sp.expand(one * other))
                self._note([] if AGREEING(both == 0) else [both * (value - another)])
            return sp.Add(*map(sp.Mul, first, parts))

        return _entrywise(chosen, *values)

    def indicator(self, chain: t.Chain, env: Env) -> Term:
        """Return a term that is 1 where all relations of a chain hold, else 0."""
        sides = [_real(self.number(side, env)) for side in chain.sides]
        result = sp.S.One
        for left, relation, right in chain.between(sides):
            result *= _holds(left, relation, right)
        return result

    # Functions

    def _apply(self, function: t.Function, arguments: tuple[t.Node, ...], env: Env) -> Value:
        values = [self.value(argument, env) for argument in arguments]
        name = function.name
        if name in EXTREMA:
            sign = 1 if name == r"\max" else -1
            return _entrywise(lambda *parts: sign * _largest([sign * _real(part) for part in parts]), *values)
        if name == DIAGONAL and isinstance(row := values[0], Grid):
            return Grid(row.columns, row.columns, lambda k, m: sp.KroneckerDelta(k, m) * row.entry(sp.S.One, m))
        if name == r"\operatorname{Re}":
            return _entrywise(lambda part: (part + _conjugate(part)) / 2, *values)
        if name == r"\operatorname{Im}":
            return _entrywise(lambda part: (part - _conjugate(part)) / (2 * sp.I), *values)
        kind = self.scope.notation.kind_of_function(name)
        if kind == "moment":
            (value,) = values
            if isinstance(value, Grid) or any(self._is_of_cost(atom) for atom in value.atoms(sp.Symbol, sp.Indexed)):
                raise NoTerm(f"an expectation of {show(arguments[0])}")
            mean = Expect(value)
            return mean if name == r"\operatorname{E}" else Expect(value**2) - mean**2
        if kind == "cost":
            return self._cost(name, values, arguments, env)
        if kind not in ("number", "smooth"):
            raise NoTerm(f"the function {show(function)}")
        return _entrywise(lambda *parts: self.function(name, function.primes, parts), *values)

    def _cost(self, name: str, values: list[Value], arguments: tuple[t.Node, ...], env: Env) -> Term:
        """Return a cost of its arguments as a symbol: the same one for the same arguments only.

        What the arguments are made of that has another value in another place, such as a summation index, is an index
        of the symbol.
        """
        used = {node.name for argument in arguments for node, _ in t.walk(argument) if isinstance(node, t.Letter)}
        places = {letter: env[letter] for letter in sorted(used & env.keys())}
        if not all(place.is_integer for place in places.values()):
            raise NoTerm(f"the cost {name} of an argument of a function")
        of_which = self._arguments.setdefault(name, {})
        number = of_which.setdefault((arguments, tuple(places)), len(of_which))
        name = f"{name}#{number}" if number else name
        symbol = self._atom(name, tuple(places.values()))
        self._costs[symbol] = (name, values)
        self._values_of_costs[symbol, self._held] = values
        return symbol

    @contextmanager
    def holding(self, name: str | None) -> Iterator[None]:
        """Leave a letter as it is inside, as while a derivative is taken by it."""
        before, self._held = self._held, name
        try:
            yield
        finally:
            self._held = before

    def cost_named(self, name: str) -> tuple[Term, list[Value]] | None:
        """Return a cost with that name, if there is one, and what it is taken of."""
        cost = next((atom for atom, (known, _) in self._costs.items() if known == name), None)
        return cost and (cost, self._taken_of(cost))

    def _taken_of(self, cost: Term) -> list[Value]:
        """Return what a cost is taken of, not expanded beyond the letter that is held."""
        return self._values_of_costs.get((cost, self._held), self._costs[cost][1])

    def function_of(self, applied: str) -> tuple[str, int] | None:
        """Return the function with that name in terms, and how many times it is differentiated."""
        return self._slopes.get(applied)

    def parts_of_atoms(self, term: Term, letter: sp.Symbol) -> Iterator[Term]:
        """Yield what costs in a term are taken of; a member of a sequence that depends on a letter shows no parts.

        Raises
        ------
        NoTerm
            For such a member.
        """
        for atom in term.atoms(sp.Indexed, sp.Symbol):
            if _name(atom) in self.scope.families and letter.name in self._below(_name(atom)):
                raise NoTerm(f"what {atom} is near to 0")
            if atom in self._costs:
                yield from (self._any_entry(value) for value in self._taken_of(atom))

    def _is_of_cost(self, atom: Term) -> bool:
        """Return whether an atom is a cost or a derivative of one."""
        return atom in self._costs or _name(atom) in self._cost_slopes

    def function(self, name: str, primes: int, parts: tuple[Term, ...]) -> Term:
        """Return a function of numbers, or a derivative of it."""
        definition = self.scope.definitions.get(name)
        if definition is None:
            if name in _KNOWN:
                return self._nth(_KNOWN[name], primes, tuple(map(_real, parts)) if name == r"\ln" else parts)
            return self._smooth(name, primes)(*parts)
        if self._is_opaque(name) and KNOWN_KINKS(not (primes and self._has_kinks(name))):
            return self._smooth(name, primes)(*parts)
        return self._expanded_function(name, primes, parts)

    def _has_kinks(self, name: str) -> bool:
        """Return whether a function may have a kink: its definition compares, or a derivative has an agreed value."""
        agreed = any(convention.function == name for convention in self.scope.conventions)
        return agreed or self._contains(name, _compares)

    def _expanded_function(self, name: str, primes: int, parts: tuple[Term, ...]) -> Term:
        if not primes:
            definition = self.scope.definitions[name]
            value = self.number(definition.body, dict(zip(definition.arguments, parts, strict=True)))
        else:
            value = self._nth(lambda x: self._expanded_function(name, 0, (x,)), primes, parts, name)
        return note(FUNCTION, self._smooth(name, primes)(*parts), value) if is_recording() else value

    def with_functions(self, term: Term) -> Term:
        """Return a term with all functions expanded that were opaque while derivatives were taken."""

        def is_defined(part: Term) -> bool:
            return isinstance(part, AppliedUndef) and self._function(part) in self.scope.definitions

        while any(map(is_defined, term.atoms(AppliedUndef))):  # a function may be defined through others
            term = term.replace(
                is_defined, lambda part: self._expanded_function(*self._slopes[part.func.__name__], part.args)
            )
        return term

    def _function(self, applied: AppliedUndef) -> str | None:
        """Return the name of the page's function that a term applies, or of which it applies a derivative."""
        return self._slopes.get(applied.func.__name__, (None, 0))[0]

    def _nth(
        self,
        function: Callable[..., Term],
        primes: int,
        parts: tuple[Term, ...],
        name: str = "",
        conventions: Iterable[AgreedValue] | None = None,
    ) -> Term:
        """Return a derivative of a function of one number, with what is agreed of it."""
        if not primes:
            return function(*parts)
        (part,) = parts
        conventions = self.scope.conventions if conventions is None else conventions
        variable = sp.Dummy("z", real=True)
        with self.noting() as gaps:
            result = function(variable)
            for order in range(1, primes + 1):
                result = self.derivative(result, variable)
                for convention in conventions:
                    if (convention.function, convention.primes) == (name, order):
                        result = self._agreed(result, variable, convention)
        excluded = self._excluded(variable, self.scope.definitions.get(name))
        self._note(gap.xreplace(excluded).xreplace({variable: part}) for gap in gaps)
        return result.xreplace(excluded).xreplace({variable: part})

    def _excluded(self, variable: Term, definition: Binding | None) -> dict[Term, Term]:
        """Return what indicators are where a definition holds that leaves out 0: there its variable has a sign."""
        if definition is None:
            return {}
        links = [(chain.first, link.relation, link.right) for chain in definition.conditions for link in chain.links]
        without_0 = [(t.Letter(letter), Relation.UNEQUAL, t.Number("0")) for letter in definition.arguments]
        return {Positive(-variable): 1 - Positive(variable)} if any(each in links for each in without_0) else {}

    def _agreed(self, slope: Term, variable: Term, convention: AgreedValue) -> Term:
        """Return the derivative with the agreed value at the one point where it has none of its own: a gap less."""
        point, value = self.number(convention.point, {}), self.number(convention.value, {})
        there = [gap.xreplace({variable: point}).replace(Positive, indicator) for gap in self._gaps]
        if all(sp.expand(gap) == 0 for gap in there):
            raise NoTerm("a convention about a derivative that exists")
        elsewhere = indicator(variable - point) + indicator(point - variable)
        gaps = [elsewhere * gap for gap in self._gaps]
        self._gaps.clear()
        self._note(gaps)
        return elsewhere * slope + (1 - elsewhere) * value

    def _smooth(self, name: str, primes: int) -> Term:
        """Return the sympy class of a function of which only smoothness is known."""
        self._slopes[name + "'" * primes] = (name, primes)
        return sp.Function(name + "'" * primes, real=True)

    # Derivatives

    def _derivative(self, body: t.Node, variables: tuple[t.Name, ...], env: Env) -> Value:
        first, *others = names = [variable.meaning for variable in variables]
        if any(name.name != first.name for name in others):
            raise NoTerm("a mixed derivative by different letters")
        before = self._held
        with self.holding(first.name):
            inside = self.number(body, env)
            if first.kind is SymbolKind.ARRAY:

                def entry(row: Term, column: Term) -> Term:
                    with self.holding(first.name):
                        return self._released(self.derivative(inside, self._at(first, row, column)), before)

                rows, columns = map(self.size, _shape(first))
                return Grid(rows, columns, entry)
            for variable, name in zip(variables, names, strict=True):
                indices = tuple(self.number(index, env) for index in getattr(variable, "indices", ()))
                place = indices if name.kind is SymbolKind.ENTRY else ()
                inside = self.derivative(inside, self._atom(name.name, place))
            return self._released(inside, before)

    def _released(self, term: Term, held: str | None) -> Term:
        """Return a term after its derivative is taken: the letter that was held is what its definition says."""
        gaps = [self._with_definition(gap, held) for gap in self._gaps]
        self._gaps.clear()
        self._note(gaps)
        return self._with_definition(term, held)

    def _with_definition(self, term: Term, held: str | None) -> Term:
        name = self._held
        if name is None or name not in self.scope.definitions or self._is_opaque(name):
            return term
        with self.holding(held):
            found = {atom for atom in term.atoms(sp.Indexed) if _name(atom) == name}
            found = found or {atom for atom in term.atoms(sp.Symbol) if atom.name == name}
            return term.xreplace({atom: self.expanded(name, _indices(atom)) for atom in found})

    def derivative(self, term: Term, by: Term) -> Term:
        """Return the derivative of a term by an entry or a number; its gaps are where the term has none."""
        key = ("derivative", term, by, self._held, self._bends)
        with self.noting() as gaps:
            slope = self._remembered(key, lambda: self._of_pieces(term, by))
        self._note(gaps)
        fixed = {letter for atom, letter in self._fixed.items() if isinstance(atom, Positive)}
        if is_recording() and not self._bends and not term.free_symbols & fixed:
            with ExitStack() as stack:
                for gap in gaps:  # elsewhere nothing is said of the slope
                    stack.enter_context(supposing(unmarked(self._unfixed(gap)), 0))
                note(self._rule_of(term), *map(self._unfixed, (Slope(term, by), slope)))
        return slope

    def _rule_of(self, term: Term) -> Rule:
        """Return the rule by which a term is differentiated."""
        if isinstance(term, sp.Indexed | sp.Symbol):
            defined = self.scope.definitions.keys() | self.scope.families.keys()
            return OF_COST if self._is_of_cost(term) else OF_DEFINED if _name(term) in defined else OF_ENTRY
        if term.has(Positive) and _compared(term):
            return OF_PIECES
        kinds: dict[type, Rule] = {sp.Add: OF_SUM, sp.Sum: OF_SUM, sp.Mul: OF_PRODUCT, sp.Pow: OF_POWER}
        return kinds.get(type(term), OF_FUNCTION)

    def _unfixed(self, term: Term) -> Term:
        """Return a term with what was taken as constant while it was differentiated."""
        back = {letter: atom for atom, letter in self._fixed.items()}
        while term.atoms(sp.Dummy) & back.keys():
            term = term.xreplace(back)
        return term

    def jumps(self, term: Term, by: Term) -> list[Term]:
        """Return what is 0 wherever a term is continuous in a letter: the gaps of a derivative that may bend."""
        self._bends = True
        try:
            with self.noting() as gaps:
                self.derivative(term, by)
            return list(gaps)
        finally:
            self._bends = False

    def _of_pieces(self, term: Term, by: Term) -> Term:
        """Differentiate each piece of a term that indicators cut, and note what has to hold where pieces meet.

        Where e = 0, for the e of an indicator, the term is differentiable if both pieces have its value and its slope
        there: the slope of its value at e = 0, or where e surely changes its sign, the one that both pieces share. If
        several are 0 at once, any pieces may meet.
        """
        term = term.replace(Positive, indicator) if term.has(Positive) else term
        jumps = self._jumps(term, by)
        if not jumps:
            return self._of_piece(term, by)
        groups = _groups(term, jumps)
        if len(groups) > 1:
            return sp.Add(*self._combined(groups, by))
        slope = self._of_piece(term, by)
        for part in jumps:
            (above,) = _branch(term, {part: 1})
            further = sp.expand(self._slope_of_branch(above - _branch(term, {part: 0})[0], by))
            if sp.expand(_at_zero(further, [part])) != 0:
                slope += _is_at(part) * further
        alone = not any(map(_may_meet, combinations(jumps, 2)))
        found = [some for count in range(1, len(jumps) + 1) for some in combinations(jumps, count) if _may_meet(some)]
        if sum(2 ** len(some) for some in found) > MOST_BRANCHES:
            raise NoTerm("the derivative of what has many kinks")
        for some in found:
            here = sp.Mul(*map(_is_at, some), *(_support(jumps[part]) for part in some))
            nested = [part for part in _compared(term) if part not in some and _compared(part) & set(some)]
            middle = _branch(term, dict.fromkeys(some, 0), nested, slope)
            for signs in product((1, -1), repeat=len(some)):
                there, *others = _branch(term, dict(zip(some, signs, strict=True)), nested)
                pieces = [there - middle[0], *(one - other for one, other in zip(others, middle[1:-1], strict=True))]
                pieces += [] if self._bends else [self._slope_of_branch(there, by) - middle[-1]]
                for gap in (_at_zero(piece, some) for piece in pieces if not MEETING(False)):
                    self._note([here * gap * (_mark(gap, jumps[some[0]]) if alone else UNSURE)])
        return slope

    def _combined(self, parts: Iterable[Term], by: Term) -> list[Term]:
        """Return the derivatives of addends or factors: where several have gaps, kinks may cancel each other."""
        slopes, found = [], []
        for part in parts:
            with self.noting() as gaps:
                slopes.append(self.derivative(part, by))
            found.append(list(gaps))
        several = sum(map(bool, found)) > 1
        self._note(gap * UNSURE if several else gap for gaps in found for gap in gaps)
        return slopes

    def _jumps(self, term: Term, by: Term) -> dict[Term, Term]:
        """Return what is compared with 0 in a term and changes with a letter, and its derivatives."""
        found = {}
        for part in sorted(_compared(term), key=sp.default_sort_key):
            with self.noting():  # kinks of what is compared are kinks of the term: they are compared in it, too
                slope = self.derivative(part, by)
            if slope != 0:
                found[part] = slope
        return found

    def _of_piece(self, term: Term, by: Term) -> Term:
        """Return the derivative with all indicators of a term, those of its sums apart, taken as constants."""
        bound = bound_letters(term)
        fixed = {}
        for atom in term.atoms(Positive, Expect):
            if atom.free_symbols & bound:
                continue
            if isinstance(atom, Expect):
                self._check_constant(atom, by)
            fixed[atom] = self._fixed.setdefault(atom, sp.Dummy("fixed", real=True))
        return self._unfixed(self._differentiated(term.xreplace(fixed), by))

    def _slope_of_branch(self, term: Term, by: Term) -> Term:
        with self.noting():  # the gaps of its sums are those of the sums of the whole
            return self._of_piece(term, by)

    def _check_constant(self, mean: Term, by: Term) -> None:
        with self.noting() as gaps:
            if not CONSTANT_MEAN(self.derivative(mean.args[0], by) == 0 and not gaps):
                raise NoTerm("the derivative of an expectation")

    def _differentiated(self, term: Term, by: Term) -> Term:
        if term == by:
            return sp.S.One
        if isinstance(term, sp.Indexed | sp.Symbol | sp.KroneckerDelta):
            self._check_classes(term, by)
        if isinstance(term, sp.Indexed | sp.Symbol):
            return self._of_letter(term, by)
        if not term.args or isinstance(term, sp.KroneckerDelta):
            return sp.S.Zero
        if isinstance(term, Expect):
            self._check_constant(term, by)
            return sp.S.Zero
        if isinstance(term, sp.Sum):
            with self.noting() as gaps:
                slope = self.derivative(term.function, by)
            self._note(gap.xreplace({MIXED: UNSURE}) for gap in gaps)
            return sp.Sum(slope, *term.limits)
        if isinstance(term, sp.Add):
            return sp.Add(*self._combined(term.args, by))
        if isinstance(term, sp.Mul):
            return self._of_product(term, by)
        if isinstance(term, sp.Pow) and not isinstance(term, sp.exp):
            return self._of_power(term, by)
        name = self._function(term) if isinstance(term, AppliedUndef) else None
        if name is not None and name in self.scope.definitions and not PARAMETERS(_name(by) not in self._below(name)):
            return self.derivative(self._expanded_function(*self._slopes[term.func.__name__], term.args), by)
        slopes = [self.derivative(part, by) for part in term.args]
        if all(slope == 0 for slope in slopes):
            return sp.S.Zero
        if len(term.args) != 1:
            raise NoTerm(f"the derivative of {term.func}")
        with self.noting() as gaps:
            slope = self._slope(term)
        mark = sp.S.One if _rate(slopes[0]).is_number else MIXED
        self._note(gap * _support(slopes[0]) * mark for gap in gaps)
        return slope * slopes[0]

    def _check_classes(self, term: Term, by: Term) -> None:
        """Refuse a class number that arg max defines: it jumps at ties, with all that has it as an index."""
        for atom in term.atoms(sp.Indexed, sp.Symbol):
            if _name(atom) in self.scope.definitions and _name(atom) in self.scope.notation.class_letters:
                if not CHOSEN(_name(by) not in self._below(_name(atom))):
                    raise NoTerm(f"the derivative of what {atom} chooses")

    def _of_letter(self, term: Term, by: Term) -> Term:
        name, other = _name(term), _name(by)
        if name == other and isinstance(term, sp.Indexed) and isinstance(by, sp.Indexed):
            return sp.Mul(*map(sp.KroneckerDelta, term.indices, by.indices))
        if term in self._costs:
            return self._of_cost(term, by)
        if name in self._cost_slopes:
            return self._of_slope(term, by)
        if name in self.members:
            raise NoTerm("a second derivative of a member of a sequence")
        if name in self.scope.families and name != self._held:
            return self._of_member(term, by)
        definition = self.scope.definitions.get(name)
        if definition is None or definition.arguments or name == self._held:
            return sp.S.Zero
        if other not in self._below(name):
            return sp.S.Zero
        if self.sealed(name):
            raise NoTerm(f"a derivative through {name}")
        return self.derivative(self.expanded(name, _indices(term)), by)

    def _of_member(self, term: Term, by: Term) -> Term:
        """Return the derivative of an opaque member of a sequence: a letter, unless the sequence is free of ``by``."""
        name, other = _name(term), _name(by)
        if RECURSION(other not in self._below(name)):
            return sp.S.Zero
        if self._has_kinks(name):
            raise NoTerm(f"the derivative of {name}, whose recursion has a kink")
        letter = f"the derivative of {name} by {other}"
        self.members.add(letter)
        return self._atom(letter, (*_indices(term), *_indices(by)))

    def _of_slope(self, term: Term, by: Term) -> Term:
        """Return the derivative of a derivative of a cost: 0 if nothing that the cost is taken of changes."""
        for cost, (name, _) in self._costs.items():
            values = self._taken_of(cost)
            if name == self._cost_slopes[_name(term)] and _indices(term)[: len(_indices(cost))] == _indices(cost):
                with self.noting() as gaps:
                    slopes = [self.derivative(self._any_entry(value), by) for value in values]
                if SLOPES_OF_COST(not gaps and all(slope == 0 for slope in slopes)):
                    return sp.S.Zero
        raise NoTerm("a second derivative of a cost")

    def _any_entry(self, value: Value) -> Term:
        if not isinstance(value, Grid):
            return value
        row, column = (sp.Dummy(integer=True, positive=True) for _ in range(2))
        self.ranges |= {row: value.rows, column: value.columns}
        return value.entry(row if value.rows != 1 else sp.S.One, column if value.columns != 1 else sp.S.One)

    def _below(self, name: str) -> frozenset[str]:
        """Return all that a letter, a sequence or a function is made of, apart from itself."""
        if name not in self._made_of:
            self._made_of[name] = made_of(name, self.scope) - {name}
        return self._made_of[name]

    def _of_cost(self, cost: Term, by: Term) -> Term:
        """Apply the chain rule: add up over all entries of all arguments."""
        name, _ = self._costs[cost]
        arguments = {f"{name};{place}": value for place, value in enumerate(self._taken_of(cost), 1)}
        self._cost_slopes |= dict.fromkeys(arguments, name)
        return sp.Add(*(self._through(value, letter, _indices(cost), by) for letter, value in arguments.items()))

    def _through(self, value: Value, slope: str, indices: tuple[Term, ...], by: Term) -> Term:
        """Return the sum, over all entries of an argument of a cost, of their slopes times their derivatives."""
        if not isinstance(value, Grid):
            return self._atom(slope, indices) * self.derivative(value, by)

        def of_entry(row: Term, column: Term) -> Term:
            return self._atom(slope, (*indices, row, column)) * self.derivative(value.entry(row, column), by)

        return self.total(value.rows, lambda row: self.total(value.columns, partial(of_entry, row)))

    def _of_product(self, term: sp.Mul, by: Term) -> Term:
        slopes = enumerate(self._combined(term.args, by))
        return sp.Add(*(sp.Mul(*t.put(term.args, place, slope)) for place, slope in slopes if slope != 0))

    def _of_power(self, term: sp.Pow, by: Term) -> Term:
        base, exponent = term.args
        by_base, by_exponent = self.derivative(base, by), self.derivative(exponent, by)
        result = exponent * base ** (exponent - 1) * by_base
        return result if by_exponent == 0 else result + term * sp.log(base) * by_exponent

    def _slope(self, term: Term) -> Term:
        (part,) = term.args
        name = getattr(term.func, "__name__", "")
        if name in self._slopes:
            function, primes = self._slopes[name]
            has_kinks = function in self.scope.definitions and not KNOWN_KINKS(not self._has_kinks(function))
            if has_kinks:  # what is agreed is agreed of f'
                return self._nth(lambda x: self._expanded_function(function, primes, (x,)), 1, (part,), function, ())
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


def _entrywise(function: Callable[..., Term], *values: Value) -> Value:
    """Apply a function to numbers, or entry by entry to matrices of one shape."""
    grids = [value for value in values if isinstance(value, Grid)]
    if not grids:
        return function(*values)

    def entry(row: Term, column: Term) -> Term:
        return function(*(value.entry(row, column) if isinstance(value, Grid) else value for value in values))

    return Grid(grids[0].rows, grids[0].columns, entry)


def _shape(name: Symbol) -> tuple[Size, Size]:
    """Return the shape of what is used as a matrix."""
    if name.shape is None:
        raise NoTerm(f"{name.name} as a matrix")
    return name.shape


def _row_and_column(shape: Shape, indices: tuple[Term, ...]) -> tuple[Term, Term]:
    """Return the row and the column of an entry: its indices, and 1 where a size is 1."""
    if shape is None:
        raise NoTerm("an entry of a number")
    waiting = list(indices)
    row, column = (sp.S.One if size == 1 else waiting.pop(0) for size in shape)
    return row, column


def _name(atom: Term) -> str:
    return str(atom.base) if isinstance(atom, sp.Indexed) else atom.name


def _indices(atom: Term) -> tuple[Term, ...]:
    return atom.indices if isinstance(atom, sp.Indexed) else ()


def _index(letter: str, size: Size) -> sp.Symbol:
    """Return an index as a symbol; steps are counted from 0."""
    sign = {"nonnegative": True} if size == STEPS else {"positive": True}
    return sp.Symbol(letter, integer=True, **sign)


def _is_imaginary_unit(node: t.Node) -> bool:
    return node == t.Letter(r"\mathrm{i}")


def _compares(node: t.Node) -> bool:
    """Return whether an expression compares numbers, and so may have a kink."""
    is_extremum = isinstance(node, t.Function) and node.name in EXTREMA
    return is_extremum or isinstance(node, t.Cases | t.Bracketed | t.Extremum)


# Indicators -----------------------------------------------------------------------------------------------------------


def _holds(left: Term, relation: Relation, right: Term) -> Term:
    """Return a term that is 1 where a relation holds, else 0."""
    difference = left - right
    if relation in (Relation.EQUAL, Relation.UNEQUAL):
        indices = left.is_integer and right.is_integer
        same = sp.KroneckerDelta(left, right) if indices else 1 - indicator(difference) - indicator(-difference)
        return same if relation is Relation.EQUAL else 1 - same
    match relation:
        case Relation.GREATER:
            return indicator(difference)
        case Relation.LESS:
            return indicator(-difference)
        case Relation.AT_LEAST:
            return 1 - indicator(-difference)
        case Relation.AT_MOST:
            return 1 - indicator(difference)
    raise NoTerm(f"cases with {relation}")


def _largest(parts: list[Term]) -> Term:
    result = parts[0]
    for part in parts[1:]:
        result = part + (result - part) * indicator(result - part)
    return result


def _absolute(part: Term) -> Term:
    if part.has(sp.I):
        return Modulus(part)
    return part * indicator(part) - part * indicator(-part)


# Pieces of a term -----------------------------------------------------------------------------------------------------


def _compared(term: Term) -> set[Term]:
    """Return what is compared with 0 in a term outside of its sums and expectations; of e and -e, one of them."""
    bound = bound_letters(term)
    outside = term.xreplace({mean: sp.Dummy() for mean in term.atoms(Expect)})
    parts = {atom.args[0] for atom in outside.atoms(Positive) if not atom.free_symbols & bound}
    return {sp.expand(-part) if part.could_extract_minus_sign() else part for part in parts}


def _signed(part: Term, sign: int) -> dict[Term, Term]:
    return {Positive(part): sp.Integer(sign > 0), Positive(sp.expand(-part)): sp.Integer(sign < 0)}


# Factors of a gap. The value of a derivative beside it is right where its argument changes and nothing else bends:
# the slope where what is compared is positive. Of several with different directions, which would that be?
MIXED = sp.Symbol("in another direction for other entries", positive=True)
UNSURE = sp.Symbol("where there may be a value, and another one", positive=True)


def unmarked(gap: Term) -> Term:
    """Return a gap without these factors, which are no part of its value."""
    return gap.xreplace({MIXED: sp.S.One, UNSURE: sp.S.One})


def _rate(change: Term) -> Term:
    """Return a derivative without its deltas."""
    return change / _support(change)


def _mark(gap: Term, change: Term) -> Term:
    """Return what is said of the gap at a kink beside which an argument has this rate of change."""
    rate = _rate(change)
    if rate.is_number:
        return sp.S.One
    _, below = sp.fraction(sp.cancel(gap / rate))
    return MIXED if not below.free_symbols & rate.free_symbols else UNSURE


def _is_at(part: Term) -> Term:
    """Return a term that is 1 where an expression is 0."""
    return 1 - Positive(part) - Positive(sp.expand(-part))


def _branch(term: Term, signs: Mapping[Term, int], *others: Term | list[Term]) -> list[Term]:
    """Return a term and others where expressions are positive, negative or 0: pieces that meet where they are 0."""
    values = {atom: value for part, sign in signs.items() for atom, value in _signed(part, sign).items()}

    def piece(each: Term) -> Term:
        for _ in range(3):  # what is compared may itself be in pieces, and so become one of them
            if not each.has(*values):
                return each
            each = each.xreplace(values).replace(Positive, indicator)
        raise NoTerm("what is compared in pieces of pieces")

    rest = [part for other in others for part in (other if isinstance(other, list) else [other])]
    return [piece(each) for each in (term, *rest)]


def _at_zero(term: Term, parts: Iterable[Term]) -> Term:
    """Return a term where some expressions are 0; one that never is 0 if it has no value there."""
    for part in parts:
        solved = solution(part)
        if solved and solved[0] not in bound_letters(term):
            term = term.xreplace(dict([solved]))
    return sp.S.One if term.has(sp.zoo, sp.nan, sp.oo) else term


def _may_meet(parts: Iterable[Term]) -> bool:
    """Return whether expressions may all be 0 at once: not if two of them differ by a number, up to a sign."""
    differences = [sp.expand(one + sign * other) for one, other in combinations(parts, 2) for sign in (1, -1)]
    return not any(difference.is_number and difference.is_zero is False for difference in differences)


def _groups(term: Term, jumps: Iterable[Term]) -> list[Term]:
    """Group the addends of a term, those together that jump at the same places, or nowhere."""
    nowhere = {None}
    places = ((addend, _compared(addend) & set(jumps) or nowhere) for addend in sp.Add.make_args(term))
    return [sp.Add(*members) for members, _ in grouped(places)]


def _support(slope: Term) -> Term:
    """Return the deltas without which a derivative is 0, multiplied."""
    return sp.Mul(*deltas(slope))


def deltas(term: Term) -> set[Term]:
    """Return the deltas without which a term is 0."""
    if isinstance(term, sp.KroneckerDelta):
        return {term}
    if isinstance(term, sp.Add):
        return set.intersection(*map(deltas, term.args))
    if isinstance(term, sp.Mul):
        return set.union(*map(deltas, term.args))
    if isinstance(term, sp.Sum):
        return {delta for delta in deltas(term.function) if not delta.free_symbols & set(term.variables)}
    return set()


# Complex numbers ------------------------------------------------------------------------------------------------------


def _real(term: Term) -> Term:
    if term.has(sp.I):
        raise NoTerm("roots, logarithms and comparisons of complex numbers")
    return term


def _conjugate(term: Term) -> Term:
    """Return the conjugate: all letters are real, and functions are real where their arguments are."""
    held = {modulus: sp.Dummy(real=True) for modulus in term.atoms(Modulus)}
    back = {dummy: modulus for modulus, dummy in held.items()}
    return term.xreplace(held).xreplace({sp.I: -sp.I}).xreplace(back)
