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
from dataclasses import replace
from functools import cache, lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from lark import Lark, Token, Tree, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.lexer import Lexer
from lark.visitors import Transformer_NonRecursive

from nncore.verify.notation import Notation
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError, check_nesting, scan, written
from nncore.verify.syntax.tree import Relation

LONGEST = 10_000  # characters of a formula
HIGHEST = 200  # nodes from the root of a tree to a leaf
MOST_DIGITS = 300  # of a number: what has more is no float, and soon no int that Python reads

# The grammar ----------------------------------------------------------------------------------------------------------

# Rules whose name starts with an underscore put their parts into the rule above them; so do those that start with ?,
# if they have one part only. Tokens that start with an underscore leave no trace in the tree.
_GRAMMAR = r"""
formula: _body | _BEGIN_EQUATION _body _END_EQUATION
_body: (chain | implication | aligned) ending
ending: [_COMMA | _PERIOD] | [_COMMA] _conditions [_PERIOD]
_conditions: _QUAD _condition ((_COMMA | [_COMMA] _QUAD) _condition)*
_condition: claim | given | for_all | note
given: _LPAR claim (_COMMA claim)* _RPAR
for_all: _FORALL chain
note: TEXT

aligned: _BEGIN_ALIGNED line (_NEWLINE line)* [_NEWLINE] _END_ALIGNED
line: [expression] _AMP link+ ending [_AMP _AMP note]

implication: chain _IMPLIES chain
chain: expression link*
claim: expression link+
link: relation expression
relation: _EQUALS | RELATION

?expression: term
           | MINUS term ((PLUS | MINUS) term)* -> signed
           | term ((PLUS | MINUS) term)+       -> signed

?term: _product
     | entry_times
     | entry_fraction
entry_times: factor (_ODOT factor)+
entry_fraction: (factor | entry_times) _OSLASH factor

_product: _run
        | quotient
        | (_run | quotient) _CDOT _product
        | [_run] _reaching
_run: numeric
    | factor
    | _run factor
quotient: _run _SLASH (numeric | factor)
        | D (base | function) _SLASH D base  -> derivative_in_line

?numeric: number
        | number _CARET _exponent            -> power
        | NUMBER _TIMES NUMBER _CARET (NUMBER | _LBRACE [MINUS] NUMBER _RBRACE) -> scientific
number: NUMBER

_reaching: sum | extremum | limit | operator | bare
sum: (SUM | PRODUCT) _UNDER _LBRACE letter _EQUALS expression _RBRACE _CARET _limit term
_limit: letter | number | _LBRACE expression _RBRACE
extremum: (EXTREMUM | ARGUMENT) _UNDER (letter | _LBRACE letter _RBRACE) term
limit: _LIM _UNDER _LBRACE letter _TO expression _RBRACE term
operator: _FRAC _LBRACE D [order] _RBRACE _LBRACE by+ _RBRACE term
bare: named (base | number | fraction | derivative | bars | application | _LBRACE term _RBRACE)

?factor: base | fenced | bars | fraction | derivative | root | cases
       | entry
       | _carrier _CARET _exponent           -> power
       | _carrier _transposed                -> transpose
       | letter _LAYER index _RSQB _TOP _RBRACE -> transposed_family
_carrier: letter | plain_entry | fenced | entry | bars
_exponent: letter | number | _LBRACE expression _RBRACE
_transposed: _CARET (_TOP | _LBRACE _TOP _RBRACE)

?base: letter | plain_entry | family
     | family indices                        -> entry
     | letter indices layer                  -> entry_of_family
letter: LETTER
plain_entry: letter indices
family: letter layer
layer: _LAYER index _RSQB _RBRACE
entry: fenced indices

?fenced: _LPAR expression _RPAR              -> group
       | application
       | matrix
application: function (_LPAR _arguments _RPAR | _LSQB expression _RSQB)
           | EXTREMUM _LPAR _arguments _RPAR -> extremum_of_arguments
_arguments: expression (_COMMA expression)*
?function: named | lettered
named: NAME [PRIMES] [layer]
lettered: FUNCTION [PRIMES] [layer]

?bars: _LVERT expression _RVERT              -> absolute
     | _LNORM expression _RNORM [indices]    -> norm
fraction: _FRAC _LBRACE expression _RBRACE _LBRACE expression _RBRACE
root: _SQRT _LBRACE expression _RBRACE
derivative: _FRAC _LBRACE D [order] _operand _RBRACE _LBRACE by+ _RBRACE
_operand: base | fenced | entry | bare | function
by: D base [order]
order: _CARET (NUMBER | _LBRACE NUMBER _RBRACE)

matrix: _BEGIN_MATRIX row (_NEWLINE row)* [_NEWLINE] _END_MATRIX
row: _cell (_AMP _cell)*
_cell: expression | ellipsis
ellipsis: ELLIPSIS
cases: _BEGIN_CASES case (_NEWLINE case)* [_NEWLINE] _END_CASES
case: expression [_COMMA] _AMP claim [_COMMA | _PERIOD]

indices: _UNDER (letter | number) | _UNDER _LBRACE (beside | listed) _RBRACE
beside: _item _item+
listed: index (_COMMA index)*
?index: _item
      | _item ((PLUS | MINUS) _item)+         -> signed
_item: letter | plain_entry | number

%declare LETTER FUNCTION NAME NUMBER TEXT D PRIMES RELATION PLUS MINUS SUM PRODUCT EXTREMUM ARGUMENT ELLIPSIS
%declare _EQUALS _COMMA _PERIOD _QUAD _AMP _NEWLINE _CDOT _TIMES _ODOT _OSLASH _SLASH _CARET _UNDER _LAYER _TOP
%declare _FRAC _SQRT _LIM _TO _FORALL _IMPLIES _LPAR _RPAR _LSQB _RSQB _LBRACE _RBRACE _LVERT _RVERT _LNORM _RNORM
%declare _BEGIN_ALIGNED _END_ALIGNED _BEGIN_EQUATION _END_EQUATION _BEGIN_MATRIX _END_MATRIX _BEGIN_CASES _END_CASES
"""


class _Tokens(Lexer):
    """Lark's lexer for input that is scanned already."""

    def __init__(self, configuration):
        pass

    def lex(self, tokens):
        return iter(tokens)


@cache
def _parser() -> Lark:
    """The parser; a conflict of the grammar would be an error here."""
    return Lark(_GRAMMAR, parser="lalr", lexer=_Tokens, strict=True, start="formula", propagate_positions=True)


# From Lark's tree to ours ---------------------------------------------------------------------------------------------


@v_args(inline=True, meta=True)
class _Builder(Transformer_NonRecursive):
    """Makes the nodes, from the leaves up, and refuses what the grammar cannot: each method is a rule of it."""

    def __init__(self, source: str, notation: Notation):
        super().__init__()
        self._source = source
        self._notation = notation
        self._groups: set[t.Span] = set()
        self._neighbors: set[t.Span] = set()  # products of sums over the same letter

    def _error(self, reason: str, node: t.Node) -> LatexError:
        return LatexError(reason, self._source, *node.span)

    # Statements

    def formula(self, meta, body, ending):
        conditions, note = ending
        statements = body if isinstance(body, tuple) else (body,)
        if note:
            statements = (*statements[:-1], self._annotated(statements[-1], note))
        return t.Formula(statements, conditions, self._source, span=_span(meta))

    def _annotated(self, statement, note):
        if not isinstance(statement, t.Chain) or not statement.links or statement.links[-1].note:
            raise self._error("a margin note belongs to one relation", note)
        return replace(statement, links=(*statement.links[:-1], replace(statement.links[-1], note=note)))

    def given(self, meta, *claims):
        return tuple(t.Given(claim, span=claim.span) for claim in claims)

    def ending(self, meta, *parts):
        parts = tuple(part for each in parts for part in (each if isinstance(each, tuple) else (each,)))
        notes = [part for part in parts if isinstance(part, t.Note)]
        if len(notes) > 1:
            raise self._error("one margin note is enough", notes[1])
        conditions = tuple(part for part in parts if not isinstance(part, t.Note))
        return conditions, (notes[0] if notes else None)

    def for_all(self, meta, chain):
        if not chain.links and not isinstance(chain.first, t.Letter | t.Indexed):
            raise self._error(r"a letter or a condition is expected after \forall", chain)
        return t.ForAll(self._condition(chain), span=_span(meta))

    def note(self, meta, text):
        return t.Note(str(text), span=_span(meta))

    def aligned(self, meta, *lines):
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

    def line(self, meta, first, *rest):
        *links, (conditions, early_note), note = rest
        if early_note and note:
            raise self._error("one margin note is enough", note)
        links[-1] = replace(links[-1], conditions=conditions, note=note or early_note)
        return first, tuple(links)

    def implication(self, meta, premise, conclusion):
        return t.Implication(self._condition(premise), self._condition(conclusion), span=_span(meta))

    def chain(self, meta, first, *links):
        return self._statement(t.Chain(first, links, span=_span(meta)))

    def claim(self, meta, first, *links):
        return self._condition(t.Chain(first, links, span=_span(meta)))

    def link(self, meta, relation, right):
        return t.Link(relation, right, span=_span(meta))

    def relation(self, meta, relation=Relation.EQUAL):
        return Relation(str(relation))

    def _statement(self, chain):
        """A chain whose first link may define, or whose only link may assign."""
        for link in chain.links:
            if link.relation is Relation.DEFINES and link is not chain.links[0]:
                raise self._error("only the first relation of a chain can define", link)
            if link.relation is Relation.ASSIGNS and len(chain.links) > 1:
                raise self._error("a step stands alone, without other relations", link)
        changes = chain.links and chain.links[0].relation in (Relation.DEFINES, Relation.ASSIGNS)
        if changes and not _can_be_defined(chain.first):
            raise self._error("only a letter or a declared function of its arguments can be defined", chain.first)
        return chain

    def _condition(self, chain):
        """A chain that neither defines nor assigns."""
        for link in chain.links:
            if link.relation in (Relation.DEFINES, Relation.ASSIGNS):
                raise self._error("a condition cannot define", link)
        return chain

    # Sums and products

    def signed(self, meta, *parts):
        terms: list[t.Node] = []
        sign = None
        for part in parts:
            if isinstance(part, Token):
                sign = part
            else:
                negative = sign is not None and sign.type == "MINUS"
                terms.append(t.Minus(part, span=(sign.start_pos, part.span[1])) if negative else part)
        return t.Plus(tuple(terms), span=_span(meta)) if len(terms) > 1 else terms[0]

    def term(self, meta, *factors):
        last = factors[-1].factors if factors[-1].span in self._neighbors else factors[-1:]
        return t.Times((*factors[:-1], *last), span=_span(meta))

    def entry_times(self, meta, *factors):
        return t.EntryTimes(factors, span=_span(meta))

    def entry_fraction(self, meta, numerator, denominator):
        return t.EntryFraction(numerator, denominator, span=_span(meta))

    def quotient(self, meta, *parts):
        *factors, denominator = parts
        span = (factors[0].span[0], factors[-1].span[1])
        numerator = t.Times(tuple(factors), span=span) if len(factors) > 1 else factors[0]
        return t.Fraction(numerator, denominator, span=_span(meta))

    def fraction(self, meta, numerator, denominator):
        return t.Fraction(numerator, denominator, span=_span(meta))

    def number(self, meta, digits):
        return self._number(digits, 0, meta)

    def _number(self, digits, exponent, meta):
        if len(digits) > MOST_DIGITS:
            raise LatexError(f"a number of more than {MOST_DIGITS} digits", self._source, *_span(meta))
        return t.Number(str(digits), exponent, span=_span(meta))

    def scientific(self, meta, digits, ten, sign_or_exponent, exponent=None):
        if ten != "10":
            raise LatexError(
                r"\times writes a number with a power of ten, as 2.5 \times 10^{-3}; a product is \cdot",
                self._source, ten.start_pos, ten.end_pos,
            )  # fmt: skip
        written = f"{sign_or_exponent or ''}{exponent or ''}"
        if not re.fullmatch(r"-?\d{1,4}", written):
            raise LatexError("a whole number is expected as exponent", self._source, *_span(meta))
        return self._number(digits, int(written), meta)

    # What reaches over the factors that follow

    def sum(self, meta, sign, index, lower, upper, body):
        if sign.type != "SUM":
            return t.Product(index, lower, upper, body, span=_span(meta))
        factors = body.factors if isinstance(body, t.Times) else (body,)
        others = tuple(takewhile(lambda factor: isinstance(factor, t.Sum) and factor.index == index, factors[:0:-1]))
        if others:
            own = factors[: -len(others)]
            body = t.Times(own, span=(own[0].span[0], own[-1].span[1])) if len(own) > 1 else own[0]
            first = t.Sum(index, lower, upper, body, span=(meta.start_pos, body.span[1]))
            self._neighbors.add(_span(meta))
            return t.Times((first, *others[::-1]), span=_span(meta))
        return t.Sum(index, lower, upper, body, span=_span(meta))

    def extremum(self, meta, sign, index, body):
        kind = re.sub(r"[\\\s]", "", sign)
        return t.Extremum(kind, index, body, span=_span(meta))

    def limit(self, meta, variable, point, body):
        return t.Limit(variable, point, body, span=_span(meta))

    def operator(self, meta, sign, order, *rest):
        *below, body = rest
        return self._derivative(meta, sign, order, body, below)

    def bare(self, meta, function, argument):
        return t.Apply(function, (argument,), span=_span(meta))

    # Derivatives

    def derivative(self, meta, sign, order, body, *below):
        return self._derivative(meta, sign, order, body, below)

    def derivative_in_line(self, meta, sign, body, sign_below, variable):
        return self._derivative(meta, sign, None, body, [(sign_below, variable, 1)])

    def _derivative(self, meta, sign, order, body, below):
        if any(other != sign for other, _, _ in below):
            raise LatexError(r"either \partial or \mathrm d, not both", self._source, *_span(meta))
        variables = tuple(variable for _, variable, times in below for _ in range(times))
        if len(variables) != (order or 1):
            raise LatexError(
                f"the order is {order or 1} above and {len(variables)} below the fraction line",
                self._source, *_span(meta),
            )  # fmt: skip
        return t.Derivative(body, variables, total=sign != r"\partial", span=_span(meta))

    def by(self, meta, sign, variable, order):
        return sign, variable, order or 1

    def order(self, meta, digits):
        if not re.fullmatch(r"[1-9]", digits):
            raise LatexError("the order of a derivative is a number from 1 to 9", self._source, *_span(meta))
        return int(digits)

    # Scripts

    def power(self, meta, base, exponent):
        if exponent.span in self._groups:
            raise self._error("an exponent in parentheses looks like an index: leave the parentheses away", exponent)
        if exponent == t.Letter("T"):
            raise self._error(r"the transpose is written ^\top", exponent)
        return t.Power(base, exponent, span=_span(meta))

    def transpose(self, meta, body):
        return t.Transpose(body, span=_span(meta))

    def family(self, meta, letter, layer):
        return t.Family(letter, layer, span=_span(meta))

    def transposed_family(self, meta, letter, layer):
        return t.Transpose(t.Family(letter, layer, span=_span(meta)), span=_span(meta))

    def layer(self, meta, index):
        return index

    def plain_entry(self, meta, letter, indices):
        return self._entry(meta, letter, indices)

    def entry(self, meta, base, indices):
        return self._entry(meta, base, indices)

    def entry_of_family(self, meta, letter, indices, layer):
        return self._entry(meta, t.Family(letter, layer, span=_span(meta)), indices)

    def _entry(self, meta, base, indices):
        letter = base.letter if isinstance(base, t.Family) else base
        first = indices[0]
        if len(indices) == 1 and isinstance(first, t.Number) and len(first.digits) > 1:
            if not isinstance(letter, t.Letter) or letter.name not in self._notation.lone_index_letters:
                raise self._error(f"{first.digits} could be one index or several: write commas between indices", first)
        return t.Indexed(base, indices, span=_span(meta))

    def indices(self, meta, indices):
        return indices if isinstance(indices, tuple) else (indices,)

    def beside(self, meta, *indices):
        for one, other in pairwise(indices):
            if isinstance(one, t.Number) and isinstance(other, t.Number):
                raise self._error("digits meet in an index: write commas between indices", other)
        for index in indices:
            if isinstance(index, t.Number) and len(index.digits) > 1:
                raise self._error(f"{index.digits} could be one index or several: write commas between indices", index)
        return indices

    def listed(self, meta, *indices):
        return indices

    # Operands

    def letter(self, meta, name):
        return t.Letter(str(name), span=_span(meta))

    def group(self, meta, body):
        self._groups.add(_span(meta))
        return replace(body, span=_span(meta))

    def named(self, meta, name, primes, layer):
        return t.Function(str(name), len(primes or ""), layer, span=_span(meta))

    lettered = named

    def application(self, meta, function, *arguments):
        return t.Apply(function, arguments, span=_span(meta))

    def extremum_of_arguments(self, meta, sign, *arguments):
        function = t.Function(str(sign), span=(sign.start_pos, sign.end_pos))
        return t.Apply(function, arguments, span=_span(meta))

    def absolute(self, meta, body):
        return t.Absolute(body, span=_span(meta))

    def norm(self, meta, body, order):
        if order and len(order) > 1:
            raise self._error("a norm has one order", order[1])
        return t.Norm(body, order[0] if order else None, span=_span(meta))

    def root(self, meta, body):
        return t.Root(body, span=_span(meta))

    def matrix(self, meta, *rows):
        for row in rows:
            if len(row) != len(rows[0]):
                raise self._error(f"a row of {len(row)} in a matrix whose first row has {len(rows[0])}", row[0])
        return t.Matrix(rows, span=_span(meta))

    def row(self, meta, *cells):
        return cells

    def ellipsis(self, meta, name):
        return t.Ellipsis(str(name), span=_span(meta))

    def cases(self, meta, *cases):
        return t.Cases(cases, span=_span(meta))

    def case(self, meta, value, condition):
        return t.Case(value, condition, span=_span(meta))


def _span(meta) -> t.Span:
    return (meta.start_pos, meta.end_pos)


def _can_be_defined(left: t.Node) -> bool:
    """A letter, with a layer or indices, or a function of its arguments or an entry of it; no derivative, no sum."""
    return isinstance(left, t.Letter | t.Family | t.Apply) or (
        isinstance(left, t.Indexed) and isinstance(left.base, t.Letter | t.Family | t.Apply)
    )


# Reading --------------------------------------------------------------------------------------------------------------


def read(source: str, notation: Notation) -> t.Formula:
    """The one reading of a formula, given without its dollar signs.

    Raises
    ------
    LatexError
        If it has no reading; never for lack of a declared letter, which is for the notation to complain about.
    """
    return _read(source, _Forms(notation.function_names, notation.lone_index_letters))


class _Forms(NamedTuple):
    """What a reading depends on besides the source."""

    function_names: frozenset[str]
    lone_index_letters: frozenset[str]


@lru_cache(maxsize=4096)  # a page is read once for what it defines, and once for what it claims
def _read(source: str, notation: _Forms) -> t.Formula:
    if len(source) > LONGEST:
        raise LatexError(f"a formula of more than {LONGEST} characters", source, LONGEST)
    tokens = list(scan(source, notation))
    check_nesting(tokens, source)
    try:
        formula = _Builder(source, notation).transform(_parser().parse(tokens))
    except UnexpectedToken as error:
        raise _unexpected(error, source) from None
    except VisitError as error:
        raise error.orig_exc from None
    for node, height in t.walk(formula):
        if height > HIGHEST:
            raise LatexError("too much within each other", source, *node.span)
    return formula


_STARTS_OPERAND = frozenset(
    "LETTER FUNCTION NAME NUMBER SUM PRODUCT EXTREMUM ARGUMENT _LPAR _FRAC _SQRT _LVERT _LNORM _LIM "
    "_BEGIN_MATRIX _BEGIN_CASES".split()
)
_PHRASES = {
    **dict.fromkeys(_STARTS_OPERAND, "an operand"),
    **dict.fromkeys(
        "PLUS _CDOT _TIMES _ODOT _OSLASH _SLASH _EQUALS RELATION _IMPLIES".split(), "an operator or relation"
    ),
    **dict.fromkeys(("_CARET", "_UNDER", "_LAYER"), "a script"),
    **dict.fromkeys(("$END", "_COMMA", "_PERIOD", "_QUAD"), "the end"),
    "D": r"\partial", "PRIMES": "a prime", "ELLIPSIS": "dots", "TEXT": r"\text{...}", "_TOP": r"\top", "_TO": r"\to",
    "_FORALL": r"\forall", "_AMP": "&", "_NEWLINE": r"\\", "_RPAR": ")", "_RSQB": "]", "_LSQB": "[", "_LBRACE": "{",
    "_RBRACE": "}", "_RVERT": r"\rvert", "_RNORM": r"\rVert", "_END_MATRIX": "the end of the matrix",
    "_BEGIN_ALIGNED": r"\begin{aligned}", "_END_ALIGNED": r"\end{aligned}", "_END_CASES": r"\end{cases}",
    "_BEGIN_EQUATION": r"\begin{equation}", "_END_EQUATION": r"\end{equation}",
}  # fmt: skip


def _unexpected(error: UnexpectedToken, source: str) -> LatexError:
    token = error.token
    advice = _advice(error.interactive_parser.parser_state.value_stack, token)
    if not advice:
        accepted = error.interactive_parser.accepts() - {"MINUS"}
        expected = dict.fromkeys(_PHRASES[kind] for kind in sorted(accepted))
        advice = "expected " + " or ".join(expected)
    if token.type == "$END":
        return LatexError(f"the formula ends too early: {advice}", source, len(source.rstrip()))
    return LatexError(f"unexpected {written(token)}: {advice}", source, token.start_pos, token.end_pos)


def _advice(stack: list[Token | Tree], token: Token) -> str:
    """What to write instead, where the parser stopped for a reason that authors meet; else nothing.

    The stack holds what was read and waits for more: tokens, and trees named after their rules.
    """
    last, second, _, fourth = [*map(_kind, reversed(stack)), "", "", "", ""][:4]
    operand_follows = token.type in _STARTS_OPERAND
    if second == "named" or (last == "_RBRACE" and fourth == "named"):
        return "a function without parentheses takes one operand and ends its product, so put parentheses"
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


def _kind(part: Token | Tree) -> str:
    """The token or the rule of what the parser holds."""
    if isinstance(part, Tree):
        return str(part.data)
    return "number" if part.type == "NUMBER" else part.type
