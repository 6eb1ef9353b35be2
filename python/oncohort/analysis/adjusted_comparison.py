"""Two arms made comparable in what was measured: overlap weights, balance, E-value.

The paper compares the arms as they are. What a patient's record leaves open at baseline
is the category 'unknown', in the score as in the balance.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.beside import stratified_ratio
from oncohort.analysis.compared import (
    OWN,
    Compared,
    Values,
    compared_patients,
    estimated,
)
from oncohort.analysis.plan import Analysis, Plan, Variable
from oncohort.analysis.results import LIMITS, AtRisk, CurveStep, Place, Result, library
from oncohort.analysis.store import StudyTables
from oncohort.analysis.time_to_event import curve_rows
from oncohort.confounding import (
    e_value,
    effective_sample_size,
    overlap_weights,
    propensity_score,
)
from oncohort.rates import standardised_difference
from oncohort.survival import kaplan_meier, survival_quantile

SCORE = "propensity score by logistic regression"
WEIGHTED = "overlap-weighted (Li, Morgan and Zaslavsky 2018)"
WAYS = ("unadjusted", "overlap_weighted")


def adjusted_comparison(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result | CurveStep | AtRisk]:
    """Balance, weighted curves, hazard ratios, E-values, and each site left out once.

    Level `unadjusted`, `overlap_weighted`, `stratified_by_site`; `..._without_<site>`.
    """
    variables = named_variables(plan, analysis)
    columns = [variable.column for variable in variables]
    patients = compared_patients(plan, analysis, data, columns)
    if patients is None:
        return
    for variable in variables:
        patients.columns[variable.column] = _words(patients, variable)
    (weights,), remark = estimated(lambda: [_weights(patients, analysis)], 1)
    yield from _balance(place, patients, variables, weights, remark)
    if weights is not None:
        yield from _arms(place, plan, analysis, patients, weights)
    own = place.at(variable=analysis.endpoint.id)
    yield from _ratios(own, analysis, patients)
    yield from stratified_ratio(own.at(level="stratified_by_site"), patients)


def named_variables(plan: Plan, analysis: Analysis) -> tuple[Variable, ...]:
    """Variables of the baseline table named; all covariates must be among them.

    A covariate that is not is a ValueError.
    """
    tables = [each for each in plan.analyses if each.id == analysis.baseline]
    variables = tables[0].variables if tables else ()
    known = [variable.column for variable in variables]
    for column in analysis.covariates:
        if column not in known:
            raise ValueError(
                f"covariate {column} is no variable of baseline table"
                f" {analysis.baseline!r}; use one of: {', '.join(known) or '(none)'}"
            )
    return variables


def _words(patients: Compared, variable: Variable) -> NDArray[np.object_]:
    """Categories as words; what is not known, in words or empty, is one of them."""
    unknown = (None, variable.unknown)
    column = patients.columns[variable.column]
    words = [None if each in unknown else str(each) for each in column]
    return np.array(words, dtype=object)


def _score(patients: Compared, analysis: Analysis) -> NDArray[np.float64]:
    covariates = {name: patients.columns[name] for name in analysis.covariates}
    return propensity_score(patients.treated, covariates).score


def _weights(patients: Compared, analysis: Analysis) -> NDArray[np.float64]:
    return overlap_weights(patients.treated, _score(patients, analysis))


def _balance(
    place: Place,
    patients: Compared,
    variables: tuple[Variable, ...],
    weights: NDArray | None,
    remark: str,
) -> Iterator[Result]:
    """Standardised difference of each variable, before and after weighting."""
    method = (
        "standardised difference of patients {}, 'unknown' a category (Yang and Dalton"
        " 2012), absolute; {}" + library("oncohort", "numpy")
    )
    ones, n = np.ones(patients.days.size), patients.days.size
    about = {"before": ("as they are", ones), "after": (WEIGHTED, weights)}
    for variable in variables:
        words = patients.columns[variable.column].astype(str)
        for when, (how, weight) in about.items():
            value, why = None, remark
            if weight is not None:
                table = _table(words, patients.treated, weight)
                make = partial(_one, standardised_difference, table)
                (value,), why = estimated(make, 1)
            here, how = place.at(variable=variable.column), method.format(how, why)
            yield here.number(f"smd_{when}", value, "standard deviations", how, n)


def _one(statistic: Callable[[NDArray], float], table: NDArray) -> Values:
    return [statistic(table)]


def _table(words: NDArray, treated: NDArray, weights: NDArray) -> NDArray:
    """Sums of weights per category and arm."""
    names, code = np.unique(words, return_inverse=True)
    sides = [
        np.bincount(code, weights * side, names.size) for side in (treated, ~treated)
    ]
    return np.column_stack(sides)


def _arms(
    place: Place, plan: Plan, analysis: Analysis, patients: Compared, weights: NDArray
) -> Iterator[Result | CurveStep | AtRisk]:
    """Sizes, scores and weighted curve of each arm; at-risk numbers are patients."""
    arms = {patients.treatment: patients.treated, patients.reference: ~patients.treated}
    score = np.where(patients.treated, 1 - weights, weights)
    kish = f"effective sample size (Kish), {WEIGHTED}; {library('oncohort', 'numpy')}"
    what = f"{{}} of the {SCORE}: {', '.join(analysis.covariates)}; {OWN}"
    curve = "Kaplan-Meier median, " + WEIGHTED + ", robust variance, weights taken as"
    curve = f"{curve} known; 95% CI where log-log limits cross 0.5; {OWN}"
    for arm, is_it in arms.items():
        about = (patients.days[is_it], patients.event[is_it])
        n, size = int(is_it.sum()), effective_sample_size(weights[is_it])
        own = place.at(variable="patients", arm=arm)
        yield own.count("n", n)
        text = f"{size:.1f}"
        yield own.number("effective_n", size, "patients", kish, n, n, text)
        for name in ("min", "median", "max"):
            value = float(getattr(np, name)(score[is_it]))
            here, how = (
                place.at(variable="propensity_score", arm=arm),
                what.format(name),
            )
            yield here.number(f"score_{name}", value, "probability", how, n)
        here = place.at(variable=analysis.endpoint.id, arm=arm)
        yield here.count("n_events", int(about[1].sum()), n, "count of events")
        median = survival_quantile(*about, weights=weights[is_it])
        for suffix, day in zip(LIMITS, median, strict=True):
            months = None if day is None else day / plan.days_per_month
            yield here.number(f"median{suffix}", months, "months", curve, n)
        plain = kaplan_meier(*about)
        lines = kaplan_meier(*about, weights=weights[is_it])[4:]
        yield from curve_rows(here, plan, analysis, type(plain)(*plain[:4], *lines))


def _ratios(place: Place, analysis: Analysis, patients: Compared) -> Iterator[Result]:
    """Unadjusted and weighted hazard ratio, E-values; the ratios without each site."""
    for way in WAYS:
        method, values, remark = _ratio(way, analysis, patients)
        here, n = place.at(level=way), patients.days.size
        yield from here.limited("hazard_ratio", values[:3], "ratio", method, n)
        yield here.number("hazard_ratio_p", values[3], "probability", method, n)
        both = (None, None) if remark else e_value(*values[:3])
        what = "E-value of the {} (VanderWeele and Ding 2017, hazard ratio of a common"
        what = f"{what} outcome); from: {method}"
        names = {"e_value": "hazard ratio", "e_value_limit": "limit nearer to 1"}
        for value, (name, whose) in zip(both, names.items(), strict=True):
            yield here.number(name, value, "ratio", what.format(whose), n)
        for site in np.unique(patients.site).tolist():
            others = patients.where(patients.site != site)
            method, values, _ = _ratio(way, analysis, others)
            left = place.at(level=f"{way}_without_{site}")
            how, n = f"without {site}: {method}", others.days.size
            yield from left.limited("hazard_ratio", values[:3], "ratio", how, n)


def _ratio(way: str, analysis: Analysis, patients: Compared) -> tuple[str, Values, str]:
    """Method, values and remark of one hazard ratio; the score is fitted anew."""
    arms = (
        f"Cox proportional hazards, {patients.treatment} against {patients.reference}"
    )
    if way == "unadjusted":
        values, remark = estimated(patients.hazard_ratio, 4)
        how = "unadjusted, Efron ties; 95% CI and P Wald, two-sided"
    else:

        def make() -> Values:
            weights = _weights(patients, analysis)
            return patients.hazard_ratio(weights=weights, robust=True)

        values, remark = estimated(make, 4)
        how = (
            f"{WEIGHTED}, {SCORE}, Efron ties; 95% CI and P Wald, two-sided, robust"
            " variance, weights taken as known"
        )
    return f"{arms}, {how}; {remark}{OWN}", values, remark
