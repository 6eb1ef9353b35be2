"""Kaplan-Meier curve with log-log limits, and its quantiles.

Own code, not lifelines: its quantiles are not R's (where the curve rests at the level
it takes the left end, R the midpoint), and it needs 40 ms where numpy needs 0.1 ms.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import checked

# R's tolerance for "the curve is at the level": the square root of the rounding unit.
TOLERANCE = float(np.sqrt(np.finfo(float).eps))


class KaplanMeier(NamedTuple):
    """A survival curve; every field is an array of shape (n_distinct_times,)."""

    time: NDArray[np.float64]
    n_at_risk: NDArray[np.int64]
    n_events: NDArray[np.int64]
    n_censored: NDArray[np.int64]
    survival: NDArray[np.float64]
    std_error: NDArray[np.float64]
    ci_low: NDArray[np.float64]
    ci_high: NDArray[np.float64]


class SurvivalQuantile(NamedTuple):
    """A time and its limits in the unit of `time`; None where the curve stays above."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


def kaplan_meier(
    time: ArrayLike, event: ArrayLike, ci_level: float = 0.95
) -> KaplanMeier:
    """Kaplan-Meier estimate at each distinct time, events and censorings alike.

    Parameters
    ----------
    time : array-like of float, shape (n_patients,)
        Time from entry to event or censoring, any unit; 0 or more, none missing.
    event : array-like of bool, shape (n_patients,)
        True for an event, False for censoring. At equal times events come first.
    ci_level : float
        Level of the pointwise confidence limits, between 0 and 1.

    Returns
    -------
    KaplanMeier
        Times in the unit of `time`; survival just after each of them; Greenwood
        standard error; limits on the log(-log) scale. Before the first event the
        limits are 1; where the curve is 0 they are unknown (nan), as in R.

    Raises
    ------
    ValueError
        If `ci_level` is not between 0 and 1, or the input is unusable.

    References
    ----------
    Kaplan EL, Meier P (1958). JASA 53:457-481.
    Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure Time Data,
    2nd ed., section 1.4 (log(-log) limits).
    """
    times, events = checked(time, event)
    if not 0 < ci_level < 1:
        raise ValueError(f"ci_level must be between 0 and 1, not {ci_level}")
    step, position = np.unique(times, return_inverse=True)
    total = np.bincount(position, minlength=step.size)
    deaths = np.bincount(position, weights=events, minlength=step.size).astype(int)
    at_risk = times.size - np.concatenate(([0], np.cumsum(total)[:-1]))

    survival = np.cumprod(1 - deaths / at_risk)
    left = at_risk - deaths
    term = np.divide(deaths, at_risk * left, out=np.zeros(step.size), where=left > 0)
    greenwood = np.sqrt(np.cumsum(term))
    limits = _log_log_limits(survival, greenwood, ci_level)
    return KaplanMeier(
        step, at_risk, deaths, total - deaths, survival, survival * greenwood, *limits
    )


def _log_log_limits(
    survival: NDArray[np.float64], greenwood: NDArray[np.float64], ci_level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Limits on the log(-log) scale: 1 where survival is 1, nan where it is 0."""
    from scipy.special import ndtri

    inside = (survival > 0) & (survival < 1)
    log_survival = np.log(np.where(inside, survival, 0.5))
    shift = ndtri(0.5 + ci_level / 2) * greenwood / -log_survival
    outside = np.where(survival == 1, 1.0, np.nan)
    low = np.where(inside, np.exp(log_survival * np.exp(shift)), outside)
    high = np.where(inside, np.exp(log_survival * np.exp(-shift)), outside)
    return low, high


def survival_quantile(
    time: ArrayLike,
    event: ArrayLike,
    probability: float = 0.5,
    ci_level: float = 0.95,
) -> SurvivalQuantile:
    """Time by which a share of the patients has had the event (0.5: the median).

    Parameters
    ----------
    time, event, ci_level
        As for `kaplan_meier`. Flip `event` for the reverse Kaplan-Meier estimate of
        follow-up (ties then as in R).
    probability : float
        Share with the event, between 0 and 1.

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
    curve = kaplan_meier(time, event, ci_level)
    lines = (curve.survival, curve.ci_low, curve.ci_high)
    return SurvivalQuantile(
        *(_crossing(curve.time, line, 1 - probability) for line in lines)
    )


def _crossing(
    time: NDArray[np.float64], curve: NDArray[np.float64], level: float
) -> float | None:
    """First time at or below the level; midpoint if the curve rests exactly there."""
    # where a limit is unknown (nan) both comparisons are False
    below = curve < level + TOLERANCE
    if not below.any():
        return None
    first = int(np.argmax(below))
    lower = curve < curve[first]
    if abs(curve[first] - level) < TOLERANCE and lower.any():
        return float((time[first] + time[int(np.argmax(lower))]) / 2)
    return float(time[first])
