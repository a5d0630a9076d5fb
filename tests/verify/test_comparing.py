"""One comparison: what is nothing, what a derivative is, what a counterexample says, and what is too large to try."""

import json
import subprocess
import sys
import time
from dataclasses import replace
from fractions import Fraction
from re import fullmatch

import mpmath
import pytest
from common import AGREES, LOSS, REFUTED, RELU, ROOT, SIGMOID, SOFTMAX, UNDECIDED, assuming

from nncore.verify.numeric import Budget, Shared, evaluator, judge
from nncore.verify.numeric.balls import arithmetic
from nncore.verify.numeric.comparing import Comparison
from nncore.verify.numeric.evaluator import Program
from nncore.verify.numeric.jets import Jets
from nncore.verify.numeric.sample_points import FRACTIONS, SamplePoint, Wishes
from nncore.verify.numeric.values import Values
from nncore.verify.numeric.watching import NoDerivative, Same, TooLarge, Watch
from nncore.verify.semantics.statements import Kind

# What is nothing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", [
    r"10^{200} + x = 10^{200}", r"10^{60} + x - 10^{60} = 2 x", r"1 + 10^{-40} = 1", r"x + 10^{-100} = x",
    r"\ln(1 + e^x) = x \quad (x > 500)", r"\ln(1 + e^x) = \max(x, 0) \quad (x > 500)", r"\tanh x = 1 \quad (x > 300)",
    r"\tanh x = -1 \quad (x < -300)", r"\frac{1}{1 + e^{-x}} = 1 \quad (x > 900)", r"e^{-x} = 0 \quad (x > 900)",
    r"\sqrt{x^2 + 10^{-90}} = \lvert x \rvert", r"\sin(10^{-30}) = 10^{-30}", r"e^x = e^x + e^{-1000}",
    r"(1 + 10^{-60} x)^2 = 1 + 2 \cdot 10^{-60} x", r"\ln(1 + 10^{-50}) = 10^{-50}", r"10^{-80} x = 0",
    r"\sum_{m=1}^{M} e^{b_m} = \sum_{m=1}^{M} e^{b_m} + e^{-500}",
    r"\pi = 3.14159265358979323846264338327950288419716939937510",
    r"x - 10^{-50} \ge x", r"x < x - 10^{-50}", r"10^{200} + 1 \le 10^{200}", r"\cos(10^{-20}) = 1",
    r"\sin(10^{-30} x) = 10^{-30} x", r"\cos(10^{-50} x) = 1", r"e^{10^{-40} x} = 1 + 10^{-40} x",
    r"\sqrt{2} = 1.414213562373095048801688724209698078569671875376948073176679737990732478462",
    r"\ln(1 + 10^{-99} b_m) = 10^{-99} b_m \quad (b_m > 0)",
])  # fmt: skip
def test_no_difference_is_too_small_beside_other_numbers(status, claim):
    assert status(claim) == REFUTED


@pytest.mark.parametrize("claim", [
    r"10^{200} + x - 10^{200} = x", r"\ln(1 + e^x) = x + \ln(1 + e^{-x})", r"\tanh x = 1 - \frac{2}{e^{2 x} + 1}",
    r"\tanh x = 1 - \frac{2}{e^{2 x} + 1} \quad (x > 300)", r"\ln(1 + e^x) - x = \ln(1 + e^{-x}) \quad (x > 500)",
    r"(\sqrt{2} + \sqrt{3})^2 = 5 + 2 \sqrt{6}", r"e^{\ln 2 + \ln 3} = 6", r"\sin(x)^2 = 1 - \cos(x)^2",
    r"e^{x} e^{-x} = 1",
    r"\ln(e^{1000 + x^2}) = 1000 + x^2", r"\frac{e^x - e^{-x}}{e^x + e^{-x}} = \tanh x", r"e^{\pi \mathrm{i}} = -1",
])  # fmt: skip
def test_what_is_equal_agrees_however_much_cancels(status, claim):
    assert status(claim) == AGREES


@pytest.mark.parametrize("claim", [
    r"\sin(10^{99999} \pi) = 0", r"e^{e^{20}} = e^{e^{20}} + 10^{-9}",
])  # fmt: skip
def test_a_difference_that_no_precision_tells_from_0_is_not_agreed_upon(status, claim):
    assert status(claim) != AGREES


def test_an_inequality_needs_no_more_digits_than_there_are_and_equality_is_no_strict_order(status):
    assert status(r"e^x < e^x + e^{-1000}") == AGREES
    assert status(r"\sqrt{2}^{2} < 2".replace(r"\sqrt{2}^{2}", r"\sqrt{2} \sqrt{2}")) != AGREES
    assert status(r"\sqrt{2} \sqrt{2} \le 2") == AGREES
    assert status(r"\sqrt{2} \sqrt{2} \ne 2") != AGREES


@pytest.mark.parametrize("claim", [
    r"\ln(1 + e^x) = x \quad (x > 500)", r"\tanh x = 1 \quad (x > 300)", r"e^x = e^x + e^{-1000}",
    r"\frac{1}{1 + e^{-x}} = 1 \quad (x > 900)", r"e^{-x} = 0 \quad (x > 900)", r"x e^{-x} = e^{-x} \quad (x > 900)",
    r"\sqrt{x^2 + 10^{-90}} = \lvert x \rvert", r"\ln(1 + 10^{-50}) = 10^{-50}", r"\sqrt{10^{-90} + x - x} = 0",
])  # fmt: skip
def test_every_agreement_looks_at_the_smallest_addend_and_not_only_one(status, monkeypatch, claim):
    original = Comparison.__init__

    def confirmed(self, *given):
        original(self, *given)
        self._is_confirmed = True

    monkeypatch.setattr(Comparison, "__init__", confirmed)
    assert status(claim) == REFUTED


# Derivatives ----------------------------------------------------------------------------------------------------------

CUBE = r"\sigma(z) := z \lvert z \rvert"
OUTER = r"\lvert z \rvert - \frac{1}{2}, & \lvert z \rvert > 1"
HUBER = r"\sigma(z) := \begin{cases} \frac{z^2}{2}, & \lvert z \rvert \le 1 \\ " + OUTER + r" \end{cases}"
ELU = r"\sigma(z) := \begin{cases} z, & z > 0 \\ e^z - 1, & z \le 0 \end{cases}"


@pytest.mark.parametrize(("definition", "slope", "wrong"), [
    (HUBER, r"\max(-1, \min(z, 1))", r"\max(-1, \min(z, 2))"),
    (ELU, r"\min(1, e^z)", r"\max(1, e^z)"),
    (CUBE, r"2 \lvert z \rvert", r"2 z"),
    (r"\sigma(z) := \max(z, 0)^2", r"2 \max(z, 0)", r"2 z"),
    (r"\sigma(z) := \max(z - 7, 0)^3", r"3 \max(z - 7, 0)^2", r"3 (z - 7)^2"),
    (r"\sigma(z) := \min(z, 0)^2 + \max(z, 0)^2", r"2 z", r"2 \lvert z \rvert"),
    (r"\sigma(z) := \lvert z \rvert^3", r"3 z \lvert z \rvert", r"3 z^2"),
])  # fmt: skip
def test_a_smooth_joint_has_a_slope_also_where_it_is_joined(status, definition, slope, wrong):
    assert status(definition, rf"\sigma'(z) = {slope}") == AGREES
    assert status(definition, rf"\sigma'(z) = {wrong}") == REFUTED
    assert status(definition, rf"\frac{{\partial}}{{\partial x}} \sigma(x) = {slope.replace('z', 'x')}") == AGREES


def test_a_joint_of_values_or_slopes_that_differ_has_none(status):
    steep = HUBER.replace(r"\lvert z \rvert - \frac{1}{2}", r"2 \lvert z \rvert - \frac{3}{2}")
    jump = HUBER.replace(r"\lvert z \rvert - \frac{1}{2}", r"\lvert z \rvert - \frac{1}{3}")
    for broken in (steep, jump):
        assert status(broken, r"\sigma'(1) = 1") == REFUTED
        assert status(broken, r"\sigma'(z) = z \quad (-1 < z < 1)") == AGREES
        assert status(broken, r"\sigma'(z) = z \quad (-1 \le z < 1)") == REFUTED
    assert status(CUBE, r"\sigma''(0) = 0") == REFUTED
    assert status(CUBE, r"\sigma''(z) = 2 \frac{z}{\lvert z \rvert} \quad (z \ne 0)") == AGREES


def test_third_derivatives_are_taken_in_turn(status):
    third = r"\frac{\partial^3}{\partial x^3}"
    assert status(rf"{third} x^3 = 6") == AGREES
    assert status(rf"{third} e^{{2 x}} = 8 e^{{2 x}}") == AGREES
    assert status(rf"{third} e^{{2 x}} = 4 e^{{2 x}}") == REFUTED
    assert status(rf"{third} \tanh x = -2 (1 - \tanh(x)^2) (1 - 3 \tanh(x)^2)") == AGREES
    assert status(rf"{third} \sin x = \cos x") == REFUTED
    assert status(SIGMOID, r"\sigma'''(z) = \sigma(z) (1 - \sigma(z)) (1 - 6 \sigma(z) + 6 \sigma(z)^2)") == AGREES
    assert status(SIGMOID, r"\sigma'''(z) = \sigma(z) (1 - \sigma(z)) (1 - 6 \sigma(z) + 5 \sigma(z)^2)") == REFUTED
    mixed = r"\frac{\partial^3}{\partial x \, \partial z \, \partial h}"
    assert status(rf"{mixed} x z^2 h^3 = 6 z h^2") == AGREES
    assert status(rf"{mixed} x z^2 h^3 = 6 z h") == REFUTED
    cube = rf"{third} (x \lvert x \rvert)"
    assert status(rf"{cube} = 0") == REFUTED  # at 0 there is not even a second derivative
    assert status(rf"{cube} = 0 \quad (x \ne 0)") == AGREES


def test_a_derivative_by_a_defined_letter_goes_down_to_it_and_no_further(status):
    lines = (r"a_{im} := z_{im}^2", r"J := \sum_{i=1}^{n} \sum_{m=1}^{M} a_{im}^2")
    assert status(*lines, r"\frac{\partial J}{\partial a_{im}} = 2 a_{im}") == AGREES
    assert status(*lines, r"\frac{\partial J}{\partial a_{im}} = 2 a_{im} + 1") == REFUTED
    assert status(*lines, r"\frac{\partial J}{\partial z_{im}} = 4 z_{im}^3") == AGREES
    assert status(*lines, r"\frac{\partial J}{\partial z_{im}} = \frac{\partial J}{\partial a_{im}}") == REFUTED
    assert status(*lines, r"\frac{\partial J}{\partial z_{im}} = 2 z_{im} \frac{\partial J}{\partial a_{im}}") == AGREES


# Gradients: all entries at once, and one by one.
BODIES = [
    r"\sum_{i=1}^{n} \sum_{m=1}^{M} z_{im}^3", r"\sum_{i=1}^{n} \ln \left( \sum_{m=1}^{M} e^{z_{im}} \right)",
    r"\phi(Z)",
    r"\sum_{i=1}^{n} \max_m z_{im}", r"\sum_{i=1}^{n} \sum_{m=1}^{M} \max(z_{im}, 0)", r"\prod_{m=1}^{M} z_{1m}",
    r"\sum_{i=1}^{n} \sum_{m=1}^{M} \max(z_{im}, 0)^2", r"\sum_{i=1}^{n} \lvert \sum_{m=1}^{M} z_{im} \rvert",
    r"\sum_{i=1}^{n} \frac{z_{i1}}{1 + z_{i2}^2}", r"\max(z_{1,1}, z_{1,2})^2", r"\sum_{m=1}^{M} \max(z_{1m}, z_{2m})",
    r"\sum_{i=1}^{n} \sum_{m=1}^{M} \lvert z_{im} \rvert z_{im}", r"\sin(z_{1,1}) z_{2,2} + \tanh(z_{1,2} - z_{2,1})",
]  # fmt: skip


@pytest.mark.parametrize("text", BODIES)
def test_a_gradient_at_once_is_the_one_entry_by_entry_at_kinks_and_away_from_them(claims, text):
    *_, item = claims(f"J := {text}", "J = J + 0 z_{1,1}")
    numbers, places = arithmetic(), [(i, m) for i in (1, 2) for m in (1, 2, 3)]
    program = Program(item.scope)
    body = program.code(item.left)
    grids = {
        "away": [Fraction(k * k - 3 * k + 1, 7) for k in range(1, 7)], "ties": [1, 1, 2, -1, -1, 0], "zeros": [0] * 6,
        "some zeros": [0, 2, -1, Fraction(1, 3), 0, 5], "equal": [2] * 6,
    }  # fmt: skip
    compared = 0
    for grid in grids.values():
        fixed = {
            ("Z", place): numbers.exact(*Fraction(each).as_integer_ratio())
            for place, each in zip(places, grid, strict=True)
        }

        def fresh(order, fixed=fixed):
            point = SamplePoint("1", FRACTIONS, {"M": 3, "n": 2}, Wishes(), numbers, fixed=fixed)
            return Values(program, point, Jets(numbers, order), Watch(Budget()))

        with numbers.precision(128):
            at = fresh(1)
            at.watch.budget.begin(10**6)
            at_once = evaluator._gradient(body, Same(item.left), "Z", places, at, {})
            for place in places:
                at = fresh(3)
                at.watch.budget.begin(10**6)
                try:
                    alone = evaluator._by(body, (("Z", place),), at, {})
                except NoDerivative:
                    assert at_once is None  # a kink was met, so that no entry is taken at once
                    continue
                if at_once is not None:
                    gap = at_once[place] - alone
                    assert numbers.sign(gap) in (0, None) and (numbers.upper(gap) or -999) < -100
                    compared += 1
    assert compared >= 6


# Conditions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "inputs"), [
    (r"x = 3 \quad (x^2 = 9)", {"x": "-3"}), (r"x = 1 \quad (x^3 = x, x \ge 0)", {"x": "0"}),
    (r"x = z \quad (x^2 = z^2, x > 0)", None), (r"x \ge 0 \quad (x^2 = 9)", {"x": "-3"}),
    (r"x z = 1 \quad (x + z = 2)", None), (r"x = 5 \quad (5 \le x \le 6)", None), (r"x > z \quad (x \ge z)", None),
    (r"x = 1 \quad (\lvert x \rvert = 1)", {"x": "-1"}), (r"z = x \quad (e^x = e^z, x > 2000)", None),
    (r"x = 7 \quad (\max(x, 7) = 7)", None), (r"x_{ij} = 2 \quad (x_{ij}^2 = 4)", None),
])  # fmt: skip
def test_conditions_are_solved_so_that_what_holds_at_some_of_their_points_is_refuted(verdict, claim, inputs):
    found = verdict(claim)
    assert found.status == (AGREES if "2000" in claim else REFUTED) or (found.status == UNDECIDED and "2000" in claim)
    assert inputs is None or dict(found.counterexample.inputs) == inputs


def test_claims_that_hold_wherever_a_condition_does_agree(status):
    assert status(r"(x - 3) (x + 3) = 0 \quad (x^2 = 9)") == AGREES
    assert status(r"x z \le 1 \quad (x + z = 2)") == AGREES
    assert status(r"\lvert x \rvert = x \quad (x^3 = x, x \ge 0)") == AGREES


def test_an_assumption_holds_for_every_entry(status):
    assert status(assuming(r"y_{im}^2 = y_{im}"), r"y_{im}^3 = y_{im}") == AGREES
    assert status(assuming(r"y_{im}^2 = y_{im}"), r"y_{im} = 1") == REFUTED
    assert status(assuming(r"y_{im} \ge 1"), r"\sum_{m=1}^{M} y_{im} \ge M") == AGREES
    assert status(assuming(r"y_{im} \ge 1"), r"\sum_{m=1}^{M} y_{im} \ge M + 1") == REFUTED
    assert status(assuming(r"\sum_{m=1}^{M} y_{im} = 1"), r"\sum_{i=1}^{n} \sum_{m=1}^{M} y_{im} = n") == AGREES


# Counterexamples ------------------------------------------------------------------------------------------------------


ANY = r"(\S+) \(sin\((\S+) x \+ (\S+)\) \+ (\S+) x\^2 \+ (\S+) x\^3 \+ (\S+)\)"
COST = r"(\S+) \((\S+) \+ a v \+ \(b v\)\^2/2 \+ \(c v\)\^3/6 \+ \(b v\)\^4/24 \+ \(c v\)\^5/120\) with "
COST += r"a = \((.*)\), b = \((.*)\), c = \((.*)\)"


def inputs_of(found):
    """The printed inputs as fractions, with the numbers of the functions that are any."""
    numbers, functions = {}, {}
    for name, text in found.counterexample.inputs:
        if "(" not in name:
            numbers[name] = Fraction(text)
        elif match := fullmatch(ANY, text):
            functions[name.partition("(")[0]] = tuple(map(Fraction, match.groups()))
        else:
            rows = fullmatch(COST, text).groups()
            functions[name.partition("(")[0]] = [[Fraction(each) for each in row.split(", ")] for row in rows]
    return numbers, functions


def real(fraction):
    """A fraction as a number of mpmath."""
    return mpmath.mpf(fraction.numerator) / fraction.denominator


def smooth(numbers, x):
    """Any function of a number, with its derivative."""
    s, p, q, r, v, w = map(real, numbers)
    value = mpmath.sin(p * x + q) + r * x**2 + v * x**3 + w
    return s * value, s * (p * mpmath.cos(p * x + q) + 2 * r * x + 3 * v * x**2)


def entry(numbers, letter, *place):
    shown = "".join(map(str, place))
    return numbers[f"{letter}_{{{shown}}}" if len(shown) > 1 else f"{letter}_{shown}"]


def polynomial(weights, entries, by=None):
    """The function of kind cost, or its derivative by one of its entries."""
    ((scale,), (constant,), *rows) = weights
    a, b, c = (sum(weight * each for weight, each in zip(row, entries, strict=True)) for row in rows)
    if by is None:
        return scale * (constant + a + b**2 / 2 + c**3 / 6 + b**4 / 24 + c**5 / 120)
    return scale * (rows[0][by] + (b + b**3 / 6) * rows[1][by] + (c**2 / 2 + c**4 / 24) * rows[2][by])


def is_printed(found, left, right):
    """Whether both sides are the numbers that are printed, and differ."""
    assert left != right
    for value, text in ((left, found.counterexample.left), (right, found.counterexample.right)):
        text = text.partition(", which")[0]
        if isinstance(value, Fraction | int) and "." not in text:
            assert Fraction(text) == value
        else:
            known = mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else value
            printed = Fraction(text)
            assert mpmath.almosteq(known, mpmath.mpf(printed.numerator) / printed.denominator, rel_eps=1e-10)
    return True


def test_a_counterexample_with_entries_is_computed_again(verdict):
    found = verdict(r"(x_{ij} - 2) (x_{ij} - \frac{1}{3}) z_{im} = x_{ij}^2 z_{im} + h")
    numbers, _ = inputs_of(found)
    at = dict(found.counterexample.entry)
    x, z, h = entry(numbers, "x", at["i"], at["j"]), entry(numbers, "z", at["i"], at["m"]), numbers["h"]
    assert is_printed(found, (x - 2) * (x - Fraction(1, 3)) * z, x * x * z + h)


def test_a_counterexample_with_matrices_is_computed_again(verdict):
    found = verdict("J := h", r"X W = X W (J + 1) + Z")
    numbers, _ = inputs_of(found)
    sizes, at = dict(found.counterexample.sizes), dict(found.counterexample.entry)
    i, m = at["row"], at["column"]
    product = sum(entry(numbers, "x", i, j) * entry(numbers, "w", j, m) for j in range(1, sizes["D"] + 1))
    assert is_printed(found, product, product * (numbers["h"] + 1) + entry(numbers, "z", i, m))


@pytest.mark.parametrize("condition", ["", r" \quad (M \ge 3)"])
def test_a_counterexample_with_softmax_is_computed_again(verdict, condition):
    found = verdict(SOFTMAX, rf"\frac{{\partial p_{{im}}}}{{\partial z_{{ik}}}} = p_{{im}} (1 - p_{{ik}}){condition}")
    numbers, _ = inputs_of(found)
    sizes, at = dict(found.counterexample.sizes), dict(found.counterexample.entry)
    with mpmath.workdps(40):
        row = [entry(numbers, "z", at["i"], k) for k in range(1, sizes["M"] + 1)]
        powers = [mpmath.exp(mpmath.mpf(z.numerator) / z.denominator) for z in row]
        p = [power / sum(powers) for power in powers]
        m, k = at["m"] - 1, at["k"] - 1
        assert is_printed(found, p[m] * ((m == k) - p[k]), p[m] * (1 - p[k]))


def test_a_counterexample_with_a_loss_is_computed_again(verdict):
    found = verdict(SOFTMAX, LOSS, r"\frac{\partial L_i}{\partial z_{im}} = p_{im} + y_{im}")
    numbers, _ = inputs_of(found)
    sizes, at = dict(found.counterexample.sizes), dict(found.counterexample.entry)
    with mpmath.workdps(40):
        row = [entry(numbers, "z", at["i"], k) for k in range(1, sizes["M"] + 1)]
        powers = [mpmath.exp(mpmath.mpf(z.numerator) / z.denominator) for z in row]
        p, y = powers[at["m"] - 1] / sum(powers), entry(numbers, "y", at["i"], at["m"])
        y = mpmath.mpf(y.numerator) / y.denominator
        assert is_printed(found, p - y, p + y)


def test_a_counterexample_with_any_function_is_computed_again(verdict):
    found = verdict(r"f'(x) = f(x) + h")
    numbers, functions = inputs_of(found)
    with mpmath.workdps(40):
        value, slope = smooth(functions["f"], real(numbers["x"]))
        assert is_printed(found, slope, value + real(numbers["h"]))


def test_a_counterexample_with_a_cost_of_any_function_is_computed_again(verdict):
    right = r"f'(z_{im}) \quad (M = 1, n = 1, z_{im} > 2)"
    found = verdict(r"J := \phi(f(Z))", rf"\frac{{\partial J}}{{\partial z_{{im}}}} = {right}")
    numbers, functions = inputs_of(found)
    with mpmath.workdps(40):
        value, slope = smooth(functions["f"], real(numbers["z_{11}"]))
        weights = [list(map(real, row)) for row in functions[r"\phi"]]
        assert is_printed(found, polynomial(weights, [value], 0) * slope, slope)


@pytest.mark.parametrize("condition", ["", r" \quad (M = 3, n = 2)", r" \quad (M = 1, n = 1, z_{im} > 2)"])
def test_a_counterexample_with_any_cost_is_computed_again(verdict, condition):
    found = verdict(r"J := \phi(Z)", rf"\frac{{\partial J}}{{\partial z_{{im}}}} = J z_{{im}}{condition}")
    numbers, functions = inputs_of(found)
    sizes, at = dict(found.counterexample.sizes), dict(found.counterexample.entry)
    entries = [entry(numbers, "z", i, m) for i in range(1, sizes["n"] + 1) for m in range(1, sizes["M"] + 1)]
    place = (at["i"] - 1) * sizes["M"] + at["m"] - 1
    weights = functions[r"\phi"]
    assert is_printed(found, polynomial(weights, entries, place), polynomial(weights, entries) * entries[place])


@pytest.mark.parametrize("claim", [
    r"\frac{x^2 - 2}{x^2 - 2} (x^2 - 2) \ge 0", r"(x - 1)^2 (x - 2)^2 \ge 10^{-22}", r"(x - \sqrt{2})^2 \ge 10^{-12}",
    r"e^x + z^2 \ge 10^{-9}", r"\frac{x + z}{2} \ge \sqrt{x z} + 10^{-12} \lvert x - z \rvert \quad (x > 0, z > 0)",
])  # fmt: skip
def test_inputs_are_printed_exactly_however_long_they_are(verdict, claim):
    found = verdict(claim)
    assert found.status == REFUTED
    numbers, _ = inputs_of(found)
    x, z = numbers["x"], numbers.get("z", Fraction(0))
    with mpmath.workdps(60):
        at, other = (mpmath.mpf(each.numerator) / each.denominator for each in (x, z))
        sides = {
            r"\frac{x + z": (at + other) / 2 - mpmath.sqrt(at * other) - abs(at - other) / 10**12,
            r"\frac{x^2": at**2 - 2, "(x - 1)": (at - 1) ** 2 * (at - 2) ** 2 - mpmath.mpf(10) ** -22,
            r"(x - \sqrt": (at - mpmath.sqrt(2)) ** 2 - mpmath.mpf(10) ** -12,
            "e^x": mpmath.exp(at) + other**2 - mpmath.mpf(10) ** -9,
        }  # fmt: skip
        (gap,) = (value for start, value in sides.items() if claim.startswith(start))
        assert gap < 0


# Budgets --------------------------------------------------------------------------------------------------------------


def test_a_budget_counts_steps_of_all_and_of_one_evaluation():
    budget = Budget(steps=100, seconds=1000)
    budget.begin(60)
    budget.spend(50)
    with pytest.raises(TooLarge):
        budget.spend(20)
    budget.begin(60)
    budget.spend(20)
    assert not budget.is_over
    with pytest.raises(TooLarge):
        budget.spend(20)
    assert budget.is_over
    late = Budget(steps=10**9, seconds=-1)
    late.begin(10**9)
    assert late.is_over
    with pytest.raises(TooLarge):
        late.spend(1)
    judged = Budget(steps=5000, seconds=1000)
    assert judged._steps == 5000


def test_a_number_that_is_huge_at_one_point_keeps_no_larger_sizes_away(claims):
    powers = r"\sum_{k=1}^{M} (1 \cdot e)^{b_k}"
    right, wrong = claims(f"{powers} = {powers}", rf"{powers} = {powers} + (M - 1) (M - 2)")
    found = judge(right)
    assert found.status == AGREES and {dict(sizes)["M"] for sizes in found.sizes} >= {1, 2, 3}
    assert judge(wrong).status == REFUTED
    (huge,) = claims("2^{10^{9}} > 1")
    found = judge(huge)
    assert (found.status, found.reason) == (UNDECIDED, "too large to try")


def test_what_is_judged_takes_of_its_budget_and_ends_with_it(claims):
    (item,) = claims(r"\sum_{k=1}^{M} \sum_{l=1}^{M} b_k b_l = \left( \sum_{k=1}^{M} b_k \right)^2")
    assert judge(item).status == AGREES
    found = judge(item, budget=Budget(steps=300))
    assert (found.status, found.reason) == (UNDECIDED, "too large to try")
    assert judge(item, budget=Budget(seconds=-1)).status == UNDECIDED


@pytest.mark.parametrize("claim", [
    r"\sum_{k=1}^{10000000000} k = 1", r"\sum_{m=1}^{M} b_m = 0 \quad (M = 10000000000)",
    r"\sum_{i=1}^{n} x_{i1} \sum_{k=1}^{M} b_k = \sum_{k=1}^{M} b_k \sum_{i=1}^{n} x_{i1} + h \quad (n = 100000)",
    r"2^{2^{2^{2^{2^{2}}}}} = 1", r"10^{10^{10}} = 10^{10^{10}} + 1",
    r"\sum_{m=1}^{M} \sum_{k=1}^{M} \sum_{l=1}^{M} b_m b_l = b_1 \quad (M = 1000)", r"x^{999999999} = x",
    r"e^{e^{e^{e^{e^{x^2 + 9}}}}} = 1 + e^{e^{e^{e^{e^{x^2 + 9}}}}}", r"\sin(10^{10^{7}}) \le 2",
    r"X W X^\top = X W X^\top + Z Z^\top \quad (n = 1000, D = 1000, M = 1000)",
])  # fmt: skip
def test_what_is_too_large_is_refused_soon_and_never_accepted(say, claim):
    said = say(claim)
    start = time.process_time()
    found = [judge(item) for item in said.items if item.kind == Kind.CLAIM]
    assert said.faults or all(each.status != AGREES for each in found)
    assert time.process_time() - start < 5


def test_a_large_formula_takes_little_memory():
    program = (
        "import resource, sys, tempfile, pathlib\n"
        "sys.path.insert(0, 'tests/verify')\n"
        "from common import say\n"
        "from nncore.verify.numeric import Budget, judge\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "said = say(pathlib.Path(tempfile.mkdtemp()), r'(1 + x)^{99999} + 3^{99999} + \\sum_{m=1}^{M} \\sum_{k=1}^{M}"
        " e^{b_k b_m} = h \\quad (M = 500)')\n"
        "print(judge(said.items[-1], budget=Budget(seconds=1.5)).status)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    status_, kilobytes = done.stdout.split()
    assert status_ != AGREES and int(kilobytes) < 200_000


# What claims share ----------------------------------------------------------------------------------------------------

SHARED = (
    SOFTMAX, LOSS, RELU, r"\sum_{m=1}^{M} p_{im} = 1", r"p_{im} = p_{im}^2",
    r"\frac{\partial L_i}{\partial z_{im}} = p_{im} - y_{im}",
    r"x z = z x + h", r"\frac{x}{x} = 1", r"\frac{\partial}{\partial x} \operatorname{ReLU}(x) = 1 \quad (x > 0)",
    r"\frac{\partial}{\partial x} \operatorname{ReLU}(x) = 0", r"p_{im} \le 1", r"p_{im} < 1", r"f(x) + x = x + f(x)",
    r"x^2 \ge \frac{1}{1000}", r"\ln x + \ln x = \ln(x^2) \quad (x > 0)",
    r"\frac{\partial L_i}{\partial z_{im}} = p_{im} + y_{im}",
)  # fmt: skip


def told(found):
    return found.status, found.reason, found.where, str(found.counterexample)


def test_what_claims_of_a_page_share_changes_no_verdict_in_whatever_order(claims):
    items = claims(*SHARED)
    alone = [told(judge(item)) for item in items]
    assert {status for status, *_ in alone} == {AGREES, REFUTED}
    orders = [items, items[::-1], items[::2] + items[1::2], items[5:] + items[:5]]
    for order in orders:
        shared = Shared()
        together = {id(item): told(judge(item, shared=shared)) for item in order}
        assert [together[id(item)] for item in items] == alone
    again = Shared()
    assert (
        [told(judge(item, shared=again)) for item in items]
        == [told(judge(item, shared=again)) for item in items]
        == alone
    )


def test_scopes_that_are_equal_share_no_program(claims):
    item, shared = claims(*SHARED)[0], Shared()
    again = replace(item.scope)
    assert again == item.scope
    assert shared.program(item.scope) is shared.program(item.scope) is not shared.program(again)


def test_a_claim_that_ran_out_of_its_budget_leaves_others_their_verdicts(claims):
    items = claims(*SHARED)
    alone = [told(judge(item)) for item in items]
    shared = Shared()
    for item in items:
        judge(item, shared=shared, budget=Budget(steps=40))
    assert [told(judge(item, shared=shared)) for item in items] == alone


def test_verdicts_are_the_same_in_another_process(claims, tmp_path):
    items = claims(*SHARED)
    here = [list(map(str, told(judge(item)))) for item in items]
    (tmp_path / "other").mkdir()
    program = (
        "import json, sys, pathlib\n"
        "sys.path.insert(0, 'tests/verify')\n"
        "from common import say\n"
        "from nncore.verify.numeric import judge\n"
        "said = say(pathlib.Path(sys.argv[1]), *json.loads(sys.argv[2]))\n"
        "found = [judge(item) for item in said.items if item.kind == 'claim']\n"
        "print(json.dumps([[x.status, x.reason, str(x.where), str(x.counterexample)] for x in found]))\n"
    )
    arguments = [sys.executable, "-c", program, str(tmp_path / "other"), json.dumps(SHARED)]
    done = subprocess.run(
        arguments, cwd=ROOT, capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "7", "PATH": ""}
    )
    assert json.loads(done.stdout) == here
