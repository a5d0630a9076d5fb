"""Expansions and complex numbers: the coefficients are those of Taylor, and what was left out is never taken for 0."""

import cmath
from fractions import Fraction
from itertools import product
from math import factorial

import mpmath
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from nncore.verify.numeric import pairs
from nncore.verify.numeric.balls import Flint, Intervals
from nncore.verify.numeric.jets import HigherOrder, Jet, Jets, Unclear
from nncore.verify.numeric.pairs import Pair

BITS = 200
X, Y, U = sympy.symbols("x y u")


@pytest.fixture(params=[pytest.param(Flint(), id="flint"), pytest.param(Intervals(), id="mpmath")])
def numbers(request):
    with request.param.precision(BITS):
        yield request.param


def is_near(numbers, number, true, bits=150):
    """Whether a number is that of sympy, or of mpmath, to so many bits; and the same fraction, if it is exact."""
    if isinstance(true, sympy.Rational) and numbers.is_exact(number):
        return Fraction(*numbers.ratio(number)) == Fraction(int(true.p), int(true.q))
    with mpmath.workprec(400):
        known = sympy.N(true, 110) if isinstance(true, sympy.Basic) else true
        above, below = mpmath.libmp.to_rational(mpmath.mpf(known)._mpf_)
    size = numbers.upper(number - numbers.exact(above, below))
    return size is None or size < -bits


# Functions of a number ------------------------------------------------------------------------------------------------

# The same function, written for sympy and for jets.
FUNCTIONS = {
    "exp": (sympy.exp(X), lambda jets, x: jets.exp(x)),
    "ln": (sympy.log(X), lambda jets, x: jets.ln(x)),
    "sin": (sympy.sin(X), lambda jets, x: jets.sin(x)),
    "cos": (sympy.cos(X), lambda jets, x: jets.cos(x)),
    "tanh": (sympy.tanh(X), lambda jets, x: jets.tanh(x)),
    "tanh of a negative": (sympy.tanh(-X), lambda jets, x: jets.tanh(-x)),
    "root": (sympy.sqrt(X), lambda jets, x: jets.root(x)),
    "cube": (X**3, lambda jets, x: jets.whole_power(x, 3)),
    "a high power": (X**7, lambda jets, x: jets.whole_power(x, 7)),
    "a negative power": (X**-2, lambda jets, x: jets.whole_power(x, -2)),
    "a rational power": (X ** sympy.Rational(2, 3), lambda jets, x: jets.power(x, jets.numbers.exact(2, 3))),
    "an exponent that moves": (X**X, lambda jets, x: jets.power(x, x)),
    "an exponent on 2": (2**X, lambda jets, x: jets.power(2, x)),
    "quotient": ((1 + X) / (3 + X**2), lambda jets, x: jets.quotient(1 + x, 3 + x * x)),
    "a number over it": (5 / X, lambda jets, x: 5 / x),
    "it over a number": (X / 5, lambda jets, x: x / 5),
    "sum and difference": (3 - X + X**2 - 7 * X, lambda jets, x: 3 - x + x * x - 7 * x),
    "sigmoid of sin": (1 / (1 + sympy.exp(-sympy.sin(X))), lambda jets, x: 1 / (1 + jets.exp(-jets.sin(x)))),
    "ln of a sum": (sympy.log(1 + sympy.exp(X)), lambda jets, x: jets.ln(jets.total([1, jets.exp(x)]))),
    "tanh of a square": (sympy.tanh(X**2 - X), lambda jets, x: jets.tanh(x * x - x)),
    "exp of cos over x": (sympy.exp(sympy.cos(X)) / X, lambda jets, x: jets.quotient(jets.exp(jets.cos(x)), x)),
    "root of a sum of squares": (sympy.sqrt(X**2 + 1), lambda jets, x: jets.root(x * x + 1)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_expansion_has_the_coefficients_of_taylor(name, numbers):
    known, of = FUNCTIONS[name]
    jets = Jets(numbers, 3)
    for place in (Fraction(2, 3), Fraction(1)):
        (direction,) = jets.directions()
        found = jets.powers(of(jets, jets.moved(numbers.exact(*place.as_integer_ratio()), direction)), direction)
        assert set(found) <= {0, 1, 2, 3}
        for power in range(4):
            true = known.diff(X, power).subs(X, sympy.Rational(place.numerator, place.denominator)) / factorial(power)
            assert is_near(numbers, found.get(power, 0), sympy.nsimplify(true) if true.is_Rational else true), power


def test_at_0_and_1_elementary_functions_stay_exact(numbers):
    jets = Jets(numbers, 3)
    (direction,) = jets.directions()
    h = jets.moved(0, direction)
    one = jets.moved(1, direction)
    due = {
        jets.exp(h): (1, 1, Fraction(1, 2), Fraction(1, 6)),
        jets.sin(h): (0, 1, 0, Fraction(-1, 6)),
        jets.cos(h): (1, 0, Fraction(-1, 2), 0),
        jets.tanh(h): (0, 1, 0, Fraction(-1, 3)),
        jets.ln(one): (0, 1, Fraction(-1, 2), Fraction(1, 3)),
        jets.root(one): (1, Fraction(1, 2), Fraction(-1, 8), Fraction(1, 16)),
        1 / one: (1, -1, 1, -1),
    }
    for jet, coefficients in due.items():
        found = jets.powers(jet, direction)
        came = [found.get(power, 0) for power in range(4)]
        assert all(map(numbers.is_exact, came))
        assert tuple(Fraction(*numbers.ratio(each)) for each in came) == coefficients
    assert numbers.is_exact(jets.root(numbers.exact(9, 4))) and not numbers.is_exact(jets.root(2))
    assert jets.exp(0) == 1 and jets.ln(1) == 0 and jets.sin(0) == 0 and jets.cos(0) == 1 and jets.tanh(0) == 0


def test_two_directions_give_all_mixed_derivatives(numbers):
    known = sympy.exp(X * Y) / (X + Y**2) + sympy.log(X) * sympy.tanh(Y)
    jets = Jets(numbers, 2)
    places = {X: sympy.Rational(3, 2), Y: sympy.Rational(1, 5)}
    (one,), (other,) = jets.directions(), jets.directions()
    x, y = jets.moved(numbers.exact(3, 2), one), jets.moved(numbers.exact(1, 5), other)
    value = jets.quotient(jets.exp(x * y), x + y * y) + jets.ln(x) * jets.tanh(y)
    for of_x, of_y in product(range(3), repeat=2):
        coefficient = jets.powers(jets.powers(value, one).get(of_x, 0), other).get(of_y, 0)
        true = known.diff(X, of_x, Y, of_y) if of_x or of_y else known
        assert is_near(numbers, coefficient, true.subs(places) / factorial(of_x) / factorial(of_y)), (of_x, of_y)


def test_a_derivative_inside_of_a_derivative_is_the_second_one(numbers):
    jets = Jets(numbers, 1)
    (outer,) = jets.directions()
    x = jets.moved(numbers.exact(1, 2), outer)
    (inner,) = jets.directions()
    slope = jets.slope(jets.tanh(jets.moved(x, inner)), inner)
    assert is_near(numbers, jets.slope(slope, outer), sympy.tanh(X).diff(X, 2).subs(X, sympy.Rational(1, 2)))
    assert is_near(numbers, jets.constant(slope), sympy.tanh(X).diff(X).subs(X, sympy.Rational(1, 2)))


COEFFICIENTS = st.lists(st.fractions(-5, 5, max_denominator=9), min_size=4, max_size=4)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(COEFFICIENTS, COEFFICIENTS, st.fractions(-3, 3, max_denominator=5))
def test_sums_products_and_quotients_of_polynomials_are_those_of_sympy(one, other, place):
    numbers = Flint()
    jets = Jets(numbers, 3)
    (direction,) = jets.directions()
    x = jets.moved(numbers.exact(*place.as_integer_ratio()), direction)

    def polynomial(coefficients):
        value, known = 0, 0
        for each in coefficients:
            value = value * x + numbers.exact(*each.as_integer_ratio())
            known = known * X + sympy.Rational(each.numerator, each.denominator)
        return value, sympy.sympify(known)

    (first, p), (second, q) = polynomial(one), polynomial(other)
    at = sympy.Rational(place.numerator, place.denominator)
    pairs_ = [(first + second, p + q), (first - second, p - q), (first * second, p * q)]
    if q.subs(X, at):
        pairs_.append((jets.quotient(first, second), p / q))
    for value, known in pairs_:
        found = jets.powers(value, direction)
        for power in range(4):
            true = sympy.diff(known, X, power).subs(X, at) / factorial(power)
            assert Fraction(*numbers.ratio(found.get(power, 0))) == Fraction(int(true.p), int(true.q))


# Groups ---------------------------------------------------------------------------------------------------------------


def test_directions_of_one_group_have_no_products_and_those_of_two_groups_do(numbers):
    jets = Jets(numbers, 1)
    one, other = jets.directions(2)
    (apart,) = jets.directions()
    x, y, z = (jets.moved(k, direction) for k, direction in ((2, one), (3, other), (5, apart)))
    product_ = x * y
    assert product_.terms == {(): 6, (one,): 3, (other,): 2} and product_.lost
    assert (x * z).terms == {(): 10, (one,): 5, (apart,): 2, (one, apart): 1} and not (x * z).lost
    assert (x * x).terms == {(): 4, (one,): 4} and (x * x).lost == {one // (1 << 16)}
    wide = Jets(numbers, 2)
    one, other = wide.directions(2)
    x, y = wide.moved(0, one), wide.moved(0, other)
    assert (x * y).terms == {(one, other): 1} and (x * x).terms == {(one, one): 1}
    assert (x * y * y).terms == {} and (x * y * y).lost


def test_a_group_may_have_an_order_of_its_own(numbers):
    jets = Jets(numbers, 1)
    (one,) = jets.directions(order=3)
    x = jets.moved(0, one)
    assert (x * x * x).terms == {(one, one, one): 1} and not (x * x * x).lost
    assert (x * x * x * x).terms == {} and (x * x * x * x).lost


# Signs ----------------------------------------------------------------------------------------------------------------


def test_a_term_that_was_left_out_is_never_taken_for_0(numbers):
    jets = Jets(numbers, 1)
    (direction,) = jets.directions()
    h = jets.moved(0, direction)
    for lost in (h * h, h * h * h, jets.exp(h) - 1 - h, 1 - jets.cos(h), h - jets.sin(h), (1 + h) * (1 - h) - 1):
        assert type(lost) is Jet and lost.lost
        with pytest.raises(HigherOrder):
            jets.sign(lost)
    assert jets.sign(1 + h * h) == 1
    assert jets.sign(h + h * h) == 1 and jets.sign(h * h - h) == -1
    higher = Jets(numbers, 2)
    (direction,) = higher.directions()
    h = higher.moved(0, direction)
    assert higher.sign(h * h) == 1 and higher.sign(higher.cos(h) - 1) == -1
    for lost in (h * h * h, h - higher.sin(h)):
        with pytest.raises(HigherOrder):
            higher.sign(lost)


def test_what_is_exactly_0_has_the_sign_0_also_as_a_jet(numbers):
    jets = Jets(numbers, 1)
    (direction,) = jets.directions()
    h = jets.moved(0, direction)
    assert h - h == 0 and jets.sign(h - h) == 0 and jets.sign((1 + h) - (h + 1)) == 0
    assert jets.sign(0) == 0 and jets.sign(numbers.exact(-1, 3)) == -1


def test_the_sign_beside_a_point_is_that_of_the_leading_term_and_of_the_side(numbers):
    jets = Jets(numbers, 3)
    (right,), (left,) = jets.directions(sign=1), jets.directions(sign=-1)
    up, down = jets.moved(0, right), jets.moved(0, left)
    assert [jets.sign(each) for each in (up, up * up, up * up * up, -up, up - up * up)] == [1, 1, 1, -1, 1]
    assert [jets.sign(each) for each in (down, down * down, down * down * down, -down)] == [-1, 1, -1, 1]
    assert jets.kinked == {right, left}


def test_a_later_direction_is_smaller_than_every_power_of_an_earlier_one(numbers):
    jets = Jets(numbers, 3)
    (large,), (small,) = jets.directions(), jets.directions()
    h, d = jets.moved(0, large), jets.moved(0, small)
    assert jets.sign(h - d) == 1 and jets.sign(d - h) == -1
    assert jets.sign(h * h * h - 10**9 * d) == 1 and jets.sign(10**9 * d - h * h * h) == -1
    assert jets.sign(h * d - d * d) == 1 and jets.sign(d * d - h * h * d) == -1
    with pytest.raises(HigherOrder):  # h^4, which was left out, is larger than d
        jets.sign(d - h * h * h * h)
    assert jets.sign(h - d * d * d * d) == 1


def test_the_entries_of_one_array_are_in_no_order(numbers):
    jets = Jets(numbers, 1)
    one, other = jets.directions(2)
    x, y = jets.moved(0, one), jets.moved(0, other)
    with pytest.raises(HigherOrder):
        jets.sign(x - y)
    assert jets.sign(x) == 1 and {one, other} <= jets.kinked


def test_a_kink_is_only_met_where_the_constant_is_0(numbers):
    jets = Jets(numbers, 1)
    (direction,) = jets.directions()
    assert jets.sign(jets.moved(2, direction)) == 1 and not jets.kinked
    with pytest.raises(Unclear):
        jets.sign(jets.moved(numbers.ball(numbers.exact(1, 3)) * 3 - 1, direction))
    with pytest.raises(Unclear):
        jets.sign(numbers.ball(numbers.exact(1, 3)) * 3 - 1)


# Vanishing denominators -----------------------------------------------------------------------------------------------


def vanishing(numbers, order=5):
    jets = Jets(numbers, order)
    (jets.vanishing,) = jets.directions()
    return jets, jets.moved(0, jets.vanishing)


def test_a_quotient_by_what_vanishes_is_expanded_if_the_numerator_vanishes_too(numbers):
    jets, h = vanishing(numbers)
    x = numbers.exact(2, 3)
    cases = (
        (jets.sin(h), h, sympy.sin(X) / X, 0),
        (jets.exp(h) - 1, h, (sympy.exp(X) - 1) / X, 0),
        (1 - jets.cos(h), h * h, (1 - sympy.cos(X)) / X**2, 0),
        (h * h, h, X, 0),
        ((x + h) * (x + h) - x * x, 2 * h, X / 2 + sympy.Rational(2, 3), 0),
    )
    for above, below, known, _ in cases:
        jets.divided = 0
        found = jets.powers(jets.quotient(above, below), jets.vanishing)
        series = sympy.series(known, X, 0, 4).removeO()
        for power in range(jets.order - jets.divided):
            assert is_near(numbers, found.get(power, 0), sympy.nsimplify(series.coeff(X, power))), (known, power)
        assert jets.divided == (2 if known == (1 - sympy.cos(X)) / X**2 else 1)


def test_a_quotient_whose_numerator_does_not_vanish_does_not_exist(numbers):
    jets, h = vanishing(numbers)
    with pytest.raises(ZeroDivisionError):
        jets.quotient(1 + h, h)
    with pytest.raises(ZeroDivisionError):
        jets.quotient(h, h * h)
    with pytest.raises(Unclear):  # whether the numerator vanishes is not known
        jets.quotient(h + numbers.function("exp", 1) * 10**40 - numbers.function("exp", 1) * 10**40, h)


# Addends --------------------------------------------------------------------------------------------------------------


def test_nothing_is_what_is_far_below_the_smallest_addend_and_below_1(numbers):
    around_0 = (numbers.ball(numbers.exact(1, 3)) * 3 - 1) * 2**200  # a ball of about this size

    def known(jets):
        return [jets.is_nothing(around_0 * numbers.exact(1, 2**bits)) for bits in (60, 70, 150, 170, 280, 310)]

    jets = Jets(numbers, 1)
    assert jets.is_nothing(0)
    assert known(jets) == [False, True, True, True, True, True]  # below 2^-64, that of 1
    jets.total([2**90])
    assert known(jets) == [False, True, True, True, True, True]  # large numbers do not make it larger
    jets.addend(numbers.exact(1, 2**90))
    assert known(jets) == [False, False, False, True, True, True]
    jets.total([2**200, numbers.exact(1, 2**30)])  # beside the other addend this one counts as 2^-230
    assert known(jets) == [False, False, False, False, False, True]
    equal = Jets(numbers, 1)
    equal.total([10**60, 0, 10**60])  # an addend that is 0 is none
    assert known(equal) == known(Jets(numbers, 1))


def test_the_small_part_of_tanh_is_an_addend(numbers):
    jets = Jets(numbers, 1)
    jets.tanh(300)
    assert jets.smallest < -800


def test_a_fraction_that_becomes_too_long_goes_on_as_a_ball(numbers):
    jets = Jets(numbers, 1)
    value = numbers.exact(3, 7)
    long = jets.whole_power(value, 10**5)
    assert not numbers.is_exact(long) and is_near(numbers, jets.ln(long) / 10**5, sympy.log(sympy.Rational(3, 7)))
    assert numbers.is_exact(jets.whole_power(value, 100))
    assert jets.whole_power(-1, 10**9 + 1) == -1 and jets.whole_power(0, 10**9) == 0


# Complex numbers ------------------------------------------------------------------------------------------------------

PARTS = st.fractions(-3, 3, max_denominator=8)
OPERATIONS = {
    "+": lambda one, other, jets: one + other,
    "-": lambda one, other, jets: one - other,
    "*": lambda one, other, jets: one * other,
    "/": lambda one, other, jets: pairs.quotient(one, other, jets),
}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(PARTS, PARTS, PARTS, PARTS, st.sampled_from(list(OPERATIONS)), st.booleans())
def test_complex_arithmetic_is_exact_and_that_of_sympy(a, b, c, d, name, is_real):
    if name == "/" and not (c or d):
        return
    numbers = Flint()
    x, y, u, v = (numbers.exact(*each.as_integer_ratio()) for each in (a, b, c, d))
    if is_real:  # a real number on one side
        if name == "/" and not c:
            return
        d, other = Fraction(0), u
    else:
        other = Pair(u, v)
    found = OPERATIONS[name](Pair(x, y), other, Jets(numbers))
    z, w = (
        sympy.Rational(*p.as_integer_ratio()) + sympy.I * sympy.Rational(*q.as_integer_ratio())
        for p, q in ((a, b), (c, d))
    )
    true = sympy.expand_complex({"+": z + w, "-": z - w, "*": z * w, "/": z / w if w else 0}[name])
    for part, known in ((found.real, sympy.re(true)), (found.imaginary, sympy.im(true))):
        assert Fraction(*numbers.ratio(part)) == Fraction(int(known.p), int(known.q))
    mixed = OPERATIONS["-"](u, Pair(x, y), None)
    assert (mixed.real, mixed.imaginary) == (u - x, -y)


@pytest.mark.parametrize("name", ["exp", "sin", "cos", "tanh"])
def test_complex_functions_are_those_of_mpmath(name, numbers):
    jets = Jets(numbers)
    for x, y in ((Fraction(1, 2), Fraction(-2, 3)), (Fraction(0), Fraction(5, 4)), (Fraction(-3), Fraction(0))):
        value = Pair(*(numbers.exact(*each.as_integer_ratio()) for each in (x, y)))
        found = getattr(pairs, name)(value, jets)
        with mpmath.workprec(400):
            at = mpmath.mpc(mpmath.mpf(x.numerator) / x.denominator, mpmath.mpf(y.numerator) / y.denominator)
            true = getattr(mpmath, name)(at)
        assert is_near(numbers, found.real, true.real) and is_near(numbers, found.imaginary, true.imag)
        near = getattr(cmath, name)(complex(float(x), float(y)))
        assert (numbers.near(found.real), numbers.near(found.imaginary)) == pytest.approx((near.real, near.imag))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(PARTS, PARTS, st.integers(-6, 9))
def test_whole_powers_of_complex_numbers_are_exact(a, b, exponent):
    if exponent < 0 and not (a or b):
        return
    numbers = Flint()
    value = Pair(*(numbers.exact(*each.as_integer_ratio()) for each in (a, b)))
    found = pairs.whole_power(value, exponent, Jets(numbers))
    z = sympy.Rational(*a.as_integer_ratio()) + sympy.I * sympy.Rational(*b.as_integer_ratio())
    true = sympy.expand_complex(sympy.expand(z**exponent))
    for part, known in ((found.real, sympy.re(true)), (found.imaginary, sympy.im(true))):
        assert Fraction(*numbers.ratio(part)) == Fraction(int(known.p), int(known.q))


def test_a_complex_step_of_an_expansion_gives_the_derivative(numbers):
    jets = Jets(numbers, 3)
    (direction,) = jets.directions()
    h = jets.moved(0, direction)
    found = pairs.exp(Pair(1, h), jets)
    assert is_near(numbers, jets.slope(found.imaginary, direction), sympy.E)
    assert is_near(numbers, jets.powers(found.imaginary, direction)[3], -sympy.E / 6)
    assert is_near(numbers, jets.powers(found.real, direction)[2], -sympy.E / 2)
