"""Exercises that a lecture assigns, as a table with the level and the time that each states itself, and their sum.

The content of ``{assignment}`` are labels of exercises, one on a line. Levels and times are read from the pages.
"""

import re

from exercises import LEVELS
from page_sources import page_sources
from sphinx.util.docutils import SphinxDirective

EXERCISE = re.compile(r"^`{3,}\{exercise\}[^\n]*\n(?P<options>(?::\w+: [^\n]*\n)+)", re.MULTILINE)
OPTIONS = ("label", "level", "minutes")
OPTION = re.compile(r"^:(\w+): (.*)$", re.MULTILINE)


def exercises_in(text: str) -> dict[str, tuple[int, int]]:
    """Return the level and the minutes of each exercise of a page that states both, by its label."""
    found = [dict(OPTION.findall(each["options"])) for each in EXERCISE.finditer(text)]
    return {each["label"]: (int(each["level"]), int(each["minutes"])) for each in found if {*OPTIONS} <= {*each}}


def table(labels: list[str], found: dict[str, tuple[int, int]]) -> str:
    """Return the table as Markdown.

    Raises
    ------
    LookupError
        If there is no such exercise, or it states no level or no time.
    """
    for label in labels:
        if label not in found:
            raise LookupError(f"no exercise {label} states its level and its time")
    rows = [
        f"| {{ref}}`{label}` | {found[label][0]}, {LEVELS[found[label][0] - 1]} | {found[label][1]} |"
        for label in labels
    ]
    total = f"| together | | {sum(found[label][1] for label in labels)} |"
    return "\n".join(["| exercise | level | minutes |", "|---|---|---:|", *rows, total])


class Assignment(SphinxDirective):
    """The table of the exercises whose labels it holds."""

    has_content = True

    def run(self):
        found: dict[str, tuple[int, int]] = {}
        for text in page_sources(self.env):
            found |= exercises_in(text)
        try:
            return self.parse_text_to_nodes(table([each.strip() for each in self.content if each.strip()], found))
        except LookupError as error:
            raise self.error(str(error)) from None


def setup(app):
    app.add_directive("assignment", Assignment)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
