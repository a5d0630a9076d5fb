"""The likely slip of a wrong equation: the commonest ones have their words, and a right equation has none."""

import pytest
from common import RELU, SIGMOID, SOFTMAX, block

from nncore.verify.judgement import Status

LETTERS = block("""
arrays:
  - {letter: Q, entry: "q_{im}", shape: [n, M], meaning: inputs of an activation}
scalars:
  - {letter: \\mu_m, meaning: mean}
  - {letter: F, meaning: mean loss}
  - {letter: H, meaning: cost}
  - {letter: K, meaning: cost}""")
BACKWARD = r"\frac{\partial J}{\partial z_{im}} = p_{im} \left( \frac{\partial J}{\partial p_{im}} - "
LAYER = (SIGMOID, r"A := \sigma(Q)", r"K := \phi(A)")
THROUGH = r"\frac{\partial K}{\partial q_{im}} = \frac{\partial K}{\partial a_{im}}"
LOSS = (SOFTMAX, r"L_i := -\sum_{m=1}^{M} y_{im} \ln p_{im}", r"F := \frac{1}{n} \sum_{i=1}^{n} L_i")
CENTERED = (r"\mu_m := \frac{1}{n} \sum_{i=1}^{n} y_{im}", r"g_{im} := y_{im} - \mu_m",
            r"H := \sum_{i=1}^{n} \sum_{m=1}^{M} g_{im}^3")  # fmt: skip
ROWS = "if each row of Y sums to 1"

SLIPS = {
    "the sum of the softmax": (
        (SOFTMAX, r"J := \phi(P)", BACKWARD + r"p_{im} \frac{\partial J}{\partial p_{im}} \right)"),
        "sum(k = 1..M: (p[i, k] * D(J; p[i, k]))) in the place of (p[i, m] * D(J; p[i, m]))",
    ),
    "the derivative of the activation": ((*LAYER, THROUGH), "a factor sigma'(q[i, m]) is missing on the right"),
    "the same in matrices": (
        (*LAYER, r"\frac{\partial K}{\partial Q} = \frac{\partial K}{\partial A}"),
        "a factor sigma'(Q) is missing on the right",
    ),
    "the function for its derivative": (
        (*LAYER, rf"{THROUGH} \sigma(q_{{im}})"), "sigma'(q[i, m]) in the place of sigma(q[i, m])",
    ),
    "a mean that is held fixed": (
        (*CENTERED, r"\frac{\partial H}{\partial y_{im}} = 3 g_{im}^2"), r"\mu held fixed, though made of Y",
    ),
    "the mean of the losses": (
        (*LOSS, r"\frac{\partial F}{\partial z_{im}} = p_{im} - y_{im}"),
        f"a factor 1/n is missing on the right, {ROWS}",
    ),
    "the mean of the losses, twice": (
        (*LOSS, r"\frac{\partial F}{\partial z_{im}} = \frac{1}{n^2} (p_{im} - y_{im})"),
        f"a factor n is missing on the right, {ROWS}",
    ),
    "targets minus probabilities": (
        (*LOSS, r"\frac{\partial L_i}{\partial z_{im}} = y_{im} - p_{im}"), f"the sign of the right side, {ROWS}",
    ),
    "a root of the width": (
        (r"g_{im} := \frac{1}{\sqrt{D}} \sum_{j=1}^{D} x_{ij} w_{jm}",
         r"\frac{\partial g_{im}}{\partial x_{ij}} = w_{jm}"),
        "a factor 1/sqrt(D) is missing on the right",
    ),
    "a difference that is turned around in an exponent": (
        (r"H := \sum_{m=1}^{M} e^{b_m - y_{1 m}}", r"\frac{\partial H}{\partial b_m} = e^{y_{1 m} - b_m}"),
        "(b[m] - y[1, m]) in the place of (y[1, m] - b[m])",
    ),
}  # fmt: skip
FITTING = {
    r"\frac{\partial J}{\partial W} = \left( \frac{\partial J}{\partial Z} \right)^\top X": "((X^T) * D(J; Z))",
    r"\frac{\partial J}{\partial W} = \frac{1}{n} X \frac{\partial J}{\partial Z}": "((1 / n) * (X^T) * D(J; Z))",
    r"\frac{\partial J}{\partial X} = W \frac{\partial J}{\partial Z}": "(D(J; Z) * (W^T))",
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_common_slip_has_its_words(last_evidence, name):
    page, words = SLIPS[name]
    evidence = last_evidence(LETTERS, *page)
    assert (evidence.status, evidence.parts[-1].judgement.hint) == (Status.REFUTED, words)


@pytest.mark.parametrize("claim", FITTING)
def test_a_product_that_would_fit_is_named(last_evidence, claim):
    evidence = last_evidence(r"Z := X W + \mathbf{1} b", r"J := \phi(Z)", claim)
    assert evidence.problems[0].reason.endswith(f"; {FITTING[claim]} would fit")


def test_no_product_is_named_where_several_would_fit_or_none(last_evidence):
    claim = r"\frac{\partial J}{\partial W} = X \odot \frac{\partial J}{\partial Z}"
    assert "would fit" not in last_evidence(r"Z := X W", r"J := \phi(Z)", claim).problems[0].reason


def test_a_counterexample_has_the_values_of_the_letters_of_both_sides(last_evidence):
    evidence = last_evidence(RELU, r"\operatorname{ReLU}'(h) = \operatorname{ReLU}'(h) + \theta")
    (found,) = evidence.judgements
    assert {name for name, _ in found.counterexample.inputs} == {"h", r"\theta"}
