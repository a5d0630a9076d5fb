"""Whole networks and whole trainings against scikit-learn."""

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, log_loss
from sklearn.neural_network import MLPClassifier

from nncore import training
from nncore.layers import ReLU, Sigmoid
from nncore.network import multilayer
from nncore.optimizers import SGD, Adam, Momentum

n, D, M = 60, 5, 4
RNG = np.random.default_rng(6)
X = RNG.standard_normal((n, D))
c = np.argmax(X @ RNG.standard_normal((D, M)) + RNG.standard_normal((n, M)), axis=1)


def network(widths, activation=ReLU, seed=0):
    made = multilayer(widths, np.random.default_rng(seed), activation)
    for bias in made.parameters[1::2]:
        bias += np.random.default_rng(seed + 1).standard_normal(bias.shape)
    return made


def test_cost_accuracy_and_confusion_are_the_metrics_of_scikit_learn():
    made = network([D, 6, M])
    cost, accuracy = training.evaluate(made, X, c)
    assert cost == pytest.approx(log_loss(c, made.probabilities(X), labels=range(M)), rel=1e-12)
    assert accuracy == accuracy_score(c, made.predict(X))
    np.testing.assert_array_equal(
        training.confusion_matrix(made, X, c), confusion_matrix(c, made.predict(X), labels=range(M))
    )


RULES = {
    "SGD": (lambda: SGD(0.2), {"solver": "sgd", "momentum": 0, "learning_rate_init": 0.2}),
    "Momentum": (
        lambda: Momentum(0.2, 0.8),
        {"solver": "sgd", "momentum": 0.8, "nesterovs_momentum": False, "learning_rate_init": 0.2},
    ),
    # there ε is added before the means are freed of their start at 0: the same rule but for ε
    "Adam": (lambda: Adam(0.01, eps=1e-14), {"solver": "adam", "epsilon": 1e-14, "learning_rate_init": 0.01}),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("activation", "name"), [(ReLU, "relu"), (Sigmoid, "logistic")])
def test_a_network_takes_the_same_steps_as_that_of_scikit_learn(activation, name, rule):
    made = network([D, 6, 3, M], activation)
    make_optimizer, options = RULES[rule]
    optimizer = make_optimizer()
    other = MLPClassifier((6, 3), activation=name, alpha=0, batch_size=n, shuffle=False, max_iter=1, **options)
    other.partial_fit(X, c, classes=range(M))  # makes its arrays
    del other._optimizer  # and forgets the step
    other.coefs_ = [W.copy() for W in made.parameters[::2]]
    other.intercepts_ = [b[0].copy() for b in made.parameters[1::2]]
    for _ in range(5):
        cost = made.cost(X, c)
        made.backward()
        optimizer.step(made.parameters, made.gradients)
        other.partial_fit(X, c)
        assert other.loss_ == pytest.approx(cost, rel=1e-10)
    for ours, theirs in zip(made.parameters[::2], other.coefs_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-8, atol=1e-10)
    for ours, theirs in zip(made.parameters[1::2], other.intercepts_, strict=True):
        np.testing.assert_allclose(ours[0], theirs, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(made.probabilities(X), other.predict_proba(X), rtol=1e-8)


def test_one_layer_trained_to_the_end_is_logistic_regression():
    try:
        fitted = LogisticRegression(C=np.inf, tol=1e-10, max_iter=5000).fit(X, c)
    except ConvergenceWarning:
        pytest.fail("scikit-learn did not arrive: choose data whose classes overlap")
    made = network([D, M])
    optimizer = Momentum(0.5, 0.9)
    for _ in range(3000):
        made.cost(X, c)
        made.backward()
        optimizer.step(made.parameters, made.gradients)
    assert max(np.abs(g).max() for g in made.gradients) < 1e-8
    assert made.cost(X, c) == pytest.approx(log_loss(c, fitted.predict_proba(X)), rel=1e-8)
    np.testing.assert_allclose(made.probabilities(X), fitted.predict_proba(X), atol=1e-5)
    # a number added to all weights of an input changes no probability: compare what is left after the mean is taken off
    W = made.parameters[0] - made.parameters[0].mean(axis=1, keepdims=True)
    np.testing.assert_allclose(W, (fitted.coef_ - fitted.coef_.mean(axis=0)).T, atol=1e-4)
