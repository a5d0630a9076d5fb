"""Explorers: they compute what nncore computes from the numbers of the still picture, and serve hand, eye and ear."""

import gzip
import re

import explorers
import numpy as np
import paper
import pytest
from bs4 import BeautifulSoup
from pages_of_book import ROOT
from test_built_book import violations

from nncore import functions

STATIC = ROOT / "book" / "_static"
SCRIPTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted((STATIC / "explorers").glob("*.js"))}
STYLE = (STATIC / "explorers.css").read_text(encoding="utf-8")
PAGES = {
    "softmax": "book/loss/exercise-1-1",
    "paths": "book/one-picture",
    "product": "book/layers/dense-backward",
}
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
RNG_SEED = 7

# What nncore puts into a still picture and the scripts compute: it is blanked, so that they have to.
COMPUTED = {
    "softmax": ".p data, .rate data, .true, .loss, .total",
    "paths": ".arrow:is(.error, .u1, .u2) data, .factor data, .product, .term, .total",
    "product": ".x, .g, .total",
}

# Put pictures into the page without the numbers that are to be computed, let a script do something with each, and
# return what it says then. A parsed document has no elements with scripts; they begin when they come into the page.
RUN = """([pictures, computed, act]) => pictures.map((html) => {
  const parsed = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
  for (const place of parsed.querySelectorAll(computed)) Object.assign(place, { value: "NaN", textContent: "?" });
  document.body.append(parsed);
  const element = document.body.lastElementChild;
  const numbers = (selector) => [...element.querySelectorAll(selector)].map((place) => Number(place.value));
  const press = (selector, k = 0) => element.querySelectorAll(selector)[k].click();
  const found = eval(act)(element, numbers, press);
  element.remove();
  return found;
})"""

ACTS = {
    "softmax": """(element, numbers) => ({
        p: numbers(".p data"), rates: numbers(".rate data"),
        says: [...numbers(".true"), ...numbers(".loss"), ...numbers(".total")] })""",
    "paths": """(element, numbers, press) => [0, 1].map((source) => {
        press(".source", source);
        return { arrows: numbers(".arrow data"), factors: numbers(".factor data"), products: numbers(".product"),
                 terms: numbers(".term"), total: numbers(".total"), input: numbers(".input") } })""",
    "product": """(element, numbers, press) => [...element.querySelectorAll(".result td")].map((_, entry) => {
        press(".result button", entry);
        return { x: numbers(".x"), g: numbers(".g"), total: numbers(".total"),
                 at: [...numbers(".nth-row"), ...numbers(".nth-column")] } })""",
}


def element(kind: str, html: str) -> str:
    return f"<explore-{kind}>{html}</explore-{kind}>"


@pytest.fixture(scope="module")
def samples():
    """Inputs of each explorer, as their arguments: small ones, large ones, and such that hit edges."""
    rng = np.random.default_rng(RNG_SEED)
    softmax = [
        (rng.standard_normal(M) * scale, int(rng.integers(M)))
        for M in (2, 3, 5)
        for scale in (0.1, 1, 10, 300, 1e4)
        for _ in range(10)
    ]
    softmax += [(np.array([0.0, 0.0, 0.0]), 1), (np.array([1000.0, 0.0, -1000.0]), 2), (np.full(3, -5000.0), 0)]
    shapes = ((1, 2), (2, 2), (2, 1), ())
    paths = [tuple(rng.standard_normal(shape) for shape in shapes) for _ in range(60)]
    paths.append((np.array([[1.0, 2.0]]), np.array([[2.0, -1.0], [-1.0, 0.5]]), np.ones((2, 1)), 0.5))  # at the bend
    product = [
        (rng.standard_normal((n, D)) * 10.0 ** rng.integers(-3, 4), rng.standard_normal((n, M)))
        for n, D, M in ((4, 2, 3), (2, 3, 2), (5, 1, 4), (1, 2, 3))
        for _ in range(10)
    ]
    return {"softmax": softmax, "paths": paths, "product": product}


@pytest.fixture
def tab(browser):
    """Opens an empty page with the scripts of the explorers; some of their text may be replaced."""
    opened = []

    def open_(old="", new=""):
        page = browser.new_page()
        opened.append(page)
        for name in ("explorer", *PAGES):
            assert not old or sum(text.count(old) for text in SCRIPTS.values()) == 1
            page.add_script_tag(content=SCRIPTS[name].replace(old, new) if old else SCRIPTS[name])
        return page

    yield open_
    for page in opened:
        page.close()


def close(found, expected):
    np.testing.assert_allclose(np.ravel(found), np.ravel(expected), rtol=1e-12, atol=1e-12)


def compare_softmax(found, z, c):
    Z, labels = z[np.newaxis], np.array([c])
    p, rates = functions.softmax(Z)[0], functions.softmax_cross_entropy_vjp(np.ones(1), Z, labels)[0]
    close(found["p"], p)
    close(found["rates"], rates)
    close(found["says"], [p[c], functions.softmax_cross_entropy(Z, labels)[0], 0])


def compare_paths(found, X, W1, W2, target):
    Z = functions.dense(X, W1, np.zeros((1, 2)))
    A = functions.relu(Z)
    error = functions.dense(A, W2, np.zeros((1, 1))) - target
    dA, _, _ = functions.dense_vjp(error, A, W2)
    dZ = functions.relu_vjp(dA, Z)
    dX, _, _ = functions.dense_vjp(dZ, X, W1)
    slopes = functions.relu_vjp(np.ones((1, 2)), Z)[0]
    for source, said in enumerate(found):
        factors = [[error.item(), W2[m, 0], slopes[m], W1[source, m]] for m in range(2)]
        close(said["arrows"], [*W1.T.ravel(), *W2.ravel(), error.item(), *slopes])
        close(said["factors"], factors)
        close(said["products"], dZ[0] * W1[source])
        close(said["terms"], dZ[0] * W1[source])
        close(said["total"], dX[0, source])
        close(said["input"], source + 1)


def compare_product(found, X, dZ):
    dW = functions.dense_vjp(dZ, X, np.zeros((X.shape[1], dZ.shape[1])))[1]
    assert len(found) == dW.size
    for said, (j, m) in zip(found, np.ndindex(*dW.shape), strict=True):
        close(said["x"], X[:, j])
        close(said["g"], dZ[:, m])
        close(said["total"], dW[j, m])
        close(said["at"], (j + 1, m + 1))


COMPARE = {"softmax": compare_softmax, "paths": compare_paths, "product": compare_product}


def compare(page, kind, inputs):
    pictures = [element(kind, explorers.DRAWN[kind](*each)) for each in inputs]
    found = page.evaluate(RUN, [pictures, COMPUTED[kind], ACTS[kind]])
    for said, each in zip(found, inputs, strict=True):
        COMPARE[kind](said, *each)


@pytest.mark.parametrize("kind", PAGES)
def test_an_explorer_computes_what_nncore_computes(kind, tab, samples):
    compare(tab(), kind, samples[kind])


SLIPS = [
    ("softmax", "const top = Math.max(...z)", "const top = 0"),
    ("softmax", "each - (m === c)", "(m === c) - each"),
    ("softmax", "Math.log(sum) - (z[c] - top)", "Math.log(sum) - z[c]"),
    ("paths", "Number(each > 0)", "Number(each >= 0)"),
    ("paths", "w[2] * x[0] + w[3] * x[1]", "w[1] * x[0] + w[3] * x[1]"),
    ("paths", "products[0] + products[1]", "products[0]"),
    ("paths", "w${2 * (unit - 1) + source}", "w${2 * (source - 1) + unit}"),
    ("product", "number(cells[column])", "number(cells[0])"),
    ("product", "each * g[i], 0", "each * g[0], 0"),
]


@pytest.mark.parametrize(("kind", "old", "new"), SLIPS)
def test_a_slip_in_a_script_is_noticed(kind, old, new, tab, samples):
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        compare(tab(old, new), kind, samples[kind])


def test_the_still_pictures_say_what_the_definitions_say():
    z = np.array([0.5, -1.25, 2.0])
    p = paper.softmax(z[np.newaxis].astype(object))[0]
    soup = BeautifulSoup(explorers.softmax(z, 2), "html.parser")
    close([float(each["value"]) for each in soup.select(".p data")], p.astype(float))
    close([float(each["value"]) for each in soup.select(".rate data")], (p - [0, 0, 1]).astype(float))
    soup = BeautifulSoup(explorers.paths([[1.0, 2.0]], [[1.0, -1.0], [0.5, 1.0]], [[1.0], [0.5]], 2.0), "html.parser")
    assert soup.select_one(".says").get_text().endswith("0.5 + (−0.25) = 0.25.")
    soup = BeautifulSoup(explorers.product([[1, 2], [3, -1], [0, 4]], [[1, 0], [-1, 1], [1, -2]]), "html.parser")
    assert soup.select_one(".says").get_text().endswith("2 · 1 + (−1) · (−1) + 4 · 1 = 7.")
    assert [each.get_text() for each in soup.select(".left .lit, .right .lit")] == ["2", "−1", "4", "1", "−1", "1"]


def test_a_number_reads_the_same_in_the_still_picture_and_where_scripts_run(tab):
    rng = np.random.default_rng(RNG_SEED)
    numbers = [0.0, -0.0, 0.125, -0.125, 0.0005, -0.0004, 2.5, -3.0, 1e-9, 999.9995, 0.005, -0.005, 1e6]
    numbers += [float(each) for each in rng.standard_normal(300) * 10.0 ** rng.integers(-4, 5, 300)]
    said = tab().evaluate(
        """(numbers) => {
          const [softmax, product] = ["softmax", "product"].map((kind) => document.createElement(`explore-${kind}`));
          return numbers.map((each) => [softmax.short(each), softmax.twoDigits(each), product.inSum(each)]);
        }""",
        numbers,
    )
    assert said == [[explorers.short(each), explorers.two_digits(each), explorers.in_sum(each)] for each in numbers]
    assert said[3] == ["−0.125", "−0.13", "(−0.125)"] and said[1] == ["0", "0.00", "0"]


def test_numbers_are_those_that_a_page_assigns_first():
    cells = [
        "%matplotlib inline",
        "X, W = symbols('x'), 3\nW = X * 2",
        "W = np.array([[1.0]])",
        "W = np.array([[2.0]])\nc = np.array([3, 1]) - 1",
    ]
    found = explorers.assigned(cells, ("W", "X", "c"))
    assert found.keys() == {"W", "c"} and found["W"].tolist() == [[1.0]] and found["c"].tolist() == [2, 0]


def test_what_is_missing_is_named():
    with pytest.raises(LookupError, match="an explorer is one of softmax, paths, product, got 'sigmoid'"):
        explorers.picture("sigmoid", [])
    with pytest.raises(LookupError, match=r"assigns numbers to W2, target$"):
        explorers.picture("paths", ["X = np.ones((1, 2))\nW1 = np.ones((2, 2))"])


def test_scripts_and_style_are_small():
    for name, text in {**SCRIPTS, "style": STYLE}.items():
        assert len(gzip.compress(text.encode())) <= (1000 if name == "style" else 4000), name


# On the pages ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_page(browser, site):
    """Opens a page of the book at its explorer, and returns both."""
    contexts = []

    def open_(kind, viewport=DESKTOP, **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{site}{PAGES[kind]}.html")
        explorer = page.locator(f"explore-{kind}")
        explorer.scroll_into_view_if_needed()
        return page, explorer

    yield open_
    for context in contexts:
        context.close()


def words(explorer) -> str:
    """What an explorer shows, as text, without the sentence that says how to change it."""
    return explorer.evaluate("""(element) => [...element.querySelectorAll("th, td, caption, .network > *, .says")].map(
        (part) => part.textContent.replace(/\\s+/g, " ").trim()).join("|")""")


def test_a_page_loads_the_scripts_of_its_own_explorers_alone(html):
    found = 0
    for path in sorted((html / "book").rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        script = (path.parent / re.search(r'src="([^"]*joined-[^"]*\.js)"', text)[1]).read_text(encoding="utf-8")
        for kind in PAGES:
            found += f"<explore-{kind}>" in text
            assert (f'define("explore-{kind}"' in script) == (f"<explore-{kind}>" in text), path
        assert ("class Explorer " in script) == ("<explore-" in text), path
    assert found == len(PAGES)


@pytest.mark.parametrize("kind", PAGES)
def test_without_scripts_there_is_the_still_picture_and_it_is_the_start(kind, open_page):
    _, still = open_page(kind, java_script_enabled=False)
    assert still.locator("button, input, [role=slider], .how:visible").count() == 0
    assert still.locator(".says").is_visible()
    _, live = open_page(kind)
    assert live.locator("button, input").count() > 0 and live.locator(".how").is_visible()
    # JavaScript is off in the first page for its own scripts; those of the test run there.
    assert words(live) == words(still)


CHANGES = {"softmax": ".z >> nth=0", "paths": ".arrow.w4", "product": ".result button >> nth=1"}


@pytest.mark.parametrize("kind", PAGES)
def test_on_paper_there_is_the_still_picture_again(kind, open_page):
    page, explorer = open_page(kind)
    start = words(explorer)
    explorer.locator(CHANGES[kind]).focus()
    page.keyboard.press("End" if kind == "softmax" else "Enter")
    changed = words(explorer)
    assert changed != start
    page.emulate_media(media="print")
    assert words(explorer) == start and not explorer.locator(".how").is_visible()
    page.emulate_media(media="screen")
    assert words(explorer) == changed and explorer.locator(".how").is_visible()


def test_a_logit_follows_keys_and_says_what_it_does(open_page):
    page, explorer = open_page("softmax")
    slider = explorer.get_by_role("slider", name="logit z of class 2")
    slider.focus()
    seen = []
    for key in ("End", "ArrowRight", "ArrowLeft", "PageDown", "Home", "ArrowUp", "PageUp", "ArrowDown"):
        page.keyboard.press(key)
        seen.append(float(slider.get_attribute("aria-valuenow")))
    assert seen == [5, 5, 4.9, 3.9, -5, -4.9, -3.9, -4]
    assert slider.get_attribute("aria-valuemin") == "-5" and slider.get_attribute("aria-valuemax") == "5"
    z = np.log([[6, 2, 5]])
    z[0, 1] = -4
    p = functions.softmax(z)[0]
    two = explorers.two_digits
    assert slider.get_attribute("aria-valuetext") == f"−4.00: p is {two(p[1])}, p − y is {two(p[1])}"
    explorer.get_by_role("radio").nth(1).check()
    assert slider.get_attribute("aria-valuetext") == f"−4.00: p is {two(p[1])}, p − y is {two(p[1] - 1)}"
    says = explorer.get_by_role("status").inner_text()
    assert f"The true class, 2, has the probability {two(p[1])}; the loss is {two(-np.log(p[1]))}." in says
    scrolled = page.evaluate("scrollY")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("scrollY") == scrolled


def test_a_logit_follows_the_mouse_and_the_finger(open_page):
    page, explorer = open_page("softmax")
    slider = explorer.locator(".z").first
    box = slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], middle, steps=3)
    assert slider.get_attribute("aria-valuenow") == "2"
    page.mouse.move(box["x"] + 3 * box["width"], middle + 300, steps=3)
    page.mouse.up()
    assert slider.get_attribute("aria-valuenow") == "5"
    page.mouse.move(box["x"], middle)
    assert slider.get_attribute("aria-valuenow") == "5"
    page, explorer = open_page("softmax", PHONE, has_touch=True)
    slider = explorer.locator(".z").first
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + 0.3 * box["width"], box["y"] + box["height"] / 2)
    assert slider.get_attribute("aria-valuenow") == "-2"
    explorer.locator("label").nth(2).tap()
    assert "The true class, 3," in explorer.get_by_role("status").inner_text()


def lit(explorer) -> list[list[str]]:
    """The classes of the arrows, the lines and the factors that are lit."""
    parts = (".arrow[aria-pressed=true]", "path.lit", ".factor[aria-pressed=true]")
    classes = ([each.get_attribute("class") for each in explorer.locator(part).all()] for part in parts)
    return [sorted({re.search(r"\b(?:w\d|u\d|error)\b", each)[0] for each in found}) for found in classes]


def test_an_arrow_lights_up_its_factor_and_a_factor_its_arrow(open_page):
    page, explorer = open_page("paths")
    assert lit(explorer) == [[], [], []]
    explorer.locator(".arrow.w3").click()
    assert lit(explorer) == [["w3"], ["w3"], ["w3"]]
    says = explorer.get_by_role("status")
    assert says.inner_text().endswith("The chosen factor is on the path by a2.")
    explorer.locator(".factor.w5").focus()
    page.keyboard.press("Space")
    assert lit(explorer) == [["w5"], ["w5"], ["w5"]]
    explorer.locator(".factor.error").last.click()
    assert lit(explorer) == [["error"]] * 3 and explorer.locator(".factor[aria-pressed=true]").count() == 2
    assert says.inner_text().endswith("The chosen factor is on both paths.")
    explorer.locator(".arrow.w2").click()  # it begins at the other input
    assert lit(explorer) == [["w2"]] * 3
    assert explorer.locator(".source[aria-pressed=true]").get_attribute("class").split()[1] == "x2"
    explorer.locator(".arrow.w2").click()
    assert lit(explorer) == [[], [], []] and "chosen" not in says.inner_text()


def test_an_entry_lights_up_its_row_and_its_column(open_page):
    page, explorer = open_page("product")
    explorer.get_by_role("button", name="−7, row 2, column 3").focus()
    page.keyboard.press("Enter")
    found = explorer.evaluate("""(element) => [".left", ".right", ".result"].map((kind) =>
        [...element.querySelectorAll(`${kind} td.lit`)].map((cell) => [cell.parentNode.rowIndex, cell.cellIndex]))""")
    assert found == [[[1, i] for i in range(4)], [[i, 2] for i in range(4)], [[1, 2]]]
    assert explorer.locator("[aria-pressed=true]").count() == 1
    says = explorer.get_by_role("status").inner_text()
    assert says.endswith("2 · 0 + (−1) · 0 + 4 · (−2) + 1 · 1 = −7.")


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["wide", "narrow"])
@pytest.mark.parametrize("kind", PAGES)
def test_what_is_chosen_is_large_enough_for_a_finger_and_nothing_covers_it(kind, viewport, open_page):
    page, explorer = open_page(kind, viewport)
    boxes = explorer.evaluate("""(element) => {
        const boxes = [...element.querySelectorAll("button, label, [role=slider]")].map((part) =>
            part.getBoundingClientRect());
        return boxes.map(({ left, top, right, bottom }) => [left, top, right, bottom]);
    }""")
    assert len(boxes) >= 6
    for left, top, right, bottom in boxes:
        assert right - left >= 44 and bottom - top >= 44
    for k, one in enumerate(boxes):
        for other in boxes[:k]:
            overlap = [min(one[a + 2], other[a + 2]) - max(one[a], other[a]) for a in (0, 1)]
            assert min(overlap) <= 0.5, (one, other)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= viewport["width"]
    inside = explorer.evaluate("""(element) => [...element.querySelectorAll("*")].every((part) =>
        part.getBoundingClientRect().right <= element.closest("figure").getBoundingClientRect().right + 8)""")
    assert inside


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", PAGES)
def test_a_changed_explorer_is_accessible(kind, scheme, open_page):
    page, explorer = open_page(kind, color_scheme=scheme)
    explorer.locator(CHANGES[kind]).focus()
    page.keyboard.press("End" if kind == "softmax" else "Enter")
    # Else the head of the page lies over the mark of a formula, whose size is then found too small.
    page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    assert violations(page) == []


def test_what_is_chosen_is_seen_where_the_reader_chooses_all_colors(open_page):
    _, explorer = open_page("product", forced_colors="active")
    colors = explorer.evaluate("""(element) => [true, false].map((is) =>
        getComputedStyle(element.querySelector(`.result [aria-pressed=${is}]`)).backgroundColor)""")
    assert colors[0] != colors[1]


@pytest.mark.parametrize(("motion", "seconds"), [("reduce", "0s"), ("no-preference", "0.15s")])
def test_bars_move_only_for_those_who_want_it(motion, seconds, open_page):
    _, explorer = open_page("softmax", reduced_motion=motion)
    assert (
        explorer.locator(".p").first.evaluate("(bar) => getComputedStyle(bar, '::before').transitionDuration")
        == seconds
    )


def test_a_strict_policy_for_content_lets_explorers_run(browser):
    page, faults = browser.new_page(), []
    page.on("console", lambda message: faults.append(message.text))
    page.on("pageerror", lambda error: faults.append(str(error)))
    served = {f"{name}.js": (text, "text/javascript") for name, text in SCRIPTS.items()} | {
        "x.css": (STYLE, "text/css")
    }
    scripts = "".join(f'<script defer src="{name}.js"></script>' for name in ("explorer", *PAGES))
    body = element("softmax", explorers.softmax(np.array([1.0, 2.0, 3.0]), 0))
    body += element("product", explorers.product(np.eye(2), np.eye(2)))
    links = '<link rel="icon" href="data:,"><link rel="stylesheet" href="x.css">'
    served["index.html"] = (f"<!doctype html><title>x</title>{links}{scripts}{body}", "text/html")
    policy = "default-src 'none'; img-src data:; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'"

    def serve(route):
        text, kind = served[route.request.url.rpartition("/")[2]]
        route.fulfill(body=text, content_type=kind, headers={"Content-Security-Policy": policy})

    page.route("**/*", serve)
    page.goto("http://book.test/index.html")
    page.get_by_role("slider").first.press("End")
    page.locator(".result button").nth(1).click()
    assert page.locator(".z data").first.inner_text() == "5.00"
    assert page.locator(".z").first.evaluate("(bar) => getComputedStyle(bar).getPropertyValue('--length')") == "1.0000"
    assert page.locator(".nth-column").inner_text() == "2"
    assert faults == []
    page.close()
