"""Every type of expectation used gives DuckDB's own counts; what breaks is an error."""

import json
import random
import sys
from pathlib import Path

import duckdb
import pytest

sys.path.append(str(Path(__file__).parent))
from deliveries import ROOT, SENT, SITE, clean, write  # noqa: E402

from oncohort.identity import text_literal
from oncohort.judge import suites
from oncohort.judge.gate import judge_delivery
from oncohort.judge.relations import Relations
from oncohort.judge.suites import judge_table, suite_files
from oncohort.workspace import Workspace

TYPES = {
    one["type"]
    for path in suite_files(ROOT).values()
    for one in json.loads(path.read_text("utf-8"))["expectations"]
}
DATE, BEFORE = "2020-06-30", "2020-01-31"


@pytest.fixture
def relations(tmp_path):
    """Dirty patients, and cleaner ones before."""
    pick = random.Random(3)
    tables = {"patients": clean()["patients"]}
    workspace = Workspace(tmp_path)
    write(workspace.landing, tables, BEFORE)
    dirty = [row for row in tables["patients"] if pick.random() < 0.8]
    for row in dirty:
        row["sex"] = pick.choice(["F", "F", "M", "zzz", None])
        row["birth_on"] = pick.choice(
            ["1950", "1950-02-30", "31.2.50", "1950-02", None]
        )
        row["record_id"] = pick.choice([row["record_id"], "R1"])
        row["patient_id"] = pick.choice([row["patient_id"], row["patient_id"] + "x"])
    write(tmp_path / "incoming", {"patients": dirty}, DATE)
    with duckdb.connect() as connection:
        place = (SITE, DATE)
        found = Relations(workspace, tmp_path / "incoming", place, connection)
        found.make()
        yield found


def expectation(type_, name, checked="", **kwargs):
    meta = {"id": f"patients.{name}", "severity": "critical", "kahn_category": "x"}
    meta |= {"limit_count": 0, "notes": "why"}
    meta |= {"checked": checked} if checked else {}
    return {"type": type_, "kwargs": kwargs, "meta": meta}


# type -> id and arguments of an expectation of it, and SQL for checked and unexpected
# rows of raw values
CASES = {
    "expect_column_mean_to_be_between": (
        "birth_on.readable",
        {"column": "birth_on", "min_value": 0.99},
        "select count(birth_on), count(*) filter ("
        "birth_on in ('1950-02-30', '31.2.50')) from now",
    ),
    "expect_column_proportion_of_non_null_values_to_be_between": (
        "sex.filled",
        {"column": "sex", "min_value": 0.99},
        "select count(*), count(*) filter (sex is null) from now",
    ),
    "expect_column_proportion_of_unique_values_to_be_between": (
        "rows.unique",
        {"column": "record_id", "min_value": 0.99},
        "select count(*), count(*) - count(distinct record_id) from now",
    ),
    "expect_table_row_count_to_be_between": (
        "rows.kept",
        {"min_value": {"$PARAMETER": "rows_before * 0.99"}},
        "select n, n - (select count(*) from now) "
        "from (select count(*) as n from before)",
    ),
    "unexpected_rows_expectation": (
        "patients.kept",
        {
            "unexpected_rows_query": "select patient_id from patients_before where "
            "patient_id not in (select patient_id from {batch})",
            "checked": "patients_before",
        },
        "select count(distinct patient_id), count(distinct patient_id) filter ("
        "patient_id not in (select patient_id from now)) from before",
    ),
}


def test_every_type_in_use_is_compared():
    assert set(CASES) == TYPES


@pytest.mark.parametrize("name", CASES)
def test_a_type_gives_the_counts_of_plain_sql(relations, tmp_path, name):
    identifier, arguments, sql = CASES[name]
    one = expectation(name, identifier, **arguments)
    for view, root, date in (("now", "incoming", DATE), ("before", "landing", BEFORE)):
        files = tmp_path / root / f"patients/site={SITE}/delivery={date}/*.parquet"
        duckdb.sql(
            f"create or replace temp view {view} as from "
            f"read_parquet({text_literal(files.as_posix())}, hive_partitioning = false)"
        )
    n_checked, n_unexpected = duckdb.sql(sql).fetchone()

    (row,) = judge_table(
        relations, "patients", {"expectations": [one]}, SENT["patients"]
    )

    assert (row["n_checked"], row["n_unexpected"]) == (n_checked, n_unexpected)
    assert n_unexpected > 0 and row["status"] == "failed"
    forgiving = one | {"meta": one["meta"] | {"limit_count": n_unexpected}}
    (row,) = judge_table(
        relations, "patients", {"expectations": [forgiving]}, SENT["patients"]
    )
    assert row["status"] == "passed"


def test_what_cannot_be_evaluated_is_an_error_and_spoils_no_other(relations):
    broken = expectation(
        "unexpected_rows_expectation",
        "patients.half_kept",
        unexpected_rows_query="select nonsense from {batch}",
        checked="rows",
    )
    of_filled = "expect_column_proportion_of_non_null_values_to_be_between"
    sound = expectation(of_filled, "sex.filled", column="sex", min_value=0.99)

    rows = judge_table(
        relations, "patients", {"expectations": [broken, sound]}, SENT["patients"]
    )

    assert [row["status"] for row in rows] == ["error", "failed"]
    assert "nonsense" in rows[0]["observed"]


def test_an_unknown_type_makes_all_of_its_suite_errors(relations):
    unknown = expectation("expect_the_impossible", "sex.filled", column="sex")
    (row,) = judge_table(relations, "patients", {"expectations": [unknown]}, {"sex"})
    assert row["status"] == "error"


def test_plain_exceptions_are_errors_in_both_shapes():
    raised = {"raised_exception": True, "exception_message": "boom\ntrace"}
    assert suites.exception_of({"exception_info": raised}) == "boom"
    assert suites.exception_of({"exception_info": {"('metric', 1)": raised}}) == "boom"
    assert suites.exception_of({"exception_info": {}, "result": {}}) == "no result"
    fine = {"raised_exception": False}
    assert suites.exception_of({"exception_info": fine, "result": {"x": 1}}) is None


def test_an_error_in_a_critical_expectation_refuses(tmp_path, monkeypatch):
    def broken(*args):
        raise RuntimeError("the engine is gone")

    workspace = Workspace(tmp_path)
    write(tmp_path / "incoming", {"patients": clean()["patients"]}, DATE)
    monkeypatch.setattr("oncohort.judge.duckdb_dialect.batch_of", broken)

    rows, problems = judge_delivery(
        workspace, tmp_path / "incoming", (SITE, DATE), SENT
    )

    assert {row["status"] for row in rows} == {"error", "not applicable"}
    assert "could not be judged, so it has not passed" in problems[0].message
    assert all(problem.exit_code == 3 for problem in problems)
