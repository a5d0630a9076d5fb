r"""What reaches over what follows: sums, extrema and limits; and bars and angle brackets."""

from typing import TYPE_CHECKING

from nncore.verify.spelling import applied, sums, symbols
from nncore.verify.spelling.facts import scripts
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import scripts_of_sign, span_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_EXTREMA = {r"\max": "max", r"\min": "min", r"\argmax": "argmax", r"\argmin": "argmin"}
_WORDS = {"max": "max", "min": "min", "argmax": "argmax", "argmin": "argmin", "arg max": "argmax", "arg min": "argmin"}
COMMANDS = frozenset((*sums.SIGNS, *_EXTREMA, r"\lim", r"\arg"))


def reaching(reader: "Reader", cursor: Cursor) -> t.Node | None:
    """Return a sum or its like with all that it reaches over, if one comes next."""
    text, item = cursor.text, cursor.item
    if text in sums.SIGNS:
        return sums.over_indices(reader, cursor)
    if (
        isinstance(item, Group)
        and item.kind == "{"
        and getattr(item.items[:1] and item.items[0], "text", "") in sums.SIGNS
    ):
        if scripts(item.items, 1)[2] == len(item.items):  # braces around nothing but the sign of a sum
            cursor.items = [*cursor.items[: cursor.at], *item.items, *cursor.items[cursor.at + 1 :]]
            return sums.over_indices(reader, cursor)
    word = item.name.strip() if isinstance(item, Group) and item.kind == "text" else ""
    following = cursor.ahead()
    below = getattr(following, "text", "") == "_"
    if text == r"\arg" or word in ("arg",):
        return _extremum(reader, cursor)
    if (text in (r"\max", r"\min") or word in ("max", "min")) and below:
        return _extremum(reader, cursor)
    if text in (r"\argmax", r"\argmin") or (word in _WORDS and word not in ("max", "min")):
        return _extremum(reader, cursor)
    if text == r"\lim":
        return _limit(reader, cursor)
    return None


def _extremum(reader: "Reader", cursor: Cursor) -> t.Node:
    item = cursor.take()
    word = item.name.strip() if isinstance(item, Group) else item.text
    kind = _EXTREMA.get(word) or _WORDS.get(word) or ""
    if word in (r"\arg", "arg"):
        second = cursor.take()
        kind = "arg" + (second.name.strip() if isinstance(second, Group) else second.text.lstrip("\\"))
    below, above = scripts_of_sign(cursor)
    if not below or above or kind not in _EXTREMA.values():
        raise FreeError(f"over what {word} is taken is not said", item.span, "extremum without an index")
    parts = symbols.parts_of(below)
    names: list[str] = []
    for part in parts:
        member = next((at for at, each in enumerate(part) if getattr(each, "text", "") == r"\in"), None)
        if member is not None:
            reader.findings.say("set", f"{text_of(part)} below {word} as the whole range", item.span)
            part = part[:member]
        symbol = symbols.read_symbol(reader, inner := Cursor(part, item.span))
        if inner.item is not None or not isinstance(symbol.node, t.Letter) or symbol.above:
            raise FreeError(f"over what {word} is taken cannot be expressed", item.span, "extremum")
        names.append(symbol.name + "'" * symbol.primes)
    if len(names) > 1 and kind.startswith("arg"):
        raise FreeError("a place of several letters at once", item.span, "extremum over several letters")
    outer = list(reader.bound)
    reader.bound += names
    try:
        body = reader.term(cursor) if cursor.text != "-" else reader.sum(cursor)
    finally:
        reader.bound[:] = outer
    for name in reversed(names):
        index = symbols.letter_named(reader, name, item.span)
        body = t.Extremum(kind, index, body, span=(item.span[0], body.span[1]))
    return body


def _limit(reader: "Reader", cursor: Cursor) -> t.Node:
    sign = cursor.take()
    below, above = scripts_of_sign(cursor)
    arrow = next((at for at, item in enumerate(below) if getattr(item, "text", "") in (r"\to", r"\rightarrow")), None)
    if arrow is None or above:
        raise FreeError(r"a limit says what tends to what, as \lim_{h \to 0}", sign.span, "limit")
    symbol = symbols.read_symbol(reader, Cursor(below[:arrow], sign.span))
    point = reader.expression(below[arrow + 1 :], sign.span)
    if not isinstance(symbol.node, t.Letter):
        raise FreeError("a limit is one of a letter", sign.span, "limit")
    body = reader.term(cursor)
    return t.Limit(symbol.node, point, body, span=(sign.span[0], body.span[1]))


# Bars and brackets ----------------------------------------------------------------------------------------------------


def bars(reader: "Reader", group: Group, cursor: Cursor) -> t.Node:
    """Return an absolute value, a determinant, a number of members, or a norm."""
    items, span = group.items, group.span
    if group.kind == r"\|":
        order: t.Node | None = None
        body = reader.expression(items, span)
        inside, above = scripts_of_sign(cursor)
        end = cursor.items[cursor.at - 1].span[1]
        if inside:
            text = text_of(inside)
            if text in ("F", r"\text{F}", r"\mathrm{F}", r"\mathcal{F}", r"\text{Fro}", "Fro"):
                reader.findings.say("norm", f"the norm with {text} as the root of the sum of all squares", span)
            else:
                order = reader.expression(inside, span_of(inside))
        elif "norm" in reader.scene.words.own_meanings:
            raise FreeError("the text says otherwise what this norm is", span, "norm of one's own")
        norm = t.Norm(body, order, span=(span[0], end))
        if not above:
            return norm
        return t.Power(norm, reader.expression(above, span_of(above)), span=norm.span)
    names = [item.text for item in items if isinstance(item, Token) and item.kind is Kind.LETTER]
    if len(items) and names and names[0].startswith(r"\mathcal"):
        size = f"|{text_of(items)}|"
        reader.findings.say("set", f"{size} as a number of members, a size of its own", span)
        return symbols.own_letter(reader, size, items, span)
    if any(getattr(item, "text", "") in (r"\cap", r"\cup", r"\setminus", r"\backslash") for item in items):
        raise FreeError("operations on sets", span, "sets")
    body = reader.expression(items, span)
    if any(reader.scene.is_array(name) and name[-1:] != ")" for name in names) and not isinstance(body, t.Indexed):
        options = ("bars as an absolute value", "bars as a determinant")
        if reader.findings.choose("bars", options, span):
            return applied.own(reader, "det", (body,), span)
    return t.Absolute(body, span=span)


def inner_product(reader: "Reader", group: Group) -> t.Node:
    r"""Return ``\langle u, v \rangle`` as ``u^\top v``."""
    parts = symbols.parts_of(group.items)
    if len(parts) != 2:
        raise FreeError("what these brackets mean is not clear", group.span, "angle brackets")
    one, other = (reader.expression(part, span_of(part)) for part in parts)
    reader.findings.say("inner", r"\langle u, v \rangle as u^\top v, of columns", group.span)
    return t.Times((t.Transpose(one, span=one.span), other), span=group.span)
