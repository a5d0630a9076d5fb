"""What once fooled the judges, stopped them or was turned down though it is true; each page as it would be written."""

import time

import pytest
from common import RELU, SIGMOID, SOFTMAX, assuming, block

from nncore.verify.judgement import Status

LAYERS = (r"A^{[0]} := X", r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R")
ACTIVATIONS = (*LAYERS, r"A^{[r]} := f(Z^{[r]}) \quad 1 \le r < R", r"A^{[R]} := Z^{[R]}")
TWO_LINES = (r"u_0 := 0", r"u_t := u_{t-1} + 1 \quad 1 \le t \le 9", r"u_t := u_{t-1} + 2 \quad t \ge 10")
LATE = (*(rf"u_{k} := {k if k != 4 else 0}" for k in range(7)), r"u_t := u_{t-1} + 1 \quad t \ge 7")


RANDOM = block("random:\n  - {letter: W, entries: independent}")
SWISH = block(r"functions:" + "\n" + r"  - {name: '\operatorname{swish}', kind: number, meaning: swish}")
DOUBLED = (block("scalars:\n  - {letter: q, over: r, meaning: a number for each layer}"), "q_0 := h",
           r"q_r := 2 q_{r-1} \quad r \ge 1")  # fmt: skip


@pytest.mark.parametrize("page", [
    (*TWO_LINES, r"u_t = t \quad t \ge 0"),
    (*TWO_LINES, r"u_t = u_{t-1} + 1 \quad t \ge 1"),
    (*LATE, r"u_t = t \quad t \ge 0"),
    ("(R - 1) (R - 2) (R - 3) (R - 4) = 0",),
    (r"(r - 1) (r - 2) (r - 3) h = 0 \quad 1 \le r \le R",),
    (*DOUBLED, r"q_r = \left(1 + r + \frac{r (r - 1)}{2} + \frac{r (r - 1) (r - 2)}{6}\right) h \quad r \ge 0"),
    (*ACTIVATIONS, r"A^{[r]} = f(Z^{[r]}) \quad 1 \le r \le R"),
    (r"h^h = 1 + O(h) \quad h > 0",),
    (r"h^{1.95} = O(h^2) \quad h > 0",),
    (r"\phi(\max(h, -5000)) = \phi(h)",),
    (r"\phi(Z) = \phi(2 Z)",),
    (r"\begin{cases} \ln(2000 - h) & h < 2000 \\ 1 & h \ge 2000 \end{cases} = "
     r"\begin{cases} \ln(4000 - 2 h) - \ln(2) & h < 2000 \\ 2 & h \ge 2000 \end{cases}",),
])  # fmt: skip
def test_what_is_false_somewhere_is_not_proved_for_all_shapes(last_evidence, page):
    evidence = last_evidence(*page)
    assert evidence.parts and evidence.status != Status.ALL_SHAPES, evidence.reading


@pytest.mark.parametrize("page", [
    (*ACTIVATIONS, r"A^{[r]} = f(Z^{[r]}) \quad 1 \le r \le R"),
    (r"h + 10^{60} - 10^{60} = 2 h",),
    (r"1 + 10^{-40} = 1",),
    (r"\ln(1 + 10^{-40} h) = 0",),
    (r"h + 10^{60} \le h + 10^{60} - 1",),
    (r"n \le 4",),
    (r"(n - 1) (n - 2) (n - 3) (n - 4) = 0",),
    (r"2^M \le 16",),
    (r"(t - 1) (t - 2) (t - 3) (t - 5) t = 0 \quad t \ge 0",),
    (*ACTIVATIONS, r"Z^{[r]} = A^{[r-1]} W^{[r]} \quad 1 \le r \le R"),
])  # fmt: skip
def test_what_is_false_is_refuted(last_evidence, page):
    evidence = last_evidence(*page)
    assert evidence.status == Status.REFUTED, (evidence.status, evidence.problems)


@pytest.mark.parametrize("page", [
    (SWISH, "$$\n\\operatorname{swish}(z) := \\frac{z}{1 + e^{-z}}\n$$ (eq-swish)\n", r"\operatorname{swish}(0) = 0"),
    (r"J := \phi(h \phi(Z))", r"\frac{\partial J}{\partial Z} = \frac{\partial J}{\partial Z} + 0 Z"),
    (r"D M + M = 7850 \quad D = 784, M = 10",),
    (r"n \ge 1 \quad n > 4",),
    (r"\sum_{k=1}^{M} b_k = b_1 + b_2 + b_3 + b_4 + b_5 \quad M = 5",),
    (SIGMOID, r"\sqrt{1 - \sigma(z_{im})} = \frac{1}{\sqrt{1 + e^{z_{im}}}}"),
    (SIGMOID, r"\sqrt{\sigma(z_{im}) (1 - \sigma(z_{im}))} = "
              r"\frac{1}{e^{\frac{z_{im}}{2}} + e^{-\frac{z_{im}}{2}}}"),
    (r"\sqrt{1 - \tanh(z_{im})^2} = \frac{2}{e^{z_{im}} + e^{-z_{im}}}",),
    (assuming(r"x_{1,2} > 0"), r"x_{ij}^2 = x_{ij} \cdot x_{ij}"),
    (*DOUBLED, r"q_r = 2^r h \quad r \ge 0"),
    (r"\frac{\partial^3}{\partial h^3} h^3 = 6",),
])  # fmt: skip
def test_what_is_true_is_accepted(last_evidence, page):
    evidence = last_evidence(*page)
    assert not evidence.fails, (evidence.status, evidence.problems)


@pytest.mark.parametrize("page, reason", [
    ((assuming(r"\theta_t > 0"),), "assumptions about steps"),
    ((SOFTMAX, r"z_i := \ln \left( \sum_{l=1}^{M} e^{z_{il}} \right)", r"\sum_{m=1}^{M} p_{im} = 1"), "of Z is not"),
    ((r"J := x_{1,1} \quad i > 1",), "the index i stands in the condition"),
    (("Z = X W + O(h^2)",), "is that of a number"),
    ((r"\sum_{k=1}^{M} b_k = b_{999999}",), "an index above 50"),
    ((r"\frac{\partial^4}{\partial h^4} \sin(h) = \sin(h)",), "an order above 3"),
    ((r"\tanh''''(h) = \tanh''''(h)",), "an order above 3"),
])  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_its_reason(last_evidence, page, reason):
    evidence = last_evidence(*page)
    assert evidence.status == Status.WITHOUT_MEANING
    assert reason in evidence.problems[0].reason


@pytest.mark.parametrize("claim", [
    r"\operatorname{E}[w_{jm}^2] = \tau^2 x_{ij}", r"\operatorname{E}[w_{jm}^2] = \operatorname{E}[w_{jm}]",
    r"\operatorname{E}[w_{jm}^2] = w_{jm}",
])  # fmt: skip
def test_a_moment_that_is_no_number_is_none(last_evidence, claim):
    assert last_evidence(RANDOM, assuming(claim)).fails


@pytest.mark.parametrize("page", [
    (r"\sin(10^{99}) = 0",), (r"\sin(10^{10^{7}}) \le 1",), (r"2^{2^{2^{2^{2^{2}}}}} = 1",),
    (r"10^{10^{10}} = 10^{10^{10}} + 1",), (r"(1 + 10^{-120})^{10^{120}} \approx 1.0",),
    (r"10^{200} + 1 - 10^{200} \approx 0",),
    ("u_0 := 0", r"u_t := u_{t-1} + 1 \quad t \ge 1", r"u_t = t \quad t \ge 3000"),
])  # fmt: skip
def test_what_has_too_few_digits_or_too_many_steps_is_not_accepted(last_evidence, page):
    evidence = last_evidence(*page)
    assert evidence.fails, evidence.status
    assert "checker fault" not in evidence.status, evidence.problems


# Rules of the symbolic judge ------------------------------------------------------------------------------------------

AGREED = "```{prf:convention}\n:label: conv-relu\n\n$$ \\operatorname{ReLU}'(0) := 0 $$\n```\n"
ELU = r"f(z) := \begin{cases} z, & z > 0 \\ e^z - 1, & z \le 0 \end{cases}"
HUBER = (
    r"f(z) := \begin{cases} \frac{1}{2} z^2, & \lvert z \rvert \le 1 \\ "
    r"\lvert z \rvert - \frac{1}{2}, & \lvert z \rvert > 1 \end{cases}"
)
HINGE = (
    r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm}",
    r"J := \frac{1}{n} \sum_{i=1}^{n} \sum_{m=1}^{M} \max(0, 1 - y_{im} z_{im})",
)
KAPPA = block("scalars:\n  - {letter: '\\kappa', meaning: width}\n  - {letter: '\\lambda', meaning: scale}")
VECTOR = block("arrays:\n  - {letter: V, entry: v_k, shape: ['1', M], meaning: v}\nshadows: [v]")
MEANS = block(
    "random:\n  - {letter: W, entries: independent, symmetric: yes, meaning: weights}\n"
    "  - {letter: X, entries: dependent, meaning: inputs}"
)
OTHER = block("functions:\n  - {name: '\\psi', kind: cost, meaning: other}")
CHOSEN = block("scalars:\n  - {letter: '\\hat{c}_i', to: M, ties: first, meaning: predicted class}")
LOGITS = (r"Z := X W + \mathbf{1} b", r"J := \phi(Z)")
STEPS = (r"u_0 := 0", r"u_t := u_{t-1} + 1 \quad t \ge 1")
MEMORY = (r"u_0 := 0", r"u_t := \beta_1 u_{t-1} + x \quad t \ge 1")
PLAIN = (
    r"A^{[0]} := X",
    r"Z^{[r]} := A^{[r-1]} W^{[r]} \quad 1 \le r \le R",
    r"A^{[r]} := Z^{[r]} \quad 1 \le r \le R",
)
STATES = (
    block("arrays:\n  - {letter: V, entry: 'v_{ij}', shape: [n, D], layers: [n, D], meaning: states}\nshadows: [v]"),
    r"V^{[0]} := X",
)
SQUARED = (*STATES, r"V^{[r]} := V^{[r-1]} \odot V^{[r-1]} \quad 1 \le r \le R", r"J := \phi(V^{[R]})")
SQUARE = block("arrays:\n  - {letter: Q, entry: 'q_{lm}', shape: [M, M], meaning: q}")
LOGISTIC = (
    block(
        "shadows: [u, v, Y]\narrays:\n  - {letter: V, entry: v_j, shape: [D, '1'], meaning: weights}\n"
        "  - {letter: Y, entry: y_i, shape: [n, '1'], meaning: y}\n"
        "  - {letter: U, entry: u_i, shape: [n, '1'], meaning: logits}\n"
        "indices:\n  - {letter: q, to: D, meaning: input}"
    ),
    SIGMOID,
    r"u_i := \sum_{j=1}^{D} x_{ij} v_j",
    r"J := -\frac{1}{n} \sum_{i=1}^{n} (y_i \ln \sigma(u_i) + (1 - y_i) \ln(1 - \sigma(u_i)))",
)
GROWING = (
    block("scalars:\n  - {letter: q, over: r, meaning: q}\n  - {letter: s, over: r, meaning: s}\nshadows: [s]"),
    r"q_0 := 1",
    r"q_r := 2 q_{r-1} \quad 1 \le r \le R",
    r"s_0 := 0",
    r"s_r := s_{r-1} + 1 \quad 1 \le r \le R",
)

# For each rule, what is false and would be proved if a side condition were forgotten; and what is true beside it.
RULES = {
    "deltas are taken anew after each other": (
        [
            (r"\delta_{kl} \delta_{lm} = \delta_{kl}",),
            (r"\delta_{kl} (1 - \delta_{lm}) = 0",),
            (r"\delta_{kl} \delta_{lm} \delta_{mk} = \delta_{kl}",),
            (r"\delta_{kl} \delta_{lm} b_k = \delta_{kl} b_k",),
            (r"\delta_{kl} \delta_{lm} z_{il} = \delta_{lm} z_{il}",),
            (VECTOR, r"v_l := b_l^2", r"\frac{\partial^2 v_l}{\partial b_k \partial b_m} = 2 \delta_{lk}"),
            (VECTOR, r"v_l := b_l^2", r"\frac{\partial^2 v_l}{\partial b_k \partial b_m} = 2 \delta_{km}"),
            (r"\frac{\partial^3}{\partial b_k \partial b_l \partial b_m} \sum_{q=1}^{M} b_q^3 = 6 \delta_{kl}",),
        ],
        [
            (r"\delta_{kl} \delta_{lm} = \delta_{kl} \delta_{km}",),
            (r"\delta_{kl} \delta_{lm} \delta_{mk} = \delta_{kl} \delta_{km}",),
            (r"\delta_{kl} \delta_{lm} b_k = \delta_{kl} \delta_{lm} b_m",),
            (
                VECTOR,
                r"v_l := b_l^2",
                r"\frac{\partial^2 v_l}{\partial b_k \partial b_m} = 2 \delta_{lk} \delta_{lm}",
            ),
            (
                r"\frac{\partial^3}{\partial b_k \partial b_l \partial b_m} \sum_{q=1}^{M} b_q^3 = 6 \delta_{kl} "
                r"\delta_{lm}",
            ),
        ],
    ),
    "induction divides by nothing that may be 0, and holds for all its steps": (
        [
            (*STEPS, r"(t - 1) (t - 2) (t - 3) (t - 5) (t - 8) (u_t - t - 1) = 0 \quad t \ge 1"),
            (r"(t - 1) (t - 2) (t - 3) (\sum_{q=1}^{t} q - \frac{t (t + 1)}{2} - 1) = 0 \quad t \ge 1",),
            (r"u_0 := 5", r"u_t := t \quad t \ge 1", r"u_t = t \quad t \ge 0"),
            (*STEPS, r"(t - 1) (t - 2) u_t = (t - 1) (t - 2) (t + 1) \quad t \ge 1"),
            (*STEPS, r"\frac{(t - 1) (t - 2) (u_t - t - 1)}{t} = 0 \quad t \ge 1"),
            (r"u_0 := 0", r"u_t := u_{t-1} + (t - 1) (t - 2) \quad t \ge 1", r"u_t = 0 \quad t \ge 0"),
            (
                r"u_0 := x",
                r"u_t := \beta_1 u_{t-1} \quad t \ge 1",
                r"(1 - \beta_1) u_t = (1 - \beta_1) \beta_1^t x + 1 - 1 + t \quad t \ge 0",
            ),
            (
                r"u_0 := x",
                r"u_t := \beta_1 u_{t-1} \quad t \ge 1",
                r"u_t = \beta_1^t x + \begin{cases} 0, & t < 9 \\ 1, & t \ge 9 \end{cases} \quad t \ge 0",
            ),
            (r"u_0 := x", r"u_t := \beta_1 u_{t-1} \quad t \ge 1", r"\beta_1 u_t = \beta_1^t x \quad t \ge 1"),
            (r"u_0 := 0", r"u_t := u_{t-1} (u_{t-1} - 1) + 0 \quad t \ge 1", r"u_t = 1 \quad t \ge 0"),
            (r"u_0 := 1", r"u_t := u_{t-1} + x \quad t \ge 1", r"x (u_t - t x) = 0 \quad t \ge 0"),
            (r"u_0 := 1", r"u_t := x u_{t-1} \quad t \ge 1", r"x u_t = 0 \quad t \ge 1"),
            (r"u_0 := 0", r"u_t := u_{t-1} + x \quad t \ge 1", r"(x - z) (u_t - t x) + (x - z) = 0 \quad t \ge 0"),
        ],
        [
            (*STEPS, r"u_t = t \quad t \ge 0"),
            (*STEPS, r"2 (u_t - t) = 0 \quad t \ge 0"),
            (r"\sum_{q=1}^{t} q = \frac{t (t + 1)}{2} \quad t \ge 0",),
            (r"\sum_{q=1}^{t-2} 1 = t - 2 \quad t \ge 2",),
            (*MEMORY, r"u_t = \frac{1 - \beta_1^t}{1 - \beta_1} x \quad t \ge 1"),
            (*MEMORY, r"\frac{1 - \beta_1}{1 - \beta_1^t} u_t = x \quad t \ge 1"),
            (r"u_0 := x", r"u_t := \beta_1 u_{t-1} \quad t \ge 1", r"u_t = \beta_1^t x \quad t \ge 0"),
            (r"u_0 := x", r"u_t := \beta_1 u_{t-1} \quad t \ge 1", r"z u_t = z \beta_1^t x \quad t \ge 0"),
            (r"u_0 := 0", r"u_t := u_{t-1} + x \quad t \ge 1", r"u_t = t x \quad t \ge 0"),
        ],
    ),
    "a layer is generic only where nothing knows its number": (
        [
            (
                r"A^{[0]} := X",
                r"Z^{[r]} := (r - 5) A^{[r-1]} W^{[r]} \quad 1 \le r \le R",
                r"A^{[r]} := Z^{[r]} \quad 1 \le r \le R",
                r"K := (R - 1) (R - 2) (R - 3) (R - 4)",
                r"K A^{[R]} = 0 A^{[R]}",
            ),
            (
                *PLAIN,
                r"K := R (R - 1) (R - 2) (R - 3) (R - 4)",
                r"J := K \phi(Z^{[R]})",
                r"\frac{\partial J}{\partial W^{[r]}} = 0 W^{[r]} \quad 1 \le r \le R",
            ),
            (*GROWING, r"q_R = \frac{s_R^3 - 3 s_R^2 + 8 s_R}{3}"),
            (*GROWING, r"q_r = \frac{s_r^3 - 3 s_r^2 + 8 s_r}{3} \quad 1 \le r \le R"),
            (r"K := \sum_{r=1}^{R} 1", r"K \le 3"),
            (r"(R - 1) (R - 2) (R - 3) = 0",),
            (r"R \le 3",),
            (
                r"K := \sum_{r=1}^{R} 1",
                r"A^{[0]} := X",
                r"Z^{[r]} := A^{[r-1]} W^{[r]} \quad 1 \le r \le R",
                r"A^{[r]} := Z^{[r]} \quad 1 \le r \le R",
                r"(K - 1) (K - 2) (K - 3) (K - 4) Z^{[R]} = 0 Z^{[R]}",
            ),
            (
                *GROWING,
                "```{notation}\n"
                "arrays:\n"
                "  - {letter: V, entry: 'v_{ij}', shape: [n, D], layers: [n, D], meaning: states}\n"
                "shadows: [v]\n"
                "```\n",
                r"V^{[0]} := X",
                r"V^{[r]} := V^{[r-1]} \quad 1 \le r \le R",
                r"(3 q_R - s_R^3 + 3 s_R^2 - 8 s_R) V^{[R]} = 0 V^{[R]}",
            ),
            (*STATES, r"V^{[1]} := 2 V^{[0]}", r"V^{[r]} := V^{[r-1]} \quad 2 \le r \le R", r"V^{[R]} = V^{[R-1]}"),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R",
                r"K := v_{1,1}^{[R]}",
                r"(K - v_{1,1}^{[r]}) (K - v_{1,1}^{[r]} - x_{1,1}) (K - v_{1,1}^{[r]} - 2 x_{1,1}) (K - "
                r"v_{1,1}^{[r]} - 3 x_{1,1}) = 0 \quad 1 \le r \le R",
            ),
            (*STATES, r"V^{[r]} := -V^{[r-1]} \quad 1 \le r \le R", r"V^{[R]} = V^{[0]}"),
            (
                *STATES,
                r"V^{[r]} := -V^{[r-1]} \quad 1 \le r \le R",
                r"J := \sum_{i=1}^{n} \sum_{j=1}^{D} v_{ij}^{[R]}",
                r"\frac{\partial J}{\partial x_{ij}} = 1",
            ),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R",
                r"J := \sum_{i=1}^{n} \sum_{j=1}^{D} v_{ij}^{[R]}",
                r"(\frac{\partial J}{\partial x_{ij}} - 2) (\frac{\partial J}{\partial x_{ij}} - 3) (\frac{\partial "
                r"J}{\partial x_{ij}} - 4) (\frac{\partial J}{\partial x_{ij}} - 5) = 0",
            ),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R",
                r"J := \sum_{i=1}^{n} \sum_{j=1}^{D} v_{ij}^{[R]}",
                r"(\frac{\partial J}{\partial x_{ij}} - 2) (\frac{\partial J}{\partial x_{ij}} - 3) (\frac{\partial "
                r"J}{\partial x_{ij}} - 4) (\frac{\partial J}{\partial x_{ij}} - 5) V^{[R]} = 0 V^{[R]}",
            ),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} \quad 1 \le r \le 4",
                r"V^{[r]} := 2 V^{[r-1]} \quad 5 \le r \le R",
                r"V^{[r]} = V^{[r-1]} \quad 1 \le r \le R",
            ),
            (*STATES, r"V^{[r]} := V^{[r-1]} \quad 1 \le r \le R", r"V^{[r]} = 2 V^{[r-1]} \quad 1 \le r \le R"),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R",
                r"K := \sum_{r=1}^{R} v_{1,1}^{[r]}",
                r"K \sum_{r=1}^{R} 1 = K",
            ),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R",
                r"V^{[r]} - V^{[0]} = r X + (r-1)(r-2)(r-3)(r-4) X \quad 1 \le r \le R",
            ),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r < R",
                r"V^{[R]} := V^{[R-1]}",
                r"V^{[r]} = V^{[r-1]} + X \quad 1 \le r \le R",
            ),
            (*STATES, r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R", r"V^{[R]} = V^{[0]} + X"),
        ],
        [
            (*PLAIN, r"Z^{[r]} = A^{[r-1]} W^{[r]} \quad 1 \le r \le R"),
            (
                *PLAIN,
                r"J := \phi(Z^{[R]})",
                r"\frac{\partial J}{\partial W^{[r]}} = (A^{[r-1]})^\top \frac{\partial J}{\partial Z^{[r]}} \quad 1 "
                r"\le r \le R",
            ),
            (*GROWING, r"q_r = 2^r \quad r \ge 0"),
            (*GROWING, r"s_r = r \quad r \ge 0"),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R",
                r"V^{[r]} = V^{[r-1]} + X \quad 1 \le r \le R",
            ),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r \le R",
                r"V^{[r+1]} = V^{[r-1]} + 2 X \quad 1 \le r < R",
            ),
            (*STATES, r"V^{[r]} := -V^{[r-1]} \quad 1 \le r \le R", r"V^{[r+1]} = V^{[r-1]} \quad 1 \le r < R"),
            (
                *STATES,
                r"V^{[r]} := V^{[r-1]} + X \quad 1 \le r < R",
                r"V^{[R]} := V^{[R-1]}",
                r"V^{[r]} = V^{[r-1]} + X \quad 1 \le r < R",
            ),
            (*STATES, r"V^{[r]} := 2 V^{[r-1]} \quad 1 \le r \le R", r"V^{[R]} = 2 V^{[R-1]}"),
            (
                *STATES,
                r"V^{[1]} := 2 V^{[0]}",
                r"V^{[r]} := V^{[r-1]} \quad 2 \le r \le R",
                r"V^{[R]} = V^{[R-1]} \quad R \ge 2",
            ),
        ],
    ),
    "a cost is cut only where it depends on earlier layers through the cut alone": (
        [
            (r"J := \phi(X) + \sum_{m=1}^{M} b_m", r"\frac{\partial J}{\partial b_m} = 0"),
            (*LOGITS, r"\frac{\partial J}{\partial X} = \frac{\partial J}{\partial Z}  W^\top + X"),
            (
                *SQUARED,
                r"\frac{\partial J}{\partial V^{[r-1]}} = \frac{\partial J}{\partial V^{[r]}} \quad 1 \le r \le R",
            ),
            (
                *SQUARED,
                r"\frac{\partial J}{\partial V^{[r-1]}} = V^{[r-1]} \odot \frac{\partial J}{\partial V^{[r]}} "
                r"\quad 1 \le r \le R",
            ),
            (
                *SQUARED,
                r"K := \sum_{i=1}^{n} v_{i,1}^{[R]}",
                r"K \frac{\partial J}{\partial V^{[r]}} = v_{1,1}^{[r]} \frac{\partial J}{\partial V^{[r]}} "
                r"\quad 1 \le r \le R",
            ),
            (
                r"Z := X W",
                r"J := \phi(Z) + \phi(Z + Z)",
                r"\frac{\partial J}{\partial Z} = \frac{\partial}{\partial Z} (2 \phi(Z))",
            ),
        ],
        [
            (
                *PLAIN,
                r"J := \phi(Z^{[R]})",
                r"\frac{\partial J}{\partial A^{[r-1]}} = \frac{\partial J}{\partial Z^{[r]}} (W^{[r]})^\top \quad 1 "
                r"\le r \le R",
            ),
            (*LOGITS, r"\frac{\partial J}{\partial X} = \frac{\partial J}{\partial Z} W^\top"),
        ],
    ),
    "a kink survives, and what is agreed at a point is agreed of the function alone": (
        [
            (
                r"\frac{\partial}{\partial x} \lvert x - 1 \rvert = \begin{cases} 1, & x > 1 \\ -1, & x \le 1 "
                r"\end{cases}",
            ),
            (r"\frac{\partial}{\partial x} \lvert x - 5 \rvert = \frac{x - 5}{\lvert x - 5 \rvert}",),
            (r"\frac{\partial}{\partial x} \max(x, 3) = \begin{cases} 1, & x > 3 \\ 0, & x \le 3 \end{cases}",),
            (RELU, AGREED, r"\frac{\partial}{\partial x} \operatorname{ReLU}(x - 7) = \operatorname{ReLU}'(x - 7)"),
            (RELU, AGREED, r"\frac{\partial}{\partial x} \operatorname{ReLU}(1 - x) = -\operatorname{ReLU}'(1 - x)"),
            (
                RELU,
                AGREED,
                r"\frac{\partial}{\partial x} (\operatorname{ReLU}(x) - \operatorname{ReLU}(-x)) = "
                r"\operatorname{ReLU}'(x) + \operatorname{ReLU}'(-x)",
            ),
            (RELU, AGREED, r"\operatorname{ReLU}''(x) = 0"),
            (
                RELU,
                AGREED,
                r"A := \operatorname{ReLU}(Z)",
                r"J := \phi(A)",
                r"\frac{\partial J}{\partial z_{im}} = \frac{\partial J}{\partial a_{im}} "
                r"\operatorname{ReLU}'(z_{im})",
            ),
            (RELU, r"\operatorname{ReLU}'(x) + \operatorname{ReLU}'(-x) = 1"),
            (
                r"\sigma(z) := z + \lvert z - 7 \rvert",
                r"\frac{\partial}{\partial x} (\sigma(x) - x - \lvert x - 7 \rvert) = \sigma'(x) - \sigma'(x)",
            ),
            (r"\frac{\partial}{\partial x} \lvert x \rvert - \frac{\partial}{\partial x} \lvert x \rvert = 0",),
            (r"x \frac{\partial}{\partial x} \max(x, 0) = \max(x, 0)",),
            (
                r"\frac{\partial}{\partial x} (\max(x, 0) + \lvert x \rvert) = 3 \frac{\partial}{\partial x} \max(x, "
                r"0) - 1 + 0 x + 1 - 1",
            ),
            (r"\frac{\partial}{\partial x} \begin{cases} x, & x > 0 \\ x + 1, & x \le 0 \end{cases} = 1",),
            (
                r"\frac{\partial}{\partial x} \begin{cases} x^2, & x > 1 \\ x, & x \le 1 \end{cases} = \begin{cases} "
                r"2 x, & x > 1 \\ 1, & x \le 1 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \begin{cases} x, & x > 0 \\ x^2, & x \le 0 \end{cases} = \begin{cases} "
                r"1, & x > 0 \\ 2 x, & x \le 0 \end{cases}",
            ),
            (
                CHOSEN,
                r"\hat{c}_i := \arg\max_k (z_{ik} - \pi k)",
                r"\frac{\partial}{\partial z_{im}} b_{\hat{c}_i} = 0",
            ),
            (CHOSEN, r"\hat{c}_i := \arg\max_k z_{ik}", r"\frac{\partial}{\partial z_{im}} \delta_{k \hat{c}_i} = 0"),
            (ELU, r"f''(x) = \begin{cases} 0, & x > 0 \\ e^x, & x \le 0 \end{cases}"),
            (HUBER, r"f''(x) = \begin{cases} 1, & \lvert x \rvert \le 1 \\ 0, & \lvert x \rvert > 1 \end{cases}"),
            (
                r"\frac{\partial}{\partial x} \lvert x z \rvert = z \begin{cases} 1, & x z > 0 \\ -1, & x z \le 0 "
                r"\end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \lvert x^3 - x \rvert = (3 x^2 - 1) \begin{cases} 1, & x^3 > x \\ -1, "
                r"& x^3 \le x \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \max(x^2, x) = \begin{cases} 2 x, & x^2 > x \\ 1, & x^2 \le x "
                r"\end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \begin{cases} x, & \lvert x \rvert > 1 \\ x^3, & \lvert x \rvert \le 1 "
                r"\end{cases} = \begin{cases} 1, & \lvert x \rvert > 1 \\ 3 x^2, & \lvert x \rvert \le 1 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \begin{cases} 1, & x > 0 \\ 0, & x \le 0 \end{cases} x^2 + \lvert x "
                r"\rvert = 2 x \begin{cases} 1, & x > 0 \\ 0, & x \le 0 \end{cases}+\begin{cases} 1, & x > 0 \\ -1, "
                r"& x \le 0 \end{cases}",
            ),
            (r"\frac{\partial}{\partial x} \begin{cases} 1, & x > 0 \\ 0, & x \le 0 \end{cases} = 0",),
            (
                r"\frac{\partial}{\partial x} (x \begin{cases} 1, & x > 0 \\ 0, & x \le 0 \end{cases}) = "
                r"\begin{cases} 1, & x > 0 \\ 0, & x \le 0 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \lvert x \rvert^3 = 3 x \lvert x \rvert + \lvert x \rvert - \lvert x "
                r"\rvert + x",
            ),
            (
                r"\frac{\partial^2}{\partial x^2} (x \lvert x \rvert) = 2 \begin{cases} 1, & x > 0 \\ -1, & x \le 0 "
                r"\end{cases}",
            ),
            (
                r"\frac{\partial^3}{\partial x^3} \lvert x \rvert^3 = 6 \begin{cases} 1, & x > 0 \\ -1, & x \le 0 "
                r"\end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \sum_{k=1}^{M} \lvert b_k - x \rvert = \sum_{k=1}^{M} \begin{cases} 1, "
                r"& x > b_k \\ -1, & x \le b_k \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \sqrt{\max(x, 0)^2} = \begin{cases} 1, & x > 0 \\ 0, & x \le 0 "
                r"\end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} e^{\lvert x \rvert} = e^{\lvert x \rvert} \begin{cases} 1, & x > 0 \\ "
                r"-1, & x \le 0 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \max(x, 0) \max(-x, 0) + \max(x, 0) = \begin{cases} 1, & x > 0 \\ 0, & "
                r"x \le 0 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} f(\max(x, 0)) = f'(\max(x, 0)) \begin{cases} 1, & x > 0 \\ 0, & x \le "
                r"0 \end{cases}",
            ),
            (r"J := \phi(\max(h, 0))", r"\frac{\partial J}{\partial h} = 0 \quad (h \le 0)"),
            (
                r"\sigma(z) := \lvert z - 7 \rvert + \lvert z - 2 \rvert",
                "```{prf:convention}\n:label: conv-s\n\n$$ \\sigma'(7) := 0 $$\n```\n",
                r"\sigma'(x) = \begin{cases} 2, & x > 7 \\ 0, & 2 \le x \le 7 \\ -2, & x < 2 \end{cases}",
            ),
            (
                r"\sigma(z) := \lvert z - 7 \rvert",
                "```{prf:convention}\n:label: conv-s\n\n$$ \\sigma'(7) := 3 $$\n```\n",
                r"\sigma'(x)^2 = 1",
            ),
            (
                r"\sigma(z) := \lvert z - 7 \rvert",
                "```{prf:convention}\n:label: conv-s\n\n$$ \\sigma'(7) := 3 $$\n```\n",
                r"\lvert \sigma'(x) \rvert \le 1",
            ),
            (
                r"\sigma(z) := \lvert z - 7 \rvert",
                "```{prf:convention}\n:label: conv-s\n\n$$ \\sigma'(3) := 3 $$\n```\n",
                r"\sigma'(3) = 3",
            ),
            (
                *HINGE,
                r"\frac{\partial J}{\partial w_{jm}} = -\frac{1}{n} \sum_{i=1}^{n} x_{ij} y_{im} \begin{cases} 1, & "
                r"y_{im} z_{im} < 1 \\ 0, & y_{im} z_{im} \ge 1 \end{cases}",
            ),
            (
                KAPPA,
                r"f(z) := \begin{cases} \frac{1}{2} z^2, & \lvert z \rvert \le \kappa \\ \kappa \lvert z \rvert - "
                r"\frac{1}{2} \kappa^2, & \lvert z \rvert > \kappa \end{cases}",
                r"f'(z) = \begin{cases} z, & \lvert z \rvert \le \kappa \\ -\kappa, & z > \kappa \\ \kappa, & z < "
                r"-\kappa \end{cases}",
            ),
            (
                KAPPA,
                r"f(z) := \begin{cases} \frac{1}{2} z^2, & \lvert z \rvert \le \kappa \\ \kappa \lvert z \rvert - "
                r"\frac{1}{2} \kappa^2, & \lvert z \rvert > \kappa \end{cases}",
                r"f'(z) = \max(-\kappa, \min(\kappa, z))",
            ),
            (
                r"\frac{\partial}{\partial x} \lvert e^x - 2 \rvert = e^x \begin{cases} 1, & e^x > 2 \\ -1, & e^x "
                r"\le 2 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \max(e^x - 1, 0) = \begin{cases} e^x, & x > 0 \\ 0, & x \le 0 "
                r"\end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \max(e^x, e^{2 x}) = \begin{cases} 2 e^{2 x}, & x > 0 \\ e^x, & x \le "
                r"0 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \max(\tanh(x), 0) = \begin{cases} 1 - \tanh(x)^2, & x > 0 \\ 0, & x "
                r"\le 0 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \lvert \sin(x) \rvert = \cos(x) \begin{cases} 1, & \sin(x) > 0 \\ -1, "
                r"& \sin(x) \le 0 \end{cases}",
            ),
            (
                r"\frac{\partial}{\partial x} \lvert f(x) \rvert = f'(x) \begin{cases} 1, & f(x) > 0 \\ -1, & f(x) "
                r"\le 0 \end{cases}",
            ),
            (r"\frac{\partial}{\partial x} \max(x, z) + \frac{\partial}{\partial x} \min(x, z) = 1",),
            (
                r"\frac{\partial}{\partial h} \lvert x h \rvert = \lvert x \rvert \begin{cases} 1, & h > 0 \\ -1, & "
                r"h \le 0 \end{cases}",
            ),
            (
                r"\frac{\partial^2}{\partial x^2} \max(x, 0)^2 = \begin{cases} 2, & x > 0 \\ 0, & x \le 0 "
                r"\end{cases}",
            ),
        ],
        [
            (
                r"\frac{\partial}{\partial x} \lvert x - 1 \rvert = \begin{cases} 1, & x > 1 \\ -1, & x < 1 "
                r"\end{cases} \quad (x \ne 1)",
            ),
            (
                RELU,
                r"\frac{\partial}{\partial x} \operatorname{ReLU}(1 - x) = -\operatorname{ReLU}'(1 - x) \quad (x \ne "
                r"1)",
            ),
            (RELU, AGREED, r"\operatorname{ReLU}'(x) = \begin{cases} 1, & x > 0 \\ 0, & x \le 0 \end{cases}"),
            (RELU, AGREED, r"\operatorname{ReLU}'(1 - x) = \begin{cases} 1, & x < 1 \\ 0, & x \ge 1 \end{cases}"),
            (
                RELU,
                AGREED,
                r"A := \operatorname{ReLU}(Z)",
                r"J := \phi(A)",
                r"\frac{\partial J}{\partial z_{im}} = \frac{\partial J}{\partial a_{im}} "
                r"\operatorname{ReLU}'(z_{im}) \quad (z_{im} \ne 0)",
            ),
            (ELU, r"f'(x) = \begin{cases} 1, & x > 0 \\ e^x, & x \le 0 \end{cases}"),
            (
                HUBER,
                r"f'(x) = \begin{cases} x, & \lvert x \rvert \le 1 \\ \frac{x}{\lvert x \rvert}, & \lvert x \rvert > "
                r"1 \end{cases}",
            ),
            (HUBER, r"f'(x) = \max(-1, \min(1, x))"),
            (r"\frac{\partial}{\partial x} \max(x, 0)^2 = 2 \max(x, 0)",),
            (r"\frac{\partial}{\partial x} (x \lvert x \rvert) = 2 \lvert x \rvert",),
            (r"\frac{\partial^2}{\partial x^2} \max(x, 0)^3 = 6 \max(x, 0)",),
            (r"\frac{\partial}{\partial x} (\max(x, 0) + \min(x, 0)) = 1",),
            (
                r"\frac{\partial}{\partial z_{im}} \frac{1}{2} \sum_{k=1}^{M} \max(z_{ik} - 1, 0)^2 = \max(z_{im} - "
                r"1, 0)",
            ),
            (r"\frac{\partial}{\partial x} \lvert x \rvert^3 = 3 x \lvert x \rvert",),
            (r"\frac{\partial}{\partial x} \max(x, 0) \max(-x, 0) = 0",),
            (r"\frac{\partial^2}{\partial x^2} \lvert x \rvert^3 = 6 \lvert x \rvert",),
            (
                r"\frac{\partial}{\partial x} e^{\lvert x \rvert} = e^{\lvert x \rvert} \begin{cases} 1, & x > 0 \\ "
                r"-1, & x < 0 \end{cases} \quad (x \ne 0)",
            ),
            (
                r"\frac{\partial}{\partial x} f(\max(x, 0)) = f'(\max(x, 0)) \begin{cases} 1, & x > 0 \\ 0, & x < 0 "
                r"\end{cases}\quad (x \ne 0)",
            ),
            (r"\frac{\partial}{\partial x} (\max(x, 0)^2 - \max(-x, 0)^2) = 2 \lvert x \rvert",),
            (
                r"\frac{\partial}{\partial b_m} \sum_{k=1}^{M} \lvert b_k \rvert = \begin{cases} 1, & b_m > 0 \\ -1, "
                r"& b_m < 0 \end{cases}\quad (b_m \ne 0)",
            ),
            (
                r"L_i := \max(0, 1 - y_{i1} z_{i1})^2",
                r"\frac{\partial L_i}{\partial z_{i1}} = -2 y_{i1} \max(0, 1 - y_{i1} z_{i1})",
            ),
            (
                r"\sigma(z) := \lvert z - 7 \rvert",
                "```{prf:convention}\n:label: conv-s\n\n$$ \\sigma'(7) := 3 $$\n```\n",
                r"\sigma'(7) = 3",
            ),
            (
                r"\sigma(z) := \lvert z - 7 \rvert + \lvert z - 2 \rvert",
                "```{prf:convention}\n:label: conv-s\n\n$$ \\sigma'(7) := 0 $$\n```\n",
                r"\sigma'(x) = \begin{cases} 2, & x > 7 \\ 0, & 2 \le x \le 7 \\ -2, & x < 2 \end{cases} \quad (x "
                r"\ne 2)",
            ),
            (
                *HINGE,
                r"\frac{\partial J}{\partial z_{im}} = -\frac{1}{n} y_{im} \begin{cases} 1, & y_{im} z_{im} < 1 \\ "
                r"0, & y_{im} z_{im} > 1 \end{cases} \quad (y_{im} z_{im} \ne 1)",
            ),
            (
                KAPPA,
                r"f(z) := \begin{cases} \frac{1}{2} z^2, & \lvert z \rvert \le \kappa \\ \kappa \lvert z \rvert - "
                r"\frac{1}{2} \kappa^2, & \lvert z \rvert > \kappa \end{cases}",
                r"f'(z) = \begin{cases} z, & \lvert z \rvert \le \kappa \\ \kappa, & z > \kappa \\ -\kappa, & z < "
                r"-\kappa \end{cases} \quad (\kappa > 0)",
            ),
            (
                KAPPA,
                r"f(z) := \begin{cases} \frac{1}{2} z^2, & \lvert z \rvert \le \kappa \\ \kappa \lvert z \rvert - "
                r"\frac{1}{2} \kappa^2, & \lvert z \rvert > \kappa \end{cases}",
                r"f'(z) = \max(-\kappa, \min(\kappa, z)) \quad (\kappa > 0)",
            ),
            (
                r"f(z) := \begin{cases} \frac{1}{2} z^2, & \lvert z \rvert < 1 \\ \lvert z \rvert - \frac{1}{2}, & "
                r"\lvert z \rvert \ge 1 \end{cases}",
                r"f'(z) = \begin{cases} z, & \lvert z \rvert < 1 \\ 1, & z \ge 1 \\ -1, & z \le -1 \end{cases}",
            ),
            (
                KAPPA,
                r"f(z) := \max(z, 0) + \kappa (e^{\min(z, 0)} - 1)",
                r"f'(z) = \begin{cases} 1, & z > 0 \\ \kappa e^z, & z < 0 \end{cases} \quad (z \ne 0)",
            ),
            (
                r"f(z) := \max(0, \min(1, \frac{z + 1}{2}))",
                r"f'(z) = \begin{cases} \frac{1}{2}, & \lvert z \rvert < 1 \\ 0, & \lvert z \rvert > 1 \end{cases} "
                r"\quad (z \ne 1, z \ne -1)",
            ),
            (r"f(z) := \max(z, 0)^2", r"f'(x) = 2 \max(x, 0)"),
            (r"f(z) := z \max(z, 0)", r"f'(x) = 2 \max(x, 0)"),
            (
                r"f(z) := \max(z - 1, 0) + \min(z + 1, 0)",
                r"f'(z) = \begin{cases} 1, & \lvert z \rvert > 1 \\ 0, & \lvert z \rvert < 1 \end{cases} \quad (z "
                r"\ne 1, z \ne -1)",
            ),
            (r"\frac{\partial}{\partial x} \max(e^x - 1, 0)^2 = 2 e^x \max(e^x - 1, 0)",),
            (
                r"\frac{\partial^2}{\partial x^2} \max(x, 0)^2 = \begin{cases} 2, & x > 0 \\ 0, & x < 0 \end{cases} "
                r"\quad (x \ne 0)",
            ),
            (
                r"\frac{\partial}{\partial x} \max(e^x, e^{2 x}) = \begin{cases} 2 e^{2 x}, & x > 0 \\ e^x, & x < 0 "
                r"\end{cases} \quad (x \ne 0)",
            ),
        ],
    ),
    "a function depends on the letters of its definition": (
        [
            (RELU, r"\sigma(z) := \operatorname{ReLU}(z - a)", r"\frac{\partial}{\partial a} \sigma(x - 10) = 0"),
            (r"\sigma(z) := \frac{1}{1 + e^{-\beta_1 z}}", r"\frac{\partial}{\partial \beta_1} \sigma(x) = 0"),
            (r"K := a^2", r"\sigma(z) := z K", r"\frac{\partial}{\partial a} \sigma(x) = 0"),
            (r"f(z) := a z", r"\sigma(z) := f(z)^2", r"\frac{\partial}{\partial a} \sigma(x) = 0"),
            (r"\sigma(z) := a z^2", r"\frac{\partial}{\partial a} \sigma'(x) = 0"),
            (r"\sigma(z) := \sum_{m=1}^{M} b_m z", r"\frac{\partial}{\partial b_k} \sigma(x) = 0"),
            (r"\sigma(z) := a z", r"\frac{\partial}{\partial a} \sigma(a) = a"),
        ],
        [
            (
                r"\sigma(z) := \frac{1}{1 + e^{-\beta_1 z}}",
                r"\frac{\partial}{\partial \beta_1} \sigma(x) = x \sigma(x) (1 - \sigma(x))",
            ),
            (r"f(z) := a z", r"\sigma(z) := f(z)^2", r"\frac{\partial}{\partial a} \sigma(x) = 2 a x^2"),
            (r"\sigma(z) := \sum_{m=1}^{M} b_m z", r"\frac{\partial}{\partial b_k} \sigma(x) = x"),
            (r"\sigma(z) := a z", r"\frac{\partial}{\partial a} \sigma(a) = 2 a"),
        ],
    ),
    "functions are expanded through functions": (
        [
            (SIGMOID, r"f(z) := z \sigma(z)", r"f'(z) = \sigma(z) + z \sigma(z)"),
            (RELU, r"f(z) := \operatorname{ReLU}(z) - \operatorname{ReLU}(z - 6)", r"f(x) = \max(\max(x, 0), 6)"),
            (SIGMOID, r"f(z) := \sigma(z)^2", r"f'(z) = 2 \sigma(z)"),
            (SIGMOID, r"f(z) := \sigma(\sigma(z))", r"f'(z) = \sigma'(\sigma(z))"),
            (SIGMOID, r"f(z) := z \sigma(2 z)", r"f'(0) = 1"),
        ],
        [
            (SIGMOID, r"f(z) := z \sigma(z)", r"f'(z) = \sigma(z) + z \sigma(z) (1 - \sigma(z))"),
            (RELU, r"f(z) := \operatorname{ReLU}(z) - \operatorname{ReLU}(z - 6)", r"f(x) = \min(\max(x, 0), 6)"),
            (SIGMOID, r"f(z) := \sigma(\sigma(z))", r"f'(z) = \sigma'(\sigma(z)) \sigma'(z)"),
            (SIGMOID, r"f(z) := z \sigma(2 z)", r"f'(0) = \frac{1}{2}"),
        ],
    ),
    "what a logarithm teaches holds where it is taken": (
        [
            (r"\sqrt{u_t^2} + \sum_{q=1}^{t-1} \ln(u_q) = u_t + \sum_{q=1}^{t-1} \ln(u_q) \quad t \ge 9",),
            (r"\sqrt{b_m^2} + \sum_{j=1}^{D} \ln(x_{1j}) = b_m + \sum_{j=1}^{D} \ln(x_{1j})",),
            (
                r"\sqrt{x^2} + \begin{cases} \ln x, & k = m \\ 1, & k \ne m \end{cases} = x + \begin{cases} \ln x, & "
                r"k = m \\ 1, & k \ne m \end{cases}",
            ),
            (r"\sqrt{z_{im}^2} + \sum_{k=1}^{M} \ln(z_{1k}) = z_{im} + \sum_{k=1}^{M} \ln(z_{1k})",),
        ],
        [
            (r"\sqrt{b_m^2} + \sum_{k=1}^{M} \ln(b_k) = b_m + \sum_{k=1}^{M} \ln(b_k)",),
            (r"\sqrt{x^2} + \ln(x) = x + \ln(x)",),
            (r"\sum_{k=1}^{M} \ln(b_k^2) = 2 \sum_{k=1}^{M} \ln(b_k)",),
        ],
    ),
    "the gradient of an unknown cost is not constant": (
        [
            (*LOGITS, r"\frac{\partial}{\partial b_k} \frac{\partial J}{\partial z_{im}} = 0"),
            (*LOGITS, r"\frac{\partial^2 J}{\partial b_k \partial b_m} = 0"),
            (r"J := \phi(Z)", r"\frac{\partial^2 J}{\partial z_{im}^2} = 0"),
            (r"J := \phi(h)", r"\frac{\partial^2 J}{\partial h^2} = 0"),
            (r"J := h^2 \phi(Z)", r"\frac{\partial^2 J}{\partial z_{im} \partial z_{ik}} = 0"),
            (r"\sum_{k=1}^{M} \phi(b_k) (M b_k - \sum_{l=1}^{M} b_l) = 0",),
        ],
        [
            (r"J := h^2 \phi(Z)", r"\frac{\partial^2 J}{\partial h^2} = 2 \phi(Z)"),
        ],
    ),
    "a member of a sequence depends on all that its recursion contains": (
        [
            (*MEMORY, r"\frac{\partial u_t}{\partial \beta_1} = u_{t-1} \quad t \ge 1"),
            (*MEMORY, r"\frac{\partial u_t}{\partial x} = 1 \quad t \ge 1"),
            (*MEMORY, r"\frac{\partial}{\partial x} u_t^2 = 2 u_t \quad t \ge 1"),
            (
                r"K := x^2",
                r"u_0 := K",
                r"u_t := \beta_1 u_{t-1} \quad t \ge 1",
                r"\frac{\partial u_t}{\partial x} = 0 \quad t \ge 1",
            ),
            (
                r"u_0 := x",
                r"u_t := \tanh(u_{t-1}) \quad t \ge 1",
                r"\frac{\partial u_t}{\partial x} = 1 - u_t^2 \quad t \ge 1",
            ),
            (
                r"u_0 := x",
                r"u_t := \lvert u_{t-1} - 1 \rvert \quad t \ge 1",
                r"\frac{\partial u_t}{\partial x} - \frac{\partial u_t}{\partial x} = 0 \quad t \ge 1",
            ),
        ],
        [
            (
                *MEMORY,
                r"\frac{\partial u_t}{\partial x} = 1 + \beta_1 \frac{\partial u_{t-1}}{\partial x} \quad t \ge 1",
            ),
            (
                r"u_0 := x",
                r"u_t := \tanh(u_{t-1}) \quad t \ge 1",
                r"\frac{\partial u_t}{\partial x} = (1 - u_t^2) \frac{\partial u_{t-1}}{\partial x} \quad t \ge 1",
            ),
        ],
    ),
    "an expectation binds what is random, and what is made of it is random": (
        [
            (MEANS, r"\operatorname{E}[\lvert w_{jm} \rvert] = 0"),
            (MEANS, RELU, r"\operatorname{E}[\operatorname{ReLU}(w_{jm})] = 0"),
            (
                MEANS,
                r"u_0 := 0",
                r"u_t := u_{t-1} + w_{1,1} \quad t \ge 1",
                r"\operatorname{E}[u_t w_{1,1}] = u_t \operatorname{E}[w_{1,1}] \quad t \ge 1",
            ),
            (
                MEANS,
                r"\sigma(z) := z w_{1,1}",
                r"\operatorname{E}[\sigma(h) w_{1,1}] = \sigma(h) \operatorname{E}[w_{1,1}]",
            ),
            (
                MEANS,
                r"K := w_{1,1}",
                r"\sigma(z) := z K",
                r"\operatorname{E}[\sigma(h) w_{1,1}] = \sigma(h) \operatorname{E}[w_{1,1}]",
            ),
            (MEANS, r"J := \phi(W)", r"\operatorname{E}[J w_{1,1}] = J \operatorname{E}[w_{1,1}]"),
            (MEANS, r"\operatorname{E}[\max(w_{jm}, 0)] = \operatorname{E}[w_{jm}] \quad (w_{jm} > 0)"),
            (MEANS, r"\operatorname{E}[\max(w_{jm} - 1, 0)] = \operatorname{E}[w_{jm} - 1] \quad (w_{jm} > 1)"),
            (MEANS, r"\operatorname{E}[x_{ij} x_{i1}] = \operatorname{E}[x_{ij}] \operatorname{E}[x_{i1}]"),
            (MEANS, r"\operatorname{Var}(w_{jm} + x_{ij}) = \operatorname{Var}(w_{jm})"),
            (MEANS, r"\operatorname{E}[w_{1,1} w_{j,1}] = 0"),
            (MEANS, r"\operatorname{E}[w_{jm}^2 x_{ij}^2] = \operatorname{E}[w_{jm}]^2 \operatorname{E}[x_{ij}^2]"),
            (MEANS, r"\operatorname{E}[e^{w_{jm}}] = e^{\operatorname{E}[w_{jm}]}"),
            (MEANS, r"\operatorname{E}[\max(x_{ij}, 0)] = \frac{1}{2} \operatorname{E}[x_{ij}]"),
            (MEANS, r"\operatorname{E}[\max(w_{jm}, 0)] = \frac{1}{2} \operatorname{E}[w_{jm}]"),
            (
                MEANS,
                r"\operatorname{E}[\begin{cases} 1, & w_{jm} > 0 \\ 0, & w_{jm} \le 0 \end{cases}] = \frac{1}{2}",
            ),
            (MEANS, r"\operatorname{E}[\max(w_{jm} - h, 0)] = 0"),
            (MEANS, r"\frac{\partial}{\partial h} \operatorname{E}[\max(w_{jm} - h, 0)] = 0"),
            (MEANS, r"\operatorname{E}[\sum_{m=1}^{M} w_{jm} w_{jm}] = 0"),
        ],
        [
            (MEANS, r"\operatorname{E}[h w_{jm}^2] = h \operatorname{E}[w_{jm}^2]"),
            (MEANS, r"\operatorname{E}[w_{jm}] = 0"),
            (MEANS, r"\operatorname{E}[x_{ij} w_{jm}^2] = \operatorname{E}[x_{ij}] \operatorname{E}[w_{jm}^2]"),
            (MEANS, r"\sigma(z) := z w_{1,1}", r"\operatorname{E}[\sigma(h)] = h \operatorname{E}[w_{1,1}]"),
            (MEANS, r"\operatorname{E}[\max(w_{jm}, 0)^2] = \frac{1}{2} \operatorname{E}[w_{jm}^2]"),
            (MEANS, r"\operatorname{Var}(h w_{jm}) = h^2 \operatorname{Var}(w_{jm})"),
        ],
    ),
    "a sum that may be empty is not positive, and a product not one of positive factors": (
        [
            (
                r"\begin{cases} 1, & \sum_{q=1}^{t-1} e^{u_q} > 0 \\ 0, & \sum_{q=1}^{t-1} e^{u_q} \le 0 \end{cases} "
                r"= 1 \quad t \ge 1",
            ),
            (r"\sum_{q=1}^{t-1} e^{u_q} > 0 \quad t \ge 1",),
            (r"\sum_{q=1}^{t} e^{u_q} > 0 \quad t \ge 0",),
            (r"\prod_{k=1}^{M} b_k = \lvert \prod_{k=1}^{M} b_k \rvert",),
            (r"\prod_{k=1}^{M} b_k > 0",),
            (r"\prod_{k=1}^{M} h = h",),
            (r"\prod_{k=1}^{M} h b_k = h \prod_{k=1}^{M} b_k",),
            (r"\prod_{k=1}^{M} b_k^2 = \prod_{k=1}^{M} b_k",),
            (r"\prod_{k=1}^{M} b_k = e^{\sum_{k=1}^{M} \ln(b_k)} + x - x + 1",),
            (r"\prod_{q=1}^{3} (-1) = 1",),
            (r"\max(\prod_{q=1}^{3} (-1), 0) = 1",),
        ],
        [
            (r"\sum_{k=1}^{M} e^{b_k} > 0",),
            (r"\sum_{q=1}^{t-1} e^{u_q} \ge 0 \quad t \ge 1",),
            (r"\sum_{q=1}^{t-1} 2 = 2 t - 2 \quad t \ge 1",),
            (r"\prod_{k=1}^{M} e^{b_k} > 0",),
            (r"\prod_{k=1}^{3} b_k = b_1 b_2 b_3 \quad (M = 3)",),
            (r"\prod_{k=1}^{M} h = h^M",),
            (r"\prod_{k=1}^{M} h b_k = h^M \prod_{k=1}^{M} b_k",),
            (r"\prod_{q=1}^{3} (-1) = -1",),
        ],
    ),
    "cases are order-free, cover everything and agree": (
        [
            (r"\begin{cases} 0, & x > 0 \\ x, & x < 0 \end{cases} = \min(x, 0)",),
            (
                r"\begin{cases} 1, & x \ge 0 \\ 0, & x \le 0 \end{cases} = \begin{cases} 1, & x \ge 0 \\ 0, & x < 0 "
                r"\end{cases}",
            ),
            (r"\begin{cases} x, & x > 0 \end{cases} = \max(x, 0)",),
            (r"\begin{cases} 1, & k = m \end{cases} = \delta_{km}",),
            (r"f(z) := \begin{cases} 0, & z > 1 \\ 0, & z < 1 \end{cases}", r"f(x) = 0"),
        ],
        [
            (r"\begin{cases} 0, & x \ge 0 \\ x, & x \le 0 \end{cases} = \min(x, 0)",),
            (r"\begin{cases} x, & x > 0 \\ 0, & x \le 0 \end{cases} = \max(x, 0)",),
            (r"\begin{cases} 1, & k = m \\ 0, & k \ne m \end{cases} = \delta_{km}",),
            (r"\begin{cases} 0, & x > 0 \\ x, & x < 0 \end{cases} = \min(x, 0) \quad (x \ne 0)",),
        ],
    ),
    "an entry is taken by the shape of its own letter": (
        [
            (r"A := b \quad (n = 1)", r"a_{1m} = b_1 \quad (n = 1)"),
            (r"A := b \quad (n = 1)", r"\sum_{m=1}^{M} a_{1m} = M b_1 \quad (n = 1)"),
        ],
        [
            (r"A := b \quad (n = 1)", r"a_{1m} = b_m \quad (n = 1)"),
        ],
    ),
    "nothing is lost when a term is put in order": (
        [
            (r"x \min(x, 0) + e^{\min(x, 0)} = x \min(x, 0)",),
            (r"\ln(2 + \min(x, 0)^2) + x \min(x, 0) = x \min(x, 0)",),
            (r"\min(x, 0) x + \tanh(\min(x, 0)) = x \min(x, 0)",),
            (r"(1 - 2)^{M} = 1",),
        ],
        [
            (r"x \min(x, 0) + e^{\min(x, 0)} = \min(x, 0)^2 + e^{\min(x, 0)}",),
        ],
    ),
    "equations at fixed sizes hold there": (
        [
            (SOFTMAX, r"p_{im} = 1 \quad (M = 2)"),
            (r"b_m = b_1 \quad (M = 2)",),
            (r"\delta_{km} = 1 \quad (M = 2)",),
            (r"(n - 1) (n - 2) (n - 3) (n - 4) x_{ij} = 0",),
            (r"n = 2 \quad (n^2 - 10 n + 16 = 0)",),
            (r"\delta_{k5} = 0",),
            (CHOSEN, r"\hat{c}_i := \arg\max_k z_{ik}", r"b_{\hat{c}_i} = b_{c_i}"),
        ],
        [
            (SOFTMAX, r"p_{im} = 1 \quad (M = 1)"),
            (r"b_m = b_1 \quad (M = 1)",),
            (r"\delta_{km} = 1 \quad (M = 1)",),
            (r"X X^\top = (X X^\top)^\top \quad (n = 1000)",),
            (r"X X^\top = (X X^\top)^\top \quad (n = 1000, D = 1000)",),
            (r"\sum_{q=1}^{10000000000} 1 = 10000000000",),
            (r"\sum_{q=1}^{100} q = 5050",),
        ],
    ),
    "names made by the checker are no names of a page": (
        [
            (
                OTHER,
                r"J := \phi(Z) + \psi(Z)",
                r"\frac{\partial J}{\partial Z} = 2 \frac{\partial}{\partial Z} \phi(Z)",
            ),
            (r"\sum_{k=1}^{M} \max_l (b_l + b_k) = M \max_l (b_l)",),
            (r"\max_l b_l + \max_k z_{ik} = 2 \max_l b_l",),
            (r"\max_l b_l = \min_l b_l",),
            (r"\max_k \max_l (z_{ik} - z_{il}) = 0",),
        ],
        [
            (r"J := \phi(Z)", r"J = \phi(Z)"),
        ],
    ),
    "a rest is continuous, and so are its derivatives below its order": (
        [
            (r"h \lvert h \rvert = O(h^3)",),
            (r"\lvert h \rvert = O(h^2)",),
            (r"\max(h, 0)^2 = O(h^3)",),
            (r"\begin{cases} 1, & h \ne 0 \\ 0, & h = 0 \end{cases} = O(h)",),
            (r"\lvert h \rvert + 1 = 1 + h + O(h^2)",),
            (r"e^{1 / h} h = O(h)",),
            (r"\sin(\frac{1}{h}) = O(h)",),
            (r"\ln(h) h = O(h)",),
            (r"\sqrt{h^3} = O(h^2)",),
            (r"\frac{\lvert h \rvert}{h} = 1 + O(h)",),
        ],
        [
            (r"h \lvert h \rvert = O(h^2)",),
            (r"e^h = 1 + h + \frac{h^2}{2} + O(h^3)",),
        ],
    ),
    "sums, signs and roots": (
        [
            (r"\sqrt{x^2} = x \quad (x \ne 0)",),
            (r"\sqrt{x^2} = x \quad (x \ge -1)",),
            (r"\ln(x z) = \ln(-x) + \ln(-z)",),
            (r"\frac{\partial}{\partial x} x^n = n x^n",),
            (r"\sum_{k=1}^{M} \sum_{l=1}^{M} b_k b_l \delta_{kl} = \sum_{k=1}^{M} b_k",),
            (r"\sum_{k=1}^{M} \delta_{k m} \delta_{k l} = \delta_{ml} + 0 M - \delta_{ml} + 1",),
            (r"\sum_{k=1}^{M} b_k \sum_{l=1}^{M} z_{il} = \sum_{k=1}^{M} b_k z_{ik}",),
            (r"\sum_{k=1}^{M} (b_k \sum_{l=1}^{M} z_{il} - z_{ik} b_k) = 0",),
            (r"\sum_{k=1}^{M} \frac{b_k}{1 + \sum_{l=1}^{M} b_l^2} = 1",),
            (r"e^{x z} = e^x e^z",),
            (r"x^2 \ge x",),
            (r"\lvert x \rvert > 0",),
            (r"e^x - 1 \ge 0",),
            (r"\frac{1}{x} > 0",),
            (r"(x^2)^{\frac{1}{2}} = x",),
            (r"\frac{x^2}{x} > 0",),
            (r"x \frac{1}{x^2} \ge 0",),
            (r"\max(x, z) = x \quad (x \ge 0, z \le 1)",),
            (r"\max(x, 3) = 3 \quad (x \le 4)",),
            (r"\min(x, 1) = x \quad (x < 2)",),
            (r"\sum_{k=1}^{M} \delta_{k2} = 1",),
            (r"\operatorname{Re}(e^{\mathrm{i} x}) = 1",),
            (r"\lvert e^{\mathrm{i} x} \rvert = e^{x}",),
            (r"\operatorname{Im}(f(x + \mathrm{i} h)) = f(x)",),
            (r"\operatorname{Re}((x + \mathrm{i} h)^2) = x^2 + h^2",),
            (r"x^0 = 0",),
            (r"(-1)^{M} = 1",),
            (r"\frac{x^3 - 8}{x - 2} = x^2 + 2 x + 5",),
            (r"\frac{\partial}{\partial h} \max_l (h b_l) = \max_l b_l",),
            (r"\max_l (h b_l) = h \max_l b_l",),
            (r"\max_l (-b_l) = -\max_l b_l",),
            (r"\frac{1}{2} (x + \lvert x \rvert) = x",),
            (r"\tanh(x) = \frac{e^x - 1}{e^x + 1}",),
            (r"\sin(x)^2 + \cos(x)^2 = 2",),
            (r"\sin(2 x) = 2 \sin(x)",),
            (r"\max_k b_k = b_1 \quad (M = 1000)",),
            (r"\max_k b_k = b_1 \quad (M = 3)",),
            (SQUARE, r"\frac{\partial}{\partial q_{lm}} \sum_{k=1}^{M} q_{kk} = 1"),
            (SQUARE, r"\sum_{k=1}^{M} q_{kk} = \sum_{k=1}^{M} \sum_{l=1}^{M} q_{kl}"),
            (SQUARE, r"Q = Q^\top"),
            (SQUARE, r"Q Q^\top = Q^\top Q"),
            (r"\sum_{k=1}^{M} \sum_{l=1}^{M} (b_k - b_l)^2 = 2 M \sum_{k=1}^{M} b_k^2",),
            (r"\sum_{k=1}^{M} (\sum_{l=1}^{M} b_l) b_k z_{ik} = \sum_{k=1}^{M} b_k^2 z_{ik}",),
            (r"\sum_{k=1}^{M} \sum_{l=1}^{M} \sum_{m=1}^{M} b_k b_l b_m = \sum_{k=1}^{M} b_k^3",),
            (r"\sum_{m=1}^{M} \delta_{m c_i} b_m = b_1",),
            (r"\delta_{m c_i} \delta_{k c_i} = \delta_{m c_i}",),
            (r"\sum_{k=1}^{M} \delta_{k c_i} \delta_{m c_i} = 1",),
            (r"b_{c_i} = b_{c_1}",),
            (r"\delta_{k 1} \delta_{k 2} b_k = b_1 \delta_{k1}",),
            (r"\sum_{k=1}^{M} \delta_{k c_i} = M",),
            (SOFTMAX, r"\frac{\partial p_{im}}{\partial z_{ik}} = -p_{im} p_{ik}"),
            (SOFTMAX, r"\sum_{i=1}^{n} p_{im} = 1"),
            (r"x \ge 0 \quad (x > -1)",),
            (r"x > 0 \quad (x \ge 0)",),
            (r"x + z > 1 \quad (x > 0, z > 0)",),
            (r"x z > 0 \quad (x > 0)",),
            (r"x - z > 0 \quad (x > 0, z > 0)",),
            (r"\frac{1}{1 - x} > 0 \quad (x > 0)",),
            (r"\max(x - z, 0) = x - z \quad (x > 2, z > 1)",),
            (r"\lvert x - z \rvert = x - z \quad (x > 1, z > -1)",),
            (r"\ln(x) \ge 0 \quad (x > 0)",),
        ],
        [
            (r"\sqrt{x^2} = x \quad (x > 0)",),
            (r"\sqrt{x^2} = x \quad (x \ge 0)",),
            (r"\max(x, 3) = 3 \quad (x < 3)",),
            (r"\min(x, 1) = x \quad (x < 0)",),
            (r"\max(x, z) = x \quad (x > 1, z < 0)",),
            (r"\sum_{k=1}^{M} b_k \sum_{l=1}^{M} z_{il} = \sum_{k=1}^{M} \sum_{l=1}^{M} b_k z_{il}",),
            (r"\lvert x z \rvert = \lvert x \rvert \lvert z \rvert",),
            (r"\lvert x \rvert^2 = x^2",),
            (r"\max(x, z) = \frac{1}{2} (x + z + \lvert x - z \rvert)",),
            (r"\min(x, z) + \max(x, z) = x + z",),
            (r"\operatorname{Re}((x + \mathrm{i} h)^2) = x^2 - h^2",),
            (
                r"\frac{\partial^3}{\partial b_k \partial b_l \partial b_m} \ln ( \sum_{q=1}^{M} e^{b_q} ) = "
                r"\frac{\partial^3}{\partial b_m \partial b_k \partial b_l} \ln ( \sum_{q=1}^{M} e^{b_q} )",
            ),
            (r"\frac{\partial^3}{\partial x^3} x^2 = 0",),
            (r"X^\top X = (X^\top X)^\top",),
            (r"\frac{\partial}{\partial x} \tanh(x) = 1 - \tanh(x)^2",),
            (SQUARE, r"\frac{\partial}{\partial q_{lm}} \sum_{k=1}^{M} q_{kk} = \delta_{lm}"),
            (
                r"\sum_{k=1}^{M} \sum_{l=1}^{M} (b_k - b_l)^2 = 2 M \sum_{k=1}^{M} b_k^2 - 2 ( \sum_{k=1}^{M} b_k "
                r")^2",
            ),
            (r"\sum_{m=1}^{M} \delta_{m c_i} b_m = b_{c_i}",),
            (r"\delta_{m c_i} \delta_{k c_i} = \delta_{m c_i} \delta_{km}",),
            (r"x + z > 0 \quad (x > 0, z > 0)",),
            (r"x z > 0 \quad (x > 0, z > 0)",),
            (r"x - z > 0 \quad (x > 1, z < 1)",),
            (r"\max(x - z, 0) = x - z \quad (x > 2, z < 1)",),
        ],
    ),
    "assumptions and conditions are used for what they say": (
        [
            ("```{prf:assumption} A\n:label: asm-a\n\n$$\nb_m = 1\n$$\n```\n\n", r"b_1 = 1"),
            (
                "```{prf:assumption} A\n:label: asm-a\n\n$$\n\\sum_{m=1}^{M} y_{im} = 1\n$$\n```\n\n",
                "By {prf:ref}`asm-a`:\n\n$$ \\sum_{i=1}^{n} y_{im} = 1 $$\n",
            ),
            (
                "```{prf:assumption} A\n:label: asm-a\n\n$$\ny_{im}^2 = y_{im}\n$$\n```\n\n",
                "By {prf:ref}`asm-a`:\n\n$$ y_{im} = 1 $$\n",
            ),
            (
                "```{prf:assumption} A\n:label: asm-a\n\n$$\nx_{ij} > 0\n$$\n```\n\n",
                "By {prf:ref}`asm-a`:\n\n$$ \\sqrt{w_{jm}^2} = w_{jm} $$\n",
            ),
            (r"\sum_{i=1}^{n} 1 = D \quad (n \ne D)",),
            (r"\sum_{k=1}^{M} b_k = b_1 \quad (M < 3)",),
            (r"\delta_{km} = 0 \quad (k \ge m)",),
            (r"u^3 = x \Rightarrow u = x",),
            (r"u = \frac{x}{z} \Rightarrow u z^2 = x",),
            (r"u^3 = x^3 \Rightarrow u = x^2",),
            (r"\operatorname{diag}(b) = \mathbf{1} b \quad (n = M)",),
        ],
        [
            (
                "```{prf:assumption} A\n:label: asm-a\n\n$$\nb_m = 1\n$$\n```\n\n",
                "By {prf:ref}`asm-a`:\n\n$$ b_1 = 1 $$\n",
            ),
            (r"\delta_{km} = 0 \quad (k \ne m)",),
            (r"\sum_{i=1}^{n} 1 = D \quad (n = D)",),
            (r"u = \frac{x}{z} \Rightarrow u z = x",),
            (r"u^3 = x^3 \Rightarrow u^3 = x^3 + 0 u",),
        ],
    ),
    "sums over equal ranges are added before they cancel": (
        [
            (*LOGISTIC, r"\frac{\partial J}{\partial v_j} = \frac{1}{n} \sum_{i=1}^{n} (\sigma(u_i) + y_i) x_{ij}"),
            (*LOGISTIC, r"\frac{\partial J}{\partial v_j} = \frac{1}{n} \sum_{i=1}^{n} (\sigma(u_i) - y_i)"),
        ],
        [
            (*LOGISTIC, r"\frac{\partial J}{\partial v_j} = \frac{1}{n} \sum_{i=1}^{n} (\sigma(u_i) - y_i) x_{ij}"),
            (*LOGISTIC, r"\frac{\partial J}{\partial V} = \frac{1}{n} X^\top (\sigma(U) - Y)"),
            (
                *LOGISTIC,
                r"\frac{\partial^2 J}{\partial v_j \partial v_q} = \frac{1}{n} \sum_{i=1}^{n} \sigma(u_i) (1 - "
                r"\sigma(u_i)) x_{ij} x_{iq}",
            ),
        ],
    ),
}


def pages(which):
    """All pages of the rules that are false, or true, each with its rule."""
    return [pytest.param(page, id=f"{rule}: {page[-1]}") for rule, kinds in RULES.items() for page in kinds[which]]


@pytest.mark.parametrize("page", pages(0))
def test_what_a_careless_rule_would_prove_is_not_proved(proof, page):
    assert proof(*page) is None


@pytest.mark.parametrize("page", pages(1))
def test_what_is_true_beside_it_is_proved_for_all_shapes(proof, page):
    found = proof(*page)
    assert found and not found.shapes


@pytest.mark.parametrize("page", [
    (r"X X^\top = (X X^\top)^\top \quad (n = 1000, D = 1000)",),
    (r"\sum_{q=1}^{3000} \sum_{o=1}^{3000} e^{q o} = 1",),
    (r"\prod_{q=1}^{30000} q = 1",),
    (r"2^{2^{2^{2^{2^{2}}}}} = 1",),
    (r"(10^{9999})^{9999} = 1",),
    (r"\sum_{k=1}^{M} \lvert b_k \rvert = 1 \quad (M = 784)",),
])  # fmt: skip
def test_a_proof_ends_soon_whatever_the_sizes(proof, page):
    start = time.process_time()
    proof(*page)
    assert time.process_time() - start < 2
