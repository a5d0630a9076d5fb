"""Entries for BibTeX say title, version, label and address, and no reader of BibTeX complains about them."""

import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from citation import Author, Work, WrongCitation, entry, escaped, read
from citing import citation_of_book
from jinja2 import Environment, FileSystemLoader
from pybtex.database import parse_string
from pybtex.style.formatting.plain import Style
from repository import repository

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
        ("title: T\nversion: 1\nauthors: [{name: A}]\nreferences: T", "references must be a list, got 'T'"),
        ("title: T\nversion: 1\nauthors: [{name: A}]\nreferences: [{title: T}]", "must have a title and authors, got"),
        ("title: T\nversion: 1\nauthors: [{name: A}]\nreferences: [{title: T, authors: [B]}]", "got 'B'"),
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


def licenses(work: Work) -> str:
    """Return the licenses as every page prints them; Sphinx escapes nothing by itself."""
    templates = Environment(loader=FileSystemLoader(ROOT / "book" / "_templates"))
    return templates.get_template("licenses.html").render(originals=work.originals)


def example() -> str:
    """Return the entry that CONTRIBUTING shows to whoever makes a book of their own."""
    (block,) = re.findall(r"^( +)references:\n((?:\1 .*\n)+)", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE)
    return f"references:\n{block[1]}"


MINE = "title: NN & Me\nversion: 1.0.0\nauthors: [{name: A Course}]\n"


def test_a_fork_prints_what_it_is_based_on_with_authors_and_address(tmp_path):
    named = (
        "references:\n- type: software\n  title: A <Book>\n  authors: [{name: B & C}, {family-names: Noether, "
        "given-names: Emmy}]\n  url: https://a.org/?b&c\n- {type: book, title: Two, authors: [{name: D}]}\n"
        "- {type: book, title: Three, authors: [{name: D}], doi: 10.1/2}\n"
    )
    said = licenses(of(tmp_path, MINE + named))
    assert 'Based on <a href="https://a.org/?b&amp;c">A &lt;Book&gt;</a> by B &amp; C and Emmy Noether.' in said
    assert "Based on Two by D." in said and '<a href="https://doi.org/10.1/2">Three</a>' in said
    assert "Based on" not in licenses(of(tmp_path, MINE))


def test_the_entry_that_contributing_shows_names_this_book(tmp_path):
    (original,) = of(tmp_path, MINE + "\n".join(line for line in example().splitlines())).originals
    this = read(ROOT)
    assert (original.title, original.authors) == (this.title, this.authors) and original.address
    assert yaml.safe_load(example())["references"][0]["type"] == "software"  # the format asks for it
    assert f'Based on <a href="{original.address}">{this.title}</a> by {this.names()}.' in licenses(
        Work("T", this.authors, "1", "", (original,))
    )


@pytest.mark.parametrize(
    ("address", "named", "not_named"),
    [
        ("https://gitlab.com/uni/kurs/nn", ["html: baseurl"], ["repository: url"]),
        ("https://codeberg.org/mueller/nn", ["html: baseurl"], ["repository: url"]),
        ("", ["repository: url", "html: baseurl"], []),
    ],
)
def test_an_entry_without_address_names_the_setting_that_adds_it(address, named, not_named, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    app = SimpleNamespace(
        work=WORK,
        config=SimpleNamespace(html_baseurl=""),
        builder=SimpleNamespace(get_target_uri=lambda name: f"{name}.html"),
        sources=repository(address) if address else None,
    )
    said = citation_of_book(app, "book/page")["lacks_address"]
    assert all(f"<code>{each}</code>" in said for each in named) and not any(each in said for each in not_named)
    app.config.html_baseurl = "https://a.org/"
    assert citation_of_book(app, "book/page")["lacks_address"] == ""
