r"""Truncated Taylor expansions in place of derivatives: x + d for an infinitesimal d, and what functions make of it.

A *direction* is an infinitesimal with a sign. A later one is smaller than every power of an earlier one, as the step of
an inner derivative is to the point of an outer one. Directions of one *group* are the entries of one array, by all of
which a derivative is taken at once: products of two of them are left out.

A `Jet` is a polynomial in directions over the numbers of `numeric.balls`, up to the `Jets.order` in each
group. It knows of which directions terms were left out, so that it never takes for 0 what is only smaller than the
order. The sign of a jet whose constant is 0 is that of its leading term: it tells what a kink is like beside a point.
Which directions a kink was met in is kept in `Jets.kinked`, for there both sides have to be looked at.

A `Pair` is a complex number, of whose parts each is a number or a jet, so that fractions stay exact.
"""

from collections.abc import Callable, Iterable, Sequence
from math import isqrt
from typing import TypeAlias, TypeVar, final

from nncore.verify.numeric.balls import LARGEST_EXACT, Arithmetic, Number

_MEMBERS = 1 << 16  # directions of one group
AGREEING_BITS = 64
Monomial = tuple[int, ...]  # direction numbers, sorted; () is the constant
Terms = dict[Monomial, Number]
Taylor = Callable[[Number, int], list[Number]]  # so many coefficients of the expansion of a function at a number


class Unclear(ArithmeticError):
    """What is not known at this precision."""


class HigherOrder(ArithmeticError):
    """Terms of a higher order are needed."""


@final
class Jet:
    """A polynomial in directions: coefficients by monomials, none of them an exact 0.

    ``lost`` are the groups of directions in which terms of a higher order were left out.
    """

    __slots__ = ("jets", "lost", "terms")

    def __init__(self, terms: Terms, lost: frozenset[int], jets: "Jets"):
        self.terms, self.lost, self.jets = terms, lost, jets

    def __add__(self, other: "Expansion") -> "Expansion":
        terms, lost = dict(self.terms), self.lost
        if type(other) is Jet:
            for monomial, value in other.terms.items():
                terms[monomial] = terms[monomial] + value if monomial in terms else value
            lost = lost | other.lost
        elif isinstance(other, Pair):
            return NotImplemented
        else:
            terms[()] = terms[()] + other if () in terms else other
        return self.jets.made(terms, lost)

    __radd__ = __add__

    def __neg__(self) -> "Jet":
        return Jet({monomial: -value for monomial, value in self.terms.items()}, self.lost, self.jets)

    def __sub__(self, other: "Expansion") -> "Expansion":
        return self + -other

    def __rsub__(self, other: "Expansion") -> "Expansion":
        return -self + other

    def __mul__(self, other: "Expansion") -> "Expansion":
        if isinstance(other, Pair):
            return NotImplemented
        if type(other) is not Jet:
            terms = {monomial: value * other for monomial, value in self.terms.items()}
            return self.jets.made(terms, self.lost)
        group = self.jets.only_group(self, other)
        if group is not None:  # nothing is left of the product of two terms that are not constant
            here, there = self.terms.get((), 0), other.terms.get((), 0)
            terms = {monomial: value * there for monomial, value in self.terms.items()} if there else {}
            for monomial, factor in other.terms.items() if here else ():
                if monomial:
                    terms[monomial] = terms[monomial] + here * factor if monomial in terms else here * factor
            return self.jets.made(terms, self.lost | other.lost | {group})
        jets, lost = self.jets, self.lost | other.lost
        terms = {}
        for one, value in self.terms.items():
            for two, factor in other.terms.items():
                found = jets.product(one, two) if one and two else one or two
                if isinstance(found, frozenset):
                    lost = lost | found
                elif found in terms:
                    terms[found] = terms[found] + value * factor
                else:
                    terms[found] = value * factor
        return jets.made(terms, lost)

    __rmul__ = __mul__

    def __truediv__(self, other: "Expansion") -> "Expansion":
        return self.jets.quotient(self, other)

    def __rtruediv__(self, other: "Expansion") -> "Expansion":
        return self.jets.quotient(other, self)


@final
class Pair:
    """x + iy. Its operators are those of complex numbers; what needs more than + - * is in `numeric.pairs`."""

    __slots__ = ("imaginary", "real")

    def __init__(self, real: "Expansion", imaginary: "Expansion"):
        self.real, self.imaginary = real, imaginary

    def __add__(self, other: "Scalar") -> "Pair":
        other = pair(other)
        return Pair(self.real + other.real, self.imaginary + other.imaginary)

    __radd__ = __add__

    def __neg__(self) -> "Pair":
        return Pair(-self.real, -self.imaginary)

    def __sub__(self, other: "Scalar") -> "Pair":
        return self + -other

    def __rsub__(self, other: "Scalar") -> "Pair":
        return -self + other

    def __mul__(self, other: "Scalar") -> "Pair":
        other = pair(other)
        real = self.real * other.real - self.imaginary * other.imaginary
        return Pair(real, self.real * other.imaginary + self.imaginary * other.real)

    __rmul__ = __mul__


Expansion: TypeAlias = Number | Jet
Scalar: TypeAlias = Number | Jet | Pair
S = TypeVar("S", Expansion, Scalar)
P = TypeVar("P", Expansion, Pair)


def pair(value: Scalar) -> Pair:
    """Return a number as a pair."""
    return value if type(value) is Pair else Pair(value, 0)


def parts(value: Scalar) -> tuple[Expansion, ...]:
    """Return the real numbers of which a value consists: both parts of a complex one."""
    return (value.real, value.imaginary) if type(value) is Pair else (value,)


class Jets:
    """Functions of numbers and jets, for one point at one precision."""

    def __init__(self, numbers: Arithmetic, order: int = 1):
        self.numbers, self.order = numbers, order  # up to which power of each group terms are kept
        self.kinked: set[int] = set()  # the directions in which a sign was asked for of what is 0 at the point itself
        self.smallest: int | None = None  # the binary logarithm of the smallest addend that was met
        # A direction by whose powers numerators and denominators may be divided, the step of a quotient of differences,
        # and by how many of them they were, at most at once.
        self.vanishing: int | None = None
        self.divided = 0
        self._signs: dict[int, int] = {}
        self._groups = 0
        self._orders: dict[int, int] = {}
        self._products: dict[tuple[Monomial, Monomial], Monomial | frozenset[int]] = {}

    # Directions

    def directions(self, count: int = 1, sign: int = 1, order: int | None = None) -> list[int]:
        """Return new directions of one group, of which terms are kept up to that order, or the usual one."""
        self._groups += 1
        self._orders[self._groups] = order or self.order
        found = [self._groups * _MEMBERS + member for member in range(count)]
        self._signs.update(dict.fromkeys(found, sign))
        return found

    def moved(self, number: S, direction: int) -> S:
        """Return a number plus a direction."""
        return number + Jet({(direction,): 1}, frozenset(), self)

    def made(self, terms: Terms, lost: frozenset[int]) -> Expansion:
        """Return the jet without terms that are exactly 0; a number, if nothing but that is left."""
        is_exact = self.numbers.is_exact
        for value in terms.values():
            if not value and is_exact(value):
                terms = {key: value for key, value in terms.items() if value or not is_exact(value)}
                break
        if not lost and (not terms or (len(terms) == 1 and () in terms)):
            return terms.get((), 0)
        return Jet(terms, lost, self)

    def only_group(self, one: Jet, other: Jet) -> int | None:
        """Return the group to which all directions of two jets belong, if products of them are left out."""
        found = None
        for terms in (one.terms, other.terms):
            for monomial in terms:
                if len(monomial) > 1:
                    return None
                if monomial:
                    group = monomial[0] // _MEMBERS
                    if found is None:
                        found = group
                    elif found != group:
                        return None
        return found if found and self._orders[found] == 1 else None

    def product(self, one: Monomial, two: Monomial) -> Monomial | frozenset[int]:
        """Return the product of two monomials, or the groups of which it has more than the order."""
        key = one, two
        if key not in self._products:
            groups = [direction // _MEMBERS for direction in (*one, *two)]
            over = frozenset(group for group in groups if groups.count(group) > self._orders[group])
            self._products[key] = over or tuple(sorted((*one, *two)))
        return self._products[key]

    def powers(self, value: Expansion, direction: int) -> dict[int, Expansion]:
        """Return the coefficients of the powers of a direction, each free of it."""
        if type(value) is not Jet:
            return {0: value}
        found: dict[int, Terms] = {}
        for monomial, coefficient in value.terms.items():
            rest = tuple(each for each in monomial if each != direction)
            found.setdefault(len(monomial) - len(rest), {})[rest] = coefficient
        lost = value.lost - {direction // _MEMBERS}
        return {power: self.made(terms, lost) for power, terms in found.items()}

    def slope(self, value: Expansion, direction: int) -> Expansion:
        """Return the coefficient of a direction, free of its group."""
        return self.powers(value, direction).get(1, 0)

    @staticmethod
    def constant(value: Expansion) -> Number:
        """Return the value at the point itself."""
        return value.terms.get((), 0) if type(value) is Jet else value

    def whole(self, value: Scalar) -> int | None:
        """Return the whole number that a value is exactly; None for any other."""
        if type(value) is Jet or type(value) is Pair or not self.numbers.is_exact(value):
            return None
        above, below = self.numbers.ratio(value)
        return above if below == 1 else None

    # Signs

    def sign(self, value: Expansion) -> int:
        """Return -1, 0 or 1: of the leading term, where the constant is 0.

        `Unclear` is raised if it is not known at this precision, `HigherOrder` if that term was left out.
        """
        sign = self.numbers.sign(self.constant(value))
        if sign is None:
            raise Unclear
        if sign or type(value) is not Jet:
            return sign
        return self._sign_of_leading_term(value)

    def _sign_of_leading_term(self, value: Jet) -> int:
        directions = {direction for monomial in value.terms for direction in monomial}
        self.kinked |= directions
        groups = {direction // _MEMBERS for direction in directions}
        if not directions or len(directions) > len(groups):
            raise HigherOrder  # entries of one array are in no order: they are looked at one by one
        for group in value.lost - groups:
            directions.add(group * _MEMBERS)
        smallest_first = sorted(directions, reverse=True)

        def rank(monomial: Monomial) -> list[int]:
            return [monomial.count(direction) for direction in smallest_first]

        lead = min(value.terms, key=rank)
        for direction in directions:
            group = direction // _MEMBERS
            if group in value.lost and rank((direction,) * (self._orders[group] + 1)) < rank(lead):
                raise HigherOrder
        sign = self.numbers.sign(value.terms[lead])
        if sign is None:
            raise Unclear
        for direction in lead:
            sign *= self._signs[direction]
        return sign

    # Arithmetic

    def addend(self, value: Scalar) -> None:
        """Note how small an addend is."""
        self._note(self._lowest(value))

    def total(self, values: Sequence[S]) -> S:
        """Return a sum. Its addends are noted, and how small they are beside each other: ln(1 + e^x) loses the 1."""
        if len(values) > 1:
            lows = [low for value in values if (low := self._lowest(value)) is not None]
            if lows:
                self._note(min(lows) - max(0, *lows))
        result: S = values[0] if values else 0
        for value in values[1:]:
            result = result + value
        return self.trimmed(result)

    def _note(self, low: int | None) -> None:
        if low is not None and (self.smallest is None or low < self.smallest):
            self.smallest = low

    def _lowest(self, value: Scalar) -> int | None:
        lower = self.numbers.lower
        if type(value) is not Jet and type(value) is not Pair:
            return lower(value)
        found = [low for number in _numbers_of(value) if (low := lower(number)) is not None]
        return min(found) if found else None

    def trimmed(self, value: S) -> S:
        """Return a fraction that became too long as a ball."""
        if type(value) is Jet or type(value) is Pair or not self.numbers.is_exact(value):
            return value
        above, below = self.numbers.ratio(value)
        return self.numbers.ball(value) if above.bit_length() + below.bit_length() > LARGEST_EXACT else value

    def quotient(self, above: Expansion, below: Expansion) -> Expansion:
        """Return the quotient by what is not 0, or by a power of the vanishing direction that the numerator has too."""
        if type(below) is not Jet:
            if type(above) is not Jet:
                return self.trimmed(self.numbers.quotient(above, below))
            return above * self.numbers.quotient(1, below)
        if self.vanishing is not None and not self.constant(below):
            return self.quotient(*self._without_common_power(above, below, self.vanishing))
        return above * self._inverse(below)

    def _without_common_power(self, above: Expansion, below: Expansion, vanishing: int) -> tuple[Expansion, Expansion]:
        """Divide both by the lowest power of the vanishing direction in the denominator."""
        over, under = self.powers(above, vanishing), self.powers(below, vanishing)
        lowest = min(under)
        for power in range(lowest):
            self._check_nothing(over.pop(power, 0))
        self.divided = max(self.divided, lowest)

        def divided(powers: dict[int, Expansion]) -> Expansion:
            terms: Terms = {}
            for power, coefficient in powers.items():
                inner = coefficient.terms if type(coefficient) is Jet else {(): coefficient}
                for monomial, number in inner.items():
                    terms[tuple(sorted((*monomial, *[vanishing] * (power - lowest))))] = number
            return self.made(terms, frozenset((vanishing // _MEMBERS,)))

        return divided(over), divided(under)

    def _check_nothing(self, value: Expansion) -> None:
        """Raise an error unless a coefficient cancels, without which a quotient does not exist."""
        for number in value.terms.values() if type(value) is Jet else (value,):
            if self.numbers.sign(number):
                raise ZeroDivisionError
            if not self.is_nothing(number):
                raise Unclear

    def is_nothing(self, number: Number) -> bool:
        """Return whether a ball around 0 is below 2^-64 of the smallest addend that was met, and of 1."""
        high = self.numbers.upper(number)
        return high is None or high < min(self.smallest or 0, 0) - AGREEING_BITS

    def whole_power(self, value: Expansion, exponent: int) -> Expansion:
        """Return a power with a whole exponent, of a number that is not 0 if that is negative."""
        if exponent < 0:
            return self.quotient(1, self.whole_power(value, -exponent))
        if type(value) is not Jet and self.numbers.is_exact(value):
            above, below = self.numbers.ratio(value)
            if value in (0, 1, -1) or exponent * (above.bit_length() + below.bit_length()) <= LARGEST_EXACT:
                return value**exponent
            value = self.numbers.ball(value)
        return by_squaring(value, exponent, 1)

    def power(self, value: Expansion, exponent: Expansion) -> Expansion:
        """Return a power with any real exponent, of a positive number."""
        if type(exponent) is Jet or not self.numbers.is_exact(exponent):
            return self.exp(exponent * self.ln(value))
        self._note(self._lowest(exponent))

        def taylor(at: Number, count: int) -> list[Number]:
            found = [self._root_or_power(at, exponent)]
            factor: Number = 1
            inverse = self.numbers.quotient(1, at) if count > 1 else 0
            for place in range(1, count):
                factor = factor * (exponent - (place - 1)) * self.numbers.exact(1, place) * inverse
                found.append(found[0] * factor)
            return found

        return self._composed(taylor, value)

    def root(self, value: Expansion) -> Expansion:
        """Return the square root of a positive number."""
        return self.power(value, self.numbers.exact(1, 2))

    def _root_or_power(self, number: Number, exponent: Number) -> Number:
        above, below = self.numbers.ratio(exponent)
        if below == 2:
            root = self.exact_root(number)
            return self.constant(
                self.whole_power(self.numbers.function("root", number) if root is None else root, above)
            )
        return self.numbers.function("exp", self.numbers.function("ln", number) * exponent)

    def exact_root(self, number: Number) -> Number | None:
        """Return the square root of a number that is not negative, if it is a fraction."""
        if self.numbers.is_exact(number):
            above, below = self.numbers.ratio(number)
            if isqrt(above) ** 2 == above and isqrt(below) ** 2 == below:
                return self.numbers.exact(isqrt(above), isqrt(below))
        return None

    # Functions, by their Taylor coefficients

    def _composed(self, taylor: Taylor, value: Expansion) -> Expansion:
        """Return a function of a jet; ``taylor`` gives so many coefficients of its expansion at a number."""
        if type(value) is not Jet:
            return taylor(value, 1)[0]
        rest = self.made({monomial: each for monomial, each in value.terms.items() if monomial}, value.lost)
        if type(rest) is not Jet:
            return taylor(self.constant(value), 1)[0]
        groups = {direction // _MEMBERS for monomial in rest.terms for direction in monomial}
        first, *others = taylor(self.constant(value), sum(self._orders[group] for group in groups) + 1)
        result: Expansion = first
        power: Expansion = 1
        for coefficient in others:
            power = power * rest
            result = result + power * coefficient
        lost = frozenset(groups) | value.lost
        if type(result) is Jet:
            return Jet(result.terms, result.lost | lost, self)
        return Jet({(): result}, lost, self)

    def exp(self, value: Expansion) -> Expansion:
        """Return e^x; of a small x, that beside 1 is noted."""
        self._note(self._lowest(self.constant(value)))

        def taylor(at: Number, count: int) -> list[Number]:
            found: list[Number] = [1 if self._is_exactly(at, 0) else self._exponential(at)]
            for place in range(1, count):
                found.append(found[-1] * self.numbers.exact(1, place))
            return found

        return self._composed(taylor, value)

    def _exponential(self, number: Number) -> Number:
        """Return an exponential; one whose ball lost its lower bound says nothing."""
        found = self.numbers.function("exp", number)
        if self.numbers.lower(found) is None:
            raise Unclear
        return found

    def ln(self, value: Expansion) -> Expansion:
        """Return the logarithm of a positive number."""

        def taylor(at: Number, count: int) -> list[Number]:
            found: list[Number] = [0 if self._is_exactly(at, 1) else self.numbers.function("ln", at)]
            power: Number = 1
            inverse = self.numbers.quotient(1, at) if count > 1 else 0
            for place in range(1, count):
                power = power * inverse
                found.append(power * self.numbers.exact((-1) ** (place - 1), place))
            return found

        return self._composed(taylor, value)

    def sin(self, value: Expansion) -> Expansion:
        """Return the sine."""
        return self._wave(value, 0)

    def cos(self, value: Expansion) -> Expansion:
        """Return the cosine; of a small x, x^2/2 beside 1 is noted."""
        low = self._lowest(self.constant(value))
        self._note(None if low is None else 2 * low - 1)
        return self._wave(value, 1)

    def _wave(self, value: Expansion, turn: int) -> Expansion:
        def taylor(at: Number, count: int) -> list[Number]:
            known, function = self._is_exactly(at, 0), self.numbers.function
            sine, cosine = (0, 1) if known else (function("sin", at), function("cos", at))
            turns, below = (sine, cosine, -sine, -cosine), 1
            found: list[Number] = []
            for place in range(count):
                below *= max(place, 1)
                found.append(turns[(place + turn) % 4] * self.numbers.exact(1, below))
            return found

        return self._composed(taylor, value)

    def tanh(self, value: Expansion) -> Expansion:
        """Return the hyperbolic tangent; the addends of which it is computed are noted."""
        at = self.constant(value)
        if self._is_exactly(at, 0) and type(value) is not Jet:
            return 0
        if self.numbers.sign(at) == -1:
            return -self.tanh(-value)
        small = self.exp(value * -2)
        self.addend(small)
        return (1 - small) * self._inverse(1 + small)

    def _inverse(self, value: Expansion) -> Expansion:
        def taylor(at: Number, count: int) -> list[Number]:
            inverse = self.numbers.quotient(1, at)
            found = [inverse]
            for _ in range(1, count):
                found.append(-found[-1] * inverse)
            return found

        return self._composed(taylor, value)

    def _is_exactly(self, number: Number, whole: int) -> bool:
        return self.numbers.is_exact(number) and number == whole


def _numbers_of(value: Scalar) -> Iterable[Number]:
    """Return the numbers of which a value consists."""
    if type(value) is Jet:
        return value.terms.values()
    return (*_numbers_of(value.real), *_numbers_of(value.imaginary)) if type(value) is Pair else (value,)


def by_squaring(value: P, exponent: int, one: P) -> P:
    """Return a power with a whole exponent that is not negative, by squares: one times the value, so many times."""
    while exponent:
        if exponent & 1:
            one = one * value
        exponent >>= 1
        value = value * value if exponent else value
    return one
