"""The items of a display: tokens, and groups of items in each other."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax.tree import Span


@dataclass(frozen=True, slots=True)
class Group:
    r"""What stands between an opening and a closing sign.

    ``kind`` is the opening sign in one form, ``begin`` for an environment or ``text`` for words; ``name`` is that of
    the environment, or the words.
    """

    kind: str
    name: str
    items: "tuple[Item, ...]"
    span: Span


Item: TypeAlias = Token | Group
Skip: TypeAlias = Callable[[str, Span], None]

GIVEN, PARALLEL, WIDE, ROW, CELL = r"\mid", r"\|", r"\quad", r"\\", "&"
AT = r"\right|"  # behind what is taken at a point
BRACE = r"\underbrace"  # the kind of a group of what a brace is drawn at, and of what stands there
OPENING = {
    "(": "(", "[": "[", r"\{": r"\{", r"\lbrace": r"\{", r"\lbrack": "[", r"\lvert": "|", r"\lVert": r"\|",
    r"\langle": r"\langle", r"\lfloor": r"\lfloor", r"\lceil": r"\lceil", r"\llbracket": r"\llbracket",
}  # fmt: skip
CLOSING = {
    ")": "(", "]": "[", r"\}": r"\{", r"\rbrace": r"\{", r"\rbrack": "[", r"\rvert": "|", r"\rVert": r"\|",
    r"\rangle": r"\langle", r"\rfloor": r"\lfloor", r"\rceil": r"\lceil", r"\rrbracket": r"\llbracket",
}  # fmt: skip
_CLOSED_BY = {"{": "}", "|": "|", r"\|": r"\|"} | {kind: sign for sign, kind in reversed(CLOSING.items())}
_COMMAND_AT_END = re.compile(r"\\[A-Za-z]+$")


def walk(items: Sequence[Item]) -> Iterator[tuple[Sequence[Item], int]]:
    """Yield every item with the list that it stands in and its place there."""
    for at, item in enumerate(items):
        yield items, at
        if isinstance(item, Group):
            yield from walk(item.items)


def text_of(items: Sequence[Item]) -> str:
    """Return items as one text without spaces, as names of letters are compared."""
    text = ""
    for item in items:
        if isinstance(item, Token):
            piece = item.text
        elif item.kind == "begin":
            piece = rf"\begin{{{item.name}}}{text_of(item.items)}\end{{{item.name}}}"
        elif item.kind == "text":
            piece = rf"\text{{{item.name.strip()}}}"
        else:
            piece = (
                (item.kind if item.kind in _CLOSED_BY else item.name)
                + text_of(item.items)
                + _CLOSED_BY.get(item.kind, "")
            )
        text += (" " if _COMMAND_AT_END.search(text) and piece[:1].isalpha() else "") + piece
    return text


def between_commas(items: Sequence[Item]) -> list[list[Item]]:
    """Return the parts of items between commas, semicolons and bars."""
    parts: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Token) and item.text in (",", ";", GIVEN):
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def is_letter(items: Sequence[Item]) -> bool:
    """Return whether items are one letter with its scripts and primes."""
    if not items or not isinstance(items[0], Token) or items[0].kind is not Kind.LETTER:
        return False
    at = 1
    while at < len(items) and getattr(items[at], "text", "") in ("_", "^", "'"):
        at += 1 if getattr(items[at], "text", "") == "'" else 2
    return at >= len(items)
