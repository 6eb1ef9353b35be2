"""The relations that the suites judge, made in DuckDB from one delivery's Parquet.

`<table>` has a row for each row of the delivery that is no deletion. In place of values
it holds what can be said of them, so that no check, message or error gives one away:

- a column of the contract: null if empty, 1 if it can be used, 0 if not (a date or
  number that cannot be read, a word that its code list does not know);
- `patient`: 1 or 0, whether the site lists it; null if the site sent no patients;
- `patient_id`, `record_id`: hashes, to be counted.

`patients_before` and `<table>_codes` compare with the site's newest earlier full
delivery of the table; the figures that limits may name (`$PARAMETER`) are in `figures`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oncohort.contract import Column, Table, extract_tables
from oncohort.identity import text_literal
from oncohort.judge.before import compare, parquet_rows
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
                    patients += f" union all {parquet_rows('patients', path)}"
        self.connection.execute(
            "create table site_patients as "  # noqa: S608
            f"select distinct patient_id from ({patients})"
        )
        for name, (n_meant, kind) in fed.items():
            table = extract_tables()[name]
            self._make_states(table)
            # a row that deletes a record became a row too, but has nothing to judge
            n_deleting = self.number(
                f"select count(*) from ({self.rows(name)}) where row_action = 'delete'"  # noqa: S608
            )
            figures = {"rows_meant": n_meant - n_deleting}
            figures |= self._filled(table)
            self.figures[name] = figures
            if kind == "full":
                compare(self, table)

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
        return parquet_rows(table, self.incoming / partition(table, *self.place))

    def number(self, sql: str) -> int:
        """Return the only number that a query gives."""
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
                    "insert into terms "  # noqa: S608
                    "select code_list, lower(trim(term)) as word, "
                    f"max(code) from read_{read}({text_literal(path.as_posix())}) "
                    "where (code_list, word) not in "
                    "(select (code_list, term) from terms) group by all"
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
where source.row_action = 'upsert'""")  # noqa: S608

    def _filled(self, table: Table) -> dict[str, int]:
        """Return the number of rows, and of those that are filled, per column."""
        names = [column.name for column in table.content if not column.identifying]
        names.append("patient")
        counts = ", ".join(f"count({name})" for name in names)
        n_rows, *filled = self.connection.execute(
            f"select count(*), {counts} from {table.name}"  # noqa: S608
        ).fetchone()
        return {"rows": n_rows} | {
            f"{name}_filled": count for name, count in zip(names, filled, strict=True)
        }


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
