"""Workspaces of the tests: extracts copied, refreshed, looked up."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from shuffled import shuffle_site

from oncohort.refresh import refresh
from oncohort.synthetic import synthesize
from oncohort.workspace import Workspace

ROOT = Path(__file__).parents[2]
HOSPITALS = sorted(path.name for path in (ROOT / "extracts").glob("hospital_*"))


# a file x.* that feeds patients
FILE_X = """\
  - match: "x.*"
    format: {format}
    tables:
      - table: patients
        columns: {{record_no: no, race: race}}
"""


def refreshed(root: Path, extracts: Path, sites: list[str]) -> Workspace:
    """A workspace with the deliveries of some sites, refreshed."""
    for site in sites:
        shutil.copytree(extracts / site, root / "extracts" / site)
    workspace = Workspace(root)
    refresh(workspace, say=lambda line: None)
    return workspace


def made_anew(root: Path, seed: int) -> Path:
    """Extracts and truth from a seed; rows in another order, one in forty twice."""
    synthesize(root, seed=seed, say=lambda line: None)
    for site in HOSPITALS:
        config = yaml.safe_load((ROOT / "sites" / site / "site.yml").read_text("utf-8"))
        folder, order = root / "extracts" / site, random.Random(seed)
        assert shuffle_site(config, folder, order, is_repeating=True)
    return root


def published(workspace: Workspace) -> Path:
    """The database that CURRENT names."""
    publication = workspace.current.read_text("utf-8").strip()
    return workspace.published / publication / "oncohort.duckdb"


def dbt_build(
    workspace: Path, *options: str, project: Path = ROOT
) -> subprocess.CompletedProcess:
    """Plain `dbt build`, from the project's root, as a data manager runs it."""
    return dbt(workspace, "build", *options, project=project)


def dbt(
    workspace: Path, *words: str, project: Path = ROOT
) -> subprocess.CompletedProcess:
    """Plain dbt on a workspace."""
    environment = {
        **os.environ,
        "ONCOHORT_WORKSPACE": str(workspace),
        "DBT_TARGET_PATH": str(workspace / "target"),
        "DBT_LOG_PATH": str(workspace / "logs"),
    }
    return subprocess.run(
        [Path(sys.executable).with_name("dbt"), *words],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
