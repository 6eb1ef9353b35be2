import contextlib

import pytest

from oncohort import refresh as module
from oncohort.errors import BuildFailed, DeliveryRefused, NothingReceived
from oncohort.refresh import refresh

PATIENTS = "no,sex,born\n1,F,1950\n"


@pytest.fixture
def steps(hospital, build_ended, monkeypatch):
    """A refresh whose build, analysis and report are cheap; `ran` lists them."""
    ran = []

    class Dbt(contextlib.nullcontext):
        def build(self, say, meanwhile):
            import duckdb

            ran.append("build")
            with duckdb.connect(str(self.workspace.working_db)) as connection:
                connection.execute("create or replace table t as select 1 as x")
                build_ended(connection)

        def __init__(self, workspace):
            self.workspace = workspace
            super().__init__(self)

    def write_report(workspace, database, out_dir, publication_id, say):
        ran.append("report")
        out_dir.mkdir()
        (out_dir / "index.html").write_text(publication_id)

    monkeypatch.setattr(module, "DbtProcess", Dbt)
    monkeypatch.setattr(module, "_analyse", lambda *_: ran.append("analyse"))
    monkeypatch.setattr("oncohort.report.write_report", write_report)
    hospital.ran = ran
    return hospital


def test_no_delivery_publishes_nothing(steps):
    with pytest.raises(NothingReceived) as error:
        refresh(steps.workspace, lambda line: None)

    assert error.value.message.startswith("nothing was received")
    assert error.value.exit_code == 5
    assert steps.ran == [] and steps.workspace.current_id() is None


def test_it_runs_all_steps_then_has_nothing_to_do(steps):
    steps.deliver("patients.csv", PATIENTS)
    said = []

    page = refresh(steps.workspace, said.append)

    assert steps.ran == ["build", "analyse", "report"]
    assert page.read_text() == steps.workspace.current_id()
    assert said[-1] == f"open {page}"
    again = []
    assert refresh(steps.workspace, again.append) == page
    assert again[0].startswith("nothing changed since ")
    assert steps.ran == ["build", "analyse", "report"]


@pytest.mark.parametrize("change", ["extract", "site", "study", "seed", "key"])
def test_any_input_that_changed_is_noticed(steps, project, monkeypatch, change):
    steps.deliver("patients.csv", PATIENTS)
    refresh(steps.workspace, lambda line: None)
    first = steps.workspace.current_id()
    if change == "extract":
        steps.deliver("patients.csv", PATIENTS, date="2020-02-29")
    elif change == "site":
        steps.describe(defaults="defaults: {encoding: gb18030}")
    elif change == "study":
        (steps.workspace.root / "studies" / "mine").mkdir(parents=True)
        (steps.workspace.root / "studies" / "mine" / "plan.toml").write_text("")
    elif change == "seed":
        (project / "seeds").mkdir()
        (project / "seeds" / "organs.csv").write_text("x")
    else:
        monkeypatch.setenv("ONCOHORT_ID_KEY", "another key of this centre")

    refresh(steps.workspace, lambda line: None)

    assert steps.workspace.current_id() != first


def test_a_refused_delivery_publishes_nothing(steps):
    steps.deliver("patients.csv", PATIENTS)
    refresh(steps.workspace, lambda line: None)
    first = steps.workspace.current_id()
    steps.deliver("patients.csv", "nr\n1\n", date="2020-02-29")

    with pytest.raises(DeliveryRefused, match="clinic 2020-02-29"):
        refresh(steps.workspace, lambda line: None)

    assert steps.workspace.current_id() == first


def test_a_failed_step_publishes_nothing(steps, monkeypatch):
    steps.deliver("patients.csv", PATIENTS)

    def fail(*_):
        raise BuildFailed("no", "none")

    monkeypatch.setattr(module, "_analyse", fail)

    with pytest.raises(BuildFailed):
        refresh(steps.workspace, lambda line: None)

    assert steps.workspace.current_id() is None
