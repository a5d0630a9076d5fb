"""What stands around the formulas of a page and decides what they mean: notation blocks, assumptions, references.

`surroundings` reads a page line by line. For every displayed formula it says which labels the text refers to where the
formula stands, so that an assumption is in force there, and under which label an assumption itself is kept. For the
page it collects the displayed ``{notation}`` blocks, in which a page declares letters of its own. A ``{notation}``
block inside of an ``{erratum}`` or a ``{dictionary}`` belongs to that and not to the page.

A formula belongs to the text of the directives around it: to the whole theorem, proof, exercise or solution. Outside
of directives it belongs to the paragraph directly above it, or, where only other formulas stand between, to the one
above those.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

from nncore.verify.pages import DisplayedFormula, PageError

_FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,}|:{3,})\s*(?:\{(?P<kind>[^}]+)\})?(?P<argument>.*)$")
_REFERENCE = re.compile(r"\{prf:ref\}`(?:[^`<]*<)?([^`<>]+)>?`")
_LABEL = re.compile(r"\s*:label:\s*(\S+)\s*$")
_OPTION = re.compile(r"\s*:([a-z]+):\s*(.*?)\s*$")
_ADMONITION_CLASS = re.compile(r"\s*:class:\s*(.+?)\s*$")
_ENDS_TEXT = re.compile(r"\s*(?:\$\$|.*\$\$\s*(?:\([^)]*\))?\s*$|`{3,}|~{3,}|:{3,})")


ERRATUM, UNCHECKED, DICTIONARY = "erratum", "unchecked", "dictionary"
VALUE, SHAPE, INDEX = WAYS = ("value", "shape", "index")  # in which an erratum can fail
CITED = ("external theorem", "quotation")
REASONS = (*CITED, "floating-point model", "empirical")  # for which a formula is not checked
_OPTIONS = {ERRATUM: ("fails", "corrected", "where"), UNCHECKED: ("reason",)}


@dataclass(frozen=True, slots=True)
class NotationBlock:
    """The text of a ``{notation}`` block, its page, and the line of the page in which it begins, counted from 1."""

    text: str
    line: int
    path: Path


@dataclass(frozen=True, slots=True)
class Aside:
    """An ``{erratum}`` or an ``{unchecked}`` block, whose formulas the page does not claim.

    Attributes
    ----------
    kind : str
        ``erratum`` or ``unchecked``.
    line : int
        The line of the file in which it begins, counted from 1.
    last : int
        The line in which its last formula begins.
    options : tuple of pairs of str
        Its options, in their order.
    blocks : tuple of NotationBlock
        The notation blocks inside.
    """

    kind: str
    line: int
    last: int
    options: tuple[tuple[str, str], ...]
    blocks: tuple[NotationBlock, ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A ``{dictionary}`` block: a text in letters of its own, with the line in which it begins and its notation."""

    line: int
    blocks: tuple[NotationBlock, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What stands around one formula.

    Attributes
    ----------
    mentions : frozenset of str
        The labels to which the text around the formula refers.
    label : str or None
        The label of the innermost directive.
    convention : bool
        Whether a directive around it is a convention: ``{prf:convention}``, or an admonition of that class.
    aside : Aside or None
        The block around it whose formulas the page does not claim.
    world : str or None
        The label of the exercise in which, or in whose solution, it stands.
    dictionary : Dictionary or None
        The block around it that has letters of its own.
    """

    mentions: frozenset[str]
    label: str | None
    convention: bool
    world: str | None = None
    aside: Aside | None = None
    dictionary: Dictionary | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The places of the formulas, in their order, and the notation blocks of the page."""

    places: tuple[Place, ...]
    blocks: tuple[NotationBlock, ...]


@dataclass(slots=True, eq=False)
class _Region:
    """A directive that stands in the page: from its first line on."""

    kind: str
    argument: str
    start: int
    label: str | None = None
    classes: str = ""
    around: "_Region | None" = None  # the innermost directive in which this one stands
    mentions: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)


def surroundings(path: Path | str, formulas: Sequence[DisplayedFormula], text: str | None = None) -> Surroundings:
    """What stands around the formulas of a page, which are all of its formulas in order; ``text`` as in `formulas`.

    Raises
    ------
    PageError
        If the directives found here are not those that the parser of the page found.
    """
    path = Path(path)
    lines = (path.read_text(encoding="utf-8") if text is None else text).splitlines()
    around, regions = _regions(lines)
    own = [formula for formula in formulas if formula.path == path]
    asides = _asides(regions, own, [around[formula.line - 1] for formula in own], path)
    dictionaries = {
        region: Dictionary(region.start + 1, _blocks(regions, region, path))
        for region in regions
        if region.kind == DICTIONARY
    }
    places: list[Place] = []
    for number, formula in enumerate(formulas):
        if formula.path != path:  # of an included file
            places.append(Place(frozenset(), None, False))
            continue
        inside = [region for region in around[formula.line - 1] if region.kind != "math"]
        if tuple(region.kind for region in inside) != formula.within:
            raise PageError(f"{path}:{formula.line}: it is not clear which directives stand around the formula")
        if inside:
            mentions = frozenset().union(*(region.mentions for region in inside))
        elif number and not formulas[number - 1].within and _follows(lines, formulas[number - 1], formula):
            mentions = places[-1].mentions
        else:
            mentions = _above(lines, formula)
        label = inside[-1].label if inside else None
        aside = next((asides[region] for region in inside if region in asides), None)
        dictionary = next((dictionaries[region] for region in inside if region in dictionaries), None)
        places.append(Place(mentions, label, _is_convention(inside), _world(inside), aside, dictionary))
    return Surroundings(tuple(places), _blocks(regions, None, path))


def _blocks(regions: Sequence[_Region], owner: _Region | None, path: Path) -> tuple[NotationBlock, ...]:
    """The notation blocks that belong to an erratum or a dictionary, or to the page."""
    own = (region for region in regions if region.kind == "notation" and _owner(region) is owner)
    return tuple(NotationBlock("\n".join(region.lines), region.start + 2, path) for region in own)


def _owner(region: _Region | None) -> _Region | None:
    while region and region.kind not in (ERRATUM, DICTIONARY):
        region = region.around
    return region


def _asides(
    regions: Sequence[_Region], formulas: Sequence[DisplayedFormula], around: Sequence[Sequence[_Region]], path: Path
) -> dict[_Region, Aside]:
    """The blocks whose formulas the page does not claim."""
    found: dict[_Region, Aside] = {}
    for region in regions:
        if region.kind not in _OPTIONS:
            continue
        inside = [formula.line for formula, here in zip(formulas, around, strict=True) if region in here]
        if not inside:
            raise PageError(f"{path}:{region.start + 1}: this {{{region.kind}}} contains no formula")
        options = tuple(match.groups() for match in takewhile(bool, map(_OPTION.match, region.lines)))
        blocks = _blocks(regions, region, path)
        found[region] = Aside(region.kind, region.start + 1, inside[-1], options, blocks)
    return found


def objection_to_options(aside: Aside) -> str | None:
    """What is wrong with the options of an erratum or an unchecked block, if anything is."""
    known, options = _OPTIONS[aside.kind], dict(aside.options)
    for option in options:
        if option not in known:
            return f"unknown option {option!r} of {{{aside.kind}}}; the options are {', '.join(known)}"
    if aside.kind == ERRATUM:
        if options.get("fails") not in WAYS:
            return f"say how the erratum fails, as ':fails: value'; the ways are {', '.join(WAYS)}"
        return None if options.get("corrected") else "name what corrects the erratum, as ':corrected: eq-label'"
    reason, _, words = (part.strip() for part in options.get("reason", "").partition(":"))
    if reason not in REASONS or not words:
        return f"say why it is not checked, as ':reason: empirical: words'; the reasons are {', '.join(REASONS)}"
    return f"the reason {reason!r} needs a citation" if reason in CITED and "{cite" not in words else None


def _is_convention(regions: list[_Region]) -> bool:
    return any(
        region.kind == "prf:convention" or (region.kind == "admonition" and "convention" in region.classes.split())
        for region in regions
    )


def _world(regions: list[_Region]) -> str | None:
    """The exercise in which, or in whose solution, these directives are; one without a label is known by its line."""
    for region in regions:
        if region.kind == "exercise":
            return region.label or f"line {region.start + 1}"
        if region.kind == "solution":
            return region.argument
    return None


def _regions(lines: list[str]) -> tuple[list[tuple[_Region, ...]], list[_Region]]:
    """For each line the directives that are open there, and all directives of the page."""
    fences: list[tuple[str, _Region | None]] = []  # None for what holds no Markdown
    gates: list[_Region] = []
    around, regions = [], []
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if found and fences and _closes(found, fences[-1][0]):
            fences.pop()
            found = None
        elif found and fences and fences[-1][1] is None:
            found = None
        elif found:
            kind = found["kind"] or ""
            region = _Region(kind, found["argument"].strip(), number)
            region.around = next((each for _, each in reversed(fences) if each), gates[-1] if gates else None)
            if kind.endswith("-end"):
                gates = gates[:-1]
            elif kind.endswith("-start"):
                region.kind = kind.removesuffix("-start")
                gates.append(region)
            holds_text = bool(kind) and kind not in ("code-cell", "code", "code-block", "raw")
            fences.append((found["mark"], region if holds_text else None))
            regions.append(region)
        opened = [region for _, region in fences if region and not region.kind.endswith("-end")]
        opened = [*gates, *(region for region in opened if region not in gates)]
        for region in opened:
            _note(region, line, number)
        around.append(tuple(opened))
    return around, regions


def _closes(found: re.Match, mark: str) -> bool:
    bare = not found["kind"] and not found["argument"].strip()
    return bare and found["mark"][0] == mark[0] and len(found["mark"]) >= len(mark)


def _note(region: _Region, line: str, number: int) -> None:
    """Keeps what a line says about the directive that it stands in."""
    region.mentions.update(_REFERENCE.findall(line))
    if number > region.start:
        region.lines.append(line)
        label, classes = _LABEL.match(line), _ADMONITION_CLASS.match(line)
        if label and region.label is None:
            region.label = label[1]
        if classes and not region.classes:
            region.classes = classes[1]


def _line_above(lines: list[str], formula: DisplayedFormula) -> int:
    """The number of the last line of text above a formula that stands outside of directives, counted from 0."""
    number = formula.line - 2
    while number >= 0 and (not lines[number].strip() or _LABEL.match(lines[number]) or "{math}" in lines[number]):
        number -= 1
    return number


def _follows(lines: list[str], before: DisplayedFormula, formula: DisplayedFormula) -> bool:
    """Whether nothing stands between two formulas."""
    last = before.line - 1 + before.text.count("\n")
    return _line_above(lines, formula) in (last, last + 1)


def _above(lines: list[str], formula: DisplayedFormula) -> frozenset[str]:
    """The labels in the paragraph above a formula that stands outside of directives."""
    number = _line_above(lines, formula)
    mentions: set[str] = set()
    while number >= 0 and lines[number].strip() and not _ENDS_TEXT.match(lines[number]):
        mentions.update(_REFERENCE.findall(lines[number]))
        number -= 1
    return frozenset(mentions)
