"""From rows and a design to a fitted Cox model: one path for arrays and the engine."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.cox_design import Design
from oncohort.survival.maximum import Maximum, maximum
from oncohort.survival.partial_likelihood import (
    derivatives,
    hazards,
    score_of,
    vector_times,
)
from oncohort.survival.risk_sets import RiskSets, Rows, risk_sets
from oncohort.survival.score_residuals import members, score_residuals

TIES = ("efron", "breslow")
# from here on a search with the score alone saves more than it costs
LARGE = 5000
BLOCK = 2048


class ChiSquare(NamedTuple):
    """A chi-square test."""

    chi_square: float
    df: int
    p_value: float


class Fitted(NamedTuple):
    """A maximum with what is needed to go on from it; `x` is centred and scaled."""

    names: tuple[str, ...]
    terms: dict[str, list[int]]
    rows: Rows
    sets: RiskSets
    x: NDArray[np.float64]
    scale: NDArray[np.float64]
    ties: str
    beta: NDArray[np.float64]
    maximum: Maximum


class Sandwich(NamedTuple):
    """Robust covariance of the scaled coefficients, and the robust score test."""

    covariance: NDArray[np.float64]
    score: ChiSquare


def chi_square_test(statistic: float, df: int) -> ChiSquare:
    """P of a chi-square statistic."""
    from scipy.special import chdtrc

    return ChiSquare(statistic, df, float(chdtrc(df, statistic)))


def fitted(rows: Rows, design: Design, ties: str) -> Fitted:
    """Fit; ValueError if there is nothing to fit or the likelihood has no maximum."""
    if ties not in TIES:
        raise ValueError(f"ties {ties!r}: give one of {', '.join(TIES)}")
    count = rows.count
    n_events = int(rows.event.sum() if count is None else count[rows.event].sum())
    if n_events < max(1, len(design.names)):
        raise ValueError(
            f"{n_events} events for {len(design.names)} coefficients: too few to fit"
        )
    sets, order = risk_sets(rows, design.cell)
    x = design.matrix(order)
    scale = _scaled(x, None if order is not None else sets.cell, design.names)

    def evaluate(beta: NDArray):
        return derivatives(sets, x, beta, ties=ties)

    def score(beta: NDArray):
        return score_of(sets, x, beta, ties=ties)

    is_large = rows.time.size >= LARGE
    top = maximum(evaluate, design.names, score if is_large else None)
    return Fitted(design.names, design.terms, rows, sets, x, scale, ties, top.beta, top)


def _scaled(
    x: NDArray[np.float64], cell: NDArray | None, names: tuple[str, ...]
) -> NDArray[np.float64]:
    """Centre and scale the covariates in place; return their standard deviations."""
    size = np.ones(len(x)) if cell is None else np.bincount(cell) * 1.0
    size /= size.sum()
    mean, square = vector_times(size, x), np.zeros(x.shape[1])
    mean[0] = 0.0
    for start in range(0, len(x), BLOCK):
        rows = slice(start, start + BLOCK)
        x[rows] -= mean
        square += size[rows] @ x[rows] ** 2
    scale = np.sqrt(square)
    suspect = np.flatnonzero(scale[1:] <= 1e-9 * np.abs(mean[1:]))
    guilty = [names[j] for j in suspect if np.ptp(x[:, j + 1]) == 0]
    if guilty:
        raise ValueError(
            f"{', '.join(guilty)}: the same for everybody, nothing to estimate"
        )
    scale[0] = 1.0
    x /= scale
    return scale[1:]


def sandwich(fit: Fitted, cluster: NDArray[np.integer] | None) -> Sandwich:
    """Sandwich covariance after Lin and Wei, each row a cluster if None is given."""
    found, rows = [], members(fit.sets, fit.rows, cluster)
    for beta in (fit.beta, np.zeros_like(fit.beta)):
        gathered = hazards(fit.sets, fit.x, beta, ties=fit.ties)
        found.append(score_residuals(rows, fit.x, gathered))
    there, null = found
    bread = np.linalg.inv(fit.maximum.there.information)
    score = float(null.total @ np.linalg.solve(null.square, null.total))
    test = chi_square_test(score, len(fit.beta))
    return Sandwich(bread @ there.square @ bread, test)
