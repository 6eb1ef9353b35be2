"""Concordance of a risk score with survival, as R's survival::concordance.

Pairs are counted level by level of a merge tree, each level in a few array operations:
n log n without a loop over patients.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.risk_sets import Rows


class Concordance(NamedTuple):
    """Share of pairs in which the higher risk fails first; tied risks count half."""

    estimate: float
    std_error: float


def concordance(
    rows: Rows, risk: NDArray[np.float64], cluster: NDArray[np.integer] | None
) -> Concordance:
    """Concordance and its infinitesimal jackknife error (by cluster, if given).

    Pairs are compared within strata where one fails while the other is at risk. Risks
    closer than rounding are tied. Without such pairs both are unknown (nan).
    """
    n_levels, n = rows.levels.size, rows.time.size
    size = max(1.0, float(np.abs(risk).max()))
    ranks = np.unique(np.rint(risk / (1e-11 * size)), return_inverse=True)[1]
    if rows.weight is None and rows.entry is None and cluster is None:
        rows, ranks = _counted(rows, ranks)
        n = rows.time.size
    stratum = np.zeros(n, np.int64) if rows.stratum is None else rows.stratum
    stratum = stratum.astype(np.int64)
    rank = stratum * (int(ranks.max()) + 1) + ranks
    base = stratum * 2 * (n_levels + 1)
    # events before the censored at a time; tied events are no pair
    leave = base + 2 * rows.time.astype(np.int64) + ~rows.event
    enter = None
    if rows.entry is not None:
        enter = base + 2 * rows.entry.astype(np.int64) + 1
    weight = np.ones(n) if rows.weight is None else rows.weight
    last = base + 2 * n_levels + 1
    event = rows.event
    events = (leave[event], rank[event], weight[event])
    found = np.zeros((3, n))  # less, tied, all
    found[:, event] = _compared(leave, rank, weight, *events[:2], last[event])
    # both orders are turned: the one or the other keeps strata apart
    earlier = (-events[0], -events[1], events[2])
    others = _compared(*earlier, -leave, -rank, 1 - base)
    if enter is not None:
        early = _compared(enter, rank, weight, *events[:2], last[event])
        found[:, event] -= early
        others -= _compared(*earlier, -enter, -rank, 1 - base)
    count = np.ones(n) if rows.count is None else rows.count
    return _summary(found, others, weight, count, cluster)


def _summary(
    found: NDArray,
    others: NDArray,
    weight: NDArray,
    count: NDArray,
    cluster: NDArray | None,
) -> Concordance:
    """Estimate and error from pairs with a row as the event, and as the other."""
    n_pairs = float(weight @ found[2])
    if n_pairs == 0:
        return Concordance(np.nan, np.nan)
    # the event should have the higher risk of the two
    agree = found[0] + others[0]
    against = found[2] - found[0] - found[1] + others[2] - others[0] - others[1]
    somers = float(weight @ (agree - against)) / 2 / n_pairs
    influence = (agree - against - somers * (found[2] + others[2])) * weight / n_pairs
    if cluster is not None:
        influence, count = np.bincount(cluster, influence), 1.0
    error = float(np.sqrt((influence**2 / count).sum())) / 2
    return Concordance((somers + 1) / 2, error)


def _counted(rows: Rows, ranks: NDArray[np.integer]) -> tuple[Rows, NDArray]:
    """Equal rows as one with a count: with categories few are left of a million."""
    n_strata = 1 if rows.stratum is None else int(rows.stratum.max()) + 1
    if 2 * rows.levels.size * n_strata * (int(ranks.max()) + 1) >= 2**63:
        return rows, ranks
    key = 2 * rows.time.astype(np.int64) + rows.event
    if rows.stratum is not None:
        key += 2 * rows.levels.size * rows.stratum.astype(np.int64)
    key = key * (int(ranks.max()) + 1) + ranks
    _, index, count = np.unique(key, return_index=True, return_counts=True)
    stratum = None if rows.stratum is None else rows.stratum[index]
    count = count.astype(float)
    same = rows._replace(
        time=rows.time[index],
        event=rows.event[index],
        stratum=stratum,
        weight=count,
        count=count,
    )
    return same, ranks[index]


def _compared(
    key: NDArray,
    rank: NDArray,
    weight: NDArray,
    query_key: NDArray,
    query_rank: NDArray,
    query_end: NDArray,
) -> NDArray[np.float64]:
    """Weights of later keys of the query's stratum: lower rank, same rank, all."""
    lower = later_and_lower(key, 2 * rank, weight, query_key, 2 * query_rank)
    up_to = later_and_lower(key, 2 * rank, weight, query_key, 2 * query_rank + 1)
    order = np.argsort(key)
    below = np.append(0.0, np.cumsum(weight[order]))
    ends = np.searchsorted(key[order], [query_end, query_key], side="right")
    return np.array([lower, up_to - lower, below[ends[0]] - below[ends[1]]])


def later_and_lower(
    key: NDArray,
    rank: NDArray,
    weight: NDArray,
    query_key: NDArray,
    query_rank: NDArray,
) -> NDArray[np.float64]:
    """Sum of the weights with key > query_key and rank < query_rank, by query.

    All items in order of rank are split by the bits of their place in descending key
    order, as a merge sort runs backwards: at each split the items of the second half
    have the first half's lower ranks, already summed, before them.
    """
    n_points, n = key.size, key.size + query_key.size
    is_point = np.arange(n) < n_points
    # of equal keys, and of equal ranks, the queries come first: neither counts
    by_key = np.argsort(is_point - 2 * np.append(key, query_key))
    place = np.empty(n, np.int32)
    place[by_key] = np.arange(n, dtype=np.int32)
    by_rank = np.argsort(is_point + 2 * np.append(rank, query_rank))
    place, values = place[by_rank], np.append(weight, np.zeros(n - n_points))[by_rank]
    out, here = np.zeros(n), np.arange(n, dtype=np.int32)
    for bit in range(max(n - 1, 1).bit_length() - 1, -1, -1):
        half = 1 << bit
        is_second = (place & half) > 0
        start = here & ~(2 * half - 1)
        total = np.append(0.0, np.cumsum(np.where(is_second, 0.0, values)))
        n_second = np.zeros(n + 1, np.int32)
        np.cumsum(is_second, out=n_second[1:])
        second = np.flatnonzero(is_second)
        out[place[second]] += total[second] - total[start[second]]
        seconds_before = n_second[:-1] - n_second[start]
        target = np.where(
            is_second, start + half + seconds_before, here - seconds_before
        )
        moved, moved_values = np.empty_like(place), np.empty_like(values)
        moved[target], moved_values[target] = place, values
        place, values = moved, moved_values
    back = np.empty(n)
    back[by_key] = out
    return back[n_points:]
