r"""The evidence for what a book prints: values that say how each formula was read and what became of it.

For every page there are its formulas in their order, for every formula its parts (a chain has one for each link), for
every part how it was read and what became of it. What fails, be it refuted or unreadable, is a
`Diagnostic` with a place.

A report as JSON (`as_json`) is an object with three keys:

``checker``
    what judged: a digest of its sources, the versions of Python and of the libraries, the seed of the random numbers.
``figures``
    the numbers of `Figures`.
``pages``
    a list with an object a page: ``name`` (its path), ``problems`` (of the page as a whole), and ``formulas``, a list
    of `Evidence`. The keys are the attributes of these classes, of `Part` and `Diagnostic`, and of `Judgement` and
    `Counterexample`. Sizes and indices are objects: ``{"n": 2, "M": 3}``.

It is the same for the same book in every run: how long judging took is no part of it (`times`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nncore.verify.judgement import Diagnostic, Judgement, Status
from nncore.verify.report.serialization import to_json
from nncore.verify.semantics.statements import Kind
from nncore.verify.syntax.tree import Relation

_NOT_SHOWN = ("seconds", "sort", "covered")  # what differs from run to run, and what serves the checker alone
_INEQUALITIES = [relation for relation in Relation if relation.compares and not relation.is_equation]

OF_NOTATION = "notation: "  # how the reason of a fault in a {notation} block begins


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a formula says; of a chain, one link."""

    kind: Kind
    line: int  # where it stands
    column: int
    left: str  # how it was read, by `syntax.printer.show`
    relation: str
    right: str
    conditions: tuple[str, ...]  # the printed side conditions
    indices: tuple[tuple[str, str | int], ...]  # the free ones, each with the size up to which it runs
    symbolic: bool  # whether it depends on a size that no condition fixes
    judgement: Judgement | None = None  # of a claim or a convention
    seconds: float = 0.0  # of computing, which judging took
    latex: str = ""  # the same as mathematics, with the parentheses that show how far a sum or a derivative reaches

    @property
    def fails(self) -> bool:
        """Return whether a build ends with this."""
        return self.judgement is not None and self.judgement.status.fails

    @property
    def reading(self) -> str:
        """Return the part in one line."""
        conditions = "".join(f"  ({condition})" for condition in self.conditions)
        return f"{self.left} {self.relation} {self.right}".strip() + conditions


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one displayed formula."""

    name: str  # its label, or the page and its number there
    path: str  # of the file in which it stands: its page, or what the page includes
    line: int  # where its LaTeX begins
    number: int  # its place among the formulas of the page, from 1
    label: str | None  # for references
    kinds: tuple[Kind, ...]  # what its parts are, without repetition
    status: Status | Kind  # the worst of its claims and problems; without any of these its kind
    latex: str  # what is printed
    reading: str  # its one reading
    parts: tuple[Part, ...]  # what it says
    uses: tuple[str, ...]  # the formulas that define the letters in it, theirs included, and conventions in force
    assumptions: tuple[str, ...]  # the labels of those that it rests on
    problems: tuple[Diagnostic, ...]  # what fails in it
    remarks: tuple[str, ...] = ()  # what was taken for what, in free spelling

    @property
    def fails(self) -> bool:
        """Return whether a build ends with this."""
        return isinstance(self.status, Status) and self.status.fails

    @property
    def claims(self) -> tuple[Part, ...]:
        """Return the parts that claim something."""
        return tuple(part for part in self.parts if part.kind is Kind.CLAIM)

    @property
    def judgements(self) -> Iterator[Judgement]:
        """Yield what became of its claims."""
        yield from (part.judgement for part in self.claims if part.judgement)

    @property
    def where(self) -> tuple[str, ...]:
        """Return what must hold for its claims, beside the printed conditions, for both sides to exist."""
        return tuple(dict.fromkeys(condition for judgement in self.judgements for condition in judgement.where))

    @property
    def seconds(self) -> float:
        """Return how long judging took, in seconds of computing."""
        return sum(part.seconds for part in self.parts)


@dataclass(frozen=True, slots=True)
class PageReport:
    """What became of a page."""

    name: str
    formulas: tuple[Evidence, ...]
    problems: tuple[Diagnostic, ...] = ()  # what fails on it outside of its formulas
    inline: int = 0  # formulas within words that nothing judged
    relations: int = 0  # those of them that hold a relation
    proposed: tuple[str, ...] = ()  # what was declared for a file that declares nothing, as it would be pasted into it

    @property
    def has_faulty_notation(self) -> bool:
        """Return whether a ``{notation}`` block of it is at fault: then its formulas are not judged."""
        return any(problem.reason.startswith(OF_NOTATION) for problem in self.problems)

    @property
    def all_problems(self) -> tuple[Diagnostic, ...]:
        """Return everything that fails on it."""
        return self.problems + tuple(problem for formula in self.formulas for problem in formula.problems)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a report, or of a page."""

    formulas: int
    kinds: Mapping[str, int]  # of parts
    statuses: Mapping[str, int]  # of claims
    symbolic: int  # equations with symbolic sizes
    for_all_shapes: int  # those of them that are verified for all
    decimals: int
    inequalities: int
    failing: int  # formulas and pages with a problem
    steps: int  # of all proofs
    evaluated: int  # those of them that numbers evaluated before and after


@dataclass(frozen=True, slots=True)
class Report:
    """All pages, and what judged them."""

    pages: tuple[PageReport, ...]
    checker: Mapping[str, str]

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """Return everything that fails."""
        return tuple(problem for page in self.pages for problem in page.all_problems)


def figures(pages: Iterable[PageReport]) -> Figures:
    """Return the numbers of some pages."""
    pages = list(pages)
    found = [formula for page in pages for formula in page.formulas]
    claims = [(part, part.judgement) for formula in found for part in formula.claims if part.judgement]
    equations = [judgement for part, judgement in claims if part.relation == Relation.EQUAL and part.symbolic]
    return Figures(
        formulas=len(found),
        kinds=_counts(part.kind for formula in found for part in formula.parts),
        statuses=_counts(judgement.status for _, judgement in claims),
        symbolic=len(equations),
        for_all_shapes=sum(judgement.status == Status.ALL_SHAPES for judgement in equations),
        decimals=sum(part.relation == Relation.ROUNDS for part, _ in claims),
        inequalities=sum(part.relation in _INEQUALITIES for part, _ in claims),
        failing=sum(bool(formula.problems) for formula in found) + sum(bool(page.problems) for page in pages),
        steps=sum(judgement.made for _, judgement in claims),
        evaluated=sum(judgement.evaluated for _, judgement in claims),
    )


def _counts(words: Iterable[str]) -> dict[str, int]:
    """Return how often each kind and each status occurs."""
    counts = Counter(words)
    return {word: counts[word] for word in (*Kind, *Status) if word in counts}


# As JSON --------------------------------------------------------------------------------------------------------------


def as_json(report: Report) -> dict[str, object]:
    """Return the report as an object for JSON, see above."""
    return {
        "checker": dict(report.checker),
        "figures": to_json(figures(report.pages)),
        "pages": [to_json(page, without=_NOT_SHOWN) for page in report.pages],
    }


def times(report: Report) -> dict[str, float]:
    """Return how long judging each formula took, in seconds of computing, by its name."""
    return {formula.name: round(formula.seconds, 4) for page in report.pages for formula in page.formulas}
