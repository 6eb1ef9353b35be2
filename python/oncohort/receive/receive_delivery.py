"""Takes one delivery from bytes to landed rows, or refuses it whole."""

import shutil
from pathlib import Path

from oncohort.contract import extract_tables
from oncohort.errors import DeliveryRefused
from oncohort.receive.delivery_files import (
    Delivery,
    check_folder_name,
    files_of,
    matched_files,
    sha256_of,
)
from oncohort.receive.journal import incoming_folder
from oncohort.receive.land import MappedDelivery, land
from oncohort.receive.map_rows import (
    NO_RECORD_NO,
    SHOWN_UNREADABLE,
    MappedEntry,
    map_rows,
    unreadable_dates,
)
from oncohort.receive.mapping_query import Origin
from oncohort.receive.read_delimited import read_delimited
from oncohort.receive.read_workbook import read_workbook
from oncohort.receive.site_config import FileConfig, SiteConfig
from oncohort.receive.source_table import LINE, RefusedRow, SourceTable
from oncohort.receive.unchanged import is_unchanged, landed_manifest, mapping_sha256
from oncohort.receive.verdict import (
    ACCEPTED,
    REFUSED,
    UNCHANGED,
    FileReport,
    Verdict,
)
from oncohort.workspace import Workspace


def receive_delivery(
    workspace: Workspace, delivery: Delivery, config: SiteConfig, key: bytes
) -> Verdict:
    """Land a delivery unless it has landed or cannot be read as a whole."""
    verdict = Verdict(delivery.site_id, delivery.delivered_on, ACCEPTED)
    try:
        check_folder_name(delivery)
        files = files_of(delivery)
        work = _Work(workspace, delivery, config, key, files, verdict)
        if work.is_unchanged():
            verdict.status = UNCHANGED
        else:
            work.map_files()
            work.land()
    except DeliveryRefused as refusal:
        verdict.problems.append(refusal)
    if verdict.problems:
        verdict.status = REFUSED
        verdict.files = []
    return verdict


class _Work:
    """One delivery on its way; problems of all its files are gathered."""

    def __init__(
        self,
        workspace: Workspace,
        delivery: Delivery,
        config: SiteConfig,
        key: bytes,
        files: dict[str, Path],
        verdict: Verdict,
    ) -> None:
        self.workspace = workspace
        self.delivery = delivery
        self.key = key
        self.files = files
        self.verdict = verdict
        self.matched = matched_files(config, files)
        self.sha256 = {name: sha256_of(path) for name, path in files.items()}
        read = sorted({name for _, names in self.matched for name in names})
        self.manifest = {
            "files": {name: self.sha256[name] for name in read},
            "mapping": mapping_sha256(config, key),
        }
        self.mapped = MappedDelivery(delivery.site_id, delivery.delivered_on)

    def is_unchanged(self) -> bool:
        """Whether the same bytes have landed under the same mapping."""
        landed = landed_manifest(self.workspace, self.delivery)
        if landed is None:
            return False
        now = {**self.manifest, "present": self.sha256}
        if is_unchanged(landed, now, self.delivery):
            return True
        self.verdict.notes.append("the mapping changed since it landed: landed again")
        return False

    def map_files(self) -> None:
        """Read and map every file; gather the problems of each."""
        import duckdb

        self.connection = duckdb.connect()
        self.mapped.books = {"deliveries": [], "refused_rows": []}
        for config, names in self.matched:
            if not names and not config.optional:
                self.verdict.problems.append(self._missing_file(config))
            for name in names:
                try:
                    self._map_file(config, name)
                except DeliveryRefused as refusal:
                    self.verdict.problems.append(refusal)
        unread = sorted(set(self.files) - set(self.manifest["files"]))
        if unread:
            listed = ", ".join(unread)
            self.verdict.notes.append(f"files that site.yml does not name: {listed}")

    def land(self) -> None:
        """Write what was mapped, unless there was a problem."""
        if not self.verdict.problems:
            self.mapped.manifest = self.manifest
            read = self.manifest["files"]
            self.mapped.originals = {read[name]: self.files[name] for name in read}
            land(self.workspace, self.connection, self.mapped, self.key)
        self.connection.close()

    def _missing_file(self, config: FileConfig) -> DeliveryRefused:
        there = ", ".join(list(self.files)[:12]) or "no file at all"
        return DeliveryRefused(
            f"no file matches `{config.match}`; the delivery holds {there}",
            "ask the site for the file, correct `match` in site.yml, or say "
            "`optional: true` there",
            file=f"extracts/{self.delivery.site_id}/{self.delivery.delivered_on}",
        )

    def _map_file(self, config: FileConfig, name: str) -> None:
        source = self._read(config, name)
        report = FileReport(name, source.sheet, source.n_rows_read)
        origin = Origin(
            self.delivery.site_id,
            self.delivery.delivered_on,
            self.sha256[name],
            self.key,
        )
        self.connection.register("source_cells", source.cells)
        refused = {row.line: row for row in source.refused}
        used: set[int] = set()
        for table_config in config.tables:
            mapped = map_rows(
                self.connection,
                source,
                config,
                table_config,
                extract_tables()[table_config.table],
                origin,
                f"mapped_{len(self.mapped.entries)}",
            )
            self.mapped.entries.append(mapped)
            used |= mapped.used_columns
            self._book(config, source, mapped, report)
            report.unreadable += unreadable_dates(
                self.connection, mapped, source, config, table_config
            )
            if mapped.n_rows_without_record_no:
                refused |= self._without_record_no(config, source, mapped)
        self._book_refused(source, self.sha256[name], refused)
        self.connection.unregister("source_cells")
        report.unused_columns = _unused(source, used)
        report.unreadable = report.unreadable[:SHOWN_UNREADABLE]
        self.verdict.files.append(report)

    def _read(self, config: FileConfig, name: str) -> SourceTable:
        path = self.files[name]
        if config.format == "xlsx":
            return read_workbook(path, name, config)
        # not the system's temporary folder: the text holds patients
        scratch = incoming_folder(self.workspace)
        try:
            return read_delimited(path, name, config, scratch / "text")
        finally:
            shutil.rmtree(scratch)

    def _book(
        self,
        config: FileConfig,
        source: SourceTable,
        mapped: MappedEntry,
        report: FileReport,
    ) -> None:
        n_refused = len(source.refused) + mapped.n_rows_without_record_no
        self.mapped.add_to_book(
            {
                **self._place(source, mapped.file_sha256),
                "table_name": mapped.table.name,
                "delivery_kind": config.delivery_kind,
            },
            {
                "n_rows_read": source.n_rows_read,
                "n_rows_landed": mapped.n_rows_landed,
                "n_rows_refused": n_refused,
                "n_rows_not_meant": mapped.n_rows_not_meant,
                "n_values_unreadable": mapped.n_values_unreadable,
            },
        )
        report.tables.append(
            {
                "name": mapped.table.name,
                "n_landed": mapped.n_rows_landed,
                "n_refused": n_refused,
                "n_not_meant": mapped.n_rows_not_meant,
                "n_unreadable": mapped.n_values_unreadable,
            }
        )
        report.n_values_unreadable += mapped.n_values_unreadable

    def _place(self, source: SourceTable, sha256: str) -> dict[str, object]:
        return {
            "site_id": self.delivery.site_id,
            "delivered_on": self.delivery.delivered_on,
            "source_file": source.file,
            "source_sheet": source.sheet,
            "file_sha256": sha256,
        }

    def _without_record_no(
        self, config: FileConfig, source: SourceTable, mapped: MappedEntry
    ) -> dict[int, RefusedRow]:
        lines = f"select {LINE} from {mapped.name} where record_no is null"  # noqa: S608
        cells = ", ".join(f"c{number}" for number in range(len(source.header)))
        rows = self.connection.execute(
            f"select {LINE}, {cells} from source_cells where {LINE} in ({lines})"  # noqa: S608
        ).fetchall()
        return {
            line: RefusedRow(line, NO_RECORD_NO, config.delimiter.join(cells))
            for line, *cells in rows
        }

    def _book_refused(
        self, source: SourceTable, sha256: str, refused: dict[int, RefusedRow]
    ) -> None:
        place = self._place(source, sha256)
        self.mapped.books["refused_rows"] += [
            {
                **place,
                "source_line": row.line,
                "reason": row.reason,
                "raw_text": row.raw_text,
            }
            for _, row in sorted(refused.items())
        ]


def _unused(source: SourceTable, used: set[int]) -> list[str]:
    return [
        name or f"column {number + 1} (no name)"
        for number, name in enumerate(source.header)
        if number not in used and (name or any(source.cells[number].to_pylist()))
    ]
