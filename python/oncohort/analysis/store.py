"""Tables of schema `analysis` in the working database: read cohorts, write results."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from oncohort.analysis.cohort_flow import FlowRow
from oncohort.analysis.plan import Endpoint, Population
from oncohort.analysis.results import Result
from oncohort.analysis.time_to_event import Times

if TYPE_CHECKING:
    import duckdb

KEY = "study_id varchar, analysis_id varchar, population varchar"
TABLES = {
    "results": f"{KEY}, variable varchar, level varchar, arm varchar,"
    " statistic varchar, result_id varchar, value double, text varchar, n bigint,"
    " denominator bigint, unit varchar, method varchar, source_model varchar",
    "survival_curves": f"{KEY}, arm varchar, time double, time_months double,"
    " n_at_risk bigint, n_events bigint, n_censored bigint, survival double,"
    " ci_low double, ci_high double",
    "numbers_at_risk": f"{KEY}, arm varchar, time_months double, n_at_risk bigint,"
    " n_censored_so_far bigint",
    "published_vs_ours": "study_id varchar, id varchar, location varchar,"
    " result_id varchar, printed varchar, ours varchar, ours_value double,"
    " difference double, verdict varchar, reason varchar",
}


def quoted(name: str) -> str:
    """Return an identifier in double quotes, safe inside SQL."""
    return '"' + name.replace('"', '""') + '"'


class StudyData:
    """Tables of one study in an open database; aggregates in SQL where it can.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Open database.
    study_id : str
        The study, and the name of its schema.
    arm_column : str
        Column of the cohort with the arm.
    """

    def __init__(
        self, connection: "duckdb.DuckDBPyConnection", study_id: str, arm_column: str
    ) -> None:
        """Keep the connection; nothing is read yet."""
        self.connection = connection
        self.study_id = study_id
        self.arm_column = arm_column

    def source(self, table: str = "cohort") -> str:
        """Return the table's name as people write it, for `source_model`."""
        return f"{self.study_id}.{table}"

    def columns(self, table: str = "cohort") -> list[str]:
        """Return the columns of a table of the study; empty if there is none."""
        rows = self.connection.execute(
            "select column_name from duckdb_columns() where database_name ="
            " current_database() and schema_name = ? and table_name = ?"
            " order by column_index",
            [self.study_id, table],
        ).fetchall()
        return [name for (name,) in rows]

    def _from(self, table: str, population: Population | None) -> tuple[str, list]:
        """From and where clause with parameters."""
        clause, values = f"from {quoted(self.study_id)}.{quoted(table)} where true", []
        for column, allowed in (population.filter if population else {}).items():
            marks = ", ".join("?" * len(allowed))
            clause += f" and {quoted(column)} in ({marks})"
            values += allowed
        return clause, values

    def _select(
        self, what: str, population: Population | None, table: str, tail: str = ""
    ) -> list[tuple]:
        clause, values = self._from(table, population)
        return self.connection.execute(
            f"select {what} {clause} {tail}",  # noqa: S608 - quoted names only
            values,
        ).fetchall()

    def per_arm(
        self, population: Population | None, table: str = "cohort", arm: str = ""
    ) -> dict[str, int]:
        """Return patients per arm."""
        column = quoted(arm or self.arm_column)
        rows = self._select(
            f"{column}, count(*)", population, table, "group by all order by all"
        )
        return dict(rows)

    def counts(
        self,
        column: str,
        population: Population | None,
        table: str = "cohort",
        arm: str = "",
    ) -> dict[Any, dict[str, int]]:
        """Return patients per value of a column and arm; None for missing values."""
        what = f"{quoted(column)}, {quoted(arm or self.arm_column)}, count(*)"
        found: dict[Any, dict[str, int]] = {}
        for value, group, n in self._select(
            what, population, table, "group by all order by all"
        ):
            found.setdefault(value, {})[group] = n
        return found

    def n_distinct(self, column: str, population: Population | None) -> int:
        """Return how many different values a column has."""
        what = f"count(distinct {quoted(column)})"
        return self._select(what, population, "cohort")[0][0]

    def span(self, column: str, population: Population | None) -> tuple | None:
        """Return the first and last date of a column, None if it has none."""
        name = quoted(column)
        row = self._select(f"min({name}), max({name})", population, "cohort")[0]
        return row if row[0] is not None else None

    def times(self, endpoint: Endpoint, population: Population | None) -> Times:
        """Return arm, days and event of every patient who has a time."""
        arm, days = quoted(self.arm_column), quoted(endpoint.time)
        clause, values = self._from("cohort", population)
        what = f"{arm} as arm, {days} as days, {quoted(endpoint.event)} as event"
        found = self.connection.execute(
            f"select {what} {clause} and {days} is not null"  # noqa: S608
            " order by arm, days, event",
            values,
        ).fetchnumpy()
        if np.ma.is_masked(found["event"]):
            raise ValueError(
                f"{self.source()}: {endpoint.event} is missing where {endpoint.time}"
                " is known; the model must say event or censored"
            )
        missing = self._select(
            f"{arm}, count(*)",
            population,
            "cohort",
            f"and {days} is null group by all order by all",
        )
        return Times(
            np.asarray(found["arm"], dtype=str),
            np.asarray(found["days"], dtype=float),
            np.asarray(found["event"], dtype=bool),
            dict(missing),
        )

    def flow(self) -> list[FlowRow]:
        """Return the study's cohort flow; empty if there is no such table."""
        if not self.columns("cohort_flow"):
            return []
        what = "step_no, criterion, reason, site_id, n_in, n_out"
        rows = self._select(what, None, "cohort_flow", "order by all")
        return [FlowRow(*row) for row in rows]


def write(
    connection: "duckdb.DuckDBPyConnection",
    studies: Iterable[str],
    rows: dict[str, list[dict[str, Any]]],
) -> None:
    """Replace the rows of some studies in all tables of schema `analysis`, at once.

    Parameters
    ----------
    connection : DuckDBPyConnection
        Open for writing.
    studies : iterable of str
        Studies whose earlier rows go.
    rows : dict of str to list of dict
        New rows per table, by column name.
    """
    import pyarrow as pa

    chosen = list(studies)
    connection.execute("begin")
    try:
        connection.execute("create schema if not exists analysis")
        for table, columns in TABLES.items():
            made = f"create table if not exists analysis.{table} ({columns})"
            connection.execute(made)
            connection.execute(
                f"delete from analysis.{table} where study_id in"  # noqa: S608
                " (select unnest(?))",
                [chosen],
            )
            if rows.get(table):
                new_rows = pa.Table.from_pylist(rows[table])
                connection.register("new_rows", new_rows)
                connection.execute(
                    f"insert into analysis.{table} by name from new_rows"
                )
                connection.unregister("new_rows")
        connection.execute("commit")
    except Exception:
        connection.execute("rollback")
        raise


def result_rows(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return results as rows of `analysis.results`."""
    return [
        {
            **result.key._asdict(),
            "result_id": result.key.result_id,
            **{name: getattr(result, name) for name in Result._fields if name != "key"},
        }
        for result in results
    ]


def csv_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a study's CSV by column; empty if there is no such file."""
    import csv

    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
