r"""What the formulas of a page say: a typed statement for each link of a chain, with all that it rests on.

What is said of layers stays in one statement with the letters r and R, a free r among ``free``, and sizes such as
``D_{r-1}``; `semantics.layers.instances` puts numbers in their place. A free step t has the size `notation.STEPS`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar

from nncore.verify.judgement import Diagnostic
from nncore.verify.semantics.symbols import Scope
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.symbol import Shape, Size, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation


class Kind(StrEnum):
    """What a statement is, in the order in which reports count them."""

    CLAIM = "claim"
    DEFINITION = "definition"
    ASSUMPTION = "assumption"
    CONVENTION = "convention"
    STEP = "step"
    EXPRESSION = "expression"
    ERRATUM = "erratum"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True)
class Assumed:
    """One relation of an assumption, with the indices for all of whose values it is assumed."""

    label: str | None
    claim: t.Chain
    free: tuple[tuple[str, Size], ...]
    letters: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    r"""What all statements have.

    Attributes
    ----------
    formula : DisplayedFormula
        The formula that says it.
    line, column : int
        Where it stands in the file.
    left : Node
        What stands on the left of the relation, or alone.
    scope : Scope
        What letters mean there.
    conditions : tuple of Chain
        The printed side conditions.
    assumptions : tuple of Assumed
        What is assumed of its letters.
    free : tuple of pairs
        The free indices with their sizes.
    least : tuple of pairs
        The sizes without which a named entry does not exist, with the least that they must be.
    letters : frozenset of str
        All letters and functions that it contains, expanded or not.
    named : tuple of pairs
        Sizes with the numbers that stand where indices up to them could, also in definitions: :math:`\delta_{k5}` may
        be something else from M = 5 on.
    shape : Shape
        Of both sides.
    """

    kind: ClassVar[Kind]
    formula: DisplayedFormula
    line: int
    column: int
    left: t.Node
    scope: Scope
    conditions: tuple[t.Chain, ...] = ()
    assumptions: tuple[Assumed, ...] = ()
    free: tuple[tuple[str, Size], ...] = ()
    least: tuple[tuple[str, int], ...] = ()
    letters: frozenset[SymbolName] = frozenset()
    named: tuple[tuple[Size, int], ...] = ()
    shape: Shape = None

    def __str__(self) -> str:
        parts = (f" {part}" for part in printed(self)[1:] if part)  # type: ignore[arg-type]  # each is one of the union
        return f"{self.formula.path}:{self.line}:{self.column}: {show(self.left)}{''.join(parts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(_Statement):
    r"""A relation that has to hold.

    ``premises`` are what stands before a ``\Rightarrow``, as it is printed: u = e, or u^k = e with odd k. The scope of
    such a claim defines u as e, or as the real k-th root of e, and names u in ``scope.placed``: it is an input that the
    premise only places, so a derivative by u holds everything else fixed, what e is made of included. A claim up to a
    rest keeps its O(h^k) as the last addend of ``right``: `semantics.remainders.split` takes it off. ``given`` says in
    words what the notation says of its inputs (`semantics.properties`), with mathematics between dollars.
    """

    kind: ClassVar = Kind.CLAIM
    relation: Relation
    right: t.Node
    premises: tuple[t.Chain, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(_Statement):
    """What a letter, an entry or a function is, from here to the end of the page."""

    kind: ClassVar = Kind.DEFINITION
    relation: ClassVar = Relation.DEFINES
    right: t.Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption(_Statement):
    """A relation that is in force where the text names its label."""

    kind: ClassVar = Kind.ASSUMPTION
    relation: Relation
    right: t.Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Convention(_Statement):
    """A value that is agreed upon where a derivative does not exist."""

    kind: ClassVar = Kind.CONVENTION
    relation: ClassVar = Relation.DEFINES
    right: t.Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(_Statement):
    """A change of something that is declared as state."""

    kind: ClassVar = Kind.STEP
    relation: ClassVar = Relation.ASSIGNS
    right: t.Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression(_Statement):
    """What claims nothing."""

    kind: ClassVar = Kind.EXPRESSION
    relation: ClassVar = None
    right: ClassVar = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Apart(_Statement):
    """A formula in a block that the page does not claim, by its last link: what it would claim, or why it cannot."""

    relation: Relation | None
    right: t.Node | None
    claims: tuple[Claim, ...]
    fault: Diagnostic | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erratum(_Apart):
    """A formula that is wrong on purpose: in which way it fails, and the label of the equation that corrects it."""

    kind: ClassVar = Kind.ERRATUM
    fails: str
    corrected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked(_Apart):
    """A formula that no judge can decide, with the reason."""

    kind: ClassVar = Kind.UNCHECKED
    reason: str


Statement = Claim | Definition | Assumption | Convention | Step | Expression | Erratum | Unchecked


def sides_of(statement: Statement) -> tuple[t.Node, ...]:
    """Return the sides of a statement, one or two."""
    return (statement.left,) if statement.right is None else (statement.left, statement.right)


def printed(statement: Statement) -> tuple[str, str, str]:
    """Return how the sides of a statement and the relation between them were read; what it lacks is empty."""
    return show(statement.left), statement.relation or "", show(statement.right) if statement.right else ""


def as_claim(item: Assumption, assumed: Iterable[Assumed]) -> Claim:
    """Return the claim that an assumption would be, under some assumptions."""
    shared = {each.name: getattr(item, each.name) for each in fields(item) if each.name != "assumptions"}
    return Claim(**shared, assumptions=tuple(assumed))


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, in its order, and what has no meaning."""

    items: tuple[Statement, ...]
    faults: tuple[Diagnostic, ...]


def claims_of(statements: Iterable[Statement]) -> list[Claim]:
    """Return the claims among some statements."""
    return [each for each in statements if isinstance(each, Claim)]
