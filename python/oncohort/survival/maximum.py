"""Newton's maximum of a partial likelihood, and clear words where there is none."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.partial_likelihood import Derivatives

MAX_STEPS = 100
# Newton's last step: what it leaves is its square, the information is right to 1e-10
CONVERGED, NEARLY = 3e-11, 1e-6
# share of a covariate's information that the others do not carry; R stops at 2e-12
COLLINEAR = 1e-11


class Maximum(NamedTuple):
    """Coefficients of the scaled covariates, and derivatives at 0 and there."""

    beta: NDArray[np.float64]
    null: Derivatives
    there: Derivatives


def maximum(
    evaluate: Callable[[NDArray], Derivatives],
    names: tuple[str, ...],
    score: Callable[[NDArray], NDArray] | None = None,
) -> Maximum:
    """Maximise; covariates are scaled to a standard deviation of 1.

    `score`, if given, is cheaper than `evaluate`: it alone leads near the maximum.

    Raises
    ------
    ValueError
        If covariates are collinear, or the likelihood has no maximum.
    """
    null = evaluate(np.zeros(len(names)))
    refuse_collinear(null.information, names)
    beta, there = np.zeros(len(names)), null
    if score is not None:
        near = _approached(score, null)
        found = evaluate(near)
        if found.log_likelihood > null.log_likelihood:
            beta, there = near, found
    before, flat = np.inf, 0
    for _ in range(MAX_STEPS):
        step = _newton_step(there, names)
        length = float(np.abs(step).max())
        if length < CONVERGED or NEARLY > length > before / 4:
            return Maximum(beta + step, null, there)
        after = evaluate(beta + step)
        halvings, slack = 0, 1e-12 * (1 + abs(there.log_likelihood))
        while (
            not after.log_likelihood >= there.log_likelihood - slack and halvings < 30
        ):
            step, halvings = step / 2, halvings + 1
            after = evaluate(beta + step)
        gain = after.log_likelihood - there.log_likelihood
        beta, there, before = beta + step, after, length
        # no gain to speak of, and yet the hazard ratio grows: it would for ever
        is_flat = gain < 1e-6 * (1 + abs(there.log_likelihood)) and halvings == 0
        flat = flat + 1 if is_flat and length > 0.05 else 0
        if flat >= 4:
            break
    raise ValueError(_infinite(names, step))


def _approached(
    score: Callable[[NDArray], NDArray], null: Derivatives
) -> NDArray[np.float64]:
    """Come near the maximum from 0 with the score alone (Broyden's method)."""
    beta, there, before = np.zeros(null.score.size), null.score, np.inf
    inverse = np.linalg.inv(null.information)
    for _ in range(10):
        step = inverse @ there
        length = float(np.abs(step).max())
        if not length < before / 2:
            break
        beta, before = beta + step, length
        if length < 30 * CONVERGED:
            break
        # what the step has taught about the information
        after = score(beta)
        taught = inverse @ (there - after)
        inverse += np.outer(step - taught, step @ inverse) / (step @ taught)
        there = after
    return beta


def _newton_step(there: Derivatives, names: tuple[str, ...]) -> NDArray:
    scale = np.sqrt(np.diag(there.information))
    try:
        if not (scale > 0).all():
            raise np.linalg.LinAlgError
        scaled = there.information / np.outer(scale, scale)
        return np.linalg.solve(scaled, there.score / scale) / scale
    except np.linalg.LinAlgError:
        raise ValueError(_infinite(names, 1 / np.maximum(scale, 1e-300))) from None


def _infinite(names: tuple[str, ...], step: NDArray) -> str:
    share = np.abs(step) / np.abs(step).max()
    guilty = [name for name, s in zip(names, share, strict=True) if s > 0.1]
    return (
        f"{', '.join(guilty)}: the likelihood has no maximum, the coefficient is"
        " infinite (separation: the events all lie on one side, as in a group without"
        " events); leave the term out or merge its levels"
    )


def refuse_collinear(information: NDArray, names: tuple[str, ...]) -> None:
    """Name the first covariate that the ones before it determine, and those."""
    size = np.diag(information)
    for j, name in enumerate(names):
        if not size[j] > COLLINEAR * size.max():
            raise ValueError(
                f"{name} does not vary among those at risk at any event: nothing to"
                " estimate"
            )
    scaled = information / np.sqrt(np.outer(size, size))
    for j in range(1, len(names)):
        weights = np.linalg.solve(scaled[:j, :j], scaled[:j, j])
        if 1 - weights @ scaled[:j, j] > COLLINEAR:
            continue
        others = [names[k] for k in range(j) if abs(weights[k]) > 1e-6]
        raise ValueError(
            f"{names[j]} is collinear with {', '.join(others)}: leave one of them out"
        )
