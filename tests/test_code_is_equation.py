"""Code = equation: every function, run on symbols, is the right side of the equation that it names, as printed.

The label in a docstring leads to a displayed formula of the book. That formula is parsed from its page and made into
terms at small unequal sizes; the shipped function gets the same letters. So a formula that is edited in one of the two
places and not in the other fails here, and one that is wrong in both fails where the page is judged.
"""

import contextlib
import inspect
from dataclasses import fields
from functools import cache
from itertools import product

import numpy as np
import pytest
import sympy as sp
from pages_of_book import NOTATION, said

from book._ext import equations_of_code
from nncore import functions, layers, symbolic
from nncore import validation as check
from nncore.network import Network
from nncore.verify.semantics.statements import Claim, Kind
from nncore.verify.symbolic.hypotheses import given_by, prepared
from nncore.verify.symbolic.normal_form import Facts, Positive, indicator, vanishes
from nncore.verify.symbolic.terms import Grid
from nncore.verify.syntax import tree as t
from tests.mathematics import LAYERS, made

IMPLEMENTED = equations_of_code.implementations()
SIZES = ({"n": 3, "D": 2, "M": 4}, {"n": 2, "D": 4, "M": 3}, {"n": 1, "D": 3, "M": 5})
CLASSES = {1: (5,), 2: (3, 1), 3: (1, 4, 4)}  # for n samples, counted from 1 as on paper


@cache
def formulas():
    """The items of every labelled formula of the book."""
    found = {}
    for page in said().values():
        for item in page.items:
            if item.formula.label and item.kind in (Kind.CLAIM, Kind.DEFINITION):
                found.setdefault(item.formula.label, item)  # of a chain the first link
    return found


# What code computes ---------------------------------------------------------------------------------------------------


def as_term(expression):
    """What code returned, in the terms of the checker: maxima of two numbers and cases as indicators.

    The largest logit of a row becomes a letter of its own: what holds for every shift holds for this one.
    """
    shifts = {largest: sp.Dummy(real=True) for largest in expression.atoms(sp.Max) if len(largest.args) > 2}
    expression = expression.xreplace(shifts)
    expression = expression.replace(sp.Max, lambda a, b: b + (a - b) * indicator(a - b))
    expression = expression.replace(sp.Min, lambda a, b: b - (b - a) * indicator(b - a))
    return expression.replace(sp.Piecewise, _cases)


def _cases(*pairs):
    total, rest = sp.S.Zero, sp.S.One
    for value, condition in pairs:
        holds = _holds(condition)
        total += rest * holds * value
        rest *= 1 - holds
    return total


def _holds(condition):
    if condition in (sp.true, sp.false):
        return sp.Integer(bool(condition))
    if isinstance(condition, sp.And | sp.Or):
        parts = [_holds(part) for part in condition.args]
        return sp.Mul(*parts) if isinstance(condition, sp.And) else 1 - sp.Mul(*(1 - part for part in parts))
    difference = condition.lhs - condition.rhs
    above, below = indicator(difference), indicator(-difference)
    return {
        sp.Gt: above, sp.Lt: below, sp.Ge: 1 - below, sp.Le: 1 - above, sp.Eq: 1 - above - below, sp.Ne: above + below,
    }[condition.func]  # fmt: skip


def test_the_two_ways_of_writing_a_maximum_agree():
    x, y = sp.symbols("x y", real=True)
    assert vanishes(as_term(sp.Max(x, y)) + as_term(sp.Min(x, y)) - x - y, {})
    assert not vanishes(as_term(sp.Max(x, y)) - x, {})
    assert vanishes(as_term(sp.Piecewise((x, x > 0), (-x, True))) - as_term(sp.Max(x, -x)), {})


# Arguments ------------------------------------------------------------------------------------------------------------


def argument(name, sizes):
    """An argument of a function as symbols: ``Z`` the letter of the book, ``dZ`` the gradient that arrives by it."""
    if name == "c":
        return np.array(CLASSES[sizes["n"]]) - 1
    if name == "dJ":
        return sp.Integer(1)
    letter = name.removeprefix("d")
    array = NOTATION.array_named(letter)
    rows, columns = (1 if size.letter == "1" else sizes[size.letter] for size in array.shape)
    base = sp.IndexedBase(r"\phi;1" if name != letter else letter, real=True)
    flat = letter == "L"  # one loss a sample is a list in code and a column on paper

    def entry(i, k):
        if name != letter:
            return base[i, k]
        return base[tuple(p for p, size in zip((i, k), array.shape, strict=True) if size.letter != "1")]

    grid = [[entry(i, k) for k in range(1, columns + 1)] for i in range(1, rows + 1)]
    return symbolic.SymbolicArray([row[0] for row in grid] if flat else grid)


def call(function, sizes):
    names = list(inspect.signature(function).parameters)
    result = function(*(argument(name, sizes) for name in names))
    return names, result if isinstance(result, tuple) else (result,)


# What is printed ------------------------------------------------------------------------------------------------------


def places(item, sizes):
    """The values of the indices of what a formula is about."""
    if isinstance(item.left, t.Apply):  # also where it defines a function that the checker knows, which is a claim
        free = (("i", "n"), ("m", "M"))
    elif item.kind == Kind.DEFINITION:
        name = item.left.base.name if isinstance(item.left, t.Indexed) else getattr(item.left, "name", "")
        array = NOTATION.array_of_entry(name)
        definition = item.scope.definitions.get(array.letter if array else name)
        free = definition.indices if definition else ()
    else:
        free = item.free
    letters = [letter for letter, _ in free]
    for numbers in product(*(range(1, sizes[size] + 1) for _, size in free)):
        yield dict(zip(letters, numbers, strict=True))


def as_claim(item):
    """A definition as the claim that its sides are equal."""
    if item.kind == Kind.CLAIM:
        return item
    return Claim(relation=t.Relation.EQUAL, **{field.name: getattr(item, field.name) for field in fields(item)})


def printed(label, known, sizes):
    """The right side of a formula at each place: its index, the term, and the facts that hold there."""
    item = formulas()[label]
    classes = {("c", i): number for i, number in enumerate(CLASSES[sizes["n"]], 1)}
    terms = prepared(item, lambda name: name in known, sizes, classes)
    if item.shape is not None:
        grid = terms.value(item.right, {})
        assert isinstance(grid, Grid)
        for row, column in product(range(1, int(grid.rows) + 1), range(1, int(grid.columns) + 1)):
            yield (row, column), grid.entry(sp.Integer(row), sp.Integer(column)), Facts()
        return
    for place in places(item, sizes):
        env = {letter: sp.Integer(number) for letter, number in place.items()}
        facts = given_by(as_claim(item), terms, env).facts
        if isinstance(item.left, t.Apply):  # a function of a number, which code applies to every entry
            (variable,) = item.left.arguments
            env[variable.name] = sp.IndexedBase("Z", real=True)[env["i"], env["m"]]
        yield tuple(place.values()), terms.number(item.right, env), facts


def entry_of(result, place):
    if not isinstance(result, symbolic.SymbolicArray):
        return result
    here = tuple(k - 1 for k in place)
    if result.ndim == 2 and len(here) == 1:
        here = (0, *here)
    return result[here[: result.ndim]]


def _name(part):
    return str(part.base) if isinstance(part, sp.Indexed) else ""


def targets(known, sizes):
    """What is known of Y: with class numbers it is one-hot, else (all targets being positive) its rows sum to 1."""
    Y = sp.IndexedBase("Y", real=True)
    for i, number in enumerate(CLASSES[sizes["n"]], 1):
        if "c" in known:
            yield from ((Y[i, m], sp.Integer(m == number)) for m in range(1, sizes["M"] + 1))
        else:
            yield Y[i, sizes["M"]], 1 - sp.Add(*(Y[i, m] for m in range(1, sizes["M"])))


def assert_is_equation(results, labels, known, sizes):
    if len(results) > len(labels):
        raise AssertionError("a result without an equation")
    for label, result in zip(labels, results, strict=True):
        compared = 0
        for place, term, facts in printed(label, known, sizes):
            traced = as_term(sp.sympify(entry_of(result, place)))
            traced = traced.xreplace({atom: 1 for atom in traced.atoms(Positive) if _name(atom.args[0]) == "Y"})
            facts = Facts((*facts.values, *targets(known, sizes)), facts.positive)
            difference = (traced - term).rewrite(sp.tanh, sp.exp)  # the rules of the checker are those of exponentials
            assert vanishes(difference, {}, facts), f"{label} at {place}: code {traced}, page {term}"
            compared += 1
        assert compared > 1 or sizes["n"] == 1 or label == "eq-loss-cost"


FUNCTIONS = [function for _, function in inspect.getmembers(functions, inspect.isfunction)]


def labels_of(function):
    return [label for label, names in IMPLEMENTED.items() if f"nncore.functions.{function.__name__}" in names]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_function_run_on_symbols_is_the_right_side_of_its_printed_equation(function, sizes):
    labels = labels_of(function)
    assert labels, f"{function.__name__} names no equation"
    names, results = call(function, sizes)
    assert_is_equation(results, labels, names, sizes)


def test_a_page_may_define_a_function_that_the_checker_knows(monkeypatch):
    claims = [item for item in said()["layers/sigmoid.md"].items if isinstance(item.left, t.Apply)]
    tanh = next(item for item in claims if item.kind == Kind.CLAIM and item.left.function == t.Function(r"\tanh"))
    monkeypatch.setitem(formulas(), "eq-tanh", tanh)
    code = [
        symbolic.SymbolicArray(argument("Z", SIZES[0]).matrix().applyfunc(wave).tolist()) for wave in (sp.tanh, sp.sin)
    ]
    assert_is_equation(code[:1], ["eq-tanh"], ("Z",), SIZES[0])
    with pytest.raises(AssertionError, match="eq-tanh at"):
        assert_is_equation(code[1:], ["eq-tanh"], ("Z",), SIZES[0])


# The same functions inside the layers ---------------------------------------------------------------------------------

# As people call them, and as training does, where nothing is checked or copied.
WAYS = {"checked": contextlib.nullcontext, "in training": check.trusted}
OF_LAYERS = [pytest.param(pair, way, id=f"{name}-{way}") for name, pair in LAYERS.items() for way in WAYS]


def other(name, sizes):
    """Another argument in the place of one: that of the batch before."""
    given = argument(name, sizes)
    return symbolic.symbols("s", *given.shape) if isinstance(given, symbolic.SymbolicArray) else given


def assert_layer_is_its_equations(layer, pair, sizes):
    for letter in pair.learned:
        setattr(layer, letter, argument(letter, sizes))
    layer.forward(*(other(name, sizes) for name in pair.given))
    layer.backward(other(pair.upstream, sizes))
    result = layer.forward(*(argument(name, sizes) for name in pair.given))
    assert_is_equation((result,), labels_of(pair.f), pair.letters, sizes)
    result = layer.backward(argument(pair.upstream, sizes))
    results = (result, *(getattr(layer, f"d{letter}") for letter in pair.learned))
    assert_is_equation(results, labels_of(pair.f_vjp), pair.letters, sizes)  # in the letters that forward was given


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize(("pair", "way"), OF_LAYERS)
def test_what_a_layer_remembers_and_computes_is_the_printed_equation(pair, way, sizes):
    with WAYS[way]():
        assert_layer_is_its_equations(made(pair.layer, sizes["D"], sizes["M"]), pair, sizes)


# What training runs ---------------------------------------------------------------------------------------------------


def assert_training_is_its_equations(kind, dJ, sizes):
    """One layer is a network: the gradients that a batch of training leaves, and that by the logits, as printed."""
    layer = made(kind, sizes["D"], sizes["M"])
    layer.W, layer.b = argument("W", sizes), argument("b", sizes)
    network, arrived, backward = Network([layer]), [], layer.backward
    layer.backward = lambda dZ: arrived.append(dZ) or backward(dZ)
    with network.in_training():
        network.learn(other("X", sizes), argument("c", sizes), dJ)
        network.learn(argument("X", sizes), argument("c", sizes), dJ)
    logits = argument("X", sizes) @ layer.W + layer.b
    values = {argument("Z", sizes)[place]: logits[place] for place in np.ndindex(logits.shape)}
    (expected,) = call(logits_gradient, sizes)[1]
    assert_is_equation((expected,), ["eq-exercise-logits"], ("Z", "c"), sizes)
    expected = symbolic.SymbolicArray(expected.matrix().xreplace(values).tolist())
    _dX, dW, db = functions.dense_vjp(expected, argument("X", sizes), layer.W)
    for got, want in zip((arrived[-1], *network.gradients), (expected, dW, db), strict=True):
        for place in np.ndindex(want.shape):
            assert sp.expand(got[place] - want[place]) == 0, f"at {place}: code {got[place]}, page {want[place]}"


def logits_gradient(Z, c):
    """What is compared with the printed gradient by the logits, and then with what training computes of them."""
    return functions.softmax_cross_entropy_vjp(functions.mean_vjp(1, Z[:, 0]), Z, c)


@pytest.mark.parametrize("sizes", SIZES, ids=str)
def test_a_batch_of_training_leaves_the_printed_gradients(sizes):
    assert_training_is_its_equations(layers.Dense, 1, sizes)
    with pytest.raises(AssertionError):
        assert_training_is_its_equations(layers.Dense, 2, sizes)


# It bites -------------------------------------------------------------------------------------------------------------


def wrong_dense_vjp(dZ, X, W):
    return dZ @ W.T, X.T @ dZ, np.sum(dZ, axis=0, keepdims=True) / len(X)


def wrong_relu_vjp(dA, Z):
    return np.where(functions.relu(Z) >= 0, dA, 0)


def wrong_softmax_vjp(dP, P):
    return P * (dP - np.sum(dP, axis=1, keepdims=True))


WRONG = {"dense_vjp": wrong_dense_vjp, "relu_vjp": wrong_relu_vjp, "softmax_vjp": wrong_softmax_vjp}


@pytest.mark.parametrize("name", WRONG)
def test_a_nearly_right_function_is_not_its_equation(name):
    names, results = call(WRONG[name], SIZES[0])
    with pytest.raises(AssertionError):
        assert_is_equation(results, labels_of(getattr(functions, name)), names, SIZES[0])


@pytest.mark.parametrize(("function", "label"), [
    (functions.softmax, "eq-softmax-vjp"), (functions.mean_vjp, "eq-fused-vjp"), (functions.relu_vjp, "eq-sigmoid-vjp"),
])  # fmt: skip
def test_a_right_function_is_not_another_equation(function, label):
    names, results = call(function, SIZES[0])
    with pytest.raises(AssertionError):
        assert_is_equation(results, [label], names, SIZES[0])


class WithoutBias(layers.Dense):
    def forward(self, X):
        return super().forward(X) - self.b


class SumsUp(layers.Dense):
    """Adds to the gradient of the batch before."""

    def backward(self, dZ):
        before = np.zeros_like(self.b) if self.db is None else self.db
        dX = super().backward(dZ)
        self.db = self.db + before
        return dX


class KeepsItsFirstBatch(layers.Dense):
    def forward(self, X):
        first = self._X
        Z = super().forward(X)
        self._X = X if first is None else first
        return Z


@pytest.mark.parametrize("kind", [WithoutBias, SumsUp, KeepsItsFirstBatch])
@pytest.mark.parametrize("way", WAYS)
def test_a_nearly_right_dense_layer_is_not_its_equation(kind, way):
    layer = made(kind, SIZES[0]["D"], SIZES[0]["M"])
    with pytest.raises(AssertionError), WAYS[way]():
        assert_layer_is_its_equations(layer, LAYERS["Dense"], SIZES[0])
    with pytest.raises(AssertionError):
        assert_training_is_its_equations(kind, 1, SIZES[0])


class Negated(layers.ReLU):
    def backward(self, dA):
        return dA * (self._Z < 0)


class MaskOfTheBatchBefore(layers.ReLU):
    def forward(self, Z):
        before = self._Z
        A = super().forward(Z)
        self._Z = Z if before is None else before
        return A


@pytest.mark.parametrize("kind", [Negated, MaskOfTheBatchBefore])
@pytest.mark.parametrize("way", WAYS)
def test_a_nearly_right_relu_is_not_its_equation(kind, way):
    with pytest.raises(AssertionError), WAYS[way]():
        assert_layer_is_its_equations(kind(), LAYERS["ReLU"], SIZES[0])


class SumInsteadOfMean(Network):
    def backward(self, dJ=1):
        return super().backward(dJ * len(self._losses))


class NeighborsClass(Network):
    def learn(self, X, c, dJ=1):
        super().learn(X, (c + 1) % self.classes, dJ)


@pytest.mark.parametrize("kind", [SumInsteadOfMean, NeighborsClass])
def test_a_network_that_is_trained_in_another_way_is_not_its_equations(kind, monkeypatch):
    monkeypatch.setitem(globals(), "Network", kind)
    with pytest.raises(AssertionError):
        assert_training_is_its_equations(layers.Dense, 1, SIZES[0])
