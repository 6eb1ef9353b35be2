import numpy as np
import pytest

from oncohort.survival import cumulative_incidence, gray_test, kaplan_meier


def test_matches_hand_calculation():
    # day 1: cause 1, 1 of 4; day 2: cause 2, 1 of 3; day 3: cause 1, 1 of 2
    # S before: 1, 3/4, 1/2; F1 = 1/4, then 1/4 + 1/2 * 1/2; F2 = 3/4 * 1/3
    curves = cumulative_incidence([1, 2, 3, 4], [1, 2, 1, 0])

    assert curves[1].incidence == pytest.approx([1 / 4, 1 / 4, 1 / 2, 1 / 2])
    assert curves[2].incidence == pytest.approx([0, 1 / 4, 1 / 4, 1 / 4])
    assert curves[1].n_events.tolist() == [1, 0, 1, 0]
    # nobody censored by day 3: a proportion, its jackknife error sqrt(p (1 - p) / n)
    assert curves[1].std_error[2] == pytest.approx((0.5 * 0.5 / 4) ** 0.5)


def test_one_cause_alone_is_the_kaplan_meier_curve_upside_down():
    rng = np.random.default_rng(5)
    days, event = rng.integers(0, 20, 60), rng.integers(0, 2, 60)
    curve = kaplan_meier(days, event)
    (incidence,) = cumulative_incidence(days, event).values()

    assert incidence.incidence == pytest.approx(1 - curve.survival)


def test_causes_and_survival_sum_to_one_and_ties_do_not_matter():
    rng = np.random.default_rng(6)
    days, cause = rng.integers(0, 9, 200), rng.integers(0, 4, 200)
    first, again = (cumulative_incidence(days, cause) for _ in range(2))
    total = sum(curve.incidence for curve in first.values())

    assert total + kaplan_meier(days, cause > 0).survival == pytest.approx(1)
    order = rng.permutation(200)
    shuffled = cumulative_incidence(days[order], cause[order])
    for each in (1, 2, 3):
        assert (first[each].incidence == again[each].incidence).all()
        assert shuffled[each].std_error == pytest.approx(first[each].std_error)


def test_an_incidence_of_one_has_no_error():
    # all have failed: the squared influences must cancel to nothing, not to 1e-17
    curve = cumulative_incidence([1, 2, 3], [1, 0, 1])[1]
    assert curve.std_error[-1] == pytest.approx(0, abs=1e-15)


def test_by_group_and_at_chosen_times():
    words = ["relapse", "death", "no event", "relapse"]
    curves = cumulative_incidence(
        [1, 2, 3, 4], words, group=["a", "a", "b", "b"], censored="no event"
    )
    at = curves["a"]["relapse"].at([0, 1.5, 9])

    assert at.n_at_risk.tolist() == [2, 1, 0]
    assert at.incidence == pytest.approx([0, 0.5, np.nan], nan_ok=True)
    assert curves["b"]["death"].incidence.tolist() == [0, 0]


def test_gray_of_equal_groups_is_nothing():
    days, cause = [1, 2, 3, 4] * 2, [1, 2, 1, 0] * 2
    test = gray_test(days, cause, [0] * 4 + [1] * 4)

    assert test.chi_square == pytest.approx(0, abs=1e-20)
    assert test.p_value == pytest.approx(1)


def test_refuses_what_it_cannot_tell():
    with pytest.raises(ValueError, match="say which means censored"):
        cumulative_incidence([1, 2], ["relapse", "none"])
    with pytest.raises(ValueError, match="no event of any cause"):
        cumulative_incidence([1, 2], [0, 0])
    with pytest.raises(ValueError, match="cause is missing in 1 rows"):
        cumulative_incidence([1, 2], [1, None])
    with pytest.raises(ValueError, match="variance must be jackknife or delta"):
        cumulative_incidence([1, 2], [1, 0], variance="greenwood")
    with pytest.raises(ValueError, match="nobody has cause 3"):
        gray_test([1, 2], [1, 0], ["a", "b"], cause_of_interest=3)
    with pytest.raises(ValueError, match="at least two groups"):
        gray_test([1, 2], [1, 0], ["a", "a"])
    with pytest.raises(ValueError, match="never at risk together"):
        gray_test([1, 2], [1, 1], ["a", "b"], strata=["x", "y"])
