"""Compares a table of a delivery with the site's newest earlier full one."""

from pathlib import Path
from typing import Any

from oncohort.contract import Table, extract_tables
from oncohort.identity import text_literal
from oncohort.receive.journal import partition


def compare(relations: Any, table: Table) -> None:
    """Add the figures of the earlier delivery, and the relations that need its rows.

    Figures: `rows_before`, `<column>_filled_before` (share), `<column>_codes` (number
    of codes) and, for patients, `patients_before` and `patients_new`. Nothing is added
    if there is no earlier full delivery, or it held no row of the table.
    """
    before = _newest_before(relations, table.name)
    if before is None:
        return
    run, figures = relations.connection.execute, relations.figures[table.name]
    run(f"create or replace temp view before as {parquet_rows(table.name, before)}")
    shares = ", ".join(
        f"count({c.name}) / greatest(count(*), 1)" for c in table.content
    )
    n_rows, *filled = run(f"select count(*), {shares} from before").fetchone()  # noqa: S608
    if not n_rows:
        return
    figures["rows_before"] = n_rows
    for column, share in zip(table.content, filled, strict=True):
        if share:
            figures[f"{column.name}_filled_before"] = share
    _make_codes(relations, table)
    if table.name == "patients":
        run(
            "create table patients_before as "
            "select distinct hash(patient_id) as patient_id from before"
        )
        figures["patients_before"] = relations.number(
            "select count(*) from patients_before"
        )
        figures["patients_new"] = relations.number(
            "select count(distinct patient_id) from patients where patient_id "
            "not in (select patient_id from patients_before)"
        )


def _newest_before(relations: Any, table: str) -> Path | None:
    """Return the folder of the newest earlier full delivery of a table."""
    site_id, delivered_on = relations.place
    landed = relations.workspace.landing / "deliveries" / f"site={site_id}"
    if not any(landed.glob("*/*.parquet")):
        return None
    (found,) = relations.connection.execute(
        "select max(delivered_on) from read_parquet(?, hive_partitioning = false) "
        "where delivery_kind = 'full' and table_name = ? and delivered_on < ?",
        [f"{landed.as_posix()}/*/*.parquet", table, delivered_on],
    ).fetchone()
    if found is None:
        return None
    relations.before_on[table] = found
    return relations.workspace.landing / partition(table, site_id, found)


def _make_codes(relations: Any, table: Table) -> None:
    """Make `<table>_codes`: a row per column and code, with its shares then and now.

    Words that no list knows are left to `known`. `n_moved`: how many more or fewer
    values have the code than the earlier share says.
    """
    codes = [column.name for column in table.content if column.code_list]
    counted = " union all ".join(
        f"select '{column.name}' as field, terms.code, is_now, count(*) as n "  # noqa: S608
        f"from both_times join terms on terms.code_list = '{column.code_list}' "
        f"and terms.term = lower(trim(both_times.{column.name})) group by all"
        for column in table.content
        if column.code_list
    )
    relations.connection.execute(f"""
create table {table.name}_codes as
with both_times as not materialized (
    select true as is_now, * from ({relations.rows(table.name)})
    union all by name select false as is_now, * from before
),
counted as ({counted or "select '' as field, '' as code, true as is_now, 0 as n"}),
coded as (
    select field, code, coalesce(sum(n) filter (is_now), 0) as n,
        coalesce(sum(n) filter (not is_now), 0) as n_before
    from counted group by all
),
shares as (
    select field, code, n, n / nullif(sum(n) over (partition by field), 0) as share,
        n_before / nullif(sum(n_before) over (partition by field), 0) as share_before,
        sum(n) over (partition by field) as n_all
    from coded
)
select *, abs(n - share_before * n_all) as n_moved from shares""")  # noqa: S608
    for column in codes:
        relations.figures[table.name][f"{column}_codes"] = relations.number(
            f"select count(*) from {table.name}_codes where field = '{column}'"  # noqa: S608
        )


def parquet_rows(table: str, folder: Path) -> str:
    """Return a select of a partition's rows; of none, if it does not exist."""
    if not any(folder.glob("*.parquet")):
        columns = ", ".join(
            f"cast(null as {column.data_type}) as {column.name}"
            for column in extract_tables()[table].columns
        )
        return f"select {columns} where false"
    files = text_literal(f"{folder.as_posix()}/*.parquet")
    return f"select * from read_parquet({files}, hive_partitioning = false)"  # noqa: S608
