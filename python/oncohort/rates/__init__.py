"""Tests, intervals and distances for counts, shares and ranks: pure functions."""

from oncohort.rates.fisher import fisher_exact
from oncohort.rates.proportions import difference_interval, proportion_interval
from oncohort.rates.ranks import mann_whitney
from oncohort.rates.standardised_difference import (
    standardised_difference,
    standardised_mean_difference,
)
from oncohort.rates.tables_of_counts import chi_square

__all__ = [
    "chi_square",
    "difference_interval",
    "fisher_exact",
    "mann_whitney",
    "proportion_interval",
    "standardised_difference",
    "standardised_mean_difference",
]
