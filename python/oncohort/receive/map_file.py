"""Maps one file or sheet to every table it feeds, and counts each of its rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from oncohort.contract import extract_tables
from oncohort.errors import OncohortError
from oncohort.identity import text_literal
from oncohort.receive.land import write_rows
from oncohort.receive.mapping import FLAG, Mapping, Origin
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import SourceTable
from oncohort.receive.verdict import FileReport

if TYPE_CHECKING:
    import duckdb

NO_RECORD_NO = "no record number: the row belongs to no patient"
SHOWN_UNREADABLE = 20
_UNREADABLE = {
    "calendar": (
        "a date that no format in site.yml reads; it landed as sent",
        "add its format to `dates` in site.yml, or ask the site to correct it",
    ),
    "offset": (
        "no whole number of days (or number of units) from `not_before` on; it landed "
        "as sent",
        "ask the site to correct it; it counts as unknown until then",
    ),
}


def map_file(
    connection: duckdb.DuckDBPyConnection,
    source: SourceTable,
    config: FileConfig,
    origin: Origin,
    out: Callable[[str, int], Path],
) -> FileReport:
    """Write a file's rows as Parquet of the contract; return what became of them.

    `source` is loaded. `out` names the file for a table and the mapping's place among
    those of this file.

    Raises
    ------
    DeliveryRefused
        If the file lacks a column that a mapping uses.
    """
    place = (source.file, source.sheet, origin.file_sha256, config.delivery_kind)
    report = FileReport(*place, source.n_rows_read, source.refused)
    n_ragged = len(source.refused)
    used: set[int] = set()
    for number, entry in enumerate(config.tables):
        table = extract_tables()[entry.table]
        mapping = Mapping(source, config, entry, table, origin)
        mapped = f"from ({mapping.sql()})"
        used |= mapping.used
        flags = [f"count(*) filter ({date}{FLAG})" for date in table.dates]
        n_mapped, n_landed, n_unreadable = connection.execute(
            f"select count(*), count(record_no), {' + '.join(flags) or 0} {mapped}"  # noqa: S608
        ).fetchone()
        counts = {
            "n_rows_read": source.n_rows_read,
            "n_rows_landed": n_landed,
            "n_rows_refused": n_ragged + n_mapped - n_landed,
            "n_rows_not_meant": source.n_rows_read - n_ragged - n_mapped,
            "n_values_unreadable": n_unreadable,
        }
        report.tables.append((table.name, counts))
        if n_unreadable:
            report.unreadable += _unreadable(connection, mapped, source, config, entry)
        if n_mapped > n_landed:
            _refuse_without_record_no(connection, mapped, source, config.delimiter)
        if n_landed:
            write_rows(connection, table, mapped, out(table.name, number))
    report.unreadable = report.unreadable[:SHOWN_UNREADABLE]
    report.unused_columns = _unused(connection, source, used)
    return report


def _unreadable(connection, mapped, source, config, entry) -> list[OncohortError]:
    """Return the first unreadable dates as messages."""
    found = []
    for date in extract_tables()[entry.table].dates:
        rows = connection.execute(
            f"select source_line, {date} {mapped} where {date}{FLAG} "  # noqa: S608
            f"order by source_line limit {SHOWN_UNREADABLE}"
        ).fetchall()
        column = entry.columns.get(date)
        for line, value in rows:
            sent_as = ", ".join(column.sources) or column.value
            place = {"file": source.file, "sheet": source.sheet, "line": line}
            place |= {"column": f"{sent_as} (as {date})", "value": value}
            found.append(OncohortError(*_UNREADABLE[config.date_basis], **place))
    return sorted(found, key=lambda error: error.line)[:SHOWN_UNREADABLE]


def _refuse_without_record_no(connection, mapped, source, delimiter) -> None:
    rows = connection.execute(
        f"select source_line, concat_ws({text_literal(delimiter)}, "  # noqa: S608
        f"{', '.join(source.cells)}) from source_cells where source_line in "
        f"(select source_line {mapped} where record_no is null)"
    ).fetchall()
    source.refused.update({line: (NO_RECORD_NO, text) for line, text in rows})


def _unused(connection, source: SourceTable, used: set[int]) -> list[str]:
    """Return the columns no table uses; nameless ones only if they hold values."""
    unused = []
    for number, name in enumerate(source.header):
        if number not in used and not name:
            (n_filled,) = connection.execute(
                f"select count(*) filter (c{number} <> '') from source_cells"  # noqa: S608
            ).fetchone()
            name = f"column {number + 1} (no name)" if n_filled else ""
        if number not in used and name:
            unused.append(name)
    return unused
