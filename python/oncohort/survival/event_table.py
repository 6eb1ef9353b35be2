"""Who is at risk and who leaves how, at each distinct time: what all estimators need.

Own code, not lifelines' survival_table_from_events: that needs pandas and 10 ms. Whole
numbers of days are counted without sorting, so a million patients take milliseconds,
and rows that an engine has counted already enter as weights.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# R's aeqSurv: times nearer than the square root of the rounding unit are one time
TOLERANCE = float(np.sqrt(np.finfo(float).eps))


class EventTable(NamedTuple):
    """Counts at the times at which somebody leaves, or sums of weights.

    `time` has shape (n_times,), `at_risk` (n_groups, n_times), `left`
    (n_groups, n_statuses, n_times); status 0 is censored. Who leaves at a time is at
    risk there, who enters at it is not yet. If the table is `traced`, `position`
    (n_patients,) is the number of each patient's time and `entry_position` of the first
    time with the patient at risk.
    """

    time: NDArray
    at_risk: NDArray
    left: NDArray
    position: NDArray[np.intp] | None
    entry_position: NDArray[np.intp] | None


def event_table(
    times: NDArray,
    status: NDArray,
    groups: NDArray | None = None,
    *,
    shape: tuple[int, int] = (1, 2),
    entry: NDArray | None = None,
    weights: NDArray | None = None,
    traced: bool = False,
) -> EventTable:
    """Count checked patients; `shape` is the number of groups and of statuses."""
    n_groups, n_statuses = shape
    grid, position, entered = _positions(times, entry)
    row = status if groups is None else groups * n_statuses + status
    cells = (n_groups, n_statuses, grid.size)
    left = _counted(row * grid.size + position, cells, weights)
    leaving = left.sum(axis=1)
    at_risk = leaving[:, ::-1].cumsum(axis=1)[:, ::-1]
    if entered is not None:
        cell = entered if groups is None else groups * (grid.size + 1) + entered
        later = _counted(cell, (n_groups, grid.size + 1), weights)
        at_risk = at_risk - later[:, ::-1].cumsum(axis=1)[:, -2::-1]
    # of the days counted, those on which somebody leaves
    kept = np.zeros(grid.size, dtype=bool)
    kept[position] = True
    if not kept.all():
        grid, at_risk, left = grid[kept], at_risk[:, kept], left[:, :, kept]
    if not traced:
        return EventTable(grid, at_risk, left, None, None)
    number = np.concatenate(([0], np.cumsum(kept)))
    entered = None if entered is None else number[entered]
    return EventTable(grid, at_risk, left, number[position], entered)


def running_sum(
    each: NDArray[np.float64], position: NDArray[np.intp], n_times: int
) -> NDArray[np.float64]:
    """Sum over the patients whose position is up to each time."""
    return np.cumsum(np.bincount(position, each, n_times + 1))[:-1]


def _counted(cell: NDArray, shape: tuple[int, ...], weights: NDArray | None) -> NDArray:
    """Number of patients, or sum of weights, in each cell of a table."""
    counts = np.bincount(cell, weights, minlength=int(np.prod(shape))).reshape(shape)
    whole = weights is not None and weights.dtype.kind == "i"
    return counts.astype(np.int64) if whole else counts


def _positions(
    times: NDArray, entry: NDArray | None
) -> tuple[NDArray, NDArray[np.intp], NDArray[np.intp] | None]:
    """Grid of times, each patient's place on it and first place after the entry."""
    days = _days(times)
    # an entry on day 2 is at risk from day 3 on, one before day 0 from day 0 on
    starts = None if entry is None else _days(np.maximum(entry, -1) + 1)
    if days is not None and (entry is None or starts is not None):
        return np.arange(days.max() + 1).astype(times.dtype), days, starts
    both = times if entry is None else np.concatenate((times, entry))
    grid, position = np.unique(both, return_inverse=True)
    gap = np.diff(grid)
    same = (gap <= TOLERANCE) | (gap <= TOLERANCE * np.abs(grid).mean())
    if same.any():
        is_first = np.concatenate(([True], ~same))
        grid, position = grid[is_first], (np.cumsum(is_first) - 1)[position]
    if entry is None:
        return grid, position, None
    position, entered = position[: times.size], position[times.size :]
    if (entered >= position).any():
        raise ValueError("entry and time of a patient differ by rounding only")
    return grid, position, entered + 1


def _days(times: NDArray) -> NDArray[np.intp] | None:
    """Times as small whole numbers, if they are: then no sort is needed."""
    if times.min() < 0 or times.max() > 1000 + 4 * times.size:
        return None
    days = times.astype(np.intp)
    return days if times.dtype.kind in "iub" or (days == times).all() else None
