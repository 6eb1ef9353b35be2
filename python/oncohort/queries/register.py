"""Issued workbooks: under `queries/<site>/issued/`, append-only, with their SHA-256.

A query was issued if the workbook that holds it is listed in `SHA256SUMS` (the format
of `sha256sum`). The list is written before the workbook gets its name, and a workbook
found under its draft's name is given it: killed in between, nothing is lost.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

from oncohort.errors import ConfigError
from oncohort.workspace import Workspace, is_hidden, is_iso_date, sha256_of

SUMS = "SHA256SUMS"
NAME = re.compile(r"([a-z0-9_]+)-queries-(\d{4}-\d\d-\d\d)(?:-\d+)?")
_RESTORE = (
    "issued workbooks are never changed: restore it from a backup, or from the copy "
    "that was sent"
)


def issued_workbooks(workspace: Workspace, site_id: str) -> dict[Path, str]:
    """Return each issued workbook of a site with its SHA-256, in order of issue.

    Raises
    ------
    ConfigError
        If a listed workbook is missing or has other bytes, or one is not listed.
    """
    folder = workspace.queries / site_id / "issued"
    listed = _listed(workspace, folder)
    for path, sha256 in listed.items():
        draft = _draft(path)
        if not path.is_file() and draft.is_file() and sha256_of(draft) == sha256:
            os.replace(draft, path)
        problem = "is missing"
        if path.is_file():
            problem = "has other bytes" if sha256_of(path) != sha256 else None
        if problem:
            raise ConfigError(
                f"an issued workbook {problem}",
                _RESTORE,
                file=workspace.relative(path),
            )
    for path in sorted(folder.glob("*/*")):
        if path not in listed and not is_hidden(path.name):
            raise ConfigError(
                f"a workbook under issued/ is not listed in {SUMS}",
                "an answered one belongs into answers/<date>/; delete any other",
                file=workspace.relative(path),
            )
    return listed


def add_workbook(
    workspace: Workspace, site_id: str, issued_on: str, content: Callable[[str], bytes]
) -> Path:
    """Write the next workbook of a site; `content` makes its bytes from its name."""
    folder = workspace.queries / site_id / "issued"
    listed = issued_workbooks(workspace, site_id)
    stem, number = f"{site_id}-queries-{issued_on}", 1
    path = folder / issued_on / f"{stem}.xlsx"
    while path in listed:
        number += 1
        path = path.with_name(f"{stem}-{number}.xlsx")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path)
    _write(draft, content(path.stem))
    sums = {**listed, path: sha256_of(draft)}
    lines = [
        f"{sha256}  {workbook.relative_to(folder).as_posix()}\n"
        for workbook, sha256 in sums.items()
    ]
    new_sums = folder / f".{SUMS}.draft"
    _write(new_sums, "".join(lines).encode())
    os.replace(new_sums, folder / SUMS)
    os.replace(draft, path)
    return path


def _listed(workspace: Workspace, folder: Path) -> dict[Path, str]:
    sums = folder / SUMS
    if not sums.is_file():
        return {}
    listed = {}
    for number, line in enumerate(sums.read_text("utf-8").splitlines(), start=1):
        sha256, _, name = line.partition("  ")
        date, _, file = name.partition("/")
        named = NAME.fullmatch(file.removesuffix(".xlsx"))
        if not (
            re.fullmatch("[0-9a-f]{64}", sha256)
            and is_iso_date(date)
            and named
            and named.groups() == (folder.parent.name, date)
        ):
            raise ConfigError(
                "a line of the list of issued workbooks cannot be read",
                _RESTORE,
                file=workspace.relative(sums),
                line=number,
                value=line[:80],
            )
        listed[folder / date / file] = sha256
    return listed


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.draft")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
