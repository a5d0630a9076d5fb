"""What rests on a page is said before it is taken out, and by a build without it before anything runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cheat_sheet import objection, theorems_in
from lecture_plan import exercises_in, table
from what_rests import in_tests, left_out, missing, of_functions, on, pages_of

from tests.fixture_book.build import build, copy_to, plant

ROOT = Path(__file__).resolve().parents[1]
PAGE = """\
---
kernelspec:
  name: python3
---

# A page

(a-place)=
## A section

$$
x = x
$$ (eq-a)

```{prf:theorem} One
:label: thm-a

$$ y = y $$ (eq-b)
```

````{exercise}
:label: ex-a

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-a
---
print("{eq}`eq-of-code`")
```
````
"""
REFERRING = """\
# Another one

{eq}`eq-a`, {eq}`eq-b`, {prf:ref}`One <thm-a>`, {ref}`a-place`, {numref}`fig-a`, [](#a-place), [text](ex-a),
[page](page.md), [place](page.md#a-place), {doc}`page`, [elsewhere](https://example.org/page.md), {ref}`search`.

```python
"{eq}`eq-in-code`"
```

:::{note}
{eq}`eq-a`
:::

```{solution} ex-a
It is.
```

```{some-list} eq-b
ex-a
thm-a: functions.relu
- fig-a
cross-entropy
```

::::{erratum}
:fails: value
:corrected: eq-a
::::
"""


@pytest.fixture
def book(tmp_path):
    """A book of two pages, the second of which rests on the first in every way."""
    folder = tmp_path / "book"
    folder.mkdir()
    (folder / "page.md").write_text(PAGE, encoding="utf-8")
    (folder / "other.md").write_text(REFERRING, encoding="utf-8")
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: book/other\nchapters:\n- file: book/page\n")
    return tmp_path


def test_in_a_whole_book_nothing_is_missing(book):
    assert missing(book, pages_of(book)) == []
    assert missing(ROOT, pages_of(ROOT)) == []


def test_every_way_to_refer_to_a_page_is_found_with_its_line(book):
    (book / "_toc.yml").write_text("format: jb-book\nroot: book/other\n")
    found = {(rest.what, rest.line) for rest in missing(book, pages_of(book))}
    assert found == {
        *(("eq-a", line) for line in (3, 11)),
        ("eq-b", 3),
        ("thm-a", 3),
        ("a-place", 3),
        ("fig-a", 3),
        ("ex-a", 3),
        ("ex-a", 14),
        ("eq-b", 18),
        ("ex-a", 19),
        ("thm-a", 20),
        ("fig-a", 21),
        ("eq-a", 27),
        ("book/page", 4),
    }
    assert [page.name for page in left_out(book, pages_of(book))] == ["book/page"]
    (book / "book" / "page.md").unlink()  # what is gone from the disk is missed as much
    assert {(rest.what, rest.line) for rest in missing(book, pages_of(book))} == found


def test_pages_may_be_named_with_a_suffix_or_by_a_pattern(book):
    for contents in ("chapters:\n- file: book/page.md\n", "chapters:\n- glob: book/p*\n"):
        (book / "_toc.yml").write_text(f"format: jb-book\nroot: book/other\n{contents}")
        assert {page.name for page in pages_of(book)} == {"book/other", "book/page"}


def test_of_a_chapter_of_this_book_the_list_names_pages_docstrings_functions_and_tests():
    said = on(ROOT, ["book/layers/sigmoid.md"])
    assert re.search(r"^  thm-sigmoid \(on book/layers/sigmoid\): book/index\.md:\d+", said, re.MULTILINE)
    assert re.search(r"^  eq-sigmoid-vjp .*nncore/functions\.py:\d+", said, re.MULTILINE)
    assert re.search(r"^  the function \\sigma: .*book/layers/softmax-cross-entropy\.md:\d+", said, re.MULTILINE)
    assert re.search(r"^  tests: .*tests/test_what_rests\.py:\d+", said, re.MULTILINE)
    assert "the function \\operatorname{ReLU}" not in said


def complaints(pages):
    """What directives say of some pages in a build: their own words, from the functions that say them there."""
    theorems = {each.label for page in pages for each in theorems_in(page.text)}
    exercises = {label: each for page in pages for label, each in exercises_in(page.text).items()}
    for page in pages:
        for name, content in re.findall(r"^```\{(cheat-sheet|assignment)\}\n(.*?)^```$", page.text, re.M | re.S):
            if name == "cheat-sheet":
                yield from re.findall(r"thm-[\w-]+", objection({*yaml.safe_load(content)}, theorems))
            else:
                for label in content.split():
                    try:
                        table([label], exercises)
                    except LookupError:
                        yield label


def test_whichever_page_is_taken_out_all_that_directives_complain_of_was_listed():
    pages, complained = pages_of(ROOT), 0
    assert list(complaints(pages)) == []
    before = {*missing(ROOT, pages)}
    for page in pages:
        rest = [each for each in pages if each != page]
        listed = {each.what for each in missing(ROOT, rest) if each not in before}
        found = {*complaints(rest)}
        assert found <= listed, page.name
        complained += len(found)
    assert complained > 20


def test_words_of_a_glossary_and_documented_functions_are_missed_where_they_are_linked(book):
    (book / "book" / "page.md").write_text(
        "# A\n\n```{glossary}\nGradient\n  A vector.\nloss : L\n  A number.\n```\n\n"
        "```{eval-rst}\n.. autofunction:: nncore.functions.relu\n```\n",
        encoding="utf-8",
    )
    (book / "book" / "other.md").write_text(
        "# B\n\n{term}`gradient`, {term}`losses <loss>`\n\n{py:func}`~nncore.functions.relu`\n\n"
        "$$\nx = x\n$$ (eq-relu-definition)\n",
        encoding="utf-8",
    )
    assert missing(book, pages_of(book)) == []
    (book / "_toc.yml").write_text("format: jb-book\nroot: book/other\n")
    assert [(rest.what, rest.line) for rest in missing(book, pages_of(book))] == [
        ("nncore.functions.relu", 5),
        ("nncore.functions.relu", 9),
        ("the term gradient", 3),
        ("the term loss", 3),
    ]


def test_on_a_page_that_nobody_names_nothing_rests_and_a_wrong_name_is_refused(book):
    assert "book/other" not in on(book, ["book/other"])
    with pytest.raises(LookupError, match="no page book/nowhere"):
        on(book, ["book/nowhere"])


def test_a_function_that_a_left_out_page_defines_is_missed_where_it_is_used(book):
    (book / "book" / "page.md").write_text("# A\n\n$$\n\\sigma(z) := \\frac{1}{1 + e^{-z}}\n$$ (eq-s)\n")
    (book / "book" / "other.md").write_text("# B\n\nWith $\\sigma'$:\n\n$$\n\\sigma(z) = 1 - \\sigma(-z)\n$$\n")
    assert of_functions(book, pages_of(book)) == []
    (book / "_toc.yml").write_text("format: jb-book\nroot: book/other\n")
    assert [(rest.what, rest.line) for rest in of_functions(book, pages_of(book))] == [
        ("the function \\sigma", 3),
        ("the function \\sigma", 6),
    ]


def test_tests_that_name_a_page_are_found(book):
    (book / "tests").mkdir()
    (book / "tests" / "test_it.py").write_text('open("book/page.html")\n"page"\n"thm-a"\n"thm-ab", "python3"\n')
    (page,) = [page for page in pages_of(book) if page.name == "book/page"]
    assert [rest.line for rest in in_tests(book, [page])] == [1, 2, 3]


def test_the_command_says_it(tmp_path):
    command = [sys.executable, ROOT / "book" / "_ext" / "what_rests.py"]
    run = subprocess.run([*command, "book/layers/nowhere"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 1 and run.stderr == "_toc.yml has no page book/layers/nowhere.\n"
    run = subprocess.run([*command, "book/layers/relu"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0 and "thm-relu" in run.stdout, run.stderr


LINES = (ROOT / "tests" / "fixture_book" / "book" / "page.md").read_text(encoding="utf-8").splitlines()
MISSED = [
    f"  {what}: book/page.md:{next(number for number, line in enumerate(LINES, 1) if said in line)}"
    for what, said in (
        ("book/index", "(index.md)"),
        ("the function \\operatorname{ReLU}", "\\operatorname{ReLU}("),
    )
]


@pytest.fixture
def without_index(tmp_path):
    """The fixture book without its first page, on which the other one rests."""
    folder = copy_to(tmp_path / "book")
    plant(folder, "_toc.yml", "root: book/index", "root: book/page")
    plant(folder, "_toc.yml", "      - file: book/page\n", "      - file: book/another\n")
    (folder / "book" / "another.md").write_text("# Another one\n", encoding="utf-8")
    return folder


def test_a_build_ends_with_the_list_where_a_page_was_left_out_and_runs_nothing(without_index):
    result = build(without_index)
    assert result.returncode == 1
    assert result.stderr.strip().splitlines() == [
        "Pages refer to what is on no page of _toc.yml:",
        *MISSED,
        "Take these references out, or put back into _toc.yml: book/index.",
    ]
    assert not (without_index / "_build" / ".doctrees" / "environment.pickle").exists()


def test_a_build_begins_with_the_list_where_a_page_was_deleted(without_index):
    (without_index / "book" / "index.md").unlink()
    result = build(without_index)
    assert result.returncode == 1
    assert "\n".join(["Pages refer to what is on no page of _toc.yml:", *MISSED]) in result.stderr
    assert "'index.md'" in result.stderr  # Sphinx goes on, and says it in its own words


def test_what_sphinx_complains_of_after_a_page_is_gone_was_listed_before(tmp_path):
    folder = copy_to(tmp_path / "book")
    plant(folder, "book/index.md", "```{bibliography}", (
        "```{assignment}\nex-gone\n```\n\n```{cheat-sheet}\nthm-fixture-square:\nthm-gone:\n```\n\n"
        "{prf:ref}`thm-gone`, {ref}`ex-gone`\n\n```{cite-equation} eq-gone\n```\n\n```{bibliography}"
    ))  # fmt: skip
    result = build(folder)
    listed, _, said = result.stderr.partition(f"{folder}/book/index.md:")
    labels = {*re.findall(r"\b(?:ex|thm|eq)-gone\b", said)}
    assert result.returncode == 1 and labels == {"ex-gone", "thm-gone", "eq-gone"}, result.stderr
    assert {*re.findall(r"^  (\S+?)(?: \(on [^)]*\))?: ", listed, re.MULTILINE)} >= labels
