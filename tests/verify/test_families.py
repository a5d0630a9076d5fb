r"""Families of layers: what is said of ``Z^{[r]}`` is judged for every layer of networks of 1, 2 and 3 layers."""

import pytest
from common import AGREES, NOTATION, REFUTED, page, patient, with_slip

from nncore.verify.numeric import Shared, judge
from nncore.verify.semantics.elaborate import meaning
from nncore.verify.semantics.layers import instances
from nncore.verify.semantics.statements import Kind

START = r"A^{[0]} := X"
FORWARD = r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R"
ACTIVATION = r"A^{[r]} := f(Z^{[r]}) \quad 1 \le r < R"
COST = r"J := \phi(Z^{[R]})"
NETWORK = (START, FORWARD, ACTIVATION, COST)
BY_Z = r"\frac{\partial J}{\partial Z^{[r]}}"
RECURSION = (
    rf"{BY_Z} = \left( \frac{{\partial J}}{{\partial Z^{{[r+1]}}}} (W^{{[r+1]}})^\top \right) \odot f'(Z^{{[r]}})"
    r" \quad 1 \le r < R"
)
WEIGHTS = rf"\frac{{\partial J}}{{\partial W^{{[r]}}}} = (A^{{[r-1]}})^\top {BY_Z} \quad 1 \le r \le R"


def exercise(*formulas, kind="exercise", title="Title", label=":label: ex-a\n\n"):
    return f"```{{{kind}}} {title}\n{label}" + "\n".join(f"$$ {formula} $$\n" for formula in formulas) + "```\n"


def solution(*formulas):
    return exercise(*formulas, kind="solution", title="ex-a", label="\n")


# The page -------------------------------------------------------------------------------------------------------------


def test_every_claim_about_backpropagation_agrees():
    said = meaning(page("network/backpropagation.md"), NOTATION)
    assert not said.faults, "\n".join(map(str, said.faults))
    shared = Shared()
    verdicts = [(item, judge(item, shared=shared, budget=patient())) for item in said.items if item.kind == Kind.CLAIM]
    assert len(verdicts) > 20
    assert not [f"{item}: {verdict}" for item, verdict in verdicts if verdict.status != AGREES]


SLIPS = [
    ("eq-backpropagation-last", "(P - Y)", "(P + Y)"),
    ("eq-backpropagation-last", r"\frac{1}{n} ", ""),
    ("eq-backpropagation-recursion", r"(W^{[r+1]})^\top", "W^{[r+1]}"),
    ("eq-backpropagation-recursion", "W^{[r+1]}", "W^{[r]}"),
    ("eq-backpropagation-recursion", r"f'(Z^{[r]})", r"f'(A^{[r]})"),
    ("eq-backpropagation-recursion", r"f'(Z^{[r]})", r"f(Z^{[r]})"),
    ("eq-backpropagation-recursion", "r < R", r"r \le R"),
    ("eq-backpropagation-recursion", r"1 \le r", r"0 \le r"),
    ("eq-backpropagation-recursion", r"\quad 1 \le r < R", ""),
    ("eq-backpropagation-weights", "A^{[r-1]}", "A^{[r]}"),
    ("eq-backpropagation-weights", r"(A^{[r-1]})^\top", "A^{[r-1]}"),
    ("eq-backpropagation-biases", r"\mathbf{1}^\top", r"2 \, \mathbf{1}^\top"),
    ("eq-backpropagation-one-layer", "f(z_{ij}^{[r]})", "z_{ij}^{[r]}"),
    ("eq-backpropagation-local", "w_{mk}^{[r+1]}", "w_{km}^{[r+1]}"),
    ("eq-backpropagation-step", "D_{r+1}", "D_r"),
    ("eq-backpropagation-weights-entry", r"a_{ij}^{[r-1]} \, \delta_{km}", r"a_{ij}^{[r]} \, \delta_{km}"),
]


@pytest.mark.parametrize(("label", "printed", "slip"), SLIPS)
def test_a_slip_about_layers_is_refuted_or_rejected_at_its_place(label, printed, slip, tmp_path):
    rejected, claims = with_slip(tmp_path, "network/backpropagation.md", label, printed, slip)
    assert rejected or any(judge(item).status == REFUTED for item in claims)


# Definitions ----------------------------------------------------------------------------------------------------------


def test_lines_that_cover_all_layers_define_a_family(faults):
    assert faults(*NETWORK) == []
    assert faults(START, FORWARD.replace("Z", "A").replace("A^{[r-1]} W", "f(A^{[r-1]}) W")) == []
    entries = r"z_{im}^{[r]} := \sum_{j=1}^{D_{r-1}} a_{ij}^{[r-1]} w_{jm}^{[r]} + b_m^{[r]} \quad 1 \le r \le R"
    assert faults(START, entries, ACTIVATION) == []


def test_a_recursion_has_a_base_case(faults):
    assert faults(FORWARD, ACTIVATION) == [
        r"for R = 1: A^{[0]} has no definition",
        r"for R = 2: A^{[0]} has no definition",
    ]
    assert "has no definition" in faults(FORWARD.replace("Z", "A"))[0]
    assert "has no definition" in faults(START, FORWARD, ACTIVATION.replace("1", "2"), COST)[0]


def test_a_recursion_lowers_its_index(faults):
    own = r"A^{[r]} := A^{[r-1]} W^{[r]} \quad 1 \le r \le R"
    assert faults(START, own) == []
    assert "lowers its index" in faults(START, own.replace("A^{[r-1]} W^{[r]}", "f(A^{[r]})"))[0]
    assert "lowers its index" in faults(START, own.replace("A^{[r-1]} W^{[r]}", r"A^{[r+1]} (W^{[r+1]})^\top"))[0]
    circle = FORWARD.replace(r"A^{[r-1]} W^{[r]}", "A^{[r]}").replace("r < R", r"r \le R")
    assert "is defined by itself" in faults(START, circle, ACTIVATION.replace("r < R", r"r \le R"))[0]


def test_lines_of_a_family_do_not_overlap_and_leave_no_hole(faults):
    assert faults(*NETWORK, r"A^{[1]} := Z^{[1]}") == ["A^{[1]} is defined already"]
    assert faults(START, FORWARD, ACTIVATION.replace("1", "0")) == ["A^{[0]} is defined already"]
    apart = r"A^{[r]} := \mathbf{1} b^{[r]} \quad 2 \le r \le R"
    assert faults(START, apart) == ["A^{[1]} has no definition"]


def test_a_line_says_for_which_layers_it_holds_and_these_exist(faults):
    assert "say for which r" in faults(START, FORWARD.partition(r"\quad")[0])[0]
    assert "there is no D_" in faults(START, FORWARD.replace(r"\le R", r"\le R + 1"))[0]
    weights = r"W^{[r]} := W^{[r]} \quad 0 \le r \le R"
    assert "there is no D_-1" in faults(weights)[0]


def test_a_member_is_not_used_before_its_line(faults):
    assert "A^{[1]} has no definition" in faults(START, FORWARD, COST)[0]
    assert "used above" in faults(START, r"J := \phi(Z^{[R]})", FORWARD)[0]


def test_a_member_has_the_shape_of_its_layer(faults):
    assert faults(r"A^{[0]} := X^\top") == ["A^{[r]} is n × D, the right side is D × n"]
    assert "cannot be multiplied" in faults(START, FORWARD.replace("W^{[r]}", "W^{[r+1]}"))[0]
    assert "nothing broadcasts" in faults(START, FORWARD.replace("b^{[r]}", "b^{[r-1]}"))[0]


# Claims ---------------------------------------------------------------------------------------------------------------


def test_the_first_and_the_last_width_have_two_names(faults):
    assert faults(r"X W^{[1]} = A^{[0]} W^{[1]}", r"Z^{[R]} + Z = Z + Z^{[R]}") == []
    assert faults(r"\sum_{j=1}^{D_0} x_{ij} = \sum_{j=1}^{D} x_{ij}") == []
    assert "nothing broadcasts" in faults(r"Z^{[1]} + Z = Z + Z^{[1]}")[0]
    assert faults(r"W^{[3]} = W^{[3]} + Z^\top Z - Z^\top Z") != []


def test_a_claim_about_a_layer_says_for_which_and_stays_among_the_layers(faults):
    assert "say for which r" in faults(*NETWORK, WEIGHTS.partition(r"\quad")[0])[0]
    assert "for R = 1, r = 1" in faults(*NETWORK, RECURSION.replace("r < R", r"r \le R"))[0]
    assert "there is no D_-1" in faults(*NETWORK, WEIGHTS.replace(r"1 \le r", r"0 \le r"))[0]
    assert "no network" in faults(*NETWORK, WEIGHTS.replace(r"1 \le r \le R", r"R < r \le R"))[0]
    assert "not the number of a layer" in faults(r"W^{[t]} = W^{[t]}")[0]


def test_a_free_index_runs_over_one_width(faults):
    entry = r"\frac{\partial z_{ik}^{[r+1]}}{\partial z_{im}^{[r]}} = f'(z_{im}^{[r]}) w_{mk}^{[r+1]} \quad 1 \le r < R"
    assert faults(*NETWORK, entry) == []
    assert "runs to D_r" in faults(*NETWORK, entry.replace("w_{mk}", "w_{km}"))[0]
    assert "cannot be compared" in faults(r"z_{im}^{[r]} \delta_{mi} = 0 \quad 1 \le r < R")[0]


def test_the_derivative_by_a_layer_holds_what_stands_before_it_fixed(faults):
    decay = r"K := \phi(Z^{[R]}) + \sum_{m=1}^{M} (b_m^{[R]})^2"
    claim = r"\frac{\partial K}{\partial Z^{[r]}} = \frac{\partial K}{\partial Z^{[r]}} \quad 1 \le r \le R"
    assert "state what is held fixed" in faults(*NETWORK, decay, claim)[0]
    assert faults(*NETWORK, decay, claim.replace(r"r \le R", "r < R")) == []  # parameters of later layers are fixed
    back = r"\frac{\partial Z}{\partial Z} = Z"
    assert "only a number" in faults(*NETWORK, back)[0]
    for page_of in (NETWORK, ("u_0 := 0",), ()):
        other = (r"K := \phi(X)", r"\frac{\partial K}{\partial W^{[1]}} = W^{[1]} - W^{[1]}")
        assert "not written through" in faults(*page_of, *other)[0]
    early = r"\frac{\partial z_{im}^{[1]}}{\partial w_{jk}^{[2]}} = 0 \quad (R = 3)"
    assert "not written through" in faults(*NETWORK, early)[0]


def test_a_claim_is_judged_for_every_layer_of_every_depth(verdict):
    found = verdict(*NETWORK, RECURSION)
    assert found.status == AGREES
    numbers = {(dict(sizes)["R"], dict(sizes)["r"]) for sizes in found.sizes}
    assert numbers == {(depth, layer) for depth in (2, 3, 5) for layer in range(1, depth)}
    widths = [dict(sizes) for sizes in found.sizes if dict(sizes)["R"] == 3]
    assert any(len({plan[name] for name in ("D", "D_1", "D_2", "M")}) == 4 and plan["M"] >= 3 for plan in widths)
    assert all(any(plan[name] == 1 for plan in widths) for name in ("D", "D_1", "D_2", "M", "n"))


def test_what_fails_in_deep_networks_only_is_refuted_with_the_number_of_layers(verdict):
    linear = r"A^{[r]} := Z^{[r]} \quad 1 \le r < R"
    by_first = (
        r"\frac{\partial J}{\partial Z^{[1]}} = \frac{\partial J}{\partial Z^{[2]}} (W^{[2]})^\top \quad (R \ge 2)"
    )
    assert verdict(START, FORWARD, linear, COST, by_first).status == AGREES
    square = r"\sum_{r=1}^{R} r = \frac{R^2 + 1}{2} \quad (R \le 2)"
    assert verdict(square.replace(r"\frac{R^2 + 1}{2}", r"R^2 - R + 1")).status == AGREES
    found = verdict(r"\sum_{r=1}^{R} r = R^2 - R + 1")
    assert found.status == REFUTED
    assert dict(found.counterexample.sizes)["R"] == 3


def test_widths_that_return_in_a_very_deep_network_hide_no_difference_between_them(verdict):
    shallow = r"(R - 1) (R - 2) (R - 3) (R - 4) (R - 5)"
    left = rf"{shallow} (D - D_3) \frac{{\partial J}}{{\partial Z^{{[R]}}}}"
    claim = rf"{left} = {shallow} (D_3 - D_3) Z^{{[R]}} \quad (R \ge 4)"
    found = verdict(*NETWORK, claim)
    assert found.status == REFUTED
    assert dict(found.counterexample.sizes)["R"] > 5


def test_a_sum_over_layers_is_written_out(verdict):
    total = r"\sum_{r=1}^{R} D_{r-1} D_r = D D_1 + D_1 M \quad (R = 2)"
    assert verdict(total).status == AGREES
    assert verdict(total.replace("D_1 M", "D_1 D")).status == REFUTED
    decay = r"K := \sum_{r=1}^{R} \sum_{m=1}^{D_r} (b_m^{[r]})^2"
    slope = r"\frac{\partial K}{\partial b_m^{[r]}} = 2 b_m^{[r]} \quad 1 \le r \le R"
    assert verdict(decay, slope).status == AGREES
    assert verdict(decay, slope.replace("2", "1")).status == REFUTED


def test_instances_are_claims_without_the_letters_r_and_R(say):
    (item,) = [item for item in say(*NETWORK, WEIGHTS).items if item.kind == Kind.CLAIM]
    found = {tuple(numbers.values()): claim for numbers, claim in instances(item)}
    assert list(found) == [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3)]
    claim = found[3, 2]
    assert claim.shape == ("D_1", "D_2")
    assert claim.free == ()
    assert {"Z^{[1]}", "Z^{[2]}", "Z^{[3]}", "A^{[0]}", "W^{[2]}"} <= claim.letters
    assert not [name for name in claim.letters if "r" in name or "R" in name]


# Exercises ------------------------------------------------------------------------------------------------------------


def test_a_definition_in_an_exercise_holds_in_it_and_in_its_solution(faults):
    own, claim = r"K := \phi(X)", "K = K + 0"
    assert faults(exercise(own, claim), solution(claim)) == []
    assert faults(exercise(own), solution(claim), "Words.\n", claim) == ["the letter K is neither declared nor defined"]
    assert faults(exercise(own), exercise(claim).replace("ex-a", "ex-b")) != []
    assert faults(exercise(own), exercise(own).replace("ex-a", "ex-b")) == []


def test_an_exercise_does_not_redefine_what_the_page_defines(faults):
    assert faults(r"J := \phi(X)", exercise(r"J := \phi(Z)")) == ["J is defined already"]
    assert faults(exercise(r"J := \phi(X)"), solution(r"J := \phi(Z)")) == ["J is defined already"]


def test_an_exercise_may_say_which_function_f_is(verdict, faults):
    relu = r"f(x) := \max(x, 0) \quad (x \ne 0)"
    out = (
        r"\sum_{j=1}^{D_{r-1}} w_{jm}^{[r]} \frac{\partial J}{\partial w_{jm}^{[r]}}"
        r" + b_m^{[r]} \frac{\partial J}{\partial b_m^{[r]}}"
        r" = \sum_{k=1}^{D_{r+1}} w_{mk}^{[r+1]} \frac{\partial J}{\partial w_{mk}^{[r+1]}} \quad 1 \le r < R"
    )
    assert verdict(*NETWORK, exercise(relu, out)).status == AGREES
    assert verdict(*NETWORK, out).status == REFUTED
    assert verdict(*NETWORK, exercise(relu), out).status == REFUTED
    assert verdict(*NETWORK, exercise(relu.replace(r"\max(x, 0)", "x^2"), out)).status == REFUTED
    assert "used above" in faults(*NETWORK, relu)[0]


def test_a_member_of_a_family_has_the_entries_of_its_own_shape(say, verdict):
    rows = (r"A^{[0]} := X", r"A^{[r]} := b^{[r]} \quad 1 \le r \le R, \ n = 1")
    lines = say(*rows).items[-1].scope.families["A^{[r]}"]
    assert [line.definition.shape for line in lines] == [("n", "D"), ("n", "D_r")]
    right = r"a_{1m}^{[r]} = b_m^{[r]} \quad 1 \le r \le R, \ n = 1"
    assert verdict(*rows, right).status == AGREES
    assert verdict(*rows, right.replace("b_m", "b_1")).status == REFUTED


def test_a_layer_in_a_delta_is_a_layer_that_exists(verdict):
    assert verdict(r"\delta_{r4} = 0 \quad 1 \le r \le R").status == REFUTED
    assert verdict(r"\delta_{5r} r = 0 \quad 1 \le r \le R").status == REFUTED


@pytest.mark.parametrize("condition", [
    r"1 \le r \le 1000000000", r"1 \le r \le 10000000000000000000000", r"r \ge -1000000000",
])  # fmt: skip
def test_bounds_of_layers_that_do_not_exist_take_no_time(say, condition):
    page = say(rf"Z^{{[r]}} = Z^{{[r]}} + 0 Z^{{[r]}} \quad {condition}", rf"r = r + 0 \quad {condition}")
    assert len(page.items) + len(page.faults) == 2
