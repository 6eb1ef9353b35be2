import json
import types

import duckdb
import pytest

from oncohort import publish as module
from oncohort.errors import BuildFailed, ConfigError
from oncohort.publication_lock import lock_publication, stamp_patient_pages
from oncohort.publications import find, known, point_to, roll_back, show_report
from oncohort.publish import inputs
from oncohort.refresh import publish_or_lock

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
    monkeypatch.setitem(__import__("sys").modules, "oncohort.report", report)
    return workspace


def silent(line):
    pass


def publish(workspace, fingerprint, say):
    return module.publish(workspace, inputs(workspace, fingerprint), say)


def test_a_publication_holds_tables_of_marts_and_analysis_only(built):
    page = publish(built, "f" * 64, silent)

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
    assert before in (built.report / "index.html").read_text()


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


def kept(workspace):
    return [int(name[6:8]) for name in known(workspace)]


def test_the_last_five_are_kept(built, days):
    for _ in range(7):
        publish(built, "c" * 64, silent)

    assert kept(built) == [3, 4, 5, 6, 7]
    assert built.current_id().startswith("20200107")
    assert not list(built.published.glob("_draft-2*"))


def test_keep_says_how_many(built, days):
    (built.published / "KEEP").write_text("2\n")
    for _ in range(4):
        publish(built, "c" * 64, silent)

    assert kept(built) == [3, 4]

    (built.published / "KEEP").write_text("none")
    with pytest.raises(ConfigError, match="whole number") as error:
        publish(built, "c" * 64, silent)
    assert error.value.value == "none"


def test_a_locked_one_is_never_removed_and_its_pages_say_so(built, days):
    plan = built.root / "studies" / "mine" / "plan.toml"
    plan.parent.mkdir(parents=True)
    plan.write_text("")
    publish(built, "a" * 64, silent)
    lock_publication(built, "current", "2026-12 <analysis>", silent)
    locked = built.current_publication()
    for _ in range(6):
        publish(built, "b" * 64, silent)

    assert kept(built) == [1, 4, 5, 6, 7, 8]  # it was locked on the second
    assert find(built, "2026-12 <analysis>") == locked
    manifest = known(built)[locked.name]
    sha256 = module.sha256_of(plan)
    assert manifest["plans"] == {"mine": sha256}
    page = (locked / "report" / "index.html").read_text()
    assert "Locked as <strong>2026-12 &lt;analysis&gt;</strong>" in page
    assert page.count(sha256) == 1 and page.endswith("</p>\n</footer></body>")
    assert "Locked" not in (built.report / "index.html").read_text()
    # once more is no harm; the report of a locked one that is current again says so
    lock_publication(built, locked.name, "2026-12 <analysis>", silent)
    roll_back(built, locked.name, silent)
    assert (built.report / "index.html").read_text() == page
    late = built.report / "patients" / "p.html"
    late.parent.mkdir()
    late.write_text(PAGE.format("written later"))
    stamp_patient_pages(built)
    assert sha256 in late.read_text()


def test_a_lock_of_the_current_one_shows_at_once(built):
    publish(built, "a" * 64, silent)

    publish_or_lock(built, "current", "final", silent)

    assert "Locked as" in (built.report / "index.html").read_text()


@pytest.mark.parametrize(
    ("text", "name", "problem"),
    [
        ("current", "", "one line of 1 to 80"),
        ("current", "two\nlines", "one line of 1 to 80"),
        ("current", "x" * 81, "one line of 1 to 80"),
        ("current", "taken", "is locked under this name"),
        (None, "taken", "is locked under this name"),
        ("previous", "another", "locked already, as `taken`"),
        ("1999", "another", "no such publication"),
        ("current", None, "nothing is to be done with it"),
    ],
)
def test_a_lock_that_cannot_be_is_refused(built, days, text, name, problem):
    publish(built, "a" * 64, silent)
    lock_publication(built, "current", "taken", silent)
    publish(built, "b" * 64, silent)
    before = known(built)

    with pytest.raises(ConfigError, match=problem):
        publish_or_lock(built, text, name, silent)

    assert known(built) == before


def test_a_plan_that_changes_meanwhile_publishes_nothing(built):
    made_from = inputs(built, "a" * 64)
    plan = built.root / "studies" / "mine" / "plan.toml"
    plan.parent.mkdir(parents=True)
    plan.write_text("")

    with pytest.raises(BuildFailed, match="plan.toml changed"):
        module.publish(built, made_from, silent)

    assert built.current_id() is None


@pytest.mark.parametrize("status", ["fail", "error", "skipped", "not finished"])
def test_a_build_that_did_not_end_well_is_not_published(built, build_ended, status):
    with duckdb.connect(str(built.working_db)) as connection:
        build_ended(connection, dose_is_positive=status)

    with pytest.raises(BuildFailed, match=f"test dose_is_positive: {status}"):
        inputs(built, None)


def test_rollback_moves_pointer_and_report(built, days):
    publish(built, "a" * 64, silent)
    first = built.current_id()
    publish(built, "b" * 64, silent)
    second = built.current_id()
    said = []

    roll_back(built, None, said.append)

    assert said[0] == f"the publication in use is {first}"
    assert built.current_id() == first
    assert (built.published / "current").resolve() == built.published / first
    assert first in (built.report / "index.html").read_text()
    with pytest.raises(ConfigError, match="no such publication") as error:
        roll_back(built, None, silent)
    assert first in error.value.remedy and second in error.value.remedy
    roll_back(built, second[:10], silent)
    assert second in (built.report / "index.html").read_text()


@pytest.mark.parametrize("left", ["earlier", "none", "half swapped"])
def test_the_report_of_a_killed_publish_is_mended(built, days, left):
    publish(built, "a" * 64, silent)
    first = built.current_id()
    publish(built, "b" * 64, silent)
    if left == "earlier":
        point_to(built, first)
    else:
        built.report.rename(built.root / "report.old")
    if left == "half swapped":
        (built.root / "report.new").mkdir()

    show_report(built)

    assert built.current_id() in (built.report / "index.html").read_text()
    assert not list(built.root.glob("report.*"))


def test_nothing_to_publish(workspace):
    with pytest.raises(BuildFailed, match="no working database"):
        inputs(workspace, None)
    workspace.create()
    duckdb.connect(str(workspace.working_db)).close()
    with pytest.raises(BuildFailed, match="nothing was built yet"):
        inputs(workspace, None)
