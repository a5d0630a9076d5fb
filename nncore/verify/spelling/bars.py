r"""Bars: where one opens, where it closes, and where it says *given*.

A bar opens where an operand is expected and closes where one has ended. What is left over separates, as in
``P(x \mid y)`` or ``D(P \| Q)``.
"""

from collections.abc import Sequence

from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import GIVEN, PARALLEL, Group, Item
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax.tree import Span

BARS = {"|": "|", r"\vert": "|", r"\mid": "|", r"\|": r"\|", r"\Vert": r"\|", r"\parallel": r"\|"}

_NO_OPERAND = frozenset(
    "+ - * / = < > , ; : ^ _ & \\\\ \\quad \\cdot \\times \\odot \\circ \\oslash \\le \\leq \\ge \\geq \\ne \\neq "
    "\\approx \\propto \\leftarrow \\to \\rightarrow \\in \\sum \\prod \\log \\ln \\exp \\max \\min \\sqrt \\frac "
    "\\det \\Rightarrow \\implies \\sim \\gets := \\leqslant \\geqslant \\equiv \\partial \\iff \\int".split()
)


def with_bars(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return items in which what stands between two bars is a group; a bar that is left over says *given*."""
    bars = _bars(items)
    if not bars:
        return tuple(items)
    found: list[list[Item]] = [[]]
    opened: list[tuple[str, Span]] = []
    for at, item in enumerate(items):
        if at not in bars:
            if not (isinstance(item, Token) and item.text == ""):
                found[-1].append(item)
            continue
        kind = bars[at]
        operand = _ends_with_operand(found[-1])
        rest = sum(1 for place, other in bars.items() if place >= at and other == kind)
        if operand and opened and opened[-1][0] == kind:
            _, start = opened.pop()
            inside = tuple(found.pop())
            found[-1].append(Group(kind, "", inside, (start[0], item.span[1])))
        elif (not operand and rest > 1) or (operand and rest % 2 == 0):
            opened.append((kind, item.span))
            found.append([])
        else:
            found[-1].append(Token(Kind.COMMAND, GIVEN if kind == "|" else PARALLEL, item.span))
    if opened:
        raise FreeError("a bar is not closed", opened[-1][1], "not closed")
    return tuple(found[-1])


def _ends_with_operand(items: Sequence[Item]) -> bool:
    """Return whether the last item, or what it is a script of, is an operand."""
    end = len(items)
    while end > 1 and getattr(items[end - 2], "text", "") in ("_", "^"):
        end -= 2
    return end > 0 and not _awaits(items[end - 1])


def _bars(items: Sequence[Item]) -> dict[int, str]:
    """Return the places of bars with their kinds; two single bars beside each other are a double one."""
    found: dict[int, str] = {}
    singles = [at for at, item in enumerate(items) if isinstance(item, Token) and item.text == "|"]
    doubles = {at for at in singles if at + 1 in singles and items[at].span[1] == items[at + 1].span[0]}
    for at, item in enumerate(items):
        if isinstance(item, Token) and item.text in BARS and at - 1 not in doubles:
            found[at] = r"\|" if at in doubles else BARS[item.text]
            if at in doubles:
                doubles.discard(at + 1)
    for at in doubles:
        assert isinstance(items, list)
        items[at + 1] = Token(Kind.SPACE, "", items[at + 1].span)
    return found


def _awaits(item: Item) -> bool:
    """Return whether an operand is expected behind an item."""
    if isinstance(item, Group):
        return item.kind == "text" and item.name.strip().lower() in ("if", "when", "for", "where", "and", "or", "log")
    return item.text in _NO_OPERAND
