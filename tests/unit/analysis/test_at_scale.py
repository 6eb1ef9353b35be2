"""A population counted by the engine gives the numbers that its patients give."""

from pathlib import Path

import pytest

from oncohort.analysis import store

TRUTH = Path(__file__).parents[2] / "reference" / "truth.csv"
# the shipped study's patients as the tiny study names things
COHORT = f"""
create or replace table tiny.cohort as
select
    record_no as patient_id, site_id, case arm when 'LX' then 'A' else 'B' end as arm,
    age_group, has_taxane as is_prospective, pfs_days, is_pfs_event
from read_csv('{TRUTH.as_posix()}', types = {{'record_no': 'varchar'}})
where is_eligible
"""
BESIDE = """landmark_months = [2]
site = "site_id"
beside = ["hazard_ratios", "proportionality", "restricted_means", "stratified"]
"""


def results(tiny) -> dict[str, list]:
    tiny.analyse()
    rows = tiny.query(
        "select result_id, value, text, n, denominator, method from analysis.results"
        " where analysis_id = 'km'"
    )
    curves = tiny.query("select * from analysis.survival_curves order by all")
    at_risk = tiny.query("select * from analysis.numbers_at_risk order by all")
    return {name: rest for name, *rest in rows}, curves, at_risk


def test_both_ways_give_the_same_numbers(tiny, monkeypatch):
    tiny.write_plan(swap=("landmark_months = [2]\n", BESIDE))
    tiny.execute(COHORT)
    by_patient, curves, at_risk = results(tiny)
    asked, select = [], store.StudyTables.select

    def noted(self, what, *rest, **named):
        asked.append(what)
        return select(self, what, *rest, **named)

    monkeypatch.setattr(store.StudyTables, "select", noted)
    monkeypatch.setattr(store, "AT_SCALE", 0)
    counted, *others = results(tiny)

    assert by_patient["tiny.km.all.pfs.overall.all.n"][2] == 554
    assert len(by_patient) > 60
    lacking = by_patient.keys() - counted.keys()
    assert {name.rsplit(".", 1)[1] for name in lacking} <= {"agreement_with_lifelines"}
    for name, (value, *rest, method) in counted.items():
        own, *other, plain = by_patient[name]
        assert value == (None if own is None else pytest.approx(own, rel=1e-12)), name
        assert rest == other, name
        assert method.startswith(plain)
        assert "aggregated by DuckDB: day, event, arm" in method
    for rows, mine in zip(others, (curves, at_risk), strict=True):
        assert [row[:4] for row in rows] == [row[:4] for row in mine]
        for row, own in zip(rows, mine, strict=True):
            known = [value for value in own[4:] if value is not None]
            found = [value for value in row[4:] if value is not None]
            assert found == pytest.approx(known, rel=1e-12)
    # whatever comes from the cohort for this analysis is counted
    about = [what for what in asked if "pfs_days" in what]
    assert about
    assert all("count(*)" in what for what in about)
