r"""Are both sides of a claim the same number? `judge` evaluates what is printed, at many points and sizes.

The judge walks the parse tree: sums are loops, matrices are lists of rows, definitions are evaluated where a letter is
met. It works with 110 digits and wants 30 of them to agree, relative to the largest addend of either side. It shares no
term with the symbolic judge and knows no rule of differentiation: a derivative is a difference quotient with a step of
10⁻²⁵, in which the input, or the entry of a defined letter, is moved and everything above it computed anew. Where the
quotients from both sides differ there is no derivative, and a claim that does not exclude the point is refuted.

Sizes are permutations of (2, 3, 4), and 1 for each of them, unless conditions fix them. A claim about layers is judged
for networks of 1, 2 and 3 layers and for every layer that its conditions allow (`nncore.verify.families`), one about
steps at the steps 0, 1, 2, 3 and 5. Points are small integers, zeros, equal entries, and random numbers of either sign
over six orders of magnitude, so that ties and kinks are met. A function of kind ``smooth`` or ``cost`` becomes a random
nonlinear one. A claim up to a rest O(h^k) is a claim about the order of the rest, which is measured between small h.
The premise of an implication holds at every point. Where a logarithm, a root or a quotient does not exist, the point
counts for nothing and the verdict says what the claim needs.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, permutations, product

from nncore.verify import orders
from nncore.verify import tree as t
from nncore.verify.families import bounds, instances, lowest
from nncore.verify.meaning import CLAIM, CONVENTION, Assumed, Item
from nncore.verify.moments import EXPECTATION, SQUARE, VARIANCE, Moment, moment_of, random_letters
from nncore.verify.names import STEPS, MeaningError, Scope, letters, meanings_of, name_of, size_of_classes
from nncore.verify.shapes import LARGEST_INDEX
from nncore.verify.values import (
    MODES,
    SMOOTH,
    STEP,
    TOLERANCE,
    BadCases,
    Bounds,
    NoDerivative,
    NoSuchEntry,
    Point,
    Rejected,
    RowSum,
    Undefined,
    Values,
    Wishes,
    entry_by_entry,
    mp,
    quotient_of,
)

AGREES, REFUTED, UNDECIDED = "agrees", "refuted", "undecided"
DIFFER = "the values differ"
_EXACT = ("small", "equal", "zeros", "unit")  # modes whose numbers are so plain that equality means equality


@dataclass(frozen=True, slots=True)
class Counterexample:
    """Sizes, indices of the entry, and both values (or what goes wrong there)."""

    sizes: tuple[tuple[str, int], ...]
    entry: tuple[tuple[str, int], ...]
    left: str
    right: str

    def __str__(self) -> str:
        place = ", ".join(f"{name} = {value}" for name, value in (*self.sizes, *self.entry))
        return (f"at {place}: " if place else "") + f"left {self.left}, right {self.right}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the numbers say of a claim.

    Attributes
    ----------
    status : str
        ``agrees``, ``refuted`` or ``undecided``.
    reason : str
        Why, unless it agrees.
    counterexample : Counterexample or None
        With the smallest sizes that were found.
    points : int
        How many comparisons were made.
    sizes : tuple
        At which sizes.
    where : tuple of str
        What must hold, beside the printed conditions, for both sides to exist.
    assumptions : tuple of str
        The labels of the assumptions in force.
    """

    status: str
    reason: str = ""
    counterexample: Counterexample | None = None
    points: int = 0
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()
    where: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()


# Sizes ----------------------------------------------------------------------------------------------------------------


def size_plans(
    names: Sequence[str],
    least: Mapping[str, int],
    allowed: Callable[[dict], bool],
    start: int = 2,
    named: Iterable[int] = (),
    larger: Iterable[int] = (),
) -> list[dict[str, int]]:
    """Sizes to try, the smallest first: all different from ``start`` on, then each 1, unless conditions forbid it.

    ``named`` are numbers to try where conditions leave few of these, ``larger`` ones that all sizes take at once.
    """
    if not names:
        return [{}]
    usual = range(start, start + max(3, len(names)))
    plans = [dict(zip(names, values, strict=True)) for values in _orders(usual, len(names))]
    plans += [{**plans[0], name: 1} for name in names]
    plans += [dict.fromkeys(names, size) for size in (1, *larger)]
    good = [plan for plan in plans if all(plan[name] >= size for name, size in least.items() if name in plan)]
    good = [plan for plan in good if allowed(plan)]
    if len(good) < 3:
        more = sorted({1, 2, 3, 4, *(size + 1 for size in least.values()), *least.values(), *named})
        every = (dict(zip(names, values, strict=True)) for values in product(more, repeat=len(names)))
        fitting = [
            plan
            for plan in every
            if all(plan[name] >= size for name, size in least.items() if name in plan) and allowed(plan)
        ]
        fitting.sort(key=lambda plan: (len(set(plan.values())) < len(plan), _volume(plan)))
        good += [plan for plan in fitting if plan not in good][: 6 - len(good)]
    return sorted(good, key=lambda plan: (_volume(plan), *plan.values()))


def layer_plans(
    names: Sequence[str], least: Mapping[str, int], allowed: Callable[[dict], bool]
) -> list[dict[str, int]]:
    """Fewer sizes for the many numbers of a network: widths that rise and fall, each of them 1, and few samples."""
    widths_ = [name for name in names if name != "n"]
    rising = {name: 2 + place for place, name in enumerate(widths_)}
    falling = dict(zip(widths_, reversed(rising.values()), strict=True))
    plans = [rising, falling, *({**rising, name: 1} for name in widths_), dict.fromkeys(widths_, 1)]
    samples = [{"n": 2 - place % 2} if "n" in names else {} for place in range(len(plans))]
    plans = [{**plan, **few} for plan, few in zip(plans, samples, strict=True)]
    good = [plan for plan in plans if all(plan.get(name, size) >= size for name, size in least.items())]
    good = [plan for plan in good if allowed(plan)]
    return sorted(good, key=_volume) if len(good) > 1 else size_plans(names, least, allowed)


def _orders(values: range, count: int) -> list[tuple[int, ...]]:
    """Orders of different sizes: all permutations of three, and for more every rotation."""
    if count <= 3:
        return list(permutations(values, count))
    return [(*values[shift:], *values[:shift])[:count] for shift in range(len(values))]


def _volume(plan: Mapping[str, int]) -> int:
    volume = 1
    for value in plan.values():
        volume *= value
    return volume


def sizes_of(item: Item) -> tuple[str, ...]:
    """The sizes on which an item depends, also through its definitions."""
    found = {size for _, size in item.free}
    nodes = [item.left, *([item.right] if item.right else []), *item.conditions, *item.premises]
    for name in sorted(item.letters):
        for definition in meanings_of(name, item.scope):
            nodes += [definition.body, *definition.conditions]
    nodes += [assumed.claim for assumed in item.assumptions]
    for root in nodes:
        for node, _ in t.walk(root):
            if isinstance(node, t.Extremum):
                found |= {each.to for each in item.scope.notation.indices if each.letter == node.index.name}
            if isinstance(node, t.Letter | t.Family | t.Indexed):
                try:
                    name = name_of(node, item.scope)
                except MeaningError:
                    continue
                found |= {*(name.shape or ()), *name.sizes}
                if name.kind == "size":
                    found.add(name.name)
                if name.kind == "class":
                    found.add(size_of_classes(name.name, item.scope.notation))
    return tuple(sorted(size for size in found if isinstance(size, str) and size != STEPS))


def _takes_expectations(item: Item) -> bool:
    """Whether outcomes have to be counted, whose number grows fast with the sizes."""
    return bool(item.letters & {EXPECTATION, VARIANCE})


def _is_about_sizes(chain: t.Chain, item: Item) -> bool:
    """Whether a condition contains nothing but sizes and numbers."""
    nodes = [node for node, _ in t.walk(chain)]
    leaves = (t.Letter, t.Number, t.Link, t.Chain, t.Plus, t.Minus, t.Times, t.Fraction, t.Power)
    return all(isinstance(node, leaves) for node in nodes) and all(
        name_of(node, item.scope).kind == "size" for node in nodes if isinstance(node, t.Letter)
    )


def _near(conditions: Iterable[t.Chain]) -> set[int]:
    """The numbers that conditions name, and those that follow them; not if they are too large for an array."""
    nodes = (node for chain in conditions for node, _ in t.walk(chain))
    found = {int(node.digits) for node in nodes if isinstance(node, t.Number) and node.digits.isdigit()}
    return {number + more for number in found for more in (0, 1, 2) if 0 < number <= 1000}


def _takes_quotients(item: Item) -> bool:
    """Whether a claim, or what it rests on, has a derivative: quotients of differences have fewer digits."""
    meanings = (each.body for name in item.letters for each in meanings_of(name, item.scope))
    nodes = (node for root in (item.left, item.right, *item.conditions, *meanings) for node, _ in t.walk(root))
    return any(isinstance(node, t.Derivative) or (isinstance(node, t.Function) and node.primes) for node in nodes)


# Wishes ---------------------------------------------------------------------------------------------------------------


def wishes(item: Item) -> Wishes:
    """The wishes of the conditions and assumptions of an item."""
    moments = tuple(_moments(item))
    positive = _positive_letters(item)
    for moment in moments:
        name = _input_name(moment.value, item.scope) if moment.kind == SQUARE else None
        if name:
            positive.setdefault(name, ">=")
    return Wishes(tuple(sorted(positive.items())), tuple(_row_sums(item)), moments)


def _moments(item: Item) -> Iterator[Moment]:
    """The moments that the assumptions in force state."""
    for assumed in item.assumptions:
        moment = moment_of(assumed.claim, lambda node: _input_name(node, item.scope))
        if moment and _is_given(moment, item.scope):
            yield moment


def _is_given(moment: Moment, scope: Scope) -> bool:
    """Whether the value of a moment is a number before anything random is drawn, for the entry alone."""
    random = random_letters(scope.notation)
    for node, _ in t.walk(moment.value):
        name = _input_name(node, scope)
        if name in random or (isinstance(node, t.Apply) and node.function.name in (EXPECTATION, VARIANCE)):
            return False
        if isinstance(node, t.Indexed):
            named = {index.name for index in node.indices if isinstance(index, t.Letter)}
            if not named <= set(moment.indices):
                return False
    return True


def _positive_letters(item: Item) -> dict[str, str]:
    """Letters that a condition or an assumption wants positive (``>``) or not negative (``>=``): a hint."""
    hints: dict[str, str] = {}
    for chain in (*item.conditions, *(assumed.claim for assumed in item.assumptions)):
        sides = (chain.first, *(link.right for link in chain.links))
        for (left, right), link in zip(pairwise(sides), chain.links, strict=True):
            smaller, larger = (right, left) if link.relation in (">", r"\ge") else (left, right)
            if link.relation in (">", r"\ge", "<", r"\le") and smaller == t.Number("0"):
                name = _input_name(larger, item.scope)
                if name:
                    hints[name] = ">" if link.relation in (">", "<") else hints.get(name, ">=")
    return hints


def _input_name(node: t.Node, scope: Scope) -> str | None:
    if not isinstance(node, t.Letter | t.Indexed):
        return None
    try:
        name = name_of(node, scope)
    except MeaningError:
        return None
    return name.name if name.kind in ("entry", "number") and name.name not in scope.definitions else None


def _row_sums(item: Item) -> Iterator[RowSum]:
    """The assumptions of the form Σ_m y_{im} = 1, which sampling satisfies by scaling the rows."""
    for assumed in item.assumptions:
        match assumed.claim:
            case t.Chain(t.Sum(index, _, _, t.Indexed(_, indices) as entry), (t.Link("=", t.Number(digits)),)):
                name = _input_name(entry, item.scope)
                if name and digits.isdigit() and index in indices:
                    sizes = name_of(entry, item.scope).sizes
                    position = indices.index(index)
                    yield RowSum(name, position, sizes[position], int(digits))


# Judging --------------------------------------------------------------------------------------------------------------

_ATTEMPTS = ("both", "letters", "positive", "both", "letters", "positive", "letters", "positive")
_NEAR = tuple(mp.mpf(10) ** -power for power in (6, 7, 8))  # between which the order of a rest is measured
_NOTHING = mp.mpf(10) ** -45  # relative to the addends: a rest that a difference quotient cannot tell from 0
_FEWEST = 4  # comparisons without which nothing is said
_STEPS = (0, 1, 2, 3, 5, 8)
_FINE = mp.mpf(10) ** -80  # to which numbers agree that no quotient of differences has made


def judge(item: Item, seed: str = "1", shared: dict | None = None) -> Verdict:
    """What the numbers say of a claim, or of a convention: that the derivative does not exist where it fixes a value.

    ``shared`` keeps what was computed at a point, for the other claims of a page.

    Raises
    ------
    ValueError
        If the item claims nothing.
    """
    if item.kind == CONVENTION:
        return _judge_convention(item)
    if item.kind != CLAIM:
        raise ValueError(f"a {item.kind} claims nothing")
    shared = {} if shared is None else shared
    verdicts = [Trial(instance, seed, shared, numbers).verdict() for numbers, instance in instances(item)]
    return _together(verdicts)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a claim that is one claim for each number of layers: the first that does not agree decides."""
    worst = min(verdicts, key=lambda verdict: (REFUTED, UNDECIDED, AGREES).index(verdict.status))
    if worst.status != AGREES:
        return worst
    return replace(
        worst,
        points=sum(verdict.points for verdict in verdicts),
        sizes=tuple(sizes for verdict in verdicts for sizes in verdict.sizes),
        where=tuple(dict.fromkeys(each for verdict in verdicts for each in verdict.where)),
    )


def witness(item: Item, assumed: Sequence[Assumed], seed: str = "1") -> bool:
    """Whether numbers are found that satisfy all of the assumptions at once."""
    trial = Trial(replace(item, assumptions=tuple(assumed)), seed, {})
    return any(True for sizes in trial.plans for mode in MODES for _ in trial.points(sizes, mode))


class Trial:
    """One claim on its way through sizes, points and entries.

    ``numbers`` are those of layers that stand in it already. Many layers multiply the scale of their inputs, so then
    there are no points of a wide range, at which difference quotients would lose their digits.
    """

    def __init__(self, item: Item, seed: str, shared: dict, numbers: Mapping[str, int] | None = None):
        self.item, self.seed = item, seed
        self._numbers = numbers or {}
        self._modes = tuple(mode for mode in MODES if mode != "small" and not (numbers and mode == "wide"))
        self._shared = shared
        self._wishes = wishes(item)
        self._about_sizes = [chain for chain in item.conditions if _is_about_sizes(chain, item)]
        self._others = [chain for chain in item.conditions if chain not in self._about_sizes] + list(item.premises)
        rest = orders.split(item.right) if item.relation == "=" else None
        self._right, self._small, self._order = rest or (item.right, None, 0)
        if numbers:
            self.plans = layer_plans(sizes_of(item), dict(item.least), self.allowed)
        else:
            start = 1 if _takes_expectations(item) else 2
            names = sizes_of(item)
            # Larger sizes cost nothing where no array has them, and little in a row.
            larger = (7, 100) if not item.letters else (7,) if len(names) == 1 else ()
            named = _near(self._about_sizes) if len(names) < 3 else ()
            self.plans = size_plans(names, dict(item.least), self.allowed, start, named, larger)
        self._where: dict[str, None] = {}
        self.refuting: tuple[Values, dict[str, int], str] | None = None  # numbers, sizes and kind of the counterexample
        self._points = 0
        self._seen: set[tuple] = set()
        self._constant = not item.letters and not item.free and self.plans == [{}]
        self._tolerance = TOLERANCE if _takes_quotients(item) else _FINE

    def allowed(self, sizes: dict[str, int]) -> bool:
        """Whether the conditions about sizes hold."""
        values = Values(self.item.scope, Point(self.seed, "zeros", "both", sizes, self._wishes))
        return all(values.holds(chain, {}) for chain in self._about_sizes)

    def verdict(self) -> Verdict:
        """The verdict after all sizes and points, or at the first counterexample."""
        for sizes, mode, turn in self._schedule():
            for values in self.points(sizes, mode, turn):
                refuted = self._at_point(values, sizes, mode)
                if refuted:
                    self.refuting = values, sizes, mode
                    return self._result(REFUTED, *refuted)
        needs = "; it needs " + ", ".join(self._where) if self._where else ""
        if self._points < (1 if self._constant else _FEWEST):
            return self._result(UNDECIDED, f"both sides exist at too few points{needs}", None)
        if lacking := self._sizes_that_are_too_small():
            return self._result(UNDECIDED, f"both sides exist only for small {lacking}{needs}", None)
        return self._result(AGREES, "", None)

    def _sizes_that_are_too_small(self) -> str:
        """The sizes at which nothing could be compared although conditions allow 3 or more."""
        names = dict.fromkeys(name for plan in self.plans for name in plan)
        seen = [dict(sizes) for sizes in self._seen]
        largest = {name: max((sizes[name] for sizes in seen if name in sizes), default=0) for name in names}
        tried = {name: max(plan[name] for plan in self.plans if name in plan) for name in names}
        return ", ".join(name for name in names if largest[name] < min(3, tried[name]))

    def refuted_at(self, values: Values, sizes: dict[str, int], mode: str) -> bool:
        """Whether the claim is false at numbers that were found for another one."""
        return self._at_point(values, sizes, mode) is not None

    def _schedule(self) -> Iterator[tuple[dict, str, int]]:
        """Every size with small integers and one other kind of points, in turns until all kinds were there."""
        if self._constant:
            yield {}, "small", 0
            return
        others = self._modes
        turns = -(-len(others) // len(self.plans)) if self.plans else 0
        for turn in range(turns):
            for place, sizes in enumerate(self.plans):
                yield sizes, "small", turn
                yield sizes, others[(turn * len(self.plans) + place) % len(others)], turn

    def points(self, sizes: dict[str, int], mode: str, turn: int = 0) -> Iterator[Values]:
        """One point of a kind that satisfies the assumptions, if one is found."""
        for attempt, signs in enumerate(_ATTEMPTS):
            values = self._values(f"{self.seed}/{turn}/{attempt}", mode, signs, sizes)
            try:
                fits = all(self._assumed(each, values) for each in self.item.assumptions)
                if fits and any(self._applies(values, entry) for entry in self._entries(sizes)):
                    yield values
                    return
            except (Undefined, Rejected) as error:
                self._note(error)
            except NoSuchEntry:  # an assumption names one that is not there at these sizes
                return

    def _values(self, seed: str, mode: str, signs: str, sizes: dict[str, int]) -> Values:
        """The values at a point, kept for the other claims that stand in the same scope."""
        scope = self.item.scope
        key = (id(scope), seed, mode, signs, tuple(sorted(sizes.items())), self._wishes)
        if key not in self._shared:
            point = Point(f"{seed}/{sorted(sizes.items())}", mode, signs, sizes, self._wishes)
            self._shared[key] = Values(scope, point)  # which keeps the scope, so that its id stays its own
        return self._shared[key]

    def _note(self, error: Exception) -> None:
        if isinstance(error, Undefined):
            self._where[str(error)] = None

    def _assumed(self, assumed: Assumed, values: Values) -> bool:
        letters_, ranges = [letter for letter, _ in assumed.free], [values.point.size(size) for _, size in assumed.free]
        return all(
            values.holds(assumed.claim, dict(zip(letters_, place, strict=True)))
            for place in product(*(range(1, last + 1) for last in ranges))
        )

    def _applies(self, values: Values, entry: Mapping[str, int]) -> bool:
        """Whether conditions hold at an entry and both sides exist there; faults in them are for the judge to see."""
        try:
            if not all(values.holds(chain, entry) for chain in self._others):
                return False
            values.value(self.item.left, entry)
            values.value(self._right, entry)
        except Undefined as error:
            self._note(error)
            return self._depends_on_indices_alone(error.part)
        except NoSuchEntry:
            return False
        except (NoDerivative, BadCases):
            return True
        return True

    def _depends_on_indices_alone(self, part: t.Node | None) -> bool:
        """Whether an expression, such as a delta, knows no numbers, so that no other point gives it another value."""
        if part is None:
            return False
        scope = self.item.scope
        found = letters(part, scope) - scope.definitions.keys()
        classes = {scalar.written.letter for scalar in scope.notation.scalars if scalar.to}
        indices = any(isinstance(node, t.Indexed) for node, _ in t.walk(part))
        return indices and found <= classes

    def _entries(self, sizes: Mapping[str, int]) -> list[dict[str, int]]:
        """Index values: all of them if they are few, else all 1, all different, and any; each with all steps."""
        steps = [letter for letter, size in self.item.free if size == STEPS]
        numbers = [self._steps(letter) for letter in steps]
        places = self._places(sizes)
        return [{**place, **dict(zip(steps, each, strict=True))} for place in places for each in product(*numbers)]

    def _steps(self, letter: str) -> list[int]:
        """The steps to try: the usual ones and those that conditions name, from the first that they allow."""
        named = {number for ends in bounds(letter, self._others) for name, number in ends if name is None}
        return sorted(number for number in {*_STEPS, *named} if lowest(letter, self._others) <= number <= LARGEST_INDEX)

    def _places(self, sizes: Mapping[str, int]) -> list[dict[str, int]]:
        free = [(letter, size) for letter, size in self.item.free if size != STEPS]
        names = [letter for letter, _ in free]
        last = [size if isinstance(size, int) else sizes[size] for _, size in free]
        every = list(product(*(range(1, size + 1) for size in last)))
        if len(every) > 4:
            different = tuple(1 + place % size for place, size in enumerate(last))
            every = [every[0], different, random.Random(repr(sizes)).choice(every[1:])]
        return [dict(zip(names, place, strict=True)) for place in dict.fromkeys(every)]

    def _at_point(self, values: Values, sizes, mode) -> tuple[str, Counterexample] | None:
        for entry in self._entries(sizes):
            try:
                if not all(values.holds(chain, entry) for chain in self._others):
                    continue
                wrong = self._wrong(values, entry, mode)
                self._points += 1
                self._seen.add((*self._numbers.items(), *sorted(sizes.items())))
            except NoSuchEntry:
                continue
            except (Undefined, Rejected) as error:
                self._note(error)
                if isinstance(error, Undefined) and self._depends_on_indices_alone(error.part):
                    reason = f"{error} does not hold for all indices, and no condition excludes the others"
                    return reason, self._counterexample(sizes, entry, "none", "none")
                continue
            except NoDerivative:
                reason = "a derivative does not exist here, and no condition excludes the point"
                return reason, self._counterexample(sizes, entry, "none", "none")
            except BadCases as error:
                return str(error), self._counterexample(sizes, entry, "none", "none")
            if wrong:
                row_and_column, left, right = wrong
                reason = "the rest is larger" if self._small else DIFFER
                return reason, self._counterexample(sizes, {**entry, **row_and_column}, left, right)
        return None

    def _wrong(self, values: Values, entry, mode) -> tuple[dict, object, object] | None:
        """The first place where the relation fails, with both values."""
        if self._small:
            return self._slow_rest(values, entry)
        left, right = values.value(self.item.left, entry), values.value(self.item.right, entry)
        return self._compare(left, right, values, entry, mode)

    def _slow_rest(self, values: Values, entry) -> tuple[dict, object, object] | None:
        """The order of the rest between two small steps to either side, if it is lower than what is claimed."""
        letter, measured = self._small.name, False
        for sign in (1, -1):
            rests = []
            for step in _NEAR:
                near = values.moved(letter, (), sign * step)
                if not all(near.holds(chain, entry) for chain in self._others):
                    break
                rest = abs(near.value(self.item.left, entry) - near.value(self._right, entry))
                rests.append(rest if rest > _NOTHING * self._scale(near, entry) else mp.mpf(0))
            for wide, narrow in pairwise(rests):
                measured = True
                order = mp.log10(wide / narrow) if wide and narrow else mp.inf if wide or not narrow else mp.mpf(0)
                if order < self._order - mp.mpf(1) / 1000:
                    power = letter if self._order == 1 else f"{letter}^{self._order}"
                    return {}, f"a rest of order {mp.nstr(order, 3)} in {letter}", f"O({power})"
        if not measured:
            raise Undefined(f"{letter} near 0")
        return None

    def _counterexample(self, sizes, entry, left, right) -> Counterexample:
        return Counterexample(
            tuple({**self._numbers, **sizes}.items()), tuple(entry.items()), _digits(left), _digits(right)
        )

    def _compare(self, left, right, values: Values, entry, mode) -> tuple[dict, object, object] | None:
        """The first place at which the relation fails, with both values."""
        halves = _half_units(self.item.right) if self.item.relation == t.ROUNDS else None
        if not isinstance(left, list):
            fails = self._fails(left, right, halves, lambda: self._scale(values, entry), mode)
            return ({}, left, right) if fails else None
        bounds = cache(lambda: self._scale(values, entry))
        for row, column in product(range(len(left)), range(len(left[0]))):
            a, b = left[row][column], right[row][column]
            half = halves[row][column] if halves else None
            if self._fails(a, b, half, lambda place=(row, column): bounds()[place[0]][place[1]], mode):
                return {"row": row + 1, "column": column + 1}, a, b
        return None

    def _scale(self, values: Values, entry):
        """The larger of the sums of absolute addends of both sides, entry by entry."""
        bounds = Bounds(values)
        return entry_by_entry(max, bounds.value(self.item.left, entry), bounds.value(self._right, entry))

    def _fails(self, left, right, half, scale: Callable, mode: str) -> bool:
        if self.item.relation == t.ROUNDS:
            if _FINE * scale() > half:
                raise Rejected
            return abs(left - right) > half
        if isinstance(left, int) and isinstance(right, int):
            agree = left == right
        else:
            agree = abs(left - right) <= self._tolerance * max(abs(left), abs(right)) or (
                abs(left - right) <= self._tolerance * scale()
            )
        match self.item.relation:
            case "=":
                return not agree
            case r"\ne":
                return agree and mode in _EXACT
            case r"\le":
                return left > right and not agree
            case r"\ge":
                return left < right and not agree
            case "<":
                return (left > right and not agree) or (agree and mode in _EXACT)
            case ">":
                return (left < right and not agree) or (agree and mode in _EXACT)
        raise TypeError(f"the relation {self.item.relation} cannot be judged")

    def _result(self, status: str, reason: str, counterexample: Counterexample | None) -> Verdict:
        used = dict.fromkeys(each.label or "" for each in self.item.assumptions)
        return Verdict(
            status, reason, counterexample, self._points, tuple(sorted(self._seen)), tuple(self._where), tuple(used)
        )


@cache
def _unit(digits: str, exponent: int):
    return mp.mpf(10) ** (exponent - len(digits.partition(".")[2])) / 2


def _half_units(node: t.Node):
    """Half a unit of the last printed digit of a decimal, or of each entry of a matrix of decimals."""
    match node:
        case t.Minus(body):
            return _half_units(body)
        case t.Matrix(rows):
            return [[_half_units(entry) for entry in row] for row in rows]
    return _unit(node.digits, node.exponent)


def _judge_convention(item: Item) -> Verdict:
    """A value may be agreed upon only where the derivative does not exist and one-sided ones do."""
    function, (point,) = item.left.function, item.left.arguments
    values = Values(item.scope, Point("1", "zeros", "both", {}, Wishes()))
    x = mp.mpf(values.value(point, {}))

    def at(x):
        return values.prime(function, function.primes - 1, (x,), point)

    try:
        quotient_of(at, x)
    except NoDerivative:
        steps = (STEP, STEP / 1024)
        for sign in (1, -1):
            one, other = ((at(x + sign * step) - at(x)) / (sign * step) for step in steps)
            if abs(one - other) > SMOOTH * max(1, abs(one)):
                return Verdict(REFUTED, "the one-sided derivatives do not exist either", points=1)
        return Verdict(AGREES, points=1)
    return Verdict(REFUTED, "the derivative exists at this point, so nothing is left to agree upon", points=1)


def _digits(value) -> str:
    if isinstance(value, str):
        return value
    return "0" if abs(value) < SMOOTH**2 else mp.nstr(mp.convert(value), 12)  # what rounding leaves of nothing
