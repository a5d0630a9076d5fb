"""What the outputs of a page rest on: all that its cells may use, and, so that little runs again, not much more."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from myst_nb.core.read import read_myst_markdown_notebook
from myst_parser.config.main import MdParserConfig

from book._ext import freshness
from tests.pages_of_book import ROOT

NNCORE = ROOT / "nncore"
PAGES = [path for path in sorted((ROOT / "book").rglob("*.md")) if "{code-cell}" in path.read_text(encoding="utf-8")]
# Half a minute of training and the like calls what the other pages call; one page starts programs of its own.
LONG = {"training", "numerical-range", "errata", "check-your-own", "backpropagation", "initialization"}


def cells(page: Path) -> list[str]:
    notebook = read_myst_markdown_notebook(page.read_text(encoding="utf-8"), MdParserConfig())
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def used(*code: str, modules=None) -> tuple[str, frozenset[str]]:
    made = modules or {name: freshness.module(name) for name in freshness.sources()}
    texts, words = freshness.used([ast.parse(cell) for cell in code], made, made.get)
    return "\n".join(texts), words


# Prints every function of nncore and of the figures that the cells of a page call. What a module calls while it is
# imported makes its constants, which count if they are named.
WATCH = """
import json, sys
import matplotlib
matplotlib.use("agg")
from IPython.display import display
called, importing = set(), []
def watch(frame, event, argument):
    name = frame.f_globals.get("__name__", "")
    if name.split(".")[0] not in ("nncore", "book"):
        return
    if frame.f_code.co_name == "<module>":
        importing.append(name) if event == "call" else event == "return" and importing.pop()
    elif event == "call" and not importing:
        called.add((name, frame.f_code.co_qualname.split(".")[0]))
names = {"display": display, "__name__": "__main__"}
code = json.load(sys.stdin)
sys.setprofile(watch)
for cell in code:
    exec(compile(cell, "cell", "exec"), names)
sys.setprofile(None)
print("called:", json.dumps(sorted(called)))
"""


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem not in LONG], ids=lambda page: page.stem)
def test_all_that_the_cells_of_a_page_really_call_is_known_before(page):
    code = cells(page)
    texts, _ = freshness.used([ast.parse(cell) for cell in code], freshness.sources(), freshness.module)
    result = subprocess.run(
        [sys.executable, "-c", WATCH], input=json.dumps(code), capture_output=True, text=True, cwd=page.parent
    )
    assert result.returncode == 0, result.stderr[-2000:]
    called = json.loads(result.stdout.rpartition("called:")[2])
    assert called or "nncore" not in "".join(code)
    for module, name in called:
        parts = freshness.module(module).definitions.get(name, [])
        missed = [part for part in parts if part.text not in texts]
        assert not missed, f"{page.stem} calls {module}.{name}"


# The functions and the pages that run again when they change.
USERS = {
    "def sgd_step": {"initialization", "optimizers", "training"},
    "def adam_step": {"optimizers", "training"},
    "def cross_entropy_vjp": {"cross-entropy", "softmax-cross-entropy", "numerical-range"},
    "def confusion_matrix": {"training"},
}


@pytest.mark.parametrize("function", USERS)
def test_a_changed_function_makes_only_those_pages_run_again_that_use_it(function):
    assert {page.stem for page in PAGES if function in used(*cells(page))[0]} == USERS[function]


FUNCTIONS = """\
import math
from nncore import helpers as h
LIMIT = 3
OTHER = 4
def one(x):
    '''Not the same as two.'''
    return h.halved(x) + LIMIT
def two(x):
    return x
class Three:
    def method(self):
        return two
"""
HELPERS = "def halved(x):\n    return x / 2\ndef unused(x):\n    return OTHER\n"


def module(**sources: str) -> dict[str, freshness.Module]:
    named = {"nncore": "", **{f"nncore.{name}": source for name, source in sources.items()}}
    return {name: freshness.module_of(source) for name, source in named.items()}


@pytest.mark.parametrize(
    ("cell", "found", "left"),
    [
        ("from nncore.functions import one\none(1)", ["def one", "def halved", "LIMIT"], ["def two", "OTHER = 4"]),
        ("from nncore.functions import one as f\nf(1)", ["def one", "def halved"], ["def two"]),
        ("import nncore.functions as f\nf.two(1)", ["def two"], ["def one"]),
        ("from nncore import functions\nfunctions.two(1)", ["def two"], ["def one"]),
        ("from nncore.functions import Three", ["import math"], ["class Three"]),  # imported, and not used
        ("from nncore.functions import Three\nThree().method()(1)", ["class Three", "def two"], ["def one"]),
        ("from nncore import functions as f\ngetattr(f, 'two')", ["def two"], ["def one"]),
        ("import subprocess\nsubprocess.run(['python', '-m', 'nncore.functions'])\ntwo = 1", ["def two"], ["def one"]),
        ("one = two = 1", [], ["def one", "import math"]),  # no module is loaded
    ],
)
def test_what_a_cell_uses(cell, found, left):
    text, words = used(cell, modules=module(functions=FUNCTIONS, helpers=HELPERS))
    assert not words & freshness.REACHES_ALL
    assert [part for part in found if part not in text] == []
    assert [part for part in (*left, "def unused") if part in text] == []


@pytest.mark.parametrize(
    "cell",
    [
        "from nncore.functions import *",
        "from . import functions",
        "import importlib\nimportlib.import_module('nncore.' + 'functions')",
        "from importlib import import_module",
        "import inspect",
        "from inspect import getsource as g",
        "eval('o' + 'ne')",
        "globals()['o' + 'ne']",
    ],
)
def test_who_may_reach_what_it_does_not_name_rests_on_everything(cell):
    _, words = used(cell, modules=module(functions=FUNCTIONS, helpers=HELPERS))
    assert words & freshness.REACHES_ALL
    notebook = read_myst_markdown_notebook(f"```{{code-cell}}\n{cell}\n```\n", MdParserConfig())
    needs = freshness.needs_of(notebook, "", None)
    assert needs.code == freshness.all_code() and needs.files == {"*"}


def test_cells_that_are_not_plain_python_rest_on_everything():
    notebook = read_myst_markdown_notebook("```{code-cell}\n%timeit 1 + 1\n```\n", MdParserConfig())
    assert freshness.needs_of(notebook, "", None).files == {"*"}


def test_a_method_of_a_library_that_is_called_like_a_function_of_python_reaches_nothing():
    _, words = used("import sympy\nsympy.Poly('x').eval(1)")
    assert not words & freshness.REACHES_ALL


def test_files_count_for_the_pages_whose_code_names_them():
    reads = {page.stem for page in PAGES if "notation.yml" in used(*cells(page))[1]}
    assert reads == {"check-your-own", "errata", "how-checking-works", "published-slips"}
    assert {"errata.md", "sigmoid.md"} <= used(*cells(ROOT / "book" / "reference" / "errata.md"))[1]


def test_a_changed_word_does_not_look_at_the_code_again(monkeypatch):
    notebook = read_myst_markdown_notebook("```{code-cell}\n1 + 1\n```\n", MdParserConfig())
    known = freshness.needs_of(notebook, "before", None)
    monkeypatch.setattr(freshness, "used", None)
    assert freshness.needs_of(notebook, "after", known) == freshness.replace(known, source="after")


def test_every_kind_of_statement_of_a_module_belongs_to_one_of_its_parts():
    """Nothing of nncore is left out: each line of code is in a definition or in the rest."""
    for name, source in freshness.sources().items():
        made = freshness.module(name)
        whole = made.rest.text + "".join(part.text for parts in made.definitions.values() for part in parts)
        for node in ast.parse(source).body:
            assert ast.get_source_segment(source, node) in whole, (name, node.lineno)
            assert not isinstance(node, ast.AsyncFunctionDef | ast.Match), "not thought of"


def test_no_module_of_nncore_reaches_what_it_does_not_name():
    """Else most pages would rest on all of nncore, without anyone noticing."""
    for name in freshness.sources():
        made = freshness.module(name)
        parts = [made.rest, *(part for parts in made.definitions.values() for part in parts)]
        assert not any(part.words & freshness.REACHES_ALL for part in parts), name
        assert not re.search(r"^\s*from \.", freshness.sources()[name], re.MULTILINE), name


def test_files_of_any_kind_are_found_by_the_names_that_code_can_give_them(tmp_path):
    (tmp_path / "_static").mkdir()
    for name in ("d.csv", "my data.txt", "helper.py", "_static/hidden.csv"):
        (tmp_path / name).write_bytes(b"\xff" + name.encode())
    found = freshness.files(tmp_path)
    assert found.keys() == {"d.csv", "data.txt", "helper.py"}
    words = freshness.words_of(ast.parse("import helper\nopen('d.csv')\nopen('my data.txt')"))
    assert found.keys() <= words
    assert "helper.py" in freshness.words_of(ast.parse("from helper import x"))


def test_what_a_decorator_may_make_known_elsewhere_counts_as_used_whenever_its_module_is_loaded():
    made = freshness.module_of("@register\ndef f():\n    return g()\n\n\n@cache\ndef h():\n    return k()\n")
    assert "return g()" in made.rest.text and "g" in made.rest.words
    assert "return k()" not in made.rest.text and made.definitions.keys() == {"f", "h"}
