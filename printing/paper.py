"""Lay a document out on A4 in Chromium, find what would be cut off, and print it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

MILLIMETERS = 96 / 25.4  # in pixels of CSS
WIDTH, SIDES, TOP, BOTTOM = 210, 18, 18, 20  # of a sheet and its margins, in millimeters
SECONDS = 900  # what printing may take on a slow machine

# What is wider than the sheet, or than a box that cuts it off, with the heading above it. A root sign of KaTeX is drawn
# too long on purpose, and what has no size is not seen.
CUT_OFF = """() => {
  const right = document.querySelector("main").getBoundingClientRect().right + 1;
  const found = [], text = document.createRange();
  let heading = "";
  for (const part of document.querySelectorAll("main *")) {
    if (/^H[1-6]$/.test(part.tagName)) heading = part.textContent.trim();
    if (part.closest(".hide-tail, svg")) continue;
    const box = part.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    const style = getComputedStyle(part);
    if (style.clipPath !== "none") continue;
    const beyond = [...part.childNodes].some((child) => {
      if (child.nodeType !== Node.TEXT_NODE || !child.data.trim()) return false;
      text.selectNodeContents(child);
      return [...text.getClientRects()].some((line) => line.right > right);
    }) || (box.right > right && !part.children.length);
    const box_hides = style.overflowX !== "visible" && style.display !== "inline";
    const hidden = box_hides && part.scrollWidth > part.clientWidth + 1;
    const words = part.textContent.trim().slice(0, 80);
    if (beyond || hidden) found.push(`${heading}: ${words} (${part.className || part.tagName})`);
  }
  return [...new Set(found)];
}"""

# The table of contents has room for the numbers, so that they move nothing.
NAME_PAGES = """pages => {
  for (const line of document.querySelectorAll(".book-contents a"))
    line.querySelector(".on-page").textContent = pages[line.getAttribute("href").slice(1)];
}"""

HEADINGS = """() => {
  const words = (part) => part.innerText.trim().replace(/\\s+/g, " ");
  return [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((heading) => {
    const formulas = [...heading.querySelectorAll(".katex")], seen = words(heading);
    for (const each of formulas) each.style.display = "none";
    const without = words(heading);
    for (const each of formulas) each.style.display = "";
    return [seen, without];
  });
}"""


@contextmanager
def laid_out(browser: Browser, document: Path) -> Iterator[Page]:
    """Open a document as wide as the text of a sheet, as it will be on paper."""
    width = round((WIDTH - 2 * SIDES) * MILLIMETERS)
    page = browser.new_page(viewport={"width": width, "height": 1000}, color_scheme="light")
    page.set_default_timeout(SECONDS * 1000)
    page.emulate_media(media="print", color_scheme="light")
    page.goto(document.resolve().as_uri())
    page.evaluate("document.fonts.ready")
    yield page
    page.close()


def headings(page: Page) -> list[tuple[str, str]]:
    """Return the words of all headings in their order, as they are seen, and without their formulas."""
    return [(seen, without) for seen, without in page.evaluate(HEADINGS)]


def cut_off(page: Page) -> list[str]:
    """Return what is wider than the sheet or hidden in its box, each with the heading above it."""
    return page.evaluate(CUT_OFF)


def name_pages(page: Page, pages: Mapping[str, int]) -> None:
    """Let each line of the contents name the page of its place."""
    page.evaluate(NAME_PAGES, dict(pages))


def printed(page: Page) -> bytes:
    """Return the PDF: tagged, with bookmarks; paper.css puts a number on each page."""
    margin = {"left": f"{SIDES}mm", "right": f"{SIDES}mm", "top": f"{TOP}mm", "bottom": f"{BOTTOM}mm"}
    return page.pdf(
        format="A4",
        margin=margin,
        print_background=True,
        tagged=True,
        outline=True,
    )
