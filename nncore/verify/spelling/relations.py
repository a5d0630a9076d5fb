"""Relations between sides, conditions, and indicators."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING

from nncore.verify.notation import DELTA
from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.items import GIVEN, WIDE, Item, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.tokens import Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import RELATIONS as STRICT_RELATIONS
from nncore.verify.syntax.tree import Relation, Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_SAME = {
    "=": Relation.EQUAL, "==": Relation.EQUAL, r"\coloneqq": Relation.DEFINES, r"\triangleq": Relation.DEFINES,
    r"\doteq": Relation.DEFINES, r"\gets": Relation.ASSIGNS, r"\lt": Relation.LESS, r"\gt": Relation.GREATER,
    r"\simeq": Relation.ROUNDS,
}  # fmt: skip
NEGATED = {
    Relation.EQUAL: Relation.UNEQUAL, Relation.UNEQUAL: Relation.EQUAL, Relation.LESS: Relation.AT_LEAST,
    Relation.AT_LEAST: Relation.LESS, Relation.GREATER: Relation.AT_MOST, Relation.AT_MOST: Relation.GREATER,
}  # fmt: skip


def holds_relation(items: Sequence[Item]) -> bool:
    """Return whether a relation stands among items, and no comma."""
    texts = [item.text for item in items if isinstance(item, Token)]
    return any(text in RELATIONS for text in texts) and "," not in texts and GIVEN not in texts


def relation_at(cursor: Cursor) -> Relation | None:
    """Return the relation that comes next, and go past it; None if there is none."""
    text = cursor.text
    if text not in RELATIONS and text != ":":
        return None
    start = cursor.at
    cursor.take()
    following = cursor.text
    if text in (":", "<", ">") and following == "=" and _touch(cursor):
        cursor.take()
        return {":": Relation.DEFINES, "<": Relation.AT_MOST, ">": Relation.AT_LEAST}[text]
    if text == "=" and following == "=" and _touch(cursor):
        cursor.take()
    if text == ":":
        cursor.at = start
        return None
    if text in (r"\equiv",):
        return Relation.EQUAL
    return _SAME.get(text) or STRICT_RELATIONS.get(text)


def _touch(cursor: Cursor) -> bool:
    return cursor.items[cursor.at - 1].span[1] == cursor.items[cursor.at].span[0]


def chain(reader: "Reader", items: Sequence[Item], span: Span) -> t.Chain:
    """Return the relations between the sides in items; a condition of something."""
    cursor = Cursor([item for item in items if getattr(item, "text", "") not in (WIDE,)], span)
    first, links = reader.sum(cursor), list[t.Link]()
    while cursor.item is not None:
        start, relation = cursor.item.span[0], relation_at(cursor)
        if relation is None or not relation.compares:
            raise FreeError("a condition compares numbers", span, "condition")
        right = reader.sum(cursor)
        links.append(t.Link(relation, right, span=(start, right.span[1])))
    if not links:
        raise FreeError("a condition is a relation", span, "condition")
    return t.Chain(first, tuple(links), span=span)


def indicator(reader: "Reader", items: Sequence[Item], span: Span) -> t.Node:
    """Return 1 where a relation holds, else 0: a delta of two indices, or cases."""
    condition = chain(reader, items, span)
    if len(condition.links) == 1:
        link = condition.links[0]
        sides = (condition.first, link.right)
        if link.relation is Relation.EQUAL and all(_is_index(reader, side) for side in sides):
            reader.findings.say("indicator", f"the indicator of {text_of(items)} as Kronecker's delta", span)
            return t.Indexed(t.Letter(DELTA, span=span), sides, span=span)
        if link.relation in NEGATED:
            reader.findings.say("indicator", f"the indicator of {text_of(items)} as 1 or 0 by cases", span)
            other = t.Chain(condition.first, (replace(link, relation=NEGATED[link.relation]),), span=span)
            one, zero = t.Number("1", span=span), t.Number("0", span=span)
            return t.Cases((t.Case(one, condition, span=span), t.Case(zero, other, span=span)), span=span)
    raise FreeError("an indicator of more than one relation", span, "indicator")


def _is_index(reader: "Reader", node: t.Node) -> bool:
    scene = reader.scene
    match node:
        case t.Number(whole=int()):
            return True
        case t.Letter(name):
            return scene.is_index(name) or name in reader.bound
        case t.Indexed(t.Letter(name), (t.Letter(index),)):
            return name in scene.notation.class_letters or (name in ("y", "c", "t") and scene.is_index(index))
    return False


def repeated(sides: Sequence[t.Node]) -> list[tuple[str, Span]]:
    """Return letters that are an index twice in one side and in no other: where they stand, some would sum."""
    found: list[tuple[str, Span]] = []
    indices = [_free_indices(side) for side in sides]
    for side, here in zip(sides, indices, strict=True):
        others = [names for names in indices if names is not here]
        for name in dict.fromkeys(here):
            if here.count(name) > 1 and others and not any(name in names for names in others):
                found.append((name, side.span))
    return found


def _free_indices(side: t.Node) -> list[str]:
    nodes = [node for node, _ in t.walk(side)]
    bound = {node.index.name for node in nodes if isinstance(node, t.Sum | t.Product | t.Extremum)}
    below = [index for node in nodes if isinstance(node, t.Indexed) for index in node.indices]
    return [index.name for index in below if isinstance(index, t.Letter) and index.name not in bound]


def rounded(formula: t.Formula, findings: Findings) -> t.Formula:
    """Return a formula in which ``=`` between numbers, with a decimal on its right, speaks of the digits printed."""
    return replace(formula, statements=tuple(
        _rounded(each, findings) if isinstance(each, t.Chain) else each for each in formula.statements
    ))  # fmt: skip


def _rounded(chain: t.Chain, findings: Findings) -> t.Chain:
    links: list[t.Link] = []
    for number, (left, link) in enumerate(zip(chain.sides, chain.links, strict=False), 1):
        is_decimal = _is_decimal(link.right) and number == len(chain.links)  # what goes on is equal to the decimal
        nodes = [node for node, _ in t.walk(left)]
        letters = {node.name for node in nodes if isinstance(node, t.Letter)}
        computed = letters <= {"e", r"\pi"} and not any(isinstance(node, t.Indexed | t.Family) for node in nodes)
        computed = computed and bool(letters or any(isinstance(node, t.Apply | t.Root | t.Fraction) for node in nodes))
        if link.relation is Relation.EQUAL and is_decimal and computed and not _ends(left, link.right):
            findings.say("rounded", "= before a decimal as true to the digits that are printed", link.right.span)
            link = replace(link, relation=Relation.ROUNDS)
        links.append(link)
    return replace(chain, links=tuple(links))


def _is_decimal(node: t.Node) -> bool:
    """Return whether a side is a decimal but 0, or numbers in rows, one of them such a decimal."""
    match node:
        case t.Minus(body):
            return _is_decimal(body)
        case t.Matrix(rows):
            entries = [entry.body if isinstance(entry, t.Minus) else entry for row in rows for entry in row]
            return all(isinstance(each, t.Number) for each in entries) and any(map(_is_decimal, entries))
        case t.Number(digits):
            return "." in digits and bool(set(digits) - set("0."))
    return False


def _ends(node: t.Node, decimal: t.Node) -> bool:
    """Return whether an expression, or one of its entries, is a fraction whose decimals end: it equals them or not."""
    if isinstance(node, t.Matrix) and isinstance(decimal, t.Matrix):
        entries = (
            (one, other)
            for rows in zip(node.rows, decimal.rows, strict=False)
            for one, other in zip(*rows, strict=False)
        )
        return any(_ends(one, other) and _fraction(one) != _fraction(other) for one, other in entries)
    value = _fraction(node)
    below = value.denominator if value is not None else 7
    for prime in (2, 5):
        while below % prime == 0:
            below //= prime
    return below == 1


def _fraction(node: t.Node) -> Fraction | None:
    """Return the value of an expression of decimals, by the four operations; None of any other."""
    match node:
        case t.Number(digits, exponent) if len(digits) < 40 and abs(exponent) < 40:
            return Fraction(digits) * Fraction(10) ** exponent
        case t.Minus(body):
            inner = _fraction(body)
            return None if inner is None else -inner
        case t.Plus(parts) | t.Times(parts):
            values = [_fraction(part) for part in parts]
            if None in values:
                return None
            known = [value for value in values if value is not None]
            return sum(known, Fraction(0)) if isinstance(node, t.Plus) else prod(known, start=Fraction(1))
        case t.Fraction(above, below):
            one, other = _fraction(above), _fraction(below)
            return one / other if one is not None and other else None
    return None
