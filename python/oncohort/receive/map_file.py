"""Maps one file or sheet to every table it feeds, and books each of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oncohort.contract import extract_tables
from oncohort.receive.land import MappedDelivery
from oncohort.receive.map_rows import (
    NO_RECORD_NO,
    SHOWN_UNREADABLE,
    MappedEntry,
    map_rows,
    unreadable_dates,
)
from oncohort.receive.mapping_query import Origin
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import LINE, RefusedRow, SourceTable
from oncohort.receive.verdict import FileReport

if TYPE_CHECKING:
    import duckdb


class FileMapping:
    """What one file or sheet gives a delivery.

    Parameters
    ----------
    source : SourceTable
        Its cells.
    config : FileConfig
        What it feeds.
    origin : Origin
        Delivery and bytes it comes from.
    """

    def __init__(self, source: SourceTable, config: FileConfig, origin: Origin) -> None:
        """Keep what is mapped."""
        self.source = source
        self.config = config
        self.origin = origin
        self.report = FileReport(source.file, source.sheet, source.n_rows_read)
        self.refused = {row.line: row for row in source.refused}
        self.used: set[int] = set()

    def run(
        self, connection: duckdb.DuckDBPyConnection, delivery: MappedDelivery
    ) -> FileReport:
        """Add the file's rows to a delivery, landed, refused or not meant.

        Raises
        ------
        DeliveryRefused
            If the file lacks a column that the mapping uses.
        """
        connection.register("source_cells", self.source.cells)
        for table in self.config.tables:
            mapped = map_rows(
                connection,
                self.source,
                self.config,
                table,
                extract_tables()[table.table],
                self.origin,
                f"mapped_{len(delivery.entries)}",
            )
            delivery.entries.append(mapped)
            self.used |= mapped.used_columns
            self._book(delivery, mapped)
            self.report.unreadable += unreadable_dates(
                connection, mapped, self.source, self.config, table
            )
            if mapped.n_rows_without_record_no:
                self.refused |= self._without_record_no(connection, mapped)
        connection.unregister("source_cells")
        self._book_refused(delivery)
        self.report.unused_columns = self._unused()
        self.report.unreadable = self.report.unreadable[:SHOWN_UNREADABLE]
        return self.report

    def _book(self, delivery: MappedDelivery, mapped: MappedEntry) -> None:
        counts = {
            "n_rows_read": self.source.n_rows_read,
            "n_rows_landed": mapped.n_rows_landed,
            "n_rows_refused": len(self.source.refused)
            + mapped.n_rows_without_record_no,
            "n_rows_not_meant": mapped.n_rows_not_meant,
            "n_values_unreadable": mapped.n_values_unreadable,
        }
        place = {
            **self._place(),
            "table_name": mapped.table.name,
            "delivery_kind": self.config.delivery_kind,
        }
        delivery.add_to_book(place, counts)
        self.report.tables.append({"name": mapped.table.name, **counts})
        self.report.n_values_unreadable += mapped.n_values_unreadable

    def _place(self) -> dict[str, Any]:
        return {
            "site_id": self.origin.site_id,
            "delivered_on": self.origin.delivered_on,
            "source_file": self.source.file,
            "source_sheet": self.source.sheet,
            "file_sha256": self.origin.file_sha256,
        }

    def _without_record_no(
        self, connection: duckdb.DuckDBPyConnection, mapped: MappedEntry
    ) -> dict[int, RefusedRow]:
        lines = f"select {LINE} from {mapped.name} where record_no is null"  # noqa: S608
        cells = ", ".join(f"c{number}" for number in range(len(self.source.header)))
        rows = connection.execute(
            f"select {LINE}, {cells} from source_cells where {LINE} in ({lines})"  # noqa: S608
        ).fetchall()
        return {
            line: RefusedRow(line, NO_RECORD_NO, self.config.delimiter.join(cells))
            for line, *cells in rows
        }

    def _book_refused(self, delivery: MappedDelivery) -> None:
        delivery.books["refused_rows"] += [
            {
                **self._place(),
                "source_line": row.line,
                "reason": row.reason,
                "raw_text": row.raw_text,
            }
            for _, row in sorted(self.refused.items())
        ]

    def _unused(self) -> list[str]:
        """Return the columns no table uses; nameless ones only if they hold values."""
        cells = self.source.cells
        return [
            name or f"column {number + 1} (no name)"
            for number, name in enumerate(self.source.header)
            if number not in self.used and (name or any(cells[number].to_pylist()))
        ]
