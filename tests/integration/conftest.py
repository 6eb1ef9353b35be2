"""One workspace refreshed once; tests that change something make a copy."""

from pathlib import Path

import pytest
from workspaces import HOSPITALS, ROOT, published, refreshed

from oncohort.workspace import Workspace


@pytest.fixture(scope="session")
def study_workspace(tmp_path_factory) -> Workspace:
    """The committed extracts of all sites, from files to publication."""
    root = tmp_path_factory.mktemp("study")
    return refreshed(root, ROOT / "extracts", [*HOSPITALS, "tcga"])


@pytest.fixture(scope="session")
def study_database(study_workspace) -> Path:
    """The database published from the committed extracts."""
    return published(study_workspace)
