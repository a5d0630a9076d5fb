"""Points that are searched for: zeros of guards, conditions made true, narrow valleys, simple counterexamples."""

import random
from fractions import Fraction

import pytest
from common import AGREES, REFUTED

from nncore.verify.numeric import Budget, Shared
from nncore.verify.numeric.balls import arithmetic
from nncore.verify.numeric.comparing import OUTSIDE, Comparison
from nncore.verify.numeric.guards import guards_of
from nncore.verify.numeric.sample_points import FRACTIONS, ONES, SamplePoint, wishes
from nncore.verify.numeric.searching import _exact_roots, _real_roots, _solution, beside, simplified, solved, zeros

NUMBERS = arithmetic()


@pytest.fixture
def compared(item):
    """A comparison of the last claim of a page, and a point for it."""

    def of(*parts, kind=FRACTIONS, seed="1", **sizes):
        claim = item(*parts)
        return Comparison(claim, Shared(), NUMBERS, Budget()), SamplePoint(seed, kind, sizes, wishes(claim), NUMBERS)

    return of


def number(point, name, *place):
    return Fraction(*NUMBERS.ratio(point.number(name, place)))


# Zeros ----------------------------------------------------------------------------------------------------------------


def test_roots_that_are_fractions_are_found_exactly():
    assert list(_exact_roots([Fraction(-3, 7), Fraction(2), 0, 0])) == [Fraction(3, 14)]
    assert set(_exact_roots([Fraction(6), Fraction(-5), Fraction(1), 0])) == {2, 3}
    assert set(_exact_roots([Fraction(-9, 49), 0, 1, 0])) == {Fraction(3, 7), Fraction(-3, 7)}
    for none in ([Fraction(-2), 0, 1, 0], [Fraction(1), 0, 1, 0], [Fraction(1), 0, 0, 0], [0, 0, 0, 1]):
        assert list(_exact_roots(none)) == []


def test_real_roots_are_near():
    assert sorted(_real_roots([-2.0, 0.0, 1.0, 0.0])) == pytest.approx([-(2**0.5), 2**0.5])
    assert sorted(_real_roots([-6.0, 11.0, -6.0, 1.0])) == pytest.approx([1, 2, 3])
    assert _real_roots([1.0, 0.0, 1.0, 0.0]) == [] == _real_roots([5.0, 0.0, 0.0, 0.0])
    assert _real_roots([float("inf"), 1.0, 0.0, 0.0]) == []
    assert _real_roots([1.0, -2.0, 1.0, 0.0]) == pytest.approx([1])  # touches
    assert sorted(_real_roots([-2e-9, 1.0, 3.0, 1e-15])) == pytest.approx([-3e15, -1 / 3, 2e-9], rel=1e-4)


def test_real_roots_are_those_that_were_multiplied_out():
    source = random.Random(5)
    for _ in range(300):
        roots = [source.uniform(-3, 3) * 10.0 ** source.randint(-3, 6) for _ in range(source.randint(1, 3))]
        coefficients = [source.choice((-1, 1)) * 10.0 ** source.randint(-9, 9)]
        for root in roots:
            shifted, scaled = [0.0, *coefficients], [-root * each for each in coefficients] + [0.0]
            coefficients = [one + other for one, other in zip(shifted, scaled, strict=True)]
        found = _real_roots(coefficients + [0.0] * (4 - len(coefficients)))
        for root in roots:
            assert any(place == pytest.approx(root, rel=1e-4, abs=1e-9 * max(map(abs, roots))) for place in found)


def test_linear_equations_are_solved_exactly_and_singular_ones_are_not():
    matrix = [
        [Fraction(0), Fraction(2), Fraction(1)],
        [Fraction(3), 0, Fraction(1)],
        [Fraction(1), Fraction(1), Fraction(1)],
    ]
    right = [Fraction(7), Fraction(6), Fraction(6)]
    found = _solution(matrix, right)
    assert [sum(a * x for a, x in zip(row, found, strict=True)) for row in matrix] == right
    assert _solution([[Fraction(1), Fraction(2)], [Fraction(2), Fraction(4)]], [Fraction(1), Fraction(1)]) is None


@pytest.mark.parametrize(("claim", "due"), [
    (r"\frac{x - 137.25}{x - 137.25} = 1", Fraction("137.25")), (r"\max(x - 7, 0) \ge 0", Fraction(7)),
    (r"\lvert 3 x + \frac{1}{7} \rvert \ge 0", Fraction(-1, 21)), (r"\ln(x^2 - 9) = h", Fraction(3)),
    (r"x \ge 0.001", Fraction(1, 1000)), (r"\sqrt{5 - x} = h", Fraction(5)), (r"x = h \quad (x > 12)", Fraction(12)),
])  # fmt: skip
def test_points_on_a_guard_and_to_both_sides_of_it_are_found(compared, claim, due):
    comparison, point = compared(claim)
    guards = guards_of(comparison.item, comparison.right)
    found = list(zeros(comparison, guards, point, [{}]))
    places = [number(near, "x") for zero in found for _, near in beside(comparison, point, zero)]
    assert due in places or -due in places
    here = due if due in places else -due
    shifts = {place - here for place in places}
    scale = min(abs(here), 1)
    assert {sign * scale * Fraction(1, 10**power) for sign in (1, -1) for power in (3, 12)} <= shifts


def test_guards_of_matrices_and_entries_are_found_too(compared):
    comparison, point = compared(r"\max(x_{ij} - 7, 0) \ge 0", D=2, n=2)
    guards = guards_of(comparison.item, comparison.right)
    found = [zero for zero in zeros(comparison, guards, point, [{"i": 1, "j": 2}]) if zero.leaf == ("X", (1, 2))]
    assert found and all(zero.place == 7 and zero.is_exact for zero in found)


def test_a_difference_of_both_sides_is_searched_for_its_zeros(verdict):
    for root in ("17", r"\frac{355}{113}", "(-1000)", "0.0001"):
        found = verdict(rf"x \ne {root}")
        assert found.status == REFUTED
        assert found.counterexample.left == found.counterexample.right
    assert verdict(r"(x - 17) (x + 40) \ne 0").status == REFUTED
    assert verdict(r"x z \ne 35").status == REFUTED


# Conditions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", [
    "x = 7", "x + z = 3", "x z = 2", "3 x = 5 z", r"x > 100", r"x < -100", r"5 < x < 6", r"x \ge z + 50", "x^2 = 9",
    r"\lvert x \rvert = 4", r"\max(x, z) = 20", r"x^2 + z = 30, x > 2", r"\frac{x}{z} = 8",
])  # fmt: skip
def test_a_point_is_moved_until_conditions_hold_exactly(compared, condition):
    comparison, point = compared(rf"x z = z x + 0 h \quad ({condition})")
    met = 0
    for seed in "12345":
        near = SamplePoint(seed, FRACTIONS, {}, point.wishes, NUMBERS)
        for _ in range(8):
            result = comparison.tried(near, {})
            if result is not OUTSIDE or (better := solved(comparison, near, {})) is None:
                break
            near = better
        met += result.status == AGREES
        if result.status == AGREES and condition in ("x + z = 3", "x z = 2", "3 x = 5 z"):
            x, z = number(near, "x"), number(near, "z")
            assert {"x + z = 3": x + z == 3, "x z = 2": x * z == 2, "3 x = 5 z": 3 * x == 5 * z}[condition]
    assert met >= 1


def test_only_inputs_are_moved_and_nothing_else_changes(compared):
    comparison, point = compared(r"x z = z x + h \quad (x + z = 3)")
    before = number(point, "x"), number(point, "z"), number(point, "h")
    near = solved(comparison, point, {})
    after = number(near, "x"), number(near, "z"), number(near, "h")
    assert after[0] + after[1] == 3 and after[2] == before[2]
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1


# Inequalities ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", [
    r"(x - 1000)^2 \ge 10^{-9}", r"(x - \frac{1}{3})^2 > 0", r"(x - \sqrt{2})^2 \ge 10^{-12}",
    r"(x - 17)^2 + (z + 40)^2 \ge 0.0001", r"(x - z - 1)^2 + (x + z - 100)^2 > 0", r"\lvert x - 123 \rvert \ge 0.001",
    r"x^2 + x z + z^2 \ge 7 x - 11 z - 80", r"e^x \ge 0.000001", r"x^2 - 10 x + 24.999 \ge 0",
    r"x^4 - 8 x^2 + 15.99 \ge 0",
    r"\cosh \ge 1".replace(r"\cosh", r"\frac{e^x + e^{-x}}{2} - 0.0001"), r"(x_{ij} - 50)^2 \ge 0.01",
    r"(x - 1)^2 (x - 40)^2 \ge 0.00001", r"\sin(x) \ge -0.99999", r"(x + z + h - 77)^2 \ge 10^{-6}",
    r"x \ln x \ge -0.3678 \quad (x > 0)", r"x^2 \le 10^{30}", r"x z \le 10^{20}",
])  # fmt: skip
def test_narrow_valleys_are_found(verdict, claim):
    assert verdict(claim).status == REFUTED


@pytest.mark.parametrize("claim", [
    r"x^2 + 1 \ge 2 x", r"e^x \ge 1 + x", r"x^2 + z^2 \ge 2 x z", r"\ln x \le x - 1 \quad (x > 0)",
    r"\lvert x + z \rvert \le \lvert x \rvert + \lvert z \rvert",
    r"x^2 + x z + z^2 \ge 0", r"(x - 1000)^2 \ge 0", r"\sin(x)^2 \le 1", r"x \ln x \ge -0.37 \quad (x > 0)",
    r"\tanh x < 1",
])  # fmt: skip
def test_inequalities_that_hold_agree(verdict, claim):
    assert verdict(claim).status == AGREES


@pytest.mark.parametrize(("claim", "least", "most"), [
    (r"x^2 + 1 \ge 2 x", 0, 0), (r"x^2 + \frac{1}{2} \ge x", 0.25, 0.25), (r"x^2 + z^2 + 3 \ge 0", 3, 3),
    (r"e^x + 2 \ge 1", 1, 1.01), (r"e^x + e^{-x} \ge 1.5", 0.5, 0.5), (r"\lvert x - 7 \rvert + 2 \ge 0", 2, 2.1),
    (r"(x - \frac{1}{3})^2 + (z - 5)^2 + \frac{1}{8} > 0", 0.125, 0.125),
])  # fmt: skip
def test_the_margin_is_how_near_the_sides_come(verdict, claim, least, most):
    found = verdict(claim)
    assert found.status == AGREES
    assert least - 1e-12 <= found.margin <= most + 1e-12


def test_an_equation_has_no_margin(verdict):
    assert verdict("x + x = 2 x").margin is None


# Simplicity -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "due"), [
    (r"x z h = x z", {"h": "0", "x": "1", "z": "1"}), (r"x + z = x - z", {"x": "0", "z": "1"}),
    (r"x \le 50", {"x": "100"}), (r"x^2 = x", None), (r"(x - 7) h \ge 0 \quad (h > 0)", None),
])  # fmt: skip
def test_a_counterexample_has_simple_numbers(verdict, claim, due):
    found = verdict(claim)
    assert found.status == REFUTED
    inputs = dict(found.counterexample.inputs)
    assert all(Fraction(text).denominator == 1 for text in inputs.values())
    assert due is None or all(Fraction(inputs[name]) in (0, 1, -1, 2, -2, 3) or name == "x" for name in due)


def test_a_simpler_counterexample_is_one_for_the_same_reason(compared):
    comparison, point = compared(r"x z = x + h", seed="3")
    result = comparison.tried(point, {})
    assert result.status == REFUTED
    near, other = simplified(comparison, point, {}, result)
    assert other.status == REFUTED and other.reason == result.reason
    x, z, h = (number(near, name) for name in "xzh")
    assert x * z != x + h and {x, z, h} <= {0, 1, -1, 2, -2, 3, 10, -10}
    assert comparison.tried(near, {}).left == other.left


def test_a_simpler_point_satisfies_the_conditions_too(verdict):
    found = verdict(r"x = 50 \quad (x > 49.5, x \ne 60)")
    assert found.status == REFUTED and Fraction(dict(found.counterexample.inputs)["x"]) > Fraction("49.5")


def test_a_point_of_equal_numbers_is_a_start_for_a_search(compared):
    comparison, point = compared(r"(x - 3)^2 + z^2 \ge 0.01", kind=ONES)
    assert comparison.tried(point, {}).status == AGREES


def test_a_polynomial_that_overflows_has_the_roots_that_are_near():
    assert _real_roots([1.0, 1e300, 1e-300]) == pytest.approx([-1e-300])
    assert _real_roots([1e300, 1e300, 1e300, 1e308]) == pytest.approx([-0.00215], rel=0.01)
