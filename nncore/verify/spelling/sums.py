r"""Sums and products over an index, and how far they reach.

A sum without limits runs over the range of its index, or to an end of its own; ``\sum_{k \ne i}`` leaves the term out
with a factor 1 - δ; one over a set counts the members, and one over pairs of a set has a factor for each pair. A sum
that ends before a plus, although what follows needs its index, reaches over it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from nncore.verify.notation import DELTA
from nncore.verify.spelling import relations, symbols
from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import ROW, WIDE, Group, Item, between_commas, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import scripts_of_sign, span_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_REACHING = t.Sum | t.Extremum
SIGNS: dict[str, type[t.Sum] | type[t.Product]] = {r"\sum": t.Sum, r"\prod": t.Product}


@dataclass(slots=True)
class _Limits:
    """What stands at the sign of a sum: indices with their limits, pairs that are unequal, and sets of pairs."""

    indices: list[tuple[str, Span, t.Node | None, t.Node | None]] = field(default_factory=list)
    unequal: list[tuple[t.Node, t.Node]] = field(default_factory=list)
    pairs: list[tuple[str, tuple[str, ...], Span]] = field(default_factory=list)  # each set, with the letters of a pair
    cases: list[Sequence[Item]] = field(default_factory=list)  # what holds of the terms that count


def over_indices(reader: "Reader", cursor: Cursor) -> t.Node:
    sign = cursor.take()
    below, above = scripts_of_sign(cursor)
    if not below:
        raise FreeError("a sum without an index: write what it is over", sign.span, "sum without an index")
    outer = list(reader.bound)
    limits = _limits(reader, below, above, sign.span)
    reader.bound += [name for name, *_ in limits.indices]
    try:
        lowers = [_lower_and_upper(reader, each) for each in limits.indices]
        negative = cursor.take() if cursor.text == "-" else None
        cases = [relations.indicator(reader, each, span_of(each)) for each in limits.cases]
        body = reader.term(cursor)
        if negative:
            body = t.Minus(body, span=(negative.span[0], body.span[1]))
    finally:
        reader.bound[:] = outer
    factors: list[t.Node] = []
    for one, other in limits.unequal:
        delta = t.Indexed(t.Letter(DELTA, span=one.span), (one, other), span=one.span)
        factors.append(t.Plus((t.Number("1", span=one.span), t.Minus(delta, span=one.span)), span=one.span))
    factors += [*cases, *(_in_set(reader, *each) for each in limits.pairs)]
    make = SIGNS[getattr(sign, "text", "")]
    behind: list[t.Node] = []
    if make is t.Product and not factors:
        body, behind = _within_product(reader, body, {name for name, *_ in limits.indices}, sign.span)
    if limits.unequal:
        reader.findings.say(
            "left out", f"the term that {text_of(below)} leaves out with a factor 1 - \\delta", sign.span
        )
    if factors:
        if make is t.Product:
            exponent = factors[0] if len(factors) == 1 else t.Times(tuple(factors), span=sign.span)
            body = t.Power(body, exponent, span=body.span)
        else:
            rest = body.factors if isinstance(body, t.Times) else (body,)
            body = t.Times((*factors, *rest), span=body.span)
    for (name, where, _, _), (lower, upper) in zip(reversed(limits.indices), reversed(lowers), strict=True):
        index = symbols.letter_named(reader, name, where)
        body = make(index, lower, upper, body, span=(sign.span[0], body.span[1]))
    return t.Times((body, *behind), span=(sign.span[0], behind[-1].span[1])) if behind else body


def _within_product(reader: "Reader", body: t.Node, names: set[str], span: Span) -> tuple[t.Node, list[t.Node]]:
    """Return what a product is of, and the factors behind it: those without its index may stand outside.

    In a sum it makes no difference, in a product each of them would be raised to a power.
    """
    indices = {symbols.letter_named(reader, name, span).name for name in names}
    factors = body.factors if isinstance(body, t.Times) else (body,)
    last = max((at for at, factor in enumerate(factors) if indices & free(factor)), default=len(factors) - 1)
    options = ("a product as ending before factors without its index", "a product as reaching over all factors")
    if last + 1 == len(factors) or reader.findings.choose("factors behind a product", options, span):
        return body, []
    inside = factors[: last + 1]
    whole = inside[0] if last == 0 else t.Times(inside, span=(inside[0].span[0], inside[-1].span[1]))
    return whole, list(factors[last + 1 :])


def _limits(reader: "Reader", below: Sequence[Item], above: Sequence[Item], span: Span) -> _Limits:
    found = _Limits()
    top = reader.expression(above, span_of(above)) if above else None
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
    where = span_of(part)
    if _is_of_pairs(reader, part, found):
        return
    if [getattr(item, "text", "") for item in part[1:2]] == [":"] and relations.holds_relation(part[2:]):
        _limit_of(reader, part[:1], top, found, span)
        found.cases.append(part[2:])
        return
    texts = [getattr(item, "text", "") for item in part]
    signs = [at for at, text in enumerate(texts) if text in RELATIONS or text in (r"\in", r"\sim", r"\to")]
    known = [name for name, *_ in found.indices]
    if not signs:
        if len(part) == 1 and isinstance(part[0], Group) and part[0].kind == "(":
            raise FreeError("a sum over pairs of a set", where, "sum over a set of pairs")
        for name in _names(part, where):
            if found.unequal:  # one more that is left out: k is neither i nor j
                other = symbols.letter_named(reader, name, where)
                found.unequal.append((found.unequal[-1][0], other))
            else:
                found.indices.append((name, where, None, top))
        return
    if texts[signs[0]] == r"\in" and len(signs) == 1:
        (name,) = _names(part[: signs[0]], where) or [""]
        if not name:
            raise FreeError("a sum over a set of what is not one letter", where, "sum over a set")
        one = t.Number("1", span=where)
        found.indices.append((name, where, one, _size_of_set(reader, part[signs[0] + 1 :], name, where)))
        return
    if any(texts[at] in (r"\sim", r"\to", r"\in") for at in signs):
        raise FreeError("what a sum is over here cannot be expressed", where, "limits")
    if texts[signs[0]] == "=" and len(signs) == 1:
        (name,) = _names(part[: signs[0]], where) or [""]
        lower = reader.expression(part[signs[0] + 1 :], where)
        found.indices.append((name, where, lower, top))
        return
    first = part[0]
    letter = first.text if signs[0] == 1 and isinstance(first, Token) and first.kind is Kind.LETTER else ""
    names = [letter] if letter and letter not in known else []
    if texts[signs[0]] in (r"\ne", r"\neq") and len(signs) == 1:
        if names and (top is not None or not known):
            found.indices.append((names[0], where, None, top))
        condition = relations.chain(reader, part, where)
        found.unequal.append((condition.first, condition.links[0].right))
        return
    if len(signs) == 2 and all(texts[at] in (r"\le", r"\leq", r"\leqslant") for at in signs):
        (name,) = _names(part[signs[0] + 1 : signs[1]], where) or [""]
        lower, upper = reader.expression(part[: signs[0]], where), reader.expression(part[signs[1] + 1 :], where)
        found.indices.append((name, where, lower, upper))
        return
    raise FreeError("which values the index of a sum takes cannot be expressed", where, "limits")


def _is_of_pairs(reader: "Reader", part: Sequence[Item], found: _Limits) -> bool:
    r"""Return whether a sum is over pairs: ``(u, i) \in \Omega``, or ``i : (u, i) \in \Omega``, those with one u."""
    texts = [getattr(item, "text", "") for item in part]
    at = 2 if texts[1:2] == [":"] else 0
    match part[at:]:
        case [Group(kind="(") as pair, Token(text=r"\in"), Token(kind=Kind.LETTER) as of]:
            letters = tuple(text_of(each) for each in between_commas(pair.items))
        case _:
            return False
    first = (texts[0],) if at else letters
    if len(letters) < 2 or not all(len(each) == 1 and each.isalpha() for each in letters) or not {*first} <= {*letters}:
        return False
    if not {*first}.isdisjoint(reader.bound):
        return False
    found.indices += [(name, pair.span, None, None) for name in first]
    found.pairs.append((of.text, letters, pair.span))
    return True


def _in_set(reader: "Reader", name: str, letters: tuple[str, ...], span: Span) -> t.Node:
    """Return the factor that tells whether a pair is in a set, which the file does not say: any number."""
    indices = tuple(symbols.letter_named(reader, each, span) for each in letters)
    base = symbols.letter_named(reader, rf"{name}^{{\text{{in}}}}", span)
    words = f"a sum over pairs in {name} as one over all, with a factor for each: 1 for those in it, else 0"
    reader.findings.say("pairs", words, span)
    return t.Indexed(base, indices, span=span)


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
        parts = [part for part in symbols.parts_of(items[0].items)]
        if len(parts) == 3 and text_of(parts[0]) == "1" and text_of(parts[1]) in (r"\ldots", r"\dots", r"\cdots"):
            return reader.expression(parts[2], span)
        raise FreeError("a sum over a set that is written out", span, "sum over a set")
    size = f"|{text_of(items)}|"
    reader.findings.say(
        "set", rf"a sum over {name} \in {text_of(items)} as one over its members from 1 to {size}", span
    )
    return symbols.own_letter(reader, size, items, span)


def _lower_and_upper(reader: "Reader", limits: tuple[str, Span, t.Node | None, t.Node | None]) -> tuple[t.Node, t.Node]:
    name, span, lower, upper = limits
    if upper is None:
        end = reader.scene.end_of(name)
        end = "" if end in {*reader.bound, *reader.free} else end
        own = reader.scene.table.letter(name)
        waits = bool(reader.scene.notation.arrays) and reader.scene.is_undeclared(own)  # for what it stands at
        if end and not waits and end.isalpha():
            upper = symbols.letter_named(reader, end, span)
            words = f"{name} without limits as from 1 to {end}"
        elif end.isdigit() and not waits:
            upper, words = t.Number(end, span=span), f"{name} without limits as from 1 to {end}"
        else:
            upper = symbols.letter_named(reader, f"n_{{{name}}}", span)
            words = "" if waits else f"{name} without limits as from 1 to an end of its own, n_{{{name}}}"
        if words:
            reader.findings.say("limits", words, span)
    elif lower is None:
        reader.findings.say("limits", f"{name} as from 1", span)
    return lower or t.Number("1", span=span), upper


# A sum that ends too early --------------------------------------------------------------------------------------------


def reaching_over(reader: "Reader", terms: Sequence[t.Node]) -> list[t.Node]:
    """Return terms in which a sum also reaches over terms behind it that need its index."""
    found = list(terms)
    for place in range(len(found) - 1):
        last = _last_sum(reader, found[place])
        if last is None:
            continue
        names = {node.index.name for node, _ in t.walk(last) if isinstance(node, _REACHING)} - set(reader.bound)
        end = place
        for behind in range(place + 1, len(found)):
            if names & free(found[behind]):
                end = behind
            elif _last_sum(reader, found[behind]) is not None:
                break
        if end == place:
            continue
        span = found[place].span
        what = "a sum" if isinstance(last, t.Sum) else "an extremum"
        options = (
            f"{what} as reaching over the plus or minus behind it",
            f"{what} as ending at the plus or minus behind it",
        )
        if names & reader.free and reader.findings.choose("reach", options, span):
            continue
        reader.findings.say("reach", options[0], span)
        whole = _extended(found[place], found[place + 1 : end + 1])
        return reaching_over(reader, [*found[:place], whole, *found[end + 1 :]])
    return found


def _last_sum(reader: "Reader", node: t.Node) -> t.Sum | t.Extremum | None:
    """Return the sum or the extremum with which a term ends, unless it is in parentheses."""
    if node.span in reader.closed:
        return None
    match node:
        case t.Sum() | t.Extremum():
            return node
        case t.Minus(body):
            return _last_sum(reader, body)
        case t.Times(factors):
            return _last_sum(reader, factors[-1]) if isinstance(factors[-1], _REACHING | t.Minus) else None
    return None


def _extended(node: t.Node, more: Sequence[t.Node]) -> t.Node:
    span = node.span[0], more[-1].span[1]
    match node:
        case t.Sum(body=inner) | t.Extremum(body=inner) if isinstance(inner, _REACHING) and _needs(inner, more):
            return replace(node, body=_extended(inner, more), span=span)
        case t.Sum(body=body) | t.Extremum(body=body):
            terms = body.terms if isinstance(body, t.Plus) and body.span[0] == body.terms[0].span[0] else (body,)
            whole = t.Plus((*terms, *more), span=(body.span[0], more[-1].span[1]))
            return replace(node, body=whole, span=span)
        case t.Minus(body):
            return t.Minus(_extended(body, more), span=span)
        case t.Times(factors):
            return t.Times((*factors[:-1], _extended(factors[-1], more)), span=span)
    return node


def _needs(inner: t.Sum | t.Extremum, more: Sequence[t.Node]) -> bool:
    return any(inner.index.name in free(each) for each in more)


def free(node: t.Node) -> set[str]:
    """Return the letters of a node that nothing in it binds."""
    match node:
        case t.Letter(name):
            return {name}
        case t.Sum(index) | t.Product(index) | t.Extremum(_, index) | t.Limit(index):
            return set().union(*map(free, t.children(node))) - {index.name}
    return set().union(*map(free, t.children(node)))
