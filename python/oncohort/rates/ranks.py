"""The Mann-Whitney test, as R's `wilcox.test` decides what to compute."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

# R computes the exact distribution below this size of either group, without ties.
EXACT_BELOW = 50


class MannWhitney(NamedTuple):
    """R's W (pairs in which `x` is the larger, ties half), two-sided P, and how."""

    w: float
    p_value: float
    is_exact: bool


def mann_whitney(x: ArrayLike, y: ArrayLike) -> MannWhitney:
    """Two-sided Mann-Whitney (Wilcoxon rank-sum) test of two independent groups.

    Parameters
    ----------
    x, y : array-like of float, shape (n_patients_of_the_group,)
        Values of either group, in any unit; none missing.

    Returns
    -------
    MannWhitney
        P is exact where both groups are below 50 and no value stands twice; else from
        the normal distribution with continuity correction and variance corrected for
        ties.

    Raises
    ------
    ValueError
        If a group is empty, a value is missing, or all values are the same.

    References
    ----------
    Mann HB, Whitney DR (1947). Annals of Mathematical Statistics 18:50-60.
    """
    from scipy.stats import mannwhitneyu

    one, two = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    both = np.concatenate([one.ravel(), two.ravel()])
    if one.ndim != 1 or two.ndim != 1 or not one.size or not two.size:
        raise ValueError("need one row of values for each of two groups, none empty")
    if np.isnan(both).any():
        raise ValueError("a value is missing: leave such patients out, and say so")
    n_different = np.unique(both).size
    if n_different == 1:
        raise ValueError("all values are the same: nothing to compare")
    has_ties = n_different < both.size
    is_exact = not has_ties and max(one.size, two.size) < EXACT_BELOW
    test = mannwhitneyu(one, two, method="exact" if is_exact else "asymptotic")
    return MannWhitney(float(test.statistic), float(test.pvalue), is_exact)
