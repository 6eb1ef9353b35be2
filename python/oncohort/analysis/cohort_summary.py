"""Who is in the cohort, and how everybody else left it."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from oncohort.analysis.results import ALL, Result, Where

COUNT = "count of patients"


class FlowRow(NamedTuple):
    """Patients of one site who enter a step, and how many of them leave for a reason."""

    step_no: int
    criterion: str
    reason: str | None
    site_id: str
    n_in: int
    n_out: int


class Step(NamedTuple):
    """One step of the flow over some sites: entered, left by reason, remaining."""

    step_no: int
    criterion: str
    n_in: int
    n_out: int
    reasons: dict[str, int]


def slug(text: str) -> str:
    """Return a text as a part of a result id: letters, digits and _ only."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "none"


def flow_steps(rows: list[FlowRow]) -> list[Step]:
    """Sum the flow over its rows, step by step.

    Parameters
    ----------
    rows : list of FlowRow
        Rows of one or of all sites; `n_in` and `n_out` add up over rows of a step.

    Returns
    -------
    list of Step
        In the order of `step_no`.

    Raises
    ------
    ValueError
        If a step does not start with those whom the step before left in.
    """
    steps: list[Step] = []
    for number in sorted({row.step_no for row in rows}):
        own = [row for row in rows if row.step_no == number]
        reasons: Counter[str] = Counter()
        for row in own:
            if row.n_out:
                reasons[row.reason or "no reason given"] += row.n_out
        n_in, n_out = sum(row.n_in for row in own), sum(row.n_out for row in own)
        if steps and steps[-1].n_in - steps[-1].n_out != n_in:
            left = steps[-1].n_in - steps[-1].n_out
            raise ValueError(
                f"cohort_flow does not add up: {left} patients remain after step"
                f" {steps[-1].step_no}, {n_in} enter step {number}"
            )
        ordered = dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0])))
        steps.append(Step(number, own[0].criterion, n_in, n_out, ordered))
    return steps


def cohort_flow(where: Where, rows: list[FlowRow]) -> list[Result]:
    """Patients who enter, leave (by reason) and remain at each step, per site and over all.

    Parameters
    ----------
    where : Where
        Study, analysis, source; the population of a result is the site, or `all`.
    rows : list of FlowRow
        The study's `cohort_flow`.

    Returns
    -------
    list of Result
        Statistics `n_in`, `n_out`, `n_left`; the level of `n_out` may be a reason.

    Raises
    ------
    ValueError
        If the steps do not add up.
    """
    results: list[Result] = []
    for site in (ALL, *sorted({row.site_id for row in rows})):
        place = where._replace(population=site)
        own = rows if site == ALL else [row for row in rows if row.site_id == site]
        for step in flow_steps(own):
            results.extend(_step(place, step))
    return results


def _step(where: Where, step: Step) -> Iterator[Result]:
    about = {"variable": f"step_{step.step_no}", "unit": "patients", "method": COUNT}
    left = step.n_in - step.n_out
    values = {"n_in": step.n_in, "n_out": step.n_out, "n_left": left}
    for name, n in values.items():
        yield where.result(name, n, str(n), n=n, denominator=step.n_in, **about)
    for reason, n in step.reasons.items():
        yield where.result(
            "n_out", n, str(n), level=slug(reason), n=n, denominator=step.n_in, **about
        )


def cohort_summary(
    where: Where,
    per_arm: dict[str, int],
    sites: int | None,
    starts: tuple[date, date] | None,
    flags: dict[str, dict[bool | None, dict[str, int]]],
) -> list[Result]:
    """Patients in all and per arm, hospitals, first and last month of the start.

    Parameters
    ----------
    where : Where
        Study, analysis, population, source.
    per_arm : dict of str to int
        Patients per arm.
    sites : int or None
        Hospitals with at least one patient; None if the plan names no column.
    starts : pair of date or None
        First and last start; None if the plan names no column.
    flags : dict of str to counts
        Per yes/no column the patients per value and arm.

    Returns
    -------
    list of Result
        Variables `patients`, `sites`, `accrual`, and one per flag (level `yes`).
    """
    total = sum(per_arm.values())
    results = [
        where.result(
            "n", n, str(n), variable="patients", arm=arm, n=n, denominator=total,
            unit="patients", method=COUNT,
        )
        for arm, n in {**per_arm, ALL: total}.items()
    ]  # fmt: skip
    for flag, counts in flags.items():
        yes = counts.get(True, {})
        for arm, size in {**per_arm, ALL: total}.items():
            n = sum(yes.values()) if arm == ALL else yes.get(arm, 0)
            results.append(
                where.result(
                    "n", n, str(n), variable=flag, level="yes", arm=arm, n=n,
                    denominator=size, unit="patients", method=COUNT,
                )
            )  # fmt: skip
    if sites is not None:
        results.append(
            where.result(
                "n", sites, str(sites), variable="sites", n=sites, unit="hospitals",
                method="count of hospitals with at least one patient in the cohort",
            )
        )  # fmt: skip
    if starts is not None:
        for name, day in zip(("first_month", "last_month"), starts, strict=True):
            results.append(
                where.result(
                    name, None, f"{day:%B %Y}", variable="accrual", unit="month",
                    method="earliest and latest start among patients of the cohort",
                )
            )  # fmt: skip
    return results
