r"""Checks the displayed formulas of files from the command line: ``python -m nncore.verify PATH…``.

Markdown pages, notebooks and LaTeX files are read, folders are searched for them. What a formula may use is what its
own file defines (``:=``) and declares, over the letters of this book or those of ``--notation FILE``. Files that are
named together know each other's labelled functions.

The exit code is 0 if everything is verified, 1 if something is refuted or undecided, and 2 if something cannot be read,
has no meaning, or is not there to be checked.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nncore.verify.badges import how, word
from nncore.verify.book import NOTATION, check
from nncore.verify.evidence import (
    FAILING,
    UNREADABLE,
    WITHOUT_MEANING,
    PageReport,
    Problem,
    Report,
    as_json,
    sentences,
)
from nncore.verify.meaning import DEFINITION
from nncore.verify.notation import Notation, NotationError, load
from nncore.verify.sources import SUFFIXES

_LEFT_OUT = ("_build", "node_modules", "venv", "env")
_HOW_TO_BEGIN = r"""{} defines nothing, so no claim can be derived from anything.
Write what is given with :=, above what follows from it, as in  L_i := -\ln p_{{i c_i}}
Letters of your own are declared in a {{notation}} block, in LaTeX in comments below % notation:"""


class _BadUsage(ValueError):
    """What the user asked for cannot be done; one line."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m nncore.verify",
        description="Check every displayed formula of Markdown pages, notebooks and LaTeX files.",
        epilog="Exit code: 0 all verified, 1 something refuted, 2 something cannot be read or has no meaning.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file (.md, .ipynb, .tex), or a folder of them")
    parser.add_argument("--notation", metavar="FILE", help="the letters in force, in place of those of the book")
    parser.add_argument("--json", action="store_true", help="print the whole evidence as JSON")
    asked = parser.parse_args(arguments)
    try:
        paths = list(dict.fromkeys(path for name in asked.paths for path in _files(Path(name))))
        notation = _notation(asked.notation)
    except _BadUsage as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    if asked.json:
        report = check(paths, notation)
        print(json.dumps(as_json(report), ensure_ascii=False, indent=1))
    else:
        report = _show(paths, notation)
    return _exit_code(report)


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        inside = sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
        found = [each for each in inside if not any(map(_is_left_out, each.relative_to(path).parts))]
        if not found:
            raise _BadUsage(f"{path}: no {', '.join(SUFFIXES)} file in this folder")
        yield from found
    elif not path.is_file():
        raise _BadUsage(f"{path}: there is no such file")
    elif path.suffix not in SUFFIXES:
        raise _BadUsage(f"{path}: only {', '.join(SUFFIXES)} files are read")
    else:
        yield path


def _is_left_out(name: str) -> bool:
    return name.startswith(".") or name in _LEFT_OUT


def _notation(name: str | None) -> Notation:
    try:
        return load(Path(name) if name else NOTATION)
    except OSError:
        raise _BadUsage(f"{name or NOTATION}: there is no such file") from None
    except (NotationError, UnicodeDecodeError) as error:
        raise _BadUsage(str(error)) from None


def _exit_code(report: Report) -> int:
    statuses = {problem.status for problem in report.problems}
    if statuses - {UNREADABLE, WITHOUT_MEANING}:
        return 1
    return 2 if statuses or not any(page.formulas for page in report.pages) else 0


# On the terminal ------------------------------------------------------------------------------------------------------


def _show(paths: Sequence[Path], notation: Notation) -> Report:
    """Judges the files and prints a line a formula; color and progress only where somebody sees them."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(highlight=False, soft_wrap=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("judging", total=len(paths))

        def done(page: PageReport) -> None:
            for line in _lines_of_page(page):
                progress.console.print(line)
            progress.advance(task)

        report = check(paths, notation, done=done)
    for line in _summary(report):
        console.print(line)
    return report


def _lines_of_page(page: PageReport) -> Iterator:
    from rich.text import Text

    for problem in page.problems:
        yield from _lines_of_problem(problem)
    for formula in page.formulas:
        place = f"{formula.path}:{formula.line}"
        style = "bold red" if formula.status in FAILING else "green" if formula.claims else "dim"
        methods = dict.fromkeys(line for part in formula.claims for line in how(part.judgement))
        line = Text.assemble(
            (place, "cyan"), "  ", (f"{formula.label}  " if formula.label else ""), (word(formula), style)
        )
        if formula.claims and formula.status not in FAILING:
            line.append(f"  ({'; '.join(methods)})", "dim")
        yield line
        for problem in formula.problems:
            yield from _lines_of_problem(problem)
    if not page.formulas and not page.problems:
        yield Text(f"{page.name}: no displayed formula")
    elif page.all_problems and not any(DEFINITION in formula.kinds for formula in page.formulas):
        yield Text(_HOW_TO_BEGIN.format(page.name), "yellow")


def _lines_of_problem(problem: Problem) -> Iterator:
    from rich.text import Text

    place = f"{problem.path}:{problem.line}:{problem.column}"
    yield Text.assemble((f"  {place}: ", "cyan"), (f"{problem.status}: ", "bold red"), problem.reason)
    for line in problem.snippet.splitlines():
        yield Text(f"    {line}")


def _summary(report: Report) -> Iterator:
    from rich.text import Text

    for line in sentences(report):
        yield Text(line, "bold")
    times = sorted(
        (formula.seconds, formula.name) for page in report.pages for formula in page.formulas if formula.claims
    )
    if times:
        total, (slowest, name) = sum(seconds for seconds, _ in times), times[-1]
        median = times[len(times) // 2][0]
        yield Text(
            f"On one process {total:.1f} s; a formula with claims takes {1000 * median:.0f} ms in the median, "
            f"{name} takes longest, {1000 * slowest:.0f} ms."
        )


if __name__ == "__main__":
    sys.exit(main())
