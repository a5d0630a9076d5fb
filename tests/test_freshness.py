"""What the outputs of a page rest on: the modules that its cells import, and the files that they name."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import dependencies
import freshness
import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from tests.pages_of_book import ROOT

PAGES = [path for path in sorted((ROOT / "book").rglob("*.md")) if "{code-cell}" in path.read_text(encoding="utf-8")]


def cells(page: Path) -> tuple[str, ...]:
    notebook = read_myst_markdown_notebook(page.read_text(encoding="utf-8"), MdParserConfig())
    return tuple(cell.source for cell in notebook.cells if cell.cell_type == "code")


@pytest.fixture(scope="module")
def cells_of():
    return {page: cells(page) for page in PAGES}


# Runs the import statements of each page in a process of its own, and prints which of our modules are loaded then.
WATCH = """
import json, os, sys
import lark, matplotlib.pyplot, mpmath, numpy, sklearn.datasets, sympy, yaml
matplotlib.use("agg")
for statements in json.load(sys.stdin):
    sys.stdout.flush()
    if os.fork() == 0:
        exec(statements, {})
        print(json.dumps([name for name in sys.modules if name.split(".")[0] in ("nncore", "book")]), flush=True)
        os._exit(0)
    os.wait()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks a process for each page")
def test_every_module_that_the_imports_of_a_page_load_is_known_before(cells_of):
    statements = []
    for code in cells_of.values():
        nodes = (node for cell in code for node in ast.walk(ast.parse(cell)))
        imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
        statements.append("\n".join(map(ast.unparse, imports)))
    result = subprocess.run(
        [sys.executable, "-c", WATCH], input=json.dumps(statements), capture_output=True, text=True, cwd=ROOT
    )
    loaded = [set(json.loads(line)) for line in result.stdout.splitlines()]
    assert len(loaded) == len(PAGES), result.stderr[-2000:]
    assert sum(map(bool, loaded)) > 15
    for page, names in zip(PAGES, loaded, strict=True):
        assert names <= dependencies.modules(cells_of[page]), page.stem


def test_no_page_and_no_module_imports_in_a_way_that_is_not_seen(cells_of):
    code = {**{page.stem: "\n".join(each) for page, each in cells_of.items()}, **dependencies.sources()}
    for name, text in code.items():
        text = text.replace('eval(expression, {"np": np, "nncore": nncore}', "")  # of exercises, which use these two
        assert not re.search(r"\b(import_module|__import__|runpy|exec\(|(?<!\.)eval\()|^\s*from \.", text, re.M), name


def test_pages_rest_on_the_figures_that_they_show_and_on_no_others(cells_of):
    resting = {page.stem: dependencies.modules(code) for page, code in cells_of.items()}
    users = {name for name, found in resting.items() if "book.figures.training" in found}
    assert users == {"training", "several-layers", "overfitting"}
    users = {name for name, found in resting.items() if "book.figures.activation" in found}
    assert users == {"relu", "sigmoid"}


@pytest.fixture
def code(monkeypatch):
    """A small package in place of ours."""
    sources = {
        "nncore": "", "nncore.functions": "import math\nfrom nncore import helpers as h\n",
        "nncore.helpers": "", "nncore.layers": "from nncore.functions import one\n", "nncore.verify": "",
        "nncore.verify.__main__": "def main():\n    from nncore import layers\n", "nncore.broken": "def f(:\n",
    }  # fmt: skip
    monkeypatch.setattr(dependencies, "sources", lambda: sources)
    dependencies.imported.cache_clear()
    yield set(sources)
    dependencies.imported.cache_clear()


FUNCTIONS = {"nncore", "nncore.functions", "nncore.helpers"}


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("from nncore.functions import one", FUNCTIONS),
        ("import nncore.functions as f", FUNCTIONS),
        ("from nncore import functions", FUNCTIONS),
        ("def f():\n    from nncore.functions import *", FUNCTIONS),
        ("from nncore import layers", {*FUNCTIONS, "nncore.layers"}),
        ("import nncore", {"nncore"}),
        ("import numpy as np\nfunctions = 1", set()),
        ("run('-m', 'nncore.verify')", {*FUNCTIONS, "nncore.layers", "nncore.verify", "nncore.verify.__main__"}),
    ],
)  # fmt: skip
def test_the_modules_that_a_cell_imports(cell, found, code):
    assert dependencies.modules([cell]) == found


@pytest.mark.parametrize("cell", ["%timeit 1 + 1", "from nncore import broken"])
def test_what_is_not_plain_python_rests_on_everything(cell, code):
    assert dependencies.modules([cell]) == code


@pytest.fixture
def book(tmp_path):
    (tmp_path / "book" / "_static").mkdir(parents=True)
    for name in ("d.csv", "my data.txt", "helper.py", "other.csv", "_static/hidden.csv"):
        (tmp_path / "book" / name).write_bytes(b"\xff" + name.encode())
    return tmp_path / "book"


def test_files_count_for_the_code_that_names_them(book):
    found = dependencies.named("import helper\nopen('d.csv')\nopen('my data.txt')\nopen('hidden.csv')", book)
    assert {file.name for file in found} == {"d.csv", "my data.txt", "helper.py"}
    assert {file.name for file in dependencies.named("from helper import x", book)} == {"helper.py"}


def test_outputs_are_kept_apart_for_each_state_of_what_they_rest_on(book, monkeypatch):
    """The folder is another one after a change of a cell, of a module or of a file, and the same after any other."""
    app = SimpleNamespace(srcdir=book.parent)
    state = {"cells": ("from nncore.functions import one\nopen('d.csv')",), "sources": {"nncore.functions": "a = 1"}}
    monkeypatch.setattr(freshness, "cells_of", lambda *_: state["cells"])
    monkeypatch.setattr(dependencies, "sources", lambda: state["sources"])

    def folder():
        for known in (dependencies.imported, dependencies.files, dependencies.named):
            known.cache_clear()
        return freshness.folder_for(app, "page", "")

    first = folder()
    assert folder() == first
    state["sources"]["nncore.layers"] = "not imported"
    (book / "other.csv").write_text("not named")
    assert folder() == first
    seen = {first}
    state["sources"]["nncore.functions"] = "a = 2"
    seen.add(folder())
    (book / "d.csv").write_text("new")
    seen.add(folder())
    state["cells"] = (state["cells"][0] + "\n",)
    seen.add(folder())
    monkeypatch.setattr(freshness, "kernel", lambda: "another version")
    seen.add(folder())
    assert len(seen) == 5
    dependencies.imported.cache_clear()
