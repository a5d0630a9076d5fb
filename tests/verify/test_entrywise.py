r"""Vectors in free spelling: rows of matrices, formulas of numbers for each entry, Jacobians, costs with an index."""

from functools import partial
from pathlib import Path

import pytest
import test_free_pages as free
from pages_of_book import NOTATION

from nncore.verify.judgement import Status
from nncore.verify.report.book import check
from nncore.verify.report.sections import propose
from nncore.verify.semantics.statements import Kind

DEFINITION, TRUE, FALSE, NONE = Kind.DEFINITION, Status.ALL_SHAPES, Status.REFUTED, Status.WITHOUT_MEANING
HOLDS_IF, OPEN, SAMPLED = Status.HOLDS_IF, Status.UNDECIDED, Status.SAMPLED
BLOCK = r"""```{notation}
shadows: [n, i, D, W, X, Y, Z, P, A, L, B, x, y, z, p, b, w, s, k, v, c, u, h, a, q]
sizes:
  - {letter: n, meaning: samples}
  - {letter: D, meaning: inputs}
  - {letter: K, meaning: classes}
indices:
  - {letter: i, to: n, meaning: sample}
  - {letter: k, to: K, meaning: class}
arrays:
  - {letter: x, shape: [n, D], meaning: inputs}
  - {letter: y, entry: 'y_{ik}', shape: [n, K], meaning: targets, rows: sum to 1}
  - {letter: W, shape: [K, D], meaning: weights}
  - {letter: b, shape: [K, 1], meaning: biases}
  - {letter: w, shape: [D, 1], meaning: weights}
  - {letter: v, shape: [K, 1], meaning: a vector}
scalars:
  - {letter: c, meaning: a number}
```

"""
LOSS = (r"z_i = W x_i + b", r"p_i = \mathrm{softmax}(z_i)", r"L_i = - \sum_k y_{ik} \log p_{ik}")


report, statuses = partial(free.report, block=BLOCK), partial(free.statuses, block=BLOCK)


# Rows and columns -----------------------------------------------------------------------------------------------------

ROWS = r"""```{notation}
shadows: [n, i, j, D, X, Y, x, y, s, g, b, a, u]
sizes:
  - {letter: n, meaning: samples}
  - {letter: D, meaning: inputs}
indices:
  - {letter: i, to: n, meaning: sample}
  - {letter: j, to: D, meaning: input}
arrays:
  - {letter: X, entry: 'x_{ij}', shape: [n, D], meaning: inputs}
  - {letter: Y, entry: 'y_{ij}', shape: [n, D], meaning: outputs}
  - {letter: g, entry: g_j, shape: [1, D], meaning: a row}
  - {letter: b, entry: b_j, shape: [1, D], meaning: a row}
  - {letter: s, entry: s_j, shape: [1, D], meaning: a row}
  - {letter: a, shape: [n, 1], meaning: a column}
  - {letter: u, shape: [D, 1], meaning: a column}
```

"""


@pytest.mark.parametrize(("above", "claim", "status"), [
    (r"y_i = g \cdot x_i + b", r"y_{ij} = g_j x_{ij} + b_j", TRUE),
    (r"y_i = g \cdot x_i + b", r"y_{ij} = \sum_{k=1}^D g_k x_{ik} + b_j", FALSE),
    (r"y_i = g \cdot x_i + b", r"Y = g \odot X + b", TRUE),
    (r"y_i = g \cdot x_i + b", r"Y = b \odot X + g", FALSE),
    (r"y_i = u^T x_i + b", r"y_{ij} = \sum_{k=1}^D u_k x_{ik} + b_j", TRUE),
    (r"y_i = u^T x_i + b", r"y_{ij} = u_j x_{ij} + b_j", FALSE),
    (r"Y = \frac{X - b}{\sqrt{s^2 + 1}}", r"y_{ij} = \frac{x_{ij} - b_j}{\sqrt{s_j^2 + 1}}", TRUE),
    (r"Y = \frac{X - b}{\sqrt{s^2 + 1}}", r"y_{ij} = \frac{x_{ij} - b_j}{\sqrt{s_j + 1}}", FALSE),
    (r"Y = \frac{X - b}{\sqrt{s^2 + 1}}", r"y_i = (x_i - b) \odot (s^2 + 1)^{-1/2}", TRUE),
    (r"Y = \frac{X - b}{\sqrt{s^2 + 1}}", r"y_i = (x_i + b) \odot (s^2 + 1)^{-1/2}", FALSE),
    (r"Y = \frac{X}{\sqrt{a^2 + 1}}", r"y_{ij} = x_{ij} / \sqrt{a_i^2 + 1}", TRUE),
    (r"Y = \frac{X}{\sqrt{a^2 + 1}}", r"y_{ij} = x_{ij} / \sqrt{a_i + 1}", FALSE),
    (r"b = \frac1n \sum_i x_i", r"b_j = \frac1n \sum_i x_{ij}", TRUE),
    (r"b = \frac1n \sum_i x_i", r"b_j = \sum_i x_{ij}", FALSE),
    (r"s^2 = \frac1n \sum_i x_i^2", r"s_j = \sqrt{\frac1n \sum_i x_{ij}^2}", TRUE),
    (r"s^2 = \frac1n \sum_i x_i^2", r"s_j = \frac1n \sum_i x_{ij}^2", FALSE),
    (r"s^2 := \frac1n \sum_i x_i^2", r"s_j^2 = \frac1n \sum_i x_{ij}^2", TRUE),
    (r"s^2 := \frac1n \sum_i x_i^2", r"s_j^2 = \frac2n \sum_i x_{ij}^2", FALSE),
])  # fmt: skip
def test_a_row_of_a_matrix_is_a_row_beside_rows_and_rows_and_columns_are_repeated(tmp_path, above, claim, status):
    assert free.statuses(tmp_path, above, claim, block=ROWS) == [DEFINITION, status]


def test_the_product_of_two_rows_is_one_of_entries_only_where_a_row_is_added(tmp_path):
    words = "a product of two vectors as that of their entries"
    (added,) = free.report(tmp_path, r"y_i = g \cdot x_i + b", block=ROWS)
    (alone,) = free.report(tmp_path, r"c = g \cdot x_1", block=ROWS)
    assert words in added.remarks and words not in alone.remarks
    assert free.statuses(tmp_path, r"X - u = X", block=ROWS) == [NONE]


def column(*entries):
    return r"\begin{pmatrix} " + r" \\ ".join(entries) + r" \end{pmatrix}"


GRADIENT = r"\frac{\partial L}{\partial g} = "


@pytest.mark.parametrize(("claim", "status"), [
    (GRADIENT + column("2 b_1 g_1", "2 b_2 g_2", r"\vdots", "2 b_D g_D") + r"^T", TRUE),
    (GRADIENT + r"\begin{bmatrix} 2 b_1 g_1 & \cdots & 2 b_D g_D \end{bmatrix} = 2 b \odot g", Status.RESTATES),
    (GRADIENT + r"\begin{bmatrix} \partial L / \partial g_1 & \dots & \partial L / \partial g_D \end{bmatrix}",
     Status.RESTATES),
    (GRADIENT + r"\begin{bmatrix} 2 b_1 g_1 & \cdots & 2 b_D g_D \end{bmatrix} = b \odot g", FALSE),
    (GRADIENT + r"\begin{bmatrix} b_1 g_1 & \cdots & b_D g_D \end{bmatrix}", FALSE),
    (GRADIENT + r"\begin{bmatrix} 2 b_1 g_1 & 3 b_2 g_2 & \cdots & 2 b_D g_D \end{bmatrix}", NONE),
    (GRADIENT + r"\begin{bmatrix} 2 b_2 g_2 & \cdots & 2 b_D g_D \end{bmatrix}", NONE),
    (GRADIENT + column("2 b_1 g_1", r"\vdots", "2 b_n g_n"), NONE),
])  # fmt: skip
def test_dots_in_a_column_or_a_row_stand_for_all_entries_between(tmp_path, claim, status):
    found = free.statuses(tmp_path, r"L := \sum_j b_j g_j^2", claim, block=ROWS.replace("a, u]", "a, u, L]"))
    assert found == [DEFINITION, status]


@pytest.mark.parametrize(("claim", "status"), [
    (r"u \cdot u = \sum_j u_j^2", TRUE),
    (r"u \cdot u = \sum_j u_j", FALSE),
    (r"(x_i + u) \cdot u = \sum_j x_{ij} u_j + u \cdot u", TRUE),
    (r"(x_i + u) \cdot u = \sum_j x_{ij} u_j", FALSE),
    (r"g \cdot b = \sum_j g_j b_j", TRUE),
    (r"a \cdot u = 0", NONE),
])  # fmt: skip
def test_the_product_of_two_vectors_of_one_shape_is_their_inner_product(tmp_path, claim, status):
    assert free.statuses(tmp_path, claim, block=ROWS) == [status]


def test_the_index_of_an_entry_is_none_that_a_sum_of_the_formula_binds(tmp_path):
    forms = r"b_j = \sum_i (\sqrt{u^\top x_i} - 1) x_{ij}", r"b = \sum_i (\sqrt{u^\intercal x_i} - 1) x_i"
    assert free.statuses(tmp_path, *forms, forms[1], block=ROWS) == [DEFINITION, TRUE, TRUE]


OF_SQUARES = r"""```{notation}
shadows: [D, i, k, M, A, v, w, x, X, W, s, p, a, z, Z, P, u, L]
sizes:
  - {letter: D, meaning: a size}
  - {letter: n, meaning: samples}
indices:
  - {letter: i, to: n, meaning: sample}
arrays:
  - {letter: M, shape: [D, D], meaning: a matrix}
  - {letter: X, entry: 'x_{ik}', shape: [n, D], meaning: inputs}
  - {letter: W, shape: [D, D], meaning: weights}
  - {letter: v, shape: [D, 1], meaning: a column}
  - {letter: w, shape: [D, 1], meaning: a column}
  - {letter: a, shape: [D, 1], meaning: a column}
```

""".replace("arrays:", "  - {letter: k, to: D, meaning: input}\narrays:").replace("[D, i,", "[D, n, i,")


P = r"p_k := \frac{e^{v_k}}{\sum_{l=1}^D e^{v_l}}"


@pytest.mark.parametrize(("above", "claim", "status"), [
    ((), r"\sum_i x_i w^T = \sum_i w x_i^T", FALSE),
    ((), r"\sum_i x_i x_i^T = \sum_i \mathrm{diag}(x_i \odot x_i)", HOLDS_IF),
    ((), r"\sum_i (M x_i) x_i^T = \sum_i M x_i x_i^T", TRUE),
    ((), r"\sum_i (M x_i) x_i^T = \sum_i x_i (M x_i)^T", FALSE),
    ((P,), r"\frac{\partial p}{\partial v} = \mathrm{diag}(p) - p p^T", TRUE),
    ((P,), r"\frac{\partial p}{\partial v} = \mathrm{diag}(p \odot (1 - p))", FALSE),
    ((r"s := M v",), r"\frac{\partial s}{\partial v} = \frac12 (M + M^T)", FALSE),
    ((r"s := M v",), r"\frac{\partial s}{\partial v} = M", OPEN),  # in both layouts
    ((), r"a_k / a = 1 + 0 v", FALSE),
])  # fmt: skip
def test_square_matrices_are_compared_off_their_diagonal_too(tmp_path, above, claim, status):
    found = free.statuses(tmp_path, *above, claim, block=OF_SQUARES)
    assert found[len(above) :] == [status]


@pytest.mark.parametrize(("above", "claim", "status"), [
    (r"y_i = b - g \cdot x_i", r"y_{ij} = b_j - g_j x_{ij}", TRUE),
    (r"y_i = b - g \cdot x_i", r"y_{ij} = b_j - \sum_{k=1}^D g_k x_{ik}", FALSE),
    (r"y_i = \frac12 (g \cdot x_i) + b", r"y_{ij} = \frac12 g_j x_{ij} + b_j", TRUE),
    (r"y_i = (g \cdot x_i) / c + b", r"y_{ij} = g_j x_{ij} / c + b_j", TRUE),
    (r"y_i = b - 2 g \cdot x_i", r"y_{ij} = b_j - 2 g_j x_{ij}", TRUE),
    (r"y_i = g \cdot (x_i - s) + b", r"y_{ij} = g_j (x_{ij} - s_j) + b_j", TRUE),
    (r"y_i = g \cdot (x_i - s) + b", r"y_{ij} = \sum_{k=1}^D g_k (x_{ik} - s_k) + b_j", FALSE),
    (r"y_i = x_i + g \cdot s", r"y_{ij} = x_{ij} + g_j s_j", TRUE),
])  # fmt: skip
def test_a_row_that_is_added_makes_a_product_one_of_entries_however_it_stands(tmp_path, above, claim, status):
    block = ROWS.replace("a, u]", "a, u, c]").replace(
        "```\n\n", "scalars:\n  - {letter: c, meaning: a number}\n```\n\n"
    )
    assert free.statuses(tmp_path, above, claim, block=block) == [DEFINITION, status]


@pytest.mark.parametrize("claim", [
    r"u^T u^T = u^T u", r"b^T x_1 = b x_1", r"(X - b) u = X u - b^T u", r"u^T M u^T = u^T M u",
])  # fmt: skip
def test_what_the_author_transposed_is_not_turned(tmp_path, claim):
    assert free.statuses(tmp_path, claim, block=ROWS) == [NONE]


def test_a_row_before_a_matrix_is_a_row_and_told(tmp_path):
    block = ROWS.replace(
        "- {letter: u,", "- {letter: s, shape: [D, D], meaning: a matrix}\n  - {letter: u,", 1
    ).replace("  - {letter: s, entry: s_j, shape: [1, D], meaning: a row}\n", "")
    forms = r"y_i = x_i s + b", r"Y = X s + b", r"Y = X s^T + b"
    found = free.report(tmp_path, *forms, block=block)
    assert [each.status for each in found] == [DEFINITION, TRUE, FALSE]
    assert "a row of a matrix as a row, before a matrix" in found[0].remarks


def test_a_row_that_is_turned_is_told_and_a_column_is_not_turned(tmp_path):
    (row,) = free.report(tmp_path, r"y_i = x_i + b", block=ROWS)
    assert "a row of a matrix as a row, beside rows" in row.remarks
    block = ROWS.replace("entry: 'x_{ij}', shape: [n, D]", "entry: 'x_{ji}', shape: [D, n]")
    assert free.statuses(tmp_path, r"x_i + u = u + x_i", r"x_i + b = b + x_i", block=block) == [TRUE, NONE]


# The chain rule -------------------------------------------------------------------------------------------------------

CHAINED = r"""```{notation}
shadows: [x, W, U, y, L, z, h, p, b, i, j, k, D, M, K, X, Z, Y, P]
sizes:
  - {letter: D, meaning: inputs}
  - {letter: M, meaning: units}
  - {letter: K, meaning: classes}
indices:
  - {letter: i, to: D, meaning: input}
  - {letter: j, to: M, meaning: unit}
  - {letter: k, to: K, meaning: class}
arrays:
  - {letter: x, shape: [D, 1], meaning: inputs}
  - {letter: W, entry: 'W_{ji}', shape: [M, D], meaning: weights}
  - {letter: U, entry: 'U_{kj}', shape: [K, M], meaning: weights}
  - {letter: y, shape: [K, 1], meaning: targets}
```

"""
FORWARD = ("z := W x", r"h := \tanh(z)", "p := U h", r"L := \frac12 \|p - y\|^2")


@pytest.mark.parametrize(("claim", "status"), [
    (r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial z} \frac{\partial z}{\partial W}", TRUE),
    (r"\frac{\partial L}{\partial W} = \frac{\partial z}{\partial W} \frac{\partial L}{\partial z}", TRUE),
    (r"\frac{\partial L}{\partial W} = 2 \frac{\partial L}{\partial z} \frac{\partial z}{\partial W}", FALSE),
    (r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial p} \frac{\partial p}{\partial h}"
     r" \frac{\partial h}{\partial z}", TRUE),
    (r"\frac{\partial L}{\partial h} = (p - y) \frac{\partial p}{\partial h}", TRUE),
    (r"\frac{\partial L}{\partial h} = (p - y)^\top \frac{\partial p}{\partial h} = U^\top (p - y)", TRUE),
    (r"\frac{\partial L}{\partial h} = (p + y)^\top \frac{\partial p}{\partial h}", FALSE),
    (r"\frac{\partial L}{\partial h} = (p - y) \frac{\partial p}{\partial h} (p - y)", NONE),
    (r"\frac{\partial L}{\partial h} = h \frac{\partial p}{\partial h}", NONE),  # not over the entries of p
    (r"\frac{\partial L}{\partial W} = \frac{\partial L}{\partial p} \frac{\partial z}{\partial W}", NONE),  # a gap
    (r"\frac{\partial L}{\partial U} = \frac{\partial L}{\partial p} \frac{\partial p}{\partial h}", NONE),
])  # fmt: skip
def test_a_product_with_derivatives_is_the_chain_rule_over_the_entries_between(tmp_path, claim, status):
    assert free.statuses(tmp_path, *FORWARD, claim, block=CHAINED) == [DEFINITION] * 4 + [status]


# Rows of a matrix -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "status"), [
    (r"\frac{\partial L_i}{\partial z_i} = p_i - y_i", TRUE),
    (r"\frac{\partial L_i}{\partial z_i} = y_i - p_i", FALSE),
    (r"\frac{\partial L_i}{\partial b} = p_i - y_i", TRUE),
    (r"\frac{\partial L_i}{\partial W} = (p_i - y_i) x_i^T", TRUE),
    (r"\frac{\partial L_i}{\partial W} = 2 (p_i - y_i) x_i^T", FALSE),
    (r"\frac{\partial L_i}{\partial W} = x_i (p_i - y_i)^T", NONE),
    (r"\frac{\partial z_i}{\partial x_i} = W", TRUE),
    (r"\frac{\partial z_{ik}}{\partial x_i} = W_k", TRUE),
    (r"\frac{\partial z_{ik}}{\partial x_i} = 2 W_k", FALSE),
])  # fmt: skip
def test_the_gradient_of_a_loss_of_each_sample_is_read_as_it_is_written(tmp_path, claim, status):
    assert statuses(tmp_path, *LOSS, claim) == [DEFINITION] * 3 + [status]


@pytest.mark.parametrize(("claim", "status"), [
    (r"\sum_i (x_i - \mu) = 0", TRUE),
    (r"\sum_i (x_i + \mu) = 0", FALSE),
    (r"x_i^T x_i = \|x_i\|^2", TRUE),
    (r"\|x_i - \mu\|^2 = \|x_i\|^2 - 2 \mu^T x_i + \mu^T \mu", TRUE),
    (r"\|x_i - \mu\|^2 = \|x_i\|^2 - 2 \mu^T x_i + 2 \mu^T \mu", FALSE),
    (r"w^T x_i = x_i^T w", Status.RESTATES),
    (r"w^T x_i = x_i^T x_i", FALSE),
    (r"W_k^T x_i = (W x_i)_k", TRUE),
    (r"\sum_i x_i x_i^T w = \sum_i (w^T x_i) x_i", TRUE),
    (r"\sum_i x_i x_i^T w = \sum_i (x_i^T x_i) w", FALSE),
])  # fmt: skip
def test_a_row_is_a_vector_in_sums_products_and_norms(tmp_path, claim, status):
    assert statuses(tmp_path, r"\mu = \frac1n \sum_i x_i", claim) == [DEFINITION, status]


def test_what_was_taken_for_what_is_said(tmp_path):
    *_, last = report(tmp_path, r"\|x_i + w\|^2 = \|x_i\|^2 + 2 w^T x_i + \|w\|^2")
    assert last.status == TRUE and "vectors by their entries" in last.remarks


def test_the_product_with_a_row_stays_one_of_matrices_where_it_is_one(tmp_path):
    *_, last = report(tmp_path, r"w^T x_i = \sum_{j=1}^D x_{ij} w_j")
    assert last.status == TRUE and "vectors by their entries" not in last.remarks


def test_a_cost_with_an_index_and_one_without_are_two_letters(tmp_path):
    text = (r"L_i = (w^T x_i - c)^2", r"L = \frac1n \sum_{i=1}^n L_i + c \|w\|^2",
            r"\nabla_w L = \frac2n \sum_i (w^T x_i - c) x_i + 2 c w",
            r"\nabla_w L = \frac2n \sum_i (w^T x_i - c) x_i + c w", r"\nabla_w L_i = 2 (w^T x_i - c) x_i")  # fmt: skip
    assert statuses(tmp_path, *text) == [DEFINITION, DEFINITION, TRUE, FALSE, TRUE]


# Entry by entry -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "status"), [
    (r"\frac{\partial s}{\partial v} = s (1 - s)", TRUE),
    (r"\frac{\partial s}{\partial v} = s (1 + s)", FALSE),
    (r"\frac{ds}{dv} = \frac{e^{-v}}{(1 + e^{-v})^2}", TRUE),
    (r"\frac{\partial s_k}{\partial v_k} = s_k (1 - s_k)", TRUE),
    (r"\frac{\partial s}{\partial v} = \mathrm{diag}(s \odot (1 - s))", TRUE),
    (r"s = 1 - \frac{1}{1 + e^{v}}", TRUE),
    (r"s = \frac{1}{1 + e^{v}}", FALSE),
    (r"v^T s = \sum_k v_k s_k", TRUE),
    (r"\frac{s}{1 - s} = e^v", TRUE),
    (r"\frac{s}{1 + s} = e^v", FALSE),
    (r"\frac{1}{s} = 1 + e^{-v}", TRUE),
    (r"\frac{1}{s} = 1 + e^v", FALSE),
])  # fmt: skip
def test_a_formula_of_numbers_is_one_of_each_entry_of_a_vector(tmp_path, claim, status):
    assert statuses(tmp_path, r"s = \frac{1}{1 + e^{-v}}", claim) == [DEFINITION, status]


@pytest.mark.parametrize("above", [
    (r"s = \mathrm{softmax}(v)",), (r"t = \sum_k v_k", r"s = v t"), (r"u = W W^T v", r"s = u + 1"),
    (r"t = v^T v", r"u = e^v", r"s = u + t"), (r"u = \mathrm{softmax}(v)", r"t = u + v", r"s = e^t"),
])  # fmt: skip
def test_a_derivative_is_not_one_of_each_entry_where_it_depends_on_others(tmp_path, above):
    """The vector of ∂s_k/∂v_k is not the derivative then: there are others."""
    *_, own = statuses(tmp_path, *above, r"\frac{\partial s}{\partial v} = s (1 - s)")
    *_, same = report(tmp_path, *above, r"\frac{\partial s}{\partial v} = \frac{\partial s}{\partial v} + 0 s")
    assert own in (NONE, FALSE)
    assert "the derivative of each entry by the same entry" not in same.remarks


def test_a_derivative_of_each_entry_goes_through_vectors_that_are_made_so(tmp_path):
    text = (r"s = \frac{1}{1 + e^{-v}}", r"h = s \odot s + c v",
            r"\frac{\partial h}{\partial v} = 2 s \odot s (1 - s) + c",
            r"\frac{\partial h}{\partial v} = 2 s \odot s (1 - s)")  # fmt: skip
    assert statuses(tmp_path, *text) == [DEFINITION, DEFINITION, TRUE, FALSE]


# Jacobians ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claim", "status"), [
    (r"\frac{\partial a}{\partial w} = W", TRUE), (r"\frac{\partial a}{\partial w} = W^T", TRUE),
    (r"\frac{\partial a}{\partial w} = 2 W", FALSE), (r"\frac{\partial a}{\partial b} = c", NONE),
])  # fmt: skip
def test_the_derivative_of_a_vector_by_a_vector_has_the_shape_of_the_other_side(tmp_path, claim, status):
    assert statuses(tmp_path, "a = W w + b", claim) == [DEFINITION, status]


def test_a_square_jacobian_that_is_right_in_one_layout_only_is_undecided(tmp_path):
    block = BLOCK.replace("scalars:", "  - {letter: U, shape: [K, K], meaning: a matrix}\nscalars:")
    text = (r"a = U v", r"\frac{\partial a}{\partial v} = U", r"\frac{\partial a}{\partial v} = U U",
            r"q = \mathrm{softmax}(v)", r"\frac{\partial q}{\partial v} = \mathrm{diag}(q) - q q^T")  # fmt: skip
    assert statuses(tmp_path, *text, block=block) == [DEFINITION, OPEN, FALSE, DEFINITION, TRUE]


# What is no claim of all values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("claims", "status"), [
    (("c > 0",), OPEN), (("n = 2",), OPEN), ((r"n \ne K",), OPEN), ((r"c^2 \ne c + 1",), OPEN),
    ((r"c^2 \ne c c",), FALSE), (("c + 1 > c - 1",), TRUE), (("c + 1 < c",), FALSE), (("c^2 = c",), FALSE),
    (("f(c) = c^2", "f(c) = c^3"), OPEN), (("f(c) = c^2", "f(c) = c c", "f(c) = c^3"), FALSE),
    (("q = -c^2", r"\frac{dq}{dc} = -12 \times 2"), OPEN), (("q = c^2", r"\frac{dq}{dc} = 0.5"), OPEN),
    (("q = c^2", r"\frac{dq}{dc} = 1"), FALSE), (("q = c^2", r"\frac{dq}{dc} = 2.5 c"), FALSE),
    (("q = (c - n)^2", r"\frac{dq}{dc} = 2 (c - n) = 0"), OPEN), (("q = (c - n)^2", r"\frac{dq}{dc} = 0"), FALSE),
    (("q = (c - n)^2", r"\frac{dq}{dc} = c - n = 0"), FALSE), (("q = c + 1", "1 + q(c) = c + 2"), TRUE),
    (("q = c + 1", "1 + q(c) = c + 1"), FALSE), (("q = c + 1", "q = c + 2"), FALSE), (("q = 3", "q = 2 + 2"), FALSE),
])  # fmt: skip
def test_a_condition_is_not_refuted_and_a_slip_is(tmp_path, claims, status):
    assert statuses(tmp_path, *claims)[-1] == status


@pytest.mark.parametrize(("claim", "status"), [
    (r"-\log(0.88) = 0.128", SAMPLED), (r"-\log(0.88) = 0.129", FALSE), (r"\frac13 = 0.33", SAMPLED),
    (r"[e, e^{-2}] = [2.72, 0.14]", SAMPLED), (r"[e, e^{-2}] = [2.71, 0.14]", FALSE),
    (r"[\frac14, e] = [0.25, 2.72]", SAMPLED), (r"[\frac14, e] = [0.2, 2.72]", FALSE),
    (r"\frac13 = 0.3", SAMPLED), (r"\frac13 = 0.34", FALSE), (r"0.5 + 0.25 = 0.75", TRUE), (r"0.5 + 0.25 = 0.8", FALSE),
    ("e^2 = 7", FALSE), ("c + 0.1 = 0.1", OPEN),
])  # fmt: skip
def test_a_computed_number_equals_a_decimal_to_its_digits(tmp_path, claim, status):
    assert statuses(tmp_path, claim) == [status]


# Parts ----------------------------------------------------------------------------------------------------------------

NEXT = "```{notation}\nafresh: true\nshadows: [x, X, w, W]\nscalars:\n  - {letter: x, meaning: a number}\n```\n\n"


def test_a_block_may_begin_a_part_in_which_nothing_above_is_in_force(tmp_path):
    path = tmp_path / "a.md"
    first = r"$$ h = c w $$" + "\n\n" + r"$$ f(c) = c^2 $$" + "\n\n" + r"$$ f'(c) = 2 c $$" + "\n\n"
    second = "$$ f(x) = x^3 $$\n\n$$ f'(x) = 3 x^2 $$\n\n$$ f'(x) = 2 x $$\n\n$$ h = x $$\n\n$$ w + c = c + w $$\n"
    path.write_text(f"{BLOCK}{first}## Another\n\n{NEXT}{second}", encoding="utf-8")
    (page,) = check([path], NOTATION, root=tmp_path, processes=1, free=True).pages
    found = [formula.status for formula in page.formulas]
    assert found == [DEFINITION, DEFINITION, TRUE, DEFINITION, TRUE, FALSE, OPEN, NONE]
    assert [formula.number for formula in page.formulas] == list(range(1, 9))


def test_what_is_wrong_with_the_block_of_a_part_is_told_at_its_line(tmp_path):
    path = tmp_path / "a.md"
    wrong = NEXT.replace("meaning: a number", "meaning: a number, size: 3")
    path.write_text(f"{BLOCK}$$ c = c $$\n\n{wrong}$$ x = x $$\n", encoding="utf-8")
    (page,) = check([path], NOTATION, root=tmp_path, processes=1, free=True).pages
    (problem,) = page.problems
    assert "unknown key 'size'" in problem.reason
    assert path.read_text(encoding="utf-8").split("\n")[problem.line - 1].startswith("  - {letter: x")


def test_a_wrong_block_is_told_where_rows_are_added_to_matrices(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(BLOCK.replace("shape: [n, K]", "shape: [n, Q]") + "$$ Z = V u + v $$\n\n$$ s = v + c $$\n")
    (page,) = check([path], NOTATION, root=tmp_path, processes=1, free=True).pages
    assert page.problems and Status.CHECKER_FAULT not in [problem.status for problem in page.problems]


# What is proposed -----------------------------------------------------------------------------------------------------

BATCH_NORM = (
    r"The data is $X \in \mathbb{R}^{N \times D}$, with rows $x_i$." "\n", r"\mu = \frac1N \sum_i x_i",
    r"\sigma^2 = \frac1N \sum_i (x_i - \mu)^2", r"\hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}",
    r"y_i = \gamma \odot \hat{x}_i + \beta",
    r"\frac{\partial J}{\partial \beta} = \sum_i \frac{\partial J}{\partial y_i}",
    r"\frac{\partial J}{\partial \gamma} = \sum_i \frac{\partial J}{\partial y_i} \odot \hat{x}_i",
    r"\frac{\partial J}{\partial \gamma} = \sum_i \frac{\partial J}{\partial y_i} \odot x_i",
)  # fmt: skip
BACKWARD = (r"\frac{\partial J}{\partial x_i} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} \odot \left("
            r" \frac{\partial J}{\partial y_i} - \frac1N \frac{\partial J}{\partial \beta}"
            r" - \frac1N \hat{x}_i \odot \frac{\partial J}{\partial \gamma} \right)")  # fmt: skip


def proposed(path: Path, text: str):
    """The displays of a file, judged with what is proposed for it pasted at its top."""
    path.write_text(text, encoding="utf-8")
    ((_, proposal),) = propose(path, NOTATION, {})
    path.write_text(f"{proposal.paste('.md')}\n\n{text}", encoding="utf-8")
    (page,) = check([path], NOTATION, root=path.parent, processes=1, free=True).pages
    assert not page.problems
    return page.formulas[-text.count("$$") // 2 :], proposal


def test_batch_normalization_is_judged_as_papers_print_it_without_a_declaration(tmp_path, unhurried):
    text = "\n\n".join(each if each.endswith("\n") else f"$$ {each} $$" for each in (*BATCH_NORM, BACKWARD))
    found, proposal = proposed(tmp_path / "a.md", text)
    assert [formula.status for formula in found] == [DEFINITION] * 4 + [TRUE, TRUE, FALSE, TRUE]
    assert proposal.definitions == (r"J := \phi(y)",)
    assert r"\sigma^2 = … as \sigma = \sqrt{…}" in found[1].remarks


def test_a_letter_with_one_index_before_which_a_matrix_stands_is_proposed_as_rows(tmp_path):
    text = "\n\n".join(f"$$ {each} $$" for each in (
        "s_i = W x_i", r"p_i = \text{softmax}(s_i)", r"L_i = -\sum_k y_{ik} \log p_{ik}",
        r"L = \frac1N \sum_{i=1}^N L_i + \frac{\lambda}{2} \|W\|^2", r"\frac{\partial L_i}{\partial s_i} = p_i - y_i",
        r"\frac{\partial L_i}{\partial s_i} = p_i + y_i",
        r"\nabla_W L = \frac1N \sum_{i=1}^N (p_i - y_i) x_i^T + \lambda W",
        r"\nabla_W L = \frac1N \sum_{i=1}^N (p_i - y_i) x_i^T + 2 \lambda W",
    ))  # fmt: skip
    found, proposal = proposed(tmp_path / "a.md", text)
    assert [formula.status for formula in found] == [DEFINITION] * 4 + [HOLDS_IF, FALSE, HOLDS_IF, FALSE]
    assert r"{letter: 'L_{\cdot}'," in proposal.block


def test_a_square_whose_letter_is_known_is_no_definition(tmp_path):
    text = (r"q = c + 1", r"q^2 = c^2 + 2 c + 1", r"q^2 = c^2 + 1", r"\tau^2 = c^2 + 1",
            r"\frac{\partial \tau}{\partial c} = \frac{c}{\tau}",
            r"\frac{\partial \tau}{\partial c} = \frac{2 c}{\tau}")  # fmt: skip
    assert statuses(tmp_path, *text) == [DEFINITION, TRUE, FALSE, DEFINITION, TRUE, FALSE]


SECTIONS = r"""
# One

$$ y = \frac{x}{2} $$

$$ \frac{dy}{dx} = \frac12 $$

# Another

The inputs are $x \in \mathbb{R}^D$ and the weights $W \in \mathbb{R}^{K \times D}$.

$$ z = W x $$

$$ \frac{\partial z}{\partial x} = W $$
"""


def test_a_file_whose_letters_change_their_meaning_gets_a_block_for_each_part(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(SECTIONS, encoding="utf-8")
    (one, first), (other, second) = propose(path, NOTATION, {})
    assert (one.place, other.place) == ("below line 2, “One”", "below line 8, “Another”")
    lines = SECTIONS.split("\n")
    lines[other.start[1] - 1] += f"\n\n{second.paste('.md')}"
    lines[one.start[1] - 1] += f"\n\n{first.paste('.md')}"
    path.write_text("\n".join(lines), encoding="utf-8")
    (page,) = check([path], NOTATION, root=tmp_path, processes=1, free=True).pages
    assert not page.problems
    assert [formula.status for formula in page.formulas] == [DEFINITION, TRUE, DEFINITION, TRUE]


def test_a_file_whose_letters_keep_their_meaning_gets_one_block(tmp_path):
    path = tmp_path / "a.md"
    path.write_text(SECTIONS.replace(r"\frac{x}{2}", r"x^\top x").replace(r"\frac12", "2 x"), encoding="utf-8")
    assert len(propose(path, NOTATION, {})) == 1


# What an attack found -------------------------------------------------------------------------------------------------

SQUARE = BLOCK.replace("scalars:", "  - {letter: A, shape: [K, K], meaning: a matrix}\nscalars:").replace(
    " a, q", " a, q, t, f, r"
)


@pytest.mark.parametrize(("above", "false"), [
    (r"r := \ln \sum_{k=1}^K e^{v_k}", r"\frac{\partial (v - r)}{\partial v} = 1 - \frac{e^v}{e^r}"),
    (r"r := v^T v", r"\frac{d}{dv}(v r) = r + 2 v^2"),
    (r"r := \sum_k v_k", r"\frac{d}{dv} \frac{v}{r} = \frac1r - \frac{v}{r^2}"),
    (r"f(c) := c + \sum_{k=1}^K v_k", r"\frac{\partial f(v)}{\partial v} = 2 + 0 v"),
    (r"u := e^A v", r"u_k = \sum_{l=1}^K e^{A_{kl}} v_l"), ("u := (A + c) v", r"u = A v + c \sum_{k=1}^K v_k"),
    (r"c := 1", r"A^T A = \sum_{k=1}^K A_k A_k^T"), (r"c := 1", r"A v = \sum_{k=1}^K v_k A_k"),
    (r"s := c^2", "s(c) = c^3"), (r"c := 1", r"\frac{2}{3} = 0.7 = \frac{7}{10}"), (r"c := 1", r"\frac34 = 0.8"),
    (r"c := 1", r"e^{-10} = 0.0"), (r"f(c, q) := c^2 + q", r"f(c, q) = f(q, c)"),
    (r"u := 1", "n < 0"), (r"u := 1", "n = 0"),
])  # fmt: skip
def test_what_is_false_or_means_two_things_is_neither_proved_nor_agrees(tmp_path, above, false):
    *_, last = statuses(tmp_path, above, false, block=SQUARE)
    assert last in (NONE, FALSE, OPEN)


def test_the_function_or_the_letter_of_a_definition_with_a_colon_is_known(tmp_path):
    text = (r"J(c) := c^2 + q", r"\frac{\partial J}{\partial c} = 2 c", r"\frac{\partial J}{\partial c} = c")
    block = BLOCK.replace("- {letter: c,", "- {letter: q, meaning: a number}\n  - {letter: c,").replace(
        " k, v", " k, J, v"
    )
    assert statuses(tmp_path, *text, block=block) == [DEFINITION, TRUE, FALSE]
