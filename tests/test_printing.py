"""The book as one PDF: every link leads to its place, every heading is a bookmark, and nothing is cut off.

What Chromium printed is read by pypdf, which shares no code with what checks it in `printing`.
"""

import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

import printing
from printing import joining, paper, proof
from tests.fixture_book.build import built_in, copy_to

ROOT = Path(__file__).resolve().parents[1]
LONG = ("a long line " * 40).strip()
PAGE = "_build/html/book/page.html"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return built_in(tmp_path_factory.mktemp("printing") / "book")


def call(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "printing", *arguments], cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT), os.environ.get("PYTHONPATH", "")])},
        capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pdf(built):
    result = call(built)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"_build/{printing.NAME}" in result.stdout
    return (built / "_build" / printing.NAME).read_bytes()


def bookmarks(reader: PdfReader) -> list[str]:
    def below(items):
        for item in items:
            if isinstance(item, list):
                yield from below(item)
            else:
                yield item.title

    return [*below(reader.outline)]


def headings_of(file: Path) -> list[str]:
    """The headings of a page as it was built."""
    article = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").select_one("article")
    for part in article.select(".headerlink, .katex-mathml"):
        part.decompose()
    return [" ".join(each.get_text().split()) for each in article.find_all(re.compile("^h[1-6]$"))]


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]+", "", text)


def test_bookmarks_are_the_headings_of_the_pages(pdf, built):
    headings = ["Contents", "A part", *headings_of(built / PAGE), "Solutions"]
    found = bookmarks(PdfReader(io.BytesIO(pdf)))
    assert [squeezed(each) for each in found[:-1]] == [squeezed(each) for each in headings]
    assert squeezed(found[-1]) == squeezed(headings_of(built / PAGE)[0])  # whose solutions these are


def at_the_foot(pdf: bytes) -> list[str]:
    """What stands in the lower margin of each page."""
    found = []
    for page in PdfReader(io.BytesIO(pdf)).pages:
        words = []

        def visit(text, transformation, matrix, font, size, words=words):
            if text.strip() and matrix[4] * transformation[1] + matrix[5] * transformation[3] + transformation[5] < 50:
                words.append(text.strip())

        page.extract_text(visitor_text=visit)
        found.append(" ".join(sorted(words)))
    return found


def wrong_in_contents(pdf: bytes) -> list[str]:
    """The lines of the contents that name another page than the one on which the bookmark of their words leads."""
    reader = PdfReader(io.BytesIO(pdf))
    contents = next(page for page in reader.pages if "Contents" in page.extract_text().splitlines())
    lines = [line for line in contents.extract_text().splitlines() if re.search(r"\D\s*\d+$", line)]
    begins: dict[str, int] = {}

    def enter(items):
        for item in items:
            if isinstance(item, list):
                enter(item)
            else:
                begins.setdefault(squeezed(item.title), reader.get_destination_page_number(item) + 1)

    enter(reader.outline)
    assert len(lines) >= 3
    said = {squeezed(re.sub(r"\d+$", "", line)): int(re.search(r"\d+$", line)[0]) for line in lines}
    return [f"{title}: {said[title]}, {begins.get(title)}" for title in said if begins.get(title) != said[title]]


def test_a_page_shows_its_own_number_and_the_title_page_none(pdf):
    title, *others = at_the_foot(pdf)
    assert title == "" and len(others) >= 3
    assert [each.split()[0] for each in others] == [str(number) for number in range(2, len(others) + 2)]
    assert len({each.partition(" ")[2] for each in others}) == 1 and "Backpropagation" in others[0]


def test_the_contents_name_the_page_on_which_a_chapter_begins(pdf):
    assert wrong_in_contents(pdf) == []


def test_contents_that_are_one_page_off_are_noticed(pdf, built, browser, tmp_path):
    document = built / "_build" / "printing.html"
    right = proof.pages_of(pdf)
    with paper.laid_out(browser, document) as page:
        headings = paper.headings(page)
        paper.name_pages(page, {name: number + 1 for name, number in right.items()})
        written = proof.finished(paper.printed(page), headings)
    assert len(wrong_in_contents(written)) >= 3
    said = proof.faults(written, [seen for seen, _ in headings], {name: number + 1 for name, number in right.items()})
    assert len(said) == 1 and re.match(r"the contents were written for \S+ on page (\d+), and it is on page", said[0])


def test_every_link_within_the_pdf_leads_to_a_place(pdf):
    reader = PdfReader(io.BytesIO(pdf))
    places = {name.removeprefix("/") for name in reader.named_destinations}
    within = outside = 0
    for page in reader.pages:
        for annotation in (each.get_object() for each in page.get("/Annots", ())):
            target = annotation.get("/Dest") or annotation.get("/A", {}).get("/D")
            if target is None:
                assert re.match("https?:|mailto:", annotation["/A"]["/URI"])
                outside += 1
            else:
                assert not isinstance(target, str) or target.removeprefix("/") in places
                within += 1
    assert within >= 8
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_no_text_is_beyond_a_sheet(pdf):
    seen = 0
    for page in PdfReader(io.BytesIO(pdf)).pages:
        width, height = float(page.mediabox.width), float(page.mediabox.height)

        def visit(text, transformation, matrix, font, size, width=width, height=height):
            nonlocal seen
            if text.strip():
                a, b, c, d, e, f = transformation
                x, y = matrix[4] * a + matrix[5] * c + e, matrix[4] * b + matrix[5] * d + f
                assert 0 <= x <= width and 0 <= y <= height, text
                seen += 1

        page.extract_text(visitor_text=visit)
    assert seen > 100


def test_solutions_are_at_the_end_and_exercises_lead_to_them(built, tmp_path):
    text = joining.joined(built, built / "_build/html", tmp_path / "book.html")
    page = BeautifulSoup(text, "html.parser")
    solution = page.select_one("div.solution")
    assert text.index("The slope of a square") < text.index('id="solutions"') < text.index(f'id="{solution["id"]}"')
    assert page.select_one(f'div.exercise a[href="#{solution["id"]}"]')
    assert re.match(r"Solution of Exercise 1\.1", solution.select_one(".admonition-title").get_text())
    ids = [tag["id"] for tag in page.find_all(id=True)]
    assert len(ids) == len({*ids})
    assert {link["href"][1:] for link in page.select('a[href^="#"]')} <= {*ids}
    assert page.html["data-theme"] == "light" and not page.select("script, math, .cite-this, .headerlink")
    assert "Label: thm-fixture-square" in page.get_text()
    for image in page.find_all("img"):
        assert (tmp_path / image["src"]).is_file()


def test_theorems_and_numbers_have_the_address_of_a_published_book(built, tmp_path):
    html = tmp_path / "html"
    shutil.copytree(built / "_build/html", html)
    door = html / "book/index.html"
    canonical = '<link rel="canonical" href="https://a.example/b/book/index.html" /></head>'
    door.write_text(door.read_text(encoding="utf-8").replace("</head>", canonical), encoding="utf-8")
    page = BeautifulSoup(joining.joined(built, html, tmp_path / "book.html"), "html.parser")
    address = "https://a.example/b/book/page.html"
    assert (
        page.select_one(f'.theorem a[href="{address}#thm-fixture-square"]').get_text().endswith("#thm-fixture-square")
    )
    assert page.select_one(f'a[href="{address}#equation-eq-fixture-square"] > .eqno')
    assert page.select_one('.title-page a[href="https://a.example/b/"]')


@pytest.fixture
def copy(built, tmp_path):
    """The built book, to plant faults in its pages."""
    folder = tmp_path / "book"
    shutil.copytree(built, folder, symlinks=True, ignore=shutil.ignore_patterns("*.pdf"))
    return folder


def planted(folder: Path, html: str) -> None:
    page = folder / PAGE
    text = page.read_text(encoding="utf-8")
    assert text.count("</article>") == 1
    page.write_text(text.replace("</article>", f"{html}</article>"), encoding="utf-8")


@pytest.mark.parametrize("style", ["white-space: nowrap", "white-space: nowrap; overflow-x: hidden"])
def test_what_is_cut_off_is_named_and_nothing_is_written(copy, style):
    planted(copy, f'<p style="{style}">{LONG}</p>')
    result = call(copy)
    assert result.returncode == 1 and "cut off: " in result.stdout and "a long line" in result.stdout
    assert not (copy / "_build" / printing.NAME).exists()


@pytest.mark.parametrize(("link", "said"), [
    ("#nowhere", "book/page leads to #nowhere, and book/page has no such place"),
    ("lost.html", "book/page leads to lost.html, which is not built"),
])  # fmt: skip
def test_a_link_that_leads_nowhere_is_named(copy, link, said):
    planted(copy, f'<p><a href="{link}">there</a></p>')
    with pytest.raises(joining.CannotJoin, match=re.escape(said)):
        joining.joined(copy, copy / "_build/html", copy / "book.html")


def test_a_pdf_without_its_places_bookmarks_or_tags_is_noticed(pdf, monkeypatch):
    right = bookmarks(PdfReader(io.BytesIO(pdf)))
    pages = proof.pages_of(pdf)
    assert proof.faults(pdf, right, pages) == []
    assert "bookmark 1 is 'Contents'" in proof.faults(pdf, ["Index", *right[1:]], pages)[0]
    assert "bookmarks" in proof.faults(pdf, [*right, "One more"], pages)[0]
    monkeypatch.setattr(proof, "MEGABYTES", 0.01)
    assert "more than 0.01" in proof.faults(pdf, right, pages)[0]
    monkeypatch.undo()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for name in ("/Names", "/Dests", "/MarkInfo"):
            if name in opened.Root:
                del opened.Root[name]
        written = io.BytesIO()
        opened.save(written)
    faults = proof.faults(written.getvalue(), right, pages)
    assert "it has no tags" in faults and any("leads nowhere" in each for each in faults)


def test_a_bookmark_takes_the_words_of_its_heading_alone():
    assert proof._holds("ExercisesExercises", "Exercises") and proof._holds("9. 9. SoftmaxSoftmax", "9. Softmax")
    assert not proof._holds("Exercises", "Solutions") and not proof._holds("Exercise", "Exercises")


def test_a_book_that_is_not_built_is_not_printed(tmp_path):
    folder = copy_to(tmp_path / "book")
    result = call(folder)
    assert result.returncode == 1 and "The book must be built before: there is no _build/html" in result.stdout
    assert call(folder, "now").returncode == 2


def test_authors_are_named_as_on_the_pages_and_a_citation_that_lacks_them_is_one_sentence(built, tmp_path):
    copy = shutil.copytree(built, tmp_path / "copy", symlinks=True)
    cited = copy / "CITATION.cff"
    cited.write_text(
        "title: A\nversion: 1\nauthors:\n- {given-names: Ada, name-particle: van, family-names: B}\n- {name: C}\n",
        encoding="utf-8",
    )
    assert "<p>Ada van B and C</p>" in joining.joined(copy, copy / "_build/html", copy / "book.html")
    cited.write_text("title: A\nversion: 1\n", encoding="utf-8")
    result = call(copy)
    assert result.returncode == 1 and "CITATION.cff must have an entry authors" in result.stdout


def test_the_start_page_of_a_site_leads_to_the_pdf_and_that_of_a_book_does_not(tmp_path):
    html, site, pdf = tmp_path / "html", tmp_path / "site", tmp_path / printing.NAME
    for folder in (html, site):
        (folder / "book").mkdir(parents=True)
        (folder / printing.START).write_text('<h1>A</h1><p id="pdf-of-book" hidden></p>', encoding="utf-8")
    assert not printing.publish(pdf, html, site) and "PDF" not in (site / printing.START).read_text(encoding="utf-8")
    pdf.write_bytes(b"%PDF" + bytes(2_000_000))
    assert printing.publish(pdf, html, site)
    link = BeautifulSoup((site / printing.START).read_text(encoding="utf-8"), "html.parser").select_one("p a")
    assert (
        link.get_text() == "PDF, 2.0 MB"
        and (site / "book" / link["href"]).resolve() == (site / printing.NAME).resolve()
    )
    os.utime(pdf, (0, 0))
    with pytest.raises(printing.CannotPublish, match="older than the pages"):
        printing.publish(pdf, html, site)


def test_the_start_page_has_a_place_for_the_link(html):
    assert printing.PLACE.search((html / printing.START).read_text(encoding="utf-8"))


@pytest.mark.skipif("ALL_TESTS" not in os.environ, reason="make test-all prints the whole book")
def test_the_whole_book_is_printed(html):
    result = call(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_what_is_wider_than_a_sheet_is_found_and_what_is_as_wide_is_not(browser, tmp_path):
    document = tmp_path / "a.html"
    document.write_text(
        '<body style="margin: 0"><main><h1>H <span class="katex">x</span></h1><p>narrow</p>'
        '<div style="width: 2000px">wide</div>'
        f'<p style="white-space: nowrap">{LONG}</p></main>'
    )
    with paper.laid_out(browser, document) as page:
        assert paper.cut_off(page) == ["H x: wide (DIV)", f"H x: {LONG[:80]} (P)"]
        assert paper.headings(page) == [("H x", "H")]


# What is for a pointer alone, or is not white, on the sheets of one page.
FOR_SCREENS = """() => ["html", "body", ".bd-main", "article"].filter((part) => {
    const color = getComputedStyle(document.querySelector(part)).backgroundColor;
    return !["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"].includes(color);
  }).concat([...document.querySelectorAll("article :is(button, .hide, .headerlink, .optional > * > summary)")]
    .filter((part) => part.checkVisibility()).map((part) => part.outerHTML))"""


def test_a_page_that_is_read_in_the_dark_is_printed_on_white_without_its_buttons(browser, html):
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto((html / "book/layers/softmax.html").as_uri())
    page.wait_for_selector("article button.toggle-button")
    assert len(page.evaluate(FOR_SCREENS)) > 10
    page.emulate_media(media="print")
    assert page.evaluate(FOR_SCREENS) == []
    context.close()
