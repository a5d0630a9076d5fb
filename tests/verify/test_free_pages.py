r"""A page in free spelling as a whole: indices that nothing declares, definitions below their use, parts of a display.

Each rule makes a false statement possible that a careless version of it would accept; those stand beside the true ones.
"""

from pathlib import Path

import pytest

from nncore.verify.judgement import Status
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION, check
from nncore.verify.semantics.statements import Kind

DEFINITION, TRUE, FALSE, NONE = Kind.DEFINITION, Status.ALL_SHAPES, Status.REFUTED, Status.WITHOUT_MEANING
ARRAYS = r"""```{notation}
shadows: [A, W, b, x, z, y, L, i, j, k, q, X, B, Y, Z, h, P]
sizes:
  - {letter: n_x, meaning: inputs}
  - {letter: n_h, meaning: units}
arrays:
  - {letter: W, shape: [n_h, n_x], meaning: weights}
  - {letter: x, shape: [n_x, 1], meaning: inputs}
  - {letter: b, shape: [n_h, 1], meaning: biases}
  - {letter: z, shape: [n_h, 1], meaning: sums}
  - {letter: y, shape: [n_h, 1], meaning: targets}
  - {letter: '\hat{y}', shape: [n_h, 1], meaning: probabilities}
scalars:
  - {letter: q, meaning: a number}
  - {letter: h, meaning: a number}
```
"""


def report(folder: Path, *displays: str, block: str = ARRAYS):
    path = folder / "a.md"
    path.write_text(block + "\n\n".join(f"$$ {each} $$" for each in displays), encoding="utf-8")
    (page,) = check([path], load(NOTATION), root=folder, processes=1, free=True).pages
    assert not [problem for problem in page.problems if "notation" in problem.reason], page.problems
    return page.formulas


def statuses(folder: Path, *displays: str, block: str = ARRAYS) -> list:
    return [formula.status for formula in report(folder, *displays, block=block)]


# Indices that nothing declares ----------------------------------------------------------------------------------------

SUMS = r"z_j = \sum_i W_{ji} x_i + b_j"


@pytest.mark.parametrize(
    ("claim", "status"),
    [
        (r"\frac{\partial z_j}{\partial x_i} = W_{ji}", TRUE),
        (r"\frac{\partial z_i}{\partial x_j} = W_{ij}", TRUE),
        (r"\frac{\partial z_i}{\partial x_j} = W_{ij} + \delta_{ij}", NONE),  # i and j run over different sizes
        (r"\frac{\partial z_k}{\partial b_j} = \delta_{kj}", TRUE),
        (r"\frac{\partial z_k}{\partial b_j} = 1", FALSE),
        (r"\frac{\partial z_k}{\partial W_{ji}} = \delta_{kj} x_i", TRUE),
        (r"\frac{\partial z_k}{\partial W_{ji}} = \delta_{kj} x_k", NONE),
        (r"\sum_j \frac{\partial z_j}{\partial x_i} = \sum_k W_{ki}", TRUE),
        (r"\sum_j \sum_i W_{ji} x_i + \sum_j b_j = \sum_j z_j", TRUE),
        (r"\sum_j \sum_i W_{ji} x_i = \sum_j z_j", FALSE),
        (r"\sum_{i=1}^{n_h} x_i = \sum_i x_i", NONE),  # x is as long as n_x
        (r"x_i + 0 = b_i", NONE),
        (r"\frac{\partial z_j}{\partial b_k} = 0 \quad (j \ne k)", TRUE),
        (r"\frac{\partial z_j}{\partial b_k} = 1 \quad (j \ne k)", FALSE),
    ],
)
def test_an_index_that_nothing_declares_runs_over_what_it_stands_at(tmp_path, claim, status):
    assert statuses(tmp_path, SUMS.replace("z_j", "a_j"), claim.replace("z_", "a_")) == [DEFINITION, status]
    assert statuses(tmp_path, SUMS, claim) == [DEFINITION, status]


def test_an_index_keeps_the_range_that_is_declared(tmp_path):
    block = ARRAYS.replace("arrays:\n", "indices:\n  - {letter: i, to: n_h, meaning: unit}\narrays:\n")
    assert statuses(tmp_path, r"b_i + 0 = b_i", block=block) == [TRUE]
    (found,) = report(tmp_path, r"x_i + 0 = x_i", block=block)
    assert found.status is NONE and "i runs to n_h" in found.problems[0].reason


def test_the_range_of_an_index_is_said(tmp_path):
    (found,) = report(tmp_path, r"x_j + 0 = x_j")
    assert "j from 1 to n_x, as where it stands" in found.remarks


# Letters with a letter below ------------------------------------------------------------------------------------------

WORDS = r"""```{notation}
shadows: [u, v, W, X, D, V]
sizes:
  - {letter: D, meaning: dimension}
  - {letter: '|V|', meaning: words}
arrays:
  - {letter: v_c, shape: [D, 1], meaning: center}
  - {letter: u_o, shape: [D, 1], meaning: outside}
  - {letter: W, shape: ['|V|', 1], meaning: weights}
```
"""


def test_a_letter_with_a_letter_below_is_declared_as_one(tmp_path):
    claims = (
        r"\frac{\partial (u_o^\top v_c)}{\partial v_c} = u_o",
        r"\frac{\partial (u_o^\top v_c)}{\partial v_c} = v_c",
    )
    assert statuses(tmp_path, *claims, block=WORDS) == [TRUE, FALSE]


def test_where_a_sum_binds_what_stands_below_it_is_an_index(tmp_path):
    (status,) = statuses(tmp_path, r"\sum_{c=1}^{D} v_c = D v_c", block=WORDS)
    assert status is NONE


def test_the_number_of_members_of_a_set_is_declared_as_a_size(tmp_path):
    claims = (r"\sum_{w \in V} W_w = \sum_{w \in V} 1 W_w", r"\sum_{w \in V} W_w = \sum_{w \in V} 2 W_w")
    assert statuses(tmp_path, *claims, block=WORDS) == [TRUE, FALSE]


# Definitions below their use ------------------------------------------------------------------------------------------

LOSS = r"L = -\sum_k y_k \ln \hat{y}_k"
SOFTMAX = r"\hat{y}_k = \frac{e^{z_k}}{\sum_j e^{z_j}}"
GRADIENT = r"\frac{\partial L}{\partial z_k} = \hat{y}_k \sum_j y_j - y_k"


def test_a_forward_pass_may_stand_below_what_is_made_of_it(tmp_path):
    by_estimate = r"\frac{\partial L}{\partial \hat{y}_k} = -\frac{y_k}{\hat{y}_k}"
    assert statuses(tmp_path, LOSS, by_estimate, SOFTMAX, GRADIENT) == [DEFINITION, TRUE, DEFINITION, TRUE]
    assert statuses(tmp_path, LOSS, SOFTMAX, GRADIENT.replace("- y_k", "+ y_k")) == [DEFINITION, DEFINITION, FALSE]
    found = report(tmp_path, LOSS, SOFTMAX)[1]
    assert any("as its definition, the only one of the file" in remark for remark in found.remarks)


@pytest.mark.parametrize(
    "displays",
    [
        (r"q + h = 1", r"h = 1 - q"),  # a relation, which the second one solves
        (r"2 h = q", r"h = 3 q"),
        (r"h^2 = q", r"h = 2 q"),
        (r"\sum_k \hat{y}_k = 3", SOFTMAX),
        (r"q = 1 - h", r"h = 2 - q"),  # each by the other
        (LOSS, SOFTMAX, r"\hat{y}_k = z_k"),  # two of them
        (LOSS, r"\hat{y}_k = 0"),  # a value
    ],
)
def test_an_equation_that_restricts_or_repeats_defines_nothing_that_occurs_above(tmp_path, displays):
    assert DEFINITION not in statuses(tmp_path, *displays)[1:]


SCALARS = (
    r"""```{notation}
shadows: [x, z, y, c, q, w, v, s, t, g, a, b, u]
scalars:
"""
    + "".join(f"  - {{letter: {letter}, meaning: a number}}\n" for letter in "xyabwstuv")
    + "```\n"
)


@pytest.mark.parametrize(
    "displays",
    [
        (r"z = x + y", r"z = 2 x", r"y = x"),
        (r"z = x y", r"z \ge 0", r"y = x"),
        (r"q = (y - w x)^2", r"\frac{\partial q}{\partial y} = 0", r"w = \frac{y}{x}"),
        (r"q = \frac{s}{t}", r"\frac{\partial q}{\partial t} = 1", r"s = t^2"),
        (r"c := a + b", r"c = 1", r"b = 1 - a"),
        (r"c = a + b", r"c = 1", r"b = 1 - a", r"c = 1"),
        (r"g = a b", r"g = 1", r"b = 1 / a"),
        (r"F(x) = f(x)^2", r"F'(x) = 2 x", r"f(x) = x"),
    ],
)
def test_what_is_said_above_a_late_definition_knows_nothing_of_it(tmp_path, displays):
    assert statuses(tmp_path, *displays, block=SCALARS)[1] in (FALSE, NONE, Status.UNDECIDED)


@pytest.mark.parametrize(
    "displays",
    [
        (r"q = -v \ln u - (1 - v) \ln(1 - u)", r"\frac{\partial q}{\partial u} = \frac{u - v}{u (1 - u)}", r"u = v"),
        (r"q = w x", r"\frac{\partial q}{\partial w} = x", r"w = x^2"),
        (r"q = e^x", r"x = \ln q"),
        (r"q = w x + a", r"\frac{\partial q}{\partial w} = x", r"x = \frac{q - a}{w}"),
    ],
)
def test_what_is_true_above_a_late_definition_stays_so(tmp_path, displays):
    assert statuses(tmp_path, *displays, block=SCALARS)[1] == TRUE


def test_of_two_late_definitions_one_may_be_made_of_the_other(tmp_path):
    text = (r"q = (u - t)^2", r"u = z^2", r"z = w + 1", r"\frac{\partial q}{\partial w} = 4 (u - t) z")
    assert statuses(tmp_path, *text, block=SCALARS) == [DEFINITION, DEFINITION, DEFINITION, TRUE]


def test_what_an_assumption_says_of_is_defined_by_no_equation_below(tmp_path):
    assumed = "```{prf:assumption}\n:label: asm-s\n$$ a + b = 1 $$\n```\n\nBy {prf:ref}`asm-s`,\n\n"
    found = statuses(tmp_path, r"b = 2 - a", block=SCALARS + assumed)
    assert DEFINITION not in found and TRUE not in found


def test_after_a_display_that_cannot_be_read_nothing_is_the_first_use_of_its_letters(tmp_path):
    text = (r"q_0 = \sum_{i<j} x_i x_j", r"q_0 = \sum_i x_i^2", r"q_0 = \sum_i x_i x_i")
    assert statuses(tmp_path, *text) == [Status.UNREADABLE, NONE, NONE]
    text = (r"q = \sum_{i<j} x_i x_j", r"q = \sum_i x_i^2")
    first, second = report(tmp_path, *text)
    assert first.status is second.status is Status.UNREADABLE
    assert "whether this defines q is not clear" in second.problems[0].reason


def test_a_definition_of_some_entries_is_none_of_all(tmp_path):
    text = (r"o_i = x_i \quad (1 \le i \le n_h)", r"\sum_{i=1}^{n_x} o_i = \sum_{i=1}^{n_x} x_i")
    assert TRUE not in statuses(tmp_path, *text)
    text = (r"o_i = x_i \quad (1 \le i \le n_x)", r"\sum_{i=1}^{n_x} o_i = \sum_{i=1}^{n_x} x_i")
    assert statuses(tmp_path, *text) == [DEFINITION, TRUE]


def test_a_sum_over_unequal_indices_is_not_guessed_to_be_over_one_of_them(tmp_path):
    assert statuses(tmp_path, r"\sum_{i \ne j} x_i x_j = (\sum_i x_i)^2 - \sum_i x_i^2") == [NONE]


def test_an_index_elsewhere_is_one_in_a_declaration_too(tmp_path):
    path = tmp_path / "a.md"
    block = WORDS.replace("arrays:", "scalars:\n  - {letter: b_c, meaning: a number}\narrays:")
    path.write_text(block + r"$$ o_c := b_c x_c $$", encoding="utf-8")
    (page,) = check([path], load(NOTATION), root=tmp_path, processes=1, free=True).pages
    assert any("the index c is not declared" in problem.reason for problem in page.problems)


def test_messages_name_the_indices_of_the_author(tmp_path):
    text = (SOFTMAX, r"\frac{\partial \hat{y}_k}{\partial z_j} = -\hat{y}_k \hat{y}_j")
    (_, found) = report(tmp_path, *text)
    assert found.parts[0].judgement.provided[0].words == r"$k \ne j$"
    assert found.problems[0].reason.startswith(r"k \ne j")


def test_a_chain_of_two_letters_defines_both(tmp_path):
    text = (r"p = h_2 = 3 q", r"\frac{d p}{d q} = 3", r"\frac{d h_2}{d q} = 3", r"\frac{d p}{d q} = 4")
    assert statuses(tmp_path, *text) == [DEFINITION, TRUE, TRUE, FALSE]


# Parts of a display ---------------------------------------------------------------------------------------------------


def test_a_statement_that_cannot_be_read_costs_no_other_one(tmp_path):
    display = r"\begin{gather*} B = \{ q, 2 \} \\ p = 3 q \end{gather*}"
    first, second, third = report(tmp_path, display, r"\frac{d p}{d q} = 3", r"\frac{d p}{d q} = 4")
    assert (first.status, second.status, third.status) == (Status.UNREADABLE, TRUE, FALSE)
    assert [problem.reason for problem in first.problems] == ["a set"]


def test_a_side_that_cannot_be_read_costs_what_stands_before_it_nothing(tmp_path):
    display = r"p = 3 q = \{ q, 2 \} = 2"
    first, second = report(tmp_path, display, r"\frac{d p}{d q} = 3")
    assert (first.status, second.status) == (Status.UNREADABLE, TRUE)


def test_what_is_wrong_beside_what_cannot_be_read_is_said(tmp_path):
    (found,) = report(tmp_path, r"\begin{gather*} B = \{ q, 2 \} \\ q + q = 3 q \end{gather*}")
    assert [problem.status for problem in found.problems] == [Status.UNREADABLE, FALSE]


# What a cost is made of -----------------------------------------------------------------------------------------------


def test_a_named_cost_of_arrays_is_a_letter(tmp_path):
    text = (r"\text{CE}(y, \hat{y}) = -\sum_k y_k \ln \hat{y}_k",
            r"\frac{\partial\,\text{CE}(y, \hat{y})}{\partial \hat{y}_k} = -y_k / \hat{y}_k",
            r"\frac{\partial\,\text{CE}(y, \hat{y})}{\partial \hat{y}_k} = y_k / \hat{y}_k")  # fmt: skip
    assert statuses(tmp_path, *text) == [DEFINITION, TRUE, FALSE]


def test_two_values_of_a_function_are_no_letter(tmp_path):
    text = (r"\text{CE}(y, \hat{y}) = -\sum_k y_k \ln \hat{y}_k", r"\text{CE}(\hat{y}, y) = \text{CE}(y, \hat{y})")
    assert TRUE not in statuses(tmp_path, *text)
    text = (r"J(x) = x^\top x", r"J(b) = x^\top x")
    assert TRUE not in statuses(tmp_path, *text)
    text = (r"J(x, b) = x^\top x + b^\top b", r"\frac{\partial J(x)}{\partial b} = 2 b")
    assert TRUE not in statuses(tmp_path, *text)


# Norms of matrices, and numbers that are added to vectors -------------------------------------------------------------

MATRICES = r"""```{notation}
shadows: [A, B, D, N, X, Y, b, c, i, n, v, w]
sizes:
  - {letter: N, meaning: rows}
  - {letter: D, meaning: columns}
arrays:
  - {letter: A, shape: [N, D], meaning: numbers}
  - {letter: B, shape: [N, D], meaning: numbers}
  - {letter: w, shape: [D, 1], meaning: numbers}
scalars:
  - {letter: b, meaning: a number}
```
"""


@pytest.mark.parametrize("norm", [r"\|A - B\|_F^2", r"\lVert A - B \rVert^2"])
def test_the_square_of_the_norm_of_a_matrix_is_the_sum_of_the_squares_of_its_entries(tmp_path, norm):
    text = (rf"c = \frac{{1}}{{2}} {norm}", r"\frac{\partial c}{\partial A} = A - B",
            r"\frac{\partial c}{\partial A} = B - A", r"c = \frac{1}{2} \sum_i \sum_j (A_{ij} - B_{ij})^2",
            r"c = \frac{1}{2} \sum_i (A_{i1} - B_{i1})^2")  # fmt: skip
    assert statuses(tmp_path, *text, block=MATRICES) == [DEFINITION, TRUE, FALSE, TRUE, FALSE]


def test_a_number_that_is_added_to_a_vector_is_added_to_each_entry(tmp_path):
    text = (r"v = A w + b", r"\frac{\partial v_i}{\partial b} = 1", r"\frac{\partial v_i}{\partial b} = 2",
            r"\frac{\partial v_i}{\partial w_j} = A_{ij}", r"\sum_i v_i = \sum_i (A w)_i + b",
            r"\sum_i v_i = \sum_i (A w)_i + N b")  # fmt: skip
    assert statuses(tmp_path, *text, block=MATRICES) == [DEFINITION, TRUE, FALSE, TRUE, FALSE, TRUE]


# Arguments of functions -----------------------------------------------------------------------------------------------


def test_the_argument_with_which_a_function_is_defined_is_any_number(tmp_path):
    text = (r"z = W x", r"h_1 = \tau(z)", r"\tau(z) = \frac{1}{1 + e^{-z}}", r"\tau'(q) = \tau(q) (1 - \tau(q))",
            r"\tau'(q) = \tau(q)", r"1 = \tau(q)")  # fmt: skip
    assert statuses(tmp_path, *text) == [DEFINITION, DEFINITION, DEFINITION, TRUE, FALSE, FALSE]


def test_a_letter_that_is_bound_keeps_its_meaning_elsewhere(tmp_path):
    text = (r"p = 3 q", r"g(p) = p^2", r"g(p) = 9 q^2", r"g(p) = p", r"\frac{d g(p)}{d q} = 18 q")
    assert statuses(tmp_path, *text) == [DEFINITION, DEFINITION, TRUE, FALSE, TRUE]


# What cannot be read --------------------------------------------------------------------------------------------------

U = r"\oint x"


@pytest.mark.parametrize(
    "displays",
    [
        (r"o_i = x_i \quad (i = 1, \ldots, n_h + 1)", r"\sum_i o_i = \sum_i x_i"),
        (r"o_i = x_i \quad \text{for } i \in \{1, \ldots, n_h\}", r"\sum_i o_i = \sum_i x_i"),
        (r"o_i = x_i \quad \text{for } i \in S", r"\sum_i o_i = \sum_i x_i"),
        (r"p := q \quad (q \in A)", r"p = q"),
        (r"p := q \quad (q \gtrsim 0)", r"p = q"),
        (r"\begin{gather*} p := q \\ (q \gtrsim 0) \end{gather*}", r"p = q"),
        (f"p := {U}", r"a = p + q", r"p = q^2", r"a = q^2 + q"),
        (rf"p = a + 1 \quad \text{{where }} a = {U}", r"a = q", r"p = q + 1"),
        (f"p = a = {U}", r"a = q", r"p = q"),
        (f"f(q) := {U}", r"f(q) = q", r"f'(q) = 1"),
        (rf"\operatorname{{foo}}(q) := {U}", r"\operatorname{foo}(q) = q", r"\operatorname{foo}'(q) = 1"),
        (r"p := \left( q^2", r"p = q^2", r"p = q^2 + 0"),
        (r"p := q^2", r"\oint q = q^3", r"= p"),
        (r"C(q) = q^2", r"C(q) - C(h) = 0"),
        (r"f(q) = (p - h)^2", r"p = q h", r"f(1) = f(2)"),
    ],
)
def test_what_cannot_be_read_makes_nothing_else_true(tmp_path, displays):
    assert TRUE not in statuses(tmp_path, *displays)[1:]


# Words around a formula -----------------------------------------------------------------------------------------------

OF_CLASSES = r"""
```{notation}
shadows: [P, Z, i, j, k, n]
sizes:
  - {letter: n, meaning: classes}
indices:
  - {letter: k, to: n, meaning: class}
  - {letter: i, to: n, meaning: class}
  - {letter: j, to: n, meaning: class}
arrays:
  - {letter: z, shape: [n, 1], meaning: logits}
```

$$ p_j = \frac{e^{z_j}}{\sum_k e^{z_k}} $$

WORDS

$$ CLAIM $$
"""
SAME = r"\frac{\partial p_j}{\partial z_i} = p_j (1 - p_j)"


@pytest.mark.parametrize(("words", "claim", "status"), [
    ("If $i = j$, we find:", SAME, Status.HOLDS_IF),
    ("If $j=i$, we find:", SAME, Status.HOLDS_IF),
    ("### When $i = j$\n\nWe find", SAME, Status.HOLDS_IF),
    ("It is $i \\ne j$ or not. If $i = j$, then here", SAME, Status.HOLDS_IF),
    ("If $i = j$, we find:", SAME.replace("1 - p_j", "1 + p_j"), FALSE),
    ("If $i = j$, we find:", SAME.replace("1 - p_j", "1 - p_i"), Status.HOLDS_IF),
    ("If $i = k$, we find:", SAME, FALSE),
    ("We find:", SAME, FALSE),
    ("If $i = j$ or if $i \\neq j$, we find:", SAME, FALSE),
    ("If $i = j$ it is another one." + "\n" * 65 + "We find:", SAME, FALSE),
    ("Unless $i = j$, we find:", SAME, FALSE),
    ("Here $i = j$ is impossible, so", SAME, FALSE),
    ("If $i = j$, we are done. Otherwise", SAME, FALSE),
    ("In the case $i = j$ we find:", SAME, Status.HOLDS_IF),
    ("Suppose that\n$i = j$. Then:", SAME, Status.HOLDS_IF),
    ("If $i = j$, we find:", r"z_j - z_i = 0", FALSE),  # under which anything would be true
    ("If $i = j$, we find:", r"\frac{\partial p_j}{\partial z_i} = p_j (\delta_{ij} - p_i)", TRUE),
])  # fmt: skip
def test_indices_that_words_above_call_equal_are_a_condition_that_is_told(tmp_path, words, claim, status):
    path = tmp_path / "a.md"
    path.write_text(OF_CLASSES.replace("WORDS", words).replace("CLAIM", claim), encoding="utf-8")
    (page,) = check([path], load(NOTATION), root=tmp_path, processes=1, free=True).pages
    assert [formula.status for formula in page.formulas] == [DEFINITION, status]
    undeclared = "".join(line for line in path.read_text().splitlines(True) if "meaning: class}" not in line)
    path.write_text(undeclared.replace("indices:\n", "").replace(r"\sum_k", r"\sum_{k=1}^n"), encoding="utf-8")
    (other,) = check([path], load(NOTATION), root=tmp_path, processes=1, free=True).pages
    assert [formula.status for formula in other.formulas] == [DEFINITION, status]
    for problem in page.formulas[-1].problems if status is Status.HOLDS_IF else ():
        words, letters = problem.reason, ("i = j", "j = i")
        assert any(each in words for each in letters) and "the values differ at n = 2" in words and problem.line > 15


@pytest.mark.parametrize(("claim", "status"), [
    (r"f(a x + (1 - a) y) \le a f(x) + (1 - a) f(y)", Status.UNDECIDED),
    (r"f(-x) = f(x)", Status.UNDECIDED),
    (r"\frac{d}{dx} f(x)^2 = 2 f(x)", FALSE),
    (r"\frac{d}{dx} f(x)^2 = 2 f(x) f'(x)", TRUE),
    (r"f'(x) = f(x)", Status.UNDECIDED),
])  # fmt: skip
def test_what_is_said_of_a_function_that_may_be_any_is_no_claim_about_all(tmp_path, claim, status):
    block = "```{notation}\nshadows: [f, x, y, a]\nscalars:\n" + "".join(
        f"  - {{letter: {each}, meaning: a number}}\n" for each in "xya"
    )
    block += "functions:\n  - {name: f, kind: smooth, meaning: any function}\n```\n\n"
    assert statuses(tmp_path, claim, block=block) == [status]


BY_CASES = r"\begin{{cases}} 1 - p & y = 0 \\ p & y = {0} \end{{cases}} = {1}"
CHANCE = r"p^y (1 - p)^{1 - y}"


@pytest.mark.parametrize(("claim", "status", "words"), [
    (BY_CASES.format(1, CHANCE), Status.HOLDS_IF, "y = 0 or y = 1; say in words which values there are"),
    (BY_CASES.format(1, r"p^{1 - y} (1 - p)^y"), FALSE, "where y = 0, the values differ"),
    (BY_CASES.format(1, "1 - p"), FALSE, "where y = 1, the values differ"),
    (BY_CASES.format(2, CHANCE), FALSE, "where y = 2, the values differ"),
    (r"\begin{cases} 1 - p & y \le 0 \\ p & y = 1 \end{cases} = " + CHANCE, FALSE, "the values differ at p = "),
    (r"\begin{cases} 1 - p & y = 0 \\ p & q = 1 \end{cases} = " + CHANCE, FALSE, "two cases hold and disagree"),
])  # fmt: skip
def test_what_is_said_by_cases_of_some_values_is_judged_for_these(tmp_path, claim, status, words):
    block = "```{notation}\nshadows: [y, p, q]\nscalars:\n" + "".join(
        f"  - {{letter: {each}, meaning: a number}}\n" for each in "ypq"
    )
    (found,) = report(tmp_path, claim, block=block + "```\n\n")
    assert found.status == status and words in found.problems[0].reason


MEMBERS = r"""
```{notation}
shadows: [P, Z, L, T, Y, i, j, k, n, m, y, t, a]
sizes:
  - {letter: n, meaning: classes}
  - {letter: m, meaning: samples}
indices:
  - {letter: k, to: n, meaning: class}
  - {letter: j, to: n, meaning: class}
  - {letter: y, to: n, meaning: the right class}
  - {letter: i, to: m, meaning: sample}
arrays:
  - {letter: z, shape: [n, 1], meaning: logits}
  - {letter: a, shape: [m, 1], meaning: outputs}
  - {letter: t, shape: [m, 1], meaning: targets}
```

"""
OF_CLASS = (r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", r"L = -\log p_y")
OF_SAMPLE = (r"L = \frac12 (a_i - t_i)^2",)


@pytest.mark.parametrize(("above", "claim", "status"), [
    (OF_CLASS, r"\frac{\partial L}{\partial z_k} = p_k - \mathbb{1}[k = y]", TRUE),
    (OF_CLASS, r"\frac{\partial L}{\partial z_k} = p_k - \delta_{ky}", TRUE),
    (OF_CLASS, r"\frac{\partial L}{\partial z_k} = p_k - 1", FALSE),
    (OF_CLASS, r"\frac{\partial L}{\partial z_k} = p_k - 1 \quad (k = y)", TRUE),
    (OF_CLASS, r"\frac{\partial L}{\partial z_k} = p_k \quad (k \ne y)", TRUE),
    (OF_CLASS, r"\frac{\partial L}{\partial z_y} = p_y - 1", TRUE),
    (OF_CLASS, r"\frac{\partial L}{\partial z_y} = p_y", FALSE),
    (OF_CLASS, r"L = -z_y + \log \sum_j e^{z_j}", TRUE),
    (OF_CLASS, r"L = z_y + \log \sum_j e^{z_j}", FALSE),
    (OF_CLASS, r"L = -z_k + \log \sum_j e^{z_j}", NONE),
    (OF_SAMPLE, r"\frac{\partial L}{\partial a_i} = a_i - t_i", TRUE),
    (OF_SAMPLE, r"\frac{\partial L}{\partial a_i} = t_i - a_i", FALSE),
    (OF_SAMPLE, r"\sum_i L = \frac12 \|a - t\|^2", TRUE),
    (OF_SAMPLE, r"L = \frac12 \|a - t\|^2", FALSE),
])  # fmt: skip
def test_a_letter_that_is_said_for_an_index_is_one_for_each(tmp_path, above, claim, status):
    assert statuses(tmp_path, *above, claim, block=MEMBERS) == [DEFINITION] * len(above) + [status]
    (*_, found) = report(tmp_path, *above, block=MEMBERS)
    assert any("one for each" in words for words in found.remarks)


def test_a_sum_without_its_index_makes_a_letter_no_one_for_each(tmp_path):
    claims = r"L = -\sum_j t_i \log a_i", r"L = -\sum_i t_i \log a_i"
    assert [statuses(tmp_path, claim, block=MEMBERS) for claim in claims] == [[NONE], [DEFINITION]]


@pytest.mark.parametrize("above", [r"R^2 = 1 - \frac{q}{h}", r"R^2 := q + q", r"R^2 := q h", r"R^2 := 1 - q^2"])
def test_a_square_that_may_be_negative_makes_no_root(tmp_path, above):
    block = ARRAYS.replace("[A,", "[R, A,")
    assert statuses(tmp_path, above, r"R^2 \ge 0", block=block)[-1] not in (TRUE, Status.SAMPLED)
    assert statuses(tmp_path, r"R^2 := q^2 + h^2", r"R^2 \ge 0", block=block)[-1] in (TRUE, Status.SAMPLED)
