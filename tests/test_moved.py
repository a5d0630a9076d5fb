"""An address that was published leads there still: to its place, or to a link to where that is now."""

import re
import tarfile

import pytest
from bs4 import BeautifulSoup
from pages_of_book import ROOT

LABELED = re.compile(r"\bid=\"((?:equation-eq|thm|def|asm|fig|ex)-[\w-]+)\"")
RELEASED = sorted((ROOT / "releases").glob("site-*.tar.gz"))


def published(archive) -> dict[str, set[str]]:
    """The labeled anchors of each page of a released version."""
    with tarfile.open(archive) as tar:
        files = {name.partition("/")[2]: name for name in tar.getnames() if "/book/" in name and name.endswith(".html")}
        texts = {page: tar.extractfile(name).read().decode("utf-8") for page, name in files.items()}
    return {page: set(LABELED.findall(text)) for page, text in texts.items()}


def lost(before: dict[str, set[str]], texts: dict[str, str]) -> list[str]:
    """The addresses that lead nowhere any more."""
    now = {page: set(LABELED.findall(text)) for page, text in texts.items()}
    return [f"{page}#{each}" for page, anchors in before.items() for each in sorted(anchors - now.get(page, set()))]


@pytest.fixture(scope="module")
def texts(html) -> dict[str, str]:
    return {path.relative_to(html).as_posix(): path.read_text(encoding="utf-8") for path in html.glob("book/**/*.html")}


@pytest.mark.parametrize("archive", RELEASED, ids=lambda path: path.name)
def test_every_published_label_is_on_its_page(archive, texts):
    before = published(archive)
    assert sum(map(len, before.values())) > 300
    assert lost(before, texts) == []


def test_an_anchor_that_is_gone_is_noticed(texts):
    before = published(RELEASED[0])
    page, anchor = "book/network/optimizers.html", "thm-optimizers-adam"
    assert lost(before, texts | {page: texts[page].replace(f'id="{anchor}"', "")}) == [f"{page}#{anchor}"]


def test_each_anchor_that_has_moved_is_a_link_to_the_same_anchor_elsewhere(texts):
    moved = [(page, part) for page, text in texts.items() for part in soup_of(text).select("p.moved [id]")]
    assert len(moved) > 30
    for page, part in moved:
        address, _, anchor = part.a["href"].partition("#")
        assert address and (anchor == part["id"] or not LABELED.search(f'id="{part["id"]}"')), f"{page}#{part['id']}"


def soup_of(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


@pytest.mark.parametrize("scripts", [True, False])
def test_an_old_address_leads_on_by_script_and_to_the_link_without(scripts, site, browser):
    context = browser.new_context(java_script_enabled=scripts)
    tab = context.new_page()
    tab.goto(f"{site}book/network/optimizers.html#thm-optimizers-adam")
    if scripts:
        tab.wait_for_url("**/momentum-and-adam.html#thm-optimizers-adam")
    else:
        link = tab.locator("#thm-optimizers-adam a")
        assert 0 <= link.bounding_box()["y"] < tab.viewport_size["height"]
        link.click()
        assert tab.url.endswith("/momentum-and-adam.html#thm-optimizers-adam")
    context.close()
