"""Beside the print: what of ours stands next to a comparison of two arms."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.compared import (
    OWN,
    Compared,
    Values,
    compared_patients,
    estimated,
)
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import Place, Result
from oncohort.analysis.store import StudyTables
from oncohort.survival import (
    cox_zph,
    logrank,
    observed_expected_hazard_ratio,
    peto_hazard_ratio,
    restricted_mean,
    restricted_mean_difference,
)


def beside(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Results of what the analysis lists under `beside`."""
    patients = compared_patients(plan, analysis, data) if analysis.beside else None
    if patients:
        for name in analysis.beside:
            yield from BESIDE[name](place, plan, analysis, patients)


def _hazard_ratios(
    place: Place, plan: Plan, analysis: Analysis, patients: Compared
) -> Iterator[Result]:
    """Four estimators of the hazard ratio, with the digits that tell them apart."""
    arms = f"{patients.treatment} against {patients.reference}, unadjusted"
    about = (patients.days, patients.event, patients.treated)
    options = {"reference": False, "weights": patients.n_patients}
    makers: dict[str, tuple[str, Callable]] = {
        ties: (
            f"Cox proportional hazards, {arms}, {ties.capitalize()} ties; 95% CI Wald",
            lambda ties=ties: patients.hazard_ratio(ties=ties)[:3],
        )
        for ties in ("efron", "breslow")
    }
    makers |= {
        "peto": (
            f"Peto's one-step hazard ratio exp((O - E) / V), {arms}, hypergeometric"
            " variance at ties; 95% CI normal on the log scale",
            lambda: peto_hazard_ratio(*about, **options)[:3],
        ),
        "observed_expected": (
            f"observed/expected (Pike's) hazard ratio, {arms}, expected as in the"
            " log-rank test; 95% CI normal on the log scale, variance 1/E1 + 1/E2",
            lambda: observed_expected_hazard_ratio(*about, **options)[:3],
        ),
    }
    for level, (method, make) in makers.items():
        values, remark = estimated(make, 3)
        here, method = place.at(level=level), f"{method}; {remark}{OWN}"
        n = patients.n
        yield from here.limited("hazard_ratio", values, "ratio", method, n, 4)


def _proportionality(
    place: Place, plan: Plan, analysis: Analysis, patients: Compared
) -> Iterator[Result]:
    def make() -> tuple[float, float]:
        test = cox_zph(patients.cox())
        return float(test.chi_square[-1]), float(test.p_value[-1])

    (chi_square, p_value), remark = estimated(make, 2)
    method = (
        f"Schoenfeld test of proportional hazards, {patients.treatment} against"
        f" {patients.reference}: score test against 1 - Kaplan-Meier of time (R's"
        f" cox.zph), Efron ties, two-sided, 1 df; {remark}{OWN}"
    )
    n = patients.n
    yield place.number("proportionality_p", p_value, "probability", method, n)
    yield place.number(
        "proportionality_chi_square", chi_square, "chi-square", method, n
    )


def _restricted_means(
    place: Place, plan: Plan, analysis: Analysis, patients: Compared
) -> Iterator[Result]:
    """Restricted means by arm, and their difference, up to each landmark month."""
    months, n = patients.days / plan.days_per_month, patients.n
    for month in analysis.landmark_months:
        own = place.at(level=f"month_{month}")
        method = (
            f"restricted mean survival time to {month} months, area under the"
            " Kaplan-Meier curve, Greenwood variance; 95% CI normal"
        )
        for arm, is_it in (
            (patients.treatment, patients.treated),
            (patients.reference, ~patients.treated),
        ):
            those = patients.where(is_it)
            about = (months[is_it], month, those)
            mean, remark = estimated(lambda about=about: _mean(*about), 3)
            how, here = f"{method}; {remark}{OWN}", own.at(arm=arm)
            yield from here.limited("restricted_mean", mean, "months", how, those.n)
        about = (months, patients.event, patients.treated, month, patients.n_patients)
        found, remark = estimated(lambda about=about: _difference(*about), 5)
        method = (
            f"difference of {method}, {patients.treatment} minus {patients.reference},"
            f" P normal, two-sided; {remark}{OWN}"
        )
        name, values = "restricted_mean_difference", (found[0], *found[2:4])
        yield from own.limited(name, values, "months", method, n)
        yield own.number(f"{name}_p", found[4], "probability", method, n)


def _mean(months: NDArray, horizon: int, patients: Compared) -> Values:
    """Restricted mean of some patients with its limits."""
    options = {"weights": patients.n_patients}
    mean = restricted_mean(months, patients.event, horizon, **options)
    return np.take(mean, [0, 2, 3]).tolist()


def _difference(
    months: NDArray, event: NDArray, treated: NDArray, horizon: int, n: NDArray | None
) -> Values:
    """Difference of restricted means, its error, limits and P."""
    options = {"reference": False, "weights": n}
    return restricted_mean_difference(months, event, treated, horizon, **options)[:5]


def _stratified(
    place: Place, plan: Plan, analysis: Analysis, patients: Compared
) -> Iterator[Result]:
    """Hazard ratio and log-rank test within sites."""
    own, n = place.at(level="stratified_by_site"), patients.n
    yield from stratified_ratio(own, patients)
    about = (patients.days, patients.event, patients.treated)
    options = {"strata": patients.site, "weights": patients.n_patients}
    (square, p_value), remark = estimated(
        lambda: np.take(logrank(*about, **options)[:3], [0, 2]).tolist(), 2
    )
    method = (
        f"log-rank test of {patients.treatment} and {patients.reference}, stratified by"
        f" site, hypergeometric variance, two-sided, 1 df; {remark}{OWN}"
    )
    yield own.number("logrank_p", p_value, "probability", method, n)
    yield own.number("logrank_chi_square", square, "chi-square", method, n)


def stratified_ratio(place: Place, patients: Compared) -> Iterator[Result]:
    """Hazard ratio from a Cox model whose baseline hazard is each site's own."""
    values, remark = estimated(lambda: patients.hazard_ratio(strata=patients.site), 4)
    method = (
        f"Cox proportional hazards, {patients.treatment} against {patients.reference},"
        " stratified by site, Efron ties; 95% CI and P Wald, two-sided;"
        f" {remark}{OWN}"
    )
    n = patients.n
    yield from place.limited("hazard_ratio", values[:3], "ratio", method, n)
    yield place.number("hazard_ratio_p", values[3], "probability", method, n)


BESIDE = {
    "hazard_ratios": _hazard_ratios,
    "proportionality": _proportionality,
    "restricted_means": _restricted_means,
    "stratified": _stratified,
}
