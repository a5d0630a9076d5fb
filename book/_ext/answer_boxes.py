"""Boxes for answers inside of an exercise: ``{choices}``, ``{shape}`` and ``{number}``, whose argument is the question,
and ``{answer}``, whose argument is the label of an equation that is asked for its right side.

What they may hold and what is known of their answers, `nncore.verify.report.boxes` says; it judges again what is handed
in. Without scripts, and on paper, a box is a list of its options, or a line to write on. The script is loaded by pages
that have a box. The page knows the right answers, though it does not show them; ``:withheld:`` leaves them out. An
``{answer}`` then says what it asks for in ``:left:``, and in ``:where:`` the conditions behind it.
"""

import html
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator

from nncore import functions
from nncore.verify.notation import load
from nncore.verify.report.book import NOTATION
from nncore.verify.report.boxes import KINDS, LETTERS, WITHHELD, Book, RightSide, WrongBox, boxes_in, options_of
from nncore.verify.report.cache import Cache, checker, digest
from nncore.verify.report.serialization import to_json

logger = logging.getLogger(__name__)

SCRIPT = "answer-boxes.js"
FORMULA = re.compile(r"\$([^$]+)\$")
HOW = {
    "shape": "Rows × columns, such as n × D.",
    "number": "A number, such as 2.5, 1/3, 1e-3 or 4^-10.",
}


class AnswerBox(nodes.General, nodes.Element):
    """A question and what answers it; `complete` gives it the label of its exercise, its number, and what is known."""


class Question(nodes.General, nodes.TextElement):
    """The question of a box, with how to answer it in its attribute ``how``."""


class Choice(nodes.General, nodes.TextElement):
    """An option, by its attribute ``letter``; ``name`` is what it is called if it has no words."""


class Reason(nodes.General, nodes.TextElement):
    """Why an option is right or wrong, hidden until it was chosen."""


class Box(SphinxDirective):
    """A box of any kind."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar = {
        "of": directives.unchanged_required,
        "within": directives.unchanged_required,
        "left": directives.unchanged_required,
        "where": directives.unchanged_required,
        WITHHELD: directives.flag,
    }

    def run(self):
        box = AnswerBox("", kind=self.name, several=False)
        self.set_source_info(box)
        asks = [] if self.name == "answer" else self.inline(self.arguments[0])
        box += (question := Question("", "", *asks, how=HOW.get(self.name, "")))
        if self.name == "choices":
            withheld = WITHHELD in self.options
            try:
                options = options_of(self.content, withheld)
            except WrongBox as error:
                raise self.error(f"{{choices}}: {error}") from None
            box["several"] = withheld or sum(each.right for each in options) > 1
            question["how"] = "Choose all that are right." if box["several"] else "Choose one."
            for letter, option in zip(LETTERS, options, strict=False):
                box += Choice("", "", *self.inline(option.text), letter=letter, name=name_of_choice(option.text))
                if option.reason:
                    box += Reason("", "", *self.inline(option.reason))
        elif self.name == "answer":
            box["left"], box["where"] = (self.options.get(each, "") for each in ("left", "where"))
        elif any(line.strip() for line in self.content):
            raise self.error(f"{{{self.name}}} holds nothing: its question is beside it")
        return [box]

    def inline(self, text: str) -> list[nodes.Node]:
        """Return words as nodes."""
        found, messages = self.state.inline_text(text, self.lineno)
        return [*found, *messages]


class EquationBox(Box):
    """A box for a right side; where it is withheld, its label is, too."""

    required_arguments = 0
    optional_arguments = 1


def name_of_choice(text: str) -> str:
    """Return the name of an option that is a formula alone, for ears that get no MathML; of words, nothing."""
    found = FORMULA.fullmatch(text)
    return found[1] if found else ""


def complete(exercise: nodes.Element, env) -> None:
    """Tell the boxes of an exercise what is known of their answers.

    Raises
    ------
    WrongBox
        If nothing is known of one that withholds nothing.
    """
    found = list(exercise.findall(AnswerBox))
    if not found:
        return
    env.note_dependency(functions.__file__)  # from which numbers are computed
    label, page = exercise["label"], Path(env.doc2path(env.docname))
    book = book_of(env)
    boxes = [box for box in boxes_in(page, page.read_text(encoding="utf-8-sig")) if box.asked.exercise == label]
    if len(boxes) != len(found):
        raise WrongBox(f"{label}: a box stands in the exercise itself, and the exercise in no other directive")
    for node, box in zip(found, boxes, strict=True):
        try:
            known = box.known(book)
            if isinstance(known, RightSide):
                _try_out(known, Path(env.srcdir, "_build", ".verify_cache"))
        except WrongBox as error:
            raise WrongBox(f"{{{box.asked.kind}}}: {error}") from None
        node["known"] = "" if known is None else str(known)
        if isinstance(known, RightSide):
            node["left"], node["world"] = known.exercise.left, known.context.world or ""
            node["where"] = known.exercise.where
        node["exercise"], node["number"] = label, box.number
        if node["kind"] == "answer":
            node.children[0].extend(_asks_for(node))


@dataclass(frozen=True, slots=True)
class _Tried:
    """What became of a box whose answers were tried out."""

    fault: str


def _try_out(known: RightSide, folder: Path) -> None:
    """Answer the question of a box rightly and wrongly, unless that was done before; raise `WrongBox` for a fault."""
    said = (repr(to_json(known.context)), str(known), repr(known.wrong))
    kept, key = Cache(folder), digest(repr(sorted(checker().items())), *said)
    tried = kept.get(_Tried, key)
    if tried is None:
        try:
            known.try_out()
            tried = _Tried("")
        except WrongBox as error:
            tried = _Tried(str(error))
        kept.put(key, tried)
    if tried.fault:
        raise WrongBox(tried.fault)


def book_of(env) -> Book:
    """Return the notation and the pages of the book that is built."""
    if not hasattr(env.app, "book_of_boxes"):
        given = env.config.verify_notation
        notation = load(Path(env.srcdir, given) if given else NOTATION)
        env.app.book_of_boxes = Book(notation, tuple(Path(env.doc2path(name)) for name in sorted(env.found_docs)))
    return env.app.book_of_boxes


def outside(app, doctree):
    """Warn of a box that belongs to no exercise."""
    for box in doctree.findall(AnswerBox):
        if "exercise" not in box:
            logger.warning("{%s} stands in no {exercise}", box["kind"], location=box)


def load_script(app, pagename, templatename, context, doctree):
    """Load the script on pages that have a box."""
    if doctree is not None and any(doctree.findall(AnswerBox)):
        app.add_js_file(SCRIPT)


def name_of(node: AnswerBox) -> str:
    """Return the id of a box."""
    return f"{node.get('exercise', 'nowhere')}-box-{node.get('number', 0)}"


def visit_box(self: HTML5Translator, node: AnswerBox):
    data = {each: str(node.get(each, "")) for each in ("exercise", "number", "kind", "known", "world")}
    data |= {"book": self.config.project, "version": self.config.version}
    attributes = " ".join(f'data-{name}="{html.escape(value)}"' for name, value in data.items())
    name = name_of(node)
    self.body.append(f'<div class="answer-box" id="{name}" role="group" aria-labelledby="{name}-asks" {attributes}>\n')


def depart_box(self: HTML5Translator, node: AnswerBox):
    name = name_of(node)
    if node["kind"] == "answer":
        self.body.append(
            f'<textarea rows="2" aria-labelledby="{name}-asks" autocomplete="off" autocapitalize="off" '
            'spellcheck="false"></textarea>\n<div class="check-preview" role="group" aria-label="Preview"></div>\n'
        )
    elif node["kind"] != "choices":
        self.body.append(
            f'<input type="text" aria-labelledby="{name}-asks" autocomplete="off" autocapitalize="off" '
            'spellcheck="false">\n'
        )
    self.body.append("</div>\n")


def visit_question(self: HTML5Translator, node: Question):
    self.body.append(f'<p class="answer-question" id="{name_of(node.parent)}-asks">')


def _asks_for(node: AnswerBox) -> list[nodes.Node]:
    """Return the equation that is to be completed."""
    equation = " ".join((node["left"], r"= \ldots", *([rf"\quad {node['where']}"] if node.get("where") else [])))
    return [nodes.Text("Complete this equation: "), nodes.math(equation, equation)]


def depart_question(self: HTML5Translator, node: Question):
    how = node["how"]
    if left := node.parent.get("left"):
        how = (
            f"In LaTeX, in which the left side is <code>{html.escape(left)}</code>."
            ' <span class="check-keys">Ctrl + Enter checks it.</span>'
        )
    self.body.append(f' <span class="answer-how">{how}</span></p>\n')


def visit_choice(self: HTML5Translator, node: Choice):
    kind = "checkbox" if node.parent["several"] else "radio"
    attributes = f'type="{kind}" name="{name_of(node.parent)}" value="{node["letter"]}" autocomplete="off"'
    if node["name"]:
        attributes += f' aria-label="{html.escape(node["name"])}"'
    self.body.append(f'<label class="answer-option"><input {attributes}> <span>')


def depart_choice(self: HTML5Translator, node: Choice):
    self.body.append("</span></label>\n")


def visit_reason(self: HTML5Translator, node: Reason):
    self.body.append('<p class="answer-reason" hidden>')


def depart_reason(self: HTML5Translator, node: Reason):
    self.body.append("</p>\n")


def setup(app):
    app.add_node(AnswerBox, html=(visit_box, depart_box))
    app.add_node(Question, html=(visit_question, depart_question))
    app.add_node(Choice, html=(visit_choice, depart_choice))
    app.add_node(Reason, html=(visit_reason, depart_reason))
    for kind in KINDS:
        app.add_directive(kind, EquationBox if kind == "answer" else Box)
    app.connect("doctree-read", outside)
    app.connect("html-page-context", load_script)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
