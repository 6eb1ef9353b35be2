"""Lines of therapy and trastuzumab resistance: cases written by hand, not generated.

`tests/reference/line_cases.csv` and `resistance_cases.csv`: per patient what a hospital
sends and what an oncologist would say. All come in one delivery, received and built.
A drug is `name#line first..last`, `name first x6` for six cycles of three weeks; a
finding `day response [region]`.
"""

import csv
import re
from datetime import date, timedelta

import duckdb
import pytest
from workspaces import ROOT, dbt_build

from oncohort.receive.run import receive
from oncohort.workspace import Workspace

CYCLE = timedelta(days=21)
SITE = """\
site_id: clinic
title: Clinic (made up)
language: en
made_up: true
source: made up for a test
files:
"""


def cases(name):
    with (ROOT / "tests/reference" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LINES, RESISTANCES = cases("line_cases.csv"), cases("resistance_cases.csv")


def parts(text):
    return [part for part in text.split("; ") if part]


def drug_rows(text):
    drug, number, first, last, n_cycles = re.fullmatch(
        r"(.+?)(?:#(\d))? (\d{4}-\d\d-\d\d)(?:\.\.(\S+)| x(\d+))?", text
    ).groups()
    row = {"drug": drug, "line_no": number, "started_on": first, "is_ongoing": "no"}
    if last == "ongoing":
        return [row | {"is_ongoing": "yes"}]
    days = [date.fromisoformat(first) + n * CYCLE for n in range(int(n_cycles or 1))]
    return [row | {"started_on": day, "ended_on": last} for day in days]


def finding_row(text):
    day, what, *region = text.split()
    if what == "clinical":
        row = {"milestone": "clinical_progression", "occurred_on": day}
        return "milestones", row
    is_scan = region != ["examined"]
    row = {"assessed_on": day, "modality": "mri" if is_scan else "clinical_examination"}
    if what == "new":
        row |= {"has_new_lesion": "yes"}
    else:
        row |= {"response": what}
    return "assessments", row | {"region": (region or ["chest"])[0] if is_scan else ""}


def sent_rows():
    """Every row of the delivery: (table, row)."""
    for case in LINES + RESISTANCES:
        number = {"record_no": case["case"]}
        metastatic = case.get("metastatic_on") and f"metastatic {case['metastatic_on']}"
        yield "patients", number | {"sex": "female", "birth_on": "1960-05-01"}
        yield "diagnoses", number | {"diagnosis": "primary", "diagnosed_on": "2010-05"}
        for part in parts(case.get("diagnoses") or metastatic or ""):
            kind, day = part.rsplit(" ", 1)
            yield "diagnoses", number | {"diagnosis": kind, "diagnosed_on": day}
        for part in parts(case["drugs"]):
            for row in drug_rows(part):
                yield "treatments", number | row
        for part in parts(case["findings"]):
            table, row = finding_row(part)
            yield table, number | row


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The database of a workspace that received all cases."""
    workspace = Workspace(tmp_path_factory.mktemp("cases"))
    tables = {}
    for table, row in sent_rows():
        tables.setdefault(table, []).append(row)
    site = SITE
    for table, rows in tables.items():
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns = ", ".join(f"{name}: {name}" for name in names)
        site += f"  - match: {table}.csv\n    tables:\n"
        site += f"      - {{table: {table}, columns: {{{columns}}}}}\n"
        path = workspace.extracts / "clinic" / "2020-01-31" / f"{table}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    path = workspace.root / "sites" / "clinic" / "site.yml"
    path.parent.mkdir(parents=True)
    path.write_text(site, encoding="utf-8")
    (verdict,) = receive(workspace, say=lambda line: None)
    assert verdict.problems == []
    answer = dbt_build(
        workspace.root,
        *("--select", "+treatment_lines", "+trastuzumab_resistances"),
        *("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"),
    )
    assert answer.returncode == 0, answer.stdout[-3000:]
    landed = str(workspace.landing / "patients" / "*" / "*" / "*.parquet")
    with duckdb.connect(str(workspace.working_db)) as database:
        database.execute(
            "create temp view numbers as select distinct record_no, patient_id "
            f"from read_parquet('{landed}')"
        )
        yield database


def test_lines_of_therapy(built):
    found = {case["case"]: [] for case in LINES}
    for number, *line in built.execute(
        "select record_no, line_no, anchor_on, ended_on, regimen, sent_line_no, "
        "is_line_no_as_sent from core.treatment_lines join numbers using (patient_id) "
        "order by record_no, line_no"
    ).fetchall():
        no, first, last, regimen, sent, is_same = line
        site = f" (site {sent}{'' if is_same else ' differs'})" if sent else ""
        if number in found:
            found[number].append(f"{no} {first}..{last} {regimen}{site}")
    wrong = {
        case["case"]: ("; ".join(found[case["case"]]), case["lines"], case["why"])
        for case in LINES
        if "; ".join(found[case["case"]]) != case["lines"]
    }
    assert wrong == {}


def test_resistance_to_trastuzumab(built):
    found = dict(
        built.execute(
            "select record_no, resistance_code || ' ' || resistance_setting || ' ' || "
            "resistance_on from core.trastuzumab_resistances "
            "join numbers using (patient_id)"
        ).fetchall()
    )
    wrong = {
        case["case"]: (found.get(case["case"], ""), case["resistance"], case["why"])
        for case in RESISTANCES
        if found.get(case["case"], "") != case["resistance"]
    }
    assert wrong == {}


def test_each_resistance_names_the_record_that_decides(built):
    unknown = built.execute(
        "select patient_id from core.trastuzumab_resistances where deciding_row_id "
        "not in (select source_row_id from core.diagnoses union "
        "select source_row_id from core.tumour_assessments union "
        "select source_row_id from core.milestones)"
    ).fetchall()
    assert unknown == []
