r"""Check the displayed formulas of files from the command line: ``nncore-verify PATH…``.

Markdown pages, notebooks and LaTeX files are read, folders are searched for them. What a formula may use is what its
own file defines (``:=``) and declares, over the letters of this book or those of ``--notation FILE``. With ``--book``
the files are the pages of one book: they know each other's labelled functions, what MyST would not display is an error,
and formulas within words are judged as well. Without it, these are counted and decide nothing.

With ``--formula LATEX`` what was typed is judged instead, and each step is printed as it is found: how it is read, what
numbers say, the verdict. It may be several formulas with blank lines between; ``:=`` defines for those below. With
``--page PAGE`` the text stands at the end of that page, and with ``--book`` it knows the functions of all pages that
are named.

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
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from nncore.verify.judgement import BAD_USAGE, Status
from nncore.verify.notation import Notation, NotationError, load
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.evidence import as_json
from nncore.verify.report.in_force import Context, functions_of, in_force
from nncore.verify.report.serialization import to_json
from nncore.verify.report.service import Stage, steps
from nncore.verify.report.terminal import show, show_step
from nncore.verify.source.context import Surroundings
from nncore.verify.source.markdown import Reading
from nncore.verify.source.reader import SUFFIXES, printable, read_page

_LEFT_OUT = ("_build", "node_modules", "venv", "env")


class _BadUsage(ValueError):
    """What the user asked for cannot be done; one line."""


class _Parser(argparse.ArgumentParser):
    """A parser that ends with the exit code of bad usage."""

    def error(self, message: str) -> NoReturn:
        """Raise what the user is told, in place of ending."""
        raise _BadUsage(f"{message} (see --help)")


def run(name: str, arguments: Sequence[str] | None = None) -> int:
    """Run the command, by the name under which it was called, and return its exit code."""
    parser = _Parser(
        prog=name,
        description="Check every displayed formula of Markdown pages, notebooks and LaTeX files.",
        epilog="Exit code: 0 all verified; 1 something is refuted; 2 something cannot be read, has no meaning or is "
        "undecided; 64 bad usage; 70 a fault of the checker.",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file (.md, .ipynb, .tex), or a folder of them")
    parser.add_argument("--formula", metavar="LATEX", help="judge this text, and print each step as it is found")
    parser.add_argument("--page", metavar="PAGE", help="with --formula: the page at whose end the text would stand")
    parser.add_argument("--notation", metavar="FILE", help="the letters in force, in place of those of the book")
    parser.add_argument("--json", action="store_true", help="print the whole evidence as JSON")
    parser.add_argument("--book", action="store_true", help="the files are the pages of one book, which MyST renders")
    try:
        asked = parser.parse_args(arguments)
        paths = list(dict.fromkeys(path for name in asked.paths for path in _files(Path(name))))
        notation = _notation(asked.notation)
        if asked.formula is not None:
            return _judge_typed(asked.formula, _context(asked.page, paths, notation, asked.book), asked.json)
        if asked.page or not paths:
            raise _BadUsage("--page needs --formula" if asked.page else "name a PATH, or write --formula LATEX")
        if asked.json:
            report = check(paths, notation, book=asked.book)
            print(json.dumps(as_json(report), indent=1))
        else:
            report = show(paths, notation, asked.book)
    except _BadUsage as error:
        print(f"{parser.prog}: {printable(str(error))}", file=sys.stderr)
        return BAD_USAGE
    except Exception as error:  # never a traceback, whose exit code would be that of a refuted formula
        reason = printable(f"{type(error).__name__}: {error}")[:500]
        print(f"{parser.prog}: the checker failed: {reason}", file=sys.stderr)
        return Status.CHECKER_FAULT.exit_code
    codes = [problem.status.exit_code for problem in report.problems]
    found_any = any(page.formulas for page in report.pages)
    return _exit_code(codes, Status.ALL_SHAPES if found_any else Status.UNREADABLE)


def _judge_typed(text: str, context: Context, as_lines: bool) -> int:
    """Print what is found of a text as it is found, one object for JSON a line if asked for; return the exit code."""
    codes = []
    for step in steps(text, context):
        if as_lines:
            print(json.dumps(to_json(step), ensure_ascii=False), flush=True)
        else:
            show_step(step, text)
        codes += [step.status.exit_code] if isinstance(step.status, Status) and step.stage is Stage.VERDICT else []
    return _exit_code(codes, Status.ALL_SHAPES)


def _context(page: str | None, paths: Sequence[Path], notation: Notation, book: bool) -> Context:
    """Return what is in force at the end of a page; without one, the notation and the functions of a book."""
    if paths and not book:
        raise _BadUsage("with --formula, pages are named only with --book: those whose functions are known")
    if page and Path(page).is_dir():
        raise _BadUsage(f"{page}: one page is expected, this is a folder")
    reading = Reading.of((), Surroundings((), ()), (), [])
    for path in _files(Path(page)) if page else ():
        reading = read_page(path, book)
    try:
        return in_force(reading, notation, functions_of((read_page(path, book) for path in paths), notation))
    except NotationError as error:
        raise _BadUsage(f"nothing is judged, since the page is at fault: {error}") from None


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


def _exit_code(found: Collection[int], otherwise: Status) -> int:
    """Return the exit code of the worst that was found; a checker that is at fault may be wrong in all it says."""
    for code in (Status.CHECKER_FAULT.exit_code, Status.REFUTED.exit_code):
        if code in found:
            return code
    return max(found, default=otherwise.exit_code)
