r"""Are both sides of a claim the same number? `judge` evaluates what is printed, at points and sizes that matter.

The numbers know no rule of differentiation and share nothing with the symbolic judge. They only ever compare two exact
fractions or two balls (`nncore.verify.numeric.balls`), whose difference is

- *not 0*, if its ball excludes 0: a proof, and a counterexample;
- *nothing*, if it is exactly 0, or below 2⁻⁶⁴ of the smallest addend met anywhere in the evaluation, and of 1, at the
  precision that this needs: both sides agree;
- else *undecided* at that point.

A claim agrees with at least one agreeing generic point, and fewer undecided points than agreeing ones. There is no
other tolerance.

Every kind of point is tried at every size, every partition of the indices at every size (`nncore.verify.numeric.sizes`),
but not all of them with each other. Then come the boundaries: places where a divisor, the argument of a root or of a
logarithm, of max, |·| or a relation is 0. One input is moved by an infinitesimal, the claim evaluated once, and every
guard that was met is solved for 0; the point itself and both sides of it are tried. A kink or a relation that changes
its sign and was never met at 0 leaves the claim undecided. Inequalities are attacked from their worst points.

What a claim needs to have a value is printed (`Verdict.where`), unless its range proves it
(`nncore.verify.numeric.ranges`) or the conditions exclude the opposite.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import inf, isqrt

from nncore.verify import orders
from nncore.verify import tree as t
from nncore.verify.families import DEPTHS, instances, reached
from nncore.verify.meaning import CLAIM, CONVENTION, Assumed, Item
from nncore.verify.moments import Rejected
from nncore.verify.numeric.balls import Arithmetic, arithmetic
from nncore.verify.numeric.jets import AGREEING_BITS, HigherOrder, Jet, Jets, Unclear
from nncore.verify.numeric.pairs import Pair
from nncore.verify.numeric.points import (
    BOTH,
    EQUAL,
    EXTREMES,
    FRACTIONS,
    GENERIC,
    KINDS,
    LETTERS,
    MINUS_ONES,
    ONES,
    POSITIVE,
    POWERS,
    PROPER,
    SMALL,
    ZEROS,
    Key,
    Point,
    Wishes,
    wishes,
)
from nncore.verify.numeric.ranges import Ranges, is_proved
from nncore.verify.numeric.sizes import Sizes, entries, is_about_sizes, size_plans, sizes_of
from nncore.verify.numeric.values import (
    BASE,
    DIVISOR,
    HIGHEST_ORDER,
    KINK,
    LOGARITHM,
    RELATION,
    ROOT,
    BadCases,
    Budget,
    Guard,
    NoDerivative,
    NoSuchEntry,
    Program,
    TooLarge,
    Undefined,
    Values,
    Watch,
    needs,
    related,
)
from nncore.verify.verdicts import Counterexample
from nncore.verify.writing import show

AGREES, REFUTED, UNDECIDED = "agrees", "refuted", "undecided"
DIFFER = "the values differ"
NO_DERIVATIVE = "a derivative does not exist here, and no condition excludes the point"
TOO_LARGE = "too large to try"

STEPS_OF_A_POINT = 150_000
PRECISIONS = (128, 512, 2048, 4096)
_SHIFTS = (0, *(sign * Fraction(1, 10**power) for power in (3, 12) for sign in (1, -1)))  # on a boundary and beside it
_ASIDE = tuple(sign * Fraction(1, below) for below in (1, 7, 5000) for sign in (1, -1))  # of a strict condition's edge
_ZEROS_ENOUGH, _ZEROS_MOST = 4, 16  # of a guard that are tried, and where none of them was one
_MOST_INPUTS = 12  # that are moved, one after the other
_TRIES = 600  # points of a descent
_FACTORS = tuple(Fraction(10) ** power for power in (1, -1, 3, -3)) + (Fraction(-1),)
_PACES = tuple(sign * Fraction(10) ** power for power in (2, 1, 0, -1, -2, -3, -5, -8, -11, -13) for sign in (1, -1))
_ORDER_OF_PROBES = 3  # of the polynomials whose zeros are candidates for boundaries
DEEPEST = 5  # layers of the deepest network that is tried
_OF_LAYERS = (SMALL, ZEROS, EQUAL, ONES, MINUS_ONES)  # kinds at which the sizes and depths of networks take turns
_INEQUALITIES = (r"\le", r"\ge", "<", ">")


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
        With the smallest sizes and the simplest numbers that were found.
    points : int
        How many comparisons agreed.
    sizes : tuple
        At which sizes.
    where : tuple of str
        What must hold, beside the printed conditions, for both sides to exist.
    assumptions : tuple of str
        The labels of the assumptions in force.
    margin : float or None
        For an inequality: how near to each other its sides came.
    refuting : Point or None
        The point of the counterexample.
    """

    status: str
    reason: str = ""
    counterexample: Counterexample | None = None
    points: int = 0
    sizes: tuple[tuple[tuple[str, int], ...], ...] = ()
    where: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    margin: float | None = None
    refuting: Point | None = None


def judge(
    item: Item,
    seed: str = "1",
    shared: dict | None = None,
    budget: Budget | None = None,
    numbers: Arithmetic | None = None,
) -> Verdict:
    """Return what the numbers say of a claim, or of a convention: that no derivative exists where it fixes a value.

    Parameters
    ----------
    item : Item
        A claim or a convention.
    seed : str
        Where the random numbers begin.
    shared : dict, optional
        Keeps what was computed at points, for the other claims of a page.
    budget : Budget, optional
        What evaluation may take.
    numbers : Arithmetic, optional
        What computes.

    Raises
    ------
    ValueError
        If the item claims nothing.
    """
    numbers, budget = numbers or arithmetic(), budget or Budget()
    if item.kind == CONVENTION:
        return _judge_convention(item, numbers, budget)
    if item.kind != CLAIM:
        raise ValueError(f"a {item.kind} claims nothing")
    shared = {} if shared is None else shared
    verdicts = []
    for layers, instance in instances(item, (*DEPTHS, DEEPEST)):
        verdicts.append(Trial(instance, seed, shared, numbers, budget, layers, len(verdicts)).verdict())
        if verdicts[-1].status == REFUTED:
            break
    return _together(verdicts)


def _together(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict on a claim that is one claim for each number of layers: the first that does not agree decides."""
    worst = min(verdicts, key=lambda verdict: (REFUTED, UNDECIDED, AGREES).index(verdict.status))
    where = tuple(dict.fromkeys(each for verdict in verdicts for each in verdict.where))
    if worst.status != AGREES:
        return replace(worst, where=where)
    margins = [verdict.margin for verdict in verdicts if verdict.margin is not None]
    return replace(
        worst,
        points=sum(verdict.points for verdict in verdicts),
        sizes=tuple(sizes for verdict in verdicts for sizes in verdict.sizes),
        where=where,
        margin=min(margins, default=None),
    )


def witness(item: Item, assumed: Sequence[Assumed], seed: str = "1") -> bool:
    """Return whether numbers are found that satisfy all of the assumptions at once."""
    trial = Trial(replace(item, assumptions=tuple(assumed)), seed)
    return any(trial.fitting(sizes, kind, {}) for sizes in trial.plans for kind in KINDS)


def refutes(item: Item, point: Point, seed: str = "1") -> bool:
    """Return whether a claim is false at a point that was found for another one."""
    trial = Trial(item, seed)
    return any(trial.tried(point, entry).status == REFUTED for entry in trial.entries(point.sizes))


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of one comparison: a status, or ``outside`` of the conditions, or nothing where there is no value."""

    status: str
    reason: str = ""
    place: Mapping[str, int] | None = None
    left: str = ""
    right: str = ""
    margin: float | None = None


_OUTSIDE, _NO_VALUE = _Result("outside"), _Result("no value")
_AGREES, _OPEN = _Result(AGREES), _Result(UNDECIDED)


class Trial:
    """One claim on its way through sizes, points and entries.

    ``layers`` are the numbers in the place of R and r, ``turn`` is the number of the instance among those of a claim.
    """

    def __init__(
        self,
        item: Item,
        seed: str = "1",
        shared: dict | None = None,
        numbers: Arithmetic | None = None,
        budget: Budget | None = None,
        layers: Mapping[str, int] | None = None,
        turn: int = 0,
    ):
        self.item, self._seed, self._shared = item, seed, {} if shared is None else shared
        self.numbers, self._budget = numbers or arithmetic(), budget or Budget()
        self._layers, self._turn = layers or {}, turn
        self._wishes = wishes(item)
        self._about_sizes = [chain for chain in item.conditions if is_about_sizes(chain, item)]
        self._conditions = [chain for chain in item.conditions if chain not in self._about_sizes]
        rest = orders.split(item.right) if item.relation == "=" else None
        self._right, self._small, self._order = rest or (item.right, None, 0)
        self._program = self._shared_program(item)
        self.plans = size_plans(item, self._allowed, bool(self._layers))
        self.constant = not item.letters and not item.free and self.plans == [{}]
        self._guards, self._if_violated = _guards(item, self._right)
        ranges = Ranges(item.scope, item.conditions, [each.claim for each in item.assumptions])
        self._open = {
            key: part for key, part in self._guards.items()
            if key[0] in (KINK, RELATION) or not is_proved(key[0], ranges.of(part))
        }  # fmt: skip
        self._points = self._undecided = self._generic = 0
        self._too_large = False
        self._seen: dict[tuple, None] = {}
        self._violated: dict[tuple, t.Node] = {}
        self._excluded: set[tuple] = set()
        self._worst: list[tuple[float, int, Point, dict]] = []
        self._met: dict[tuple, Guard] = {}
        self._own = self._met[RELATION, id(item.right)] = Guard(RELATION, item.right)  # the difference of both sides
        self._bits = self._wanted = 0  # of precision: in use, and needed

    def _shared_program(self, item: Item) -> Program:
        key = "program", id(item.scope)
        if key not in self._shared:
            self._shared[key] = Program(item.scope)  # which keeps the scope, so that its id stays its own
        return self._shared[key]

    def _allowed(self, sizes: Sizes) -> bool:
        """Whether the conditions about sizes hold."""
        if not self._about_sizes:
            return True
        values = self._values(Point(self._seed, ZEROS, sizes, self._wishes, self.numbers), PRECISIONS[0], 1)
        self._budget.begin(STEPS_OF_A_POINT)
        return all(values.holds(chain, {}) for chain in self._about_sizes)

    def entries(self, sizes: Sizes) -> list[dict[str, int]]:
        """Return the entries to try at these sizes."""
        return entries(self.item, sizes, self._conditions)

    # The verdict

    def verdict(self) -> Verdict:
        """Return the verdict after all sizes and points, or at the first counterexample."""
        try:
            for found in self._attack():
                return self._refuted(*found)
        except _Exhausted:
            return self._result(UNDECIDED, TOO_LARGE)
        where = self._where()
        if not self._points:
            return self._result(UNDECIDED, self._why_no_point(where), where=where)
        if self._undecided >= self._points:
            return self._result(UNDECIDED, "the sides are too near to each other to be told apart", where=where)
        if not self._generic:
            return self._result(UNDECIDED, "both sides exist at special points only", where=where)
        if lacking := self._sizes_that_are_too_small():
            return self._result(UNDECIDED, f"both sides exist only for small {lacking}", where=where)
        for key, guard in self._met.items():
            passed = guard.varies and {1, -1} <= guard.signs and 0 not in guard.signs
            if passed and key not in self._excluded and self._matters(guard):
                reason = f"{show(guard.part)} changes its sign, and no number was found at which it does"
                return self._result(UNDECIDED, reason, where=where)
        return self._result(AGREES, where=where)

    def _attack(self) -> Iterator[tuple[Point, dict, _Result]]:
        """What refutes the claim, point by point."""
        for sizes in self.plans:
            yield from self._at_sizes(sizes)
        if self.constant:
            return
        if self.item.relation in _INEQUALITIES:
            yield from self._descent()
        yield from self._boundaries()

    def _why_no_point(self, where: Sequence[str]) -> str:
        if self._too_large:
            return TOO_LARGE
        if self._undecided:
            return "the sides are too near to each other to be told apart"
        needs_ = f"; it needs {', '.join(where)}" if where else ""
        return f"no point was found at which the conditions hold and both sides exist{needs_}"

    def _sizes_that_are_too_small(self) -> str:
        """The sizes at which nothing could be compared although conditions allow 3 or more."""
        names = dict.fromkeys(name for plan in self.plans for name in plan)
        seen = [dict(sizes) for sizes in self._seen]
        largest = {name: max((sizes[name] for sizes in seen if name in sizes), default=0) for name in names}
        tried = {name: max(plan[name] for plan in self.plans if name in plan) for name in names}
        return ", ".join(name for name in names if largest[name] < min(3, tried[name]))

    def _matters(self, guard: Guard) -> bool:
        """Whether a claim may be false at the zero of a guard alone."""
        if (guard.kind, id(guard.part)) in self._guards:
            return guard.kind in (KINK, RELATION)
        return guard.part is self.item.right and self.item.relation in (r"\ne", "<", ">")

    def _where(self) -> tuple[str, ...]:
        """The conditions: guards that no range proves, unless the conditions of the claim exclude the opposite."""
        found = {
            key: part for key, part in self._open.items()
            if key[0] not in (KINK, RELATION) and key not in self._excluded and key not in self._if_violated
        }  # fmt: skip
        found.update(self._violated)
        texts = [needs(kind, _without_numbers(part)) for (kind, _), part in found.items()]
        return tuple(text for text in dict.fromkeys(texts) if not _follows(text, texts))

    def _result(self, status: str, reason: str = "", counterexample=None, where: tuple[str, ...] = ()) -> Verdict:
        labels = tuple(dict.fromkeys(each.label or "" for each in self.item.assumptions))
        margin = min((each[0] for each in self._worst), default=None)
        return Verdict(status, reason, counterexample, self._points, tuple(self._seen), where, labels, margin)

    # Points

    def _at_sizes(self, sizes: Sizes) -> Iterator[tuple[Point, dict, _Result]]:
        """Every kind of point, and every entry, at these sizes."""
        kinds, every = self._kinds(sizes), self.entries(sizes)
        quota = max(2, -(-len(every) // len(kinds))) if sizes else len(every)
        waiting = {tuple(entry.items()): entry for entry in every}
        for place, kind in enumerate(kinds):
            start = place * quota
            order = [every[(start + k) % len(every)] for k in range(len(every))]
            order.sort(key=lambda entry: tuple(entry.items()) not in waiting)
            for turn in range(2 if not sizes and kind in (SMALL, POWERS, FRACTIONS, EXTREMES) and not self._layers else 1):
                yield from self._at_kind(sizes, kind, turn, order, quota, waiting)
        for entry in list(waiting.values()):  # what no point above was fit for
            if tuple(entry.items()) in waiting:
                yield from self._at_kind(sizes, FRACTIONS, 7, [entry], 1, waiting)

    def _kinds(self, sizes: Sizes) -> Sequence[str]:
        """All kinds of points; some of them for networks, at whose sizes and depths they take turns."""
        if self.constant:
            return (SMALL,)
        if not self._layers:
            return KINDS
        if max(self._layers.values()) > max(DEPTHS):
            return (PROPER,)
        turn = self._turn + self.plans.index(sizes)
        return (PROPER, _OF_LAYERS[turn % len(_OF_LAYERS)])

    def _at_kind(self, sizes: Sizes, kind: str, turn: int, order, quota: int, waiting: dict):
        """Compare at some entries that the conditions admit, at the first point of a kind that has them."""
        for attempt, signs in enumerate((BOTH, BOTH, POSITIVE, LETTERS, POSITIVE, BOTH)):
            compared = 0
            seed = f"{self._seed}/{turn}/{attempt}"
            point = Point(seed, kind, sizes, self._wishes, self.numbers, signs)
            for entry in order:
                fitting, result = self._repaired(point, entry)
                if result.status == REFUTED:
                    yield fitting, entry, result
                    return
                if result.status in (AGREES, UNDECIDED):
                    waiting.pop(tuple(entry.items()), None)
                    compared += 1
                    if compared >= quota:
                        return
            if compared or kind == ZEROS or (kind == ONES and signs == POSITIVE):
                return

    def _repaired(self, point: Point, entry: dict) -> tuple[Point, _Result]:
        """The comparison at a point that is changed, input by input, until conditions hold and logarithms exist."""
        for _ in range(8):
            result, flips = self._compared(point, entry)
            if result is _NO_VALUE and flips and not flips.keys() <= point.fixed.keys():
                point = point.with_fixed(flips)
            elif result is _OUTSIDE and (solved := self._solved(point, entry)):
                point = solved
            else:
                return point, result
        return point, result

    def _compared(self, point: Point, entry: dict, on_purpose: bool = False) -> tuple[_Result, dict]:
        """A comparison that counts, and the inputs that have the wrong sign for it; on a boundary it is not generic."""
        result, flips = self.tried(point, entry), dict(self._flips)
        if result.status == AGREES:
            self._points += 1
            self._generic += (point.kind in GENERIC and not on_purpose) or self.constant or not self.item.letters
            self._seen[(*self._layers.items(), *sorted(point.sizes.items()))] = None
            if result.margin is not None:
                self._worst = sorted([*self._worst, (result.margin, len(self._worst), point, entry)], key=lambda w: w[0])[:3]
        elif result.status == UNDECIDED:
            self._undecided += 1
        return result, flips

    def fitting(self, sizes: Sizes, kind: str, entry: dict) -> Point | None:
        """Return a point of a kind at which the assumptions hold."""
        for attempt, signs in enumerate((BOTH, POSITIVE, LETTERS, BOTH)):
            point = Point(f"{self._seed}/{attempt}", kind, sizes, self._wishes, self.numbers, signs)
            for _ in range(8):
                values = self._values(point, PRECISIONS[0], 1)
                self._budget.begin(STEPS_OF_A_POINT)
                with self.numbers.precision(PRECISIONS[0]):
                    try:
                        if self._assumptions_hold(values):
                            return point
                    except (ArithmeticError, NoSuchEntry):
                        break
                point = self._solved(point, entry)
                if point is None:
                    break
        return None

    def _values(self, point: Point, bits: int, order: int) -> Values:
        """The values at a point, kept for the other claims that stand in the same scope."""
        fixed = tuple(sorted(point.fixed.items(), key=lambda pair: str(pair[0])))
        key = (
            id(self.item.scope), point.seed, point.kind, tuple(sorted(point.sizes.items())), point.signs, point.wishes,
            tuple((name, str(value)) for name, value in fixed), bits, order, self.numbers.name,
        )  # fmt: skip
        if key not in self._shared:
            watch = Watch(self._budget)
            self._shared[key] = Values(self._program, point, Jets(self.numbers, order), watch)
        values = self._shared[key]
        values.watch.budget = self._budget
        point.touched, point.used = values.point.touched, values.point.used  # what other claims asked for, too
        return values

    def _inputs(self, point: Point) -> list[Key]:
        """The inputs of the claim that were asked for and are real numbers that may change alone."""
        classes = {scalar.written.letter for scalar in self.item.scope.notation.scalars if scalar.to}
        return [
            key for key in point.touched
            if key[0] in self.item.letters and key[0] not in classes and not point.is_scaled(key)
        ]  # fmt: skip

    # One comparison

    def tried(self, point: Point, entry: dict) -> _Result:
        """Return what comes of a comparison, at the precision that it needs."""
        self._flips: dict = {}
        bits, order = PRECISIONS[0], 1
        while True:
            if self._budget.is_over:
                raise _Exhausted
            self._wanted, self._bits = 0, bits
            values = self._values(point, bits, order)
            self._budget.begin(STEPS_OF_A_POINT)
            try:
                with self.numbers.precision(bits):
                    result = self._comparison(values, entry)
            except HigherOrder:
                if order < HIGHEST_ORDER:
                    order = HIGHEST_ORDER
                    continue
                result = _OPEN
            except Unclear:
                result = _OPEN
            except TooLarge:
                if self._budget.is_over:
                    raise _Exhausted from None
                self._too_large = True
                return _OPEN
            finally:
                self._note(values)
            if result is not _OPEN or self._wanted > PRECISIONS[-1]:
                return result
            higher = [each for each in PRECISIONS if each > bits and each >= self._wanted]
            if not higher:
                return result
            bits = higher[0]

    def _note(self, values: Values) -> None:
        """Keep the signs of guards, and the inputs that have the wrong one."""
        self._flips.update(values.watch.flips)
        values.watch.flips.clear()
        for key, guard in values.watch.guards.items():
            known = self._met.get(key)
            if known is None:
                known = self._met[key] = Guard(guard.kind, guard.part)
            known.signs |= guard.signs
            known.varies |= guard.varies

    def _comparison(self, values: Values, entry: dict) -> _Result:
        try:
            if not self._admits(values, entry):
                return _OUTSIDE
            if self._small:
                return self._rest(values, entry)
            left, right = values.value(self.item.left, entry), values.value(self._right, entry)
        except Undefined as error:
            self._violated[error.kind, id(error.part)] = error.part
            if self._depends_on_indices_alone(error.part):
                reason = f"{error} does not hold for all indices, and no condition excludes the others"
                return _Result(REFUTED, reason, {}, "none", "none")
            return _NO_VALUE
        except (NoSuchEntry, Rejected):
            return _NO_VALUE
        except NoDerivative:
            return _Result(REFUTED, NO_DERIVATIVE, {}, "none", "none")
        except BadCases as error:
            return _Result(REFUTED, str(error), {}, "none", "none")
        return self._relation(left, right, values)

    def _admits(self, values: Values, entry: dict) -> bool:
        """Whether conditions and assumptions hold; a premise holds by its definition."""
        try:
            return all(values.holds(chain, entry) for chain in self._conditions) and self._assumptions_hold(values)
        except Undefined:
            return False

    def _assumptions_hold(self, values: Values) -> bool:
        return all(self._assumed(values, each.claim, local) for each, local in self._assumptions(values.point))

    def _assumptions(self, point: Point) -> Iterator[tuple[Assumed, dict[str, int]]]:
        for each in self.item.assumptions:
            names, ranges = [letter for letter, _ in each.free], [point.size(size) for _, size in each.free]
            for place in product(*(range(1, last + 1) for last in ranges)):
                yield each, dict(zip(names, place, strict=True))

    def _assumed(self, values: Values, chain: t.Chain, local: dict) -> bool:
        """Whether an assumption holds; an equation as both sides of a claim agree, for a root may stand in it."""
        try:
            return values.holds(chain, local)
        except Unclear:
            sides = [values.value(side, local) for side in (chain.first, *(link.right for link in chain.links))]
            if any(link.relation != "=" for link in chain.links):
                raise
            if all(values.jets.is_nothing(one - other) for one, other in zip(sides, sides[1:], strict=False)):
                return True
            raise

    def _depends_on_indices_alone(self, part: t.Node) -> bool:
        """Whether an expression, such as a delta, knows no numbers, so that no other point gives it another value."""
        if isinstance(part, t.Chain):
            return False
        scope = self.item.scope
        nodes = list(reached([part], scope))
        classes = {scalar.written.letter for scalar in scope.notation.scalars if scalar.to}
        inputs = [
            node for node in nodes
            if isinstance(node, t.Apply | t.Derivative | t.Family)
            or (isinstance(node, t.Indexed) and not (isinstance(node.base, t.Letter) and node.base.name in (*classes, r"\delta")
                                                     or _is_defined(node, scope)))
        ]  # fmt: skip
        plain = {index.letter for index in scope.notation.indices} | classes | {r"\delta"}
        plain |= {size.letter for size in scope.notation.sizes}
        letters = [node for node in nodes if isinstance(node, t.Letter) and node.name not in plain]
        indices = any(isinstance(node, t.Indexed) for node in nodes)
        return indices and not inputs and all(_is_defined(node, scope) or _is_base(node, scope) for node in letters)

    def _relation(self, left, right, values: Values) -> _Result:
        """What both sides say, entry by entry of matrices: the first place where they differ."""
        halves = _half_units(self.item.right, self.numbers) if self.item.relation == t.ROUNDS else None
        if type(left) is not list:
            return self._of_numbers(left, right, halves, values.jets)
        found = _AGREES
        for row, (ones, others) in enumerate(zip(left, right, strict=True)):
            for column, (one, other) in enumerate(zip(ones, others, strict=True)):
                result = self._of_numbers(one, other, halves and halves[row][column], values.jets)
                if result.status == REFUTED:
                    return replace(result, place={"row": row + 1, "column": column + 1})
                if result is _OPEN:
                    found = result
        return found

    def _of_numbers(self, left, right, half, jets: Jets) -> _Result:
        if type(left) is Pair or type(right) is Pair:
            return self._of_pairs(left, right, jets)
        numbers = self.numbers
        jets.addend(left)
        jets.addend(right)
        difference = left - right
        if not numbers.is_finite(difference):
            return _OPEN
        if half is not None:
            over = numbers.sign(abs(difference) - half)
            return _OPEN if over is None else _AGREES if over <= 0 else self._differ(left, right)
        sign, relation = numbers.sign(difference), self.item.relation
        if sign is None:
            return _AGREES if relation in ("=", r"\le", r"\ge") and self._is_nothing(difference, jets) else _OPEN
        self._own.signs.add(sign)
        if not related(sign, relation):
            return self._differ(left, right)
        if relation in _INEQUALITIES:
            return _Result(AGREES, margin=self._margin(difference))
        return _AGREES

    def _of_pairs(self, left, right, jets: Jets) -> _Result:
        """Two complex numbers: equal, or not."""
        difference = left - right
        jets.addend(left)
        jets.addend(right)
        signs = [self.numbers.sign(part) for part in (difference.real, difference.imaginary)]
        differ = any(signs)
        equal = all(
            sign == 0 or (sign is None and self._is_nothing(part, jets))
            for sign, part in zip(signs, (difference.real, difference.imaginary), strict=True)
        )
        if not differ and not equal:
            return _OPEN
        if self.item.relation == r"\ne":
            return _AGREES if differ else self._differ(left, right) if signs == [0, 0] else _OPEN
        return self._differ(left, right) if differ else _AGREES

    def _is_nothing(self, number, jets: Jets) -> bool:
        """Whether a difference is nothing; else the precision is noted at which that could be seen."""
        if jets.is_nothing(number):
            return True
        over = self.numbers.upper(number) - (min(jets.smallest or 0, 0) - AGREEING_BITS)
        self._wanted = max(self._wanted, self._bits + over + 32)
        return False

    def _differ(self, left, right) -> _Result:
        one, other = self._text(left), self._text(right)
        if one == other:
            other += f", which is {self._text(right - left)} more"
        return _Result(REFUTED, DIFFER, {}, one, other)

    def _margin(self, difference) -> float:
        """How far the sides of an inequality are from each other."""
        try:
            return abs(self.numbers.near(difference))
        except OverflowError:
            return inf

    def _text(self, value) -> str:
        """A number as it can be recomputed: a short fraction as such, else in digits."""
        if type(value) is Pair:
            return f"{self._text(value.real)} + {self._text(value.imaginary)} i"
        numbers = self.numbers
        if numbers.is_exact(value):
            above, below = numbers.ratio(value)
            text = str(above) if below == 1 else f"{above}/{below}"
            if len(text) <= 24:
                return text
        with numbers.precision(PRECISIONS[0]):
            return numbers.digits(numbers.ball(value), 12)

    # Rests O(h^k)

    def _rest(self, values: Values, entry: dict) -> _Result:
        """The expansion of the rest around h = 0, to either side: it may begin at the order that is printed."""
        if values.jets.order < self._order + 2:
            jets = Jets(self.numbers, self._order + 2)
            near_values = Values(self._program, values.point, jets, values.watch)
        else:
            near_values = values
        jets, name, tried = near_values.jets, self._small.name, False
        for sign in (1, -1):
            (direction,) = jets.directions(sign=sign)
            jets.vanishing, jets.divided = direction, 0
            near = near_values.moved(name, (), jets.moved(0, direction))
            if not all(near.holds(chain, entry) for chain in self._conditions):
                continue
            left, right = near.value(self.item.left, entry), near.value(self._right, entry)
            rest = left - right
            rest = rest if type(rest) is not Pair else rest.real if not jets.constant(rest.imaginary) else rest.imaginary
            if jets.order - jets.divided < self._order - 1:
                return _OPEN
            for power, coefficient in sorted(jets.powers(rest, direction).items()):
                if power >= self._order:
                    break
                sign_ = self.numbers.sign(jets.constant(coefficient))
                if sign_:
                    power_ = name if power == 1 else f"{name}^{power}" if power else "1"
                    found = f"a rest that begins with {self._text(coefficient)} {power_}"
                    return _Result(REFUTED, "the rest is larger", {}, found, f"O({name}^{self._order})")
                if sign_ is None and not self._is_nothing(coefficient, jets):
                    return _OPEN
            tried = True
        return _AGREES if tried else _OUTSIDE

    # Counterexamples

    def _refuted(self, point: Point, entry: dict, result: _Result) -> Verdict:
        """The verdict with the simplest counterexample near one that was found."""
        point, result = self._simplified(point, entry, result)
        fresh = Point(point.seed, point.kind, point.sizes, point.wishes, self.numbers, point.signs, point.fixed)
        self._shared = {}
        self._program = self._shared_program(self.item)
        try:
            self.tried(fresh, entry)
        except _Exhausted:
            fresh = point
        place = {**entry, **(result.place or {})}
        counterexample = Counterexample(
            tuple({**self._layers, **point.sizes}.items()),
            tuple(place.items()),
            result.left,
            result.right,
            tuple(_inputs(fresh, self.item, self._text)),
        )
        return replace(self._result(REFUTED, result.reason, counterexample), refuting=point)

    def _simplified(self, point: Point, entry: dict, result: _Result) -> tuple[Point, _Result]:
        """The same counterexample with simpler numbers, input by input."""
        left = 80
        for key in self._inputs(point):
            value = point.touched[key]
            for simple in (0, 1, -1, 2, -2, 3, round(self.numbers.near(value)), 10, -10):
                if left and simple != value:
                    left -= 1
                    near = point.with_fixed({key: simple})
                    try:
                        other = self.tried(near, entry)
                    except _Exhausted:
                        return point, result
                    if other.status == REFUTED and other.reason == result.reason:
                        point, result = near, other
                        break
        return point, result

    # Boundaries

    def _boundaries(self) -> Iterator[tuple[Point, dict, _Result]]:
        """Points on which a guard is 0, and points to both sides of it, at every size."""
        if not self._open and self.item.relation in ("=", t.ROUNDS):
            return
        for place, sizes in enumerate(self.plans[:6] if not self._layers else self.plans[:1]):
            for kind in (FRACTIONS, SMALL) if place < 2 and not self._layers else (FRACTIONS,):
                yield from self._boundaries_at(sizes, kind)

    def _boundaries_at(self, sizes: Sizes, kind: str) -> Iterator[tuple[Point, dict, _Result]]:
        every = self.entries(sizes)
        some = list({tuple(entry.items()): entry for entry in (*every[:2], every[-1])}.values())
        point = Point(f"{self._seed}/boundary", kind, sizes, self._wishes, self.numbers)
        for entry in some:  # so that all inputs are known
            self.tried(point, entry)
        reached_: dict[tuple, int] = {}
        for leaf in self._inputs(point)[:_MOST_INPUTS]:
            for guard_key, root, is_exact in self._roots(point, leaf, point.touched[leaf], some):
                is_met = 0 in self._signs_of(guard_key) or guard_key in self._excluded
                if reached_.get(guard_key, 0) >= (_ZEROS_ENOUGH if is_met else _ZEROS_MOST):
                    continue
                reached_[guard_key] = reached_.get(guard_key, 0) + 1
                for shift in _SHIFTS:
                    near = point.with_fixed({leaf: self.numbers.exact(*(root + shift).as_integer_ratio())})
                    for entry in some:
                        result, _ = self._compared(near, entry, on_purpose=True)
                        if result.status == REFUTED:
                            yield near, entry, result
                            return
                        no_value = result in (_OUTSIDE, _NO_VALUE)
                        if not shift and (no_value or (is_exact and 0 not in self._signs_of(guard_key))):
                            self._excluded.add(guard_key)  # or it is not met where it would be 0

    def _signs_of(self, key: tuple) -> set[int]:
        return self._met[key].signs if key in self._met else set()

    def _roots(self, point: Point, leaf: Key, here, some: Sequence[dict]) -> list[tuple[tuple, Fraction, bool]]:
        """Numbers for one input at which a guard of the claim is 0, with the guard, and whether it is exactly 0."""
        found: dict[tuple[tuple, Fraction, bool], None] = {}
        start = Fraction(*self.numbers.ratio(here))
        for guard, powers in self._expansions(point, leaf, some):
            key = guard.kind, id(guard.part)
            if key not in self._open and guard.part is not self.item.right:
                continue
            for step, is_exact in self._zeros(powers):
                found[key, start + step, is_exact] = None
        return list(found)[:24]

    def _expansions(self, point: Point, leaf: Key, some: Sequence[dict]) -> list:
        """How every guard that is met changes when one input moves."""
        values = self._values(point, PRECISIONS[0], 1)
        watch, jets = values.watch, values.jets
        (direction,) = jets.directions(order=_ORDER_OF_PROBES)
        watch.probe, watch.expansions = direction, []
        nodes = [*self._conditions, self.item.left, self._right]
        try:
            with self.numbers.precision(PRECISIONS[0]):
                near = values.moved(*leaf, jets.moved(values.entry(*leaf), direction))
                for entry in some:
                    sides = []
                    for node in nodes:
                        self._budget.begin(STEPS_OF_A_POINT)
                        try:
                            sides.append((near.holds if isinstance(node, t.Chain) else near.value)(node, entry))
                        except (ArithmeticError, NoSuchEntry):
                            sides.append(None)
                    left, right = sides[-2:]
                    if self.item.relation != "=" and None not in (left, right) and not isinstance(left, list | Pair):
                        powers = jets.powers(left - right, direction)
                        self._own.varies |= len(powers) > 1
                        watch.expansions.append((self._own, powers))
                for each, local in self._assumptions(point):
                    try:
                        near.holds(each.claim, local)
                    except (ArithmeticError, NoSuchEntry):
                        pass
            if self._budget.is_over:
                raise _Exhausted
            return watch.expansions[:200]
        finally:
            watch.probe, watch.expansions = None, []
            self._note(values)

    def _zeros(self, powers: Mapping[int, object]) -> Iterator[tuple[Fraction, bool]]:
        """Fractions at which an expansion is 0, with True; or simple ones near to such a place."""
        coefficients = [Jets.constant(powers.get(power, 0)) for power in range(4)]
        if all(map(self.numbers.is_exact, coefficients)):
            whole = [Fraction(*self.numbers.ratio(each)) for each in coefficients]
            exact = list(_exact_roots(whole))
            yield from ((root, True) for root in exact)
            if exact and not whole[3]:
                return
        try:
            near = [self.numbers.near(each) for each in coefficients]
        except (OverflowError, ValueError):
            return
        for root in _real_roots(near):
            if abs(root) < 1e9:
                yield Fraction(root).limit_denominator(1000), False

    def _solved(self, point: Point, entry: dict) -> Point | None:
        """A point at which one more condition or assumption holds, by another number for one input."""
        values = self._values(point, PRECISIONS[0], 1)
        for chain, local in self._unsatisfied(values, entry):
            equations = [link.relation for link in chain.links]
            source = random.Random(repr((point.seed, point.kind, sorted(point.fixed, key=str), show(chain), sorted(local.items()))))
            leaves = self._inputs(point)
            source.shuffle(leaves)
            leaves.sort(key=lambda leaf: leaf in point.fixed)
            for leaf in leaves[:_MOST_INPUTS]:
                steps = self._steps_to(values, chain, local, leaf)
                if not steps:
                    continue
                here = Fraction(*self.numbers.ratio(point.touched[leaf]))
                shifts = [0] if all(each in ("=", r"\le", r"\ge") for each in equations) else _ASIDE
                root = here + source.choice(steps)
                moved = [{leaf: self.numbers.exact(*(root + shift).as_integer_ratio())} for shift in shifts]
                good = [near for near in map(point.with_fixed, moved) if self._holds_at(near, chain, local)]
                if good:
                    others = (near for near in good if not any(self._unsatisfied(self._values(near, PRECISIONS[0], 1), entry)))
                    return next(others, good[0])
            return None
        return None

    def _unsatisfied(self, values: Values, entry: dict) -> Iterator[tuple[t.Chain, dict]]:
        chains = [(chain, entry) for chain in self._conditions]
        chains += [(each.claim, local) for each, local in self._assumptions(values.point)]
        for chain, local in chains:
            try:
                with self.numbers.precision(PRECISIONS[0]):
                    if not values.holds(chain, local):
                        yield chain, local
            except (ArithmeticError, NoSuchEntry):
                continue

    def _holds_at(self, point: Point, chain: t.Chain, local: dict) -> bool:
        values = self._values(point, PRECISIONS[0], 1)
        try:
            with self.numbers.precision(PRECISIONS[0]):
                return values.holds(chain, local)
        except (ArithmeticError, NoSuchEntry):
            return False

    def _steps_to(self, values: Values, chain: t.Chain, local: dict, leaf: Key) -> list[Fraction]:
        """How far one input has to move for the sides of a condition to be equal."""
        jets = Jets(self.numbers)
        watch = Watch(self._budget)
        root = Values(self._program, values.point, jets, watch)
        (direction,) = jets.directions(order=_ORDER_OF_PROBES)
        watch.probe = direction
        self._budget.begin(STEPS_OF_A_POINT)
        found: dict[Fraction, None] = {}
        try:
            with self.numbers.precision(PRECISIONS[0]):
                near = root.moved(*leaf, jets.moved(root.entry(*leaf), direction))
                sides = [near.value(side, local) for side in (chain.first, *(link.right for link in chain.links))]
                for one, other in zip(sides, sides[1:], strict=False):
                    powers = jets.powers(one - other, direction)
                    if len(powers) > 1 or 0 not in powers:
                        found.update(dict.fromkeys(root for root, _ in self._zeros(powers)))
        except (ArithmeticError, NoSuchEntry, TypeError):
            pass
        return list(found)

    # Inequalities

    def _descent(self) -> Iterator[tuple[Point, dict, _Result]]:
        """From the worst points on, one input after the other, by ever smaller steps, while the sides come nearer."""
        for place, (best, _, point, entry) in enumerate(list(self._worst)):
            tries, better = _TRIES, True
            while better and tries > 0:
                better = False
                for near in self._moves(point, entry):
                    if tries <= 0:
                        break
                    tries -= 1
                    result = self.tried(near, entry)
                    if result.status == REFUTED:
                        yield near, entry, result
                        return
                    if result.status == AGREES and result.margin is not None and result.margin < best:
                        best, point, better = result.margin, near, True
            self._worst[place] = best, place, point, entry

    def _moves(self, point: Point, entry: dict) -> Iterator[Point]:
        """Points near another one: at the bottom of a parabola through it, and by one input at a time."""
        keys = self._inputs(point)[:6]
        if bottom := self._bottom(point, entry, keys[:4]):
            yield bottom
        for key in keys:
            here = Fraction(*self.numbers.ratio(point.touched[key]))
            for there in (*(here * factor for factor in _FACTORS), *(here + step for step in _PACES)):
                yield point.with_fixed({key: self.numbers.exact(*there.as_integer_ratio())})

    def _bottom(self, point: Point, entry: dict, keys: Sequence[Key]) -> Point | None:
        """The point at which the difference of both sides is least, as far as it is a parabola in these inputs."""
        jets = Jets(self.numbers)
        values = Values(self._program, point, jets, Watch(self._budget))
        directions = [jets.directions(order=2)[0] for _ in keys]
        self._budget.begin(STEPS_OF_A_POINT)
        try:
            with self.numbers.precision(PRECISIONS[0]):
                near = values.moved_to(
                    {key: jets.moved(values.entry(*key), way) for key, way in zip(keys, directions, strict=True)}
                )
                gap = near.value(self.item.left, entry) - near.value(self._right, entry)
        except (ArithmeticError, NoSuchEntry, TypeError):
            return None
        if type(gap) is not Jet:
            return None

        def coefficient(*monomial: int) -> Fraction:
            number = gap.terms.get(tuple(sorted(monomial)), 0)
            exact = self.numbers.is_exact(number)
            return Fraction(*self.numbers.ratio(number)) if exact else Fraction(self.numbers.near(number))

        try:
            slopes = [-coefficient(one) for one in directions]
            bends = [[coefficient(one, two) * (2 if one == two else 1) for two in directions] for one in directions]
        except (OverflowError, ValueError):
            return None
        step = _solution(bends, slopes)
        if not step or not any(step):
            return None
        moved = {}
        for key, move in zip(keys, step, strict=True):
            there = Fraction(*self.numbers.ratio(point.touched[key])) + move
            moved[key] = self.numbers.exact(*there.limit_denominator(10**15).as_integer_ratio())
        return point.with_fixed(moved)


class _Exhausted(Exception):
    """The budget of a formula is over."""


def _guards(item: Item, right: t.Node | None) -> tuple[dict[tuple, t.Node], set[tuple]]:
    """All places of a claim, and of what it is made of, at which it may break, by kind and identity of the part.

    With those among them that are conditions only if a point violates them: what stands in a case, whose condition may
    exclude it, and the base of a power whose exponent is a whole number.
    """
    found: dict[tuple, t.Node] = {}
    some: set[tuple] = set()
    nodes = [item.left, *([right] if right is not None else []), *item.conditions]
    every = list(reached(nodes, item.scope))
    in_cases = {
        id(node) for each in every if isinstance(each, t.Cases) for case in each.cases for node, _ in t.walk(case.value)
    }

    def add(kind: str, part: t.Node, node: t.Node, if_violated: bool = False) -> None:
        if not _is_constant(part, item):
            found[kind, id(part)] = part
            if if_violated or id(node) in in_cases:
                some.add((kind, id(part)))

    for node in every:
        match node:
            case t.Fraction(_, below) | t.EntryFraction(_, below):
                add(DIVISOR, below, node)
            case t.Root(body):
                add(ROOT, body, node)
                add(BASE, body, node, if_violated=True)
            case t.Power(base, exponent) if base != t.Letter("e"):
                value = _whole(exponent)
                if value is None and not _is_about_indices(exponent, item.scope):
                    add(BASE, base, node)
                elif value is None or value < 0:
                    add(DIVISOR, base, node, if_violated=value is None)
            case t.Apply(t.Function(r"\ln", 0), (argument,)):
                add(LOGARITHM, argument, node)
            case t.Extremum(kind):
                found[RELATION if kind.startswith("arg") else KINK, id(node)] = node
            case t.Apply(t.Function(r"\max" | r"\min", 0)):
                found[KINK, id(node)] = node
            case t.Absolute(body):
                found[KINK, id(body)] = body
            case t.Chain(_, links) if not _is_about_indices(node, item.scope):
                found.update({(RELATION, id(link)): link for link in links if link.relation in t.COMPARISONS})
    primed = {node.name for node in every if isinstance(node, t.Function) and node.primes}
    for convention in item.scope.conventions:
        if convention.function in primed:
            found[KINK, id(convention.point)] = convention.point
    return found, some


def _is_about_indices(node: t.Node, scope) -> bool:
    """Whether an expression contains nothing but indices, sizes and numbers."""
    plain = {index.letter for index in scope.notation.indices} | {size.letter for size in scope.notation.sizes}
    return all(
        isinstance(each, t.Chain | t.Link | t.Number | t.Plus | t.Minus)
        or (isinstance(each, t.Letter) and each.name in plain)
        for each, _ in t.walk(node)
    )


def _without_numbers(part: t.Node) -> t.Node:
    """What is left of a product without its positive numbers: 2h is 0 where h is."""
    if not isinstance(part, t.Times):
        return part
    factors = [factor for factor in part.factors if not isinstance(factor, t.Number)]
    return t.Times(tuple(factors)) if len(factors) > 1 else factors[0] if factors else part


def _follows(text: str, others: Iterable[str]) -> bool:
    """Whether a condition follows from another one: x > 0 says that x ≥ 0 and x ≠ 0."""
    part, _, _ = text.rpartition(" ")
    part, _, relation = part.rpartition(" ")
    return relation in ("!=", ">=") and f"{part} > 0" in others


def _whole(node: t.Node) -> int | None:
    match node:
        case t.Number(digits, 0) if digits.isdigit() and len(digits) < 9:
            return int(digits)
        case t.Minus(body):
            value = _whole(body)
            return None if value is None else -value
    return None


def _is_constant(part: t.Node, item: Item) -> bool:
    """Whether an expression contains nothing but numbers and sizes."""
    sizes = {size.letter for size in item.scope.notation.sizes}
    return all(
        not isinstance(node, t.Indexed | t.Family | t.Apply) and (not isinstance(node, t.Letter) or node.name in sizes)
        for node, _ in t.walk(part)
    ) and not any(isinstance(node, t.Minus) for node, _ in t.walk(part))


def _is_defined(node: t.Node, scope) -> bool:
    name = node.name if isinstance(node, t.Letter) else node.base.name if isinstance(node.base, t.Letter) else ""
    if name in scope.definitions:
        return True
    return any(array.entry and array.entry.letter == name and array.letter in scope.definitions for array in scope.notation.arrays)


def _is_base(node: t.Letter, scope) -> bool:
    """Whether a letter is met as the base of an entry that is looked at itself."""
    return any(array.entry and array.entry.letter == node.name for array in scope.notation.arrays)


def _inputs(point: Point, item: Item, text) -> Iterator[tuple[str, str]]:
    """The numbers of all inputs, as they are printed: z_{12} = 3/7."""
    notation = item.scope.notation
    for (name, indices), value in sorted(point.touched.items(), key=lambda pair: (pair[0][0], pair[0][1])):
        array = next((each for each in notation.arrays if each.letter == name), None)
        letter = array.entry.letter if array and array.entry else name.rpartition("_")[0] or name
        if "^{[" in name:
            base, _, layer = name.partition("^")
            array = next((each for each in notation.arrays if each.letter == base), None)
            letter = (array.entry.letter if array and array.entry else base) + "^" + layer
        elif not indices:
            letter = name
        separator = "" if all(index < 10 for index in indices) else ","
        shown = separator.join(map(str, indices))
        yield (f"{letter}_{{{shown}}}" if len(shown) > 1 else f"{letter}_{shown}" if shown else letter), text(value)
    for key, value in sorted(point.used.items(), key=str):
        name, part, *place = key
        yield f"{name}: {part}{place[0] + 1 if place else ''}", text(value)


def _half_units(node: t.Node, numbers: Arithmetic):
    """Half a unit of the last printed digit of a decimal, or of each entry of a matrix of decimals."""
    match node:
        case t.Minus(body):
            return _half_units(body, numbers)
        case t.Matrix(rows):
            return [[_half_units(entry, numbers) for entry in row] for row in rows]
    power = node.exponent - len(node.digits.partition(".")[2])
    return numbers.exact(10**power, 2) if power >= 0 else numbers.exact(1, 2 * 10**-power)


def _exact_roots(coefficients: Sequence[Fraction]) -> Iterator[Fraction]:
    """The roots of a polynomial of degree 1 or 2, as far as they are fractions."""
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
    """The real roots of a polynomial, near enough to be rounded."""
    import numpy as np

    if not any(coefficients[1:]) or not all(map(np.isfinite, coefficients)):
        return []
    try:
        roots = np.roots(coefficients[::-1])
    except np.linalg.LinAlgError:
        return []
    return [float(root.real) for root in roots if abs(root.imag) < 1e-7 * max(1, abs(root.real))]


def _solution(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction] | None:
    """The solution of linear equations by elimination; None if there is not just one."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place in range(len(rows)):
        pivot = next((row for row in rows[place:] if row[place]), None)
        if pivot is None:
            return None
        rows.remove(pivot)
        rows = [[a - row[place] / pivot[place] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        rows.insert(place, pivot)
    return [row[-1] / row[place] for place, row in enumerate(rows)]


def _judge_convention(item: Item, numbers: Arithmetic, budget: Budget) -> Verdict:
    """A value may be agreed upon only where the derivative does not exist and one-sided ones do."""
    function, (point_,) = item.left.function, item.left.arguments
    budget.begin(STEPS_OF_A_POINT)
    program = Program(item.scope)
    jets = Jets(numbers, HIGHEST_ORDER)
    values = Values(program, Point("1", ZEROS, {}, Wishes(), numbers), jets, Watch(budget))
    with numbers.precision(PRECISIONS[1]):
        try:
            x = values.value(point_, {})
            program.slope_at(function, function.primes, x, point_, values, {})
        except NoDerivative:
            return _one_sided(program, function, x, point_, values)
        except (HigherOrder, Unclear):
            return Verdict(UNDECIDED, "it is not known whether the derivative exists at this point")
        except Undefined as error:
            return Verdict(REFUTED, f"the function has no value at this point: it needs {error}", points=1)
    return Verdict(REFUTED, "the derivative exists at this point, so nothing is left to agree upon", points=1)


def _one_sided(program: Program, function: t.Function, x, part: t.Node, values: Values) -> Verdict:
    """Both one-sided derivatives exist if the function is continuous."""
    jets = values.jets
    lower = t.Function(function.name, function.primes - 1)
    here = program._prime(lower, lower.primes, (x,), part, values, {})
    for sign in (1, -1):
        (direction,) = jets.directions(sign=sign)
        beside = program._prime(lower, lower.primes, (jets.moved(x, direction),), part, values, {})
        gap = jets.powers(beside, direction).get(0, 0) - here
        if jets.numbers.sign(jets.constant(gap)) != 0:
            return Verdict(REFUTED, "the one-sided derivatives do not exist either", points=1)
    return Verdict(AGREES, points=1)
