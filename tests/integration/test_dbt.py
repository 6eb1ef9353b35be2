"""Plain `dbt build`, from the root and without flags, as a data manager runs it."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
from workspaces import ROOT

from oncohort.cli import main
from oncohort.refresh import refresh


def dbt_build(workspace: Path) -> subprocess.CompletedProcess:
    program = Path(sys.executable).with_name("dbt")
    environment = {
        **os.environ,
        "ONCOHORT_WORKSPACE": str(workspace),
        "DBT_TARGET_PATH": str(workspace / "target"),
        "DBT_LOG_PATH": str(workspace / "logs"),
    }
    return subprocess.run(
        [program, "build"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_builds_before_anything_was_received(tmp_path):
    # every model on zero rows, every data test, and every unit test
    assert main(["--workspace", str(tmp_path), "init"]) == 0

    built = dbt_build(tmp_path)

    assert built.returncode == 0, built.stdout[-3000:]
    assert "ERROR=0" in built.stdout
    working = duckdb.connect(
        str(tmp_path / "warehouse" / "working" / "oncohort.duckdb"), read_only=True
    )
    assert working.execute("select count(*) from lx_vs_tbp.cohort").fetchone() == (0,)


def test_a_second_refresh_finds_nothing_to_do(study_workspace):
    before = study_workspace.current.read_text("utf-8")
    said = []

    page = refresh(study_workspace, say=said.append)

    assert any("nothing changed" in line for line in said)
    assert study_workspace.current.read_text("utf-8") == before
    assert page.is_file()
