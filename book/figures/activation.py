"""The figures of ReLU and the sigmoid: a function beside its derivative."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from book.figures.drawing import BACKWARD, FORWARD, GRAY, MATH, WIDTH, Drawing


def relu(f, df):
    """ReLU and its derivative; at the jump a filled dot marks the convention, an open one what it leaves out."""
    return activation(f, df, r"\mathrm{ReLU}(z)", r"\mathrm{ReLU}\,'(z)", reach=3, jump=True)


def sigmoid(f, df):
    """The sigmoid and its derivative."""
    return activation(f, df, r"\sigma(z)", r"\sigma'(z)")


def activation(f, df, name, derivative, reach=6, jump=False):
    """A function of one number and its derivative side by side, for |z| up to ``reach``.

    ``jump`` says that the derivative jumps at 0: its sides are drawn apart, and a filled dot shows the value of ``df``.
    """
    figure = Drawing(figsize=(WIDTH, 2.5), layout="constrained")
    z = np.linspace(-reach, reach, 601)
    for ax, function, title, color in zip(
        figure.subplots(1, 2), (f, df), (name, derivative), (FORWARD, BACKWARD), strict=True
    ):
        ax.axhline(0, color=GRAY, linewidth=0.6)
        if jump and function is df:
            for side in (z[z < 0], z[z > 0]):
                ax.plot(side, function(side), color=color)
            at_zero = function(np.zeros(1))
            limits = function(np.array([-1e-9, 1e-9]))
            ax.plot(np.zeros(2), limits, "o", markerfacecolor="none", markeredgecolor=color, markersize=7)
            ax.plot(np.zeros(1), at_zero, "o", color=color, markersize=7)
        else:
            ax.axvline(0, color=GRAY, linewidth=0.6)
            ax.plot(z, function(z), color=color)
        ax.set_title(f"${title}$")
        ax.set_xlabel("$z$", fontsize=MATH)
        ax.margins(y=0.08)
        ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        ax.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    return figure
