"""Run the analysis plan of every study that has one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from oncohort.analysis.plan import Analysis, Plan, load_plan
from oncohort.errors import BuildFailed

PRINTED, ERRATA = "published_results.csv", "published_errata.csv"


class _Workspace(Protocol):
    """What `analyse` needs of a workspace."""

    working_db: Path

    def study_dirs(self) -> dict[str, Path]: ...


class Analysed(NamedTuple):
    """All rows one study adds to schema `analysis`, by table."""

    tables: dict[str, list[dict[str, Any]]]
    summary: str


def analyse(workspace: _Workspace, say: Callable[[str], None] = print) -> None:
    """Run each study's plan on its cohort and replace its rows in schema `analysis`.

    Parameters
    ----------
    workspace : Workspace
        Its `working_db` is read and written; its studies with a `plan.toml` are run.
        A study whose cohort has not been built is skipped, and said so.
    say : callable
        Takes one line per study.

    Raises
    ------
    ConfigError
        If a plan is wrong.
    BuildFailed
        If a plan and the cohort do not fit, or an analysis fails; nothing is written.
    """
    import duckdb

    from oncohort.analysis import store

    plans = {}
    for study_id, folder in workspace.study_dirs().items():
        if (folder / "plan.toml").is_file():
            plans[study_id] = (load_plan(folder / "plan.toml"), folder)
    done: dict[str, Analysed] = {}
    with duckdb.connect(str(workspace.working_db)) as connection:
        for study_id, (plan, folder) in plans.items():
            data = store.StudyData(connection, study_id, plan.arm_column)
            if not data.columns():
                say(f"{study_id}: no table {study_id}.cohort yet, not analysed")
                continue
            done[study_id] = _study(plan, folder, data)
            say(f"{study_id}: {done[study_id].summary}")
        rows: dict[str, list[dict[str, Any]]] = {}
        for analysed in done.values():
            for table, new in analysed.tables.items():
                rows.setdefault(table, []).extend(new)
        store.write(connection, done, rows)


def _study(plan: Plan, folder: Path, data: Any) -> Analysed:
    """Run all analyses of one plan and compare them with the print."""
    from oncohort.analysis import published, store
    from oncohort.analysis.results import unique

    is_empty = not sum(data.per_arm(None).values())
    results, curves, at_risk = [], [], []
    for analysis in plan.analyses:
        if is_empty and analysis.kind != "cohort_flow":
            continue
        found = _run(plan, analysis, folder, data)
        results += found.results
        curves += found.curves
        at_risk += found.at_risk
    compared = published.published_vs_ours(
        plan.study_id,
        [published.printed_row(row) for row in store.csv_rows(folder / PRINTED)],
        [published.erratum_row(row) for row in store.csv_rows(folder / ERRATA)],
        unique(results),
    )
    tables = {
        "results": store.result_rows(results),
        "survival_curves": curves,
        "numbers_at_risk": at_risk,
        "published_vs_ours": [row._asdict() for row in compared],
    }
    verdicts = [row.verdict for row in compared]
    counted = ", ".join(f"{verdicts.count(v)} {v}" for v in published.VERDICTS)
    summary = f"{len(results)} results"
    summary += f"; against the print: {counted}" if compared else ""
    summary += "; the cohort holds nobody" if is_empty else ""
    return Analysed(tables, summary)


def _run(plan: Plan, analysis: Analysis, folder: Path, data: Any) -> Any:
    """Run one analysis; what goes wrong names the plan and the analysis."""
    from oncohort.analysis.kinds import KINDS

    _check_columns(plan, analysis, folder, data)
    try:
        return KINDS[analysis.kind](plan, analysis, data)
    except ValueError as error:
        raise BuildFailed(
            f"analysis {analysis.id} of study {plan.study_id} failed: {error}",
            "correct the plan or the study's models, then run it again",
            file=folder / "plan.toml",
            column=f"analyses: {analysis.id}",
        ) from error


def _check_columns(plan: Plan, analysis: Analysis, folder: Path, data: Any) -> None:
    """Refuse a plan that names a column its table does not have."""
    options = analysis.options
    table = options.get("table", "cohort")
    named = [variable.column for variable in analysis.variables]
    named += [*options.get("flags", [])]
    named += [options[key] for key in ("start", "site") if key in options]
    named += list(analysis.population.filter) if analysis.population else []
    if analysis.kind != "cohort_flow":
        named.append(options.get("arm_column", plan.arm_column))
    for endpoint in (analysis.endpoint, analysis.followup_endpoint):
        named += [endpoint.time, endpoint.event] if endpoint else []
    known = data.columns(table)
    for column in named:
        if column not in known:
            raise BuildFailed(
                f"the plan names a column that {data.source(table)} does not have",
                f"use one of: {', '.join(known) or '(no such table)'}",
                file=folder / "plan.toml",
                column=f"analyses: {analysis.id}",
                value=column,
            )
