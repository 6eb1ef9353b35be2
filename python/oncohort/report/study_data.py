"""What a study's page shows: rows of the published tables, read once."""

from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.analysis.plan import Plan
from oncohort.analysis.store import StudyTables
from oncohort.masking import Masked

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
    from {name}
    where site_id in (select unnest(?))
    group by all
)
group by site_id, delivered_on
order by all
"""
OWN = "select * from {name} where study_id = ? order by {order}"
FLOW = (
    "select distinct step_no, criterion, reason, site_id from {name} order by {order}"
)


class StudyData(NamedTuple):
    """Rows of one study; empty where a table is missing or holds nothing of it."""

    results: dict[str, Row]
    curves: list[Row]
    incidence: list[Row]
    at_risk: list[Row]
    published: list[Row]
    flow: list[Row]
    deliveries: list[Row]
    is_unscreened: bool
    tables: StudyTables


def study_data(connection: "duckdb.DuckDBPyConnection", plan: Plan) -> StudyData:
    """Read everything the page of one study shows, small counts masked by its plan.

    Numbers only from schema `analysis`, the labels of the flow from the study, the
    deliveries from the quality tables.
    """

    def rows(
        schema: str, table: str, query: str, values: list[Any], order: str = "all"
    ) -> list[Row]:
        if not StudyTables(connection, schema).columns(table):
            return []
        name = f'"{schema}".{table}'
        cursor = connection.execute(query.format(name=name, order=order), values)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def own(table: str, order: str) -> list[Row]:
        return rows("analysis", table, OWN, [plan.study_id], order)

    flow = rows(plan.study_id, "cohort_flow", FLOW, [])
    sites = sorted({row["site_id"] for row in flow})
    results = own("results", "rowid")
    masked = Masked(plan, results)
    return StudyData(
        {row["result_id"]: row for row in masked.results(results)},
        masked.curves(own("survival_curves", "analysis_id, arm, time")),
        masked.curves(own("incidence_curves", "analysis_id, arm, cause, time")),
        masked.at_risk(own("numbers_at_risk", "analysis_id, arm, time_months")),
        masked.published(own("published_vs_ours", "rowid")),
        flow,
        rows("quality", "row_reconciliation", DELIVERIES, [sites]) if sites else [],
        bool(StudyTables(connection, plan.study_id).columns("cohort_flow"))
        and not flow,
        StudyTables(connection, plan.study_id),
    )
