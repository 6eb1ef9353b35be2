"""The one check of a table of counts that all tests of shares use."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def checked(table: ArrayLike) -> NDArray[np.float64]:
    """Counts as floats, or an error that says what is wrong.

    Parameters
    ----------
    table : array-like of int, shape (n_rows, n_columns)
        Counts, 0 or more; at least two rows and two columns.

    Returns
    -------
    ndarray of float, shape (n_rows, n_columns)
        The counts.

    Raises
    ------
    ValueError
        If it is no such table, or a row or column is empty (nothing to compare).
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise ValueError("need a table of at least two rows and two columns")
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all():
        raise ValueError("counts must be whole numbers, 0 or more, none missing")
    if (counts.sum(axis=0) == 0).any() or (counts.sum(axis=1) == 0).any():
        raise ValueError("a row or column of the table is empty: nothing to compare")
    return counts
