"""Cumulative incidence with what competes, as journals print it."""

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from oncohort.figures.curves import (
    CLEAR,
    PLOT_HEIGHT,
    ROW,
    THIN,
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
from oncohort.figures.look import STROKES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# all solid: a dash is what competes
SOLID = tuple(stroke._replace(dash=()) for stroke in STROKES)
# percentage points between labels of the axis, and how many of them at most
STEPS, MOST = (1, 2, 5, 10, 20), 6
Track = tuple[NDArray, NDArray]


def cumulative_incidence_figure(
    curves: list[Curve], words: Words, horizon: float
) -> "Figure":
    """Rising step curves with confidence bands, dashed what competes, at risk below.

    At most four curves; `horizon` as for `kaplan_meier_figure`. The axis ends at the
    round share above everything drawn.

    References
    ----------
    Pocock SJ, Clayton TC, Altman DG (2002). Lancet 359:1686-1689.
    """
    horizon = end_of_axis(curves, horizon)
    tracks = [_tracks(curve) for curve in curves]
    drawn = [track for each in tracks for track in each]
    top, step = _axis(drawn, horizon)

    def draw(axes: "Axes") -> None:
        for stroke, each in zip(SOLID, tracks, strict=False):
            _draw(axes, each, stroke.colour)
        axes.set_yticks(np.arange(0, top + step / 2, step))
        axes.set_yticks(np.arange(step / 2, top, step), minor=True)
        axes.set_ylim(0, top)
        _name(axes, curves, tracks, horizon, top)

    spot = _spot(curves, words, horizon, drawn, top)
    return framed(curves, words, horizon, spot, SOLID, draw)


def _tracks(curve: Curve) -> list[Track]:
    """Times and percent of the event, of its limits and of what competes, from 0 on."""

    def track(rows: list[dict], name: str) -> Track:
        pairs = [(0.0, 0.0), *((row["time_months"], row[name]) for row in rows)]
        time, share = np.array(pairs, dtype=float).T
        return time, 100 * share

    own = [track(curve.steps, name) for name in ("incidence", "ci_low", "ci_high")]
    return [*own, track(list(curve.competing), "incidence")]


def _name(
    axes: "Axes",
    curves: list[Curve],
    tracks: list[list[Track]],
    horizon: float,
    top: float,
) -> None:
    """Name the curves of the event, away from what competes."""
    months, clear = along(horizon), CLEAR * top / 100
    event, competing = (
        np.array([_heights(*each[number], months) for each in tracks])
        for number in (0, -1)
    )
    apart = abs(event[:, None] - competing[None]).min(axis=1, initial=np.inf)
    heights = np.where(apart < 2 * clear, np.nan, event)
    name_curves(axes, curves, months, heights, (0.045 * top, 0.97 * top), clear)


def _heights(time: NDArray, share: NDArray, months: NDArray) -> NDArray:
    """Percent of a track at some times; not known where it has ended."""
    height = share[np.searchsorted(time, months, side="right") - 1]
    return np.where(months <= time[-1], height, np.nan)


def _draw(axes: "Axes", tracks: list[Track], colour: str) -> None:
    (time, event), (_, low), (_, high), competing = tracks
    band = {"step": "post", "color": colour, "alpha": 0.13, "linewidth": 0}
    axes.fill_between(time, low, high, **band)
    line = {"where": "post", "color": colour, "solid_joinstyle": "miter"}
    axes.step(time, event, **line)
    axes.step(*competing, **line | THIN)


def _axis(drawn: list[Track], horizon: float) -> tuple[float, float]:
    """End and step of the axis of percent."""
    highest = max((_span(*each, 0, horizon)[1] for each in drawn), default=0)
    step = next((each for each in STEPS if highest < each * MOST), STEPS[-1])
    return min(100, step * (highest // step + 1)), step


def _span(
    time: NDArray, share: NDArray, start: float, end: float
) -> tuple[float, float]:
    """Least and largest percent of a track between two times; nan where it has none."""
    first = np.searchsorted(time, start, side="right") - 1
    inside = share[first : np.searchsorted(time, end, side="right")]
    if start > time[-1]:
        return np.nan, np.nan
    return inside.min(), inside.max()


def _spot(
    curves: list[Curve], words: Words, horizon: float, drawn: list[Track], top: float
) -> Spot:
    """Where the legend covers nothing drawn: left, right, high up; else above."""
    across = width(curves, words)
    high = (n_rows(curves, words) + (1.6 if words.mark else 0)) * ROW / PLOT_HEIGHT
    for left, upper in product((0.025, 1 - across), np.arange(0.985, high, -0.02)):
        start, end = (horizon * each for each in (left - 0.02, left + across))
        spans = [_span(*each, max(0, start), end) for each in drawn]
        floor, ceiling = (top * each for each in (upper - high - 0.02, upper + 0.04))
        if all(not (low < ceiling and floor < most) for low, most in spans):
            return within(curves, words, left, upper)
    return above_the_plot(curves, words)
