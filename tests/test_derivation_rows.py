"""Derivations taken apart into lines, each with its reason, and what is left to KaTeX as a whole."""

import re

import pytest
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
    assert steps_of(DERIVATION + "\n\\quad (M = 2)\n".strip("\n"))[2:] == [
        Step("", "(M = 2)", is_condition=True)
    ]


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
