"""A working database that can be published, and publications a day apart."""

import sys
import types

import duckdb
import pytest

from oncohort import publish as module

PAGE = "<body>{}<footer>made with</footer></body>"


@pytest.fixture
def built(workspace, build_ended, monkeypatch):
    """A working database with a table in each kind of schema, and a report."""
    workspace.create()
    with duckdb.connect(str(workspace.working_db)) as connection:
        for schema in ("staging", "intermediate", "core", "analysis", "my_study"):
            connection.execute(f"create schema {schema}")
            connection.execute(f"create table {schema}.t as select 1 as x, 'a' as y")
        connection.execute("create view core.v as select * from staging.t")
        build_ended(connection, test_of_t="pass", late="warn")

    def write_report(workspace, database, out_dir, publication_id, say):
        with duckdb.connect(str(database), read_only=True) as connection:
            assert connection.sql("select x from core.t").fetchone() == (1,)
        out_dir.mkdir()
        (out_dir / "index.html").write_text(PAGE.format(publication_id))

    report = types.SimpleNamespace(write_report=write_report)
    monkeypatch.setitem(sys.modules, "oncohort.report", report)
    return workspace


@pytest.fixture
def days(monkeypatch):
    """Each publication is made a day after the one before, from 2020-01-01 on."""

    class Clock(module.datetime.datetime):
        day = 0

        @classmethod
        def now(cls, tz=None):
            cls.day += 1
            return cls(2020, 1, cls.day, tzinfo=tz)

    monkeypatch.setattr(module.datetime, "datetime", Clock)


@pytest.fixture
def publish():
    """Publishes what was built, from inputs of a fingerprint."""

    def made(workspace, fingerprint, say=lambda line: None):
        made_from = module.inputs(workspace, fingerprint)
        return module.publish(workspace, made_from, say)

    return made
