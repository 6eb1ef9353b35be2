"""Partial likelihood of a Cox model with its derivatives, ties as Efron or Breslow.

Every sum over patients is a product with the sparse matrix of `RiskSets`; event times
are taken in blocks from the last to the first, so that memory does not grow with them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.risk_sets import RiskSets
from oncohort.survival.segments import running_sums

BLOCK = 16384


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


class Steps(NamedTuple):
    """Sums over the tied events of each time, arrays of shape (n_times,).

    With c the mean weight of the d tied events, f = 0, 1/d, ... (Efron; Breslow: one
    step, f = 0) and phi = those at risk less f of the tied: sums of c f^k / phi (`b`,
    k = 0, 1) and of c f^k / phi^2 (`a`, k = 0, 1, 2), and of c log(phi).
    """

    logs: NDArray[np.float64]
    b: tuple[NDArray[np.float64], ...]
    a: tuple[NDArray[np.float64], ...]


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
    eta = x[:, 1:] @ beta
    risk = np.exp(eta)
    n_times, width = sets.time.size, x.shape[1]
    weight = np.ones(n_times) if time_weight is None else time_weight
    score, second = np.zeros(width), np.zeros((width, width))
    direct, tied = np.zeros(n_times), np.zeros(n_times)
    log_likelihood = 0.0
    for block, at_risk, own in _sums(sets, x, risk):
        steps = _steps(sets, block, at_risk[:, 0], own[:, 0], ties)
        g = weight[block]
        log_likelihood -= steps.logs.sum()
        b, a = [each * g for each in steps.b], [each * g for each in steps.a]
        direct[block], tied[block] = b
        score -= b[0] @ at_risk - b[1] @ own
        second += (at_risk * a[0][:, None]).T @ at_risk
        if ties == "efron":
            cross = (at_risk * a[1][:, None]).T @ own
            second += (own * a[2][:, None]).T @ own - cross - cross.T
    odd = np.zeros(2 * n_times)
    odd[1::2] = 1.0
    events = sets.weights.T @ odd
    log_likelihood += float(events @ eta)
    if time_weight is not None:
        odd[1::2] = weight
        events = sets.weights.T @ odd
    gathered = sets.weights.T @ _by_line(direct, tied, sets.first)
    score += events @ x
    information = _cross_product(x, risk * gathered) - second
    return Derivatives(log_likelihood, score[1:], information[1:, 1:])


def hazards(
    sets: RiskSets, x: NDArray[np.float64], beta: NDArray[np.float64], *, ties: str
) -> Hazards:
    """Hazards and means that score residuals are made of."""
    risk = np.exp(x[:, 1:] @ beta)
    n_times, width = sets.time.size, x.shape[1]
    direct, tied = np.empty((n_times, width)), np.empty((n_times, width))
    event_mean = np.empty((n_times, width))
    for block, at_risk, own in _sums(sets, x, risk):
        steps = _steps(sets, block, at_risk[:, 0], own[:, 0], ties)
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
    for end in range(n_times, 0, -BLOCK):
        start = max(0, end - BLOCK)
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


def _steps(
    sets: RiskSets, block: slice, at_risk: NDArray, own: NDArray, ties: str
) -> Steps:
    n, c = sets.n_events[block], sets.event_weight[block]
    if ties == "breslow" or n.max() <= 1:
        once = c / at_risk
        none = np.zeros(n.size)
        logs = c * np.log(at_risk)
        return Steps(logs, (once, none), (once / at_risk, none, none))
    repeats = n.astype(np.int64)
    start = np.cumsum(repeats) - repeats
    f = np.arange(start[-1] + repeats[-1]) - np.repeat(start, repeats)
    f = f / np.repeat(n, repeats)
    phi = np.repeat(at_risk, repeats) - f * np.repeat(own, repeats)
    c = c / n
    inverse = 1 / phi
    square = inverse * inverse

    def total(values: NDArray) -> NDArray:
        return c * np.add.reduceat(values, start)

    b = (total(inverse), total(f * inverse))
    a = (total(square), total(f * square), total(f * f * square))
    return Steps(total(np.log(phi)), b, a)


def _by_line(direct: NDArray, tied: NDArray, first: NDArray) -> NDArray:
    """Sums up to each time, by line: the tied have missed a part of their own time."""
    total = running_sums(direct, first)
    out = np.empty((2 * len(total), *total.shape[1:]))
    out[::2], out[1::2] = total, total - tied
    return out


def _cross_product(x: NDArray, weight: NDArray) -> NDArray:
    total = np.zeros((x.shape[1], x.shape[1]))
    for start in range(0, x.shape[0], BLOCK):
        part = x[start : start + BLOCK]
        total += (part * weight[start : start + BLOCK, None]).T @ part
    return total
