"""Times of patients as a plan's endpoint names them: arm, days, event, late entry."""

from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.plan import Analysis, Endpoint
from oncohort.analysis.store import StudyTables


class Times(NamedTuple):
    """Patients of a population; arrays of shape (n_patients,), `entry` if delayed."""

    arm: NDArray[np.str_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    entry: NDArray[np.float64] | None
    n_without_time: Counter[str]

    def of(self, arms: list[str]) -> "Times":
        """Return the patients of some arms."""
        chosen = np.isin(self.arm, arms)
        entry = None if self.entry is None else self.entry[chosen]
        return Times(
            self.arm[chosen],
            self.days[chosen],
            self.event[chosen],
            entry,
            self.n_without_time,
        )

    @property
    def method(self) -> str:
        """What a method adds if patients enter late."""
        late = "; delayed entry: at risk only after their day of entry"
        return "" if self.entry is None else late


def study_times(analysis: Analysis, endpoint: Endpoint, data: StudyTables) -> Times:
    """Return every patient of the population who has a time.

    Raises
    ------
    ValueError
        If it is not said whether a time ends in an event, or somebody enters late and
        not before it.
    """
    entry = f'"{endpoint.entry}"' if endpoint.entry else "0"
    what = f'"{analysis.arm_column}", "{endpoint.time}", "{endpoint.event}", {entry}'
    rows = data.select(what, analysis.population, analysis.table)
    known = [row for row in rows if row[1] is not None]
    if any(event is None for _, _, event, _ in known):
        raise ValueError(
            f"{analysis.table}: {endpoint.event} is missing where"
            f" {endpoint.time} is known; the model must say event or censored"
        )
    is_late = [row[3] is None or row[3] >= row[1] for row in known]
    if endpoint.entry and any(is_late):
        raise ValueError(
            f"{analysis.table}: {endpoint.entry} is missing or not before"
            f" {endpoint.time} for somebody; who cannot enter is no part of the cohort"
        )
    return Times(
        np.array([row[0] for row in known], dtype=str),
        np.array([row[1] for row in known], dtype=float),
        np.array([row[2] for row in known], dtype=bool),
        np.array([row[3] for row in known], dtype=float) if endpoint.entry else None,
        Counter(row[0] for row in rows if row[1] is None),
    )
