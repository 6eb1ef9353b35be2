"""How everybody who is not in the cohort left it."""

import re
from collections import Counter
from typing import NamedTuple

from oncohort.analysis.results import ALL, Place, Result


class FlowRow(NamedTuple):
    """Patients of one site who enter a step with one outcome, and how many leave."""

    step_no: int
    criterion: str
    reason: str | None
    site_id: str
    n_in: int
    n_out: int


def slug(text: str) -> str:
    """Return a text as a part of a result id: letters, digits and _ only."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "none"


def cohort_flow(place: Place, rows: list[FlowRow]) -> list[Result]:
    """Patients who enter, leave (by reason) and remain, per step, site and over all.

    Parameters
    ----------
    place : Place
        Study, analysis, source; the population of a result is the site, or `all`.
    rows : list of FlowRow
        The study's `cohort_flow`; `n_in` and `n_out` add up over the rows of a step.

    Returns
    -------
    list of Result
        Statistics `n_in`, `n_out`, `n_left`; the level of `n_out` may be a reason.

    Raises
    ------
    ValueError
        If a step does not start with those whom the step before left in.
    """
    results: list[Result] = []
    for site in (ALL, *sorted({row.site_id for row in rows})):
        left = None
        for step_no in sorted({row.step_no for row in rows}):
            own = [
                row
                for row in rows
                if row.step_no == step_no and site in (ALL, row.site_id)
            ]
            n_in = sum(row.n_in for row in own)
            if left is not None and left != n_in:
                raise ValueError(
                    f"cohort_flow does not add up ({site}): {left} patients remain"
                    f" before step {step_no}, but {n_in} enter it"
                )
            here = place.at(population=site, variable=f"step_{step_no}")
            left = n_in - sum(row.n_out for row in own)
            results.extend(_step(here, own, n_in, left))
    return results


def _step(place: Place, rows: list[FlowRow], n_in: int, left: int) -> list[Result]:
    reasons: Counter[str] = Counter()
    for row in rows:
        if row.n_out:
            reasons[slug(row.reason or "no reason given")] += row.n_out
    return [
        place.count("n_in", n_in, n_in),
        place.count("n_out", n_in - left, n_in),
        place.count("n_left", left, n_in),
        *(place.at(level=key).count("n_out", n, n_in) for key, n in reasons.items()),
    ]
