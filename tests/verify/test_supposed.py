r"""What words beside a formula suppose: the right class, at which a vector is one-hot, and what a letter is."""

import pytest

from nncore.verify.judgement import Status
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION, check

TRUE, FALSE, IF, OPEN, NONE = (
    Status.ALL_SHAPES, Status.REFUTED, Status.HOLDS_IF, Status.UNDECIDED, Status.WITHOUT_MEANING
)  # fmt: skip
OF_CLASSES = r"""```{notation}
afresh: true
shadows: [J, Y, z, y, q, i, k, m, n]
sizes:
  - {letter: n, meaning: classes}
indices:
  - {letter: i, to: n, meaning: class}
  - {letter: k, to: n, meaning: class}
  - {letter: m, to: n, meaning: class}
arrays:
  - {letter: z, entry: z_i, shape: [n, 1], meaning: scores}
  - {letter: y, entry: y_i, shape: [n, 1], meaning: targets}
scalars:
  - {letter: q, meaning: a number}
```

$$
p_i := \frac{e^{z_i}}{\sum_k e^{z_k}}
$$

$$
J := -\sum_i y_i \ln p_i
$$

WORDS

$$
CLAIM
$$
"""
CORRECT = "Here $k$ is the index of the correct class."
SLOPE = r"\frac{\partial J}{\partial z_k} = p_k - 1"


def last(folder, words, claim, text=OF_CLASSES):
    path = folder / "a.md"
    path.write_text(text.replace("WORDS", words).replace("CLAIM", claim), encoding="utf-8")
    (page,) = check([path], load(NOTATION), root=folder, processes=1, free=True).pages
    assert not page.problems
    return page.formulas[-1]


@pytest.mark.parametrize(
    ("words", "claim", "status"),
    [
        (CORRECT, SLOPE, IF),
        (r"The vector $y$ is one-hot with a $1$ at $k$.", SLOPE, IF),
        (CORRECT, r"\frac{\partial J}{\partial z_i} = p_i - \delta_{ik}", IF),
        (CORRECT, r"J = -\ln p_k", IF),  # whose index is free on the right alone
        (CORRECT, r"J = \ln \sum_i e^{z_i} - z_k", IF),
        (CORRECT, r"\sum_i y_i p_i = p_k", IF),
        (CORRECT, r"p_k - p_k^2 = p_k (1 - p_k)", TRUE),
        # False even then.
        (CORRECT, r"\frac{\partial J}{\partial z_k} = p_k + 1", FALSE),
        (CORRECT, r"\frac{\partial J}{\partial z_k} = 1 - p_k", FALSE),
        (CORRECT, r"\frac{\partial J}{\partial z_m} = p_m - 1", FALSE),
        (CORRECT, r"\frac{\partial J}{\partial z_k} = p_k", FALSE),
        (CORRECT, r"J = \ln p_k", FALSE),
        (CORRECT, r"J = -p_k", FALSE),
        (CORRECT, r"\frac{\partial J}{\partial y_k} = -1", FALSE),  # y is what is changed
        (CORRECT, r"z_k = 1", OPEN),
        (CORRECT, r"z_k - 1 = 0", FALSE),  # z is no target
        (CORRECT, r"z_k^2 + 1 = z_k + 1", FALSE),
        (CORRECT, r"y_k = 1", OPEN),
        # Words that say something else.
        ("", SLOPE, FALSE),
        ("Here $k$ is an index of a class.", SLOPE, FALSE),
        ("Here $k$ is not the correct class.", SLOPE, FALSE),
        ("Here $m$ is the correct class.", SLOPE, FALSE),
        ("This is correct. Let $k$ be a class.", SLOPE, FALSE),
        ("For every class $k$, the correct one and all others,", SLOPE, FALSE),
        ("The correct $q$ is $0$.", r"J = -\ln p_k", NONE),
        ("", r"J = -\ln p_k", NONE),
        (CORRECT + "\n" * 70, SLOPE, FALSE),  # far away
    ],
)
def test_a_vector_is_one_hot_where_words_say_which_class_is_the_right_one(tmp_path, words, claim, status):
    found = last(tmp_path, words, claim)
    assert found.status == status, found.problems
    for problem in found.problems if status is IF else ():
        assert "y is one-hot at k" in problem.reason and r"\delta_{i k}" in problem.reason
        assert "the values differ at" in problem.reason or "left" in problem.reason


def test_what_saves_a_claim_is_true_once_it_is_written(tmp_path):
    """The advice is taken: y is defined as it says, for one class number."""
    block = OF_CLASSES.replace("  - {letter: q,", "  - {letter: 'c_q', to: n, meaning: class}\n  - {letter: q,")
    told = last(tmp_path, CORRECT, SLOPE).problems[0].reason
    assert r"define y_i := \delta_{i k}" in told
    known = OF_CLASSES.replace("J := ", "y_i := \\delta_{i m}\n$$\n\n$$\nJ := ") if block else ""
    assert last(tmp_path, "", r"\frac{\partial J}{\partial z_i} = p_i - \delta_{im}", known).status in (TRUE, NONE)


@pytest.mark.parametrize(
    ("words", "claim", "status"),
    [
        ("where $q = p_1 - 1$.", r"\frac{\partial J}{\partial z_1} = q", OPEN),
        ("where $y_i = p_i$ at first.", r"J = -\sum_i p_i \ln p_i", OPEN),
        ("where $q \\ne p_1 - 1$.", r"\frac{\partial J}{\partial z_1} = q", OPEN),
        ("where $m = 2$.", r"\frac{\partial J}{\partial z_1} = p_1", FALSE),
        ("where $p_1 = q$.", r"\frac{\partial J}{\partial z_1} = p_1", FALSE),  # which says what p_1 is, not q
    ],
)
def test_a_formula_within_words_that_is_not_read_makes_no_claim_false(tmp_path, words, claim, status):
    found = last(tmp_path, words, claim)
    assert found.status == status, found.problems
