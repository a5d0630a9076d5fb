"""The figures of softmax and cross-entropy: diagrams, bars and curves."""

import numpy as np
from matplotlib.patches import Circle, FancyBboxPatch, Rectangle

from book.figures.drawing import (
    BACKWARD,
    BLUE,
    FORWARD,
    GRAY,
    GREEN,
    INK,
    MATH,
    PURPLE,
    SMALL,
    TEXT,
    VERMILION,
    Drawing,
    darker,
    draw_arrow,
    draw_box,
    sheet,
    write,
)


def softmax_flow(M=3):
    """The softmax of one sample as a diagram: exponentials, their sum, and the division by it."""
    row, height = 0.72, 0.72 * M + 0.82
    ax = sheet(5.25, height)
    logits, powers, division, results = 0.35, 1.6, 3.75, 4.9
    down, up = 2.45, division
    bottom = 0.36
    for m in range(1, M + 1):
        y = height - 0.24 - row * (m - 1)
        draw_box(ax, logits, y, 0.62, 0.44, f"$z_{{i{m}}}$", FORWARD)
        draw_arrow(ax, [(logits + 0.31, y), (powers - 0.36, y)])
        draw_box(ax, powers, y, 0.72, 0.44, f"$e^{{z_{{i{m}}}}}$", FORWARD)
        draw_arrow(ax, [(powers + 0.36, y), (division - 0.17, y)])
        draw_arrow(ax, [(division + 0.17, y), (results - 0.31, y)])
        draw_box(ax, results, y, 0.62, 0.44, f"$p_{{i{m}}}$", FORWARD)
        ax.plot(down, y, "o", color=INK, markersize=4)
        draw_arrow(ax, [(up, y - row + 0.17 if m < M else bottom), (up, y - 0.17)], PURPLE, "--")
        ax.add_patch(Circle((division, y), 0.17, facecolor="none", edgecolor=INK, linewidth=1.2))
        write(ax, division, y, r"$\div$", MATH + 1)
    draw_arrow(ax, [(down, height - 0.24), (down, bottom + 0.34)])
    ax.plot([down + 0.55, up], [bottom, bottom], "--", color=PURPLE, linewidth=1.3)
    draw_box(ax, down, bottom, 1.1, 0.68, rf"$\sum_{{l=1}}^{{{M}}} e^{{z_{{il}}}}$", PURPLE)
    write(ax, (logits + powers) / 2 - 0.02, height - 0.12, "exp", SMALL)
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
    ax = sheet(0.75 + cell * M, 0.95)
    write(ax, 0.6, 0.3, "$y_i$", MATH, ha="right")
    for m in range(1, M + 1):
        hot = m == c
        corner = 0.7 + cell * (m - 1)
        fill = (GREEN, 0.3) if hot else "none"
        ax.add_patch(Rectangle((corner, 0.07), cell, cell, facecolor=fill, edgecolor=INK, linewidth=1))
        write(ax, corner + cell / 2, 0.3, f"${int(hot)}$", MATH)
        write(ax, corner + cell / 2, 0.62, f"${m}$" if not hot else f"$c_i={m}$", 12, va="bottom")
    return ax.figure


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
                ha="right", color=darker(BLUE), fontsize=MATH)  # fmt: skip
    ax.annotate(r"$\max(z, 0)$", (z[at], max(z[at], 0)), (14, -10), textcoords="offset points",
                va="top", color=darker(VERMILION), fontsize=MATH)  # fmt: skip
    ax.set_xlabel("$z$", fontsize=MATH)
    ax.set_xlim(z[0], z[-1])
    ax.set_ylim(-0.14 * lse.max(), None)
    return figure


def softmax_cross_entropy_flow():
    """From logits to cost: softmax, cross-entropy, mean, with the shape of what flows between them."""
    ax = sheet(6, 1.9)
    y, x = 0.98, 0.02
    boxes = [("softmax", 0.95), ("cross-\nentropy", 0.95), ("mean", 0.75), ("", 0)]
    by = r"n \times M"
    flows = [("Z", by, 0.86, 0.34), ("P", by, 0.8, 0.36), ("L", "n", 0.8, 0.42), ("J", "1", 0.7, 0.3)]
    centers = []
    for (letter, shape, step, place), (words, width) in zip(flows, boxes, strict=True):
        draw_arrow(ax, [(x, y), (x + step, y)], FORWARD)
        write(ax, x + place, y + 0.08, f"${letter}$", MATH, va="bottom")
        write(ax, x + place, y - 0.1, f"${shape}$", 13, va="top")
        x += step
        if words:
            centers.append(x + width / 2)
            draw_box(ax, centers[-1], y, width, 0.56, words, FORWARD, TEXT)
            x += width
    left, right = centers[0] - 0.6, centers[1] + 0.6
    ax.add_patch(FancyBboxPatch((left, y - 0.42), right - left, 0.84, "round,pad=0,rounding_size=0.1", facecolor="none",
                                edgecolor=PURPLE, linewidth=1.3, linestyle=(0, (4, 2))))  # fmt: skip
    write(ax, (left + right) / 2, y + 0.5, "computed together", TEXT, color=darker(PURPLE), va="bottom")
    draw_arrow(ax, [(centers[1], 0.05), (centers[1], y - 0.28)], FORWARD)
    write(ax, centers[1] - 0.1, 0.28, "$c$", MATH, ha="right")
    write(ax, centers[1] + 0.1, 0.28, "$n$", 13, ha="left")
    return ax.figure


def softmax_cross_entropy_graph():
    """The derivation as a graph: values to the right, below them derivatives to the left, and the shortcut."""
    ax, size = sheet(6.5, 4.2), 13.5
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
        draw_box(ax, x, top, width, 2 * half, value, FORWARD, size)
        draw_box(ax, x, back, width, 2 * half, gradient, BACKWARD, size)
    gaps = [(columns[k] + widths[k] / 2, columns[k + 1] - widths[k + 1] / 2) for k in range(3)]
    for (left, right), derivative in zip(gaps, locals_, strict=True):
        middle = (left + right) / 2
        draw_arrow(ax, [(left, top), (right, top)], FORWARD)
        draw_arrow(ax, [(right, back), (left, back)], BACKWARD, "--")
        ax.plot([middle, middle], [top - 0.07, local + 0.26], ":", color=GRAY, linewidth=1.2)
        ax.plot([middle, middle], [local - 0.28, back + 0.08], ":", color=GRAY, linewidth=1.2)
        write(ax, middle, local, derivative, size)
    write(ax, sum(gaps[0]) / 2, back - 0.1, r"$\sum_l$", size, va="top")
    corners = [(columns[2], back - half), (columns[2], short), (columns[0], short), (columns[0], back - half)]
    draw_arrow(ax, corners, PURPLE)
    write(ax, (columns[0] + columns[2]) / 2, short + 0.08,
         r"$\dfrac{\partial L_i}{\partial z_{im}}=p_{im}-y_{im}$", size, va="bottom")  # fmt: skip
    write(ax, (columns[0] + columns[2]) / 2, short - 0.08, "both steps as one", size, color=darker(PURPLE), va="top")
    return ax.figure


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
