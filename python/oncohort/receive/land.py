"""Writes a mapped delivery to Parquet: contract tables, books and original bytes."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oncohort.contract import Table, book_tables, extract_tables
from oncohort.identity import ROW_DIGITS, keyed_hash_sql, text_literal
from oncohort.receive.journal import commit, incoming_folder
from oncohort.receive.map_rows import MappedEntry
from oncohort.receive.source_table import LINE
from oncohort.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

MANIFEST = "manifest.json"


@dataclass
class MappedDelivery:
    """All that a delivery lands.

    Attributes
    ----------
    site_id, delivered_on : str
        Which delivery.
    entries : list of MappedEntry
        Mapped rows, in temporary tables of the connection.
    books : dict
        Rows of `deliveries` and `refused_rows`.
    originals : dict
        File by the SHA-256 of its bytes.
    manifest : dict
        What `receive` compares to know that nothing changed.
    """

    site_id: str
    delivered_on: str
    entries: list[MappedEntry] = field(default_factory=list)
    books: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    originals: dict[str, Path] = field(default_factory=dict)
    manifest: dict[str, Any] = field(default_factory=dict)

    def add_to_book(self, place: dict[str, Any], counts: dict[str, int]) -> None:
        """Add the counts of one mapping to the row of its file, sheet and table.

        Where several mappings feed one table from one file, such as one per biomarker
        column, each reads every row: all counts are sums over the mappings, so that
        rows read = landed + refused + not meant still holds.
        """
        book = self.books["deliveries"]
        for row in book:
            if all(row[name] == value for name, value in place.items()):
                for name, count in counts.items():
                    row[name] += count
                return
        book.append({**place, **counts})


def partition(table: str, site_id: str, delivered_on: str) -> str:
    """Return the folder of a delivery's rows, relative to the landing zone."""
    return f"{table}/site={site_id}/delivery={delivered_on}"


def land(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    delivery: MappedDelivery,
    key: bytes,
) -> None:
    """Write a delivery beside the landing zone, then move it in as a whole."""
    incoming = incoming_folder(workspace)
    place = (delivery.site_id, delivery.delivered_on)
    for table in extract_tables().values():
        entries = [entry for entry in delivery.entries if entry.table is table]
        if any(entry.n_rows_landed for entry in entries):
            folder = incoming / partition(table.name, *place)
            _write_rows(connection, table, entries, folder, key, *place)
    for name, rows in delivery.books.items():
        if rows or name == "deliveries":
            write_records(book_tables()[name], rows, incoming / partition(name, *place))
    book = incoming / partition("deliveries", *place)
    text = json.dumps(delivery.manifest, indent=1, ensure_ascii=False, sort_keys=True)
    (book / MANIFEST).write_text(text + "\n", encoding="utf-8")
    _copy_originals(workspace, delivery.originals, incoming / "_originals")
    commit(workspace, incoming, _no_longer_fed(workspace, incoming, place))


def _write_rows(connection, table, entries, folder, key, site_id, delivered_on) -> None:
    """Write one contract table, each row with its hash of content and occurrence.

    Rows alike in all columns are numbered; which of them gets which number follows the
    lines, but the set of ids does not, so that a shuffled file gives the same ids.
    """
    folder.mkdir(parents=True)
    names = [column.name for column in table.columns]
    content = ["row_action", "date_basis", *(column.name for column in table.content)]
    stored = [name for name in names if name != "source_row_id"]
    branches = " union all ".join(
        f"select {number} as entry_no, {', '.join(stored)} from {entry.name} "  # noqa: S608
        "where record_no is not null"
        for number, entry in enumerate(entries)
    )
    constants = [text_literal(part) for part in (site_id, delivered_on, table.name)]
    row_id = keyed_hash_sql(
        key,
        [*constants, *content, "cast(coalesce(occurrence, 1) as varchar)"],
        ROW_DIGITS,
    )
    columns = ", ".join(
        f"{row_id} as source_row_id" if name == "source_row_id" else f"mapped.{name}"
        for name in names
    )
    out = text_literal((folder / "part-0.parquet").as_posix())
    connection.execute(f"""
copy (
    with mapped as (select *, hash({", ".join(content)}) as likeness from ({branches})),
    alike as (select likeness from mapped group by likeness having count(*) > 1),
    numbered as (
        select entry_no, {LINE}, row_number() over (
            partition by likeness order by source_file, source_sheet, {LINE}, entry_no
        ) as occurrence
        from mapped where likeness in (select likeness from alike)
    )
    select {columns} from mapped
    left join numbered
        on mapped.entry_no = numbered.entry_no and mapped.{LINE} = numbered.{LINE}
) to {out} (format parquet, compression zstd)""")  # noqa: S608


def write_records(table: Table, rows: list[dict[str, Any]], folder: Path) -> None:
    """Write rows of a book or configuration table, columns as the contract has them."""
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(records(table, rows), folder / "part.parquet", compression="zstd")


def records(table: Table, rows: list[dict[str, Any]]) -> Any:
    """Return rows as an Arrow table with the contract's columns and types."""
    import pyarrow as pa

    types = {
        "varchar": pa.string(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "boolean": pa.bool_(),
    }
    columns = {
        column.name: pa.array(
            [row.get(column.name) for row in rows], types[column.data_type]
        )
        for column in table.columns
    }
    return pa.table(columns)


def _copy_originals(workspace: Workspace, originals: dict[str, Path], to: Path) -> None:
    for sha256, path in originals.items():
        if not (workspace.originals / sha256).exists():
            to.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to / sha256)


def _no_longer_fed(workspace: Workspace, incoming: Path, place) -> list[Path]:
    tables = [*extract_tables(), *book_tables()]
    folders = [partition(table, *place) for table in tables]
    return [
        workspace.landing / folder
        for folder in folders
        if (workspace.landing / folder).exists() and not (incoming / folder).exists()
    ]
