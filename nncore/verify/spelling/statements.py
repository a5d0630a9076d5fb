r"""The statements of a display: lines, chains that go on, words between formulas, conditions.

A line that begins with a relation goes on with the chain above it, also from the display above. ``and``, ``hence`` and
their like separate statements, ``where`` brings one that belongs in front, ``if`` and ``for`` bring a condition. What
stands behind a comma or a wide space and compares indices is a condition, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nncore.verify.spelling import conditions, dots, matrices, points, relations, segments, sums
from nncore.verify.spelling.conditions import Condition
from nncore.verify.spelling.facts import RELATIONS, is_product_of_sets
from nncore.verify.spelling.findings import FreeError, Member
from nncore.verify.spelling.first_use import head
from nncore.verify.spelling.items import Group, Item, is_letter, text_of
from nncore.verify.spelling.said import split_at_reversed, without_braces
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import span_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation, Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader


HENCE = r"\Rightarrow as “hence”, between two claims"
THAT_IS = r"\Leftrightarrow as “that is”, between two claims"


@dataclass(slots=True)
class _Draft:
    """A statement that is being put together: its items, its conditions, and how it is joined to what is before it."""

    items: list[Item]
    joined: str
    conditions: list[Condition] = field(default_factory=list)
    premise: "_Draft | None" = None
    both: bool = False
    goes_on: bool = False


def statements(reader: "Reader", items: Sequence[Item], span: Span) -> list[t.Formula]:
    """Return the statements of a display, each as a formula of its own."""
    if _is_sign(items):
        reader.findings.say("sign", f"{text_of(items)} as a sign by itself, which claims nothing", items[0].span)
        reader.findings.skip("sign", items[0].span)
        return []
    beside: list[list[Item]] = []
    items = without_braces(items, reader.findings, beside)
    drafts = []
    for draft in _drafts(reader, segments.segments(reader, segments.flat(items))):
        draft.items, defined = split_at_reversed(draft.items)
        alone = defined and not conditions.relates(draft.items)  # nothing but what is defined
        drafts += [_Draft(defined, "row")] if alone else [draft, *([_Draft(defined, "row")] if defined else [])]
    drafts += [_Draft(each, "row") for each in beside]
    found: list[t.Formula] = []
    lost = reader.findings.lost
    for at, draft in enumerate(drafts):
        bound = list(reader.bound)
        try:
            found += _formulas(reader, draft, span)
        except FreeError as error:
            if lost is None or not _stands_alone(drafts, at):
                raise
            lost.append(error)
            reader.scene.lose(text_of(draft.items))
            reader.bound = bound
    if lost and not found:
        raise lost[0]
    if not found and not reader.findings.members:
        raise FreeError("there is no formula here", span, "no formula")
    return found


def _stands_alone(drafts: Sequence[_Draft], at: int) -> bool:
    """Return whether a statement fills rows of its own, so that it is no condition of another one."""
    begins = at == 0 or drafts[at].joined == "row"
    ends = at + 1 == len(drafts) or drafts[at + 1].joined == "row"
    return begins and ends and conditions.relates(drafts[at].items) and not drafts[at].conditions


def _is_sign(items: Sequence[Item]) -> bool:
    r"""Return whether a sign stands alone, as ``\odot`` or ``\nabla_x`` within a sentence."""
    if len(items) == 3 and getattr(items[0], "text", "") == r"\nabla" and getattr(items[1], "text", "") == "_":
        return True
    return (
        len(items) == 1
        and isinstance(items[0], Token)
        and items[0].text in (*segments.OPERATORS, r"\nabla", *RELATIONS)
    )


# Drafts ---------------------------------------------------------------------------------------------------------------


def _drafts(reader: "Reader", parts: Sequence[tuple[str, list[Item]]]) -> list[_Draft]:
    """Return the statements as items, put together from segments."""
    found: list[_Draft] = []
    role, sign = "", ""
    at = 0
    while at < len(parts):
        joined, items = parts[at]
        at += 1
        if joined == "words":
            role = segments.role_of(reader, items[0], parts[at:], bool(found), role)
            continue
        if joined in segments.IMPLIES | segments.IFF | segments.ARROWS:
            sign = joined
        if joined == "for all" or (joined == "row" and role == "if"):
            role = "if" if joined == "for all" else ""
        if not items:
            role = role if joined == "behind words" else ""
            continue
        after_row = (at > 2 and parts[at - 2][0] == "row") or (at > 1 and joined == "row")
        known = len(found[-1].conditions) if found else 0
        taken = _one_more(reader, found, joined, items, role, sign, parts[at:], after_row)
        if joined == segments.END and len(found[-1].conditions) > known:
            for draft in found[:-1]:  # it is said of all lines
                draft.conditions += found[-1].conditions[known:]
        at += taken
        if joined != "behind words" or role != "where":
            role = "" if joined in ("row", "for all") else role
            role = "" if role == "and" else role
        sign = ""
    return [draft for draft in found if draft.items]


def _one_more(
    reader: "Reader",
    found: list[_Draft],
    joined: str,
    items: list[Item],
    role: str,
    sign: str,
    behind: Sequence[tuple[str, list[Item]]],
    after_row: bool,
) -> int:
    """Add a segment to the drafts, and return how many of those behind it were taken with it."""
    last = found[-1] if found else None
    begins = items[0]
    if _is_tag(items):
        reader.findings.skip("tag", items[0].span)
        return 0
    if role == "if" and sign in segments.IMPLIES | segments.IFF:
        raise FreeError("an arrow behind “if”: write what holds, and the condition behind it", begins.span, "arrow")
    if role == "if" and last is not None:
        if joined in ("wide", "comma") and len(items) == 1 and isinstance(begins, Group) and begins.kind == "text":
            reader.findings.skip("words", begins.span)  # a note behind the condition
            return 0
        whole = conditions.range_at(reader, items, behind)
        last.conditions += map(Condition, conditions.within_parentheses(whole or items))
        return conditions.parts_of_range(whole, behind)
    if isinstance(begins, Token) and (begins.text in RELATIONS or begins.text == ":") and role != "where":
        if last is None:
            found.append(_Draft(list(items), joined, goes_on=True))
        elif last.conditions:
            raise FreeError("a chain goes on behind a condition", begins.span, "chain behind a condition")
        else:
            last.items += items
        return 0
    if dots.has_dots(items) and len(items) == 1 and last is not None:
        reader.findings.say("dots", "the dots between two statements or lists as passed over", items[0].span)
        reader.findings.skip("words", items[0].span)
        return 0
    if last is not None and joined == "row" and _goes_on(last, items):
        last.items += items
        return 0
    if last is not None and joined in ("comma", "wide", "stop", "row", segments.END) and last.items:
        if whole := conditions.range_at(reader, items, behind):
            last.conditions.append(Condition(whole))
            return conditions.parts_of_range(whole, behind)
        if joined != "row" and joined != "stop" and conditions.is_condition(reader, items):
            reader.findings.say("condition", f"{text_of(items)} as a condition", begins.span)
            last.conditions += map(Condition, conditions.within_parentheses(items))
            return 0
        if joined != "row" and joined != "stop" and conditions.may_restrict(last.items, items, joined):
            reader.findings.say("condition", f"{text_of(items)} as a condition if it restricts an input", begins.span)
            last.conditions.append(Condition(items, bare=True))
            return 0
    if sign in segments.IMPLIES | segments.IFF and last is not None:
        if last.premise is None and not after_row:
            found.pop()  # it is only assumed
        found.append(_Draft(list(items), joined, premise=last, both=sign in segments.IFF))
        return 0
    if last is not None and len(items) == 1 and isinstance(begins, Group) and begins.kind == "text":
        segments.role_of(reader, begins, (), True, "")
        reader.findings.skip("words", begins.span)
        return 0
    if sign in segments.ARROWS and last is not None:
        arrays = _is_listed(last.items[-1:]) and _is_listed(items[:1])
        if not arrays and not (conditions.relates(last.items) and conditions.relates(items)):
            raise FreeError("what an arrow means is not clear", begins.span, "arrow")
        what = "arrays, one after the other," if arrays else "two statements"
        reader.findings.say("arrow", f"{sign} between {what} as a comma", begins.span)
    if (
        joined == "comma"
        and last is not None
        and conditions.relates(last.items) != conditions.relates(items)
        and role != "where"
    ):
        if not (members := _membership(items)):
            raise FreeError(
                "a list at a relation: write each side with its relation", begins.span, "list at a relation"
            )
        for earlier in reversed(found):  # of which all are members
            if conditions.relates(earlier.items):
                break
            earlier.items += members
            if earlier.joined != "comma":
                break
    draft = _Draft(list(items), joined)
    if role == "where" and found and not _names_something(items):
        reader.findings.say("where", "what stands behind “where” as a condition", begins.span)
        found[-1].conditions.append(Condition(list(items)))
        return 0
    if role == "where" and found:
        reader.findings.say("where", "what stands behind “where” as said before", begins.span)
        found.insert(len(found) - 1, draft)
    else:
        found.append(draft)
    return 0


def _membership(items: Sequence[Item]) -> list[Item]:
    r"""Return the end of items from ``\in`` on; none if they have no such end."""
    places = [at for at, item in enumerate(items) if isinstance(item, Token) and item.text == r"\in"]
    return list(items[places[0] :]) if len(places) == 1 else []


def _names_something(items: Sequence[Item]) -> bool:
    """Return whether items say what a letter, an entry or a function is: that stands alone on the left of a sign."""
    relation = next((at for at, item in enumerate(items) if getattr(item, "text", "") in (*RELATIONS, r"\in")), None)
    if any(getattr(item, "text", "") == r"\sim" for item in items):
        return True
    if not relation or getattr(items[relation], "text", "") not in ("=", ":=", r"\in"):
        return False
    if getattr(items[relation], "text", "") == r"\in":
        right = items[relation + 1 :]
        return text_of(right).startswith((r"\mathbb{R}", r"\R")) or is_product_of_sets(right)
    left, right = items[:relation], items[relation + 1 :]
    if len(right) == 1 and getattr(right[0], "kind", "") is Kind.NUMBER and getattr(items[relation], "text", "") == "=":
        return False  # a value of an input
    at = 1
    while at < len(left) and getattr(left[at], "text", "") in ("_", "^"):
        at += 2
    named = (isinstance(left[0], Token) and left[0].kind is Kind.LETTER) or (
        isinstance(left[0], Group) and left[0].kind == "text"
    )
    return named and (at >= len(left) or (at == len(left) - 1 and isinstance(left[at], Group)))


def _is_tag(items: Sequence[Item]) -> bool:
    """Return whether items are the number of an equation in parentheses."""
    group = items[0]
    number = isinstance(group, Group) and group.kind == "(" and len(group.items) == 1 and len(items) == 1
    return bool(number and isinstance(group, Group) and getattr(group.items[0], "kind", "") is Kind.NUMBER)


def _goes_on(last: _Draft, items: Sequence[Item]) -> bool:
    """Return whether a line goes on with the last side of the line above it."""
    before, begins = last.items[-1] if last.items else None, items[0]
    if segments.is_sign(before) and getattr(before, "text", "") not in ("_", "^"):
        return True
    if not isinstance(begins, Token) or begins.text not in segments.OPERATORS:
        return False
    return begins.text != "-" or not conditions.relates(items)


# Formulas -------------------------------------------------------------------------------------------------------------


def _formulas(reader: "Reader", draft: _Draft, span: Span) -> list[t.Formula]:
    member = next((at for at, item in enumerate(draft.items) if getattr(item, "text", "") == r"\in"), None)
    chain: t.Chain | None = None
    reader.points = []
    law = next((at for at, item in enumerate(draft.items) if getattr(item, "text", "") == r"\sim"), None)
    if law and law + 1 < len(draft.items):
        right = draft.items[law + 1 :]
        reader.expression(right, (right[0].span[0], right[-1].span[1]))
        where = (draft.items[0].span[0], right[-1].span[1])
        reader.findings.members.append(Member(text_of(draft.items[:law]), rf"\sim {text_of(right)}", where))
        reader.findings.say("law", rf"\sim {text_of(right)} as a distribution, which claims nothing", right[0].span)
        draft.items = draft.items[:law]
    if member is not None:
        chain = _member(reader, draft, member, span)
        if chain is None and not draft.items:
            return []
    if chain is None:
        chain = _chain(reader, draft, span)
    draft.conditions += points.conditions_of(reader, chain, draft.conditions)
    said = tuple(conditions.read_condition(reader, each, span) for each in draft.conditions)
    whole = chain.span
    _no_condition_within(chain, said)
    if len(chain.links) > 1 and chain.links[0].relation is Relation.ASSIGNS:
        step = t.Chain(chain.first, chain.links[:1], span=whole)
        rest = t.Chain(chain.links[0].right, chain.links[1:], span=whole)
        reader.findings.say("step", "what stands behind a step as said of its right side", whole)
        return [t.Formula((part,), said, span=whole) for part in (step, rest)]
    found = [t.Formula((chain,), said, span=whole)]
    if draft.premise is not None:
        found = _implications(reader, draft, chain, said, span)
    if reader.points:
        raise FreeError("a value at a point within a condition", span_of(reader.points[0].items), "bar")
    return found


def _no_condition_within(chain: t.Chain, said: Sequence[t.Chain | t.Given | t.ForAll]) -> None:
    r"""Refuse a condition that restricts what a maximum, a minimum or a sum is taken over, as it stands outside.

    An inequality of entries, as in ``\sum_i a_i c_i \text{ where } a_i \ge 0``, is one of inputs.
    """
    only_bound = set().union(*map(_bound_in, chain.sides)) - set().union(*map(sums.free, chain.sides))
    nodes = [node for side in chain.sides for node, _ in t.walk(side)]
    chosen = {node.index.name for node in nodes if isinstance(node, t.Extremum)}
    for condition in said:
        relations_ = {node.relation for node, _ in t.walk(condition) if isinstance(node, t.Link)}
        equal = bool(relations_ & {Relation.EQUAL, Relation.UNEQUAL})
        if (only_bound if equal else only_bound & chosen) & sums.free(condition) and relations_:
            words = "a condition of a bound letter: write it where the letter is bound"
            raise FreeError(words, condition.span, "condition of a bound letter")


def _is_listed(items: Sequence[Item]) -> bool:
    """Return whether items are one array whose entries are written, in brackets or as a matrix."""
    return [getattr(item, "kind", "") for item in items] in (["["], ["begin"])


def _implications(
    reader: "Reader", draft: _Draft, chain: t.Chain, said: tuple[t.Chain | t.Given | t.ForAll, ...], span: Span
) -> list[t.Formula]:
    assert draft.premise
    premise = _chain(reader, draft.premise, span)
    if not premise.links or not chain.links:
        raise FreeError("what an arrow means is not clear", span, "arrow")
    if not draft.both and _defines(reader, premise):
        words = "what stands before an arrow as what its letter is, and what stands behind it as said of that"
        reader.findings.say("premise", words, premise.span)
        return [t.Formula((each,), said, span=span) for each in (premise, chain)]
    sides = (premise.first, chain.first) if draft.both else (premise.first,)
    options = (
        (r"\Leftrightarrow as an equivalence", THAT_IS) if draft.both else (r"\Rightarrow as an implication", HENCE)
    )
    if not any(map(_is_input, sides)) and reader.findings.choose("hence", options, span):
        return [t.Formula((each,), said, span=span) for each in (premise, chain)]
    pairs = [(premise, chain), (chain, premise)] if draft.both else [(premise, chain)]
    return [t.Formula((t.Implication(one, other, span=span),), said, span=span) for one, other in pairs]


def _defines(reader: "Reader", premise: t.Chain) -> bool:
    """Return whether a premise says what a letter is that nothing above says anything of."""
    scene = reader.scene
    if not scene.first_defines or len(premise.links) != 1 or premise.links[0].relation is not Relation.EQUAL:
        return False
    match premise.first:
        case t.Letter(name):
            made = {each.name for each, _ in t.walk(premise.links[0].right) if isinstance(each, t.Letter)}
            known = scene.here | scene.facts.defined | made
            return scene.is_undeclared(name) and name not in known and bool(made - {"e", r"\pi"})
    return False


def _is_input(node: t.Node) -> bool:
    """Return whether a premise may give a value to what a side is: a letter, an entry, or a power of one."""
    return isinstance(node.base if isinstance(node, t.Power) else node, t.Name)


def _member(reader: "Reader", draft: _Draft, member: int, span: Span) -> t.Chain | None:
    r"""Take ``\in \mathbb{R}^n`` off a draft as a declaration, or return an interval as two relations."""
    left, right = draft.items[:member], draft.items[member + 1 :]
    if not left or not right:
        raise FreeError("a set without a member", span, "set")
    text = text_of(right)
    where = (left[0].span[0], right[-1].span[1])
    if conditions.relates(right) or any(getattr(item, "text", "") == ":" for item in right):
        raise FreeError("a relation stands behind a set", right[0].span, "set")
    if text.startswith((r"\mathbb{R}", r"\R", r"\Re", r"\mathbb{N}", r"\mathbb{Z}")) or is_product_of_sets(right):
        for side in _sides(left):
            reader.findings.members.append(Member(text_of(side), text, where))
        reader.findings.say("member of", rf"\in {text} as a shape, which claims nothing", right[0].span)
        draft.items = left
        return None
    if getattr(right[0], "kind", "") == r"\{" and is_letter(left):
        reader.findings.say("member of", rf"\in {text} as what {text_of(left)} may be, which claims nothing", where)
        draft.items = left
        return None
    found = None if conditions.relates(left) else matrices.interval(reader, left, right, where)
    if found is None:
        raise FreeError("a set cannot be expressed", right[0].span, "set")
    return found


def _sides(items: Sequence[Item]) -> list[list[Item]]:
    """Return the last of the sides that relations separate, and those that are equal to it, but for lists."""
    sides: list[list[Item]] = [[]]
    for item in items:
        if getattr(item, "text", "") in ("=", ":="):
            sides.append([])
        elif getattr(item, "text", "") in RELATIONS:
            sides = [[]]
        else:
            sides[-1].append(item)
    return [side for side in sides if side and isinstance(side[0], Token)]


def _chain(reader: "Reader", draft: _Draft, span: Span) -> t.Chain:
    from nncore.verify.spelling.expressions import unexpected

    items = draft.items
    cursor = Cursor(items, (items[0].span[0], items[-1].span[1]))
    links: list[t.Link] = []
    before = 0  # where the side begins that was read last
    reader.free = set()
    if draft.goes_on:
        if reader.scene.last is None:
            raise FreeError("a relation without a left side, and no formula above", items[0].span, "no left side")
        first = reader.scene.last
        reader.findings.say("goes on", "the formula as going on from the one above", items[0].span)
    else:
        first = reader.sum(cursor)
    entries = [index for node, _ in t.walk(first) if isinstance(node, t.Indexed) for index in node.indices]
    letters = [node for index in entries for node, _ in t.walk(index)]
    reader.free = {node.name for node in letters if isinstance(node, t.Letter)} - _bound_in(first)
    while cursor.item is not None:
        start = cursor.item.span[0]
        sign = cursor.text
        relation = relations.relation_at(cursor)
        if relation is None:
            raise unexpected(cursor.item)
        if sign in (r"\equiv", r"\simeq", r"\triangleq"):
            reader.findings.say("relation", f"{sign} as {relation}", (start, start + len(sign)))
        if relation is Relation.DEFINES and (links or not _is_definable(first)):
            relation = Relation.EQUAL
        if cursor.item is None:
            raise FreeError("the right side is missing", cursor.span, "ends")
        bound, begin = list(reader.bound), cursor.at
        try:
            right = reader.sum(cursor)
            if cursor.item is not None and cursor.text not in RELATIONS:
                raise unexpected(cursor.item)
        except FreeError as error:
            if reader.findings.lost is None or not links:
                raise
            reader.findings.lost.append(error)  # what goes on from there has no left side
            reader.scene.lose(text_of(items[before:]))
            reader.bound = bound
            break
        before = begin
        if relation is Relation.DEFINES and t.contains(right, first):
            if (name := head(first, reader.scene)) in reader.scene.made:
                reader.scene.forget(name)
                raise FreeError("a step changes what is defined above: give it another letter", first.span, "step")
            relation = Relation.ASSIGNS
            reader.findings.say(
                "step", "the definition as a step, since what it changes stands on its right side, too", first.span
            )
        links.append(t.Link(relation, right, span=(min(start, right.span[0]), max(start, right.span[1]))))
    for letter, where in relations.repeated([first, *(link.right for link in links)]):
        if reader.scene.is_index(letter):
            words = f"{letter} twice without a sum as any value, not as one to sum over"
            reader.findings.say("repeated", words, where)
    begin = items[0].span[0] if draft.goes_on else first.span[0]
    ends = [begin, items[-1].span[1], *(end for link in links for end in link.span)]  # of sides in any order
    return t.Chain(first, tuple(links), span=(min(ends), max(ends)))


def _is_definable(left: t.Node) -> bool:
    match left:
        case t.Power(t.Letter(), t.Number("2", 0)):  # a standard deviation, see `first_use`
            return True
        case t.Indexed(base):
            return isinstance(base, t.Letter | t.Family | t.Apply)
    return isinstance(left, t.Letter | t.Family | t.Apply)


def _bound_in(node: t.Node) -> set[str]:
    return {each.index.name for each, _ in t.walk(node) if isinstance(each, t.Sum | t.Product | t.Extremum)}
