"""Two first builds in different folders give the same files, byte for byte.

    BUILD_BOOK_TWICE=1 .venv/bin/python -m pytest tests/test_reproducible.py

builds the whole book twice as well, which takes some minutes.
"""

import os
import shutil
from pathlib import Path

import pytest
import search_index

from tests.fixture_book.build import ROOT, build, copy_to, plant

# What depends on when a kernel sends its output, on the order of a set, on addresses, on the hour.
PRINTED = """\
---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---

# What `print` shows of *words* & numbers

```{code-cell} ipython3
import time

print("relu_vjp", end="", flush=True)
time.sleep(0.5)  # longer than a kernel keeps what is printed
print(" fails", flush=True)
print("  it is indented")
```

```{code-cell} ipython3
print({"dense", "relu", "softmax"}, {len: 1}, flush=True)
{"dense", "relu", "softmax"}
```

```{code-cell} ipython3
from sympy import symbols

print("before", end="")
display(sum(symbols("c b a")))
print(" and after")
```
"""

PLACES = {
    "one": {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
    "another/longer one": {"PYTHONHASHSEED": "77", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kolkata"},
}


def built_twice(folder: Path, copy) -> list[dict[str, bytes]]:
    """The files of a book that is built in two places, by their names."""
    found = []
    for place, settings in PLACES.items():
        book = copy(folder / place / "book")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(name, value)
            result = build(book)
        assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
        html = book / "_build" / "html"
        found.append({str(path.relative_to(html)): path.read_bytes() for path in html.rglob("*") if path.is_file()})
    return found


def assert_same(one: dict[str, bytes], two: dict[str, bytes]) -> None:
    assert "index.html" in one and "searchindex.js" in one
    assert one.keys() ^ two.keys() == set()
    assert [name for name in sorted(one) if one[name] != two[name]] == []


def with_printed(folder: Path) -> Path:
    """The fixture book, and the page above."""
    copy_to(folder)
    (folder / "book" / "printed.md").write_text(PRINTED)
    plant(folder, "_toc.yml", "      - file: book/page\n", "      - file: book/page\n      - file: book/printed\n")
    return folder


def whole(folder: Path) -> Path:
    """A copy of the whole book without what was made of it."""
    return shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(".*", "_build", "__pycache__", "*.egg-info"))


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    return built_twice(tmp_path_factory.mktemp("places"), with_printed)


def test_the_place_of_a_build_is_in_none_of_its_files(twice):
    assert_same(*twice)


def test_what_a_cell_prints_is_one_text_however_it_was_sent(twice):
    page = twice[0]["book/printed.html"].decode()
    assert "relu_vjp fails\n  it is indented" in page
    assert "before and after" in page


def test_the_search_finds_titles_without_markup(twice):
    pages = search_index.kept_in(twice[0]["searchindex.js"].decode())["pages"]
    titles = {
        heading for page in pages.values() for part in page["sections"] for heading in (page["title"], part["heading"])
    }
    assert "What print shows of words & numbers" in titles
    assert not [title for title in titles if "<" in title or "headerlink" in title]


@pytest.mark.skipif("BUILD_BOOK_TWICE" not in os.environ, reason="takes minutes; set BUILD_BOOK_TWICE=1")
def test_the_place_of_a_build_is_in_no_file_of_the_whole_book(tmp_path):
    assert_same(*built_twice(tmp_path, whole))
