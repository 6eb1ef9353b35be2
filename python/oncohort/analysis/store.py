"""The working database: read a study's tables, write schema `analysis`."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from oncohort.analysis.plan import Analysis, Population
from oncohort.analysis.published import Comparison
from oncohort.analysis.results import AtRisk, CurveStep, Flip, IncidenceStep, Result

if TYPE_CHECKING:
    import duckdb

    from oncohort.dbt_run import Model

# Beyond, rows as Python tuples take longer than the estimates (50,000: 0.1 s and 10 MB)
AT_SCALE = 50_000

TABLES = {
    Result: "results",
    CurveStep: "survival_curves",
    IncidenceStep: "incidence_curves",
    AtRisk: "numbers_at_risk",
    Comparison: "published_vs_ours",
    Flip: "variant_flips",
}


class StudyTables:
    """Tables of one study in an open database; the study is the name of the schema.

    `catalog` is an attached database if not the one opened; `models` are those that
    the plan's variants run again. Names of schemas, tables and columns stand in SQL as
    the plan gives them: its JSON schema lets only letters, digits and _ through.
    """

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        study_id: str,
        catalog: str | None = None,
        models: Sequence["Model"] = (),
    ) -> None:
        """Keep the connection; nothing is read yet."""
        self.connection = connection
        self.study_id = study_id
        self.models = models
        ((current,),) = connection.execute("select current_database()").fetchall()
        self.catalog = catalog or current

    def columns(self, table: str = "cohort") -> list[str]:
        """Return the columns of a table of the study; empty if there is none."""
        rows = self.connection.execute(
            "select column_name from duckdb_columns() where database_name = ?"
            " and schema_name = ? and table_name = ? order by column_index",
            [self.catalog, self.study_id, table],
        ).fetchall()
        return [name for (name,) in rows]

    def select(
        self,
        what: str,
        population: Population | None = None,
        table: str = "cohort",
        tail: str = "order by all",
    ) -> list[tuple]:
        """Return rows of the patients of a population; `what` has quoted names."""
        filters = population.filter if population else {}
        where = [f'"{name}" in (select unnest(?))' for name in filters]
        return self.connection.execute(
            f'select {what} from "{self.catalog}"."{self.study_id}"."{table}"'  # noqa: S608
            f" where {' and '.join(where) or 'true'} {tail}",
            list(filters.values()),
        ).fetchall()

    def counted(
        self, names: Sequence[str | None], population: Population | None, table: str
    ) -> tuple[list[tuple], bool]:
        """Return values of columns (None: '') and how many patients share them.

        Up to AT_SCALE patients each has a row of his own; of more, the engine counts
        those who are alike, and the second value is True.
        """
        is_large = self.select("count(*)", population, table, "")[0][0] > AT_SCALE
        what = ", ".join(f'"{name}"' if name else "''" for name in names)
        if is_large:
            tail = "group by all order by all"
            return self.select(f"{what}, count(*)", population, table, tail), True
        return self.select(f"{what}, 1", population, table), False

    def counts(self, column: str | None, analysis: Analysis) -> dict[Any, Counter[str]]:
        """Return patients per value of a column and arm; None for missing values."""
        named = f'"{column}"' if column else "null"
        what = f'{named}, "{analysis.arm_column}", count(*)'
        tail = "group by all order by all"
        found: dict[Any, Counter[str]] = {}
        rows = self.select(what, analysis.population, analysis.table, tail)
        for value, arm, n in rows:
            found.setdefault(value, Counter())[arm] = n
        return found


def write(connection: "duckdb.DuckDBPyConnection", rows: list[Any]) -> None:
    """Replace all tables of schema `analysis` by these rows, at once."""
    import pyarrow as pa

    kinds = {str: pa.string(), int: pa.int64(), float: pa.float64()}
    kinds |= {each | None: kind for each, kind in kinds.items()}
    connection.execute("begin")
    connection.execute("create schema if not exists analysis")
    for row_type, table in TABLES.items():
        hints = row_type.__annotations__.items()
        own = [row._asdict() for row in rows if isinstance(row, row_type)]
        new = pa.Table.from_pylist(own, pa.schema([(n, kinds[h]) for n, h in hints]))
        connection.register("new_rows", new)
        connection.execute(
            f"create or replace table analysis.{table} as select * from new_rows"  # noqa: S608
        )
        connection.unregister("new_rows")
    connection.execute("commit")
