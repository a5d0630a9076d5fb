"""Numbers with proofs: exact fractions as long as possible, then balls, which hold the true value for certain.

A number is an `int`, an exact fraction, or a ball: an interval with rigorous bounds, which every operation keeps. All
three mix with + - * and /. An `Arithmetic` adds what Python's operators lack. There are two of them, with the same
verdicts: `Flint`, which is fast, and `Intervals`, which needs mpmath alone and therefore runs wherever Python does.

A ball around 0 has no sign and is no zero: `Arithmetic.sign` says so with `None`, and nobody takes its middle instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import cache
from typing import Protocol

LARGEST_EXACT = 20_000  # bits of a fraction, beyond which a ball takes its place


class Arithmetic(Protocol):
    """What computes with numbers."""

    name: str

    def precision(self, bits: int):
        """Compute with balls of that precision inside a ``with`` block; outside of it nothing changes."""

    def exact(self, above: int, below: int = 1):
        """Return the fraction of two whole numbers."""

    def is_exact(self, number) -> bool:
        """Return whether a number is whole or a fraction."""

    def ratio(self, number) -> tuple[int, int]:
        """Return an exact number as numerator and denominator."""

    def ball(self, number):
        """Return a ball around a number."""

    def quotient(self, above, below):
        """Return the quotient by a number that is not 0."""

    def sign(self, number) -> int | None:
        """Return -1, 0 or 1; None for a ball that holds 0 and something else."""

    def is_finite(self, number) -> bool:
        """Return whether a number has bounds."""

    def lower(self, number) -> int | None:
        """Return k with |number| ≥ 2^k; None if the number may be 0."""

    def upper(self, number) -> int | None:
        """Return k with |number| ≤ 2^k; None for 0."""

    def exp(self, number):
        """Return e^x as a ball."""

    def ln(self, number):
        """Return the logarithm of a positive number as a ball."""

    def sin(self, number):
        """Return the sine as a ball."""

    def cos(self, number):
        """Return the cosine as a ball."""

    def root(self, number):
        """Return the square root of a positive number as a ball."""

    def pi(self):
        """Return π as a ball."""

    def digits(self, number, count: int) -> str:
        """Return a ball in digits, as many of these as are known."""

    def near(self, number) -> float:
        """Return a float near a number, for searches whose result is checked."""


class Flint:
    """Fractions and balls of FLINT (fmpq, Arb)."""

    name = "flint"

    def __init__(self):
        import flint

        self._context, self._fraction, self._ball = flint.ctx, flint.fmpq, flint.arb
        self.exact = flint.fmpq

    @contextmanager
    def precision(self, bits: int) -> Iterator[None]:
        before, self._context.prec = self._context.prec, bits
        try:
            yield
        finally:
            self._context.prec = before

    def is_exact(self, number) -> bool:
        return type(number) is not self._ball

    def ratio(self, number) -> tuple[int, int]:
        if type(number) is int:
            return number, 1
        return int(number.p), int(number.q)

    def ball(self, number):
        return number if type(number) is self._ball else self._ball(number)

    def quotient(self, above, below):
        if type(above) is int and type(below) is int:
            return self._fraction(above, below)
        return above / below

    def sign(self, number) -> int | None:
        if number > 0:
            return 1
        if number < 0:
            return -1
        if type(number) is not self._ball or number.is_zero():
            return 0
        return None

    def is_finite(self, number) -> bool:
        return type(number) is not self._ball or number.is_finite()

    def lower(self, number) -> int | None:
        if type(number) is int:
            return number.bit_length() - 1 if number else None
        if type(number) is not self._ball:
            return number.p.bit_length() - number.q.bit_length() - 1 if number else None
        if not number.is_finite():
            return None
        mantissa, exponent = number.abs_lower().mid().man_exp()
        return int(exponent) + int(mantissa).bit_length() - 2 if mantissa else None

    def upper(self, number) -> int | None:
        if type(number) is not self._ball:
            return _log2(*self.ratio(number)) + 1 if number else None
        if not number.is_finite():
            return _BEYOND
        mantissa, exponent = number.abs_upper().mid().man_exp()
        return int(exponent) + int(mantissa).bit_length() + 1 if mantissa else None

    def exp(self, number):
        return self.ball(number).exp()

    def ln(self, number):
        return self.ball(number).log()

    def sin(self, number):
        return self.ball(number).sin()

    def cos(self, number):
        return self.ball(number).cos()

    def root(self, number):
        return self.ball(number).sqrt()

    def pi(self):
        return self._ball.pi()

    def digits(self, number, count: int) -> str:
        return number.str(count, radius=False)

    def near(self, number) -> float:
        return float(self.ball(number).mid())


class Intervals:
    """Fractions of Python and intervals of mpmath."""

    name = "mpmath"

    def __init__(self):
        import mpmath

        self._mpmath = mpmath
        self.exact = Fraction

    @contextmanager
    def precision(self, bits: int) -> Iterator[None]:
        context = self._mpmath.iv
        before, context.prec = context.prec, bits
        try:
            yield
        finally:
            context.prec = before

    def is_exact(self, number) -> bool:
        return type(number) is not _Interval

    def ratio(self, number) -> tuple[int, int]:
        return number.numerator, number.denominator

    def ball(self, number):
        return number if type(number) is _Interval else _Interval(_interval_of(number))

    def quotient(self, above, below):
        if type(above) is int and type(below) is int:
            return Fraction(above, below)
        return above / below

    def sign(self, number) -> int | None:
        if type(number) is not _Interval:
            return (number > 0) - (number < 0)
        low, high = number.ends()
        if low > 0:
            return 1
        if high < 0:
            return -1
        return 0 if low == high == 0 else None

    def is_finite(self, number) -> bool:
        return type(number) is not _Interval or all(map(self._mpmath.isfinite, number.ends()))

    def lower(self, number) -> int | None:
        if type(number) is not _Interval:
            return _log2(*self.ratio(number)) - 1 if number else None
        if not self.is_finite(number) or not self.sign(number):
            return None
        return min(map(_magnitude, number.ends())) - 1

    def upper(self, number) -> int | None:
        if type(number) is not _Interval:
            return _log2(*self.ratio(number)) + 1 if number else None
        if not self.is_finite(number):
            return _BEYOND
        return max((_magnitude(end) for end in number.ends() if end), default=None)

    def exp(self, number):
        return self._widened(self._mpmath.iv.exp(_interval_of(number)))

    def ln(self, number):
        return self._widened(self._mpmath.iv.log(_interval_of(number)))

    def sin(self, number):
        return self._widened(self._mpmath.iv.sin(_interval_of(number)))

    def cos(self, number):
        return self._widened(self._mpmath.iv.cos(_interval_of(number)))

    def root(self, number):
        return self._widened(self._mpmath.iv.sqrt(_interval_of(number)))

    def pi(self):
        return _Interval(+self._mpmath.iv.pi)

    def _widened(self, inside):
        """Move the ends of a value apart: mpmath rounds them outwards, but only after digits were cut off."""
        iv = self._mpmath.iv
        return _Interval(inside + inside * iv.mpf([-1, 1]) * iv.mpf(2) ** (4 - iv.prec))

    def digits(self, number, count: int) -> str:
        low, high = number.ends()
        return self._mpmath.nstr((low + high) / 2, count)

    def near(self, number) -> float:
        if type(number) is not _Interval:
            return float(number)
        low, high = number.ends()
        return float((low + high) / 2)


class _Interval:
    """An interval of mpmath that mixes with fractions."""

    __slots__ = ("inside",)

    def __init__(self, inside):
        self.inside = inside

    def ends(self) -> tuple:
        """Return the two ends as numbers of mpmath, unrounded."""
        import mpmath

        low, high = self.inside._mpi_
        return mpmath.mp.make_mpf(low), mpmath.mp.make_mpf(high)

    def __add__(self, other):
        return _Interval(self.inside + _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    def __mul__(self, other):
        return _Interval(self.inside * _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    __radd__, __rmul__ = __add__, __mul__

    def __sub__(self, other):
        return _Interval(self.inside - _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    def __rsub__(self, other):
        return _Interval(_interval_of(other) - self.inside) if isinstance(other, _MIXES) else NotImplemented

    def __truediv__(self, other):
        return _Interval(self.inside / _interval_of(other)) if isinstance(other, _MIXES) else NotImplemented

    def __rtruediv__(self, other):
        return _Interval(_interval_of(other) / self.inside) if isinstance(other, _MIXES) else NotImplemented

    def __neg__(self):
        return _Interval(-self.inside)

    def __abs__(self):
        return _Interval(abs(self.inside))

    def __pow__(self, exponent: int):
        return _Interval(self.inside**exponent)


_MIXES = (int, Fraction, _Interval)


def _interval_of(number):
    """An interval of mpmath that holds a number."""
    if type(number) is _Interval:
        return number.inside
    from mpmath import iv

    if type(number) is Fraction:
        return iv.mpf(number.numerator) / iv.mpf(number.denominator)
    return iv.mpf(number)


_BEYOND = 10**9  # the binary logarithm of what has no bounds


def _log2(above: int, below: int) -> int:
    return abs(above).bit_length() - below.bit_length()


def _magnitude(end) -> int:
    """k with 2^(k-1) ≤ |end| < 2^k."""
    _, mantissa, exponent, _ = end._mpf_
    return exponent + int(mantissa).bit_length()


@cache
def arithmetic() -> Arithmetic:
    """Return FLINT where it is installed, else intervals."""
    try:
        return Flint()
    except ImportError:
        return Intervals()
