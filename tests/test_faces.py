"""The faces of the text: light, complete, from the book itself; and code stays in one that is monospaced."""

import re
from pathlib import Path

import cut_fonts
import pytest
from bs4 import BeautifulSoup, NavigableString
from fontTools.ttLib import TTFont

from tests.conftest import add_style

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "book" / "_vendor" / "fonts"
KATEX = ROOT / "book" / "_vendor" / "katex"
SHEET = (ROOT / "book" / "_static" / "face.css").read_text(encoding="utf-8")
FACE = re.compile(r"@font-face\s*\{([^}]*)\}")
MOST = 60_000  # bytes of all faces of the text
# Signs, Greek letters, indices and rare letters of names, which come from a font of the reader's machine.
FROM_ELSEWHERE = set("✓✗≈→←↑↓≤≥≠∞∂∑⊤δεηθλβσłş₁₂⁻ᶻᵗ\u0302")
NOT_TEXT = ("pre", "code", "script", "style", "annotation", "svg", "math", "noscript", "head")


def fetched(sheet: str) -> list[str]:
    """Return the addresses of the fonts that a style sheet fetches."""
    return [url for face in FACE.findall(sheet) for url in re.findall(r"url\(([^)]*)\)", face)]


def test_the_faces_weigh_no_more_than_their_budget():
    faces = sorted(FONTS.glob("*.woff2"))
    assert len(faces) == len(cut_fonts.FACES) and {face.stem for face in faces} == set(cut_fonts.FACES)
    assert sum(face.stat().st_size for face in faces) <= MOST


def test_every_face_is_a_file_of_the_book_shows_text_at_once_and_has_its_license():
    assert sorted(fetched(SHEET)) == sorted(f"fonts/{face.name}" for face in FONTS.glob("*.woff2"))
    for face in FACE.findall(SHEET):
        assert "url(" not in face or "font-display: swap" in face
    for license in ("LICENSE-source-serif-4", "LICENSE-source-sans-3"):
        assert "SIL OPEN FONT LICENSE" in (FONTS / license).read_text(encoding="utf-8")
    assert not re.search(r"https?:", SHEET)


def test_the_makefile_fetches_the_versions_that_are_here():
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    versions = dict(re.findall(r"^(SOURCE_\w+) = (\S+)$", made, re.MULTILINE))
    said = (FONTS / "VERSION").read_text(encoding="utf-8")
    assert said == f"Source Serif 4 {versions['SOURCE_SERIF']}\nSource Sans 3 {versions['SOURCE_SANS']}\n"


def test_the_face_of_the_figures_is_that_of_the_tables():
    face = ROOT / "book" / "figures" / f"{cut_fonts.OF_FIGURES}.ttf"
    source = TTFont(FONTS / f"{cut_fonts.OF_FIGURES}.woff2", recalcTimestamp=False)
    characters = set(source.getBestCmap())
    assert face.read_bytes() == cut_fonts.drawn(source)
    written = TTFont(face)
    assert set(written.getBestCmap()) == characters and written["name"].getDebugName(1) == "Source Sans 3"
    assert "fvar" not in written and written.flavor is None
    other = TTFont(FONTS / "source-serif-4.woff2", recalcTimestamp=False)
    assert cut_fonts.drawn(other) != face.read_bytes()


def texts(element):
    """Yield the text of an element that the faces of the book set."""
    for child in element.children:
        if isinstance(child, NavigableString):
            yield child
        elif child.name not in NOT_TEXT and not {"katex", "evidence-sign"} & {*child.get("class", [])}:
            yield from texts(child)


def missing(text: str, characters: set[int]) -> set[str]:
    return {each for each in text if ord(each) not in characters and not each.isspace()} - FROM_ELSEWHERE


def test_the_faces_have_every_character_that_a_page_shows(html):
    characters = set.intersection(*(set(TTFont(face).getBestCmap()) for face in FONTS.glob("*.woff2")))
    assert missing("A title with ž", characters) == {"ž"}
    for path in sorted((html / "book").rglob("*.html")):
        article = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").body
        assert missing("".join(texts(article)), characters) == set(), path.name


def test_a_font_of_formulas_that_is_cut_in_two_keeps_every_character():
    sheet = (KATEX / "katex.min.css").read_text(encoding="utf-8")
    for name in cut_fonts.CUT_IN_TWO:
        usual, rare = (set(TTFont(KATEX / "fonts" / f"{name}{part}.woff2").getBestCmap()) for part in ("", "-Rare"))
        assert len(usual | rare) > 200 and not (cut_fonts.USUAL & rare) - usual
        both = [re.search(rf"{name}{part}\.woff2\) [^}}]*unicode-range:([^}}]*)", sheet)[1] for part in ("", "-Rare")]
        # What both have, since a letter is made of another, a browser takes from the first.
        assert both[1] == cut_fonts.ranges(rare - cut_fonts.USUAL)
        assert not covered(both[0]) & covered(both[1]) and covered(both[0]) | covered(both[1]) == usual | rare
    assert all((KATEX / font).is_file() for font in fetched(sheet))


def covered(ranges: str) -> set[int]:
    """Return the code points of a unicode-range."""
    ends = ([int(end, 16) for end in part.removeprefix("U+").split("-")] for part in ranges.split(","))
    return {code for each in ends for code in range(each[0], each[-1] + 1)}


def test_ranges_of_code_points():
    assert cut_fonts.ranges([3, 1, 2, 9]) == "U+1-3,U+9"
    assert covered("U+1-3,U+9") == {1, 2, 3, 9}


def test_a_list_of_characters_has_ranges_and_comments(tmp_path):
    (tmp_path / "list.txt").write_text("# none\n0041-0043  # three\n0061\n")
    assert cut_fonts.characters(tmp_path / "list.txt") == set(map(ord, "ABCa"))


FIRST_FAMILY = "element => getComputedStyle(element).fontFamily.split(',')[0].replaceAll('\"', '')"


@pytest.fixture
def page(browser, site):
    """A derivation page on a laptop, its fonts there, and the addresses that it asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened, asked = context.new_page(), []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(f"{site}book/layers/dense-backward.html")
    opened.evaluate("document.fonts.ready")
    yield opened, asked
    context.close()


def test_the_text_is_set_in_the_faces_of_the_book_and_code_is_not(page, site):
    opened, asked = page
    assert opened.locator("article > section > p:not([class])").first.evaluate(FIRST_FAMILY) == "Source Serif 4"
    assert opened.locator("article h1").evaluate(FIRST_FAMILY) == "Source Serif 4"
    assert opened.locator("article table.table").first.evaluate(FIRST_FAMILY) == "Source Sans 3"
    loaded = opened.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)")
    assert {"Source Serif 4", "Source Sans 3"} <= {name.strip('"') for name in loaded}
    fonts = [url for url in asked if "/fonts/source-" in url]
    assert fonts and all(url.startswith(site) for url in asked)
    for code in ("article code", "article div.highlight pre"):
        shown = opened.locator(f"{code} >> visible=true").first
        widths = shown.evaluate("""element => ["iiiiiiii", "mmmmmmmm"].map(word => {
            const probe = Object.assign(document.createElement("span"), {textContent: word});
            element.append(probe);
            const { width } = probe.getBoundingClientRect();
            probe.remove();
            return width;
        })""")
        assert widths[0] == pytest.approx(widths[1]) and widths[0] > 0, code


def test_a_line_of_text_is_no_wider_than_before(page):
    # 696 px in the theme's own face, in which a line had 85 letters.
    assert page[0].locator("article > section > p:not([class])").first.evaluate("element => element.clientWidth") <= 696


SIZES = """[...new Set([...document.querySelectorAll(":is(article section, details.folded) > p:not([class])")]
    .map(line => getComputedStyle(line).fontSize))]"""


def test_text_has_one_size_in_optional_sections_too(page):
    assert page[0].locator("section.optional > details.folded > p").count() > 0
    assert len(page[0].evaluate(SIZES)) == 1
    add_style(page[0], ".bd-article section.optional { font-size: 1.3em }")  # as in Sphinx's own sheet
    assert len(page[0].evaluate(SIZES)) == 2
