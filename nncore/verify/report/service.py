r"""A text of one or several formulas, judged where it would stand: the one way for a build, a command and a page.

`steps` judges what somebody typed, in a `Context` or in the notation of the book alone, and tells what it finds as it
comes: how a formula is read, what numbers say, the likely slip, the verdict. Formulas stand between blank lines or
dollar signs, ``:=`` defines for what follows. `judged` is what both a page of a build and a typed text go through.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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


def steps(
    text: str,
    context: Context | None = None,
    tell: Callable[[Step], object] = lambda _: None,
    is_saved: bool = True,
) -> list[Step]:
    """Return what is found of each formula of a text, in their order.

    Without a context the notation of the book is in force, and nothing is defined. ``tell`` is called with each step as
    soon as it is known.
    """
    found: list[Step] = []

    def told(step: Step) -> None:
        found.append(step)
        tell(step)

    for step in _steps(text, context or Context(load(NOTATION)), told, is_saved):
        told(step)
    return found


def _steps(text: str, context: Context, tell: Callable[[Step], None], is_saved: bool) -> Iterator[Step]:
    """Yield the steps, but for those that `tell` is told while a statement is judged."""
    try:
        typed = formulas_of(text) or [Typed("", 0)]
    except TooMuch as error:
        yield Step(Stage.VERDICT, 1, error.status, f"This cannot be read: {error}.", (0, len(text)))
        return
    shown = [displayed(each, text) for each in typed]
    place, common = context.place(), _Common(context, is_saved)
    try:
        page = context.said([(formula, place) for formula in shown])
    except Exception as error:  # as for a claim
        words = verdict_words(_broken(error), has_sizes=False)
        yield Step(Stage.VERDICT, 1, Status.CHECKER_FAULT, words, (0, len(text)))
        return
    faults = [(fault, _offset(fault, text)) for fault in page.faults]
    for number, (each, formula) in enumerate(zip(typed, shown, strict=True), 1):
        items = [item for item in page.items if item.formula == formula]
        own = [(fault, at - each.start) for fault, at in faults if at in each.places]
        yield from _Formula(number, each, formula, context.notation, common, tell).steps(items, own)
    for fault, at in faults:
        if not any(at in each.places for each in typed):  # of the context, which the text does not fit to
            yield Step(Stage.VERDICT, len(typed), fault.status, f"What stands above: {fault.reason}.", (0, len(text)))


def verdicts(found: Iterable[Step]) -> list[Step]:
    """Return the last step of each statement."""
    return [each for each in found if each.stage is Stage.VERDICT]


def displayed(typed: Typed, text: str) -> DisplayedFormula:
    """Return a formula as one of a page that is the text."""
    line = text.count("\n", 0, typed.start) + 1
    first = typed.start - text.rfind("\n", 0, typed.start)
    columns = (first, *(1 for _ in range(typed.text.count("\n"))))
    return DisplayedFormula(typed.text, None, _TYPED, line, columns, ())


def _offset(fault: Diagnostic, text: str) -> int:
    """Return the place in the text where something is wrong; -1 if that is above the text."""
    lines = text.split("\n")
    return sum(len(each) + 1 for each in lines[: fault.line - 1]) + fault.column - 1 if fault.path == _TYPED else -1


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

    def __init__(
        self,
        number: int,
        typed: Typed,
        formula: DisplayedFormula,
        notation: Notation,
        common: _Common,
        tell: Callable[[Step], None],
    ):
        self.number, self.typed, self.formula, self.notation = number, typed, formula, notation
        self._common, self._tell = common, tell
        self.tree: t.Formula | None = None

    def steps(self, items: Sequence[Statement], faults: Sequence[tuple[Diagnostic, int]]) -> Iterator[Step]:
        """Yield how it is read, and what becomes of each of its statements; faults come with their places in it."""
        try:
            self.tree = read(self.typed.text, self.notation)
        except LatexError as error:
            yield self._unreadable(error)
            return
        words = _joined(f"Read as ${latex(self.tree)}$.", meant(self.typed.text, self.notation))
        yield self._step(Stage.READ, None, words, self._whole, latex=latex(self.tree))
        clock = Clock()
        for item in items:
            yield from self._judged(item, clock)
        for fault, start in faults:
            yield self._without_meaning(fault, start)

    def _judged(self, item: Statement, clock: Clock) -> Iterator[Step]:
        span = self._span_at(self._offset(item.line, item.column), "")
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
            words = _joined(words, meant(self.typed.text, self.notation) or _perhaps_defined(item))
        return self._step(
            Stage.VERDICT, judgement.status, words, span,
            counterexample=told.counterexample, slip=told.hint, method=told.method, where=told.where,
        )  # fmt: skip

    def _unreadable(self, error: LatexError) -> Step:
        start = self._offset(*self.formula.place(error.line, error.column))
        width = error.snippet.count("^", error.snippet.rindex("\n"))
        end = min(start + width, len(self.typed.text))
        words = f"This cannot be read: {error.reason}."
        if not self.typed.text:
            words = "There is no formula here."
        advice = instead(self.typed.text, start, self.notation)
        if advice:  # which says more than what the reader of formulas would have taken there
            words = f"{words.partition(_EXPECTED)[0].removesuffix('.')}."
        words = _joined(words, advice)
        return self._step(Stage.VERDICT, Status.UNREADABLE, words, self.typed.at(start, max(start, end)))

    def _without_meaning(self, fault: Diagnostic, start: int) -> Step:
        lead = "This has no meaning" if fault.covered else "The checker does not know this"
        advice = instead(self.typed.text, start, self.notation) or to_mend(fault.reason)
        words = _joined(f"{lead}: {self._in_letters(fault.reason)}.", advice)
        sort = fault.sort if fault.covered else OTHER
        return self._step(Stage.VERDICT, fault.status, words, self._span_at(start, fault.reason), sort=sort)

    def _step(self, stage: Stage, status: Status | Kind | None, words: str, span: t.Span, **more: Any) -> Step:
        return Step(stage, self.number, status, words, span, **more)

    @property
    def _whole(self) -> t.Span:
        return self.typed.at(0, len(self.typed.text))

    def _offset(self, line: int, column: int) -> int:
        """Return the place in the formula of a place in the text by its line and column."""
        lines = self.typed.text.split("\n")
        row = line - self.formula.line
        return sum(len(each) + 1 for each in lines[:row]) + column - self.formula.columns[row]

    def _span_at(self, start: int, reason: str) -> t.Span:
        """Return where what begins at a place stands: what a reason names, else the shortest; all without a reason."""
        assert self.tree
        here = [node for node, _ in t.walk(self.tree) if node.span[0] == start and node.span[1] > start]
        named = [node for node in here if not isinstance(node, _NOT_SHOWN) and show(node) in reason]
        inner = [node for node in here if not isinstance(node, t.Formula | t.Chain)]
        ends = [node.span[1] for node in named or (inner if reason else here)]
        end = (max if named or not reason else min)(ends, default=start + 1)
        return self.typed.at(start, end)

    def _in_letters(self, reason: str) -> str:
        """Return a reason in which what stands in the formula is quoted as it was written."""
        assert self.tree
        written = {
            show(node): self.typed.text[slice(*node.span)]
            for node, _ in t.walk(self.tree)
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
