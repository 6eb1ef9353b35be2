"""The Kaplan-Meier figure as journals print it; measures are in inches."""

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


class Curve(NamedTuple):
    """One arm: rows of `survival_curves` and `numbers_at_risk`, cells of the legend.

    An arm that is shown but not compared has no band.
    """

    label: str
    steps: list[dict[str, Any]]
    ticks: list[dict[str, Any]]
    cells: tuple[str, ...]
    has_band: bool = True


class Words(NamedTuple):
    """Texts of the figure; `heads` title the cells of each curve."""

    x_label: str
    y_label: str
    heads: tuple[str, ...]
    comparison: tuple[str, ...]
    mark: str
    foot: str


def kaplan_meier_figure(curves: list[Curve], words: Words, horizon: float) -> "Figure":
    """Step curves with confidence bands, censor marks and numbers at risk below.

    At most four curves, in the order shown; `horizon` is the right end of the time
    axis, in months; it ends sooner at the first tick from which on nobody is at risk.
    The figure is not bound to a screen; save it with `saved`.

    References
    ----------
    Pocock SJ, Clayton TC, Altman DG (2002). Lancet 359:1686-1689.
    Morris TP et al. (2019). BMJ Open 9:e030215 (the extended table at risk).
    """
    from matplotlib.figure import Figure

    horizon = _end(curves, horizon)
    below = 0.62 + ROW * (len(curves) + 0.8) + (0.22 if words.foot else 0)
    corner = _corner(curves, words, horizon)
    above = ROW * (_n_rows(curves, words) + 0.2) if corner == "above" else 0
    height = TOP + above + PLOT_HEIGHT + below
    box = (LEFT / WIDTH, below / height, PLOT_WIDTH / WIDTH, PLOT_HEIGHT / height)
    foot = {"ha": "right", "va": "bottom", "fontsize": 7.5, "color": MUTED}
    with style():
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes(box)
        for curve, stroke in zip(curves, STROKES, strict=False):
            _draw(axes, curve, stroke)
        _axes(axes, curves, words, horizon)
        _name_curves(axes, curves, horizon)
        _at_risk(axes, curves, horizon)
        _legend(axes, curves, words, corner)
        if words.foot:
            figure.text(1 - RIGHT / WIDTH, 0.07 / height, words.foot, **foot)
    return figure


def _end(curves: list[Curve], horizon: float) -> float:
    """Right end of the axis: rows of nobody at risk say nothing."""
    ticks = [tick for curve in curves for tick in curve.ticks]
    last = max((t["time_months"] for t in ticks if t["n_at_risk"]), default=horizon)
    later = [t["time_months"] for t in ticks if t["time_months"] > last]
    return min([horizon, *later])


def _draw(axes: "Axes", curve: Curve, stroke: Stroke) -> None:
    """One arm: band, steps, and a short tick wherever somebody is censored."""
    start = {"time_months": 0, "survival": 1, "ci_low": 1, "ci_high": 1}
    columns = ("time_months", "survival", "ci_low", "ci_high")
    rows = [start, *curve.steps]
    time, *shares = (np.array([row[n] for row in rows], dtype=float) for n in columns)
    # limits are unknown only at the end, where the curve is 0: the band stops there
    survival, low, high = (
        100 * np.where(np.isnan(share), np.roll(share, 1), share) for share in shares
    )
    colour = stroke.colour
    if curve.has_band:
        band = {"step": "post", "color": colour, "alpha": 0.13, "linewidth": 0}
        axes.fill_between(time, low, high, **band)
    line = {"where": "post", "color": colour, "solid_joinstyle": "miter"}
    (drawn,) = axes.step(time, survival, **line)
    if stroke.dash:
        drawn.set_dashes(stroke.dash)
    censored = [row["n_censored"] > 0 for row in curve.steps]
    mark = {"marker": "|", "markersize": 5.5, "markeredgewidth": 0.8, "color": colour}
    axes.plot(time[1:][censored], survival[1:][censored], linestyle="none", **mark)


def _axes(axes: "Axes", curves: list[Curve], words: Words, horizon: float) -> None:
    ticks = [row["time_months"] for row in curves[0].ticks] if curves else []
    ticks = [tick for tick in ticks if tick <= horizon]
    axes.set_yticks(range(0, 101, 20))
    axes.set_yticks(range(10, 100, 20), minor=True)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlim(0, horizon)
    axes.set_ylim(0, 101.5)
    axes.spines["left"].set_bounds(0, 100)
    axes.axhline(50, color=MUTED, linewidth=0.6, linestyle=(0, (1, 2.5)), zorder=0)
    axes.set_ylabel(words.y_label, labelpad=8)
    axes.set_xlabel(words.x_label, labelpad=4)


def _name_curves(axes: "Axes", curves: list[Curve], horizon: float) -> None:
    """The arm's name at its curve, where it lies farthest from all others.

    Above it where it is the highest, below where it is the lowest; a curve that is
    never clear of the others is named by the legend alone.
    """
    months = np.linspace(0.08, 0.92, 60) * horizon
    heights = np.array([_heights(curve, months) for curve in curves])
    for number, curve in enumerate(curves):
        own, others = heights[number], np.delete(heights, number, 0)
        above = own - np.fmax.reduce(others, initial=-np.inf)
        below = np.fmin.reduce(others, initial=np.inf) - own
        has_room = (own > 12) & (own < 97)
        apart = np.where(has_room, np.fmax(above, below), -1)
        best = int(np.argmax(apart))
        if len(curves) == 1 or apart[best] < CLEAR:
            continue
        is_high = above[best] > 0
        side = (
            {"ha": "left", "va": "bottom"} if is_high else {"ha": "right", "va": "top"}
        )
        side |= {"color": STROKES[number].colour, "weight": "bold"}
        shift = {"xytext": (5, 4) if is_high else (-5, -4)}
        place = (months[best], own[best])
        axes.annotate(curve.label, place, **shift, textcoords="offset points", **side)


def _heights(curve: Curve, months: NDArray) -> NDArray:
    """Survival in percent at some times; not known where the curve has ended."""
    time = np.array([row["time_months"] for row in curve.steps])
    survival = np.array([1.0, *(row["survival"] for row in curve.steps)])
    height = 100 * survival[np.searchsorted(time, months, side="right")]
    return np.where(months <= time[-1], height, np.nan)


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


def _legend(axes: "Axes", curves: list[Curve], words: Words, corner: str) -> None:
    """Arms, medians and comparison where the plot is empty, else above it."""
    name, widths = _widths(curves, words)
    n_rows, step = _n_rows(curves, words), ROW / PLOT_HEIGHT
    left = {"low": 0.025, "above": 0.0}.get(corner, _left(name, widths))
    top = 0.985
    if corner != "right":
        top = (corner == "above") + (n_rows * ROW + 0.1) / PLOT_HEIGHT
    inside = {"transform": axes.transAxes, "va": "center"}

    def write(inches: float, row: float, text: str, **about: Any) -> None:
        place = (left + inches / PLOT_WIDTH, top - row * step)
        axes.text(*place, text, **inside, **about)

    centres = name + np.cumsum(widths) - np.array(widths) / 2
    for head, centre in zip(words.heads, centres, strict=True):
        write(centre, 0, head, ha="center", fontsize=8, color=MUTED)
    for row, (curve, stroke) in enumerate(zip(curves, STROKES, strict=False), 1):
        across, y = [left, left + SAMPLE / PLOT_WIDTH], top - row * step
        about = {"transform": axes.transAxes, "color": stroke.colour, "clip_on": False}
        (sample,) = axes.plot(across, [y, y], **about)
        if stroke.dash:
            sample.set_dashes(stroke.dash)
        write(GAP, row, curve.label, weight="bold", color=stroke.colour)
        for cell, centre in zip(curve.cells, centres, strict=True):
            write(centre, row, cell, ha="center")
    for row, text in enumerate(words.comparison, len(curves) + 1):
        write(0, row + 0.4, text, color=INK)
    if words.mark:
        box = {"boxstyle": "square,pad=0.35", "fill": False, "edgecolor": MUTED}
        mark = {"fontsize": 8, "weight": "bold", "color": INK, **inside}
        mark |= {"bbox": {**box, "linewidth": 0.7}}
        place = (left, top - (n_rows + 0.9) * step)
        if corner != "right":
            place = (0.985, 0.965 if corner == "low" else top - (n_rows - 1) * step)
        axes.text(
            *place, words.mark, ha="left" if corner == "right" else "right", **mark
        )


def _widths(curves: list[Curve], words: Words) -> tuple[float, list[float]]:
    """Inches of the legend's names and of each column."""
    name = GAP + max([0.5, *(0.085 * len(curve.label) for curve in curves)])
    return name, [0.75 if len(head) < 9 else 1.45 for head in words.heads]


def _n_rows(curves: list[Curve], words: Words) -> float:
    return len(curves) + 1 + len(words.comparison) + 0.4


def _left(name: float, widths: list[float]) -> float:
    return 1 - (name + sum(widths)) / PLOT_WIDTH


def _corner(curves: list[Curve], words: Words, horizon: float) -> str:
    """Where the legend covers no curve: low (left), right (top) or above the plot."""
    steps = [row for curve in curves for row in curve.steps]
    early = [r["survival"] for r in steps if r["time_months"] <= 0.4 * horizon]
    if early and min(early) > 0.5:
        return "low"
    start = horizon * _left(*_widths(curves, words))
    n_rows = _n_rows(curves, words) + (1.6 if words.mark else 0.4)
    floor = 0.985 - n_rows * ROW / PLOT_HEIGHT
    for curve in curves:
        before = [r["survival"] for r in curve.steps if r["time_months"] <= start]
        if (before or [1])[-1] > floor:
            return "above"
    return "right"
