"""Nothing is forgotten where a function is added: each place of the list in CONTRIBUTING.md, and what is missing in it.

What each place says is tested elsewhere. Here is tested that it is there, and a failure says in words what is not.
"""

import inspect
import re
from dataclasses import dataclass, replace

import numpy as np
import pages_of_book
import pytest
import sympy as sp

from book._ext.equations_of_code import LABEL, SENTENCE
from nncore import functions, layers, symbolic
from tests import paper
from tests.mathematics import LETTERS, ROWS, M, Row, n, public

ROOT = pages_of_book.ROOT
TABLE = "tests/mathematics.py"


@dataclass(frozen=True)
class Project:
    """The places, as they are found."""

    functions: dict  # name → function
    layers: dict  # name → class
    rows: dict  # name → Row
    paper: frozenset  # the names that tests/paper.py defines
    pages: dict  # path below the root → text
    contents: tuple  # the paths of the pages that are built

    @property
    def forward(self):
        return {name: function for name, function in self.functions.items() if not name.endswith("_vjp")}


def found():
    pages = (ROOT / "book").rglob("*.md")
    return Project(
        public(functions, inspect.isfunction),
        public(layers, inspect.isclass),
        ROWS,
        frozenset(public(paper, inspect.isfunction)),
        {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in pages},
        tuple(page.relative_to(ROOT).as_posix() for page in pages_of_book.pages()),
    )


def in_functions(project):
    for name in project.forward:
        if f"{name}_vjp" not in project.functions:
            yield f"nncore.functions.{name} has no backward pass {name}_vjp below it"
    for name in project.functions.keys() - project.forward.keys():
        if name.removesuffix("_vjp") not in project.functions:
            yield f"nncore.functions.{name} is the backward pass of a function that is not there"


def in_layers(project):
    remembered = [row.layer for row in project.rows.values()]
    for name, layer in project.layers.items():
        if layer not in remembered:
            yield f"nncore.layers.{name} has no row in ROWS of {TABLE}: name it in the row of its function"


def in_rows(project):
    for name, function in project.forward.items():
        if name not in project.rows:
            yield f"nncore.functions.{name} has no row in ROWS of {TABLE}: write one, with its layer and with slips"
        elif not project.rows[name].slips:
            yield f"the row of {name} in ROWS of {TABLE} has no slip: write likely ones, which must be noticed"
        for letter in inspect.signature(function).parameters:
            if letter not in LETTERS:
                yield f"nncore.functions.{name} takes {letter}, which has no array in LETTERS of {TABLE}"
    for name in project.rows.keys() - project.forward.keys():
        yield f"the row of {name} in ROWS of {TABLE} is about no function of nncore.functions"


def in_paper(project):
    for name in project.forward:
        if name not in project.paper:
            yield f"tests/paper.py has no {name}: write its definition there, in loops over numbers of 50 digits"


def in_symbolic(project):
    for name, function in project.functions.items():
        try:
            function(*map(on_symbols, inspect.signature(function).parameters))
        except TypeError as error:
            yield f"nncore.functions.{name} does not run on symbols, see the tables of nncore/symbolic.py: {error}"


def on_symbols(letter):
    """An argument of a function: labels as numbers, all else as symbols."""
    if letter in ("c", "dJ"):
        return LETTERS["c"] if letter == "c" else sp.Integer(1)
    return symbolic.symbols(letter, *np.shape(LETTERS.get(letter.removeprefix("d"), np.zeros((n, M)))))


def in_pages(project):
    text = "\n".join(project.pages.values())
    printed = {*re.findall(r"\$\$ \((eq-[a-z0-9-]+)\)", text), *re.findall(r":label: (eq-[a-z0-9-]+)", text)}
    for name, function in project.functions.items():
        named = [
            label for sentence in SENTENCE.findall(inspect.getdoc(function) or "") for label in LABEL.findall(sentence)
        ]
        if not named:
            yield f"the docstring of nncore.functions.{name} names no equation: add Equation: :eq:`eq-…`."
        for label in named:
            if label not in printed:
                yield f"nncore.functions.{name} names the equation {label}, which no page below book/ has"


def in_contents(project):
    for page in project.pages.keys() - set(project.contents):
        yield f"{page} is not in _toc.yml, so it is never built"
    for page in set(project.contents) - project.pages.keys():
        yield f"{page} is in _toc.yml, but there is no such page"


def in_results(project):
    for page in project.pages:
        theorems = re.findall(r":label: (thm-[a-z0-9-]+)", project.pages[page])
        if not page.startswith("book/layers/"):
            continue
        if not theorems:
            yield f"{page} has no theorem with a label, :label: thm-…"
        elif not any(f"`{label}`" in project.pages["book/index.md"] for label in theorems):
            yield f"book/index.md lists none of the theorems of {page} under The results: {', '.join(theorems)}"


PLACES = (in_functions, in_layers, in_rows, in_paper, in_symbolic, in_pages, in_contents, in_results)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_missing(place):
    sentences = list(place(found()))
    assert not sentences, "\n".join(sentences)


def test_every_equation_that_the_code_refers_to_is_in_the_book():
    modules = {path: path.read_text(encoding="utf-8") for path in (ROOT / "nncore").rglob("*.py")}
    text = "\n".join(found().pages.values())
    named = {
        (path.name, label) for path, source in modules.items() for label in re.findall(r":eq:`(eq-[a-z0-9-]+)`", source)
    }
    assert len({path for path, _ in named}) >= 4
    assert not [place for place in named if f"({place[1]})" not in text and f":label: {place[1]}\n" not in text]


# It bites -------------------------------------------------------------------------------------------------------------


def tan(Z):
    """The tangent."""
    return np.tan(Z)


class Tan:
    """No row names it."""


def without(mapping, key):
    return {name: value for name, value in mapping.items() if name != key}


SIGMOID = "book/layers/sigmoid.md"
LEFT_OUT = {
    "its backward pass": (
        lambda p: replace(p, functions=without(p.functions, "sigmoid_vjp")),
        "nncore.functions.sigmoid has no backward pass sigmoid_vjp below it",
    ),
    "what it is the backward pass of": (
        lambda p: replace(p, functions=without(p.functions, "sigmoid")),
        "nncore.functions.sigmoid_vjp is the backward pass of a function that is not there",
    ),
    "the row of its layer": (
        lambda p: replace(p, layers=p.layers | {"Tan": Tan}),
        "nncore.layers.Tan has no row in ROWS of tests/mathematics.py",
    ),
    "its row": (
        lambda p: replace(p, rows=without(p.rows, "sigmoid")),
        "nncore.functions.sigmoid has no row in ROWS of tests/mathematics.py",
    ),
    "slips": (
        lambda p: replace(p, rows=p.rows | {"sigmoid": Row(layers.Sigmoid, {})}),
        "the row of sigmoid in ROWS of tests/mathematics.py has no slip",
    ),
    "an array for a letter": (
        lambda p: replace(p, functions=p.functions | {"turned": lambda Q: Q}),
        "nncore.functions.turned takes Q, which has no array in LETTERS",
    ),
    "the function of a row": (
        lambda p: replace(p, rows=p.rows | {"tan": p.rows["relu"]}),
        "the row of tan in ROWS of tests/mathematics.py is about no function",
    ),
    "its definition": (lambda p: replace(p, paper=p.paper - {"sigmoid"}), "tests/paper.py has no sigmoid"),
    "what NumPy computes, for symbols": (
        lambda p: replace(p, functions=p.functions | {"tan": tan}),
        "nncore.functions.tan does not run on symbols, see the tables of nncore/symbolic.py: np.tan",
    ),
    "the name of an equation": (
        lambda p: replace(p, functions=p.functions | {"tan": tan}),
        "the docstring of nncore.functions.tan names no equation",
    ),
    "its page": (
        lambda p: replace(p, pages=without(p.pages, SIGMOID), contents=tuple(c for c in p.contents if c != SIGMOID)),
        "nncore.functions.sigmoid names the equation eq-sigmoid-definition, which no page",
    ),
    "its page in the contents": (
        lambda p: replace(p, contents=tuple(page for page in p.contents if page != SIGMOID)),
        "book/layers/sigmoid.md is not in _toc.yml",
    ),
    "its page, which is in the contents": (
        lambda p: replace(p, pages=without(p.pages, SIGMOID)),
        "book/layers/sigmoid.md is in _toc.yml, but there is no such page",
    ),
    "its theorem": (
        lambda p: replace(p, pages=p.pages | {SIGMOID: p.pages[SIGMOID].replace(":label: thm-", ":label: ")}),
        "book/layers/sigmoid.md has no theorem with a label",
    ),
    "its theorem among the results": (
        lambda p: replace(p, pages=p.pages | {"book/index.md": p.pages["book/index.md"].replace("thm-sigmoid", "")}),
        "book/index.md lists none of the theorems of book/layers/sigmoid.md under The results: thm-sigmoid",
    ),
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_is_left_out_is_named(what):
    leave_out, words = LEFT_OUT[what]
    sentences = [sentence for place in PLACES for sentence in place(leave_out(found()))]
    assert [sentence for sentence in sentences if sentence.startswith(words)], sentences
