"""Time to event by arm: medians, landmarks, curves, follow-up; arms compared."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.beside import beside
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import (
    ALL,
    LIMITS,
    AtRisk,
    CurveStep,
    Place,
    Result,
    library,
)
from oncohort.analysis.store import StudyTables
from oncohort.analysis.times import Times, study_times
from oncohort.survival import cox, kaplan_meier, logrank, survival_quantile
from oncohort.survival.kaplan_meier import KaplanMeier

MEDIAN = (
    "Kaplan-Meier median, events before censorings at ties, midpoint where the curve"
    " rests at 0.5 (R's convention); 95% CI where pointwise log-log limits cross 0.5"
)
REVERSED = (
    "reverse Kaplan-Meier median: {}; at ties the censored come first, as in R; 95% CI"
    " log-log"
)
OWN = library("oncohort", "numpy", "scipy")


def time_to_event(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result | CurveStep | AtRisk]:
    """Results, curves and numbers at risk of one endpoint in one population.

    An arm without patients has no curve.
    """
    times = study_times(analysis, analysis.endpoint, data)
    medians = [("followup_reverse_km_median", f"{analysis.endpoint.short} reversed")]
    sources = [times]
    if analysis.followup_endpoint:
        what = "time to last known alive, death reversed"
        medians.append(("followup_to_death_reversed_median", what))
        sources.append(study_times(analysis, analysis.followup_endpoint, data))
    own = place.at(variable=analysis.endpoint.id)
    arms = {arm.value: [arm.value] for arm in plan.arms}
    # everybody who has a time, be it in an arm of the plan or not
    for arm, members in (arms | {ALL: np.unique(times.arm).tolist()}).items():
        here, those = own.at(arm=arm), times.of(members)
        yield from _sizes(here, analysis, those)
        if not those.days.size:
            continue
        curve = kaplan_meier(those.days, those.event, entry=those.entry)
        curve = _from_the_start(curve)
        yield from _median(here, plan, "median", MEDIAN, those)
        yield from _landmarks(here, plan, analysis, curve, those)
        for (statistic, what), source in zip(medians, sources, strict=True):
            method, those = REVERSED.format(what), source.of(members)
            if those.days.size:
                reversed = those._replace(event=~those.event)
                yield from _median(here, plan, statistic, method, reversed)
        if arm != ALL:
            yield from curve_rows(here, plan, analysis, curve, times.of(members).entry)
    yield from _comparison(own, plan, times)
    yield from beside(own, plan, analysis, data)


def _from_the_start(curve: KaplanMeier) -> KaplanMeier:
    """The curve with limits 1 before its first event, where log-log has none."""
    limits = (
        np.where(curve.survival == 1, 1, x) for x in (curve.ci_low, curve.ci_high)
    )
    return curve._replace(**dict(zip(("ci_low", "ci_high"), limits, strict=True)))


def _sizes(place: Place, analysis: Analysis, times: Times) -> Iterator[Result]:
    arm, missing = place.key.arm, times.n_without_time
    without = missing.total() if arm == ALL else missing[arm]
    n, n_events = times.event.size, int(times.event.sum())
    what = f"count of events ({analysis.endpoint.event_label})"
    yield place.count("n", n, n + without, "count of patients with a time")
    yield place.count("n_events", n_events, n, what)
    yield place.count("n_censored", n - n_events, n, "count of censored patients")
    what = "count of patients without a usable time"
    yield place.count("n_without_time", without, n + without, what)


def _median(
    place: Place, plan: Plan, name: str, method: str, times: Times
) -> Iterator[Result]:
    """Median and limits in months."""
    method = f"{method}{times.method}; {library('oncohort', 'numpy')}"
    median = survival_quantile(times.days, times.event, entry=times.entry)
    for suffix, day in zip(LIMITS, median, strict=True):
        months = None if day is None else day / plan.days_per_month
        yield place.number(name + suffix, months, "months", method, times.days.size)


def _landmarks(
    place: Place, plan: Plan, analysis: Analysis, curve: KaplanMeier, times: Times
) -> Iterator[Result]:
    """Survival with limits at whole months; not estimable where the curve has ended."""
    method = "Kaplan-Meier estimate; 95% CI log-log, Greenwood variance"
    method = f"{method}{times.method}; {library('oncohort', 'numpy')}"
    for month in analysis.landmark_months:
        at = curve.at(month * plan.days_per_month)
        here, n = place.at(level=f"month_{month}"), times.days.size
        lines = (at.survival, at.ci_low, at.ci_high)
        for suffix, (share,) in zip(LIMITS, lines, strict=True):
            value = None if np.isnan(share) else 100 * float(share)
            yield here.number(f"survival{suffix}", value, "%", method, n)


def curve_rows(
    place: Place,
    plan: Plan,
    analysis: Analysis,
    curve: KaplanMeier,
    entry: NDArray | None = None,
) -> Iterator[CurveStep | AtRisk]:
    """Steps of the curve, and the numbers at risk at the ticks of the figure."""
    where = (*place.key[:3], place.key.arm)
    columns = curve._replace(std_error=curve.time / plan.days_per_month)
    for values in zip(*columns, strict=True):
        time, n, deaths, censored, survival, months, *limits = (
            None if np.isnan(value) else value.item() for value in values
        )
        yield CurveStep(*where, time, months, n, deaths, censored, survival, *limits)
    step = analysis.tick_months
    months = np.arange(0, analysis.horizon_months + step / 1000, step)
    # who leaves on the day a period starts is still at risk at its start
    first = np.searchsorted(curve.time, months * plan.days_per_month, side="left")
    n_leaving = curve.n_events + curve.n_censored
    n_censored, n_left = (
        np.append(0, np.cumsum(each))[first] for each in (curve.n_censored, n_leaving)
    )
    # who enters on the day a period starts is at risk in it
    n_entered = n_leaving.sum()
    if entry is not None:
        n_entered = np.searchsorted(
            np.sort(entry), months * plan.days_per_month, side="right"
        )
    n_at_risk = n_entered - n_left
    for values in zip(months, n_at_risk, n_censored, strict=True):
        yield AtRisk(*where, *(value.item() for value in values))


def _comparison(place: Place, plan: Plan, times: Times) -> Iterator[Result]:
    """Arms that the plan compares against each other, as far as the data allow."""
    compared = [arm.value for arm in plan.compared]
    those = times.of(compared)
    absent = set(compared) - set(those.arm.tolist())
    if len(compared) < 2 or absent or not those.event.any():
        return
    for test in (_hazard_ratios, _logrank):
        try:
            yield from test(place, compared, those)
        except ValueError:
            # Cox: all events in one arm, the ratio is 0 or infinite and the log-rank
            # test stands; log-rank: all others left before the first event
            continue


def _hazard_ratios(place: Place, compared: list[str], times: Times) -> Iterator[Result]:
    """Each arm against the reference; the arm is `all` if there is one ratio only."""
    *others, reference = compared
    arm, about = times.arm, {"time": times.days, "event": times.event}
    columns = {f"arm_{i}": (arm == each) * 1.0 for i, each in enumerate(others)}
    fit = cox(columns, " + ".join(columns), entry=times.entry, **about)
    for index, other in enumerate(others):
        method = (
            f"Cox proportional hazards, {other} against {reference}, unadjusted, Efron"
            f" ties; 95% CI and P Wald, two-sided{times.method}; {OWN}"
        )
        here = place.at(arm=ALL if len(others) == 1 else other)
        ratio = (fit.hazard_ratio, fit.ci_low, fit.ci_high)
        values = [float(each[index]) for each in ratio]
        yield from here.limited("hazard_ratio", values, "ratio", method, arm.size)
        value = float(fit.p_value[index])
        yield here.number("hazard_ratio_p", value, "probability", method, arm.size)


def _logrank(place: Place, compared: list[str], times: Times) -> Iterator[Result]:
    test = logrank(times.days, times.event, times.arm, entry=times.entry)
    method = (
        f"log-rank test of {' and '.join(compared)}, unstratified, hypergeometric"
        f" variance, two-sided, {test.degrees_of_freedom} df{times.method}; {OWN}"
    )
    n, square = times.arm.size, test.chi_square
    yield place.number("logrank_p", test.p_value, "probability", method, n)
    yield place.number("logrank_chi_square", square, "chi-square", method, n)
