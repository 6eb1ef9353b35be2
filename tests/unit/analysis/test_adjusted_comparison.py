"""Eight patients whose scores are shares: 3 of the 4 with the trait are treated."""

import pytest

from oncohort.confounding import e_value
from oncohort.errors import BuildFailed

COHORT = """
create or replace table tiny.cohort as select * from (values
    ('P1', 's1', 'A', 'lt50', false, 30, true),
    ('P2', 's1', 'B', 'lt50', false, 90, true),
    ('P3', 's2', 'B', 'ge50', false, 20, true),
    ('P4', 's2', 'B', null, false, 100, false),
    ('P5', 's1', 'A', 'unknown', true, 40, true),
    ('P6', 's1', 'A', 'lt50', true, 150, true),
    ('P7', 's2', 'A', 'ge50', true, 200, false),
    ('P8', 's2', 'B', 'lt50', true, 60, true)
) as t (patient_id, site_id, arm, age_group, is_prospective, pfs_days, is_pfs_event)
"""
ANALYSIS = """
[[analyses]]
id = "fair"
kind = "adjusted_comparison"
title = "Fair"
population = "all"
endpoint = "pfs"
horizon_months = 6
tick_months = 2
site = "site_id"
baseline = "t1"
covariates = ["is_prospective"]
"""


@pytest.fixture
def fair(tiny):
    tiny.execute(COHORT)
    tiny.write_plan(more=ANALYSIS)
    return tiny


@pytest.fixture
def results(fair):
    return fair.results("fair")


def test_scores_weights_and_balance_by_hand(results):
    value = {key: row[0] for key, row in results.items()}

    # treated: scores 1/4, 3/4, 3/4, 3/4, weights 3/4, 1/4, 1/4, 1/4
    for name, expected in (("min", 0.25), ("median", 0.75), ("max", 0.75)):
        key = f"propensity_score.overall.A.score_{name}"
        assert value[key] == pytest.approx(expected)
    # (3/4 + 3/4)^2 / (9/16 + 3/16) = 3 of 4
    assert value["patients.overall.A.effective_n"] == pytest.approx(3)
    # shares 3/4 and 1/4: 0.5 / sqrt(3/16); weighted 1/2 and 1/2
    before = value["is_prospective.overall.all.smd_before"]
    assert before == pytest.approx(0.5 / (3 / 16) ** 0.5)
    after = value["is_prospective.overall.all.smd_after"]
    assert after == pytest.approx(0, abs=1e-9)
    # not in the score, the unknown a category: B has lt50 2, ge50 1, unknown 1, A too
    assert value["age_group.overall.all.smd_before"] == pytest.approx(0)
    assert value["age_group.overall.all.smd_after"] > 0


def test_the_weighted_curve_by_hand(fair, results):
    # A: weights 3/4 (day 30), 1/4 (40), 1/4 (150), 1/4 (200, censored)
    rows = fair.query(
        "select time, n_at_risk, survival from analysis.survival_curves"
        " where analysis_id = 'fair' and arm = 'A' order by all"
    )
    assert [row[:2] for row in rows] == [(30, 4), (40, 3), (150, 2), (200, 1)]
    found = [row[2] for row in rows]
    assert found == pytest.approx([1 / 2, 1 / 3, 1 / 6, 1 / 6])
    # the curve rests at 1/2 from day 30 to 40
    median, _, method = results["pfs.overall.A.median"]
    assert median == pytest.approx(35 / 30.4375)
    assert "overlap-weighted" in method
    assert fair.query(
        "select time_months, n_at_risk from analysis.numbers_at_risk"
        " where analysis_id = 'fair' and arm = 'A' order by all"
    ) == [(0, 4), (2, 2), (4, 2), (6, 1)]


def test_ratios_each_way_and_without_each_site(results):
    limits = ("hazard_ratio", "hazard_ratio_ci_low", "hazard_ratio_ci_high")
    for way in ("unadjusted", "overlap_weighted"):
        ratio = [results[f"pfs.{way}.all.{name}"][0] for name in limits]
        expected = e_value(*ratio)
        assert results[f"pfs.{way}.all.e_value"][0] == pytest.approx(expected[0])
        assert results[f"pfs.{way}.all.e_value_limit"][0] == pytest.approx(expected[1])
    whole = results["pfs.unadjusted.all.hazard_ratio"][0]
    weighted, _, method = results["pfs.overlap_weighted.all.hazard_ratio"]
    assert weighted != pytest.approx(whole, rel=0.01)
    for word in ("A against B", "overlap-weighted", "Efron", "robust", "Wald"):
        assert word in method
    value, _, method = results["pfs.unadjusted_without_s2.all.hazard_ratio"]
    assert value != pytest.approx(whole, rel=0.01)
    assert method.startswith("without s2: Cox")
    # without s2 all three A's are alike: of the two without the trait one is treated,
    # of the two with it both are
    value, _, method = results["pfs.overlap_weighted_without_s2.all.hazard_ratio"]
    assert value is None
    assert "not estimable: the covariates tell some patients' treatment" in method
    assert "pfs.stratified_by_site.all.hazard_ratio" in results


def test_a_covariate_must_stand_in_the_baseline_table(fair):
    text = ANALYSIS.replace('["is_prospective"]', '["site_id"]')
    fair.write_plan(more=text)
    with pytest.raises(BuildFailed, match="site_id is no variable .* age_group"):
        fair.analyse()


def test_one_arm_alone_is_not_compared(fair):
    fair.execute("delete from tiny.cohort where arm = 'A'")
    fair.analyse()

    assert fair.query("from analysis.results where analysis_id = 'fair'") == []
