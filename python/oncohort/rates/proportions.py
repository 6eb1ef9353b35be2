"""Confidence intervals of a proportion and of the difference of two."""

from typing import NamedTuple

LIMIT_METHODS = ("clopper-pearson", "wilson")


class Interval(NamedTuple):
    """An estimate and its two-sided limits."""

    estimate: float
    ci_low: float
    ci_high: float


def proportion_interval(
    successes: int, n: int, method: str = "clopper-pearson", ci_level: float = 0.95
) -> Interval:
    """Two-sided confidence interval of a proportion.

    Parameters
    ----------
    successes, n : int
        Patients with the outcome, and all patients; 0 <= successes <= n, n >= 1.
    method : str
        'clopper-pearson' (exact, R's `binom.test`) or 'wilson' (score, without
        continuity correction, R's `prop.test(correct = FALSE)`).
    ci_level : float
        Between 0 and 1.

    Returns
    -------
    Interval
        Estimate and limits, from 0 to 1.

    Raises
    ------
    ValueError
        If counts, method or level are unusable.

    References
    ----------
    Clopper CJ, Pearson ES (1934). Biometrika 26:404-413.
    Wilson EB (1927). JASA 22:209-212.
    """
    from scipy.special import betaincinv, ndtri

    x, n = _checked(successes, n, ci_level)
    if method not in LIMIT_METHODS:
        raise ValueError(f"method is one of {LIMIT_METHODS}, not {method!r}")
    share, tail = x / n, (1 - ci_level) / 2
    if method == "clopper-pearson":
        low = float(betaincinv(x, n - x + 1, tail)) if x else 0.0
        high = float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0
        return Interval(share, low, high)
    z = float(ndtri(1 - tail))
    centre, scale = share + z * z / (2 * n), 1 + z * z / n
    half = z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    # exact at the ends, where the difference would leave a rounding error
    low = (centre - half) / scale if x else 0.0
    high = (centre + half) / scale if x < n else 1.0
    return Interval(share, low, high)


def difference_interval(
    x1: int, n1: int, x2: int, n2: int, method: str = "newcombe", ci_level: float = 0.95
) -> Interval:
    """Difference of two independent proportions, first minus second, with limits.

    Parameters
    ----------
    x1, n1, x2, n2 : int
        Patients with the outcome and all patients, of either group.
    method : str
        'newcombe': the hybrid of two Wilson intervals, without continuity correction.
    ci_level : float
        Between 0 and 1.

    Returns
    -------
    Interval
        Estimate and limits, from -1 to 1.

    Raises
    ------
    ValueError
        If counts, method or level are unusable.

    References
    ----------
    Newcombe RG (1998). Statistics in Medicine 17:873-890, method 10.
    """
    if method != "newcombe":
        raise ValueError(f"method is 'newcombe', not {method!r}")
    one = proportion_interval(x1, n1, "wilson", ci_level)
    two = proportion_interval(x2, n2, "wilson", ci_level)
    below = (one.estimate - one.ci_low, two.ci_high - two.estimate)
    above = (one.ci_high - one.estimate, two.estimate - two.ci_low)
    difference = one.estimate - two.estimate
    low, high = ((a * a + b * b) ** 0.5 for a, b in (below, above))
    return Interval(difference, difference - low, difference + high)


def _checked(successes: int, n: int, ci_level: float) -> tuple[int, int]:
    if not 0 < ci_level < 1:
        raise ValueError(f"ci_level must be between 0 and 1, not {ci_level}")
    if int(n) != n or int(successes) != successes or not 0 <= successes <= n or n < 1:
        raise ValueError(
            f"need whole numbers 0 <= successes <= n, n >= 1: not {successes} of {n}"
        )
    return int(successes), int(n)
