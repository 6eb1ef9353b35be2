"""Planted truth of the record rules: one build with defects, one without.

Each defect is caught by the rule meant for it, each rule catches one that no other
does; without defects only what the made-up truth itself implies is asked.
"""

import csv
from collections import Counter, defaultdict

import duckdb
import pytest
from identifiers import Needles, places, texts_of
from workspaces import ROOT

REFERENCE = ROOT / "tests" / "reference" / "expected_queries.csv"
ASKED = (
    "select queries.site_id, record_no, rule_id, queries.table_name, field, value, "
    "severity, status, query_id from quality.data_queries as queries "
    "left join numbers using (patient_id) where queries.site_id like 'hospital_%'"
)


def queries(workspace, database):
    """All queries, by site and record number."""
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(
            "create temp table numbers as select distinct patient_id, record_no "
            "from read_parquet(?, union_by_name = true)",
            [str(workspace.landing / "*" / "site=hospital_*" / "*" / "*.parquet")],
        )
        cursor = connection.execute(f"{ASKED} order by all")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def clean(study_workspace, study_database):
    return queries(study_workspace, study_database)


@pytest.fixture(scope="module")
def defects(defective_workspace):
    path = defective_workspace.root / "defects.csv"
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def raised(clean, defective_workspace):
    """Rules of the queries that only the defects raise, by patient."""
    known = {query["query_id"] for query in clean}
    found = defaultdict(set)
    for query in queries(defective_workspace, defective_workspace.working_db):
        if query["query_id"] not in known and query["status"] == "open":
            found[query["site_id"], query["record_no"]].add(query["rule_id"])
    return found


def test_defects_are_many_and_of_many_kinds(defects):
    kinds = Counter(defect["kind"] for defect in defects)
    assert len(defects) >= 500
    assert len(kinds) >= 40
    assert len({defect["site_id"] for defect in defects}) == 8


def test_every_defect_is_caught_by_its_rule(defects, raised):
    missed = [
        defect
        for defect in defects
        if defect["caught_by"] not in raised[defect["site_id"], defect["record_no"]]
    ]
    assert missed == []


def test_each_rule_catches_a_defect_that_no_other_does(defects, raised):
    with (ROOT / "seeds" / "record_rules.csv").open(encoding="utf-8") as lines:
        rules = {row["rule_id"] for row in csv.DictReader(lines)}
    alone = {
        defect["caught_by"]
        for defect in defects
        if raised[defect["site_id"], defect["record_no"]] == {defect["caught_by"]}
    }
    assert alone == rules


def test_without_defects_nothing_critical_or_major_is_asked(clean):
    assert [query for query in clean if query["severity"] != "minor"] == []


def test_without_defects_the_minor_queries_are_the_expected(clean):
    with REFERENCE.open(encoding="utf-8", newline="") as lines:
        expected = list(csv.DictReader(lines))
    found = [{name: query[name] or "" for name in expected[0]} for query in clean]
    assert found == expected


def test_logs_and_compiled_sql_of_a_dirty_delivery_name_nobody(defective_workspace):
    """What tests and rules say of wrong records names none of them."""
    needles = Needles(defective_workspace.landing)
    paths = places(defective_workspace, ("logs", "target"))
    assert len(paths) > 300
    assert not [path for path in paths if any(map(needles.found, texts_of(path)))]
