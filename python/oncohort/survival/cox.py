"""Cox proportional-hazards regression: lifelines, told to converge fully."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import checked

# lifelines stops early by default: coefficients then differ from R by up to 6e-6.
PRECISION = {"precision": 1e-20, "r_precision": 1e-30}


class Cox(NamedTuple):
    """A fitted model; tuples follow the order of `covariates`. Ties: Efron."""

    covariates: tuple[str, ...]
    coefficient: tuple[float, ...]
    std_error: tuple[float, ...]
    hazard_ratio: tuple[float, ...]
    ci_low: tuple[float, ...]
    ci_high: tuple[float, ...]
    p_value: tuple[float, ...]
    log_likelihood: float


def cox(time: ArrayLike, event: ArrayLike, covariates: Mapping[str, ArrayLike]) -> Cox:
    """Hazard ratios with 95% Wald limits and P, ties after Efron.

    Parameters
    ----------
    time, event : array-like, shape (n_patients,)
        As for `kaplan_meier`.
    covariates : mapping of str to array-like of float, shape (n_patients,)
        Numeric covariates by name; a group is a 0/1 column, 1 being not the reference.

    Returns
    -------
    Cox
        Coefficients (log hazard ratios), standard errors, ratios, limits, Wald P.

    Raises
    ------
    ValueError
        If the input is unusable, a covariate is missing for somebody or constant, or
        the model does not converge.

    References
    ----------
    Cox DR (1972). JRSS B 34:187-220. Efron B (1977). JASA 72:557-565.
    """
    times, events = checked(time, event)
    columns = {name: np.asarray(each, float) for name, each in covariates.items()}
    for name, column in columns.items():
        if column.shape != times.shape or np.isnan(column).any():
            raise ValueError(f"{name}: need one number for each patient, none missing")
        if (column == column[0]).all():
            raise ValueError(f"{name} is the same for everybody: nothing to estimate")
    if not columns or not events.any():
        raise ValueError("need at least one covariate and one event")
    fitted = _fit(times, events, columns)
    limits = np.exp(fitted.confidence_intervals_.to_numpy())
    wald = fitted.summary[["coef", "se(coef)", "exp(coef)"]].to_numpy()
    parts = (*wald.T, *limits.T, fitted.summary["p"].to_numpy())
    return Cox(
        tuple(columns),
        *(tuple(part.tolist()) for part in parts),
        float(fitted.log_likelihood_),
    )


def _fit(times: NDArray, events: NDArray, columns: dict[str, NDArray]) -> Any:
    """Fitted lifelines model; its errors and warnings become a ValueError."""
    import warnings

    import pandas as pd
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning

    frame = pd.DataFrame({f"x_{name}": column for name, column in columns.items()})
    frame["time"], frame["event"] = times, events
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            return CoxPHFitter().fit(frame, "time", "event", fit_options=PRECISION)
        except (ConvergenceError, ConvergenceWarning) as error:
            raise ValueError(f"the model does not converge: {error}") from error
