"""A version that was released stays as it was, beside the newest pages, and says if there is a newer one."""

import functools
import http.server
import json
import re
import tarfile
import threading
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from releases import frozen
from releases.__main__ import ARCHIVES, main
from tests.fixture_book.build import build, copy_to, plant

ROOT = Path(__file__).resolve().parents[1]


def release(folder: Path, version: str, date: str = "2030-01-02") -> None:
    """Give the sources of a book a version, as somebody does who releases it."""
    data = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    data |= {"version": version, "date-released": date}
    (folder / "CITATION.cff").write_text(yaml.safe_dump(data), encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version} – {date}\n", encoding="utf-8")


def of_version(folder: Path, version: str) -> Path:
    """Return the built fixture book of a version."""
    release(folder, version)
    result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "_build" / "html"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The fixture book: version 1.9.0 is frozen, then 1.10.0, and 1.11.0.dev0 is built, without a page."""
    folder = copy_to(tmp_path_factory.mktemp("released") / "book")
    archives = folder / "releases"
    archives.mkdir()
    for version in ("1.9.0", "1.10.0"):
        frozen.freeze(folder, of_version(folder, version), archives)
    plant(folder, "_toc.yml", "file: book/page", "file: book/moved")
    (folder / "book" / "page.md").rename(folder / "book" / "moved.md")
    plant(folder, "book/index.md", "page.md", "moved.md")
    html = of_version(folder, "1.11.0.dev0")
    assert frozen.site(folder, html, archives, folder / "site") == ["1.10.0", "1.9.0"]
    return folder / "site"


@pytest.fixture(scope="module")
def address(published):
    """The address of the published book, in a folder of its host."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

        def translate_path(self, path):
            return super().translate_path(path.removeprefix("/nn-course"))

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=published))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/nn-course/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def visit(browser):
    """Opens a page; returns it with what failed and what was asked for."""
    contexts = []

    def go(url: str, *, until: str = "networkidle"):
        context = browser.new_context()
        contexts.append(context)
        page, failed, asked = context.new_page(), [], []
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.on("response", lambda answer: asked.append(answer.url))
        page.on("response", lambda answer: answer.status >= 400 and failed.append(answer.url))
        page.goto(url, wait_until=until)
        return page, failed, asked

    yield go
    for context in contexts:
        context.close()


def test_the_list_of_versions_says_which_pages_are_the_newest(published):
    listed = json.loads((published / "versions.json").read_text(encoding="utf-8"))
    assert listed == {"current": "1.11.0.dev0", "frozen": ["1.10.0", "1.9.0"]}


def test_a_frozen_page_says_its_version_in_its_text_and_loads_all_that_it_needs(published, address, visit):
    for version in ("1.9.0", "1.10.0"):
        text = BeautifulSoup((published / "v" / version / "book" / "page.html").read_text(), "html.parser").get_text()
        assert f"Version {version}" in text
        for name in ("book/page", "book/index", "search"):
            page, failed, _ = visit(f"{address}v/{version}/{name}.html")
            moved = [url for url in failed if url == f"{address}book/page.html"]
            assert [url for url in failed if url not in moved] == [], name
    page.goto(f"{address}v/1.10.0/search.html?q=square", wait_until="networkidle")
    assert page.locator("#search-results li").count() > 0


def test_a_frozen_page_leads_to_the_newest_one_that_is_the_same(address, visit):
    page, _, asked = visit(f"{address}v/1.9.0/book/index.html")
    note = page.locator(".newer-version")
    assert note.inner_text() == "This is version 1.9.0, as it was. There is a newer one: version 1.11.0.dev0."
    assert f"{address}versions.json" in asked
    assert note.locator("a").get_attribute("href") == f"{address}book/index.html"


def test_a_frozen_page_that_has_moved_leads_to_the_start_of_the_newest_book(address, visit):
    page, _, _ = visit(f"{address}v/1.9.0/book/page.html")
    assert page.locator(".newer-version a").get_attribute("href") == address


def test_the_newest_pages_ask_for_nothing(address, visit):
    page, failed, asked = visit(f"{address}book/moved.html")
    assert page.locator(".newer-version").count() == 0 and failed == []
    assert not [url for url in asked if "versions.json" in url]


def test_where_there_is_no_list_of_versions_a_frozen_page_says_nothing(published, address, visit):
    (published / "versions.json").rename(published / "kept.json")
    try:
        page, failed, _ = visit(f"{address}v/1.9.0/book/page.html")
        assert page.locator(".newer-version").count() == 0 and failed == [f"{address}versions.json"]
        (published / "versions.json").write_text("<!DOCTYPE html>")
        page, failed, _ = visit(f"{address}v/1.9.0/book/page.html")
        assert page.locator(".newer-version").count() == 0 and failed == []
    finally:
        (published / "kept.json").rename(published / "versions.json")


def test_an_entry_has_the_address_that_the_reader_is_at_and_a_frozen_one_its_own(published, address, visit):
    for place in ("book/moved.html", "v/1.9.0/book/page.html"):
        page, _, _ = visit(f"{address}{place}?highlight=x#there")
        entry = page.locator(".bibtex-entry pre").first
        assert f"{address}{place}\\#thm-fixture-square}}" in entry.text_content()
        assert page.locator(".without-address").count() == 0
    page, failed, _ = visit((published / "book" / "moved.html").as_uri())
    page.locator("details.cite-this > summary").first.click()
    assert "http" not in page.locator(".bibtex-entry pre").first.text_content()
    assert "repository: url" in page.locator(".without-address").first.inner_text() and failed == []


def test_an_archive_depends_on_nothing_but_the_pages_and_holds_no_file_that_none_of_them_loads(published, tmp_path):
    folder = published.parent
    names = tarfile.open(folder / "releases" / "site-1.10.0.tar.gz").getnames()
    assert "site-1.10.0/book/page.html" in names and "site-1.10.0/_sources/book/page.md" in names
    assert not [name for name in names if name.endswith(".map")]
    html = folder / "_build" / "html"
    release(folder, "1.11.0.dev0")
    written = []
    for place in ("one", "two"):
        copy = tmp_path / place
        copy.mkdir()
        for file in frozen.needed(html):
            (copy / file.relative_to(html)).parent.mkdir(parents=True, exist_ok=True)
            (copy / file.relative_to(html)).write_bytes(file.read_bytes())
        written.append(frozen._packed(copy, "site-1.11.0"))
    assert written[0] == written[1] == frozen._packed(html, "site-1.11.0")


def sources(folder: Path, version: str = "2.0.0") -> tuple[Path, Path, Path]:
    """Return what `freeze` and `site` take, of a book of one empty page."""
    (folder / "releases").mkdir(exist_ok=True)
    html = folder / "html"
    html.mkdir(exist_ok=True)
    release(folder, version)
    for name in ("index.html", "search.html"):
        (html / name).write_text(f'<title>Backpropagation, Verified</title><p class="version">Version {version}</p>')
    return folder, html, folder / "releases"


def test_a_version_is_frozen_once(tmp_path):
    archive = frozen.freeze(*sources(tmp_path))
    before = archive.read_bytes()
    with pytest.raises(frozen.CannotFreeze, match=r"version 2\.0\.0 is frozen in .*stays as it is"):
        frozen.freeze(*sources(tmp_path))
    assert archive.read_bytes() == before


def test_what_is_not_a_released_version_is_not_frozen(tmp_path):
    folder, html, archives = sources(tmp_path, "2.0.0.dev0")
    with pytest.raises(frozen.CannotFreeze, match="between two releases"):
        frozen.freeze(folder, html, archives)
    sources(tmp_path)
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- New.\n\n## 2.0.0 – 2030-01-02\n")
    with pytest.raises(frozen.CannotFreeze, match=r"must begin with '## 2\.0\.0 – 2030-01-02'.*got '## Unreleased'"):
        frozen.freeze(folder, html, archives)
    sources(tmp_path)
    (html / "search.html").write_text('<p class="version">Version 1.9.0</p>')
    with pytest.raises(frozen.CannotFreeze, match=r"is not version 2\.0\.0: build it first"):
        frozen.freeze(folder, html, archives)
    assert list(archives.iterdir()) == []


def test_archives_of_another_book_or_with_foreign_files_are_not_published(tmp_path):
    folder, html, archives = sources(tmp_path)
    archive = frozen.freeze(folder, html, archives)
    (folder / "CITATION.cff").write_text("title: Another one\nversion: 0.1.0\nauthors: [{name: A}]\n")
    with pytest.raises(frozen.CannotFreeze, match=r"of the book 'Backpropagation, Verified'.*'Another one': delete it"):
        frozen.site(folder, html, archives, tmp_path / "site")
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("site-2.0.0/../../escaped.html"))
    with pytest.raises(frozen.CannotFreeze, match="which is no file of that version"):
        frozen.site(folder, html, archives, tmp_path / "site")
    (folder / "CITATION.cff").write_text("title: Another one\n")
    with pytest.raises(frozen.CannotFreeze, match="must have an entry version"):
        frozen.site(folder, html, archives, tmp_path / "site")
    (folder / "CITATION.cff").write_text("title: Another one\nversion: 0.1.0\nauthors: [{name: A}]\n")
    archive.write_bytes(archive.read_bytes()[:40])
    with pytest.raises(frozen.CannotFreeze, match="cannot be unpacked"):
        frozen.site(folder, html, archives, tmp_path / "site")


def test_the_command_ends_with_one_sentence(capsys):
    with pytest.raises(SystemExit, match=r"check \| freeze \| site"):
        main("thaw")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


@pytest.mark.parametrize("version", frozen.versions(ARCHIVES))
def test_what_the_changelog_says_of_a_frozen_version_stays(version):
    """Lines for the next version stand under the next version, also after branches were merged."""
    with tarfile.open(ARCHIVES / f"site-{version}.tar.gz") as tar:
        page = tar.extractfile(f"site-{version}/book/reference/changelog.html").read().decode()
    headings = BeautifulSoup(page, "html.parser").find_all("h2")
    (then,) = [heading.parent for heading in headings if heading.get_text().startswith(f"{version} ")]
    for sign in then.select("a.headerlink"):
        sign.decompose()
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    now = re.search(rf"^## ({re.escape(version)} .*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)[1]
    assert words(now) == words(then.get_text())


def test_every_frozen_version_is_whole(tmp_path):
    """Each opens, and says which version it is."""
    (tmp_path / "html").mkdir()
    found = frozen.site(ROOT, tmp_path / "html", ARCHIVES, tmp_path / "site")
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## ([\d.]+) – ", changelog, re.MULTILINE)
    assert found in (released, released[1:], [])  # the newest is about to be frozen; a fork begins with none
    for version in found:
        pages = list((tmp_path / "site" / "v" / version).rglob("*.html"))
        said = [
            f"Version {version}</p>" in page.read_text(encoding="utf-8") for page in pages if page.name != "index.html"
        ]
        assert len(said) > 20 and all(said)
