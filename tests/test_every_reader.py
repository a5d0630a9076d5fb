"""The built book for readers with paper, a phone, a keyboard, ears alone, or no scripts; and what its marks say.

Every check is a function, which is also called with the fault put in that it is for.
"""

import json
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup
from test_built_book import PAGES

from tests.conftest import add_style

SHEET = {"width": 680, "height": 990}  # A4 without its margins, in CSS pixels
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}

# Pages with many steps, wide formulas, figures, and tables.
SOME = ["book/layers/softmax-cross-entropy", "book/network/backpropagation", "book/layers/dense-backward"]


@pytest.fixture
def open_page(browser):
    """Opens a page in a window of its own."""
    contexts = []

    def open_(address, viewport=DESKTOP, scheme="light", **options):
        contexts.append(browser.new_context(viewport=viewport, color_scheme=scheme, **options))
        page = contexts[-1].new_page()
        page.goto(address)
        page.evaluate("document.fonts.ready.then(() => true)")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def soups(html):
    """The pages of the book, parsed."""
    return {name: BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser") for name in PAGES}


# Paper ----------------------------------------------------------------------------------------------------------------

COLORS = """[...document.querySelectorAll('body, article p, .admonition-title, figure img, .highlight, .k, td')]
    .map(each => getComputedStyle(each)).map(style => [style.color, style.backgroundColor, style.filter].join())"""


def on_paper(page) -> list[str]:
    page.emulate_media(media="print")
    # Colors may be on their way.
    page.evaluate("Promise.all(document.getAnimations().filter(e => e instanceof CSSTransition).map(e => e.finished))")
    return page.evaluate(COLORS)


def test_a_dark_page_is_printed_as_a_light_one(site, open_page):
    address = f"{site}{SOME[0]}.html"
    light, dark = (open_page(address, SHEET, scheme) for scheme in ("light", "dark"))
    assert light.evaluate(COLORS) != dark.evaluate(COLORS)
    assert on_paper(light) == on_paper(dark)


def test_a_dark_rule_that_reaches_paper_is_noticed(site, open_page):
    light, dark = (open_page(f"{site}{SOME[0]}.html", SHEET, scheme) for scheme in ("light", "dark"))
    for page in (light, dark):
        add_style(page, "html[data-theme=dark] figure img { filter: invert(1) !important }")
    assert on_paper(light) != on_paper(dark)


def cut_off(page) -> list[str]:
    """The reasons of steps that are not within the page, or are hidden by a box that they stand in."""
    return page.evaluate("""[...document.querySelectorAll('.step-why')].filter(why => {
        if (!why.checkVisibility()) return false;
        const at = why.getBoundingClientRect(), box = why.closest('.math-box');
        const hides = getComputedStyle(box).overflowX !== 'visible';
        const end = hides ? box.getBoundingClientRect().left + box.clientWidth : document.documentElement.clientWidth;
        return at.right > end + 1 || at.left < 0;
    }).map(why => why.textContent)""")


@pytest.mark.parametrize("name", PAGES)
def test_no_reason_is_cut_off_on_paper_nor_on_a_phone(site, open_page, name):
    page = open_page(f"{site}{name}.html", PHONE)
    page.evaluate("document.querySelectorAll('details.evidence:not([open]) > summary').forEach(mark => mark.click())")
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    assert cut_off(page) == []
    page.set_viewport_size(SHEET)
    page.emulate_media(media="print")
    assert cut_off(page) == []


IN_A_ROW = """.math-steps { display: grid !important; grid-template-columns: auto auto max-content !important }
    .math-steps .step { display: contents !important } .math-steps .step > * { white-space: nowrap !important }"""


def test_a_reason_that_is_cut_off_is_noticed(site, open_page):
    page = open_page(f"{site}{SOME[0]}.html", PHONE)
    add_style(page, IN_A_ROW)
    assert "(logarithm of a fraction)" in cut_off(page)


def beside_or_below(page) -> int:
    """How many reasons do not stand above their steps."""
    return page.evaluate("""[...document.querySelectorAll('.step:has(> .step-why)')].filter(step => {
        const [why, what] = ['.step-why', '.step-right .katex'].map(part => step.querySelector(part));
        return why.getBoundingClientRect().bottom > what.getBoundingClientRect().top + 3;
    }).length""")


def test_the_reason_of_a_step_is_above_it_on_a_phone_and_beside_it_on_a_desk(site, open_page):
    page = open_page(f"{site}{SOME[0]}.html", PHONE)
    assert page.locator(".step-why").count() > 5 and beside_or_below(page) == 0
    page.set_viewport_size(DESKTOP)
    assert beside_or_below(page) > 5


def scrolling(page) -> Counter:
    """How many boxes scroll sideways, by what they are."""
    return Counter(
        page.evaluate("""
        [...document.querySelectorAll('.math-box, .pst-scrollable-table-container, div.highlight pre')]
        .filter(box => box.checkVisibility() && box.scrollWidth > box.clientWidth + 1)
        .map(box => box.matches('.math-box') ? 'formula' : box.matches('pre') ? 'code' : 'table')""")
    )


def test_few_boxes_scroll_sideways_on_a_phone(site, open_page, record_property):
    found = Counter()
    for name in PAGES:
        page = open_page(f"{site}{name}.html", PHONE)
        page.evaluate("document.querySelectorAll('details:not(.evidence)').forEach(box => box.open = true)")
        found += scrolling(page)
        page.context.close()
    record_property("boxes that scroll sideways on a phone", dict(found))
    assert found.total() <= 40, found


def test_formulas_that_do_not_wrap_are_noticed(site, open_page):
    page = open_page(f"{site}{SOME[0]}.html", PHONE)
    add_style(page, f"{IN_A_ROW} .math-box .katex {{ white-space: nowrap !important }}")
    assert scrolling(page)["formula"] > 5


# Keyboard -------------------------------------------------------------------------------------------------------------


def without_focus(page) -> list[str]:
    """The controls of the header on which a keyboard rests without being seen."""
    page.evaluate("document.querySelector('.bd-header-article').setAttribute('tabindex', '-1')")
    page.evaluate("document.querySelector('.bd-header-article').focus()")
    unseen, reached = [], 0
    while True:
        page.keyboard.press("Tab")
        control = page.evaluate("""(() => {
            const at = document.activeElement, style = getComputedStyle(at);
            if (!at.closest('.bd-header-article')) return null;
            const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
            return [at.title || at.ariaLabel || at.dataset.bsTitle || at.textContent.trim(), seen];
        })()""")
        if control is None:
            break
        reached += 1
        if not control[1]:
            unseen.append(control[0])
    assert reached >= 3
    return unseen


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP])
def test_a_keyboard_is_seen_on_every_control_of_the_header(site, open_page, viewport):
    assert without_focus(open_page(f"{site}{SOME[0]}.html", viewport)) == []


def test_a_control_without_a_visible_focus_is_noticed(site, open_page):
    page = open_page(f"{site}{SOME[0]}.html")
    add_style(page, ".bd-header-article .sidebar-toggle { outline: none !important }")
    assert len(without_focus(page)) >= 1


# Ears -----------------------------------------------------------------------------------------------------------------


def names_twice(soup) -> list[str]:
    """The names by which a page calls two permalinks or two marks, and those without a name."""
    links = [(link.get("aria-label", ""), link["href"]) for link in soup.select("a.headerlink")]
    marks = [
        ("".join(part.get_text() for part in mark.select("summary > .evidence-of, summary > .evidence-word")), number)
        for number, mark in enumerate(soup.select("details.evidence"))
    ]
    found = Counter(name for name, _ in [*dict.fromkeys(links), *marks])
    return [name for name, count in found.items() if count > 1 or len(name) < 5]


def test_permalinks_and_marks_have_names_of_their_own(soups):
    for name, soup in soups.items():
        assert names_twice(soup) == [], name
    links = {link["aria-label"] for soup in soups.values() for link in soup.select("a.headerlink")}
    assert sum(bool(re.fullmatch(r"Link to \(\d+\.\d+\)", link)) for link in links) > 100
    assert (
        sum(bool(re.match(r"Link to (Theorem|Exercise|Definition|Fig\.|Assumption) \d", link)) for link in links) > 50
    )


def test_a_name_that_is_used_twice_is_noticed(soups):
    soup = BeautifulSoup(str(soups[SOME[0]]), "html.parser")
    first, second = soup.select("a.headerlink")[:2]
    second["aria-label"] = first["aria-label"]
    assert names_twice(soup) == [first["aria-label"]]


def test_what_is_folded_is_called_as_it_is_seen(soups):
    folded = [summary for soup in soups.values() for summary in soup.select("summary")]
    assert len(folded) > 300 and not [summary for summary in folded if summary.has_attr("aria-label")]


def test_a_page_has_one_title_that_says_nothing_twice_and_one_viewport(soups):
    for name, soup in soups.items():
        (title,) = soup.select("head title")
        parts = title.get_text().split(" — ")
        assert len(parts) == len(set(parts)), name
        assert len(soup.select("meta[name=viewport]")) == 1, name


# No scripts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_without_scripts_is_light_or_dark_as_the_reader_prefers(site, open_page, scheme):
    address = f"{site}{SOME[0]}.html"
    with_scripts, without = (
        open_page(address, scheme=scheme),
        open_page(address, scheme=scheme, java_script_enabled=False),
    )
    assert without.evaluate("document.documentElement.dataset.theme") == "auto"
    # As sets: without scripts solutions are unfolded, and more of the page is seen.
    assert set(without.evaluate(COLORS)) == set(with_scripts.evaluate(COLORS))


def test_a_phone_without_scripts_has_a_menu_and_the_words_of_the_marks(site, open_page):
    page = open_page(f"{site}{SOME[0]}.html", PHONE, java_script_enabled=False)
    page.get_by_role("link", name="Menu").click()
    link = page.locator("#pst-primary-sidebar").get_by_role("link", name="Notation")
    assert link.is_visible() and link.bounding_box()["x"] >= 0
    assert not page.locator(".sidebar-toggle").first.is_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    assert page.locator("details.quiet .evidence-word").first.bounding_box()["width"] > 30
    with_scripts = open_page(f"{site}{SOME[0]}.html", PHONE)
    assert with_scripts.locator("details.quiet .evidence-word").first.bounding_box()["width"] <= 1
    assert with_scripts.get_by_role("link", name="Menu").count() == 0


# Marks ----------------------------------------------------------------------------------------------------------------


def unexplained(soups, ledger) -> set[str]:
    """The words beside formulas that the ledger does not explain, and those it explains that occur nowhere."""
    said = [word.get_text() for soup in soups.values() for word in soup.select("details.evidence .evidence-word")]
    occurring = {re.sub(r" at \d+ shapes$", " at shapes", word) for word in said}
    explained = {row.td.get_text().split(maxsplit=1 if row.td.get_text()[0] in "✓≈:✗" else 0)[-1] for row in ledger}
    return occurring ^ explained


def test_every_word_beside_a_formula_is_explained_and_no_other(soups):
    rows = soups["book/reference/ledger"].select("table#marks tbody tr")
    assert len(rows) > 5 and unexplained(soups, rows) == set()
    assert unexplained(soups, rows[1:]) != set()


def test_the_line_of_a_page_says_how_many_claims_are_proved(html, soups):
    pages = {page["name"]: page for page in json.loads((html / "evidence.json").read_text(encoding="utf-8"))["pages"]}
    lines = 0
    for name, soup in soups.items():
        parts = [part for each in pages.get(f"{name}.md", {"formulas": []})["formulas"] for part in each["parts"]]
        claims = [part["judgement"]["status"] for part in parts if part["kind"] == "claim"]
        line = soup.select_one(".evidence-of-page")
        if line:
            lines += 1
            assert line.get_text(strip=True).startswith(
                f"{claims.count('verified for all shapes')} of {len(claims)} claim"
            ), name
    assert lines > 10


def test_what_unfolds_is_in_no_inner_form(soups):
    inner = re.compile(r"\beq-|\basm-|\w\[\w+[\],]|\bD\(|\bsum\(|\.\.|!=|<-")
    for name, soup in soups.items():
        for said in soup.select(".evidence-says"):
            assert said.select(".evidence-reading math"), name
            words = " ".join(
                " ".join(text for text in said.find_all(string=True) if not text.find_parent("math")).split()
            )
            assert not inner.search(words), f"{name}: {words}"


def test_the_tables_of_the_ledger_fit_on_a_desk(site, open_page):
    page = open_page(f"{site}book/reference/ledger.html")
    assert page.locator(".pst-scrollable-table-container").count() > 10
    assert scrolling(page)["table"] == 0
    add_style(page, "table.verify-table { min-width: 1000px }")
    assert scrolling(page)["table"] > 10
