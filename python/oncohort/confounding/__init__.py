"""Confounding by what was measured, and how much of the unmeasured it would take."""

from oncohort.confounding.e_value import EValue, e_value
from oncohort.confounding.propensity import (
    Propensity,
    effective_sample_size,
    overlap_weights,
    propensity_score,
)

__all__ = [
    "EValue",
    "Propensity",
    "e_value",
    "effective_sample_size",
    "overlap_weights",
    "propensity_score",
]
