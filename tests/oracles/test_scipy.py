"""The functions against SciPy's, which other people wrote."""

import numpy as np
import pytest
from scipy import optimize, special

from nncore import functions as f
from nncore.gradient_check import central_difference
from nncore.network import multilayer

RNG = np.random.default_rng(4)
n, D, M = 40, 5, 7
SUBNORMAL = 1e-300  # below this SciPy rounds to 0 earlier than NumPy's exp does
SCALES = [1e-6, 1.0, 30.0, 1e3, 1e100]
at_every_scale = pytest.mark.parametrize("scale", SCALES)


def logits(scale):
    return scale * RNG.standard_normal((n, M))


@at_every_scale
def test_sigmoid_is_expit(scale):
    Z = logits(scale)
    np.testing.assert_allclose(f.sigmoid(Z), special.expit(Z), rtol=4e-16, atol=SUBNORMAL)


@at_every_scale
def test_the_derivative_of_sigmoid_is_the_product_of_two_expits(scale):
    Z = logits(scale)
    expected = special.expit(Z) * special.expit(-Z)
    np.testing.assert_allclose(f.sigmoid_vjp(np.ones_like(Z), Z), expected, rtol=1e-15, atol=SUBNORMAL)


@at_every_scale
def test_softmax_is_softmax(scale):
    Z = logits(scale)
    np.testing.assert_allclose(f.softmax(Z), special.softmax(Z, axis=1), rtol=1e-14, atol=SUBNORMAL)


@at_every_scale
def test_the_loss_is_minus_the_logarithm_of_softmax(scale):
    Z, c = logits(scale), RNG.integers(0, M, n)
    expected = -special.log_softmax(Z, axis=1)[np.arange(n), c]
    np.testing.assert_allclose(f.softmax_cross_entropy(Z, c), expected, rtol=1e-14, atol=1e-15)


@at_every_scale
def test_the_loss_of_soft_targets_is_an_entropy_and_a_divergence(scale):
    Z, Y = logits(scale), RNG.dirichlet(np.ones(M), n)
    logarithms = special.log_softmax(Z, axis=1)
    expected = special.entr(Y).sum(axis=1) + (special.xlogy(Y, Y) - Y * logarithms).sum(axis=1)
    np.testing.assert_allclose(f.softmax_soft_cross_entropy(Z, Y), expected, rtol=1e-12, atol=1e-14)


def test_masks_are_treated_alike():
    Z = logits(1.0)
    Z[RNG.random((n, M)) < 0.4] = -np.inf
    Z[:, 0] = 0
    np.testing.assert_allclose(f.softmax(Z), special.softmax(Z, axis=1), rtol=1e-14, atol=0)


def test_the_largest_cost_of_certainty_is_the_entropy_of_the_targets():
    Y = RNG.dirichlet(np.ones(M), n)
    np.testing.assert_allclose(f.softmax_soft_cross_entropy(np.log(Y), Y), special.entr(Y).sum(axis=1), rtol=1e-13)


def test_the_gradient_of_a_network_is_the_one_that_scipy_approximates():
    network = multilayer([D, 6, M], RNG)
    X, c = RNG.standard_normal((n, D)), RNG.integers(0, M, n)
    sizes = np.cumsum([array.size for array in network.parameters])

    def cost(theta):
        for array, part in zip(network.parameters, np.split(theta, sizes[:-1]), strict=True):
            array[...] = part.reshape(array.shape)
        return network.cost(X, c)

    theta = np.concatenate([array.ravel() for array in network.parameters])
    approximated = optimize.approx_fprime(theta, cost, 1e-7)
    cost(theta)
    network.backward()
    gradient = np.concatenate([array.ravel() for array in network.gradients])
    np.testing.assert_allclose(gradient, approximated, atol=2e-6)
    np.testing.assert_allclose(gradient, central_difference(cost, theta), atol=1e-9)


def test_scipy_minimizes_the_cost_with_our_gradient_and_arrives_where_it_does_without_one():
    X, c = RNG.standard_normal((n, D)), RNG.integers(0, 3, n)
    network = multilayer([D, 3], RNG)
    (W, b), start = network.parameters, np.zeros(D * 3 + 3)

    def cost(theta):
        W[...], b[...] = theta[: D * 3].reshape(D, 3), theta[D * 3 :]
        return network.cost(X, c) + 0.01 * np.sum(theta**2)

    def gradient(theta):
        cost(theta)
        network.backward()
        return np.concatenate([array.ravel() for array in network.gradients]) + 0.02 * theta

    with_gradient = optimize.minimize(cost, start, jac=gradient, method="BFGS", options={"gtol": 1e-8})
    without = optimize.minimize(cost, start, method="BFGS")
    assert with_gradient.success
    np.testing.assert_allclose(with_gradient.x, without.x, atol=1e-4)
