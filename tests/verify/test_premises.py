r"""Implications: the left side of \Rightarrow gives an input the value with which the right side is judged."""

import pytest
from common import AGREES, REFUTED, UNDECIDED, block

from nncore.verify.syntax import tree as t

LETTERS = block(
    "scalars:\n  - {letter: T, meaning: size of a third derivative}\n  - {letter: \\tau, meaning: standard deviation}"
)
BOUND = r"B := \frac{\varepsilon}{h} + \frac{T h^2}{6}"
VALLEY = r"h^3 = \frac{3 \varepsilon}{T}"
FLAT = r"\frac{\partial B}{\partial h} = 0"


@pytest.fixture
def letters():
    return (LETTERS,)


def test_a_conclusion_is_judged_where_its_premise_holds(verdict):
    assert verdict(BOUND, rf"{VALLEY} \Rightarrow {FLAT}").status == AGREES
    assert verdict(BOUND, rf"{VALLEY} \Rightarrow B = \frac{{3 \varepsilon}}{{2 h}}").status == AGREES
    assert verdict(BOUND, FLAT).status == REFUTED
    assert verdict(r"\tau = \sqrt{\frac{2}{D}} \Rightarrow D \tau^2 = 2").status == AGREES


@pytest.mark.parametrize("premise", [VALLEY.replace("{3 ", "{6 "), VALLEY.replace("h^3", "h"), "h = 1"])
def test_a_premise_that_does_not_suffice_is_refuted(verdict, premise):
    assert verdict(BOUND, rf"{premise} \Rightarrow {FLAT}").status == REFUTED


def test_a_derivative_by_the_letter_of_the_premise_holds_all_else_fixed(verdict):
    held = r"h = \varepsilon x \Rightarrow \frac{\partial B}{\partial h} = -\frac{\varepsilon}{h^2} + \frac{T h}{3}"
    assert verdict(BOUND, held).status == AGREES
    moved = r"h = \varepsilon x \Rightarrow \frac{\partial B}{\partial \varepsilon} = \frac{1}{h}"
    assert verdict(BOUND, moved).status == REFUTED  # ε is also in h, which the premise makes of it


def test_an_odd_root_is_the_real_one_for_either_sign(verdict):
    assert verdict(r"h^3 = x \Rightarrow h = \lvert h \rvert").status == REFUTED
    assert verdict(r"h^3 = x \Rightarrow h x \ge 0").status == AGREES
    assert verdict(r"h^3 = x \Rightarrow h^6 = x^2").status == AGREES


def test_a_premise_that_nothing_satisfies_proves_nothing(verdict):
    assert verdict(r"h = \sqrt{-1 - x^2} \Rightarrow x = x").status == UNDECIDED


def test_a_premise_holds_in_its_own_formula_only(verdict):
    assert verdict(r"h = x \Rightarrow h = x", "h = x").status == REFUTED


def test_a_chain_after_a_premise_is_judged_link_by_link(say):
    items = say(r"h = x \Rightarrow h^2 = h x = x^2").items
    assert [item.relation for item in items] == ["=", "="]
    (premise,) = items[0].premises
    assert premise.first == t.Letter("h")
    assert items[0].scope.placed == {"h"}
    assert items[0].scope.definitions["h"].body == t.Letter("x")


@pytest.mark.parametrize(
    ("premise", "said"),
    [
        ("x = h + 1 = J", "a premise gives an input its value"),
        ("h > 0", "a premise gives an input its value"),
        ("x + 1 = h", "a premise gives an input its value"),
        (r"\frac{\partial B}{\partial h} = 0", "a premise gives an input its value"),
        ("h^2 = x", "both signs of h satisfy the premise"),
        ("B = x", "B is no input"),
        ("n = 3", "n is no input"),
        ("h = z_{im}", "without free indices"),
        (r"h = \mathrm{i}", "a real number"),
        ("h = X W", "a real number"),
        ("h = h + 1", "depends on h itself"),
        (r"\varepsilon = B", r"B depends on \varepsilon itself"),
    ],
)
def test_other_premises_are_errors(why, premise, said):
    assert said in why(BOUND, rf"{premise} \Rightarrow x = x")


def test_an_implication_without_a_claim_and_one_that_is_assumed_are_errors(why):
    assert why(r"h = x \Rightarrow x") == "an implication claims a relation"
    assumed = "```{prf:assumption} Title\n:label: asm-a\n\n$$ h = x \\Rightarrow x = 1 $$\n```\n"
    assert why(assumed) == "an implication claims a relation"
