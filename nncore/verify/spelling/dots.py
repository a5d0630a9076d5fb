r"""Dots: ``a_1 + \cdots + a_n`` as a sum, ``p_1 \cdots p_n`` as a product, ``f(x_1, \ldots, x_n)`` as one argument.

A sum or a product is read where the first and the last member differ in one number, and all that stand between are the
ones that the pattern gives. Of another product nothing is known but its letters; another sum is an error.
"""

from collections.abc import Sequence, Set
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from nncore.verify.spelling import applied, symbols
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item, between_commas, text_of
from nncore.verify.spelling.ranges import lengths_of
from nncore.verify.spelling.scripts import span_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader
    from nncore.verify.spelling.scene import Scene

DOTS = frozenset((r"\dots", r"\ldots", r"\cdots", r"\dotsc", r"\dotsb", r"\vdots", r"\ddots", r"\dotsm"))


def has_dots(items: Sequence[Item]) -> bool:
    """Return whether dots stand among items."""
    return any(isinstance(item, Token) and item.text in DOTS for item in items)


# Sums and products ----------------------------------------------------------------------------------------------------


def sums(reader: "Reader", terms: Sequence[t.Node]) -> list[t.Node]:
    """Return terms in which dots between two of them are a sum."""
    return _filled(reader, terms, t.Sum)


def products(reader: "Reader", factors: Sequence[t.Node]) -> list[t.Node]:
    """Return factors in which dots between two of them are a product, or all of which are a value of its own."""
    try:
        return _filled(reader, factors, t.Product)
    except FreeError:
        span = factors[0].span[0], factors[-1].span[1]
        name = reader.scene.table.as_written(latex(t.Times(tuple(factors))).replace(r" \, ", " "))
        reader.findings.say("list", f"{name} as a value of its own, of which nothing is known", span)
        return [applied.named_only(reader, name, factors, set(), span)]


def _filled(reader: "Reader", nodes: Sequence[t.Node], make: type[t.Sum] | type[t.Product]) -> list[t.Node]:
    at = next((at for at, node in enumerate(nodes) if isinstance(node, t.Ellipsis)), None)
    if at is None:
        return list(nodes)
    if at in (0, len(nodes) - 1):
        raise FreeError("dots at an end have no last member: write a sum", nodes[at].span, "dots")
    last, before = nodes[at + 1], nodes[:at]
    for begin in range(len(before)):
        body = pattern(before[begin:], last, {*reader.bound, *reader.free})
        if body:
            earlier: list[tuple[t.Node, t.Node]] = []
            if begin and _unified(before[begin - 1], last, body[0], earlier) is not None and earlier:
                break  # what stands before is a member, too, and not the one before the first
            index, first, end, member = body
            span = before[begin].span[0], last.span[1]
            what = "a sum" if make is t.Sum else "a product"
            reader.findings.say("dots", f"the dots as {what} over an index", nodes[at].span)
            whole = make(index, first, end, member, span=span)
            return _filled(reader, [*before[:begin], whole, *nodes[at + 2 :]], make)
    raise FreeError("dots whose pattern is not clear: write it with an index", nodes[at].span, "dots")


def pattern(
    firsts: Sequence[t.Node], last: t.Node, taken: Set[str]
) -> tuple[t.Letter, t.Number, t.Node, t.Node] | None:
    """Return index, first and last number and body of which these are the first members and the last one.

    The index is none of the letters that are ``taken``.
    """
    pairs: list[tuple[t.Node, t.Node]] = []
    used = {node.name for each in (*firsts, last) for node, _ in t.walk(each) if isinstance(node, t.Letter)}
    letter = next((each for each in "ijklmnpqrst" if each not in used | taken), "")
    if not letter:
        return None
    index = t.Letter(letter, span=last.span)
    body = _unified(firsts[0], last, index, pairs)
    if body is None or not pairs or any(pair != pairs[0] for pair in pairs):
        return None
    first, end = pairs[0]
    if not isinstance(first, t.Number) or first.whole is None or isinstance(end, t.Number):
        return None
    for number, node in enumerate(firsts):
        expected = t.Number(str(first.whole + number))
        if node != put(body, index, expected):
            return None
    return index, first, end, body


def _unified(one: t.Node, other: t.Node, index: t.Letter, pairs: list[tuple[t.Node, t.Node]]) -> t.Node | None:
    """Return what two trees have in common, with the index where one has a number and the other an end."""
    if one == other:
        return other
    if isinstance(one, t.Number) and isinstance(other, t.Letter | t.Plus | t.Number):
        pairs.append((one, other))
        return index
    if type(one) is not type(other):
        return None
    changed: dict[str, object] = {}
    for each in fields(one):
        if each.name in ("span", "symbol"):
            continue
        left, right = getattr(one, each.name), getattr(other, each.name)
        if isinstance(left, t.Node) and isinstance(right, t.Node):
            found: object = _unified(left, right, index, pairs)
        elif isinstance(left, tuple) and isinstance(right, tuple) and len(left) == len(right):
            found = tuple(_unified(a, b, index, pairs) for a, b in zip(left, right, strict=True))
            found = None if any(part is None for part in found) else found
        else:
            found = right if left == right else None
        if found is None and left is not None:
            return None
        changed[each.name] = found
    return replace(other, **changed)  # type: ignore[arg-type]  # each part stays what it was


def put(node: t.Node, index: t.Letter, number: t.Node) -> t.Node:
    """Return a member with a number, or another index, in place of its index."""
    if node == index:
        return number
    return t.with_children(node, lambda child: put(child, index, number))


# Vectors --------------------------------------------------------------------------------------------------------------


def vector(reader: "Reader", group: Group) -> t.Node | None:
    r"""Return a list with dots as the vector that has these entries: ``p_1 (1 - p_1), \dots, p_n (1 - p_n)``.

    It is None if the list does not begin at 1, or is made of other than the entries of vectors of that length.
    """
    parts = between_commas(group.items)
    at = next((at for at, part in enumerate(parts) if has_dots(part) and len(part) == 1), 0)
    if not at or at != len(parts) - 2 or not all(parts):
        return None
    first, *more, last = (reader.expression(part, span_of(part)) for part in (*parts[:at], parts[-1]))
    found = pattern([first, *more], last, {*reader.bound, *reader.free})
    if not found or found[1] != t.Number("1"):
        return None
    index, _, end, body = found
    if not isinstance(end, t.Letter):
        return None
    whole = _whole(body, index, end, reader.scene)
    if whole is None:
        return None
    reader.findings.say("vector", f"the list with dots as the vector {latex(whole)}", group.span)
    return replace(whole, span=group.span)


def _whole(entry: t.Node, index: t.Letter, end: t.Letter, scene: "Scene") -> t.Node | None:
    """Return the vector that has an entry at each index up to an end; None if it is made of others than such."""
    if all(node != index for node, _ in t.walk(entry)):
        return entry  # a number
    match entry:
        case t.Indexed(t.Letter() as letter, (place,)) if place == index:
            (size,) = lengths_of(letter, 1, scene)
            return letter if size in (None, end.name) else None
        case t.Times(factors):
            parts = [_whole(each, index, end, scene) for each in factors]
            numbers = [each for each, part in zip(factors, parts, strict=True) if part is each]
            vectors = [part for each, part in zip(factors, parts, strict=True) if part is not None and part is not each]
            if len(numbers) + len(vectors) < len(factors):
                return None
            product = t.EntryTimes(tuple(vectors), span=entry.span) if len(vectors) > 1 else vectors[0]
            return t.Times((*numbers, product), span=entry.span) if numbers else product
        case t.Plus() | t.Minus():
            parts = [_whole(each, index, end, scene) for each in t.children(entry)]
            rest = iter(parts)
            return None if None in parts else t.with_children(entry, lambda _: next(rest))  # type: ignore[arg-type, return-value]
        case t.Apply(_, (argument,)):
            whole = _whole(argument, index, end, scene)
            return whole and replace(entry, arguments=(whole,))
    return None


# Lists of arguments ---------------------------------------------------------------------------------------------------


def without_dots(parts: list[list[Item]], signs: list[str]) -> tuple[list[list[Item]], list[str]]:
    """Return arguments in which those with dots between them are one."""
    at = next((at for at, part in enumerate(parts) if has_dots(part) and len(part) == 1), None)
    if at is None:
        return parts, signs
    first, last = at, at + 1 if at + 1 < len(parts) and signs[at] in ",;" else at
    while first and signs[first - 1] in ",;" and _alike(parts[first - 1], parts[last]):
        first -= 1
    span = (parts[first][0].span[0], parts[last][-1].span[1])
    joined: list[Item] = []
    for number in range(first, last + 1):
        joined += [Token(Kind.MARK, ",", parts[number][0].span)] if number > first else []
        joined += parts[number]
    whole: list[Item] = [Group("list", "", tuple(joined), span)]
    return without_dots([*parts[:first], whole, *parts[last + 1 :]], [*signs[:first], *signs[last:]])


def _alike(one: Sequence[Item], other: Sequence[Item]) -> bool:
    """Return whether two arguments begin with the same letter, as members of a list do."""
    return text_of(one[:1]) == text_of(other[:1])


def list_of(reader: "Reader", items: Sequence[Item]) -> t.Node | None:
    """Return an argument that is a list with dots: a letter of its own, with the indices on which the list depends."""
    if len(items) != 1 or not isinstance(items[0], Group) or items[0].kind != "list":
        return None
    group = items[0]
    name = text_of(group.items)
    reader.findings.say("list", f"{name} as one argument", group.span)
    return symbols.own_letter(reader, name, group.items, group.span)
