"""Matrix equations, entry by entry: what a claim says as equations between numbers.

`entrywise` rewrites the parse tree: a product of matrices becomes a sum over a fresh letter, a transpose exchanges the
indices, the derivative by a matrix becomes one by its entry.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from nncore.verify import tree as t
from nncore.verify.meaning import Item
from nncore.verify.names import (
    DELTA,
    DIAGONAL,
    ONES,
    MeaningError,
    Size,
    array_named,
    kind_of_function,
    not_covered,
    size_node,
)
from nncore.verify.shapes import Checker

_FRESH = tuple(rf"\{letter}" for letter in "iota kappa nu xi zeta rho chi psi upsilon".split())


def entrywise(item: Item) -> list[tuple[t.Node, t.Node, dict[str, Size]]]:
    """The equations between numbers that a claim stands for: left, right and the free indices with their sizes.

    A matrix equation with symbolic sizes is one equation for a generic entry; one whose sizes are numbers is an
    equation for each entry.
    """
    checker = Checker(item.scope, item.conditions)
    checker.free.update(item.free)
    free = dict(item.free)
    if item.shape is None:
        reading = _Entries(checker, item)
        return [(reading.number(item.left), reading.number(item.right), free)]
    rows, columns = (checker.resolved(size) for size in item.shape)
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
        return self.checker.bound_size(node.index, node.lower, node.upper)

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
            case t.Apply(_, arguments):
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
        array = array_named(letter, self.checker.scope.notation)
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
        size = self.checker.resolved(size)
        left = first[0] if len(first) == 1 else t.Times(tuple(first))

        def addend(index: t.Node) -> t.Node:
            return t.Times((self.entry(left, row, index), self.entry(last, index, column)))

        if isinstance(size, int):
            terms = tuple(addend(t.Number(str(number))) for number in range(1, size + 1))
            total = t.Plus(terms) if len(terms) > 1 else terms[0]
        else:
            letter = t.Letter(next(self._letters))
            self.checker.local[letter.name] = size
            total = t.Sum(letter, t.Number("1"), size_node(size), addend(letter))
            del self.checker.local[letter.name]
        return t.Times((*numbers, total)) if numbers else total


def _mapped(node: t.Node, change: Callable) -> t.Node:
    """The node with all nodes directly below it changed."""

    def changed(value):
        if isinstance(value, t.Function | t.Chain | t.Link):
            return value
        if isinstance(value, t.Node):
            return change(value)
        return tuple(map(changed, value)) if isinstance(value, tuple) else value

    fields = {name: changed(getattr(node, name)) for name in node.__dataclass_fields__ if name != "span"}
    return replace(node, **fields)
