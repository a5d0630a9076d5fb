"""The figures of training: curves, weights, digits and a confusion matrix."""

from itertools import product

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from book.figures.drawing import (
    BLUE,
    GRAY,
    INK,
    SMALL,
    TEXT,
    VERMILION,
    WIDTH,
    Drawing,
    log_ticks,
    name_at_ends,
    sheet,
    styled,
    write,
)


def training_curves(histories):
    """Cost (log scale) and accuracy after each epoch, training data dashed, test data solid.

    The accuracy axis begins below the lowest value after one epoch, so that the upper end can be seen.
    """
    figure = Drawing(figsize=(WIDTH, 5.2), layout="constrained")
    for ax, measure in zip(figure.subplots(2, 1, sharex=True), ("loss", "accuracy"), strict=True):
        for (name, history), (color, _, marker) in styled(histories):
            for part, style in (("train", (0, (4, 2))), ("test", "-")):
                values = getattr(history, f"{part}_{measure}")
                label = f"{name}, {part}" if len(histories) > 1 else part
                ax.plot(values, color=color, linestyle=style, linewidth=1.5, label=label,
                        marker=marker, markevery=max(1, len(values) // 8), markersize=4.5,
                        markerfacecolor=color if part == "test" else "none")  # fmt: skip
        ax.xaxis.set_major_locator(MaxNLocator(8, integer=True, steps=[1, 2, 5, 10]))
        if measure == "loss":
            ax.set_yscale("log")
            ax.set_ylabel("cost")
            log_ticks(ax)
        else:
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
            after_one = [line.get_ydata()[1:].min() for line in ax.get_lines()]
            ax.set_ylim(max(0, 1 - 1.15 * (1 - min(after_one))), 1 + 0.04 * (1 - min(after_one)))
            ax.set_ylabel("accuracy")
            ax.set_xlabel("epoch")
        name_at_ends(ax)
    return figure


def weight_images(W, side=8, classes=None):
    """The columns of W as images of ``side`` × ``side`` pixels on one scale: blue below 0, orange above, clear at 0."""
    W = np.asarray(W)
    M = W.shape[1]
    columns = min(5, M)
    rows = -(-M // columns)
    figure = Drawing(figsize=(5, 1.3 * rows + 0.8), layout="compressed")
    axes = figure.subplots(rows, columns, squeeze=False)
    bound = np.abs(W).max()
    negative, positive = to_rgb("#004d80"), to_rgb("#E07000")
    opacity = [(0, negative, 1), (0.3, negative, 0.55), (0.5, negative, 0), (0.5, positive, 0), (0.7, positive, 0.55),
               (1, positive, 1)]  # fmt: skip
    diverging = LinearSegmentedColormap.from_list("diverging", [(at, (*color, alpha)) for at, color, alpha in opacity])
    for ax in axes.flat[M:]:
        ax.set_axis_off()
    for m, ax in enumerate(axes.flat[:M]):
        shown = _pixels(ax, W[:, m].reshape(side, side), diverging, -bound, bound)
        ax.set_title(str((classes or range(M))[m]), fontsize=TEXT)
    bar = figure.colorbar(shown, ax=axes, orientation="horizontal", fraction=0.06, aspect=30, shrink=0.7)
    bar.ax.set_xlabel("weight")
    bar.outline.set_edgecolor(GRAY)
    bar.solids.set_edgecolor("none")
    return figure


def digits(images, titles, columns=5):
    """Images of digits, flat or square, each under its title."""
    rows = -(-len(images) // columns)
    figure = Drawing(figsize=(1.06 * columns, 1.3 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    ink = LinearSegmentedColormap.from_list("ink", [(*to_rgb(INK), 0), (*to_rgb(INK), 1)])
    for ax in axes.flat[len(images) :]:
        ax.set_axis_off()
    for ax, image, title in zip(axes.flat, images, titles, strict=False):
        image = np.asarray(image)
        side = round(image.size**0.5)
        _pixels(ax, image.reshape(side, side), ink, image.min(), image.max())
        ax.set_title(title, fontsize=SMALL)
    return figure


def confusion(counts, classes=None):
    """How often the true class (row) was taken for the predicted one (column); a dot is 0, mistakes are framed."""
    counts = np.asarray(counts)
    M = len(counts)
    cell = 0.42
    ax = sheet(cell * M + 0.95, cell * M + 0.75)
    names = [str(name) for name in (classes or range(M))]
    left, top = 0.85, cell * M + 0.05
    for k, m in product(range(M), range(M)):
        x, y = left + cell * m, top - cell * (k + 1)
        count, right = counts[k, m], k == m
        fill = "none"
        if count:
            share = count / counts[k].sum()
            fill = (BLUE, 0.12 + 0.4 * share) if right else (VERMILION, 0.15 + 0.4 * share)
        ax.add_patch(Rectangle((x, y), cell, cell, facecolor=fill, edgecolor=GRAY, linewidth=0.4))
        if count and not right:
            inset = 0.03
            ax.add_patch(Rectangle((x + inset, y + inset), cell - 2 * inset, cell - 2 * inset, facecolor="none",
                                   edgecolor=VERMILION, linewidth=1.2))  # fmt: skip
        write(ax, x + cell / 2, y + cell / 2, str(count) if count else "·", SMALL, color=INK if count else GRAY)
    for k, name in enumerate(names):
        write(ax, left - 0.12, top - cell * (k + 0.5), name, SMALL, ha="right")
        write(ax, left + cell * (k + 0.5), top + 0.14, name, SMALL)
    write(ax, left + cell * M / 2, top + 0.42, "predicted class", TEXT)
    ax.text(left - 0.55, top - cell * M / 2, "true class", fontsize=TEXT, rotation=90, ha="center", va="center")
    return ax.figure


def _pixels(ax, image, colors, low, high):
    shown = ax.imshow(image, cmap=colors, vmin=low, vmax=high, interpolation="none")
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=GRAY, linewidth=0.6)
    return shown
