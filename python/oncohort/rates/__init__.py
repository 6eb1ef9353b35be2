"""Tests and distances for counts and shares: pure functions on tables of counts."""

from oncohort.rates.tables_of_counts import (
    chi_square,
    fisher_exact,
    standardised_difference,
)

__all__ = ["chi_square", "fisher_exact", "standardised_difference"]
