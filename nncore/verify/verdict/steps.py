"""The steps of a proof, evaluated by numbers: a rule that changes a value is wrong, whatever it says.

`judge_steps` evaluates both sides of each step at points where the claim itself was compared, for several ways in which
its indices coincide. An atom of a term has the value that the parse tree gives it (`numeric.values`): a
letter that stays opaque, a derivative of a cost, a function of which only smoothness is known. So a rule about any of
these is held against what it is about. The terms of both sides of the claim are held against the parse tree, too.

What has no value at a point is not evaluated there: `Evaluation.evaluated` counts the steps that were.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product

import sympy as sp
from sympy.core.function import AppliedUndef

from nncore.verify.numeric import pairs
from nncore.verify.numeric.balls import Arithmetic, arithmetic
from nncore.verify.numeric.comparing import PRECISIONS, placed
from nncore.verify.numeric.evaluator import Program, cost
from nncore.verify.numeric.jets import HigherOrder, Jet, Jets, Pair, pair
from nncore.verify.numeric.judge import Met, points_for
from nncore.verify.numeric.matrices import own_entry
from nncore.verify.numeric.values import HIGHEST_ORDER, Values
from nncore.verify.numeric.watching import LOGARITHM, Budget, GuardKey, NoDerivative, NoSuchEntry, Watch
from nncore.verify.semantics.layers import lowest
from nncore.verify.semantics.statements import Claim
from nncore.verify.semantics.symbols import is_class, size_of_classes
from nncore.verify.symbolic.expectation import Expect
from nncore.verify.symbolic.normal_form import Exponential, Factor, Largest, Positive, Product
from nncore.verify.symbolic.prover import Attempt, Proof
from nncore.verify.symbolic.rules import Rule, Slope, Step
from nncore.verify.symbolic.terms import Grid, Modulus, Terms
from nncore.verify.syntax import tree as t

READING = Rule("the reading of a side", "A term is what the parse tree says.")
MOST_WAYS = 6  # in which the indices of a step coincide, at one point
_NUMBERS = ((3, 7), (-5, 3), (0, 1), (1, 1))  # for the argument of a function while its derivative is taken
STEPS_OF_A_STEP, STEPS_OF_ALL = 20_000, 200_000  # of computing that one takes, and all of a claim


class NotEvaluated(ArithmeticError):
    """A term has no value at a point, or none that numbers know."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What became of the steps of a proof: how many there are, how many were evaluated, and the first that is wrong."""

    steps: int = 0
    evaluated: int = 0
    wrong: Step | None = None
    at: str = ""


def judge_steps(proof: Proof, item: Claim, met: Sequence[Met], budget: Budget | None = None) -> Evaluation:
    """Evaluate the steps of a proof.

    Parameters
    ----------
    proof : Proof
        With its steps.
    item : Claim
        The claim.
    met : sequence of Met
        Points with entries at which the numbers compared the claim.
    budget : Budget, optional
        What evaluation may take; when it is over no further steps are evaluated.
    """
    budget, numbers, steps, evaluated = budget or Budget(STEPS_OF_ALL), arithmetic(), 0, 0
    for attempt in proof.attempts:
        made = (*attempt.steps, *_readings(attempt))
        steps += len(made)
        if budget.is_over:
            continue
        places = met if attempt.item is item else points_for(attempt.item)
        at = [_At(attempt, each, numbers, budget) for each in places if _is_for(attempt, each)]
        for step in made:
            letters = _letters_of(step)
            found = [_compared(step, letters, each) for each in at if not budget.is_over]
            evaluated += any(result is not None for result in found)
            wrong = next((result for result in found if result), None)
            if wrong:
                return Evaluation(steps, evaluated, step if isinstance(step, Step) else step.step, wrong)
    return Evaluation(steps, evaluated)


def _is_for(attempt: Attempt, met: Met) -> bool:
    """Whether an attempt is about an entry: not about the first step, if it unfolds the recursion behind it."""
    letter = attempt.terms.unfolded
    return letter not in met.entry or met.entry[letter] > lowest(letter, attempt.item.conditions)


@dataclass(frozen=True, slots=True)
class _Reading:
    """The term of a side of a claim, and the side."""

    node: t.Node
    env: Mapping[str, sp.Expr]
    place: tuple[sp.Expr, ...]
    term: sp.Expr

    @property
    def step(self) -> Step:
        """The term as a step to itself."""
        return Step(READING, self.term, self.term)


def _readings(attempt: Attempt) -> Iterator[_Reading]:
    for node, env, place, term in attempt.sides:
        yield _Reading(node, env, place, term)


# One point ------------------------------------------------------------------------------------------------------------


class _At:
    """The values of terms at one point, for one entry of the claim."""

    def __init__(self, attempt: Attempt, met: Met, numbers: Arithmetic, budget: Budget):
        self.attempt, self.met, self.numbers, self._budget = attempt, met, numbers, budget
        self.program = Program(placed(attempt.item).scope)
        self._values: dict[tuple[int, int], TermValues] = {}

    def values(self, bits: int, order: int) -> "TermValues":
        """Return what evaluates terms at a precision, with expansions up to an order."""
        key = bits, order
        if key not in self._values:
            watch, jets = Watch(self._budget), Jets(self.numbers, order)
            self._values[key] = TermValues(Values(self.program, self.met.point, jets, watch), self.attempt.terms)
        return self._values[key]

    def precise(self, evaluate: Callable[["TermValues"], object]) -> bool | None:
        """Return whether a difference is 0, at the precision that it takes; None where there is none."""
        order = 1
        for bits in PRECISIONS:
            while True:
                values = self.values(bits, order)
                values.begin()
                try:
                    with self.numbers.precision(bits):
                        gap = evaluate(values)
                        parts = (gap.real, gap.imaginary) if type(gap) is Pair else (gap,)
                        parts = [values.jets.constant(part) for part in parts]
                        signs = [self.numbers.sign(part) for part in parts]
                        if any(signs):
                            return False
                        if all(
                            sign == 0 or values.jets.is_nothing(part) for sign, part in zip(signs, parts, strict=True)
                        ):
                            return True
                        break
                except HigherOrder:
                    if order == HIGHEST_ORDER:
                        return None
                    order = HIGHEST_ORDER
                except (ArithmeticError, NoSuchEntry, NoDerivative, RecursionError, StopIteration, KeyError, TypeError):
                    return None
        return None


def _letters_of(step: Step | _Reading) -> list[sp.Symbol]:
    """The free letters of a step that are no arrays."""
    if isinstance(step, Step):
        terms = (step.before, step.after, *(term for term, _ in step.supposed))
    else:
        terms = (step.term, *step.env.values(), *step.place)
    return sorted({letter for term in terms for letter in free_letters(term)}, key=str)


@lru_cache(maxsize=1 << 16)
def free_letters(term: sp.Basic) -> tuple[sp.Symbol, ...]:
    """Return the free letters of a term that are no arrays.

    sympy's ``free_symbols`` writes each sum anew to find them, which took a third of the time of all steps.
    """
    if isinstance(term, sp.Symbol):
        return (term,)
    if isinstance(term, sp.Sum):
        found = dict.fromkeys(free_letters(term.function))
        for letter, *ends in term.limits:  # the innermost first
            found.pop(letter, None)
            found.update(dict.fromkeys(each for end in ends for each in free_letters(end)))
        return tuple(found)
    parts = term.indices if isinstance(term, sp.Indexed) else term.args
    bound = {term.args[1]} if isinstance(term, Largest) else ()
    return tuple(dict.fromkeys(each for part in parts for each in free_letters(part) if each not in bound))


def _compared(step: Step | _Reading, letters: Sequence[sp.Symbol], at: _At) -> str | None:
    """Where the values before and after a step differ; empty if they agree; None if nothing could be evaluated."""
    result = None
    for env in _ways(step, letters, at):
        found = at.precise(lambda values, env=env: _gap(step, values, env))
        if found is False:
            return ", ".join(f"{letter} = {value}" for letter, value in env.items()) or "this point"
        result = "" if found else result
    return result


def _gap(step: Step | _Reading, values: "TermValues", env: dict):
    if isinstance(step, Step):
        for term, sign in step.supposed:
            if values.jets.sign(values.value(term, env)) != sign:
                raise NotEvaluated
        return values.value(step.before, env) - values.value(step.after, env)
    local = {letter: values.value(term, env) for letter, term in step.env.items()}
    value = values.at.value(step.node, local)
    if type(value) is list:
        value = own_entry(value, tuple(values.value(index, env) for index in step.place))
    return value - values.value(step.term, env)


def _ways(step: Step | _Reading, letters: Sequence[sp.Symbol], at: _At) -> Iterator[dict]:
    """Values for the letters of a step: those of the entry for the claim's own, and several ways for the others."""
    entry, sizes = at.met.entry, at.met.point.sizes
    ranges = {**at.attempt.terms.ranges, **dict(step.ranges if isinstance(step, Step) else ())}
    env, groups, real = {}, {}, []
    for letter in letters:
        if isinstance(letter, sp.Dummy) and not letter.is_integer:
            real.append(letter)
        elif letter.is_integer and not isinstance(letter, sp.Dummy) and letter.name in entry:
            env[letter] = entry[letter.name]
        elif letter.is_integer and letter.name not in sizes and letter in ranges:
            groups.setdefault(ranges[letter], []).append(letter)
    used: dict[sp.Expr, list[int]] = {}
    for letter, value in env.items():
        used.setdefault(ranges.get(letter), []).append(value)
    parts = []
    for size, members in groups.items():
        last = _last(size, sizes)
        if last is None:
            return
        parts.append(
            [dict(zip(members, way, strict=True)) for way in _coincidences(len(members), used.get(size, []), last)]
        )
    ways = [{key: value for part in each for key, value in part.items()} for each in product(*parts)]
    stride = max(1, len(ways) // MOST_WAYS)
    for place, way in enumerate(ways[::stride]):
        for turn in range(len(_NUMBERS) if real else 1):
            moved = [_NUMBERS[(place + shift + turn) % len(_NUMBERS)] for shift in range(len(real))]
            numbers = [at.numbers.exact(*pair) for pair in moved]
            yield {**env, **way, **dict(zip(real, numbers, strict=True))}


def _last(size: sp.Expr, sizes: Mapping[str, int]) -> int | None:
    """The number to which an index runs; 6 for steps."""
    if size.is_Integer:
        return int(size)
    value = size.xreplace(
        {letter: sp.Integer(sizes[letter.name]) for letter in size.free_symbols if letter.name in sizes}
    )
    return int(value) if value.is_Integer else 6 if str(value) == "steps" else None


def _coincidences(count: int, used: Sequence[int], last: int) -> list[tuple[int, ...]]:
    """Values for some letters: those of others that run over the same range, or new ones."""
    found: list[tuple[int, ...]] = [()]
    for _ in range(count):
        longer = []
        for way in found:
            known = sorted({*used, *way})
            fresh = next((k for k in range(1, last + 1) if k not in known), None)
            longer += [(*way, k) for k in (*known, *([fresh] if fresh else ())) if k <= last]
        found = longer[:200]
    return found


# Values of terms ------------------------------------------------------------------------------------------------------


class TermValues:
    """The values of sympy terms at a point."""

    def __init__(self, at: Values, terms: Terms, held: str | None = None):
        self.at, self.terms, self.jets, self.numbers = at, terms, at.jets, at.jets.numbers
        self._held = held  # the letter that is moved: what is made of it is not expanded beyond it
        self._memo: dict = {}
        self._children: dict[int, TermValues] = {}

    def begin(self) -> None:
        """Begin an evaluation."""
        self.at.watch.budget.begin(STEPS_OF_A_STEP)

    def child(self, at: Values, held: str | None = None) -> "TermValues":
        """Return the same for values where something is moved or drawn."""
        if id(at) not in self._children:
            self._children[id(at)] = TermValues(at, self.terms, held or self._held)
        return self._children[id(at)]

    def value(self, term: sp.Expr, env: Mapping):
        """Return the value of a term, where its free letters have these."""
        if term.is_Integer:
            return int(term)
        if term in env:
            return env[term]
        key = term, tuple([(letter, env[letter]) for letter in free_letters(term) if letter in env])
        if key not in self._memo:
            self.at.watch.budget.spend(1)
            self._memo[key] = self._computed(term, env)
        return self._memo[key]

    def _computed(self, term: sp.Expr, env: Mapping):
        if term.is_Rational:
            return self.numbers.exact(int(term.p), int(term.q))
        return _evaluator(type(term))(self, term, env)

    # Letters

    def _symbol(self, term: sp.Symbol, env: Mapping):
        sizes = self.at.point.sizes
        if term.name in sizes:
            return sizes[term.name]
        if isinstance(term, sp.Dummy):
            raise NotEvaluated
        return self._atom(term, term.name, (), env)

    def _indexed(self, term: sp.Indexed, env: Mapping):
        return self._atom(term, str(term.base), tuple(self.value(index, env) for index in term.indices), env)

    def _atom(self, term: sp.Expr, name: str, indices: tuple[int, ...], env: Mapping):
        if not all(type(index) is int for index in indices):
            raise NotEvaluated
        terms, scope = self.terms, self.at.scope
        of, semicolon, place = name.partition(";")
        if semicolon:
            return self._slope_of_cost(of, int(place), indices)
        if terms.cost_named(name):
            return cost(name.partition("#")[0], self._arguments(name, indices), self.at)
        if name in terms.members:
            return self._slope_of_member(name, indices)
        if is_class(name, scope.notation) and name not in scope.definitions:
            last = self.at.point.size(size_of_classes(name, scope.notation))
            return self.at.point.class_number(name, indices, last)
        return self.at.entry(name, indices)

    def _slope_of_member(self, name: str, indices: tuple[int, ...]):
        of, _, by = name.removeprefix("the derivative of ").partition(" by ")
        place, rest = indices[:1], indices[1:]

        def side(sign: int):
            beside, direction = self.at.beside(by, rest, sign)
            return beside.entry(of, place), direction

        return self.at.slope(side, lambda: self.at.entry(of, place))

    # Costs

    def _arguments(self, name: str, indices: tuple[int, ...]) -> list:
        """The values of all arguments of a cost, whose indices have these values."""
        with self.terms.holding(self._held):
            symbol, values = self.terms.cost_named(name)
            env = dict(zip(getattr(symbol, "indices", ()), indices, strict=True))
            return [self._grid(value, env) for value in values]

    def _grid(self, value, env: Mapping):
        if not isinstance(value, Grid):
            return self.value(value, env)
        rows, columns = self.value(value.rows, env), self.value(value.columns, env)
        return [
            [self.value(value.entry(sp.Integer(i), sp.Integer(j)), env) for j in range(1, columns + 1)]
            for i in range(1, rows + 1)
        ]

    def _slope_of_cost(self, name: str, place: int, indices: tuple[int, ...]):
        _, arguments = self.terms.cost_named(name)
        rank = 2 if isinstance(arguments[place - 1], Grid) else 0
        key = "slopes", name, place, indices[: len(indices) - rank]
        if key not in self._memo:
            self._memo[key] = self._gradient(name, place, key[-1])
        return self._memo[key][indices[len(indices) - rank :]]

    def _gradient(self, name: str, place: int, indices: tuple[int, ...]) -> dict[tuple[int, ...], object]:
        """The derivatives of a cost by all entries of one of its arguments."""
        values = self._arguments(name, indices)
        argument = values[place - 1]
        rows = argument if type(argument) is list else [[argument]]
        places = [(row, column) for row in range(1, len(rows) + 1) for column in range(1, len(rows[0]) + 1)]
        directions = iter(ways := self.jets.directions(len(places)))
        moved = [[self.jets.moved(number, next(directions)) for number in row] for row in rows]
        values[place - 1] = moved if type(argument) is list else moved[0][0]
        value = cost(name.partition("#")[0], values, self.at)
        keys = places if type(argument) is list else [()]
        return {key: self.jets.slope(value, way) for key, way in zip(keys, ways, strict=True)}

    # Arithmetic

    def _sum(self, term: sp.Add, env: Mapping):
        return self.jets.total([self.value(part, env) for part in term.args])

    def _product(self, term: sp.Mul, env: Mapping):
        """A product; where a case does not hold, what is chosen in it need not have a value."""
        result, others = 1, []
        for part in term.args:
            if isinstance(part, sp.KroneckerDelta | Positive):
                result = result * self.value(part, env)
            else:
                others.append(part)
        if type(result) is int and result == 0:
            return 0
        for part in others:
            result = self.jets.trimmed(result * self.value(part, env))
        return result

    def _power(self, term: sp.Pow, env: Mapping):
        base, exponent = self.value(term.base, env), self.value(term.exp, env)
        if type(exponent) is not Jet and self.numbers.is_exact(exponent) and self.numbers.ratio(exponent)[1] == 1:
            return self._whole_power(base, self.numbers.ratio(exponent)[0])
        if type(base) is Pair:
            raise NotEvaluated
        sign = self.numbers.sign(self.jets.constant(base))
        if sign == 0 and type(base) is not Jet and type(exponent) is not Jet and self.jets.sign(exponent) > 0:
            return 0
        if not sign or sign < 0:
            raise NotEvaluated
        return self.jets.power(base, exponent)

    def _whole_power(self, base, exponent: int):
        if type(base) is Pair:
            return pairs.whole_power(base, exponent, self.jets)
        if exponent < 0 and not self.numbers.sign(self.jets.constant(base)):
            raise NotEvaluated
        return self.jets.whole_power(base, exponent)

    def _exponential(self, term: sp.Expr, env: Mapping):
        value = self.value(term.args[0], env)
        return pairs.exp(value, self.jets) if type(value) is Pair else self.jets.exp(value)

    def _logarithm(self, term: sp.log, env: Mapping):
        value = self.value(term.args[0], env)
        if type(value) is Pair or (self.numbers.sign(self.jets.constant(value)) or 0) <= 0:
            raise NotEvaluated
        return self.jets.ln(value)

    def _absolute(self, term: sp.Abs, env: Mapping):
        value = self.value(term.args[0], env)
        return value if self.jets.sign(value) >= 0 else -value

    def _wave(self, term: sp.Expr, env: Mapping):
        return getattr(self.jets, type(term).__name__)(self.value(term.args[0], env))

    # Binders and indicators

    def _total(self, term: sp.Sum, env: Mapping):
        return self.jets.total([self.value(term.function, inner) for inner in self._over(term.limits, env)])

    def _over(self, limits: Sequence[tuple], env: Mapping) -> Iterator[Mapping]:
        """Values for all letters of a sum, whose last one is the outermost."""
        if not limits:
            yield env
            return
        letter, low, high = limits[-1]
        start, end = self.value(low, env), self.value(high, env)
        if end < start - 1:
            raise NotEvaluated
        for number in range(start, end + 1):
            yield from self._over(limits[:-1], {**env, letter: number})

    def _largest(self, term: sp.Expr, env: Mapping):
        body, letter, size = term.args
        values = [self.value(body, {**env, letter: number}) for number in range(1, self.value(size, env) + 1)]
        found = values[0]
        for value in values[1:]:
            found = value if self.jets.sign(value - found) > 0 else found
        return found

    def _delta(self, term: sp.KroneckerDelta, env: Mapping):
        return int(self.value(term.args[0], env) == self.value(term.args[1], env))

    def _positive(self, term: sp.Expr, env: Mapping):
        return int(self.jets.sign(self.value(term.args[0], env)) > 0)

    def _mean(self, term: sp.Expr, env: Mapping):
        return self.at.mean(lambda values: self.child(values).value(term.args[0], env))

    def _multiplied(self, term: sp.Expr, env: Mapping):
        return self._of_factors(sp.expand(term.args[0]), env)

    def _of_factors(self, total: sp.Expr, env: Mapping):
        """A product of all factors of which there is a formal sum."""
        result = 1
        for addend in sp.Add.make_args(total):
            count, rest = addend.as_independent(Factor)
            if isinstance(rest, Factor):
                value = self.value(rest.args[0], env)
            elif isinstance(rest, sp.Sum):
                value = 1
                for inner in self._over(rest.limits, env):
                    value = value * self._of_factors(rest.function, inner)
            elif addend == 0:
                continue
            else:
                raise NotEvaluated
            exponent = self.value(count, env)
            if not (self.numbers.is_exact(exponent) and self.numbers.ratio(exponent)[1] == 1):
                raise NotEvaluated
            result = result * self._whole_power(value, self.numbers.ratio(exponent)[0])
        return result

    # Derivatives and functions

    def _slope(self, term: sp.Expr, env: Mapping):
        inside, by = term.args
        if by in env:  # the argument of a function

            def beside(sign: int):
                (direction,) = self.jets.directions(sign=sign)
                return self.value(inside, {**env, by: self.jets.moved(env[by], direction)}), direction

            return self.at.slope(beside, lambda: self.value(inside, env))
        name = str(by.base) if isinstance(by, sp.Indexed) else by.name
        indices = tuple(self.value(index, env) for index in getattr(by, "indices", ()))

        def side(sign: int):
            beside, direction = self.at.beside(name, indices, sign)
            return self.child(beside, name).value(inside, env), direction

        return self.at.slope(side, lambda: self.value(inside, env))

    def _applied(self, term: AppliedUndef, env: Mapping):
        name = term.func.__name__
        function = self.terms.function_of(name)
        if function is None:
            raise NotEvaluated
        values = tuple(self.value(part, env) for part in term.args)
        name, primes = function
        return self.at.program.prime(name, primes, values, GuardKey(LOGARITHM, t.Number("0")), self.at, {})

    def _nothing(self, term: sp.Basic, env: Mapping):
        raise NotEvaluated

    def _modulus(self, term: sp.Expr, env: Mapping):
        value = self.value(term.args[0], env)
        square = pairs.square_of_modulus(pair(value))
        return self.jets.root(square) if self.numbers.sign(self.jets.constant(square)) else 0


_KINDS: tuple[tuple[type, Callable], ...] = (
    (sp.Symbol, TermValues._symbol),
    (sp.Indexed, TermValues._indexed),
    (sp.Add, TermValues._sum),
    (sp.Mul, TermValues._product),
    (sp.exp, TermValues._exponential),
    (Exponential, TermValues._exponential),
    (sp.Pow, TermValues._power),
    (sp.log, TermValues._logarithm),
    (sp.Abs, TermValues._absolute),
    (sp.tanh, TermValues._wave),
    (sp.sin, TermValues._wave),
    (sp.cos, TermValues._wave),
    (sp.Sum, TermValues._total),
    (sp.KroneckerDelta, TermValues._delta),
    (Positive, TermValues._positive),
    (Expect, TermValues._mean),
    (Product, TermValues._multiplied),
    (Largest, TermValues._largest),
    (Slope, TermValues._slope),
    (Modulus, TermValues._modulus),
    (type(sp.E), lambda self, term, env: self.jets.exp(1)),
    (type(sp.pi), lambda self, term, env: self.numbers.pi()),
    (type(sp.I), lambda self, term, env: Pair(0, 1)),
    (AppliedUndef, TermValues._applied),
    (sp.Basic, TermValues._nothing),
)


@cache
def _evaluator(kind: type) -> Callable:
    return next(evaluate for each, evaluate in _KINDS if issubclass(kind, each))
