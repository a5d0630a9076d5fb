"""The words in which the command, the pages and the ledger say what became of formulas."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nncore.verify.judgement import BY_NUMBERS, Counterexample, Judgement, Status
from nncore.verify.report.evidence import Evidence, PageReport, Part, Report, figures
from nncore.verify.semantics.statements import Kind

SIGNS: dict[str, str] = {
    **{status: "✗" for status in Status if status.fails},
    Status.ALL_SHAPES: "✓",
    Status.AT_SHAPES: "✓",
    Status.SAMPLED: "≈",
    Kind.DEFINITION: ":=",
}
"""The sign beside the number of a formula, by its status; what has none says its word alone."""

QUIET: frozenset[str] = frozenset({Status.ALL_SHAPES, Kind.DEFINITION})
"""The statuses that most formulas have: a reader sees their sign alone."""

NO_SIZES = "verified"  # what is said of a claim in which no size is a letter

MEANINGS: dict[str, str] = {
    Status.ALL_SHAPES: "Proved. The difference of both sides is 0 for sizes that stay letters, and both sides agree at "
    "every kind of number, size and entry. The numbers come from the printed formula by other means: fractions and "
    "intervals instead of symbols, loops instead of sums, expansions instead of rules for derivatives.",
    NO_SIZES: "Proved in the same way; there is no size that could stay a letter.",
    Status.AT_SHAPES: "Proved in the same way, at the sizes that are listed instead of all.",
    Status.RESTATES: "Both sides are the same before anything is computed.",
    Status.SAMPLED: "Both sides agree at every kind of number, size and entry, and there is no proof: a decimal, whose "
    "last printed digit is checked, or an inequality that the signs of its terms do not prove. How near its sides came "
    "to each other is said.",
    Kind.DEFINITION: "What is before $:=$ is a name for what is after it. Nothing is to be proved, only that the "
    "name is new and the shapes agree.",
    Kind.ASSUMPTION: "It holds where the text says so. Numbers that satisfy it are found, so that it can hold at all.",
    Kind.CONVENTION: "A value that is agreed upon where a derivative does not exist; that there is none is verified.",
    Kind.STEP: "An assignment $\\leftarrow$, one step of an algorithm. It changes a value and claims nothing.",
    Kind.EXPRESSION: "A formula without a relation. It claims nothing; its letters and shapes are checked.",
    Kind.ERRATUM: "Wrong on purpose, in a box that says so. That it fails, and in which way, is verified.",
    Kind.UNCHECKED: "Neither verified nor refuted, for the reason that is printed below it.",
    Status.HOLDS_IF: "False as it is printed, and proved under a condition that the text does not state. The build "
    "fails until the condition is written.",
    Status.UNDECIDED: "Neither a proof nor a counterexample was found. The build fails.",
    Status.REFUTED: "Numbers were found at which both sides differ. The build fails.",
    Status.CHECKER_FAULT: "Symbols and numbers contradict each other. The build fails.",
    Status.WITHOUT_MEANING: "Its letters, shapes or indices do not fit. The build fails.",
    Status.UNREADABLE: "It is no formula of this notation. The build fails.",
}
"""What each word says that can stand beside a formula, with mathematics between dollars."""


def page_sentence(page: PageReport) -> str:
    """Return how many claims of a page are proved, as in ``24 of 24 claims proved``; empty if it claims nothing."""
    of = figures([page]).statuses
    claims = sum(of.values())
    if not claims:
        return ""
    others = [f"{number} {status}" for status, number in of.items() if status != Status.ALL_SHAPES]
    return ", ".join([f"{of.get(Status.ALL_SHAPES, 0)} of {_counted(claims, 'claim')} proved", *others])


def word_of(evidence: Evidence) -> str:
    """Return the word that stands beside a formula, without how many shapes it was proved at, and what it lacks."""
    is_short = evidence.status in (Status.AT_SHAPES, Status.HOLDS_IF)
    return evidence.status if is_short else status_text(evidence)


def said_of(part: Part) -> str:
    """Return what became of a claim; nothing is said of shapes where there are none."""
    status = part.judgement.status if part.judgement else part.kind
    return NO_SIZES if status == Status.ALL_SHAPES and not part.symbolic else status


def status_text(evidence: Evidence) -> str:
    """Return the status of a formula; nothing is said of shapes where there are none."""
    if evidence.status == Status.ALL_SHAPES and not any(part.symbolic for part in evidence.claims):
        return NO_SIZES
    if evidence.status == Status.AT_SHAPES:
        shapes = {shape for judgement in evidence.judgements for shape in judgement.shapes}
        return f"verified at {len(shapes)} shapes"
    if evidence.status == Status.HOLDS_IF:
        lacking = dict.fromkeys(lacking_words(judgement) for judgement in evidence.judgements if judgement.provided)
        return ", ".join(lacking).replace("$", "")
    return evidence.status


def lacking_words(judgement: Judgement) -> str:
    """Return under what a claim holds that does not hold in general, with mathematics between dollars."""
    words = " and ".join(each.words for each in judgement.provided)
    return f"{'true only' if judgement.provided[0].is_size else 'holds'} if {words}"


def mending_words(judgement: Judgement) -> str:
    """Return how what a claim lacks can be written."""
    return "; ".join(each.how for each in judgement.provided)


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


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def sentences(report: Report) -> Iterator[str]:
    """Yield the figures of a report in words."""
    judged_pages = [page for page in report.pages if not page.has_faulty_notation]
    of = figures(judged_pages)
    found = [formula for page in judged_pages for formula in page.formulas]
    lost = sum(len(page.formulas) for page in report.pages if page.has_faulty_notation)
    wrong = sum(formula.fails or bool(formula.problems) for formula in found)
    failing = f"{wrong} of them {'fails' if wrong == 1 else 'fail'}" if wrong else "none of them fails"
    unread = sum(formula.status is Status.UNREADABLE for formula in found)
    unchecked = of.kinds.get(Kind.UNCHECKED, 0)
    judged = "" if unread else ", each one read and judged"
    yield (
        f"{_counted(len(found), 'displayed formula')}{judged}: {failing}, "
        f"{unread} {_are(unread)} unreadable, {unchecked} {_are(unchecked)} unchecked."
        if found
        else "No displayed formula was judged."
        if lost
        else "No displayed formula was read."
    )
    if lost:
        yield f"{_counted(lost, 'displayed formula')} {_are(lost)} not judged before the notation is mended."
    elsewhere = sum(len(page.problems) for page in report.pages)
    if elsewhere:
        yield f"{_counted(elsewhere, 'fault')} in the files {_are(elsewhere)} in no formula that was read."
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


# One text, judged for whoever wrote it ------------------------------------------------------------------------------


def kind_words(kind: Kind) -> str:
    """Return what is said of a statement that is not judged, for the reader who wrote it."""
    return _SAID_OF_KINDS[kind]


def verdict_words(judgement: Judgement, has_sizes: bool) -> str:
    """Return what became of a claim, for the reader who wrote it, with mathematics between dollars."""
    status = judgement.status
    if status is Status.AT_SHAPES:
        words = f"Proved, but only at {'; '.join(f'${assignment(each)}$' for each in judgement.shapes)}."
    else:
        words = _SAID_OF_STATUSES[status] if has_sizes or status is not Status.ALL_SHAPES else "Proved."
    if status is Status.REFUTED:
        parts = [words, counterexample_words(judgement.counterexample, judgement.reason)]
        parts.append(slip_words(judgement.hint) if judgement.hint else "")
        return " ".join(filter(None, parts))
    if status is Status.HOLDS_IF:
        mending = mending_words(judgement)
        without = counterexample_words(judgement.counterexample, judgement.reason)
        lacking = lacking_words(judgement)
        return f"{lacking[0].upper()}{lacking[1:]}: {mending}. Without that: {without[:1].lower()}{without[1:]}"
    if status.fails:
        return f"{words} {judgement.reason}."
    conditions = " and ".join(f"${each}$" for each in judgement.where)
    under = " and ".join(filter(None, (*judgement.assumptions, *judgement.given)))
    more = [f"where {conditions}"] if conditions else []
    more += [f"under {under}"] if under else []
    return f"{words.removesuffix('.')}, {', '.join(more)}." if more else words


def agreement_words(judgement: Judgement) -> str:
    """Return that numbers agree, how many, and up to which sizes."""
    *_, said = grounds(replace(judgement, method="", shapes=()))
    return f"{said[0].upper()}{said[1:]}; now a proof is looked for."


def slip_words(slip: str) -> str:
    """Return which small change would make a refuted equation true."""
    return f"The likely slip: {slip}."


def counterexample_words(found: Counterexample | None, reason: str) -> str:
    """Return the numbers at which both sides differ, or what goes wrong there, letters as LaTeX between dollars."""
    if not found:
        return f"{reason[:1].upper()}{reason[1:]}."
    named = (*found.sizes, *found.entry, *found.inputs)
    # What stands in the value of a function, as in "a v with a = 2", are words, and no letters.
    values = ((name, str(value).replace(" with ", "$ with $")) for name, value in named)
    at = ", ".join(f"{name} {value}" if name in _PLACES else f"${name} = {value}$" for name, value in values)
    if _NO_VALUE in (found.left, found.right):
        return f"{f'At {at}: ' if at else ''}{reason}."
    return f"{f'At {at} the' if at else 'The'} left side is {found.left}, the right side {found.right}."


_NO_VALUE = "none"
_PLACES = ("row", "column")  # of an entry of a matrix, which are no letters

_SAID_OF_STATUSES: dict[str, str] = {
    Status.ALL_SHAPES: "Proved, for all sizes.",
    Status.RESTATES: "Both sides are the same before anything is computed.",
    Status.SAMPLED: "Numbers agree, and there is no proof.",
    Status.HOLDS_IF: "Holds under a condition.",
    Status.UNDECIDED: "Neither proved nor refuted:",
    Status.REFUTED: "Wrong.",
    Status.CHECKER_FAULT: "The checker is at fault, so nothing is known:",
}
_SAID_OF_KINDS: dict[str, str] = {
    Kind.DEFINITION: "Defined from here on.",
    Kind.STEP: "One step of an algorithm, which claims nothing.",
    Kind.EXPRESSION: "This has no relation, so it claims nothing; its letters and shapes fit.",
}
