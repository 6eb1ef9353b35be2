"""Running sums that start anew with each stratum."""

import numpy as np
from numpy.typing import NDArray

MANY = 64


def running_sums(values: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray:
    """Sum down axis 0, anew at each row of `first` (ascending, starting with 0).

    No sum crosses a stratum, so none loses digits to another stratum's size.
    """
    if first.size <= MANY:
        out = np.empty_like(values)
        for start, end in zip(first, [*first[1:], len(values)], strict=True):
            np.cumsum(values[start:end], axis=0, out=out[start:end])
        return out
    # many short strata: add the sum that ends 1, 2, 4, ... rows above (Hillis, Steele)
    out = values.copy()
    above = np.arange(len(values)) - np.repeat(
        first, np.diff(np.append(first, len(values)))
    )
    step = 1
    while (reach := np.flatnonzero(above >= step)).size:
        out[reach] += out[reach - step]
        step *= 2
    return out
