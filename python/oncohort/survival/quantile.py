"""Quantiles of a survival curve in R's convention, with confidence limits.

Own code: lifelines returns the left end where the curve is flat at exactly the level;
R (and most textbooks) take the midpoint of the flat piece.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.kaplan_meier import KaplanMeier, kaplan_meier

# R's tolerance for "the curve is at the level": the square root of the rounding unit.
TOLERANCE = float(np.sqrt(np.finfo(float).eps))


class SurvivalQuantile(NamedTuple):
    """A time and its limits in the unit of `time`; None where the curve stays above."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


def survival_quantile(
    time: ArrayLike,
    event: ArrayLike,
    probability: float = 0.5,
    ci_level: float = 0.95,
) -> SurvivalQuantile:
    """Time by which a share of the patients has had the event (0.5: the median).

    Parameters
    ----------
    time : array-like of float, shape (n_patients,)
        Time from entry to event or censoring, any unit; 0 or more, none missing.
    event : array-like of bool, shape (n_patients,)
        True for an event, False for censoring. Flip it for the reverse Kaplan-Meier
        estimate of follow-up (ties then as in R).
    probability : float
        Share with the event, between 0 and 1.
    ci_level : float
        Level of the limits, between 0 and 1.

    Returns
    -------
    SurvivalQuantile
        In the unit of `time`; None where it is not reached.

    Raises
    ------
    ValueError
        If `probability` or `ci_level` is not between 0 and 1, or the input is unusable.

    References
    ----------
    Brookmeyer R, Crowley J (1982). Biometrics 38:29-41.
    Schemper M, Smith TL (1996). Controlled Clinical Trials 17:343-346 (reverse).
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability must be between 0 and 1, not {probability}")
    return quantile_of_curve(kaplan_meier(time, event, ci_level), probability)


def quantile_of_curve(curve: KaplanMeier, probability: float = 0.5) -> SurvivalQuantile:
    """Quantile of a curve that is already there: where it and its limits cross.

    Parameters
    ----------
    curve : KaplanMeier
        Estimate with pointwise limits.
    probability : float
        Share with the event, between 0 and 1.

    Returns
    -------
    SurvivalQuantile
        In the unit of `curve.time`; None where it is not reached.
    """
    level = 1 - probability
    return SurvivalQuantile(
        _crossing(curve.time, curve.survival, level),
        _crossing(curve.time, curve.ci_low, level),
        _crossing(curve.time, curve.ci_high, level),
    )


def _crossing(
    time: NDArray[np.float64], curve: NDArray[np.float64], level: float
) -> float | None:
    """First time at or below the level; midpoint if the curve rests exactly there."""
    known = ~np.isnan(curve)
    below = known & (curve < level + TOLERANCE)
    if not below.any():
        return None
    first = int(np.argmax(below))
    lower = known & (curve < curve[first])
    if abs(curve[first] - level) < TOLERANCE and lower.any():
        return float((time[first] + time[int(np.argmax(lower))]) / 2)
    return float(time[first])
