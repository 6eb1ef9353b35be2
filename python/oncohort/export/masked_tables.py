"""Tables of counts on their way out: small counts empty where the study's plan asks.

A table of patients' rows is no table of counts: it leaves as it is.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from oncohort.analysis.plan import Plan, load_plan
from oncohort.errors import ConfigError
from oncohort.masking import MASK, Masked
from oncohort.workspace import Workspace

if TYPE_CHECKING:
    import duckdb
    import pyarrow

# table of schema analysis: how it is masked, and the order that needs
MASKED = {
    "results": (Masked.results, ()),
    "survival_curves": (Masked.curves, ()),
    "incidence_curves": (Masked.curves, ()),
    "numbers_at_risk": (Masked.at_risk, ("time_months",)),
    "published_vs_ours": (Masked.published, ()),
}
COUNTED = "cohort_flow"


def masked_table(
    workspace: Workspace,
    connection: "duckdb.DuckDBPyConnection",
    schema: str,
    table: str,
    rows: "pyarrow.Table",
) -> "pyarrow.Table":
    """Return the rows of a table as they may leave; a masked number is missing.

    Raises
    ------
    ConfigError
        If the table is a flow of a study whose small counts are masked.
    """
    import pyarrow

    plans = _masking_plans(workspace)
    if table == COUNTED and schema in plans:
        raise ConfigError(
            f"{schema}.{table} has small counts that the study's plan masks",
            f"export `results`: its analysis of kind {COUNTED} has them masked",
        )
    if schema != "analysis" or table not in MASKED or not plans:
        return rows
    mask, order = MASKED[table]
    found: list[dict[str, Any]] = []
    listed = rows.to_pylist()
    for study_id in dict.fromkeys(row["study_id"] for row in listed):
        own = [row for row in listed if row["study_id"] == study_id]
        if study_id in plans:
            own.sort(key=lambda row: [row[name] for name in order])
            own = mask(Masked(plans[study_id], _results(connection, study_id)), own)
        found += own
    numeric = {each.name for each in rows.schema if each.type != pyarrow.string()}
    found = [
        {k: None if v == MASK and k in numeric else v for k, v in row.items()}
        for row in found
    ]
    return pyarrow.Table.from_pylist(found, rows.schema)


def _masking_plans(workspace: Workspace) -> dict[str, Plan]:
    files: list[Path] = [
        folder / "plan.toml" for folder in workspace.study_dirs().values()
    ]
    plans = [load_plan(file) for file in files if file.is_file()]
    return {plan.study_id: plan for plan in plans if plan.masked_below}


def _results(
    connection: "duckdb.DuckDBPyConnection", study_id: str
) -> list[dict[str, Any]]:
    return (
        connection.execute(
            "select * from analysis.results where study_id = ? order by rowid",
            [study_id],
        )
        .to_arrow_table()
        .to_pylist()
    )
