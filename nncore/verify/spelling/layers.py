r"""Formulas of any layer, ``W^{[l]}``, in a file that has its layers with numbers: one formula for each of them.

``W^{[1]}`` and ``W^{[2]}`` are letters of their own, with shapes of their own. So ``\frac{\partial J}{\partial W^{[l]}}
= dW^{[l]}`` says two things of them, and ``\sum_{l=1}^{2} \lVert W^{[l]} \rVert^2`` is a sum of two terms.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nncore.verify.spelling.findings import Findings
from nncore.verify.spelling.scene import Scene
from nncore.verify.spelling.substitution import with_letters
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

_FAMILY = re.compile(r"(?P<base>.+?)(?P<sign>[_^])\{(?P<open>[(\[]?)\\cdot[)\]]?\}(?P<rest>.*)", re.DOTALL)
_OF_LAYERS = ("l", "L")  # any other letter may number samples
_WITH_INPUTS = frozenset("aAhHoOxXy")  # what a layer returns: the input is that of layer 0
_SIZES_OF_LAYERS = frozenset("nNdDmMhHsS")
_OF_LAST = re.compile(r"([nNdDmMhHsS])_\{?L\}?")
UNROLLED = "unrolled"  # the kind of the remark


def for_each_layer(formula: t.Formula, scene: Scene, findings: Findings) -> list[t.Formula]:
    """Return the formulas for the layers that the file numbers; the formula alone if it is of no layer.

    It stays as it is, too, if a letter of it lacks a number that another one has, or that its conditions name: it
    would be checked for fewer layers than it speaks of.
    """
    if scene.depth:
        formula = _with_last(formula, scene, findings)
    formula = t.with_children(formula, lambda node: _without_sums(node, scene, findings))
    bound = {node.index.name for node, _ in t.walk(formula) if isinstance(node, t.Sum | t.Product | t.Extremum)}
    letter, sets = _layers_in(formula, scene)
    if not letter or letter in bound:
        return [formula]
    about = [each for each in formula.conditions if _letters(each) == {letter}]
    numbers, told = set.intersection(*sets), _range(about, letter)
    everywhere = bool(scene.depth) or numbers == set.union(*sets)
    if not scene.depth and not told and scene.table.written(letter) in scene.words.open_ranges:
        return [formula]  # of more layers than the file numbers
    if told is None or not told <= numbers or (not told and not everywhere) or not numbers:
        return [formula]
    wanted = sorted(told or numbers)
    shown = scene.table.as_written(letter)
    known = "" if scene.depth else " with a number in the file"
    words = f"one formula for each layer {shown}{known}: {', '.join(map(str, wanted))}"
    findings.say("layers", words, formula.span)
    plain = replace(formula, conditions=tuple(each for each in formula.conditions if each not in about))
    return [_of_layer(plain, letter, number, scene) for number in wanted]


def _letters(node: t.Node) -> set[str]:
    return {each.name for each, _ in t.walk(node) if isinstance(each, t.Letter)}


def _range(conditions: Sequence[t.Node], letter: str) -> set[int] | None:
    """Return the numbers that conditions give a letter; none where there is none, and None of others than ranges."""
    found: set[int] = set()
    for each in conditions:
        match each:
            case t.ForAll(t.Chain(t.Letter(), ())):
                continue
            case t.Given(
                t.Chain(
                    t.Number() as low,
                    (t.Link(Relation.AT_MOST, t.Letter()), t.Link(Relation.AT_MOST, t.Number() as high)),
                )
            ):
                own = set(range(low.whole or 0, (high.whole or 0) + 1))
            case t.Given(t.Chain(t.Letter(), (t.Link(Relation.EQUAL, t.Number() as one),))) | t.Chain(
                t.Letter(), (t.Link(Relation.EQUAL, t.Number() as one),)
            ):
                own = {one.whole or 0}
            case _:
                return None
        if found or not own:
            return None
        found = own
    return found


def _without_sums(node: t.Node, scene: Scene, findings: Findings) -> t.Node:
    """Return a node in which sums over layers with a number as their end are written out."""
    node = t.with_children(node, lambda child: _without_sums(child, scene, findings))
    match node:
        case t.Sum(index, t.Number() as first, t.Number() as last, body) if first.whole and last.whole:
            wanted = range(first.whole, last.whole + 1)
            letter, sets = _layers_in(body, scene, index.name)
            if not wanted or not letter or not set(wanted) <= set.intersection(*sets):
                return node
            findings.say("layers", f"a sum over layers as {len(wanted)} terms", node.span)
            terms = tuple(_at(body, index.name, number, scene) for number in wanted)
            return replace(t.Plus(terms), span=node.span) if len(terms) > 1 else terms[0]
    return node


def _layers_in(node: t.Node, scene: Scene, wanted: str = "") -> tuple[str, list[set[int]]]:
    """Return the letter of a layer in a node, and its numbers for which each letter that carries it is in the file."""
    found: dict[str, list[set[int]]] = {}
    for base, opening, place in _members(node, scene):
        letter, step = _place(place)
        known = _numbers(base, opening, scene)
        of_layers = (scene.facts.steps.get(base),) if opening == "_" else _OF_LAYERS
        if letter and scene.table.written(letter) in of_layers and wanted in ("", letter):
            found.setdefault(letter, []).append({number - step for number in known})
    return next(iter(found.items())) if len(found) == 1 else ("", [])


def _members(node: t.Node, scene: Scene) -> Iterator[tuple[str, str, t.Node]]:
    """Yield the letters of layers in a node: without the layer, the sign that opens that, and the layer."""
    for each, _ in t.walk(node):
        match each:
            case t.Indexed(t.Letter(name), (place, *_)) if family := _FAMILY.fullmatch(scene.table.written(name)):
                yield family["base"], family["open"] or family["sign"], place


def _numbers(base: str, opening: str, scene: Scene) -> set[int]:
    """Return the numbers that a letter, or the one of which it is a derivative, has in the file."""
    texts = scene.facts.layers.get(base) or scene.facts.layers.get(base.removeprefix("d"), set())
    found = {int(text[1:]) for text in texts if text[0] == opening and text[1:].isdigit()}
    if scene.depth and opening != "_":
        of_input = base[:1] in _WITH_INPUTS and any(text[1:].startswith("l-") for text in texts)
        return found | set(range(not of_input, scene.depth + 1))
    if opening == "_":
        found = set(map(int, scene.facts.ordinals.get(base, ())))
    named = re.compile(re.escape(_numbered(base, opening, "@")).replace("@", r"(\d+)"))
    declared = (name for name, inner in scene.table.letters.items() if inner in scene.notation.all_letters)
    return found | {int(each[1]) for name in declared if (each := named.fullmatch(name))}


def _numbered(base: str, opening: str, number: int | str) -> str:
    """Return how a letter is written with a number: below, or above in what opens so, or without anything around it."""
    if opening == "_":
        return f"{base}_{number}" if len(str(number)) == 1 else f"{base}_{{{number}}}"
    closing = {"(": ")", "[": "]"}.get(opening, "")
    return f"{base}^{{{opening if closing else ''}{number}{closing}}}"


def _place(node: t.Node) -> tuple[str, int]:
    """Return the letter of a place such as ``l - 1`` and what is added to it; empty for others."""
    match node:
        case t.Letter(name):
            return name, 0
        case t.Plus((t.Letter(name), t.Number() as number)) if number.whole is not None:
            return name, number.whole
        case t.Plus((t.Letter(name), t.Minus(t.Number() as number))) if number.whole is not None:
            return name, -number.whole
    return "", 0


def _at(node: t.Node, letter: str, number: int, scene: Scene) -> t.Node:
    """Return a node for one layer, in which the letters of layers are letters of their own."""
    node = t.with_children(node, lambda child: _sized(child, letter, number, scene)) if scene.depth else node
    return _named(with_letters(node, {letter: t.Number(str(number))}), scene)


def _sized(node: t.Node, letter: str, number: int, scene: Scene) -> t.Node:
    """Return a node in which the sizes of layers, as ``n_{l-1}``, are letters of their own."""
    node = t.with_children(node, lambda child: _sized(child, letter, number, scene))
    match node:
        case t.Indexed(t.Letter(name), (place,)) if scene.table.written(name) in _SIZES_OF_LAYERS:
            of, step = _place(place)
            if of == letter:
                return t.Letter(scene.table.letter(f"{scene.table.written(name)}_{number + step}"), span=node.span)
    return node


def _named(node: t.Node, scene: Scene) -> t.Node:
    node = t.with_children(node, lambda child: _named(child, scene))
    match node:
        case t.Indexed(t.Letter(name), (place, *rest)) if family := _FAMILY.fullmatch(scene.table.written(name)):
            if (number := _whole(place)) is None:
                return node
            written = f"{_numbered(family['base'], family['open'] or family['sign'], number)}{family['rest']}"
            own = t.Letter(scene.table.letter(written), span=node.span)
            return replace(node, base=own, indices=tuple(rest)) if rest else own
    return node


def _with_last(formula: t.Formula, scene: Scene, findings: Findings) -> t.Formula:
    r"""Return a formula in which a number stands for the last layer: in ``a^{[L]}``, in sums and ranges up to L.

    Elsewhere L is another letter, such as a loss.
    """
    last, letter = t.Number(str(scene.depth)), scene.table.letter(scene.last_layer)
    index = scene.table.letter("l")

    def put(node: t.Node) -> t.Node:
        return with_letters(node, {letter: last})

    def changed(node: t.Node) -> t.Node:
        node = t.with_children(node, changed)
        match node:
            case t.Letter(name) if of_last := _OF_LAST.fullmatch(scene.table.written(name)):
                return replace(node, name=scene.table.letter(f"{of_last[1]}_{scene.depth}"))
            case t.Indexed(t.Letter(name), (place, *rest)) if _FAMILY.fullmatch(scene.table.written(name)):
                return replace(node, indices=(put(place), *rest))
            case t.Sum(t.Letter(name), body=body) if name == index and _layers_in(body, scene, index)[0]:
                return replace(node, lower=put(node.lower), upper=put(node.upper))
        return node

    def told(each: t.Chain | t.Given | t.ForAll) -> t.Node:
        return t.with_children(put(each), _computed) if _letters(each) <= {letter, index} else each

    about = tuple(told(each) for each in formula.conditions)
    found = _named(changed(replace(formula, conditions=about)), scene)  # type: ignore[arg-type]  # each of its kind
    assert isinstance(found, t.Formula)
    if found != formula or index in _letters(found):
        words = f"the layers as {scene.depth}, which stand for any number of them"
        findings.say(UNROLLED, words, formula.span)
    return found


def _computed(node: t.Node) -> t.Node:
    """Return a node in which sums of numbers, as ``3 - 1``, are numbers."""
    node = t.with_children(node, _computed)
    whole = _whole(node) if isinstance(node, t.Plus) else None
    return node if whole is None else t.Number(str(whole), span=node.span)


def _whole(node: t.Node) -> int | None:
    """Return the value of a number, or of one with another one added to it; None of other nodes."""
    match node:
        case t.Number():
            return node.whole
        case t.Minus(t.Number() as number) if number.whole is not None:
            return -number.whole
        case t.Plus((one, other)) if (left := _whole(one)) is not None and (right := _whole(other)) is not None:
            return left + right
    return None


def _of_layer(formula: t.Formula, letter: str, number: int, scene: Scene) -> t.Formula:
    return t.with_children(formula, lambda node: _at(node, letter, number, scene))
