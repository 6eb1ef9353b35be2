"""Baseline table: counts and shares by arm, tests and standardised differences."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from oncohort.analysis.plan import Analysis, Plan, Variable
from oncohort.analysis.results import Place, Result, library, with_all
from oncohort.analysis.store import StudyTables
from oncohort.rates import chi_square, fisher_exact, standardised_difference

# Category -> arm -> patients. None stands for a missing value.
Counts = dict[Any, Counter[str]]
Table = list[list[int]]
UNKNOWN = "unknown"
# as the paper prints it
AGAINST_REST = (
    "category against the rest, unknown included: Pearson's chi-square, uncorrected,"
    " two-sided"
)
DIFFERENCE = "standardised difference among the known (Yang and Dalton 2012), absolute"


def baseline_table(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """All results of a baseline table.

    Per category and arm `n` and `percent` (of all patients of the arm, the unknown
    included); per category `p_value` (against the rest); per variable `p_value_known`
    and `smd` among the known, and per arm `n_known`. A category of the data that is
    neither in the plan nor missing is a ValueError.
    """
    compared = [arm.value for arm in plan.compared]
    for number, variable in enumerate(analysis.variables):
        counts = data.counts(variable.column, analysis)
        _check_categories(variable, counts)
        sizes = {arm.value: _n(counts.values(), arm.value) for arm in plan.arms}
        if number == 0:
            for arm, n in with_all(sizes).items():
                yield place.at(variable="patients", arm=arm).count("n", n)
        own = place.at(variable=variable.column)
        for level, inside in _rows(variable, counts):
            yield from _cells(own.at(level=level), inside, sizes)
            table = [[inside[arm], sizes[arm] - inside[arm]] for arm in compared]
            test, n = _if_any(table, chi_square), sum(map(sum, table))
            method = f"{AGAINST_REST}; {library('oncohort', 'scipy')}"
            p_value = test.p_value if test else None
            here = own.at(level=level)
            yield here.number("p_value", p_value, "probability", method, n)
        known = [n for value, n in counts.items() if value not in _unknown(variable)]
        for arm in sizes:
            yield own.at(arm=arm).count("n_known", _n(known, arm))
        table = [[per_arm[arm] for arm in compared] for per_arm in known]
        yield from _among_known(own, [row for row in table if sum(row)])


def _n(categories: Any, arm: str) -> int:
    return sum(per_arm[arm] for per_arm in categories)


def _unknown(variable: Variable) -> set[str | None]:
    return {None, variable.unknown}


def _check_categories(variable: Variable, counts: Counts) -> None:
    planned = {level.value for level in variable.levels} | _unknown(variable)
    # of a yes/no column the plan may show one side only
    if all(isinstance(level.value, bool) for level in variable.levels):
        planned |= {True, False}
    for value in counts:
        if value not in planned:
            raise ValueError(
                f"column {variable.column} holds {value!r}, which the plan's levels"
                " do not name: add it there, or correct the model"
            )


def _rows(variable: Variable, counts: Counts) -> Iterator[tuple[str, Counter[str]]]:
    """Rows of the plan, and one for the unknown and missing so that nobody is lost."""
    values = [level.value for level in variable.levels]
    unknown: Counter[str] = Counter()
    for value in _unknown(variable):
        unknown += counts.get(value, Counter())
    for level in variable.levels:
        is_unknown = level.value == variable.unknown
        yield level.id, unknown if is_unknown else counts.get(level.value, Counter())
    if unknown and variable.unknown not in values:
        yield UNKNOWN, unknown


def _cells(
    place: Place, inside: Counter[str], sizes: dict[str, int]
) -> Iterator[Result]:
    """Count and share of one category in each arm and in all."""
    method = "share of all patients of the arm, unknown included"
    counted = with_all({arm: inside[arm] for arm in sizes})
    for arm, size in with_all(sizes).items():
        n, own = counted[arm], place.at(arm=arm)
        share = 100 * n / size if size else None
        yield own.count("n", n, size)
        yield own.number("percent", share, "%", method, n, size)


def _among_known(place: Place, table: Table) -> Iterator[Result]:
    """One test and one standardised difference per variable, the unknown left out."""
    n = sum(map(sum, table))
    value, test = _test_known(table)
    method = f"{test}, among the known, two-sided; {library('oncohort', 'scipy')}"
    yield place.number("p_value_known", value, "probability", method, n)
    distance = _if_any(table, standardised_difference)
    method = f"{DIFFERENCE}; {library('oncohort', 'numpy')}"
    yield place.number("smd", distance, "standard deviations", method, n)


def _test_known(table: Table) -> tuple[float | None, str]:
    """Chi-square; in a 2 x 2 table Fisher's test where an expected count is below 5."""
    test, remark = _if_any(table, chi_square), ""
    if test and test.min_expected < 5:
        remark = " (an expected count is below 5)"
        if len(table) == len(table[0]) == 2:
            return fisher_exact(table).p_value, f"Fisher's exact test{remark}"
    method = f"Pearson's chi-square, uncorrected{remark}"
    return test.p_value if test else None, method


def _if_any(table: Table, statistic: Callable[[Table], Any]) -> Any:
    """Return the statistic, None where the table offers nothing to compare."""
    try:
        return statistic(table)
    except ValueError:
        return None
