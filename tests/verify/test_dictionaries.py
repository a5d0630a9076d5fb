r"""A dictionary is a text in letters of its own, which hold in it alone; what it claims is claimed like all else."""

import pytest

from nncore.verify.judgement import Status
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION, check
from nncore.verify.semantics.elaborate import meaning, page_functions, spots
from nncore.verify.semantics.statements import Kind
from nncore.verify.source.markdown import PageError, read_markdown

LETTERS = r"""```{notation}
arrays:
  - {letter: '\mathsf{W}', entry: '\mathsf{w}_{mj}', shape: [M, D], meaning: weights of another book}
```
"""
TRANSPOSED = r"""```{notation}
arrays:
  - {letter: '\mathsf{W}', shape: [D, M], meaning: weights of a third book}
```
"""
FORWARD = (r"W := \mathsf{W}^\top", r"Z := X W + \mathbf{1} b", r"J := \phi(Z)")


def displays(*formulas):
    return "".join(f"\n$$\n{formula}\n$$\n" for formula in formulas)


def dictionary(*formulas, letters=LETTERS):
    return f"````{{dictionary}} another book\n{letters}{displays(*formulas)}````\n"


@pytest.fixture
def page(tmp_path):
    def write(*parts):
        path = tmp_path / "page.md"
        path.write_text("# Page\n" + "\n".join(parts), encoding="utf-8")
        return path

    return write


@pytest.fixture
def said(page):
    return lambda *parts: meaning(page(*parts), load(NOTATION))


RIGHT = r"\left( \frac{\partial J}{\partial \mathsf{W}} \right)^\top = X^\top \frac{\partial J}{\partial Z}"
WRONG = r"\left( \frac{\partial J}{\partial \mathsf{W}} \right)^\top = -X^\top \frac{\partial J}{\partial Z}"


def test_what_a_dictionary_claims_is_judged_in_its_letters(page):
    right = check([page(dictionary(*FORWARD, RIGHT))], load(NOTATION), processes=1)
    assert [part.judgement.status for part in right.pages[0].formulas[-1].parts] == [Status.ALL_SHAPES]
    wrong = check([page(dictionary(*FORWARD, WRONG))], load(NOTATION), processes=1)
    (problem,) = wrong.problems
    assert (problem.status, problem.line) == (Status.REFUTED, 21)


def test_a_shape_that_does_not_fit_is_a_fault_in_its_letters(said):
    (fault,) = said(dictionary(*FORWARD, r"\frac{\partial J}{\partial \mathsf{W}} = X^\top G")).faults
    assert "M" in fault.reason and "D" in fault.reason


def test_no_definition_of_the_page_holds_in_a_dictionary_and_none_of_its_own_outside(said):
    before = displays(r"Z := 2 G")
    page = said(before, dictionary(*FORWARD), displays(r"Z = 2 G"))
    assert not page.faults
    assert [item.kind for item in page.items] == [Kind.DEFINITION] * 4 + [Kind.CLAIM]
    outside = said(dictionary(*FORWARD), displays(r"X = \mathsf{W}"))
    assert [fault.reason for fault in outside.faults] == [r"the letter \mathsf{W} is neither declared nor defined"]


def test_two_dictionaries_may_use_one_letter_for_different_things(said):
    page = said(dictionary(*FORWARD), dictionary(r"W := \mathsf{W}", letters=TRANSPOSED))
    assert not page.faults
    wrong = said(dictionary(*FORWARD), dictionary(r"W := \mathsf{W}"))
    assert len(wrong.faults) == 1


def test_a_wrong_notation_is_named_once_and_with_its_line(page):
    letters = "```{notation}\nshadows: [q]\n```\n"
    report = check([page(dictionary("X = X", "W = W", letters=letters))], load(NOTATION), processes=1)
    named = [problem for problem in report.problems if "shadows" in problem.reason]
    assert [(problem.line, problem.status) for problem in named] == [(4, Status.WITHOUT_MEANING)]


def test_a_formula_without_meaning_is_read_in_the_letters_of_its_dictionary(page):
    letters = "```{notation}\nshadows: [f]\narrays:\n  - {letter: f, shape: [M, 1], meaning: scores}\n```\n"
    report = check([page(dictionary("X = f", letters=letters))], load(NOTATION), processes=1)
    (problem,) = report.problems
    assert problem.status == Status.WITHOUT_MEANING


def test_a_dictionary_defines_no_function_for_other_pages(said):
    text = "````{dictionary} another book\n\n$$\n\\sigma(z) := z\n$$ (eq-other)\n````\n"
    page = said(text)
    assert not page.faults
    assert not page_functions(page.items, load(NOTATION))


def test_a_family_with_a_hole_in_a_dictionary_is_a_fault(said):
    page = said(dictionary("A^{[0]} := X", r"A^{[r]} := A^{[r-1]} W^{[r]} \quad 2 \le r \le R", letters=""))
    assert any("has no definition" in fault.reason for fault in page.faults)


def test_a_changed_formula_in_a_dictionary_is_judged_where_it_stands(page):
    found = list(spots(page(dictionary(*FORWARD, RIGHT)), load(NOTATION)))
    assert found[-1].notation.arrays[-1].letter == r"\mathsf{W}"
    changed = found[-1].instead(WRONG)
    assert not changed.faults
    assert len(changed.items) == 1
    assert not found[-1].instead(RIGHT).faults


def test_letters_that_are_quoted_within_words_are_not_read_but_no_display_hides_among_them(page):
    quoted = "```{other-letters}\nThe weights $w^l_{jk}$ of another book.\n"
    path = page(quoted + "```\n", displays("X = X"))
    assert not read_markdown(path).whole().inline
    assert len(read_markdown(path).whole().formulas) == 1
    assert read_markdown(page("The weights $w^l_{jk}$ of another book.")).whole().inline
    with pytest.raises(PageError, match=r"page\.md:2: a formula is displayed outside of \{other-letters\}"):
        read_markdown(page(quoted + displays("X = -X") + "```\n")).whole()
