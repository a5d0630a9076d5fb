"""Derivations taken apart into lines, each with its reason, and what is left to KaTeX as a whole."""

import re

import pytest
from bs4 import BeautifulSoup
from katex_math import with_whole_conditions, with_whole_parentheses
from pages_of_book import pages
from steps import Step, steps_of, words_of

DERIVATION = r"""\begin{aligned}
\frac{a}{b}
&= \begin{bmatrix} a & b \\ c & d \end{bmatrix} && \text{(definition)} \\[1ex]
&= c && \text{(for $m = k$)}
\end{aligned}"""


def test_a_derivation_has_a_line_for_each_step_with_its_reason():
    assert steps_of(DERIVATION) == [
        Step(r"\frac{a}{b}", r"= \begin{bmatrix} a & b \\ c & d \end{bmatrix}", r"\text{(definition)}"),
        Step("", "= c", r"\text{(for $m = k$)}"),
    ]


def test_a_condition_behind_a_derivation_is_its_last_line():
    assert steps_of(DERIVATION + "\n\\quad (M = 2)\n".strip("\n"))[2:] == [Step("", "(M = 2)", is_condition=True)]


@pytest.mark.parametrize(
    "tex",
    [
        "a = b",
        r"x = \begin{aligned} a &= b \end{aligned}",
        r"\begin{aligned} a &= b & c &= d \end{aligned}",  # two equations in a line
        r"\begin{aligned} a &= b && c & d \end{aligned}",
        r"\begin{aligned} a = b \end{aligned}",
        r"\begin{aligned} a &= b \end{aligned} \\ c",
        r"\begin{aligned} a &= b \end{aligned} \begin{aligned} c &= d \end{aligned}",
        r"\begin{aligned} a &= { b \end{aligned}",
        r"\begin{aligned} a &= } b \end{aligned}",
    ],
)
def test_what_is_no_derivation_is_left_as_it_is(tex):
    assert steps_of(tex) is None


def test_a_brace_that_is_a_sign_opens_no_group():
    assert steps_of(r"\begin{aligned} \{ a &= b \\ c &= d \} \end{aligned}") == [
        Step(r"\{ a", "= b"),
        Step("c", r"= d \}"),
    ]


@pytest.mark.parametrize(
    ("tex", "given"),
    [
        (r"a \quad 1 \le r < R", r"a \quad {1 \le r < R}"),
        (r"a \quad (h \ne 0) .", r"a \quad {(h \ne 0)} ."),
        (r"a \quad t \ge 1, \ 0 < \beta < 1", r"a \quad {t \ge 1}, \ {0 < \beta < 1}"),
        (r"a \quad (n = 4, D = 2) \\ &= b", r"a \quad {(n = 4, D = 2)} \\ &= b"),
        (r"\begin{cases} a \quad b & c \end{cases}", r"\begin{cases} a \quad {b} & c \end{cases}"),
        (r"\text{a \quad b} c", r"\text{a \quad b} c"),  # no whole group
        (r"a \qquad b < c", r"a \qquad b < c"),
        ("a < b", "a < b"),
    ],
)
def test_a_condition_is_handed_on_as_a_group_in_which_no_line_breaks(tex, given):
    assert with_whole_conditions(tex) == given


@pytest.mark.parametrize(
    ("tex", "given"),
    [
        ("p (p - 1)", "p ({p - 1})"),
        (r"\sigma(-z)", r"\sigma(-z)"),
        (r"f(x) (1 \ge (a + b))", r"f(x) (1 \ge ({a + b}))"),
        (r"\left(a - b\right) \bigl(a - b\bigr)", r"\left(a - b\right) \bigl(a - b\bigr)"),
        (r"(a_{b} - c_{(d} - e)", r"(a_{b} - c_{(d} - e)"),
    ],
)
def test_within_a_line_parentheses_are_groups_too(tex, given):
    assert with_whole_parentheses(tex) == given


def test_a_condition_is_in_one_piece_on_the_page_and_what_was_written_is_kept(html):
    page = BeautifulSoup((html / "book/network/backpropagation.html").read_text(encoding="utf-8"), "html.parser")
    recursion = page.find(id="equation-eq-backpropagation-recursion")
    assert r"\quad 1 \le r < R" in recursion.select_one("[data-tex]")["data-tex"]
    pieces = [piece.get_text() for piece in recursion.select(".katex-base")]
    assert sum("1≤r<R" in piece for piece in pieces) == 1
    step = page.find(id="equation-eq-backpropagation-step").select(".step")[-1]
    assert [piece.get_text() for piece in step.select(".katex-base")] == ["1≤r<R"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (r"\text{(chain rule)}", [("(chain rule)", False)]),
        (r"\text{(for $m = k$, too)}", [("(for ", False), ("m = k", True), (", too)", False)]),
        (r"\text{\textbf{so}}", None),
        (r"\text{a} \text{b}", None),
        (r"\text{costs 1 $}", None),
        (r"k = 1", None),
    ],
)
def test_the_words_of_a_reason_are_text_and_the_mathematics_in_them_is_not(reason, words):
    assert words_of(reason) == words


def test_every_derivation_of_the_book_is_taken_apart_and_no_reason_is_lost():
    reasons = 0
    for page in pages():
        for tex in re.findall(r"\$\$\s*(\\begin\{aligned\}.*?)\s*\$\$", page.read_text(encoding="utf-8"), re.DOTALL):
            steps = steps_of(tex)
            assert steps is not None, f"{page.name}: {tex}"
            found = [words_of(step.reason) for step in steps if step.reason]
            assert all(found) and len(found) == tex.count("&&"), f"{page.name}: {tex}"
            reasons += len(found)
    assert reasons > 50
