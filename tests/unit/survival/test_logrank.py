import numpy as np
import pytest

from oncohort.survival import logrank

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


def test_a_group_gone_before_the_first_event_counts_no_degree_of_freedom():
    # c is in no risk set: R's survdiff drops it, and so the test is that of a and b
    one = logrank([1, 3, 2, 4], [1, 1, 1, 1], ["a", "a", "b", "b"])
    other = logrank([1, 3, 2, 4, 0.5], [1, 1, 1, 1, 0], ["a", "a", "b", "b", "c"])
    assert other == pytest.approx(one)

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
