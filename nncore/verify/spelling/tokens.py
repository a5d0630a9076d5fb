r"""LaTeX cut into tokens, with their places; every character of the source belongs to one of them.

A character beyond ASCII becomes the command that it stands for: ``σ`` is ``\sigma``, ``²`` is ``^`` and ``2``, both at
its one place.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from nncore.verify.syntax.tree import Span


class Kind(StrEnum):
    """What a token is."""

    COMMAND = "command"
    LETTER = "letter"
    NUMBER = "number"
    MARK = "mark"
    SPACE = "space"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the source: its kind, its text in ASCII, and where it is."""

    kind: Kind
    text: str
    span: Span


_PIECE = re.compile(
    r"(?P<space>\s+|%[^\n]*(?:\n|$))"
    r"|(?P<command>\\(?:[A-Za-z]+\*?|.)|\\\n)"
    r"|(?P<number>\d+(?:\.\d+)?|(?<![\d.])\.\d+)"
    r"|(?P<letter>[A-Za-z])"
    r"|(?P<dots>\.{3})"
    r"|(?P<mark>.)",
    re.DOTALL | re.ASCII,
)
_STARRED = frozenset((r"\operatorname*", r"\tag*", r"\hspace*"))  # the commands whose star is a part of them
_OF_A_CHARACTER = {
    "±": r"\pm",
    "−": "-", "–": "-", "·": r"\cdot", "⋅": r"\cdot", "×": r"\times", "∑": r"\sum", "∏": r"\prod", "∂": r"\partial",
    "∇": r"\nabla", "→": r"\to", "←": r"\leftarrow", "⇒": r"\Rightarrow", "⟹": r"\Rightarrow",
    "⇔": r"\iff", "⟺": r"\iff", "∗": "*", "⋆": r"\star", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "≈": r"\approx", "≡": r"\equiv", "∝": r"\propto", "∈": r"\in", "⊙": r"\odot", "∘": r"\circ", "⊘": r"\oslash",
    "√": r"\sqrt", "∞": r"\infty", "∀": r"\forall", "’": "'", "‘": "'", "′": "'", "″": "''", "‖": r"\|", "∥": r"\|",
    "ℓ": r"\ell", "…": r"\ldots", "⋯": r"\cdots", "⟨": r"\langle", "⟩": r"\rangle", "½": r"\frac 1 2", "ᵀ": "^T",
    "⊤": r"\top", "𝟙": r"\mathbb 1", "∣": r"\mid", "ℝ": r"\mathbb R", "⊗": r"\otimes", "∼": r"\sim", "≔": ":=",
    "\u00a0": r"\ ", "\u2009": r"\,", "\u2061": r"\,", "\u2062": r"\,", "\u200b": r"\,",
}  # fmt: skip
_RAISED = (
    {raised: str(digit) for digit, raised in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")}
    | {"⁻": "-", "⁺": "+"}
    | dict(zip("ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁽⁾", "abcdefghijklmnoprstuvwxyz()", strict=True))
)
_LOWERED = {low: str(digit) for digit, low in enumerate("₀₁₂₃₄₅₆₇₈₉")} | {
    "ᵢ": "i", "ⱼ": "j", "ₖ": "k", "ₗ": "l", "ₘ": "m", "ₙ": "n", "ₜ": "t", "ₚ": "p", "ₐ": "a", "ₑ": "e", "ₕ": "h",
    "ₒ": "o", "ᵣ": "r", "ₛ": "s", "ᵤ": "u", "ᵥ": "v", "ₓ": "x", "₊": "+", "₋": "-", "₍": "(", "₎": ")",
}  # fmt: skip


def scan(source: str) -> list[Token]:
    """Return the tokens of a source; their spans follow each other without a gap."""
    found: list[Token] = []
    start = 0
    while start < len(source):
        piece = _PIECE.match(source, start)
        assert piece  # whatever is nothing else is a mark
        text, end = piece[0], piece.end()
        if text.endswith("*") and len(text) > 2 and text not in _STARRED:
            text, end = text[:-1], end - 1
        if piece.lastgroup == "dots":
            found.append(Token(Kind.COMMAND, r"\ldots", (start, end)))
        elif text.isascii():
            found.append(Token(Kind(piece.lastgroup or "mark"), text, (start, end)))
        else:
            end = _run(source, start)
            found += _of_unicode(source[start:end], (start, end))
        start = end
    return found


def _run(source: str, start: int) -> int:
    """Return where a run of raised or of lowered characters ends, or else one character and the marks over it."""
    for table in (_RAISED, _LOWERED):
        end = start
        while end < len(source) and source[end] in table:
            end += 1
        if end > start:
            return end
    end = start + 1
    while end < len(source) and unicodedata.combining(source[end]):
        end += 1
    return end


def _of_unicode(text: str, span: Span) -> Iterator[Token]:
    """Yield the tokens that characters beyond ASCII stand for, all at one place; what is unknown is a mark."""
    for table, sign in ((_RAISED, "^"), (_LOWERED, "_")):
        if text[0] in table:
            written = f"{sign}{{{''.join(table[character] for character in text)}}}"
            yield from (Token(token.kind, token.text, span) for token in scan(written))
            return
    written = _OF_A_CHARACTER.get(text) or _letter(text)
    if not written:
        yield Token(Kind.SPACE if text.isspace() else Kind.MARK, text, span)
        return
    yield from (Token(token.kind, token.text, span) for token in scan(written))


def _letter(text: str) -> str:
    """Return how a letter beyond ASCII is written; empty if it is none."""
    plain = unicodedata.normalize("NFKD", text)
    base, accents = plain[:1], plain[1:]
    kind, _, name = unicodedata.name(base, "").partition(" LETTER ")
    word = name.split()[0].lower().replace("lamda", "lambda") if name else ""
    if kind == "GREEK SMALL":
        base = f"\\{word} "
    elif kind == "GREEK CAPITAL":
        base = f"\\{word.capitalize()} "
    elif not (base.isascii() and base.isalnum()):
        return ""
    for accent in accents:
        command = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde"}.get(accent)
        if not command:
            return ""
        base = f"{command}{{{base}}}"
    if not accents and unicodedata.name(text, "").startswith("MATHEMATICAL BOLD"):
        return rf"\mathbf{{{base}}}"
    return base


def normal(tokens: list[Token]) -> str:
    """Return the text of tokens without the spaces between them, a command apart from a letter behind it."""
    text = ""
    for token in tokens:
        if token.kind is Kind.SPACE:
            continue
        if re.search(r"\\[A-Za-z]+$", text) and token.kind is Kind.LETTER:
            text += " "
        text += token.text
    return text
