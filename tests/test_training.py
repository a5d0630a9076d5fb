"""Training: every sample once an epoch in a new order, a history over all samples, and digits that are learned."""

import contextlib
import io
import math
import sys

import numpy as np
import pytest
from sklearn.datasets import load_digits

from nncore import training
from nncore.gradient_check import check_network
from nncore.layers import Dense, ReLU, Sigmoid
from nncore.network import Network, multilayer
from nncore.optimizers import SGD, Adam, Momentum
from nncore.training import History, confusion_matrix, evaluate, train, train_epoch

n, D, M = 23, 2, 3


def data(seed=0, size=n):
    """Three clouds of points around the corners of a triangle."""
    rng = np.random.default_rng(seed)
    c = rng.integers(0, M, size)
    return np.array([[0.0, 2.0], [2.0, -1.0], [-2.0, -1.0]])[c] + rng.standard_normal((size, D)), c


X, c = data()
X_test, c_test = data(1, 11)


def run(seed=0, optimizer=SGD, epochs=3, batch_size=5, **options):
    network = multilayer([D, 4, M], np.random.default_rng(seed))
    rng = np.random.default_rng(seed)
    history = train(
        network,
        optimizer(0.1),
        X,
        c,
        X_test,
        c_test,
        epochs=epochs,
        batch_size=batch_size,
        rng=rng,
        progress=False,
        **options,
    )
    return network, history


class Watched(Network):
    """A network that writes down the batches that it learns from."""

    def __init__(self):
        super().__init__(multilayer([D, 4, M], np.random.default_rng(0)).layers)
        self.batches = []

    def learn(self, X, c, dJ):
        self.batches.append((X.copy(), c.copy()))
        super().learn(X, c, dJ)


def watched_run(epochs, batch_size):
    network = Watched()
    train(
        network,
        SGD(0.1),
        X,
        c,
        X_test,
        c_test,
        epochs=epochs,
        batch_size=batch_size,
        rng=np.random.default_rng(3),
        progress=False,
    )
    a_epoch = math.ceil(n / batch_size)
    assert len(network.batches) == epochs * a_epoch
    return [network.batches[k * a_epoch : (k + 1) * a_epoch] for k in range(epochs)]


# Batches --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [
        (5, [5, 5, 5, 5, 3]),
        (23, [23]),
        (22, [22, 1]),
        (100, [23]),
        (1, [1] * 23),
    ],
)
def test_every_epoch_visits_every_sample_once_with_its_own_label(batch_size, sizes):
    for epoch in watched_run(3, batch_size):
        assert [len(inputs) for inputs, _ in epoch] == sizes
        seen = [(*row, label) for inputs, labels in epoch for row, label in zip(inputs, labels, strict=True)]
        assert sorted(seen) == sorted((*row, label) for row, label in zip(X, c, strict=True))


def test_every_epoch_has_an_order_of_its_own():
    orders = [np.concatenate([inputs for inputs, _ in epoch]) for epoch in watched_run(6, 5)]
    for k, order in enumerate((X, *orders)):
        for other in orders[k:]:
            assert not np.array_equal(order, other)


# What a batch does ----------------------------------------------------------------------------------------------------


def trained_by_hand(network, optimizer, seed, epochs, batch_size):
    """The loop with the checked calls alone: cost, backward, step."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n, batch_size):
            batch = order[start : start + batch_size]
            network.cost(X[batch], c[batch])
            network.backward()
            optimizer.step(network.parameters, network.gradients)


class Steep(ReLU):
    """Inherits what training could use instead of forward and backward, and must not be trained by it."""

    def forward(self, Z):
        return super().forward(3 * np.asarray(Z))

    def backward(self, dA):
        return 3 * super().backward(dA)


class Halved(SGD):
    """The same for an optimizer."""

    def step(self, parameters, gradients):
        super().step(parameters, [g / 2 for g in gradients])


@pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam, Halved])
@pytest.mark.parametrize("activation", [ReLU, Sigmoid, Steep])
@pytest.mark.parametrize("batch_size", [5, 23, 1])
def test_training_is_cost_backward_and_step_for_each_batch(optimizer, activation, batch_size):
    one, other = (multilayer([D, 6, 4, M], np.random.default_rng(1), activation) for _ in range(2))
    options = {"epochs": 3, "batch_size": batch_size, "rng": np.random.default_rng(2), "progress": False}
    train(one, optimizer(0.05), X, c, X_test, c_test, **options)
    trained_by_hand(other, optimizer(0.05), 2, 3, batch_size)
    for a, b in zip(one.parameters, other.parameters, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


def learned(network, *batch):
    """The gradients that a batch of training leaves."""
    with network.in_training():
        network.learn(*batch)
    return network.gradients


def test_layers_before_the_first_dense_one_and_around_the_last_are_trained_too():
    rng = np.random.default_rng(4)
    made = Network([ReLU(), Dense(D, 5, rng), Dense(5, M, rng), Sigmoid()])
    made.cost(X, c)
    made.backward()
    expected = list(made.gradients)
    for got, want in zip(learned(made, X, c), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12)
    for got, want in zip(learned(made, X, c, 0.25), expected, strict=True):
        np.testing.assert_allclose(got, want / 4, rtol=1e-12)


class Decayed(Network):
    """A cost with a penalty, and its gradient."""

    def cost(self, X, c):
        return super().cost(X, c) + sum(np.sum(W**2) for W in self.parameters[::2])

    def backward(self, dJ=1):
        dX = super().backward(dJ)
        for W, dW in zip(self.parameters[::2], self.gradients[::2], strict=True):
            dW += dJ * 2 * W
        return dX


@pytest.mark.parametrize("optimizer", [SGD, Adam])
def test_a_network_with_a_cost_of_its_own_is_trained_by_its_own_gradient(optimizer):
    one, other = (Decayed(multilayer([D, 4, M], np.random.default_rng(1)).layers) for _ in range(2))
    train_epoch(one, optimizer(0.05), X, c, batch_size=5, rng=np.random.default_rng(2))
    trained_by_hand(other, optimizer(0.05), 2, 1, 5)
    for a, b in zip(one.parameters, other.parameters, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-13)


def test_a_batch_of_training_is_no_forward_pass_and_leaves_what_was_returned_alone():
    made = multilayer([D, 4, M], np.random.default_rng(0))
    J = made.cost(X, c)
    dX = made.backward()
    kept = [(g, g.copy()) for g in (dX, *made.gradients)]
    batch, labels = X[:5].copy(), c[:5].copy()
    learned(made, batch, labels)
    with pytest.raises(RuntimeError, match=r"Network\.backward must follow cost"):
        made.backward()
    assert made.cost(X, c) == J
    for g, was in kept:
        np.testing.assert_array_equal(g, was)
    np.testing.assert_array_equal(batch, X[:5])
    np.testing.assert_array_equal(labels, c[:5])


class Failing(ReLU):
    def backward(self, dA):
        raise ArithmeticError


def test_after_training_layers_check_and_copy_again_even_if_it_fails():
    for activation in (ReLU, Failing):
        made = multilayer([D, 4, M], np.random.default_rng(0), activation)
        with contextlib.suppress(ArithmeticError):
            train_epoch(made, SGD(0.1), X, c, batch_size=5, rng=np.random.default_rng(0))
        for layer in made.layers:
            with pytest.raises(TypeError, match="must hold float32, float64 or integer numbers, got dtype <U1"):
                layer.forward([["a"]])
        with pytest.raises(ValueError, match="c must hold 5 class numbers"):
            made.cost(X[:5], c)
    inputs = X.copy()
    first = multilayer([D, M], np.random.default_rng(0)).layers[0]
    Z = first.forward(inputs)
    inputs[...] = 0
    assert first.backward(np.ones_like(Z)).shape == X.shape and np.any(first.dW)


def test_a_network_in_training_takes_no_gradient_by_the_inputs():
    made = multilayer([D, 4, M], np.random.default_rng(0))
    made.cost(X, c)
    assert made.backward().shape == X.shape
    with made.in_training():
        made.learn(X, c)
        assert made.layers[0].backward(np.ones((n, 4))).shape == (n, 0)


@pytest.mark.parametrize("inputs", [np.float32, np.float64, int])
@pytest.mark.parametrize("weights", [np.float32, np.float64])
def test_a_network_is_trained_in_the_precision_of_its_weights(inputs, weights):
    made = multilayer([D, 4, M], np.random.default_rng(0), dtype=weights)
    data = np.round(8 * X).astype(inputs), c
    train_epoch(made, SGD(0.01), *data, batch_size=5, rng=np.random.default_rng(0))
    assert {array.dtype for array in (*made.parameters, *made.gradients)} == {np.dtype(weights)}
    same = multilayer([D, 4, M], np.random.default_rng(0), dtype=weights)
    train_epoch(same, SGD(0.01), np.round(8 * X).astype(weights), c, batch_size=5, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(made.parameters[0], same.parameters[0])


def test_a_large_evaluation_is_that_of_its_parts():
    many = np.concatenate([X] * 100), np.concatenate([c] * 100)
    network = run()[0]
    assert len(many[1]) > 2 * training.AT_ONCE
    assert evaluate(network, *many) == pytest.approx(evaluate(network, X, c), rel=1e-12)
    for place in (0, training.AT_ONCE, -1):
        lost = many[0].copy()
        lost[place] = np.nan
        assert np.isnan(evaluate(network, lost, many[1])).all()


def test_a_network_is_trained_and_evaluated_on_inputs_as_its_weights_hold_them():
    rounded = X.astype(np.float32)
    assert np.any(rounded != X)
    one, same = (multilayer([D, 4, M], np.random.default_rng(0), dtype=np.float32) for _ in range(2))
    assert evaluate(one, X, c) == evaluate(same, rounded, c)
    for network, inputs in ((one, X), (same, rounded)):
        train_epoch(network, SGD(0.1), inputs, c, batch_size=5, rng=np.random.default_rng(0))
    for a, b in zip(one.parameters, same.parameters, strict=True):
        np.testing.assert_array_equal(a, b)


# Reproducible ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", [SGD, Momentum, Adam])
def test_equal_seeds_give_the_same_training_to_the_last_bit(optimizer):
    (one, first), (two, second) = run(7, optimizer), run(7, optimizer)
    assert first == second
    for a, b in zip(one.parameters, two.parameters, strict=True):
        np.testing.assert_array_equal(a, b)


class Forgetful(Adam):
    """Never changes the last layer."""

    def step(self, parameters, gradients):
        super().step(parameters[:-2], gradients[:-2])


def test_an_optimizer_of_some_parameters_trains_epoch_after_epoch():
    made, optimizer = multilayer([D, 4, M], np.random.default_rng(0)), Forgetful()
    before = [array.copy() for array in made.parameters]
    for _ in range(2):
        train_epoch(made, optimizer, X, c, batch_size=5, rng=np.random.default_rng(0))
    assert [bool(np.any(a != b)) for a, b in zip(made.parameters, before, strict=True)] == [True, True, False, False]


def test_the_order_of_the_batches_follows_from_the_generator_that_is_passed_in():
    def trained(seed):
        network = multilayer([D, M], np.random.default_rng(0))
        train(
            network,
            SGD(0.1),
            X,
            c,
            X_test,
            c_test,
            epochs=1,
            batch_size=5,
            rng=np.random.default_rng(seed),
            progress=False,
        )
        return network.parameters[0]

    np.testing.assert_array_equal(trained(1), trained(1))
    assert not np.any(trained(1) == trained(2))


def test_global_randomness_is_not_used():
    before = np.random.get_state()  # noqa: NPY002
    run()
    after = np.random.get_state()  # noqa: NPY002
    np.testing.assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_data_is_not_modified():
    arrays = [array.copy() for array in (X, c, X_test, c_test)]
    for array in arrays:
        array.flags.writeable = False
    train(
        multilayer([D, M], np.random.default_rng(0)),
        SGD(0.1),
        *arrays,
        epochs=2,
        batch_size=5,
        rng=np.random.default_rng(0),
        progress=False,
    )
    for array, original in zip(arrays, (X, c, X_test, c_test), strict=True):
        np.testing.assert_array_equal(array, original)


# History --------------------------------------------------------------------------------------------------------------


def plain_evaluation(network, X, c):
    """Cost and accuracy sample by sample, with Python's own exp and log."""
    losses, hits = [], 0
    for row, label in zip(X, c, strict=True):
        (z,) = network.forward(row[None]).tolist()
        losses.append(math.log(sum(math.exp(value - z[label]) for value in z)))
        hits += max(range(M), key=lambda m, z=z: z[m]) == label
    return sum(losses) / len(c), hits / len(c)


def test_the_history_is_over_all_samples_before_training_and_after_each_epoch():
    expected = []
    for epochs in range(4):
        network = multilayer([D, 4, M], np.random.default_rng(0))
        if epochs:
            network, history = run(0, epochs=epochs)
        expected.append((*plain_evaluation(network, X, c), *plain_evaluation(network, X_test, c_test)))
    columns = history.train_loss, history.train_accuracy, history.test_loss, history.test_accuracy
    assert [len(column) for column in columns] == [4, 4, 4, 4]
    np.testing.assert_allclose(np.transpose(columns), expected, rtol=1e-12)
    assert all(type(value) is float for column in columns for value in column)


def test_evaluate_is_the_plain_evaluation_and_takes_lists():
    network = run()[0]
    assert evaluate(network, X, c) == pytest.approx(plain_evaluation(network, X, c), rel=1e-12)
    assert evaluate(network, X.tolist(), c.tolist()) == evaluate(network, X, c)


def test_the_confusion_matrix_counts_true_classes_in_rows_and_predicted_ones_in_columns():
    network = run(epochs=2)[0]
    counts = confusion_matrix(network, X_test, c_test)
    predicted = network.predict(X_test)
    for k in range(M):
        for m in range(M):
            assert counts[k, m] == sum(t == k and p == m for t, p in zip(c_test, predicted, strict=True))
    assert counts.sum() == len(c_test) and np.any(counts != counts.T)


def test_a_history_starts_empty_and_two_of_them_share_nothing():
    one, two = History(), History()
    one.train_loss.append(1.0)
    assert two.train_loss == two.train_accuracy == two.test_loss == two.test_accuracy == []


def test_without_a_test_set_none_is_evaluated():
    one, other = (multilayer([D, 4, M], np.random.default_rng(0)) for _ in range(2))
    options = {"epochs": 3, "batch_size": 5, "progress": False}
    history = train(one, SGD(0.1), X, c, rng=np.random.default_rng(0), **options)
    with_test = train(other, SGD(0.1), X, c, X_test, c_test, rng=np.random.default_rng(0), **options)
    assert history == History(with_test.train_loss, with_test.train_accuracy)
    assert history.test_loss == history.test_accuracy == []


class Interrupted(SGD):
    """Ctrl+C in a certain step."""

    def __init__(self, steps):
        super().__init__(0.1)
        self.left = steps

    def step(self, parameters, gradients):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        super().step(parameters, gradients)


@pytest.mark.parametrize(("steps", "epochs"), [(0, 0), (5, 1), (12, 2)])
def test_training_that_is_interrupted_gives_back_the_epochs_that_ended(steps, epochs):
    made = [multilayer([D, 4, M], np.random.default_rng(0)) for _ in range(2)]
    rngs = [np.random.default_rng(0) for _ in range(2)]
    options = {"batch_size": 5, "progress": False}
    with pytest.warns(UserWarning, match=rf"\Ainterrupted in epoch {epochs + 1} of 9: the history ends before it\Z"):
        history = train(made[0], Interrupted(steps), X, c, X_test, c_test, epochs=9, rng=rngs[0], **options)
    columns = history.train_loss, history.train_accuracy, history.test_loss, history.test_accuracy
    assert [len(column) for column in columns] == [epochs + 1] * 4
    if epochs:
        assert history == train(made[1], Interrupted(1000), X, c, X_test, c_test, epochs=epochs, rng=rngs[1], **options)


# Progress -------------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("file", "progress", "drawn"),
    [
        (Terminal, True, True),
        (Terminal, False, False),
        (io.StringIO, True, False),
        (io.StringIO, False, False),
    ],
)
def test_a_progress_bar_is_drawn_on_a_terminal_only_and_only_if_wanted(file, progress, drawn, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stderr", file())
    train(
        multilayer([D, M], np.random.default_rng(0)),
        SGD(0.1),
        X,
        c,
        X_test,
        c_test,
        epochs=2,
        batch_size=5,
        rng=np.random.default_rng(0),
        progress=progress,
    )
    assert ("2/2" in sys.stderr.getvalue()) is drawn
    assert drawn or sys.stderr.getvalue() == ""
    assert capsys.readouterr().out == ""


# What is refused ------------------------------------------------------------------------------------------------------


def with_entry(X, row, value):
    X = X.copy()
    X[row, 1] = value
    return X


def served():
    """An optimizer that has trained another network of the same shapes."""
    optimizer, other = Adam(), multilayer([D, 4, M], np.random.default_rng(1))
    train_epoch(other, optimizer, X, c, batch_size=5, rng=np.random.default_rng(0))
    return optimizer


BAD = {
    "inputs of another width": ({"X": X[:, :1]}, ValueError, r"X must have shape \(any, 2\), got \(23, 1\)"),
    "no sample": ({"X": X[:0], "c": c[:0]}, ValueError, r"X must have at least one entry, got shape \(0, 2\)"),
    "too few labels": ({"c": c[1:]}, ValueError, r"c must hold 23 class numbers from 0 to 2, .* got shape \(22,\)"),
    "a label too large": ({"c": c + 1}, ValueError, r"c must hold 23 class numbers from 0 to 2, .* is 3"),
    "labels of floats": ({"c": c * 1.0}, TypeError, r"c must hold 23 class numbers .* got dtype float64"),
    "test inputs of another width": ({"X_test": X_test[:, :1]}, ValueError, r"X_test must have shape \(any, 2\), got"),
    "test labels as a column": ({"c_test": c_test[:, None]}, ValueError, r"c_test must hold 11 class numbers"),
    "a negative test label": ({"c_test": c_test - 1}, ValueError, r"c_test must hold 11 class numbers .* is -1"),
    "no epoch": ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
    "half an epoch": ({"epochs": 0.5}, TypeError, r"epochs must be an integer, got 0\.5"),
    "an empty batch": ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
    "a batch of true": ({"batch_size": True}, TypeError, "batch_size must be an integer, got True"),
    "a NaN": ({"X": with_entry(X, 4, np.nan)}, ValueError, "X must hold finite numbers, row 4 holds a NaN"),
    "infinity": ({"X": with_entry(X, 7, -np.inf)}, ValueError, "X must hold finite .*, row 7 holds an infinite number"),
    "a NaN in the test": ({"X_test": with_entry(X_test, 2, np.nan)}, ValueError, "X_test must hold finite .*, row 2 "),
    "masked entries": ({"X": np.ma.masked_less(X, 0)}, ValueError, "X must have a number in every entry, got an array"),
    "test inputs alone": ({"c_test": None}, ValueError, "X_test and c_test must come together, got X_test alone"),
    "test labels alone": ({"X_test": None}, ValueError, "X_test and c_test must come together, got c_test alone"),
    "a class of optimizers": (
        {"optimizer": SGD},
        TypeError,
        "optimizer must be an object with a step, .*class",
    ),
    "a name of an optimizer": ({"optimizer": "adam"}, TypeError, "optimizer must be an object with a step, .*'adam'"),
    "an optimizer of another network": (
        {"optimizer": served()},
        ValueError,
        "this Adam has worked on other parameters",
    ),
    "a network and an optimizer that changed places": (
        {"network": SGD(0.1), "optimizer": multilayer([D, 4, M], np.random.default_rng(0))},
        TypeError,
        r"network must be a Network, got SGD\(lr=0\.1\), which is an optimizer: the network comes before it",
    ),
    "a list of layers": (
        {"network": [Dense(D, M, np.random.default_rng(0))]},
        TypeError,
        rf"network must be a Network, got \[Dense\({D}, {M}\)\]: Network\(\[…\]\) makes one of layers",
    ),
    "the class of networks": ({"network": Network}, TypeError, r"network must be a Network, got .*: Network\(\[…\]\)"),
    "a seed for a generator": ({"rng": 0}, TypeError, r"rng must be a numpy\.random\.Generator such as"),
    "no generator": ({"rng": None}, TypeError, r"rng must be a numpy\.random\.Generator such as"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_gets_one_clear_error_and_leaves_the_network_untouched(what):
    bad, error, message = BAD[what]
    network = multilayer([D, 4, M], np.random.default_rng(0))
    before = [array.copy() for array in network.parameters]
    rng = np.random.default_rng(0)
    good = {"X": X, "c": c, "X_test": X_test, "c_test": c_test, "epochs": 2, "batch_size": 5, "rng": rng}
    with pytest.raises(error, match=rf"\A{message}"):
        train(**({"network": network, "optimizer": SGD(0.1)} | good | bad), progress=False)
    for array, was in zip(network.parameters, before, strict=True):
        np.testing.assert_array_equal(array, was)
    assert network.gradients == []
    assert rng.random() == np.random.default_rng(0).random()  # nothing was drawn either


IN_AN_EPOCH = [what for what in BAD if not {"X_test", "c_test", "epochs"} & BAD[what][0].keys()]


@pytest.mark.parametrize("what", IN_AN_EPOCH)
def test_an_epoch_refuses_what_training_refuses(what):
    bad, error, message = BAD[what]
    network = multilayer([D, 4, M], np.random.default_rng(0))
    before = [array.copy() for array in network.parameters]
    good = {"optimizer": SGD(0.1), "X": X, "c": c, "batch_size": 5, "rng": np.random.default_rng(0)}
    with pytest.raises(error, match=rf"\A{message}"):
        train_epoch(**({"network": network} | good | bad))
    for array, was in zip(network.parameters, before, strict=True):
        np.testing.assert_array_equal(array, was)
    assert network.gradients == []


@pytest.mark.parametrize("function", [evaluate, confusion_matrix])
def test_samples_that_do_not_fit_are_refused(function):
    network = multilayer([D, M], np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"\AX must have shape \(any, 2\), got \(11, 1\)"):
        function(network, X_test[:, :1], c_test)
    with pytest.raises(ValueError, match=r"\Ac must hold 11 class numbers from 0 to 2"):
        function(network, X_test, c_test[:4])


# Digits ---------------------------------------------------------------------------------------------------------------


def digits():
    X, c = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(X))
    held_out, kept = order[:360], order[360:]
    return X[kept] / 16, c[kept], X[held_out] / 16, c[held_out]


@pytest.mark.parametrize(
    ("widths", "optimizer", "least"),
    [
        ([64, 10], SGD(0.5), 0.90),
        ([64, 64, 32, 10], Adam(0.003), 0.97),
    ],
)
def test_handwritten_digits_are_learned(widths, optimizer, least):
    rng = np.random.default_rng(100)
    network = multilayer(widths, rng, ReLU)
    history = train(network, optimizer, *digits(), epochs=25, batch_size=32, rng=rng, progress=False)
    assert history.test_accuracy[0] < 0.3  # nothing was known before
    assert history.test_accuracy[-1] >= least
    assert history.train_loss[-1] < 0.2 * history.train_loss[0]


def test_labels_that_mean_nothing_are_not_predicted():
    X, c, X_test, c_test = digits()
    rng = np.random.default_rng(0)
    network = multilayer([64, 10], rng)
    history = train(
        network, SGD(0.5), X, rng.permutation(c), X_test, c_test, epochs=5, batch_size=32, rng=rng, progress=False
    )
    assert history.test_accuracy[-1] < 0.4


def test_the_accuracy_of_a_network_that_computes_nan_is_nan():
    cost, accuracy = evaluate(multilayer([2, 3], np.random.default_rng(0)), [[np.nan, 1]], [0])
    assert math.isnan(cost) and math.isnan(accuracy)


def test_an_optimizer_that_is_none_is_refused_before_anything_is_computed():
    network = multilayer([2, 3], np.random.default_rng(0))
    X, c = np.ones((4, 2)), np.zeros(4, dtype=int)
    with pytest.raises(TypeError, match="optimizer must be an object with a step"):
        train(network, None, X, c, X, c, epochs=1, batch_size=2, rng=np.random.default_rng(0))
    assert network.gradients == []


@pytest.mark.parametrize("given", [None, "net", SGD(0.1), Network, [ReLU()], Dense(D, M, np.random.default_rng(0))])
def test_whatever_takes_a_network_refuses_anything_else_in_one_sentence(given):
    options = {"batch_size": 5, "rng": np.random.default_rng(0)}
    for call in (
        lambda: evaluate(given, X, c),
        lambda: confusion_matrix(given, X, c),
        lambda: train_epoch(given, SGD(0.1), X, c, **options),
        lambda: train(given, SGD(0.1), X, c, epochs=1, **options),
        lambda: check_network(given, X, c),
    ):
        with pytest.raises(TypeError, match=r"\Anetwork must be a Network, got ") as error:
            call()
        assert "\n" not in str(error.value)
