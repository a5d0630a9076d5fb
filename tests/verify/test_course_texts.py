r"""Texts as courses set and students hand them in, which declare nothing; each is judged as it stands, and with slips.

Gradients named by a differential, sizes with a letter below, numbers carried along, and functions that words define.
"""

import pytest

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

It is quite far from the target, so that a step is worth it.
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


def told(page):
    return [(each.latex, each.status, [problem.reason for problem in each.problems]) for each in page.formulas]


@pytest.mark.parametrize(("text", "slips"), TEXTS.values(), ids=TEXTS)
def test_a_course_text_is_judged_as_it_stands_and_slips_are_found(judged, text, slips):
    page = judged(text)
    assert all(each.status in RIGHT for each in page.formulas), told(page)
    for right, wrong in slips.items():
        assert text.count(right) == 1, right
        slip = judged(text.replace(right, wrong))
        assert any(each.status not in RIGHT for each in slip.formulas), told(slip)


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
