"""Standardised difference between two groups for a categorical characteristic."""

import numpy as np
from numpy.typing import ArrayLike

from oncohort.rates.checked import checked


def standardised_difference(table: ArrayLike) -> float:
    """How far two groups lie apart, in pooled standard deviations; never negative.

    Unlike a P value it does not grow with the number of patients; 0.1 is the usual
    mark of an imbalance worth adjusting for.

    Parameters
    ----------
    table : array-like of int, shape (n_categories, 2)
        Patients per category (rows) and group (columns); known categories only.

    Returns
    -------
    float
        For two categories |p1 - p2| / sqrt((p1 q1 + p2 q2) / 2); for more, its
        Mahalanobis form. Infinite when the groups do not overlap at all.

    Raises
    ------
    ValueError
        If the table is unusable (see `checked`) or has more than two groups.

    References
    ----------
    Yang D, Dalton JE (2012). SAS Global Forum, paper 335.
    Austin PC (2009). Statistics in Medicine 28:3083-3107 (the mark of 0.1).
    """
    counts = checked(table)
    if counts.shape[1] != 2:
        raise ValueError("need two groups")
    shares = (counts / counts.sum(axis=0))[:-1]
    difference = shares[:, 0] - shares[:, 1]
    covariance = sum(np.diag(p) - np.outer(p, p) for p in shares.T) / 2
    if np.linalg.matrix_rank(covariance) < difference.size:
        return 0.0 if not difference.any() else float("inf")
    return float(np.sqrt(difference @ np.linalg.solve(covariance, difference)))
