"""Where a claim may break or jump: what it needs is printed, and no more; an unmet kink leaves it undecided."""

import pytest
from common import AGREED, AGREES, REFUTED, RELU, SIGMOID, SOFTMAX, UNDECIDED, assuming

from nncore.verify.numeric.guards import guards_of
from nncore.verify.numeric.watching import BASE, DIVISOR, KINK, LOGARITHM, RELATION, ROOT, GuardKey, Same
from nncore.verify.syntax import tree as t


@pytest.fixture
def where(verdict):
    """What a claim that agrees needs."""

    def of(*parts):
        found = verdict(*parts)
        assert found.status == AGREES, found
        return set(found.where)

    return of


# Conditions -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "needs"), [
    (r"\frac{x^2 - 1}{x - 1} = x + 1", {"(x - 1) != 0"}),
    (r"\frac{z}{z} = 1", {"z != 0"}),
    (r"\frac{2 h}{2 h} = 1", {"h != 0"}),
    (r"\frac{x z}{z x} = 1", {"z * x != 0"}),
    (r"x^{-1} x = 1", {"x != 0"}),
    (r"\ln(x^2) = 2 \ln x", {"x > 0", "x ^ 2 > 0"}),
    (r"e^{\ln x} = x", {"x > 0"}),
    (r"\sqrt{x} \sqrt{x} = x", {"x >= 0"}),
    (r"\sqrt{x} \sqrt{z} = \sqrt{x z}", {"x >= 0", "z >= 0", "x * z >= 0"}),
    (r"x^{0.3} x^{0.7} = x", {"x > 0"}),
    (r"\frac{x - 137.25}{x - 137.25} = 1", {"(x - 137.25) != 0"}),
    (r"\frac{x^2 - 2}{x^2 - 2} = 1", {"x ^ 2 - 2 != 0"}),
    (r"\frac{e^x - 3}{e^x - 3} = 1", {"e ^ x - 3 != 0"}),
    (r"\frac{x - z}{x - z} = 1", {"(x - z) != 0"}),
    (r"\frac{\sum_{m=1}^{M} b_m}{\sum_{m=1}^{M} b_m} = 1", {"sum(m = 1..M: b[m]) != 0"}),
    (r"\frac{\cos x}{\cos x} = 1", {"cos(x) != 0"}),
])  # fmt: skip
def test_what_a_claim_needs_is_printed(where, claim, needs):
    found = where(claim)
    assert {each.replace("(", "").replace(")", "") for each in found} == {
        each.replace("(", "").replace(")", "") for each in needs
    }


@pytest.mark.parametrize("claim", [
    r"\frac{x^2 - 1}{x - 1} = x + 1 \quad (x \ne 1)", r"\frac{x^2 - 1}{x - 1} = x + 1 \quad (x > 1)",
    r"\frac{z}{z} = 1 \quad (z \ne 0)", r"\frac{z}{z} = 1 \quad (z < -2)", r"\frac{z}{z} = 1 \quad (z^2 = 9)",
    r"\frac{x}{\sqrt{x^2 + 1}} = \frac{x}{\sqrt{1 + x^2}}", r"\ln(1 + e^x) = \ln(e^x + 1)",
    r"\frac{1}{1 + e^{-z}} = \frac{e^z}{1 + e^z}", r"\ln(x^2) = 2 \ln x \quad (x > 0)",
    r"\sqrt{x} \sqrt{x} = x \quad (x \ge 0)",
    r"\frac{x - 137.25}{x - 137.25} = 1 \quad (x \ne 137.25)", r"\frac{x - z}{x - z} = 1 \quad (x > z)",
    r"\frac{x - z}{x - z} = 1 \quad (x \ne z)", r"\frac{1}{n} \sum_{i=1}^{n} 1 = 1", r"\frac{D}{D} = 1",
    r"\frac{\lvert x \rvert + 1}{\lvert x \rvert + 1} = 1",
    r"\frac{b_m}{b_m} = 1 \quad (b_m > 0)",
])  # fmt: skip
def test_what_is_proved_or_excluded_by_a_condition_is_not_printed(where, claim):
    assert where(claim) == set()


def test_softmax_needs_nothing_and_1_minus_it_does(where):
    assert where(SOFTMAX, r"\sum_{m=1}^{M} p_{im} = 1") == set()
    assert where(SOFTMAX, r"\ln p_{im} = z_{im} - \ln \left( \sum_{l=1}^{M} e^{z_{il}} \right)") == set()
    assert where(SOFTMAX, r"\frac{1 - p_{im}}{1 - p_{im}} = 1")  # with one class it is 0
    assert where(SIGMOID, r"\frac{\sigma(z)}{1 - \sigma(z)} = e^z") == set()


def test_assumptions_exclude_what_they_say_of_all_entries_and_of_no_other(where):
    formula = r"\frac{y_{im}}{y_{im}} = 1"
    assert where(assuming(r"y_{im} > 0"), formula) == set()
    assert where(assuming(r"y_{1,1} > 0"), formula) == {"y[i, m] != 0"}
    shifted = r"\frac{y_{im} - 1.37}{y_{im} - 1.37} = 1"
    assert where(assuming(r"y_{1,1} > 1.37"), shifted) != set()
    assert where(assuming(r"y_{im} > 1.37"), shifted) == set()
    assert where(assuming(r"x_{ij} > 0"), r"\frac{y_{im} x_{ij}}{y_{im}} = x_{ij}") == {"y[i, m] != 0"}


def test_conditions_say_nothing_of_the_letters_of_a_definition(where):
    inverse = r"\sigma(z) := \frac{1}{z - 1.37}"
    assert where(inverse, r"\sigma(z) (z - 1.37) = 1 \quad (z > 1.37)") == set()
    (need,) = where(inverse, r"\sigma(x) z (x - 1.37) = z \quad (z > 1.37)")
    assert need.endswith("in sigma(z)")
    (need,) = where(inverse, r"\sigma(x) (x - 1.37) = 1")
    assert need.endswith("in sigma(z)")
    assert where(inverse, r"\sigma(z) (z - 1.37) = 1") == {"(z - 1.37) != 0"}
    both = where(inverse, r"\sigma(x) (x - 1.37) \ln(z - 1.37) = \ln(z - 1.37)")
    assert both == {"(z - 1.37) > 0", "(z - 1.37) != 0 in sigma(z)"}  # one does not follow from the other
    entry = r"a_{im} := \frac{z_{im}}{b_m - 1.37}"
    claim = r"(b_m - 1.37) \sum_{k=1}^{M} a_{ik} (b_k - 1.37) = (b_m - 1.37) \sum_{k=1}^{M} z_{ik} \quad (b_m > 1.37)"
    assert where(entry, claim) != set()
    assert where(r"J := \frac{1}{x}", r"J x = 1 \quad (x > 0)") == set()


def test_in_a_case_only_what_some_point_violates_is_printed(where):
    sinc = r"\begin{cases} \frac{\sin x}{x} & x \ne 0 \\ 1 & x = 0 \end{cases}"
    assert where(rf"{sinc} = 0 + {sinc}") == set()
    hole = r"\begin{cases} \frac{1}{x - 3} & x > 0 \\ 1 & x \le 0 \end{cases}"
    assert where(rf"{hole} = 0 + {hole}") == {"(x - 3) != 0"}


def test_a_root_of_0_has_no_derivative(verdict, where):
    slope = r"\frac{\partial}{\partial x} \sqrt{x^2 + z^2} = \frac{x}{\sqrt{x^2 + z^2}}"
    assert where(slope)
    assert where(r"\sqrt{x^2 + z^2} = \sqrt{z^2 + x^2}") == set()


def test_a_divisor_that_knows_indices_alone_refutes(verdict):
    found = verdict(r"\frac{b_m}{\delta_{km}} = b_m \delta_{km}")
    assert found.status == REFUTED and "does not hold for all indices" in found.reason


def test_what_exists_nowhere_says_what_it_needs(verdict):
    found = verdict(r"\ln(-x^2) = \ln(-x^2) + 0 h")
    assert found.status == UNDECIDED and "it needs" in found.reason and "> 0" in found.reason
    assert verdict(r"\frac{1}{x - x} = 3").status == UNDECIDED


def test_what_follows_from_another_condition_is_not_printed(where):
    assert where(r"\frac{x \ln x}{x} = \ln x") == {"x > 0"}
    assert where(r"\sqrt{x} \sqrt{x} + \ln x = x + \ln x") == {"x > 0"}
    assert where(r"\frac{\sqrt{x}}{z} = \sqrt{x} z^{-1}") == {"x >= 0", "z != 0"}


# Kinks ----------------------------------------------------------------------------------------------------------------


def test_a_kink_counts_only_under_a_derivative(verdict):
    for place in ("7", r"\pi", r"\frac{22}{7}", r"\sqrt{2}", "e"):
        plain = verdict(rf"\max(x - {place}, 0) = \max(x, {place}) - {place}")
        assert (plain.status, plain.where) == (AGREES, ())
    slope = r"\begin{{cases}} 1, & x > {0} \\ 0, & x \le {0} \end{{cases}}"
    derivative = r"\frac{{\partial}}{{\partial x}} \max(x - {0}, 0)"
    for place in ("0", "7", r"\frac{22}{7}", "(-1000)", "0.001", "123456.789"):
        claim = derivative.format(place) + " = " + slope.format(place)
        assert verdict(claim).status == REFUTED
        assert verdict(rf"{claim} \quad (x \ne {place})").status == AGREES
    for place in (r"\pi", r"\sqrt{2}", "e", r"\ln 3"):  # where no fraction is met
        assert verdict(derivative.format(place) + " = " + slope.format(place)).status == UNDECIDED


def test_smooth_joints_are_no_kinks(verdict):
    for place in ("0", "7", "(-1000)"):
        claim = rf"\frac{{\partial}}{{\partial x}} \max(x - {place}, 0)^2 = 2 \max(x - {place}, 0)"
        assert verdict(claim).status == AGREES


def test_a_value_that_is_agreed_upon_is_no_value_of_another_point(verdict):
    shifted = r"\frac{\partial}{\partial x} \operatorname{ReLU}(x - 7) = \operatorname{ReLU}'(x - 7)"
    assert verdict(RELU, AGREED, shifted).status == REFUTED
    assert verdict(RELU, AGREED, rf"{shifted} \quad (x \ne 7)").status == AGREES


@pytest.mark.parametrize(("claim", "due"), [
    (r"x \ne \sqrt{2}", UNDECIDED), (r"x \ne \pi", UNDECIDED), (r"x^2 \ne 2", UNDECIDED), (r"e^x \ne 2", UNDECIDED),
    (r"x \ne \frac{3}{7}", REFUTED), (r"x^2 \ne \frac{9}{49}", REFUTED), (r"x \ne 123456", REFUTED),
    (r"x \ne 0.000123", REFUTED), (r"3 x + 1 \ne x", REFUTED), (r"x^2 + 1 \ne 0", AGREES), (r"e^x \ne 0", AGREES),
    (r"x \ne z", REFUTED), (r"x_{ij} \ne \frac{3}{7}", REFUTED), (r"\sqrt{2} \ne \pi", AGREES),
    (r"x \ne 3 \quad (x > 3)", AGREES), (r"x \ne 3 \quad (x \ge 3)", REFUTED),
])  # fmt: skip
def test_what_is_said_to_differ_is_tried_where_it_is_equal(verdict, claim, due):
    assert verdict(claim).status == due


def test_a_relation_in_a_case_that_no_fraction_meets_leaves_a_claim_undecided(verdict):
    jump = r"\begin{{cases}} x, & x > {0} \\ 0, & x \le {0} \end{{cases}}"
    other = r"\begin{{cases}} x, & x \ge {0} \\ 0, & x < {0} \end{{cases}}"
    for place, due in ((r"\frac{1}{3}", REFUTED), ("50", REFUTED), (r"\sqrt{2}", UNDECIDED)):
        assert verdict(f"{jump.format(place)} = {other.format(place)}").status == due


FALSE_BESIDE = {  # true of the values of a bracket at most points, but not where it bends or jumps
    t.Absolute: (
        r"\frac{\partial}{\partial x} \lvert x \rvert = 1 \quad (x \ge 0)",
        r"\frac{\partial}{\partial x} \lvert x - 3 \rvert = 1 \quad (2 < x < 9)",
    ),
}


def test_every_bracket_of_a_number_is_known_where_it_bends_and_jumps(verdict):
    of_numbers = {bracket for bracket in t.BRACKETS if bracket.of_number}
    assert of_numbers == {*FALSE_BESIDE}, "a bracket needs false claims about its derivative here"
    for claims in FALSE_BESIDE.values():
        for claim in claims:
            assert verdict(claim).status == REFUTED, claim


# Guards as such -------------------------------------------------------------------------------------------------------


def test_parts_that_say_the_same_guard_apart():
    one, other = t.Letter("x"), t.Letter("x")
    assert one == other and GuardKey(DIVISOR, one) != GuardKey(DIVISOR, other)
    assert GuardKey(DIVISOR, one) == GuardKey(DIVISOR, one) != GuardKey(ROOT, one)
    assert {GuardKey(DIVISOR, one), GuardKey(DIVISOR, one), GuardKey(DIVISOR, other)} == {
        GuardKey(DIVISOR, one), GuardKey(DIVISOR, other)
    }  # fmt: skip
    assert len({Same(one), Same(one), Same(other)}) == 2


@pytest.fixture
def kinds(item):
    """The kinds of the open guards of a claim."""

    def of(*parts):
        claim = item(*parts)
        return sorted(key.kind for key in guards_of(claim, claim.right).open)

    return of


def test_every_place_at_which_a_formula_may_break_is_a_guard_also_in_definitions(kinds):
    assert kinds(r"\frac{1}{x} = h") == [DIVISOR]
    assert kinds(r"\ln x = h") == [LOGARITHM]
    assert kinds(r"\sqrt{x} = h") == [BASE, ROOT]
    assert kinds(r"x^{z} = h") == [BASE]
    assert kinds(r"x^{-2} = h") == [DIVISOR]
    assert kinds(r"x^{2} = h") == []
    assert kinds(r"\max(x, z) + \lvert x \rvert = h") == [KINK, KINK]
    assert kinds(r"\max_l b_l = h") == [KINK]
    assert kinds(r"h = x \quad (x > z)") == [RELATION]
    assert kinds(r"J := \ln x", r"K := \frac{1}{J}", "K = h") == [DIVISOR, LOGARITHM]
    assert kinds(r"\sigma(z) := \frac{1}{z}", r"\sigma(x) = h") == [DIVISOR]
    assert kinds(RELU, AGREED, r"\operatorname{ReLU}'(x) = h") == [KINK, KINK]
    assert kinds(SOFTMAX, r"p_{im} = b_m") == []
    assert kinds(r"b_m b_k = h \quad (m \ne k)") == []


def test_sides_that_exist_at_large_sizes_for_equal_numbers_alone_say_nothing_of_others(verdict):
    found = verdict(r"\sqrt{-\sum_{m=1}^{M} \left( b_m - \frac{1}{M} \sum_{k=1}^{M} b_k \right)^2} = 0")
    assert found.status == UNDECIDED and found.reason == "both sides exist only for small M"


def test_a_root_of_an_entry_of_a_product_is_tried_as_any_other(status):
    norm = r"\sqrt{(X X^\top)_{ii}}"
    assert status(rf"\frac{{(X X^\top)_{{ii}}}}{{{norm}}} = {norm}") == AGREES
    assert status(rf"\frac{{(X X^\top)_{{ii}}}}{{{norm}}} = (X X^\top)_{{ii}}") == REFUTED
    assert status(r"\sqrt{(X W)_{im}} \sqrt{(X W)_{im}} = (X W)_{im}") == AGREES
