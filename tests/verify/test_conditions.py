r"""What follows a formula after a comma or a \quad: claims of their own, and conditions that something satisfies."""

import pytest
from common import AGREES, NOTATION, REFUTED, block

from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import latex, show

LETTERS = block(
    "scalars:\n  - {letter: q, over: r, meaning: a number for each layer}\n  - {letter: '\\beta', meaning: b}"
)
COST = r"J := x^2 + z^2"


@pytest.fixture
def letters():
    return (LETTERS,)


@pytest.fixture
def shown(say):
    """The claims of a page as they are read, each with its conditions."""

    def found(*parts):
        page = say(*parts)
        assert not page.faults, page.faults
        items = [item for item in page.items if item.kind != "definition"]
        return [f"{show(item.left)} {item.relation} {show(item.right)}" + _where(item) for item in items]

    return found


def _where(item):
    return " where " + ", ".join(map(show, item.conditions)) if item.conditions else ""


# Second claims --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("second", [
    r"2 + 2 = 5", r"1 = 2", r"2 \le 1", r"\pi = 3", r"\ln 2 > 1", r"\frac{1}{2} = 1",  # nothing but numbers
    r"z = 2 z", r"x^2 = 9", r"2 x = x", r"x z = 0", r"\lvert x - z \rvert < 1", r"e^x > 3", r"f(0) = 0",
    r"\sqrt{x^2} = x", r"x + 1 = 2", r"x - 1 > 0",
    r"x = h", r"x \le h", r"x \ne h", r"x < x", r"x > n", r"h = M", r"-x = x", r"x = 1 = 1",  # no numbers beside inputs
    r"n = 2 D", r"n^2 = n", r"n = n", r"n = n + 1", r"n - D = 0", r"-n < 0", r"\frac{n}{2} = 1",
    r"z_{i1} = z_{i2}", r"z_{im} = b_m", r"X = 0 X", r"Z = Y", r"\sum_{m=1}^{M} b_m = 0", r"\delta_{km} = 0",
    r"x \approx 3.0", r"f'(x) = 0", r"h = x \le 2", r"\operatorname{Re}(x) = 0", r"\max(x, 1) = 1",
])  # fmt: skip
@pytest.mark.parametrize("between", [r", \quad ", r" \quad ", r", \qquad "])
def test_a_relation_that_need_not_be_a_condition_is_a_claim(say, second, between):
    page = say(rf"z_{{im}} x_{{ij}} b_k = z_{{im}} b_k x_{{ij}}{between}{second}")
    links = read(second, NOTATION).statements[0].links
    assert [item.right for item in page.items[1:]] == [link.right for link in links]
    assert not page.faults and not any(item.conditions for item in page.items)


@pytest.mark.parametrize("second", [
    r"\frac{\partial J}{\partial z} = 3 z", r"\frac{\partial J}{\partial z} = 2", 
    r"\frac{\partial J}{\partial z} \ge 0", "J = 0", "J > 0", "J = 5", r"J \ne 0", "-J > 1",
])  # fmt: skip
def test_what_is_defined_is_in_no_condition_without_parentheses(shown, verdict, second):
    first = r"\frac{\partial J}{\partial x} = 2 x"
    assert len(shown(COST, rf"{first}, \quad {second}")) == 2
    assert verdict(COST, rf"{first}, \quad {second}").status == REFUTED


def test_what_a_formula_defines_itself_is_in_no_condition_either(shown):
    assert shown(rf"{COST}, \quad J = 3") == ["J = 3"]
    assert shown(rf"{COST}, \quad J > 0 \quad (x > 0)") == ["J > 0 where x > 0"]
    assert shown(r"u_0 := 0, \quad u_0 = 1") == ["u[0] = 1"]
    assert shown(r"a_{im} := z_{im}, \quad a_{im} = 0") == ["a[i, m] = 0"]


@pytest.mark.parametrize("condition", [
    "n = D", "M = 2", r"n \ne D", "n > 1", r"1 \le r < R", r"t \ge 1", "t = 7", r"k \ne m", "k = c_i", r"m < M",
    "R = 3", r"t \ge r - 1", "D_1 = 2", "x > 0", r"x \ne 0", "x = 3", r"0 < \beta < 1", r"\beta_1 \ne 1",
    r"-h \le x \le h", r"0 < x < h", r"z_{im} \ne 0", r"x \ne \frac{\pi}{2}", r"x > -\sqrt{2}", r"-x < 1", "M = D = 3",
    r"\lvert x \rvert \le 1",
])  # fmt: skip
def test_what_can_only_be_a_condition_is_one_without_parentheses(say, condition):
    first = r"z_{im} b_k t r c_i = z_{im} t b_k r c_i"
    for text in (rf"{first} \quad {condition}", rf"{first}, \quad {condition}", rf"{first} \quad ({condition})"):
        page = say(text + r" \quad r \ge 1")
        assert [item.kind for item in page.items] == ["claim"] and not page.faults, page.faults
        assert show(page.items[0].conditions[0]) == show(read(condition, NOTATION))


def test_a_condition_holds_for_what_stands_before_it(shown):
    assert shown(r"x = z \quad (x > 1), z = h, h > 0, \quad 2 x = 5") == [
        "x = z where x > 1, h > 0", "z = h where h > 0", "(2 * x) = 5",
    ]  # fmt: skip
    assert shown(r"x + x = 2 x, \quad z - z = 0 \quad (M = 2)") == [
        "(x + x) = (2 * x) where M = 2", "(z - z) = 0 where M = 2",
    ]  # fmt: skip


def test_a_line_of_aligned_has_claims_and_conditions_of_its_own(shown):
    lines = r"\begin{aligned} x &= x + 0, \quad 2 = 3 \quad (h > 0) \\ &= x + 1 \end{aligned} \quad (M = 2)"
    assert shown(lines) == [
        "x = (x + 0) where M = 2, h > 0", "(x + 0) = (x + 1) where M = 2", "2 = 3 where h > 0, M = 2",
    ]  # fmt: skip


def test_a_premise_is_none_of_a_second_claim(shown, verdict):
    assert shown(r"h = x \Rightarrow h^2 = x^2, \quad 2 h = x + x") == ["(h ^ 2) = (x ^ 2)", "(2 * h) = (x + x)"]
    assert verdict(r"h = x \Rightarrow h^2 = x^2, \quad 2 h = x + x").status == REFUTED


def test_every_relation_of_an_assumption_is_assumed_and_of_a_definition_defines(say):
    directive = "```{{{}}} Title\n:label: asm-a\n\n$$\n{}\n$$\n```\n"
    rows = say(directive.format("prf:assumption", r"z_{im} \ge 0, \quad \sum_{m=1}^{M} z_{im} = 1"))
    assert [item.kind for item in rows.items] == ["assumption", "assumption"] and not rows.faults
    both = say(directive.format("prf:definition", r"J = x^2, \quad H = 2 J"), "H = 2 x^2")
    assert [item.kind for item in both.items] == ["definition", "definition", "claim"] and not both.faults


def test_a_claim_that_is_written_out_again_says_the_same():
    for text in (r"x = x \quad (x > 1, z > 0) \quad 2 = 3", r"x = x \quad 1 \le r < R", r"2 = 2, \quad x^2 = 9"):
        tree = read(text, NOTATION)
        assert read(latex(tree), NOTATION) == tree


# Conditions in parentheses --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", [
    "x^2 = 9", "x^2 = 5 x", "x^2 + z^2 = 25", "x^3 - 6 x^2 + 11 x = 6", "x = h", "x > h", r"x \ne 0", 
    "n^2 - 10 n + 16 = 0", r"M = D", r"z_{i1} = z_{i2}", r"x z \ne 1", "e^x = 2", r"f(x) \ne 0", r"f'(x) \ne 0",
])  # fmt: skip
def test_in_parentheses_stands_a_condition(shown, condition):
    (claim,) = shown(rf"x + z_{{i1}} = z_{{i1}} + x \quad ({condition})")
    assert " where " in claim


@pytest.mark.parametrize("condition", [
    r"\frac{\partial J}{\partial x} = 3 x", "J = 0", "J = J + 1", r"f'(x) = 0", r"2 J = x", r"J = 5 \le x",
    r"\frac{\partial J}{\partial x} = 0",
])  # fmt: skip
def test_a_result_in_parentheses_is_no_condition(why, condition):
    assert why(COST, rf"x + 0 = x \quad ({condition})").endswith("no condition: write a claim without parentheses")


@pytest.mark.parametrize("condition", ["1 = 2", "2 + 2 = 4", r"\pi = 3", r"1 \ne 1", "3 < 2", r"\sqrt{2} = 1"])
def test_a_condition_without_letters_is_none(why, condition):
    assert "contains no letter" in why(rf"x + 0 = x \quad ({condition})")
    assert "contains no letter" in why(rf"x + 0 = x \quad \forall {condition}")


@pytest.mark.parametrize("condition", [
    "n < 0", "n = 0", "M < 1", "n = 2.5", "2 < n < 3", "n = 2, n = 3", "n = D, D = 2, n = 3", "n > 3, n < 4", "k < 1",
    "x^2 = -1", "x^2 < 0", r"x^2 + z^2 \le -1", "x^2 + 1 = 0", r"\lvert x \rvert < 0", "e^x < 0", r"\sqrt{x} = -1",
    "x > 1, x < 0", "0 < x < 0", r"x = 1, x \ne 1", "x = 1, x = 2", r"x \ne x", "x < x", r"x \ge 1, x^2 < 1",
    "-x > 2, x > 0", r"\sin(x) = 2", r"\cos(x) + 2 = 0", "n^2 = 0", r"R \ge 2, R < 2",
    "n x^2 = -1", r"\frac{x^2}{n} < 0", "x^{200} < 0", r"n > 2, n^2 \le 8", "n < 3, n^2 > 5",
    "x = z, z = h, h = a, a = 1, x = 2",
    "x + 1 > 3, x < 2", "x = h, h = 1, x = 2", r"\tanh(x) = 2",
])  # fmt: skip
def test_a_condition_that_nothing_satisfies_is_an_error(why, condition):
    for text in (rf"x b_k = b_k x \quad ({condition})", rf"H := \sum_{{k=1}}^{{M}} b_k x \quad ({condition})"):
        if "k" not in condition or ":=" not in text:
            assert "nothing satisfies" in why(text)


@pytest.mark.parametrize("condition", [
    "n = 1", "n^2 = 1", r"n \le 1", "x^2 = 0", r"x^2 \le 0", "x = 1, x < 2", r"1 \le x \le 1", "x^3 = -8", r"e^x \le 1",
    r"x \ne 1", r"n \ne 1", "n = D, D = M, M = 3", "2 < n < 4", r"\sin(x) = 1", "x z = -1", r"\frac{1}{x} = -1",
    "t = 0", r"\lvert x \rvert = 2", "x > 1, x > 2", "10^{300} x = 1", r"x^{17} = -1", r"r = 0",
])  # fmt: skip
def test_bounds_refuse_nothing_that_something_satisfies(shown, condition):
    (claim,) = shown(rf"x t r = t r x \quad ({condition}, r \ge 0)")
    assert " where " in claim


def test_conditions_of_steps_and_expressions_are_looked_at(why):
    assert "nothing satisfies" in why(r"\theta \leftarrow \theta - \eta \quad (\eta < 0, \eta > 0)")
    assert "contains no letter" in why(r"x + 1 \quad (1 = 2)")
    assert "neither declared nor defined" in why(r"x + 1 \quad (\tau > 0)")


def test_large_numbers_in_conditions_take_no_time(shown, why):
    assert shown(rf"x = x + 0 \quad (((((x^{{16}})^{{16}})^{{16}})^{{16}})^{{16}} = {'9' * 300})")
    assert "of more than 300 digits" in why(rf"x = x + 0 \quad (n = {'9' * 301})")


# Sizes ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "condition", ["n = D, D = M", "D = M, n = D", "M = n, D = n", "n = D = M", "n = 3, D = 3, M = 3"]
)
def test_sizes_are_equal_through_others(shown, verdict, condition):
    assert shown(rf"X W = X W + 0 W X \quad ({condition})")
    assert verdict(rf"X W = X W + 0 W X \quad ({condition})").status == AGREES
    assert verdict(rf"X W = W X \quad ({condition})").status == REFUTED


@pytest.mark.parametrize(
    "condition", ["n = D", "n = M, D = 2", r"n \le D, D \le M", r"n = D, M \ne 2", "n = 2, M = 2, D = 3"]
)
def test_sizes_are_not_equal_through_anything_else(why, condition):
    assert why(rf"X W = X W + 0 W X \quad ({condition})").endswith(("has n rows", "nothing broadcasts"))
