"""From equations to code: which function of nncore implements which equation, as the docstrings say it.

A docstring names its equations in a sentence ``Equation: :eq:`eq-…`.`` or ``Equations: …``, which autodoc turns into
links. This extension makes the way back: the directive ``{equations-of-code}`` lists every equation so named with its
functions, and below each such equation, wherever it stands in the book, a line links to them.
"""

import ast
import importlib.util
import re
from functools import cache
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective

MODULES = ("functions", "optimizers", "gradient_check", "training")
SENTENCE = re.compile(r"Equations?: ((?::eq:`[^`]+`(?:,\s+)?)+)\.")
LABEL = re.compile(r":eq:`([^`]+)`")


def sources() -> list[Path]:
    """The modules that implement equations, in reading order."""
    (folder,) = importlib.util.find_spec("nncore").submodule_search_locations
    return [Path(folder) / f"{module}.py" for module in MODULES]


@cache
def implementations() -> dict[str, list[str]]:
    """The functions that implement each equation: label → dotted names, in the order of the code."""
    found: dict[str, list[str]] = {}
    for source in sources():
        for node in ast.parse(source.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for sentence in SENTENCE.findall(ast.get_docstring(node) or ""):
                    for label in LABEL.findall(sentence):
                        found.setdefault(label, []).append(f"nncore.{source.stem}.{node.name}")
    return found


class EquationsOfCode(SphinxDirective):
    """The table: equation, its label, the functions that implement it."""

    def run(self):
        lines = ["| equation | label | implemented by |", "|---|---|---|"]
        for label, names in implementations().items():
            functions = ", ".join(f"{{py:func}}`~{name}`" for name in names)
            lines.append(f"| {{eq}}`{label}` | `{label}` | {functions} |")
        return self.parse_text_to_nodes("\n".join(lines))


def link_to_code(app, doctree):
    """Below every equation that a function implements, a line that leads to the function."""
    implemented = implementations()
    for equation in list(doctree.findall(nodes.math_block)):
        names = implemented.get(equation.get("label"), ())
        if not names:
            continue
        line = nodes.paragraph(classes=["in-code"])
        line += nodes.Text("In code: ")
        for place, name in enumerate(names):
            if place:
                line += nodes.Text(", ")
            link = addnodes.pending_xref(
                "", refdomain="py", reftype="func", reftarget=name, refdoc=app.env.docname, refwarn=True
            )
            link += nodes.literal("", name.rpartition(".")[2], classes=["xref", "py", "py-func"])
            line += link
        equation.parent.insert(equation.parent.index(equation) + 1, line)


def changed(app, env, added, changed, removed):
    """All pages, if other functions implement other equations than when they were read."""
    before, env.implementations = getattr(env, "implementations", None), implementations()
    return [] if before in (None, env.implementations) else sorted(env.found_docs)


def setup(app):
    app.connect("env-get-outdated", changed)
    app.add_directive("equations-of-code", EquationsOfCode)
    app.connect("doctree-read", link_to_code)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
