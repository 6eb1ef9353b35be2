"""Fisher's exact test, two-sided, for tables of two columns.

2 x 2 through scipy. Longer tables here: scipy answers them by simulation, so that two
calls differ; we go through every table with the same margins.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.rates.checked import checked

# Beyond this many tables chi-square is the better answer anyway.
MAX_TABLES = 5_000_000
# R's allowance for tables that are equally probable up to rounding.
RELATIVE_TOLERANCE = 1 + 1e-7


class FisherExact(NamedTuple):
    """A two-sided exact P: all tables at most as probable as the one observed."""

    p_value: float


def fisher_exact(table: ArrayLike) -> FisherExact:
    """Fisher's (for more than two rows: Fisher-Freeman-Halton) exact test.

    Parameters
    ----------
    table : array-like of int, shape (n_rows, 2)
        Counts, 0 or more, no empty row or column; two groups side by side.

    Returns
    -------
    FisherExact
        Two-sided P.

    Raises
    ------
    ValueError
        If the table is unusable, has more than two columns, or is too large to go
        through (use `chi_square`).

    References
    ----------
    Fisher RA (1922). JRSS 85:87-94.
    Freeman GH, Halton JH (1951). Biometrika 38:141-149.
    """
    counts = checked(table)
    if counts.shape == (2, 2):
        from scipy.stats import fisher_exact as two_by_two

        return FisherExact(float(two_by_two(counts.astype(int)).pvalue))
    if counts.shape[1] != 2:
        raise ValueError("need a table of two columns")
    return FisherExact(_halton(counts.astype(int)))


def _halton(counts: NDArray[np.int64]) -> float:
    """P over all first columns that keep the margins of the table."""
    from scipy.special import gammaln

    rows, first = counts.sum(axis=1), int(counts[:, 0].sum())
    if np.prod(np.minimum(rows[:-1], first) + 1.0) > MAX_TABLES:
        raise ValueError("table too large for an exact test; use chi_square")

    def log_weight(row: int, cell: NDArray[np.float64]) -> NDArray[np.float64]:
        return -gammaln(cell + 1) - gammaln(rows[row] - cell + 1)

    used, weight = np.zeros(1, int), np.zeros(1)
    for row in range(rows.size - 1):
        cell = np.arange(min(rows[row], first) + 1)
        used = (used[:, None] + cell).ravel()
        weight = (weight[:, None] + log_weight(row, cell)).ravel()
    last = first - used
    possible = (last >= 0) & (last <= rows[-1])
    weight = weight[possible] + log_weight(rows.size - 1, last[possible])
    observed = sum(log_weight(row, counts[row, 0]) for row in range(rows.size))
    probability = np.exp(weight - weight.max())
    limit = np.exp(observed - weight.max()) * RELATIVE_TOLERANCE
    return float(probability[probability <= limit].sum() / probability.sum())
