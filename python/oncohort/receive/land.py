"""Writes a mapped delivery to Parquet: contract tables, books and original bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oncohort.contract import Table, book_tables, extract_tables
from oncohort.identity import ROW_DIGITS, text_literal
from oncohort.receive.journal import partition
from oncohort.receive.verdict import FileReport
from oncohort.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

MANIFEST = "manifest.json"


def write_delivery(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    incoming: Path,
    place: tuple[str, str],
    reports: list[FileReport],
    originals: dict[str, Path],
    manifest: dict[str, Any],
) -> None:
    """Write a delivery beside the landing zone; `journal.commit` moves it in.

    `place` is its site and date; `originals` holds files by the SHA-256 of their bytes;
    by the manifest the next `receive` knows that nothing changed.
    """
    fed = {table for report in reports for table, _ in report.tables}
    for name, table in extract_tables().items():
        if name in fed:
            _write_rows(connection, table, incoming / partition(name, *place))
    for name, rows in _books(reports, place).items():
        if rows or name == "deliveries":
            folder = incoming / partition(name, *place)
            folder.mkdir(parents=True)
            (folder / "part.parquet").write_bytes(parquet_bytes(name, rows))
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    path = incoming / partition("deliveries", *place) / MANIFEST
    path.write_text(text + "\n", encoding="utf-8")
    (incoming / "_originals").mkdir()
    for sha256, path in originals.items():
        if not (workspace.originals / sha256).exists():
            shutil.copyfile(path, incoming / "_originals" / sha256)


def _write_rows(connection, table: Table, folder: Path) -> None:
    """Write one contract table; rows alike in all columns get ids of their own.

    They are numbered by file and line. The set of ids does not depend on that order:
    a shuffled file gives the same ids.
    """
    (n_rows,) = connection.execute(
        f"select count(record_no) from {table.name}"  # noqa: S608
    ).fetchone()
    if not n_rows:
        return
    connection.execute(f"""
update {table.name}
set source_row_id = left(sha256(concat(source_row_id, occurrence)), {ROW_DIGITS})
from (
    select entry_no as of_entry, source_line as on_line, row_number() over (
        partition by source_row_id order by entry_no, source_line
    ) as occurrence
    from {table.name}
    where source_row_id in (
        select source_row_id from {table.name} group by all having count(*) > 1
    )
)
where entry_no = of_entry and source_line = on_line and occurrence > 1""")  # noqa: S608
    folder.mkdir(parents=True)
    out = text_literal((folder / "part-0.parquet").as_posix())
    columns = ", ".join(column.name for column in table.columns)
    connection.execute(
        f"copy (select {columns} from {table.name} where record_no is not null) "  # noqa: S608
        f"to {out} (format parquet, compression zstd)"
    )


def _books(
    reports: list[FileReport], place: tuple[str, str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of `deliveries` and `refused_rows`.

    Where several mappings feed one table from one file, such as one per biomarker
    column, each reads every row: all counts are sums over the mappings, so that rows
    read = landed + refused + not meant still holds.
    """
    deliveries: dict[tuple, dict[str, Any]] = {}
    refused_rows = []
    for report in reports:
        source = {
            "site_id": place[0],
            "delivered_on": place[1],
            "source_file": report.file,
            "source_sheet": report.sheet,
            "file_sha256": report.file_sha256,
        }
        for table, counts in report.tables:
            row = {**source, "table_name": table, "delivery_kind": report.delivery_kind}
            row = deliveries.setdefault(tuple(row.values()), row)
            for name, count in counts.items():
                row[name] = row.get(name, 0) + count
        refused_rows += [
            {**source, "source_line": line, "reason": reason, "raw_text": text}
            for line, (reason, text) in sorted(report.refused.items())
        ]
    return {"deliveries": list(deliveries.values()), "refused_rows": refused_rows}


def parquet_bytes(name: str, rows: list[dict[str, Any]]) -> bytes:
    """Return rows of a contract table or book as a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {
        "varchar": pa.string(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "boolean": pa.bool_(),
    }
    columns = (extract_tables() | book_tables())[name].columns
    schema = pa.schema([(c.name, types[c.data_type]) for c in columns])
    sink = pa.BufferOutputStream()
    records = pa.Table.from_pylist(rows, schema)
    pq.write_table(records, sink, compression="zstd")
    return sink.getvalue().to_pybytes()
