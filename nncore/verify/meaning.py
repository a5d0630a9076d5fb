r"""What the formulas of a page say: definitions, assumptions, conventions, claims and steps, with shapes and indices.

`meaning` takes the displayed formulas of a page in their order and gives each of them its meaning by the notation in
force. Nothing is guessed: what has no meaning is a `Fault` with its place, and a letter whose definition is not
understood may not be used by any formula below. The rules:

- ``:=`` defines (in a ``{prf:definition}`` also ``=``), in a ``{prf:assumption}`` every relation is assumed, in a
  convention ``f'(0) := ...`` fixes a value that a derivative does not have, all other relations are claims, link by link.
- A definition holds from its formula to the end of the page; a letter has one. It may use only what is known above it,
  so definitions form no circle, and a letter may not be used above its definition.
- A *function* that is defined under a label, such as ``\sigma``, keeps its definition on all pages (`book_functions`);
  functions of kind ``smooth`` and ``cost`` stand for any, until a page defines them.
- An assumption is in force where the text around a formula refers to its label; it speaks about inputs only.
- Every letter is declared, defined or bound. An index runs over one range, a bound one does not leave its sum, and what
  is free on the right of a relation is free on its left. Shapes agree, and nothing broadcasts.
- The derivative of F by u, where u is defined, takes F as a function of u: F is expanded only down to u. It is an error
  if F does not contain u, or still contains what u is made of.

Sizes are letters (``n``), widths of layers (``D_0``) or numbers; a shape is a pair of them, or `None` for a number.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from nncore.verify import notation as declared
from nncore.verify import tree as t
from nncore.verify.latex import read
from nncore.verify.notation import Notation, NotationError
from nncore.verify.pages import DisplayedFormula, formulas
from nncore.verify.scanning import LatexError
from nncore.verify.surroundings import NotationBlock, Place, surroundings
from nncore.verify.writing import show

Size = str | int
Shape = tuple[Size, Size] | None

KNOWN_FUNCTIONS = frozenset((r"\exp", r"\ln", r"\tanh", r"\sin", r"\cos"))
EXTREMA = (r"\max", r"\min")
DIAGONAL = r"\operatorname{diag}"
DELTA = r"\delta"
ONES = r"\mathbf{1}"
# kinds of items
DEFINITION, ASSUMPTION, CONVENTION = "definition", "assumption", "convention"
CLAIM, STEP, EXPRESSION = "claim", "step", "expression"


class MeaningError(ValueError):
    """What has no meaning: the reason, the node, and whether the book's rules know such formulas but not this module."""

    def __init__(self, reason: str, node: t.Node, covered: bool = True):
        super().__init__(reason)
        self.reason = reason
        self.span = node.span
        self.covered = covered


def not_covered(what: str, node: t.Node) -> MeaningError:
    """The error for what CHECKED mathematics knows and this module does not."""
    return MeaningError(f"not covered yet: {what}", node, covered=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a letter, an entry or a function is defined as.

    ``name`` is the letter of the array where entries are defined. ``indices`` are the index letters of an entry with
    the sizes up to which they run, ``arguments`` the letters of a function.
    """

    name: str
    indices: tuple[tuple[str, Size], ...]
    arguments: tuple[str, ...]
    body: t.Node
    conditions: tuple[t.Chain, ...]
    shape: Shape
    label: str | None


@dataclass(frozen=True, slots=True)
class Convention:
    """The value that a page gives to a derivative of a function at one point."""

    function: str
    primes: int
    point: t.Node
    value: t.Node


@dataclass(frozen=True, slots=True)
class Assumed:
    """One relation of an assumption, with the indices for all of whose values it is assumed."""

    label: str | None
    claim: t.Chain
    free: tuple[tuple[str, Size], ...]
    letters: frozenset[str]


@dataclass(frozen=True)
class Scope:
    """What is known where a formula stands."""

    notation: Notation
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    conventions: tuple[Convention, ...] = ()
    lost: frozenset[str] = frozenset()  # letters whose definition is not understood


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a formula says: for a chain, one of its links.

    ``free`` are the free indices with their sizes, ``least`` the sizes without which a named entry does not exist,
    ``letters`` all letters and functions that it contains, expanded or not.
    """

    kind: str
    formula: DisplayedFormula
    line: int
    column: int
    left: t.Node
    relation: str
    right: t.Node | None
    conditions: tuple[t.Chain, ...]
    assumptions: tuple[Assumed, ...]
    scope: Scope
    free: tuple[tuple[str, Size], ...]
    least: tuple[tuple[str, int], ...]
    shape: Shape
    letters: frozenset[str]

    def __str__(self) -> str:
        place = f"{self.formula.path}:{self.line}:{self.column}"
        return f"{place}: {show(self.left)}" + (f" {self.relation} {show(self.right)}" if self.right else "")


@dataclass(frozen=True, slots=True)
class Fault:
    """A formula without a meaning; ``covered`` is false if only this module lacks the rules for it."""

    path: Path
    line: int
    column: int
    reason: str
    covered: bool = True

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, in its order, and what has no meaning."""

    items: tuple[Item, ...]
    faults: tuple[Fault, ...]


# Names ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """What a letter or an entry stands for.

    ``kind`` is ``bound``, ``index``, ``argument``, ``constant``, ``size``, ``array``, ``entry``, ``number``, ``class``
    (a class number) or ``delta``; ``name`` is the letter of the array for an array and its entries. ``sizes`` are those
    up to which the indices of an entry run, ``shape`` that of an array.
    """

    kind: str
    name: str
    sizes: tuple[Size, ...] = ()
    shape: Shape = None


def name_of(node: t.Node, scope: Scope, local: Mapping[str, Size | None] = {}) -> Name:  # noqa: B006
    """What a letter, a member of a family or an entry of one of them stands for.

    ``local`` holds the bound indices with their sizes, and the arguments of a function with `None`.
    """
    match node:
        case t.Letter(letter):
            if letter in local:
                return Name("argument" if local[letter] is None else "bound", letter)
            return _plain(letter, node, scope)
        case t.Family():
            return _member(node, scope)
        case t.Indexed(t.Letter(letter), indices):
            return _entry_name(letter, indices, node, scope)
        case t.Indexed(t.Family() as family, _):
            member = _member(family, scope)
            return Name("entry", member.name, tuple(size for size in member.shape if size != 1))
    raise MeaningError(f"{show(node)} is not a letter or an entry", node)


def _plain(letter: str, node: t.Node, scope: Scope) -> Name:
    notation = scope.notation
    for index in notation.indices:
        if index.letter == letter:
            return Name("index", letter)
    if any(constant.letter == letter for constant in notation.constants):
        return Name("constant", letter)
    if any(size.letter == letter and not size.index for size in notation.sizes):
        return Name("size", letter)
    if letter in scope.lost:
        raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
    array = _array(letter, notation)
    if array:
        return Name("array", letter, shape=_sizes(array.shape))
    definition = scope.definitions.get(letter)
    if definition and not definition.arguments:
        if definition.indices:
            raise MeaningError(f"{letter} is defined with indices, so it needs them here", node)
        return Name("array" if definition.shape else "number", letter, shape=definition.shape)
    if any(entry.entry and entry.entry.letter == letter for entry in notation.arrays):
        return Name("number", letter)
    for scalar in notation.scalars:
        if scalar.written.letter == letter:
            if scalar.written.indices:
                raise MeaningError(f"{letter} is declared with indices, so it needs them here", node)
            return Name("number", letter)
    raise MeaningError(f"the letter {letter} is neither declared nor defined", node)


def _member(node: t.Family, scope: Scope) -> Name:
    array = _array(node.letter.name, scope.notation) or _array_of_entry(node.letter.name, scope.notation)
    if not array or not array.layers:
        raise MeaningError(f"{node.letter.name} is not declared for layers", node)
    if not isinstance(node.layer, t.Number) or not node.layer.digits.isdigit():
        raise not_covered("layers with a symbolic number", node)
    name = f"{array.letter}^{{[{node.layer.digits}]}}"
    if name in scope.lost or array.letter in scope.lost:
        raise MeaningError(f"the definition of {name} is not understood", node, covered=False)
    return Name("array", name, shape=tuple(_width(size, int(node.layer.digits)) for size in array.layers))


def _width(size: declared.Written, layer: int) -> Size:
    """The size of a member: D_{r-1} of layer 2 is D_1."""
    if not size.indices:
        return 1 if size.letter == "1" else size.letter
    shift = re.fullmatch(r"[a-z]([+-]\d+)?", size.indices[0])[1]
    return f"{size.letter}_{layer + int(shift or 0)}"


def _entry_name(letter: str, indices: tuple[t.Node, ...], node: t.Node, scope: Scope) -> Name:
    notation = scope.notation
    if letter == DELTA:
        return Name("delta", letter)
    if any(size.letter == letter and size.index for size in notation.sizes) and len(indices) == 1:
        if not isinstance(indices[0], t.Number):
            raise not_covered("widths of layers with a symbolic number", node)
        return Name("size", f"{letter}_{indices[0].digits}")
    array = _array_of_entry(letter, notation)
    name = array.letter if array else letter
    if name in scope.lost:
        raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
    if array:
        return Name("entry", name, tuple(size for size in _sizes(array.shape) if size != 1))
    if _array(letter, notation):
        raise MeaningError(f"the entries of {letter} are printed with another letter; see the notation", node)
    definition = scope.definitions.get(letter)
    if definition and definition.indices:
        return Name("entry", letter, tuple(size for _, size in definition.indices))
    return _numbered(letter, indices, node, notation)


def _numbered(letter: str, indices: tuple[t.Node, ...], node: t.Node, notation: Notation) -> Name:
    """A declared number with indices: c_i, v_k, or \\beta_1, whose index is part of its name."""
    runs_to = {index.letter: index.to for index in notation.indices}
    for scalar in notation.scalars:
        written = scalar.written
        if written.letter != letter:
            continue
        if scalar.over:
            raise not_covered("sequences over steps", node)
        if all(index.isdigit() for index in written.indices):
            if indices == tuple(map(t.Number, written.indices)):
                return Name("number", f"{letter}_{''.join(written.indices)}")
        elif len(indices) == len(written.indices):
            sizes = tuple(runs_to[index] for index in written.indices)
            if None in sizes:
                raise not_covered("sequences over steps", node)
            return Name("class" if scalar.to else "entry", letter, sizes)
    raise MeaningError(f"the entry {show(node)} is neither declared nor defined", node)


def _array(letter: str, notation: Notation) -> declared.Array | None:
    return next((array for array in notation.arrays if array.letter == letter), None)


def _array_of_entry(letter: str, notation: Notation) -> declared.Array | None:
    return next((array for array in notation.arrays if array.entry and array.entry.letter == letter), None)


def _sizes(shape: tuple[declared.Written, declared.Written]) -> tuple[Size, Size]:
    return tuple(1 if size.letter == "1" else size.letter for size in shape)


def size_of_classes(name: str, notation: Notation) -> Size:
    """The size up to which a class number runs."""
    return next(scalar.to for scalar in notation.scalars if scalar.written.letter == name)


def kind_of_function(name: str, notation: Notation) -> str:
    """The declared kind of a function; ``\\max`` and ``\\min`` of several arguments need no declaration."""
    if name in EXTREMA:
        return "number"
    return next(function.kind for function in notation.functions if function.name == name)


# Shapes and indices ---------------------------------------------------------------------------------------------------


class Checker:
    """Shapes and indices of the parts of one statement.

    ``free`` collects the free indices with their sizes, ``least`` the sizes that named entries need; `shape` raises
    `MeaningError` for whatever has no meaning.
    """

    def __init__(self, scope: Scope, conditions: Sequence[t.Chain] = (), arguments: Sequence[str] = ()):
        self.scope = scope
        self.local: dict[str, Size | None] = dict.fromkeys(arguments)
        self.free: dict[str, Size] = {}
        self.least: dict[str, int] = {}
        self._free_places: dict[str, t.Node] = {}
        self._bound_once: set[str] = set()
        self._equal = _equal_sizes(conditions, scope)

    def side(self, node: t.Node) -> Shape:
        """The shape of one side of a relation; an index that is bound in it may not also be free in it."""
        before, self._bound_once, self._free_places = self.free, set(), {}
        shape = self.shape(node)
        for letter in self._bound_once & self._free_places.keys():
            raise MeaningError(f"the index {letter} is bound here and escapes its sum", self._free_places[letter])
        self.free = {**before, **self.free}
        return shape

    def same(self, one: Size, other: Size) -> bool:
        """Whether two sizes are equal, by name or by a condition of the statement."""
        return self._equal.get(one, one) == self._equal.get(other, other)

    def same_shape(self, one: Shape, other: Shape) -> bool:
        """Whether two shapes are equal; a number is no 1 × 1 matrix."""
        if one is None or other is None:
            return one is other
        return all(map(self.same, one, other))

    def shape(self, node: t.Node) -> Shape:
        """The shape of an expression, all of whose parts have a meaning."""
        match node:
            case t.Number():
                return None
            case t.Letter() | t.Family():
                return self._letter(node)
            case t.Indexed(t.Letter() | t.Family(), indices):
                return self._entry(node, indices)
            case t.Indexed(base, indices):
                return self._entry_of_matrix(base, indices, node)
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
                return self._number(exponent, "an exponent")
            case t.Transpose(body):
                rows, columns = self._matrix(body, "a transpose")
                return columns, rows
            case t.Root(body) | t.Absolute(body):
                return self._number(body, "the argument")
            case t.Apply():
                return self._application(node)
            case t.Sum(index, lower, upper, body) | t.Product(index, lower, upper, body):
                shape = self._bounded(index, self._limits(index, lower, upper), body)
                if shape and isinstance(node, t.Product):
                    raise MeaningError("a product over an index is of numbers", node)
                return shape
            case t.Extremum(kind, index, body):
                return self._extremum(kind, index, body, node)
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
        """The meaning of a condition: relations between numbers, or between two indices of one range."""
        sides = (chain.first, *(link.right for link in chain.links))
        for one, other in pairwise(sides):
            if self._is_index(one) and self._is_index(other):
                self._same_range(one, other)
        for side in sides:
            self._number(side, "a side of a condition")

    def _number(self, node: t.Node, what: str) -> None:
        if self.shape(node) is not None:
            raise MeaningError(f"{what} must be a number, and {show(node)} is a matrix", node)

    def _matrix(self, node: t.Node, what: str) -> tuple[Size, Size]:
        shape = self.shape(node)
        if shape is None:
            raise MeaningError(f"{what} needs a matrix, and {show(node)} is a number", node)
        return shape

    def _letter(self, node: t.Node) -> Shape:
        name = name_of(node, self.scope, self.local)
        if name.kind == "index":
            self._range(node)
        if name.name == r"\mathrm{i}" or name.name == r"\infty":
            raise not_covered("complex numbers and infinity", node)
        return name.shape

    def _is_index(self, node: t.Node) -> bool:
        if isinstance(node, t.Letter):
            return name_of(node, self.scope, self.local).kind in ("index", "bound")
        return isinstance(node, t.Indexed) and isinstance(node.base, t.Letter) and self._is_class(node)

    def _is_class(self, node: t.Indexed) -> bool:
        return name_of(node, self.scope, self.local).kind == "class"

    def _range(self, node: t.Node) -> Size | None:
        """The size up to which an index runs; `None` for a number."""
        match node:
            case t.Number(digits):
                if not digits.isdigit() or node.exponent or int(digits) < 1:
                    raise MeaningError("an index is a whole number from 1 on", node)
                return None
            case t.Letter(letter):
                if self.local.get(letter) is not None:
                    return self.local[letter]
                declared_index = next((index for index in self.scope.notation.indices if index.letter == letter), None)
                if not declared_index or letter in self.local:
                    raise MeaningError(f"{letter} is not an index", node)
                if not declared_index.to:
                    raise not_covered("indices without an end, such as steps", node)
                self.free[letter] = declared_index.to
                self._free_places.setdefault(letter, node)
                return declared_index.to
            case t.Indexed(t.Letter(), indices) if self._is_class(node):
                self._entry(node, indices)
                return size_of_classes(node.base.name, self.scope.notation)
            case t.Indexed():
                raise MeaningError(f"{show(node)} is not a class number, so it cannot be an index", node)
        raise not_covered("sums of indices", node)

    def _same_range(self, one: t.Node, other: t.Node) -> None:
        first, second = self._range(one), self._range(other)
        if first is not None and second is not None and not self.same(first, second):
            raise MeaningError(
                f"{show(one)} runs to {first} and {show(other)} to {second}, so they cannot be compared", other
            )

    def _at(self, index: t.Node, size: Size, node: t.Node) -> None:
        """The index may stand where indices run to the size."""
        runs_to = self._range(index)
        if runs_to is None:
            self._need(size, int(index.digits), index)
        elif not self.same(runs_to, size):
            raise MeaningError(f"{show(index)} runs to {runs_to}, but this index of {show(node)} runs to {size}", index)

    def _need(self, size: Size, number: int, node: t.Node) -> None:
        size = self._equal.get(size, size)
        if isinstance(size, int):
            if number > size:
                raise MeaningError(f"there are only {size}", node)
        else:
            self.least[size] = max(number, self.least.get(size, 1))

    def _entry(self, node: t.Indexed, indices: tuple[t.Node, ...]) -> None:
        name = name_of(node, self.scope, self.local)
        if name.kind == "delta":
            if len(indices) != 2:
                raise MeaningError("Kronecker's delta has two indices", node)
            self._same_range(*indices)
        elif name.kind in ("entry", "class"):
            if len(indices) != len(name.sizes):
                raise MeaningError(f"{show(node.base)} has {len(name.sizes)} indices, not {len(indices)}", node)
            for index, size in zip(indices, name.sizes, strict=True):
                self._at(index, size, node)

    def _entry_of_matrix(self, base: t.Node, indices: tuple[t.Node, ...], node: t.Node) -> None:
        sizes = self._matrix(base, "an entry")
        if len(indices) == 1:
            sizes = tuple(size for size in sizes if not self.same(size, 1)) or (1,)
        if len(indices) != len(sizes):
            raise MeaningError(f"an entry of this matrix has {len(sizes)} indices", node)
        for index, size in zip(indices, sizes, strict=True):
            self._at(index, size, node)

    def _alike(self, nodes: tuple[t.Node, ...]) -> Shape:
        first = self.shape(nodes[0])
        for node in nodes[1:]:
            shape = self.shape(node)
            if not self.same_shape(first, shape):
                raise MeaningError(
                    f"{show(nodes[0])} is {_words(first)} and {show(node)} is {_words(shape)}: nothing broadcasts", node
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
                    raise MeaningError(
                        f"a matrix with {result[1]} columns cannot be multiplied by {show(factor)}, "
                        f"which has {shape[0]} rows",
                        factor,
                    )
                result = result[0], shape[1]
        return result

    def _application(self, node: t.Apply) -> Shape:
        function, arguments = node.function, node.arguments
        if function.layer:
            raise not_covered("functions of layers", node)
        kind = kind_of_function(function.name, self.scope.notation)
        shapes = [self.shape(argument) for argument in arguments]
        if kind == "cost":
            if function.primes:
                raise MeaningError("a function of whole arrays has no primes: write a partial derivative", node)
            return None
        if function.name in EXTREMA:
            return self._alike(arguments)
        if function.name == DIAGONAL and len(arguments) == 1:
            if shapes[0] is None or not self.same(shapes[0][0], 1):
                raise MeaningError("diag needs a row", node)
            return shapes[0][1], shapes[0][1]
        if kind not in ("number", "smooth") or function.name in (r"\operatorname{Re}", r"\operatorname{Im}"):
            raise not_covered(f"the function {show(function)}", node)
        definition = self.scope.definitions.get(function.name)
        if function.name in self.scope.lost:
            raise MeaningError(f"the definition of {show(function)} is not understood", node, covered=False)
        if not definition and kind == "number" and function.name not in KNOWN_FUNCTIONS:
            raise MeaningError(f"the function {show(function)} has no definition", node)
        if len(arguments) != (len(definition.arguments) if definition else 1):
            raise MeaningError(f"{show(function)} has another number of arguments", node)
        return shapes[0]

    def _limits(self, index: t.Letter, lower: t.Node, upper: t.Node) -> Size:
        """The size of a bound index, from its limits and its declaration."""
        if not isinstance(lower, t.Number) or lower != t.Number("1"):
            raise not_covered("sums that do not start at 1", lower)
        if isinstance(upper, t.Number):
            if not upper.digits.isdigit() or upper.exponent:
                raise MeaningError("the upper limit is no whole number", upper)
            size: Size = int(upper.digits)
        else:
            name = name_of(upper, self.scope, self.local) if isinstance(upper, t.Letter | t.Indexed) else None
            if not name or name.kind != "size":
                raise not_covered("sums whose upper limit is not a size", upper)
            size = name.name
        self._may_run_to(index, size)
        return size

    def _may_run_to(self, index: t.Letter, size: Size) -> None:
        notation = self.scope.notation
        for each in notation.indices:
            if each.letter == index.name and not self.same(each.to, size):
                if not (isinstance(size, str) and "_" in size):  # widths of layers take the place of D and M
                    raise MeaningError(f"the index {index.name} runs to {each.to}, not to {size}", index)
        taken = {each.letter for each in (*notation.sizes, *notation.arrays, *notation.constants)}
        taken |= {written.letter for scalar in notation.scalars if not (written := scalar.written).indices}
        if index.name in taken or index.name in self.scope.definitions and not self.scope.definitions[index.name].indices:
            raise MeaningError(f"{index.name} has another meaning, so it cannot be an index", index)

    def _bounded(self, index: t.Letter, size: Size, body: t.Node) -> Shape:
        if index.name in self.local:
            raise MeaningError(f"the index {index.name} is bound already", index)
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
            raise not_covered("arg max and arg min", node)
        size = next((each.to for each in self.scope.notation.indices if each.letter == index.name), None)
        if size is None:
            raise MeaningError(f"{index.name} is not an index with a range", index)
        if self._bounded(index, size, body) is not None:
            raise MeaningError("a maximum is of numbers", body)

    def _derivative(self, node: t.Derivative) -> Shape:
        if node.total:
            raise not_covered(r"derivatives with \mathrm d", node)
        if isinstance(node.body, t.Function):
            raise MeaningError("a function has a derivative by its argument: write it with a prime", node.body)
        shape = self.shape(node.body)
        for variable in node.variables:
            self._variable(variable, node)
            by = self.shape(variable)
            if by is not None:
                if shape is not None or len(node.variables) > 1:
                    raise MeaningError("only a number has a derivative by a matrix, and only one", node)
                shape = by
        return shape

    def _variable(self, variable: t.Node, node: t.Derivative) -> None:
        """Rule 3: the body is a function of the variable, and of nothing that the variable is made of."""
        if not isinstance(variable, t.Letter | t.Family | t.Indexed):
            raise MeaningError("a derivative is taken by a letter or an entry", variable)
        name = name_of(variable, self.scope, self.local)
        if name.kind not in ("array", "entry", "number", "argument") or name.name == ONES:
            raise MeaningError(f"{show(variable)} is no variable", variable)
        if name.kind == "argument":
            raise not_covered("derivatives by the argument of a function", variable)
        contained = letters(node.body, self.scope, stop=name.name)
        if name.name not in contained:
            raise MeaningError(
                f"{show(node.body)} is not written through {show(variable)}: state how it depends on it", node
            )
        definition = self.scope.definitions.get(name.name)
        below = letters(definition.body, self.scope) & contained if definition else frozenset()
        if below:
            raise MeaningError(
                f"{show(node.body)} depends on {', '.join(sorted(below))} also beside {show(variable)}: "
                "state what is held fixed",
                node,
            )


def _words(shape: Shape) -> str:
    return "a number" if shape is None else f"{shape[0]} × {shape[1]}"


def _equal_sizes(conditions: Sequence[t.Chain], scope: Scope) -> dict[Size, Size]:
    """The sizes that conditions fix: M = 2, or M = D."""
    equal: dict[Size, Size] = {}
    for chain in conditions:
        sides = (chain.first, *(link.right for link in chain.links))
        if not chain.links or any(link.relation != "=" for link in chain.links):
            continue
        values = [_size(side, scope) for side in sides]
        if None not in values:
            value = next((value for value in values if isinstance(value, int)), values[-1])
            equal |= {size: value for size in values if size != value}
    return equal


def _size(node: t.Node, scope: Scope) -> Size | None:
    if isinstance(node, t.Number) and node.digits.isdigit() and not node.exponent:
        return int(node.digits)
    if isinstance(node, t.Letter) and any(size.letter == node.name and not size.index for size in scope.notation.sizes):
        return node.name
    return None


def letters(node: t.Node, scope: Scope, stop: str | None = None) -> frozenset[str]:
    """The names of all letters that an expression contains when definitions are expanded, but not that of ``stop``.

    Entries count under the name of their array. Indices, sizes and constants are no letters here.
    """
    found: set[str] = set()
    waiting: list[tuple[t.Node, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        node, hidden = waiting.pop()
        name = None
        if isinstance(node, t.Letter | t.Family):
            if not (isinstance(node, t.Letter) and node.name in hidden):
                name = _letter_name(node, scope)
        elif isinstance(node, t.Indexed):
            inner = node.base if not isinstance(node.base, t.Letter | t.Family) else None
            name = None if inner else _letter_name(node, scope)
            waiting += [(each, hidden) for each in (*node.indices, *([inner] if inner else []))]
        elif isinstance(node, t.Function):
            name = node.name
        else:
            if isinstance(node, t.Sum | t.Product | t.Extremum):
                hidden = hidden | {node.index.name}
            waiting += [(child, hidden) for child in t.children(node)]
        if name and name not in found:
            found.add(name)
            definition = scope.definitions.get(name)
            if definition and name != stop:
                waiting += [(part, frozenset(definition.arguments)) for part in (definition.body, *definition.conditions)]
    return frozenset(found)


def _letter_name(node: t.Node, scope: Scope) -> str | None:
    try:
        name = name_of(node, scope)
    except MeaningError:
        return None  # a bound letter, or an error that the checker of shapes finds
    return name.name if name.kind in ("array", "entry", "number", "class") and name.name != ONES else None


# Statements -----------------------------------------------------------------------------------------------------------


class _Reading:
    """Goes through a page from its top to its end."""

    def __init__(self, notation: Notation, functions: Mapping[str, Definition]):
        self.scope = Scope(notation, functions)
        self.items: list[Item] = []
        self.faults: list[Fault] = []
        self.assumed: dict[str | None, list[Assumed]] = {}
        self.lost_assumptions: set[str | None] = set()
        self.own: set[str] = set()  # names that this page defines

    def formula(self, formula: DisplayedFormula, place: Place) -> None:
        """Adds what a formula says, or its first fault."""
        try:
            tree = read(formula.text, self.scope.notation)
        except LatexError as error:
            self._lose(formula.within, place)
            self.faults.append(Fault(formula.path, *formula.place(error.line, error.column), error.reason))
            return
        for statement in tree.statements:
            try:
                self._statement(statement, tree, formula, place)
            except MeaningError as error:
                self._lose(formula.within, place, statement)
                line, column = _place(formula, error.span[0])
                self.faults.append(Fault(formula.path, line, column, error.reason, error.covered))

    def _lose(self, within: tuple[str, ...], place: Place, statement: t.Node | None = None) -> None:
        """After a fault: what the statement would have said may not be missing silently below."""
        if "prf:assumption" in within:
            self.lost_assumptions.add(place.label)
        if isinstance(statement, t.Chain) and statement.links and _defines(statement, within) and not place.convention:
            self.scope = replace(self.scope, lost=self.scope.lost | _left_names(statement.first, self.scope))

    def _statement(self, statement, tree: t.Formula, formula: DisplayedFormula, place: Place) -> None:
        if isinstance(statement, t.Implication):
            raise not_covered("implications", statement)
        conditions = _chains(tree.conditions)
        if not statement.links:
            self._expression(statement.first, conditions, formula, place)
        elif "prf:assumption" in formula.within:
            self._assumption(statement, conditions, formula, place)
        elif statement.links[0].relation == t.ASSIGNS:
            self._step(statement, conditions, formula, place)
        else:
            left = statement.first
            for position, link in enumerate(statement.links):
                here = conditions + _chains(link.conditions)
                if position == 0 and _defines(statement, formula.within):
                    self._defining(statement, link, here, formula, place)
                else:
                    self._claim(left, link, here, formula, place, statement.first)
                left = link.right

    def _expression(self, node, conditions, formula, place) -> None:
        checker = self._checker(conditions)
        shape = checker.side(node)
        self._add(EXPRESSION, node, "", None, conditions, formula, place, checker, shape, node)

    def _claim(self, left, link, conditions, formula, place, first) -> None:
        if link.relation == r"\propto":
            raise not_covered("proportionality", link)
        checker = self._checker(conditions)
        checker.side(first)
        allowed = dict(checker.free)
        shape = checker.side(left)
        other = checker.side(link.right)
        if not checker.same_shape(shape, other):
            raise MeaningError(
                f"{show(left)} is {_words(shape)}, {show(link.right)} is {_words(other)}", link.right
            )
        for letter in checker.free:
            if letter not in allowed:
                raise MeaningError(f"the index {letter} is free here, but not on the left", link.right)
        self._conditions(conditions, checker, allowed)
        self._add(CLAIM, left, link.relation, link.right, conditions, formula, place, checker, shape, link)

    def _step(self, statement, conditions, formula, place) -> None:
        (link,) = statement.links
        checker = self._checker(conditions)
        shape, other = checker.side(statement.first), checker.side(link.right)
        name = name_of(statement.first, self.scope)
        if name.name not in self.scope.notation.state:
            raise MeaningError(f"{show(statement.first)} is not declared as state", statement.first)
        if not checker.same_shape(shape, other):
            raise MeaningError("both sides of a step have the same shape", link)
        self._add(STEP, statement.first, link.relation, link.right, conditions, formula, place, checker, shape, statement)

    def _assumption(self, statement, conditions, formula, place) -> None:
        if conditions or any(link.conditions for link in statement.links):
            raise not_covered("assumptions with side conditions", statement)
        if any(link.relation == t.DEFINES for link in statement.links):
            raise MeaningError("an assumption does not define", statement)
        checker = self._checker(())
        shapes = [checker.side(side) for side in (statement.first, *(link.right for link in statement.links))]
        if any(shape is not None for shape in shapes):
            raise not_covered("assumptions about matrices", statement)
        inputs = letters(statement, self.scope)
        for name in inputs & self.scope.definitions.keys():
            raise MeaningError(f"an assumption is about inputs, and {name} is defined", statement)
        free = tuple(checker.free.items())
        self.assumed.setdefault(place.label, []).append(Assumed(place.label, statement, free, inputs))
        left = statement.first
        for link in statement.links:
            self._add(ASSUMPTION, left, link.relation, link.right, (), formula, place, checker, None, link)
            left = link.right

    def _defining(self, statement, link, conditions, formula, place) -> None:
        left = statement.first
        if isinstance(left, t.Apply) and left.function.primes:
            self._convention(left, link, conditions, formula, place)
            return
        if place.convention:
            raise MeaningError("a convention gives a value to a derivative, as ReLU'(0) := 0", left)
        name, indices, arguments = self._head(left)
        checker = Checker(self.scope, conditions, arguments)
        own_shape = None
        if arguments:
            self._not_defined_yet(name, left)
        else:
            self._not_defined_yet(name, left)
            own_shape = None if indices else _declared_shape(name, self.scope.notation)
        shape = checker.side(link.right)
        if indices and shape is not None:
            raise MeaningError("an entry is a number, and the right side is a matrix", link.right)
        if arguments and shape is not None:
            raise not_covered("functions whose value is a matrix", link.right)
        if own_shape and not checker.same_shape(own_shape, shape):
            raise MeaningError(f"{name} is {_words(own_shape)}, the right side is {_words(shape)}", link.right)
        if not own_shape and not indices and shape is not None and _is_number(name, self.scope.notation):
            raise MeaningError(f"{name} is a number, the right side is {_words(shape)}", link.right)
        for letter in checker.free:
            if letter not in dict(indices):
                raise MeaningError(f"the index {letter} is free on the right, but not on the left", link.right)
        if name in letters(link.right, self.scope):
            raise MeaningError(f"{name} is defined by itself", link.right)
        if name in _used(self.items):
            raise MeaningError(f"{name} is used above its definition", left)
        for chain in conditions:
            checker.condition(chain)
        definition = Definition(name, indices, arguments, link.right, conditions, shape, formula.label)
        self.scope = replace(self.scope, definitions={**self.scope.definitions, name: definition})
        self.own.add(name)
        self._add(DEFINITION, left, t.DEFINES, link.right, conditions, formula, place, checker, shape, statement)

    def _head(self, left: t.Node) -> tuple[str, tuple[tuple[str, Size], ...], tuple[str, ...]]:
        """The name, the indices and the arguments of what is defined."""
        match left:
            case t.Apply(t.Function(name, 0, None), arguments):
                if name in EXTREMA or kind_of_function(name, self.scope.notation) not in ("number", "smooth"):
                    raise MeaningError(f"{name} cannot be defined", left)
                names = tuple(argument.name for argument in arguments if isinstance(argument, t.Letter))
                if len(names) != len(arguments) or len(set(names)) < len(names):
                    raise MeaningError("a function is defined by letters as its arguments", left)
                for argument in arguments:
                    if name_of(argument, self.scope).kind != "number":
                        raise MeaningError(f"{show(argument)} is no variable", argument)
                return name, (), names
            case t.Letter(name):
                notation = self.scope.notation
                fixed = {each.letter for each in (*notation.indices, *notation.constants)}
                fixed |= {size.letter for size in notation.sizes if not size.index} | {ONES, DELTA}
                if name in fixed:
                    raise MeaningError(f"{name} has a fixed meaning and cannot be defined", left)
                return name, (), ()
            case t.Indexed(t.Letter(letter), indices):
                return self._head_of_entry(letter, indices, left)
        raise not_covered("definitions of layers and of entries of functions", left)

    def _head_of_entry(self, letter: str, indices: tuple[t.Node, ...], left: t.Node):
        notation = self.scope.notation
        runs_to = {index.letter: index.to for index in notation.indices}
        if letter == DELTA:
            raise MeaningError("Kronecker's delta has a fixed meaning", left)
        for index in indices:
            if not isinstance(index, t.Letter) or runs_to.get(index.name) is None:
                raise not_covered("recursions, numbered definitions and sequences over steps", index)
        named = tuple((index.name, runs_to[index.name]) for index in indices)
        if len(dict(named)) < len(named):
            raise MeaningError("the indices of what is defined differ", left)
        array = _array_of_entry(letter, notation)
        if array:
            sizes = tuple(size for size in _sizes(array.shape) if size != 1)
        elif any(scalar.written.letter == letter and scalar.written.indices for scalar in notation.scalars):
            sizes = name_of(left, replace(self.scope, definitions={}, lost=frozenset())).sizes
        else:
            sizes = tuple(size for _, size in named)
        if tuple(size for _, size in named) != sizes:
            raise MeaningError(f"the indices of {letter} run to {', '.join(map(str, sizes))}", left)
        return (array.letter if array else letter), named, ()

    def _not_defined_yet(self, name: str, node: t.Node) -> None:
        if name in self.own or name in self.scope.lost:
            raise MeaningError(f"{name} is defined already", node)
        if name in self.scope.definitions:
            raise MeaningError(f"{name} is defined on another page", node)

    def _convention(self, left: t.Apply, link: t.Link, conditions, formula, place) -> None:
        if not place.convention:
            raise MeaningError("a derivative is not defined but found; a value agreed upon is a convention", left)
        checker = self._checker(conditions)
        checker.side(left)
        if checker.side(link.right) is not None or checker.free or len(left.arguments) != 1 or conditions:
            raise MeaningError("a convention gives one value at one point", left)
        for node in (left.arguments[0], link.right):
            if letters(node, self.scope):
                raise MeaningError("a convention is about numbers without letters", node)
        convention = Convention(left.function.name, left.function.primes, left.arguments[0], link.right)
        self._add(CONVENTION, left, t.DEFINES, link.right, (), formula, place, checker, None, left)
        self.scope = replace(self.scope, conventions=(*self.scope.conventions, convention))

    def _checker(self, conditions: tuple[t.Chain, ...]) -> Checker:
        return Checker(self.scope, conditions)

    def _conditions(self, conditions, checker: Checker, allowed: Mapping[str, Size]) -> None:
        for chain in conditions:
            checker.condition(chain)
            for letter in checker.free:
                if letter not in allowed:
                    raise MeaningError(f"the index {letter} stands in the condition, but not in the claim", chain)

    def _add(self, kind, left, relation, right, conditions, formula, place, checker, shape, node) -> None:
        used: set[str] = set()
        for part in (left, right, *conditions):
            used |= letters(part, self.scope) if part else set()
        self._check_references(place, node)
        in_force = [each for label in sorted(place.mentions) for each in self.assumed.get(label, [])]
        start = node.span[0] if node.span != (0, 0) else 0
        line, column = _place(formula, start)
        self.items.append(
            Item(
                kind, formula, line, column, left, relation, right, tuple(conditions),
                tuple(_about(in_force, used)), self.scope, tuple(checker.free.items()), tuple(checker.least.items()),
                shape, frozenset(used),
            )  # fmt: skip
        )

    def _check_references(self, place: Place, node: t.Node) -> None:
        for label in sorted(place.mentions & self.lost_assumptions - {None}):
            raise MeaningError(f"the assumption {label} is not understood", node, covered=False)


def _used(items: Iterable[Item]) -> set[str]:
    """The letters that stand in what a page has said so far."""
    return set().union(*(item.letters for item in items))


def _about(assumed: Iterable[Assumed], used: set[str]) -> Iterator[Assumed]:
    """The assumptions that say something about one of the letters."""
    return (each for each in assumed if each.letters & used)


def _chains(conditions: tuple[t.Chain | t.ForAll, ...]) -> tuple[t.Chain, ...]:
    """The conditions; what stands after a \\forall holds for all values anyway."""
    chains = [each.chain if isinstance(each, t.ForAll) else each for each in conditions]
    return tuple(chain for chain in chains if chain.links)


def _defines(statement: t.Chain, within: tuple[str, ...]) -> bool:
    relation = statement.links[0].relation
    return relation == t.DEFINES or (relation == "=" and "prf:definition" in within)


def _left_names(left: t.Node, scope: Scope) -> frozenset[str]:
    """The name under which the left side of a definition would have been known."""
    match left:
        case t.Apply(function, _):
            return frozenset((function.name,))
        case t.Letter(name):
            return frozenset((name,))
        case t.Indexed(t.Letter(name), _) | t.Family(t.Letter(name), _) | t.Indexed(t.Family(t.Letter(name), _), _):
            array = _array_of_entry(name, scope.notation)
            return frozenset((array.letter if array else name,))
        case t.Indexed(base, _):
            return _left_names(base, scope)
    return frozenset()


def _declared_shape(name: str, notation: Notation) -> Shape:
    array = _array(name, notation)
    return _sizes(array.shape) if array else None


def _is_number(name: str, notation: Notation) -> bool:
    return any(scalar.written.letter == name for scalar in notation.scalars)


def _place(formula: DisplayedFormula, start: int) -> tuple[int, int]:
    """Line and column of the file for a place in the text of a formula."""
    above = formula.text[:start]
    return formula.place(above.count("\n") + 1, start - (above.rfind("\n") + 1) + 1)


# Pages ----------------------------------------------------------------------------------------------------------------


def meaning(path: Path | str, notation: Notation, functions: Mapping[str, Definition] | None = None) -> Page:
    """What a page says under the notation of the book, and the functions that other pages define."""
    found = formulas(path)
    around = surroundings(path, found)
    try:
        notation = with_blocks(notation, around.blocks)
    except _BlockError as error:
        return Page((), (Fault(Path(path), error.line, 1, str(error)),))
    own = set(_defined_functions(found, notation))
    known = {name: definition for name, definition in (functions or {}).items() if name not in own}
    reading = _Reading(notation, known)
    for formula, place in zip(found, around.places, strict=True):
        reading.formula(formula, place)
    return Page(tuple(reading.items), tuple(reading.faults))


def _defined_functions(found: Sequence[DisplayedFormula], notation: Notation) -> Iterator[str]:
    for formula in found:
        try:
            tree = read(formula.text, notation)
        except LatexError:
            continue  # a fault of the page
        for statement in tree.statements:
            match statement:
                case t.Chain(t.Apply(t.Function(name, 0, None), _), (t.Link(t.DEFINES), *_)):
                    yield name


def book_functions(paths: Iterable[Path | str], notation: Notation) -> dict[str, Definition]:
    """The functions that some page defines under a label, and that therefore all pages know.

    Raises
    ------
    NotationError
        If two pages define the same function.
    """
    known: dict[str, Definition] = {}
    for path in paths:
        for item in meaning(path, notation).items:
            if item.kind == DEFINITION and item.formula.label and isinstance(item.left, t.Apply):
                name = item.left.function.name
                if kind_of_function(name, notation) != "number":
                    continue
                if name in known:
                    raise NotationError(f"{item.formula.path}:{item.line}: {name} is defined on another page, too")
                known[name] = item.scope.definitions[name]
    return known


class _BlockError(NotationError):
    def __init__(self, reason: str, line: int):
        super().__init__(reason)
        self.line = line


def with_blocks(notation: Notation, blocks: Sequence[NotationBlock]) -> Notation:
    """The notation of the book with the ``{notation}`` blocks of a page.

    A block has the parts of `book/notation.yml` and, if letters of the book mean something else on the page, a line
    ``shadows: [v]``.
    """
    for block in blocks:
        kept = [line for line in block.text.splitlines() if not line.startswith(("shadows:", ":", "---"))]
        shadows = re.findall(r"^shadows:\s*\[(.*)\]\s*$", block.text, re.MULTILINE)
        hidden = {letter.strip() for line in shadows for letter in line.split(",")}
        try:
            notation = _extended(_without(notation, hidden), "\n".join(kept))
        except NotationError as error:
            raise _BlockError(f"notation: {error}", block.line) from None
    return notation


def _without(notation: Notation, hidden: set[str]) -> Notation:
    known = {each.letter for each in (*notation.arrays, *notation.indices, *notation.sizes)}
    known |= {scalar.written.letter for scalar in notation.scalars}
    for letter in hidden - known:
        raise NotationError(f"shadows: {letter} is no letter of the book")
    return replace(
        notation,
        arrays=tuple(each for each in notation.arrays if each.letter not in hidden),
        indices=tuple(each for each in notation.indices if each.letter not in hidden),
        scalars=tuple(each for each in notation.scalars if each.written.letter not in hidden),
        state=tuple(letter for letter in notation.state if letter not in hidden),
    )


def _extended(notation: Notation, text: str) -> Notation:
    """The notation with the declarations of a text, checked together."""
    parts = declared.yaml.load(text, Loader=declared.yaml.BaseLoader) or {}
    if not isinstance(parts, dict) or any(part not in declared._DECLARATIONS for part in parts):
        raise NotationError("the parts of a block are those of notation.yml, and 'shadows: [letters]'")
    added = {part: tuple(declared._declarations(part, given)) for part, given in parts.items()}
    extended = replace(notation, **{part: (*getattr(notation, part), *more) for part, more in added.items()})
    declared._check(extended)
    return extended


# Entry by entry -------------------------------------------------------------------------------------------------------

_FRESH = tuple(rf"\{letter}" for letter in "iota kappa nu xi zeta rho chi psi upsilon".split())


def entrywise(item: Item) -> list[tuple[t.Node, t.Node, dict[str, Size]]]:
    """The equations between numbers that a claim stands for: left, right and the free indices with their sizes.

    A matrix equation with symbolic sizes is one equation for a generic entry; one whose sizes are numbers is an
    equation for each entry.
    """
    checker = Checker(item.scope, item.conditions)
    free = dict(item.free)
    if item.shape is None:
        reading = _Entries(checker, item)
        return [(reading.number(item.left), reading.number(item.right), free)]
    rows, columns = (checker._equal.get(size, size) for size in item.shape)
    equations = []
    for row, row_size in _places(rows, item, free, 0):
        for column, column_size in _places(columns, item, free, 1):
            reading = _Entries(checker, item)
            here = {**free, **row_size, **column_size}
            checker.local |= {**row_size, **column_size}
            equations.append((reading.entry(item.left, row, column), reading.entry(item.right, row, column), here))
    return equations


def _places(size: Size, item: Item, free: Mapping[str, Size], position: int) -> list[tuple[t.Node, dict[str, Size]]]:
    """Where an entry can stand along one side: at a fresh index, or at each number."""
    if isinstance(size, int):
        return [(t.Number(str(number)), {}) for number in range(1, size + 1)]
    if isinstance(item.left, t.Matrix) or isinstance(item.right, t.Matrix):
        raise MeaningError("the sizes of a printed matrix are fixed by conditions", item.left)
    letter = (r"\lambda", r"\mu")[position]
    return [(t.Letter(letter), {letter: size})]


class _Entries:
    """Rewrites matrices as the number in one of their places."""

    def __init__(self, checker: Checker, item: Item):
        self.checker = checker
        used = {node.name for side in (item.left, item.right) for node, _ in t.walk(side) if isinstance(node, t.Letter)}
        self._letters = iter([letter for letter in _FRESH if letter not in used])

    def number(self, node: t.Node) -> t.Node:
        """A number in which no matrix is left, but for the arguments of a cost."""
        match node:
            case t.Indexed(t.Letter() | t.Family()) | t.Letter() | t.Number():
                return node
            case t.Indexed(base, indices):
                shape = self.checker.shape(base)
                if len(indices) == 1:
                    one = t.Number("1")
                    indices = (one, *indices) if self.checker.same(shape[0], 1) else (*indices, one)
                return self.entry(base, *indices)
            case t.Apply(function, _) if kind_of_function(function.name, self.checker.scope.notation) == "cost":
                return node
            case t.Sum() | t.Product() | t.Extremum():
                size = self._bound_size(node)
                self.checker.local[node.index.name] = size
                body = self.number(node.body)
                del self.checker.local[node.index.name]
                return replace(node, body=body)
            case t.Derivative():
                return replace(node, body=self.number(node.body))
        return _mapped(node, self.number)

    def _bound_size(self, node: t.Sum | t.Product | t.Extremum) -> Size:
        if isinstance(node, t.Extremum):
            notation = self.checker.scope.notation
            return next(each.to for each in notation.indices if each.letter == node.index.name)
        return self.checker._limits(node.index, node.lower, node.upper)

    def entry(self, node: t.Node, row: t.Node, column: t.Node) -> t.Node:
        """The number in a row and a column of a matrix; what is a number already stays."""
        shape = self.checker.shape(node)
        if shape is None:
            return self.number(node)
        match node:
            case t.Letter(letter) | t.Family(t.Letter(letter), _):
                return self._letter(node, letter, shape, row, column)
            case t.Transpose(body):
                return self.entry(body, column, row)
            case t.Times(factors):
                return self._product(factors, row, column)
            case t.EntryTimes(factors):
                return t.Times(tuple(self.entry(factor, row, column) for factor in factors), span=node.span)
            case t.EntryFraction(numerator, denominator):
                return t.Fraction(self.entry(numerator, row, column), self.entry(denominator, row, column))
            case t.Fraction(numerator, denominator):
                return t.Fraction(self.entry(numerator, row, column), self.number(denominator), span=node.span)
            case t.Apply(t.Function(name), (argument,)) if name == DIAGONAL:
                delta = t.Indexed(t.Letter(DELTA), (row, column))
                return t.Times((delta, self.entry(argument, t.Number("1"), column)), span=node.span)
            case t.Apply(function, arguments):
                return replace(node, arguments=tuple(self.entry(each, row, column) for each in arguments))
            case t.Derivative(body, (variable,)) if self.checker.shape(variable) is not None:
                return replace(node, body=self.number(body), variables=(self.entry(variable, row, column),))
            case t.Matrix(rows):
                return self.number(rows[int(row.digits) - 1][int(column.digits) - 1])
            case t.Cases(cases):
                return t.Cases(tuple(replace(case, value=self.entry(case.value, row, column)) for case in cases))
        return _mapped(node, lambda part: self.entry(part, row, column))

    def _letter(self, node, letter: str, shape, row, column) -> t.Node:
        if letter == ONES:
            return t.Number("1")
        array = _array(letter, self.checker.scope.notation)
        if array is None or array.entry is None:
            raise not_covered("entries of a matrix that is defined as a whole and not declared", node)
        indices = tuple(index for index, size in zip((row, column), shape, strict=True) if size != 1)
        base = t.Letter(array.entry.letter)
        return t.Indexed(replace(node, letter=base) if isinstance(node, t.Family) else base, indices, span=node.span)

    def _product(self, factors: tuple[t.Node, ...], row: t.Node, column: t.Node) -> t.Node:
        numbers = [self.number(factor) for factor in factors if self.checker.shape(factor) is None]
        matrices = [factor for factor in factors if self.checker.shape(factor) is not None]
        *first, last = matrices
        if not first:
            return t.Times((*numbers, self.entry(last, row, column)))
        size = self.checker.shape(last)[0]
        size = self.checker._equal.get(size, size)
        left = first[0] if len(first) == 1 else t.Times(tuple(first))

        def addend(index: t.Node) -> t.Node:
            return t.Times((self.entry(left, row, index), self.entry(last, index, column)))

        if isinstance(size, int):
            terms = tuple(addend(t.Number(str(number))) for number in range(1, size + 1))
            total = t.Plus(terms) if len(terms) > 1 else terms[0]
        else:
            letter = t.Letter(next(self._letters))
            self.checker.local[letter.name] = size
            family, _, layer = size.partition("_")
            upper = t.Indexed(t.Letter(family), (t.Number(layer),)) if layer else t.Letter(size)
            total = t.Sum(letter, t.Number("1"), upper, addend(letter))
            del self.checker.local[letter.name]
        return t.Times((*numbers, total)) if numbers else total


def _mapped(node: t.Node, change) -> t.Node:
    """The node with all nodes directly below it changed."""

    def changed(value):
        if isinstance(value, t.Function | t.Chain | t.Link):
            return value
        if isinstance(value, t.Node):
            return change(value)
        return tuple(map(changed, value)) if isinstance(value, tuple) else value

    fields = {name: changed(getattr(node, name)) for name in node.__dataclass_fields__ if name != "span"}
    return replace(node, **fields)
