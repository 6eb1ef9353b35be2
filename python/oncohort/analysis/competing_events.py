"""An endpoint with competing exits: cumulative incidence, Gray's test, hazard ratio."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import numpy as np

from oncohort.analysis.compared import OWN, Compared, compared_patients, estimated
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import LIMITS, AtRisk, IncidenceStep, Place, Result
from oncohort.analysis.store import StudyTables
from oncohort.analysis.time_to_event import at_risk_rows
from oncohort.survival import cumulative_incidence, gray_test, kaplan_meier
from oncohort.survival.cumulative_incidence import CumulativeIncidence
from oncohort.survival.kaplan_meier import KaplanMeier

EVENT, COMPETING, CENSOR = "event", "competing", "censor"
# as the estimators number them
CAUSES = {CENSOR: 0, EVENT: 1, COMPETING: 2}
# those of an arm, by cause; none where nobody has either
Curves = dict[int, CumulativeIncidence]
# months between ticks where the plan does not say; at most so many of them
TICKS, MOST_TICKS = (1, 3, 6, 12, 24, 60), 10


def competing_events(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result | IncidenceStep | AtRisk]:
    """Results of two arms: incidence with its curves, tests of both causes.

    The column `exit` of the endpoint tells event, competing and censor apart; the
    levels of the tests are `event` and `competing`. Another value is a ValueError.
    """
    endpoint = analysis.endpoint
    patients = compared_patients(plan, analysis, data, [endpoint.exit])
    if patients is None:
        return
    role = patients.columns[endpoint.exit].astype(str)
    if wrong := set(role.tolist()) - CAUSES.keys():
        known = f"only {', '.join(CAUSES)} are known"
        raise ValueError(
            f"column {endpoint.exit} holds {', '.join(sorted(wrong))}; {known}"
        )
    own = place.at(variable=endpoint.id)
    arms = {patients.treatment: patients.treated, patients.reference: ~patients.treated}
    for arm, is_it in arms.items():
        here, days, exits = own.at(arm=arm), patients.days[is_it], role[is_it]
        found: Curves = {}
        if (exits != CENSOR).any():
            found = cumulative_incidence(days, [CAUSES[each] for each in exits])
        yield from _sizes(here, exits)
        yield from _incidence(here, plan, analysis, found, exits.size)
        yield from _curves(
            here, plan, analysis, found, kaplan_meier(days, exits != CENSOR)
        )
    yield from _tests(own, patients, role)


def _sizes(place: Place, role: np.ndarray) -> Iterator[Result]:
    found = Counter(role.tolist())
    yield place.count("n", role.size)
    for name, each in (
        ("n_events", EVENT),
        ("n_competing", COMPETING),
        ("n_censored", CENSOR),
    ):
        yield place.count(name, found[each], role.size, f"count of exits: {each}")


def _incidence(
    place: Place,
    plan: Plan,
    analysis: Analysis,
    curves: Curves,
    n: int,
) -> Iterator[Result]:
    """Cumulative incidence of the event and of what competes, at whole months."""
    method = (
        "cumulative incidence of {} (Aalen-Johansen), the other cause competing; 95% CI"
        f" on the log scale, infinitesimal jackknife variance (R's survfit); {OWN}"
    )
    names = {number: name for name, number in CAUSES.items()}
    for number, curve in curves.items():
        cause = names[number]
        for month in analysis.landmark_months:
            at = curve.at(month * plan.days_per_month)
            here = place.at(level=f"{cause}_month_{month}")
            lines = (at.incidence, at.ci_low, at.ci_high)
            for suffix, (share,) in zip(LIMITS, lines, strict=True):
                value = None if np.isnan(share) else 100 * float(share)
                how = method.format(cause)
                yield here.number(f"incidence{suffix}", value, "%", how, n)


def _curves(
    place: Place, plan: Plan, analysis: Analysis, found: Curves, anyone: KaplanMeier
) -> Iterator[IncidenceStep | AtRisk]:
    """Steps of both causes, 0 if nobody has one, and the numbers at risk."""
    where = (*place.key[:3], place.key.arm)
    yield from at_risk_rows(place, plan, with_axis(analysis), anyone)
    none = np.zeros(anyone.time.size)
    for cause in (EVENT, COMPETING):
        curve = found.get(CAUSES[cause])
        lines = (none.astype(int), none, none, none)
        if curve:
            # on the log scale there are no limits before the first event
            limits = (np.nan_to_num(each) for each in (curve.ci_low, curve.ci_high))
            lines = (curve.n_events, curve.incidence, *limits)
        times = (anyone.time, anyone.time / plan.days_per_month, anyone.n_at_risk)
        for values in zip(*times, *lines, strict=True):
            yield IncidenceStep(*where, cause, *(value.item() for value in values))


def with_axis(analysis: Analysis) -> Analysis:
    """Return the analysis with the time axis of its figure, where the plan is silent.

    It ends at the last landmark, so that the curve's end is a number of the table.
    """
    horizon = analysis.horizon_months or max(analysis.landmark_months)
    steps = (step for step in TICKS if horizon / step <= MOST_TICKS)
    tick = analysis.tick_months or next(steps, horizon)
    return analysis._replace(horizon_months=horizon, tick_months=tick)


def _tests(place: Place, patients: Compared, role: np.ndarray) -> Iterator[Result]:
    """Gray's test and the cause-specific hazard ratio of both causes."""
    names = f"{patients.treatment} against {patients.reference}"
    n = patients.days.size
    for cause in (EVENT, COMPETING):
        here = place.at(level=cause)
        make = partial(_gray, patients, role, cause)
        (chi, p_value), remark = estimated(make, 2)
        method = f"Gray's test (rho 0) of the incidence of {cause}, {names}, two-sided,"
        method = f"{method} 1 df; {remark}{OWN}"
        yield here.number("gray_p", p_value, "probability", method, n)
        yield here.number("gray_chi_square", chi, "chi-square", method, n)
        one = patients._replace(event=role == cause)
        values, remark = estimated(one.hazard_ratio, 4)
        method = (
            f"cause-specific Cox proportional hazards of {cause}, the other cause"
            f" censored, {names}, unadjusted, Efron ties; 95% CI and P Wald,"
            f" two-sided; {remark}{OWN}"
        )
        yield from here.limited("hazard_ratio", values[:3], "ratio", method, n)
        yield here.number("hazard_ratio_p", values[3], "probability", method, n)


def _gray(patients: Compared, role: np.ndarray, cause: str) -> list[float]:
    causes = [CAUSES[each] for each in role]
    about = (patients.days, causes, patients.treated)
    test = gray_test(*about, cause_of_interest=CAUSES[cause])
    return [test.chi_square, test.p_value]
