"""Input checks of the layers: each returns the argument in the form that `nncore.functions` expects, or raises.

A message names the argument, what was expected and what came. Symbolic arrays pass: they have no dtype to check and
no value to compare. Within `trusted` the arrays of the layers pass, too: training has checked its data once, and what
layers hand to each other needs no check.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeGuard

import numpy as np
from numpy.typing import ArrayLike

from nncore.functions import Array, Labels

Shape = tuple[int | None, ...]

_TRUSTED = ContextVar("trusted", default=False)


@contextmanager
def trusted() -> Iterator[None]:
    """Check and copy no array of a layer until the end of the block, as ``with np.errstate(…)`` does for warnings."""
    before = _TRUSTED.set(True)
    try:
        yield
    finally:
        _TRUSTED.reset(before)


def kept(A: np.ndarray) -> np.ndarray:
    """Return what a layer remembers of an array: a copy, which nobody can overwrite; within `trusted` the array."""
    return A if _TRUSTED.get() else A.copy()


def floats(name: str, A: ArrayLike, shape: Shape) -> Array:
    """Return A as a float array of the given shape; a size of None may be any number from 1.

    Integers and booleans become float64; float32 and float64 stay as they are.

    Raises
    ------
    TypeError
        For any other dtype (complex, object, text, half precision), and for a sparse matrix.
    ValueError
        For another number of dimensions, another size, or no entry at all; for an array with masked entries.
    """
    if _is_trusted(A):
        return A
    given, A = A, _array(name, A)
    if isinstance(A, np.ndarray):
        if A.dtype.kind in "iub":
            A = A.astype(np.float64)
        elif A.dtype.kind == "f" and A.dtype.itemsize in (4, 8):
            A = A.astype(A.dtype.newbyteorder("="), copy=False)
        else:
            raise TypeError(
                f"{name} must hold float32, float64 or integer numbers, got dtype {A.dtype}{_advice(name, given)}"
            )
    if A.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, A.shape, strict=True)):
        raise ValueError(f"{name} must have shape {_written(shape)}, got {_written(A.shape)}")
    if A.size == 0:
        raise ValueError(f"{name} must have at least one entry, got shape {_written(A.shape)}")
    return A


def parameters(name: str, A: ArrayLike, shape: Shape) -> Array:
    """Return A as an array of finite floats of the given shape that can be changed in place, and nothing else with it.

    An array of floats stays the same one; one that cannot be written to, a table or a list is copied.

    Raises
    ------
    TypeError, ValueError
        As `floats` and `finite`.
    """
    given, A = A, floats(name, A, shape)
    if not isinstance(A, np.ndarray):
        return A
    return finite(name, A if A is given and A.flags.writeable else A.copy())


def finite(name: str, X: Array) -> Array:
    """Return X, a matrix of floats, if no entry is NaN or infinite.

    Raises
    ------
    ValueError
        For a NaN or an infinity, with the first row that holds one.
    """
    # A sum with a NaN or an infinity in it is none that is finite, and takes half the time of looking at every entry.
    with np.errstate(over="ignore", invalid="ignore"):
        total = np.sum(X)
    if not np.isfinite(total):
        lost = ~np.isfinite(X)
        if np.any(lost):
            row = np.argmax(np.any(lost, axis=1))
            problem = "a NaN" if np.any(np.isnan(X[row])) else "an infinite number"
            raise ValueError(f"{name} must hold finite numbers, row {row} holds {problem}")
    return X


def logits(name: str, Z: ArrayLike, shape: Shape) -> Array:
    """Return Z as floats that softmax is defined on: no entry is +∞, and no row is −∞ throughout."""
    Z = floats(name, Z, shape)
    if isinstance(Z, np.ndarray) and not _TRUSTED.get():
        largest = np.max(Z, axis=1)
        for value, problem in ((np.inf, "an entry of +inf"), (-np.inf, "every class masked (all -inf)")):
            if np.any(largest == value):
                raise ValueError(
                    f"{name} must have a largest finite logit in every row, "
                    f"row {np.argmax(largest == value)} has {problem}"
                )
    return Z


def probabilities(name: str, P: ArrayLike, shape: Shape) -> Array:
    """Return P as floats whose rows are entries from 0 to 1 that sum to 1 (within 0.001; NaN passes)."""
    if _is_trusted(P):
        return P
    P = _array(name, P)
    if P.ndim == 1:
        raise ValueError(
            f"{name} must hold a row of probabilities for each sample, got shape {_written(P.shape)}: "
            f"for class numbers take their one-hot rows, np.eye(M)[{name}]"
        )
    P = floats(name, P, shape)
    if isinstance(P, np.ndarray):
        outside = np.any((P < 0) | (P > 1.001), axis=1)
        total = np.sum(P, axis=1)
        wrong = outside | (np.abs(total - 1) > 1e-3)
        if np.any(wrong):
            row = np.argmax(wrong)
            raise ValueError(
                f"{name} must have rows of probabilities (entries from 0 to 1 that sum to 1), "
                f"row {row} is {P[row].tolist()} with sum {total[row]:g}"
            )
    return P


def class_numbers(name: str, c: ArrayLike, n: int, M: int) -> Labels:
    """Return c as an integer array of n class numbers 0…M−1.

    Raises
    ------
    TypeError
        For labels that are not integers, booleans included.
    ValueError
        For another shape (a column, one-hot rows, too few) or a number outside 0…M−1.
    """
    if _is_trusted(c):
        return c
    given, c = c, _array(name, c)
    expected = f"{name} must hold {n} class numbers from 0 to {M - 1}, one for each sample"
    flat = f"{name}.ravel()" if isinstance(given, np.ndarray) else f"np.ravel({name})"
    if c.shape == (n, 1) and c.dtype.kind not in "iu":
        raise TypeError(f"{expected}; got a column of dtype {c.dtype}{_to_class_numbers(flat, c)}")
    if c.ndim == 2 and c.shape == (n, M):
        neither = _no_distribution(c)
        problem = "" if neither is None else f"; row {neither} is neither: a sample has one class, not none or several"
        raise ValueError(
            f"{expected}; got an array of shape {c.shape}: for one-hot rows take "
            f"{name}.argmax(axis=1), for soft targets SoftTargetCrossEntropy{problem}"
        )
    if c.shape != (n,):
        column = f": {flat} makes a row of this column" if c.shape == (n, 1) else ""
        raise ValueError(f"{expected}, in an array of shape {_written((n,))}; got shape {_written(c.shape)}{column}")
    if c.dtype.kind not in "iu":
        raise TypeError(f"{expected}; got dtype {c.dtype}{_to_class_numbers(name, c)}")
    outside = (c < 0) | (c >= M)
    if np.any(outside):
        sample = np.argmax(outside)
        alone = "; an output stands for one class, so two classes take two outputs" if M == 1 else ""
        raise ValueError(f"{expected}; entry {sample} is {c[sample]}{alone}")
    return c


def _to_class_numbers(name: str, c: np.ndarray) -> str:
    """Return what can be done with labels that are not integers."""
    if c.dtype.kind == "f" and np.any(np.isnan(c)):
        return f", entry {np.argmax(np.isnan(c))} is NaN"
    if c.dtype.kind in "USO":
        return f": np.unique({name}, return_inverse=True) numbers classes that have names"
    if c.dtype.kind == "b" or (c.dtype.kind == "f" and np.all(c == np.floor(c))):
        return f": {name}.astype(int) makes them integers"
    return ": targets that are no classes need another cost, such as the squared error"


def _no_distribution(Y: np.ndarray) -> int | None:
    """Return the first row that is no distribution over the classes, None if all of them are (or hold no numbers)."""
    if Y.dtype.kind not in "iubf":
        return None
    wrong = np.any(Y < 0, axis=1) | ~(np.abs(np.sum(Y, axis=1, dtype=float) - 1) <= 1e-3)
    return int(np.argmax(wrong)) if np.any(wrong) else None


def positive(name: str, value: float) -> float:
    """Return value as a positive finite Python float."""
    value = _real(name, value)
    if not 0 < value < np.inf:
        raise ValueError(f"{name} must be a positive finite number, got {value!r}")
    return value


def fraction(name: str, value: float) -> float:
    """Return value as a Python float from 0 up to, not including, 1."""
    value = _real(name, value)
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be a number from 0 up to, not including, 1, got {value!r}")
    return value


def count(name: str, value: int) -> int:
    """Return value as a Python int, at least 1."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def generator(name: str, rng: np.random.Generator) -> np.random.Generator:
    """Return rng itself, if it is a numpy.random.Generator."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator such as np.random.default_rng(0), got {rng!r}")
    return rng


def _is_trusted(A: object) -> TypeGuard[np.ndarray]:
    """Return whether A is an array of a layer that needs no check."""
    return _TRUSTED.get()


def _real(name: str, value: float) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    return float(value)


def _array(name: str, A: ArrayLike) -> np.ndarray:
    """Return A as a NumPy array; an array of another kind, such as a symbolic one, as it is."""
    if answers_numpy(A):
        return A
    if np.ma.is_masked(A):
        raise ValueError(
            f"{name} must have a number in every entry, got an array with masked ones: "
            f"leave out their rows, or fill them, {name}.filled(value)"
        )
    try:
        return np.asarray(A)
    except ValueError:
        raise ValueError(f"{name} must be a rectangular array, got rows of different lengths") from None


def _advice(name: str, given: object) -> str:
    """Return what a message about a dtype says besides, for what is often handed over in place of an array."""
    if hasattr(given, "toarray"):
        return f": a {type(given).__name__} is sparse, {name}.toarray() makes an array of it"
    if _is_frame(given):
        text = next((column for column in given.columns if _is_no_number(given[column])), None)
        if text is None:
            return f": {name}.astype(float) makes numbers of this {type(given).__name__}"
        return f": column {text!r} of this {type(given).__name__} holds no numbers"
    if isinstance(given, np.ndarray | list | tuple):
        A = np.asarray(given)
        return _of_objects(name, A) if A.dtype.kind in "USO" else ""
    return f": this is a {type(given).__name__}"


def _of_objects(name: str, A: np.ndarray) -> str:
    """Return which entry of an array of texts or objects is no number, or how they become numbers."""
    for place, value in np.ndenumerate(A):
        try:
            float(value)
        except (TypeError, ValueError):
            plain = value.item() if isinstance(value, np.generic) else value
            return f": entry {place} is {repr(plain)[:40]}, which is no number"
    return f": np.asarray({name}, dtype=float) makes numbers of them"


class _Frame(Protocol):
    """Name what is asked of a data frame."""

    columns: Iterable[str]

    def __getitem__(self, column: str) -> ArrayLike: ...


def _is_frame(given: object) -> TypeGuard[_Frame]:
    return hasattr(given, "columns") and hasattr(given, "__getitem__")


def _is_no_number(column: ArrayLike) -> bool:
    try:
        np.asarray(column, dtype=float)
        return np.asarray(column).dtype.kind in "mM"  # times become numbers, too
    except (TypeError, ValueError):
        return True


def answers_numpy(A: object) -> TypeGuard[np.ndarray]:
    """Return whether A is no NumPy array, but does itself what NumPy's functions ask of one."""
    return hasattr(A, "__array_function__") and not hasattr(A, "__array__")


def _written(shape: Shape) -> str:
    """Return a shape as it is written in a message, with n for a size that may be any: (n, 2)."""
    sizes = ", ".join("any" if size is None else str(size) for size in shape)
    return f"({sizes},)" if len(shape) == 1 else f"({sizes})"
