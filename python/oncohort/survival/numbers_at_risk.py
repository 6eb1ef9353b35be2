"""Numbers at risk and censored, counted at the start of each period."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import checked


class NumbersAtRisk(NamedTuple):
    """Counts at each asked time; every field is an array of shape (n_times,)."""

    time: NDArray[np.float64]
    n_at_risk: NDArray[np.int64]
    n_events_so_far: NDArray[np.int64]
    n_censored_so_far: NDArray[np.int64]


def numbers_at_risk(time: ArrayLike, event: ArrayLike, at: ArrayLike) -> NumbersAtRisk:
    """Patients still under observation at the start of each period.

    lifelines counts at the end of the period unless told otherwise; journals print the
    start. At each time, at risk + events so far + censored so far = all patients.

    Parameters
    ----------
    time : array-like of float, shape (n_patients,)
        Time from entry to event or censoring, any unit; 0 or more, none missing.
    event : array-like of bool, shape (n_patients,)
        True for an event, False for censoring.
    at : array-like of float, shape (n_times,)
        Starts of the periods, in the unit of `time`.

    Returns
    -------
    NumbersAtRisk
        At risk: time >= start. Events and censorings so far: time < start.

    Raises
    ------
    ValueError
        If the input is unusable (see `checked`).
    """
    times, events = checked(time, event)
    starts = np.asarray(at, dtype=float)
    event_times, censored_times = np.sort(times[events]), np.sort(times[~events])
    n_events = np.searchsorted(event_times, starts, side="left")
    n_censored = np.searchsorted(censored_times, starts, side="left")
    return NumbersAtRisk(
        starts, times.size - n_events - n_censored, n_events, n_censored
    )
