"""From score to weighted estimate, against R's glm, coxph(robust) and survfit."""

import numpy as np
import pytest

from oncohort.confounding import overlap_weights, propensity_score
from oncohort.survival import cox, kaplan_meier, logrank

from .lung import R, lung

LUNG = lung()
TIMES = {name: LUNG[name] for name in ("time", "event")}
TREATED = LUNG["treated"] * 1.0


@pytest.fixture(scope="module")
def weights():
    covariates = {name: LUNG[name] for name in ("age", "ecog", "loss")}
    return overlap_weights(LUNG["treated"], propensity_score(TREATED, covariates).score)


def test_weighted_cox_agrees_with_r(weights):
    fit = cox({"treated": TREATED}, "treated", **TIMES, weights=weights, robust=True)
    expected = R["confounding"]["cox"]

    assert fit.coefficient[0] == pytest.approx(expected["coef"], rel=1e-9)
    assert fit.std_error[0] == pytest.approx(expected["se"], rel=1e-9)
    assert fit.robust_std_error[0] == pytest.approx(expected["robust_se"], rel=1e-9)


def test_weighted_curves_agree_with_r(weights):
    for name, arm in (("control", ~LUNG["treated"]), ("treated", LUNG["treated"])):
        times = LUNG["time"][arm], LUNG["event"][arm]
        curve = kaplan_meier(*times, weights=weights[arm])
        found = curve.at([100, 300, 500]).survival
        assert found == pytest.approx(R["confounding"]["survival"][name], rel=1e-9)


def test_stratified_estimates_agree_with_r():
    fit = cox({"treated": TREATED}, "treated", **TIMES, strata=LUNG["ecog"])
    test = logrank(**TIMES, group=np.asarray(TREATED), strata=LUNG["ecog"])

    assert fit.coefficient[0] == pytest.approx(R["stratified"]["coef"], rel=1e-9)
    assert fit.std_error[0] == pytest.approx(R["stratified"]["se"], rel=1e-9)
    assert test.chi_square == pytest.approx(R["stratified"]["logrank"], rel=1e-9)
