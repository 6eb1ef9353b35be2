import numpy as np
import pytest

from oncohort.confounding import (
    effective_sample_size,
    overlap_weights,
    propensity_score,
)
from oncohort.rates import standardised_difference

from .lung import R, lung

LUNG = lung()
COVARIATES = {name: LUNG[name] for name in ("age", "ecog", "loss")}


def test_logistic_regression_agrees_with_r():
    fit = propensity_score(LUNG["treated"], COVARIATES)
    expected = R["confounding"]

    assert fit.terms[1:] == ("age", "ecog=1", "ecog=2", "loss=much", "loss=unknown")
    assert fit.coefficient == pytest.approx(list(expected["terms"].values()), rel=1e-9)
    assert fit.std_error == pytest.approx(expected["std_error"], rel=1e-9)
    assert fit.score == pytest.approx(expected["score"], rel=1e-9)
    assert fit.deviance == pytest.approx(expected["deviance"], rel=1e-9)


def test_two_groups_by_hand():
    # treated 1 of 4 without the trait, 3 of 4 with it: scores 1/4 and 3/4, odds ratio 9
    treated = [1, 0, 0, 0, 1, 1, 1, 0]
    fit = propensity_score(treated, {"trait": np.array([False] * 4 + [True] * 4)})

    assert fit.score == pytest.approx([0.25] * 4 + [0.75] * 4)
    assert fit.coefficient == pytest.approx((np.log(1 / 3), np.log(9)))
    # standard error of the log odds ratio: sqrt(1 + 1/3 + 1/3 + 1)
    assert fit.std_error[1] == pytest.approx((8 / 3) ** 0.5)
    weights = overlap_weights(treated, fit.score)
    assert weights == pytest.approx([0.75, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.75])
    # treated: (0.75 + 3 * 0.25)^2 / (0.75^2 + 3 * 0.25^2) = 2.25 / 0.75
    assert effective_sample_size(weights[np.array(treated) == 1]) == pytest.approx(3)


def test_overlap_weights_balance_every_covariate_exactly():
    treated = LUNG["treated"]
    fit = propensity_score(treated, COVARIATES)
    weights = overlap_weights(treated, fit.score)

    for name in ("ecog", "loss"):
        words = np.array([str(each) for each in LUNG[name]])
        table = [
            [weights[(words == each) & (treated == arm)].sum() for arm in (0, 1)]
            for each in np.unique(words)
        ]
        assert standardised_difference(table) == pytest.approx(0, abs=1e-7)
    means = [
        np.average(LUNG["age"][treated == arm], weights=weights[treated == arm])
        for arm in (False, True)
    ]
    assert means[0] == pytest.approx(means[1], rel=1e-12)
    for name, arm in (("control", False), ("treated", True)):
        size = effective_sample_size(weights[treated == arm])
        assert size == pytest.approx(R["confounding"]["effective_n"][name], rel=1e-9)


def test_the_other_treatment_has_the_other_probability():
    one = propensity_score(LUNG["treated"], COVARIATES)
    other = propensity_score(~LUNG["treated"], COVARIATES)
    assert other.score == pytest.approx(1 - one.score, rel=1e-9)


SIX = np.array(list("aabbcc"), dtype=object)


@pytest.mark.parametrize(
    ("treated", "covariates", "message"),
    [
        ([1] * 6, {"x": SIX}, "everybody has the same treatment"),
        ([2, 1, 0, 1, 0, 1], {"x": SIX}, "treated must be 0 or 1"),
        ([1, 0] * 3, {"x": SIX[:5]}, "x: need one value for each patient"),
        (
            [1, 0] * 3,
            {"x": np.array([1, 2, np.nan, 3, 4, 5])},
            "x: a number is missing",
        ),
        ([1, 0] * 3, {"x": ["a"] * 6}, "x is 'a' for everybody"),
        ([1, 0] * 3, {"x": SIX, "y": SIX == "b"}, "y=True follows from the covariates"),
        ([1, 1, 0, 1, 0, 1], {"x": SIX}, r"tell some .* certainty \(see x="),
    ],
)
def test_refuses_what_it_cannot_fit(treated, covariates, message):
    with pytest.raises(ValueError, match=message):
        propensity_score(treated, covariates)


def test_refuses_weights_without_weight():
    for weights in ([0, 0], [1, -1], [1, np.nan]):
        with pytest.raises(ValueError, match="one above 0"):
            effective_sample_size(weights)
