"""Which code and which libraries: for the manifest and for the state."""

import contextlib
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from oncohort.fingerprint import PROJECT_PARTS

_LIBRARIES = ("duckdb", "dbt-core", "dbt-duckdb", "lifelines", "numpy", "scipy")
_SECONDS = 20


def versions() -> dict[str, str]:
    """Return the version of Python, of this package and of the libraries it is on."""
    found = {"python": platform.python_version()}
    for package in ("oncohort", *_LIBRARIES):
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def code(project: Path) -> dict[str, Any]:
    """Return the package's version; where git has the project its commit too.

    `is_dirty`: whether what decides a result differs from that commit.
    """
    found: dict[str, Any] = {"version": versions().get("oncohort")}
    top = _git(project, "rev-parse", "--show-toplevel")
    if top is None or Path(top).resolve() != project:
        return found
    parts = (*PROJECT_PARTS, "sites", "studies")
    changed = _git(project, "status", "--porcelain", "--", *parts)
    commit = _git(project, "rev-parse", "HEAD")
    return found | {"commit": commit, "is_dirty": changed != ""}


def _git(project: Path, *arguments: str) -> str | None:
    """Return what git says, None where there is no git or it does not answer."""
    command = ["git", "--no-optional-locks", "-C", str(project), *arguments]
    try:
        run = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return run.stdout.strip()
