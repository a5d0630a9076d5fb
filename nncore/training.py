"""Training: mini-batches in a new order every epoch, and the history of cost and accuracy."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nncore import functions as f
from nncore import validation as check
from nncore.functions import Array, Labels
from nncore.network import Network, checked
from nncore.optimizers import SGD, Adam, Momentum, descend

Change: TypeAlias = Callable[[Sequence[Array], Sequence[Array]], None]

AT_ONCE = 1024  # samples that go through the network together where it is evaluated


@dataclass
class History:
    """Cost and accuracy over *all* samples, before training (entry 0) and after each epoch.

    Without a test set there is nothing in the lists of the test.
    """

    train_loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_loss: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)


def evaluate(network: Network, X: ArrayLike, c: ArrayLike) -> tuple[float, float]:
    """Return the cost and the share of samples whose class is predicted, over all samples; both are NaN if a logit is.

    Equation: :eq:`eq-training-accuracy`.

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
    losses, hits, unknown = np.empty(len(c)), 0, False
    for start in range(0, len(c), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        Z = network.forward(X[part])
        losses[part] = f.softmax_cross_entropy(Z, c[part])
        hits += int(np.count_nonzero(np.argmax(Z, axis=1) == c[part]))
        unknown = unknown or bool(np.any(np.isnan(Z)))
    return float(f.mean(losses)), float(np.nan if unknown else hits / len(c))


def confusion_matrix(network: Network, X: ArrayLike, c: ArrayLike) -> NDArray[np.integer]:
    """Count how often class k (row) was predicted as class m (column).

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


def train_epoch(
    network: Network,
    optimizer: SGD | Momentum | Adam,
    X: ArrayLike,
    c: ArrayLike,
    *,
    batch_size: int,
    rng: np.random.Generator,
) -> None:
    """Train the network in place for one epoch: every sample once, in a random order, ``batch_size`` at a time.

    Parameters and errors are those of `train`.
    """
    X, c = _to_train_on(network, "X", X, "c", c)
    batch_size, rng = check.count("batch_size", batch_size), check.generator("rng", rng)
    _epoch(network, *_change(optimizer, network), X, c, batch_size, rng)


def train(
    network: Network,
    optimizer: SGD | Momentum | Adam,
    X: ArrayLike,
    c: ArrayLike,
    X_test: ArrayLike | None = None,
    c_test: ArrayLike | None = None,
    *,
    epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    progress: bool = True,
) -> History:
    """Train the network in place and return the history.

    Every epoch visits every sample once, in a new random order, ``batch_size`` at a time; what remains at its end is a
    smaller batch. The network computes in the precision of its weights; inputs of another one are converted.

    If training is interrupted (Ctrl+C, "interrupt the kernel"), a warning says so, the network stays as the last batch
    left it, and the history of the epochs that ended is returned.

    Parameters
    ----------
    network : Network
    optimizer : SGD, Momentum or Adam
    X, X_test : (n, D) arrays
        Inputs to train on and to test on, all of them finite. Without a test set nothing is evaluated on one.
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
    from nncore.extras import trange

    sets = [_to_train_on(network, "X", X, "c", c)]
    if X_test is not None and c_test is not None:
        sets.append(_to_train_on(network, "X_test", X_test, "c_test", c_test))
    elif X_test is not None or c_test is not None:
        raise ValueError(f"X_test and c_test must come together, got {'X_test' if c_test is None else 'c_test'} alone")
    epochs, batch_size = check.count("epochs", epochs), check.count("batch_size", batch_size)
    check.generator("rng", rng)
    change = _change(optimizer, network)

    found = [_measured(network, sets)]
    bar = trange(epochs, unit="epoch", disable=None if progress else True)
    try:
        for _ in bar:
            _epoch(network, *change, *sets[0], batch_size, rng)
            found.append(_measured(network, sets))
            bar.set_postfix(loss=f"{found[-1][0]:.4f}", accuracy=f"{found[-1][-1]:.4f}")
    except KeyboardInterrupt:
        warnings.warn(f"interrupted in epoch {len(found)} of {epochs}: the history ends before it", stacklevel=2)
    return History(*map(list, zip(*found, strict=True)))


def _epoch(
    network: Network, change: Change, dJ: float, X: Array, c: Labels, batch_size: int, rng: np.random.Generator
) -> None:
    """Visit every sample once, and change the parameters after each batch by the gradients of dJ times its cost."""
    order = rng.permutation(len(X))
    batch = np.empty((min(batch_size, len(X)), X.shape[1]), X.dtype)
    with network.in_training():
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            # mode="clip" lets NumPy write into `batch` at once; no row number is outside of X.
            network.learn(X.take(rows, axis=0, out=batch[: len(rows)], mode="clip"), c[rows], dJ)
            change(network.parameters, network.gradients)


def _measured(network: Network, sets: Sequence[tuple[Array, Labels]]) -> list[float]:
    """Return cost and accuracy over each set, one after the other, as `History` has them."""
    return [value for X, c in sets for value in evaluate(network, X, c)]


def _to_train_on(network: Network, X_name: str, X: ArrayLike, c_name: str, c: ArrayLike) -> tuple[Array, Labels]:
    X, c = _samples(network, X_name, X, c_name, c)
    return check.finite(X_name, X), c


def _samples(network: Network, X_name: str, X: ArrayLike, c_name: str, c: ArrayLike) -> tuple[Array, Labels]:
    W = checked(network).parameters[0]
    X = check.floats(X_name, X, (None, len(W))).astype(W.dtype, copy=False)
    return X, check.class_numbers(c_name, c, len(X), network.classes)


def _change(optimizer: SGD | Momentum | Adam, network: Network) -> tuple[Change, float]:
    """Return what changes the parameters after each batch, and what the cost is multiplied by for it."""
    if not hasattr(optimizer, "step") or isinstance(optimizer, type):
        raise TypeError(f"optimizer must be an object with a step, such as SGD(lr=0.1), got {optimizer!r}")
    if isinstance(optimizer, Momentum | Adam) and type(optimizer).step in (Momentum.step, Adam.step):
        optimizer.refuse_others(network.parameters)
    return (descend, optimizer.lr) if type(optimizer) is SGD else (optimizer.step, 1)
