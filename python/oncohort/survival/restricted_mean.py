"""Restricted mean survival time, and its difference and ratio between two groups.

Own code, not lifelines: its `return_variance` is not the estimator's variance, and its
test of a difference is an empty stub.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import (
    checked,
    checked_entry,
    checked_weights,
    coded,
    pair,
)
from oncohort.survival.kaplan_meier import kaplan_meier
from oncohort.survival.limits import normal_quantile


class RestrictedMean(NamedTuple):
    """A restricted mean, its standard error and limits, in the unit of `time`."""

    estimate: float
    std_error: float
    ci_low: float
    ci_high: float


class RestrictedMeanDifference(NamedTuple):
    """The restricted mean of `group` minus, and over, that of `reference`."""

    difference: float
    std_error: float
    ci_low: float
    ci_high: float
    p_value: float
    ratio: float
    ratio_ci_low: float
    ratio_ci_high: float
    ratio_p_value: float
    group: object
    reference: object
    means: tuple[RestrictedMean, RestrictedMean]


def restricted_mean(
    time: ArrayLike,
    event: ArrayLike,
    horizon: float,
    *,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ci_level: float = 0.95,
) -> RestrictedMean:
    """Mean event-free time up to a horizon: the area under the Kaplan-Meier curve.

    Parameters
    ----------
    time, event, entry, weights
        As for `kaplan_meier`. The variance is Greenwood's for any weights, as in R's
        `print(survfit(...), rmean=)`.
    horizon : float
        Right end of the area, in the unit of `time`.
    ci_level : float
        Level of the normal limits, between 0 and 1.

    Returns
    -------
    RestrictedMean
        Estimate from 0 to `horizon`, standard error and limits.

    Raises
    ------
    ValueError
        If an argument is unusable, or the curve is unknown at the horizon (the last
        patient was censored before it).

    References
    ----------
    Royston P, Parmar MKB (2013). BMC Medical Research Methodology 13:152.
    """
    z = normal_quantile(ci_level)
    if not 0 < horizon < np.inf:
        raise ValueError(f"horizon must be positive and finite, not {horizon}")
    curve = kaplan_meier(time, event, entry=entry, weights=weights)
    if horizon > curve.time[-1] and curve.survival[-1] > 0:
        raise ValueError(
            f"curve unknown at horizon {horizon:g}: the last patient is censored at"
            f" {curve.time[-1]:g}; choose a horizon up to there"
        )
    kept = curve.time <= horizon
    width = np.diff(np.concatenate(([0.0], curve.time[kept], [horizon])))
    area = np.append(1.0, curve.survival[kept]) * width
    area_after = np.cumsum(area[::-1])[::-1][1:]

    # Where all at risk die the curve is 0 and adds no variance.
    deaths, at_risk = curve.n_events[kept], curve.n_at_risk[kept].astype(float)
    left = at_risk - deaths
    term = np.divide(deaths, at_risk * left, out=np.zeros(left.size), where=left > 0)
    mean = float(area.sum())
    std_error = float(np.sqrt(np.sum(area_after**2 * term)))
    return RestrictedMean(mean, std_error, mean - z * std_error, mean + z * std_error)


def restricted_mean_difference(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    horizon: float,
    *,
    reference: object = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ci_level: float = 0.95,
) -> RestrictedMeanDifference:
    """Difference and ratio of two groups' restricted means, as R's `survRM2::rmst2`.

    Parameters
    ----------
    time, event, horizon, entry, weights, ci_level
        As for `restricted_mean`.
    group : array-like, shape (n_patients,)
        Group of each patient: two different values.
    reference : optional
        The group that is subtracted; the first in order if not named.

    Returns
    -------
    RestrictedMeanDifference
        Two-sided normal P; limits of the ratio on the log scale; the two means, group
        first.

    Raises
    ------
    ValueError
        As `restricted_mean`, for either group; or if there are not two groups.

    References
    ----------
    Uno H et al. (2014). Journal of Clinical Oncology 32:2380-2385.
    """
    times, events = checked(time, event)
    groups, codes = coded(group, times.shape, "group")
    one, other = pair(groups, reference)

    about = (checked_entry(entry, times), checked_weights(weights, times))

    def mean_of(number: int) -> RestrictedMean:
        chosen = codes == number
        late, counts = (each if each is None else each[chosen] for each in about)
        kept = {"entry": late, "weights": counts, "ci_level": ci_level}
        try:
            return restricted_mean(times[chosen], events[chosen], horizon, **kept)
        except ValueError as error:
            raise ValueError(f"group {groups[number]}: {error}") from error

    means = mean_of(one), mean_of(other)
    estimates = np.array([each.estimate for each in means])
    errors = np.array([each.std_error for each in means])
    difference = _compared(estimates[0] - estimates[1], errors, ci_level)
    log = _compared(np.log(estimates[0] / estimates[1]), errors / estimates, ci_level)
    ratio = np.exp([log[0], *log[2:4]]).tolist()
    return RestrictedMeanDifference(
        *difference, *ratio, log[4], groups[one], groups[other], means
    )


def _compared(
    estimate: float, errors: NDArray, ci_level: float
) -> tuple[float, float, float, float, float]:
    """A difference of two independent estimates: itself, SE, limits, two-sided P."""
    from scipy.special import ndtr

    estimate, std_error = float(estimate), float(np.hypot(*errors))
    if std_error == 0:
        raise ValueError("no event in either group up to the horizon: no variance")
    shift = normal_quantile(ci_level) * std_error
    p_value = float(2 * ndtr(-abs(estimate) / std_error))
    return estimate, std_error, estimate - shift, estimate + shift, p_value
