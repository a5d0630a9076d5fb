"""The whole book: its pages are read, and judged one by one.

`check` returns a `Report` (`report.evidence`) with one `Evidence` for every displayed formula, also for those
that cannot be read or have no meaning. Pages are judged one by one (`report.page`), on as many processes
as the machine has, and kept in a cache (`report.cache`). Only the pages of a book reach each other: they share
functions that are defined under a label, and errata name the equations of other pages that correct them.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol, TypeVar

from nncore.extras import require
from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import Notation
from nncore.verify.report import NOTATION as NOTATION
from nncore.verify.report.cache import Cache, canonical, checker, digest, text_with_includes
from nncore.verify.report.evidence import PageReport, Report
from nncore.verify.semantics.elaborate import exported
from nncore.verify.semantics.statements import Definition
from nncore.verify.semantics.symbols import Binding
from nncore.verify.source.markdown import Reading
from nncore.verify.source.reader import display_path, read_page

_CORRECTED = re.compile(r":corrected:\s*(\S+)")

_J = TypeVar("_J")
_R = TypeVar("_R")


class _Run(Protocol):
    """Calls a function with each job."""

    def __call__(self, function: Callable[[_J], _R], jobs: Sequence[_J]) -> Iterable[_R]: ...


@dataclass(frozen=True, slots=True)
class Settings:
    """What is the same for all pages that are judged together."""

    root: Path  # the folder from which a report names files
    notation: Notation  # the letters in force
    functions: Mapping[str, Binding]  # that all pages know
    store: Cache  # what keeps judgements
    common: str  # a digest of the checker and the notation, under which they are kept
    book: bool  # whether MyST renders the pages
    free: bool = False  # whether they are in free spelling
    letters: Mapping[str, str] = field(default_factory=dict)  # what an author's letters are called in the notation
    proposing: bool = False  # whether a file that declares nothing is judged with what is proposed for it


@dataclass(frozen=True, slots=True)
class _Source:
    """A page."""

    path: Path
    name: str  # in the report
    text: str  # with what it includes


def check(
    paths: Sequence[Path | str],
    notation: Notation,
    cache: Path | str | None = None,
    root: Path | str = ".",
    processes: int | None = None,
    book: bool = False,
    done: Callable[[PageReport], None] = lambda page: None,
    free: bool = False,
    letters: Mapping[str, str] | None = None,
    proposing: bool = False,
) -> Report:
    """Read all pages and judge what they claim.

    Parameters
    ----------
    paths : sequence of Path or str
        The pages: Markdown, notebooks or LaTeX.
    notation : Notation
        The letters in force.
    cache : Path or str, optional
        A folder that keeps what was judged.
    root : Path or str
        The folder in which the pages lie; the report names them by their way from there.
    processes : int, optional
        On how many processes pages are judged; as many as the machine has unless given. The result is the same.
    book : bool
        Whether the files are the pages of one book, which MyST renders. Then a function that one defines under a label
        is known on all, and an erratum may name an equation of another page; a display that MyST does not know is an
        error, and so is what is wrong with a formula within words. Else no file reaches another, such displays are
        read, and formulas within words are counted.
    done : callable
        Called with every page that is done, in their order.
    free : bool
        Whether the files are in free spelling, see `nncore.verify.spelling`.
    letters : mapping of str to str, optional
        What letters of an author are called in the notation, if it was in free spelling, too.
    proposing : bool
        Whether a file in free spelling that declares nothing is judged with what is proposed for it, see
        `report.sections`.
    """
    require("verify", "nncore.verify")
    by = checker()
    store = Cache(Path(cache) if cache else None)
    common = digest(repr(sorted(by.items())), repr(notation))
    pages = [
        _Source(Path(path), display_path(Path(path), Path(root)), text_with_includes(Path(path))) for path in paths
    ]
    with _on_processes(processes or os.cpu_count() or 1) as run:
        exports, readings = _all_exports(pages, notation, common, store, run) if book else ([()] * len(pages), {})
        known, clashes = _known(pages, exports)
        everything = digest(common, repr(sorted(known.items())), repr((book, free, letters, proposing)))
        elsewhere = [_with_corrections(page, pages) if book else [] for page in pages]
        keys = [
            digest(everything, page.name, page.text, *(each.text for each in others))
            for page, others in zip(pages, elsewhere, strict=True)
        ]
        kept = [store.get(PageReport, key) for key in keys]
        functions = _definitions(pages, exports, readings, notation) if None in kept else {}
        settings = Settings(Path(root), notation, functions, store, common, book, free, letters or {}, proposing)
        jobs = [
            _Job(page.path, readings.get(page.path), [each.path for each in others], settings)
            for page, others, report in zip(pages, elsewhere, kept, strict=True)
            if report is None
        ]
        fresh, reports = iter(run(_judged, jobs)), []
        for key, found, clash in zip(keys, kept, clashes, strict=True):
            page, in_time = (found, False) if found else next(fresh)
            if in_time and all(problem.status.is_final for problem in page.all_problems):
                store.put(key, page)
            reports.append(replace(page, problems=page.problems + clash))
            done(reports[-1])
    return Report(tuple(reports), by)


def _with_corrections(page: _Source, pages: Sequence[_Source]) -> list[_Source]:
    """Return the pages on which an equation may stand that corrects an erratum of a page."""
    labels = _CORRECTED.findall(page.text)
    return [each for each in pages if any(label in each.text for label in labels)]


@dataclass(frozen=True, slots=True)
class _Job:
    """A page to be judged."""

    path: Path
    reading: Reading | None  # what was read of it, if it was read
    others: Sequence[Path]  # the pages that may correct its errata
    by: Settings


def _judged(job: _Job) -> tuple[PageReport, bool]:
    """Return the report on a page, and whether all proofs ended in time."""
    # What judges is loaded only now: a book that has not changed needs none of it.
    from nncore.verify.report.free import report_on_free
    from nncore.verify.report.page import report_on
    from nncore.verify.report.sections import report_with_proposals

    try:
        if job.by.proposing:
            return report_with_proposals(job.path, read_page(job.path), job.by)
        if job.by.free:
            return report_on_free(job.path, read_page(job.path), job.by)
        return report_on(job.path, job.reading or read_page(job.path, job.by.book), job.others, job.by)
    except Exception as error:  # whatever a page does to the checker, the other pages are judged
        name = display_path(job.path, job.by.root)
        reason = f"the checker failed on this file: {type(error).__name__}: {str(error)[:200]}"
        return PageReport(name, (), (Diagnostic(Status.CHECKER_FAULT, name, 1, 1, reason),)), False


@contextmanager
def _on_processes(count: int) -> Iterator[_Run]:
    """Give a ``map`` that runs on some processes and yields the results in order.

    The processes start with the first jobs, of which there must be two: one is done here.
    """
    if count == 1:
        yield _in_order
        return
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:

        def run(function: Callable[[_J], _R], jobs: Sequence[_J]) -> Iterable[_R]:
            return pool.map(function, jobs) if len(jobs) > 1 else map(function, jobs)

        yield run


def _in_order(function: Callable[[_J], _R], jobs: Iterable[_J]) -> Iterable[_R]:
    return map(function, jobs)


# Functions that all pages know ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Export:
    """A function that a page defines for all."""

    name: str
    line: int  # on its page
    digest: str  # of its definition


@dataclass(frozen=True, slots=True)
class _Exports:
    """The functions that a page defines for all, as the cache keeps them."""

    functions: tuple[_Export, ...]


def _all_exports(
    pages: Sequence[_Source], notation: Notation, common: str, store: Cache, run: _Run
) -> tuple[list[tuple[_Export, ...]], dict[Path, Reading]]:
    """Return the functions that each page of a book defines for all pages, and what was read to find them."""
    keys = [digest("functions", common, page.text) for page in pages]
    kept = [store.get(_Exports, key) for key in keys]
    fresh = iter(run(_exports, [(page.path, notation) for page, found in zip(pages, kept, strict=True) if not found]))
    readings: dict[Path, Reading] = {}
    exports = []
    for page, key, found in zip(pages, keys, kept, strict=True):
        if not found:
            found, readings[page.path] = next(fresh)
            store.put(key, found)
        exports.append(found.functions)
    return exports, readings


def _exports(job: tuple[Path, Notation]) -> tuple[_Exports, Reading]:
    path, notation = job
    reading = read_page(path, book=True)
    items = _functions(reading, notation).items()
    found = (_Export(name, item.line, digest(canonical(item.scope.definitions[name]))) for name, item in items)
    return _Exports(tuple(found)), reading


def _functions(reading: Reading, notation: Notation) -> dict[str, Definition]:
    try:
        return exported(reading, notation)
    except Exception:  # the page itself says what is wrong when it is judged
        return {}


def _known(
    pages: Sequence[_Source], exports: Sequence[Sequence[_Export]]
) -> tuple[dict[str, str], list[tuple[Diagnostic, ...]]]:
    """Return the digests of all functions by their names, and for each page what it defines although another does."""
    known: dict[str, str] = {}
    clashes = []
    for page, found in zip(pages, exports, strict=True):
        reason = "{} is defined on another page, too"
        twice = [each for each in found if each.name in known]
        clashes.append(tuple(
            Diagnostic(Status.WITHOUT_MEANING, page.name, each.line, 1, reason.format(each.name)) for each in twice
        ))  # fmt: skip
        known = {**{each.name: each.digest for each in found}, **known}
    return known, clashes


def _definitions(
    pages: Sequence[_Source], exports: Sequence[Sequence[_Export]], readings: Mapping[Path, Reading], notation: Notation
) -> dict[str, Binding]:
    """Return the functions themselves, each of the first page that defines it."""
    found: dict[str, Binding] = {}
    for page, names in zip(pages, exports, strict=True):
        if names:
            reading = readings.get(page.path) or read_page(page.path, book=True)
            own = {name: item.scope.definitions[name] for name, item in _functions(reading, notation).items()}
            found = {**own, **found}
    return found
