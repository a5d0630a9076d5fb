"""Run the functions of the network on sympy symbols, so that code returns formulas.

`SymbolicArray` holds sympy expressions and answers NumPy's own calls through its ``__array_ufunc__`` and
``__array_function__`` protocols. A function written with plain NumPy calls therefore runs on it unchanged::

    >>> from nncore import functions, symbolic
    >>> functions.relu(symbolic.symbols("z", 1, 2))
    SymbolicArray([[Max(0, z11), Max(0, z12)]])

An operation that is not listed here raises `TypeError`; nothing is skipped in silence. ``out=``, in-place work, views
and buffers made with ``np.empty_like`` behave as they do for ordinary arrays, because the entries live in a NumPy
array of objects: a slice shares them, a copy does not.
"""

from collections.abc import Callable
from functools import partial, reduce
from types import EllipsisType
from typing import TypeAlias

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import ArrayLike, NDArray

from nncore.extras import require
from nncore.functions import Labels

try:
    import sympy as sp
except ModuleNotFoundError:
    require("symbolic", __name__)
    raise

Entries: TypeAlias = NDArray[np.object_]  # of sympy expressions
Index: TypeAlias = int | slice | EllipsisType | Labels | None
Key: TypeAlias = Index | tuple[Index, ...]
Binary: TypeAlias = Callable[[sp.Expr, sp.Expr], sp.Expr]


def symbols(letter: str, *shape: int) -> "SymbolicArray":
    """Return real symbols ``letter`` with indices from 1, as on paper: ``symbols("z", 4, 3)`` has z11 … z43.

    Parameters
    ----------
    letter : str
        The name that every entry starts with.
    *shape : int
        The sizes. An index above 9 gets a comma: z1,10.

    Returns
    -------
    SymbolicArray
    """
    entries = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        index = [str(k + 1) for k in place]
        entries[place] = sp.Symbol(letter + ("," if max(map(len, index)) > 1 else "").join(index), real=True)
    return SymbolicArray(entries)


def without_shift(array: "SymbolicArray") -> "SymbolicArray":
    """Set every maximum that makes no difference to 0.

    The shifted softmax subtracts the largest logit. With a free symbol s instead of that maximum, an entry whose
    derivative with respect to s vanishes is the same for *every* shift, hence for the largest logit as well as for 0. A
    maximum on which an entry does depend stays where it is.

    Parameters
    ----------
    array : SymbolicArray

    Returns
    -------
    SymbolicArray
    """

    def free(entry: sp.Expr) -> sp.Expr:
        for maximum in sorted(entry.atoms(sp.Max), key=sp.default_sort_key):
            s = sp.Dummy("s", real=True)
            shifted = entry.xreplace({maximum: s})
            if _is_independent(shifted, s):
                entry = shifted.xreplace({s: sp.Integer(0)})
        return entry

    return SymbolicArray(_map(free, array._entries))


def _is_independent(expression: sp.Expr, s: sp.Symbol) -> bool:
    """Return whether ∂/∂s of an expression is 0, as a rational function of t = exp(s) and of the other exponentials."""
    t, opaque = sp.Dummy("t", positive=True), dict[sp.Expr, sp.Symbol]()

    def split(exponent: sp.Expr) -> sp.Expr:
        exponent = sp.expand(exponent)
        count = exponent.coeff(s)
        rest = sp.expand(exponent - count * s)
        if rest.has(s) or not count.is_Integer:
            return sp.exp(exponent)
        return opaque.setdefault(rest, sp.Dummy(positive=True)) * t**count

    rational = expression.replace(sp.exp, split).xreplace({s: sp.log(t)})
    return bool(sp.cancel(sp.together(rational.diff(t))) == 0)


class SymbolicArray(NDArrayOperatorsMixin):
    """An array of sympy expressions that NumPy's functions accept in place of an array of numbers.

    Parameters
    ----------
    entries : array_like
        Nested lists or an array; numbers become exact sympy numbers.

    Raises
    ------
    TypeError
        For an entry that is not exact: a float other than a whole number, which would leave residues of 1e-17 that
        look like errors.
    """

    def __init__(self, entries: ArrayLike) -> None:
        self._entries = _exact(np.asarray(entries, dtype=object))

    @classmethod
    def _sharing(cls, entries: Entries) -> "SymbolicArray":
        """Return a SymbolicArray on the very same memory as the given array of expressions."""
        array = cls.__new__(cls)
        array._entries = entries
        return array

    @property
    def shape(self) -> tuple[int, ...]:
        return self._entries.shape

    @property
    def ndim(self) -> int:
        return self._entries.ndim

    @property
    def size(self) -> int:
        return self._entries.size

    @property
    def dtype(self) -> np.dtype[np.object_]:
        return self._entries.dtype

    @property
    def T(self) -> "SymbolicArray":
        return self._sharing(self._entries.T)

    def __len__(self) -> int:
        return len(self._entries)

    def __bool__(self) -> bool:
        raise TypeError("whether symbols are true is unknown: use np.where instead of if")

    def __getitem__(self, key: Key) -> "SymbolicArray | sp.Expr":
        found = self._entries[key]
        return self._sharing(found) if isinstance(found, np.ndarray) else found

    def __setitem__(self, key: Key, value: "ArrayLike | SymbolicArray") -> None:
        self._entries[key] = _entries(value)

    def __repr__(self) -> str:
        return f"SymbolicArray({self._entries.tolist()})"

    def _repr_latex_(self) -> str:
        return str(self.matrix()._repr_latex_())

    def copy(self) -> "SymbolicArray":
        return self._sharing(self._entries.copy())

    def reshape(self, *shape: int) -> "SymbolicArray":
        return self._sharing(self._entries.reshape(*shape))

    def matrix(self) -> sp.Matrix:
        """Return the entries as a sympy Matrix; a one-dimensional array becomes a column."""
        rows = self._entries.reshape(len(self), -1) if self.ndim else self._entries.reshape(1, 1)
        return sp.Matrix(rows.tolist())

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: ArrayLike, out: object = None, **options: object
    ) -> "SymbolicArray | sp.Expr":
        arrays = [_entries(value) for value in inputs]
        if method == "__call__" and ufunc in _ELEMENTWISE:
            _refuse(ufunc, options)
            result = np.frompyfunc(_ELEMENTWISE[ufunc], len(arrays), 1)(*arrays)
        elif method == "__call__" and ufunc is np.matmul:
            _refuse(ufunc, options)
            result = np.matmul(*arrays)
        elif method == "reduce" and ufunc in _REDUCTIONS:
            result = _REDUCTIONS[ufunc](*arrays, **options)
        else:
            raise TypeError(f"np.{ufunc.__name__} ({method}) is not defined on symbols")
        return _delivered(result, out)

    def __array_function__(
        self, function: Callable[..., object], types: object, arguments: tuple[object, ...], options: dict[str, object]
    ) -> object:
        if function not in _FUNCTIONS:
            raise TypeError(f"np.{function.__name__} is not defined on symbols")
        return _FUNCTIONS[function](*arguments, **options)


def _map(function: Callable[[sp.Expr], sp.Expr], entries: Entries) -> Entries | sp.Expr:
    return np.frompyfunc(function, 1, 1)(entries)


def _exact_entry(value: object) -> sp.Expr:
    expression = sp.sympify(value.item() if isinstance(value, np.generic) else value)
    if isinstance(expression, sp.logic.boolalg.BooleanAtom):
        return sp.Integer(bool(expression))
    if isinstance(expression, sp.Float):
        if float(expression) != int(expression):
            raise TypeError(f"{value!r} is a rounded number; write it exactly, as a sympy Rational")
        return sp.Integer(int(expression))
    return expression


def _exact(entries: Entries) -> Entries:
    exact = _map(_exact_entry, entries)
    return exact if isinstance(exact, np.ndarray) else np.array(exact, dtype=object)


def _entries(value: object) -> Entries:
    """Return the expressions of an operand, as an array of objects."""
    return value._entries if isinstance(value, SymbolicArray) else _exact(np.asarray(value, dtype=object))


def _wrapped(result: Entries | sp.Expr) -> SymbolicArray | sp.Expr:
    return SymbolicArray._sharing(result) if isinstance(result, np.ndarray) and result.ndim else _scalar(result)


def _scalar(result: Entries | sp.Expr) -> sp.Expr:
    return result.item() if isinstance(result, np.ndarray) else result


def _delivered(result: Entries | sp.Expr, out: object) -> SymbolicArray | sp.Expr:
    """Return the result, or write it into the array that ``out=`` names, after everything was read."""
    if out is None:
        return _wrapped(result)
    (target,) = out if isinstance(out, tuple) else (out,)
    if not isinstance(target, SymbolicArray):
        raise TypeError("out= must be a symbolic array where an operand is one")
    if np.shape(result) != target.shape:
        raise ValueError(f"out= has shape {target.shape}, the result {np.shape(result)}")
    target._entries[...] = result
    return target


def _refuse(function: np.ufunc, options: dict[str, object]) -> None:
    """Raise TypeError for an option: one that would change the result, such as where=, is never ignored."""
    if options:
        raise TypeError(f"np.{function.__name__} takes no {', '.join(options)} on symbols")


def _reduced(
    operation: Binary, entries: Entries, axis: int | None = None, dtype: object = None, keepdims: bool = False
) -> Entries | sp.Expr:
    """Reduce along one axis, or over all entries for axis None."""
    if dtype is not None:
        raise TypeError("symbols have no dtype")
    if axis is None:
        total = reduce(operation, entries.ravel())
        return np.array(total, dtype=object).reshape((1,) * entries.ndim) if keepdims else total
    moved = np.moveaxis(entries, axis, 0)
    total = reduce(np.frompyfunc(operation, 2, 1), moved)
    return np.expand_dims(total, axis) if keepdims else total


def _where(condition: object, chosen: object, otherwise: object) -> SymbolicArray | sp.Expr:
    def choose(holds: sp.Basic, a: sp.Expr, b: sp.Expr) -> sp.Expr:
        return sp.Piecewise((a, holds), (b, True)) if holds not in (0, 1) else (a if holds else b)

    return _wrapped(np.frompyfunc(choose, 3, 1)(*map(_entries, (condition, chosen, otherwise))))


def _full_like(array: SymbolicArray, value: sp.Expr, shape: tuple[int, ...] | None = None) -> SymbolicArray:
    return SymbolicArray(np.full(array.shape if shape is None else shape, _scalar(value), dtype=object))


def _copyto(target: SymbolicArray, source: object) -> None:
    _delivered(np.broadcast_to(_entries(source), target.shape), target)


def _mean(array: SymbolicArray, axis: int | None = None, keepdims: bool = False) -> SymbolicArray | sp.Expr:
    count = array.size if axis is None else array.shape[axis]
    return _wrapped(_reduced(_sum, array._entries, axis, keepdims=keepdims) / sp.Integer(count))


def _sum(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    return a + b


def _product(a: sp.Basic, b: sp.Basic) -> sp.Expr:
    """Return a times b, where a condition counts as 1 if it holds, else as 0, as in NumPy."""
    return _as_number(a) * _as_number(b)


def _as_number(value: sp.Basic) -> sp.Expr:
    condition = isinstance(value, sp.core.relational.Relational | sp.logic.boolalg.BooleanFunction)
    return sp.Piecewise((1, value), (0, True)) if condition else value


def _heaviside(z: sp.Expr, at_zero: sp.Expr) -> sp.Expr:
    return sp.Piecewise((0, z < 0), (at_zero, sp.Eq(z, 0)), (1, True))


def _ceiling(z: sp.Expr) -> sp.Expr:
    """Round up an exact number, or one that is cut off at 0 and 1: then it is 1 unless it is 0."""
    if z.is_number:
        return sp.ceiling(z)
    match z:
        case sp.Min(args=(sp.Integer(p=1), sp.Max(args=(sp.Integer(p=0), x)))):
            return sp.Piecewise((1, x > 0), (0, True))
    raise TypeError("np.ceil is defined on symbols that are cut off at 0 and 1 only")


_ELEMENTWISE: dict[np.ufunc, Callable[..., sp.Expr]] = {
    np.add: _sum,
    np.subtract: lambda a, b: a - b,
    np.multiply: _product,
    np.divide: lambda a, b: a / b,
    np.power: lambda a, b: a**b,
    np.negative: lambda a: -a,
    np.square: lambda a: a**2,
    np.sqrt: sp.sqrt,
    np.exp: sp.exp,
    np.log: sp.log,
    np.maximum: sp.Max,
    np.minimum: sp.Min,
    np.heaviside: _heaviside,
    np.ceil: _ceiling,
    np.less: sp.Lt,
    np.less_equal: sp.Le,
    np.greater: sp.Gt,
    np.greater_equal: sp.Ge,
}

_REDUCTIONS: dict[np.ufunc, Callable[..., Entries | sp.Expr]] = {
    np.add: partial(_reduced, _sum),
    np.maximum: partial(_reduced, sp.Max),
    np.minimum: partial(_reduced, sp.Min),
}

_FUNCTIONS: dict[Callable[..., object], Callable[..., object]] = {
    np.sum: lambda array, axis=None, **options: np.add.reduce(array, axis=axis, **options),
    np.max: lambda array, axis=None, **options: np.maximum.reduce(array, axis=axis, **options),
    np.min: lambda array, axis=None, **options: np.minimum.reduce(array, axis=axis, **options),
    np.mean: _mean,
    np.clip: lambda array, low, high: np.minimum(np.maximum(array, low), high),
    np.where: _where,
    np.copyto: _copyto,
    np.full_like: _full_like,
    np.zeros_like: lambda array, shape=None: _full_like(array, 0, shape),
    np.ones_like: lambda array, shape=None: _full_like(array, 1, shape),
    np.empty_like: lambda array, shape=None: _full_like(array, sp.Symbol("uninitialized"), shape),
    np.empty: lambda shape: SymbolicArray(np.full(shape, sp.Symbol("uninitialized"), dtype=object)),
    np.transpose: lambda array: array.T,
    np.shape: lambda array: array.shape,
}
