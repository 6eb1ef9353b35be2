"""Rows of a file become rows of a contract table: one SQL query each.

The temporary table holds the row's lineage (all but `source_row_id`, which needs the
whole table of a delivery), its contract columns, and for each date column `x` a flag
`x__unreadable`. Names in the SQL come from the contract or are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oncohort.contract import Table
from oncohort.errors import OncohortError
from oncohort.receive.mapping_query import FLAG, MappingQuery, Origin
from oncohort.receive.site_config import FileConfig, TableConfig
from oncohort.receive.source_table import LINE, SourceTable

if TYPE_CHECKING:
    import duckdb

NO_RECORD_NO = "no record number: the row belongs to no patient"
SHOWN_UNREADABLE = 20
_UNREADABLE = {
    "calendar": "a date that no format in site.yml reads; it landed as sent",
    "offset": "no whole number of days from `not_before` on; it landed as sent",
}
_READABLE = {
    "calendar": "add its format to `dates` in site.yml, or ask the site to correct it",
    "offset": "ask the site to correct it; it counts as unknown until then",
}


@dataclass(frozen=True)
class MappedEntry:
    """The rows that one file gives one table, in the temporary table `name`."""

    name: str
    table: Table
    n_rows_landed: int
    n_rows_without_record_no: int
    n_rows_not_meant: int
    unreadable: dict[str, int]
    used_columns: frozenset[int]
    file_sha256: str

    @property
    def n_values_unreadable(self) -> int:
        """Dates that no declared format reads."""
        return sum(self.unreadable.values())


def map_rows(
    connection: duckdb.DuckDBPyConnection,
    source: SourceTable,
    file: FileConfig,
    entry: TableConfig,
    table: Table,
    origin: Origin,
    name: str,
) -> MappedEntry:
    """Map a file's rows to one contract table.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Holds the file's cells as `source_cells`; gets the temporary table `name`.
    source, file, entry, table : configuration
        What the file holds, how it is read, what it feeds.
    origin : Origin
        Lineage common to all rows.
    name : str
        Temporary table to make.

    Raises
    ------
    DeliveryRefused
        If the file lacks a column that the mapping uses.
    """
    query = MappingQuery(source, file, entry, table, origin)
    connection.execute(f"create temp table {name} as {query.sql()}")
    flags = "".join(f", count(*) filter ({date}{FLAG})" for date in query.date_names())
    counts = connection.execute(
        f"select count(*), count(record_no){flags} from {name}"  # noqa: S608
    ).fetchone()
    unreadable = dict(zip(query.date_names(), counts[2:], strict=True))
    return MappedEntry(
        name=name,
        table=table,
        n_rows_landed=counts[1],
        n_rows_without_record_no=counts[0] - counts[1],
        n_rows_not_meant=source.cells.num_rows - counts[0],
        unreadable={date: count for date, count in unreadable.items() if count},
        used_columns=frozenset(query.used),
        file_sha256=origin.file_sha256,
    )


def unreadable_dates(
    connection: duckdb.DuckDBPyConnection,
    mapped: MappedEntry,
    source: SourceTable,
    file: FileConfig,
    entry: TableConfig,
) -> list[OncohortError]:
    """Return the first unreadable dates of a file as messages."""
    found = []
    for date in mapped.unreadable:
        rows = connection.execute(
            f"select {LINE}, {date} from {mapped.name} "  # noqa: S608
            f"where {date}{FLAG} order by {LINE} limit {SHOWN_UNREADABLE}"
        ).fetchall()
        found += [
            OncohortError(
                _UNREADABLE[file.date_basis],
                _READABLE[file.date_basis],
                file=source.file,
                sheet=source.sheet,
                line=line,
                column=_shown_column(date, entry),
                value=value,
            )
            for line, value in rows
        ]
    return sorted(found, key=lambda error: error.line or 0)[:SHOWN_UNREADABLE]


def _shown_column(date: str, entry: TableConfig) -> str:
    """Return the site's column, and the contract's it becomes."""
    config = next(column for column in entry.columns if column.name == date)
    return f"{', '.join(config.sources) or config.value} (as {date})"
