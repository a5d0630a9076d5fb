r"""What the letters of a formula stand for: arrays, entries, numbers, indices, sizes, functions.

`find_symbol` finds what a letter or an entry stands for in a `Scope`: the notation in force, and what the page has
defined above; `resolved` notes it in a tree, once. `letters` lists what an expression is made of when definitions are
expanded.

Sizes are letters (``n``), widths of layers (``D_2``, ``D_{r-1}``), numbers, or `STEPS` for a range without an end. The
first and the last width are known by their letters: D_0 is D, and D_R is M.

Families have members with whole numbers: arrays by layers, ``W^{[r]}``, and sequences, ``u_t``. A *position* is what
stands in the place of the number: ``("r", -1)`` for r - 1, ``(None, 2)`` for 2. A member is known by the name that is
printed, ``Z^{[r+1]}``, its whole family by the one with the plain letter: ``Z^{[r]}``, ``u_t``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TypeVar

from nncore.verify import notation as declared
from nncore.verify.judgement import INDEX, OTHER, SHAPE
from nncore.verify.notation import DELTA, ONES, STEPS, Notation
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.symbol import Position, Shape, Size, Symbol, SymbolKind, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show


class MeaningError(ValueError):
    """What has no meaning: why, where, and whether that is a fault or only beyond what this module knows.

    ``sort`` says in which way it has none, so that an erratum can be seen to fail as it should.
    """

    sort = OTHER

    def __init__(self, reason: str, node: t.Node, covered: bool = True):
        super().__init__(reason)
        self.reason = reason
        self.span = node.span
        self.covered = covered


class WrongShape(MeaningError):
    """Matrices that do not fit, or a matrix in the place of a number."""

    sort = SHAPE


class WrongIndex(MeaningError):
    """An index too many, missing, out of its range, or outside of its sum."""

    sort = INDEX


def not_covered(what: str, node: t.Node) -> MeaningError:
    """Return the error for what makes sense, and what the checker does not know."""
    return MeaningError(f"not covered yet: {what}", node, covered=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """What a letter, an entry or a function is defined as.

    ``name`` is the letter of the array where entries are defined. ``indices`` are the index letters of an entry with
    the sizes up to which they run, ``arguments`` the letters of a function. ``shape`` is that of the letter, where it
    is declared, and ``named`` the numbers in the body that stand where indices could, with their sizes.
    """

    name: SymbolName
    indices: tuple[tuple[str, Size], ...]
    arguments: tuple[str, ...]
    body: t.Node
    conditions: tuple[t.Chain, ...]
    shape: Shape
    label: str | None
    named: tuple[tuple[Size, int], ...] = ()
    formula: DisplayedFormula | None = field(default=None, compare=False, repr=False)


def resolved_binding(binding: Binding, scope: "Scope") -> Binding:
    """Return a definition whose letters carry what they stand for where it holds."""
    local = dict.fromkeys(binding.arguments)
    return replace(
        binding,
        body=resolved(binding.body, scope, local),
        conditions=tuple(resolved(chain, scope, local) for chain in binding.conditions),
    )


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
    definition: Binding


def resolved_line(line: Line, scope: "Scope") -> Line:
    """Return a line of a family whose letters carry what they stand for where it holds."""
    return replace(line, definition=resolved_binding(line.definition, scope))


@dataclass(frozen=True, slots=True)
class AgreedValue:
    """The value that a page gives to a derivative of a function at one point."""

    function: str
    primes: int
    point: t.Node
    value: t.Node
    formula: DisplayedFormula | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Scope:
    """What is known where a formula stands.

    Attributes
    ----------
    definitions : mapping of str to Binding
        What is defined once, by its name.
    families : mapping of str to tuple of Line
        What is defined line by line, by the name of the family. The members of a family that is not in here are inputs.
        A base case is a line of its own, or a number that the notation declares with its index: ``\\theta_0``.
    conventions : tuple of AgreedValue
        Values that derivatives are given.
    lost : frozenset of str
        Names whose definition is not understood.
    depth : int or None
        The number of layers, once R is replaced by a number: then every member that is defined by a family of layers is
        in ``definitions`` under its name, ``Z^{[2]}`` (`semantics.layers.instances` makes such scopes).
    placed : frozenset of str
        Inputs that only a premise of the claim defines, see `semantics.statements.Claim`.
    holds_fixed : bool
        Whether a derivative by a defined letter holds fixed what that is made of, where a function contains it besides;
        else it has no meaning.
    """

    notation: Notation
    definitions: Mapping[str, Binding] = field(default_factory=dict)
    families: Mapping[str, tuple[Line, ...]] = field(default_factory=dict)
    conventions: tuple[AgreedValue, ...] = ()
    lost: frozenset[str] = frozenset()
    depth: int | None = None
    placed: frozenset[str] = frozenset()
    holds_fixed: bool = False
    at_depths: dict[int, "Scope"] = field(default_factory=dict, init=False, compare=False, repr=False)  # what was made
    complex_values: dict[tuple[object, ...], tuple[bool, str]] = field(  # of functions, if known
        default_factory=dict, init=False, compare=False, repr=False
    )


def find_symbol(node: t.Node, scope: Scope, local: Mapping[str, Size | None] = {}) -> Symbol:
    """Return what a letter, a member of a family or an entry of one of them stands for.

    ``local`` holds the bound indices with their sizes, and the arguments of a function with `None`.
    """
    match node:
        case t.Letter(letter):
            if letter in local:
                kind = SymbolKind.ARGUMENT if local[letter] is None else SymbolKind.BOUND
                return Symbol(kind, SymbolName.of(letter))
            return _plain(letter, node, scope)
        case t.Family():
            return _member(node, scope, local)
        case t.Indexed(t.Letter(letter), indices):
            return _entry_name(letter, indices, node, scope, local)
        case t.Indexed(t.Family() as family, _):
            member = _member(family, scope, local)
            return Symbol(SymbolKind.ENTRY, member.name, _sizes_of_entry(member.shape))
    raise MeaningError(f"{show(node)} is not a letter or an entry", node)


def symbol_or_none(node: t.Node, scope: Scope, local: Mapping[str, Size | None] = {}) -> Symbol | None:
    """Return what `find_symbol` finds, if a letter or an entry stands for anything."""
    try:
        return find_symbol(node, scope, local)
    except MeaningError:
        return None


NodeT = TypeVar("NodeT", bound=t.Node)


def resolved(node: NodeT, scope: Scope, local: Mapping[str, Size | None] = {}) -> NodeT:
    """Return a node whose letters, members and entries carry what they stand for in a scope.

    ``local`` holds bound indices with their sizes, and the arguments of a function with `None`. What has no meaning
    carries nothing.
    """
    inner = local
    match node:
        case t.Sum(index, _, upper) | t.Product(index, _, upper):
            inner = {**local, index.name: upper.name if isinstance(upper, t.Letter) else STEPS}
        case t.Extremum(_, index) | t.Limit(index):
            inner = {**local, index.name: STEPS}

    def changed(value: object, at: Mapping[str, Size | None]) -> object:
        if isinstance(value, t.Node):
            return resolved(value, scope, at)
        return tuple(changed(each, at) for each in value) if isinstance(value, tuple) else value

    parts = {
        each.name: changed(getattr(node, each.name), inner if each.name == "body" else local)
        for each in fields(node)
        if each.name not in ("span", "symbol")
    }
    if isinstance(node, t.Name):
        parts["symbol"] = symbol_or_none(node, scope, local)
    return replace(node, **parts)  # type: ignore[arg-type]  # each part stays what it was


def _plain(letter: str, node: t.Node, scope: Scope) -> Symbol:
    notation = scope.notation
    if letter in notation.index_letters:
        return Symbol(SymbolKind.INDEX, SymbolName.of(letter))
    if letter in notation.constant_letters:
        return Symbol(SymbolKind.CONSTANT, SymbolName.of(letter))
    if letter in notation.plain_sizes:
        return Symbol(SymbolKind.SIZE, SymbolName.of(letter))
    if letter in scope.lost:
        raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
    array = notation.array_named(letter)
    if array:
        return Symbol(SymbolKind.ARRAY, SymbolName.of(letter), shape=sizes_of_shape(array.shape))
    definition = scope.definitions.get(letter)
    if definition and not definition.arguments:
        if definition.indices:
            raise WrongIndex(f"{letter} is defined with indices, so it needs them here", node)
        kind = SymbolKind.ARRAY if definition.shape else SymbolKind.NUMBER
        return Symbol(kind, SymbolName.of(letter), shape=definition.shape)
    scalars = [scalar.written.indices for scalar in notation.scalars_named(letter)]
    if notation.array_of_entry(letter) or () in scalars:
        return Symbol(SymbolKind.NUMBER, SymbolName.of(letter))
    if scalars:
        raise WrongIndex(f"{letter} is declared with indices, so it needs them here", node)
    how = f": declare it under arrays, {{letter: '{ONES}', shape: [n, 1], meaning: a column of ones}}"
    raise MeaningError(f"the letter {letter} is neither declared nor defined{how if letter == ONES else ''}", node)


def _member(node: t.Family, scope: Scope, local: Mapping[str, Size | None]) -> Symbol:
    array = scope.notation.array_named(node.letter.name) or scope.notation.array_of_entry(node.letter.name)
    if not array or not array.layers:
        raise MeaningError(f"{node.letter.name} is not declared for layers", node)
    layer = _layer(node.layer, scope, local)
    name = SymbolName.of(array.letter, layer=layer)
    family = family_of(name, scope.notation)
    if family in scope.lost:
        raise MeaningError(f"the definition of {name} is not understood", node, covered=False)
    rows, columns = (_width_of_array(size, layer, scope, node) for size in array.layers)
    if scope.depth is not None and family in scope.families and name not in scope.definitions:
        raise MeaningError(f"{name} has no definition", node)
    return Symbol(SymbolKind.ARRAY, name, shape=(rows, columns))


def _layer(node: t.Node, scope: Scope, local: Mapping[str, Size | None]) -> Position:
    """Return the position of a layer: a number, or r, R or an index that runs to R, with or without a number."""
    layer, family = position(node), scope.notation.widths
    if layer and family:
        letter, last = layer[0], scope.notation.last_layer
        if letter is None or letter in (family.index, last) or (last and local.get(letter) == last):
            return layer
    raise WrongIndex(f"{show(node)} is not the number of a layer", node)


def _width_of_array(size: declared.Written, layer: Position, scope: Scope, node: t.Node) -> Size:
    """Return the size of a member: D_{r-1} of layer 2 is D_1."""
    if not size.indices:
        return 1 if size.letter == "1" else size.letter
    shift = size.indices[0][1:]  # of the letter for a layer
    return width(size.letter, (layer[0], layer[1] + int(shift or 0)), scope, node)


def width(letter: str, layer: Position, scope: Scope, node: t.Node) -> SymbolName:
    """Return the width of a layer, which must exist: D_0 is D, D_R is M."""
    family, last = scope.notation.widths, scope.notation.last_layer
    variable, number = layer
    if not family:
        raise MeaningError(f"{letter} is not declared for layers", node)
    if variable is None and number == family.start and family.first:
        return SymbolName.of(family.first)
    if family.last and (layer == (last, 0) or (variable is None and number == scope.depth)):
        return SymbolName.of(family.last)
    beyond = (variable == last and number > 0) or (variable is None and number > (scope.depth or number))
    if beyond or (variable is None and number < family.start):
        raise WrongIndex(
            f"there is no {SymbolName.of(letter, width=layer)}: layers have the widths {_ends(family, scope)}", node
        )
    return SymbolName.of(letter, width=layer)


def _ends(family: declared.Size, scope: Scope) -> str:
    last = scope.notation.last_layer if scope.depth is None else scope.depth
    return f"{family.letter}_{family.start} to {family.letter}_{last}"


def resolved_size(size: Size, scope: Scope, node: t.Node, numbers: Mapping[str, int]) -> Size:
    """Return a size after numbers have taken the place of letters: D_{r-1} for r = 2 is D_1."""
    if not isinstance(size, SymbolName) or not size.width:
        return size
    letter, number = size.width
    where = (None, number + numbers[letter]) if letter and letter in numbers else (letter, number)
    return width(size.letter, where, scope, node)


def _sizes_of_entry(shape: Shape) -> tuple[Size, ...]:
    """Return the sizes up to which the indices of an entry run: one of 1 has no index."""
    return tuple(size for size in shape or () if size != 1)


def _entry_name(
    letter: str, indices: tuple[t.Node, ...], node: t.Node, scope: Scope, local: Mapping[str, Size | None]
) -> Symbol:
    notation = scope.notation
    if letter == DELTA:
        return Symbol(SymbolKind.DELTA, SymbolName.of(letter))
    if any(size.letter == letter and size.index for size in notation.sizes) and len(indices) == 1:
        size = width(letter, _layer(indices[0], scope, local), scope, node)
        return Symbol(SymbolKind.SIZE, size)
    array = notation.array_of_entry(letter)
    name = array.letter if array else letter
    if name in scope.lost:
        raise MeaningError(f"the definition of {letter} is not understood", node, covered=False)
    if array:
        return Symbol(SymbolKind.ENTRY, SymbolName.of(name), _sizes_of_entry(sizes_of_shape(array.shape)))
    if notation.array_named(letter):
        raise WrongIndex(f"the entries of {letter} are printed with another letter; see the notation", node)
    definition = scope.definitions.get(letter)
    if definition and definition.indices and letter not in notation.class_letters:
        return Symbol(SymbolKind.ENTRY, SymbolName.of(letter), tuple(size for _, size in definition.indices))
    found = _numbered(letter, indices, notation)
    if not found:
        raise MeaningError(f"the entry {show(node)} is neither declared nor defined", node)
    if found.name in scope.lost:
        raise MeaningError(f"the definition of {found.name} is not understood", node, covered=False)
    return found


def _numbered(letter: str, indices: tuple[t.Node, ...], notation: Notation) -> Symbol | None:
    """Return a declared number with indices: c_i, u_{t-1}, or \\beta_1, whose index is part of its name."""
    scalars = notation.scalars_named(letter)
    for scalar in scalars:
        if _has_number(scalar) and tuple(map(show, indices)) == scalar.written.indices:
            return Symbol(SymbolKind.NUMBER, _numbered_name(scalar))
    for scalar in scalars:
        if scalar.over and len(indices) == 1:
            name = SymbolName.of(letter, counter=scalar.over)
            return Symbol(SymbolKind.ENTRY, name, (notation.range_of_index(scalar.over),))
        if not _has_number(scalar) and len(indices) == len(scalar.written.indices):
            sizes = tuple(notation.range_of_index(index) for index in scalar.written.indices)
            kind = SymbolKind.CLASS if scalar.to else SymbolKind.ENTRY
            return Symbol(kind, SymbolName.of(letter), sizes)
    return None


def _has_number(scalar: declared.Scalar) -> bool:
    return bool(scalar.written.indices) and all(index.isdigit() for index in scalar.written.indices)


def _numbered_name(scalar: declared.Scalar) -> SymbolName:
    return SymbolName.of(scalar.written.letter, counter="".join(scalar.written.indices))


# Families -------------------------------------------------------------------------------------------------------------


def position(node: t.Node) -> Position | None:
    """Return what stands in the place of a number: a letter, a number, or the sum of both; else `None`."""
    match node:
        case t.Number(whole=int(number)):
            return None, number
        case t.Letter(name):
            return name, 0
        case t.Minus(t.Number(whole=int(number))):
            return None, -number
        case t.Plus(terms):
            parts = [where for term in terms if (where := position(term))]
            names = [name for name, _ in parts if name]
            if len(parts) == len(terms) and len(names) < 2:
                return (names[0] if names else None), sum(shift for _, shift in parts)
    return None


def family_of(name: SymbolName, notation: Notation) -> SymbolName:
    """Return the name of the family to which a member belongs: ``Z^{[r]}`` for ``Z^{[2]}``; others are their own."""
    return SymbolName.of(name.letter, layer=(notation.layer_index, 0)) if name.layer else name


def has_layers(scope: Scope) -> bool:
    """Return whether a family of layers is defined."""
    return any(line.definition.name.layer for lines in scope.families.values() for line in lines)


def is_numbered_width(size: Size | None) -> bool:
    """Return whether a size is printed as the width of a layer by its number, ``D_{r-1}``."""
    return isinstance(size, SymbolName) and size.width is not None


def is_width(size: Size | None, notation: Notation) -> bool:
    """Return whether a size is the width of a layer, the first and the last included."""
    family = notation.widths
    return family is not None and (size in (family.first, family.last) or is_numbered_width(size))


def start_of_sequence(name: str, number: int, notation: Notation) -> SymbolName | None:
    """Return the declared number that is the member of a sequence with this number: ``\\theta_0``."""
    letter = name.letter if isinstance(name, SymbolName) else name.rpartition("_")[0]
    for scalar in notation.scalars:
        if scalar.written == declared.Written(letter, (str(number),)):
            return _numbered_name(scalar)
    return None


def meanings_of(name: str, scope: Scope) -> tuple[Binding, ...]:
    """Return all definitions of a letter or, line by line, of its family; none for an input."""
    if name in scope.definitions:
        return (scope.definitions[name],)
    family = family_of(name, scope.notation) if isinstance(name, SymbolName) else name
    return tuple(line.definition for line in scope.families.get(family, ()))


# Declarations ---------------------------------------------------------------------------------------------------------


def sizes_of_shape(shape: tuple[declared.Written, declared.Written]) -> tuple[Size, Size]:
    """Return the shape of a declaration."""
    rows, columns = (1 if size.letter == "1" else size.letter for size in shape)
    return rows, columns


def declared_shape(name: SymbolName, notation: Notation) -> Shape:
    """Return the shape with which an array, or a member of a family of layers, is declared."""
    array = notation.array_named(name.letter)
    sizes = array and (array.layers if name.layer else array.shape)
    return sizes_of_shape(sizes) if sizes else None


def letters(node: t.Node, scope: Scope, stop: str | None = None) -> frozenset[SymbolName]:
    """Return the names of all letters in an expression when definitions are expanded, but not that of ``stop``.

    Entries count under the name of their array. Indices, sizes and constants are no letters here.
    """
    found: set[SymbolName] = set()
    waiting: list[tuple[t.Node, frozenset[str]]] = [(node, frozenset())]
    while waiting:
        node, hidden = waiting.pop()
        name: SymbolName | None = None
        below: Iterable[t.Node] = ()
        match node:
            case t.Letter(letter) if letter in hidden:
                pass
            case t.Letter() | t.Family():
                name = _letter_name(node, scope)
            case t.Indexed(t.Letter() | t.Family(), indices):
                name, below = _letter_name(node, scope), indices
            case t.Function():
                name = SymbolName.of(node.name)
            case t.Sum(index) | t.Product(index) | t.Extremum(_, index):
                hidden, below = hidden | {index.name}, t.children(node)
            case _:
                below = t.children(node)
        waiting += [(each, hidden) for each in below]
        if name and name not in found:
            found.add(name)
            for definition in meanings_of(name, scope) if name != stop else ():
                waiting += [
                    (part, frozenset(definition.arguments)) for part in (definition.body, *definition.conditions)
                ]
            if name in scope.families:
                found |= {start for number in (0, 1) if (start := start_of_sequence(name, number, scope.notation))}
    return frozenset(found)


def made_of(name: str, scope: Scope) -> frozenset[SymbolName]:
    """Return the letters in the definitions of a letter, a sequence or a function, at any depth."""
    return frozenset[SymbolName]().union(*(letters(each.body, scope) for each in meanings_of(name, scope)))


def _letter_name(node: t.Node, scope: Scope) -> SymbolName | None:
    symbol = symbol_or_none(node, scope)  # none of a bound letter, or of an error that the checker of shapes finds
    return symbol.name if symbol and symbol.kind in _LETTERS and symbol.name != ONES else None


_LETTERS = (SymbolKind.ARRAY, SymbolKind.ENTRY, SymbolKind.NUMBER, SymbolKind.CLASS)
