"""Propensity score by logistic regression, and overlap weights.

Own Newton steps: no locked library fits a logistic regression.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

UNKNOWN = "unknown"
MAX_STEPS = 50
# beyond such log odds a fitted probability is 0 or 1 but for rounding
SEPARATED = 25


class Propensity(NamedTuple):
    """Fitted probabilities of treatment; coefficients follow `terms`."""

    score: NDArray[np.float64]
    terms: tuple[str, ...]
    coefficient: tuple[float, ...]
    std_error: tuple[float, ...]
    deviance: float


def propensity_score(
    treated: ArrayLike, covariates: Mapping[str, ArrayLike]
) -> Propensity:
    """Probability of treatment given covariates: logistic regression, main effects.

    Parameters
    ----------
    treated : array-like of bool, shape (n_patients,)
        True for the one treatment, False for the other.
    covariates : mapping of str to array-like, shape (n_patients,)
        Numbers enter as they are, none missing. Words and booleans are categories, the
        first in sorted order being the reference; None is the category 'unknown'.

    Returns
    -------
    Propensity
        Scores between 0 and 1, coefficients (log odds ratios) with standard errors.

    Raises
    ------
    ValueError
        If the input is unusable, a covariate is the same for everybody or follows from
        the others, or covariates separate the treatments completely.

    References
    ----------
    Rosenbaum PR, Rubin DB (1983). Biometrika 70:41-55.
    """
    outcome = np.asarray(treated, dtype=float)
    if outcome.ndim != 1 or not np.isin(outcome, (0, 1)).all():
        raise ValueError("treated must be 0 or 1 (or a boolean) for each patient")
    if np.unique(outcome).size < 2:
        raise ValueError("everybody has the same treatment: nothing to compare")
    columns = {"(intercept)": np.ones(outcome.size)}
    for name, values in covariates.items():
        columns |= _columns(name, values, outcome.size)
    design = np.column_stack(list(columns.values()))
    _check_rank(design, tuple(columns))
    beta, covariance = _fit(design, outcome, tuple(columns))
    score = 1 / (1 + np.exp(-(design @ beta)))
    chance = np.where(outcome == 1, score, 1 - score)
    return Propensity(
        score,
        tuple(columns),
        tuple(beta.tolist()),
        tuple(np.sqrt(np.diag(covariance)).tolist()),
        float(-2 * np.log(chance).sum()),
    )


def overlap_weights(treated: ArrayLike, score: ArrayLike) -> NDArray[np.float64]:
    """Weight of each patient: the probability of the treatment not given.

    Patients who could have had either treatment count most; the effect is theirs. After
    a logistic propensity score, means of its covariates are exactly equal.

    Parameters
    ----------
    treated : array-like of bool, shape (n_patients,)
        True for the one treatment, False for the other.
    score : array-like of float, shape (n_patients,)
        Probability of the first, between 0 and 1.

    Returns
    -------
    ndarray, shape (n_patients,)
        Weights between 0 and 1.

    References
    ----------
    Li F, Morgan KL, Zaslavsky AM (2018). JASA 113:390-400.
    """
    scores = np.asarray(score, dtype=float)
    return np.where(np.asarray(treated, dtype=bool), 1 - scores, scores)


def effective_sample_size(weights: ArrayLike) -> float:
    """Kish's number of patients of equal weight that would be as informative.

    Raises
    ------
    ValueError
        If no weight is above 0, or one is negative or missing.

    References
    ----------
    Kish L (1965). Survey Sampling, section 11.7.
    """
    weight = np.asarray(weights, dtype=float)
    if not ((weight >= 0) & (weight < np.inf)).all() or not weight.any():
        raise ValueError("weights must be 0 or more and finite, one above 0 at least")
    return float(weight.sum() ** 2 / (weight @ weight))


def _columns(name: str, values: ArrayLike, n: int) -> dict[str, NDArray[Any]]:
    """Columns of one covariate: a number itself, of categories all but the first."""
    column = np.asarray(values)
    if column.shape != (n,):
        raise ValueError(f"{name}: need one value for each patient")
    if column.dtype.kind in "fiu":
        if not np.isfinite(column).all():
            raise ValueError(f"{name}: a number is missing; make categories of it")
        return {name: column.astype(float)}
    words = np.array([UNKNOWN if each is None else str(each) for each in column])
    first, *others = np.unique(words).tolist()
    if not others:
        raise ValueError(f"{name} is {first!r} for everybody: leave it out")
    return {f"{name}={each}": (words == each).astype(float) for each in others}


def _check_rank(design: NDArray[np.float64], terms: tuple[str, ...]) -> None:
    """Refuse a column that follows from those before it, and name it."""
    if np.linalg.matrix_rank(design) == design.shape[1]:
        return
    # the diagonal of R is what a column adds to those before it
    added = np.abs(np.diag(np.linalg.qr(design / np.abs(design).max(axis=0), "r")))
    name = terms[int(np.argmax(added < 1e-9))]
    raise ValueError(f"{name} follows from the covariates before it: leave one out")


def _fit(
    design: NDArray[np.float64], outcome: NDArray[np.float64], terms: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coefficients and their covariance, by Newton's method to convergence."""
    beta = np.zeros(design.shape[1])
    for _ in range(MAX_STEPS):
        score = 1 / (1 + np.exp(-(design @ beta)))
        spread = score * (1 - score)
        information = design.T @ (design * spread[:, None])
        step = np.linalg.solve(information, design.T @ (outcome - score))
        beta = beta + step
        if np.abs(design @ beta).max() > SEPARATED:
            break
        if np.abs(step).max() < 1e-11 * max(1.0, np.abs(beta).max()):
            return beta, np.linalg.inv(information)
    name = terms[1 + int(np.argmax((np.abs(beta) * np.abs(design).max(axis=0))[1:]))]
    raise ValueError(
        f"the covariates tell some patients' treatment with certainty (see {name}):"
        " merge small categories or leave the covariate out"
    )
