"""The Kaplan-Meier figure as journals print it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from oncohort.figures.curves import (
    PLOT_HEIGHT,
    ROW,
    Curve,
    Spot,
    Words,
    above_the_plot,
    along,
    end_of_axis,
    framed,
    n_rows,
    name_curves,
    width,
    within,
)
from oncohort.figures.look import MUTED, STROKES, Stroke

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
    horizon = end_of_axis(curves, horizon)

    def draw(axes: "Axes") -> None:
        for curve, stroke in zip(curves, STROKES, strict=False):
            _draw(axes, curve, stroke)
        _axes(axes)
        months = along(horizon)
        heights = np.array([_heights(curve, months) for curve in curves])
        name_curves(axes, curves, months, heights, (12, 97))

    spot = _spot(curves, words, horizon)
    return framed(curves, words, horizon, spot, STROKES, draw)


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


def _axes(axes: "Axes") -> None:
    axes.set_yticks(range(0, 101, 20))
    axes.set_yticks(range(10, 100, 20), minor=True)
    axes.set_ylim(0, 101.5)
    axes.spines["left"].set_bounds(0, 100)
    axes.axhline(50, color=MUTED, linewidth=0.6, linestyle=(0, (1, 2.5)), zorder=0)


def _heights(curve: Curve, months: NDArray) -> NDArray:
    """Survival in percent at some times; not known where the curve has ended."""
    time = np.array([row["time_months"] for row in curve.steps])
    survival = np.array([1.0, *(row["survival"] for row in curve.steps)])
    height = 100 * survival[np.searchsorted(time, months, side="right")]
    return np.where(months <= time[-1], height, np.nan)


def _spot(curves: list[Curve], words: Words, horizon: float) -> Spot:
    """Where the legend covers no curve: low (left), right (top) or above the plot."""
    above = above_the_plot(curves, words)
    steps = [row for curve in curves for row in curve.steps]
    early = [r["survival"] for r in steps if r["time_months"] <= 0.4 * horizon]
    if early and min(early) > 0.5:
        return Spot(0.025, above.top - 1, (0.985, 0.965), "right")
    left, top = 1 - width(curves, words), 0.985
    n = n_rows(curves, words) + (1.6 if words.mark else 0.4)
    floor = top - n * ROW / PLOT_HEIGHT
    for curve in curves:
        before = [
            r["survival"] for r in curve.steps if r["time_months"] <= horizon * left
        ]
        if (before or [1])[-1] > floor:
            return above
    return within(curves, words, left, top)
