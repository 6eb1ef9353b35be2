"""Times and events of a population, by patient or counted by the engine."""

from collections import Counter
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.plan import Analysis, Endpoint
from oncohort.analysis.store import StudyTables


class Times(NamedTuple):
    """Patients of a population: arm, days and event; arrays of shape (n_rows,).

    A row is a patient, or `n_patients` of them that the engine has counted.
    """

    arm: NDArray[np.str_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    n_patients: NDArray[np.int64] | None
    n_without_time: Counter[str]

    def of(self, arms: list[str]) -> Self:
        """Return the patients of some arms."""
        chosen = np.isin(self.arm, arms)
        parts = (each if each is None else each[chosen] for each in self[:4])
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


def times_of(analysis: Analysis, endpoint: Endpoint, data: StudyTables) -> Times:
    """Arm, days and event of every patient who has a time."""
    names = (analysis.arm_column, endpoint.time, endpoint.event)
    rows, is_counted = data.counted(names, analysis.population, analysis.table)
    known = [row for row in rows if row[1] is not None]
    if any(event is None for _, _, event, _ in known):
        raise ValueError(
            f"{analysis.table}: {endpoint.event} is missing where"
            f" {endpoint.time} is known; the model must say event or censored"
        )
    return Times(
        np.array([arm for arm, *_ in known], dtype=str),
        np.array([days for _, days, *_ in known], dtype=float),
        np.array([event for _, _, event, _ in known], dtype=bool),
        np.array([n for *_, n in known]) if is_counted else None,
        sum((Counter({row[0]: row[3]}) for row in rows if row[1] is None), Counter()),
    )
