"""The cheat sheet has every theorem with all its formulas, on one sheet of A4; the lecture plan adds up."""

import io
import re

import pytest
from bs4 import BeautifulSoup
from cheat_sheet import call, objection, theorems_in
from lecture_plan import exercises_in, table
from pages_of_book import ROOT, pages
from pypdf import PdfReader

SHEET = "book/reference/cheat-sheet"
PLAN = "book/reference/lecture-plan"
LABEL = re.compile(r"\{prf:theorem\}[^\n]*\n:label: (\S+)")


@pytest.fixture(scope="module")
def sheet(html):
    return BeautifulSoup((html / f"{SHEET}.html").read_text(encoding="utf-8"), "html.parser").select_one("article")


def latex(part) -> set[str]:
    return {squeezed(each["data-tex"]) for each in part.select("[data-tex]")}


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text.replace("\\displaystyle", "")).rstrip(".,;")


def test_every_theorem_and_each_of_its_formulas_is_on_the_sheet(sheet, html):
    labels, formulas = [], set()
    for path in pages():
        labels += LABEL.findall(path.read_text(encoding="utf-8"))
        page = (html / path.relative_to(ROOT).with_suffix(".html")).read_text(encoding="utf-8")
        if 'div class="proof theorem' in page:
            for theorem in BeautifulSoup(page, "html.parser").select("div.theorem div.math"):
                formulas |= {squeezed(each["data-tex"]) for each in theorem.select(".math-box [data-tex]")}
    blocks = sheet.select(".sheet-theorem")
    linked = [block.select_one('a[href*="#thm-"]')["href"].partition("#")[2] for block in blocks]
    assert sorted(linked) == sorted(labels) and len(labels) >= 22
    missing = {each for each in formulas - latex(sheet) if not each.startswith("{}")}
    assert missing == set() and len(formulas) >= 50


def test_no_line_of_the_sheet_begins_with_a_comma(sheet):
    """A comma between two formulas belongs to the first of them, so that no line can break before it."""
    between = [text for block in sheet.select(".sheet-theorem") for text in block.select_one("p:last-child").contents]
    assert not any(str(each).strip().startswith(",") for each in between) and len(between) > 20


def test_a_theorem_that_is_missing_is_named():
    assert objection({"thm-a"}, {"thm-a"}) == ""
    assert objection({"thm-a", "thm-c"}, {"thm-a", "thm-b"}) == "the sheet lacks thm-b; no page has thm-c"


def test_formulas_and_shapes_are_those_of_the_page_and_not_of_its_exercises():
    (theorem,) = theorems_in(
        "```{prf:theorem} T\n:label: thm-t\n\n$$\nZ = X W +\n\\mathbf{1} b .\n$$ (eq-t)\n```\n\n"
        "````{exercise} E\n\n```{notation}\nshadows: [X]\nscalars:\n  - {letter: X, meaning: number}\n```\n````\n"
    )
    assert theorem.formulas == {"eq-t": r"Z = X W + \mathbf{1} b"}
    assert (
        theorem.shapes["X"] == ("n", "D") and theorem.shapes[r"\mathbf{1}"] == ("n", "1") and "A" not in theorem.shapes
    )


def test_calls_are_those_of_the_signatures():
    assert call("functions.dense_vjp") == "dX, dW, db = dense_vjp(dZ, X, W)"
    assert call("network.Network.backward") == "network.backward()"
    for name in ("functions.lost", "functions.np", "network.Network"):
        with pytest.raises(LookupError):
            call(name)


def test_the_sheet_is_one_page_of_a4_and_nothing_is_cut_off(site, browser):
    tab = browser.new_page()
    tab.goto(f"{site}{SHEET}.html", timeout=120_000)
    pdf = tab.pdf(format="A4", prefer_css_page_size=True)
    tab.set_viewport_size({"width": 733, "height": 1000})  # 210 mm without margins of 8 mm
    tab.emulate_media(media="print")
    wide = tab.evaluate("""() => [...document.querySelectorAll(".sheet-theorem .katex-html > *, .sheet-theorem code")]
      .filter((part) => part.getBoundingClientRect().right >
        part.closest(".sheet-theorem").getBoundingClientRect().right + 1).map((part) => part.textContent)""")
    tab.close()
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    box = reader.pages[0].mediabox
    assert (float(box.width), float(box.height)) == pytest.approx((595.3, 841.9), abs=1)
    assert wide == []
    text = reader.pages[0].extract_text()
    assert len(re.findall(r"Theorem \d+\.\d+", text)) >= 22 and "dX, dW, db = dense_vjp(dZ, X, W)" in text


def test_the_times_of_the_lecture_plan_are_those_of_the_exercises(html):
    stated = {}
    for path in pages():
        stated |= exercises_in(path.read_text(encoding="utf-8"))
    page = BeautifulSoup((html / f"{PLAN}.html").read_text(encoding="utf-8"), "html.parser")
    tables = [each for each in page.select("table") if each.th.get_text().strip() == "exercise"]
    assert len(tables) == 3
    for assigned in tables:
        *rows, total = [row.find_all("td") for row in assigned.select("tbody tr")]
        labels = [row[0].a["href"].partition("#")[2] for row in rows]
        assert [int(row[2].get_text()) for row in rows] == [stated[label][1] for label in labels]
        assert int(total[2].get_text()) == sum(stated[label][1] for label in labels) <= 90


def test_the_lectures_take_90_minutes():
    plan = (ROOT / f"{PLAN}.md").read_text(encoding="utf-8")
    lectures = plan.split("\n## ")[1:4]
    for lecture in lectures:
        times = [tuple(map(int, each)) for each in re.findall(r"^\| (\d+)–(\d+) \|", lecture, re.MULTILINE)]
        assert [begin for begin, _ in times] == [0, *(end for _, end in times[:-1])] and times[-1][1] == 90


def test_an_exercise_without_level_or_time_cannot_be_assigned():
    text = (
        "```{exercise} A\n:label: ex-a\n:level: 2\n:minutes: 5\n```\n\n```{exercise} B\n:label: ex-b\n:level: 2\n```\n"
    )
    assert exercises_in(text) == {"ex-a": (2, 5)}
    assert "| together | | 5 |" in table(["ex-a"], exercises_in(text))
    with pytest.raises(LookupError, match="no exercise ex-b"):
        table(["ex-b"], exercises_in(text))
