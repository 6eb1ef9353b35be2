"""The relations that the suites judge, made in DuckDB from one delivery's Parquet.

`<table>` has a row for each row of the delivery that is no deletion. In place of values
it holds what can be said of them, so that no check, message or error can give one away:

- a column of the contract: null if empty, 1 if it can be used, 0 if not (a date or number
  that cannot be read, a word that its code list does not know);
- `patient`: 1 or 0, whether it is among the site's patients; null if the site sent none;
- `patient_id`, `record_id`: hashes, to be counted.

`patients_before` and `<table>_codes` compare with the site's newest earlier full
delivery of the table; the figures that limits may name (`$PARAMETER`) are in `figures`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oncohort.contract import Column, Table, extract_tables
from oncohort.identity import text_literal
from oncohort.receive.journal import partition
from oncohort.workspace import Workspace

# as macros/typing.sql reads them; a test holds the two against each other
_READABLE = {
    "date": """case
        when {0} like '____-__-__' then try_cast({0} as date) is not null
        when {0} like '____-__' then try_cast({0} || '-15' as date) is not null
        when {0} like '____' then try_cast({0} || '-07-01' as date) is not null
        else false end""",
    "number": "coalesce(try_cast({0} as double) between -1e15 and 1e15, false)",
    "integer": """coalesce(try_cast({0} as double) = floor(try_cast({0} as double))
        and abs(try_cast({0} as double)) < 2000000000, false)""",
}


@dataclass
class Relations:
    """The relations of one delivery; `figures` is table -> name -> number.

    `before_on` has the date that a table is compared with; a table that the delivery
    does not feed has no figures.
    """

    workspace: Workspace
    incoming: Path
    place: tuple[str, str]
    connection: Any
    figures: dict[str, dict[str, float]] = field(default_factory=dict)
    before_on: dict[str, str] = field(default_factory=dict)

    def make(self) -> None:
        """Make them for every table that the delivery feeds."""
        self._make_terms()
        fed = self._fed()
        is_whole = fed.get("patients", (0, ""))[1] == "full"
        patients = self.rows("patients")
        if not is_whole:
            # what stands in landing counts where the delivery does not replace it
            earlier = self.workspace.landing / "patients" / f"site={self.place[0]}"
            for path in sorted(earlier.glob("delivery=*/")):
                if path.name.partition("=")[2] < self.place[1]:
                    patients += f" union all {_parquet('patients', path)}"
        self.connection.execute(
            f"create table site_patients as select distinct patient_id from ({patients})"
        )
        for name, (n_meant, kind) in fed.items():
            table = extract_tables()[name]
            self._make_states(table)
            figures = {"rows_meant": n_meant}
            figures |= self._filled(table)
            self.figures[name] = figures
            before = self._before(name) if kind == "full" else None
            if before:
                self._compare(table, before)

    def _fed(self) -> dict[str, tuple[int, str]]:
        """Return table -> rows meant for it, and `full` or `changes`."""
        folder = self.incoming / partition("deliveries", *self.place)
        rows = self.connection.execute(
            "select table_name, sum(n_rows_landed + n_rows_refused), "
            "case when bool_and(delivery_kind = 'full') then 'full' else 'changes' end "
            "from read_parquet(?, hive_partitioning = false) group by 1 order by 1",
            [f"{folder.as_posix()}/*.parquet"],
        ).fetchall()
        return {name: (int(n_meant), kind) for name, n_meant, kind in rows}

    def rows(self, table: str) -> str:
        """Return a select of the delivery's rows as they will land."""
        return _parquet(table, self.incoming / partition(table, *self.place))

    def _number(self, sql: str) -> int:
        return self.connection.execute(sql).fetchone()[0]

    def _make_terms(self) -> None:
        """Make `terms`: the site's own words first, then the synonyms of all."""
        self.connection.execute(
            "create table terms (code_list varchar, term varchar, code varchar)"
        )
        own = self.workspace.landing / "site_codes" / f"site={self.place[0]}"
        common = self.workspace.project / "seeds" / "code_synonyms.csv"
        for path, read in ((own / "current/part.parquet", "parquet"), (common, "csv")):
            if path.is_file():
                self.connection.execute(
                    "insert into terms select code_list, lower(trim(term)) as word, "
                    f"max(code) from read_{read}({text_literal(path.as_posix())}) "
                    "where (code_list, word) not in (select (code_list, term) from terms)"
                    " group by all"
                )

    def _make_states(self, table: Table) -> None:
        columns = ", ".join(
            f"{usable_sql(column)} as {column.name}"
            for column in table.content
            if not column.identifying
        )
        self.connection.execute(f"""
create table {table.name} as
with n_patients as (select count(*) as n from site_patients)
select
    hash(source.patient_id) as patient_id, hash(source.record_id) as record_id,
    case when n_patients.n > 0
        then cast(site_patients.patient_id is not null as tinyint) end as patient,
    {columns}
from ({self.rows(table.name)}) as source
cross join n_patients
left join site_patients on source.patient_id = site_patients.patient_id
{term_joins(table)}
where source.row_action = 'upsert'""")

    def _filled(self, table: Table) -> dict[str, int]:
        """Return the number of rows, and of those that are filled, per column."""
        names = [column.name for column in table.content if not column.identifying]
        names.append("patient")
        counts = ", ".join(f"count({name})" for name in names)
        n_rows, *filled = self.connection.execute(
            f"select count(*), {counts} from {table.name}"
        ).fetchone()
        return {"rows": n_rows} | {
            f"{name}_filled": count for name, count in zip(names, filled, strict=True)
        }

    def _before(self, table: str) -> Path | None:
        """Return the folder of the newest earlier full delivery of a table."""
        landed = self.workspace.landing / "deliveries" / f"site={self.place[0]}"
        if not any(landed.glob("*/*.parquet")):
            return None
        found = self.connection.execute(
            "select max(delivered_on) from read_parquet(?, hive_partitioning = false) "
            "where delivery_kind = 'full' and table_name = ? and delivered_on < ?",
            [f"{landed.as_posix()}/*/*.parquet", table, self.place[1]],
        ).fetchone()[0]
        if found is None:
            return None
        self.before_on[table] = found
        return self.workspace.landing / partition(table, self.place[0], found)

    def _compare(self, table: Table, before: Path) -> None:
        """Add the figures of the earlier delivery, and the relations beside them."""
        run, figures = self.connection.execute, self.figures[table.name]
        run(f"create or replace temp view before as {_parquet(table.name, before)}")
        shares = ", ".join(
            f"count({c.name}) / greatest(count(*), 1)" for c in table.content
        )
        n_rows, *filled = run(f"select count(*), {shares} from before").fetchone()
        if not n_rows:
            return
        figures["rows_before"] = n_rows
        for column, share in zip(table.content, filled, strict=True):
            if share:
                figures[f"{column.name}_filled_before"] = share
        codes = [column for column in table.content if column.code_list]
        counted = " union all ".join(
            f"select '{column.name}' as field, coalesce("
            f"(select max(code) from terms where code_list = '{column.code_list}' "
            f"and term = lower(trim({column.name}))), 'unknown') as code, is_now, "
            f"count(*) as n from both_times where {column.name} is not null group by all"
            for column in codes
        )
        run(f"""
create table {table.name}_codes as
with both_times as (
    select true as is_now, * from ({self.rows(table.name)})
    union all by name select false as is_now, * from before
),
counted as ({counted or "select '' as field, '' as code, true as is_now, 0 as n"}),
coded as (
    select field, code, coalesce(sum(n) filter (is_now), 0) as n,
        coalesce(sum(n) filter (not is_now), 0) as n_before
    from counted group by all
),
shares as (
    select field, code, n, n_before,
        n / nullif(sum(n) over (partition by field), 0) as share,
        n_before / nullif(sum(n_before) over (partition by field), 0) as share_before,
        sum(n) over (partition by field) as n_all
    from coded
)
select *, abs(n - share_before * n_all) as n_moved from shares""")
        for column in codes:
            figures[f"{column.name}_codes"] = self._number(
                f"select count(*) from {table.name}_codes where field = '{column.name}'"
            )
        if table.name == "patients":
            run(
                "create table patients_before as "
                "select distinct hash(patient_id) as patient_id from before"
            )
            figures["patients_before"] = self._number(
                "select count(*) from patients_before"
            )
            figures["patients_new"] = self._number(
                "select count(distinct patient_id) from patients where patient_id "
                "not in (select patient_id from patients_before)"
            )


def usable_sql(column: Column) -> str:
    """Return SQL for 1, 0 or null of a column of `source`; codes need `term_joins`."""
    name = f"source.{column.name}"
    can_be_used = "true"
    if column.code_list:
        can_be_used = f"terms_{column.name}.code is not null"
    elif column.type in _READABLE:
        can_be_used = _READABLE[column.type].format(name)
    return f"case when {name} is not null then cast({can_be_used} as tinyint) end"


def term_joins(table: Table) -> str:
    """Return the joins that look up the words of a table's coded columns."""
    return "\n".join(
        f"left join terms as terms_{column.name} on terms_{column.name}.code_list = "
        f"'{column.code_list}' and terms_{column.name}.term = "
        f"lower(trim(source.{column.name}))"
        for column in table.content
        if column.code_list
    )


def _parquet(table: str, folder: Path) -> str:
    """Return a select of a partition's rows; of none, if it does not exist."""
    if not any(folder.glob("*.parquet")):
        columns = ", ".join(
            f"cast(null as {column.data_type}) as {column.name}"
            for column in extract_tables()[table].columns
        )
        return f"select {columns} where false"
    files = text_literal(f"{folder.as_posix()}/*.parquet")
    return f"select * from read_parquet({files}, hive_partitioning = false)"
