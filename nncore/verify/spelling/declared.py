"""A notation in free spelling: the letters that it declares, called by their inner names.

An author declares ``W_1`` or ``\\hat{\\mathbf{y}}`` as any other letter; what the strict notation cannot declare gets
the name by which formulas call it, too (`letters.Table`). Whatever else is wrong is left for `notation` to say.
"""

import json
import re
from collections.abc import Mapping

from nncore.verify.notation import Fault, Notation, NotationError, faults, lines_of, parse, read_yaml
from nncore.verify.source.yaml_words import without_broken
from nncore.verify.spelling.expressions import Reader
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.letters import is_strict_letter
from nncore.verify.spelling.scene import Cursor, Scene
from nncore.verify.spelling.spell import items_of
from nncore.verify.spelling.symbols import read_symbol
from nncore.verify.syntax import tree as t

_BARE = frozenset(("letter", "to", "over", "first", "last"))
_WRITTEN = re.compile(r"(?P<letter>.+?)(?:_(?:[a-z]|\d|\{[a-z]+(?:[+-]\d+)?\}))?", re.DOTALL)
_OPERATOR = re.compile(r"\\operatorname\{[A-Za-z]+\}")
_INDEXED_PARTS = frozenset(("scalars", "sizes"))  # whose letters may carry indices


def in_strict_letters(text: str, scene: Scene) -> str:
    """Return the text of a notation block in which every letter has its inner name, each thing in its line."""
    try:
        parts, lines = read_yaml(text), lines_of(text)
    except NotationError:
        return text  # whoever reads it says what is wrong
    found = "{"
    for number, (part, value) in enumerate(parts.items()):
        line, within = lines[part]
        found = f"{_down_to(found + ',' * bool(number), line)} {json.dumps(part)}: "
        inner = _part(part, value, scene)
        if isinstance(inner, list):
            found += "["
            for at, each in enumerate(inner):
                found = f"{_down_to(found + ',' * bool(at), within[at])} {json.dumps(each, ensure_ascii=False)}"
            found += "]"
        else:
            found += json.dumps(inner, ensure_ascii=False)
    return found + "}"


def _down_to(text: str, line: int) -> str:
    """Return a text that goes on in a line, counted from 1."""
    return text + "\n" * (line - 1 - text.count("\n"))


def faults_in(text: str, scene: Scene, base: Notation | None) -> tuple[Fault, ...]:
    """Return all that is wrong with a notation in free spelling, in the author's letters, each with its line."""
    sound, broken, left_out = without_broken(text)
    found = faults(in_strict_letters(sound, scene), base, left_out)
    told = (Fault(fault.line, scene.table.as_written(fault.reason)) for fault in found)
    return tuple(sorted((*broken, *told), key=lambda fault: fault.line))


def parsed(text: str) -> tuple[Notation, dict[str, str]]:
    """Return the notation that a text in free spelling declares, and the inner names of its letters.

    Raises
    ------
    NotationError
        If it says nothing sensible; `faults_in` says all of it.
    """
    scene = Scene(Notation())
    for fault in faults_in(text, scene, None):
        raise NotationError(fault.reason, fault.line)
    return parse(in_strict_letters(text, scene)), dict(scene.table.letters)


def _part(part: str, value: object, scene: Scene) -> object:
    if part == "signs":
        return value
    if part in ("state", "shadows") and isinstance(value, list):
        return [_letter(each, scene) if isinstance(each, str) else each for each in value]
    if not isinstance(value, list):
        return value
    return [_declaration(part, each, scene) if isinstance(each, Mapping) else each for each in value]


def _declaration(part: str, given: Mapping[str, object], scene: Scene) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in given.items():
        if isinstance(value, str) and key in _BARE:
            indexed = key == "letter" and part in _INDEXED_PARTS
            found[key] = _written(value, scene) if indexed else _letter(value, scene)
        elif isinstance(value, str) and key == "entry":
            found[key] = _written(value, scene)
        elif isinstance(value, list) and key in ("shape", "layers"):
            found[key] = [_written(each, scene) if isinstance(each, str) else each for each in value]
        else:
            found[key] = value
    return found


def _letter(text: str, scene: Scene) -> str:
    """Return the inner name of a letter without indices."""
    if _OPERATOR.fullmatch(text):
        return text
    if is_strict_letter(text):
        scene.table.taken.add(text)
        return text
    match _symbol(text, scene):
        case t.Letter(name):
            return name
        case t.Indexed(t.Letter(), indices) if all(isinstance(each, t.Letter) for each in indices):
            return scene.table.letter(text)  # it is declared without indices, so that is its name
    return text


def _written(text: str, scene: Scene) -> str:
    """Return a letter with its indices, with the inner name of the letter."""
    found = _WRITTEN.fullmatch(text)
    if text.isdigit() or (found and is_strict_letter(found["letter"])):
        return text
    match _symbol(text, scene):
        case t.Letter(name):
            return name
        case t.Indexed(t.Letter(name), indices) if all(isinstance(each, t.Letter) for each in indices):
            return f"{name}_{{{''.join(each.name for each in indices if isinstance(each, t.Letter))}}}"
    return text


def _symbol(text: str, scene: Scene) -> t.Node | None:
    """Return a letter with its scripts, whatever is declared of it so far; None if it is no letter."""
    findings, alone = Findings(), Scene(Notation())
    alone.table = scene.table
    try:
        cursor = Cursor(items_of(text, scene, findings), (0, len(text)))
        item = cursor.item
        if item is None or cursor.text in ("_", "^"):
            return None
        reader = Reader(alone, findings)
        node = reader.factor(cursor) if getattr(item, "kind", "") == "text" else read_symbol(reader, cursor).node
    except (FreeError, AssertionError):
        return None
    return node if cursor.item is None else None
