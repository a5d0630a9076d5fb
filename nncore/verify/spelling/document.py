"""All displays of a file in free spelling: what the file says of its letters first, then each display in its order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nncore.verify.notation import Notation
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.first_use import late
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.spell import Spelling, look, spell
from nncore.verify.spelling.words import words_of


@dataclass(frozen=True, slots=True)
class Spelled:
    """What became of a display: its readings, or why it has none; both, if a part of it alone can be read."""

    source: str
    spelling: Spelling | None
    error: FreeError | None


def scene_of(
    sources: Iterable[str], notation: Notation, text: str = "", letters: Mapping[str, str] | None = None
) -> Scene:
    """Return what the displays of a file are read in.

    Parameters
    ----------
    sources : iterable of str
        The displays.
    notation : Notation
        The letters in force.
    text : str
        That of the file, whose own commands are written out.
    letters : mapping of str to str, optional
        What letters of the author are called in the notation.
    """
    scene = Scene(notation, words=words_of(text))
    scene.facts.open_ranges = scene.words.open_ranges
    scene.table.letters |= letters or {}
    for source in sources:
        look(source, scene.facts, scene)
    scene.seen()
    return scene


def spelled(sources: Sequence[str], scene: Scene, defining: Sequence[bool] = ()) -> Iterator[Spelled]:
    """Yield what becomes of each display of a file; ``defining`` ones may define by a first use."""
    for number, source in enumerate(sources):
        scene.first_defines = bool(defining) and defining[number]
        try:
            yield Spelled(source, spell(source, scene), None)
        except FreeError as error:
            found = _parts(source, scene) if defining else None
            if not found:
                scene.lose(source)
            scene.last = None
            yield Spelled(source, found, error)


def spelled_to_the_end(sources: Sequence[str], scene: Scene, defining: Sequence[bool]) -> list[Spelled]:
    """Return what becomes of each display, where some letters are defined below their first use.

    What is known of such a letter, as its shape, is known above its definition, too.
    """
    found = list(spelled(sources, scene, defining))
    first = [each.spelling.readings[0].formulas if each.spelling else () for each in found]
    trees = [(strict.tree, may) for own, may in zip(first, defining, strict=True) for strict in own]
    if belated := late(trees, scene):
        scene.begin_again(belated)
        found = list(spelled(sources, scene, defining))
        if belated & (scene.shapes.keys() | scene.lengths.keys()):
            scene.begin_again(belated)
            found = list(spelled(sources, scene, defining))
    return found


def _parts(source: str, scene: Scene) -> Spelling | None:
    """Return how the statements of a display are read that can be read; None if there is none."""
    try:
        return spell(source, scene, in_parts=True)
    except FreeError:
        return None
