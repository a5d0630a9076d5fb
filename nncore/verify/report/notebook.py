"""What a proposal needs of a notebook: the texts of its Markdown cells, and the order of places in them."""

import json
import re
from pathlib import Path

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
