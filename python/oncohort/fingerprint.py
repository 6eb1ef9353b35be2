"""One hash over all that decides what a refresh publishes."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from oncohort.identity import id_key, key_fingerprint
from oncohort.workspace import Workspace

PROJECT_PARTS = (
    "seeds",
    "models",
    "macros",
    "tests/sql",
    "expectations",
    "python/oncohort",
    "dbt_project.yml",
    "profiles.yml",
    "requirements.lock",
)
_SKIPPED = ("__pycache__",)


def fingerprint(workspace: Workspace) -> str:
    """Return the SHA-256 over the names and bytes of extracts, configuration and code.

    Parameters
    ----------
    workspace : Workspace
        Its extracts, sites and studies, and the project's code.
    """
    total = hashlib.sha256(key_fingerprint(id_key(workspace)).encode())
    for name, path in _inputs(workspace):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{name}\0{digest}\n".encode())
    return total.hexdigest()


def _inputs(workspace: Workspace) -> Iterator[tuple[str, Path]]:
    yield from _files("extracts", workspace.extracts)
    for site, folder in workspace.site_dirs().items():
        yield from _files(f"sites/{site}", folder)
    for study, folder in workspace.study_dirs().items():
        yield from _files(f"studies/{study}", folder)
    for part in PROJECT_PARTS:
        yield from _files(part, workspace.project / part)


def _files(label: str, path: Path) -> Iterator[tuple[str, Path]]:
    if path.is_file():
        yield label, path
    for file in sorted(path.rglob("*")) if path.is_dir() else ():
        name = file.relative_to(path)
        hidden = any(part.startswith(".") or part in _SKIPPED for part in name.parts)
        if file.is_file() and not hidden:
            yield f"{label}/{name.as_posix()}", file
