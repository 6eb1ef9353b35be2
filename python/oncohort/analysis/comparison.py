"""Arms against each other: hazard ratio after Cox, log-rank test."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.plan import Plan
from oncohort.analysis.results import ALL, Place, Result, library
from oncohort.survival import cox, logrank


def comparison(
    place: Place,
    plan: Plan,
    arm: NDArray[np.str_],
    days: NDArray[np.float64],
    event: NDArray[np.bool_],
) -> list[Result]:
    """Compare the arms that the plan compares, as far as the data allow.

    Parameters
    ----------
    place : Place
        Study, analysis, population, endpoint, source.
    plan : Plan
        Arms compared, and the reference.
    arm : ndarray of str, shape (n_patients,)
        Arm of each patient.
    days : ndarray of float, shape (n_patients,)
        Days to event or censoring.
    event : ndarray of bool, shape (n_patients,)
        True for an event.

    Returns
    -------
    list of Result
        Hazard ratios against the reference with limits and Wald P (arm `all` if there
        is one ratio only), log-rank P and chi-square; empty if an arm has nobody or
        nobody had an event.
    """
    compared = [each.id for each in plan.compared]
    chosen = np.isin(arm, compared)
    arm, days, event = arm[chosen], days[chosen], event[chosen]
    if len(compared) < 2 or set(compared) - set(arm.tolist()) or not event.any():
        return []
    return [
        *_hazard_ratios(place, compared, arm, days, event),
        *_logrank(place, compared, arm, days, event),
    ]


def _hazard_ratios(
    place: Place, compared: list[str], arm: NDArray, days: NDArray, event: NDArray
) -> Iterator[Result]:
    *others, reference = compared
    try:
        fit = cox(days, event, {each: (arm == each) * 1.0 for each in others})
    except ValueError:
        # all events in one arm: the ratio is 0 or infinite, the log-rank test stands
        return
    for index, other in enumerate(others):
        method = (
            f"Cox proportional hazards, {other} against {reference}, unadjusted, Efron"
            f" ties; 95% CI and P Wald, two-sided; {library('lifelines')}"
        )
        here = place.at(arm=ALL if len(others) == 1 else other)
        values = {
            "hazard_ratio": (fit.hazard_ratio, "ratio"),
            "hazard_ratio_ci_low": (fit.ci_low, "ratio"),
            "hazard_ratio_ci_high": (fit.ci_high, "ratio"),
            "hazard_ratio_p": (fit.p_value, "probability"),
        }
        for statistic, (column, unit) in values.items():
            yield here.number(statistic, column[index], unit, method, n=fit.n)


def _logrank(
    place: Place, compared: list[str], arm: NDArray, days: NDArray, event: NDArray
) -> Iterator[Result]:
    test = logrank(days, event, arm)
    method = (
        f"log-rank test of {' and '.join(compared)}, unstratified, hypergeometric"
        f" variance, two-sided, {test.degrees_of_freedom} df;"
        f" {library('oncohort', 'numpy', 'scipy')}"
    )
    n, square = arm.size, test.chi_square
    yield place.number("logrank_p", test.p_value, "probability", method, n=n)
    yield place.number("logrank_chi_square", square, "chi-square", method, n=n)
