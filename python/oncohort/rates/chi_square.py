"""Pearson's chi-square test of a table of counts."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from oncohort.rates.checked import checked


class ChiSquare(NamedTuple):
    """A chi-square test and the smallest expected count, by which to judge it."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    min_expected: float


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
        If the table is unusable (see `checked`).

    References
    ----------
    Pearson K (1900). Philosophical Magazine 50:157-175.
    """
    counts = checked(table)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    distance = np.abs(counts - expected)
    if correction and counts.shape == (2, 2):
        distance = distance - np.minimum(0.5, distance)
    statistic = float((distance**2 / expected).sum())
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    from scipy.special import chdtrc

    return ChiSquare(
        statistic, freedom, float(chdtrc(freedom, statistic)), float(expected.min())
    )
