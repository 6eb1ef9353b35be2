"""Each record rule raises what it is for and is silent on what may be right.

`record_rule_cases.csv`: per rule the rows of a patient that must raise it, and no
other rule but `also`, and the rows of one just short of it, which must raise nothing.
A row is `table column=value ...`. `~table` alters the row that every patient has,
`-table` leaves it out, a 2 before them means the second delivery (of `patients`
alone), `twin` is a second patient of the hospital and `other` one of another
hospital.
"""

import csv
import io
import shlex
from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
import yaml
from workspaces import ROOT, dbt_build

from oncohort.contract import extract_tables
from oncohort.receive.run import receive
from oncohort.sql import run_sql
from oncohort.workspace import Workspace

BASELINE = {
    "patients": {"sex": "female", "birth_on": "1960-05-01"},
    "diagnoses": {"diagnosis": "primary", "diagnosed_on": "2014-01-10", "stage": "II"},
    "contacts": {"contact_on": "2016-06-01", "vital_status": "alive"},
}
FIRST, SECOND, OTHER = "clinic/2018-01-01", "clinic/2018-07-01", "other/2018-01-01"
SITE = """\
site_id: {site}
title: A hospital (made up)
language: en
made_up: true
source: made up for a test
files:
{files}
"""


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


CASES = read(Path(__file__).with_name("record_rule_cases.csv"))


def write(path, rows, names):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def patient_rows(text):
    """What one case sends: (delivery, table, row) for a patient and those beside it."""
    first = {table: dict(row) for table, row in BASELINE.items()}
    second = {"patients": first["patients"]}
    rows = []
    for part in text.split("; "):
        word, *pairs = shlex.split(part)
        values = dict(pair.split("=") for pair in pairs)
        changed, word = (second, word[1:]) if word[0] == "2" else (first, word)
        if word in ("twin", "other"):
            row = BASELINE["patients"] | values | {"record_no": " and another"}
            places = (FIRST, SECOND) if word == "twin" else (OTHER,)
            rows += [(place, "patients", row) for place in places]
        elif word[0] == "-":
            changed.pop(word[1:])
        elif word[0] == "~":
            changed[word[1:]] = changed[word[1:]] | values
            if changed is first and word == "~patients":
                second["patients"] = first["patients"]
        else:
            rows.append((FIRST, word, values))
    if "patients" not in first:
        second = {}
    rows += [(FIRST, table, row) for table, row in first.items()]
    return rows + [(SECOND, table, row) for table, row in second.items()]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """A workspace with a patient for each case and each near miss, built once."""
    workspace = Workspace(tmp_path_factory.mktemp("rules"))
    sent = defaultdict(list)
    for case in CASES:
        for kind in ("raises", "near_miss"):
            number = f"{case['rule_id']} {kind}"
            for place, table, row in patient_rows(case[kind]):
                row = row | {"record_no": number + row.get("record_no", "")}
                sent[place, table].append(row)
    columns = defaultdict(dict)
    for (_, table), rows in sent.items():
        columns[table] |= {name: name for row in rows for name in row}
    for (place, table), rows in sent.items():
        write(workspace.extracts / place / f"{table}.csv", rows, columns[table])
    for site in ("clinic", "other"):
        describe(workspace, site, columns)
    send_corrections(workspace)
    verdicts = receive(workspace, say=lambda line: None)
    assert [problem for verdict in verdicts for problem in verdict.problems] == []
    kinds = ("--resource-type", "model", "--resource-type", "seed")
    built = dbt_build(workspace.root, "--select", "+data_queries", *kinds)
    assert built.returncode == 0, built.stdout[-3000:]
    return workspace


@pytest.fixture(scope="module")
def raised(judged):
    """Record number -> rules with an open query for that patient."""
    return queries(judged)


def describe(workspace, site, columns):
    """A `site.yml` that takes every column as the contract names it; codes as codes."""
    files = [
        {"match": f"{table}.csv", "optional": True}
        | {"tables": [{"table": table, "columns": names}]}
        for table, names in columns.items()
    ]
    folder = workspace.root / "sites" / site
    folder.mkdir(parents=True)
    (folder / "site.yml").write_text(
        SITE.format(site=site, files=yaml.safe_dump(files)), "utf-8"
    )
    codes = [
        {"code_list": row["code_list"], "term": row["code"], "code": row["code"]}
        for row in read(ROOT / "seeds" / "code_lists.csv")
    ]
    write(folder / "codes.csv", codes, codes[0])


def send_corrections(workspace):
    """A site `ledger` whose contacts come in three deliveries of changes."""
    days = {
        "2018-01-01": {"fixed": 7, "broken": 1, "twice": 7, "deleted": 7, "same": 7},
        "2018-02-01": {"fixed": 1, "broken": 7, "twice": 1, "deleted": ""},
        "2018-03-01": {"twice": 7},
    }
    for day, scores in days.items():
        rows = [
            {"record_no": number, "contact_on": "2016-01-01", "ecog": ecog}
            | {"state": "gone" if ecog == "" else ""}
            for number, ecog in scores.items()
        ]
        path = workspace.extracts / "ledger" / day / "contacts.csv"
        write(path, rows, rows[0])
    columns = {name: name for name in ("record_no", "contact_on", "ecog")}
    files = [
        {
            "match": "contacts.csv",
            "delivery_kind": "changes",
            "delete_when": {"column": "state", "in": ["gone"]},
            "tables": [{"table": "contacts", "columns": columns}],
        }
    ]
    text = SITE.format(site="ledger", files=yaml.safe_dump(files))
    path = workspace.root / "sites" / "ledger" / "site.yml"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")


def queries(workspace):
    landing = workspace.landing.as_posix()
    numbers = " union all ".join(
        f"select record_no, patient_id from read_parquet('{landing}/{table}"
        "/*/*/*.parquet', hive_partitioning = false)"
        for table in extract_tables()
    )
    found = defaultdict(set)
    with duckdb.connect(str(workspace.working_db), read_only=True) as connection:
        rows = connection.execute(
            f"select distinct record_no, rule_id from ({numbers}) "
            "join quality.data_queries using (patient_id) where status <> 'closed'"
        ).fetchall()
    for number, rule_id in rows:
        found[number].add(rule_id)
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule_id"])
def test_rule_raises_what_it_is_for_and_nothing_else(raised, case):
    expected = {case["rule_id"], *case["also"].split()}
    assert raised[f"{case['rule_id']} raises"] == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["rule_id"])
def test_rule_is_silent_on_what_may_be_right(raised, case):
    assert raised[f"{case['rule_id']} near_miss"] == set()


def test_every_rule_has_its_case():
    rules = [row["rule_id"] for row in read(ROOT / "seeds" / "record_rules.csv")]
    assert [case["rule_id"] for case in CASES] == rules


def test_unmapped_words_come_with_the_known_words_most_like_them(judged):
    out = io.StringIO()
    run_sql(judged, "unmapped", out, format="csv", working=True)

    rows = csv.DictReader(out.getvalue().splitlines())
    words = {row["word"]: row["suggestions"] for row in rows}
    assert words == {"earlobe": "", "lapatnib": "lapatinib, LX, apatinib"}


def test_every_rule_is_listed_with_its_queries(judged):
    out = io.StringIO()
    run_sql(judged, "record_rules", out, format="csv", working=True)

    rows = list(csv.DictReader(out.getvalue().splitlines()))
    assert {row["rule_id"] for row in rows} == {case["rule_id"] for case in CASES}
    assert all(int(row["n_open"]) > 0 for row in rows)


def test_changes_close_and_reopen_queries(judged):
    with duckdb.connect(str(judged.working_db), read_only=True) as connection:
        rows = connection.execute(
            "select distinct record_no, status, first_seen_on::varchar, n_deliveries "
            "from quality.data_queries join read_parquet("
            f"'{judged.landing.as_posix()}/contacts/site=ledger/*/*.parquet', "
            "hive_partitioning = false) using (patient_id) "
            "where rule_id = 'contacts.ecog_out_of_range' order by all"
        ).fetchall()

    assert rows == [
        ("broken", "open", "2018-02-01", 2),
        ("deleted", "closed", "2018-01-01", 1),
        ("fixed", "closed", "2018-01-01", 1),
        ("same", "open", "2018-01-01", 3),
        ("twice", "reopened", "2018-01-01", 2),
    ]
