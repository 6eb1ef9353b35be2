"""E-value: how strong an unmeasured confounder would have to be."""

from typing import NamedTuple


class EValue(NamedTuple):
    """E-values of an estimate and of its limit nearer to 1, as risk ratios."""

    estimate: float
    limit: float


def e_value(hazard_ratio: float, ci_low: float, ci_high: float) -> EValue:
    """E-value of a hazard ratio whose outcome is common (not rare).

    The least risk ratio that an unmeasured confounder needs, with the treatment and
    with the outcome alike, to move the estimate (or its limit nearer to 1) to 1.

    Parameters
    ----------
    hazard_ratio, ci_low, ci_high : float
        Estimate and confidence limits, 0 < ci_low <= hazard_ratio <= ci_high.

    Returns
    -------
    EValue
        1 or more; `limit` is 1 where the interval holds 1.

    Raises
    ------
    ValueError
        If the numbers are no ratio with its limits.

    References
    ----------
    VanderWeele TJ, Ding P (2017). Annals of Internal Medicine 167:268-274, table 2: the
    risk ratio is approximated by (1 - 0.5^sqrt(HR)) / (1 - 0.5^sqrt(1 / HR)).
    """
    if not 0 < ci_low <= hazard_ratio <= ci_high < float("inf"):
        raise ValueError(
            "need 0 < ci_low <= hazard_ratio <= ci_high, finite:"
            f" not {ci_low}, {hazard_ratio}, {ci_high}"
        )
    nearer = ci_high if hazard_ratio < 1 else ci_low
    crosses = ci_low <= 1 <= ci_high
    limit = 1.0 if crosses else e_value_of_risk_ratio(_risk_ratio(nearer))
    return EValue(e_value_of_risk_ratio(_risk_ratio(hazard_ratio)), limit)


def e_value_of_risk_ratio(risk_ratio: float) -> float:
    """E-value of a risk ratio above 0: RR + sqrt(RR (RR - 1)), RR inverted below 1."""
    ratio = max(risk_ratio, 1 / risk_ratio)
    return ratio + (ratio * (ratio - 1)) ** 0.5


def _risk_ratio(hazard_ratio: float) -> float:
    root = hazard_ratio**0.5
    return (1 - 0.5**root) / (1 - 0.5 ** (1 / root))
