"""Walk the pages as a reader does, and list what is used before it is introduced: letters, terms, results.

``python tests/reading_order.py`` prints the list; `test_reading_order` keeps it empty. The parts before the reference
are read in their order.

- A *letter* of the shared notation is introduced by the left side of a ``:=``, by a table of symbols, or by words that
  name it on the page, at the latest in the paragraph right after the first display that uses it.
- A *term* of the glossary is introduced where it is set in italics or bold, stands in a heading or a title, or is a
  link. Its first use must be such a place. The sentence below a title that says what the page derives, figures and code
  are left out.
- A *result* of a later page, an equation or a theorem, may be used where the same paragraph or row of a table links
  the page that has it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import pages_of_book
import yaml
from pages_of_book import NOTATION, ROOT

from nncore.verify.notation import KNOWN_FUNCTIONS, Notation

REFERENCE = "Reference"
LINE = "\n"
DISPLAY = re.compile(r"^\$\$\n(.*?)\n\$\$(?: \(([\w-]+)\))?$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"(?<![\\$])\$([^$]+)\$(?!\$)")
LABEL = re.compile(r"^\$\$ \(([\w-]+)\)|^:label: ([\w-]+)", re.MULTILINE)
USE = re.compile(r"\{(?:eq|prf:ref)\}`(?:[^`<]*<)?([\w-]+)>?`")
TITLED = r"^ *(?:#+|`{3,}\{(?:prf:\w+|exercise)\}) .*"
MARKED = r"(?<!\*)\*{1,2}(?!\*)[^*\n]+(?:\n[^*\n]+)?\*{1,2}|\[[^\]]+\]\([^)]+\)"


@dataclass(frozen=True)
class Page:
    """A page by its name, such as ``layers/relu.md``, and its text."""

    name: str
    text: str

    @cached_property
    def words(self) -> str:
        """The page without front matter, code, figures and declarations of letters."""
        text = re.sub(r"\A---\n.*?\n---\n", "", self.text, flags=re.DOTALL)
        aside = r"^(`{3,})\{(?:code-cell|literalinclude|notation)\}.*?^\1$"
        return re.sub(aside, "", text, flags=re.DOTALL | re.MULTILINE)

    @cached_property
    def own_letters(self) -> frozenset[str]:
        """What stands for something else on this page, or on this page only."""
        found = set()
        for _, block in re.findall(r"^(`{3,})\{notation\}\n(.*?)^\1$", self.text, re.DOTALL | re.MULTILINE):
            declared = yaml.safe_load(block)
            found |= set(declared.pop("shadows", ()))
            found |= {entry["letter"] for part in declared.values() for entry in part}
        return frozenset(re.match(r"\\?[A-Za-z]+", letter)[0] for letter in found)

    def letters_in(self, formulas: Iterable[str], shared: Mapping[str, str]) -> set[str]:
        """Return the letters of the notation in some formulas, but for those that are others on this page."""
        found = {token for formula in formulas for token in tokens(formula)}
        here = {shared[token] for token in found | {token.rstrip("_") for token in found} if token in shared}
        others = {letter for token, letter in shared.items() if token.rstrip("_") in self.own_letters}
        return here - others - self.own_letters


def pages() -> list[Page]:
    """Return the pages that are read in their order."""
    _, *paths = pages_of_book.pages(without=REFERENCE)  # the front door is looked at, not read
    return [Page(path.relative_to(ROOT / "book").as_posix(), path.read_text(encoding="utf-8")) for path in paths]


@cache
def tokens(latex: str) -> frozenset[str]:
    r"""Return the letters of a formula; one that carries indices as ``x_``, and both for ``X_1``."""
    latex = re.sub(r"\\(?:text|begin|end)\{[^}]*\}", "", latex)
    upright = r"\\(?:operatorname|mathbf|mathrm)\{\w+\}"
    return frozenset(
        found[1] + ("_" if found[2] and not found[1].isupper() else "")
        for found in re.finditer(rf"({upright}|\\[A-Za-z]+|[A-Za-z])(_?)", latex)
    )


def letters(notation: Notation) -> dict[str, str]:
    """Return what the notation declares, by each token that shows it: ``x_`` and ``X`` show X."""
    shared = {each.letter: each.letter for each in (*notation.sizes, *notation.indices)}
    for array in notation.arrays:
        shared |= {token: array.letter for token in tokens(array.letter)}
        if array.entry:
            shared[f"{array.entry.letter}_"] = array.letter
    for scalar in notation.scalars:
        letter, carries = scalar.written.letter, bool(scalar.written.indices or scalar.over)
        if not letter.startswith(r"\hat"):
            shared |= {letter: letter} if not scalar.written.indices else {}
            shared |= {f"{letter}_": letter} if carries else {}
    names = {each.name for each in notation.functions} - {*KNOWN_FUNCTIONS}
    shared |= {name: name for name in names}
    return shared | {sign: sign for sign in (r"\delta", r"\top", r"\odot", r"\oslash")}


def unknown_letters(read: Sequence[Page], notation: Notation) -> Iterator[str]:
    """Yield each letter of the notation that a display uses before it is introduced."""
    shared, known = letters(notation), set()
    for page in read:
        words, *rest = DISPLAY.split(page.words)  # words, then a display, its label and words, again and again
        known |= page.letters_in(_spoken(words), shared)
        for display, label, after in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
            known |= page.letters_in([display.partition(":=")[0]] if ":=" in display else [], shared)
            used, below = page.letters_in([display], shared), after.strip().partition(2 * LINE)[0]
            for letter in sorted(used - known - page.letters_in(_spoken(below), shared)):
                yield f"{page.name}: {letter} in {label or display.partition(LINE)[0]}"
            known |= used | page.letters_in(_spoken(after), shared)


def _spoken(words: str) -> list[str]:
    """Return the formulas within words, and the words as names of functions: ReLU introduces its function."""
    return [*INLINE.findall(words), *(rf"\operatorname{{{word}}}" for word in {*re.findall(r"\w+", words)})]


def terms(glossary: str) -> list[str]:
    """Return the terms of the glossary, longer ones first, so that none is found within another."""
    found = re.findall(r"^(\S[^\n]*)\n  ", glossary.partition("```{glossary}")[2], re.MULTILINE)
    return sorted(found, key=len, reverse=True)


def unexplained_terms(read: Sequence[Page], glossary: str) -> Iterator[str]:
    """Yield each term of the glossary whose first use does not introduce it."""
    rest = {page.name: _without_lead(page) for page in read}
    for term in terms(glossary):
        words = re.escape(term).replace(r"\ ", r"\s+").replace("Kronecker", "Kronecker(?:'s)?")
        pattern = re.compile(rf"(?<![\w–-]){words}(?:s|es)?(?![\w–-])", re.IGNORECASE)
        for name, text in rest.items():
            if found := pattern.search(text):
                marks = re.finditer(f"{TITLED}|{MARKED}", text, re.MULTILINE)
                if not any(mark.start() <= found.start() and found.end() <= mark.end() for mark in marks):
                    yield f"{name}: {term} in {text[max(0, found.start() - 60) : found.end() + 20]!r}"
                break
        # what was found is not found again as a part of a shorter term
        rest = {name: pattern.sub(lambda found: "·" * len(found[0]), text) for name, text in rest.items()}


def _without_lead(page: Page) -> str:
    """Return the words of a page without formulas and the paragraph that says what the page is about."""
    words = DISPLAY.sub("", page.words)
    return re.sub(r"(\A\s*# [^\n]+\n)\n+This page (?:[^\n]+\n)+", r"\1", words)


def unproved_results(read: Sequence[Page]) -> Iterator[str]:
    """Yield each use of an equation or a theorem of a later page that does not say where it comes from."""
    home = {next(filter(None, found)): at for at, page in enumerate(read) for found in LABEL.findall(page.text)}
    for at, page in enumerate(read):
        for paragraph in re.split(r"\n(?:\s*\n|(?=\|))", page.words):
            for label in USE.findall(paragraph):
                later = home.get(label, -1)
                if later > at and Path(read[later].name).name not in paragraph:
                    yield f"{page.name}: {label} of {read[later].name}"


def faults() -> list[str]:
    """Return all that is used before it is introduced."""
    read, glossary = pages(), (ROOT / "book" / "reference" / "glossary.md").read_text(encoding="utf-8")
    return [*unknown_letters(read, NOTATION), *unexplained_terms(read, glossary), *unproved_results(read)]


if __name__ == "__main__":
    print("\n".join(faults()) or "everything is introduced before it is used")
