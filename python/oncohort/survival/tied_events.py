"""Sums over the tied events of a time, as Efron's likelihood needs them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# With less than this share of those at risk tied, POWERS terms of a series are exact.
SHARE, POWERS = 0.02, 10


class TiedSums(NamedTuple):
    """Sums over the tied events of each time, arrays of shape (n_times,).

    With c the mean weight of the d tied events, f = 0, 1/d, ... (Efron; Breslow: one
    step of the whole weight, f = 0) and phi = those at risk less f of the tied: sums of
    c log(phi), c f^k / phi (`b`, k = 0, 1) and c f^k / phi^2 (`a`, k = 0, 1, 2).
    """

    logs: NDArray[np.float64]
    b: tuple[NDArray[np.float64], NDArray[np.float64]]
    a: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def tied_sums(
    at_risk: NDArray, own: NDArray, n: NDArray, weight: NDArray, ties: str
) -> TiedSums:
    """Sums for times with `at_risk`, `own` of it tied, `n` events of all `weight`."""
    once, none = weight / at_risk, np.zeros(n.size)
    out = np.stack([weight * np.log(at_risk), once, none, once / at_risk, none, none])
    is_tied = (n > 1) & (ties == "efron")
    is_small = is_tied & (own < SHARE * at_risk) & (n.sum() > 8 * n.size)
    for chosen, sums in ((is_small, _by_series), (is_tied & ~is_small, _one_by_one)):
        if chosen.any():
            many, left = n[chosen], at_risk[chosen]
            made = sums(left, own[chosen] / left, many)
            out[:, chosen] = made * (weight[chosen] / many)
    logs, b0, b1, a0, a1, a2 = out
    return TiedSums(logs, (b0, b1), (a0, a1, a2))


def _one_by_one(at_risk: NDArray, share: NDArray, n: NDArray) -> NDArray:
    """Each tied event a term."""
    repeats = n.astype(np.int64)
    start = np.cumsum(repeats) - repeats
    f = np.arange(start[-1] + repeats[-1]) - np.repeat(start, repeats)
    f = f * np.repeat(1 / n, repeats)
    left = 1 - f * np.repeat(share, repeats)
    b = 1 / left
    a = b * b
    terms = (np.log(left), b, f * b, a, f * a, f * f * a)
    sums = np.array([np.add.reduceat(term, start) for term in terms])
    return _unscaled(sums, at_risk, n)


def _by_series(at_risk: NDArray, share: NDArray, n: NDArray) -> NDArray:
    """Powers of the small share: a time costs the same however many events it has."""
    largest = int(n.max())
    order = np.arange(POWERS + 3)[:, None]
    powers = np.cumsum((np.arange(largest) / largest) ** order, axis=1)
    # sums of (l/n)^k over l = 0 .. n - 1
    sums = powers[:, n.astype(np.int64) - 1] * (largest / n) ** order
    out = np.zeros((6, n.size))
    for k in range(POWERS, -1, -1):
        for row, (factor, shift) in enumerate(
            ((1, 0), (1, 1), (k + 1, 0), (k + 1, 1), (k + 1, 2)), start=1
        ):
            out[row] = out[row] * share + factor * sums[k + shift]
        if k:
            out[0] = (out[0] - sums[k] / k) * share
    return _unscaled(out, at_risk, n)


def _unscaled(sums: NDArray, at_risk: NDArray, n: NDArray) -> NDArray:
    """Sums made as if one were at risk."""
    sums[0] += n * np.log(at_risk)
    sums[1:3] /= at_risk
    sums[3:] /= at_risk**2
    return sums
