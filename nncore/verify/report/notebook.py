"""Where things stand in a file: its lines, of a notebook those of its cells, and below which headings."""

import json
import re
from pathlib import Path
from typing import TypeAlias

from nncore.verify.source.markdown import DisplayedFormula, InlineFormula

_Formula: TypeAlias = DisplayedFormula | InlineFormula

_LINES_OF_CELL = 10
_NEAR = 6  # lines above a display, in which the sentence that leads to it begins
_CELL = re.compile(r"(.+) \(cell (\d+)\)")  # as `source.reader` names one
_OF_MARKDOWN = re.compile(r"^#{1,6}\s+(.+?)\s*#*$")
_HEADINGS = {".md": _OF_MARKDOWN, ".ipynb": _OF_MARKDOWN, ".tex": re.compile(r"^\s*\\(?:sub)*section\*?\{(.+)\}")}
_FENCE = re.compile(r"^\s*(```|~~~)")


def cells(text: str) -> list[tuple[int, str]]:
    """Return the Markdown cells of a notebook with their numbers; none of a text that is no notebook."""
    try:
        found = json.loads(text).get("cells", [])
        kinds = [(number, cell["cell_type"], cell["source"]) for number, cell in enumerate(found, 1)]
        return [(number, "".join(source)) for number, kind, source in kinds if kind == "markdown"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []


def numbered_lines(path: Path) -> list[tuple[tuple[int, int], str]]:
    """Return the lines of a file, of a notebook those of its Markdown cells, each with its cell and its number."""
    text = path.read_text(encoding="utf-8", errors="replace")
    texts = cells(text) if path.suffix == ".ipynb" else [(0, text)]
    return [((cell, number), line) for cell, own in texts for number, line in enumerate(own.split("\n"), 1)]


def headings(path: Path) -> list[tuple[tuple[int, int], str]] | None:
    """Return where the headings of a file stand, and what they say; None of a file of another kind."""
    heading = _HEADINGS.get(path.suffix)
    if heading is None:
        return None
    found: list[tuple[tuple[int, int], str]] = []
    fenced = False
    for place, line in numbered_lines(path):
        fenced ^= bool(_FENCE.match(line)) and path.suffix != ".tex"
        if (says := heading.match(line)) and not fenced:
            found.append((place, says[1]))
    return found


def place_in(file: Path, path: Path, line: int) -> tuple[int, int] | None:
    """Return where a line stands in a file, as a cell, 0 if it has none, and a line; None if it is in another file."""
    if path == file:
        return 0, line
    cell = _CELL.fullmatch(path.name)
    return (int(cell[2]), line) if cell and cell[1] == file.name and path.parent == file.parent else None


def position(each: _Formula) -> tuple[str, int, int]:
    """Return where a formula stands, in the order of a file: that file, the cell, 0 if it has none, and the line."""
    cell = _CELL.fullmatch(each.path.name)
    file = each.path.with_name(cell[1]) if cell else each.path
    return str(file), int(cell[2]) if cell else 0, each.line


def are_in_one_file(one: _Formula, other: _Formula) -> bool:
    """Return whether two formulas stand in one file, in whatever cells."""
    return position(one)[0] == position(other)[0]


def lines_between(one: _Formula, other: _Formula) -> int:
    """Return how many lines below the first of two formulas of a file the other one stands; a cell counts as ten."""
    (_, cell, line), (_, other_cell, other_line) = position(one), position(other)
    if cell > other_cell:
        return -lines_between(other, one)
    return other_line - line if cell == other_cell else (other_cell - cell) * _LINES_OF_CELL + other_line


def words_above(path: Path, text: str, formula: DisplayedFormula) -> str:
    """Return the words of the last sentence above a display, in the text of a file, and of a notebook in its cell."""
    _, cell, line = position(formula)
    own = dict(cells(path.read_text(encoding="utf-8"))).get(cell, "") if cell else text
    lines = own.split("\n")[: line - 1]
    *_, last = re.split(r"(?<=[.!?])\s+|\n\s*\n(?=.*\S)", "\n".join(lines[-_NEAR:]).strip())
    return re.sub(r"\$+[^$]*\$*", "", last)
