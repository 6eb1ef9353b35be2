"""Time to event by arm: medians, hazard ratio, log-rank, follow-up, curves, at risk."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import (
    ALL,
    NOT_REACHED,
    Result,
    Where,
    fixed,
    library,
    p_text,
)
from oncohort.survival import (
    KaplanMeier,
    SurvivalQuantile,
    cox,
    kaplan_meier,
    logrank,
    numbers_at_risk,
    quantile_of_curve,
    survival_quantile,
)


class Times(NamedTuple):
    """Patients of a population: arm, days and event; arrays of shape (n_patients,)."""

    arm: NDArray[np.str_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    n_without_time: dict[str, int]


class TimeToEvent(NamedTuple):
    """Everything one analysis yields; curves and at-risk rows as dictionaries."""

    results: list[Result]
    curves: list[dict[str, Any]]
    at_risk: list[dict[str, Any]]


def time_to_event(
    where: Where, plan: Plan, analysis: Analysis, times: Times, followup: Times | None
) -> TimeToEvent:
    """Analyse one endpoint in one population.

    Parameters
    ----------
    where : Where
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
    TimeToEvent
        Results, curves and numbers at risk; empty curves for arms without patients.
    """
    maker = _Maker(where, plan, analysis)
    curves: list[dict[str, Any]] = []
    at_risk: list[dict[str, Any]] = []
    results: list[Result] = []
    groups = {arm.id: times.arm == arm.id for arm in plan.arms}
    groups[ALL] = np.ones(times.arm.size, bool)
    for arm, chosen in groups.items():
        results.extend(maker.sizes(arm, times, chosen))
        if not chosen.any():
            continue
        curve = kaplan_meier(times.days[chosen], times.event[chosen])
        results.extend(maker.median(arm, curve))
        results.extend(maker.landmarks(arm, curve))
        if arm != ALL:
            curves.extend(maker.curve_rows(arm, curve))
            at_risk.extend(maker.risk_rows(arm, times, chosen))
    results.extend(maker.hazard_ratios(times))
    results.extend(maker.logrank(times))
    results.extend(maker.followup(times, followup))
    return TimeToEvent(results, curves, at_risk)


class _Maker:
    """Results of one analysis; holds what every one of them needs."""

    def __init__(self, where: Where, plan: Plan, analysis: Analysis) -> None:
        self.where, self.plan, self.analysis = where, plan, analysis
        self.variable = analysis.endpoint.id
        self.per_month = plan.days_per_month

    def make(
        self, statistic: str, value: float | None, text: str, **about: Any
    ) -> Result:
        return self.where.result(
            statistic, value, text, variable=self.variable, **about
        )

    def months(self, days: float | None) -> tuple[float | None, str]:
        value = None if days is None else days / self.per_month
        return value, fixed(value, self.plan.decimals_months, NOT_REACHED)

    def sizes(
        self, arm: str, times: Times, chosen: NDArray[np.bool_]
    ) -> Iterator[Result]:
        missing = times.n_without_time
        without = sum(missing.values()) if arm == ALL else missing.get(arm, 0)
        n, events = int(chosen.sum()), int(times.event[chosen].sum())
        what = self.analysis.endpoint.event_label
        counts = {
            "n": (n, "count of patients with a time"),
            "n_events": (events, f"count of events ({what})"),
            "n_censored": (n - events, "count of censored patients"),
            "n_without_time": (without, "count of patients without a usable time"),
        }
        for statistic, (value, method) in counts.items():
            yield self.make(
                statistic, value, str(value), arm=arm, n=n, denominator=n + without,
                unit="patients", method=method,
            )  # fmt: skip

    def median(self, arm: str, curve: KaplanMeier) -> Iterator[Result]:
        method = (
            "Kaplan-Meier median, events before censorings at ties, midpoint where the"
            " curve rests at 0.5 (R's convention); 95% CI where the pointwise log-log"
            f" limits cross 0.5; {library('oncohort', 'numpy')}"
        )
        yield from self.quantile("median", arm, quantile_of_curve(curve), curve, method)

    def quantile(
        self,
        statistic: str,
        arm: str,
        found: SurvivalQuantile,
        curve: KaplanMeier,
        method: str,
    ) -> Iterator[Result]:
        n = int(curve.n_at_risk[0])
        names = (statistic, f"{statistic}_ci_low", f"{statistic}_ci_high")
        for name, days in zip(names, found, strict=True):
            value, text = self.months(days)
            yield self.make(
                name, value, text, arm=arm, n=n, unit="months", method=method
            )

    def landmarks(self, arm: str, curve: KaplanMeier) -> Iterator[Result]:
        method = (
            "Kaplan-Meier estimate; 95% CI log-log, Greenwood variance;"
            f" {library('oncohort', 'numpy')}"
        )
        for month in self.analysis.options.get("landmark_months", []):
            day = month * self.per_month
            # beyond the last patient's time the curve is unknown
            at = int(np.searchsorted(curve.time, day, side="right")) - 1
            known = day <= curve.time[-1] or curve.survival[-1] == 0
            for name in ("survival", "ci_low", "ci_high"):
                value = 1.0 if at < 0 else float(getattr(curve, name)[at])
                percent = 100 * value if known and not np.isnan(value) else None
                statistic = "survival" if name == "survival" else f"survival_{name}"
                yield self.make(
                    statistic, percent, fixed(percent, 1), level=f"month_{month}",
                    arm=arm, n=int(curve.n_at_risk[0]), unit="%", method=method,
                )  # fmt: skip

    def curve_rows(self, arm: str, curve: KaplanMeier) -> Iterator[dict[str, Any]]:
        for row in zip(*curve, strict=True):
            values = dict(zip(curve._fields, (each.item() for each in row), strict=True))
            del values["std_error"]
            for limit in ("ci_low", "ci_high"):
                values[limit] = None if np.isnan(values[limit]) else values[limit]
            months = values["time"] / self.per_month
            yield {**self.place(arm), **values, "time_months": months}

    def risk_rows(
        self, arm: str, times: Times, chosen: NDArray[np.bool_]
    ) -> Iterator[dict[str, Any]]:
        options = self.analysis.options
        step, horizon = options["tick_months"], options["horizon_months"]
        months = np.arange(0, horizon + step / 1000, step)
        counts = numbers_at_risk(
            times.days[chosen], times.event[chosen], months * self.per_month
        )
        for month, n, censored in zip(
            months, counts.n_at_risk, counts.n_censored_so_far, strict=True
        ):
            yield {
                **self.place(arm),
                "time_months": float(month),
                "n_at_risk": int(n),
                "n_censored_so_far": int(censored),
            }

    def place(self, arm: str) -> dict[str, str]:
        where = self.where
        return {
            "study_id": where.study_id,
            "analysis_id": where.analysis_id,
            "population": where.population,
            "arm": arm,
        }

    def hazard_ratios(self, times: Times) -> Iterator[Result]:
        """Cox over the compared arms: one ratio per arm that is not the reference."""
        arms = [arm for arm in self.plan.compared if (times.arm == arm.id).any()]
        *others, reference = arms or [None]
        if not others or reference.id != self.plan.reference:
            return
        chosen = np.isin(times.arm, [arm.id for arm in arms])
        columns = {arm.id: (times.arm[chosen] == arm.id) * 1.0 for arm in others}
        try:
            fit = cox(times.days[chosen], times.event[chosen], columns)
        except ValueError:
            return
        for index, arm in enumerate(others):
            method = (
                f"Cox proportional hazards, {arm.id} against {reference.id},"
                " unadjusted, Efron ties; 95% CI and P Wald, two-sided;"
                f" {library('lifelines')}"
            )
            about = {
                "arm": ALL if len(others) == 1 else arm.id, "n": fit.n,
                "denominator": fit.n_events, "method": method,
            }  # fmt: skip
            ratios = (fit.hazard_ratio, fit.ci_low, fit.ci_high)
            for suffix, values in zip(("", "_ci_low", "_ci_high"), ratios, strict=True):
                value = values[index]
                yield self.make(
                    f"hazard_ratio{suffix}", value, fixed(value, 2), unit="ratio",
                    **about,
                )  # fmt: skip
            p_value = fit.p_value[index]
            yield self.make(
                "hazard_ratio_p", p_value, p_text(p_value), unit="probability", **about
            )

    def logrank(self, times: Times) -> Iterator[Result]:
        compared = [arm.id for arm in self.plan.compared]
        chosen = np.isin(times.arm, compared)
        try:
            test = logrank(times.days[chosen], times.event[chosen], times.arm[chosen])
        except ValueError:
            return
        method = (
            f"log-rank test of {' and '.join(compared)}, unstratified, hypergeometric"
            f" variance, two-sided, {test.degrees_of_freedom} df;"
            f" {library('oncohort', 'numpy', 'scipy')}"
        )
        about = {"n": int(chosen.sum()), "method": method}
        yield self.make(
            "logrank_p", test.p_value, p_text(test.p_value), unit="probability", **about
        )
        yield self.make(
            "logrank_chi_square", test.chi_square, fixed(test.chi_square, 3),
            unit="chi-square", **about,
        )  # fmt: skip

    def followup(self, times: Times, followup: Times | None) -> Iterator[Result]:
        """Median follow-up: the endpoint reversed, and death reversed."""
        own = self.analysis.endpoint
        kinds = [("followup_reverse_km_median", f"{own.short} reversed", times)]
        if followup is not None:
            proper = "time to last known alive, death reversed"
            kinds.append(("followup_to_death_reversed_median", proper, followup))
        for statistic, what, source in kinds:
            for arm in (ALL, *(arm.id for arm in self.plan.arms)):
                chosen = (source.arm == arm) | (arm == ALL)
                if not chosen.any():
                    continue
                reversed_event = ~source.event[chosen]
                found = survival_quantile(source.days[chosen], reversed_event)
                curve = kaplan_meier(source.days[chosen], reversed_event)
                method = (
                    f"reverse Kaplan-Meier median: {what}; at ties the censored come"
                    " first, as in R; 95% CI log-log;"
                    f" {library('oncohort', 'numpy')}"
                )
                yield from self.quantile(statistic, arm, found, curve, method)
