"""One delivery: its files as sent, and its way to landed rows or to a refusal."""

import dataclasses
import datetime
import fnmatch
import hashlib
import json
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.contract import EXTRACT_YML, LANDING_YML
from oncohort.errors import DeliveryRefused
from oncohort.identity import key_fingerprint
from oncohort.receive.journal import commit, incoming_folder, partition
from oncohort.receive.land import MANIFEST, write_delivery
from oncohort.receive.map_file import make_tables, map_file
from oncohort.receive.mapping import Origin
from oncohort.receive.read_delimited import read_delimited
from oncohort.receive.read_workbook import read_workbook
from oncohort.receive.site_config import FileConfig, SiteConfig
from oncohort.receive.source_table import tidy
from oncohort.receive.verdict import ACCEPTED, REFUSED, UNCHANGED, FileReport, Verdict
from oncohort.workspace import Workspace, is_hidden, project_root, sha256_of

_MEMORY = "512MB"


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
        verdict.files = []
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
        self.shown = f"extracts/{config.site_id}/{folder.name}"
        self.key = key
        self.verdict = verdict
        self._check_date(folder.name)
        self.files = self._files(folder)
        self.matched = [
            (entry, [name for name in self.files if matches(name, entry.match)])
            for entry in config.files
        ]
        self.sha256 = {name: sha256_of(path) for name, path in self.files.items()}
        read = sorted({name for _, names in self.matched for name in names})
        self.read = {name: self.sha256[name] for name in read}
        self.mapping = _mapping_sha256(config, key)

    def _check_date(self, name: str) -> None:
        try:
            is_date = datetime.date.fromisoformat(name).isoformat() == name
        except ValueError:
            is_date = False
        if not is_date:
            raise DeliveryRefused(
                f"the delivery's folder `{name}` is not a date",
                "name it by the date of the extract, such as 2024-03-31",
                file=self.shown,
            )

    def _files(self, folder: Path) -> dict[str, Path]:
        """Return name with `/` from the delivery's folder -> path."""
        found = {}
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if not path.is_file() or any(map(is_hidden, name.parts)):
                continue
            if not path.resolve().is_relative_to(folder.resolve()):
                raise DeliveryRefused(
                    "the file is a link that leads out of the delivery's folder",
                    "put the file itself there",
                    file="/".join([*self.place, name.as_posix()]),
                )
            found[name.as_posix()] = path
        return found

    def receive(self) -> None:
        """Land it, unless the same bytes have landed under the same mapping."""
        landed = (
            self.workspace.landing / partition("deliveries", *self.place) / MANIFEST
        )
        if landed.is_file():
            then = json.loads(landed.read_text(encoding="utf-8"))
            self._refuse_altered(then)
            if then["mapping"] == self.mapping:
                self.verdict.status = UNCHANGED
                return
            note = "the mapping changed since it landed: landed again"
            self.verdict.notes.append(note)
        unread = ", ".join(sorted(set(self.files) - set(self.read)))
        if unread:
            self.verdict.notes.append(f"files that site.yml does not name: {unread}")
        self._land(incoming_folder(self.workspace))

    def _land(self, incoming: Path) -> None:
        import duckdb

        # what does not fit into memory is spilt here, as it holds patients
        scratch = {"temp_directory": str(incoming / "spilt"), "memory_limit": _MEMORY}
        with duckdb.connect(config=scratch) as connection:
            make_tables(connection)
            self._map_files(connection)
            if not self.verdict.problems:
                write_delivery(
                    self.workspace,
                    connection,
                    incoming,
                    self.place,
                    self.verdict.files,
                    {self.read[name]: self.files[name] for name in self.read},
                    {"files": self.read, "mapping": self.mapping},
                )
        if self.verdict.problems:
            shutil.rmtree(incoming)
        else:
            commit(self.workspace, incoming, self.place)

    def _refuse_altered(self, then: dict[str, Any]) -> None:
        """Refuse bytes that are not those that landed."""
        altered = [
            f"{name} is gone" for name in then["files"] if name not in self.files
        ]
        altered += [
            f"{name} has other bytes"
            for name, sha256 in then["files"].items()
            if self.sha256.get(name, sha256) != sha256
        ]
        if then["mapping"] == self.mapping:
            altered += [f"{n} is new" for n in self.read if n not in then["files"]]
        if altered:
            raise DeliveryRefused(
                f"the delivery was altered after it landed: {', '.join(altered)}",
                "put a corrected extract into a new folder, "
                f"extracts/{self.place[0]}/<its date>/, and restore {self.place[1]}; "
                "the bytes that landed are kept in landing/_originals under their "
                "SHA-256",
                file=self.shown,
            )

    def _map_files(self, connection: Any) -> None:
        entry_no = 0
        for config, names in self.matched:
            if not names and not config.optional:
                self.verdict.problems.append(self._missing_file(config))
            for name in names:
                try:
                    report = self._map_file(connection, config, name, entry_no)
                    self.verdict.files.append(report)
                except DeliveryRefused as refusal:
                    self.verdict.problems.append(refusal)
                entry_no += len(config.tables)

    def _map_file(
        self, connection: Any, config: FileConfig, name: str, entry_no: int
    ) -> FileReport:
        read = read_workbook if config.format == "xlsx" else read_delimited
        source = read(self.files[name], name, config)
        origin = Origin(*self.place, self.sha256[name], self.key)
        return map_file(connection, source, config, origin, entry_no)

    def _missing_file(self, config: FileConfig) -> DeliveryRefused:
        there = ", ".join(list(self.files)[:12]) or "no file at all"
        return DeliveryRefused(
            f"no file matches `{config.match}`; the delivery holds {there}",
            "ask the site for the file, correct `match` in site.yml, or say "
            "`optional: true` there",
            file=self.shown,
        )


def matches(name: str, pattern: str) -> bool:
    """Return whether a file is meant; `.gz` may be left out of the pattern."""
    name = tidy(name)
    unpacked = name[:-3] if name.lower().endswith(".gz") else name
    return any(fnmatch.fnmatchcase(n, tidy(pattern)) for n in (name, unpacked))


@lru_cache
def _code_sha256() -> str:
    """Hash of what turns bytes into rows, whatever the site: code and contract."""
    package = Path(__file__).parent
    sources = [*sorted(package.glob("*.py")), package.parent / "identity.py"]
    sources += [project_root() / EXTRACT_YML, project_root() / LANDING_YML]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


def _mapping_sha256(config: SiteConfig, key: bytes) -> str:
    """Return a hash of all that decides how a site's bytes become rows."""
    files = [dataclasses.asdict(file) for file in config.files]
    text = json.dumps([files, key_fingerprint(key), _code_sha256()], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
