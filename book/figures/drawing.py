"""What the figures share: their colors, their style, and the parts that they are drawn of.

The background is transparent and color never stands alone: lines differ in dashes and markers too, and carry their
name. Forward is blue, backward vermilion, parameters are green (colors of Okabe and Ito). Words have the face of tables
and captions, drawn as outlines, since an image knows no fonts of the page around it; what that face lacks, such as
Greek letters, comes from matplotlib's own. Importing this module sets matplotlib's defaults, and a fixed salt makes two
renderings of a figure the same bytes.
"""

from io import StringIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Polygon
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

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
TEXT, SMALL, MATH = 12.5, 11.5, 14
WIDTH = 5.6
FACE = Path(__file__).with_name("source-sans-3.ttf")  # cut by book/_ext/cut_fonts.py
font_manager.fontManager.addfont(FACE)

STYLE = {
    "font.family": ["Source Sans 3", "DejaVu Sans"],
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


def styled(named):
    """The items of a dictionary with a color, dashes and a marker each; there are five."""
    return zip(named.items(), SERIES[: len(named)], strict=True)


def sheet(width, height):
    """Axes without a frame whose unit is the inch, on a figure of that size."""
    ax = Drawing(figsize=(width, height)).add_axes((0, 0, 1, 1))
    ax.set(xlim=(0, width), ylim=(0, height))
    ax.set_axis_off()
    return ax


def write(ax, x, y, words, size=MATH, color=INK, ha="center", va="center"):
    bold_digits = r"\mathbf{1}" in words  # mathtext has no bold digits of its own; it takes those of the text font
    words = words.replace(r"\mathbf{1}", r"\mathregular{1}")
    ax.text(x, y, words, fontsize=size, color=color, ha=ha, va=va, linespacing=1.15,
            fontfamily="cmb10" if bold_digits else None)  # fmt: skip


def draw_box(ax, x, y, width, height, words, color, size=MATH):
    corner = (x - width / 2, y - height / 2)
    ax.add_patch(FancyBboxPatch(corner, width, height, "round,pad=0,rounding_size=0.07", facecolor=(color, 0.1),
                                edgecolor=color, linewidth=1.3))  # fmt: skip
    write(ax, x, y, words, size)


def draw_arrow(ax, points, color=INK, dashes="-"):
    """A line through the points with a head whose tip is the last of them."""
    *before, tip = (np.array(point, dtype=float) for point in points)
    along = (tip - before[-1]) / np.hypot(*(tip - before[-1]))
    base, across = tip - 0.11 * along, 0.045 * np.array([-along[1], along[0]])
    ax.plot(*np.array([*before, base]).T, color=color, linestyle=dashes, linewidth=1.3, solid_capstyle="butt", zorder=1)
    ax.add_patch(Polygon([tip, base + across, base - across], closed=True, facecolor=color, edgecolor="none", zorder=3))


def darker(color):
    """The color for text: darker, so that it is legible."""
    return tuple(0.7 * part for part in to_rgb(color))


def in_two_digits(number):
    """A number in two digits, in powers of ten as TeX where it is very large or small."""
    if number == 0 or 1e-3 <= abs(number) < 1e4:
        return f"{number:.2g}"
    mantissa, exponent = f"{number:.1e}".split("e")
    return rf"$\mathdefault{{{mantissa} \times 10^{{{int(exponent)}}}}}$"


def powers_of_ten(axis, low, high, most):
    """Ticks of a log axis: at most about that many powers of ten, evenly spaced."""
    first, last = int(np.ceil(np.log10(low) - 1e-9)), int(np.floor(np.log10(high) + 1e-9))
    step = max(1, -(-(last - first) // most))
    ticks = [10.0**k for k in range(first, last + 1) if k % step == 0]
    axis.set_major_locator(FixedLocator(ticks))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: rf"$\mathdefault{{10^{{{round(np.log10(value))}}}}}$"))
    return ticks


def log_ticks(ax):
    """Ticks of a log axis upward: 1, 2, 5 in each decade where there are few decades, else powers of ten."""
    low, high = ax.get_ylim()
    if high / low > 10**3.5:
        powers_of_ten(ax.yaxis, low, high, 8)
    else:
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 200 else (1, 3)))
        ax.yaxis.set_minor_locator(NullLocator())
        ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def name_at_ends(ax):
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
            color=darker(line.get_color()),
            arrowprops={"arrowstyle": "-", "color": line.get_color(), "linewidth": 0.7, "shrinkA": 1, "shrinkB": 3,
                        "relpos": (0, 0.5)},
        )  # fmt: skip
