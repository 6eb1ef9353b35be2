"""Test of proportional hazards, as R's cox.zph since survival 3.0."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.cox_fit import Fitted, chi_square_test
from oncohort.survival.partial_likelihood import derivatives

TRANSFORMS = ("km", "identity", "rank", "log")


class ProportionalHazards(NamedTuple):
    """Test of each term, and of all of them as the last, `GLOBAL`; equal lengths."""

    terms: tuple[str, ...]
    chi_square: NDArray[np.float64]
    df: NDArray[np.int64]
    p_value: NDArray[np.float64]


def proportional_hazards(fitted: Fitted, transform: str) -> ProportionalHazards:
    """Score test of adding each term times a function of time to the model."""
    if transform not in TRANSFORMS:
        raise ValueError(
            f"transform {transform!r}: give one of {', '.join(TRANSFORMS)}"
        )
    g = _time_weight(fitted, transform)
    parts = [
        derivatives(
            fitted.sets, fitted.x, fitted.beta, ties=fitted.ties, time_weight=each
        )
        for each in (np.ones_like(g), g, g * g)
    ]
    plain, once, twice = (part.information for part in parts)
    information = np.block([[plain, once], [once, twice]])
    p = len(plain)
    groups = [*fitted.terms.values(), list(range(p))]
    found = []
    for columns in groups:
        kept = [*range(p), *(p + j for j in columns)]
        score = np.append(np.zeros(p), parts[1].score[columns])
        solved = np.linalg.solve(information[np.ix_(kept, kept)], score)
        found.append(chi_square_test(float(score @ solved), len(columns)))
    return ProportionalHazards(
        (*fitted.terms, "GLOBAL"),
        np.array([each.chi_square for each in found]),
        np.array([each.df for each in found]),
        np.array([each.p_value for each in found]),
    )


def _time_weight(fitted: Fitted, transform: str) -> NDArray[np.float64]:
    """Transformed time of each (stratum, event time), less its mean over events."""
    rows, n_levels = fitted.rows, fitted.rows.levels.size
    size = np.bincount(rows.time, rows.count, n_levels)
    if transform == "rank":
        by_level = np.cumsum(size) - (size - 1) / 2
    elif transform == "km":
        at_risk = np.cumsum(size[::-1])[::-1]
        if rows.entry is not None:
            entered = np.bincount(rows.entry, rows.count, n_levels)
            at_risk = at_risk - np.cumsum(entered[::-1])[::-1]
        count = None if rows.count is None else rows.count[rows.event]
        deaths = np.bincount(rows.time[rows.event], count, n_levels)
        share = np.divide(deaths, at_risk, out=np.zeros(n_levels), where=deaths > 0)
        by_level = 1 - np.append(1.0, np.cumprod(1 - share)[:-1])
    elif transform == "log":
        if rows.levels[fitted.sets.time].min() <= 0:
            raise ValueError("an event at time 0 has no logarithm: choose km or rank")
        by_level = np.log(np.maximum(rows.levels, np.finfo(float).tiny))
    else:
        by_level = rows.levels
    g = by_level[fitted.sets.time]
    return g - np.average(g, weights=fitted.sets.n_events)
