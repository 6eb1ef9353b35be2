"""Baseline table: counts and shares by arm, tests and standardised differences."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from oncohort.analysis.plan import Arm, Value, Variable
from oncohort.analysis.results import ALL, Place, Result, library
from oncohort.rates import chi_square, fisher_exact, standardised_difference

# Category -> arm -> patients. None stands for a missing value.
Counts = dict[Value | None, dict[str, int]]
Table = list[list[int]]
UNKNOWN = "unknown"


class Row(NamedTuple):
    """One row of the table: a category, and the patients in it per arm."""

    level: str
    inside: dict[str, int]


def baseline_table(
    place: Place, variables: dict[Variable, Counts], arms: tuple[Arm, ...]
) -> list[Result]:
    """All results of a baseline table.

    Parameters
    ----------
    place : Place
        Study, analysis, population, source.
    variables : dict of Variable to Counts
        Patients per category and arm; every patient of the population once in each.
    arms : tuple of Arm
        Arms shown; only those compared enter tests.

    Returns
    -------
    list of Result
        Per category and arm `n` and `percent` (of all patients of the arm, the unknown
        included); per category `p_value` (against the rest); per variable
        `p_value_known` and `smd` among the known, and per arm `n_known`.

    Raises
    ------
    ValueError
        If a category of the data is neither in the plan nor missing.
    """
    results: list[Result] = []
    compared = [arm.id for arm in arms if arm.is_compared]
    for number, (variable, counts) in enumerate(variables.items()):
        _check_categories(variable, counts)
        sizes = {arm.id: _n(counts.values(), arm.id) for arm in arms}
        if number == 0:
            patients = place.at(variable="patients")
            for arm, n in _with_all(sizes).items():
                results.append(patients.at(arm=arm).count("n", n))
        own = place.at(variable=variable.column)
        for row in _rows(variable, counts):
            results.extend(_cells(own.at(level=row.level), row, sizes))
            inside = [row.inside.get(arm, 0) for arm in compared]
            rest = [sizes[arm] - row.inside.get(arm, 0) for arm in compared]
            results.append(_against_rest(own.at(level=row.level), [inside, rest]))
        known = [
            per_arm
            for value, per_arm in counts.items()
            if value is not None and value != variable.unknown
        ]
        for arm in sizes:
            results.append(own.at(arm=arm).count("n_known", _n(known, arm)))
        table = [[per_arm.get(arm, 0) for arm in compared] for per_arm in known]
        results.extend(_among_known(own, [row for row in table if sum(row)]))
    return results


def _n(categories: list[dict[str, int]], arm: str) -> int:
    return sum(per_arm.get(arm, 0) for per_arm in categories)


def _with_all(per_arm: dict[str, int]) -> dict[str, int]:
    return {**per_arm, ALL: sum(per_arm.values())}


def _check_categories(variable: Variable, counts: Counts) -> None:
    planned = {level.value for level in variable.levels} | {variable.unknown, None}
    # of a yes/no column the plan may show one side only
    if all(isinstance(level.value, bool) for level in variable.levels):
        planned |= {True, False}
    strange = [value for value in counts if value not in planned]
    if strange:
        raise ValueError(
            f"column {variable.column} holds {strange[0]!r}, which the plan's levels"
            " do not name: add it there, or correct the model"
        )


def _rows(variable: Variable, counts: Counts) -> Iterator[Row]:
    """Rows of the plan, and one for the unknown and missing so that nobody is lost."""
    named = variable.unknown
    unknown = dict(counts.get(None, {}))
    if named is not None:
        for arm, n in counts.get(named, {}).items():
            unknown[arm] = unknown.get(arm, 0) + n
    for level in variable.levels:
        is_unknown = named is not None and level.value == named
        yield Row(level.id, unknown if is_unknown else counts.get(level.value, {}))
    if unknown and named not in {level.value for level in variable.levels}:
        yield Row(UNKNOWN, unknown)


def _cells(place: Place, row: Row, sizes: dict[str, int]) -> Iterator[Result]:
    """Count and share of one category in each arm and in all."""
    method = "share of all patients of the arm, unknown included"
    inside = _with_all({arm: row.inside.get(arm, 0) for arm in sizes})
    for arm, size in _with_all(sizes).items():
        n, own = inside[arm], place.at(arm=arm)
        share = 100 * n / size if size else None
        yield own.count("n", n, size)
        yield own.number("percent", share, "%", method, n=n, denominator=size)


def _against_rest(place: Place, table: Table) -> Result:
    """P of one category against all other patients, as the paper prints it."""
    method = (
        "category against the rest, unknown included: Pearson's chi-square,"
        f" uncorrected, two-sided; {library('oncohort', 'scipy')}"
    )
    value = _if_any(table, lambda rows: chi_square(rows).p_value)
    n = sum(map(sum, table))
    return place.number("p_value", value, "probability", method, n=n)


def _among_known(place: Place, table: Table) -> Iterator[Result]:
    """One test and one standardised difference per variable, the unknown left out."""
    n = sum(map(sum, table))
    value, method = _test_known(table)
    yield place.number("p_value_known", value, "probability", method, n=n)
    distance = _if_any(table, standardised_difference)
    method = (
        "standardised difference among the known (Yang and Dalton 2012), absolute;"
        f" {library('oncohort', 'numpy')}"
    )
    yield place.number("smd", distance, "standard deviations", method, n=n)


def _test_known(table: Table) -> tuple[float | None, str]:
    """Chi-square; Fisher's exact test where an expected count is below 5."""
    tail = f"among the known, two-sided; {library('oncohort', 'scipy')}"
    smallest = _if_any(table, lambda rows: chi_square(rows).min_expected)
    if smallest is not None and smallest < 5:
        exact = _if_any(table, lambda rows: fisher_exact(rows).p_value)
        if exact is not None:
            return exact, f"Fisher's exact test (an expected count is below 5), {tail}"
    value = _if_any(table, lambda rows: chi_square(rows).p_value)
    return value, f"Pearson's chi-square, uncorrected, {tail}"


def _if_any(table: Table, statistic: Callable[[Table], float]) -> float | None:
    """Return the statistic, None where the table offers nothing to compare."""
    try:
        return statistic(table)
    except ValueError:
        return None
