r"""Conditions of statements: what stands behind commas, wide spaces, and the words ``if`` and ``for``.

What compares indices and sizes is a condition; an inequality of inputs may be one, which its letters tell later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nncore.verify.spelling import dots, matrices, relations
from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item, between_commas, text_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation, Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_ORDERS = frozenset(
    ("<", ">", r"\lt", r"\gt", r"\le", r"\leq", r"\leqslant", r"\ge", r"\geq", r"\geqslant", r"\ne", r"\neq")
)


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as items; a bare one stands behind a comma or a space, and may be a claim, as its letters tell."""

    items: list[Item]
    bare: bool = False


def relates(items: Sequence[Item]) -> bool:
    return any(isinstance(item, Token) and (item.text in RELATIONS or item.text == r"\in") for item in items)


def is_condition(reader: "Reader", items: Sequence[Item]) -> bool:
    """Return whether items compare indices, sizes and numbers, or are a relation in parentheses."""
    if len(items) == 1 and isinstance(items[0], Group) and items[0].kind == "(":
        return all(relations.holds_relation(part) for part in within_parentheses(items))
    if not relates(items) or any(getattr(item, "text", "") in (":=", r"\in") for item in items):
        return False
    for item in items:
        if isinstance(item, Group):
            return False
        if item.kind is Kind.LETTER and not (reader.scene.is_index(item.text) or reader.scene.is_size(item.text)):
            return False
        if item.text in ("_", "^", "'", "/"):
            return False
    return any(isinstance(item, Token) and item.kind is Kind.LETTER for item in items)


def may_restrict(before: Sequence[Item], items: Sequence[Item], joined: str) -> bool:
    """Return whether items may restrict inputs: they hold an inequality, or are a letter and a number."""
    texts = {item.text for item in items if isinstance(item, Token)}
    signs = {item.text for item in before if isinstance(item, Token)}
    if not signs & RELATIONS or (joined == "comma" and "=" not in signs) or r"\in" in texts:
        return False
    letter, *sign, number = items if len(items) == 3 else (items[0], items[0])
    equal = bool(sign) and getattr(sign[0], "text", "") == "=" and getattr(number, "kind", "") is Kind.NUMBER
    return bool(texts & _ORDERS) or (equal and getattr(letter, "kind", "") is Kind.LETTER)


def within_parentheses(items: Sequence[Item]) -> list[list[Item]]:
    """Return a condition, or those that stand with commas between them in parentheses."""
    group = items[0]
    if len(items) > 1 or not isinstance(group, Group) or group.kind != "(" or dots.has_dots(group.items):
        return [list(items)]
    parts: list[list[Item]] = [[]]
    for item in group.items:
        if getattr(item, "text", "") in (",", ";"):
            parts.append([])
        else:
            parts[-1].append(item)
    return parts if all(relates(part) for part in parts) else [list(items)]


def range_at(reader: "Reader", items: Sequence[Item], behind: Sequence[tuple[str, list[Item]]]) -> list[Item]:
    r"""Return ``i = 1 \ldots n`` for parts that follow each other so, or as ``i = 1, 2``; nothing for other ones.

    The first part is ``i = 1``. Between the others stand commas, which a range that is returned has not.
    """
    if len(items) != 3 or getattr(items[1], "text", "") != "=" or not getattr(items[2], "text", "").isdigit():
        return []
    last, dotted = items[2], False
    for _, part in behind:
        if dotted:
            end = part[: next((at for at, item in enumerate(part) if isinstance(item, Group)), len(part))] or part[:1]
            return [*items, Token(Kind.COMMAND, r"\ldots", last.span), *end] if part else []
        if len(part) == 1 and dots.has_dots(part):
            dotted = True
        elif len(part) == 1 and getattr(part[0], "text", "") == str(int(getattr(last, "text", "")) + 1):
            last = part[0]
        else:
            break
    if dotted or last is items[2] or not reader.scene.is_index(getattr(items[0], "text", "")):
        return []
    return [*items, Token(Kind.COMMAND, r"\ldots", last.span), last]


def parts_of_range(found: Sequence[Item], behind: Sequence[tuple[str, list[Item]]]) -> int:
    """Return how many parts behind the first one a range ends with."""
    return (
        next((at for at, (_, part) in enumerate(behind, 1) if any(item is found[-1] for item in part)), 0)
        if found
        else 0
    )


def _last_of(items: Sequence[Item]) -> Item | None:
    r"""Return K of ``\{1, \ldots, K\}`` or ``[K]``; None of another set."""
    group = items[0] if len(items) == 1 else None
    inside = list(group.items) if isinstance(group, Group) else []
    if isinstance(group, Group) and group.kind == "[" and len(inside) == 1:
        return inside[0]
    parts = list(between_commas(inside)) if isinstance(group, Group) and group.kind == r"\{" else []
    found = [text_of(part) for part in parts]
    return inside[-1] if len(found) == 3 and found[0] == "1" and found[1] in dots.DOTS and len(parts[2]) == 1 else None


def read_condition(reader: "Reader", condition: Condition, span: Span) -> t.Chain | t.Given | t.ForAll:
    """Return a condition: relations, a range, or all values of a letter."""
    items = condition.items
    while items and isinstance(items[-1], Token) and items[-1].text in (",", "."):
        items = items[:-1]
    if len(items) == 1 and isinstance(items[0], Group) and items[0].kind == "(":
        items = list(items[0].items)
    where = (items[0].span[0], items[-1].span[1])
    dotted = next((at for at, item in enumerate(items) if getattr(item, "text", "") in dots.DOTS), None)
    if dotted is not None:
        if dotted < 3 or getattr(items[1], "text", "") != "=":
            raise FreeError("dots in a condition", where, "dots")
        letter = reader.expression(items[:1], where)
        low, high = reader.expression(items[2:3], where), reader.expression(items[dotted + 1 :], where)
        links = (t.Link(Relation.AT_MOST, letter, span=where), t.Link(Relation.AT_MOST, high, span=where))
        return t.Given(t.Chain(low, links, span=where), span=where)
    member = next((at for at, item in enumerate(items) if getattr(item, "text", "") == r"\in"), None)
    if member is not None:
        found = matrices.interval(reader, items[:member], items[member + 1 :], where)
        if found:
            return t.Given(found, span=where)
        if last := _last_of(items[member + 1 :]):
            letter, high = reader.expression(items[:member], where), reader.expression([last], where)
            links = (t.Link(Relation.AT_MOST, letter, span=where), t.Link(Relation.AT_MOST, high, span=where))
            return t.Given(t.Chain(t.Number("1", span=where), links, span=where), span=where)
        reader.findings.say("all values", rf"\in {text_of(items[member + 1 :])} as all values", where)
        items = items[:member]
    if not relates(items):
        return t.ForAll(t.Chain(reader.expression(items, where), span=where), span=where)
    chain = relations.chain(reader, items, where)
    return chain if condition.bare else t.Given(chain, span=where)
