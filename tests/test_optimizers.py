"""The optimizers: each rule against plain numbers and closed forms, and what a step may not do."""

import copy
import pickle

import numpy as np
import pytest
import sympy as sp

from nncore import symbolic
from nncore.optimizers import SGD, Adam, Momentum, adam_step, descend, momentum_step, sgd_step

OPTIMIZERS = {"SGD": SGD, "Momentum": Momentum, "Adam": Adam}
every_optimizer = pytest.mark.parametrize("make", OPTIMIZERS.values(), ids=OPTIMIZERS)

RNG = np.random.default_rng(2)


def parameters():
    rng = np.random.default_rng(8)
    return [rng.standard_normal((2, 3)), rng.standard_normal((1, 3))]


def gradients(step):
    rng = np.random.default_rng(100 + step)
    return [rng.standard_normal((2, 3)), rng.standard_normal((1, 3))]


def assert_same(got, want):
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(a, b)


# The rules ------------------------------------------------------------------------------------------------------------


def sgd_by_hand(theta, slopes, lr):
    for g in slopes:
        theta = theta - lr * g
    return theta


def momentum_by_hand(theta, slopes, lr, beta):
    """The velocity written out: a sum of all gradients, the old ones fading."""
    for t in range(1, len(slopes) + 1):
        theta = theta - lr * sum(beta ** (t - s) * slopes[s - 1] for s in range(1, t + 1))
    return theta


def adam_by_hand(theta, slopes, lr, beta1, beta2, eps):
    """Both means written out as weighted means of all gradients so far, whose weights sum to 1."""
    for t in range(1, len(slopes) + 1):

        def weighted(beta, values, t=t):
            weights = [beta ** (t - s) for s in range(1, t + 1)]
            return sum(w * v for w, v in zip(weights, values, strict=False)) / sum(weights)

        theta = theta - lr * weighted(beta1, slopes) / (weighted(beta2, [g**2 for g in slopes]) ** 0.5 + eps)
    return theta


@pytest.mark.parametrize(
    ("optimizer", "by_hand", "settings"),
    [
        (SGD, sgd_by_hand, {"lr": 0.3}),
        (Momentum, momentum_by_hand, {"lr": 0.3, "beta": 0.75}),
        (Momentum, momentum_by_hand, {"lr": 0.1, "beta": 0.9}),
        (Adam, adam_by_hand, {"lr": 0.2, "beta1": 0.75, "beta2": 0.9375, "eps": 0.01}),
        (Adam, adam_by_hand, {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
    ],
)
def test_six_steps_are_those_of_the_rule_written_out(optimizer, by_hand, settings):
    theta, rule = parameters(), optimizer(**settings)
    for step in range(6):
        rule.step(theta, gradients(step))
    for k, start in enumerate(parameters()):
        for place in np.ndindex(start.shape):
            slopes = [float(gradients(step)[k][place]) for step in range(6)]
            assert theta[k][place] == pytest.approx(by_hand(float(start[place]), slopes, **settings), rel=1e-12)


def test_the_settings_that_are_not_given_are_the_usual_ones():
    assert Momentum(0.1).beta == 0.9
    adam = Adam()
    assert (adam.lr, adam.beta1, adam.beta2, adam.eps) == (0.001, 0.9, 0.999, 1e-8)


def test_the_first_step_of_adam_is_the_learning_rate_whatever_the_gradient():
    theta = [np.zeros((1, 4))]
    Adam(lr=0.01).step(theta, [np.array([[1e-3, -1.0, 50.0, -1e6]])])
    np.testing.assert_allclose(theta[0], [[-0.01, 0.01, -0.01, 0.01]], rtol=1e-4)


def test_momentum_without_memory_is_gradient_descent():
    one, other = parameters(), parameters()
    momentum, plain = Momentum(0.1, beta=0), SGD(0.1)
    for step in range(3):
        momentum.step(one, gradients(step))
        plain.step(other, gradients(step))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def test_on_symbols_the_rules_are_the_printed_ones():
    names = ("theta", "u", "v", "g")
    theta, u, v, g = (symbolic.symbols(name, 1) for name in names)
    eta, beta, beta1, beta2, eps = sp.symbols("eta beta beta1 beta2 epsilon", positive=True)
    t = sp.Symbol("t", positive=True, integer=True)
    T, U, V, G = (array[0] for array in (theta, u, v, g))

    assert sgd_step(theta, g, eta)[0] == T - eta * G
    new_theta, new_u = momentum_step(theta, u, g, eta, beta)
    assert sp.expand(new_u[0] - (beta * U + G)) == 0
    assert sp.expand(new_theta[0] - (T - eta * (beta * U + G))) == 0

    new_theta, new_u, new_v = adam_step(theta, u, v, g, t, eta, beta1, beta2, eps)
    mean, square = beta1 * U + (1 - beta1) * G, beta2 * V + (1 - beta2) * G**2
    assert sp.expand(new_u[0] - mean) == 0 and sp.expand(new_v[0] - square) == 0
    step = eta * (mean / (1 - beta1**t)) / (sp.sqrt(square / (1 - beta2**t)) + eps)
    assert sp.simplify(new_theta[0] - (T - step)) == 0


def test_on_symbols_plain_descent_by_the_gradient_of_eta_J_is_the_printed_rule():
    theta, g, eta = symbolic.symbols("theta", 2, 3), symbolic.symbols("g", 2, 3), sp.Symbol("eta", positive=True)
    expected = sgd_step(theta, g, eta)
    descend([theta], [eta * g])
    assert [sp.expand(a - b) for a, b in zip(theta.matrix(), expected.matrix(), strict=True)] == [0] * 6


def test_plain_descent_by_the_gradient_of_eta_J_is_a_step_of_it():
    one, other, rule = parameters(), parameters(), SGD(0.1)
    for step in range(3):
        rule.step(one, gradients(step))
        descend(other, [0.1 * g for g in gradients(step)])
    assert_same(one, other)


@every_optimizer
def test_a_bowl_is_descended(make):
    theta, rule = [np.array([[3.0, -2.0]])], make(0.05)
    for _ in range(400):
        rule.step(theta, [theta[0] * [[1.0, 4.0]]])
    assert np.abs(theta[0]).max() < 1e-2


# Manners --------------------------------------------------------------------------------------------------------------


@every_optimizer
def test_parameters_change_in_place_and_gradients_not_at_all(make):
    theta, slopes, rule = parameters(), gradients(0), make(0.1)
    same, kept = list(theta), [g.copy() for g in slopes]
    for g in slopes:
        g.flags.writeable = False
    for _ in range(2):
        rule.step(theta, slopes)
    assert all(a is b for a, b in zip(theta, same, strict=True))
    assert not any(np.any(a == b) for a, b in zip(theta, parameters(), strict=True))
    for a, b in zip(slopes, kept, strict=True):
        np.testing.assert_array_equal(a, b)


@every_optimizer
def test_gradients_that_are_overwritten_after_a_step_do_not_spoil_the_next(make):
    one, other, rule, again = parameters(), parameters(), make(0.1), make(0.1)
    for step in range(3):
        slopes = gradients(step)
        rule.step(one, slopes)
        for g in slopes:
            g[...] = np.nan
        again.step(other, gradients(step))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


@every_optimizer
def test_single_precision_stays_single_precision(make):
    theta = [array.astype(np.float32) for array in parameters()]
    rule = make(0.1)
    for step in range(2):
        rule.step(theta, [g.astype(np.float32) for g in gradients(step)])
    assert all(array.dtype == np.float32 for array in theta)
    assert sgd_step(theta[0], theta[0], 0.1).dtype == np.float32
    assert all(a.dtype == np.float32 for a in momentum_step(*theta[:1] * 3, 0.1, 0.9))
    w = theta[0]
    assert all(a.dtype == np.float32 for a in adam_step(w, w, w**2, w, 3, 0.1, 0.9, 0.99, 1e-8))


@every_optimizer
@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (lambda: gradients(0)[:1], "gradients must be as many as parameters, 2, got 1$"),
        (lambda: [], "gradients must be as many as parameters, 2, got 0: there was no backward pass"),
        (lambda: [gradients(0)[0], None], "gradients must come from a backward pass: gradient 1 is None"),
        (lambda: [gradients(0)[0], np.ones((3, 1))], r"gradient 1 must have the shape .*, \(1, 3\), got \(3, 1\)"),
        (lambda: [gradients(0)[0], 1.0], r"gradient 1 must have the shape of its parameter, \(1, 3\), got \(\)"),
    ],
)
def test_gradients_that_do_not_fit_are_refused_and_change_nothing(make, bad, message):
    theta, other, rule, again = parameters(), parameters(), make(0.1), make(0.1)
    rule.step(theta, gradients(0))
    again.step(other, gradients(0))
    with pytest.raises(ValueError, match=message):
        rule.step(theta, bad())
    rule.step(theta, gradients(1))
    again.step(other, gradients(1))
    for a, b in zip(theta, other, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("make", [Momentum, Adam])
def test_one_optimizer_serves_one_network(make):
    rule, theta = make(0.1), parameters()
    rule.step(theta, gradients(0))
    others = [np.zeros((5, 2)), np.zeros((1, 2))]
    with pytest.raises(ValueError, match=f"this {make.__name__} has worked on other parameters"):
        rule.step(others, [np.ones((5, 2)), np.ones((1, 2))])
    assert not any(array.any() for array in others)
    again, fresh = make(0.1), parameters()
    for step in range(2):
        again.step(fresh, gradients(step))
    rule.step(theta, gradients(1))
    for a, b in zip(theta, fresh, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("make", [Momentum, Adam])
def test_an_optimizer_that_has_served_another_network_of_the_same_shapes_says_so(make):
    rule, others = make(0.1), parameters()
    rule.step(parameters(), gradients(0))
    for bad in (others, others[:1], [*others, others[0]]):
        with pytest.raises(ValueError, match=rf"\Athis {make.__name__} has worked on other parameters: make a new one"):
            rule.step(bad, [np.ones_like(theta) for theta in bad])
    assert_same(others, parameters())


@pytest.mark.parametrize("make", [Momentum, Adam])
def test_views_of_the_parameters_are_the_parameters(make):
    theta, same, rule, again = parameters(), parameters(), make(0.1), make(0.1)
    for step in range(2):
        rule.step([array[:] for array in theta], gradients(step))
        again.step(same, gradients(step))
    assert_same(theta, same)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))])
@pytest.mark.parametrize("apart", [False, True])
@pytest.mark.parametrize("make", [Momentum, Adam])
def test_a_copy_of_an_optimizer_goes_on_with_a_copy_of_the_parameters(make, copied, apart):
    rule, theta = make(0.1), parameters()
    rule.step(theta, gradients(0))
    again, others = (copied(rule), copied(theta)) if apart else copied((rule, theta))
    for each, arrays in ((rule, theta), (again, others)):
        each.step(arrays, gradients(1))
    assert_same(theta, others)
    with pytest.raises(ValueError, match="has worked on other parameters"):
        copied(rule).step([np.ones((3, 2)), np.ones((1, 2))], [np.ones((3, 2)), np.ones((1, 2))])


@every_optimizer
@pytest.mark.parametrize("lr", [0, -0.1, np.nan, np.inf, -np.inf])
def test_a_learning_rate_that_is_not_positive_and_finite_is_refused(make, lr):
    with pytest.raises(ValueError, match=r"\Alr must be a positive finite number, got"):
        make(lr)


@every_optimizer
@pytest.mark.parametrize("lr", [True, "0.1", None, 1j, [0.1]])
def test_a_learning_rate_that_is_no_number_is_refused(make, lr):
    with pytest.raises(TypeError, match=r"\Alr must be a real number, got"):
        make(lr)


@pytest.mark.parametrize(
    ("make", "option"),
    [
        (lambda value: Momentum(0.1, beta=value), "beta"),
        (lambda value: Adam(beta1=value), "beta1"),
        (lambda value: Adam(beta2=value), "beta2"),
    ],
)
@pytest.mark.parametrize("value", [1, 1.5, -0.1, np.nan])
def test_a_share_that_is_not_from_0_to_1_is_refused(make, option, value):
    with pytest.raises(ValueError, match=rf"\A{option} must be a number from 0 up to, not including, 1, got"):
        make(value)


def test_an_epsilon_of_zero_is_refused():
    with pytest.raises(ValueError, match=r"\Aeps must be a positive finite number, got 0.0"):
        Adam(eps=0)


@every_optimizer
@pytest.mark.parametrize("bad", [np.array([["a", "b"]]), np.array([[1j, 1]]), np.array([[1, None]], dtype=object)])
def test_a_gradient_that_is_no_number_changes_nothing(make, bad):
    optimizer, parameters = make(0.1), [np.ones((2, 2)), np.ones((1, 2))]
    with pytest.raises(TypeError, match="gradient 1 must hold float32, float64 or integer numbers"):
        optimizer.step(parameters, [np.ones((2, 2)), bad])
    assert all((theta == 1).all() for theta in parameters)
    optimizer.step(parameters, [np.zeros((2, 2)), np.zeros((1, 2))])
    assert all((theta == 1).all() for theta in parameters)  # nothing was remembered of the refused step


def test_integer_parameters_are_refused():
    with pytest.raises(TypeError, match="parameter 0 must be an array of floats"):
        SGD(0.1).step([np.ones(2, dtype=int)], [np.ones(2)])


@pytest.mark.parametrize(
    "written",
    ["SGD(lr=0.1)", "Momentum(lr=0.5, beta=0.75)", "Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-08)"],
)
def test_optimizers_are_written_as_they_are_made(written):
    made = eval(written)
    assert repr(made) == written
    made.lr = 0.25
    assert "lr=0.25" in repr(made)
