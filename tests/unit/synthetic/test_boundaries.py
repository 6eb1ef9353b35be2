from datetime import date, timedelta

import pytest

from oncohort.synthetic.journey import add_months

DAY = timedelta(days=1)


@pytest.fixture
def on_edge(journeys):
    def pick(name):
        found = [j for j in journeys if j.boundary == name]
        assert found, name
        return found

    return pick


def rows(j, table, **wanted):
    return [
        row
        for row in j.tables[table]
        if all(row.get(name) == value for name, value in wanted.items())
    ]


def last_day(row):
    return row["ended_on"] or row["started_on"]


def trastuzumab_end(j, before):
    spells = rows(j, "treatments", drug="trastuzumab")
    return max(last_day(row) for row in spells if row["started_on"] < before)


def trastuzumab_start(j, before):
    """First day of trastuzumab for metastatic disease."""
    spells = rows(j, "treatments", drug="trastuzumab")
    first = j.on["metastatic"]
    return min(r["started_on"] for r in spells if first <= r["started_on"] < before)


@pytest.mark.parametrize(
    ("name", "zero"),
    [
        ("window_first_day", date(2010, 5, 1)),
        ("day_before_window", date(2010, 4, 30)),
        ("window_last_day", date(2017, 10, 31)),
        ("window_last_day_late_partner", date(2017, 10, 31)),
        ("day_after_window", date(2017, 11, 1)),
        ("anchor_inside_zero_after_window", date(2017, 11, 1)),
    ],
)
def test_time_zero_on_both_sides_of_the_window(on_edge, name, zero):
    assert {j.zero for j in on_edge(name)} == {zero}


def test_recurrence_twelve_months_after_trastuzumab(on_edge):
    for j in on_edge("adjuvant_exactly_12_months"):
        recurrence = j.on["recurrence"]
        assert add_months(trastuzumab_end(j, recurrence), 12) == recurrence
    for name in ("adjuvant_12_months_and_a_day", "adjuvant_12_months_and_a_day_lx"):
        for j in on_edge(name):
            recurrence = j.on["recurrence"]
            assert add_months(trastuzumab_end(j, recurrence), 12) == recurrence - DAY
    (leap,) = on_edge("adjuvant_end_29_february")
    assert trastuzumab_end(leap, leap.on["recurrence"]) == date(2012, 2, 29)
    assert leap.on["recurrence"] == date(2013, 2, 28)


def test_progression_three_months_after_start(on_edge):
    for name in ("primary_3_months", "primary_3_months_no_scan"):
        exact = [
            add_months(trastuzumab_start(j, j.on["resistance"]), 3)
            == j.on["resistance"]
            for j in on_edge(name)
        ]
        assert any(exact)
    for j in on_edge("primary_3_months_clipped"):
        start = trastuzumab_start(j, j.on["resistance"])
        assert start.day > j.on["resistance"].day
        assert add_months(start, 3) == j.on["resistance"]
    for name in ("cannot_tell_no_scan", "cannot_tell_scan_after_3_months"):
        late = {
            j.on["resistance"] - add_months(trastuzumab_start(j, j.on["resistance"]), 3)
            for j in on_edge(name)
        }
        assert min(late) == DAY


@pytest.mark.parametrize("days", [28, 29])
def test_progression_after_the_end_of_trastuzumab(on_edge, days):
    for j in on_edge(f"progression_{days}_days_after_end"):
        end = trastuzumab_end(j, j.on["resistance"])
        assert (j.on["resistance"] - end).days == days


def test_partners_28_and_29_days_after_the_anchor(on_edge):
    for j in on_edge("partner_28_days"):
        starts = {row["started_on"] for row in j.tables["treatments"]}
        assert (j.zero - j.on["anchor"]).days == 28
        assert {j.zero, j.on["anchor"]} <= starts
    for j in on_edge("extra_chemo_29_days"):
        (extra,) = rows(j, "treatments", drug="irinotecan")[:1]
        assert (extra["started_on"] - j.on["anchor"]).days == 29
    for j in on_edge("lapatinib_29_days_before_partner"):
        spells = rows(j, "treatments", drug="lapatinib")
        assert (j.zero - min(row["started_on"] for row in spells)).days == 29


@pytest.mark.parametrize(
    ("name", "column", "size"),
    [
        ("lesion_10_mm", "longest_diameter_mm", 10.0),
        ("lesion_9_9_mm", "longest_diameter_mm", 9.9),
        ("node_15_mm", "short_axis_mm", 15.0),
        ("node_14_9_mm", "short_axis_mm", 14.9),
    ],
)
def test_lesions_on_both_sides_of_measurable(on_edge, name, column, size):
    for j in on_edge(name):
        day = min(row["assessed_on"] for row in j.tables["lesions"])
        sizes = [row.get(column) for row in rows(j, "lesions", assessed_on=day)]
        assert [found for found in sizes if found] == [size]


@pytest.mark.parametrize("days", [56, 57])
def test_lesions_measured_before_time_zero(on_edge, days):
    for j in on_edge(f"lesion_{days}_days"):
        measured = [r["assessed_on"] for r in j.tables["lesions"]]
        assert (j.zero - max(day for day in measured if day <= j.zero)).days == days


def test_brain_radiotherapy_before_and_on_time_zero(on_edge):
    for name, lead in (("day_before", DAY), ("on_time_zero", 0 * DAY)):
        for j in on_edge(f"brain_radiotherapy_{name}"):
            (course,) = rows(j, "procedures", procedure="radiotherapy", region="brain")
            assert j.zero - course["started_on"] == lead


def test_adverse_events_asked_about_28_and_29_days_after_treatment(on_edge):
    for days in (28, 29):
        for j in on_edge(f"safety_contact_day_{days}"):
            drugs = ("lapatinib", "capecitabine")
            ends = [
                last_day(r) for r in j.tables["treatments"]
                if r["drug"] in drugs and r["started_on"] >= j.on["anchor"]
            ]  # fmt: skip
            asked = rows(j, "contacts", adverse_events_asked="yes")
            assert [(r["contact_on"] - max(ends)).days for r in asked] == [days]


def test_brain_scans_on_the_last_day_and_after(on_edge):
    for name, shift in (("on_pfs_day", 0 * DAY), ("day_after_pfs", DAY)):
        for j in on_edge(f"brain_scan_{name}"):
            days = [r["assessed_on"] for r in rows(j, "assessments", region="brain")]
            assert j.pfs_end + shift in days


def test_drug_rows_are_unordered_overlapping_and_repeated(journeys):
    repeated = overlapping = 0
    for j in journeys:
        spells = [
            (r["drug"], r["started_on"], r["ended_on"]) for r in j.tables["treatments"]
        ]
        repeated += len(spells) - len(set(spells))
        pairs = zip(spells, spells[1:], strict=False)
        overlapping += sum(
            a[0] == b[0] and bool(a[2]) and a[1] < b[1] < a[2] for a, b in pairs
        )
    assert repeated > 100
    assert overlapping > 100
