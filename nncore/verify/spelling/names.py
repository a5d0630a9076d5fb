r"""Names in upright letters, expectations, indicators: ``\text{softmax}``, ``\mathbb{E}[x]``, ``\mathbb{1}(k = i)``."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nncore.verify.notation import EXPECTATION
from nncore.verify.spelling import applied, atoms, derivatives, relations, symbols
from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import GIVEN, PARALLEL, Group, Item, between_commas, is_letter, text_of
from nncore.verify.spelling.scene import Cursor
from nncore.verify.spelling.scripts import scripts_at
from nncore.verify.spelling.tokens import Token
from nncore.verify.syntax import tree as t

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

EXPECTATIONS = frozenset(("E", r"\mathbb{E}", r"\mathrm{E}"))
INDICATORS = frozenset((r"\mathbb{1}", r"\mathbf{1}", "I", r"\mathbb{I}", r"\mathrm{1}"))
_SENTENCES = frozenset(
    "and or where if when for with so then hence thus otherwise else such that subject to given unless whenever is "
    "because since by the a an we have let only minimize maximize minimise maximise subject".split()
)


def is_sentence(words: str) -> bool:
    """Return whether words are a part of a sentence, and no name."""
    plain = words.replace("~", " ").strip().strip(".,;:")
    if plain[:1] == plain[-1:] == '"' and len(plain) > 2:
        return False
    if plain.isupper() and len(plain) > 1:
        return False
    return (
        not plain
        or " " in plain
        or plain.lower() in _SENTENCES
        or not plain.replace("-", "").replace("_", "").isalnum()
    )


# Names ----------------------------------------------------------------------------------------------------------------


def name(reader: "Reader", cursor: Cursor) -> t.Node:
    r"""Return what begins with a name in upright letters, ``\text{softmax}``."""
    group = cursor.take()
    assert isinstance(group, Group)
    word = group.name.replace("~", " ").strip()
    if word.startswith("-") or word.endswith("-"):
        raise FreeError(f"“{word}” belongs to a name that cannot be read", group.span, "words within")
    if word == "d" and (cursor.item is not None) and (node := derivatives.in_line(reader, cursor, upright=True)):
        return node
    if not is_sentence(word) or is_long_name(word, cursor.item):
        following = cursor.item
        start = cursor.at
        below, above, primes = scripts_at(cursor)
        following = cursor.item
        if (
            word in ("max", "min")
            and not below
            and isinstance(following, Group)
            and following.kind in ("(", r"\{", "[")
        ):
            return applied.extremum_of(reader, rf"\{word}", group.span, cursor)
        if not below and isinstance(following, Group) and following.kind in ("(", "[", r"\{"):
            return _named_call(reader, word, group, cursor, start)
        declared = rf"\operatorname{{{word}}}" in reader.scene.notation.function_names
        known = (declared or word in ("log", "ln", "exp", "sin", "cos", "tanh", "diag")) and reader.starts_factor(
            cursor
        )
        if known and reader.starts_factor(cursor):
            cursor.at = start
            return applied.call(reader, applied.code_of_word(reader, word), group.span, cursor)
        if below and isinstance(following, Group) and following.kind in ("(", "["):
            cursor.take()
            nodes, _ = applied.arguments(reader, following)
            whole = f"{word}_{{{text_of(below)}}}"
            span = group.span[0], following.span[1]
            return atoms.with_scripts(reader, applied.own(reader, whole, nodes, span), cursor)
        end = cursor.items[cursor.at - 1].span[1]
        whole = rf"\text{{{word}}}" if len(word) > 1 else rf"\mathrm{{{word}}}"
        reader.findings.say("name", f"“{word}” as a letter of its own", group.span)
        return atoms.plain(reader, symbols.symbol_of(reader, whole, (group.span[0], end), below, above, primes))
    raise FreeError(f"the words “{word}” stand within a formula", group.span, "words within")


def is_long_name(words: str, following: Item | None) -> bool:
    """Return whether words are a name: parentheses or an equals sign follow, and none of them joins formulas."""
    called = isinstance(following, Group) and following.kind == "("
    plain = words.strip(".,;:")
    joins = set(plain.lower().split()) & _SENTENCES
    told = plain.replace(" ", "").replace("-", "").isalpha()
    return told and not joins and (called or getattr(following, "text", "") in ("=", ":="))


def _named_call(reader: "Reader", word: str, group: Group, cursor: Cursor, start: int) -> t.Node:
    following = cursor.item
    assert isinstance(following, Group)
    if any(getattr(item, "text", "") in (GIVEN, PARALLEL, *RELATIONS) for item in following.items):
        cursor.take()
        nodes, shape = applied.arguments(reader, following)
        span = group.span[0], following.span[1]
        return atoms.with_scripts(reader, applied.own(reader, f"{word}({shape})", nodes, span), cursor)
    if _is_made_of(reader, word, following):
        cursor.take()
        span = group.span[0], following.span[1]
        reader.findings.say("made of", f"{word}({text_of(following.items)}) as {word}", span)
        return atoms.plain(reader, symbols.symbol_of(reader, rf"\text{{{word}}}", span, (), (), 0))
    cursor.at = start
    node = applied.call(reader, applied.code_of_word(reader, word), group.span, cursor)
    return atoms.with_scripts(reader, node, cursor)


def _is_made_of(reader: "Reader", word: str, group: Group) -> bool:
    r"""Return whether parentheses list of what a letter is made, as in ``\text{CE}(y, \hat{y})``.

    They hold several letters, arrays among them, of which no function is defined, and the same ones in the whole file.
    """
    scene, parts = reader.scene, list(between_commas(group.items))
    declared = rf"\operatorname{{{word}}}" in scene.notation.function_names
    seen = set(scene.facts.applied.get(rf"\text{{{word}}}", ()))
    arrays = [scene.notation.array_named(scene.table.letters.get(text_of(part), text_of(part))) for part in parts]
    return not declared and len(parts) > 1 and len(seen) <= 1 and any(arrays) and all(map(is_letter, parts))


# Expectations and indicators ------------------------------------------------------------------------------------------


def expectation(reader: "Reader", cursor: Cursor) -> t.Node | None:
    """Return an expectation: of what is in brackets, over what stands below; None if it is none."""
    start, token = cursor.at, cursor.take()
    below, above, primes = scripts_at(cursor)
    following = cursor.item
    bracket = isinstance(following, Group) and following.kind in ("[", "(", r"\{")
    plain = isinstance(token, Token) and token.text == "E"
    if (
        plain
        and isinstance(following, Group)
        and following.kind == "("
        and _is_error(reader, cursor.items[start : cursor.at])
    ):
        cursor.at = start
        return None
    if plain and not below and not (isinstance(following, Group) and following.kind in ("[", r"\{")):
        cursor.at = start
        if not (bracket and not reader.scene.facts.bare["E"] and not reader.scene.facts.digits & {"E"}):
            return None
        cursor.take()
    if not bracket and (not below or (plain and not any(getattr(i, "text", "") == r"\sim" for i in below))):
        nested = getattr(cursor.item, "text", "") in EXPECTATIONS and bool(below)
        if not nested and (not reader.starts_factor(cursor) or plain):
            cursor.at = start
            return None
    if primes:
        raise FreeError("a prime at an expectation", token.span, "prime at a sign")
    if bracket:
        cursor.take()
        assert isinstance(following, Group)
        nodes, _ = applied.arguments(reader, following)
        end = following.span[1]
    else:
        body = reader.term(cursor)
        nodes, end = (body,), body.span[1]
    span = token.span[0], end
    if below:
        whole = f"E_{{{text_of(below)}}}"
        reader.findings.say("expectation", f"{whole} as an expectation of its own", token.span)
        node: t.Node = applied.own(reader, whole, nodes, span)
    else:
        code = reader.scene.table.function(EXPECTATION)
        if code not in reader.scene.notation.function_names:
            reader.scene.table.functions.setdefault(EXPECTATION, EXPECTATION)
        node = t.Apply(t.Function(EXPECTATION, span=token.span), nodes, span=span)
    node = atoms.raised(reader, node, above)
    return atoms.with_scripts(reader, node, cursor)


def _is_error(reader: "Reader", items: Sequence[Item]) -> bool:
    """Return whether E is the author's error: a formula says what E is of its arguments, or differentiates it."""
    facts = reader.scene.facts
    return bool(facts.heads.get(text_of(items))) or bool({"E", text_of(items)} & (facts.differentiated | facts.slopes))


def indicator(reader: "Reader", cursor: Cursor) -> t.Node | None:
    """Return an indicator, of a relation behind its letter, or its 1, or below it; None if it is none."""
    following, behind = cursor.ahead(), cursor.ahead(2)
    if isinstance(following, Group) and relations.holds_relation(following.items):
        start = cursor.take().span[0]
        cursor.take()
        return relations.indicator(reader, following.items, (start, following.span[1]))
    if getattr(following, "text", "") == "_" and isinstance(behind, Group):
        inside = behind.items
        while len(inside) == 1 and isinstance(inside[0], Group):
            inside = inside[0].items
        if relations.holds_relation(inside):
            start = cursor.take().span[0]
            cursor.at += 2
            return relations.indicator(reader, inside, (start, behind.span[1]))
    return None
