r"""The LaTeX of the book, read: `read` turns a formula into its one parse tree, or says where and why it cannot.

What is printed is what is read. A scanner cuts the source into tokens and lets no command pass that is not listed
here; a grammar without conflicts (LALR, checked when it is built) leaves every formula at most one reading. Where
readers of print would disagree the grammar has no reading at all, so the author has to write what is meant:

- A letter before ``(`` is applied if the notation declares it a function; else it multiplies.
- ``\sum_{l=1}^{M}``, ``\prod``, ``\max_l``, ``\min_l``, ``\arg\max_l``, ``\lim_{h \to 0}`` and ``\frac{\partial}{\partial x}``
  reach over all factors that follow, up to the next ``+``, ``-``, relation or closing parenthesis:
  ``\sum_l a_l b + c`` is ``(\sum_l (a_l b)) + c``. So nothing of the same product can follow what they reach over.
- ``\ln x`` without parentheses takes one operand, and must come last in its product: ``\ln x y`` is an error.
- ``a b / c`` divides the product, and nothing but ``\cdot``, ``+``, ``-``, a relation or a closing parenthesis may
  follow: ``a/bc`` and ``a/b/c`` are errors.
- ``\odot`` and ``\oslash`` stand between single factors: ``A B \odot C`` is an error, ``(A B) \odot C`` is not.
- Juxtaposition multiplies, but a number never follows a factor: ``2 x``, and ``x \cdot 2``.
- A fraction and whatever has a layer ``^{[r]}`` can carry a power only in parentheses.
- Indices stand side by side, ``z_{im}``, ``y_{i c_i}``, or between commas as soon as one of them is a sum or two digits
  meet: ``v_{t-1}``, ``x_{i,j+1}``, ``w_{1,10}``.

Nothing here computes, and nothing of a formula is ever evaluated as code.
"""

import re
from collections.abc import Iterator
from functools import cache

from lark import Lark, Token, UnexpectedToken, v_args
from lark.exceptions import VisitError
from lark.lexer import Lexer
from lark.visitors import Transformer_NonRecursive

from nncore.verify import tree as t
from nncore.verify.notation import Notation

LONGEST = 10_000  # characters of a formula
DEEPEST = 40  # parentheses, braces and environments within each other
HIGHEST = 200  # nodes from the root of a tree to a leaf


class LatexError(ValueError):
    """A formula that cannot be read; the message shows the place.

    Attributes
    ----------
    reason : str
        What is wrong, in one line.
    line, column : int
        Where, counted from 1 in the text that was read.
    snippet : str
        The line, and a caret under the place.
    """

    def __init__(self, reason: str, source: str, start: int, end: int | None = None):
        self.reason = reason
        self.line = source.count("\n", 0, start) + 1
        first = source.rfind("\n", 0, start) + 1
        self.column = start - first + 1
        text = source[first:].partition("\n")[0]
        width = max(1, min(end or start + 1, first + len(text)) - start)
        self.snippet = f"{text}\n{' ' * (start - first)}{'^' * width}"
        super().__init__(f"line {self.line}, column {self.column}: {reason}\n{self.snippet}")


# Scanning -------------------------------------------------------------------------------------------------------------

_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell infty"
).split()
_END = r"(?![A-Za-z])"  # of a command that is a word
_GREEK_LETTER = rf"\\(?:{'|'.join(_GREEK)}){_END}"
_DELIMITER = r"(?=\s*(?:[()\[\]]|\\[lr][vV]ert(?![A-Za-z])))"

# What a piece of source can be, in the order in which it is tried. A kind in capitals is the token that the grammar
# knows; one in small letters is worked on by `_token`.
_PIECES = {
    "space": rf"\s+|\\[,:;! ]|\\(?:left|right|[bB]igg?[lr]?){_END}{_DELIMITER}",
    "_QUAD": rf"\\q?quad{_END}",
    "accent": rf"\\(?:hat|bar|tilde)\s*(?:\{{\s*(?:[A-Za-z]|{_GREEK_LETTER})\s*\}}|(?:{_END}[A-Za-z]|\s[A-Za-z]|{_GREEK_LETTER}))",
    "bold": rf"\\mathbf\s*(?:\{{\s*[A-Za-z0-9]\s*\}}|{_END}[A-Za-z0-9])",
    "upright": r"\\mathrm\s*(?:\{\s*[a-z]\s*\}|(?<=\s)[a-z])",
    "expectation": r"\\mathbb\s*(?:\{\s*E\s*\}|(?<=\s)E)",
    "operator": r"\\operatorname\s*\{\s*[A-Za-z]+\s*\}",
    "text": r"\\text\s*\{[^{}\\$]*\}",
    "begin": r"\\begin\s*\{[a-z]+\*?\}",
    "end": r"\\end\s*\{[a-z]+\*?\}",
    "ARGUMENT": rf"\\arg\s*\\(?:max|min){_END}",
    "greek": _GREEK_LETTER,
    "command": r"\\[A-Za-z]+",
    "_NEWLINE": r"\\\\",
    "_LAYER": r"\^\s*\{\s*\[",
    "number": r"\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]",
    "PRIMES": r"'+",
    "relation": r":=|[=<>]",
    "mark": r"[()\[\]{}+\-/^_&,.]",
}
_PIECE = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PIECES.items()))

_COMMANDS = {
    **dict.fromkeys((r"\frac", r"\dfrac", r"\tfrac"), "_FRAC"),
    **dict.fromkeys((r"\max", r"\min"), "EXTREMUM"),
    **dict.fromkeys((r"\cdots", r"\vdots", r"\ddots"), "ELLIPSIS"),
    r"\partial": "D",
    r"\sqrt": "_SQRT",
    r"\sum": "SUM",
    r"\prod": "PRODUCT",
    r"\lim": "_LIM",
    r"\to": "_TO",
    r"\cdot": "_CDOT",
    r"\times": "_TIMES",
    r"\odot": "_ODOT",
    r"\oslash": "_OSLASH",
    r"\top": "_TOP",
    r"\forall": "_FORALL",
    r"\Rightarrow": "_IMPLIES",
    r"\lvert": "_LVERT",
    r"\rvert": "_RVERT",
    r"\lVert": "_LNORM",
    r"\rVert": "_RNORM",
}
_RELATIONS = {
    **{relation: relation for relation in t.RELATIONS},
    r"\leq": r"\le",
    r"\geq": r"\ge",
    r"\neq": r"\ne",
}
_MARKS = {
    "(": "_LPAR", ")": "_RPAR", "[": "_LSQB", "]": "_RSQB", "{": "_LBRACE", "}": "_RBRACE", "+": "PLUS", "-": "MINUS",
    "/": "_SLASH", "^": "_CARET", "_": "_UNDER", "&": "_AMP", ",": "_COMMA", ".": "_PERIOD",
}  # fmt: skip
_ENVIRONMENTS = {
    **dict.fromkeys(("aligned", "align", "align*"), "ALIGNED"),
    **dict.fromkeys(("equation", "equation*"), "EQUATION"),
    **dict.fromkeys(("bmatrix", "pmatrix"), "MATRIX"),
    "cases": "CASES",
}
_CLAIMS_IN_NOTES = re.compile(r"\b(?:if|for|where|unless)\b", re.IGNORECASE)
_ADVICE = {
    r"\log": r"write \ln, the only logarithm of the book",
    r"\dots": r"write a sum with \sum",
    r"\ldots": r"write a sum with \sum",
    r"\label": r"write the label after the closing $$, as (eq-name)",
    r"\tag": r"write a label after the closing $$, as (eq-name)",
    r"\implies": r"write \Rightarrow",
    r"\gets": r"write \leftarrow",
    r"\log": r"write \ln, the natural logarithm",
    r"\intercal": r"write \top",
    r"\left": r"it needs a parenthesis, \lvert or \lVert",
    r"\right": r"it needs a parenthesis, \rvert or \rVert",
    r"\operatorname": r"a name in braces is expected, as \operatorname{ReLU}",
    r"\mathrm": r"only \mathrm d and \mathrm i stand upright; a function is \operatorname{...}",
    r"\text": "its words stand in braces, without formulas, commands or braces among them",
    "|": r"write \lvert x \rvert, or \lVert x \rVert for a norm",
    "*": r"write \cdot, or nothing",
    "%": "it would hide the rest of the line",
    "$": "one formula is read at a time",
    ":": "a definition is written :=",
}


def _scan(source: str, notation: Notation) -> Iterator[Token]:
    """The tokens of a formula, spaces left out."""
    position, kind = 0, ""
    while position < len(source):
        found = _PIECE.match(source, position)
        if not found:
            raise _unknown(source, position)
        end = found.end()
        if found.lastgroup == "number" and kind in ("_CARET", "_UNDER"):
            end = position + 1  # TeX takes one digit only where there are no braces
        if found.lastgroup != "space":
            kind, value = _token(found.lastgroup, source, position, end, notation)
            yield Token(kind, value, start_pos=position, end_pos=end)
        position = end


def _unknown(source: str, start: int) -> LatexError:
    command = re.match(r"\\(?:[A-Za-z]+|.)|.", source[start:], re.DOTALL)[0]
    if not command.isascii():
        return LatexError(f"the character {command} is not ASCII: write its command", source, start)
    what = "command" if command.startswith("\\") else "character"
    advice = f": {_ADVICE[command]}" if command in _ADVICE else ""
    return LatexError(f"the {what} {command} cannot be read{advice}", source, start, start + len(command))


def _token(kind: str, source: str, start: int, end: int, notation: Notation) -> tuple[str, str]:
    """The kind and the canonical value of a token."""
    text = source[start:end]
    match kind:
        case "letter" | "greek" | "accent" | "bold":
            name = _canonical(text)
            return ("FUNCTION" if name in notation.function_names else "LETTER"), name
        case "upright":
            letter = text.rstrip("} ")[-1]
            if letter not in "di":
                raise _unknown(source, start)
            return ("D" if letter == "d" else "LETTER"), rf"\mathrm{{{letter}}}"
        case "operator" | "expectation":
            name = r"\operatorname{E}" if kind == "expectation" else re.sub(r"\s", "", text)
            if name not in notation.function_names:
                raise LatexError(f"{text} is not declared as a function", source, start, end)
            return "NAME", name
        case "command" if text in notation.function_names:
            return "NAME", text
        case "command" if text in _RELATIONS:
            return "RELATION", _RELATIONS[text]
        case "command" if text in _COMMANDS:
            return _COMMANDS[text], text
        case "command":
            raise _unknown(source, start)
        case "relation":
            return ("_EQUALS" if text == "=" else "RELATION"), text
        case "number":
            if re.match(r"0\d", text):
                raise LatexError("a number does not start with 0 and another digit", source, start, end)
            return "NUMBER", text
        case "mark":
            return _MARKS[text], text
        case "begin" | "end":
            name = text[text.index("{") + 1 : -1]
            if name not in _ENVIRONMENTS:
                raise LatexError(f"the environment {name} cannot be read", source, start, end)
            return f"_{kind.upper()}_{_ENVIRONMENTS[name]}", name
        case "text":
            words = text[text.index("{") + 1 : -1]
            claim = _CLAIMS_IN_NOTES.search(words)
            if claim:
                raise LatexError(
                    rf"a margin note cannot say {claim[0]!r}: write a condition after \quad", source, start, end
                )
            return "TEXT", words
    return kind, text


def _canonical(letter: str) -> str:
    r"""``\hat u`` as ``\hat{u}``, so that a letter has one name."""
    command = re.fullmatch(r"(\\(?:hat|bar|tilde|mathbf))\s*\{?\s*(.+?)\s*\}?", letter)
    return f"{command[1]}{{{command[2]}}}" if command else letter


_CLOSING = {
    "_LPAR": "_RPAR", "_LSQB": "_RSQB", "_LBRACE": "_RBRACE", "_LVERT": "_RVERT", "_LNORM": "_RNORM",
    **{f"_BEGIN_{name}": f"_END_{name}" for name in set(_ENVIRONMENTS.values())},
}  # fmt: skip


def _check_nesting(tokens: list[Token], source: str) -> None:
    """Everything that is opened is closed by its partner, and not too much is open at once."""
    closing = set(_CLOSING.values())
    opened: list[tuple[str, Token]] = []
    for token in tokens:
        opened += [(opening, token) for opening in _openings(token)]
        if len(opened) > DEEPEST:
            raise LatexError(f"more than {DEEPEST} parentheses within each other", source, token.start_pos)
        if token.type in closing:
            if not opened or not _are_partners(*opened[-1], token):
                raise LatexError(f"{_written(token)} closes nothing here", source, token.start_pos, token.end_pos)
            opened.pop()
    if opened:
        _, token = opened[-1]
        raise LatexError(f"{_written(token)} is not closed", source, token.start_pos, token.end_pos)


def _openings(token: Token) -> list[str]:
    if token.type == "_LAYER":
        return ["_LBRACE", "_LSQB"]
    return [token.type] if token.type in _CLOSING else []


def _are_partners(opening: str, opened: Token, closing: Token) -> bool:
    return _CLOSING[opening] == closing.type and (not closing.type.startswith("_END") or opened == closing)


def _written(token: Token) -> str:
    """The token as the author wrote it, near enough for a message."""
    if token.type.startswith(("_BEGIN", "_END")):
        return rf"\{token.type.split('_')[1].lower()}{{{token}}}"
    return rf"\text{{{token}}}" if token.type == "TEXT" else "^{[" if token.type == "_LAYER" else str(token)


# The grammar ----------------------------------------------------------------------------------------------------------

# Rules whose name starts with an underscore put their parts into the rule above them; so do those that start with ?,
# if they have one part only. Tokens that start with an underscore leave no trace in the tree.
_GRAMMAR = r"""
formula: _body | _BEGIN_EQUATION _body _END_EQUATION
_body: (chain | implication | aligned) ending
ending: [_COMMA | _PERIOD] | [_COMMA] _conditions [_PERIOD]
_conditions: (_QUAD _condition (_COMMA _condition)*)+
_condition: claim | _LPAR claim (_COMMA claim)* _RPAR | for_all | note
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
        | D base _SLASH D base               -> derivative_in_line

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
bare: function (base | number | fraction | derivative | bars | application | _LBRACE term _RBRACE)

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
function: (FUNCTION | NAME) [PRIMES] [layer]

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
