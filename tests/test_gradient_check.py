"""The checkers, checked: right derivatives pass, nearly right ones do not, and errors shrink as the theorems say."""

import warnings

import numpy as np
import pytest

from nncore import functions as f
from nncore.gradient_check import KinkWarning, central_difference, check_network, complex_step, relative_error
from nncore.layers import Dense, ReLU, Sigmoid
from nncore.network import Network, multilayer

X0 = np.array([[0.3, -1.2, 2.0], [0.7, 0.1, -0.4]])

# Functions of all entries whose derivatives are known from school.
KNOWN = {
    "a cubic": (lambda x: np.sum(x**3 - 2 * x), lambda x: 3 * x**2 - 2),
    "a wave": (lambda x: np.sum(np.sin(3 * x)), lambda x: 3 * np.cos(3 * x)),
    "an exponential of all": (lambda x: np.exp(np.sum(x) / 4), lambda x: np.full(x.shape, np.exp(np.sum(x) / 4) / 4)),
    "a product": (
        lambda x: x[0, 0] * x[0, 1] * x[1, 2],
        lambda x: np.array([[x[0, 1] * x[1, 2], x[0, 0] * x[1, 2], 0], [0, 0, x[0, 0] * x[0, 1]]]),
    ),
}
every_function = pytest.mark.parametrize("name", KNOWN)


# Central difference ---------------------------------------------------------------------------------------------------


@every_function
def test_a_central_difference_has_ten_digits(name):
    function, derivative = KNOWN[name]
    np.testing.assert_allclose(central_difference(function, X0), derivative(X0), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("scale", [1e3, 1e8])
def test_the_step_grows_with_the_entry(scale):
    x = scale * X0
    np.testing.assert_allclose(central_difference(lambda x: np.sum(x**3), x), 3 * x**2, rtol=1e-7)


def test_the_error_of_a_central_difference_shrinks_with_the_square_of_the_step():
    function, derivative = KNOWN["a wave"]
    errors = [np.abs(central_difference(function, X0, h) - derivative(X0)) for h in (0.02, 0.01)]
    np.testing.assert_allclose(errors[0] / errors[1], 4, rtol=0.01)


def test_a_central_difference_is_exact_on_a_parabola_where_a_forward_one_is_not():
    x = np.array([0.5, -2.0])
    np.testing.assert_array_equal(central_difference(lambda x: np.sum(x**2), x, h=0.25), [1.0, -4.0])


def test_the_step_that_was_really_taken_divides_the_difference():
    x = np.array([2.0**27])
    h = 1.3 * np.spacing(x[0])  # rounded to one spacing on each side; 2h as a divisor would be wrong by 30%
    assert central_difference(lambda x: x[0], x, h=h) == 1


# Complex step ---------------------------------------------------------------------------------------------------------


@every_function
def test_a_complex_step_has_all_digits(name):
    function, derivative = KNOWN[name]
    np.testing.assert_allclose(complex_step(function, X0), derivative(X0), rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("h", [1e-8, 1e-20, 1e-100, 1e-300])
def test_a_complex_step_has_no_rounding_valley(h):
    function, derivative = KNOWN["a wave"]
    np.testing.assert_allclose(complex_step(function, X0, h), derivative(X0), rtol=1e-14)


def test_the_error_of_a_complex_step_shrinks_with_the_square_of_the_step():
    function, derivative = KNOWN["a wave"]
    errors = [np.abs(complex_step(function, X0, h) - derivative(X0)) for h in (0.02, 0.01)]
    np.testing.assert_allclose(errors[0] / errors[1], 4, rtol=0.01)


@pytest.mark.parametrize(
    ("forward", "gradient"),
    [
        (lambda z: np.sum(f.sigmoid(z) ** 2), lambda z: f.sigmoid_vjp(2 * f.sigmoid(z), z)),
        (lambda z: f.softmax(z)[0, 1], lambda z: f.softmax_vjp(np.array([[0, 1, 0], [0, 0, 0]]), f.softmax(z))),
        (
            lambda z: f.mean(f.softmax_cross_entropy(z, np.array([2, 0]))),
            lambda z: f.softmax_cross_entropy_vjp(np.full(2, 0.5), z, np.array([2, 0])),
        ),
        (lambda z: np.sum(f.relu(z) ** 2), lambda z: f.relu_vjp(2 * f.relu(z), z)),
    ],
)
def test_the_functions_of_nncore_accept_a_complex_step_on_both_sides_of_zero(forward, gradient):
    np.testing.assert_allclose(complex_step(forward, X0), gradient(X0), rtol=1e-14, atol=1e-16)


# Both -----------------------------------------------------------------------------------------------------------------

both = pytest.mark.parametrize("check", [central_difference, complex_step])


@both
def test_the_point_stays_as_it_is_and_may_be_integers_or_a_list(check):
    x = X0.copy()
    x.flags.writeable = False
    check(np.sum, x)
    np.testing.assert_allclose(check(lambda x: np.sum(x**2), [1, 2]), [2, 4], rtol=1e-9)
    whole = np.array([1, 2])
    np.testing.assert_allclose(check(lambda x: np.sum(x**2), whole), [2, 4], rtol=1e-9)
    assert whole.dtype.kind == "i"


@both
def test_a_number_has_a_derivative_too(check):
    assert check(lambda x: x**2 + x, 3.0) == pytest.approx(7, rel=1e-9)


@both
@pytest.mark.parametrize(
    ("h", "error"),
    [
        (0, ValueError),
        (-1e-5, ValueError),
        (np.nan, ValueError),
        (np.inf, ValueError),
        ("1", TypeError),
        (True, TypeError),
    ],
)
def test_a_step_that_is_not_positive_is_refused(check, h, error):
    with pytest.raises(error, match=r"\Ah must be a"):
        check(np.sum, X0, h)


@both
@pytest.mark.parametrize(
    "mutate",
    [
        lambda g: -g,
        lambda g: 1.001 * g,
        lambda g: g.reshape(3, 2).T,
        lambda g: np.where(X0 > 0, g, 0),
        lambda g: g + 1e-4,
    ],
)
def test_a_nearly_right_derivative_is_noticed(check, mutate):
    function, derivative = KNOWN["a wave"]
    found = check(function, X0)
    assert relative_error(found, derivative(X0)) < 1e-8
    assert relative_error(found, mutate(derivative(X0))) > 1e-5


# Relative error -------------------------------------------------------------------------------------------------------


def test_the_relative_error_is_the_largest_difference_over_the_largest_entry():
    assert relative_error([1.0, -4.0], [1.5, -4.0]) == 0.125
    assert relative_error([1.5, -4.0], [1.0, -4.0]) == 0.125
    assert relative_error([1.0, 2.0], [1.0, -2.0]) == 2
    assert relative_error([0.0, 0.0], [0.0, 1e-30]) == 1
    assert relative_error(np.zeros((2, 3)), np.zeros((2, 3))) == 0
    assert relative_error(X0, X0) == 0


@pytest.mark.parametrize(
    ("A", "B"),
    [
        ([np.nan, 1.0], [1.0, 1.0]),
        ([1.0, 1.0], [1.0, np.nan]),
        ([0.0, 0.0], [np.nan, 0.0]),
        ([np.nan, 0.0], [0.0, 0.0]),
        ([np.nan], [np.nan]),
    ],
)
def test_a_nan_never_passes_for_agreement(A, B):
    assert np.isnan(relative_error(A, B))


@pytest.mark.parametrize(("A", "B"), [(X0, X0.T), (X0, X0[0]), (X0, 1.0), (X0[:1], X0)])
def test_arrays_of_two_shapes_are_never_compared(A, B):
    with pytest.raises(ValueError, match="A and B must have one shape, got"):
        relative_error(A, B)


# Whole networks -------------------------------------------------------------------------------------------------------

X, c = np.random.default_rng(0).standard_normal((4, 2)), np.array([2, 0, 1, 2])


@pytest.mark.parametrize("activation", [ReLU, Sigmoid])
def test_a_right_network_passes_and_keeps_its_parameters(activation):
    network = multilayer([2, 5, 3], np.random.default_rng(1), activation)
    before = [array.copy() for array in network.parameters]
    same = list(network.parameters)
    errors = check_network(network, X, c)
    assert len(errors) == 4 and 0 < max(errors) < 1e-7
    for array, kept, was in zip(network.parameters, same, before, strict=True):
        assert array is kept
        np.testing.assert_array_equal(array, was)


class Leaky(ReLU):
    """A ReLU whose backward pass is wrong in one entry."""

    def backward(self, dA):
        dZ = super().backward(dA)
        dZ[0, 0] += 0.01
        return dZ


def test_a_layer_that_is_wrong_in_one_entry_is_found_and_placed():
    rng = np.random.default_rng(1)
    network = Network([Dense(2, 5, rng), Leaky(), Dense(5, 3, rng)])
    W1, b1, W2, b2 = check_network(network, X, c)
    assert min(W1, b1) > 1e-3 and max(W2, b2) < 1e-8  # the fault lies behind the last Dense layer


def test_parameters_are_restored_even_if_the_cost_fails_on_the_way(monkeypatch):
    network = multilayer([2, 3], np.random.default_rng(1))
    before = network.parameters[0].copy()
    right, calls = network.cost, []

    def failing(X, c):
        calls.append(1)
        if len(calls) == 4:
            raise ArithmeticError("half way")
        return right(X, c)

    monkeypatch.setattr(network, "cost", failing)
    with pytest.raises(ArithmeticError):
        check_network(network, X, c)
    np.testing.assert_array_equal(network.parameters[0], before)


def test_a_network_in_float32_is_refused_because_the_steps_would_be_rounded_away():
    network = multilayer([2, 5, 3], np.random.default_rng(1), dtype=np.float32)
    with pytest.raises(TypeError, match=r"\Anetwork must be in float64 to be checked, parameter 0 holds float32"):
        check_network(network, X, c)
    assert network.gradients == []
    assert max(check_network(multilayer([2, 5, 3], np.random.default_rng(1)), X.astype(np.float32), c)) < 1e-7


# Kinks ----------------------------------------------------------------------------------------------------------------


def checked(network, X, c):
    """The errors, and what was said of kinks."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        errors = check_network(network, X, c)
    assert all(warning.category is KinkWarning and warning.filename == __file__ for warning in said)
    return errors, [str(warning.message) for warning in said]


XOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]


@pytest.mark.parametrize("seed", range(3))
def test_the_zero_row_of_xor_is_said_to_lie_on_a_kink(seed):
    errors, said = checked(multilayer([2, 4, 2], np.random.default_rng(seed)), *XOR)
    assert errors[1] > 0.1 and max(errors[:1] + errors[2:]) < 1e-7
    (words,) = said
    assert words.startswith("the cost has a kink within the step of 4 of the 4 entries of parameter 1: ")


def on_a_kink(distance, seed=7):
    network = multilayer([2, 5, 3], np.random.default_rng(seed))
    first = network.layers[0]
    first.b[0, 0] = distance - first.forward(X)[2, 0]
    return network


@pytest.mark.parametrize("distance", [0, 1e-7, -1e-7, 1e-6, 3e-6, -5e-6])
def test_a_kink_anywhere_within_the_step_is_told(distance):
    errors, said = checked(on_a_kink(distance), X, c)
    assert errors[1] > 1e-3
    assert any("within the step of 1 of the 5 entries of parameter 1" in words for words in said)


@pytest.mark.parametrize("distance", [1e-4, -1e-4])
def test_a_kink_beyond_the_step_is_none(distance):
    errors, said = checked(on_a_kink(distance), X, c)
    assert max(errors) < 1e-7 and not said


@pytest.mark.parametrize("activation", [ReLU, Sigmoid])
@pytest.mark.parametrize("scale", [0.01, 1, 100])
@pytest.mark.parametrize("seed", range(3))
def test_a_smooth_cost_has_no_kink_however_steep(activation, scale, seed):
    network = multilayer([2, 5, 3], np.random.default_rng(seed), activation)
    network.layers[0].b[...] = 0.3 * scale
    assert checked(network, scale * X, c)[1] == []


def mean_of_biases(dZ, X, W):
    return dZ @ W.T, X.T @ dZ, np.mean(dZ, axis=0, keepdims=True)


FAULTS = {
    "relu_vjp": lambda dA, Z: dA * (f.relu(Z) >= 0),
    "mean_vjp": lambda dJ, L: np.full_like(L, dJ),
    "dense_vjp": mean_of_biases,
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("seed", range(3))
def test_a_fault_is_not_taken_for_a_kink(name, seed, monkeypatch):
    monkeypatch.setattr(f, name, FAULTS[name])
    errors, said = checked(multilayer([2, 5, 3], np.random.default_rng(seed)), X, c)
    assert max(errors) > 0.1 and not said


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("classes", [2, 3])
def test_a_gradient_of_0_is_compared_with_what_rounding_makes_of_0(seed, classes):
    network = multilayer([2, 5, classes], np.random.default_rng(seed))
    errors, said = checked(network, np.zeros((2 * classes, 2)), [*range(classes)] * 2)
    assert errors == [0, 0, 0, 0] and said == []


@pytest.mark.parametrize("seed", range(3))
def test_a_gradient_that_is_0_by_a_fault_is_none(seed, monkeypatch):
    monkeypatch.setattr(f, "dense_vjp", lambda dZ, X, W: (dZ @ W.T, X.T @ dZ, np.zeros((1, dZ.shape[1]))))
    network = multilayer([2, 5, 3], np.random.default_rng(seed))
    errors, said = checked(network, X, c)
    assert errors[1] == errors[3] == 1 and said == []
