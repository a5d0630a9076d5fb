r"""Equations that a display says beside its own: at a brace, ``\underbrace{x}_{= 0}``, and behind ``=:``.

What stands at a brace without a relation names what the brace is drawn at: ``\underbrace{\hat{y} - y}_{\delta}``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.items import BRACE, Group, Item, is_letter, text_of
from nncore.verify.spelling.tokens import Kind, Token

_OF_SHAPES = frozenset((r"\times", "(", ")", ",", "+", "-"))


def without_braces(items: Sequence[Item], findings: Findings, said: list[list[Item]]) -> list[Item]:
    """Return items without formulas at braces; the equations that these say are added to ``said``."""
    found: list[Item] = []
    for item in items:
        if not isinstance(item, Group):
            found.append(item)
            continue
        inside = without_braces(item.items, findings, said)
        if item.kind != BRACE:
            found.append(replace(item, items=tuple(inside)))
            continue
        whole, below = inside
        assert isinstance(whole, Group) and isinstance(below, Group)
        found.append(whole)
        said += _said_at_brace(whole, below, findings)
    return found


def _said_at_brace(whole: Group, below: Group, findings: Findings) -> Iterator[list[Item]]:
    items = list(below.items)
    texts = [getattr(item, "text", "") for item in items]
    if texts and all(text.isalnum() or text in _OF_SHAPES for text in texts) and r"\times" in texts:
        findings.say("brace", f"{text_of(items)} at a brace as a shape, which claims nothing", below.span)
        findings.skip("words", below.span)
    elif texts[:2] == ["=", ":"] and is_letter(items[2:]):
        findings.say("brace", f"{text_of(items)} at a brace as what the brace is drawn at", below.span)
        yield [*items[2:], Token(Kind.MARK, ":=", below.span), whole]
    elif texts[:1] and texts[0] in RELATIONS and texts[0] != r"\in" and not is_letter(whole.items):
        findings.say("brace", f"{text_of(items)} at a brace as an equation of its own", below.span)
        yield [whole, *items]
    elif getattr(items[0], "kind", "") is Kind.LETTER and not RELATIONS & set(texts):
        findings.say("brace", f"{text_of(items)} at a brace as what the brace is drawn at", below.span)
        yield [*items, Token(Kind.MARK, "=", below.span), whole]
    else:
        raise FreeError("what stands at this brace is not clear", below.span, "formula at a brace")


def split_at_reversed(items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Return the items before ``=:``, and as a definition what stands behind it; two lists, the second may be empty."""
    texts = [getattr(item, "text", "") for item in items]
    at = next((at for at in range(1, len(texts) - 2) if texts[at : at + 2] == ["=", ":"]), None)
    if at is None:
        return list(items), []
    begin = max((place + 1 for place in range(at) if texts[place] in RELATIONS), default=0)
    sign = Token(Kind.MARK, ":=", items[at].span)
    return list(items[:at]), [*items[at + 2 :], sign, *items[begin:at]]
