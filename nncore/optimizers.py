"""Optimizers: what a training step makes of the gradient.

θ is any array of parameters, g = ∂J/∂θ its gradient, η the learning rate, t = 1, 2, … the step. The update rules stand
first, as pure functions; the classes keep what a rule remembers from step to step, one array for each parameter, and
change the parameters in place.

``step`` checks what it is given, all of it before anything changes. In `nncore.training` plain descent takes a shorter
way, `descend`: η ∂J/∂θ = ∂(η J)/∂θ, so of the gradient of η J nothing is left to do but to subtract it.
"""

from collections.abc import Sequence

import numpy as np

from nncore import validation as check
from nncore.functions import Array


def sgd_step(theta: Array, g: Array, lr: float) -> Array:
    """Take a step of gradient descent: ``θ ← θ − η g``. Equation: :eq:`eq-optimizers-sgd`."""
    return theta - lr * g


def momentum_step(theta: Array, u: Array, g: Array, lr: float, beta: float) -> tuple[Array, Array]:
    """Take a step with momentum: ``u ← β u + g``, then ``θ ← θ − η u``; return θ and u.

    Equations: :eq:`eq-optimizers-momentum-velocity`, :eq:`eq-optimizers-momentum`.
    """
    u = beta * u + g
    return theta - lr * u, u


def adam_step(
    theta: Array, u: Array, v: Array, g: Array, t: int, lr: float, beta1: float, beta2: float, eps: float
) -> tuple[Array, Array, Array]:
    """Take a step of Adam: ``u ← β₁ u + (1 − β₁) g``, ``v ← β₂ v + (1 − β₂) g²``, then ``θ ← θ − η û / (√v̂ + ε)``.

    Return θ, u and v. û = u / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ) undo the start at 0.

    Equations: :eq:`eq-optimizers-adam-mean`, :eq:`eq-optimizers-adam-square`,
    :eq:`eq-optimizers-adam-mean-corrected`, :eq:`eq-optimizers-adam-square-corrected`, :eq:`eq-optimizers-adam`.
    """
    u = beta1 * u + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    u_hat = u / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return theta - lr * u_hat / (np.sqrt(v_hat) + eps), u, v


class SGD:
    """Gradient descent on mini-batches ("stochastic" gradient descent).

    Parameters
    ----------
    lr : float
        The learning rate η, positive and finite.
    """

    def __init__(self, lr: float) -> None:
        self.lr = check.positive("lr", lr)

    def __repr__(self) -> str:
        return _written(self, "lr")

    def step(self, parameters: Sequence[Array], gradients: Sequence[Array]) -> None:
        """Change every parameter in place."""
        for theta, g in zip(parameters, _checked(parameters, gradients), strict=True):
            theta[...] = sgd_step(theta, g, self.lr)


def descend(parameters: Sequence[Array], gradients: Sequence[Array]) -> None:
    """Take the step of `SGD` by the gradients of η J, unchecked: θ ← θ − ∂(η J)/∂θ, in place."""
    for theta, g in zip(parameters, gradients, strict=True):
        np.subtract(theta, g, out=theta)


class _WithMemory:
    """Keep arrays that go with the parameters of one network, and refuse those of another one."""

    _u: list[Array] | None = None
    _served: Sequence[Array] | None = None  # the parameters that the arrays go with, known from the first step on

    def __getstate__(self) -> dict[str, object]:
        """Leave out the parameters themselves: a copy serves those of the network that was copied or saved with it."""
        return {name: value for name, value in vars(self).items() if name != "_served"}

    def refuse_others(self, parameters: Sequence[Array]) -> None:
        """Raise ValueError if steps have been taken, and these are not the parameters that they changed."""
        kept = self._u or ()
        served = [u.shape for u in kept] if self._served is None else self._served
        if kept and not (len(served) == len(parameters) and all(map(_is_same, served, parameters))):
            raise ValueError(
                f"this {type(self).__name__} has worked on other parameters: make a new one for each network, "
                "and change parameters in place, W[...] = values, to go on with them"
            )

    def _kept(self, kept: list[Array] | None, parameters: Sequence[Array]) -> list[Array]:
        """Return one array for each parameter, zero before the first step."""
        self.refuse_others(parameters)
        self._served = list(parameters)
        return [np.zeros_like(theta) for theta in parameters] if kept is None else kept


class Momentum(_WithMemory):
    """Gradient descent with momentum.

    Parameters
    ----------
    lr : float
        The learning rate η, positive and finite.
    beta : float
        How much of the velocity is kept, from 0 up to, not including, 1.
    """

    def __init__(self, lr: float, beta: float = 0.9) -> None:
        self.lr, self.beta = check.positive("lr", lr), check.fraction("beta", beta)

    def __repr__(self) -> str:
        return _written(self, "lr", "beta")

    def step(self, parameters: Sequence[Array], gradients: Sequence[Array]) -> None:
        """Change every parameter in place."""
        gradients = _checked(parameters, gradients)
        self._u = self._kept(self._u, parameters)
        for theta, g, u in zip(parameters, gradients, self._u, strict=True):
            theta[...], u[...] = momentum_step(theta, u, g, self.lr, self.beta)


class Adam(_WithMemory):
    """Adam: steps scaled by running means of the gradient and of its square.

    Parameters
    ----------
    lr : float
        The learning rate η, positive and finite.
    beta1, beta2 : float
        How much of each running mean is kept, from 0 up to, not including, 1.
    eps : float
        ε, positive: keeps the divisor from 0.
    """

    def __init__(self, lr: float = 0.001, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        self.lr, self.eps = check.positive("lr", lr), check.positive("eps", eps)
        self.beta1, self.beta2 = check.fraction("beta1", beta1), check.fraction("beta2", beta2)
        self._v: list[Array] | None = None
        self._t = 0

    def __repr__(self) -> str:
        return _written(self, "lr", "beta1", "beta2", "eps")

    def step(self, parameters: Sequence[Array], gradients: Sequence[Array]) -> None:
        """Change every parameter in place."""
        gradients = _checked(parameters, gradients)
        self._u, self._v = self._kept(self._u, parameters), self._kept(self._v, parameters)
        self._t += 1
        for theta, g, u, v in zip(parameters, gradients, self._u, self._v, strict=True):
            theta[...], u[...], v[...] = adam_step(theta, u, v, g, self._t, self.lr, self.beta1, self.beta2, self.eps)


def _written(optimizer: object, *names: str) -> str:
    """Return how an optimizer with these settings is made."""
    return f"{type(optimizer).__name__}({', '.join(f'{name}={vars(optimizer)[name]!r}' for name in names)})"


def _checked(parameters: Sequence[Array], gradients: Sequence[Array]) -> list[Array]:
    """Return the gradients as arrays of floats, all checked before any is used."""
    if len(parameters) != len(gradients):
        hint = "" if gradients else ": there was no backward pass"
        raise ValueError(f"gradients must be as many as parameters, {len(parameters)}, got {len(gradients)}{hint}")
    for place, (theta, g) in enumerate(zip(parameters, gradients, strict=True)):
        if g is None:
            raise ValueError(f"gradients must come from a backward pass: gradient {place} is None")
        if not (check.answers_numpy(theta) or (isinstance(theta, np.ndarray) and theta.dtype.kind == "f")):
            raise TypeError(f"parameter {place} must be an array of floats, got {theta!r}")
        if np.shape(g) != theta.shape:
            raise ValueError(f"gradient {place} must have the shape of its parameter, {theta.shape}, got {np.shape(g)}")
    places = enumerate(zip(parameters, gradients, strict=True))
    return [check.floats(f"gradient {place}", g, theta.shape) for place, (theta, g) in places]


def _is_same(served: Array | tuple[int, ...], theta: Array) -> bool:
    """Return whether a parameter is the one that was served, or a view of it; of a copy the shape alone is known."""
    if isinstance(served, tuple):
        return served == theta.shape
    both = isinstance(served, np.ndarray) and isinstance(theta, np.ndarray)
    return served is theta or (both and served.shape == theta.shape and np.may_share_memory(served, theta))
