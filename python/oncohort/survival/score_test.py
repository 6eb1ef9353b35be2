"""Chi-square of a score against its variance, for the log-rank and Gray's test."""

import numpy as np
from numpy.typing import NDArray


def score_test(
    score: NDArray[np.float64], variance: NDArray[np.float64], n_events: float
) -> tuple[float, int, float]:
    """Chi-square, degrees of freedom and P of scores, shape (n_groups - 1,).

    A variance that is nothing but rounding, measured by the events it sums over, is
    none: a ValueError.
    """
    from scipy.special import chdtrc

    rank = np.linalg.matrix_rank(variance, tol=1e-14 * n_events, hermitian=True)
    if rank < score.size:
        raise ValueError("some groups are never at risk together: not comparable")
    chi_square = float(score @ np.linalg.solve(variance, score))
    return chi_square, score.size, float(chdtrc(score.size, chi_square))
