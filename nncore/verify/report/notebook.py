"""What a notebook has that other files have not: cells, in the lines of which its formulas stand."""

import json
import re
from pathlib import Path
from typing import TypeAlias

from nncore.verify.source.markdown import DisplayedFormula, InlineFormula

_Formula: TypeAlias = DisplayedFormula | InlineFormula

_LINES_OF_CELL = 10
_CELL = re.compile(r"(.+) \(cell (\d+)\)")  # as `source.reader` names one


def cells(text: str) -> list[tuple[int, str]]:
    """Return the Markdown cells of a notebook with their numbers; none of a text that is no notebook."""
    try:
        found = json.loads(text).get("cells", [])
        kinds = [(number, cell["cell_type"], cell["source"]) for number, cell in enumerate(found, 1)]
        return [(number, "".join(source)) for number, kind, source in kinds if kind == "markdown"]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []


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
