r"""The displayed formulas of a LaTeX file: ``equation``, ``align``, ``\[ \]``, ``$$`` and ``displaymath``.

A ``\label`` in a formula is its label. A formula stands in the environments around it, of which ``definition``,
``assumption`` and ``convention`` mean what the directives of that name mean in Markdown; an assumption is in force
where ``\ref{its-label}`` stands in the same environment or paragraph. Letters of one's own are declared in comments,
in the form of `book/notation.yml`::

    % notation:
    % scalars:
    %   - {letter: \tau, meaning: temperature}

What is displayed in another way (``gather``, ``multline`` and the like) is an error, never skipped in silence.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from nncore.verify.pages import DisplayedFormula, PageError
from nncore.verify.surroundings import NotationBlock, Place, Surroundings

_PIECE = re.compile(
    r"\\\\|\\(?P<gate>begin|end)\s*\{(?P<name>[A-Za-z]+\*?)\}|(?P<bracket>\\[\[\]])|(?P<dollars>\$\$)"
    r"|\\label\s*\{(?P<label>[^}]*)\}|\\[A-Za-z]*ref\s*\{(?P<mentions>[^}]*)\}"
)
_BARE = ("equation", "equation*", "displaymath")
_KEPT = ("align", "align*")  # with their own \begin and \end, which the grammar knows
_UNREAD = "alignat eqnarray flalign gather math multline subequations".split()
_VERBATIM = re.compile(r"\\begin\{(verbatim|lstlisting|minted|comment)\*?\}.*?\\end\{\1\*?\}", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)(%[^\n]*)")
_HIDDEN = re.compile(r"\\label\s*\{[^}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
_KINDS = {"definition": "prf:definition", "assumption": "prf:assumption", "convention": "prf:convention"}


@dataclass(slots=True)
class _Environment:
    """An environment that is open: its kind, its label, and the labels to which its text refers."""

    name: str
    label: str | None = None
    mentions: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Display:
    """A formula, and the environments around it; those learn their labels and references up to their ends."""

    formula: DisplayedFormula
    around: list[_Environment]
    paragraph: set[str]


def read_tex(path: Path, text: str) -> tuple[list[DisplayedFormula], Surroundings]:
    """All displayed formulas of a LaTeX file, and what stands around them.

    Raises
    ------
    PageError
        If a display is not closed, or stands in an environment that is not read.
    """
    displays = list(_Reader(path, _without_comments(text)).displays())
    places = tuple(_place(display) for display in displays)
    return [display.formula for display in displays], Surroundings(places, tuple(_blocks(path, text)))


def _without_comments(text: str) -> str:
    """The text with spaces for comments and for code that is shown, so that every place stays where it is."""
    text = _VERBATIM.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    return _COMMENT.sub(lambda found: found[1] + " " * len(found[2]), text)


def _place(display: _Display) -> Place:
    around = display.around
    mentions = set().union(*(each.mentions for each in around)) if around else display.paragraph
    convention = any(each.name == "convention" for each in around)
    return Place(frozenset(mentions), around[-1].label if around else None, convention)


@dataclass(slots=True)
class _Reader:
    path: Path
    text: str

    def displays(self):
        """Walks through the file; environments around a formula are filled in as the walk goes on."""
        around: list[_Environment] = []
        opened: tuple[str, int, int] | None = None  # how a display began, and where it and its content start
        for found in _PIECE.finditer(self.text):
            sign = found["name"] or found["bracket"] or found["dollars"]
            if opened:
                if self._closes(found, opened[0]):
                    yield self._display(*opened, found, around)
                    opened = None
                continue
            if found["label"] and around:
                around[-1].label = around[-1].label or found["label"].strip()
            elif found["mentions"] and around:
                around[-1].mentions.update(label.strip() for label in found["mentions"].split(","))
            elif found["gate"] == "end" and around and around[-1].name == sign:
                around.pop()
            elif found["gate"] == "begin" and sign.rstrip("*") in _UNREAD:
                raise self._error(found.start(), f"the environment {sign} is not read: write equation or align")
            elif (found["gate"] == "begin" and sign in _BARE + _KEPT) or sign in (r"\[", "$$"):
                opened = (sign, found.start(), found.end())
            elif found["gate"] == "begin" and sign != "document":
                around.append(_Environment(sign))
        if opened:
            raise self._error(opened[1], "this display is not closed")

    @staticmethod
    def _closes(found: re.Match, sign: str) -> bool:
        if sign == "$$":
            return found["dollars"] is not None
        return found["bracket"] == r"\]" if sign == r"\[" else found["gate"] == "end" and found["name"] == sign

    def _display(self, sign: str, start: int, content: int, closing: re.Match, around) -> _Display:
        first, last = (start, closing.end()) if sign in _KEPT else (content, closing.start())
        printed = self.text[first:last]
        labels = [found["label"].strip() for found in _PIECE.finditer(printed) if found["label"]]
        text = _HIDDEN.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), printed)
        column = first - (self.text.rfind("\n", 0, first) + 1) + 1
        columns = (column, *(1 for _ in range(text.count("\n"))))
        within = tuple(_KINDS.get(each.name, each.name) for each in around)
        line = self.text.count("\n", 0, first) + 1
        formula = DisplayedFormula(text, labels[0] if labels else None, self.path, line, columns, within)
        return _Display(formula, list(around), self._mentions_above(start))

    def _mentions_above(self, start: int) -> set[str]:
        """The labels in the paragraph that leads to a place."""
        above = re.split(r"\n[ \t]*\n", self.text[:start].rstrip())[-1]
        lists = [found["mentions"] for found in _PIECE.finditer(above) if found["mentions"]]
        return {label.strip() for listed in lists for label in listed.split(",")}

    def _error(self, start: int, reason: str) -> PageError:
        return PageError(f"{self.path}:{self.text.count(chr(10), 0, start) + 1}: {reason}")


def _blocks(path: Path, text: str):
    """The comments that declare letters, each with the line in which its declarations begin."""
    declared: list[str] | None = None
    start = 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        comment = re.match(r"\s*% ?(.*)$", line)
        if declared is not None and not comment:
            yield NotationBlock("\n".join(declared), start, path)
            declared = None
        elif declared is not None:
            declared.append(comment[1])
        elif comment and comment[1].strip() == "notation:":
            declared, start = [], number + 1
