r"""Texts as courses set and students hand them in, which declare nothing; each is judged as it stands, and with slips.

Gradients named by a differential, sizes with a letter below, numbers carried along, and functions that words define.
"""

import pytest
from common import right_but_for_slips, told

from nncore.verify.judgement import Status
from nncore.verify.semantics.statements import Kind

RIGHT = (Status.ALL_SHAPES, Status.AT_SHAPES, Status.SAMPLED, Status.RESTATES, Kind.DEFINITION)
DIFFERENTIALS = r"""
\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}
$X$ is $N \times D$, $W$ is $D \times K$, $b$ is a row vector, and labels are one-hot in the rows of $Y$. We write $dM$
for $\pd{L}{M}$, which has the shape of $M$.

$$ Z = X W + b, \qquad P = \operatorname{softmax}(Z) $$

$$ L = -\frac1N \sum_{n=1}^N \sum_{c=1}^K Y_{nc} \log P_{nc} $$

$$ dZ = \frac1N (P - Y), \qquad db = \mathbf{1}^\top dZ $$

$$ dW = X^\top dZ, \qquad (dW)_{dc} = \sum_{n=1}^N X_{nd} (dZ)_{nc} $$
"""
KEYS = r"""
$X$ has $T$ rows and $d$ columns, $W_Q, W_K$ are $d \times d_k$ and `V` is T × h. I write $\mathrm{d}M$ for
$\partial L/\partial M$ (same shape as $M$).

$$ Q = X W_Q, \qquad K = X W_K, \qquad S = \frac{Q K^\top}{\sqrt{d_k}}, \qquad O = S V $$

$$ \mathrm{d}S = \mathrm{d}O \, V^\top $$

Here $S = Q K^\top / \sqrt{d_k}$ is a product again.

$$ \mathrm{d}Q_{ic} = \frac{1}{\sqrt{d_k}} \sum_{j=1}^T \mathrm{d}S_{ij} K_{jc} $$

$$ \mathrm{d}W_K = X^\top \mathrm{d}K $$
"""
NUMBERS = r"""
# A neuron

The input is $x = 1.5$, the weight $w = 0.4$, and the target $t = 1$.

$$ u = w x = 0.6, \qquad h = \tanh(u) \approx 0.537 $$

$$ \ell = \frac12 (h - t)^2 \approx \frac12 \cdot (-0.463)^2 \approx 0.107 $$

It is quite far from the target, so that learning is worth it.
Two factors are needed.

The slope of the activation function comes first, then the rest.

$$ \frac{\partial h}{\partial u} = 1 - h^2 \approx 0.712 $$

$$ \frac{\partial \ell}{\partial w} = (h - t) (1 - h^2) x \approx -0.463 \cdot 0.712 \cdot 1.5 \approx -0.494 $$
"""
FUNCTIONS = r"""
**Swish** is $s(u) = u \, \sigma(u)$, with the logistic function σ.

$$ s'(u) = \sigma(u) + u \, \sigma(u) (1 - \sigma(u)) $$

Let $A \in \mathbb{R}^{n \times h}$, $v \in \mathbb{R}^h$ and $y \in \mathbb{R}^n$.

$$ f = A v, \qquad L = \frac1n \|f - y\|^2 $$

From now on $r = f - y$.

$$ \frac{\partial L}{\partial f} = \frac2n r $$

Call this vector $g$.

$$ \frac{\partial L}{\partial v} = A^\top g $$
"""
COSTS = r"""
Let $X \in \mathbb{R}^{n \times d}$ with the rows $x_i^\top$, $w \in \mathbb{R}^d$ and $y \in \mathbb{R}^n$.

$$ J(w) = \frac{1}{2n} \|X w - y\|^2 + \frac{\lambda}{2} \|w\|^2, \qquad \lambda > 0 $$

$$ \nabla J(w) = \frac1n X^\top (X w - y) + \lambda w $$

With an intercept $b \in \mathbb{R}$ the objective becomes

$$ J(w, b) = \frac{1}{2n} \sum_{i=1}^n (x_i^\top w + b - y_i)^2 + \frac{\lambda}{2} \|w\|^2 $$

$$ \frac{\partial J}{\partial b} = \frac1n \sum_{i=1}^n (x_i^\top w + b - y_i) $$
"""
SOFTMAX = r"""
The logits are $z \in \mathbb{R}^K$.

$$ p_k = \frac{e^{z_k}}{\sum_{j=1}^K e^{z_j}} $$

$$ J = \operatorname{diag}(p) - p p^\top $$

$$ \frac{\partial p}{\partial z} = J $$
"""
TEXTS = {
    "differentials": (
        DIFFERENTIALS,
        {
            r"\frac1N (P - Y)": "(P - Y)",
            r"db = \mathbf{1}^\top dZ": r"db = N dZ",
            "X_{nd} (dZ)_{nc}": "X_{nd} (dZ)_{dc}",
        },
    ),
    "keys": (
        KEYS,
        {
            r"\frac{1}{\sqrt{d_k}} \sum": r"\sum",
            r"\mathrm{d}O \, V^\top": r"V^\top \mathrm{d}O",
            "_K = X^": "_K = 2 X^",
        },
    ),
    "keys, another restating": (KEYS, {r"Q K^\top / \sqrt{d_k}$": r"Q K^\top / d_k$"}),
    "numbers": (NUMBERS, {r"\approx 0.537": r"\approx 0.527", r"\approx -0.494": r"\approx 0.494", "= 0.6,": "= 0.7,"}),
    "numbers, a wrong product": (NUMBERS, {r"1.5 \approx -0.494": r"1.2 \approx -0.494"}),
    "functions": (
        FUNCTIONS,
        {r"+ u \, \sigma(u) (1": r"+ \sigma(u) (1", r"\frac2n r": r"\frac1n r", "A^\\top g": "A g"},
    ),
    "functions, another residual": (FUNCTIONS, {"$r = f - y$": "$r = y - f$"}),
    "costs": (COSTS, {r"+ \lambda w $$": "+ w $$", r"\frac1n \sum_{i=1}^n (x_i^\top w + b - y_i) $$": "y_1 $$"}),
    "softmax": (SOFTMAX, {r"- p p^\top": r"- p^\top p"}),
}


@pytest.mark.parametrize(("text", "slips"), TEXTS.values(), ids=TEXTS)
def test_a_course_text_is_judged_as_it_stands_and_slips_are_found(judged, text, slips):
    right_but_for_slips(judged, text, slips, RIGHT)


SQUARE = r"""
Let $M, W \in \mathbb{R}^{n \times n}$ and $x, v \in \mathbb{R}^n$.

$$ S = M \operatorname{diag}(v), \qquad R = I + W $$

$$ S_{ij} = M_{ij} v_j, \qquad R_{ij} = \delta_{ij} + W_{ij} $$

$$ y = R x $$

$$ \frac{\partial y_i}{\partial x_j} = \delta_{ij} + W_{ij}, \qquad y = x + W x $$
"""
SLIPS_OF_SQUARES = {
    "S_{ij} = M_{ij} v_j": "S_{ij} = M_{ji} v_i",
    r"R_{ij} = \delta_{ij} + W_{ij}": r"R_{ij} = \delta_{ij} + W_{ji}",
    r"= \delta_{ij} + W_{ij}, \qquad y": r"= \delta_{ij} + W_{ji}, \qquad y",
    "y = x + W x": r"y = x + W^\top x",
}


@pytest.mark.parametrize(("right", "wrong"), SLIPS_OF_SQUARES.items())
def test_a_square_matrix_is_not_turned_where_it_is_defined(judged, right, wrong):
    page = judged(SQUARE)
    assert all(each.status in RIGHT for each in page.formulas), told(page)
    assert right in SQUARE
    page = judged(SQUARE.replace(right, wrong))
    assert any(each.status not in RIGHT for each in page.formulas), told(page)


UNIT = """
A unit with input $v$, weight $u$ and bias $c$:

$$ h = {definition} $$

$$ \\frac{{\\partial h}}{{\\partial c}} = {slope} $$

{words}

$$ \\frac{{\\partial h}}{{\\partial c}} = {slope} $$
"""
LOSSES = r"""
Let $X \in \mathbb{R}^{n \times d}$, $w \in \mathbb{R}^d$ and $y \in \mathbb{R}^n$.

$$ L = \tfrac12 \|X w - y\|^2 $$

$$ \nabla_w L = X^\top (X w - y) $$

WORDS

$$ L = \tfrac12 \|X w - y\|^2 + \tfrac{\lambda}{2} \|w\|^2 $$

$$ \nabla_w L = X^\top (X w - y) $$
"""
STEP = """
With $v = 0.5$ and $t = 1$, the weight is $u = 0.4$ and $c = 0.1$.

$$ s = u v + c $$

{words}

$$ s \\approx 0.3 $$
"""
OTHER_MEANINGS = {
    "a part of what is displayed": UNIT.format(
        definition="u v + c", slope="1", words="In the last layer, without a bias, $h = u v$."
    ),
    "from now on": UNIT.format(definition="u v + c", slope="1", words="From now on $h = u v$."),
    "a root that ends elsewhere": UNIT.format(
        definition=r"\sqrt{\frac{c}{u}}", slope=r"\frac{1}{2 u h}", words=r"In what follows $h = \sqrt{c}/u$."
    ),
    "a power that ends elsewhere": UNIT.format(
        definition=r"e^{\frac{c}{u}}", slope=r"\frac{h}{u}", words=r"In the rest $h = e^c / u$."
    ),
    "a loss with a penalty": LOSSES.replace("WORDS", "With weight decay the loss becomes"),
    "a bold heading": LOSSES.replace("WORDS", "**With a penalty.**"),
    "a number in a list": LOSSES.replace("WORDS", "2. Ridge regression:"),
    "a function that changes": (
        "The activation is\n\n$$ f(x) = \\ln(1 + e^x) $$\n\nIn the second layer it is $f(x) = x^2$, for which\n\n"
        "$$ f'(x) = \\frac{1}{1 + e^{-x}} $$\n"
    ),
    "an example of a function": (
        "As a reminder, for $f(x) = x^3$ it is easy.\n\n$$ a = f(z) $$\n\n$$ \\frac{da}{dz} = 3 z^2 $$\n"
    ),
    "a vector with words between": (
        "Let $X \\in \\mathbb{R}^{n \\times d}$, $w \\in \\mathbb{R}^d$.\n\n$$ J = \\frac12 \\|X w\\|^2 $$\n\n"
        "$$ \\nabla_w J = X^\\top X w $$\n\nWe divide it by its length. Call this vector $g$.\n\n"
        "$$ \\|g\\|^2 = \\|X^\\top X w\\|^2 $$\n"
    ),
    "labels beside probabilities": (
        "$P \\in \\mathbb{R}^{n \\times K}$ are the softmax of the logits, for one-hot targets.\n\n"
        "$$ e = \\sum_{i=1}^n \\sum_{k=1}^K P_{ik}^2 $$\n\n$$ e = n $$\n"
    ),
    "another prefix": DIFFERENTIALS.replace("$$ dW", "By $dW$ we now mean the gradient of $J$.\n\n$$ dW"),
    "a step between": STEP.format(words="$$ u \\leftarrow u + 1.4 v $$"),
    "words of a step between": STEP.format(words="We now double the weight.\n\n$$ q = s^2 $$"),
}


@pytest.mark.parametrize("text", OTHER_MEANINGS.values(), ids=OTHER_MEANINGS)
def test_what_rests_on_another_meaning_is_not_proved(judged, text):
    last = judged(text).formulas[-1]
    assert last.status not in RIGHT, last.reading


def test_a_letter_that_is_a_derivative_may_be_equated_with_a_slip(judged):
    text = "$$ L = (u v - t)^2 $$\n\n$$ g = \\frac{\\partial L}{\\partial u} $$\n\nThis becomes\n\n"
    *_, slip, last = judged(
        text + "$$ g = 3 v (u v - t) $$\n\n$$ \\frac{\\partial g}{\\partial u} = 2 v^2 $$\n"
    ).formulas
    assert slip.status not in RIGHT and last.status in RIGHT


FALSE_ENDS = {
    "another differential": DIFFERENTIALS.replace("We write $dM$\nfor", "It is wrong to write $dM$\nfor"),
    "the differential of another cost": DIFFERENTIALS.replace(r"\pd{L}{M}", r"\pd{C}{M}"),
    "values of another section": NUMBERS.replace("Two factors", "# Another neuron\n\nTwo factors"),
    "values that change": NUMBERS.replace("The slope of", "Now with $w = 0.7$, the slope of"),
    "a function that is denied": FUNCTIONS.replace("is $s(u)", "is not $s(u)"),
    "a vector of something else": FUNCTIONS.replace("Call this vector $g$", "Do not call this vector $g$"),
    "a condition on the argument": COSTS.replace(r"\qquad \lambda > 0", r"\qquad w_1 > 0"),
}


@pytest.mark.parametrize("text", FALSE_ENDS.values(), ids=FALSE_ENDS)
def test_other_words_tell_nothing(judged, text):
    page = judged(text)
    assert any(each.status not in RIGHT for each in page.formulas), told(page)


def test_a_carried_rounding_is_no_slip(judged):
    carried = judged(NUMBERS.replace(r"\approx -0.494", r"\approx -0.495")).formulas[-1]
    reasons = " ".join(problem.reason for problem in carried.problems)
    assert carried.status in (Status.UNDECIDED, Status.REFUTED) and "rounded before" in reasons


def test_a_fault_of_the_file_elsewhere_hinders_no_proposal(judged):
    page = judged(f"{SOFTMAX}\n\nA line with $$ in it\n\n")
    assert page.problems and page.proposed


def test_a_size_with_an_index_of_the_block_is_no_letter_of_its_own(judged):
    text = r"""
```{notation}
shadows: [k, K, c]
sizes:
  - {letter: K, meaning: classes}
  - {letter: m_k, meaning: a size for each class}
indices:
  - {letter: k, to: K, meaning: class}
```

$$ \sum_{k=1}^K m_k = m_1 K $$
"""
    assert judged(text).formulas[-1].status not in RIGHT


BOLD_ROWS = r"""
We use $\sigma(t) = 1/(1 + e^{-t})$. $X$ is the $n \times d$ matrix whose $i$-th row is $\bm{x}_i^T$ with
$\bm{x}_i \in \mathbb{R}^d$, $\bm{w} \in \mathbb{R}^d$ are the weights, and $p_i = \sigma(\bm{w}^T \bm{x}_i)$ is the
probability of class 1. Stacked they are $\bm{p} = (p_1, \dots, p_n)^T$ and $\bm{y} = (y_1, \dots, y_n)^T$.

$$ \sigma'(t) = \sigma(t) (1 - \sigma(t)) $$

$$ J(\bm{w}) = -\frac1n \sum_{i=1}^n \Bigl[ y_i \log p_i + (1 - y_i) \log(1 - p_i) \Bigr] $$

$$ \frac{\partial J}{\partial w_j} = \frac1n \sum_{i=1}^n (p_i - y_i) x_{ij} $$

$$ \nabla J(\bm{w}) = \frac1n X^T (\bm{p} - \bm{y}) $$
"""


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("(p_i - y_i) x_{ij}", "(y_i - p_i) x_{ij}"), ("X^T (\\bm{p}", "2 X^T (\\bm{p}"), ("(1 - \\sigma(t)) $$", "$$")],
)
def test_bold_rows_stand_beside_plain_entries(judged, right, wrong):
    page = judged(BOLD_ROWS)
    assert all(each.status in RIGHT for each in page.formulas), told(page)
    assert BOLD_ROWS.count(right) == 1
    page = judged(BOLD_ROWS.replace(right, wrong))
    assert any(each.status not in RIGHT for each in page.formulas), told(page)


def test_a_function_that_words_restate_with_another_argument_is_the_same(judged):
    text = "$$ f(x) = x^2 + x $$\n\nAs $f(u) = u^2 + u$ for all u,\n\n$$ f'(x) = 2 x + 1 $$\n"
    assert judged(text).formulas[-1].status in RIGHT
    assert judged(text.replace("As $f(u) = u^2 + u$", "Now $f(u) = u^2$")).formulas[-1].status not in RIGHT
