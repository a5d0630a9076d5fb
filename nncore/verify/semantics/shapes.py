"""Shapes and indices: whether the two sides of a statement can be compared at all.

A `Checker` goes through an expression before anything is computed. It knows no broadcasting; an index runs over one
range, and one that is bound does not leave its sum; a derivative is taken of what is written through its variable. An
index of inputs, outputs or classes runs over whatever width the member of a family has in whose entry it stands.
"""

from collections.abc import Sequence
from itertools import chain, pairwise

from nncore.verify.notation import (
    CONSTANTS,
    DIAGONAL,
    EXPECTATION,
    EXTREMA,
    KNOWN_FUNCTIONS,
    ONES,
    PARTS,
    STEPS,
    VARIANCE,
)
from nncore.verify.semantics.complex_numbers import is_complex
from nncore.verify.semantics.layers import covered, lowest
from nncore.verify.semantics.symbols import (
    MeaningError,
    Scope,
    WrongIndex,
    WrongShape,
    find_symbol,
    has_layers,
    is_numbered_width,
    is_width,
    letters,
    not_covered,
    position,
)
from nncore.verify.symbol import Shape, Size, Symbol, SymbolKind, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

LARGEST_INDEX = 50  # that is named by its number: arrays are tried that have such entries
_VARIABLES = (SymbolKind.ARRAY, SymbolKind.ENTRY, SymbolKind.NUMBER, SymbolKind.ARGUMENT)
HIGHEST_ORDER = 3  # of derivatives: quotients of differences of quotients lose digits


class Checker:
    """Shapes and indices of the parts of one statement.

    ``free`` collects the free indices with their sizes, ``least`` the sizes that named entries need, ``named`` the
    numbers that stand where indices could, with the sizes up to which these run; ``complex`` says whether a side was
    complex. `shape` raises `MeaningError` for whatever has no meaning.
    """

    def __init__(self, scope: Scope, conditions: Sequence[t.Chain] = (), arguments: Sequence[str] = ()):
        self.scope = scope
        self.local: dict[str, Size | None] = dict.fromkeys(arguments)
        self.free: dict[str, Size] = {}
        self.least: dict[str, int] = {}
        self.named: set[tuple[Size, int]] = set()
        self.complex = False
        self._free_places: dict[str, t.Node] = {}
        self._bound_once: set[str] = set()
        self.fixed = equal_sizes(conditions, scope)
        self._conditions = conditions

    def side(self, node: t.Node) -> Shape:
        """Return the shape of one side of a relation; an index that is bound in it may not also be free in it."""
        self._find_widths(node)
        before, self._bound_once, self._free_places = dict(self.free), set(), {}
        shape = self.shape(node)
        for letter in self._bound_once & self._free_places.keys():
            raise WrongIndex(f"the index {letter} is bound here and escapes its sum", self._free_places[letter])
        if is_complex(node, self.scope):
            if shape is not None:
                raise MeaningError("only numbers are complex, and this is a matrix", node)
            self.complex = True
        self.free = {**before, **self.free}
        return shape

    def _find_widths(self, node: t.Node, bound: frozenset[str] = frozenset()) -> None:
        """Note the widths over which free indices run, as the entries of members of families tell."""
        match node:
            case t.Sum(letter) | t.Product(letter) | t.Extremum(_, letter):
                bound = bound | {letter.name}
            case t.Indexed(t.Family(), indices):
                sizes = find_symbol(node, self.scope, {**self.local, **dict.fromkeys(bound, self._last_layer)}).sizes
                for index, size in zip(indices, sizes, strict=False):
                    if isinstance(index, t.Letter) and index.name not in bound and self._runs_over_widths(index.name):
                        self.free.setdefault(index.name, size)
        for child in t.children(node):
            self._find_widths(child, bound)

    @property
    def _last_layer(self) -> str:
        return self.scope.notation.last_layer

    def _runs_over_widths(self, letter: str) -> bool:
        """Return whether an index is one of inputs, outputs or classes."""
        notation = self.scope.notation
        return letter in notation.index_letters and is_width(notation.runs_to[letter], notation)

    def resolved(self, size: Size) -> Size:
        """Return the size that stands for all sizes that the conditions equate with this one."""
        last, family = self.fixed.get(self._last_layer), self.scope.notation.widths
        if family and isinstance(last, int) and size == SymbolName.of(family.letter, width=(None, last)):
            size = family.last or size
        return self.fixed.get(size, size)

    def same(self, one: Size, other: Size) -> bool:
        """Return whether two sizes are equal, by name or by a condition of the statement."""
        return self.resolved(one) == self.resolved(other)

    def same_shape(self, one: Shape, other: Shape) -> bool:
        """Return whether two shapes are equal; a number is no 1 × 1 matrix."""
        if one is None or other is None:
            return one is other
        return all(map(self.same, one, other))

    def shape(self, node: t.Node) -> Shape:
        """Return the shape of an expression, all of whose parts have a meaning."""
        match node:
            case t.Number():
                return None
            case t.Letter() | t.Family():
                return self._letter(node)
            case t.Indexed(t.Letter() | t.Family(), indices):
                self._entry(node, indices)
                return None
            case t.Indexed(base, indices):
                self._entry_of_matrix(base, indices, node)
                return None
            case t.Plus(terms) | t.EntryTimes(terms):
                return self._alike(terms)
            case t.Minus(body):
                return self.shape(body)
            case t.Times(factors):
                return self._product(factors)
            case t.Fraction(numerator, denominator):
                self._number(denominator, "a denominator")
                return self.shape(numerator)
            case t.EntryFraction(numerator, denominator):
                return self._alike((numerator, denominator))
            case t.Power(base, exponent):
                self._number(base, "the base of a power")
                self._number(exponent, "an exponent")
                return None
            case t.Transpose(body):
                rows, columns = self._matrix(body, "a transpose")
                return columns, rows
            case t.Root(body) | t.Bracketed(body, of_number=True):
                self._number(body, "the argument")
                return None
            case t.Apply():
                return self._application(node)
            case t.Sum(index, lower, upper, body) | t.Product(index, lower, upper, body):
                shape = self._bounded(index, self.bound_size(index, lower, upper), body)
                if shape and isinstance(node, t.Product):
                    raise WrongShape("a product over an index is of numbers", node)
                return shape
            case t.Extremum(kind, index, body):
                self._extremum(kind, index, body, node)
                return None
            case t.Derivative():
                return self._derivative(node)
            case t.Matrix(rows):
                for entry in (entry for row in rows for entry in row):
                    if isinstance(entry, t.Ellipsis):
                        raise not_covered("dots in a matrix", entry)
                    self._number(entry, "an entry of a matrix")
                return len(rows), len(rows[0])
            case t.Cases(cases):
                for case in cases:
                    self.condition(case.condition)
                return self._alike(tuple(case.value for case in cases))
        raise not_covered(f"{type(node).__name__.lower()}s", node)

    def condition(self, chain: t.Chain) -> None:
        """Raise unless a condition has a meaning: it relates numbers, or two indices of one range."""
        for link in chain.links:
            if not link.relation.compares:
                raise MeaningError(f"a condition compares, and {link.relation} does not", link)
        sides = chain.sides
        for one, other in pairwise(sides):
            if self._is_index(one) and self._is_index(other):
                self._same_range(one, other)
            for index, number in ((one, other), (other, one)):
                if self._is_index(index):
                    self._note_number(self._range(index), number)
        for side in sides:
            self._number(side, "a side of a condition")
            if is_complex(side, self.scope):
                raise MeaningError("a condition is about real numbers", side)

    def _number(self, node: t.Node, what: str) -> None:
        if self.shape(node) is not None:
            raise WrongShape(f"{what} must be a number, and {show(node)} is a matrix", node)

    def _matrix(self, node: t.Node, what: str) -> tuple[Size, Size]:
        shape = self.shape(node)
        if shape is None:
            raise WrongShape(f"{what} needs a matrix, and {show(node)} is a number", node)
        return shape

    def _note_layer(self, node: t.Node) -> None:
        """Note a letter that tells the number of a layer or of a width: an index, r or one that is bound."""
        match node:
            case t.Family(_, place) | t.Indexed(t.Family(_, place), _) | t.Indexed(_, (place,)):
                letter, _ = position(place) or (None, 0)
                if letter and letter != self._last_layer:
                    self._range(t.Letter(letter, span=place.span))

    def _letter(self, node: t.Node) -> Shape:
        name = find_symbol(node, self.scope, self.local)
        if name.kind is SymbolKind.INDEX:
            self._range(node)
        self._note_layer(node)
        if name.name == r"\infty":
            raise not_covered("infinity", node)
        if name.kind is SymbolKind.CONSTANT and name.name not in CONSTANTS:
            raise MeaningError(f"the constant {name.name} has no value: declare a letter, or define one", node)
        return name.shape

    def _is_index(self, node: t.Node) -> bool:
        if isinstance(node, t.Letter):
            return find_symbol(node, self.scope, self.local).kind in (SymbolKind.INDEX, SymbolKind.BOUND)
        return isinstance(node, t.Indexed) and isinstance(node.base, t.Letter) and self._is_class(node)

    def _is_class(self, node: t.Indexed) -> bool:
        return find_symbol(node, self.scope, self.local).kind is SymbolKind.CLASS

    def _range(self, node: t.Node) -> Size | None:
        """Return the size up to which an index runs; `None` for a number."""
        match node:
            case t.Number(whole=number):
                if not number:
                    raise WrongIndex("an index is a whole number from 1 on", node)
                if number > LARGEST_INDEX:
                    raise not_covered(f"an index above {LARGEST_INDEX}", node)
                return None
            case t.Letter(letter):
                if self.local.get(letter) is not None:
                    return self.local[letter]
                if letter not in self.scope.notation.index_letters or letter in self.local:
                    raise WrongIndex(f"{letter} is not an index", node)
                self.free.setdefault(letter, self.scope.notation.range_of_index(letter))
                self._free_places.setdefault(letter, node)
                return self.free[letter]
            case t.Indexed(t.Letter(letter), indices) if self._is_class(node):
                self._entry(node, indices)
                return self.scope.notation.size_of_classes(letter)
            case t.Indexed():
                raise WrongIndex(f"{show(node)} is not a class number, so it cannot be an index", node)
        raise not_covered("sums of indices", node)

    def _same_range(self, one: t.Node, other: t.Node) -> None:
        first, second = self._range(one), self._range(other)
        if first is not None and second is not None and not self.same(first, second):
            raise WrongIndex(
                f"{show(one)} runs to {first} and {show(other)} to {second}, so they cannot be compared", other
            )

    def _at(self, index: t.Node, size: Size, node: t.Node) -> None:
        """Raise unless an index may stand where indices run to the size."""
        if isinstance(index, t.Letter) and index.name not in self.local and is_width(size, self.scope.notation):
            if is_numbered_width(size) and self._runs_over_widths(index.name):
                self.free.setdefault(index.name, size)
        runs_to = self._range(index)
        if isinstance(index, t.Number) and index.whole:
            self._need(size, index.whole, index)
            self._note_number(size, index)
        elif runs_to is None or not self.same(runs_to, size):
            raise WrongIndex(f"{show(index)} runs to {runs_to}, but this index of {show(node)} runs to {size}", index)

    def _note_number(self, size: Size | None, number: t.Node) -> None:
        """Note a number with which an index up to a size is compared, or in whose place one could stand."""
        if size is not None and isinstance(number, t.Number) and number.whole is not None:
            self.named.add((self.resolved(size), number.whole))

    def _need(self, size: Size, number: int, node: t.Node) -> None:
        size = self.resolved(size)
        if isinstance(size, int):
            if number > size:
                raise WrongIndex(f"there are only {size}", node)
        else:
            self.least[size] = max(number, self.least.get(size, 1))

    def _entry(self, node: t.Indexed, indices: tuple[t.Node, ...]) -> None:
        for index in indices:
            if isinstance(index, t.Number) and float(index.digits) > LARGEST_INDEX:
                raise not_covered(f"an index above {LARGEST_INDEX}", index)
        name = find_symbol(node, self.scope, self.local)
        if name.kind is SymbolKind.SIZE or isinstance(node.base, t.Family):
            self._note_layer(node)
        if name.kind is SymbolKind.DELTA:
            if len(indices) != 2:
                raise WrongIndex("Kronecker's delta has two indices", node)
            self._same_range(*indices)
            for one, other in (indices, indices[::-1]):
                self._note_number(self._range(other), one)
        elif name.is_sequence:
            self._member_of_sequence(indices[0], name, node)
        elif name.kind in (SymbolKind.ENTRY, SymbolKind.CLASS):
            if len(indices) != len(name.sizes):
                raise WrongIndex(f"{show(node.base)} has {len(name.sizes)} indices, not {len(indices)}", node)
            for index, size in zip(indices, name.sizes, strict=True):
                self._at(index, size, node)

    def _member_of_sequence(self, index: t.Node, name: Symbol, node: t.Node) -> None:
        """Raise unless the member exists for all values that the conditions leave to its index."""
        where = position(index)
        if where is None:
            raise WrongIndex(f"the index of {show(node)} is a letter, a number, or the sum of both", index)
        letter, number = where
        if letter:
            last = letter == name.sizes[0]  # q_R is the last of them
            runs_to = letter if last else self._range(t.Letter(letter, span=index.span))
            if runs_to is None or not self.same(runs_to, name.sizes[0]):
                raise WrongIndex(f"{letter} runs to {runs_to}, but the index of {show(node)} to {name.sizes[0]}", index)
            number += self._lowest(letter)
        if not covered(name.name, number, self.scope):
            least = SymbolName.of(name.name.letter, counter=str(number))
            raise WrongIndex(f"the conditions admit {least}, which has no definition above", node)

    def _lowest(self, letter: str) -> int:
        """Return the least value of an index: 1, unless conditions say something else of a free one."""
        return 1 if letter in self.local else lowest(letter, self._conditions)

    def _entry_of_matrix(self, base: t.Node, indices: tuple[t.Node, ...], node: t.Node) -> None:
        sizes: tuple[Size, ...] = self._matrix(base, "an entry")
        if len(indices) == 1:
            sizes = tuple(size for size in sizes if not self.same(size, 1)) or (1,)
        if len(indices) != len(sizes):
            raise WrongIndex(f"an entry of this matrix has {len(sizes)} indices", node)
        for index, size in zip(indices, sizes, strict=True):
            self._at(index, size, node)

    def _alike(self, nodes: tuple[t.Node, ...]) -> Shape:
        first = self.shape(nodes[0])
        for node in nodes[1:]:
            shape = self.shape(node)
            if not self.same_shape(first, shape):
                raise WrongShape(
                    f"{show(nodes[0])} is {words(first)} and {show(node)} is {words(shape)}: nothing broadcasts", node
                )
        return first

    def _product(self, factors: tuple[t.Node, ...]) -> Shape:
        result: Shape = None
        for factor in factors:
            shape = self.shape(factor)
            if result is None:
                result = shape
            elif shape is not None:
                if not self.same(result[1], shape[0]):
                    raise WrongShape(
                        f"a matrix with {result[1]} columns cannot be multiplied by {show(factor)}, "
                        f"which has {shape[0]} rows",
                        factor,
                    )
                result = result[0], shape[1]
        return result

    def _application(self, node: t.Apply) -> Shape:
        function, arguments = node.function, node.arguments
        if _order(node) > HIGHEST_ORDER:
            raise not_covered(f"derivatives of an order above {HIGHEST_ORDER}", node)
        if function.layer:
            raise not_covered("functions of layers", node)
        kind = self.scope.notation.kind_of_function(function.name)
        shapes = [self.shape(argument) for argument in arguments]
        if kind == "cost":
            if function.primes:
                raise MeaningError("a function of whole arrays has no primes: write a partial derivative", node)
            return None
        if function.name in EXTREMA:
            return self._alike(arguments)
        if function.name == DIAGONAL and len(arguments) == 1:
            if shapes[0] is None or not self.same(shapes[0][0], 1):
                raise WrongShape("diag needs a row", node)
            return shapes[0][1], shapes[0][1]
        if kind == "moment":
            self._moment(node, shapes)
            return None
        if kind == "order":
            raise MeaningError("O stands only as the last addend of the right side of an equation", node)
        if function.name in PARTS:
            if len(arguments) != 1 or shapes[0] is not None or function.primes:
                raise MeaningError(f"{show(function)} is taken of one number, and has no primes", node)
            return None
        if kind not in ("number", "smooth"):
            raise not_covered(f"the function {show(function)}", node)
        definition = self.scope.definitions.get(function.name)
        if function.name in self.scope.lost:
            raise MeaningError(f"the definition of {show(function)} is not understood", node, covered=False)
        if not definition and kind == "number" and function.name not in KNOWN_FUNCTIONS:
            raise MeaningError(f"the function {show(function)} has no definition: define it above, with :=", node)
        if len(arguments) != (len(definition.arguments) if definition else 1):
            raise MeaningError(f"{show(function)} has another number of arguments", node)
        return shapes[0]

    def _moment(self, node: t.Apply, shapes: list[Shape]) -> None:
        """Raise unless an expectation or a variance is of one number that contains something random."""
        if node.function.primes or len(shapes) != 1 or shapes[0] is not None:
            raise MeaningError(f"{show(node.function)} is taken of one number, and has no primes", node)
        if not letters(node.arguments[0], self.scope) & self.scope.notation.random_letters.keys():
            raise MeaningError(f"nothing in {show(node)} is declared random", node)

    def bound_size(self, index: t.Letter, lower: t.Node, upper: t.Node) -> Size:
        """Return the size of a bound index, from its limits and its declaration."""
        if not isinstance(lower, t.Number) or lower != t.Number("1"):
            raise not_covered("sums that do not start at 1", lower)
        if isinstance(upper, t.Number):
            if upper.whole is None:
                raise MeaningError("the upper limit is no whole number", upper)
            size: Size = upper.whole
        elif isinstance(upper, t.Plus):
            size = self._steps(upper)
        else:
            name = find_symbol(upper, self.scope, self.local) if isinstance(upper, t.Letter | t.Indexed) else None
            if not name or name.kind not in (SymbolKind.SIZE, SymbolKind.INDEX, SymbolKind.BOUND):
                raise not_covered("sums whose upper limit is not a size", upper)
            size = name.name if name.kind is SymbolKind.SIZE else self._steps(upper)
            if isinstance(upper, t.Indexed):
                self._note_layer(upper)
        self._may_run_to(index, size)
        return size

    def _steps(self, upper: t.Node) -> Size:
        """Return the range of a sum up to a step, t or t - 1, that is nowhere more than empty."""
        where = position(upper)
        letter, shift = where or (None, 0)
        if letter is None:
            raise MeaningError(
                f"a sum ends at a size, at a step or at their sum with a number, not at {show(upper)}", upper
            )
        if self._range(t.Letter(letter, span=upper.span)) != STEPS:
            raise not_covered("sums whose upper limit is an index", upper)
        if self._lowest(letter) + shift < 0:
            raise WrongIndex(
                f"the sum would end at {self._lowest(letter) + shift}: say for which {letter} it is", upper
            )
        return STEPS

    def _may_run_to(self, index: t.Letter, size: Size) -> None:
        notation = self.scope.notation
        name = index.name
        if name in notation.index_letters and not self.same(notation.range_of_index(name), size):
            width = is_width(size, notation) and (self.scope.depth is not None or is_numbered_width(size))
            if not (width and self._runs_over_widths(name)):  # widths of layers take the place of D and M
                raise WrongIndex(f"the index {name} runs to {notation.runs_to[name]}, not to {size}", index)
        definition = self.scope.definitions.get(name)
        if (
            name in notation.size_letters | notation.constant_letters
            or notation.array_named(name)
            or any(not scalar.written.indices for scalar in notation.scalars_named(name))
            or (definition and not definition.indices)
        ):
            raise WrongIndex(f"{name} has another meaning, so it cannot be an index", index)

    def _bounded(self, index: t.Letter, size: Size, body: t.Node) -> Shape:
        if index.name in self.local:
            raise WrongIndex(f"the index {index.name} is bound already", index)
        free_before = index.name in self._free_places
        self._bound_once.add(index.name)
        self.local[index.name] = size
        try:
            return self.shape(body)
        finally:
            del self.local[index.name]
            if not free_before:
                self._free_places.pop(index.name, None)

    def _extremum(self, kind: str, index: t.Letter, body: t.Node, node: t.Node) -> None:
        if kind not in ("max", "min"):
            raise MeaningError("arg max and arg min only define a class number", node)
        size = self.scope.notation.runs_to.get(index.name)
        if not size:
            raise WrongIndex(f"{index.name} is not an index with a range", index)
        if self._bounded(index, size, body) is not None:
            raise WrongShape("a maximum is of numbers", body)
        if not t.contains(body, index):
            raise WrongIndex(f"{index.name} does not occur in what the maximum is taken of", node)

    def _derivative(self, node: t.Derivative) -> Shape:
        if node.total:
            raise not_covered(r"derivatives with \mathrm d", node)
        if isinstance(node.body, t.Function):
            raise MeaningError("a function has a derivative by its argument: write it with a prime", node.body)
        if _order(node) > HIGHEST_ORDER:
            raise not_covered(f"derivatives of an order above {HIGHEST_ORDER}", node)
        shape = self.shape(node.body)
        for variable in node.variables:
            self._variable(variable, node)
            by = self.shape(variable)
            if by is None and shape is not None and self.shape(node.body) is not None:
                raise WrongShape("a number has a derivative, and a matrix has not: take that of its entries", node)
            if by is not None:
                if shape is not None or len(node.variables) > 1:
                    raise WrongShape("only a number has a derivative by a matrix, and only one", node)
                shape = by
        return shape

    def _variable(self, variable: t.Node, node: t.Derivative) -> None:
        """Raise unless the body is a function of the variable, and of nothing that the variable is made of."""
        if not isinstance(variable, t.Letter | t.Family | t.Indexed):
            raise MeaningError("a derivative is taken by a letter or an entry", variable)
        name = find_symbol(variable, self.scope, self.local)
        if name.kind not in _VARIABLES or name.name == ONES:
            raise MeaningError(f"{show(variable)} is no variable", variable)
        if name.kind is SymbolKind.ARGUMENT:
            raise not_covered("derivatives by the argument of a function", variable)
        if name.is_sequence and name.name in self.scope.families:
            raise not_covered("derivatives by the members of a defined sequence", variable)
        if name.name.layer and self.scope.depth is None and has_layers(self.scope):
            return  # what a member is made of shows when numbers stand in the place of its layer
        contained = letters(node.body, self.scope, stop=name.name)
        if name.name not in contained:
            raise MeaningError(
                f"{show(node.body)} is not written through {show(variable)}: state how it depends on it", node
            )
        random = self.scope.notation.random_letters
        if name.name in random and any(letter in (EXPECTATION, VARIANCE) for letter in contained):
            raise MeaningError(f"an expectation is no function of {show(variable)}, over which it is taken", node)
        below = held_fixed(node.body, name.name, self.scope)
        if below and not self.scope.holds_fixed:
            raise MeaningError(
                f"{show(node.body)} depends on {', '.join(sorted(below))} also beside {show(variable)}: "
                "state what is held fixed",
                node,
            )


def held_fixed(body: t.Node, name: SymbolName, scope: Scope) -> frozenset[SymbolName]:
    """Return of what a defined letter is made that an expression contains besides: its derivative holds it fixed."""
    definition = scope.definitions.get(name) if name not in scope.placed else None
    if not definition:
        return frozenset()
    below = letters(definition.body, scope) & letters(body, scope, stop=name)
    return below - {*scope.notation.function_names, *EXTREMA}  # functions are what they are


def _order(node: t.Node) -> int:
    """Return how often something is differentiated in an expression, one within the other."""
    own = len(node.variables) if isinstance(node, t.Derivative) else 0
    own += node.function.primes if isinstance(node, t.Apply) else 0
    return own + max(map(_order, t.children(node)), default=0)


def words(shape: Shape) -> str:
    """Return a shape for a message."""
    return "a number" if shape is None else f"{shape[0]} × {shape[1]}"


def equal_sizes(conditions: Sequence[t.Chain], scope: Scope) -> dict[Size, Size]:
    """Return the sizes that conditions fix, with what stands for them; n = D and D = M make all three M."""
    groups: list[list[Size]] = []
    for condition in conditions:
        for one, relation, other in condition.between(_size(side, scope) for side in condition.sides):
            if relation is Relation.EQUAL and one is not None and other is not None:
                joined = [group for group in groups if not {one, other}.isdisjoint(group)]
                groups = [group for group in groups if group not in joined]
                groups.append([*chain.from_iterable(joined), one, other])
    equal: dict[Size, Size] = {}
    for group in groups:
        value = next((size for size in group if isinstance(size, int)), group[-1])
        equal |= {size: value for size in group if size != value}
    return equal


def _size(node: t.Node, scope: Scope) -> Size | None:
    if isinstance(node, t.Number):
        return node.whole
    return node.name if isinstance(node, t.Letter) and node.name in scope.notation.plain_sizes else None
