"""Sizes and entries at which a claim is tried: those at which something can go wrong.

Sizes are 1, equal ones, and pairwise different ones at which all indices that share a range can differ; more where a
size stands as a number, and for inequalities. Entries are one for every way in which the indices that share a range can
coincide: a claim about k, l and m has five of them. Steps are the first ones and some later.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod

from nncore.verify.notation import EXPECTATION, STEPS, VARIANCE
from nncore.verify.semantics.layers import bounds, lowest, reached
from nncore.verify.semantics.statements import Claim, Statement, sides_of
from nncore.verify.semantics.symbols import Scope, meanings_of
from nncore.verify.switches import attack
from nncore.verify.symbol import Size, SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

SIZES_OF_1 = attack("sizes of 1", "A sum over one entry is that entry.")
EQUAL_SIZES = attack("equal sizes", "A matrix may be square.")
COUNTED_SIZES = attack("many values of a size that is a number", "A claim may hold for few numbers only.")
FAR_SIZES = attack("large sizes where nothing else counts", "A bound may hold for small ones only.")
LARGE_SIZES = attack("large sizes of an inequality", "A sum may outgrow its bound.")
NAMED_SIZES = attack("sizes around named indices", "An array may be as large as an index that is named.")
MANY_STEPS = attack("many steps", "A claim may hold in the first steps only.")
NAMED_STEPS = attack("steps that are named", "A claim may fail in one step alone.")
FAR_STEPS = attack("late steps of an inequality", "A bound may hold in early ones only.")
COINCIDENCES = attack("all ways in which indices coincide", "A delta may stand for another.")
ORDERS = attack("orders of indices that are numbers", "A claim may fail where one index is larger than another.")
NAMED_ENTRIES = attack("entries that are named", "A claim may fail in one entry alone.")

STEPS_TRIED = (*range(11), 13, 30)
COUNTED = range(1, 14)  # sizes that stand as numbers
MANY = (6, 12, 30)  # sizes at which inequalities are tried
_MOST_ORDERS = 30  # of indices that are compared or calculated with
_OF_OUTCOMES = (3, 4, 6)  # where these are counted
_WIDTHS = (7, 13, 30)  # of layers, where they stand as numbers
_LARGE = (100, 1000, 10**6)  # where no array has them
_MOST_TOGETHER = 300  # sizes that differ together, where there is nothing but sizes
_MOST_NAMED = 200  # entries at numbers that a claim names
_MOST_PLANS = 12  # that are looked for where conditions about sizes exclude the usual ones
_MOST_WIDTHS = 6  # that all differ: those of five layers

Sizes = dict[str, int]


def sizes_of(item: Statement) -> tuple[str, ...]:
    """Return the sizes on which a statement depends, also through its definitions."""
    found = {size for _, size in item.free}
    nodes = [*sides_of(item), *item.conditions, *(item.premises if isinstance(item, Claim) else ())]
    for name in sorted(item.letters):
        for definition in meanings_of(name, item.scope):
            nodes += [definition.body, *definition.conditions]
    for assumed in item.assumptions:
        nodes.append(assumed.claim)
        found |= {size for _, size in assumed.free}
    for root in nodes:
        for node, _ in t.walk(root):
            if isinstance(node, t.Extremum):
                found.add(item.scope.notation.range_of_index(node.index.name))
            symbol = node.symbol if isinstance(node, t.Name) else None
            if symbol:
                found |= {*(symbol.shape or ()), *symbol.sizes}
                if symbol.kind is SymbolKind.SIZE:
                    found.add(symbol.name)
                if symbol.kind is SymbolKind.CLASS:
                    found.add(item.scope.notation.size_of_classes(symbol.name))
    return tuple(sorted(size for size in found if isinstance(size, str) and size != STEPS))


def is_about_sizes(chain: t.Chain) -> bool:
    """Return whether a condition contains nothing but sizes and numbers."""
    nodes = [node for node, _ in t.walk(chain)]
    leaves = (t.Letter, t.Number, t.Link, t.Chain, t.Plus, t.Minus, t.Times, t.Fraction, t.Power)
    return all(isinstance(node, leaves) for node in nodes) and all(
        node.meaning.kind is SymbolKind.SIZE for node in nodes if isinstance(node, t.Letter)
    )


def size_plans(item: Claim, allowed: Callable[[Sizes], bool], of_layers: bool = False) -> list[Sizes]:
    """Return the sizes to try at which a claim is ``allowed``, those with the smallest arrays first.

    Of the many sizes of a network fewer are tried.
    """
    names, least = sizes_of(item), dict(item.least)
    if not names:
        return [{}]

    def good(plans: Iterable[Sizes]) -> list[Sizes]:
        different = [dict(pairs) for pairs in dict.fromkeys(tuple(plan.items()) for plan in plans)]
        large = [plan for plan in different if all(plan.get(name, k) >= k for name, k in least.items())]
        return [plan for plan in large if allowed(plan)]

    found = good(_of_layers(names, item) if of_layers else _usual(item, names, least))
    about = [chain for chain in item.conditions if is_about_sizes(chain) and _names_any(chain, names)]
    if len(found) < 3 or about:
        few = takes_expectations(item) or len(names) > 3
        usual = (1, 2, 3) if few else COUNTED if len(names) < 3 else range(1, 6)
        some = sorted({*usual, *least.values(), *(_numbers_in(about) if len(names) < 4 else ())})
        every = (dict(zip(names, values, strict=True)) for values in product(some, repeat=len(names)))
        more = sorted(good(every), key=lambda plan: (len(set(plan.values())) < len(plan), prod(plan.values())))
        found += [plan for plan in more if plan not in found][: max(0, _MOST_PLANS - len(found))]
    return sorted(found, key=lambda plan: (prod(plan.values()), *plan.values()))


def _names_any(chain: t.Chain, names: Sequence[str]) -> bool:
    return any(node == t.Letter(name) for node, _ in t.walk(chain) for name in names)


def _usual(item: Claim, names: Sequence[str], least: Mapping[str, int]) -> Iterator[Sizes]:
    few = takes_expectations(item)
    together = [size for _, size in item.free]
    need = {name: max(least.get(name, 1), together.count(name) + 1, 1 if few else 2) for name in names}
    unequal = [1 + place % 2 if few else 2 + place for place in range(len(names))]
    rising = {name: max(need[name], size) for name, size in zip(names, unequal, strict=True)}
    falling = {name: max(need[name], size) for name, size in zip(names, reversed(unequal), strict=True)}
    yield from (rising, falling)
    if SIZES_OF_1.is_on:
        yield dict.fromkeys(names, 1)
        yield from ({**rising, name: 1} for name in names if len(names) > 1)
    if EQUAL_SIZES.is_on:
        yield dict.fromkeys(names, max(need.values()))
    if few:
        yield dict.fromkeys(names, 2)
        if LARGE_SIZES.is_on and not item.relation.is_equation:
            yield from ({**dict.fromkeys(names, 1), name: k} for name in names for k in _OF_OUTCOMES)
        return
    if len(names) == 1:
        yield from ({names[0]: k} for k in (2, 3, 5))
    smallest = {name: least.get(name, 1) for name in names}
    named = _named(item) if NAMED_SIZES.is_on else ()
    for name, number in named:  # arrays that have no such entry, just that one, and others beside it
        yield from ({**rising, name: max(1, number + more)} for more in (-1, 0, 1) if name in rising)
    ends = {size for _, size in item.free} if _indices_are_numbers(item) else ()
    counted = [name for name in names if COUNTED_SIZES.is_on and (name in ends or _stands_as_number(item, name))]
    for name in counted:
        yield from ({**smallest, name: k} for k in (*COUNTED, *numbers_named(item)))
    if len(counted) > 1:
        yield from ({**smallest, **dict.fromkeys(counted, k)} for k in (3, 4, 5, 7, 10, 13))
        source = random.Random(repr(counted))
        yield from ({**smallest, **{name: source.choice(COUNTED) for name in counted}} for _ in range(8))
    if FAR_SIZES.is_on and not item.letters:  # nothing but sizes: every number costs little
        large = _LARGE[:1] if _adds_up(item) else _LARGE
        yield from ({**smallest, name: k} for name in names for k in (*range(14, 61), *large))
        yield from (dict.fromkeys(names, k) for k in (*range(14, 30), *large))
        source = random.Random(len(names))
        yield from ({name: source.choice(COUNTED) for name in names} for _ in range(_MOST_TOGETHER))
    if LARGE_SIZES.is_on and not item.relation.is_equation:
        yield from ({**smallest, name: k} for name in names for k in MANY)


def takes_expectations(item: Claim) -> bool:
    """Return whether outcomes are counted, whose number grows fast with the sizes."""
    return bool(item.letters & {EXPECTATION, VARIANCE})


def _of_layers(names: Sequence[str], item: Claim) -> Iterator[Sizes]:
    """Yield few sizes for the many numbers of a network: widths that rise and fall, one of them 1, and few samples.

    In a network that is deeper than usual widths return, for a path leads through each unit of each layer.
    """
    widths = [name for name in names if name != "n"]
    period = len(widths) if len(widths) <= _MOST_WIDTHS else 3
    rising = {name: 2 + place % period for place, name in enumerate(widths)}
    falling = dict(zip(widths, reversed(rising.values()), strict=True))
    equal = [dict.fromkeys(widths, 2)] if any(_stands_as_number(item, name) for name in widths) else []
    plans = [rising, falling, *equal, *({**rising, name: 1} for name in widths), dict.fromkeys(widths, 1)]
    for place, plan in enumerate(plans):
        samples = 3 if place == len(plans) - 2 else 2 - place % 2
        yield {**plan, **({"n": samples} if "n" in names else {})}
    for name in names:
        if _stands_as_number(item, name):
            yield from ({**dict.fromkeys(names, 1), name: number} for number in (*_WIDTHS, *numbers_named(item)))


def _stands_as_number(item: Claim, name: str) -> bool:
    """Return whether a size stands in a claim, or in what it is made of, as a number and not only as the end of a sum.

    In a definition it does not count as a mere factor, as in a mean, but where sides are not equal.
    """
    sides = [item.left, item.right]
    return any(_counts(side, name, item.scope) for side in sides) or any(
        _counts(body, name, item.scope, factors=not item.relation.is_equation) for body in _bodies(item)
    )


def _counts(node: t.Node, name: str, scope: Scope, factors: bool = True) -> bool:
    """Return whether a size stands in an expression as a number, or there beside others that are added or compared."""
    match node:
        case t.Letter() | t.Indexed():
            return _is_size(node, name) and factors
        case t.Sum(index, lower, upper, body) | t.Product(index, lower, upper, body):
            ends = (lower, upper) if _is_counted(index, body) else ()
            return _counts(body, name, scope, factors) or any(_counts(end, name, scope) for end in ends)
        case t.Extremum(_, index, body) if _index_as_number(index, body):
            return scope.notation.runs_to.get(index.name) == name
        case t.Times() | t.Fraction() | t.Root():
            return any(_counts(child, name, scope, factors) for child in t.children(node))
    return any(_counts(child, name, scope) for child in t.children(node))


def _is_counted(index: t.Letter, body: t.Node) -> bool:
    """Return whether a sum counts: its addends, which are all the same, or what its index is."""
    return all(part != index for part, _ in t.walk(body)) or _index_as_number(index, body)


def _index_as_number(index: t.Letter, node: t.Node) -> bool:
    """Return whether an index is a number in an expression, and not only the place of an entry."""
    if isinstance(node, t.Indexed):
        return _index_as_number(index, node.base)
    return node == index or any(_index_as_number(index, child) for child in t.children(node))


def _is_size(node: t.Letter | t.Indexed, name: str) -> bool:
    """Return whether a letter is a size, or the width of a layer."""
    symbol = node.symbol
    return symbol is not None and symbol.kind is SymbolKind.SIZE and symbol.name == name


def _numbers_in(conditions: Iterable[t.Chain]) -> set[int]:
    """Return the numbers that conditions name, and their neighbors; not those that are too large for an array."""
    nodes = (node for chain in conditions for node, _ in t.walk(chain))
    texts = (node.digits for node in nodes if isinstance(node, t.Number) and node.digits.isdigit())
    found = {int(text) for text in texts if len(text) < 5}
    return {number + more for number in found for more in (-1, 0, 1, 2) if 0 < number + more <= 1001}


# Entries --------------------------------------------------------------------------------------------------------------


def entries(item: Claim, sizes: Mapping[str, int], conditions: Sequence[t.Chain]) -> list[dict[str, int]]:
    """Return the values of the free indices to try at these sizes; conditions say from which step on a claim holds."""
    groups: dict[Size, list[str]] = {}
    for letter, size in item.free:
        groups.setdefault(size, []).append(letter)
    parts: list[list[dict[str, int]]] = []
    as_numbers = _indices_are_numbers(item)
    for size, names in groups.items():
        if size == STEPS:
            parts += [[{letter: number} for number in _steps(letter, conditions, item)] for letter in names]
        else:
            places = _places(names, size if isinstance(size, int) else sizes[size], item, as_numbers)
            parts.append([dict(zip(names, place, strict=True)) for place in places])
    return [{letter: value for part in parts_ for letter, value in part.items()} for parts_ in product(*parts)]


def _steps(letter: str, conditions: Sequence[t.Chain], item: Claim) -> list[int]:
    """Return the steps to try: the usual ones and those that conditions name, from the first that they allow."""
    named = {number for ends in bounds(letter, conditions) for name, number in ends if name is None}
    first = lowest(letter, conditions)
    tried = {*(STEPS_TRIED if MANY_STEPS.is_on else ()), *(first + more for more in range(4))}
    tried |= {*named, *numbers_named(item)} if NAMED_STEPS.is_on else set()
    if FAR_STEPS.is_on and not item.relation.is_equation:
        tried |= {100} if _adds_up(item) else {100, 1000}
    return sorted(number for number in tried if first <= number <= 1000)


def _adds_up(item: Claim) -> bool:
    """Return whether a claim or what it is made of has an addend for each value of an index or for each step."""
    nodes = [item.left, item.right]
    return any(isinstance(each, t.Sum | t.Product | t.Extremum | t.Family) for each in reached(nodes, item.scope))


def _places(names: Sequence[str], last: int, item: Claim, as_numbers: bool) -> list[tuple[int, ...]]:
    """Return index values: all of them if they are few, else one for every partition, and those that the claim names.

    Where indices are more than names of places, their order and their size count, too.
    """
    if last ** len(names) <= 6:
        return list(product(range(1, last + 1), repeat=len(names)))
    found = partitions(len(names), last) if COINCIDENCES.is_on else [tuple(range(1, len(names) + 1))]
    found = [place for place in found if max(place) <= last] or [(1,) * len(names)]
    if as_numbers and ORDERS.is_on:
        source = random.Random(repr((names, last)))
        if len(names) < 4:
            found += product((1, last), repeat=len(names))
        found += (tuple(source.randint(1, last) for _ in names) for _ in range(_MOST_ORDERS))
    if len(names) == 1:
        found += [(2,), (last,)]
    named = sorted({1, *(number for _, number in _named(item) if 1 <= number <= last)})  # a step may be 0
    if NAMED_ENTRIES.is_on and 1 < len(named) ** len(names) <= _MOST_NAMED:
        found += product(named, repeat=len(names))
    return list(dict.fromkeys(found))


def _indices_are_numbers(item: Claim) -> bool:
    """Return whether a claim, or what it is made of, compares an index, calculates with it or names it by a number."""
    if _named(item):
        return True
    letters = {index.letter for index in item.scope.notation.indices if index.to}  # steps have entries of their own
    waiting = [item.left, item.right, *item.conditions, *_bodies(item)]
    while waiting:
        node = waiting.pop()
        match node:
            case t.Letter(name) if name in letters:
                return True
            case t.Chain(first, links) if all(link.relation in (Relation.EQUAL, Relation.UNEQUAL) for link in links):
                waiting += [side for side in (first, *(link.right for link in links)) if not isinstance(side, t.Letter)]
            case t.Indexed(base, indices):
                waiting += [base, *(index for index in indices if not isinstance(index, t.Letter))]
            case t.Family():
                pass
            case t.Sum(body=body) | t.Product(body=body) | t.Extremum(body=body):
                waiting.append(body)
            case t.Derivative(body, variables):
                waiting += [body, *variables]
            case _:
                waiting += t.children(node)
    return False


def numbers_named(item: Claim) -> list[int]:
    """Return the whole numbers that stand in a claim or in what it is made of, and their neighbors: sizes to try."""
    nodes = [node for root in (item.left, item.right, *item.conditions, *_bodies(item)) for node, _ in t.walk(root)]
    texts = [node.digits for node in nodes if isinstance(node, t.Number) and node.digits.isdigit()]
    found = {int(text) for text in texts if len(text) < 4}
    return sorted({number + more for number in found if number > 2 for more in (-1, 0, 1)})[: _MOST_PLANS * 2]


def _bodies(item: Claim) -> list[t.Node]:
    """Return what a claim is made of: the bodies of the definitions of its letters."""
    return [each.body for letter in item.letters for each in meanings_of(letter, item.scope)]


def partitions(count: int, most: int) -> list[tuple[int, ...]]:
    """Return a tuple of indices for each way in which that many of them can coincide: 1, 1, 2 stands for k = l ≠ m."""
    found: list[tuple[int, ...]] = [()]
    for _ in range(count):
        found = [(*each, k) for each in found for k in range(1, min(max(each, default=0) + 1, most) + 1)]
    return found


def _named(item: Claim) -> list[tuple[Size, int]]:
    """Return the sizes of which a claim, or what it is made of, names an index by its number, with the numbers."""
    definitions = (each for letter in sorted(item.letters) for each in meanings_of(letter, item.scope))
    named = [*item.named, *(pair for each in definitions for pair in each.named)]
    return [(size, number) for size, number in named if size != STEPS]
