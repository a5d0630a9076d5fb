r"""Values at a point, ``\left.\frac{dL}{db}\right|_{b=0}``, and what a derivative holds fixed, ``(...)_{W}``.

A point is read as a condition of the whole statement, which is the same only if nothing else in it depends on the
letter. What a derivative holds fixed says nothing new of letters that are made of no others: all of them are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nncore.verify.spelling import relations
from nncore.verify.spelling.conditions import Condition
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import AT, GIVEN, Item, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import scripts_at, span_of
from nncore.verify.spelling.symbols import parts_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader


AT_POINT = "value at a point"  # the kind of the remark


@dataclass(frozen=True, slots=True)
class Point:
    """An expression, and the equation of a letter that says where it is taken."""

    node: t.Node
    items: list[Item]


def at_point(reader: "Reader", node: t.Node, cursor: Cursor) -> t.Node:
    """Return an operand behind which a bar may say at which point it is taken, or what is held fixed."""
    if cursor.text not in (AT, GIVEN) or getattr(cursor.ahead(), "text", "") not in ("_", "^"):
        return node
    bar = cursor.take()
    below, above, primes = scripts_at(cursor)
    if above or primes or not below:
        raise FreeError("what stands at this bar is not clear", bar.span, "bar")
    if not any(relations.holds_relation(part) for part in parts_of(below)):
        hold_fixed(reader, node, below)
        return node
    for part in parts_of(below):
        signs = [item.text for item in part if isinstance(item, Token) and relations.holds_relation([item])]
        if signs != ["="] or len(part) < 3 or getattr(part[0], "kind", "") is not Kind.LETTER:
            raise FreeError("a point is told by an equation of a letter, as in b = 0", span_of(part), "bar")
        reader.findings.say(
            AT_POINT, f"the value at {text_of(part)} as a condition of the whole formula", span_of(part)
        )
        reader.points.append(Point(node, part))
    return node


def hold_fixed(reader: "Reader", node: t.Node, below: Sequence[Item]) -> None:
    """Pass over the letters that a derivative holds fixed, as it does all that are made of no others."""
    if not isinstance(node, t.Derivative):
        raise FreeError("what stands below this bar is not clear", span_of(below), "bar")
    for part in parts_of(below):
        fixed = reader.expression(part, span_of(part))
        name = fixed.name if isinstance(fixed, t.Letter) else ""
        if not name or name in {getattr(each, "name", "") for each in node.variables}:
            raise FreeError("what is held fixed is a letter", span_of(part), "held fixed")
        if _is_said(reader, name):
            words = f"{text_of(part)} is made of other letters: write the derivative without it, or rename it"
            raise FreeError(words, span_of(part), "held fixed")
    reader.findings.say("held fixed", f"{text_of(below)} as held fixed, as every other letter is", span_of(below))


def is_held_fixed(reader: "Reader", node: t.Node, below: Sequence[Item]) -> bool:
    r"""Return whether letters below a derivative in parentheses are no indices, as in ``(...)_{W_1, W_2}``."""
    letters = [part[0].text for part in parts_of(below) if isinstance(part[0], Token) and part[0].kind is Kind.LETTER]
    plain = len(letters) == len(parts_of(below)) and all(
        len(part) == 1 or getattr(part[1], "text", "") in ("_", "^") for part in parts_of(below)
    )
    bound = {*reader.bound, *reader.free}
    return (
        isinstance(node, t.Derivative)
        and plain
        and not any(reader.scene.is_index(each) or each in bound or reader.scene.is_size(each) for each in letters)
    )


def conditions_of(reader: "Reader", chain: t.Chain) -> list[Condition]:
    """Return the points of a chain as conditions.

    Raises
    ------
    FreeError
        If something else in the chain depends on the letter, or may do so.
    """
    found: list[Condition] = []
    for point in reader.points:
        letter = reader.expression(point.items[: _equals(point.items)], span_of(point.items))
        outside = set[str]().union(*(_outside(side, point.node) for side in chain.sides))
        right = reader.expression(point.items[_equals(point.items) + 1 :], span_of(point.items))
        outside |= {each.name for each, _ in t.walk(right) if isinstance(each, t.Letter)}
        inside = {each.name for each, _ in t.walk(letter) if isinstance(each, t.Letter)}
        if inside & outside or any(_is_said(reader, each) for each in outside):
            words = "what stands beside a value at a point may depend on it: write the point as a condition, behind if"
            raise FreeError(words, span_of(point.items), "bar")
        if (condition := Condition(point.items)) not in found:
            found.append(condition)
    reader.points = []
    return found


def _equals(items: Sequence[Item]) -> int:
    return next(at for at, item in enumerate(items) if getattr(item, "text", "") == "=")


def _outside(node: t.Node, part: t.Node) -> set[str]:
    """Return the letters of a node but for those within a part of it."""
    if node == part and node.span == part.span:
        return set()
    own = {node.name} if isinstance(node, t.Letter) else set[str]()
    return own.union(*(_outside(each, part) for each in t.children(node)))


def _is_said(reader: "Reader", name: str) -> bool:
    """Return whether a formula of the file may say what a letter is made of."""
    base = reader.scene.table.written(name).partition("_")[0].partition("^")[0]
    return base in reader.scene.facts.equated or name in reader.scene.notation.function_names
