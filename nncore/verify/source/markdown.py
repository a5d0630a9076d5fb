r"""The formulas of a Markdown page and what is around them, by the tokens of the parser that also builds the book.

`read_markdown` walks the tokens of MyST-Parser once: ``$$ … $$ (label)`` blocks, ``{math}`` directives and the
environments of amsmath, wherever they are: in lists, quotes and tables, in ``{prf:theorem}``, ``{exercise}``,
``{dropdown}`` and all other directives that hold Markdown. Code cells and what cells print are not looked at. A formula
comes with the very characters that the renderer receives, its label, its place in the file, the directives around it,
and what these directives and the text mean for it (`source.context`). The options of a directive are those
that MyST finds in it, and a reference counts where MyST finds one: never in a comment, in code or in a quotation.

Other renderers than MyST display more: ``$$`` below a line of text or within it, ``\[ … \]``, ``math`` fences,
environments within text, and what is between tags of HTML. A page of a book that holds such a display is at fault,
since its readers would see the source; in other files it is a formula like others. What could hide a formula from this
search is a fault with a place, never a silent skip, and loses no other formula of the page.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import NotationError, read_yaml
from nncore.verify.source.context import (
    DICTIONARY,
    ERRATUM,
    OPTIONS,
    REFERENCE,
    Aside,
    Dictionary,
    NotationBlock,
    Place,
    Surroundings,
    in_force,
)

# The MyST extensions of the book (_config.yml); with others a page would be cut into other tokens.
EXTENSIONS = frozenset(
    "amsmath attrs_block attrs_inline colon_fence deflist dollarmath fieldlist html_image substitution".split()
)
OTHER_LETTERS = "other-letters"  # a directive in which words quote the letters of other books, which mean nothing here
TEXT_ENVIRONMENTS = frozenset(  # of LaTeX, which display nothing by themselves
    "document abstract center flushleft flushright quote quotation verse itemize enumerate description list trivlist "
    "figure table tabular tabularx tabulary longtable tabbing minipage titlepage thebibliography frame block columns "
    "column multicols subfigure subtable wrapfigure tikzpicture axis picture forest algorithm algorithmic appendix "
    "theorem lemma proposition corollary definition assumption convention remark example exercise problem solution "
    "answer question proof claim note notation fact conjecture hint landscape spacing small footnotesize large "
    "subequations dgroup keywords acknowledgments letter titlepage samepage sloppypar adjustwidth".split()
)
MOST_FILES, DEEPEST, LONGEST, SECONDS = 200, 30, 2_000_000, 5.0  # files in a page, how deep, characters, of computing
_MOST_FAULTS, _LONGEST_REASON, _MOST_BYTES = 100, 300, 100_000_000  # of a file

_WITHOUT_MARKDOWN = frozenset(
    "bibliography code code-block image literalinclude mermaid sourcecode tableofcontents toctree".split()
)
_QUOTING = frozenset((OTHER_LETTERS, "epigraph", "highlights", "pull-quote"))
_GATES = frozenset(f"{kind}-{end}" for kind in ("exercise", "solution") for end in ("start", "end"))
_DISPLAY_SIGN = re.compile(r"\$\$|\\\[|\\begin\s*\{|math/tex|<math\b", re.IGNORECASE)
_MAGIC = re.compile(r"\s*%%(?:latex|markdown|html)\b", re.IGNORECASE)
_DEFINES = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|[gex]?def|let|DeclareMathOperator|(?:re)?newenvironment)(?![A-Za-z])"
)
_NO_DEFINITIONS = "what a command means is changed here, for all formulas: write what it stands for"
_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"  # for what is no word
_NO_MARKS = dict.fromkeys(map(ord, REFERENCE.format("")))  # no word of a page is taken for a reference
_MATHEMATICS = re.compile(r"[=<>^_]|\\[A-Za-z]")


class PageError(ValueError):
    """A page on which a formula may hide; the message names file and line."""


@dataclass(frozen=True, slots=True)
class DisplayedFormula:
    """A displayed formula and its place.

    Attributes
    ----------
    text : str
        What is between the dollar signs or under the directive, unchanged.
    label : str or None
        Its label, for references.
    path : Path
        The page.
    line : int
        The line of the file, counted from 1, in which ``text`` begins.
    columns : tuple of int
        For each line of ``text`` the column of the file, counted from 1, in which it begins.
    within : tuple of str
        The kinds of the directives around it, the outermost first: ``("prf:theorem",)``.
    """

    text: str
    label: str | None
    path: Path
    line: int
    columns: tuple[int, ...]
    within: tuple[str, ...]

    def place(self, line: int, column: int) -> tuple[int, int]:
        """Line and column of the file for a line and column of the text, all counted from 1."""
        return self.line + line - 1, self.columns[line - 1] + column - 1


@dataclass(frozen=True, slots=True)
class InlineFormula:
    """A formula within words, the page, and the line of the file, counted from 1, in which it begins."""

    text: str
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a file: its displayed formulas and what is around them, those within words, and the faults."""

    formulas: tuple[DisplayedFormula, ...]
    around: Surroundings
    inline: tuple[InlineFormula, ...]
    faults: tuple[Diagnostic, ...]

    @classmethod
    def of(cls, formulas, around: Surroundings, inline, faults: list[Diagnostic]) -> "Reading":
        """Return a reading with the first of its faults, and one fault for all others if they are many."""
        if len(faults) > _MOST_FAULTS:
            last = faults[_MOST_FAULTS]
            reason = f"{len(faults) - _MOST_FAULTS} more places at which something cannot be read"
            faults = [*faults[:_MOST_FAULTS], replace(last, reason=reason)]
        short = tuple(replace(fault, reason=fault.reason[:_LONGEST_REASON]) for fault in faults)
        return cls(tuple(formulas), around, tuple(inline), short)

    def whole(self) -> "Reading":
        """Return this reading, of a file in which everything was read.

        Raises
        ------
        PageError
            If a formula may hide from this search; the message names the first such place.
        """
        for fault in self.faults:
            raise PageError(f"{fault.path}:{fault.line}: {fault.reason}")
        return self


def formulas(path: Path | str, text: str | None = None) -> list[DisplayedFormula]:
    """Return all displayed formulas of a page of the book, in its order; ``text`` is its text, if it is no file.

    Raises
    ------
    PageError
        If the page includes a part of a file or one that is missing, holds mathematics in reStructuredText, or displays
        a formula in a way that MyST does not know.
    """
    return list(read_markdown(path, text).whole().formulas)


def inline_formulas(path: Path | str) -> list[InlineFormula]:
    """Return all formulas within the words of a page of the book, in its order; `PageError` as from `formulas`."""
    return list(read_markdown(path).whole().inline)


def read_markdown(path: Path | str, text: str | None = None, book: bool = True) -> Reading:
    """Read a Markdown page; ``text`` is that of the page, if it is no file.

    Parameters
    ----------
    path : Path or str
        The page.
    text : str, optional
        Its text, if it is not to be read from the file.
    book : bool
        Whether MyST renders it. Else it may also display what other renderers do.
    """
    path = Path(path)
    return read_parts([(path, path.read_text(encoding="utf-8-sig") if text is None else text)], book)


def read_parts(parts: Iterable[tuple[Path, str]], book: bool) -> Reading:
    """Read the parts of a page, such as the cells of a notebook, each with the path by which places in it are named."""
    walk = _Walk(book)
    for path, text in parts:
        walk.page(path, text)
    return walk.reading()


class NoText(ValueError):
    """A file of which no text can be read; the message says what is wrong with it."""


def is_file(path: Path) -> bool:
    """Return whether there is a file, whatever its name is."""
    try:
        return path.is_file()
    except OSError:
        return False


def text_of(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    NoText
        If it is none, is too long, or cannot be opened.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise NoText(f"has more than {_MOST_BYTES} bytes")
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoText("is not a text in UTF-8") from None
    except OSError as error:
        raise NoText(f"cannot be opened: {error.strerror}") from None


def holds_display(text: str, of_code: bool = False) -> bool:
    """Return whether a text that is not Markdown may display a formula; code does so under a magic word only."""
    if of_code:
        return bool(_MAGIC.match(text)) and ("$" in text or holds_display(text))
    return bool(_DISPLAY_SIGN.search(text))


# Walking --------------------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Region:
    """A directive that is open: its options, and the labels that its own text puts in force."""

    kind: str
    argument: str
    options: dict[str, str]
    path: Path
    line: int
    around: "_Region | None"
    mentions: set[str] = field(default_factory=set)


def _chain(region: _Region | None) -> list[_Region]:
    """A directive and those around it, the innermost first."""
    chain = []
    while region:
        chain.append(region)
        region = region.around
    return chain


@dataclass(frozen=True, slots=True)
class _File:
    """A file that is being read; ``around`` are the files that include it, and it."""

    path: Path
    lines: list[str]
    around: tuple[Path, ...]


class TooMuch(Exception):
    """Reading would not end or, which is undecided, takes too long."""

    def __init__(self, reason: str, status: Status = Status.UNREADABLE):
        super().__init__(reason)
        self.status = status


class _Walk:
    """Goes through a page from its top to its end and keeps what it finds."""

    def __init__(self, book: bool):
        self.book = book
        self.until = time.process_time() + SECONDS
        self.files = self.characters = 0
        self.gates: _Region | None = None  # exercises and solutions that began, and have not ended
        self.leading: set[str] = set()  # what the last paragraph outside of directives puts in force
        self.quotes = 0  # quotations that are open
        self.substitutions: dict[str, object] = {}
        self.regions: list[_Region] = []
        self.displays: list[tuple[DisplayedFormula, _Region | None, set[str]]] = []
        self.inline: list[InlineFormula] = []
        self.blocks: list[tuple[NotationBlock, _Region | None]] = []
        self.faults: list[Diagnostic] = []

    # The files

    def page(self, path: Path, text: str) -> None:
        """Reads a page, or a cell of a notebook."""
        self.leading = set()
        try:
            self._text(path, text, None, ())
        except TooMuch as error:
            self.faults.append(Diagnostic(error.status, path, 1, 1, str(error)))

    def _text(self, path: Path, text: str, region: _Region | None, around: tuple[Path, ...]) -> None:
        self.files += 1
        self.characters += len(text)
        require_few(self.files, self.characters)
        text = re.sub(r"\r\n?", "\n", text)
        file = _File(path, text.split("\n"), (*around, path.resolve()))
        self._parse(file, text, 0, region, at_top=not around)

    def _parse(self, file: _File, text: str, offset: int, region: _Region | None, at_top: bool = False) -> None:
        """Reads a part of a page that begins ``offset`` lines below its top."""
        if len(_chain(region)) > DEEPEST:
            raise TooMuch(f"more than {DEEPEST} directives are inside of each other: take some apart")
        outer, before, table, start, end = region, None if at_top else self.gates, False, offset, offset
        environment = {"until": self.until, "below text": set()}
        for token in _markdown().parse(text, environment):
            if token.map:  # what is in a row of a table has no place of its own
                start, end = offset + token.map[0], offset + token.map[1]
            region = outer if self.gates is before else self.gates
            match token.type:
                case "math_block" | "math_block_label":
                    what = "$$ directly below a line of text: leave an empty line between them"
                    if token.map[0] not in environment["below text"] or self._foreign(file, start, 0, what):
                        self._display(file, token.content, token.info or None, start, region, opening="$$")
                case "bracket_block":
                    if self._foreign(file, start, 0, rf"{token.markup}: write $$ on a line of its own"):
                        self._display(file, token.content, None, start, region, opening=token.markup)
                case "amsmath":
                    self._display(file, token.content, None, start, region)
                case "fence" | "colon_fence":
                    self._fence(file, token, start, region)
                case "inline":
                    place = _Finger(file.lines, start, max(end, start + 1), self.until)
                    leads = self._words(file, token.children or [], place, region)
                    self._lead(region, set() if table else leads)
                case "html_block":
                    self._html(file, token.content, start, region)
                case "substitution_block":
                    self._substituted(file, token.content, start)
                case "front_matter":
                    self._front_matter(file, token.content, start, at_top)
                case "myst_line_comment" | "myst_block_break" | "myst_target":
                    if not self.book and holds_display(token.content):
                        self._fault(file, start, 0, "other renderers than MyST display the formula in this line")
                case "blockquote_open" | "blockquote_close":
                    self.quotes += token.nesting
                case "table_open" | "table_close":
                    table = token.nesting > 0
                case "code_block" | "hr":
                    self._lead(region, set())
        if not at_top:
            self.gates = before

    def _lead(self, region: _Region | None, labels: set[str]) -> None:
        """Keeps what a paragraph puts in force: for its directive, or for the formulas that follow."""
        if region:
            region.mentions |= labels
        else:
            self.leading = labels

    # Directives

    def _fence(self, file: _File, token, start: int, region: _Region | None) -> None:
        language = token.info.strip().partition(" ")[0].lower()
        if language == "math":
            if self._foreign(file, start, 0, "a math fence: write {math} in place of math"):
                self._display(file, token.content.removesuffix("\n"), None, start + 1, region)
        elif token.info.startswith("{"):
            kind, _, argument = token.info[1:].partition("}")
            self._directive(file, kind.strip(), argument.strip(), token.content, start, region)
        if not region and language not in ("math", "{math}"):
            self.leading = set()

    def _directive(
        self, file: _File, kind: str, argument: str, content: str, start: int, region: _Region | None
    ) -> None:
        if kind == "include":
            self._included(file, argument, content, start, region)
        elif kind == "notation":
            block = NotationBlock(content.removesuffix("\n"), start + 2, file.path)
            self.blocks.append((block, region))
        elif kind == "eval-rst":
            if re.search(r"math|raw::|include::", content):
                self._fault(file, start, 0, "mathematics in {eval-rst} is not read: write it in Markdown")
        elif kind in ("raw", "=html", "=latex", "=tex"):
            if holds_display(content):
                self._fault(file, start, 0, f"mathematics in {{{kind}}} is not read: write it in Markdown")
        elif kind in ("code-cell", "code"):
            body = _directive_body(content)[0]
            if kind == "code-cell" and holds_display(body, of_code=True):
                self._fault(file, start, 0, "a formula that a cell displays is not read: write it in Markdown")
        elif kind not in _WITHOUT_MARKDOWN:
            self._with_markdown(file, kind, argument, content, start, region)

    def _with_markdown(
        self, file: _File, kind: str, argument: str, content: str, start: int, region: _Region | None
    ) -> None:
        body, options, below = _directive_body(content)
        if any(holds_display(value) for value in options.values()):
            self._fault(file, start, 0, f"a formula in an option of {{{kind}}} is not read")
        if kind == "math":
            if argument:
                self._fault(file, start, 0, "the formula is below {math}, not beside it")
            if body.strip() or not argument:
                self._display(file, body, options.get("label") or None, start + 1 + below, region)
            return
        opens = kind if kind not in _GATES else kind.rpartition("-")[0]
        inner = _Region(opens, argument, options, file.path, start + 1, region)
        if kind.endswith("-end") and kind in _GATES:
            self.gates = self.gates and self.gates.around
            return
        self.regions.append(inner)
        before = len(self.displays)
        for token in _markdown().parse(argument, {"until": self.until, "below text": set()}):  # a title
            if token.type == "inline":
                place = _Finger(file.lines, start, start + 1, self.until)
                inner.mentions |= self._words(file, token.children or [], place, inner)
            elif token.type not in ("paragraph_open", "paragraph_close") and holds_display(argument):
                self._fault(file, start, 0, f"the formula is below {{{kind}}}, not beside it")
                break
        self._parse(file, body, start + 1 + below, inner)
        if kind in _GATES:
            self.gates = inner
        if kind == OTHER_LETTERS and len(self.displays) > before:
            del self.displays[before:]
            self._fault(file, start, 0, f"a formula is displayed outside of {{{OTHER_LETTERS}}}, so that it is judged")

    def _included(self, file: _File, argument: str, options: str, start: int, region: _Region | None) -> None:
        """Reads an included file; the places of its formulas are in that file."""
        path = file.path.parent / argument
        if options.strip():
            self._fault(file, start, 0, "{include} with options takes a part of a file: include the whole")
        elif any(each.kind in OPTIONS for each in _chain(region)):
            self._fault(file, start, 0, "{include} is not read in a block that the page does not claim")
        elif not is_file(path):
            self._fault(file, start, 0, f"there is no file {argument} to include")
        elif path.resolve() in file.around:
            self._fault(file, start, 0, f"{argument} includes itself")
        elif len(file.around) >= DEEPEST:
            self._fault(file, start, 0, f"more than {DEEPEST} files include each other: divide the page")
        else:
            try:
                self._text(path, text_of(path), region, file.around)
            except NoText as error:
                self._fault(file, start, 0, f"{argument} {error}")

    # Words

    def _words(self, file: _File, children, place: "_Finger", region: _Region | None) -> set[str]:
        """Reads a paragraph, a title or a cell of a table, and returns the labels that it puts in force."""
        text = ""
        quotes = self.quotes > 0 or any(each.kind in _QUOTING for each in _chain(region))
        for child, following in pairwise([*_with_whole_words(children), None]):
            kind, content = child.type, child.content
            if kind in ("text", "math_inline") and _DEFINES.search(content):
                self._fault(file, *place.of(content), _NO_DEFINITIONS)
            if kind == "math_inline" or (kind == "myst_role" and child.meta.get("name") == "math"):
                self._keep_inline(InlineFormula(content, file.path, place.of(content)[0] + 1), region)
            elif kind in ("math_inline_double", "bracket_inline", "environment_inline"):
                line, column = place.of(child.markup)
                opening = child.markup if kind != "environment_inline" else ""
                if self._foreign(file, line, column, f"{child.markup} between words: give a display lines of its own"):
                    self._display(file, content, None, line, region, opening)
            elif kind == "myst_role" and child.meta.get("name") == "prf:ref":
                text += REFERENCE.format(re.sub(r".*<([^<>]*)>\s*$", r"\1", content, flags=re.DOTALL).strip())
                continue
            elif kind == "substitution_inline":
                self._substituted(file, content, place.of(content)[0])
            elif kind == "html_inline" and re.search(r"math/tex|<math\b[^>]*block", content, re.IGNORECASE):
                self._fault(file, place.of(content)[0], 0, "mathematics in HTML is not read here: write it between $$")
            elif kind == "text":
                opened = content.endswith("$") and following is not None and following.type == "math_inline"
                begun = (found[0] for found in _BEGIN.finditer(content) if not _is_of_text(found[1]))
                sign = "$$" if opened or "$$" in content else next(begun, "")
                if sign:
                    reason = f"{sign} is not closed, or is between words: give a display lines of its own"
                    self._fault(file, *place.of(sign), reason)
            text += content.translate(_NO_MARKS) if kind == "text" else " " if kind.endswith("break") else ""
            text += _OBJECT if kind.startswith(("math", "code", "myst_role", "escape")) else ""
        return set() if quotes else set(in_force(text))

    def _keep_inline(self, formula: InlineFormula, region: _Region | None) -> None:
        if not any(each.kind == OTHER_LETTERS for each in _chain(region)):
            self.inline.append(formula)

    def _html(self, file: _File, html: str, start: int, region: _Region | None) -> None:
        """Reads the displays between tags of HTML: what a browser shows is what counts."""
        shown = _HIDDEN_HTML.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), html)
        at = 0
        for found in _displays(shown, self.until):
            line = start + shown.count("\n", 0, found.start)
            if self._foreign(file, line, 0, "what is in HTML: write it in Markdown, with empty lines around it"):
                self._display(file, unescape(found.text), None, line, region, opening=found.opening)
            at = found.end
        defines = _DEFINES.search(shown)
        if defines:
            self._fault(file, start + shown.count("\n", 0, defines.start()), 0, _NO_DEFINITIONS)
        left = _DISPLAY_SIGN.search(shown, at)
        if left:
            line = start + shown.count("\n", 0, left.start())
            self._fault(file, line, 0, "this mathematics in HTML is not read, or not closed: write it in Markdown")

    def _front_matter(self, file: _File, text: str, start: int, at_top: bool) -> None:
        if not at_top:
            if holds_display(text):
                self._fault(file, start, 0, "a formula between --- is not read")
            return
        try:
            parts = read_yaml(text)
        except NotationError:
            parts = {"": text}  # whatever is substituted may come from anywhere in it
        for each in (parts, parts.get("myst")):
            given = each.get("substitutions") if isinstance(each, dict) else None
            self.substitutions.update(given if isinstance(given, dict) else {})
        if "" in parts:
            self.substitutions[""] = text

    def _substituted(self, file: _File, expression: str, start: int) -> None:
        """Sees to it that a substitution displays nothing."""
        names = {*re.findall(r"\w[\w-]*", expression), ""} & self.substitutions.keys()
        texts = [text for name in names for text in _texts(self.substitutions[name])]
        if any(map(holds_display, (expression, *texts))):
            self._fault(file, start, 0, "a formula that is substituted is not read: write it where it is displayed")

    # What is found

    def _foreign(self, file: _File, line: int, column: int, what: str) -> bool:
        """Return whether something is displayed that MyST does not know; in a page of a book it is a fault."""
        if self.book:
            self._fault(file, line, column, f"the book does not display {what}")
        return not self.book

    def _display(
        self, file: _File, text: str, label: str | None, start: int, region: _Region | None, opening: str = ""
    ) -> None:
        start = min(start, len(file.lines) - 1)  # a block may end with the page that opens it
        after = file.lines[start].find(opening) + len(opening)
        columns = tuple(
            max(0, line_of_file.find(line, 0 if number else after)) + 1
            for number, (line, line_of_file) in enumerate(_beside(text.split("\n"), file.lines, start))
        )
        within = tuple(each.kind for each in reversed(_chain(region)))
        formula = DisplayedFormula(text, label, file.path, start + 1, columns, within)
        self.displays.append((formula, region, set() if region else self.leading))

    def _fault(self, file: _File, line: int, column: int, reason: str) -> None:
        line = min(line, len(file.lines) - 1) + 1
        self.faults.append(Diagnostic(Status.UNREADABLE, file.path, line, column + 1, reason))

    # In the end

    def reading(self) -> Reading:
        """All that was found."""
        asides, dictionaries = {}, {}
        for region in self.regions:
            if region.kind in OPTIONS:
                inside = [formula.line for formula, around, _ in self.displays if region in _chain(around)]
                if inside:
                    options = tuple(region.options.items())
                    blocks = self._blocks(region)
                    asides[region] = Aside(region.kind, region.line, inside[-1], options, blocks, region.path)
                else:
                    reason = f"this {{{region.kind}}} contains no formula"
                    self.faults.append(Diagnostic(Status.UNREADABLE, region.path, region.line, 1, reason))
            elif region.kind == DICTIONARY:
                dictionaries[region] = Dictionary(region.line, self._blocks(region), region.path)
        places = tuple(_place(*display[1:], asides, dictionaries) for display in self.displays)
        found = (formula for formula, _, _ in self.displays)
        return Reading.of(found, Surroundings(places, self._blocks(None)), self.inline, self.faults)

    def _blocks(self, owner: _Region | None) -> tuple[NotationBlock, ...]:
        """The notation blocks that belong to an erratum or a dictionary, or to the page."""
        owners = (
            (block, next((each for each in _chain(region) if each.kind in (ERRATUM, DICTIONARY)), None))
            for block, region in self.blocks
        )
        return tuple(block for block, found in owners if found is owner)


def _place(
    region: _Region | None, leading: set[str], asides: dict[_Region, Aside], dictionaries: dict[_Region, Dictionary]
) -> Place:
    chain = _chain(region)
    outermost = chain[::-1]
    return Place(
        mentions=frozenset(leading).union(*(each.mentions for each in chain)),
        label=chain[0].options.get("label") or None if chain else None,
        convention=any(map(_is_convention, chain)),
        world=next((world for each in outermost if (world := _world(each))), None),
        aside=next((asides[each] for each in outermost if each in asides), None),
        dictionary=next((dictionaries[each] for each in outermost if each in dictionaries), None),
    )


def _is_convention(region: _Region) -> bool:
    in_class = region.kind == "admonition" and "convention" in region.options.get("class", "").split()
    return in_class or region.kind == "prf:convention"


def _world(region: _Region) -> str | None:
    """The exercise that a directive is, or solves; one without a label is known by its place."""
    if region.kind == "exercise":
        return region.options.get("label") or f"{region.path}:{region.line}"
    return region.argument if region.kind == "solution" else None


def _is_of_text(name: str) -> bool:
    return name.rstrip("*") in TEXT_ENVIRONMENTS


def _with_whole_words(children) -> Iterator:
    """The tokens of a paragraph, with text in one piece; a sign that is escaped, which opens nothing, is no text."""
    words = None
    for child in children:
        escaped = child.type == "text_special" and child.info == "escape" and child.content != child.markup
        if child.type in ("text", "text_special") and not escaped:
            if words:
                words.content += child.content
            else:
                words = child.copy(type="text")
            continue
        if words:
            yield words
            words = None
        yield child.copy(type="escape") if escaped else child
    if words:
        yield words


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    else:
        yield str(value)


def _beside(parts: list[str], lines: list[str], start: int) -> Iterator[tuple[str, str]]:
    for number, part in enumerate(parts, start):
        yield part, lines[number] if number < len(lines) else ""


@dataclass(slots=True)
class _Finger:
    """A finger on the source of a paragraph, moved on from formula to formula to find their places."""

    lines: list[str]
    line: int
    end: int
    until: float
    column: int = 0

    def of(self, piece: str) -> tuple[int, int]:
        """The place, counted from 0, at which the first line of a piece of the source begins."""
        check_time(self.until)
        first = piece.split("\n")[0]
        at, end = self.column, min(self.end, len(self.lines))
        for line in range(self.line, end):
            column = self.lines[line].find(first, at)
            if column >= 0:
                self.line, self.column = line, column + len(first)
                return line, column
            at = 0
        return min(self.line, len(self.lines) - 1), self.column


# Displays of other renderers ------------------------------------------------------------------------------------------

_HIDDEN_HTML = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(pre|code|style|textarea|script)\b(?![^<>]*math/tex)[^<>]*>.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_OPENS = re.compile(
    r"\$\$|\\\\?\[|\\begin\s*\{(?P<name>\w+\*?)\}|<script\b[^<>]*math/tex(?P<script>[^<>]*)>", re.IGNORECASE
)
_CLOSING_DOLLARS = re.compile(r"\$\$[ \t]*(?:\([^)$\r\n]+\)[ \t]*)?$", re.MULTILINE)
_BRACKET = re.compile(r"(\\\\?)([\[(])")
_BEGIN = re.compile(r"\\begin\s*\{(\w+\*?)\}")


@dataclass(frozen=True, slots=True)
class _Shown:
    """A display in HTML: its text, what opens it, and where it starts and ends."""

    text: str
    opening: str
    start: int
    end: int


def _displays(html: str, until: float) -> Iterator[_Shown]:
    """The displays that are closed; the last one that is not ends the search."""
    at = 0
    while found := _OPENS.search(html, at):
        check_time(until)
        at = found.end()
        closing = _closing(found)
        end = html.find(closing, at) if closing else -1
        if found["name"] and _is_of_text(found["name"]):
            continue
        if end < 0:
            return
        text = html[at:end]
        if "[" in found[0] and not found["name"] and not _MATHEMATICS.search(text):
            continue
        at = end + len(closing)
        if found["script"] is not None and "display" not in found["script"]:
            continue
        whole = found["name"] is not None
        opening = "" if whole or found["script"] is not None else found[0]
        yield _Shown(html[found.start() : at] if whole else text, opening, found.start(), at)


def _closing(found: re.Match) -> str:
    """What closes a display that was opened so."""
    if found["name"]:
        return f"\\end{{{found['name']}}}"
    return "</script>" if found["script"] is not None else found[0].replace("[", "]")


def require_few(files: int, characters: int) -> None:
    """Raise `TooMuch` if more files or characters belong to a page than are read."""
    for number, most, what in ((files, MOST_FILES, "files"), (characters, LONGEST, "characters")):
        if number > most:
            raise TooMuch(f"more than {most} {what} are to be read: divide the file")


def check_time(until: float) -> None:
    """Raise `TooMuch` once this process has computed for so many seconds."""
    if time.process_time() > until:
        raise TooMuch(f"reading takes longer than {SECONDS:g} s: divide the file", Status.UNDECIDED)


def _within_bounds(state, *_) -> bool:
    """A rule of the parser that never applies, and ends what takes too long or is too deep to be cut as MyST does."""
    check_time(state.env["until"])
    if state.level >= state.md.options.maxNesting - 2 and hasattr(state, "bMarks"):
        raise TooMuch("lists and quotations are inside of each other more deeply than MyST reads")
    return False


def _also_below_text(rule: Callable) -> Callable:
    """The rule of ``$$`` blocks, which also ends a paragraph, unless that holds a ``$$`` that is still open."""

    def block(state, start: int, end: int, silent: bool) -> bool:
        if _last(state, _CLOSING_DOLLARS) < state.bMarks[start]:
            return False
        if not silent:
            return rule(state, start, end, silent)
        first = state.bMarks[start] + state.tShift[start]
        if not state.src.startswith("$$", first):
            return False
        begun = state.getLines(state.line, start, 0, False) if state.line < start else ""
        tokens, line = len(state.tokens), state.line
        applies = begun.count("$$") % 2 == 0 and rule(state, start, end, silent)
        del state.tokens[tokens:]  # the rule of the plugin leaves its token also where it is only asked
        state.line = line
        if not applies:
            return False
        if state.parentType in ("paragraph", "reference", "blockquote") and not state.isEmpty(start - 1):
            state.env["below text"].add(start)
        return True

    return block


def _also_bounded(rule: Callable) -> Callable:
    """The rule of the environments of amsmath, which searches in vain but once for what closes one of them."""

    def block(state, start: int, end: int, silent: bool) -> bool:
        first = state.bMarks[start] + state.tShift[start]
        found = _BEGIN.match(state.src, first)
        if not found or _last(state, re.compile(re.escape(f"\\end{{{found[1]}}}"))) < first:
            return False
        return rule(state, start, end, silent)

    return block


def _without_displays(rule: Callable) -> Callable:
    """A rule that reads attributes in braces, of which nothing is displayed, unless they hold a display."""

    def attributes(state, *more) -> bool:
        if hasattr(state, "bMarks"):
            text = state.src[state.bMarks[more[0]] : state.eMarks[more[0]]]
        else:
            start = state.src.find("{", state.pos)
            text = state.src[start : state.src.rfind("}") + 1] if start >= 0 else ""
        return not holds_display(text) and rule(state, *more)

    return attributes


def _last(state, closing: re.Pattern) -> int:
    """The last place at which something is closed in the text that is being parsed, or -1."""
    key = closing, state.src
    if key not in state.env:
        state.env[key] = max((found.start() for found in closing.finditer(state.src)), default=-1)
    return state.env[key]


def _find(state, closing: str, position: int) -> int:
    """The next place of what closes something, or -1."""
    return -1 if _last(state, re.compile(re.escape(closing))) < position else state.src.find(closing, position)


def _bracket_block(state, start: int, end: int, silent: bool) -> bool:
    r"""Apply to ``\[ … \]`` and ``\\[ … \\]`` on lines of their own."""
    first = state.bMarks[start] + state.tShift[start]
    found = _BRACKET.match(state.src, first, state.eMarks[start])
    if not found or found[2] != "[" or state.sCount[start] - state.blkIndent >= 4:
        return False
    closing = found[1] + "]"
    for line in range(start, end):
        if line > start and state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return False
        begin = found.end() if line == start else state.bMarks[line] + state.tShift[line]
        if state.src[begin : state.eMarks[line]].rstrip().endswith(closing):
            break
    else:
        return False
    text = state.getLines(start, line + 1, state.sCount[start], False).strip()
    text = text.removeprefix(found[0]).removesuffix(closing)
    if closing in text or not _MATHEMATICS.search(text):
        return False
    state.line = line + 1
    if not silent:
        token = state.push("bracket_block", "math", 0)
        token.block, token.content, token.markup, token.map = True, text, found[0], [start, state.line]
    return True


def _bracket_inline(state, silent: bool) -> bool:
    r"""Apply to ``\[ … \]`` and ``\( … \)`` between words."""
    found = _BRACKET.match(state.src, state.pos)
    if not found:
        return False
    closing = found[1] + ("]" if found[2] == "[" else ")")
    end = _find(state, closing, found.end())
    if end < 0 or not _MATHEMATICS.search(state.src, found.end(), end):
        return False
    if not silent:
        token = state.push("bracket_inline" if found[2] == "[" else "math_inline", "math", 0)
        token.content, token.markup = state.src[found.end() : end], found[0]
    state.pos = end + len(closing)
    return True


def _environment_inline(state, silent: bool) -> bool:
    """Apply to an environment of LaTeX between words."""
    found = _BEGIN.match(state.src, state.pos)
    if not found or _is_of_text(found[1]):
        return False
    closing = f"\\end{{{found[1]}}}"
    end = _find(state, closing, found.end())
    if end < 0:
        return False
    if not silent:
        token = state.push("environment_inline", "math", 0)
        token.content, token.markup = state.src[state.pos : end + len(closing)], found[0]
    state.pos = end + len(closing)
    return True


@cache
def _markdown():
    """The Markdown parser of MyST with the extensions of the book, and the displays that other renderers know."""
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    config = MdParserConfig(enable_extensions=set(EXTENSIONS), dmath_double_inline=True)
    parser = create_md_parser(config, RendererHTML)
    block, inline = parser.block.ruler, parser.inline.ruler
    anywhere = {"alt": ["paragraph", "reference", "blockquote", "list", "footnote_def"]}
    dollars = next(rule.fn for rule in block.__rules__ if rule.name == "math_block")
    amsmath = next(rule.fn for rule in block.__rules__ if rule.name == "amsmath")
    for ruler, name in ((block, "attr"), (inline, "attr"), (inline, "span")):
        ruler.at(name, _without_displays(next(rule.fn for rule in ruler.__rules__ if rule.name == name)))
    parser.disable("text_join")  # so that a dollar sign that is escaped is not taken for one that opens a formula
    block.at("math_block", _also_below_text(dollars), anywhere)
    block.at("amsmath", _also_bounded(amsmath), anywhere)
    block.before("math_block", "bracket_block", _bracket_block, anywhere)
    block.before(block.__rules__[0].name, "within_bounds", _within_bounds, anywhere)
    inline.before("escape", "bracket_inline", _bracket_inline)
    inline.before("escape", "environment_inline", _environment_inline)
    inline.before(inline.__rules__[0].name, "within_bounds", _within_bounds)
    return parser


def _directive_body(content: str) -> tuple[str, dict[str, str], int]:
    """The text of a directive below its options, the options, and how many lines are above that text."""
    from docutils.parsers.rst import Directive
    from myst_parser.parsers.directives import parse_directive_text

    class AnyOption(dict):
        def __missing__(self, name):
            return lambda value: value or ""

    class AnyDirective(Directive):
        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = AnyOption(label=lambda value: value or "")

    parsed = parse_directive_text(AnyDirective, "", content)
    body = content.removesuffix("\n").split("\n")[parsed.body_offset :]  # the parser also splits at other signs
    return "\n".join(body), parsed.options, parsed.body_offset
