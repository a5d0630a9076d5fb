"""Training against other ways to do it: ratios from rounds in which every peer takes its turn.

    python -m benchmarks.training PART --threads 1 > part.json

PART is `shares` (all peers, eight settings), `gains` (the loop with one thing undone at a time), `fused` (the backward
pass of softmax and cross-entropy in one and in two) or `memory`. Threads and the kernel of OpenBLAS are set by the
environment that `benchmarks.__main__` starts this module in. On one thread CPU time is counted, on two the time on the
clock.
"""

import argparse
import json
import platform
import statistics
import sys
import time
import tracemalloc
import warnings
from collections.abc import Callable, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib.metadata import version

import numpy as np
from sklearn.datasets import load_digits
from threadpoolctl import threadpool_info, threadpool_limits

from benchmarks.peers import LR, PEERS, Task
from nncore import functions as f
from nncore import layers
from nncore.network import Network
from nncore.optimizers import SGD, descend
from nncore.training import _epoch

ROUNDS = 7
SECONDS = 0.25  # at least, for each turn
SYNTHETIC, DIGITS = (59904, 784), (1792, 64)  # samples and inputs: 60,000 and 1,797, cut to whole batches
HIDDEN = (128, 64)
PACKAGES = ("numpy", "torch", "scikit-learn", "jax", "autograd")


def synthetic(dtype) -> tuple[np.ndarray, np.ndarray]:
    """Random numbers of the size of MNIST."""
    rng = np.random.default_rng(1)
    return rng.standard_normal(SYNTHETIC, dtype=dtype), rng.integers(0, 10, SYNTHETIC[0])


def digits(dtype) -> tuple[np.ndarray, np.ndarray]:
    """scikit-learn's digits."""
    X, c = load_digits(return_X_y=True)
    return (X[: DIGITS[0]] / 16).astype(dtype), c[: DIGITS[0]]


DATA = {"784 inputs": synthetic, "digits": digits}


def tasks():
    """The eight settings, with their names."""
    for name, data in DATA.items():
        for dtype in (np.float32, np.float64):
            X, c = data(dtype)
            for batch in (64, 256):
                yield (name, np.dtype(dtype).name, batch), Task((X.shape[1], *HIDDEN, 10), batch, X, c)


# Rounds ---------------------------------------------------------------------------------------------------------------


def rates(turns: Mapping[str, Callable[[], object]], clock: Callable[[], float]) -> dict[str, list[float]]:
    """How often a second each function can be called, in every round; all take turns within a round."""
    calls = {}
    for name, turn in turns.items():
        turn()
        start = time.perf_counter()
        turn()
        calls[name] = max(1, round(SECONDS / (time.perf_counter() - start)))
    found: dict[str, list[float]] = {name: [] for name in turns}
    for _ in range(ROUNDS):
        for name, turn in turns.items():
            start = clock()
            for _ in range(calls[name]):
                turn()
            found[name].append(calls[name] / (clock() - start))
    return found


def spread(values) -> list[float]:
    """Least, median, most."""
    return [round(value, 3) for value in (min(values), statistics.median(values), max(values))]


def ratio(of: list[float], to: list[float]) -> list[float]:
    """The ratio of two rates, round by round."""
    return spread([a / b for a, b in zip(of, to, strict=True)])


# The peers ------------------------------------------------------------------------------------------------------------


def same_weights(task: Task, peers: Mapping[str, Callable]) -> None:
    """All peers come to the same weights after three epochs of a part of the data, to what the precision can hold."""
    part = Task(task.widths, task.batch, task.X[: 4 * task.batch], task.c[: 4 * task.batch])
    results = {}
    for name, make in peers.items():
        epoch, weights = make(part)
        if weights is not None:
            rng = np.random.default_rng(5)
            for _ in range(3):
                epoch(rng)
            results[name] = weights()
    moved = max(np.abs(a - b).max() for a, b in zip(results["nncore"], part.start(), strict=True))
    for name, arrays in results.items():
        for a, b in zip(arrays, results["nncore"], strict=True):
            error = np.abs(np.asarray(a) - b).max() / moved
            if a.dtype != task.dtype or not error < (1e-3 if task.dtype == np.float32 else 1e-10):
                raise SystemExit(f"{name} comes to other weights: {a.dtype}, {error:.1e} of the way")


def shares(clock, peers) -> list[dict]:
    """The rate of each peer as a share of the floor, and of nncore as a multiple of each peer."""
    found = []
    for (data, dtype, batch), task in tasks():
        same_weights(task, peers)
        rng = np.random.default_rng(0)
        speed = rates({name: partial(make(task)[0], rng) for name, make in peers.items()}, clock)
        found.append({
            "data": data, "dtype": dtype, "batch": batch,
            "samples a second": round(statistics.median(speed["nncore"]) * len(task.X)),
            "floor": {name: ratio(speed[name], speed["floor"]) for name in peers if name != "floor"},
            "nncore": {name: ratio(speed["nncore"], speed[name]) for name in peers if name not in ("floor", "nncore")},
        })  # fmt: skip
        print(found[-1], file=sys.stderr, flush=True)
    return found


# What each gain is worth ----------------------------------------------------------------------------------------------


GAINS = ("no input gradient", "checks and copies at the border", "mask as a factor", "no loss")


class _ByIndex(layers.ReLU):
    """Sets to 0 what a mask picks, where the layer multiplies by it."""

    def backward(self, dA):
        dZ = np.array(dA)
        dZ[self._Z <= 0] = 0
        return dZ


class _Undone(Network):
    """A network whose training lacks one of the gains, see `gains`."""

    def __init__(self, network: Network, what: str) -> None:
        by_index = what == "mask as a factor"
        super().__init__([
            _ByIndex() if by_index and isinstance(layer, layers.ReLU) else layer for layer in network.layers
        ])  # fmt: skip
        self.what = what

    @contextmanager
    def in_training(self):
        with super().in_training() if self.what != "checks and copies at the border" else nullcontext():
            self.layers[0].passes_on = self.what == "no input gradient"
            yield
        self.layers[0].passes_on = True

    def learn(self, X, c, dJ=1):
        if self.what == "no loss":
            self.cost(X, c)
            self.backward(dJ)
        else:
            super().learn(X, c, dJ)


def gains(clock) -> list[dict]:
    """How much slower an epoch is with one thing undone, as a ratio of rates; float32, batches of 64."""
    found = []
    for data in DATA:
        X, c = DATA[data](np.float32)
        task = Task((X.shape[1], *HIDDEN, 10), 64, X, c)
        double = Task(task.widths, 64, X.astype(np.float64), c)
        rng = np.random.default_rng(0)

        def turn(network, change, dJ, task, rng=rng):
            return lambda: _epoch(network, change, dJ, task.X, task.c, task.batch, rng)

        turns = {"all": turn(task.network(), descend, LR, task)}
        for what in GAINS:
            turns[what] = turn(_Undone(task.network(), what), descend, LR, task)
        turns["learning rate in the cost"] = turn(task.network(), SGD(LR).step, 1, task)
        turns["single precision"] = turn(double.network(), descend, LR, double)
        speed = rates(turns, clock)
        found += [
            {"data": data, "what": what, "gain": ratio(speed["all"], speed[what])} for what in turns if what != "all"
        ]
        print(found, file=sys.stderr, flush=True)
    return found


def fused(clock) -> list[dict]:
    """How much faster the gradient by the logits is with softmax and cross-entropy in one; 256 samples of M classes."""
    return [{"M": M, **_fused(clock, M)} for M in (10, 100, 1000)]


def _fused(clock, M: int) -> dict:
    """Both ways write into arrays that are there already, and do the softmax in the same lines."""
    rng = np.random.default_rng(0)
    Z, c = rng.standard_normal((256, M)), rng.integers(0, M, 256)
    P, rows, ones = f.softmax(Z), np.arange(256), np.ones((M, 1))
    Q, dP, dZ = np.empty_like(P), np.empty_like(P), np.empty_like(P)

    def softmax():
        np.subtract(Z, np.maximum.reduce(Z, axis=1, keepdims=True), out=Q)
        np.exp(Q, out=Q)
        return np.divide(Q, Q @ ones, out=Q)

    def one(P):
        np.copyto(dZ, P)
        dZ[rows, c] -= 1
        return np.multiply(dZ, 1 / len(P), out=dZ)

    def two(P):
        dP.fill(0)
        dP[rows, c] = -1 / (len(P) * P[rows, c])
        np.multiply(dP, P, out=dZ)
        np.subtract(dP, dZ @ ones, out=dP)
        return np.multiply(P, dP, out=dZ)

    turns = {
        "one": lambda: one(softmax()),
        "two": lambda: two(softmax()),
        "one from P": lambda: one(P),
        "two from P": lambda: two(P),
    }
    expected = f.softmax_cross_entropy_vjp(f.mean_vjp(1, np.empty(256)), Z, c)
    for turn in turns.values():
        np.testing.assert_allclose(turn(), expected, atol=1e-15)
    speed = rates(turns, clock)
    return {
        "from the logits": ratio(speed["one"], speed["two"]),
        "from the probabilities": ratio(speed["one from P"], speed["two from P"]),
    }


def memory() -> list[dict]:
    """The most memory that an epoch takes beyond the data, over the bytes of parameters and activations of a batch."""
    found = []
    for (data, dtype, batch), task in tasks():
        network = task.network()
        tracemalloc.start()
        _epoch(network, descend, LR, task.X, task.c, batch, np.random.default_rng(0))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        order = 8 * len(task.X)  # the row numbers of the epoch
        entries = sum(array.size for array in network.parameters) + batch * (sum(task.widths) + sum(HIDDEN))
        peak += sum(array.nbytes for array in network.parameters) - order
        share = round(peak / (entries * task.dtype.itemsize), 2)
        found.append({"data": data, "dtype": dtype, "batch": batch, "ratio": share})
    return found


# The command ----------------------------------------------------------------------------------------------------------


def machine() -> dict:
    """What was measured on."""
    try:
        with open("/proc/cpuinfo") as info:
            model = next(line.split(":")[1].strip() for line in info if line.startswith("model name"))
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    (blas,) = [pool for pool in threadpool_info() if pool["internal_api"] == "openblas" and "numpy" in pool["filepath"]]
    return {
        "processor": model, "python": platform.python_version(), "blas": f"OpenBLAS {blas['version']}",
        "kernel": blas["architecture"], "threads": blas["num_threads"],
        **{name: version(name) for name in PACKAGES},
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.training")
    parser.add_argument("part", choices=("shares", "gains", "fused", "memory"))
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=[*PEERS], help="default: all")
    asked = parser.parse_args()
    warnings.filterwarnings("ignore", category=FutureWarning)
    clock = time.process_time if asked.threads == 1 else time.perf_counter
    peers = {name: PEERS[name] for name in ("floor", "nncore", *asked.peers)}
    if any(name.startswith("PyTorch") for name in peers):
        import torch

        torch.set_num_threads(asked.threads)
    if any(name.startswith("JAX") for name in peers):
        import jax

        jax.config.update("jax_enable_x64", True)
    with threadpool_limits(asked.threads):
        parts = {
            "shares": partial(shares, clock, peers), "gains": partial(gains, clock), "fused": partial(fused, clock),
            "memory": memory,
        }  # fmt: skip
        json.dump({"machine": machine(), asked.part: parts[asked.part]()}, sys.stdout)


if __name__ == "__main__":
    main()
