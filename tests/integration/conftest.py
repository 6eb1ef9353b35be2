"""One workspace refreshed once; tests that change something make a copy."""

from pathlib import Path

import pytest
from workspaces import HOSPITALS, ROOT, made_anew, published, refreshed

from oncohort.dbt_run import build
from oncohort.receive.run import receive
from oncohort.synthetic import DEFAULT_SEED, synthesize
from oncohort.workspace import Workspace


@pytest.fixture(scope="session")
def study_workspace(tmp_path_factory) -> Workspace:
    """The committed extracts of all sites, from files to publication."""
    root = tmp_path_factory.mktemp("study")
    return refreshed(root, ROOT / "extracts", [*HOSPITALS, "msk", "tcga"])


@pytest.fixture(scope="session")
def study_database(study_workspace) -> Path:
    """The database published from the committed extracts."""
    return published(study_workspace)


@pytest.fixture(scope="session")
def second_seed(tmp_path_factory) -> tuple[Path, Workspace]:
    """Extracts from a second seed, shuffled and repeated; their workspace refreshed."""
    root = tmp_path_factory.mktemp("second")
    made = made_anew(root / "made", DEFAULT_SEED + 1)
    return made, refreshed(root / "workspace", made / "extracts", HOSPITALS)


@pytest.fixture(scope="session")
def defective_workspace(tmp_path_factory) -> Workspace:
    """Hospitals with planted defects, received and built; `defects.csv` in its root."""
    workspace = Workspace(tmp_path_factory.mktemp("defects"))
    synthesize(workspace.root, say=lambda line: None, with_defects=True)
    verdicts = receive(workspace, say=lambda line: None)
    assert [verdict.status for verdict in verdicts] == ["accepted"] * len(verdicts)
    build(workspace, say=lambda line: None)
    return workspace
