"""The one check of times and event flags that all survival estimators share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def checked(
    time: ArrayLike, event: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Times as floats and events as booleans, or an error that says what is wrong.

    Parameters
    ----------
    time : array-like of float, shape (n_patients,)
        Time from entry to event or censoring, any unit; 0 or more, none missing.
    event : array-like of bool, shape (n_patients,)
        True (or 1) for an event, False (or 0) for censoring; none missing.

    Returns
    -------
    tuple of ndarray
        `time` as float and `event` as bool, both of shape (n_patients,).

    Raises
    ------
    ValueError
        If inputs are empty, differ in shape, hold a missing or negative time, or an
        event flag other than 0 and 1.
    """
    times = np.asarray(time, dtype=float)
    flags = np.asarray(event, dtype=float)
    if times.ndim != 1 or times.size == 0 or times.shape != flags.shape:
        raise ValueError("need one time and one event flag for each patient")
    if not ((times >= 0) & (times < np.inf)).all():
        raise ValueError("time must be 0 or more and finite, none missing")
    if not np.isin(flags, (0.0, 1.0)).all():
        raise ValueError("event must be 0 or 1 (or a boolean), none missing")
    return times, flags.astype(bool)
