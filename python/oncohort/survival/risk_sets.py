"""Who is at risk when, as one sparse matrix of event times by covariate cells."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.coded import Coded, coded

# R's timefix: times closer than this (absolutely, or relative to the mean) are tied
TIED = float(np.sqrt(np.finfo(float).eps))


class Rows(NamedTuple):
    """Outcome of each row (or of `count` equal rows); arrays of shape (n_rows,).

    `time` and `entry` point into the ascending `levels`; `weight` is the sum of the
    case weights. `entry`, `weight`, `count` may be None: from the start, 1, and 1.
    """

    time: NDArray[np.integer]
    event: NDArray[np.bool_]
    entry: NDArray[np.integer] | None
    levels: NDArray[np.float64]
    stratum: NDArray[np.integer] | None
    weight: NDArray[np.float64] | None
    count: NDArray[np.float64] | None


class RiskSets(NamedTuple):
    """Rows by event time; `t` counts (stratum, event time) pairs, ascending.

    `at_exit` points a row to line 2t (left at or after event t, before the next) or
    2t + 1 (had event t) of `weights`, `at_entry` to 2t if it entered then; -1: before
    the first event of its stratum. `weights` (2T x cells, sparse) holds the sum of the
    weights of those who leave, minus that of those who enter; `event_cells` holds the
    events' weights by cell.
    """

    cell: NDArray[np.integer]
    at_exit: NDArray[np.integer]
    at_entry: NDArray[np.integer] | None
    weights: Any
    event_cells: NDArray[np.float64]
    n_events: NDArray[np.float64]
    event_weight: NDArray[np.float64]
    time: NDArray[np.integer]
    first: NDArray[np.int64]


def time_codes(
    time: Any, entry: Any = None
) -> tuple[NDArray[np.integer], NDArray[np.integer] | None, NDArray[np.float64]]:
    """Times (and entries) as positions in one ascending array, near ties made ties."""
    both = time if entry is None else np.concatenate([time, entry])
    column = coded(both, "time")
    if (
        column.code is None
        or column.levels[-1] * TIED > np.diff(column.levels[:2]).sum()
    ):
        column = _without_near_ties(column.present())
    code, n = column.code, np.size(time)
    return code[:n], None if entry is None else code[n:], column.levels


def _without_near_ties(column: Coded) -> Coded:
    gap = np.diff(column.levels)
    tied = (gap <= TIED) | (gap <= TIED * np.abs(column.levels).mean())
    if not tied.any():
        return column
    is_new = np.append(True, ~tied)
    return Coded((np.cumsum(is_new) - 1)[column.code], column.levels[is_new])


def risk_sets(rows: Rows, cell: NDArray | None) -> tuple[RiskSets, NDArray | None]:
    """Risk sets, and the order in which rows are their own cells if there are none."""
    at, times, start = _event_positions(rows)
    n_times = times.size
    at_time = at(rows.time)
    at_exit = 2 * at_time + rows.event
    at_exit[at_time < 0] = -1
    at_entry = None
    if rows.entry is not None:
        at_entry = 2 * at(rows.entry)
        at_entry[at_entry < 0] = -1
    order = None
    if cell is None:
        order = _ordered(at_exit, 2 * n_times).astype(np.int32)
        cell = np.empty_like(order)
        cell[order] = np.arange(order.size, dtype=np.int32)
    died = at_time[rows.event]
    weight, count = (e if e is None else e[rows.event] for e in rows[-2:])
    n_cells = int(cell.max()) + 1
    return RiskSets(
        cell,
        at_exit,
        at_entry,
        _sparse(rows, at_exit, at_entry, cell, (2 * n_times, n_cells), order),
        np.bincount(cell[rows.event], weight, n_cells).astype(float),
        np.bincount(died, count, n_times).astype(float),
        np.bincount(died, weight, n_times).astype(float),
        times,
        start,
    ), order


def _event_positions(rows: Rows) -> tuple[Any, NDArray, NDArray]:
    """Where the last event at or before a time stands; the events; strata's first."""
    n_levels = rows.levels.size
    key, n_keys, stratum = rows.time[rows.event], n_levels, None
    if rows.stratum is not None:
        stratum = rows.stratum.astype(np.int64)
        key = stratum[rows.event] * n_levels + key
        n_keys = n_levels * (int(stratum.max()) + 1)
    is_dense = n_keys <= 4 * rows.time.size + 4096
    if is_dense:
        seen = np.bincount(key, minlength=n_keys) > 0
        events = np.flatnonzero(seen)
        table = np.cumsum(seen, dtype=np.int32) - 1
    else:
        events = np.unique(key)
    its_stratum, times = np.divmod(events, n_levels)
    _, start = np.unique(its_stratum, return_index=True)

    def at(time: NDArray) -> NDArray[np.int32]:
        if stratum is None:
            return table[time] if is_dense else _last(events, time)
        found = stratum * n_levels + time
        found = table[found] if is_dense else _last(events, found)
        found[its_stratum[found] != stratum] = -1  # the last event of another stratum
        return found

    return at, times, start


def _last(events: NDArray, key: NDArray) -> NDArray[np.int32]:
    return (np.searchsorted(events, key, side="right") - 1).astype(np.int32)


def _ordered(line: NDArray, n_lines: int) -> NDArray[np.integer]:
    """Order of lines, -1 first; numbers of 16 bits are sorted by radix."""
    if n_lines < 65535:
        return np.argsort((line + 1).astype(np.uint16), kind="stable")
    return np.argsort(line)


def _sparse(
    rows: Rows,
    at_exit: NDArray,
    at_entry: NDArray | None,
    cell: NDArray,
    shape: tuple[int, int],
    order: NDArray | None,
) -> Any:
    """Sum of weights by line and cell, entries subtracted."""
    from scipy import sparse

    n_lines, n_cells = shape
    weight = np.ones(cell.size) if rows.weight is None else rows.weight
    line = at_exit
    if at_entry is not None:
        weight = np.concatenate([weight, -weight])
        line, cell = np.concatenate([line, at_entry]), np.concatenate([cell, cell])
        order = None
    n_before = int((line < 0).sum())
    if order is None and n_lines * n_cells <= 4 * line.size + 4096:
        key = (line * np.int64(n_cells) + cell)[
            slice(None) if not n_before else line >= 0
        ]
        total = np.bincount(key, weight if not n_before else weight[line >= 0])
        line, cell = np.divmod(np.flatnonzero(total), n_cells)
        weight, n_before = total[total != 0], 0
    else:
        order = _ordered(line, n_lines) if order is None else order
        order = order[n_before:]
        is_one = rows.weight is None and at_entry is None
        weight = weight[: order.size] if is_one else weight[order]
        cell = cell[order]
    start = np.cumsum(np.bincount(line + 1, minlength=n_lines + 1)) - n_before
    start[0] = 0
    parts = (weight, cell.astype(np.int32, copy=False), start.astype(np.int32))
    return sparse.csr_matrix(parts, shape=shape)
