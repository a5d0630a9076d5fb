r"""Matrices, lists in brackets, and cases."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from nncore.verify.spelling import applied, dots, names, relations
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import CELL, GIVEN, ROW, WIDE, Group, Item
from nncore.verify.spelling.tokens import Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation, Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_MATRICES = frozenset(
    ("bmatrix", "pmatrix", "matrix", "Bmatrix", "array", "smallmatrix", "psmallmatrix", "bsmallmatrix")
)
_OF_DOTS = {r"\vdots": r"\vdots", r"\ddots": r"\ddots"}
_OTHERWISE = ("otherwise", "else", "elsewhere", "o.w.", "other", "others")


def environment(reader: "Reader", group: Group) -> t.Node:
    """Return a matrix, a determinant, or cases."""
    if group.name in ("cases", "dcases", "rcases"):
        return _cases(reader, group)
    if group.name == "vmatrix":
        return applied.own(reader, "det", (_matrix(reader, group),), group.span)
    if group.name not in _MATRICES:
        raise FreeError(f"the environment {group.name} within a formula", group.span, f"environment {group.name}")
    return _matrix(reader, group)


def rows_of(items: Sequence[Item]) -> list[list[list[Item]]]:
    """Return rows of cells; an empty last row is none."""
    rows: list[list[list[Item]]] = [[[]]]
    for item in items:
        text = item.text if isinstance(item, Token) else ""
        if text == ROW:
            rows.append([[]])
        elif text == CELL:
            rows[-1].append([])
        elif text != WIDE:
            rows[-1][-1].append(item)
    return [row for row in rows if any(row)]


def _matrix(reader: "Reader", group: Group) -> t.Matrix:
    rows = []
    for row in rows_of(group.items):
        cells: list[t.Node] = []
        for cell in row:
            if not cell:
                raise FreeError("an empty entry of a matrix", group.span, "empty entry")
            if len(cell) == 1 and isinstance(cell[0], Token) and cell[0].text in dots.DOTS:
                name = _OF_DOTS.get(cell[0].text, r"\cdots")
                cells.append(t.Ellipsis(name, span=cell[0].span))
            else:
                cells.append(reader.expression(cell, _span(cell)))
        rows.append(tuple(cells))
    if not rows or any(len(row) != len(rows[0]) for row in rows):
        raise FreeError("the rows of a matrix have different lengths", group.span, "rows of a matrix")
    return t.Matrix(tuple(rows), span=group.span)


def _span(items: Sequence[Item]) -> Span:
    return items[0].span[0], items[-1].span[1]


def is_list(items: Sequence[Item]) -> bool:
    """Return whether commas separate items."""
    return any(isinstance(item, Token) and item.text in (",", ";") for item in items)


def listed(reader: "Reader", group: Group, multiplied: bool) -> t.Node:
    """Return a list in brackets as a row, or one in parentheses, or behind a letter, as a row or a column."""
    if group.kind == r"\{":
        raise FreeError("a set", group.span, "set")
    if any(isinstance(item, Token) and item.text == GIVEN for item in group.items):
        raise FreeError("what a bar separates here is not clear", group.span, "bar")
    parts: list[list[Item]] = [[]]
    for item in group.items:
        if isinstance(item, Token) and item.text in (",", ";"):
            parts.append([])
        elif not (isinstance(item, Token) and item.text == WIDE):
            parts[-1].append(item)
    if not parts[-1]:
        raise FreeError("an entry is missing", group.span, "empty entry")
    cells: list[t.Node] = []
    for part in parts:
        if not part:
            raise FreeError("an entry is missing", group.span, "empty entry")
        if len(part) == 1 and isinstance(part[0], Token) and part[0].text in dots.DOTS:
            cells.append(t.Ellipsis(r"\cdots", span=part[0].span))
        elif isinstance(part[0], Token) and part[0].text in dots.DOTS:
            raise FreeError("a comma is missing behind dots", group.span, "dots")
        else:
            cells.append(reader.expression(part, _span(part)))
    what = "a list in brackets" if group.kind == "[" else "a list in parentheses"
    column = False
    if multiplied:
        options = (f"{what} as a column", f"{what} as a row")
        column = not reader.findings.choose("column", options, group.span)
    elif group.kind == "[":
        reader.findings.say("row", f"{what} as a row", group.span)
    else:
        column = bool(reader.findings.choose("row", (f"{what} as a row", f"{what} as a column"), group.span))
    rows = tuple((cell,) for cell in cells) if column else (tuple(cells),)
    return t.Matrix(rows, span=group.span)


# Cases ----------------------------------------------------------------------------------------------------------------


def _cases(reader: "Reader", group: Group) -> t.Cases:
    found: list[t.Case] = []
    for row in rows_of(group.items):
        value, condition = _value_and_condition(row, group.span)
        node = reader.expression(value, _span(value))
        words = " ".join(
            item.name.strip().strip(".,;") for item in condition if isinstance(item, Group) and item.kind == "text"
        )
        items = [item for item in condition if not (isinstance(item, Group) and item.kind == "text")]
        while items and isinstance(items[-1], Token) and items[-1].text in (",", ".", ";"):
            items.pop()
        span = _span(condition)
        if words.lower() in _OTHERWISE and not items:
            chain = _otherwise(found, span)
            reader.findings.say("otherwise", f"“{words}” as what the other cases leave", span)
        elif words.lower() in ("", "if", "when", "for", "where", "if:") and items:
            chain = _condition(reader, items, span)
        else:
            raise FreeError(f"the condition “{words}” of a case", span, "condition in words")
        found.append(t.Case(node, chain, span=(node.span[0], span[1])))
    if not found:
        raise FreeError("there are no cases here", group.span, "no formula")
    return t.Cases(tuple(found), span=group.span)


def _value_and_condition(row: Sequence[Sequence[Item]], span: Span) -> tuple[list[Item], list[Item]]:
    cells = [list(cell) for cell in row]
    if len(cells) == 1:  # no & between them
        words = next((at for at, item in enumerate(cells[0]) if isinstance(item, Group) and item.kind == "text"
                      and names.is_sentence(item.name)), None)  # fmt: skip
        if words is None:
            raise FreeError("a case has no condition", span, "case without a condition")
        cells = [cells[0][:words], cells[0][words:]]
    value, condition = cells[0], [item for cell in cells[1:] for item in cell]
    while value and isinstance(value[-1], Token) and value[-1].text in (",", ";", "."):
        value.pop()
    if not value or not condition:
        raise FreeError("a case without a value or a condition", span, "case without a condition")
    return value, condition


def _condition(reader: "Reader", items: Sequence[Item], span: Span) -> t.Chain:
    r"""Return a condition: relations, or ``x \in [a, b]``."""
    member = next((at for at, item in enumerate(items) if isinstance(item, Token) and item.text == r"\in"), None)
    if member is None:
        return relations.chain(reader, items, span)
    found = interval(reader, items[:member], items[member + 1 :], span)
    if not found:
        raise FreeError("a set in a condition", span, "set")
    return found


def interval(reader: "Reader", left: Sequence[Item], right: Sequence[Item], span: Span) -> t.Chain | None:
    r"""Return ``x \in [a, b]`` as two relations; None if the set is no interval."""
    if len(right) != 1 or not isinstance(right[0], Group) or right[0].kind not in ("[", "("):
        return None
    group = right[0]
    ends: list[list[Item]] = [[]]
    for item in group.items:
        if isinstance(item, Token) and item.text == ",":
            ends.append([])
        else:
            ends[-1].append(item)
    if len(ends) != 2 or not all(ends):
        return None
    low, high = (reader.expression(end, _span(end)) for end in ends)
    relation = Relation.AT_MOST if group.kind == "[" else Relation.LESS
    middle = reader.expression(left, _span(left))
    links = (t.Link(relation, middle, span=middle.span), t.Link(relation, high, span=high.span))
    reader.findings.say("interval", "a member of an interval as between its ends", span)
    return t.Chain(low, links, span=span)


def _otherwise(cases: Sequence[t.Case], span: Span) -> t.Chain:
    """Return the condition that one other case leaves."""
    if len(cases) == 1 and len(cases[0].condition.links) == 1:
        condition = cases[0].condition
        link = condition.links[0]
        negated = relations.NEGATED.get(link.relation)
        if negated:
            return replace(condition, links=(replace(link, relation=negated, span=span),), span=span)
    raise FreeError("“otherwise” behind more than one relation: write the condition", span, "otherwise")
