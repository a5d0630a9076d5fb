"""Entries for BibTeX say title, version, label and address, and no reader of BibTeX complains about them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from citation import Author, Work, WrongCitation, entry, escaped, read
from pybtex.database import parse_string
from pybtex.style.formatting.plain import Style

ROOT = Path(__file__).resolve().parents[1]
AUTHORS = (
    Author("Müller", "Örjan"),
    Author("Beethoven", "Ludwig", "van"),
    Author("García Márquez", "Gabriel"),
    Author("King", "Martin", suffix="Jr."),
    Author("The A, B and C Group", group=True),
)
WORK = Work("ReLU & Friends, 100 % Verified", AUTHORS, "1.2.0", "2026-05-06")
ADDRESS = "https://a_b.github.io/nn--course/book/x%20y.html#equation-eq-sigmoid-vjp"
ENTRY = entry(WORK, "bpv-eq-x_y", "ReLU – $x_i$, by É. Noether", "Equation eq-x_y in: " + WORK.title, ADDRESS, "2026")


def printed(text: str) -> str:
    """Return what a Jupyter Book prints of an entry: sphinxcontrib-bibtex leaves it to pybtex."""
    data = parse_string(text, "bibtex")
    (only,) = Style().format_entries(data.entries.values())
    return only.text.render_as("text")


def test_pybtex_prints_title_with_its_capitals_version_label_and_address():
    shown = printed(ENTRY)
    assert "ReLU – $x_i$, by É. Noether" in shown and "ReLU & Friends, 100 % Verified" in shown
    assert "Equation eq-x_y in:" in shown and "version 1.2.0" in shown
    assert shown.count("https://") == 1 and "#equation-eq-sigmoid-vjp" in shown
    assert "\\" not in shown and "{" not in shown and "missing" not in shown
    assert shown.startswith(
        "Örjan Müller, Ludwig van Beethoven, Gabriel García Márquez, Martin King, Jr., and The A, B and C"
    )


def test_an_entry_without_address_has_none_and_is_as_good():
    text = entry(WORK, "bpv", WORK.title, "", "", "2026")
    assert "http" not in text and "Version 1.2.0, 2026" in printed(text)


@pytest.mark.parametrize("style", ["plain", "alpha", "abbrv", "unsrt"])
@pytest.mark.skipif(not shutil.which("bibtex"), reason="BibTeX is not installed")
def test_plain_bibtex_has_no_warning_and_prints_all_of_it(tmp_path, style):
    (tmp_path / "all.bib").write_text(ENTRY + "\n\n" + entry(read(ROOT), "bpv", "Title", "", "", "2026"))
    (tmp_path / "a.aux").write_text(f"\\relax\n\\citation{{*}}\n\\bibstyle{{{style}}}\n\\bibdata{{all}}\n")
    run = subprocess.run(["bibtex", "a"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 0 and "Warning" not in run.stdout, run.stdout
    shown = " ".join((tmp_path / "a.bbl").read_text().split())
    assert "{ReLU -- $x_i$, by {\\'E}. Noether}" in shown and "version 1.2.0" in shown
    assert "Equation eq-x\\_y in:" in shown and "\\#equation-eq-sigmoid-vjp" in shown


def test_signs_of_latex_and_letters_that_bibtex_would_cut_are_escaped():
    assert escaped("a_b & 5 % #1 $x_i$") == r"a\_b \& 5 \% \#1 $x_i$"
    assert escaped("Ö ñ ß") == r"{\"O} {\~n} {\ss}"
    assert escaped("{}\\~^") == r"{\textbraceleft}{\textbraceright}{\textbackslash}{\textasciitilde}{\textasciicircum}"
    assert escaped("漢") == "漢"


def of(tmp_path, text: str) -> Work:
    (tmp_path / "CITATION.cff").write_text(text, encoding="utf-8")
    return read(tmp_path)


def test_authors_are_persons_or_groups(tmp_path):
    work = of(
        tmp_path,
        "title: T\nversion: 1.0.0\ndate-released: 2026-01-02\nauthors:\n- {family-names: Noether, given-names: Emmy}\n"
        "- {name: The Group}\n- {family-names: Neumann, given-names: John, name-particle: von}\n",
    )
    assert work.names() == "Emmy Noether, The Group and John von Neumann" and work.year == "2026"
    assert [author.bibtex() for author in work.authors] == ["Noether, Emmy", "{The Group}", "von Neumann, John"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("version: 1\nauthors: [{name: A}]", "entry title"),
        ("title: T\nauthors: [{name: A}]", "entry version"),
        ("title: T\nversion: 1", "entry authors"),
        ("title: T\nversion: 1\nauthors: A. Person", "must be a list, got 'A. Person'"),
        ("title: T\nversion: 1\nauthors: [A. Person]", "got 'A. Person'"),
        ("title: [", "must be a file with title"),
        ("", "entry title"),
    ],
)
def test_a_citation_file_that_cannot_be_used_is_refused_with_what_is_missing(tmp_path, text, said):
    with pytest.raises(WrongCitation, match=re.escape(said)):
        of(tmp_path, text)


def test_without_a_citation_file_it_is_said_that_there_must_be_one(tmp_path):
    with pytest.raises(WrongCitation, match=r"CITATION\.cff must be a file"):
        read(tmp_path)
