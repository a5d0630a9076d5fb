"""A formula cut into tokens: the first half of reading LaTeX, see `syntax.parser`.

Only what is listed here passes: the commands of the book, ASCII letters and marks. `scan` is told which letters are
functions, so the grammar need not guess; `check_nesting` makes sure that what is opened is closed.
"""

import re
from collections.abc import Container, Iterator

from lark import Token

from nncore.verify.notation import FIXED_KINDS
from nncore.verify.syntax.tree import BRACKETS, Relation, Span

DEEPEST = 40  # parentheses, braces and environments within each other


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


# The tokens -----------------------------------------------------------------------------------------------------------

RELATIONS = {text: relation for relation in Relation for text in (relation.value, *relation.aliases)}

OPERAND = "an operand"
_OPERATOR, _SCRIPT, _END = "an operator or relation", "a script", "the end"
# Every token of the grammar: how a message calls it where it is expected, and the commands and marks that are it. What
# has none is found by its pattern, see `_PIECES`. Relations and brackets have tables of their own, in `syntax.tree`.
TOKENS: dict[str, tuple[str, str]] = {
    "LETTER": (OPERAND, ""),
    "FUNCTION": (OPERAND, ""),
    "NAME": (OPERAND, ""),
    "NUMBER": (OPERAND, ""),
    "SUM": (OPERAND, r"\sum"),
    "PRODUCT": (OPERAND, r"\prod"),
    "EXTREMUM": (OPERAND, r"\max \min"),
    "ARGUMENT": (OPERAND, ""),
    "_LIM": (OPERAND, r"\lim"),
    "_FRAC": (OPERAND, r"\frac \dfrac \tfrac"),
    "_SQRT": (OPERAND, r"\sqrt"),
    "_LPAR": (OPERAND, "("),
    "OPENING": (OPERAND, " ".join(bracket.opening for bracket in BRACKETS)),
    "_BEGIN_MATRIX": (OPERAND, r"\begin{bmatrix} \begin{pmatrix}"),
    "_BEGIN_CASES": (OPERAND, r"\begin{cases}"),
    "PLUS": (_OPERATOR, "+"),
    "MINUS": (_OPERATOR, "-"),
    "_CDOT": (_OPERATOR, r"\cdot"),
    "_TIMES": (_OPERATOR, r"\times"),
    "_ODOT": (_OPERATOR, r"\odot"),
    "_OSLASH": (_OPERATOR, r"\oslash"),
    "_SLASH": (_OPERATOR, "/"),
    "_EQUALS": (_OPERATOR, "="),
    "RELATION": (_OPERATOR, " ".join(sign for sign in RELATIONS if sign != "=")),
    "_IMPLIES": (_OPERATOR, r"\Rightarrow"),
    "_CARET": (_SCRIPT, "^"),
    "_UNDER": (_SCRIPT, "_"),
    "_LAYER": (_SCRIPT, ""),
    "PRIMES": ("a prime", ""),
    "_TOP": (r"\top", r"\top"),
    "D": (r"\partial", r"\partial"),
    "_TO": (r"\to", r"\to"),
    "_FORALL": (r"\forall", r"\forall"),
    "ELLIPSIS": ("dots", r"\cdots \vdots \ddots"),
    "TEXT": (r"\text{...}", ""),
    "_COMMA": (_END, ","),
    "_PERIOD": (_END, "."),
    "_QUAD": (_END, r"\quad \qquad"),
    "$END": (_END, ""),
    "_AMP": ("&", "&"),
    "_NEWLINE": (r"\\", r"\\"),
    "_RPAR": (")", ")"),
    "_LSQB": ("[", "["),
    "_RSQB": ("]", "]"),
    "_LBRACE": ("{", "{"),
    "_RBRACE": ("}", "}"),
    "_CLOSING": ("the closing bracket", " ".join(bracket.closing for bracket in BRACKETS)),
    "_END_MATRIX": ("the end of the matrix", r"\end{bmatrix} \end{pmatrix}"),
    "_END_CASES": (r"\end{cases}", r"\end{cases}"),
    "_BEGIN_ALIGNED": (r"\begin{aligned}", r"\begin{aligned} \begin{align} \begin{align*}"),
    "_END_ALIGNED": (r"\end{aligned}", r"\end{aligned} \end{align} \end{align*}"),
    "_BEGIN_EQUATION": (r"\begin{equation}", r"\begin{equation} \begin{equation*}"),
    "_END_EQUATION": (r"\end{equation}", r"\end{equation} \end{equation*}"),
}
_SIGNS = {sign: token for token, (_, signs) in TOKENS.items() for sign in signs.split()}
PARTNERS = {"(": ")", "[": "]", "{": "}", **{bracket.opening: bracket.closing for bracket in BRACKETS}} | {
    sign: sign.replace("begin", "end", 1) for sign in _SIGNS if sign.startswith(r"\begin")
}

_GREEK = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ell infty"
).split()
_END_OF_WORD = r"(?![A-Za-z])"
_GREEK_LETTER = rf"\\(?:{'|'.join(_GREEK)}){_END_OF_WORD}"
_BRACKET = "|".join(re.escape(sign) for bracket in BRACKETS for sign in (bracket.opening, bracket.closing))
_BEFORE_DELIMITER = rf"{_END_OF_WORD}(?=\s*(?:[()\[\]]|(?:{_BRACKET}){_END_OF_WORD}))"

# What a piece of source can be, in the order in which it is tried. A kind in capitals is the token that the grammar
# knows; one in small letters is worked on by `_token`.
_PIECES = {
    "space": rf"\s+|\\[,:;! ]|\\(?:left|right|[bB]igg?[lr]?){_BEFORE_DELIMITER}",
    "accent": rf"\\(?:hat|bar|tilde)(?:\s*\{{\s*(?:[A-Za-z]|{_GREEK_LETTER})\s*\}}|\s+[A-Za-z]|\s*{_GREEK_LETTER})",
    "bold": r"\\mathbf(?:\s*\{\s*[A-Za-z0-9]\s*\}|\s+[A-Za-z0-9]|[0-9])",
    "sans": r"\\mathsf(?:\s*\{\s*[A-Za-z]\s*\}|\s+[A-Za-z])",
    "upright": r"\\mathrm(?:\s*\{\s*[a-z]\s*\}|\s+[a-z])",
    "expectation": r"\\mathbb(?:\s*\{\s*E\s*\}|\s+E)",
    "operator": r"\\operatorname\s*\{\s*[A-Za-z]+\s*\}",
    "TEXT": r"\\text\s*\{[^{}\\$]*\}",
    "environment": r"\\(?:begin|end)\s*\{[a-z]+\*?\}",
    "ARGUMENT": rf"\\arg\s*\\(?:max|min){_END_OF_WORD}",
    "greek": _GREEK_LETTER,
    "command": r"\\[A-Za-z]+",
    "_LAYER": r"\^\s*\{\s*\[",
    "number": r"\d+(?:\.\d+)?",
    "letter": r"[A-Za-z]",
    "PRIMES": r"'+",
    "mark": "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True) if not re.match(r"\\\w", sign)),
}
_PIECE = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PIECES.items()), re.ASCII)

_CLAIMS_IN_NOTES = re.compile(r"\b(?:if|for|where|unless)\b", re.IGNORECASE)
_INSTEAD = {  # of what is not read
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


def scan(source: str, functions: Container[str]) -> Iterator[Token]:
    """Yield the tokens of a formula, without spaces; the letters and names among ``functions`` are applied.

    Raises
    ------
    LatexError
        At a character or a command that is not listed above.
    """
    if not source.isascii():
        start = next(place for place, character in enumerate(source) if not character.isascii())
        raise LatexError(f"the character {source[start]} is not ASCII: write its command", source, start)
    start, kind = 0, ""
    while start < len(source):
        found = _PIECE.match(source, start)
        if not found:
            raise _unknown(source, start)
        piece, end = found.lastgroup or "", found.end()
        if piece == "number" and kind in ("_CARET", "_UNDER"):
            end = start + 1  # TeX takes one digit only where there are no braces
        if piece != "space":
            kind, text = _token(piece, source, start, end, functions)
            yield Token(kind, text, start_pos=start, end_pos=end)
        start = end


def _unknown(source: str, start: int) -> LatexError:
    found = re.compile(r"\\(?:[A-Za-z]+|.)|.", re.DOTALL).match(source, start)
    sign = found[0] if found else ""
    what = "command" if sign.startswith("\\") else "character"
    known = "declare it under functions, as notation.yml of the book does" if sign in FIXED_KINDS else ""
    advice = f": {_INSTEAD.get(sign, known)}" if sign in _INSTEAD or known else ""
    return LatexError(f"the {what} {sign} cannot be read{advice}", source, start, start + len(sign))


def _token(piece: str, source: str, start: int, end: int, functions: Container[str]) -> tuple[str, str]:
    """Return the kind of a token, and its text in the one form that its sign, letter or name has."""
    text = source[start:end]
    match piece:
        case "letter" | "greek" | "accent" | "bold" | "sans":
            name = _canonical(text)
            return ("FUNCTION" if name in functions else "LETTER"), name
        case "upright":
            letter = text.rstrip("} ")[-1]
            if letter not in "di":
                raise _unknown(source, start)
            return ("D" if letter == "d" else "LETTER"), rf"\mathrm{{{letter}}}"
        case "operator" | "expectation":
            name = r"\operatorname{E}" if piece == "expectation" else re.sub(r"\s", "", text)
            if name not in functions:
                raise LatexError(f"{text} is not declared as a function", source, start, end)
            return "NAME", name
        case "command" if text in functions:
            return "NAME", text
        case "command" if text not in _SIGNS:
            raise _unknown(source, start)
        case "number":
            if re.match(r"0\d", text):
                raise LatexError("a number does not start with 0 and another digit", source, start, end)
            return "NUMBER", text
        case "environment":
            text = re.sub(r"\s", "", text)
            if text not in _SIGNS:
                name = text.partition("{")[2].removesuffix("}")
                raise LatexError(f"the environment {name} cannot be read", source, start, end)
        case "TEXT":
            claim = _CLAIMS_IN_NOTES.search(text)
            if claim:
                reason = rf"a margin note cannot say {claim[0]!r}: write a condition after \quad"
                raise LatexError(reason, source, start, end)
    return _SIGNS.get(text, piece), text


def _canonical(letter: str) -> str:
    r"""Return ``\hat u`` as ``\hat{u}``, so that a letter has one name."""
    command = re.fullmatch(r"(\\(?:hat|bar|tilde|mathbf|mathsf))\s*\{?\s*(.+?)\s*\}?", letter)
    return f"{command[1]}{{{command[2]}}}" if command else letter


def span_of(token: Token) -> Span:
    """Return where a token begins and ends."""
    return token.start_pos or 0, token.end_pos or 0


def check_nesting(tokens: list[Token], source: str) -> None:
    """Raise `LatexError` unless all that is opened is closed by its partner, and not too much is open at once."""
    closing = set(PARTNERS.values())
    opened: list[tuple[str, Token]] = []
    for token in tokens:
        signs = ("{", "[") if token.type == "_LAYER" else (str(token),)
        opened += [(sign, token) for sign in signs if sign in PARTNERS]
        if len(opened) > DEEPEST:
            raise LatexError(f"more than {DEEPEST} parentheses within each other", source, span_of(token)[0])
        if str(token) in closing:
            if not opened or PARTNERS[opened[-1][0]] != token:
                raise LatexError(f"{token} closes nothing here", source, *span_of(token))
            opened.pop()
    if opened:
        _, token = opened[-1]
        raise LatexError(f"{token} is not closed", source, *span_of(token))
