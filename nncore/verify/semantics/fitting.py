"""The product that would fit where one does not: the same two matrices, transposed or in the other order."""

from collections.abc import Iterator
from itertools import product

from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.symbols import MeaningError, Scope
from nncore.verify.symbol import Shape
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show


def that_would_fit(node: t.Node, shape: Shape, scope: Scope) -> str:
    """Return in words which product of the matrices of a side has a shape; nothing if none has, or several have.

    Of those that have it, only those count of which the fewest factors are changed.
    """
    while isinstance(node, t.Minus):
        node = node.body
    if shape is None or not isinstance(node, t.Times):
        return ""
    shapes = [_shape(factor, scope) for factor in node.factors]
    places = [place for place, found in enumerate(shapes) if found is not None]
    if len(places) != 2 or places[1] != places[0] + 1:
        return ""
    first, second = (node.factors[place] for place in places)
    around = node.factors[: places[0]], node.factors[places[1] + 1 :]
    found: dict[int, list[str]] = {}
    for changes, pair in _pairs(first, second):
        other = t.Times((*around[0], *pair, *around[1]))
        if changes and _shape(other, scope) == shape:
            found.setdefault(changes, []).append(show(other))
    fewest = found[min(found)] if found else []
    return f"; {fewest[0]} would fit" if len(fewest) == 1 else ""


def _pairs(first: t.Node, second: t.Node) -> Iterator[tuple[int, tuple[t.Node, t.Node]]]:
    """Yield two factors in each order, transposed or not, each with the number of changes."""
    for swapped, one, other in product((False, True), repeat=3):
        pair = (_turned(first) if one else first), (_turned(second) if other else second)
        yield swapped + one + other, (pair[::-1] if swapped else pair)


def _turned(node: t.Node) -> t.Node:
    return node.body if isinstance(node, t.Transpose) else t.Transpose(node)


def _shape(node: t.Node, scope: Scope) -> Shape:
    try:
        return Checker(scope).side(node)
    except MeaningError:
        return None
