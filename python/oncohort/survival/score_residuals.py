"""Score residuals of a Cox model, summed by cluster, for sandwich variances."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.partial_likelihood import Hazards
from oncohort.survival.risk_sets import RiskSets, Rows

BLOCK = 131072


class Residuals(NamedTuple):
    """Sum of the clusters' weighted score residuals, and of their squares."""

    total: NDArray[np.float64]
    square: NDArray[np.float64]


def score_residuals(
    sets: RiskSets,
    rows: Rows,
    x: NDArray[np.float64],
    hazards: Hazards,
    cluster: NDArray[np.integer] | None,
) -> Residuals:
    """Sum over clusters (each row its own if None); shapes (p,) and (p, p).

    References
    ----------
    Therneau TM, Grambsch PM (2000). Modeling Survival Data, section 7.1 (score
    residuals; with Efron's ties averaged over the tied events, as in R).
    """
    n_rows = rows.time.size
    if cluster is not None:
        found = _by_cluster(sets, rows, x, hazards, cluster, slice(0, n_rows))
        return Residuals(found.sum(axis=0), found.T @ found)
    total, square = 0.0, 0.0
    for start in range(0, n_rows, BLOCK):
        chosen = slice(start, min(start + BLOCK, n_rows))
        own = np.arange(chosen.stop - start, dtype=np.int32)
        found = _by_cluster(sets, rows, x, hazards, own, chosen)
        total, square = total + found.sum(axis=0), square + found.T @ found
    return Residuals(total, square)


def _by_cluster(
    sets: RiskSets,
    rows: Rows,
    x: NDArray,
    hazards: Hazards,
    cluster: NDArray,
    chosen: slice,
) -> NDArray[np.float64]:
    """Residuals of some rows summed by cluster, shape (n_clusters, p)."""
    cell, line = sets.cell[chosen], sets.at_exit[chosen]
    event = rows.event[chosen]
    weight = np.ones(cell.size) if rows.weight is None else rows.weight[chosen]
    risk = weight * hazards.risk[cell]
    n = int(cluster.max()) + 1
    # who left before the first event was never at risk
    hazard = np.where(line >= 0, hazards.hazard[line], 0.0)
    pieces = [(risk * (line >= 0), np.maximum(line, 0))]
    if sets.at_entry is not None:
        entry = sets.at_entry[chosen]
        hazard -= np.where(entry >= 0, hazards.hazard[entry], 0.0)
        pieces.append((-risk * (entry >= 0), np.maximum(entry, 0)))
    found = _spread(cluster, cell, weight * event - risk * hazard, n, x[:, 1:])
    for values, lines in pieces:
        found += _spread(cluster, lines, values, n, hazards.mean)
    died = (cluster[event], line[event] // 2, -weight[event])
    return found + _spread(*died, n, hazards.event_mean)


def _spread(
    cluster: NDArray, column: NDArray, values: NDArray, n: int, table: NDArray
) -> Any:
    """Sum of values times rows of a table, by cluster."""
    from scipy import sparse

    shape = (n, table.shape[0])
    return sparse.csr_matrix((values, (cluster, column)), shape=shape) @ table
