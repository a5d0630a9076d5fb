r"""What reaches over what follows: sums, products, extrema, limits; and bars, inner products, indicators.

A sum without limits runs over the range of its index, or to an end of its own; ``\sum_{k \ne i}`` leaves the term out
with a factor 1 - δ; one over a set counts the members. A sum that ends before a plus, although what follows needs its
index, reaches over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nncore.verify.notation import DELTA
from nncore.verify.spelling import applied, symbols
from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.nesting import GIVEN, ROW, WIDE, Group, Item, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import RELATIONS as STRICT_RELATIONS
from nncore.verify.syntax.tree import Relation, Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_SUMS = {r"\sum": t.Sum, r"\prod": t.Product}
_EXTREMA = {r"\max": "max", r"\min": "min", r"\argmax": "argmax", r"\argmin": "argmin"}
_WORDS = {"max": "max", "min": "min", "argmax": "argmax", "argmin": "argmin", "arg max": "argmax", "arg min": "argmin"}
COMMANDS = frozenset((*_SUMS, *_EXTREMA, r"\lim", r"\arg"))
_SAME = {
    "=": Relation.EQUAL, "==": Relation.EQUAL, r"\coloneqq": Relation.DEFINES, r"\triangleq": Relation.DEFINES,
    r"\doteq": Relation.DEFINES, r"\gets": Relation.ASSIGNS, r"\lt": Relation.LESS, r"\gt": Relation.GREATER,
    r"\simeq": Relation.ROUNDS,
}  # fmt: skip
_NEGATED = {
    Relation.EQUAL: Relation.UNEQUAL, Relation.UNEQUAL: Relation.EQUAL, Relation.LESS: Relation.AT_LEAST,
    Relation.AT_LEAST: Relation.LESS, Relation.GREATER: Relation.AT_MOST, Relation.AT_MOST: Relation.GREATER,
}  # fmt: skip


# Relations ------------------------------------------------------------------------------------------------------------


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
        if link.relation in _NEGATED:
            reader.findings.say("indicator", f"the indicator of {text_of(items)} as 1 or 0 by cases", span)
            other = t.Chain(condition.first, (replace(link, relation=_NEGATED[link.relation]),), span=span)
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


# What reaches over what follows ---------------------------------------------------------------------------------------


def reaching(reader: "Reader", cursor: Cursor) -> t.Node | None:
    """Return a sum or its like with all that it reaches over, if one comes next."""
    text, item = cursor.text, cursor.item
    if text in _SUMS:
        return _over_indices(reader, cursor)
    if isinstance(item, Group) and item.kind == "{" and getattr(item.items[:1] and item.items[0], "text", "") in _SUMS:
        from nncore.verify.spelling.facts import scripts

        if scripts(item.items, 1)[2] == len(item.items):  # braces around nothing but the sign of a sum
            cursor.items = [*cursor.items[: cursor.at], *item.items, *cursor.items[cursor.at + 1 :]]
            return _over_indices(reader, cursor)
    word = item.name.strip() if isinstance(item, Group) and item.kind == "text" else ""
    following = cursor.ahead()
    below = getattr(following, "text", "") == "_"
    if text == r"\arg" or word in ("arg",):
        return _extremum(reader, cursor)
    if (text in (r"\max", r"\min") or word in ("max", "min")) and below:
        return _extremum(reader, cursor)
    if text in (r"\argmax", r"\argmin") or word in _WORDS and word not in ("max", "min"):
        return _extremum(reader, cursor)
    if text == r"\lim":
        return _limit(reader, cursor)
    return None


@dataclass(slots=True)
class _Limits:
    """What stands at the sign of a sum: indices with their limits, and pairs that are unequal."""

    indices: list[tuple[str, Span, t.Node | None, t.Node | None]] = field(default_factory=list)
    unequal: list[tuple[t.Node, t.Node]] = field(default_factory=list)


def _over_indices(reader: "Reader", cursor: Cursor) -> t.Node:
    sign = cursor.take()
    below, above, _ = symbols.scripts_at(cursor)
    if not below:
        raise FreeError("a sum without an index: write what it is over", sign.span, "sum without an index")
    outer = list(reader.bound)
    limits = _limits(reader, below, above, sign.span)
    reader.bound += [name for name, *_ in limits.indices]
    try:
        lowers = [_lower_and_upper(reader, each) for each in limits.indices]
        negative = cursor.take() if cursor.text == "-" else None
        body = reader.term(cursor)
        if negative:
            body = t.Minus(body, span=(negative.span[0], body.span[1]))
    finally:
        reader.bound[:] = outer
    factors: list[t.Node] = []
    for one, other in limits.unequal:
        delta = t.Indexed(t.Letter(DELTA, span=one.span), (one, other), span=one.span)
        factors.append(t.Plus((t.Number("1", span=one.span), t.Minus(delta, span=one.span)), span=one.span))
    make = _SUMS[getattr(sign, "text", "")]
    if factors:
        reader.findings.say("left out", f"the term that {text_of(below)} leaves out with a factor 1 - \\delta", sign.span)
        if make is t.Product:
            exponent = factors[0] if len(factors) == 1 else t.Times(tuple(factors), span=sign.span)
            body = t.Power(body, exponent, span=body.span)
        else:
            rest = body.factors if isinstance(body, t.Times) else (body,)
            body = t.Times((*factors, *rest), span=body.span)
    for (name, where, _, _), (lower, upper) in zip(reversed(limits.indices), reversed(lowers), strict=True):
        index = symbols.letter_named(reader, name, where)
        body = make(index, lower, upper, body, span=(sign.span[0], body.span[1]))
    return body


def _limits(reader: "Reader", below: Sequence[Item], above: Sequence[Item], span: Span) -> _Limits:
    found = _Limits()
    top = reader.expression(above, symbols.span_of(above)) if above else None
    parts: list[list[Item]] = [[]]
    for item in below:
        if isinstance(item, Token) and item.text in (",", ROW, WIDE, ";"):
            parts.append([])
        else:
            parts[-1].append(item)
    for part in (part for part in parts if part):
        _limit_of(reader, part, top, found, span)
    if top is not None and (len(found.indices) != 1 or found.indices[0][3] is not top):
        raise FreeError("what the upper limit belongs to is not clear", span, "limits")
    return found


def _limit_of(reader: "Reader", part: Sequence[Item], top: t.Node | None, found: _Limits, span: Span) -> None:
    """Add what one part below the sign of a sum says."""
    where = symbols.span_of(part)
    texts = [getattr(item, "text", "") for item in part]
    signs = [at for at, text in enumerate(texts) if text in RELATIONS or text in (r"\in", r"\sim", r"\to")]
    known = [name for name, *_ in found.indices]
    if not signs:
        if len(part) == 1 and isinstance(part[0], Group) and part[0].kind == "(":
            raise FreeError("a sum over pairs of a set", where, "sum over a set of pairs")
        for name in _names(part, where):
            found.indices.append((name, where, None, top))
        return
    if texts[signs[0]] == r"\in" and len(signs) == 1:
        (name,) = _names(part[: signs[0]], where) or [""]
        if not name:
            raise FreeError("a sum over a set of what is not one letter", where, "sum over a set")
        found.indices.append((name, where, None, _size_of_set(reader, part[signs[0] + 1 :], name, where)))
        return
    if any(texts[at] in (r"\sim", r"\to", r"\in") for at in signs):
        raise FreeError("what a sum is over here cannot be expressed", where, "limits")
    if texts[signs[0]] == "=" and len(signs) == 1:
        (name,) = _names(part[: signs[0]], where) or [""]
        lower = reader.expression(part[signs[0] + 1 :], where)
        found.indices.append((name, where, lower, top))
        return
    names = [letter for letter in (_names(part[:1], where) if signs[0] == 1 else []) if letter not in known]
    if texts[signs[0]] in (r"\ne", r"\neq") and len(signs) == 1:
        if names and (top is not None or not known):
            found.indices.append((names[0], where, None, top))
        condition = chain(reader, part, where)
        found.unequal.append((condition.first, condition.links[0].right))
        return
    if len(signs) == 2 and all(texts[at] in (r"\le", r"\leq", r"\leqslant") for at in signs):
        (name,) = _names(part[signs[0] + 1 : signs[1]], where) or [""]
        lower, upper = reader.expression(part[: signs[0]], where), reader.expression(part[signs[1] + 1 :], where)
        found.indices.append((name, where, lower, upper))
        return
    raise FreeError("which values the index of a sum takes cannot be expressed", where, "limits")


def _names(items: Sequence[Item], span: Span) -> list[str]:
    """Return the letters, each with its primes, of which items consist."""
    found: list[str] = []
    for item in items:
        if isinstance(item, Token) and item.text in ("'", r"\prime") and found:
            found[-1] += "'"
        elif isinstance(item, Token) and item.kind is Kind.LETTER:
            found.append(item.text)
        elif not (isinstance(item, Group) and item.kind == "{" and not item.items):
            raise FreeError("what a sum is over is not a letter", span, "limits")
    return found


def _size_of_set(reader: "Reader", items: Sequence[Item], name: str, span: Span) -> t.Node:
    """Return the number of members of a set: n for ``\\{1, \\ldots, n\\}``, else a size of its own."""
    if len(items) == 1 and isinstance(items[0], Group) and items[0].kind in (r"\{", "["):
        parts = [part for part in symbols._parts(items[0].items)]
        if len(parts) == 3 and text_of(parts[0]) == "1" and text_of(parts[1]) in (r"\ldots", r"\dots", r"\cdots"):
            return reader.expression(parts[2], span)
        raise FreeError("a sum over a set that is written out", span, "sum over a set")
    size = f"|{text_of(items)}|"
    reader.findings.say("set", rf"a sum over {name} \in {text_of(items)} as one over its members from 1 to {size}", span)
    return symbols.own_letter(reader, size, items, span)


def _lower_and_upper(
    reader: "Reader", limits: tuple[str, Span, t.Node | None, t.Node | None]
) -> tuple[t.Node, t.Node]:
    name, span, lower, upper = limits
    if upper is None:
        end = reader.scene.end_of(name)
        end = "" if end in {*reader.bound, *reader.free} else end
        if end and end.isalpha():
            upper = symbols.letter_named(reader, end, span)
            words = f"the sum over {name} without limits as one from 1 to {end}"
        elif end.isdigit():
            upper, words = t.Number(end, span=span), f"the sum over {name} without limits as one from 1 to {end}"
        else:
            upper = symbols.letter_named(reader, f"n_{{{name}}}", span)
            words = f"the sum over {name} without limits as one from 1 to an end of its own, n_{{{name}}}"
        reader.findings.say("limits", words, span)
    elif lower is None:
        reader.findings.say("limits", f"the sum over {name} as one from 1", span)
    return lower or t.Number("1", span=span), upper


def _extremum(reader: "Reader", cursor: Cursor) -> t.Node:
    item = cursor.take()
    word = item.name.strip() if isinstance(item, Group) else item.text
    kind = _EXTREMA.get(word) or _WORDS.get(word) or ""
    if word in (r"\arg", "arg"):
        second = cursor.take()
        kind = "arg" + (second.name.strip() if isinstance(second, Group) else second.text.lstrip("\\"))
    below, above, _ = symbols.scripts_at(cursor)
    if not below or above or kind not in _EXTREMA.values():
        raise FreeError(f"over what {word} is taken is not said", item.span, "extremum without an index")
    parts = symbols._parts(below)
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
    below, _, _ = symbols.scripts_at(cursor)
    arrow = next((at for at, item in enumerate(below) if getattr(item, "text", "") in (r"\to", r"\rightarrow")), None)
    if arrow is None:
        raise FreeError(r"a limit says what tends to what, as \lim_{h \to 0}", sign.span, "limit")
    symbol = symbols.read_symbol(reader, Cursor(below[:arrow], sign.span))
    point = reader.expression(below[arrow + 1 :], sign.span)
    if not isinstance(symbol.node, t.Letter):
        raise FreeError("a limit is one of a letter", sign.span, "limit")
    body = reader.term(cursor)
    return t.Limit(symbol.node, point, body, span=(sign.span[0], body.span[1]))


# A sum that ends too early --------------------------------------------------------------------------------------------


def reaching_over(reader: "Reader", terms: Sequence[t.Node]) -> list[t.Node]:
    """Return terms in which a sum also reaches over terms behind it that need its index."""
    found = list(terms)
    for place in range(len(found) - 1):
        last = _last_sum(found[place])
        if last is None:
            continue
        names = {node.index.name for node, _ in t.walk(last) if isinstance(node, t.Sum)} - set(reader.bound)
        end = place
        for behind in range(place + 1, len(found)):
            if names & _free(found[behind]):
                end = behind
            elif _last_sum(found[behind]) is not None:
                break
        if end == place:
            continue
        span = found[place].span
        options = ("a sum as reaching over the plus or minus behind it", "a sum as ending at the plus or minus behind it")
        if names & reader.free and reader.findings.choose("reach", options, span):
            continue
        reader.findings.say("reach", options[0], span)
        whole = _extended(found[place], found[place + 1 : end + 1])
        return reaching_over(reader, [*found[:place], whole, *found[end + 1 :]])
    return found


def _last_sum(node: t.Node) -> t.Sum | None:
    """Return the sum with which a term ends."""
    match node:
        case t.Sum():
            return node
        case t.Minus(body):
            return _last_sum(body)
        case t.Times(factors):
            return _last_sum(factors[-1]) if isinstance(factors[-1], t.Sum | t.Minus) else None
    return None


def _extended(node: t.Node, more: Sequence[t.Node]) -> t.Node:
    span = node.span[0], more[-1].span[1]
    match node:
        case t.Sum(body=t.Sum() as inner) if _needs(inner, more):
            return replace(node, body=_extended(inner, more), span=span)
        case t.Sum(body=body):
            terms = body.terms if isinstance(body, t.Plus) and body.span[0] == body.terms[0].span[0] else (body,)
            whole = t.Plus((*terms, *more), span=(body.span[0], more[-1].span[1]))
            return replace(node, body=whole, span=span)
        case t.Minus(body):
            return t.Minus(_extended(body, more), span=span)
        case t.Times(factors):
            return t.Times((*factors[:-1], _extended(factors[-1], more)), span=span)
    return node


def _needs(inner: t.Sum, more: Sequence[t.Node]) -> bool:
    return any(inner.index.name in _free(each) for each in more)


def _free(node: t.Node) -> set[str]:
    """Return the letters of a node that nothing in it binds."""
    match node:
        case t.Letter(name):
            return {name}
        case t.Sum(index) | t.Product(index) | t.Extremum(_, index) | t.Limit(index):
            return set().union(*map(_free, t.children(node))) - {index.name}
    return set().union(*map(_free, t.children(node)))


# Bars and brackets ----------------------------------------------------------------------------------------------------


def bars(reader: "Reader", group: Group, cursor: Cursor) -> t.Node:
    """Return an absolute value, a determinant, a number of members, or a norm."""
    items, span = group.items, group.span
    if group.kind == r"\|":
        order: t.Node | None = None
        body = reader.expression(items, span)
        inside, above, _ = symbols.scripts_at(cursor)
        end = cursor.items[cursor.at - 1].span[1]
        if inside:
            text = text_of(inside)
            if text in ("F", r"\text{F}", r"\mathrm{F}", r"\mathcal{F}", r"\text{Fro}", "Fro"):
                reader.findings.say("norm", f"the norm with {text} as the root of the sum of all squares", span)
            else:
                order = reader.expression(inside, symbols.span_of(inside))
        norm = t.Norm(body, order, span=(span[0], end))
        if not above:
            return norm
        return t.Power(norm, reader.expression(above, symbols.span_of(above)), span=norm.span)
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
    parts = symbols._parts(group.items)
    if len(parts) != 2:
        raise FreeError("what these brackets mean is not clear", group.span, "angle brackets")
    one, other = (reader.expression(part, symbols.span_of(part)) for part in parts)
    reader.findings.say("inner", r"\langle u, v \rangle as u^\top v, of columns", group.span)
    return t.Times((t.Transpose(one, span=one.span), other), span=group.span)


