"""Gradients from differences: two ways to check a derivative that share no code with backpropagation.

Both evaluate a function and never differentiate a formula. The error of a central difference shrinks with h² until
rounding takes over; a complex step subtracts nothing and so has no rounding valley, but its function must accept
complex numbers and be analytic around them (`nncore.functions` is, away from kinks).
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from nncore import validation as check
from nncore.functions import Array, Real
from nncore.network import Network


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


def check_network(network: Network, X: ArrayLike, c: ArrayLike) -> list[float]:
    """Compare backpropagation with central differences for every parameter of a network.

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
    """
    network.cost(X, c)
    network.backward()
    gradients = network.gradients

    def error(parameter: Array, gradient: Array) -> float:
        before = parameter.copy()

        def cost(values: Array) -> Real:
            parameter[...] = values
            return network.cost(X, c)

        try:
            return relative_error(central_difference(cost, before), gradient)
        finally:
            parameter[...] = before

    return [error(theta, g) for theta, g in zip(network.parameters, gradients, strict=True)]


def _at_every_entry(slope: Callable[[tuple[int, ...]], Real], x: Array) -> Array:
    slopes = np.empty(x.shape)
    for place in np.ndindex(*x.shape):
        slopes[place] = slope(place)
    return slopes
