"""The figures of errors: of difference quotients, of code in floating point, and where it is right."""

from itertools import pairwise, product

import numpy as np
from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from book.figures.drawing import (
    BLUE,
    GRAY,
    MATH,
    SMALL,
    TEXT,
    VERMILION,
    WIDTH,
    Drawing,
    darker,
    in_two_digits,
    powers_of_ten,
    styled,
)


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
    powers_of_ten(ax.xaxis, h.min(), h.max(), 7)
    names = {}
    for (name, values), (color, _, _) in styled(errors):
        values = np.ravel(values)
        best = np.nanargmin(values)
        names[name] = name
        if 0 < 100 * values[best] < min(values[h.argmin()], values[h.argmax()]):
            ax.plot(h[best], values[best], "o", markersize=11, markerfacecolor="none", markeredgecolor=color)
            straight = (h > 10 * h[best]) & (h < h.max() / 10) & (values > 0)
            if straight.sum() > 1:
                slope = np.polyfit(np.log(h[straight]), np.log(values[straight]), 1)[0]
                names[name] = f"{name}\nslope {slope:.2g}, best $h$ = {in_two_digits(h[best])}"
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


def _runs(right):
    """The first and the last place of every unbroken run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], np.asarray(right, bool), [False]])))
    return zip(edges[::2], edges[1::2] - 1, strict=True)


def _log_errors(ax, x, errors, markersize, names=None):
    """Lines of errors on a log axis. Zeros stand on a line of their own below, infinities and NaNs on one above."""
    series = {name: np.ravel(np.asarray(values, dtype=float)) for name, values in errors.items()}
    together = np.concatenate(list(series.values()))
    positive = together[np.isfinite(together) & (together > 0)]
    low, high = (positive.min(), positive.max()) if positive.size else (1e-16, 1.0)
    decades = max(1.0, np.log10(high / low))
    ax.set_yscale("log")
    ax.set_ylabel("relative error")
    ticks = powers_of_ten(ax.yaxis, low, high, 7)
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
    for k, ((name, values), (color, dashes, marker)) in enumerate(styled(series)):
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
    for (words, own), (color, _, _) in styled(curves):
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
        ax.text(*(center / size), words, transform=ax.transAxes, ha="center", va="center", color=darker(color))
        boxes.append(center + extent * (np.array(list(product(range(9), range(3)))) / (8, 2) - 0.5))
