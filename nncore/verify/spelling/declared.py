"""A notation in free spelling: the letters that it declares, called by their inner names.

An author declares ``W_1`` or ``\\hat{\\mathbf{y}}`` as any other letter; what the strict notation cannot declare gets
the name by which formulas call it, too (`letters.Table`). Whatever else is wrong is left for `notation` to say.
"""

import json
import re
from collections.abc import Mapping

from nncore.verify.notation import (
    CONSTANTS,
    DELTA,
    ONES,
    Fault,
    Notation,
    NotationError,
    faults,
    lines_of,
    parse,
    read_yaml,
)
from nncore.verify.source.yaml_words import without_broken
from nncore.verify.spelling.expressions import Reader
from nncore.verify.spelling.findings import Findings, FreeError
from nncore.verify.spelling.letters import is_strict_letter
from nncore.verify.spelling.scene import Cursor, Scene
from nncore.verify.spelling.spell import items_of
from nncore.verify.spelling.styles import INDEX_LETTERS
from nncore.verify.spelling.symbols import read_symbol
from nncore.verify.syntax import tree as t

_BARE = frozenset(("letter", "to", "over", "first", "last"))
_WRITTEN = re.compile(r"(?P<letter>.+?)(?:_(?:[a-z]|\d|\{[a-z]+(?:[+-]\d+)?\}))?", re.DOTALL)
TARGETS = frozenset(("y", "t", "Y", r"\mathbf{y}", r"\mathbf{t}", r"\mathbf{Y}"))
_NUMBERED = re.compile(r"(.+)_\{(\d)([a-z]{1,2})\}", re.DOTALL)  # an entry of a letter with a number
_ENCLOSED = re.compile(r"[(\[](.+)[)\]]_(?:\{([a-z]+)\}|([a-z]))", re.DOTALL)  # an entry, (W_1)_{dh}
_BELOW = re.compile(r"(.+)_(?:([A-Za-z])|\{([A-Za-z])([+-]\d+)?\})", re.DOTALL)
_OPERATOR = re.compile(r"\\operatorname\{[A-Za-z]+\}")
_SIZE_WITH_LETTER = re.compile(r"([A-Za-z])_\{?([a-z\d])\}?")  # n_1, and d_k if k is no index
_ENTRY = re.compile(r"(.+)_(?:\{([a-z]+)\}|([a-z]))")
_OF_LAYER = re.compile(r".+\^\{\d\}", re.DOTALL)  # without parentheses, as W^{2}
_SMALL = re.compile(r"[a-z]")
_MEMBERS = re.compile(r"\|[^|]+\|")  # how many a set has
_OF_THE_AUTHOR = frozenset(("arrays", "scalars"))  # in which a letter with a fixed meaning gets another one
_INDEXED_PARTS = frozenset(("scalars", "sizes"))  # whose letters may carry indices


def in_strict_letters(text: str, scene: Scene) -> str:
    """Return the text of a notation block in which every letter has its inner name, each thing in its line."""
    try:
        parts, lines = read_yaml(text), lines_of(text)
    except NotationError:
        return text  # whoever reads it says what is wrong
    indices = _indices(parts, scene)
    named, declared = parts.get("sizes"), _declared_indices(parts, scene)
    for size in named if isinstance(named, list) else ():
        known = _SIZE_WITH_LETTER.fullmatch(str(size.get("letter"))) if isinstance(size, Mapping) else None
        if known and known[2] not in declared:
            scene.sizes_of_number[known[0]] = scene.table.letter(f"{known[1]}_{known[2]}")
    strict = {part: _part(part, value, scene, indices) for part, value in parts.items()}
    own, hidden = _with_entries(parts.get("arrays"), strict.get("arrays"), declared, scene)
    for part, more in (("shadows", hidden), ("indices", own)):
        if more:
            given = strict.get(part)
            line, within = lines.setdefault(part, (text.count("\n") + 1, []))
            strict[part] = [*(given if isinstance(given, list) else []), *more]
            within += [within[-1] if within else line] * len(more)
    found = "{"
    for number, (part, inner) in enumerate(strict.items()):
        line, within = lines[part]
        found = f"{_down_to(found + ',' * bool(number), line)} {json.dumps(part)}: "
        if isinstance(inner, list):
            found += "["
            for at, each in enumerate(inner):
                here = within[min(at, len(within) - 1)] if within else line
                found = f"{_down_to(found + ',' * bool(at), here)} {json.dumps(each, ensure_ascii=False)}"
            found += "]"
        else:
            found += json.dumps(inner, ensure_ascii=False)
    return found + "}"


def _declared_indices(parts: Mapping[str, object], scene: Scene) -> frozenset[str]:
    """Return the indices that the notation declares, and those of a text."""
    given = parts.get("indices")
    own = {str(each.get("letter")) for each in given if isinstance(each, Mapping)} if isinstance(given, list) else set()
    shadows = parts.get("shadows")
    return frozenset((scene.notation.index_letters - {*(shadows if isinstance(shadows, list) else ())}) | own)


def _with_entries(
    given: object, arrays: object, declared: frozenset[str], scene: Scene
) -> tuple[list[dict[str, str]], list[str]]:
    """Let arrays whose entries a file writes with their own letter have such ones; return indices, and what they hide.

    So do targets: what a claim lacks is often that their entries sum to 1. And so do entries with an index that nothing
    declares, which runs over its array.
    The indices are small letters that the file does not use, since a declaration has no others.
    """
    found, hidden = list[dict[str, str]](), list[str]()
    couples = zip(given, arrays, strict=True) if isinstance(given, list) and isinstance(arrays, list) else ()
    for before, array in couples:
        if not isinstance(array, dict) or "layers" in array or not array.get("letter"):
            continue
        written, letter, shape = str(before["letter"]), str(array["letter"]), array.get("shape")
        if letter == ONES:
            continue  # another length is no entry
        entry = _ENTRY.fullmatch(str(array.get("entry", "")))
        if "entry" in array and not (entry and not declared.issuperset(entry[2] or entry[3])):
            continue
        letter = entry[1] if entry else letter
        sizes = [each for each in shape if str(each) != "1"] if isinstance(shape, list) else []
        simple = all(isinstance(each, str) and is_strict_letter(each) for each in sizes)
        asked = bool(entry) or re.split(r"[_^]", written)[0] in scene.facts.indexed or written in TARGETS
        asked |= letter in map(scene.table.letter, scene.facts.enclosed)
        if not simple or not sizes or not asked:
            continue
        pairs = [scene.table.index_of_entry(name, size) for name, size in zip("ij", sizes, strict=False)]
        names = [name for name, _ in pairs]
        if entry and len(entry[2] or entry[3]) != len(names):
            continue
        if not all(names):
            continue
        hidden += [shadowed for _, shadowed in pairs if shadowed and shadowed not in hidden]
        found += [{"letter": name, "to": size, "meaning": "index"} for name, size in zip(names, sizes, strict=True)]
        array["entry"] = f"{letter}_{{{''.join(names)}}}"
    return [each for at, each in enumerate(found) if each not in found[:at]], hidden


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


def _indices(parts: Mapping[str, object], scene: Scene) -> frozenset[str]:
    """Return the letters that may be indices: those of the notation and of this text, what sums bind, and what stands
    below a letter that is not declared with it."""
    given = parts.get("indices")
    own = {str(each.get("letter")) for each in given if isinstance(each, Mapping)} if isinstance(given, list) else set()
    named = {
        (found[1], found[2] or found[3])
        for part in parts.values() if isinstance(part, list)
        for each in part if isinstance(each, Mapping) and (found := _BELOW.fullmatch(str(each.get("letter"))))
    }  # fmt: skip
    elsewhere = {
        letter for letter, names in scene.facts.carriers.items() if any((name, letter) not in named for name in names)
    }
    return frozenset({*own, *elsewhere, *scene.facts.bound, *scene.notation.index_letters, *INDEX_LETTERS, "r"})


def _part(part: str, value: object, scene: Scene, indices: frozenset[str]) -> object:
    if part == "signs":
        return value
    if part in ("state", "shadows") and isinstance(value, list):
        letters = [_letter(each, scene) if isinstance(each, str) else each for each in value]
        known = scene.notation.all_letters | scene.notation.function_names
        return [each for each in letters if not known or each in known] if part == "shadows" else letters
    if not isinstance(value, list):
        return value
    return [_declaration(part, each, scene, indices) if isinstance(each, Mapping) else each for each in value]


def _declaration(part: str, given: Mapping[str, object], scene: Scene, indices: frozenset[str]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in given.items():
        if isinstance(value, str) and value in scene.sizes_of_number:
            found[key] = scene.sizes_of_number[value]
        elif isinstance(value, str) and key in _BARE:
            if key == "letter" and value in (DELTA, *CONSTANTS) and part in _OF_THE_AUTHOR:
                found[key] = scene.table.letters.get(value) or scene.table.rename(value)
                continue
            indexed = key == "letter" and part in _INDEXED_PARTS and not _is_name(value, indices)
            found[key] = _written(value, scene) if indexed else _letter(value, scene)
        elif isinstance(value, str) and key == "entry":
            found[key] = _written(value, scene, of_entry=True)
        elif isinstance(value, list) and key in ("shape", "layers"):
            found[key] = [_size(each, scene, indices) if isinstance(each, str) else each for each in value]
        else:
            found[key] = value
    return found


def _size(text: str, scene: Scene, indices: frozenset[str]) -> str:
    if text in scene.sizes_of_number:
        return scene.sizes_of_number[text]
    return _letter(text, scene) if _is_name(text, indices) else _written(text, scene)


def _is_name(text: str, indices: frozenset[str]) -> bool:
    """Return whether one letter stands below another that is an index nowhere, as in ``v_c``: both are the name."""
    found = _BELOW.fullmatch(text)
    return found is not None and (found[2] or found[3]) not in indices


def _letter(text: str, scene: Scene) -> str:
    """Return the inner name of a letter without indices."""
    if _OPERATOR.fullmatch(text):
        return text
    if text in (DELTA, *CONSTANTS) and text in scene.table.letters:
        return scene.table.letters[text]
    if is_strict_letter(text):
        scene.table.taken.add(text)
        return text
    if text.endswith("'") or (scene.depth and _OF_LAYER.fullmatch(text)):
        return scene.table.letter(text)
    below = _BELOW.fullmatch(text)
    if _MEMBERS.fullmatch(text) or (below and below[4]):
        return scene.table.letter(text)
    match _symbol(text, scene):
        case t.Letter(name):
            return name
        case t.Indexed(t.Letter(), indices) if all(isinstance(each, t.Letter) for each in indices):
            return scene.table.letter(text)  # it is declared without indices, so that is its name
    return text


def _written(text: str, scene: Scene, of_entry: bool = False) -> str:
    """Return a letter with its indices, with the inner name of the letter; below an entry all letters are indices."""
    found = _WRITTEN.fullmatch(text)
    if enclosed := _ENCLOSED.fullmatch(text):
        return f"{_letter(enclosed[1], scene)}_{{{enclosed[2] or enclosed[3]}}}"
    if numbered := _NUMBERED.fullmatch(text):
        return f"{scene.table.letter(f'{numbered[1]}_{numbered[2]}')}_{{{numbered[3]}}}"
    if _MEMBERS.fullmatch(text):
        return scene.table.letter(text)
    if text.isdigit() or (found and is_strict_letter(found["letter"])):
        return text
    match _symbol(text, scene, frozenset(_SMALL.findall(text.rpartition("_")[2])) if of_entry else frozenset()):
        case t.Letter(name):
            return name
        case t.Indexed(t.Letter(name), indices) if all(isinstance(each, t.Letter) for each in indices):
            return f"{name}_{{{''.join(each.name for each in indices if isinstance(each, t.Letter))}}}"
    return text


def _symbol(text: str, scene: Scene, indices: frozenset[str] = frozenset()) -> t.Node | None:
    """Return a letter with its scripts, whatever is declared of it so far; None if it is no letter.

    Letters that are surely indices may be given.
    """
    findings, alone = Findings(), Scene(Notation())
    alone.table, alone.facts.variances = scene.table, scene.facts.variances
    try:
        cursor = Cursor(items_of(text, scene, findings), (0, len(text)))
        item = cursor.item
        if item is None or cursor.text in ("_", "^"):
            return None
        reader = Reader(alone, findings)
        reader.free |= indices
        node = reader.factor(cursor) if getattr(item, "kind", "") == "text" else read_symbol(reader, cursor).node
    except (FreeError, AssertionError):
        return None
    return node if cursor.item is None else None
