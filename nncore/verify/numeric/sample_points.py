r"""Points: exact numbers for all inputs, of kinds that matter, made so that conditions and assumptions come true.

Every input is a fraction, so that ties, kinks and what is affine are exact. A `SamplePoint` makes a number when it is
asked for, the same whenever it is asked again, and keeps which were asked for. Some inputs may be *fixed*: solved for,
so that the point stands on a boundary.

`wishes` collects what the conditions and assumptions of a claim want, as far as sampling can do it; whether they hold
is checked all the same.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from zlib import crc32

from nncore.verify.notation import EXPECTATION, VARIANCE, Notation
from nncore.verify.numeric.balls import Arithmetic, Number
from nncore.verify.numeric.expectation import CONSTANT_LAWS, JOINT_OUTCOMES, Key, Rejected
from nncore.verify.numeric.jets import Scalar
from nncore.verify.semantics.randomness import SQUARE, Moment, moment_of
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import Scope
from nncore.verify.switches import attack
from nncore.verify.symbol import Size, SymbolKind
from nncore.verify.syntax import tree as t
from nncore.verify.syntax.tree import Relation

# Kinds of points, those with the simplest numbers first.
SMALL, ZEROS, ONES, MINUS_ONES, EQUAL, FRACTIONS, POWERS, EXTREMES, ONE_HOT = KINDS = (
    "small numbers", "zeros", "ones", "minus ones", "equal entries", "fractions", "powers of ten", "extremes",
    "one entry",
)  # fmt: skip
TRIED = {  # beside small numbers, with which each trial begins
    kind: attack(kind, statement)
    for kind, statement in (
        (ZEROS, "A claim may fail where everything is 0."),
        (ONES, "A claim may fail where everything is 1."),
        (MINUS_ONES, "A claim may fail where everything is -1."),
        (EQUAL, "A claim may fail at ties."),
        (ONE_HOT, "A bound of sums may fail where they have one addend."),
        (POWERS, "A bound may fail at large numbers, a rounding at small ones."),
        (EXTREMES, "A bound may fail at numbers as large as those of a diverging network."),
    )
}
PROPER = "proper fractions"  # for networks, whose layers make large numbers larger
GENERIC = (FRACTIONS, PROPER)  # where nothing holds by the numbers' being special
BOTH, LETTERS, POSITIVE = "both", "letters", "positive"  # signs: any, one for each letter, none negative

OF_LAYERS = (SMALL, ZEROS, EQUAL, ONES, MINUS_ONES)  # kinds at which the sizes and depths of networks take turns
AT_LARGE_SIZES = (SMALL, EQUAL, FRACTIONS, ONE_HOT)
OF_MANY_OUTCOMES = (SMALL, ZEROS, ONES, EQUAL, FRACTIONS)  # laws are constant at the plain kinds
SIGNS = (BOTH, BOTH, POSITIVE, LETTERS, POSITIVE, BOTH)  # of the points that are made until conditions hold
TURNS = {SMALL: 4, FRACTIONS: 12, POWERS: 2, EXTREMES: 2}  # with other numbers each, where there are no sizes

_DENOMINATORS = (7, 8, 9, 11, 13, 16, 17, 19, 23, 101)


def tried(kinds: Sequence[str]) -> list[str]:
    """Return those of some kinds that are not switched off."""
    return [kind for kind in kinds if kind not in TRIED or TRIED[kind].is_on]


@dataclass(frozen=True, slots=True)
class RowSum:
    """An input whose entries add up to a number along one of its indices."""

    letter: str
    position: int
    size: Size
    total: int


@dataclass(frozen=True, slots=True)
class Wishes:
    """What sampling does so that conditions and assumptions come true."""

    positive: tuple[tuple[str, str], ...] = ()
    row_sums: tuple[RowSum, ...] = ()
    moments: tuple[Moment, ...] = ()


class SamplePoint:
    """Exact numbers for all inputs, and the coefficients of the functions of which only smoothness is known."""

    def __init__(
        self,
        seed: str,
        kind: str,
        sizes: Mapping[str, int],
        wishes: Wishes,
        numbers: Arithmetic,
        signs: str = BOTH,
        fixed: Mapping[Key, Number] | None = None,
    ):
        self.seed, self.kind, self.sizes, self.wishes, self.signs = seed, kind, sizes, wishes, signs
        self.numbers, self.fixed = numbers, dict(fixed or {})
        self._sizes = tuple(sorted(sizes.items()))
        self._identity: tuple[object, ...] = ()
        self.touched: dict[Key, Number] = {}  # the inputs that were asked for
        self.used: dict[tuple[str | int, ...], Number] = {}  # the coefficients that were
        self._drawn: dict[Key, Number] = {}  # what was drawn for inputs, here or at a point where others are fixed
        self._positive = dict(wishes.positive)
        self._scaled = {rule.letter: rule for rule in wishes.row_sums}
        weights = self._weights()
        self.joint = [numbers.exact(weight, sum(weights)) for weight in weights]  # of what dependent entries do

    def with_fixed(self, fixed: Mapping[Key, Number]) -> "SamplePoint":
        """Return the point with other numbers for some inputs."""
        point = copy(self)
        point.fixed = {**self.fixed, **fixed}
        point.touched, point.used, point._identity = {}, {}, ()
        return point

    def identity(self) -> tuple[object, ...]:
        """Return what tells points apart: equal for points that have the same numbers."""
        if not self._identity:
            fixed = tuple(sorted((key, str(value)) for key, value in self.fixed.items()))
            self._identity = self.seed, self.kind, self._sizes, self.signs, self.wishes, fixed
        return self._identity

    def size(self, size: Size) -> int:
        """Return the value of a size."""
        return size if isinstance(size, int) else self.sizes[size]

    def number(self, name: str, indices: tuple[int, ...]) -> Number:
        """Return the value of an input, scaled or shifted where an assumption fixes the sum of a row."""
        key = name, indices
        if key not in self.touched:
            self.touched[key] = self._scaled_number(name, indices)
        return self.touched[key]

    def _scaled_number(self, name: str, indices: tuple[int, ...]) -> Number:
        """Return a number of a row with a fixed sum: those that are fixed stay, the others fill what is left."""
        raw, rule = self._raw(name, indices), self._scaled.get(name)
        if not rule or (name, indices) in self.fixed:
            return raw
        before, after = indices[: rule.position], indices[rule.position + 1 :]
        places = [(*before, k, *after) for k in range(1, self.size(rule.size) + 1)]
        left = rule.total - sum(self.fixed.get((name, place), 0) for place in places)
        others = [self._raw(name, place) for place in places if (name, place) not in self.fixed]
        if not left:
            return raw - self.numbers.quotient(sum(others), len(others))
        if not sum(others):
            raise Rejected
        return self.numbers.quotient(raw * left, sum(others))

    def class_number(self, name: str, indices: tuple[int, ...], last: int) -> int:
        """Return a class number from 1 to ``last``."""
        key = name, indices
        if key not in self.touched:
            same = self.kind in (EQUAL, ONES, MINUS_ONES, ZEROS)
            number = self.fixed.get(key) or self._random(name, () if same else indices).randint(1, last)
            self.touched[key] = min(_whole(number), last)
        return _whole(self.touched[key])

    def coefficient(self, *key: str | int) -> Number:
        """Return a small whole number for the function of kind cost: one that is not 0."""
        if key not in self.used:
            self.used[key] = self._random(*key).choice((-3, -2, -1, 1, 2, 3))
        return self.used[key]

    def smooth(self, name: str, x: Scalar, sine: Callable[[Scalar], Scalar]) -> Scalar:
        """Return a function of which only smoothness is known: s (sin(p x + q) + r x² + v x³ + w)."""
        parts = ("p", "q", "r", "v", "w")
        for part in parts:
            if (name, part) not in self.used:
                source, below = self._random(name, part), 32 if part == "v" else 8
                self.used[name, part] = self.numbers.exact(source.choice((-1, 1)) * source.randint(2, 6), below)
        p, q, r, v, w = (self.used[name, part] for part in parts)
        square = x * x
        return (sine(x * p + q) + square * r + square * x * v + w) * self.scale(name)

    def scale(self, name: str) -> Number:
        """Return by how much a function that may be any is multiplied: without bounds for it, sometimes by much."""
        key = name, "s"
        if key not in self.used:
            self.used[key] = 10 ** self._random(*key).choice((3, 6)) if self.kind == EXTREMES else 1
        return self.used[key]

    def law(self, name: str, indices: tuple[int, ...]) -> random.Random:
        """Return what draws the distribution of a random entry, in some points the same for all."""
        return self._random("law", name, () if self.kind == EQUAL else indices)

    @property
    def plain(self) -> int | None:
        """Return the number at which a distribution of which nothing is known stays, at a point of a plain kind."""
        return {ZEROS: 0, ONES: 1, MINUS_ONES: -1}.get(self.kind) if CONSTANT_LAWS.is_on else None

    def _weights(self) -> list[int]:
        source = self._random("joint")
        weights = [source.randint(1, 1999) for _ in range(JOINT_OUTCOMES)]
        if source.random() < 0.4:  # one of them is rare
            weights[0] = 1
            weights[1] += 10_000
        return weights

    def _random(self, *key: object) -> random.Random:
        return random.Random(crc32(repr((self.seed, self.kind, self._sizes, key)).encode()))

    def _raw(self, name: str, indices: tuple[int, ...]) -> Number:
        key = name, indices
        if key in self.fixed:
            return self.fixed[key]
        if key not in self._drawn:
            self._drawn[key] = self._draw(name, indices)
        return self._drawn[key]

    def _draw(self, name: str, indices: tuple[int, ...]) -> Number:
        source = self._random(name, () if self.kind == EQUAL else indices)
        sign, wish = self._sign(name, source), self._positive.get(name)
        match self.kind:
            case "zeros":
                return 1 if wish == ">" else 0
            case "ones":
                return 1
            case "one entry":
                return int(wish == ">" or not any(index > 1 for index in indices))
            case "minus ones":
                return 1 if wish or self.signs == POSITIVE else -1
            case "small numbers":
                above_0 = wish == ">" or self.signs == POSITIVE
                return sign * source.choice((1, 1, 2, 3) if above_0 else (0, 1, 1, 2, 2, 3))
            case "powers of ten":
                power = source.choice((-3, -2, -1, 1, 2, 3))
                return sign * 10**power if power > 0 else self.numbers.exact(sign, 10**-power)
            case "extremes":
                digit, power = source.randint(1, 9), source.choice((-12, -9, -6, 4, 6, 9))
                return sign * digit * 10**power if power > 0 else self.numbers.exact(sign * digit, 10**-power)
            case "proper fractions":
                return self.numbers.exact(sign * source.randint(1, 9), source.randint(10, 19))
        return self.numbers.exact(sign * source.randint(1, 40), source.choice(_DENOMINATORS))

    def _sign(self, name: str, source: random.Random) -> int:
        if name in self._positive or self.signs == POSITIVE:
            return 1
        if self.signs == LETTERS:
            return self._random("sign", name).choice((-1, 1))
        return source.choice((-1, 1))


def _whole(number: Number) -> int:
    """Return a number that is whole."""
    if not isinstance(number, int):
        raise TypeError(f"{number} is not whole")
    return number


# Printed --------------------------------------------------------------------------------------------------------------


def as_printed(point: SamplePoint, notation: Notation, text: Callable[[Number], str]) -> Iterator[tuple[str, str]]:
    """Yield what inputs were asked for as a page prints them, ``z_{12}`` with ``3/7``, and functions that are any."""
    entries = {array.letter: array.entry.letter for array in notation.arrays if array.entry}
    for (name, indices), value in sorted(point.touched.items(), key=lambda pair: pair[0]):
        base, bracket, layer = name.partition("^{[")
        letter = entries.get(base, base) if indices else base
        if indices and not bracket and name not in entries:
            letter = name.rpartition("_")[0] or name  # a sequence, u_t, or a number for each sample
        shown = ("" if all(index < 10 for index in indices) else ",").join(map(str, indices))
        index = f"_{{{shown}}}" if len(shown) > 1 else f"_{shown}" if shown else ""
        yield f"{letter}{bracket}{layer}{index}", text(value)
    for name in sorted({str(key[0]) for key in point.used}):
        yield _function_as_printed(name, point, text)


def _function_as_printed(name: str, point: SamplePoint, text: Callable[[Number], str]) -> tuple[str, str]:
    """Return what `SamplePoint.smooth` or the polynomial of a cost is at a point."""
    if (name, "p") in point.used:
        p, q, r, v, w, factor = (text(point.used[name, part]) for part in "pqrvws")
        return f"{name}(x)", f"{factor} (sin({p} x + {q}) + {r} x^2 + {v} x^3 + {w})"
    sums = []
    for part in "abc":
        places = sorted(int(key[2]) for key in point.used if key[:2] == (name, part))
        sums.append(", ".join(text(point.used[name, part, place]) for place in places))
    weights = ", ".join(f"{part} = ({each})" for part, each in zip("abc", sums, strict=True))
    constant, factor = text(point.used[name, "d"]), text(point.used[name, "s"])
    polynomial = f"{factor} ({constant} + a v + (b v)^2/2 + (c v)^3/6 + (b v)^4/24 + (c v)^5/120)"
    return f"{name}(v)", f"{polynomial} with {weights}"


# Wishes ---------------------------------------------------------------------------------------------------------------


def wishes(item: Claim) -> Wishes:
    """Return the wishes of the conditions and assumptions of an item."""
    moments = tuple(_moments(item))
    positive = _positive_letters(item)
    for moment in moments:
        name = input_name(moment.value, item.scope) if moment.kind == SQUARE else None
        if name:
            positive.setdefault(name, ">=")
    return Wishes(tuple(sorted(positive.items())), tuple(_row_sums(item)), moments)


def _moments(item: Claim) -> Iterator[Moment]:
    """Yield the moments that the assumptions in force state."""
    for assumed in item.assumptions:
        moment = moment_of(assumed.claim, lambda node: input_name(node, item.scope))
        if moment and _is_given(moment, item.scope):
            yield moment


def _is_given(moment: Moment, scope: Scope) -> bool:
    """Return whether the value of a moment is a number before anything random is drawn, for the entry alone."""
    random_names = scope.notation.random_letters
    for node, _ in t.walk(moment.value):
        name = input_name(node, scope)
        if name in random_names or (isinstance(node, t.Apply) and node.function.name in (EXPECTATION, VARIANCE)):
            return False
        if isinstance(node, t.Indexed):
            named = {index.name for index in node.indices if isinstance(index, t.Letter)}
            if not named <= set(moment.indices):
                return False
    return True


def _positive_letters(item: Claim) -> dict[str, str]:
    """Return letters that a condition or an assumption wants positive (``>``) or not negative (``>=``)."""
    found: dict[str, str] = {}
    for chain in (*item.conditions, *(assumed.claim for assumed in item.assumptions)):
        for left, relation, right in chain.relations:
            smaller, larger = (right, left) if relation in (Relation.GREATER, Relation.AT_LEAST) else (left, right)
            if relation.orders and smaller == t.Number("0"):
                name = input_name(larger, item.scope)
                if name and all(isinstance(index, t.Letter) for index in getattr(larger, "indices", ())):
                    found[name] = ">" if relation.is_strict else found.get(name, ">=")
    return found


def input_name(node: t.Node, scope: Scope) -> str | None:
    """Return the letter of an input, or that of its array; None for anything else."""
    symbol = node.symbol if isinstance(node, t.Letter | t.Indexed) else None
    if not symbol or symbol.kind not in (SymbolKind.ENTRY, SymbolKind.NUMBER) or symbol.name in scope.definitions:
        return None
    return symbol.name


def _row_sums(item: Claim) -> Iterator[RowSum]:
    """Yield the assumptions of the form Σ_m y_{im} = 1, which sampling satisfies by scaling the rows."""
    for assumed in item.assumptions:
        match assumed.claim:
            case t.Chain(
                t.Sum(index, _, _, t.Indexed(_, indices) as entry),
                (t.Link(Relation.EQUAL, t.Number(whole=int(total))),),
            ):
                name = input_name(entry, item.scope)
                named = any(not isinstance(each, t.Letter) for each in indices)
                if name and index in indices and not named:
                    sizes = entry.meaning.sizes
                    position = indices.index(index)
                    yield RowSum(name, position, sizes[position], total)
