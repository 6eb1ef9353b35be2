import os
from types import SimpleNamespace

from oncohort import dbt_run


def test_a_failure_names_nodes_messages_and_sql(workspace):
    model = SimpleNamespace(
        resource_type="model",
        name="cohort",
        compiled_path="target/compiled/cohort.sql",
    )
    test = SimpleNamespace(
        resource_type="test", name="unique_x", compiled_path="target/unique_x.sql"
    )
    nodes = [
        SimpleNamespace(node=model, status="error", message="Binder Error\nno column"),
        SimpleNamespace(node=model, status="success", message="OK"),
        SimpleNamespace(node=test, status="fail", message="Got 3", failures=3),
    ]

    failure = dbt_run._failure(
        workspace, SimpleNamespace(result=SimpleNamespace(results=nodes))
    )

    assert str(failure) == (
        "dbt build: 2 seeds, models or tests failed\n"
        "  model cohort: error\n"
        "    Binder Error\n"
        "    no column\n"
        "    SQL: target/compiled/cohort.sql\n"
        "  test unique_x: fail\n"
        "    Got 3\n"
        "    SQL: target/unique_x.sql\n"
        "    failing rows: 3; to see them:\n"
        f'    oncohort sql --working -f "{workspace.project}/target/unique_x.sql"\n'
        "  what to do: correct the first and run again; the whole log is logs/dbt.log"
    )
    assert failure.exit_code == 4


def test_a_project_that_does_not_parse_is_told(workspace):
    result = SimpleNamespace(result=None, exception=ValueError("bad yaml"))

    assert "dbt stopped: bad yaml" in str(dbt_run._failure(workspace, result))


def test_the_callers_environment_comes_back(monkeypatch):
    monkeypatch.setenv("ONCOHORT_STUDIES", "of another workspace")
    before = dict(os.environ)

    with dbt_run._environment({"ONCOHORT_WORKSPACE": "here"}):
        assert os.environ["ONCOHORT_WORKSPACE"] == "here"
        assert "ONCOHORT_STUDIES" not in os.environ

    assert dict(os.environ) == before
