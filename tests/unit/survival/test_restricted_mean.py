import numpy as np
import pytest

from oncohort.survival import restricted_mean, restricted_mean_difference

from .reference_extra import REFERENCE, patients


def test_matches_hand_calculation_with_a_tie():
    # at risk 5, 4, 2 -> S = 0.8, 0.6, 0.3; area = 100 + 80 + 60 + 30
    # variance = 170^2/(5*4) + 90^2/(4*3) + 30^2/(2*1) = 2570
    result = restricted_mean([100, 200, 200, 300, 400], [1, 1, 0, 1, 0], 400)

    assert result.estimate == pytest.approx(270)
    assert result.std_error == pytest.approx(2570**0.5)
    assert result.ci_high == pytest.approx(270 + 1.959964 * 2570**0.5, rel=1e-6)


def test_is_the_plain_mean_when_nobody_is_censored():
    days = np.random.default_rng(7).integers(1, 900, size=60)

    result = restricted_mean(days, np.ones(60), 1000)

    assert result.estimate == pytest.approx(days.mean())
    assert result.std_error == pytest.approx(days.std() / 60**0.5)


def test_before_the_first_event_it_is_the_horizon():
    assert restricted_mean([100, 400], [1, 0], 50)[:2] == (50, 0)


def test_difference_and_ratio_come_from_the_two_means():
    data = patients(
        next(case for case in REFERENCE["means"] if case["data"] == "plasma")
    )
    days, event, sex = data["time"], data["event"], data["arm"]
    one = restricted_mean(days[sex == "F"], event[sex == "F"], 100)
    other = restricted_mean(days[sex == "M"], event[sex == "M"], 100)
    found = restricted_mean_difference(days, event, sex, 100, reference="M")
    std_error = (one.std_error**2 + other.std_error**2) ** 0.5
    log_error = (
        (one.std_error / one.estimate) ** 2 + (other.std_error / other.estimate) ** 2
    ) ** 0.5

    assert found.means == (one, other)
    assert found.difference == pytest.approx(one.estimate - other.estimate)
    assert found.std_error == pytest.approx(std_error)
    assert found.ci_low == pytest.approx(found.difference - 1.959964 * std_error)
    assert found.ratio == pytest.approx(one.estimate / other.estimate)
    assert np.log(found.ratio_ci_high / found.ratio) == pytest.approx(
        1.959964 * log_error, rel=1e-6
    )
    swapped = restricted_mean_difference(days, event, sex, 100, reference="F")
    assert swapped.difference == pytest.approx(-found.difference)
    assert swapped.p_value == pytest.approx(found.p_value)


def test_refuses_a_horizon_the_data_do_not_reach():
    with pytest.raises(ValueError, match="curve unknown at horizon 500: .* at 400"):
        restricted_mean([100, 400], [1, 0], 500)
    with pytest.raises(ValueError, match="group b: curve unknown at horizon 500"):
        restricted_mean_difference([600, 400], [1, 0], ["a", "b"], 500)
    # the curve is 0 from day 400 on: known for ever
    assert restricted_mean([100, 400], [1, 1], 500).estimate == 250
    with pytest.raises(ValueError, match="horizon must be positive"):
        restricted_mean([100], [1], 0)


def test_refuses_what_it_cannot_compare():
    with pytest.raises(ValueError, match="two groups are compared, not 3"):
        restricted_mean_difference([1, 2, 3], [1, 1, 1], ["a", "b", "c"], 1)
    with pytest.raises(ValueError, match="no event in either group"):
        restricted_mean_difference([5, 5], [1, 1], ["a", "b"], 2)
