"""Layers: the functions of `nncore.functions` with a memory and with checked input.

Every layer has ``forward``, which returns its output and remembers what ``backward`` will need, and ``backward``,
which takes the gradient of the cost with respect to that output and returns the gradient with respect to the input. The
gradients with respect to the parameters of a `Dense` layer stay with it, as ``dW`` and ``db``.

What is remembered is a copy: a caller may overwrite an array after ``forward`` and still gets the gradient of that
forward pass. Arrays that a layer returned are never written to again. Bad input raises an error and leaves the layer as
it was. `nncore.training` uses the same two methods; it checks its data once, and then neither checks nor copies are
made (`nncore.validation.trusted`).
"""

from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from nncore import functions as f
from nncore import validation as check
from nncore.functions import Array, Labels

_T = TypeVar("_T")
_OF_A_PASS = {"dW", "db", "_X", "_Z", "_P", "_Y", "_c"}  # what a layer has from its last passes


class _Remembering:
    """Write a layer as it is made; copy and save it without what it has from its last passes, so no inputs go along."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name not in _OF_A_PASS}


class Dense(_Remembering):
    """Dense (fully connected) layer with D inputs and M outputs.

    The weights start as normal numbers of standard deviation ``sqrt(2 / D)`` (He initialization), which keeps the
    spread of activations level through layers of `ReLU`; the biases start at 0.

    Parameters
    ----------
    D, M : int
        Numbers of inputs and outputs.
    rng : numpy.random.Generator
        Where the weights are drawn from.
    scale : float, optional
        The standard deviation of the initial weights instead of ``sqrt(2 / D)``.
    dtype : numpy.float64 or numpy.float32
        The dtype of weights and biases; of the outputs too, if the inputs have it.

    Attributes
    ----------
    W, b : (D, M) and (1, M) arrays
        Weights and biases. An optimizer changes them in place. What is assigned becomes an array of finite floats: an
        array of floats that can be written to stays the same one, anything else is copied. Biases are assigned after
        weights of another width.
    dW, db : (D, M) and (1, M) arrays
        ∂J/∂W and ∂J/∂b of the last ``backward``; None before.
    passes_on : bool
        Whether ``backward`` returns ∂J/∂X. If not, it returns the gradient with respect to no input, shape (n, 0): a
        network in training does not ask its first layer for more.
    """

    dW: Array | None = None
    db: Array | None = None
    passes_on: bool = True
    _X: Array | None = None

    def __init__(
        self,
        D: int,
        M: int,
        rng: np.random.Generator,
        scale: float | None = None,
        dtype: DTypeLike = np.float64,
    ) -> None:
        D, M = check.count("D", D), check.count("M", M)
        scale = np.sqrt(2 / D) if scale is None else check.positive("scale", scale)
        if np.dtype(dtype) not in (np.float32, np.float64):
            raise TypeError(f"dtype must be numpy.float32 or numpy.float64, got {dtype!r}")
        self.W = (scale * check.generator("rng", rng).standard_normal((D, M))).astype(dtype)
        self.b = np.zeros((1, M), dtype=dtype)

    def __repr__(self) -> str:
        D, M = self.W.shape
        return f"Dense({D}, {M})" if self.W.dtype != np.float32 else f"Dense({D}, {M}, dtype=float32)"

    @property
    def W(self) -> Array:  # what it is stands above, under Attributes
        return self._W

    @W.setter
    def W(self, W: ArrayLike) -> None:
        self._W = check.parameters("W", W, (None, None))

    @property
    def b(self) -> Array:
        return self._b

    @b.setter
    def b(self, b: ArrayLike) -> None:
        self._b = check.parameters("b", b, (1, self.W.shape[1]))

    def forward(self, X: ArrayLike) -> Array:
        """Return Z = X W + **1** b, shape (n, M), for X of shape (n, D)."""
        X = check.floats("X", X, (None, self.W.shape[0]))
        Z = f.dense(X, self.W, self.b)
        self._X = check.kept(X)
        return Z

    def backward(self, dZ: ArrayLike) -> Array:
        """Set ``dW`` and ``db``; return ∂J/∂X, shape (n, D), for dZ of shape (n, M).

        ∂J/∂X is computed with the weights as they are now: change them after the whole backward pass, not during it.
        """
        X = _from_forward(self, self._X)
        dZ = check.floats("dZ", dZ, (len(X), self.W.shape[1]))
        W = self.W if self.passes_on else self.W[:0]  # a row for each input that a gradient is wanted for
        dX, self.dW, self.db = f.dense_vjp(dZ, X, W)
        return dX


class ReLU(_Remembering):
    """Rectified linear unit, entry by entry."""

    _Z: Array | None = None

    def forward(self, Z: ArrayLike) -> Array:
        """Return A = max(Z, 0), shape (n, M)."""
        Z = check.floats("Z", Z, (None, None))
        A = f.relu(Z)
        self._Z = check.kept(Z)
        return A

    def backward(self, dA: ArrayLike) -> Array:
        """Return ∂J/∂Z, shape (n, M): dA where Z was positive, else 0; an infinite dA times 0 is NaN."""
        Z = _from_forward(self, self._Z)
        return f.relu_vjp(check.floats("dA", dA, Z.shape), Z)


class Sigmoid(_Remembering):
    """Logistic sigmoid, entry by entry."""

    _Z: Array | None = None

    def forward(self, Z: ArrayLike) -> Array:
        """Return A = σ(Z), shape (n, M)."""
        Z = check.floats("Z", Z, (None, None))
        A = f.sigmoid(Z)
        self._Z = check.kept(Z)
        return A

    def backward(self, dA: ArrayLike) -> Array:
        """Return ∂J/∂Z, shape (n, M): dA σ(Z) σ(−Z), entry by entry."""
        Z = _from_forward(self, self._Z)
        return f.sigmoid_vjp(check.floats("dA", dA, Z.shape), Z)


class Softmax(_Remembering):
    """Softmax of each row."""

    _P: Array | None = None

    def forward(self, Z: ArrayLike) -> Array:
        """Return P = softmax(Z), shape (n, M); a logit of −∞ masks its class."""
        Z = check.logits("Z", Z, (None, None))
        P = f.softmax(Z)
        self._P = check.kept(P)
        return P

    def backward(self, dP: ArrayLike) -> Array:
        """Return ∂J/∂Z, shape (n, M)."""
        P = _from_forward(self, self._P)
        return f.softmax_vjp(check.floats("dP", dP, P.shape), P)


class CrossEntropy(_Remembering):
    """Cross-entropy of probabilities against class numbers, one loss per sample."""

    _P: Array | None = None
    _c: Labels | None = None

    def forward(self, P: ArrayLike, c: ArrayLike) -> Array:
        """Return L, shape (n,), for probabilities P of shape (n, M) and class numbers c of shape (n,)."""
        P = check.probabilities("P", P, (None, None))
        c = check.class_numbers("c", c, *P.shape)
        with np.errstate(divide="ignore"):  # a class of probability 0 costs +inf by definition
            L = f.cross_entropy(P, c)
        self._P, self._c = check.kept(P), check.kept(c)
        total: Array = np.sum(P, axis=1)
        return L + 0 * total  # a NaN at any class of a sample makes its loss NaN

    def backward(self, dL: ArrayLike) -> Array:
        """Return ∂J/∂P, shape (n, M), for dL of shape (n,)."""
        P = _from_forward(self, self._P)
        dL = check.floats("dL", dL, (len(P),))
        with np.errstate(divide="ignore", invalid="ignore"):  # −1/0 is −inf, and 0/0 is NaN
            return f.cross_entropy_vjp(dL, P, _from_forward(self, self._c))


class SoftmaxCrossEntropy(_Remembering):
    """Softmax and cross-entropy in one: logits against class numbers, one loss per sample."""

    _Z: Array | None = None
    _c: Labels | None = None

    def forward(self, Z: ArrayLike, c: ArrayLike) -> Array:
        """Return L, shape (n,), for logits Z of shape (n, M) and class numbers c of shape (n,)."""
        Z, c = self.remember(Z, c)
        return f.softmax_cross_entropy(Z, c)

    def remember(self, Z: ArrayLike, c: ArrayLike) -> tuple[Array, Labels]:
        """Do what `forward` does but for the losses, which ``backward`` does not need; return what it would take."""
        Z = check.logits("Z", Z, (None, None))
        c = check.class_numbers("c", c, *Z.shape)
        self._Z, self._c = check.kept(Z), check.kept(c)
        return Z, c

    def backward(self, dL: ArrayLike) -> Array:
        """Return ∂J/∂Z, shape (n, M), for dL of shape (n,)."""
        Z = _from_forward(self, self._Z)
        return f.softmax_cross_entropy_vjp(check.floats("dL", dL, (len(Z),)), Z, _from_forward(self, self._c))


class SoftTargetCrossEntropy(_Remembering):
    """Softmax and cross-entropy in one: logits against rows of target probabilities, one loss per sample."""

    _Z: Array | None = None
    _Y: Array | None = None

    def forward(self, Z: ArrayLike, Y: ArrayLike) -> Array:
        """Return L, shape (n,), for logits Z and targets Y of shape (n, M)."""
        Z = check.logits("Z", Z, (None, None))
        Y = check.probabilities("Y", Y, Z.shape)
        L = f.softmax_soft_cross_entropy(Z, Y)
        self._Z, self._Y = check.kept(Z), check.kept(Y)
        return L

    def backward(self, dL: ArrayLike) -> Array:
        """Return ∂J/∂Z, shape (n, M), for dL of shape (n,)."""
        Z = _from_forward(self, self._Z)
        return f.softmax_soft_cross_entropy_vjp(check.floats("dL", dL, (len(Z),)), Z, _from_forward(self, self._Y))


def _from_forward(layer: object, remembered: _T | None) -> _T:
    """Return what forward remembered, or raise RuntimeError if there was no forward."""
    if remembered is None:
        raise RuntimeError(f"{type(layer).__name__}.backward was called before forward")
    return remembered
