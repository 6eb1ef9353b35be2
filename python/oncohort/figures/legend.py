"""The table inside a Kaplan-Meier figure: arms, medians and their comparison."""

from typing import TYPE_CHECKING

import numpy as np

from oncohort.figures.palette import INK, MUTED, STROKES
from oncohort.figures.parts import LEFT, PLOT_HEIGHT, RIGHT, ROW, WIDTH, Curve, Words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PLOT_WIDTH = WIDTH - LEFT - RIGHT
SAMPLE, GAP = 0.34, 0.42


def legend(axes: "Axes", curves: list[Curve], words: Words, horizon: float) -> None:
    """Write the table where the plot is empty: upper right, else lower left.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        The plot.
    curves : list of Curve
        Arms with their cells.
    words : Words
        Heads of the cells, comparison and mark.
    horizon : float
        Right end of the time axis, in months.
    """
    widths = [0.75 if len(head) < 9 else 1.45 for head in words.heads]
    name = GAP + max([0.5, *(0.085 * len(curve.label) for curve in curves)])
    is_low = _is_free_below(curves, horizon)
    n_rows = len(curves) + 1 + len(words.comparison) + 0.4
    left = 0.025 if is_low else 1 - (name + sum(widths)) / PLOT_WIDTH
    top = (n_rows * ROW + 0.1) / PLOT_HEIGHT if is_low else 0.985
    step = ROW / PLOT_HEIGHT

    def write(inches: float, row: float, text: str, **about: object) -> None:
        place = (left + inches / PLOT_WIDTH, top - row * step)
        axes.text(*place, text, transform=axes.transAxes, va="center", **about)

    centres = name + np.cumsum(widths) - np.array(widths) / 2
    for head, centre in zip(words.heads, centres, strict=True):
        write(centre, 0, head, ha="center", fontsize=8, color=MUTED)
    for row, (curve, stroke) in enumerate(zip(curves, STROKES, strict=False), 1):
        across, y = [left, left + SAMPLE / PLOT_WIDTH], top - row * step
        (sample,) = axes.plot(
            across, [y, y], transform=axes.transAxes, color=stroke.colour
        )
        if stroke.dash:
            sample.set_dashes(stroke.dash)
        write(GAP, row, curve.label, weight="bold", color=stroke.colour)
        for cell, centre in zip(curve.cells, centres, strict=True):
            write(centre, row, cell, ha="center")
    for row, text in enumerate(words.comparison, len(curves) + 1):
        write(0, row + 0.4, text, color=INK)
    mark = {"fontsize": 8, "style": "italic", "color": MUTED, "va": "center"}
    place = (0.985, 0.965) if is_low else (left, top - (n_rows + 0.9) * step)
    side = "right" if is_low else "left"
    axes.text(*place, words.mark, transform=axes.transAxes, ha=side, **mark)


def _is_free_below(curves: list[Curve], horizon: float) -> bool:
    """Whether the curves stay high, so that the lower left is the empty corner."""
    early = [
        survival
        for curve in curves
        for time, survival in zip(curve.time, curve.survival, strict=True)
        if time <= 0.4 * horizon
    ]
    return bool(early) and min(early) > 0.5
