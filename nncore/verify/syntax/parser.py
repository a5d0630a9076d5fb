r"""The LaTeX of the book, read: `read` turns a formula into its one parse tree, or says where and why it cannot.

What is printed is what is read. A scanner cuts the source into tokens and lets no command pass that is not listed
here; a grammar without conflicts (LALR, checked when it is built) leaves every formula at most one reading. Where
readers of print would disagree the grammar has no reading at all, so the author has to write what is meant:

- A letter before ``(`` is applied if the notation declares it a function; else it multiplies.
- ``\sum_{l=1}^{M}``, ``\prod``, ``\max_l``, ``\min_l``, ``\arg\max_l``, ``\lim_{h \to 0}`` and
  ``\frac{\partial}{\partial x}`` reach over all factors that follow, ``\cdot`` and ``/`` included, up to the next
  ``+``, ``-``, relation or closing parenthesis: ``\sum_{l=1}^{M} a_l b + c`` is ``(\sum_{l=1}^{M} (a_l b)) + c``. Only
  a sum whose product ends with a sum over the same letter ends before that, as nothing in that one is its letter.
- ``\ln x`` without parentheses takes one operand, and must come last in its product: ``\ln x y`` is an error.
- ``a b / c`` divides the product, and nothing but ``\cdot``, ``+``, ``-``, a relation or a closing parenthesis may
  follow: ``a/bc`` and ``a/b/c`` are errors.
- ``\odot`` and ``\oslash`` stand between single factors: ``A B \odot C`` is an error, ``(A B) \odot C`` is not.
- Juxtaposition multiplies, but a number never follows a factor: ``2 x``, and ``x \cdot 2``.
- A fraction and whatever has a layer ``^{[r]}`` can carry a power only in parentheses.
- What follows a ``\quad`` in parentheses is a condition. Without parentheses it may be another claim:
  `semantics.conditions` tells.
- Indices stand side by side, ``z_{im}``, ``y_{i c_i}``, or between commas as soon as one of them is a sum or two digits
  meet: ``v_{t-1}``, ``x_{i,j+1}``, ``w_{1,10}``.

Nothing here computes, and nothing of a formula is ever evaluated as code.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from io import SEEK_END, BytesIO
from itertools import pairwise, takewhile
from pickle import Pickler
from typing import Any, TypeAlias

from lark import Lark, Token, Tree, UnexpectedToken, v_args
from lark.common import LexerConf
from lark.exceptions import VisitError
from lark.grammar import Rule
from lark.lexer import Lexer, TerminalDef
from lark.tree import Meta
from lark.visitors import Transformer_NonRecursive

from nncore.verify.notation import Notation
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import OPERAND, PARTNERS, RELATIONS, TOKENS, LatexError, check_nesting, scan, span_of
from nncore.verify.syntax.tree import Relation

LONGEST = 10_000  # characters of a formula
HIGHEST = 200  # nodes from the root of a tree to a leaf
_SHIFT = 0  # the action of Lark's tables that goes on to another state; the other one applies a rule
MOST_DIGITS = 300  # of a number: what has more is no float, and soon no int that Python reads


class _Tokens(Lexer):
    """Lark's lexer for input that is scanned already."""

    def __init__(self, configuration: LexerConf):
        pass

    def lex(self, tokens: list[Token]) -> Iterator[Token]:  # type: ignore[override]  # Lark hands on what it is given
        return iter(tokens)


@cache
def _parser() -> Lark:
    """Return the parser: of its tables, if they were saved for this grammar beside it, else of the grammar."""
    saved = files(__package__).joinpath("grammar.tables")
    return (load_tables(saved.read_bytes()) if saved.is_file() else None) or _made()


def save_tables() -> bytes:
    """Return the tables of the parser, the same bytes each time: `load_tables` needs a tenth of the time."""
    tables, _ = saved = _made().memo_serialize([TerminalDef, Rule])
    tables["parser"]["parser"] = _renumbered(tables["parser"]["parser"])
    found = BytesIO(_digest())
    found.seek(0, SEEK_END)
    pickler = Pickler(found, protocol=5)
    pickler.fast = True  # what is equal is written out each time, for which of it is the same object varies
    pickler.dump(dict(zip(("data", "memo"), saved, strict=True)))
    return found.getvalue()


def load_tables(saved: bytes) -> Lark | None:
    """Return the parser that `save_tables` saved; None if it was of another grammar."""
    return Lark.load(BytesIO(saved.removeprefix(_digest()))) if saved.startswith(_digest()) else None


def _renumbered(table: dict[str, Any]) -> dict[str, Any]:
    """Return the table of a parser: its tokens numbered by their names, its states in the order of their use."""
    names: list[str] = sorted(table["tokens"].values())
    states: list[int] = [*table["start_states"].values()]
    rows: list[list[tuple[int, int, Any]]] = []
    for state in states:  # which grows while it is gone through
        moves = {table["tokens"][token]: move for token, move in table["states"][state].items()}
        rows.append([(number, *moves[name]) for number, name in enumerate(names) if name in moves])
        states += {to: None for _, action, to in rows[-1] if action == _SHIFT and to not in states}
    numbers = {state: number for number, state in enumerate(states)}
    return {
        "tokens": dict(enumerate(names)),
        "states": {
            place: {token: (action, numbers[to] if action == _SHIFT else to) for token, action, to in row}
            for place, row in enumerate(rows)
        },
        "start_states": {name: numbers[state] for name, state in table["start_states"].items()},
        "end_states": {name: numbers[state] for name, state in table["end_states"].items()},
    }


def _made() -> Lark:
    """Return a new parser; a conflict of the grammar, or a token without a row in `TOKENS`, would be an error here."""
    return Lark(_grammar(), parser="lalr", lexer=_Tokens, strict=True, start="formula", propagate_positions=True)


def _grammar() -> str:
    grammar = files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return f"{grammar}\n%declare {' '.join(sorted(TOKENS.keys() - {'$END'}))}"


def _digest() -> bytes:
    return sha256(_grammar().encode()).digest()


# From Lark's tree to ours ---------------------------------------------------------------------------------------------

_Statement: TypeAlias = t.Chain | t.Implication
_Condition: TypeAlias = t.Chain | t.Given | t.ForAll
_Ending: TypeAlias = tuple[tuple[_Condition, ...], t.Note | None]
_Line: TypeAlias = tuple[t.Node | None, tuple[t.Link, ...]]
_By: TypeAlias = tuple[Token, t.Name, int]  # the sign of a derivative, the variable, and how often

# The rules whose node has the parts of the rule as its parts, those whose node has all of them as its one part, and
# those that are a tuple of their parts.
_OF_PARTS: Mapping[str, Callable[..., t.Node]] = {
    "given": t.Given,
    "link": t.Link,
    "entry_fraction": t.EntryFraction,
    "fraction": t.Fraction,
    "limit": t.Limit,
    "transpose": t.Transpose,
    "family": t.Family,
    "root": t.Root,
    "case": t.Case,
}
_OF_SEVERAL: Mapping[str, Callable[..., t.Node]] = {"entry_times": t.EntryTimes, "cases": t.Cases}
_TUPLES = ("links", "variables", "row", "listed")


@v_args(inline=True, meta=True)
class _Builder(Transformer_NonRecursive[Token, t.Formula]):
    """Makes the nodes, from the leaves up, and refuses what the grammar cannot: each method is a rule of it."""

    def __init__(self, source: str, lone_index_letters: frozenset[str]):
        super().__init__()
        self._source = source
        self._lone_index_letters = lone_index_letters
        self._groups: set[t.Span] = set()
        self._neighbors: set[t.Span] = set()  # products of sums over the same letter

    def __default__(self, data: str, children: list[object], meta: Meta) -> object:
        """Return the node of a rule that has no method."""
        if data in _TUPLES:
            return tuple(children)
        if data in _OF_SEVERAL:
            return _OF_SEVERAL[data](tuple(children), span=_span(meta))
        return _OF_PARTS[data](*children, span=_span(meta))

    def _error(self, reason: str, at: t.Node | Meta | Token) -> LatexError:
        span = at.span if isinstance(at, t.Node) else span_of(at) if isinstance(at, Token) else _span(at)
        return LatexError(reason, self._source, *span)

    # Statements

    def formula(self, meta: Meta, body: _Statement | tuple[_Statement, ...], ending: _Ending) -> t.Formula:
        conditions, note = ending
        *others, last = body if isinstance(body, tuple) else (body,)
        if note:
            last = self._annotated(last, note)
        return t.Formula((*others, last), conditions, self._source, span=_span(meta))

    def _annotated(self, statement: _Statement, note: t.Note) -> t.Chain:
        if not isinstance(statement, t.Chain) or not statement.links or statement.links[-1].note:
            raise self._error("a margin note belongs to one relation", note)
        return replace(statement, links=(*statement.links[:-1], replace(statement.links[-1], note=note)))

    def ending(self, meta: Meta, *parts: t.Note | _Condition) -> _Ending:
        notes = [part for part in parts if isinstance(part, t.Note)]
        if len(notes) > 1:
            raise self._error("one margin note is enough", notes[1])
        conditions = tuple(part for part in parts if not isinstance(part, t.Note))
        return conditions, (notes[0] if notes else None)

    def for_all(self, meta: Meta, chain: t.Chain) -> t.ForAll:
        if not chain.links and not isinstance(chain.first, t.Letter | t.Indexed):
            raise self._error(r"a letter or a condition is expected after \forall", chain)
        return t.ForAll(self._condition(chain), span=_span(meta))

    def note(self, meta: Meta, text: Token) -> t.Note:
        return t.Note(text.partition("{")[2][:-1], span=_span(meta))

    def aligned(self, meta: Meta, *lines: _Line) -> tuple[t.Chain, ...]:
        chains: list[t.Chain] = []
        for first, links in lines:
            if first:
                chains.append(t.Chain(first, links, span=(first.span[0], links[-1].span[1])))
            elif chains:
                links = (*chains[-1].links, *links)
                chains[-1] = t.Chain(chains[-1].first, links, span=(chains[-1].span[0], links[-1].span[1]))
            else:
                raise self._error("the first line has nothing before &", links[0])
        return tuple(map(self._statement, chains))

    def line(
        self, meta: Meta, first: t.Node | None, links: tuple[t.Link, ...], ending: _Ending, note: t.Note | None
    ) -> _Line:
        conditions, early_note = ending
        if early_note and note:
            raise self._error("one margin note is enough", note)
        return first, (*links[:-1], replace(links[-1], conditions=conditions, note=note or early_note))

    def implication(self, meta: Meta, premise: t.Chain, conclusion: t.Chain) -> t.Implication:
        return t.Implication(self._condition(premise), self._condition(conclusion), span=_span(meta))

    def chain(self, meta: Meta, first: t.Node, *links: t.Link) -> t.Chain:
        return self._statement(t.Chain(first, links, span=_span(meta)))

    def claim(self, meta: Meta, first: t.Node, *links: t.Link) -> t.Chain:
        return self._condition(t.Chain(first, links, span=_span(meta)))

    def relation(self, meta: Meta, sign: str = "=") -> Relation:
        return RELATIONS[str(sign)]

    def _statement(self, chain: t.Chain) -> t.Chain:
        """Return a chain whose first link may define, or whose only link may assign."""
        for link in chain.links:
            if link.relation is Relation.DEFINES and link is not chain.links[0]:
                raise self._error("only the first relation of a chain can define", link)
            if link.relation is Relation.ASSIGNS and len(chain.links) > 1:
                raise self._error("a step stands alone, without other relations", link)
        changes = chain.links and chain.links[0].relation in (Relation.DEFINES, Relation.ASSIGNS)
        if changes and not _can_be_defined(chain.first):
            reason = "only a letter, or a function that is declared under functions, of its arguments, can be defined"
            raise self._error(reason, chain.first)
        return chain

    def _condition(self, chain: t.Chain) -> t.Chain:
        """Return a chain that neither defines nor assigns."""
        for link in chain.links:
            if link.relation in (Relation.DEFINES, Relation.ASSIGNS):
                raise self._error("a condition cannot define: write the definition in a display of its own", link)
        return chain

    # Sums and products

    def signed(self, meta: Meta, *parts: Token | t.Node) -> t.Node:
        terms: list[t.Node] = []
        sign: Token | None = None
        for part in parts:
            if isinstance(part, Token):
                sign = part
            elif sign and sign.type == "MINUS":
                terms.append(t.Minus(part, span=(span_of(sign)[0], part.span[1])))
            else:
                terms.append(part)
        return t.Plus(tuple(terms), span=_span(meta)) if len(terms) > 1 else terms[0]

    def term(self, meta: Meta, *factors: t.Node) -> t.Times:
        *others, last = factors
        several = last.factors if isinstance(last, t.Times) and last.span in self._neighbors else (last,)
        return t.Times((*others, *several), span=_span(meta))

    def quotient(self, meta: Meta, *parts: t.Node) -> t.Fraction:
        return t.Fraction(_product(parts[:-1]), parts[-1], span=_span(meta))

    def number(self, meta: Meta, digits: Token, exponent: int = 0) -> t.Number:
        if len(digits) > MOST_DIGITS:
            raise self._error(f"a number of more than {MOST_DIGITS} digits", meta)
        return t.Number(str(digits), exponent, span=_span(meta))

    def scientific(self, meta: Meta, digits: Token, ten: Token, *exponent: Token | None) -> t.Number:
        if ten != "10":
            reason = r"\times writes a number with a power of ten, as 2.5 \times 10^{-3}; a product is \cdot"
            raise self._error(reason, ten)
        written = "".join(filter(None, exponent))
        if not re.fullmatch(r"-?\d{1,4}", written):
            raise self._error("a whole number is expected as exponent", meta)
        return self.number(meta, digits, int(written))

    # What reaches over the factors that follow

    def sum(
        self, meta: Meta, sign: Token, index: t.Letter, lower: t.Node, upper: t.Node, body: t.Node
    ) -> t.Product | t.Sum | t.Times:
        if sign.type != "SUM":
            return t.Product(index, lower, upper, body, span=_span(meta))
        factors = body.factors if isinstance(body, t.Times) else (body,)
        others = tuple(takewhile(lambda factor: isinstance(factor, t.Sum) and factor.index == index, factors[:0:-1]))
        if not others:
            return t.Sum(index, lower, upper, body, span=_span(meta))
        body = _product(factors[: -len(others)])
        first = t.Sum(index, lower, upper, body, span=(_span(meta)[0], body.span[1]))
        self._neighbors.add(_span(meta))
        return t.Times((first, *others[::-1]), span=_span(meta))

    def extremum(self, meta: Meta, sign: Token, index: t.Letter, body: t.Node) -> t.Extremum:
        return t.Extremum(re.sub(r"[\\\s]", "", sign), index, body, span=_span(meta))

    def bare(self, meta: Meta, function: t.Function, argument: t.Node) -> t.Apply:
        return t.Apply(function, (argument,), span=_span(meta))

    # Derivatives

    def operator(
        self, meta: Meta, sign: Token, order: int | None, below: tuple[_By, ...], body: t.Node
    ) -> t.Derivative:
        return self.derivative(meta, sign, order, body, below)

    def derivative_in_line(
        self, meta: Meta, sign: Token, body: t.Node, sign_below: Token, variable: t.Name
    ) -> t.Derivative:
        return self.derivative(meta, sign, None, body, ((sign_below, variable, 1),))

    def derivative(
        self, meta: Meta, sign: Token, order: int | None, body: t.Node, below: tuple[_By, ...]
    ) -> t.Derivative:
        if any(other != sign for other, _, _ in below):
            raise self._error(r"either \partial or \mathrm d, not both", meta)
        variables = tuple(variable for _, variable, times in below for _ in range(times))
        if len(variables) != (order or 1):
            reason = f"the order is {order or 1} above and {len(variables)} below the fraction line"
            raise self._error(reason, meta)
        return t.Derivative(body, variables, total=sign != r"\partial", span=_span(meta))

    def by(self, meta: Meta, sign: Token, variable: t.Name, order: int | None) -> _By:
        return sign, variable, order or 1

    def order(self, meta: Meta, digits: Token) -> int:
        if not re.fullmatch(r"[1-9]", digits):
            raise self._error("the order of a derivative is a number from 1 to 9", meta)
        return int(digits)

    # Scripts

    def power(self, meta: Meta, base: t.Node, exponent: t.Node) -> t.Power:
        if exponent.span in self._groups:
            raise self._error("an exponent in parentheses looks like an index: leave the parentheses away", exponent)
        if exponent == t.Letter("T"):
            raise self._error(r"the transpose is written ^\top", exponent)
        return t.Power(base, exponent, span=_span(meta))

    def transposed_family(self, meta: Meta, letter: t.Letter, layer: t.Node) -> t.Transpose:
        return t.Transpose(t.Family(letter, layer, span=_span(meta)), span=_span(meta))

    def entry_of_family(self, meta: Meta, letter: t.Letter, indices: tuple[t.Node, ...], layer: t.Node) -> t.Indexed:
        return self.entry(meta, t.Family(letter, layer, span=_span(meta)), indices)

    def entry(self, meta: Meta, base: t.Node, indices: tuple[t.Node, ...]) -> t.Indexed:
        letter = base.letter if isinstance(base, t.Family) else base
        if len(indices) == 1 and not (isinstance(letter, t.Letter) and letter.name in self._lone_index_letters):
            self._check_digits(indices)
        return t.Indexed(base, indices, span=_span(meta))

    plain_entry = entry

    def indices(self, meta: Meta, indices: t.Node | tuple[t.Node, ...]) -> tuple[t.Node, ...]:
        return indices if isinstance(indices, tuple) else (indices,)

    def beside(self, meta: Meta, *indices: t.Node) -> tuple[t.Node, ...]:
        for one, other in pairwise(indices):
            if isinstance(one, t.Number) and isinstance(other, t.Number):
                raise self._error("digits meet in an index: write commas between indices", other)
        self._check_digits(indices)
        return indices

    def _check_digits(self, indices: tuple[t.Node, ...]) -> None:
        for index in indices:
            if isinstance(index, t.Number) and len(index.digits) > 1:
                raise self._error(f"{index.digits} could be one index or several: write commas between indices", index)

    # Operands

    def letter(self, meta: Meta, name: Token) -> t.Letter:
        return t.Letter(str(name), span=_span(meta))

    def group(self, meta: Meta, body: t.Node) -> t.Node:
        self._groups.add(_span(meta))
        return replace(body, span=_span(meta))

    def named(self, meta: Meta, name: Token, primes: Token | None, layer: t.Node | None) -> t.Function:
        return t.Function(str(name), len(primes or ""), layer, span=_span(meta))

    lettered = named

    def application(self, meta: Meta, function: t.Function, *arguments: t.Node) -> t.Apply:
        return t.Apply(function, arguments, span=_span(meta))

    def extremum_of_arguments(self, meta: Meta, sign: Token, *arguments: t.Node) -> t.Apply:
        return t.Apply(t.Function(str(sign), span=span_of(sign)), arguments, span=_span(meta))

    def bracketed(self, meta: Meta, sign: Token, body: t.Node, order: tuple[t.Node, ...] | None) -> t.Bracketed:
        bracket = next(each for each in t.BRACKETS if each.opening == sign)
        if not order:
            return bracket(body, span=_span(meta))
        if bracket is not t.Norm:
            raise self._error("only a norm carries an index, so put parentheses", order[0])
        if len(order) > 1:
            raise self._error("a norm has one order", order[1])
        return t.Norm(body, order[0], span=_span(meta))

    def matrix(self, meta: Meta, *rows: tuple[t.Node, ...]) -> t.Matrix:
        for row in rows:
            if len(row) != len(rows[0]):
                raise self._error(f"a row of {len(row)} in a matrix whose first row has {len(rows[0])}", row[0])
        return t.Matrix(rows, span=_span(meta))

    def ellipsis(self, meta: Meta, name: Token) -> t.Ellipsis:
        return t.Ellipsis(str(name), span=_span(meta))


def _span(meta: Meta) -> t.Span:
    return meta.start_pos, meta.end_pos


def _product(factors: tuple[t.Node, ...]) -> t.Node:
    """Return factors that stand beside each other as one node."""
    span = factors[0].span[0], factors[-1].span[1]
    return t.Times(factors, span=span) if len(factors) > 1 else factors[0]


def _can_be_defined(left: t.Node) -> bool:
    """Return whether it is a letter, with a layer or indices, or a function of its arguments or an entry of it."""
    base = left.base if isinstance(left, t.Indexed) else left
    return isinstance(base, t.Letter | t.Family | t.Apply)


# Reading --------------------------------------------------------------------------------------------------------------


def read(source: str, notation: Notation) -> t.Formula:
    """Return the one reading of a formula, given without its dollar signs.

    Raises
    ------
    LatexError
        If it has no reading; never for lack of a declared letter, which is for the notation to complain about.
    """
    return _read(source, notation.function_names, notation.lone_index_letters)


@lru_cache(maxsize=4096)  # a page is read once for what it defines, and once for what it claims
def _read(source: str, function_names: frozenset[str], lone_index_letters: frozenset[str]) -> t.Formula:
    if len(source) > LONGEST:
        raise LatexError(f"a formula of more than {LONGEST} characters", source, LONGEST)
    tokens = list(scan(source, function_names))
    check_nesting(tokens, source)
    try:
        formula = _Builder(source, lone_index_letters).transform(_parser().parse(tokens))
    except UnexpectedToken as error:
        raise _unexpected(error, source) from None
    except VisitError as error:
        raise error.orig_exc from None
    for node, height in t.walk(formula):
        if height > HIGHEST:
            raise LatexError("too much within each other", source, *node.span)
    return formula


def _unexpected(error: UnexpectedToken, source: str) -> LatexError:
    token, stack = error.token, error.interactive_parser.parser_state.value_stack
    advice = _advice(stack, token)
    if not advice:
        accepted = sorted(error.accepts - {"MINUS"})
        opened = next((PARTNERS[each] for each in reversed(stack) if isinstance(each, Token) and each in PARTNERS), "")
        phrases = dict.fromkeys(opened if kind == "_CLOSING" else TOKENS[kind][0] for kind in accepted)
        advice = "expected " + " or ".join(phrases)
    if token.type == "$END":
        return LatexError(f"the formula ends too early: {advice}", source, len(source.rstrip()))
    return LatexError(f"unexpected {token}: {advice}", source, *span_of(token))


def _advice(stack: Sequence[Token | Tree[Token]], token: Token) -> str:
    """Return what to write instead, where the parser stopped for a reason that authors meet; else nothing.

    The stack holds what was read and waits for more: tokens, and trees named after their rules. The state of the parser
    would not do: after one and the same a reason can be another, and one reason is met in many.
    """
    last, second, _, fourth = [*map(_kind, reversed(stack)), "", "", "", ""][:4]
    operand_follows = TOKENS[token.type][0] == OPERAND
    if second == "named" or (last == "_RBRACE" and fourth == "named"):
        return "a function without parentheses takes one operand and ends its product, so put parentheses"
    if last in ("lettered", "NAME", "FUNCTION") and token.type == "_CARET":
        return "a power of a value stands behind the function and its argument, both in parentheses, as in (f(x))^{2}"
    if last in ("named", "lettered", "NAME", "FUNCTION"):
        return "a function takes its argument in parentheses"
    if last == "_UNDER" and second in ("SUM", "PRODUCT"):
        return r"both limits are expected, as in \sum_{l=1}^{M}"
    if last in ("_FRAC", "_SQRT", "_CARET", "_UNDER"):
        return r"braces are expected, as in \frac{1}{n} and x_{im}^{-1}"
    if token.type in ("_ODOT", "_OSLASH") or second in ("_ODOT", "_OSLASH"):
        return r"\odot and \oslash stand between single factors, so put products in parentheses"
    if second == "_SLASH" and (operand_follows or token.type == "_SLASH"):
        return r"it is not clear how far the slash reaches, so write \frac or parentheses"
    if token.type == "_TIMES":
        return r"\times writes a number with a power of ten; a product is \cdot"
    if token.type == "MINUS":
        return "a negative operand needs parentheses"
    if token.type == "_LBRACE":
        return "braces do not show in print, so write parentheses"
    if token.type == "NUMBER" and not last.isupper():
        return r"a number stands first in a product or after \cdot; powers and indices of several digits need braces"
    if token.type in ("_CARET", "_UNDER", "_LAYER") and (last in ("_RBRACE", "_TOP") or not last.isupper()):
        return "indices stand before a power, and whatever else carries a script needs parentheses"
    return ""


def _kind(part: Token | Tree[Token]) -> str:
    """Return the token or the rule of what the parser holds."""
    if isinstance(part, Tree):
        return str(part.data)
    return "number" if part.type == "NUMBER" else part.type
