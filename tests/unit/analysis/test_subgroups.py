"""Levels of the tiny study by hand; the interaction against lifelines."""

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter

from oncohort.analysis.compared import Compared
from oncohort.analysis.results import Key, Place
from oncohort.analysis.subgroups import _interaction
from oncohort.errors import BuildFailed

ANALYSIS = """
[[analyses]]
id = "sub"
kind = "subgroups"
title = "Subgroups"
population = "all"
endpoint = "pfs"
baseline = "t1"
covariates = ["age_group", "is_prospective"]
"""


def test_patients_and_events_per_level_the_unknown_in_none(tiny):
    tiny.write_plan(more=ANALYSIS)
    results = tiny.results("sub")
    counts = {
        key: (results[f"{key}.n"][0], results[f"{key}.n_events"][0])
        for key in (f"age_group.{a}.{b}" for a in ("lt50", "ge50") for b in "AB")
    }
    # P4 has no time, P8 no age
    assert counts == {
        "age_group.lt50.A": (2, 2),
        "age_group.lt50.B": (2, 2),
        "age_group.ge50.A": (1, 0),
        "age_group.ge50.B": (1, 1),
    }
    assert results["pfs.overall.A.n"][0] == 3
    assert not any(key.startswith("age_group.unknown") for key in results)


def test_a_level_that_says_nothing_has_no_ratio_and_why(tiny):
    tiny.write_plan(more=ANALYSIS)
    value, text, method = tiny.results("sub")["age_group.ge50.all.hazard_ratio"]
    assert (value, text) == (None, "not estimable")
    assert "not estimable:" in method


def test_a_variable_the_baseline_table_does_not_have_is_refused(tiny):
    wrong = ANALYSIS.replace('"age_group", ', '"site_id", ')
    tiny.write_plan(more=wrong)
    with pytest.raises(BuildFailed, match="site_id is no variable of baseline table"):
        tiny.results("sub")


@pytest.mark.parametrize("n_levels", [2, 3])
def test_the_interaction_is_a_likelihood_ratio_among_the_known(n_levels):
    random = np.random.default_rng(5)
    level = random.integers(0, n_levels + 1, 300)
    treated = random.random(300) < 0.5
    hazard = np.exp(0.6 * treated * (level == 1) - 0.3 * (level == 1))
    days = np.ceil(200 * random.exponential(1 / hazard))
    event = random.random(300) < 0.8
    # the last level is the unknown
    inside = {str(k): level == k for k in range(n_levels)}
    patients = Compared(treated, days, event, level.astype(str), {}, "A", "B")

    place = Place(Key("s", "a"), "s.cohort", 1)
    p_value, square = _interaction(place, patients, inside)

    data = pd.DataFrame({"t": days, "e": event, "x": treated * 1.0})
    for k in range(1, n_levels):
        data[f"l{k}"] = (level == k) * 1.0
    data = data[level < n_levels]
    fits = [CoxPHFitter().fit(data, "t", "e").log_likelihood_]
    for k in range(1, n_levels):
        data[f"x{k}"] = data["x"] * data[f"l{k}"]
    fits.append(CoxPHFitter().fit(data, "t", "e").log_likelihood_)
    # lifelines stops at 1e-6 or so of the maximum
    assert square.value == pytest.approx(2 * (fits[1] - fits[0]), abs=1e-5)
    assert 0 < p_value.value < 1
    assert f"{n_levels - 1} df" in p_value.method


def test_one_level_alone_has_no_interaction():
    ones = np.ones(4, dtype=bool)
    treated, days = np.array([1, 0, 1, 0], bool), np.arange(1.0, 5)
    patients = Compared(treated, days, ones, ones.astype(str), {}, "A", "B")
    place = Place(Key("s", "a"), "s.cohort", 1)
    p_value, _ = _interaction(place, patients, {"yes": ones, "no": ~ones})
    assert p_value.text == "not estimable"
    assert "only one level has patients" in p_value.method
