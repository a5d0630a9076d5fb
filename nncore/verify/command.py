r"""Check the displayed formulas of files from the command line: ``nncore-verify PATH…``.

Markdown pages, notebooks and LaTeX files are read, folders are searched for them. What a formula may use is what its
own file defines (``:=``) and declares, over the letters of this book or those of ``--notation FILE``. A file that
another one of them includes is judged there, with what stands above it, and not once more alone. With ``--book`` the
files are the pages of one book: they know each other's labelled functions, what MyST would not display is an error, and
formulas within words are judged as well. Without it, these are counted and decide nothing.

``--answers FILE`` judges, in place of formulas, what a reader answered to exercises in the pages of a book and saved:
from the sources of the book, which are the files named or those of this folder. Numbers are computed by the expressions
that these pages give for them, so ask this of pages only whose cells you would run. A wrong answer, and a wrong verdict
in the file, counts like a refuted formula; one that cannot be read, or has no question, like an unreadable formula.

The spelling of files that are no pages of a book is *free*: ``^T``, ``\log``, ``\sum_i``, ``W_1`` and other things that
people write are read, and what was taken for what is said below each formula. ``--spelling book`` reads the spelling of
the book alone, and refuses everything else. A text of ``--formula`` keeps its meaning in that spelling; what has none
there is read in the free one.

With ``--formula LATEX`` what was typed is judged instead, and each step is printed as it is found: how it is read, what
numbers say, the verdict. It may be several formulas with blank lines between; ``:=`` defines for those below. With
``--page PAGE`` the text stands at the end of that page, and with ``--book`` it knows the functions of all pages that
are named.

A file in free spelling that has no ``{notation}`` block is judged with one that is proposed for it, unless
``--notation`` names the letters: with its letters and their shapes, how far indices run, and a definition of each
function that has a usual one and none there. The report says what that is. ``--propose FILE`` prints it alone, to be
looked over and pasted into the file.

With ``--proved`` a claim that numbers alone support counts like one that nothing decides.

The exit code says the worst that was found, by the table `judgement.ExitCode`.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

from nncore.verify.judgement import BAD_USAGE, ExitCode, Status
from nncore.verify.notation import Notation, NotationError, load
from nncore.verify.report.book import NOTATION, check
from nncore.verify.report.cache import with_includes
from nncore.verify.report.evidence import as_json
from nncore.verify.report.handed_in import WrongFile, judged, lines
from nncore.verify.report.in_force import Context, functions_of, in_force
from nncore.verify.report.serialization import to_json
from nncore.verify.report.service import Stage, Step, steps
from nncore.verify.report.terminal import show, show_step
from nncore.verify.source.context import Surroundings
from nncore.verify.source.markdown import Reading
from nncore.verify.source.reader import SUFFIXES, printable, read_page
from nncore.verify.source.yaml_words import all_faults
from nncore.verify.spelling.declared import faults_in, parsed
from nncore.verify.spelling.scene import Scene

_LEFT_OUT = ("_build", "node_modules", "venv", "env")


class _BadUsage(ValueError):
    """What the user asked for cannot be done, in one line or several."""


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
        epilog="Exit code: " + "; ".join(f"{code.value} {code.says}" for code in sorted(ExitCode)) + ".",
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a file (.md, .ipynb, .tex), or a folder of them")
    parser.add_argument("--formula", metavar="LATEX", help="judge this text, and print each step as it is found")
    parser.add_argument("--page", metavar="PAGE", help="with --formula: the page at whose end the text would stand")
    parser.add_argument("--notation", metavar="FILE", help="the letters in force, in place of those of the book")
    parser.add_argument("--json", action="store_true", help="print the whole evidence as JSON")
    parser.add_argument("--book", action="store_true", help="the files are the pages of one book, which MyST renders")
    parser.add_argument(
        "--spelling", choices=("free", "book"), help="free, unless for files --book: other spellings are read, too"
    )
    parser.add_argument("--proved", action="store_true", help="what numbers alone support is not enough")
    parser.add_argument("--propose", metavar="FILE", help="print the {notation} block that this file seems to mean")
    parser.add_argument("--answers", metavar="FILE", help="judge what a reader answered, by the pages of the book")
    try:
        asked = parser.parse_args(arguments)
        names = asked.paths or (["."] if asked.answers else [])
        named = dict.fromkeys(path for name in names for path in _files(Path(name)))
        paths = _not_included([*named], asked.book)
        free = asked.spelling == "free" or (asked.spelling is None and not asked.book and asked.formula is None)
        free = (free and not asked.answers) or bool(asked.propose)
        if asked.propose and (asked.paths or asked.book or asked.formula or asked.answers or asked.spelling == "book"):
            raise _BadUsage("--propose takes one file, and goes with --notation alone")
        notation, letters = _notation(asked.notation, free)
        if asked.propose:
            return _propose(asked.propose, notation, letters)
        if asked.answers:
            return _answers(Path(asked.answers), paths, notation, asked.json)
        if asked.formula is not None:
            context = _context(asked.page, paths, notation, asked.book)
            return _judge_typed(asked.formula, context, asked.json, asked.proved, asked.spelling != "book")
        if asked.page or not paths:
            raise _BadUsage("--page needs --formula" if asked.page else "name a PATH, or write --formula LATEX")
        if free and asked.book:
            raise _BadUsage("the pages of a book are in its own spelling: leave --spelling free or --book out")
        proposing = free and not asked.notation
        if asked.json:
            report = check(paths, notation, book=asked.book, free=free, letters=letters, proposing=proposing)
            print(json.dumps(as_json(report), indent=1))
        else:
            report = show(paths, notation, asked.book, free=free, letters=letters, proposing=proposing)
    except _BadUsage as error:
        for line in error.args:
            print(f"{parser.prog}: {printable(str(line))}", file=sys.stderr)
        return BAD_USAGE
    except BrokenPipeError:  # whoever reads has what it wants, as head has; the rest, too, is written to nowhere
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OPEN
    except Exception as error:  # never a traceback, whose exit code would be that of a refuted formula
        reason = printable(f"{type(error).__name__}: {error}")[:500]
        print(f"{parser.prog}: the checker failed: {reason}", file=sys.stderr)
        return ExitCode.FAULT
    codes = [problem.exit_code for problem in report.problems]
    formulas = [formula for page in report.pages for formula in page.formulas]
    is_sampled = any(each.status is Status.SAMPLED for formula in formulas for each in formula.judgements)
    lacks = not formulas or (asked.proved and is_sampled)
    return ExitCode.worst([*codes, *([ExitCode.OPEN] if lacks else [])])


def _judge_typed(text: str, context: Context, as_lines: bool, proved: bool, free: bool) -> int:
    """Print what is found of a text as it is found, one object for JSON a line if asked for; return the exit code."""

    def tell(step: Step) -> None:
        if as_lines:
            print(json.dumps(to_json(step), ensure_ascii=False), flush=True)
        else:
            show_step(step, text)

    verdicts = [step for step in steps(text, context, tell, free=free) if step.stage is Stage.VERDICT]
    lacks = proved and any(step.status is Status.SAMPLED for step in verdicts)
    return ExitCode.worst([*(step.exit_code for step in verdicts), *([ExitCode.OPEN] if lacks else [])])


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


def _propose(name: str, notation: Notation, letters: Mapping[str, str]) -> int:
    """Print what a file seems to declare, and what is to be done with it where it is not taken for a part of that."""
    from nncore.verify.report.sections import pasted, propose

    if Path(name).is_dir():
        raise _BadUsage(f"{name}: one file is expected, this is a folder")
    (path,) = _files(Path(name))
    found = propose(path, notation, letters)
    for (part, proposal), text in zip(found, pasted(found, path.suffix), strict=True):
        if text:
            print(text)
        at = f"{printable(name)}{f', {part.place}' if len(found) > 1 else ''}"
        print(f"{at}: {proposal.summary(path.suffix, '' if part.is_first else part.place)}.", file=sys.stderr)
    return ExitCode.worst([] if any(proposal.statements for _, proposal in found) else [ExitCode.OPEN])


def _answers(file: Path, pages: Sequence[Path], notation: Notation, as_data: bool) -> int:
    """Judge what was handed in, print it, and return the exit code."""
    try:
        found = judged(file, pages, notation)
    except WrongFile as error:
        raise _BadUsage(str(error)) from None
    print(json.dumps(to_json(found), indent=1) if as_data else "\n".join(lines(found)))
    return found.exit_code


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


def _not_included(paths: list[Path], book: bool) -> list[Path]:
    """Leave out the files that another one includes; of those that include each other, the first stays.

    A text may name a file in a comment. So what the reader found decides: each display of the file, and something that
    stands in the file itself.
    """
    files = {path.resolve(): path for path in paths}
    named = {path: [files[each] for each in with_includes(path) if each in files] for path in paths}
    involved = {each for path, inside in named.items() if inside != [path] for each in (path, *inside)}
    readings = {path: _found(path, book) for path in paths if path in involved}

    def holds(path: Path, other: Path) -> bool:
        """Return whether all that is found in another file is found where this one is read."""
        displays, marks = readings[path]
        of_other, alone = readings[other]
        here = other.resolve()
        return other in named[path] and of_other <= displays and (not alone or any(each == here for each in marks))

    def is_held(place: int, path: Path) -> bool:
        return any(
            holds(other, path) and (before < place or not holds(path, other))
            for before, other in enumerate(paths)
            if other in involved and other != path
        )

    return [path for place, path in enumerate(paths) if path not in involved or not is_held(place, path)]


def _found(path: Path, book: bool) -> tuple[set[tuple[Path, int, tuple[int, ...]]], set[Path]]:
    """Return the places of all displays that are read in a file, and the files in which anything is found."""
    try:
        reading = read_page(path, book)
    except Exception:  # it is said where the file is judged
        return set(), set()
    displays = {(each.path.resolve(), each.line, each.columns) for each in reading.formulas}
    within_words, faults = (each.path for each in reading.inline), (each.path for each in reading.faults)
    return displays, {path for path, *_ in displays} | {Path(each).resolve() for each in (*within_words, *faults)}


def _notation(name: str | None, free: bool) -> tuple[Notation, dict[str, str]]:
    """Return the letters in force, and what those of an author are called in it."""
    path = Path(name) if name else NOTATION
    try:
        if name and free:
            return parsed(path.read_text(encoding="utf-8"))
        return load(path), {}
    except OSError:
        raise _BadUsage(f"{path}: there is no such file") from None
    except UnicodeDecodeError as error:
        raise _BadUsage(f"{path}: {error}") from None
    except NotationError:
        raise _BadUsage(*_faults(path, free)) from None


def _faults(path: Path, free: bool) -> Iterator[str]:
    """Yield all that is wrong with a notation, a line for each."""
    text = path.read_text(encoding="utf-8")
    found = faults_in(text, Scene(Notation()), None) if free else all_faults(text, None)
    yield from (f"{path}:{fault.line}: {fault.reason}" for fault in found)
