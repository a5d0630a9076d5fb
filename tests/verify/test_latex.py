"""Every construct of the grammar has the reading that its author expects, and nothing else has a reading."""

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lark import GrammarError, UnexpectedToken

from nncore.verify.notation import parse
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import DEEPEST, PARTNERS, TOKENS, LatexError, scan
from nncore.verify.syntax.parser import HIGHEST, LONGEST, _made, _parser, load_tables, read, save_tables
from nncore.verify.syntax.printer import latex, show

NOTATION = parse(r"""
sizes:
  - {letter: n, meaning: samples}
  - {letter: D, meaning: inputs}
  - {letter: M, meaning: outputs}
indices:
  - {letter: i, to: n, meaning: sample}
  - {letter: j, to: D, meaning: input}
  - {letter: m, to: M, meaning: output}
arrays:
  - {letter: X, entry: 'x_{ij}', shape: [n, D], meaning: inputs}
  - {letter: b, entry: b_m, shape: [1, M], meaning: biases}
functions:
  - {name: \exp, kind: number, meaning: exponential}
  - {name: \ln, kind: number, meaning: logarithm}
  - {name: \sigma, kind: number, meaning: sigmoid}
  - {name: '\operatorname{ReLU}', kind: number, meaning: rectifier}
  - {name: '\operatorname{diag}', kind: array, meaning: diagonal matrix}
  - {name: '\operatorname{E}', kind: moment, meaning: expectation}
  - {name: '\operatorname{Im}', kind: number, meaning: imaginary part}
  - {name: f, kind: number, meaning: any smooth function}
  - {name: O, kind: order, meaning: a rest}
""")

READINGS = [
    # letters, constants and numbers
    ("0", "0"),
    ("0.35", "0.35"),
    ("1048576", "1048576"),
    (r"2.5 \times 10^{-3}", "2.5e-3"),
    (r"2 \times 10^6 x", "(2e6 * x)"),
    ("10^{-16}", "(10 ^ (-16))"),
    (r"\eta + \varepsilon", "(eta + varepsilon)"),
    (r"\hat u + \hat{v} + \bar\theta + \tilde y", "(hat u + hat v + bar theta + tilde y)"),
    (r"\mathbf x + \mathbf{1}", "(bold x + bold 1)"),
    (r"\mathrm i^2 = -1", "(upright i ^ 2) = (-1)"),
    # sums and products
    ("a - b + c - d", "(a - b + c - d)"),
    ("a - (b + c)", "(a - (b + c))"),
    ("-x^2", "(-(x ^ 2))"),
    ("-a b", "(-(a * b))"),
    ("a (-b)", "(a * (-b))"),
    ("2 x y", "(2 * x * y)"),
    ("x(y + 1)", "(x * (y + 1))"),
    (r"x \cdot 2 y", "(x * 2 * y)"),
    ("(a b) c", "((a * b) * c)"),
    ("1/n", "(1 / n)"),
    ("a b/c", "((a * b) / c)"),
    ("a/(b c)", "(a / (b * c))"),
    (r"3/4 \cdot 1/4", "((3 / 4) * (1 / 4))"),
    (r"\frac{a b}{c}", "((a * b) / c)"),
    (r"\tfrac{1}{2} x", "((1 / 2) * x)"),
    (r"A \odot B \odot C", "(A .* B .* C)"),
    (r"A \oslash B", "(A ./ B)"),
    (r"A \odot B \oslash C", "((A .* B) ./ C)"),
    (r"(A B) \odot C", "((A * B) .* C)"),
    (r"\left( a + b \right) \bigl( c \bigr)", "((a + b) * c)"),
    # sums beside each other
    (r"\sum_{m=1}^{M} a_m \cdot \sum_{m=1}^{M} b_m", "(sum(m = 1..M: a[m]) * sum(m = 1..M: b[m]))"),
    (r"\sum_{m=1}^{M} a_m b_m \sum_{m=1}^{M} c", "(sum(m = 1..M: (a[m] * b[m])) * sum(m = 1..M: c))"),
    (
        r"x \sum_{m=1}^{M} a \sum_{m=1}^{M} b \sum_{m=1}^{M} c + 1",
        "((x * sum(m = 1..M: a) * sum(m = 1..M: b) * sum(m = 1..M: c)) + 1)",
    ),
    (
        r"\sum_{i=1}^{n} \sum_{m=1}^{M} a_m \cdot \sum_{m=1}^{M} x_{im}",
        "sum(i = 1..n: (sum(m = 1..M: a[m]) * sum(m = 1..M: x[i, m])))",
    ),
    # but within each other as soon as one can mean the letter of the other
    (r"\sum_{m=1}^{M} a_m \sum_{k=1}^{M} b_{mk}", "sum(m = 1..M: (a[m] * sum(k = 1..M: b[m, k])))"),
    (r"\sum_{m=1}^{M} a_m (\sum_{m=1}^{M} b_m) c_m", "sum(m = 1..M: (a[m] * sum(m = 1..M: b[m]) * c[m]))"),
    (r"\sum_{m=1}^{M} \sum_{m=1}^{M} b_m", "sum(m = 1..M: sum(m = 1..M: b[m]))"),
    (r"\sum_{m=1}^{M} \frac{a_m}{\sum_{m=1}^{M} b_m}", "sum(m = 1..M: (a[m] / sum(m = 1..M: b[m])))"),
    (r"\prod_{m=1}^{M} a_m \sum_{m=1}^{M} b_m", "product(m = 1..M: (a[m] * sum(m = 1..M: b[m])))"),
    (r"\sum_{m=1}^{M} a_m \prod_{m=1}^{M} b_m", "sum(m = 1..M: (a[m] * product(m = 1..M: b[m])))"),
    (r"\max_m a_m \sum_{m=1}^{M} b_m", "max(m: (a[m] * sum(m = 1..M: b[m])))"),
    # scripts
    ("z_{im}", "z[i, m]"),
    ("b_m", "b[m]"),
    ("p_{i1}", "p[i, 1]"),
    ("y_{i c_i}", "y[i, c[i]]"),
    (r"\delta_{m c_{i}}", "delta[m, c[i]]"),
    ("w_{1,10}", "w[1, 10]"),
    ("x_{i, j + 1}", "x[i, (j + 1)]"),
    ("v_{t-1}", "v[(t - 1)]"),
    ("b_{10}", "b[10]"),
    ("x_{ij}^2", "(x[i, j] ^ 2)"),
    ("x^{a^b}", "(x ^ (a ^ b))"),
    ("e^{-z}", "(e ^ (-z))"),
    (r"\left( \frac{1}{4} \right)^{10}", "((1 / 4) ^ 10)"),
    (r"X^\top Y", "((X^T) * Y)"),
    (r"X^{\top}", "(X^T)"),
    (r"\mathbf 1^\top \mathbf 1", "((bold 1^T) * bold 1)"),
    ("(X W)_{im}", "(X * W)[i, m]"),
    ("(X W)_{im}^2", "((X * W)[i, m] ^ 2)"),
    ("W^{[r]}", "W^[r]"),
    ("a^{[r-1]}_{ij}", "a^[(r - 1)][i, j]"),
    ("a_{ij}^{[r-1]}", "a^[(r - 1)][i, j]"),
    (r"W^{[r]\top}", "(W^[r]^T)"),
    ("(w^{[r]}_{jm})^2", "(w^[r][j, m] ^ 2)"),
    # functions
    (r"\sigma(z)", "sigma(z)"),
    (r"\sigma'(z)^2", "(sigma'(z) ^ 2)"),
    ("f''(x)", "f''(x)"),
    ("f^{[r]}(Z)", "f^[r](Z)"),
    ("f'^{[r]}(Z)", "f'^[r](Z)"),
    (r"\operatorname{ReLU}'(0)", "ReLU'(0)"),
    (r"\operatorname{diag}(p)_{kl}", "diag(p)[k, l]"),
    (r"\mathbb E[x^2]", "E((x ^ 2))"),
    (r"\operatorname{E}\left[ x \right]^2", "(E(x) ^ 2)"),
    (r"\ln p_{i c_i}", "ln(p[i, c[i]])"),
    (r"y \ln x", "(y * ln(x))"),
    (r"\ln(x) y", "(ln(x) * y)"),
    (r"\ln \frac{a}{b}", "ln((a / b))"),
    (r"\ln 2 + x", "(ln(2) + x)"),
    (r"\ln{x y}", "ln((x * y))"),
    (r"\ln \sigma(x)", "ln(sigma(x))"),
    (r"\operatorname{Im} f(x + \mathrm i h)", "Im(f((x + (upright i * h))))"),
    (r"\max(0, z)", "max(0, z)"),
    ("O(h^2)", "O((h ^ 2))"),
    ("g(x)", "(g * x)"),
    (r"\sqrt{x}", "sqrt(x)"),
    (r"\lvert x \rvert^2", "(abs(x) ^ 2)"),
    (r"\lVert x \rVert_2^2", "(norm(x; 2) ^ 2)"),
    (r"\left\lVert x \right\rVert", "norm(x)"),
    # what reaches over the factors that follow
    (r"\sum_{l=1}^{M} a_l b + c", "(sum(l = 1..M: (a[l] * b)) + c)"),
    (r"\sum_{l=1}^M a_l \cdot b", "sum(l = 1..M: (a[l] * b))"),
    (r"a \sum_{k=1}^{M} b_k \sum_{l=1}^{M} c_l", "(a * sum(k = 1..M: (b[k] * sum(l = 1..M: c[l]))))"),
    (r"\left( \sum_{l=1}^{M} a_l \right) b", "(sum(l = 1..M: a[l]) * b)"),
    (r"\sum_{s=0}^{t-1} a_s", "sum(s = 0..(t - 1): a[s])"),
    (r"\prod_{r=1}^{R} a_r", "product(r = 1..R: a[r])"),
    (r"\max_l z_{il} + 1", "(max(l: z[i, l]) + 1)"),
    (r"\min_{l} z_{il}", "min(l: z[i, l])"),
    (r"\arg\max_m p_{im}", "argmax(m: p[i, m])"),
    (r"\lim_{h \to 0} (2 x + h) = 2 x", "limit(h -> 0: ((2 * x) + h)) = (2 * x)"),
    # derivatives
    (r"\frac{\partial J}{\partial w_{jm}}", "D(J; w[j, m])"),
    (r"\frac{\partial J}{\partial Z} W", "(D(J; Z) * W)"),
    (r"\frac{\partial J}{\partial W^{[r]}}", "D(J; W^[r])"),
    (r"\frac{\partial \ln p}{\partial z}", "D(ln(p); z)"),
    (r"\frac{\partial}{\partial x} x^3 y + 1", "(D(((x ^ 3) * y); x) + 1)"),
    (r"\frac{\partial^2 L}{\partial z_{ik} \, \partial z_{il}}", "D(L; z[i, k], z[i, l])"),
    (r"\frac{\partial^2 f}{\partial x^2}", "D(f; x, x)"),
    (r"\frac{\partial^{3}}{\partial x^{2} \partial y} f(x, y)", "D(f(x, y); x, x, y)"),
    (r"\frac{\mathrm d\sigma}{\mathrm dx}", "d(sigma; x)"),
    (r"\frac{\mathrm{d}}{\mathrm{d}x} x^2", "d((x ^ 2); x)"),
    (r"\partial J / \partial z_{im}", "D(J; z[i, m])"),
    # matrices and cases
    (r"\begin{bmatrix} 1 & -a \\ 0 & b c \end{bmatrix}", "[1, (-a); 0, (b * c)]"),
    (r"\begin{pmatrix} a & b \end{pmatrix}^\top", "([a, b]^T)"),
    (r"\begin{bmatrix} x_1 & \cdots & x_n \end{bmatrix}", "[x[1], ..., x[n]]"),
    (r"\begin{cases} z, & z > 0 \\ 0, & z \le 0 \end{cases}", "{z if z > 0; 0 if z <= 0}"),
    # statements
    ("a := b = c", "a := b = c"),
    (r"0 \le a < b \ne c \geq d", "0 <= a < b != c >= d"),
    (r"\theta \leftarrow \theta - \eta g", "theta <- (theta - (eta * g))"),
    (r"\pi \approx 3.14", "pi ~= 3.14"),
    (r"a \propto b", "a ~ b"),
    (r"a = b \Rightarrow f(a) = f(b)", "a = b => f(a) = f(b)"),
    ("x = 1 .", "x = 1"),
    ("x = 1,", "x = 1"),
    (r"a = b \quad (M = 2)", "a = b where M = 2"),
    (r"a = b , \qquad (x \ne 0, M = 2) .", "a = b where x != 0, M = 2"),
    (r"a = b \quad 1 \le r < R, x > 0", "a = b where 1 <= r < R, x > 0"),
    (r"a = b \quad (a + b) c > 0", "a = b where ((a + b) * c) > 0"),
    (r"a = b \quad \forall m", "a = b where for all m"),
    (r"a = b \quad \forall x > 0 \quad (M = 2)", "a = b where for all x > 0, M = 2"),
    (r"a = b \quad \text{(chain rule)}", "a = b"),
    (r"\begin{aligned} a &= b \\ &= c \end{aligned}", "a = b = c"),
    (r"\begin{aligned} a &:= b = c \\ d &\le e \end{aligned}", "a := b = c\nd <= e"),
    (r"\begin{aligned} a &= b \quad (b > 0) && \text{(why)} \\ &= c . \end{aligned}", "a = b where b > 0 = c"),
    (r"\begin{aligned} a &= b \\ &= c \end{aligned} \quad (c > 0)", "a = b = c where c > 0"),
    (r"\begin{align*} a &= b \end{align*}", "a = b"),
    (r"\begin{equation} a = b \end{equation}", "a = b"),
    ("a + b", "(a + b)"),
]


@pytest.mark.parametrize(("source", "reading"), READINGS, ids=[source for source, _ in READINGS])
def test_a_formula_has_the_reading_that_is_meant(source, reading):
    formula = read(source, NOTATION)
    assert show(formula) == reading
    assert read(latex(formula), NOTATION) == formula


ERRORS = [
    # one reading or none
    (r"\ln x y", 7, "one operand"),
    (r"\ln x (y)", 7, "one operand"),
    (r"\ln x^2", 6, "one operand"),
    (r"\ln x \cdot y", 7, "one operand"),
    (r"\ln{x y} z", 10, "one operand"),
    (r"\ln{x + y}", 7, "expected }"),
    (r"\ln -x", 5, "argument in parentheses"),
    (r"\sigma z", 8, "argument in parentheses"),
    (r"\sigma^2(z)", 7, "both in parentheses"),
    (r"\sigma = 1", 8, "argument in parentheses"),
    ("a/bc", 4, "how far the slash reaches"),
    ("a/b c", 5, "how far the slash reaches"),
    ("a/b/c", 4, "how far the slash reaches"),
    (r"1/n \sum_{l=1}^{M} a_l", 5, "how far the slash reaches"),
    (r"A B \odot C", 5, "single factors"),
    (r"A \odot B C", 11, "single factors"),
    (r"A \odot B \cdot C", 11, "single factors"),
    (r"A \oslash B \odot C", 13, "single factors"),
    ("x_{12}", 4, "write commas"),
    ("w_{110}", 4, "write commas"),
    ("x_{i12}", 5, "write commas"),
    ("x_{1 2}", 6, "write commas"),
    ("(X W)_{10}", 8, "write commas"),
    ("x 2", 3, "a number stands first"),
    ("2 3", 3, "a number stands first"),
    (r"1\,048", 4, "0 and another digit"),
    ("x^10", 4, "need braces"),
    ("x^-1", 3, "braces are expected"),
    (r"\frac12", 6, "braces are expected"),
    (r"a \cdot -b", 9, "negative operand"),
    (r"\sum_{l=1}^{M} -a_l", 16, "negative operand"),
    (r"\sum_l a_l", 6, "both limits"),
    (r"\frac{1}{2}^2", 12, "needs parentheses"),
    (r"\frac{\partial J}{\partial Z}_{im}", 30, "needs parentheses"),
    (r"\sqrt{x}^2", 9, "needs parentheses"),
    ("W^{[r]}^2", 8, "needs parentheses"),
    ("x^2_i", 4, "indices stand before"),
    ("x^{(i)}", 4, "looks like an index"),
    ("X^T", 3, r"written ^\top"),
    ("{a b} c", 1, "braces do not show"),
    (r"a \times b", 3, r"a product is \cdot"),
    (r"2.5 \times 11^3", 12, r"a product is \cdot"),
    # statements
    ("a = b := c", 7, "only the first relation"),
    (r"\frac{\partial J}{\partial z} := 1", 1, "can be defined"),
    ("a b := 1", 1, "can be defined"),
    (r"\theta \leftarrow a = b", 8, "stands alone"),
    (r"a = b \quad (x := 1)", 16, "cannot define"),
    (r"a = b \quad c", 14, "expected an operator or relation"),
    (r"a = b \quad \forall i + j", 21, "a letter or a condition"),
    ("a = b, c = d", 8, "expected the end"),
    ("a &= b", 3, "expected the end"),
    (r"\begin{aligned} &= b \end{aligned}", 18, "nothing before &"),
    (r"\begin{aligned} a = b \end{aligned}", 19, "expected &"),
    (r"\begin{aligned} a &= b && \text{x} \quad \text{y} \end{aligned}", 36, "expected"),
    (r"\begin{aligned} a &= b \quad \text{x} && \text{y} \end{aligned}", 42, "one margin note"),
    (r"a = b \quad \text{x} \quad \text{y}", 28, "one margin note"),
    (r"a + b \quad \text{x}", 13, "belongs to one relation"),
    (r"a = b \quad \text{(if a is odd)}", 13, "cannot say 'if'"),
    (r"a = b \quad \text{Where it holds}", 13, "cannot say 'Where'"),
    (r"\begin{bmatrix} a & b \\ c \end{bmatrix}", 26, "a row of 1"),
    (r"\begin{cases} x & y \end{cases}", 21, "expected an operator or relation"),
    (r"\frac{\partial^2 f}{\partial x}", 1, "the order is 2 above and 1 below"),
    (r"\frac{\partial^n f}{\partial x^n}", 16, "expected"),
    (r"\frac{\partial^0 f}{\partial x}", 15, "from 1 to 9"),
    (r"\frac{\mathrm d f}{\partial x}", 1, "not both"),
    (r"\lVert x \rVert_{ij}", 19, "one order"),
    # what is no part of the language
    ("", 1, "ends too early"),
    ("a =", 4, "ends too early"),
    ("(a", 1, "not closed"),
    ("a)", 2, "closes nothing"),
    (r"\lvert x \rVert", 10, "closes nothing"),
    (r"\begin{aligned} a &= b \end{align}", 24, r"\end{align} closes nothing"),
    ("|x|", 1, r"\lvert x \rvert"),
    ("x * y", 3, r"\cdot"),
    ("x!", 2, "cannot be read"),
    ("x % y", 3, "hide the rest"),
    ("$x$", 1, "one formula"),
    ("α", 1, "not ASCII"),
    ("a\u00a0b", 2, "not ASCII"),
    (r"\text{a – b}", 9, "not ASCII"),
    (r"\phantom{x}", 1, "cannot be read"),
    (r"\color{red} x", 1, "cannot be read"),
    (r"\def\x{y}", 1, "cannot be read"),
    (r"x \label{eq-x}", 3, "after the closing $$"),
    (r"\log x", 1, r"\ln"),
    (r"\operatorname{foo}(x)", 1, "not declared"),
    (r"\mathrm{d}", 11, "ends too early"),
    (r"\mathrm{e}^x", 1, "stand upright"),
    (r"\text{a $b$}", 1, "without formulas"),
    (r"\left. x \right|", 1, "needs a parenthesis"),
    (r"\begin{array}{c} x \end{array}", 1, "environment array"),
    ("007", 1, "0 and another digit"),
]


@pytest.mark.parametrize(("source", "column", "reason"), ERRORS, ids=[source or "nothing" for source, _, _ in ERRORS])
def test_what_has_no_single_reading_is_an_error_at_its_place(source, column, reason):
    with pytest.raises(LatexError) as caught:
        read(source, NOTATION)
    assert reason in caught.value.reason
    assert (caught.value.line, caught.value.column) == (1, column)


def test_an_error_shows_its_line_with_a_caret():
    with pytest.raises(LatexError) as caught:
        read("\\begin{aligned}\na &= b \\\\\n  &= \\foo c\n\\end{aligned}", NOTATION)
    assert (caught.value.line, caught.value.column) == (3, 6)
    assert caught.value.snippet == "  &= \\foo c\n     ^^^^"
    assert str(caught.value) == f"line 3, column 6: the command \\foo cannot be read\n{caught.value.snippet}"


def test_what_an_own_notation_does_not_declare_is_said_with_the_part_in_which_to_declare_it():
    own = parse("scalars: [{letter: x, meaning: input}]")
    for source, reason in (
        (r"\tanh(x)", "the command \\tanh cannot be read: declare it under functions"),
        ("f(x) := x", "a function that is declared under functions"),
        (r"x := 1, \quad x := 2", "write the definition in a display of its own"),
    ):
        with pytest.raises(LatexError) as caught:
            read(source, own)
        assert reason in caught.value.reason


def test_a_letter_before_a_parenthesis_is_applied_only_if_the_notation_says_so():
    assert show(read("f(x)", NOTATION)) == "f(x)"
    assert show(read("f(x)", parse(""))) == "(f * x)"


# What is added to the language ----------------------------------------------------------------------------------------

FLOOR = r"""
from dataclasses import dataclass
from nncore.verify.syntax import tree as t

@dataclass(frozen=True, slots=True)
class Floor(t.Bracketed):
    opening, closing, plain = r"\lfloor", r"\rfloor", "floor"

t.BRACKETS += (Floor,)  # one row, in one place

from nncore.verify.notation import parse
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import latex, show

def reason(source):
    try:
        return show(read(source, parse("")))
    except LatexError as error:
        return error.reason

for source, expected in (
    (r"\lfloor x + 1 \rfloor", "floor((x + 1))"),
    (r"2 \left\lfloor x \right\rfloor^2", "(2 * (floor(x) ^ 2))"),
    (r"\lfloor x", r"\lfloor is not closed"),
    (r"\lfloor x \rvert", r"\rvert closes nothing here"),
    (r"x \rfloor", r"\rfloor closes nothing here"),
    (r"\lfloor \rfloor", r"unexpected \rfloor: expected an operand or \partial"),
    (r"\lfloor x, y \rfloor", r"unexpected ,: expected \rfloor"),
    (r"a \lfloor x \rfloor_2", "only a norm carries an index, so put parentheses"),
    (r"x \cdot -\lfloor x \rfloor", "unexpected -: a negative operand needs parentheses"),
):
    assert reason(source) == expected, (source, reason(source))
formula = read(r"\lfloor -x \rfloor = \lfloor \lvert x \rvert \rfloor", parse(""))
assert read(latex(formula), parse("")) == formula
assert type(formula.statements[0].first) is Floor
"""


def test_a_bracket_is_added_by_one_row(tmp_path):
    script = tmp_path / "floor.py"
    script.write_text(FLOOR, encoding="utf-8")
    found = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


def test_every_bracket_has_a_row_with_signs_of_its_own():
    names = {bracket.__name__ for bracket in t.Bracketed.__subclasses__()}
    assert names == {bracket.__name__ for bracket in t.BRACKETS}, "a bracket is missing in BRACKETS of syntax/tree.py"
    for part in ("opening", "closing", "plain"):
        written = [getattr(bracket, part, None) for bracket in t.BRACKETS]
        assert None not in written and len({*written}) == len(written), f"each bracket needs its own {part}"


def test_every_relation_compares_in_a_way_of_its_own():
    """Both judges know the six ways in which two sides can compare; another command for one of them is an alias."""
    ways = [relation.signs for relation in t.Relation if relation.compares]
    assert len({*ways}) == len(ways) == 6, "a relation with the signs of another one is an alias in its row"
    signs = [sign for relation in t.Relation for sign in (relation, *relation.aliases)]
    assert len({*signs}) == len(signs), "two relations have the same command"
    assert len({relation.plain for relation in t.Relation}) == len(t.Relation)


def terminals():
    return {symbol.name for rule in _parser().rules for symbol in rule.expansion if symbol.is_term}


def test_each_token_of_the_grammar_has_one_row_with_signs_of_its_own():
    assert terminals() == TOKENS.keys() - {"$END"}
    signs = [sign for _, signs in TOKENS.values() for sign in signs.split()]
    assert len(signs) == len(set(signs))
    assert set(signs) >= PARTNERS.keys() | set(PARTNERS.values())


def test_a_token_without_a_row_is_noticed_when_the_parser_is_built(monkeypatch):
    _parser.cache_clear()
    monkeypatch.delitem(TOKENS, "_CDOT")
    with pytest.raises(GrammarError, match="_CDOT"):
        _parser()


def test_the_grammar_has_no_conflicts():
    _parser.cache_clear()
    assert _parser().options.parser == "lalr"
    assert _parser().options.strict


def test_saved_tables_are_the_same_bytes_each_time_and_read_what_the_grammar_reads():
    program = "import sys; from nncore.verify.syntax.parser import save_tables; sys.stdout.buffer.write(save_tables())"
    one, other = (
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        for seed in ("1", "2")
    )
    assert one.stdout == other.stdout == save_tables() and len(one.stdout) > 50_000
    made, loaded = _made(), load_tables(one.stdout)
    for source in (
        r"p_{im} = \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}",
        r"\partial J = 0",
        "x = ",
        r"\sigma^2(z) = z",
    ):
        tokens = list(scan(source, ()))
        trees = []
        for parser in (made, loaded):
            try:
                trees.append(parser.parse(tokens))
            except UnexpectedToken as error:
                trees.append((str(error.token), sorted(error.accepts)))
        assert trees[0] == trees[1], source


def test_tables_of_another_grammar_are_not_read():
    saved = save_tables()
    assert load_tables(saved) is not None
    assert load_tables(bytes([saved[0] ^ 1]) + saved[1:]) is None


def test_each_node_knows_its_place_in_the_source():
    source = r"J = \frac{1}{n} \sum_{i=1}^{n} (p_{im} - y_{im}) x_{ij}"
    places = {show(node): source[slice(*node.span)] for node, _ in t.walk(read(source, NOTATION)) if node.span[1]}
    assert places["(p[i, m] - y[i, m])"] == "(p_{im} - y_{im})"
    assert places["x[i, j]"] == "x_{ij}"
    assert places["(-y[i, m])"] == "- y_{im}"
    assert places["sum(i = 1..n: ((p[i, m] - y[i, m]) * x[i, j]))"] == r"\sum_{i=1}^{n} (p_{im} - y_{im}) x_{ij}"


def test_spacing_and_delimiter_sizes_change_nothing():
    assert read(r"\left(\,a\;b\!\right)\: c\ d", NOTATION) == read("(a b) c d", NOTATION)


def test_a_margin_note_is_kept_with_its_relation():
    source = r"\begin{aligned} a &= b && \text{(one)} \\ &= c && \text{(two)} \end{aligned}"
    (chain,) = read(source, NOTATION).statements
    assert [link.note.text for link in chain.links] == ["(one)", "(two)"]


@pytest.mark.parametrize("opening", ["(", r"\frac{1}{", r"\lvert ", "x_{"])
def test_deep_nesting_is_an_error(opening):
    closing = {"(": ")", r"\lvert ": r" \rvert"}.get(opening, "}")
    with pytest.raises(LatexError, match="within each other"):
        read(opening * (DEEPEST + 1) + "x" + closing * (DEEPEST + 1), NOTATION)


def test_a_long_chain_of_sums_is_an_error_and_no_crash():
    with pytest.raises(LatexError, match="within each other"):
        read(r"\sum_{l=1}^{M} " * HIGHEST + "x", NOTATION)


def test_an_overlong_formula_is_an_error():
    with pytest.raises(LatexError, match="more than"):
        read("x" * (LONGEST + 1), NOTATION)


def test_a_formula_of_the_greatest_length_is_read():
    (chain,) = read("x + " * (LONGEST // 4 - 1) + "x", NOTATION).statements
    assert len(chain.first.terms) == LONGEST // 4


# Random trees and random text -----------------------------------------------------------------------------------------

_LETTERS = st.sampled_from(["a", "x", "W", r"\theta", r"\hat{u}", r"\mathbf{1}", "e", "n"]).map(t.Letter)
_DIGITS = st.integers(0, 9).map(lambda digit: t.Number(str(digit)))
_INDEX_LETTERS = st.sampled_from("ijklm").map(t.Letter)
_ENTRY_INDICES = st.builds(lambda letter, index: t.Indexed(letter, (index,)), st.just(t.Letter("c")), _INDEX_LETTERS)
_ONE_INDEX = _INDEX_LETTERS | _DIGITS | _ENTRY_INDICES
_SUMS_OF_INDICES = st.builds(
    lambda one, other, minus: t.Plus((one, t.Minus(other) if minus else other)),
    _INDEX_LETTERS, _DIGITS, st.booleans(),
)  # fmt: skip
_INDICES = st.lists(_ONE_INDEX | _SUMS_OF_INDICES, min_size=1, max_size=3).map(tuple)
_FAMILIES = st.builds(t.Family, _LETTERS, _INDEX_LETTERS | _SUMS_OF_INDICES)
_VARIABLES = _LETTERS | _FAMILIES | st.builds(t.Indexed, _LETTERS | _FAMILIES, _INDICES)
_NUMBERS = st.one_of(
    st.integers(0, 10**6).map(lambda value: t.Number(str(value))),
    st.builds(lambda whole, part: t.Number(f"{whole}.{part}"), st.integers(0, 99), st.integers(0, 999)),
    st.builds(lambda digits, exponent: t.Number(digits, exponent), st.just("2.5"), st.sampled_from([-16, -3, 6])),
)
_FUNCTIONS = st.builds(
    t.Function,
    st.sampled_from([r"\ln", r"\sigma", "f", r"\operatorname{ReLU}"]),
    st.integers(0, 2),
    st.none() | _INDEX_LETTERS,
)


def _tuples(parts, least, most):
    return st.lists(parts, min_size=least, max_size=most).map(tuple)


def _rows(parts):
    return st.integers(1, 3).flatmap(lambda width: _tuples(_tuples(parts, width, width), 1, 2))


def _larger(parts):
    condition = st.builds(lambda left, right: t.Chain(left, (t.Link(t.Relation.AT_MOST, right),)), parts, parts)
    some = _tuples(parts, 2, 3)
    cases = _tuples(st.builds(t.Case, parts, condition), 1, 2)
    return st.one_of(
        st.builds(t.Plus, some),
        st.builds(t.Minus, parts),
        st.builds(t.Times, some),
        st.builds(t.EntryTimes, some),
        st.builds(t.EntryFraction, parts, parts),
        st.builds(t.Fraction, parts, parts),
        st.builds(t.Power, parts, parts),
        st.builds(t.Transpose, parts),
        st.builds(t.Indexed, parts, _INDICES),
        st.builds(t.Root, parts),
        st.builds(t.Absolute, parts),
        st.builds(t.Norm, parts, st.none() | _DIGITS),
        st.builds(t.Apply, _FUNCTIONS, _tuples(parts, 1, 2)),
        st.builds(t.Sum, _INDEX_LETTERS, parts, parts, parts),
        st.builds(t.Product, _INDEX_LETTERS, parts, parts, parts),
        st.builds(t.Extremum, st.sampled_from(["max", "min", "argmax", "argmin"]), _INDEX_LETTERS, parts),
        st.builds(t.Limit, _LETTERS, parts, parts),
        st.builds(t.Derivative, parts | _FUNCTIONS, _tuples(_VARIABLES, 1, 3), st.booleans()),
        st.builds(t.Matrix, _rows(parts | st.just(t.Ellipsis(r"\cdots")))),
        st.builds(t.Cases, cases),
    )


_EXPRESSIONS = st.recursive(_VARIABLES | _NUMBERS, _larger, max_leaves=12)
_CHAINS = st.builds(
    lambda first, links: t.Chain(first, tuple(t.Link(t.Relation(relation), right) for relation, right in links)),
    _EXPRESSIONS,
    st.lists(st.tuples(st.sampled_from(["=", r"\le", r"\ne", r"\approx"]), _EXPRESSIONS), max_size=2),
)
_CLAIMS = _CHAINS.filter(lambda chain: chain.links)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(_CHAINS, st.lists(_CLAIMS, max_size=2))
def test_every_tree_is_read_back_from_its_latex(chain, conditions):
    formula = t.Formula((chain,), tuple(conditions))
    assert read(latex(formula), NOTATION) == formula


_PIECES = st.sampled_from(
    (
        r"\sum_{l=1}^{M} \frac{ } { \partial x y_{im} ^ _ ( ) [ ] \ln \sigma f ' 1 23 0.5 + - / \cdot \odot = := \le & "
        r"&& \\ \quad \begin{aligned} \end{aligned} \begin{bmatrix} \end{bmatrix} \begin{cases} \end{cases} \text{why} "
        r"\left( \right) \max \arg\max_m \top \mathbf \hat \mathrm d \Rightarrow \forall \lvert \rvert ^{[ ]} , . "
        r"\times 10^{-3} \foo $ %"
    ).split()
)


@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_PIECES, max_size=25).map(" ".join) | st.text(max_size=40))
@example("\\")
@example("\\begin{aligned}")
@example("^")
def test_any_text_is_read_or_refused_with_a_latex_error(source):
    try:
        formula = read(source, NOTATION)
    except LatexError as error:
        assert 1 <= error.line <= source.count("\n") + 1
        assert error.column >= 1
    else:
        assert read(latex(formula), NOTATION) == formula


@pytest.mark.parametrize("formula", [
    "x = %s", r"\sum_{q=1}^{%s} 1 = 1", r"x = x \quad (n = %s)", "x^{%s} = 1", r"b_{%s} = 0", r"W^{[%s]} = W^{[1]}",
    r"%s \times 10^{2} = 1", r"0.%s = x", r"\frac{1}{%s} = x", r"D_{r+%s} = 1", r"x^{%s} = h \Rightarrow x = x",
])  # fmt: skip
def test_a_number_with_too_many_digits_is_an_error_with_its_place(formula):
    with pytest.raises(LatexError, match="a number of more than 300 digits") as raised:
        read(formula % ("9" * 5000), NOTATION)
    assert raised.value.column > 0
    assert read(formula % ("9" * 200), NOTATION)


def test_relations_in_parentheses_are_told_from_those_without():
    tree = read(r"x = x \quad (x > 1, z > 1), h > 1, \quad a > 1 \quad (b > 1)", NOTATION)
    assert [type(condition).__name__ for condition in tree.conditions] == ["Given", "Given", "Chain", "Chain", "Given"]
