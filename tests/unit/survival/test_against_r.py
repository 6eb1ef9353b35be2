"""All estimators against R on data with ties, tenths, weights, entry, competing risks.

The values are R's own (tests/reference/r_extra): counts exactly, the rest to a relative
1e-9, P to a relative 1e-6.
"""

import numpy as np
import pytest

from oncohort.survival import (
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    logrank,
    observed_expected_hazard_ratio,
    peto_hazard_ratio,
    restricted_mean,
    survival_quantile,
)

from .reference_extra import REFERENCE, patients, same

COUNTS = ("n_at_risk", "n_events", "n_censored")
LINES = ("time", "survival", "std_error", "ci_low", "ci_high")


def name(case):
    return "-".join(str(each) for each in case.values() if isinstance(each, str | int))


def counts_agree(curve, expected, whole):
    for column in COUNTS:
        if column in expected:
            found, wanted = getattr(curve, column), np.array(expected[column])
            if whole:
                assert found.tolist() == wanted.tolist()
            else:
                same(found, wanted, 1e-12)


@pytest.mark.parametrize("case", REFERENCE["curves"], ids=name)
def test_curve_quantiles_and_chosen_times(case):
    data, expected = patients(case), case["curve"]
    about = {each: data[each] for each in ("entry", "weights")}
    about["ci_type"] = case["ci_type"]
    curve = kaplan_meier(data["time"], data["event"], **about)
    whole = case["weights"] != "share"
    for found, wanted in (
        (curve, expected),
        (curve.at(case["at"]["time"]), case["at"]),
    ):
        counts_agree(found, wanted, whole)
        for column in LINES:
            if column in wanted:
                same(getattr(found, column), wanted[column])
    lines = ("quantile", "quantile_low", "quantile_high")
    for share, *wanted in zip(
        case["share"], *(case[each] for each in lines), strict=True
    ):
        quantile = survival_quantile(data["time"], data["event"], share, **about)
        assert [each is None for each in quantile] == [each is None for each in wanted]
        same(quantile, wanted)


@pytest.mark.parametrize("case", REFERENCE["means"], ids=name)
def test_restricted_mean(case):
    data = patients(case)
    about = {each: data[each] for each in ("entry", "weights")}
    mean = restricted_mean(data["time"], data["event"], case["horizon"], **about)

    same(mean[:2], [case["estimate"], case["std_error"]])


@pytest.mark.parametrize("case", REFERENCE["logrank"], ids=name)
def test_logrank_and_its_ratios(case):
    data = patients(case)
    compared = data["time"], data["event"], data["arm"]
    about = {each: data[each] for each in ("entry", "weights", "strata")}
    test = logrank(*compared, **about)

    same(test.chi_square, case["chi_square"])
    same(test.p_value, case["p_value"], 1e-6)
    assert test.degrees_of_freedom == case["degrees_of_freedom"]
    if "n" in case:
        assert list(test.n) == case["n"]
        assert list(test.observed) == case["observed"]
        same(test.expected, case["expected"])
    if case.get("peto", [None])[0]:
        same(peto_hazard_ratio(*compared, **about)[:3], case["peto"])
        ratio = observed_expected_hazard_ratio(*compared, **about)
        same(ratio[:3], case["pike"])


@pytest.mark.parametrize("case", REFERENCE["incidence"], ids=name)
def test_cumulative_incidence(case):
    data, expected = patients(case), case["curve"]
    about = {"entry": data["entry"], "ci_type": case["ci_type"]}
    curve = cumulative_incidence(data["time"], data["cause"], **about)[case["cause"]]

    counts_agree(curve, expected, True)
    for column in ("time", "incidence", "std_error", "ci_low", "ci_high"):
        if column in expected:
            same(getattr(curve, column), expected[column])
    if "delta_std_error" in expected:
        about["variance"] = "delta"
        curve = cumulative_incidence(data["time"], data["cause"], **about)
        same(curve[case["cause"]].std_error, expected["delta_std_error"])
        same(curve[case["cause"]].incidence, expected["delta_incidence"])


@pytest.mark.parametrize("case", REFERENCE["gray"], ids=name)
def test_gray(case):
    data = patients(case)
    shown = data["arm"] != "z"
    strata = None if data["strata"] is None else data["strata"][shown]
    compared = (data[each][shown] for each in ("time", "cause", "arm"))
    test = gray_test(*compared, cause_of_interest=case["cause"], strata=strata)

    same(test.chi_square, case["chi_square"])
    same(test.p_value, case["p_value"], 1e-6)
    assert test.degrees_of_freedom == case["degrees_of_freedom"]
