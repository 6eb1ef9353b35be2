"""Quantiles of survival time with limits: median, quartiles, ...

Own code, not lifelines: where the curve rests at the level it takes the left end, R the
midpoint.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.event_table import TOLERANCE
from oncohort.survival.kaplan_meier import kaplan_meier
from oncohort.survival.limits import CiType


class SurvivalQuantile(NamedTuple):
    """A time and its limits in the unit of `time`; None where the curve stays above."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


def survival_quantile(
    time: ArrayLike,
    event: ArrayLike,
    probability: float = 0.5,
    *,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ci_type: CiType = "log-log",
    ci_level: float = 0.95,
) -> SurvivalQuantile:
    """Time by which a share of the patients has had the event (0.5: the median).

    As R's `quantile.survfit`: the midpoint where the curve rests at the level, also if
    it rests there to the end of follow-up.

    Parameters
    ----------
    time, event, entry, weights, ci_type, ci_level
        As for `kaplan_meier`.
    probability : float
        Share with the event, between 0 and 1.

    Returns
    -------
    SurvivalQuantile
        In the unit of `time`; None where it is not reached.

    Raises
    ------
    ValueError
        If `probability` is not between 0 and 1, or another argument is unusable.

    References
    ----------
    Brookmeyer R, Crowley J (1982). Biometrics 38:29-41.
    Schemper M, Smith TL (1996). Controlled Clinical Trials 17:343-346 (reverse).
    """
    if not 0 < probability < 1:
        raise ValueError(f"probability must be between 0 and 1, not {probability}")
    about = {"entry": entry, "weights": weights, "ci_type": ci_type}
    found = kaplan_meier(time, event, ci_level=ci_level, **about)
    time_from_start = np.append(0.0, found.time)
    lines = (found.survival, found.ci_low, found.ci_high)
    return SurvivalQuantile(
        *(_crossing(time_from_start, np.append(0, 1 - x), probability) for x in lines)
    )


def _crossing(time: NDArray, failed: NDArray, level: float) -> float | None:
    """Time at which the share with the event reaches the level, nan skipped."""
    last_time = time[-1]
    value, first = np.unique(failed, return_index=True)  # nan sorts last
    is_known = ~np.isnan(value)
    value, time = value[is_known], time[first[is_known]]
    reached = int(np.searchsorted(value + TOLERANCE, level))
    passed = int(np.searchsorted(value - TOLERANCE, level))
    if reached == value.size:
        return None
    # the curve rests at the level until it is passed, or else to the end
    rests_to_end = passed == value.size
    until = last_time if rests_to_end else time[passed]
    return float((time[reached] + until) / 2)
