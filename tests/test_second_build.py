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

# Three pages, as small as they can be: many builds are made of them.
NOTEBOOK = """\
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

"""
PAGES = {
    "index": """\
# A small book

Its first page refers to [](page.md), and cites {cite:t}`fixture2020`.

```{bibliography}
```
""",
    "page": NOTEBOOK
    + """\
# The page

$$
2 x = x + x
$$ (eq-double)

```{notation}
scalars:
  - {letter: \\kappa, meaning: any number}
```

```{code-cell} ipython3
import numpy as np
from nncore.functions import sigmoid

print(sigmoid(np.array([-1000.0, 0.0])))
```

```{eval-rst}
.. autofunction:: nncore.functions.sigmoid
```

$$
\\sigma(z) := \\frac{1}{1 + e^{-z}}
$$ (eq-sigmoid-definition)
""",
    "other": NOTEBOOK
    + """\
# The other page

It refers to {eq}`eq-double`, and uses a layer:

```{code-cell} ipython3
from nncore.layers import ReLU

print(ReLU().forward([[-1.0, 2.0]]))
```

```{code-cell} ipython3
print("one", end="", flush=True)
print(" line")
```
""",
}


def ran(result) -> set[str]:
    """Return the pages whose cells a build ran."""
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]
    found = re.findall(r"running the cells of \d+ pages: (.*)", result.stdout)
    return {name for names in found for name in names.split(", ")}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = copy_to(tmp_path_factory.mktemp("built") / "book")
    for name, text in PAGES.items():
        (folder / "book" / f"{name}.md").write_text(text)
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


def timeless(page: Path) -> str:
    """A page without the times that judging took."""
    return re.sub(r"\d+ ms|[\d.]+ s\b", "time", page.read_text(encoding="utf-8"))


def nameless(text: str) -> str:
    """A page without the names of the joined files, which follow from the settings."""
    return re.sub(r"joined-[0-9a-f]{12}", "joined", text)


LAYER = ("nncore/layers.py", "A = f.relu(Z)", "A = f.relu(Z) + 5")


def test_each_change_runs_the_pages_that_it_concerns_and_in_the_end_all_are_those_of_a_first_build(kept, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in (kept / "_build" / "html").rglob("*.html")}
    result = build(kept)
    assert ran(result) == set() and "0 added, 0 changed, 0 removed" in result.stdout
    written = {path.name for path, time in before.items() if path.stat().st_mtime_ns != time}
    assert written <= {"index.html"}  # that which leads to the first page

    plant(kept, "nncore/optimizers.py", "import numpy as np", "import numpy as np  # which no page imports")
    plant(kept, "book/other.md", "uses a layer", "uses one of the layers")
    assert ran(build(kept)) == set()
    assert "one of the layers" in shown(kept, "other")

    plant(kept, *LAYER)
    assert ran(build(kept)) == {"book/other"}
    assert "[[5. 7.]]" in shown(kept, "other")

    number = re.compile(r'href="page\.html#equation-eq-double"[^>]*>(?:<[^>]*>)*\(?([\d.]+)')
    assert number.search(shown(kept, "other"))[1] == "1.1"
    plant(kept, "book/page.md", "# The page", "# The first page\n\n$$\n3 x = x + 2 x\n$$ (eq-triple)")
    plant(kept, "nncore/functions.py", "/ (1 + E)", "/ (1 + E) + (Z == 0)")  # which layers import as well
    assert ran(build(kept)) == {"book/page", "book/other"}
    assert number.search(shown(kept, "other"))[1] == "1.2"
    assert "The first page" in shown(kept, "other") and "The first page" in shown(kept, "index")
    assert "[0.  1.5]" in shown(kept, "page")

    fresh = shutil.copytree(kept, tmp_path / "book", symlinks=True, ignore=shutil.ignore_patterns("_build"))
    assert ran(build(fresh)) == {"book/page", "book/other"}
    for path in (fresh / "_build" / "html").rglob("*.html"):
        assert timeless(kept / path.relative_to(fresh)) == timeless(path), path.name
    found = [(folder / "_build" / "html" / "searchindex.js").read_text(encoding="utf-8") for folder in (kept, fresh)]
    assert found[0] == found[1] and "one of the layers" in found[0]


def test_a_changed_cell_runs_its_page_until_it_is_put_back(kept):
    plant(kept, "book/other.md", "2.0]", "3.0]")
    assert ran(build(kept)) == {"book/other"}
    assert "[[0. 3.]]" in shown(kept, "other")
    plant(kept, "book/other.md", "3.0]", "2.0]")
    assert ran(build(kept)) == set()  # what it printed is still kept
    assert "[[0. 2.]]" in shown(kept, "other")


def test_a_file_that_a_cell_reads_runs_its_page(kept):
    (kept / "book" / "numbers.csv").write_text("1,2")
    plant(kept, "book/other.md", "print(ReLU", "print(open('numbers.csv').read())\nprint(ReLU")
    assert ran(build(kept)) == {"book/other"}
    (kept / "book" / "numbers.csv").write_text("3,4")
    assert ran(build(kept)) == {"book/other"}
    assert "3,4" in shown(kept, "other")


def test_a_page_that_is_gone_is_not_shown_any_more_and_a_setting_reaches_the_pages_of_modules(kept):
    plant(kept, "_toc.yml", "      - file: book/other\n", "")
    (kept / "book" / "other.md").unlink()
    plant(kept, "CITATION.cff", "title: Backpropagation, Verified", "title: Another title")
    assert build(kept).returncode == 0
    assert not (kept / "_build" / "html" / "book" / "other.html").exists()
    assert "The other page" not in shown(kept, "page")
    assert "The other page" not in (kept / "_build" / "html" / "searchindex.js").read_text(encoding="utf-8")
    assert "Another title" in (kept / "_build" / "html" / "_modules" / "nncore" / "functions.html").read_text()


def test_what_has_a_label_moves_to_a_page_that_is_read_earlier(kept):
    moved = "\n$$\n3 x = 2 x + x\n$$ (eq-moved)\n\n```{prf:theorem}\n:label: thm-moved\n\nSo it is.\n```\n"
    later, earlier = (kept / "book" / name for name in ("page.md", "other.md"))
    assert earlier.name < later.name
    texts = later.read_text(encoding="utf-8"), earlier.read_text(encoding="utf-8")
    later.write_text(texts[0] + moved, encoding="utf-8")
    result = build(kept)
    assert result.returncode == 0, result.stdout + result.stderr
    later.write_text(texts[0], encoding="utf-8")
    earlier.write_text(texts[1] + moved, encoding="utf-8")
    result = build(kept)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "eq-moved" in shown(kept, "other") and "eq-moved" not in shown(kept, "page")


def test_code_that_is_no_python_is_named(kept):
    plant(kept, "nncore/layers.py", "class ReLU(_Remembering):", "class ReLU(_Remembering)")
    line = (kept / "nncore" / "layers.py").read_text().split("class ReLU")[0].count("\n") + 1
    result = build(kept)
    assert result.returncode != 0
    assert re.search(rf"layers\.py.*{line}", result.stdout + result.stderr)
    assert "expected ':'" in result.stdout + result.stderr


def test_forked_kernels_print_what_those_of_jupyter_print(built, tmp_path):
    """The book is built once more without the extension; the pages are the same byte for byte."""
    plain = shutil.copytree(built, tmp_path / "book", symlinks=True, ignore=shutil.ignore_patterns("_build"))
    plant(plain, "_config.yml", "    forked_kernels: book/_ext\n", "")
    result = build(plain)
    assert ran(result) == set() and result.stdout.count("Executing notebook using local CWD") == 2
    for page in ("page", "other"):
        assert nameless(shown(plain, page)) == nameless(shown(built, page))
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_what_an_interrupted_build_read_and_did_not_write_is_written(number, kept, meanwhile):
    plant(kept, *LAYER)
    plant(kept, "book/page.md", "# The page", "# The page\n\nA new sentence.")
    assert meanwhile("preparing documents", lambda run: run.send_signal(number)) != 0
    assert build(kept).returncode == 0
    assert "[[5. 7.]]" in shown(kept, "other") and "A new sentence." in shown(kept, "page")


def test_a_page_that_warns_does_not_pass_because_a_build_was_interrupted(kept, meanwhile):
    plant(kept, "book/other.md", "print(ReLU", "import sys\n\nprint('bad', file=sys.stderr)\nprint(ReLU")
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


def test_files_that_are_put_back_with_their_old_times_are_read_again(kept):
    changes = {"book/other.md": ("uses a", "uses one"), "book/references.bib": ("Serves", "Stands"),
               "nncore/verify/notation.yml": ("number of outputs of a", "how many outputs of a")}  # fmt: skip
    old = {kept / file: ((kept / file).read_bytes(), (kept / file).stat().st_mtime_ns) for file in changes}
    before = {page: timeless(kept / "_build" / "html" / "book" / f"{page}.html") for page in PAGES}
    for file, (one, other) in changes.items():
        plant(kept, file, one, other)
    assert build(kept).returncode == 0
    for path, (text, time_of_old) in old.items():
        path.write_bytes(text)
        os.utime(path, ns=(time_of_old, time_of_old))
    assert build(kept).returncode == 0
    for page, text in before.items():
        assert timeless(kept / "_build" / "html" / "book" / f"{page}.html") == text


def test_outputs_of_code_that_was_changed_while_its_page_ran_are_not_those_of_the_code_before(kept, meanwhile):
    wait = "import os, time\n\nwhile not os.path.exists('changed'):\n    time.sleep(0.1)\n\n"
    plant(kept, "book/other.md", "from nncore.layers", f"{wait}from nncore.layers")
    file, right, wrong = LAYER

    def change(run):
        plant(kept, file, right, wrong)
        (kept / "book" / "changed").touch()

    assert meanwhile("running the cells", change) == 0
    assert "[[5. 7.]]" in shown(kept, "other")
    plant(kept, file, wrong, right)
    assert build(kept).returncode == 0
    assert "[[0. 2.]]" in shown(kept, "other")


# What is kept ---------------------------------------------------------------------------------------------------------


def test_outputs_that_cannot_be_read_are_made_again(kept):
    """One page has no table any more, and the file with the outputs of the other one is cut off."""
    one, other = sorted((kept / "_build" / ".jupyter_cache").iterdir())
    (one / "global.db").write_bytes(b"")
    for notebook in other.rglob("*.ipynb"):
        notebook.write_text(notebook.read_text()[:100])
    plant(kept, "book/other.md", "uses a", "uses one")
    plant(kept, "book/page.md", "# The page", "# The first page")
    assert ran(build(kept)) == {"book/page", "book/other"}
    assert "[[0. 2.]]" in shown(kept, "other")


def test_two_first_builds_at_once_both_succeed(kept):
    shutil.rmtree(kept / "_build")
    runs = [start(kept), start(kept)]
    for run in runs:
        output, errors = run.communicate(timeout=300)
        assert "no such table" not in output + errors
    assert build(kept).returncode == 0
    assert "[[0. 2.]]" in shown(kept, "other")


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
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_a_build_that_is_ended_leaves_no_kernel(number, kept):
    plant(kept, "book/other.md", "print(ReLU", "import time\n\ntime.sleep(1000)\nprint(ReLU")
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
