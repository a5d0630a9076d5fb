"""The whole book: reads all pages and has them judged.

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
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import Notation
from nncore.verify.report.cache import Cache, canonical, checker, digest, text_with_includes
from nncore.verify.report.evidence import PageReport, Report, page_as_json, page_from_json
from nncore.verify.semantics.elaborate import exported
from nncore.verify.semantics.statements import Definition
from nncore.verify.semantics.symbols import Binding
from nncore.verify.source.markdown import Reading
from nncore.verify.source.reader import display_path, read_page

NOTATION = Path(__file__).resolve().parents[3] / "book" / "notation.yml"  # of this book, installed beside nncore
Run = Callable[[Callable[..., Any], Sequence[tuple[Any, ...]]], Iterable[Any]]
"""Calls a function with the arguments of each job."""

_CORRECTED = re.compile(r":corrected:\s*(\S+)")


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
    book: bool = False,
    done: Callable[[PageReport], None] = lambda page: None,
) -> Report:
    """Reads all pages and judges what they claim.

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
    seed : str
        Where the random numbers begin.
    book : bool
        Whether the files are the pages of one book, which MyST renders. Then a function that one defines under a label
        is known on all, and an erratum may name an equation of another page; a display that MyST does not know is an
        error, and so is what is wrong with a formula within words. Else no file reaches another, such displays are
        read, and formulas within words are counted.
    done : callable
        Called with every page that is done, in their order.
    """
    by = {**checker(), "seed": seed}
    store = Cache(cache)
    common = digest(repr(sorted(by.items())), repr(notation))
    pages = [
        _Source(Path(path), display_path(Path(path), Path(root)), text_with_includes(Path(path))) for path in paths
    ]
    with _on_processes(processes or os.cpu_count() or 1) as run:
        exports, readings = _all_exports(pages, notation, common, store, run) if book else ([[]] * len(pages), {})
        known, clashes = _known(pages, exports)
        everything = digest(common, repr(sorted(known.items())), repr(book))
        elsewhere = [_with_corrections(page, pages) if book else [] for page in pages]
        keys = [
            digest(everything, page.name, page.text, *(each.text for each in others))
            for page, others in zip(pages, elsewhere, strict=True)
        ]
        kept = [store.get(key) for key in keys]
        functions = _definitions(pages, exports, readings, notation) if None in kept else {}
        common_to_all = (Path(root), notation, functions, seed, store, common, book)
        jobs = [
            (page.path, readings.get(page.path), [each.path for each in others], common_to_all)
            for page, others, value in zip(pages, elsewhere, kept, strict=True)
            if value is None
        ]
        fresh, report = iter(run(_judged, jobs)), []
        for key, value, clash in zip(keys, kept, clashes, strict=True):
            page, in_time = next(fresh) if value is None else (page_from_json(value), True)
            if value is None and in_time and _is_settled(page):
                store.put(key, page_as_json(page))
            page = replace(page, problems=page.problems + clash)
            report.append(page)
            done(page)
    return Report(tuple(report), by)


def _with_corrections(page: _Source, pages: Sequence[_Source]) -> list[_Source]:
    """The pages on which an equation may stand that corrects an erratum of a page."""
    labels = _CORRECTED.findall(page.text)
    return [each for each in pages if any(label in each.text for label in labels)]


def _judged(
    path: Path, reading: Reading | None, others: Sequence[Path], common_to_all: tuple[Any, ...]
) -> tuple[PageReport, bool]:
    """A judged page. What judges is loaded only now: a book that has not changed needs none of it."""
    from nncore.verify.report.page import Settings, report_on

    by = Settings(*common_to_all)
    try:
        return report_on(path, reading or read_page(path, by.book), others, by)
    except Exception as error:  # whatever a page does to the checker, the other pages are judged
        name = display_path(path, by.root)
        reason = f"the checker failed on this file: {type(error).__name__}: {str(error)[:200]}"
        return PageReport(name, (), (Diagnostic(Status.CHECKER_FAULT, name, 1, 1, reason),)), False


def _is_settled(page: PageReport) -> bool:
    """Whether the judges came to an end on all of a page."""
    return all(problem.status.is_final for problem in page.all_problems)


@contextmanager
def _on_processes(count: int) -> Iterator[Run]:
    """A ``map`` that calls a function with the arguments of each job, on some processes, and gives results in order.

    The processes start with the first jobs, of which there must be two: one is done here.
    """
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        yield (
            lambda function, jobs: (
                pool.map(function, *zip(*jobs, strict=True))
                if min(count, len(jobs)) > 1
                else (function(*job) for job in jobs)
            )
        )


# Functions that all pages know ----------------------------------------------------------------------------------------


_Exports = list[tuple[str, int, str]]  # of a page: the names of functions, lines, and digests of the definitions


def _all_exports(
    pages: Sequence[_Source], notation: Notation, common: str, store: Cache, run: Run
) -> tuple[list[_Exports], dict[Path, Reading]]:
    """The functions that each page of a book defines for all pages, and what was read to find them."""
    keys = [digest("functions", common, page.text) for page in pages]
    kept: dict[str, Any] = {key: store.get(key) for key in keys}
    missing = [(key, page) for key, page in zip(keys, pages, strict=True) if kept[key] is None]
    readings: dict[Path, Reading] = {}
    for (key, page), (exports, reading) in zip(
        missing, run(_exports, [(page.path, notation) for _, page in missing]), strict=True
    ):
        store.put(key, exports)
        kept[key], readings[page.path] = exports, reading
    return [kept[key] for key in keys], readings


def _exports(path: Path, notation: Notation) -> tuple[_Exports, Reading]:
    reading = read_page(path, book=True)
    items = _functions(reading, notation)
    return [(name, item.line, digest(canonical(item.scope.definitions[name]))) for name, item in items.items()], reading


def _functions(reading: Reading, notation: Notation) -> dict[str, Definition]:
    try:
        return exported(reading, notation)
    except Exception:  # the page itself says what is wrong when it is judged
        return {}


def _known(
    pages: Sequence[_Source], exports: Sequence[_Exports]
) -> tuple[dict[str, str], list[tuple[Diagnostic, ...]]]:
    """The digests of all functions by their names, and for each page what it defines although another does."""
    known: dict[str, str] = {}
    clashes = []
    for page, found in zip(pages, exports, strict=True):
        twice = [(name, line) for name, line, _ in found if name in known]
        reason = "{} is defined on another page, too"
        status = Status.WITHOUT_MEANING
        clashes.append(tuple(Diagnostic(status, page.name, line, 1, reason.format(name)) for name, line in twice))
        known = {**{name: named for name, _, named in found}, **known}
    return known, clashes


def _definitions(
    pages: Sequence[_Source], exports: Sequence[_Exports], readings: Mapping[Path, Reading], notation: Notation
) -> dict[str, Binding]:
    """The functions themselves, each of the first page that defines it."""
    found: dict[str, Binding] = {}
    for page, names in zip(pages, exports, strict=True):
        if names:
            reading = readings.get(page.path) or read_page(page.path, book=True)
            own = {name: item.scope.definitions[name] for name, item in _functions(reading, notation).items()}
            found = {**own, **found}
    return found
