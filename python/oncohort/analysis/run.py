"""Run the analysis plan of every study that has one."""

import csv
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from oncohort.analysis.adjusted_comparison import adjusted_comparison
from oncohort.analysis.adverse_events import adverse_events
from oncohort.analysis.baseline_table import baseline_table
from oncohort.analysis.cohort_flow import cohort_flow
from oncohort.analysis.cohort_summary import cohort_summary
from oncohort.analysis.competing_events import competing_events
from oncohort.analysis.definitions import definitions
from oncohort.analysis.group_comparison import group_comparison
from oncohort.analysis.multivariable import multivariable
from oncohort.analysis.oncoplot import distribution, oncoplot
from oncohort.analysis.plan import Analysis, Plan, load_plan
from oncohort.analysis.proportions import proportions
from oncohort.analysis.published import VERDICTS, Erratum, Printed, published_vs_ours
from oncohort.analysis.results import ALL, LIMITS, Key, Place, Result
from oncohort.analysis.second_opinion import second_opinion
from oncohort.analysis.sensitivity import sensitivity
from oncohort.analysis.store import StudyTables, write
from oncohort.analysis.subgroups import subgroups
from oncohort.analysis.time_to_event import time_to_event
from oncohort.audit import audit
from oncohort.dbt_run import Model, compiled_models
from oncohort.errors import BuildFailed

KINDS = {
    each.__name__: each
    for each in (
        cohort_flow,
        cohort_summary,
        baseline_table,
        time_to_event,
        adjusted_comparison,
        sensitivity,
        oncoplot,
        distribution,
        group_comparison,
        subgroups,
        proportions,
        adverse_events,
        competing_events,
        multivariable,
        definitions,
    )
}
# kinds that look at no patient of the cohort
ABOUT_NOBODY = ("cohort_flow", "definitions")


def analyse(
    workspace: Any,
    say: Callable[[str], None] = print,
    built: Sequence[Model] | None = None,
) -> None:
    """Run each study's plan on its cohort and replace schema `analysis`.

    Parameters
    ----------
    workspace : Workspace
        Its `working_db` is read and written; its studies with a `plan.toml` are run.
        A study whose cohort has not been built is skipped, and said so.
    say : callable
        Takes one line per study.
    built : sequence of Model, optional
        The models as the build ran them; else they are compiled if a variant asks.

    Raises
    ------
    ConfigError
        If a plan is wrong.
    BuildFailed
        If a plan and the cohort do not fit, or an analysis fails; nothing is written.
    """
    import duckdb

    folders = workspace.study_dirs().values()
    paths = [folder / "plan.toml" for folder in folders]
    plans = {path: load_plan(path) for path in paths if path.is_file()}
    rows: list[Any] = []
    models = _models(workspace, plans.values()) if built is None else built
    # as a build: beyond it DuckDB works on disk
    limits = {"memory_limit": os.environ.get("ONCOHORT_MEMORY", "4GB")}
    with duckdb.connect(str(workspace.working_db), config=limits) as connection:
        for path, plan in plans.items():
            data = StudyTables(connection, plan.study_id, models=models)
            if data.columns():
                rows += _study(plan, path, data, say)
            else:
                table = f"{plan.study_id}.cohort"
                say(f"{plan.study_id}: no table {table} yet, not analysed")
        write(connection, rows)


def _models(workspace: Any, plans: Iterable[Plan]) -> Sequence[Model]:
    """Models of the project, if a study that has patients has variants; else none."""
    import duckdb

    with duckdb.connect(str(workspace.working_db)) as connection:
        tables = [
            StudyTables(connection, each.study_id) for each in plans if each.variants
        ]
        if not any(
            each.columns() and each.select("1", tail="limit 1") for each in tables
        ):
            return ()
    return compiled_models(workspace)


def _study(
    plan: Plan, path: Path, data: StudyTables, say: Callable[[str], None]
) -> list[Any]:
    """Run all analyses of one plan and compare them with the print."""
    is_empty = data.select("count(*)") == [(0,)]
    rows: list[Any] = []
    for analysis in plan.analyses:
        if analysis.kind == "cohort_flow" or not is_empty:
            rows += _run(plan, analysis, path, data)
    results = {row.result_id: row for row in rows if isinstance(row, Result)}
    print_path = path.with_name("published_results.csv")
    printed = _csv_rows(print_path, Printed)
    compared = published_vs_ours(
        plan.study_id,
        printed,
        audit(print_path) if printed else [],
        _csv_rows(path.with_name("published_errata.csv"), Erratum),
        results,
        plan.alpha,
    )
    verdicts = [row.verdict for row in compared]
    counted = ", ".join(f"{verdicts.count(each)} {each}" for each in VERDICTS)
    against = f"; against the print: {counted}" if compared else ""
    nobody = "; the cohort holds nobody" if is_empty else ""
    found = f"{len(results)} results{_first_ratio(results)}"
    say(f"{plan.study_id}: {found}{against}{nobody}")
    return rows + compared


def _first_ratio(results: dict[str, Result]) -> str:
    """First hazard ratio of the plan with its limits: what a refresh is waited for."""
    for result_id, row in results.items():
        if row.statistic == "hazard_ratio" and f"{result_id}_ci_low" in results:
            texts = [results[f"{result_id}{suffix}"].text for suffix in LIMITS]
            low_high = " to ".join(texts[1:])
            return f"; {row.analysis_id}: hazard ratio {texts[0]} ({low_high})"
    return ""


def _csv_rows(path: Path, row_type: type) -> list[Any]:
    """Rows of a study's CSV; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    names = row_type._fields
    return [row_type(*(row.get(name) or "" for name in names)) for row in found]


def _run(plan: Plan, analysis: Analysis, path: Path, data: StudyTables) -> list[Any]:
    """Run one analysis; what goes wrong names the plan and the analysis."""
    import duckdb

    _check_columns(plan, analysis, path, data)
    population = analysis.population.id if analysis.population else ALL
    table = "cohort_flow" if analysis.kind == "cohort_flow" else analysis.table
    source = f"{plan.study_id}.{table}"
    key = Key(plan.study_id, analysis.id, population)
    place = Place(key, source, plan.decimals_months)
    try:
        rows = list(KINDS[analysis.kind](place, plan, analysis, data))
        if analysis.kind == "time_to_event":
            rows += second_opinion(place, plan, analysis, data, rows)
        ids = Counter(row.result_id for row in rows if isinstance(row, Result))
        if ids and max(ids.values()) > 1:
            raise ValueError(f"two results have the key {ids.most_common(1)[0][0]}")
    except (ValueError, duckdb.Error) as error:
        raise BuildFailed(
            f"analysis {analysis.id} of study {plan.study_id} failed: {error}",
            "correct the plan or the study's models, then run it again",
            file=path,
            column=f"analyses: {analysis.id}",
        ) from error
    return rows


def _check_columns(
    plan: Plan, analysis: Analysis, path: Path, data: StudyTables
) -> None:
    """Refuse a plan that names a column its table does not have."""
    if analysis.kind in ABOUT_NOBODY:
        return
    named = [analysis.arm_column, *analysis.flags, *analysis.covariates]
    named += [variable.column for variable in analysis.variables]
    named += [name for name in (analysis.start, analysis.site) if name]
    named += list(analysis.population.filter)
    for endpoint in (analysis.endpoint, analysis.followup_endpoint):
        named += [endpoint.time, endpoint.event] if endpoint else []
        named += [endpoint.entry] if endpoint and endpoint.entry else []
    if analysis.kind == "competing_events":
        named.append(analysis.endpoint.exit)
    named += [name for name in (analysis.response, analysis.benefit) if name]
    named += [measure.column for measure in analysis.measures]
    named += [analysis.marks.key] if analysis.marks else []
    known = data.columns(analysis.table)
    for column in named:
        if column not in known:
            table = f"{plan.study_id}.{analysis.table}"
            raise BuildFailed(
                f"the plan names a column that {table} does not have",
                f"use one of: {', '.join(known) or '(no such table)'}",
                file=path,
                column=f"analyses: {analysis.id}",
                value=column,
            )
