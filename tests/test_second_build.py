"""A build over the tree that another one left makes anew what changed, all of it, and runs no other page."""

import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from tests.fixture_book.build import build, copy_to, plant, start

OTHER = """\
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

# The other page

It refers to {eq}`eq-fixture-sum`, and uses another function:

```{code-cell} ipython3
import numpy as np
from nncore.functions import relu

print(relu(np.array([-1.0, 2.0])))
```

```{code-cell} ipython3
print("one", end="", flush=True)
print(" line")
```
"""


def ran(result) -> set[str]:
    """The pages whose cells a build ran."""
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    found = re.findall(r"running the cells of \d+ pages: (.*)", result.stdout)
    return {name for names in found for name in names.split(", ")}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = copy_to(tmp_path_factory.mktemp("built") / "book")
    (folder / "book" / "other.md").write_text(OTHER)
    plant(folder, "_toc.yml", "      - file: book/page\n", "      - file: book/page\n      - file: book/other\n")
    assert ran(build(folder)) == {"book/page", "book/other"}
    return folder


@pytest.fixture
def kept(built, tmp_path):
    """A copy with everything that the build left, at the same place: that is part of what is kept."""
    aside = built.with_name("aside")
    shutil.copytree(built, aside, symlinks=True)
    yield built
    shutil.rmtree(built)
    aside.rename(built)


def shown(folder, page) -> str:
    return (folder / "_build" / "html" / "book" / f"{page}.html").read_text(encoding="utf-8")


def test_without_a_change_nothing_is_read_or_written(kept):
    before = {path: path.stat().st_mtime_ns for path in (kept / "_build" / "html").rglob("*.html")}
    result = build(kept)
    assert ran(result) == set()
    assert "0 added, 0 changed, 0 removed" in result.stdout
    written = {path.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert written <= {"index.html"}  # that which leads to the first page


def test_a_changed_function_runs_the_page_that_uses_it_and_no_other(kept):
    plant(kept, "nncore/functions.py", "return np.maximum(Z, 0)", "return np.maximum(Z, 0) + 5")
    assert ran(build(kept)) == {"book/other"}
    assert "[5. 7.]" in shown(kept, "other")


def test_what_no_page_uses_runs_no_page(kept):
    plant(kept, "nncore/functions.py", "def softmax(", "def made_up(Z):\n    return Z\n\n\ndef softmax(")
    plant(kept, "nncore/functions.py", "def relu(", "# A remark.\ndef relu(")
    assert ran(build(kept)) == set()


def test_a_changed_cell_runs_its_page_and_a_changed_word_none(kept):
    plant(kept, "book/other.md", "uses another function", "uses one more function")
    assert ran(build(kept)) == set()
    assert "one more function" in shown(kept, "other")
    plant(kept, "book/other.md", "2.0]", "3.0]")
    assert ran(build(kept)) == {"book/other"}
    assert "[0. 3.]" in shown(kept, "other")
    plant(kept, "book/other.md", "3.0]", "2.0]")
    assert ran(build(kept)) == set()  # what it printed is still kept
    assert "[0. 2.]" in shown(kept, "other")


def test_numbers_and_titles_that_other_pages_show_are_those_of_now(kept):
    number = re.compile(r'href="page\.html#equation-eq-fixture-sum"[^>]*>(?:<[^>]*>)*\(?([\d.]+)')
    assert number.search(shown(kept, "other"))[1] == "1.4"
    plant(kept, "book/page.md", "## With sympy", "## With sympy\n\n$$\nx = x + 0\n$$ (eq-more)\n")
    plant(kept, "book/page.md", "A long line,", "$$\n2 x = x + x\n$$ (eq-fixture-new)\n\nA long line,")
    plant(kept, "book/page.md", "# The derivative of a square", "# The slope of a square")
    assert ran(build(kept)) == set()
    assert number.search(shown(kept, "other"))[1] == "1.5"
    assert "The slope of a square" in shown(kept, "other") and "The slope of a square" in shown(kept, "index")


def timeless(page: Path) -> str:
    """A page without the times that judging took: in sentences, and in the last column of the ledger."""
    text = page.read_text(encoding="utf-8")
    return re.sub(r"\d+ ms|[\d.]+ s\b|<td>[\d.]+</td>\s*</tr>", "time", text)


def test_after_many_changes_all_pages_are_those_of_a_first_build(kept, tmp_path):
    changes = [
        ("nncore/functions.py", "return np.maximum(Z, 0)", "return np.maximum(Z, 0) + 5"),
        ("book/other.md", "uses another function", "uses one more function"),
        ("book/page.md", "# The derivative of a square", "# The slope of a square"),
        ("book/page.md", "A long line,", "$$\n2 x = x + x\n$$ (eq-fixture-new)\n\nA long line,"),
        ("book/index.md", r"\max(z, 0)", r"\max(0, z)"),
    ]
    for change in changes:
        plant(kept, *change)
        assert build(kept).returncode == 0, change
    fresh = shutil.copytree(kept, tmp_path / "book", symlinks=True, ignore=shutil.ignore_patterns("_build"))
    assert build(fresh).returncode == 0
    for path in (fresh / "_build" / "html").rglob("*.html"):
        assert timeless(kept / path.relative_to(fresh)) == timeless(path), path.name


def test_a_page_that_is_gone_is_not_shown_any_more(kept):
    plant(kept, "_toc.yml", "      - file: book/other\n", "")
    (kept / "book" / "other.md").unlink()
    assert build(kept).returncode == 0
    assert not (kept / "_build" / "html" / "book" / "other.html").exists()
    assert "The other page" not in shown(kept, "page")


def test_code_that_is_no_python_is_named(kept):
    plant(kept, "nncore/functions.py", "def relu(Z: Array) -> Array:", "def relu(Z: Array) -> Array")
    line = (kept / "nncore" / "functions.py").read_text().split("def relu")[0].count("\n") + 1
    result = build(kept)
    assert result.returncode != 0
    assert f"nncore.functions, line {line}: expected ':'" in result.stdout + result.stderr


def test_forked_kernels_print_what_those_of_jupyter_print(built, tmp_path):
    """The book is built once more without the extension; the pages are the same byte for byte."""
    plain = shutil.copytree(built, tmp_path / "book", symlinks=True, ignore=shutil.ignore_patterns("_build"))
    plant(plain, "_config.yml", "    forked_kernels: book/_ext\n", "")
    result = build(plain)
    assert ran(result) == set() and result.stdout.count("Executing notebook using local CWD") == 2
    for page in ("page", "other"):
        assert shown(plain, page) == shown(built, page)
    assert "one line" in shown(plain, "other")


# While it is built ----------------------------------------------------------------------------------------------------


@pytest.fixture
def meanwhile(kept):
    """Begins a build, and does something when it prints a word: writes a file, or ends the build by a signal."""

    def built(word: str, then: Callable[[Popen], object]) -> int:
        run = start(kept, "-W", "--keep-going")
        try:
            for line in run.stdout:
                if word in line:
                    then(run)
                    break
            run.communicate(timeout=600)
        finally:
            run.kill()
        return run.returncode

    return built


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_an_interrupted_build_read_and_did_not_write_is_written(number, kept, meanwhile):
    plant(kept, "nncore/functions.py", "return np.maximum(Z, 0)", "return np.maximum(Z, 0) + 5")
    plant(kept, "book/page.md", "## With sympy", "A new sentence.\n\n## With sympy")
    assert meanwhile("preparing documents", lambda run: run.send_signal(number)) != 0
    assert build(kept).returncode == 0
    assert "[5. 7.]" in shown(kept, "other") and "A new sentence." in shown(kept, "page")


def test_a_page_that_warns_does_not_pass_because_a_build_was_interrupted(kept, meanwhile):
    plant(kept, "book/other.md", "print(relu", "import sys\n\nprint('bad', file=sys.stderr)\nprint(relu")
    assert meanwhile("preparing documents", lambda run: run.kill()) != 0
    for _ in range(2):
        assert build(kept).returncode != 0


SAVER = """\
from pathlib import Path

def save(app, docname, source):
    path = Path(app.env.doc2path(docname))
    path.write_text(source[0].replace("Not yet saved.", "Saved while it was read."))

def setup(app):
    app.connect("source-read", save)
"""


def test_a_page_that_is_saved_after_its_text_was_read_is_read_again(kept):
    plant(kept, "book/other.md", "It refers", "Not yet saved. It refers")
    plant(kept, "_config.yml", "  local_extensions:\n", "  local_extensions:\n    saver: .\n")
    (kept / "saver.py").write_text(SAVER)
    assert build(kept).returncode == 0
    assert "Not yet saved." in shown(kept, "other")
    assert build(kept).returncode == 0
    assert "Saved while it was read." in shown(kept, "other")


@pytest.mark.parametrize("file", ["book/other.md", "book/references.bib", "book/notation.yml"])
def test_a_file_that_is_put_back_with_its_old_time_is_read_again(file, kept):
    path = kept / file
    old, time_of_old = path.read_text(), path.stat().st_mtime_ns
    before = {page: timeless(kept / "_build" / "html" / "book" / f"{page}.html") for page in ("page", "other")}
    new = {"book/other.md": ("uses another", "uses one more"), "book/references.bib": ("Serves", "Stands"),
           "book/notation.yml": ("number of outputs of a layer", "how many outputs of a layer")}[file]  # fmt: skip
    plant(kept, file, *new)
    assert build(kept).returncode == 0
    path.write_text(old)
    os.utime(path, ns=(time_of_old, time_of_old))
    assert build(kept).returncode == 0
    for page, text in before.items():
        assert timeless(kept / "_build" / "html" / "book" / f"{page}.html") == text


def test_outputs_of_code_that_was_changed_while_its_page_ran_are_not_those_of_the_code_before(kept, meanwhile):
    wait = "import os, time\n\nwhile not os.path.exists('changed'):\n    time.sleep(0.1)\n\nimport numpy as np\n"
    plant(kept, "book/other.md", "import numpy as np\n", wait)
    right, wrong = "return np.maximum(Z, 0)", "return np.maximum(Z, 0) + 5"

    def change(run):
        plant(kept, "nncore/functions.py", right, wrong)
        (kept / "book" / "changed").touch()

    assert meanwhile("running the cells", change) == 0
    assert "[5. 7.]" in shown(kept, "other")
    plant(kept, "nncore/functions.py", wrong, right)
    assert build(kept).returncode == 0
    assert "[0. 2.]" in shown(kept, "other")


# What is kept ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["no table", "cut off", "a record without its file"])
def test_outputs_that_cannot_be_read_are_made_again(damage, kept):
    for folder in (kept / "_build" / ".jupyter_cache").iterdir():
        if damage == "no table":
            (folder / "global.db").write_bytes(b"")
        for notebook in folder.rglob("*.ipynb"):
            if damage == "cut off":
                notebook.write_text(notebook.read_text()[:100])
            elif damage == "a record without its file":
                notebook.unlink()
    plant(kept, "book/other.md", "uses another", "uses one more")
    assert ran(build(kept)) == {"book/other"}
    assert "[0. 2.]" in shown(kept, "other")


def test_two_first_builds_at_once_both_succeed(kept):
    shutil.rmtree(kept / "_build")
    runs = [start(kept), start(kept)]
    for run in runs:
        output, errors = run.communicate(timeout=300)
        assert "no such table" not in output + errors
    assert build(kept).returncode == 0
    assert "[0. 2.]" in shown(kept, "other")


def test_a_setting_reaches_the_pages_of_modules(kept):
    plant(kept, "_config.yml", "title: Backpropagation, Verified", "title: Another title")
    assert build(kept).returncode == 0
    assert "Another title" in (kept / "_build" / "html" / "_modules" / "nncore" / "functions.html").read_text()


# Processes ------------------------------------------------------------------------------------------------------------


def processes_in(folder: Path) -> list[str]:
    """The processes that work in a folder or were called with it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            place, command = (process / "cwd").resolve(), (process / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if place.is_relative_to(folder) or str(folder) in command:
            found.append(" ".join(command)[:100])
    return found


@pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="looks for processes as Linux shows them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_build_that_is_ended_leaves_no_kernel(number, kept):
    plant(kept, "book/other.md", "print(relu", "import time\n\ntime.sleep(1000)\nprint(relu")
    run = start(kept)
    try:
        end = time.monotonic() + 60
        while len(processes_in(kept / "book")) < 1 and time.monotonic() < end:
            time.sleep(0.1)
        assert processes_in(kept / "book")
        time.sleep(1)
        run.send_signal(number)
        run.communicate(timeout=120)
        assert run.returncode != 0
        end = time.monotonic() + 60
        while processes_in(kept) and time.monotonic() < end:
            time.sleep(0.1)
        assert processes_in(kept) == []
    finally:
        run.kill()
        run.communicate()
