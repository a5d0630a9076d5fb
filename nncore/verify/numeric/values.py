r"""What letters stand for at one point, and how that changes when an entry moves.

What a letter is defined as is computed when the letter is met (by a program of `numeric.evaluator`), its
entries by the letter's own shape.

A derivative moves one entry by an infinitesimal (`numeric.jets`), computes anew what depends on it, and
reads off the slope; those by all entries of an array are taken at once. Where a kink was met in that direction the
slopes from both sides are compared: if they differ there is no derivative. The derivative of F by a defined letter u
moves u itself, so F is expanded down to u and no further.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from nncore.verify.notation import ONES
from nncore.verify.numeric.expectation import Distribution, Key, Outcome, distribution, expectation
from nncore.verify.numeric.jets import Expansion, HigherOrder, Jet, Jets, Scalar, Unclear
from nncore.verify.numeric.matrices import Matrix, Place, V, Value, entry_by_entry, own_entry
from nncore.verify.numeric.sample_points import SamplePoint
from nncore.verify.numeric.watching import GuardKey, NoDerivative, NoSuchEntry, Undefined, Watch
from nncore.verify.semantics.symbols import Binding, Scope, start_of_sequence
from nncore.verify.switches import attack
from nncore.verify.symbol import Symbol
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.printer import show

if TYPE_CHECKING:
    from nncore.verify.numeric.evaluator import Program

BOTH_SLOPES = attack("slopes from both sides of a kink", "There is no derivative where they differ.")
HIGHEST_ORDER = 3  # of expansions: of one more than that, a sign stays open

Local = Mapping[str, Scalar]  # the letters that are bound: indices, and arguments of functions
Code = Callable[["Values", Local], Value]
Condition = Callable[["Values", Local], bool]


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition as functions: its body, ``array`` for a letter with a shape and else ``number``, and its conditions.

    ``letter`` stands for the number of a member in the line that defines it.
    """

    binding: Binding
    number: "Callable[[Values, Local], Scalar]"
    array: "Callable[[Values, Local], Matrix]"
    conditions: tuple[tuple[Condition, GuardKey], ...]
    letter: str | None = None

    @property
    def is_whole(self) -> bool:
        """Return whether it is that of an array, all of whose entries are known once one of them is."""
        return self.binding.shape is not None and not self.conditions

    def check(self, at: "Values", local: Local) -> None:
        """Raise `Undefined` unless all conditions hold."""
        for holds, key in self.conditions:
            if not holds(at, local):
                raise Undefined(key)


class Values:
    """What letters stand for at one point; `beside` gives the same where one entry is moved."""

    def __init__(self, program: "Program", point: SamplePoint, jets: Jets, watch: Watch):
        self.program, self.point, self.jets, self.watch = program, point, jets, watch
        self.scope: Scope = program.scope
        self.memo: dict[object, Scalar] = {}  # of entries, moments and derivatives
        self.gradients: dict[object, dict[Place, Scalar] | None] = {}
        self._bodies: dict[str, Matrix] = {}  # what arrays are defined as
        self._arrays: dict[str, Matrix] = {}
        self._distributions: dict[Key, Distribution] = {}
        self._parent: Values | None = None
        self._overrides: dict[Key, Scalar] = {}
        self._changed: frozenset[str] = frozenset()
        self._outcome: Outcome | None = None  # of the expectation that is being taken
        self._sides: dict[tuple[str, Place, int], tuple[Values, int]] = {}
        self._sides_of_all: dict[str, tuple[Values, list[int]]] = {}

    def value(self, node: t.Node, local: Local) -> Value:
        """Return the value of an expression."""
        return self.program.code(node)(self, local)

    def real(self, node: t.Node, local: Local) -> Expansion:
        """Return the value of an expression that is a real number, as the checker of shapes has seen."""
        return cast(Expansion, self.value(node, local))

    def number(self, node: t.Node, local: Local) -> int:
        """Return the value of an expression that stands for an index: a whole number."""
        value = self.value(node, local)
        if type(value) is not int:
            raise TypeError(f"{show(node)} is no index")
        return value

    def holds(self, chain: t.Chain, local: Local) -> bool:
        """Return whether all relations of a chain hold."""
        return self.program.condition(chain)(self, local)

    def _child(self, changed: frozenset[str]) -> "Values":
        """Return these values without entries of letters that are about to be changed, and what is made of them."""
        child = Values(self.program, self.point, self.jets, self.watch)
        child._parent, child._changed = self, changed
        child._overrides, child._outcome = dict(self._overrides), self._outcome
        return child

    # Moved entries

    def moved(self, name: str, indices: Place, value: Scalar) -> "Values":
        """Return the same point, but for one entry, from which everything above it follows."""
        return self.moved_to({(name, indices): value})

    def moved_to(self, values: Mapping[Key, Scalar]) -> "Values":
        """Return the same point, but for some entries."""
        child = self._child(frozenset(name for name, _ in values))
        child._overrides.update(values)
        return child

    def beside(self, name: str, indices: Place, sign: int) -> tuple["Values", int]:
        """Return the values to one side of this point, with the direction in which the entry is moved."""
        key = name, indices, sign
        if key not in self._sides:
            (direction,) = self.jets.directions(sign=sign)
            here = self.entry(name, indices)
            self._sides[key] = self.moved(name, indices, self.jets.moved(here, direction)), direction
        return self._sides[key]

    def beside_all(self, name: str, places: Sequence[Place]) -> tuple["Values", list[int]]:
        """Return the values where all entries of an array are moved, each in a direction of its own."""
        if name not in self._sides_of_all:
            directions = self.jets.directions(len(places))
            ways = zip(places, directions, strict=True)
            moved = {(name, place): self.jets.moved(self.entry(name, place), way) for place, way in ways}
            self._sides_of_all[name] = self.moved_to(moved), directions
        return self._sides_of_all[name]

    def slope(self, side: Callable[[int], tuple[V, int]], here: Callable[[], V]) -> V:
        """Return a slope, if it is the same from both sides; else raise `NoDerivative`.

        ``side`` gives the value to the right (1) or to the left (-1), with the direction in which it was moved, and
        ``here`` the value at the point itself.
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
        return entry_by_entry(
            lambda one, two, value: self._joint(jets.powers(one, direction), jets.powers(two, other), value),
            right, left, here(),
        )  # fmt: skip

    def _joint(self, right: Mapping[int, Expansion], left: Mapping[int, Expansion], here: Expansion) -> Expansion:
        """Return the slope to both sides, which have to meet at the point and to have the same."""
        for one, other in ((right.get(0, 0), here), (left.get(0, 0), here), (right.get(1, 0), left.get(1, 0))):
            gap = one - other
            for number in gap.terms.values() if type(gap) is Jet else (gap,):
                sign = self.jets.numbers.sign(number)
                if sign:
                    raise NoDerivative
                if sign is None and not self.jets.is_nothing(number):
                    raise Unclear
        return right.get(1, 0)

    # Expectations

    def mean(self, body: Callable[["Values"], Scalar]) -> Scalar:
        """Return the expectation of what a function makes of the values in an outcome."""

        def in_outcome(outcome: Outcome) -> Scalar:
            random = self.program.random
            child = self._child(frozenset(random))
            child._overrides = {key: value for key, value in self._overrides.items() if key[0] not in random}
            child._outcome = outcome
            return body(child)

        return expectation(in_outcome, Outcome(self._distribution, self.point.joint), self.jets.total)

    def _distribution(self, name: str, indices: Place) -> Distribution:
        """Return the weights and values of a random entry, with the moments that are wished for."""
        key = name, indices
        if key not in self._distributions:
            known = {
                moment.kind: self.real(moment.value, dict(zip(moment.indices, indices, strict=True)))
                for moment in self.point.wishes.moments
                if moment.letter == name
            }
            law = self.point.law(name, indices)
            random = self.program.random[name]
            self._distributions[key] = distribution(random, law, self.point.joint, known, self.jets, self.point.plain)
        return self._distributions[key]

    # Letters

    def entry(self, name: str, indices: Place) -> Scalar:
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

    def _computed(self, name: str, indices: Place) -> Scalar:
        self.watch.budget.spend(1)
        defined = self.program.definition(name)
        if defined and defined.is_whole:
            return own_entry(self._body(defined, name), indices)
        if defined:
            local = dict(zip((letter for letter, _ in defined.binding.indices), indices, strict=False))
            return self._by_definition(defined, name, indices, local)
        if name not in self.scope.families:
            return self.point.number(name, indices)
        (number,) = indices
        line = self.program.member(name, number)
        if line:
            return self._by_definition(line, name, indices, {line.letter: number} if line.letter else {})
        start = start_of_sequence(name, number, self.scope.notation)
        if start is None:
            raise NoSuchEntry
        return self.entry(start, ())

    def _by_definition(self, defined: Defined, name: str, indices: Place, local: Local) -> Scalar:
        defined.check(self, local)
        if defined.binding.shape is None:
            return defined.number(self, local)
        return own_entry(self._body(defined, name), indices)

    def _body(self, defined: Defined, name: str) -> Matrix:
        if name not in self._bodies:
            self._bodies[name] = defined.array(self, {})
        return self._bodies[name]

    def places(self, name: Symbol) -> list[list[Place]]:
        """Return the indices of the entries of an array, row by row; a side whose size is 1 for good has none."""
        if name.shape is None:
            raise TypeError(f"{name.name} is no array")
        height, width = name.shape
        rows = [() if height == 1 else (row,) for row in range(1, self.point.size(height) + 1)]
        columns = [() if width == 1 else (column,) for column in range(1, self.point.size(width) + 1)]
        return [[(*row, *column) for column in columns] for row in rows]

    def array(self, name: Symbol) -> Matrix:
        """Return all entries of an array."""
        if name.name not in self._arrays:
            if self._parent and not self._changed & self.program.contained(name.name):
                return self._parent.array(name)
            self._arrays[name.name] = self._entries(name)
        return self._arrays[name.name]

    def _entries(self, name: Symbol) -> Matrix:
        places = self.places(name)
        self.watch.budget.spend(len(places) * len(places[0]))
        if name.name == ONES:
            return [[1] for _ in places]
        defined = self.program.definition(name.name)
        if defined and defined.is_whole and not any(changed == name.name for changed, _ in self._overrides):
            body = self._body(defined, name.name)
            if (len(body), len(body[0])) == (len(places), len(places[0])):
                return body
        return [[self.entry(name.name, indices) for indices in row] for row in places]
