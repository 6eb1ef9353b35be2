"""Takes one delivery from bytes to landed rows, or refuses it whole."""

import shutil
from pathlib import Path

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
from oncohort.receive.map_file import FileMapping
from oncohort.receive.mapping_query import Origin
from oncohort.receive.read_delimited import read_delimited
from oncohort.receive.read_workbook import read_workbook
from oncohort.receive.site_config import FileConfig, SiteConfig
from oncohort.receive.source_table import SourceTable
from oncohort.receive.unchanged import is_unchanged, landed_manifest, mapping_sha256
from oncohort.receive.verdict import ACCEPTED, REFUSED, UNCHANGED, Verdict
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
                    source = self._read(config, name)
                    mapping = FileMapping(source, config, self._origin(name))
                    report = mapping.run(self.connection, self.mapped)
                    self.verdict.files.append(report)
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

    def _origin(self, name: str) -> Origin:
        return Origin(
            self.delivery.site_id,
            self.delivery.delivered_on,
            self.sha256[name],
            self.key,
        )
