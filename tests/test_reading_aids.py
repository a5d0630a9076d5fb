"""What helps a reader: listings, folded parts, optional sections, levels, hints; without scripts, too."""

import re

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from exercises import LEVELS, about, level
from folding import line_of_section, zeros
from notation_tables import MOST_OPEN
from pages_of_book import pages

from tests.conftest import add_style
from tests.fixture_book.build import build, built_in, copy_to, plant


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The folder of the built fixture book."""
    return built_in(tmp_path_factory.mktemp("aids") / "book")


@pytest.fixture(scope="module")
def page(built):
    return BeautifulSoup((built / "_build/html/book/page.html").read_text(encoding="utf-8"), "html.parser")


# Listings -------------------------------------------------------------------------------------------------------------


def test_a_page_shows_what_a_function_does_and_links_its_full_source(built, page):
    shown = page.select_one(".listing pre").get_text()
    assert shown.startswith("def sigmoid(") and "np.exp" in shown and '"""' not in shown
    link = page.select_one(".listing + p.in-code a")
    file, _, anchor = link["href"].partition("#")
    source = (built / "_build/html/book" / file).read_text(encoding="utf-8")
    assert link.get_text() == "nncore.functions.sigmoid" and anchor == "sigmoid"
    assert "Return" in BeautifulSoup(source, "html.parser").find(id=anchor).get_text()


# Letters of a page ----------------------------------------------------------------------------------------------------


def test_many_letters_of_a_page_are_folded_and_few_are_open(html):
    for name, many in (("one-picture", True), ("network/gradient-checking", False)):
        blocks = BeautifulSoup((html / f"book/{name}.html").read_text(encoding="utf-8"), "html.parser").select(
            ".notation-block"
        )
        letters = [len(block.select("tbody tr")) for block in blocks]
        assert [bool(block.select_one("details.folded")) for block in blocks] == [
            count > MOST_OPEN for count in letters
        ]
        assert any(count > MOST_OPEN for count in letters) is many
        assert {block.select_one("summary, .notation-title").get_text() for block in blocks} >= {"Letters of this page"}


# Marks ----------------------------------------------------------------------------------------------------------------


def test_on_a_phone_no_sign_is_in_a_line_without_its_number(browser, site):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}book/network/backpropagation.html")
    apart = """() => {
        const tops = [...document.querySelectorAll("div.math:has(> .eqno) > .evidence.quiet > summary")].map(mark => {
            const number = mark.closest("div.math").querySelector(":scope > .eqno").getBoundingClientRect();
            const box = mark.getBoundingClientRect();
            return [box.top < number.bottom && number.top < box.bottom, box.left >= number.right - 33];
        });
        return [tops.length, tops.filter(([same, beside]) => !same || !beside).length];
    }"""
    count, wrong = page.evaluate(apart)
    assert count > 10 and wrong == 0
    add_style(page, "div.math > .eqno { padding-right: 0 !important } summary { margin-left: 0 !important }")
    assert page.evaluate(apart)[1] > 0
    page.close()


def test_in_a_box_that_is_named_after_it_a_word_is_not_said_again(browser, site):
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    for name, box in (("reference/errata", ".erratum"), ("layers/relu", ".convention")):
        page.goto(f"{site}book/{name}.html")
        words = page.locator(f"{box} .evidence-word")
        assert words.count() and {each["width"] for each in map(bounds, words.all())} <= {1}
        assert bounds(page.locator(f"{box} .evidence > summary").first)["width"] >= 24
        assert "Wrong on purpose" not in page.locator("article").text_content()
    page.close()


def bounds(locator):
    return locator.bounding_box()


# Folding --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "count"),
    [
        (r"\displaystyle 0", 1),
        ("0", 1),
        ("(0, 0, 0)", 3),
        ("[0]", 1),
        ("(0,)", 1),
        ("(0, 1)", 0),
        ("10", 0),
        ("0.0", 0),
        ("0 0", 0),
        ("[0, 0", 2),
        (r"\displaystyle \frac{0}{n}", 0),
        ("", 0),
    ],
)
def test_only_a_difference_of_0_counts(printed, count):
    assert zeros(printed) == count


def test_a_folded_section_says_what_its_cells_found(page):
    section = page.find(id="with-sympy")
    (box,) = section.find_all("details", class_="folded", recursive=False)
    assert box.summary.get_text() == "The difference is 0 ✓" and not box.has_attr("open")
    assert section.h2 and len(box.select("div.cell")) == 2


def test_a_folded_section_without_cells_says_that_it_has_steps():
    section = nodes.section("", nodes.title("", "Biases"), nodes.paragraph("", "0"))
    assert line_of_section(section) == "Show the steps"
    section += nodes.container("", nodes.paragraph("", "1"), classes=["cell_output"])
    assert line_of_section(section) == ""


def test_a_folded_table_says_what_it_lists(page):
    (box,) = [box for box in page.select("details.folded") if box.table]
    assert box.summary.get_text() == "Every symbol of this page: code, shape, meaning"
    assert len(box.select("tbody tr")) == 2


def test_an_optional_section_is_folded_says_so_in_heading_and_contents_and_keeps_its_address(page):
    section = page.find(id="code-documentation")
    assert section.h2.get_text().startswith("Code documentation (optional)")
    (box,) = section.find_all("details", class_="folded", recursive=False)
    assert box.summary.get_text() == "Show this section" and box.find("dl", class_="py")
    entry = page.select_one('.page-toc a[href="#code-documentation"]')
    assert " ".join(entry.get_text().split()) == "Code documentation (optional)"


OPEN = {"softmax-and-cross-entropy", "exercise-1-1"}  # the first pages on which such a section takes a derivative


def test_every_page_of_the_book_folds_its_symbols_and_all_but_the_first_their_work_with_sympy():
    tables = sections = 0
    for path in pages():
        text = path.read_text(encoding="utf-8")
        for before in re.findall(r"^(.*)\n\| symbol \|", text, re.MULTILINE):
            tables += 1
            assert before == "{.folded}", path
        for before in re.findall(r"^(.*)\n## With sympy$", text, re.MULTILINE):
            sections += 1
            assert (before == "{.folded}") == (path.stem not in OPEN), path
    assert tables >= 13 and sections >= 13


def test_every_figure_cell_of_the_book_hides_its_input():
    cells = [
        (path, head)
        for path in pages()
        for head in re.findall(
            r"^```\{code-cell\} ipython3\n---\n(.*?)\n---\n", path.read_text(encoding="utf-8"), re.M | re.S
        )
        if "  figure:" in head
    ]
    assert len(cells) >= 30
    assert [path for path, head in cells if not re.search(r"^tags: \[(hide|remove)-input\]$", head, re.MULTILINE)] == []


PARTS = ("loss", "layers", "network")
STEP = re.compile(r"^\*\*[^*\n]+\.\*\*", re.MULTILINE)


def test_the_steps_of_a_page_are_headings_and_not_words_in_bold():
    assert STEP.search("**Weights.** Which paths")
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages() if path.parent.name in PARTS}
    assert len(texts) >= 14
    assert {name: found for name, text in texts.items() if (found := STEP.findall(text))} == {}


# Exercises ------------------------------------------------------------------------------------------------------------


def test_an_exercise_says_level_and_time(page):
    assert page.select_one("#ex-fixture-1 .exercise-level").get_text() == "Level 2 · derive · 5 min"
    assert about({}) == "" and about({"minutes": 5}) == "5 min"


@pytest.mark.parametrize("argument", ["0", "4", "-1", "easy", ""])
def test_only_a_level_that_there_is_is_taken(argument):
    with pytest.raises(ValueError):
        level(argument)


def test_a_hint_holds_the_next_one(page):
    first, *others = page.select("#ex-fixture-1 details.exercise-hint")
    assert first.summary.get_text() == "Hint" and "square is on this page" in first.p.get_text()
    (second,) = others
    assert second in first.find_all("details", recursive=False) and second.summary.get_text() == "Another hint"
    assert page.select_one("#ex-fixture-1 ~ .solution details.exercise-hint") is None


EXERCISE = re.compile(r"^(`{3,})\{exercise\}.*?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def objections(text: str) -> list[str]:
    """What is missing in the exercises of a page: the first line of each that has no level, no time or no hints."""
    return [
        body.partition("\n")[0]
        for _, body in EXERCISE.findall(text)
        if not all(
            re.search(pattern, body, re.MULTILINE)
            for pattern in (r"^:level: [1-3]$", r"^:minutes: \d+$", r"^:+\{hints\}$")
        )
    ]


def test_every_exercise_of_the_book_has_a_level_a_time_and_hints():
    texts = {path.name: path.read_text(encoding="utf-8") for path in pages()}
    assert sum(len(EXERCISE.findall(text)) for text in texts.values()) >= 65
    assert {name: missing for name, text in texts.items() if (missing := objections(text))} == {}
    levels = [int(found) for text in texts.values() for found in re.findall(r"^:level: (\d)$", text, re.MULTILINE)]
    assert all(levels.count(number) >= 10 for number in range(1, len(LEVELS) + 1))


def test_a_missing_level_is_noticed():
    text = "```{exercise} A\n:label: ex-a\n:minutes: 5\n\nWhy?\n\n:::{hints}\n- So.\n:::\n```\n"
    assert objections(text) == [":label: ex-a"]
    assert objections(text.replace(":minutes", ":level: 1\n:minutes")) == []


# By a browser, without scripts and on paper ---------------------------------------------------------------------------


def test_folded_parts_open_without_scripts_and_are_open_on_paper(built, browser):
    context = browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto((built / "_build/html/book/page.html").as_uri())
    asked = ".exercise-asks > section p, .exercise-asks > p"
    inside = ["details.folded table td", "#with-sympy div.cell_input", asked, ".exercise-hint .exercise-hint p"]
    assert [tab.locator(each).first.is_visible() for each in inside] == [False] * 4
    tab.emulate_media(media="print")
    heights = [tab.locator(each).first.bounding_box()["height"] for each in inside]
    assert min(heights) > 5
    tab.emulate_media(media="screen")
    for summary in (
        "#with-sympy details.folded > summary",
        ".exercise-asks > summary",
        ".exercise-hint > summary",
        ".exercise-hint .exercise-hint > summary",
    ):
        tab.locator(summary).first.click()
    assert [tab.locator(each).first.is_visible() for each in inside] == [False, True, True, True]
    context.close()


# Faults ---------------------------------------------------------------------------------------------------------------


def test_what_cannot_be_shown_fails_the_build_with_its_name(built, tmp_path):
    folder = copy_to(tmp_path / "book")
    plant(folder, "book/page.md", "{listing} functions.sigmoid", "{listing} functions.sigmoids")
    plant(folder, "book/page.md", "(x**2).diff(x) - 2 * x", "(x**2).diff(x) - 3 * x")
    plant(folder, "book/page.md", ":level: 2", ":level: 4")
    plant(
        folder,
        "book/index.md",
        "# A small book\n",
        "# A small book\n\n:::{hints}\nNo list.\n:::\n\n:::{moved}\nNothing.\n:::\n",
    )
    result = build(folder)
    assert result.returncode != 0
    for said in (
        "{listing} must name what nncore defines: there is no function, method or class sigmoids",
        "no cell of this folded section prints a difference of 0",
        "a level is a number from 1 to 3",
        "{moved} must hold one paragraph with links to what has moved",
        "{hints} must hold one list, an item for each hint",
    ):
        assert said in result.stderr, said
