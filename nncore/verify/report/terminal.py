"""What the command prints on a terminal: a line a formula, what is wrong with it, and the totals."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from nncore.extras import require
from nncore.verify.judgement import Diagnostic, Status
from nncore.verify.notation import Notation
from nncore.verify.report.book import check
from nncore.verify.report.doubts import FALSE_AS_PROPOSED
from nncore.verify.report.evidence import Evidence, PageReport, Report
from nncore.verify.report.service import Stage, Step
from nncore.verify.report.wording import grounds, sentences, status_text
from nncore.verify.semantics.statements import Definition
from nncore.verify.source.reader import printable

try:
    from rich.console import Console
    from rich.progress import Progress
    from rich.text import Text
except ModuleNotFoundError:
    require("verify", "nncore.verify")
    raise

_IN_SIGHT = 5  # formulas of a page
_FALSE = "false with what is proposed"
_ORDER = [str(Status.REFUTED), _FALSE, *(str(each) for each in reversed(list(Status)))]
_UNDECLARED = "neither declared nor defined"  # as `semantics.symbols` says of a letter
_HOW_TO_BEGIN = r"""{} defines nothing: its letters stand for any numbers, and a claim must hold for all of them.
Write what is given with :=, above what follows from it, as in  L_i := -\ln p_{{i c_i}}"""
_PROPOSED = """{} declares nothing, and is judged with what is proposed for it, which may be wrong.
Look it over, above all what is guessed, and paste it into the file:"""
_LETTERS = """Letters of your own are declared in a {notation} block, in LaTeX in comments below % notation:
  scalars:
    - {letter: u, meaning: what it is}
The other parts of such a block are sizes, indices, arrays and functions; --notation FILE replaces all letters."""


def show(paths: Sequence[Path], notation: Notation, book: bool, **more: Any) -> Report:
    """Judge the files and print a line a formula; color and progress only where somebody sees them.

    What else is given goes to `report.book.check`.
    """
    console = Console(highlight=False, soft_wrap=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("judging", total=len(paths))

        said: set[Diagnostic] = set()  # of a file that is included twice, each problem is told once

        def done(page: PageReport) -> None:
            for line in _page_lines(page, said):
                progress.console.print(line)
            progress.advance(task)

        report = check(paths, notation, done=done, book=book, **more)
    for line in _summary(report):
        console.print(line)
    return report


def show_step(step: Step, text: str) -> None:
    """Print one step of what is found of a text, and where something is wrong."""
    console = Console(highlight=False, soft_wrap=True)
    status = f"{step.status}: " if step.stage is Stage.VERDICT else ""
    style = "bold red" if step.fails else "green"
    console.print(Text.assemble((f"{step.formula} {step.stage}  ", "cyan"), (status, style), printable(step.words)))
    for remark in step.remarks:
        console.print(Text(f"  read: {printable(remark)}", "dim"))
    if step.fails and step.stage is Stage.VERDICT:
        begin = text.rfind("\n", 0, step.span[0]) + 1
        line = text[begin:].partition("\n")[0]
        width = max(1, min(step.span[1] - begin, len(line)) - (step.span[0] - begin))
        for shown in (line, " " * (step.span[0] - begin) + "^" * width):
            console.print(Text(f"    {printable(shown)}"))


def _page_lines(page: PageReport, said: set[Diagnostic]) -> Iterator[Text]:
    def told(problems: Iterable[Diagnostic]) -> Iterator[Text]:
        for problem in problems:
            if problem not in said:
                said.add(problem)
                yield from _problem_lines(problem)

    advised = any(_UNDECLARED in problem.reason for problem in said)
    yield from told(page.problems)
    if page.formulas and page.has_faulty_notation:
        yield Text(f"{printable(page.name)}: no formula is judged before the notation is mended", "yellow")
        return
    if page.proposed:
        yield Text(_PROPOSED.format(printable(page.name)), "yellow")
    for proposed in (line for text in page.proposed for line in text.split("\n")):
        yield Text(f"  {printable(proposed)}" if proposed else "", "dim")
    for formula in page.formulas:
        place = f"{formula.path}:{formula.line}"
        style = "bold red" if formula.fails else "green" if formula.claims else "dim"
        label = f"{printable(formula.label)}  " if formula.label else ""
        line = Text.assemble((printable(place), "cyan"), "  ", label, (status_text(formula), style))
        if formula.claims and not formula.fails:
            line.append(f"  ({printable('; '.join(_grounds(formula)))})", "dim")
        yield line
        for remark in formula.remarks:
            yield Text(f"  read: {printable(remark)}", "dim")
        yield from told(formula.problems)
    if page.inline:
        number = f"{page.inline} formula{'s' if page.inline > 1 else ''} within words, not judged"
        yield Text(f"{printable(page.name)}: {number}; {page.relations} of them with a relation", "dim")
    if not page.formulas and not page.problems:
        yield Text(f"{printable(page.name)}: no displayed formula")
    elif _defines_nothing(page):
        yield Text(_HOW_TO_BEGIN.format(printable(page.name)), "yellow")
    if not advised and any(_UNDECLARED in problem.reason for problem in page.all_problems):
        yield Text(_LETTERS, "yellow")


def _defines_nothing(page: PageReport) -> bool:
    """Return whether something fails on a page that was read to its end and does not try to define anything."""
    read = not page.problems and all(formula.status is not Status.UNREADABLE for formula in page.formulas)
    return bool(read and page.all_problems) and not any(
        ":=" in formula.latex or Definition.kind in formula.kinds for formula in page.formulas
    )


def _grounds(formula: Evidence) -> Iterator[str]:
    """Yield how the claims of a formula were found, what must hold for them, and the assumptions in force."""
    if formula.status is Status.SAMPLED:
        yield "no proof was found"
    yield from dict.fromkeys(line for each in formula.judgements for line in grounds(each))
    if formula.where:
        yield f"where {' and '.join(formula.where)}"
    if under := dict.fromkeys(label for each in formula.judgements for label in each.assumptions if label):
        yield f"under {', '.join(under)}"
    if given := dict.fromkeys(words for each in formula.judgements for words in each.given):
        yield f"by the notation {' and '.join(given)}".replace("$", "")


def _problem_lines(problem: Diagnostic) -> Iterator[Text]:
    place = f"{problem.path}:{problem.line}:{problem.column}"
    yield Text.assemble(
        (f"  {printable(place)}: ", "cyan"), (f"{problem.status}: ", "bold red"), printable(problem.reason)
    )
    for line in problem.snippet.split("\n"):
        if line:
            yield Text(f"    {printable(line)}")


def _to_look_at(page: PageReport) -> Iterator[Text]:
    """Yield one line about a page that says where what fails stands, by what became of it, if that is not in sight."""
    places: dict[str, list[str]] = {}
    for formula in page.formulas if len(page.formulas) > _IN_SIGHT and not page.has_faulty_notation else ():
        if formula.problems:
            worst = max((problem.status for problem in formula.problems), key=list(Status).index)
            proposed = any(problem.reason.startswith(FALSE_AS_PROPOSED) for problem in formula.problems)
            inside = formula.path.removeprefix(page.name).strip(" ()")  # the cell of a notebook
            place = f"{inside} line {formula.line}".strip()
            places.setdefault(_FALSE if proposed else worst, []).append(place)
    if places:
        told = "; ".join(f"{status}: {', '.join(places[status])}" for status in sorted(places, key=_ORDER.index))
        yield Text(f"{printable(page.name)}: {printable(told)}", "yellow")


def _summary(report: Report) -> Iterator[Text]:
    for page in report.pages:
        yield from _to_look_at(page)
    for line in sentences(report):
        yield Text(line, "bold")
    times = sorted(
        (formula.seconds, formula.name) for page in report.pages for formula in page.formulas if formula.claims
    )
    if times:
        total, (slowest, name) = sum(seconds for seconds, _ in times), times[-1]
        median, _ = times[len(times) // 2]
        yield Text(
            f"On one process {total:.1f} s; a formula with claims takes {1000 * median:.0f} ms in the median, "
            f"{printable(name)} takes longest, {1000 * slowest:.0f} ms."
        )
