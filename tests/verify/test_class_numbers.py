r"""Class numbers that a page defines with \arg\max, and definitions with a number."""

from common import AGREES, REFUTED, block

PREDICTED = block(r"scalars:" + "\n" + r"  - {letter: '\hat{c}_i', to: M, ties: first, meaning: predicted class}")
CHOICE = r"\hat{c}_i := \arg\max_m z_{im}"
QUOTIENTS = block("scalars:\n  - {letter: d_1, meaning: forward}\n  - {letter: d_2, meaning: central}")


def test_a_class_number_that_is_defined_is_an_index_and_an_argument_of_delta(status):
    assert status(PREDICTED, CHOICE, r"z_{i \hat{c}_i} = \max_m z_{im}") == AGREES
    assert status(PREDICTED, CHOICE, r"z_{i \hat{c}_i} = \min_m z_{im}") == REFUTED
    assert status(PREDICTED, CHOICE, r"\sum_{m=1}^{M} \delta_{m \hat{c}_i} z_{im} = \max_m z_{im}") == AGREES
    share = r"\rho := \frac{1}{n} \sum_{i=1}^{n} \delta_{\hat{c}_i c_i}"
    assert status(PREDICTED, CHOICE, share, r"\rho \le 1") == AGREES
    assert status(PREDICTED, CHOICE, share, r"\rho < 1") == REFUTED
    smallest = CHOICE.replace("max", "min")
    assert status(PREDICTED, smallest, r"z_{i \hat{c}_i} = \min_m z_{im}") == AGREES


def test_of_equal_places_it_is_the_first(status):
    every = r"\delta_{1 \hat{c}_i} = 1 \quad (M = 3, z_{i1} = z_{i2}, z_{i2} = z_{i3})"
    assert status(PREDICTED, CHOICE, every) == AGREES
    assert status(PREDICTED, CHOICE, every.replace(r"\delta_{1 ", r"\delta_{2 ")) == REFUTED


def test_a_tie_rule_has_to_be_stated(why):
    silent = PREDICTED.replace(" ties: first,", "")
    assert "which of several equal places" in why(silent, CHOICE)
    assert "'first' is taken" in why(PREDICTED.replace("first", "random"), "x = x")
    number = block(r"scalars:" + "\n" + r"  - {letter: s, ties: first, meaning: a number}")
    assert "only a class number" in why(number.replace("letter: s,", r"letter: \mu,"), "x = x")


def test_arg_max_defines_a_class_number_and_nothing_else(why):
    only = "arg max and arg min only define a class number"
    assert why(PREDICTED, r"\arg\max_m z_{im} = c_i") == only
    assert why(PREDICTED, r"s_i := \arg\max_m z_{im}") == only
    assert "is defined by" in why(PREDICTED, r"\hat{c}_i := 1")
    assert "runs to M" in why(PREDICTED, r"\hat{c}_i := \arg\max_j x_{ij}")
    assert "free on the right" in why(PREDICTED, r"\hat{c}_i := \arg\max_m w_{jm}")
    assert "does not occur" in why(PREDICTED, r"\hat{c}_i := \arg\max_m s_i")


def test_a_letter_with_a_fixed_number_is_a_letter_of_its_own(status, why):
    one, other = r"d_1 := \frac{f(x + h) - f(x)}{h}", r"d_2 := \frac{f(x + h) - f(x - h)}{2 h}"
    assert status(QUOTIENTS, one, other, r"d_1 = f'(x) + \frac{h}{2} f''(x) + O(h^2)") == AGREES
    assert status(QUOTIENTS, one, other, "d_1 = d_2") == REFUTED
    assert why(QUOTIENTS, one, one) == "d_1 is defined already"
    assert why(one) == "d is not declared with a number, as d_1, or over steps"
    assert "number, the right side is" in why(QUOTIENTS, "d_1 := X W")
    assert "b is not declared with a number" in why("b_1 := x")
