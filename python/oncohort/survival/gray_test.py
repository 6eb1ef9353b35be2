"""Gray's test of equal cumulative incidence of one cause between groups.

Own code: lifelines and scipy have none.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import coded
from oncohort.survival.cumulative_incidence import checked_causes
from oncohort.survival.event_table import EventTable, event_table
from oncohort.survival.score_test import score_test


class GrayTest(NamedTuple):
    """Gray's test of one cause."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    cause_of_interest: object = 1,
    strata: ArrayLike | None = None,
    censored: object = 0,
) -> GrayTest:
    """Test of equal incidence with rho 0, as `$Tests` of R's `cmprsk::cuminc`.

    Parameters
    ----------
    time, cause, censored
        As for `cumulative_incidence`; times differ or are equal to the last digit.
    group : array-like, shape (n_patients,)
        Group of each patient; two or more different values.
    cause_of_interest
        The cause that is compared; all others compete.
    strata : array-like, shape (n_patients,), optional
        Patients are compared within their stratum only.

    Returns
    -------
    GrayTest
        Chi-square, degrees of freedom (groups less one) and P.

    Raises
    ------
    ValueError
        If an argument is unusable, nobody has the cause of interest, or the groups
        cannot be compared.

    References
    ----------
    Gray RJ (1988). Annals of Statistics 16:1141-1154.
    """
    times, causes, status = checked_causes(time, cause, censored)
    groups, codes = coded(group, times.shape, "group")
    if len(groups) < 2:
        raise ValueError("need at least two groups")
    if cause_of_interest not in causes:
        raise ValueError(f"nobody has cause {cause_of_interest!r}; causes are {causes}")
    # 0 censored, 1 the cause of interest, 2 any other
    own = status == causes.index(cause_of_interest) + 1
    status = np.where(own, 1, np.where(status > 0, 2, 0))
    stratum = np.zeros(times.size, dtype=int)
    if strata is not None:
        stratum = coded(strata, times.shape, "stratum")[1]
    score, variance = np.zeros(len(groups)), np.zeros((len(groups),) * 2)
    for number in range(stratum.max() + 1):
        rows = stratum == number
        shape = (len(groups), 3)
        table = event_table(times[rows], status[rows], codes[rows], shape=shape)
        more = _score(table)
        score, variance = score + more[0], variance + more[1]
    score, variance = score[:-1], variance[:-1, :-1]
    return GrayTest(*score_test(score, variance, own.sum()))


def _score(table: EventTable) -> tuple[NDArray, NDArray]:
    """Scores of the groups of one stratum and their variance (Gray's sections 2 and 3).

    Arrays have shape (n_groups, n_times); only times with an event count.
    """
    at_risk = table.at_risk.astype(float)
    own, other = table.left[:, 1], table.left[:, 2]
    risk = np.maximum(at_risk, 1)
    after = np.cumprod(1 - (own + other) / risk, axis=1)
    start = np.ones((len(own), 1))
    before = np.hstack((start, after[:, :-1]))
    incidence = np.cumsum(before * own / risk, axis=1)
    free = 1 - np.hstack((start - 1, incidence[:, :-1]))

    # at risk if the competing events were censored by the same process; h in the paper
    adjusted = np.divide(at_risk, before, out=np.zeros_like(before), where=before > 0)
    total, deaths = adjusted.sum(axis=0), own.sum(axis=0)
    total = np.where(total > 0, total, 1)
    pooled = np.cumsum(deaths / total)
    still = total * (1 - np.append(0, pooled[:-1]))
    hazard = np.divide(deaths, still, out=np.zeros(deaths.size), where=deaths > 0)
    expected = adjusted * free
    share = np.divide(
        expected, expected.sum(axis=0), out=np.zeros_like(free), where=expected > 0
    )
    score = (own - deaths * share).sum(axis=1)

    # who of group j is reached by an event of the cause, and of another cause
    ties = np.where(
        deaths > 1, (deaths - 1) / np.where(deaths > 1, total * before - 1, 1), 0
    )
    by_own = (1 - ties) * before * deaths / total / risk * (at_risk > 0)
    ties = np.maximum(other - 1, 0) / np.maximum(at_risk - 1, 1)
    by_other = (1 - ties) * before**2 * other / risk**2 * (after > 0)
    ratio = np.divide(1 - pooled, after, out=np.zeros_like(after), where=after > 0)
    return score, _variance(adjusted, hazard, ratio, (by_own, by_other))


def _variance(
    adjusted: NDArray, hazard: NDArray, ratio: NDArray, spreads: tuple[NDArray, NDArray]
) -> NDArray[np.float64]:
    """Variance of the scores: how events of either kind move them, squared."""
    # weight[i, j]: how an event in group j moves the score of group i
    identity = np.eye(len(adjusted))[:, :, None]
    total = adjusted.sum(axis=0)
    share = np.divide(adjusted, total, out=np.zeros_like(adjusted), where=total > 0)
    weight = identity * adjusted - adjusted[:, None] * share
    moved = np.cumsum(weight * hazard, axis=2)
    to_come = moved[:, :, -1:] - moved
    by_own, by_other = spreads
    moves = weight + (1 - ratio) * to_come
    found = np.einsum("ikt,jkt,kt->ij", moves, moves, by_own)
    moves = ratio * to_come
    return found + np.einsum("ikt,jkt,kt->ij", moves, moves, by_other)
