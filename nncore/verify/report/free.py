"""A page in free spelling, judged: each display by its strict statements, and told at its places and in its letters.

Every statement of a display becomes a formula of its own on a page that stands for the display, so a link of a chain
that has no meaning costs no other one. Where a display has two readings both are judged: if they fare alike the first
is told, and if not it is undecided which one is meant.

Labels, errata and what a formula rests on are as on a page in the strict spelling: a label belongs to all statements of
its display, and of an erratum the last one is wrong, its chain whole.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nncore.verify import numeric
from nncore.verify.judgement import Diagnostic, Judgement, Status
from nncore.verify.notation import ONES
from nncore.verify.report.at_values import FAR, Values, at_values, values_said, where_values
from nncore.verify.report.cache import text_with_includes
from nncore.verify.report.doubts import (
    doubted,
    doubted_as_afresh,
    doubted_as_at_optimum,
    doubted_as_changed,
    doubted_as_proposed,
    doubted_as_second,
    doubted_as_total,
    doubted_as_unread,
    doubted_by_words,
)
from nncore.verify.report.evidence import OF_NOTATION, Evidence, PageReport, Part
from nncore.verify.report.freely import with_own
from nncore.verify.report.notebook import (
    are_in_one_file,
    headings,
    lines_between,
    numbered_lines,
    place_in,
    position,
    words_above,
)
from nncore.verify.report.page import Reporter, about_functions, at_line, located, relation_count
from nncore.verify.report.supposed import (
    bare,
    classes_said,
    said_equal,
    sides_said,
    signs_said,
    vectors_said,
    where_cases_hold,
    where_equal,
    where_one_hot,
    where_signs_hold,
)
from nncore.verify.semantics.elaborate import Faulty, elaborate, with_blocks
from nncore.verify.semantics.shapes import held_fixed
from nncore.verify.semantics.statements import Claim, Kind, Page, Statement, sides_of
from nncore.verify.semantics.symbols import find_symbol
from nncore.verify.source.context import DICTIONARY, ERRATUM, UNCHECKED, NotationBlock, Place, Surroundings
from nncore.verify.source.markdown import DisplayedFormula, InlineFormula, Reading
from nncore.verify.source.reader import display_path
from nncore.verify.spelling.declared import TARGETS, faults_in, in_strict_letters
from nncore.verify.spelling.derivatives import TOTAL
from nncore.verify.spelling.document import Spelled, scene_of, spelled_to_the_end
from nncore.verify.spelling.findings import ShapeError
from nncore.verify.spelling.first_use import head, is_given, names
from nncore.verify.spelling.links import among_meaningful, by_link
from nncore.verify.spelling.macros import defined_in
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.shorthand import SHORTHAND
from nncore.verify.spelling.spell import Reading as FreeReading
from nncore.verify.spelling.spell import Strict
from nncore.verify.spelling.statements import HENCE, THAT_IS
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation

if TYPE_CHECKING:
    from nncore.verify.report.book import Settings

_SECONDS_OF_A_CLAIM = 0.4  # of which it is asked only whether numbers refute it
_STATEMENT = "display {} of {}, statement {}"  # the page on which a strict statement stands while it is judged
_PROPOSED = "what is proposed"  # the name of a display that stands in no line of a file
CHANGED = "what a command means is changed here"  # how a fault of `source.markdown` begins
_DEFINES = re.compile(r"\\(?:(?:re)?newcommand|providecommand|[gex]?def|let|DeclareMathOperator)(?![A-Za-z])")
_DEFINED = re.compile(r"\\(?:(?:re)?newcommand|providecommand|def|DeclareMathOperator)\*?\s*\{?\s*(\\[A-Za-z]+)")
_AFRESH = re.compile(r"^[ \t]*afresh:[ \t]*true[ \t]*$", re.MULTILINE)
_TOTAL = re.compile(r"\btotal derivatives?\b", re.IGNORECASE)
_ANEW = re.compile(  # words that lead to another meaning of a letter
    r"\b(?:now|instead|alternatively|another|different|new|other|replac\w+|redefin\w+|switch\w*|chang\w+|let|suppose|"
    r"assume|consider|take|choose|use|case|part|problem|exercise|question)\b|^\W*\(?[a-z0-9]{1,2}[.)]",
    re.IGNORECASE,
)
_REWRITES = re.compile(  # words that lead to the same in another form
    r"\bexpand\w*|\bwritten out\b|\brewrit\w+|\bthat is\b|\bi\.e\.|\bequivalently\b|\bsimplif\w+|\bmultiply\w* out\b"
    r"|\bin (?:matrix|matrices|components?|entries|indices|index|vector|terms|other words)\b|\bhence\b|\btherefore\b"
    r"|\bthus\b|\bfollows\b|\bsubstitut\w+|\binsert\w*|\bplug\w*|\bsince\b|\bbecause\b|\bchain rule\b|\bproduct rule\b"
    r"|^\W*(?:so|or|and|which is)?\W*$",
    re.IGNORECASE,
)
_MOVES = re.compile(  # words of which other values come
    r"\b(?:updat\w*|steps?(?! size)|new|next|second|doubl\w*|twice|halv\w*|opposite|larger by|smaller by|becomes?)\b",
    re.IGNORECASE,
)
_NEAR = 3  # lines above a display, in which words speak of that
_HOLDS = (Status.ALL_SHAPES, Status.AT_SHAPES, Status.SAMPLED, Status.HOLDS_IF)
_CLAIM_NOTHING = frozenset(("prf:assumption", "prf:convention", ERRATUM, UNCHECKED, DICTIONARY))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A strict statement of a display, and the formula as which it is judged."""

    display: int
    statement: int  # which one of the display, before its chains were cut into links
    strict: Strict
    formula: DisplayedFormula


def report_on_free(
    path: Path, reading: Reading, by: "Settings", parts: Sequence[Reading] = ()
) -> tuple[PageReport, bool]:
    """Return the report on a page in free spelling that was read, and whether all proofs ended in time.

    Its parts are those that begin with a block ``afresh: true``, if no others are given.
    """
    found: list[_OfPart] = []
    for part in parts or in_parts(reading, path):
        above: dict[str, int] = {}
        for one in found:
            above |= one.defined
        found.append(_report_on_part(path, part, by, sum(len(one.evidence) for one in found), above))
    evidence = tuple(each for one in found for each in one.evidence)
    problems = (*faults_of(path, reading), *(each for one in found for each in one.problems))
    own = tuple(located(each, by.root) for each in problems)
    name, inline = display_path(path, by.root), reading.inline
    return PageReport(name, evidence, own, len(inline), relation_count(inline)), all(one.in_time for one in found)


def faults_of(path: Path, reading: Reading) -> tuple[Diagnostic, ...]:
    """Return the faults of a page in free spelling; commands that it defines are none if all of them are read."""
    text = text_with_includes(path)
    named = {found[1] for found in _DEFINED.finditer(text)}
    understood = len(named) == len(_DEFINES.findall(text)) and named <= defined_in(text).keys()
    return tuple(each for each in reading.faults if not (understood and each.reason.startswith(CHANGED)))


def in_parts(reading: Reading, path: Path) -> list[Reading]:
    """Return a file in the parts in which letters mean something else: each begins with a block ``afresh: true``."""
    blocks = reading.around.blocks
    where = [place_in(path, block.path, block.line) for block in blocks]
    starts = [place for place, block in zip(where, blocks, strict=True) if place and _AFRESH.search(block.text)]
    ends = [bisect_right(starts, place) if place else 0 for place in where]
    known = tuple(replace(block, text=_AFRESH.sub("", block.text)) for block in blocks)
    parts, here = [], 0
    inside = [place_in(path, each.path, each.line) for each in reading.formulas]
    numbers = [here := bisect_right(starts, place) if place else here for place in inside]
    said = [place_in(path, each.path, each.line) or (0, 0) for each in reading.inline]
    for number in range(len(starts) + 1):
        own = [at for at, part in enumerate(numbers) if part == number]
        places = tuple(reading.around.places[at] for at in own)
        around = Surroundings(places, tuple(each for each, part in zip(known, ends, strict=True) if part == number))
        end = starts[number] if number < len(starts) else None  # what words say below is said of the next part
        inline = tuple(each for each, at in zip(reading.inline, said, strict=True) if end is None or at < end)
        if own or around.blocks:
            parts.append(Reading(tuple(reading.formulas[at] for at in own), around, inline, ()))
    return parts or [reading]


@dataclass(frozen=True, slots=True)
class _OfPart:
    """What is found of a part of a page: evidence, what is wrong elsewhere, and whether all proofs ended in time.

    ``defined`` are the letters that it defines, as the author writes them, with the line of the display.
    """

    evidence: list[Evidence]
    problems: list[Diagnostic]
    in_time: bool
    defined: Mapping[str, int]


def _report_on_part(path: Path, reading: Reading, by: "Settings", before: int, above: Mapping[str, int]) -> _OfPart:
    """Return what is found of a part of a page, behind so many displays; ``above`` are letters defined above it."""
    scene, around, problems = _prepared(reading, path, by)
    found, around, by = _spelled(reading, path, scene, around, by)
    pieces = _first_pieces(reading, found, scene, around)
    stages, pieces = _judging(path, by, reading, around, pieces, scene)
    stages = replace(stages, above=above)
    evidence: list[Evidence] = []
    added = sum(formula.line < 1 for formula in reading.formulas)  # that stand in no line of the file
    numbers = range(before + 1 - added, before + 1 + len(reading.formulas) - added)
    named = [
        formula.label or (f"{stages.last.name}#{at}" if formula.line > 0 else _PROPOSED)
        for at, formula in zip(numbers, reading.formulas, strict=True)
    ]
    displays = {piece.formula.path: named[piece.display] for own in pieces for piece in own}
    definitions = {name: piece for own in reversed(pieces) for piece in own for name in _defines(piece, scene)}
    defining = {name: piece.display for name, piece in definitions.items()}
    slopes = {name for name, piece in definitions.items() if t.takes_derivatives(piece.strict.tree)}
    sections = _Sections(path, reading.formulas, defining, slopes)
    changed: dict[str, int] = {}
    for number, (formula, each) in enumerate(zip(reading.formulas, found, strict=True)):
        name = named[number]
        if each.spelling is None:
            evidence.append(_unread(name, number, formula, each, by))
            changed |= sections.said_again(number, _said_first(formula, scene))
            continue
        first, *others = each.spelling.readings
        stages = replace(stages, changed=changed, begin=sections.begin(number))
        told = _of_pieces(formula, pieces[number], stages, first, scene)
        one = _evidence(name, formula, pieces[number], told, stages, first, scene, by, displays)
        for other in others:
            instead = [*pieces]
            instead[number] = _pieces(number, reading, other, scene, around.places[number])
            second, instead = _judging(path, by, reading, around, instead, scene)
            second = replace(second, above=above, changed=changed, begin=stages.begin)
            displays |= {piece.formula.path: named[piece.display] for own in instead for piece in own}
            own = _of_pieces(formula, instead[number], second, other, scene)
            two = _evidence(name, formula, instead[number], own, second, other, scene, by, displays)
            one = _both(one, two, formula, by)
        if each.error:
            problem = _problem(formula, each, by)
            one = replace(one, status=problem.status, problems=(problem, *one.problems))
        evidence.append(one)
        failing = [piece for piece, its in zip(pieces[number], told, strict=True) if its.fails]
        changed = changed | sections.said_again(number, [name for piece in failing for name in _equated(piece, scene)])
    given = [each for each in evidence if each.line < 1]
    problems += [replace(problem, path=path, line=1, column=1) for each in given for problem in each.problems]
    evidence = [replace(each, number=at) for at, each in enumerate(evidence[len(given) :], before + 1)]
    problems += _elsewhere(stages.last.page, pieces, reading, by)
    defined = {scene.table.as_written(name): reading.formulas[at].line for name, at in defining.items()}
    return _OfPart(evidence, problems, all(reporter.in_time for reporter in stages.reporters), defined)


@dataclass(frozen=True, slots=True)
class Meanings:
    """Which statements of a page in free spelling have a meaning, by its displays.

    Attributes
    ----------
    displays : tuple of tuple of bool
        For each display whether its statements have one; one that cannot be read has none.
    claimed : int
        How many of those that have one probably define, and claim something all the same: the notation declares their
        letter.
    defined : frozenset of str
        The letters that the page defines, as the author writes them.
    concerned : Counter of str
        In how many statements without a meaning a letter stands, or that probably define it.
    """

    displays: tuple[tuple[bool, ...], ...]
    claimed: int
    defined: frozenset[str]
    concerned: Counter[str] = field(default_factory=Counter)

    @property
    def understood(self) -> int:
        """Return how many statements have a meaning."""
        return sum(map(sum, self.displays))

    @property
    def count(self) -> int:
        """Return how many statements there are."""
        return sum(map(len, self.displays))


def meanings(path: Path, reading: Reading, by: "Settings") -> Meanings:
    """Return which statements of a page in free spelling have a meaning."""
    scene, around, problems = _prepared(reading, path, by)
    found, around, by = _spelled(reading, path, scene, around, by)
    pieces = _first_pieces(reading, found, scene, around)
    if problems:
        return Meanings(tuple((False,) * max(len(own), 1) for own in pieces), 0, frozenset())
    stages = _stages(path, by, around, pieces, scene)
    flat = [piece for own in pieces for piece in own if stages.has_meaning(piece)]
    defined = {name for own in pieces for piece in own for name in _defines(piece, scene)}
    given = [name for piece in flat if (name := _said_though_given(piece, scene, defined))]
    claimed = scene.claimed + len(given)
    read = [each.spelling is not None for each in found]  # without a statement it is short for something
    displays = tuple(
        tuple(map(stages.has_meaning, own)) or (is_read,) for own, is_read in zip(pieces, read, strict=True)
    )
    lost = (piece for own in pieces for piece in own if not stages.has_meaning(piece))
    concerned = Counter([*given, *(name for piece in lost for name in {*names(piece.strict.tree, scene)})])
    written = scene.table.as_written
    counted = Counter[str]()
    for name, count in concerned.items():
        counted[written(name)] += count
    return Meanings(displays, claimed, frozenset(map(written, defined)), counted)


@dataclass(frozen=True, slots=True)
class Told:
    """What numbers say of a statement that has a meaning, and the letter that stands alone on its left."""

    refuted: bool
    head: str


def told_by_numbers(path: Path, reading: Reading, by: "Settings", letters: Set[str]) -> dict[tuple[int, int], Told]:
    """Return what numbers say of each statement about some letters that has a meaning, by display and statement.

    The letters are those of the author; displays are counted from the last one, so that none above changes that.
    """
    scene, around, _ = _prepared(reading, path, by)
    found, around, by = _spelled(reading, path, scene, around, by)
    pieces = _first_pieces(reading, found, scene, around)
    stages = _stages(path, by, around, pieces, scene)
    told: dict[tuple[int, int], Told] = {}
    for own in pieces:
        for at, piece in enumerate(own):
            named = {scene.table.as_written(name) for name in names(piece.strict.tree, scene)}
            if not letters.isdisjoint(named) and stages.has_meaning(piece):
                items = [item for item in stages.of(piece).page.items if item.formula == piece.formula]
                refuted = any(isinstance(item, Claim) and _is_refuted(item) for item in items)
                heads = (head(each.first, scene) for each in piece.strict.tree.statements if isinstance(each, t.Chain))
                told[len(pieces) - piece.display, at] = Told(refuted, scene.table.as_written(next(heads, "")))
    return told


def _is_refuted(claim: Claim) -> bool:
    """Return whether numbers refute a claim."""
    try:
        verdict = numeric.judge(claim, budget=numeric.Budget(seconds=_SECONDS_OF_A_CLAIM))
    except Exception:  # a fault of the checker is told where the claim is judged
        return False
    return verdict.status is numeric.Finding.REFUTED


def _said_though_given(piece: _Piece, scene: Scene, defined: Set[str]) -> str:
    """Return the letter of which a statement says what it is though the page declares it; empty if there is none."""
    for chain in piece.strict.tree.statements:
        if isinstance(chain, t.Chain) and chain.links and chain.links[0].relation is Relation.EQUAL:
            name = head(_array(chain.first), scene)
            if name and name not in defined and name not in names(chain.links[0].right, scene):
                return "" if scene.is_undeclared(name) or is_given(name, scene) else name
    return ""


def _array(node: t.Node) -> t.Node:
    """Return the array of which a node is any entry, as a vector is read by its entries; other nodes as they are."""
    match node:
        case t.Indexed(t.Times((t.Number("1"), t.Letter() as letter)), _):
            return letter
    return node


def _spelled(
    reading: Reading, path: Path, scene: Scene, around: Surroundings, by: "Settings"
) -> tuple[list[Spelled], Surroundings, "Settings"]:
    """Return how the displays are read, and what their readings add to what stands around and to the settings."""
    defining = [_CLAIM_NOTHING.isdisjoint(formula.within) for formula in reading.formulas]
    texts = [formula.text for formula in reading.formulas]
    found = spelled_to_the_end(texts, scene, defining)
    return found, _with_ones(around, scene, path), replace(by, notation=with_own(by.notation, scene))


def _first_pieces(reading: Reading, found: Sequence[Spelled], scene: Scene, around: Surroundings) -> list[list[_Piece]]:
    """Return the statements of each display in its first reading; none of one that cannot be read."""
    return [
        _pieces(number, reading, each.spelling.readings[0], scene, around.places[number]) if each.spelling else []
        for number, each in enumerate(found)
    ]


def _prepared(reading: Reading, path: Path, by: "Settings") -> tuple[Scene, Surroundings, list[Diagnostic]]:
    """Return what the displays are read in, with the letters that a page declares, and its blocks in strict letters."""
    sources = [formula.text for formula in reading.formulas]
    scene = scene_of(sources, by.notation, text_with_includes(path), by.letters)
    problems: list[Diagnostic] = []
    blocks: list[NotationBlock] = []
    for block in reading.around.blocks:
        told = faults_in(block.text, scene, scene.notation)
        at = Diagnostic(Status.WITHOUT_MEANING, block.path, block.line, 1, "")
        problems += [at_line(at, block, fault) for fault in told]
        blocks.append(replace(block, text=in_strict_letters(block.text, scene)))
        if not told:
            scene.declare(with_blocks(scene.notation, blocks[-1:]))
    around = Surroundings(tuple(_in_strict_letters(place, scene) for place in reading.around.places), tuple(blocks))
    ones = scene.notation.array_named(ONES)
    if ones and ones in scene.given.arrays and ONES not in scene.facts.names:  # so another length may be meant
        scene.declare(replace(scene.notation, arrays=tuple(each for each in scene.notation.arrays if each is not ones)))
    return scene, around, problems


def _in_strict_letters(place: Place, scene: Scene) -> Place:
    """Return a place whose dictionary, if it stands in one, declares its letters by their inner names."""
    if not place.dictionary:
        return place
    blocks = tuple(replace(each, text=in_strict_letters(each.text, scene)) for each in place.dictionary.blocks)
    return replace(place, dictionary=replace(place.dictionary, blocks=blocks))


def _with_ones(around: Surroundings, scene: Scene, path: Path) -> Surroundings:
    """Return what stands around, with a declaration of the column of ones by which rows are repeated, if one is."""
    if not scene.table.ones or scene.notation.array_named(ONES):
        return around
    text = f"arrays:\n  - {{letter: '{ONES}', shape: ['{scene.table.ones}', 1], meaning: a column of ones}}"
    try:
        if with_blocks(scene.given, around.blocks).array_named(ONES):
            text = f"shadows: ['{ONES}']\n{text}"
    except Faulty:
        return around  # no formula is judged then
    return replace(around, blocks=(*around.blocks, NotationBlock(text, 1, path)))


def _pieces(number: int, page: Reading, reading: FreeReading, scene: Scene, place: Place) -> list[_Piece]:
    """Return the statements of a display as formulas, each on a page of its own."""
    formula = page.formulas[number]
    if place.aside:  # whose last formula is in its line, and no other one
        last = len(reading.formulas) - 1
        lines = [formula.line if at == last else 1 for at in range(last + 1)]
        return [_piece(number, at, at, each, formula, lines[at]) for at, each in enumerate(reading.formulas)]
    said = classes_said(page.inline, formula)
    classes = {each for each in scene.table.in_force.index_letters if scene.table.as_written(each) in said}
    parts = [
        (at, part) for at, each in enumerate(reading.formulas) for part in by_link(each, scene.table.in_force, classes)
    ]
    return [_piece(number, at, order, each, formula) for order, (at, each) in enumerate(parts)]


def _piece(number: int, at: int, order: int, strict: Strict, formula: DisplayedFormula, line: int = 1) -> _Piece:
    page = Path(_STATEMENT.format(number + 1, formula.path, order + 1))
    columns = tuple(1 for _ in range(strict.text.count("\n") + 1))
    return _Piece(number, at, strict, replace(formula, text=strict.text, path=page, line=line, columns=columns))


@dataclass(frozen=True, slots=True)
class _Stages:
    """What judges the statements of a page: those above an equation that defines a letter late know nothing of it.

    ``inline`` are the formulas within the words around them, ``above`` the letters that parts above define, and
    ``changed`` those to which displays above give another meaning, with their lines; ``begin`` is where the section of
    the display begins that is judged.
    """

    reporters: tuple[Reporter, ...]
    stages: Mapping[Path, int]
    without_meaning: frozenset[Path]
    inline: tuple[InlineFormula, ...] = ()
    displayed: Mapping[str, Set[str]] = field(default_factory=dict)
    above: Mapping[str, int] = field(default_factory=dict)
    changed: Mapping[str, int] = field(default_factory=dict)
    begin: tuple[int, int] = (0, 0)

    @property
    def last(self) -> Reporter:
        """Return what knows all statements."""
        return self.reporters[-1]

    def of(self, piece: _Piece) -> Reporter:
        """Return what judges a statement."""
        return self.reporters[self.stages[piece.formula.path]]

    def has_meaning(self, piece: _Piece) -> bool:
        """Return whether a statement has a meaning."""
        return piece.formula.path not in self.without_meaning


def _judging(
    path: Path, by: "Settings", reading: Reading, around: Surroundings, pieces: Sequence[Sequence[_Piece]], scene: Scene
) -> tuple[_Stages, list[list[_Piece]]]:
    """Return what judges these statements, and the statements, with links across sides that have no meaning."""
    stages, in_force = _stages(path, by, around, pieces, scene), scene.table.in_force
    more: list[list[_Piece]] = []
    for own in pieces:
        found = list(own)
        for at in dict.fromkeys(piece.statement for piece in own):
            links = [(piece.strict, not stages.has_meaning(piece)) for piece in own if piece.statement == at]
            for strict in among_meaningful(links, in_force) if len(links) > 1 else ():
                found.append(_piece(own[0].display, at, len(found), strict, reading.formulas[own[0].display]))
        more.append(found)
    if sum(map(len, more)) != sum(map(len, pieces)):
        stages = _stages(path, by, around, more, scene)
    displayed = sides_said(formula.text for formula in reading.formulas)
    return replace(stages, inline=reading.inline, displayed=displayed), more


def _stages(
    path: Path, by: "Settings", around: Surroundings, pieces: Sequence[Sequence[_Piece]], scene: Scene
) -> _Stages:
    flat = [piece for own in pieces for piece in own]
    late_ones = [at for at, piece in enumerate(flat) if _defines(piece, scene) & scene.late]
    stage = [bisect_right(late_ones, at) for at in range(len(flat))]
    reporters = []
    for number in range(len(late_ones) + 1):
        known = _in_order([piece for piece, own in zip(flat, stage, strict=True) if own <= number], scene)
        formulas = tuple(piece.formula for piece in known)
        strict = Reading(
            formulas, Surroundings(tuple(around.places[piece.display] for piece in known), around.blocks), (), ()
        )
        page = elaborate(strict.formulas, strict.around, by.notation, by.functions, holds_fixed=True)
        reporters.append(Reporter(by, display_path(path, by.root), page, strict, ()))
    # A definition claims nothing, and may be made of what is defined below it.
    judged = [len(late_ones) if _defines(piece, scene) else own for piece, own in zip(flat, stage, strict=True)]
    stages = {piece.formula.path: own for piece, own in zip(flat, judged, strict=True)}
    faults = ((number, fault.path) for number, each in enumerate(reporters) for fault in each.page.faults)
    lost = frozenset(Path(path) for number, path in faults if stages.get(Path(path)) == number)
    return _Stages(tuple(reporters), stages, lost)


def _defines(piece: _Piece, scene: Scene) -> set[str]:
    """Return the letter that a statement defines, if it defines one."""
    chains = (each for each in piece.strict.tree.statements if isinstance(each, t.Chain) and each.links)
    return {head(chain.first, scene) for chain in chains if chain.links[0].relation is Relation.DEFINES}


def _in_order(pieces: Sequence[_Piece], scene: Scene) -> list[_Piece]:
    """Return statements in such an order that those which define a letter late stand above its first use."""
    defining: dict[str, _Piece] = {}
    for piece in pieces if scene.late else ():
        for name in _defines(piece, scene):
            defining.setdefault(name, piece)
    found: list[_Piece] = []
    met: set[Path] = set()

    def add(piece: _Piece, moved: bool) -> None:
        if piece.formula.path in met:
            return
        met.add(piece.formula.path)
        for name in dict.fromkeys(names(piece.strict.tree, scene)):
            if name in defining and (moved or name in scene.late):
                add(defining[name], True)
        found.append(piece)

    for piece in pieces:
        add(piece, False)
    return found


def _elsewhere(
    page: Page, pieces: Sequence[Sequence[_Piece]], reading: Reading, by: "Settings"
) -> Iterator[Diagnostic]:
    """Yield the faults of a page that belong to none of its statements."""
    own = {piece.formula.path: piece for each in pieces for piece in each}
    for fault in page.faults:
        piece = own.get(Path(fault.path))
        if piece is None and not fault.reason.startswith(OF_NOTATION):
            yield fault
        elif piece and not 0 <= fault.line - piece.formula.line <= piece.strict.text.count("\n"):
            yield replace(fault, path=reading.formulas[piece.display].path)  # of the block around it
    yield from about_functions(page, by.notation)


@dataclass(frozen=True)
class _Sections:
    """The displays of a part of a file, which of them define letters, and between which a heading stands."""

    path: Path
    formulas: Sequence[DisplayedFormula]
    defining: Mapping[str, int]  # letters, by inner names, with the first display that defines each
    slopes: Set[str]  # those of them that are derivatives, and of which another equation says what these are

    @cached_property
    def starts(self) -> list[tuple[int, int]]:
        """Return where sections begin."""
        return [place for place, _ in headings(self.path) or ()]

    def said_again(self, display: int, letters: Iterable[str]) -> dict[str, int]:
        """Return those of some letters that displays above one define, with its line: it gives them another meaning.

        That is so if they stand above its section, if words lead to it as to something new, or if none say that it is
        the same, unless the letter is a derivative, or what is proposed defines it.
        """
        formula = self.formulas[display]
        above = {each: self.defining[each] for each in letters if self.defining.get(each, display) < display}
        words = words_above(self.path, text_with_includes(self.path), formula) if above else ""
        anew, same = bool(_ANEW.search(words)), bool(_REWRITES.search(words))
        return {
            each: formula.line for each, at in above.items()
            if anew or self.section(at) < self.section(display)
            or not (same or each in self.slopes or self.formulas[at].line < 1)
        }  # fmt: skip

    def begin(self, display: int) -> tuple[int, int]:
        """Return where the section of a display begins, or below the last step in it."""
        at = self.section(display)
        steps = [position(each)[1:] for each in self.formulas[:display] if r"\leftarrow" in each.text]
        return max(self.starts[at - 1] if at > 0 else (0, 0), *steps, (0, 0))

    def section(self, display: int) -> int:
        """Return in which section of the file a display stands; what stands in no line of it is above all headings."""
        formula = self.formulas[display]
        place = place_in(self.path, formula.path, formula.line)
        return bisect_right(self.starts, place) if place else 0


def _equated(piece: _Piece, scene: Scene) -> Iterator[str]:
    """Yield the letter of which an equation says what it is."""
    for chain in piece.strict.tree.statements:
        if isinstance(chain, t.Chain) and chain.links and chain.links[0].relation is Relation.EQUAL:
            yield head(_array(chain.first), scene)


def _said_first(formula: DisplayedFormula, scene: Scene) -> Iterator[str]:
    """Yield the letter on the left of a display that cannot be read."""
    left = bare(formula.text.replace("&", "").partition("=")[0])
    names = {*scene.facts.names, *scene.table.letters}
    yield from (name for name in names if bare(scene.table.as_written(name)) == left)


# One display ----------------------------------------------------------------------------------------------------------


def _unread(name: str, number: int, formula: DisplayedFormula, found: Spelled, by: "Settings") -> Evidence:
    problem = _problem(formula, found, by)
    return Evidence(
        name, display_path(formula.path, by.root), formula.line, number + 1, formula.label, (), problem.status,
        formula.text.strip(), "", (), (), (), (problem,),
    )  # fmt: skip


def _problem(formula: DisplayedFormula, found: Spelled, by: "Settings") -> Diagnostic:
    """Return why a display, or a part of it, cannot be read."""
    assert found.error
    start, end = found.error.span
    at = formula.place_at(min(start, len(formula.text)))
    begin = formula.text.rfind("\n", 0, start) + 1
    line = formula.text[begin:].partition("\n")[0]
    width = max(1, min(end - begin, len(line)) - (start - begin))
    snippet = f"{line}\n{' ' * (start - begin)}{'^' * width}"
    status = Status.WITHOUT_MEANING if isinstance(found.error, ShapeError) else Status.UNREADABLE
    problem = Diagnostic(status, formula.path, *at, found.error.reason, snippet)
    return located(problem, by.root)


def _of_pieces(
    formula: DisplayedFormula, pieces: Sequence[_Piece], stages: _Stages, reading: FreeReading, scene: Scene
) -> list[Evidence]:
    """Return the evidence for each statement of a display, in strict letters."""
    words = _Words(
        formula, stages.inline, stages.displayed, stages.above, scene.facts.values, stages.changed, stages.begin
    )
    total = any(remark.kind == TOTAL for remark in reading.remarks)
    slopes = {piece.statement for piece in pieces if _begins_with_slope(piece)}
    each = [_of_piece(piece, stages.of(piece), scene, piece.statement in slopes, words, total) for piece in pieces]
    return [_of_depth(one, scene) for one in each] if scene.depth else each


def _evidence(
    name: str,
    formula: DisplayedFormula,
    pieces: Sequence[_Piece],
    each: Sequence[Evidence],
    stages: _Stages,
    reading: FreeReading,
    scene: Scene,
    by: "Settings",
    displays: Mapping[Path, str],
) -> Evidence:
    """Return the evidence for a display by that of its statements, in the author's letters and places."""
    parts = tuple(
        _told(part, piece, formula, scene) for one, piece in zip(each, pieces, strict=True) for part in one.parts
    )
    problems = tuple(
        _placed(problem, piece, formula, scene, by)
        for one, piece in zip(each, pieces, strict=True)
        for problem in one.problems
    )
    statuses = [one.status for one in each]
    failing = [status for status in statuses if isinstance(status, Status)]
    remarks = (*(remark.words for remark in reading.remarks), *(words for one in each for words in one.remarks))
    nothing = Kind.DEFINITION if any(remark.kind == SHORTHAND for remark in reading.remarks) else Kind.EXPRESSION
    worst = max(failing, key=list(Status).index) if failing else (statuses[0] if statuses else nothing)
    return Evidence(
        name=name,
        path=display_path(formula.path, by.root),
        line=formula.line,
        number=pieces[0].display + 1 if pieces else 1,
        label=formula.label,
        kinds=tuple(dict.fromkeys(kind for one in each for kind in one.kinds)),
        status=worst,
        latex=formula.text.strip(),
        reading="\n".join(scene.table.as_written(one.reading) for one in each),
        parts=parts,
        uses=_uses(name, each, [stages.of(piece) for piece in pieces], displays),
        assumptions=tuple(dict.fromkeys(label for one in each for label in one.assumptions)),
        problems=tuple(dict.fromkeys(problems)),
        remarks=tuple(dict.fromkeys(remarks)),
    )


def _of_depth(found: Evidence, scene: Scene) -> Evidence:
    """Return the evidence for a statement that was judged for so many layers, of which there may be any number."""
    of_depth = ((scene.last_layer, scene.depth),)
    parts = tuple(
        replace(part, judgement=replace(part.judgement, status=Status.AT_SHAPES, shapes=(of_depth,)))
        if part.judgement and part.judgement.status is Status.ALL_SHAPES
        else part
        for part in found.parts
    )
    status = Status.AT_SHAPES if found.status is Status.ALL_SHAPES else found.status
    return replace(found, status=status, parts=parts)


def _begins_with_slope(piece: _Piece) -> bool:
    (statement, *_) = piece.strict.tree.statements
    return isinstance(statement, t.Chain) and isinstance(statement.first, t.Derivative)


@dataclass(frozen=True)
class _Words:
    """The words beside a display, with the formulas in them."""

    formula: DisplayedFormula
    inline: tuple[InlineFormula, ...]
    displayed: Mapping[str, Set[str]]  # the sides of all displays, by `sides_said`
    above: Mapping[str, int]  # letters that parts of the file above define, as written, with their lines
    shown: Mapping[str, Set[str]]  # letters to which displays give numbers, with these
    changed: Mapping[str, int]  # letters that displays above it give another meaning, by inner names, with their lines
    begin: tuple[int, int]  # where its section does

    @cached_property
    def equal(self) -> tuple[str, str] | None:
        """Return the two letters that are the same by them, as written."""
        return said_equal(self.formula, self.inline)

    @cached_property
    def classes(self) -> frozenset[str]:
        """Return the letters that number the right class by them, as written."""
        return classes_said(self.inline, self.formula)

    @cached_property
    def speaks_of_total_derivatives(self) -> bool:
        """Return whether the words right above it speak of a total derivative."""
        above = (each for each in self.inline if are_in_one_file(each, self.formula))
        near = (each for each in above if 0 <= lines_between(each, self.formula) <= _NEAR)
        return any(_TOTAL.search(f"{each.before} {each.after}") for each in near)

    @cached_property
    def signs(self) -> dict[str, Relation]:
        """Return the letters that are positive, or not negative, by the words of the file, as written."""
        return signs_said(self.inline)

    @cached_property
    def values(self) -> Values:
        """Return the values that the words right above it give letters."""
        return values_said(self.formula, self.since_last_step, self.shown)

    @cached_property
    def since_last_step(self) -> list[InlineFormula]:
        """Return the formulas within words above it, below the last line that speaks of a step, or of new values."""
        file, *here = position(self.formula)
        above = [
            each for each in self.inline if position(each) <= (file, *here) and are_in_one_file(each, self.formula)
        ]
        lines = [(place, re.sub(r"\$[^$]*\$", "", line)) for place, line in numbered_lines(Path(file))]
        last = max((place for place, line in lines if place < tuple(here) and _MOVES.search(line)), default=(0, 0))
        return [each for each in above if last < position(each)[1:] >= self.begin]

    @cached_property
    def values_of_section(self) -> Values:
        """Return the values that the words above it in its section give letters."""
        return values_said(self.formula, self.since_last_step, self.shown, FAR)

    @cached_property
    def targets(self) -> frozenset[str]:
        """Return the letters of vectors that may be one-hot, as written."""
        return TARGETS | vectors_said(self.inline, self.formula)


def _of_piece(piece: _Piece, reporter: Reporter, scene: Scene, of_slope: bool, words: _Words, total: bool) -> Evidence:
    """Return the evidence for a statement; of a false one for what it may mean instead.

    ``of_slope`` says whether it belongs to a chain that begins with a derivative, ``total`` whether its derivatives may
    be total ones.
    """
    found = reporter.evidence(reporter.reading.formulas.index(piece.formula) + 1, piece.formula)
    items = [item for item in reporter.page.items if item.formula is piece.formula]
    found = replace(found, remarks=(*found.remarks, *dict.fromkeys(map(scene.table.as_written, _held_fixed(items)))))
    claim = items[0] if len(items) == 1 else None
    by_words = words.speaks_of_total_derivatives
    may_be_total = (total or by_words) and isinstance(claim, Claim)
    if may_be_total and (fixed := next(_held_fixed(items, numbers=not by_words), "")):
        return doubted_as_total(found, scene.table.as_written(fixed), piece.formula)
    if len(items) == 1 and found.status is Kind.DEFINITION and ":=" not in words.formula.text:
        letter = scene.table.as_written(latex(items[0].left))
        return doubted_as_second(found, letter, piece.formula, words.formula, words.inline)
    if isinstance(claim, Claim) and found.status in _HOLDS and words.changed:
        found = doubted_as_changed(found, claim, piece.formula, words.changed, scene.table.as_written)
    if isinstance(claim, Claim) and found.status in (Status.ALL_SHAPES, Status.SAMPLED):
        return doubted_as_unread(
            found, claim, piece.formula, words.formula, words.inline, scene.table.as_written, words.displayed
        )
    if isinstance(claim, Claim) and found.status is Status.HOLDS_IF:
        by_signs = where_signs_hold(found, claim, _signs(scene, words), piece.formula)
        return by_signs if by_signs.status is Status.HOLDS_IF else found
    if found.status is not Status.REFUTED or not isinstance(claim, Claim):
        return found
    found = _where_supposed(found, claim, piece, scene, words)
    for values in (words.values, words.values_of_section) if found.status is Status.REFUTED else ():
        if under := at_values(claim, values, scene.table.as_written):
            line, far = values.line, values is not words.values
            written = words.formula.text
            found = where_values(found, under, piece.formula, line, scene.table.as_written, written, far)
            claim = under
            break
    if claim is not items[0] and found.status in (Status.ALL_SHAPES, Status.SAMPLED):
        found = doubted_as_unread(
            found, claim, piece.formula, words.formula, words.inline, scene.table.as_written, words.displayed
        )
    if found.status is not Status.REFUTED:
        return found
    tables: tuple[dict[str, str], ...] = ({}, scene.table.letters, scene.table.functions)
    said = {table.get(name, name) for name, known in scene.facts.says.items() if known > 1 for table in tables}
    others = [
        item for item in reporter.page.items
        if isinstance(item, Claim) and item.left == claim.left and item is not claim
    ]  # fmt: skip
    found = doubted(found, claim, [*others, claim] if head(claim.left, scene) in said else (), of_slope)
    if found.status is Status.REFUTED:
        found = doubted_by_words(found, claim, words.formula, words.inline, scene.table.as_written)
    if found.status is Status.REFUTED:
        found = doubted_as_at_optimum(found, words.formula, words.inline)
    if found.status is Status.REFUTED and not reporter.by.proposing:
        found = doubted_as_afresh(found, claim, words.above, scene.table.as_written)
    return doubted_as_proposed(found, claim) if found.status is Status.REFUTED and reporter.by.proposing else found


def _held_fixed(items: Iterable[Statement], numbers: bool = False) -> Iterator[str]:
    """Yield what derivatives by defined letters hold fixed, in words; with ``numbers`` where it is numbers alone."""
    for item in items:
        for side in sides_of(item):
            for node in (each for each, _ in t.walk(side) if isinstance(each, t.Derivative)):
                for variable in node.variables:
                    below = held_fixed(node.body, find_symbol(variable, item.scope).name, item.scope)
                    if below and not (numbers and any(map(item.scope.notation.array_named, below))):
                        slope = rf"\partial {latex(node.body)} / \partial {latex(variable)}"
                        yield f"{slope} with {' and '.join(sorted(below))} held fixed"


def _signs(scene: Scene, words: _Words) -> dict[str, Relation]:
    """Return the letters that are positive, or not negative, by words, in their inner names."""
    return {scene.table.letters.get(name, name): sign for name, sign in words.signs.items()}


def _where_supposed(found: Evidence, claim: Claim, piece: _Piece, scene: Scene, words: _Words) -> Evidence:
    """Return the evidence for a refuted claim, or for one that holds if what words or cases beside it suppose is so."""
    inner = {scene.table.as_written(letter): letter for letter, _ in claim.free}
    if words.equal:
        one, other = (inner.get(each, each) for each in words.equal)
        found = where_equal(found, claim, one, other, piece.formula)
    if found.status is Status.REFUTED and words.classes:
        classes = {inner.get(each, each) for each in words.classes}
        targets = {each for each in claim.letters if scene.table.as_written(each) in words.targets}
        found = where_one_hot(found, claim, classes, targets, piece.formula)
    if found.status is Status.REFUTED:
        found = where_cases_hold(found, claim, piece.formula)
    signs = _signs(scene, words)
    return where_signs_hold(found, claim, signs, piece.formula) if found.status is Status.REFUTED and signs else found


def _uses(
    name: str, found: Sequence[Evidence], reporters: Sequence[Reporter], displays: Mapping[Path, str]
) -> tuple[str, ...]:
    """Return the names of the displays on which the statements of another one rest."""
    used: dict[str, None] = {}
    for one, reporter in zip(found, reporters, strict=True):
        formulas = enumerate(reporter.reading.formulas, 1)
        own = {f"{reporter.name}#{number}": displays[formula.path] for number, formula in formulas}
        used |= dict.fromkeys(own.get(each, each) for each in one.uses)
    return tuple(each for each in used if each != name)


def _told(part: Part, piece: _Piece, formula: DisplayedFormula, scene: Scene) -> Part:
    line, column = _place(part.line, part.column, piece, formula)
    words = scene.table.as_written
    judgement = part.judgement and _in_own_letters(part.judgement, words)
    own = replace(part, line=line, column=column, left=words(part.left), right=words(part.right))
    return replace(own, conditions=tuple(map(words, part.conditions)), judgement=judgement)


def _in_own_letters(judgement: Judgement, words: Callable[[str], str]) -> Judgement:
    """Return a judgement that speaks of the author's letters."""
    provided = tuple(replace(each, words=words(each.words), how=words(each.how)) for each in judgement.provided)
    where, given = tuple(map(words, judgement.where)), tuple(map(words, judgement.given))
    return replace(judgement, hint=words(judgement.hint), provided=provided, where=where, given=given)


def _placed(problem: Diagnostic, piece: _Piece, formula: DisplayedFormula, scene: Scene, by: "Settings") -> Diagnostic:
    """Return a problem of a statement as one of its display: in the author's letters, at the author's place."""
    line, column = _place(problem.line, problem.column, piece, formula)
    row = line - formula.line
    text = formula.text.split("\n")[row] if 0 <= row <= formula.text.count("\n") else ""
    snippet = f"{text}\n{' ' * (column - formula.columns[row])}^" if text else ""
    reason = scene.table.as_written(problem.reason)
    return located(
        replace(problem, path=formula.path, line=line, column=column, reason=reason, snippet=snippet), by.root
    )


def _place(line: int, column: int, piece: _Piece, formula: DisplayedFormula) -> tuple[int, int]:
    """Return where in the file something is that stands at a line and a column of a strict statement."""
    lines = piece.strict.text.split("\n")
    offset = sum(len(each) + 1 for each in lines[: line - piece.formula.line]) + column - 1
    start, _ = piece.strict.span_at(offset)
    return formula.place_at(min(start, len(formula.text)))


def _has_no_meaning(evidence: Evidence, other: Evidence) -> bool:
    """Return whether a reading fails by having no meaning alone, or has none in part where the other one has some."""
    own = {each.status for each in evidence.problems if each not in other.problems}
    alone = own == {Status.WITHOUT_MEANING}
    other_has = all(each.status is not Status.WITHOUT_MEANING for each in other.problems)
    return alone or (other_has and own == {Status.WITHOUT_MEANING, Status.UNDECIDED})


def _both(one: Evidence, other: Evidence, formula: DisplayedFormula, by: "Settings") -> Evidence:
    """Return the evidence for a display of which there are two readings."""
    own = [words for words in other.remarks if words not in one.remarks]
    if not {HENCE, THAT_IS}.isdisjoint(own):
        assumed = not other.parts or other.parts[0].fails  # it may be an equation to be solved
        if assumed or not one.fails:
            return one
        return replace(other, remarks=(*other.remarks, f"{one.status} as an implication"))
    if one.fails == other.fails and one.status == other.status:
        return replace(one, remarks=(*one.remarks, f"the same with {'; '.join(own)}") if own else one.remarks)
    first = [words for words in one.remarks if words not in other.remarks]
    for kept, lost, words in ((one, other, own), (other, one, first)):
        wrong = {kept.status, lost.status} <= {Status.REFUTED, Status.WITHOUT_MEANING}
        if _has_no_meaning(lost, kept) or (wrong and kept is one and not _has_no_meaning(one, other)):
            return replace(kept, remarks=(*kept.remarks, f"{lost.status} with {'; '.join(words)}")) if words else kept
    reason = f"{one.status} with {'; '.join(first)}, and {other.status} with {'; '.join(own)}: write which is meant"
    at = formula.place_at(0)
    problem = located(Diagnostic(Status.UNDECIDED, formula.path, *at, reason), by.root)
    alike = tuple(each for each in one.problems if each in other.problems)
    return replace(one, status=Status.UNDECIDED, parts=(), problems=(*alike, problem))
