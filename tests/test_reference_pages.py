"""The pages that are made from data: notation, citing, changelog, bibliography. They say what the data says."""

import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup
from pybtex.database import parse_file

from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION
from releases.__main__ import ARCHIVES
from releases.frozen import versions

ROOT = Path(__file__).resolve().parents[1]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


class Tables(HTMLParser):
    """The rows of every table of a page: the text of each cell, formulas as the LaTeX that KaTeX was given."""

    def __init__(self, page):
        super().__init__()
        self.tables, self.words = [], None
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag == "td" and self.tables:
            self.words = ""
        elif self.words is not None and (tex := dict(attributes).get("data-tex")):
            self.words += f"⟨{tex}⟩"

    def handle_endtag(self, tag):
        if tag == "td" and self.words is not None:
            self.tables[-1][-1].append(self.words)
            self.words = None

    def handle_data(self, data):
        if self.words is not None:
            self.words += data


@pytest.fixture(scope="module")
def book(html):
    return html / "book"


@pytest.mark.parametrize(
    ("place", "part"), list(enumerate(("sizes", "indices", "arrays", "scalars", "functions", "constants", "signs")))
)
def test_the_notation_page_has_a_row_with_a_formula_for_every_declaration(book, place, part):
    declared = getattr(load(NOTATION), part)
    rows = [row for row in Tables(book / "notation.html").tables[place] if row]
    assert len(rows) == len(declared) > 0
    for row, declaration in zip(rows, declared, strict=True):
        written = getattr(declaration, "written", None)
        letter = (
            written.letter
            if written
            else next(getattr(declaration, name) for name in ("letter", "name", "sign") if hasattr(declaration, name))
        )
        assert f"⟨{letter}" in row[0], f"{letter} is not set as a formula in {row}"
        assert "$" not in "".join(row)
        first_word = re.match(r"\w+", declaration.meaning)[0]
        assert len(first_word) == 1 or first_word in row[-1]


def test_the_notation_page_gives_the_shapes_of_the_file(book):
    rows = {row[0]: row for row in Tables(book / "notation.html").tables[2] if row}
    (weights,) = [row for letter, row in rows.items() if "⟨W⟩" in letter]
    assert "⟨w_{jm}⟩" in weights[1] and r"⟨D \times M⟩" in weights[2] and r"⟨D_{r-1} \times D_{r}⟩" in weights[3]


def test_version_and_date_are_the_same_wherever_they_stand():
    newest, *_ = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert VERSION == CITATION["version"]
    if ".dev" in VERSION:  # between two releases
        assert newest == "Unreleased" and "date-released" not in CITATION
    else:
        assert newest == f"{VERSION} – {CITATION['date-released']}"
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", CITATION["date-released"])


def test_what_changes_does_not_call_itself_a_version_that_is_frozen():
    number, between = re.fullmatch(r"(\d+(?:\.\d+)+)(\.dev\d+)?", VERSION).groups()
    for frozen in versions(ARCHIVES):  # of a fork, there may be none
        place, ours = ([int(part) for part in version.split(".")] for version in (frozen, number))
        assert place < ours or (place == ours and not between)


def test_the_citation_file_has_what_its_format_asks_for():
    assert {"cff-version", "message", "title", "authors"} <= set(CITATION)
    assert CITATION["cff-version"] == "1.2.0" and CITATION["type"] == "software"
    assert all("name" in author or {"family-names", "given-names"} <= set(author) for author in CITATION["authors"])


def test_the_page_on_citing_gives_version_and_addresses(book):
    text = re.sub(r"<[^>]+>", "", (book / "reference" / "citing.html").read_text(encoding="utf-8"))
    entries = re.findall(r"@\w+\{.*?\n\}", text, re.DOTALL)
    assert len(entries) == 2 and all(f"ersion {VERSION}" in entry for entry in entries)
    assert "Equation eq-sigmoid-vjp in: " in entries[1]
    page = BeautifulSoup((book / "reference" / "citing.html").read_text(encoding="utf-8"), "html.parser")
    whole, equation = (box["data-address"] for box in page.select(".bibtex-entry"))
    assert (whole, equation) == ("../../", "../layers/sigmoid.html#equation-eq-sigmoid-vjp")


def test_the_changelog_is_a_page(book):
    page = (book / "reference" / "changelog.html").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(headings) >= 1 and all(heading in page for heading in headings)


def test_the_bibliography_lists_every_entry_and_every_entry_is_complete(book):
    page = (book / "reference" / "bibliography.html").read_text(encoding="utf-8")
    entries = parse_file(ROOT / "book" / "references.bib").entries
    assert len(re.findall(r'<div class="citation"', page)) == len(entries) > 0
    for key, entry in entries.items():
        assert entry.fields["year"] in page
        assert {"title", "year"} <= set(entry.fields) and entry.persons.get("author"), key
    cited = set()
    for source in (ROOT / "book").rglob("*.md"):
        for keys in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", source.read_text(encoding="utf-8")):
            cited |= {key.strip() for key in keys.split(",")}
    assert cited and cited <= set(entries)
