"""Every made-up patient, in and out, against the truth the generator planned.

The generator knows the rules only from the study's README and shares no code with the
SQL; a number is right here when both say the same of a patient. Over three seeds: the
committed extracts, and two made anew with their rows shuffled, some sent twice, and
split over deliveries, whole and as changes (deliveries.csv of the generator).
"""

import csv
import shutil

import duckdb
import pytest
from workspaces import ROOT, dbt_build, made_anew

from oncohort.receive.run import receive
from oncohort.synthetic import DEFAULT_SEED
from oncohort.workspace import Workspace

AE_BANDS = {
    None: "none",
    1: "grade_1_2",
    2: "grade_1_2",
    3: "grade_3_4",
    4: "grade_3_4",
}
# not facts of the warehouse: the truth's own names and what no rule derives
NOT_DERIVED = {
    "truth_patient",
    "reason",
    "boundary",
    "metastatic_on",
    "death_on",
    "last_known_alive_on",
}


def as_truth_writes(value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def rows(database, query):
    cursor = database.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.fixture(scope="module")
def third_seed(tmp_path_factory):
    """Extracts and truth of a third seed; their models run, without publication."""
    root = tmp_path_factory.mktemp("third")
    made = made_anew(root / "made", DEFAULT_SEED + 2)
    workspace = Workspace(root / "workspace")
    shutil.copytree(made / "extracts", workspace.extracts)
    receive(workspace, say=lambda line: None)
    built = dbt_build(
        workspace.root,
        *("--select", "+lx_vs_tbp__cohort", "+lx_vs_tbp__worst_grades"),
        *("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"),
    )
    assert built.returncode == 0, built.stdout[-3000:]
    return made, workspace


@pytest.fixture(scope="module", params=["committed", "second_seed", "third_seed"])
def made(request):
    """The truth of a seed, and the workspace built from its extracts."""
    if request.param == "committed":
        workspace = request.getfixturevalue("study_workspace")
        return ROOT / "tests/reference/truth.csv", workspace
    folder, workspace = request.getfixturevalue(request.param)
    return folder / "truth.csv", workspace


@pytest.fixture(scope="module")
def truth(made):
    with made[0].open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def derived(made):
    """(site, record number) -> what the warehouse says of the patient."""
    _, workspace = made
    database = duckdb.connect(str(workspace.working_db), read_only=True)
    landed = duckdb.execute(
        "select distinct site_id, record_no, patient_id from read_parquet(?)",
        [str(workspace.landing / "patients" / "site=hospital_*" / "*" / "*.parquet")],
    ).fetchall()
    grades = {
        (row["patient_id"], row["term_group"]): row["worst_grade"]
        for row in rows(database, "select * from lx_vs_tbp.worst_grades")
    }
    cohort = {
        row["patient_id"]: row
        for row in rows(database, "select * from lx_vs_tbp.cohort")
    }
    eligibility = {
        row["patient_id"]: row
        for row in rows(database, "select * from lx_vs_tbp.eligibility")
    }
    database.close()
    return {
        (site, record_no): (patient, eligibility[patient], cohort.get(patient), grades)
        for site, record_no, patient in landed
    }


def test_every_patient_is_there_once(truth, derived):
    assert len(truth) >= 554 + 250
    assert {(row["site_id"], row["record_no"]) for row in truth} == set(derived)


def test_every_patient_leaves_where_the_truth_says(truth, derived):
    wrong = [
        (row["truth_patient"], row["first_failed_criterion"], found["failed_step_no"])
        for row in truth
        for _, found, _, _ in [derived[row["site_id"], row["record_no"]]]
        if as_truth_writes(found["failed_step_no"]) != row["first_failed_criterion"]
        or as_truth_writes(found["is_eligible"]) != row["is_eligible"]
    ]
    assert wrong == []


def test_each_criterion_has_patients_who_fail_it_first(truth):
    failed = [row["first_failed_criterion"] for row in truth]
    assert {str(step) for step in range(1, 10)} <= set(failed)


def test_every_field_of_every_patient_in_the_cohort(truth, derived):
    inside = [row for row in truth if row["is_eligible"] == "true"]
    assert len(inside) == 554
    compared, wrong = 0, []
    for row in inside:
        patient, _, cohort, grades = derived[row["site_id"], row["record_no"]]
        for field, expected in row.items():
            if field.startswith("worst_grade_"):
                found = AE_BANDS[
                    grades.get((patient, field.removeprefix("worst_grade_")))
                ]
            elif field in cohort:
                found = as_truth_writes(cohort[field])
            else:
                continue
            compared += 1
            if found != expected:
                wrong.append((row["truth_patient"], field, expected, found))
    assert compared > 554 * 45
    assert wrong == []


def test_the_truth_asks_for_nothing_that_is_not_compared(truth, derived):
    (_, eligibility, _, _) = next(iter(derived.values()))
    cohort = next(found[2] for found in derived.values() if found[2])
    known = (
        set(cohort)
        | NOT_DERIVED
        | {"record_no", "is_eligible", "first_failed_criterion"}
    )
    ours = {field for field in truth[0] if not field.startswith("worst_grade_")}
    assert ours <= known
