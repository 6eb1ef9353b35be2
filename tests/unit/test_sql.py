import datetime
import io
import json
import time

import duckdb
import pytest

from oncohort.errors import ConfigError
from oncohort.sql import run_sql
from oncohort.sql.limits import Limits


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
        "explain select 1",
        "insert into core.t values (1)",
        "",
    ],
)
def test_only_one_question_and_only_reading(published, text):
    with pytest.raises(ConfigError, match="only one question"):
        answer(published, text)


def test_no_file_can_be_read(published, tmp_path):
    (tmp_path / "secret.csv").write_text("x\n1\n")

    with pytest.raises(ConfigError, match="may not call read_csv"):
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


def test_parameters_take_the_type_of_what_they_meet(published):
    sql = "select x from range(12) r(x) where x > $least"

    assert answer(published, sql, given={"least": "9"}, format="csv") == "x\n10\n11\n"
    with pytest.raises(ConfigError, match="Could not convert string 'many'"):
        answer(published, sql, given={"least": "many"})
    with pytest.raises(ConfigError, match="needs a value for least") as error:
        answer(published, sql)
    assert "--param least=VALUE" in error.value.remedy
    with pytest.raises(ConfigError, match="no parameter most"):
        answer(published, sql, given={"least": "9", "most": "10"})


def test_a_file_names_defaults_of_its_parameters(published, tmp_path):
    file = tmp_path / "mine.sql"
    head = (
        "-- What one row is.\n-- $word = core: a schema\n-- $study = all: one or all\n"
    )
    file.write_text(
        f"{head}select $study as s from t where origin = $word;\n", encoding="utf-8-sig"
    )

    assert answer(published, file, format="csv") == "s\nall\n"
    assert answer(published, file, format="csv", given={"word": "x"}) == "s\n"
    # the study searched is the study asked for
    given = {"word": "my_study"}
    text = answer(published, file, format="csv", study="my_study", given=given)
    assert text == "s\nmy_study\n"

    file.write_bytes("select '乳'".encode("gb18030"))
    with pytest.raises(ConfigError, match="cannot be read"):
        answer(published, file)


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_an_answer_goes_into_a_file_once_it_is_whole(published, tmp_path, suffix):
    out = tmp_path / f"answer.{suffix}"
    run_sql(published, "select *, 7 as n, date '2020-02-03' as d from t", out)

    (row,) = duckdb.sql(f"select origin, text, n, d from '{out}'").fetchall()
    assert row == ("core", "病", 7, datetime.date(2020, 2, 3))

    before = out.read_bytes()
    with pytest.raises(ConfigError):
        run_sql(published, "select cast('x' || i as integer) from range(9) r(i)", out)
    assert out.read_bytes() == before
    assert {path.name for path in tmp_path.glob("*")} == {
        "project",
        "workspace",
        out.name,
    }


@pytest.mark.parametrize(
    ("name", "format", "message"),
    [
        ("x.xlsx", None, "no name for a file"),
        ("x.csv", "json", "no name for a file of json"),
        ("nowhere/x.csv", None, "cannot be written"),
        ("workspace/extracts/x.csv", None, "never written among the data"),
        ("workspace/warehouse/published/x.parquet", None, "among the data"),
    ],
)
def test_where_an_answer_cannot_go(published, tmp_path, name, format, message):
    with pytest.raises(ConfigError, match=message):
        run_sql(published, "select 1", tmp_path / name, format=format)
    with pytest.raises(ConfigError, match="goes into a file"):
        answer(published, "select 1", format="parquet")


def test_text_of_a_site_moves_neither_terminal_nor_spreadsheet(published):
    sql = "select chr(27) || '[2J=1+1' as \"=a\", '=1+1' as b"

    assert "\x1b" not in answer(published, sql)
    assert len(answer(published, "select repeat('x', 1000000) as x")) < 2_000
    assert answer(published, sql, format="csv").splitlines()[0] == "'=a,b"
    assert answer(published, sql, format="csv").endswith(",'=1+1\n")


def test_time_counts_while_the_engine_works_only(published):
    class SlowReader(io.StringIO):
        def write(self, text):
            time.sleep(0.15)
            return super().write(text)

    out = SlowReader()
    run_sql(published, "select 1 as x", out, format="csv", limits=Limits(seconds=0.2))

    assert out.getvalue() == "x\n1\n"
    with pytest.raises(ConfigError, match="longer than 0.2 s"):
        answer(
            published,
            "select count(*) from range(1000000) a, range(1000000) b",
            limits=Limits(seconds=0.2),
        )


def test_a_wrong_question_is_told_with_what_there_is(published):
    with pytest.raises(ConfigError, match="nope"):
        answer(published, "select nope from t")


def test_before_the_first_publication(workspace):
    with pytest.raises(ConfigError, match="nothing is published yet"):
        answer(workspace, "select 1")
    with pytest.raises(ConfigError, match="no working database"):
        answer(workspace, "select 1", working=True)
