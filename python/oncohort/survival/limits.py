"""Pointwise confidence limits of a probability, on R's scales."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

CiType = Literal["log-log", "log", "plain"]


def normal_quantile(ci_level: float) -> float:
    """The normal deviate of two-sided limits (0.95: 1.96)."""
    from scipy.special import ndtri

    if not 0 < ci_level < 1:
        raise ValueError(f"ci_level must be between 0 and 1, not {ci_level}")
    return float(ndtri(1 - (1 - ci_level) / 2))


def limits(
    probability: NDArray, log_std_error: NDArray, ci_type: CiType, ci_level: float
) -> tuple[NDArray, NDArray]:
    """Lower and upper limits, never outside 0 and 1; nan where R says NA.

    That is where the scale has no value: probability 0 or 1 for `log-log`, 0 for `log`.
    `log_std_error` is the standard error of the logarithm of the probability.

    References
    ----------
    Kalbfleisch JD, Prentice RL (2002). The Statistical Analysis of Failure Time Data,
    2nd ed., section 1.4.
    """
    if ci_type not in get_args(CiType):
        known = ", ".join(get_args(CiType))
        raise ValueError(f"ci_type must be one of {known}, not {ci_type!r}")
    shift = normal_quantile(ci_level) * log_std_error
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if ci_type == "plain":
            low, high = probability * (1 - shift), probability * (1 + shift)
            return np.maximum(low, 0), np.minimum(high, 1)
        log = np.log(np.where(probability > 0, probability, np.nan))
        if ci_type == "log":
            return np.exp(log - shift), np.minimum(np.exp(log + shift), 1)
        log = np.where(probability < 1, log, np.nan)
        factor = np.exp(shift / -log)
        return np.exp(log * factor), np.exp(log / factor)
