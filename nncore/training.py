"""Training: mini-batches in a new order every epoch, and the history of cost and accuracy."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nncore import functions as f
from nncore import validation as check
from nncore.functions import Array, Labels
from nncore.network import Network
from nncore.optimizers import SGD, Adam, Momentum


@dataclass
class History:
    """Cost and accuracy over *all* samples, before training (entry 0) and after each epoch."""

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)


def evaluate(network: Network, X: ArrayLike, c: ArrayLike) -> tuple[float, float]:
    """The cost and the share of samples whose class is predicted, over all samples; NaN both where a logit is NaN.

    Parameters
    ----------
    network : Network
    X : (n, D) array
    c : (n,) array of int

    Returns
    -------
    cost, accuracy : float
    """
    X, c = _samples(network, "X", X, "c", c)
    Z = network.forward(X)
    accuracy = np.nan if np.any(np.isnan(Z)) else np.mean(np.argmax(Z, axis=1) == c)
    return float(f.mean(f.softmax_cross_entropy(Z, c))), float(accuracy)


def confusion_matrix(network: Network, X: ArrayLike, c: ArrayLike) -> NDArray[np.integer]:
    """How often class k (row) was predicted as class m (column).

    Parameters
    ----------
    network : Network
    X : (n, D) array
    c : (n,) array of int

    Returns
    -------
    counts : (M, M) array of int
    """
    X, c = _samples(network, "X", X, "c", c)
    counts = np.zeros((network.classes, network.classes), dtype=int)
    np.add.at(counts, (c, network.predict(X)), 1)
    return counts


def train(
    network: Network,
    optimizer: SGD | Momentum | Adam,
    X: ArrayLike,
    c: ArrayLike,
    X_test: ArrayLike,
    c_test: ArrayLike,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    progress: bool = True,
) -> History:
    """Train the network in place and return the history.

    Every epoch visits every sample once, in a new random order, ``batch_size`` at a time; what remains at its end is a
    smaller batch.

    Parameters
    ----------
    network : Network
    optimizer : SGD, Momentum or Adam
    X, X_test : (n, D) arrays
        Inputs to train on and to test on.
    c, c_test : (n,) arrays of int
        Their class numbers 0…M−1.
    epochs : int
        At least 1.
    batch_size : int
        At least 1; one larger than n means a single batch.
    rng : numpy.random.Generator
        Shuffles the samples.
    progress : bool
        Whether a progress bar is drawn, on a terminal only.

    Returns
    -------
    History

    Raises
    ------
    ValueError, TypeError
        For input that does not fit; the network is then untouched.
    """
    from tqdm import trange

    X, c = _samples(network, "X", X, "c", c)
    X_test, c_test = _samples(network, "X_test", X_test, "c_test", c_test)
    epochs, batch_size = check.count("epochs", epochs), check.count("batch_size", batch_size)
    check.generator("rng", rng)
    if not hasattr(optimizer, "step"):
        raise TypeError(f"optimizer must be an object with a step, such as SGD(lr=0.1), got {optimizer!r}")

    history = History()
    _record(history, network, X, c, X_test, c_test)
    bar = trange(epochs, unit="epoch", disable=None if progress else True)
    for _ in bar:
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            network.cost(X[batch], c[batch])
            network.backward()
            optimizer.step(network.parameters, network.gradients)
        _record(history, network, X, c, X_test, c_test)
        bar.set_postfix(loss=f"{history.train_loss[-1]:.4f}", test=f"{history.test_accuracy[-1]:.4f}")
    return history


def _samples(network: Network, X_name: str, X: ArrayLike, c_name: str, c: ArrayLike) -> tuple[Array, Labels]:
    X = check.floats(X_name, X, (None, network.parameters[0].shape[0]))
    return X, check.class_numbers(c_name, c, len(X), network.classes)


def _record(history: History, network: Network, X: Array, c: Labels, X_test: Array, c_test: Labels) -> None:
    for name, inputs, labels in (("train", X, c), ("test", X_test, c_test)):
        cost, accuracy = evaluate(network, inputs, labels)
        getattr(history, f"{name}_loss").append(cost)
        getattr(history, f"{name}_accuracy").append(accuracy)
