"""From rows and a design to a fitted Cox model: one path for arrays and the engine."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.cox_design import Design
from oncohort.survival.maximum import Maximum, maximum
from oncohort.survival.partial_likelihood import derivatives, hazards
from oncohort.survival.risk_sets import RiskSets, Rows, risk_sets
from oncohort.survival.score_residuals import score_residuals

TIES = ("efron", "breslow")


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

    top = maximum(evaluate, design.names)
    return Fitted(
        design.names, design.terms, rows, sets, x, scale, ties, top.beta, top
    )


def _scaled(
    x: NDArray[np.float64], cell: NDArray | None, names: tuple[str, ...]
) -> NDArray[np.float64]:
    """Centre and scale the covariates in place; return their standard deviations."""
    weight = None if cell is None else np.bincount(cell, minlength=x.shape[0])
    scale = np.ones(len(names))
    for j, name in enumerate(names, start=1):
        column = x[:, j]
        if column.min() == column.max():
            raise ValueError(f"{name} is the same for everybody: nothing to estimate")
        column -= np.average(column, weights=weight)
        scale[j - 1] = np.sqrt(np.average(column**2, weights=weight))
        column /= scale[j - 1]
    return scale


def sandwich(fit: Fitted, cluster: NDArray[np.integer] | None) -> Sandwich:
    """Sandwich covariance after Lin and Wei, each row a cluster if None is given."""
    found = []
    for beta in (fit.beta, np.zeros_like(fit.beta)):
        gathered = hazards(fit.sets, fit.x, beta, ties=fit.ties)
        found.append(score_residuals(fit.sets, fit.rows, fit.x, gathered, cluster))
    there, null = found
    bread = np.linalg.inv(fit.maximum.there.information)
    score = float(null.total @ np.linalg.solve(null.square, null.total))
    test = chi_square_test(score, len(fit.beta))
    return Sandwich(bread @ there.square @ bread, test)
