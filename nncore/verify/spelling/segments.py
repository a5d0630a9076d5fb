r"""A display cut into segments: at the ends of lines, at commas, wide spaces, arrows, and words between formulas."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from nncore.verify.spelling import names
from nncore.verify.spelling.facts import RELATIONS
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import CELL, ROW, WIDE, Group, Item
from nncore.verify.spelling.tokens import Kind, Token

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

END = "end of lines"
_LINES = frozenset(
    (
        "aligned align split gather gathered equation eqnarray multline alignat alignedat flalign displaymath math "
        "IEEEeqnarray dmath empheq"
    ).split()
)
OPERATORS = frozenset(
    ("+", "-", "*", "/", r"\cdot", r"\times", r"\odot", r"\circ", r"\pm", r"\oslash", "^", "_", r"\in", r"\to")
)
IMPLIES = frozenset((r"\Rightarrow", r"\implies", r"\Longrightarrow"))
IFF = frozenset((r"\iff", r"\Leftrightarrow", r"\Longleftrightarrow"))
ARROWS = frozenset((r"\rightarrow", r"\to", r"\longrightarrow", r"\mapsto"))
_HENCE = frozenset((r"\therefore", r"\because"))
_AND = frozenset(
    (
        "and|and hence|hence|so|thus|therefore|or equivalently|equivalently|then|and so|and thus|which gives|i.e.|"
        "that is|with gradient|and similarly|so that|and therefore|giving|we have|we get|or alternatively|"
        "and finally|also|similarly|as well as|i.e|while"
    ).split("|")
)
_WHERE = frozenset("where|with|given|let|in which|where we have".split("|"))
_IF = frozenset("if|when|for|whenever|provided that|for all|for any|for every|such that|s.t.|s.t|for each".split("|"))
_CONDITIONS = frozenset("if for where unless when whenever except only not or otherwise subject given".split())


def flat(items: Sequence[Item]) -> Iterator[Item]:
    """Yield items with those of environments that hold lines among them."""
    before: Item | None = None
    for item in items:
        if isinstance(item, Group) and item.kind == "begin" and item.name in _LINES:
            yield from flat(item.items)
            yield Token(Kind.MARK, END, (item.span[1], item.span[1]))
        elif isinstance(item, Group) and item.kind == "{" and _stands_alone(before) and _holds_lines(item.items):
            yield from flat(item.items)
        else:
            yield item
        before = item


def _stands_alone(before: Item | None) -> bool:
    """Return whether braces behind an item are no script or argument."""
    return not isinstance(before, Token) or (before.kind is not Kind.COMMAND and before.text not in ("_", "^"))


def _holds_lines(items: Sequence[Item]) -> bool:
    """Return whether braces, such as those of a box, are around statements."""
    return any(
        (isinstance(item, Token) and item.text in RELATIONS)
        or (isinstance(item, Group) and item.kind == "begin" and item.name in _LINES)
        for item in items
    )


def segments(reader: "Reader", items: Iterator[Item]) -> list[tuple[str, list[Item]]]:
    """Return what stands between lines, commas, wide spaces, arrows and words, with the sign before it."""
    found: list[tuple[str, list[Item]]] = [("", [])]
    row = list(items)
    cells = 0
    for at, item in enumerate(row):
        text = item.text if isinstance(item, Token) else ""
        following = _next(row, at)
        last = found[-1][1][-1] if found[-1][1] else None
        if text == ROW:
            cells = 0
            found.append(("row", []))
        elif text == CELL:
            cells += 1
            open_ = last is None or is_sign(last) or is_sign(following)
            if cells % 2 == 0 and not open_:
                found.append(("wide", []))
        elif text == WIDE:
            if last is not None and not is_sign(last) and (not is_sign(following) or _is_condition(row, at, found[-1])):
                found.append(("wide", []))
        elif text == END:
            cells = 0
            if at + 1 < len(row) and getattr(row[at + 1], "text", "") == WIDE:
                found.append((END, []))
        elif text in (",", ";", ".") or text in (r"\ldotp",):
            found.append(("comma" if text == "," else "stop", []))
        elif text == "?" or text in _HENCE:
            reader.findings.skip("words", item.span)
            if text in _HENCE and last is not None:
                found.append(("stop", []))
        elif text in IMPLIES | IFF | ARROWS:
            found.append((text, []))
        elif isinstance(item, Group) and item.kind == "text" and _separates(row, at):
            found.append(("words", [item]))
            found.append(("behind words", []))
        elif text == r"\forall":
            found.append(("for all", []))
        else:
            found[-1][1].append(item)
    return [(sign, part) for sign, part in found if part or sign in ("row", END, *IMPLIES, *IFF, *ARROWS)]


def _is_condition(row: Sequence[Item], at: int, before: tuple[str, list[Item]]) -> bool:
    r"""Return whether ``-h \le x`` behind a wide space is a relation of its own, as what stands before it is one."""
    behind = list[Item]()
    for item in row[at + 1 :]:
        if getattr(item, "text", "") in (WIDE, CELL, ROW, ",", END):
            break
        behind.append(item)
    begins = getattr(behind[0] if behind else None, "text", "")
    return begins == "-" and all(any(getattr(each, "text", "") in RELATIONS for each in p) for p in (behind, before[1]))


def _next(items: Sequence[Item], at: int) -> Item | None:
    return next((item for item in items[at + 1 :] if getattr(item, "text", "") not in (WIDE, CELL, END)), None)


def is_sign(item: Item | None) -> bool:
    return isinstance(item, Token) and (item.text in RELATIONS or item.text in OPERATORS or item.text == ":")


def _separates(items: Sequence[Item], at: int) -> bool:
    """Return whether words stand between formulas, and are no name in one."""
    item = items[at]
    assert isinstance(item, Group)
    if not names.is_sentence(item.name) or names.is_long_name(item.name.replace("~", " ").strip(), _next(items, at)):
        return False
    before = items[at - 1] if at else None
    return not (isinstance(before, Token) and before.text in ("_", "^"))


def role_of(reader: "Reader", item: Item, behind: Sequence[tuple[str, list[Item]]], begun: bool, role: str) -> str:
    """Return what words do to what follows them: nothing, ``and``, ``where`` or ``if``."""
    assert isinstance(item, Group)
    words = " ".join(item.name.replace("~", " ").split()).strip(" .,;:()").lower()
    following = next((sign for sign, items in behind if items or sign in ("row", END)), "row")
    ends = following in ("row", END, "words") or not behind
    kinds = set(words.replace(",", " ").split())
    if not ends and (words in _IF or re.fullmatch(r"for (?:all|any|every|each) \w+", words)):
        return "if"
    if words in _WHERE and not ends:
        return "where"
    if words in _AND or words in ("", "of"):
        reader.findings.skip("words", item.span)
        return "if" if words == "and" and role == "if" else "and"
    if kinds & _CONDITIONS or any(character.isdigit() or character in "$=" for character in words):
        if not (item.name.strip().startswith("(") and item.name.strip().endswith(")") and ends):
            raise FreeError(f"the words “{words}” say a condition", item.span, "condition in words")
    if (not ends and begun) or (not begun and not item.name.strip().endswith(":")):
        raise FreeError(f"the words “{words}” stand between formulas", item.span, "words between")
    reader.findings.skip("words", item.span)
    return role
