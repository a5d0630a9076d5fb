r"""A text of one or several formulas, judged where it would stand: the one way for a build, a command and a page.

`steps` judges what somebody typed, in a `Context` or in the notation of the book alone, and tells what it finds as it
comes: how a formula is read, what numbers say, the likely slip, the verdict. Formulas stand between blank lines or
dollar signs, ``:=`` defines for what follows. `judged` is what both a page of a build and a typed text go through. What
has no meaning in the spelling of the book is read in a free one, if asked for (`report.freely`).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from nncore.verify import numeric
from nncore.verify.judgement import OTHER, Counterexample, Diagnostic, ExitCode, Judgement, Status, exit_code
from nncore.verify.notation import KNOWN_FUNCTIONS, Notation, load
from nncore.verify.report import NOTATION
from nncore.verify.report.in_force import Context
from nncore.verify.report.instead import instead, meant, to_mend
from nncore.verify.report.shown import as_latex
from nncore.verify.report.wording import agreement_words, counterexample_words, kind_words, slip_words, verdict_words
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import (
    Claim,
    Convention,
    Erratum,
    Kind,
    Page,
    Statement,
    Unchecked,
    sides_of,
)
from nncore.verify.semantics.symbols import AgreedValue
from nncore.verify.source.limits import Limits, TooMuch
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.symbol import SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import latex, show
from nncore.verify.verdict.errata import judge_erratum, judge_unchecked
from nncore.verify.verdict.judge import Clock, judge

Judgeable = Claim | Convention | Erratum | Unchecked
"""A statement that is judged."""

_NOT_SHOWN = t.Letter | t.Number | t.Formula | t.Link | t.Case | t.Note  # what no reason quotes as a whole

_DEFINED = (SymbolKind.ARRAY, SymbolKind.ENTRY, SymbolKind.NUMBER, SymbolKind.CLASS)  # what a definition names
_EXPECTED = ": expected "  # behind what could not be read

_TYPED = Path("text")  # where what was typed stands
_MARK = re.compile(r"\$\$")
_LABEL = re.compile(r"[ \t]*\([a-z]+(?:-[a-z0-9]+)+\)")  # behind a display, as pages have it
_BLANK = re.compile(r"\n[ \t\r]*\n")
_TYPED_PART = re.compile(r"`([^`]*)`")  # of words: what is to be typed
_ENTRY = re.compile(r"\b[A-Za-z]+\[[^\[\]]*\]")  # as `printer.show` writes it
RESTS_ON_REFUSED = Judgement(Status.UNDECIDED, reason="this rests on a convention that is not accepted")


# One statement --------------------------------------------------------------------------------------------------------


def judged(
    item: Judgeable,
    shared: numeric.Shared,
    clock: Clock,
    correction: Sequence[Statement] = (),
    hear: Callable[[Judgement], object] = lambda _: None,
    is_saved: bool = True,
) -> Judgement:
    """Return the judgement of a claim; of what is not claimed, whether it is as it says.

    ``correction`` is what the equation says that corrects an erratum. ``hear`` is told what is known of a claim before.
    With ``is_saved`` conditions that are not stated may save a claim.
    """
    try:
        match item:
            case Claim() | Convention():
                return judge(item, shared, clock, hear, is_saved)
            case Erratum():
                return judge_erratum(item, correction)
            case Unchecked():
                return judge_unchecked(item)
    except Exception as error:  # whatever a formula does to the judges, the other formulas are judged
        return _broken(error)


def agreed(item: Statement) -> list[AgreedValue]:
    """Return the conventions on which a statement may rest."""
    takes_derivatives = any(map(t.takes_derivatives, sides_of(item)))
    return [each for each in item.scope.conventions if takes_derivatives and each.function in item.letters]


def has_sizes(item: Statement) -> bool:
    """Return whether a statement depends on a size that no condition fixes."""
    return bool(set(numeric.sizes_of(item)) - Checker(item.scope, item.conditions).fixed.keys())


def _broken(error: Exception) -> Judgement:
    return Judgement(Status.CHECKER_FAULT, reason=f"{type(error).__name__}: {error}")


# A text ---------------------------------------------------------------------------------------------------------------


class Stage(StrEnum):
    """What a step tells, in the order of the steps of a statement."""

    READ = "read"
    NUMBERS = "numbers"
    SLIP = "slip"
    VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is known of a formula; the last one of each of its statements is its verdict."""

    stage: Stage
    formula: int  # which one of the text, from 1
    status: Status | Kind | None  # as far as it is known
    words: str  # for a reader, with mathematics between dollars
    span: tuple[int, int]  # of the text: what is spoken of
    latex: str = ""  # how it was read
    remarks: tuple[str, ...] = ()  # what was taken for what in it
    counterexample: Counterexample | None = None
    slip: str = ""  # the likely one
    method: str = ""  # how a verdict was found
    where: tuple[str, ...] = ()  # what must hold, beside the printed conditions, for both sides to exist
    sort: str = OTHER  # in which way a formula has no meaning: shape, index or other

    @property
    def exit_code(self) -> ExitCode:
        """Return the exit code of a command that finds nothing worse."""
        return exit_code(self.status, self.sort) if isinstance(self.status, Status) else ExitCode.RIGHT

    @property
    def fails(self) -> bool:
        """Return whether a command ends with this."""
        return isinstance(self.status, Status) and self.status.fails


@dataclass(frozen=True, slots=True)
class Typed:
    """A formula of a text, and where in the text it begins."""

    text: str
    start: int

    @property
    def places(self) -> range:
        """Return the places of the text that belong to it, that of its end included."""
        return range(self.start, self.start + len(self.text) + 1)

    def at(self, start: int, end: int) -> tuple[int, int]:
        """Return the places in the text of two places in the formula."""
        return self.start + start, self.start + end


def formulas_of(text: str) -> list[Typed]:
    """Return the formulas of a text: what is between two ``$$``, and elsewhere what is between blank lines.

    Raises
    ------
    TooMuch
        If it is longer than a page may be.
    """
    Limits().take(text, 0)
    found: list[Typed] = []
    end = 0
    marks = [mark.span() for mark in _MARK.finditer(text)]
    for opening, closing in zip(marks[::2], marks[1::2], strict=False):
        found += _between_blank_lines(text, end, opening[0])
        found += _stripped(text, opening[1], closing[0]) or [Typed("", opening[1])]
        label = _LABEL.match(text, closing[1])
        end = label.end() if label else closing[1]
    return [*found, *_between_blank_lines(text, end, len(text))]


def _between_blank_lines(text: str, start: int, end: int) -> Iterator[Typed]:
    for blank in _BLANK.finditer(text, start, end):
        yield from _stripped(text, start, blank.start())
        start = blank.end()
    yield from _stripped(text, start, end)


def _stripped(text: str, start: int, end: int) -> list[Typed]:
    """Return what stands between two places without the space around it, if anything does."""
    part = text[start:end]
    inner = part.strip()
    return [Typed(inner, start + part.index(inner))] if inner else []


@dataclass(frozen=True, slots=True)
class Piece:
    """A formula as which a typed one is judged: all of it or, if it is read freely, one of its statements."""

    formula: DisplayedFormula
    tree: t.Formula  # with places in what was typed
    place: Callable[[int], int] = lambda offset: offset  # in what was typed, of a place in the text of the formula

    def offset(self, line: int, column: int) -> int:
        """Return the place in what was typed of a line and a column of the formula."""
        return self.place(_offset(self.formula, line, column))


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a typed formula, what was taken for what in it, and what turns a message into its letters."""

    pieces: tuple[Piece, ...]
    remarks: tuple[str, ...] = ()
    as_written: Callable[[str], str] = str
    is_free: bool = False  # whether it is one that the strict reader does not know


_Ways = Sequence[Way] | LatexError
"""All ways to read a typed formula, or why there is none."""


def steps(
    text: str,
    context: Context | None = None,
    tell: Callable[[Step], object] = lambda _: None,
    is_saved: bool = True,
    free: bool = False,
) -> list[Step]:
    """Return what is found of each formula of a text, in their order.

    Without a context the notation of the book is in force, and nothing is defined. ``tell`` is called with each step as
    soon as it is known. With ``free`` what has no meaning in the strict spelling is read in the free one.
    """
    found: list[Step] = []

    def told(step: Step) -> None:
        found.append(step)
        tell(step)

    for step in _steps(text, context or Context(load(NOTATION)), told, is_saved, free):
        told(step)
    return found


def _steps(text: str, context: Context, tell: Callable[[Step], None], is_saved: bool, free: bool) -> Iterator[Step]:
    """Yield the steps, but for those that `tell` is told while a statement is judged."""
    try:
        typed = formulas_of(text) or [Typed("", 0)]
    except TooMuch as error:
        yield Step(Stage.VERDICT, 1, error.status, f"This cannot be read: {error}.", (0, len(text)))
        return
    common = _Common(context, is_saved)
    try:
        found = _Read.of(typed, text, context)
        found = found.freely() if free else found
        page = found.said()
    except Exception as error:  # as for a claim
        words = verdict_words(_broken(error), has_sizes=False)
        yield Step(Stage.VERDICT, 1, Status.CHECKER_FAULT, words, (0, len(text)))
        return
    for number, (each, ways) in enumerate(zip(typed, found.ways, strict=True)):
        one = _Formula(number + 1, each, context.notation, common)
        if isinstance(ways, LatexError):
            yield one.unreadable(ways)
        elif len(ways) == 1:
            yield from one.steps(ways[0], page, tell)
        else:
            yield from one.of_several(ways, [found.taking(number, way).said() for way in ways])
    for fault in page.faults:
        if not any(_is_in(fault, formula) for formula in found.formulas):  # of the context: the text does not fit to it
            yield Step(Stage.VERDICT, len(typed), fault.status, f"What stands above: {fault.reason}.", (0, len(text)))


@dataclass(frozen=True, slots=True)
class _Read:
    """The formulas of a text, all ways to read each, and the context in which they stand."""

    typed: Sequence[Typed]
    shown: Sequence[DisplayedFormula]
    ways: Sequence[_Ways]
    context: Context

    @classmethod
    def of(cls, typed: Sequence[Typed], text: str, context: Context) -> "_Read":
        """Return what the strict reader makes of the formulas."""
        shown = [displayed(each, text) for each in typed]
        return cls(typed, shown, [_strictly(each, context.notation) for each in shown], context)

    @property
    def formulas(self) -> Sequence[DisplayedFormula]:
        """Return the formulas that are judged, each read in the first way."""
        return [each for number in range(len(self.ways)) for each in self._formulas_of(number)]

    def said(self) -> Page:
        """Return what the formulas say in their context."""
        place = self.context.place()
        return self.context.said([(formula, place) for formula in self.formulas])

    def taking(self, number: int, way: Way) -> "_Read":
        """Return the same with one way to read a formula."""
        return replace(self, ways=[*self.ways[:number], [way], *self.ways[number + 1 :]])

    def freely(self) -> "_Read":
        """Return the same with free ways to read what has no meaning in the strict spelling.

        A formula that is read strictly but has no meaning is read freely if that is another reading which has a meaning
        or, since something was taken for something else, has none for another reason.
        """
        page = self.said()
        trees: dict[int, t.Formula | None] = {}
        for number, ways in enumerate(self.ways):
            if isinstance(ways, LatexError):
                trees[number] = None
            elif self._faults(number, page):
                trees[number] = ways[0].pieces[0].tree
        if not trees:
            return self
        from nncore.verify.report.freely import readings  # which a page without other spellings does not need

        found, context = readings(self.typed, trees, self.context)
        if not found:
            return self
        wider = replace(self, context=context)
        tried = wider._with(found)
        now = tried.said()

        def is_better(number: int) -> bool:
            before, after = self._faults(number, page), tried._faults(number, now)
            return not after or bool(found[number][0].remarks and not before & after)

        kept = {number: ways for number, ways in found.items() if trees[number] is None or is_better(number)}
        return tried if len(kept) == len(found) else wider._with(kept)

    def _with(self, found: Mapping[int, Sequence[Way]]) -> "_Read":
        return replace(self, ways=[found.get(number, ways) for number, ways in enumerate(self.ways)])

    def _formulas_of(self, number: int) -> Sequence[DisplayedFormula]:
        ways = self.ways[number]
        return [self.shown[number]] if isinstance(ways, LatexError) else [each.formula for each in ways[0].pieces]

    def _faults(self, number: int, page: Page) -> set[str]:
        """Return for which reasons a formula has no meaning."""
        formulas = self._formulas_of(number)
        return {fault.reason for fault in page.faults if any(_is_in(fault, formula) for formula in formulas)}


def _strictly(formula: DisplayedFormula, notation: Notation) -> _Ways:
    try:
        return [Way((Piece(formula, read(formula.text, notation)),))]
    except LatexError as error:
        return error


def verdicts(found: Iterable[Step]) -> list[Step]:
    """Return the last step of each statement."""
    return [each for each in found if each.stage is Stage.VERDICT]


def displayed(typed: Typed, text: str) -> DisplayedFormula:
    """Return a formula as one of a page that is the text."""
    line = text.count("\n", 0, typed.start) + 1
    first = typed.start - text.rfind("\n", 0, typed.start)
    columns = (first, *(1 for _ in range(typed.text.count("\n"))))
    return DisplayedFormula(typed.text, None, _TYPED, line, columns, ())


def _offset(formula: DisplayedFormula, line: int, column: int) -> int:
    """Return the place in a formula of a line and a column of its page."""
    row = line - formula.line
    return sum(len(each) + 1 for each in formula.text.split("\n")[:row]) + column - formula.columns[row]


def _is_in(fault: Diagnostic, formula: DisplayedFormula) -> bool:
    """Return whether something is wrong with a formula, its end included."""
    if fault.path != formula.path or not 0 <= fault.line - formula.line < len(formula.columns):
        return False
    return 0 <= _offset(formula, fault.line, fault.column) <= len(formula.text)


class _Common:
    """What the formulas of a text have in common: numbers at points, and the conventions that are not accepted."""

    def __init__(self, context: Context, is_saved: bool):
        self._context, self.is_saved = context, is_saved
        self.shared = numeric.Shared()

    def refuse(self, item: Statement) -> bool:
        """Return whether a statement rests on a convention that is not accepted."""
        return any(each in self._refused for each in agreed(item))

    @cached_property
    def _refused(self) -> list[AgreedValue]:
        items = [item for item in self._context.statements() if isinstance(item, Convention)]
        return [_agreed_in(item) for item in items if judged(item, self.shared, Clock()).status.fails]


class _Formula:
    """One formula of a text on its way to its verdicts."""

    def __init__(self, number: int, typed: Typed, notation: Notation, common: _Common):
        self.number, self.typed, self.notation = number, typed, notation
        self._common = common

    def steps(self, way: Way, page: Page, tell: Callable[[Step], None]) -> Iterator[Step]:
        """Yield how it is read, and what becomes of each of its statements on a page."""
        shown = r" \quad ".join(way.as_written(latex(each.tree)) for each in way.pieces)
        words = _joined(f"Read as ${shown}$.", "" if way.remarks else meant(self.typed.text, self.notation))
        yield Step(Stage.READ, self.number, None, words, self._whole, latex=shown, remarks=way.remarks)
        clock = Clock()
        for piece in way.pieces:
            yield from _Statements(self, piece, way, self._common, tell).steps(page, clock)

    def of_several(self, ways: Sequence[Way], pages: Sequence[Page]) -> Iterator[Step]:
        """Yield what becomes of a formula that can be read in several ways, each with a page on which it is.

        If all fare alike the first is told, and if not it is undecided which one is meant.
        """
        found = [[*self._all_steps(way, page)] for way, page in zip(ways, pages, strict=True)]
        fates = [[step.status for step in verdicts(steps)] for steps in found]
        own = ["; ".join(each for each in way.remarks if not _in_all(each, ways)) for way in ways]
        first, *others = found[0]
        if all(fate == fates[0] for fate in fates):
            alike = (f"the same with {words}" for words in own[1:] if words)
            yield replace(first, remarks=(*first.remarks, *alike))
            yield from others
            return
        common = tuple(each for each in ways[0].remarks if _in_all(each, ways))
        yield replace(first, words="This can be read in several ways.", remarks=common)
        said = "; ".join(f"{' and '.join(map(str, fate))} with {words}" for fate, words in zip(fates, own, strict=True))
        words = f"Undecided, since it depends on how this is read: {said}. Write which is meant."
        yield Step(Stage.VERDICT, self.number, Status.UNDECIDED, words, self._whole)

    def _all_steps(self, way: Way, page: Page) -> Iterator[Step]:
        """Yield what is told with what is told while a statement is judged, in their order."""
        told: list[Step] = []
        for step in self.steps(way, page, told.append):
            yield from told
            told.clear()
            yield step

    def unreadable(self, error: LatexError) -> Step:
        """Return what is said of a formula that cannot be read."""
        start = _line_start(self.typed.text, error.line) + error.column - 1
        width = error.snippet.count("^", error.snippet.rindex("\n"))
        end = min(start + width, len(self.typed.text))
        words = f"This cannot be read: {error.reason}."
        if not self.typed.text:
            words = "There is no formula here."
        advice = instead(self.typed.text, start, self.notation)
        if advice:  # which says more than what the reader of formulas would have taken there
            words = f"{words.partition(_EXPECTED)[0].removesuffix('.')}."
        words = _joined(words, advice)
        return Step(Stage.VERDICT, self.number, Status.UNREADABLE, words, self.typed.at(start, max(start, end)))

    @property
    def _whole(self) -> t.Span:
        return self.typed.at(0, len(self.typed.text))


def _in_all(remark: str, ways: Sequence[Way]) -> bool:
    return all(remark in way.remarks for way in ways)


def _line_start(text: str, line: int) -> int:
    return sum(len(each) + 1 for each in text.split("\n")[: line - 1])


class _Statements:
    """The statements of a piece of a formula on their way to their verdicts."""

    def __init__(self, of: _Formula, piece: Piece, way: Way, common: _Common, tell: Callable[[Step], None]):
        self.number, self.typed, self.notation = of.number, of.typed, of.notation
        self.piece, self._way, self._common, self._tell = piece, way, common, tell

    def steps(self, page: Page, clock: Clock) -> Iterator[Step]:
        """Yield what becomes of each of them on a page, and what is wrong with the piece there."""
        for item in page.items:
            if item.formula == self.piece.formula:
                yield from self._judged(item, clock)
        for fault in page.faults:
            if _is_in(fault, self.piece.formula):
                yield self._without_meaning(fault, self.piece.offset(fault.line, fault.column))

    def _judged(self, item: Statement, clock: Clock) -> Iterator[Step]:
        span = self._span_at(self.piece.offset(item.line, item.column), "")
        if not isinstance(item, Claim):
            yield self._step(Stage.VERDICT, item.kind, kind_words(item.kind), span)
            return
        if self._common.refuse(item):
            yield self._verdict(item, RESTS_ON_REFUSED, span)
            return
        heard: list[Judgement] = []

        def hear(found: Judgement) -> None:
            for step in self._news(found, heard, span):
                self._tell(step)
            heard.append(found)

        judgement = judged(item, self._common.shared, clock, hear=hear, is_saved=self._common.is_saved)
        yield from (step for step in self._news(judgement, heard, span) if step.stage is Stage.SLIP)
        yield self._verdict(item, judgement, span)

    def _news(self, found: Judgement, heard: Sequence[Judgement], span: t.Span) -> Iterator[Step]:
        """Yield what numbers say, and the likely slip, unless they were heard of before."""
        if not heard and found.status is Status.SAMPLED:
            yield self._step(Stage.NUMBERS, found.status, agreement_words(found), span)
        elif not heard:
            words = counterexample_words(found.counterexample, self._in_letters(found.reason))
            yield self._step(Stage.NUMBERS, found.status, words, span, counterexample=found.counterexample)
        if found.hint and not any(each.hint for each in heard):
            slip = self._in_letters(found.hint)
            yield self._step(Stage.SLIP, found.status, slip_words(slip), span, slip=slip)

    def _verdict(self, item: Claim, judgement: Judgement, span: t.Span) -> Step:
        told = replace(
            judgement,
            reason=self._in_letters(judgement.reason),
            hint=self._in_letters(judgement.hint),
            where=tuple(map(as_latex, judgement.where)),
        )
        words = verdict_words(told, has_sizes(item))
        if judgement.status.fails:
            words = _joined(words, self._needed(meant(self.typed.text, self.notation)) or _perhaps_defined(item))
        return self._step(
            Stage.VERDICT, judgement.status, words, span,
            counterexample=told.counterexample, slip=told.hint, method=told.method, where=told.where,
        )  # fmt: skip

    def _without_meaning(self, fault: Diagnostic, start: int) -> Step:
        lead = "This has no meaning" if fault.covered else "The checker does not know this"
        advice = self._needed(instead(self.typed.text, start, self.notation)) or to_mend(fault.reason)
        words = _joined(f"{lead}: {self._in_letters(fault.reason)}.", advice)
        sort = fault.sort if fault.covered else OTHER
        return self._step(Stage.VERDICT, fault.status, words, self._span_at(start, fault.reason), sort=sort)

    def _needed(self, advice: str) -> str:
        """Return what to write instead, unless what was written is read as that."""
        taken = self._way.is_free and any(each in latex(self.piece.tree) for each in _TYPED_PART.findall(advice))
        return "" if taken else advice

    def _step(self, stage: Stage, status: Status | Kind | None, words: str, span: t.Span, **more: Any) -> Step:
        return Step(stage, self.number, status, self._way.as_written(words), span, **more)

    def _span_at(self, start: int, reason: str) -> t.Span:
        """Return where what begins at a place stands: what a reason names, else the shortest; all without a reason."""
        here = [node for node, _ in t.walk(self.piece.tree) if node.span[0] == start and node.span[1] > start]
        named = [node for node in here if not isinstance(node, _NOT_SHOWN) and show(node) in reason]
        inner = [node for node in here if not isinstance(node, t.Formula | t.Chain)]
        ends = [node.span[1] for node in named or (inner if reason else here)]
        end = (max if named or not reason else min)(ends, default=start + 1)
        return self.typed.at(start, end)

    def _in_letters(self, reason: str) -> str:
        """Return a reason in which what stands in the formula is quoted as it was written."""
        written = {
            show(node): self.typed.text[slice(*node.span)]
            for node, _ in t.walk(self.piece.tree)
            if not isinstance(node, _NOT_SHOWN) and node.span[1]
        }
        names = sorted((re.escape(each) for each in written), key=len, reverse=True)
        pattern = rf"(?<![\w$])(?:{'|'.join(names)})(?![\w$])" if names else r"(?!)"
        parts = re.split(f"({pattern})", reason)
        return "".join(
            f"${' '.join(written[part].split())}$" if place % 2 else _ENTRY.sub(_as_mathematics, part)
            for place, part in enumerate(parts)
        )


def _perhaps_defined(item: Claim) -> str:
    """Return how to define what stands alone on the left of a claim, if nothing defines it."""
    match item.left:
        case t.Apply(t.Function(name, 0, None)) if name not in KNOWN_FUNCTIONS:
            pass
        case t.Letter() | t.Indexed(t.Letter()) if item.left.symbol and item.left.symbol.kind in _DEFINED:
            name = item.left.symbol.name
        case _:
            return ""
    return "" if name in item.scope.definitions else "If this is to be its definition, write `:=`."


def _joined(words: str, advice: str) -> str:
    return f"{words} {advice}".strip()


def _as_mathematics(shown: re.Match[str]) -> str:
    return f"${as_latex(shown[0])}$"


def _agreed_in(item: Convention) -> AgreedValue:
    """Return what a convention puts in force below it."""
    assert isinstance(item.left, t.Apply)
    function = item.left.function
    return AgreedValue(function.name, function.primes, item.left.arguments[0], item.right)
