"""Log-rank test of two or more groups: lifelines, its input checked."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from oncohort.survival.checked import checked


class Logrank(NamedTuple):
    """A log-rank test."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float


def logrank(time: ArrayLike, event: ArrayLike, group: ArrayLike) -> Logrank:
    """Two-sided log-rank test with the hypergeometric variance.

    Parameters
    ----------
    time, event : array-like, shape (n_patients,)
        As for `kaplan_meier`.
    group : array-like, shape (n_patients,)
        Group of each patient; two or more different values.

    Returns
    -------
    Logrank
        Chi-square, degrees of freedom and P.

    Raises
    ------
    ValueError
        If the input is unusable, there is no event, or there are fewer than two groups
        with patients at risk at the first one.

    References
    ----------
    Mantel N (1966). Cancer Chemotherapy Reports 50:163-170.
    Peto R, Peto J (1972). JRSS A 135:185-207.
    """
    times, events = checked(time, event)
    groups = np.asarray(group)
    if groups.shape != times.shape or np.unique(groups).size < 2:
        raise ValueError("need one group for each patient and at least two groups")
    if not events.any():
        raise ValueError("no event: the groups cannot be compared")
    from lifelines.statistics import multivariate_logrank_test

    # Who left before the first event was in no risk set. lifelines counts a degree of
    # freedom even for a group of only such patients, R does not.
    seen = times >= times[events].min()
    names, code = np.unique(groups[seen], return_inverse=True)
    if names.size < 2:
        raise ValueError("only one group has patients at risk when events happen")
    test = multivariate_logrank_test(times[seen], code, events[seen])
    return Logrank(float(test.test_statistic), names.size - 1, float(test.p_value))
