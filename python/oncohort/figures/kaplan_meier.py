"""The Kaplan-Meier figure as journals print it."""

from typing import TYPE_CHECKING

import numpy as np

from oncohort.figures.legend import legend
from oncohort.figures.palette import MUTED, STROKES, Stroke
from oncohort.figures.parts import (
    LEFT,
    PLOT_HEIGHT,
    RIGHT,
    ROW,
    TOP,
    WIDTH,
    Curve,
    Words,
)
from oncohort.figures.saved import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def kaplan_meier_figure(curves: list[Curve], words: Words, horizon: float) -> "Figure":
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
        legend(axes, curves, words, horizon)
        if words.foot:
            figure.text(
                1 - RIGHT / WIDTH,
                0.07 / height,
                words.foot,
                ha="right",
                va="bottom",
                fontsize=7.5,
                color=MUTED,
            )
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
        np.append(step[inside], step[inside][-1]) if goes_on else step for step in steps
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
        at[seen],
        100 * height[seen],
        linestyle="none",
        marker="|",
        markersize=5.5,
        markeredgewidth=0.8,
        color=stroke.colour,
    )


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
        left,
        top,
        "No. at risk (no. censored)",
        transform=axes.transAxes,
        va="center",
        weight="bold",
        fontsize=8.5,
    )
    for row, (curve, stroke) in enumerate(zip(curves, STROKES, strict=False), 1):
        y = top - row * ROW * inch
        axes.text(
            left,
            y,
            curve.label,
            transform=axes.transAxes,
            va="center",
            color=stroke.colour,
            weight="bold",
            fontsize=8.5,
        )
        for tick, n, censored in zip(
            curve.ticks, curve.n_at_risk, curve.n_censored_so_far, strict=True
        ):
            axes.text(
                tick,
                y,
                f"{n} ({censored})",
                transform=below,
                ha="center",
                va="center",
                fontsize=8,
            )
