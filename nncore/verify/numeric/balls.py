"""Numbers with proofs: exact fractions as long as possible, then balls, which hold the true value for certain.

A `Number` is an `int`, an exact fraction, or a ball: an interval with rigorous bounds, which every operation keeps. All
three mix with + - * and /. An `Arithmetic` adds what Python's operators lack. There are two of them, with the same
verdicts: `Flint`, which is fast, and `Intervals`, which needs mpmath alone and therefore runs wherever Python does.

A ball around 0 has no sign and is no zero: `Arithmetic.sign` says so with `None`, and nobody takes its middle instead.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from fractions import Fraction
from functools import cache
from sys import float_info
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar, cast

if TYPE_CHECKING:  # FLINT may be missing, and mpmath is loaded where it is used
    from flint import arb, fmpq

LARGEST_EXACT = 20_000  # bits of a fraction, beyond which a ball takes its place


class Real(Protocol):
    """A fraction or a ball: the operators that it shares with whole numbers."""

    def __add__(self, other: "Number", /) -> "Real": ...
    def __radd__(self, other: "Number", /) -> "Real": ...
    def __sub__(self, other: "Number", /) -> "Real": ...
    def __rsub__(self, other: "Number", /) -> "Real": ...
    def __mul__(self, other: "Number", /) -> "Real": ...
    def __rmul__(self, other: "Number", /) -> "Real": ...
    def __pow__(self, exponent: int, /) -> "Real": ...
    def __neg__(self) -> "Real": ...
    def __abs__(self) -> "Real": ...


Number: TypeAlias = int | Real
Function = Literal["sin", "cos", "exp", "ln", "root"]
N = TypeVar("N")  # all numbers of an arithmetic
E = TypeVar("E", contravariant=True)  # the exact ones


class ArithmeticOf(Protocol[N, E]):
    """What computes with numbers of one sort."""

    name: str

    def precision(self, bits: int) -> AbstractContextManager[None]:
        """Compute with balls of that precision inside a ``with`` block; outside of it nothing changes."""

    def exact(self, above: int, below: int = 1, /) -> N:
        """Return the fraction of two whole numbers."""

    def is_exact(self, number: N) -> bool:
        """Return whether a number is whole or a fraction."""

    def ratio(self, number: E) -> tuple[int, int]:
        """Return an exact number as numerator and denominator."""

    def ball(self, number: N) -> N:
        """Return a ball around a number."""

    def quotient(self, above: N, below: N) -> N:
        """Return the quotient by a number that is not 0."""

    def sign(self, number: N) -> int | None:
        """Return -1, 0 or 1; None for a ball that holds 0 and something else."""

    def is_finite(self, number: N) -> bool:
        """Return whether a number has bounds."""

    def lower(self, number: N) -> int | None:
        """Return k with |number| ≥ 2^k; None if the number may be 0."""

    def upper(self, number: N) -> int | None:
        """Return k with |number| ≤ 2^k; None for 0."""

    def function(self, name: Function, number: N) -> N:
        """Return a function of a number, which is positive for the last two, as a ball."""

    def pi(self) -> N:
        """Return π as a ball."""

    def digits(self, number: N, count: int) -> str:
        """Return a number in digits, as many of these as are known."""

    def near(self, number: N) -> float:
        """Return a float near a number, for searches whose result is checked: the largest where it is beyond."""


Arithmetic: TypeAlias = ArithmeticOf[Number, Number]


class Flint:
    """Fractions and balls of FLINT (fmpq, Arb)."""

    name = "flint"

    def __init__(self) -> None:
        import flint

        self._context, self._fraction, self._ball = flint.ctx, flint.fmpq, flint.arb
        ball = flint.arb
        self._functions = {"sin": ball.sin, "cos": ball.cos, "exp": ball.exp, "ln": ball.log, "root": ball.sqrt}

    @contextmanager
    def precision(self, bits: int) -> Iterator[None]:
        before, self._context.prec = self._context.prec, bits
        try:
            yield
        finally:
            self._context.prec = before

    def exact(self, above: int, below: int = 1, /) -> "fmpq":
        return self._fraction(above, below)

    def is_exact(self, number: "_OfFlint") -> bool:
        return type(number) is not self._ball

    def ratio(self, number: "int | fmpq") -> tuple[int, int]:
        if isinstance(number, int):
            return number, 1
        return int(number.p), int(number.q)

    def ball(self, number: "_OfFlint") -> "arb":
        return number if type(number) is self._ball else self._ball(number)

    def quotient(self, above: "_OfFlint", below: "_OfFlint") -> "fmpq | arb":
        if isinstance(below, int):
            return self._fraction(above, below) if isinstance(above, int) else above / below
        return above / below

    def sign(self, number: "_OfFlint") -> int | None:
        if number > 0:
            return 1
        if number < 0:
            return -1
        return 0 if not isinstance(number, self._ball) or number.is_zero() else None

    def is_finite(self, number: "_OfFlint") -> bool:
        return number.is_finite() if type(number) is self._ball else True

    def lower(self, number: "_OfFlint") -> int | None:
        if isinstance(number, self._ball):
            mantissa, exponent = number.abs_lower().mid().man_exp() if number.is_finite() else (0, 0)
            return int(exponent) + int(mantissa).bit_length() - 2 if mantissa else None
        if isinstance(number, int):
            return number.bit_length() - 1 if number else None
        return number.p.bit_length() - number.q.bit_length() - 1 if number else None

    def upper(self, number: "_OfFlint") -> int | None:
        if not isinstance(number, self._ball):
            return _log2(*self.ratio(number)) + 1 if number else None
        if not number.is_finite():
            return _BEYOND
        mantissa, exponent = number.abs_upper().mid().man_exp()
        return int(exponent) + int(mantissa).bit_length() + 1 if mantissa else None

    def function(self, name: Function, number: "_OfFlint") -> "arb":
        return self._functions[name](self.ball(number))

    def pi(self) -> "arb":
        return self._ball.pi()

    def digits(self, number: "_OfFlint", count: int) -> str:
        return self.ball(number).str(count, radius=False)

    def near(self, number: "_OfFlint") -> float:
        return _bounded(float(self.ball(number).mid()))


_OfFlint: TypeAlias = "int | fmpq | arb"


class _Float(Protocol):
    """A number of mpmath, which has no types."""

    _mpf_: tuple[int, int, int, int]

    def __add__(self, other: "_Float", /) -> "_Float": ...
    def __truediv__(self, other: int, /) -> "_Float": ...
    def __gt__(self, other: int, /) -> bool: ...
    def __lt__(self, other: int, /) -> bool: ...
    def __float__(self) -> float: ...


class _Inside(Protocol):
    """An interval of mpmath, which has no types."""

    _mpi_: tuple[object, object]

    def __add__(self, other: "_Inside", /) -> "_Inside": ...
    def __sub__(self, other: "_Inside", /) -> "_Inside": ...
    def __mul__(self, other: "_Inside", /) -> "_Inside": ...
    def __truediv__(self, other: "_Inside", /) -> "_Inside": ...
    def __pow__(self, exponent: int, /) -> "_Inside": ...
    def __neg__(self) -> "_Inside": ...
    def __abs__(self) -> "_Inside": ...


class Intervals:
    """Fractions of Python and intervals of mpmath."""

    name = "mpmath"

    def __init__(self) -> None:
        import mpmath

        self._mpmath, iv = mpmath, mpmath.iv
        self._functions = {"sin": iv.sin, "cos": iv.cos, "exp": iv.exp, "ln": iv.log, "root": iv.sqrt}

    @contextmanager
    def precision(self, bits: int) -> Iterator[None]:
        context = self._mpmath.iv
        before, context.prec = context.prec, bits
        try:
            yield
        finally:
            context.prec = before

    def exact(self, above: int, below: int = 1, /) -> Fraction:
        return Fraction(above, below)

    def is_exact(self, number: "_OfIntervals") -> bool:
        return type(number) is not _Interval

    def ratio(self, number: int | Fraction) -> tuple[int, int]:
        return number.numerator, number.denominator

    def ball(self, number: "_OfIntervals") -> "_Interval":
        return number if isinstance(number, _Interval) else _Interval(_interval_of(number))

    def quotient(self, above: "_OfIntervals", below: "_OfIntervals") -> "Fraction | _Interval":
        if isinstance(below, int):
            return Fraction(above, below) if isinstance(above, int) else above / below
        return above / below

    def sign(self, number: "_OfIntervals") -> int | None:
        if not isinstance(number, _Interval):
            return (number > 0) - (number < 0)
        low, high = number.ends()
        if low > 0:
            return 1
        if high < 0:
            return -1
        return None if low or high else 0

    def is_finite(self, number: "_OfIntervals") -> bool:
        return not isinstance(number, _Interval) or all(map(self._mpmath.isfinite, number.ends()))

    def lower(self, number: "_OfIntervals") -> int | None:
        if not isinstance(number, _Interval):
            return _log2(*self.ratio(number)) - 1 if number else None
        if not self.is_finite(number) or not self.sign(number):
            return None
        return min(map(_magnitude, number.ends())) - 1

    def upper(self, number: "_OfIntervals") -> int | None:
        if not isinstance(number, _Interval):
            return _log2(*self.ratio(number)) + 1 if number else None
        if not self.is_finite(number):
            return _BEYOND
        return max((_magnitude(end) for end in number.ends() if end), default=None)

    def function(self, name: Function, number: "_OfIntervals") -> "_Interval":
        """Move the ends of a value apart: mpmath rounds them outwards, but only after digits were cut off."""
        iv = self._mpmath.iv
        inside = self._functions[name](_interval_of(number))
        return _Interval(inside + inside * iv.mpf([-1, 1]) * iv.mpf(2) ** (4 - iv.prec))

    def pi(self) -> "_Interval":
        return _Interval(+self._mpmath.iv.pi)

    def digits(self, number: "_OfIntervals", count: int) -> str:
        low, high = self.ball(number).ends()
        return str(self._mpmath.nstr((low + high) / 2, count))

    def near(self, number: "_OfIntervals") -> float:
        low, high = self.ball(number).ends()
        return _bounded(float((low + high) / 2))


class _Interval:
    """An interval of mpmath that mixes with fractions."""

    __slots__ = ("inside",)

    def __init__(self, inside: _Inside):
        self.inside = inside

    def ends(self) -> tuple[_Float, _Float]:
        """Return the two ends as numbers of mpmath, unrounded."""
        import mpmath

        low, high = self.inside._mpi_
        return mpmath.mp.make_mpf(low), mpmath.mp.make_mpf(high)

    def __add__(self, other: "_OfIntervals", /) -> "_Interval":
        return _Interval(self.inside + _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    def __mul__(self, other: "_OfIntervals", /) -> "_Interval":
        return _Interval(self.inside * _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    __radd__, __rmul__ = __add__, __mul__

    def __sub__(self, other: "_OfIntervals", /) -> "_Interval":
        return _Interval(self.inside - _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    def __rsub__(self, other: "_OfIntervals", /) -> "_Interval":
        return _Interval(_interval_of(other) - self.inside) if isinstance(other, _MIXES) else NotImplemented

    def __truediv__(self, other: "_OfIntervals", /) -> "_Interval":
        return _Interval(self.inside / _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    def __rtruediv__(self, other: "_OfIntervals", /) -> "_Interval":
        return _Interval(_interval_of(other) / self.inside) if isinstance(other, _MIXES) else NotImplemented

    def __neg__(self) -> "_Interval":
        return _Interval(-self.inside)

    def __abs__(self) -> "_Interval":
        return _Interval(abs(self.inside))

    def __pow__(self, exponent: int, /) -> "_Interval":
        return _Interval(self.inside**exponent)


_OfIntervals: TypeAlias = int | Fraction | _Interval
_MIXES = (int, Fraction, _Interval)


def _interval_of(number: _OfIntervals) -> _Inside:
    """Return an interval of mpmath that holds a number."""
    if isinstance(number, _Interval):
        return number.inside
    from mpmath import iv

    above, below = number.numerator, number.denominator
    inside: _Inside = iv.mpf(above) / iv.mpf(below) if type(number) is Fraction else iv.mpf(number)
    return inside


_BEYOND = 10**9  # the binary logarithm of what has no bounds


def _log2(above: int, below: int) -> int:
    return abs(above).bit_length() - below.bit_length()


def _magnitude(end: _Float) -> int:
    """Return k with 2^(k-1) ≤ |end| < 2^k."""
    _, mantissa, exponent, _ = end._mpf_
    return exponent + int(mantissa).bit_length()


def _bounded(number: float) -> float:
    return max(-float_info.max, min(float_info.max, number))


@cache
def arithmetic() -> Arithmetic:
    """Return FLINT where it is installed, else intervals; their numbers never meet, which types cannot say."""
    try:
        fast: ArithmeticOf[_OfFlint, int | fmpq] = Flint()
        return cast(Arithmetic, fast)
    except ImportError:
        slow: ArithmeticOf[_OfIntervals, int | Fraction] = Intervals()
        return cast(Arithmetic, slow)
