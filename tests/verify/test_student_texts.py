r"""What students write beside plain equations: points, braces, shorthand, steps, identities, Hessians, gradients as dW.

Each true statement stands beside false ones that a careless version of its rule would accept.
"""

from pathlib import Path

import pytest

from nncore.verify.judgement import ExitCode, Status
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.sections import propose
from nncore.verify.semantics.statements import Kind

DEFINITION, STEP, TRUE, SAMPLED = Kind.DEFINITION, Kind.STEP, Status.ALL_SHAPES, Status.SAMPLED
FALSE, NONE, IF, UNREAD, OPEN = (
    Status.REFUTED, Status.WITHOUT_MEANING, Status.HOLDS_IF, Status.UNREADABLE, Status.UNDECIDED
)  # fmt: skip
FALSELY = (TRUE, SAMPLED, Status.RESTATES, Status.AT_SHAPES, IF)
BLOCK = r"""```{notation}
shadows: [L, b, t, c, W, w, x, z, X, V, D, N, A, y, '\theta', '\alpha', i, j, k, n, J, E, H, Z, S]
sizes:
  - {letter: N, meaning: samples}
  - {letter: D, meaning: inputs}
  - {letter: K, meaning: classes}
indices:
  - {letter: n, to: N, meaning: sample}
  - {letter: i, to: D, meaning: input}
  - {letter: j, to: D, meaning: input}
  - {letter: k, to: K, meaning: class}
arrays:
  - {letter: X, entry: 'X_{ni}', shape: [N, D], meaning: inputs}
  - {letter: Z, entry: 'Z_{nk}', shape: [N, K], meaning: sums}
  - {letter: x, entry: x_i, shape: [D, 1], meaning: input}
  - {letter: w, entry: w_i, shape: [D, 1], meaning: weights}
  - {letter: y, entry: y_n, shape: [N, 1], meaning: targets}
scalars:
  - {letter: b, meaning: a number}
  - {letter: t, meaning: a number}
  - {letter: c, meaning: a number}
  - {letter: W, meaning: a number}
  - {letter: \alpha, meaning: a number}
  - {letter: \mu, meaning: a number}
  - {letter: u, meaning: argument}
state: [w]
```

"""
LOSS = r"L := (b - t)^2 + W b"
RIDGE = r"J := \frac{1}{2N} \|X w - y\|^2 + \frac{\mu}{2} \|w\|^2"


def formulas(folder: Path, *displays: str, block: str = BLOCK):
    path = folder / "a.md"
    path.write_text(block + "\n\n".join(f"$$ {each} $$" for each in displays), encoding="utf-8")
    (page,) = check([path], load(NOTATION), root=folder, processes=1, free=True).pages
    assert not page.problems
    return page.formulas


def last(folder: Path, *displays: str):
    """What becomes of the last display."""
    return formulas(folder, *displays)[-1].status


# Points, and what is held fixed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = -2 t + W", TRUE),
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = -2 t", FALSE),
        (r"\frac{\partial L}{\partial b}\Big|_{b = t} = W", SAMPLED),
        (r"\frac{\partial L}{\partial b}\Big|_{b = t} = 2 W", FALSE),
        (r"\left. L \right|_{b = t} = W t", SAMPLED),
        (r"\left. L \right|_{b = t} = W b", UNREAD),  # which b?
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = -2 t + W + b", UNREAD),
        (r"b \left. \frac{d L}{d b} \right|_{b = 0} = 0", UNREAD),
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = L - t^2 - 2 t + W", UNREAD),  # L at another point
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = \left. \frac{d L}{d b} \right|_{b = 1} - 2", UNREAD),
        (r"\left. \frac{d L}{d b} \right|_{b = c} = 2 (c - t) + W", SAMPLED),
        (r"\frac{d L}{d b} = W \quad \text{if } \left. L \right|_{c = 0} = b", UNREAD),
        (r"\left. \frac{d L}{d b} \right|_{W} = 2 (b - t) + W", UNREAD),  # at W, or with W held fixed
        (r"\frac{d L}{d b}\Big|_{b^*} = 2 (b - t) + W", UNREAD),
        (r"\left( \frac{\partial L}{\partial b} \right)_{W, t} = 2 (b - t) + W", UNREAD),
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = -2 t + W + q \quad \text{where } q = b^2", UNREAD),
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = -2 t + W + c \quad \text{if } c = b", UNREAD),
        (r"\left. L \right|_{b = 0} = W t \quad \text{if } b = t", UNREAD),
        (r"\left[ L \right]_{b = 0} = L", UNREAD),
        (r"\left. \frac{d L}{d b} \right|_{b = 0, t = 1} = W - 2 t", UNREAD),
        (r"\left. \frac{d L}{d b} \right|_{b = 0} = -2 t + W + \alpha \quad \text{where } \alpha = b^2", UNREAD),
        (r"\left( \frac{\partial L}{\partial b} \right)_{L} = 0", UNREAD),
        (r"\left( \frac{\partial L}{\partial b} \right)_{b} = 2 (b - t) + W", UNREAD),
    ],
)
def test_a_value_at_a_point_and_what_is_held_fixed(tmp_path, claim, status):
    assert last(tmp_path, LOSS, claim) is status


HIDDEN = [
    r"f(u) := u^2 + b u", r"b^2 =: q", r"q \equiv b", r"\text{Let } q := b^2", r"c = 1 \quad \text{where } q = b",
    r"\underbrace{(b - t)^2}_{q} = (b - t)^2", r"\therefore q = b", r"h_w(x) = w^\top x + b",
]  # fmt: skip


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize(
    "claim",
    [
        r"\left. L \right|_{b = 0} = t^2 + q",
        r"\left. u^2 \right|_{b = 0} = f(u)",
        r"\left. w^\top x \right|_{b = 0} = h_w(x)",
        r"\left. \frac{d L}{d b} \right|_{b = 0} = -2 t + W + f(c) - c^2",
    ],
)
def test_what_hides_a_letter_beside_a_value_at_a_point_is_not_overlooked(tmp_path, hidden, claim):
    assert last(tmp_path, LOSS, hidden, claim) not in FALSELY


def test_a_chain_does_not_go_on_below_without_its_point(tmp_path):
    first, second = r"W - 2 t = \left. \frac{d L}{d b} \right|_{b = 0}", r"= 2 (b - t) + W"
    assert [each.status for each in formulas(tmp_path, LOSS, first, second)][1:] == [TRUE, UNREAD]


# Functions of vectors -------------------------------------------------------------------------------------------------

MODEL = (r"\sigma(u) := \frac{1}{1 + e^{-u}}", r"h_w(x) = \sigma(w^\top x)")


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"\frac{\partial h_w(x)}{\partial w_j} = h_w(x) (1 - h_w(x)) x_j", TRUE),
        (r"\frac{\partial h_w(x)}{\partial w_j} = h_w(x) (1 + h_w(x)) x_j", FALSE),
        (r"h_w(x) + h_w(-x) = 1", TRUE),
        (r"h_w(x) + h_w(x) = 1", FALSE),
        (r"h_w(2 x) = h_w(x)", FALSE),
        (r"h_w(x) = \sigma(x^\top w)", TRUE),
        (r"h_w(x) = \sigma(x^\top x)", FALSE),
        (r"h_w'(x) = h_w(x)", UNREAD),
        (r"\frac{\partial h_w(2 x)}{\partial w_j} = 2 h_w(2 x) (1 - h_w(2 x)) x_j", TRUE),
        (r"\frac{\partial h_w(2 x)}{\partial w_j} = h_w(2 x) (1 - h_w(2 x)) x_j", FALSE),
    ],
)
def test_a_function_of_vectors_is_put_in_its_place(tmp_path, claim, status):
    found = formulas(tmp_path, *MODEL, claim)
    assert [each.status for each in found] == [DEFINITION, DEFINITION, status]


def test_a_function_of_vectors_that_hides_its_argument_is_not_put_in_its_place(tmp_path):
    first = r"q := w^\top x", r"h(x) = q + x^\top x"
    assert last(tmp_path, *first, r"h(2 x) = q + 4 x^\top x") not in FALSELY
    assert last(tmp_path, *first, r"h(-x) = h(x)") not in FALSELY


def test_an_index_of_such_a_function_is_not_captured_by_a_sum(tmp_path):
    found = formulas(tmp_path, r"f(x) = w^\top x + x_j", r"\sum_{j=1}^D f(x) = D f(x)")
    assert found[-1].status is not TRUE


# What stands beside an equation ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"2 (b - t) = \underbrace{2 (b - t) + W}_{= \frac{\partial L}{\partial b}} - W", TRUE),
        (r"2 (b - t) = \underbrace{2 (b - t)}_{= \frac{\partial L}{\partial b}}", FALSE),
        (r"2 (b - t) = 2 \underbrace{(b - t)}_{= 0}", FALSE),
        (r"\underbrace{b + t}_{b} = b + t", FALSE),
        (r"\frac{\partial L}{\partial b} = 2 \underbrace{(b - t)}_{\delta} + W", TRUE),
        (r"\frac{\partial L}{\partial b} = 2 (b - t) + W =: \epsilon", TRUE),
        (r"\frac{\partial L}{\partial b} = 2 (b - t) =: \epsilon", FALSE),
        (r"\frac{\partial L}{\partial t} = -2 (b - t) \Rightarrow \frac{\partial L}{\partial b} = 2 (b - t) + W", TRUE),
        (r"\frac{\partial L}{\partial t} = -2 (b - t) \Rightarrow \frac{\partial L}{\partial b} = 2 (b - t)", FALSE),
        (r"\frac{\partial L}{\partial t} = 0 \Rightarrow b = t", NONE),  # an equation to be solved
        (r"\text{if } b t = t b \Rightarrow b = t", UNREAD),
        (r"b t = t b \quad \text{if } b^2 = b^2 \Rightarrow b = t", UNREAD),
    ],
)
def test_equations_at_braces_and_behind_signs(tmp_path, claim, status):
    assert last(tmp_path, LOSS, claim) is status


def test_what_is_defined_behind_a_sign_is_known_below(tmp_path):
    first = r"\frac{\partial L}{\partial b} = 2 (b - t) + W =: \epsilon"
    assert last(tmp_path, LOSS, first, r"\epsilon - W = 2 (b - t)") is TRUE
    assert last(tmp_path, LOSS, first, r"\epsilon = 2 (b - t)") is FALSE


def test_a_definition_by_the_letter_itself_is_a_step(tmp_path):
    assert last(tmp_path, RIDGE, r"w_j := w_j - \alpha \frac{\partial J}{\partial w_j}") is STEP
    assert last(tmp_path, r"b := b + 1") is NONE  # nothing says that b changes
    assert last(tmp_path, r"q := w^\top x", r"q := q + 1", r"q = w^\top x") not in FALSELY


# Identities and Hessians ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"(X X^\top + \mu I) X = X (X^\top X + \mu I)", TRUE),
        (r"(X X^\top + \mu I_N) X = X (X^\top X + \mu I_D)", TRUE),
        (r"(X X^\top + \mu I_D) X = X (X^\top X + \mu I_D)", NONE),
        (r"(X X^\top + \mu I) X = X (X^\top X + 2 \mu I)", FALSE),
        (r"I_D x = x", Status.RESTATES),
        (r"I_N x = x", NONE),
        (r"(I - x x^\top) w = w - x (x^\top w)", TRUE),
        (r"(I - x x^\top) w = w - w (x^\top w)", FALSE),
        (r"(1 - x x^\top) w = w - x (x^\top w)", NONE),
        (r"I \odot (x x^\top) = x x^\top", NONE),  # entry by entry it is no factor 1
        (r"(I + x) = x", NONE),
        (r"\frac{\partial (2 x)}{\partial x} = 2 I_D", TRUE),
        (r"\frac{\partial (2 x)}{\partial x} = I_D", FALSE),
        (r"\nabla_w^2 J = \frac1N X^\top X + \mu I", TRUE),
        (r"\nabla_w^2 J = \frac1N X^\top X", IF),  # beside the diagonal
        (r"\nabla_w^2 J = X^\top X + \mu I", FALSE),
        (r"\nabla_w^2 J = \frac1N X X^\top + \mu I", NONE),
        (r"\frac{\partial^2 J}{\partial w \partial w^\top} = \frac1N X^\top X + \mu I_D", TRUE),
        (r"\frac{\partial^2 J}{\partial w_i \partial w_j} = \frac1N \sum_n X_{ni} X_{nj} + \mu \delta_{ij}", TRUE),
        (r"\frac{\partial^2 J}{\partial w_i \partial w_j} = \frac1N \sum_n X_{ni} X_{nj} + \mu", FALSE),
    ],
)
def test_identity_matrices_and_second_derivatives(tmp_path, claim, status):
    assert last(tmp_path, RIDGE, claim) is status


@pytest.mark.parametrize(
    ("first", "claim"),
    [
        (r"c = b", r"\sqrt{I} = 1"),
        (r"c = b", r"b + \sqrt{I} = b + 1"),
        (r"c = b", r"\frac{\partial (b I)}{\partial b} = 1"),
        (r"c = b", r"\frac{\partial (x \odot x)}{\partial x} = 2 x I"),
        (r"S = X I", r"S = X"),
        (r"c = b I", r"c = b"),
        (r"I \in \mathbb{R}^{D \times D}", r"I x = x"),
        (r"I > 0", r"I x = x"),
        (r"\frac{\partial L}{\partial I} = 2", r"I x = x"),
        (r"I = 2 b", r"I x = x"),
    ],
)
def test_no_identity_is_lost_or_made_up(tmp_path, first, claim):
    assert last(tmp_path, first, claim) not in FALSELY


def test_a_letter_of_which_the_text_says_something_is_no_identity(tmp_path):
    assert last(tmp_path, r"I = 2 b", r"I c = c") is not TRUE
    assert last(tmp_path, r"I_n x = x") is not TRUE  # an entry of something


# Maxima and cases of arrays -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"\max(0, Z) - \max(0, -Z) = Z", SAMPLED),
        (r"\max(0, Z) - \max(0, -Z) = 2 Z", FALSE),
        (r"Z \odot \mathbf{1}[Z > 0] = \max(0, Z)", SAMPLED),
        (r"Z \odot \mathbf{1}[Z < 0] = \max(0, Z)", FALSE),
    ],
)
def test_maxima_and_indicators_of_arrays_are_those_of_their_entries(tmp_path, claim, status):
    found = last(tmp_path, claim)
    assert found in (TRUE, SAMPLED) if status is SAMPLED else found is status


# Texts that declare nothing -------------------------------------------------------------------------------------------

LOGISTIC = r"""
The examples are $(x^{(i)}, y^{(i)})$ with $x^{(i)} \in \mathbb{R}^n$, and the model is

$$ h_\theta(x) = g(\theta^T x), \quad \text{where} \quad g(z) = \frac{1}{1 + e^{-z}} $$

$$ \ell(\theta) = \sum_{i=1}^m \left[
y^{(i)} \log h_\theta(x^{(i)}) + (1 - y^{(i)}) \log(1 - h_\theta(x^{(i)})) \right] $$

$$ J(\theta) = -\frac1m \ell(\theta) $$

$$ \frac{\partial J}{\partial \theta_j} = \frac1m \sum_{i=1}^m (h_\theta(x^{(i)}) - y^{(i)}) x_j^{(i)} $$

$$ \frac{\partial^2 J}{\partial \theta_j \partial \theta_k}
= \frac1m \sum_{i=1}^m h_\theta(x^{(i)}) (1 - h_\theta(x^{(i)})) x_j^{(i)} x_k^{(i)} $$

$$ \theta_j := \theta_j - \alpha \frac{\partial J}{\partial \theta_j} $$
"""
NORMALIZED = r"""
The layer above gives $g_i := \frac{\partial L}{\partial y_i}$, and I write $s = \sqrt{v}$.

$$ \mu = \frac1m \sum_{i=1}^m x_i, \qquad v = \frac1m \sum_{i=1}^m (x_i - \mu)^2 + 1 $$

$$ u_i = \frac{x_i - \mu}{\sqrt{v}}, \qquad y_i = \gamma u_i + \beta $$

$$ \frac{\partial L}{\partial \beta} = \sum_{i=1}^m g_i $$

$$ \frac{\partial L}{\partial \gamma} = \sum_{i=1}^m g_i u_i $$

$$ \frac{\partial L}{\partial u_i} = \gamma g_i $$

$$ \sum_{j=1}^m \frac{\partial L}{\partial x_j} = 0 $$
"""
RELU = r"""
For any array `A` we write $dA$ for $\partial L / \partial A$. The inputs are $X \in \mathbb{R}^{N \times D}$, the
weights $W \in \mathbb{R}^{D \times M}$, $V \in \mathbb{R}^{M \times C}$, the targets $T \in \mathbb{R}^{N \times C}$.

$$ Z = X W, \qquad H = \max(0, Z), \qquad S = H V $$

$$ L = \frac{1}{2N} \sum_{n=1}^N \sum_{c=1}^C (S_{nc} - T_{nc})^2 $$

$$ dS = \frac1N (S - T) $$

$$ dV = H^T dS $$

$$ dH = dS \, V^T $$
"""
ERROR = r"""
With $\mathbf w \in \mathbb R^d$, $\mathbf X \in \mathbb R^{N \times d}$ and $\mathbf y \in \mathbb R^N$:

$$ E(\mathbf w) = \frac{1}{2N} \| \mathbf X \mathbf w - \mathbf y \|^2 $$

$$ E_\lambda(\mathbf w) = E(\mathbf w) + \frac\lambda 2 \| \mathbf w \|^2 $$

$$ \nabla E_\lambda(\mathbf w) = \frac1N \mathbf X^\top (\mathbf X \mathbf w - \mathbf y) + \lambda \mathbf w $$
"""
RIGHT = (TRUE, SAMPLED, DEFINITION, STEP)


@pytest.mark.parametrize("text", [LOGISTIC, NORMALIZED, RELU, ERROR])
def test_a_text_is_judged_as_it_stands(judged, text):
    page = judged(text)
    assert all(each.status in RIGHT for each in page.formulas), [
        (each.latex, each.status, [problem.reason for problem in each.problems]) for each in page.formulas
    ]


@pytest.mark.parametrize(
    ("text", "right", "wrong"),
    [
        (LOGISTIC, r"(h_\theta(x^{(i)}) - y^{(i)}) x_j", r"(y^{(i)} - h_\theta(x^{(i)})) x_j"),
        (LOGISTIC, r"= \frac1m \sum_{i=1}^m h_\theta", r"= \frac1m h_\theta"),
        (LOGISTIC, r"(1 - h_\theta(x^{(i)})) x_j", r"(1 + h_\theta(x^{(i)})) x_j"),
        (NORMALIZED, r"= \sum_{i=1}^m g_i u_i", r"= \sum_{i=1}^m g_i"),
        (NORMALIZED, r"= \sum_{i=1}^m g_i u_i", r"= g_i u_i"),
        (NORMALIZED, r"= \gamma g_i", r"= g_i"),
        (RELU, r"dH = dS \, V^T", r"dH = V^T dS"),
        (RELU, r"dS = \frac1N (S - T)", r"dS = S - T"),
        (ERROR, r"+ \lambda \mathbf w $$", r"+ 2 \lambda \mathbf w $$"),
    ],
)
def test_a_slip_in_such_a_text_is_found(judged, text, right, wrong):
    assert text.count(right) == 1
    page = judged(text.replace(right, wrong))
    (slip,) = (each for each in page.formulas if each.status not in RIGHT)
    told = " ".join(problem.reason for problem in slip.problems)
    assert wrong.split("=")[-1].strip(" $")[:12] in slip.latex
    assert "the values differ" in told or "free here" in told or "cannot be multiplied" in told, told
    assert slip.status in (OPEN, NONE)


ENDS = [
    "Image $I$.\n\n$$ \\hat{I} = \\frac{I - \\mu}{\\sigma} $$\n\n$$ v I = v $$",
    "Image $I$.\n\n$$ \\hat{I} = a I $$\n\n$$ \\hat{I} x = a x $$",
    "The current is $I$.\n\n$$ V = R I $$\n\n$$ V = R $$",
    "Inputs $I$.\n\n$$ Z = W I $$\n\n$$ Z = W $$",
    "$$ y = w^T I $$\n\n$$ y = w^T $$",
    "$$ Z = I K + b $$\n\n$$ Z = K + b $$",
    "$$ h = W_1 I $$\n\n$$ y = W_2 h $$\n\n$$ y = W_2 W_1 $$",
    "$A \\in \\mathbb{R}^{D\\times D}$\n\n$$ A_{i,:} = A_{:,i} $$",
    "$A \\in \\mathbb{R}^{D\\times D}$\n\n$$ A_{i,:} - A_{:,i} = 0 $$",
    "$$ p(u) = u^2 b $$\n\n$$ q = p(2) $$\n\n$$ \\frac{\\partial p}{\\partial b} = 3 b^2 $$",
    "$$ s(z) = z^2 $$\n\n$$ z = w x + b $$\n\n$$ s(0) = 0 $$\n\n$$ \\frac{\\partial s}{\\partial w} = 2 w $$",
    "Wrong: $q := w x$. Right: $q := w^2$.\n\n$$ L = q^2 $$\n\n$$ \\frac{\\partial L}{\\partial w} = 2 q x $$",
    "A previous version had $q := w x$.\n\n$$ L = q^2 $$\n\n$$ \\frac{\\partial L}{\\partial w} = 2 q x $$",
    "The loss $J$ also has a penalty on $W$.\n\n$$ Y = X W $$\n\n"
    "$$ \\frac{\\partial J}{\\partial W} = X^T \\frac{\\partial J}{\\partial Y} $$",
    "Here $J(Y, W)$ depends on both.\n\n$$ Y = X W $$\n\n"
    "$$ \\frac{\\partial J}{\\partial W} = X^T \\frac{\\partial J}{\\partial Y} $$",
]


@pytest.mark.parametrize("text", ENDS)
def test_a_false_end_of_a_text_that_declares_nothing_is_not_verified(judged, text):
    assert judged(text).formulas[-1].status not in FALSELY


@pytest.mark.parametrize(
    "words",
    [
        "compare $dA$ with $B$ and",
        "never write $dA$ for",
        "do not write $dA$ for",
        "read that some write $dA$ for",
        "ask: is $dA$ the same as",
    ],
)
def test_words_that_do_not_say_so_make_no_gradient_of_a_letter(judged, words):
    page = judged(RELU.replace("write $dA$ for", words))
    assert [each.status for each in page.formulas][2:] != [TRUE, TRUE, TRUE]


@pytest.mark.parametrize("behind", [" times $2$", " transposed", " up to a factor"])
def test_words_behind_it_change_what_a_letter_is(judged, behind):
    page = judged(RELU.replace(r"\partial L / \partial A$.", rf"\partial L / \partial A${behind}."))
    assert [each.status for each in page.formulas][2:] != [TRUE, TRUE, TRUE]


def test_the_sections_of_a_notebook_have_blocks_of_their_own(tmp_path):
    cells = [
        r"# The mean" + "\n\n" + r"$$ \bar{q} = \frac{1}{n} \sum_{i=1}^n q_i $$" + "\n\n"
        r"$$ \frac{\partial \bar{q}}{\partial q_i} = \frac{1}{n} $$",
        r"# A circle" + "\n\n" + r"$$ \bar{q} = \pi q^2 $$" + "\n\n"
        r"$$ \frac{\partial \bar{q}}{\partial q} = 2 \pi q $$",
    ]  # fmt: skip
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(*cells), encoding="utf-8")
    (one, first), (other, second) = propose(path, load(NOTATION), {})
    assert (one.place, other.place) == (
        "in a Markdown cell before cell 1, “The mean”", "in a Markdown cell before cell 2, “A circle”"
    )  # fmt: skip
    path.write_text(notebook(first.paste(".ipynb"), cells[0], second.paste(".ipynb"), cells[1]), encoding="utf-8")
    (page,) = check([path], load(NOTATION), root=tmp_path, processes=1, free=True).pages
    assert [each.status for each in page.formulas] == [DEFINITION, TRUE, DEFINITION, TRUE]


@pytest.mark.parametrize("signs", ["$", "$$", ""])
def test_the_commands_of_a_notebook_are_read(tmp_path, signs):
    path = tmp_path / "a.ipynb"
    macro = rf"{signs}\newcommand{{\slope}}[2]{{\frac{{\partial #1}}{{\partial #2}}}}{signs}"
    displays = (r"$$ r = 3 q^2 $$", r"$$ \slope{r}{q} = 6 q $$", r"$$ \slope{r}{q} = 3 q $$")
    path.write_text(notebook(macro, "\n\n".join(displays)), encoding="utf-8")
    page = check([path], load(NOTATION), root=tmp_path, processes=1, free=True, proposing=True).pages[0]
    assert [each.status for each in page.formulas][-3:] == [DEFINITION, Status.ALL_SHAPES, OPEN]


def test_a_command_whose_definition_is_not_read_is_a_fault(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text(notebook(r"$\let\slope\frac$", r"$$ r = 3 q^2 $$"), encoding="utf-8")
    page = check([path], load(NOTATION), root=tmp_path, processes=1, free=True).pages[0]
    assert any("what a command means" in each.reason for each in page.problems)


def notebook(*cells: str) -> str:
    import json

    made = [{"cell_type": "markdown", "metadata": {}, "source": each} for each in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


# Declarations ---------------------------------------------------------------------------------------------------------


def test_an_index_of_an_entry_need_not_be_declared(tmp_path):
    array = "{letter: A, entry: 'A_{pq}', shape: [D, M], meaning: numbers}"
    block = f"```{{notation}}\nshadows: [A]\narrays:\n  - {array}\n```\n\n"
    claims = (r"\sum_p A_{pq} = (\mathbf{1}^\top A)_q", r"\sum_p A_{pq} = A_{pq}")
    assert [each.status for each in formulas(tmp_path, *claims, block=block)][1] is not TRUE


def test_zeros_of_a_counterexample_are_said_once(tmp_path):
    found = formulas(tmp_path, r"\sum_n \sum_k Z_{nk} = 1")[-1]
    (problem,) = found.problems
    assert found.status is FALSE and problem.reason.count(" = 0") <= 4


def test_nothing_is_listed_under_a_notation_that_is_at_fault(tmp_path, capsys):
    from nncore.verify.__main__ import main

    path = tmp_path / "a.md"
    path.write_text("```{notation}\nscalars:\n  - {letter: u}\n```\n\n$$ u = u $$\n", encoding="utf-8")
    code = main([str(path)])
    said = capsys.readouterr().out
    assert code != ExitCode.RIGHT and f"{path.name}:6" not in said and "before the notation is mended" in said
