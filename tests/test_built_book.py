"""The built book, read in a real browser: every page in light and dark, wide and narrow, online and from the disk."""

import gzip
import io
import os
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup, NavigableString
from fontTools.ttLib import TTFont
from pages_of_book import ROOT, pages
from PIL import Image
from repository import from_settings, published_at

from tests.conftest import add_style

PAGES = [page.relative_to(ROOT).with_suffix("").as_posix() for page in pages()]
EXTRA = ["search"]

# Where the sources are and where the book is published: nowhere, unless a setting or a workflow says it.
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
SOURCES = from_settings({f"repository_{key}": value for key, value in CONFIG["repository"].items()}, os.environ)
PUBLISHED = published_at(CONFIG["html"]["baseurl"], SOURCES)
VERSION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))["version"]

PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 900}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}  # all that the theme changes


@pytest.fixture(scope="module")
def soups(html):
    """Every built page, parsed."""
    return {
        path.relative_to(html).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(html.rglob("*.html"))
        if "_static" not in path.parts  # templates of the theme, not pages
    }


@pytest.fixture
def open_page(browser):
    """Opens a page and collects what goes wrong on it: console errors, failed and foreign requests."""
    contexts = []

    def open_(address, viewport=DESKTOP, scheme="light", **options):
        context = browser.new_context(viewport=viewport, color_scheme=scheme, **options)
        contexts.append(context)
        page, faults, home = context.new_page(), [], urlparse(address).netloc
        page.on("console", lambda message: message.type in ("error", "warning") and faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
        page.on("response", lambda answer: answer.status >= 400 and faults.append(f"{answer.status}: {answer.url}"))

        def foreign(request):
            target = urlparse(request.url)
            if target.scheme not in ("data", "blob") and target.netloc != home:
                faults.append(f"foreign: {request.url}")

        page.on("request", foreign)
        page.goto(address)
        # The book's script looks at the widths of boxes once the fonts are there.
        page.evaluate("document.fonts.ready.then(() => new Promise(requestAnimationFrame))")
        return page, faults

    yield open_
    for context in contexts:
        context.close()


def violations(page, only=RULES):
    # Colors may be on their way; what follows the scrolling never ends.
    page.evaluate("""Promise.all(document.getAnimations().filter(each => each instanceof CSSTransition)
        .map(each => each.finished))""")
    # Formulas are thousands of boxes, hidden from screen readers and in the color of the text around them. Without
    # those that fit their place axe takes a fraction of the time; a formula that scrolls stays.
    page.evaluate("""document.querySelectorAll('.math-box:not([tabindex]) .katex-html, span.math .katex-html')
        .forEach(formula => formula.remove())""")
    # Without preload: axe would fetch the style sheets again, and look for what they import beside the page.
    found = (
        Axe()
        .run(page, options={"runOnly": only, "preload": False, "resultTypes": ["violations"]})
        .response["violations"]
    )
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def formulas_of_their_own_color(page) -> int:
    return page.evaluate("""[...document.querySelectorAll('.math .katex-html')].filter(formula =>
        getComputedStyle(formula).color !== getComputedStyle(formula.closest('.math')).color).length""")


@pytest.mark.parametrize("name", PAGES + EXTRA)
def test_page_opens_without_a_fault_and_is_accessible_in_the_light_and_in_the_dark(site, open_page, name):
    page, faults = open_page(f"{site}{name}.html", scheme="dark")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert formulas_of_their_own_color(page) == 0
    assert violations(page) == []
    page.emulate_media(color_scheme="light")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'light'", timeout=5000)
    assert violations(page, COLORS) == []
    assert faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["book/layers/relu", "book/reference/ledger"])
def test_what_is_folded_is_accessible_too(site, open_page, name, scheme):
    page, faults = open_page(f"{site}{name}.html", scheme=scheme)
    page.evaluate("document.querySelectorAll('details.evidence:not([open]) > summary').forEach(mark => mark.click())")
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    # The book's script looks at the widths of boxes after they were laid out.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert violations(page) == []
    assert faults == []


@pytest.mark.parametrize("name", PAGES)
def test_page_does_not_scroll_sideways_on_a_phone(site, open_page, name):
    page, faults = open_page(f"{site}{name}.html", viewport=PHONE)
    # An opened solution must fit as well as a folded one.
    page.evaluate("document.querySelectorAll('details.evidence:not([open]) > summary').forEach(mark => mark.click())")
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
    for button in page.locator(".toggle-button:visible").all():
        button.click()
    page.mouse.wheel(500, 0)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("window.scrollX") == 0
    assert faults == []


@pytest.mark.parametrize("name", PAGES)
def test_page_reads_from_the_disk(html, open_page, name):
    page, faults = open_page((html / f"{name}.html").as_uri())
    assert page.locator("article h1").count() == 1
    assert faults == []


def words_of(element):
    """The text of an element, without code and mathematics."""
    for child in element.children:
        if isinstance(child, NavigableString):
            yield child
        elif child.name not in ("pre", "code", "script", "annotation") and "katex" not in child.get("class", []):
            yield from words_of(child)


def test_all_mathematics_is_rendered_with_a_form_for_screen_readers(soups):
    formulas = 0
    for name, soup in soups.items():
        rendered = soup.select(".katex")
        formulas += len(rendered)
        assert soup.select(".katex-error, .math-error") == [], name
        assert all(formula.find("math") for formula in rendered), name
        text = "".join(words_of(soup))
        assert "$$" not in text and "\\frac" not in text and "\\begin{" not in text, name
    assert formulas > 500


def test_every_display_formula_has_a_box_that_scrolls_inside_the_page(site, open_page):
    page, _ = open_page(f"{site}book/loss/exercise-1-1.html", viewport=PHONE)
    wide = page.evaluate("""[...document.querySelectorAll('div.math')].filter(box =>
        box.getBoundingClientRect().right > document.documentElement.clientWidth + 1).length""")
    assert wide == 0


def test_no_link_and_no_anchor_is_broken(html, soups):
    ids = {name: {tag["id"] for tag in soup.select("[id]")} for name, soup in soups.items()}
    links, wrong = 0, []
    for name, soup in soups.items():
        for tag, attribute in (("a", "href"), ("img", "src"), ("link", "href"), ("script", "src")):
            for element in soup.find_all(tag, **{attribute: True}):
                target, fragment = urldefrag(urljoin(f"http://book/{name}", element[attribute]))
                address = urlparse(target)
                if address.netloc != "book" or address.scheme != "http":
                    assert tag == "a" or element.get("rel") == ["canonical"], f"{name} loads {element[attribute]}"
                    continue
                links += 1
                path = unquote(address.path).lstrip("/") or "index.html"
                if not (html / path).is_file():
                    wrong.append(f"{name} → {element[attribute]}")
                elif fragment and path in ids and unquote(fragment) not in ids[path]:
                    wrong.append(f"{name} → {element[attribute]}")
    assert wrong == []
    assert links > 100


def test_every_labelled_equation_and_every_theorem_has_a_permalink_to_itself(soups):
    equations = theorems = 0
    for name, soup in soups.items():
        for equation in soup.select('div.math[id^="equation-"]'):
            equations += 1
            assert equation.select_one(f'a.headerlink[href="#{equation["id"]}"]'), f"{name}#{equation['id']}"
        # A proof has neither name nor number; it stands below its theorem.
        for theorem in soup.select("div.proof.theorem, div.proof.definition, div.proof.assumption, div.exercise"):
            theorems += 1
            assert theorem.get("id"), name
            assert theorem.select_one(f'a.headerlink[href="#{theorem["id"]}"]'), f"{name}#{theorem['id']}"
    assert equations > 100 and theorems > 30


def test_every_displayed_formula_has_a_badge_and_a_row_in_the_ledger(soups):
    rows = {row["id"] for row in soups["book/reference/ledger.html"].select("table.verify-ledger tbody tr")}
    badges = 0
    for name, soup in soups.items():
        for formula in soup.select("div.math"):
            if formula.find_parent(class_="cell_output"):
                continue
            badges += 1
            badge = formula.find("details", class_="evidence", recursive=False)
            assert badge is not None, f"{name}: {formula.get('id')}"
            assert badge.select_one("summary .evidence-word").get_text(strip=True), f"{name}: {formula.get('id')}"
            assert "fails" not in badge["class"], f"{name}: {badge.get_text()}"
            assert badge.select("a")[-1]["href"].partition("#")[2] in rows, f"{name}: {formula.get('id')}"
    assert badges == len(rows) > 300


def test_a_badge_unfolds_and_moves_no_formula(site, open_page):
    page, faults = open_page(f"{site}book/layers/softmax.html", viewport=PHONE)
    badge = page.locator("details.evidence.holds").first
    place = """badge => [badge.parentElement.querySelector('.math-box'), badge.firstElementChild].map(part =>
        part.getBoundingClientRect()).map(at => [at.left + window.scrollX, at.top + window.scrollY])"""
    before = badge.evaluate(place)
    reading, step = badge.locator(".evidence-reading math").first, badge.locator("details.steps math").first
    assert not reading.is_visible()
    badge.locator("> summary").click()
    assert reading.is_visible() and not step.is_visible()
    badge.locator("details.steps > summary").first.click()
    assert step.is_visible()
    assert badge.evaluate(place) == before
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    assert faults == []


def test_every_theorem_has_a_citation_with_its_permalink(soups):
    theorems = 0
    for name, soup in soups.items():
        for theorem in soup.select("div.proof.theorem"):
            theorems += 1
            box = theorem.find_next_sibling("details", class_="cite-this")
            assert box is not None, f"{name}#{theorem['id']}"
            entry = box.pre.get_text()
            assert f"Theorem {theorem['id']} in: " in entry and f"version {VERSION}" in entry
            assert (f", {PUBLISHED}{name}\\#{theorem['id']}}}" in entry) if PUBLISHED else ("http" not in entry)
            assert (box.select_one(".without-address") is None) == bool(PUBLISHED)
    assert theorems >= 10


def test_every_image_has_words_in_its_place(soups):
    images = 0
    for name, soup in soups.items():
        for image in soup.select("main img"):
            images += 1
            alt = image.get("alt", "")
            assert len(alt.split()) >= 4 and not alt.endswith((".svg", ".png")), f"{name}: {image.get('src')}: {alt!r}"
    assert images >= 15


def test_figures_have_their_size_and_are_loaded_when_they_are_needed(soups):
    figures = [(place, image) for soup in soups.values() for place, image in enumerate(soup.select("figure img"))]
    assert len(figures) >= 15
    for place, image in figures:
        assert int(image["width"]) > 100 and int(image["height"]) > 100, image["src"]
        assert image.get("loading") == ("lazy" if place else None), image["src"]  # the first one is seen soon


def ink(page) -> int:
    """How many pixels of the condition of (6.6) are of another color than what is behind it."""
    signs = page.locator(".math .katex-html:has(.rlap)").first
    picture = Image.open(io.BytesIO(signs.screenshot())).convert("L")
    behind = picture.getpixel((0, 0))
    return sum(count for shade, count in enumerate(picture.histogram()) if abs(shade - behind) > 100)


def test_signs_that_are_printed_over_each_other_are_seen_in_forced_colors(site, browser):
    context = browser.new_context(forced_colors="active")
    page = context.new_page()
    page.goto(f"{site}book/layers/relu.html")
    page.evaluate("document.fonts.ready")
    seen = ink(page)
    add_style(
        page, ".katex { forced-color-adjust: auto !important }"
    )  # as without our rule: of each ≠ a stroke is left
    assert ink(page) < seen - 10
    context.close()


@pytest.mark.parametrize("name", PAGES + EXTRA)
def test_a_page_is_light(site, html, open_page, name):
    page, _ = open_page("about:blank", PHONE)
    answers = []
    page.on("response", lambda answer: answers.append(answer.url.removeprefix(site).split("?")[0]))
    page.goto(f"{site}{name}.html", wait_until="networkidle")
    answers = [answer for answer in answers if not answer.endswith("favicon.svg")]  # asked for at any time, or not
    files = [(html / answer).read_bytes() for answer in answers]
    weight = sum(min(len(file), len(gzip.compress(file))) for file in files)
    assert len(answers) <= 18 and weight <= 300_000, f"{len(answers)} requests, {weight} bytes: {answers}"
    assert sum(answer.endswith((".css", ".js")) for answer in answers) == (8 if name == "search" else 3)


# The characters that a page shows in each style of the font of icons.
ICONS = """[...document.querySelectorAll('body *')].flatMap(element => ['::before', '::after'].map(part =>
    getComputedStyle(element, part)).filter(style => /Font Awesome/.test(style.fontFamily) && style.content !== 'none')
    .map(style => [style.fontFamily.includes('Brands') ? 'brands' : style.fontWeight === '900' ? 'solid' : 'regular',
                   style.content.slice(1, -1)]))"""


def missing_icons(html, page) -> set[tuple[str, str]]:
    """The icons that a page shows and that the vendored fonts do not hold."""
    fonts = {path.stem.split("-")[1]: set(TTFont(path).getBestCmap()) for path in html.rglob("fa-*.woff2")}
    shown = {(font, icon) for font, icon in page.evaluate(ICONS) if icon}
    assert len(shown) >= 5
    return {(font, hex(ord(icon))) for font, icon in shown if ord(icon) not in fonts[font]}


@pytest.mark.parametrize("name", PAGES + EXTRA)
def test_every_icon_that_is_shown_is_in_the_font(html, site, open_page, name):
    page, _ = open_page(f"{site}{name}.html")
    assert missing_icons(html, page) == set()


def test_an_icon_that_is_not_in_the_font_is_noticed(html, site, open_page):
    page, _ = open_page(f"{site}book/index.html")
    page.evaluate("document.querySelector('article').innerHTML += '<i class=\"fa-solid fa-anchor\"></i>'")
    add_style(page, '.fa-anchor:before { content: "\\f13d" }')  # rules of such icons are left out
    assert missing_icons(html, page) == {("solid", "0xf13d")}


def test_every_figure_has_a_caption_and_can_be_referred_to(soups):
    for name, soup in soups.items():
        for image in soup.select("main div.cell_output img"):
            figure = image.find_parent("figure")
            assert figure is not None and figure.figcaption is not None and figure.get("id"), f"{name}: {image['src']}"


def test_code_and_citations_can_be_copied(site, open_page):
    page, faults = open_page(f"{site}book/layers/sigmoid.html", permissions=["clipboard-read", "clipboard-write"])
    for place, words in (("div.cell_input", "from sympy import"), ("details.cite-this", "@")):
        box = page.locator(place).first
        box.evaluate("element => { for (let part = element; part; part = part.parentElement) part.open = true }")
        box.hover()
        box.locator("button.copybtn").click()
        page.wait_for_function("words => navigator.clipboard.readText().then(text => text.includes(words))", arg=words)
    assert faults == []


SHOWN = "(title, y = title.getBoundingClientRect().y) => scrollY > 0 && -100 < y && y < innerHeight"


def test_a_link_from_the_ledger_into_a_closed_solution_leads_there(site, open_page):
    page, faults = open_page(f"{site}book/network/backpropagation.html")
    folded = ".admonition.toggle-hidden [id^=formula-]"
    page.wait_for_selector(folded, state="attached")
    names = page.eval_on_selector_all(folded, "found => found.map((element) => element.id)")
    assert names
    for name in names:
        page.goto("about:blank")
        page.goto(f"{site}book/network/backpropagation.html#{name}")
        title = page.locator(f".admonition.toggle-hidden:has([id='{name}']) > .admonition-title")
        page.wait_for_function(SHOWN, arg=title.element_handle(), timeout=60_000)  # the page may still move as it loads
    assert faults == []


def test_nothing_fades_on_paper(site, open_page):
    page, _ = open_page(f"{site}book/reference/answer-tests.html", viewport=PHONE)
    fading = """() => [...document.querySelectorAll(".pst-scrollable-table-container")].filter(
        (box) => getComputedStyle(box).maskImage !== "none").length"""
    assert page.evaluate(fading) > 5
    page.emulate_media(media="print")
    assert page.evaluate(fading) == 0


def test_the_theme_switch_turns_the_page_dark_and_keeps_it_dark(site, open_page):
    page, faults = open_page(f"{site}book/index.html")
    themes = set()
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        themes.add(page.evaluate("document.documentElement.dataset.theme"))
    assert themes == {"light", "dark"}
    assert faults == []


def test_each_page_leads_to_the_next_and_to_its_source(soups):
    for name, after in pairwise(PAGES):
        soup = soups[f"{name}.html"]
        link = soup.select_one("a.right-next")
        assert link is not None and urljoin(f"/{name}.html", link["href"]) == f"/{after}.html"
        text = " ".join(a.get_text(" ", strip=True) for a in soup.select("a"))
        assert ("Edit this page" in text) == ("Report an error here" in text) == (SOURCES is not None)
        assert f"Version {VERSION}" in soup.select_one(".bd-footer-content .version").get_text()
        sources = [a["href"] for a in soup.select("a[href]") if a["href"].endswith(f"{Path(name).name}.md")]
        assert any("_sources" in source for source in sources), f"{name} has no source to download"


def test_solutions_are_folded_away_until_they_are_asked_for(site, open_page):
    page, _ = open_page(f"{site}book/layers/sigmoid.html")
    solution = page.locator("div.solution").first
    content = solution.locator("section, .solution-content, #solution-content").first
    assert not content.is_visible()
    solution.locator("button").first.click()
    assert content.is_visible()


def test_paper_shows_the_text_and_not_the_navigation(site, open_page):
    page, _ = open_page(f"{site}book/layers/sigmoid.html")
    page.emulate_media(media="print")
    assert page.locator("main h1:visible").count() == 1
    for part in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer", "button.copybtn"):
        assert not page.locator(part).first.is_visible(), part
