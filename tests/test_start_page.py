"""The start page: its cards are the theorems of the book, its wrong formula is wrong, its picture can keep still."""

import json
import math
import re
from types import SimpleNamespace

import pytest
import start_page
from bs4 import BeautifulSoup
from docutils import nodes

START = "book/index.html"
ANIMATED = """() => document.getAnimations().filter(each => each instanceof CSSAnimation
    && each.effect.target.closest(".flow")).length"""


@pytest.fixture(scope="module")
def soups(html):
    """Every page of the book, parsed, by its address."""
    pages = sorted((html / "book").rglob("*.html"))
    return {page.relative_to(html).as_posix(): BeautifulSoup(page.read_text("utf-8"), "html.parser") for page in pages}


def latex_of(part) -> str:
    return part.select_one("[data-tex]")["data-tex"]


def test_each_theorem_has_a_card_with_its_formula_its_title_and_its_mark(soups):
    cards = {card.select_one(".card-title a")["href"]: card for card in soups[START].select("li.theorem-card")}
    theorems = {
        f"{page.removeprefix('book/')}#{theorem['id']}": theorem
        for page, soup in soups.items()
        for theorem in soup.select("div.proof.theorem")
        if not re.fullmatch(r"theorem-\d+", theorem["id"])
    }
    assert cards.keys() == theorems.keys() and len(cards) >= 20
    for address, card in cards.items():
        theorem = theorems[address]
        to_equation = card.select_one(".card-foot a")["href"]
        equation = theorem.find(id=to_equation.partition("#")[2])
        printed = re.sub(r"\s*[.,;]\s*$", "", latex_of(equation).strip())
        assert latex_of(card).removeprefix(r"\displaystyle").strip() == printed
        assert (
            card.select_one(".card-title").get_text(strip=True) in theorem.select_one("p.admonition-title").get_text()
        )
        word = equation.select_one("summary .evidence-word").get_text()
        assert card.select_one(".card-mark").get_text() == f"✓ {word}" and word.startswith("verified")
        assert to_equation.partition("#")[0] == address.partition("#")[0]


def env_with(equations=("eq-one",), cards=(("thm-one", "eq-one"),)):
    theorem = start_page.Theorem((nodes.Text("One"),), dict.fromkeys(equations, "x = x"))
    return SimpleNamespace(theorems={"page": {"thm-one": theorem}}, theorem_cards={"index": list(cards)})


@pytest.mark.parametrize(
    ("env", "warnings"),
    [
        (env_with(), []),
        (env_with(cards=()), []),  # a book without cards
        (env_with(cards=[("thm-two", "eq-two")]), ["the theorem thm-one has no card among {theorem-cards}"]),
        (env_with(cards=[("thm-one", "eq-two")]), ["eq-two is no equation of thm-one, which has eq-one"]),
    ],
)
def test_a_theorem_without_a_card_and_a_foreign_equation_fail_the_build(env, warnings, monkeypatch):
    said = []
    monkeypatch.setattr(start_page.logger, "warning", lambda words, *parts, **_: said.append(words % parts))
    start_page.check(None, env)
    assert said == warnings


def test_pages_with_cards_are_written_again_when_a_theorem_changed():
    env = env_with()
    assert start_page.shown(None, env) == ["index"]
    assert start_page.shown(None, env) == []
    env.theorems["page"]["thm-one"].equations["eq-one"] = "x = y"
    assert start_page.shown(None, env) == ["index"]


def test_what_is_known_of_a_page_is_dropped_and_taken_over():
    env, other = env_with(), env_with(equations=("eq-new",))
    start_page.forget(None, env, "page")
    assert env.theorems == {}
    start_page.merge(None, env, {"page"}, other)
    assert env.theorems == other.theorems


def test_the_counterexample_is_the_one_of_the_checker_and_refutes_the_formula(soups, html):
    page = next(page for page in json.loads((html / "evidence.json").read_text("utf-8"))["pages"]
                if page["name"] == "book/index.md")  # fmt: skip
    true, wrong = page["formulas"]
    (judgement,) = (part["judgement"] for part in wrong["parts"])
    assert (true["status"], wrong["status"]) == ("verified for all shapes", "erratum")
    found = judgement["counterexample"]
    said = soups[START].select_one(".which-is-wrong .counterexample")
    assert [each.get_text() for each in said.select("strong")] == [found["left"], found["right"]]
    z = float(dict(found["inputs"])["z"] if isinstance(found["inputs"], list) else found["inputs"]["z"])
    assert f"z = {z:g}" in latex_of(said)

    def sigmoid(z):
        return 1 / (1 + math.exp(-z))

    def number(text):
        return float(text.rstrip("…"))

    left, right = sigmoid(z) * sigmoid(-z), sigmoid(z) * (1 - sigmoid(-z))
    assert number(found["left"]) == pytest.approx(left, rel=1e-3)
    assert number(found["right"]) == pytest.approx(right, rel=1e-3)
    assert abs(left - right) > 0.01


def test_the_answer_unfolds_without_scripts_and_the_marks_wait_for_it(browser, site):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    page.goto(f"{site}{START}")
    marks, answer = page.locator(".which-is-wrong .evidence > summary"), page.locator(".counterexample")
    assert marks.count() == 2 and not any(mark.is_visible() for mark in marks.all()) and not answer.is_visible()
    assert page.locator(".which-is-wrong :is(.erratum, .admonition)").count() == 0
    page.locator(".which-is-wrong > details > summary").click()
    assert answer.is_visible() and all(mark.is_visible() for mark in marks.all())
    context.close()


def test_the_network_moves_where_motion_is_wanted_and_on_a_screen(browser, site):
    context = browser.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto(f"{site}{START}")
    assert page.evaluate(ANIMATED) > 20
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(ANIMATED) == 0
    page.emulate_media(reduced_motion="no-preference", media="print")
    assert page.evaluate(ANIMATED) == 0
    assert page.locator(".flow-line").first.evaluate("line => getComputedStyle(line).opacity") != "0"
    assert page.evaluate("document.querySelectorAll('.flow animate, .flow script').length") == 0
    context.close()


MOTIONS = """() => document.getAnimations().filter(each => each.effect.target.closest(".flow")).map(each => [
    each.effect.getComputedTiming().activeDuration,
    ...each.effect.getKeyframes().flatMap(frame => Object.keys(frame))])"""
OF_EVERY_FRAME = {"offset", "computedOffset", "easing", "composite"}


def test_the_network_is_not_painted_again_while_it_moves_and_comes_to_rest(browser, site):
    context = browser.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto(f"{site}{START}")
    for duration, *keys in page.evaluate(MOTIONS):
        assert set(keys) - OF_EVERY_FRAME == {"transform"} and duration <= 30_000
    context.close()


@pytest.mark.parametrize(("seconds", "is_covered"), [(0, True), (0.7, False), (60, True)])
def test_what_moves_rests_below_the_units(seconds, is_covered, browser, site):
    """Before and after, each part that moves is covered by the unit at which it begins."""
    context = browser.new_context(reduced_motion="no-preference")
    page = context.new_page()
    page.goto(f"{site}{START}")
    page.evaluate(
        """time => document.getAnimations().filter(each => each.effect.target.closest(".flow"))
            .forEach(each => (each.pause(), each.currentTime = time))""",
        1000 * seconds,
    )
    bare = page.evaluate("""() => {
      const units = [...document.querySelectorAll(".flow-unit")].map(unit => unit.getBoundingClientRect());
      const radius = units[0].width / 2, scale = radius / 17;
      return [...document.querySelectorAll(".flow-pulse path")].filter(path => {
        const seen = path.getScreenCTM();
        const ends = [0, path.getTotalLength()].map(at => path.getPointAtLength(at).matrixTransform(seen));
        return !units.some(unit => ends.every(({x, y}) =>
          Math.hypot(x - unit.x - radius, y - unit.y - radius) < radius - 1.5 * scale));
      }).length;
    }""")
    assert (bare == 0) == is_covered
    context.close()


def test_the_ways_in_take_the_same_room_before_their_face_is_there(browser, site):
    heights = []
    for is_there in (True, False):
        context = browser.new_context(viewport={"width": 412, "height": 823})
        page = context.new_page()
        if not is_there:
            page.route("**/*.woff2", lambda route: route.abort())
        page.goto(f"{site}{START}", wait_until="networkidle")
        heights.append(page.locator(".ways-in").bounding_box()["height"])
        context.close()
    assert heights[0] == heights[1]


def test_the_first_screen_shows_the_picture_the_ways_in_and_two_formulas(browser, site):
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(f"{site}{START}")
    page.evaluate("document.fonts.ready")
    for part in (".flow", ".ways-in", ".which-is-wrong > .choice >> nth=0", ".which-is-wrong > .choice >> nth=1"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] <= 800, part
    context.close()
