"""The network: its gradient against differences and against the definition on paper, and its manners."""

import copy
import pickle

import numpy as np
import pytest

from nncore import functions as f
from nncore.gradient_check import check_network
from nncore.layers import CrossEntropy, Dense, ReLU, Sigmoid, Softmax, SoftmaxCrossEntropy, SoftTargetCrossEntropy
from nncore.network import Network, multilayer
from tests import paper
from tests.mathematics import LAYERS

n, D, M = 4, 2, 3
WIDTHS = [D, 5, 4, M]

RNG = np.random.default_rng(5)
X, c = RNG.standard_normal((n, D)), np.array([2, 0, 1, 2])
ACTIVATIONS = [pair for pair in LAYERS.values() if pair.is_entry_by_entry]


def network(activation=ReLU, seed=1, **options):
    made = multilayer(WIDTHS, np.random.default_rng(seed), activation, **options)
    for layer in made.layers:
        if isinstance(layer, Dense):
            layer.b += np.random.default_rng(9).standard_normal(layer.b.shape)  # biases of 0 would hide their gradient
    return made


def state(made):
    """Everything that a failed call must leave as it is."""
    return [array.copy() for array in made.parameters], [g.copy() for g in made.gradients]


def assert_same(got, want):
    for a, b in zip(got, want, strict=True):
        np.testing.assert_array_equal(a, b)


# What it computes -----------------------------------------------------------------------------------------------------


def cost_on_paper(activation):
    def cost(X, *parameters):
        A = X
        for W, b in zip(parameters[:-2:2], parameters[1:-2:2], strict=True):
            A = activation(paper.dense(A, W, b))
        return paper.mean(paper.softmax_cross_entropy(paper.dense(A, *parameters[-2:]), c))

    return cost


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda pair: pair.name)
def test_cost_and_gradients_are_those_of_the_network_on_paper(activation):
    made = network(activation.layer)
    cost, arguments = cost_on_paper(activation.paper), (X, *made.parameters)
    assert made.cost(X, c) == pytest.approx(float(paper.value(cost, arguments)), rel=1e-14)
    dX = made.backward()
    for place, gradient in enumerate((dX, *made.gradients)):
        expected = paper.gradient(cost, arguments, place, 1.0)
        assert np.any(expected != 0)
        np.testing.assert_allclose(gradient, expected, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=lambda pair: pair.name)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_backpropagation_agrees_with_central_differences(activation, seed):
    errors = check_network(network(activation.layer, seed), X, c)
    assert len(errors) == 6 and max(errors) < 1e-7


BROKEN = {
    "dense_vjp": {
        "a sign": lambda dZ, X, W: (-dZ @ W.T, X.T @ dZ, dZ.sum(axis=0, keepdims=True)),
        "a factor": lambda dZ, X, W: (dZ @ W.T, 1.001 * X.T @ dZ, dZ.sum(axis=0, keepdims=True)),
        "a transpose": lambda dZ, X, W: (dZ @ W.reshape(W.T.shape), X.T @ dZ, dZ.sum(axis=0, keepdims=True)),
        "a mean": lambda dZ, X, W: (dZ @ W.T, X.T @ dZ, dZ.mean(axis=0, keepdims=True)),
    },
    "relu_vjp": {"a mask of the activated value": lambda dA, Z: dA * (f.relu(Z) >= 0), "no mask": lambda dA, Z: dA},
    "softmax_cross_entropy_vjp": {
        "the targets forgotten": lambda dL, Z, c: dL[:, None] * f.softmax(Z),
        "another factor 1/n": lambda dL, Z, c: dL[:, None] * (f.softmax(Z) - np.eye(M)[c]) / n,
    },
    "mean_vjp": {"the factor 1/n forgotten": lambda dJ, L: np.full_like(L, dJ)},
}


@pytest.mark.parametrize(("name", "fault"), [(name, fault) for name in BROKEN for fault in BROKEN[name]])
def test_a_fault_in_any_backward_pass_shows_in_the_check_of_the_network(name, fault, monkeypatch):
    monkeypatch.setattr(f, name, BROKEN[name][fault])
    assert max(check_network(network(), X, c)) > 1e-4


def test_the_derivatives_by_the_inputs_are_returned():
    made = network()
    made.cost(X, c)
    dX = made.backward()
    h = 1e-6
    for place in np.ndindex(X.shape):
        step = np.zeros_like(X)
        step[place] = h
        assert dX[place] == pytest.approx((made.cost(X + step, c) - made.cost(X - step, c)) / (2 * h), abs=1e-8)


def test_all_gradients_are_multiplied_by_the_derivative_that_is_given():
    made = network()
    made.cost(X, c)
    once = [made.backward(), *made.gradients]
    for got, want in zip([made.backward(-4), *made.gradients], once, strict=True):
        np.testing.assert_allclose(got, -4 * want, rtol=1e-13)


def test_predictions_are_the_classes_of_the_largest_logits():
    made = network()
    Z = made.forward(X)
    np.testing.assert_array_equal(made.predict(X), [max(range(M), key=lambda m: row[m]) for row in Z.tolist()])
    np.testing.assert_array_equal(made.probabilities(X), f.softmax(Z))
    even = Network([Dense(D, M, np.random.default_rng(0))])
    even.layers[0].W[...] = 0
    np.testing.assert_array_equal(even.predict(X), np.zeros(n))  # the first of equal ones


def test_parameters_and_gradients_come_in_one_order():
    made = network()
    made.cost(X, c)
    made.backward()
    assert [p.shape for p in made.parameters] == [(2, 5), (1, 5), (5, 4), (1, 4), (4, 3), (1, 3)]
    assert [g.shape for g in made.gradients] == [p.shape for p in made.parameters]
    assert made.parameters[2] is made.layers[2].W and made.gradients[3] is made.layers[2].db
    assert made.classes == M


def test_multilayer_puts_an_activation_between_each_two_dense_layers():
    assert [type(layer) for layer in network(Sigmoid).layers] == [Dense, Sigmoid, Dense, Sigmoid, Dense]
    assert [type(layer) for layer in multilayer([D, M], RNG).layers] == [Dense]
    wide = multilayer([50, 400, 300], np.random.default_rng(0))
    assert [layer.W.std() for layer in wide.layers[::2]] == pytest.approx([(2 / 50) ** 0.5, (2 / 400) ** 0.5], rel=0.02)
    narrow = multilayer([50, 400, 300], np.random.default_rng(0), scale=0.01)
    assert [layer.W.std() for layer in narrow.layers[::2]] == pytest.approx([0.01, 0.01], rel=0.02)


def test_equal_seeds_make_equal_networks_whose_layers_differ():
    assert_same(network(seed=4).parameters, network(seed=4).parameters)
    assert not np.any(network(seed=4).parameters[0] == network(seed=5).parameters[0])
    square = multilayer([3, 3, 3], np.random.default_rng(0))
    assert not np.any(square.parameters[0] == square.parameters[2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_network_keeps_its_dtype_through_cost_and_gradients(dtype):
    made = network(dtype=dtype)
    cost = made.cost(X.astype(dtype), c)
    results = [cost, made.backward(), *made.parameters, *made.gradients, made.probabilities(X.astype(dtype))]
    assert {result.dtype for result in results} == {np.dtype(dtype)}


def test_a_caller_who_overwrites_inputs_and_labels_after_cost_does_not_change_the_gradient():
    made, again = network(), network()
    inputs, labels = X.copy(), c.copy()
    made.cost(inputs, labels)
    inputs[...], labels[...] = 0, 0
    dX = made.backward()
    again.cost(X, c)
    assert_same([dX, *made.gradients], [again.backward(), *again.gradients])


def test_whatever_is_asked_between_cost_and_backward_never_changes_the_gradient_in_silence():
    for between in (Network.forward, Network.predict, Network.probabilities):
        made, again = network(), network()
        again.cost(X, c)
        again.backward()
        made.cost(X, c)
        between(made, X + 1)  # as many samples as before: nothing would collide
        try:
            made.backward()
        except RuntimeError as error:
            assert "backward" in str(error) and "cost" in str(error)
        else:
            assert_same(made.gradients, again.gradients)


# What is refused ------------------------------------------------------------------------------------------------------


def test_backward_before_cost_is_refused():
    made = network()
    with pytest.raises(RuntimeError, match=r"Network\.backward must follow cost"):
        made.backward()
    made.forward(X)
    with pytest.raises(RuntimeError, match=r"Network\.backward must follow cost"):
        made.backward()


BAD = {
    "another number of features": ((X[:, :1], c), ValueError, r"X must have shape \(any, 2\), got \(4, 1\)"),
    "one dimension": ((X[0], c), ValueError, r"X must have shape \(any, 2\), got \(2,\)"),
    "no sample": ((X[:0], c[:0]), ValueError, r"X must have at least one entry, got shape \(0, 2\)"),
    "complex inputs": ((X * 1j, c), TypeError, r"X must hold .* got dtype complex128"),
    "objects": ((X.astype(object), c), TypeError, r"X must hold .* got dtype object"),
    "a negative label": ((X, [0, 1, -1, 2]), ValueError, r"c must hold 4 class numbers from 0 to 2, .*entry 2 is -1"),
    "a label too large": ((X, [0, 1, 3, 2]), ValueError, r"c must hold 4 class numbers from 0 to 2, .*entry 2 is 3"),
    "labels of floats": ((X, c.astype(float)), TypeError, r"c must hold 4 class numbers .* got dtype float64"),
    "labels of booleans": ((X, c > 0), TypeError, r"c must hold 4 class numbers .* got dtype bool"),
    "a column of labels": ((X, c[:, None]), ValueError, r"c must hold .* array of shape \(4,\); got shape \(4, 1\)"),
    "too few labels": ((X, c[:2]), ValueError, r"c must hold .* array of shape \(4,\); got shape \(2,\)"),
    "one-hot labels": ((X, np.eye(M)[c]), ValueError, r"c must hold .* got an array of shape \(4, 3\): for one-hot"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_gets_one_clear_error_and_changes_nothing(what):
    bad, error, message = BAD[what]
    made = network()
    made.cost(X, c)
    dX = made.backward()
    before = state(made)
    made.cost(X, c)
    with pytest.raises(error, match=rf"\A{message}"):
        made.cost(*bad)
    assert_same([dX], [made.backward()])
    for got, want in zip(state(made), before, strict=True):
        assert_same(got, want)


@pytest.mark.parametrize("method", [Network.forward, Network.predict, Network.probabilities])
def test_inputs_that_do_not_fit_leave_every_layer_as_it_was(method):
    made = Network([ReLU(), Dense(D, M, np.random.default_rng(0))])  # the first layer would take any number of features
    made.cost(X, c)
    dX = made.backward()
    made.cost(X, c)
    with pytest.raises(ValueError, match=r"\AX must have shape \(any, 2\), got \(4, 3\)"):
        method(made, np.ones((n, 3)))
    assert_same([made.backward()], [dX])


def test_layers_that_do_not_fit_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="Dense layer 1 has 5 outputs, Dense layer 2 takes 4 inputs"):
        Network([Dense(2, 5, rng), ReLU(), Dense(4, 3, rng)])
    for layers in ([], [ReLU()]):
        with pytest.raises(ValueError, match="layers must contain at least one Dense layer"):
            Network(layers)


@pytest.mark.parametrize(
    ("widths", "error", "message"),
    [
        ([], ValueError, r"widths must name at least the inputs and the classes, got \[\]"),
        ([3], ValueError, r"widths must name at least the inputs and the classes, got \[3\]"),
        ([3, 0, 2], ValueError, r"widths\[1\] must be at least 1, got 0"),
        ([3, 2.5], TypeError, r"widths\[1\] must be an integer, got 2.5"),
    ],
)
def test_widths_that_make_no_network_are_refused(widths, error, message):
    with pytest.raises(error, match=message):
        multilayer(widths, np.random.default_rng(0))


def test_a_layer_cannot_stand_twice_in_a_network():
    shared = ReLU()
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="layers must be different objects"):
        Network([Dense(2, 4, rng), shared, Dense(4, 4, rng), shared, Dense(4, 3, rng)])


def test_what_is_no_layer_is_refused():
    with pytest.raises(TypeError, match="layers must hold objects with forward and backward, got 'relu'"):
        Network([Dense(2, 3, np.random.default_rng(0)), "relu"])


def test_no_class_is_predicted_from_nan():
    with pytest.raises(ValueError, match="those of row 1 hold a NaN"):
        multilayer([2, 3], np.random.default_rng(0)).predict([[1, 2], [np.nan, 1]])


def last(layer):
    return [Dense(D, M, np.random.default_rng(0)), layer]


class OwnSoftmax(Softmax):
    pass


@pytest.mark.parametrize("layer", [Softmax(), OwnSoftmax()])
def test_a_softmax_at_the_end_is_refused_because_the_cost_applies_it(layer):
    with pytest.raises(ValueError, match=r"\Alayers must end in logits, got Softmax as the last one: leave it out"):
        Network(last(layer))
    Network([*last(Softmax()), Dense(M, M, np.random.default_rng(0))])  # in between it is a layer like any other


@pytest.mark.parametrize("loss", [CrossEntropy, SoftmaxCrossEntropy, SoftTargetCrossEntropy])
def test_a_loss_is_no_layer_of_a_network_wherever_it_stands(loss):
    for layers in (last(loss()), [loss(), *last(ReLU())]):
        with pytest.raises(ValueError, match=rf"\Alayers must end in logits, got the loss {loss.__name__}: leave"):
            Network(layers)


@pytest.mark.parametrize("layers", [last(ReLU)[0], None, 3])
def test_layers_that_are_no_sequence_are_refused(layers):
    with pytest.raises(TypeError, match=r"\Alayers must be a sequence of layers, got "):
        Network(layers)


def test_a_class_in_place_of_a_layer_is_refused():
    with pytest.raises(TypeError, match=r"layers must hold objects .*, got <class .*ReLU'>, not a class: ReLU\(…\)"):
        Network(last(ReLU))


@pytest.mark.parametrize(
    "activation",
    [ReLU(), "relu", np.tanh, None, Dense, lambda Z: Z],
    ids=["a layer", "a word", "a function", "None", "a layer without widths", "a lambda"],
)
@pytest.mark.parametrize("widths", [[D, M], [D, 5, M]])
def test_an_activation_that_makes_no_layers_is_refused(activation, widths):
    with pytest.raises(TypeError, match=r"\Aactivation must be a class of layers that takes no arguments, such"):
        multilayer(widths, np.random.default_rng(0), activation=activation)


@pytest.mark.parametrize("widths", [3, None, 2.5])
def test_widths_that_are_no_sequence_are_refused(widths):
    with pytest.raises(TypeError, match=r"\Awidths must be a sequence of integers, got"):
        multilayer(widths, np.random.default_rng(0))


# What is shown, changed and saved -------------------------------------------------------------------------------------


class Own:
    forward = backward = None


def test_a_network_shows_its_layers_and_their_sizes():
    assert repr(network()) == "Network([Dense(2, 5), ReLU(), Dense(5, 4), ReLU(), Dense(4, 3)])"
    assert repr(Network([Own(), Dense(2, 3, RNG, dtype=np.float32)])) == "Network([Own(), Dense(2, 3, dtype=float32)])"


def test_parameters_are_changed_in_place_and_cannot_be_replaced():
    made = network()
    made.cost(X, c)
    made.backward()
    for arrays in (made.parameters, made.gradients):
        with pytest.raises(TypeError, match=r"\Athis list only names the arrays of the layers: change their entries"):
            arrays[0] = np.ones((D, 5))
    before = made.layers[0].W.copy()
    made.parameters[0] *= 2
    np.testing.assert_array_equal(made.layers[0].W, 2 * before)
    made.parameters[0][...] = 7
    np.testing.assert_array_equal(made.layers[0].W, np.full((D, 5), 7))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_a_copy_of_a_network_has_its_parameters_and_nothing_of_its_last_pass(copied):
    made = Network([*network(activation=Sigmoid).layers, Softmax(), Dense(M, M, np.random.default_rng(2))])
    fresh = len(pickle.dumps(made))
    inputs, labels = np.random.default_rng(0).standard_normal((500, D)), np.arange(500) % M
    made.cost(inputs, labels)
    made.backward()
    with made.in_training():
        made.learn(inputs, labels)
    made.cost(inputs, labels)
    saved = pickle.dumps(made)
    assert len(saved) < fresh + 100 and inputs[3].tobytes() not in saved
    again = copied(made)
    assert_same(again.parameters, made.parameters)
    assert again.gradients == []
    with pytest.raises(RuntimeError, match="backward must follow cost"):
        again.backward()
    assert again.cost(X, c) == made.cost(X, c)
    assert_same([again.backward(), *again.gradients], [made.backward(), *made.gradients])


# Layers of one's own --------------------------------------------------------------------------------------------------


class Halved:
    """A layer that returns what a test says of half of its input."""

    def __init__(self, returned):
        self.returned = returned

    def forward(self, Z):
        return self.returned(Z / 2)

    def backward(self, dA):
        return dA / 2


@pytest.mark.parametrize("returned", [lambda A: None, lambda A: A[:, :1], lambda A: A.astype(str)])
def test_an_error_about_what_a_layer_of_ones_own_returned_says_that_it_did(returned):
    made = Network([Dense(2, 3, np.random.default_rng(0)), Halved(returned), Dense(3, M, np.random.default_rng(0))])
    with pytest.raises((TypeError, ValueError)) as caught:
        made.forward(X)
    assert caught.value.__notes__ == ["layers[2] was given what layers[1], Halved(), returned"]
    with pytest.raises(ValueError) as caught:
        made.forward(X[:, :1])  # which are no output of a layer
    assert not hasattr(caught.value, "__notes__")


def test_a_loss_of_ones_own_is_refused_among_the_layers_and_a_layer_with_options_is_not():
    class SquaredError:
        def forward(self, Z, Q):
            return np.sum((Z - Q) ** 2, axis=1) / 2

        def backward(self, dL):
            return dL

    class Scaled(Halved):
        def forward(self, Z, scale=2.0, *, more=0):
            return scale * Z + more

    first = Dense(2, M, np.random.default_rng(0))
    with pytest.raises(ValueError, match="layers must end in logits, got the loss SquaredError: leave it out"):
        Network([first, SquaredError()])
    assert Network([first, Scaled(None)]).forward(X).shape == (len(X), M)


def test_parameters_cannot_be_replaced_as_a_whole():
    made = network()
    with pytest.raises(TypeError, match=r"parameters only names the arrays of the layers: .* parameters\[0\]\[...\] ="):
        made.parameters = [theta.copy() for theta in made.parameters]
    made.parameters[0] *= 2  # in place is what is meant


@pytest.mark.parametrize("last", [ReLU, Sigmoid])
def test_an_activation_at_the_end_is_accepted_and_its_gradient_is_right(last):
    rng = np.random.default_rng(5)
    made = Network([Dense(2, 4, rng), ReLU(), Dense(4, 3, rng), last()])
    made.layers[0].b[...] = 0.3
    assert max(check_network(made, rng.standard_normal((6, 2)), [0, 1, 2, 0, 1, 2])) < 1e-7
    assert last is ReLU or np.max(made.probabilities(100 * rng.standard_normal((50, 2)))) < 0.5762  # e / (e + 2)
