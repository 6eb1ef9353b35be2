"""Analyses of what came in, each held against a count made another way."""

import datetime
import io
import json
from collections import Counter, defaultdict
from statistics import median

import duckdb
from workspaces import ROOT

from oncohort.sql import run_sql


def test_missing_by_site(ask, rows):
    (found,) = [
        row
        for row in ask("missing_by_site", at_least="0")
        if (row["site_id"], row["table_name"], row["field"])
        == ("hospital_b", "patients", "birth_on")
    ]

    here = [
        r["birth_on"] for r in rows("core.patients") if r["site_id"] == "hospital_b"
    ]
    others = [
        r["birth_on"] for r in rows("core.patients") if r["site_id"] != "hospital_b"
    ]
    assert (found["n_rows"], found["n_missing"]) == (len(here), here.count(None))
    assert found["n_missing"] == 8
    assert found["elsewhere_fraction"] == round(others.count(None) / len(others), 3)
    assert min(r["missing_fraction"] for r in ask("missing_by_site")) >= 0.05


def test_date_precision(ask, rows):
    births = [
        row["birth_on_precision"]
        for row in rows("core.patients")
        if row["site_id"] == "hospital_d" and row["birth_on"]
    ]
    found = {
        (row["site_id"], row["field"]): row
        for row in ask("date_precision")
        if row["table_name"] == "patients"
    }

    row, counts = found["hospital_d", "birth_on"], Counter(births)
    assert (row["n_dates"], row["n_month_only"], row["n_year_only"]) == (
        len(births),
        counts["month"],
        counts["year"],
    )
    assert counts["month"] and counts["year"]
    assert ("msk", "birth_on") not in found, "its years mean nothing"


def test_unmapped(ask, rows):
    found = ask("unmapped")
    assert sum(row["n_rows"] for row in found) == len(rows("quality.unmapped_values"))


def test_rows_per_delivery(ask, rows):
    landed = Counter()
    for row in rows("core.source_rows"):
        landed[row["site_id"], str(row["delivered_on"])] += 1
    found = ask("rows_per_delivery")
    assert {
        (row["site_id"], row["delivered_on"]): row["n_rows_landed"] for row in found
    } == landed


def test_delivery_changes(ask, rows):
    sent = defaultdict(set)
    for row in rows("core.source_rows"):
        sent[row["site_id"], row["table_name"], str(row["delivered_on"])].add(
            row["record_id"]
        )
    found = ask("delivery_changes")

    for row in found:
        site, table = row["site_id"], row["table_name"]
        before, now = (
            sent[site, table, row["before_on"]],
            sent[site, table, row["delivered_on"]],
        )
        assert (row["n_before"], row["n_now"]) == (len(before), len(now))
        assert (row["n_new"], row["n_gone"]) == (len(now - before), len(before - now))
    later = Counter((site, table) for site, table, _ in sent)
    assert len(found) == sum(n - 1 for n in later.values()) > 20


def test_data_age(ask, rows):
    delivered = defaultdict(set)
    for row in rows("core.source_rows"):
        delivered[row["site_id"]].add(row["delivered_on"])
    found = {row["site_id"]: row for row in ask("data_age", as_of="2020-12-31")}

    assert found.keys() == delivered.keys()
    for site, days in delivered.items():
        assert found[site]["n_deliveries"] == len(days)
        assert found[site]["age_days"] == (datetime.date(2020, 12, 31) - max(days)).days
    assert sum(row["n_patients"] for row in found.values()) == len(
        rows("core.patients")
    )
    assert found["msk"]["newest_on"] is None, "its dates count from an anchor"


def test_query_ages(ask, rows):
    waiting = [r for r in rows("quality.data_queries") if r["status"] != "closed"]
    found = ask("query_ages", as_of="2026-12-31")

    assert sum(row["n_queries"] for row in found) == len(waiting) > 1000
    for row in found:
        key = ("site_id", "severity", "status")
        own = [q for q in waiting if all(q[name] == row[name] for name in key)]
        ages = [(datetime.date(2026, 12, 31) - q["first_seen_on"]).days for q in own]
        assert (row["oldest_days"], row["median_days"]) == (max(ages), median(ages))
        assert row["n_never_sent"] == sum(q["issued_on"] is None for q in own)


def test_record_rules(ask, rows):
    found = {row["rule_id"]: row["n_open"] for row in ask("record_rules")}
    waiting = ("open", "reopened")
    queries = [r for r in rows("quality.data_queries") if r["status"] in waiting]
    assert {rule: n for rule, n in found.items() if n} == Counter(
        row["rule_id"] for row in queries
    )
    assert found.keys() == {row["rule_id"] for row in rows("reference.record_rules")}


def test_deaths_and_contacts(ask, empty):
    (found,) = ask("deaths_and_contacts")
    assert (found["site_id"], found["problem"]) == (
        "tcga",
        "dead, but no date of death",
    )

    database = empty.current_publication() / "oncohort.duckdb"
    with duckdb.connect(str(database)) as connection:
        for table, columns, values in [
            ("patients", "patient_id, site_id", "('A', 's'), ('B', 's'), ('C', 's')"),
            (
                "milestones",
                "patient_id, milestone_code, occurred_on",
                "('A', 'death', '2020-01-10'), ('B', 'death', '2020-01-10'), "
                "('B', 'death', '2020-01-12'), ('C', 'death', '2020-01-10')",
            ),
            (
                "contacts",
                "patient_id, vital_status_code, contact_on",
                "('A', 'alive', '2020-02-01'), ('C', 'alive', '2020-01-10'), "
                "('C', 'dead', '2020-03-01')",
            ),
            (
                "treatments",
                "patient_id, drug_code, started_on",
                "('A', 'lapatinib', '2020-01-11')",
            ),
        ]:
            connection.execute(f"insert into core.{table} ({columns}) values {values}")
    out = io.StringIO()
    run_sql(empty, ROOT / "analyses" / "deaths_and_contacts.sql", out, format="json")

    assert [
        (row["patient_id"], row["problem"], row["days_after_death"])
        for row in json.loads(out.getvalue())
    ] == [
        ("A", "seen alive after death", 22),
        ("B", "two dates of death", 2),
        ("A", "given lapatinib after death", 1),
    ]


def test_line_numbers(ask, rows):
    lines = rows("core.treatment_lines")
    assert len(ask("line_numbers")) == sum(
        r["is_line_no_as_sent"] is False for r in lines
    )


def test_treatment_gaps(ask):
    found = ask("treatment_gaps")
    # a drug's row of the made-up extracts pauses twice for as long as one may
    assert [row["pause_days"] for row in found] == [90, 90]
    assert len(ask("treatment_gaps", days="90")) == 0
