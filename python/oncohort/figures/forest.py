"""The forest plot: one ratio with its interval a row; measures are in inches."""

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.figures.look import INK, MUTED, STROKES, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, TOP, BELOW = 0.36, 0.42, 0.72
LABEL, CELL, PLOT, RATIO = 2.55, 0.62, 2.05, 1.36
LABEL_LETTERS = 40
# an interval that leaves these bounds ends in an arrow
BOUNDS = (0.1, 10.0)
# ticks for a span of at most so much between the ends of the axis
TICKS = {
    2.5: (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.6, 1.8, 2),
    6: (0.3, 0.5, 0.7, 1, 1.5, 2, 3),
    100: (0.1, 0.2, 0.5, 1, 2, 5, 10),
}


class Row(NamedTuple):
    """One ratio with limits (None: not estimable), its label, cells and text."""

    label: str
    cells: tuple[str, ...]
    text: str
    ratio: float | None
    ci_low: float | None
    ci_high: float | None


class Words(NamedTuple):
    """Texts of the figure; `heads` title the cells, `favours` the sides of 1."""

    heads: tuple[str, ...]
    ratio_head: str
    favours: tuple[str, str]
    mark: str
    foot: str


def forest_figure(rows: list[Row], words: Words) -> "Figure":
    """Squares with their intervals on a logarithmic axis, numbers on both sides.

    The first row is what the others are held against: a diamond, with a line through
    all rows. The figure is not bound to a screen; save it with `saved`.

    References
    ----------
    Lewis S, Clarke M (2001). BMJ 322:1479-1480.
    """
    from matplotlib.figure import Figure

    height = TOP + ROW * len(rows) + BELOW
    left = LABEL + CELL * len(words.heads)
    width = left + PLOT + RATIO
    box = (left / width, BELOW / height, PLOT / width, ROW * len(rows) / height)
    with style():
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes(box)
        low, high = _axis(axes, rows)
        for number, row in enumerate(rows):
            _interval(axes, row, number, low, high)
        _write(axes, rows, words)
        small = {"va": "bottom", "fontsize": 7.5, "color": MUTED}
        about = {"transform": figure.transFigure, **small}
        axes.text(0.06 / width, 0.07 / height, words.foot, ha="left", **about)
        about["style"] = "italic"
        axes.text(1 - 0.06 / width, 0.07 / height, words.mark, ha="right", **about)
    return figure


def _axis(axes: "Axes", rows: list[Row]) -> tuple[float, float]:
    """Scale, ticks and the lines at 1 and at the first row; return the axis' ends."""
    from matplotlib.ticker import NullLocator

    ends = [end for row in rows for end in (row.ci_low, row.ci_high) if end is not None]
    low = max(min([*ends, 0.8]) * 0.95, BOUNDS[0])
    high = min(max([*ends, 1.25]) * 1.05, BOUNDS[1])
    ticks = next(TICKS[span] for span in TICKS if high / low <= span)
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    shown = [tick for tick in ticks if low <= tick <= high]
    axes.set_xticks(shown, [f"{tick:g}" for tick in shown])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=INK, linewidth=0.8, zorder=0)
    if rows and rows[0].ratio is not None and low < rows[0].ratio < high:
        dotted = {"linewidth": 0.6, "linestyle": (0, (1, 2.5)), "zorder": 0}
        axes.axvline(rows[0].ratio, color=MUTED, **dotted)
    return low, high


def _interval(axes: "Axes", row: Row, number: int, low: float, high: float) -> None:
    """One row's line and marker; an arrow where the line leaves the axis."""
    if row.ratio is None:
        return
    colour = STROKES[0].colour
    marker = {"color": colour, "linestyle": "none", "clip_on": False}
    if row.ci_low is not None and row.ci_high is not None:
        ends = [max(row.ci_low, low), min(row.ci_high, high)]
        axes.plot(ends, [number, number], color=colour, linewidth=1.3)
        for end, limit, arrow in (
            (ends[0], row.ci_low, "<"),
            (ends[1], row.ci_high, ">"),
        ):
            if end != limit:
                axes.plot(end, number, marker=arrow, markersize=5, **marker)
    if low <= row.ratio <= high:
        shape = {"marker": "s", "markersize": 5.5}
        if number == 0:
            shape = {"marker": "D", "markersize": 6.5}
        axes.plot(row.ratio, number, **shape, **marker)


def _write(axes: "Axes", rows: list[Row], words: Words) -> None:
    """Texts beside the plot: label and cells on the left, the ratio on the right."""
    n = len(rows)
    step = 1 / n
    left = -(LABEL + CELL * len(words.heads)) / PLOT
    centres = [
        -(CELL * (len(words.heads) - i) - CELL / 2) / PLOT
        for i in range(len(words.heads))
    ]
    inside = {"transform": axes.transAxes, "va": "center"}

    def write(x: float, y: float, text: str, **about: Any) -> None:
        axes.text(x, y, text, **{**inside, **about})

    top = 1 + 0.2 / ROW * step
    head = {"fontsize": 8, "color": MUTED}
    for centre, text in zip(centres, words.heads, strict=True):
        write(centre, top, text, ha="center", **head)
    write(1 + 0.12 / PLOT, top, words.ratio_head, ha="left", **head)
    for number, row in enumerate(rows):
        y = 1 - (number + 0.5) * step
        weight = "bold" if number == 0 else "normal"
        label = textwrap.fill(row.label, LABEL_LETTERS)
        about = {"fontsize": 8.5, "weight": weight}
        write(left + 0.06 / PLOT, y, label, ha="left", linespacing=1.05, **about)
        for centre, text in zip(centres, row.cells, strict=True):
            write(centre, y, text, ha="center", **about)
        write(1 + 0.12 / PLOT, y, row.text, ha="left", **about)
    for side, text, ha in (
        (0.02, words.favours[0], "left"),
        (0.98, words.favours[1], "right"),
    ):
        place = -0.32 / ROW * step
        write(side, place, text, ha=ha, fontsize=8, color=INK)
