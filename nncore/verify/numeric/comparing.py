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
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise, product
from typing import cast

from nncore.verify.numeric import watching
from nncore.verify.numeric.balls import Arithmetic, Number
from nncore.verify.numeric.evaluator import Program
from nncore.verify.numeric.expectation import Key, Rejected
from nncore.verify.numeric.guards import depends_on_indices_alone
from nncore.verify.numeric.jets import AGREEING_BITS, Expansion, HigherOrder, Jets, Pair, Scalar, Unclear, pair, parts
from nncore.verify.numeric.matrices import Matrix, Value
from nncore.verify.numeric.sample_points import SamplePoint, input_name
from nncore.verify.numeric.sizes import is_about_sizes
from nncore.verify.numeric.values import HIGHEST_ORDER, Values
from nncore.verify.numeric.watching import Budget, Guard, GuardKey, NoSuchEntry, Same, TooLarge, Undefined, Watch
from nncore.verify.semantics import remainders
from nncore.verify.semantics.layers import reached
from nncore.verify.semantics.premises import assumed
from nncore.verify.semantics.statements import Assumed, Claim
from nncore.verify.semantics.symbols import MeaningError, Scope, letters
from nncore.verify.switches import attack
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation


class Finding(StrEnum):
    """What numbers say of a claim."""

    REFUTED = "refuted"
    UNDECIDED = "undecided"
    AGREES = "agrees"


class Missing(StrEnum):
    """Why nothing is compared at a point: it is outside of the conditions, or one of the sides has no value."""

    OUTSIDE = "outside"
    NO_VALUE = "no value"


DIFFER = "the values differ"

STEPS_OF_A_POINT = 150_000
CONFIRMED = attack("one agreement at the highest precision", "Sides may agree in very many digits, and differ.")
PRECISIONS = (128, 512, 2048, 4096)  # in bits
_LONGEST_FRACTION, _DIGITS = 24, 12  # characters of a number that is shown
_MOST_BITS = 10_000  # of a number that is written out; Python refuses to write many more


class Exhausted(Exception):
    """The budget of a formula is over."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one comparison."""

    status: Finding | Missing
    reason: str = ""
    place: Mapping[str, int] | None = None
    left: str = ""
    right: str = ""
    margin: float | None = None


OUTSIDE, NO_VALUE = Result(Missing.OUTSIDE), Result(Missing.NO_VALUE)
_AGREES, _OPEN = Result(Finding.AGREES), Result(Finding.UNDECIDED)
Entry = dict[str, int]  # the values of the free indices


class Shared:
    """The programs of scopes, and the values at points, which the claims of a page have in common."""

    def __init__(self) -> None:
        self.values: dict[tuple[object, ...], Values] = {}
        self._programs: dict[Same[Scope], Program] = {}

    def program(self, scope: Scope) -> Program:
        """Return the program of a scope."""
        if Same(scope) not in self._programs:
            self._programs[Same(scope)] = Program(scope)
        return self._programs[Same(scope)]


class Comparison:
    """Compares both sides of a claim, at whatever point."""

    def __init__(self, item: Claim, shared: Shared, numbers: Arithmetic, budget: Budget):
        self.item = item = placed(item)
        self.numbers, self.budget, self._values = numbers, budget, shared.values
        self.program = shared.program(item.scope)  # the same for all claims in the scope
        self._letters = item.letters.union(*(letters(each.claim, item.scope) for each in item.assumptions))
        self.about_sizes = [chain for chain in item.conditions if is_about_sizes(chain)]
        self.conditions = [chain for chain in item.conditions if chain not in self.about_sizes]
        self._rest = remainders.split(item.relation, item.right)
        self.right = self._rest[0] if self._rest else item.right  # without a rest O(h^k)
        self.own = Guard(GuardKey(watching.RELATION, item.right))  # the difference of both sides
        self.met: dict[GuardKey, Guard] = {self.own.key: self.own}
        self.violated: dict[GuardKey, None] = {}  # what kept a side from having a value
        # Of the last comparison: inputs with the wrong sign for a root or a logarithm, and the guard that is violated.
        self.flips: dict[Key, Number] = {}
        self.lacking: frozenset[GuardKey] = frozenset()
        self._mine: set[tuple[object, ...]] = set()  # values that this claim has asked for
        self.too_large = self.too_many_steps = False  # for a comparison: in any way, and at these sizes already
        self.nearest = 1.0  # how near to each other sides came that must differ, beside the larger one
        self.touched = False  # by sides that must differ and cannot be told apart by any number of digits
        self._bits = self._wanted = 0  # of precision: in use, and needed
        self._is_nothing_apart = False
        self._is_rounded = self._is_confirmed = False  # the agreement at hand, and one of them at the highest precision

    # Values at points

    def values(self, point: SamplePoint, bits: int = PRECISIONS[0], order: int = 1) -> Values:
        """Return the values at a point, kept for the other claims that stand in the same scope."""
        key = self.program, point.identity(), bits, order, self.numbers.name
        values = self._values.get(key)
        if values is None or (key not in self._mine and (values.jets.smallest or 0) < -PRECISIONS[-1] // 2):
            # an addend of another claim may leave no digits for this one
            values = self._values[key] = self.fresh_values(point, Jets(self.numbers, order))
        self._mine.add(key)
        values.watch.budget = self.budget
        point.touched, point.used = values.point.touched, values.point.used  # what other claims asked for, too
        return values

    def fresh_values(self, point: SamplePoint, jets: Jets) -> Values:
        """Return values at a point that no other claim has asked for."""
        return Values(self.program, point, jets, Watch(self.budget))

    def signs_at(self, point: SamplePoint, key: GuardKey) -> set[int]:
        """Return the signs that a guard had when values were computed at a point; none if it was not met."""
        met = (self.values(point, order=order).watch.guards.get(key) for order in (1, HIGHEST_ORDER))
        return set().union(*(guard.signs for guard in met if guard))

    def inputs(self, point: SamplePoint) -> list[Key]:
        """Return the inputs of the claim that were asked for and are real numbers, those that it names first."""
        classes = self.item.scope.notation.class_letters
        found = [key for key in point.touched if key[0] in self._letters and key[0] not in classes]
        named = {number for _, number in self.item.named} | {number for _, number in self.item.least if number > 1}
        return sorted(found, key=lambda key: not named.intersection(key[1]))

    def begin(self) -> None:
        """Begin an evaluation."""
        self.budget.begin(STEPS_OF_A_POINT)

    def assumptions(self, point: SamplePoint) -> Iterator[tuple[Assumed, Entry]]:
        """Yield the assumptions, for all values of their indices."""
        for each in self.item.assumptions:
            names, ranges = [letter for letter, _ in each.free], [point.size(size) for _, size in each.free]
            for place in product(*(range(1, last + 1) for last in ranges)):
                yield each, dict(zip(names, place, strict=True))

    # One comparison

    def tried(self, point: SamplePoint, entry: Entry) -> Result:
        """Return what comes of a comparison at the precision that it needs; raise `Exhausted` if the budget is over."""
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
            except TooLarge as error:
                if self.budget.is_over:
                    raise Exhausted from None
                self.too_large = True
                self.too_many_steps |= not isinstance(error, watching.HugeNumber)
                return _OPEN
            finally:
                self.note(values)
            if CONFIRMED.is_on and result.status == Finding.AGREES and self._is_rounded and not self._is_confirmed:
                self._is_confirmed, bits = True, PRECISIONS[-1]
                continue
            higher = [each for each in PRECISIONS if bits < each >= self._wanted]
            if result is not _OPEN or not higher:
                self.touched |= result is _OPEN and self._is_nothing_apart
                return result
            bits = higher[0]

    def ask(self, point: SamplePoint, entry: Entry) -> None:
        """Ask for the inputs of both sides, also of one that is not evaluated because the other has no value."""
        values = self.values(point)
        for side in (self.item.left, self.right):
            self.begin()
            with self.numbers.precision(PRECISIONS[0]), suppress(ArithmeticError, NoSuchEntry, RecursionError):
                values.value(side, entry)

    def note(self, values: Values, is_compared: bool = True) -> None:
        """Keep the signs that guards have where sides are compared, and the inputs that have the wrong one."""
        self.flips.update(values.watch.flips)
        values.watch.flips.clear()
        for key, guard in values.watch.guards.items():
            known = self.met.setdefault(key, Guard(key))
            known.signs |= guard.signs if is_compared else set()
            if is_compared and 0 in guard.signs and len(known.at_zero) < _AT_ZERO and values.point not in known.at_zero:
                known.at_zero.append(values.point)
            known.varies |= guard.varies

    def _result(self, values: Values, entry: Entry) -> Result:
        try:
            if not self._admits(values, entry):
                return OUTSIDE
            if self._rest:
                return self._of_rest(values, entry, *self._rest[1:])
            left, right = values.value(self.item.left, entry), values.value(self.right, entry)
        except Undefined as error:
            kind, part = error.key.kind, error.key.part
            self.violated[error.key] = None
            links = part.links if isinstance(part, t.Chain) else ()
            self.lacking = frozenset({error.key, *(GuardKey(kind, link) for link in links)})
            if depends_on_indices_alone(part, self.item.scope):
                reason = f"{error} does not hold for all indices, and no condition excludes the others"
                return Result(Finding.REFUTED, reason, {}, "none", "none")
            return NO_VALUE
        except (NoSuchEntry, Rejected):
            return NO_VALUE
        except (watching.NoDerivative, watching.BadCases) as error:
            return Result(Finding.REFUTED, str(error), {}, "none", "none")
        return self._relation(left, right, values.jets)

    def _admits(self, values: Values, entry: Entry) -> bool:
        """Return whether conditions and assumptions hold; a premise holds where what it places exists."""
        try:
            for name in sorted(self.item.scope.placed):
                values.entry(name, ())
            return all(values.holds(chain, entry) for chain in self.conditions) and self.assumptions_hold(values)
        except Undefined:
            return False

    def assumptions_hold(self, values: Values) -> bool:
        """Return whether the assumptions hold: an equation as sides of a claim agree, for a root may stand in it."""
        return all(self._assumed(values, each.claim, local) for each, local in self.assumptions(values.point))

    def _assumed(self, values: Values, chain: t.Chain, local: Entry) -> bool:
        try:
            return values.holds(chain, local)
        except Unclear:
            sides = [values.real(side, local) for side in chain.sides]
            equal = all(link.relation is Relation.EQUAL for link in chain.links)
            if equal and all(values.jets.is_nothing(Jets.constant(one - other)) for one, other in pairwise(sides)):
                return True
            raise

    # Relations

    def _relation(self, left: Value, right: Value, jets: Jets) -> Result:
        """Return what both sides say, entry by entry of matrices: the first place where they differ."""
        if not isinstance(left, list) or not isinstance(right, list):
            return self._of_numbers(cast(Scalar, left), cast(Scalar, right), self.item.right, jets)
        if self.item.relation is Relation.UNEQUAL:
            return self._differ_somewhere(left, right, jets)
        printed = self.item.right
        while isinstance(printed, t.Minus):
            printed = printed.body
        found = _AGREES
        for row, (ones, others) in enumerate(zip(left, right, strict=True)):
            for column, (one, other) in enumerate(zip(ones, others, strict=True)):
                half = printed.rows[row][column] if isinstance(printed, t.Matrix) else printed
                result = self._of_numbers(one, other, half, jets)
                if result.status == Finding.REFUTED:
                    return replace(result, place={"row": row + 1, "column": column + 1})
                if result is _OPEN:
                    found = result
        return found

    def _differ_somewhere(self, left: Matrix, right: Matrix, jets: Jets) -> Result:
        """Return what two matrices say that have to be different: one entry is."""
        entries = [each for rows in zip(left, right, strict=True) for each in zip(*rows, strict=True)]
        results = [self._of_numbers(one, other, self.item.right, jets) for one, other in entries]
        agreeing = (each for each in results if each.status is Finding.AGREES)
        return next(agreeing, _OPEN if _OPEN in results else results[0])

    def _of_numbers(self, one: Scalar, other: Scalar, printed: t.Node, jets: Jets) -> Result:
        """Return what two numbers say, of which the right one is printed so."""
        jets.addend(one)
        jets.addend(other)
        if type(one) is Pair or type(other) is Pair:
            return self._of_pairs(pair(one), pair(other), jets)
        left, right = cast(Number, one), cast(Number, other)  # nothing is moved here
        numbers, relation, difference = self.numbers, self.item.relation, left - right
        if not numbers.is_finite(difference):
            return _OPEN
        if relation is Relation.ROUNDS:
            over = numbers.sign(cast(Number, abs(difference)) - _half_unit(printed, numbers))
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
        return Result(Finding.AGREES, margin=self.margin(difference)) if not relation.is_equation else _AGREES

    def _of_pairs(self, left: Pair, right: Pair, jets: Jets) -> Result:
        """Return what two complex numbers say: they are equal, or not."""
        gaps = [Jets.constant(part) for part in parts(left - right)]
        signs = [self.numbers.sign(gap) for gap in gaps]
        self.own.signs.update(sign for sign in signs if sign is not None)
        if any(signs) and self.item.relation is Relation.UNEQUAL:
            return Result(Finding.AGREES, margin=sum(map(self.margin, gaps)))
        if any(signs):
            return self._differ(left, right)
        if self.item.relation is Relation.UNEQUAL:
            return self._differ(left, right) if signs == [0, 0] else _OPEN
        equal = all(sign == 0 or self._is_nothing(gap, jets) for sign, gap in zip(signs, gaps, strict=True))
        return _AGREES if equal else _OPEN

    def _is_nothing(self, number: Number, jets: Jets) -> bool:
        """Return whether a difference is nothing; else note the precision at which that could be seen."""
        high = self.numbers.upper(number)
        if high is None or jets.is_nothing(number):
            self._is_rounded = True
            return True
        over = high - (min(jets.smallest or 0, 0) - AGREEING_BITS)
        self._wanted = max(self._wanted, self._bits + over + 32)
        return False

    def _differ(self, left: Scalar, right: Scalar) -> Result:
        one, other, gap = self.text(left), self.text(right), right - left
        if one == other and any(self.numbers.sign(Jets.constant(part)) != 0 for part in parts(gap)):
            other += f", which is {self.text(gap)} more"
        return Result(Finding.REFUTED, DIFFER, {}, one, other)

    def _relative(self, difference: Number, left: Number, right: Number) -> float:
        """Return how near to each other the sides are, beside the larger one."""
        largest = max(abs(self.numbers.near(left)), abs(self.numbers.near(right)))
        return abs(self.numbers.near(difference)) / largest if largest else 1.0

    def margin(self, difference: Number) -> float:
        """Return how far the sides of an inequality are from each other."""
        return abs(self.numbers.near(difference))

    def exact(self, number: Number) -> str:
        """Return an exact number; of one that is longer than anybody reads the first digits."""
        above, below = self.numbers.ratio(number)
        if max(above.bit_length(), below.bit_length()) > _MOST_BITS:
            return self._in_digits(number)
        return str(above) if below == 1 else f"{above}/{below}"

    def text(self, value: Scalar) -> str:
        """Return a number as it can be computed again: a short fraction as such, else in digits."""
        if type(value) is Pair:
            return f"{self.text(value.real)} + {self.text(value.imaginary)} i"
        number = Jets.constant(value)
        if self.numbers.is_exact(number):
            text = self.exact(number)
            if len(text) <= _LONGEST_FRACTION:
                return text
        return self._in_digits(number)

    def _in_digits(self, number: Number) -> str:
        with self.numbers.precision(PRECISIONS[0]):
            return self.numbers.digits(number, _DIGITS)

    # Rests O(h^k)

    def _of_rest(self, values: Values, entry: Entry, small: t.Letter, order: int) -> Result:
        """Return what the rest says, expanded to either side of h = 0: it may begin at the printed order."""
        depth = max(map(_quotients, (self.item.left, self.right)))
        jets = Jets(self.numbers, order + _MORE_ORDERS * depth + 1)
        root = Values(self.program, values.point, jets, values.watch)
        values.watch.slopes += 1  # a kink matters as it does in a derivative
        try:
            return self._expanded(root, entry, small.name, order)
        finally:
            values.watch.slopes -= 1

    def _expanded(self, root: Values, entry: Entry, name: str, order: int) -> Result:
        jets, tried = root.jets, False
        for side in (1, -1):
            (direction,) = jets.directions(sign=side)
            jets.vanishing, jets.divided = direction, 0
            near = root.moved(name, (), jets.moved(0, direction))
            if not all(near.holds(chain, entry) for chain in self.conditions):
                continue
            tried = True
            rest = cast(Scalar, near.value(self.item.left, entry)) - cast(Scalar, near.value(self.right, entry))
            for part in parts(rest):
                result = self._begins_late(jets.powers(part, direction), name, order, jets)
                if result is not _AGREES:
                    return result
        return _AGREES if tried else OUTSIDE

    def _begins_late(self, rest: Mapping[int, Expansion], letter: str, order: int, jets: Jets) -> Result:
        """Return whether no power below the order has a coefficient."""
        if jets.order - jets.divided * max(map(_quotients, (self.item.left, self.right))) < order - 1:
            return _OPEN
        for power in sorted(each for each in rest if each < order):
            coefficient = jets.constant(rest[power])
            sign = self.numbers.sign(coefficient)
            if sign:
                shown = letter if power == 1 else f"{letter}^{power}" if power else "1"
                found = f"a rest that begins with {self.text(coefficient)} {shown}"
                return Result(Finding.REFUTED, "the rest is larger", {}, found, f"O({letter}^{order})")
            if sign is None and not self._is_nothing(coefficient, jets):
                return _OPEN
        return _AGREES


_AT_ZERO = 4  # points that are kept of those at which a guard is 0
_MORE_ORDERS = 3  # of expansions for each quotient inside of another one, which may lose some


def _quotients(node: t.Node) -> int:
    """Return how many quotients stand one inside of the other."""
    return isinstance(node, t.Fraction) + max(map(_quotients, t.children(node)), default=0)


def placed(item: Claim) -> Claim:
    """Return the claim with a condition u = e taken as what places u, so that e need not be a fraction."""
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
    """Return whether a claim differentiates by what stands in a condition: that holds at a point, and not beside it."""
    moved = {
        variable.meaning.name
        for node in reached([item.left, item.right], item.scope)
        if isinstance(node, t.Derivative)
        for variable in node.variables
    }
    return bool(moved & letters(chain, item.scope))


def _half_unit(node: t.Node, numbers: Arithmetic) -> Number:
    """Return half a unit of the last printed digit of a decimal."""
    match node:
        case t.Minus(body):
            return _half_unit(body, numbers)
        case t.Number(digits, exponent):
            power = exponent - len(digits.partition(".")[2])
            return numbers.exact(10**power, 2) if power >= 0 else numbers.exact(1, 2 * 10**-power)
    raise TypeError("only a decimal is rounded")
