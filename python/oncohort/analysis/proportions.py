"""Shares of patients by arm, with exact limits; two arms compared."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from oncohort.analysis.plan import Analysis, Plan, Variable
from oncohort.analysis.results import ALL, LIMITS, Place, Result, library, with_all
from oncohort.analysis.store import StudyTables
from oncohort.rates import (
    chi_square,
    difference_interval,
    fisher_exact,
    proportion_interval,
)

POINTS = "percentage points"


def proportions(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Results of each level of each variable; an arm without patients has no row.

    Per arm `n`, and `percent` of all patients of the population with its limits; of
    two arms compared `difference`, `p_value` and `p_value_fisher`. A value that is
    missing, or that the plan does not name, is a ValueError: shares need everybody.
    """
    sizes = data.counts(None, analysis).get(None, Counter())
    arms = [arm.value for arm in plan.arms if sizes[arm.value]]
    for arm, n in with_all({arm: sizes[arm] for arm in arms}).items():
        yield place.at(variable="patients", arm=arm).count("n", n)
    for variable in analysis.variables:
        counts = data.counts(variable.column, analysis)
        _check(variable, counts)
        for level in variable.levels:
            here = place.at(variable=variable.column, level=level.id)
            inside = counts.get(level.value, Counter())
            table = {arm: (inside[arm], sizes[arm]) for arm in arms}
            yield from shares(here, plan, table)


def _check(variable: Variable, counts: dict[Any, Counter[str]]) -> None:
    known = {level.value for level in variable.levels}
    if all(isinstance(value, bool) for value in known):
        known |= {True, False}
    for value, per_arm in counts.items():
        if value not in known:
            what = "is missing" if value is None else f"is {value!r}"
            raise ValueError(
                f"column {variable.column} {what} in {per_arm.total()} patients:"
                " narrow the population to those in whom it is known, or name the"
                " value among the plan's levels"
            )


def shares(
    place: Place, plan: Plan, table: dict[str, tuple[int, int]]
) -> Iterator[Result]:
    """Results of one characteristic; `table` holds per arm those with it, and all."""
    method = (
        "share of all patients of the arm in the population; 95% CI exact"
        f" (Clopper-Pearson); {library('oncohort', 'scipy')}"
    )
    both = [sum(each) for each in zip(*table.values(), strict=True)] or [0, 0]
    for arm, (n, size) in {**table, ALL: tuple(both)}.items():
        own = place.at(arm=arm)
        yield own.count("n", n, size)
        found = proportion_interval(n, size) if size else (None,) * 3
        for suffix, share in zip(LIMITS, found, strict=True):
            value = None if share is None else 100 * share
            yield own.number(f"percent{suffix}", value, "%", method, n, size)
    compared = [arm.value for arm in plan.compared if arm.value in table]
    if len(compared) == 2:
        yield from _compared(place, compared, [table[arm] for arm in compared])


def _compared(
    place: Place, arms: list[str], both: list[tuple[int, int]]
) -> Iterator[Result]:
    """Difference of two shares, and two tests of it."""
    names, n = " and ".join(arms), sum(size for _, size in both)
    method = (
        f"difference of shares, {' minus '.join(arms)}; 95% CI Newcombe's hybrid score"
        f" (method 10); {library('oncohort', 'scipy')}"
    )
    found = [100 * each for each in difference_interval(*both[0], *both[1])]
    yield from place.limited("difference", found, POINTS, method, n)
    cells = [[inside, size - inside] for inside, size in both]
    tests = {
        "p_value": ("Pearson's chi-square, uncorrected", chi_square),
        "p_value_fisher": ("Fisher's exact test", fisher_exact),
    }
    for name, (test, make) in tests.items():
        value, remark = None, "not estimable: nobody or everybody has it; "
        if any(each[0] for each in cells) and any(each[1] for each in cells):
            value, remark = float(make(cells).p_value), ""
        method = f"{test}, {names}, two-sided; {remark}{library('oncohort', 'scipy')}"
        yield place.number(name, value, "probability", method, n)
