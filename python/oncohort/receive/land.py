"""Writes a mapped delivery to Parquet: contract tables, books and original bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from oncohort.contract import Table, book_tables, extract_tables
from oncohort.identity import ROW_DIGITS, text_literal
from oncohort.receive.journal import partition
from oncohort.receive.verdict import FileReport
from oncohort.workspace import Workspace

MANIFEST = "manifest.json"


def write_rows(connection, table: Table, rows: str, path: Path) -> None:
    """Write mapped rows (`from ...`) of one contract table; those of no patient not."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(column.name for column in table.columns)
    connection.execute(
        f"copy (select {columns} {rows} where record_no is not null) "  # noqa: S608
        f"to {text_literal(path.as_posix())} (format parquet, compression zstd)"
    )


def number_twins(connection, folder: Path) -> None:
    """Give rows alike in all columns ids of their own, in all files of a table.

    They are numbered by file and line. The set of ids does not depend on that order:
    a shuffled file gives the same ids.
    """
    pattern = text_literal((folder / "*.parquet").as_posix())
    files = f"read_parquet({pattern}, hive_partitioning = false"
    twins = f"select source_row_id from {files}) group by all having count(*) > 1"  # noqa: S608
    if connection.execute(f"{twins} limit 1").fetchone() is None:
        return
    parts = sorted(folder.glob("*.parquet"))
    draft = folder / "part.tmp"
    twin_id = f"left(sha256(concat(source_row_id, occurrence)), {ROW_DIGITS})"
    connection.execute(f"""
copy (
    with twins as (
        select filename, source_line, row_number() over (
            partition by source_row_id order by filename, source_line
        ) as occurrence
        from {files}, filename = true) where source_row_id in ({twins})
    )
    select * exclude (filename, occurrence) replace (
        if(occurrence > 1, {twin_id}, source_row_id) as source_row_id
    )
    from {files}, filename = true) left join twins using (filename, source_line)
    order by filename, source_line
) to {text_literal(draft.as_posix())} (format parquet, compression zstd)""")  # noqa: S608
    for part in parts:
        part.unlink()
    draft.rename(parts[0])


def write_books(
    incoming: Path,
    place: tuple[str, str],
    books: dict[str, list[dict[str, Any]]],
    manifest: dict[str, Any],
) -> None:
    """Write what is known of a delivery (`place`: site and date), by name of the book.

    By the manifest the next `receive` knows that nothing changed.
    """
    for name, rows in books.items():
        if rows or name == "deliveries":
            write_book(incoming, place, name, rows)
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    path = incoming / partition("deliveries", *place) / MANIFEST
    path.write_text(text + "\n", encoding="utf-8")


def write_book(
    incoming: Path, place: tuple[str, str], name: str, rows: list[dict[str, Any]]
) -> None:
    """Write the rows of one book about a delivery."""
    folder = incoming / partition(name, *place)
    folder.mkdir(parents=True)
    (folder / "part.parquet").write_bytes(parquet_bytes(name, rows))


def copy_originals(
    workspace: Workspace, incoming: Path, originals: dict[str, Path]
) -> None:
    """Copy files as sent (SHA-256 of the bytes -> path) unless the archive has them."""
    (incoming / "_originals").mkdir()
    for sha256, path in originals.items():
        if not (workspace.originals / sha256).exists():
            shutil.copyfile(path, incoming / "_originals" / sha256)


def delivery_books(
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
