"""Tables of counts: their check, and the chi-square test."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class ChiSquare(NamedTuple):
    """A chi-square test and the smallest expected count, by which to judge it."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    min_expected: float


def checked_counts(table: ArrayLike, is_weighted: bool = False) -> NDArray[np.float64]:
    """Counts as floats, or a ValueError that says what is wrong.

    Sums of weights (`is_weighted`) need not be whole.
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise ValueError("need a table of at least two rows and two columns")
    is_number = np.isfinite(counts) & (counts >= 0)
    if not (is_number & (is_weighted | (counts == np.floor(counts)))).all():
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

    test = chi2_contingency(checked_counts(table), correction=correction)
    smallest = float(test.expected_freq.min())
    return ChiSquare(float(test.statistic), test.dof, float(test.pvalue), smallest)
