r"""What a false claim lacks: the one or two conditions, from a closed list, under which it is proved.

The conditions are those that texts leave unsaid: the rows of an array sum to 1, or are one-hot; a function is taken
away from its kinks; two indices differ; a size is 1. Each is put into the claim as if the page stated it, a condition,
an assumption or a definition. So whoever judges the claim with it needs to know nothing of provisos, and leaves nothing
out: numbers are tried where it holds, the proof rests on it, and its steps are evaluated.

A condition under which anything would be true saves nothing. With it, the claim with another right side must be refuted
by a value: then there are points that satisfy it, and not both sides are 0 at all of them. That a claim follows from
itself says nothing, either.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, combinations, islice, product

from nncore.verify.judgement import Judgement, Proviso, Status
from nncore.verify.notation import DELTA, ONE_HOT, STEPS, SUM_TO_1, Written, written_text
from nncore.verify.numeric import DIFFER, Budget, Finding, Met, admits, points_for, sizes_of
from nncore.verify.numeric import judge as judge_numbers
from nncore.verify.semantics import remainders
from nncore.verify.semantics.layers import instances
from nncore.verify.semantics.properties import (
    generic_entry,
    is_given,
    moved,
    sum_is_1,
    with_assumption,
    with_condition,
    with_one_hot,
    words_of_one_hot,
    words_of_sum,
)
from nncore.verify.semantics.shapes import Checker
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import MeaningError, meanings_of
from nncore.verify.switches import side_condition
from nncore.verify.symbol import Size, SymbolKind
from nncore.verify.symbolic.prover import prove
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import latex
from nncore.verify.syntax.tree import Relation
from nncore.verify.time_limit import OutOfTime, time_limit

OPPOSITE = side_condition(
    "under a proviso another right side is refuted", "A claim may hold because no point is left, or everything is 0."
)
NO_CIRCLE = side_condition("a claim is not its own proviso", "Everything follows from itself.")

THIN = side_condition(
    "a condition away from kinks excludes kinks alone", "Else a claim is saved from being false in half of all places."
)

_PLACES = 16  # at random, at which a condition is looked at that should exclude hardly any
_FEW_STEPS = 60_000  # of evaluation for one proviso, before it is worth more: most of them are refuted at once
_IN_NOTATION = ", or declare the letter in the notation with {}: {}"
_BEHIND = r"write $\quad ({})$ behind it"
_OF_SIZE = "a sum or a factor is likely missing"
_SECONDS_OF_A_PROOF = 1.0  # of one proviso
_ONE, _ZERO = t.Number("1"), t.Number("0")

Judging = Callable[[Claim], Judgement]
Putting = Callable[[Claim, t.Chain], Claim | None]  # a condition into a claim
Saved = tuple[tuple[Proviso, ...], Judgement]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A proviso, and how it is put into a claim; that gives nothing where it cannot be."""

    said: Proviso
    put_into: Callable[[Claim], Claim | None]
    says: t.Chain | None = None  # the relation that it puts in force


def saved(item: Claim, judge: Judging, seconds: float) -> Saved | None:
    """Return the provisos under which a refuted claim is proved, single ones first, and the judgement under them.

    They are looked for in so many seconds of computing. ``judge`` judges a claim with its provisos like any other.
    """
    single = list(_candidates(item)) if _may_be_saved(item) else []
    return _first(item, chain(((each,) for each in single), combinations(single, 2)), judge, seconds)


def saved_by_size(item: Claim, judge: Judging, seconds: float) -> Saved | None:
    """Return that a size must be 1 for a claim that nothing else saves, and the judgement under it."""
    single = _sizes_of_1(item) if _may_be_saved(item) else ()
    return _first(item, ((each,) for each in single), judge, seconds)


def saved_where(item: Claim, says: t.Chain, judge: Judging, seconds: float) -> Saved | None:
    """Return a relation between two indices as a proviso, if it is enough, and the judgement under it."""
    words = latex(says)
    said = Proviso(f"${words}$", words, _BEHIND.format(words))
    one = _Candidate(said, partial(with_condition, condition=says))
    return _first(item, [(one,)], judge, seconds) if _may_be_saved(item) else None


def with_unsaid(item: Claim) -> Iterator[tuple[str, Claim]]:
    """Yield the claim with each proviso about inputs that it may lack, beside its slip."""
    for each in _candidates(item) if _may_be_saved(item) else ():
        if each.says and (changed := each.put_into(item)):
            yield each.said.words, changed


def _may_be_saved(item: Claim) -> bool:
    """Return whether a claim is an equation without a premise and a rest."""
    return item.relation is Relation.EQUAL and not item.premises and not remainders.split(item.relation, item.right)


def _first(item: Claim, groups: Iterable[tuple[_Candidate, ...]], judge: Judging, seconds: float) -> Saved | None:
    """Return the first provisos that are enough."""
    end = time.process_time() + seconds
    for group in groups:
        left = end - time.process_time()
        changed = _promising(item, group, left) if left > 0 else None
        if changed is None:
            continue
        begin = time.process_time()
        found = judge(changed)
        is_enough = found.status is Status.ALL_SHAPES and OPPOSITE(_may_be_false(changed))
        end += time.process_time() - begin
        if is_enough:
            return tuple(each.said for each in group), found
    return None


def _promising(item: Claim, group: tuple[_Candidate, ...], seconds: float) -> Claim | None:
    """Return the claim with its provisos, if few numbers do not refute it and symbols prove it."""
    changed: Claim | None = item
    try:
        with time_limit(seconds):
            for each in group:
                changed = changed and each.put_into(changed)
            if not changed or any(_is_circle(item, each) for each in group):
                return None
            if judge_numbers(changed, budget=Budget(_FEW_STEPS, seconds)).status is Finding.REFUTED:
                return None
            return changed if prove(changed, min(seconds, _SECONDS_OF_A_PROOF)) else None
    except (OutOfTime, RecursionError, MemoryError, MeaningError, LookupError):  # of what a proviso made of a claim
        return None


def _candidates(item: Claim) -> Iterator[_Candidate]:
    moved_letters = moved(item)
    yield from _away_from_kinks(item)
    yield from _different_indices(item)
    yield from _rows(item, moved_letters)
    yield from _one_hot_rows(item, moved_letters)


def _is_circle(item: Claim, by: _Candidate) -> bool:
    """Return whether a claim says what a proviso says."""
    sides = by.says.sides if by.says else ()
    return not NO_CIRCLE({item.left, item.right} != set(sides))


def _may_be_false(item: Claim) -> bool:
    """Return whether a claim under its provisos could be false: with another right side it is, by its value."""
    plain = item.right
    while isinstance(plain, t.Minus):
        plain = plain.body
    is_zero = isinstance(plain, t.Number) and plain.value == 0
    if is_zero and (item.shape is not None or _needs_a_value(item)):
        return False
    other = replace(item, right=_ONE if is_zero else t.Minus(item.right))
    found = judge_numbers(other, budget=Budget())
    return found.status is Finding.REFUTED and found.reason == DIFFER


def _needs_a_value(item: Claim) -> bool:
    """Return whether a condition of a claim leaves it nothing but 0: indices that differ, or a size of 1."""
    counted = (SymbolKind.INDEX, SymbolKind.CLASS, SymbolKind.SIZE)
    return any(
        isinstance(node, t.Name) and node.symbol is not None and node.symbol.kind in counted
        for condition in item.conditions
        for node in condition.sides
    )


# Rows -----------------------------------------------------------------------------------------------------------------


def _rows(item: Claim, moved_letters: frozenset[str]) -> Iterator[_Candidate]:
    """Yield that the rows, or the columns, of an input sum to 1."""
    for array in item.scope.notation.arrays:
        if array.rows or array.columns or not is_given(array, item, moved_letters):
            continue
        for axis, what in ((1, "rows"), (0, "columns")):
            if array.shape[axis] != Written("1"):
                says = sum_is_1(array, axis)
                words = words_of_sum(array, axis)
                how = f"state it as an assumption, ${latex(says)}$" + _IN_NOTATION.format(what, SUM_TO_1)
                yield _Candidate(Proviso(words, latex(says), how), partial(with_assumption, chain=says), says)


def _one_hot_rows(item: Claim, moved_letters: frozenset[str]) -> Iterator[_Candidate]:
    """Yield that the rows of an input are one-hot: with a 1 anywhere, or where the claim has a class number."""
    for array in item.scope.notation.arrays:
        if array.rows or Written("1") in array.shape or not is_given(array, item, moved_letters):
            continue
        for at_declared in (False, True):
            put_into = partial(with_one_hot, array=array, at_declared=at_declared)
            if array.entry and (changed := put_into(item)):
                written = f"{written_text(array.entry)} = {latex(changed.scope.definitions[array.letter].body)}"
                words = words_of_one_hot(array) + (f", ${written}$" if at_declared else "")
                more = "" if at_declared else _IN_NOTATION.format("rows", ONE_HOT)
                how = f"define ${written.replace('=', ':=')}${more}"
                yield _Candidate(Proviso(words, written, how), put_into, sum_is_1(array, 1))


# Kinks ----------------------------------------------------------------------------------------------------------------


def _away_from_kinks(item: Claim) -> Iterator[_Candidate]:
    """Yield that what functions with kinks are taken of is not where these are: each alone, then all of them."""
    parts = list(dict.fromkeys(_kinks(item)))
    free = {letter for letter, _ in item.free}
    groups = [[each] for each in parts] + ([parts] if len(parts) > 1 else [])
    places = list(_places_at_random(item)) if groups else []
    for group in groups:
        chains = [t.Chain(one, (t.Link(Relation.UNEQUAL, other),)) for one, other in group]
        indices = set().union(*(_indices(each, item) for each in chains))
        written = ", ".join(map(latex, chains))
        if indices <= free and THIN(_holds_at(places, chains, with_condition)):
            said = Proviso(f"${written}$", written, _BEHIND.format(written))
            yield _Candidate(said, partial(_with_all, chains=chains, put=with_condition))
        if indices and THIN(_holds_at(places, chains, with_assumption)):
            words = " and ".join(_in_words(each, item) for each in chains)
            is_assumed = indices & free or any(
                isinstance(node, t.Family) for each in chains for node, _ in t.walk(each)
            )
            how = f"state it as an assumption, ${written}$" if is_assumed else _BEHIND.format(written)
            yield _Candidate(Proviso(words, written, how), partial(_with_all, chains=chains, put=with_assumption))


def _places_at_random(item: Claim) -> Iterator[tuple[Claim, Met]]:
    """Yield places at which nothing is special, with the claim to which they belong: in a network of two layers.

    Indices over one range differ there.
    """
    for _, one in islice(instances(item, (2,)), 1):
        pairs = [(first, second) for (first, size), (second, last) in combinations(one.free, 2) if size == last]
        for place in points_for(one, _PLACES):
            if all(place.entry[first] != place.entry[second] for first, second in pairs):
                yield one, place


def _holds_at(places: Iterable[tuple[Claim, Met]], chains: list[t.Chain], put: Putting) -> bool:
    """Return whether what is not equal away from kinks is not equal at any of these places."""
    changed = ((_with_all(item, chains, put), place) for item, place in places)
    return all(admits(item, place) for item, place in changed if item)


def _with_all(item: Claim, chains: list[t.Chain], put: Putting) -> Claim | None:
    changed: Claim | None = item
    for each in chains:
        changed = changed and put(changed, each)
    return changed


def _indices(chain: t.Chain, item: Claim) -> set[str]:
    """Return the indices in a condition."""
    known = item.scope.notation.index_letters
    return {node.name for node, _ in t.walk(chain) if isinstance(node, t.Letter) and node.name in known}


def _in_words(chain: t.Chain, item: Claim) -> str:
    match chain:
        case t.Chain(t.Indexed(t.Letter(letter)), (t.Link(Relation.UNEQUAL, t.Number(whole=0)),)):
            if array := item.scope.notation.array_of_entry(letter):
                return f"no entry of ${array.letter}$ is 0"
        case t.Chain(t.Indexed(t.Family(t.Letter(letter), layer)), (t.Link(Relation.UNEQUAL, t.Number(whole=0)),)):
            if array := item.scope.notation.array_of_entry(letter):
                return f"no entry of any ${latex(t.Family(t.Letter(array.letter), layer))}$ is 0"
    if not _indices(chain, item):
        return f"${latex(chain)}$"
    return f"${latex(chain)}$ for all ${', '.join(sorted(_indices(chain, item)))}$"


def _kinks(item: Claim) -> Iterator[tuple[t.Node, t.Node]]:
    """Yield pairs of sides that are equal where a function in a claim, or in what it is made of, has a kink."""
    waiting, seen = [item.left, item.right], set()
    while waiting:
        root = waiting.pop(0)
        for pair in _kinks_within(root, item, ()):
            one, other = pair
            if not _is_number(one) or not _is_number(other):
                yield pair
        for node, _ in t.walk(root):
            symbol = node.symbol if isinstance(node, t.Name) else None
            if symbol and symbol.name not in seen:
                seen.add(symbol.name)
                waiting += [each.body for each in meanings_of(symbol.name, item.scope)]


def _kinks_within(node: t.Node, item: Claim, above: tuple[str, ...]) -> Iterator[tuple[t.Node, t.Node]]:
    for part, _ in t.walk(node):
        match part:
            case t.Absolute(body):
                yield body, _ZERO
            case t.Apply(t.Function(r"\max" | r"\min"), arguments):
                yield from combinations(arguments, 2)
            case t.Cases(cases):
                for case in cases:
                    yield from ((one, other) for one, _, other in case.condition.relations)
            case t.Apply(t.Function(name), arguments) if name not in above:
                for definition in meanings_of(name, item.scope):
                    values = [_entry(each, item) for each in arguments]
                    if definition.arguments and all(values):
                        given = dict(zip(definition.arguments, values, strict=True))
                        for one, other in _kinks_within(definition.body, item, (*above, name)):
                            yield _put_in(one, given), _put_in(other, given)


def _entry(node: t.Node, item: Claim) -> t.Node | None:
    """Return the generic entry of an array, of any layer if it has some, and a number as it is.

    Nothing is returned for other matrices.
    """
    try:
        if Checker(item.scope).side(node) is None:
            return node
    except MeaningError:
        return node  # with a bound index
    notation = item.scope.notation
    letter, layer = (node.letter, t.Letter(notation.layer_index)) if isinstance(node, t.Family) else (node, None)
    array = notation.array_named(letter.name) if isinstance(letter, t.Letter) else None
    return generic_entry(array, layer) if array else None


def _put_in(node: t.Node, given: dict[str, t.Node | None]) -> t.Node:
    """Return the body of a function with its arguments put in."""
    if isinstance(node, t.Letter):
        return given.get(node.name) or node
    return t.with_children(node, partial(_put_in, given=given))


def _is_number(node: t.Node) -> bool:
    return not any(isinstance(part, t.Name) for part, _ in t.walk(node))


# Indices and sizes ----------------------------------------------------------------------------------------------------


def _different_indices(item: Claim) -> Iterator[_Candidate]:
    """Yield that two indices of a claim over the same range differ, or one of them and a class number.

    A claim with the delta of both says already what holds where they are equal.
    """
    sides = (node for side in (item.left, item.right) for node, _ in t.walk(side))
    told = [set(node.indices) for node in sides if isinstance(node, t.Indexed) and node.base == t.Letter(DELTA)]
    free = dict(item.free)
    classes = []
    for scalar in item.scope.notation.scalars:
        name, indices = scalar.written.letter, scalar.written.indices
        if scalar.to and name in item.letters and free.keys() >= set(indices):
            node = t.Indexed(t.Letter(name), tuple(map(t.Letter, indices))) if indices else t.Letter(name)
            classes.append((node, scalar.to))
    places: list[tuple[t.Node, Size]] = [(t.Letter(letter), size) for letter, size in item.free]
    pairs = chain(combinations(places, 2), product(places, classes))
    for (one, size), (other, last) in pairs:
        if size == last and size != STEPS and {one, other} not in told:
            says = t.Chain(one, (t.Link(Relation.UNEQUAL, other),))
            said = Proviso(f"${latex(says)}$", latex(says), _BEHIND.format(latex(says)))
            yield _Candidate(said, partial(with_condition, condition=says))


def _sizes_of_1(item: Claim) -> Iterator[_Candidate]:
    """Yield that a size is 1, of those that a claim itself names, and not only where a sum ends."""
    named = {name for side in (item.left, item.right) for name in _names_beside_limits(side)}
    for size in sizes_of(item):
        if size in named & item.scope.notation.plain_sizes:
            says = t.Chain(t.Letter(size), (t.Link(Relation.EQUAL, _ONE),))
            said = Proviso(f"${latex(says)}$", latex(says), _OF_SIZE, is_size=True)
            yield _Candidate(said, partial(with_condition, condition=says))


def _names_beside_limits(node: t.Node) -> Iterator[str]:
    """Yield the letters of an expression, but for those up to which sums and products run."""
    if isinstance(node, t.Letter):
        yield node.name
    inside = (node.body,) if isinstance(node, t.Sum | t.Product) else t.children(node)
    for part in inside:
        yield from _names_beside_limits(part)
