"""What the formulas of a page say, as values: definitions, assumptions, conventions, claims, steps, and faults."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nncore.verify.semantics.symbols import (
    MeaningError,
    Scope,
    Shape,
    Size,
)
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show

# kinds of items
DEFINITION, ASSUMPTION, CONVENTION = "definition", "assumption", "convention"


CLAIM, STEP, EXPRESSION = "claim", "step", "expression"


UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Assumed:
    """One relation of an assumption, with the indices for all of whose values it is assumed."""

    label: str | None
    claim: t.Chain
    free: tuple[tuple[str, Size], ...]
    letters: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an erratum or an unchecked formula would claim, and why it has no meaning, if it has none.

    ``options`` are those of the block: ``fails``, ``corrected`` and ``where``, or ``reason``.
    """

    options: Mapping[str, str]
    claims: tuple["Item", ...]
    fault: "Fault | None"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a formula says: for a chain, one of its links.

    ``free`` are the free indices with their sizes, ``least`` the sizes without which a named entry does not exist,
    ``letters`` all letters and functions that it contains, expanded or not. ``named`` are the numbers that stand where
    indices could, with their sizes, also in definitions: δ_{k5} may be something else from M = 5 on. What is said of
    layers stays in one item with the letters r and R, a free r among ``free``, and sizes such as ``D_{r-1}``;
    `semantics.layers.instances` puts numbers in their place. A free step t has the size `symbols.STEPS`.

    ``premises`` are what stands before a ``\\Rightarrow``, as it is printed: u = e, or u^k = e with odd k. The scope of
    such a claim defines u as e, or as the real k-th root of e, and names u in ``scope.placed``: it is an input that the
    premise only places, so a derivative by u holds everything else fixed, what e is made of included.

    An erratum and an unchecked formula are one item each, the last link of the formula; ``shown`` holds all of it.

    A claim up to a rest keeps its O(h^k) as the last addend of ``right``: `semantics.remainders.split` takes it off.
    """

    kind: str
    formula: DisplayedFormula
    line: int
    column: int
    left: t.Node
    relation: str
    right: t.Node | None
    conditions: tuple[t.Chain, ...]
    assumptions: tuple[Assumed, ...]
    scope: Scope
    free: tuple[tuple[str, Size], ...]
    least: tuple[tuple[str, int], ...]
    shape: Shape
    letters: frozenset[str]
    named: tuple[tuple[Size, int], ...] = ()
    premises: tuple[t.Chain, ...] = ()
    shown: Shown | None = None

    def __str__(self) -> str:
        place = f"{self.formula.path}:{self.line}:{self.column}"
        return f"{place}: {show(self.left)}" + (f" {self.relation} {show(self.right)}" if self.right else "")


@dataclass(frozen=True, slots=True)
class Fault:
    """A formula without a meaning; ``covered`` is false if only this module lacks the rules for it.

    ``sort`` is ``shape``, ``index``, ``unreadable`` or ``other``.
    """

    path: Path
    line: int
    column: int
    reason: str
    covered: bool = True
    sort: str = MeaningError.sort

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says, in its order, and what has no meaning."""

    items: tuple[Item, ...]
    faults: tuple[Fault, ...]
