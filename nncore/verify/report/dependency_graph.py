"""What rests on what, as a drawing: formulas of a page in columns, each to the right of all that it rests on.

The drawing is an SVG whose boxes are links. A formula is joined to what it uses directly; what it uses through
something else is left out. The same links stand in the table beside it, so nothing is lost where it cannot be seen.
"""

from collections.abc import Callable, Mapping, Sequence
from html import escape

from nncore.verify.report.evidence import Evidence

_HEIGHT, _GAP, _BETWEEN, _LETTER = 26, 8, 56, 7.2  # of a box, between boxes, between columns, of a letter in a box


def drawing(formulas: Sequence[Evidence], address: Callable[[str], tuple[str, str]]) -> str:
    """The SVG for a page, or nothing if nothing rests on anything; ``address`` gives address and words of a formula."""
    uses = {formula.name: formula.uses for formula in formulas if formula.uses}
    names = list(dict.fromkeys(name for used in uses.values() for name in used)) + list(uses)
    direct = _direct({name: uses.get(name, ()) for name in dict.fromkeys(names)})
    columns = _columns(direct)
    if len(columns) < 2:
        return ""
    words = {name: address(name)[1] for name in direct}
    places, width, height = _places(columns, words)
    edges = "".join(_edge(places[used], places[name]) for name, all_used in direct.items() for used in all_used)
    boxes = "".join(_box(places[name], *address(name)) for name in direct)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"{edges}{boxes}</svg>"
    )


def _direct(uses: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What each formula uses, without what it uses only through something else."""
    return {
        name: [each for each in used if not any(each in uses.get(other, ()) for other in used if other != each)]
        for name, used in uses.items()
    }


def _columns(direct: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The formulas by the length of the longest way that leads to them; near to what they use in every column."""
    depth: dict[str, int] = {}

    def find(name: str) -> int:
        if name not in depth:
            depth[name] = 0  # where this ends for families that are defined through each other
            depth[name] = max((find(used) + 1 for used in direct[name]), default=0)
        return depth[name]

    columns: list[list[str]] = [[] for _ in range(max(map(find, direct), default=-1) + 1)]
    for name in direct:
        columns[depth[name]].append(name)
    columns = [column for column in columns if column]
    row: dict[str, float] = {}
    for column in columns:
        column.sort(key=lambda name: _mean([row[used] for used in direct[name] if used in row]))
        row.update((name, place) for place, name in enumerate(column))
    return columns


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _places(columns, words) -> tuple[dict[str, tuple[float, float, float]], int, int]:
    """For each formula the left side, the top and the width of its box; and width and height of the whole."""
    places = {}
    left = 1.0
    for column in columns:
        width = 16 + _LETTER * max(len(words[name]) for name in column)
        for place, name in enumerate(column):
            places[name] = (left, 1 + place * (_HEIGHT + _GAP), width)
        left += width + _BETWEEN
    height = max(top for _, top, _ in places.values()) + _HEIGHT + 1
    return places, round(left - _BETWEEN) + 1, round(height)


def _edge(used: tuple[float, float, float], name: tuple[float, float, float]) -> str:
    start, high = used[0] + used[2], used[1] + _HEIGHT / 2
    end, low = name[0], name[1] + _HEIGHT / 2
    bend = _BETWEEN / 2
    return f'<path d="M{start:g} {high:g}C{start + bend:g} {high:g} {end - bend:g} {low:g} {end:g} {low:g}"/>'


def _box(place: tuple[float, float, float], address: str, words: str) -> str:
    left, top, width = place
    return (
        f'<a href="{escape(address)}"><rect x="{left:g}" y="{top:g}" width="{width:g}" height="{_HEIGHT}" rx="4"/>'
        f'<text x="{left + 8:g}" y="{top + 17:g}">{escape(words)}</text></a>'
    )
