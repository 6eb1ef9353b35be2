"""Survival estimators: pure functions on arrays, each held against R in the tests."""

from oncohort.survival.cox import cox, cox_zph
from oncohort.survival.kaplan_meier import kaplan_meier, survival_quantile
from oncohort.survival.logrank import logrank

__all__ = ["cox", "cox_zph", "kaplan_meier", "logrank", "survival_quantile"]
