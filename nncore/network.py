"""A network: layers in a row, and the cost of their last output, forward and backward."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NoReturn, Protocol, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from nncore import functions as f
from nncore import validation as check
from nncore.functions import Array, Labels, Real
from nncore.layers import CrossEntropy, Dense, ReLU, Softmax, SoftmaxCrossEntropy, SoftTargetCrossEntropy

_LOSSES = (CrossEntropy, SoftmaxCrossEntropy, SoftTargetCrossEntropy)


class Layer(Protocol):
    """Name what a network asks of a layer."""

    def forward(self, X: ArrayLike, /) -> Array: ...

    def backward(self, dZ: ArrayLike, /) -> Array: ...


class _Arrays(list[Array]):
    """A list of arrays that belong to layers: their entries can be changed, the arrays not be replaced."""

    def __setitem__(self, place: SupportsIndex | slice, value: object) -> None:
        """Take back the array that is there already, as after ``arrays[0] *= 2``; raise TypeError for another one."""
        if value is not self[place]:
            raise TypeError(f"this list only names the arrays of the layers: change their entries, [{place}][...] = …")


class Network:
    """Layers in a row that end in logits; their cost is the mean softmax cross-entropy.

    Parameters
    ----------
    layers : sequence of layers
        Each with ``forward`` and ``backward``, at least one of them `Dense`; a `Dense` layer takes as many inputs as
        the one before it has outputs. None is a loss, and the last one no `Softmax`: the cost applies both. A `ReLU` or
        a `Sigmoid` at the end is rarely meant, but makes no gradient wrong: it keeps the logits from being negative,
        or between 0 and 1, where no class gets a probability above ``e / (e + M − 1)``. It is accepted, for a cost of
        one's own may ask for such outputs.

    Raises
    ------
    TypeError
        For what is no layer.
    ValueError
        If there is no `Dense` layer, or two of them do not fit; for a loss, or a `Softmax` at the end.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        try:
            self.layers = list(layers)
        except TypeError:
            raise TypeError(f"layers must be a sequence of layers, got {layers!r}") from None
        for layer in self.layers:
            if not (hasattr(layer, "forward") and hasattr(layer, "backward")) or isinstance(layer, type):
                made = f", not a class: {layer.__name__}(…)" if isinstance(layer, type) else ""
                raise TypeError(f"layers must hold objects with forward and backward, got {layer!r}{made}")
            if isinstance(layer, _LOSSES) or _asks_for_targets(layer.forward):
                raise ValueError(
                    f"layers must end in logits, got the loss {type(layer).__name__}: leave it out, "
                    "Network.cost applies softmax and cross-entropy itself"
                )
        if self.layers and isinstance(self.layers[-1], Softmax):
            raise ValueError(
                "layers must end in logits, got Softmax as the last one: leave it out, "
                "the cost applies softmax itself, and Network.probabilities gives probabilities"
            )
        if len({id(layer) for layer in self.layers}) < len(self.layers):
            raise ValueError("layers must be different objects: a layer remembers one forward pass only")
        self._dense = [layer for layer in self.layers if isinstance(layer, Dense)]
        if not self._dense:
            raise ValueError("layers must contain at least one Dense layer")
        for place, (left, right) in enumerate(pairwise(self._dense), start=1):
            if left.W.shape[1] != right.W.shape[0]:
                raise ValueError(
                    f"layers do not fit: Dense layer {place} has {left.W.shape[1]} outputs, "
                    f"Dense layer {place + 1} takes {right.W.shape[0]} inputs"
                )
        self._loss = SoftmaxCrossEntropy()
        self._losses: Array | None = None

    def __getstate__(self) -> dict[str, object]:
        """Leave out the losses of the last pass, as the layers leave out their inputs."""
        return vars(self) | {"_losses": None}

    def __repr__(self) -> str:
        return f"Network([{', '.join(map(_written, self.layers))}])"

    @property
    def classes(self) -> int:
        """M, the number of classes."""
        return int(self._dense[-1].W.shape[1])

    @property
    def parameters(self) -> list[Array]:
        """W, b, W, b, … of all Dense layers, in order; ``parameters[0][...] = …`` changes the first W."""
        return _Arrays(parameter for layer in self._dense for parameter in (layer.W, layer.b))

    @parameters.setter
    def parameters(self, values: object) -> NoReturn:
        """Raise TypeError: the arrays stay those of the layers."""
        raise TypeError("parameters only names the arrays of the layers: change their entries, parameters[0][...] = …")

    @property
    def gradients(self) -> list[Array]:
        """The gradients with respect to `parameters`, in the same order, of the last ``backward``; none before it."""
        return _Arrays(gradient for layer in self._dense for gradient in (layer.dW, layer.db) if gradient is not None)

    def forward(self, X: ArrayLike) -> Array:
        """Return the logits Z, shape (n, M), of inputs X of shape (n, D).

        The layers now remember this pass, so `backward` needs a new `cost`.
        """
        X = check.floats("X", X, (None, self._dense[0].W.shape[0]))
        self._losses = None
        for place, layer in enumerate(self.layers):
            try:
                X = layer.forward(X)
            except (TypeError, ValueError) as error:
                if place:
                    before = self.layers[place - 1]
                    error.add_note(f"layers[{place}] was given what layers[{place - 1}], {_written(before)}, returned")
                raise
        return X

    def cost(self, X: ArrayLike, c: ArrayLike) -> Real:
        """Return the cost J of inputs X, shape (n, D), with class numbers c, shape (n,).

        Labels are checked before anything is computed, so that bad ones leave the layers as they were.
        """
        X = check.floats("X", X, (None, self._dense[0].W.shape[0]))
        c = check.class_numbers("c", c, len(X), self.classes)
        Z = self.forward(X)
        self._losses = self._loss.forward(Z, c)
        return f.mean(self._losses)

    def backward(self, dJ: float = 1) -> Array:
        """Set dW and db of every Dense layer for the last `cost`; return ∂J/∂X, shape (n, D). All of them times dJ."""
        if self._losses is None:
            raise RuntimeError("Network.backward must follow cost, with no other forward pass in between")
        upstream = self._loss.backward(f.mean_vjp(dJ, self._losses))
        for layer in reversed(self.layers):
            upstream = layer.backward(upstream)
        return upstream

    @contextmanager
    def in_training(self) -> Iterator[None]:
        """Within the block, check and copy nothing that `learn` is given, and skip the gradient of the inputs."""
        first = self.layers[0]
        try:
            if isinstance(first, Dense):
                first.passes_on = False
            with check.trusted():
                yield
        finally:
            self._losses = None
            if isinstance(first, Dense):
                first.passes_on = True

    def learn(self, X: Array, c: Labels, dJ: float = 1) -> None:
        """Do what `cost` and `backward` do, but for the losses, which no gradient asks for."""
        Z = self.forward(X)
        self._loss.remember(Z, c)
        self._losses = np.empty_like(Z, shape=len(Z))  # how many there are is all that backward asks for
        self.backward(dJ)

    def probabilities(self, X: ArrayLike) -> Array:
        """Return the probability of each class, shape (n, M)."""
        return f.softmax(self.forward(X))

    def predict(self, X: ArrayLike) -> Labels:
        """Return the class number of the largest logit of each sample, shape (n,); the first of several equal ones.

        Raises ValueError where a logit is NaN: such a sample has no class.
        """
        Z = self.forward(X)
        if np.any(np.isnan(Z)):
            sample = np.argmax(np.any(np.isnan(Z), axis=1))
            raise ValueError(f"X must give logits that are numbers to predict from, those of row {sample} hold a NaN")
        classes: Labels = np.argmax(Z, axis=1)
        return classes


def checked(network: object) -> Network:
    """Return network itself, if it is a `Network`.

    Raises
    ------
    TypeError
        For anything else, such as a list of layers, one layer, or the class itself.
    """
    if isinstance(network, Network):
        return network
    if isinstance(network, type) and issubclass(network, Network):
        hint = f", not the class: {network.__name__}([…])"
    elif hasattr(network, "step"):
        hint = ", which is an optimizer: the network comes before it"
    elif isinstance(network, list | tuple) or hasattr(network, "forward"):
        hint = ": Network([…]) makes one of layers"
    else:
        hint = ""
    raise TypeError(f"network must be a Network, got {network!r}{hint}")


def _asks_for_targets(forward: Callable[..., Array]) -> bool:
    """Return whether a method cannot be called with one array alone, as that of a loss."""
    try:
        asked = inspect.signature(forward).parameters.values()
    except (TypeError, ValueError):  # it does not say what it takes
        return False
    return (
        sum(each.default is each.empty and each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD) for each in asked)
        > 1
    )


def _written(layer: Layer) -> str:
    """Return a layer as it is written in a network: what it says of itself, or the name of its class."""
    return f"{type(layer).__name__}()" if type(layer).__repr__ is object.__repr__ else repr(layer)


def multilayer(
    widths: Sequence[int],
    rng: np.random.Generator,
    activation: Callable[[], Layer] = ReLU,
    scale: float | None = None,
    dtype: DTypeLike = np.float64,
) -> Network:
    """Return a network of Dense layers with an activation between consecutive layers.

    Parameters
    ----------
    widths : sequence of int
        D_0 … D_R: the number of inputs, of the units of each hidden layer, and of classes.
    rng : numpy.random.Generator
        Where the weights are drawn from, layer by layer.
    activation : class
        `ReLU`, `Sigmoid`, or another layer class without arguments.
    scale : float, optional
        The standard deviation of all initial weights instead of He's ``sqrt(2 / D)``.
    dtype : numpy.float64 or numpy.float32

    Returns
    -------
    Network

    Raises
    ------
    TypeError, ValueError
        For widths or an activation that make no network.
    """
    try:
        widths = list(widths)
    except TypeError:
        raise TypeError(f"widths must be a sequence of integers, got {widths!r}") from None
    if len(widths) < 2:
        raise ValueError(f"widths must name at least the inputs and the classes, got {widths}")
    try:
        inspect.signature(activation).bind()
    except (TypeError, ValueError):
        raise TypeError(
            f"activation must be a class of layers that takes no arguments, such as ReLU, got {activation!r}"
        ) from None
    widths = [check.count(f"widths[{r}]", width) for r, width in enumerate(widths)]
    layers: list[Layer] = []
    for D, M in pairwise(widths):
        layers += [Dense(D, M, rng, scale=scale, dtype=dtype), activation()]
    return Network(layers[:-1])
