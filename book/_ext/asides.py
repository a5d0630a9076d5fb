"""The directives ``{erratum}``, ``{unchecked}`` and ``{dictionary}``: blocks with rules of their own.

The first two are boxes around formulas that the book shows without claiming them. Their titles say what they are. Below
an erratum a quiet line says how it fails and which equation corrects it; below what is not checked stands the reason.
Whether they fail, and may go unchecked, is for the checker to see. A dictionary is a text in letters of its own, which
its ``{notation}`` block declares. In ``{other-letters}`` such letters are quoted within words, and not read.
"""

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from nncore.verify.source.context import DICTIONARY, ERRATUM, UNCHECKED, Aside, objection_to_options
from nncore.verify.source.markdown import OTHER_LETTERS


class Box(SphinxDirective):
    """A box with the title of its kind, its content, and a line about it."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True
    option_spec = dict.fromkeys(("fails", "corrected", "where", "reason"), directives.unchanged)

    def run(self):
        wrong = objection_to_options(Aside(self.name, self.lineno, self.lineno, tuple(self.options.items()), ()))
        if wrong:
            raise self.error(wrong)
        kind, line = KINDS[self.name]
        title, _ = self.state.inline_text(": ".join([kind, *self.arguments]), self.lineno)
        box = nodes.admonition(classes=[self.name])
        box += nodes.title("", "", *title)
        self.state.nested_parse(self.content, self.content_offset, box)
        note = nodes.container(classes=["aside-note"])
        words = StringList([line(self.options)], self.get_source_info()[0])
        self.state.nested_parse(words, self.content_offset, note)
        box += note
        return [box]


class OtherLetters(SphinxDirective):
    """Words and tables that quote the letters of other books, which are not read."""

    has_content = True

    def run(self):
        container = nodes.Element()
        self.state.nested_parse(self.content, self.content_offset, container)
        return container.children


class Dictionary(SphinxDirective):
    """Text in which other letters are in force, under the name of whose letters they are."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        title, _ = self.state.inline_text(f"In the letters of {self.arguments[0]}", self.lineno)
        block = nodes.admonition(classes=[DICTIONARY])
        block += nodes.title("", "", *title)
        self.state.nested_parse(self.content, self.content_offset, block)
        return [block]


def about_erratum(options: dict[str, str]) -> str:
    """How it fails, what is right, and where it is printed."""
    where = f" Printed in {options['where']}." if "where" in options else ""
    return f"It fails by its {options['fails']}. Right is {{eq}}`{options['corrected']}`.{where}"


def about_unchecked(options: dict[str, str]) -> str:
    """Why it is not checked."""
    return f"{options['reason'][:1].upper()}{options['reason'][1:]}."


KINDS = {ERRATUM: ("Erratum", about_erratum), UNCHECKED: ("Not checked", about_unchecked)}


def setup(app):
    for name in KINDS:
        app.add_directive(name, Box)
    app.add_directive(DICTIONARY, Dictionary)
    app.add_directive(OTHER_LETTERS, OtherLetters)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
