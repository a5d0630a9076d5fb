"""A network of one's own with nncore: another activation, another loss, early stopping, saving and loading.

Sixty noisy values of a sine are fitted, 40 to train on and 20 to stop by. NumPy and nncore are enough for it.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from nncore.gradient_check import central_difference, relative_error
from nncore.network import Network, multilayer
from nncore.optimizers import Adam

rng = np.random.default_rng(0)


# Another activation: any class with forward and backward, which remembers what backward needs.
class Tanh:
    def forward(self, Z):
        self.A = np.tanh(Z)
        return self.A

    def backward(self, dA):
        return dA * (1 - self.A**2)


# Another loss: the cost of outputs Z and targets Q, and its gradient with respect to Z. `Network.cost` and `train` are
# for classes. For another loss the way back begins with this gradient, and takes the layers from the last to the first.
def cost(Z, Q):
    return np.sum((Z - Q) ** 2) / (2 * len(Z))


def cost_vjp(Z, Q):
    return (Z - Q) / len(Z)


def gradients(network: Network, X, Q):
    upstream = cost_vjp(network.forward(X), Q)
    for layer in reversed(network.layers):
        upstream = layer.backward(upstream)
    return network.gradients


X = rng.uniform(-3, 3, (60, 1))
Q = np.sin(X) + 0.1 * rng.standard_normal((60, 1))
X_train, Q_train, X_valid, Q_valid = X[:40], Q[:40], X[40:], Q[40:]

network = multilayer([1, 16, 1], rng, activation=Tanh)
print(network)

# Both gradients are checked by differences before anything is trained.
found = [dW.copy() for dW in gradients(network, X_train, Q_train)]
for theta, gradient in zip(network.parameters, found, strict=True):

    def cost_of(values, theta=theta):
        kept, theta[...] = theta.copy(), values
        value = cost(network.forward(X_train), Q_train)
        theta[...] = kept
        return value

    assert relative_error(gradient, central_difference(cost_of, theta.copy())) < 1e-6

# Training with early stopping: what is kept are the parameters with the lowest cost on data that are not trained on.
optimizer = Adam(0.02)
best, kept, waited = np.inf, [], 0
for _ in range(2000):
    order = rng.permutation(len(X_train))
    for batch in np.array_split(order, 4):
        optimizer.step(network.parameters, gradients(network, X_train[batch], Q_train[batch]))
    now = cost(network.forward(X_valid), Q_valid)
    waited += 1
    if now < best:
        best, kept, waited = now, [theta.copy() for theta in network.parameters], 0
    if waited == 100:
        break
for theta, value in zip(network.parameters, kept, strict=True):
    theta[...] = value  # written into the arrays of the layers: `theta = value` would change nothing
print("validation cost below 0.02:", best < 0.02)

# Saving and loading: the parameters are all that training leaves behind.
with TemporaryDirectory() as folder:
    file = Path(folder) / "sine.npz"
    np.savez(file, *network.parameters)
    again = multilayer([1, 16, 1], rng, activation=Tanh)
    with np.load(file) as saved:
        for theta, value in zip(again.parameters, saved.values(), strict=True):
            theta[...] = value
print("the same outputs:", np.array_equal(again.forward(X), network.forward(X)))
