"""Letters as tables, from the very text that the checker reads, so that page and checker cannot differ.

``{notation-table} arrays`` shows a part of nncore/verify/notation.yml. ``{notation}`` declares letters that a page, an
exercise or an erratum needs beside those of the book: its content is YAML with the same parts, and is shown as the same
tables, without the columns that stay empty. A block of many letters, which would part a text from its formulas, is
folded.
"""

import re

from docutils import nodes
from docutils.statemachine import StringList
from folding import Folded
from sphinx.util.docutils import SphinxDirective

from nncore.verify.notation import Notation, NotationError, Written, declared_by, extended, load
from nncore.verify.report.book import NOTATION

MOST_OPEN = 8  # letters of a block that are seen at once; more of them are folded

ARGUMENTS = {
    "number": "(z)",
    "smooth": "(z)",
    "cost": "(Z)",
    "row": "(Z)",
    "array": "(p)",
    "moment": "[x]",
    "order": "(h^2)",
}
KINDS = {
    "number": "entry by entry",
    "smooth": "entry by entry",
    "cost": "to whole arrays",
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


# Each part as a table: the head, then rows whose last two values are the meaning in words and what is added to it. The
# rows are those of the first notation; the second is all that is in force.


def sizes(shown, notation):
    yield "letter", "meaning"
    last = {index.letter: index.to for index in notation.indices}
    for size in shown.sizes:
        written = Written(size.letter, (size.index,) if size.index else ())
        runs = f"; ${size.index}$ from {size.start} to ${last[size.index]}$" if size.index else ""
        ends = ((size.start, size.first), (last.get(size.index), size.last))
        runs += "".join(f", ${size.letter}_{end} = {name}$" for end, name in ends if name)
        yield f"${tex(written)}$", size.meaning, runs


def indices(shown, notation):
    yield "letter", "on paper", "in an array", "stands for"
    lengths = {size for array in notation.arrays for size in array.shape}
    for index in shown.indices:
        paper = f"1 to ${index.to}$" if index.to else r"$1, 2, \dots$"
        place = f"0 to ${index.to} - 1$" if index.to and Written(index.to) in lengths else ""
        yield f"${index.letter}$", paper, place, index.meaning, ""


def arrays(shown, notation):
    yield "letter", "entry", "shape", "of layer $r$", "meaning"
    for array in shown.arrays:
        entry = f"${tex(array.entry)}$" if array.entry else ""
        yield f"${array.letter}$", entry, shape(array.shape), shape(array.layers), array.meaning, ""


def scalars(shown, notation):
    yield "letter", "meaning"
    stands_for = {index.letter: index.meaning for index in notation.indices}
    for scalar in shown.scalars:
        letter, over = scalar.written.letter, scalar.over
        carries = f"; ${letter}_{over}$ at {stands_for[over]} ${over}$" if over else ""
        runs = f", one of 1 to ${scalar.to}$" if scalar.to else ""
        runs += f", the {scalar.ties} of several equal ones" if scalar.ties else ""
        yield f"${tex(scalar.written)}$", scalar.meaning, runs + carries


def functions(shown, notation):
    yield "function", "is applied", "meaning"
    for function in shown.functions:
        yield f"${function.name}{ARGUMENTS[function.kind]}$", KINDS[function.kind], function.meaning, ""


def constants(shown, notation):
    yield "letter", "meaning"
    for constant in shown.constants:
        yield f"${constant.letter}$", constant.meaning, ""


def random(shown, notation):
    yield "random letter", "its entries", "meaning"
    for each in shown.random:
        entries = "are independent of each other and of all else" if each.independent else "may depend on each other"
        symmetric = "; their distributions are symmetric around 0" if each.symmetric else ""
        yield f"${each.letter}$", entries + symmetric, each.meaning, ""


def signs(shown, notation):
    yield "sign", "meaning"
    for sign in shown.signs:
        yield f"${sign.sign}$", sign.meaning, ""


TABLES = {table.__name__: table for table in (sizes, indices, arrays, scalars, functions, constants, random, signs)}


def table(directive: SphinxDirective, part: str, shown: Notation, notation: Notation) -> list[nodes.Node]:
    """The table of a part of the notation, without the columns that are empty."""
    head, *rows = TABLES[part](shown, notation)
    rows = [(*cells, with_letters_set(meaning, notation) + more) for *cells, meaning, more in rows]
    filled = [number for number, column in enumerate(zip(*rows, strict=True)) if any(column)]
    lines = [[cells[number] for number in filled] for cells in (head, ["---"] * len(head), *rows)]
    markdown = StringList([f"| {' | '.join(cells)} |" for cells in lines], directive.get_source_info()[0])
    return directive.parse_text_to_nodes(markdown)


class NotationTable(SphinxDirective):
    """``{notation-table} arrays``: every declaration of that part, in the order of the file."""

    required_arguments = 1

    def run(self):
        part = self.arguments[0]
        if part not in TABLES:
            raise self.error(f"no part {part!r} of the notation; the parts are {', '.join(TABLES)}")
        self.env.note_dependency(str(NOTATION))
        notation = load(NOTATION)
        return table(self, part, notation, notation)


class NotationBlock(SphinxDirective):
    """``{notation}``: letters beside those of the book."""

    has_content = True

    def run(self):
        self.env.note_dependency(str(NOTATION))
        text = "\n".join(self.content)
        try:
            notation, shown = extended(load(NOTATION), text), declared_by(text)
        except NotationError as error:
            raise self.error(f"notation: {error}") from None
        block = nodes.container(classes=["notation-block"])
        block += nodes.paragraph("", "Letters", classes=["notation-title"])
        for part in TABLES:
            if getattr(shown, part):
                block += table(self, part, shown, notation)
        return [block]


def say_where_letters_hold(app, doctree):
    """The title of a block names what it stands in, and is the line that stays if the block is folded."""
    for title in list(
        doctree.findall(lambda node: "notation-title" in getattr(node, "attributes", {}).get("classes", ()))
    ):
        around = set()
        node = title.parent
        while node is not None:
            around.update(node.get("classes", ()) if isinstance(node, nodes.Element) else ())
            node = node.parent
        where = next((name for name in ("erratum", "exercise", "solution", "dictionary") if name in around), "page")
        title[0] = nodes.Text(f"Letters of this {where}")
        block = title.parent
        if sum(len(body) for body in block.findall(nodes.tbody)) > MOST_OPEN:
            _, *tables = block.children
            block.children = []
            block += Folded("", *tables, summary=title.astext())


def setup(app):
    app.add_directive("notation-table", NotationTable)
    app.add_directive("notation", NotationBlock)
    app.connect("doctree-read", say_where_letters_hold)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
