r"""Vectors by their entries: what the strict tree has no vector for is said of each entry.

A row of a matrix as a vector, ``\nabla_w J = \sum_i (p_i - y_i) x_i``, and a formula of numbers that is meant for each
entry of an array, ``s = \frac{1}{1 + e^{-z}}``, have a meaning entry by entry: ``\frac{\partial J}{\partial w_j} =
\sum_i (p_i - y_i) x_{ij}``. Vectors are columns. Where a shape is not known, or two do not fit, nothing is changed.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from nncore.verify.notation import DELTA, DIAGONAL, EXTREMA, FIXED_KINDS, ONES
from nncore.verify.semantics.symbols import sizes_of_shape
from nncore.verify.spelling.applied import TRACE
from nncore.verify.spelling.dots import pattern, put
from nncore.verify.spelling.findings import Findings, ShapeError
from nncore.verify.spelling.first_use import names
from nncore.verify.spelling.fit import BOUND, UNKNOWN, fitted_alone, is_softmax
from nncore.verify.spelling.scene import Scene
from nncore.verify.symbol import Shape, Size
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation

_ONE = t.Number("1")
_ANY_SIZE = "?"  # of an identity matrix
_LAYOUTS = (
    "the derivative of a vector by a vector with a row for each entry of the first one",
    "the derivative of a vector by a vector with a row for each entry of the second one",
)
_FREE = ("k", "j", "l", "q", "p", "r", "s", "c")  # what an entry may be called that nothing declares


def entry_by_entry(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula:
    """Return a formula whose vectors are written by their entries, if it has no other meaning."""
    statements = tuple(
        _by_entries(each, formula, scene, findings) if isinstance(each, t.Chain) else each
        for each in formula.statements
    )
    return replace(formula, statements=statements)


def _by_entries(chain: t.Chain, formula: t.Formula, scene: Scene, findings: Findings) -> t.Chain:
    if _defines(chain) and isinstance(chain.first, t.Letter):
        scene.parts.pop(chain.first.name, None)
        with suppress(_NoEntriesError):
            value = _Writer(scene, formula, Findings()).of(chain.links[0].right)
            if value.shape:
                scene.parts[chain.first.name] = value.each, value.whole
    first = chain.first
    if isinstance(first, t.Apply) and first.function.name not in FIXED_KINDS and not is_trace(first, scene):
        return chain  # which may say what the function is, of a number
    sides = chain.sides[1:] if _defines(chain) else chain.sides
    of_row = _defines(chain) and isinstance(chain.first, t.Indexed)  # if the right side is an array
    if not any(_asks(side, scene, of_row) for side in sides) and not _is_zero_array(sides, scene):
        return chain
    writer = _Writer(scene, formula, findings)
    try:
        found = writer.chain(chain)
    except _NoEntriesError as error:
        if error.reason and _needs_entries(chain, scene):
            raise ShapeError(error.reason, chain.span) from None
        return chain
    if not writer.lifts:
        return chain
    findings.say("by entries", "vectors by their entries", chain.span)
    return found


def _asks(side: t.Node, scene: Scene, of_row: bool) -> bool:
    """Return whether a side has no shape otherwise, or is one of a row, or has rows that are no factors of one."""
    inner, shape = fitted_alone(side, scene)
    if any(is_trace(node, scene) for node, _ in t.walk(inner)):
        return True
    diagonals = [node.arguments[0] for node, _ in t.walk(inner) if isinstance(node, t.Apply) and _is_diagonal(node)]
    if any((fitted_alone(each, scene)[1] or UNKNOWN)[1] == 1 for each in diagonals):
        return True  # of a column
    return shape == UNKNOWN or (of_row and shape is not None) or any(_is_row(node, scene) for node, _ in t.walk(inner))


def _is_diagonal(node: t.Apply) -> bool:
    return node.function.name == DIAGONAL and len(node.arguments) == 1


def is_trace(node: t.Node, scene: Scene) -> bool:
    """Return whether a node is the trace of one matrix, and no function that the notation declares."""
    named = isinstance(node, t.Apply) and node.function.name == TRACE and len(node.arguments) == 1
    return named and TRACE not in scene.notation.function_names and "trace" not in scene.words.own_meanings


def _is_zero_array(sides: Sequence[t.Node], scene: Scene) -> bool:
    """Return whether a side is 0, and another one an array."""
    others = [fitted_alone(side, scene)[1] for side in sides if side != t.Number("0")]
    return len(others) < len(sides) and any(shape is not None and shape != UNKNOWN for shape in others)


def _defines(chain: t.Chain) -> bool:
    return bool(chain.links) and chain.links[0].relation is Relation.DEFINES


def sizes_of(name: str, scene: Scene) -> tuple[Size, ...]:
    """Return the shape of an array that is declared; nothing of another letter."""
    array = scene.notation.array_named(name)
    return (array and sizes_of_shape(array.shape)) or ()


def _needs_entries(node: t.Node, scene: Scene) -> bool:
    """Return whether an identity, or an array that is defined by its entries, stands in a node without indices."""
    match node:
        case t.Letter(name) if scene.is_identity(name) or scene.ones_of(name):
            return True
        case t.Letter(name):
            by_entries = name in scene.lengths and name not in scene.shapes
            return by_entries and not scene.notation.array_named(name)
        case t.Apply() if is_trace(node, scene):
            return True
        case t.Derivative(_, (t.Letter(name), _)) if 1 in (scene.shapes.get(name) or sizes_of(name, scene)):
            return True  # a matrix of second derivatives
        case t.Indexed(t.Letter(), indices):
            return any(_needs_entries(each, scene) for each in indices)
    return any(_needs_entries(each, scene) for each in t.children(node))


class _NoEntriesError(Exception):
    """A side, or a part of one, that has no entries which could be written; ``reason`` if its shapes do not fit."""

    def __init__(self, reason: str = ""):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Value:
    """An expression: its shape, None for a number, and how its entry is written in a row and a column.

    Its entry is made of the same entry of the letters in ``each``, and of all of those in ``whole``. A row of a matrix
    is ``loose``: a column, or a row where it stands beside one. A product of two vectors is a number, or the array
    ``alike`` of the products of their entries, where an array is added to it. The identity matrix times a number is
    that number, which stands on the diagonal where an array is added to it; ``identity`` is its size, or any size.
    """

    shape: Shape
    entry: Callable[[t.Node, t.Node], t.Node]
    each: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    loose: bool = False
    alike: "_Value | None" = None
    identity: Size = ""  # of what is none

    @property
    def turned(self) -> "_Value":
        """Return the transpose."""
        shape = self.shape and (self.shape[1], self.shape[0])
        return replace(self, shape=shape, entry=lambda row, column: self.entry(column, row))

    @property
    def letters(self) -> frozenset[str]:
        """Return all letters."""
        return self.each | self.whole

    @property
    def number(self) -> t.Node:
        """Return the expression of a number."""
        if self.shape is not None or self.identity:
            raise _NoEntriesError
        return self.entry(_ONE, _ONE)

    def on_diagonal(self, shape: tuple[Size, Size], span: t.Span) -> "_Value":
        """Return the identity matrix times a number as an array of a shape; any other value as it is."""
        if not self.identity:
            return self
        if shape[0] != shape[1] or self.identity not in (_ANY_SIZE, shape[0]):
            raise _NoEntriesError("an identity matrix of another size stands beside an array")

        def entry(row: t.Node, column: t.Node) -> t.Node:
            delta = t.Indexed(t.Letter(DELTA, span=span), (row, column), span=span)
            return _product([self.entry(_ONE, _ONE), delta], span)

        return replace(self, shape=shape, entry=entry, identity="")


def _lengths(name: str, scene: Scene) -> tuple[Size, ...]:
    """Return the sizes to which the indices of a letter run; none of a number."""
    array = scene.notation.array_of_entry(name) or scene.notation.array_named(name)
    if array:
        sizes: Shape = None if array.layers else sizes_of_shape(array.shape)
    else:
        sizes = scene.shapes.get(name)
    if sizes and "?" not in sizes:
        return tuple(size for size in sizes if size != 1)
    return tuple(size for size in scene.lengths.get(name, ()) if size is not None)


def _is_row(node: t.Node, scene: Scene) -> bool:
    """Return whether a letter of two indices carries one."""
    match node:
        case t.Indexed(t.Letter(name), (_,)):
            return len(_lengths(name, scene)) == 2
    return False


class _Writer:
    """Writes the sides of one chain by their entries; ``lifts`` says whether anything asked for that."""

    def __init__(self, scene: Scene, formula: t.Formula, findings: Findings):
        self.scene, self._notation, self._findings = scene, scene.table.in_force, findings
        self._used = {each.name for each, _ in t.walk(formula) if isinstance(each, t.Letter)}
        self.lifts, self._span = False, formula.span
        self._indices: set[str] = set()  # that sums bind
        self._runs: dict[str, Size] = dict(self._notation.runs_to)  # type: ignore[arg-type]  # steps are no size

    def chain(self, chain: t.Chain) -> t.Chain:
        """Return a chain of entries, with an index of its own for each of their sizes."""
        if _defines(chain):
            return self._definition(chain, [self.of(link.right) for link in chain.links])
        jacobians = {at: found for at, side in enumerate(chain.sides) if (found := self._jacobian(side))}
        plain = [at for at in range(len(chain.sides)) if at not in jacobians]
        others = dict(zip(plain, self._fitting([self.of(chain.sides[at]) for at in plain], False), strict=True))
        shapes = {side.shape for side in others.values()} - {None}
        if not shapes and any(side.identity for side in others.values()):
            shapes = {(size, size) for at in jacobians if (size := self._length_of_body(chain.sides[at]))}
        if not shapes and not jacobians:
            return self._with(chain, [side.number for side in others.values()])
        if len(shapes) != 1:
            raise _NoEntriesError(f"the sides have different shapes: {' and '.join(sorted(map(self._words, shapes)))}")
        shape = shapes.pop()
        assert shape
        others = {at: side.on_diagonal(shape, chain.span) for at, side in others.items()}
        row, column = self._places(shape, chain.span)
        entries: list[t.Node] = []
        for at, node in enumerate(chain.sides):
            if at in jacobians:
                others[at] = jacobians[at](shape)
            if others[at].shape is None and node != t.Number("0"):
                raise _NoEntriesError
            self.lifts |= others[at].shape is None
            entries.append(others[at].entry(row, column))
        return self._with(chain, entries)

    def _length_of_body(self, node: t.Node) -> Size | None:
        shape = self.of(node.body).shape if isinstance(node, t.Derivative) else None
        return _length(shape) if shape else None

    def _jacobian(self, node: t.Node) -> Callable[[tuple[Size, Size]], _Value] | None:
        """Return how the derivative of a vector by a vector is meant, by its shape; None for another node.

        As a vector it has the derivative of each entry by the same entry, if that one depends on no other.
        """
        match node:
            case t.Derivative(body, (variable,)):
                above, below = self.of(body), self.of(variable)
            case _:
                return None
        if above.shape is None or below.shape is None or not (1 in above.shape and 1 in below.shape):
            return None
        self.lifts = True
        rows, columns = _length(above.shape), _length(below.shape)

        def entry(row: t.Node, column: t.Node) -> t.Node:
            number, by = above.entry(row, row), below.entry(column, column)
            if isinstance(by, t.Name) and _is_name(by):
                return replace(node, body=number, variables=(by,))
            if not isinstance(variable, t.Letter):
                raise _NoEntriesError
            return t.Indexed(replace(node, body=number), (column,), span=node.span)

        def of_shape(shape: tuple[Size, Size]) -> _Value:
            if shape == above.shape == below.shape and isinstance(variable, t.Letter):
                (of,) = below.each
                apart = of not in above.whole and not self.scene.is_made_of(of, above.whole)
                if apart and all(self.scene.is_same_entry(name, of) for name in above.each):
                    self._findings.say("layout", "the derivative of each entry by the same entry", node.span)
                    return _Value(shape, lambda row, column: entry(*((column, column) if row == _ONE else (row, row))))
            if shape not in ((rows, columns), (columns, rows)):
                raise _NoEntriesError
            turned = self._findings.choose("layout", _LAYOUTS, node.span) if rows == columns else shape[0] == columns
            return _Value(shape, lambda row, column: entry(*((column, row) if turned else (row, column))))

        return of_shape

    def _definition(self, chain: t.Chain, right: Sequence[_Value]) -> t.Chain:
        name, indices = self._head(chain.first)
        shapes = {side.shape for side in right}
        if len(shapes) > 1:
            raise _NoEntriesError
        (shape,) = shapes
        if shape is None:
            return self._with(chain, [chain.first, *(side.number for side in right)])
        array = self._notation.array_named(name) or self._notation.array_of_entry(name)
        if (array and not array.entry) or self._notation.scalars_named(name):
            raise _NoEntriesError
        self.lifts |= bool(indices)
        own = tuple(map(str, _lengths(name, self.scene))) if array and array.entry else ()
        if indices and own and own == own[::-1] and len(own) > 1:
            raise _NoEntriesError  # a row of a square matrix, or a column
        row, column = self._places(shape, chain.span)
        indices = (*indices, *(each for each in (row, column) if isinstance(each, t.Letter)))
        lengths = tuple(str(self._runs.get(each.name, "?")) for each in indices)
        if own and lengths != own and lengths[::-1] == own:
            indices, lengths = indices[::-1], lengths[::-1]  # a column of a matrix, s_n of s_{kn}
        if "?" in lengths or (own and lengths != own):
            raise _NoEntriesError
        letter = array.entry.letter if array and array.entry else name
        head = t.Indexed(t.Letter(letter, span=chain.first.span), indices, span=chain.first.span)
        if not array:
            self.scene.shapes.pop(name, None)
            self.scene.lengths[name] = lengths
        return self._with(chain, [head, *(side.entry(row, column) for side in right)])

    def _head(self, first: t.Node) -> tuple[str, tuple[t.Letter, ...]]:
        match first:
            case t.Letter(name):
                return name, ()
            case t.Indexed(t.Letter(name), indices):
                letters = tuple(each for each in indices if isinstance(each, t.Letter))
                if len(letters) == len(indices):
                    return name, letters
        raise _NoEntriesError

    def _with(self, chain: t.Chain, sides: Sequence[t.Node]) -> t.Chain:
        links = tuple(replace(link, right=side) for link, side in zip(chain.links, sides[1:], strict=True))
        return replace(chain, first=sides[0], links=links)

    # Indices

    def _places(self, shape: tuple[Size, Size], span: t.Span) -> tuple[t.Node, t.Node]:
        row, column = (self._free(size, span) if size != 1 else _ONE for size in shape)
        return row, column

    def _free(self, size: Size, span: t.Span) -> t.Letter:
        """Return an index that runs to a size and that the formula does not use."""
        declared = next((name for name, end in self._notation.runs_to.items() if end == size), "")
        if not declared or declared in self._used:
            letters = () if str(size).isdigit() else (each for each in _FREE if each not in self._used)
            inner = (self.scene.table.index(letter, str(size)) for letter in letters)
            declared = next((each for each in inner if each not in self._used), "")
            if not declared:
                raise _NoEntriesError
        self._used.add(declared)
        self._runs[declared] = size
        return t.Letter(declared, span=span)

    def _bound(self, size: Size, span: t.Span) -> t.Letter:
        """Return an index for a sum to a size."""
        ends = [name for name, end in self._notation.runs_to.items() if end == size]
        others = [name for name in BOUND if name not in self._notation.all_letters | self.scene.facts.names]
        shown = self.scene.table.as_written
        used = {*map(shown, self._used)} if ends else self._used  # two that are written alike cannot be told apart
        name = next((each for each in (*ends, *others) if each not in self._used and shown(each) not in used), "")
        if not name:
            raise _NoEntriesError
        self._used.add(name)
        return t.Letter(name, span=span)

    def _range(self, index: t.Node) -> Size | None:
        match index:
            case t.Letter(name):
                return self._runs.get(name)
            case t.Indexed(t.Letter(name)) if name in self._notation.class_letters:
                return self._notation.size_of_classes(name)
        return None

    def _words(self, shape: Shape) -> str:
        """Return a shape in the author's letters."""
        return " × ".join(self.scene.table.as_written(str(size)) for size in shape or (1, 1))

    # Values

    def of(self, node: t.Node) -> _Value:
        """Return an expression by its entries."""
        match node:
            case t.Letter(name):
                return self._letter(node, name)
            case t.Indexed(t.Letter(name), (index,)) if _is_row(node, self.scene):
                return self._row(node, name, index)
            case t.Indexed(t.Letter() | t.Family()) | t.Family() | t.Function():
                return self._number(node)
            case t.Indexed(base, indices):
                return self._number(self._entry(self.of(base), indices))
            case t.Minus(body):
                value = self.of(body)
                plain = self._each([replace(value, identity="")], lambda parts: replace(node, body=parts[0]))
                return replace(plain, identity=value.identity)
            case t.Plus(terms):
                values = list(map(self.of, terms))
                if any(value.identity for value in values):
                    return self._sum_with_identity(node, values)
                self._lift({value.shape for value in values} > {None}, values)
                return self._each(values, lambda parts: replace(node, terms=tuple(parts)))
            case t.EntryTimes(factors):
                return self._each(list(map(self.of, factors)), lambda parts: _product(parts, node.span))
            case t.Times(factors) if (found := self._chain_rule(factors, node.span)) is not None:
                return found
            case t.Times(factors):
                values = list(map(self.of, factors))
                if any(map(self._is_each, factors, values)) and len({value.shape for value in values} - {None}) == 1:
                    if 1 in (next(value.shape for value in values if value.shape) or ()):
                        self.lifts = True
                        self._findings.say("each", "a product with functions of vectors as that of entries", node.span)
                        return self._each(values, lambda parts: _product(parts, node.span))
                ones = any(part == t.Letter(ONES) for each in factors for part, _ in t.walk(each))  # a matrix of them?
                turns = not ones and not any(map(_is_transposed, factors))
                product = self._product(values, node.span, turns)
                return replace(product, alike=(self._alike(values, node.span) if turns else None) or product.alike)
            case t.Fraction(above, below) | t.EntryFraction(above, below):
                pair = [self.of(above), self.of(below)]
                if pair[0].identity and pair[1].shape is None:
                    return replace(pair[0], entry=lambda *_: t.Fraction(pair[0].entry(_ONE, _ONE), pair[1].number))
                self._lift(pair[1].shape is not None and pair[0].shape is None, pair)
                return self._each(pair, lambda both: t.Fraction(both[0], both[1], span=node.span))
            case t.Power(t.Norm(body, order), exponent) if order in (None, t.Number("2")) and exponent == t.Number("2"):
                return self._number(self._sum_of(self.of(body), node.span))
            case t.Norm(body, order) if order in (None, t.Number("2")):
                return self._number(t.Root(self._sum_of(self.of(body), node.span), span=node.span))
            case t.Power(base, exponent):
                pair = [self.of(base), self.of(exponent)]
                if pair[0].shape and (1 not in pair[0].shape or pair[1].shape):  # a product of matrices, or an inverse
                    raise _NoEntriesError("not covered yet: powers and inverses of matrices")
                self._lift(any(value.shape for value in pair), pair)
                return self._each(pair, lambda both: replace(node, base=both[0], exponent=both[1]))
            case t.Root(body):
                inner = self.of(body)
                self._lift(inner.shape is not None, [inner])
                return self._each([inner], lambda parts: replace(node, body=parts[0]))
            case t.Transpose(body):
                return replace(self.of(body).turned, loose=False)
            case t.Apply(function, arguments):
                return self._applied(node, function, [self.of(argument) for argument in arguments])
            case t.Sum() | t.Product() | t.Extremum():
                return self._over(node)
            case t.Cases(cases):
                return self._by_cases(node, cases)
            case t.Matrix(rows) if any(isinstance(cell, t.Ellipsis) for row in rows for cell in row):
                return self._with_dots(node)
            case t.Derivative(body, variables):
                return self._derivative(node, self.of(body), [self.of(each) for each in variables])
        return self._number(t.with_children(node, lambda each: self.of(each).number))

    def _lift(self, lifts: bool, parts: Sequence[_Value]) -> None:
        """Keep that numbers are meant as each entry; of a square matrix that may be another function."""
        if lifts and any(part.shape and part.shape[0] == part.shape[1] for part in parts):
            raise _NoEntriesError
        self.lifts |= lifts

    def _is_each(self, node: t.Node, value: _Value) -> bool:
        """Return whether an array is surely one entry by entry: numbers are added to it, or it is a function."""
        if isinstance(node, t.Plus):
            return {self.of(term).shape for term in node.terms} > {None}
        return isinstance(node, t.Apply) and value.shape is not None

    def _number(self, node: t.Node) -> _Value:
        return _Value(None, lambda row, column: node, whole=frozenset(names(node, self.scene)))

    def _sum_with_identity(self, node: t.Plus, values: Sequence[_Value]) -> _Value:
        """Return a sum in which the identity matrix stands: on the diagonal of arrays, or with nothing but itself."""
        shapes = {value.shape for value in values} - {None}
        if any(value.shape is None and not value.identity for value in values) or len(shapes) > 1:
            raise _NoEntriesError
        if shapes:
            (shape,) = shapes
            assert shape
            found = [value.on_diagonal(shape, node.span) for value in values]
        else:
            found = [replace(value, identity="") for value in values]
        whole = self._each(found, lambda parts: replace(node, terms=tuple(parts)))
        return replace(whole, identity="" if shapes else _one_size(*values))

    def _letter(self, node: t.Letter, name: str) -> _Value:
        if self.scene.is_identity(name):
            self.lifts = True
            words = f"{self.scene.table.as_written(name)} as the identity matrix"
            self._findings.say("identity", words, node.span)
            size = self.scene.table.written(name).partition("_")[2].strip("{}")
            return _Value(
                None, lambda row, column: _ONE, identity=self.scene.table.letters.get(size, size) or _ANY_SIZE
            )
        if length := self.scene.ones_of(name):
            self.lifts = True
            self._findings.say("ones", f"{self.scene.table.as_written(name)} as a column of ones", node.span)
            return _Value((length, 1), lambda row, column: _ONE)
        lengths = _lengths(name, self.scene)
        array = self._notation.array_named(name)
        if name == ONES and not array and self.scene.table.ones:
            return _Value((self.scene.table.ones, 1), lambda row, column: _ONE)
        shape = sizes_of_shape(array.shape) if array else self.scene.shapes.get(name)
        if not shape and lengths:
            rows, *rest = lengths
            if len(rest) > 1:
                raise _NoEntriesError
            shape = (rows, rest[0] if rest else 1)
            self.lifts = True
        if shape and "?" not in shape:
            own = frozenset(names(node, self.scene))
            if shape == (1, 1):
                return _Value(None, lambda row, column: self._entry_of(node, shape, _ONE, _ONE), whole=own)
            return _Value(shape, lambda row, column: self._entry_of(node, shape, row, column), each=own)
        known = self._notation.all_letters | self._notation.constant_letters | self._runs.keys() | self._indices | {"e"}
        if shape or not (name in known or name in self.scene.shapes or self.scene.is_size(name)):
            raise _NoEntriesError
        return self._number(node)

    def _entry_of(self, node: t.Letter, shape: tuple[Size, Size], row: t.Node, column: t.Node) -> t.Node:
        indices = tuple(place for place, size in ((row, shape[0]), (column, shape[1])) if size != 1) or (_ONE,)
        return t.Indexed(self._base(node), indices, span=node.span)

    def _base(self, node: t.Letter) -> t.Node:
        """Return the letter of the entries of an array; a product with 1 if they have none."""
        array = self._notation.array_of_entry(node.name) or self._notation.array_named(node.name)
        if array and array.entry:
            return replace(node, name=array.entry.letter)
        if not array and node.name in self.scene.lengths and node.name not in self.scene.shapes:
            return node
        return t.Times((_ONE, node), span=node.span)

    def _row(self, node: t.Indexed, name: str, index: t.Node) -> _Value:
        self.lifts = True
        rows, columns = _lengths(name, self.scene)
        size = self._range(index)
        if size is None or size not in (rows, columns):
            raise _NoEntriesError
        base = self._base(t.Letter(name, span=node.span))
        is_row = size == rows
        letters = (each.name for each, _ in t.walk(node.base) if isinstance(each, t.Letter))
        said, words = {*map(self.scene.table.written, (name, *letters))}, self.scene.words
        if not said.isdisjoint(words.rows | words.columns):
            is_row = said.isdisjoint(words.columns)
            if size != (rows if is_row else columns):
                raise _NoEntriesError
        elif rows == columns:
            options = tuple(f"{name} with one index as a {what} of the matrix" for what in ("row", "column"))
            is_row = not self._findings.choose(f"rows of {name}", options, node.span)

        def entry(row: t.Node, _: t.Node) -> t.Node:
            return t.Indexed(base, (index, row) if is_row else (row, index), span=node.span)

        shape = (columns if is_row else rows, 1)
        return _Value(shape, entry, whole=frozenset(names(node, self.scene)), loose=is_row)

    def _entry(self, value: _Value, indices: tuple[t.Node, ...]) -> t.Node:
        """Return the entry of an array at the indices that are printed."""
        if value.shape is None:
            raise _NoEntriesError
        left = list(indices)
        places = [_ONE if size == 1 or not left else left.pop(0) for size in value.shape]
        if left or len(indices) != sum(size != 1 for size in value.shape):
            raise _NoEntriesError
        return value.entry(places[0], places[1])

    def _each(self, parts: Sequence[_Value], make: Callable[[Sequence[t.Node]], t.Node]) -> _Value:
        """Return what is made of parts of one shape, and of numbers, entry by entry."""
        if any(part.identity for part in parts):
            raise _NoEntriesError
        parts, given = self._fitting(parts), parts
        shapes = {part.shape for part in parts} - {None}
        if len(shapes) > 1:
            words = " and ".join(sorted(map(self._words, shapes)))
            raise _NoEntriesError(f"arrays of different shapes stand beside each other: {words}")
        shape = shapes.pop() if shapes else None
        loose = all(part.loose for part in parts if part.shape)
        alike = None
        if shape is None and any(part.alike for part in given):
            with suppress(_NoEntriesError):
                alike = self._each([part.alike or part for part in given], make)
        each, whole = (frozenset[str]().union(*found) for found in ((p.each for p in parts), (p.whole for p in parts)))

        def entry(row: t.Node, column: t.Node) -> t.Node:
            return make([part.entry(row, column) for part in parts])

        return _Value(shape, entry, each, whole, loose, alike)

    def _fitting(self, parts: Sequence[_Value], repeats: bool = True) -> Sequence[_Value]:
        """Return arrays in one shape if they have one: loose ones are turned, rows and columns repeated."""
        shapes = {part.shape for part in parts if not part.loose} - {None}
        arrays = {each.shape for part in parts for each in ((part, part.turned) if part.loose else (part,))} - {None}
        if any(part.alike and part.alike.shape in arrays for part in parts):
            self._findings.say("alike", "a product of two vectors as that of their entries", self._span)
            parts = [part.alike if part.alike and part.alike.shape in arrays else part for part in parts]
            shapes = {part.shape for part in parts if not part.loose} - {None}
        whole = next((one for one in shapes if one and all(_reaches(other, one) for other in shapes)), None)
        if whole is None:
            return parts
        found = [part.turned if part.loose and part.shape not in shapes and whole else part for part in parts]
        if any(one is not other for one, other in zip(parts, found, strict=True)):
            self._findings.say("turned", "a row of a matrix as a row, beside rows", self._span)
        if not repeats or len({part.shape for part in found} - {None}) == 1:
            return found
        self.lifts = True
        self._findings.say("repeated", "a row beside a matrix as each row of it, a column as each column", self._span)
        return [self._repeated(part, whole) for part in found]

    def _repeated(self, part: _Value, whole: tuple[Size, Size]) -> _Value:
        """Return a row, or a column, as each one of a matrix."""
        if part.shape in (None, whole) or not _reaches(part.shape, whole):
            return part
        one, letters = part.shape == (1, whole[1]), part.letters
        return _Value(whole, lambda row, column: part.entry(*((_ONE, column) if one else (row, _ONE))), whole=letters)

    def _product(self, factors: Sequence[_Value], span: t.Span, inner: bool) -> _Value:
        """Return a product of matrices; with ``inner`` that of two vectors of one shape is their inner product."""
        whole = _Value(None, lambda row, column: _ONE)
        for factor in factors:
            whole = self._times(whole, factor, span, inner)
        return whole

    def _alike(self, values: Sequence[_Value], span: t.Span) -> _Value | None:
        """Return a product of two vectors, neither of them transposed, entry by entry; None if it has no shape."""
        vectors = [value for value in values if value.shape]
        if len(vectors) != 2 or any(1 not in (value.shape or ()) for value in vectors):
            return None
        with suppress(_NoEntriesError):
            return self._each(values, lambda parts: _product(parts, span))
        return None

    def _times(self, one: _Value, other: _Value, span: t.Span, may_turn: bool) -> _Value:
        if one.shape is None or other.shape is None:
            plain = [replace(each, identity="") for each in (one, other)]
            sizes = {one.identity, other.identity, one.shape and one.shape[1], other.shape and other.shape[0]}
            beside = (one.shape and one.shape[1], other.shape and other.shape[0])
            if 1 in beside and (one.identity or other.identity):
                raise _NoEntriesError("an identity matrix of another size stands beside an array")
            if len(sizes - {"", _ANY_SIZE, None}) > 1 and (one.identity or other.identity):
                raise _NoEntriesError("an identity matrix of another size stands beside an array")
            identity = _one_size(one, other) if one.shape is other.shape is None else ""
            return replace(self._each(plain, lambda parts: _product(parts, span)), identity=identity)
        (rows, inner), (again, columns) = one.shape, other.shape
        loose = one.loose and inner == 1 and rows == again != 1
        if loose:
            what = "a matrix" if columns != 1 else "a vector, as their inner product"
            self._findings.say("turned", f"a row of a matrix as a row, before {what}", span)
            one, rows, inner = one.turned, 1, rows
        if may_turn and inner != again and one.shape == other.shape and 1 in one.shape:
            self._findings.say("inner", "a product of two vectors of one shape as their inner product", span)
            self.lifts = True
            one, other = (one.turned, other) if columns == 1 else (one, other.turned)
            (rows, inner), (again, columns) = one.shape, other.shape  # type: ignore[misc]
        if inner != again:
            one_, other_ = self._words(one.shape), self._words(other.shape)
            raise _NoEntriesError(f"arrays of the shapes {one_} and {other_} cannot be multiplied in this order")
        shape = None if (rows, columns) == (1, 1) else (rows, columns)
        whole = one.letters | other.letters
        if inner == 1:
            return _Value(
                shape,
                lambda row, column: _product([one.entry(row, _ONE), other.entry(_ONE, column)], span),
                whole=whole,
            )

        def entry(row: t.Node, column: t.Node) -> t.Node:
            index = self._bound(inner, span)
            return self._sum(index, inner, _product([one.entry(row, index), other.entry(index, column)], span), span)

        return _Value(shape, entry, whole=whole, loose=loose and shape is not None)

    def _sum(self, index: t.Letter, size: Size, body: t.Node, span: t.Span) -> t.Node:
        end: t.Node = t.Number(str(size), span=span) if str(size).isdigit() else t.Letter(str(size), span=span)
        return t.Sum(index, replace(_ONE, span=span), end, body, span=span)

    def _sum_of(self, value: _Value, span: t.Span) -> t.Node:
        """Return the sum of the squares of the entries of a vector."""
        if value.shape is None or 1 not in value.shape:
            raise _NoEntriesError
        size = _length(value.shape)
        index = self._bound(size, span)
        return self._sum(index, size, t.Power(value.entry(index, index), t.Number("2", span=span), span=span), span)

    def _applied(self, node: t.Apply, function: t.Function, arguments: list[_Value]) -> _Value:
        if is_trace(node, self.scene):
            return self._trace(arguments[0], node.span)
        if all(argument.shape is None for argument in arguments):
            return self._number(replace(node, arguments=tuple(argument.number for argument in arguments)))
        if is_softmax(node):
            return self._softmax(arguments[0], node.span)
        if function.name == DIAGONAL and len(arguments) == 1:
            return self._diagonal(arguments[0], node.span)
        kinds = {each.name: each.kind for each in self._notation.functions}
        of_number = kinds.get(function.name) in ("number", "smooth") or function.name in self.scene.of_numbers
        if of_number or function.name in EXTREMA:
            found = self._each(arguments, lambda parts: replace(node, arguments=tuple(parts)))
            self.lifts |= function.name in EXTREMA  # which are of numbers
            return replace(found, whole=found.whole | {function.name})
        raise _NoEntriesError

    def _trace(self, argument: _Value, span: t.Span) -> _Value:
        """Return the sum of the entries on the diagonal; of a number that number."""
        self.lifts = True
        shape = argument.shape or (argument.identity and (argument.identity, argument.identity)) or (1, 1)
        if shape[0] != shape[1] or _ANY_SIZE in shape:
            raise _NoEntriesError(f"the trace is that of a square matrix, and this one is {self._words(shape)}")
        if shape == (1, 1):
            return self._number(argument.entry(_ONE, _ONE))
        self._findings.say("trace", "the trace as the sum of the entries on the diagonal", span)
        index, square = self._bound(shape[0], span), argument.on_diagonal(shape, span)
        return self._number(self._sum(index, shape[0], square.entry(index, index), span))

    def _by_cases(self, node: t.Cases, cases: Sequence[t.Case]) -> _Value:
        """Return cases of arrays as those of each entry."""
        parts = [part for case in cases for part in (case.value, *case.condition.sides)]
        values = list(map(self.of, parts))
        self.lifts |= any(value.shape is not None for value in values)

        def make(entries: Sequence[t.Node]) -> t.Node:
            left, found = list(entries), list[t.Case]()
            for case in cases:
                value, first, *rights = (left.pop(0) for _ in range(2 + len(case.condition.links)))
                pairs = zip(case.condition.links, rights, strict=True)
                links = tuple(replace(link, right=right) for link, right in pairs)
                found.append(replace(case, value=value, condition=replace(case.condition, first=first, links=links)))
            return replace(node, cases=tuple(found))

        return self._each(values, make)

    def _diagonal(self, argument: _Value, span: t.Span) -> _Value:
        if argument.shape is None or 1 not in argument.shape:
            raise _NoEntriesError
        self.lifts |= argument.shape[1] == 1  # since diag has a meaning of a row alone
        size = _length(argument.shape)

        def entry(row: t.Node, column: t.Node) -> t.Node:
            delta = t.Indexed(t.Letter(DELTA, span=span), (row, column), span=span)
            return _product([argument.entry(row, row), delta], span)

        return _Value((size, size), entry, whole=argument.letters)

    def _softmax(self, argument: _Value, span: t.Span) -> _Value:
        shape = argument.shape
        if shape is None or 1 not in shape:
            raise _NoEntriesError
        size = _length(shape)

        def power(place: t.Node) -> t.Node:
            return t.Power(t.Letter("e", span=span), argument.entry(place, place), span=span)

        def entry(row: t.Node, column: t.Node) -> t.Node:
            index = self._bound(size, span)
            return t.Fraction(
                power(row if shape[1] == 1 else column), self._sum(index, size, power(index), span), span=span
            )

        return _Value(shape, entry, whole=argument.letters)

    def _over(self, node: t.Sum | t.Product | t.Extremum) -> _Value:
        name, upper = node.index.name, None if isinstance(node, t.Extremum) else node.upper
        outside = self._runs
        self._indices.add(name)
        if isinstance(upper, t.Letter):
            self._runs = {**outside, name: upper.name}
        body = self.of(node.body)
        self._runs = outside
        if body.shape is not None and not isinstance(node, t.Sum):
            raise _NoEntriesError
        return replace(body, entry=lambda row, column: replace(node, body=body.entry(row, column)))

    def _chain_rule(self, factors: Sequence[t.Node], span: t.Span) -> _Value | None:
        r"""Return ``\frac{\partial L}{\partial z} \frac{\partial z}{\partial W}`` summed over the entries of z.

        So it means the same in each layout. The first derivative, or the last one, may be given by its value. None is
        returned for other products.
        """
        slopes = [each for each in factors if isinstance(each, t.Derivative)]
        chained = next((each for each in (slopes, slopes[::-1]) if slopes and _is_chained(each)), None)
        if chained is None:
            return None
        others = [self.of(each) for each in factors if not isinstance(each, t.Derivative)]
        arrays, numbers = ([each for each in others if (each.shape is None) == plain] for plain in (False, True))
        first, variables = self.of(chained[0].body), [each.variables[0] for each in chained]
        values = list(map(self.of, variables))
        inner = ([first] if first.shape else []) + [each for each in values[:-1] if each.shape]
        if not inner or len(arrays) != (1 if first.shape else 0):
            return None
        if arrays and arrays[0].shape != first.shape:
            arrays = [each.turned for each in arrays]
            if 1 not in (first.shape or ()) or arrays[0].shape != first.shape:
                return None
        self.lifts = True
        over = [chained[0].body] * bool(first.shape) + [
            v for v, each in zip(variables[:-1], values, strict=False) if each.shape
        ]
        shown = " and ".join(self.scene.table.as_written(latex(each)) for each in over)
        self._findings.say(
            "chain rule", f"a product with derivatives as the chain rule, over the entries of {shown}", span
        )

        def entry(row: t.Node, column: t.Node) -> t.Node:
            sums: list[tuple[t.Letter, Size]] = []

            def place(value: _Value) -> tuple[t.Node, t.Node]:
                found: list[t.Node] = []
                for size in value.shape or ():
                    found.append(_ONE if size == 1 else self._bound(size, span))
                    sums.extend([(found[-1], size)] if isinstance(found[-1], t.Letter) else [])
                return (found[0], found[1]) if found else (_ONE, _ONE)

            at = place(first)
            parts = [each.entry(*at) for each in (*numbers, *arrays)]
            body = first.entry(*at)
            for slope, value in zip(chained, values, strict=True):
                at = (row, column) if slope is chained[-1] else place(value)
                parts.append(_slope(slope, body, value, at))
                body = value.entry(*at)
            product = _product(parts, span)
            for index, size in reversed(sums):
                product = self._sum(index, size, product, span)
            return product

        letters = first.letters.union(*(each.letters for each in (*others, *values)))
        return _Value(values[-1].shape, entry, whole=letters)

    def _with_dots(self, node: t.Matrix) -> _Value:
        r"""Return ``\begin{matrix} a_1 \\ \vdots \\ a_n \end{matrix}``, or a row, by the pattern of its entries."""
        is_row = len(node.rows) == 1
        cells = [cell for row in node.rows for cell in row]
        if len(cells) < 3 or not (is_row or len(node.rows[0]) == 1):
            raise _NoEntriesError
        *firsts, dots, last = cells
        found = pattern(firsts, last, self._used | self._indices) if isinstance(dots, t.Ellipsis) else None
        if found is None or found[1] != _ONE or not isinstance(found[2], t.Letter):
            raise _NoEntriesError
        index, member, size = found[0], found[3], found[2].name
        self.lifts = True
        self._findings.say("dots", "dots in a matrix as all entries between", node.span)
        shape: Shape = (1, size) if is_row else (size, 1)
        whole = frozenset(names(member, self.scene)) - {index.name}

        def entry(row: t.Node, column: t.Node) -> t.Node:
            return self.of(put(member, index, column if is_row else row)).number

        return _Value(shape, entry, whole=whole)

    def _derivative(self, node: t.Derivative, body: _Value, variables: Sequence[_Value]) -> _Value:
        """Return a derivative of a number by a vector, or of a vector by a number."""
        arrays = [each for each in (body, *variables) if each.shape is not None]
        if body.identity:
            raise _NoEntriesError
        if len(arrays) == len(variables) == 2 and body.shape is None:
            return self._hessian(node, body, variables)
        if len(arrays) > 1:
            raise _NoEntriesError

        def entry(row: t.Node, column: t.Node) -> t.Node:
            by = [each.entry(row, column) for each in variables]
            names = [each for each in by if isinstance(each, t.Name) and _is_name(each)]
            if len(names) == len(by):
                return replace(node, body=body.entry(row, column), variables=tuple(names))
            whole = [each for each in node.variables if isinstance(each, t.Letter)]
            if body.shape or len(whole) < len(by) or len(by) > 1 or not variables[0].shape:
                raise _NoEntriesError
            places = tuple(each for each, size in zip((row, column), variables[0].shape, strict=True) if size != 1)
            return t.Indexed(replace(node, body=body.number), places or (_ONE,), span=node.span)

        letters = body.letters.union(*(each.letters for each in variables))
        loose = any(each.loose for each in arrays)
        return _Value(arrays[0].shape if arrays else None, entry, whole=letters, loose=loose)

    def _hessian(self, node: t.Derivative, body: _Value, variables: Sequence[_Value]) -> _Value:
        """Return the second derivatives of a number by the entries of two vectors, a row for each of the first one."""
        one, other = variables
        if any(value.shape is None or 1 not in value.shape for value in variables):
            raise _NoEntriesError
        shape = (_length(one.shape or (1, 1)), _length(other.shape or (1, 1)))
        self.lifts = True

        def entry(row: t.Node, column: t.Node) -> t.Node:
            by = one.entry(row, row), other.entry(column, column)
            names = tuple(each for each in by if isinstance(each, t.Name) and _is_name(each))
            if len(names) == len(by):
                return replace(node, body=body.number, variables=names)
            first, second = node.variables
            if not (isinstance(first, t.Letter) and isinstance(second, t.Letter)):
                raise _NoEntriesError
            slope = t.Indexed(replace(node, body=body.number, variables=(first,)), (row,), span=node.span)
            return t.Indexed(replace(node, body=slope, variables=(second,)), (column,), span=node.span)

        return _Value(shape, entry, whole=body.letters | one.letters | other.letters)


def _is_transposed(node: t.Node) -> bool:
    """Return whether the author transposed a factor."""
    body = node.body if isinstance(node, t.Minus) else node
    return isinstance(body, t.Transpose)


def _is_chained(slopes: Sequence[t.Derivative]) -> bool:
    """Return whether each derivative is one by what the next one is of."""
    single = all(len(each.variables) == 1 and isinstance(each.variables[0], t.Letter) for each in slopes)
    return single and all(one.variables[0] == other.body for one, other in pairwise(slopes))


def _slope(node: t.Derivative, body: t.Node, value: _Value, at: tuple[t.Node, t.Node]) -> t.Node:
    """Return the derivative of a number by the entry of its letter, with a value, at a place."""
    by = value.entry(*at)
    if isinstance(by, t.Name) and _is_name(by):
        return replace(node, body=body, variables=(by,))
    if value.shape is None:
        raise _NoEntriesError
    places = tuple(each for each, size in zip(at, value.shape, strict=True) if size != 1)
    return t.Indexed(replace(node, body=body), places or (_ONE,), span=node.span)


def _one_size(*parts: _Value) -> Size:
    """Return the size of identity matrices that are added or multiplied; empty if there is none."""
    sizes = {part.identity for part in parts} - {""}
    if len(sizes - {_ANY_SIZE}) > 1:
        raise _NoEntriesError("identity matrices of different sizes")
    return next(iter(sizes - {_ANY_SIZE} or sizes), "")


def _reaches(shape: Shape, whole: tuple[Size, Size]) -> bool:
    """Return whether an array has a shape, or is a row or a column of it."""
    return shape in (whole, (1, whole[1]), (whole[0], 1))


def _length(shape: tuple[Size, Size]) -> Size:
    """Return the size of a row or a column."""
    return shape[0] if shape[1] == 1 else shape[1]


def _is_name(node: t.Node) -> bool:
    return isinstance(node, t.Letter | t.Family) or (
        isinstance(node, t.Indexed) and isinstance(node.base, t.Letter | t.Family)
    )


def _product(factors: Sequence[t.Node], span: t.Span) -> t.Node:
    """Return a product of numbers, flat and without ones."""
    flat = list(_flat(factors))
    if len(flat) > 1:
        return t.Times(tuple(flat), span=span)
    return flat[0] if flat else replace(_ONE, span=span)


def _flat(factors: Sequence[t.Node]) -> Iterator[t.Node]:
    for factor in factors:
        if isinstance(factor, t.Times):
            yield from _flat(factor.factors)
        elif factor != _ONE:
            yield factor
