"""Variants of lx_vs_tbp: who flips is worked out anew from the published tables.

Plain SQL on what was published under the plan; nothing of the variant machinery.
"""

import tomllib

import duckdb
import pytest
from workspaces import ROOT

FLIPS = "select patient_id, field, planned_value, variant_value"
FLIPS += " from analysis.variant_flips where study_id = 'lx_vs_tbp'"
# Six to twelve months after the last day of adjuvant trastuzumab, by the calendar; who
# progressed on it counts under any window.
LATE_ADJUVANT = """
with ended as (
    select cohort.patient_id, cohort.resistance_on, max(treatments.last_on) as last_on
    from lx_vs_tbp.cohort
    inner join core.treatments
        on cohort.patient_id = treatments.patient_id
        and treatments.drug_code = 'trastuzumab'
        and treatments.started_on < cohort.resistance_on
    where cohort.resistance_setting = 'adjuvant'
    group by all
)
select patient_id from ended where resistance_on > last_on + interval 6 month
"""


@pytest.fixture(scope="module")
def study(study_database):
    with duckdb.connect(str(study_database), read_only=True) as connection:
        yield connection


def number(study, result):
    found = study.execute(
        "select value from analysis.results where result_id = ?",
        [f"lx_vs_tbp.{result}"],
    ).fetchall()
    return found[0][0] if found else None


def test_the_plan_itself_is_the_first_row(study):
    for arm, statistic in [
        ("all", "hazard_ratio"),
        ("all", "hazard_ratio_ci_high"),
        ("LX", "median"),
        ("TBP", "n_events"),
    ]:
        planned = number(study, f"sensitivity.all.pfs.as_planned.{arm}.{statistic}")
        assert planned == number(study, f"figure1a.all.pfs.overall.{arm}.{statistic}")
    assert (
        round(number(study, "figure1a.all.pfs.overall.all.hazard_ratio"), 4) == 0.7953
    )
    # eTable 1: 41 of 223 and 47 of 267 responded, 64 patients were not evaluable
    assert number(study, "sensitivity.all.orr.as_planned.LX.n") == 41
    assert number(study, "sensitivity.all.orr.as_planned.TBP.n") == 47


def test_24_weeks_of_sd_change_benefit_between_168_and_182_days_only(study):
    expected = study.execute(
        "select patient_id, 'has_clinical_benefit', 'false', 'true'"
        " from lx_vs_tbp.cohort where best_response_code = 'SD'"
        " and pfs_days between 169 and 182 order by all"
    ).fetchall()
    found = study.execute(f"{FLIPS} and variant_id = 'benefit_24_weeks' order by all")

    assert found.fetchall() == expected
    assert len(expected) == 11
    place = "sensitivity.all.{}.{}.all.{}"
    assert number(study, place.format("cbr", "as_planned", "n")) == 271
    assert number(study, place.format("cbr", "benefit_24_weeks", "n")) == 282
    planned = number(study, place.format("pfs", "as_planned", "hazard_ratio"))
    variant = number(study, place.format("pfs", "benefit_24_weeks", "hazard_ratio"))
    assert planned == variant


def test_6_months_of_resistance_touch_those_of_7_to_12_months_only(study):
    expected = {patient for (patient,) in study.execute(LATE_ADJUVANT).fetchall()}
    flips = study.execute(f"{FLIPS} and variant_id = 'resistance_6_months'").fetchall()
    left = {patient for patient, field, *_ in flips if field == "cohort"}

    assert {patient for patient, *_ in flips} == expected
    assert not [flip for flip in flips if flip[1] == "cohort" and flip[2] != "in"]
    # who stays became resistant again later, in metastatic disease
    stayed = study.execute(
        "select count(*) from core.treatments inner join lx_vs_tbp.cohort"
        " using (patient_id) where list_contains(?, patient_id)"
        " and drug_code = 'trastuzumab' and started_on > resistance_on",
        [sorted(expected - left)],
    ).fetchall()
    assert stayed[0][0] >= len(expected - left)
    place = "sensitivity.all.patients.{}.all.{}"
    assert number(study, place.format("resistance_6_months", "n")) == 554 - len(left)
    n_changed = number(study, place.format("resistance_6_months", "n_changed"))
    assert n_changed == len(expected)


def test_every_variant_of_the_plan_is_answered(study):
    plan = tomllib.loads((ROOT / "studies/lx_vs_tbp/plan.toml").read_text("utf-8"))
    for variant in plan["variants"]:
        place = f"sensitivity.all.pfs.{variant['id']}.all.hazard_ratio"
        assert 0.5 < number(study, place) < 1.2


@pytest.mark.parametrize(
    "rule_set",
    ["censor_at_new_therapy", "censor_after_two_missed", "from_first_drug"],
)
def test_a_rule_set_changes_pfs_to_what_the_mart_holds(study, rule_set):
    expected = study.execute(
        "select patient_id, cast(pfs_days as varchar), cast(followup_days as varchar)"
        " from lx_vs_tbp.cohort inner join core.time_to_event using (patient_id)"
        " where study_id = 'lx_vs_tbp' and endpoint_code = 'pfs' and rule_set_id = ?"
        " and followup_days <> pfs_days order by all",
        [rule_set],
    ).fetchall()
    flips = study.execute(f"{FLIPS} and variant_id = ? order by all", [rule_set])
    found = [flip for flip in flips.fetchall() if flip[1] == "pfs_days"]

    assert expected
    assert [(patient, *values) for patient, _, *values in found] == expected
    assert number(study, f"sensitivity.all.patients.{rule_set}.all.n") == 554


def test_confirmation_takes_responses_and_gives_none(study):
    flips = study.execute(f"{FLIPS} and variant_id = 'confirmed'").fetchall()

    assert {field for _, field, *_ in flips} == {
        *("best_response_code", "has_clinical_benefit")
    }
    moves = {(old, new) for _, field, old, new in flips if field.startswith("best")}
    assert moves and moves <= {("CR", "PR"), ("CR", "SD"), ("PR", "SD"), ("PR", "NE")}
    planned = number(study, "sensitivity.all.orr.as_planned.all.n")
    lost = len({patient for patient, field, *_ in flips if field.startswith("best")})
    assert (
        planned - lost <= number(study, "sensitivity.all.orr.confirmed.all.n") < planned
    )
