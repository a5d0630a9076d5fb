r"""Complex numbers as pairs of a real and an imaginary part, each a number or a jet, so that fractions stay exact."""


class Pair:
    """x + iy. Its operators are those of complex numbers; what needs more than + - * is in the functions below."""

    __slots__ = ("imaginary", "real")

    def __init__(self, real, imaginary):
        self.real, self.imaginary = real, imaginary

    def __add__(self, other):
        other = pair(other)
        return Pair(self.real + other.real, self.imaginary + other.imaginary)

    __radd__ = __add__

    def __neg__(self):
        return Pair(-self.real, -self.imaginary)

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        other = pair(other)
        real = self.real * other.real - self.imaginary * other.imaginary
        return Pair(real, self.real * other.imaginary + self.imaginary * other.real)

    __rmul__ = __mul__


def pair(value) -> Pair:
    """Return a number as a pair."""
    return value if type(value) is Pair else Pair(value, 0)


def square_of_modulus(value: Pair):
    """Return x² + y²."""
    return value.real * value.real + value.imaginary * value.imaginary


def quotient(above, below, jets):
    """Return the quotient by a complex number that is not 0."""
    above, below = pair(above), pair(below)
    size = square_of_modulus(below)
    product = above * Pair(below.real, -below.imaginary)
    return Pair(jets.quotient(product.real, size), jets.quotient(product.imaginary, size))


def whole_power(value: Pair, exponent: int, jets):
    """Return a power with a whole exponent, of a number that is not 0 if that is negative."""
    if exponent < 0:
        return quotient(1, whole_power(value, -exponent, jets), jets)
    return by_squaring(value, exponent, Pair(1, 0))


def by_squaring(value, exponent: int, one):
    """Return a power with a whole exponent that is not negative, by squares: one times the value, so many times."""
    while exponent:
        if exponent & 1:
            one = one * value
        exponent >>= 1
        value = value * value if exponent else value
    return one


def exp(value: Pair, jets) -> Pair:
    """Return e^x (cos y + i sin y)."""
    size = jets.exp(value.real)
    return Pair(size * jets.cos(value.imaginary), size * jets.sin(value.imaginary))


def sin(value: Pair, jets) -> Pair:
    """Return sin x cosh y + i cos x sinh y."""
    even, odd = _hyperbolic(value.imaginary, jets)
    return Pair(jets.sin(value.real) * even, jets.cos(value.real) * odd)


def cos(value: Pair, jets) -> Pair:
    """Return cos x cosh y - i sin x sinh y."""
    even, odd = _hyperbolic(value.imaginary, jets)
    return Pair(jets.cos(value.real) * even, -(jets.sin(value.real) * odd))


def tanh(value: Pair, jets) -> Pair:
    """Return (1 - e^(-2z)) / (1 + e^(-2z))."""
    small = exp(value * -2, jets)
    jets.addend(small)
    return quotient(1 - small, 1 + small, jets)


def _hyperbolic(value, jets):
    """cosh and sinh."""
    half, up, down = jets.numbers.exact(1, 2), jets.exp(value), jets.exp(-value)
    return jets.total([up, down]) * half, jets.total([up, -down]) * half
