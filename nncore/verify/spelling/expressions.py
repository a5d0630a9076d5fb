r"""Expressions: sums, products and quotients, and what is in parentheses.

A `Reader` makes nodes of the strict tree, each with its place in the source. How far things reach is as in the strict
spelling, and wherever authors differ there is a choice: ``a/bc``, ``A B \odot C``, ``\ln x y``, ``a * b``.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from nncore.verify.semantics.symbols import sizes_of_shape
from nncore.verify.spelling import (
    applied,
    atoms,
    derivatives,
    dots,
    integrals,
    matrices,
    names,
    operators,
    points,
    relations,
    sums,
)
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.items import GIVEN, Group, Item, text_of
from nncore.verify.spelling.points import Point
from nncore.verify.spelling.scene import Cursor, Scene
from nncore.verify.spelling.styles import FRACTIONS
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Span

TIMES = frozenset((r"\cdot", r"\times", "*", r"\ast", r"\bullet"))
_ENTRY_TIMES = frozenset((r"\odot", r"\circ"))
_ENTRY_OVER = frozenset((r"\oslash",))
_PARENTHESES = frozenset(("(", "[", r"\{", "{"))
_OPENS = frozenset(
    (r"\sqrt", r"\binom", r"\partial", r"\nabla", r"\int", r"\iint", r"\oint", r"\sum", r"\prod", r"\lim", *FRACTIONS)
)


class Reader:
    """Reads one display: a scene, what is found, the letters that are bound where it reads, and the free indices."""

    def __init__(self, scene: Scene, findings: Findings):
        self.scene, self.findings = scene, findings
        self.bound: list[str] = []
        self.free: set[str] = set()
        self.normed: set[str] = set()  # letters of whose norm the display speaks
        self.alone: dict[str, t.Apply] = {}  # functions without arguments behind the sign of a derivative
        self.points: list[Point] = []  # at which parts of the statement are taken
        self.closed: set[Span] = set()  # what stands in parentheses, so that nothing more is reached over by it

    # Sums

    def expression(self, items: Sequence[Item], span: Span) -> t.Node:
        """Return the node of items all of which are one expression."""
        cursor = Cursor(items, span)
        node = self.sum(cursor)
        if cursor.item is not None:
            raise unexpected(cursor.item)
        return node

    def sum(self, cursor: Cursor) -> t.Node:
        """Return terms with plus and minus between them."""
        terms: list[t.Node] = []
        while True:
            sign = cursor.take() if cursor.text in ("+", "-", r"\pm", r"\mp") else None
            if sign is None and terms and cursor.text not in dots.DOTS:
                break
            if isinstance(sign, Token) and sign.text in (r"\pm", r"\mp"):
                raise FreeError(f"{sign.text} is two formulas: write both", sign.span, r"\pm")
            if cursor.text in dots.DOTS:
                terms.append(t.Ellipsis(cursor.text, span=cursor.take().span))
                continue
            while cursor.text == "-" and isinstance(sign, Token):
                second = cursor.take()
                sign = None if sign.text == "-" else second
            term = self.term(cursor)
            negative = isinstance(sign, Token) and sign.text == "-"
            terms.append(t.Minus(term, span=(sign.span[0], term.span[1])) if sign and negative else term)
        terms = sums.reaching_over(self, dots.sums(self, terms))
        if any(isinstance(term, t.Ellipsis) for term in terms):
            raise FreeError("dots whose pattern is not clear: write a sum", terms[-1].span, "dots")
        return t.Plus(tuple(terms), span=(terms[0].span[0], terms[-1].span[1])) if len(terms) > 1 else terms[0]

    # Products

    def term(self, cursor: Cursor) -> t.Node:
        """Return factors, with what stands between them, up to the next plus, minus or relation."""
        groups: list[list[t.Node]] = [[]]
        signs: list[str] = []
        between: list[int] = []  # where \cdot stands
        while True:
            if cursor.text == "-" and groups[-1]:
                sign = cursor.take()
                rest = self.term(cursor)
                groups[-1].append(t.Minus(rest, span=(sign.span[0], rest.span[1])))
                break
            if cursor.text in dots.DOTS:
                groups[-1].append(t.Ellipsis(cursor.text, span=cursor.take().span))
            elif (node := operators.reaching(self, cursor)) is not None:
                groups[-1].append(node)
                if cursor.text not in (r"\cdot", r"\times"):
                    break
            else:
                groups[-1].append(self.factor(cursor))
            if cursor.text in TIMES:
                if cursor.text == r"\cdot" and cursor.item:
                    between.append(cursor.item.span[0])
                if self._enters(cursor, groups[-1][-1]):
                    signs.append(r"\odot")
                    groups.append([])
            elif cursor.text in _ENTRY_TIMES or cursor.text in _ENTRY_OVER:
                sign = cursor.take()
                if getattr(sign, "text", "") == r"\circ":
                    self.findings.say("circ", r"\circ as the product entry by entry", sign.span)
                signs.append(r"\oslash" if getattr(sign, "text", "") in _ENTRY_OVER else r"\odot")
                groups.append([])
            elif cursor.text == r"\circledast":
                self._convolved(cursor, groups)
                break
            elif cursor.text == "/":
                self._over(cursor, groups[-1])
                if cursor.text in TIMES:
                    cursor.take()
                elif not self.starts_factor(cursor):
                    break
            elif not self.starts_factor(cursor):
                break
        for group in groups:
            self._dotted(group, between)
        return self._entry_by_entry([dots.products(self, group) for group in groups], signs)

    def _dotted(self, group: list[t.Node], between: Sequence[int]) -> None:
        r"""Turn the first of two vectors between which ``\cdot`` stands, and which are the only ones, into a row."""
        for at, (one, other) in enumerate(pairwise(group)):
            sign = next((place for place in between if one.span[1] <= place < other.span[0]), None)
            if sign is None or not (self._is_vector(one) and self._is_vector(other)):
                continue
            span = (one.span[0], other.span[1])
            if len(group) > 2 and not all(_is_plain_number(self, node) for node in (*group[:at], *group[at + 2 :])):
                self.findings.say("inner", r"u \cdot v among other factors as a product of matrices", span)
                continue
            shapes = [self.scene.notation.array_named(node.name) for node in (one, other) if isinstance(node, t.Letter)]
            if any(array and sizes_of_shape(array.shape)[0] == 1 for array in shapes):
                self.findings.say("inner", r"u \cdot v as a product of matrices, as one of them is a row", span)
                continue
            self.findings.say("inner", r"u \cdot v of two vectors as u^\top v, of columns", span)
            group[at] = t.Transpose(one, span=one.span)

    def _is_vector(self, node: t.Node) -> bool:
        r"""Return whether a factor is surely a vector: a bold lowercase letter, one of several, or their sum.

        A letter of whose norm the display speaks is one, too.
        """
        match node:
            case t.Letter(name):
                return self.scene.table.is_vector(name) or self.scene.table.written(name) in self.normed
            case t.Indexed(base):
                return isinstance(base, t.Letter) and self._is_vector(base)
            case t.Minus(body):
                return self._is_vector(body)
            case t.Plus(terms):
                return all(map(self._is_vector, terms))
            case t.Derivative(body, (variable,)):
                return self._is_vector(variable) and not self._is_vector(body)
        return False

    def _enters(self, cursor: Cursor, before: t.Node) -> bool:
        """Go past a sign of multiplication, and return whether it multiplies entry by entry."""
        sign = cursor.take()
        following = cursor.item
        number = isinstance(following, Token) and following.kind is Kind.NUMBER
        if number or _is_plain_number(self, before):
            return False
        text = getattr(sign, "text", "")
        if text in (r"\times", r"\bullet"):
            self.findings.say("times", f"{text} as a product", sign.span)
        if text in ("*", r"\ast"):
            options = (f"{text} as a product", f"{text} as a product entry by entry")
            return bool(self.findings.choose("star", options, sign.span))
        return False

    def _convolved(self, cursor: Cursor, groups: list[list[t.Node]]) -> None:
        """Make one value, of which nothing is known, of two factors between which the sign of a convolution stands."""
        sign = cursor.take()
        right = self.factor(cursor)
        if len(groups) > 1 or len(groups[0]) > 1 or self.starts_factor(cursor) or cursor.text in TIMES:
            raise FreeError("a convolution among products: put parentheses", sign.span, "convolution")
        self.findings.say("convolution", r"\circledast as a function of its own", sign.span)
        groups[0][:] = [applied.own(self, r"\circledast", (groups[0][0], right), (groups[0][0].span[0], right.span[1]))]

    def _over(self, cursor: Cursor, group: list[t.Node]) -> None:
        """Make one fraction of the factors so far and what stands behind a slash."""
        slash = cursor.take()
        below = operators.reaching(self, cursor)
        more: list[t.Node] = []
        if below is None:
            below = self.factor(cursor)
            while self.starts_factor(cursor):
                more.append(self.factor(cursor))
        numerator = product(group)
        start = numerator.span[0]
        if more:
            whole = product([below, *more])
            options = ("the slash as reaching over all factors behind it", "the slash as reaching over one factor")
            plain = isinstance(numerator, t.Number) and isinstance(below, t.Number)
            if self.findings.choose("slash", options[::-1] if plain else options, slash.span) == (0 if plain else 1):
                fraction = t.Fraction(numerator, below, span=(start, below.span[1]))
                group[:] = [fraction, *more]
                return
            below = whole
        if cursor.text == "/":
            raise FreeError("a second slash: put parentheses", cursor.take().span, "second slash")
        group[:] = [t.Fraction(numerator, below, span=(start, below.span[1]))]

    def _entry_by_entry(self, groups: list[list[t.Node]], signs: list[str]) -> t.Node:
        r"""Return products between which ``\odot`` and ``\oslash`` stand."""
        for group in groups:
            if not group:
                raise FreeError(r"a factor is missing at \odot", groups[0][0].span if groups[0] else (0, 0), "ends")
        if not signs:
            return product(groups[0])
        span = groups[0][0].span[0], groups[-1][-1].span[1]
        scalars = [node for node in groups[0][:-1] if _is_plain_number(self, node)]
        outer = [node for node in groups[0][: len(scalars)] if node in scalars]
        inner = [groups[0][len(outer) :], *groups[1:]]
        if any(len(group) > 1 for group in inner):
            options = (r"\odot between whole products", r"\odot between the factors next to it")
            if self.findings.choose("odot", options, span):
                before, behind = inner[0][:-1], inner[-1][1:]
                middle = [inner[0][-1:], *inner[1:-1], inner[-1][:1]]
                if any(len(group) > 1 for group in middle):
                    raise FreeError(r"\odot among products: put parentheses", span, "odot")
                return product([*outer, *before, _entries(middle, signs), *behind])
        return product([*outer, _entries(inner, signs)])

    def starts_factor(self, cursor: Cursor) -> bool:
        """Return whether another factor comes next."""
        item = cursor.item
        if isinstance(item, Group):
            return item.kind != "text" or not names.is_sentence(item.name)
        if item is None:
            return False
        if item.text in dots.DOTS:
            following = cursor.ahead()
            return following is not None and getattr(following, "text", "") not in ("+", "-")
        if item.kind in (Kind.LETTER, Kind.NUMBER):
            return True
        return item.text in _OPENS or item.text in applied.COMMANDS or item.text in operators.COMMANDS

    # Factors

    def factor(self, cursor: Cursor) -> t.Node:
        """Return an operand with its scripts and arguments."""
        item = cursor.item
        if isinstance(item, Token) and item.kind is Kind.LETTER:
            node = atoms.letter(self, cursor)
        elif isinstance(item, Group) and item.kind == "text":
            node = names.name(self, cursor)
        elif isinstance(item, Group) and (function := atoms.operation_on_functions(self, item, cursor)):
            node = function
        elif isinstance(item, Token) and item.text in integrals.SIGNS:
            node = integrals.integral(self, cursor)
        elif (
            cursor.text == "1" and getattr(cursor.ahead(), "text", "") == "_" and (one := names.indicator(self, cursor))
        ):
            node = one
        else:
            node = atoms.with_scripts(self, self._operand(cursor), cursor)
        return points.at_point(self, atoms.with_factorial(self, node, cursor), cursor)

    def _operand(self, cursor: Cursor) -> t.Node:
        item = cursor.take()
        if isinstance(item, Group):
            return self._group(item, cursor)
        if item.kind is Kind.NUMBER:
            digits = item.text if not item.text.startswith(".") else f"0{item.text}"
            return t.Number(digits.lstrip("0") or "0" if digits.isdigit() else digits, span=item.span)
        if item.text in FRACTIONS:
            return derivatives.fraction(self, item, cursor)
        if item.text == r"\sqrt":
            return self._root(item, cursor)
        if item.text in (r"\partial", r"\nabla"):
            return derivatives.sign(self, item, cursor)
        if item.text == r"\binom":
            above, below = (self.expression(*cursor.argument()) for _ in range(2))
            return applied.own(self, "binom", (above, below), (item.span[0], below.span[1]))
        if item.text in applied.COMMANDS:
            return applied.command(self, item, cursor)
        raise unexpected(item)

    def _root(self, item: Token, cursor: Cursor) -> t.Node:
        if cursor.kind == "[" and isinstance(cursor.item, Group):
            raise FreeError("only square roots are read", cursor.take().span, "root of an order")
        body = self.expression(*cursor.argument())
        return t.Root(body, span=(item.span[0], body.span[1]))

    def _group(self, group: Group, cursor: Cursor) -> t.Node:
        items, span = group.items, group.span
        if group.kind == "begin":
            return matrices.environment(self, group)
        if not items:
            raise FreeError("nothing stands between these signs", span, "empty")
        if group.kind == "{" and (choose := [at for at, item in enumerate(items) if _is(item, r"\choose", r"\over")]):
            above, below = (self.expression(part, span) for part in (items[: choose[0]], items[choose[0] + 1 :]))
            if _is(items[choose[0]], r"\over"):
                return t.Fraction(above, below, span=span)
            return applied.own(self, "binom", (above, below), span)
        if group.kind in ("[", r"\llbracket", r"\{", "(") and relations.holds_relation(items):
            if group.kind == r"\{" and getattr(cursor.items[cursor.at - 2], "text", "") != "1":
                raise FreeError("a relation in braces", span, "set")
            return relations.indicator(self, items, span)
        if group.kind in _PARENTHESES and matrices.is_list(items):
            return matrices.listed(self, group, _multiplies(cursor))
        if group.kind in ("|", r"\|"):
            return operators.bars(self, group, cursor)
        if group.kind == r"\langle":
            return operators.inner_product(self, group)
        if group.kind in (r"\lfloor", r"\lceil"):
            inside = self.expression(items, span)
            return applied.own(self, group.kind[2:], (inside,), span)
        if group.kind == "accent":
            raise FreeError("an accent over more than a letter", span, "accent over an expression")
        if group.kind == "[" and _are_apart(items):
            raise FreeError("a row of an array, or a product: write a matrix, or no spaces", span, "spaces in brackets")
        if any(_is(item, GIVEN, ";") for item in items):
            raise FreeError("what a bar separates here is not clear", span, "bar")
        self.closed.add(span)
        return replace(self.expression(items, span), span=span)


def _is(item: Item, *texts: str) -> bool:
    return isinstance(item, Token) and item.text in texts


def _are_apart(items: Sequence[Item]) -> bool:
    r"""Return whether two letters or numbers are all that stands between brackets, with wide spaces: ``[X\;\;1]``."""
    plain = all(isinstance(item, Token) and item.kind in (Kind.LETTER, Kind.NUMBER) for item in items)
    return plain and any(after.span[0] - before.span[1] > 2 for before, after in pairwise(items))


def _multiplies(cursor: Cursor) -> bool:
    """Return whether a letter, or a sign behind one, stands before what was taken last."""
    before = cursor.items[cursor.at - 2] if cursor.at > 1 else None
    if isinstance(before, Group):
        return before.kind != "text"
    signs = (r"\cdot", r"\times", r"\top", r"\intercal")
    return before is not None and (before.kind is Kind.LETTER or before.text in signs)


def unexpected(item: Item) -> FreeError:
    """Return the error for what cannot stand where it does."""
    text = item.text if isinstance(item, Token) else text_of((item,))
    if isinstance(item, Token) and item.kind is Kind.COMMAND:
        return FreeError(f"the command {text[:40]} cannot be read here", item.span, f"unexpected {text[:12]}")
    return FreeError(f"{text[:40]} cannot stand here", item.span, f"unexpected {text[:12]}")


def product(factors: Sequence[t.Node]) -> t.Node:
    """Return factors beside each other as one node, products in it written out."""
    if len(factors) == 1:
        return factors[0]
    return t.Times(tuple(factors), span=(factors[0].span[0], factors[-1].span[1]))


def _entries(groups: Sequence[Sequence[t.Node]], signs: Sequence[str]) -> t.Node:
    """Return factors that are multiplied or divided entry by entry, from left to right."""
    node = product(groups[0])
    for sign, group in zip(signs, groups[1:], strict=True):
        right = product(group)
        span = node.span[0], right.span[1]
        if sign == r"\oslash":
            node = t.EntryFraction(node, right, span=span)
        elif isinstance(node, t.EntryTimes) and node.factors[0].span[0] == node.span[0] and len(groups) > 2:
            node = t.EntryTimes((*node.factors, right), span=span)
        else:
            node = t.EntryTimes((node, right), span=span)
    return node


def _is_plain_number(reader: Reader, node: t.Node) -> bool:
    """Return whether a factor is surely a number, so that it does not matter where it multiplies."""
    match node:
        case t.Number():
            return True
        case t.Letter(name):
            return reader.scene.is_array(name) is False
        case t.Fraction(t.Number(), t.Letter(name)):
            return reader.scene.is_array(name) is not True
        case t.Fraction(one, other):
            return _is_plain_number(reader, one) and _is_plain_number(reader, other)
    return False
