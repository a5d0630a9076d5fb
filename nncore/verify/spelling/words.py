"""What the words of a file say of its signs: that a prime transposes, that samples are columns, and the like."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import lru_cache

from nncore.verify.spelling.macros import Macro, defined_in, in_words

_SAMPLES = r"(?:(?:training )?(?:samples?|examples?)|observations?|data points?|instances?)"
_SAYING = r"\b(?:write|denote|define|let|set|call|use|where|with|mean)\b[^.$]{0,30}\$\s*"
_OWN = {
    "trace": r"\\(?:operatorname|mathrm|text)\{(?:tr|Tr|trace)\}\s*\(\s*[A-Za-z]\s*\)",
    "positive part": r"[\[(]\s*[a-z]\s*(?:\\right)?[\])]\s*_\{?\+\}?",
}
_LIKE_OTHERS = r"(?!\s*\\(?:max|text\{max|operatorname\{max|mathrm\{max|sum_\{?[a-z]))"
_SAYS_OTHERWISE = {
    name: re.compile(rf"{_SAYING}{sign}\s*={_LIKE_OTHERS}|{sign}\s*:={_LIKE_OTHERS}") for name, sign in _OWN.items()
}
_OF_NORM = r"(?:the\s+)?(?:sum|largest|biggest|greatest|maxim\w+|number|spectral|operator|nuclear|absolute|mean)\b"
_SAYS_OTHERWISE["norm"] = re.compile(
    r"\\(?:\||Vert|lVert)[^$]{1,20}\\(?:\||Vert|rVert)\s*\$\s+"
    rf"(?:(?:is|denotes?|means?|be|stands for)\s+)*(?:for\s+)?{_OF_NORM}"
)
_BY_COLUMNS = re.compile(
    r"\bsoftmax\b[^.]{0,80}\b(?:(?:each|every|per|over|along|of|to)(?: the| each| every)? columns?|column[- ]?wise)\b"
    r"|\bcolumn[- ]?wise\b[^.]{0,40}\bsoftmax\b"
    rf"|\b{_SAMPLES}\b[^.]{{0,60}}\b(?:are|as|in|form|by) (?:the |its )?columns\b"
    rf"|\b(?:each|every|one) column[^.]{{0,20}} (?:is|holds|contains|corresponds to) (?:an?|one) {_SAMPLES}\b"
    rf"|\b(?:an?|one) {_SAMPLES} (?:in|per) (?:each )?column\b",
    re.IGNORECASE,
)


_UP_TO_A_LETTER = re.compile(
    r"(?<![A-Za-z\\])([a-zA-Z])\s*(?:=|\\in\s*\\\{)\s*[01]\s*,[^$]{0,20}\\[lc]?dots\s*,?\s*[A-Z](?![a-z])"
)
_SLOPES_BY_PRIMES = re.compile(
    r"'\s*\$[^.]{0,60}\bderivativ|\bderivativ\w*\b[^.]{0,60}\$[^$.(]{0,15}'\s*\$", re.IGNORECASE
)
_PRIME = re.compile(
    r"\bprimes?\b[^.]{0,30}\btranspos|\btranspos\w*[^.]{0,30}\bprimes?\b"
    r"|'\s*\$\s*(?:is|are|means?|denotes?|for|stands for)\s+(?:the\s+)?transpos",
    re.IGNORECASE,
)
_SLOPE = (  # of some letter, as the author writes it
    r"\\(?:[dt]?frac\s*\{{\s*\\partial\s*(?P<{0}>[^{{}}$]+?(?:\{{\w\}})?)\s*\}}\s*\{{\s*\\partial\s*(?P={1})\s*\}}"
    r"|partial\s*(?P<{0}_>[^{{}}$/]+?(?:\{{\w\}})?)\s*/\s*\\partial\s*(?P={1}))"
)
_MEANS = r"(?:(?:always|simply|just)\s+)?(?:for|to mean|to denote|means?|denotes?|stands for|is short for|as short for)"
_GRADIENTS = re.compile(  # "we write $dA$ for $\partial L / \partial A$", or $dA = \partial L / \partial A$
    r"(?:\$\s*|(?<![\w\\$]))(?:d|\\mathrm\s*\{\s*d\s*\})\s*(?P<a>[A-Z])"
    rf"\s*(?:\$?\s*{_MEANS}\s*\$|:?=)\s*{_SLOPE.format('of', 'a')}\s*\$"
    r"\s*(?=[.,;:()]|(?:in|throughout|below|everywhere|and)\b|$)"
)
_OTHER_GRADIENT = re.compile(
    r"(?<![\w\\])\$?\s*(?:d|\\mathrm\s*\{\s*d\s*\})\s*[A-Z]\s*\$?\s+"
    r"(?:(?:is|are|denotes?|means?|stands for)\s+(?!\$\s*\\(?:partial|[dt]?frac))|we\b)"
    r"|\bprefix\b|\bgradients?\s+(?:is|are)\s+(?:now\s+)?(?:averaged|summed|divided|multiplied)\b"
)
_DENIED = re.compile(
    r"\b(?:not|never|no|some|others?|earlier|previous|old|if|unless|instead|may|might|can|could|is)\b|n't|\?",
    re.IGNORECASE,
)
_NONLINEAR = r"(?:(?:activation|transfer)\s+functions?|non-?linearity)"
_SIGN = r"\$\s*(?P<{}>\\?[A-Za-z]+)(?:\s*\(\s*\\?[a-z]*(?:\s*\\cdot)?\s*\))?\s*\$"
_ACTIVATIONS = re.compile(
    rf"\b{_NONLINEAR}(?:\s+(?:is|be|by|called|denoted|denoted by|of the (?:hidden )?layer))*\s+"
    rf"{_SIGN.format('one')}"
    rf"|{_SIGN.format('other')}\s+(?:(?:is|be|denotes?|means?|for|as|stands for)\s+)+(?:an?|the|any|some|our)?\s*"
    rf"(?:[\w-]+\s+){{0,3}}{_NONLINEAR}",
    re.IGNORECASE,
)
_IS = re.compile(r"\bis\b")
_APPLIED = re.compile(r"\$\s*(\\?[A-Za-z]+)\s*[$(]")
_OF_ENTRY = re.compile(  # \phi_i(z), and \phi(z)_i =
    r"(\\?[A-Za-z]+)_\{?[a-z]\}?\s*\(|(\\?[A-Za-z]+)\s*\([^()$]*\)\s*_\{?[a-z]\}?\s*&?:?="
)
_MIXES = re.compile(
    r"\bsoft-?m(?:ax|in)\b|\bnormali[sz]|\bmix|^[^,;]*\b(?:row|column)|\bmeans? of\b|\baverag|\bjointly\b"
    r"|\bmax(?:imum)? (?:over|of)\b|\bsums? (?:over|of)\b|\ball (?:entries|inputs|components)\b",
    re.IGNORECASE,
)
_NOT_ENTRYWISE = re.compile(r"\bnot\b.*\b(?:entr|element|component|coordinate)", re.IGNORECASE | re.DOTALL)
_LOGISTIC = re.compile(r"\bsigmoid|\blogistic", re.IGNORECASE)
_OTHER_SIGMA = re.compile(
    r"\\sigma\s*(?:\([^$]*\))?\s*\$[^.$]{0,40}\b(?:tanh|hyperbolic|relu|rectif|soft-?(?:max|plus)|identity|step|linear|swish|gelu)"
    r"|\b(?:tanh|relu|soft-?(?:max|plus)|identity)(?:\s+function)?\s+\$\s*\\sigma",
    re.IGNORECASE,
)
_OTHER_FORMULA = re.compile(
    r"\\sigma\s*\(\s*[^()$]{1,12}\)\s*&?:?=\s*&?\s*(?:\\max|\\min|\\tanh|\\ln|\\log|\\arctan|\\begin\{cases\}|[a-z]\s*[,.$])"
)
_ROW = (
    r"\$\s*(?P<{}>(?:\\mathbf\s*\{{)?[a-z]\}}?)_\{{?[a-z]\}}?(?:\^\{{?(?:\\(?:top|intercal|mathsf\{{T\}})|T)\}}?)?\s*\$"
)
_ROWS, _COLUMNS = (  # rows $w_j$ of $W$, W has the rows $w_j$, $w_j$ is the j-th row of $W$
    re.compile(
        rf"\b(?i:{line})s?\s+(?:vectors?\s+)?{_ROW.format('one')}"
        rf"|{_ROW.format('other')}\s+(?:is|are|be|denotes?|for)\s+(?:the\s+)?(?:\$?[a-z]\$?(?:-?th|\^\{{?th\}}?\$)?\s+)?"
        rf"(?:-?th\s+)?{line}s?\s+(?:vectors?\s+)?of\b"
        rf"|\b(?i:{line})s?\s+of\s+\$[^$]+\$\s+(?:are|is|holds?|contains?|as)\s+[^.$]{{0,30}}{_ROW.format('last')}"
    )
    for line in ("row", "column")
)
_LISTED_ROWS, _LISTED_COLUMNS = (  # $p_n$ and $y_n$ are the rows of P and Y
    re.compile(
        rf"(?P<letters>(?:\$[^$]{{1,60}}\$[\s,]*(?:and\s+)?){{2,}}|\$[^$]{{1,60}},[^$]{{1,60}}\$\s+)"
        rf"(?:are|be|denote|for)\s+(?:the\s+)?{line}s\s+(?:vectors\s+)?(?:\$[a-z]\$\s+)?of\b"
    )
    for line in ("row", "column")
)
_WITH_INDEX = re.compile(r"(?<![A-Za-z\\])((?:\\mathbf\s*\{)?[a-z]\}?)_\{?[a-z]\}?(?![A-Za-z])")
_NO_CLASSES = re.compile(
    r"\$\s*(\\?[A-Za-z]+)_\{?[a-z]\}?\s*(?:\\in(?!\s*(?:\\l?brace|\\\{|\[))|\\in\s*(?:\\\{|\\l?brace|\[)\s*[-0]|=\s*0(?![\d.]))"
)
_LONE_DELTA = re.compile(r"\\Delta(?![A-Za-z])\s*(?:[=:^,.&$)}\]+-]|\\(?:odot|cdot|in|top)(?![A-Za-z]))")
_TWO_CAPITALS = re.compile(r"(?:\\partial\s*|[$&]\s*)([A-Z]{2})(?=\s*[},/]|\s*&?\s*:?=)")
_INNER = re.compile(  # s_j = w_j \cdot x_i
    r"=\s*(?P<one>(?:\\mathbf\s*\{)?[a-z]\}?)_\{?[a-z]\}?\s*\\cdot\s*(?P<other>(?:\\mathbf\s*\{)?[a-z]\}?)_\{?[a-z]\}?"
    r"\s*(?=[$+,.;&\\]|$)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Words:
    """What the words of a file say.

    Attributes
    ----------
    macros : mapping of str to Macro
        The author's own commands.
    by_columns : bool
        Whether softmax is taken of each column, or the samples are the columns.
    identity : bool
        Whether they speak of an identity matrix.
    prime : bool
        Whether a prime is the sign of a transpose.
    primes_are_slopes : bool
        Whether letters with a prime are derivatives.
    own_meanings : frozenset of str
        Of "trace", "positive part" and "norm", those that mean something else.
    gradients_of : str
        The letter of which dA is the derivative by A; empty if they do not say so.
    open_ranges : frozenset of str
        The letters that run from 1 to a letter.
    activations : frozenset of str
        The letters of functions that are taken of each entry.
    other_numbers : frozenset of str
        The letters whose entries are not said to be among 1, 2, …, so that they number no classes.
    mixing : frozenset of str
        The letters of functions that are not taken of each entry, as softmax.
    sigma : str
        What σ is if it is no logistic function: "any" activation function, or "?", which nothing here knows.
    rows, columns : frozenset of str
        The letters that with one index are rows, or columns, of a matrix.
    lone : frozenset of str
        Holds Δ if it stands by itself, so that it is a letter before others, too, and names of two capitals.
    """

    macros: Mapping[str, Macro] = field(default_factory=dict)
    by_columns: bool = False
    identity: bool = False
    prime: bool = False
    primes_are_slopes: bool = False
    own_meanings: frozenset[str] = frozenset()
    gradients_of: str = ""
    open_ranges: frozenset[str] = frozenset()
    activations: frozenset[str] = frozenset()
    other_numbers: frozenset[str] = frozenset()
    mixing: frozenset[str] = frozenset()
    sigma: str = ""
    rows: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    lone: frozenset[str] = frozenset()


@lru_cache(maxsize=64)
def words_of(text: str) -> Words:
    """Return what the words of a file say; it is kept, since a file is read again with each notation that is tried."""
    macros = defined_in(text) if text else {}
    written = in_words(text, macros)
    return Words(
        macros=macros,
        by_columns=bool(_BY_COLUMNS.search(text)),
        identity=bool(re.search(r"\bidentity\b", text, re.IGNORECASE)),
        prime=bool(_PRIME.search(text)),
        primes_are_slopes=bool(_SLOPES_BY_PRIMES.search(text)),
        own_meanings=frozenset(name for name, says in _SAYS_OTHERWISE.items() if says.search(written)),
        gradients_of=_gradients_in(written),
        open_ranges=frozenset(found[1] for found in _UP_TO_A_LETTER.finditer(written)),
        activations=(activations := _activations_in(written) - (mixing := _mixing_in(written))),
        other_numbers=frozenset(found[1] for found in _NO_CLASSES.finditer(written)),
        mixing=mixing,
        sigma=_sigma_in(written, activations | mixing),
        rows=(lines := _lines_in(written))[0],
        columns=lines[1],
        lone=frozenset(([r"\Delta"] if _LONE_DELTA.search(written) else []) + _named_by_two(written)),
    )


def _named_by_two(text: str) -> list[str]:
    """Return the pairs of capitals that are derived or defined, and neither of which stands by itself anywhere."""
    pairs = dict.fromkeys(_TWO_CAPITALS.findall(text))
    return [each for each in pairs if not re.search(rf"(?<![A-Za-z\\])[{each}](?![A-Za-z])", text)]


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.!?])\s+|\n\s*\n", text)


def _activations_in(text: str) -> frozenset[str]:
    """Return the letters that a text calls activation functions, in sentences that deny nothing."""
    affirmed = [each for each in _sentences(text) if not _DENIED.search(_IS.sub("", re.sub(r"\$[^$]*\$", "", each)))]
    return frozenset(found["one"] or found["other"] for each in affirmed for found in _ACTIVATIONS.finditer(each))


def _mixing_in(text: str) -> frozenset[str]:
    """Return the letters of functions that words, or a formula of one entry, do not take of each entry by itself."""
    named = {
        found[1] for sentence in _sentences(text) for found in _APPLIED.finditer(sentence)
        if _NOT_ENTRYWISE.search(sentence) or _MIXES.search(re.sub(r"\$[^$]*\$", "", sentence[found.end() - 1 :]))
    }  # fmt: skip
    named |= {found[1] for found in re.finditer(r"\bsoft-?max(?:\s+function)?\s+\$\s*(\\?[A-Za-z]+)\s*[$(]", text)}
    return frozenset(named | {found[1] or found[2] for found in _OF_ENTRY.finditer(text)})


def _sigma_in(text: str, functions: Set[str]) -> str:
    """Return what σ is by a text if it is no logistic function: any activation function, or another one."""
    said = [sentence for sentence in _sentences(text) if re.search(r"\$\s*\\sigma\s*[$(]", sentence)]
    logistic = any(map(_LOGISTIC.search, said))
    other = any(map(_OTHER_SIGMA.search, said)) or _OTHER_FORMULA.search(text)
    if (other and not logistic) or (r"\sigma" in functions and not _LOGISTIC.search(text)):
        return "any" if r"\sigma" in functions and not other and r"\sigma" not in _mixing_in(text) else "?"
    return ""


def _lines_in(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the letters that a text calls rows, with those of which it has inner products with these, and columns."""
    rows, columns = (
        {each["one"] or each["other"] or each["last"] for each in of.finditer(text)} for of in (_ROWS, _COLUMNS)
    )
    for lines, of in ((rows, _LISTED_ROWS), (columns, _LISTED_COLUMNS)):
        lines.update(letter for found in of.finditer(text) for letter in _WITH_INDEX.findall(found["letters"]))
    pairs = [{found["one"], found["other"]} for found in _INNER.finditer(text)]
    beside = set[str]().union(*(pair for pair in pairs if pair & (rows | columns)))
    return frozenset((rows | beside) - columns), frozenset(columns - rows)


def _gradients_in(text: str) -> str:
    """Return the letter of which dA is the derivative by A, by the words of a text; empty if they do not say so."""
    costs = set[str]()
    for found in _GRADIENTS.finditer(text):
        before = re.split(r"[.;:!?](?:\s|$)|\n\s*\n", text[: found.start()])[-1]
        behind = re.split(r"[.;:!]|\n\s*\n", text[found.end() :])[0]
        if not _DENIED.search(before) and "?" not in behind:
            costs.add(found["of"] or found["of_"])
    others = _OTHER_GRADIENT.search(text)
    return costs.pop() if len(costs) == 1 and not others else ""
