"""Tests and distances for counts and shares: pure functions on tables of counts."""

from oncohort.rates.chi_square import ChiSquare, chi_square
from oncohort.rates.fisher_exact import FisherExact, fisher_exact
from oncohort.rates.standardised_difference import standardised_difference

__all__ = [
    "ChiSquare",
    "FisherExact",
    "chi_square",
    "fisher_exact",
    "standardised_difference",
]
