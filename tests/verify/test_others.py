"""How other people's mathematics fares: what a command counts is what a page shows, and what is old is noticed."""

import re
from pathlib import Path

import pytest
import yaml
from pages_of_book import ROOT

from book._ext.other_sources import COLUMNS, SOURCES, lines
from nncore.verify.report import others
from nncore.verify.report.cache import spelling
from nncore.verify.report.others import entries_of, outdated
from nncore.verify.spelling.rates import main

TEXT = r"""
$$ \log(e^z) = z $$

$$ p_{im} := \frac{e^{z_{im}}}{\sum_l e^{z_{il}}} $$

$$ L_i := -\sum_m y_{im} \log p_{im} $$

$$ \frac{∂ L_i}{∂ z_{im}} = p_{im} - y_{im} $$

$$ z + 1 = z $$

$$ z + 1 $$

$$ 2 \mathbf{q} = 3 $$

$$ a ± b $$
"""
SOURCE = ["--source", "somebody/book", "--commit", "a" * 40, "--date", "2026-01-02"]


@pytest.fixture
def written(tmp_path, capsys):
    """The file into which the command writes what became of a folder."""
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "page.md").write_text(TEXT, encoding="utf-8")
    file = tmp_path / "sources.yml"
    assert main([str(tmp_path / "book"), "--write", str(file), *SOURCE]) == 0
    assert capsys.readouterr().out.startswith("displays: 8, read: 7, proved: 1")
    return file


def test_the_command_counts_what_became_of_each_display_and_keeps_nothing_of_the_text(written):
    (found,) = entries_of(written)
    assert found == {
        "source": "somebody/book", "commit": "a" * 40, "date": "2026-01-02", "spelling": spelling(),
        "displays": 8, "read": 7, "proved": 1, "agree": 0, "hold if": 1, "wrong": 1, "not decided": 0,
        "without meaning": 1, "claim nothing": 3,
    }  # fmt: skip
    assert not re.search(r"[\\${}]", written.read_text(encoding="utf-8"))


def test_a_source_that_is_read_again_takes_the_place_of_what_was_counted_before(written):
    page = written.parent / "book" / "page.md"
    page.write_text(TEXT + "\n$$ 1 = 1 $$\n", encoding="utf-8")
    main([str(page), "--write", str(written), *SOURCE])
    main([str(page), "--write", str(written), "--source", "a/b", *SOURCE[2:]])
    assert [(each["source"], each["displays"]) for each in entries_of(written)] == [("a/b", 9), ("somebody/book", 9)]


def test_a_file_on_which_the_checker_fails_is_no_file_without_displays(written, monkeypatch):
    def broken(*given):
        raise KeyError("x")

    monkeypatch.setattr("nncore.verify.report.free.scene_of", broken)
    before = written.read_text(encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"page\.md cannot be counted: the checker failed on this file: KeyError"):
        main([str(written.parent / "book" / "page.md"), "--write", str(written), *SOURCE])
    assert written.read_text(encoding="utf-8") == before


def test_a_source_without_its_commit_is_not_written(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--write", str(tmp_path / "x.yml"), "--source", "a/b"])
    assert "--write needs" in capsys.readouterr().err


def test_what_was_read_by_another_spelling_is_noticed_by_the_command_and_on_the_page(written, capsys):
    assert main(["--current", str(written)]) == 0
    assert "has changed" not in "\n".join(lines(entries_of(written)))
    written.write_text(written.read_text(encoding="utf-8").replace(spelling(), "0" * 64), encoding="utf-8")
    capsys.readouterr()
    assert main(["--current", str(written)]) == 1
    assert capsys.readouterr().out == "The free spelling has changed since somebody/book was read.\n"
    assert next(lines(entries_of(written))).startswith("The free spelling has changed")
    assert outdated([]).startswith("No source was read")


def test_a_change_of_the_free_spelling_alone_is_one_of_it(monkeypatch, tmp_path):
    from nncore.verify.report import cache

    changed = {Path("x.py"): cache._sources}
    here = Path(cache.__file__).parents[1]
    before = spelling()
    for name, differs in (("spelling/spell.py", True), ("numeric/judge.py", False)):
        other = tmp_path / name
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text("another text", encoding="utf-8")
        files = [path for path in changed[Path("x.py")]() if path != here / name]
        monkeypatch.setattr(cache, "_sources", lambda files=files: files)
        cache.spelling.cache_clear()
        assert (cache.spelling() != before) is differs
        monkeypatch.undo()
    cache.spelling.cache_clear()


def test_a_release_asks_whether_the_sources_of_others_were_read_by_this_spelling():
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nrelease:")[2].partition("\n\n")[0]
    file = SOURCES.relative_to(ROOT).as_posix()
    assert f"-m nncore.verify.spelling --current {file}" in recipe


def test_the_table_of_the_page_is_made_of_the_file(written):
    (found,) = entries_of(written)
    *_, row = lines([found | {"displays": 123_456}])
    assert row.startswith(f"| [somebody/book](https://github.com/somebody/book/tree/{'a' * 40}), 2026 | 123,456 |")
    assert row.count("|") == len(COLUMNS) + 2


def test_each_source_of_the_book_has_a_commit_a_date_and_counts_that_add_up():
    found = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))
    assert len(found) >= 2
    for each in found:
        assert re.fullmatch("[0-9a-f]{40}", each["commit"]) and re.fullmatch(r"\d{4}-\d\d-\d\d", each["date"])
        kinds = [kind for kind in (*others._KINDS, "claim nothing") if kind != "not read"]
        assert each["read"] == sum(each[kind] for kind in kinds) <= each["displays"]


def test_the_built_page_shows_the_table(html):
    text = (html / "book" / "reference" / "published-slips.html").read_text(encoding="utf-8")
    for each in entries_of(SOURCES):
        assert each["source"] in text and f"{each['displays']:,}" in text
