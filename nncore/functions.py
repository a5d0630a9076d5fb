"""The mathematics of the network: every formula once, as a pair ``f`` and
``f_vjp`` of pure functions.

Rows are samples. X is (n, D), W is (D, M), b is (1, M); Z, A and P are (n, M);
c holds one class number 0…M−1 for each sample, so its shape is (n,). ``dZ``
is ∂J/∂Z, the gradient of the cost J, and has the shape of Z.

``f_vjp`` (vector–Jacobian product) takes the gradient of J with respect to the
output of ``f``, then what it needs of the arguments or the output of ``f``, and
returns the gradients of J with respect to the arguments of ``f`` that training
can change, in their order; class numbers and targets are data.

Nothing here validates or converts its input: `nncore.layers` does. Because
every line is a plain NumPy expression, the functions also run on symbols
(`nncore.symbolic`), and then return the formulas that the book derives.
"""

# NumPy types what arithmetic makes of arrays of either precision as Any, so what a formula returns is what it says.
# mypy: disable-error-code="no-any-return"

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.floating[Any]]  # of float64 or float32
Labels: TypeAlias = NDArray[np.integer[Any]]
Real: TypeAlias = float | np.floating[Any]


def dense(X: Array, W: Array, b: Array) -> Array:
    """Return the output of a dense (fully connected) layer.

    ``z_im = Σ_j x_ij w_jm + b_m``.

    Equation: :eq:`eq-dense-forward`.

    Parameters
    ----------
    X : (n, D) array
        Inputs, one sample per row.
    W : (D, M) array
        Weights, one output per column.
    b : (1, M) array
        Biases.

    Returns
    -------
    Z : (n, M) array
        Pre-activations. NumPy repeats b for every row, which on paper
        is **1** b.
    """
    return X @ W + b


def dense_vjp(dZ: Array, X: Array, W: Array) -> tuple[Array, Array, Array]:
    """Pass a gradient back through `dense`.

    ``dX = dZ Wᵀ``, ``dW = Xᵀ dZ``, ``db = 1ᵀ dZ``.

    Equations: :eq:`eq-dense-backward-inputs`,
    :eq:`eq-dense-backward-weights`, :eq:`eq-dense-backward-biases`.

    Parameters
    ----------
    dZ : (n, M) array
        ∂J/∂Z.
    X : (n, D) array
        The inputs of the forward pass.
    W : (D, M) array
        The weights of the forward pass.

    Returns
    -------
    dX : (n, D) array
    dW : (D, M) array
    db : (1, M) array
    """
    dX = dZ @ W.T
    dW = X.T @ dZ
    db = np.sum(dZ, axis=0, keepdims=True)
    return dX, dW, db


def relu(Z: Array) -> Array:
    """Return the rectified linear unit of each entry.

    ``a_im = max(z_im, 0)``.

    Equation: :eq:`eq-relu-definition`.

    Parameters
    ----------
    Z : (n, M) array

    Returns
    -------
    A : (n, M) array
    """
    return np.maximum(Z, 0)


def relu_vjp(dA: Array, Z: Array) -> Array:
    """Pass a gradient back through `relu`.

    ``∂J/∂z_im = ∂J/∂a_im`` times 1 where ``z_im > 0``, else times 0; an
    infinite ``∂J/∂a_im`` times 0 is NaN.

    That factor is ``z_im``, cut off at 0 and at 1 and rounded up: 0 up to
    ``z_im = 0``, where the function has no derivative and 0 is the convention
    :eq:`eq-relu-convention`, and 1 after it. Unlike a comparison it leaves a
    NaN a NaN.

    Equation: :eq:`eq-relu-vjp`.

    Parameters
    ----------
    dA : (n, M) array
        ∂J/∂A.
    Z : (n, M) array
        The input of the forward pass.

    Returns
    -------
    dZ : (n, M) array
    """
    return dA * np.ceil(np.clip(Z, 0, 1))


def sigmoid(Z: Array) -> Array:
    """Return the logistic sigmoid of each entry.

    ``σ(z) = 1 / (1 + exp(−z))``.

    Written with ``exp(min(z, −z))``, which is at most 1, so that it overflows
    for no z: for z < 0 numerator and denominator are multiplied by exp(z).
    (``abs`` would do on real numbers, but breaks a complex step.)

    Equation: :eq:`eq-sigmoid-definition`.

    Parameters
    ----------
    Z : (n, M) array

    Returns
    -------
    A : (n, M) array
        Each entry lies in [0, 1].
    """
    E = np.exp(np.minimum(Z, -Z))
    return np.where(Z < 0, E, 1) / (1 + E)


def sigmoid_vjp(dA: Array, Z: Array) -> Array:
    """Pass a gradient back through `sigmoid`.

    ``∂J/∂z_im = ∂J/∂a_im σ(z_im) σ(−z_im)``.

    σ(−z) equals 1 − σ(z), but keeps its digits where σ(z) rounds to 1.

    Equation: :eq:`eq-sigmoid-vjp`.

    Parameters
    ----------
    dA : (n, M) array
        ∂J/∂A.
    Z : (n, M) array
        The input of the forward pass.

    Returns
    -------
    dZ : (n, M) array
    """
    return dA * sigmoid(Z) * sigmoid(-Z)


def softmax(Z: Array) -> Array:
    """Return the softmax of each row.

    ``p_im = exp(z_im) / Σ_l exp(z_il)``.

    The largest logit of a row is subtracted first, which changes no
    probability (:eq:`eq-loss-shift`) and keeps every exponential at or below
    1.

    Equation: :eq:`eq-softmax-definition`.

    Parameters
    ----------
    Z : (n, M) array
        Logits. −∞ masks a class: its probability is 0.

    Returns
    -------
    P : (n, M) array
        Probabilities; each row sums to 1.
    """
    with np.errstate(over="ignore"):  # a gap beyond all numbers is −∞
        E = np.exp(Z - np.max(Z, axis=1, keepdims=True))
    return E / np.sum(E, axis=1, keepdims=True)


def softmax_vjp(dP: Array, P: Array) -> Array:
    """Pass a gradient back through `softmax`.

    ``∂J/∂z_im = p_im (∂J/∂p_im − Σ_l ∂J/∂p_il p_il)``.

    Equation: :eq:`eq-softmax-vjp`.

    Parameters
    ----------
    dP : (n, M) array
        ∂J/∂P.
    P : (n, M) array
        The output of the forward pass.

    Returns
    -------
    dZ : (n, M) array
    """
    return P * (dP - np.sum(dP * P, axis=1, keepdims=True))


def cross_entropy(P: Array, c: Labels) -> Array:
    """Return the cross-entropy of each sample.

    ``L_i = −ln p_{i c_i}``.

    Equation: :eq:`eq-cross-entropy-definition`.

    Parameters
    ----------
    P : (n, M) array
        Probabilities.
    c : (n,) array of int
        Class numbers 0…M−1.

    Returns
    -------
    L : (n,) array
        One loss per sample. A class of probability 0 costs +∞.
    """
    # 0 − ln 1 is 0.0; −ln 1 would be −0.0
    return 0 - np.log(P[np.arange(len(c)), c])


def cross_entropy_vjp(dL: Array, P: Array, c: Labels) -> Array:
    """Pass a gradient back through `cross_entropy`.

    ``∂J/∂p_im = −∂J/∂L_i y_im / p_im``.

    Equation: :eq:`eq-cross-entropy-vjp`.

    Parameters
    ----------
    dL : (n,) array
        ∂J/∂L.
    P : (n, M) array
        The probabilities of the forward pass.
    c : (n,) array of int
        Class numbers 0…M−1.

    Returns
    -------
    dP : (n, M) array
        Zero except at the class of each sample.
    """
    dP = np.zeros_like(P)
    dP[np.arange(len(c)), c] = -dL / P[np.arange(len(c)), c]
    return dP


def softmax_cross_entropy(Z: Array, c: Labels) -> Array:
    """Return the cross-entropy of each sample from its logits.

    ``L_i = ln Σ_l exp(z_il) − z_{i c_i}``.

    The largest logit of a row is subtracted from both terms, which cancels
    (:eq:`eq-loss-log-sum-exp-shift`); no exponential can overflow and the
    logarithm's argument lies between 1 and M.

    Equation: :eq:`eq-loss-class-number`.

    Parameters
    ----------
    Z : (n, M) array
        Logits. −∞ masks a class; a sample whose own class is masked costs +∞.
    c : (n,) array of int
        Class numbers 0…M−1.

    Returns
    -------
    L : (n,) array
        One loss per sample.
    """
    with np.errstate(over="ignore"):  # a gap beyond all numbers is −∞
        S = Z - np.max(Z, axis=1, keepdims=True)
    return np.log(np.sum(np.exp(S), axis=1)) - S[np.arange(len(c)), c]


def softmax_cross_entropy_vjp(dL: Array, Z: Array, c: Labels) -> Array:
    """Pass a gradient back through `softmax_cross_entropy`.

    ``∂J/∂z_im = ∂J/∂L_i (p_im − y_im)``.

    Equation: :eq:`eq-fused-vjp`.

    Parameters
    ----------
    dL : (n,) array
        ∂J/∂L.
    Z : (n, M) array
        The logits of the forward pass.
    c : (n,) array of int
        Class numbers 0…M−1.

    Returns
    -------
    dZ : (n, M) array
    """
    Y = c[:, np.newaxis] == np.arange(Z.shape[1])
    return dL[:, np.newaxis] * (softmax(Z) - Y)


def softmax_soft_cross_entropy(Z: Array, Y: Array) -> Array:
    """Return the cross-entropy of each sample against a row of target probabilities.

    ``L_i = ln Σ_l exp(z_il) − Σ_m y_im z_im``.

    With one-hot rows it is `softmax_cross_entropy`. A target of 0 asks nothing
    of its class, even of a masked one. The shift by the largest logit cancels
    because each row of Y sums to 1; other targets would need another formula.

    Equation: :eq:`eq-loss-sample`.

    Parameters
    ----------
    Z : (n, M) array
        Logits. −∞ masks a class.
    Y : (n, M) array
        Soft targets: nonnegative, each row sums to 1.

    Returns
    -------
    L : (n,) array
        One loss per sample.
    """
    S = Z - np.max(Z, axis=1, keepdims=True)
    wanted = np.sum(Y * np.where(Y > 0, S, 0), axis=1)
    return np.log(np.sum(np.exp(S), axis=1)) - wanted


def softmax_soft_cross_entropy_vjp(dL: Array, Z: Array, Y: Array) -> Array:
    """Pass a gradient back through `softmax_soft_cross_entropy` to Z.

    ``∂J/∂z_im = ∂J/∂L_i (p_im − y_im)``.

    The targets are data: no derivative is taken with respect to them.

    Equation: :eq:`eq-fused-vjp`.

    Parameters
    ----------
    dL : (n,) array
        ∂J/∂L.
    Z : (n, M) array
        The logits of the forward pass.
    Y : (n, M) array
        Soft targets: nonnegative, each row sums to 1.

    Returns
    -------
    dZ : (n, M) array
    """
    return dL[:, np.newaxis] * (softmax(Z) - Y)


def mean(L: Array) -> Real:
    """Return the cost, the mean of the losses.

    ``J = (1/n) Σ_i L_i``.

    Equation: :eq:`eq-loss-cost`.

    Parameters
    ----------
    L : (n,) array

    Returns
    -------
    J : scalar
    """
    return np.mean(L)


def mean_vjp(dJ: Real, L: Array) -> Array:
    """Pass a derivative back through `mean`.

    ``∂J/∂L_i = 1/n``, times dJ. No other function knows the factor 1/n.

    Equation: :eq:`eq-loss-cost-vjp`.

    Parameters
    ----------
    dJ : scalar
        The derivative of whatever is computed from J; 1 where J itself
        is the cost.
    L : (n,) array of floats
        The losses of the forward pass.

    Returns
    -------
    dL : (n,) array
    """
    return np.full_like(L, dJ) / len(L)
