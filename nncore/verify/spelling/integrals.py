r"""Integrals, which the strict tree does not know: each is a value of its own, of its limits and of its other letters.

``\int_a^b f(x) \, dx`` is read as a function of a and b that the author calls so. Nothing is known of it, so nothing
is verified or refuted by it; that two of them are the same is seen where they are written alike.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nncore.verify.spelling import applied, symbols
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import scripts_of_sign, span_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

SIGNS = frozenset((r"\int", r"\iint", r"\oint"))


def integral(reader: "Reader", cursor: Cursor) -> t.Node:
    """Return the integral that comes next, up to its last differential."""
    sign = cursor.take()
    if getattr(sign, "text", "") == r"\oint":
        raise FreeError("a contour integral", sign.span, "integral")
    below, above = scripts_of_sign(cursor)
    count = 2 if getattr(sign, "text", "") == r"\iint" else 1
    end = _end(cursor, count)
    body = cursor.items[cursor.at : end]
    if not body:
        body = (Token(Kind.NUMBER, "1", sign.span),)
    cursor.at = end
    names = [_differential(cursor) for _ in range(count)]
    while _is_differential(cursor.items, cursor.at) and getattr(cursor.ahead(2), "text", "") != "/":
        names.append(_differential(cursor))  # one sign over a domain of several letters
    outer = list(reader.bound)
    reader.bound += names
    try:
        node = reader.expression(body, span_of(body))
    finally:
        reader.bound[:] = outer
    limits = [reader.expression(part, span_of(part)) for part in (below, above) if part and _is_number(part)]
    domain = f"_{{{text_of(below)}}}" if below and not _is_number(below) else "_{·}" if below else ""
    name = rf"\int{domain}{'^{·}' if above else ''} {text_of(body)} d{' d'.join(names)}"
    bound = {symbols.letter_named(reader, each, sign.span).name for each in names}
    span = sign.span[0], cursor.items[cursor.at - 1].span[1]
    reader.findings.say("integral", f"{name} as a value of its own, of which nothing is known", span)
    return applied.named_only(reader, name, [node], bound, span, *limits)


def _end(cursor: Cursor, count: int) -> int:
    """Return where the differentials of an integral begin, those of integrals within it left out."""
    depth = 0
    for at in range(cursor.at, len(cursor.items)):
        item = cursor.items[at]
        if isinstance(item, Token) and item.text in SIGNS:
            depth += 2 if item.text == r"\iint" else 1
        elif _is_differential(cursor.items, at):
            if not depth:
                return at
            depth -= 1
    raise FreeError("an integral without its dx", cursor.items[cursor.at - 1].span, "integral")


def _is_differential(items: Sequence[Item], at: int) -> bool:
    first, second = (items[place] if place < len(items) else None for place in (at, at + 1))
    d = (isinstance(first, Token) and first.text == "d") or (isinstance(first, Group) and first.kind == "text" and (
        first.name.strip() == "d"
    ))  # fmt: skip
    return d and isinstance(second, Token) and second.kind is Kind.LETTER


def _differential(cursor: Cursor) -> str:
    if not _is_differential(cursor.items, cursor.at):
        raise FreeError("an integral without its dx", cursor.span, "integral")
    cursor.take()
    letter = cursor.take()
    if cursor.text in ("_", "^"):
        raise FreeError("an integral over a letter with scripts", letter.span, "integral")
    return getattr(letter, "text", "")


def _is_number(items: Sequence[Item]) -> bool:
    """Return whether a limit is a number, and no set."""
    texts = [item.text for item in items if isinstance(item, Token)]
    sets = any(isinstance(item, Group) and item.kind in ("[", r"\{") for item in items)
    letters = len(items) == 1 and texts and (texts[0].startswith((r"\mathbb", r"\mathcal")) or texts[0] == "U")
    return bool(texts) and not sets and not letters and "," not in texts
