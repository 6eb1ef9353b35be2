"""Plain `dbt build`, from the root and without flags, as a data manager runs it."""

import duckdb
from workspaces import dbt_build

from oncohort.cli import main
from oncohort.refresh import refresh


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
