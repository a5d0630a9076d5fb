"""A claim that lacks a condition is told which one; what no condition of the list saves is refuted."""

import time

import pytest
from common import RELU, SOFTMAX, assumption, block, by
from corpus import FALSE

from nncore.verify.judgement import Status
from nncore.verify.notation import NotationError, parse
from nncore.verify.report.wording import status_text, verdict_words
from nncore.verify.time_limit import OutOfTime, time_limit

LOSS = r"L_i := -\sum_{m=1}^{M} y_{im} \ln p_{im}"
CLASSES = r"L_i := -\ln p_{i c_i}"
GRADIENT = r"\frac{\partial L_i}{\partial z_{im}} = p_{im} - y_{im}"
LAYER = (RELU, r"Z := X W + \mathbf{1} b", r"A := \operatorname{ReLU}(Z)", r"J := \phi(A)")
THROUGH = r"\frac{\partial J}{\partial Z} = \frac{\partial J}{\partial A} \odot \operatorname{ReLU}'(Z)"
TARGETS = r'  - {{letter: Q, entry: "q_{{im}}", shape: [n, M], rows: {}, meaning: targets}}'

HIDDEN = block(r"""sizes:
  - {letter: H, meaning: hidden units}
indices:
  - {letter: q, to: H, meaning: hidden unit}
arrays:
  - {letter: '\tilde{W}', entry: '\tilde{w}_{jq}', shape: [D, H], meaning: weights of the first layer}
  - {letter: '\tilde{b}', entry: '\tilde{b}_q', shape: [1, H], meaning: biases of the first layer}
  - {letter: '\tilde{Z}', entry: '\tilde{z}_{iq}', shape: [n, H], meaning: pre-activations of the first layer}
  - {letter: '\tilde{A}', entry: '\tilde{a}_{iq}', shape: [n, H], meaning: activations of the first layer}
  - {letter: '\bar{W}', entry: '\bar{w}_{qm}', shape: [H, M], meaning: weights of the second layer}""")
FIRST = (
    RELU,
    HIDDEN,
    r"\tilde{Z} := X \tilde{W} + \mathbf{1} \tilde{b}",
    r"\tilde{A} := \operatorname{ReLU}(\tilde{Z})",
)
ONE_KINK = (*FIRST, r"Z := \tilde{A} \bar{W} + \mathbf{1} b", r"J := \phi(Z)")
TWO_KINKS = (*ONE_KINK[:-1], r"A := \operatorname{ReLU}(Z)", r"J := \phi(A)")
NETWORK = (
    RELU,
    r"A^{[0]} := X",
    r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R",
    r"A^{[r]} := \operatorname{ReLU}(Z^{[r]}) \quad 1 \le r < R",
    r"J := \phi(Z^{[R]})",
)


def by_letter(above, *right):
    """That the derivative of the cost with respect to a letter is something."""
    return rf"\frac{{\partial J}}{{\partial {above}}} = {''.join(right)}"


def slope(letter):
    """The derivative of the cost with respect to a letter."""
    return rf"\frac{{\partial J}}{{\partial {letter}}}"


FIRST_WEIGHTS = by_letter(r"\tilde{W}", r"X^\top ", slope(r"\tilde{Z}"))
FIRST_BIASES = by_letter(r"\tilde{b}", r"\mathbf{1}^\top ", slope(r"\tilde{Z}"))
FIRST_THROUGH = by_letter(r"\tilde{Z}", slope(r"\tilde{A}"), r" \odot \operatorname{ReLU}'(\tilde{Z})")
OF_FIRST, OF_SECOND = r"no entry of $\tilde{Z}$ is 0", "no entry of $Z$ is 0"
LAYERS = r" \quad 1 \le r \le R"
BETWEEN = r" \quad 1 \le r < R"


def targets(rows):
    return block("arrays:\n" + TARGETS.format(rows))


def lacks(evidence):
    """What the last claim of a formula lacks, in words."""
    return [proviso.words for proviso in evidence.parts[-1].judgement.provided]


@pytest.mark.parametrize("page, words", [
    ((SOFTMAX, LOSS, GRADIENT), ["each row of $Y$ sums to 1"]),
    ((SOFTMAX, LOSS, r"J := \frac{1}{n} \sum_{i=1}^{n} L_i", r"\frac{\partial J}{\partial Z} = \frac{1}{n} (P - Y)"),
     ["each row of $Y$ sums to 1"]),
    ((SOFTMAX, LOSS, r"\sum_{m=1}^{M} (p_{im} - y_{im}) = 0"), ["each row of $Y$ sums to 1"]),
    ((SOFTMAX, LOSS, r"L_i = -\ln \left( \sum_{m=1}^{M} y_{im} p_{im} \right)"), ["each row of $Y$ is one-hot"]),
    ((SOFTMAX, CLASSES, GRADIENT), [r"each row of $Y$ is one-hot, $y_{im} = \delta_{m c_{i}}$"]),
    ((SOFTMAX, CLASSES, r"\frac{\partial L_i}{\partial z_{im}} = p_{im}"), [r"$m \ne c_{i}$"]),
    ((SOFTMAX, r"\frac{\partial p_{ik}}{\partial z_{im}} = -p_{ik} p_{im}"), [r"$k \ne m$"]),
    ((*LAYER, THROUGH), ["no entry of $Z$ is 0"]),
    ((*LAYER, r"\frac{\partial J}{\partial W} = X^\top \frac{\partial J}{\partial Z}"), ["no entry of $Z$ is 0"]),
    ((r"\frac{\partial}{\partial x} \lvert x \rvert = \frac{x}{\lvert x \rvert}",), [r"$x \ne 0$"]),
    ((r"\frac{\partial}{\partial x} \max(x, h) = \begin{cases} 1, & x > h \\ 0, & x < h \end{cases}",),
     [r"$x \ne h$"]),
    ((r"\sum_{i=1}^{n} s_i = n s_1",), ["$n = 1$"]),
])  # fmt: skip
def test_a_claim_that_lacks_a_condition_is_told_which(last_evidence, page, words):
    evidence = last_evidence(*page)
    assert (evidence.status, lacks(evidence)) == (Status.HOLDS_IF, words)
    judgement = evidence.parts[-1].judgement
    assert evidence.fails and judgement.counterexample and judgement.made and judgement.points
    (problem,) = evidence.problems
    said = problem.reason.removeprefix("true only if ")
    assert said.startswith(words[0].replace("$", "")) and "without that" in said


@pytest.mark.parametrize(
    "case", [each for each in FALSE if each["name"].startswith("PRO:")], ids=lambda each: each["name"]
)
def test_what_no_condition_saves_is_refuted(last_evidence, case):
    assert last_evidence(case["page"]).status == Status.REFUTED


@pytest.mark.parametrize("page", [
    (SOFTMAX, LOSS, r"\frac{\partial L_i}{\partial z_{im}} = p_{im} - y_{im} + \delta_{m 1}"),
    (SOFTMAX, r"\frac{\partial p_{ik}}{\partial z_{im}} = p_{ik} p_{im}"),
    (SOFTMAX, r"\frac{\partial p_{ik}}{\partial z_{im}} = p_{ik} (2 \delta_{km} - p_{im})"),
    (*LAYER, r"\frac{\partial J}{\partial b_m} = 2 \sum_{i=1}^{n} \frac{\partial J}{\partial z_{im}}"),
    (r"\frac{\partial}{\partial x} \lvert x \rvert = 1",),
    (r"n h = h",),
    (r"\sum_{i=1}^{n} s_i^2 = \left( \sum_{i=1}^{n} s_i \right)^2 + s_1",),
    (r"x \ge 1",),
    (r"\prod_{i=1}^{n} e^{s_i} = e^{s_1}",),
])  # fmt: skip
def test_a_slip_beside_a_condition_is_refuted(last_evidence, page):
    assert last_evidence(*page).status == Status.REFUTED


@pytest.mark.parametrize("page, words", [
    ((*ONE_KINK, FIRST_WEIGHTS), {OF_FIRST}),
    ((*ONE_KINK, FIRST_BIASES), {OF_FIRST}),
    ((*ONE_KINK, FIRST_THROUGH), {OF_FIRST}),
    ((*TWO_KINKS, FIRST_WEIGHTS), {OF_FIRST, OF_SECOND}),
    ((*TWO_KINKS, FIRST_BIASES), {OF_FIRST, OF_SECOND}),
    ((*TWO_KINKS, FIRST_THROUGH), {OF_FIRST, OF_SECOND}),
    ((*TWO_KINKS, by_letter(r"\bar{W}", r"\tilde{A}^\top ", slope("Z"))), {OF_SECOND}),
    ((*NETWORK, by_letter("W^{[r]}", r"(A^{[r-1]})^\top ", slope("Z^{[r]}"), LAYERS)),
     {"no entry of any $Z^{[r]}$ is 0"}),
    ((*NETWORK, by_letter("Z^{[r]}", slope("A^{[r]}"), r" \odot \operatorname{ReLU}'(Z^{[r]})", BETWEEN)),
     {"no entry of any $Z^{[r]}$ is 0"}),
])  # fmt: skip
def test_a_relu_network_lacks_that_no_pre_activation_is_0(last_evidence, page, words):
    evidence = last_evidence(*page)
    assert (evidence.status, set(" and ".join(lacks(evidence)).split(" and "))) == (Status.HOLDS_IF, words)


@pytest.mark.parametrize("page", [
    (*ONE_KINK, by_letter(r"\tilde{W}", r"-X^\top ", slope(r"\tilde{Z}"))),
    (*ONE_KINK, by_letter(r"\tilde{W}", r"\frac{1}{n} X^\top ", slope(r"\tilde{Z}"))),
    (*ONE_KINK, by_letter(r"\tilde{W}", r"X^\top ", slope(r"\tilde{A}"))),
    (*ONE_KINK, by_letter(r"\tilde{Z}", slope(r"\tilde{A}"))),
    (*ONE_KINK, by_letter(r"\tilde{Z}", slope(r"\tilde{A}"), r" \odot \tilde{A}")),
    (*ONE_KINK, by_letter(r"\tilde{Z}", slope(r"\tilde{A}"), r" \odot \operatorname{ReLU}'(\tilde{A})")),
    (*TWO_KINKS, by_letter(r"\tilde{b}", r"2 \mathbf{1}^\top ", slope(r"\tilde{Z}"))),
    (*TWO_KINKS, by_letter(r"\tilde{Z}", r"\left( ", slope("A"), r" \bar{W}^\top \right)",
                           r" \odot \operatorname{ReLU}'(\tilde{Z})")),
    (*NETWORK, by_letter("b^{[r]}", r"\frac{1}{n} \mathbf{1}^\top ", slope("Z^{[r]}"), LAYERS)),
    (*NETWORK, by_letter("Z^{[r]}", slope("Z^{[r+1]}"), r" (W^{[r+1]})^\top", BETWEEN)),
])  # fmt: skip
def test_a_slip_in_a_relu_network_is_refuted(last_evidence, page):
    assert last_evidence(*page).status == Status.REFUTED


@pytest.mark.parametrize("wrong, sort", [
    (by_letter(r"\tilde{W}", "X ", slope(r"\tilde{Z}")), "cannot be multiplied"),
    (by_letter("W^{[r]}", r"(A^{[r]})^\top ", slope("Z^{[r]}"), LAYERS), "is D_{r-1} × D_r"),
])  # fmt: skip
def test_a_product_in_a_relu_network_that_does_not_fit_is_told(last_evidence, wrong, sort):
    evidence = last_evidence(*(NETWORK if "[r]" in wrong else TWO_KINKS), wrong)
    assert evidence.status == Status.WITHOUT_MEANING and sort in evidence.problems[0].reason


def test_an_assumption_about_layers_is_one_about_each_of_them(last_evidence):
    weights = by_letter("W^{[r]}", r"(A^{[r-1]})^\top ", slope("Z^{[r]}"), LAYERS)
    everywhere = assumption(r"z_{im}^{[r]} \ne 0")
    assert last_evidence(*NETWORK, everywhere, by(), weights).status == Status.ALL_SHAPES
    assert last_evidence(*NETWORK, assumption(r"z_{im}^{[1]} \ne 0"), by(), weights).status == Status.HOLDS_IF
    biases = by_letter("b^{[r]}", r"-\mathbf{1}^\top ", slope("Z^{[r]}"), LAYERS)
    assert last_evidence(*NETWORK, everywhere, by(), biases).status == Status.REFUTED
    assert last_evidence(*NETWORK, everywhere, by(), r"\sum_{j=1}^{D} x_{ij} = x_{i1}").status == Status.REFUTED


def test_the_condition_that_is_named_is_what_to_write(last_evidence):
    assert last_evidence(*LAYER, rf"{THROUGH} \quad (z_{{im}} \ne 0)").status == Status.ALL_SHAPES
    assert last_evidence(
        SOFTMAX, r"\frac{\partial p_{ik}}{\partial z_{im}} = -p_{ik} p_{im} \quad (k \ne m)"
    ).status == (Status.ALL_SHAPES)
    assumed = "```{prf:assumption} Kinks\n:label: asm-a\n\n$$ z_{im} \\ne 0 $$\n```\n"
    slopes = r"\frac{\partial J}{\partial a_{im}} \operatorname{ReLU}'(z_{im})"
    weights = rf"\frac{{\partial J}}{{\partial w_{{jm}}}} = \sum_{{i=1}}^{{n}} x_{{ij}} {slopes}"
    assert last_evidence(*LAYER, weights).status == Status.HOLDS_IF
    assert last_evidence(*LAYER, assumed, by(), weights).status == Status.ALL_SHAPES


def test_a_condition_about_all_entries_shares_no_index_with_the_claim(last_evidence):
    entries = (
        r"\frac{\partial J}{\partial b_m} = \sum_{i=1}^{n} \frac{\partial J}{\partial z_{im}} \quad (z_{im} \ne 0)"
    )
    evidence = last_evidence(*LAYER, entries)
    assert evidence.problems[0].reason == "the index i stands in the condition, but not in the claim"


def test_words_say_plainly_that_only_a_size_of_1_makes_a_claim_true(last_evidence):
    evidence = last_evidence(r"\sum_{i=1}^{n} s_i = n s_1")
    assert status_text(evidence) == "true only if n = 1"
    said = "true only if n = 1; a sum or a factor is likely missing; without that"
    assert evidence.problems[0].reason.startswith(said)
    words = verdict_words(evidence.parts[-1].judgement, has_sizes=True)
    assert words.startswith("True only if $n = 1$: a sum or a factor is likely missing. Without that: at $n = 2$")


def test_words_say_what_to_write(last_evidence):
    evidence = last_evidence(SOFTMAX, LOSS, GRADIENT)
    assert status_text(evidence) == "holds if each row of Y sums to 1"
    said = "each row of Y sums to 1; state it as an assumption, \\sum_{m = 1}^{M} y_{i m} = 1, or declare the letter"
    assert evidence.problems[0].reason.startswith(said)


# What a notation says -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows, claim, status", [
    ("sum to 1", r"\sum_{m=1}^{M} q_{im} = 1", Status.ALL_SHAPES),
    ("one-hot", r"\sum_{m=1}^{M} q_{im} = 1", Status.ALL_SHAPES),
    ("one-hot", r"q_{im}^2 = q_{im}", Status.ALL_SHAPES),
    ("one-hot", r"\frac{\partial}{\partial q_{im}} q_{im}^2 = 2", Status.REFUTED),
    ("sum to 1", r"\frac{\partial}{\partial q_{im}} \sum_{k=1}^{M} q_{ik} = 0", Status.REFUTED),
])  # fmt: skip
def test_what_a_notation_says_of_rows_is_given(last_evidence, rows, claim, status):
    evidence = last_evidence(targets(rows), claim)
    assert evidence.status == status
    given = evidence.parts[-1].judgement.given
    assert given == (
        (f"each row of $Q$ {'sums to 1' if rows == 'sum to 1' else 'is one-hot'}",) if not evidence.fails else ()
    )


def test_what_a_page_defines_is_what_it_is(last_evidence):
    assert (
        last_evidence(targets("sum to 1"), r"q_{im} := z_{im}", r"\sum_{m=1}^{M} q_{im} = 1").status == Status.HOLDS_IF
    )


@pytest.mark.parametrize("declaration, reason", [
    (TARGETS.format("sum to 2"), "rows: 'sum to 2' is not known; rows may be 'sum to 1' or 'one-hot'"),
    ('  - {letter: Q, shape: [n, M], rows: one-hot, meaning: targets}', "a matrix with entries"),
    ('  - {letter: q, entry: q_i, shape: [n, 1], rows: sum to 1, meaning: targets}', "a matrix with entries"),
])  # fmt: skip
def test_rows_are_said_of_matrices(declaration, reason):
    sizes = "sizes:\n  - {letter: n, meaning: n}\n  - {letter: M, meaning: M}\n"
    indices = "indices:\n  - {letter: i, to: n, meaning: i}\n  - {letter: m, to: M, meaning: m}\n"
    with pytest.raises(NotationError, match=reason):
        parse(f"{sizes}{indices}arrays:\n{declaration}\n")


# Time -----------------------------------------------------------------------------------------------------------------


def test_a_limit_within_another_one_leaves_that_in_force():
    with pytest.raises(OutOfTime), time_limit(0.3):
        with pytest.raises(OutOfTime), time_limit(0.1):
            _compute(5)
        _compute(5)


def test_a_limit_within_another_one_is_no_longer():
    begin = time.process_time()
    with pytest.raises(OutOfTime), time_limit(0.2), time_limit(5):
        _compute(5)
    assert time.process_time() - begin < 2


def _compute(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
