"""How everybody who is not in the cohort left it."""

import re
from collections import Counter
from collections.abc import Iterator

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import ALL, Place, Result
from oncohort.analysis.store import StudyTables


def slug(text: str) -> str:
    """Return a text as a part of a result id: letters, digits and _ only."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "none"


def cohort_flow(
    place: Place, plan: Plan, analysis: Analysis, data: StudyTables
) -> Iterator[Result]:
    """Patients who enter, leave (by reason) and remain, per step, site and over all.

    The population of a result is the site, or `all`; the level of `n_out` may be a
    reason. A step that does not start with those whom the step before left in is a
    ValueError.
    """
    if not data.columns("cohort_flow"):
        return
    rows = data.select("step_no, site_id, reason, n_in, n_out", table="cohort_flow")
    for site in (ALL, *sorted({row[1] for row in rows})):
        left = None
        for step_no in sorted({row[0] for row in rows}):
            own = [row for row in rows if row[0] == step_no and site in (ALL, row[1])]
            n_in = sum(n for *_, n, _ in own)
            if left not in (None, n_in):
                raise ValueError(
                    f"cohort_flow does not add up ({site}): {left} patients remain"
                    f" before step {step_no}, but {n_in} enter it"
                )
            left = n_in - sum(n for *_, n in own)
            here = place.at(population=site, variable=f"step_{step_no}")
            yield here.count("n_in", n_in, n_in)
            yield here.count("n_out", n_in - left, n_in)
            yield here.count("n_left", left, n_in)
            reasons: Counter[str] = Counter()
            for *_, reason, _, n in own:
                reasons[slug(reason or "no reason given")] += n
            for reason, n in sorted(reasons.items()):
                if n:
                    yield here.at(level=reason).count("n_out", n, n_in)
