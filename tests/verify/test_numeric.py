"""The numeric judge: what is true agrees, what is false is refuted, what cannot be judged never agrees."""

import pytest
from common import (
    AGREED,
    AGREES,
    DENSE,
    LOSS,
    NOTATION,
    ONE_HOT,
    REFUTED,
    RELU,
    SIGMOID,
    SOFTMAX,
    UNDECIDED,
    assumption,
    page,
    patient,
    under,
    with_slip,
)

from nncore.verify.numeric import Shared, judge, witness
from nncore.verify.semantics.elaborate import book_functions, meaning
from nncore.verify.semantics.statements import Kind

LAYERS = ("dense-forward", "dense-backward", "relu", "sigmoid", "softmax", "cross-entropy", "softmax-cross-entropy")
LOSSES = ("softmax-and-cross-entropy", "shift-invariance", "exercise-1-1", "squared-error")
PAGES = ("prerequisites.md", *(f"loss/{name}.md" for name in LOSSES), *(f"layers/{name}.md" for name in LAYERS))
PAGES += tuple(
    f"network/{name}.md" for name in ("gradient-checking", "checking-a-network", "initialization", "training")
)
PAGES += ("reference/numerical-range.md",)


# The book -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def functions():
    return book_functions([page("layers/relu.md"), page("layers/sigmoid.md")], NOTATION)


@pytest.mark.parametrize("name", PAGES)
def test_every_formula_of_the_derivation_pages_has_a_meaning_and_every_claim_agrees(name, functions):
    said = meaning(page(name), NOTATION, functions)
    assert not said.faults, "\n".join(map(str, said.faults))
    shared = Shared()
    claims = [item for item in said.items if item.kind in (Kind.CLAIM, Kind.CONVENTION)]
    verdicts = [(item, judge(item, shared=shared, budget=patient())) for item in claims]
    assert verdicts
    assert not [f"{item}: {verdict}" for item, verdict in verdicts if verdict.status != AGREES]


# One slip each: page, label, what is printed, what somebody might have written.
SLIPS = [
    ("prerequisites.md", "eq-prerequisites-delta", r"1, & k = m \\ 0", r"0, & k = m \\ 1"),
    ("prerequisites.md", "eq-prerequisites-count", "= M", "="),
    ("prerequisites.md", "eq-prerequisites-chain", r"\sum_{k=1}^{M}", ""),
    ("prerequisites.md", "eq-prerequisites-chain-result", "w_{jk}", "w_{jm}"),
    (
        "prerequisites.md",
        "eq-prerequisites-vjp",
        r"\partial a_{ik}}{\partial z_{im}}",
        r"\partial a_{ik}}{\partial z_{ik}}",
    ),
    ("loss/exercise-1-1.md", "eq-exercise-logits", r"(p_{im} - y_{im})", r"(p_{im} + y_{im})"),
    ("loss/exercise-1-1.md", "eq-exercise-logits", r"\frac{1}{n} (p_{im} - y_{im})", r"p_{im} - y_{im}"),
    ("loss/exercise-1-1.md", "eq-exercise-logits", r"y_{im})", r"y_{il})"),
    ("loss/exercise-1-1.md", "eq-exercise-weights", r"\frac{1}{n} \sum", r"\frac{1}{n^2} \sum"),
    ("loss/exercise-1-1.md", "eq-exercise-weights", r"\frac{1}{n} \sum_{i=1}^{n}", r"\frac{1}{n}"),
    ("loss/exercise-1-1.md", "eq-exercise-biases", r"\sum_{i=1}^{n}", r"\sum_{i=1}^{M}"),
    ("loss/exercise-1-1.md", "eq-exercise-weights-matrix", r"X^\top (P - Y)", r"(P - Y)^\top X"),
    ("loss/exercise-1-1.md", "eq-exercise-weights-matrix", r"X^\top (P - Y)", r"X^\top (Y - P)"),
    ("loss/exercise-1-1.md", "eq-exercise-logit-weight", r"\delta_{km} \, x_{ij}", r"x_{ij}"),
    ("loss/softmax-and-cross-entropy.md", "eq-loss-minus-log", r"-\ln", r"\ln"),
    ("loss/shift-invariance.md", "eq-loss-shift", r"z_{il} + s_i", r"z_{il} - s_i"),
    ("loss/softmax-and-cross-entropy.md", "eq-loss-cost-vjp", r"\frac{1}{n}", r"1"),
    ("layers/dense-forward.md", "eq-dense-forward-matrix", r"\mathbf{1} b", r"\mathbf{1} b + \mathbf{1} b"),
    ("layers/dense-backward.md", "eq-dense-backward-inputs", r"W^\top", r"W"),
    ("layers/dense-backward.md", "eq-dense-backward-inputs-entry", r"w_{jm}", r"w_{mj}"),
    ("layers/dense-backward.md", "eq-dense-backward-by-bias", r"\delta_{km}", r"1"),
    ("layers/dense-backward.md", "eq-dense-backward-one-weight", r"x_{3,2}", r"x_{3,1}"),
    ("layers/relu.md", "eq-relu-derivative", r"1, & z > 0", r"z, & z > 0"),
    ("layers/relu.md", "eq-relu-derivative", r"\quad (z \ne 0)", ""),
    ("layers/relu.md", "eq-relu-jacobian", r"\quad (z_{im} \ne 0)", ""),
    ("layers/sigmoid.md", "eq-sigmoid-vjp", r"\sigma(-z_{im})", r"\sigma(z_{im})"),
    ("layers/sigmoid.md", "eq-sigmoid-matrix", r"\sigma(Z) \odot", r"Z \odot"),
    ("layers/softmax.md", "eq-softmax-jacobian", r"\delta_{mk}", r"1"),
    ("layers/softmax.md", "eq-softmax-vjp", r"\, p_{il} \right)", r"\, p_{im} \right)"),
    ("layers/softmax.md", "eq-softmax-two-classes", r"\quad (M = 2)", ""),
    ("layers/softmax.md", "eq-softmax-jacobian-matrix", r"P^\top P", r"P P^\top"),
    ("layers/cross-entropy.md", "eq-cross-entropy-derivative", r"-\frac", r"\frac"),
    ("layers/cross-entropy.md", "eq-cross-entropy-matrix", r"\oslash", r"\odot"),
    ("layers/softmax-cross-entropy.md", "eq-fused-vjp", r"\frac{\partial J}{\partial L_i} \,", ""),
    ("layers/softmax-cross-entropy.md", "eq-fused-soft-example", "1.733", "1.734"),
    ("network/gradient-checking.md", "eq-gradient-checking-forward", "O(h)", "O(h^2)"),
    ("network/gradient-checking.md", "eq-gradient-checking-central", "2 h", "h"),
    ("network/gradient-checking.md", "eq-gradient-checking-taylor-up", r"+ \frac{h^2}{2} f''(x)", ""),
    ("network/gradient-checking.md", "eq-gradient-checking-taylor-complex", r"- \frac{h^2}{2}", r"+ \frac{h^2}{2}"),
    ("network/gradient-checking.md", "eq-gradient-checking-forward-error", r"\frac{h}{2}", r"h"),
    ("network/gradient-checking.md", "eq-gradient-checking-central-error", r"\frac{h^2}{6}", r"\frac{h^2}{3}"),
    ("network/gradient-checking.md", "eq-gradient-checking-complex-error", r"- \frac{h^2}{6}", r"+ \frac{h^2}{6}"),
    ("network/gradient-checking.md", "eq-gradient-checking-best-step", r"3 \varepsilon F", r"6 \varepsilon F"),
    ("network/gradient-checking.md", "eq-gradient-checking-best-error", r"{2 h}", r"{h}"),
    ("network/gradient-checking.md", "eq-gradient-checking-cube-complex", "- h^2", "+ h^2"),
    ("network/checking-a-network.md", "eq-gradient-checking-kink", r"-h \le x \le h, \; ", ""),
    ("network/checking-a-network.md", "eq-gradient-checking-absolute", "= 0", "= h"),
    ("network/initialization.md", "eq-initialization-variance", r"D \tau^2 q", r"D \tau q"),
    ("network/initialization.md", "eq-initialization-half", r"\frac{1}{2} ", ""),
    (
        "network/initialization.md",
        "eq-initialization-half",
        r"\operatorname{E}[a_{im}^2]",
        r"\operatorname{Var}(a_{im})",
    ),
    ("network/initialization.md", "eq-initialization-he", r"\frac{2}{D}", r"\frac{1}{D}"),
    ("network/initialization.md", "eq-initialization-symmetry", r"\max(-z_{im}, 0)^2", r"z_{im}^2"),
    ("network/initialization.md", "eq-initialization-backward", r"\sum_{m=1}^{M}", ""),
    ("network/initialization.md", "eq-initialization-glorot", r"{D + M}", r"{D}"),
    ("network/training.md", "eq-training-prediction", "z_{im}", "z_{mi}"),
    ("network/training.md", "eq-training-expansion", r"\frac{h^2}{2}", r"h^2"),
    ("network/training.md", "eq-training-expansion", r"O(h^3)", r"O(h^4)"),
    ("reference/numerical-range.md", "eq-range-complement", r"e^{z})", r"e^{-z})"),
]


@pytest.mark.parametrize(("name", "label", "printed", "slip"), SLIPS)
def test_a_slip_in_a_formula_of_the_book_is_refuted_or_rejected_at_its_place(
    name, label, printed, slip, functions, tmp_path
):
    rejected, claims = with_slip(tmp_path, name, label, printed, slip, functions)
    refuted = [verdict for verdict in map(judge, claims) if verdict.status == REFUTED]
    assert rejected or refuted
    assert all(verdict.counterexample for verdict in refuted)


# Derivatives ----------------------------------------------------------------------------------------------------------


def test_a_number_in_a_formula_of_layers_makes_no_network_too_large_to_try(functions, tmp_path):
    name, sides = "network/backpropagation.md", r"\frac{\partial J}{\partial Z^{[R]}} = \frac{1}{n} (P - Y)"
    sevenths = r"\frac{\partial J}{\partial Z^{[R]}} \cdot \frac{1}{7} = \frac{1}{7 n} (P - Y)"
    rejected, claims = with_slip(tmp_path, name, "eq-backpropagation-last", sides, sevenths, functions)
    assert not rejected
    found = [judge(claim, budget=patient()) for claim in claims]
    assert [each.status for each in found] == [AGREES]
    assert max(dict(sizes)["R"] for sizes in found[0].sizes) > 5


def test_the_derivative_of_a_sum_by_one_entry_has_one_addend(status):
    derivative = r"\frac{\partial}{\partial z_{im}} \sum_{k=1}^{M} z_{ik}"
    assert status(rf"{derivative} = 1") == AGREES
    assert status(rf"{derivative} = M") == REFUTED


def test_a_bound_letter_of_a_definition_captures_no_free_one(status):
    cost = r"J := \frac{1}{n} \sum_{i=1}^{n} \ln \left( \sum_{l=1}^{M} e^{z_{il}} \right)"
    derivative = r"\frac{\partial J}{\partial z_{im}}"
    assert status(SOFTMAX, cost, rf"{derivative} = \frac{{1}}{{n}} p_{{im}}") == AGREES
    assert status(SOFTMAX, cost, rf"{derivative} = \frac{{1}}{{n}} p_{{im}} p_{{im}}") == REFUTED
    captured = rf"{derivative} = \frac{{1}}{{n}} \sum_{{i=1}}^{{n}} p_{{im}}"  # what a naive substitution makes of it
    assert status(SOFTMAX, cost, captured) == REFUTED
    everywhere = rf"\sum_{{i=1}}^{{n}} {derivative} = \frac{{1}}{{n}} \sum_{{i=1}}^{{n}} p_{{im}}"
    assert status(SOFTMAX, cost, everywhere) == AGREES
    sums = r"E_k := \sum_{l=1}^{M} b_l b_k"
    assert status(sums, r"\sum_{l=1}^{M} E_l = \left( \sum_{k=1}^{M} b_k \right)^2") == AGREES
    assert status(sums, r"E_k = \sum_{l=1}^{M} b_l^2") == REFUTED


def test_a_cost_is_a_nonlinear_function_so_the_chain_rule_is_tested(status):
    cost = r"J := \phi(A)"
    a = r"a_{im} := z_{im}^2"
    right = r"\frac{\partial J}{\partial z_{im}} = 2 z_{im} \frac{\partial J}{\partial a_{im}}"
    assert status(a, cost, right) == AGREES
    linear = r"J = \sum_{i=1}^{n} \sum_{m=1}^{M} \frac{\partial J}{\partial a_{im}} a_{im}"
    assert status(cost, linear) == REFUTED
    second = r"\frac{\partial^2 J}{\partial z_{im} \, \partial z_{im}}"
    assert status(a, cost, rf"{second} = 2 \frac{{\partial J}}{{\partial a_{{im}}}}") == REFUTED


def test_second_derivatives_are_taken_in_turn(status):
    hessian = r"\frac{\partial^2 L_i}{\partial z_{ik} \, \partial z_{im}}"
    assert status(SOFTMAX, LOSS, rf"{hessian} = p_{{im}} (\delta_{{mk}} - p_{{ik}})") == AGREES
    assert status(SOFTMAX, LOSS, rf"{hessian} = p_{{im}} (\delta_{{mk}} + p_{{ik}})") == REFUTED
    assert status(SIGMOID, r"\sigma''(z) = \sigma(z) \sigma(-z) (1 - 2 \sigma(z))") == AGREES
    assert status(SIGMOID, r"\sigma''(z) = \sigma(z) \sigma(-z) (2 \sigma(z) - 1)") == REFUTED


def test_there_is_no_derivative_at_a_kink_or_a_tie(verdict):
    slope = r"\operatorname{ReLU}'(z) = \begin{cases} 1, & z > 0 \\ 0, & z \le 0 \end{cases}"
    found = verdict(RELU, slope)
    assert found.status == REFUTED
    assert "no condition excludes the point" in found.reason
    assert verdict(RELU, rf"{slope} \quad (z \ne 0)").status == AGREES
    largest = r"\frac{\partial}{\partial z_{im}} \max_l z_{il}"
    assert verdict(rf"{largest} = {largest}").status == REFUTED


# Conventions ----------------------------------------------------------------------------------------------------------


def test_a_convention_is_right_only_where_one_sided_derivatives_exist_and_differ(status):
    assert status(RELU, AGREED) == AGREES
    smooth = AGREED.replace(r"\operatorname{ReLU}", r"\sigma")
    assert status(SIGMOID, smooth) == REFUTED
    steep = r"\operatorname{ReLU}(z) := \begin{cases} \sqrt{z}, & z \ge 0 \\ 0, & z < 0 \end{cases}"
    assert status(steep, AGREED) == REFUTED


def test_a_convention_is_never_used_away_from_its_point(status):
    assert status(RELU, AGREED, r"\operatorname{ReLU}'(0) = 0") == AGREES
    assert status(RELU, AGREED, r"\operatorname{ReLU}'(z) = 0 \quad (z > 0)") == REFUTED
    assert status(RELU, AGREED, r"\operatorname{ReLU}'(1) = 1") == AGREES


# Domains --------------------------------------------------------------------------------------------------------------


def test_a_quotient_agrees_only_with_the_condition_under_which_it_exists(verdict):
    found = verdict(r"\frac{z}{z} = 1")
    assert (found.status, found.where) == (AGREES, ("z != 0",))
    assert verdict(r"\frac{z}{z} = 1 \quad (z \ne 0)").where == ()


def test_letters_are_real_and_not_positive(verdict):
    assert verdict(r"\sqrt{x^2} = x").status == REFUTED
    assert verdict(r"\sqrt{x^2} = \lvert x \rvert").status == AGREES
    assert "x > 0" in verdict(r"\ln(x^2) = 2 \ln x").where


def test_what_exists_nowhere_is_undecided_and_not_agreed(verdict):
    found = verdict(r"\ln(-x^2) = \ln(-x^2)")
    assert found.status == UNDECIDED
    assert "needs" in found.reason
    assert verdict(r"\sqrt{-1 - x^2} = 5").status == UNDECIDED


def test_exponentials_of_exponentials_are_compared_where_digits_are_left(verdict):
    tower = r"\exp \left( \sum_{l=1}^{M} e^{z_{il}} \right)"
    derivative = rf"\frac{{\partial}}{{\partial z_{{im}}}} {tower}"
    assert verdict(rf"{derivative} = e^{{z_{{im}}}} {tower}").status == AGREES
    assert verdict(rf"{derivative} = 2 e^{{z_{{im}}}} {tower}").status == REFUTED
    huge = r"\exp \left( \exp \left( \exp \left( x^2 + 9 \right) \right) \right)"
    assert verdict(f"{huge} = 2 {huge}").status == UNDECIDED  # which fails a build, and does not take for ever


def test_overflow_and_cancellation_neither_hide_nor_feign_a_difference(status):
    assert status(SOFTMAX, r"\sum_{m=1}^{M} p_{im} = 1") == AGREES
    assert status(SIGMOID, r"\sigma(z) + \sigma(-z) = 1") == AGREES
    assert status(r"(1 + x)^2 - 1 - 2 x = x^2") == AGREES
    assert status(r"(1 + x)^2 - 1 - 2 x = x^2 + \frac{1}{10^{20}}") == REFUTED


# Cases ----------------------------------------------------------------------------------------------------------------


def test_cases_cover_every_point_and_agree_where_they_overlap(verdict):
    def cases(*lines):
        return r"\max(z, 0) = \begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"

    assert verdict(cases(r"z, & z \ge 0", r"0, & z \le 0")).status == AGREES
    assert verdict(cases("z, & z > 0", "0, & z < 0")).reason == "no case holds"
    assert verdict(cases("z, & z > 0", r"1, & z \ge 0", "0, & z < 0")).status == REFUTED
    assert verdict(cases("z, & z > -1", r"0, & z \le 0")).reason == "two cases hold and disagree"


# Sizes ----------------------------------------------------------------------------------------------------------------


def test_what_holds_for_two_classes_only_needs_the_condition(verdict):
    formula = r"\frac{\partial p_{i1}}{\partial z_{i2}} = -p_{i1} \, (1 - p_{i1})"
    assert verdict(SOFTMAX, rf"{formula} \quad (M = 2)").status == AGREES
    found = verdict(SOFTMAX, formula)
    assert found.status == REFUTED
    assert dict(found.counterexample.sizes)["M"] == 3
    assert found.counterexample.left != found.counterexample.right


def test_strict_inequalities_are_attacked_at_equality_and_at_size_1(verdict):
    assert verdict(SOFTMAX, r"0 < p_{im}").status == AGREES
    one = verdict(SOFTMAX, r"p_{im} < 1")
    assert one.status == REFUTED
    assert dict(one.counterexample.sizes)["M"] == 1
    assert verdict(SOFTMAX, r"p_{im} \le 1").status == AGREES
    assert verdict(r"x^2 > 0").status == REFUTED
    assert verdict(r"x^2 \ge 0").status == AGREES
    assert verdict(r"x^2 + 1 \ne 0").status == AGREES
    assert verdict(r"x^2 \ne x").status == REFUTED


def test_a_transpose_that_does_not_show_in_square_matrices_shows(status):
    assert status(r"W W = W^\top W \quad (M = D)") == REFUTED
    assert status(r"W W = W W \quad (M = D)") == AGREES


def test_the_counterexample_has_the_smallest_sizes_and_names_the_entry(verdict):
    found = verdict(DENSE, r"Z = X W")
    assert found.status == REFUTED
    assert found.counterexample.sizes == (("D", 1), ("M", 1), ("n", 1))
    assert [name for name, _ in found.counterexample.entry] == ["row", "column"]
    assert "left" in str(found.counterexample)


# Assumptions ----------------------------------------------------------------------------------------------------------

MIXED = r"-\sum_{m=1}^{M} y_{im} \ln p_{im} = -\ln \left( \sum_{m=1}^{M} y_{im} \, p_{im} \right)"
CROSS = r"L_i = -\sum_{m=1}^{M} y_{im} \ln p_{im}"
ROWS = r"\sum_{m=1}^{M} y_{im} = 1"


def test_what_holds_for_one_hot_targets_is_refuted_for_soft_ones(status):
    assert status(SOFTMAX, ONE_HOT, MIXED) == AGREES
    soft = (SOFTMAX, assumption(ROWS), assumption(r"y_{im} \ge 0", label="asm-b"))
    assert status(*soft, "By {prf:ref}`asm-a` and {prf:ref}`asm-b`:\n", f"$$ {MIXED} $$\n") == REFUTED


def test_an_assumption_makes_a_claim_true_only_where_it_is_referred_to(verdict):
    page_of = (SOFTMAX, LOSS, assumption(ROWS))
    found = verdict(*page_of, under(CROSS))
    assert (found.status, found.assumptions) == (AGREES, ("asm-a",))
    assert verdict(*page_of, CROSS).status == REFUTED


def test_an_assumption_that_nothing_satisfies_decides_nothing(verdict):
    impossible = assumption(r"x^2 < 0")
    assert verdict(impossible, under("x = 1")).status == UNDECIDED


def test_the_sampler_finds_a_witness_of_assumptions_that_can_be_satisfied(tmp_path):
    def found(*formulas):
        path = tmp_path / "page.md"
        path.write_text("\n".join(map(assumption, formulas)) + under("x = y_{im}"), encoding="utf-8")
        path.write_text(path.read_text().replace("x = y_{im}", "y_{im} = x"), encoding="utf-8")
        item = meaning(path, NOTATION).items[-1]
        return witness(item, item.assumptions)

    assert found(ROWS, r"y_{im} \ge 0")
    assert found(r"0 < x < 1", r"y_{im} > 0")
    assert not found(ROWS, r"y_{im} < 0")
    assert not found(r"x < 0", r"x > 0")


# Decimals -------------------------------------------------------------------------------------------------------------


def test_an_approximation_holds_to_half_a_unit_of_its_last_digit(status):
    assert status(r"7 \ln 10 \approx 16.118") == AGREES
    assert status(r"7 \ln 10 \approx 16.12") == AGREES
    assert status(r"7 \ln 10 \approx 16.119") == REFUTED
    assert status(r"\frac{2}{3} \approx 0.66") == REFUTED
    row = r"\begin{bmatrix} 1/3 & 2/3 \end{bmatrix} \approx \begin{bmatrix} 0.33 & 0.67 \end{bmatrix}"
    assert status(row) == AGREES
    assert status(row.replace("0.67", "0.66")) == REFUTED


# Definitions ----------------------------------------------------------------------------------------------------------


def test_a_slip_in_a_definition_refutes_what_follows_from_it(status):
    slip = LOSS.replace(" - ", " + ")
    assert status(SOFTMAX, LOSS, r"\frac{\partial L_i}{\partial z_{im}} = p_{im} - y_{im}") == AGREES
    assert status(SOFTMAX, slip, r"\frac{\partial L_i}{\partial z_{im}} = p_{im} - y_{im}") == REFUTED


def test_a_matrix_defined_as_a_whole_has_entries_that_can_be_moved(status):
    whole = (r"Z := X W + \mathbf{1} b", r"J := \phi(Z)")
    assert status(*whole, r"z_{im} = \sum_{j=1}^{D} x_{ij} w_{jm} + b_m") == AGREES
    assert status(*whole, r"\frac{\partial J}{\partial W} = X^\top \frac{\partial J}{\partial Z}") == AGREES
    assert (
        status(*whole, r"\frac{\partial J}{\partial b} = 2 \, \mathbf{1}^\top \frac{\partial J}{\partial Z}") == REFUTED
    )


def test_the_same_seed_gives_the_same_verdict(verdict):
    wrong = r"\frac{\partial L_i}{\partial z_{im}} = p_{im} + y_{im}"
    assert verdict(SOFTMAX, LOSS, wrong) == verdict(SOFTMAX, LOSS, wrong)


HUGE = r"1 \times 10^{9999}"


@pytest.mark.parametrize(
    ("claim", "due"),
    [
        (rf"\frac{{1}}{{4}} = {HUGE}", REFUTED),
        (rf"{HUGE} x_{{ij}} = x_{{ij}} \quad (x_{{ij}} > {HUGE})", REFUTED),
        (rf"\max(x_{{ij}}, {HUGE}) = x_{{ij}}", REFUTED),
        (rf"x_{{ij}} = {HUGE} \quad (x_{{ij}} = {HUGE})", AGREES),
        (r"1 \times 10^{9999} > 1 \times 10^{9998}", AGREES),
        (r"1 \times 10^{-9999} > 1 \times 10^{-9998}", REFUTED),
    ],
)
def test_numbers_that_no_float_holds_and_python_does_not_write_are_judged_like_others(verdict, claim, due):
    found = verdict(claim)
    assert found.status == due
    if due == REFUTED:
        assert len(str(found.counterexample)) < 400
