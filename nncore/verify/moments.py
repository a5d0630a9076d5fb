r"""Expectations as exact sums: every random entry has finitely many values, with weights that add up to 1.

What is known of a random letter is what the notation declares (independent entries, a symmetric distribution) and what
the assumptions in force say of the moments of its entries: ``\operatorname{E}[w_{jm}] = 0``,
``\operatorname{E}[w_{jm}^2] = \tau^2``, ``\operatorname{Var}(w_{jm}) = \tau^2``. Every entry gets a distribution of its
own that has just that and is random otherwise, so that a claim which needs more than what is declared fails at some
point. Letters with dependent entries share a few joint outcomes.

An expectation is taken over the entries for which its body asks, found one by one: a body that asks for an entry that
is not drawn yet is evaluated anew for each of its values.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from nncore.verify import tree as t
from nncore.verify.notation import Notation, Random

EXPECTATION, VARIANCE = r"\operatorname{E}", r"\operatorname{Var}"
JOINT = ("", ())  # stands for the one draw that decides all dependent entries
JOINT_OUTCOMES = 3  # with two, any two letters would be functions of each other


class Rejected(ArithmeticError):
    """A point that the sampler cannot make satisfy an assumption, or at which no digits would be left to compare."""


class Undrawn(Exception):
    """An entry without a value in the outcome at hand; ``key`` is its letter with its indices."""

    def __init__(self, key: tuple[str, tuple[int, ...]]):
        super().__init__()
        self.key = key


# What is known --------------------------------------------------------------------------------------------------------

MEAN, SQUARE, SPREAD = "mean", "mean square", "variance"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of every entry of a letter: ``indices`` are the letters that stand for its indices in the value."""

    letter: str
    kind: str
    indices: tuple[str, ...]
    value: t.Node


def moment_of(claim: t.Chain, letter_of: Callable[[t.Node], str | None]) -> Moment | None:
    """The moment that an assumption states, if it is one; ``letter_of`` names the array of an entry."""
    match claim:
        case t.Chain(t.Apply(t.Function(name, 0, None), (body,)), (t.Link("=", value),)):
            kind = {EXPECTATION: MEAN, VARIANCE: SPREAD}.get(name)
            if kind == MEAN and isinstance(body, t.Power) and body.exponent == t.Number("2"):
                kind, body = SQUARE, body.base
            letter = letter_of(body) if isinstance(body, t.Letter | t.Indexed) else None
            indices = body.indices if isinstance(body, t.Indexed) else ()
            if kind and letter and all(isinstance(index, t.Letter) for index in indices):
                return Moment(letter, kind, tuple(index.name for index in indices), value)
    return None


def random_letters(notation: Notation) -> Mapping[str, Random]:
    """The random letters by name."""
    return {random.letter: random for random in notation.random}


# Distributions --------------------------------------------------------------------------------------------------------

Distribution = Sequence[tuple[object, object]]  # weights and values


def distribution(
    random: Random, numbers: Callable[[str, int], list], joint: Sequence, known: Mapping[str, object]
) -> Distribution:
    """The weights and values of an entry.

    ``numbers`` makes that many random positive numbers for a purpose, ``joint`` are the weights of the joint outcomes,
    ``known`` holds the declared moments.
    """
    if random.symmetric:
        one, other, chance = numbers("values", 3)
        if one > other:  # two kinds, so that no relation between higher moments of the one passes for a rule
            raw = [(chance, one), (chance, -one), (1, 0)]
        else:
            raw = [(chance, one), (chance, -one), (1, other), (1, -other)]
    else:
        weights = numbers("weights", len(joint)) if random.independent else joint
        one, other, third = numbers("values", 3)
        raw = list(zip(weights, (one, -other, third + 1), strict=True))
    total = sum(weight for weight, _ in raw)
    return _moved([(weight / total, value) for weight, value in raw], known, random.symmetric)


def _moved(raw: Distribution, known: Mapping[str, object], symmetric: bool) -> Distribution:
    """The distribution shifted and scaled so that it has the known moments."""
    mean = sum(weight * value for weight, value in raw)
    square = sum(weight * value**2 for weight, value in raw)
    if symmetric:
        wanted = known.get(SQUARE, known.get(SPREAD))
        factor = 1 if wanted is None else _root(wanted / square)
        return [(weight, factor * value) for weight, value in raw]
    if MEAN not in known and SPREAD not in known:
        factor = _root(known[SQUARE] / square) if SQUARE in known else 1
        return [(weight, factor * value) for weight, value in raw]
    new_mean = known.get(MEAN, mean)
    spread = square - mean**2
    new_spread = known.get(SPREAD, known[SQUARE] - new_mean**2 if SQUARE in known else spread)
    factor = _root(new_spread / spread)
    return [(weight, new_mean + factor * (value - mean)) for weight, value in raw]


def _root(number):
    if number < 0:
        raise Rejected
    return number.sqrt()


# Expectations ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """The values that are drawn so far; ``joint`` is the number of the joint outcome, once it is drawn.

    ``of`` gives the distribution of an entry, ``weights`` are those of the joint outcomes.
    """

    of: Callable[[str, tuple[int, ...]], Distribution]
    weights: Sequence
    drawn: Mapping[tuple[str, tuple[int, ...]], object] = field(default_factory=dict)
    joint: int | None = None

    def value(self, key: tuple[str, tuple[int, ...]], random: Random):
        """The value of a random entry."""
        if random.independent:
            if key not in self.drawn:
                raise Undrawn(key)
            return self.drawn[key]
        if self.joint is None:
            raise Undrawn(JOINT)
        return self.of(*key)[self.joint][1]

    def branches(self, key: tuple[str, tuple[int, ...]]) -> Iterator[tuple]:
        """What can be drawn next, with its weight."""
        if key == JOINT:
            for number, weight in enumerate(self.weights):
                yield weight, replace(self, joint=number)
        else:
            for weight, value in self.of(*key):
                yield weight, replace(self, drawn={**self.drawn, key: value})


def expectation(body: Callable[[Outcome], object], outcome: Outcome):
    """The mean of a body over all outcomes that follow from one, in which nothing may be drawn yet."""
    try:
        return body(outcome)
    except Undrawn as asked:
        key = asked.key
    return sum(weight * expectation(body, further) for weight, further in outcome.branches(key))
