r"""Definitions: what stands on the left of one, the lines of families, and what a definition must not do."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nncore.verify.notation import CONSTANTS, DELTA, FIXED_KINDS, KNOWN_FUNCTIONS, ONES, STEPS, Notation
from nncore.verify.semantics.layers import DEPTHS, bounds, holds_for, numbers_of, overlap
from nncore.verify.semantics.shapes import Checker, words
from nncore.verify.semantics.symbols import (
    Binding,
    Line,
    MeaningError,
    Scope,
    declared_shape,
    family_of,
    find_symbol,
    letters,
    not_covered,
    position,
    sizes_of_shape,
    symbol_or_none,
)
from nncore.verify.source.markdown import DisplayedFormula
from nncore.verify.symbol import Position, Shape, Size, SymbolKind, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show

Conditions = tuple[t.Chain, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The left side of a definition: a name, and what it may carry.

    For a member of a family ``where`` is its position, and ``range`` that of the index of a sequence.
    """

    name: SymbolName
    indices: tuple[tuple[str, Size], ...] = ()
    arguments: tuple[str, ...] = ()
    where: Position | None = None
    range: Size | None = None
    shape: Shape = None


def head_of(scope: Scope, left: t.Node) -> Head:
    """Return what stands on the left of a definition."""
    notation = scope.notation
    match left:
        case t.Apply(t.Function(name, 0, None), arguments):
            if name in FIXED_KINDS.keys() - KNOWN_FUNCTIONS:
                raise MeaningError(f"{name} has a fixed meaning and cannot be defined", left)
            if scope.notation.kind_of_function(name) not in ("number", "smooth"):
                raise MeaningError(f"{name} cannot be defined", left)
            names = tuple(argument.name for argument in arguments if isinstance(argument, t.Letter))
            if len(names) != len(arguments) or len(set(names)) < len(names):
                raise MeaningError("a function is defined by letters as its arguments", left)
            for argument in arguments:
                if find_symbol(argument, scope).kind is not SymbolKind.NUMBER:
                    reason = f"{show(argument)} is no variable: the argument of a function is declared under scalars"
                    raise MeaningError(reason, argument)
            return Head(SymbolName.of(name), arguments=names)
        case t.Letter(letter):
            fixed = notation.index_letters | notation.constant_letters | notation.plain_sizes
            if letter in fixed or letter in (ONES, DELTA, *CONSTANTS):
                raise MeaningError(f"{letter} has a fixed meaning and cannot be defined", left)
            own = SymbolName.of(letter)
            return Head(own, shape=declared_shape(own, notation))
        case t.Family(t.Letter(letter), layer):
            if not notation.array_named(letter):
                raise MeaningError(f"the entries of {letter} are defined with their indices", left)
            member = find_symbol(left, scope)
            return Head(family_of(member.name, notation), where=position(layer), shape=member.shape)
        case t.Indexed(t.Family(t.Letter(letter), layer), indices):
            if not notation.array_of_entry(letter):
                raise MeaningError(f"the entries of {letter} are printed with another letter", left)
            member = find_symbol(left, scope)
            named = _named(scope, indices, member.sizes, left)
            return Head(family_of(member.name, notation), named, where=position(layer))
        case t.Indexed(t.Letter(letter), indices):
            return _head_of_entry(scope, letter, indices, left)
    raise not_covered("definitions of entries of functions", left)


def _named(
    scope: Scope, indices: tuple[t.Node, ...], sizes: tuple[Size, ...], left: t.Node
) -> tuple[tuple[str, Size], ...]:
    """Return the indices of an entry of a member of a family, which run over its widths."""
    known = scope.notation.index_letters
    names = [index.name for index in indices if isinstance(index, t.Letter) and index.name in known]
    if len(set(names)) < len(indices) or len(indices) != len(sizes):
        raise MeaningError("an entry is defined with one index letter for each of its indices", left)
    return tuple(zip(names, sizes, strict=True))


def _head_of_entry(scope: Scope, letter: str, indices: tuple[t.Node, ...], left: t.Node) -> Head:
    notation = scope.notation
    if letter == DELTA:
        raise MeaningError("Kronecker's delta has a fixed meaning", left)
    scalars = notation.scalars_named(letter)
    if scalars:
        declared_name = find_symbol(left, replace(scope, definitions={}, families={}, lost=frozenset()))
        if declared_name.is_sequence:
            return Head(declared_name.name, where=position(indices[0]), range=declared_name.sizes[0])
        if declared_name.kind is SymbolKind.NUMBER:
            return Head(declared_name.name)
    named: tuple[tuple[str, Size], ...] = ()
    for index in indices:
        if not isinstance(index, t.Letter):
            raise MeaningError(f"{letter} is not declared with a number, as {letter}_1, or over steps", index)
        size = notation.runs_to.get(index.name)
        if size is None:
            raise MeaningError(f"{letter} is not declared over {index.name}", index)
        named = (*named, (index.name, size))
    if len(dict(named)) < len(named):
        raise MeaningError("the indices of what is defined differ", left)
    array = notation.array_of_entry(letter)
    if array:
        sizes: tuple[Size, ...] = tuple(size for size in sizes_of_shape(array.shape) if size != 1)
    elif any(scalar.written.indices for scalar in scalars):
        sizes = declared_name.sizes
    else:
        sizes = tuple(size for _, size in named)
    if tuple(size for _, size in named) != sizes:
        raise MeaningError(f"the indices of {letter} run to {', '.join(map(str, sizes))}", left)
    return Head(SymbolName.of(array.letter if array else letter), named)


def left_names(left: t.Node, scope: Scope) -> frozenset[str]:
    """Return the name under which the left side of a definition would have been known."""
    match left:
        case t.Apply(function, _):
            return frozenset((function.name,))
        case t.Letter(name):
            return frozenset((name,))
        case t.Family() | t.Indexed(t.Letter() | t.Family()):
            known = symbol_or_none(left, replace(scope, definitions={}, families={}, lost=frozenset()))
            if known:
                return frozenset((family_of(known.name, scope.notation),))
            base = left.base if isinstance(left, t.Indexed) else left
            return left_names(base.letter if isinstance(base, t.Family) else base, scope)
        case t.Indexed(base, _):
            return left_names(base, scope)
    return frozenset()


def without_choice(scope: Scope, left: t.Node, name: str, right: t.Node) -> t.Node:
    """Return the right side of a definition, with max in the place of the arg max of a class number."""
    notation = scope.notation
    if name not in notation.class_letters:
        return right  # in which an arg max is an error
    if not isinstance(right, t.Extremum) or not right.kind.startswith("arg"):
        raise MeaningError(r"a class number is defined by \arg\max or \arg\min", right)
    size = notation.size_of_classes(name)
    if notation.runs_to.get(right.index.name) != size:
        raise MeaningError(f"{show(left)} runs to {size}, and {right.index.name} does not", right.index)
    if not notation.scalars_named(name)[0].ties:
        raise MeaningError(f"which of several equal places is {show(left)}? Declare it with 'ties: first'", right)
    return replace(right, kind=right.kind.removeprefix("arg"))


def check_shape(scope: Scope, head: Head, shape: Shape, checker: Checker, link: t.Link) -> None:
    name, right = head.name, link.right
    if head.indices and shape is not None:
        raise MeaningError("an entry is a number, and the right side is a matrix", right)
    if head.arguments and shape is not None:
        raise not_covered("functions whose value is a matrix", right)
    if head.indices or head.arguments:
        return
    if head.shape and not checker.same_shape(head.shape, shape):
        raise MeaningError(f"{name} is {words(head.shape)}, the right side is {words(shape)}", right)
    number = scope.notation.scalars_named(name.letter) or (head.where and not head.shape)
    if not head.shape and shape is not None and number:
        raise MeaningError(f"{name} is a number, the right side is {words(shape)}", right)


def check_arguments(scope: Scope, head: Head, parts: Iterable[t.Node]) -> None:
    """Raise if a function contains a letter that is made of one of its arguments, which stands there for any number."""
    for part in parts:
        for node, _ in t.walk(part):
            if not isinstance(node, t.Name | t.Function) or (
                isinstance(node, t.Letter) and node.name in head.arguments
            ):
                continue
            for argument in head.arguments:
                if argument in letters(node, scope):
                    reason = f"{show(node)} is made of {argument}, the argument of {head.name}: write out what it is"
                    raise MeaningError(reason, node)


def line_of(
    scope: Scope, here: DisplayedFormula, head: Head, where: Position, conditions: Conditions, link: t.Link
) -> Line:
    """Return one line of a family: for which numbers it holds, none of which is defined already."""
    notation, name, (letter, number) = scope.notation, head.name, where
    layers = bool(name.layer)
    last_of_all = (notation.last_layer, 0) if layers or head.range != STEPS else None
    if letter == notation.last_layer or letter is None:
        first: Position = where
        last: Position | None = where
        about: tuple[str | None, ...] = ()
        letter = None
    elif number:
        raise MeaningError(f"a family is defined for a letter, such as {letter}, or for a number", link)
    else:
        first, last = _range_of_line(scope, letter, conditions, last_of_all, link)
        about = (letter, notation.last_layer, None)
    kept = tuple(chain for chain in conditions if not _is_only_about(chain, about))
    definition = Binding(name, head.indices, (), link.right, kept, None, here.label, formula=here)
    line = Line(letter, first, last, definition)
    for number in _declared_members(name, notation):
        if holds_for(line, number):
            raise MeaningError(f"{member_of(name, number)} is declared as a number of its own", link)
    for other in scope.families.get(name, ()):
        common = overlap(line, other)
        if common is not None:
            raise MeaningError(f"{member_of(name, common)} is defined already", link)
    if layers:
        _check_that_layers_exist(scope, line, link)
    for part, _ in t.walk(link.right):
        _check_that_index_falls(scope, part, name, line)
    return line


def _range_of_line(
    scope: Scope, letter: str, conditions: Conditions, last_of_all: Position | None, link: t.Link
) -> tuple[Position, Position | None]:
    lower, upper = bounds(letter, conditions)
    if (
        len(lower) != 1
        or len(upper) > 1
        or any(name not in (None, last_of_all and last_of_all[0]) for name, _ in (*lower, *upper))
    ):
        raise MeaningError(f"say for which {letter} this is defined, as 1 \\le {letter}", link)
    return lower[0], (upper[0] if upper else last_of_all)


def _check_that_layers_exist(scope: Scope, line: Line, link: t.Link) -> None:
    letter = line.definition.name.letter
    for depth in DEPTHS:
        inputs = Scope(scope.notation, depth=depth)
        for number in numbers_of(line, depth):
            if number < 0:
                raise MeaningError(f"there is no layer {number}", link)
            find_symbol(t.Family(t.Letter(letter), t.Number(str(number)), span=link.span), inputs)


def _check_that_index_falls(scope: Scope, part: t.Node, name: str, line: Line) -> None:
    """Raise unless a member that is defined by others of its family is defined by those before it."""
    match part:
        case t.Family(_, place) | t.Indexed(t.Letter(), (place,)):
            where = position(place)
        case _:
            return
    found = symbol_or_none(part, scope)  # what has no meaning is for the checker to find
    if found and family_of(found.name, scope.notation) == name and not _falls(where, line, scope.notation.last_layer):
        raise MeaningError(f"a recursion lowers its index, and {show(part)} does not", part)


def _falls(where: Position | None, line: Line, last: str | None) -> bool:
    """Return whether a member stands before those that a line of its family defines."""
    if where is None:
        return False
    letter, number = where
    if letter and letter == line.letter:
        return number < 0
    if line.definition.name.layer:
        return letter in (None, last)  # whether such members are made of each other shows in the end
    return letter is None and number < line.first[1]


def _is_only_about(chain: t.Chain, names: tuple[str | None, ...]) -> bool:
    """Return whether all sides of a condition are among these letters, each with or without a number."""
    sides = [position(side) for side in chain.sides]
    return all(side is not None and side[0] in names for side in sides)


def member_of(family: SymbolName, number: int) -> SymbolName:
    """Return the name of a member of a family: Z^{[2]}, or u_2."""
    if family.layer:
        return SymbolName.of(family.letter, layer=(None, number))
    return SymbolName.of(family.letter, counter=str(number))


def _declared_members(name: SymbolName, notation: Notation) -> Iterator[int]:
    """Yield the numbers of the members of a sequence that are declared with them, as \\theta_0."""
    for scalar in notation.scalars_named(name.letter):
        if "".join(scalar.written.indices).isdigit():
            yield int("".join(scalar.written.indices))
