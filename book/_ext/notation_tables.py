"""The directive ``{notation-table}``: a part of book/notation.yml as a table; page and checker cannot differ."""

import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

from nncore.verify.notation import Notation, Written, load

NOTATION = Path(__file__).resolve().parents[1] / "notation.yml"

ARGUMENTS = {"number": "(z)", "row": "(Z)", "array": "(p)", "moment": "[x]", "order": "(h^2)"}
KINDS = {
    "number": "entry by entry",
    "row": "to each row",
    "array": "to one row",
    "moment": "to a random number",
    "order": "to a small number",
}


def tex(written: Written) -> str:
    """A letter with its indices in LaTeX."""
    return f"{written.letter}_{{{''.join(written.indices)}}}" if written.indices else written.letter


def shape(sizes: tuple[Written, Written] | None) -> str:
    return rf"${tex(sizes[0])} \times {tex(sizes[1])}$" if sizes else ""


def with_letters_set(words: str, notation: Notation) -> str:
    """A meaning in words, its letters set as mathematics: D_{r-1}, and declared letters that stand alone."""
    letters = {size.letter for size in notation.sizes} | {index.letter for index in notation.indices}
    letters |= {array.letter for array in notation.arrays} | {scalar.written.letter for scalar in notation.scalars}
    alone = "|".join(sorted(letter for letter in letters if len(letter) == 1))
    return re.sub(rf"(?<![\w(’'])(?:[A-Za-z]_(?:\w|\{{[^}}]*\}})|(?:{alone})(?=[\s,;:]|$))", r"$\g<0>$", words)


# Each part as a table: the head, then rows whose last two values are the meaning in words and what is added to it.


def sizes(notation):
    yield "letter", "meaning"
    last = {index.letter: index.to for index in notation.indices}
    for size in notation.sizes:
        written = Written(size.letter, (size.index,) if size.index else ())
        runs = f"; ${size.index}$ from {size.start} to ${last[size.index]}$" if size.index else ""
        ends = ((size.start, size.first), (last.get(size.index), size.last))
        runs += "".join(f", ${size.letter}_{end} = {name}$" for end, name in ends if name)
        yield f"${tex(written)}$", size.meaning, runs


def indices(notation):
    yield "letter", "on paper", "in an array", "stands for"
    lengths = {size for array in notation.arrays for size in array.shape}
    for index in notation.indices:
        paper = f"1 to ${index.to}$" if index.to else r"$1, 2, \dots$"
        place = f"0 to ${index.to} - 1$" if index.to and Written(index.to) in lengths else ""
        yield f"${index.letter}$", paper, place, index.meaning, ""


def arrays(notation):
    yield "letter", "entry", "shape", "of layer $r$", "meaning"
    for array in notation.arrays:
        entry = f"${tex(array.entry)}$" if array.entry else ""
        yield f"${array.letter}$", entry, shape(array.shape), shape(array.layers), array.meaning, ""


def scalars(notation):
    yield "letter", "meaning"
    for scalar in notation.scalars:
        carries = f"; ${scalar.written.letter}_{scalar.over}$ after step ${scalar.over}$" if scalar.over else ""
        runs = f", one of 1 to ${scalar.to}$" if scalar.to else ""
        yield f"${tex(scalar.written)}$", scalar.meaning, runs + carries


def functions(notation):
    yield "function", "is applied", "meaning"
    for function in notation.functions:
        yield f"${function.name}{ARGUMENTS[function.kind]}$", KINDS[function.kind], function.meaning, ""


def constants(notation):
    yield "letter", "meaning"
    for constant in notation.constants:
        yield f"${constant.letter}$", constant.meaning, ""


def signs(notation):
    yield "sign", "meaning"
    for sign in notation.signs:
        yield f"${sign.sign}$", sign.meaning, ""


TABLES = {table.__name__: table for table in (sizes, indices, arrays, scalars, functions, constants, signs)}


class NotationTable(SphinxDirective):
    """``{notation-table} arrays``: every declaration of that part, in the order of the file."""

    required_arguments = 1

    def run(self):
        part = self.arguments[0]
        if part not in TABLES:
            raise self.error(f"no part {part!r} of the notation; the parts are {', '.join(TABLES)}")
        self.env.note_dependency(str(NOTATION))
        notation = load(NOTATION)
        head, *rows = TABLES[part](notation)
        rows = [(*cells, with_letters_set(meaning, notation) + more) for *cells, meaning, more in rows]
        lines = [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
        container = nodes.Element()
        self.state.nested_parse(StringList(lines, str(NOTATION)), self.content_offset, container)
        return container.children


def setup(app):
    app.add_directive("notation-table", NotationTable)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
