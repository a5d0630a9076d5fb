"""One display in free spelling: its readings, each as strict formulas with a map of places.

`spell` tries every choice that is met, up to four readings. Each statement of a reading is written in the strict
spelling and read back; only what gives the same tree again counts as read.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nncore.verify.notation import Notation
from nncore.verify.spelling.arguments import with_arguments
from nncore.verify.spelling.entrywise import entry_by_entry
from nncore.verify.spelling.expressions import Reader
from nncore.verify.spelling.facts import Facts
from nncore.verify.spelling.findings import Findings, FreeError, Member, Passed, Remark, ShapeError
from nncore.verify.spelling.first_use import apart, definitions_in, names, with_definition, with_members
from nncore.verify.spelling.fit import fitted
from nncore.verify.spelling.items import Group, Item, text_of, walk
from nncore.verify.spelling.layers import for_each_layer
from nncore.verify.spelling.macros import Macro, definitions, written_out
from nncore.verify.spelling.nesting import nested
from nncore.verify.spelling.points import AT_POINT
from nncore.verify.spelling.ranges import with_ranges
from nncore.verify.spelling.relations import rounded
from nncore.verify.spelling.scene import Scene, Shorthand
from nncore.verify.spelling.shorthand import without_shorthand
from nncore.verify.spelling.statements import statements
from nncore.verify.spelling.styles import styled
from nncore.verify.spelling.tokens import scan
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.lexer import LatexError
from nncore.verify.syntax.parser import LONGEST, read
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Span

MOST_READINGS = 4
_KEPT = 4096  # displays whose items are kept


@dataclass(frozen=True, slots=True)
class Strict:
    """A statement in the strict spelling, its tree, and where its parts are in the source.

    The places of ``tree`` are those of the source. ``places`` are pairs of a place in ``text`` and the span in the
    source of what begins there, in their order.
    """

    text: str
    tree: t.Formula = field(repr=False)
    places: tuple[tuple[int, Span], ...] = field(repr=False)

    def span_at(self, offset: int) -> Span:
        """Return where in the source something is that stands at an offset of the strict text."""
        place = bisect_right(self.places, (offset, (1 << 60, 0))) - 1
        return self.places[max(place, 0)][1] if self.places else (0, 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a display: its statements, and what was taken for what."""

    formulas: tuple[Strict, ...]
    remarks: tuple[Remark, ...]
    passed: tuple[Passed, ...] = ()
    members: tuple[Member, ...] = ()


@dataclass(frozen=True, slots=True)
class Spelling:
    """A display and all ways to read it, one to four; the first is the likeliest."""

    source: str
    readings: tuple[Reading, ...]


def items_of(source: str, scene: Scene, findings: Findings) -> tuple[Item, ...]:
    """Return the items of a display: tokens with commands written out, in groups, letters with their fonts."""
    if len(source) > LONGEST:
        raise FreeError(f"a formula of more than {LONGEST} characters", (LONGEST, LONGEST + 1), "too long")
    items, passed = _nested(source, tuple(scene.words.macros.items()))
    for kind, span in passed:
        findings.skip(kind, span)
    return styled(items, findings, scene.facts.names | scene.words.lone)


@lru_cache(_KEPT)
def _nested(
    source: str, macros: tuple[tuple[str, Macro], ...]
) -> tuple[tuple[Item, ...], tuple[tuple[str, Span], ...]]:
    """Return the items of a display before letters have their fonts, and what is passed over.

    They are kept: a file is read again with each notation that is tried for it.
    """
    passed: list[tuple[str, Span]] = []
    own, tokens = definitions(scan(source))
    items = nested(written_out(tokens, dict(macros) | own), lambda kind, span: passed.append((kind, span)))
    return items, tuple(passed)


def look(source: str, facts: Facts, scene: Scene) -> None:
    """Add to the facts of a file what a display tells; one that cannot be cut tells nothing."""
    try:
        facts.look(items_of(source, scene, Findings()))
    except FreeError:
        return


def spell(source: str, scene: Scene, in_parts: bool = False) -> Spelling:
    """Return the readings of a display; of what can be read of it, if ``in_parts``.

    Raises
    ------
    FreeError
        If it has none, or more than four.
    """
    waiting: list[dict[str, int]] = [{}]
    met: set[tuple[tuple[str, int], ...]] = {()}
    found: dict[tuple[str, ...], Reading] = {}
    failed: FreeError | None = None
    last: list[t.Node | None] = []
    known: frozenset[str] = frozenset()
    tried = 0
    shorthand: list[dict[str, Shorthand]] = []  # with which each reading begins, and that with which the first ends
    while waiting:
        picks = waiting.pop(0)
        shorthand = shorthand or [scene.shorthand]
        scene.shorthand = dict(shorthand[0])
        findings = Findings(picks=picks, lost=[] if in_parts else None)
        try:
            formulas = _read(source, scene, findings)
            found.setdefault(
                tuple(each.text for each in formulas),
                Reading(formulas, tuple(findings.remarks.values()), tuple(findings.passed), tuple(findings.members)),
            )
            last.append(formulas[-1].tree.last_chain.sides[-1] if formulas else None)
            known = known or scene.here
            shorthand.append(scene.shorthand)
        except FreeError as error:
            failed = failed or error
            if not picks and not isinstance(error, ShapeError):
                scene.shorthand = shorthand[0]
                raise
        except RecursionError:
            raise FreeError("too much within each other", (0, len(source)), "too deep") from None
        tried += 1
        for key, (count, _, _) in findings.asked.items():
            if key not in picks:
                for other in range(1, count):
                    more = {**picks, key: other}
                    name = tuple(sorted(more.items()))
                    if name not in met:
                        met.add(name)
                        waiting.append(more)
        if len(found) > MOST_READINGS or tried > 4 * MOST_READINGS:
            _, words, span = next(iter(findings.asked.values()), (0, "", (0, len(source))))
            raise FreeError(f"more than four readings, the first by this choice: {words}", span, "too many readings")
    if not found:
        scene.shorthand = shorthand[0]
        assert failed
        raise failed
    if last and last[0] is not None:
        scene.last = last[0]
    if any(remark.kind == AT_POINT for reading in found.values() for remark in reading.remarks):
        scene.last = None  # a formula below would go on without the point
    scene.above |= known
    scene.shorthand = shorthand[1]
    return Spelling(source, tuple(found.values()))


def _read(source: str, scene: Scene, findings: Findings) -> tuple[Strict, ...]:
    items = items_of(source, scene, findings)
    if not items and definitions(scan(source))[0]:
        findings.say("commands", "definitions of commands, which claim nothing", (0, len(source)))
        return ()
    if not items:
        raise FreeError("there is no formula here", (0, len(source)), "no formula")
    reader = Reader(scene, findings)
    groups = (here[at] for here, at in walk(items) if isinstance(here[at], Group))
    reader.normed = {text_of(group.items) for group in groups if isinstance(group, Group) and group.kind == r"\|"}
    span = items[0].span[0], items[-1].span[1]
    scene.here = scene.above
    formulas: list[t.Formula] = []
    for whole in statements(reader, items, span):
        layers = for_each_layer(whole, scene, findings) if scene.first_defines else []
        for part in [one for each in layers for one in apart(each, scene)] or [whole]:
            if (formula := without_shorthand(part, scene, findings)) is None:
                continue
            try:
                formula = with_definition(formula, scene, findings) if scene.first_defines else formula
            except FreeError as error:
                if findings.lost is None:
                    raise
                findings.lost.append(error)
                continue
            scene.here |= frozenset(names(formula, scene))
            scene.made |= definitions_in(formula, scene)
            formula = with_arguments(formula, scene) if scene.first_defines else formula
            formula = with_members(formula, scene, findings) if scene.first_defines else formula
            formula = rounded(formula, findings) if scene.first_defines else formula
            formula = with_ranges(formula, scene, findings)
            formula = entry_by_entry(formula, scene, findings) if scene.first_defines else formula
            formulas.append(fitted(formula, scene, findings))
    if findings.lost and not formulas:
        raise findings.lost[0]
    return tuple(strict(formula, scene.table.in_force) for formula in formulas)


def strict(formula: t.Formula, notation: Notation) -> Strict:
    """Return a formula whose places are in the source as strict text that reads back to it."""
    try:
        text = latex(formula)
    except TypeError:
        raise FreeError("this cannot be written in the strict spelling", formula.span, "not expressible") from None
    try:
        tree = read(text, notation)
    except LatexError as error:
        cause = re.sub(r"^unexpected [^:]*", "unexpected", error.reason)
        raise FreeError(f"this cannot be expressed: {error.reason}", formula.span, f"strict: {cause}") from None
    if tree != formula:
        raise FreeError("this cannot be expressed so that it reads back", formula.span, "does not read back")
    places = dict[int, Span]()
    for one, other in _pairs(tree, formula):
        places[one.span[0]] = other.span
    return Strict(text, formula, tuple(sorted(places.items())))


def _pairs(one: t.Node, other: t.Node) -> Iterator[tuple[t.Node, t.Node]]:
    """Yield the nodes of two equal trees side by side, the inner ones last."""
    yield one, other
    for inner, outer in zip(t.children(one), t.children(other), strict=True):
        yield from _pairs(inner, outer)


def texts(spelling: Spelling) -> Sequence[Sequence[str]]:
    """Return the strict texts of each reading."""
    return [[formula.text for formula in reading.formulas] for reading in spelling.readings]
