"""Exercises that can be assigned: each says its level and the time that it takes, and has hints before its solution.

An exercise is a title with a line on its level and its time, which unfolds to what is asked. ``:level:`` and
``:minutes:`` are options of ``{exercise}``. Inside of it, ``{hints}`` holds a list whose items unfold one after the
other: the second one is in the first. All of it opens without scripts. An exercise may ask for answers in the page
(answer_boxes.py).
"""

from typing import ClassVar

from answer_boxes import complete
from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.directive import ExerciseDirective

from nncore.verify.report.boxes import WrongBox

LEVELS = ("apply", "derive", "explore")  # a formula of the page; a few lines of one's own; several ideas


class Hint(nodes.General, nodes.Element):
    """A hint, with what unfolds after it; its attribute ``number`` counts from 1."""


class Asked(nodes.General, nodes.Element):
    """What an exercise asks, folded under the line of its attribute ``about``."""


def level(argument: str) -> int:
    """Return a level, counted from 1."""
    number = directives.positive_int(argument)
    if number > len(LEVELS):
        raise ValueError(f"a level is a number from 1 to {len(LEVELS)}")
    return number


def about(options: dict[str, int]) -> str:
    """Return the line on the level and the time of an exercise."""
    parts = []
    if number := options.get("level"):
        parts += [f"Level {number}", LEVELS[number - 1]]
    if minutes := options.get("minutes"):
        parts.append(f"{minutes} min")
    return " · ".join(parts)


class Exercise(ExerciseDirective):
    """An exercise as sphinx-exercise has it, folded under its level and its time."""

    option_spec: ClassVar = {**ExerciseDirective.option_spec, "level": level, "minutes": directives.positive_int}

    def run(self):
        found = super().run()
        for exercise in found:
            try:
                complete(exercise, self.env)
            except WrongBox as error:
                raise self.error(str(error)) from None
        if (line := about(self.options)) and found:
            content = next(found[0].findall(nodes.section))
            asked = Asked("", *content.children, about=line)
            content.children = []
            content += asked
        return found


class Hints(SphinxDirective):
    """A list of hints, of which each unfolds after the one before it."""

    has_content = True

    def run(self):
        found = self.parse_content_to_nodes()
        lists = [node for node in found if isinstance(node, nodes.bullet_list)]
        if len(found) != 1 or len(lists) != 1:
            raise self.error("{hints} must hold one list, an item for each hint")
        inner: list[nodes.Node] = []
        for number, item in reversed([*enumerate(lists[0].children, 1)]):
            inner = [Hint("", *item.children, *inner, number=number)]
        return inner


def visit_asked(self: HTML5Translator, node: Asked):
    self.body.append(f'<details class="exercise-asks"><summary class="exercise-level">{node["about"]}</summary>\n')


def depart_details(self: HTML5Translator, node: nodes.Element):
    self.body.append("</details>\n")


def visit_hint(self: HTML5Translator, node: Hint):
    words = "Hint" if node["number"] == 1 else "Another hint"
    self.body.append(f'<details class="exercise-hint"><summary>{words}</summary>\n')


def setup(app):
    app.setup_extension("sphinx_exercise")
    app.setup_extension("answer_boxes")
    app.add_node(Asked, html=(visit_asked, depart_details))
    app.add_node(Hint, html=(visit_hint, depart_details))
    app.add_directive("exercise", Exercise, override=True)
    app.add_directive("hints", Hints)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
