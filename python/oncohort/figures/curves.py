"""What figures of curves share: frame, time axis, numbers at risk, legend.

Measures are in inches.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.figures.look import INK, MUTED, STROKES, WIDTH, Stroke, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOT_HEIGHT, ROW = 3.6, 0.19
LEFT, RIGHT, TOP = 1.12, 0.32, 0.14
PLOT_WIDTH = WIDTH - LEFT - RIGHT
# the legend's samples of the lines, and where their labels start
SAMPLE, GAP = 0.34, 0.42
# percentage points between a curve that is named beside it and the next one
CLEAR = 4
# how a competing cause is drawn
THIN = {"linewidth": 1.0, "dashes": (4.0, 2.4)}


class Curve(NamedTuple):
    """One arm: its rows of schema `analysis`, and the cells of the legend.

    `steps` are of `survival_curves`, or of `incidence_curves`: then `competing` are
    those of the other cause. An arm that is shown but not compared has no band.
    """

    label: str
    steps: list[dict[str, Any]]
    ticks: list[dict[str, Any]]
    cells: tuple[str, ...]
    has_band: bool = True
    competing: Sequence[dict[str, Any]] = ()


class Words(NamedTuple):
    """Texts of the figure; `heads` title the cells of each curve.

    `competing` names the dashed curves, where there are any.
    """

    x_label: str
    y_label: str
    heads: tuple[str, ...]
    comparison: tuple[str, ...]
    mark: str
    foot: str
    competing: str = ""


class Spot(NamedTuple):
    """Upper left corner of the legend and place of the mark, in shares of the plot."""

    left: float
    top: float
    mark: tuple[float, float]
    mark_side: str
    is_above: bool = False


def framed(
    curves: list[Curve],
    words: Words,
    horizon: float,
    spot: Spot,
    strokes: Sequence[Stroke],
    draw: Callable[["Axes"], None],
) -> "Figure":
    """Return the figure: what `draw` draws, with time axis, numbers at risk, legend."""
    from matplotlib.figure import Figure

    below = 0.62 + ROW * (len(curves) + 0.8) + (0.22 if words.foot else 0)
    above = ROW * (n_rows(curves, words) + 0.4) if spot.is_above else 0
    height = TOP + above + PLOT_HEIGHT + below
    box = (LEFT / WIDTH, below / height, PLOT_WIDTH / WIDTH, PLOT_HEIGHT / height)
    foot = {"ha": "right", "va": "bottom", "fontsize": 7.5, "color": MUTED}
    with style():
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes(box)
        draw(axes)
        ticks = [row["time_months"] for row in curves[0].ticks] if curves else []
        ticks = [tick for tick in ticks if tick <= horizon]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_xlim(0, horizon)
        axes.set_ylabel(words.y_label, labelpad=8)
        axes.set_xlabel(words.x_label, labelpad=4)
        _at_risk(axes, curves, horizon)
        _legend(axes, curves, words, spot, strokes)
        if words.foot:
            figure.text(1 - RIGHT / WIDTH, 0.07 / height, words.foot, **foot)
    return figure


def end_of_axis(curves: list[Curve], horizon: float) -> float:
    """Right end of the axis: rows of nobody at risk say nothing."""
    ticks = [tick for curve in curves for tick in curve.ticks]
    last = max((t["time_months"] for t in ticks if t["n_at_risk"]), default=horizon)
    later = [t["time_months"] for t in ticks if t["time_months"] > last]
    return min([horizon, *later])


def along(horizon: float) -> NDArray[np.float64]:
    """Return the months at which a curve may be named."""
    return np.linspace(0.08, 0.92, 60) * horizon


def name_curves(
    axes: "Axes",
    curves: list[Curve],
    months: NDArray,
    heights: NDArray,
    room: tuple[float, float],
    clear: float = CLEAR,
) -> None:
    """Write the arm's name at its curve, where it lies farthest from all others.

    Above it where it is the highest, below where it is the lowest; a curve that is
    never clear of the others is named by the legend alone. `heights` in percent, shape
    (n_curves, n_months), nan where a curve cannot be named.
    """
    for number, curve in enumerate(curves):
        own, others = heights[number], np.delete(heights, number, 0)
        above = own - np.fmax.reduce(others, initial=-np.inf)
        below = np.fmin.reduce(others, initial=np.inf) - own
        has_room = (own > room[0]) & (own < room[1])
        apart = np.where(has_room, np.fmax(above, below), -1)
        best = int(np.argmax(apart))
        if len(curves) == 1 or apart[best] < clear:
            continue
        is_high = above[best] > 0
        side = (
            {"ha": "left", "va": "bottom"} if is_high else {"ha": "right", "va": "top"}
        )
        side |= {"color": STROKES[number].colour, "weight": "bold"}
        shift = {"xytext": (5, 4) if is_high else (-5, -4)}
        place = (months[best], own[best])
        axes.annotate(curve.label, place, **shift, textcoords="offset points", **side)


def _at_risk(axes: "Axes", curves: list[Curve], horizon: float) -> None:
    """Rows under the axis: at risk at the start of the period, censored before it."""
    left, top = -(LEFT - 0.10) / PLOT_WIDTH, -0.62 / PLOT_HEIGHT
    head = {"transform": axes.transAxes, "va": "center", "weight": "bold"}
    head["fontsize"] = 8.5
    cell = {"transform": axes.get_xaxis_transform(), "ha": "center", "va": "center"}
    axes.text(left, top, "No. at risk (no. censored)", **head)
    for row, (curve, stroke) in enumerate(zip(curves, STROKES, strict=False), 1):
        y = top - row * ROW / PLOT_HEIGHT
        # a long label would run into the number at time 0
        size = 8.5 if len(curve.label) < 9 else 7.5
        axes.text(
            left, y, curve.label, color=stroke.colour, **head | {"fontsize": size}
        )
        for tick in curve.ticks:
            if tick["time_months"] > horizon:
                break
            text = f"{tick['n_at_risk']} ({tick['n_censored_so_far']})"
            axes.text(tick["time_months"], y, text, fontsize=8, **cell)


def above_the_plot(curves: list[Curve], words: Words) -> Spot:
    """Return the spot that covers no curve, whatever they are."""
    n, step = n_rows(curves, words), ROW / PLOT_HEIGHT
    top = 1 + (n * ROW + 0.1) / PLOT_HEIGHT
    return Spot(0.0, top, (0.985, top - (n - 1) * step), "right", is_above=True)


def within(curves: list[Curve], words: Words, left: float, top: float) -> Spot:
    """Return a spot inside the plot, the mark under the legend's lines."""
    below = (n_rows(curves, words) + 0.9) * ROW / PLOT_HEIGHT
    return Spot(left, top, (left, top - below), "left")


def _legend(
    axes: "Axes",
    curves: list[Curve],
    words: Words,
    spot: Spot,
    strokes: Sequence[Stroke],
) -> None:
    """Arms with their cells, the comparison, the mark."""
    name, widths = _widths(curves, words)
    (left, top), step = spot[:2], ROW / PLOT_HEIGHT
    inside = {"transform": axes.transAxes, "va": "center"}

    def write(inches: float, row: float, text: str, **about: Any) -> None:
        place = (left + inches / PLOT_WIDTH, top - row * step)
        axes.text(*place, text, **inside, **about)

    def sample(row: float, colour: str, **about: Any) -> None:
        across, y = [left, left + SAMPLE / PLOT_WIDTH], top - row * step
        about |= {"transform": axes.transAxes, "color": colour, "clip_on": False}
        axes.plot(across, [y, y], **about)

    centres = name + np.cumsum(widths) - np.array(widths) / 2
    for head, centre in zip(words.heads, centres, strict=True):
        write(centre, 0, head, ha="center", fontsize=8, color=MUTED)
    for row, (curve, stroke) in enumerate(zip(curves, strokes, strict=False), 1):
        sample(row, stroke.colour, **{"dashes": stroke.dash} if stroke.dash else {})
        write(GAP, row, curve.label, weight="bold", color=stroke.colour)
        for cell, centre in zip(curve.cells, centres, strict=True):
            write(centre, row, cell, ha="center")
    n_above = len(curves) + 1
    if words.competing:
        sample(n_above, MUTED, **THIN)
        write(GAP, n_above, words.competing)
        n_above += 1
    for row, text in enumerate(words.comparison, n_above):
        write(0, row + 0.4, text, color=INK)
    if words.mark:
        box = {"boxstyle": "square,pad=0.35", "fill": False, "edgecolor": MUTED}
        mark = {"fontsize": 8, "weight": "bold", "color": INK, **inside}
        mark |= {"bbox": {**box, "linewidth": 0.7}}
        axes.text(*spot.mark, words.mark, ha=spot.mark_side, **mark)


def _widths(curves: list[Curve], words: Words) -> tuple[float, list[float]]:
    """Inches of the legend's names and of each column."""
    name = GAP + max([0.5, *(0.085 * len(curve.label) for curve in curves)])
    return name, [0.75 if len(head) < 9 else 1.45 for head in words.heads]


def n_rows(curves: list[Curve], words: Words) -> float:
    """Return the height of the legend in rows, without the mark."""
    return len(curves) + 1 + bool(words.competing) + len(words.comparison) + 0.4


def width(curves: list[Curve], words: Words) -> float:
    """Return the width of the legend, as a share of the plot."""
    name, widths = _widths(curves, words)
    return (name + sum(widths)) / PLOT_WIDTH
