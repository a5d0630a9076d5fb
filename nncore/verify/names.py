r"""What the letters of a formula stand for: arrays, entries, numbers, indices, sizes, functions.

`name_of` finds the meaning of a letter or an entry in a `Scope`: the notation in force, and what the page has defined
above. `letters` lists what an expression is made of when definitions are expanded.

Sizes are letters (``n``), widths of layers (``D_2``, ``D_{r-1}``), numbers, or `STEPS` for a range without an end; a
shape is a pair of them, or `None` for a number. The first and the last width are known by their letters: D_0 is D, and
D_R is M.

Families have members with whole numbers: arrays by layers, ``W^{[r]}``, and sequences, ``u_t``. A *position* is what
stands in the place of the number: ``("r", -1)`` for r - 1, ``(None, 2)`` for 2. A member is known by the name that is
printed, ``Z^{[r+1]}``, its whole family by the one with the plain letter: ``Z^{[r]}``, ``u_t``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nncore.verify import notation as declared
from nncore.verify import tree as t
from nncore.verify.notation import Notation
from nncore.verify.writing import show

Size = str | int
Shape = tuple[Size, Size] | None
Position = tuple[str | None, int]

STEPS = "steps"

KNOWN_FUNCTIONS = frozenset((r"\exp", r"\ln", r"\tanh", r"\sin", r"\cos"))
EXTREMA = (r"\max", r"\min")
DIAGONAL = r"\operatorname{diag}"
DELTA = r"\delta"
ONES = r"\mathbf{1}"


class MeaningError(ValueError):
    """What has no meaning: why, where, and whether that is a fault or only beyond what this module knows."""

    def __init__(self, reason: str, node: t.Node, covered: bool = True):
        super().__init__(reason)
        self.reason = reason
        self.span = node.span
        self.covered = covered


def not_covered(what: str, node: t.Node) -> MeaningError:
    """The error for what CHECKED mathematics knows and this module does not."""
    return MeaningError(f"not covered yet: {what}", node, covered=False)


@dataclass(frozen=True, slots=True)
class Definition:
    """What a letter, an entry or a function is defined as.

    ``name`` is the letter of the array where entries are defined. ``indices`` are the index letters of an entry with
    the sizes up to which they run, ``arguments`` the letters of a function.
    """

    name: str
    indices: tuple[tuple[str, Size], ...]
    arguments: tuple[str, ...]
    body: t.Node
    conditions: tuple[t.Chain, ...]
    shape: Shape
    label: str | None


@dataclass(frozen=True, slots=True)
class Line:
    r"""One of the definitions of a family: ``u_0 := 0``, or ``Z^{[r]} := … \quad 1 \le r \le R``.

    It holds for all whole numbers from ``first`` to ``last`` (positions of numbers or R; without an end `None`).
    ``letter`` stands for that number in the definition, and is `None` where a member is defined by its number. The
    definition carries the name of the family, the other indices, and the conditions that are not about ``letter``.
    """

    letter: str | None
    first: Position
    last: Position | None
    definition: Definition


@dataclass(frozen=True, slots=True)
class Convention:
    """The value that a page gives to a derivative of a function at one point."""

    function: str
    primes: int
    point: t.Node
    value: t.Node


@dataclass(frozen=True)
class Scope:
    """What is known where a formula stands.

    Attributes
    ----------
    definitions : mapping of str to Definition
        What is defined once, by its name.
    families : mapping of str to tuple of Line
        What is defined line by line, by the name of the family. The members of a family that is not in here are inputs.
        A base case is a line of its own, or a number that the notation declares with its index: ``\\theta_0``.
    conventions : tuple of Convention
        Values that derivatives are given.
    lost : frozenset of str
        Names whose definition is not understood.
    depth : int or None
        The number of layers, once R is replaced by a number: then every member that is defined by a family of layers is
        in ``definitions`` under its name, ``Z^{[2]}``, and only sequences are left in ``families``
        (`nncore.verify.families.instances` makes such scopes).
    placed : frozenset of str
        Inputs that only a premise of the claim defines, see `nncore.verify.meaning.Item.premises`.
    """

    notation: Notation
    definitions: Mapping[str, Definition] = field(default_factory=dict)
    families: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    conventions: tuple[Convention, ...] = ()
    lost: frozenset[str] = frozenset()
    depth: int | None = None
    placed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Name:
    """What a letter or an entry stands for.

    ``kind`` is ``bound``, ``index``, ``argument``, ``constant``, ``size``, ``array``, ``entry``, ``number``, ``class``
    (a class number) or ``delta``; ``name`` is the letter of the array for an array and its entries. ``sizes`` are those
    up to which the indices of an entry run, ``shape`` that of an array.
    """

    kind: str
    name: str
    sizes: tuple[Size, ...] = ()
    shape: Shape = None


def name_of(node: t.Node, scope: Scope, local: Mapping[str, Size | None] = {}) -> Name:
    """What a letter, a member of a family or an entry of one of them stands for.

    ``local`` holds the bound indices with their sizes, and the arguments of a function with `None`.
    """
    match node:
        case t.Letter(letter):
            if letter in local:
                return Name("argument" if local[letter] is None else "bound", letter)
            return _plain(letter, node, scope)
        case t.Family():
            return _member(node, scope)
        case t.Indexed(t.Letter(letter), indices):
            return _entry_name(letter, indices, node, scope)
        case t.Indexed(t.Family() as family, _):
            member = _member(family, scope)
            return Name("entry", member.name, tuple(size for size in member.shape if size != 1))
    raise MeaningError(f"{show(node)} is not a letter or an entry", node)


def _plain(letter: str, node: t.Node, scope: Scope) -> Name:
    notation = scope.notation
    for index in notation.indices:
        if index.letter == letter:
            return Name("index", letter)
    if any(constant.letter == letter for constant in notation.constants):
        return Name("constant", letter)
    if any(size.letter == letter and not size.index for size in notation.sizes):
        return Name("size", letter)
    if letter in scope.lost:
        raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
    array = array_named(letter, notation)
    if array:
        return Name("array", letter, shape=sizes_of_shape(array.shape))
    definition = scope.definitions.get(letter)
    if definition and not definition.arguments:
        if definition.indices:
            raise MeaningError(f"{letter} is defined with indices, so it needs them here", node)
        return Name("array" if definition.shape else "number", letter, shape=definition.shape)
    if any(entry.entry and entry.entry.letter == letter for entry in notation.arrays):
        return Name("number", letter)
    for scalar in notation.scalars:
        if scalar.written.letter == letter:
            if scalar.written.indices:
                raise MeaningError(f"{letter} is declared with indices, so it needs them here", node)
            return Name("number", letter)
    raise MeaningError(f"the letter {letter} is neither declared nor defined", node)


def _member(node: t.Family, scope: Scope) -> Name:
    array = array_named(node.letter.name, scope.notation) or array_of_entry(node.letter.name, scope.notation)
    if not array or not array.layers:
        raise MeaningError(f"{node.letter.name} is not declared for layers", node)
    if not isinstance(node.layer, t.Number) or not node.layer.digits.isdigit():
        raise not_covered("layers with a symbolic number", node)
    name = f"{array.letter}^{{[{node.layer.digits}]}}"
    if name in scope.lost or array.letter in scope.lost:
        raise MeaningError(f"the definition of {name} is not understood", node, covered=False)
    return Name("array", name, shape=tuple(_width(size, int(node.layer.digits)) for size in array.layers))


def _width(size: declared.Written, layer: int) -> Size:
    """The size of a member: D_{r-1} of layer 2 is D_1."""
    if not size.indices:
        return 1 if size.letter == "1" else size.letter
    shift = re.fullmatch(r"[a-z]([+-]\d+)?", size.indices[0])[1]
    return f"{size.letter}_{layer + int(shift or 0)}"


def _entry_name(letter: str, indices: tuple[t.Node, ...], node: t.Node, scope: Scope) -> Name:
    notation = scope.notation
    if letter == DELTA:
        return Name("delta", letter)
    if any(size.letter == letter and size.index for size in notation.sizes) and len(indices) == 1:
        if not isinstance(indices[0], t.Number):
            raise not_covered("widths of layers with a symbolic number", node)
        return Name("size", f"{letter}_{indices[0].digits}")
    array = array_of_entry(letter, notation)
    name = array.letter if array else letter
    if name in scope.lost:
        raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
    if array:
        return Name("entry", name, tuple(size for size in sizes_of_shape(array.shape) if size != 1))
    if array_named(letter, notation):
        raise MeaningError(f"the entries of {letter} are printed with another letter; see the notation", node)
    definition = scope.definitions.get(letter)
    if definition and definition.indices and not is_class(letter, notation):
        return Name("entry", letter, tuple(size for _, size in definition.indices))
    return _numbered(letter, indices, node, notation)


def _numbered(letter: str, indices: tuple[t.Node, ...], node: t.Node, notation: Notation) -> Name:
    """A declared number with indices: c_i, v_k, or \\beta_1, whose index is part of its name."""
    runs_to = {index.letter: index.to for index in notation.indices}
    for scalar in notation.scalars:
        written = scalar.written
        if written.letter != letter:
            continue
        if scalar.over:
            raise not_covered("sequences over steps", node)
        if all(index.isdigit() for index in written.indices):
            if indices == tuple(map(t.Number, written.indices)):
                return Name("number", f"{letter}_{''.join(written.indices)}")
        elif len(indices) == len(written.indices):
            sizes = tuple(runs_to[index] for index in written.indices)
            if None in sizes:
                raise not_covered("sequences over steps", node)
            return Name("class" if scalar.to else "entry", letter, sizes)
    raise MeaningError(f"the entry {show(node)} is neither declared nor defined", node)


def array_named(letter: str, notation: Notation) -> declared.Array | None:
    """The array with this letter."""
    return next((array for array in notation.arrays if array.letter == letter), None)


def array_of_entry(letter: str, notation: Notation) -> declared.Array | None:
    """The array whose entries are printed with this letter."""
    return next((array for array in notation.arrays if array.entry and array.entry.letter == letter), None)


def sizes_of_shape(shape: tuple[declared.Written, declared.Written]) -> tuple[Size, Size]:
    """The shape of a declaration."""
    return tuple(1 if size.letter == "1" else size.letter for size in shape)


def is_class(letter: str, notation: Notation) -> bool:
    """Whether a letter is declared as a class number."""
    return any(scalar.written.letter == letter and scalar.to for scalar in notation.scalars)


def size_of_classes(name: str, notation: Notation) -> Size:
    """The size up to which a class number runs."""
    return next(scalar.to for scalar in notation.scalars if scalar.written.letter == name)


def kind_of_function(name: str, notation: Notation) -> str:
    """The declared kind of a function; ``\\max`` and ``\\min`` of several arguments need no declaration."""
    if name in EXTREMA:
        return "number"
    return next(function.kind for function in notation.functions if function.name == name)


def letters(node: t.Node, scope: Scope, stop: str | None = None) -> frozenset[str]:
    """The names of all letters that an expression contains when definitions are expanded, but not that of ``stop``.

    Entries count under the name of their array. Indices, sizes and constants are no letters here.
    """
    found: set[str] = set()
    waiting: list[tuple[t.Node, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        node, hidden = waiting.pop()
        name = None
        if isinstance(node, t.Letter | t.Family):
            if not (isinstance(node, t.Letter) and node.name in hidden):
                name = _letter_name(node, scope)
        elif isinstance(node, t.Indexed):
            inner = node.base if not isinstance(node.base, t.Letter | t.Family) else None
            name = None if inner else _letter_name(node, scope)
            waiting += [(each, hidden) for each in (*node.indices, *([inner] if inner else []))]
        elif isinstance(node, t.Function):
            name = node.name
        else:
            if isinstance(node, t.Sum | t.Product | t.Extremum):
                hidden = hidden | {node.index.name}
            waiting += [(child, hidden) for child in t.children(node)]
        if name and name not in found:
            found.add(name)
            definition = scope.definitions.get(name)
            if definition and name != stop:
                waiting += [
                    (part, frozenset(definition.arguments)) for part in (definition.body, *definition.conditions)
                ]
    return frozenset(found)


def _letter_name(node: t.Node, scope: Scope) -> str | None:
    try:
        name = name_of(node, scope)
    except MeaningError:
        return None  # a bound letter, or an error that the checker of shapes finds
    return name.name if name.kind in ("array", "entry", "number", "class") and name.name != ONES else None
