import json

import duckdb
import pytest

from oncohort import publish as module
from oncohort.errors import BuildFailed
from oncohort.publish import inputs


def test_a_publication_holds_tables_of_marts_and_analysis_only(built, publish):
    page = publish(built, "f" * 64)

    folder = built.current_publication()
    with duckdb.connect(str(folder / "oncohort.duckdb"), read_only=True) as connection:
        found = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        assert connection.sql("select count(*) from duckdb_views() where not internal")
    assert found == [("analysis.t",), ("core.t",), ("my_study.t",)]
    assert folder.name in page.read_text()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["id"] == folder.name and folder.name.endswith("-ffffffff")
    assert manifest["fingerprint"] == "f" * 64
    assert manifest["rows"] == {"analysis.t": 1, "core.t": 1, "my_study.t": 1}
    assert manifest["versions"]["duckdb"] and manifest["lock"] is None
    assert manifest["tests"] == {"n_passed": 1, "warned": {"late": 2}}
    assert manifest["seconds"] == {"t": 0.25}


def test_an_identifying_column_is_never_published(built, publish):
    with duckdb.connect(str(built.working_db)) as connection:
        connection.execute("create table core.leak as select '007' as record_no")

    with pytest.raises(BuildFailed, match="core.leak.record_no"):
        publish(built, "f" * 64)

    assert built.current_id() is None


def test_a_failed_report_publishes_nothing(built, monkeypatch, publish):
    publish(built, "a" * 64)
    before = built.current_id()

    def fail(*args, **kwargs):
        raise BuildFailed("no", "none")

    monkeypatch.setattr(
        __import__("sys").modules["oncohort.report"], "write_report", fail
    )
    with pytest.raises(BuildFailed):
        publish(built, "b" * 64)

    assert built.current_id() == before
    assert not list(built.published.glob("_draft-2*"))
    assert before in (built.report / "index.html").read_text()


def test_a_plan_that_changes_meanwhile_publishes_nothing(built):
    made_from = inputs(built, "a" * 64)
    plan = built.root / "studies" / "mine" / "plan.toml"
    plan.parent.mkdir(parents=True)
    plan.write_text("")

    with pytest.raises(BuildFailed, match="plan.toml changed"):
        module.publish(built, made_from)

    assert built.current_id() is None


@pytest.mark.parametrize("status", ["fail", "error", "skipped", "not finished"])
def test_a_build_that_did_not_end_well_is_not_published(built, build_ended, status):
    with duckdb.connect(str(built.working_db)) as connection:
        build_ended(connection, dose_is_positive=status)

    with pytest.raises(BuildFailed, match=f"test dose_is_positive: {status}"):
        inputs(built, None)


def test_nothing_to_publish(workspace):
    with pytest.raises(BuildFailed, match="no working database"):
        inputs(workspace, None)
    workspace.create()
    duckdb.connect(str(workspace.working_db)).close()
    with pytest.raises(BuildFailed, match="nothing was built yet"):
        inputs(workspace, None)
