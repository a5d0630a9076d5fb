r"""Steps and numbers: code that carries out printed steps, or computes a printed number, does what is printed.

The steps, printed with ``\leftarrow``, that the docstring of a rule names are parsed from their page and carried out in
the order of the docstring, for every entry by itself; the rule runs on the same letters in arrays. The checks of
gradients, which do not run on symbols, are compared with their definitions at binary fractions: nothing is rounded.
"""

import inspect
import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import product

import numpy as np
import pytest
import sympy as sp
from pages_of_book import NOTATION, ROOT, pages, said

from book._ext import equations_of_code
from nncore import gradient_check, optimizers, symbolic, training
from nncore.network import multilayer
from nncore.optimizers import SGD, Adam, Momentum
from nncore.verify.semantics.elaborate import book_functions, spots
from nncore.verify.semantics.statements import Kind
from nncore.verify.symbolic.hypotheses import prepared
from nncore.verify.symbolic.normal_form import Positive, indicator, vanishes

IMPLEMENTED = equations_of_code.implementations()
PAGES = ("optimizers.md", "momentum-and-adam.md", "gradient-checking.md", "checking-a-network.md", "training.md")


def labels_of(function) -> list[str]:
    name = f"{function.__module__}.{function.__name__}"
    return [label for label, names in IMPLEMENTED.items() if name in names]


@cache
def formulas() -> dict:
    """The labelled formulas of the pages, each in its place."""
    functions = book_functions(pages(), NOTATION)
    found = (spot for page in PAGES for spot in spots(ROOT / "book" / "network" / page, NOTATION, functions))
    return {spot.formula.label: spot for spot in found if spot.formula.label}


def printed(label: str, slips: Mapping[str, tuple[str, str]], kind: str):
    """What a formula says; with a slip, what it would say if this were printed for that."""
    spot = formulas()[label]
    page = spot.said
    if label in slips:
        assert slips[label][0] in spot.formula.text
        page = spot.instead(spot.formula.text.replace(*slips[label]))
    assert not page.faults
    (item,) = page.items
    assert item.kind == kind
    return item


# Steps ----------------------------------------------------------------------------------------------------------------

RULES = {SGD: optimizers.sgd_step, Momentum: optimizers.momentum_step, Adam: optimizers.adam_step}
SHAPE = (2, 3)
PLACES = list(product(*map(range, SHAPE)))


@cache
def letter_of() -> dict[str, str]:
    """The letter of the page for each name in the code, from the table of the page."""
    table = (ROOT / "book" / "network" / "optimizers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\$.*?) \| (`.*?`) \|", table, re.MULTILINE)
    pairs = (zip(re.findall(r"`(.+?)`", code), re.findall(r"\$(.+?)\$", signs), strict=True) for signs, code in rows)
    return {name: letter for row in pairs for name, letter in row}


def is_state(name: str) -> bool:
    return letter_of()[name] in NOTATION.state


def number(name: str) -> sp.Symbol:
    """What is no array: the letter as the terms of the checker have it."""
    return sp.Symbol("t", positive=True, integer=True) if name == "t" else sp.Symbol(letter_of()[name], real=True)


def carry_out(labels, values: dict[str, sp.Expr], slips) -> None:
    """Change the values of the letters of one entry by printed steps, one after the other."""
    for label in labels:
        step = printed(label, slips, Kind.STEP)
        values[step.left.name] = prepared(step).number(step.right, values)


def assert_is(code: sp.Expr, paper: sp.Expr, where) -> None:
    assert vanishes(code - paper, {}), f"{where}: code {code}, page {paper}"


def assert_two_steps_are_printed(rule, labels, slips: Mapping[str, tuple[str, str]] = {}) -> None:
    names = list(inspect.signature(rule).parameters)
    state = [name for name in names if is_state(name)]
    given = {name: symbolic.symbols(name, *SHAPE) if is_state(name) else number(name) for name in names}
    paper = {place: {letter_of()[name]: given[name][place] for name in state} for place in PLACES}
    for step in range(2):
        given["g"] = symbolic.symbols(f"g{step}", *SHAPE)
        if step and "t" in given:
            given["t"] += 1
        results = rule(**given)
        given |= zip(state, results if isinstance(results, tuple) else (results,), strict=True)
        for place, values in paper.items():
            values |= {"g": given["g"][place], "t": given.get("t")}
            carry_out(labels, values, slips)
            for name in state:
                assert_is(given[name][place], values[letter_of()[name]], f"{name} at {place}, step {step}")


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.__name__)
def test_two_steps_of_a_rule_are_the_printed_steps_that_it_names(rule):
    assert_two_steps_are_printed(rule, labels_of(rule))


def assert_optimizer_is_printed(kind, slips: Mapping[str, tuple[str, str]] = {}, step=None) -> None:
    """Two steps of three parameters, two of them of one shape, from the memory that an optimizer starts with."""
    optimizer = kind(0.5)
    for name in inspect.signature(kind).parameters:
        setattr(optimizer, name, number(name))
    parameters = [symbolic.symbols(f"theta{k}", *shape) for k, shape in enumerate((SHAPE, SHAPE, (1, 3)))]
    memory = {letter: sp.S.Zero for letter in NOTATION.state}
    paper = [{place: memory | {r"\theta": theta[place]} for place in np.ndindex(theta.shape)} for theta in parameters]
    for t in (1, 2):
        gradients = [symbolic.symbols(f"g{t}{k}", *theta.shape) for k, theta in enumerate(parameters)]
        (step or optimizer.step)(parameters, gradients)
        for theta, g, entries in zip(parameters, gradients, paper, strict=True):
            for place, values in entries.items():
                values |= {"g": g[place], "t": sp.Integer(t)}
                carry_out(labels_of(RULES[kind]), values, slips)
                assert_is(theta[place], values[r"\theta"], f"{kind.__name__} at {place}, step {t}")


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_two_steps_of_an_optimizer_are_the_printed_steps_of_each_parameter(kind):
    assert_optimizer_is_printed(kind)


def test_the_shorter_way_of_training_is_the_printed_descent():
    def descends(parameters, gradients):
        optimizers.descend(parameters, [number("lr") * g for g in gradients])

    assert_optimizer_is_printed(SGD, step=descends)
    with pytest.raises(AssertionError, match="page"):
        assert_optimizer_is_printed(SGD, step=optimizers.descend)


def test_every_printed_step_of_the_book_is_named_by_code():
    labels = [item.formula.label for page in said().values() for item in page.items if item.kind == Kind.STEP]
    assert len(labels) >= 8
    assert {label for label in labels if label not in IMPLEMENTED} == set()


# One slip in a printed step at a time: its label, what is printed, and what might be printed.
SLIPS_IN_STEPS = [
    (SGD, "eq-optimizers-sgd", r"- \eta", r"+ \eta"),
    (SGD, "eq-optimizers-sgd", r"\, g", r"\, g^2"),
    (Momentum, "eq-optimizers-momentum-velocity", "+ g", "- g"),
    (Momentum, "eq-optimizers-momentum-velocity", "+ g", r"+ (1 - \beta) \, g"),
    (Momentum, "eq-optimizers-momentum", r"\, u", r"\, g"),
    (Momentum, "eq-optimizers-momentum", r"- \eta", r"+ \eta"),
    (Adam, "eq-optimizers-adam-mean", r"(1 - \beta_1)", r"(1 - \beta_2)"),
    (Adam, "eq-optimizers-adam-mean", r"u \leftarrow", r"v \leftarrow"),
    (Adam, "eq-optimizers-adam-square", "g^2", "g^3"),
    (Adam, "eq-optimizers-adam-square", r"\beta_2 \, v", r"\beta_2 \, u"),
    (Adam, "eq-optimizers-adam-mean-corrected", r"1 - \beta_1^t", r"1 + \beta_1^t"),
    (Adam, "eq-optimizers-adam-mean-corrected", r"\beta_1^t", r"\beta_1^{t-1}"),
    (Adam, "eq-optimizers-adam-mean-corrected", r"\beta_1^t", r"\beta_1"),
    (Adam, "eq-optimizers-adam-square-corrected", r"\beta_2^t", r"\beta_1^t"),
    (Adam, "eq-optimizers-adam-square-corrected", r"\beta_2^t", r"t \beta_2"),
    (Adam, "eq-optimizers-adam", r"\sqrt{\hat{v}} + \varepsilon", r"\sqrt{\hat{v}} - \varepsilon"),
    (Adam, "eq-optimizers-adam", r"\sqrt{\hat{v}} + \varepsilon", r"\sqrt{\hat{v} + \varepsilon}"),
    (Adam, "eq-optimizers-adam", r"\hat{u}", "u"),
    (Adam, "eq-optimizers-adam", r"\sqrt{\hat{v}}", r"\hat{v}"),
    (Adam, "eq-optimizers-adam", r"\theta - \eta", r"\theta + \eta"),
]


@pytest.mark.parametrize(("kind", "label", "old", "new"), SLIPS_IN_STEPS)
def test_a_slip_in_a_printed_step_is_noticed(kind, label, old, new):
    slips = {label: (old, new)}
    with pytest.raises(AssertionError, match="page"):
        assert_two_steps_are_printed(RULES[kind], labels_of(RULES[kind]), slips)
    with pytest.raises(AssertionError, match="page"):
        assert_optimizer_is_printed(kind, slips)


def moves_before_the_velocity(theta, u, g, lr, beta):
    return theta - lr * u, beta * u + g


def looks_ahead(theta, u, g, lr, beta):
    u = beta * u + g
    return theta - lr * (beta * u + g), u


@pytest.mark.parametrize("rule", [moves_before_the_velocity, looks_ahead])
def test_another_rule_than_momentum_is_noticed(rule):
    with pytest.raises(AssertionError, match="page"):
        assert_two_steps_are_printed(rule, labels_of(optimizers.momentum_step))


@pytest.mark.parametrize("rule", [optimizers.momentum_step, optimizers.adam_step], ids=lambda rule: rule.__name__)
def test_steps_in_another_order_are_noticed(rule):
    with pytest.raises(AssertionError, match="page"):
        assert_two_steps_are_printed(rule, labels_of(rule)[::-1])


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_a_step_that_is_left_out_is_noticed(kind):
    rule = RULES[kind]
    for label in labels_of(rule):
        with pytest.raises(AssertionError, match="page"):
            assert_two_steps_are_printed(rule, [each for each in labels_of(rule) if each != label])


class OneMemory(Momentum):
    """Keeps one velocity for all parameters of one shape."""

    def step(self, parameters, gradients):
        if self._u is None:
            of_shape = {theta.shape: np.zeros_like(theta) for theta in parameters}
            self._u = [of_shape[theta.shape] for theta in parameters]
        super().step(parameters, gradients)


class CountsFromZero(Adam):
    def step(self, parameters, gradients):
        if self._u is not None:
            self._t -= 1
        super().step(parameters, gradients)


@pytest.mark.parametrize(("kind", "base"), [(OneMemory, Momentum), (CountsFromZero, Adam)])
def test_an_optimizer_with_a_wrong_memory_is_noticed(kind, base, monkeypatch):
    monkeypatch.setitem(RULES, kind, RULES[base])
    with pytest.raises(AssertionError, match="page"):
        assert_optimizer_is_printed(kind)


# Numbers --------------------------------------------------------------------------------------------------------------


def exact(value: float) -> sp.Rational:
    return sp.Rational(*float(value).as_integer_ratio())


def polynomial(x):
    """A function of two numbers without an operation that rounds binary fractions."""
    return x[0] * x[0] * x[0] * x[1] - x[1] * x[1] * x[1] + x[0] * x[0]


POINTS = [([1.5, -1.25], 0.125), ([-2.0, 0.75], 0.5), ([0.25, 3.0], 0.0625)]
QUOTIENTS = [gradient_check.central_difference, gradient_check.complex_step]


def assert_is_quotient(quotient, slips: Mapping[str, tuple[str, str]] = {}) -> None:
    (label,) = labels_of(quotient)
    definition = printed(label, slips, Kind.DEFINITION)
    for point, h in POINTS:
        slopes = quotient(polynomial, point, h)
        for place, x in enumerate(point):
            term = prepared(definition).number(definition.right, {"x": exact(x), "h": exact(h)})

            def along(value, point=point, place=place):
                return polynomial([value if k == place else exact(other) for k, other in enumerate(point)])

            value = sp.expand(term.replace(lambda part: getattr(part, "name", "") == "f", lambda f: along(*f.args)))
            assert value == exact(slopes[place]), f"{label}: code {slopes[place]}, page {value}"


@pytest.mark.parametrize("quotient", QUOTIENTS, ids=lambda quotient: quotient.__name__)
def test_a_quotient_is_the_printed_one_at_every_entry(quotient):
    assert_is_quotient(quotient)


@pytest.mark.parametrize(("quotient", "old", "new"), [
    (gradient_check.central_difference, "2 h", "h"),
    (gradient_check.central_difference, "f(x - h)", "f(x)"),
    (gradient_check.central_difference, "- f(x - h)", "+ f(x - h)"),
    (gradient_check.complex_step, r"\operatorname{Im}", r"\operatorname{Re}"),
    (gradient_check.complex_step, r"x + \mathrm{i} h", r"x - \mathrm{i} h"),
    (gradient_check.complex_step, "{h}", "{2 h}"),
])  # fmt: skip
def test_a_slip_in_a_printed_quotient_is_noticed(quotient, old, new):
    with pytest.raises(AssertionError, match="page"):
        assert_is_quotient(quotient, dict.fromkeys(labels_of(quotient), (old, new)))


def matrices(shape):
    """Pairs of matrices of binary fractions: the largest entry in either, of either sign, and at different places."""
    rng = np.random.default_rng(0)
    for scale in (1, 4, 1 / 4):
        for _ in range(4):
            A, B = (rng.integers(-32, 33, shape) / 8 for _ in range(2))
            yield A, scale * B
    yield A, A


def assert_is_relative_error(measure, slips: Mapping[str, tuple[str, str]] = {}) -> None:
    (label,) = labels_of(gradient_check.relative_error)
    definition = printed(label, slips, Kind.DEFINITION)
    Q, slope = (sp.IndexedBase(name, real=True) for name in ("Q", r"\phi;1"))
    for shape in ((1, 2), (2, 1), (2, 2)):
        term = prepared(definition, sizes=dict(zip(("D", "M"), shape, strict=True))).number(definition.right, {})
        for A, B in matrices(shape):
            entries = {
                base[j + 1, m + 1]: exact(x) for base, X in ((Q, A), (slope, B)) for (j, m), x in np.ndenumerate(X)
            }
            value = term.xreplace(entries).replace(Positive, indicator)
            assert measure(A, B) == float(Fraction(value.p, value.q)), f"{label}: code {measure(A, B)}, page {value}"


def test_the_relative_error_is_the_printed_one():
    assert_is_relative_error(gradient_check.relative_error)


@pytest.mark.parametrize(("old", "new"), [
    (r"\rvert}" + "\n", r"\rvert^2}" + "\n"),
    (r"q_{jm} - \frac", r"q_{jm} + \frac"),
    (r"\max_j \max_m \lvert q_{jm} - ", r"\min_j \max_m \lvert q_{jm} - "),
    (r"\max \left(", r"\min \left("),
    (r"\max_j \max_m \lvert q_{jm} \rvert", r"\max_j \max_m q_{jm}"),
])  # fmt: skip
def test_a_slip_in_the_printed_relative_error_is_noticed(old, new):
    (label,) = labels_of(gradient_check.relative_error)
    with pytest.raises(AssertionError, match="page"):
        assert_is_relative_error(gradient_check.relative_error, {label: (old, new)})


def by_the_first(A, B):
    return np.max(np.abs(A - B)) / np.max(np.abs(A))


def entry_by_entry(A, B):
    return np.max(np.abs(A - B) / np.maximum(np.maximum(np.abs(A), np.abs(B)), 1e-300))


@pytest.mark.parametrize("measure", [by_the_first, entry_by_entry])
def test_another_measure_is_not_the_printed_one(measure):
    with pytest.raises(AssertionError, match="page"):
        assert_is_relative_error(measure)


def assert_is_accuracy(measure, slips: Mapping[str, tuple[str, str]] = {}) -> None:
    (label,) = labels_of(training.evaluate)
    definition = printed(label, slips, Kind.DEFINITION)
    network, rng = multilayer([2, 3], np.random.default_rng(0)), np.random.default_rng(1)
    for n in (1, 2, 7, 10):
        X, c = rng.standard_normal((n, 2)), rng.integers(0, 3, n)
        predicted = network.predict(X)
        classes = {
            (name, i): int(k) + 1 for name, ks in (("c", c), (r"\hat{c}", predicted)) for i, k in enumerate(ks, 1)
        }
        value = prepared(definition, sizes={"n": n, "M": 3}, classes=classes).number(definition.right, {})
        assert measure(network, X, c)[1] == float(value), f"{label}: code {measure(network, X, c)[1]}, page {value}"


def test_the_accuracy_is_the_printed_one():
    assert_is_accuracy(training.evaluate)


@pytest.mark.parametrize(("old", "new"), [
    (r"\delta_{\hat{c}_i c_i}", r"(1 - \delta_{\hat{c}_i c_i})"),
    (r"\frac{1}{n}", r"\frac{1}{n - 1}"),
    (r"\delta_{\hat{c}_i c_i}", r"\delta_{c_i c_i}"),
])  # fmt: skip
def test_a_slip_in_the_printed_accuracy_is_noticed(old, new):
    (label,) = labels_of(training.evaluate)
    with pytest.raises(AssertionError, match="page"):
        assert_is_accuracy(training.evaluate, {label: (old, new)})


def test_every_equation_that_code_outside_of_the_functions_names_is_compared_here():
    named = {name for names in IMPLEMENTED.values() for name in names if not name.startswith("nncore.functions.")}
    compared = (*RULES.values(), *QUOTIENTS, gradient_check.relative_error, training.evaluate)
    assert named == {f"{function.__module__}.{function.__name__}" for function in compared}
