import math

import numpy as np
import pandas as pd
import pytest

from oncohort.survival import cox, cox_fit, cox_zph


def made_up(n=300, seed=3):
    """Ties, strata, a factor and a number that matter."""
    random = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "arm": random.choice(["A", "B", "C"], n),
            "age": np.round(random.normal(60, 10, n), 1),
            "site": random.integers(1, 6, n),
        }
    )
    rate = np.exp(0.6 * (data["arm"] == "B") + 0.02 * (data["age"] - 60))
    data["time"] = np.ceil(random.exponential(20, n) / rate)
    data["event"] = random.random(n) < 0.7
    return data


def assert_same(one, other, rel=1e-9):
    for name in ("coefficient", "std_error"):
        assert list(getattr(one, name)) == pytest.approx(
            list(getattr(other, name)), rel=rel
        )


def test_two_patients_a_group_by_hand():
    # x dies at 1 (of 2 x and 2 others) and at 3 (of 1 and 1), another at 2 (of 1 and
    # 2): with r the hazard ratio the score is 2 - 2r/(2r + 2) - r/(r + 2) - r/(r + 1)
    data = {"x": [1, 1, 0, 0], "time": [1, 3, 2, 4], "event": [1, 1, 1, 1]}
    (ratio,) = cox(data, "x").hazard_ratio
    score = 2 - 2 * ratio / (2 + 2 * ratio) - ratio / (2 + ratio) - ratio / (1 + ratio)
    assert score == pytest.approx(0, abs=1e-12)


def test_efron_by_hand():
    # x and another die at 1, of 2 x and 1 other: the likelihood is
    # r / ((2r + 1) (2r + 1 - (r + 1) / 2)), its score 1 - 2r/(2r + 1) - 3r/(3r + 1)
    # and so 6 r^2 = 1; an x that outlives both
    data = {"x": [1, 0, 1], "time": [1, 1, 2], "event": [1, 1, 0]}
    (ratio,) = cox(data, "x").hazard_ratio
    assert ratio == pytest.approx(math.sqrt(1 / 6), rel=1e-12)


def test_agrees_with_lifelines_told_to_converge():
    from lifelines import CoxPHFitter

    data = made_up()
    data["arm_b"], data["arm_c"] = data["arm"] == "B", data["arm"] == "C"
    ours = cox(data, "arm_b + arm_c + age", strata="site")
    columns = ["time", "event", "arm_b", "arm_c", "age", "site"]
    theirs = CoxPHFitter().fit(
        data[columns].astype(float),
        "time",
        "event",
        strata="site",
        fit_options={"precision": 1e-20, "r_precision": 1e-30},
    )
    assert list(ours.coefficient) == pytest.approx(list(theirs.params_), rel=1e-8)
    assert ours.log_likelihood == pytest.approx(theirs.log_likelihood_, rel=1e-10)


def test_references_are_the_first_levels_and_can_be_chosen():
    data = made_up()
    words = cox(data, "arm + C(site)")
    assert words.terms[:3] == ("arm[T.B]", "arm[T.C]", "C(site)[T.2]")

    data["arm"] = pd.Categorical(data["arm"], ["C", "A", "unused", "B"])
    chosen = cox(data, "arm")
    assert chosen.terms == ("arm[T.A]", "arm[T.B]")
    data["arm"] = data["arm"].astype(str)
    b_a, c_a = cox(data, "arm").coefficient
    assert list(chosen.coefficient) == pytest.approx([-c_a, b_a - c_a], rel=1e-9)


def test_interactions_and_formulas_are_r_s():
    data = made_up()
    crossed = cox(data, "arm * age")
    spelled = cox(data, "Surv(time, event) ~ arm + age + arm:age")
    assert crossed.terms[3:] == ("arm[T.B]:age", "arm[T.C]:age")
    assert_same(crossed, spelled)
    assert_same(
        cox(data, "arm + age + strata(site) + cluster(site)"),
        cox(
            data,
            "arm + age",
            strata=data["site"],
            cluster=["s" + str(s) for s in data["site"]],
        ),
    )


def test_inputs_come_in_many_guises():
    data = made_up()
    plain = cox(data, "arm + age")
    odd = data.set_index(pd.Index(range(900, 600, -1)))
    odd["time"], odd["event"] = odd["time"].astype("Int64"), odd["event"].astype(int)
    odd["arm"] = odd["arm"].astype("category")
    assert_same(plain, cox(odd, "arm + age"), rel=1e-14)
    arrays = {name: data[name].to_numpy() for name in ("arm", "age")}
    outcome = {"time": list(data["time"]), "event": data["event"].astype(float)}
    assert_same(plain, cox(arrays, "arm + age", **outcome), rel=1e-14)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_time_and_covariates_have_no_unit(ties):
    data = made_up()
    plain = cox(data, "arm + age", ties=ties, strata="site")
    data["time"] *= 30.4375
    data["age"] = 1e6 + data["age"] * 1e3
    scaled = cox(data, "arm + age", ties=ties, strata="site")

    unit = np.array([1, 1, 1e3])
    assert list(scaled.coefficient * unit) == pytest.approx(
        list(plain.coefficient), rel=1e-8
    )
    assert scaled.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-12)
    assert list(cox_zph(scaled).chi_square) == pytest.approx(
        list(cox_zph(plain).chi_square), rel=1e-7
    )


def test_a_row_twice_is_a_row_of_weight_two():
    # Breslow: Efron shares the tie of the two between them, in R as well
    data = made_up()
    twice = pd.concat([data, data[data["age"] > 60]])
    data["weight"] = np.where(data["age"] > 60, 2, 1)
    one = cox(data, "arm + age", weights="weight", ties="breslow")
    assert_same(one, cox(twice, "arm + age", ties="breslow"))
    assert one.concordance == pytest.approx(
        cox(twice, "arm + age").concordance, rel=0.01
    )


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_follow_up_split_by_entry_changes_nothing(ties):
    data = made_up()
    whole = cox(data, "arm + age", strata="site", ties=ties, cluster=range(len(data)))
    cut = np.floor(data["time"] / 2)
    early = data.assign(start=-1, time=cut, event=False, patient=range(len(data)))
    late = data.assign(start=cut, patient=range(len(data)))
    both = pd.concat([early, late], ignore_index=True)
    split = cox(
        both, "arm + age", entry="start", strata="site", ties=ties, cluster="patient"
    )

    assert_same(whole, split)
    assert list(whole.robust_std_error) == pytest.approx(
        list(split.robust_std_error), rel=1e-9
    )
    assert split.concordance == pytest.approx(whole.concordance, rel=1e-12)


def test_many_rows_take_the_sampled_start_and_many_strata_the_scan(monkeypatch):
    data = made_up(20_000).assign(stratum=lambda d: d.index % 1000)
    plain = cox(data, "arm + age", strata="stratum")
    monkeypatch.setattr(cox_fit, "LARGE", 1000)
    fit = cox(data, "arm + age", strata="stratum")
    assert_same(plain, fit)
    relabelled = data.sample(frac=1, random_state=5)
    relabelled["stratum"] = 7000 - relabelled["stratum"]
    assert_same(fit, cox(relabelled, "arm + age", strata="stratum"))
    # a continuous covariate has no cells
    jitter = np.random.default_rng(1).normal(0, 1e-9, len(data))
    rough = cox(data.assign(age=data["age"] + jitter), "arm + age", strata="stratum")
    assert_same(fit, rough, rel=1e-7)


REFUSED = [
    ("ages", {}, "ages: no such column; there are arm, age"),
    ("np.log(ages)", {}, "ages: no such column"),
    ("arm +", {}, "cannot be read"),
    ("1", {}, "names no covariate"),
    ("age", {"time": "days"}, "days: no such column"),
    ("age", {"ties": "exact"}, "efron, breslow"),
    ("age", {"strata": [1, 2]}, "strata: need one value for each row"),
    ("age", {"weights": np.zeros(300)}, "weights: is not positive in 300 of 300 rows"),
    ("age", {"entry": "time"}, "entry: is not before time in 300 of 300"),
    ("age", {"event": np.arange(300)}, "event: is neither 0 nor 1 in 298 of 300"),
    ("age", {"time": np.arange(300) - 1}, "time: is negative in 1 of 300 .* row 0"),
    ("age", {"event": np.zeros(300)}, "0 events for 1 coefficients"),
    ("age", {"ci_level": 95}, "between 0 and 1"),
    ("age + I(2 * age)", {}, "collinear with age"),
    ("arm + C(copy)", {}, r"C\(copy\)\[T.1\] is collinear with arm\[T.B\]"),
    ("age + one", {}, "one: the same for everybody"),
    ("C(one)", {}, "the same for everybody"),
    ("age + gap", {}, "gap: 7 of 300 values are missing"),
    ("age + blank", {}, "blank: 1 of 300 values are missing"),
    ("age + site", {"strata": "site"}, "site does not vary among those at risk"),
    ("age + alive", {}, "alive: .*infinite .*separation"),
    ("arm + C(lucky)", {}, r"C\(lucky\)\[T.2\]: .*infinite"),
]


@pytest.mark.parametrize(("formula", "changed", "words"), REFUSED)
def test_refuses_what_it_cannot_fit(formula, changed, words):
    data = made_up()
    data["one"] = 1.5
    data["copy"] = (data["arm"] == "B").astype(int)
    data["gap"] = data["age"].where(data.index >= 7)
    data["blank"] = data["arm"].where(data.index != 3)
    data["alive"] = 1 - data["event"]
    data["lucky"] = np.where(data["event"], data.index % 2, data.index % 3)
    with pytest.raises(ValueError, match=words):
        cox(data, formula, **changed)


def test_zph_refuses_unknown_transforms_and_log_of_zero():
    data = made_up()
    with pytest.raises(ValueError, match="km, identity, rank, log"):
        cox_zph(cox(data, "age"), "sqrt")
    data.loc[0, ["time", "event"]] = 0, True
    with pytest.raises(ValueError, match="event at time 0 has no logarithm"):
        cox_zph(cox(data, "age"), "log")


def test_zph_fits_the_model_itself_if_asked():
    data = made_up()
    fitted = cox_zph(cox(data, "arm + age", strata="site"), "rank")
    asked = cox_zph(data, "rank", formula="arm + age", strata="site")
    assert list(fitted.chi_square) == list(asked.chi_square)
    assert fitted.terms == ("arm", "age", "GLOBAL")
    with pytest.raises(ValueError, match="data and formula"):
        cox_zph(data)
