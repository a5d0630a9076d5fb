"""One page, judged: the evidence for each of its formulas, whatever is wrong with them.

What became of a claim is kept (`report.cache`) under all that it says and rests on, but not under its place. So
a changed word moves the claims of a page, and none of them has to be judged again.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from nncore.verify import numeric
from nncore.verify.judgement import CHECKER_FAULT, FAILURES, REFUTED, SAMPLED, UNDECIDED, Judgement
from nncore.verify.notation import Notation, NotationError
from nncore.verify.report.cache import Cache, canonical, digest
from nncore.verify.report.evidence import (
    STATUS_ORDER,
    UNREADABLE,
    WITHOUT_MEANING,
    Evidence,
    PageReport,
    Part,
    Problem,
    judgement_as_json,
    judgement_from_json,
)
from nncore.verify.semantics.conditions import shown
from nncore.verify.semantics.elaborate import page_functions, said, with_blocks
from nncore.verify.semantics.inline import RELATION, faults_within
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import ASSUMPTION, CLAIM, CONVENTION, DEFINITION, Assumed, Fault, Item, Page
from nncore.verify.semantics.symbols import Convention, Definition, Scope, meanings_of
from nncore.verify.source.context import ERRATUM, UNCHECKED, Place
from nncore.verify.source.markdown import DisplayedFormula, Reading, Unread
from nncore.verify.source.reader import name_of, read_page
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import read
from nncore.verify.syntax.printer import show
from nncore.verify.verdict.errata import NotAsSaid, judge_erratum, judge_unchecked
from nncore.verify.verdict.judge import SECONDS_OF_A_PROOF, Clock, judge

# What an item says: all but where it stands.
_SAYING = tuple(each.name for each in fields(Item) if each.name not in ("formula", "line", "column"))


def judged_page(
    path: Path,
    root: Path,
    notation: Notation,
    functions: Mapping[str, Definition],
    seed: str,
    others: Sequence[Path],
    store: Cache,
    common: str,
    book: bool = False,
) -> tuple[PageReport, bool]:
    """Everything about a page, whatever is wrong with it, and whether all proofs ended in time.

    ``common`` is a digest of the checker, the seed and the notation, under which judgements are kept; ``book`` says
    whether MyST renders the page.
    """
    name = name_of(path, root)
    reading = read_page(path, book)
    found, around = reading.formulas, reading.around
    problems = [_of_reading(fault, root) for fault in reading.faults]
    page = said(found, around, notation, functions)
    elsewhere = [each for each in page.faults if not any(_is_in(each, formula) for formula in found)]
    problems += [_of_fault(each, root) for each in elsewhere]
    try:
        page_functions(page.items, notation)
    except NotationError as error:
        problems.append(_of_page(error, root))
    corrections = {item.shown.options["corrected"]: () for item in page.items if item.kind == ERRATUM}
    for label in corrections:
        corrections[label] = _labelled(label, page, others, notation, functions, book)
    if book:
        problems += _of_inline(reading, page, notation, functions, root)
    try:
        notation = with_blocks(notation, around.blocks)
    except NotationError:
        pass  # one of the faults
    judging = _Judging(name, root, notation, seed, around.places, corrections, store, common)
    formulas = tuple(judging.evidence(number, formula, page) for number, formula in enumerate(found, 1))
    inline = () if book else reading.inline
    relations = sum(bool(RELATION.search(formula.text)) for formula in inline)
    return PageReport(name, formulas, tuple(problems), len(inline), relations), judging.in_time


def _labelled(
    label: str, page: Page, others: Sequence[Path], notation: Notation, functions: Mapping[str, Definition], book: bool
) -> tuple[Item, ...]:
    """What the equation with a label says, on this page or on another one."""
    others = [path for path in others if label.encode() in path.read_bytes()]  # before all is given a meaning
    pages = [lambda: page, *(lambda path=path: _said(read_page(path, book), notation, functions) for path in others)]
    for read_it in pages:
        found = tuple(item for item in read_it().items if item.formula.label == label)
        if found:
            return found
    return ()


def _said(reading: Reading, notation: Notation, functions: Mapping[str, Definition]) -> Page:
    return said(reading.formulas, reading.around, notation, functions)


def _of_reading(fault: Unread, root: Path) -> Problem:
    status = UNREADABLE if fault.in_time else UNDECIDED
    return Problem(status, name_of(fault.path, root), fault.line, fault.column, fault.reason)


def _of_inline(
    reading: Reading, page: Page, notation: Notation, functions: Mapping[str, Definition], root: Path
) -> Iterator[Problem]:
    """What is wrong with the formulas within words."""
    try:
        yield from (_of_fault(each, root) for each in faults_within(reading, page, notation, functions))
    except NotationError:
        return  # one of the faults of the page
    except Exception as error:  # as for a claim
        for formula in reading.inline[:1]:
            reason = f"formulas within words: {type(error).__name__}: {error}"
            yield Problem(CHECKER_FAULT, name_of(formula.path, root), formula.line, 1, reason)


def _of_page(error: ValueError, root: Path) -> Problem:
    """An error whose message begins with the place, as a problem."""
    path, line, reason = re.fullmatch(r"(.+?):(\d+): (.+)", str(error), re.DOTALL).groups()
    return Problem(WITHOUT_MEANING, name_of(Path(path), root), int(line), 1, reason)


def _of_fault(fault: Fault, root: Path, status: str = WITHOUT_MEANING, snippet: str = "") -> Problem:
    return Problem(status, name_of(fault.path, root), fault.line, fault.column, fault.reason, snippet)


@dataclass(slots=True)
class _Judging:
    """Goes through a page from its top to its end.

    ``stated`` are the names of the formulas that define or agree upon something, by the ids of their right sides, which
    the page keeps; ``refused`` are those of these ids whose convention is not accepted. ``in_time`` is false after a
    claim without a proof for which the time of a proof had passed.
    """

    page: str
    root: Path
    notation: Notation
    seed: str
    places: Sequence[Place]
    corrections: Mapping[str, Sequence[Item]]
    store: Cache
    common: str
    shared: dict = field(default_factory=dict)
    stated: dict[int, str] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    in_time: bool = True

    def evidence(self, number: int, formula: DisplayedFormula, page: Page) -> Evidence:
        """The evidence for one formula."""
        name = formula.label or f"{self.page}#{number}"
        items = [item for item in page.items if item.formula is formula]
        faults = [fault for fault in page.faults if _is_in(fault, formula)]
        self.stated.update((id(item.right), name) for item in items if item.kind in (DEFINITION, CONVENTION))
        problems, reading = [], ""
        try:
            scope = items[0].scope if items else Scope(self._notation(self.places[number - 1]))
            reading = shown(read(formula.text, scope.notation), scope)
            problems = [_of_fault(each, self.root, snippet=_snippet(formula, each)) for each in faults]
        except LatexError as error:
            fault = Fault(formula.path, *formula.place(error.line, error.column), error.reason)
            problems = [_of_fault(fault, self.root, UNREADABLE, error.snippet)]
        clock = Clock()
        parts = [self._part(item, clock) for item in items]
        parts = self._with_witness(parts, items, self.places[number - 1], page)
        problems += [self._problem(part, formula) for part in parts if _fails(part)]
        return Evidence(
            name=name,
            path=name_of(formula.path, self.root),
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
            problems=tuple(problems),
        )

    def _notation(self, place: Place) -> Notation:
        """The letters in force at a formula that has no meaning."""
        inside = [block.blocks for block in (place.dictionary, place.aside) if block]
        try:
            return with_blocks(self.notation, [block for blocks in inside for block in blocks])
        except NotationError:
            return self.notation  # that is one of the faults

    def _uses(self, name: str, items: Sequence[Item]) -> Iterator[str]:
        """The names of other formulas on which a formula rests."""
        used: list[str | None] = []
        for item in items:
            meanings = [each for letter in sorted(item.letters) for each in meanings_of(letter, item.scope)]
            used += [self.stated.get(id(each.body), each.label) for each in meanings]
            used += [self.stated.get(id(each.value)) for each in _agreed(item)]
        yield from (each for each in dict.fromkeys(used) if each not in (name, None))

    def _part(self, item: Item, clock: Clock) -> Part:
        judgement, seconds = None, 0.0
        if item.kind in (CLAIM, CONVENTION, ERRATUM, UNCHECKED):
            judgement, seconds = self._kept(item, clock)
        if item.kind == CONVENTION and judgement.status in FAILURES:
            self.refused.add(id(item.right))
        elif judgement and any(id(each.value) in self.refused for each in _agreed(item)):
            judgement = Judgement(UNDECIDED, reason="this rests on a convention that is not accepted")
        place = item.shown.fault if item.kind == ERRATUM and item.shown.fault else item
        return Part(
            kind=item.kind,
            line=place.line,
            column=place.column,
            left=show(item.left),
            relation=item.relation,
            right=show(item.right) if item.right else "",
            conditions=tuple(map(show, item.conditions)),
            indices=item.free,
            symbolic=bool(set(numeric.sizes_of(item)) - Checker(item.scope, item.conditions).fixed.keys()),
            judgement=judgement,
            seconds=seconds,
        )

    def _kept(self, item: Item, clock: Clock) -> tuple[Judgement, float]:
        """The judgement of an item, from the cache or kept there if it is final, and the seconds that judging took."""
        corrections = self.corrections[item.shown.options["corrected"]] if item.kind == ERRATUM else ()
        values = [getattr(each, name) for each in (item, *corrections) for name in _SAYING]
        key = digest("item", self.common, *map(canonical, values))
        kept = self.store.get(key)
        if kept is not None:
            return judgement_from_json(kept["judgement"]), kept["seconds"]
        start = time.process_time()
        try:
            judgement = self._judgement(item, clock)
        except Exception as error:  # whatever a formula does to the judges, the other formulas are judged
            judgement = Judgement(CHECKER_FAULT, reason=f"{type(error).__name__}: {error}")
        seconds = round(time.process_time() - start, 4)
        in_time = judgement.status != SAMPLED or seconds < SECONDS_OF_A_PROOF
        self.in_time &= in_time
        if in_time and judgement.status not in (UNDECIDED, CHECKER_FAULT):
            self.store.put(key, {"judgement": judgement_as_json(judgement), "seconds": seconds})
        return judgement, seconds

    def _judgement(self, item: Item, clock: Clock) -> Judgement:
        """The judgement of a claim; of what is not claimed, whether it is as it says."""
        if item.kind in (CLAIM, CONVENTION):
            return judge(item, self.seed, self.shared, clock)
        try:
            if item.kind == UNCHECKED:
                judge_unchecked(item, self.seed)
                return Judgement(UNCHECKED, reason=item.shown.options["reason"])
            failure = judge_erratum(item, self.corrections[item.shown.options["corrected"]], self.seed)
        except NotAsSaid as error:
            return Judgement(REFUTED, reason=error.fault.reason)
        return Judgement(ERRATUM, failure.way, failure.reason, failure.counterexample, failure.hint)

    def _with_witness(self, parts: list[Part], items: Sequence[Item], place: Place, page: Page) -> list[Part]:
        """Assumptions that no numbers satisfy are undecided, since nothing can be said under them."""
        own = [item for item in items if item.kind == ASSUMPTION]
        lost = Judgement(UNDECIDED, "numbers", "no numbers were found that satisfy this assumption")
        try:
            if not own or numeric.witness(own[0], [_assumed(item, place) for item in own], self.seed):
                return parts
        except Exception as error:  # as for a claim
            lost = Judgement(CHECKER_FAULT, reason=f"{type(error).__name__}: {error}")
        return [replace(part, judgement=lost) if part.kind == ASSUMPTION else part for part in parts]

    def _problem(self, part: Part, formula: DisplayedFormula) -> Problem:
        judgement = part.judgement
        reason = judgement.reason
        if judgement.counterexample:
            at = str(judgement.counterexample)
            reason += f" {at}" if at.startswith("at ") else f": {at}"
        if judgement.hint:
            reason += f"; likely {judgement.hint}"
        fault = Fault(formula.path, part.line, part.column, reason)
        return _of_fault(fault, self.root, judgement.status, _snippet(formula, fault))


def _is_in(fault: Fault, formula: DisplayedFormula) -> bool:
    return fault.path == formula.path and 0 <= fault.line - formula.line <= formula.text.count("\n")


def _snippet(formula: DisplayedFormula, fault: Fault) -> str:
    """The line of a formula and a caret under the place."""
    line = fault.line - formula.line
    text = formula.text.split("\n")[line]
    return f"{text}\n{' ' * (fault.column - formula.columns[line])}^"


def _agreed(item: Item) -> list[Convention]:
    """The conventions on which an item may rest."""
    return [each for each in item.scope.conventions if each.function in item.letters and _takes_derivatives(item)]


def _takes_derivatives(item: Item) -> bool:
    nodes = [node for side in (item.left, item.right) if side for node, _ in t.walk(side)]
    return any(isinstance(node, t.Derivative) or (isinstance(node, t.Function) and node.primes) for node in nodes)


def _fails(part: Part) -> bool:
    return part.judgement is not None and part.judgement.status in FAILURES


def _status(parts: Sequence[Part], problems: Sequence[Problem]) -> str:
    """The worst that is said of a formula, or the kind of what claims nothing."""
    said_ = [problem.status for problem in problems]
    said_ += [part.judgement.status for part in parts if part.kind == CLAIM]
    if said_:
        return max(said_, key=STATUS_ORDER.index)
    return parts[0].kind if parts else WITHOUT_MEANING


def _assumed(item: Item, place: Place) -> Assumed:
    """What an item of an assumption assumes."""
    return Assumed(place.label, t.Chain(item.left, (t.Link(item.relation, item.right),)), item.free, item.letters)
