"""What `syntax.printer.show` wrote, as LaTeX: the conditions of a judgement are kept in that form."""

import re
from collections.abc import Iterator

_TOKEN = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|\.\.|\.\*|\./|!=|<=|>=|~=|\S")
_RELATIONS = {"=": "=", "!=": r"\ne", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">", "~=": r"\approx"}
_SIGNS = {"*": r" \, ", ".*": r" \odot ", "./": r" \oslash ", "+": " + ", "-": " - "}
_OVER_INDEX = {"sum": r"\sum", "product": r"\prod"}
_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi varphi chi "
    "psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega ln exp tanh sin cos max min".split()
)
_SUM, _PRODUCT, _ATOM = range(3)  # how tightly what was read holds together

_Read = tuple[str, int]
"""LaTeX, and how tightly it holds together."""


class _Unknown(ValueError):
    """Something else stands there."""


def as_latex(shown: str) -> str:
    """Return a condition or an expression as LaTeX; what is not known here stays the text that it is."""
    tokens = _TOKEN.findall(shown)
    try:
        reader = _Reader(tokens)
        return reader.whole()
    except _Unknown:
        return rf"\text{{{shown}}}"


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[str]):
        self.tokens = [*tokens, ""]
        self.place = 0

    def whole(self) -> str:
        """Return the LaTeX of all tokens: an expression, or a chain of them."""
        parts = [self.expression()[0]]
        while self.next in _RELATIONS:
            parts += [_RELATIONS[self.take()], self.expression()[0]]
        if self.next:
            raise _Unknown
        return " ".join(parts)

    @property
    def next(self) -> str:
        """Return the token that is read next, empty at the end."""
        return self.tokens[self.place]

    def take(self, *wanted: str) -> str:
        """Return the next token and go past it; it is one of those that are wanted."""
        token = self.next
        if not token or (wanted and token not in wanted):
            raise _Unknown
        self.place += 1
        return token

    def expression(self) -> _Read:
        """Return what stands here up to the end of its parentheses, with its indices."""
        token = self.take()
        if token == "(":
            return self.group()
        if token in _OVER_INDEX:
            return self.over_index(_OVER_INDEX[token])
        if token == "sqrt":
            return rf"\sqrt{{{self.between('(', ')')}}}", _ATOM
        if not token.isalnum():
            raise _Unknown
        text = f"\\{token}" if token in _GREEK else token
        if token.isalpha() and token not in _GREEK and len(token) > 1:
            raise _Unknown
        while self.next in ("[", "("):
            text += f"_{{{self.between('[', ']')}}}" if self.next == "[" else f"({self.between('(', ')')})"
        return text, _ATOM

    def between(self, opening: str, closing: str) -> str:
        """Return what stands in brackets, with commas where there is more than one."""
        self.take(opening)
        parts = [self.expression()[0]]
        while self.next == ",":
            self.take()
            parts.append(self.expression()[0])
        self.take(closing)
        # Two letters stand beside each other as indices do; in an index nothing else is read.
        beside = opening == "[" and all(re.match(r"[A-Za-z](_|$)", part) for part in parts)
        return (" " if beside else ", ").join(parts)

    def over_index(self, sign: str) -> _Read:
        """Return a sum or a product over an index."""
        self.take("(")
        index, _ = self.expression()
        self.take("=")
        lower, _ = self.expression()
        self.take("..")
        upper, _ = self.expression()
        self.take(":")
        body = _held(self.expression(), _PRODUCT)
        self.take(")")
        return rf"{sign}_{{{index} = {lower}}}^{{{upper}}} {body}", _PRODUCT

    def group(self) -> _Read:
        """Return what stands in parentheses, an operation, without them."""
        if self.next == "-":
            self.take()
            body = _held(self.expression(), _PRODUCT)
            self.take(")")
            return f"-{body}", _SUM
        first, sign = self.expression(), self.take()
        if sign in ("/", "^"):
            second = self.expression()
            self.take(")")
            if sign == "/":
                return rf"\frac{{{first[0]}}}{{{second[0]}}}", _ATOM
            return rf"{_held(first, _ATOM)}^{{{second[0]}}}", _ATOM
        level = _SUM if sign in "+-" else _PRODUCT
        text = _held(first, level) + "".join(self.rest(sign, level))
        return text, level

    def rest(self, sign: str, level: int) -> Iterator[str]:
        """Yield the further operands, each with the sign before it, up to the closing parenthesis."""
        while sign != ")":
            if sign not in _SIGNS:
                raise _Unknown
            yield _SIGNS[sign] + _held(self.expression(), level + 1 if sign == "-" else level)
            sign = self.take()


def _held(read: _Read, level: int) -> str:
    """Return LaTeX that may stand where something holds together at least that tightly."""
    text, own = read
    return text if own >= level else rf"\left( {text} \right)"
