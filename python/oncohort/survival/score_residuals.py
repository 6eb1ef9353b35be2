"""Score residuals of a Cox model, summed by cluster, for sandwich variances."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.partial_likelihood import Hazards, cross_product
from oncohort.survival.risk_sets import RiskSets, Rows

BLOCK = 131072


class Residuals(NamedTuple):
    """Sum of the clusters' weighted score residuals, and of their squares."""

    total: NDArray[np.float64]
    square: NDArray[np.float64]


class Members(NamedTuple):
    """Rows in order of their cluster; cluster k has those from start[k] to start[k+1].

    Without clusters each row is its own.
    """

    cell: NDArray[np.integer]
    at_exit: NDArray[np.integer]
    at_entry: NDArray[np.integer] | None
    event: NDArray[np.bool_]
    weight: NDArray[np.float64]
    start: NDArray[np.int64]


def members(sets: RiskSets, rows: Rows, cluster: NDArray[np.integer] | None) -> Members:
    """Sort rows by cluster."""
    n = rows.time.size
    weight = np.ones(n) if rows.weight is None else rows.weight
    parts = (sets.cell, sets.at_exit, sets.at_entry, rows.event, weight)
    if cluster is None:
        return Members(*parts, np.arange(n + 1))
    order = np.argsort(cluster)
    start = np.append(0, np.cumsum(np.bincount(cluster)))
    return Members(*(e if e is None else e[order] for e in parts), start)


def score_residuals(
    rows: Members, x: NDArray[np.float64], hazards: Hazards
) -> Residuals:
    """Sum over clusters; shapes (p,) and (p, p).

    References
    ----------
    Therneau TM, Grambsch PM (2000). Modeling Survival Data, section 7.1 (score
    residuals; with Efron's ties averaged over the tied events, as in R).
    """
    total, square = 0.0, 0.0
    for first in range(0, rows.start.size - 1, BLOCK):
        start = rows.start[first : first + BLOCK + 1]
        chosen = slice(start[0], start[-1])
        part = [e if e is None else e[chosen] for e in rows[:-1]]
        found = _by_cluster(Members(*part, start - start[0]), x, hazards)
        total = total + found.sum(axis=0)
        square = square + cross_product(found, np.ones(len(found)), found)
    return Residuals(total, square)


def _by_cluster(rows: Members, x: NDArray, hazards: Hazards) -> NDArray[np.float64]:
    """Residuals of some clusters, shape (n_clusters, p)."""
    line = np.maximum(rows.at_exit, 0)
    # who left before the first event was never at risk
    risk = rows.weight * hazards.risk[rows.cell]
    left = np.where(rows.at_exit >= 0, risk, 0.0)
    hazard = left * hazards.hazard[line]
    found = _spread(rows.start, line, left, hazards.mean)
    if rows.at_entry is not None:
        line_before = np.maximum(rows.at_entry, 0)
        entered = np.where(rows.at_entry >= 0, risk, 0.0)
        hazard -= entered * hazards.hazard[line_before]
        found -= _spread(rows.start, line_before, entered, hazards.mean)
    own = np.where(rows.event, rows.weight, 0.0)
    found += _spread(rows.start, rows.cell, own - hazard, x)[:, 1:]
    died = np.append(0, np.cumsum(rows.event))[rows.start]
    times = line[rows.event] // 2
    return found - _spread(died, times, own[rows.event], hazards.event_mean)


def _spread(start: NDArray, column: NDArray, values: NDArray, table: NDArray) -> Any:
    """Sum of values times rows of a table, by cluster."""
    from scipy import sparse

    shape = (start.size - 1, table.shape[0])
    return sparse.csr_matrix((values, column, start), shape=shape) @ table
