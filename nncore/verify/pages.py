"""The displayed formulas of a page, found by the parser that also builds the book.

`formulas` walks the tokens of MyST-Parser: ``$$ … $$ (label)`` blocks, ``{math}`` directives and the environments of
amsmath, wherever they stand: in lists, quotes and tables, in ``{prf:theorem}``, ``{exercise}``, ``{dropdown}`` and all
other directives that hold Markdown. Code cells and what cells print are not looked at. A formula comes with the very
characters that the renderer receives, its label, its place in the file and the directives around it. What could hide a
formula from this search is an error, never a silent skip. `inline_formulas` finds those within sentences, table cells
and titles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

# The MyST extensions of the book (_config.yml); with others a page would be cut into other tokens.
EXTENSIONS = frozenset(
    "amsmath attrs_block attrs_inline colon_fence deflist dollarmath fieldlist html_image substitution".split()
)
OTHER_LETTERS = "other-letters"  # a directive in which words quote the letters of other books, which mean nothing here
_WITHOUT_MARKDOWN = frozenset(
    "bibliography code code-block code-cell image literalinclude mermaid notation raw sourcecode tableofcontents "
    "toctree".split()
)


class PageError(ValueError):
    """A page on which a formula may hide; the message names file and line."""


@dataclass(frozen=True, slots=True)
class DisplayedFormula:
    """A displayed formula and its place.

    Attributes
    ----------
    text : str
        What stands between the dollar signs or under the directive, unchanged.
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


def formulas(path: Path | str, text: str | None = None) -> list[DisplayedFormula]:
    """All displayed formulas of a Markdown page, in its order; ``text`` is that of the page, if it is no file.

    Raises
    ------
    PageError
        If the page includes a part of a file or one that is missing, holds mathematics in reStructuredText, or opens a
        display inside a sentence.
    """
    return [found for found in _found(Path(path), text) if isinstance(found, DisplayedFormula)]


def inline_formulas(path: Path | str) -> list[InlineFormula]:
    """All formulas within the words of a Markdown page, in its order; `PageError` as from `formulas`."""
    return [found for found in _found(Path(path)) if isinstance(found, InlineFormula)]


def _found(
    path: Path, text: str | None = None, around: frozenset[Path] = frozenset()
) -> Iterator[DisplayedFormula | InlineFormula]:
    text = path.read_text(encoding="utf-8") if text is None else text
    return _Page(path, text.splitlines(), around | {path.resolve()}).formulas(text, 0, ())


@dataclass(frozen=True, slots=True)
class _Page:
    """A page; ``around`` are the files that are being read, it and those that include it."""

    path: Path
    lines: list[str]
    around: frozenset[Path]

    def formulas(self, text: str, offset: int, within: tuple[str, ...]) -> Iterator[DisplayedFormula | InlineFormula]:
        """The formulas of a part of the page that begins ``offset`` lines below its top."""
        gates: tuple[str, ...] = ()
        start = offset
        for token in _markdown().parse(text):
            start = offset + token.map[0] if token.map else start  # what is in a row of a table has no place of its own
            if token.type in ("math_block", "math_block_label"):
                yield self._formula(token.content, token.info or None, start, within + gates, opening="$$")
            elif token.type == "amsmath":
                yield self._formula(token.content, None, start, within + gates)
            elif token.type in ("fence", "colon_fence") and token.info.startswith("{"):
                kind, _, argument = token.info[1:].partition("}")
                if kind.endswith("-start"):
                    gates += (kind.removesuffix("-start"),)
                elif kind.endswith("-end"):
                    gates = gates[:-1]
                else:
                    yield from self._directive(kind, argument.strip(), token.content, start, within + gates)
            elif token.type == "inline":
                self._check_inline(token, start)
                yield from self._inline(token, start)

    def _directive(
        self, kind: str, argument: str, content: str, start: int, within: tuple[str, ...]
    ) -> Iterator[DisplayedFormula | InlineFormula]:
        if kind == "include":
            yield from self._included(argument, content, start)
        elif kind == "eval-rst":
            if "math:" in content:
                raise self._error(start, "mathematics in {eval-rst} is not read: write it in Markdown")
        elif kind not in _WITHOUT_MARKDOWN:
            body, options, body_start = _directive_body(content, start)
            if kind != "math":
                for token in _markdown().parse(argument):  # a title
                    yield from self._inline(token, start)
                inside = self.formulas("\n".join(body), body_start, (*within, kind))
                yield from self._quoted(inside, start) if kind == OTHER_LETTERS else inside
            elif argument:
                raise self._error(start, "the formula stands below {math}, not beside it")
            else:
                yield self._formula("\n".join(body), options.get("label"), body_start, within)

    def _quoted(self, inside: Iterator[DisplayedFormula | InlineFormula], start: int) -> Iterator[InlineFormula]:
        """What is left of formulas that are quoted: nothing. A display would escape its judgement."""
        if any(isinstance(formula, DisplayedFormula) for formula in inside):
            raise self._error(start, f"a formula is displayed outside of {{{OTHER_LETTERS}}}, so that it is judged")
        return iter(())

    def _included(self, argument: str, options: str, start: int) -> Iterator[DisplayedFormula | InlineFormula]:
        """The formulas of an included file, at their places in that file."""
        if options.strip():
            raise self._error(start, "{include} with options takes a part of a file: include the whole")
        path = self.path.parent / argument
        if not path.is_file():
            raise self._error(start, f"there is no file {argument} to include")
        if path.resolve() in self.around:
            raise self._error(start, f"{argument} includes itself")
        try:
            yield from _found(path, around=self.around)
        except UnicodeDecodeError:
            raise self._error(start, f"{argument} is not text in UTF-8") from None

    def _inline(self, token, start: int) -> Iterator[InlineFormula]:
        """The formulas of a paragraph, a title or a cell, which begins in line ``start``, counted from 0."""
        line, column = start, 0
        for child in token.children or ():
            if child.type != "math_inline" and not (child.type == "myst_role" and child.meta.get("name") == "math"):
                continue
            first = child.content.split("\n")[0]
            while line < len(self.lines) and first not in self.lines[line][column:]:
                line, column = line + 1, 0
            yield InlineFormula(child.content, self.path, min(line, len(self.lines) - 1) + 1)
            if line < len(self.lines):
                column = self.lines[line].index(first, column) + len(first)

    def _formula(
        self, text: str, label: str | None, start: int, within: tuple[str, ...], opening: str = ""
    ) -> DisplayedFormula:
        start = min(start, len(self.lines) - 1)  # a block may end with the page that opens it
        lines = self.lines[start:]
        after = lines[0].find(opening) + len(opening)
        columns = tuple(
            max(0, lines[number].find(line, 0 if number else after)) + 1 for number, line in enumerate(text.split("\n"))
        )
        return DisplayedFormula(text, label, self.path, start + 1, columns, within)

    def _check_inline(self, token, start: int) -> None:
        """Two dollar signs within a sentence would be printed as they are, or as a formula that nobody counted."""
        children = token.children or []
        shown = any(child.type == "text" and "$$" in child.content for child in children)
        opened = any(
            child.type == "text" and child.content.endswith("$") and following.type == "math_inline"
            for child, following in pairwise(children)
        )
        if shown or opened:
            raise self._error(start, "$$ stands between words, or is not closed: give a display lines of its own")

    def _error(self, start: int, reason: str) -> PageError:
        return PageError(f"{self.path}:{start + 1}: {reason}")


@cache
def _markdown():
    """The Markdown parser of MyST with the extensions of the book."""
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    return create_md_parser(MdParserConfig(enable_extensions=set(EXTENSIONS)), RendererHTML)


def _directive_body(content: str, start: int) -> tuple[list[str], dict[str, str], int]:
    """The lines of a directive below its options, the options, and the number of the first of those lines."""
    from docutils.parsers.rst import Directive
    from myst_parser.parsers.directives import parse_directive_text

    class AnyDirective(Directive):
        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = {"label": str}  # noqa: RUF012

    parsed = parse_directive_text(AnyDirective, "", content, validate_options=False)
    return parsed.body, parsed.options, start + 1 + parsed.body_offset
