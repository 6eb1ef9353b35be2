"""Patients of the two arms that a plan compares, and hazard ratios between the arms."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import library
from oncohort.analysis.store import StudyTables
from oncohort.survival import cox, cox_counted

OWN = library("oncohort", "numpy", "scipy")
Values = Sequence[float | None]


class Compared(NamedTuple):
    """Two arms: arrays of shape (n_rows,), and their labels.

    A row is a patient, or `n_patients` of them that the engine has counted.
    """

    treated: NDArray[np.bool_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    site: NDArray[np.str_]
    columns: dict[str, NDArray[Any]]
    treatment: str
    reference: str
    n_patients: NDArray[np.int64] | None = None

    @property
    def n(self) -> int:
        """Patients."""
        return int(self.days.size if self.n_patients is None else self.n_patients.sum())

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of the patients."""
        columns = {name: each[chosen] for name, each in self.columns.items()}
        parts = (each[chosen] for each in self[:4])
        n = None if self.n_patients is None else self.n_patients[chosen]
        return type(self)(*parts, columns, *self[5:7], n)

    def cox(self, **options: Any) -> Any:
        """Return the Cox model of the arm, the reference being 0."""
        about = {"time": self.days, "event": self.event} | options
        columns = {"treated": self.treated * 1.0}
        if self.n_patients is None:
            return cox(columns, "treated", **about)
        return cox_counted(columns, "treated", self.n_patients, **about)

    def hazard_ratio(self, **options: Any) -> Values:
        """Return the ratio, its limits and its P."""
        fit = self.cox(**options)
        parts = (fit.hazard_ratio, fit.ci_low, fit.ci_high, fit.p_value)
        return [float(each[0]) for each in parts]


def compared_patients(
    plan: Plan, analysis: Analysis, data: StudyTables, columns: Sequence[str] = ()
) -> Compared | None:
    """Return everybody of the two arms who has a time.

    None if the plan does not compare two arms, one has nobody, or nobody has an event.
    With further columns each patient is a row of his own, however many there are.
    A ValueError if patients enter late: nothing here looks at it.
    """
    endpoint = analysis.endpoint
    if endpoint.entry:
        raise ValueError("delayed entry is for kind time_to_event, without `beside`")
    names = (analysis.arm_column, endpoint.time, endpoint.event, analysis.site)
    about = (analysis.population, analysis.table)
    arms = [arm.value for arm in plan.compared]
    if columns:
        what = ", ".join(f'"{name}"' if name else "''" for name in (*names, *columns))
        found, is_counted = data.select(f"{what}, 1", *about), False
    else:
        found, is_counted = data.counted(names, *about)
    rows = [row for row in found if row[0] in arms and row[1] is not None]
    if len(arms) != 2 or {row[0] for row in rows} != set(arms):
        return None
    arm, days, event, site, *others, n = zip(*rows, strict=True)
    if not any(event):
        return None
    return Compared(
        np.array(arm) == arms[0],
        np.array(days, dtype=float),
        np.array(event, dtype=bool),
        np.array(site, dtype=str),
        {
            name: np.array(each, dtype=object)
            for name, each in zip(columns, others, strict=True)
        },
        *arms,
        np.array(n) if is_counted else None,
    )


def estimated(make: Callable[[], Values], size: int) -> tuple[Values, str]:
    """Return an estimate's values and ''; or as many None, and why there are none."""
    try:
        return make(), ""
    except ValueError as error:
        return (None,) * size, f"not estimable: {error}; "
