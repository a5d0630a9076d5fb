r"""Are both sides of a claim the same number? `judge` evaluates what is printed, at points and sizes that matter.

The numbers know no rule of differentiation and share nothing with the symbolic judge. How one comparison is decided
says `numeric.comparing`; here is where it is made.

Every kind of point is tried at every size, and every partition of the indices at every size, but not all of them with
each other (`numeric.sizes`). Then come the boundaries: places where a divisor, the argument of a root or
of a logarithm, of max, |·| or a relation is 0, and both sides of each (`numeric.searching`). Inequalities
are attacked from the points at which they come nearest to failing.

A claim agrees with at least one agreeing generic point, and fewer undecided points than agreeing ones. A kink or a
relation that changes its sign and was never met at 0 leaves it undecided. What it needs to have a value is printed
(`NumericResult.where`), unless its range proves it or the conditions exclude the opposite (`numeric.guards`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain, islice
from typing import assert_never, cast

from nncore.verify.judgement import SEED, Counterexample
from nncore.verify.notation import STEPS
from nncore.verify.numeric import comparing, searching, watching
from nncore.verify.numeric import sample_points as sample
from nncore.verify.numeric.balls import Arithmetic, arithmetic
from nncore.verify.numeric.comparing import Comparison, Entry, Exhausted, Finding, Missing, Result, Shared
from nncore.verify.numeric.evaluator import Program
from nncore.verify.numeric.expectation import Key
from nncore.verify.numeric.guards import guards_of
from nncore.verify.numeric.jets import Expansion, HigherOrder, Jets, Unclear
from nncore.verify.numeric.sample_points import SamplePoint, Wishes
from nncore.verify.numeric.searching import Near, Zero, crosses, is_close, meets
from nncore.verify.numeric.sizes import COUNTED, Sizes, entries, numbers_named, size_plans, sizes_of, takes_expectations
from nncore.verify.numeric.values import HIGHEST_ORDER, Values
from nncore.verify.numeric.watching import Budget, Guard, GuardKey, NoSuchEntry, TooLarge
from nncore.verify.semantics.layers import DEPTHS, instances, reached
from nncore.verify.semantics.statements import Assumed, Assumption, Claim, Convention, as_claim
from nncore.verify.switches import attack
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show
from nncore.verify.syntax.tree import Relation

BOUNDARIES = attack("boundaries", "A claim may fail on a kink or an edge alone, or beside it.")
CORNERS = attack(
    "corners of boundaries", "A claim may fail where several things are compared with what they are equal to."
)
SOLVED = attack("solved conditions", "What a condition admits is met by no chance.")
DESCENT = attack("a descent to where sides are nearest", "An inequality may fail in a valley.")
OFTEN_DECIDED = attack("more points are decided than not", "Sides that are too near to each other agree nowhere.")
GENERIC_POINT = attack("a claim agrees at a generic point", "Else it may hold at special numbers only.")
ENOUGH_SIZES = attack("a claim is compared at sizes of 3 and more", "Else it may hold at small ones only.")
TOUCHING = attack("sides that touch", "A strict inequality may fail at an irrational number.")
PASSED = attack("what changes its sign is met at 0", "A claim may fail at an irrational kink alone.")
MANY_LAYERS = attack("networks of several depths", "A claim may hold for one layer only.")
_MAY_TOUCH = "the sides come so near to each other that they may be equal"
_TOO_NEAR = "the sides are too near to each other to be told apart"

DEEPEST = 5  # layers of the deepest network that is tried
_WITHOUT_WIDTHS = (30, 100)  # layers, beside a few, where nothing but their number counts
_USUAL = {False: 5, True: 6}  # sizes up to which all kinds of points are tried, of equations and of inequalities
_REPAIRS = 8  # of one point, so that conditions hold
_REPAIRS_BESIDE = {False: 500, True: 6}  # of all points beside boundaries, also of each of several networks
_PLANS_WITH_BOUNDARIES, _PLANS_WITH_CONDITIONS = 6, 2  # at which boundaries are looked for
_ENOUGH_BESIDE = 4000  # comparisons on boundaries and beside them, after which no further start is made
_STARTS = 3  # points from which they are
_ENOUGH_OF_A_GUARD = 2  # zeros of it that are looked at from both sides and at each distance, from each start; and
# on which a point is repaired that conditions exclude
_SILENT = "silent"
_NEARLY_EQUAL = 2.0**-40  # as near as sides that differ must not come

Refutation = tuple[SamplePoint, Entry, Result]
Waiting = dict[tuple[tuple[str, int], ...], Entry]  # entries that no point was fit for yet
Beside = dict[Fraction | int, list[tuple[SamplePoint, Result]]]  # what is compared on a boundary and at some distances


@dataclass(frozen=True, slots=True)
class Met:
    """A point and an entry at which a claim was compared, and agreed."""

    point: SamplePoint
    entry: Entry
    on_purpose: bool = False


@dataclass(frozen=True, slots=True)
class NumericResult:
    """What the numbers say of a claim."""

    status: Finding
    reason: str = ""  # unless it agrees
    counterexample: Counterexample | None = None  # with the smallest sizes and the simplest numbers that were found
    points: int = 0  # comparisons that agreed
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()  # at which they did
    where: tuple[str, ...] = ()  # what must hold, beside the printed conditions, for both sides to exist
    assumptions: tuple[str, ...] = ()  # the labels of those in force
    margin: float | None = None  # for an inequality: how near to each other its sides came
    refuting: SamplePoint | None = field(default=None, compare=False)  # that of the counterexample
    met: tuple[Met, ...] = field(default=(), compare=False, repr=False)  # a few of the comparisons that agreed


def judge(
    item: Claim | Convention,
    seed: str = SEED,
    shared: Shared | None = None,
    budget: Budget | None = None,
    numbers: Arithmetic | None = None,
) -> NumericResult:
    """Return what the numbers say of a claim, or of a convention: that no derivative exists where it fixes a value.

    With another ``seed`` it is tried at other points. ``shared`` keeps what was computed at points for the other claims
    of a page.
    """
    numbers, budget = numbers or arithmetic(), budget or Budget()
    if isinstance(item, Convention):
        return _judge_convention(item, numbers, budget)
    shared = shared or Shared()
    verdicts: list[NumericResult] = []
    for layers, instance in instances(item, _depths(item)):
        assert isinstance(instance, Claim)
        if verdicts and not MANY_LAYERS.is_on:
            break
        verdicts.append(NumericCheck(instance, seed, shared, numbers, budget, layers, len(verdicts)).verdict())
        if verdicts[-1].status == Finding.REFUTED:
            break
    return _together(verdicts)


def _depths(item: Claim) -> Sequence[int]:
    """Return the numbers of layers to try: many, where no array belongs to a layer and so they cost little."""
    sides = [item.left, item.right, *item.conditions]
    parts = list(reached(sides, item.scope))
    if any(isinstance(node, t.Family) for node in parts):
        return (*DEPTHS, DEEPEST, *(number for number in numbers_named(item) if DEEPEST < number <= max(COUNTED)))
    return COUNTED if any(isinstance(node, t.Indexed) for node in parts) else (*COUNTED, *_WITHOUT_WIDTHS)


def _together(verdicts: Sequence[NumericResult]) -> NumericResult:
    """Return the verdict on a claim that is one for each number of layers: the first that does not agree decides."""
    worst = min(verdicts, key=lambda verdict: list(Finding).index(verdict.status))
    where = tuple(dict.fromkeys(each for verdict in verdicts for each in verdict.where))
    if worst.status != Finding.AGREES:
        return replace(worst, where=where)
    margins = [verdict.margin for verdict in verdicts if verdict.margin is not None]
    return replace(
        worst,
        points=sum(verdict.points for verdict in verdicts),
        sizes=tuple(sizes for verdict in verdicts for sizes in verdict.sizes),
        where=where,
        margin=min(margins, default=None),
    )


def witness(item: Assumption, assumed: Sequence[Assumed]) -> bool:
    """Return whether numbers are found that satisfy all of the assumptions at once."""
    trials = [NumericCheck(one, layers=layers) for layers, one in instances(as_claim(item, assumed))]
    return all(any(trial.fitting(sizes, kind) for sizes in trial.plans for kind in sample.KINDS) for trial in trials)


def points_for(item: Claim, most: int = 1) -> tuple[Met, ...]:
    """Return points and entries at which a claim can be compared, with sizes of 2 and 3 if conditions allow them."""
    trial = NumericCheck(item)
    sizes = {name: 2 + place % 2 for place, name in enumerate(sizes_of(item))}
    for plan in (sizes, *sorted(trial.plans, key=lambda plan: (-len(set(plan.values())), sum(plan.values())))):
        every = trial.entries(plan)[::-1] if trial.allowed(plan) else ()
        compared = (trial.compared(plan, entry, turn) for turn in range(most) for entry in every)
        if found := tuple(islice(filter(None, compared), most)):
            return found
    return ()


def refutes(item: Claim, point: SamplePoint) -> bool:
    """Return whether a claim is false at a point that was found for another one."""
    comparison = Comparison(item, Shared(), arithmetic(), Budget())
    every = entries(item, point.sizes, comparison.conditions)
    return any(comparison.tried(point, entry).status == Finding.REFUTED for entry in every)


def admits(item: Claim, place: Met) -> bool:
    """Return whether the conditions of a claim hold where another one was compared.

    They do not if they speak of a size that the other one does not have: nothing is known of it there.
    """
    if not set(sizes_of(item)) <= place.point.sizes.keys():
        return False
    return Comparison(item, Shared(), arithmetic(), Budget()).tried(place.point, place.entry) is not comparing.OUTSIDE


class NumericCheck:
    """One claim on its way through sizes, points and entries.

    Of a claim about layers it is the instance number ``turn``, with the numbers ``layers`` in the place of R and r.
    """

    def __init__(
        self,
        item: Claim,
        seed: str = SEED,
        shared: Shared | None = None,
        numbers: Arithmetic | None = None,
        budget: Budget | None = None,
        layers: Mapping[str, int] | None = None,
        turn: int = 0,
    ):
        self.item, self._seed, self._layers, self._turn = item, seed, layers or {}, turn
        self._numbers, self._wishes = numbers or arithmetic(), sample.wishes(item)
        self._comparison = Comparison(item, shared or Shared(), self._numbers, budget or Budget())
        self._guards = guards_of(item, self._comparison.right)
        self.plans = size_plans(item, self.allowed, bool(self._layers))
        self._counters = {name for name, size in item.free if size == STEPS}
        self._constant = not item.letters and not item.free and self.plans == [{}]
        self._points = self._undecided = self._generic = 0
        self._seen: dict[tuple[tuple[str, int], ...], None] = {}
        self._usual: dict[tuple[tuple[str, int], ...], None] = {}  # those of them with a generic point
        self._steps: dict[bool, dict[str, int]] = {True: {}, False: {}}  # the largest at which both sides exist, or not
        self._excluded: set[GuardKey] = set()  # guards at whose zeros the claim says nothing
        self._parted: set[GuardKey] = set()  # those among them that have the same on both sides
        self._crossed: set[GuardKey] = set()
        # where an input turns a sign: was it met?
        self._lines: dict[GuardKey, dict[tuple[Key, tuple[object, ...]], dict[Fraction, bool]]] = {}
        self._repairs = self._beside = 0
        self._is_further = False  # than the points that count for more than a refutation
        self._nearest: list[Near] = []
        self._met: list[Met] = []

    def allowed(self, sizes: Sizes) -> bool:
        """Return whether the conditions about sizes hold."""
        about = self._comparison.about_sizes
        if not about:
            return True
        values = self._comparison.values(self._point(sizes, sample.ZEROS, self._seed))
        self._comparison.begin()
        return all(values.holds(chain, {}) for chain in about)

    def _point(self, sizes: Sizes, kind: str, seed: str, signs: str = sample.BOTH) -> SamplePoint:
        return SamplePoint(seed, kind, sizes, self._wishes, self._numbers, signs)

    def entries(self, sizes: Mapping[str, int]) -> list[Entry]:
        """Return the entries to try at these sizes."""
        return entries(self.item, sizes, self._comparison.conditions)

    # The verdict

    def verdict(self) -> NumericResult:
        """Return the verdict after all sizes and points, or at the first counterexample."""
        try:
            for found in self._attack():
                return self._refuted(*found)
            where = self._guards.conditions(self._comparison.violated, self._excluded)
            reason = self._why_undecided(where)
        except (Exhausted, TooLarge):
            return self._result(Finding.UNDECIDED, str(TooLarge()))
        status = Finding.UNDECIDED if reason else Finding.AGREES
        return replace(self._result(status, reason), where=where, met=self.met())

    def _attack(self) -> Iterator[Refutation]:
        """Yield what refutes the claim."""
        for sizes in self.plans:
            if not self._comparison.too_many_steps:  # then larger ones take more
                yield from self._at_sizes(sizes)
        if self._constant:
            return
        for near in self._nearest if DESCENT.is_on else ():
            if found := searching.descent(self._comparison, near):
                yield found[0], near.entry, found[1]
        if BOUNDARIES.is_on and (self._guards.open or not self.item.relation.is_equation):
            yield from self._boundaries()

    def _why_undecided(self, where: Sequence[str]) -> str:
        """Return why nothing can be said of a claim that is not refuted; empty if it agrees."""
        if not self._points:
            if self._comparison.too_large:
                return str(TooLarge())
            if self._undecided:
                return _TOO_NEAR
            needs = f"; it needs {', '.join(where)}" if where else ""
            return f"no point was found at which the conditions hold and both sides exist{needs}"
        if not OFTEN_DECIDED(self._undecided < self._points):
            return _TOO_NEAR
        if not GENERIC_POINT(self._generic):
            return "both sides exist at special points only"
        if ENOUGH_SIZES.is_on and (lacking := self._sizes_that_are_too_small()):
            return f"both sides exist only for small {lacking}"
        is_apart = self._comparison.own.key in self._excluded  # the conditions exclude that both sides are equal
        if TOUCHING.is_on and not is_apart and self._may_touch():
            return _MAY_TOUCH
        for key, guard in list(self._comparison.met.items()) if PASSED.is_on else ():
            if key in self._parted - self._crossed or not self._matters(key, guard):
                continue
            if guard.is_passed or self._is_missed(key, guard):
                return f"{show(key.part)} changes its sign, and no number was found at which it does"
        return ""

    def _may_touch(self) -> bool:
        """Return whether both sides of a strict inequality may be equal near to a point."""
        if self._comparison.touched or self._comparison.nearest < _NEARLY_EQUAL:
            return True
        return self.item.relation.is_strict and any(searching.touches(self._comparison, near) for near in self._nearest)

    def _sizes_that_are_too_small(self) -> str:
        """Return the sizes, and the steps, of which too few have generic points at which both sides exist."""
        names = dict.fromkeys(name for plan in self.plans for name in plan)
        seen = [dict(sizes) for sizes in self._usual]
        largest = {name: max((sizes[name] for sizes in seen if name in sizes), default=0) for name in names}
        tried = {name: max(plan[name] for plan in self.plans if name in plan) for name in names}
        steps, without = self._steps[True], self._steps[False]
        few = [name for name in sorted(without) if steps.get(name, 0) < min(3, without[name])]
        return ", ".join([*(name for name in names if largest[name] < min(3, tried[name])), *few])

    def _matters(self, key: GuardKey, guard: Guard) -> bool:
        """Return whether a claim may be false at the zero of a guard alone."""
        if guard is self._comparison.own:
            return self.item.relation is Relation.UNEQUAL
        return key in self._guards.open and key.may_jump and key not in self._guards.strict

    def _is_missed(self, key: GuardKey, guard: Guard) -> bool:
        """Return whether a guard changes its sign somewhere else than where it was met.

        Not if an input that changes it there changes it also where it was met: there it is what it is elsewhere. Unless
        that input makes changes of both sorts, as in (x - 1)(x² - 2).
        """
        lines = {line: _met_and_missed(places) for line, places in self._lines.get(key, {}).items()}
        leaves = {leaf for (leaf, _), flags in lines.items() if False in flags}
        if not leaves:
            return False
        return {True, False} in lines.values() or not any(
            crosses(self._comparison, key, point, leaves, self.entries(point.sizes)[:2]) for point in guard.at_zero
        )

    def _signs(self, points: Iterable[SamplePoint], key: GuardKey) -> set[int]:
        return set().union(*(self._comparison.signs_at(point, key) for point in points))

    def _result(self, status: Finding, reason: str) -> NumericResult:
        """Return a verdict with what was counted on the way to it."""
        labels = tuple(dict.fromkeys(each.label or "" for each in self.item.assumptions))
        margin = min((near.margin for near in self._nearest), default=None)
        seen = tuple(self._seen)
        return NumericResult(status, reason, points=self._points, sizes=seen, assumptions=labels, margin=margin)

    def met(self) -> tuple[Met, ...]:
        """Return a few comparisons that agreed: generic ones at the smallest sizes that differ, and boundaries."""

        def rank(each: Met) -> tuple[bool, bool, int, int]:
            sizes = each.point.sizes.values()
            late = max(each.entry.values(), default=0) > _LATE
            return each.point.kind not in sample.GENERIC, late, -len({*sizes, 1}), sum(sizes)

        usual = sorted((each for each in self._met if not each.on_purpose), key=rank)
        best = [each for each in usual if rank(each) == rank(usual[0])]
        return (*_spread(best), *_spread([each for each in self._met if each.on_purpose]))

    # Points

    def _at_sizes(self, sizes: Sizes) -> Iterator[Refutation]:
        """Try every kind of point, and every entry, at these sizes."""
        kinds, every = self._kinds(sizes), self.entries(sizes)
        quota = max(2, -(-len(every) // len(kinds))) if sizes and self.item.letters else len(every)
        waiting = {tuple(entry.items()): entry for entry in every}
        for place, kind in enumerate(kinds):
            if self._comparison.too_many_steps:
                return
            order = [every[(place * quota + k) % len(every)] for k in range(len(every))]
            order.sort(key=lambda entry: tuple(entry.items()) not in waiting)
            for turn in range(1 if sizes or self._layers else sample.TURNS.get(kind, 1)):
                self._is_further = turn >= _COUNTED_TURNS
                yield from self._at_kind(sizes, kind, turn, order, quota, waiting)
            self._is_further = False
        for entry in list(waiting.values()):  # what no point above was fit for
            if tuple(entry.items()) in waiting:
                yield from self._at_kind(sizes, sample.FRACTIONS, 2, [entry], 1, waiting)

    def _kinds(self, sizes: Sizes) -> Sequence[str]:
        """Return all kinds of points; some of them for networks, at whose sizes and depths they take turns."""
        if not self.item.letters:
            return (sample.SMALL,)
        if not self._layers:
            largest = max(sizes.values(), default=1)
            if takes_expectations(self.item) and largest > 1:
                return sample.tried(sample.OF_MANY_OUTCOMES)
            at_all = sample.KINDS if sizes else sample.KINDS[:-1]  # there is not one of several entries
            return sample.tried(sample.AT_LARGE_SIZES if largest > _USUAL[self.item.relation.orders] else at_all)
        if max(self._layers.values()) > max(DEPTHS):
            return (sample.PROPER,)
        turn = self._turn + self.plans.index(sizes)
        return sample.tried((sample.PROPER, sample.OF_LAYERS[turn % len(sample.OF_LAYERS)]))

    def _at_kind(
        self, sizes: Sizes, kind: str, turn: int, order: Sequence[Entry], quota: int, waiting: Waiting
    ) -> Iterator[Refutation]:
        """Compare at some entries that the conditions admit, at the first point of a kind that has them."""
        for attempt, signs in enumerate(sample.SIGNS):
            compared = 0
            for entry in order:
                point = self._point(sizes, kind, f"{self._seed}/{turn}/{attempt}", signs)
                point, result = self._repaired(point, entry)
                if result.status == Finding.REFUTED:
                    yield point, entry, result
                    return
                if result.status in (Finding.AGREES, Finding.UNDECIDED):
                    waiting.pop(tuple(entry.items()), None)
                    compared += 1
                    if compared >= quota:
                        return
            if compared or kind == sample.ZEROS or (kind, signs) == (sample.ONES, sample.POSITIVE):
                return

    def _repaired(
        self, point: SamplePoint, entry: Entry, pinned: frozenset[Key] = frozenset(), on_purpose: bool = False
    ) -> tuple[SamplePoint, Result]:
        """Compare at a point that is changed, input by input, until conditions hold and both sides exist."""
        for _ in range(_REPAIRS):
            result, flips = self._counted(point, entry, on_purpose), self._comparison.flips
            if on_purpose and result in (comparing.OUTSIDE, comparing.NO_VALUE):
                self._repairs += 1
                if self._repairs > _REPAIRS_BESIDE[bool(self._layers)]:
                    break
            if result is comparing.NO_VALUE and flips and not flips.keys() <= point.fixed.keys() | pinned:
                point = point.with_fixed({key: value for key, value in flips.items() if key not in pinned})
            elif result in (comparing.OUTSIDE, comparing.NO_VALUE) and (better := self._solved(point, entry, pinned)):
                point = better
            else:
                break
        return point, result

    def _solved(self, point: SamplePoint, entry: Entry, pinned: frozenset[Key] = frozenset()) -> SamplePoint | None:
        return searching.solved(self._comparison, point, entry, pinned) if SOLVED.is_on else None

    def _counted(self, point: SamplePoint, entry: Entry, on_purpose: bool = False) -> Result:
        """Make a comparison that counts; at a point that is made for it on purpose it is not generic."""
        result = self._comparison.tried(point, entry)
        if self._is_further:
            return result
        if result is not comparing.OUTSIDE:
            largest = self._steps[result is not comparing.NO_VALUE]
            for name in entry.keys() & self._counters:
                largest[name] = max(largest.get(name, 0), entry[name])
        match result.status:
            case Finding.AGREES:
                self._points += 1
                is_generic = (point.kind in sample.GENERIC and not on_purpose) or not self.item.letters
                self._generic += is_generic
                self._seen[sizes := (*self._layers.items(), *sorted(point.sizes.items()))] = None
                if is_generic:
                    self._usual[sizes] = None
                self._met.append(Met(point, dict(entry), on_purpose))
                if result.margin is not None:
                    self._keep_near(Near(result.margin, point, entry))
            case Finding.UNDECIDED:
                self._undecided += 1
            case Finding.REFUTED | Missing.OUTSIDE | Missing.NO_VALUE:
                pass
            case _:
                assert_never(result.status)
        return result

    def _keep_near(self, found: Near) -> None:
        """Keep the nearest points, the nearest of each entry first."""
        known: dict[tuple[tuple[str, int], ...], int] = {}
        ranked = []
        for near in sorted([*self._nearest, found], key=lambda near: near.margin):
            place = known[tuple(near.entry.items())] = known.get(tuple(near.entry.items()), -1) + 1
            ranked.append((place, near))
        self._nearest = [near for _, near in sorted(ranked, key=lambda each: (each[0], each[1].margin))][:_NEAREST]

    def compared(self, sizes: Sizes, entry: dict[str, int], turn: int) -> Met | None:
        """Compare at one generic point; return it if the conditions hold there, and both sides exist."""
        for attempt, signs in enumerate(sample.SIGNS):
            point = self._point(sizes, sample.PROPER, f"{self._seed}/{turn}/{attempt}", signs)
            point, result = self._repaired(point, entry)
            if result.status in (Finding.AGREES, Finding.REFUTED):
                return Met(point, dict(entry))
        return None

    def fitting(self, sizes: Sizes, kind: str) -> bool:
        """Return whether a point of a kind is found at which the assumptions hold."""
        for attempt, signs in enumerate(sample.SIGNS):
            point = self._point(sizes, kind, f"{self._seed}/{attempt}", signs)
            for _ in range(_REPAIRS):
                self._comparison.begin()
                try:
                    with self._numbers.precision(comparing.PRECISIONS[0]):
                        if self._comparison.assumptions_hold(self._comparison.values(point)):
                            return True
                except (ArithmeticError, NoSuchEntry, RecursionError):
                    break
                better = self._solved(point, {})
                if better is None:
                    break
                point = better
        return False

    # Boundaries

    def _boundaries(self) -> Iterator[Refutation]:
        """Try points on which a guard is 0, and points to both sides of it, at every size."""
        jumps = self.item.relation is not Relation.EQUAL
        jumps |= any(key.may_jump for key in self._guards.open)
        plans = _PLANS_WITH_BOUNDARIES if jumps else _PLANS_WITH_CONDITIONS
        for place, sizes in enumerate(self.plans[: 1 if self._layers else plans]):
            every = self.entries(sizes)
            some = list({tuple(entry.items()): entry for entry in (*every[:2], every[-1])}.values())
            many = place < 2 and jumps and not self._layers
            for kind in (sample.FRACTIONS, sample.SMALL) if many else (sample.FRACTIONS,):
                start = self._point(sizes, kind, f"{self._seed}/boundary")
                waiting, known = [self._repaired(start, some[0])[0]], self._open_guards()
                for _ in range(_STARTS if place < 2 and jumps else 1):
                    if waiting and self._beside < _ENOUGH_BESIDE:
                        yield from self._around(waiting.pop(0), some, waiting, known)

    def _open_guards(self) -> set[GuardKey]:
        return self._comparison.met.keys() & self._guards.open.keys()

    def _around(
        self, start: SamplePoint, some: Sequence[Entry], waiting: list[SamplePoint], known: set[GuardKey]
    ) -> Iterator[Refutation]:
        """Try the boundaries that are found from one point; one that meets a new guard is a further start."""
        found: list[Zero] = []
        met: dict[GuardKey, int] = {}  # from both sides of how many zeros a claim was seen to hold
        barren: dict[GuardKey, int] = {}  # on how many zeros nothing could be compared, whatever else was changed
        for zero in searching.zeros(self._comparison, self._guards, start, some):
            here = [some[len(found) % len(some)]] if self._layers else some  # in networks entries take turns
            is_further = self._takes_turns(zero)
            turn = len(found) if is_further and met.get(zero.key, 0) >= _ENOUGH_OF_A_GUARD else None
            is_barren = is_further and barren.get(zero.key, 0) >= _ENOUGH_OF_A_GUARD
            found.append(zero)
            results: Beside = {0: []}
            is_compared = False  # on the boundary
            for shift, point in searching.beside(self._comparison, start, zero, turn):
                for entry in here:
                    self._beside += 1
                    if is_barren and not shift:
                        near, result = point, self._counted(point, entry, on_purpose=True)
                    else:
                        near, result = self._repaired(point, entry, frozenset((zero.leaf,)), on_purpose=True)
                    if not shift and result not in (comparing.OUTSIDE, comparing.NO_VALUE):
                        is_compared |= 0 in self._comparison.signs_at(near, zero.key)
                    is_moved = not near.fixed.keys() <= {*start.fixed, zero.leaf}
                    kept = (point, comparing.OUTSIDE) if is_moved and not shift else (near, result)
                    results.setdefault(shift, []).append(kept)
                    if result.status is Finding.REFUTED:
                        yield near, entry, result
                        return
                    if new := self._open_guards() - known:
                        known |= new
                        waiting.append(near)
            self._learn(start, zero, here, results)
            barren[zero.key] = 0 if is_compared else barren.get(zero.key, 0) + 1
            met[zero.key] = met.get(zero.key, 0) + (_agreeing_sides(results) == {1, -1})
        yield from self._at_corners(start, some, [zero for zero in found if CORNERS.is_on and zero.key.may_jump])

    def _takes_turns(self, zero: Zero) -> bool:
        """Return whether further zeros of a guard may be looked at with less care: from one side each.

        Not of what divides or is a root, or of the difference of both sides: each of their zeros may be a condition.
        """
        return zero.is_exact and zero.key.may_jump and zero.key != self._comparison.own.key

    def _at_corners(self, start: SamplePoint, some: Sequence[Entry], jumps: Sequence[Zero]) -> Iterator[Refutation]:
        """Try points at which several inputs are on boundaries, and points along the equations among conditions."""
        meeting = searching.along(self._comparison, self._guards, start, some) if self._comparison.conditions else ()
        for point in chain(searching.corners(self._comparison, start, jumps), meeting):
            near, result = self._repaired(point, some[0], frozenset(zero.leaf for zero in jumps), on_purpose=True)
            if result.status is Finding.REFUTED:
                yield near, some[0], result
                return

    def _learn(self, start: SamplePoint, zero: Zero, entries: Sequence[Entry], results: Beside) -> None:
        """Keep what comparisons on a boundary and beside it, none of which refutes the claim, say of its guard."""
        agrees = any(result.status is Finding.AGREES for _, result in results[0])
        if zero.is_exact and agrees and zero.key in self._comparison.met:
            self._comparison.met[zero.key].signs.add(0)  # also where a case does not ask for it any more
        aside = [point for shift, pairs in results.items() if shift for point, _ in pairs]
        if {1, -1} <= self._signs(aside, zero.key):
            on = [point for point, _ in results[0]]
            is_met = zero.is_exact or 0 in self._signs(on, zero.key)
            is_met = is_met or any(meets(self._comparison, self._guards, zero, each, entries) for each in on[:1])
            line = self._lines.setdefault(zero.key, {}).setdefault((zero.leaf, start.identity()), {})
            line[zero.place] = is_met
        sides = self._sides(zero, results) if zero.is_exact else []
        if len(sides) == 2:
            self._excluded.add(zero.key)
            if sides[0] == sides[1]:
                self._parted.add(zero.key)
        if not zero.is_exact and self._is_crossed(zero, results):
            self._crossed.add(zero.key)

    def _sides(self, zero: Zero, results: Beside) -> list[str]:
        """Return what a claim says on each side of a boundary on which it says nothing; less if it says anything there.

        ``agrees`` where it holds, ``silent`` where it is excluded or never meets the guard.
        """
        if any(result not in (comparing.OUTSIDE, comparing.NO_VALUE) for _, result in results[0]):
            return []
        is_own = zero.key == self._comparison.own.key  # the difference of both sides is met anywhere
        found: list[str] = []
        for side in (1, -1):
            pairs = [pair for shift, each in results.items() if shift * side > 0 for pair in each]
            if any(result.status == Finding.AGREES for _, result in pairs):
                found.append(Finding.AGREES)
            elif is_own and all(result is comparing.OUTSIDE for _, result in pairs):
                found.append(_SILENT)
            elif not is_own and not any(self._comparison.signs_at(point, zero.key) for point, _ in pairs):
                found.append(_SILENT)
        return found

    def _is_crossed(self, zero: Zero, results: Beside) -> bool:
        """Return whether a claim holds on both sides of a zero that is no fraction, so that nothing excludes it."""
        pairs = [pair for each in results.values() for pair in each]
        signs = self._signs((point for point, _ in pairs), zero.key)
        return {1, -1} <= signs and all(result.status == Finding.AGREES for _, result in pairs)

    # Counterexamples

    def _refuted(self, point: SamplePoint, entry: Entry, result: Result) -> NumericResult:
        """Return the verdict with the simplest counterexample near one that was found."""
        point, result = searching.simplified(self._comparison, point, entry, result)
        alone = Comparison(self.item, Shared(), self._numbers, Budget())
        fresh = point.with_fixed({})
        alone.tried(fresh, entry)  # so that all inputs are known, and no others
        alone.ask(fresh, entry)
        counterexample = Counterexample(
            tuple({**self._layers, **point.sizes}.items()),
            tuple({**entry, **(result.place or {})}.items()),
            result.left,
            result.right,
            tuple(sample.as_printed(fresh, self.item.scope.notation, alone.exact)),
        )
        found = self._result(Finding.REFUTED, result.reason)
        return replace(found, counterexample=counterexample, refuting=point)


def _agreeing_sides(results: Beside) -> set[int]:
    """Return the sides of a boundary, 1 and -1, on which a claim was seen to hold."""
    seen = {shift for shift, pairs in results.items() if any(each.status is Finding.AGREES for _, each in pairs)}
    return {1 if shift > 0 else -1 for shift in seen if shift}


def _met_and_missed(line: Mapping[Fraction, bool]) -> set[bool]:
    """Return whether there are places that were met, and others; one near to a place that was met is the same."""
    met = [place for place, is_met in line.items() if is_met]
    missed = [place for place in line if place not in met and not any(is_close(each, place) for each in met)]
    return {flag for flag, places in ((True, met), (False, missed)) if places}


def _spread(found: list[Met]) -> list[Met]:
    """Return a few of many, from the first to the last."""
    return found if len(found) <= _MET else [found[place * (len(found) - 1) // (_MET - 1)] for place in range(_MET)]


_LATE = 10  # steps: numbers of later ones take longer
_MET = 3  # comparisons that are kept, of each sort
_COUNTED_TURNS = 2  # further ones may refute, and count for nothing else
_NEAREST = 3  # points from which an inequality is attacked


def _judge_convention(item: Convention, numbers: Arithmetic, budget: Budget) -> NumericResult:
    """Return the verdict on an agreed value: it needs a place where no derivative exists, and one-sided ones do."""
    verdicts = [_convention_at(kind, item, numbers, budget) for kind in (sample.ZEROS, sample.ONES, sample.FRACTIONS)]
    return next((verdict for verdict in verdicts if verdict.status != Finding.AGREES), verdicts[0])


def _convention_at(kind: str, item: Convention, numbers: Arithmetic, budget: Budget) -> NumericResult:
    if not isinstance(item.left, t.Apply):
        raise TypeError("a convention is about a function")
    function, (point_,) = item.left.function, item.left.arguments
    budget.begin(comparing.STEPS_OF_A_POINT)
    program = Program(item.scope)
    jets = Jets(numbers, HIGHEST_ORDER)
    values = Values(program, SamplePoint("1", kind, {}, Wishes(), numbers), jets, watching.Watch(budget))
    with numbers.precision(comparing.PRECISIONS[1]):
        try:
            x = values.real(point_, {})
            program.slope_at(function.name, function.primes, x, GuardKey(watching.LOGARITHM, point_), values, {})
        except watching.NoDerivative:
            return _one_sided(program, function, x, GuardKey(watching.LOGARITHM, point_), values)
        except (HigherOrder, Unclear):
            return NumericResult(Finding.UNDECIDED, "it is not known whether the derivative exists at this point")
        except watching.Undefined as error:
            reason = f"the function has no value at this point: it needs {error}"
        else:
            reason = "the derivative exists at this point, so nothing is left to agree upon"
    return NumericResult(Finding.REFUTED, reason, points=1)


def _one_sided(program: Program, function: t.Function, x: Expansion, key: GuardKey, values: Values) -> NumericResult:
    """Return whether both one-sided derivatives exist, as they do if the function is continuous."""

    def lower(value: Expansion) -> Expansion:
        return cast(Expansion, program.prime(function.name, function.primes - 1, (value,), key, values, {}))

    jets, here = values.jets, lower(x)
    for sign in (1, -1):
        (direction,) = jets.directions(sign=sign)
        gap = jets.powers(lower(jets.moved(x, direction)), direction).get(0, 0) - here
        if jets.numbers.sign(jets.constant(gap)) != 0:
            return NumericResult(Finding.REFUTED, "the one-sided derivatives do not exist either", points=1)
    return NumericResult(Finding.AGREES, points=1)
