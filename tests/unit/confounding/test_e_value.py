import pytest

from oncohort.confounding import e_value
from oncohort.confounding.e_value import e_value_of_risk_ratio


def test_published_risk_ratio():
    # VanderWeele and Ding 2017, breast-feeding example: RR 3.9 (1.8 to 8.7) has
    # E-values 7.26 and 3.0; protective ratios are inverted first
    assert e_value_of_risk_ratio(3.9) == pytest.approx(7.26, abs=0.005)
    assert e_value_of_risk_ratio(1.8) == pytest.approx(3.0)
    assert e_value_of_risk_ratio(1 / 3.9) == pytest.approx(e_value_of_risk_ratio(3.9))


def test_hazard_ratio_by_hand():
    # HR 0.25: RR = (1 - 0.5^0.5) / (1 - 0.5^2) = 0.292893 / 0.75 = 0.390524, inverted
    # 2.560660; E = 2.560660 + sqrt(2.560660 * 1.560660)
    # limit 0.64: (1 - 0.5^0.8) / (1 - 0.5^1.25) = 0.425651 / 0.579552, inverted
    # 1.361566
    found = e_value(0.25, 0.1, 0.64)
    assert found.estimate == pytest.approx(2.560660 + (2.560660 * 1.560660) ** 0.5)
    assert found.limit == pytest.approx(1.361566 + (1.361566 * 0.361566) ** 0.5)


def test_an_interval_that_holds_one_needs_no_confounder():
    assert e_value(0.8, 0.6, 1.1).limit == 1
    assert e_value(1, 0.9, 1.1) == (1, 1)


def test_inverting_the_ratio_changes_nothing():
    one, other = e_value(0.5, 0.4, 0.8), e_value(2, 1.25, 2.5)
    assert one == pytest.approx(other)


@pytest.mark.parametrize("numbers", [(0, 0, 1), (2, 0.5, 1), (1, 1, float("inf"))])
def test_refuses_what_is_no_ratio_with_limits(numbers):
    with pytest.raises(ValueError, match="need 0 < ci_low <= hazard_ratio <= ci_high"):
        e_value(*numbers)
