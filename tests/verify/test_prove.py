"""The prover: what it proves is true, what is false it never proves, and how it refuses what it cannot read."""

import random
from itertools import product

import pytest
import sympy as sp
from sympy import IndexedBase, KroneckerDelta, Sum, exp, log

from nncore.verify.symbolic.normal_form import Least, Positive, residual, vanishes

n, D, M = sp.symbols("n D M", integer=True, positive=True)
i, j, k, l, m, q = sp.symbols("i j k l m q", integer=True, positive=True)  # noqa: E741
x, w, b, z, a, u = (IndexedBase(letter, real=True) for letter in "xwbzau")
y = IndexedBase("y", real=True)
h = sp.Symbol("h", real=True)

SIZES = ({n: 4, D: 2, M: 3}, {n: 2, D: 3, M: 4}, {n: 1, D: 1, M: 1})


def total(body, *limits):
    return Sum(body, *((letter, 1, size) for letter, size in limits))


def p(s, c, bound=l):
    return exp(z[s, c]) / total(exp(z[s, bound]), (bound, M))


def logit(s, c, bound=j):
    return total(x[s, bound] * w[bound, c], (bound, D)) + b[c]


# An evaluator that shares nothing with the prover ---------------------------------------------------------------------


def number(expression, sizes, place, values):
    """The value of an expression at concrete sizes and indices, by recursion, sums as loops."""

    def walk(term, place):
        if isinstance(term, Sum):
            (letter, low, size), *rest = term.limits[::-1]  # the last limit is the outer one
            body = Sum(term.function, *rest[::-1]) if rest else term.function
            values_of_letter = range(int(walk(low, place)), int(walk(size, place)) + 1)
            return sp.Add(*(walk(body, {**place, letter: value}) for value in values_of_letter))
        if isinstance(term, sp.Indexed):
            entry = (str(term.base), *(int(walk(index, place)) for index in term.indices))
            return values.setdefault(entry, sp.Rational(values["random"].randint(-9, 9), 7))
        if isinstance(term, KroneckerDelta):
            return sp.Integer(walk(term.args[0], place) == walk(term.args[1], place))
        if term in place:
            return sp.Integer(place[term])
        if term in sizes:
            return sp.Integer(sizes[term])
        if term.is_Symbol:
            return values.setdefault(str(term), sp.Rational(values["random"].randint(-9, 9), 7))
        if not term.args:
            return term
        return term.func(*(walk(argument, place) for argument in term.args))

    return walk(sp.sympify(expression), place)


def equal_at_sizes(left, right, ranges):
    """Whether both sides agree, entry by entry, at three choices of sizes and random entries."""
    for seed, sizes in enumerate(SIZES):
        values = {"random": random.Random(seed)}
        free = list(ranges)
        for place in product(*(range(1, sizes[ranges[letter]] + 1) for letter in free)):
            place = dict(zip(free, place, strict=True))
            difference = number(left, sizes, place, values) - number(right, sizes, place, values)
            if abs(sp.N(difference, 40)) > sp.Float("1e-30", 40):
                return False
    return True


# Claims of the book, and near misses ----------------------------------------------------------------------------------

delta = KroneckerDelta

TRUE = {
    "a sum is linear": (total(2 * a[k] - u[k], (k, M)), 2 * total(a[k], (k, M)) - total(u[k], (k, M)), {}),
    "a bound letter has no name": (total(a[k], (k, M)), total(a[q], (q, M)), {}),
    "sums may be exchanged": (
        total(total(x[i, j] * w[j, m], (j, D)), (i, n)),
        total(total(x[i, j] * w[j, m], (i, n)), (j, D)),
        {m: M},
    ),
    "a sum over two letters is a sum of sums": (
        total(x[i, j], (i, n), (j, D)),
        total(total(x[i, k], (i, n)), (k, D)),
        {},
    ),
    "a constant summed is counted": (total(h, (k, M)), M * h, {}),
    "a delta ends a sum": (total(a[k] * delta(k, m), (k, M)), a[m], {m: M}),
    "a delta ends one of two sums": (
        total(total(w[j, k] * delta(k, m), (k, M)), (j, D)),
        total(w[j, m], (j, D)),
        {m: M},
    ),
    "two deltas in a row": (total(delta(k, l) * delta(l, m) * a[l], (l, M)), delta(k, m) * a[m], {k: M, m: M}),
    "a delta renames what stands beside it": (a[k] * delta(k, m), a[m] * delta(k, m), {k: M, m: M}),
    "the order of two sums in one does not matter": (
        total(a[k] * x[l, k], (k, M), (l, n)),
        total(x[l, k] * a[k], (l, n), (k, M)),
        {},
    ),
    "a product of inner sums has a letter for each": (
        total(total(x[k, l], (l, M)) * total(z[k, l], (l, M)), (k, n)),
        total(x[k, l] * z[k, m], (k, n), (l, M), (m, M)),
        {},
    ),
    "exponentials part": (exp(a[k] - u[k]) * exp(u[k]), exp(a[k]), {k: M}),
    "a fraction of exponentials is shortened": (
        exp(2 * a[k]) / (exp(a[k]) + exp(2 * a[k])),
        exp(a[k]) / (1 + exp(a[k])),
        {k: M},
    ),
    "the shift cancels": (exp(z[i, m] + h) / total(exp(z[i, l] + h), (l, M)), p(i, m), {i: n, m: M}),
    "the Jacobian of softmax": (p(i, m).diff(z[i, k]), p(i, m) * (delta(m, k) - p(i, k)), {i: n, k: M, m: M}),
    "samples do not mix": (
        p(i, m).diff(z[q, k]),
        delta(i, q) * p(i, m) * (delta(m, k) - p(i, k)),
        {i: n, q: n, k: M, m: M},
    ),
    "probabilities sum to one": (total(p(i, m), (m, M)), 1, {i: n}),
    "the rows of the Jacobian sum to zero": (total(p(i, m) * (delta(m, k) - p(i, k)), (m, M)), 0, {i: n, k: M}),
    "the gradient of the loss": (
        (log(total(exp(z[i, l]), (l, M))) - total(y[i, m] * z[i, m], (m, M))).diff(z[i, k]),
        p(i, k) - y[i, k],
        {i: n, k: M},
    ),
    "the vector–Jacobian product": (
        total(a[m] * p(i, m) * (delta(m, k) - p(i, k)), (m, M)),
        p(i, k) * (a[k] - total(a[m] * p(i, m), (m, M))),
        {i: n, k: M},
    ),
    "dense backward": (
        total(a[i] * logit(i, m), (i, n)).diff(w[q, k]),
        total(a[i] * x[i, q], (i, n)) * delta(m, k),
        {m: M, k: M, q: D},
    ),
}

FALSE = {
    "a lost factor": (total(2 * a[k], (k, M)), total(a[k], (k, M)), {}),
    "a sum over another range": (total(x[k, k], (k, n)), total(x[k, k], (k, D)), {}),
    "one of two sums": (total(x[i, j], (i, n), (j, D)), total(x[i, i], (i, n)), {}),
    "the square of a sum is no sum of squares": (total(a[k], (k, M)) ** 2, total(a[k] ** 2, (k, M)), {}),
    "a product of sums is no sum of products": (
        total(a[k], (k, M)) * total(u[k], (k, M)),
        total(a[k] * u[k], (k, M)),
        {},
    ),
    "a product of inner sums is no sum of products": (
        total(total(x[k, l], (l, M)) * total(z[k, l], (l, M)), (k, n)),
        total(x[k, l] * z[k, l], (k, n), (l, M)),
        {},
    ),
    "three inner sums are not two": (
        total(total(x[k, l], (l, M)) * total(z[k, l], (l, M)) * total(w[k, l], (l, M)), (k, n)),
        total(total(x[k, l] * w[k, l], (l, M)) * total(z[k, l], (l, M)), (k, n)),
        {},
    ),
    "the exponential of a sum is no sum of exponentials": (exp(total(a[k], (k, M))), total(exp(a[k]), (k, M)), {}),
    "a logarithm does not part": (log(a[k] ** 2 + u[k] ** 2 + 1), log(a[k] ** 2 + 1) + log(u[k] ** 2 + 1), {k: M}),
    "a transpose": (total(x[i, j] * w[j, m], (j, D)), total(x[j, i] * w[j, m], (j, D)), {i: n, m: M}),
    "a delta of another pair": (total(a[q] * delta(q, m), (q, M)), a[k] * delta(k, m), {m: M, k: M}),
    "a constant counted over the wrong range": (total(h, (k, M)), n * h, {}),
    "the Jacobian without its delta": (p(i, m).diff(z[i, k]), -p(i, m) * p(i, k), {i: n, k: M, m: M}),
    "the Jacobian that holds for two classes": (
        p(i, m).diff(z[i, k]),
        p(i, m) * (1 - p(i, m)) * (2 * delta(m, k) - 1),
        {i: n, k: M, m: M},
    ),
    "the gradient with the wrong sign": (
        (log(total(exp(z[i, l]), (l, M))) - total(y[i, m] * z[i, m], (m, M))).diff(z[i, k]),
        y[i, k] - p(i, k),
        {i: n, k: M},
    ),
    "a gradient summed over samples": (
        total(log(total(exp(z[k, l]), (l, M))), (k, n)).diff(z[i, m]),
        total(p(k, m), (k, n)),
        {i: n, m: M},
    ),
    "a sample for all": (total(a[i] * x[i, j], (i, n)), a[q] * x[q, j], {j: D, q: n}),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_proved(name):
    left, right, ranges = TRUE[name]
    assert equal_at_sizes(left, right, ranges)  # the claim itself, by other means
    assert residual(left, right, ranges) == 0
    assert residual(right, left, ranges) == 0


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_not_proved(name):
    left, right, ranges = FALSE[name]
    assert not equal_at_sizes(left, right, ranges)
    assert residual(left, right, ranges) != 0
    assert residual(right, left, ranges) != 0


MUTATIONS = {
    "a sign": lambda right: -right,
    "a factor": lambda right: right * sp.Rational(1001, 1000),
    "a term": lambda right: right + sp.Rational(1, 1000),
}
MUTANTS = [(name, mutation) for name in TRUE for mutation in MUTATIONS if TRUE[name][1] != 0 or mutation == "a term"]


@pytest.mark.parametrize(("name", "mutation"), MUTANTS)
def test_a_true_claim_that_is_slightly_changed_is_not_proved(name, mutation):
    left, right, ranges = TRUE[name]
    assert residual(left, MUTATIONS[mutation](sp.sympify(right)), ranges) != 0


# Exercise 1.1 for all sizes -------------------------------------------------------------------------------------------


def cost():
    loss = log(total(exp(logit(i, l)), (l, M))) - total(y[i, m] * logit(i, m), (m, M))
    return total(loss, (i, n)) / n


def probability(c):
    return exp(logit(i, c)) / total(exp(logit(i, l)), (l, M))


def test_exercise_1_1_holds_for_all_sizes():
    by_w = total((probability(k) - y[i, k]) * x[i, q], (i, n)) / n
    by_b = total(probability(k) - y[i, k], (i, n)) / n
    assert residual(cost().diff(w[q, k]), by_w, {q: D, k: M}) == 0
    assert residual(cost().diff(b[k]), by_b, {k: M}) == 0


def test_slips_of_exercise_1_1_are_not_proved():
    without_mean = total((probability(k) - y[i, k]) * x[i, q], (i, n))
    without_sum = (probability(k) - y[i, k]) / n
    assert residual(cost().diff(w[q, k]), without_mean, {q: D, k: M}) != 0
    assert residual(cost().diff(b[k]), total(probability(k) + y[i, k], (i, n)) / n, {k: M}) != 0
    with pytest.raises(ValueError, match="i is a free letter in one place and bound by a sum in another"):
        residual(cost().diff(b[k]), without_sum, {k: M, i: n})


# Side conditions of the rules -----------------------------------------------------------------------------------------


def test_a_delta_does_not_end_a_sum_whose_range_its_partner_may_leave():
    left = total(a[k] * delta(k, j), (k, M))
    assert residual(left, a[j], {j: D}) != 0  # j may exceed M: then the sum is 0
    assert residual(left, a[j], {}) != 0  # nothing is known of j
    assert residual(left, a[j], {j: M}) == 0


def test_a_size_in_place_of_an_index_is_not_taken_for_one():
    assert residual(total(a[k] * delta(k, M), (k, M)), a[1], {}) != 0
    assert residual(total(a[k] * delta(k, m + 1), (k, M)), a[m + 1], {m: M}) != 0  # m + 1 leaves the range


@pytest.mark.parametrize("low", [0, 2, m])
def test_a_sum_that_does_not_start_at_1_is_refused(low):
    with pytest.raises(ValueError, match="a sum must start at 1"):
        residual(Sum(a[k], (k, low, M)), 0, {m: M})


def test_a_letter_that_is_free_and_bound_is_refused():
    with pytest.raises(ValueError, match="k is a free letter in one place and bound by a sum in another: rename one"):
        residual(total(a[k], (k, M)) * u[k], 0, {k: M})
    with pytest.raises(ValueError, match="m is a free letter"):
        residual(total(z[i, m], (m, M)), z[i, m], {i: n, m: M})


@pytest.mark.parametrize("name", ["lambda", "mu", "nu_1", "rho", "xi_4", "_0"])
def test_an_index_named_like_those_of_the_normal_form_is_refused(name):
    index = sp.Symbol(name, integer=True, positive=True)
    with pytest.raises(ValueError, match=f"the index {name} has a name that the normal form uses: rename it"):
        residual(total(a[index], (index, M)), 0, {})


def test_letters_of_one_name_but_other_assumptions_are_other_letters():
    plain = sp.Symbol("k")
    assert residual(a[k], a[plain], {k: M}) != 0


def test_what_has_an_indicator_in_an_exponent_is_not_lost():
    above, below = Positive(h), Positive(-h)
    assert vanishes(h * below + h * above - h, {})
    assert not vanishes(h * below + h * above - h + exp(below), {})
    assert not vanishes(h * below + h * above - h + exp(h * below) - 1, {})


def test_a_sum_has_as_many_addends_as_its_end_says_only_if_that_is_not_negative():
    step = sp.Symbol("t", integer=True, nonnegative=True)
    difference = total(1, (k, step - 2)) - (step - 2)
    assert vanishes(difference, {Least(step): 2})
    assert not vanishes(difference, {Least(step): 1})  # at t = 1 it is 0, and not -1
    assert not vanishes(difference, {})


# Attack ---------------------------------------------------------------------------------------------------------------


def random_expression(rng, depth, free):
    """A small expression of indexed letters, deltas, sums and exponentials in the given free indices of range M."""
    choice = rng.random()
    if depth == 0 or choice < 0.2:
        letter = rng.choice([a, u])
        return rng.choice([letter[rng.choice(free)], delta(*rng.choices(free, k=2)), z[tuple(rng.choices(free, k=2))]])
    if choice < 0.5:
        bound = sp.Dummy("s", integer=True, positive=True)
        return total(random_expression(rng, depth - 1, [*free, bound]), (bound, M))
    left, right = (random_expression(rng, depth - 1, free) for _ in range(2))
    return rng.choice([left + right, left * right, left - 2 * right, left * exp(right) if depth > 1 else left * right])


@pytest.mark.parametrize("seed", range(40))
def test_of_random_expressions_the_renamed_one_is_proved_and_nothing_that_is_false(seed):
    left = random_expression(random.Random(seed), 3, [k, m])
    renamed = random_expression(random.Random(seed), 3, [k, m])  # the same, with bound letters of its own
    another = random_expression(random.Random(seed + 1000), 2, [k, m])
    others = (renamed, left + another, -left, left.xreplace({k: m}), left.xreplace({k: m, m: k}), sp.expand(left**2))
    ranges = {k: M, m: M}
    proved = [residual(left, other, ranges) == 0 for other in others]
    assert proved[0]
    for other, is_proved in zip(others, proved, strict=True):
        assert not is_proved or equal_at_sizes(left, other, ranges)
