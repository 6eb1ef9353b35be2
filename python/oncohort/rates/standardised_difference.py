"""How far two groups lie apart, in pooled standard deviations."""

import numpy as np
from numpy.typing import ArrayLike

from oncohort.rates.tables_of_counts import checked_counts


def standardised_difference(table: ArrayLike) -> float:
    """Distance of two groups in a characteristic with categories; never negative.

    Unlike a P value it does not grow with the number of patients; 0.1 is the usual
    mark of an imbalance worth adjusting for.

    Parameters
    ----------
    table : array-like of float, shape (n_categories, 2)
        Patients, or sums of their weights, per category (rows) and group (columns).

    Returns
    -------
    float
        For two categories |p1 - p2| / sqrt((p1 q1 + p2 q2) / 2); for more, its
        Mahalanobis form.

    Raises
    ------
    ValueError
        If the table is unusable, has more than two groups, or no chain of shared
        categories links the groups: the distance is then infinite.

    References
    ----------
    Yang D, Dalton JE (2012). SAS Global Forum, paper 335.
    Austin PC (2009). Statistics in Medicine 28:3083-3107 (the mark of 0.1).
    Austin PC, Stuart EA (2015). Statistics in Medicine 34:3661-3679 (weighted).
    """
    counts = checked_counts(table, is_weighted=True)
    if counts.shape[1] != 2:
        raise ValueError("need two groups")
    if not (counts > 0).all(axis=1).any():
        raise ValueError("the groups share no category: their distance is infinite")
    shares = (counts / counts.sum(axis=0))[:-1]
    difference = shares[:, 0] - shares[:, 1]
    covariance = sum(np.diag(p) - np.outer(p, p) for p in shares.T) / 2
    return float(np.sqrt(difference @ np.linalg.solve(covariance, difference)))


def standardised_mean_difference(
    x: ArrayLike,
    y: ArrayLike,
    *,
    x_weights: ArrayLike | None = None,
    y_weights: ArrayLike | None = None,
) -> float:
    """Distance of two groups in a measured characteristic; never negative.

    Parameters
    ----------
    x, y : array-like of float, shape (n_patients_of_the_group,)
        Values of either group, none missing.
    x_weights, y_weights : array-like of float, same shapes, optional
        Weights, 0 or more.

    Returns
    -------
    float
        |mean - mean| / sqrt((variance + variance) / 2); variances have the divisor
        n - 1, with weights sum(w) - sum(w^2) / sum(w).

    Raises
    ------
    ValueError
        If a group has fewer than two values, one is missing or no weight is above 0, or
        neither group varies.

    References
    ----------
    Austin PC, Stuart EA (2015). Statistics in Medicine 34:3661-3679.
    """
    (mean_x, variance_x), (mean_y, variance_y) = (
        _moments(values, weights)
        for values, weights in ((x, x_weights), (y, y_weights))
    )
    pooled = (variance_x + variance_y) / 2
    if pooled == 0:
        raise ValueError("neither group varies: there is no unit to measure by")
    return abs(mean_x - mean_y) / pooled**0.5


def _moments(values: ArrayLike, weights: ArrayLike | None) -> tuple[float, float]:
    """Weighted mean and unbiased variance."""
    value = np.asarray(values, dtype=float)
    weight = np.ones(value.shape) if weights is None else np.asarray(weights, float)
    if value.ndim != 1 or value.size < 2 or value.shape != weight.shape:
        raise ValueError("need two values or more in each group, and a weight for each")
    if not np.isfinite(value).all() or not ((weight >= 0) & (weight < np.inf)).all():
        raise ValueError("values and weights must be finite, weights 0 or more")
    total = weight.sum()
    if np.count_nonzero(weight) < 2:
        raise ValueError("need at least two patients of weight above 0 in each group")
    mean = float(weight @ value / total)
    divisor = total - (weight @ weight) / total
    return mean, float(weight @ (value - mean) ** 2 / divisor)
