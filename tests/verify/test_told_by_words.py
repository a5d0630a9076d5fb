r"""What words tell of a text that declares nothing: values, entries, rows, classes, and where a letter is another one.

Each text is judged as it stands, and again with slips and with other words, which a careless version of its rule would
accept.
"""

import json

import pytest
from common import right_but_for_slips, told

from nncore.verify.judgement import Status
from nncore.verify.semantics.statements import Kind

RIGHT = (Status.ALL_SHAPES, Status.SAMPLED, Status.RESTATES, Kind.DEFINITION)
VALUES = r"""
One neuron with one input is

$$ a = w x + b, \qquad h = \tanh(a), \qquad \ell = \tfrac12 (h - t)^2 $$

$$ \frac{\partial \ell}{\partial w} = (h - t)(1 - h^2) x $$

With $x = 2$, $w = \tfrac12$, $b = 0$ and $t = 1$ we have

$$ h \approx 0.7616, \qquad \frac{\partial \ell}{\partial w} \approx -0.2002 $$
"""
ENTRIES = r"""
Let $X \in \mathbb{R}^{N \times D}$, $W_1 \in \mathbb{R}^{D \times H}$, $W_2 \in \mathbb{R}^{H \times K}$ and
$T \in \mathbb{R}^{N \times K}$.

$$ Z = \tanh(X W_1) $$

$$ J = \frac12 \|Z W_2 - T\|_F^2 + \frac{\lambda}{2} \|W_1\|_F^2 $$

With $\Delta_2 = Z W_2 - T$, and $\delta_{nk}$ the entries of $\Delta_2$,

$$ \frac{\partial J}{\partial (W_1)_{dh}} =
\sum_{n=1}^N X_{nd} (1 - Z_{nh}^2) \sum_{k=1}^K \delta_{nk} (W_2)_{hk} + \lambda (W_1)_{dh} $$

$$ \frac{\partial J}{\partial [W_2]_{hk}} = \sum_{n=1}^N \delta_{nk} Z_{nh} $$
"""
HESSIAN = r"""
The labels are $y_i \in \{0, 1\}$ for $i = 1, \dots, n$, and $x_i^T$ is the $i$-th row of $X$. Writing
$\eta_i = x_i^T w$ and $p_i = \sigma(\eta_i)$, where $p = (p_1, \dots, p_n)^T$,

$$ \ell(w) = -\sum_{i=1}^n \{ y_i \ln p_i + (1 - y_i) \ln(1 - p_i) \} $$

$$ \frac{\partial \ell}{\partial w_j} = \sum_{i=1}^n (p_i - y_i) x_{ij} $$

$$ \nabla^2 \ell(w) = X^T S X, \qquad S = \operatorname{diag}(p_1 (1 - p_1), \dots, p_n (1 - p_n)) $$
"""
CLASSES = r"""
Let $Z \in \mathbb{R}^{N \times K}$ be scores and $Y \in \{0,1\}^{N \times K}$ the one-hot labels.

$$ P_{nk} = \frac{e^{Z_{nk}}}{\sum_{j=1}^K e^{Z_{nj}}} $$

Let $c_n$ be the class of example $n$, that is, $Y_{n c_n} = 1$.

$$ \ell_n = -\log P_{n c_n} $$

$$ \frac{\partial \ell_n}{\partial Z_{nk}} = P_{nk} - \mathbb{1}[k = c_n] = P_{nk} - Y_{nk} $$

$$ G = \frac1N (P - Y) $$

$$ G^\top \mathbf{1} = \frac1N \sum_{n=1}^N (p_n - y_n), $$

where $p_n$ and $y_n$ are the rows of $P$ and $Y$ as columns.
"""
TIED = r"""
Let $X$ be $n \times d$, $E$ is $d \times k$ and $D$ is $k \times d$.

$$ L(E, D) = \frac12 \| X E D - X \|_F^2 $$

With the residual $R = X E D - X$ we find

$$ \frac{\partial L}{\partial E} = X^\top R D^\top $$

Now the weights are tied, $D = E^\top$, so the loss is $L(E) = \frac12 \| X E E^\top - X \|_F^2$ with
$R = X E E^\top - X$.

$$ \nabla_E L = X^\top R E + R^\top X E $$
"""
HUBER = r"""
For a threshold $\delta > 0$ let

$$ \rho_\delta(u) = \begin{cases} \frac12 u^2 & |u| \le \delta \\
\delta \left( |u| - \frac12 \delta \right) & |u| > \delta \end{cases} $$

$$ \rho_\delta'(u) = \begin{cases} u & |u| \le \delta \\ \delta \, \mathrm{sign}(u) & |u| > \delta \end{cases} $$
"""
PENALTY = r"""
Let $X$ be $n \times d$ and $y \in \mathbb{R}^n$.

$$ L(w) = \frac1n \| X w - y \|_2^2 $$

With a penalty $L_\lambda(w) = L(w) + \lambda \|w\|_2^2$ we only have to add its derivative:

$$ \nabla L_\lambda(w) = \frac2n X^\top (X w - y) + 2 \lambda w $$
"""
EQUIVALENT = r"""
Let $X \in \mathbb{R}^{n \times d}$ and $G \in \mathbb{R}^{n \times k}$.

$$ J = \sum_{i=1}^n \sum_{j=1}^k G_{ij} (X W)_{ij} $$

$$ \frac{\partial J}{\partial W_{mj}} = \sum_{i=1}^n X_{im} G_{ij} \quad \Longleftrightarrow \quad
\frac{\partial J}{\partial W} = X^\top G $$
"""
ROWS = r"""
Here $b \in \mathbb{R}^{1 \times m}$ and $c \in \mathbb{R}^{1 \times m}$ are row vectors,
$A \in \mathbb{R}^{n \times m}$, and $\mathbf{1} \in \mathbb{R}^n$ is the column of ones.

$$ J = \frac12 \| A + \mathbf{1} b \|_F^2 $$

$$ \frac{\partial J}{\partial b} = \mathbf{1}^\top (A + \mathbf{1} b) $$
"""
TEXTS = {
    "values": (VALUES, {r"\approx 0.7616": r"\approx 0.7617", "-0.2002": "0.2002", "(1 - h^2) x $$": "(1 - h) x $$"}),
    "entries": (
        ENTRIES,
        {r"\delta_{nk} (W_2)_{hk}": r"\delta_{nk} (W_2)_{kh}", r"\sum_{n=1}^N \delta_{nk}": r"\sum_{n=1}^N Z_{nk}"},
    ),
    "entries by a capital": (
        ENTRIES.replace(r"\Delta_2", r"\boldsymbol{\Delta}_2").replace(r"\delta", r"\Delta"),
        {r"+ \lambda (W_1)_{dh}": r"+ 2 \lambda (W_1)_{dh}", r"\Delta_{nk} Z_{nh} $$": r"\Delta_{nk} $$"},
    ),
    "hessian": (
        HESSIAN,
        {"(p_i - y_i) x_{ij}": "(y_i - p_i) x_{ij}", r"\dots, p_n (1 - p_n)": r"\dots, p_n (1 - p_1)"},
    ),
    "hessian, another diagonal": (
        HESSIAN,
        {r"p_1 (1 - p_1), \dots, p_n (1 - p_n)": r"2 p_1 (1 - p_1), \dots, 2 p_n (1 - p_n)"},
    ),
    "hessian, another end": (HESSIAN, {r"p_n (1 - p_n))": r"p_m (1 - p_m))"}),
    "classes": (
        CLASSES,
        {r"[k = c_n] = P_{nk} - Y_{nk}": r"[k = c_n] = P_{nk} + Y_{nk}", "(p_n - y_n)": "(y_n - p_n)"},
    ),
    "tied": (TIED, {r"+ R^\top X E": r"+ R^\top X", r"X^\top R D^\top $$": r"X^\top R D $$"}),
    "tied, one term": (TIED, {r"X^\top R E + R^\top X E": r"X^\top R E"}),
    "penalty": (PENALTY, {r"+ 2 \lambda w": r"+ \lambda w"}),
    "equivalence": (EQUIVALENT, {"= X^\\top G": "= G^\\top X"}),
    "equivalence, the first one": (EQUIVALENT, {"X_{im} G_{ij} \\quad": "X_{im} G_{im} \\quad"}),
    "rows": (ROWS, {r"= \mathbf{1}^\top": r"= \frac1n \mathbf{1}^\top"}),
}


@pytest.mark.parametrize(("text", "slips"), TEXTS.values(), ids=TEXTS)
def test_what_words_tell_is_known_and_slips_are_found(judged, text, slips):
    right_but_for_slips(judged, text, slips, RIGHT)


def test_what_is_proposed_can_be_pasted(judged):
    for text in (ENTRIES, CLASSES, HESSIAN):
        (block,) = judged(text).proposed
        pasted = judged(f"{block}\n\n{text}", proposing=False)
        assert not pasted.problems and all(each.status in RIGHT for each in pasted.formulas), told(pasted)


def test_a_sign_that_words_give_is_said_before_another_condition(judged):
    _, slope = judged(HUBER).formulas
    assert slope.status is Status.HOLDS_IF and r"\delta > 0, as words say" in slope.problems[0].reason
    _, slip = judged(
        HUBER.replace(r"\delta \, \mathrm{sign}(u) & |u| > \delta", r"\mathrm{sign}(u) & |u| > \delta")
    ).formulas
    assert slip.status not in (*RIGHT, Status.HOLDS_IF), slip.status


FALSE_ENDS = {
    "values that are denied": VALUES.replace("With $x = 2$", "Not for $x = 2$"),
    "values without one": VALUES.replace(r", $w = \tfrac12$", ""),
    "values instead of others": VALUES.replace("With $x = 2$", "With $x = 3$ instead of $x = 2$"),
    "values in percent": VALUES.replace("$x = 2$,", "$x = 2$ percent,"),
    "values given twice": VALUES.replace("With $x = 2$", "With $x = 2$, later $x = 3$"),
    "values of what is another one by now": VALUES.replace("$ we have", "$ and now $h = x w$ we have"),
    "values taken back": VALUES.replace("$t = 1$ we have", "$t = 1$, and $x = \\pi$ now, we have"),
    "values of another letter": VALUES.replace("$x = 2$", "$x' = 2$"),
    "values in a question": VALUES.replace("With $x = 2$", "What if $x = 2$?  With"),
    "no entries": ENTRIES.replace("the entries of", "unlike the entries of"),
    "entries that are changed": ENTRIES.replace(r"of $\Delta_2$,", r"of $\Delta_2$, doubled,"),
    "entries of an inverse": ENTRIES.replace(r"of $\Delta_2$,", r"of $\Delta_2$'s inverse,"),
    "entries that are tempting": ENTRIES.replace(r"and $\delta_{nk}$", r"and it is tempting to call $\delta_{nk}$"),
    "entries of another matrix": ENTRIES.replace(r"the entries of $\Delta_2$", "the entries of $T$"),
    "a list that begins late": HESSIAN.replace(r"(p_1 (1 - p_1), \dots", r"(p_2 (1 - p_2), \dots"),
    "a list with another member": HESSIAN.replace(r"(p_1 (1 - p_1), \dots", r"(p_1 (1 - p_1), p_2, \dots"),
    "tied too early": TIED.partition("Now")[0].replace("With the", "We tie the weights, $D = E^\\top$. With the"),
    "a penalty that is denied": PENALTY.replace("With a penalty", "We do not use the penalty"),
}  # fmt: skip


@pytest.mark.parametrize("text", FALSE_ENDS.values(), ids=FALSE_ENDS)
def test_other_words_tell_nothing(judged, text):
    page = judged(text)
    assert any(each.status not in RIGHT for each in page.formulas), told(page)


@pytest.mark.parametrize(
    ("words", "instead"),
    [
        ("Let $c_n$", "A sample may have several labels. Let $c_n$"),
        ("the one-hot labels", "the one-hot or two-hot labels"),
        ("Let $c_n$ be the class of example $n$, that is,", "Ideally, for the class $c_n$,"),
        ("Let $c_n$ be the class of example $n$, that is,", "For half of them, with the class $c_n$,"),
    ],
)
def test_a_class_is_only_what_words_say_to_be_the_one(judged, words, instead):
    assert words in CLASSES
    claim = judged(CLASSES.replace(words, instead)).formulas[2]
    assert claim.status not in RIGHT, claim.status


def test_labels_that_are_subtracted_make_nothing_one_hot(judged):
    text = "We subtract from $Y \\in \\mathbb{R}^{N \\times K}$ the one-hot labels.\n\n$$ \\sum_k Y_{nk} = 1 $$\n"
    (claim,) = judged(text).formulas
    assert claim.status not in RIGHT, claim.status


def test_two_letters_that_are_both_given_are_told_apart(judged):
    text = "Here $p_n$ are the rows of $P$.\n\n$$ P_{nk} = Z_{nk}^2 $$\n\n$$ p_{nk} = Z_{nk}^3 $$\n\n"
    (*_, slope) = judged(text + "$$ \\frac{\\partial p_{nk}}{\\partial Z_{nk}} = 2 Z_{nk} $$\n").formulas
    assert slope.status not in RIGHT, slope.status


def test_a_prime_at_a_function_also_of_a_letter_that_is_given_is_refused(judged):
    text = "$$ \\rho_\\delta(r) = \\delta r^2 $$\n\n$$ \\delta = w^2 $$\n\n$$ L = \\rho_\\delta(w x) $$\n\n"
    (*_, slope) = judged(text + "$$ \\frac{\\partial L}{\\partial w} = \\rho_\\delta'(w x) x $$\n").formulas
    assert slope.status is Status.UNREADABLE


def notebook(*cells):
    made = [{"cell_type": "markdown", "metadata": {}, "source": cell} for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


CELLS = (
    "Let $X$ be $n \\times d$ and $y \\in \\mathbb{R}^n$.\n",
    "The residual is $r = X w - y$.\n\n$$ L = \\frac12 r^\\top r $$\n",
    "$$ \\frac{\\partial L}{\\partial w} = X^\\top r $$\n",
)


def test_words_in_other_cells_of_a_notebook_count(judged):
    page = judged(notebook(*CELLS), ".ipynb")
    assert all(each.status in RIGHT for each in page.formulas), told(page)
    other = (CELLS[0], CELLS[1], "From now on let $r = w$ for a reason.\n", CELLS[2].replace("X^\\top r", "X^\\top r"))
    page = judged(notebook(*other), ".ipynb")
    assert page.formulas[-1].status not in RIGHT, told(page)


DECLARED = """
```{notation}
shadows: [n, x, z]
sizes:
  - {letter: n, meaning: a size}
arrays:
  - {letter: x, shape: [n, 1], meaning: inputs}
```
"""
AGAIN = DECLARED.replace("shadows:", "afresh: true\nshadows:").replace(
    "inputs}", "inputs}\n  - {letter: z, shape: [n, 1], meaning: numbers}"
)


def test_a_letter_that_a_part_above_defines_is_not_any_in_what_is_refuted_below(judged):
    claim = "\n$$ x^\\top z = x^\\top x $$\n"
    (*_, found) = judged(f"{DECLARED}\n$$ z = x $$\n{AGAIN}{claim}").formulas
    assert found.status is Status.UNDECIDED and "line 10 defines it" in found.problems[0].reason
    (*_, alone) = judged(AGAIN + claim).formulas
    assert alone.status is Status.REFUTED


TWO_LOSSES = r"""
Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$ and $y \in \mathbb{R}^n$.

$$ L = \tfrac12 \|X w - y\|^2 $$

$$ \nabla_w L = X^\top (X w - y) $$

## A steeper loss

$$ L = \|X w - y\|^4 $$

$$ \nabla_w L = X^\top (X w - y) $$
"""


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (TWO_LOSSES, False),
        (TWO_LOSSES.replace("^4", r"^4 + \Re(w)"), False),  # what it says cannot be read
        (TWO_LOSSES.replace("## A steeper loss", "Now we take a steeper loss:"), False),
        (TWO_LOSSES.replace("## A steeper loss", "(b) For a steeper loss"), False),
        (TWO_LOSSES.replace("## A steeper loss", "Written out,"), True),  # a slip in what is given
        (TWO_LOSSES.replace(r"\|X w - y\|^4", r"\tfrac12 (X w - y)^\top (X w - y)"), True),
    ],
)
def test_what_rests_on_a_letter_that_a_later_section_says_otherwise_is_undecided(judged, text, holds):
    (_, above, again, slope) = judged(text).formulas
    assert above.status in RIGHT and (slope.status in RIGHT) == holds, slope.status
    assert holds or f"line {again.line} says" in slope.problems[0].reason


def test_what_rests_on_it_in_a_later_cell_is_undecided(judged):
    first, _, second = TWO_LOSSES.partition("## A steeper loss")
    (*_, slope) = judged(notebook(first, f"## A steeper loss\n{second}"), ".ipynb").formulas
    assert slope.status is Status.UNDECIDED
