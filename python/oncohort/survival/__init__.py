"""Survival estimators: pure functions on arrays, each held against R in the tests."""

from oncohort.survival.at_scale import counts_of, kaplan_meier_from, logrank_from
from oncohort.survival.cox import cox, cox_zph
from oncohort.survival.cox_at_scale import cox_counted, cox_from
from oncohort.survival.cumulative_incidence import cumulative_incidence
from oncohort.survival.gray_test import gray_test
from oncohort.survival.kaplan_meier import kaplan_meier
from oncohort.survival.logrank import (
    logrank,
    observed_expected_hazard_ratio,
    peto_hazard_ratio,
)
from oncohort.survival.quantile import survival_quantile
from oncohort.survival.restricted_mean import (
    restricted_mean,
    restricted_mean_difference,
)

__all__ = [
    "counts_of",
    "cox",
    "cox_counted",
    "cox_from",
    "cox_zph",
    "cumulative_incidence",
    "gray_test",
    "kaplan_meier",
    "kaplan_meier_from",
    "logrank",
    "logrank_from",
    "observed_expected_hazard_ratio",
    "peto_hazard_ratio",
    "restricted_mean",
    "restricted_mean_difference",
    "survival_quantile",
]
