"""Kinds of analysis a plan may name: each reads its data and calls pure functions."""

from collections.abc import Callable

from oncohort.analysis.baseline_table import baseline_table
from oncohort.analysis.cohort_summary import cohort_flow, cohort_summary
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import ALL, Where
from oncohort.analysis.store import StudyData
from oncohort.analysis.time_to_event import TimeToEvent, time_to_event


def _where(plan: Plan, analysis: Analysis, source: str) -> Where:
    population = analysis.population.id if analysis.population else ALL
    return Where(plan.study_id, analysis.id, population, source)


def _flow(plan: Plan, analysis: Analysis, data: StudyData) -> TimeToEvent:
    where = _where(plan, analysis, data.source("cohort_flow"))
    return TimeToEvent(cohort_flow(where, data.flow()), [], [])


def _summary(plan: Plan, analysis: Analysis, data: StudyData) -> TimeToEvent:
    options, population = analysis.options, analysis.population
    table, arm = options.get("table", "cohort"), options.get("arm_column", "")
    per_arm = {each.id: 0 for each in plan.arms}
    per_arm |= data.per_arm(population, table, arm)
    site, start = options.get("site"), options.get("start")
    results = cohort_summary(
        _where(plan, analysis, data.source(table)),
        per_arm,
        data.n_distinct(site, population) if site else None,
        data.span(start, population) if start else None,
        {flag: data.counts(flag, population, table, arm) for flag in _flags(options)},
    )
    return TimeToEvent(results, [], [])


def _flags(options: dict) -> list[str]:
    return options.get("flags", [])


def _table(plan: Plan, analysis: Analysis, data: StudyData) -> TimeToEvent:
    counts = {
        variable: data.counts(variable.column, analysis.population)
        for variable in analysis.variables
    }
    where = _where(plan, analysis, data.source())
    return TimeToEvent(baseline_table(where, counts, plan.arms), [], [])


def _time_to_event(plan: Plan, analysis: Analysis, data: StudyData) -> TimeToEvent:
    followup = analysis.followup_endpoint
    return time_to_event(
        _where(plan, analysis, data.source()),
        plan,
        analysis,
        data.times(analysis.endpoint, analysis.population),
        data.times(followup, analysis.population) if followup else None,
    )


KINDS: dict[str, Callable[[Plan, Analysis, StudyData], TimeToEvent]] = {
    "cohort_flow": _flow,
    "cohort_summary": _summary,
    "baseline_table": _table,
    "time_to_event": _time_to_event,
}
