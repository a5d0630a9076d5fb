"""The book prints nothing that its grammar cannot read."""

from pathlib import Path

import yaml

from nncore.verify.latex import LatexError, read
from nncore.verify.notation import load
from nncore.verify.pages import formulas
from nncore.verify.writing import latex

ROOT = Path(__file__).resolve().parents[1]


def pages():
    """The Markdown pages of the book, from its table of contents."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [contents["root"], *(chapter["file"] for part in contents["parts"] for chapter in part["chapters"])]
    return [ROOT / f"{file}.md" for file in files]


def test_every_displayed_formula_of_the_book_is_read():
    notation = load(ROOT / "book" / "notation.yml")
    found = [formula for page in pages() for formula in formulas(page)]
    assert found, "no page displays a formula"
    unreadable = []
    for formula in found:
        try:
            tree = read(formula.text, notation)
        except LatexError as error:
            line, column = formula.place(error.line, error.column)
            place = f"{formula.path.relative_to(ROOT)}:{line}:{column}"
            unreadable.append(f"{place}: {error.reason}\n{error.snippet}")
        else:
            assert read(latex(tree), notation) == tree
    assert not unreadable, "\n\n".join(["these formulas cannot be read:", *unreadable])
