"""All displays of a file in free spelling: what the file says of its letters first, then each display in its order."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nncore.verify.notation import Notation
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.first_use import late
from nncore.verify.spelling.macros import Macro, defined_in, in_words
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.spell import Spelling, look, spell

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
    rf"\$\s*d(?P<a>[A-Z])\s*(?:\$\s*{_MEANS}\s*\$|:?=)\s*{_SLOPE.format('of', 'a')}\s*\$"
    r"\s*(?=[.,;:)]|(?:in|throughout|below|everywhere|and)\b|$)"
)
_DENIED = re.compile(
    r"\b(?:not|never|no|some|others?|earlier|previous|old|if|unless|instead|may|might|can|could|is)\b|n't|\?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Spelled:
    """What became of a display: its readings, or why it has none; both, if a part of it alone can be read."""

    source: str
    spelling: Spelling | None
    error: FreeError | None


def scene_of(
    sources: Iterable[str], notation: Notation, text: str = "", letters: Mapping[str, str] | None = None
) -> Scene:
    """Return what the displays of a file are read in.

    Parameters
    ----------
    sources : iterable of str
        The displays.
    notation : Notation
        The letters in force.
    text : str
        That of the file, whose own commands are written out.
    letters : mapping of str to str, optional
        What letters of the author are called in the notation.
    """
    macros: dict[str, Macro] = defined_in(text) if text else {}
    scene = Scene(notation, macros=macros, by_columns=bool(_BY_COLUMNS.search(text)))
    scene.says_identity = bool(re.search(r"\bidentity\b", text, re.IGNORECASE))
    scene.says_prime = bool(_PRIME.search(text))
    scene.primes_are_slopes = bool(_SLOPES_BY_PRIMES.search(text))
    written = in_words(text, macros)
    scene.own_meanings = frozenset(name for name, says in _SAYS_OTHERWISE.items() if says.search(written))
    scene.gradients_of = _gradients_in(text)
    scene.facts.open_ranges = frozenset(found[1] for found in _UP_TO_A_LETTER.finditer(written))
    scene.table.letters |= letters or {}
    for source in sources:
        look(source, scene.facts, scene)
    scene.seen()
    return scene


def _gradients_in(text: str) -> str:
    """Return the letter of which dA is the derivative by A, by the words of a text; empty if they do not say so."""
    for found in _GRADIENTS.finditer(text):
        before = re.split(r"[.;:!?](?:\s|$)|\n\s*\n", text[: found.start()])[-1]
        behind = re.split(r"[.;:!]|\n\s*\n", text[found.end() :])[0]
        if not _DENIED.search(before) and "?" not in behind:
            return found["of"] or found["of_"]
    return ""


def spelled(sources: Sequence[str], scene: Scene, defining: Sequence[bool] = ()) -> Iterator[Spelled]:
    """Yield what becomes of each display of a file; ``defining`` ones may define by a first use."""
    for number, source in enumerate(sources):
        scene.first_defines = bool(defining) and defining[number]
        try:
            yield Spelled(source, spell(source, scene), None)
        except FreeError as error:
            found = _parts(source, scene) if defining else None
            if not found:
                scene.lose(source)
            scene.last = None
            yield Spelled(source, found, error)


def spelled_to_the_end(sources: Sequence[str], scene: Scene, defining: Sequence[bool]) -> list[Spelled]:
    """Return what becomes of each display, where some letters are defined below their first use.

    What is known of such a letter, as its shape, is known above its definition, too.
    """
    found = list(spelled(sources, scene, defining))
    first = [each.spelling.readings[0].formulas if each.spelling else () for each in found]
    trees = [(strict.tree, may) for own, may in zip(first, defining, strict=True) for strict in own]
    if belated := late(trees, scene):
        scene.begin_again(belated)
        found = list(spelled(sources, scene, defining))
        if belated & (scene.shapes.keys() | scene.lengths.keys()):
            scene.begin_again(belated)
            found = list(spelled(sources, scene, defining))
    return found


def _parts(source: str, scene: Scene) -> Spelling | None:
    """Return how the statements of a display are read that can be read; None if there is none."""
    try:
        return spell(source, scene, in_parts=True)
    except FreeError:
        return None
