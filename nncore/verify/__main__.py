r"""Checks the displayed formulas of files from the command line: ``python -m nncore.verify PATH…``.

Markdown pages, notebooks and LaTeX files are read, folders are searched for them. What a formula may use is what its
own file defines (``:=``) and declares, over the letters of this book or those of ``--notation FILE``. With ``--book``
the files are the pages of one book: they know each other's labelled functions, what MyST would not display is an error,
and formulas within words are judged as well. Without it, these are counted and decide nothing.

The exit code says the worst that was found:

0   everything that is claimed is verified
1   something is refuted, or does not fail as its erratum says
2   something cannot be read, has no meaning or is undecided, or there is no formula to be checked
64  the command cannot do what was asked for
70  the checker is at fault, so what else it says of this file may be wrong as well
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import Notation, NotationError, load
from nncore.verify.report.badges import how, word
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.evidence import (
    Evidence,
    PageReport,
    Report,
    as_json,
    sentences,
)
from nncore.verify.semantics.statements import Kind
from nncore.verify.source.reader import SUFFIXES, printable

if TYPE_CHECKING:
    from rich.text import Text

_LEFT_OUT = ("_build", "node_modules", "venv", "env")
_HOW_TO_BEGIN = r"""{} defines nothing, so no claim can be derived from anything.
Write what is given with :=, above what follows from it, as in  L_i := -\ln p_{{i c_i}}
Letters of your own are declared in a {{notation}} block, in LaTeX in comments below % notation:"""


BAD_USAGE = 64  # as in sysexits.h, like the codes of statuses


class _BadUsage(ValueError):
    """What the user asked for cannot be done; one line."""


class _Parser(argparse.ArgumentParser):
    """A parser that ends with the exit code of bad usage."""

    def error(self, message: str) -> NoReturn:
        """Raises what the user is told, in place of ending."""
        raise _BadUsage(f"{message} (see --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command and returns its exit code."""
    parser = _Parser(
        prog="python -m nncore.verify",
        description="Check every displayed formula of Markdown pages, notebooks and LaTeX files.",
        epilog="Exit code: 0 all verified; 1 something is refuted; 2 something cannot be read, has no meaning or is "
        "undecided; 64 bad usage; 70 a fault of the checker.",
    )
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file (.md, .ipynb, .tex), or a folder of them")
    parser.add_argument("--notation", metavar="FILE", help="the letters in force, in place of those of the book")
    parser.add_argument("--json", action="store_true", help="print the whole evidence as JSON")
    parser.add_argument("--book", action="store_true", help="the files are the pages of one book, which MyST renders")
    try:
        asked = parser.parse_args(arguments)
        paths = list(dict.fromkeys(path for name in asked.paths for path in _files(Path(name))))
        notation = _notation(asked.notation)
        if asked.json:
            report = check(paths, notation, book=asked.book)
            print(json.dumps(as_json(report), indent=1))
        else:
            report = _show(paths, notation, asked.book)
    except _BadUsage as error:
        print(f"{parser.prog}: {_plain(error)}", file=sys.stderr)
        return BAD_USAGE
    except Exception as error:  # never a traceback, whose exit code would be that of a refuted formula
        print(f"{parser.prog}: the checker failed: {type(error).__name__}: {_plain(error)[:500]}", file=sys.stderr)
        return Status.CHECKER_FAULT.exit_code
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
    """The exit code of the worst that was found; a checker that is at fault may be wrong in all it says."""
    codes = {problem.status.exit_code for problem in report.problems}
    for code in (Status.CHECKER_FAULT.exit_code, Status.REFUTED.exit_code):
        if code in codes:
            return code
    found_any = any(page.formulas for page in report.pages)
    return max(codes, default=0 if found_any else Status.UNREADABLE.exit_code)


# On the terminal ------------------------------------------------------------------------------------------------------


def _show(paths: Sequence[Path], notation: Notation, book: bool) -> Report:
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

        report = check(paths, notation, done=done, book=book)
    for line in _summary(report):
        console.print(line)
    return report


def _lines_of_page(page: PageReport) -> Iterator["Text"]:
    from rich.text import Text

    for problem in page.problems:
        yield from _lines_of_problem(problem)
    for formula in page.formulas:
        place = f"{formula.path}:{formula.line}"
        style = "bold red" if formula.fails else "green" if formula.claims else "dim"
        label = f"{_plain(formula.label)}  " if formula.label else ""
        line = Text.assemble((_plain(place), "cyan"), "  ", label, (word(formula), style))
        if formula.claims and not formula.fails:
            line.append(f"  ({_plain('; '.join(_grounds(formula)))})", "dim")
        yield line
        for problem in formula.problems:
            yield from _lines_of_problem(problem)
    if page.inline:
        number = f"{page.inline} formula{'s' if page.inline > 1 else ''} within words, not judged"
        yield Text(f"{_plain(page.name)}: {number}; {page.relations} of them with a relation", "dim")
    if not page.formulas and not page.problems:
        yield Text(f"{_plain(page.name)}: no displayed formula")
    elif page.all_problems and not any(Kind.DEFINITION in formula.kinds for formula in page.formulas):
        yield Text(_HOW_TO_BEGIN.format(_plain(page.name)), "yellow")


def _grounds(formula: Evidence) -> Iterator[str]:
    """How the claims of a formula were found, what must hold for them, and the assumptions in force."""
    judgements = list(formula.judgements)
    yield from dict.fromkeys(line for each in judgements for line in how(each))
    where = dict.fromkeys(condition for each in judgements for condition in each.where)
    under = dict.fromkeys(label for each in judgements for label in each.assumptions if label)
    if where:
        yield f"where {' and '.join(where)}"
    if under:
        yield f"under {', '.join(under)}"


def _lines_of_problem(problem: Diagnostic) -> Iterator["Text"]:
    from rich.text import Text

    place = f"{problem.path}:{problem.line}:{problem.column}"
    yield Text.assemble((f"  {_plain(place)}: ", "cyan"), (f"{problem.status}: ", "bold red"), _plain(problem.reason))
    for line in problem.snippet.split("\n"):
        if line:
            yield Text(f"    {_plain(line)}")


def _plain(text: object) -> str:
    """A text from a file as it may be printed: without what commands a terminal."""
    return printable(str(text))


def _summary(report: Report) -> Iterator["Text"]:
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
            f"{_plain(name)} takes longest, {1000 * slowest:.0f} ms."
        )


if __name__ == "__main__":
    sys.exit(main())
