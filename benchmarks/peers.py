"""The same training in other ways: each maker gets a task and returns one epoch of it, and the weights that result.

Every peer starts from the weights of the task and, for the same generator, visits the same batches in the same order,
so that all must come to the same weights. Plain gradient descent, mean cross-entropy, no momentum, no decay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from nncore.network import multilayer
from nncore.optimizers import SGD
from nncore.training import _change, _epoch

LR = 0.05
Epoch = Callable[[np.random.Generator], None]
Weights = Callable[[], list[np.ndarray]]


@dataclass(frozen=True)
class Task:
    """What is trained: a network of these widths on samples X with class numbers c, in batches of one size."""

    widths: tuple[int, ...]
    batch: int
    X: np.ndarray
    c: np.ndarray

    @property
    def dtype(self) -> np.dtype:
        return self.X.dtype

    def network(self):
        """nncore's network at its start."""
        return multilayer(self.widths, np.random.default_rng(0), dtype=self.dtype)

    def start(self) -> list[np.ndarray]:
        """W, b, W, b, … at the start."""
        return list(self.network().parameters)  # a plain list, whose class every library knows

    def batches(self, rng: np.random.Generator):
        """The row numbers of each batch of an epoch."""
        order = rng.permutation(len(self.X))
        return (order[k : k + self.batch] for k in range(0, len(order), self.batch))


def floor(task: Task) -> tuple[Epoch, None]:
    """Nothing but the matrix products of the network, all operands in place: what NumPy cannot go below."""
    W = task.start()[::2]
    A = [np.ones((task.batch, width), task.dtype) for width in task.widths]
    Z, dA, dW = [np.empty_like(a) for a in A], [np.empty_like(a) for a in A], [np.empty_like(w) for w in W]

    def epoch(rng):
        for _ in range(len(task.X) // task.batch):
            for r in range(len(W)):
                np.matmul(A[r], W[r], out=Z[r + 1])
            for r in reversed(range(len(W))):
                np.matmul(A[r].T, A[r + 1], out=dW[r])
                if r:
                    np.matmul(A[r + 1], W[r].T, out=dA[r])

    return epoch, None


def nncore(task: Task) -> tuple[Epoch, Weights]:
    """An epoch of `train`, which has checked its data before the first one."""
    network = task.network()
    return (
        lambda rng: _epoch(network, *_change(SGD(LR), network), task.X, task.c, task.batch, rng),
        lambda: network.parameters,
    )


def notes(task: Task) -> tuple[Epoch, Weights]:
    """What the layers of the source notes do: every array new, all gradients, the loss of every batch.

    (The notes train no network; the loop over batches and the step are the plainest ones.)
    """
    theta = task.start()
    W, b = theta[::2], theta[1::2]

    def epoch(rng):
        for rows in task.batches(rng):
            c, inputs, Z = task.c[rows], [task.X[rows]], None
            for r in range(len(W)):
                Z = np.dot(inputs[-1], W[r]) + b[r]
                if r < len(W) - 1:
                    inputs.append(np.maximum(0, Z))
            E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
            P = E / np.sum(E, axis=1, keepdims=True)
            np.mean(-np.log(P[range(len(c)), c]))
            dZ = P.copy()
            dZ[range(len(c)), c] -= 1
            dZ = dZ / len(c)
            for r in reversed(range(len(W))):
                dW, db, dX = np.dot(inputs[r].T, dZ), np.sum(dZ, axis=0, keepdims=True), np.dot(dZ, W[r].T)
                if r:
                    dZ = dX.copy()
                    dZ[inputs[r] <= 0] = 0
                W[r] -= LR * dW
                b[r] -= LR * db

    return epoch, lambda: theta


def scikit_learn(task: Task) -> tuple[Epoch, Weights]:
    """`MLPClassifier.partial_fit`, one epoch a call. It is given the samples in the order of the epoch."""
    from sklearn.neural_network import MLPClassifier

    model = MLPClassifier(
        task.widths[1:-1], solver="sgd", alpha=0, batch_size=task.batch, learning_rate_init=LR, momentum=0,
        nesterovs_momentum=False, shuffle=False,
    )  # fmt: skip
    classes = np.arange(task.widths[-1])
    model.partial_fit(task.X[: task.batch], task.c[: task.batch], classes=classes)
    theta = task.start()
    model.coefs_, model.intercepts_ = theta[::2], [b[0] for b in theta[1::2]]

    def epoch(rng):
        order = rng.permutation(len(task.X))
        model.partial_fit(task.X[order], task.c[order])

    def weights():
        return [a for W, b in zip(model.coefs_, model.intercepts_, strict=True) for a in (W, b[np.newaxis])]

    return epoch, weights


def _torch(task: Task, compiled: bool) -> tuple[Epoch, Weights]:
    import torch

    model = torch.nn.Sequential()
    for D, M in pairwise(task.widths):
        model.extend([torch.nn.Linear(D, M), torch.nn.ReLU()])
    model = model[:-1].to(getattr(torch, task.dtype.name))
    linear = [layer for layer in model if isinstance(layer, torch.nn.Linear)]
    start = task.start()
    with torch.no_grad():
        for layer, W, b in zip(linear, start[::2], start[1::2], strict=True):
            layer.weight.copy_(torch.from_numpy(W.T.copy()))
            layer.bias.copy_(torch.from_numpy(b[0]))
    loss, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.SGD(model.parameters(), lr=LR)
    X, c = torch.from_numpy(task.X), torch.from_numpy(task.c)

    def cost(X, c):
        return loss(model(X), c)

    cost = torch.compile(cost) if compiled else cost

    def epoch(rng):
        for rows in task.batches(rng):
            rows = torch.from_numpy(rows)
            optimizer.zero_grad()
            cost(X[rows], c[rows]).backward()
            optimizer.step()

    def weights():
        pairs = ((layer.weight.detach().numpy().T, layer.bias.detach().numpy()[np.newaxis]) for layer in linear)
        return [array for pair in pairs for array in pair]

    return epoch, weights


def torch_eager(task: Task) -> tuple[Epoch, Weights]:
    """PyTorch as it comes."""
    return _torch(task, compiled=False)


def torch_compiled(task: Task) -> tuple[Epoch, Weights]:
    """PyTorch with the network and the loss compiled."""
    return _torch(task, compiled=True)


def _cost(np_, logsumexp):
    def cost(theta, X, c, rows):
        for W, b in zip(theta[:-2:2], theta[1:-2:2], strict=True):
            X = np_.maximum(X @ W + b, 0)
        Z = X @ theta[-2] + theta[-1]
        return np_.mean(logsumexp(Z) - Z[rows, c])

    return cost


def _jax(task: Task, scanned: bool) -> tuple[Epoch, Weights]:
    import jax
    import jax.numpy as jnp

    cost, rows = _cost(jnp, lambda Z: jax.nn.logsumexp(Z, axis=1)), jnp.arange(task.batch)
    theta = [jnp.asarray(array) for array in task.start()]
    X, c = jnp.asarray(task.X), jnp.asarray(task.c)

    def step(theta, batch):
        slopes = jax.grad(cost)(theta, *batch, rows)
        return [array - LR * g for array, g in zip(theta, slopes, strict=True)], None

    one = jax.jit(lambda theta, X, c: step(theta, (X, c))[0], donate_argnums=0)
    shape = (len(task.X) // task.batch, task.batch)

    @jax.jit
    def scan(theta, X, c, order):
        return jax.lax.scan(step, theta, (X[order].reshape(*shape, -1), c[order].reshape(shape)))[0]

    def epoch(rng):
        nonlocal theta
        if scanned:
            theta = scan(theta, X, c, rng.permutation(len(task.X)))
        else:
            for batch in task.batches(rng):
                theta = one(theta, task.X[batch], task.c[batch])
        jax.block_until_ready(theta)

    return epoch, lambda: [np.asarray(array) for array in theta]


def jax_step(task: Task) -> tuple[Epoch, Weights]:
    """JAX, one compiled step for each batch."""
    return _jax(task, scanned=False)


def jax_scan(task: Task) -> tuple[Epoch, Weights]:
    """JAX, a whole epoch compiled into one call."""
    return _jax(task, scanned=True)


def autograd(task: Task) -> tuple[Epoch, Weights]:
    """HIPS autograd: NumPy, with the gradient from a tape."""
    import autograd.numpy as anp
    from autograd import grad
    from autograd.scipy.special import logsumexp

    slope, theta = grad(_cost(anp, lambda Z: logsumexp(Z, axis=1))), task.start()

    def epoch(rng):
        for rows in task.batches(rng):
            slopes = slope(theta, task.X[rows], task.c[rows], np.arange(len(rows)))
            for array, g in zip(theta, slopes, strict=True):
                array -= LR * g

    return epoch, lambda: theta


PEERS = {
    "floor": floor, "nncore": nncore, "notes' code": notes, "PyTorch": torch_eager, "PyTorch compiled": torch_compiled,
    "scikit-learn": scikit_learn, "JAX step": jax_step, "JAX epoch": jax_scan, "autograd": autograd,
}  # fmt: skip
