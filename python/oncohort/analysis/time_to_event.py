"""Time to event by arm: medians, landmarks, curves, follow-up; arms compared."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.beside import beside
from oncohort.analysis.plan import Analysis, Endpoint, Plan
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


class Times(NamedTuple):
    """Patients of a population: arm, days and event; arrays of shape (n_patients,)."""

    arm: NDArray[np.str_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    n_without_time: Counter[str]

    def of(self, arms: list[str]) -> tuple[NDArray, NDArray, NDArray]:
        """Return days, event and arm of the patients of some arms."""
        chosen = np.isin(self.arm, arms)
        return self.days[chosen], self.event[chosen], self.arm[chosen]


def time_to_event(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result | CurveStep | AtRisk]:
    """Results, curves and numbers at risk of one endpoint in one population.

    An arm without patients has no curve.
    """
    times = _times(analysis, analysis.endpoint, data)
    medians = [("followup_reverse_km_median", f"{analysis.endpoint.short} reversed")]
    sources = [times]
    if analysis.followup_endpoint:
        what = "time to last known alive, death reversed"
        medians.append(("followup_to_death_reversed_median", what))
        sources.append(_times(analysis, analysis.followup_endpoint, data))
    own = place.at(variable=analysis.endpoint.id)
    arms = {arm.value: [arm.value] for arm in plan.arms}
    # everybody who has a time, be it in an arm of the plan or not
    for arm, members in (arms | {ALL: np.unique(times.arm).tolist()}).items():
        here = own.at(arm=arm)
        days, event, _ = times.of(members)
        yield from _sizes(here, analysis, event, times.n_without_time)
        if not days.size:
            continue
        curve = _from_the_start(kaplan_meier(days, event))
        yield from _median(here, plan, "median", MEDIAN, days, event)
        yield from _landmarks(here, plan, analysis, curve)
        for (statistic, what), source in zip(medians, sources, strict=True):
            method = REVERSED.format(what)
            days, event, _ = source.of(members)
            if days.size:
                yield from _median(here, plan, statistic, method, days, ~event)
        if arm != ALL:
            yield from curve_rows(here, plan, analysis, curve)
    yield from _comparison(own, plan, times)
    yield from beside(own, plan, analysis, data)


def _times(analysis: Analysis, endpoint: Endpoint, data: StudyTables) -> Times:
    """Arm, days and event of every patient who has a time."""
    what = f'"{analysis.arm_column}", "{endpoint.time}", "{endpoint.event}"'
    rows = data.select(what, analysis.population, analysis.table)
    known = [row for row in rows if row[1] is not None]
    if any(event is None for _, _, event in known):
        raise ValueError(
            f"{analysis.table}: {endpoint.event} is missing where"
            f" {endpoint.time} is known; the model must say event or censored"
        )
    return Times(
        np.array([arm for arm, _, _ in known], dtype=str),
        np.array([days for _, days, _ in known], dtype=float),
        np.array([event for _, _, event in known], dtype=bool),
        Counter(arm for arm, days, _ in rows if days is None),
    )


def _from_the_start(curve: KaplanMeier) -> KaplanMeier:
    """The curve with limits 1 before its first event, where log-log has none."""
    limits = (
        np.where(curve.survival == 1, 1, x) for x in (curve.ci_low, curve.ci_high)
    )
    return curve._replace(**dict(zip(("ci_low", "ci_high"), limits, strict=True)))


def _sizes(
    place: Place, analysis: Analysis, event: NDArray, missing: Counter[str]
) -> Iterator[Result]:
    arm = place.key.arm
    without = missing.total() if arm == ALL else missing[arm]
    n, n_events = event.size, int(event.sum())
    what = f"count of events ({analysis.endpoint.event_label})"
    yield place.count("n", n, n + without, "count of patients with a time")
    yield place.count("n_events", n_events, n, what)
    yield place.count("n_censored", n - n_events, n, "count of censored patients")
    what = "count of patients without a usable time"
    yield place.count("n_without_time", without, n + without, what)


def _median(
    place: Place, plan: Plan, name: str, method: str, days: NDArray, event: NDArray
) -> Iterator[Result]:
    """Median and limits in months."""
    method = f"{method}; {library('oncohort', 'numpy')}"
    for suffix, day in zip(LIMITS, survival_quantile(days, event), strict=True):
        months = None if day is None else day / plan.days_per_month
        yield place.number(name + suffix, months, "months", method, days.size)


def _landmarks(
    place: Place, plan: Plan, analysis: Analysis, curve: KaplanMeier
) -> Iterator[Result]:
    """Survival with limits at whole months; not estimable where the curve has ended."""
    method = "Kaplan-Meier estimate; 95% CI log-log, Greenwood variance;"
    method = f"{method} {library('oncohort', 'numpy')}"
    for month in analysis.landmark_months:
        at = curve.at(month * plan.days_per_month)
        here, n = place.at(level=f"month_{month}"), int(curve.n_at_risk[0])
        lines = (at.survival, at.ci_low, at.ci_high)
        for suffix, (share,) in zip(LIMITS, lines, strict=True):
            value = None if np.isnan(share) else 100 * float(share)
            yield here.number(f"survival{suffix}", value, "%", method, n)


def curve_rows(
    place: Place, plan: Plan, analysis: Analysis, curve: KaplanMeier
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
    n_at_risk = np.append(curve.n_at_risk, 0)[first]
    n_censored = np.append(0, np.cumsum(curve.n_censored))[first]
    for values in zip(months, n_at_risk, n_censored, strict=True):
        yield AtRisk(*where, *(value.item() for value in values))


def _comparison(place: Place, plan: Plan, times: Times) -> Iterator[Result]:
    """Arms that the plan compares against each other, as far as the data allow."""
    compared = [arm.value for arm in plan.compared]
    days, event, arm = times.of(compared)
    if len(compared) < 2 or set(compared) - set(arm.tolist()) or not event.any():
        return
    for test in (_hazard_ratios, _logrank):
        try:
            yield from test(place, compared, days, event, arm)
        except ValueError:
            # Cox: all events in one arm, the ratio is 0 or infinite and the log-rank
            # test stands; log-rank: all others left before the first event
            continue


def _hazard_ratios(
    place: Place, compared: list[str], days: NDArray, event: NDArray, arm: NDArray
) -> Iterator[Result]:
    """Each arm against the reference; the arm is `all` if there is one ratio only."""
    *others, reference = compared
    columns = {f"arm_{i}": (arm == each) * 1.0 for i, each in enumerate(others)}
    fit = cox(columns, " + ".join(columns), time=days, event=event)
    for index, other in enumerate(others):
        method = (
            f"Cox proportional hazards, {other} against {reference}, unadjusted, Efron"
            f" ties; 95% CI and P Wald, two-sided; {OWN}"
        )
        here = place.at(arm=ALL if len(others) == 1 else other)
        ratio = (fit.hazard_ratio, fit.ci_low, fit.ci_high)
        values = [float(each[index]) for each in ratio]
        yield from here.limited("hazard_ratio", values, "ratio", method, arm.size)
        value = float(fit.p_value[index])
        yield here.number("hazard_ratio_p", value, "probability", method, arm.size)


def _logrank(
    place: Place, compared: list[str], days: NDArray, event: NDArray, arm: NDArray
) -> Iterator[Result]:
    test = logrank(days, event, arm)
    method = (
        f"log-rank test of {' and '.join(compared)}, unstratified, hypergeometric"
        f" variance, two-sided, {test.degrees_of_freedom} df; {OWN}"
    )
    n, square = arm.size, test.chi_square
    yield place.number("logrank_p", test.p_value, "probability", method, n)
    yield place.number("logrank_chi_square", square, "chi-square", method, n)
