"""Workspaces of the tests: extracts copied, refreshed, looked up."""

import shutil
from pathlib import Path

from oncohort.refresh import refresh
from oncohort.workspace import Workspace

ROOT = Path(__file__).parents[2]
HOSPITALS = sorted(path.name for path in (ROOT / "extracts").glob("hospital_*"))


def refreshed(root: Path, extracts: Path, sites: list[str]) -> Workspace:
    """A workspace with the deliveries of some sites, refreshed."""
    for site in sites:
        shutil.copytree(extracts / site, root / "extracts" / site)
    workspace = Workspace(root)
    refresh(workspace, say=lambda line: None)
    return workspace


def published(workspace: Workspace) -> Path:
    """The database that CURRENT names."""
    publication = workspace.current.read_text("utf-8").strip()
    return workspace.published / publication / "oncohort.duckdb"
