r"""Markdown cut into tokens as MyST cuts it, and the displays of other renderers, which MyST does not know.

`tokens` also finds ``$$`` below a line of text, ``\[ … \]`` on lines of their own and within words, and environments
within words; `displays_in_html` finds what is displayed between tags.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from nncore.extras import require
from nncore.verify.source.limits import Limits, TooMuch

if TYPE_CHECKING:  # all of MyST is loaded only where Markdown is read
    from markdown_it import MarkdownIt
    from markdown_it.parser_block import RuleFuncBlockType
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

# The MyST extensions of the book (_config.yml); with others a page would be cut into other tokens.
EXTENSIONS = frozenset(
    "amsmath attrs_block attrs_inline colon_fence deflist dollarmath fieldlist html_image substitution".split()
)
TEXT_ENVIRONMENTS = frozenset(  # of LaTeX, which display nothing by themselves
    "document abstract center flushleft flushright quote quotation verse itemize enumerate description list trivlist "
    "figure table tabular tabularx tabulary longtable tabbing minipage titlepage thebibliography frame block columns "
    "column multicols subfigure subtable wrapfigure tikzpicture axis picture forest algorithm algorithmic appendix "
    "theorem lemma proposition corollary definition assumption convention remark example exercise problem solution "
    "answer question proof claim note notation fact conjecture hint landscape spacing small footnotesize large "
    "subequations dgroup keywords acknowledgments letter titlepage samepage sloppypar adjustwidth".split()
)
BEGIN = re.compile(r"\\begin\s*\{(\w+\*?)\}")
DISPLAY_SIGN = re.compile(r"\$\$|\\\[|\\begin\s*\{|math/tex|<math\b", re.IGNORECASE)
_MAGIC = re.compile(r"\s*%%(?:latex|markdown|html)\b", re.IGNORECASE)
_MATHEMATICS = re.compile(r"[=<>^_]|\\[A-Za-z]")
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


def holds_display(text: str, of_code: bool = False) -> bool:
    """Return whether a text that is not Markdown may display a formula; code does so under a magic word only."""
    if of_code:
        return bool(_MAGIC.match(text)) and ("$" in text or holds_display(text))
    return bool(DISPLAY_SIGN.search(text))


def is_of_text(name: str) -> bool:
    """Return whether an environment of LaTeX displays nothing by itself."""
    return name.rstrip("*") in TEXT_ENVIRONMENTS


@dataclass(slots=True)
class _Parse:
    """What the rules below know of a text that is being cut; their state keeps it."""

    limits: Limits
    below_text: set[int] = field(default_factory=set)  # lines with a ``$$`` directly below a line of text
    last: dict[tuple[re.Pattern[str], str], int] = field(default_factory=dict)  # where something is closed last


def tokens(text: str, limits: Limits) -> tuple[list["Token"], set[int]]:
    """Return the tokens of a text, and the lines that open a ``$$`` block directly below a line of text.

    Raises
    ------
    TooMuch
        If the text is nested too deeply, or takes too long.
    """
    parse = _Parse(limits)
    return _parser().parse(text, {"parse": parse}), parse.below_text


def directive_body(content: str) -> tuple[str, dict[str, str], int]:
    """Return the text of a directive below its options, the options, and how many lines are above that text."""
    try:
        from docutils.parsers.rst import Directive
        from myst_parser.parsers.directives import parse_directive_text
    except ModuleNotFoundError:
        require("verify", "nncore.verify")
        raise

    class AnyOption(dict[str, Callable[[str], Any]]):
        def __missing__(self, name: str) -> Callable[[str], str]:
            return lambda value: value or ""

    class AnyDirective(Directive):
        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec = AnyOption(label=lambda value: value or "")

    parsed = parse_directive_text(AnyDirective, "", content)
    body = content.removesuffix("\n").split("\n")[parsed.body_offset :]  # the parser also splits at other signs
    return "\n".join(body), parsed.options, parsed.body_offset


# Between tags of HTML -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Display:
    """A display in HTML: its text, what opens it, and where it starts and ends."""

    text: str
    opening: str
    start: int
    end: int


def shown_by_html(html: str) -> str:
    """Return HTML with blanks for what a browser hides."""
    return _HIDDEN_HTML.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), html)


def displays_in_html(html: str, limits: Limits) -> Iterator[Display]:
    """Yield the displays that are closed; the first one that is not ends the search."""
    at = 0
    while found := _OPENS.search(html, at):
        limits.check_time()
        at = found.end()
        closing = _closing(found)
        end = html.find(closing, at)
        if found["name"] and is_of_text(found["name"]):
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
        yield Display(html[found.start() : at] if whole else text, opening, found.start(), at)


def _closing(found: re.Match[str]) -> str:
    """Return what closes a display that was opened so."""
    if found["name"]:
        return f"\\end{{{found['name']}}}"
    return "</script>" if found["script"] is not None else found[0].replace("[", "]")


# Rules of the parser --------------------------------------------------------------------------------------------------


def _within_bounds(state: "StateBlock | StateInline", *_: object) -> bool:
    """Return False: a rule that never applies, and ends what takes too long or is too deep to be cut as MyST does."""
    _parse(state).limits.check_time()
    if state.level >= state.md.options.maxNesting - 2 and hasattr(state, "bMarks"):
        raise TooMuch("lists and quotations are inside of each other more deeply than MyST reads")
    return False


def _also_below_text(rule: "RuleFuncBlockType") -> "RuleFuncBlockType":
    """Return the rule of ``$$`` blocks so that it also ends a paragraph, unless a ``$$`` is open in that."""

    def block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
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
            _parse(state).below_text.add(start)
        return True

    return block


def _also_bounded(rule: "RuleFuncBlockType") -> "RuleFuncBlockType":
    """Return the rule of amsmath so that it searches in vain but once for what closes an environment."""

    def block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
        first = state.bMarks[start] + state.tShift[start]
        found = BEGIN.match(state.src, first)
        if not found or _last(state, re.compile(re.escape(f"\\end{{{found[1]}}}"))) < first:
            return False
        return rule(state, start, end, silent)

    return block


def _without_displays(rule: Callable[..., bool]) -> Callable[..., bool]:
    """Return a rule that reads attributes in braces so that it passes over those that hold a display."""

    from markdown_it.rules_block import StateBlock

    def attributes(state: "StateBlock | StateInline", *more: int) -> bool:
        if isinstance(state, StateBlock):
            text = state.src[state.bMarks[more[0]] : state.eMarks[more[0]]]
        else:
            start = state.src.find("{", state.pos)
            text = state.src[start : state.src.rfind("}") + 1] if start >= 0 else ""
        return not holds_display(text) and rule(state, *more)

    return attributes


def _parse(state: "StateBlock | StateInline") -> _Parse:
    parse = state.env["parse"]
    assert isinstance(parse, _Parse)
    return parse


def _last(state: "StateBlock | StateInline", closing: re.Pattern[str]) -> int:
    """Return the last place at which something is closed in the text that is being parsed, or -1."""
    key, last = (closing, state.src), _parse(state).last
    if key not in last:
        last[key] = max((found.start() for found in closing.finditer(state.src)), default=-1)
    return last[key]


def _find(state: "StateInline", closing: str, position: int) -> int:
    """Return the next place of what closes something, or -1."""
    return -1 if _last(state, re.compile(re.escape(closing))) < position else state.src.find(closing, position)


def _bracket_block(state: "StateBlock", start: int, end: int, silent: bool) -> bool:
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


def _bracket_inline(state: "StateInline", silent: bool) -> bool:
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


def _environment_inline(state: "StateInline", silent: bool) -> bool:
    """Apply to an environment of LaTeX between words."""
    found = BEGIN.match(state.src, state.pos)
    if not found or is_of_text(found[1]):
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
def _parser() -> "MarkdownIt":
    """Return the Markdown parser of MyST with the extensions of the book, and with the rules above."""
    require("verify", "nncore.verify")
    from markdown_it.renderer import RendererHTML
    from myst_parser.config.main import MdParserConfig
    from myst_parser.parsers.mdit import create_md_parser

    config = MdParserConfig(enable_extensions=set(EXTENSIONS), dmath_double_inline=True)
    parser = create_md_parser(config, RendererHTML)
    block, inline = parser.block.ruler, parser.inline.ruler
    anywhere: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list", "footnote_def"]}
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
