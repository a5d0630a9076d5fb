"""The figures of the dense layer: its units, and its products as blocks of cells."""

from itertools import product, zip_longest
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Circle, Rectangle

from book.figures.drawing import BLUE, GRAY, INK, MATH, SERIES, TEXT, draw_arrow, sheet, write


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
    ax = sheet(4.7, heading + 0.15)
    for m, unit in enumerate(units, start=1):
        color, dashes, _ = SERIES[(m - 1) % len(SERIES)]
        for j, y in enumerate(inputs, start=1):
            _edge(ax, (left, y), (right, unit), radius, near, f"$w_{{{j}{m}}}$", color, dashes)
        draw_arrow(ax, [(right, unit + 0.52), (right, unit + radius)])
        write(ax, right + 0.09, unit + 0.46, f"$b_{m}$", ha="left")
        draw_arrow(ax, [(right + radius, unit), (right + 0.75, unit)], color)
        ax.add_patch(Circle((right, unit), radius, facecolor=(color, 0.12), edgecolor=color, linewidth=1.3))
        write(ax, right, unit, r"$\Sigma$")
        write(ax, right + 0.82, unit, f"$z_{{i{m}}}$", ha="left")
    for j, y in enumerate(inputs, start=1):
        ax.add_patch(Circle((left, y), radius, facecolor="none", edgecolor=INK, linewidth=1.2))
        write(ax, left, y, f"$x_{{i{j}}}$")
    places = {"inputs": left, "weights": left + near * (right - left), "units": right, "sums": right + 1}
    for words, x in places.items():
        write(ax, x, heading, words, TEXT)
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
    ax = sheet(starts[-1], sum(map(height, lines)) + (above + below) * len(lines))
    top = ax.get_ylim()[1]
    for line in lines:
        middle = top - above - height(line) / 2
        for item, start, slot in zip(line, starts, widths, strict=False):
            if isinstance(item, str):
                write(ax, start + slot / 2, middle, f"${item}$", MATH + 2)
                continue
            across, half = sizes[item.columns] * cell, sizes[item.rows] * cell / 2
            left = start + label + (slot - label - across) / 2
            _cells(ax, left, middle, cell, sizes[item.rows], sizes[item.columns], item.highlight)
            write(ax, left - 0.07, middle, f"${item.rows}$", 13, ha="right")
            write(ax, left + across / 2, middle - half - 0.06, f"${item.columns}$", 13, va="top")
            write(ax, left + across / 2, middle + half + 0.07, f"${item.letter}$", MATH, va="bottom")
        top -= above + height(line) + below
    return ax.figure


def _edge(ax, start, end, radius, share, words, color, dashes):
    """An arrow from circle to circle with a gap for its label, which stands at that share of the way."""
    start, end = np.array(start), np.array(end)
    along = (end - start) / np.hypot(*(end - start))
    place = start + share * (end - start)
    start, end = start + radius * along, end - radius * along
    before, after = place - 0.2 * along, place + 0.2 * along
    ax.plot(*np.array([start, before]).T, color=color, linestyle=dashes, linewidth=1.3, zorder=1)
    draw_arrow(ax, [after, end], color, dashes)
    write(ax, *place, words)


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
