r"""What to write instead, where a formula cannot be read or a letter in it means nothing: words for whoever typed it.
What is to be typed stands between backticks: it must be seen as LaTeX, and not as what LaTeX draws.

The reader of formulas says what is wrong. Here is what people write who know other notations or little LaTeX: a name
without its backslash, an index without braces, a derivative in letters, signs of a programming language or a keyboard.
"""

import re
import unicodedata

from nncore.verify.notation import Notation
from nncore.verify.syntax.lexer import OPERAND, TOKENS

_COMMAND = re.compile(r"\\(?:operatorname\{([A-Za-z]+)\}|([A-Za-z]+))")
_WORD = re.compile(r"(?<![\\A-Za-z{])[A-Za-z]{2,}(?![A-Za-z])|(?<=\\mathrm\{)[A-Za-z]{2,}|(?<=\\text\{)[A-Za-z]{2,}")
_PROSE = re.compile(r"\\text\{[^{}]*[^A-Za-z{}][^{}]*\}")  # a margin note, of more than one word
_OF_A_CHARACTER = {
    "−": "-", "–": "-", "·": r"\cdot", "×": r"\cdot", "∑": r"\sum_{l=1}^{M}", "∏": r"\prod_{l=1}^{M}",
    "∂": r"\partial", "→": r"\to", "←": r"\leftarrow", "⇒": r"\Rightarrow", "≤": r"\le", "≥": r"\ge", "≠": r"\ne",
    "≈": r"\approx", "⊙": r"\odot", "⊘": r"\oslash", "√": r"\sqrt{x}", "∞": r"\infty", "²": "^2", "³": "^3",
    "ᵀ": r"^\top", "⊤": r"\top", "½": r"\frac{1}{2}", "∀": r"\forall", "∇": r"\frac{\partial J}{\partial W}",
    "’": "'", "′": "'",
}  # fmt: skip
# Patterns with what to write for them; the first that a place lies in counts.
_HABITS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\\nabla(?:_\w)?\s*[A-Za-z]?", r"Write the gradient as `\frac{\partial J}{\partial W}`."),
        (
            r"\\frac\s*\{\s*d(?![A-Za-z]{2}).*?\}\s*\{\s*d\s*[A-Za-z]|\bd[A-Za-z](?:_\w+)?\s*/\s*d[A-Za-z]",
            r"Write a derivative as `\frac{\partial J}{\partial W}`.",
        ),
        (
            r"\\(?:operatorname\{[A-Za-z]+\}|[A-Za-z]+)\s*\^\s*\{?\d",
            r"Write the power behind the argument, as `\tanh(z)^2`.",
        ),
        (
            r"(?<![\\A-Za-z{])(?:if|for|otherwise|else|when)(?![A-Za-z]).*",
            r"Write cases as `\begin{cases} a, & x > 0 \\ b, & x < 0 \end{cases}`.",
        ),
        (r"[A-Za-z]_[A-Za-z0-9]{2,}", "Put indices of several letters in braces, as `z_{im}`."),
        (r"==", "Write `=`."),
        (r"!=", r"Write `\ne`."),
        (r"<=", r"Write `\le`."),
        (r">=", r"Write `\ge`."),
        (r"\*\*", "Write a power as `z^2`."),
        (r"@", "Write the factors of a product of matrices side by side, as `X W`."),
        (r"\.\*", r"Write `\odot` for a product entry by entry."),
        (r"\.T\b", r"Write the transpose as `X^\top`."),
        (r"\\[\[\]]|\\\(|\\\)|\$", "Leave the delimiters away: formulas stand between blank lines."),
        (r"\\(?:vec|boldsymbol|bm)\b", "Write the letter alone, as the notation does."),
        (r"\\[Vv]ert(?![A-Za-z])|\\\|", r"Write `\lvert x \rvert`, or `\lVert x \rVert` for a norm."),
        (r"\?|\\\?", "Write what belongs in the place of the question mark."),
    )
)
_OF_A_REASON = {
    "nothing broadcasts": r"Addends have the same shape: `\mathbf{1}`, a column of ones, repeats a row.",
    "is free here, but not on the left": "A sum over an index binds it.",
}


def instead(text: str, place: int, notation: Notation) -> str:
    """Return a sentence that says what to write instead of what stands at a place of a formula; empty if none is known.

    A name that lacks its backslash is found wherever it stands, since the fault may show behind it.
    """
    if not text.strip():
        return r"Write one, as `p_{im} = \frac{e^{z_{im}}}{\sum_{l=1}^{M} e^{z_{il}}}`."
    character = text[place : place + 1]
    if character and not character.isascii():
        command = _OF_A_CHARACTER.get(character) or _greek(character)
        return f"Write `{command}`." if command else ""
    if said := meant(text, notation, place):
        return said
    for pattern, said in _HABITS:
        if any(found.start() <= place <= found.end() for found in pattern.finditer(text)):
            return said
    return ""


def to_mend(reason: str) -> str:
    """Return what helps against a formula that has no meaning for a reason; empty if nothing is known to help."""
    return next((words for part, words in _OF_A_REASON.items() if part in reason), "")


def meant(text: str, notation: Notation, place: int = 0, there: bool = False) -> str:
    """Return which command to write for a word that reads as a product of letters; the one at a place comes first.

    If it must be ``there``, others are passed over.
    """
    spoken = _PROSE.sub(lambda found: " " * len(found[0]), text)
    words = sorted(_WORD.finditer(spoken), key=lambda word: not word.start() <= place <= word.end())
    words = [word for word in words if not there or word.start() <= place < word.end()]
    names = _names(notation)
    return next((f"Write `{names[word[0]]}` for “{word[0]}”." for word in words if word[0] in names), "")


def _names(notation: Notation) -> dict[str, str]:
    """Return the commands of functions, signs and letters, by their words without a backslash."""
    letters = (
        *(array.letter for array in notation.arrays),
        *(constant.letter for constant in notation.constants),
        *(each.written.letter for each in notation.scalars),
        *(each.name for each in notation.functions),
        r"\delta",
    )
    signs = (sign for kind, several in TOKENS.values() for sign in several.split() if kind == OPERAND)
    commands = {found[1] or found[2]: found[0] for each in (*signs, *letters) if (found := _COMMAND.fullmatch(each))}
    return {"log": r"\ln", **{word: command for word, command in commands.items() if len(word) > 1}}


def _greek(character: str) -> str:
    """Return the command of a Greek letter."""
    kind, _, name = unicodedata.name(character, "").partition(" LETTER ")
    word = name.split()[0].lower() if name else ""
    word = "lambda" if word == "lamda" else word
    return {"GREEK SMALL": f"\\{word}", "GREEK CAPITAL": f"\\{word.capitalize()}"}.get(kind, "")
