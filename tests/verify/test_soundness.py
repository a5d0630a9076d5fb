"""What once fooled the judges, stopped them or was turned down though it is true; each page as it would be written."""

import pytest
from common import NOTATION, SOFTMAX, write

from nncore.verify.book import check
from nncore.verify.evidence import FAILING, WITHOUT_MEANING
from nncore.verify.verdicts import ALL_SHAPES, REFUTED

SIGMOID = r"\sigma(z) := \frac{1}{1 + e^{-z}}"
LAYERS = (r"A^{[0]} := X", r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R")
ACTIVATIONS = (*LAYERS, r"A^{[r]} := f(Z^{[r]}) \quad 1 \le r < R", r"A^{[R]} := Z^{[R]}")
TWO_LINES = (r"u_0 := 0", r"u_t := u_{t-1} + 1 \quad 1 \le t \le 9", r"u_t := u_{t-1} + 2 \quad t \ge 10")
LATE = (*(rf"u_{k} := {k if k != 4 else 0}" for k in range(7)), r"u_t := u_{t-1} + 1 \quad t \ge 7")


def assumption(text):
    return f"```{{prf:assumption}} A\n:label: asm-a\n\n$$\n{text}\n$$\n```\n\nBy {{prf:ref}}`asm-a`:\n"


def notation(text):
    return f"```{{notation}}\n{text}\n```\n"


RANDOM = notation("random:\n  - {letter: W, entries: independent}")
SWISH = notation(r"functions:" + "\n" + r"  - {name: '\operatorname{swish}', kind: number, meaning: swish}")
DOUBLED = (notation("scalars:\n  - {letter: q, over: r, meaning: a number for each layer}"), "q_0 := h",
           r"q_r := 2 q_{r-1} \quad r \ge 1")  # fmt: skip


@pytest.fixture
def last(tmp_path):
    """The evidence of the last formula of a page."""

    def judged(*parts):
        (report,) = check([write(tmp_path / "page.md", *parts)], NOTATION, root=tmp_path, processes=1).pages
        return report.formulas[-1]

    return judged


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
def test_what_is_false_somewhere_is_not_proved_for_all_shapes(last, page):
    evidence = last(*page)
    assert evidence.parts and evidence.status != ALL_SHAPES, evidence.reading


@pytest.mark.parametrize("page", [
    (*ACTIVATIONS, r"A^{[r]} = f(Z^{[r]}) \quad 1 \le r \le R"),
    (r"h^{1.95} = O(h^2) \quad h > 0",),
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
def test_what_is_false_is_refuted(last, page):
    evidence = last(*page)
    assert evidence.status == REFUTED, (evidence.status, evidence.problems)


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
    (assumption(r"x_{1,2} > 0"), r"x_{ij}^2 = x_{ij} \cdot x_{ij}"),
    (*DOUBLED, r"q_r = 2^r h \quad r \ge 0"),
    (r"\frac{\partial^3}{\partial h^3} h^3 = 6",),
])  # fmt: skip
def test_what_is_true_is_accepted(last, page):
    evidence = last(*page)
    assert evidence.status not in FAILING, (evidence.status, evidence.problems)


@pytest.mark.parametrize("page, reason", [
    ((assumption(r"\theta_t > 0"),), "assumptions about steps"),
    ((SOFTMAX, r"z_i := \ln \left( \sum_{l=1}^{M} e^{z_{il}} \right)", r"\sum_{m=1}^{M} p_{im} = 1"), "of Z is not"),
    ((r"J := x_{1,1} \quad i > 1",), "the index i stands in the condition"),
    (("Z = X W + O(h^2)",), "is that of a number"),
    ((r"\sum_{k=1}^{M} b_k = b_{999999}",), "an index above 50"),
    ((r"\frac{\partial^4}{\partial h^4} \sin(h) = \sin(h)",), "an order above 3"),
    ((r"\tanh''''(h) = \tanh''''(h)",), "an order above 3"),
])  # fmt: skip
def test_what_cannot_be_judged_is_refused_with_its_reason(last, page, reason):
    evidence = last(*page)
    assert evidence.status == WITHOUT_MEANING
    assert reason in evidence.problems[0].reason


@pytest.mark.parametrize("claim", [
    r"\operatorname{E}[w_{jm}^2] = \tau^2 x_{ij}", r"\operatorname{E}[w_{jm}^2] = \operatorname{E}[w_{jm}]",
    r"\operatorname{E}[w_{jm}^2] = w_{jm}",
])  # fmt: skip
def test_a_moment_that_is_no_number_is_none(last, claim):
    assert last(RANDOM, assumption(claim)).status in FAILING


@pytest.mark.parametrize("page", [
    (r"\sin(10^{99} \pi) = 0",), (r"\sin(10^{10^{7}}) \le 1",), (r"2^{2^{2^{2^{2^{2}}}}} = 1",),
    (r"10^{10^{10}} = 10^{10^{10}} + 1",), (r"(1 + 10^{-120})^{10^{120}} \approx 1.0",),
    (r"10^{200} + 1 - 10^{200} \approx 0",),
    ("u_0 := 0", r"u_t := u_{t-1} + 1 \quad t \ge 1", r"u_t = t \quad t \ge 3000"),
])  # fmt: skip
def test_what_has_too_few_digits_or_too_many_steps_is_not_accepted(last, page):
    evidence = last(*page)
    assert evidence.status in FAILING, evidence.status
    assert "checker fault" not in evidence.status, evidence.problems
