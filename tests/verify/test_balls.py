"""Numbers with proofs: a ball holds the true value, whoever computes it, and a sign that is not known is none."""

import json
import math
from fractions import Fraction
from pathlib import Path

import mpmath
import pytest
from common import NOTATION, UNDECIDED
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from nncore.verify.numeric import balls as balls_module
from nncore.verify.numeric import judge
from nncore.verify.numeric.balls import Flint, Intervals, arithmetic
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.statements import Kind

BACKENDS = [pytest.param(Flint(), id="flint"), pytest.param(Intervals(), id="mpmath")]
NARROW = 40  # bits: so few that nearly everything is rounded
MANY = {"max_examples": 60, "deadline": None, "derandomize": True, "suppress_health_check": [HealthCheck.too_slow]}

WHOLE = st.integers(-(10**6), 10**6)
RATIONAL = st.builds(Fraction, st.integers(-(10**9), 10**9), st.integers(1, 10**9))
EXACT = st.one_of(WHOLE, RATIONAL, st.builds(lambda n, k: Fraction(n) * Fraction(10) ** k, WHOLE, st.integers(-40, 40)))
# A computation: leaves, exact or made balls, and operations on what was computed before.
LEAVES = st.lists(st.tuples(EXACT, st.booleans()), min_size=1, max_size=4)
OPERATIONS = st.lists(
    st.tuples(st.sampled_from("+-*/^n"), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8
)


def fraction(mpf) -> Fraction:
    """A number of mpmath as a fraction, without rounding."""
    sign, mantissa, exponent, _ = mpf._mpf_
    return (-1) ** sign * Fraction(int(mantissa)) * Fraction(2) ** exponent


def ends(number) -> tuple[Fraction, Fraction]:
    """The bounds of a number, read from its parts and not computed by what is tested."""
    if hasattr(number, "ends"):
        low, high = map(fraction, number.ends())
        return low, high
    if hasattr(number, "rad"):
        middle, radius = (
            Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
            for mantissa, exponent in (part.man_exp() for part in (number.mid(), number.rad()))
        )
        return middle - radius, middle + radius
    exact = Fraction(number, 1) if isinstance(number, int | Fraction) else Fraction(int(number.p), int(number.q))
    return exact, exact


def made(numbers, exact, is_ball=False):
    whole = numbers.exact(*exact.as_integer_ratio()) if isinstance(exact, Fraction) else exact
    return numbers.ball(whole) if is_ball else whole


@pytest.fixture(params=BACKENDS)
def numbers(request):
    return request.param


# Arithmetic -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", BACKENDS)
@settings(**MANY)
@given(leaves=LEAVES, operations=OPERATIONS, bits=st.sampled_from([NARROW, 120]))
def test_what_is_computed_holds_the_exact_result(numbers, leaves, operations, bits):
    with numbers.precision(bits):
        values = [(Fraction(exact), made(numbers, exact, is_ball)) for exact, is_ball in leaves]
        for sign, one, other in operations:
            (exact, held), (second, other_held) = values[one % len(values)], values[other % len(values)]
            match sign:
                case "+":
                    values.append((exact + second, held + other_held))
                case "-":
                    values.append((exact - second, held - other_held))
                case "*":
                    values.append((exact * second, held * other_held))
                case "/" if numbers.sign(other_held):
                    values.append((exact / second, numbers.quotient(held, other_held)))
                case "^" if exact:
                    values.append((exact ** (other % 4), held ** (other % 4)))
                case "n":
                    values.append((-exact, -held))
            assume(values[-1][0].denominator.bit_length() < 5000)
    for exact, held in values:
        low, high = ends(held)
        assert low <= exact <= high
        assert not numbers.is_exact(held) or low == exact == high
        assert numbers.sign(held) in ((exact > 0) - (exact < 0), None)
        assert numbers.sign(held) is None or not low < 0 < high


@pytest.mark.parametrize("numbers", BACKENDS)
@settings(**MANY)
@given(exact=EXACT, width=EXACT)
def test_bounds_of_a_size_are_powers_of_2_on_both_sides_of_it(numbers, exact, width):
    with numbers.precision(NARROW):
        wide = made(numbers, exact, True) * made(numbers, width) - made(numbers, width)
        for number in (made(numbers, exact), made(numbers, exact, True), wide):
            low, high = ends(number)
            smallest = 0 if low <= 0 <= high else min(abs(low), abs(high))
            lower, upper = numbers.lower(number), numbers.upper(number)
            assert (lower is None) == (smallest == 0)
            assert lower is None or Fraction(2) ** lower <= smallest <= Fraction(2) ** (lower + 4)
            assert (upper is None) == (low == high == 0)
            assert upper is None or max(abs(low), abs(high)) <= Fraction(2) ** upper
            assert upper is None or Fraction(2) ** (upper - 4) <= max(abs(low), abs(high))


def test_a_ball_around_0_has_no_sign_and_an_exact_0_has_one(numbers):
    with numbers.precision(NARROW):
        third = numbers.ball(numbers.exact(1, 3))
        nothing = third * 3 - 1
        assert numbers.sign(nothing) is None
        assert numbers.lower(nothing) is None and numbers.upper(nothing) < -30
        assert [numbers.sign(each) for each in (0, numbers.exact(0), numbers.ball(0))] == [0, 0, 0]
        assert numbers.sign(nothing + numbers.exact(1, 10**6)) == 1
        assert numbers.sign(nothing - numbers.exact(1, 10**6)) == -1
        assert numbers.upper(0) is numbers.lower(0) is None


def test_a_ball_without_bounds_is_not_finite_and_has_no_sign(numbers):
    with numbers.precision(NARROW):
        third = numbers.ball(numbers.exact(1, 3))
        endless = numbers.quotient(1, third * 3 - 1)
        assert not numbers.is_finite(endless)
        assert numbers.sign(endless) is None and numbers.lower(endless) is None
        assert numbers.upper(endless) > 10**6
        assert numbers.is_finite(third) and numbers.is_finite(7)


def test_balls_whole_numbers_and_fractions_mix_in_both_orders(numbers):
    half, two = numbers.exact(1, 2), numbers.ball(2)
    found = [two + 1, 1 + two, two - 1, 1 - two, two * 3, 3 * two, two / 4, 4 / two]
    found += [two + half, half + two, two - half, half - two, two * half, half * two, two / half, half / two]
    due = [3, 3, 1, -1, 6, 6, Fraction(1, 2), 2]
    due += [Fraction(5, 2), Fraction(5, 2), Fraction(3, 2), Fraction(-3, 2), 1, 1, 4, Fraction(1, 4)]
    assert [ends(each) for each in found] == [(each, each) for each in due]
    assert not any(map(numbers.is_exact, found))
    assert numbers.is_exact(half * half + 1) and ends(half * half + 1)[0] == Fraction(5, 4)
    assert ends(numbers.quotient(1, 3))[0] == Fraction(1, 3) and numbers.ratio(numbers.quotient(4, 6)) == (2, 3)
    assert numbers.ratio(-7) == (-7, 1)
    assert ends(abs(two - 5)) == (3, 3) and ends(abs(half - 1)) == (Fraction(1, 2), Fraction(1, 2))


def test_a_precision_is_given_back_also_after_an_error(numbers):
    def bits():
        low, high = ends(numbers.ball(numbers.exact(1, 3)))
        return -math.log2(high - low)

    before = bits()
    with numbers.precision(500):
        assert 490 < bits() < 510
        with numbers.precision(100):
            assert 90 < bits() < 110
        assert 490 < bits() < 510
    assert bits() == before
    with pytest.raises(KeyError), numbers.precision(500):
        raise KeyError
    assert bits() == before


# Functions ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("numbers", BACKENDS)
@pytest.mark.parametrize("name", ["exp", "ln", "sin", "cos", "root"])
@settings(**{**MANY, "max_examples": 30})
@given(exact=st.builds(Fraction, st.integers(-(10**6), 10**6), st.integers(1, 10**4)))
def test_functions_hold_what_mpmath_says_with_many_digits_and_little_beside(numbers, name, exact):
    exact = abs(exact) + Fraction(1, 997) if name in ("ln", "root") else exact
    with mpmath.workprec(2000):
        true = fraction(
            getattr(mpmath, {"root": "sqrt"}.get(name, name))(mpmath.mpf(exact.numerator) / exact.denominator)
        )
    with numbers.precision(80):
        low, high = ends(numbers.function(name, made(numbers, exact)))
        point = ends(numbers.function(name, made(numbers, exact, True)))
    room = abs(true) / 2**500
    assert low - room <= true <= high + room and point[0] - room <= true <= point[1] + room
    assert high - low <= max(abs(true), abs(exact), 1) / 2**50


@pytest.mark.parametrize("numbers", BACKENDS)
@settings(**{**MANY, "max_examples": 30})
@given(exact=st.builds(Fraction, st.integers(-2000, 2000), st.integers(1, 100)), width=st.integers(1, 60))
def test_functions_of_wide_balls_hold_the_values_all_over_them(numbers, exact, width):
    for name in ("exp", "sin", "cos", "ln", "root"):
        with numbers.precision(NARROW):
            third = numbers.ball(numbers.exact(1, 3))
            wide = made(numbers, exact) + (third * 3 - 1) * 2**width
            low, high = ends(wide)
            if name in ("ln", "root") and low <= 0:
                continue
            inside = low, high, exact, (2 * low + high) / 3
            found = ends(numbers.function(name, wide)) if numbers.is_finite(numbers.function(name, wide)) else None
        for place in inside if found else ():
            with mpmath.workprec(1000):
                at = mpmath.mpf(place.numerator) / place.denominator
                true = fraction(getattr(mpmath, {"root": "sqrt"}.get(name, name))(at))
            room = abs(true) / 2**500
            assert found[0] - room <= true <= found[1] + room


def test_pi_and_the_numbers_of_other_precisions_are_held(numbers):
    for bits in (20, 53, 300):
        with numbers.precision(bits):
            low, high = ends(numbers.pi())
        with mpmath.workprec(1000):
            true = fraction(+mpmath.pi)
        assert low < true < high and high - low < Fraction(16, 2**bits)


def test_digits_and_floats_are_near_the_number(numbers):
    with numbers.precision(100):
        assert numbers.digits(numbers.ball(numbers.exact(2, 3)), 12).startswith("0.66666666666")
        assert numbers.near(numbers.ball(numbers.exact(2, 3))) == pytest.approx(2 / 3)
        assert numbers.near(numbers.exact(2, 3)) == pytest.approx(2 / 3) and numbers.near(7) == 7.0


def test_intervals_take_the_place_of_flint_where_it_is_missing(monkeypatch):
    def missing():
        raise ImportError

    arithmetic.cache_clear()
    try:
        assert arithmetic().name == "flint"
        arithmetic.cache_clear()
        monkeypatch.setattr(balls_module, "Flint", missing)
        assert arithmetic().name == "mpmath"
    finally:
        arithmetic.cache_clear()


# Both backends --------------------------------------------------------------------------------------------------------

CORPUS = Path(__file__).with_name("soundness")


def _sample() -> list[dict]:
    """The first page of every kind, false and true, but for one that takes long."""
    cases = []
    for name in ("false.jsonl", "true.jsonl"):
        lines = [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]
        cases += {case["kind"]: case for case in reversed(lines) if case["name"] != "CH:chain5"}.values()
    return cases


def test_both_backends_come_to_the_same_verdicts(tmp_path):
    pairs = []
    for case in _sample():
        path = tmp_path / "page.md"
        path.write_text(case["page"], encoding="utf-8")
        items = [item for item in meaning(path, NOTATION).items if item.kind in (Kind.CLAIM, Kind.CONVENTION)]
        pairs += [
            (case["name"], *(judge(item, numbers=each) for each in (Flint(), Intervals()))) for item in items[-1:]
        ]
    assert len(pairs) > 50
    differ = [(name, one, other) for name, one, other in pairs if one.status != other.status]
    assert all(other.status == UNDECIDED for _, _, other in differ), differ
    assert len(differ) <= len(pairs) // 50, [name for name, *_ in differ]
    same = [(one, other) for _, one, other in pairs if one.status == other.status]
    assert [_said(one) for one, _ in same] == [_said(other) for _, other in same]


def _said(verdict):
    """What a verdict says, but for the digits of both sides."""
    found = verdict.counterexample
    return verdict.reason, verdict.where, found and (found.sizes, found.entry, found.inputs)
