import csv
from datetime import date

import pytest

from oncohort.synthetic import DEFAULT_SEED, synthesize
from oncohort.synthetic.deliveries import altered
from oncohort.synthetic.journey import meets

ROW = {"dose": 75, "started_on": date(2014, 3, 3), "ended_on": date(2014, 4, 3)}


def spoilt(folder, seed):
    synthesize(folder, seed, say=lambda line: None, with_defects=True)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return spoilt(tmp_path_factory.mktemp("planted"), DEFAULT_SEED)


def test_changes_see_the_row_as_it_was():
    swapped = altered(ROW, "started_on=@ended_on;ended_on=@started_on")
    assert (swapped["started_on"], swapped["ended_on"]) == (
        ROW["ended_on"],
        ROW["started_on"],
    )
    assert altered(ROW, "dose=*10")["dose"] == 750
    assert altered(ROW, "dose=")["dose"] == ""
    later = altered(ROW, "started_on=@death_on+5", {"death_on": date(2015, 1, 1)})
    assert later["started_on"] == date(2015, 1, 6)
    assert ROW["dose"] == 75


@pytest.mark.parametrize(
    ("terms", "is_met"),
    [
        ("dose=75|100", True),
        ("dose=100", False),
        ("stage=", True),
        ("stage>1", False),
        ("ended_on>@started_on+30", True),
        ("ended_on>@started_on+31", False),
        ("ended_on>@death_on", False),
    ],
)
def test_terms_ask_about_fields_that_may_be_missing(terms, is_met):
    assert meets(ROW, terms) is is_met


def test_only_the_newest_deliveries_are_spoilt(made, planted):
    changed = {name for name in planted if planted[name] != made.bytes.get(name)}
    days = {tuple(name.split("/")[1:3]) for name in changed if "/" in name}
    assert planted["truth.csv"] == made.bytes["truth.csv"]
    assert len({site for site, _ in days}) == 8
    assert not days & {("hospital_a", "2019-07-15"), ("hospital_b", "2019-08-05")}


def test_a_patient_carries_one_defect(planted):
    lines = planted["defects.csv"].decode().splitlines()
    places = [(row["site_id"], row["record_no"]) for row in csv.DictReader(lines)]
    assert len(set(places)) == len(places) >= 500


def test_any_seed_has_patients_for_every_defect(tmp_path, planted):
    other = spoilt(tmp_path / "new", DEFAULT_SEED + 1)
    n_lines = [made["defects.csv"].count(b"\n") for made in (planted, other)]
    assert n_lines[0] == n_lines[1]
