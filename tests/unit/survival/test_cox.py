import math

import numpy as np
import pytest

from oncohort.survival import cox

from .reference import REFERENCE, columns, times


@pytest.mark.parametrize("name", ["lung", "ovarian", "bladder_first"])
def test_one_group_agrees_with_r(name):
    time, event, group = times(name)
    fit = cox(time, event, {"group": group == sorted(set(group))[1]})
    model = REFERENCE[name]["cox_univariable"]
    (expected,) = model["terms"].values()

    assert fit.coefficient[0] == pytest.approx(expected["coef"], rel=1e-9)
    assert fit.std_error[0] == pytest.approx(expected["se"], rel=1e-9)
    assert fit.hazard_ratio[0] == pytest.approx(expected["hr"], rel=1e-9)
    assert fit.ci_low[0] == pytest.approx(expected["hr_lower95"], rel=1e-9)
    assert fit.ci_high[0] == pytest.approx(expected["hr_upper95"], rel=1e-9)
    assert fit.p_value[0] == pytest.approx(expected["p"], rel=1e-6)
    assert fit.log_likelihood == pytest.approx(model["loglik"][1], rel=1e-9)


def test_several_covariates_agree_with_r():
    data = columns("lung")
    known = data["ph_ecog"] != ""
    names = ("age", "sex", "ph_ecog")
    covariates = {name: data[name][known].astype(float) for name in names}
    time, event = data["time"][known].astype(float), data["event"][known].astype(int)
    fit = cox(time, event, covariates)
    expected = REFERENCE["lung"]["cox"]["terms"]

    assert fit.covariates == names
    for index, name in enumerate(names):
        assert fit.coefficient[index] == pytest.approx(expected[name]["coef"], rel=1e-9)
        assert fit.std_error[index] == pytest.approx(expected[name]["se"], rel=1e-9)


def test_swapping_the_groups_inverts_the_ratio():
    time, event, group = times("lung")
    one = cox(time, event, {"x": group == "1"})
    other = cox(time, event, {"x": group != "1"})

    assert one.hazard_ratio[0] == pytest.approx(1 / other.hazard_ratio[0], rel=1e-12)
    assert one.ci_low[0] == pytest.approx(1 / other.ci_high[0], rel=1e-12)


def test_two_patients_a_group_by_hand():
    # x dies at 1 (of 2 x and 2 others) and at 3 (of 1 and 1), another at 2 (of 1 and
    # 2): with r the hazard ratio the score is 2 - 2r/(2r + 2) - r/(r + 2) - r/(r + 1)
    fit = cox([1, 3, 2, 4], [1, 1, 1, 1], {"x": [1, 1, 0, 0]})
    ratio = math.exp(fit.coefficient[0])
    score = 2 - 2 * ratio / (2 + 2 * ratio) - ratio / (2 + ratio) - ratio / (1 + ratio)
    assert score == pytest.approx(0, abs=1e-9)


def test_refuses_what_it_cannot_fit():
    with pytest.raises(ValueError, match="x is the same for everybody"):
        cox([1, 2], [1, 1], {"x": [1, 1]})
    with pytest.raises(ValueError, match="x: need one number"):
        cox([1, 2], [1, 1], {"x": [1, np.nan]})
    with pytest.raises(ValueError, match="one covariate and one event"):
        cox([1, 2], [0, 0], {"x": [1, 0]})
    with pytest.raises(ValueError, match="does not converge"):
        # everybody with x dies before anybody without: the ratio is infinite
        cox([1, 2, 3, 4], [1, 1, 0, 0], {"x": [1, 1, 0, 0]})
