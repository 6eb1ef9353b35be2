"""Kinds of analysis a plan may name: each reads its data and calls pure functions."""

from collections.abc import Callable

from oncohort.analysis.baseline_table import baseline_table
from oncohort.analysis.cohort_flow import cohort_flow
from oncohort.analysis.cohort_summary import cohort_summary
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import ALL, Key, Place
from oncohort.analysis.store import StudyData
from oncohort.analysis.time_to_event import Found, time_to_event


def _place(plan: Plan, analysis: Analysis, source: str) -> Place:
    population = analysis.population.id if analysis.population else ALL
    key = Key(plan.study_id, analysis.id, population)
    return Place(key, source, plan.decimals_months)


def _flow(plan: Plan, analysis: Analysis, data: StudyData) -> Found:
    place = _place(plan, analysis, data.source("cohort_flow"))
    return Found(cohort_flow(place, data.flow()), [], [])


def _summary(plan: Plan, analysis: Analysis, data: StudyData) -> Found:
    options, population = analysis.options, analysis.population
    table, arm = options.get("table", "cohort"), options.get("arm_column", "")
    site, start = options.get("site"), options.get("start")
    results = cohort_summary(
        _place(plan, analysis, data.source(table)),
        {each.id: 0 for each in plan.arms} | data.per_arm(population, table, arm),
        {
            flag: data.counts(flag, population, table, arm).get(True, {})
            for flag in options.get("flags", [])
        },
        data.n_distinct(site, population) if site else None,
        data.span(start, population) if start else None,
    )
    return Found(results, [], [])


def _table(plan: Plan, analysis: Analysis, data: StudyData) -> Found:
    counts = {
        variable: data.counts(variable.column, analysis.population)
        for variable in analysis.variables
    }
    place = _place(plan, analysis, data.source())
    return Found(baseline_table(place, counts, plan.arms), [], [])


def _time_to_event(plan: Plan, analysis: Analysis, data: StudyData) -> Found:
    followup = analysis.followup_endpoint
    return time_to_event(
        _place(plan, analysis, data.source()),
        plan,
        analysis,
        data.times(analysis.endpoint, analysis.population),
        data.times(followup, analysis.population) if followup else None,
    )


KINDS: dict[str, Callable[[Plan, Analysis, StudyData], Found]] = {
    "cohort_flow": _flow,
    "cohort_summary": _summary,
    "baseline_table": _table,
    "time_to_event": _time_to_event,
}
