"""Log-rank test of two or more groups.

Own code: lifelines returns no observed and expected events, on which the printed
comparison and later hazard-ratio estimators rest.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from oncohort.survival.checked import checked


class Logrank(NamedTuple):
    """A log-rank test; `observed` and `expected` follow the order of `groups`."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    groups: tuple[object, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]


def logrank(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> Logrank:
    """Two-sided log-rank test with the hypergeometric variance.

    Parameters
    ----------
    time : array-like of float, shape (n_patients,)
        Time from entry to event or censoring, any unit; 0 or more, none missing.
    event : array-like of bool, shape (n_patients,)
        True for an event, False for censoring. At equal times events come first.
    group : array-like, shape (n_patients,)
        Group of each patient; two or more different values, sorted in the answer.

    Returns
    -------
    Logrank
        Chi-square, degrees of freedom, P, and events observed and expected per group.

    Raises
    ------
    ValueError
        If the input is unusable, there are fewer than two groups, or no event.

    References
    ----------
    Mantel N (1966). Cancer Chemotherapy Reports 50:163-170.
    Peto R, Peto J (1972). JRSS A 135:185-207.
    """
    times, events = checked(time, event)
    groups, code = np.unique(np.asarray(group), return_inverse=True)
    if code.shape != times.shape or groups.size < 2:
        raise ValueError("need one group for each patient and at least two groups")
    if not events.any():
        raise ValueError("no event: the groups cannot be compared")
    observed, expected, variance = _moments(times, events, code, groups.size)
    difference = (observed - expected)[:-1]
    # pinv: a group without any risk set of its own adds nothing and no degree.
    chi_square = float(
        difference @ np.linalg.pinv(variance[:-1, :-1], hermitian=True) @ difference
    )
    freedom = int((expected > 0).sum()) - 1
    from scipy.special import chdtrc

    return Logrank(
        chi_square,
        freedom,
        float(chdtrc(freedom, chi_square)),
        tuple(groups.tolist()),
        tuple(int(value) for value in observed),
        tuple(float(value) for value in expected),
    )


def _moments(
    times: np.ndarray, events: np.ndarray, code: np.ndarray, n_groups: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Events observed and expected per group, and the covariance of the former."""
    step = np.unique(times[events])
    at_risk = np.empty((step.size, n_groups))
    deaths = np.empty((step.size, n_groups))
    for index in range(n_groups):
        own = np.sort(times[code == index])
        own_deaths = np.sort(times[(code == index) & events])
        at_risk[:, index] = own.size - np.searchsorted(own, step, side="left")
        deaths[:, index] = np.searchsorted(
            own_deaths, step, side="right"
        ) - np.searchsorted(own_deaths, step, side="left")
    n_at_risk, n_deaths = at_risk.sum(axis=1), deaths.sum(axis=1)
    share = at_risk / n_at_risk[:, None]
    spread = n_deaths * (n_at_risk - n_deaths) / np.maximum(n_at_risk - 1, 1)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return deaths.sum(axis=0), n_deaths @ share, variance
