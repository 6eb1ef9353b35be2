"""Where things are: the project (code) and the workspace (all data)."""

import datetime
import hashlib
import os
import shutil
from pathlib import Path

from oncohort.errors import ConfigError

# Landed Parquet below which threads of the engine's own slow a build (measured: 8 MB,
# 10 s with two, 9 s with one); at 100,000 patients there are 230 MB.
SMALL_BYTES = 40_000_000
# Above which two models at once run out of memory (measured: a million patients, 4 GB).
LARGE_BYTES = 1_000_000_000


def project_root() -> Path:
    """Return the folder that holds `dbt_project.yml`; `ONCOHORT_HOME` names another.

    Raises
    ------
    ConfigError
        If there is no `dbt_project.yml`.
    """
    root = Path(os.environ.get("ONCOHORT_HOME") or Path(__file__).parents[2])
    if not (root / "dbt_project.yml").is_file():
        raise ConfigError(
            "the project's files were not found",
            "set ONCOHORT_HOME to the folder that holds dbt_project.yml",
            file=root / "dbt_project.yml",
        )
    return root.resolve()


def is_hidden(name: str) -> bool:
    """Return whether a file or folder is no data: hidden, or a lock of an office."""
    return name.startswith((".", "~$"))


def is_iso_date(text: str) -> bool:
    """Return whether a text is a date such as 2024-03-31."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Workspace:
    """One folder off which all data hang.

    The one given, else `ONCOHORT_WORKSPACE`, else the project's root.
    """

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        """Find the folder; nothing is made yet."""
        self.project = project_root()
        chosen = root or os.environ.get("ONCOHORT_WORKSPACE") or self.project
        self.root = Path(chosen).expanduser().resolve()
        self.extracts = self.root / "extracts"
        self.landing = self.root / "landing"
        self.originals = self.landing / "_originals"
        self.working_db = self.root / "warehouse" / "working" / "oncohort.duckdb"
        self.published = self.root / "warehouse" / "published"
        self.current = self.published / "CURRENT"
        self.queries = self.root / "queries"
        self.report = self.root / "report"
        self.study_copies = self.root / "target" / "studies"
        self.logs = self.root / "logs"
        self.lock_file = self.root / "warehouse" / "writer.lock"

    def create(self) -> None:
        """Make the folders that a user or dbt writes into."""
        for folder in (self.extracts, self.landing, self.working_db.parent):
            folder.mkdir(parents=True, exist_ok=True)
        self.published.mkdir(parents=True, exist_ok=True)

    def relative(self, path: Path) -> str:
        """Return a path as shown to people: from the workspace, with `/`."""
        for base in (self.root, self.project):
            if path.is_relative_to(base):
                return path.relative_to(base).as_posix()
        return path.as_posix()

    def site_dirs(self) -> dict[str, Path]:
        """Return site -> folder; a workspace's site hides the project's."""
        return self._children("sites", "site.yml")

    def study_dirs(self) -> dict[str, Path]:
        """Return study -> folder; a workspace's study hides the project's."""
        return self._children("studies", "")

    def _children(self, parent: str, member: str) -> dict[str, Path]:
        found = {}
        for base in (self.project, self.root):
            for folder in sorted((base / parent).glob("*/")):
                if not is_hidden(folder.name) and (folder / member).exists():
                    found[folder.name] = folder
        return dict(sorted(found.items()))

    def has_own_studies(self) -> bool:
        """Return whether the workspace brings studies beside the project's."""
        return (self.root / "studies").is_dir() and self.root != self.project

    def copy_own_studies(self) -> None:
        """Copy the workspace's own models for dbt, which must not see the originals.

        dbt writes compiled SQL to `<target>/run/<path of the model>`; joined with an
        absolute path that is the model itself, and dbt would overwrite it.
        """
        shutil.rmtree(self.study_copies, ignore_errors=True)
        if self.has_own_studies():
            shutil.copytree(self.root / "studies", self.study_copies)

    def environment(self) -> dict[str, str]:
        """Return the environment variables through which dbt finds this workspace."""
        variables = {"ONCOHORT_WORKSPACE": self.root.as_posix()}
        if self.has_own_studies():
            variables["ONCOHORT_STUDY_PATH"] = self.study_copies.as_posix()
        # the endpoint marts unite the `<study>__entries` of these
        studies = ",".join(
            study
            for study, folder in self.study_dirs().items()
            if any(folder.rglob(f"{study}__entries.sql"))
        )
        if studies:
            variables["ONCOHORT_STUDIES"] = studies
        landed = self.landing.glob("*/site=*/*/*.parquet")
        n_bytes = sum(path.stat().st_size for path in landed)
        if n_bytes < SMALL_BYTES:
            variables["ONCOHORT_ENGINE_THREADS"] = "1"
        if n_bytes > LARGE_BYTES:
            variables["ONCOHORT_MODELS_AT_ONCE"] = "1"
        return variables

    def current_id(self) -> str | None:
        """Return the id of the current publication, None before the first."""
        try:
            name = self.current.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return name if name and (self.published / name).is_dir() else None

    def current_publication(self) -> Path | None:
        """Return the folder of the current publication, None before the first."""
        name = self.current_id()
        return self.published / name if name else None
