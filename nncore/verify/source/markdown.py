r"""The formulas of a Markdown page and what is around them, by the tokens of the parser that also builds the book.

`read_markdown` walks the tokens of MyST-Parser once: ``$$ … $$ (label)`` blocks, ``{math}`` directives and the
environments of amsmath, wherever they are: in lists, quotes and tables, in ``{prf:theorem}``, ``{exercise}``,
``{dropdown}`` and all other directives that hold Markdown. Code cells and what cells print are not looked at. A formula
comes with the very characters that the renderer receives, its label, its place in the file, the directives around it,
and what these directives and the text mean for it (`source.context`). The options of a directive are those
that MyST finds in it, and a reference counts where MyST finds one: never in a comment, in code or in a quotation.

Other renderers than MyST display more: ``$$`` below a line of text or within it, ``\[ … \]``, ``math`` fences,
environments within text, and what is between tags of HTML. A page of a book that holds such a display is at fault,
since its readers would see the source; in other files it is a formula like others. In a page of Jekyll whose formulas
are all between ``$$``, those beside words on their line are within words, as kramdown has it. What could hide a formula
from this search is a fault with a place, never a silent skip, and loses no other formula of the page.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

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
from nncore.verify.source.limits import DEEPEST, Limits, NoText, TooMuch, is_file, text_of
from nncore.verify.source.myst import (
    BEGIN,
    DISPLAY_SIGN,
    directive_body,
    displays_in_html,
    holds_display,
    is_of_text,
    shown_by_html,
    tokens,
)

if TYPE_CHECKING:
    from markdown_it.token import Token

OTHER_LETTERS = "other-letters"  # a directive in which words quote the letters of other books, which mean nothing here
_MOST_FAULTS, _LONGEST_REASON = 100, 300  # of a file

_WITHOUT_MARKDOWN = frozenset(
    "bibliography code code-block image literalinclude mermaid sourcecode tableofcontents toctree".split()
)
_QUOTING = frozenset((OTHER_LETTERS, "epigraph", "highlights", "pull-quote"))
_GATES = frozenset(f"{kind}-{end}" for kind in ("exercise", "solution") for end in ("start", "end"))
_DEFINES = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|[gex]?def|let|DeclareMathOperator|(?:re)?newenvironment)(?![A-Za-z])"
)
_NO_DEFINITIONS = "what a command means is changed here, for all formulas: write what it stands for"
_ITS_OWN = "lines of its own, with an empty line before and after"
_LAYOUT = re.compile(r"^layout:", re.MULTILINE)
_DOUBLE = "math_inline_double"
_OBJECT = "\N{OBJECT REPLACEMENT CHARACTER}"  # for what is no word
_NO_MARKS = dict.fromkeys(map(ord, REFERENCE.format("")))  # no word of a page is taken for a reference


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
        """Return line and column of the file for a line and column of the text, all counted from 1."""
        return self.line + line - 1, self.columns[line - 1] + column - 1

    def place_at(self, offset: int) -> tuple[int, int]:
        """Return line and column of the file for an offset in the text."""
        return self.place(self.text.count("\n", 0, offset) + 1, offset - self.text.rfind("\n", 0, offset))


@dataclass(frozen=True, slots=True)
class InlineFormula:
    """A formula within words, the page, and the line of the file, counted from 1, in which it begins.

    ``before`` and ``after`` are the words of its paragraph before and behind it, as far as they are known.
    """

    text: str
    path: Path
    line: int
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a file: its displayed formulas and what is around them, those within words, and the faults."""

    formulas: tuple[DisplayedFormula, ...]
    around: Surroundings
    inline: tuple[InlineFormula, ...]
    faults: tuple[Diagnostic, ...]

    @classmethod
    def of(
        cls,
        formulas: Iterable[DisplayedFormula],
        around: Surroundings,
        inline: Iterable[InlineFormula],
        faults: list[Diagnostic],
    ) -> "Reading":
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
    """Return a directive and those around it, the innermost first."""
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


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place of a file, counted from 0, and the directive around it."""

    file: _File
    line: int
    region: _Region | None
    column: int = 0

    def at(self, line: int, column: int = 0) -> "_Spot":
        """Return another place of the same directive."""
        return replace(self, line=line, column=column)


class _Walk:
    """Goes through a page from its top to its end and keeps what it finds."""

    def __init__(self, book: bool):
        self.book = book
        self.limits = Limits()
        self.gates: _Region | None = None  # exercises and solutions that began, and have not ended
        self.leading: set[str] = set()  # what the last paragraph outside of directives puts in force
        self.quotes = 0  # quotations that are open
        self.within_words = False  # whether $$ beside words displays nothing
        self.substitutions: dict[str, object] = {}
        self.regions: list[_Region] = []
        self.displays: list[tuple[DisplayedFormula, _Region | None, set[str]]] = []
        self.inline: list[InlineFormula] = []
        self.blocks: list[tuple[NotationBlock, _Region | None]] = []
        self.faults: list[Diagnostic] = []

    # The files

    def page(self, path: Path, text: str) -> None:
        """Read a page, or a cell of a notebook."""
        self.leading = set()
        try:
            self._text(path, text, None, ())
        except TooMuch as error:
            self.faults.append(Diagnostic(error.status, path, 1, 1, str(error)))

    def _text(self, path: Path, text: str, region: _Region | None, around: tuple[Path, ...]) -> None:
        self.limits.take(text)
        text = re.sub(r"\r\n?", "\n", text)
        file = _File(path, text.split("\n"), (*around, path.resolve()))
        self._parse(file, text, 0, region, at_top=not around)

    def _parse(self, file: _File, text: str, offset: int, region: _Region | None, at_top: bool = False) -> None:
        """Read a part of a page that begins ``offset`` lines below its top."""
        if len(_chain(region)) > DEEPEST:
            raise TooMuch(f"more than {DEEPEST} directives are inside of each other: take some apart")
        outer, before, table, start, end = region, None if at_top else self.gates, False, offset, offset
        cut, below_text = tokens(text, self.limits)
        if at_top:
            self.within_words = not self.book and "\\(" not in text and _is_of_kramdown(cut)
        for token in cut:
            if token.map:  # what is in a row of a table has no place of its own
                start, end = offset + token.map[0], offset + token.map[1]
            spot = _Spot(file, start, outer if self.gates is before else self.gates)
            match token.type:
                case "math_block" | "math_block_label":
                    what = "$$ directly below a line of text: leave an empty line between them"
                    if self.within_words and "$$" in token.content:  # a line that begins and ends with formulas
                        parts = token.content.split("$$")
                        self.inline += (InlineFormula(part, spot.file.path, start + 1) for part in parts[::2])
                    elif start - offset not in below_text or self._foreign(spot, what):
                        self._display(spot, token.content, token.info or None, opening="$$")
                case "bracket_block":
                    if self._foreign(spot, rf"{token.markup}: write $$ on a line of its own"):
                        self._display(spot, token.content, opening=token.markup)
                case "amsmath":
                    self._display(spot, token.content)
                case "fence" | "colon_fence":
                    self._fence(spot, token)
                case "inline":
                    leads = self._words(spot, token.children or [], max(end, start + 1))
                    self._lead(spot.region, set() if table else leads)
                case "html_block":
                    self._html(spot, token.content)
                case "substitution_block":
                    self._substituted(spot, token.content)
                case "front_matter":
                    self._front_matter(spot, token.content, at_top)
                case "myst_line_comment" | "myst_block_break" | "myst_target":
                    if not self.book and holds_display(token.content):
                        self._fault(spot, "other renderers than MyST display the formula in this line")
                case "blockquote_open" | "blockquote_close":
                    self.quotes += token.nesting
                case "table_open" | "table_close":
                    table = token.nesting > 0
                case "code_block" | "hr":
                    self._lead(spot.region, set())
        if not at_top:
            self.gates = before

    def _lead(self, region: _Region | None, labels: set[str]) -> None:
        """Keep what a paragraph puts in force: for its directive, or for the formulas that follow."""
        if region:
            region.mentions |= labels
        else:
            self.leading = labels

    # Directives

    def _fence(self, spot: _Spot, token: "Token") -> None:
        language = token.info.strip().partition(" ")[0].lower()
        if language == "math":
            if self._foreign(spot, "a math fence: write {math} in place of math"):
                self._display(spot.at(spot.line + 1), token.content.removesuffix("\n"))
        elif token.info.startswith("{"):
            kind, _, argument = token.info[1:].partition("}")
            self._directive(spot, kind.strip(), argument.strip(), token.content)
        if not spot.region and language not in ("math", "{math}"):
            self.leading = set()

    def _directive(self, spot: _Spot, kind: str, argument: str, content: str) -> None:
        if kind == "include":
            self._included(spot, argument, content)
        elif kind == "notation":
            block = NotationBlock(content.removesuffix("\n"), spot.line + 2, spot.file.path)
            self.blocks.append((block, spot.region))
        elif kind == "eval-rst":
            if re.search(r"math|raw::|include::", content):
                self._fault(spot, "mathematics in {eval-rst} is not read: write it in Markdown")
        elif kind in ("raw", "=html", "=latex", "=tex"):
            if holds_display(content):
                self._fault(spot, f"mathematics in {{{kind}}} is not read: write it in Markdown")
        elif kind in ("code-cell", "code"):
            body = directive_body(content)[0]
            if kind == "code-cell" and holds_display(body, of_code=True):
                self._fault(spot, "a formula that a cell displays is not read: write it in Markdown")
        elif kind not in _WITHOUT_MARKDOWN:
            self._with_markdown(spot, kind, argument, content)

    def _with_markdown(self, spot: _Spot, kind: str, argument: str, content: str) -> None:
        body, options, below = directive_body(content)
        if any(holds_display(value) for value in options.values()):
            self._fault(spot, f"a formula in an option of {{{kind}}} is not read")
        if kind == "math":
            if argument:
                self._fault(spot, "the formula is below {math}, not beside it")
            if body.strip() or not argument:
                self._display(spot.at(spot.line + 1 + below), body, options.get("label") or None)
            return
        opens = kind if kind not in _GATES else kind.rpartition("-")[0]
        inner = _Region(opens, argument, options, spot.file.path, spot.line + 1, spot.region)
        if kind.endswith("-end") and kind in _GATES:
            self.gates = self.gates and self.gates.around
            return
        self.regions.append(inner)
        before = len(self.displays)
        for token in tokens(argument, self.limits)[0]:  # a title
            if token.type == "inline":
                inner.mentions |= self._words(replace(spot, region=inner), token.children or [], spot.line + 1)
            elif token.type not in ("paragraph_open", "paragraph_close") and holds_display(argument):
                self._fault(spot, f"the formula is below {{{kind}}}, not beside it")
                break
        self._parse(spot.file, body, spot.line + 1 + below, inner)
        if kind in _GATES:
            self.gates = inner
        if kind == OTHER_LETTERS and len(self.displays) > before:
            del self.displays[before:]
            self._fault(spot, f"a formula is displayed outside of {{{OTHER_LETTERS}}}, so that it is judged")

    def _included(self, spot: _Spot, argument: str, options: str) -> None:
        """Read an included file; the places of its formulas are in that file."""
        file, path = spot.file, spot.file.path.parent / argument
        home = file.around[0].parent  # of what is handed in; a book may share a text between its folders
        if options.strip():
            self._fault(spot, "{include} with options takes a part of a file: include the whole")
        elif any(each.kind in OPTIONS for each in _chain(spot.region)):
            self._fault(spot, "{include} is not read in a block that the page does not claim")
        elif not self.book and not path.resolve().is_relative_to(home):
            self._fault(spot, f"{argument} is outside of the folder of this file")
        elif not is_file(path):
            self._fault(spot, f"there is no file {argument} to include")
        elif path.resolve() in file.around:
            self._fault(spot, f"{argument} includes itself")
        elif len(file.around) >= DEEPEST:
            self._fault(spot, f"more than {DEEPEST} files include each other: divide the page")
        else:
            try:
                self._text(path, text_of(path), spot.region, file.around)
            except NoText as error:
                self._fault(spot, f"{argument} {error}")

    # Words

    def _words(self, spot: _Spot, children: Sequence["Token"], end: int) -> set[str]:
        """Read a paragraph up to a line, a title or a cell of a table, and return the labels that it puts in force."""
        text, finger = "", _Finger(spot.file.lines, spot.line, end, self.limits)
        places: dict[int, int] = {}  # of formulas within words, in the text
        quotes = self.quotes > 0 or any(each.kind in _QUOTING for each in _chain(spot.region))
        whole = list(_with_whole_words(children))
        for before, child, following in zip([None, *whole], whole, [*whole[1:], None], strict=False):
            kind, content = child.type, child.content
            places[len(self.inline)] = len(text)
            if kind in ("text", "math_inline") and _DEFINES.search(content):
                self._fault(spot.at(*finger.of(content)), _NO_DEFINITIONS)
            if kind == "math_inline" or (kind == "myst_role" and child.meta.get("name") == "math"):
                formula = InlineFormula(content, spot.file.path, finger.of(content)[0] + 1)
                if not any(each.kind == OTHER_LETTERS for each in _chain(spot.region)):
                    self.inline.append(formula)
            elif kind == _DOUBLE and self.within_words and _are_words(before, following):
                self.inline.append(InlineFormula(content, spot.file.path, finger.of(content)[0] + 1))
            elif kind in (_DOUBLE, "bracket_inline", "environment_inline"):
                place = spot.at(*finger.of(child.markup))
                if self._foreign(place, f"{child.markup} between words: give a display {_ITS_OWN}"):
                    self._display(place, content, opening=child.markup if kind != "environment_inline" else "")
            elif kind == "myst_role" and child.meta.get("name") == "prf:ref":
                text += REFERENCE.format(re.sub(r".*<([^<>]*)>\s*$", r"\1", content, flags=re.DOTALL).strip())
                continue
            elif kind == "substitution_inline":
                self._substituted(spot.at(finger.of(content)[0]), content)
            elif kind == "html_inline" and re.search(r"math/tex|<math\b[^>]*block", content, re.IGNORECASE):
                reason = "mathematics in HTML is not read here: write it between $$"
                self._fault(spot.at(finger.of(content)[0]), reason)
            elif kind == "text":
                opened = content.endswith("$") and following is not None and following.type == "math_inline"
                begun = (found[0] for found in BEGIN.finditer(content) if not is_of_text(found[1]))
                sign = "$$" if opened or "$$" in content else next(begun, "")
                if sign:
                    reason = f"{sign} is not closed, or is between words: give a display {_ITS_OWN}"
                    self._fault(spot.at(*finger.of(sign)), reason)
            text += content.translate(_NO_MARKS) if kind == "text" else " " if kind.endswith("break") else ""
            text += _OBJECT if kind.startswith(("math", "code", "myst_role", "escape")) else ""
        for number, at in places.items():
            if number < len(self.inline):
                self.inline[number] = replace(self.inline[number], before=text[:at], after=text[at:])
        return set() if quotes else set(in_force(text))

    def _html(self, spot: _Spot, html: str) -> None:
        """Read the displays between tags of HTML: what a browser shows is what counts."""
        shown = shown_by_html(html)

        def below(place: int) -> _Spot:
            return spot.at(spot.line + shown.count("\n", 0, place))

        at = 0
        for found in displays_in_html(shown, self.limits):
            place = below(found.start)
            if self._foreign(place, "what is in HTML: write it in Markdown, with empty lines around it"):
                self._display(place, unescape(found.text), opening=found.opening)
            at = found.end
        defines = _DEFINES.search(shown)
        if defines:
            self._fault(below(defines.start()), _NO_DEFINITIONS)
        left = DISPLAY_SIGN.search(shown, at)
        if left:
            reason = "this mathematics in HTML is not read, or not closed: write it in Markdown"
            self._fault(below(left.start()), reason)

    def _front_matter(self, spot: _Spot, text: str, at_top: bool) -> None:
        if not at_top:
            if holds_display(text):
                self._fault(spot, "a formula between --- is not read")
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

    def _substituted(self, spot: _Spot, expression: str) -> None:
        """Make a fault of a substitution that displays something."""
        names = {*re.findall(r"\w[\w-]*", expression), ""} & self.substitutions.keys()
        texts = [text for name in names for text in _texts(self.substitutions[name])]
        if any(map(holds_display, (expression, *texts))):
            self._fault(spot, "a formula that is substituted is not read: write it where it is displayed")

    # What is found

    def _foreign(self, spot: _Spot, what: str) -> bool:
        """Return whether something is displayed that MyST does not know; in a page of a book it is a fault."""
        if self.book:
            self._fault(spot, f"the book does not display {what}")
        return not self.book

    def _display(self, spot: _Spot, text: str, label: str | None = None, opening: str = "") -> None:
        lines, region = spot.file.lines, spot.region
        start = min(spot.line, len(lines) - 1)  # a block may end with the page that opens it
        after = lines[start].find(opening) + len(opening)
        beside = zip_longest(text.split("\n"), lines[start : start + text.count("\n") + 1], fillvalue="")
        columns = tuple(max(0, line.find(part, 0 if n else after)) + 1 for n, (part, line) in enumerate(beside))
        within = tuple(each.kind for each in reversed(_chain(region)))
        formula = DisplayedFormula(text, label, spot.file.path, start + 1, columns, within)
        self.displays.append((formula, region, set() if region else self.leading))

    def _fault(self, spot: _Spot, reason: str) -> None:
        line = min(spot.line, len(spot.file.lines) - 1) + 1
        self.faults.append(Diagnostic(Status.UNREADABLE, spot.file.path, line, spot.column + 1, reason))

    # In the end

    def reading(self) -> Reading:
        """Return all that was found."""
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
        """Return the notation blocks that belong to an erratum or a dictionary, or to the page."""
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
    """Return the exercise that a directive is, or solves; one without a label is known by its place."""
    if region.kind == "exercise":
        return region.options.get("label") or f"{region.path}:{region.line}"
    return region.argument if region.kind == "solution" else None


def _with_whole_words(children: Sequence["Token"]) -> Iterator["Token"]:
    """Yield the tokens of a paragraph, with text in one piece; a sign that is escaped opens nothing and is no text."""
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


def _is_of_kramdown(cut: Sequence["Token"]) -> bool:
    """Return whether a page is one of Jekyll, which has a layout, and no formula is between single dollar signs."""
    within = any(child.type == "math_inline" for token in cut for child in token.children or [])
    first = cut[0] if cut else None
    return not within and first is not None and first.type == "front_matter" and bool(_LAYOUT.search(first.content))


def _are_words(before: "Token | None", after: "Token | None") -> bool:
    """Return whether anything stands before a formula on its line, or words behind it."""
    behind = after.content if after is not None and after.type == "text" else ""
    return (before is not None and not before.type.endswith("break")) or any(map(str.isalpha, behind))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)
    else:
        yield str(value)


@dataclass(slots=True)
class _Finger:
    """A finger on the source of a paragraph, moved on from formula to formula to find their places."""

    lines: list[str]
    line: int
    end: int
    limits: Limits
    column: int = 0

    def of(self, piece: str) -> tuple[int, int]:
        """Return the place, counted from 0, at which the first line of a piece of the source begins."""
        self.limits.check_time()
        first = piece.split("\n")[0]
        at, end = self.column, min(self.end, len(self.lines))
        for line in range(self.line, end):
            column = self.lines[line].find(first, at)
            if column >= 0:
                self.line, self.column = line, column + len(first)
                return line, column
            at = 0
        return min(self.line, len(self.lines) - 1), self.column
