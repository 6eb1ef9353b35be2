"""Partial likelihood of a Cox model with its derivatives, ties as Efron or Breslow.

Every sum over patients is a product with the sparse matrix of `RiskSets`; event times
are taken in blocks from the last to the first, so that memory does not grow with them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.risk_sets import RiskSets
from oncohort.survival.segments import running_sums
from oncohort.survival.tied_events import TiedSums, tied_sums

BLOCK = 150_000  # numbers, not lines


class Derivatives(NamedTuple):
    """Log partial likelihood, score (n_coefficients,) and information matrix."""

    log_likelihood: float
    score: NDArray[np.float64]
    information: NDArray[np.float64]


class Hazards(NamedTuple):
    """What each line of `RiskSets.weights` has gathered; shapes (2T, ...).

    `hazard` is the cumulative hazard and `mean` its integral over the covariates'
    means; `event_mean`, shape (T, p), is the mean of those at risk at each event.
    """

    risk: NDArray[np.float64]
    hazard: NDArray[np.float64]
    mean: NDArray[np.float64]
    event_mean: NDArray[np.float64]


def derivatives(
    sets: RiskSets,
    x: NDArray[np.float64],
    beta: NDArray[np.float64],
    *,
    ties: str,
    time_weight: NDArray[np.float64] | None = None,
) -> Derivatives:
    """Log-likelihood and derivatives at `beta`, each event time weighted or not.

    `x` has shape (n_cells, 1 + n_coefficients), its first column 1. The weights, shape
    (T,), are for the test of proportional hazards: score and information then are
    those of the products of weight and covariates.
    """
    eta = times_vector(x, np.append(0.0, beta))
    risk = np.exp(eta)
    n_times, width = sets.time.size, x.shape[1]
    weight = np.ones(n_times) if time_weight is None else time_weight
    second = np.zeros((width, width))
    direct, tied = np.zeros(n_times), np.zeros(n_times)
    log_likelihood = 0.0
    for block, at_risk, own in _sums(sets, x, risk):
        steps = _tied(sets, block, at_risk[:, 0], own[:, 0], ties)
        g = weight[block]
        log_likelihood -= steps.logs.sum()
        a = [each * g for each in steps.a]
        direct[block], tied[block] = (each * g for each in steps.b)
        second += cross_product(at_risk, a[0], at_risk)
        some = np.flatnonzero(a[1])
        if some.size:
            own = own[some]
            cross = cross_product(at_risk[some], a[1][some], own)
            second += cross_product(own, a[2][some], own) - cross - cross.T
    events = sets.event_cells
    log_likelihood += float((events * eta).sum())
    if time_weight is not None:
        events = sets.weights.T @ _of_events(weight)
    gathered = sets.weights.T @ _by_line(direct, tied, sets.first)
    first = cross_product(x, risk * gathered, x)
    score = vector_times(events, x) - first[0]  # its column 0 is 1
    return Derivatives(log_likelihood, score[1:], (first - second)[1:, 1:])


def score_of(
    sets: RiskSets, x: NDArray[np.float64], beta: NDArray[np.float64], *, ties: str
) -> NDArray[np.float64]:
    """Score alone: a quarter of the work of `derivatives`."""
    risk = np.exp(times_vector(x, np.append(0.0, beta)))
    direct, tied = np.empty((2, sets.time.size))
    for block, at_risk, own in _sums(sets, np.ones((x.shape[0], 1)), risk):
        steps = _tied(sets, block, at_risk[:, 0], own[:, 0], ties)
        direct[block], tied[block] = steps.b
    gathered = sets.weights.T @ _by_line(direct, tied, sets.first)
    return vector_times(sets.event_cells - risk * gathered, x)[1:]


def hazards(
    sets: RiskSets, x: NDArray[np.float64], beta: NDArray[np.float64], *, ties: str
) -> Hazards:
    """Hazards and means that score residuals are made of."""
    risk = np.exp(times_vector(x, np.append(0.0, beta)))
    n_times, width = sets.time.size, x.shape[1]
    direct, tied = np.empty((n_times, width)), np.empty((n_times, width))
    event_mean = np.empty((n_times, width))
    for block, at_risk, own in _sums(sets, x, risk):
        steps = _tied(sets, block, at_risk[:, 0], own[:, 0], ties)
        b, (a0, a1, a2) = steps.b, (each[:, None] for each in steps.a)
        direct[block] = a0 * at_risk - a1 * own
        tied[block] = a1 * at_risk - a2 * own
        event_mean[block] = b[0][:, None] * at_risk - b[1][:, None] * own
        # column 0 of both is the hazard itself, which has phi to the first power only
        direct[block, 0], tied[block, 0] = b
    event_mean /= sets.event_weight[:, None]
    lines = _by_line(direct, tied, sets.first)
    return Hazards(risk, lines[:, 0].copy(), lines[:, 1:], event_mean[:, 1:])


def _sums(sets: RiskSets, x: NDArray, risk: NDArray):
    """Per block of event times, last first: sums of risk * x at risk and tied there."""
    from scipy import sparse

    carried, first_of_carried = 0.0, None
    matrix = sets.weights
    is_small = 2 * x.shape[0] < matrix.nnz
    product = x * risk[:, None] if is_small else None
    n_times = sets.time.size
    length = BLOCK // x.shape[1]
    for end in range(n_times, 0, -length):
        start = max(0, end - length)
        lines = matrix.indptr[2 * start : 2 * end + 1]
        chosen = slice(lines[0], lines[-1])
        values, cells = matrix.data[chosen], matrix.indices[chosen]
        shape = (2 * (end - start), x.shape[0])
        if product is None:
            values = values * risk[cells]
        part = sparse.csr_matrix((values, cells, lines - lines[0]), shape=shape)
        lines_sums = part @ (x if product is None else product)
        own = lines_sums[1::2]
        at_risk = own + lines_sums[::2]
        inside = sets.first[(sets.first > start) & (sets.first < end)]
        reverse = np.append(0, end - start - (inside - start)[::-1])
        at_risk = running_sums(at_risk[::-1], reverse)[::-1]
        if first_of_carried is not None and first_of_carried != end:
            last = inside[-1] if inside.size else start
            at_risk[last - start :] += carried
        carried = at_risk[0].copy()
        is_first = sets.first.searchsorted(start, side="right") - 1
        first_of_carried = sets.first[is_first]
        yield slice(start, end), at_risk, own


def _tied(
    sets: RiskSets, block: slice, at_risk: NDArray, own: NDArray, ties: str
) -> TiedSums:
    n, weight = sets.n_events[block], sets.event_weight[block]
    return tied_sums(at_risk, own, n, weight, ties)


def _of_events(values: NDArray) -> NDArray:
    """Values of event times on the lines of those who had an event."""
    return np.stack([np.zeros(values.size), values], axis=1).ravel()


def _by_line(direct: NDArray, tied: NDArray, first: NDArray) -> NDArray:
    """Sums up to each time, by line: the tied have missed a part of their own time."""
    total = running_sums(direct, first)
    out = np.empty((2 * len(total), *total.shape[1:]))
    out[::2], out[1::2] = total, total - tied
    return out


def cross_product(x: NDArray, weight: NDArray, y: NDArray) -> NDArray[np.float64]:
    """Weighted sums of products of columns, in pieces that BLAS does not thread.

    Its threads wait for each other longer than these thin matrices take, the more so
    on a busy machine.
    """
    total = np.zeros((x.shape[1], y.shape[1]))
    size = max(64, 250_000 // total.size)
    for start in range(0, len(x), size):
        rows = slice(start, start + size)
        total += (x[rows] * weight[rows, None]).T @ y[rows]
    return total


def times_vector(x: NDArray, vector: NDArray) -> NDArray[np.float64]:
    """Product of a tall matrix and a vector, in pieces as well."""
    out = np.empty(len(x))
    size = max(64, 9000 // x.shape[1])
    for start in range(0, len(x), size):
        rows = slice(start, start + size)
        np.dot(x[rows], vector, out=out[rows])
    return out


def vector_times(vector: NDArray, x: NDArray) -> NDArray[np.float64]:
    """Product of a vector and a tall matrix, in pieces as well."""
    size = max(64, 9000 // x.shape[1])
    pieces = range(0, len(x), size)
    return sum(
        vector[start : start + size] @ x[start : start + size] for start in pieces
    )
