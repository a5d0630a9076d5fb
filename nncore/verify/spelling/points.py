r"""Values at a point, ``\left.\frac{dL}{db}\right|_{b=0}``.

A point is read as a condition of the whole statement, which is the same only if nothing else in it depends on the
letter. What a derivative holds fixed, ``(...)_{W}``, is refused: of a letter that is made of others it is no condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nncore.verify.notation import FIXED_KINDS
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
        raise held_fixed(below)
    for part in parts_of(below):
        signs = [item.text for item in part if isinstance(item, Token) and relations.holds_relation([item])]
        if signs != ["="] or len(part) < 3 or getattr(part[0], "kind", "") is not Kind.LETTER:
            raise FreeError("a point is told by an equation of a letter, as in b = 0", span_of(part), "bar")
        reader.findings.say(
            AT_POINT, f"the value at {text_of(part)} as a condition of the whole formula", span_of(part)
        )
        reader.points.append(Point(node, part))
    return node


def held_fixed(below: Sequence[Item]) -> FreeError:
    """Return the error for letters that a derivative holds fixed, or for a point without its letter."""
    words = (
        "a point is told by an equation, as in b = 0; what is held fixed is left out if it is made of no other letter"
    )
    return FreeError(words, span_of(below), "held fixed")


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


def conditions_of(reader: "Reader", chain: t.Chain, others: Sequence[Condition]) -> list[Condition]:
    """Return the points of a chain as conditions.

    Raises
    ------
    FreeError
        If something else in the statement depends on the letter, or may do so: it is a whole side that is taken at a
        point, and the other one is made of numbers that the notation declares, of which nothing else is made.
    """
    if not reader.points:
        return []
    (point, *more) = reader.points
    letter = reader.expression(point.items[: _equals(point.items)], span_of(point.items))
    sides = [side for side in chain.sides if side != point.node]
    right = reader.expression(point.items[_equals(point.items) + 1 :], span_of(point.items))
    beside = {each.name for node in (*sides, right) for each, _ in t.walk(node) if isinstance(each, t.Letter)}
    letters = [letter, *(reader.expression(each.items[: _equals(each.items)], span_of(each.items)) for each in more)]
    of_letter = {each.name for node in letters for each, _ in t.walk(node) if isinstance(each, t.Letter)}
    whole = len(sides) == 1 and len(chain.sides) == 2 and len({id(each.node) for each in more} | {id(point.node)}) == 1
    known = all(map(reader.scene.is_free_number, beside)) and not any(_applies(node) for node in sides)
    if others or not whole or not known or of_letter & beside:
        words = "what stands beside a value at a point may depend on it: write the point as a condition, behind if"
        raise FreeError(words, span_of(point.items), "bar")
    found = [Condition(each.items) for each in reader.points]
    reader.points = []
    return found


def _applies(node: t.Node) -> bool:
    """Return whether a function of the author stands in a node, or a derivative."""
    own = (each for each, _ in t.walk(node) if isinstance(each, t.Function | t.Derivative))
    return any(isinstance(each, t.Derivative) or each.name not in FIXED_KINDS for each in own)


def _equals(items: Sequence[Item]) -> int:
    return next(at for at, item in enumerate(items) if getattr(item, "text", "") == "=")
