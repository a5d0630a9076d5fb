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
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

from nncore.verify.judgement import Counterexample, Diagnostic, Judgement, Status
from nncore.verify.semantics.statements import Kind
from nncore.verify.syntax.tree import Relation

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

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
        """How long judging took."""
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
        """Everything that fails on it."""
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
        """Everything that fails."""
        return tuple(problem for page in self.pages for problem in page.all_problems)


def figures(pages: Iterable[PageReport]) -> Figures:
    """The numbers of some pages."""
    pages = list(pages)
    found = [formula for page in pages for formula in page.formulas]
    claims = [(part, part.judgement) for formula in found for part in formula.claims if part.judgement]
    equations = [judged for part, judged in claims if part.relation == Relation.EQUAL and part.symbolic]
    return Figures(
        formulas=len(found),
        kinds=_counted(part.kind for formula in found for part in formula.parts),
        statuses=_counted(judged.status for _, judged in claims),
        symbolic=len(equations),
        for_all_shapes=sum(judged.status is Status.ALL_SHAPES for judged in equations),
        decimals=sum(part.relation == Relation.ROUNDS for part, _ in claims),
        inequalities=sum(part.relation in _INEQUALITIES for part, _ in claims),
        failing=sum(bool(each.problems) for each in found) + sum(bool(page.problems) for page in pages),
        steps=sum(judged.made for _, judged in claims),
        evaluated=sum(judged.evaluated for _, judged in claims),
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    counts = Counter(words)
    return {word: counts[word] for word in (*Kind, *Status) if word in counts}


def sentences(report: Report) -> Iterator[str]:
    """The figures of a report in words."""
    of = figures(report.pages)
    failing = f"{of.failing} of them fail" if of.failing else "none of them fails"
    unread = sum(formula.status is Status.UNREADABLE for page in report.pages for formula in page.formulas)
    unchecked = of.kinds.get(Kind.UNCHECKED, 0)
    yield (
        f"{_count(of.formulas, 'displayed formula')}, each one read and judged: {failing}, "
        f"{unread} are unreadable, {unchecked} are unchecked."
    )
    if unchecked:
        were = "was" if unchecked == 1 else "were"
        yield f"{_count(unchecked, 'formula')} {were} not checked, for the reason that the page gives."
    claims = sum(of.statuses.values())
    if claims:
        statuses = ", ".join(f"{number} {status}" for status, number in of.statuses.items())
        yield f"{_count(claims, 'claim')}: {statuses}."
    if of.symbolic:
        yield (
            f"Of {_count(of.symbolic, 'equation')} in which a size is a letter, {of.for_all_shapes} "
            f"({_share(of.for_all_shapes, of.symbolic)}) are verified for all shapes. Counted apart: "
            f"{_count(of.decimals, 'decimal')} and {_count(of.inequalities, 'inequality')}."
        )
    if of.steps:
        yield (
            f"The proofs have {of.steps} steps, of which {of.evaluated} ({_share(of.evaluated, of.steps)}) were "
            "evaluated by numbers before and after: none of them changes a value."
        )
    wrong = of.kinds.get(Kind.ERRATUM, 0)
    if wrong:
        yield f"{wrong} of these formulas {'is' if wrong == 1 else 'are'} wrong on purpose, in boxes that say so."
    counted = (Kind.CLAIM, Kind.ERRATUM, Kind.UNCHECKED)
    others = [_count(number, kind) for kind, number in of.kinds.items() if kind not in counted]
    if others:
        yield f"What claims nothing: {', '.join(others)}."


def _count(number: int, word: str) -> str:
    if number == 1:
        return f"1 {word}"
    return f"{number} {word[:-1]}ies" if word.endswith("y") else f"{number} {word}s"


def _share(part: int, whole: int) -> str:
    """A share in percent, rounded down, so that 100% means all."""
    return f"{1000 * part // whole / 10:g}%"


# As JSON --------------------------------------------------------------------------------------------------------------

Json = dict[str, object]
_UNSEEN = ("sort", "covered")  # of a diagnostic: what only the checker asks for


def as_json(report: Report) -> Json:
    """Return a report as an object for JSON, see above."""
    pages = [page_as_json(page, times=False) for page in report.pages]
    return {"checker": dict(report.checker), "figures": asdict(figures(report.pages)), "pages": pages}


def times(report: Report) -> dict[str, float]:
    """Return how long judging each formula took, in seconds of computing, by its name."""
    return {formula.name: round(formula.seconds, 4) for page in report.pages for formula in page.formulas}


def page_as_json(page: PageReport, times: bool = True) -> Json:
    """Return a page as an object for JSON, with the times of its parts or without."""
    return _fields(
        page,
        problems=[_fields(each, *_UNSEEN) for each in page.problems],
        formulas=[
            _fields(
                formula,
                parts=[_part_as_json(part, () if times else ("seconds",)) for part in formula.parts],
                problems=[_fields(each, *_UNSEEN) for each in formula.problems],
            )
            for formula in page.formulas
        ],
    )


def _fields(value: "DataclassInstance", *without: str, **changed: object) -> Json:
    """The attributes of a value by their names; unlike `dataclasses.asdict` it copies nothing, which takes long."""
    return {each.name: getattr(value, each.name) for each in fields(value) if each.name not in without} | changed


def _part_as_json(part: Part, without: Sequence[str]) -> Json:
    judgement = judgement_as_json(part.judgement) if part.judgement else None
    return _fields(part, *without, indices=dict(part.indices), judgement=judgement)


def judgement_as_json(judgement: Judgement) -> Json:
    """Return a judgement as an object for JSON."""
    at = judgement.counterexample
    return _fields(
        judgement,
        shapes=[*map(dict, judgement.shapes)],
        sizes=[*map(dict, judgement.sizes)],
        counterexample=at and _fields(at, sizes=dict(at.sizes), entry=dict(at.entry), inputs=dict(at.inputs)),
    )


def page_from_json(value: object) -> PageReport:
    """Return the page that `page_as_json` wrote."""
    page: Any = value
    formulas = tuple(
        Evidence(
            **_frozen(each)
            | {
                "status": Status(each["status"]) if each["status"] in list(Status) else Kind(each["status"]),
                "kinds": tuple(map(Kind, each["kinds"])),
                "parts": tuple(map(_part, each["parts"])),
                "problems": _problems(each["problems"]),
            }
        )
        for each in page["formulas"]
    )
    return PageReport(page["name"], formulas, _problems(page["problems"]), page["inline"], page["relations"])


def _part(value: object) -> Part:
    part: Any = value
    judgement = part["judgement"] and judgement_from_json(part["judgement"])
    return Part(**_frozen(part) | {"kind": Kind(part["kind"]), "judgement": judgement})


def judgement_from_json(value: object) -> Judgement:
    """Return the judgement that `judgement_as_json` wrote."""
    of: Any = value
    at = of["counterexample"] and Counterexample(**_frozen(of["counterexample"]))
    return Judgement(**_frozen(of) | {"status": Status(of["status"]), "counterexample": at})


def _problems(value: object) -> tuple[Diagnostic, ...]:
    found: Any = value
    return tuple(Diagnostic(**each | {"status": Status(each["status"])}) for each in found)


def _frozen(value: Mapping[str, object]) -> dict[str, Any]:
    """Lists as tuples, and the objects in them, or in their place, as tuples of pairs."""
    return {name: _tuple(each) for name, each in value.items()}


def _tuple(value: object) -> object:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(map(_tuple, value)) if isinstance(value, list) else value
