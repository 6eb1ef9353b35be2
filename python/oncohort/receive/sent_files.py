"""The files of one delivery as sent: which are read, and whether they were altered."""

import dataclasses
import fnmatch
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.contract import EXTRACT_YML, LANDING_YML
from oncohort.errors import DeliveryRefused
from oncohort.identity import key_fingerprint
from oncohort.receive.site_config import FileConfig, SiteConfig
from oncohort.receive.source_table import tidy
from oncohort.workspace import (
    Workspace,
    is_hidden,
    is_iso_date,
    project_root,
    sha256_of,
)


class SentFiles:
    """The files of `extracts/<site>/<date>`, and what `site.yml` says of them.

    `files` has name -> path, `sha256` name -> hash; `read` is `sha256` of those that
    are read; `matched` has each entry of `site.yml` with the names it matches;
    `mapping` is a hash of all that decides how these bytes become rows.

    Raises
    ------
    DeliveryRefused
        If the folder is no date, a file lies outside it or a dictionary is missing.
    """

    def __init__(
        self, workspace: Workspace, folder: Path, config: SiteConfig, key: bytes
    ) -> None:
        """Look at the folder; the files are hashed, not yet read."""
        self.workspace = workspace
        self.place = (config.site_id, folder.name)
        self.shown = f"extracts/{config.site_id}/{folder.name}"
        self._check_date(folder.name)
        self.files = self._files(folder)
        self.matched = [
            (entry, [name for name in self.files if matches(name, entry.match)])
            for entry in config.files
        ]
        patterns = {entry.dictionary for entry in config.files} - {None}
        self.dictionaries = {one: self._dictionary(one) for one in sorted(patterns)}
        used = set(self.dictionaries.values())
        read = {name for _, names in self.matched for name in names}
        read |= {name for name, path in self.files.items() if path in used}
        self.sha256 = {name: sha256_of(path) for name, path in self.files.items()}
        self.read = {name: self.sha256[name] for name in sorted(read)}
        kept = sorted(used - set(self.files.values()))
        self.mapping = _mapping_sha256(config, key, [sha256_of(path) for path in kept])

    @property
    def originals(self) -> dict[str, Path]:
        """SHA-256 -> path of the files that are read."""
        return {sha256: self.files[name] for name, sha256 in self.read.items()}

    def _check_date(self, name: str) -> None:
        if not is_iso_date(name):
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

    def _dictionary(self, pattern: str) -> Path:
        """Return the one file, of the delivery or else of the site's folder."""
        folder = self.workspace.site_dirs()[self.place[0]]
        kept = {path.name: path for path in sorted(folder.iterdir())}
        for files in (self.files, kept):
            found = [name for name in files if matches(name, pattern)]
            if len(found) == 1:
                return files[found[0]]
            if found:
                break
        raise DeliveryRefused(
            f"`dictionary: {pattern}` names {', '.join(found) or 'no file'}",
            "put the project's data dictionary into the delivery, or for all of them "
            f"into sites/{self.place[0]}/, and name that one file",
            file=self.shown,
        )

    def refuse_altered(self, then: dict[str, Any]) -> None:
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

    def missing(self, config: FileConfig) -> DeliveryRefused:
        """Return the refusal of a delivery that lacks a file."""
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


def _mapping_sha256(config: SiteConfig, key: bytes, known: list[str]) -> str:
    """Return a hash of all that decides how a site's bytes become rows.

    `known` has the hashes of the files beside `site.yml` that take part in it.
    """
    files = [dataclasses.asdict(file) for file in config.files]
    text = json.dumps(
        [files, key_fingerprint(key), _code_sha256(), *known], sort_keys=True
    )
    return hashlib.sha256(text.encode()).hexdigest()
