"""Every function of nncore.functions and every layer of nncore.layers, for the tests: found where it can be.

Arguments, backward pass, what that needs, and the upstream gradient are read off the two signatures, because a letter
means the same everywhere. What cannot be found is one row in `ROWS`: the layer that remembers for the function, and
slips in its source that the tests must notice. `tests/test_adding_a_function.py` says what is missing.
"""

import inspect
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType

import numpy as np

from nncore import functions, layers
from tests import paper

n, D, M = 4, 2, 3
_rng = np.random.default_rng(20261123)

LETTERS = {
    "X": _rng.standard_normal((n, D)),
    "W": _rng.standard_normal((D, M)),
    "b": _rng.standard_normal((1, M)),
    "Z": 2 * _rng.standard_normal((n, M)),
    "P": _rng.dirichlet(np.ones(M), n),
    "Y": _rng.dirichlet(np.ones(M), n),
    "L": _rng.exponential(size=n),
    "c": np.array([2, 0, 1, 2]),
}
DATA = ("c", "Y")  # no derivative is taken by these


@dataclass(frozen=True)
class Row:
    """What nobody can find out about a function: its layer, and text of its source → text that makes it wrong."""

    layer: type | None
    slips: dict[str, tuple[str, str]]  # values or gradients at the arguments above show it
    edges: dict[str, tuple[str, str]] = field(default_factory=dict)  # only a test at special numbers shows it


MASK = "np.ceil(np.clip(Z, 0, 1))"

ROWS = {
    "dense": Row(
        layers.Dense,
        {
            "no bias": ("X @ W + b", "X @ W"),
            "a lost transpose, with a reshape that makes it fit": ("dZ @ W.T", "dZ @ W.reshape(W.shape[::-1])"),
            "a product in the wrong order, with a reshape": ("X.T @ dZ", "(dZ.T @ X).reshape(W.shape)"),
            "the mean where the sum belongs": ("np.sum(dZ", "np.mean(dZ"),
            "the samples of X and dZ not in the same order": ("X.T @ dZ", "X[::-1].T @ dZ"),
            "biases without their row": ("axis=0, keepdims=True", "axis=0"),
            "the gradients in another order": ("return dX, dW, db", "return dW, dX, db"),
        },
    ),
    "relu": Row(
        layers.ReLU,
        {
            "no mask": (f"dA * {MASK}", "dA"),
            "the mask of the other side": (MASK, "(Z < 0)"),
            "the mask of the upstream gradient": ("np.clip(Z", "np.clip(dA"),
            "the mask alone": (f"dA * {MASK}", MASK),
            "a leak": (MASK, "np.where(Z > 0, 1, 0.001)"),
            "no cutting off": (MASK, "np.ceil(relu(Z))"),
            "no rounding": (MASK, "np.clip(Z, 0, 1)"),
        },
        {"another convention at 0": (MASK, "np.heaviside(Z, 1)"), "a comparison": (MASK, "(Z > 0)")},
    ),
    "sigmoid": Row(
        layers.Sigmoid,
        {
            "a wrong sign": ("sigmoid(Z) * sigmoid(-Z)", "-sigmoid(Z) * sigmoid(-Z)"),
            "the derivative at the activated value": (
                "sigmoid(Z) * sigmoid(-Z)", "sigmoid(sigmoid(Z)) * sigmoid(-sigmoid(Z))",
            ),
            "one factor": ("sigmoid(Z) * sigmoid(-Z)", "sigmoid(-Z)"),
            "the square": ("sigmoid(Z) * sigmoid(-Z)", "sigmoid(Z) ** 2"),
            "no upstream gradient": ("dA * sigmoid(Z)", "sigmoid(Z)"),
        },
        {"the form that loses digits": ("sigmoid(Z) * sigmoid(-Z)", "sigmoid(Z) * (1 - sigmoid(Z))")},
    ),
    "softmax": Row(
        layers.Softmax,
        {
            "along the samples": ("E / np.sum(E, axis=1, keepdims=True)", "E / np.sum(E, axis=0)"),
            "the diagonal of the Jacobian alone": (
                "P * (dP - np.sum(dP * P, axis=1, keepdims=True))", "P * (1 - P) * dP",
            ),
            "the sum forgotten": ("(dP - np.sum(dP * P, axis=1, keepdims=True))", "dP"),
            "plus for minus": ("dP - np.sum", "dP + np.sum"),
            "the sum over samples": ("np.sum(dP * P, axis=1", "np.sum(dP * P, axis=0"),
            "the sum unweighted": ("np.sum(dP * P", "np.sum(dP"),
        },
        {"no shift": ("E = np.exp(Z - np.max(Z, axis=1, keepdims=True))", "E = np.exp(Z)")},
    ),
    "cross_entropy": Row(
        layers.CrossEntropy,
        {
            "a lost minus": ("= -dL", "= dL"),
            "every class": (
                "dP[np.arange(len(c)), c] = -dL / P[np.arange(len(c)), c]", "dP[...] = -dL[:, np.newaxis] / P",
            ),
            "no division": ("-dL / P[np.arange(len(c)), c]", "-dL"),
            "no upstream gradient": ("-dL / P", "-1 / P"),
            "class numbers from 1": ("dP[np.arange(len(c)), c]", "dP[np.arange(len(c)), c - 1]"),
        },
    ),
    "softmax_cross_entropy": Row(
        layers.SoftmaxCrossEntropy,
        {
            "class numbers from 1": ("== np.arange(Z.shape[1])", "== np.arange(1, Z.shape[1] + 1)"),
            "y − p": ("softmax(Z) - Y", "Y - softmax(Z)"),
            "p alone": ("softmax(Z) - Y", "softmax(Z)"),
            "the factor 1/n, which belongs to the mean": ("(softmax(Z) - Y)", "(softmax(Z) - Y) / len(Z)"),
            "no upstream gradient": ("dL[:, np.newaxis] * (softmax(Z) - Y)", "softmax(Z) - Y"),
            "a softmax of the columns": ("softmax(Z) - Y", "softmax(Z.T).T - Y"),
        },
    ),
    "softmax_soft_cross_entropy": Row(
        layers.SoftTargetCrossEntropy,
        {
            "y − p": ("softmax(Z) - Y", "Y - softmax(Z)"),
            "the likeliest class for the targets": ("- Y)", "- (Y == np.max(Y, axis=1, keepdims=True)))"),
            "the targets of another sample": ("- Y)", "- Y[::-1])"),
        },
    ),
    "mean": Row(
        None,
        {
            "the factor 1/n forgotten": ("np.full_like(L, dJ) / len(L)", "np.full_like(L, dJ)"),
            "the factor 1/n twice": ("/ len(L)", "/ len(L) ** 2"),
            "no upstream gradient": ("np.full_like(L, dJ)", "np.ones_like(L)"),
        },
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A function and its backward pass, by the name of the function."""

    name: str

    row = property(lambda self: ROWS[self.name])
    layer = property(lambda self: self.row.layer)
    f = property(lambda self: getattr(functions, self.name))
    f_vjp = property(lambda self: getattr(functions, f"{self.name}_vjp"))
    paper = property(lambda self: getattr(paper, self.name))

    @cached_property
    def letters(self):
        """The names of the arguments."""
        return tuple(inspect.signature(self.f).parameters)

    @cached_property
    def upstream(self):
        """The name of the gradient that arrives: d and the letter of the output."""
        return next(iter(inspect.signature(self.f_vjp).parameters))

    @property
    def arguments(self):
        return tuple(LETTERS[letter] for letter in self.letters)

    @property
    def given(self):
        """The names of the arguments that the layer is given; it learns the others, which are attributes of it."""
        return tuple(inspect.signature(self.layer.forward).parameters)[1:]

    @property
    def learned(self):
        return tuple(letter for letter in self.letters if letter not in self.given)

    @property
    def differentiable(self):
        """How many arguments have a derivative."""
        return sum(letter not in DATA for letter in self.letters)

    @property
    def is_entry_by_entry(self):
        return self.upstream == "dA"

    def upstream_at(self, arguments):
        """A gradient in the shape of the output."""
        return np.random.default_rng(7).standard_normal(np.shape(self.f(*arguments)))

    def gradients(self, arguments, upstream, f_vjp=None):
        """What the backward pass, or another function in its place, returns, always as a tuple."""
        known = dict(zip(self.letters, arguments, strict=True)) | {self.upstream[1:]: self.f(*arguments)}
        needed = list(inspect.signature(self.f_vjp).parameters)[1:]
        gradients = (f_vjp or self.f_vjp)(upstream, *(known[letter] for letter in needed))
        return gradients if isinstance(gradients, tuple) else (gradients,)


def public(module, is_kind):
    """The public functions or classes of a module, by name, in the order of its source."""
    own = [thing for _, thing in inspect.getmembers(module, is_kind) if thing.__module__ == module.__name__]
    own = [thing for thing in own if not thing.__name__.startswith("_")]
    return {thing.__name__: thing for thing in sorted(own, key=lambda thing: inspect.getsourcelines(thing)[1])}


PAIRS = {name: Pair(name) for name in public(functions, inspect.isfunction) if name in ROWS}
LAYERS = {pair.layer.__name__: pair for pair in PAIRS.values() if pair.layer}


def made(kind, D=D, M=M, **options):
    """A layer of a class, of D inputs and M outputs if it has sizes."""
    return kind(D, M, np.random.default_rng(3), **options) if inspect.signature(kind).parameters else kind()


def with_slip(name, right, wrong):
    """The source of nncore.functions with one text exchanged within a function or its backward pass."""
    source = Path(functions.__file__).read_text(encoding="utf-8")
    parts = [inspect.getsource(function) for function in (PAIRS[name].f, PAIRS[name].f_vjp)]
    times = sum(part.count(right) for part in parts)
    assert times == 1, f"{right!r} stands {times} times in {name} and {name}_vjp"
    (part,) = [part for part in parts if right in part]
    return source.replace(part, part.replace(right, wrong))


def loaded(source):
    """A module of the given source."""
    module = ModuleType("changed")
    exec(compile(source, module.__name__, "exec"), module.__dict__)
    return module
