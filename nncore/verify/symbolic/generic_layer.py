"""Claims about layers, proved at a generic layer, where nothing is known of the layers before it.

The proof at a generic layer uses its definition and those of its neighbors; nothing in it depends on how many layers
there are, or on which one it is: the members before the first one that is named stay opaque, and the cost is any
function of the last one that a derivative is taken by, through which alone it depends on those before. The first and
the last layers, whose neighbors may be defined in other lines, are proved in the same way, and so are networks in which
the first ones are the last ones, too.

What is true for some numbers of layers says nothing of more; only if their number is fixed, all are unfolded.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from nncore.verify.notation import EXTREMA, Function
from nncore.verify.semantics.layers import bounds, ends_of_layers, has_one_line, instance, instances, lowest, reached
from nncore.verify.semantics.layers import is_about_layers as _names_layers
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import MeaningError, Scope, family_of, letters, meanings_of, position, resolved
from nncore.verify.switches import side_condition
from nncore.verify.symbol import Position, SymbolName
from nncore.verify.symbolic.equality import equal
from nncore.verify.symbolic.induction import for_all_sizes
from nncore.verify.syntax import tree as t

UNIFORM = side_condition("nothing counts layers where layers are generic", "Else networks of other depths differ.")
ENDS = side_condition("the first and the last layers are proved as well", "Their neighbors are defined in other lines.")
CUT = side_condition(
    "a cost that is cut depends on nothing else of what it is differentiated by", "Else a path is lost."
)
SEALED = side_condition("nothing is known of the layers before a generic one", "Else it is the first one.")

FEW, MOST = 4, 6  # layers of the networks in which layers are generic, at least and at most


def nodes_of(item: Claim) -> tuple[t.Node, ...]:
    """Return the sides and the conditions of a claim."""
    return (item.left, item.right, *item.conditions)


def is_about_layers(item: Claim) -> bool:
    """Return whether a claim contains a layer or its number."""
    return _names_layers(nodes_of(item), item.scope)


def layer_by_layer(item: Claim) -> list[Claim]:
    """Return a claim with its layers as numbers, one for each; none if there may be any number of layers."""
    return [] if is_about_layers(item) and not _has_fixed_depth(item) else [one for _, one in instances(item)]


def for_all_layers(item: Claim) -> str:
    """Return how a claim about layers is proved for all of them; nothing if it is not."""
    if _has_fixed_depth(item):
        found = layer_by_layer(item)
        return "every layer unfolded" if found and all(map(for_all_sizes, found)) else ""
    if UNIFORM(_is_uniform(item)):
        layers, least = _layers_of_generic(item), max(lowest(item.scope.notation.last_layer, item.conditions), 1)
        if layers >= least and _at_depth(item, layers, layers):
            if ENDS(all(_at_depth(item, depth, layers) for depth in range(layers - 1, least - 1, -1))):
                return "one unfolding at a generic layer"
    parts = list(reached(nodes_of(item), item.scope))
    if not any(isinstance(node, t.Family) for node in parts) and all(has_one_line(node, item.scope) for node in parts):
        return for_all_sizes(item)  # a sequence that is counted by r
    return ""


def _has_fixed_depth(item: Claim) -> bool:
    """Return whether the conditions fix the number of layers."""
    lower, upper = bounds(item.scope.notation.last_layer, item.conditions)
    return any(letter is None and (letter, number) in upper for letter, number in lower)


# What makes layers generic --------------------------------------------------------------------------------------------


def _is_uniform(item: Claim) -> bool:
    """Return whether nothing that a claim reaches knows the number of a layer or how many there are.

    Something does if r or R is a number in the claim or in a definition, as in a sum over layers; if a condition says
    how many layers there are at most; if a definition names a layer by its number, the zeroth apart; or if there is a
    sequence that is counted by layers: its members are known one by one.
    """
    scope, last = item.scope, item.scope.notation.last_layer
    meanings = [definition for name in item.letters for definition in meanings_of(name, scope)]
    inside = [node for each in meanings for node in (each.body, *each.conditions)]
    return not (
        any(letter is None for letter, _ in bounds(last, item.conditions)[1])
        or any(not name.layer and _is_over_layers(name, scope) for name in _families(item))
        or any(map(_counter(scope), (item.left, item.right, *inside)))
        or any(letter is None and number > 0 for letter, number in _positions(inside))
    )


def _counter(scope: Scope) -> Callable[[t.Node], bool]:
    """Return whether r or R is a number in an expression, and not only the place of a layer or of a width."""
    family, last = scope.notation.widths, scope.notation.last_layer
    counted = {index for index, size in scope.notation.runs_to.items() if size == last}
    placed = {family.letter} if family else set()
    placed |= {scalar.written.letter for scalar in scope.notation.scalars if scalar.over in counted}

    def counts(node: t.Node) -> bool:
        match node:
            case t.Letter(name):
                return name in counted or name == last
            case t.Family():
                return False
            case t.Indexed(t.Letter(name), _) if name in placed:
                return False
            case t.Sum() | t.Product() if (position(node.upper) or (None, 0))[0] in {*counted, last}:
                return True
            case t.Sum() | t.Product():
                return counts(node.body)
            case t.Extremum(_, index, _) if index.name in counted:
                return True
        return any(map(counts, t.children(node)))

    return counts


def _positions(nodes: Iterable[t.Node]) -> list[Position]:
    """Return the numbers of all layers that expressions name; an odd one counts as a number."""
    found = (node for root in nodes for node, _ in t.walk(root) if isinstance(node, t.Family))
    return [position(node.layer) or (None, 1) for node in found]


def _families(item: Claim) -> set[SymbolName]:
    """Return the families and sequences of which a claim is made."""
    return {family_of(name, item.scope.notation) for name in item.letters} & item.scope.families.keys()


def _is_over_layers(name: SymbolName, scope: Scope) -> bool:
    """Return whether a sequence is counted by layers."""
    index, last = scope.notation.layer_index, scope.notation.last_layer
    ends = [end for line in scope.families[name] for end in (line.first, line.last)]
    return name.counter == index or any(end and end[0] == last for end in ends)


def _layers_of_generic(item: Claim) -> int:
    """Return how many layers a network must have for those of a claim to be in its middle; 0 for a claim about none.

    All that the claim names are counted from r, or all from R. There is room for all of them between the layers that
    definitions tell apart by a number and those that they count from R.
    """
    named = _positions(nodes_of(item))
    lines = [line for name in _families(item) if name.layer for line in item.scope.families[name]]
    ends = [line.first for line in lines] + [(line.last[0], line.last[1] + 1) for line in lines if line.last]
    if len({letter for letter, _ in named}) != 1 or None in {letter for letter, _ in named}:
        return 0
    shifts = [number for _, number in named]
    first = max((number for letter, number in ends if letter is None), default=0)
    last = min((number for letter, number in ends if letter is not None), default=1) - 1
    least = lowest(item.scope.notation.last_layer, item.conditions)
    layers = max(first + max(shifts) - min(shifts) - last, least, FEW, _layers_for_range(item))
    return layers if layers <= MOST else 0


def _layers_for_range(item: Claim) -> int:
    """Return how many layers a network must have for a free r to have three values between what bounds it."""
    index, last = item.scope.notation.layer_index, item.scope.notation.last_layer
    lower, upper = bounds(index, item.conditions)
    from_first = [number for letter, number in lower if letter is None]
    from_last = [-number for letter, number in upper if letter == last]
    others = [number for letter, number in upper if letter is None]  # r up to a number
    others += [1 - number for letter, number in lower if letter == last]  # or from R less a number on
    return max(max(from_first, default=1) + max(from_last, default=0), max(others, default=0)) + 2


# One network ----------------------------------------------------------------------------------------------------------


def _at_depth(item: Claim, depth: int, generic: int) -> bool:
    """Return whether a claim holds in all layers of a network for which it is made; in the deepest, a generic one."""
    index, last = item.scope.notation.layer_index, item.scope.notation.last_layer
    places: Sequence[int] = [1]
    if any(letter == index for letter, _ in item.free):
        lower, upper = ends_of_layers(item.conditions, depth, item.scope.notation)
        places = range(max(lower, default=1), min([depth, *upper]) + 1)
    at_end = any(letter == last for letter, _ in _positions(nodes_of(item)))
    for place in places:
        one = None
        with suppress(MeaningError):
            one = instance(item, {last: depth, index: place})
        if one is None and depth < generic:
            continue  # there are no such layers, or not so many
        if one is None or not (_whatever_comes_before(one, at_end) or (depth < generic and for_all_sizes(one))):
            return False
    return True


def _whatever_comes_before(item: Claim, at_end: bool) -> bool:
    """Return whether a claim about numbered layers holds for all values of the layers before the first that it names.

    No derivative is taken through these. Behind the last one that it names nothing may be known, either, unless the
    claim counts its layers from the last one: the cost is cut.
    """
    families = (node for root in nodes_of(item) for node, _ in t.walk(root) if isinstance(node, t.Family))
    named = [int(node.layer.digits) for node in families if isinstance(node.layer, t.Number)]
    first, last = min(named, default=1), max(named, default=1)
    functions = {name for name, definition in item.scope.definitions.items() if definition.arguments}

    def is_before(name: str) -> bool:
        return _layer_of(name, first) < first

    def is_opaque(name: str) -> bool:
        return is_before(name) or name in functions

    for each in (*_cut(item), item):
        inside = letters(each.left, each.scope) | letters(each.right, each.scope)
        behind = max((_layer_of(name, 0) for name in inside), default=0)
        if (at_end or SEALED(behind <= last)) and equal(each, is_opaque, sealed=is_before):
            return True
    return False


def _layer_of(name: str, otherwise: int) -> int:
    found = re.search(r"\^\{\[(\d+)\]\}$", name)
    return int(found[1]) if found else otherwise


def _cut(item: Claim) -> Iterator[Claim]:
    """Yield the claim with the cost as any function of an array of the last layer that is differentiated by.

    The cost may contain nothing else of what these are made of: else it depends on that in another way, too.
    """
    nodes = [node for root in (item.left, item.right) for node, _ in t.walk(root) if isinstance(node, t.Derivative)]
    costs = {node.body.name for node in nodes if isinstance(node.body, t.Letter)}
    named = [variable.meaning.name for node in nodes for variable in node.variables]
    last = max((_layer_of(name, 0) for name in named), default=0)
    families = [lines[0].definition.name for lines in item.scope.families.values()]
    defined = sorted((family.letter for family in families if family.layer), reverse=True)
    for letter in defined if costs and last else ():
        if SymbolName.of(letter, layer=(None, last)) in item.scope.definitions:
            through = resolved(t.Family(t.Letter(letter), t.Number(str(last))), item.scope)
            yield from _cut_at(item, costs, named, through)


def _cut_at(item: Claim, costs: set[str], named: Sequence[str], through: t.Family) -> Iterator[Claim]:
    name = through.meaning.name
    inside = letters(through, item.scope)
    if not CUT({*named} <= {name, *inside}):
        return  # what the cost is made of beyond that layer, such as a loss, would be gone
    notation, definitions = item.scope.notation, dict(item.scope.definitions)
    for cost in costs & definitions.keys():
        beside = letters(definitions[cost].body, item.scope, stop=name)
        if name not in beside or not CUT(not (beside & inside) - {name} - notation.function_names - {*EXTREMA}):
            return
        function = Function(f"any cost {cost}", "cost", "any function, under a name that no page can use")
        notation = replace(notation, functions=(*notation.functions, function))
        body = t.Apply(t.Function(function.name), (through,))
        definitions[cost] = replace(definitions[cost], body=body, conditions=())
    yield replace(item, scope=replace(item.scope, notation=notation, definitions=definitions))
