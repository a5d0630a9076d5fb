"""Claims up to a rest: f(x + h) = f(x) + O(h)."""

import re
from fractions import Fraction
from math import cos

import pytest
from common import AGREES, REFUTED, SOFTMAX, UNDECIDED, last_verdict

TAYLOR = r"f(x + h) = f(x) + h f'(x) + \frac{h^2}{2} f''(x) + \frac{h^3}{6} f'''(x)"
CENTRAL = r"\frac{f(x + h) - f(x - h)}{2 h} = f'(x)"


def test_a_rest_of_the_stated_order_agrees_and_one_that_shrinks_faster_does_too(status):
    assert status(rf"{TAYLOR} + O(h^4)") == AGREES
    assert status(rf"{TAYLOR} + O(h^2)") == AGREES
    assert status(rf"{CENTRAL} + O(h^2)") == AGREES
    assert status(rf"{CENTRAL} + \frac{{h^2}}{{6}} f'''(x) + O(h^4)") == AGREES


@pytest.mark.parametrize(
    "slip",
    [
        rf"{TAYLOR} + O(h^5)",
        rf"{TAYLOR} + O(h^4)".replace("{6}", "{3}"),
        rf"{TAYLOR} + O(h^4)".replace(r"+ \frac{h^2}{2} f''(x)", ""),
        rf"{TAYLOR} + O(h^4)".replace("h f'(x)", "h f''(x)"),
        rf"{CENTRAL} + O(h^3)",
        rf"{CENTRAL} + O(h^2)".replace("2 h", "h"),
        rf"{CENTRAL} + \frac{{h^2}}{{3}} f'''(x) + O(h^4)",
        rf"{CENTRAL} - \frac{{h^2}}{{6}} f'''(x) + O(h^4)",
    ],
)
def test_a_rest_that_shrinks_slower_than_stated_is_refuted(status, slip):
    assert status(slip) == REFUTED


def test_the_counterexample_says_with_which_power_the_rest_begins(tmp_path):
    verdict = last_verdict(tmp_path, rf"{CENTRAL} + O(h^3)")
    found = re.fullmatch(r"a rest that begins with (-?[0-9.]+) h\^2", verdict.counterexample.left)
    inputs = dict(verdict.counterexample.inputs)
    printed = r"(\S+) \(sin\((\S+) x \+ (\S+)\) \+ \S+ x\^2 \+ (\S+) x\^3 \+ \S+\)"
    s, p, q, v = map(float, map(Fraction, re.fullmatch(printed, inputs["f(x)"]).groups()))
    third = s * (6 * v - p**3 * cos(p * float(Fraction(inputs["x"])) + q))
    assert float(found[1]) == pytest.approx(third / 6)
    assert verdict.counterexample.right == "O(h^3)"


def test_a_rest_that_is_exactly_nothing_has_any_order(status):
    assert status("(x + h)^2 = x^2 + 2 x h + h^2 + O(h^6)") == AGREES
    assert status("(x + h)^2 = x^2 + 2 x h + O(h^3)") == REFUTED


def test_the_whole_right_side_may_be_a_rest(status):
    assert status("f(x + h) - f(x) = O(h)") == AGREES
    assert status("f(x + h) - f(x) = O(h^2)") == REFUTED


def test_a_rest_is_measured_on_both_sides_and_at_kinks(status):
    kink = r"\max(x + h, 0) = \max(x, 0) + h + O(h^2)"
    assert status(rf"{kink} \quad (x > 0)") == AGREES
    assert status(kink) == REFUTED
    assert status(r"\max(h, 0) = h + O(h^2)") == REFUTED
    assert status(r"\max(h, 0) = h + O(h^2) \quad (h > 0)") == AGREES


def test_a_condition_that_keeps_the_letter_from_zero_leaves_nothing_to_measure(status):
    assert status(r"f(x + h) = f(x) + O(h) \quad (h \ge 1)") == UNDECIDED
    assert status(r"f(x + h) = f(x) + O(h) \quad (h < 1)") == AGREES


def test_a_rest_beside_derivatives_that_are_quotients_is_measured_too(status):
    definition = r"L_i := \ln \left( \sum_{l=1}^{M} e^{h z_{il}} \right)"
    slope = r"\frac{\partial L_i}{\partial h}"
    mean = r"\frac{1}{M} \sum_{l=1}^{M} z_{il}"
    assert status(definition, rf"{slope} = {mean} + O(h)") == AGREES
    assert status(definition, rf"{slope} = {mean} + O(h^2)") == REFUTED
    assert status(definition, rf"{slope} = 2 \cdot {mean} + O(h)") == REFUTED


def test_the_smooth_function_has_the_derivatives_that_its_primes_stand_for(status):
    assert status(r"\frac{\partial}{\partial x} f(x) = f'(x)") == AGREES
    assert status(r"\frac{\partial^2}{\partial x^2} f(x) = f''(x)") == AGREES
    assert status(r"\frac{\partial}{\partial x} f''(x) = f'''(x)") == AGREES
    assert status(r"\frac{\partial}{\partial x} f(x) = f''(x)") == REFUTED


def test_a_rest_stands_only_at_the_end_of_a_right_side(why):
    only = "O stands only as the last addend of the right side of an equation"
    for formula in ("f(x) + O(h) = f(x)", "x = x + O(h) + h", "x = 2 O(h)", r"x \le x + O(h)", "J := x + O(h)"):
        assert why(formula) == only


def test_a_rest_is_a_power_of_one_input(why):
    for argument in ("h x", "h^7", r"h^{0.5}", "2"):
        assert why(f"x = x + O({argument})").startswith("the argument of O is a letter, or its power")
    assert why(r"x = x + O(\tau)") == r"the letter \tau is neither declared nor defined"
    assert "is no input" in why(SOFTMAX, "x = x + O(n)")


def test_what_is_defined_does_not_tend_to_zero(why):
    assert why("J := x^2", "x = x + O(J)") == "J is no input, so it cannot tend to 0"


VARIANCE = r"\frac{1}{M} \sum_{l=1}^{M} z_{il}^2 - \left( \frac{1}{M} \sum_{l=1}^{M} z_{il} \right)^2"
LOG_SUM_EXP = r"\ln \left( \sum_{l=1}^{M} e^{h z_{il}} \right) = \ln M + \frac{h}{M} \sum_{l=1}^{M} z_{il}"


def test_a_pole_that_is_not_there_for_equal_numbers_is_no_rest(status):
    assert status(rf"{LOG_SUM_EXP} + \frac{{h^2}}{{2}} \left( {VARIANCE} \right) + O(h^3)") == AGREES
    assert status(rf"{LOG_SUM_EXP} + \frac{{{VARIANCE}}}{{\frac{{h^2}}{{2}}}} + O(h^3)") == UNDECIDED
    assert status(r"e^h = 1 + h + \frac{1}{h^2} + O(h^2)") == UNDECIDED
    assert status(r"e^h = 1 + h + \frac{1}{h} \sum_{m=1}^{M} (b_m - b_1)^2 + O(h^2)") == UNDECIDED
