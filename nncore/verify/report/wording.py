"""The words in which the command, the pages and the ledger say what became of formulas."""

from collections.abc import Iterable, Iterator

from nncore.verify.judgement import BY_NUMBERS, Judgement, Status
from nncore.verify.report.evidence import Evidence, Report, figures
from nncore.verify.semantics.statements import Kind


def status_text(evidence: Evidence) -> str:
    """Return the status of a formula; nothing is said of shapes where there are none."""
    if evidence.status == Status.ALL_SHAPES and not any(part.symbolic for part in evidence.claims):
        return "verified"
    if evidence.status == Status.AT_SHAPES:
        shapes = {shape for judgement in evidence.judgements for shape in judgement.shapes}
        return f"verified at {len(shapes)} shapes"
    return evidence.status


def grounds(judgement: Judgement) -> Iterator[str]:
    """Yield on what a judgement rests, in a few words each: its method, its shapes, and how many numbers agree."""
    if judgement.method and judgement.method != BY_NUMBERS:
        yield judgement.method
    if judgement.shapes:
        yield "proved at " + "; ".join(map(assignment, judgement.shapes))
    if judgement.points:
        letters = dict.fromkeys(letter for sizes in judgement.sizes for letter, _ in sizes)
        largest = [(letter, max(dict(sizes).get(letter, 1) for sizes in judgement.sizes)) for letter in letters]
        at = f" at sizes up to {assignment(largest)}" if largest else ""
        yield f"{judgement.points} numeric comparisons agree{at}"


def assignment(values: Iterable[tuple[str, object]]) -> str:
    """Return values of letters as ``n = 2, M = 3``."""
    return ", ".join(f"{letter} = {value}" for letter, value in values)


def sentences(report: Report) -> Iterator[str]:
    """Yield the figures of a report in words."""
    of = figures(report.pages)
    found = [formula for page in report.pages for formula in page.formulas]
    wrong = sum(bool(formula.problems) for formula in found)
    failing = f"{wrong} of them {'fails' if wrong == 1 else 'fail'}" if wrong else "none of them fails"
    unread = sum(formula.status is Status.UNREADABLE for formula in found)
    unchecked = of.kinds.get(Kind.UNCHECKED, 0)
    yield (
        f"{_counted(of.formulas, 'displayed formula')}, each one read and judged: {failing}, "
        f"{unread} are unreadable, {unchecked} are unchecked."
    )
    elsewhere = sum(len(page.problems) for page in report.pages)
    if elsewhere:
        are = "is" if elsewhere == 1 else "are"
        yield f"{_counted(elsewhere, 'fault')} in the files {are} in no formula that was read."
    if unchecked:
        were = "was" if unchecked == 1 else "were"
        yield f"{_counted(unchecked, 'formula')} {were} not checked, for the reason that the page gives."
    claims = sum(of.statuses.values())
    if claims:
        statuses = ", ".join(f"{number} {status}" for status, number in of.statuses.items())
        yield f"{_counted(claims, 'claim')}: {statuses}."
    if of.symbolic:
        yield (
            f"Of {_counted(of.symbolic, 'equation')} in which a size is a letter, {of.for_all_shapes} "
            f"({_share(of.for_all_shapes, of.symbolic)}) are verified for all shapes. Counted apart: "
            f"{_counted(of.decimals, 'decimal')} and {_counted(of.inequalities, 'inequality')}."
        )
    if of.steps:
        yield (
            f"The proofs have {of.steps} steps, of which {of.evaluated} ({_share(of.evaluated, of.steps)}) were "
            "evaluated by numbers before and after: none of them changes a value."
        )
    errata = of.kinds.get(Kind.ERRATUM, 0)
    if errata:
        yield f"{errata} of these formulas {'is' if errata == 1 else 'are'} wrong on purpose, in boxes that say so."
    counted = (Kind.CLAIM, Kind.ERRATUM, Kind.UNCHECKED)
    others = [_counted(number, kind) for kind, number in of.kinds.items() if kind not in counted]
    if others:
        yield f"What claims nothing: {', '.join(others)}."


def _counted(number: int, word: str) -> str:
    """Return a number of things, in the plural unless it is 1."""
    if number == 1:
        return f"1 {word}"
    return f"{number} {word[:-1]}ies" if word.endswith("y") else f"{number} {word}s"


def _share(part: int, whole: int) -> str:
    """Return a share in percent, rounded down, so that 100% means all."""
    return f"{1000 * part // whole / 10:g}%"
