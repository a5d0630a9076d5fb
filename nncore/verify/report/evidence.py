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


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a formula says; of a chain, one link.

    Attributes
    ----------
    kind : str
        ``claim``, ``definition``, ``assumption``, ``convention``, ``step`` or ``expression``.
    line, column : int
        Where it stands.
    left, relation, right : str
        How it was read, by `syntax.printer.show`.
    conditions : tuple of str
        The printed side conditions.
    indices : tuple
        The free indices, each with the size up to which it runs.
    symbolic : bool
        Whether it depends on a size that no condition fixes.
    judgement : Judgement or None
        What became of a claim or a convention.
    seconds : float
        How long judging took, in seconds of computing.
    """

    kind: Kind
    line: int
    column: int
    left: str
    relation: str
    right: str
    conditions: tuple[str, ...]
    indices: tuple[tuple[str, str | int], ...]
    symbolic: bool
    judgement: Judgement | None = None
    seconds: float = 0.0

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
    """What is known of one displayed formula.

    Attributes
    ----------
    name : str
        Its label, or the page and its number there.
    path : str
        The file in which it stands: its page, or what the page includes.
    line : int
        Where its LaTeX begins.
    number : int
        Its place among the formulas of the page, from 1.
    label : str or None
        The label for references.
    kinds : tuple of str
        What its parts are, without repetition.
    status : str
        The worst status of its claims; without claims its kind; at fault ``unreadable`` or ``without meaning``.
    latex : str
        What is printed.
    reading : str
        Its one reading.
    parts : tuple of Part
        What it says.
    uses : tuple of str
        The names of the formulas that define the letters in it, theirs included, and of the conventions in force.
    assumptions : tuple of str
        The labels of the assumptions that it rests on.
    problems : tuple of Diagnostic
        What fails in it.
    """

    name: str
    path: str
    line: int
    number: int
    label: str | None
    kinds: tuple[Kind, ...]
    status: Status | Kind
    latex: str
    reading: str
    parts: tuple[Part, ...]
    uses: tuple[str, ...]
    assumptions: tuple[str, ...]
    problems: tuple[Diagnostic, ...]

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
    def seconds(self) -> float:
        """Return how long judging took, in seconds of computing."""
        return sum(part.seconds for part in self.parts)


@dataclass(frozen=True, slots=True)
class PageReport:
    """A page: its formulas, what fails on it outside of them, and the formulas within words that nothing judged.

    ``inline`` counts these, ``relations`` those of them that hold a relation.
    """

    name: str
    formulas: tuple[Evidence, ...]
    problems: tuple[Diagnostic, ...] = ()
    inline: int = 0
    relations: int = 0

    @property
    def all_problems(self) -> tuple[Diagnostic, ...]:
        """Return everything that fails on it."""
        return self.problems + tuple(problem for formula in self.formulas for problem in formula.problems)


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers of a report, or of a page.

    ``kinds`` counts parts, ``statuses`` those of claims, and ``formulas`` formulas. ``symbolic`` are the equations with
    symbolic sizes, of which ``for_all_shapes`` are verified for all; decimals and inequalities are counted apart.
    ``failing`` counts the formulas and pages with a problem, ``steps`` those of all proofs, and ``evaluated`` the ones
    of them that numbers evaluated before and after.
    """

    formulas: int
    kinds: Mapping[str, int]
    statuses: Mapping[str, int]
    symbolic: int
    for_all_shapes: int
    decimals: int
    inequalities: int
    failing: int
    steps: int
    evaluated: int


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
