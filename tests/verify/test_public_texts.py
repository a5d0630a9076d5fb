r"""What public notes and questions write, in texts that declare nothing: classes of samples, rows by words, parts.

Each text is judged as it stands, and again with slips, which a careless version of its rule would accept.
"""

import pytest
from common import told

from nncore.verify.judgement import Status
from nncore.verify.semantics.statements import Kind

RIGHT = (Status.ALL_SHAPES, Status.SAMPLED, Status.HOLDS_IF, Status.RESTATES, Kind.DEFINITION)
MARGINS = r"""
The rows $v_c$ of $V$ are templates, $m_c = v_c \cdot u_i$ is the score of class $c$, and the margin is 1:

$$ E_i = \sum_{c \neq y_i} \max(0, m_c - m_{y_i} + 1) $$

For the other classes, away from the kink:

$$ \nabla_{v_c} E_i = \mathbf{1}[m_c - m_{y_i} + 1 > 0] \, u_i $$

and for the right one

$$ \nabla_{v_{y_i}} E_i = -\Big(\sum_{c \neq y_i} \mathbf{1}[m_c - m_{y_i} + 1 > 0]\Big) u_i $$
"""
ONE_EXAMPLE = r"""
The scores of one example are $s$:

$$ q_k = \frac{e^{s_k}}{\sum_j e^{s_j}}, \qquad \ell_i = -\log q_{c_i} $$

$$ \frac{\partial \ell_i}{\partial s_k} = q_k - \mathbb{1}(c_i = k) $$
"""
ACTIVATION = r"""
With $\mathbf{u} \in \mathbb{R}^m$ and $\mathbf{A} \in \mathbb{R}^{h \times m}$ let

$$ \mathbf{z} = \mathbf{A} \mathbf{u}, \qquad \mathbf{h} = \phi(\mathbf{z}) $$

where $\phi$ is the activation function. The weights above it are $\mathbf{B} \in \mathbb{R}^{q \times h}$:

$$ \mathbf{o} = \mathbf{B} \mathbf{h}, \qquad R = l(\mathbf{o}, y) $$

$$ J = R + \frac{\lambda}{2} \|\mathbf{A}\|_F^2 $$

Here $\lambda$ is how much the penalty counts beside the loss, whose matrix is $\mathbf{A}$.

$$ \frac{\partial J}{\partial \mathbf{h}} = \mathbf{B}^\top \frac{\partial J}{\partial \mathbf{o}} $$

$$ \frac{\partial J}{\partial \mathbf{z}} = \frac{\partial J}{\partial \mathbf{h}} \odot \phi'(\mathbf{z}) $$

$$ \frac{\partial J}{\partial \mathbf{A}}
   = \frac{\partial J}{\partial \mathbf{z}} \mathbf{u}^\top + \lambda \mathbf{A} $$
"""
SAMPLES = r"""
The outputs are $\mathbf{o}$, and

$$ \hat{\mathbf{y}} = \operatorname{softmax}(\mathbf{o})
   \quad \text{where} \quad \hat{y}_i = \frac{\exp(o_i)}{\sum_j \exp(o_j)}. $$

All losses together are $\sum_i l(\mathbf{y}^{(i)}, \hat{\mathbf{y}}^{(i)})$, where the loss of one label is

$$ l(\mathbf{y}, \hat{\mathbf{y}}) = -\sum_{j=1}^q y_j \log \hat{y}_j. $$

Since $\mathbf{y}$ is one-hot,

$$ l(\mathbf{y}, \hat{\mathbf{y}}) = \log \sum_{k=1}^q \exp(o_k) - \sum_{j=1}^q y_j o_j, $$

$$ \partial_{o_j} l(\mathbf{y}, \hat{\mathbf{y}}) = \operatorname{softmax}(\mathbf{o})_j - y_j. $$
"""
RATINGS = r"""
Of the ratings $r_{ui}$ those in $\Omega$ are known:

$$ e_{ui} = r_{ui} - b_u - p_u^\top q_i $$

$$ F = \sum_{(u,i) \in \Omega} e_{ui}^2 + \lambda \Big(\sum_u \|p_u\|^2 + \sum_i \|q_i\|^2\Big) $$

$$ \frac{\partial F}{\partial p_u} = -2 \sum_{i: (u,i) \in \Omega} e_{ui} q_i + 2 \lambda p_u $$

$$ \frac{\partial F}{\partial q_i} = -2 \sum_{u: (u,i) \in \Omega} e_{ui} p_u + 2 \lambda q_i $$

$$ \frac{\partial F}{\partial b_u} = -2 \sum_{i: (u,i) \in \Omega} e_{ui} $$
"""
LATENT = r"""
The sample is $z_j = \mu_j + e^{s_j/2} \, \epsilon_j$, where the noise $\epsilon_j$ is drawn once.
With a loss $R(z)$ and $g_j = \partial R / \partial z_j$ we get

$$ \frac{\partial R}{\partial \mu_j} = g_j $$

$$ \frac{\partial R}{\partial s_j} = \frac{1}{2} g_j \, \epsilon_j \, e^{s_j/2} $$
"""
PUT_IN_PLACE = r"""
For a line of weights $w \in \mathbb{R}^d$:

$$ Q = \frac12 (\hat{t} - t)^2 = \frac12 (w^\top x - t)^2 $$

$$ \frac{\partial Q}{\partial w} = (\hat{t} - t) x $$
"""
IN_PARTS = r"""
# Shares

$$ p_j = \frac{z_j}{\sum_k z_k} $$

$$ \frac{\partial p_j}{\partial z_j} = \frac{1}{\sum_k z_k} - \frac{z_j}{(\sum_k z_k)^2} $$

# A neuron

$$ p = \sigma(w^\top x), \qquad E = \frac12 (p - y)^2 $$

$$ \frac{\partial E}{\partial w} = (p - y) \, p (1 - p) \, x $$

# Softmax

Now $p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$ and $C = -\sum_i y_i \log p_i$.

$$ \frac{\partial C}{\partial p_i} = -\frac{y_i}{p_i} $$

$$ \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j) $$
"""
SECOND = r"""
The scores $s$ come from the inputs, and for one class $c_i$ of each sample

$$ E_i = \sum_{k \neq c_i} (s_k - s_{c_i})^2 $$

which for a linear score is

$$ E_i = \sum_{k \neq c_i} (w_k^\top x_i - w_{c_i}^\top x_i)^2 $$

$$ \nabla_{w_k} E_i = 2 (w_k^\top x_i - w_{c_i}^\top x_i) x_i $$

$$ \nabla_{w_{c_i}} E_i = -2 \sum_{k \neq c_i} (w_k^\top x_i - w_{c_i}^\top x_i) x_i $$
"""
TEXTS = {
    "margins": MARGINS,
    "one example": ONE_EXAMPLE,
    "activation": ACTIVATION,
    "activation by another letter": ACTIVATION.replace(r"\phi", r"\varphi"),
    "samples": SAMPLES,
    "ratings": RATINGS,
    "latent": LATENT,
    "put in place": PUT_IN_PLACE,
    "in parts": IN_PARTS,
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_public_text_is_judged_as_it_stands(judged, text):
    page = judged(text)
    assert all(each.status in RIGHT for each in page.formulas), told(page)


@pytest.mark.parametrize(
    ("name", "slips"),
    [
        ("margins", {r"{1}[m_c - m_{y_i} + 1 > 0] \, u_i": r"{1}[m_{y_i} - m_c + 1 > 0] \, u_i"}),
        ("margins", {r"+ 1 > 0] \, u_i": r"+ 1 > 0] \, m_c \, u_i", r"E_i = -\Big": r"E_i = \Big"}),
        ("margins", {r"+ 1 > 0]\Big) u_i": r"> 0]\Big) u_i"}),
        ("one example", {r"q_k - \mathbb": r"q_k + \mathbb"}),
        (
            "activation",
            {
                r"= \mathbf{B}^\top": r"= \mathbf{B}",
                r"\phi'(\mathbf{z}) $$": r"\phi(\mathbf{z}) $$",
                r"\mathbf{u}^\top + \lambda": r"\mathbf{u}^\top + 2 \lambda",
            },
        ),
        ("activation", {r"\phi'(\mathbf{z}) $$": r"\phi'(\mathbf{h}) $$", r"^\top + \lambda \mathbf{A}": r"^\top"}),
        ("samples", {r"= \log \sum": r"= -\log \sum", r"(\mathbf{o})_j - y_j": r"(\mathbf{o})_j + y_j"}),
        ("samples", {r"y_j o_j, $$": r"\hat{y}_j o_j, $$", r"(\mathbf{o})_j - y_j": r"(\mathbf{o})_j"}),
        ("ratings", {r"e_{ui} q_i + 2": r"e_{ui} p_u + 2", r"2 \lambda q_i": r"\lambda q_i"}),
        (
            "ratings",
            {
                r"-2 \sum_{i: (u,i) \in \Omega} e_{ui} q_i": r"-2 \sum_i e_{ui} q_i",
                r"-2 \sum_{u: (u,i) \in \Omega} e_{ui} p_u": r"-2 \sum_{u: (i,u) \in \Omega} e_{ui} p_u",
            },
        ),
        ("latent", {r"= \frac{1}{2} g_j \, \epsilon_j": r"= g_j \, \epsilon_j", r"= g_j $$": r"= -g_j $$"}),
        ("put in place", {r"= (\hat{t} - t) x": r"= (t - \hat{t}) x"}),
        ("in parts", {r"p (1 - p) \, x": r"p \, x", r"= p_i (\delta_{ij} - p_j)": r"= p_j (\delta_{ij} - p_j)"}),
        ("in parts", {r"= -\frac{y_i}{p_i}": r"= -\frac{y_i}{z_i}", r"- \frac{z_j}{(\sum": r"- \frac{1}{(\sum"}),
    ],
)
def test_slips_in_a_public_text_are_found(judged, name, slips):
    text = TEXTS[name]
    for right, wrong in slips.items():
        assert text.count(right) == 1, right
        text = text.replace(right, wrong)
    page = judged(text)
    found = [each for each in page.formulas if each.status not in RIGHT]
    assert len(found) == len(slips), told(page)
    reasons = [" ".join(problem.reason for problem in each.problems) for each in found]
    assert all(each.status in (Status.UNDECIDED, Status.REFUTED, Status.WITHOUT_MEANING) for each in found), told(page)
    assert all(
        any(words in each for words in ("the values differ", "multiplied", " × ", "runs to")) for each in reasons
    ), reasons


def test_a_second_equation_may_define_where_the_first_tells_too_little(judged):
    first, second, *claims = judged(SECOND).formulas
    assert first.status is Status.UNDECIDED and second.status is Kind.DEFINITION
    assert all(each.status in RIGHT for each in claims), [(each.status, each.problems) for each in claims]
    slip = judged(SECOND.replace(r"E_i = 2 (w", r"E_i = (w")).formulas
    assert slip[2].status is Status.UNDECIDED and slip[3].status in RIGHT


def test_an_index_that_nothing_names_is_printed_apart_from_the_letters_of_the_file(judged):
    (*_, formula) = judged(SECOND).formulas
    assert "w[j, j]" not in formula.reading and "w[k, k]" not in formula.reading


CLASSES = r"""
@

$$ P_{nk} = \frac{e^{Z_{nk}}}{\sum_{j=1}^K e^{Z_{nj}}} $$

$$ L = -\sum_{n=1}^N \sum_{k=1}^K Y_{nk} \ln P_{nk} $$

$$ \frac{\partial L}{\partial Z} = P - Y $$
"""


@pytest.mark.parametrize(
    ("words", "one_hot"),
    [
        ("Here $Y_{nk} = 1$ if sample $n$ is of class $k$, and $0$ otherwise.", True),
        ("The class of sample $n$ is $c_n$, so $Y_{n c_n} = 1$, and all other entries are zero.", True),
        ("Here $Y_{nk} = 1$ if sample $n$ is of class $k$, and $2$ otherwise.", False),
        ("Here $Y_{nk} = 1$ if sample $n$ is not of class $k$, and $0$ otherwise.", False),
        ("Here $Y_{nk} = 1$ if sample $n$ has the label $k$, else $0$. A sample may have several labels.", False),
        ("Here $Y_{nk} = 1$ if $Z_{nk} > 0$, and $0$ otherwise.", False),
        ("Here $T_{nk} = 1$ if sample $n$ is of class $k$, and $0$ otherwise.", False),
    ],
)
def test_words_that_mark_a_class_make_rows_one_hot(judged, words, one_hot):
    (*_, claim) = judged(CLASSES.replace("@", words)).formulas
    assert claim.status is (Status.ALL_SHAPES if one_hot else Status.HOLDS_IF)


JACOBIAN = r"""
$$ v = \phi(z) $$

$$ \frac{\partial v_i}{\partial z_j} = \delta_{ij} \phi'(z_i) $$
"""
SECTIONS = r"""
# A

$$ p = \kappa q $$

$$ \frac{\partial p}{\partial q} = \kappa $$

# B

@

$$ \frac{\partial p}{\partial q} = \kappa $$
"""
SQUARE = r"""
@

$$ Q = \frac12 (\hat{t} - t)^2 = \frac12 (w x - t)^2 $$

$$ \frac{\partial Q}{\partial w} = (\hat{t} - t) x $$
"""
PRODUCTS = r"""
@

$$ s_{ij} = q_i \cdot k_j $$

$$ S = Q K^\top $$
"""
FALSE_ENDS = {
    "softmax by its name": r"Let $\phi$ be softmax." + JACOBIAN,
    "softmax by its entries": r"$$ \phi_i(z) = \frac{e^{z_i}}{\sum_j e^{z_j}} $$" + JACOBIAN,
    "no activation of each entry": r"We do not assume that the activation function $\phi$ acts entrywise." + JACOBIAN,
    "an activation of all entries": r"The activation function $\phi$ is a row-wise softmax." + JACOBIAN,
    "sigma as softmax": (r"The softmax $\phi$ gives chances." + JACOBIAN).replace(r"\phi'(z_i)", "v_i (1 - v_i)")
    .replace(r"\phi", r"\sigma"),
    "sigma as tanh": r"Here $\sigma$ denotes tanh."
    "\n\n$$ v = \\sigma(\\theta) $$\n\n$$ \\frac{\\partial v}{\\partial \\theta} = v (1 - v) $$",
    "another meaning in a section": SECTIONS.replace("@", r"Let $p = \kappa q^2$."),
    "another meaning now": SECTIONS.replace("# B\n\n@", r"From now on let $p = \kappa q^2$.").replace("# A\n", ""),
    "a prediction with a bias": SQUARE.replace("@", r"With $\hat{t} - b = w x$ we find"),
    "a prediction by words": SQUARE.replace("@", r"Here $\hat{t}$ is a sigmoid of the weights."),
    "a mistake": SQUARE.replace("@", r"A common mistake is"),
    "columns": PRODUCTS.replace("@", r"The columns $k_j$ of $K$ are the keys, the rows $q_i$ of $Q$ the queries."),
    "an index of an entry": "$$ m_j = \\sum_k U_{ij} x_k $$\n\n"
    "$$ \\frac{\\partial m_j}{\\partial x_k} = U_{jk} $$",
    "a set that is a matrix": "$$ S = A B $$\n\n$$ \\sum_{(i,j) \\in S} r_{ij} = \\sum_{i,j} S_{ij} r_{ij} $$",
    "the other order of a pair": "$$ F = \\sum_{(u,i) \\in \\Omega} e_{ui} $$\n\n"
    "$$ F = \\sum_{(i,u) \\in \\Omega} e_{ui} $$",
    "any vector": "There are $k$ classes, and $a$ is any vector.\n\n$$ F = \\frac12 a^\\top a $$\n\n"
    "$$ \\sum_{i=1}^k a_i = \\mathbf{1}^\\top a $$",
    "a question": "Is $\\mathbf{a}$ one-hot?\n\n$$ \\sum_i a_i = 1 $$",
    "other numbers": "The numbers $a_i$ are step sizes, and the vector $\\mathbf{a}$ is one-hot.\n\n"
    "$$ \\sum_i a_i = 1 $$",
    "unlabeled samples": "Let $y_i \\in \\{0, 1, \\dots, K\\}$.\n\n$$ \\sum_{k=1}^K \\mathbb{1}(y_i = k) = 1 $$",
    "another sample": "The sample is $z = \\mu \\epsilon$. Better is $z = \\mu + \\epsilon$, which we use.\n\n"
    "$$ \\frac{\\partial z}{\\partial \\mu} = \\epsilon $$",
    "a function of the variable": "Let $y$ be a function of $x$.\n\n$$ z = x y $$\n\n$$ \\frac{d z}{d x} = y $$",
    "two costs": "Here dY means $\\partial L / \\partial Y$, and dX means $\\partial J / \\partial X$, $J = L^2$.\n\n"
    "$$ Y = X W $$\n\n$$ L = \\frac12 \\|Y\\|_F^2 $$\n\n$$ dX = dY W^\\top $$",
}  # fmt: skip


@pytest.mark.parametrize("text", FALSE_ENDS.values(), ids=FALSE_ENDS)
def test_a_false_end_of_a_public_text_is_not_verified(judged, text):
    (*_, last) = judged(text).formulas
    assert last.status not in (Status.ALL_SHAPES, Status.SAMPLED, Status.RESTATES), last.reading


def test_a_function_of_arrays_by_way_of_other_letters_has_no_other_value(judged):
    text = r"""
$$ z = X w $$

$$ L(w) = z^\top z + w^\top w $$

$$ L(0) = z^\top z $$

$$ \frac{\partial L}{\partial w} = 2 X^\top z + 2 w $$
"""
    *_, value, slope = judged(text).formulas
    assert value.status is Status.UNREADABLE and slope.status is Status.ALL_SHAPES


def test_a_gradient_at_a_point_is_no_product_with_it(judged):
    (claim,) = judged(r"Let $w \in \mathbb{R}^d$." + "\n\n$$ \\nabla H(w) = 2 w $$").formulas
    assert claim.status in (Status.UNDECIDED, Status.WITHOUT_MEANING) and claim.reading.startswith("D(H")


def test_ones_of_another_length_are_no_entries_of_the_declared_ones(judged):
    text = r"""
Let $X \in \mathbb{R}^{n \times d}$, $b \in \mathbb{R}^K$ and $W \in \mathbb{R}^{d \times K}$.

$$ S = X W + \mathbf{1} b^\top $$

$$ r = S \mathbf{1}_K $$

$$ \frac{\partial S_{ik}}{\partial b_k} = 1 $$
"""
    page = judged(text)
    assert all(each.status in RIGHT for each in page.formulas), told(page)
    (block,) = page.proposed
    pasted = judged(block + "\n" + text)
    assert not pasted.problems and all(each.status in RIGHT for each in pasted.formulas), told(pasted)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("The bias $b$ is a row with $c$ entries.", "letter: b, shape: [1, c]"),
        ("The bias $b$ is a column vector of length $c$.", "letter: b, shape: [c, 1]"),
        ("Here $Y$ is the $n \\times c$ one-hot matrix of the labels.", "shape: [n, c], rows: one-hot"),
    ],
)
def test_words_state_rows_columns_and_one_hot_matrices(judged, words, line):
    text = f"Let $X \\in \\mathbb{{R}}^{{n \\times c}}$. {words}\n\n"
    text += "$$ Z = X + \\mathbf{1} b $$\n\n$$ E_{ik} = X_{ik} Y_{ik} $$\n"
    text = text.replace(r"\mathbf{1} b", r"\mathbf{1} b^\top") if "column" in words else text
    (block,) = judged(text).proposed
    assert line in block, block
