"""Numbers of two groups side by side: quartiles, and the Mann-Whitney test."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.marks import Measure
from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import NOT_ESTIMABLE, Place, Result, library
from oncohort.analysis.store import StudyTables
from oncohort.rates import mann_whitney

QUARTILES = {"q1": 0.25, "median": 0.5, "q3": 0.75}


class Measured(NamedTuple):
    """Values of one group; `values` has shape (n_known,)."""

    group: str
    n: int
    values: NDArray[np.float64]


def group_comparison(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Per measure and group `n`, `n_missing` and quartiles; `mann_whitney_p` over both.

    References
    ----------
    Mann HB, Whitney DR (1947). Annals of Mathematical Statistics 18:50-60.
    """
    for measure in analysis.measures:
        own = place.at(variable=measure.column)
        both = measured(analysis, measure, data)
        for each in both:
            here, n = own.at(arm=each.group), each.values.size
            yield here.count("n", n, each.n, "count of rows with a value", "rows")
            yield here.count("n_missing", each.n - n, each.n, "count", "rows")
            method = f"quartile, linear between order statistics; {library('numpy')}"
            for name, share in QUARTILES.items():
                value = float(np.quantile(each.values, share)) if n else None
                about = (measure.unit, method, n, each.n)
                yield here.number(name, value, *about, _printed(value, measure))
        yield _test(own, [each.values for each in both])


def measured(analysis: Analysis, measure: Measure, data: StudyTables) -> list[Measured]:
    """Return the values of each group of the plan, in its order."""
    what = f'"{analysis.arm_column}", "{measure.column}"'
    rows = data.select(what, analysis.population, analysis.table)
    groups = [
        (group.value, [value for name, value in rows if name == group.value])
        for group in analysis.groups
    ]
    return [
        Measured(
            name, len(values), np.array([v for v in values if v is not None], float)
        )
        for name, values in groups
    ]


def _test(place: Place, values: list[NDArray[Any]]) -> Result:
    method, p_value = "Mann-Whitney test, two-sided", None
    try:
        test = mann_whitney(*values)
        how = "exact" if test.is_exact else "normal, corrected for ties and continuity"
        p_value, method = test.p_value, f"{method}, {how}"
    except ValueError as error:
        method = f"{method}: {error}"
    method = f"{method}; {library('oncohort', 'scipy')}"
    n = sum(each.size for each in values)
    return place.number("mann_whitney_p", p_value, "probability", method, n)


def _printed(value: float | None, measure: Measure) -> str:
    return NOT_ESTIMABLE if value is None else f"{value:.{measure.decimals}f}"
