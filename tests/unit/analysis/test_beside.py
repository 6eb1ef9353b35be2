import pytest

BESIDE = (
    "landmark_months = [2]",
    'landmark_months = [2]\nsite = "site_id"\nbeside = ["hazard_ratios",'
    ' "proportionality", "restricted_means", "stratified"]',
)


@pytest.fixture
def values(tiny):
    # site s1 has one arm only: make it two
    tiny.execute(
        "update tiny.cohort set site_id = 's1' where patient_id in ('P5','P6')"
    )
    tiny.execute("update tiny.cohort set site_id = 's2' where patient_id = 'P3'")
    tiny.write_plan(swap=BESIDE)
    rows = tiny.results("km")
    return {key.removeprefix("pfs."): row for key, row in rows.items()}


def test_restricted_means_by_hand(values):
    # two months are 60.875 days. A: S = 2/3 after day 30: 30 + 2/3 * 30.875 days;
    # B, one censored on day 10: 2/3 after day 20, 1/3 after day 60
    of_a = (30 + 2 / 3 * 30.875) / 30.4375
    of_b = (20 + 2 / 3 * 40 + 0.875 / 3) / 30.4375

    assert values["month_2.A.restricted_mean"][0] == pytest.approx(of_a)
    assert values["month_2.B.restricted_mean"][0] == pytest.approx(of_b)
    difference, _, method = values["month_2.all.restricted_mean_difference"]
    assert difference == pytest.approx(of_a - of_b)
    assert "to 2 months" in method and "A minus B" in method


def test_observed_and_expected_by_hand(values):
    # days 20 (B), 30 (A), 60 (B), 90 (A), 150 (B); share of A at risk: 3/6, 3/5, 2/4,
    # 2/3, 0; A: O = 2, E = 0.5 + 0.6 + 0.5 + 2/3; B: O = 3, E = 5 - that
    expected = 0.5 + 0.6 + 0.5 + 2 / 3
    ratio = (2 / expected) / (3 / (5 - expected))
    variance = 0.25 + 0.24 + 0.25 + 2 / 9

    found, _, method = values["observed_expected.all.hazard_ratio"]
    assert found == pytest.approx(ratio)
    assert "Pike" in method
    found, _, method = values["peto.all.hazard_ratio"]
    assert found == pytest.approx(2.718281828459045 ** ((2 - expected) / variance))
    assert "Peto" in method


def test_all_named_estimates_are_there_and_say_how(values):
    efron = values["efron.all.hazard_ratio"][0]
    assert efron == values["overall.all.hazard_ratio"][0]
    # no two events on one day: Breslow's ties are Efron's
    breslow, _, method = values["breslow.all.hazard_ratio"]
    assert breslow == pytest.approx(efron)
    assert "Breslow ties" in method
    assert "Schoenfeld" in values["overall.all.proportionality_p"][2]
    assert "stratified by site" in values["stratified_by_site.all.logrank_p"][2]
    assert values["stratified_by_site.all.hazard_ratio"][0] is not None


def test_what_cannot_be_estimated_says_why(tiny):
    tiny.write_plan(swap=(BESIDE[0], BESIDE[1].replace("[2]", "[4]")))
    tiny.analyse()

    # A ends on day 90 with somebody censored, before month 4
    key = "km.all.pfs.month_4.A.restricted_mean"
    assert tiny.text(key) == "not estimable"
    ((method,),) = tiny.query(
        f"select method from analysis.results where result_id = 'tiny.{key}'"
    )
    assert "curve unknown at horizon 4" in method


def test_nothing_stands_beside_unless_asked(tiny):
    tiny.analyse()
    assert tiny.text("km.all.pfs.peto.all.hazard_ratio") is None
