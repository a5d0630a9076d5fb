r"""Whole pieces of homework that declare nothing: traces, columns, layers, functions of vectors, upstream gradients.

Each text is judged as it stands, and again with one slip, which a careless version of its rule would accept.
"""

import re

import pytest
from common import apart

from nncore.verify.judgement import Status
from nncore.verify.semantics.statements import Kind

RIGHT = (Status.ALL_SHAPES, Status.AT_SHAPES, Status.SAMPLED, Status.RESTATES, Kind.DEFINITION, Kind.STEP)
WRONG = (Status.UNDECIDED, Status.WITHOUT_MEANING, Status.UNREADABLE)
TRACES = r"""
The samples are the rows of $A \in \mathbb{R}^{m \times d}$, and $B \in \mathbb{R}^{d \times c}$,
$T \in \mathbb{R}^{m \times c}$, $S \in \mathbb{R}^{d \times d}$.

$$ E = \frac12 \operatorname{tr}\bigl((A B - T)^T (A B - T)\bigr) $$

$$ \frac{\partial E}{\partial B} = A^T (A B - T) $$

$$ \operatorname{tr}(A B T^T) = \operatorname{tr}(T^T A B) $$

$$ \frac{\partial}{\partial B} \operatorname{Tr}(B^T S B) = (S + S^T) B $$

$$ \operatorname{tr}(I_d) = d $$
"""
COLUMNS = r"""
Sample $n$ is column $n$ of $X = [x_1, \dots, x_N] \in \mathbb{R}^{D \times N}$. The weights are
$W \in \mathbb{R}^{K \times D}$, $b \in \mathbb{R}^K$.

$$ s_n = W x_n + b, \qquad S = W X + b \, \mathbf 1_N^T $$

$$ q_{kn} = s_{kn}^2 $$

$$ R = \frac{1}{2N} \sum_{n=1}^N \sum_{k=1}^K s_{kn}^2 $$

$$ \frac{\partial R}{\partial s_{kn}} = \frac{1}{N} s_{kn} $$

$$ \frac{\partial R}{\partial b} = \frac{1}{N} \sum_{n=1}^N s_n $$

$$ \frac{\partial R}{\partial W} = \frac{1}{N} S X^T $$
"""
SAMPLES = r"""
There are $m$ pictures; picture $i$ is row $x^{(i)}$ of $X \in \mathbb{R}^{m \times n}$.
Let $V \in \mathbb{R}^{h \times n}$ and $c \in \mathbb{R}^h$.

$$ g(u) = \frac{1}{1 + e^{-u}} $$

$$ z^{(i)} = V x^{(i)} + c, \qquad a^{(i)} = g(z^{(i)}) $$

$$ J = \frac{1}{m} \sum_{i=1}^m \|a^{(i)}\|^2 $$

$$ \frac{\partial J}{\partial c} = \frac{2}{m} \sum_{i=1}^m a^{(i)} \circ a^{(i)} \circ (1 - a^{(i)}) $$
"""
LAYERS = r"""
Two layers with $W^{[1]} \in \mathbb{R}^{h \times d}$ and $W^{[2]} \in \mathbb{R}^{k \times h}$.

$$ R = \frac{\lambda}{2} \sum_{l=1}^{2} \| W^{[l]} \|_F^2 $$

$$ \frac{\partial R}{\partial W^{[l]}} = \lambda W^{[l]}, \qquad l = 1, 2 $$

$$ W^{[l]} := W^{[l]} - \alpha \frac{\partial R}{\partial W^{[l]}} $$
"""
UPSTREAM = r"""
The columns of $X \in \mathbb{R}^{d \times m}$ are samples, $U \in \mathbb{R}^{h \times d}$,
$V \in \mathbb{R}^{k \times h}$.

$$ P = U X, \quad Q = \max(0, P), \quad O = V Q $$

Say the layer above hands down $G = \partial L / \partial O$.

$$ \frac{\partial L}{\partial V} = G Q^T $$

$$ \frac{\partial L}{\partial Q} = V^T G $$
"""
MARGINS = r"""
The data are $(\mathbf x_i, y_i)$ with $\mathbf x_i \in \mathbb{R}^d$ for $i = 1, \dots, n$,
and $\mathbf w \in \mathbb{R}^d$, $C > 0$.

$$ f(\mathbf x) = \mathbf w^T \mathbf x + b $$

$$ P(\mathbf w, b) = \frac12 \|\mathbf w\|^2 + C \sum_{i=1}^n (1 - y_i f(\mathbf x_i))^2 $$

$$ \nabla_{\mathbf w} P = \mathbf w - 2 C \sum_{i=1}^n (1 - y_i f(\mathbf x_i)) y_i \mathbf x_i $$

$$ \frac{\partial P}{\partial b} = -2 C \sum_{i=1}^n (1 - y_i f(\mathbf x_i)) y_i $$
"""
LEAST_SQUARES = r"""
Rows of $X \in \mathbb{R}^{n \times d}$ are houses, $y \in \mathbb{R}^n$ are prices.

$$ L(w) = \frac12 \|X w - y\|^2 $$

$$ \nabla L(w) = X^T (X w - y) $$

$$ \nabla^2 L(w) = X^T X $$

$$ L(0) = \frac12 \|y\|^2 $$

$$ L_\mu(w) = L(w) + \mu \|w\|^2 \quad\Longrightarrow\quad \nabla L_\mu(w) = X^T (X w - y) + 2 \mu w $$
"""
POINTS = r"""
With $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^n$ and $\hat y = X w$:

$$ L(w, b) = \frac{1}{n} \sum_{i=1}^{n} (\hat y_i + b - y_i)^2 $$

$$ \frac{\partial L}{\partial b} = \frac{2}{n} \sum_{i=1}^{n} (\hat y_i + b - y_i) $$
"""
UNROLLED = r"""
Two steps, $x_1, x_2 \in \mathbb{R}^m$, with $U \in \mathbb{R}^{n \times m}$, $R \in \mathbb{R}^{n \times n}$ and
$c, v \in \mathbb{R}^n$.

$$ z_1 = U x_1 + c, \quad s_1 = \tanh(z_1), \quad z_2 = U x_2 + R s_1 + c, \quad s_2 = \tanh(z_2) $$

$$ \hat y = v^T s_2, \qquad L = \frac12 (\hat y - y)^2 $$

$$ \delta_2 = \frac{\partial L}{\partial z_2} = (\hat y - y) \, v \odot (1 - s_2 \odot s_2) $$

$$ \delta_1 = \frac{\partial L}{\partial z_1} = (R^T \delta_2) \odot (1 - s_1 \odot s_1) $$

$$ \frac{\partial L}{\partial U} = \delta_1 x_1^T + \delta_2 x_2^T $$

$$ \frac{\partial L}{\partial U_{ij}} = \sum_{t=1}^{2} \delta_{t,i} \, x_{t,j} $$

$$ \frac{\partial L}{\partial z_t} = \delta_t, \quad t = 1, 2 $$
"""
PENALIZED = r"""
The data are $X \in \mathbb{R}^{N \times D}$ and $Y \in \mathbb{R}^{N \times K}$, the weights
$W \in \mathbb{R}^{D \times K}$.

$$ Z = X W, \qquad J = \frac{1}{2} \sum_{n,k} (Z_{nk} - Y_{nk})^2 + \frac{\lambda}{2} \sum_{d,k} W_{dk}^2 $$

$$ G = \frac{\partial J}{\partial Z} = Z - Y $$

$$ \frac{\partial J}{\partial W} = X^T G + \lambda W $$

$$ \frac{\partial J}{\partial Z_{nk}} = Z_{nk} - Y_{nk} $$
"""
BY_STEPS = r"""
Batch normalization of the numbers $x_1, \dots, x_m$, step by step.

$$ \mu = \frac{1}{m} \sum_{i=1}^m x_i, \qquad v = \frac{1}{m} \sum_{i=1}^m (x_i - \mu)^2 $$

$$ \hat{x}_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}}, \qquad L = \sum_{i=1}^m c_i \hat{x}_i^3 $$

$$ \frac{\partial L}{\partial \hat x_i} = 3 c_i \hat{x}_i^2 $$

$$ \frac{\partial L}{\partial v}
   = -\frac{1}{2} \sum_{i=1}^m \frac{\partial L}{\partial \hat x_i} (x_i - \mu) (v + \epsilon)^{-3/2} $$

$$ \frac{\partial L}{\partial \mu} = -\sum_{i=1}^m \frac{\partial L}{\partial \hat x_i} \frac{1}{\sqrt{v + \epsilon}} $$

$$ \frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial \hat x_i} \frac{1}{\sqrt{v+\epsilon}}
   + \frac{\partial L}{\partial v} \frac{2 (x_i - \mu)}{m} + \frac{1}{m} \frac{\partial L}{\partial \mu} $$
"""
RESIDUALS = r"""
The data are $X \in \mathbb{R}^{n \times d}$ with the rows $x_i'$, and $y \in \mathbb{R}^n$; $b \in \mathbb{R}^d$.
A prime means transpose. Let $e = y - X b$.

$$ S = \frac{1}{2} e'e + \frac{\delta}{2} b'b, \qquad \delta > 0 $$

$$ \frac{\partial S}{\partial b} = -X'e + \delta b $$

$$ \frac{\partial S}{\partial b} = -\sum_{i=1}^n (y_i - x_i' b) x_i + \delta b $$

$$ \frac{d}{dt} e^{2t} = 2 e^{2t} $$
"""
CLASSES = r"""
The logits are $Z \in \mathbb{R}^{N \times K}$, and $c_n$ is the class of sample $n$.

$$ P_{nk} = \frac{e^{Z_{nk}}}{\sum_{j=1}^K e^{Z_{nj}}} $$

$$ J = -\frac{1}{N} \sum_{n=1}^N \log P_{n c_n} $$

$$ \frac{\partial J}{\partial Z_{nk}} = \frac{1}{N} (P_{nk} - \mathbb{1}[k = c_n]) $$
"""
COSINES = r"""
For two vectors $u, v \in \mathbb{R}^d$ that are not zero:

$$ c = \frac{u'v}{\|u\| \, \|v\|} $$

$$ \frac{\partial c}{\partial u} = \frac{v}{\|u\| \, \|v\|} - c \, \frac{u}{\|u\|^2} $$

$$ u' \frac{\partial c}{\partial u} = 0 $$
"""
NOUNS = r"""
A Poisson regression has counts $y_i$, rates $\lambda_i = \exp(x_i^T w)$, and the rows of $X$ are the $x_i^T$.

$$ \ell(w) = \sum_{i=1}^n \left(\lambda_i - y_i \, x_i^T w\right) $$

$$ \nabla \ell(w) = X^T (\lambda - y) $$
"""
VARIANCE = r"""
Let $y \in \mathbb{R}^n$, $X \in \mathbb{R}^{n \times d}$ and $w \in \mathbb{R}^d$.

$$ \mathcal L(w, v) = -\frac n2 \ln(2 \pi v) - \frac{1}{2v} \|y - X w\|^2 $$

$$ \frac{\partial \mathcal L}{\partial v} = -\frac{n}{2v} + \frac{1}{2v^2} \|y - X w\|^2 $$

$$ \hat v = \frac1n \|y - X w\|^2, \qquad \mathcal L(w, \hat v) = -\frac n2 \bigl(\ln(2 \pi \hat v) + 1\bigr) $$
"""
ANY_LAYERS = r"""
A network with the layers $l = 1, \dots, L$, $W^{[l]} \in \mathbb{R}^{n_l \times n_{l-1}}$ and
$b^{[l]} \in \mathbb{R}^{n_l}$; the input is $a^{[0]}$.

$$ z^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}, \qquad a^{[l]} = \sigma(z^{[l]}) $$

$$ J = \frac12 \| a^{[L]} - y \|^2 + \frac{\lambda}{2} \sum_{l=1}^L \| W^{[l]} \|^2 $$

$$ \delta^{[l]} = \frac{\partial J}{\partial z^{[l]}} $$

$$ \delta^{[L]} = (a^{[L]} - y) \odot a^{[L]} \odot (1 - a^{[L]}) $$

$$ \delta^{[l]}_j = \sum_{k=1}^{n_{l+1}} \delta^{[l+1]}_k W^{[l+1]}_{kj} \, \sigma'(z^{[l]}_j) $$

$$ \delta^{[l]} = (W^{[l+1]})^T \delta^{[l+1]} \odot \sigma'(z^{[l]}), \qquad l = 1, \dots, L - 1 $$

$$ \frac{\partial J}{\partial W^{[l]}} = \delta^{[l]} (a^{[l-1]})^T + \lambda W^{[l]} $$

$$ \frac{\partial J}{\partial b^{[l]}} = \delta^{[l]} $$
"""
TEXTS = {
    "traces": TRACES,
    "columns": COLUMNS,
    "samples": SAMPLES,
    "layers": LAYERS,
    "upstream": UPSTREAM,
    "margins": MARGINS,
    "least squares": LEAST_SQUARES,
    "points": POINTS,
    "unrolled": UNROLLED,
    "penalized": PENALIZED,
    "by steps": BY_STEPS,
    "residuals": RESIDUALS,
    "classes": CLASSES,
    "cosines": COSINES,
    "nouns": NOUNS,
    "variance": VARIANCE,
    "any layers": ANY_LAYERS,
    "any layers in parentheses": re.sub(r"\[([lL0](?:[-+]1)?)\]", r"(\1)", ANY_LAYERS),
    "any layers without anything around them": re.sub(r"\{\[([lL](?:[-+]1)?)\]\}", r"{\1}", ANY_LAYERS),
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_homework_is_judged_as_it_stands(judged, text):
    page = judged(text)
    assert all(each.status in RIGHT for each in page.formulas), [
        (each.latex, each.status, [problem.reason for problem in each.problems]) for each in page.formulas
    ]


SLIPS = {
    "traces": (
        (r"= A^T (A B - T)", r"= (A B - T)^T A"),
        (r"= A^T (A B - T)", r"= 2 A^T (A B - T)"),
        (r"\operatorname{tr}(T^T A B)", r"\operatorname{tr}(A T^T B)"),
        (r"(S + S^T) B", r"2 S B"),
        (r"\operatorname{tr}(I_d) = d", r"\operatorname{tr}(I_d) = 2 d"),
        (r"\operatorname{tr}(I_d) = d", r"\operatorname{tr}(A) = d"),
    ),
    "columns": (
        (r"= \frac{1}{N} S X^T", r"= \frac{1}{N} X S^T"),
        (r"= \frac{1}{N} S X^T", r"= S X^T"),
        (r"= \frac{1}{N} \sum_{n=1}^N s_n", r"= \frac{1}{N} s_n"),
        (r"{\partial s_{kn}} = \frac{1}{N} s_{kn}", r"{\partial s_{kn}} = s_{kn}"),
    ),
    "samples": (
        (r"\circ (1 - a^{(i)})", r"\circ (1 - z^{(i)})"),
        (r"= \frac{2}{m} \sum_{i=1}^m a", r"= \frac{1}{m} \sum_{i=1}^m a"),
    ),
    "layers": (
        (r"= \lambda W^{[l]}", r"= \frac{\lambda}{2} W^{[l]}"),
        (r"= \lambda W^{[l]}", r"= \lambda W^{[1]}"),
    ),
    "upstream": (
        (r"= V^T G", r"= V G"),
        (r"= G Q^T", r"= G P^T"),
    ),
    "margins": (
        (r"y_i \mathbf x_i $$", r"\mathbf x_i $$"),
        (r"= -2 C \sum", r"= 2 C \sum"),
    ),
    "least squares": (
        (r"= X^T X", r"= 2 X^T X"),
        (r"L(0) = \frac12", r"L(0) ="),
        (r"+ 2 \mu w", r"+ \mu w"),
    ),
    "points": ((r"= \frac{2}{n} \sum", r"= \frac{1}{n} \sum"),),
    "unrolled": (
        (r"\delta_1 x_1^T + \delta_2 x_2^T", r"\delta_1 x_2^T + \delta_2 x_1^T"),
        (r"\delta_1 x_1^T + \delta_2 x_2^T", r"\delta_2 x_2^T"),
        (r"\sum_{t=1}^{2} \delta_{t,i} \, x_{t,j}", r"\sum_{t=1}^{2} \delta_{t,i} \, x_{1,j}"),
        (r"{\partial z_t} = \delta_t", r"{\partial z_t} = \delta_2"),
    ),
    "penalized": (
        (r"X^T G + \lambda W", r"X^T G"),
        (r"{\partial Z_{nk}} = Z_{nk} - Y_{nk}", r"{\partial Z_{nk}} = Z_{nk}"),
    ),
    "by steps": (
        (r"-\frac{1}{2} \sum_{i=1}^m \frac{\partial L}", r"-\sum_{i=1}^m \frac{\partial L}"),
        (r"+ \frac{\partial L}{\partial v} \frac{2 (x_i - \mu)}{m}", ""),
        (r"+ \frac{1}{m} \frac{\partial L}{\partial \mu}", r"+ \frac{\partial L}{\partial \mu}"),
    ),
    "residuals": (
        (r"= -X'e + \delta b", r"= X'e + \delta b"),
        (r"= 2 e^{2t}", r"= e^{2t}"),
        (r"- x_i' b) x_i + \delta b", r"- x_i' b) x_i + 2 \delta b"),
    ),
    "classes": (
        (r"(P_{nk} - \mathbb{1}[k = c_n])", r"(\mathbb{1}[k = c_n] - P_{nk})"),
        (r"= \frac{1}{N} (P_{nk}", "= (P_{nk}"),
    ),
    "cosines": (
        (r"\frac{u}{\|u\|^2}", r"\frac{u}{\|u\|}"),
        (r"{\partial u} = 0", r"{\partial u} = c"),
    ),
    "nouns": ((r"X^T (\lambda - y)", r"X^T (y - \lambda)"),),
    "variance": (
        (r"+ 1\bigr)", r"- 1\bigr)"),
        (r"-\frac{n}{2v} +", r"-\frac{n}{v} +"),
    ),
    "any layers": (
        (r"\odot \sigma'(z^{[l]}), \qquad", r"\odot \sigma(z^{[l]}), \qquad"),
        (r"\, \sigma'(z^{[l]}_j)", r"\, \sigma(z^{[l]}_j)"),
        (r"(a^{[l-1]})^T + \lambda W^{[l]}", r"(a^{[l-1]})^T"),
        (r"(a^{[l-1]})^T +", r"(a^{[l]})^T +"),
        (r"{\partial b^{[l]}} = \delta^{[l]}", r"{\partial b^{[l]}} = \delta^{[L]}"),
        (r"\odot (1 - a^{[L]})", r"\odot (1 - z^{[L]})"),
    ),
}
GROUPS = [(name, group) for name, slips in SLIPS.items() for group in apart(TEXTS[name], slips)]


@pytest.mark.parametrize(("name", "slips"), GROUPS, ids=[name for name, _ in GROUPS])
def test_slips_in_homework_are_found(judged, name, slips):
    text = TEXTS[name]
    for right, wrong in slips.values():
        text = text.replace(right, wrong)
    page = judged(text)
    found = {at: each for at, each in enumerate(page.formulas) if each.status not in RIGHT}
    assert found.keys() == slips.keys(), [(each.latex, each.status, each.problems) for each in page.formulas]
    known = ("the values differ", "shape", " × ", "multipl", "free here", "runs to", "square")
    for slip in found.values():
        told = " ".join(problem.reason for problem in slip.problems)
        assert slip.status in (*WRONG, Status.REFUTED) and any(words in told for words in known), (slip.latex, told)


def test_a_gradient_by_another_point_leaves_a_cost_a_letter(judged):
    below = "\n\n$$ L(w - \\eta g) \\approx L(w) - \\eta g^T g $$\n"
    *others, last = judged(POINTS + below).formulas
    assert all(each.status in RIGHT for each in others)
    assert last.status is Status.WITHOUT_MEANING  # of no other point does the text say anything


def test_a_later_section_knows_what_stands_above_it(judged):
    text = """
# Model

With $X \\in \\mathbb{R}^{n \\times d}$ and $y \\in \\mathbb{R}^n$:

$$ h_i = \\sum_{j=1}^d X_{ij} w_j + b $$

$$ L = \\frac{1}{n} \\sum_{i=1}^n (h_i - y_i)^2 $$

# Names

$$ \\omega = A \\theta, \\qquad Q(\\theta) = \\theta^T A^T A \\theta $$

# Gradient

$$ \\frac{\\partial L}{\\partial b} = \\frac{2}{n} \\sum_{i=1}^n (h_i - y_i) $$
"""
    assert judged(text).formulas[-1].status in RIGHT
    slip = text.replace(r"\frac{2}{n} \sum", r"\frac{1}{n} \sum")
    assert judged(slip).formulas[-1].status in WRONG


def test_a_wrong_index_changes_no_size(judged):
    text = r"""
$$ \eta_k = a_k + \sum_{j=1}^p B_{kj} x_j $$

$$ \pi_k = \frac{e^{\eta_k}}{\sum_{l=1}^C e^{\eta_l}} $$

$$ \frac{\partial \pi_k}{\partial x_j} = \pi_k \Bigl( B_{jk} - \sum_{l=1}^C \pi_l B_{lj} \Bigr) $$

$$ \sum_{k=1}^C \pi_k = 1 $$
"""
    first, second, slip, last = judged(text).formulas
    assert (first.status, second.status) == (Kind.DEFINITION, Kind.DEFINITION)
    assert "runs to" in slip.problems[0].reason
    assert last.status in RIGHT
    assert all(each.status in RIGHT for each in judged(text.replace("B_{jk}", "B_{kj}")).formulas)


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        (r"J = u^2 + v \Rightarrow \frac{\partial J}{\partial u} = 2u", True),
        (r"J = u^2 + v \Rightarrow \frac{\partial J}{\partial u} = 3u", False),
        (r"u = v^2 \Rightarrow u^2 = v^2", False),
        (r"J = u^2 + v \Rightarrow u = J", False),
        (r"\frac{d}{du} [1 - u]_+^2 = -2 [1 - u]_+", True),
        (r"\frac{d}{du} [1 - u]_+^2 = -2 (1 - u)", False),
        (r"1_{\{u > 0\}} u = (u)_+", True),
        (r"1_{u > 0} u = (-u)_+", False),
        (r"u^{2} = 3u - 2", False),
    ],
)
def test_premises_positive_parts_and_indicators(judged, claim, holds):
    (formula,) = judged(f"Here $u$ and $v$ are numbers.\n\n$$ {claim} $$\n").formulas
    assert (formula.status in RIGHT) == holds, (formula.status, formula.problems)


@pytest.mark.parametrize(("values", "holds"), [("1, 2", True), ("1, 2, 3", False), ("1, 2, \\dots, N", False)])
def test_a_range_may_list_its_numbers(judged, values, holds):
    (formula,) = judged(f"$$ i^2 = 3 i - 2, \\quad i = {values} $$\n").formulas
    assert (formula.status in RIGHT) == holds


def test_a_function_that_is_no_positive_part_is_not_taken_for_one(judged):
    text = r"""
$P \in \mathbb{R}^{m \times h}$

$$ r(u) = \max(0, 2u) $$

$$ Q = \max(0, P) $$

$$ Q = r(P) $$
"""
    assert judged(text).formulas[-1].status not in RIGHT
    assert judged(text.replace("0, 2u", "0, u")).formulas[-1].status in RIGHT


SAID = r"Let $x \in \mathbb{R}^d$, $W^{[1]} \in \mathbb{R}^{d\times d}$, $W^{[2]} \in \mathbb{R}^{d \times d}$."
FALSE_ENDS = {
    "positive definite": ("Let $A > 0$ and $B > 0$ be positive definite.", "M = A B", "M = B A"),
    "factors without negative entries": (
        r"Nonnegative matrix factorization: $W \ge 0$, $H \ge 0$.", r"J = \| X - W H \|_F^2", "W H = H W",
    ),
    "a layer without an input": (
        SAID, "a^{[1]} = W^{[1]} a^{[0]} + b^{[1]}", "a^{[2]} = W^{[2]} a^{[1]}",
        r"a^{[l]} = W^{[l]} a^{[l-1]} + b^{[l]}, \qquad l = 1, 2",
    ),
    "a layer without weights": (
        SAID, "h^{[1]} = W^{[1]} x", "h^{[2]} = W^{[2]} h^{[1]}", "h^{[3]} = 5 h^{[2]}",
        r"h^{[l+1]} = W^{[l+1]} h^{[l]}, \quad l = 1, 2",
    ),
    "samples in brackets": (
        r"Let $x^{[1]} \in \mathbb{R}$, and $m^{[i]}$ for all $i$.", "m^{[1]} = 2 x^{[1]}", "m^{[2]} = 3 x^{[2]}",
        r"m^{[i]} = 2 x^{[i]}, \qquad i = 1, \dots, n",
    ),
    "a sum over all layers": (SAID, r"R = \sum_{l=1}^{L} \| W^{[l]} \|_F^2", r"\frac{\partial R}{\partial x} = x"),
    "one layer of two": (SAID, r"R = \|W^{[1]}\|_F^2 + 3 \|W^{[2]}\|_F^2",
                         r"\frac{\partial R}{\partial W^{[l]}} = 2 W^{[l]}"),
    "a loss that uses more": (
        r"Let $V \in \mathbb{R}^{h \times h}$. Given $g = \partial L / \partial q$. The loss $L$ uses $q$ and $o$.",
        "o = W x", "q = V o", r"\frac{\partial L}{\partial o} = V^\top g",
    ),
    "two losses in words": (
        r"Let $w, x \in \mathbb{R}^d$.", "z = w^T x",
        r"TEXT:For regression the loss is $L = \frac12 z^2$. For classification the loss is $L = \log(1 + e^{-z})$.",
        r"\frac{\partial L}{\partial w} = z x",
    ),
    "a trace of the author's own": (
        r"Let $C \in \mathbb{R}^{m \times m}$.", r"\operatorname{tr}(C) := \frac1m \sum_{i=1}^m C_{ii}",
        r"\operatorname{tr}(C) = \sum_{i=1}^m C_{ii}",
    ),
    "a trace that words explain": (
        r"Let $C \in \mathbb{R}^{m \times m}$. We write $\operatorname{tr}(C) = \frac1m \sum_{i=1}^m C_{ii}$.",
        r"J = \operatorname{tr}(C C^\top)", r"J = \|C\|_F^2",
    ),
    "a display beside what words say": (
        r"Let $X \in \mathbb{R}^{n\times d}$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^n$. The loss is "
        r"$J = \|Xw - y\|^2$. Expanding,", r"J = w^T X^T X w + y^T y", r"\frac{\partial J}{\partial w} = 2 X^T X w",
    ),
    "a display beside words in letters in force": (
        r"The loss is $\rho = (\omega-\alpha)^2$. Expanding the square,", r"\rho = \omega^2 + \alpha^2",
        r"\frac{\partial \rho}{\partial \omega} = 2 \omega",
    ),
    "tied weights in words": (
        r"Let $x \in \mathbb{R}^n$. The encoder has $W \in \mathbb{R}^{m \times n}$; the decoder is tied, $V = W^T$.",
        "y = V W x", r"L = \frac12 \|y - x\|^2", r"\frac{\partial L}{\partial W} = V^T (y - x) x^T",
    ),
    "a number made of the variable in words": (
        "Heads have probability $p$, so tails with $q = 1 - p$.", "L = p^h q^t",
        r"\frac{\partial L}{\partial p} = \frac{h}{p} L",
    ),
    "a question": (r"Is the average $\rho = \sqrt{\alpha\beta}$? Students ask this.", r"\rho^2 = \alpha\beta"),
    "what is taken back": (r"The variance is $\rho=\alpha^2$. That is wrong! It lacks a term.", r"\rho = \alpha^2"),
    "what is wanted": (
        r"We want to reach the state $\alpha=\beta^2$. At present the state is $\alpha=\beta$.",
        r"\frac{\partial\alpha}{\partial\beta} = 2\beta",
    ),
    "powers of a letter e": (
        "Here $a$ and $b$ are numbers.", "e = a - b", r"R = \frac13 e^3 - \frac12 e^2", "q = e^{a}",
        r"\frac{\partial R}{\partial a} = -e",
    ),
    "a letter pi beside the number": (
        r"Let $\pi$ be the mixing weight with $\pi=\sigma(\alpha)$.", r"f = \frac{1}{\sqrt{2\pi}} e^{-x^2/2}",
        r"p = \pi f + (1 - \pi) g", r"\frac{\partial f}{\partial \pi} = -\frac{f}{2\pi}",
    ),
    "a total derivative by d": ("Here $p$ is a number.", "q = 1 - p", "v = p q", r"\frac{dv}{dq} = p"),
    "a total derivative by words": (
        r"Let $x \in \mathbb{R}^n$ and $B \in \mathbb{R}^{n \times n}$, $k \in \mathbb{R}^n$.",
        "q = B x", "s = k^T q + x^T x",
        "TEXT:Since $x$ moves with $q$, the total derivative with respect to $q$ is",
        r"\frac{\partial s}{\partial q} = k",
    ),
    "more layers than are numbered": (
        r"A network has the weights $W_l \in \mathbb{R}^{n\times n}$ for $l = 1,\dots,L$, $L>2$.",
        r"R = \frac12\|W_1\|^2 + \frac12\|W_2\|^2", r"\frac{\partial R}{\partial W_l} = W_l",
    ),
    "as many layers as happen to be": (SAID, "z^{[l]} = W^{[l]} z^{[l-1]}", "y = z^{[L]}", r"\sum_{l=1}^{L} 1 = 2"),
    "classes that begin with 0": (
        r"Let $z \in \mathbb{R}^{N \times K}$, and $y_n$ is the label of sample $n$ in $0, 1, \dots, K-1$.",
        r"L = -\sum_n z_{n y_n}", r"\sum_n y_n \ge N",
    ),
    "derivatives by primes": (
        r"Let $f, g \in \mathbb{R}^n$ be values of functions, and $f'$, $g'$ those of their derivatives.", "f'g = g'f",
    ),
    "a norm of the author's own": (
        r"Let $x \in \mathbb{R}^n$. Here $\|x\|$ is the sum of the absolute values of its entries.", r"\|x\|^2 = x^T x",
    ),
    "a column that is no number": (r"Let $x = (x_1, x_2)^T$ be a vector of two numbers.", "x x^T = x^T x"),
    "digits that TeX does not raise": ("Here $x$ is a number.", "x^12 = 2 x"),
    "a plus of the author's own": ("We write $[u]_+ = \\ln(1 + e^u)$.", "f(u) = [u]_+", r"f(u) = \max(0, u)"),
}  # fmt: skip


@pytest.mark.parametrize("parts", FALSE_ENDS.values(), ids=FALSE_ENDS)
def test_a_false_end_of_homework_is_not_verified(judged, parts):
    words, *displays = parts
    shown = (each.removeprefix("TEXT:") if each.startswith("TEXT:") else f"$$ {each} $$" for each in displays)
    *_, last = judged("\n\n".join((words, *shown))).formulas
    assert last.status not in (*RIGHT[:4], Status.HOLDS_IF), (last.status, last.reading)


@pytest.mark.parametrize("behind", [r"\qquad l = 2", r"\qquad l > 1", r"\quad l \ne 1"])
def test_a_condition_on_a_layer_is_not_lost(judged, behind):
    parts = (SAID, r"$$ R = \|W^{[1]}\|_F^2 + 3 \|W^{[2]}\|_F^2 $$",
             rf"$$ \frac{{\partial R}}{{\partial W^{{[l]}}}} = 6 W^{{[l]}}, {behind} $$")  # fmt: skip
    *_, last = judged("\n\n".join(parts)).formulas
    assert not any("the values differ" in problem.reason for problem in last.problems)
    assert last.status in (RIGHT if "= 2" in behind else WRONG)


@pytest.mark.parametrize("signs", [r"[X\;\;1]", r"[X \quad 1]"])
def test_a_row_of_arrays_in_brackets_is_no_product(judged, signs):
    (formula,) = judged(f"$X \\in \\mathbb{{R}}^{{n \\times d}}$\n\n$$ A = {signs} $$\n").formulas
    assert formula.status is Status.UNREADABLE


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"\sqrt{\tau^2} = \tau", Status.HOLDS_IF),
        (r"\sqrt{\tau^2} = 2 \tau", Status.UNDECIDED),
        (r"\frac{u^2}{\tau} \ge 0", Status.UNDECIDED),
    ],
)
def test_words_give_a_number_its_sign(judged, claim, status):
    (formula,) = judged(f"The temperature is $\\tau > 0$, and $u$ a number.\n\n$$ {claim} $$\n").formulas
    assert formula.status is status
    told = " ".join(problem.reason for problem in formula.problems)
    assert r"\tau = -" not in told or status is Status.HOLDS_IF
    assert ("which words say" in told) == (r"\ge" in claim)


@pytest.mark.parametrize(
    "words",
    [
        "If $\\tau > 0$ there is more.",
        "We do not have $\\tau > 0$.",
        "Where $\\tau < 0$:",
        "Is $\\tau > 0$? Nobody knows.",
        "One reads $\\tau > 0$. That is wrong.",
    ],
)
def test_a_sign_that_words_suppose_or_deny_gives_none(judged, words):
    (formula,) = judged(f"{words} Here $u$ is a number.\n\n$$ \\sqrt{{\\tau^2}} = \\tau $$\n").formulas
    assert formula.status is Status.UNDECIDED


def test_a_primed_letter_below_a_second_derivative_is_transposed_or_another_letter(judged):
    hessian = r"""
$X \in \mathbb{R}^{n \times d}$, $b \in \mathbb{R}^d$

$$ S = (X b)'(X b) $$

$$ \frac{\partial^2 S}{\partial b \, \partial b'} = 2 X'X $$
"""
    assert judged(hessian).formulas[-1].status in RIGHT
    assert judged(hessian.replace("= 2 X'X", "= X'X")).formulas[-1].status in WRONG
    kernel = r"""
$$ k(x, x') = e^{x x'} $$

$$ \frac{\partial^2 k}{\partial x \, \partial x'} = x'^2 e^{x x'} $$
"""
    assert judged(kernel).formulas[-1].status not in (*RIGHT, Status.HOLDS_IF)


@pytest.mark.parametrize(("below", "holds"), [("u_c", True), ("u_k", False)])
def test_a_function_of_vectors_may_have_any_letter_as_its_argument(judged, below, holds):
    text = r"""
$\mathbf u \in \mathbb{R}^K$

$$ \operatorname{lse}(a) = \ln \sum_{c=1}^K e^{a_c} $$

$$ \operatorname{lse}(\mathbf u) = \ln \sum_{k=1}^K e^{u_k} $$

$$ \frac{\partial}{\partial u_k} \operatorname{lse}(\mathbf u) = \frac{e^{u_k}}{\sum_{c=1}^K e^{u_c}} $$
"""
    assert (judged(text.replace("{u_c}", f"{{{below}}}")).formulas[-1].status in RIGHT) == holds


@pytest.mark.parametrize(
    ("above", "claim", "holds"),
    [
        (r"X^T X u = X^T (X u)", r"(I_k - X^T X) u = u - X^T X u", True),
        (r"X^T X u = X^T (X u)", r"(I_k - X^T X) u = u + X^T X u", False),
        (r"s = \sum_{k=1}^m I_k", r"I_k u_k = u_k", False),
        (r"I_k = 2 c_k", r"I_k u_k = u_k", False),
    ],
)
def test_an_identity_matrix_is_named_after_a_size_and_no_index(judged, above, claim, holds):
    sizes = r"$X \in \mathbb{R}^{n \times k}$, $u \in \mathbb{R}^k$" if "X" in above else "Currents $I_k$."
    *_, last = judged(f"{sizes}\n\n$$ {above} $$\n\n$$ {claim} $$\n").formulas
    assert (last.status in RIGHT) == holds, (last.status, last.reading)


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        (r"\frac n2 b = \frac{n b}{2}", True),
        (r"\frac n2 b = n b", False),
        (r"\sqrt a2 = 2 \sqrt{a}", True),
        (r"\sqrt a2 = \sqrt{2a}", False),
        (r"b^n2 = 2 b^n", True),
        (r"b^n2 = b^{2n}", False),
    ],
)
def test_an_argument_without_braces_is_one_sign(judged, claim, holds):
    (formula,) = judged(f"Here $a$, $b$ and $n$ are numbers.\n\n$$ {claim} $$\n").formulas
    assert (formula.status in RIGHT) == holds, (formula.status, formula.reading)


@pytest.mark.parametrize(("signs", "digits"), [("x^12 = 2", "12"), ("x_{1}^23 = 2", "23")])
def test_digits_without_braces_are_an_error_that_says_what_to_write(judged, signs, digits):
    (formula,) = judged(f"$$ {signs} $$\n").formulas
    assert formula.status is Status.UNREADABLE
    assert f"write {{{digits}}}" in formula.problems[0].reason


def test_a_range_ends_where_it_says(judged):
    (formula,) = judged("$$ a_i = 2, \\qquad i = 1, \\dots, N - 1 $$\n").formulas
    assert "i <= (N - 1)" in formula.reading


def test_a_letter_with_a_number_that_is_defined_leaves_the_one_without_to_its_first_use(judged):
    text = r"""
$$ \ell = (a - b)^2 $$

$$ \ell_1 := \ell + c $$

$$ \frac{\partial \ell}{\partial a} = 2 (a - b) $$
"""
    assert all(each.status in RIGHT for each in judged(text).formulas)
    assert judged(text.replace(r"= 2 (a - b)", r"= 2 (b - a)")).formulas[-1].status in WRONG


@pytest.mark.parametrize(("words", "defines"), [("enters only via the matrix", True), ("is small only if", False)])
def test_a_matrix_that_words_name_is_what_they_say(judged, words, defines):
    text = f"""
Let $X \\in \\mathbb{{R}}^{{n \\times d}}$ and $v \\in \\mathbb{{R}}^d$. The data {words} $C = X^T X$.

$$ E = v^T C v $$

$$ E = \\|X v\\|^2 $$
"""
    assert (judged(text).formulas[-1].status in RIGHT) == defines


def test_what_a_derivative_holds_fixed_is_said(judged):
    slope = judged(PENALIZED).formulas[-1]
    assert r"\partial J / \partial Z_{nk} with W held fixed" in " ".join(slope.remarks).replace(r" \, ", "").replace(
        "Z_{n k}", "Z_{nk}"
    )


def test_layers_of_which_there_may_be_any_number_are_proved_for_some(judged):
    proved = [one for each in judged(ANY_LAYERS).formulas for one in each.judgements]
    assert {one.status for one in proved} <= {Status.AT_SHAPES, Status.SAMPLED}
    assert {shapes for one in proved for shapes in one.shapes} == {(("L", 3),)}
