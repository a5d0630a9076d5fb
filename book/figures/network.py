"""The figures of the network: one with numbers, its graph, how it is initialized, and how optimizers walk."""

import numpy as np
from matplotlib.patches import Circle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from book.figures.drawing import (
    BACKWARD,
    FORWARD,
    GRAY,
    INK,
    MATH,
    PARAMETER,
    SMALL,
    TEXT,
    WIDTH,
    Drawing,
    darker,
    draw_arrow,
    draw_box,
    in_two_digits,
    log_ticks,
    name_at_ends,
    sheet,
    styled,
    write,
)
from nncore import functions


def network_in_numbers(X, W1, W2, y):
    """A network of two inputs, two ReLU units and one output, with every number of its forward and backward pass.

    ``X`` is one sample (1 × 2), ``W1`` and ``W2`` are the weights (2 × 2 and 2 × 1), ``y`` is the target of a squared
    error. In a circle, and on an edge, stands the value of the forward pass; below it, the derivative of the cost with
    respect to it.
    """
    no_bias = np.zeros((1, 2)), np.zeros((1, 1))
    Z = functions.dense(X, W1, no_bias[0])
    A = functions.relu(Z)
    output = functions.dense(A, W2, no_bias[1])
    error = output - y
    dA, dW2, _ = functions.dense_vjp(error, A, W2)
    dZ = functions.relu_vjp(dA, Z)
    dX, dW1, _ = functions.dense_vjp(dZ, X, W1)

    radius, below = 0.32, 0.45
    upper, lower = 3.15, 0.85
    middle = (upper + lower) / 2
    ax = sheet(WIDTH, upper + 1.0)
    inputs, hidden, last, cost = [(0.35, upper), (0.35, lower)], [(2.35, upper), (2.35, lower)], (4.15, middle), 5.2
    edges = [
        *((inputs[j], hidden[m], f"w_{2 * m + j + 1}", W1[j, m], dW1[j, m]) for m in range(2) for j in range(2)),
        *((hidden[m], last, f"w_{m + 5}", W2[m, 0], dW2[m, 0]) for m in range(2)),
    ]
    for start, end, name, weight, gradient in edges:
        _weighted_edge(ax, start, end, radius, f"${name} = {_short(weight)}$", _short(gradient))
    units = [
        *((place, f"x_{j + 1}", X[0, j], dX[0, j], INK) for j, place in enumerate(inputs)),
        *((place, f"a_{m + 1}", A[0, m], dA[0, m], FORWARD) for m, place in enumerate(hidden)),
        (last, "q", output.item(), error.item(), FORWARD),
    ]
    for (x, y_), name, value, gradient, color in units:
        ax.add_patch(Circle((x, y_), radius, facecolor=(color, 0.1), edgecolor=color, linewidth=1.3))
        write(ax, x, y_, _short(value), TEXT)
        write(ax, x, y_ + below, f"${name}$", MATH)
        write(ax, x, y_ - below, _short(gradient), TEXT, color=darker(BACKWARD))
    draw_arrow(ax, [(last[0] + radius, middle), (cost - 0.32, middle)], FORWARD)
    write(ax, cost, middle, f"${_short((error.item()) ** 2 / 2)}$", TEXT)
    write(ax, cost, middle + below, "$J$", MATH)
    write(ax, cost, middle - below, "1", TEXT, color=darker(BACKWARD))
    top = upper + 0.88
    for words, place in {"inputs": inputs[0][0], "hidden units": hidden[0][0], "output": last[0], "cost": cost}.items():
        write(ax, place, top, words, TEXT)
    write(ax, 0.05, 0.08, "above: forward, a value", TEXT, ha="left")
    write(ax, 2.2, 0.08, "below, red: backward, the derivative of $J$", TEXT, color=darker(BACKWARD), ha="left")
    return ax.figure


def network_graph(widths, activation="ReLU"):
    """A network of R dense layers: forward downward, backward upward beside it, dashed what backward takes over.

    ``widths`` are D_0 … D_R, numbers or TeX.
    """
    R = len(widths) - 1
    step, box, half = 0.95, (1.24, 0.48), 0.24
    height = step * 2 * R + 0.95
    ax = sheet(4.75, height)  # narrow enough for a phone
    forward, backward = 0.65, 3.04
    y = height - 0.95
    for r in range(1, R + 1):
        last = r == R
        above = f"A^{{[{r - 1}]}}" if r > 1 else "X"
        across, down = f"n \\times {widths[r - 1]}", f"n \\times {widths[r]}"
        blocks = [
            (f"dense {r}", above, above, across, f"{above},\\ W^{{[{r}]}}", True),
            ("softmax cross-\nentropy, mean" if last else activation,
             f"Z^{{[{r}]}}", f"Z^{{[{r}]}}", down, f"Z^{{[{r}]}}" + (",\\ c" if last else ""), False),
        ]  # fmt: skip
        for words, value, by, shape, needed, is_dense in blocks:
            draw_arrow(ax, [(forward, y + step - half), (forward, y + half)], FORWARD)
            draw_arrow(ax, [(backward, y + half), (backward, y + step - half)], BACKWARD)
            between = y + step / 2
            write(ax, forward - 0.1, between, f"${value}$", MATH, ha="right")
            write(ax, forward + 0.1, between, f"${shape}$", MATH, ha="left")
            write(ax, backward - 0.1, between, rf"$\partial J/\partial {by}$", MATH, ha="right")
            write(ax, backward + 0.1, between, f"${shape}$", MATH, ha="left")
            draw_box(ax, forward, y, *box, words, FORWARD, SMALL)
            draw_box(ax, backward, y, *box, words, BACKWARD, SMALL)
            draw_arrow(ax, [(forward + box[0] / 2, y), (backward - box[0] / 2, y)], GRAY, "--")
            write(ax, (forward + backward) / 2 - 0.03, y + 0.07, f"${needed}$", MATH, va="bottom")
            if is_dense:
                edge = backward + box[0] / 2
                for letter, dy in (("W", 0.12), ("b", -0.12)):
                    draw_arrow(ax, [(edge, y + dy), (edge + 0.24, y + dy)], PARAMETER)
                    write(ax, edge + 0.29, y + 1.2 * dy, rf"$\partial J/\partial {letter}^{{[{r}]}}$", MATH, ha="left")
            y -= step
    bottom = y + step - half
    draw_arrow(ax, [(forward, bottom), (forward, bottom - 0.4)], FORWARD)
    draw_arrow(ax, [(backward, bottom - 0.4), (backward, bottom)], BACKWARD)
    write(ax, forward, bottom - 0.45, "$J$", MATH, va="top")
    write(ax, backward, bottom - 0.45, r"$\partial J/\partial J = 1$", MATH, va="top")
    write(ax, forward, height - 0.1, "forward", TEXT, color=darker(FORWARD))
    write(ax, backward, height - 0.1, "backward", TEXT, color=darker(BACKWARD))
    return ax.figure


def activation_spread(layers, spreads):
    """The standard deviation of the activations from layer to layer, one line an initialization."""
    figure = Drawing(figsize=(WIDTH, 3.2), layout="constrained")
    ax = figure.subplots()
    ax.set_yscale("log")
    for (name, values), (color, dashes, marker) in styled(spreads):
        ax.plot(layers, values, color=color, linestyle=dashes, marker=marker, markersize=6, label=name)
    ax.set_xticks(list(layers))
    log_ticks(ax)
    ax.set_xlabel("layer")
    ax.set_ylabel("standard deviation")
    name_at_ends(ax)
    return figure


def activation_histograms(samples):
    """Histograms of the activations, a column for each initialization and a row for each layer, with their spread.

    Exact zeros, which ReLU makes many of, are left out of the bars; their share is printed.
    """
    R = len(next(iter(samples.values())))
    figure = Drawing(figsize=(WIDTH, 0.78 * R + 0.5), layout="constrained")
    axes = figure.subplots(R, len(samples), sharex="col", squeeze=False)
    for column, ((name, layers), (color, _, _)) in zip(axes.T, styled(samples), strict=True):
        layers = [np.ravel(values) for values in layers]
        span = np.quantile(np.concatenate(layers), (0.0005, 0.9995))
        for ax, values in zip(column, layers, strict=True):
            counts, edges = np.histogram(values[values != 0], bins=40, range=span)
            ax.stairs(counts / max(1, counts.max()), edges, fill=True, facecolor=(color, 0.35), edgecolor=color)
            zeros = np.mean(values == 0)
            words = f"spread {in_two_digits(values.std())}" + (f"\n{100 * zeros:.0f}% are 0" if zeros else "")
            ax.text(1, 0.98, words, transform=ax.transAxes, ha="right", va="top")
            ax.set_ylim(0, 1.1)
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ax.xaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 5, 10]))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: in_two_digits(value)))
        column[0].set_title(name, fontsize=TEXT, color=darker(color))
    for r, ax in enumerate(axes[:, 0], start=1):
        ax.set_ylabel(f"layer {r}", fontsize=SMALL, rotation=0, ha="right", va="center")
    return figure


def running_mean(steps, means, corrected):
    """The running mean of a constant from step to step, as it is and corrected for its start at 0."""
    figure = Drawing(figsize=(WIDTH, 2.6), layout="constrained")
    ax = figure.subplots()
    for (name, values), (color, _, marker) in styled({"corrected": corrected, "running mean": means}):
        ax.plot(steps, values, color=color, linestyle="none", marker=marker, markersize=5, label=name)
    ax.set_ylim(0, 1.15 * max(corrected))
    ax.set_xlabel("step")
    name_at_ends(ax)
    return figure


def optimizer_paths(paths, f):
    """Contours of a cost of two parameters, one panel a method, with the path that it takes and where it ends."""
    figure = Drawing(figsize=(5.6, 1.65 * len(paths)), layout="constrained")
    axes = np.ravel(figure.subplots(len(paths), 1, sharex=True, sharey=True, squeeze=False))
    points = np.concatenate([np.asarray(path) for path in paths.values()])
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * (high - low) + 1e-9
    (x0, y0), (x1, y1) = low - margin, high + margin
    x, y = np.meshgrid(np.linspace(x0, x1, 160), np.linspace(y0, y1, 160))
    heights = f(x, y)
    levels = heights.min() + (heights.max() - heights.min()) * np.linspace(0, 1, 11)[1:] ** 2
    for ax, ((name, path), (color, _, marker)) in zip(axes, styled(paths), strict=True):
        path = np.asarray(path)
        ax.contour(x, y, heights, levels=levels, colors=GRAY, linewidths=0.6, alpha=0.7)
        ax.plot(*path.T, color=color, marker=marker, markersize=3.5, linewidth=1.3)
        ax.plot(*path[0], "o", markersize=8, markerfacecolor="none", markeredgecolor=INK)
        ax.plot(*path[-1], "x", markersize=8, markeredgecolor=INK, markeredgewidth=1.8, zorder=5)
        ax.set_title(name, loc="left", fontsize=TEXT, color=darker(color))
        ax.set_title(f"{len(path) - 1} steps, cost {in_two_digits(f(*path[-1]))}", loc="right", fontsize=SMALL)
        ax.set_ylabel(r"$\theta_2$", fontsize=MATH, rotation=0, va="center", ha="right")
        ax.yaxis.set_major_locator(MaxNLocator(3))
    axes[-1].set_xlabel(r"$\theta_1$", fontsize=MATH)
    return figure


def _weighted_edge(ax, start, end, radius, words, gradient):
    """An arrow between two circles, with a weight and its gradient in a gap near its start."""
    start, end = np.array(start), np.array(end)
    along = (end - start) / np.hypot(*(end - start))
    is_steep = abs(along[1]) > abs(along[0])  # two of these cross: their labels keep away from the middle
    place = start + (radius + (0.26 if is_steep else 0.46)) * along / along[0]
    gap = along * min(0.4 / along[0], 0.26 / max(abs(along[1]), 1e-9))
    draw_arrow(ax, [place + gap, end - radius * along], FORWARD)
    ax.plot(*np.array([start + radius * along, place - gap]).T, color=FORWARD, linewidth=1.3, zorder=1)
    x, y = place
    write(ax, x, y + 0.11, words, TEXT)
    write(ax, x, y - 0.11, gradient, TEXT, color=darker(BACKWARD))


def _short(number):
    """A number in at most four digits, without zeros at its end."""
    return f"{number:.4g}"
