"""The shape of a page as it opens: a picture early, mostly derivation and examples, not too long, and light."""

import pytest
from pages_of_book import ROOT, pages

WINDOW = {"width": 1280, "height": 800}
SCREENS, SHARE, FIRST_FIGURE = 9, 0.55, 2
OTHERS = ("The answer", "With sympy", "In code", "Exercises")  # sections that are neither derivation nor example
DEFINITIONS = ("The rules",)  # on other pages they are above the first of these sections, and are not counted

ELEMENTS = 8000

# How high the page is, how far down its first figure begins, and the height of each section under its first heading.
MEASURE = """() => {
  const article = document.querySelector("article.bd-article");
  const top = (part) => part.getBoundingClientRect().top + scrollY;
  const sections = [...article.querySelectorAll(":scope > section > section")];
  return {
    height: document.documentElement.scrollHeight,
    figure: top(article.querySelector("figure")),
    sections: sections.map((part) => [
      part.querySelector("h2").childNodes[0].textContent.trim(), part.getBoundingClientRect().height
    ]),
  };
}"""


def derivation_pages() -> list[str]:
    """The pages with a derivation, as addresses in the book."""
    found = [path for path in pages() if "\n## Derivation\n" in path.read_text(encoding="utf-8")]
    return [path.relative_to(ROOT).with_suffix("").as_posix() for path in found]


def share_of(sections: list[tuple[str, float]]) -> float:
    """How much of the height of the sections is derivation and examples."""
    counted = [(title, height) for title, height in sections if title not in DEFINITIONS]
    return sum(height for title, height in counted if title not in OTHERS) / sum(height for _, height in counted)


def test_only_derivation_and_examples_count():
    assert share_of([("The answer", 1), ("Derivation", 2), ("In numbers", 1), ("Exercises", 1)]) == 3 / 5
    assert share_of([("The rules", 5), ("Derivation", 1), ("In code", 1)]) == 1 / 2


def names(*folders: str) -> list[str]:
    """The pages of the book, as addresses in it; of some folders only."""
    found = [path.relative_to(ROOT).with_suffix("") for path in pages()]
    return [path.as_posix() for path in found if not folders or path.parent.name in folders]


@pytest.mark.parametrize("name", derivation_pages())
def test_a_derivation_page_opens_with_a_picture_and_is_mostly_derivation(name, site, browser, record_property):
    tab = browser.new_page(viewport=WINDOW)
    tab.goto(f"{site}{name}.html", timeout=120_000)
    tab.evaluate("document.fonts.ready")
    found = tab.evaluate(MEASURE)
    tab.close()
    screens, figure = found["height"] / WINDOW["height"], found["figure"] / WINDOW["height"]
    share = share_of(found["sections"])
    heights = ", ".join(f"{title} {height:.0f}" for title, height in found["sections"])
    record_property(name, f"{screens:.1f} screens, first figure after {figure:.1f}, {share:.0%}; {heights}")
    assert figure <= FIRST_FIGURE
    assert share >= SHARE
    assert screens <= SCREENS


@pytest.mark.parametrize("name", sorted({*names("loss", "layers", "network")} - {*derivation_pages()}))
def test_what_was_split_from_a_derivation_page_is_not_too_long_either(name, site, browser):
    tab = browser.new_page(viewport=WINDOW)
    tab.goto(f"{site}{name}.html", timeout=120_000)
    tab.evaluate("document.fonts.ready")
    screens = tab.evaluate("document.documentElement.scrollHeight") / WINDOW["height"]
    tab.close()
    assert screens <= SCREENS


@pytest.mark.parametrize("name", names())
def test_a_page_has_few_elements(name, site, browser, record_property):
    tab = browser.new_page(viewport=WINDOW)
    tab.goto(f"{site}{name}.html", timeout=120_000)
    elements = tab.evaluate("document.querySelectorAll('*').length")
    record_property(name, elements)
    # A check of the check: what a mark says is elements once it is unfolded.
    unfolded = tab.evaluate("""() => {
      const mark = document.querySelector("details.evidence");
      mark?.querySelector(":scope > summary").click();
      return mark === null || mark.querySelector(".evidence-reading math") !== null;
    }""")
    tab.close()
    assert unfolded
    assert elements <= ELEMENTS
