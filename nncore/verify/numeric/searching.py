r"""Points that are searched for: on boundaries, where conditions hold, where an inequality is nearly false.

One input is moved by an infinitesimal and the claim evaluated once. The expansions of all guards that were met on the
way say where each of them is 0; that place, rounded to a fraction, is a candidate, which is then tried like any other
point. `solved` makes conditions and assumptions true in the same way.
"""

import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, pairwise
from math import isfinite, isqrt
from typing import TypeVar

from nncore.verify.numeric.comparing import NO_VALUE, OUTSIDE, PRECISIONS, Comparison, Entry, Exhausted, Finding, Result
from nncore.verify.numeric.expectation import Key
from nncore.verify.numeric.guards import Guards
from nncore.verify.numeric.jets import Expansion, Jet, Jets, Pair, Scalar, parts
from nncore.verify.numeric.matrices import Value
from nncore.verify.numeric.sample_points import SamplePoint
from nncore.verify.numeric.watching import Guard, GuardKey, NoSuchEntry
from nncore.verify.switches import attack
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

ON_BOUNDARY = attack("points on a boundary", "A claim may fail on a kink or an edge alone.")
BESIDE = attack("points beside a boundary", "A claim may fail between numbers that are tried.")
_FARTHEST = 1e30  # places of zeros that are no fractions
_ORDER_OF_PROBES = 3  # of the polynomials whose zeros are candidates
_MOST_INPUTS, _FEW_INPUTS = 12, 4  # that are moved, one after the other
_MOST_EXPANSIONS, _MOST_ROOTS = 200, 24
_ENOUGH = 9  # zeros of a guard in one input
_DENOMINATORS = (1, 12, 1000)  # to which a place is rounded
_LOST = 1e-14  # a value beside its terms, beyond which nothing of it is known
_ROUNDED = Fraction(1, 200)  # how far from a zero a place may be that was found for it
_PROBES = 4  # from one place to the next, until a zero is found
_CORNERS = 30
_SHIFTS: tuple[Fraction | int, ...] = (
    0,
    *(sign * Fraction(1, 10**power) for power in (3, 12) for sign in (1, -1)),
)  # on a boundary and beside it
_ASIDE = tuple(sign * Fraction(*pair) for pair in ((17, 10), (1, 7), (1, 5000)) for sign in (1, -1))  # of an open edge
_TOUCHING, _FARTHER = 2.0**-64, 2.0**32  # how near sides come that touch, and how much farther they are beside it
_ON_EDGE = 2.0**-20
_TRIES = 600  # points of a descent
_FACTORS = (*(Fraction(10) ** power for power in (1, -1, 3, -3)), Fraction(-1))
_PACES = tuple(sign * Fraction(10) ** power for power in (2, 1, 0, -1, -2, -3, -5, -8, -11, -13) for sign in (1, -1))
_SIMPLE = (0, 1, -1, 2, -2, 3, 10, -10)
_SIMPLIFICATIONS = 80
T = TypeVar("T")
N = TypeVar("N", bound=t.Node)


@dataclass(frozen=True, slots=True)
class Zero:
    """A number for one input at which a guard is 0, or near to which it is."""

    leaf: Key
    key: GuardKey
    place: Fraction
    is_exact: bool


# Boundaries -----------------------------------------------------------------------------------------------------------


def zeros(comparison: Comparison, guards: Guards, point: SamplePoint, entries: Sequence[Entry]) -> Iterator[Zero]:
    """Find numbers for each input at which an open guard, or the difference of both sides, is 0.

    Where the zero of a guard is no fraction, or that of a polynomial of a high degree, it is looked for again from the
    place that was found. Of each guard and input there are a few. One input is moved at a time, from the point.
    """
    for entry in entries:  # so that all inputs are known
        comparison.tried(point, entry)
    for leaf in comparison.inputs(point)[:_MOST_INPUTS]:
        found: dict[GuardKey, dict[Fraction, bool]] = {}
        waiting = [(point, _PROBES)]
        while waiting:
            start, probes = waiting.pop(0)
            for key, root, is_exact in _roots(comparison, guards, start, leaf, entries):
                places = found.setdefault(key, {})
                if root in places or len(places) >= _ENOUGH:
                    continue
                places[root] = is_exact
                yield Zero(leaf, key, root, is_exact)
                if not is_exact and probes and root.denominator > _DENOMINATORS[1]:
                    waiting.append((_moved(comparison, point, {leaf: root}), probes - 1))


def beside(
    comparison: Comparison, point: SamplePoint, zero: Zero, turn: int | None = None
) -> Iterator[tuple[Fraction | int, SamplePoint]]:
    """Return the point on a boundary, and points to both sides of it, each with its distance.

    The distance is small, also compared with a place near to 0; far away it is larger than what rounding did. In its
    ``turn`` a zero has one of the sides and distances.
    """
    scale: Fraction | int = abs(zero.place) or 1
    on, *others = _SHIFTS
    for shift in _SHIFTS if turn is None else (on, others[turn % len(others)]):
        if not (BESIDE if shift else ON_BOUNDARY).is_on:
            continue
        distance = shift * (min(scale, 1) if zero.is_exact else scale)
        yield distance, _moved(comparison, point, {zero.leaf: zero.place + distance})


def crosses(
    comparison: Comparison, key: GuardKey, point: SamplePoint, leaves: Collection[Key], entries: Sequence[Entry]
) -> bool:
    """Return whether a guard is 0 at a point, and changes there as fast as one of these inputs."""
    for leaf in [leaf for leaf in comparison.inputs(point) if leaf in leaves][:_MOST_INPUTS]:
        for guard, powers in _expansions(comparison, point, leaf, entries):
            if guard.key == key:
                here, slope = (comparison.numbers.sign(Jets.constant(powers.get(power, 0))) for power in (0, 1))
                if here in (0, None) and slope:  # None: it may be 0
                    return True
    return False


def corners(comparison: Comparison, point: SamplePoint, found: Sequence[Zero]) -> Iterator[SamplePoint]:
    """Return points at which several inputs are on their boundaries, beside them or between them."""
    places: dict[Key, set[Fraction]] = {}
    for zero in found:
        places.setdefault(zero.leaf, set()).add(zero.place)
    if len(places) < 2:
        return
    choices: dict[Key, list[list[Fraction]]] = {}
    for leaf, on in places.items():
        ordered = sorted(on)
        between = [(one + other) / 2 for one, other in pairwise(ordered)]
        outside = [ordered[0] - 1, ordered[-1] + 1, ordered[-1] + 10]
        close = [place + shift for place in ordered for shift in _SHIFTS[1:3]]
        choices[leaf] = [ordered, between + outside, close]
    source = random.Random(repr((point.identity(), sorted(choices))))
    for _ in range(_CORNERS):
        places_of = {leaf: source.choice(source.choice(lists)) for leaf, lists in choices.items()}
        yield _moved(comparison, point, places_of)


def meets(comparison: Comparison, guards: Guards, zero: Zero, point: SamplePoint, entries: Sequence[Entry]) -> bool:
    """Return whether another input, moved by a little, makes a guard exactly 0 near to a place that is no fraction."""
    return any(
        key == zero.key and is_exact and is_close(place, _place(comparison, point, leaf))
        for leaf in comparison.inputs(point)[:_MOST_INPUTS]
        if leaf != zero.leaf
        for key, place, is_exact in _roots(comparison, guards, point, leaf, entries)
    )


def along(
    comparison: Comparison, guards: Guards, point: SamplePoint, entries: Sequence[Entry]
) -> Iterator[SamplePoint]:
    """Return points at which an open guard is 0, and another one still is: two inputs are moved along an equation."""
    leaves = comparison.inputs(point)[:_FEW_INPUTS]
    lines = {leaf: _straight(comparison, _expansions(comparison, point, leaf, entries)) for leaf in leaves}
    for one, other in combinations(leaves, 2):
        both = [key for key in lines[one] if key in lines[other]]
        held = [key for key in both if not lines[one][key][0]]
        for key in (key for key in both if key in guards.open and lines[one][key][0]):
            for fixed in held:
                (here, rate), (_, further) = lines[one][key], lines[other][key]
                (_, kept), (_, balance) = lines[one][fixed], lines[other][fixed]
                if below := rate * balance - further * kept:
                    moves = {one: -here * balance / below, other: here * kept / below}
                    places = {leaf: _place(comparison, point, leaf) + by for leaf, by in moves.items()}
                    yield _moved(comparison, point, places)


def _straight(
    comparison: Comparison, expansions: Iterable[tuple[Guard, dict[int, Expansion]]]
) -> dict[GuardKey, tuple[Fraction, Fraction]]:
    """Return the guards that change at a constant rate: what they are, and this rate."""
    numbers, found = comparison.numbers, {}
    for guard, powers in expansions:
        here, rate = (Jets.constant(powers.get(power, 0)) for power in (0, 1))
        if powers.keys() <= {0, 1} and numbers.is_exact(here) and numbers.is_exact(rate):
            found[guard.key] = Fraction(*numbers.ratio(here)), Fraction(*numbers.ratio(rate))
    return found


def _moved(comparison: Comparison, point: SamplePoint, places: Mapping[Key, Fraction | int]) -> SamplePoint:
    """Return the point with these numbers for some inputs."""
    exact = comparison.numbers.exact
    return point.with_fixed({leaf: exact(*place.as_integer_ratio()) for leaf, place in places.items()})


def _place(comparison: Comparison, point: SamplePoint, leaf: Key) -> Fraction:
    return Fraction(*comparison.numbers.ratio(point.touched[leaf]))


def _roots(
    comparison: Comparison, guards: Guards, point: SamplePoint, leaf: Key, entries: Sequence[Entry]
) -> list[tuple[GuardKey, Fraction, bool]]:
    """Return numbers for one input at which a guard is 0, with the guard, and whether it is exactly 0."""
    found: dict[tuple[GuardKey, Fraction, bool], None] = {}
    others = {_place(comparison, point, other) for other in comparison.inputs(point)[:_MOST_INPUTS] if other != leaf}
    for guard, powers in _expansions(comparison, point, leaf, entries):
        key = guard.key
        if key in guards.open or guard is comparison.own:
            here = _place(comparison, point, leaf)
            for place, is_exact in _zeros(comparison, powers, here):
                ties = () if is_exact else (other for other in others if is_close(other, place))
                found.update(((key, tie, False), None) for tie in ties)
                found[key, place, is_exact] = None
    return list(found)[:_MOST_ROOTS]


def is_close(place: Fraction, other: Fraction) -> bool:
    """Return whether one of two places may be the other, rounded."""
    return abs(place - other) <= _ROUNDED * max(Fraction(1), abs(other))


def _expansions(
    comparison: Comparison, point: SamplePoint, leaf: Key, entries: Sequence[Entry]
) -> list[tuple[Guard, dict[int, Expansion]]]:
    """Return how every guard that is met changes when one input moves."""
    item, values = comparison.item, comparison.values(point)
    watch, jets = values.watch, values.jets
    (direction,) = jets.directions(order=_ORDER_OF_PROBES)
    watch.probe, watch.expansions = direction, []
    comparison.begin()
    if comparison.budget.is_over:
        raise Exhausted
    try:
        with comparison.numbers.precision(PRECISIONS[0]):
            near = values.moved(*leaf, jets.moved(values.entry(*leaf), direction))
            for entry in entries:
                for chain in comparison.conditions:
                    _evaluated(comparison, near.holds, chain, entry)
                left = _scalar(_evaluated(comparison, near.value, item.left, entry))
                right = _scalar(_evaluated(comparison, near.value, comparison.right, entry))
                if item.relation is not Relation.EQUAL and left is not None and right is not None:
                    for part in parts(left - right):
                        powers = jets.powers(part, direction)
                        comparison.own.varies |= len(powers) > 1
                        watch.expansions.append((comparison.own, powers))
            for each, local in comparison.assumptions(point):
                _evaluated(comparison, near.holds, each.claim, local)
        if comparison.budget.is_over:
            raise Exhausted
        return watch.expansions[:_MOST_EXPANSIONS]
    finally:
        watch.probe, watch.expansions = None, []
        comparison.note(values, is_compared=False)


def _evaluated(comparison: Comparison, evaluate: Callable[[N, Entry], T], node: N, local: Entry) -> T | None:
    """Return a value, or None where there is none."""
    comparison.begin()
    try:
        return evaluate(node, local)
    except (ArithmeticError, NoSuchEntry, RecursionError):
        return None


def _scalar(value: Value | None) -> Scalar | None:
    """Return a value that is no matrix."""
    return None if isinstance(value, list) else value


def _real(value: Value | None) -> Expansion | None:
    """Return a value that is no matrix, and not complex."""
    return None if isinstance(value, list | Pair) else value


# Zeros ----------------------------------------------------------------------------------------------------------------


def _zeros(comparison: Comparison, powers: Mapping[int, Expansion], here: Fraction) -> Iterator[tuple[Fraction, bool]]:
    """Yield fractions at which an expansion around one is 0, with True; or simple ones near to such a place."""
    numbers = comparison.numbers
    coefficients = [Jets.constant(powers.get(power, 0)) for power in range(_ORDER_OF_PROBES + 1)]
    if all(map(numbers.is_exact, coefficients)):
        whole = [Fraction(*numbers.ratio(each)) for each in coefficients]
        exact = list(_exact_roots(whole))
        yield from ((here + root, True) for root in exact)
        if exact and not whole[3]:
            return
    for root in _real_roots([*map(numbers.near, coefficients)]):
        if abs(root) < _FARTHEST:
            rounded = map((here + Fraction(root)).limit_denominator, _DENOMINATORS)
            yield from ((place, False) for place in dict.fromkeys(rounded))


def _exact_roots(coefficients: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield the roots of a polynomial of degree 1 or 2, as far as they are fractions."""
    constant, linear, square, cube = coefficients
    if cube:
        return
    if not square:
        if linear:
            yield -constant / linear
        return
    discriminant = linear * linear - 4 * constant * square
    if discriminant < 0:
        return
    above, below = discriminant.numerator, discriminant.denominator
    if isqrt(above) ** 2 == above and isqrt(below) ** 2 == below:
        root = Fraction(isqrt(above), isqrt(below))
        yield (-linear + root) / (2 * square)
        yield (-linear - root) / (2 * square)


def _real_roots(coefficients: Sequence[float]) -> list[float]:
    """Return the real roots of a polynomial, near enough to be rounded; where it nearly touches 0 counts, too.

    Between two neighboring roots of its derivative there is at most one.
    """
    degree = max((power for power, each in enumerate(coefficients) if each), default=0)
    if not degree or not all(map(isfinite, coefficients)):
        return []
    turning = sorted(_real_roots([power * each for power, each in enumerate(coefficients)][1:]))
    touching = [place for place in turning if _nearly_zero(coefficients, place)]
    return [*touching, *_crossings(coefficients, (-_FARTHEST, *turning, _FARTHEST))]


def _at(coefficients: Sequence[float], place: float) -> float:
    """Return the value of a polynomial."""
    value = 0.0
    for each in reversed(coefficients):
        value = value * place + each
    return value


def _nearly_zero(coefficients: Sequence[float], place: float) -> bool:
    """Return whether the value of a polynomial is lost in rounding."""
    return abs(_at(coefficients, place)) <= _LOST * _at([*map(abs, coefficients)], abs(place))


def _crossings(coefficients: Sequence[float], ends: Sequence[float]) -> Iterator[float]:
    """Yield a place between each two neighboring ends between which a polynomial changes its sign."""
    for low, high in pairwise(ends):
        before, after = _at(coefficients, low), _at(coefficients, high)
        if before < 0 < after or before > 0 > after:
            falls = before > 0
            while low < (middle := (low + high) / 2) < high:
                low, high = (middle, high) if (_at(coefficients, middle) > 0) == falls else (low, middle)
            yield middle


# Conditions -----------------------------------------------------------------------------------------------------------


def solved(
    comparison: Comparison, point: SamplePoint, entry: Entry, pinned: frozenset[Key] = frozenset()
) -> SamplePoint | None:
    """Find a point at which one more condition or assumption holds, by another number for one input.

    If all of them hold, what a side lacks to have a value: a root or a logarithm of what is negative, a definition.
    The inputs that are ``pinned`` keep their numbers.
    """
    for chain, local in _unsatisfied(comparison, point, entry):
        relations = {link.relation for link in chain.links}
        for leaf in _free(comparison, point, pinned, show(chain), local):
            places = _places_of(comparison, point, chain, local, leaf)
            if not places:
                continue
            source = random.Random(repr((point.identity(), show(chain), sorted(local.items()), leaf)))
            root = source.choice(places)
            moved = [_moved(comparison, point, {leaf: root + shift}) for shift in _shifts(relations, source)]
            good = [near for near in moved if _holds(comparison, near, chain, local)]
            if good:
                best = (near for near in good if not any(_unsatisfied(comparison, near, entry)))
                return next(best, good[0])
        return None
    return _with_value(comparison, point, entry, pinned)


def _shifts(relations: set[Relation], source: random.Random) -> Sequence[Fraction | int]:
    """Return how far from where its sides are equal a condition may hold; a weak one says more than an equation."""
    if Relation.EQUAL in relations:
        return (0,)
    return _ASIDE if any(relation.is_strict for relation in relations) else source.sample((0, *_ASIDE), 1 + len(_ASIDE))


def _free(
    comparison: Comparison, point: SamplePoint, pinned: frozenset[Key], words: str, local: Mapping[str, int]
) -> list[Key]:
    """Return inputs that may move, in any order, first those that were not moved before."""
    leaves = [leaf for leaf in comparison.inputs(point) if leaf not in pinned]
    random.Random(repr((point.identity(), words, sorted(local.items())))).shuffle(leaves)
    return sorted(leaves, key=lambda leaf: leaf in point.fixed)[:_MOST_INPUTS]


def _with_value(comparison: Comparison, point: SamplePoint, entry: Entry, pinned: frozenset[Key]) -> SamplePoint | None:
    """Return a point at which the guard is satisfied for which a side has no value at this one."""
    lacking = comparison.lacking
    if not lacking:
        return None
    for leaf in _free(comparison, point, pinned, "", entry)[:_FEW_INPUTS]:
        here = _place(comparison, point, leaf)
        for guard, powers in _expansions(comparison, point, leaf, [entry]):
            if guard.key not in lacking:
                continue
            for place in list(dict.fromkeys(place for place, _ in _zeros(comparison, powers, here)))[:2]:
                for shift in _ASIDE:
                    near = _moved(comparison, point, {leaf: place + shift})
                    if comparison.tried(near, entry) is not NO_VALUE or not comparison.lacking & lacking:
                        return near
    return None


def _unsatisfied(comparison: Comparison, point: SamplePoint, entry: Entry) -> Iterator[tuple[t.Chain, Entry]]:
    chains = [(chain, entry) for chain in comparison.conditions]
    chains += [(each.claim, local) for each, local in comparison.assumptions(point)]
    yield from ((chain, local) for chain, local in chains if _holds(comparison, point, chain, local) is False)


def _holds(comparison: Comparison, point: SamplePoint, chain: t.Chain, local: Entry) -> bool | None:
    """Return whether a condition holds; None where that is not known."""
    with comparison.numbers.precision(PRECISIONS[0]):
        return _evaluated(comparison, comparison.values(point).holds, chain, local)


def _places_of(comparison: Comparison, point: SamplePoint, chain: t.Chain, local: Entry, leaf: Key) -> list[Fraction]:
    """Return numbers for one input at which the sides of a condition are equal, or nearly so."""
    jets = Jets(comparison.numbers)
    root = comparison.fresh_values(point, jets)
    (direction,) = jets.directions(order=_ORDER_OF_PROBES)
    found: dict[Fraction, None] = {}
    comparison.begin()
    try:
        with comparison.numbers.precision(PRECISIONS[0]):
            near = root.moved(*leaf, jets.moved(root.entry(*leaf), direction))
            sides = [near.real(side, local) for side in chain.sides]
            for one, other in pairwise(sides):
                powers = jets.powers(one - other, direction)
                if len(powers) > 1 or 0 not in powers:
                    here = _place(comparison, point, leaf)
                    found.update(dict.fromkeys(place for place, _ in _zeros(comparison, powers, here)))
    except (ArithmeticError, NoSuchEntry, RecursionError, TypeError):
        pass
    return list(found)


# Inequalities ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Near:
    """A point at which an inequality is nearly false, and how far from each other its sides are."""

    margin: float
    point: SamplePoint
    entry: Entry


def descent(comparison: Comparison, start: Near) -> tuple[SamplePoint, Result] | None:
    """Search for a counterexample to an inequality, from a point where its sides are near to each other.

    One input is moved after the other, by ever smaller steps, while the sides come nearer; ``start`` is moved along.
    """
    tries, better = _TRIES, True
    while better and tries > 0:
        better = False
        for near in _moves(comparison, start):
            if tries <= 0:
                break
            tries -= 1
            result = comparison.tried(near, start.entry)
            if result is OUTSIDE:  # along an equation one more input has to move
                moved = frozenset(key for key, value in near.fixed.items() if start.point.fixed.get(key) != value)
                repaired = solved(comparison, near, start.entry, moved)
                if repaired is None:
                    continue
                near, result = repaired, comparison.tried(repaired, start.entry)
            if result.status == Finding.REFUTED:
                return near, result
            if result.status == Finding.AGREES and result.margin is not None and result.margin < start.margin:
                start.margin, start.point, better = result.margin, near, True
    return None


def touches(comparison: Comparison, near: Near) -> bool:
    """Return whether the sides, nearly equal at a point, are much farther from each other wherever one input moves.

    So it is near to an irrational place at which they are equal, and not where both go to one limit.
    """
    if not 0 < near.margin < _TOUCHING or _is_on_edge(comparison, near):
        return False
    apart = False
    for key in comparison.inputs(near.point)[:_MOST_INPUTS]:
        here = _place(comparison, near.point, key)
        moved = (_moved(comparison, near.point, {key: here + shift}) for shift in _SHIFTS[1:3])
        results = [comparison.tried(point, near.entry) for point in moved]
        margins = [result.margin for result in results if result.status == Finding.AGREES and result.margin is not None]
        if len(margins) < 2:
            return False
        if min(margins) >= near.margin * _FARTHER:
            apart = True
        elif min(margins) < near.margin / 2 or max(margins) > near.margin * 2:
            return False
    return apart


def _is_on_edge(comparison: Comparison, near: Near) -> bool:
    """Return whether a condition excludes a place very near to a point, at which both of its sides are equal."""
    values = comparison.values(near.point)
    for chain in comparison.conditions:
        sides = [_real(_evaluated(comparison, values.value, side, near.entry)) for side in chain.sides]
        for one, relation, other in chain.between(sides):
            if one is not None and other is not None and relation.is_strict:
                if comparison.margin(Jets.constant(one - other)) < _ON_EDGE:
                    return True
    return False


def _moves(comparison: Comparison, start: Near) -> Iterator[SamplePoint]:
    """Yield points near another one: at the bottom of a parabola through it, and by one input at a time."""
    point, keys = start.point, comparison.inputs(start.point)[:6]
    if bottom := _bottom(comparison, start, keys[:4]):
        yield bottom
    for key in keys:
        here = _place(comparison, point, key)
        for there in (*(here * factor for factor in _FACTORS), *(here + step for step in _PACES)):
            yield _moved(comparison, point, {key: there})


def _bottom(comparison: Comparison, start: Near, keys: Sequence[Key]) -> SamplePoint | None:
    """Return the point at which the difference of both sides is least, as far as it is a parabola in these inputs."""
    numbers, point = comparison.numbers, start.point
    jets = Jets(numbers)
    values = comparison.fresh_values(point, jets)
    directions = [jets.directions(order=2)[0] for _ in keys]
    ways = list(zip(keys, directions, strict=True))
    comparison.begin()
    with numbers.precision(PRECISIONS[0]):
        moved = values.moved_to({key: jets.moved(values.entry(*key), way) for key, way in ways})
        left = _real(_evaluated(comparison, moved.value, comparison.item.left, start.entry))
        right = _real(_evaluated(comparison, moved.value, comparison.right, start.entry))
        gap = left - right if left is not None and right is not None else None
        if not isinstance(gap, Jet):
            return None
        terms = gap.terms

    def coefficient(*monomial: int) -> Fraction:
        number = terms.get(tuple(sorted(monomial)), 0)
        return Fraction(*numbers.ratio(number)) if numbers.is_exact(number) else Fraction(numbers.near(number))

    slopes = [-coefficient(one) for one in directions]
    bends = [[coefficient(one, two) * (2 if one == two else 1) for two in directions] for one in directions]
    step = _solution(bends, slopes)
    if not step or not any(step):
        return None
    places = {key: _place(comparison, point, key) + move for key, move in zip(keys, step, strict=True)}
    return _moved(comparison, point, {key: place.limit_denominator(10**15) for key, place in places.items()})


def _solution(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """Return the solution of linear equations by elimination; None if there is not just one."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place in range(len(rows)):
        pivot = next((row for row in rows[place:] if row[place]), None)
        if pivot is None:
            return None
        rows.remove(pivot)
        rows = [[a - row[place] / pivot[place] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        rows.insert(place, pivot)
    return [row[-1] / row[place] for place, row in enumerate(rows)]


# Counterexamples ------------------------------------------------------------------------------------------------------


def simplified(comparison: Comparison, point: SamplePoint, entry: Entry, result: Result) -> tuple[SamplePoint, Result]:
    """Find the same counterexample with simpler numbers, input by input."""
    tries = _SIMPLIFICATIONS
    for key in comparison.inputs(point):
        value = point.touched.get(key)
        if value is None:  # with simpler numbers for others it is not asked for any more
            continue
        for simple in (*_SIMPLE, round(comparison.numbers.near(value))):
            if simple == value or not tries:
                break
            tries -= 1
            near = point.with_fixed({key: simple})
            try:
                other = comparison.tried(near, entry)
            except Exhausted:
                return point, result
            if other.status == Finding.REFUTED and other.reason == result.reason:
                point, result = near, replace(other)
                break
    return point, result
