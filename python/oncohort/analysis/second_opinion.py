"""lifelines recomputes the main numbers of a comparison: double programming.

Our own estimators are held against R in the tests; this holds the numbers of today's
data against another's code, each time.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import Place, Result, library
from oncohort.analysis.store import StudyTables
from oncohort.errors import BuildFailed

AGREED = 1e-6
# lifelines stops 2e-6 short by default
CONVERGED = {"precision": 1e-20, "r_precision": 1e-30}
COMPARED = ("median", "hazard_ratio", "logrank_p")


def second_opinion(
    place: Place,
    plan: Plan,
    analysis: Analysis,
    data: StudyTables,
    ours: Iterable[Any],
) -> Iterator[Result]:
    """Largest relative difference between our results and lifelines'.

    No row for a population too large for lifelines, if nothing was estimated, or with
    late entry, which lifelines' log-rank test does not know (R's answers hold it).

    Raises
    ------
    BuildFailed
        If a number differs by more than a millionth.
    """
    own = place.at(variable=analysis.endpoint.id)
    mine = {
        (row.statistic, row.arm): row.value
        for row in ours
        if isinstance(row, Result) and row.statistic in COMPARED
        if row.variable == own.key.variable and row.level == own.key.level
    }
    is_asked = mine and not analysis.endpoint.entry
    rows = _patients(analysis, data) if is_asked else None
    if rows is None or rows.empty:
        return
    wanted = {statistic for statistic, _ in mine}
    theirs = dict(_theirs(plan, rows, wanted))
    found = {key: _difference(mine[key], theirs[key]) for key in theirs if key in mine}
    worst = max(found.values())
    if not worst <= AGREED:
        raise _disagreement(place, plan, found)
    method = (
        f"largest relative difference of {', '.join(COMPARED)} from lifelines' own,"
        f" {len(found)} numbers; {library('lifelines')}"
    )
    yield own.number(
        "agreement_with_lifelines",
        worst,
        "relative difference",
        method,
        len(rows),
        text=f"{worst:.0e}",
    )


def _disagreement(
    place: Place, plan: Plan, found: dict[tuple[str, str], float]
) -> BuildFailed:
    (statistic, arm), worst = max(found.items(), key=lambda item: item[1])
    return BuildFailed(
        f"analysis {place.key.analysis_id} of study {plan.study_id}, population"
        f" {place.key.population}: {statistic} of arm {arm} differs from lifelines'"
        f" by a relative {worst:.1e} (at most {AGREED:.0e})",
        "one of the two programs is wrong: report it with the study's cohort",
        file=plan.file,
    )


def _patients(analysis: Analysis, data: StudyTables) -> Any:
    """Arm, time and event of everybody with a time; None if they are too many."""
    import pandas as pd

    endpoint = analysis.endpoint
    names = (analysis.arm_column, endpoint.time, endpoint.event)
    rows, is_counted = data.counted(names, analysis.population, analysis.table)
    if is_counted:
        return None
    table = pd.DataFrame(rows, columns=["arm", "time", "event", "n"])
    return table.dropna(subset="time").astype({"time": float, "event": float})


def _theirs(
    plan: Plan, rows: Any, wanted: set[str]
) -> Iterator[tuple[tuple[str, str], float]]:
    """lifelines' medians in months, hazard ratios and P, keyed as our results."""
    from lifelines import CoxPHFitter
    from lifelines.statistics import multivariate_logrank_test

    for arm in plan.arms:
        if (one := rows[rows.arm == arm.value]).size:
            yield ("median", arm.value), _median(one) / plan.days_per_month
    yield ("median", "all"), _median(rows) / plan.days_per_month
    *others, reference = [arm.value for arm in plan.compared]
    both = rows[rows.arm.isin([*others, reference])]
    if both.arm.nunique() <= len(others) or not both.event.any():
        return
    if "logrank_p" in wanted:
        test = multivariate_logrank_test(both.time, both.arm, both.event)
        yield ("logrank_p", "all"), test.p_value
    if "hazard_ratio" not in wanted:
        return
    columns = {f"arm_{i}": (both.arm == arm) * 1.0 for i, arm in enumerate(others)}
    table = both[["time", "event"]].assign(**columns)
    fit = CoxPHFitter().fit(table, "time", "event", fit_options=CONVERGED)
    for name, arm in zip(columns, others, strict=True):
        key = "all" if len(others) == 1 else arm
        yield ("hazard_ratio", key), float(np.exp(fit.params_[name]))


def _median(rows: Any) -> float:
    """Median of lifelines' curve, where it rests at one half the midpoint as in R."""
    from lifelines import KaplanMeierFitter

    curve = KaplanMeierFitter().fit(rows.time, rows.event).survival_function_.iloc[:, 0]
    reached, passed = curve[curve <= 0.5 + 1e-9], curve[curve < 0.5 - 1e-9]
    if reached.empty:
        return np.inf
    last = curve.index[-1] if passed.empty else passed.index[0]
    rests = reached.iloc[0] >= 0.5 - 1e-9
    return float((reached.index[0] + last) / 2 if rests else reached.index[0])


def _difference(ours: float | None, theirs: float) -> float:
    """Relative difference; no time of ours is their infinite one."""
    if ours is None or not np.isfinite(theirs):
        return 0.0 if ours is None and not np.isfinite(theirs) else np.inf
    return abs(ours - theirs) / abs(theirs)
