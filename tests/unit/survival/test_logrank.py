import csv
from importlib.resources import files

import numpy as np
import pytest

from oncohort.survival import (
    logrank,
    observed_expected_hazard_ratio,
    peto_hazard_ratio,
)

from .reference import DATA_SETS, REFERENCE, times


def test_matches_hand_calculation():
    # day 1: a dies of 2 + 2, expected in a 1/2, variance 1/4; day 2: b dies of 1 + 2,
    # 1/3 and 2/9; day 3: a dies of 1 + 1, 1/2 and 1/4; day 4: b dies alone, 0
    # chi-square = (2 - 4/3)^2 / (1/4 + 2/9 + 1/4)
    test = logrank([1, 3, 2, 4], [1, 1, 1, 1], ["a", "a", "b", "b"])

    assert test.chi_square == pytest.approx((2 / 3) ** 2 / (13 / 18))
    assert test.degrees_of_freedom == 1


@pytest.mark.parametrize("name", DATA_SETS)
def test_agrees_with_r(name):
    expected = REFERENCE[name]["logrank"]
    test = logrank(*times(name))

    assert test.chi_square == pytest.approx(expected["chisq"], rel=1e-9)
    assert test.degrees_of_freedom == expected["df"]
    assert test.p_value == pytest.approx(expected["p"], rel=1e-6)
    assert list(test.n) == expected["n"]
    assert list(test.observed) == expected["observed"]
    assert test.expected == pytest.approx(expected["expected"], rel=1e-9)


def test_a_group_gone_before_the_first_event_counts_no_degree_of_freedom():
    # c is in no risk set: R's survdiff drops it, and so the test is that of a and b
    one = logrank([1, 3, 2, 4], [1, 1, 1, 1], ["a", "a", "b", "b"])
    other = logrank([1, 3, 2, 4, 0.5], [1, 1, 1, 1, 0], ["a", "a", "b", "b", "c"])
    assert other[:3] == pytest.approx(one[:3])
    assert other.groups == ("a", "b", "c")
    assert other.expected[2] == 0

    with pytest.raises(ValueError, match="only one group"):
        logrank([1, 2, 0.5], [1, 1, 0], ["a", "a", "b"])


def test_does_not_depend_on_the_names_or_the_order_of_groups():
    time, event, group = times("veteran")
    renamed = np.array([f"z{9 - ord(label[0]) % 9}{label}" for label in group])
    order = np.random.default_rng(3).permutation(time.size)

    one = logrank(time, event, group)
    other = logrank(time[order], event[order], renamed[order])
    assert other.chi_square == pytest.approx(one.chi_square)


def test_refuses_one_group_and_no_event():
    with pytest.raises(ValueError, match="at least two groups"):
        logrank([1, 2], [1, 1], ["a", "a"])
    with pytest.raises(ValueError, match="no event"):
        logrank([1, 2], [0, 0], ["a", "b"])
    with pytest.raises(ValueError, match="never at risk together"):
        logrank([1, 3], [1, 1], ["a", "b"], entry=[0, 2])
    with pytest.raises(ValueError, match="whole numbers of patients"):
        logrank([1, 2], [1, 1], ["a", "b"], weights=[0.5, 1])
    for lacking in (["a", None], [1.0, float("nan")]):
        with pytest.raises(ValueError, match="group is missing in 1 rows"):
            logrank([1, 2], [1, 1], lacking)
    with pytest.raises(ValueError, match="group must be of one kind"):
        logrank([1, 2], [1, 1], np.array(["a", 1], dtype=object))


def test_ratios_by_hand():
    # as above: in b observed 2, expected 4 - 4/3 = 8/3, variance 13/18
    days, arm = [1, 3, 2, 4], ["a", "a", "b", "b"]
    peto = peto_hazard_ratio(days, [1] * 4, arm)
    pike = observed_expected_hazard_ratio(days, [1] * 4, arm)

    assert (peto.group, peto.reference) == ("b", "a")
    assert peto.hazard_ratio == pytest.approx(np.exp(-2 / 3 * 18 / 13))
    assert np.log(peto.ci_high / peto.ci_low) == pytest.approx(
        2 * 1.959964 * (18 / 13) ** 0.5, rel=1e-6
    )
    assert pike.hazard_ratio == pytest.approx((2 / (8 / 3)) / (2 / (4 / 3)))
    other = peto_hazard_ratio(days, [1] * 4, arm, reference="b")
    assert other.hazard_ratio == pytest.approx(1 / peto.hazard_ratio)
    with pytest.raises(ValueError, match="'c' is none of the groups"):
        peto_hazard_ratio(days, [1] * 4, arm, reference="c")


def test_figure_1a_as_the_study_says():
    # study.md: Peto and observed/expected give 0.7962 and 0.7965, log-rank P 0.0139
    path = files("oncohort.synthetic") / "reconstructed_patients.csv"
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    days = [int(row["pfs_days"]) for row in rows]
    event = [row["is_pfs_event"] in ("1", "true") for row in rows]
    about = days, event, [row["arm"] for row in rows]

    assert sum(event) == 470
    peto = peto_hazard_ratio(*about, reference="TBP")
    pike = observed_expected_hazard_ratio(*about, reference="TBP")
    assert round(peto.hazard_ratio, 4) == 0.7962
    assert round(pike.hazard_ratio, 4) == 0.7965
    assert round(logrank(*about).p_value, 4) == 0.0139
