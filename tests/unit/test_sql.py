import io
import json

import duckdb
import pytest

from oncohort.errors import ConfigError
from oncohort.sql import run_sql


@pytest.fixture
def published(workspace):
    folder = workspace.published / "20200101T000000Z-0123abcd"
    folder.mkdir(parents=True)
    workspace.current.write_text(folder.name + "\n")
    with duckdb.connect(str(folder / "oncohort.duckdb")) as connection:
        for schema in ("core", "my_study"):
            connection.execute(f"create schema {schema}")
            connection.execute(
                f"create table {schema}.t as select '{schema}' as origin, "
                "null as nothing, true as flag, '病' as text"
            )
    return workspace


def answer(workspace, text, **options):
    out = io.StringIO()
    run_sql(workspace, text, out, **options)
    return out.getvalue()


def test_csv_has_a_header_and_empty_nulls(published):
    text = answer(published, "select * from t", format="csv")

    assert text == "origin,nothing,flag,text\ncore,,true,病\n"


def test_json_and_table(published):
    rows = json.loads(answer(published, "select nothing, text from t", format="json"))
    assert rows == [{"nothing": None, "text": "病"}]
    assert answer(published, "select origin, text as x from t") == (
        "origin  x\n------  --\ncore    病\n(1 row)\n"
    )


def test_a_study_is_searched_first(published):
    text = answer(published, "select origin from t", study="my_study", format="csv")

    assert text == "origin\nmy_study\n"
    with pytest.raises(ConfigError, match="no study `other`") as error:
        answer(published, "select 1", study="other")
    assert "my_study" in error.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "drop table core.t",
        "copy t to 'x.csv'",
        "attach 'x.duckdb'",
        "install httpfs",
        "set search_path = 'core'",
        "select 1; select 2",
        "insert into core.t values (1)",
        "",
    ],
)
def test_only_one_question_and_only_reading(published, text):
    with pytest.raises(ConfigError, match="only one question"):
        answer(published, text)


def test_no_file_can_be_read(published, tmp_path):
    (tmp_path / "secret.csv").write_text("x\n1\n")

    with pytest.raises(ConfigError, match="disabled by configuration"):
        answer(published, f"select * from read_csv('{tmp_path}/secret.csv')")


def test_many_rows_are_counted_and_the_first_shown(published):
    text = answer(published, "select * from range(1000)")

    assert text.endswith("(1,000 rows, the first 200 shown)\n")
    assert len(text.splitlines()) == 203


def test_named_queries(published, project):
    (project / "analyses").mkdir()
    (project / "analyses" / "origins.sql").write_text("select origin from t;\n")

    assert answer(published, "origins", format="csv") == "origin\ncore\n"
    with pytest.raises(ConfigError, match="no query named `other`") as error:
        answer(published, "other")
    assert "origins" in error.value.remedy


def test_a_wrong_question_is_told_with_what_there_is(published):
    with pytest.raises(ConfigError, match="nope"):
        answer(published, "select nope from t")


def test_before_the_first_publication(workspace):
    with pytest.raises(ConfigError, match="nothing is published yet"):
        answer(workspace, "select 1")
    with pytest.raises(ConfigError, match="no working database"):
        answer(workspace, "select 1", working=True)
