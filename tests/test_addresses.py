"""Titles, authors and addresses in the built pages: from one place each, all of them or none."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.fixture_book.build import build, copy_to, plant

PEOPLE = (
    "authors:\n  - {family-names: Müller, given-names: Änne}\n  - {name: A Course}\n"
    "references:\n  - {type: book, title: The First & Only, authors: [{name: B}], url: https://a.org/}\n"
)


def fork(folder, url: str):
    """Lay out the fixture book as somebody else's: another title, two authors, a repository."""
    copy_to(folder)
    plant(folder, "CITATION.cff", "title: Backpropagation, Verified", "title: NN & Me")
    plant(folder, "CITATION.cff", "authors:\n  - name: The Backpropagation, Verified authors\n", PEOPLE)
    plant(folder, "_config.yml", 'url: ""', f"url: {url}")
    return folder


@pytest.fixture(scope="module")
def forked(tmp_path_factory):
    """The built fork."""
    folder = fork(tmp_path_factory.mktemp("fork") / "book", "git@github.com:mueller/nn-course.git")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GITHUB_REPOSITORY", raising=False)
        result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "_build" / "html"


def page_of(html, name: str) -> BeautifulSoup:
    return BeautifulSoup((html / f"{name}.html").read_text(encoding="utf-8"), "html.parser")


def test_all_pages_have_the_title_and_the_authors_of_the_citation_file(forked):
    texts = [path.read_text(encoding="utf-8") for path in forked.rglob("*.html") if "_static" not in path.parts]
    assert len(texts) >= 4 and not any("Backpropagation, Verified" in text for text in texts)
    door, page = page_of(forked, "index"), page_of(forked, "book/page")
    assert door.title.get_text() == "NN & Me" and page.select_one(".site-title span").get_text() == "NN & Me"
    assert page.find("meta", property="og:site_name")["content"] == "NN & Me"
    assert "Änne Müller and A Course" in page.select_one(".bd-footer-content").get_text()
    entry = page.select_one(".bibtex-entry pre").get_text()
    assert 'author       = {M{\\"u}ller, {\\"A}nne and {A Course}}' in entry and "in: NN \\& Me, version" in entry


def test_every_page_says_beside_the_licenses_what_the_book_is_based_on(forked):
    for name in ("search", "book/index", "book/page"):
        (line,) = page_of(forked, name).select(".bd-footer-content .based-on")
        assert line.get_text() == "Based on The First & Only by B." and line.a["href"] == "https://a.org/", name


def test_all_addresses_follow_from_the_one_setting(forked):
    page, published = page_of(forked, "book/page"), "https://mueller.github.io/nn-course/"
    assert page.find("link", rel="canonical")["href"] == f"{published}book/page.html"
    assert page.find("meta", property="og:url")["content"] == f"{published}book/page.html"
    assert f"{published}book/page.html\\#thm-fixture-square" in page.select_one(".bibtex-entry pre").get_text()
    assert page.select_one(".without-address") is None
    assert page_of(forked, "index").find("link", rel="canonical")["href"] == f"{published}book/index.html"
    assert page.select_one("a.btn-source-repository-button")["href"] == "https://github.com/mueller/nn-course"
    links = page.select_one(".page-links")
    assert links.select_one(".edit-this-page")["href"] == "https://github.com/mueller/nn-course/edit/main/book/page.md"
    report = urlsplit(links.select_one(".report-an-error")["href"])
    assert (report.netloc, report.path) == ("github.com", "/mueller/nn-course/issues/new")
    (body,) = parse_qs(report.query)["body"]
    assert f"Page: {published}book/page.html\n" in body and re.search(r"^Version: \d", body, re.MULTILINE)


def test_a_page_that_is_shared_shows_the_picture_of_the_book(forked):
    picture = page_of(forked, "book/page").find("meta", property="og:image")["content"]
    assert picture == "https://mueller.github.io/nn-course/_static/card.png"
    drawn = (forked / "_static" / "card.png").read_bytes()
    assert drawn[:8] == b"\x89PNG\r\n\x1a\n" and len(drawn) < 100_000
    assert tuple(int.from_bytes(drawn[at : at + 4], "big") for at in (16, 20)) == (1200, 630)
    assert "NN & Me" in page_of(forked, "book/page").find("meta", property="og:image:alt")["content"]


def body_of(link: str) -> str:
    (body,) = parse_qs(urlsplit(link).query)["body"]
    return body


def test_a_report_names_the_label_that_the_reader_is_at_or_unfolds(forked, browser):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{(forked / 'book' / 'page.html').as_uri()}#thm-fixture-square")
    page.evaluate("addEventListener('click', event => event.target.closest('a') && event.preventDefault())")
    link = page.locator(".page-links .report-an-error")
    for anchor, said in (
        ("thm-fixture-square", "thm-fixture-square"),
        ("equation-eq-fixture-sum", "eq-fixture-sum"),
        ("in-code", "(the address behind the ¶ beside it)"),
        ("nowhere%20at%20all", "(the address behind the ¶ beside it)"),
    ):
        page.evaluate("anchor => { location.hash = anchor }", anchor)
        link.click()
        body = body_of(link.get_attribute("href"))
        assert f"Label of the equation or theorem: {said}\nVersion: " in body
    badge = page.locator("#equation-eq-fixture-sum > details.evidence")
    for _ in range(3):  # it is unfolded, folded, and unfolded again
        badge.locator("> summary").click()
    own = badge.locator(".report-an-error")
    assert own.count() == 1 and own.is_visible()
    assert "theorem: eq-fixture-sum\n" in body_of(own.get_attribute("href"))
    context.close()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "_config.yml",
            'url: ""',
            "url: https://github.com/mueller",
            "repository: url in _config.yml must be the address of a repository, such as "
            "https://github.com/<owner>/<name>, got 'https://github.com/mueller'.",
        ),
        ("_config.yml", 'baseurl: ""', "baseurl: nn.org", "got 'nn.org'."),
        (
            "_config.yml",
            'copyright: "2026"',
            'copyright: "2026"\ntitle: Another one',
            "title in _config.yml is 'Another one', and CITATION.cff says 'Backpropagation, Verified': give it there",
        ),
        (
            "_config.yml",
            'copyright: "2026"',
            'copyright: "2026"\nauthor: A. Person',
            "author in _config.yml is 'A. Person'",
        ),
        ("CITATION.cff", "title: Backpropagation, Verified\n", "", "CITATION.cff must have an entry title"),
    ],
)
def test_a_wrong_setting_ends_the_build_at_once_with_one_sentence(tmp_path, monkeypatch, file, old, new, said):
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    folder = copy_to(tmp_path / "book")
    plant(folder, file, old, new)
    result = build(folder)
    (sentence,) = result.stderr.strip().splitlines()
    assert result.returncode == 1 and said in sentence and sentence.endswith(".")
    assert not (folder / "_build" / ".doctrees" / "environment.pickle").exists()


def test_without_repository_and_address_in_the_settings_there_is_none(tmp_path, monkeypatch):
    """Not even those of Jupyter Book, which stand in its own settings."""
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    folder = copy_to(tmp_path / "book")
    plant(folder, "_config.yml", 'repository:\n  url: ""\n  branch: main\n', "")
    plant(folder, "_config.yml", '  baseurl: ""', "  # none")
    result = build(folder)
    assert result.returncode == 0, result.stderr
    html = folder / "_build" / "html"
    for name in ("index", "search", "book/index", "book/page"):
        page = page_of(html, name)
        assert not page.select('link[rel="canonical"], meta[property="og:url"]'), name
        assert not page.select(".page-links, .btn-source-repository-button, .report-an-error"), name
    assert "executablebooks" not in (html / "book" / "page.html").read_text(encoding="utf-8")
