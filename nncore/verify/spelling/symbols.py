r"""Letters with their scripts: what is an index, what belongs to the name, what is a power.

``x_{ij}`` carries indices, ``W_1`` and ``W_{\text{in}}`` are letters of their own, ``W^{(2)}`` is one, too, and
``x^{(i)}`` is the i-th of several. Where a file uses a letter with indices, ``x_1`` is one of its entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from nncore.verify.spelling.facts import number_before
from nncore.verify.spelling.findings import FreeError
from nncore.verify.spelling.items import Group, Item, text_of, walk
from nncore.verify.spelling.scene import COSTS, Cursor, Scene
from nncore.verify.spelling.scripts import scripts_at, span_of, split_top
from nncore.verify.spelling.styles import INDEX_LETTERS
from nncore.verify.spelling.tokens import Kind, Token
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Span

if TYPE_CHECKING:
    from nncore.verify.spelling.expressions import Reader

_MARKS = frozenset((r"*", r"\ast", r"\star", r"\dagger", "+", "-", r"\circ", r"\prime"))
_OF_A_SIZE = frozenset((r"\mathbf{1}", r"\mathbb{1}", r"\mathbf{0}", "I", r"\mathbf{I}", r"\mathbb{I}", r"\mathbb{0}"))
_QUANTITIES = frozenset("afghoxyz")  # below another letter, as in W_x, no index if the file has them by themselves
_LAYER_LETTERS = frozenset("lLr")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter whose scripts were read: its node, its name as it is written, and what stands above it as a power."""

    node: t.Node
    name: str
    below: "tuple[t.Node, ...]"
    above: Sequence[Item]
    primes: int
    transposed: bool
    ordinal: str = ""


def own_letter(reader: "Reader", name: str, items: Sequence[Item], span: Span) -> t.Node:
    """Return a letter of its own, with the bound and free indices that occur in what it is called by."""
    inside = {here[at].text for here, at in walk(items) if isinstance(here[at], Token)}  # type: ignore[union-attr]
    bound = dict.fromkeys((*reader.bound, *sorted(reader.free)))
    depends = [letter for letter in bound if letter.rstrip("'") in inside]
    return _indexed(reader, letter_named(reader, name, span), [letter_named(reader, each, span) for each in depends])


def letter_named(reader: "Reader", name: str, span: Span) -> t.Letter:
    """Return the letter for a name of the author."""
    return t.Letter(reader.scene.table.letter(name), span=span)


def _indexed(reader: "Reader", base: t.Node, indices: Sequence[t.Node]) -> t.Node:
    if not indices:
        return base
    return t.Indexed(base, tuple(indices), span=(base.span[0], max(base.span[1], indices[-1].span[1])))


# Below a letter -------------------------------------------------------------------------------------------------------


def read_symbol(reader: "Reader", cursor: Cursor) -> Symbol:
    """Return the letter that comes next with its scripts."""
    token = cursor.take()
    if not isinstance(token, Token) or token.kind is not Kind.LETTER:
        raise FreeError("a letter is expected here", token.span, "no letter")
    below, above, primes = scripts_at(cursor)
    end = cursor.items[cursor.at - 1].span[1]
    return symbol_of(reader, token.text, (token.span[0], end), below, above, primes)


def symbol_of(
    reader: "Reader", name: str, span: Span, below: Sequence[Item], above: Sequence[Item], primes: int
) -> Symbol:
    """Return a letter with what stands below and above it."""
    above, transposed = split_top(reader, above, name)
    before: list[t.Node] = []
    ordinal = ""
    group = above[0] if len(above) == 1 else None
    declared = reader.scene.notation.scalars_named(name) or reader.scene.notation.array_named(name)
    if name in reader.scene.facts.variances and text_of(above) == "2" and not declared:
        name, above, group = f"{name}^2", (), None
        reader.findings.say("name", f"{name} as a letter of its own", span)
    if isinstance(group, Group) and group.kind == "(" and _is_difference(reader, group):
        reader.findings.say("power", f"{name}^{{({text_of(group.items)})}} as a power", span)
        above, group = group.items, None
    if len(above) > 1 and all(isinstance(item, Group) and item.kind in ("(", "[") for item in above):
        for item in above:
            assert isinstance(item, Group)
            name, more, ordinal = _in_parentheses(reader, name, item)
            before += more
        above = ()
    elif isinstance(group, Group) and group.kind in ("(", "["):
        if group.kind == "[" and (layers := _layers(reader, name, group)):
            return Symbol(_family(reader, layers, below, span), name, (), (), primes, transposed)
        name, before, ordinal = _in_parentheses(reader, name, group)
        above = ()
    elif above and (text_of(above) in _MARKS or (isinstance(above[0], Group) and above[0].kind == "text")):
        name, above = f"{name}^{{{text_of(above)}}}", ()
        reader.findings.say("name", f"{name} as a letter of its own", span)
    elif above and not transposed:
        name, layer, above = _layer_above(reader, name, above)
        before = [layer] if layer else []
    name, indices = _below(reader, name, below, span)
    if indices and not before and reader.scene.is_cost_of_each(name):
        whole = f"{name}_{{{text_of(below)}}}" if len(text_of(below)) > 1 else f"{name}_{text_of(below)}"
        name = f"{name}_{{\\cdot}}"
        reader.findings.say("member", f"{whole} as one of {name}, beside {name.partition('_')[0]} itself", span)
    both = (*before, *indices)
    node = _indexed(reader, letter_named(reader, name, span), both)
    return Symbol(replace(node, span=span), name, both, above, primes, transposed, ordinal)


def _is_difference(reader: "Reader", group: Group) -> bool:
    """Return whether parentheses above a letter hold what is no index, as in ``p^{(1-y)}``."""
    first, *rest = group.items or (None,)
    number = isinstance(first, Token) and first.kind is Kind.NUMBER and bool(rest)
    letters = [item.text for item in group.items if isinstance(item, Token) and item.kind is Kind.LETTER]
    return number and not all(map(reader.scene.is_index, letters))


def _layer_above(reader: "Reader", name: str, above: Sequence[Item]) -> tuple[str, t.Node | None, Sequence[Item]]:
    """Return a letter with ``l`` or ``L`` above it as that of a layer, one with several letters above it as a name."""
    letters = [item.text for item in above if isinstance(item, Token) and item.kind is Kind.LETTER]
    plain = all(isinstance(item, Token) for item in above)
    span, text = span_of(above), text_of(above)
    declared = reader.scene.is_array(name) is False and bool(reader.scene.notation.scalars_named(name))
    if not plain or declared or name == "e":
        return name, None, above
    if letters in (["l"], ["L"]) and all(getattr(item, "text", "") not in "*/^_" for item in above):
        many = f"{name}^{{\\cdot}}"
        options = (f"{name}^{text} as that of the layer {text}", f"{name}^{text} as a power")
        if not reader.findings.choose(f"layer {letters[0]}", options, span):
            return many, _index(reader, above, span), ()
    elif _may_be_label(reader, name, above) or (
        len(letters) == len(above) > 1 and reader.scene.is_array(name) is not False
    ):
        options = (f"{name}^{{{text}}} as a letter of its own", f"{name}^{{{text}}} as a power")
        key = f"above {text}" if len(text) > 1 else "one capital above"  # of all of them alike
        if not reader.findings.choose(key, options, span):
            return f"{name}^{{{text}}}", None, ()
    return name, None, above


def _may_be_label(reader: "Reader", name: str, above: Sequence[Item]) -> bool:
    """Return whether one capital above a matrix may tell which matrix it is, as in ``W^Q``."""
    text, scene = text_of(above), reader.scene
    known = scene.is_size(text) or text in {*reader.bound, *reader.free}
    return len(above) == 1 and text.isupper() and bool(scene.is_array(name)) and not known


def _layers(reader: "Reader", name: str, group: Group) -> t.Family | None:
    """Return a member of a family of layers, if the notation declares the letter so."""
    notation = reader.scene.notation
    array = notation.array_named(name) or notation.array_of_entry(name)
    if not array or not array.layers:
        return None
    layer = _index(reader, group.items, group.span)
    return t.Family(t.Letter(name, span=group.span), layer, span=group.span)


def _family(reader: "Reader", family: t.Family, below: Sequence[Item], span: Span) -> t.Node:
    indices = indices_of(reader, below) if below else ()
    family = replace(family, letter=replace(family.letter, span=span), span=span)
    return t.Indexed(family, tuple(indices), span=span) if indices else family


def _in_parentheses(reader: "Reader", name: str, group: Group) -> tuple[str, list[t.Node], str]:
    """Return what ``(i)`` above a letter makes of it: a name, indices before others, or the text of an ordinal."""
    text, items = text_of(group.items), group.items
    opening, closing = ("(", ")") if group.kind == "(" else ("[", "]")
    whole = f"{name}^{{{opening}{text}{closing}}}"
    others = {each[1:] for each in reader.scene.facts.layers.get(name, ()) if each[0] == group.kind}
    letters = {item.text for item in items if isinstance(item, Token) and item.kind is Kind.LETTER}
    plain = all(isinstance(item, Token) and item.kind in (Kind.LETTER, Kind.NUMBER, Kind.MARK) for item in items)
    varies = {each for each in others if any(letter.islower() and letter not in _LAYER_LETTERS for letter in each)}
    if text.isdigit() and (not varies or group.kind == "["):
        reader.findings.say("name", f"{whole} as a letter of its own", group.span)
        return whole, [], text
    named = bool(letters) and all(letter.isupper() for letter in letters) and letters != {reader.scene.last_layer}
    named = named and not any(map(reader.scene.is_size, letters))
    bound = {*reader.bound, *reader.free}
    if (not plain or named) and not letters & bound:
        reader.findings.say("name", f"{whole} as a letter of its own", group.span)
        return whole, [], text
    indices = [index for part in parts_of(items) for index in indices_of(reader, part)]
    declared = [scalar for scalar in reader.scene.notation.scalars_named(name) if len(scalar.written.indices) > 0]
    declared_entry = reader.scene.notation.array_of_entry(name)
    many = f"{name}^{{{opening}\\cdot{closing}}}"
    if declared or (declared_entry and declared_entry.entry and len(declared_entry.entry.indices) > 1):
        many = name
    what = "number" if letters & _LAYER_LETTERS else "sample or member"
    reader.findings.say("member", f"{whole} as the {what} {text} of {many}", group.span)
    return many, indices, text


def _below(reader: "Reader", name: str, below: Sequence[Item], span: Span) -> tuple[str, Sequence[t.Node]]:
    """Return a name with what belongs to it below, and the indices."""
    if not below:
        return name, ()
    scene, text = reader.scene, text_of(below)
    whole = f"{name}_{{{text}}}" if len(text) > 1 else f"{name}_{text}"
    is_named = scene.table.letters.get(whole) in scene.notation.all_letters and not text.isdigit()
    if is_named and text not in reader.bound:
        reader.findings.say("name", f"{whole} as a letter of its own", span)
        return whole, ()
    parts = parts_of(below)
    ordinal = below[0] if len(below) == 1 else None
    if isinstance(ordinal, Group) and ordinal.kind == "(":
        name = f"{name}_{{(\\cdot)}}"
        reader.findings.say("name", f"{whole} as {name} with an index", span)
        _no_products(reader, name, parts_of(ordinal.items))
        return name, tuple(index for part in parts_of(ordinal.items) for index in indices_of(reader, part))
    if f"{name}_{text}" in scene.facts.chosen and not {text} & {*scene.facts.bound, *reader.bound, *reader.free}:
        reader.findings.say("name", f"{whole} as a letter of its own", span)
        return whole, ()
    if text.isdigit():
        if whole not in scene.table.letters and _is_entry(reader, name, text):
            counts = scene.facts.counts.get(name, set())
            digits = text if 1 in counts or len(text) == 1 or name in scene.notation.lone_index_letters else None
            each = [digits] if digits else list(text)
            if digits is None and len(text) not in counts:
                raise FreeError(f"{text} could be one index or several: write commas", span_of(below), "digits")
            if digits and len(digits) > 1 and name not in scene.notation.lone_index_letters:
                each = []
            if each:
                return name, tuple(t.Number(digit, span=span_of(below)) for digit in each)
        reader.findings.say("name", f"{whole} as a letter of its own", span)
        return whole, ()
    if own := _numbered(scene, name, below):
        reader.findings.say("entry", f"{whole} as an entry of {own}", span)
        return own, tuple(index for part in parts_of(below[1:]) for index in indices_of(reader, part))
    if getattr(below[0], "text", "") == scene.facts.steps.get(name, "?"):
        many = f"{name}_{{\\cdot}}"
        reader.findings.say("member", f"{whole} as the number {text_of(below[:1])} of {many}", span)
        return many, tuple(index for part in parts for index in indices_of(reader, part))
    size = scene.is_size(text) or text.isupper() or text.isdigit() or text in ("n", "m", "d")
    ones = name in _OF_A_SIZE and size and text not in {*reader.bound, *reader.free}
    named = [part for part in parts if ones or _is_name(reader, name, part)]
    for part in named:
        inside = {here[at].text for here, at in walk(part) if isinstance(here[at], Token)}  # type: ignore[union-attr]
        chosen = reader.free if len(part) > 1 and all(isinstance(item, Token) for item in part) else set()
        if inside & ({*reader.bound, *reader.free} - chosen) or r"\sim" in inside:
            raise FreeError("what stands below depends on an index", span_of(part), "index")
    if len(named) == len(parts):
        reader.findings.say("name", f"{whole} as a letter of its own", span)
        return whole, ()
    if named:
        places = (text_of(part) if part in named else r"\cdot" for part in parts)
        name = f"{name}_{{{','.join(places)}}}"
        reader.findings.say("name", f"{whole} as {name} with an index", span)
        parts = [part for part in parts if part not in named]
    if len(parts) == 1 and getattr(parts[0][0], "text", "") in ("<", ">", r"\le", r"\ge", r"\neq", r"\ne"):
        name = f"{name}_{{{text_of(parts[0][:1])}}}"
        reader.findings.say("name", f"{whole} as {name} with an index", span)
        parts = [parts[0][1:]]
    _no_products(reader, name, parts_of(below))
    return name, tuple(index for part in parts for index in indices_of(reader, part))


def _numbered(scene: Scene, name: str, below: Sequence[Item]) -> str:
    """Return the letter of which ``z_{2j}`` is an entry, where the file has a letter ``z_2``; empty if it is none."""
    number = number_before(below)
    own = f"{name}_{number}"
    if not number or own in scene.table.letters:
        return own if number else ""
    return scene.facts.with_entries_of_number(name, number, sum(getattr(item, "text", "") != "," for item in below))


def _no_products(reader: "Reader", name: str, parts: Sequence[Sequence[Item]]) -> None:
    """Say that ``2k`` below a letter is two indices, unless the letter has several elsewhere, as in ``a_{ij}``.

    Between commas it is surely a product, which is no index.
    """
    for part in parts:
        number, letter = part[0], part[1] if len(part) > 1 else None
        if getattr(number, "kind", "") is not Kind.NUMBER or getattr(number, "text", "") == "1":
            continue
        if getattr(letter, "kind", "") is Kind.LETTER and (len(parts) > 1 or name not in reader.scene.facts.listed):
            if len(parts) > 1:
                raise FreeError("a product stands in an index", span_of(part), "product in an index")
            words = f"{text_of(part)} below a letter as several indices, not as a product"
            reader.findings.say("indices", words, span_of(part))


def parts_of(items: Sequence[Item]) -> list[list[Item]]:
    parts: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Token) and item.text in (",", ";"):
            parts.append([])
        else:
            parts[-1].append(item)
    return [part for part in parts if part]


def _is_entry(reader: "Reader", name: str, digits: str) -> bool:
    """Return whether a letter with digits below is an entry of an array, or a number that is declared with them."""
    notation, facts = reader.scene.notation, reader.scene.facts
    if any("".join(each.written.indices) == digits or each.over for each in notation.scalars_named(name)):
        return True
    return bool(notation.array_of_entry(name)) or name in facts.indexed


def _is_name(reader: "Reader", name: str, part: Sequence[Item]) -> bool:
    """Return whether what stands between commas below a letter belongs to its name."""
    scene = reader.scene
    if any(isinstance(item, Group) and item.kind in ("text", "(", "[", "|", "begin") for item in part):
        return True
    letters = [item.text for item in part if isinstance(item, Token) and item.kind is Kind.LETTER]
    bound = {*scene.facts.bound, *reader.bound, *reader.free, *scene.notation.class_letters}
    if len(part) == 1 and letters:
        letter = letters[0]
        if letter in bound or letter in scene.notation.index_letters or scene.is_size(letter):
            return False
        applied = any(each in scene.facts.applied for each in (f"{name}_{letter}", f"{name}_{{{letter}}}"))
        stands = any(scene.facts.bare[f"{letter}{top}"] for top in ("", "^T", r"^\top", r"^{T}", r"^{\top}"))
        if applied and stands:
            return name in COSTS and letter not in INDEX_LETTERS
        others = any(name in scene.facts.carriers.get(each, ()) for each in scene.facts.bound)
        label = name in COSTS and letter not in INDEX_LETTERS and scene.facts.carriers.get(letter, set()) <= {name}
        quantity = letter in _QUANTITIES and scene.facts.bare[letter] > scene.facts.below[letter] and not others
        return letter[-1:].isupper() or "\\" in letter or quantity or label
    if any(isinstance(item, Token) and item.text == ":" for item in part):
        return True
    if not letters:
        return not any(isinstance(item, Token) and item.kind is Kind.NUMBER for item in part)
    if any(isinstance(item, Token) and item.text in ("_", "+", "-", "<", ">") for item in part):
        return any(isinstance(item, Token) and item.text in ("*", r"\ast", ":") for item in part)
    if any(isinstance(item, Token) and item.kind is Kind.MARK and item.text != "'" for item in part):
        return True
    if text_of(part) == "in" and not {"i", "n"} <= bound:
        return not reader.findings.choose("in", (f"in below {name} as a name", "in as two indices"), span_of(part))
    if {*reader.bound} & set(letters):
        return False
    if name in scene.facts.listed and any(letter in bound or scene.is_index(letter) for letter in letters):
        return False
    array = scene.notation.array_named(scene.table.letters.get(name, name))
    if array and len(part) == len(letters) == 2 and all(letter in bound for letter in letters):
        return False
    if reader.free & set(letters):
        options = (f"{text_of(part)} below {name} as indices", f"{text_of(part)} below {name} as a name")
        return bool(reader.findings.choose(f"below {text_of(part)}", options, span_of(part)))
    known = all(letter in bound or scene.is_index(letter) or scene.is_size(letter) for letter in letters)
    return not known and not _is_entry_of_array(scene, name, letters)


def _is_entry_of_array(scene: Scene, name: str, letters: Sequence[str]) -> bool:
    """Return whether two letters below a third are indices: one is a usual one, and that stands alone elsewhere, too.

    So ``Q_{ic}`` is an entry beside ``Q = X W``, and ``p_{uf}`` beside ``p_u`` in a sum over u.
    """
    if len(letters) != 2 or not all(letter.islower() and len(letter) == 1 for letter in letters):
        return False
    alone = scene.facts.bare[name] > 0 and not INDEX_LETTERS.isdisjoint(letters)
    return alone or any(name in scene.facts.carriers.get(letter, ()) for letter in {*letters} & scene.facts.bound)


def indices_of(reader: "Reader", part: Sequence[Item]) -> list[t.Node]:
    """Return the indices in items without commas: one sum, or several letters and digits beside each other."""
    if any(isinstance(item, Token) and item.text in ("+", "-") for item in part):
        return [_index(reader, part, span_of(part))]
    cursor, found = Cursor(part, span_of(part)), list[t.Node]()
    while cursor.item is not None:
        found.append(_index_item(reader, cursor))
    digits = [node for node in found if isinstance(node, t.Number)]
    if len(found) > 1 and any(len(node.digits) > 1 for node in digits):
        raise FreeError("digits beside another index: write commas", span_of(part), "digits")
    return found


def _index(reader: "Reader", items: Sequence[Item], span: Span) -> t.Node:
    """Return one index: a letter, a digit, or a sum of them."""
    cursor, terms = Cursor(items, span), list[t.Node]()
    while cursor.item is not None:
        sign = cursor.take() if cursor.text in ("+", "-") and (terms or cursor.text == "-") else None
        node = _index_item(reader, cursor)
        negative = getattr(sign, "text", "") == "-"
        terms.append(t.Minus(node, span=node.span) if negative else node)
        if cursor.item is not None and cursor.text not in ("+", "-"):
            raise FreeError("an index is a letter, a number or a sum of them", span, "index")
    return t.Plus(tuple(terms), span=span) if len(terms) > 1 else terms[0]


def _index_item(reader: "Reader", cursor: Cursor) -> t.Node:
    item = cursor.item
    if isinstance(item, Group) and item.kind in ("{", "("):
        cursor.take()
        return _index(reader, item.items, item.span)
    cursor.take()
    if isinstance(item, Token) and item.kind is Kind.NUMBER and item.text.isdigit():
        return t.Number(item.text, span=item.span)
    if not isinstance(item, Token) or item.kind is not Kind.LETTER:
        where = item.span if item else cursor.span
        raise FreeError("an index is a letter, a number or a sum of them", where, "index")
    below, above, primes = scripts_at(cursor)
    if above:
        raise FreeError("a power in an index", item.span, "index")
    name = item.text + "'" * primes
    end = cursor.items[cursor.at - 1].span[1]
    letter = letter_named(reader, name, (item.span[0], end))
    if not below:
        return letter
    whole, scene = f"{name}_{text_of(below)}", reader.scene
    own = whole in scene.facts.chosen or scene.table.letters.get(whole) in scene.notation.all_letters
    if (text_of(below).isdigit() and not _is_entry(reader, name, text_of(below))) or own:
        return letter_named(reader, whole, letter.span)
    return t.Indexed(letter, tuple(i for part in parts_of(below) for i in indices_of(reader, part)), span=letter.span)
