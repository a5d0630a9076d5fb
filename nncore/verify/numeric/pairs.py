r"""Functions of complex numbers, by those of their real and imaginary parts."""

from nncore.verify.numeric.jets import Expansion, Jets, Pair, Scalar, by_squaring, pair


def square_of_modulus(value: Pair) -> Expansion:
    """Return x² + y²."""
    return value.real * value.real + value.imaginary * value.imaginary


def quotient(above: Scalar, below: Scalar, jets: Jets) -> Pair:
    """Return the quotient by a complex number that is not 0."""
    above, below = pair(above), pair(below)
    size = square_of_modulus(below)
    product = above * Pair(below.real, -below.imaginary)
    return Pair(jets.quotient(product.real, size), jets.quotient(product.imaginary, size))


def whole_power(value: Pair, exponent: int, jets: Jets) -> Pair:
    """Return a power with a whole exponent, of a number that is not 0 if that is negative."""
    if exponent < 0:
        return quotient(1, whole_power(value, -exponent, jets), jets)
    return by_squaring(value, exponent, Pair(1, 0))


def exp(value: Pair, jets: Jets) -> Pair:
    """Return e^x (cos y + i sin y)."""
    size = jets.exp(value.real)
    return Pair(size * jets.cos(value.imaginary), size * jets.sin(value.imaginary))


def sin(value: Pair, jets: Jets) -> Pair:
    """Return sin x cosh y + i cos x sinh y."""
    even, odd = _hyperbolic(value.imaginary, jets)
    return Pair(jets.sin(value.real) * even, jets.cos(value.real) * odd)


def cos(value: Pair, jets: Jets) -> Pair:
    """Return cos x cosh y - i sin x sinh y."""
    even, odd = _hyperbolic(value.imaginary, jets)
    return Pair(jets.cos(value.real) * even, -(jets.sin(value.real) * odd))


def tanh(value: Pair, jets: Jets) -> Pair:
    """Return (1 - e^(-2z)) / (1 + e^(-2z))."""
    small = exp(value * -2, jets)
    jets.addend(small)
    return quotient(1 - small, 1 + small, jets)


def _hyperbolic(value: Expansion, jets: Jets) -> tuple[Expansion, Expansion]:
    """Return cosh and sinh."""
    half, up, down = jets.numbers.exact(1, 2), jets.exp(value), jets.exp(-value)
    return jets.total([up, down]) * half, jets.total([up, -down]) * half
