"""RECIST 1.1, case by case, through the models from lesion rows to `lesion_responses`.

`recist_cases.csv`: by hand from Eisenhauer 2009 (`source`: its section or table). An
examination is `day assessor: lesion=finding ...`, days from time zero, investigator if
no assessor is named. Lesions: T target, K target node, N non-target, M non-target node,
W new, X new node. A finding is millimetres (a node's short axis) or a status. Expected:
`day assessor: target non-target overall (reason)`, and in mm baseline, nadir and sum.
"""

import csv
import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from workspaces import ROOT

TIME_ZERO = date(2020, 1, 1)
PARTS = {
    **{"T": ("target", "liver"), "K": ("target", "lymph_node")},
    **{"N": ("nontarget", "pleura"), "M": ("nontarget", "lymph_node")},
    **{"W": ("new", "brain"), "X": ("new", "lymph_node")},
}
PRINTED = re.compile(r"Table (\d) rows? (\d)(?: and (\d))?")
UPSTREAM = """
create schema staging; create schema intermediate; create schema reference;
create table reference.organs as from read_csv('{seeds}/organs.csv');
create table reference.record_rules as
    from read_csv('{seeds}/record_rules.csv', all_varchar = true);
create table reference.visit_responses as from read_csv('{seeds}/visit_responses.csv');
create table intermediate.int_rule_sets__united as
    from read_csv('{seeds}/rule_sets.csv', all_varchar = true);
create table intermediate.int_records__changed
    (record_id varchar, delivered_on date, is_deleted boolean);
create table intermediate.int_deliveries__in_effect as
    select 's' as site_id, date '2021-01-01' as as_of_on, 'lesions' as table_name,
    date '2021-01-01' as delivered_on, true as is_newest;
create table intermediate.int_patients__as_of as
    select * exclude (n) from (select {facts}, 0 as n) where n = 1;
create table staging.stg_extract__lesions
    (patient_id varchar, assessed_on date, assessor_code varchar, lesion_no varchar,
    lesion_role_code varchar, organ_code varchar, longest_diameter_mm double,
    short_axis_mm double, lesion_status_code varchar, source_row_id varchar,
    record_id varchar, site_id varchar default 's', delivered_on date
    default '2021-01-01', assessed_on_precision varchar default 'day');
create table intermediate.int_study_entries__united
    (study_id varchar, patient_id varchar, time_zero_on date);
"""


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CASES = read(ROOT / "tests" / "reference" / "recist_cases.csv")


def visits(text):
    """(day, assessor) and what is said of it, for each part of a cell."""
    for part in filter(None, text.split(" | ")):
        when, said = part.split(": ")
        day, _, assessor = when.partition(" ")
        yield (int(day), assessor or "investigator"), said


def lesion_rows(case):
    """Rows of the case as staging has them: one per lesion and examination."""
    for (day, assessor), said in visits(case["examinations"]):
        for number, word in enumerate(said.split()):
            lesion, finding = word.split("=")
            role, organ = PARTS[lesion[0]]
            longest = axis = status = None
            if finding.startswith("longest:"):
                longest = float(finding.removeprefix("longest:"))
            elif finding[0].isdigit():
                longest = axis = float(finding)
                # the other diameter must not count
                longest, axis = (
                    (longest + 8, axis)
                    if organ == "lymph_node"
                    else (longest, axis / 2)
                )
            else:
                status = finding
            on = TIME_ZERO + timedelta(days=day)
            key = f"{case['case']}/{day}/{assessor}/{number}/{word}"
            yield (
                *(case["case"], on, assessor, lesion, role, organ),
                *(longest, axis, status, key, key),
            )


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    """`lesion_responses` of all cases: patient -> (day, assessor) -> row."""
    root = tmp_path_factory.mktemp("recist")
    path = root / "warehouse" / "working" / "oncohort.duckdb"
    path.parent.mkdir(parents=True)
    facts = "primary_from_on primary_text metastatic_from_on metastatic_by_on "
    facts += "metastatic_text n_metastatic is_dead n_death died_by_on died_text "
    facts += "patient_id as_of_on"
    named = [
        f"cast(null as {'date' if f.endswith('_on') else 'varchar'}) as {f}"
        for f in facts.split()
    ]
    with duckdb.connect(str(path)) as connection:
        seeds = (ROOT / "seeds").as_posix()
        connection.execute(UPSTREAM.format(seeds=seeds, facts=", ".join(named)))
        for case in CASES:
            connection.execute(
                "insert into intermediate.int_study_entries__united values ('s', ?, ?)",
                [case["case"], TIME_ZERO],
            )
            connection.executemany(
                "insert into staging.stg_extract__lesions (patient_id, assessed_on, "
                "assessor_code, lesion_no, lesion_role_code, organ_code, "
                "longest_diameter_mm, short_axis_mm, lesion_status_code, "
                "source_row_id, record_id) "
                "values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                list(lesion_rows(case)),
            )
    run_models(root)
    with duckdb.connect(str(path), read_only=True) as connection:
        cursor = connection.execute("select * from core.lesion_responses")
        names = [column[0] for column in cursor.description]
        found = {case["case"]: {} for case in CASES}
        for values in cursor.fetchall():
            row = dict(zip(names, values, strict=True))
            day = (row["assessed_on"] - TIME_ZERO).days
            found[row["patient_id"]][day, row["assessor_code"]] = row
    return found


def run_models(root):
    command = [Path(sys.executable).with_name("dbt"), "run", "--select"]
    command += ["int_lesions__sized+,+lesion_responses"]
    place = {"DBT_TARGET_PATH": "target", "DBT_LOG_PATH": "logs"}
    place = {name: str(root / folder) for name, folder in place.items()}
    environment = {**os.environ, **place, "ONCOHORT_WORKSPACE": str(root)}
    ran = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout[-3000:]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_response_is_the_one_of_the_publication(derived, case):
    found = {}
    for when, row in derived[case["case"]].items():
        parts = ("target_response_code", "nontarget_response_code", "response_code")
        words = [row[part] or "-" for part in parts]
        reason = row["not_evaluable_reason"]
        found[when] = " ".join(words) + (f" ({reason})" if reason else "")
    assert found == dict(visits(case["expected"]))


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["expected_mm"]], ids=lambda case: case["case"]
)
def test_sums_are_those_worked_by_hand(derived, case):
    for when, said in visits(case["expected_mm"]):
        row = derived[case["case"]][when]
        found = [row[name] for name in ("baseline_sum_mm", "nadir_mm", "sum_mm")]
        assert found == [float(word) for word in said.split()]


def test_every_printed_row_has_a_case():
    cited = {
        (table, row)
        for case in CASES
        for table, *rows in PRINTED.findall(case["source"])
        for row in rows
        if row
    }
    seed = read(ROOT / "seeds" / "visit_responses.csv")
    assert cited == {(row["table_no"], row["row_no"]) for row in seed}
