"""Finds deliveries and their files: `extracts/<site>/<date>/`, no links out of it."""

import datetime
import fnmatch
import hashlib
from dataclasses import dataclass
from pathlib import Path

from oncohort.errors import ConfigError, DeliveryRefused
from oncohort.receive.site_config import FileConfig, SiteConfig
from oncohort.receive.source_table import tidy
from oncohort.workspace import Workspace

_SKIPPED_PREFIXES = (".", "~$")


@dataclass(frozen=True)
class Delivery:
    """One folder of files as sent."""

    site_id: str
    delivered_on: str
    folder: Path


def delivery_folders(workspace: Workspace, site: str | None) -> list[Delivery]:
    """Return the deliveries under `extracts/`, by site and date.

    Parameters
    ----------
    workspace : Workspace
        Where to look.
    site : str or None
        Only this site's.

    Raises
    ------
    ConfigError
        If a site is named that sent nothing.
    """
    found = []
    for site_folder in _folders(workspace.extracts):
        if site in (None, site_folder.name):
            found += [
                Delivery(site_folder.name, folder.name, folder)
                for folder in _folders(site_folder)
            ]
    if site is not None and not found:
        raise ConfigError(
            f"`{site}` has no delivery",
            f"put its files into extracts/{site}/<date of the extract>/",
            file=f"extracts/{site}",
        )
    return found


def _folders(parent: Path) -> list[Path]:
    if not parent.is_dir():
        return []
    children = sorted(parent.iterdir(), key=lambda child: child.name)
    return [c for c in children if c.is_dir() and not _is_skipped(c.name)]


def _is_skipped(name: str) -> bool:
    return name.startswith(_SKIPPED_PREFIXES)


def check_folder_name(delivery: Delivery) -> None:
    """Refuse a delivery whose folder is no ISO date.

    Raises
    ------
    DeliveryRefused
        With the remedy.
    """
    try:
        is_date = datetime.date.fromisoformat(delivery.delivered_on).isoformat()
    except ValueError:
        is_date = ""
    if is_date != delivery.delivered_on:
        raise DeliveryRefused(
            f"the delivery's folder `{delivery.delivered_on}` is not a date",
            "name it by the date of the extract, such as 2024-03-31",
            file=f"extracts/{delivery.site_id}/{delivery.delivered_on}",
        )


def files_of(delivery: Delivery) -> dict[str, Path]:
    """Return the files of a delivery: name with `/` from its folder -> path.

    Raises
    ------
    DeliveryRefused
        If a link leads out of the delivery's folder.
    """
    home = delivery.folder.resolve()
    found = {}
    for path in sorted(delivery.folder.rglob("*")):
        name = path.relative_to(delivery.folder)
        if not path.is_file() or any(_is_skipped(part) for part in name.parts):
            continue
        if not path.resolve().is_relative_to(home):
            raise DeliveryRefused(
                "the file is a link that leads out of the delivery's folder",
                "put the file itself there",
                file=f"{delivery.site_id}/{delivery.delivered_on}/{name.as_posix()}",
            )
        found[name.as_posix()] = path
    return found


def matched_files(
    config: SiteConfig, files: dict[str, Path]
) -> list[tuple[FileConfig, list[str]]]:
    """Return which files each entry of `site.yml` means; `.gz` may be left out."""
    return [
        (entry, [name for name in files if _matches(name, entry.match)])
        for entry in config.files
    ]


def _matches(name: str, pattern: str) -> bool:
    name, pattern = tidy(name), tidy(pattern)
    unpacked = name[: -len(".gz")] if name.lower().endswith(".gz") else name
    return any(fnmatch.fnmatchcase(n, pattern) for n in (name, unpacked))


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
