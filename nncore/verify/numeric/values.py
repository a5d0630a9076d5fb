r"""What letters stand for at one point, and how that changes when an entry moves.

What a letter is defined as is computed when the letter is met (by a program of `numeric.evaluator`), its
entries by the letter's own shape.

A derivative moves one entry by an infinitesimal (`numeric.jets`), computes anew what depends on it, and
reads off the slope; those by all entries of an array are taken at once. Where a kink was met in that direction the
slopes from both sides are compared: if they differ there is no derivative. The derivative of F by a defined letter u
moves u itself, so F is expanded down to u and no further.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from nncore.verify.notation import ONES
from nncore.verify.numeric.expectation import Distribution, Outcome, distribution, expectation
from nncore.verify.numeric.jets import HigherOrder, Jet, Jets, Unclear
from nncore.verify.numeric.sample_points import Point
from nncore.verify.numeric.watching import RELATION, NoDerivative, NoSuchEntry, Undefined, Watch
from nncore.verify.semantics.layers import line_for
from nncore.verify.semantics.symbols import Binding, Scope, start_of_sequence
from nncore.verify.switches import attack
from nncore.verify.symbol import Size, Symbol
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show

if TYPE_CHECKING:
    from nncore.verify.numeric.evaluator import Program

BOTH_SLOPES = attack("slopes from both sides of a kink", "There is no derivative where they differ.")
HIGHEST_ORDER = 3  # of expansions: of one more than that, a sign stays open

Value = object  # int, fraction, ball, jet, pair, or a list of rows of these


class Values:
    """What letters stand for at one point; `beside` gives the same where one entry is moved."""

    def __init__(self, program: "Program", point: Point, jets: Jets, watch: Watch):
        self.program, self.point, self.jets, self.watch = program, point, jets, watch
        self.scope: Scope = program.scope
        self.memo: dict = {}
        self._parent: Values | None = None
        self._overrides: dict = {}
        self._changed: frozenset[str] = frozenset()
        self._outcome: Outcome | None = None  # of the expectation that is being taken
        self._sides: dict = {}

    def value(self, node: t.Node, local: Mapping) -> Value:
        """Return the value of an expression."""
        return self.program.code(node)(self, local)

    def number(self, node: t.Node, local: Mapping):
        """Return the value of an expression that stands for an index: a whole number."""
        value = self.value(node, local)
        if type(value) is not int:
            raise TypeError(f"{show(node)} is no index")
        return value

    def holds(self, chain: t.Chain, local: Mapping) -> bool:
        """Return whether all relations of a chain hold."""
        return self.program.condition(chain)(self, local)

    def _child(self, changed: frozenset[str]) -> "Values":
        """The same values, but for entries of some letters that are about to be changed, and what depends on them."""
        child = Values(self.program, self.point, self.jets, self.watch)
        child._parent, child._changed = self, changed
        child._overrides, child._outcome = dict(self._overrides), self._outcome
        return child

    # Moved entries

    def moved(self, name: str, indices: tuple[int, ...], value) -> "Values":
        """Return the same point, but for one entry, from which everything above it follows."""
        return self.moved_to({(name, indices): value})

    def moved_to(self, values: Mapping) -> "Values":
        """Return the same point, but for some entries."""
        child = self._child(frozenset(name for name, _ in values))
        child._overrides.update(values)
        return child

    def beside(self, name: str, indices: tuple[int, ...], sign: int) -> tuple["Values", int]:
        """Return the values to one side of this point, with the direction in which the entry is moved."""
        key = name, indices, sign
        if key not in self._sides:
            (direction,) = self.jets.directions(sign=sign)
            here = self.entry(name, indices)
            self._sides[key] = self.moved(name, indices, self.jets.moved(here, direction)), direction
        return self._sides[key]

    def beside_all(self, name: str, places: list[tuple[int, ...]]) -> tuple["Values", list[int]]:
        """Return the values where all entries of an array are moved, each in a direction of its own."""
        key = name, "all"
        if key not in self._sides:
            directions = self.jets.directions(len(places))
            ways = zip(places, directions, strict=True)
            moved = {(name, place): self.jets.moved(self.entry(name, place), way) for place, way in ways}
            self._sides[key] = self.moved_to(moved), directions
        return self._sides[key]

    def slope(self, side: Callable[[int], tuple[Value, int]], here: Callable[[], Value]) -> Value:
        """Return a slope, if it is the same from both sides.

        Parameters
        ----------
        side : function
            The value to the right (1) or to the left (-1), and the direction in which it was moved.
        here : function
            The value at the point itself.

        Raises
        ------
        NoDerivative
            If the sides differ.
        """
        jets, watch = self.jets, self.watch
        watch.slopes += 1
        try:
            right, direction = side(1)
            slope = entry_by_entry(lambda value: jets.slope(value, direction), right)
            if direction not in jets.kinked or not BOTH_SLOPES.is_on:
                return slope
            if jets.order < HIGHEST_ORDER:
                raise HigherOrder
            left, other = side(-1)
        finally:
            watch.slopes -= 1
        entry_by_entry(
            lambda one, two, value: self._check_joint(jets.powers(one, direction), jets.powers(two, other), value),
            right, left, here(),
        )  # fmt: skip
        return slope

    def _check_joint(self, right: dict, left: dict, here) -> None:
        """Both sides have to meet at the point, with the same slope."""
        pairs_ = (right.get(0, 0), here), (left.get(0, 0), here), (right.get(1, 0), left.get(1, 0))
        for one, other in pairs_:
            gap = one - other
            for number in gap.terms.values() if type(gap) is Jet else (gap,):
                sign = self.jets.numbers.sign(number)
                if sign:
                    raise NoDerivative
                if sign is None and not self.jets.is_nothing(number):
                    raise Unclear

    # Expectations

    def mean(self, body: Callable[["Values"], object]):
        """Return the expectation of what a function makes of the values in an outcome."""

        def in_outcome(outcome: Outcome):
            random = self.program.random
            child = self._child(frozenset(random))
            child._overrides = {key: value for key, value in self._overrides.items() if key[0] not in random}
            child._outcome = outcome
            return body(child)

        return expectation(in_outcome, Outcome(self._distribution, self.point.joint), self.jets.total)

    def _distribution(self, name: str, indices: tuple[int, ...]) -> Distribution:
        """The weights and values of a random entry, with the moments that are wished for."""
        key = "distribution", name, indices
        if key not in self.memo:
            known = {
                moment.kind: self.value(moment.value, dict(zip(moment.indices, indices, strict=True)))
                for moment in self.point.wishes.moments
                if moment.letter == name
            }
            law = self.point.law(name, indices)
            random = self.program.random[name]
            self.memo[key] = distribution(random, law, self.point.joint, known, self.jets, self.point.plain)
        return self.memo[key]

    # Letters

    def entry(self, name: str, indices: tuple[int, ...]):
        """Return the value of a number, or of an entry of an array."""
        key = name, indices
        if key in self._overrides:
            return self._overrides[key]
        if self._outcome is not None and name in self.program.random:
            return self._outcome.value(key, self.program.random[name])
        if self._parent and (name in self._changed or not self._changed & self.program.contained(name)):
            return self._parent.entry(name, indices)
        if key not in self.memo:
            self.memo[key] = self._computed(name, indices)
        return self.memo[key]

    def _computed(self, name: str, indices: tuple[int, ...]):
        self.watch.budget.spend(1)
        definition = self.scope.definitions.get(name)
        if name in self.scope.families and not definition:
            return self._computed_member(name, indices)
        if not definition:
            return self.point.number(name, indices)
        local = dict(zip((letter for letter, _ in definition.indices), indices, strict=False))
        return self._by_definition(definition, name, indices, local)

    def _computed_member(self, name: str, indices: tuple[int, ...]):
        """A member of a sequence, by the line that holds for its number or from the number where it starts."""
        (number,) = indices
        line = line_for(name, number, self.scope)
        if not line:
            return self.entry(start_of_sequence(name, number, self.scope.notation), ())
        return self._by_definition(line.definition, name, indices, {line.letter: number} if line.letter else {})

    def _by_definition(self, definition: Binding, name: str, indices: tuple[int, ...], local: dict):
        for chain in definition.conditions:
            if not self.holds(chain, local):
                raise Undefined(RELATION, chain)
        if definition.shape is None:
            return self.value(definition.body, local)
        if (name, "whole") not in self.memo:
            self.memo[name, "whole"] = self.value(definition.body, {})
        return own_entry(self.memo[name, "whole"], indices)

    def array(self, name: Symbol) -> list[list]:
        """Return all entries of an array."""
        rows, columns = map(self.point.size, name.shape)
        self.watch.budget.spend(rows * columns)
        if name.name == ONES:
            return [[1] for _ in range(rows)]
        return [[self.entry(name.name, indices) for indices in row] for row in index_grid(name.shape, rows, columns)]


def own_entry(matrix: list[list], indices: tuple[int, ...]):
    """The entry of a letter: one index alone runs along the side that is not 1 for good."""
    if len(indices) == 2:
        return _at(matrix, *indices)
    (index,) = indices or (1,)
    return _at(matrix, 1, index) if len(matrix) == 1 else _at(matrix, index, 1)


def _at(matrix: list[list], row: int, column: int):
    if not (1 <= row <= len(matrix) and 1 <= column <= len(matrix[0])):
        raise NoSuchEntry
    return matrix[row - 1][column - 1]


def index_grid(shape: tuple[Size, Size], rows: int, columns: int) -> list[list[tuple[int, ...]]]:
    """Return the indices of the entries of an array, row by row; a side whose size is 1 for good has none."""
    return [
        [
            tuple(index for index, size in zip((row, column), shape, strict=True) if size != 1)
            for column in range(1, columns + 1)
        ]
        for row in range(1, rows + 1)
    ]


def entry_by_entry(function: Callable, *values):
    """Return the function of numbers, or entry by entry of matrices."""
    if type(values[0]) is list:
        return [[function(*entries) for entries in zip(*rows, strict=True)] for rows in zip(*values, strict=True)]
    return function(*values)
