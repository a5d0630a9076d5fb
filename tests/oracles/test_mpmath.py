"""The functions against 50 digits, over the range of the numbers that they may be given: how many digits are right?"""

import numpy as np
import pytest

from nncore import functions as f
from tests import paper

EPS = np.finfo(np.float64).eps

# on both sides, from the flat of the exponential to where it leaves the normal numbers, beyond which digits must go
POINTS = np.concatenate([sign * np.geomspace(1e-12, 708, 60) for sign in (-1, 1)] + [np.zeros(1)])


def relative_errors(got, exact):
    return np.array([abs(paper.CONTEXT.mpf(float(g)) / e - 1) for g, e in zip(got, exact, strict=True)], dtype=float)


def test_sigmoid_is_right_to_the_last_digit_or_two():
    exact = [1 / (1 + paper.exp(-paper.CONTEXT.mpf(z))) for z in POINTS]
    assert relative_errors(f.sigmoid(POINTS), exact).max() < 3 * EPS


def test_the_derivative_of_sigmoid_is_right_to_the_last_digits_everywhere():
    exact = [paper.exp(-abs(paper.CONTEXT.mpf(z))) / (1 + paper.exp(-abs(paper.CONTEXT.mpf(z)))) ** 2 for z in POINTS]
    errors = relative_errors(f.sigmoid_vjp(np.ones_like(POINTS), POINTS), exact)
    assert errors.max() < 6 * EPS
    naive = f.sigmoid(POINTS) * (1 - f.sigmoid(POINTS))
    assert relative_errors(naive, exact).max() == 1  # the other form of the theorem loses everything


@pytest.mark.parametrize("gap", np.geomspace(1e-9, 708, 25))
def test_softmax_is_right_to_the_last_digits_whatever_the_gap(gap):
    Z = np.array([[0.0, -gap, -gap / 2], [1e6, 1e6 - gap, 1e6 - gap / 2]])
    exact = paper.softmax(paper.exact(Z))
    for i in range(2):
        assert relative_errors(f.softmax(Z)[i], exact[i]).max() < 6 * EPS


@pytest.mark.parametrize("gap", np.geomspace(1e-9, 1e4, 25))
@pytest.mark.parametrize("c", [0, 1, 2])
def test_the_loss_is_right_to_the_last_digits_of_its_terms(gap, c):
    Z = np.array([[0.0, -gap, -gap / 2]])
    exact = paper.softmax_cross_entropy(paper.exact(Z), np.array([c]))[0]
    assert abs(f.softmax_cross_entropy(Z, np.array([c]))[0] - exact) <= 4 * EPS * max(1, float(exact))


def test_the_mean_of_many_losses_keeps_its_digits():
    L = np.random.default_rng(0).exponential(size=10_000)
    assert abs(f.mean(L) - float(paper.mean(paper.exact(L)))) < 8 * EPS
