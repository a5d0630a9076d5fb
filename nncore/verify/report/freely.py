"""What somebody typed, read in free spelling: the strict statements of a formula, with its own places and letters.

The context in which it stands tells of its letters: those of the notation, and what is defined above. This is loaded
for what has no meaning in the spelling of the book alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from nncore.verify.notation import ONES, Notation
from nncore.verify.report.in_force import Context
from nncore.verify.report.service import Piece, Typed, Way
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.spelling.document import scene_of, spelled
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.spell import Reading, Strict
from nncore.verify.syntax import tree as t


def readings(
    typed: Sequence[Typed], trees: Mapping[int, t.Formula | None], context: Context
) -> tuple[dict[int, list[Way]], Context]:
    """Return all ways to read some formulas of a text freely, and the context with the functions of their author.

    ``trees`` are those formulas, by their numbers, with how the strict reader reads them: what it reads like one of the
    free readings is not read freely.
    """
    scene = scene_in(context, [each.text for each in typed])
    found: dict[int, list[Way]] = {}
    for number, tree in trees.items():
        several = readings_of(typed[number].text, scene)
        if not any(is_same(tree, each) for each in several):
            found[number] = [_way(number, each, scene) for each in several]
    return {number: ways for number, ways in found.items() if ways}, _wider(context, scene)


def readings_of(text: str, scene: Scene) -> Sequence[Reading]:
    """Return all readings of a formula that say something each; none if it cannot be read."""
    scene.last = None  # a text does not go on with what was read before, perhaps not just before
    (each,) = spelled([text], scene)
    found = each.spelling.readings if each.spelling else ()
    return found if all(reading.formulas for reading in found) else ()


def _wider(context: Context, scene: Scene) -> Context:
    """Return a context with the functions of an author, and the column of ones by which rows are repeated."""
    notation = with_own(context.notation, scene)
    in_force = scene.table.in_force
    ones = tuple(each for each in in_force.arrays if each.letter == ONES and not scene.notation.array_named(ONES))
    return replace(context, notation=replace(notation, arrays=(*notation.arrays, *ones)))


def scene_in(context: Context, texts: Sequence[str]) -> Scene:
    """Return what texts are read in that stand in a context."""
    above = (each.given.text for each in context.functions), (each.text for each in context.formulas)
    return scene_of([*(text for several in above for text in several), *texts], context.notation)


def is_same(tree: t.Formula | None, reading: Reading) -> bool:
    """Return whether a reading is what the strict reader makes of the formula."""
    return [each.tree for each in reading.formulas] == [tree]


def with_own(notation: Notation, scene: Scene) -> Notation:
    """Return a notation with the functions, indices and arguments that an author writes and nothing declares."""
    known = notation.function_names | scene.notation.function_names
    declared = notation.index_letters | scene.notation.index_letters
    in_force = scene.table.in_force
    own = tuple(each for each in in_force.functions if each.name not in known)
    indices = tuple(each for each in in_force.indices if each.letter not in declared)
    known_numbers = {each.written.letter for each in (*notation.scalars, *scene.notation.scalars)}
    scalars = tuple(each for each in in_force.scalars if each.written.letter not in known_numbers)
    return replace(
        notation,
        functions=(*notation.functions, *own),
        indices=(*notation.indices, *indices),
        scalars=(*notation.scalars, *scalars),
    )


def words_of(reading: Reading) -> tuple[str, ...]:
    """Return what was taken for what in a reading."""
    return tuple(dict.fromkeys(remark.words for remark in reading.remarks))


def _way(number: int, reading: Reading, scene: Scene) -> Way:
    pieces = tuple(_piece(number, place, strict) for place, strict in enumerate(reading.formulas))
    return Way(pieces, words_of(reading), scene.table.as_written, is_free=True)


def _piece(number: int, place: int, strict: Strict) -> Piece:
    page = Path(f"formula {number + 1}, statement {place + 1}")
    columns = tuple(1 for _ in range(strict.text.count("\n") + 1))
    return Piece(DisplayedFormula(strict.text, None, page, 1, columns, ()), strict.tree, partial(_place, strict))


def _place(strict: Strict, offset: int) -> int:
    return strict.span_at(offset)[0]
