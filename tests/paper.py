"""The definitions as they stand on paper, in 50 digits: an oracle that shares no code with nncore.

Every entry is computed by loops over mpmath numbers, from the definition: no shift by the largest logit, no reflected
sigmoid, no matrix product. Derivatives are difference quotients, so no formula of a gradient stands here. Arrays are
NumPy arrays of objects, used to hold numbers and for nothing else.
"""

import mpmath
import numpy as np

CONTEXT = mpmath.MPContext()
CONTEXT.dps = 50
exp, ln = CONTEXT.exp, CONTEXT.ln
STEP = CONTEXT.mpf(10) ** -15


def dense(X, W, b):
    n, D, M = *X.shape, W.shape[1]
    return filled((n, M), lambda i, m: sum(X[i, j] * W[j, m] for j in range(D)) + b[0, m])


def relu(Z):
    return filled(Z.shape, lambda i, m: Z[i, m] if Z[i, m] > 0 else CONTEXT.zero)


def sigmoid(Z):
    return filled(Z.shape, lambda i, m: 1 / (1 + exp(-Z[i, m])))


def softmax(Z):
    return filled(Z.shape, lambda i, m: exp(Z[i, m]) / sum(exp(z) for z in Z[i]))


def cross_entropy(P, c):
    return filled(c.shape, lambda i: -ln(P[i, c[i]]))


def softmax_cross_entropy(Z, c):
    return cross_entropy(softmax(Z), c)


def softmax_soft_cross_entropy(Z, Y):
    P = softmax(Z)
    return filled(len(Z), lambda i: -sum(y * ln(p) for y, p in zip(Y[i], P[i], strict=True)))


def mean(L):
    return sum(L) / len(L)


def gradient(function, arguments, place, upstream):
    """The derivative of Σ upstream · function(arguments) by every entry of one argument, by differences."""
    arguments = [exact(argument) for argument in arguments]
    upstream = exact(upstream)

    def total(value):
        outputs = function(*arguments[:place], value, *arguments[place + 1 :])
        return sum(g * a for g, a in zip(upstream.ravel(), np.asarray(outputs, dtype=object).ravel(), strict=True))

    def slope(*entry):
        up, down = arguments[place].copy(), arguments[place].copy()
        up[entry] += STEP
        down[entry] -= STEP
        return (total(up) - total(down)) / (2 * STEP)

    return rounded(filled(arguments[place].shape, slope))


def value(function, arguments):
    """The function at the given arrays of floats, rounded to floats at the end."""
    return rounded(function(*map(exact, arguments)))


def exact(array):
    """Floats as the mpmath numbers that they are; class numbers stay integers."""
    array = np.asarray(array)
    if array.dtype.kind in "iu":
        return array
    return filled(array.shape, lambda *place: CONTEXT.mpf(float(array[place])))


def rounded(array):
    return np.asarray(array, dtype=object).astype(np.float64)


def filled(shape, entry):
    array = np.empty(shape, dtype=object)
    for place in np.ndindex(array.shape):
        array[place] = entry(*place)
    return array
