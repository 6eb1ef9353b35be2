"""One workspace refreshed once; tests that change something make a copy."""

from pathlib import Path

import duckdb
import pytest
from workspaces import FILE_X, HOSPITALS, ROOT, made_anew, published, refreshed

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


@pytest.fixture(scope="module")
def warehouse(study_database):
    """That database, open."""
    with duckdb.connect(str(study_database), read_only=True) as connection:
        yield connection


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


@pytest.fixture
def refusal(hospital):
    """Deliver a file beside one that landed: its refusal, landing untouched."""

    def deliver(name, data, format="csv"):
        hospital.describe(files=FILE_X.format(format="csv"))
        hospital.deliver("x.csv", "no,race\n1,a\n", date="2019-12-31")
        hospital.receive()
        before = hospital.landing_bytes()
        assert len(before) > 20
        hospital.describe(files=FILE_X.format(format=format), site="other")
        text = hospital.workspace.root / "sites" / "other" / "site.yml"
        text.write_text(text.read_text().replace("clinic", "other", 1))
        hospital.deliver(name, data, site="other")
        verdicts = {verdict.name: verdict for verdict in hospital.receive()}
        (problem,) = verdicts["other 2020-01-31"].problems
        after = hospital.landing_bytes()
        assert {path: after[path] for path in before} == before
        assert not [path for path in after if "site=other/delivery" in path.as_posix()]
        assert (problem.exit_code, problem.file) == (3, name)
        return problem

    return deliver
