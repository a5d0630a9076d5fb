r"""The whole book: reads all pages and judges what they claim.

`check` returns a `Report` (`nncore.verify.evidence`) with one `Evidence` for every displayed formula, also for those
that cannot be read or have no meaning. Pages are judged one by one, on as many processes as the machine has, and kept
in a cache (`nncore.verify.cache`). Only errata look at other pages, for the equations that correct them.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

from nncore.verify import numeric, symbolic
from nncore.verify import tree as t
from nncore.verify.cache import Cache, checker, digest, text_with_includes
from nncore.verify.errata import NotAsSaid, judge_erratum, judge_unchecked
from nncore.verify.evidence import (
    STATUS_ORDER,
    UNREADABLE,
    WITHOUT_MEANING,
    Evidence,
    PageReport,
    Part,
    Problem,
    Report,
    page_as_json,
    page_from_json,
)
from nncore.verify.judging import CHECKER_FAULT, FAILURES, REFUTED, SAMPLED, UNDECIDED, Judgement, judge
from nncore.verify.latex import read
from nncore.verify.meaning import (
    ASSUMPTION,
    CLAIM,
    CONVENTION,
    DEFINITION,
    Assumed,
    Fault,
    Item,
    Page,
    page_functions,
    said,
    with_blocks,
)
from nncore.verify.names import Definition, meanings_of
from nncore.verify.notation import Notation, NotationError
from nncore.verify.pages import DisplayedFormula, PageError
from nncore.verify.scanning import LatexError
from nncore.verify.shapes import Checker
from nncore.verify.sources import read_page
from nncore.verify.surroundings import ERRATUM, UNCHECKED, Place
from nncore.verify.writing import show

NOTATION = Path(__file__).resolve().parents[2] / "book" / "notation.yml"  # of this book, installed beside nncore


@dataclass(frozen=True, slots=True)
class _Source:
    """A page: where it is, how the report names it, and its text with what it includes."""

    path: Path
    name: str
    text: str


def check(
    paths: Sequence[Path | str],
    notation: Notation,
    cache: Path | str | None = None,
    root: Path | str = ".",
    processes: int | None = None,
    seed: str = "1",
    done: Callable[[PageReport], None] = lambda page: None,
) -> Report:
    """Reads all pages and judges what they claim.

    Parameters
    ----------
    paths : sequence of Path or str
        The pages: Markdown, notebooks or LaTeX. A function that one defines under a label is known on all.
    notation : Notation
        The letters in force.
    cache : Path or str, optional
        A folder that keeps what was judged.
    root : Path or str
        The folder in which the pages lie; the report names them by their way from there.
    processes : int, optional
        On how many processes pages are judged; as many as the machine has unless given. The result is the same.
    seed : str
        Where the random numbers begin.
    done : callable
        Called with every page that is done, in their order.
    """
    by = {**checker(), "seed": seed}
    store = Cache(cache)
    common = digest(repr(sorted(by.items())), repr(notation))
    pages = [_Source(Path(path), _name(Path(path), Path(root)), text_with_includes(Path(path))) for path in paths]
    exports = [_exports(page, notation, common, store) for page in pages]
    known, clashes = _known(pages, exports)

    everything = digest(common, repr(sorted(known.items())))
    texts = digest(*(page.text for page in pages))
    keys = [digest(everything, page.name, page.text, texts if _has_errata(page) else "") for page in pages]
    kept = [store.get(key) for key in keys]
    jobs = []
    if None in kept:
        functions = _definitions(pages, exports, known, notation)
        missing = [page for page, value in zip(pages, kept, strict=True) if value is None]
        others = [page.path for page in pages]
        jobs = [
            (page.path, Path(root), notation, functions, seed, others if _has_errata(page) else []) for page in missing
        ]
    with _on_processes(min(processes or os.cpu_count() or 1, len(jobs))) as run:
        fresh, report = iter(run(_judged_page, jobs)), []
        for key, value, clash in zip(keys, kept, clashes, strict=True):
            page, in_time = next(fresh) if value is None else (page_from_json(value), True)
            if value is None and in_time and _is_settled(page):
                store.put(key, page_as_json(page))
            page = replace(page, problems=page.problems + clash)
            report.append(page)
            done(page)
    return Report(tuple(report), by)


def _name(path: Path, root: Path) -> str:
    absolute, root = path.resolve(), root.resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.as_posix()


def _has_errata(page: _Source) -> bool:
    return "{erratum}" in page.text


def _is_settled(page: PageReport) -> bool:
    """Whether the judges came to an end on all of a page, so that judging it again would give the same."""
    return not any(problem.status in (UNDECIDED, CHECKER_FAULT) for problem in page.all_problems)


@contextmanager
def _on_processes(count: int) -> Iterator[Callable]:
    """A ``map`` that calls a function with the arguments of each job, on some processes, and gives results in order."""
    if count < 2:
        yield lambda function, jobs: (function(*job) for job in jobs)
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        yield lambda function, jobs: pool.map(function, *zip(*jobs, strict=True))


# Functions that all pages know ----------------------------------------------------------------------------------------


def _exports(page: _Source, notation: Notation, common: str, store: Cache) -> list[tuple[str, int, str]]:
    """The functions that a page defines for all pages: name, line, and a digest of the definition."""
    key = digest("functions", common, page.text)
    found = store.get(key)
    if found is None:
        items = _functions(page, notation)
        found = [(name, item.line, digest(repr(item.scope.definitions[name]))) for name, item in items.items()]
        store.put(key, found)
    return found


def _functions(page: _Source, notation: Notation) -> dict[str, Item]:
    try:
        return page_functions(said(*read_page(page.path), notation).items, notation)
    except (PageError, NotationError):
        return {}  # the page itself says so when it is judged


def _known(pages, exports) -> tuple[dict[str, str], list[tuple[Problem, ...]]]:
    """The digests of all functions by their names, and for each page what it defines although another does."""
    known: dict[str, str] = {}
    clashes = []
    for page, found in zip(pages, exports, strict=True):
        twice = [(name, line) for name, line, _ in found if name in known]
        reason = "{} is defined on another page, too"
        clashes.append(tuple(Problem(WITHOUT_MEANING, page.name, line, 1, reason.format(name)) for name, line in twice))
        known = {**{name: named for name, _, named in found}, **known}
    return known, clashes


def _definitions(pages, exports, known, notation: Notation) -> dict[str, Definition]:
    """The functions themselves, each of the first page that defines it."""
    found: dict[str, Definition] = {}
    for page, exported in zip(pages, exports, strict=True):
        if exported and known:
            own = {name: item.scope.definitions[name] for name, item in _functions(page, notation).items()}
            found = {**own, **found}
    return found


# One page -------------------------------------------------------------------------------------------------------------


def _judged_page(
    path: Path,
    root: Path,
    notation: Notation,
    functions: Mapping[str, Definition],
    seed: str,
    others: Sequence[Path],
) -> tuple[PageReport, bool]:
    """Everything about a page, whatever is wrong with it, and whether all proofs ended in time."""
    name = _name(path, root)
    try:
        found, around = read_page(path)
        page = said(found, around, notation, functions)
    except PageError as error:
        return PageReport(name, (), (_of_page(error, root),)), True
    elsewhere = [each for each in page.faults if not any(_is_in(each, formula) for formula in found)]
    problems = [_of_fault(each, root) for each in elsewhere]
    try:
        page_functions(page.items, notation)
    except NotationError as error:
        problems.append(_of_page(error, root))
    corrections = {item.shown.options["corrected"]: () for item in page.items if item.kind == ERRATUM}
    for label in corrections:
        corrections[label] = _labelled(label, page, others, notation, functions)
    try:
        notation = with_blocks(notation, around.blocks)
    except NotationError:
        pass  # one of the faults
    judging = _Judging(name, root, notation, seed, around.places, corrections)
    formulas = tuple(judging.evidence(number, formula, page) for number, formula in enumerate(found, 1))
    return PageReport(name, formulas, tuple(problems)), judging.in_time


def _labelled(
    label: str, page: Page, others: Sequence[Path], notation: Notation, functions: Mapping[str, Definition]
) -> tuple[Item, ...]:
    """What the equation with a label says, on this page or on another one."""
    others = [path for path in others if label in path.read_text(encoding="utf-8")]  # before all is given a meaning
    pages = [lambda: page, *(lambda path=path: said(*read_page(path), notation, functions) for path in others)]
    for read_it in pages:
        try:
            found = tuple(item for item in read_it().items if item.formula.label == label)
        except PageError:
            continue  # that page says so itself
        if found:
            return found
    return ()


def _of_page(error: ValueError, root: Path) -> Problem:
    """An error whose message begins with the place, as a problem."""
    path, line, reason = re.fullmatch(r"(.+?):(\d+): (.+)", str(error), re.DOTALL).groups()
    return Problem(WITHOUT_MEANING, _name(Path(path), root), int(line), 1, reason)


def _of_fault(fault: Fault, root: Path, status: str = WITHOUT_MEANING, snippet: str = "") -> Problem:
    return Problem(status, _name(fault.path, root), fault.line, fault.column, fault.reason, snippet)


@dataclass(slots=True)
class _Judging:
    """Goes through a page from its top to its end.

    ``stated`` are the names of the formulas that define or agree upon something, by the ids of their right sides, which
    the page keeps. ``in_time`` is false after a claim without a proof for which the time of a proof had passed.
    """

    page: str
    root: Path
    notation: Notation
    seed: str
    places: Sequence[Place]
    corrections: Mapping[str, Sequence[Item]]
    shared: dict = field(default_factory=dict)
    stated: dict[int, str] = field(default_factory=dict)
    in_time: bool = True

    def evidence(self, number: int, formula: DisplayedFormula, page: Page) -> Evidence:
        """The evidence for one formula."""
        name = formula.label or f"{self.page}#{number}"
        items = [item for item in page.items if item.formula is formula]
        faults = [fault for fault in page.faults if _is_in(fault, formula)]
        self.stated.update((id(item.right), name) for item in items if item.kind in (DEFINITION, CONVENTION))
        problems, reading = [], ""
        try:
            notation = items[0].scope.notation if items else self._notation(self.places[number - 1])
            reading = show(read(formula.text, notation))
            problems = [_of_fault(each, self.root, snippet=_snippet(formula, each)) for each in faults]
        except LatexError as error:
            fault = Fault(formula.path, *formula.place(error.line, error.column), error.reason)
            problems = [_of_fault(fault, self.root, UNREADABLE, error.snippet)]
        parts = [self._part(item) for item in items]
        parts = self._with_witness(parts, items, self.places[number - 1], page)
        problems += [self._problem(part, formula) for part in parts if _fails(part)]
        return Evidence(
            name=name,
            path=_name(formula.path, self.root),
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
            agreed = [each for each in item.scope.conventions if each.function in item.letters]
            used += [self.stated.get(id(each.value)) for each in agreed if _takes_derivatives(item)]
        yield from (each for each in dict.fromkeys(used) if each not in (name, None))

    def _part(self, item: Item) -> Part:
        judgement, start = None, time.process_time()
        if item.kind in (CLAIM, CONVENTION, ERRATUM, UNCHECKED):
            try:
                judgement = self._judgement(item)
            except Exception as error:  # whatever a formula does to the judges, the other formulas are judged
                judgement = Judgement(CHECKER_FAULT, reason=f"{type(error).__name__}: {error}")
            if judgement.status == SAMPLED and time.process_time() - start >= symbolic.LONGEST:
                self.in_time = False
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
            seconds=round(time.process_time() - start, 4) if judgement else 0.0,
        )

    def _judgement(self, item: Item) -> Judgement:
        """The judgement of a claim; of what is not claimed, whether it is as it says."""
        if item.kind in (CLAIM, CONVENTION):
            return judge(item, self.seed, self.shared)
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
        if not own or numeric.witness(own[0], [_assumed(item, place) for item in own], self.seed):
            return parts
        lost = Judgement(UNDECIDED, "numbers", "no numbers were found that satisfy this assumption")
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
