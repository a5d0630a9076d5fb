"""A formula cut into tokens: the first half of reading LaTeX, see `syntax.parser`.

Only what is listed here passes: the commands of the book, ASCII letters and marks. `scan` knows from the notation which
letters are functions, so the grammar need not guess; `check_nesting` sees to it that what is opened is closed.
"""

import re
from collections.abc import Iterator

from lark import Token

from nncore.verify.notation import Notation
from nncore.verify.syntax.tree import Relation

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
    "accent": rf"\\(?:hat|bar|tilde)(?:\s*\{{\s*(?:[A-Za-z]|{_GREEK_LETTER})\s*\}}|\s+[A-Za-z]|\s*{_GREEK_LETTER})",
    "bold": r"\\mathbf(?:\s*\{\s*[A-Za-z0-9]\s*\}|\s+[A-Za-z0-9]|[0-9])",
    "sans": r"\\mathsf(?:\s*\{\s*[A-Za-z]\s*\}|\s+[A-Za-z])",
    "upright": r"\\mathrm(?:\s*\{\s*[a-z]\s*\}|\s+[a-z])",
    "expectation": r"\\mathbb(?:\s*\{\s*E\s*\}|\s+E)",
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
_PIECE = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PIECES.items()), re.ASCII)

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
_RELATIONS = {text: relation for relation in Relation for text in (relation, relation.alias) if text}
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


def scan(source: str, notation: Notation) -> Iterator[Token]:
    """The tokens of a formula, spaces left out; a character or command that is not listed above is an error."""
    if not source.isascii():
        start = next(place for place, character in enumerate(source) if not character.isascii())
        raise LatexError(f"the character {source[start]} is not ASCII: write its command", source, start)
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
    what = "command" if command.startswith("\\") else "character"
    advice = f": {_ADVICE[command]}" if command in _ADVICE else ""
    return LatexError(f"the {what} {command} cannot be read{advice}", source, start, start + len(command))


def _token(kind: str, source: str, start: int, end: int, notation: Notation) -> tuple[str, str]:
    """The kind and the canonical value of a token."""
    text = source[start:end]
    match kind:
        case "letter" | "greek" | "accent" | "bold" | "sans":
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
    command = re.fullmatch(r"(\\(?:hat|bar|tilde|mathbf|mathsf))\s*\{?\s*(.+?)\s*\}?", letter)
    return f"{command[1]}{{{command[2]}}}" if command else letter


_CLOSING = {
    "_LPAR": "_RPAR", "_LSQB": "_RSQB", "_LBRACE": "_RBRACE", "_LVERT": "_RVERT", "_LNORM": "_RNORM",
    **{f"_BEGIN_{name}": f"_END_{name}" for name in set(_ENVIRONMENTS.values())},
}  # fmt: skip


def check_nesting(tokens: list[Token], source: str) -> None:
    """Everything that is opened is closed by its partner, and not too much is open at once."""
    closing = set(_CLOSING.values())
    opened: list[tuple[str, Token]] = []
    for token in tokens:
        opened += [(opening, token) for opening in _openings(token)]
        if len(opened) > DEEPEST:
            raise LatexError(f"more than {DEEPEST} parentheses within each other", source, token.start_pos)
        if token.type in closing:
            if not opened or not _are_partners(*opened[-1], token):
                raise LatexError(f"{written(token)} closes nothing here", source, token.start_pos, token.end_pos)
            opened.pop()
    if opened:
        _, token = opened[-1]
        raise LatexError(f"{written(token)} is not closed", source, token.start_pos, token.end_pos)


def _openings(token: Token) -> list[str]:
    if token.type == "_LAYER":
        return ["_LBRACE", "_LSQB"]
    return [token.type] if token.type in _CLOSING else []


def _are_partners(opening: str, opened: Token, closing: Token) -> bool:
    return _CLOSING[opening] == closing.type and (not closing.type.startswith("_END") or str(opened) == str(closing))


def written(token: Token) -> str:
    """The token as the author wrote it, near enough for a message."""
    if token.type.startswith(("_BEGIN", "_END")):
        return rf"\{token.type.split('_')[1].lower()}{{{token}}}"
    return rf"\text{{{token}}}" if token.type == "TEXT" else "^{[" if token.type == "_LAYER" else str(token)
