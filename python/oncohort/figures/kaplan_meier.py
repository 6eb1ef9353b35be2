"""The Kaplan-Meier figure as journals print it."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from oncohort.figures.palette import INK, MUTED, STROKES, Stroke
from oncohort.figures.saved import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 7.2
PLOT_HEIGHT = 3.6
ROW = 0.19
LEFT, RIGHT, TOP = 1.12, 0.32, 0.14


class Curve(NamedTuple):
    """One arm: its curve in months, its row of numbers at risk, its line of text.

    An arm that is shown but not compared has no band.
    """

    label: str
    time: list[float]
    survival: list[float]
    ci_low: list[float | None]
    ci_high: list[float | None]
    n_censored: list[int]
    ticks: list[float]
    n_at_risk: list[int]
    n_censored_so_far: list[int]
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


def kaplan_meier_figure(
    curves: list[Curve], words: Words, horizon: float
) -> "Figure":
    """Step curves with confidence bands, censor marks and numbers at risk below.

    Parameters
    ----------
    curves : list of Curve
        One per arm, in the order shown; at most four.
    words : Words
        Axis labels, table of medians, comparison, mark (such as 'Exploratory'), foot.
    horizon : float
        Right end of the time axis, in months.

    Returns
    -------
    matplotlib.figure.Figure
        Not bound to a screen; save it with `saved`.

    References
    ----------
    Pocock SJ, Clayton TC, Altman DG (2002). Lancet 359:1686-1689.
    Morris TP et al. (2019). BMJ Open 9:e030215 (the extended table at risk).
    """
    from matplotlib.figure import Figure

    foot = 0.62 + ROW * (len(curves) + 0.8) + (0.22 if words.foot else 0)
    height = TOP + PLOT_HEIGHT + foot
    with style():
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes(
            (
                LEFT / WIDTH,
                foot / height,
                (WIDTH - LEFT - RIGHT) / WIDTH,
                PLOT_HEIGHT / height,
            )
        )
        for curve, stroke in zip(curves, STROKES, strict=False):
            _draw(axes, curve, stroke, horizon)
        _axes(axes, curves, words, horizon)
        _at_risk(axes, curves)
        _legend(axes, curves, words, horizon)
        if words.foot:
            figure.text(
                1 - RIGHT / WIDTH, 0.07 / height, words.foot, ha="right", va="bottom",
                fontsize=7.5, color=MUTED,
            )  # fmt: skip
    return figure


def _draw(axes: "Axes", curve: Curve, stroke: Stroke, horizon: float) -> None:
    """One arm: band, steps, and a short tick wherever somebody is censored."""
    time = np.concatenate(([0.0], curve.time))
    steps = [
        100 * np.concatenate(([1.0], np.array(values, dtype=float)))
        for values in (curve.survival, curve.ci_low, curve.ci_high)
    ]
    inside = time <= horizon
    # carry the last step to the edge when the curve goes on beyond it
    goes_on = time[-1] > horizon
    time = np.append(time[inside], horizon) if goes_on else time
    survival, low, high = (
        np.append(step[inside], step[inside][-1]) if goes_on else step
        for step in steps
    )
    if curve.has_band:
        axes.fill_between(
            time, low, high, step="post", color=stroke.colour, alpha=0.13, linewidth=0
        )
    (line,) = axes.step(
        time, survival, where="post", color=stroke.colour, solid_joinstyle="miter"
    )
    if stroke.dash:
        line.set_dashes(stroke.dash)
    censored = np.array(curve.n_censored) > 0
    at, height = np.array(curve.time)[censored], np.array(curve.survival)[censored]
    seen = at <= horizon
    axes.plot(
        at[seen], 100 * height[seen], linestyle="none", marker="|", markersize=5.5,
        markeredgewidth=0.8, color=stroke.colour,
    )  # fmt: skip


def _axes(axes: "Axes", curves: list[Curve], words: Words, horizon: float) -> None:
    axes.set_xlim(0, horizon)
    axes.set_ylim(0, 101.5)
    axes.set_yticks(range(0, 101, 20))
    axes.set_yticks(range(10, 100, 20), minor=True)
    axes.set_xticks(curves[0].ticks if curves else [])
    axes.set_xticklabels([f"{tick:g}" for tick in axes.get_xticks()])
    axes.spines["left"].set_bounds(0, 100)
    axes.axhline(50, color=MUTED, linewidth=0.6, linestyle=(0, (1, 2.5)), zorder=0)
    axes.set_ylabel(words.y_label, labelpad=8)
    axes.set_xlabel(words.x_label, labelpad=4)


def _at_risk(axes: "Axes", curves: list[Curve]) -> None:
    """Rows under the axis: at risk at the start of the period, censored before it."""
    inch = 1 / PLOT_HEIGHT
    plot = WIDTH - LEFT - RIGHT
    left = -(LEFT - 0.10) / plot
    below = axes.get_xaxis_transform()
    top = -0.62 * inch
    axes.text(
        left, top, "No. at risk (no. censored)", transform=axes.transAxes,
        va="center", weight="bold", fontsize=8.5,
    )  # fmt: skip
    for row, (curve, stroke) in enumerate(zip(curves, STROKES, strict=False), 1):
        y = top - row * ROW * inch
        axes.text(
            left, y, curve.label, transform=axes.transAxes, va="center",
            color=stroke.colour, weight="bold", fontsize=8.5,
        )  # fmt: skip
        for tick, n, censored in zip(
            curve.ticks, curve.n_at_risk, curve.n_censored_so_far, strict=True
        ):
            axes.text(
                tick, y, f"{n} ({censored})", transform=below, ha="center",
                va="center", fontsize=8,
            )  # fmt: skip


def _legend(axes: "Axes", curves: list[Curve], words: Words, horizon: float) -> None:
    """Line samples, sizes and medians, then the comparison, where the plot is empty."""
    plot = WIDTH - LEFT - RIGHT
    widths = [0.75 if len(head) < 9 else 1.45 for head in words.heads]
    name = 0.42 + max([0.5, *(0.085 * len(curve.label) for curve in curves)])
    total = (name + sum(widths)) / plot
    is_low = _is_free_below(curves, horizon)
    left = 0.025 if is_low else 1 - total
    lines = len(curves) + 1 + len(words.comparison) + 0.4
    y = (lines * ROW + 0.1) / PLOT_HEIGHT if is_low else 0.985

    def write(x: float, at: float, text: str, **about: object) -> None:
        axes.text(x, at, text, transform=axes.transAxes, va="center", **about)

    centres = np.cumsum([0.0, *widths])[:-1] + np.array(widths) / 2
    step = ROW / PLOT_HEIGHT
    for head, centre in zip(words.heads, centres, strict=True):
        write(left + (name + centre) / plot, y, head, ha="center", fontsize=8,
              color=MUTED)  # fmt: skip
    for row, (curve, stroke) in enumerate(zip(curves, STROKES, strict=False), 1):
        at = y - row * step
        (sample,) = axes.plot(
            [left, left + 0.34 / plot], [at, at], transform=axes.transAxes,
            color=stroke.colour, clip_on=False,
        )  # fmt: skip
        if stroke.dash:
            sample.set_dashes(stroke.dash)
        write(left + 0.42 / plot, at, curve.label, weight="bold", color=stroke.colour)
        for cell, centre in zip(curve.cells, centres, strict=True):
            write(left + (name + centre) / plot, at, cell, ha="center")
    for row, text in enumerate(words.comparison, len(curves) + 1):
        write(left, y - (row + 0.4) * step, text, color=INK)
    if words.mark:
        write(
            0.985 if is_low else left, 0.965 if is_low else y - (lines + 0.9) * step,
            words.mark, ha="right" if is_low else "left", fontsize=8, style="italic",
            color=MUTED,
        )  # fmt: skip


def _is_free_below(curves: list[Curve], horizon: float) -> bool:
    """Whether the curves stay high, so that the lower left is the empty corner."""
    at = [
        survival
        for curve in curves
        for time, survival in zip(curve.time, curve.survival, strict=True)
        if time <= 0.4 * horizon
    ]
    return bool(at) and min(at) > 0.5
