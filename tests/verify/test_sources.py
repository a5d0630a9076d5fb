"""Formulas of notebooks and LaTeX files are found like those of Markdown pages, with their labels and places."""

import json

import pytest

from nncore.verify.pages import PageError
from nncore.verify.sources import read_page


@pytest.fixture
def tex(tmp_path):
    """Reads a LaTeX file with this text."""

    def read(text):
        path = tmp_path / "homework.tex"
        path.write_text(text, encoding="utf-8")
        return read_page(path)

    return read


@pytest.fixture
def notebook(tmp_path):
    """Reads a notebook with these cells: Markdown, or code if it begins with a #."""

    def read(*sources):
        path = tmp_path / "homework.ipynb"
        code = {"cell_type": "code", "outputs": [], "execution_count": None}
        cells = [
            {
                **(code if source.startswith("#!") else {"cell_type": "markdown"}),
                "source": source,
                "metadata": {},
                "id": f"c{n}",
            }
            for n, source in enumerate(sources)
        ]
        path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
        return read_page(path)

    return read


def shown(found):
    return [(formula.text.strip(), formula.label) for formula in found]


def test_every_kind_of_display_of_latex_is_found(tex):
    found = tex(
        "\\[ a = b \\]\n$$c$$\n\\begin{equation}\nd\n\\end{equation}\n\\begin{equation*}e\\end{equation*}\n"
        "\\begin{displaymath}f\\end{displaymath}\n\\begin{align}\ng &= h \\\\[2pt] &= i\n\\end{align}\n"
    )
    assert [formula.text.strip().split("\n")[0] for formula in found] == ["a = b", "c", "d", "e", "f", "\\begin{align}"]
    assert [formula.line for formula in found] == [1, 2, 3, 6, 7, 8]


def test_a_label_of_latex_is_kept_and_is_no_part_of_the_formula(tex):
    found = tex("\\begin{equation}\\label{eq:one}\n  a = b\n\\end{equation}\n\\[ c \\nonumber \\]\n")
    assert shown(found) == [("a = b", "eq:one"), ("c", None)]


def test_a_place_in_a_formula_of_latex_is_a_place_in_the_file(tex):
    text = "Words \\[ a + bad \\] words,\n  \\begin{equation}\\label{eq:x} bad\n bad\n\\end{equation}\n"
    found = tex(text)
    for formula in found:
        for number, line in enumerate(formula.text.split("\n")):
            if "bad" in line:
                at, column = formula.place(number + 1, line.index("bad") + 1)
                assert text.split("\n")[at - 1][column - 1 :].startswith("bad")


def test_comments_and_listings_of_latex_hold_no_formulas(tex):
    found = tex("% \\[ a \\]\n50\\% \\[ b \\] % $$\n\\begin{verbatim}\n$$ c $$\n\\end{verbatim}\n\\[ d \\]\n")
    assert [(formula.text.strip(), formula.line) for formula in found] == [("b", 2), ("d", 6)]


def test_environments_of_latex_are_what_the_directives_of_their_name_are(tex):
    read = tex(
        "\\begin{assumption}\\label{asm-a}\n\\[ a \\]\n\\end{assumption}\n"
        "\\begin{definition}\\[ b \\]\\end{definition}\n"
        "\\begin{convention}\\[ c \\]\\end{convention}\n"
    )
    assert [formula.within for formula in found] == [("prf:assumption",), ("prf:definition",), ("prf:convention",)]
    assert [(place.label, place.convention) for place in around.places] == [
        ("asm-a", False),
        (None, False),
        (None, True),
    ]


def test_a_reference_of_latex_counts_in_its_environment_or_its_paragraph(tex):
    read = tex(
        "By \\ref{asm-a},\n\\[ a \\]\n\nNow\n\\[ b \\]\n\n"
        "\\begin{proof}\n\\[ c \\]\nby \\cref{asm-b,asm-c}\n\\end{proof}\n"
    )
    assert [set(place.mentions) for place in around.places] == [{"asm-a"}, set(), {"asm-b", "asm-c"}]


def test_letters_are_declared_in_comments_of_latex(tex):
    read = tex("Words.\n% notation:\n% scalars:\n%   - {letter: q, meaning: odds}\n\\[ a \\]\n% other\n")
    (block,) = around.blocks
    assert (block.text, block.line) == ("scalars:\n  - {letter: q, meaning: odds}", 3)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("Words.\n\\begin{gather} a \\end{gather}\n", 2, "gather is not read"),
        ("\\begin{eqnarray*} a \\end{eqnarray*}\n", 1, r"eqnarray\* is not read"),
        ("\n\n\\[ a\n", 3, "not closed"),
    ],
)
def test_what_could_hide_a_formula_of_latex_is_an_error(tex, text, line, reason):
    with pytest.raises(PageError, match=reason) as caught:
        tex(text)
    assert f"homework.tex:{line}: " in str(caught.value)


def test_the_markdown_cells_of_a_notebook_are_read_each_with_its_own_places(notebook):
    read = notebook("# T\n\n$$ a $$ (eq-a)", "#!\n'$$ no $$'", "By {prf:ref}`asm-a`:\n\n$$\nb\n$$")
    assert shown(found) == [("a", "eq-a"), ("b", None)]
    assert [(formula.path.name, formula.line) for formula in found] == [
        ("homework.ipynb (cell 1)", 3),
        ("homework.ipynb (cell 3)", 3),
    ]
    assert [set(place.mentions) for place in around.places] == [set(), {"asm-a"}]


@pytest.mark.parametrize(("name", "content"), [("a.ipynb", b"{"), ("a.ipynb", b"[1]"), ("a.md", b"\xff\xfe")])
def test_what_is_no_text_or_no_notebook_is_one_clear_error(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PageError, match=f"{name}:1: this is not a") as caught:
        read_page(tmp_path / name)
    assert "\n" not in str(caught.value)
