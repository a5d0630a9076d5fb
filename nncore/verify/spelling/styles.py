r"""Letters with their fonts and accents, and words, each as one item.

``\hat{\mathbf y}`` becomes one letter with the name ``\hat{\mathbf{y}}``; a font over several letters is a font over
each. A run of letters that is a known word is one name; one that may be a name or a product is a choice.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.items import PARALLEL, Group, Item, text_of
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax.tree import Span

GREEK = frozenset(
    rf"\{name}"
    for name in (
        "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho "
        "varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi "
        "Psi Omega ell infty hbar imath jmath aleph R N"
    ).split()
)
_ACCENTS = {
    r"\hat": "hat", r"\widehat": "hat", r"\bar": "bar", r"\overline": "bar", r"\tilde": "tilde",
    r"\widetilde": "tilde", r"\vec": "vec", r"\overrightarrow": "vec", r"\overleftarrow": "overleftarrow",
    r"\dot": "dot", r"\ddot": "ddot", r"\check": "check", r"\breve": "breve",
}  # fmt: skip
_FONTS = {
    r"\mathbf": "mathbf", r"\boldsymbol": "mathbf", r"\bm": "mathbf", r"\pmb": "mathbf", r"\textbf": "mathbf",
    r"\bold": "mathbf", r"\mathcal": "mathcal", r"\mathscr": "mathcal", r"\mathfrak": "mathfrak",
    r"\mathbb": "mathbb", r"\mathds": "mathbb", r"\mathbbm": "mathbb", r"\mathbbold": "mathbb", r"\mathsf": "mathsf",
}  # fmt: skip
_SWITCHES = {r"\bf": r"\mathbf", r"\cal": r"\mathcal"}  # fonts of all that follows up to the end of a group
INDEX_LETTERS = frozenset("ijklmn")  # what is an index wherever several stand side by side below a letter
WORDS = frozenset(
    (
        "exp log ln sin cos tan tanh sinh cosh max min argmax argmin softmax Softmax sigmoid Sigmoid relu ReLU RELU "
        "sign sgn diag tr Tr det trace rank Var Cov Loss loss Cost cost error Error score target label input output "
        "hidden where when with for and then grad norm logits true pred train test new old render "
        "TP FP TN FN TPR FPR TNR FNR MSE MAE RMSE SSE RSS TSS BCE AUC IoU"
    ).split()
)
FRACTIONS = frozenset((r"\frac", r"\dfrac", r"\tfrac", r"\cfrac"))
SENTENCE = frozenset("where when with for and then".split())


def styled(
    items: Sequence[Item], findings: Findings, letters: Collection[str] = (), where: str = ""
) -> tuple[Item, ...]:
    """Return items in which each letter with its fonts and accents, and each known word, is one item.

    ``letters`` are those that the file uses by themselves. ``where`` is ``below`` if the items stand below a letter,
    where a run of letters is a name, and ``under`` if they stand under a font or an accent, or in parentheses above
    a letter, which tells what a run is.
    """
    waiting, found = list(items), list[Item]()
    while waiting:
        item = waiting.pop(0)
        if found and isinstance(item, Group) and item.kind == "{" and _starts_with_script(item):
            waiting[:0] = item.items
        elif isinstance(item, Group) and _is_letter_with_scripts(item, found, waiting):
            first, *rest = item.items
            waiting[:0] = _switched(first, rest) if isinstance(first, Token) and rest else item.items
        elif isinstance(item, Group):
            script = getattr(found[-1], "text", "") if found else ""
            member = script == "^" and isinstance(item.items[0] if len(item.items) == 1 else None, Group)
            inner = "below" if script == "_" else "under" if member or where == "under" else ""
            if item.kind != "text":
                item = replace(item, items=styled(item.items, findings, letters, inner))
            found.append(item)
        elif item.text in _SWITCHES and waiting:
            waiting[:] = _switched(item, waiting)
        elif item.text in _ACCENTS or item.text in _FONTS:
            waiting[:0] = _styled(item, waiting, findings)
        elif item.text in GREEK:
            found.append(replace(item, kind=Kind.LETTER))
        else:
            found.append(item)
    return _words(found, findings, letters, where)


def _switched(item: Token, behind: Sequence[Item]) -> list[Item]:
    r"""Return items that begin with ``\bf`` in the form of a command with an argument, as other items as they are."""
    if item.text not in _SWITCHES:
        return [item, *behind]
    command, first = replace(item, text=_SWITCHES[item.text]), behind[0]
    if isinstance(first, Group) and first.kind == "{":
        return [command, *behind]
    return [command, Group("{", "", tuple(behind), (item.span[1], behind[-1].span[1]))]


def _is_letter_with_scripts(group: Group, before: Sequence[Item], behind: Sequence[Item]) -> bool:
    """Return whether braces are around a letter that carries scripts, as in ``{W}_1``, and are no argument."""
    last = before[-1] if before else None
    argument = isinstance(last, Token) and last.kind is Kind.COMMAND and last.text != r"\partial"
    argument |= any(getattr(item, "text", "") in (r"\frac", r"\dfrac", r"\tfrac", r"\binom") for item in before[-2:])
    if group.kind != "{" or argument or getattr(last, "text", "") in ("_", "^"):
        return False
    if getattr(behind[0] if behind else None, "text", "") not in ("_", "^", "'"):
        return False
    *marks, inner = group.items or (None,)
    known = _FONTS.keys() | _ACCENTS.keys() | _SWITCHES.keys()
    styled_ = all(isinstance(mark, Token) and mark.text in known for mark in marks)
    letter = isinstance(inner, Token) and (inner.kind is Kind.LETTER or inner.text in GREEK)
    return styled_ and (letter or (bool(marks) and isinstance(inner, Group) and inner.kind == "{"))


def _starts_with_script(group: Group) -> bool:
    """Return whether braces are around the script of what is before them, as in ``x{_k}``."""
    first = group.items[0] if group.items else None
    return isinstance(first, Token) and first.text in ("_", "^")


def _styled(command: Token, waiting: list[Item], findings: Findings) -> list[Item]:
    """Return what a font or an accent makes of what follows it, which is taken from ``waiting``."""
    if not waiting:
        raise FreeError(f"{command.text} is over nothing", command.span, "missing argument")
    argument = waiting.pop(0)
    if isinstance(argument, Token) and (argument.text in _ACCENTS or argument.text in _FONTS):
        inner = _styled(argument, waiting, findings)
    elif isinstance(argument, Group) and argument.kind == "{":
        inner = list(styled(argument.items, findings, (), "under"))
    elif isinstance(argument, Group) and argument.kind == "text":
        inner = [Token(Kind.LETTER, rf"\mathrm{{{argument.name.strip()}}}", argument.span)]
    elif isinstance(argument, Token) and argument.text in GREEK:
        inner = [replace(argument, kind=Kind.LETTER)]
    else:
        inner = [argument]
    span = (command.span[0], _end(inner, argument.span[1]))
    if command.text in _ACCENTS:
        return _accented(_ACCENTS[command.text], inner, span)
    font = _FONTS[command.text]
    spread: list[Item] = [
        item if at and getattr(inner[at - 1], "text", "") in ("_", "^") else _in_font(font, item)
        for at, item in enumerate(inner)
    ]
    if len(spread) == 1 and isinstance(spread[0], Token):
        return [replace(spread[0], span=span)]
    if sum(isinstance(item, Token) and item.kind is Kind.LETTER for item in spread) > 1 and command.text != r"\mathit":
        findings.say("font", rf"{text_of(inner)} under one font as a product of letters", span)
    return spread


def _end(items: Sequence[Item], otherwise: int) -> int:
    return items[-1].span[1] if len(items) == 1 else otherwise


def _in_font(font: str, item: Item) -> Item:
    if isinstance(item, Token) and item.kind is Kind.LETTER:
        if item.text.startswith((rf"\{font}", r"\mathbf", r"\boldsymbol", r"\hat", r"\bar", r"\tilde", r"\vec")):
            return item
        over = "boldsymbol" if font == "mathbf" and item.text.startswith("\\") else font
        return replace(item, text=item.text if item.text == r"\infty" else rf"\{over}{{{item.text}}}")
    if isinstance(item, Token) and item.kind is Kind.NUMBER and font in ("mathbf", "mathbb"):
        return Token(Kind.LETTER, rf"\{font}{{{item.text}}}", item.span)
    return item


def _accented(accent: str, inner: Sequence[Item], span: Span) -> list[Item]:
    """Return a letter with an accent; what carries scripts under it carries them behind it."""
    first = inner[0] if inner else None
    if not isinstance(first, Token) or first.kind is not Kind.LETTER:
        return [Group("accent", accent, tuple(inner), span)]
    if accent == "bar" and len(inner) > 2 and getattr(inner[1], "text", "") == "^" and text_of(inner[2:3]).isdigit():
        raise FreeError("a bar over a power: write the mean, or a letter for it", span, "bar over a power")
    if len(inner) > 1 and getattr(inner[1], "text", "") not in ("_", "^", "'"):
        return [Token(Kind.LETTER, rf"\{accent}{{{text_of(inner)}}}", span)]
    return [Token(Kind.LETTER, rf"\{accent}{{{first.text}}}", span), *inner[1:]]


# Words ----------------------------------------------------------------------------------------------------------------


def _words(items: Sequence[Item], findings: Findings, letters: Collection[str], where: str) -> tuple[Item, ...]:
    """Return items in which runs of letters that make a word are one item."""
    found: list[Item] = []
    at = 0
    while at < len(items):
        end = _run(items, at)
        word = "".join(getattr(item, "text", "") for item in items[at:end])
        item = items[at]
        following = items[at + 1] if at + 1 < len(items) else None
        if end - at > 1:
            name = _word(word, items, at, end, findings, where)
            if not name and not where and getattr(found[-1] if found else None, "text", "") not in ("_", "^"):
                name = _letters(word, items, at, end, findings, letters)
            found += [name] if name else items[at:end]
            at = end
        elif (
            isinstance(item, Token) and where != "below" and _with_digits(item, following) and not _is_alone(items, at)
        ):
            assert isinstance(following, Token)
            span = (item.span[0], following.span[1])
            findings.say("name", f"{item.text}{following.text} as a letter of its own", span)
            found.append(Token(Kind.LETTER, rf"\mathit{{{item.text}{following.text}}}", span))
            at += 2
        elif (
            getattr(item, "text", "") == r"\Delta"
            and r"\Delta" not in letters
            and isinstance(following, Token)
            and following.kind is Kind.LETTER
        ):
            span = (item.span[0], following.span[1])
            findings.say("name", rf"\Delta {following.text} as a letter of its own", span)
            found.append(Token(Kind.LETTER, rf"\Delta {following.text}", span))
            at += 2
        else:
            found.append(item)
            at += 1
    return tuple(found)


def _with_digits(item: Token, following: Item | None) -> bool:
    """Return whether a letter is followed by digits without a space, as in ``x2``."""
    plain = item.kind is Kind.LETTER and item.text.isalpha() and len(item.text) == 1
    return plain and isinstance(following, Token) and following.text.isdigit() and item.span[1] == following.span[0]


def _is_alone(items: Sequence[Item], at: int) -> bool:
    r"""Return whether a token without braces is all of an argument or of a script, as n in ``\frac n2``."""
    before, first = (getattr(items[at - back], "text", "") if at >= back else "" for back in (1, 2))
    return before in ("_", "^", r"\sqrt", *FRACTIONS) or first in FRACTIONS


def _run(items: Sequence[Item], start: int) -> int:
    """Return where a run of plain letters without anything between them ends."""
    end = start
    while end < len(items):
        item = items[end]
        plain = isinstance(item, Token) and (item.text.isalpha() or (item.text == r"\_" and end > start))
        if not plain or (end > start and items[end - 1].span[1] != item.span[0]):
            break
        end += 1
    return end


def _word(word: str, items: Sequence[Item], at: int, end: int, findings: Findings, where: str) -> Group | None:
    below = where == "below"
    span = (items[at].span[0], items[end - 1].span[1])
    following = items[end] if end < len(items) else None
    applied = isinstance(following, Group) and following.kind == "("
    known = word in WORDS or r"\_" in word
    likely = len(word) > 3 and set(word.lower()) & set("aeiouy") and word[0] != "d"
    if word.isupper() and len(word) > 1 and applied and isinstance(following, Group):
        texts = [each.text for each in following.items if isinstance(each, Token)]
        known = "," in texts or r"\mid" in texts or PARALLEL in texts or known
        likely = True
    if below and set(word) <= INDEX_LETTERS:
        return None
    if not known and not likely:
        return None
    if word in SENTENCE and not below:
        findings.say("word", f"“{word}” as a word", span)
        return Group("text", word, (), span)
    if not known and not (below and len(word) > 2) and not (applied and len(word) > 3):
        options = (f"“{word}” as one name", f"“{word}” as a product of letters")
        if findings.choose(f"word {word}", options, span):
            return None
    else:
        findings.say("name", f"“{word}” as one name", span)
    return Group("text", word.replace(r"\_", "_"), (), span)


def _letters(
    word: str, items: Sequence[Item], at: int, end: int, findings: Findings, letters: Collection[str]
) -> Group | None:
    """Return a run of letters that is no known word as a name, if it is one; None if it is a product, which is said.

    Three capitals and more are rather a name, unless the file uses each of them by itself. Two letters are a product,
    and only of two capitals this is said, as in ``XW``; a power of the last one shows that it is a letter by itself.
    """
    span, following = (items[at].span[0], items[end - 1].span[1]), items[end] if end < len(items) else None
    capitals = word.isascii() and word.isupper()
    if word in letters:
        findings.say("name", f"“{word}” as one name", span)
        return Group("text", word, (), span)
    if capitals and len(word) > 2 and not set(word) <= set(letters):
        options = (f"“{word}” as one name", f"“{word}” as a product of letters")
        return None if findings.choose("capitals", options, span) else Group("text", word, (), span)
    if len(word) > 2 or (capitals and getattr(following, "text", "") not in ("^", "'")):
        findings.say("word", f"“{word}” as a product of letters", span)
    return None
