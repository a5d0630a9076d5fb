r"""What stands above and below a letter, taken from a row of items; which of it means a transpose."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax.tree import Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_TOPS = frozenset((r"\top", r"\intercal", r"\text{T}", r"\mathsf{T}", r"\mathbf{T}", r"\text{\top}", r"\mathrm{T}",
                   r"\text{tr}", r"\text{\sf T}", r"\text{\intercal}"))  # fmt: skip

TRANSPOSES = frozenset(("T", r"\prime", *_TOPS))


def scripts_at(cursor: Cursor) -> tuple[Sequence[Item], Sequence[Item], int]:
    """Return what stands below and above at a place, and the number of primes, and go past them."""
    below: list[Item] = []
    above: list[Item] = []
    primes = 0
    while cursor.text in ("_", "^", "'"):
        sign = cursor.take()
        if getattr(sign, "text", "") == "'":
            primes += 1
            continue
        if cursor.item is None:
            raise FreeError("a script is missing", sign.span, "missing argument")
        inside = inside_of(cursor)
        if getattr(sign, "text", "") == "_":
            if below:
                raise FreeError("two subscripts at one letter", sign.span, "two subscripts")
            below += inside
        else:
            if all(getattr(item, "text", "") in ("'", r"\prime") for item in inside):
                primes += len(inside)
            else:
                above += inside
    return below, above, primes


def scripts_of_sign(cursor: Cursor) -> tuple[Sequence[Item], Sequence[Item]]:
    """Return what stands below and above a sign that has no primes, and go past it."""
    start = cursor.at
    below, above, primes = scripts_at(cursor)
    if primes:
        raise FreeError("a prime at a sign", cursor.items[start].span, "prime at a sign")
    return below, above


def inside_of(cursor: Cursor) -> Sequence[Item]:
    """Return what the next item holds, without braces, and go past it: one digit where there are none."""
    item = cursor.item
    if isinstance(item, Token) and item.kind is Kind.NUMBER and len(item.text) > 1:
        cursor.take()  # TeX takes one digit where there are no braces
        first = Token(Kind.NUMBER, item.text[0], (item.span[0], item.span[0] + 1))
        rest = Token(Kind.NUMBER, item.text[1:], (item.span[0] + 1, item.span[1]))
        if not rest.text[0].isdigit():
            return (item,)
        if item.text.isdigit():
            raise FreeError(f"TeX raises or lowers {first.text} alone: write {{{item.text}}}", item.span, "digits")
        cursor.items = [*cursor.items[: cursor.at], rest, *cursor.items[cursor.at :]]
        return (first,)
    inside = cursor.argument()[0]
    while len(inside) == 1 and isinstance(inside[0], Group) and inside[0].kind == "{":
        inside = inside[0].items
    return inside


def span_of(items: Sequence[Item]) -> Span:
    """Return where items begin and end."""
    return items[0].span[0], items[-1].span[1]


# Above a letter -------------------------------------------------------------------------------------------------------


def is_transpose(reader: "Reader", items: Sequence[Item], name: str | None, span: Span) -> bool:
    """Return whether what stands above means a transpose; ``name`` is the letter under it, if it is one."""
    text = text_of(items)
    if text in _TOPS or text == r"\mathsf T":
        return True
    if text not in ("T", "t"):
        return False
    scene = reader.scene
    number = scene.is_size(text) or scene.is_index(text) or scene.facts.bare[text] > 0 or text in reader.bound
    if text == "t":
        return False
    entries = name and scene.notation.array_of_entry(name)
    array = scene.is_array(name) if name and (not entries or entries.letter == name) else None  # else it may be a row
    if number and array is False:
        return False
    if number and not array:
        options = (f"{name or ''}^{text} as a transpose", f"{name or ''}^{text} as a power")
        return not reader.findings.choose(f"top {text}", options, span)
    reader.findings.say("top", f"^{text} as a transpose", span)
    return True


def split_top(reader: "Reader", items: Sequence[Item], name: str | None) -> tuple[Sequence[Item], bool]:
    r"""Return what stands above without a transpose at its end, as in ``W^{(2)\top}``, and whether there is one."""
    if not items:
        return items, False
    last = items[-1:]
    mark = text_of(last)
    if len(items) > 1 and (mark in _TOPS or mark == "T"):
        before = items[:-1]
        if text_of(before) in ("-", "-1") or (isinstance(before[0], Group) and before[0].kind in ("(", "[")):
            reader.findings.say("top", f"{mark} as a transpose", span_of(last))
            one = Token(Kind.NUMBER, "1", span_of(before))
            return (*before, one) if text_of(before) == "-" else before, True
    return (items, False) if not is_transpose(reader, items, name, span_of(items)) else ((), True)
