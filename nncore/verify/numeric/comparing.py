r"""One comparison: what both sides of a claim are at a point, and whether they are the same number.

Two exact fractions or two balls (`numeric.balls`) are compared. Their difference is

- *not 0*, if its ball excludes 0: a proof, and a counterexample;
- *nothing*, if it is exactly 0, or below 2⁻⁶⁴ of the smallest addend met anywhere in the evaluation, beside 1 and
  beside the other addends of its sum, at the precision that this needs: both sides agree. The first time that a claim
  agrees without being exact it is looked at with the highest precision, which tells sin(10⁻³⁰) from 10⁻³⁰;
- else *undecided* at that point.

There is no other tolerance.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise, product
from math import inf

from nncore.verify.numeric.balls import Arithmetic
from nncore.verify.numeric.evaluator import Program
from nncore.verify.numeric.expectation import Rejected
from nncore.verify.numeric.guards import GuardKey, depends_on_indices_alone
from nncore.verify.numeric.jets import AGREEING_BITS, HigherOrder, Jets, Unclear
from nncore.verify.numeric.pairs import Pair
from nncore.verify.numeric.sample_points import Key, Point, input_name
from nncore.verify.numeric.sizes import is_about_sizes
from nncore.verify.numeric.values import HIGHEST_ORDER, Values
from nncore.verify.numeric.watching import (
    RELATION,
    BadCases,
    Budget,
    Guard,
    NoDerivative,
    NoSuchEntry,
    TooLarge,
    Undefined,
    Watch,
)
from nncore.verify.semantics import remainders
from nncore.verify.semantics.layers import reached
from nncore.verify.semantics.premises import assumed
from nncore.verify.semantics.statements import Assumed, Claim
from nncore.verify.semantics.symbols import MeaningError, find_symbol, letters
from nncore.verify.switches import attack
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

AGREES, REFUTED, UNDECIDED = "agrees", "refuted", "undecided"
DIFFER = "the values differ"
NO_DERIVATIVE = "a derivative does not exist here, and no condition excludes the point"

STEPS_OF_A_POINT = 150_000
CONFIRMED = attack("one agreement at the highest precision", "Sides may agree in very many digits, and differ.")
PRECISIONS = (128, 512, 2048, 4096)  # in bits
_LONGEST_FRACTION, _DIGITS = 24, 12  # characters of a number that is shown


class Exhausted(Exception):
    """The budget of a formula is over."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one comparison: a status, or ``outside`` of the conditions, or ``no value`` on one of the sides."""

    status: str
    reason: str = ""
    place: Mapping[str, int] | None = None
    left: str = ""
    right: str = ""
    margin: float | None = None


OUTSIDE, NO_VALUE = Result("outside"), Result("no value")
_AGREES, _OPEN = Result(AGREES), Result(UNDECIDED)


class Comparison:
    """Compares both sides of a claim, at whatever point.

    Attributes
    ----------
    conditions : list
        The conditions of the claim that are not about sizes alone; those are `about_sizes`.
    right : Node
        The right side without its rest O(h^k).
    met : dict
        The guards that were met, with their signs.
    own : Guard
        The difference of both sides, as a guard.
    violated : dict
        The guards that kept a side from having a value.
    flips : dict
        Of the last comparison: inputs that have the wrong sign for a root or a logarithm.
    lacking : frozenset
        Of the last comparison: the guard for which a side has no value.
    nearest : float
        Of a claim that both sides differ: how near to each other they came, beside the larger one.
    touched : bool
        Whether sides that must differ could not be told apart by any number of digits.
    too_large : bool
        Whether a comparison took too many steps.
    """

    def __init__(self, item: Claim, shared: dict, numbers: Arithmetic, budget: Budget):
        self.item, self.numbers, self.budget, self._shared = item, numbers, budget, shared
        self.item = item = placed(item)
        self._letters = item.letters.union(*(letters(each.claim, item.scope) for each in item.assumptions))
        self.about_sizes = [chain for chain in item.conditions if is_about_sizes(chain, item)]
        self.conditions = [chain for chain in item.conditions if chain not in self.about_sizes]
        rest = remainders.split(item.right) if item.relation is Relation.EQUAL else None
        self.right, self._small, self._order = rest or (item.right, None, 0)
        self.own = Guard(RELATION, item.right)
        self.met: dict[GuardKey, Guard] = {(RELATION, id(item.right)): self.own}
        self.violated: dict[GuardKey, t.Node] = {}
        self.flips: dict[Key, object] = {}
        self.lacking: frozenset[GuardKey] = frozenset()
        self._mine: set[tuple] = set()  # values that this claim has asked for
        self.too_large = False
        self.nearest, self.touched = 1.0, False
        self._bits = self._wanted = 0  # of precision: in use, and needed
        self._is_nothing_apart = False
        self._is_rounded = self._is_confirmed = False  # the agreement at hand, and one of them at the highest precision

    # Values at points

    def program(self) -> Program:
        """Return the program of the scope, which the claims in it share."""
        key = "program", id(self.item.scope)
        if key not in self._shared:
            self._shared[key] = Program(self.item.scope)  # which keeps the scope, so that its id stays its own
        return self._shared[key]

    def values(self, point: Point, bits: int = PRECISIONS[0], order: int = 1) -> Values:
        """Return the values at a point, kept for the other claims that stand in the same scope."""
        key = id(self.item.scope), point.identity(), bits, order, self.numbers.name
        if key not in self._shared:
            self._shared[key] = Values(self.program(), point, Jets(self.numbers, order), Watch(self.budget))
        values = self._shared[key]
        if key not in self._mine and (values.jets.smallest or 0) < -PRECISIONS[-1] // 2:
            # an addend of another claim leaves no digits for this one
            values = self._shared[key] = Values(self.program(), point, Jets(self.numbers, order), Watch(self.budget))
        self._mine.add(key)
        values.watch.budget = self.budget
        point.touched, point.used = values.point.touched, values.point.used  # what other claims asked for, too
        return values

    def signs_at(self, point: Point, key: GuardKey) -> set[int]:
        """Return the signs that a guard had when values were computed at a point; none if it was not met."""
        met = (self.values(point, order=order).watch.guards.get(key) for order in (1, HIGHEST_ORDER))
        return set().union(*(guard.signs for guard in met if guard))

    def inputs(self, point: Point) -> list[Key]:
        """Return the inputs of the claim that were asked for and are real numbers, those that it names first."""
        classes = {scalar.written.letter for scalar in self.item.scope.notation.scalars if scalar.to}
        found = [key for key in point.touched if key[0] in self._letters and key[0] not in classes]
        named = {number for _, number in self.item.named} | {number for _, number in self.item.least if number > 1}
        return sorted(found, key=lambda key: not named.intersection(key[1]))

    def begin(self) -> None:
        """Begin an evaluation."""
        self.budget.begin(STEPS_OF_A_POINT)

    def assumptions(self, point: Point) -> Iterator[tuple[Assumed, dict[str, int]]]:
        """Return the assumptions, for all values of their indices."""
        for each in self.item.assumptions:
            names, ranges = [letter for letter, _ in each.free], [point.size(size) for _, size in each.free]
            for place in product(*(range(1, last + 1) for last in ranges)):
                yield each, dict(zip(names, place, strict=True))

    # One comparison

    def tried(self, point: Point, entry: dict) -> Result:
        """Return what comes of a comparison, at the precision that it needs.

        Raises
        ------
        Exhausted
            If the budget is over.
        """
        self.flips, self.lacking, bits, order = {}, frozenset(), PRECISIONS[0], 1
        while True:
            if self.budget.is_over:
                raise Exhausted
            self._wanted, self._bits, self._is_rounded = 0, bits, False
            values = self.values(point, bits, order)
            self._is_nothing_apart = False
            self.begin()
            try:
                with self.numbers.precision(bits):
                    result = self._result(values, entry)
            except HigherOrder:
                if order < HIGHEST_ORDER:
                    order = HIGHEST_ORDER
                    continue
                result = _OPEN
            except Unclear:
                result = _OPEN
            except RecursionError:  # of a step that rests on many earlier ones
                return _OPEN
            except TooLarge:
                if self.budget.is_over:
                    raise Exhausted from None
                self.too_large = True
                return _OPEN
            finally:
                self.note(values)
            if CONFIRMED.is_on and result.status == AGREES and self._is_rounded and not self._is_confirmed:
                self._is_confirmed, bits = True, PRECISIONS[-1]
                continue
            higher = [each for each in PRECISIONS if bits < each >= self._wanted]
            if result is not _OPEN or not higher:
                self.touched |= result is _OPEN and self._is_nothing_apart
                return result
            bits = higher[0]

    def note(self, values: Values, is_compared: bool = True) -> None:
        """Keep the signs that guards have where sides are compared, and the inputs that have the wrong one."""
        self.flips.update(values.watch.flips)
        values.watch.flips.clear()
        for key, guard in values.watch.guards.items():
            known = self.met.setdefault(key, Guard(guard.kind, guard.part))
            known.signs |= guard.signs if is_compared else set()
            if is_compared and 0 in guard.signs and len(known.at_zero) < _AT_ZERO and values.point not in known.at_zero:
                known.at_zero.append(values.point)
            known.varies |= guard.varies

    def _result(self, values: Values, entry: dict) -> Result:
        try:
            if not self._admits(values, entry):
                return OUTSIDE
            if self._small:
                return self._rest(values, entry)
            left, right = values.value(self.item.left, entry), values.value(self.right, entry)
        except Undefined as error:
            self.violated[error.kind, id(error.part)] = error.part
            links = error.part.links if isinstance(error.part, t.Chain) else ()
            self.lacking = frozenset({(error.kind, id(part)) for part in (error.part, *links)})
            if depends_on_indices_alone(error.part, self.item.scope):
                reason = f"{error} does not hold for all indices, and no condition excludes the others"
                return Result(REFUTED, reason, {}, "none", "none")
            return NO_VALUE
        except (NoSuchEntry, Rejected):
            return NO_VALUE
        except NoDerivative:
            return Result(REFUTED, NO_DERIVATIVE, {}, "none", "none")
        except BadCases as error:
            return Result(REFUTED, str(error), {}, "none", "none")
        return self._relation(left, right, values.jets)

    def _admits(self, values: Values, entry: dict) -> bool:
        """Whether conditions and assumptions hold; a premise holds by its definition, where what it places exists."""
        try:
            for name in sorted(self.item.scope.placed):
                values.entry(name, ())
            return all(values.holds(chain, entry) for chain in self.conditions) and self.assumptions_hold(values)
        except Undefined:
            return False

    def assumptions_hold(self, values: Values) -> bool:
        """Return whether the assumptions hold: an equation as sides of a claim agree, for a root may stand in it."""
        return all(self._assumed(values, each.claim, local) for each, local in self.assumptions(values.point))

    def _assumed(self, values: Values, chain: t.Chain, local: dict) -> bool:
        try:
            return values.holds(chain, local)
        except Unclear:
            sides = [values.value(side, local) for side in chain.sides]
            equal = all(link.relation is Relation.EQUAL for link in chain.links)
            if equal and all(values.jets.is_nothing(one - other) for one, other in pairwise(sides)):
                return True
            raise

    # Relations

    def _relation(self, left, right, jets: Jets) -> Result:
        """What both sides say, entry by entry of matrices: the first place where they differ."""
        halves = _half_units(self.item.right, self.numbers) if self.item.relation is Relation.ROUNDS else None
        if type(left) is not list:
            return self._of_numbers(left, right, halves, jets)
        found = _AGREES
        if self.item.relation is Relation.UNEQUAL:
            return self._differ_somewhere(left, right, jets)
        for row, (ones, others) in enumerate(zip(left, right, strict=True)):
            for column, (one, other) in enumerate(zip(ones, others, strict=True)):
                result = self._of_numbers(one, other, halves and halves[row][column], jets)
                if result.status == REFUTED:
                    return replace(result, place={"row": row + 1, "column": column + 1})
                if result is _OPEN:
                    found = result
        return found

    def _differ_somewhere(self, left, right, jets: Jets) -> Result:
        """Two matrices are different if one entry is."""
        pairs_ = [pair for rows in zip(left, right, strict=True) for pair in zip(*rows, strict=True)]
        results = [self._of_numbers(one, other, None, jets) for one, other in pairs_]
        return next((each for each in results if each.status == AGREES), _OPEN if _OPEN in results else results[0])

    def _of_numbers(self, left, right, half, jets: Jets) -> Result:
        jets.addend(left)
        jets.addend(right)
        if type(left) is Pair or type(right) is Pair:
            return self._of_pairs(left, right, jets)
        numbers, relation, difference = self.numbers, self.item.relation, left - right
        if not numbers.is_finite(difference):
            return _OPEN
        if half is not None:
            over = numbers.sign(abs(difference) - half)
            return _OPEN if over is None else _AGREES if over <= 0 else self._differ(left, right)
        sign = numbers.sign(difference)
        if sign is None and relation.is_strict:
            self._is_nothing_apart = jets.is_nothing(difference)
            return _OPEN
        if sign is None:
            return _AGREES if relation.holds(0) and self._is_nothing(difference, jets) else _OPEN
        self.own.signs.add(sign)
        if not relation.holds(sign):
            return self._differ(left, right)
        if relation is Relation.UNEQUAL:
            self.nearest = min(self.nearest, self._relative(difference, left, right))
        return Result(AGREES, margin=self.margin(difference)) if not relation.is_equation else _AGREES

    def _of_pairs(self, left, right, jets: Jets) -> Result:
        """Two complex numbers: equal, or not."""
        difference = left - right
        parts = difference.real, difference.imaginary
        signs = [self.numbers.sign(part) for part in parts]
        self.own.signs.update(sign for sign in signs if sign is not None)
        if any(signs) and self.item.relation is Relation.UNEQUAL:
            return Result(AGREES, margin=sum(map(self.margin, parts)))
        if any(signs):
            return self._differ(left, right)
        if self.item.relation is Relation.UNEQUAL:
            return self._differ(left, right) if signs == [0, 0] else _OPEN
        equal = all(sign == 0 or self._is_nothing(part, jets) for sign, part in zip(signs, parts, strict=True))
        return _AGREES if equal else _OPEN

    def _is_nothing(self, number, jets: Jets) -> bool:
        """Whether a difference is nothing; else the precision is noted at which that could be seen."""
        if jets.is_nothing(number):
            self._is_rounded = True
            return True
        over = self.numbers.upper(number) - (min(jets.smallest or 0, 0) - AGREEING_BITS)
        self._wanted = max(self._wanted, self._bits + over + 32)
        return False

    def _differ(self, left, right) -> Result:
        one, other, gap = self.text(left), self.text(right), right - left
        parts = (gap.real, gap.imaginary) if type(gap) is Pair else (gap,)
        if one == other and any(self.numbers.sign(part) != 0 for part in parts):
            other += f", which is {self.text(gap)} more"
        return Result(REFUTED, DIFFER, {}, one, other)

    def _relative(self, difference, left, right) -> float:
        """How near to each other the sides are, beside the larger one."""
        try:
            return abs(self.numbers.near(difference)) / max(abs(self.numbers.near(left)), abs(self.numbers.near(right)))
        except (OverflowError, ZeroDivisionError):
            return 1.0

    def margin(self, difference) -> float:
        """Return how far the sides of an inequality are from each other."""
        try:
            return abs(self.numbers.near(difference))
        except OverflowError:
            return inf

    def exact(self, number) -> str:
        """Return an exact number, however long it is."""
        above, below = self.numbers.ratio(number)
        return str(above) if below == 1 else f"{above}/{below}"

    def text(self, value) -> str:
        """Return a number as it can be computed again: a short fraction as such, else in digits."""
        if type(value) is Pair:
            return f"{self.text(value.real)} + {self.text(value.imaginary)} i"
        if self.numbers.is_exact(value):
            text = self.exact(value)
            if len(text) <= _LONGEST_FRACTION:
                return text
        with self.numbers.precision(PRECISIONS[0]):
            return self.numbers.digits(self.numbers.ball(value), _DIGITS)

    # Rests O(h^k)

    def _rest(self, values: Values, entry: dict) -> Result:
        """The expansion of the rest around h = 0, to either side: it may begin at the order that is printed."""
        depth = max(map(_quotients, (self.item.left, self.right)))
        jets = Jets(self.numbers, self._order + _MORE_ORDERS * depth + 1)
        root = Values(self.program(), values.point, jets, values.watch)
        values.watch.slopes += 1  # a kink matters as it does in a derivative
        try:
            return self._expanded(root, jets, entry)
        finally:
            values.watch.slopes -= 1

    def _expanded(self, root: Values, jets: Jets, entry: dict) -> Result:
        name, tried = self._small.name, False
        for side in (1, -1):
            (direction,) = jets.directions(sign=side)
            jets.vanishing, jets.divided = direction, 0
            near = root.moved(name, (), jets.moved(0, direction))
            if not all(near.holds(chain, entry) for chain in self.conditions):
                continue
            tried, rest = True, near.value(self.item.left, entry) - near.value(self.right, entry)
            for part in (rest.real, rest.imaginary) if type(rest) is Pair else (rest,):
                result = self._begins_late(part, direction, jets)
                if result is not _AGREES:
                    return result
        return _AGREES if tried else OUTSIDE

    def _begins_late(self, rest, direction: int, jets: Jets) -> Result:
        """Whether no power below the order has a coefficient."""
        if jets.order - jets.divided * max(map(_quotients, (self.item.left, self.right))) < self._order - 1:
            return _OPEN
        for power, coefficient in sorted(jets.powers(rest, direction).items()):
            if power >= self._order:
                break
            sign = self.numbers.sign(jets.constant(coefficient))
            if sign:
                letter = self._small.name
                shown = letter if power == 1 else f"{letter}^{power}" if power else "1"
                found = f"a rest that begins with {self.text(coefficient)} {shown}"
                return Result(REFUTED, "the rest is larger", {}, found, f"O({letter}^{self._order})")
            if sign is None and not self._is_nothing(coefficient, jets):
                return _OPEN
        return _AGREES


_AT_ZERO = 4  # points that are kept of those at which a guard is 0
_MORE_ORDERS = 3  # of expansions for each quotient inside of another one, which may lose some


def _quotients(node: t.Node) -> int:
    """How many quotients stand one inside of the other."""
    return isinstance(node, t.Fraction) + max(map(_quotients, t.children(node)), default=0)


def placed(item: Claim) -> Claim:
    """The claim with a condition u = e taken as what places u, so that e need not be a fraction."""
    for chain in item.conditions:
        letter = chain.first
        if not isinstance(letter, t.Letter) or len(chain.links) > 1 or input_name(letter, item.scope) is None:
            continue
        if _is_differentiated(chain, item):
            continue
        try:
            scope = assumed(chain, item.scope)
        except MeaningError:
            continue
        conditions = tuple(each for each in item.conditions if each is not chain)
        everything = [item.left, item.right, *conditions]
        inside = frozenset().union(*(letters(each, scope) for each in everything)) | letters(chain, item.scope)
        return placed(replace(item, scope=scope, conditions=conditions, letters=inside))
    return item


def _is_differentiated(chain: t.Chain, item: Claim) -> bool:
    """Whether a claim differentiates by what stands in a condition: that holds at a point, and not beside it."""
    moved = {
        find_symbol(variable, item.scope).name
        for node in reached([item.left, item.right], item.scope)
        if isinstance(node, t.Derivative)
        for variable in node.variables
    }
    return bool(moved & letters(chain, item.scope))


def _half_units(node: t.Node, numbers: Arithmetic):
    """Half a unit of the last printed digit of a decimal, or of each entry of a matrix of decimals."""
    match node:
        case t.Minus(body):
            return _half_units(body, numbers)
        case t.Matrix(rows):
            return [[_half_units(entry, numbers) for entry in row] for row in rows]
    power = node.exponent - len(node.digits.partition(".")[2])
    return numbers.exact(10**power, 2) if power >= 0 else numbers.exact(1, 2 * 10**-power)
