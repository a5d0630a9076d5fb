r"""A tree of tokens: groups in each other, and what says nothing of the mathematics named and left out.

`nested` makes groups of braces, parentheses, bars, environments and words. Sizes of delimiters, spacing, labels and
tags are noted as passed over, wrappers such as ``\boxed`` come off. A bar opens where an operand is expected and closes
where one has ended; else it is the sign *given*. Nothing is matched by patterns over text.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from nncore.verify.spelling.findings import FreeError
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
_OPENING = {
    "(": "(", "[": "[", r"\{": r"\{", r"\lbrace": r"\{", r"\lbrack": "[", r"\lvert": "|", r"\lVert": r"\|",
    r"\langle": r"\langle", r"\lfloor": r"\lfloor", r"\lceil": r"\lceil", r"\llbracket": r"\llbracket",
}  # fmt: skip
_CLOSING = {
    ")": "(", "]": "[", r"\}": r"\{", r"\rbrace": r"\{", r"\rbrack": "[", r"\rvert": "|", r"\rVert": r"\|",
    r"\rangle": r"\langle", r"\rfloor": r"\lfloor", r"\rceil": r"\lceil", r"\rrbracket": r"\llbracket",
}  # fmt: skip
_CLOSED_BY = {"{": "}", "|": "|", r"\|": r"\|"} | {kind: sign for sign, kind in reversed(_CLOSING.items())}
_COMMAND_AT_END = re.compile(r"\\[A-Za-z]+$")
_BARS = {"|": "|", r"\vert": "|", r"\mid": "|", r"\|": r"\|", r"\Vert": r"\|", r"\parallel": r"\|"}
_SIZES = frozenset(rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
_SPACES = frozenset((r"\,", r"\;", r"\:", r"\!", r"\>", r"\ ", "\\\n", "~", r"\thinspace", r"\hfill", r"\enspace"))
_WIDE = frozenset((r"\quad", r"\qquad", r"\hspace", r"\hspace*", r"\hskip", r"\mspace"))
_STYLES = frozenset(
    (r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\limits", r"\nolimits", r"\noindent", r"\allowbreak",
     r"\strut", r"\mathstrut", r"\space", r"\centering", r"\small", r"\large", r"\Large", r"\normalsize", r"\hline", r"\relax")
)  # fmt: skip
_TAGS = frozenset((r"\nonumber", r"\notag", r"\checkmark", r"\blacksquare", r"\square", r"\Box", r"\qed"))
_WITH_ARGUMENT = {
    r"\label": "label", r"\tag": "tag", r"\tag*": "tag", r"\hspace": "spacing", r"\hspace*": "spacing",
    r"\vspace": "spacing", r"\phantom": "spacing", r"\hphantom": "spacing", r"\vphantom": "spacing",
    r"\mspace": "spacing", r"\color": "color",
}  # fmt: skip
_WRAPPERS = frozenset(
    (r"\boxed", r"\mathop", r"\mathrel", r"\mathbin", r"\mathord", r"\smash", r"\ensuremath", r"\bbox", r"\mathopen",
     r"\mathclose", r"\mathinner", r"\substack", r"\mathit")
)  # fmt: skip
_COLORED = frozenset((r"\textcolor", r"\colorbox"))
_BRACES = frozenset((r"\underbrace", r"\overbrace", r"\underline", r"\overline*"))
UPRIGHT = frozenset(
    (r"\text", r"\textrm", r"\mbox", r"\hbox", r"\mathrm", r"\operatorname", r"\operatorname*", r"\textit", r"\texttt",
     r"\mathtt", r"\textnormal", r"\textsf", r"\intertext", r"\rm", r"\textup")
)  # fmt: skip
_OVER_RELATION = frozenset((r"\stackrel", r"\overset"))
_DEFINING = frozenset(("def", "def.", r"\Delta", r"\triangle", "set", "definition"))


def nested(tokens: Sequence[Token], skip: Skip) -> tuple[Item, ...]:
    """Return the tree of tokens, and tell ``skip`` what is passed over.

    Raises
    ------
    FreeError
        If something is opened and not closed, or closed and not opened.
    """
    nester = _Nester(tokens, skip)
    items = nester.items(None)
    return items


class _Nester:
    """Goes through tokens from left to right."""

    def __init__(self, tokens: Sequence[Token], skip: Skip):
        self.tokens, self.skip, self.at = tokens, skip, 0

    def items(self, opened: tuple[str, Token] | None) -> tuple[Item, ...]:
        """Return the items up to what closes the group that was opened, and go past it."""
        found: list[Item] = []
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if self._closes(token, opened):
                return _with_bars(found)
            found += self._item(opened)
        if opened:
            raise FreeError(f"{opened[1].text} is not closed", opened[1].span, "not closed")
        return _with_bars(found)

    def _closes(self, token: Token, opened: tuple[str, Token] | None) -> bool:
        """Return whether a token closes the group that is open, and go past it if so."""
        kind = opened[0] if opened else ""
        text = token.text
        if text == r"\right" and self._behind(1).text in (*_CLOSING, *_BARS, "."):
            delimiter = self._behind(1)
            if delimiter.text == ".":
                return False
            if kind in (_CLOSING.get(delimiter.text), "left" + _BARS.get(delimiter.text, "?")):
                self.skip("size", token.span)
                self._past(delimiter)
                return True
        closes = "{" if text == "}" else _CLOSING.get(text, "")
        if text == r"\end":
            closes = f"begin {self._name_behind().rstrip('*')}"
        if not closes:
            return False
        if closes != kind:
            raise FreeError(f"{text} closes nothing here", token.span, "not closed")
        self.at += 1
        if text == r"\end":
            self._braced()
        return True

    def _behind(self, distance: int) -> Token:
        """Return a token further on, spaces left out."""
        at = self.at
        while distance and at + 1 < len(self.tokens):
            at += 1
            distance -= self.tokens[at].kind is not Kind.SPACE
        return self.tokens[at] if not distance else Token(Kind.SPACE, "", self.tokens[-1].span)

    def _past(self, token: Token) -> None:
        self.at = next(at for at in range(self.at, len(self.tokens)) if self.tokens[at] is token) + 1

    def _name_behind(self) -> str:
        begin = self.at + 1
        end = next((at for at in range(begin, len(self.tokens)) if self.tokens[at].text == "}"), begin)
        return "".join(token.text for token in self.tokens[begin + 1 : end] if token.kind is not Kind.SPACE)

    def _braced(self) -> tuple[Item, ...]:
        """Return the argument that comes next, in braces or one token, and go past it."""
        while self.at < len(self.tokens) and self.tokens[self.at].kind is Kind.SPACE:
            self.skip("spacing", self.tokens[self.at].span)
            self.at += 1
        if self.at >= len(self.tokens):
            raise FreeError("an argument is missing at the end", self.tokens[-1].span, "missing argument")
        token = self.tokens[self.at]
        if token.text != "{":
            return tuple(self._item(None))
        self.at += 1
        return self.items(("{", token))

    def _raw(self) -> tuple[str, Span]:
        """Return the characters of the argument that comes next, and where they are."""
        while self.at < len(self.tokens) and self.tokens[self.at].kind is Kind.SPACE:
            self.at += 1
        begin, depth = self.at, 0
        while self.at < len(self.tokens):
            text = self.tokens[self.at].text
            depth += (text == "{") - (text == "}")
            self.at += 1
            if depth == 0:
                break
        taken = self.tokens[begin : self.at]
        if not taken or depth:
            raise FreeError("an argument is not closed", self.tokens[-1].span, "not closed")
        if taken[0].text == "{":
            taken = taken[1:-1] or taken[:1]
        words = "".join(token.text for token in taken if token.text != "{" or len(taken) > 1)
        return words, (taken[0].span[0], taken[-1].span[1])

    def _item(self, opened: tuple[str, Token] | None) -> list[Item]:
        """Return what the next token begins, mostly one item, and go past it."""
        token = self.tokens[self.at]
        text, span = token.text, token.span
        self.at += 1
        if token.kind is Kind.SPACE or text in _SPACES or text in _STYLES:
            self.skip("spacing", span)
            return []
        if text in _TAGS:
            self.skip("tag", span)
            return []
        if text in (r"\left", r"\right", r"\middle") or text in _SIZES:
            return self._sized(token, opened)
        if text in _WITH_ARGUMENT:
            inside = self._raw()[1]
            self.skip(_WITH_ARGUMENT[text], (span[0], inside[1]))
            return [Token(Kind.COMMAND, WIDE, span)] if text in _WIDE else []
        if text in _WIDE:
            return [Token(Kind.COMMAND, WIDE, span)]
        if text == "{":
            return [Group("{", "", *self._until(("{", token)))]
        if text in _OPENING:
            kind = _OPENING[text]
            inside, whole = self._until((kind, token))
            if kind not in ("{", "begin"):
                inside = self._on_one_line(inside)
            return [Group(kind, "", inside, whole)]
        if text in _CLOSING or text == "}":
            raise FreeError(f"{text} closes nothing here", span, "not closed")
        if text == r"\begin":
            return self._environment(token)
        if text in UPRIGHT:
            words, inside = self._raw()
            return [Group("text", words, (), (span[0], inside[1]))]
        if text in _WRAPPERS or text in _COLORED:
            if text in _COLORED:
                self.skip("color", self._raw()[1])
            self.skip("box", span)
            begin = self.at
            items = self._braced()
            end = self.tokens[max(begin, self.at - 1)].span[1]
            only_words = len(items) == 1 and isinstance(items[0], Group)
            return list(items) if only_words or text != r"\mathop" else [Group("{", "", items, (span[0], end))]
        if text in _BRACES:
            return self._with_brace(token)
        if text in (r"\underset", *_OVER_RELATION):
            return self._above_or_below(token)
        return [token]

    def _until(self, opened: tuple[str, Token]) -> tuple[tuple[Item, ...], Span]:
        inside = self.items(opened)
        return inside, (opened[1].span[0], self.tokens[self.at - 1].span[1])

    def _on_one_line(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """Return what is in parentheses without the ends of lines, which say nothing there."""
        for item in items:
            if isinstance(item, Token) and item.text in (ROW, CELL, WIDE):
                self.skip("line break", item.span)
        return tuple(item for item in items if not (isinstance(item, Token) and item.text in (ROW, CELL, WIDE)))

    def _sized(self, token: Token, opened: tuple[str, Token] | None) -> list[Item]:
        self.skip("size", token.span)
        while self.at < len(self.tokens) and self.tokens[self.at].kind is Kind.SPACE:
            self.at += 1
        if self.at >= len(self.tokens):
            raise FreeError("a delimiter is missing", token.span, "not closed")
        delimiter = self.tokens[self.at]
        if delimiter.text == ".":
            self.skip("size", delimiter.span)
            self.at += 1
            return []
        if token.text == r"\middle":
            self.at += 1
            return [Token(Kind.COMMAND, GIVEN, delimiter.span)]
        if token.text == r"\left" and delimiter.text in _BARS:
            self.at += 1
            kind = _BARS[delimiter.text]
            return [Group(kind, "", *self._until(("left" + kind, delimiter)))]
        if token.text == r"\left" and _OPENING.get(delimiter.text) == r"\{" and (cases := self._open_cases()):
            return [cases]
        return self._item(opened) if delimiter.text in _OPENING else []

    def _open_cases(self) -> Group | None:
        r"""Return the cases that ``\left\{`` and an array make if nothing closes the brace; None if they do not."""
        begin = self.at
        if self._behind(1).text != r"\begin":
            return None
        self.at += 1
        while self.tokens[self.at].kind is Kind.SPACE:
            self.at += 1
        token = self.tokens[self.at]
        self.at += 1
        (array,) = self._environment(token)
        following = [self.tokens[at].text for at in range(self.at, len(self.tokens))]
        visible = [text for text in following if text.strip()]
        if isinstance(array, Group) and array.name == "array" and visible[:2] == [r"\right", "."]:
            return replace(array, name="cases")
        self.at = begin
        return None

    def _environment(self, token: Token) -> list[Item]:
        name, _ = self._raw()
        name = name.strip().rstrip("*")
        if name in ("array", "alignat", "alignedat", "tabular"):
            self.skip("columns", self._raw()[1])
        inside, span = self._until((f"begin {name}", token))
        return [Group("begin", name, inside, span)]

    def _with_brace(self, token: Token) -> list[Item]:
        """Return what a brace is drawn under or over, and pass over the words at the brace."""
        self.skip("brace", token.span)
        items = self._braced()
        whole = Group("{", "", items, (token.span[0], self.tokens[self.at - 1].span[1]))
        following = self._behind(0) if self.at < len(self.tokens) else None
        while following and following.kind is Kind.SPACE and self.at + 1 < len(self.tokens):
            self.at += 1
            following = self.tokens[self.at]
        if following and following.text in ("_", "^") and token.text in (r"\underbrace", r"\overbrace"):
            self.at += 1
            words = self._braced()
            if any(not (isinstance(item, Group) and item.kind == "text") for item in words):
                raise FreeError("a formula stands at a brace", following.span, "formula at a brace")
            self.skip("words", (following.span[0], self.tokens[self.at - 1].span[1]))
        return [whole]

    def _above_or_below(self, token: Token) -> list[Item]:
        r"""Return ``\underset{w}{\min}`` as ``\min_{w}``, and a relation with words over it as the relation."""
        start = self.tokens[self.at].span[0]
        above = self._braced()
        span = (start, self.tokens[self.at - 1].span[1])
        below = self._braced()
        if token.text == r"\underset":
            return [*below, Token(Kind.MARK, "_", token.span), Group("{", "", above, span)]
        words = "".join(item.name.strip() if isinstance(item, Group) else item.text for item in above)
        if words.lower() in _DEFINING and [getattr(item, "text", "") for item in below] == ["="]:
            return [Token(Kind.MARK, ":=", (token.span[0], span[1]))]
        if any(isinstance(item, Token) and item.kind is Kind.COMMAND for item in above):
            raise FreeError("a formula stands over a sign", span, "formula over a sign")
        self.skip("words", span)
        return list(below)


# Bars -----------------------------------------------------------------------------------------------------------------

_NO_OPERAND = frozenset(
    "+ - * / = < > , ; : ^ _ & \\\\ \\quad \\cdot \\times \\odot \\circ \\oslash \\le \\leq \\ge \\geq \\ne \\neq "
    "\\approx \\propto \\leftarrow \\to \\rightarrow \\in \\sum \\prod \\log \\ln \\exp \\max \\min \\sqrt \\frac "
    "\\det \\Rightarrow \\implies \\sim \\gets := \\leqslant \\geqslant \\equiv \\partial \\iff \\int".split()
)


def _with_bars(items: Sequence[Item]) -> tuple[Item, ...]:
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
        elif (not operand and rest > 1) or (operand and rest % 2 == 0 and kind == r"\|"):
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
        if isinstance(item, Token) and item.text in _BARS and at - 1 not in doubles:
            found[at] = r"\|" if at in doubles else _BARS[item.text]
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
            piece = (item.kind if item.kind in _CLOSED_BY else item.name) + text_of(item.items) + _CLOSED_BY.get(item.kind, "")
        text += (" " if _COMMAND_AT_END.search(text) and piece[:1].isalpha() else "") + piece
    return text
