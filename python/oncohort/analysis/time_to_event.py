"""Time to event by arm: medians, landmarks, curves, follow-up; arms compared."""

from collections.abc import Iterator

import numpy as np

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
from oncohort.analysis.times import Times, times_of
from oncohort.survival import (
    cox,
    cox_counted,
    kaplan_meier,
    logrank,
    survival_quantile,
)
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
AGGREGATED = f"aggregated by DuckDB: day, event, arm; {library('duckdb')}"


def time_to_event(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result | CurveStep | AtRisk]:
    """Results, curves and numbers at risk of one endpoint in one population.

    An arm without patients has no curve. A large population is counted by the engine,
    and the method says so; the numbers are the same.
    """
    times = times_of(analysis, analysis.endpoint, data)
    for row in _rows(place, plan, analysis, data, times):
        if isinstance(row, Result) and times.n_patients is not None:
            row = row._replace(method=f"{row.method}; {AGGREGATED}")
        yield row


def _rows(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables, times: Times
) -> Iterator[Result | CurveStep | AtRisk]:
    medians = [("followup_reverse_km_median", f"{analysis.endpoint.short} reversed")]
    sources = [times]
    if analysis.followup_endpoint:
        what = "time to last known alive, death reversed"
        medians.append(("followup_to_death_reversed_median", what))
        sources.append(times_of(analysis, analysis.followup_endpoint, data))
    own = place.at(variable=analysis.endpoint.id)
    arms = {arm.value: [arm.value] for arm in plan.arms}
    # everybody who has a time, be it in an arm of the plan or not
    for arm, members in (arms | {ALL: np.unique(times.arm).tolist()}).items():
        here = own.at(arm=arm)
        those = times.of(members)
        yield from _sizes(here, analysis, those)
        if not those.n:
            continue
        about = {"weights": those.n_patients, "entry": those.entry}
        curve = _from_the_start(kaplan_meier(those.days, those.event, **about))
        yield from _median(here, plan, "median", MEDIAN, those)
        yield from _landmarks(here, plan, analysis, curve, those)
        for (statistic, what), source in zip(medians, sources, strict=True):
            method = REVERSED.format(what)
            those = source.of(members)
            if those.n:
                turned = those._replace(event=~those.event)
                yield from _median(here, plan, statistic, method, turned)
        if arm != ALL:
            yield from curve_rows(here, plan, analysis, curve, times.of(members))
    yield from _comparison(own, plan, times)
    yield from beside(own, plan, analysis, data)


def _from_the_start(curve: KaplanMeier) -> KaplanMeier:
    """The curve with limits 1 before its first event, where log-log has none."""
    limits = (
        np.where(curve.survival == 1, 1, x) for x in (curve.ci_low, curve.ci_high)
    )
    return curve._replace(**dict(zip(("ci_low", "ci_high"), limits, strict=True)))


def _sizes(place: Place, analysis: Analysis, those: Times) -> Iterator[Result]:
    arm, missing = place.key.arm, those.n_without_time
    without = missing.total() if arm == ALL else missing[arm]
    n, n_events = those.n, those.n_events
    what = f"count of events ({analysis.endpoint.event_label})"
    yield place.count("n", n, n + without, "count of patients with a time")
    yield place.count("n_events", n_events, n, what)
    yield place.count("n_censored", n - n_events, n, "count of censored patients")
    what = "count of patients without a usable time"
    yield place.count("n_without_time", without, n + without, what)


def _median(
    place: Place, plan: Plan, name: str, method: str, those: Times
) -> Iterator[Result]:
    """Median and limits in months."""
    method = f"{method}{those.method}; {library('oncohort', 'numpy')}"
    about = {"weights": those.n_patients, "entry": those.entry}
    median = survival_quantile(those.days, those.event, **about)
    for suffix, day in zip(LIMITS, median, strict=True):
        months = None if day is None else day / plan.days_per_month
        yield place.number(name + suffix, months, "months", method, those.n)


def _landmarks(
    place: Place, plan: Plan, analysis: Analysis, curve: KaplanMeier, those: Times
) -> Iterator[Result]:
    """Survival with limits at whole months; not estimable where the curve has ended."""
    method = "Kaplan-Meier estimate; 95% CI log-log, Greenwood variance"
    method = f"{method}{those.method}; {library('oncohort', 'numpy')}"
    for month in analysis.landmark_months:
        at = curve.at(month * plan.days_per_month)
        here, n = place.at(level=f"month_{month}"), those.n
        lines = (at.survival, at.ci_low, at.ci_high)
        for suffix, (share,) in zip(LIMITS, lines, strict=True):
            value = None if np.isnan(share) else 100 * float(share)
            yield here.number(f"survival{suffix}", value, "%", method, n)


def curve_rows(
    place: Place,
    plan: Plan,
    analysis: Analysis,
    curve: KaplanMeier,
    those: Times | None = None,
) -> Iterator[CurveStep | AtRisk]:
    """Steps of the curve, and the numbers at risk at the ticks of the figure."""
    where = (*place.key[:3], place.key.arm)
    yield from at_risk_rows(place, plan, analysis, curve, those)
    columns = curve._replace(std_error=curve.time / plan.days_per_month)
    for values in zip(*columns, strict=True):
        time, n, deaths, censored, survival, months, *limits = (
            None if np.isnan(value) else value.item() for value in values
        )
        yield CurveStep(*where, time, months, n, deaths, censored, survival, *limits)


def at_risk_rows(
    place: Place,
    plan: Plan,
    analysis: Analysis,
    curve: KaplanMeier,
    those: Times | None = None,
) -> Iterator[AtRisk]:
    """Who is at risk, and who was censored before, at the ticks of the figure."""
    where = (*place.key[:3], place.key.arm)
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
    if those is not None and those.entry is not None:
        order = np.argsort(those.entry)
        weights = those.n_patients if those.n_patients is not None else order * 0 + 1
        starts = months * plan.days_per_month
        first = np.searchsorted(those.entry[order], starts, side="right")
        n_entered = np.append(0, np.cumsum(weights[order]))[first]
    n_at_risk = n_entered - n_left
    for values in zip(months, n_at_risk, n_censored, strict=True):
        yield AtRisk(*where, *(value.item() for value in values))


def _comparison(place: Place, plan: Plan, times: Times) -> Iterator[Result]:
    """Arms that the plan compares against each other, as far as the data allow."""
    compared = [arm.value for arm in plan.compared]
    those = times.of(compared)
    is_empty = set(compared) - set(those.arm.tolist()) or not those.n_events
    if len(compared) < 2 or is_empty:
        return
    for test in (_hazard_ratios, _logrank):
        try:
            yield from test(place, compared, those)
        except ValueError:
            # Cox: all events in one arm, the ratio is 0 or infinite and the log-rank
            # test stands; log-rank: all others left before the first event
            continue


def _hazard_ratios(place: Place, compared: list[str], those: Times) -> Iterator[Result]:
    """Each arm against the reference; the arm is `all` if there is one ratio only."""
    *others, reference = compared
    columns = {f"arm_{i}": (those.arm == each) * 1.0 for i, each in enumerate(others)}
    right = " + ".join(columns)
    about = {"time": those.days, "event": those.event, "entry": those.entry}
    if those.n_patients is None:
        fit = cox(columns, right, **about)
    else:
        fit = cox_counted(columns, right, those.n_patients, **about)
    for index, other in enumerate(others):
        method = (
            f"Cox proportional hazards, {other} against {reference}, unadjusted, Efron"
            f" ties; 95% CI and P Wald, two-sided{those.method}; {OWN}"
        )
        here = place.at(arm=ALL if len(others) == 1 else other)
        ratio = (fit.hazard_ratio, fit.ci_low, fit.ci_high)
        values = [float(each[index]) for each in ratio]
        yield from here.limited("hazard_ratio", values, "ratio", method, those.n)
        value = float(fit.p_value[index])
        yield here.number("hazard_ratio_p", value, "probability", method, those.n)


def _logrank(place: Place, compared: list[str], those: Times) -> Iterator[Result]:
    about = {"weights": those.n_patients, "entry": those.entry}
    test = logrank(those.days, those.event, those.arm, **about)
    method = (
        f"log-rank test of {' and '.join(compared)}, unstratified, hypergeometric"
        f" variance, two-sided, {test.degrees_of_freedom} df{those.method}; {OWN}"
    )
    n, square = those.n, test.chi_square
    yield place.number("logrank_p", test.p_value, "probability", method, n)
    yield place.number("logrank_chi_square", square, "chi-square", method, n)
