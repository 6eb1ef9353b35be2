"""The named analyses, each held against a count made another way."""

import datetime
import io
import json
from collections import Counter, defaultdict
from statistics import median

import duckdb
import pytest
from dateutil.relativedelta import relativedelta
from workspaces import ROOT

from oncohort.sql import run_sql
from oncohort.sql.questions import analyses

NAMES = sorted(path.stem for path in (ROOT / "analyses").glob("*.sql"))


@pytest.fixture(scope="module")
def ask(study_workspace):
    def answer(name, **given):
        out = io.StringIO()
        run_sql(study_workspace, name, out, format="json", given=given)
        return json.loads(out.getvalue())

    return answer


@pytest.fixture(scope="module")
def rows(study_database):
    """Rows of a table as dicts, for counting in Python."""

    def of(table):
        # each time anew: a question opens the file with other settings
        with duckdb.connect(str(study_database), read_only=True) as connection:
            found = connection.execute(f"select * from {table}")
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return of


@pytest.fixture(scope="module")
def followups(rows):
    """Follow-up by study, endpoint and patient, of the default rule set."""
    return {
        (row["study_id"], row["endpoint_code"], row["patient_id"]): row
        for row in rows("core.time_to_event")
        if row["rule_set_id"] == "default"
    }


@pytest.fixture(scope="module")
def site_of(rows):
    return {row["patient_id"]: row["site_id"] for row in rows("core.patients")}


@pytest.fixture
def empty(study_database, workspace):
    """A publication whose tables have no rows, and no study's tables."""
    folder = workspace.published / "empty"
    folder.mkdir(parents=True)
    workspace.current.write_text("empty\n")
    with duckdb.connect(str(folder / "oncohort.duckdb")) as connection:
        connection.execute(f"attach '{study_database}' as full_one (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name, schema_name from duckdb_tables() "
            "where database_name = 'full_one' "
            "and schema_name in ('core', 'quality', 'analysis', 'reference')"
        ).fetchall()
        for table, schema in tables:
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {table} as from full_one.{table} limit 0")
    return workspace


def test_each_says_what_a_row_is_and_how_to_read_it(study_workspace):
    page = (ROOT / "docs" / "sql.md").read_text("utf-8")
    found = analyses(study_workspace)
    assert list(found) == NAMES and len(NAMES) >= 17
    for name, question in found.items():
        lines = question.sql.splitlines()
        head = [line for line in lines if line.startswith("--")]
        assert lines[0].startswith("-- ") and len(head) >= 2, name
        assert len(lines) <= 120 and max(map(len, lines)) <= 88, name
        assert f"`{name}`" in page, f"docs/sql.md says nothing of {name}"
        assert {"{{", "{%"}.isdisjoint(question.sql), "analyses are plain SQL"


def test_none_needs_a_study_a_site_or_a_row(empty):
    for name in NAMES:
        out = io.StringIO()
        run_sql(empty, ROOT / "analyses" / f"{name}.sql", out)
        assert "row" in out.getvalue()


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


def test_follow_up_gaps(ask, rows, followups):
    seen = defaultdict(set)
    for row in rows("core.contacts"):
        seen[row["patient_id"]].add(row["contact_on"])
    for row in rows("core.tumour_assessments"):
        seen[row["patient_id"]].add(row["assessed_on"])
    expected = Counter()
    for (study, endpoint, patient), followup in followups.items():
        if endpoint == "os" and followup["end_on"]:
            start, end = followup["start_on"], followup["end_on"]
            days = sorted({start, end} | {d for d in seen[patient] if d})
            days = [day for day in days if start <= day <= end]
            for one, next_one in zip(days, days[1:], strict=False):
                expected[study] += (next_one - one).days > 182

    found = ask("follow_up_gaps")
    assert Counter(row["study_id"] for row in found) == +expected
    assert len(ask("follow_up_gaps", study="tcga_brca")) == expected["tcga_brca"] > 0
    assert min(row["gap_days"] for row in found) > 182
    assert len(ask("follow_up_gaps", days="100000")) == 0


def test_immortal_time(ask, rows, followups):
    # the made-up patients whose arm starts with another drug: time zero is the last one
    own = {
        row["patient_id"]: (row["time_zero_on"] - row["first_drug_on"]).days
        for row in rows("lx_vs_tbp.entries")
    }
    found = ask("immortal_time", study="lx_vs_tbp")

    before = {
        row["patient_id"]: row["days_before_time_zero"]
        for row in found
        if row["days_before_time_zero"] > 0
    }
    assert before == {patient: days for patient, days in own.items() if days > 0}
    assert len(before) > 50
    lines = {row["patient_id"]: row["line_no"] for row in rows("lx_vs_tbp.cohort")}
    assert all(row["line_no"] == lines[row["patient_id"]] for row in found)
    assert len({row["patient_id"] for row in found}) == len(found)
    at_once = {
        patient
        for (study, endpoint, patient), row in followups.items()
        if (study, endpoint) == ("tcga_brca", "os") and row["followup_days"] == 0
    }
    found = ask("immortal_time", study="tcga_brca")
    assert at_once == {r["patient_id"] for r in found if r["followup_days"] == 0}
    assert at_once


def test_outlying_sites(ask, rows, followups, site_of):
    found = ask("outlying_sites", z="0", study="lx_vs_tbp")
    events = defaultdict(list)
    for (study, endpoint, patient), row in followups.items():
        if (study, endpoint) == ("lx_vs_tbp", "os"):
            events[site_of[patient]].append(row["is_event"])

    for row in found:
        if row["measure"] != "event: os":
            continue
        own = events[row["site_id"]]
        rest = [x for site in events if site != row["site_id"] for x in events[site]]
        share = (sum(own) + sum(rest)) / (len(own) + len(rest))
        error = (share * (1 - share) * (1 / len(own) + 1 / len(rest))) ** 0.5
        z = (sum(own) / len(own) - sum(rest) / len(rest)) / error
        assert (row["n_with"], row["z"]) == (sum(own), pytest.approx(z, abs=0.006))
    assert len([row for row in found if row["measure"] == "event: os"]) == len(events)
    assert all(abs(row["z"]) >= 2 for row in ask("outlying_sites"))


def test_near_a_limit(ask, followups, rows):
    found = ask("near_a_limit", days="10")
    stable = {
        (row["study_id"], row["patient_id"])
        for row in rows("core.best_responses")
        if row["response_code"] == "SD" and row["rule_set_id"] == "default"
    }
    near = {
        patient
        for (study, endpoint, patient), row in followups.items()
        if endpoint == "pfs"
        and (study, patient) in stable
        and abs(row["followup_days"] - 182.625) <= 10
    }
    assert {r["patient_id"] for r in found if r["rule"] == "sd_benefit_days"} == near
    assert near
    # up to a year after the last trastuzumab before the recurrence, that day included
    given = defaultdict(list)
    for row in rows("core.treatments"):
        if row["drug_code"] == "trastuzumab" and row["started_on"]:
            given[row["patient_id"]].append((row["started_on"], row["last_on"]))
    late = Counter()
    for row in rows("core.trastuzumab_resistances"):
        if row["resistance_setting"] == "adjuvant":
            on = row["resistance_on"]
            last = max(end for start, end in given[row["patient_id"]] if start < on)
            late[row["patient_id"]] = (on - (last + relativedelta(years=1))).days
    edge = {
        row["patient_id"]: row["distance_days"]
        for row in found
        if row["rule"] == "adjuvant_resistance_months"
    }
    assert edge == {patient: days for patient, days in late.items() if days >= -10}
    assert max(edge.values()) == 0
    assert {"restart_gap_days", "regimen_window_days"} <= {r["rule"] for r in found}


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


def test_patients_by_step(ask, rows):
    for study in ("lx_vs_tbp", "msk_2018", "tcga_brca"):
        found = [r for r in ask("patients_by_step", study=study) if not r["reason"]]
        assert found[0]["n_in"] == len(rows(f"{study}.eligibility"))
        for one, next_one in zip(found, found[1:], strict=False):
            assert one["n_in"] - one["n_out"] == one["n_left"] == next_one["n_in"]
    assert ask("patients_by_step", study="lx_vs_tbp")[-1]["n_left"] is None
    lx = [r for r in ask("patients_by_step", study="lx_vs_tbp") if not r["reason"]]
    assert lx[-1]["n_left"] == 554


def test_adverse_event_rates(ask, rows, followups, site_of):
    found = [r for r in ask("adverse_event_rates", grade="3") if r["term_group"]]
    within = Counter()
    for event in rows("core.adverse_events"):
        row = followups.get(("lx_vs_tbp", "pfs", event["patient_id"]))
        if row and event["started_on"] and (event["grade"] or 0) >= 3:
            inside = row["start_on"] <= event["started_on"] <= row["end_on"]
            within[event["site_id"], event["term_group"]] += inside
    years = Counter()
    for (study, endpoint, patient), row in followups.items():
        if (study, endpoint) == ("lx_vs_tbp", "pfs"):
            years[site_of[patient]] += row["followup_days"] / 365.25

    assert {(r["site_id"], r["term_group"]): r["n_events"] for r in found} == +within
    for row in found:
        rate = 100 * row["n_events"] / years[row["site_id"]]
        assert row["rate_per_100_patient_years"] == pytest.approx(rate, abs=0.051)


def test_treatment_gaps(ask):
    found = ask("treatment_gaps")
    # a drug's row of the made-up extracts pauses twice for as long as one may
    assert [row["pause_days"] for row in found] == [90, 90]
    assert len(ask("treatment_gaps", days="90")) == 0


def test_ends_of_follow_up(ask, followups, site_of):
    expected = Counter(
        (study, endpoint, site_of[patient], row["exit_reason"])
        for (study, endpoint, patient), row in followups.items()
    )
    key = ("study_id", "endpoint_code", "site_id", "exit_reason")
    found = {
        tuple(r[k] for k in key): r["n_patients"] for r in ask("ends_of_follow_up")
    }
    assert found == expected


def test_scan_intervals(ask, rows, followups):
    scans = defaultdict(set)
    for row in rows("core.tumour_assessments"):
        if row["is_adequate"] and row["site_id"] == "hospital_c":
            scans[row["patient_id"]].add(row["assessed_on"])
    intervals = []
    for patient, days in scans.items():
        row = followups.get(("lx_vs_tbp", "pfs", patient))
        if row:
            days = {day for day in days if row["start_on"] < day <= row["end_on"]}
            days = sorted({row["start_on"], *days})
            intervals += [(b - a).days for a, b in zip(days, days[1:], strict=False)]
    (found,) = [r for r in ask("scan_intervals") if r["site_id"] == "hospital_c"]

    assert (found["n_scans"], found["median_days"]) == (
        len(intervals),
        median(intervals),
    )
    assert found["longest_days"] == max(intervals)


def test_endpoint_evidence(ask, followups, rows):
    found = ask("endpoint_evidence", study="lx_vs_tbp")
    pfs = {p: r for (s, e, p), r in followups.items() if (s, e) == ("lx_vs_tbp", "pfs")}
    lines = {r["source_row_id"]: r["source_line"] for r in rows("core.source_rows")}

    assert {row["patient_id"]: row["source_line"] for row in found} == {
        patient: lines.get(row["deciding_row_id"]) for patient, row in pfs.items()
    }


def test_line_numbers(ask, rows):
    lines = rows("core.treatment_lines")
    assert len(ask("line_numbers")) == sum(
        r["is_line_no_as_sent"] is False for r in lines
    )


def test_record_rules(ask, rows):
    found = {row["rule_id"]: row["n_open"] for row in ask("record_rules")}
    waiting = ("open", "reopened")
    queries = [r for r in rows("quality.data_queries") if r["status"] in waiting]
    assert {rule: n for rule, n in found.items() if n} == Counter(
        row["rule_id"] for row in queries
    )
    assert found.keys() == {row["rule_id"] for row in rows("reference.record_rules")}


def test_rows_per_delivery(ask, rows):
    landed = Counter()
    for row in rows("core.source_rows"):
        landed[row["site_id"], str(row["delivered_on"])] += 1
    found = ask("rows_per_delivery")
    assert {
        (row["site_id"], row["delivered_on"]): row["n_rows_landed"] for row in found
    } == landed


def test_unmapped(ask, rows):
    found = ask("unmapped")
    assert sum(row["n_rows"] for row in found) == len(rows("quality.unmapped_values"))


def test_tables_and_columns(ask, rows):
    tables = {row["table_name"]: row for row in ask("tables")}
    assert tables["core.patients"]["n_rows"] == len(rows("core.patients"))
    assert tables["core.patients"]["one_row_is"].startswith("One row per patient")
    assert all(row["one_row_is"] for row in tables.values())
    columns = ask("columns", table="PATIENTS")
    assert columns == ask("columns", table="core.patients")
    assert [row["column_name"] for row in columns] == list(rows("core.patients")[0])
    assert all(row["meaning"] and row["data_type"] for row in columns)
