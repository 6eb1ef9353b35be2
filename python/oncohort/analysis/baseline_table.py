"""Baseline table: counts and shares by arm, tests and standardised differences."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from oncohort.analysis.plan import Arm, Value, Variable
from oncohort.analysis.results import ALL, Result, Where, fixed, library, p_text
from oncohort.rates import chi_square, fisher_exact, standardised_difference

# Category -> arm -> patients. None stands for a missing value.
Counts = dict[Value | None, dict[str, int]]
UNKNOWN = "unknown"


class Row(NamedTuple):
    """One row of the table: a category, and patients per arm in it and outside it."""

    level_id: str
    inside: dict[str, int]


def baseline_table(
    where: Where, variables: dict[Variable, Counts], arms: tuple[Arm, ...]
) -> list[Result]:
    """All results of a baseline table.

    Parameters
    ----------
    where : Where
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
    for number, (variable, counts) in enumerate(variables.items()):
        _check_categories(variable, counts)
        totals = {arm.id: sum(c.get(arm.id, 0) for c in counts.values()) for arm in arms}
        if number == 0:
            results.extend(_sizes(where, totals))
        for row in _rows(variable, counts):
            results.extend(_cells(where, variable, row, totals))
            results.append(_against_rest(where, variable, row, totals, arms))
        results.extend(_among_known(where, variable, counts, arms))
    return results


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
    """Rows of the plan, and one for missing values so that nobody is lost."""
    named = variable.unknown
    unknown = dict(counts.get(None, {}))
    if named is not None:
        unknown = _added(unknown, counts.get(named, {}))
    for level in variable.levels:
        is_unknown = named is not None and level.value == named
        yield Row(level.id, unknown if is_unknown else counts.get(level.value, {}))
    if named not in {level.value for level in variable.levels} and unknown:
        yield Row(UNKNOWN, unknown)


def _added(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {arm: one.get(arm, 0) + other.get(arm, 0) for arm in {**one, **other}}


def _sizes(where: Where, totals: dict[str, int]) -> Iterator[Result]:
    for arm, n in [*totals.items(), (ALL, sum(totals.values()))]:
        yield where.result(
            "n", n, str(n), variable="patients", arm=arm, n=n, unit="patients",
            method="count of patients",
        )  # fmt: skip


def _cells(
    where: Where, variable: Variable, row: Row, totals: dict[str, int]
) -> Iterator[Result]:
    """Count and share of one category in each arm and in all."""
    sizes = [*totals.items(), (ALL, sum(totals.values()))]
    for arm, size in sizes:
        n = sum(row.inside.values()) if arm == ALL else row.inside.get(arm, 0)
        share = 100 * n / size if size else None
        place = {"variable": variable.column, "level": row.level_id, "arm": arm}
        counted = {"n": n, "denominator": size}
        yield where.result(
            "n", n, str(n), **place, **counted, unit="patients",
            method="count of patients",
        )  # fmt: skip
        yield where.result(
            "percent", share, fixed(share, 1), **place, **counted, unit="%",
            method="share of all patients of the arm, unknown included",
        )  # fmt: skip


def _against_rest(
    where: Where,
    variable: Variable,
    row: Row,
    totals: dict[str, int],
    arms: tuple[Arm, ...],
) -> Result:
    """P of one category against all other patients, as the paper prints it."""
    compared = [arm.id for arm in arms if arm.is_compared]
    inside = [row.inside.get(arm, 0) for arm in compared]
    rest = [totals[arm] - n for arm, n in zip(compared, inside, strict=True)]
    value = _p([inside, rest], lambda table: chi_square(table).p_value)
    return where.result(
        "p_value", value, p_text(value),
        variable=variable.column, level=row.level_id, n=sum(inside) + sum(rest),
        unit="probability",
        method="category against the rest, unknown included: Pearson's chi-square,"
        f" uncorrected, two-sided; {library('oncohort', 'scipy')}",
    )  # fmt: skip


def _among_known(
    where: Where, variable: Variable, counts: Counts, arms: tuple[Arm, ...]
) -> Iterator[Result]:
    """One test and one standardised difference per variable, the unknown left out."""
    known = [
        per_arm
        for value, per_arm in counts.items()
        if value is not None and value != variable.unknown
    ]
    for arm in arms:
        n = sum(per_arm.get(arm.id, 0) for per_arm in known)
        yield where.result(
            "n_known", n, str(n), variable=variable.column, arm=arm.id, n=n,
            unit="patients", method="count of patients with a known value",
        )  # fmt: skip
    compared = [arm.id for arm in arms if arm.is_compared]
    rows = [[per_arm.get(arm, 0) for arm in compared] for per_arm in known]
    table = [row for row in rows if sum(row)]
    n = sum(map(sum, table))
    place = {"variable": variable.column, "n": n}
    value, method = _test_known(table)
    yield where.result(
        "p_value_known", value, p_text(value), **place, unit="probability",
        method=method,
    )  # fmt: skip
    smd = _p(table, standardised_difference) if len(compared) == 2 else None
    yield where.result(
        "smd", smd, fixed(smd, 3), **place, unit="standard deviations",
        method="standardised difference among the known (Yang and Dalton 2012),"
        f" absolute; {library('oncohort', 'numpy')}",
    )  # fmt: skip


def _test_known(table: list[list[int]]) -> tuple[float | None, str]:
    """Chi-square; Fisher's exact test where an expected count is below 5."""
    tail = f"among the known, two-sided; {library('oncohort', 'scipy')}"
    smallest = _p(table, lambda rows: chi_square(rows).min_expected)
    if smallest is not None and smallest < 5 and len(table[0]) == 2:
        exact = _p(table, lambda rows: fisher_exact(rows).p_value)
        if exact is not None:
            return exact, f"Fisher's exact test (an expected count is below 5), {tail}"
    value = _p(table, lambda rows: chi_square(rows).p_value)
    return value, f"Pearson's chi-square, uncorrected, {tail}"


def _p(
    table: list[list[int]], statistic: Callable[[list[list[int]]], float]
) -> float | None:
    """Return the statistic, None where the table offers nothing to compare."""
    try:
        return statistic(table)
    except ValueError:
        return None
