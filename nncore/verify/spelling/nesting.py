r"""A tree of tokens: groups in each other, and what says nothing of the mathematics named and left out.

`nested` makes groups of braces, parentheses, bars, environments and words. Sizes of delimiters, spacing, labels and
tags are noted as passed over, wrappers such as ``\boxed`` come off. A bar opens where an operand is expected and closes
where one has ended; else it is the sign *given*. Nothing is matched by patterns over text.
"""

from collections.abc import Sequence
from dataclasses import replace

from nncore.verify.spelling.bars import BARS, with_bars
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import AT, BRACE, CELL, CLOSING, GIVEN, OPENING, ROW, WIDE, Group, Item, Skip
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax.tree import Span

_SIZES = frozenset(rf"\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
_SPACES = frozenset((r"\,", r"\;", r"\:", r"\!", r"\>", r"\ ", "\\\n", "~", r"\thinspace", r"\hfill", r"\enspace"))
_WIDE = frozenset((r"\quad", r"\qquad", r"\hspace", r"\hspace*", r"\hskip", r"\mspace"))
_STYLES = frozenset(
    (r"\displaystyle", r"\textstyle", r"\scriptstyle", r"\limits", r"\nolimits", r"\noindent", r"\allowbreak",
     r"\strut", r"\mathstrut", r"\space", r"\centering", r"\small", r"\large", r"\Large", r"\normalsize", r"\hline",
     r"\relax")
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
                return with_bars(found)
            found += self._item(opened)
        if opened:
            raise FreeError(f"{opened[1].text} is not closed", opened[1].span, "not closed")
        return with_bars(found)

    def _closes(self, token: Token, opened: tuple[str, Token] | None) -> bool:
        """Return whether a token closes the group that is open, and go past it if so."""
        kind = opened[0] if opened else ""
        text = token.text
        if text == r"\right" and self._behind(1).text in (*CLOSING, *BARS, "."):
            delimiter = self._behind(1)
            if delimiter.text == ".":
                return False
            if kind in (CLOSING.get(delimiter.text), "left" + BARS.get(delimiter.text, "?")):
                self.skip("size", token.span)
                self._past(delimiter)
                return True
        closes = "{" if text == "}" else CLOSING.get(text, "")
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
        wide = text == r"\ " and self._behind(1).text == text
        self.at += 1
        if wide:
            return [Token(Kind.COMMAND, WIDE, span)]
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
        if text in OPENING:
            kind = OPENING[text]
            held, whole = self._until((kind, token))
            return [Group(kind, "", self._on_one_line(held), whole)]
        if text in CLOSING or text == "}":
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
        if token.kind is Kind.LETTER and (end := self._end_of_name()):
            letters, self.at = self.tokens[self.at - 1 : end], end
            name = "".join(each.text.removeprefix("\\") for each in letters)
            return [Group("text", name, (), (span[0], letters[-1].span[1]))]
        return [token]

    def _end_of_name(self) -> int:
        r"""Return where a name ends that the letter before begins, one with ``\_`` in it; 0 if it begins none."""
        end, parts = self.at, 0
        while end < len(self.tokens):
            token = self.tokens[end]
            following = self.tokens[end + 1].kind if end + 1 < len(self.tokens) else Kind.SPACE
            if token.text == r"\_" and following is Kind.LETTER:
                parts += 1
            elif token.kind is not Kind.LETTER:
                break
            end += 1
        return end if parts else 0

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
        if token.text == r"\right" and BARS.get(delimiter.text) == "|":  # of a \left with a point
            self.at += 1
            return [Token(Kind.COMMAND, AT, delimiter.span)]
        if token.text == r"\left" and delimiter.text in BARS:
            self.at += 1
            kind = BARS[delimiter.text]
            return [Group(kind, "", *self._until(("left" + kind, delimiter)))]
        if token.text == r"\left" and OPENING.get(delimiter.text) == r"\{" and (cases := self._open_cases()):
            return [cases]
        return self._item(opened) if delimiter.text in OPENING else []

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
        """Return what a brace is drawn under or over, with a formula at the brace; words there are passed over."""
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
            span = (following.span[0], self.tokens[self.at - 1].span[1])
            if any(not (isinstance(item, Group) and item.kind == "text") for item in words):
                return [Group(BRACE, "", (whole, Group("{", "", words, span)), whole.span)]
            self.skip("words", span)
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
