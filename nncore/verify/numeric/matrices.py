"""What an expression may be at a point: a number or a matrix, entry by entry."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar, cast

from nncore.verify.numeric.jets import Scalar
from nncore.verify.numeric.watching import NoSuchEntry

Matrix = list[list[Scalar]]
Value: TypeAlias = Scalar | Matrix
V = TypeVar("V", Scalar, Value)
Place = tuple[int, ...]  # the indices of an entry


def own_entry(matrix: Matrix, indices: Place) -> Scalar:
    """Return the entry of a letter: one index alone runs along the side that is not 1 for good."""
    if len(indices) == 2:
        return _at(matrix, *indices)
    (index,) = indices or (1,)
    return _at(matrix, 1, index) if len(matrix) == 1 else _at(matrix, index, 1)


def _at(matrix: Matrix, row: int, column: int) -> Scalar:
    if not (1 <= row <= len(matrix) and 1 <= column <= len(matrix[0])):
        raise NoSuchEntry
    return matrix[row - 1][column - 1]


def entry_by_entry(function: Callable[..., Scalar], *values: V) -> V:
    """Return the function of numbers, or entry by entry of matrices of one shape."""
    first: object = values[0]
    if type(first) is not list:
        return function(*values)
    matrices = cast(tuple[Matrix, ...], values)
    return cast(V, [[function(*each) for each in zip(*rows, strict=True)] for rows in zip(*matrices, strict=True)])
