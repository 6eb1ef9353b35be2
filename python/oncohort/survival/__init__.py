"""Survival estimators: pure functions on arrays, each held against R in the tests."""

from oncohort.survival.cox import Cox, cox
from oncohort.survival.kaplan_meier import KaplanMeier, kaplan_meier
from oncohort.survival.logrank import Logrank, logrank
from oncohort.survival.numbers_at_risk import NumbersAtRisk, numbers_at_risk
from oncohort.survival.quantile import (
    SurvivalQuantile,
    quantile_of_curve,
    survival_quantile,
)

__all__ = [
    "Cox",
    "KaplanMeier",
    "Logrank",
    "NumbersAtRisk",
    "SurvivalQuantile",
    "cox",
    "kaplan_meier",
    "logrank",
    "numbers_at_risk",
    "quantile_of_curve",
    "survival_quantile",
]
