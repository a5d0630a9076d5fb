"""The search: what a reader looks for comes first, without scripts of a server, without rubble, from the keyboard."""

import gzip
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
import search_index
import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from sphinx import addnodes

from tests.test_built_book import DESKTOP, PHONE, open_page, violations  # noqa: F401

QUERIES = yaml.safe_load(Path(__file__).with_name("search-queries.yml").read_text(encoding="utf-8"))
CODE = "nncore.functions."
RIGHT = 0.9  # of each list
FIRST_PAGES = "queries => queries.map((query) => find(query)[0]?.page.replace('book/', ''))"


@pytest.fixture(scope="module")
def pages(html):
    """What the search knows of each page."""
    return search_index.kept_in((html / search_index.FILE).read_text(encoding="utf-8"))["pages"]


@pytest.fixture
def search(html, open_page):  # noqa: F811
    """Opens the search page from the disk, and shows what is found."""

    def search_(query, viewport=DESKTOP, **options):
        page, faults = open_page(f"{(html / 'search.html').as_uri()}?q={quote(query)}", viewport=viewport, **options)
        page.wait_for_function("() => document.querySelector('#search-status').textContent")
        assert faults == []
        return page

    return search_


def right(page, queries, index="SEARCH_INDEX") -> list[str]:
    """The queries whose first hit is a page that the reader wants."""
    page.evaluate(f"() => {{ globalThis.find = bookSearch({index}) }}")
    found = page.evaluate(FIRST_PAGES, list(queries))
    return [query for query, first in zip(queries, found, strict=True) if first in queries[query]]


@pytest.mark.parametrize("name", QUERIES)
def test_the_first_hit_is_what_a_reader_wants(name, search, record_property):
    queries = QUERIES[name]
    found = right(search("softmax"), queries)
    record_property(f"Search, {name} list", f"{len(found)} of {len(queries)}; not {sorted(queries.keys() - found)}")
    assert len(queries) == 40 and len(found) >= RIGHT * len(queries), sorted(queries.keys() - found)


@pytest.mark.parametrize("name", QUERIES)
def test_an_index_without_headings_names_and_the_glossary_is_not_good_enough(name, search):
    bare = """{pages: Object.fromEntries(Object.entries(SEARCH_INDEX.pages)
        .filter(([name]) => name !== 'book/reference/glossary').map(([name, page]) => [name, {...page, title: '',
        sections: page.sections.map((section) => ({...section, heading: '', names: []}))}]))}"""
    assert len(right(search("softmax"), QUERIES[name], bare)) < RIGHT * len(QUERIES[name])


@pytest.mark.parametrize(
    ("query", "address", "name"),
    [
        ("relu", "book/layers/relu.html", "ReLU"),
        ("gradient check", "book/network/gradient-checking.html", "Gradient checking"),
        (
            "softmax_vjp",
            "book/reference/api.html#nncore.functions.softmax_vjp",
            "The code › nncore.functions.softmax_vjp",
        ),
        ("(6.6)", "book/layers/relu.html#equation-eq-relu-derivative", "ReLU › Equation (6.6)"),
        ("Theorem 6.1", "book/layers/relu.html#thm-relu", "ReLU › Theorem 6.1 (ReLU, backward)"),
        ("eq-relu-vjp", "book/layers/relu.html#equation-eq-relu-vjp", "ReLU › Equation (6.7)"),
        ("Hadamard product", "book/notation.html", "Notation"),
        ("computational graphs", "book/network/backpropagation.html", "Backpropagation"),  # as the glossary calls it
        ("subgradient", "book/layers/relu.html", "ReLU"),
        ("backpropogation", "book/network/backpropagation.html", "Backpropagation"),
    ],
)
def test_a_hit_is_a_page_and_its_heading_and_leads_there(query, address, name, search, html):
    page = search(query)
    first = page.locator("#search-results a").first
    assert (first.get_attribute("href"), first.text_content()) == (address, name)
    first.click()
    page.wait_for_url(f"{html.as_uri()}/{address}")
    anchor = address.partition("#")[2]
    assert not anchor or page.evaluate("name => document.getElementById(name) !== null", anchor)


def test_every_address_of_the_index_is_there(pages, html):
    for name, page in pages.items():
        soup = BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        anchors = {element["id"] for element in soup.find_all(id=True)}
        wanted = {section["ids"][0] for section in page["sections"]} | {number[0] for number in page["numbers"]}
        assert wanted - {""} - anchors == set(), name


def test_a_snippet_is_prose_with_the_words_marked(search, pages):
    page = search("derivative of softmax")
    snippets = page.locator(".search-snippet")
    assert snippets.count() > 5
    marked = {word.lower() for word in page.locator(".search-snippet mark").all_text_contents()}
    derived = {"derivative", "derivatives", "derivation", "derivations", "derive", "derives", "derived"}
    other_words = {"normalized", "exponential", "exponentials"}  # of the glossary
    assert "softmax" in marked
    assert {word for word in marked if "softmax" not in word} <= derived | other_words
    assert max(map(len, snippets.all_text_contents())) <= 250
    rubble = ("$", "\\begin", "\\frac", "\\sum", "}{", "^{", "_{")
    for name, each in pages.items():
        for section in each["sections"]:
            assert not [sign for sign in rubble if sign in section["text"]], (name, section["ids"][0])


def test_sources_changes_outputs_hints_and_solutions_are_not_searched(pages, html):
    assert "book/layers/relu" in pages and not [name for name in pages if "changelog" in name or "_modules" in name]
    page = BeautifulSoup((html / "book/layers/relu.html").read_text(encoding="utf-8"), "html.parser")
    text = json.dumps(pages["book/layers/relu"], ensure_ascii=False)
    said = page.select(".solution p, .exercise-hint p, div.highlight pre, div.output pre")
    left_out = {" ".join(each.get_text().split()) for each in said if not each.select(".math")}
    assert len(left_out) > 10
    assert [each for each in left_out if len(each) > 20 and each in text] == []


def test_nothing_to_look_for_and_nothing_found_are_said(search):
    for nothing in ("", "   "):
        page = search(nothing)
        assert page.locator("[role=status]").text_content().startswith("Type what you look for")
        assert page.locator("#search-results li").count() == 0 and page.locator("#search-ways").is_hidden()
    for unknown in ("qqqqqq", "!?", "the"):
        page = search(unknown)
        assert page.locator("[role=status]").text_content() == f"Nothing was found for “{unknown}”."
        assert page.locator("#search-results li").count() == 0
        assert page.locator("#search-ways a").count() == 4 and page.locator("#search-ways").is_visible()


def test_what_is_typed_is_shown_as_it_is(search):
    typed = "<img src=x onerror=alert(1)> qqqqqq"
    page = search(typed)
    assert f"“{typed}”" in page.locator("[role=status]").text_content()
    assert page.locator(".bd-search-container img").count() == 0


def test_without_scripts_the_page_says_what_to_do(html, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((html / "search.html").as_uri())
    said = page.locator(".bd-search-container noscript p")
    assert said.is_visible() and said.text_content().startswith("The search needs scripts")
    assert page.locator("noscript a[href='book/reference/glossary.html']").is_visible()
    assert not page.locator(".bd-search-container input").is_visible()
    context.close()


def test_the_keyboard_leads_from_a_page_to_a_hit_and_back(html, open_page):  # noqa: F811
    page, faults = open_page((html / "book/layers/relu.html").as_uri())
    page.keyboard.press("Control+k")
    page.keyboard.type("chain rule")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{(html / 'search.html').as_uri()}?q=chain+rule")
    page.wait_for_selector("#search-results li")
    here = "[...document.querySelectorAll('#search-results a')].indexOf(document.activeElement)"
    field = ".bd-search-container input"
    assert page.locator(field).input_value() == "chain rule"
    assert page.evaluate(f"document.activeElement === document.querySelector('{field}')")
    for key, place in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", -1), ("ArrowUp", -1)):
        page.keyboard.press(key)
        assert page.evaluate(here) == place, key
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/book/**")
    assert faults == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE])
@pytest.mark.parametrize("query", ["softmax jacobian", "qqqqqq"])
def test_what_is_found_is_accessible(query, viewport, search):
    page = search(query, viewport=viewport)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'", timeout=5000)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_only_the_search_loads_is_light(html):
    page = BeautifulSoup((html / "search.html").read_text(encoding="utf-8"), "html.parser")
    scripts = [each["src"] for each in page.select("script[src]") if not re.search("joined|early", each["src"])]
    assert len(scripts) == 4 and search_index.FILE in scripts
    assert sum(len(gzip.compress((html / each).read_bytes())) for each in scripts) <= 150_000
    for file in search_index.OF_SPHINX:
        assert not (html / file).exists()


# How a page is read ---------------------------------------------------------------------------------------------------


def test_prose_keeps_short_mathematics_and_leaves_holes_for_the_rest():
    line = nodes.paragraph("", "If ", nodes.math("", "m - 1"), nodes.Text(" and "), nodes.math("", r"\alpha"))
    line += [nodes.Text(" differ,\nthen "), nodes.math("", r"\frac{a}{b}"), nodes.Text(" is "), nodes.math("", "x_i")]
    line += [nodes.raw("", "<b>raw</b>", format="html")]
    assert search_index.prose(line) == "If m - 1 and α differ, then … is …"


def test_a_word_of_the_glossary_has_its_synonyms_and_leads_to_pages():
    word = nodes.term("", "Unit", ids=["term-Unit"])
    link = nodes.reference("", "a page", refuri="page.html#there")
    said = nodes.paragraph("", "One column; see ", link, nodes.Text(". Also called "), nodes.emphasis("", "neuron"))
    item = nodes.definition_list_item("", word, nodes.definition("", said))
    section = nodes.section("", nodes.title("", "Glossary"), ids=["glossary"])
    section += addnodes.glossary("", nodes.definition_list("", item))
    document = nodes.document(None, None, "", section)
    _, found = search_index.sections_of(document)
    assert found == {
        "ids": ["term-Unit"],
        "heading": "Unit",
        "names": ["neuron"],
        "text": "One column; see a page. Also called neuron",
        "leads": ["page.html#there"],
    }


def test_what_another_program_or_another_form_wrote_is_not_taken_over(tmp_path):
    file = tmp_path / "searchindex.js"
    assert search_index.kept(file, "form") == {}
    for text in ("Search.setIndex({})", search_index.BEFORE + '{"form":"old","pages":{"a":{}}}' + search_index.AFTER):
        file.write_text(text)
        assert search_index.kept(file, "form") == {}
    assert search_index.kept(file, "old") == {"a": {}}
