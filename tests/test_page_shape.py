"""The shape of a derivation page as it opens: a picture early, mostly derivation and examples, and not too long."""

import pytest
from pages_of_book import ROOT, pages

WINDOW = {"width": 1280, "height": 800}
SCREENS, SHARE, FIRST_FIGURE = 9, 0.55, 2
OTHERS = ("The answer", "With sympy", "In code", "Exercises")  # sections that are neither derivation nor example
DEFINITIONS = ("The rules",)  # on other pages they are above the first of these sections, and are not counted

# What the pages have reached that are not there yet, in screens and share; a page that gets there leaves the table.
NOT_YET = {
    "book/layers/dense-forward": (9.8, SHARE),
    "book/loss/softmax-and-cross-entropy": (12.3, SHARE),
    "book/loss/exercise-1-1": (11.9, SHARE),
    "book/layers/dense-backward": (12.6, SHARE),
    "book/layers/relu": (10.0, 0.52),
    "book/layers/softmax": (10.9, SHARE),
    "book/layers/cross-entropy": (10.5, SHARE),
    "book/layers/softmax-cross-entropy": (12.7, SHARE),
    "book/network/backpropagation": (16.4, SHARE),
    "book/network/gradient-checking": (16.0, SHARE),
    "book/network/initialization": (15.8, SHARE),
    "book/network/optimizers": (15.6, 0.52),
}

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


def test_only_pages_of_the_book_are_not_there_yet():
    assert NOT_YET.keys() <= set(derivation_pages())
    assert all(screens > SCREENS or share < SHARE for screens, share in NOT_YET.values())


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
    most_screens, least_share = NOT_YET.get(name, (SCREENS, SHARE))
    assert figure <= FIRST_FIGURE
    assert share >= least_share
    assert screens <= most_screens
