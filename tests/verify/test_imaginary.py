"""Complex numbers: what is analytic takes them, what needs order refuses them."""

from itertools import pairwise

import pytest
from common import AGREES, REFUTED, RELU, SIGMOID, UNDECIDED

STEP = r"x + \mathrm{i} h"


def test_the_complex_step_has_an_error_of_order_two_and_the_opposite_sign(status):
    quotient = rf"\frac{{\operatorname{{Im}} f({STEP})}}{{h}}"
    assert status(rf"f'(x) = {quotient} + O(h^2)") == AGREES
    assert status(rf"f'(x) = {quotient} + O(h^3)") == REFUTED
    assert status(rf"{quotient} = f'(x) - \frac{{h^2}}{{6}} f'''(x) + O(h^4)") == AGREES
    assert status(rf"{quotient} = f'(x) + \frac{{h^2}}{{6}} f'''(x) + O(h^4)") == REFUTED
    real = quotient.replace("Im", "Re")  # of which nothing is left to expand: it grows like 1/h
    assert status(rf"f'(x) = {real} + O(h^2)") != AGREES


def test_a_complex_equation_is_one_of_both_parts(status):
    assert status(rf"({STEP})^2 = x^2 - h^2 + 2 \mathrm{{i}} h x") == AGREES
    assert status(rf"({STEP})^2 = x^2 - h^2 - 2 \mathrm{{i}} h x") == REFUTED
    assert status(rf"({STEP})^2 = x^2 + h^2 + 2 \mathrm{{i}} h x") == REFUTED
    assert status(r"e^{\mathrm{i} \pi} = -1") == AGREES
    assert status(r"\mathrm{i}^2 = 1") == REFUTED
    assert status(r"e^{\mathrm{i} x} = \cos x + \mathrm{i} \sin x") == AGREES


def test_parts_and_absolute_values_are_real(status):
    assert status(rf"\operatorname{{Re}} \left( ({STEP})^2 \right) = x^2 - h^2") == AGREES
    assert status(rf"\operatorname{{Im}} \lvert {STEP} \rvert = 0") == AGREES
    assert status(rf"\lvert {STEP} \rvert = \sqrt{{x^2 + h^2}}") == AGREES
    assert status(rf"\lvert {STEP} \rvert \ge \lvert x \rvert") == AGREES
    assert status(r"\operatorname{Im} x = 0") == AGREES


def test_a_smooth_function_is_analytic_and_real_for_real_numbers(status):
    assert status(r"\operatorname{Im} f(x) = 0") == AGREES
    mirrored = r"\operatorname{Im} f(x - \mathrm{i} h)"
    assert status(rf"\operatorname{{Im}} f({STEP}) = -{mirrored}") == AGREES
    assert status(rf"\operatorname{{Im}} f({STEP}) = {mirrored}") == REFUTED


def test_a_defined_function_takes_complex_numbers_if_its_definition_does(status, why):
    quotient = rf"\frac{{\operatorname{{Im}} \sigma({STEP})}}{{h}}"
    assert status(SIGMOID, rf"{quotient} = \sigma(x) \sigma(-x) + O(h^2)") == AGREES
    assert status(SIGMOID, rf"{quotient} = \sigma(x) + O(h^2)") == REFUTED
    relu = why(RELU, rf"\operatorname{{Im}} \operatorname{{ReLU}}({STEP}) = h")
    assert relu == "ReLU of a complex number: max takes real numbers only"


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        (r"x \le \mathrm{i} h", "complex numbers have no order"),
        (rf"\max({STEP}, 0) = x", "max takes real numbers only"),
        (rf"\ln({STEP}) = x", "ln takes real numbers only"),
        (rf"\sqrt{{{STEP}}} = x", "a real number is needed here"),
        (rf"({STEP})^{{0.5}} = x", "whole powers only"),
        (r"x^{\mathrm{i}} = x", "only e has a complex exponent"),
        (rf"\frac{{\partial}}{{\partial x}} \left( {STEP} \right) = 1", "a real number is needed here"),
        (r"J := \mathrm{i} h", "what is defined is real"),
        (r"x = h \quad (\mathrm{i} x = h)", "about real numbers"),
        (r"\mathrm{i} Z = Z", "only numbers are complex"),
        (r"\operatorname{Im} Z = 0", "taken of one number"),
        (r"\operatorname{Im}'(x) = 0", "has no primes"),
    ],
)
def test_where_a_real_number_is_needed_a_complex_one_is_an_error(why, formula, said):
    assert said in why(formula)


def test_nothing_becomes_complex_that_is_not_printed_so(status):
    assert status(r"\sqrt{-1 - x^2} = \mathrm{i} \sqrt{1 + x^2}") == UNDECIDED


def test_functions_that_stand_in_each_other_many_times_take_no_time(say):
    names = [rf"\operatorname{{{chr(97 + number // 9)}{chr(97 + number % 9)}}}" for number in range(60)]
    letters = "".join(f"  - {{name: '{name}', kind: number, meaning: a}}\n" for name in names)
    lines = [rf"{names[0]}(z) := z^2"]
    lines += [rf"{after}(z) := {before}(z) + {before}(-z)" for before, after in pairwise(names)]
    page = say(f"```{{notation}}\nfunctions:\n{letters}```\n", *lines, rf"{names[-1]}(\mathrm{{i}} x) \ne 1")
    assert not page.faults and len(page.items) == 61
