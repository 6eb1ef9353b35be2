"""What a study's page shows: rows of the published tables, read once."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.analysis.plan import Plan

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]
# A file may feed several tables: its rows are read and refused once, landed in each.
DELIVERIES = """
select site_id, cast(delivered_on as varchar) as delivered_on,
    count(distinct source_file) as n_files, sum(n_read) as n_rows_read,
    sum(n_landed) as n_rows_landed, sum(n_refused) as n_rows_refused
from (
    select site_id, delivered_on, source_file, source_sheet,
        max(n_rows_read) as n_read, sum(n_rows_landed) as n_landed,
        max(n_rows_refused) as n_refused
    from {table}
    where site_id in (select unnest(?))
    group by all
)
group by site_id, delivered_on
order by all
"""
FLOW = "step_no, criterion, reason, site_id"


class StudyData(NamedTuple):
    """Rows of one study; empty where a table is missing or holds nothing of it."""

    results: dict[str, Row]
    curves: list[Row]
    at_risk: list[Row]
    published: list[Row]
    flow: list[Row]
    deliveries: list[Row]


def study_data(connection: "duckdb.DuckDBPyConnection", plan: Plan) -> StudyData:
    """Read everything the page of one study shows.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Open for reading.
    plan : Plan
        The study.

    Returns
    -------
    StudyData
        Its rows; numbers only from schema `analysis`, the flow's labels from the study.
    """

    def own(table: str, order: str) -> list[Row]:
        if not has_table(connection, "analysis", table):
            return []
        return _rows(
            connection,
            f"select * from analysis.{table} where study_id = ? order by {order}",  # noqa: S608
            [plan.study_id],
        )

    results = {row["result_id"]: row for row in own("results", "rowid")}
    flow: list[Row] = []
    if has_table(connection, plan.study_id, "cohort_flow"):
        flow = _rows(
            connection,
            f"select distinct {FLOW} from {plan.study_id}.cohort_flow order by all",  # noqa: S608
            [],
        )
    return StudyData(
        results,
        own("survival_curves", "analysis_id, arm, time"),
        own("numbers_at_risk", "analysis_id, arm, time_months"),
        own("published_vs_ours", "rowid"),
        flow,
        _deliveries(connection, sorted({row["site_id"] for row in flow})),
    )


def has_table(connection: "duckdb.DuckDBPyConnection", schema: str, table: str) -> bool:
    """Whether the database has a table or view of that name."""
    found = connection.execute(
        "select count(*) from duckdb_columns() where database_name ="
        " current_database() and schema_name = ? and table_name = ?",
        [schema, table],
    ).fetchone()
    return bool(found and found[0])


def open_database(database: Path) -> "duckdb.DuckDBPyConnection":
    """Return a connection that can only read."""
    import duckdb

    return duckdb.connect(str(database), read_only=True)


def _deliveries(connection: "duckdb.DuckDBPyConnection", sites: list[str]) -> list[Row]:
    """One row per delivery of the study's sites: files and rows, summed."""
    for table in ("quality.row_reconciliation", "core.deliveries"):
        if has_table(connection, *table.split(".")) and sites:
            return _rows(connection, DELIVERIES.format(table=table), [sites])
    return []


def _rows(
    connection: "duckdb.DuckDBPyConnection", query: str, values: list[Any]
) -> list[Row]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
