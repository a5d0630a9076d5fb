r"""The whole book: reads all pages and judges what they claim.

`check` returns a `Report` (`nncore.verify.evidence`) with one `Evidence` for every displayed formula, also for those
that cannot be read or have no meaning. Pages are judged one by one, on as many processes as the machine has, and kept
in a cache (`nncore.verify.cache`).
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

from nncore.verify import numeric
from nncore.verify import tree as t
from nncore.verify.cache import Cache, checker, digest, text_with_includes
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
from nncore.verify.judging import CHECKER_FAULT, FAILURES, UNDECIDED, Judgement, judge
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
from nncore.verify.names import Definition
from nncore.verify.notation import Notation, NotationError
from nncore.verify.pages import DisplayedFormula, PageError
from nncore.verify.scanning import LatexError
from nncore.verify.shapes import Checker
from nncore.verify.sources import read_page
from nncore.verify.surroundings import Place
from nncore.verify.writing import show


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
    keys = [digest(everything, page.name, page.text) for page in pages]
    kept = [store.get(key) for key in keys]
    jobs = []
    if None in kept:
        functions = _definitions(pages, exports, known, notation)
        missing = [page for page, value in zip(pages, kept, strict=True) if value is None]
        jobs = [(page.path, Path(root), notation, functions, seed) for page in missing]
    with _on_processes(min(processes or os.cpu_count() or 1, len(jobs))) as run:
        fresh, report = iter(run(_judged_page, jobs)), []
        for key, value, clash in zip(keys, kept, clashes, strict=True):
            page = next(fresh) if value is None else page_from_json(value)
            if value is None and _is_settled(page):
                store.put(key, page_as_json(page))
            page = replace(page, problems=page.problems + clash)
            report.append(page)
            done(page)
    return Report(tuple(report), by)


def _name(path: Path, root: Path) -> str:
    absolute, root = path.resolve(), root.resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else path.as_posix()


def _is_settled(page: PageReport) -> bool:
    """Whether judging the page again would give the same: nothing ran out of time, and the checker did not fail."""
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
        found = [(name, item.line, digest(repr(_definition(item)))) for name, item in items.items()]
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
            found = {**{name: _definition(item) for name, item in _functions(page, notation).items()}, **found}
    return found


def _definition(item: Item) -> Definition:
    """What an item defines."""
    return next(each for each in item.scope.definitions.values() if each.body is item.right)


# One page -------------------------------------------------------------------------------------------------------------


def _judged_page(
    path: Path, root: Path, notation: Notation, functions: Mapping[str, Definition], seed: str
) -> PageReport:
    """Everything about a page, whatever is wrong with it."""
    problems = []
    try:
        found, around = read_page(path)
        page = said(found, around, notation, functions)
        page_functions(page.items, notation)
        own = with_blocks(notation, around.blocks)
    except (PageError, NotationError) as error:
        problems = [_of_page(error, root)]
        if isinstance(error, PageError):
            return PageReport(_name(path, root), (), tuple(problems))
        own = notation
    judging = _Judging(_name(path, root), root, own, functions, seed, places=around.places)
    formulas = tuple(judging.evidence(number, formula, page) for number, formula in enumerate(found, 1))
    within = {problem.line for formula in formulas for problem in formula.problems}
    problems += [_of_fault(each, root) for each in page.faults if each.line not in within]
    return PageReport(_name(path, root), formulas, tuple(dict.fromkeys(problems)))


def _of_page(error: ValueError, root: Path) -> Problem:
    """An error whose message begins with the place, as a problem."""
    path, line, reason = re.fullmatch(r"(.+?):(\d+): (.+)", str(error), re.DOTALL).groups()
    return Problem(WITHOUT_MEANING, _name(Path(path), root), int(line), 1, reason)


def _of_fault(fault: Fault, root: Path, status: str = WITHOUT_MEANING, snippet: str = "") -> Problem:
    return Problem(status, _name(fault.path, root), fault.line, fault.column, fault.reason, snippet)


@dataclass(slots=True)
class _Judging:
    """Goes through a page from its top to its end; ``defined`` are the names of the formulas that define a letter."""

    page: str
    root: Path
    notation: Notation
    functions: Mapping[str, Definition]
    seed: str
    places: Sequence[Place]
    shared: dict = field(default_factory=dict)
    defined: dict[str, list[str]] = field(default_factory=dict)
    agreed: dict[str, list[str]] = field(default_factory=dict)

    def evidence(self, number: int, formula: DisplayedFormula, page: Page) -> Evidence:
        """The evidence for one formula."""
        name = formula.label or f"{self.page}#{number}"
        items = [item for item in page.items if item.formula is formula]
        faults = [fault for fault in page.faults if _is_in(fault, formula)]
        self._note(name, items)
        problems, reading = [], ""
        try:
            reading = show(read(formula.text, self.notation))
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

    def _note(self, name: str, items: Sequence[Item]) -> None:
        """Remembers what a formula defines and agrees upon."""
        for item in items:
            if item.kind == DEFINITION:
                self.defined.setdefault(_definition(item).name, []).append(name)
            if item.kind == CONVENTION:
                self.agreed.setdefault(item.left.function.name, []).append(name)

    def _uses(self, name: str, items: Sequence[Item]) -> Iterator[str]:
        """The names of other formulas on which a formula rests."""
        letters = sorted(set().union(*(item.letters for item in items)))
        far = {each: [definition.label] for each, definition in self.functions.items()}
        known = {**far, **self.defined}
        used = [each for letter in letters for each in (*known.get(letter, ()), *self.agreed.get(letter, ()))]
        yield from (each for each in dict.fromkeys(used) if each != name)

    def _part(self, item: Item) -> Part:
        judgement, start = None, time.perf_counter()
        if item.kind in (CLAIM, CONVENTION):
            try:
                judgement = judge(item, self.seed, self.shared)
            except Exception as error:  # whatever a formula does to the judges, the other formulas are judged
                judgement = Judgement(CHECKER_FAULT, reason=f"{type(error).__name__}: {error}")
        return Part(
            kind=item.kind,
            line=item.line,
            column=item.column,
            left=show(item.left),
            relation=item.relation,
            right=show(item.right) if item.right else "",
            conditions=tuple(map(show, item.conditions)),
            indices=item.free,
            symbolic=bool(set(numeric.sizes_of(item)) - Checker(item.scope, item.conditions).fixed.keys()),
            judgement=judgement,
            seconds=round(time.perf_counter() - start, 4) if judgement else 0.0,
        )

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
            reason += f" {judgement.counterexample}"
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
