import json
import types

import duckdb
import pytest

from oncohort import publish as module
from oncohort.errors import BuildFailed
from oncohort.publish import point_to, publish


@pytest.fixture
def built(workspace, monkeypatch):
    """A working database with a table in each kind of schema, and a report."""
    workspace.create()
    with duckdb.connect(str(workspace.working_db)) as connection:
        for schema in ("staging", "intermediate", "core", "analysis", "my_study"):
            connection.execute(f"create schema {schema}")
            connection.execute(f"create table {schema}.t as select 1 as x, 'a' as y")
        connection.execute("create view core.v as select * from staging.t")

    def write_report(workspace, database, out_dir, publication_id, say):
        with duckdb.connect(str(database), read_only=True) as connection:
            assert connection.sql("select x from core.t").fetchone() == (1,)
        out_dir.mkdir()
        (out_dir / "index.html").write_text(publication_id)

    report = types.SimpleNamespace(write_report=write_report)
    monkeypatch.setitem(__import__("sys").modules, "oncohort.report", report)
    return workspace


def silent(line):
    pass


def test_a_publication_holds_tables_of_marts_and_analysis_only(built):
    page = publish(built, "f" * 64, silent)

    folder = built.current_publication()
    with duckdb.connect(str(folder / "oncohort.duckdb"), read_only=True) as connection:
        found = connection.sql(
            "select schema_name || '.' || table_name from duckdb_tables() order by 1"
        ).fetchall()
        assert connection.sql("select count(*) from duckdb_views() where not internal")
    assert found == [("analysis.t",), ("core.t",), ("my_study.t",)]
    assert page.read_text() == folder.name
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["id"] == folder.name and folder.name.endswith("-ffffffff")
    assert manifest["fingerprint"] == "f" * 64
    assert manifest["rows"] == {"analysis.t": 1, "core.t": 1, "my_study.t": 1}
    assert manifest["versions"]["duckdb"]


def test_an_identifying_column_is_never_published(built):
    with duckdb.connect(str(built.working_db)) as connection:
        connection.execute("create table core.leak as select '007' as record_no")

    with pytest.raises(BuildFailed, match="core.leak.record_no"):
        publish(built, "f" * 64, silent)

    assert built.current_id() is None


def test_a_failed_report_publishes_nothing(built, monkeypatch):
    publish(built, "a" * 64, silent)
    before = built.current_id()

    def fail(*args, **kwargs):
        raise BuildFailed("no", "none")

    monkeypatch.setattr(
        __import__("sys").modules["oncohort.report"], "write_report", fail
    )
    with pytest.raises(BuildFailed):
        publish(built, "b" * 64, silent)

    assert built.current_id() == before
    assert (built.report / "index.html").read_text() == before


def test_the_last_five_are_kept(built, monkeypatch):
    class Clock(module.datetime.datetime):
        day = 0

        @classmethod
        def now(cls, tz=None):
            cls.day += 1
            return cls(2020, 1, cls.day, tzinfo=tz)

    monkeypatch.setattr(module.datetime, "datetime", Clock)
    for _ in range(7):
        publish(built, "c" * 64, silent)

    kept = sorted(p.name[:8] for p in built.published.glob("2*"))
    assert kept == ["20200103", "20200104", "20200105", "20200106", "20200107"]
    assert built.current_id().startswith("20200107")


def test_an_earlier_publication_can_be_current_again(built):
    publish(built, "a" * 64, silent)
    first = built.current_id()
    publish(built, "b" * 64, silent)

    point_to(built, first)

    assert built.current_id() == first
    assert (built.published / "current").resolve() == built.published / first


def test_nothing_to_publish(workspace):
    with pytest.raises(BuildFailed, match="no working database"):
        module.copy_tables(workspace.working_db, workspace.root)
