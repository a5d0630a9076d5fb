r"""Expectations as exact sums: every random entry has finitely many values, with weights that add up to 1.

What is known of a random letter is what the notation declares (independent entries, a symmetric distribution) and what
the assumptions in force say of the moments of its entries: ``\operatorname{E}[w_{jm}] = 0``,
``\operatorname{E}[w_{jm}^2] = \tau^2``, ``\operatorname{Var}(w_{jm}) = \tau^2``. Every entry gets a distribution of its
own that has just that and is random otherwise, so that a claim which needs more than what is declared fails at some
point. Letters with dependent entries share a few joint outcomes.

An expectation is taken over the entries for which its body asks, found one by one: a body that asks for an entry that
is not drawn yet is evaluated anew for each of its values.
"""

import random as random_source
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

from nncore.verify.notation import Random
from nncore.verify.numeric.balls import Number
from nncore.verify.numeric.jets import Expansion, Jet, Jets, Scalar
from nncore.verify.semantics.randomness import MEAN, SPREAD, SQUARE
from nncore.verify.switches import attack

Key = tuple[str, tuple[int, ...]]  # an input: its letter, or that of its array, and its indices
JOINT: Key = ("", ())  # stands for the one draw that decides all dependent entries
JOINT_OUTCOMES = 5  # with few of them, a few letters would be functions of each other


class Rejected(ArithmeticError):
    """A point that the sampler cannot make satisfy an assumption, or at which no digits would be left to compare."""


class Undrawn(Exception):
    """An entry without a value in the outcome at hand; ``key`` is its letter with its indices."""

    def __init__(self, key: Key):
        super().__init__()
        self.key = key


# Distributions --------------------------------------------------------------------------------------------------------

Distribution: TypeAlias = Sequence[tuple[Expansion, Expansion]]  # weights and values

RARE_OUTCOMES = attack("rare outcomes", "A mean may be that of one outcome in ten thousand.")
FAIR_LAWS = attack("laws of two outcomes", "A square may always be its mean.")
CONSTANT_LAWS = attack("laws that stay at one number", "A variance may be 0.")
_SCALES = (1, 1, 60, 2000)  # of what is not known
_RARE_SIZES = (90, 130, 10**4, 10**7)  # times the root of the mean square
_ONE_SIZE, _TWO_SIZES, _RARE, _FAIR, _UNFAIR, _MIXED = "one size", "two sizes", "rare", "fair", "unfair", "mixed"


def distribution(
    random: Random,
    source: random_source.Random,
    joint: Sequence[Number],
    known: Mapping[str, Expansion],
    jets: Jets,
    plain: int | None = None,
) -> Distribution:
    """Return the weights and values of an entry, which have the known moments exactly.

    Weights are made to fit and values are fractions, so no root is taken: if w is ±r with probability q/r² in all and
    else 0, its mean square is q. Some laws have an outcome of a probability near 10⁻⁴. Dependent entries have the
    weights ``joint``; ``plain`` is the only value, or the absolute one, as far as nothing else is known. `Rejected` is
    raised if no distribution has these moments.
    """
    if not random.independent and random.symmetric:
        raise Rejected
    if not random.independent:
        return _joint(source, joint, known, jets, plain)
    if random.symmetric:
        return _symmetric(source, known.get(SQUARE, known.get(SPREAD)), jets, plain)
    mean, spread = _mean_and_spread(source, known, jets, plain)
    return [(weight, mean + value) for weight, value in _around_0(source, spread, jets)]


def _fraction(source: random_source.Random, jets: Jets) -> Number:
    return jets.numbers.exact(source.randint(1, 40), 16)


def _reach(number: Expansion, jets: Jets) -> Number:
    """Return a fraction a little above the root of a number that is not negative."""
    sign = jets.numbers.sign(jets.constant(number))
    if sign is None or sign < 0:
        raise Rejected
    if not sign:
        return jets.numbers.exact(1)
    near = jets.numbers.near(jets.constant(number)) ** 0.5
    if not 1e-30 < near < 1e30:
        raise Rejected
    return jets.numbers.exact(*Fraction(f"{near * 1.02:.2e}").as_integer_ratio())


def _symmetric(source: random_source.Random, square: Expansion | None, jets: Jets, plain: int | None) -> Distribution:
    laws = (_ONE_SIZE, _TWO_SIZES, *((_RARE,) if RARE_OUTCOMES.is_on else ()), *((_FAIR,) if FAIR_LAWS.is_on else ()))
    half, law = jets.numbers.exact(1, 2), source.choice(laws)
    if square is None and plain is not None:
        return [(half, plain), (half, -plain)]
    if square is None:
        square = _fraction(source, jets) * source.choice(_SCALES)
        square = square * square if law == _FAIR else square  # whose root is exact
    if law == _FAIR and (size := _exact_root(square, jets)) is not None:
        return [(half, size), (half, -size)]
    reach = _reach(square, jets)
    if law == _TWO_SIZES:
        near, far = reach * jets.numbers.exact(source.randint(2, 9), 16), reach * jets.numbers.exact(20, 16)
        share = jets.quotient(far * far - square, far * far - near * near)
        return [(share * half, near), (share * half, -near), ((1 - share) * half, far), ((1 - share) * half, -far)]
    size = reach * (jets.numbers.exact(source.randint(16, 40), 16) if law == _ONE_SIZE else source.choice(_RARE_SIZES))
    share = jets.quotient(square, size * size)
    return [(share * half, size), (share * half, -size), (1 - share, 0)]


def _exact_root(number: Expansion, jets: Jets) -> Number | None:
    """Return the root of a positive number if it is a fraction, so that outcomes cancel exactly."""
    return None if isinstance(number, Jet) or jets.numbers.sign(number) != 1 else jets.exact_root(number)


def _mean_and_spread(
    source: random_source.Random, known: Mapping[str, Expansion], jets: Jets, plain: int | None
) -> tuple[Expansion, Expansion]:
    """Return a mean and a variance that agree with what is known."""
    mean, spread, square = (known.get(kind) for kind in (MEAN, SPREAD, SQUARE))
    if mean is None and square is not None:
        if spread is not None:
            return _root(square - spread, jets), spread
        mean = _reach(square, jets) * jets.numbers.exact(source.choice((-15, -12, -4, 0, 0, 7, 12, 15)), 16)
    if mean is None and plain is not None:
        mean = plain
    if mean is None:
        mean = source.choice((-1, 1)) * _fraction(source, jets) * source.choice(_SCALES)
    if spread is not None:
        return mean, spread
    if square is not None:
        return mean, square - mean * mean
    size = _fraction(source, jets) * source.choice(_SCALES)
    return mean, 0 if plain is not None else source.choice((size, size * size))


def _around_0(source: random_source.Random, spread: Expansion, jets: Jets) -> Distribution:
    """Return a law of mean 0 with that variance: -a and b, with or without 0, of two sorts at once, or fair."""
    law = source.choice((_ONE_SIZE, _ONE_SIZE, _FAIR, _UNFAIR, _MIXED)) if FAIR_LAWS.is_on else _ONE_SIZE
    half = jets.numbers.exact(1, 2)
    if type(spread) is int and not spread:
        return [(1, 0)]
    if law == _FAIR and (size := _exact_root(spread, jets)) is not None:
        return [(half, -size), (half, size)]
    wide = source.choice((1, 1, 100, 10**5)) if RARE_OUTCOMES.is_on else 1
    reach = _reach(spread, jets) * wide
    one, other = (reach * jets.numbers.exact(source.randint(16, 60), 16) for _ in range(2))
    weights = [jets.quotient(spread, side * (one + other)) for side in (one, other)]
    three: Distribution = [(weights[0], -one), (weights[1], other), (1 - weights[0] - weights[1], 0)]
    if law == _ONE_SIZE:
        return three
    far = jets.quotient(spread, one)
    two: Distribution = [(jets.quotient(far, one + far), -one), (jets.quotient(one, one + far), far)]
    if law == _UNFAIR:
        return two
    return [(weight * half, value) for weight, value in (*two, *three)]


def _joint(
    source: random_source.Random, joint: Sequence[Number], known: Mapping[str, Expansion], jets: Jets, plain: int | None
) -> Distribution:
    """Return values for the joint outcomes, shifted and scaled so that they have the known moments."""
    far = source.choice(_SCALES)
    values = [_fraction(source, jets) * source.choice((-1, 1)) for _ in joint]
    values[0] = values[0] * far
    mean, spread, square = (known.get(kind) for kind in (MEAN, SPREAD, SQUARE))
    if spread is None and square is None and plain is not None:
        return [(weight, plain if mean is None else mean) for weight in joint]
    if mean is None and spread is None and square is None:
        return list(zip(joint, values, strict=True))
    here = sum(weight * value for weight, value in zip(joint, values, strict=True))
    factor: Expansion = 1
    if mean is None and spread is None and square is not None:
        factor = _root(jets.quotient(square, sum(w * v * v for w, v in zip(joint, values, strict=True))), jets)
        return [(weight, factor * value) for weight, value in zip(joint, values, strict=True)]
    if mean is None:
        mean = here if square is None or spread is None else _root(square - spread, jets)
    if spread is None and square is not None:
        spread = square - mean * mean
    if spread is not None:
        around = sum(w * (v - here) * (v - here) for w, v in zip(joint, values, strict=True))
        factor = _root(jets.quotient(spread, around), jets)
    return [(weight, mean + factor * (value - here)) for weight, value in zip(joint, values, strict=True)]


def _root(number: Expansion, jets: Jets) -> Expansion:
    sign = jets.numbers.sign(jets.constant(number))
    if sign is None or sign < 0:
        raise Rejected
    return jets.root(number) if sign else 0


# Expectations ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """The values that are drawn so far; ``joint`` is the number of the joint outcome, once it is drawn.

    ``of`` gives the distribution of an entry, ``weights`` are those of the joint outcomes.
    """

    of: Callable[[str, tuple[int, ...]], Distribution]
    weights: Sequence[Number]
    drawn: Mapping[Key, Expansion] = field(default_factory=dict)
    joint: int | None = None

    def value(self, key: Key, random: Random) -> Expansion:
        """Return the value of a random entry."""
        if random.independent:
            if key not in self.drawn:
                raise Undrawn(key)
            return self.drawn[key]
        if self.joint is None:
            raise Undrawn(JOINT)
        return self.of(*key)[self.joint][1]

    def branches(self, key: Key) -> Iterator[tuple[Expansion, "Outcome"]]:
        """Yield what can be drawn next, with its weight."""
        if key == JOINT:
            for number, weight in enumerate(self.weights):
                yield weight, replace(self, joint=number)
        else:
            for share, value in self.of(*key):
                yield share, replace(self, drawn={**self.drawn, key: value})


def expectation(body: Callable[[Outcome], Scalar], outcome: Outcome, total: Callable[[list[Scalar]], Scalar]) -> Scalar:
    """Return the mean of a body over all outcomes that follow from one, in which nothing may be drawn yet.

    ``total`` adds up. An outcome of probability 0 is passed over.
    """
    try:
        return body(outcome)
    except Undrawn as asked:
        key = asked.key
    possible = ((weight, further) for weight, further in outcome.branches(key) if type(weight) is not int or weight)
    return total([weight * expectation(body, further, total) for weight, further in possible])
