"""One page, judged: the evidence for each of its formulas, whatever is wrong with them.

What became of a claim is kept (`report.cache`) under all that it says and rests on, but not under its place. So a
changed word moves the claims of a page, and none of them has to be judged again.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nncore.verify import numeric
from nncore.verify.judgement import BY_NUMBERS, Counterexample, Diagnostic, Judgement, Status
from nncore.verify.notation import Fault, Notation, NotationError
from nncore.verify.report.cache import canonical, digest
from nncore.verify.report.evidence import OF_NOTATION, Evidence, PageReport, Part
from nncore.verify.report.service import RESTS_ON_REFUSED, Judgeable, agreed, has_sizes, judged
from nncore.verify.report.wording import lacking_words, mending_words
from nncore.verify.semantics.conditions import shown
from nncore.verify.semantics.elaborate import Faulty, elaborate, page_functions, with_blocks
from nncore.verify.semantics.inline import RELATION, faults_within
from nncore.verify.semantics.statements import (
    Assumed,
    Assumption,
    Claim,
    Convention,
    Definition,
    Erratum,
    Kind,
    Page,
    Statement,
    printed,
)
from nncore.verify.semantics.symbols import AgreedValue, Scope, meanings_of
from nncore.verify.source.context import NotationBlock, Place, Surroundings
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula, Reading
from nncore.verify.source.reader import display_path, read_page
from nncore.verify.source.yaml_words import all_faults
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import latex, show
from nncore.verify.verdict.judge import SECONDS_OF_A_PROOF, Clock

if TYPE_CHECKING:
    from nncore.verify.report.book import Settings


_MANY = 4  # inputs that are 0, which are not named one by one


@dataclass(frozen=True, slots=True)
class _Kept:
    """A judgement as the cache keeps it, and the seconds of computing that it took."""

    judgement: Judgement
    seconds: float


def report_on(path: Path, reading: Reading, others: Sequence[Path], by: "Settings") -> tuple[PageReport, bool]:
    """Return the report on a page that was read, and whether all proofs ended in time.

    ``others`` are the pages on which equations may stand that correct its errata.
    """
    page = elaborate(reading.formulas, reading.around, by.notation, by.functions)
    found = [each for each in page.faults if not any(_is_in(each, formula) for formula in reading.formulas)]
    elsewhere = [fault for each in found for fault in all_of_block(each, reading.around, by.notation)]
    problems = [*reading.faults, *elsewhere, *about_functions(page, by.notation)]
    if by.book:
        problems += _within_words(reading, page, by)
    reporter = Reporter(by, display_path(path, by.root), page, reading, others)
    formulas = tuple(reporter.evidence(number, formula) for number, formula in enumerate(reading.formulas, 1))
    inline = () if by.book else reading.inline
    named = tuple(located(each, by.root) for each in problems)
    return PageReport(reporter.name, formulas, named, len(inline), relation_count(inline)), reporter.in_time


def all_of_block(found: Diagnostic, around: Surroundings, notation: Notation) -> list[Diagnostic]:
    """Return all faults of a ``{notation}`` block of which one was found, each at its line; another fault as it is."""
    within = [place.dictionary or place.aside for place in around.places]
    inner = dict.fromkeys(block.blocks for block in within if block)
    for blocks in (around.blocks, *((*around.blocks, *each) for each in inner)):
        for at, block in enumerate(blocks):
            if found.reason.startswith(OF_NOTATION) and (block.path, block.line) == (found.path, found.line):
                try:
                    before = with_blocks(notation, blocks[:at])
                except NotationError:
                    break
                return [at_line(found, block, fault) for fault in all_faults(block.text, before)] or [found]
    return [found]


def at_line(found: Diagnostic, block: NotationBlock, fault: Fault) -> Diagnostic:
    """Return a fault of a block as a diagnostic at its line."""
    return replace(found, line=block.line + fault.line - 1, reason=f"{OF_NOTATION}{fault.reason}")


def relation_count(inline: Sequence[InlineFormula]) -> int:
    """Return how many formulas within words hold a relation."""
    return sum(bool(RELATION.search(formula.text)) for formula in inline)


def about_functions(page: Page, notation: Notation) -> Iterator[Diagnostic]:
    """Yield what is wrong with the functions that a page defines for all."""
    try:
        page_functions(page.items, notation)
    except Faulty as error:
        yield error.found


def _within_words(reading: Reading, page: Page, by: "Settings") -> Iterator[Diagnostic]:
    """Yield what is wrong with the formulas within words."""
    try:
        yield from faults_within(reading, page, by.notation, by.functions)
    except NotationError:
        return  # one of the faults of the page
    except Exception as error:  # as for a claim
        for formula in reading.inline[:1]:
            reason = f"formulas within words: {type(error).__name__}: {error}"
            yield Diagnostic(Status.CHECKER_FAULT, formula.path, formula.line, 1, reason)


def located(found: Diagnostic, root: Path) -> Diagnostic:
    """Return what was found, with its file as a report names it."""
    return replace(found, path=display_path(Path(found.path), root))


@dataclass(slots=True)
class Reporter:
    """Goes through the formulas of a page from its top to its end."""

    by: "Settings"
    name: str
    page: Page
    reading: Reading
    others: Sequence[Path]
    shared: numeric.Shared = field(default_factory=numeric.Shared)
    stated: dict[DisplayedFormula, str] = field(default_factory=dict)  # names of what defines or agrees upon something
    refused: set[AgreedValue] = field(default_factory=set)  # conventions that are not accepted
    in_time: bool = True  # false after a claim without a proof for which the time of a proof had passed

    def evidence(self, number: int, formula: DisplayedFormula) -> Evidence:
        """Return the evidence for one formula."""
        name, place = formula.label or f"{self.name}#{number}", self.reading.around.places[number - 1]
        items = [item for item in self.page.items if item.formula == formula]
        if any(isinstance(item, Definition | Convention) for item in items):
            self.stated[formula] = name
        problems, reading = [], ""
        try:
            scope = items[0].scope if items else Scope(self._notation(place))
            reading = shown(read(formula.text, scope.notation), scope)
            faults = [each for each in self.page.faults if _is_in(each, formula)]
            problems = [replace(each, snippet=_snippet(formula, each)) for each in faults]
        except LatexError as error:
            at = formula.place(error.line, error.column)
            problems = [Diagnostic(Status.UNREADABLE, formula.path, *at, error.reason, error.snippet)]
        clock = Clock()
        parts = [self._part(item, clock) for item in items]
        parts = self._with_witness(parts, items, place)
        problems += [problem_of(part, part.judgement, formula) for part in parts if part.judgement and part.fails]
        return Evidence(
            name=name,
            path=display_path(formula.path, self.by.root),
            line=formula.line,
            number=number,
            label=formula.label,
            kinds=tuple(dict.fromkeys(part.kind for part in parts)),
            status=_status(parts, problems),
            latex=formula.text.strip(),
            reading=reading,
            parts=tuple(parts),
            uses=tuple(self._uses(name, items)),
            assumptions=tuple(dict.fromkeys(each.label or "" for item in items for each in item.assumptions)),
            problems=tuple(located(each, self.by.root) for each in problems),
        )

    def _notation(self, place: Place) -> Notation:
        """Return the letters in force at a formula that has no meaning."""
        notation = self.by.notation
        try:
            notation = with_blocks(notation, self.reading.around.blocks)
            inside = [block.blocks for block in (place.dictionary, place.aside) if block]
            return with_blocks(notation, [block for blocks in inside for block in blocks])
        except NotationError:
            return notation  # that is one of the faults

    def _uses(self, name: str, items: Sequence[Statement]) -> Iterator[str]:
        """Yield the names of other formulas on which a formula rests."""
        used: list[str | None] = []
        for item in items:
            meanings = [each for letter in sorted(item.letters) for each in meanings_of(letter, item.scope)]
            used += [self._name_of(each.formula, each.label) for each in meanings]
            used += [self._name_of(each.formula, None) for each in agreed(item)]
        yield from (each for each in dict.fromkeys(used) if each and each != name)

    def _name_of(self, formula: DisplayedFormula | None, label: str | None) -> str | None:
        """Return the name of the formula that defines something; of one on another page the label."""
        return self.stated.get(formula, label) if formula else label

    def _part(self, item: Statement, clock: Clock) -> Part:
        kept = self._judged(item, clock) if isinstance(item, Judgeable) else None
        judgement, seconds = (kept.judgement, kept.seconds) if kept else (None, 0.0)
        if judgement and isinstance(item, Convention) and judgement.status.fails:
            self.refused.update(self._agreed_in(item))
        elif judgement and not self.refused.isdisjoint(agreed(item)):
            judgement = RESTS_ON_REFUSED
        fault = item.fault if isinstance(item, Erratum) else None
        left, relation, right = printed(item)
        return Part(
            kind=item.kind,
            line=fault.line if fault else item.line,
            column=fault.column if fault else item.column,
            left=left,
            relation=relation,
            right=right,
            conditions=tuple(map(show, item.conditions)),
            indices=item.free,
            symbolic=has_sizes(item),
            judgement=judgement,
            seconds=seconds,
            latex=_as_mathematics(item),
        )

    def _agreed_in(self, item: Convention) -> Iterator[AgreedValue]:
        """Yield what a convention puts in force below it."""
        below = (each for other in self.page.items for each in other.scope.conventions)
        yield from (each for each in below if each.formula == item.formula and each.value == item.right)

    def _judged(self, item: Judgeable, clock: Clock) -> _Kept:
        """Return the judgement of a statement, from the cache or kept there if it is final."""
        correction = self._labelled(item.corrected) if isinstance(item, Erratum) else ()
        key = digest("statement", self.by.common, *map(_saying, (item, *correction)))
        if kept := self.by.store.get(_Kept, key):
            return kept
        start = time.process_time()
        judgement = judged(item, self.shared, clock, correction)
        found = _Kept(judgement, round(time.process_time() - start, 4))
        in_time = judgement.status is not Status.SAMPLED or found.seconds < SECONDS_OF_A_PROOF
        self.in_time &= in_time
        if in_time and judgement.status.is_final:
            self.by.store.put(key, found)
        return found

    def _labelled(self, label: str) -> tuple[Statement, ...]:
        """Return what the equation with a label says, on this page or on another one."""
        found = tuple(item for item in self.page.items if item.formula.label == label)
        for path in self.others if not found else ():
            if label.encode() in path.read_bytes():  # before all of it is given a meaning
                there = read_page(path, self.by.book)
                page = elaborate(there.formulas, there.around, self.by.notation, self.by.functions)
                found = found or tuple(item for item in page.items if item.formula.label == label)
        return found

    def _with_witness(self, parts: list[Part], items: Sequence[Statement], place: Place) -> list[Part]:
        """Return the parts; assumptions that no numbers satisfy are undecided, since nothing can be said under them."""
        own = [item for item in items if isinstance(item, Assumption)]
        lost = Judgement(Status.UNDECIDED, BY_NUMBERS, "no numbers were found that satisfy this assumption")
        try:
            if not own or numeric.witness(own[0], [_assumed(item, place) for item in own]):
                return parts
        except Exception as error:  # as for a claim
            lost = Judgement(Status.CHECKER_FAULT, reason=f"{type(error).__name__}: {error}")
        return [replace(part, judgement=lost) if part.kind is Assumption.kind else part for part in parts]


def _as_mathematics(item: Statement) -> str:
    """Return how a statement was read, as LaTeX: its sides, the relation between them, and its conditions."""
    left, right = (latex(_with_reach(side)) if side else "" for side in (item.left, item.right))
    return f"{left} {item.relation or ''} {right}".strip() + "".join(map(_in_parentheses, item.conditions))


def _in_parentheses(condition: t.Chain) -> str:
    """Return the LaTeX of a condition as it stands behind a formula."""
    return rf" \quad ({latex(condition)})"


def _with_reach(node: t.Node) -> t.Node:
    """Return a tree in which what a sum, a product, an extremum, a limit or a derivative takes is in parentheses."""
    node = t.with_children(node, _with_reach)
    match node:
        case t.Sum() | t.Product() | t.Extremum() | t.Limit() | t.Derivative():
            if isinstance(node.body, t.Times | t.EntryTimes):
                # A sum of one term: it is written as its term, and in parentheses wherever a sum needs them.
                return replace(node, body=t.Plus((node.body,)))
    return node


def _saying(item: Statement) -> str:
    """Return a text for all that a statement says and rests on; only where it stands is no part of it."""
    names = (each.name for each in fields(item) if each.name not in ("formula", "line", "column"))
    return item.kind + "".join(canonical(getattr(item, name)) for name in names)


def problem_of(part: Part, judgement: Judgement, formula: DisplayedFormula) -> Diagnostic:
    """Return what is wrong with a part of a formula, with its place."""
    reason = judgement.reason
    if judgement.counterexample:
        at = _shown(judgement.counterexample)
        reason += f" {at}" if at.startswith("at ") else f": {at}"
    if judgement.provided:
        lacking = lacking_words(judgement).removeprefix(f"{judgement.status} ")
        reason = f"{lacking}; {mending_words(judgement)}; without that {reason}".replace("$", "")
    if judgement.hint:
        reason += f"; likely {judgement.hint}"
    found = Diagnostic(judgement.status, formula.path, part.line, part.column, reason)
    return replace(found, snippet=_snippet(formula, found))


def _shown(found: Counterexample) -> str:
    """Return a counterexample in words, many inputs that are 0 in a few of them."""
    others = tuple(each for each in found.inputs if each[1] != "0")
    if len(found.inputs) - len(others) < _MANY:
        return str(found)
    return str(replace(found, inputs=(*others, ("every other input", "0"))))


def _is_in(found: Diagnostic, formula: DisplayedFormula) -> bool:
    return found.path == formula.path and 0 <= found.line - formula.line <= formula.text.count("\n")


def _snippet(formula: DisplayedFormula, found: Diagnostic) -> str:
    """Return the line of a formula and a caret under the place."""
    line = found.line - formula.line
    text = formula.text.split("\n")[line]
    return f"{text}\n{' ' * (found.column - formula.columns[line])}^"


def _status(parts: Sequence[Part], problems: Sequence[Diagnostic]) -> Status | Kind:
    """Return the worst that is said of a formula, or the kind of what claims nothing."""
    said_ = [problem.status for problem in problems]
    said_ += [part.judgement.status for part in parts if part.judgement and part.kind is Claim.kind]
    if said_:
        return max(said_, key=list(Status).index)
    return parts[0].kind if parts else Status.WITHOUT_MEANING


def _assumed(item: Assumption, place: Place) -> Assumed:
    """Return what a statement of an assumption assumes."""
    chain = t.Chain(item.left, (t.Link(item.relation, item.right),))
    return Assumed(place.label, chain, item.free, item.letters)
