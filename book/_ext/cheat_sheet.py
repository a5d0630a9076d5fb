"""All theorems on one sheet: what they say, what has which shape, and which call computes it.

Nothing is typed a second time: formulas come from the pages of the theorems, shapes from the notation, calls from
the signatures of nncore. ``{cheat-sheet}`` names each theorem of the book with the functions that compute it, if any::

    ```{cheat-sheet}
    thm-dense-backward: functions.dense_vjp
    thm-loss-shift:
    ```
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from docutils import nodes
from listings import definition, file_of
from notation_tables import tex
from page_sources import page_sources
from sphinx.util.docutils import SphinxDirective

from nncore.verify.notation import Notation, extended, load
from nncore.verify.report.book import NOTATION

STYLE = "cheat-sheet.css"
THEOREM = re.compile(
    r"^(?P<fence>`{3,})\{prf:theorem\}(?P<title>[^\n]*)\n:label: (?P<label>\S+)\n(?P<body>.*?)^(?P=fence)$",
    re.DOTALL | re.MULTILINE,
)
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$ \(([\w-]+)\)$", re.DOTALL | re.MULTILINE)
PUNCTUATION = re.compile(r"\s*[.,;]$")  # of the sentence in which a formula ends
RETURNED = re.compile(r"^(\w+(?:, \w+)*) : ", re.MULTILINE)
DECLARED = re.compile(r"^(`{3,})\{notation\}\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
INNER = re.compile(r"^(`{4,})\{.*?^\1$", re.DOTALL | re.MULTILINE)  # exercises, errata, which have letters of their own
UPRIGHT = re.compile(r"\\(?:operatorname|text|begin|end)\{[^}]*\}")
LETTER = re.compile(r"\\mathbf\{\w+\}|\\[A-Za-z]+|[A-Za-z]")


@dataclass(frozen=True)
class Theorem:
    """A theorem as its page has it: its title, its formulas by their labels, and the shapes of what stands in them."""

    label: str
    title: str
    formulas: dict[str, str]
    shapes: dict[str, tuple[str, ...]]


def theorems_in(text: str) -> Iterator[Theorem]:
    """Yield the theorems of a page that have a label."""
    arrays = {array.letter: array for array in _notation_of(text).arrays}
    for found in THEOREM.finditer(text):
        formulas = {
            label: PUNCTUATION.sub("", " ".join(latex.split())) for latex, label in DISPLAY.findall(found["body"])
        }
        words = UPRIGHT.sub("", " ".join(formulas.values()))
        shapes = {
            letter: tuple(map(tex, array.layers if array.layers and "^{[" in words else array.shape))
            for letter, array in arrays.items()
            if letter in LETTER.findall(words)
            or (array.entry and re.search(rf"(?<![A-Za-z\\]){re.escape(array.entry.letter)}_", words))
        }
        yield Theorem(found["label"], found["title"].strip(), formulas, shapes)


def _notation_of(text: str) -> Notation:
    """Return the letters in force on a page outside of its exercises."""
    notation = load(NOTATION)
    for _, block in DECLARED.findall(INNER.sub("", text)):
        notation = extended(notation, block)
    return notation


def call(name: str) -> str:
    """Return how one calls a function, such as ``functions.dense_vjp`` or ``network.Network.backward``.

    Raises
    ------
    LookupError
        If there is none.
    """
    home, _, path = name.partition(".")
    node = definition(ast.parse(file_of(home).read_text(encoding="utf-8")), path)
    if not isinstance(node, ast.FunctionDef):
        raise LookupError(f"nncore.{name} is not a function")
    returns = (ast.get_docstring(node) or "").partition("Returns\n-------\n")[2].partition("\n\n")[0]
    names = [each.arg for each in node.args.args if each.arg != "self"]
    required = names[: len(names) - len(node.args.defaults)]
    left = ", ".join(RETURNED.findall(returns))
    owner = f"{path.partition('.')[0].lower()}." if "." in path else ""
    return f"{left + ' = ' if left else ''}{owner}{node.name}({', '.join(required)})"


def _times(shape: tuple[str, ...]) -> str:
    return r" \times ".join(shape)


def objection(asked: set[str], there: set[str]) -> str:
    """Return what is wrong with the theorems of a sheet, or an empty text."""
    missing, unknown = sorted(there - asked), sorted(asked - there)
    said = [f"the sheet lacks {', '.join(missing)}"] if missing else []
    said += [f"no page has {', '.join(unknown)}"] if unknown else []
    return "; ".join(said)


class CheatSheet(SphinxDirective):
    """The sheet: a block for each theorem."""

    has_content = True

    def run(self):
        theorems = {each.label: each for text in page_sources(self.env) for each in theorems_in(text)}
        asked = yaml.safe_load("\n".join(self.content)) or {}
        if wrong := objection({*asked}, {*theorems}):
            raise self.error(wrong)
        sheet = nodes.container(classes=["cheat-sheet"])
        for label, functions in asked.items():
            sheet += self._block(theorems[label], (functions or "").replace(",", " ").split())
        return [sheet]

    def _block(self, theorem: Theorem, functions: list[str]) -> nodes.container:
        lines = [f"{{prf:ref}}`{theorem.label}` **{theorem.title}**"]
        lines += [rf"{{eq}}`{label}` $\displaystyle {latex}$" for label, latex in theorem.formulas.items()]
        for name in functions:
            try:
                self.env.note_dependency(str(file_of(name.partition(".")[0])))
                lines.append(f"`{call(name)}`")
            except LookupError as error:
                raise self.error(str(error)) from None
        if theorem.shapes:
            shapes = [rf"{letter} \colon {_times(shape)}" for letter, shape in theorem.shapes.items()]
            # Between two of them a line may break, and not within one or before its comma.
            lines.append(" ".join(f"${{{each},}}$" for each in shapes[:-1]) + f" ${{{shapes[-1]}}}$")
        block = nodes.container(classes=["sheet-theorem"])
        block += self.parse_text_to_nodes("\n\n".join(lines))
        return block


def style(app, pagename, templatename, context, doctree):
    """Give the style of the sheet to the page that has one."""
    if doctree is not None and any("cheat-sheet" in each["classes"] for each in doctree.findall(nodes.container)):
        app.add_css_file(STYLE)


def setup(app):
    app.add_directive("cheat-sheet", CheatSheet)
    app.connect("html-page-context", style)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
