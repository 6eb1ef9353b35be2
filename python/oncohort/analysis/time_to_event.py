"""Time to event by arm: medians, landmarks, curves, numbers at risk, follow-up."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.comparison import comparison
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import ALL, Place, Result, library
from oncohort.survival import (
    KaplanMeier,
    kaplan_meier,
    numbers_at_risk,
    quantile_of_curve,
)

Row = dict[str, Any]


class Times(NamedTuple):
    """Patients of a population: arm, days and event; arrays of shape (n_patients,)."""

    arm: NDArray[np.str_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    n_without_time: dict[str, int]

    def of(self, arm: str) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return days and events of one arm, or of all."""
        chosen = (self.arm == arm) | (arm == ALL)
        return self.days[chosen], self.event[chosen]


class Found(NamedTuple):
    """Everything one analysis yields; curves and at-risk rows as dictionaries."""

    results: list[Result]
    curves: list[Row]
    at_risk: list[Row]


def time_to_event(
    place: Place, plan: Plan, analysis: Analysis, times: Times, followup: Times | None
) -> Found:
    """Analyse one endpoint in one population.

    Parameters
    ----------
    place : Place
        Study, analysis, population, source.
    plan : Plan
        Arms, reference and units of the study.
    analysis : Analysis
        Endpoint, horizon, ticks and landmarks.
    times : Times
        Days to event or censoring, per patient.
    followup : Times or None
        Days to death or last known alive, whose reversal gives the follow-up.

    Returns
    -------
    Found
        Results, curves and numbers at risk; no curve for an arm without patients.
    """
    found = Found([], [], [])
    own = place.at(variable=analysis.endpoint.id)
    for arm in (*(arm.id for arm in plan.arms), ALL):
        here = own.at(arm=arm)
        days, event = times.of(arm)
        found.results.extend(_sizes(here, analysis, times, arm))
        if not days.size:
            continue
        curve = kaplan_meier(days, event)
        found.results.extend(_median(here, curve, plan, "median", MEDIAN))
        found.results.extend(_landmarks(here, curve, plan, analysis))
        found.results.extend(_followup(here, plan, analysis, arm, times, followup))
        if arm != ALL:
            key = here.key
            where = dict(zip(key._fields[:3], key, strict=False)) | {"arm": arm}
            found.curves.extend(_curve_rows(where, curve, plan))
            found.at_risk.extend(_risk_rows(where, days, event, plan, analysis))
    found.results.extend(comparison(own, plan, times.arm, times.days, times.event))
    return found


MEDIAN = (
    "Kaplan-Meier median, events before censorings at ties, midpoint where the curve"
    " rests at 0.5 (R's convention); 95% CI where pointwise log-log limits cross 0.5"
)


def _sizes(
    place: Place, analysis: Analysis, times: Times, arm: str
) -> Iterator[Result]:
    missing = times.n_without_time
    without = sum(missing.values()) if arm == ALL else missing.get(arm, 0)
    event = times.of(arm)[1]
    n, n_events = event.size, int(event.sum())
    what = f"count of events ({analysis.endpoint.event_label})"
    yield place.count("n", n, n + without, "count of patients with a time")
    yield place.count("n_events", n_events, n, what)
    yield place.count("n_censored", n - n_events, n, "count of censored patients")
    yield place.count(
        "n_without_time",
        without,
        n + without,
        "count of patients without a usable time",
    )


def _median(
    place: Place, curve: KaplanMeier, plan: Plan, statistic: str, method: str
) -> Iterator[Result]:
    """Median and limits in months."""
    method = f"{method}; {library('oncohort', 'numpy')}"
    quantile = quantile_of_curve(curve)
    for suffix, days in zip(("", "_ci_low", "_ci_high"), quantile, strict=True):
        months = None if days is None else days / plan.days_per_month
        yield place.number(
            statistic + suffix, months, "months", method, n=int(curve.n_at_risk[0])
        )


def _landmarks(
    place: Place, curve: KaplanMeier, plan: Plan, analysis: Analysis
) -> Iterator[Result]:
    """Survival with limits at whole months; not estimable where the curve has ended."""
    method = "Kaplan-Meier estimate; 95% CI log-log, Greenwood variance;"
    method = f"{method} {library('oncohort', 'numpy')}"
    for month in analysis.options.get("landmark_months", []):
        day = month * plan.days_per_month
        at = int(np.searchsorted(curve.time, day, side="right")) - 1
        is_known = day <= curve.time[-1] or curve.survival[-1] == 0
        here = place.at(level=f"month_{month}")
        for name in ("survival", "ci_low", "ci_high"):
            share = 1.0 if at < 0 else float(getattr(curve, name)[at])
            value = 100 * share if is_known and not np.isnan(share) else None
            statistic = "survival" if name == "survival" else f"survival_{name}"
            yield here.number(statistic, value, "%", method, n=int(curve.n_at_risk[0]))


def _followup(
    place: Place,
    plan: Plan,
    analysis: Analysis,
    arm: str,
    times: Times,
    followup: Times | None,
) -> Iterator[Result]:
    """Median follow-up: the endpoint reversed, and death reversed."""
    own = f"{analysis.endpoint.short} reversed"
    proper = "time to last known alive, death reversed"
    kinds = [("followup_reverse_km_median", own, times)]
    if followup is not None:
        kinds.append(("followup_to_death_reversed_median", proper, followup))
    for statistic, what, source in kinds:
        days, event = source.of(arm)
        if days.size:
            method = (
                f"reverse Kaplan-Meier median: {what}; at ties the censored come first,"
                " as in R; 95% CI log-log"
            )
            curve = kaplan_meier(days, ~event)
            yield from _median(place, curve, plan, statistic, method)


def _curve_rows(where: Row, curve: KaplanMeier, plan: Plan) -> Iterator[Row]:
    for values in zip(*curve, strict=True):
        row = {
            name: None if np.isnan(value) else value.item()
            for name, value in zip(curve._fields, values, strict=True)
            if name != "std_error"
        }
        yield {**where, **row, "time_months": row["time"] / plan.days_per_month}


def _risk_rows(
    where: Row,
    days: NDArray[np.float64],
    event: NDArray[np.bool_],
    plan: Plan,
    analysis: Analysis,
) -> Iterator[Row]:
    step = analysis.options["tick_months"]
    months = np.arange(0, analysis.options["horizon_months"] + step / 1000, step)
    counts = numbers_at_risk(days, event, months * plan.days_per_month)
    columns = (months, counts.n_at_risk, counts.n_censored_so_far)
    for month, n, n_censored in zip(*columns, strict=True):
        yield {
            **where,
            "time_months": float(month),
            "n_at_risk": int(n),
            "n_censored_so_far": int(n_censored),
        }
