"""Analyses of studies, each held against a count made another way."""

from collections import Counter, defaultdict
from statistics import median

import pytest
from dateutil.relativedelta import relativedelta


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
