"""Tables of counts: chi-square, Fisher's exact test, standardised difference."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class ChiSquare(NamedTuple):
    """A chi-square test and the smallest expected count, by which to judge it."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    min_expected: float


class FisherExact(NamedTuple):
    """A two-sided exact P: all tables at most as probable as the one observed."""

    p_value: float


def _checked(table: ArrayLike) -> NDArray[np.float64]:
    """Counts as floats, or a ValueError that says what is wrong."""
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise ValueError("need a table of at least two rows and two columns")
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        raise ValueError("counts must be whole numbers, 0 or more, none missing")
    if not (counts.any(axis=0).all() and counts.any(axis=1).all()):
        raise ValueError("a row or column of the table is empty: nothing to compare")
    return counts


def chi_square(table: ArrayLike, correction: bool = False) -> ChiSquare:
    """Pearson's chi-square test, uncorrected unless asked.

    Parameters
    ----------
    table : array-like of int, shape (n_rows, n_columns)
        Counts, 0 or more, no empty row or column.
    correction : bool
        Yates' continuity correction; it changes 2 x 2 tables only.

    Returns
    -------
    ChiSquare
        Statistic, degrees of freedom, P, smallest expected count.

    Raises
    ------
    ValueError
        If the table is unusable.

    References
    ----------
    Pearson K (1900). Philosophical Magazine 50:157-175.
    """
    from scipy.stats import chi2_contingency

    test = chi2_contingency(_checked(table), correction=correction)
    smallest = float(test.expected_freq.min())
    return ChiSquare(float(test.statistic), test.dof, float(test.pvalue), smallest)


def fisher_exact(table: ArrayLike) -> FisherExact:
    """Fisher's exact test of a 2 x 2 table.

    Parameters
    ----------
    table : array-like of int, shape (2, 2)
        Counts, 0 or more, no empty row or column.

    Returns
    -------
    FisherExact
        Two-sided P.

    Raises
    ------
    ValueError
        If the table is unusable or larger than 2 x 2 (use `chi_square`).

    References
    ----------
    Fisher RA (1922). JRSS 85:87-94.
    """
    from scipy import stats

    counts = _checked(table)
    if counts.shape != (2, 2):
        raise ValueError("need a 2 x 2 table; use chi_square for a larger one")
    return FisherExact(float(stats.fisher_exact(counts.astype(int)).pvalue))


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
        If the table is unusable or has more than two groups.

    References
    ----------
    Yang D, Dalton JE (2012). SAS Global Forum, paper 335.
    Austin PC (2009). Statistics in Medicine 28:3083-3107 (the mark of 0.1).
    """
    counts = _checked(table)
    if counts.shape[1] != 2:
        raise ValueError("need two groups")
    shares = (counts / counts.sum(axis=0))[:-1]
    difference = shares[:, 0] - shares[:, 1]
    covariance = sum(np.diag(p) - np.outer(p, p) for p in shares.T) / 2
    if np.linalg.matrix_rank(covariance) < difference.size:
        return 0.0 if not difference.any() else float("inf")
    return float(np.sqrt(difference @ np.linalg.solve(covariance, difference)))
