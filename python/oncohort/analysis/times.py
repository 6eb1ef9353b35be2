"""Times and events of a population, by patient or counted by the engine."""

from collections import Counter
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.plan import Analysis, Endpoint
from oncohort.analysis.store import StudyTables


class Times(NamedTuple):
    """Patients of a population: arm, days and event; arrays of shape (n_rows,).

    A row is a patient, or `n_patients` of them that the engine has counted; `entry` is
    the day from which they are at risk, None if all are from day 0.
    """

    arm: NDArray[np.str_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    entry: NDArray[np.float64] | None
    n_patients: NDArray[np.int64] | None
    n_without_time: Counter[str]

    def of(self, arms: list[str]) -> Self:
        """Return the patients of some arms."""
        chosen = np.isin(self.arm, arms)
        parts = (each if each is None else each[chosen] for each in self[:5])
        return type(self)(*parts, self.n_without_time)

    @property
    def n(self) -> int:
        """Patients."""
        return int(self.days.size if self.n_patients is None else self.n_patients.sum())

    @property
    def n_events(self) -> int:
        """Patients with an event."""
        events = self.event if self.n_patients is None else self.n_patients[self.event]
        return int(events.sum())

    @property
    def method(self) -> str:
        """What a method adds if patients enter late."""
        late = "; delayed entry: at risk only after their day of entry"
        return "" if self.entry is None else late


def times_of(analysis: Analysis, endpoint: Endpoint, data: StudyTables) -> Times:
    """Arm, days, event and late entry of every patient who has a time.

    Raises
    ------
    ValueError
        If it is not said whether a time ends in an event, or somebody enters late and
        not before it.
    """
    names = (analysis.arm_column, endpoint.time, endpoint.event, endpoint.entry)
    rows, is_counted = data.counted(names, analysis.population, analysis.table)
    known = [row for row in rows if row[1] is not None]
    _check(known, analysis, endpoint)
    return Times(
        np.array([row[0] for row in known], dtype=str),
        np.array([row[1] for row in known], dtype=float),
        np.array([row[2] for row in known], dtype=bool),
        np.array([row[3] for row in known], dtype=float) if endpoint.entry else None,
        np.array([n for *_, n in known]) if is_counted else None,
        sum((Counter({row[0]: row[4]}) for row in rows if row[1] is None), Counter()),
    )


def _check(known: list[Any], analysis: Analysis, endpoint: Endpoint) -> None:
    if any(row[2] is None for row in known):
        raise ValueError(
            f"{analysis.table}: {endpoint.event} is missing where"
            f" {endpoint.time} is known; the model must say event or censored"
        )
    is_late = (row[3] is None or row[3] >= row[1] for row in known)
    if endpoint.entry and any(is_late):
        raise ValueError(
            f"{analysis.table}: {endpoint.entry} is missing or not before"
            f" {endpoint.time} for somebody; who cannot enter is no part of the cohort"
        )
