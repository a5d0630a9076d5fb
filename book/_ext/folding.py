"""What a first reader may pass over: folded until it is asked for, or marked as optional.

A line ``{.folded}`` above a heading folds its section, above a table the table; what is folded is a ``<details>`` that
opens without scripts. Of a folded section of cells the line that stays visible says how many of the differences that
they print are 0; without cells, that there are steps. A line ``{.optional}`` above a heading folds its section too, and
marks it as one that nothing else needs.
"""

import html
import re
from collections.abc import Iterator

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput, visit_HideCellInput
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

FOLDED, OPTIONAL = "folded", "optional"
_ZEROS = re.compile(r"[(\[]?0(?:, 0)*,?[)\]]?")
_AROUND = re.compile(r"\$|\\displaystyle|\\left|\\right")


class Folded(nodes.General, nodes.Element):
    """What is folded, under the words of its attribute ``summary``."""


def zeros(printed: str) -> int:
    """Return how many differences a cell printed, if all of them are 0: a 0, or a row of them."""
    text = " ".join(_AROUND.sub(" ", printed).split())
    return text.count("0") if _ZEROS.fullmatch(text) else 0


def outputs(section: nodes.Element) -> Iterator[str]:
    """Yield what each cell of a section printed."""
    for node in section.findall(nodes.container):
        if "cell_output" in node["classes"]:
            yield node.astext()


def line_of_section(section: nodes.section) -> str:
    """Return the line that stays visible of a folded section: of cells, what they found; else that there are steps."""
    printed = list(outputs(section))
    if not printed:
        return "Show the steps"
    count = sum(map(zeros, printed))
    return f"{count} differences, each of them 0 ✓" if count > 1 else "The difference is 0 ✓" if count else ""


def line_of_table(table: nodes.table) -> str:
    """Return the line that stays visible of a table: what it lists, and what it says of each."""
    first, *others = (entry.astext() for entry in next(table.findall(nodes.thead)).findall(nodes.entry))
    return f"Every {first} of this page: {', '.join(others)}"


def mark_optional(app, doctree):
    """Say in its heading that a section is optional; the table of contents repeats it."""
    for section in doctree.findall(nodes.section):
        if OPTIONAL in section["classes"]:
            title = section.next_node(nodes.title)
            title += nodes.inline("", f" ({OPTIONAL})", classes=["optional-mark"])


def fold(app, doctree, docname):
    """Fold the sections and tables of a page that ask for it."""
    for section in list(doctree.findall(nodes.section)):
        if {FOLDED, OPTIONAL} & {*section["classes"]}:
            line = "Show this section" if OPTIONAL in section["classes"] else line_of_section(section)
            if not line:
                logger.warning("no cell of this folded section prints a difference of 0", location=section)
            title, *rest = section.children
            section.children = []
            section += [title, Folded("", *rest, summary=line)]
    for table in list(doctree.findall(nodes.table)):
        if FOLDED in table["classes"]:
            table["classes"].remove(FOLDED)
            table.replace_self(Folded("", table.deepcopy(), summary=line_of_table(table)))


def visit_folded(self: HTML5Translator, node: Folded):
    self.body.append(f'<details class="folded"><summary>{html.escape(node["summary"])}</summary>\n')


def depart_folded(self: HTML5Translator, node: Folded):
    self.body.append("</details>\n")


def visit_hidden_input(self: HTML5Translator, node: HideCodeCellNode):
    """Fold the input of a cell as MyST-NB does, under the name that one sees and not under another one."""
    start = len(self.body)
    visit_HideCellInput(self, node)
    self.body[start:] = [part.replace(' aria-label="Toggle hidden content"', "") for part in self.body[start:]]


def setup(app):
    app.add_node(Folded, html=(visit_folded, depart_folded))
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden_input, depart_HideCellInput))
    app.connect("doctree-read", mark_optional, priority=400)  # before the tables of contents are made
    app.connect("doctree-resolved", fold, priority=700)  # when all that belongs to a page stands in it
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
