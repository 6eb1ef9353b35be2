"""One delivery: its files as sent, and its way to landed rows or to a refusal."""

import json
import shutil
from pathlib import Path
from typing import Any

from oncohort.errors import DeliveryRefused
from oncohort.judge.gate import judge_delivery, judged_by
from oncohort.receive.journal import commit, incoming_folder, partition
from oncohort.receive.land import (
    MANIFEST,
    copy_originals,
    delivery_books,
    number_twins,
    write_books,
)
from oncohort.receive.map_file import map_file
from oncohort.receive.mapping import Origin
from oncohort.receive.read_delimited import read_delimited
from oncohort.receive.read_parquet import read_parquet
from oncohort.receive.read_sav import read_sav
from oncohort.receive.read_workbook import read_workbook
from oncohort.receive.redcap import redcap_labels
from oncohort.receive.sent_files import SentFiles
from oncohort.receive.site_config import FileConfig, SiteConfig
from oncohort.receive.verdict import ACCEPTED, REFUSED, UNCHANGED, FileReport, Verdict
from oncohort.workspace import Workspace

_MEMORY = "512MB"
READERS = {
    "csv": read_delimited,
    "xlsx": read_workbook,
    "xls": read_workbook,
    "sav": read_sav,
    "parquet": read_parquet,
}


def receive_delivery(
    workspace: Workspace, folder: Path, config: SiteConfig, key: bytes
) -> Verdict:
    """Land `extracts/<site>/<date>` unless it has landed or cannot be read whole."""
    import duckdb

    verdict = Verdict(config.site_id, folder.name, ACCEPTED)
    try:
        _Delivery(workspace, folder, config, key, verdict).receive()
    except DeliveryRefused as refusal:
        verdict.problems.append(refusal)
    except duckdb.OutOfMemoryException as error:
        verdict.problems.append(_too_large(f"extracts/{config.site_id}", error))
    if verdict.problems:
        verdict.status = REFUSED
    return verdict


def _too_large(shown: str, error: Exception) -> DeliveryRefused:
    return DeliveryRefused(
        f"a file needs more than {_MEMORY} of memory: {str(error).splitlines()[0]}",
        "look for thousands of columns or cells of megabytes, which no contract table"
        " has; ask the site for the columns that site.yml names",
        file=shown,
    )


class _Delivery:
    """One delivery on its way; problems of all its files are gathered."""

    def __init__(
        self,
        workspace: Workspace,
        folder: Path,
        config: SiteConfig,
        key: bytes,
        verdict: Verdict,
    ) -> None:
        self.workspace = workspace
        self.place = (config.site_id, folder.name)
        self.key = key
        self.verdict = verdict
        with verdict.timed("decode"):
            self.sent = SentFiles(workspace, folder, config, key)
        self.judged_by = judged_by(workspace, self.place)
        self.columns: dict[str, set[str]] = {}
        for table in (table for file in config.files for table in file.tables):
            self.columns.setdefault(table.table, set()).update(table.columns)

    def receive(self) -> None:
        """Land it, unless the same bytes landed, mapped and judged alike."""
        landed = (
            self.workspace.landing / partition("deliveries", *self.place) / MANIFEST
        )
        if landed.is_file():
            then = json.loads(landed.read_text(encoding="utf-8"))
            self.sent.refuse_altered(then)
            if then["mapping"] != self.sent.mapping:
                changed = "the mapping"
            elif then.get("judged_by", "") != self.judged_by:
                changed = "what judges it (expectations, codes, earlier deliveries)"
            else:
                self.verdict.status = UNCHANGED
                return
            note = f"{changed} changed since it landed: read again"
            self.verdict.notes.append(note)
        unread = ", ".join(sorted(set(self.sent.files) - set(self.sent.read)))
        if unread:
            self.verdict.notes.append(f"files that site.yml does not name: {unread}")
        self._land(incoming_folder(self.workspace))

    def _land(self, incoming: Path) -> None:
        """Write the delivery beside the landing zone, then put it in place whole."""
        import duckdb

        # what does not fit into memory is spilt here, as it holds patients
        self.incoming, self.scratch = incoming, incoming / "_scratch"
        scratch = {"temp_directory": str(self.scratch), "memory_limit": _MEMORY}
        self.scratch.mkdir()
        with duckdb.connect(config=scratch) as connection:
            self._map_files(connection)
            with self.verdict.timed("land"):
                for folder in incoming.glob("*/site=*/*"):
                    number_twins(connection, folder)
        if not self.verdict.problems:
            self._write_books()
            with self.verdict.timed("check"):
                judged = judge_delivery(
                    self.workspace, incoming, self.place, self.columns
                )
            self.verdict.results, self.verdict.problems = judged
        if self.verdict.problems:
            shutil.rmtree(incoming)
            return
        with self.verdict.timed("land"):
            copy_originals(self.workspace, incoming, self.sent.originals)
            commit(self.workspace, incoming, self.place)

    def _write_books(self) -> None:
        manifest = {
            "files": self.sent.read,
            "mapping": self.sent.mapping,
            "judged_by": self.judged_by,
        }
        with self.verdict.timed("land"):
            books = delivery_books(self.verdict.files, self.place)
            write_books(self.incoming, self.place, books, manifest)

    def _map_files(self, connection: Any) -> None:
        # a workbook is one file, told once, though each sheet has its entry
        missing = {
            config.match: self.sent.missing(config)
            for config, names in self.sent.matched
            if not names and not config.optional
        }
        self.verdict.problems.extend(missing.values())
        for number, (config, names) in enumerate(self.sent.matched):
            for position, name in enumerate(names):
                place = f"{number:03}-{position:04}"
                try:
                    report = self._map_file(connection, config, name, place)
                    self.verdict.files.append(report)
                except DeliveryRefused as refusal:
                    self.verdict.problems.append(refusal)

    def _map_file(
        self, connection: Any, config: FileConfig, name: str, place: str
    ) -> FileReport:
        def out(table: str, entry: int) -> Path:
            """Name a file so that the files of a table sort as they were read."""
            folder = self.incoming / partition(table, *self.place)
            return folder / f"part-{place}-{entry:03}.parquet"

        with self.verdict.timed("decode"):
            source = READERS[config.format](self.sent.files[name], name, config)
            if config.dictionary and config.labels:
                path = self.sent.dictionaries[config.dictionary]
                source.labels = redcap_labels(path, path.name, source.header)
            # a name of its own: DuckDB may remember a file's pages by its name
            scratch = self.scratch / f"{place}.parquet"
            source.load(connection, scratch)
        with self.verdict.timed("map"):
            origin = Origin(*self.place, self.sent.sha256[name], self.key)
            report = map_file(connection, source, config, origin, out)
        scratch.unlink(missing_ok=True)
        return report
