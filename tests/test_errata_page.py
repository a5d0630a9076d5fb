"""The page of the errata: the counts that it prints are those of its boxes, and a right formula in a box fails."""

import re
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION, check
from nncore.verify.semantics.statements import Kind

REFERENCE = Path(__file__).resolve().parents[1] / "book" / "reference"
PAGE = REFERENCE / "errata.md"
DISPLAYED = 21  # formulas of the notes
BOX = r"```\{{erratum\}}[^`]*?:corrected: (?P<right>\S+)[^`]*?(?P<wrong>\$\$[^$]+\$\$) \({label}\)"


def judged(path):
    return check([path, REFERENCE.parent / "layers" / "sigmoid.md"], load(NOTATION), processes=1, book=True).pages[0]


@pytest.fixture(scope="module")
def page():
    return judged(PAGE)


def test_every_displayed_formula_of_the_notes_is_there_once(page):
    numbers = [int(found[1]) for each in page.formulas if (found := re.fullmatch(r"eq-errata-(\d+)", each.label or ""))]
    code = re.findall(r"^\*\*(\d+)\.\*\* is a line of code", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted([*numbers, *map(int, code)]) == list(range(1, DISPLAYED + 1))
    assert not page.all_problems


def test_the_printed_counts_are_those_of_the_boxes(page, html):
    text = (html / "book" / "reference" / "errata.html").read_text(encoding="utf-8")
    ways = Counter(
        part.judgement.method
        for each in page.formulas
        for part in each.parts
        if part.kind is Kind.ERRATUM and re.fullmatch(r"eq-errata-\d+", each.label or "")
    )
    for way, number in ways.items():
        assert re.search(rf"{number}  .*fail by their {way}", text), way
    assert re.search(rf"{sum(ways.values())}  .*wrong", text)
    assert re.search(rf"{ways['shape'] + ways['index']}  .*no truth value", text)


def test_the_evidence_below_an_erratum_says_how_it_fails(html):
    page = BeautifulSoup((html / "book" / "reference" / "errata.html").read_text(encoding="utf-8"), "html.parser")
    text = page.get_text()
    assert "fails by its index, as it must; the index i is free here, but not on the left" in text
    place = r"D=3, M=2, row\s2, column\s2, w22=1, all other inputs 0: left 1, right 0"
    assert re.search(rf"fails by its value, as it must; at {place}", text)


@pytest.mark.parametrize("label", ["eq-errata-4", "eq-errata-10", "eq-errata-17"])
def test_a_right_formula_in_a_box_fails_the_book(label, tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    box = re.search(BOX.format(label=label), text)
    right = re.search(rf"(\$\$[^$]+\$\$) \({box['right']}\)", text)[1]
    changed = tmp_path / "errata.md"
    changed.write_text(text[: box.start("wrong")] + right + text[box.end("wrong") :], encoding="utf-8")
    problems = judged(changed).all_problems
    assert len(problems) == 1
    assert re.search("no numbers refute this erratum|it has a meaning", problems[0].reason)
