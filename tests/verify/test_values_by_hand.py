r"""Values that were worked out by hand, for every construct of the grammar and for both judges.

The judges share one reading of the LaTeX, so neither would notice a misreading. Here the value of each formula comes
from its mathematical meaning alone and stands as a literal: sizes differ, inputs are not symmetric, and other readings
of the same print would give another number. Nothing in the tables is computed by the code under test.
"""

from dataclasses import fields
from fractions import Fraction
from itertools import chain
from typing import NamedTuple

import pytest
import sympy as sp
from common import AGREES, DENSE, NOTATION, REFUTED, RELU, SIGMOID, block, say

from nncore.verify.numeric import Budget, judge
from nncore.verify.numeric.balls import arithmetic
from nncore.verify.numeric.evaluator import Program
from nncore.verify.numeric.jets import HigherOrder, Jets
from nncore.verify.numeric.pairs import Pair
from nncore.verify.numeric.sample_points import FRACTIONS, SamplePoint, wishes
from nncore.verify.numeric.values import Values
from nncore.verify.numeric.watching import Watch
from nncore.verify.semantics.layers import instance
from nncore.verify.semantics.statements import Claim, Kind
from nncore.verify.symbolic import normal_form as prove
from nncore.verify.symbolic import prover as symbolic
from nncore.verify.symbolic.hypotheses import given_by, prepared
from nncore.verify.symbolic.terms import Grid, Modulus
from nncore.verify.syntax import parser as latex
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import scan

F = Fraction

# How symbols are tried: with numbers for the sizes from the start, or with letters, for which the numbers are put in.
NUMBERS, AT_SIZES, FOR_ALL_SIZES = ALL = ("numbers", "symbols at sizes", "symbols for all sizes")
SOME = (NUMBERS, AT_SIZES)  # where symbols need the size

SIZES = {"n": 3, "D": 2, "M": 4}
INPUTS = {
    "X": [[1, 2], [3, 5], [-4, 7]],
    "W": [[1, 0, -2, 3], [5, -1, 4, 2]],
    "b": [1, 2, 5, 10],
    "Z": [[1, 2, 3, 4], [5, 6, 8, 7], [-1, 0, 9, -3]],
    "G": [[2, 0, 1, -1], [3, 1, -2, 5], [0, 4, 1, 2]],
    "P": [[1, 2, 4, 5], [2, 1, -2, 10], [3, 8, -1, 4]],
    "L": [3, 5, 13],
    "s": [2, -1, 3],
    "x": 2,
    "z": 3,
    "h": 5,
    "a": -3,
}
CLASSES = {"c": [4, 2, 3]}


class Row(NamedTuple):
    """A formula, the last one of a page, and its value by hand: a number, or all entries of a matrix.

    A decimal is a string, a complex number the pair of its parts. ``at`` are the free indices, with r and R for layers.
    """

    formula: str
    value: object
    at: dict = {}  # noqa: RUF012
    inputs: dict = {}  # noqa: RUF012
    page: tuple = ()
    sizes: dict = SIZES
    ways: tuple = ALL


# Arithmetic: x = 2, z = 3, h = 5, a = -3 ------------------------------------------------------------------------------

ARITHMETIC = [
    # signs
    Row("x - z - h", -6),  # from left to right
    Row("x - (z - h)", 4),
    Row("-x - z", -5),
    Row("-x + z", 1),  # the sign belongs to x alone
    Row("-(x + z)", -5),
    Row("-x z + h", -1),
    Row("-(x - z) h", 5),
    Row("h + (-x) z", -1),
    # powers
    Row("-x^2", -4),
    Row("(-x)^2", 4),
    Row("z - x^2", -1),
    Row("2 x^2", 8),
    Row("(2 x)^2", 16),
    Row("x z^2", 18),
    Row("x^2 z", 12),
    Row("x^h z", 96),  # 32 · 3
    Row("x^{h z}", 32768),  # 2^15
    Row("x^{z^2}", 512),  # 2^9
    Row("(x^z)^2", 64),  # 8^2
    Row("x^{z - h}", F(1, 4)),
    Row("x^{-2}", F(1, 4)),
    Row("x^{-1/2}", F(1, 2), inputs={"x": 4}),
    Row("8^{2/3}", 4),
    Row("x_{2,2}^2", 25),
    # products
    Row("x (z + h)", 16),  # x is no function
    Row("(x + z) (x - h)", -15),
    Row("x + z h", 17),
    Row("(x + z) h", 25),
    Row(r"x \cdot z + h", 11),
    Row(r"2 \cdot 3^2", 18),
    Row(r"x \cdot 2", 4),
    Row("2 x z", 12),
    Row(r"x \, z \; h", 30),
    # fractions
    Row("x z/h", F(6, 5)),
    Row(r"x/h \cdot z", F(6, 5)),  # (x/h) z, not x/(h z) = 2/15
    Row(r"x/2 \cdot z/h", F(3, 5)),
    Row("x + z/h", F(13, 5)),
    Row("2 x/h + z", F(19, 5)),
    Row("x/z - h", F(-13, 3)),
    Row("-x/z", F(-2, 3)),
    Row("x/(z h)", F(2, 15)),
    Row("1/x^2", F(1, 4)),
    Row("x^2/z", F(4, 3)),
    Row("(x + z)/h", 1),
    Row(r"\frac{x}{z} h", F(10, 3)),
    Row(r"\frac{x}{z h}", F(2, 15)),
    Row(r"\frac{x + z}{h} z", 3),
    Row(r"x + \frac{z}{h}", F(13, 5)),
    Row(r"\left( \frac{x}{z} \right)^2", F(4, 9)),
    Row(r"\dfrac{x}{\tfrac{z}{h}}", F(10, 3)),
    Row(r"\frac{\frac{x}{z}}{h}", F(2, 15)),
    Row(r"\frac{1}{2} x z", 3),
    Row(r"-\frac{x - h}{z}", 1),
    Row(r"x \cdot z/h", F(6, 5)),
    Row(r"x/z \cdot z/h \cdot h", 2),
    Row(r"x^{-z} h", F(5, 8)),
    Row("(-x)^z", -8),
    # numbers
    Row("0.001", F(1, 1000)),
    Row("10^{-3}", F(1, 1000)),
    Row(r"2.5 \times 10^{-3}", F(1, 400)),
    Row(r"12.5 \times 10^{2}", 1250),
    Row(r"-3 \times 10^2 + x", -298),
    Row("1.50 x", 3),
    Row("10^2 x", 200),
    Row("0.1 + 0.2", F(3, 10)),  # exactly
]

# Functions ------------------------------------------------------------------------------------------------------------

CUBE = r"f(x) := x^3 + 2 x"  # f' = 3 x² + 2, f'' = 6 x, f''' = 6
AT_0 = "```{prf:convention} At 0\n\n$$ \\operatorname{ReLU}'(0) := 0 $$\n```\n"
HALVES = r"f(z) := \begin{cases} z^2, & z > 1 \\ -z, & z \le 1 \end{cases}"
MIDDLE = r"f(z) := \begin{cases} 7, & -1 < z \le 1 \\ z, & z \le -1, \\ 2 z, & z > 1 \end{cases}"

FUNCTIONS = [
    Row(r"\sqrt{x + 7} h", 15),  # 3 · 5
    Row(r"\sqrt{z^2 + 16}", 5),
    Row(r"\lvert x - h \rvert z", 9),
    Row(r"\lvert a \rvert^2 a", -27),
    Row(r"\lvert x \rvert - \lvert h \rvert", -3),
    Row(r"\lvert x - \lvert a \rvert \rvert", 1),
    Row(r"\lvert a \rvert x \lvert z \rvert", 18),
    # e: e = 2.718281828459045, e² = 7.38905609893065
    Row("e^{x - 2}", 1),
    Row("e^{-x}", "0.36787944117144", inputs={"x": 1}),
    Row("e^{-x^2}", "0.01831563888873", inputs={"x": 2}),  # e^(-4), not e^4
    Row("e^{x^2}", "8103.083927575384", inputs={"x": 3}),  # e^9, not e^6
    Row("(e^x)^2", "7.38905609893065", inputs={"x": 1}),
    Row("e^x z", "8.15484548537714", inputs={"x": 1}),  # 3 e, not e³
    Row("e z", "8.15484548537714"),
    Row("e^{x/z}", "1.64872127070013", inputs={"x": 1, "z": 2}),
    Row(r"\exp(x) z", "8.15484548537714", inputs={"x": 1}),
    Row(r"\exp(2 x)", "7.38905609893065", inputs={"x": 1}),
    Row(r"\exp(x)^2 - 1", "6.38905609893065", inputs={"x": 1}),
    Row(r"1 + e^{-z}", 2, inputs={"z": 0}),
    # ln: ln 2 = 0.693147180559945
    Row(r"\ln 2", "0.69314718055995"),
    Row(r"2 \ln x + z", 3, inputs={"x": 1}),  # (2 ln x) + z
    Row(r"\ln(x) h", "3.46573590279973"),  # 5 ln 2, not ln 10
    Row(r"\ln \frac{x}{z}", "-0.69314718055995", inputs={"z": 4}),
    Row(r"\ln(x z) + h", 5, inputs={"z": F(1, 2)}),
    Row(r"h \ln \lvert a \rvert", 0, inputs={"a": -1}),
    Row(r"\ln \exp(x)", 2),
    Row(r"-\ln z_{1,2}", "-0.69314718055995"),
    Row(r"\ln(x + z - 4)", 0),
    Row(r"\ln'(x)", F(1, 4), inputs={"x": 4}),
    Row(r"\ln''(x)", F(-1, 16), inputs={"x": 4}),
    # tanh 1 = 0.761594155955765, sin 1 = 0.841470984807897, cos 1 = 0.540302305868140
    Row(r"\tanh(x - 2)", 0),
    Row(r"\tanh x", "0.761594155955765", inputs={"x": 1}),
    Row(r"\tanh(x)^2", "0.580025658385974", inputs={"x": 1}),
    Row(r"\tanh'(x)", 1, inputs={"x": 0}),
    Row(r"\sin x", "0.841470984807897", inputs={"x": 1}),
    Row(r"\cos x", "0.540302305868140", inputs={"x": 1}),
    Row(r"\cos \pi", -1),
    Row(r"\sin(\frac{\pi}{2}) h", 5),
    # functions of the page
    Row("f(x)", 12, page=(CUBE,)),
    Row("f'(x)", 14, page=(CUBE,)),
    Row("f''(x)", 12, page=(CUBE,), inputs={"x": 2}),
    Row("f'''(x)", 6, page=(CUBE,)),
    Row("f'(x^2)", 50, page=(CUBE,)),  # f' at 4; the derivative of f(x²) would be 200
    Row(r"\frac{\partial}{\partial x} f(x^2)", 200, page=(CUBE,)),  # 50 · 2 x
    Row("f(f(1))", 33, page=(CUBE,)),  # f(3) = 27 + 6
    Row("f(x)^2", 144, page=(CUBE,)),
    Row("f(x) z + f(z) x", 102, page=(CUBE,)),  # 12 · 3 + 33 · 2
    Row("f(x - z)", -3, page=(CUBE,)),
    Row("f'(x) z", 42, page=(CUBE,)),
    Row("f'(X)", [[5, 14], [29, 77], [50, 149]], page=(CUBE,)),
    Row(r"\frac{\partial}{\partial x} f'(x)", 12, page=(CUBE,)),
    Row(r"\frac{\partial}{\partial x} f(f(x))", 145, page=(CUBE,), inputs={"x": 1}),  # f'(3) f'(1) = 29 · 5
    Row(r"\frac{\partial}{\partial z} f(x z)", 28, page=(CUBE,), inputs={"z": 1}),  # x f'(2)
    Row("f(2)", 210, page=(r"f(x) := b_1 x + b_2 x^2 + b_3 x^3 + b_4 x^4",)),  # 2 + 8 + 40 + 160
    Row("f'(1)", 60, page=(r"f(x) := \sum_{l=1}^{M} b_l x^l",)),  # 1 + 4 + 15 + 40
    Row("f(z)", -3, page=("f(x) := x - 2 z",)),  # the argument is x; z is the letter outside
    Row("f(z, x)", -1, page=("f(x, z) := x - 2 z",)),  # 3 - 4: by place, not by name
    Row(r"\sigma(z - 3)", F(1, 2), page=(SIGMOID,)),
    Row(r"\sigma(z)", "0.731058578630005", page=(SIGMOID,), inputs={"z": 1}),
    Row(r"\sigma(-z)", "0.268941421369995", page=(SIGMOID,), inputs={"z": 1}),
    Row(r"\sigma'(0)", F(1, 4), page=(SIGMOID,)),
    Row(r"\sigma''(0)", 0, page=(SIGMOID,)),
    Row(r"\sigma'''(0)", F(-1, 8), page=(SIGMOID,)),
    Row(r"\operatorname{ReLU}(a) + \operatorname{ReLU}(h)", 5, page=(RELU,)),
    Row(r"\operatorname{ReLU}'(h)", 1, page=(RELU,)),
    Row(r"\operatorname{ReLU}'(a)", 0, page=(RELU,)),
    Row(r"\operatorname{ReLU}'(x)", 0, page=(RELU, AT_0), inputs={"x": 0}),
    Row(r"f(X)", [[-1, 1], [5, 19], [19, 41]], page=("f(x) := x^2 - x - 1",)),  # entry by entry
    Row(r"\exp(X - X) + X", [[2, 3], [4, 6], [-3, 8]]),
    # cases
    Row("f(3)", 9, page=(HALVES,)),
    Row("f(1)", -1, page=(HALVES,)),
    Row("f(-2)", 2, page=(HALVES,)),
    Row("f'(3)", 6, page=(HALVES,)),
    Row("f(1)", 7, page=(MIDDLE,)),
    Row("f(-1)", -1, page=(MIDDLE,)),
    Row("f(2)", 4, page=(MIDDLE,)),
    Row(r"x + \begin{cases} h, & x \ge z \\ z, & x < z \end{cases}", 5),
    Row(r"\begin{cases} b_k, & k = m \\ 0, & k \ne m \end{cases}", 5, at={"k": 3, "m": 3}),
    Row(r"\begin{cases} b_k, & k = m \\ -1, & k \ne m \end{cases}", -1, at={"k": 3, "m": 2}),
    Row(r"\begin{cases} X, & z > 2 \\ 2 X, & z \le 2 \end{cases}", [[2, 4], [6, 10], [-8, 14]], inputs={"z": 2}),
    # the largest and the smallest
    Row(r"\max(x, z, h)", 5),
    Row(r"\min(x, z, h)", 2),
    Row(r"\max(-x, -z)", -2),
    Row(r"\min(x, -z)", -3),
    Row(r"\max(x, z) h - \min(x, z)^2", 11),  # 15 - 4
    Row(r"\max(Z, G)", [[2, 2, 3, 4], [5, 6, 8, 7], [0, 4, 9, 2]]),
    Row(r"\max_k z_{2k}", 8, ways=SOME),
    Row(r"\min_{k} z_{ik}", -3, at={"i": 3}, ways=SOME),
    Row(r"\max_k z_{1k} b_k", 40, ways=SOME),  # of 1, 4, 15, 40
    Row(r"\min_k z_{3k} b_k", -30, ways=SOME),  # of -1, 0, 45, -30
    Row(r"\max_k z_{2k} + x", 10, ways=SOME),
    Row(r"h - \max_k z_{2k}", -3, ways=SOME),
    Row(r"2 \max_k (z_{2k} - b_k)", 8, ways=SOME),  # twice the largest of 4, 4, 3, -3
    Row(r"\min_i \max_k z_{ik}", 4, ways=(NUMBERS,)),  # of 4, 8, 9
    Row(r"\max_k \min_i z_{ik}", 3, ways=(NUMBERS,)),  # of -1, 0, 3, -3
    Row(r"\min_i \max_k p_{ik}", 2, sizes={"n": 2, "D": 3, "M": 2}, ways=SOME),  # of 2, 2
    Row(r"\max_k \min_i p_{ik}", 1, sizes={"n": 2, "D": 3, "M": 2}, ways=SOME),  # of 1, 1
    Row(r"\max_k b_k^2 \cdot 3", 300, ways=SOME),
    Row(r"\max_k z_{3k} a", 9, ways=SOME),  # of 3, 0, -27, 9
    Row(r"x \max_k z_{2k} h", 80, ways=SOME),
]

# Sums and products: b = (1, 2, 5, 10) with sum 18; rows of Z have the sums 10, 26, 5 ----------------------------------

SUMS = [
    Row(r"\sum_{l=1}^{M} b_l", 18),
    Row(r"\sum_{l=1}^{M} b_l + x", 20),  # not 18 + 4 · 2
    Row(r"\sum_{l=1}^{M} b_l - x", 16),
    Row(r"\sum_{l=1}^{M} (b_l + x)", 26),
    Row(r"x + \sum_{l=1}^{M} b_l x", 38),
    Row(r"\sum_{l=1}^{M} b_l x + h", 41),
    Row(r"\sum_{l=1}^{M} b_l z_{1l}", 60),  # 1 + 4 + 15 + 40
    Row(r"\sum_{l=1}^{M} b_l \cdot z_{1l}", 60),
    Row(r"\sum_{l=1}^{M} b_l / z_{1l}", F(37, 6)),  # 1 + 1 + 5/3 + 5/2
    Row(r"\sum_{l=1}^{M} l b_l", 60),
    Row(r"2 \sum_{l=1}^{M} b_l^2", 260),  # 2 (1 + 4 + 25 + 100)
    Row(r"\left( \sum_{l=1}^{M} b_l \right)^2", 324),
    Row(r"-\sum_{l=1}^{M} b_l z_{3l} + h", -9),  # -(-1 + 0 + 45 - 30) + 5
    Row(r"\frac{1}{n} \sum_{i=1}^{n} L_i", 7),
    Row(r"\sum_{i=1}^{n} \frac{L_i}{n + 1}", F(21, 4)),
    Row(r"\sum_{i=1}^{n} \sum_{k=1}^{M} z_{ik} b_k", 201),  # 60 + 127 + 14
    Row(r"\sum_{k=1}^{M} b_k \sum_{i=1}^{n} z_{ik}", 201),
    Row(r"\sum_{i=1}^{n} s_i \sum_{k=1}^{M} z_{ik}", 9),  # 20 - 26 + 15
    Row(r"\sum_{i=1}^{n} \left( \sum_{k=1}^{M} z_{ik} \right)^2", 801),  # 100 + 676 + 25
    Row(r"\sum_{i=1}^{n} \sum_{k=1}^{M} z_{ik} + x", 43),
    Row(r"\sum_{l=1}^{M} b_l \sum_{l=1}^{M} l", 180),  # 18 · 10: two sums over one letter stand side by side
    Row(r"x \sum_{l=1}^{M} b_l \sum_{l=1}^{M} b_l^2", 4680),  # 2 · 18 · 130
    Row(r"\sum_{k=1}^{M} z_{ik} b_k", 127, at={"i": 2}),
    Row(r"\sum_{q=1}^{3} q^2", 14),
    Row(
        r"\sum_{k=1}^{M} \sum_{l=1}^{M} \begin{cases} k b_l, & k < l \\ 0, & k \ge l \end{cases}", 77
    ),  # 1 (2 + 5 + 10) + 2 (5 + 10) + 3 · 10
    Row(r"\sum_{k=1}^{M} b_k X", [[18, 36], [54, 90], [-72, 126]]),
    Row(r"\sum_{i=1}^{n} s_i x_{ij}", 20, at={"j": 2}),  # 4 - 5 + 21
    Row(r"\sum_{l=1}^{M} 1 + n", 7),
    Row(r"\prod_{l=1}^{M} b_l", 100),
    Row(r"\prod_{l=1}^{M} b_l + x", 102),
    Row(r"\prod_{l=1}^{M} b_l x", 1600),  # 100 · 2^4
    Row(r"x \prod_{l=1}^{M} b_l", 200),
    Row(r"\prod_{l=1}^{M} (b_l - 3)", 28),  # (-2) (-1) 2 · 7
    Row(r"\prod_{i=1}^{n} \sum_{k=1}^{M} z_{ik}", 1300),  # 10 · 26 · 5
    Row(r"\sum_{i=1}^{n} \prod_{k=1}^{M} z_{ik}", 1704),  # 24 + 1680 + 0
    Row(r"\frac{\sum_{l=1}^{M} b_l}{\sum_{l=1}^{M} l}", F(9, 5)),
    Row(r"\frac{e^{\ln b_m}}{\sum_{l=1}^{M} e^{\ln b_l}}", F(5, 18), at={"m": 3}),
    Row(r"\sum_{l=1}^{M} \max(b_l, z)", 21),  # 3 + 3 + 5 + 10
    Row(r"\sum_{l=1}^{M} b_l \max_k z_{2k}", 144, ways=SOME),
    Row(r"\sum_{l=1}^{M} \lvert z_{3l} \rvert", 13),
    Row(r"\prod_{l=1}^{M} \lvert z_{3l} - 1 \rvert", 64),  # 2 · 1 · 8 · 4
    Row(r"\sum_{l=1}^{M} \begin{cases} b_l, & z_{2l} > z_{1,4} + 2 \\ 0, & z_{2l} \le z_{1,4} + 2 \end{cases}", 15),
    # deltas and class numbers: c = (4, 2, 3)
    Row(r"\delta_{km}", 1, at={"k": 2, "m": 2}),
    Row(r"\delta_{km}", 0, at={"k": 2, "m": 3}),
    Row(r"3 - \delta_{k3}", 2, at={"k": 3}),
    Row(r"\sum_{k=1}^{M} \delta_{km} b_k", 5, at={"m": 3}),
    Row(r"\sum_{k=1}^{M} (1 - \delta_{km}) b_k", 13, at={"m": 3}),
    Row(r"\sum_{k=1}^{M} \sum_{l=1}^{M} \delta_{kl} b_k b_l", 130),
    Row(r"z_{i c_i}", 6, at={"i": 2}),
    Row(r"\sum_{i=1}^{n} z_{i c_i}", 19),  # 4 + 6 + 9
    Row(r"\sum_{k=1}^{M} \delta_{k c_i} b_k", 10, at={"i": 1}),
    Row(r"y_{i c_i} + 2 y_{i1}", 1, at={"i": 3}, page=(r"y_{im} := \delta_{m c_i}",)),
    # definitions
    Row("q_3 + q_1", 28, page=("q_k := b_k^2 + k - 1",)),  # 27 + 1
    Row("q_{mi}", 2, page=("q_{mi} := z_{im}",), at={"m": 2, "i": 1}),
    Row("q_{1,3}", -1, page=("q_{mi} := z_{im}",)),
    Row(r"\sum_{l=1}^{M} l q_l", 1080, page=(r"q_k := \sum_{l=1}^{M} b_l b_k",)),  # 18 · 60: no letter is captured
    Row("q_l", 2, page=(r"q_k := \sum_{l=1}^{M} \delta_{kl} b_l",), at={"l": 2}),
    Row("L_i", 127, page=(r"L := Z b^\top",), at={"i": 2}),
    Row("b_m", 6, page=(r"b := \mathbf{1}^\top G",), at={"m": 4}),
    Row("a_{im} - z_{im}", 56, page=("a_{im} := z_{im}^2",), at={"i": 2, "m": 3}),  # 64 - 8
    Row("A", [[1, 4, 9, 16], [25, 36, 64, 49], [1, 0, 81, 9]], page=("a_{im} := z_{im}^2",)),
]

# Matrices: X is 3 × 2, W is 2 × 4, Z and G are 3 × 4, b is 1 × 4, L is 3 × 1 ------------------------------------------

X_W = [[11, -2, 6, 7], [28, -5, 14, 19], [31, -7, 36, 2]]
SQUARE = {"n": 3, "D": 2, "M": 2}  # where a transposed matrix has the same shape
Z_W = [[7, 23], [10, 65], [-28, 25]]  # Z W^T

MATRICES = [
    Row("X W", X_W),
    Row(r"Z W^\top", Z_W),
    Row(r"Z W^{\top}", Z_W),
    Row(r"X^\top Z W^\top", [[149, 118], [-132, 546]]),  # X^T of the one above
    Row(r"X^\top", [[1, 3, -4], [2, 5, 7]]),
    Row(r"(X W)^\top", [[11, 28, 31], [-2, -5, -7], [6, 14, 36], [7, 19, 2]]),
    Row(r"W^\top X^\top", [[11, 28, 31], [-2, -5, -7], [6, 14, 36], [7, 19, 2]]),
    Row("(X W)_{im}", 31, at={"i": 3, "m": 1}),
    Row("(X W)_{2,3}", 14),
    Row("(X W)_{i4}^2", 361, at={"i": 2}),
    Row(r"(Z W^\top)_{ij}", -28, at={"i": 3, "j": 1}),
    Row(r"(X^\top)_{ji}", 7, at={"j": 2, "i": 3}),
    Row(r"(X^\top)_{1,3}", -4),
    Row("x_{1,2}", 2),
    Row("x_{2,1}", 3),
    Row("w_{jm}", 4, at={"j": 2, "m": 3}),
    Row("b_3", 5),
    Row("(2 b)_3", 10),
    Row(r"(\mathbf{1}^\top G)_m", 5, at={"m": 2}),
    Row(r"(X^\top L)_j", 122, at={"j": 2}),  # 6 + 25 + 91
    Row(r"(b b^\top)_1 + x", 132),
    Row(r"\mathbf{1}^\top \mathbf{1}", [[3]]),
    Row(r"W W \quad (D = M)", [[7, 10], [15, 22]], sizes=SQUARE, inputs={"W": [[1, 2], [3, 4]]}),
    Row(r"W^\top W - W W^\top \quad (D = M)", [[5, 3], [3, -5]], sizes=SQUARE, inputs={"W": [[1, 2], [3, 4]]}),
    Row(r"W^\top - 2 W \quad D = M", [[-1, -1], [-4, -4]], sizes=SQUARE, inputs={"W": [[1, 2], [3, 4]]}),
    Row(r"X \frac{1}{2} W", [[F(11, 2), -1, 3, F(7, 2)], [14, F(-5, 2), 7, F(19, 2)], [F(31, 2), F(-7, 2), 18, 1]]),
    Row(r"X \cdot W", X_W),
    Row(r"V^\top", [[11, 28, 31], [-2, -5, -7], [6, 14, 36], [7, 19, 2]], page=("V := X W",)),
    Row("2 X", [[2, 4], [6, 10], [-8, 14]]),
    Row("X x", [[2, 4], [6, 10], [-8, 14]]),
    Row("X/2", [[F(1, 2), 1], [F(3, 2), F(5, 2)], [-2, F(7, 2)]]),
    Row(r"-\frac{X}{z}", [[F(-1, 3), F(-2, 3)], [-1, F(-5, 3)], [F(4, 3), F(-7, 3)]]),
    Row(r"X W + \mathbf{1} b", [[12, 0, 11, 17], [29, -3, 19, 29], [32, -5, 41, 12]]),
    Row(r"\mathbf{1} b", [[1, 2, 5, 10], [1, 2, 5, 10], [1, 2, 5, 10]]),
    Row(r"\mathbf{1}^\top G", [[5, 5, 0, 6]]),
    Row(r"\mathbf{1}^\top L", [[21]]),
    Row(r"b b^\top", [[130]]),
    Row(r"b^\top b", [[1, 2, 5, 10], [2, 4, 10, 20], [5, 10, 25, 50], [10, 20, 50, 100]]),
    Row("L b", [[3, 6, 15, 30], [5, 10, 25, 50], [13, 26, 65, 130]]),
    Row(r"Z \odot G", [[2, 0, 3, -4], [15, 6, -16, 35], [0, 0, 9, -6]]),
    Row(r"Z \odot G \odot Z", [[2, 0, 9, -16], [75, 36, -128, 245], [0, 0, 81, 18]]),
    Row(r"Z \odot G + Z", [[3, 2, 6, 0], [20, 12, -8, 42], [-1, 0, 18, -9]]),
    Row(r"(X W) \odot G", [[22, 0, 6, -7], [84, -5, -28, 95], [0, -28, 36, 4]]),
    Row(r"X (W \odot W)", [[51, 2, 36, 17], [128, 5, 92, 47], [171, 7, 96, -8]]),  # rows of X times squares of W
    Row(r"G \oslash P", [[2, 0, F(1, 4), F(-1, 5)], [F(3, 2), 1, 1, F(1, 2)], [0, F(1, 2), -1, F(1, 2)]]),
    Row(r"Z \odot G \oslash P", [[2, 0, F(3, 4), F(-4, 5)], [F(15, 2), 6, 8, F(7, 2)], [0, 0, -9, F(-3, 2)]]),
    Row(r"\operatorname{diag}(b)", [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 5, 0], [0, 0, 0, 10]]),
    Row(
        r"\operatorname{diag}(b) - b^\top b",
        [[0, -2, -5, -10], [-2, -2, -10, -20], [-5, -10, -20, -50], [-10, -20, -50, -90]],
    ),
    Row(r"W \operatorname{diag}(b)", [[1, 0, -10, 30], [5, -2, 20, 20]]),  # columns are scaled
    Row(r"\begin{bmatrix} 1 & x \\ z & 4 \\ 5 & -h \end{bmatrix}", [[1, 2], [3, 4], [5, -5]]),
    Row(r"\begin{pmatrix} 1 & 2 \end{pmatrix} \begin{bmatrix} x & 4 & 0 \\ 6 & 7 & z \end{bmatrix}", [[14, 18, 6]]),
    Row(r"V b^\top", [[107], [278], [217]], page=("V := X W",)),  # 11 - 4 + 30 + 70, …
]

# Derivatives: x = 2, z = 3, h = 5 -------------------------------------------------------------------------------------

POWERS = "J := x^3 z^2"
LINEAR = r"J := \sum_{i=1}^{n} \sum_{m=1}^{M} g_{im} (X W)_{im}"
SQUARES = r"J := \sum_{i=1}^{n} \sum_{m=1}^{M} z_{im}^2"
BY_X_W = [[-58, 22, -192, 112], [786, -100, 808, 526]]  # 2 X^T Z for Z = X W + 1 b

DERIVATIVES = [
    Row(r"\frac{\partial}{\partial x} x^3 z", 36),  # 3 · 4 · 3
    Row(r"\frac{\partial}{\partial x} x^2 + x", 6),  # 4 + 2: the operator ends at +
    Row(r"\frac{\partial}{\partial x} (x^2 + x)", 5),
    Row(r"z \frac{\partial}{\partial x} x^2 h", 60),
    Row(r"\frac{\partial}{\partial x} x \cdot x^2", 12),
    Row(r"\frac{\partial J}{\partial z}", 48, page=(POWERS,)),  # 8 · 6
    Row(r"\partial J / \partial z", 48, page=(POWERS,)),
    Row(r"\frac{\partial J}{\partial x} h", 540, page=(POWERS,)),  # 12 · 9 · 5
    Row(r"\frac{\partial^2 J}{\partial x^2}", 108, page=(POWERS,)),  # 12 · 9
    Row(r"\frac{\partial^{2} J}{\partial x \, \partial z}", 72, page=(POWERS,), ways=(NUMBERS,)),  # 12 · 6
    Row(r"\frac{\partial^2}{\partial x^2} x^3 z", 36),  # 6 · 2 · 3
    Row(r"\frac{\partial^3}{\partial x^3} x^4", 48),  # 24 · 2
    Row(r"\frac{\partial^3 J}{\partial x^2 \, \partial z}", 72, page=("J := x^3 z^2",), ways=(NUMBERS,)),  # 12 · 6
    Row(r"\frac{\partial (x z)}{\partial x}", 3),
    Row(r"\frac{\partial \tanh(x z)}{\partial x}", 3, inputs={"x": 0}),
    Row(r"\frac{\partial}{\partial x} \sqrt{x}", F(1, 4), inputs={"x": 4}),
    Row(r"\frac{\partial}{\partial x} \lvert x \rvert", -1, inputs={"x": -3}),
    Row(r"\frac{\partial}{\partial z} \frac{x}{z}", F(-2, 9)),
    Row(r"\frac{\partial}{\partial x} e^{x z}", 3, inputs={"x": 0}),
    Row(r"\frac{\partial}{\partial x} e^{-x}", -1, inputs={"x": 0}),
    Row(r"\frac{\partial}{\partial x} \ln x", F(1, 2)),
    Row(r"\frac{\partial}{\partial x} \max(x, z)^2", 10, inputs={"x": 5}),
    Row(r"\frac{\partial}{\partial x} \max(x, z)^2", 0),
    Row(r"\frac{\partial}{\partial x} x^z", 12),
    Row(r"\frac{\partial}{\partial b_m} \prod_{l=1}^{M} b_l", 50, at={"m": 2}, ways=(NUMBERS,)),  # 1 · 5 · 10
    Row(r"\frac{\partial}{\partial b_m} \sum_{l=1}^{M} b_l^2", 10, at={"m": 3}),
    Row(r"\frac{\partial}{\partial z_{im}} \sum_{k=1}^{M} z_{ik} b_k", 10, at={"i": 2, "m": 4}),
    Row(r"\frac{\partial}{\partial z_{2,1}} \max_k z_{2k}", 0, ways=SOME),
    Row(r"\frac{\partial}{\partial z_{2,3}} \max_k z_{2k}", 1, ways=SOME),
    Row(r"\frac{\partial}{\partial x} \sum_{l=1}^{M} b_l x^l", 389),  # 1 + 8 + 60 + 320
    Row(r"\frac{\partial \ln x}{\partial x}", F(1, 2)),
    Row(r"\frac{\partial (X W)_{im}}{\partial w_{jm}}", 5, at={"i": 2, "j": 2, "m": 3}),
    Row(r"\sum_{k=1}^{M} \frac{\partial J}{\partial z_{ik}} b_k", 254, at={"i": 2}, page=(SQUARES,)),  # 2 · 127
    Row(r"\sum_{i=1}^{n} \frac{\partial z_{im}}{\partial w_{jm}}", 14, at={"j": 2, "m": 1}, page=(DENSE,)),
    Row(r"\frac{\partial}{\partial x} \operatorname{Im}((x + \mathrm{i} z)^3)", 36),  # of 3 x² z - z³
    # by an array: in its own shape
    Row(r"\frac{\partial J}{\partial W}", [[11, -13, -9, 6], [19, 33, -1, 37]], page=(LINEAR,)),  # X^T G
    Row(r"\frac{\partial J}{\partial X}", [[-3, 12], [22, 16], [4, 4]], page=(LINEAR,)),  # G W^T
    Row(r"X^\top G", [[11, -13, -9, 6], [19, 33, -1, 37]]),
    Row(r"G W^\top", [[-3, 12], [22, 16], [4, 4]]),
    Row(r"\left( \frac{\partial J}{\partial W} \right)_{jm}", -9, at={"j": 1, "m": 3}, page=(LINEAR,)),
    Row(r"\frac{\partial J}{\partial w_{jm}}", 19, at={"j": 2, "m": 1}, page=(LINEAR,)),
    Row(r"\frac{\partial J}{\partial b}", [[5, 5, 0, 6]], page=(r"J := \sum_{i=1}^{n} \sum_{m=1}^{M} g_{im} b_m",)),
    Row(r"\frac{\partial J}{\partial L}", [[12], [-10], [78]], page=(r"J := \sum_{i=1}^{n} s_i L_i^2",)),  # 2 s L
    Row(r"\frac{\partial z_{im}}{\partial w_{jk}}", 5, at={"i": 2, "j": 2, "m": 3, "k": 3}, page=(DENSE,)),  # x_ij
    Row(r"\frac{\partial z_{im}}{\partial w_{jk}}", 0, at={"i": 2, "j": 2, "m": 3, "k": 1}, page=(DENSE,)),
    Row(r"\frac{\partial z_{im}}{\partial b_k}", 1, at={"i": 2, "m": 3, "k": 3}, page=(DENSE,)),
    Row(r"\frac{\partial J}{\partial W}", BY_X_W, page=(DENSE, SQUARES)),
    Row(r"\frac{\partial J}{\partial b}", [[146, -16, 142, 116]], page=(DENSE, SQUARES)),  # twice the sums of columns
    Row(  # down to Z and no further
        r"\frac{\partial J}{\partial Z}", [[24, 0, 22, 34], [58, -6, 38, 58], [64, -10, 82, 24]], page=(DENSE, SQUARES)
    ),
    Row(r"\frac{\partial J}{\partial z_{2,4}}", 58, page=(DENSE, SQUARES)),
    # of the second order, by two entries
    Row(r"\frac{\partial^2 J}{\partial z_{1,2} \, \partial z_{2,1}}", 300, page=("J := z_{1,2}^2 z_{2,1}^3",)),
    Row(r"\frac{\partial^2 J}{\partial w_{1m} \, \partial w_{2m}}", -22, at={"m": 2}, page=(DENSE, SQUARES)),
    Row(r"\frac{\partial^2 J}{\partial w_{1m} \, \partial w_{2k}}", 0, at={"m": 2, "k": 3}, page=(DENSE, SQUARES)),
    Row(r"\frac{\partial^2 J}{\partial w_{jm}^2}", 156, at={"j": 2, "m": 1}, page=(DENSE, SQUARES)),  # 2 (4 + 25 + 49)
]

# Layers: two of them, 2 → 4 → 1; Z^[1] = X W + 1 b is 3 × 4, and f squares --------------------------------------------

NETWORK = (
    "f(x) := x^2",
    "A^{[0]} := X",
    r"Z^{[r]} := A^{[r-1]} W^{[r]} + \mathbf{1} b^{[r]} \quad 1 \le r \le R",
    r"A^{[r]} := f(Z^{[r]}) \quad 1 \le r < R",
    r"J := \sum_{i=1}^{n} \sum_{m=1}^{M} z^{[R]}_{im}",
)
WIDTHS = {"n": 3, "D": 2, "D_1": 4, "M": 1}
WEIGHTS = {"W^{[1]}": INPUTS["W"], "b^{[1]}": INPUTS["b"], "W^{[2]}": [[1], [-2], [0], [3]], "b^{[2]}": [7]}
FIRST, SECOND = {"R": 2, "r": 1}, {"R": 2, "r": 2}


def layers(formula, value, at=FIRST, **others):
    """A row about a network of two layers."""
    formula += r" \quad 1 \le r \le R" if "r" in at else r" \quad R \ge 2"
    return Row(formula, value, at=at, page=NETWORK, sizes=WIDTHS, inputs=WEIGHTS, **others)


LAYERS = [
    layers("Z^{[r]}", [[12, 0, 11, 17], [29, -3, 19, 29], [32, -5, 41, 12]]),
    layers("A^{[1]}", [[144, 0, 121, 289], [841, 9, 361, 841], [1024, 25, 1681, 144]], {"R": 2}),
    layers("A^{[r-1]}", INPUTS["X"]),
    layers("Z^{[R]}", [[1018], [3353], [1413]], {"R": 2}),  # 144 + 867 + 7, 841 - 18 + 2523 + 7, 1024 - 50 + 432 + 7
    layers("z^{[r]}_{im}", 19, {**FIRST, "i": 2, "m": 3}),
    layers("z_{im}^{[r]}", -5, {**FIRST, "i": 3, "m": 2}),
    layers(r"(W^{[r]})^\top", [[1, -2, 0, 3]], SECOND),
    layers(r"W^{[r]\top}", [[1, -2, 0, 3]], SECOND),
    layers("D_{r-1} + 10 D_r", 42),
    layers("D_{r-1} + 10 D_r", 14, SECOND),
    layers("J", 5784, {"R": 2}),
    layers("r + 3 R", 7),
    layers(r"\sum_{r=1}^{R} D_r", 5, {"R": 2}),
    layers(r"\sum_{r=1}^{R} r D_r", 6, {"R": 2}),
    layers(r"\prod_{r=1}^{R} (D_r + 1)", 10, {"R": 2}),
    layers("Z^{[R-1]}", [[12, 0, 11, 17], [29, -3, 19, 29], [32, -5, 41, 12]], {"R": 2}),
    layers(
        r"\frac{\partial J}{\partial W^{[R]}}", [[2009], [34], [2163], [1274]], {"R": 2}
    ),  # sums of the columns of A^[1]
    layers(r"\frac{\partial J}{\partial b^{[r]}}", [[146, 32, 0, 348]]),  # 2 · (73, -8, 71, 58) · (1, -2, 0, 3)
    layers(r"f'(Z^{[r]})", [[24, 0, 22, 34], [58, -6, 38, 58], [64, -10, 82, 24]]),
]

# Steps: u_0 = 1, u_1 = 5, u_2 = 17, u_3 = 53 --------------------------------------------------------------------------

RECURSION = ("u_0 := 1", r"u_t := \beta_1 u_{t-1} + x \quad t \ge 1")
STEPS = {r"\beta_1": 3, r"\beta_2": 2, r"\theta_t": {3: 8, 4: 13}, r"\hat{u}_t": {2: 11}}


def steps(formula, value, at=None, **others):
    """A row about the sequence at step 3."""
    return Row(formula, value, at={"t": 3} if at is None else at, page=RECURSION, inputs=STEPS, **others)


SEQUENCES = [
    steps("u_t", 53),
    steps(r"u_{t-1} + 0 u_t", 17),
    steps("u_3 - u_1", 48, {}),
    steps(r"\beta_1^t + u_t - u_t", 27),
    steps(r"\beta_1^{t-1} \beta_2", 18),
    steps(r"\theta_{t+1} - 2 \theta_t", -3),
    steps(r"\hat{u}_2 x", 22, {}),
    steps(r"\sum_{q=1}^{t} \beta_1^{t-q} q", 18),  # 9 · 1 + 3 · 2 + 1 · 3
    steps(r"\sum_{q=1}^{t-1} q + t", 6),
]

# Complex numbers, and what is random ----------------------------------------------------------------------------------

COMPLEX = [
    Row(r"\mathrm{i}^2", -1),
    Row(r"(x + \mathrm{i} z)^2", (-5, 12)),
    Row(r"x + z \mathrm{i}", (2, 3)),
    Row(r"\operatorname{Re}((x + \mathrm{i} z)^2)", -5),
    Row(r"\operatorname{Im}((x + \mathrm{i} z)^2) h", 60),
    Row(r"\operatorname{Im}(h - 2 \, \mathrm i)", -2),
    Row(r"\lvert x + \mathrm{i} z \rvert", 5, inputs={"x": 3, "z": -4}),
    Row(r"\frac{1}{x + \mathrm{i} z}", (F(3, 25), F(4, 25)), inputs={"x": 3, "z": -4}),
    Row(r"e^{\mathrm{i} \pi}", -1),
    Row(r"\cos(\mathrm{i} x)", "1.543080634815244", inputs={"x": 1}),
    Row(r"e^{\mathrm{i} \pi / 2} x", (0, 2)),
    Row(r"\operatorname{Re}(e^{\mathrm{i} z})", "0.540302305868140", inputs={"z": 1}),
]

RANDOM = block(r"""scalars:
  - {letter: \tau, meaning: standard deviation of the weights}
  - {letter: q, meaning: mean of the inputs}
random:
  - {letter: W, entries: independent, symmetric: yes, meaning: weights}
  - {letter: X, entries: independent, meaning: inputs}
""")
ASSUMED = r"""```{prf:assumption} Weights
:label: asm-w

$$ \operatorname{E}[w_{jm}^2] = \tau^2 $$

$$ \operatorname{E}[x_{ij}] = q $$

$$ \operatorname{Var}(x_{ij}) = \tau $$
```
"""


def random(formula, value, **others):
    """A row in which weights have mean 0 and mean square 9, and inputs mean 5 and variance 3."""
    under = f"By {{prf:ref}}`asm-w`:\n\n$$ {formula} $$\n"
    return Row(under, value, page=(RANDOM, ASSUMED), inputs={r"\tau": 3, "q": 5}, **others)


EXPECTATIONS = [
    random(r"\operatorname{E}[w_{1,1}^2]", 9),
    random(r"\operatorname{E}[w_{1,1}]^2", 0),
    random(r"\operatorname{E}[2 w_{1,1}^2 + 5]", 23),
    random(r"\operatorname{E}[w_{1,1} w_{2,1}]", 0),
    random(r"\operatorname{E}[(w_{1,1} - w_{2,1})^2]", 18),
    random(r"\operatorname{Var}(2 w_{1,1} + 1)", 36),
    random(r"\mathbb{E}[x_{1,2}] h", 25),
    random(r"\operatorname{E}[x_{1,2}^2]", 28),  # 3 + 5²
    random(r"\operatorname{E}[x_{1,2}]^2", 25),
    random(r"\operatorname{Var}(x_{1,2}) + \operatorname{E}(x_{1,2})", 8),
    random(r"\operatorname{E}[x_{1,1} x_{1,2}]", 25),
    random(r"\operatorname{Var}\left( \sum_{j=1}^{D} x_{1j} w_{j1} \right)", 504),  # 2 · 28 · 9
]

CHOICE = block("scalars:\n  - {letter: '\\hat{c}_i', to: M, ties: first, meaning: predicted class}")
CHOICES = [  # only numbers know what is chosen
    Row(r"b_{\hat{c}_i}", 5, at={"i": 2}, page=(CHOICE, r"\hat{c}_i := \arg\max_k z_{ik}")),  # 8 is the third
    Row(r"b_{\hat{c}_i}", 10, at={"i": 3}, page=(CHOICE, r"\hat{c}_i := \arg\min_k z_{ik}")),  # -3 is the fourth
    Row(r"b_{\hat{c}_i}", 1, at={"i": 2}, page=(CHOICE, r"\hat{c}_i := \arg\max_k (z_{ik} - b_k)")),  # 4, 4, 3, -3
]
CHOICES = [row._replace(ways=(NUMBERS,)) for row in CHOICES]

ROWS = [
    *ARITHMETIC, *FUNCTIONS, *SUMS, *MATRICES, *DERIVATIVES, *LAYERS, *SEQUENCES, *COMPLEX, *EXPECTATIONS, *CHOICES,
]  # fmt: skip

# Reading and computing ------------------------------------------------------------------------------------------------


def item_of(row, folder):
    """The claim that the last formula of a page, an expression, is itself, with numbers in the place of layers."""
    said = say(folder, *row.page, row.formula)
    assert not said.faults, said.faults
    expression = said.items[-1]
    assert expression.kind == Kind.EXPRESSION
    given = {each.name: getattr(expression, each.name) for each in fields(expression)}
    item = Claim(**given, relation=t.Relation.EQUAL, right=expression.left)  # since claims alone are judged
    numbers = {letter: row.at[letter] for letter in ("R", "r") if letter in row.at}
    return instance(item, numbers) if numbers else item


def inputs_of(row):
    """The inputs of a row as single numbers, each with its letter and its indices."""
    for name, value in {**INPUTS, **CLASSES, **row.inputs}.items():
        yield from _inputs(name, (), value)


def _inputs(name, indices, value):
    if not isinstance(value, list | dict):
        yield (name, indices), value
        return
    for place, inner in value.items() if isinstance(value, dict) else enumerate(value, 1):
        yield from _inputs(name, (*indices, place), inner)


def agree(found, value, is_number):
    """Whether a number, or every entry of a matrix, is the one that was worked out."""
    if not isinstance(value, list):
        return not isinstance(found, list) and is_number(found, value)
    same = isinstance(found, list) and [len(row) for row in found] == [len(row) for row in value]
    return same and all(map(is_number, chain.from_iterable(found), chain.from_iterable(value)))


def agrees_by_numbers(row, item, order):
    """Whether the numeric judge gives a formula its value, with expansions of that order."""
    numbers = arithmetic()

    def exact(value):
        return numbers.exact(*F(value).as_integer_ratio())

    def is_number(found, value):
        if isinstance(value, tuple):
            return all(map(is_number, (found.real, found.imaginary), value))
        if isinstance(found, Pair):
            return is_number(found, (value, 0))
        if numbers.is_exact(found) and not isinstance(value, str):
            return F(*numbers.ratio(found)) == value
        gap = numbers.upper(found - exact(value))
        return gap is None or gap < (DIGITS if isinstance(value, str) else EXACT)

    with numbers.precision(BITS):
        fixed = {key: value if key[0] in CLASSES else exact(value) for key, value in inputs_of(row)}
        point = SamplePoint("1", FRACTIONS, row.sizes, wishes(item), numbers).with_fixed(fixed)
        budget = Budget()
        budget.begin(10**6)
        values = Values(Program(item.scope), point, Jets(numbers, order), Watch(budget))
        return agree(values.value(item.left, row.at), row.value, is_number)


BITS, EXACT, DIGITS = 256, -200, -41  # 2^-41 is less than half a unit of the twelfth decimal


def agrees_by_symbols(row, item, way):
    """Whether the symbolic judge gives a formula its value, the numbers being put into its term."""
    inputs = dict(inputs_of(row))
    classes = {(name, *place): value for (name, place), value in inputs.items() if name in CLASSES}
    terms = prepared(item, sizes=row.sizes if way == AT_SIZES else None, classes=classes)
    env = {letter: sp.Integer(value) for letter, value in row.at.items()}
    found = terms.value(item.left, env)
    facts = given_by(item, terms, env).facts

    def number(term):
        if item.assumptions:
            term = prove.normal_form(term, terms.ranges, facts)
        return written_out(written_out(term, row.sizes), inputs)

    if isinstance(found, Grid):
        rows, columns = (int(written_out(size, row.sizes)) for size in (found.rows, found.columns))
        places = [[(sp.Integer(k), sp.Integer(m)) for m in range(1, columns + 1)] for k in range(1, rows + 1)]
        found = [[number(found.entry(*place)) for place in line] for line in places]
    else:
        found = number(found)
    return agree(found, row.value, is_symbolic_number)


def is_symbolic_number(found, value):
    """Whether a term without letters is a number."""
    assert not found.free_symbols, found
    if found.is_Rational and not isinstance(value, str | tuple):
        return F(int(found.p), int(found.q)) == value
    parts = found.evalf(60).as_real_imag()
    known = value if isinstance(value, tuple) else (value, 0)
    tolerance = sp.Rational(1, 2 * 10**12) if isinstance(value, str) else sp.Rational(1, 10**40)
    return all(abs(part - sp.Rational(str(one))) < tolerance for part, one in zip(parts, known, strict=True))


def written_out(term, numbers):
    """A term with numbers in the place of sizes or of inputs, and every sum over numbers addend by addend."""
    match term:
        case sp.Sum():
            letter, low, high = term.limits[-1]
            inner = sp.Sum(term.function, *term.limits[:-1]) if term.limits[1:] else term.function
            first, last = (written_out(end, numbers) for end in (low, high))
            if last.is_Integer:
                addends = (inner.xreplace({letter: sp.Integer(k)}) for k in range(int(first), int(last) + 1))
                return sp.Add(*(written_out(addend, numbers) for addend in addends))
        case sp.Indexed():
            indices = tuple(written_out(index, numbers) for index in term.indices)
            value = numbers.get((str(term.base), tuple(map(int, indices)))) if all_numbers(indices) else None
            return term.base[indices] if value is None else sp.Rational(str(value))
        case sp.Symbol():
            value = numbers.get(term.name, numbers.get((term.name, ())))
            return term if value is None or isinstance(term, sp.Dummy) else sp.Rational(str(value))
    if not term.args:
        return term
    args = [written_out(part, numbers) for part in term.args]
    match term:
        case prove.Positive() if args[0].is_number:
            return sp.Integer(bool(args[0] > 0))
        case prove.Product() if not args[0].has(sp.Sum) and not args[0].free_symbols:
            return factors(args[0])
        case Modulus() if args[0].is_number:
            return sp.Abs(args[0])
    return term.func(*args)


def all_numbers(indices):
    """Whether all indices are numbers."""
    return all(index.is_Integer for index in indices)


def factors(total):
    """The product of whose factors a sum is made: two factors that are equal stand there as one, twice."""
    result = sp.S.One
    for addend in sp.Add.make_args(total):
        times, (factor,) = addend.as_coeff_mul()
        result *= factor.args[0] ** times
    return result


# The tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.formula} {row.at or ''}" for row in ROWS])
def test_a_formula_has_the_value_that_was_worked_out_by_hand(row, tmp_path):
    item = item_of(row, tmp_path)
    for way in row.ways:
        if way == NUMBERS:
            assert any([numbers_of_order(row, item, order) for order in (1, 3)])
        else:
            assert agrees_by_symbols(row, item, way), way


def numbers_of_order(row, item, order):
    """Whether numbers were found; they are the right ones. An expansion of order 1 does not do at a kink."""
    try:
        assert agrees_by_numbers(row, item, order), order
    except HigherOrder:
        return False
    return True


@pytest.mark.parametrize("row", [each for each in ROWS if each.value in (-4, (-5, 12), X_W)])
def test_another_value_is_not_accepted(row, tmp_path):
    item = item_of(row, tmp_path)
    others = {int: 4, tuple: (-5, -12), list: [list(line) for line in zip(*X_W, strict=True)]}
    other = row._replace(value=others[type(row.value)])
    assert not agrees_by_numbers(other, item, 1)
    assert not agrees_by_symbols(other, item, FOR_ALL_SIZES)


# Statements: pages whose last formula is true, and false --------------------------------------------------------------

STATEMENTS = [
    # rounding: half a unit of the last digit that is printed
    ((), r"\frac{1}{3} \approx 0.333", r"\frac{1}{3} \approx 0.334"),
    ((), r"\frac{2}{3} \approx 0.667", r"\frac{2}{3} \approx 0.666"),
    ((), r"-\frac{2}{3} \approx -0.667", r"-\frac{2}{3} \approx -0.666"),
    ((), r"2.04 \approx 2.0", r"2.04 \approx 2.00"),
    ((), r"1460 \approx 1.5 \times 10^3", r"1460 \approx 1.50 \times 10^{3}"),
    ((), r"\frac{3}{1000} \approx 3.0 \times 10^{-3}", r"\frac{3}{1000} \approx 3.1 \times 10^{-3}"),
    ((), r"\begin{bmatrix} e & \pi \end{bmatrix} \approx \begin{bmatrix} 2.72 & 3.14 \end{bmatrix}",
     r"\begin{bmatrix} e & \pi \end{bmatrix} \approx \begin{bmatrix} 2.71 & 3.14 \end{bmatrix}"),
    # relations
    ((), r"x^2 \ge 0", r"x^2 > 0"),
    ((), r"-x^2 \le 0", r"(-x)^2 \leq 0"),
    ((), r"x + 1 \ne x", r"x^2 \ne x"),
    ((), r"\lvert x \rvert < x^2 + 1", r"\lvert x \rvert < x^2"),
    ((), r"-1 \le \sin x \le 1", r"-1 \le 2 \sin x \le 1"),
    # chains: each link compares what stands beside it
    ((), r"x + x = 2 x = 3 x - x", r"x + x = 2 x = 3 x"),
    ((), r"3 x = x + 2 x", r"2 x = x = x"),
    ((), r"x^2 + 1 > x^2 \ge 0", r"x^2 \ge 0 > x^2 - 1"),
    ((), "\\begin{aligned} x (z + h) &= x z + x h \\\\ &= x h + x z \\end{aligned}",
     "\\begin{aligned} x (z + h) &= x z + x h \\\\ &= x h + z \\end{aligned}"),
    ((), "\\begin{aligned} x + x &= 2 x && \\text{(twice)} \\\\ x x &= x^2 \\end{aligned}",
     "\\begin{aligned} x + x &= x^2 && \\text{(twice)} \\\\ x x &= x^2 \\end{aligned}"),
    ((), r"\begin{equation} x z = z x \end{equation}", r"\begin{equation} x/z = z/x \end{equation}"),
    # conditions
    ((), r"\lvert x \rvert = x \quad (x \ge 0)", r"\lvert x \rvert = x \quad (x > -1)"),
    ((), r"\lvert x \rvert = -x \quad x \le 0", r"\lvert x \rvert = -x \quad x \le 1"),
    ((), r"\max(x, 0) = x, \quad x \ge 0, \quad z \ge 1.", r"\max(x, 0) = x, \quad x \ge -1, \quad z \ge 1."),
    ((), r"x^2 \ge 0, \quad x + z = z + x", r"x^2 \ge 0, \quad x \ge z"),  # a claim of its own
    ((), r"x z > 0 \quad (x > 0, z > 0)", r"x z > 0 \quad (x > 0)"),
    ((), r"b_k \delta_{km} = 0 \quad (k \ne m)", r"b_k \delta_{km} = 0 \quad (k \ne 1)"),
    ((), r"\sum_{k=1}^{M} 1 = 2 \quad (M = 2)", r"\sum_{k=1}^{M} 1 = 2 \quad (M = 3)"),
    ((), r"b_k - b_m = -(b_m - b_k) \quad \forall k \quad \text{(any outputs)}",
     r"b_k - b_m = b_m - b_k \quad \forall k \quad \text{(any outputs)}"),
    ((), r"x^2 \ge 1 \quad \forall x \ge 1", r"x^2 \ge 1 \quad \forall x \ge 0"),
    ((), "\\begin{aligned} \\lvert x \\rvert &= x \\quad (x \\ge 0) \\\\ -(-x) &= x \\end{aligned}",
     "\\begin{aligned} -(-x) &= x \\quad (x \\ge 0) \\\\ \\lvert x \\rvert &= x \\end{aligned}"),
    ((), r"x = 2 \Rightarrow x^3 = 8", r"x = 2 \Rightarrow x^3 = 6"),
    ((), r"x^3 = z \Rightarrow x^6 = z^2", r"x^3 = z \Rightarrow x^6 = z^3"),
    # up to a rest
    ((), r"(x + h)^3 = x^3 + 3 x^2 h + O(h^2)", r"(x + h)^3 = x^3 + 3 x^2 h + O(h^3)"),
    ((), r"e^h - 1 - h = O(h^2)", r"e^h - 1 + h = O(h^2)"),
    ((), r"x h = O(h)", r"x h = O(h^2)"),
    # any smooth function, any cost
    ((), r"\frac{\partial}{\partial x} f(x^2) = 2 x f'(x^2)", r"\frac{\partial}{\partial x} f(x^2) = f'(x^2)"),
    ((r"z_{im} := \sum_{j=1}^{D} x_{ij} w_{jm}", r"J := \phi(Z)"),
     r"\frac{\partial J}{\partial W} = X^\top \frac{\partial J}{\partial Z}",
     r"\frac{\partial J}{\partial W} = 2 X^\top \frac{\partial J}{\partial Z}"),
    ((r"f(x) := x^3",), r"\operatorname{Re}(f(x + \mathrm{i} h)) = x^3 - 3 x h^2",
     r"\operatorname{Re}(f(x + \mathrm{i} h)) = x^3 + 3 x h^2"),
]  # fmt: skip


@pytest.mark.parametrize(("page", "true", "false"), STATEMENTS, ids=[true for _, true, _ in STATEMENTS])
def test_a_statement_says_what_it_says_by_hand(page, true, false, last_claims):
    assert {judge(item).status for item in last_claims(*page, true)} == {AGREES}
    refuted = [item for item in last_claims(*page, false) if judge(item).status == REFUTED]
    assert refuted and not any(map(symbolic.prove, refuted))


# What has no value, and what has no reading ---------------------------------------------------------------------------

WITHOUT_VALUE = {
    r"\lVert b \rVert_2": "not covered yet: norms",
    r"\lim_{h \to 0} h^2": "not covered yet: limits",
    r"\begin{bmatrix} 1 & \cdots & x \end{bmatrix}": "not covered yet: dots in a matrix",
    r"\frac{\mathrm d J}{\mathrm d x}": r"not covered yet: derivatives with \mathrm d",
    r"\sum_{l=2}^{M} b_l": "not covered yet: sums that do not start at 1",
    r"\operatorname{ReLU}^{[r]}(x)": "not covered yet: functions of layers",
    r"x \propto z": r"not covered yet: the relation \propto",
}
WITHOUT_READING = [
    "a/b z", "x/z/h", "x^2^3", r"\ln x z", r"\frac{x}{z}^2", r"X W \odot G", "2 3", "x 2", "x_{12}", "z_{i12}",
    r"x \pm z", "x - -z", r"x \cdot -z", "x^{(z)}", "X^T", r"\frac12", "|x|", "x * z", r"\sum_l b_l", "f x", r"x^10",
    r"\frac{\partial^2 J}{\partial x}", "x = z := h", r"\ln x^2",
    r"\tanh^2 x", r"\sin^2(x)", "f^2(x)", r"X^\top_{ji}", r"x/-z", "2 (x) 3", r"\log x", r"\sum_{l=1}^{M}",
]  # fmt: skip


@pytest.mark.parametrize("formula", WITHOUT_VALUE)
def test_what_is_not_covered_has_no_value(formula, tmp_path):
    (fault,) = say(tmp_path, formula).faults
    assert WITHOUT_VALUE[formula] in fault.reason


@pytest.mark.parametrize("formula", WITHOUT_READING)
def test_what_readers_could_take_in_two_ways_has_no_reading(formula):
    with pytest.raises(latex.LatexError):
        latex.read(formula, NOTATION)


# Nothing is left out --------------------------------------------------------------------------------------------------

NOT_COVERED = {t.Norm, t.Limit, t.Ellipsis}  # which no judge computes: `WITHOUT_VALUE` has them
STATEMENT_NODES = {t.Note, t.Given, t.ForAll, t.Link, t.Chain, t.Implication, t.Formula}


def displayed(parts):
    """The formulas among the parts of a page."""
    for part in parts:
        yield from (piece.strip() for piece in part.split("$$")[1::2]) if "$$" in part else [part]


def parts_of_rows():
    """The formulas of all rows and of their pages."""
    for row in ROWS:
        yield from displayed(part for part in (*row.page, row.formula) if not part.startswith("```{notation}"))


def parts_of_statements():
    """The formulas of all statements and of their pages."""
    for page, *formulas in STATEMENTS:
        yield from displayed((*page, *formulas))


def nodes(formulas):
    """The kinds of nodes in the trees of formulas."""
    return {type(node) for formula in formulas for node, _ in t.walk(latex.read(formula, NOTATION))}


def all_nodes():
    """All kinds of nodes that a tree may have."""
    kinds = {kind for kind in vars(t).values() if isinstance(kind, type) and issubclass(kind, t.Node)}
    return kinds - {t.Node, t.Name, t.Bracketed}


def test_every_node_of_an_expression_has_a_value_by_hand():
    missing = all_nodes() - STATEMENT_NODES - nodes(parts_of_rows()) - NOT_COVERED
    assert not missing, f"no row of FUNCTIONS, ARRAYS or the like has a value by hand with {missing}"
    assert NOT_COVERED <= nodes(WITHOUT_VALUE)


def test_every_node_of_a_statement_has_a_truth_by_hand():
    missing = STATEMENT_NODES - nodes(parts_of_statements())
    assert not missing, f"no row of STATEMENTS has {missing}"


def test_every_rule_of_the_grammar_occurs():
    """Of every alternative that the grammar gives a name, and of every terminal, there is a formula."""
    formulas = [*parts_of_rows(), *parts_of_statements(), *WITHOUT_VALUE, r"\theta \leftarrow \theta - \eta g"]
    parser = latex._parser()
    rules = {rule.alias or rule.origin.name for rule in parser.rules if is_kept(rule)}
    found, terminals = set(), set()
    for formula in formulas:
        tokens = list(scan(formula, NOTATION.function_names))
        terminals |= {token.type for token in tokens}
        found |= {str(tree.data) for tree in parser.parse(tokens).iter_subtrees()}
    assert not rules - found
    assert not {symbol.name for rule in parser.rules for symbol in rule.expansion if symbol.is_term} - terminals


def is_kept(rule):
    """Whether what a rule reads stands in the tree under the name of the rule, or of its alternative."""
    name = str(rule.origin.name)
    return bool(rule.alias) or not (name.startswith("_") or rule.options.expand1)


def test_every_relation_and_every_binder_occurs():
    trees = [latex.read(formula, NOTATION) for formula in (*parts_of_rows(), *parts_of_statements(), *WITHOUT_VALUE)]
    found = [node for tree in trees for node, _ in t.walk(tree)]
    relations = {node.relation for node in found if isinstance(node, t.Link)}
    missing = {*t.Relation} - relations - {t.Relation.ASSIGNS}  # a step has no value
    assert not missing, f"a row of STATEMENTS, or of WITHOUT_VALUE if it does not compare, is missing for {missing}"
    assert {node.kind for node in found if isinstance(node, t.Extremum)} == {"max", "min", "argmax", "argmin"}
    names = {node.name for node in found if isinstance(node, t.Function)}
    declared = {function.name for function in NOTATION.functions}
    assert declared - names == {r"\operatorname{softmax}"}  # which a page says by its entries
    assert {node.name for node in found if isinstance(node, t.Letter)} >= {"e", r"\pi", r"\mathrm{i}", r"\mathbf{1}"}
