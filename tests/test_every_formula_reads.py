"""The book prints nothing that its grammar cannot read, and nothing within a sentence that has no meaning."""

from pages_of_book import ROOT, pages

from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION
from nncore.verify.semantics.elaborate import book_functions, meaning, with_blocks
from nncore.verify.semantics.inline import faults_within
from nncore.verify.source.markdown import read_markdown
from nncore.verify.syntax.parser import LatexError, read
from nncore.verify.syntax.printer import latex


def in_their_letters(page, notation):
    """The displayed formulas of a page, each with the letters in which it is read."""
    read_ = read_markdown(page).whole()
    for formula, place in zip(read_.formulas, read_.around.places, strict=True):
        yield formula, with_blocks(notation, place.dictionary.blocks) if place.dictionary else notation


def faults_of(page, notation, functions):
    """What is wrong with the formulas within the sentences of a page."""
    return faults_within(read_markdown(page).whole(), meaning(page, notation, functions), notation, functions)


def test_every_displayed_formula_of_the_book_is_read():
    notation = load(NOTATION)
    found = [each for page in pages() for each in in_their_letters(page, notation)]
    assert found, "no page displays a formula"
    unreadable = []
    for formula, notation in found:
        try:
            tree = read(formula.text, notation)
        except LatexError as error:
            line, column = formula.place(error.line, error.column)
            place = f"{formula.path.relative_to(ROOT)}:{line}:{column}"
            unreadable.append(f"{place}: {error.reason}\n{error.snippet}")
        else:
            assert read(latex(tree), notation) == tree
    assert not unreadable, "\n\n".join(["these formulas cannot be read:", *unreadable])


def test_every_formula_within_a_sentence_has_a_meaning_and_claims_nothing_worth_a_proof():
    notation = load(NOTATION)
    assert sum(len(read_markdown(page).whole().inline) for page in pages()) > 1000
    functions = book_functions(pages(), notation)
    faults = [fault for page in pages() for fault in faults_of(page, notation, functions)]
    assert not faults, "\n".join(map(str, faults))
