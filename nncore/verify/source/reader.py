r"""The formulas of a file and what is around them, from Markdown, notebooks and LaTeX alike.

`read_page` takes a path. Of a notebook the Markdown cells count; a place in it names the cell:
``homework.ipynb (cell 3):2:5``. LaTeX files are read by `source.latex_file`.
"""

import json
import os
import re
from pathlib import Path

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.source.context import Surroundings
from nncore.verify.source.limits import NoText, text_of
from nncore.verify.source.markdown import Reading, read_markdown, read_parts
from nncore.verify.source.myst import holds_display

SUFFIXES = (".md", ".ipynb", ".tex")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def display_path(path: Path, root: Path) -> str:
    """Return how a report names a file: by its way from a folder, if it lies there, as text that can be printed."""
    absolute, root = path.resolve(), root.resolve()
    name = absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.as_posix()
    return printable(os.fsencode(name).decode("utf-8", "backslashreplace"))


def printable(text: str) -> str:
    """Return a text of one line without characters that command a terminal or change the direction of writing."""
    return _CONTROL.sub(lambda found: " " if found[0] in "\t\n\r" else f"\\x{ord(found[0]):02x}", text)


def read_page(path: Path, book: bool = False) -> Reading:
    """Read all displayed formulas of a file in their order, and what is around each of them.

    What cannot be read is a fault with a place, and costs no other formula. With ``book`` the file is a page that MyST
    renders, so that a display that MyST does not know is such a fault.
    """
    try:
        text = text_of(path)
    except NoText as error:
        return _nothing_but(Diagnostic(Status.UNREADABLE, path, 1, 1, f"this {error}"))
    if path.suffix == ".tex":
        from nncore.verify.source.latex_file import read_tex

        return read_tex(path, text)
    if path.suffix == ".ipynb":
        return _notebook(path, text, book)
    return read_markdown(path, text, book)


def _nothing_but(*faults: Diagnostic) -> Reading:
    return Reading((), Surroundings((), ()), (), faults)


def _notebook(path: Path, text: str, book: bool) -> Reading:
    """Read the cells of a notebook; one that is broken is a fault of its own."""
    try:
        cells = _cells(json.loads(text, parse_int=float))  # a number is no text, however many digits it has
    except (ValueError, TypeError, RecursionError) as error:
        reason = f"this is not a notebook: {type(error).__name__}: {' '.join(str(error).split())[:100]}"
        return _nothing_but(Diagnostic(Status.UNREADABLE, path, 1, 1, reason))
    faults: list[Diagnostic] = []
    markdown: list[tuple[Path, str]] = []
    for number, cell in enumerate(cells, 1):
        page = path.with_name(f"{path.name} (cell {number})")
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        source = _source(cell.get("source", cell.get("input"))) if isinstance(cell, dict) else None
        if source is None or kind not in ("markdown", "code", "raw", "heading"):
            faults.append(Diagnostic(Status.UNREADABLE, page, 1, 1, "this is no cell with a kind and a text"))
        elif kind in ("markdown", "heading"):
            markdown.append((page, source))
        elif holds_display(source, of_code=kind == "code"):
            what = "that a cell displays" if kind == "code" else "in a raw cell"
            reason = f"a formula {what} is not read: write it in a Markdown cell"
            faults.append(Diagnostic(Status.UNREADABLE, page, 1, 1, reason))
    reading = read_parts(markdown, book)
    return Reading.of(reading.formulas, reading.around, reading.inline, [*reading.faults, *faults])


def _cells(notebook: object) -> list[object]:
    """Return the cells of a notebook, of whichever version of the format; `TypeError` if it has no list of them."""
    match notebook:
        case {"worksheets": [*sheets]}:
            return [cell for sheet in sheets for cell in _cells(sheet)]
        case {"cells": [*cells]}:
            return cells
    raise TypeError("its cells are no list")


def _source(given: object) -> str | None:
    """Return the text of a cell, which is a string or a list of its lines."""
    if isinstance(given, list) and all(isinstance(line, str) for line in given):
        return "".join(given)
    return given if isinstance(given, str) else None
