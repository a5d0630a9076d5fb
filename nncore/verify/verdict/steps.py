"""The steps of a proof, evaluated by numbers: a rule that changes a value is wrong, whatever it says.

`judge_steps` evaluates both sides of each step at points where the claim itself was compared, for several ways in which
its indices coincide. An atom of a term has the value that the parse tree gives it (`numeric.values`): a
letter that stays opaque, a derivative of a cost, a function of which only smoothness is known. So a rule about any of
these is held against what it is about. The terms of both sides of the claim are held against the parse tree, too.

What has no value at a point is not evaluated there: `Evaluation.evaluated` counts the steps that were.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from typing import TypeAlias

import sympy as sp
from sympy.core.function import AppliedUndef

from nncore.verify.numeric import pairs
from nncore.verify.numeric.balls import Arithmetic, arithmetic
from nncore.verify.numeric.comparing import PRECISIONS, placed
from nncore.verify.numeric.evaluator import Program, cost
from nncore.verify.numeric.jets import Expansion, HigherOrder, Jet, Jets, Pair, Scalar, pair, parts
from nncore.verify.numeric.judge import Met, points_for
from nncore.verify.numeric.matrices import Matrix, Place, Value, own_entry
from nncore.verify.numeric.values import HIGHEST_ORDER, Values
from nncore.verify.numeric.watching import LOGARITHM, Budget, GuardKey, NoSuchEntry, Watch
from nncore.verify.semantics.layers import lowest
from nncore.verify.semantics.statements import Claim
from nncore.verify.symbolic.equality import Attempt, Reading
from nncore.verify.symbolic.expectation import Expect
from nncore.verify.symbolic.normal_form import Exponential, Factor, Largest, Product
from nncore.verify.symbolic.prover import Proof
from nncore.verify.symbolic.rules import Positive, Rule, Slope, Step, Term
from nncore.verify.symbolic.terms import Grid, Modulus, Terms
from nncore.verify.syntax import tree as t

Env: TypeAlias = Mapping[Term, Scalar]  # the values of letters
Evaluator: TypeAlias = Callable[["TermValues", Term, Env], Scalar]

READING = Rule("the reading of a side", "A term is what the parse tree says.")
MOST_WAYS = 6  # in which the indices of a step coincide, at one point
_NUMBERS = ((3, 7), (-5, 3), (0, 1), (1, 1))  # for the argument of a function while its derivative is taken
_STEPS_OF_A_STEP, _STEPS_OF_ALL = 20_000, 200_000  # of computing that one takes, and all of a claim


class NotEvaluated(ArithmeticError):
    """A term has no value at a point, or none that numbers know."""


_NOT_EVALUATED = (ArithmeticError, NoSuchEntry, RecursionError, StopIteration, KeyError, TypeError)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How many steps a proof has, how many of them were evaluated, and the first that is wrong."""

    steps: int = 0
    evaluated: int = 0
    wrong: Step | None = None
    at: str = ""


def judge_steps(proof: Proof, item: Claim, met: Sequence[Met], seconds: float) -> Evaluation:
    """Evaluate the steps of a proof of a claim, at points with entries at which the numbers compared it.

    When the seconds of computing, or the steps of evaluation, are over no further steps are evaluated.
    """
    budget, numbers, steps, evaluated = Budget(_STEPS_OF_ALL, seconds), arithmetic(), 0, 0
    for attempt in proof.attempts:
        made: list[Step | Reading] = [*attempt.steps, *attempt.readings]
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
                reported = step if isinstance(step, Step) else Step(READING, step.term, step.term)
                return Evaluation(steps, evaluated, reported, wrong)
    return Evaluation(steps, evaluated)


def _is_for(attempt: Attempt, met: Met) -> bool:
    """Return whether an attempt is about an entry: not about the first step, if it unfolds the recursion behind it."""
    letter = attempt.terms.unfolded
    return letter not in met.entry or met.entry[letter] > lowest(letter, attempt.item.conditions)


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

    def is_zero(self, difference: Callable[["TermValues"], Scalar]) -> bool | None:
        """Return whether a difference is 0, at the precision that it takes; None where there is none."""
        order = 1
        try:
            for bits in PRECISIONS:
                try:
                    found = self._is_zero(difference, bits, order)
                except HigherOrder:
                    if order == HIGHEST_ORDER:
                        return None
                    order = HIGHEST_ORDER
                    found = self._is_zero(difference, bits, order)
                if found is not None:
                    return found
        except _NOT_EVALUATED:
            return None
        return None

    def _is_zero(self, difference: Callable[["TermValues"], Scalar], bits: int, order: int) -> bool | None:
        """Return whether a difference is 0; None if that is not seen at this precision."""
        values = self.values(bits, order)
        self._budget.begin(_STEPS_OF_A_STEP)
        with self.numbers.precision(bits):
            gaps = [values.jets.constant(part) for part in parts(difference(values))]
            signs = [self.numbers.sign(gap) for gap in gaps]
            if any(signs):
                return False
            if all(sign == 0 or values.jets.is_nothing(gap) for sign, gap in zip(signs, gaps, strict=True)):
                return True
        return None


def _letters_of(step: Step | Reading) -> list[sp.Symbol]:
    """Return the free letters of a step that are no arrays."""
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


def _compared(step: Step | Reading, letters: Sequence[sp.Symbol], at: _At) -> str | None:
    """Return where the values before and after a step differ; empty if they agree; None if there are no values."""
    result = None
    for env in _ways(step, letters, at):
        found = at.is_zero(partial(_gap, step, env))
        if found is False:
            return ", ".join(f"{letter} = {value}" for letter, value in env.items()) or "this point"
        result = "" if found else result
    return result


def _gap(step: Step | Reading, env: Env, values: "TermValues") -> Scalar:
    """Return the value before a step, less the one after it."""
    if isinstance(step, Step):
        for term, sign in step.supposed:
            if values.jets.sign(values.real(term, env)) != sign:
                raise NotEvaluated
        return values.value(step.before, env) - values.value(step.after, env)
    local = {letter: values.value(term, env) for letter, term in step.env.items()}
    read = values.at.value(step.node, local)
    if isinstance(read, list):
        read = own_entry(read, tuple(values.whole(index, env) for index in step.place))
    return read - values.value(step.term, env)


def _ways(step: Step | Reading, letters: Sequence[sp.Symbol], at: _At) -> Iterator[Env]:
    """Yield values for the letters of a step: those of the entry for the claim's own, several ways for the others."""
    entry, sizes = at.met.entry, at.met.point.sizes
    ranges = {**at.attempt.terms.ranges, **dict(step.ranges if isinstance(step, Step) else ())}
    env: dict[Term, int] = {}
    groups: dict[Term, list[Term]] = {}
    real = []
    for letter in letters:
        if isinstance(letter, sp.Dummy) and not letter.is_integer:
            real.append(letter)
        elif letter.is_integer and not isinstance(letter, sp.Dummy) and letter.name in entry:
            env[letter] = entry[letter.name]
        elif letter.is_integer and letter.name not in sizes and letter in ranges:
            groups.setdefault(ranges[letter], []).append(letter)
    used: dict[Term, list[int]] = {}
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


def _last(size: Term, sizes: Mapping[str, int]) -> int | None:
    """Return the number to which an index runs; 6 for steps."""
    if size.is_Integer:
        return int(size)
    value = size.xreplace(
        {letter: sp.Integer(sizes[letter.name]) for letter in size.free_symbols if letter.name in sizes}
    )
    return int(value) if value.is_Integer else 6 if str(value) == "steps" else None


def _coincidences(count: int, used: Sequence[int], last: int) -> list[tuple[int, ...]]:
    """Return values for some letters: those of others that run over the same range, or new ones."""
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
        self._memo: dict[Hashable, Scalar] = {}
        self._slopes: dict[Hashable, dict[tuple[int, ...], Scalar]] = {}  # of costs, by all entries of an argument
        self._children: dict[Values, TermValues] = {}

    def child(self, at: Values, held: str | None = None) -> "TermValues":
        """Return the same for values where something is moved or drawn."""
        if at not in self._children:
            self._children[at] = TermValues(at, self.terms, held or self._held)
        return self._children[at]

    def value(self, term: Term, env: Env) -> Scalar:
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

    def whole(self, term: Term, env: Env) -> int:
        """Return the value of a term that counts or numbers something."""
        value = self.value(term, env)
        if type(value) is not int:
            raise NotEvaluated
        return value

    def real(self, term: Term, env: Env) -> Expansion:
        """Return the value of a term that may not be complex."""
        value = self.value(term, env)
        if isinstance(value, Pair):
            raise NotEvaluated
        return value

    def only(self, term: Term, env: Env) -> Expansion:
        """Return the value of the only argument of a term, which may not be complex."""
        return self.real(term.args[0], env)

    def _computed(self, term: Term, env: Env) -> Scalar:
        if term.is_Rational:
            return self.numbers.exact(int(term.p), int(term.q))
        return _evaluator(type(term))(self, term, env)

    # Letters

    def _symbol(self, term: sp.Symbol, env: Env) -> Scalar:
        sizes = self.at.point.sizes
        if term.name in sizes:
            return sizes[term.name]
        if isinstance(term, sp.Dummy):
            raise NotEvaluated
        return self._atom(term.name, ())

    def _indexed(self, term: sp.Indexed, env: Env) -> Scalar:
        return self._atom(str(term.base), tuple(self.whole(index, env) for index in term.indices))

    def _atom(self, name: str, indices: tuple[int, ...]) -> Scalar:
        terms, scope = self.terms, self.at.scope
        of, semicolon, place = name.partition(";")
        if semicolon:
            return self._slope_of_cost(of, int(place), indices)
        if terms.cost_named(name):
            return cost(name.partition("#")[0], self._arguments(name, indices), self.at)
        if name in terms.members:
            return self._slope_of_member(name, indices)
        if name in scope.notation.class_letters and name not in scope.definitions:
            last = self.at.point.size(scope.notation.size_of_classes(name))
            return self.at.point.class_number(name, indices, last)
        return self.at.entry(name, indices)

    def _slope_of_member(self, name: str, indices: tuple[int, ...]) -> Scalar:
        of, _, by = name.removeprefix("the derivative of ").partition(" by ")
        place, rest = indices[:1], indices[1:]

        def side(sign: int) -> tuple[Scalar, int]:
            beside, direction = self.at.beside(by, rest, sign)
            return beside.entry(of, place), direction

        return self.at.slope(side, lambda: self.at.entry(of, place))

    # Costs

    def _cost(self, name: str) -> tuple[Term, list[Term | Grid]]:
        found = self.terms.cost_named(name)
        if found is None:
            raise NotEvaluated
        return found

    def _arguments(self, name: str, indices: tuple[int, ...]) -> list[Value]:
        """Return the values of all arguments of a cost, whose indices have these values."""
        with self.terms.holding(self._held):
            symbol, values = self._cost(name)
            env = dict(zip(getattr(symbol, "indices", ()), indices, strict=True))
            return [self._grid(value, env) for value in values]

    def _grid(self, value: Term | Grid, env: Env) -> Value:
        if not isinstance(value, Grid):
            return self.value(value, env)
        rows, columns = self.whole(value.rows, env), self.whole(value.columns, env)
        return [
            [self.value(value.entry(sp.Integer(i), sp.Integer(j)), env) for j in range(1, columns + 1)]
            for i in range(1, rows + 1)
        ]

    def _slope_of_cost(self, name: str, place: int, indices: tuple[int, ...]) -> Scalar:
        _, arguments = self._cost(name)
        own = len(indices) - (2 if isinstance(arguments[place - 1], Grid) else 0)
        key = name, place, indices[:own]
        if key not in self._slopes:
            self._slopes[key] = self._gradient(*key)
        return self._slopes[key][indices[own:]]

    def _gradient(self, name: str, place: int, indices: tuple[int, ...]) -> dict[tuple[int, ...], Scalar]:
        """Return the derivatives of a cost by all entries of one of its arguments."""
        values = self._arguments(name, indices)
        argument = values[place - 1]
        rows: Matrix = argument if isinstance(argument, list) else [[argument]]
        places: list[Place] = [
            (row, column) for row in range(1, len(rows) + 1) for column in range(1, len(rows[0]) + 1)
        ]
        directions = iter(ways := self.jets.directions(len(places)))
        moved = [[self.jets.moved(number, next(directions)) for number in row] for row in rows]
        values[place - 1] = moved if isinstance(argument, list) else moved[0][0]
        value = cost(name.partition("#")[0], values, self.at)
        if isinstance(value, Pair):
            raise NotEvaluated
        keys: list[Place] = places if isinstance(argument, list) else [()]
        return {key: self.jets.slope(value, way) for key, way in zip(keys, ways, strict=True)}

    # Arithmetic

    def _product(self, term: sp.Mul, env: Env) -> Scalar:
        """Return a product; where a case does not hold, what is chosen in it need not have a value."""
        result: Scalar = 1
        others = []
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

    def _power(self, term: sp.Pow, env: Env) -> Scalar:
        base, exponent = self.value(term.base, env), self.real(term.exp, env)
        if (whole := self.jets.whole(exponent)) is not None:
            return self._whole_power(base, whole)
        if isinstance(base, Pair):
            raise NotEvaluated
        sign = self.numbers.sign(self.jets.constant(base))
        if sign == 0 and not isinstance(base, Jet) and not isinstance(exponent, Jet) and self.jets.sign(exponent) > 0:
            return 0
        if not sign or sign < 0:
            raise NotEvaluated
        return self.jets.power(base, exponent)

    def _whole_power(self, base: Scalar, exponent: int) -> Scalar:
        if isinstance(base, Pair):
            return pairs.whole_power(base, exponent, self.jets)
        if exponent < 0 and not self.numbers.sign(self.jets.constant(base)):
            raise NotEvaluated
        return self.jets.whole_power(base, exponent)

    def _exponential(self, term: Term, env: Env) -> Scalar:
        value = self.value(term.args[0], env)
        return pairs.exp(value, self.jets) if isinstance(value, Pair) else self.jets.exp(value)

    def _logarithm(self, term: sp.log, env: Env) -> Scalar:
        value = self.only(term, env)
        if (self.numbers.sign(self.jets.constant(value)) or 0) <= 0:
            raise NotEvaluated
        return self.jets.ln(value)

    def _absolute(self, term: sp.Abs, env: Env) -> Scalar:
        value = self.only(term, env)
        return value if self.jets.sign(value) >= 0 else -value

    # Binders and indicators

    def _over(self, limits: Sequence[Term], env: Env) -> Iterator[Env]:
        """Yield values for all letters of a sum, whose last one is the outermost."""
        if not limits:
            yield env
            return
        letter, low, high = limits[-1]
        start, end = self.whole(low, env), self.whole(high, env)
        if end < start - 1:
            raise NotEvaluated
        for number in range(start, end + 1):
            yield from self._over(limits[:-1], {**env, letter: number})

    def _largest(self, term: Term, env: Env) -> Scalar:
        body, letter, size = term.args
        values = [self.real(body, {**env, letter: number}) for number in range(1, self.whole(size, env) + 1)]
        found = values[0]
        for value in values[1:]:
            found = value if self.jets.sign(value - found) > 0 else found
        return found

    def _of_factors(self, total: Term, env: Env) -> Scalar:
        """Return the product of all factors of which there is a formal sum."""
        result: Scalar = 1
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
            exponent = self.jets.whole(self.value(count, env))
            if exponent is None:
                raise NotEvaluated
            result = result * self._whole_power(value, exponent)
        return result

    # Derivatives and functions

    def _slope(self, term: Term, env: Env) -> Scalar:
        inside, by = term.args
        if by in env:  # the argument of a function

            def beside(sign: int) -> tuple[Scalar, int]:
                (direction,) = self.jets.directions(sign=sign)
                return self.value(inside, {**env, by: self.jets.moved(env[by], direction)}), direction

            return self.at.slope(beside, lambda: self.value(inside, env))
        name = str(by.base) if isinstance(by, sp.Indexed) else by.name
        indices = tuple(self.whole(index, env) for index in getattr(by, "indices", ()))

        def side(sign: int) -> tuple[Scalar, int]:
            beside, direction = self.at.beside(name, indices, sign)
            return self.child(beside, name).value(inside, env), direction

        return self.at.slope(side, lambda: self.value(inside, env))

    def _applied(self, term: AppliedUndef, env: Env) -> Scalar:
        name = term.func.__name__
        function = self.terms.function_of(name)
        if function is None:
            raise NotEvaluated
        values = tuple(self.value(part, env) for part in term.args)
        name, primes = function
        return self.at.program.prime(name, primes, values, GuardKey(LOGARITHM, t.Number("0")), self.at, {})

    def _modulus(self, term: Term, env: Env) -> Scalar:
        value = self.value(term.args[0], env)
        square = pairs.square_of_modulus(pair(value))
        return self.jets.root(square) if self.numbers.sign(self.jets.constant(square)) else 0


def _no_value(of: TermValues, term: Term, env: Env) -> Scalar:
    raise NotEvaluated


_KINDS: tuple[tuple[type | tuple[type, ...], Evaluator], ...] = (
    (sp.Symbol, TermValues._symbol),
    (sp.Indexed, TermValues._indexed),
    (sp.Add, lambda of, term, env: of.jets.total([of.value(part, env) for part in term.args])),
    (sp.Mul, TermValues._product),
    ((sp.exp, Exponential), TermValues._exponential),
    (sp.Pow, TermValues._power),
    (sp.log, TermValues._logarithm),
    (sp.Abs, TermValues._absolute),
    ((sp.tanh, sp.sin, sp.cos), lambda of, term, env: getattr(of.jets, type(term).__name__)(of.only(term, env))),
    (sp.Sum, lambda of, term, env: of.jets.total([of.value(term.function, at) for at in of._over(term.limits, env)])),
    (sp.KroneckerDelta, lambda of, term, env: int(of.value(term.args[0], env) == of.value(term.args[1], env))),
    (Positive, lambda of, term, env: int(of.jets.sign(of.only(term, env)) > 0)),
    (Expect, lambda of, term, env: of.at.mean(lambda values: of.child(values).value(term.args[0], env))),
    (Product, lambda of, term, env: of._of_factors(sp.expand(term.args[0]), env)),
    (Largest, TermValues._largest),
    (Slope, TermValues._slope),
    (Modulus, TermValues._modulus),
    (type(sp.E), lambda of, term, env: of.jets.exp(1)),
    (type(sp.pi), lambda of, term, env: of.numbers.pi()),
    (type(sp.I), lambda of, term, env: Pair(0, 1)),
    (AppliedUndef, TermValues._applied),
    (sp.Basic, _no_value),
)
_EVALUATORS: dict[type, Evaluator] = {}


def _evaluator(kind: type) -> Evaluator:
    if kind not in _EVALUATORS:
        _EVALUATORS[kind] = next(evaluate for each, evaluate in _KINDS if issubclass(kind, each))
    return _EVALUATORS[kind]
