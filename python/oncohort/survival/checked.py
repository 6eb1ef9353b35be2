"""The one check of times and event flags that all survival estimators share."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def checked(
    time: ArrayLike, event: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Times as floats and events as booleans, or a ValueError that says what is wrong.

    Both have shape (n_patients,); times are 0 or more, events 0 or 1, none missing.
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
