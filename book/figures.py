"""The figures of the book: one function each, one look.

A function takes what the page has computed, or the callable to draw, and returns a `matplotlib.figure.Figure`; as the
last expression of a cell it is shown as SVG. Nothing that is shown as a number is typed here.

The background is transparent and color never stands alone: lines differ in dashes and markers too, and carry their
name. Forward is blue, backward vermilion, parameters are green (colors of Okabe and Ito). Importing this module sets
matplotlib's defaults, and a fixed salt makes two renderings of a figure the same bytes.
"""

from io import StringIO
from itertools import pairwise, product, zip_longest
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyBboxPatch, Polygon, Rectangle
from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

INK, GRAY = "#1a1a1a", "#6e6e6e"
BLUE, VERMILION, GREEN, PURPLE, ORANGE = "#0072B2", "#D55E00", "#009E73", "#B5608F", "#E69F00"
FORWARD, BACKWARD, PARAMETER = BLUE, VERMILION, GREEN
SERIES = [
    (BLUE, "-", "o"),
    (VERMILION, (0, (5, 2)), "s"),
    (GREEN, (0, (6, 2, 1, 2)), "^"),
    (PURPLE, (0, (1.5, 1.5)), "D"),
    (ORANGE, (0, (8, 2, 1, 2, 1, 2)), "v"),
]
TEXT, SMALL, MATH = 11, 10, 14
WIDTH = 5.6

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": SMALL,
    "mathtext.fontset": "cm",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.facecolor": "none",
    "axes.titlesize": MATH,
    "axes.labelsize": TEXT,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "lines.linewidth": 1.8,
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "svg.fonttype": "path",
    "svg.hashsalt": "Backpropagation, Verified",
}
matplotlib.rcParams.update(STYLE)


class Drawing(Figure):
    """A matplotlib figure that a notebook shows as SVG, always the same bytes for the same drawing."""

    def _repr_svg_(self):
        svg = StringIO()
        no_date = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        self.savefig(svg, format="svg", bbox_inches="tight", pad_inches=0.05, metadata=no_date)
        if self.get_layout_engine():  # done again, the layout would move things by a fraction of a point
            self.set_layout_engine("none")
        drawn = svg.getvalue()
        return drawn[drawn.index("<svg") :]  # what stands before it names a document type on another host


# Layers -------------------------------------------------------------------------------------------------------------


def dense_layer(D=2, M=3):
    """The units of a dense layer for one sample: inputs, a weight on every edge, biases, sums."""
    radius, left, right, near = 0.25, 0.35, 3.35, 0.27
    # label (j, m) stands on its edge at the share `near` of the way; inputs lie so far apart that no two labels meet
    below_unit = 1.05
    below_input = max(0.7, (near * below_unit * (M - 1) + 0.22) / (1 - near))
    inputs = below_input * (np.arange(D)[::-1] - (D - 1) / 2)
    units = below_unit * (np.arange(M)[::-1] - (M - 1) / 2)
    bottom = min(inputs[-1], units[-1]) - radius - 0.05
    inputs, units = inputs - bottom, units - bottom
    heading = max(inputs[0] + radius, units[0] + 0.5) + 0.25
    ax = _sheet(4.7, heading + 0.15)
    for m, unit in enumerate(units, start=1):
        color, dashes, _ = SERIES[(m - 1) % len(SERIES)]
        for j, y in enumerate(inputs, start=1):
            _edge(ax, (left, y), (right, unit), radius, near, f"$w_{{{j}{m}}}$", color, dashes)
        _arrow(ax, [(right, unit + 0.52), (right, unit + radius)])
        _say(ax, right + 0.09, unit + 0.46, f"$b_{m}$", ha="left")
        _arrow(ax, [(right + radius, unit), (right + 0.75, unit)], color)
        ax.add_patch(Circle((right, unit), radius, facecolor=(color, 0.12), edgecolor=color, linewidth=1.3))
        _say(ax, right, unit, r"$\Sigma$")
        _say(ax, right + 0.82, unit, f"$z_{{i{m}}}$", ha="left")
    for j, y in enumerate(inputs, start=1):
        ax.add_patch(Circle((left, y), radius, facecolor="none", edgecolor=INK, linewidth=1.2))
        _say(ax, left, y, f"$x_{{i{j}}}$")
    places = {"inputs": left, "weights": left + near * (right - left), "units": right, "sums": right + 1}
    for words, x in places.items():
        _say(ax, x, heading, words, TEXT)
    return ax.figure


class Block(NamedTuple):
    """A matrix to be drawn as a block of cells: its letter (TeX), the names of its sizes, what is emphasized."""

    letter: str
    rows: str
    columns: str
    highlight: str = ""


def matrix_product(n=4, D=2, M=3):
    """X W + 1 b = Z as blocks of cells: one entry of Z, and the row, the column and the bias that it comes from."""
    line = [
        Block("X", "n", "D", "row"),
        Block("W", "D", "M", "column"),
        "+",
        Block(r"\mathbf{1}", "n", "1", "row"),
        Block("b", "1", "M", "column"),
        "=",
        Block("Z", "n", "M", "entry"),
    ]
    return matrix_shapes([line], {"n": n, "D": D, "M": M})


def dense_backward_shapes(n=4, D=2, M=3):
    """The three products of the dense backward pass as blocks of cells: dW, db, dX."""
    dZ = r"\partial J/\partial Z"
    lines = [
        [Block(r"X^{\!\top}", "D", "n", "row"), Block(dZ, "n", "M", "column"), "=",
         Block(r"\partial J/\partial W", "D", "M", "entry")],
        [Block(r"\mathbf{1}^{\!\top}", "1", "n", "row"), Block(dZ, "n", "M", "column"), "=",
         Block(r"\partial J/\partial b", "1", "M", "entry")],
        [Block(dZ, "n", "M", "row"), Block(r"W^{\!\top}", "M", "D", "column"), "=",
         Block(r"\partial J/\partial X", "n", "D", "entry")],
    ]  # fmt: skip
    return matrix_shapes(lines, {"n": n, "D": D, "M": M})


def matrix_shapes(lines, sizes):
    """Products of matrices as blocks of cells, with the number of rows at the left and of columns below.

    Each line is a list of `Block` and of operators (TeX); ``sizes`` says how many cells a size has.
    """
    cell, label, above, below = 0.24, 0.28, 0.36, 0.3
    sizes = {"1": 1, **sizes}

    def width(item):
        return 0.3 if isinstance(item, str) else label + max(sizes[item.columns] * cell, 0.11 * _letters(item.letter))

    def height(line):
        return cell * max(sizes[item.rows] for item in line if not isinstance(item, str))

    widths = [max(map(width, column)) for column in zip_longest(*lines, fillvalue="")]
    starts = np.cumsum([0, *(each + 0.12 for each in widths)])
    ax = _sheet(starts[-1], sum(map(height, lines)) + (above + below) * len(lines))
    top = ax.get_ylim()[1]
    for line in lines:
        middle = top - above - height(line) / 2
        for item, start, slot in zip(line, starts, widths, strict=False):
            if isinstance(item, str):
                _say(ax, start + slot / 2, middle, f"${item}$", MATH + 2)
                continue
            across, half = sizes[item.columns] * cell, sizes[item.rows] * cell / 2
            left = start + label + (slot - label - across) / 2
            _cells(ax, left, middle, cell, sizes[item.rows], sizes[item.columns], item.highlight)
            _say(ax, left - 0.07, middle, f"${item.rows}$", 13, ha="right")
            _say(ax, left + across / 2, middle - half - 0.06, f"${item.columns}$", 13, va="top")
            _say(ax, left + across / 2, middle + half + 0.07, f"${item.letter}$", MATH, va="bottom")
        top -= above + height(line) + below
    return ax.figure


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


def softmax_flow(M=3):
    """The softmax of one sample as a diagram: exponentials, their sum, and the division by it."""
    row, height = 0.72, 0.72 * M + 0.82
    ax = _sheet(5.25, height)
    logits, powers, division, results = 0.35, 1.6, 3.75, 4.9
    down, up = 2.45, division
    bottom = 0.36
    for m in range(1, M + 1):
        y = height - 0.24 - row * (m - 1)
        _box(ax, logits, y, 0.62, 0.44, f"$z_{{i{m}}}$", FORWARD)
        _arrow(ax, [(logits + 0.31, y), (powers - 0.36, y)])
        _box(ax, powers, y, 0.72, 0.44, f"$e^{{z_{{i{m}}}}}$", FORWARD)
        _arrow(ax, [(powers + 0.36, y), (division - 0.17, y)])
        _arrow(ax, [(division + 0.17, y), (results - 0.31, y)])
        _box(ax, results, y, 0.62, 0.44, f"$p_{{i{m}}}$", FORWARD)
        ax.plot(down, y, "o", color=INK, markersize=4)
        _arrow(ax, [(up, y - row + 0.17 if m < M else bottom), (up, y - 0.17)], PURPLE, "--")
        ax.add_patch(Circle((division, y), 0.17, facecolor="none", edgecolor=INK, linewidth=1.2))
        _say(ax, division, y, r"$\div$", MATH + 1)
    _arrow(ax, [(down, height - 0.24), (down, bottom + 0.34)])
    ax.plot([down + 0.55, up], [bottom, bottom], "--", color=PURPLE, linewidth=1.3)
    _box(ax, down, bottom, 1.1, 0.68, rf"$\sum_{{l=1}}^{{{M}}} e^{{z_{{il}}}}$", PURPLE)
    _say(ax, (logits + powers) / 2 - 0.02, height - 0.12, "exp", SMALL)
    return ax.figure


def softmax_bars(Z, P):
    """Per sample a row: the logits as bars, and the probabilities that they become."""
    Z, P = np.atleast_2d(Z), np.atleast_2d(P)
    n, M = Z.shape
    figure = Drawing(figsize=(5.3, 0.5 + 1.45 * n), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12)
    axes = figure.subplots(n, 2, sharex=True, sharey="col", squeeze=False)
    for i in range(n):
        _bars(axes[i, 0], Z[i], BLUE, "{:.3g}")
        _bars(axes[i, 1], P[i], GREEN, "{:.3f}")
        of_sample = "i" if n == 1 else i + 1
        for ax, letter in zip(axes[i], "zp", strict=True):
            ax.set_ylabel(f"${letter}_{{{of_sample}m}}$", fontsize=MATH, rotation=0, ha="right", va="center")
    axes[0, 0].set_title("logits", fontsize=TEXT)
    axes[0, 1].set_title("probabilities", fontsize=TEXT)
    for ax in axes[-1]:
        ax.set_xlabel("class $m$")
        ax.set_xticks(range(1, M + 1))
    axes[0, 0].margins(y=0.25)
    axes[0, 1].set_ylim(0, 1.18)
    axes[0, 1].set_yticks([0, 0.5, 1])
    return figure


def one_hot_row(c, M):
    """The one-hot row of class number c, counted from 1: a row of M cells with a single 1."""
    cell = 0.46
    ax = _sheet(0.75 + cell * M, 0.95)
    _say(ax, 0.6, 0.3, "$y_i$", MATH, ha="right")
    for m in range(1, M + 1):
        hot = m == c
        corner = 0.7 + cell * (m - 1)
        fill = (GREEN, 0.3) if hot else "none"
        ax.add_patch(Rectangle((corner, 0.07), cell, cell, facecolor=fill, edgecolor=INK, linewidth=1))
        _say(ax, corner + cell / 2, 0.3, f"${int(hot)}$", MATH)
        _say(ax, corner + cell / 2, 0.62, f"${m}$" if not hot else f"$c_i={m}$", 12, va="bottom")
    return ax.figure


# The loss -----------------------------------------------------------------------------------------------------------


def cross_entropy_curve(loss, marks=(0.1, 0.5, 1)):
    """The loss of a sample against the probability that its true class is given; ``marks`` are read off."""
    figure = Drawing(figsize=(5.2, 2.9), layout="constrained")
    ax = figure.subplots()
    p = np.concatenate([np.geomspace(0.008, 0.1, 100), np.linspace(0.1, 1, 200)])
    ax.plot(p, loss(p), color=FORWARD)
    marks = np.array(marks, dtype=float)
    for x, y in zip(marks, loss(marks), strict=True):
        ax.plot([x, x, 0], [0, y, y], linestyle=":", color=GRAY, linewidth=1)
        ax.plot(x, y, "o", color=FORWARD, markersize=6, clip_on=False, zorder=5)
        at_end = x > 0.9
        words = f"({x:g}, {y:.2f})" if y else f"({x:g}, 0)"
        ax.annotate(words, (x, y), (-4, 9) if at_end else (8, 4), textcoords="offset points",
                    ha="right" if at_end else "left")  # fmt: skip
    ax.set_xlim(0, 1.02)
    ax.set_ylim(0, None)
    ax.set_xlabel("probability of the true class")
    ax.set_ylabel("loss")
    return figure


def log_sum_exp(z, lse):
    """log-sum-exp of the two logits z and 0, against the larger of them: never below it, never more than ln 2 above."""
    z, lse = np.ravel(z), np.ravel(lse)
    figure = Drawing(figsize=(5.2, 2.9), layout="constrained")
    ax = figure.subplots()
    ax.plot(z, lse, color=BLUE)
    ax.plot(z, np.maximum(z, 0), color=VERMILION, linestyle=(0, (5, 2)))
    middle = np.argmin(np.abs(z))
    ax.annotate("", (z[middle], lse[middle]), (z[middle], max(z[middle], 0)),
                arrowprops={"arrowstyle": "<->", "color": INK, "shrinkA": 0, "shrinkB": 0, "linewidth": 1})  # fmt: skip
    ax.annotate(r"$\ln 2$", (z[middle], 0), (0, -5), textcoords="offset points", ha="center", va="top", fontsize=13)
    at = np.searchsorted(z, z[0] + 0.62 * (z[-1] - z[0]))
    ax.annotate(r"$\ln(e^{z} + e^{0})$", (z[at], lse[at]), (-10, 8), textcoords="offset points",
                ha="right", color=_dark(BLUE), fontsize=MATH)  # fmt: skip
    ax.annotate(r"$\max(z, 0)$", (z[at], max(z[at], 0)), (14, -10), textcoords="offset points",
                va="top", color=_dark(VERMILION), fontsize=MATH)  # fmt: skip
    ax.set_xlabel("$z$", fontsize=MATH)
    ax.set_xlim(z[0], z[-1])
    ax.set_ylim(-0.14 * lse.max(), None)
    return figure


def softmax_cross_entropy_flow():
    """From logits to cost: softmax, cross-entropy, mean, with the shape of what flows between them."""
    ax = _sheet(6, 1.9)
    y, x = 0.98, 0.02
    boxes = [("softmax", 0.95), ("cross-\nentropy", 0.95), ("mean", 0.75), ("", 0)]
    by = r"n \times M"
    flows = [("Z", by, 0.86, 0.34), ("P", by, 0.8, 0.36), ("L", "n", 0.8, 0.42), ("J", "1", 0.7, 0.3)]
    centers = []
    for (letter, shape, step, place), (words, width) in zip(flows, boxes, strict=True):
        _arrow(ax, [(x, y), (x + step, y)], FORWARD)
        _say(ax, x + place, y + 0.08, f"${letter}$", MATH, va="bottom")
        _say(ax, x + place, y - 0.1, f"${shape}$", 12, va="top")
        x += step
        if words:
            centers.append(x + width / 2)
            _box(ax, centers[-1], y, width, 0.56, words, FORWARD, TEXT)
            x += width
    left, right = centers[0] - 0.6, centers[1] + 0.6
    ax.add_patch(FancyBboxPatch((left, y - 0.42), right - left, 0.84, "round,pad=0,rounding_size=0.1", facecolor="none",
                                edgecolor=PURPLE, linewidth=1.3, linestyle=(0, (4, 2))))  # fmt: skip
    _say(ax, (left + right) / 2, y + 0.5, "computed together", TEXT, color=_dark(PURPLE), va="bottom")
    _arrow(ax, [(centers[1], 0.05), (centers[1], y - 0.28)], FORWARD)
    _say(ax, centers[1] - 0.1, 0.28, "$c$", MATH, ha="right")
    _say(ax, centers[1] + 0.1, 0.28, "$n$", 12, ha="left")
    return ax.figure


def softmax_cross_entropy_graph():
    """The derivation as a graph: values to the right, below them derivatives to the left, and the shortcut."""
    ax = _sheet(6.5, 4.2)
    columns, widths = (0.78, 2.59, 4.27, 5.79), (1.5, 1.34, 1.26, 1.18)
    top, local, back, short, half = 3.72, 2.72, 1.75, 0.4, 0.43
    values = (
        r"$z_{im}$",
        r"$p_{im}=\dfrac{e^{z_{im}}}{\sum_l e^{z_{il}}}$",
        r"$L_i=-\ln p_{ic_i}$",
        r"$J=\dfrac{1}{n}\,\sum_i L_i$",
    )
    gradients = (
        r"$\dfrac{\partial J}{\partial z_{im}}=\dfrac{p_{im}-y_{im}}{n}$",
        r"$\dfrac{\partial J}{\partial p_{il}}=-\dfrac{y_{il}}{n\,p_{il}}$",
        r"$\dfrac{\partial J}{\partial L_i}=\dfrac{1}{n}$",
        r"$\dfrac{\partial J}{\partial J}=1$",
    )
    locals_ = (
        r"$\dfrac{\partial p_{il}}{\partial z_{im}}=p_{il}\,(\delta_{lm}-p_{im})$",
        r"$\dfrac{\partial L_i}{\partial p_{il}}=-\dfrac{y_{il}}{p_{il}}$",
        r"$\dfrac{\partial J}{\partial L_i}=\dfrac{1}{n}$",
    )
    for x, width, value, gradient in zip(columns, widths, values, gradients, strict=True):
        _box(ax, x, top, width, 2 * half, value, FORWARD, 13)
        _box(ax, x, back, width, 2 * half, gradient, BACKWARD, 13)
    gaps = [(columns[k] + widths[k] / 2, columns[k + 1] - widths[k + 1] / 2) for k in range(3)]
    for (left, right), derivative in zip(gaps, locals_, strict=True):
        middle = (left + right) / 2
        _arrow(ax, [(left, top), (right, top)], FORWARD)
        _arrow(ax, [(right, back), (left, back)], BACKWARD, "--")
        ax.plot([middle, middle], [top - 0.07, local + 0.26], ":", color=GRAY, linewidth=1.2)
        ax.plot([middle, middle], [local - 0.28, back + 0.08], ":", color=GRAY, linewidth=1.2)
        _say(ax, middle, local, derivative, 13)
    _say(ax, sum(gaps[0]) / 2, back - 0.1, r"$\sum_l$", 13, va="top")
    corners = [(columns[2], back - half), (columns[2], short), (columns[0], short), (columns[0], back - half)]
    _arrow(ax, corners, PURPLE)
    _say(ax, (columns[0] + columns[2]) / 2, short + 0.08,
         r"$\dfrac{\partial L_i}{\partial z_{im}}=p_{im}-y_{im}$", 13, va="bottom")  # fmt: skip
    _say(ax, (columns[0] + columns[2]) / 2, short - 0.08, "both steps as one", SMALL, color=_dark(PURPLE), va="top")
    return ax.figure


def logit_gradient_bars(p, y):
    """For one sample the probabilities, the one-hot target, and their difference: the gradient by the logits."""
    p, y = np.ravel(p), np.ravel(y)
    figure = Drawing(figsize=(WIDTH, 2.5), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    shown = ((p, "p_{im}", GREEN), (y, "y_{im}", BLUE), (p - y, "p_{im}-y_{im}", BACKWARD))
    for ax, (values, title, color) in zip(axes, shown, strict=True):
        _bars(ax, values, color, "{:.2f}")
        ax.set_title(f"${title}$")
        ax.set_xlabel("class $m$")
        ax.set_xticks(range(1, len(values) + 1))
        if ax is not axes[0]:
            ax.spines["left"].set_visible(False)
            ax.tick_params(axis="y", length=0)
    axes[0].set_ylim(min(0, (p - y).min()) - 0.22, 1.2)
    return figure


# The network --------------------------------------------------------------------------------------------------------


def network_graph(widths, activation="ReLU"):
    """A network of R dense layers: forward downward, backward upward beside it, dashed what backward takes over.

    ``widths`` are D_0 … D_R, numbers or TeX.
    """
    R = len(widths) - 1
    step, box, half = 0.95, (1.4, 0.46), 0.23
    height = step * 2 * R + 0.95
    ax = _sheet(5.4, height)
    forward, backward = 0.75, 3.6
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
            _arrow(ax, [(forward, y + step - half), (forward, y + half)], FORWARD)
            _arrow(ax, [(backward, y + half), (backward, y + step - half)], BACKWARD)
            between = y + step / 2
            _say(ax, forward - 0.1, between, f"${value}$", MATH, ha="right")
            _say(ax, forward + 0.1, between, f"${shape}$", 12, ha="left")
            _say(ax, backward - 0.1, between, rf"$\partial J/\partial {by}$", MATH, ha="right")
            _say(ax, backward + 0.1, between, f"${shape}$", 12, ha="left")
            _box(ax, forward, y, *box, words, FORWARD, SMALL)
            _box(ax, backward, y, *box, words, BACKWARD, SMALL)
            _arrow(ax, [(forward + box[0] / 2, y), (backward - box[0] / 2, y)], GRAY, "--")
            _say(ax, (forward + backward) / 2 - 0.03, y + 0.07, f"${needed}$", 12, va="bottom")
            if is_dense:
                edge = backward + box[0] / 2
                for letter, dy in (("W", 0.11), ("b", -0.11)):
                    _arrow(ax, [(edge, y + dy), (edge + 0.28, y + dy)], PARAMETER)
                    _say(ax, edge + 0.33, y + 1.2 * dy, rf"$\partial J/\partial {letter}^{{[{r}]}}$", 12, ha="left")
            y -= step
    bottom = y + step - half
    _arrow(ax, [(forward, bottom), (forward, bottom - 0.4)], FORWARD)
    _arrow(ax, [(backward, bottom - 0.4), (backward, bottom)], BACKWARD)
    _say(ax, forward, bottom - 0.45, "$J$", MATH, va="top")
    _say(ax, backward, bottom - 0.45, r"$\partial J/\partial J = 1$", MATH, va="top")
    _say(ax, forward, height - 0.1, "forward", TEXT, color=_dark(FORWARD))
    _say(ax, backward, height - 0.1, "backward", TEXT, color=_dark(BACKWARD))
    return ax.figure


def gradient_error(h, errors):
    """The error of derivatives against the step h, one line a method; errors of 0 have a line of their own below.

    A method whose error rises on both sides of its smallest one gets a ring there, and beside its name the step of the
    ring and the slope of the straight part to the right of it, as measured.
    """
    figure = Drawing(figsize=(WIDTH, 3.9), layout="constrained")
    ax = figure.subplots()
    h = np.ravel(h)
    ax.set_xscale("log")
    ax.set_xlim(h.min() / 3, h.max() * 3)
    _powers(ax.xaxis, h.min(), h.max(), 7)
    names = {}
    for (name, values), (color, _, _) in _styled(errors):
        values = np.ravel(values)
        best = np.nanargmin(values)
        names[name] = name
        if 0 < 100 * values[best] < min(values[h.argmin()], values[h.argmax()]):
            ax.plot(h[best], values[best], "o", markersize=11, markerfacecolor="none", markeredgecolor=color)
            straight = (h > 10 * h[best]) & (h < h.max() / 10) & (values > 0)
            if straight.sum() > 1:
                slope = np.polyfit(np.log(h[straight]), np.log(values[straight]), 1)[0]
                names[name] = f"{name}\nslope {slope:.2g}, best $h$ = {_short(h[best])}"
    ax.set_xlabel("step $h$")
    _log_errors(ax, h, errors, 3.5, names)
    return figure


def relative_error_curves(z, errors, label="z"):
    """The relative error of computed values against the input; 0, and infinities and NaNs, stand on their own lines."""
    figure = Drawing(figsize=(WIDTH, 3.6), layout="constrained")
    ax = figure.subplots()
    z = np.ravel(z)
    ax.set_xlim(z.min(), z.max())
    ax.set_xlabel(f"${label}$", fontsize=MATH)
    _log_errors(ax, z, errors, 2.5)
    return figure


def right_sets(z, sets):
    """Where code is right: for each precision and each function one line a form, over the inputs at which it is right.

    ``sets`` has a title for each precision, under it the names of the functions, under those the names of the forms,
    and for each form a truth value for each entry of ``z``. The axis is logarithmic beyond 10 on either side, and ends
    at 2000; what is right there and farther out reaches its end.
    """
    rows = max(sum(len(forms) for forms in functions.values()) for functions in sets.values())
    figure = Drawing(figsize=(WIDTH, 1.1 + 0.21 * rows * len(sets)), layout="constrained")
    named = {}
    for ax, (title, functions) in zip(
        np.atleast_1d(figure.subplots(len(sets), sharex=True)), sets.items(), strict=True
    ):
        ax.set_title(title, fontsize=TEXT, loc="left")
        y, middles = 0.0, []
        for forms in functions.values():
            middles.append(y + (len(forms) - 1) / 2)
            for place, right in enumerate(forms.values()):
                color, width = ((VERMILION, 1.4), (BLUE, 4.5))[place]
                for first, last in _runs(right):
                    (line,) = ax.plot(
                        [z[first], z[last]], [y, y], color=color, linewidth=width, marker="|", markersize=7
                    )
                    named[place] = line
                y += 1
            y += 0.8
        ax.set_yticks(middles, list(functions))
        ax.tick_params(axis="y", length=0)
        ax.set_ylim(y - 0.8, -0.8)
        ax.axvline(0, color=GRAY, linewidth=0.6)
    ax.set_xscale("symlog", linthresh=10)
    ax.set_xlim(-2000, 2000)
    ax.xaxis.set_major_locator(FixedLocator([-1000, -100, -10, 0, 10, 100, 1000]))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}".replace("-", "\N{MINUS SIGN}")))
    ax.set_xlabel("$z$", fontsize=MATH)
    labels = list(next(iter(next(iter(sets.values())).values())))
    figure.legend([named[place] for place in sorted(named)], labels, loc="outside upper right", ncols=2, frameon=False)
    return figure


def activation_spread(layers, spreads):
    """The standard deviation of the activations from layer to layer, one line an initialization."""
    figure = Drawing(figsize=(WIDTH, 3.2), layout="constrained")
    ax = figure.subplots()
    ax.set_yscale("log")
    for (name, values), (color, dashes, marker) in _styled(spreads):
        ax.plot(layers, values, color=color, linestyle=dashes, marker=marker, markersize=6, label=name)
    ax.set_xticks(list(layers))
    _log_ticks(ax)
    ax.set_xlabel("layer")
    ax.set_ylabel("standard deviation")
    _name_at_ends(ax)
    return figure


def activation_histograms(samples):
    """Histograms of the activations, a column for each initialization and a row for each layer, with their spread.

    Exact zeros, which ReLU makes many of, are left out of the bars; their share is printed.
    """
    R = len(next(iter(samples.values())))
    figure = Drawing(figsize=(WIDTH, 0.78 * R + 0.5), layout="constrained")
    axes = figure.subplots(R, len(samples), sharex="col", squeeze=False)
    for column, ((name, layers), (color, _, _)) in zip(axes.T, _styled(samples), strict=True):
        layers = [np.ravel(values) for values in layers]
        span = np.quantile(np.concatenate(layers), (0.0005, 0.9995))
        for ax, values in zip(column, layers, strict=True):
            counts, edges = np.histogram(values[values != 0], bins=40, range=span)
            ax.stairs(counts / max(1, counts.max()), edges, fill=True, facecolor=(color, 0.35), edgecolor=color)
            zeros = np.mean(values == 0)
            words = f"spread {_short(values.std())}" + (f"\n{100 * zeros:.0f}% are 0" if zeros else "")
            ax.text(1, 0.98, words, transform=ax.transAxes, ha="right", va="top")
            ax.set_ylim(0, 1.1)
            ax.set_yticks([])
            ax.spines["left"].set_visible(False)
            ax.xaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 5, 10]))
            ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
        column[0].set_title(name, fontsize=TEXT, color=_dark(color))
    for r, ax in enumerate(axes[:, 0], start=1):
        ax.set_ylabel(f"layer {r}", fontsize=SMALL, rotation=0, ha="right", va="center")
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
    for ax, ((name, path), (color, _, marker)) in zip(axes, _styled(paths), strict=True):
        path = np.asarray(path)
        ax.contour(x, y, heights, levels=levels, colors=GRAY, linewidths=0.6, alpha=0.7)
        ax.plot(*path.T, color=color, marker=marker, markersize=3.5, linewidth=1.3)
        ax.plot(*path[0], "o", markersize=8, markerfacecolor="none", markeredgecolor=INK)
        ax.plot(*path[-1], "x", markersize=8, markeredgecolor=INK, markeredgewidth=1.8, zorder=5)
        ax.set_title(name, loc="left", fontsize=TEXT, color=_dark(color))
        ax.set_title(f"{len(path) - 1} steps, cost {_short(f(*path[-1]))}", loc="right", fontsize=SMALL)
        ax.set_ylabel(r"$\theta_2$", fontsize=MATH, rotation=0, va="center", ha="right")
        ax.yaxis.set_major_locator(MaxNLocator(3))
    axes[-1].set_xlabel(r"$\theta_1$", fontsize=MATH)
    return figure


def training_curves(histories):
    """Cost (log scale) and accuracy after each epoch, training data dashed, test data solid.

    The accuracy axis begins below the lowest value after one epoch, so that the upper end can be seen.
    """
    figure = Drawing(figsize=(WIDTH, 5.2), layout="constrained")
    for ax, measure in zip(figure.subplots(2, 1, sharex=True), ("loss", "accuracy"), strict=True):
        for (name, history), (color, _, marker) in _styled(histories):
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
            _log_ticks(ax)
        else:
            ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g}%"))
            after_one = [line.get_ydata()[1:].min() for line in ax.get_lines()]
            ax.set_ylim(max(0, 1 - 1.15 * (1 - min(after_one))), 1 + 0.04 * (1 - min(after_one)))
            ax.set_ylabel("accuracy")
            ax.set_xlabel("epoch")
        _name_at_ends(ax)
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
    ax = _sheet(cell * M + 0.95, cell * M + 0.75)
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
        _say(ax, x + cell / 2, y + cell / 2, str(count) if count else "·", SMALL, color=INK if count else GRAY)
    for k, name in enumerate(names):
        _say(ax, left - 0.12, top - cell * (k + 0.5), name, SMALL, ha="right")
        _say(ax, left + cell * (k + 0.5), top + 0.14, name, SMALL)
    _say(ax, left + cell * M / 2, top + 0.42, "predicted class", TEXT)
    ax.text(left - 0.55, top - cell * M / 2, "true class", fontsize=TEXT, rotation=90, ha="center", va="center")
    return ax.figure


# Parts --------------------------------------------------------------------------------------------------------------


def _styled(named):
    """The items of a dictionary with a color, dashes and a marker each; there are five."""
    return zip(named.items(), SERIES[: len(named)], strict=True)


def _sheet(width, height):
    """Axes without a frame whose unit is the inch, on a figure of that size."""
    ax = Drawing(figsize=(width, height)).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.set_axis_off()
    return ax


def _say(ax, x, y, words, size=MATH, color=INK, ha="center", va="center"):
    bold_digits = r"\mathbf{1}" in words  # mathtext has no bold digits of its own; it takes those of the text font
    words = words.replace(r"\mathbf{1}", r"\mathregular{1}")
    ax.text(x, y, words, fontsize=size, color=color, ha=ha, va=va, linespacing=1.15,
            fontfamily="cmb10" if bold_digits else None)  # fmt: skip


def _box(ax, x, y, width, height, words, color, size=MATH):
    corner = (x - width / 2, y - height / 2)
    ax.add_patch(FancyBboxPatch(corner, width, height, "round,pad=0,rounding_size=0.07", facecolor=(color, 0.1),
                                edgecolor=color, linewidth=1.3))  # fmt: skip
    _say(ax, x, y, words, size)


def _arrow(ax, points, color=INK, dashes="-"):
    """A line through the points with a head whose tip is the last of them."""
    *before, tip = (np.array(point, dtype=float) for point in points)
    along = (tip - before[-1]) / np.hypot(*(tip - before[-1]))
    base, across = tip - 0.11 * along, 0.045 * np.array([-along[1], along[0]])
    ax.plot(*np.array([*before, base]).T, color=color, linestyle=dashes, linewidth=1.3, solid_capstyle="butt", zorder=1)
    ax.add_patch(Polygon([tip, base + across, base - across], closed=True, facecolor=color, edgecolor="none", zorder=3))


def _edge(ax, start, end, radius, share, words, color, dashes):
    """An arrow from circle to circle with a gap for its label, which stands at that share of the way."""
    start, end = np.array(start), np.array(end)
    along = (end - start) / np.hypot(*(end - start))
    place = start + share * (end - start)
    start, end = start + radius * along, end - radius * along
    before, after = place - 0.2 * along, place + 0.2 * along
    ax.plot(*np.array([start, before]).T, color=color, linestyle=dashes, linewidth=1.3, zorder=1)
    _arrow(ax, [after, end], color, dashes)
    _say(ax, *place, words)


def _cells(ax, left, middle, cell, rows, columns, highlight):
    """A block of cells, one row, column or entry of it emphasized: the second, where there is one."""
    row, column = min(1, rows - 1), min(1, columns - 1)
    top = middle + rows * cell / 2
    for k, m in product(range(rows), range(columns)):
        lit = {"row": k == row, "column": m == column, "entry": (k, m) == (row, column), "all": True}.get(highlight)
        ax.add_patch(Rectangle((left + m * cell, top - (k + 1) * cell), cell, cell, edgecolor=GRAY, linewidth=0.5,
                               facecolor=(BLUE, 0.35) if lit else "none"))  # fmt: skip
    ax.add_patch(Rectangle((left, top - rows * cell), columns * cell, rows * cell, facecolor="none", edgecolor=INK))
    frame = {
        "row": (left, top - (row + 1) * cell, columns * cell, cell),
        "column": (left + column * cell, top - rows * cell, cell, rows * cell),
        "entry": (left + column * cell, top - (row + 1) * cell, cell, cell),
    }.get(highlight)
    if frame:
        x, y, width, height = frame
        ax.add_patch(Rectangle((x, y), width, height, facecolor="none", edgecolor=BLUE, linewidth=1.8, zorder=3))


def _letters(tex):
    """About how many letters of math a piece of TeX is wide."""
    return len(tex.replace(r"\partial", "d").replace(r"\mathbf{1}", "1").replace(r"^{\!\top}", "T"))


def _bars(ax, values, color, form):
    """Bars over classes 1, 2, … with their values."""
    places = np.arange(1, len(values) + 1)
    ax.bar(places, values, 0.62, facecolor=(color, 0.3), edgecolor=color, linewidth=1.2)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.spines["bottom"].set_visible(False)
    ax.tick_params(axis="x", length=0)
    for place, value in zip(places, values, strict=True):
        text = form.format(value + 0).replace("-", "−")
        ax.annotate(text, (place, value), (0, 2 if value >= 0 else -3), textcoords="offset points", ha="center",
                    va="bottom" if value >= 0 else "top")  # fmt: skip


def _pixels(ax, image, colors, low, high):
    shown = ax.imshow(image, cmap=colors, vmin=low, vmax=high, interpolation="none")
    ax.set(xticks=[], yticks=[])
    for spine in ax.spines.values():
        spine.set(visible=True, color=GRAY, linewidth=0.6)
    return shown


def _dark(color):
    """The color for text: darker, so that it is legible."""
    return tuple(0.7 * part for part in to_rgb(color))


def _short(number):
    """A number in two digits, in powers of ten as TeX where it is very large or small."""
    if number == 0 or 1e-3 <= abs(number) < 1e4:
        return f"{number:.2g}"
    mantissa, exponent = f"{number:.1e}".split("e")
    return rf"$\mathdefault{{{mantissa} \times 10^{{{int(exponent)}}}}}$"


def _runs(right):
    """The first and the last place of every unbroken run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(right, bool), [False]])))
    return zip(edges[::2], edges[1::2] - 1, strict=True)


def _powers(axis, low, high, most):
    """Ticks of a log axis: at most about that many powers of ten, evenly spaced."""
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    step = max(1, -(-(last - first) // most))
    ticks = [10.0**k for k in range(first, last + 1) if k % step == 0]
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: rf"$\mathdefault{{10^{{{round(np.log10(value))}}}}}$"))
    return ticks


def _log_ticks(ax):
    """Ticks of a log axis upward: 1, 2, 5 in each decade where there are few decades, else powers of ten."""
    low, high = ax.get_ylim()
    if high / low > 10**3.5:
        _powers(ax.yaxis, low, high, 8)
    else:
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 200 else (1, 3)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _log_errors(ax, x, errors, markersize, names=None):
    """Lines of errors on a log axis. Zeros stand on a line of their own below, infinities and NaNs on one above."""
    series = {name: np.ravel(np.asarray(values, dtype=float)) for name, values in errors.items()}
    together = np.concatenate(list(series.values()))
    positive = together[np.isfinite(together) & (together > 0)]
    low, high = (positive.min(), positive.max()) if positive.size else (1e-16, 1.0)
    decades = max(1.0, np.log10(high / low))
    ax.set_yscale("log")
    ax.set_ylabel("relative error")
    ticks = _powers(ax.yaxis, low, high, 7)
    labels = {tick: ax.yaxis.get_major_formatter()(tick) for tick in ticks}
    bottom, top = low / 10 ** (0.05 * decades), high * 10 ** (0.05 * decades)
    inside = (bottom, top)
    zero, none = low / 10 ** (0.11 * decades), high * 10 ** (0.11 * decades)
    if np.any(together == 0):
        labels[zero], bottom = "0", zero / 10 ** (0.09 * decades)
    if not np.all(np.isfinite(together)):
        labels[none], top = "no value", none * 10 ** (0.09 * decades)
    ax.set_ylim(bottom, top)
    ax.set_yticks(list(labels), list(labels.values()))
    curves = {}
    for k, ((name, values), (color, dashes, marker)) in enumerate(_styled(series)):
        aside = 10 ** ((k - (len(series) - 1) / 2) * 0.03 * decades)  # so that lines at 0 do not hide each other
        shown = np.where(np.isfinite(values) & (values > 0), values, np.nan)
        ax.plot(x, shown, color=color, linestyle=dashes, marker=marker, markersize=markersize, linewidth=1.3,
                markevery=max(1, len(x) // 60))  # fmt: skip
        for where, at in ((values == 0, zero / aside), (~np.isfinite(values), none / aside)):
            ax.plot(x[where], np.full(where.sum(), at), marker, color=color, markersize=markersize)
        on_page = np.where(values == 0, zero / aside, np.where(np.isfinite(values), values, none / aside))
        curves[(names or {}).get(name, name)] = np.column_stack([x, on_page])
    _name_where_free(ax, curves, inside)


def _name_where_free(ax, curves, inside):
    """Name each curve close to itself and where it has the most room between the others, at heights ``inside``."""
    ax.figure.draw_without_rendering()  # lays the axes out, so that they can be measured
    size = np.array(ax.get_window_extent().size) / ax.figure.dpi
    low, high = ax.transScale.transform(np.column_stack([ax.get_xlim(), ax.get_ylim()]))

    def inches(points):
        return (ax.transScale.transform(points) - low) / (high - low) * size

    floor, ceiling = inches([(ax.get_xlim()[0], y) for y in inside])[:, 1]
    for words, curve in curves.items():
        curves[words] = np.concatenate([np.linspace(start, end, 4) for start, end in pairwise(inches(curve))])

    def distance(points, center, extent):
        return np.hypot(*np.maximum(np.abs(points - center) - extent / 2, 0).T).min()

    boxes = []
    for (words, own), (color, _, _) in _styled(curves):
        lines = [np.ptp(TextPath((0, 0), line, size=SMALL).vertices[:, 0]) / 72 for line in words.split("\n")]
        extent = np.array([max(lines), 0.17 * len(lines)])
        others = [curve for key, curve in curves.items() if key != words] + boxes
        places = []
        for anchor, dx, dy in product(own[:: max(1, len(own) // 40)], (-1, -0.5, 0, 0.5, 1), (-1, 0, 1)):
            center = anchor + np.array([dx, dy]) * (extent / 2 + 0.1)
            center = np.clip(center, extent / 2 + (0.03, floor), (size[0], ceiling) - extent / 2)
            gap = distance(own, center, extent)
            room = min([0.5, *(distance(points, center, extent) for points in others)])
            apart = min([0.3, *(distance(points, anchor, 0) for points in others)])
            places.append((20 * min(gap, 0.06) + 20 * min(room, 0.1) + room - gap + 2 * apart, *center))
        _, *center = max(places)
        ax.text(*(center / size), words, transform=ax.transAxes, ha="center", va="center", color=_dark(color))
        boxes.append(center + extent * (np.array(list(product(range(9), range(3)))) / (8, 2) - 0.5))


def _name_at_ends(ax):
    """Name each line at its right end, names spread out so that none covers another."""
    lines = ax.get_lines()
    height = 0.17 / (0.8 * ax.figure.get_figheight() / len(ax.figure.axes))
    ends = [line.get_xydata()[-1] for line in lines]
    heights = ax.transAxes.inverted().transform(ax.transData.transform(ends))[:, 1]
    order = np.argsort(heights)
    places = heights[order]
    for _ in range(200):
        for k in range(len(places) - 1):
            overlap = height - (places[k + 1] - places[k])
            if overlap > 0:
                places[k] -= overlap / 2
                places[k + 1] += overlap / 2
        places = np.clip(places, None, 1)
    for k, place in zip(order, places, strict=True):
        line = lines[k]
        ax.annotate(
            line.get_label(), ends[k], (1.07, place), textcoords=ax.transAxes, va="center",
            color=_dark(line.get_color()),
            arrowprops={"arrowstyle": "-", "color": line.get_color(), "linewidth": 0.7, "shrinkA": 1, "shrinkB": 3,
                        "relpos": (0, 0.5)},
        )  # fmt: skip
