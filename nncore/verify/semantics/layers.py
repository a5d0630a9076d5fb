r"""Families with a symbolic number: what is said of ``Z^{[r]}`` for all layers becomes what it says of ``Z^{[2]}``.

A claim about R layers is one claim for every R, and one for every layer r that its conditions allow. `instances` puts
numbers in the place of both, in the claim and in all definitions, and so makes ordinary claims about ordinary letters
with the names ``Z^{[1]}``, ``Z^{[2]}`` and the sizes D, D_1, …, M. Sequences over steps, ``u_t``, stay as they are:
their members are looked up by number when they are needed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from math import inf
from typing import TypeVar, cast

from nncore.verify.notation import DELTA, Notation
from nncore.verify.semantics.statements import Assumed, Claim
from nncore.verify.semantics.symbols import (
    Binding,
    Line,
    MeaningError,
    Scope,
    find_symbol,
    has_layers,
    letters,
    meanings_of,
    not_covered,
    position,
    resolved,
    resolved_binding,
    resolved_line,
    resolved_size,
    start_of_sequence,
    symbol_or_none,
)
from nncore.verify.symbol import Position, Shape, SymbolName
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

NodeT = TypeVar("NodeT", bound=t.Node)

DEPTHS = (1, 2, 3)  # numbers of layers that are tried; more only if a claim names a later layer or a number of them
_MANY, _DEEPEST = 4, 13

# Ranges ---------------------------------------------------------------------------------------------------------------


def bounds(letter: str, conditions: Iterable[t.Chain]) -> tuple[list[Position], list[Position]]:
    """Return the positions from which and up to which conditions let a letter run."""
    lower: list[Position] = []
    upper: list[Position] = []
    for chain in conditions:
        for first, relation, second in chain.between(map(position, chain.sides)):
            if first is None or second is None or letter not in (first[0], second[0]):
                continue
            if second[0] == letter:
                first, second, relation = second, first, relation.mirrored
            end = second[0], second[1] - first[1]
            if relation in (Relation.EQUAL, Relation.AT_LEAST, Relation.GREATER):
                lower.append((end[0], end[1] + (relation is Relation.GREATER)))
            if relation in (Relation.EQUAL, Relation.AT_MOST, Relation.LESS):
                upper.append((end[0], end[1] - (relation is Relation.LESS)))
    return lower, upper


def lowest(letter: str, conditions: Iterable[t.Chain]) -> int:
    """Return the least value of an index under conditions: 1, if they say nothing."""
    numbers = [number for name, number in bounds(letter, conditions)[0] if name is None]
    return max(numbers, default=1)


def _number_at(where: Position, depth: int) -> int:
    """Return the number at a position that is one, or R with or without one: R-1 of three layers is 2."""
    letter, number = where
    return number + (depth if letter else 0)


def ends_of_layers(conditions: Iterable[t.Chain], depth: int, notation: Notation) -> tuple[list[int], list[int]]:
    """Return the layers from and up to which r runs; what another letter says of r is a condition like others."""
    known = (None, notation.last_layer)
    lower, upper = (
        [_number_at(where, depth) for where in each if where[0] in known]
        for each in bounds(notation.layer_index, conditions)
    )
    return lower, upper


def numbers_of(line: Line, depth: int) -> range:
    """Return the numbers for which a line defines a member of a family of layers."""
    first, last = _ends(line, depth)
    return range(first, int(last) + 1)


def overlap(one: Line, other: Line) -> int | None:
    """Return a number for which two lines of a family both hold."""
    for depth in DEPTHS:
        (first, last), (start, end) = (_ends(line, depth) for line in (one, other))
        if max(first, start) <= min(last, end):
            return max(first, start)
    return None


def holds_for(line: Line, number: int) -> bool:
    """Return whether a line of a sequence defines the member with this number, however many layers there are."""
    return any(first <= number <= last for first, last in (_ends(line, depth) for depth in DEPTHS))


def hole(lines: Sequence[Line]) -> int | None:
    """Return a number between the lines of a family for which none of them holds."""
    for depth in DEPTHS:
        ranges = sorted(_ends(line, depth) for line in lines)
        ranges = [(first, last) for first, last in ranges if first <= last]
        for (_, last), (start, _) in pairwise(ranges):
            if start > last + 1:
                return int(last) + 1
    return None


def _ends(line: Line, depth: int) -> tuple[int, float]:
    return _number_at(line.first, depth), (inf if line.last is None else _number_at(line.last, depth))


def covered(name: str, number: int, scope: Scope) -> bool:
    """Return whether a sequence has this member: an input from 1 on, else where it is defined or declared."""
    if start_of_sequence(name, number, scope.notation):
        return True
    if name not in scope.families:
        return number >= 1
    return line_for(name, number, scope) is not None


def line_for(name: str, number: int, scope: Scope) -> Line | None:
    """Return the line that defines a member of a sequence; while R is a letter, the number is small enough."""
    for line in scope.families.get(name, ()):
        first, last = _ends(line, scope.depth or number + 1)
        if first <= number <= last:
            return line
    return None


def has_one_line(node: t.Node, scope: Scope) -> bool:
    """Return whether one line defines the member of a sequence that a node names, for any number of layers."""
    match node:
        case t.Indexed(t.Letter(), (t.Number(whole=int(number)),)):
            name = _name(node, scope) or ""
            at = (line_for(name, number, replace(scope, depth=depth)) for depth in range(1, number + 3))
            return len({line.first for line in at if line}) <= 1  # lines of one family do not overlap
    return True


# Numbers in the place of letters --------------------------------------------------------------------------------------


def with_numbers(node: NodeT, numbers: Mapping[str, int]) -> NodeT:
    """Return the node with numbers in the place of r and R; a sum over layers is written out."""
    return cast(NodeT, _with_numbers_in(node, numbers))  # of a chain, a chain; only expressions change their class


def _with_numbers_in(node: t.Node, numbers: Mapping[str, int]) -> t.Node:
    match node:
        case t.Letter(name):
            return _number(numbers[name], node) if name in numbers else node
        case t.Sum(index, lower, upper, body) | t.Product(index, lower, upper, body):
            inner = {name: number for name, number in numbers.items() if name != index.name}
            ends = _counted(lower, numbers), _counted(upper, numbers)
            where = position(upper)
            if where and where[0] in numbers:
                return _written_out(node, ends, inner)
            return replace(node, lower=ends[0], upper=ends[1], body=with_numbers(body, inner))
        case t.Extremum(_, index, body):
            inner = {name: number for name, number in numbers.items() if name != index.name}
            return replace(node, body=with_numbers(body, inner))
        case t.Family(_, layer):
            return replace(node, layer=_counted(layer, numbers))
        case t.Indexed(base, indices):
            counted = tuple(_counted(index, numbers) for index in indices)
            return replace(node, base=with_numbers(base, numbers), indices=counted)
    return t.with_children(node, lambda part: with_numbers(part, numbers))


def _number(number: int, node: t.Node) -> t.Node:
    digits = t.Number(str(abs(number)), span=node.span)
    return digits if number >= 0 else t.Minus(digits, span=node.span)


def _counted(node: t.Node, numbers: Mapping[str, int]) -> t.Node:
    """Return an index or a layer as one number, if numbers take the place of its letter: r + 1 for r = 1 is 2."""
    changed = with_numbers(node, numbers)
    where = position(changed)
    return _number(where[1], node) if where and where[0] is None else changed


def _written_out(node: t.Sum | t.Product, ends: tuple[t.Node, t.Node], numbers: Mapping[str, int]) -> t.Node:
    """Return a sum or a product over layers, addend by addend."""
    first, last = ((position(end) or (None, 0))[1] for end in ends)
    parts = [with_numbers(node.body, {**numbers, node.index.name: number}) for number in range(first, last + 1)]
    if len(parts) < 2:
        return parts[0] if parts else _number(int(isinstance(node, t.Product)), node)
    return (t.Plus if isinstance(node, t.Sum) else t.Times)(tuple(parts), span=node.span)


# Definitions ----------------------------------------------------------------------------------------------------------


def at_depth(scope: Scope, depth: int) -> Scope:
    """Return the scope of a network with that many layers, in which each member of a family has its definition."""
    if depth not in scope.at_depths:
        scope.at_depths[depth] = _at_depth(scope, depth)
    return scope.at_depths[depth]


def _at_depth(scope: Scope, depth: int) -> Scope:
    index, last = scope.notation.layer_index, scope.notation.last_layer
    empty = replace(scope, depth=depth)
    definitions = {}
    for name, definition in scope.definitions.items():
        with suppress(MeaningError):  # what speaks of later layers does not exist
            definitions[name] = _with_numbers(definition, definition.name, {last: depth}, empty)
    families = {}
    for name, lines in scope.families.items():
        family_name = lines[0].definition.name
        if not family_name.layer:
            bodies = (_with_numbers(line.definition, family_name, {last: depth}, empty) for line in lines)
            families[name] = tuple(replace(line, definition=body) for line, body in zip(lines, bodies, strict=True))
            continue
        families[name] = lines
        for line in lines:
            for number in numbers_of(line, depth):
                member = SymbolName.of(family_name.letter, layer=(None, number))
                numbers = {last: depth, index: number}
                definitions[member] = _with_numbers(line.definition, member, numbers, empty)
    complete = replace(empty, definitions=definitions, families=families)
    return replace(
        complete,
        definitions={name: resolved_binding(each, complete) for name, each in definitions.items()},
        families={name: tuple(resolved_line(line, complete) for line in lines) for name, lines in families.items()},
    )


def _with_numbers(definition: Binding, name: SymbolName, numbers: Mapping[str, int], scope: Scope) -> Binding:
    body = definition.body
    return replace(
        definition,
        name=name,
        indices=tuple((letter, resolved_size(size, scope, body, numbers)) for letter, size in definition.indices),
        body=with_numbers(body, numbers),
        conditions=tuple(with_numbers(chain, numbers) for chain in definition.conditions),
        shape=_shape(definition.shape, scope, body, numbers),
    )


def _shape(shape: Shape, scope: Scope, node: t.Node, numbers: Mapping[str, int]) -> Shape:
    if shape is None:
        return None
    rows, columns = (resolved_size(size, scope, node, numbers) for size in shape)
    return rows, columns


def reached(nodes: Iterable[t.Node], scope: Scope) -> Iterator[t.Node]:
    """Yield all nodes of expressions, and of the definitions of what they contain."""
    waiting, seen = list(nodes), set()
    while waiting:
        for node, _ in t.walk(waiting.pop()):
            yield node
            name = _name(node, scope)
            if name and name not in seen:
                seen.add(name)
                for definition in meanings_of(name, scope):
                    waiting += (definition.body, *definition.conditions)


def _name(node: t.Node, scope: Scope) -> str | None:
    if isinstance(node, t.Function):
        return node.name
    symbol = symbol_or_none(node, scope) if isinstance(node, t.Name) else None  # none: bound, or the base of an entry
    return symbol.name if symbol else None


def check_members(node: t.Node, scope: Scope, above: tuple[str, ...] = (), done: set[str] | None = None) -> None:
    """Raise unless every member of a family in an expression exists, and none is made of itself."""
    done = set() if done is None else done
    for part, _ in t.walk(node):
        if not isinstance(part, t.Family):
            continue
        name = find_symbol(part, scope).name
        if name in above:
            raise MeaningError(f"{name} is defined by itself", part)
        if name not in done:
            if name in scope.definitions:
                check_members(scope.definitions[name].body, scope, (*above, name), done)
            done.add(name)


# Claims ---------------------------------------------------------------------------------------------------------------


def numbered(
    nodes: Sequence[t.Node], conditions: Sequence[t.Chain], scope: Scope, depths: Iterable[int] = DEPTHS
) -> Iterator[dict[str, int]]:
    """Yield the numbers that take the place of R and of a free r in a statement; none if it is not about layers."""
    index, last = scope.notation.layer_index, scope.notation.last_layer
    everything = (*nodes, *conditions)
    if not is_about_layers(everything, scope):
        yield {}
        return
    parts = list(reached(everything, scope))
    least = max([1, *(number for node in parts for number in _layer_numbers(node, scope.notation))])
    with_arrays = any(isinstance(node, t.Family) for node in parts)
    ends = [number for where in bounds(last, conditions) for letter, number in where if letter is None]
    further = [end + 2 for end in ends if _MANY <= end <= _DEEPEST - 2]  # where conditions ask for many
    for depth in sorted({*depths, *ends, *further, least}):
        values = {last: depth}
        if depth < least or not _consistent(conditions, values):
            continue
        if depth > _DEEPEST and with_arrays:
            raise not_covered(f"networks of more than {_DEEPEST} layers", nodes[0])
        if not _contains_free(index, everything):
            yield values
            continue
        lower, upper = ends_of_layers(conditions, depth, scope.notation)
        first, final = max(lower, default=1), min(upper, default=depth)
        if first < 0:
            raise MeaningError(f"there is no layer {first}", nodes[0])
        for number in range(first, min(final, depth + 1) + 1):  # that there is no layer above shows at the next one
            if _consistent(conditions, {**values, index: number}):
                yield {**values, index: number}


def _layer_numbers(node: t.Node, notation: Notation) -> Iterator[int]:
    """Yield the layers that a node names by their numbers."""
    index, family = t.Letter(notation.layer_index), notation.widths
    width = family.letter if family else ""
    match node:
        case t.Family(_, t.Number(whole=int(number))):
            yield number
        case t.Indexed(t.Letter(letter), (t.Number(whole=int(number)),)) if letter == width:
            yield number
        case t.Indexed(t.Letter(letter), indices) if letter == DELTA and index in indices:
            yield from (each.whole for each in indices if isinstance(each, t.Number) and each.whole is not None)


def _consistent(conditions: Sequence[t.Chain], values: Mapping[str, int]) -> bool:
    """Return whether the conditions about nothing but R, r and numbers hold for these values."""
    for chain in conditions:
        for first, relation, second in chain.between(_value(position(side), values) for side in chain.sides):
            if first is not None and second is not None and not relation.holds(_sign(first - second)):
                return False
    return True


def _value(where: Position | None, values: Mapping[str, int]) -> int | None:
    if where is None:
        return None
    letter, number = where
    if letter is None:
        return number
    return number + values[letter] if letter in values else None


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def is_about_layers(nodes: Sequence[t.Node], scope: Scope) -> bool:
    """Return whether expressions contain a layer or its number; never under a notation that declares no layers."""
    index, last = scope.notation.layer_index, scope.notation.last_layer
    if not index or not last:
        return False
    return any(
        node.name in (index, last) if isinstance(node, t.Letter) else isinstance(node, t.Family) and has_layers(scope)
        for node in reached(nodes, scope)
    )


def _contains_free(letter: str, nodes: Iterable[t.Node]) -> bool:
    """Return whether a letter stands in an expression without being bound there."""
    for node in nodes:
        if node == t.Letter(letter):
            return True
        if isinstance(node, t.Sum | t.Product | t.Extremum) and node.index.name == letter:
            continue
        if _contains_free(letter, t.children(node)):
            return True
    return False


def instances(item: Claim, depths: Iterable[int] = DEPTHS) -> Iterator[tuple[dict[str, int], Claim]]:
    """Yield a claim with numbers in the place of R and r, and these numbers.

    For each number of layers that is tried, and each layer r that the conditions allow, one claim without either
    letter; a claim that is not about layers comes as it is, with no numbers.
    """
    nodes = [item.left, item.right]
    for numbers in numbered(nodes, item.conditions, item.scope, depths):
        yield numbers, (instance(item, numbers) if numbers else item)


def _assumed_at(each: Assumed, scope: Scope, depth: int) -> Iterator[Assumed]:
    """Yield an assumption for a network of that many layers: one for each layer of which it speaks."""
    index, last = scope.notation.layer_index, scope.notation.last_layer
    if not is_about_layers([each.claim], scope):
        yield each
        return
    layers = range(1, depth + 1) if any(letter == index for letter, _ in each.free) else (depth,)
    for layer in layers:
        numbers = {last: depth, index: layer}
        with suppress(MeaningError):  # of a layer that is not there nothing is assumed
            claim = resolved(with_numbers(each.claim, numbers), scope)
            check_members(claim, scope)
            free = [(letter, size) for letter, size in each.free if letter != index]
            yield replace(
                each,
                claim=claim,
                free=tuple((letter, resolved_size(size, scope, claim, numbers)) for letter, size in free),
                letters=letters(claim, scope),
            )


def instance(item: Claim, numbers: Mapping[str, int]) -> Claim:
    """Return a claim with these numbers in the place of R and r."""
    scope = at_depth(item.scope, numbers[item.scope.notation.last_layer])
    left, right = (resolved(with_numbers(side, numbers), scope) for side in (item.left, item.right))
    conditions = tuple(resolved(with_numbers(chain, numbers), scope) for chain in item.conditions)
    least: dict[str, int] = {}
    for size, number in item.least:
        name = str(resolved_size(size, scope, left, numbers))
        least[name] = max(number, least.get(name, 1))
    free = [(letter, size) for letter, size in item.free if letter not in numbers]
    return replace(
        item,
        left=left,
        right=right,
        conditions=conditions,
        scope=scope,
        free=tuple((letter, resolved_size(size, scope, left, numbers)) for letter, size in free),
        least=tuple(least.items()),
        named=tuple((resolved_size(size, scope, left, numbers), number) for size, number in item.named),
        shape=_shape(item.shape, scope, left, numbers),
        assumptions=tuple(part for each in item.assumptions for part in _assumed_at(each, scope, scope.depth or 0)),
        letters=frozenset[SymbolName]().union(*(letters(part, scope) for part in (left, right, *conditions))),
    )
