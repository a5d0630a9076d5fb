"""Gradients from differences: two ways to check a derivative that share no code with backpropagation.

Both evaluate a function and never differentiate a formula. The error of a central difference shrinks with h² until
rounding takes over; a complex step subtracts nothing and so has no rounding valley, but its function must accept
complex numbers and be analytic around them (`nncore.functions` is, away from kinks).
"""

import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from nncore import validation as check
from nncore.functions import Array, Real
from nncore.network import Network, checked


def central_difference(function: Callable[[Array], Real], x: ArrayLike, h: float | None = None) -> Array:
    """Return ∂f/∂x at every entry of x, f being a scalar function: ``(f(x + h) − f(x − h)) / (2h)``.

    Equation: :eq:`eq-gradient-checking-central-quotient`.

    Parameters
    ----------
    function : callable
        Takes an array of the shape of x, returns a number; must not keep or change the array.
    x : array of floats
        Stays as it is.
    h : float, optional
        The step; by default the cube root of the machine epsilon, times the larger
        of 1 and the size of the entry.

    Returns
    -------
    array of the shape of x
    """
    x = np.array(x, dtype=np.float64)
    steps = (
        np.cbrt(np.finfo(x.dtype).eps) * np.maximum(1, np.abs(x))
        if h is None
        else np.full(x.shape, check.positive("h", h))
    )

    def slope(place: tuple[int, ...]) -> Real:
        up, down = x.copy(), x.copy()
        up[place] += steps[place]
        down[place] -= steps[place]
        apart: float = up[place] - down[place]  # differs from 2h by rounding
        return (function(up) - function(down)) / apart

    return _at_every_entry(slope, x)


def complex_step(function: Callable[[np.ndarray], complex], x: ArrayLike, h: float = 1e-20) -> Array:
    """Return ∂f/∂x at every entry of x, f being a scalar function: ``Im f(x + ih) / h``.

    Equation: :eq:`eq-gradient-checking-complex-quotient`.

    Parameters
    ----------
    function : callable
        Takes a complex array of the shape of x, returns a complex number; must not keep or change the array.
    x : array of floats
        Stays as it is.
    h : float
        The step; may be tiny, because nothing is subtracted.

    Returns
    -------
    array of the shape of x
    """
    x = np.array(x, dtype=np.float64)
    h = check.positive("h", h)

    def slope(place: tuple[int, ...]) -> Real:
        stepped = x.astype(np.complex128)
        stepped[place] += 1j * h
        return np.imag(function(stepped)) / h

    return _at_every_entry(slope, x)


def relative_error(A: ArrayLike, B: ArrayLike) -> float:
    """Return the largest difference between two arrays, relative to the largest entry of either; 0 if both are 0.

    Equation: :eq:`eq-gradient-checking-relative-error`.

    Parameters
    ----------
    A, B : arrays of one shape

    Returns
    -------
    float
        NaN if either holds a NaN.
    """
    A, B = np.asarray(A), np.asarray(B)
    if A.shape != B.shape:
        raise ValueError(f"A and B must have one shape, got {A.shape} and {B.shape}")
    largest = np.maximum(np.max(np.abs(A)), np.max(np.abs(B)))  # unlike max(), keeps a NaN
    return float(np.max(np.abs(A - B)) / largest) if largest != 0 else 0.0


class KinkWarning(UserWarning):
    """Say that a cost has a kink within the step of a difference quotient, which then is no derivative."""


def check_network(network: Network, X: ArrayLike, c: ArrayLike) -> list[float]:
    """Compare backpropagation with central differences for every parameter of a network.

    Where a kink of the cost lies within the step, as at a pre-activation of 0 that `ReLU` gets, the central difference
    is no derivative, and its error says nothing about backpropagation. A `KinkWarning` then counts the entries. Biases
    of 0 and a row of zeros in X put every pre-activation of the first layer on a kink: check with other data, or after
    a step of training. A gradient that is 0 but for rounding is right if the differences are.

    Parameters
    ----------
    network : Network
        In float64. Its parameters are stepped up and down and end as they were.
    X : (n, D) array
    c : (n,) array of int

    Returns
    -------
    list of float
        The `relative_error` for each of ``network.parameters``.

    Raises
    ------
    TypeError
        For what is no network; for parameters in float32, which would round the steps away.
    """
    for place, theta in enumerate(checked(network).parameters):
        if theta.dtype != np.float64:
            raise TypeError(
                f"network must be in float64 to be checked, parameter {place} holds {theta.dtype}, which would round "
                "the steps away: check one that is made with dtype=numpy.float64"
            )
    rounding = 8 * np.finfo(np.float64).eps * np.maximum(1, np.abs(network.cost(X, c)))
    network.backward()

    def compared(parameter: Array, gradient: Array) -> tuple[float, int]:
        """Return the relative error, and how many entries have a kink within their step."""
        before = parameter.copy()

        def cost(values: Array) -> Real:
            parameter[...] = values
            return network.cost(X, c)

        try:
            quotient = central_difference(cost, before)
            if np.max(np.abs(gradient)) <= rounding:  # it is 0, and nothing is left to be relative to
                gradient = np.zeros_like(gradient)
                for entry in np.ndindex(before.shape):
                    quotient[entry] = _beyond_rounding(cost, before, entry)
            entries = np.ndindex(before.shape)
            suspect = [entry for entry in entries if not relative_error(quotient[entry], gradient[entry]) < SUSPECT]
            return relative_error(quotient, gradient), sum(_has_kink(cost, before, entry) for entry in suspect)
        finally:
            parameter[...] = before

    found = [compared(theta, g) for theta, g in zip(network.parameters, network.gradients, strict=True)]
    for place, (_, kinks) in enumerate(found):
        if kinks:
            warnings.warn(
                f"the cost has a kink within the step of {kinks} of the {network.parameters[place].size} entries of "
                f"parameter {place}: their difference quotients are no derivatives (are biases and a row of X 0?)",
                KinkWarning,
                stacklevel=2,
            )
    return [error for error, _ in found]


SUSPECT = 1e-5  # the relative error of an entry from which on a kink is looked for


def _has_kink(function: Callable[[Array], Real], x: Array, place: tuple[int, ...]) -> bool:
    """Return whether a function bends at once near an entry of x, within the step of `central_difference`.

    The slope to the right minus the slope to the left of x is h f″(x) for a smooth function: half the step halves it.
    At a kink in the middle it stays as it is, and of one farther away it loses more than half.
    """

    def bend(h: float) -> Real:
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        return (function(up) - 2 * function(x) + function(down)) / h

    h = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1, np.abs(x[place]))
    whole, half = bend(h), bend(h / 2)
    rounding = 8 * np.finfo(np.float64).eps * np.maximum(1, np.abs(function(x))) / h
    return bool(np.abs(half - whole / 2) > np.maximum(np.abs(whole) / 8, rounding))


def _beyond_rounding(function: Callable[[Array], Real], x: Array, place: tuple[int, ...]) -> float:
    """Return the derivative with respect to an entry of x, or 0 if it is no larger than what rounding makes of 0.

    Where the second derivative jumps, as it does at a pre-activation of 0 that `ReLU` gets, a central difference q(h)
    is wrong by a multiple of h, not of h²: 2 q(h/2) − q(h) is not.
    """

    def quotient(h: float) -> Real:
        up, down = x.copy(), x.copy()
        up[place] += h
        down[place] -= h
        return (function(up) - function(down)) / (2 * h)

    h = np.cbrt(np.finfo(np.float64).eps) * np.maximum(1, np.abs(x[place]))
    slope = 2 * quotient(h / 2) - quotient(h)
    rounding = 32 * np.finfo(np.float64).eps * np.maximum(1, np.abs(function(x))) / h
    return float(0 if np.abs(slope) <= rounding else slope)


def _at_every_entry(slope: Callable[[tuple[int, ...]], Real], x: Array) -> Array:
    slopes = np.empty(x.shape)
    for place in np.ndindex(*x.shape):
        slopes[place] = slope(place)
    return slopes
