"""Patients of the two arms that a plan compares, and hazard ratios between the arms."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.results import library
from oncohort.analysis.store import StudyTables
from oncohort.survival import cox

OWN = library("oncohort", "numpy", "scipy")
Values = Sequence[float | None]


class Compared(NamedTuple):
    """Two arms: arrays of shape (n_patients,), and their labels."""

    treated: NDArray[np.bool_]
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    site: NDArray[np.str_]
    columns: dict[str, NDArray[Any]]
    treatment: str
    reference: str

    def where(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of the patients."""
        columns = {name: each[chosen] for name, each in self.columns.items()}
        parts = (each[chosen] for each in self[:4])
        return type(self)(*parts, columns, *self[5:])

    def cox(self, **options: Any) -> Any:
        """Return the Cox model of the arm, the reference being 0."""
        about = {"time": self.days, "event": self.event}
        return cox({"treated": self.treated * 1.0}, "treated", **about, **options)

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
    A ValueError if patients enter late: nothing here looks at it.
    """
    endpoint = analysis.endpoint
    if endpoint.entry:
        raise ValueError("delayed entry is for kind time_to_event, without `beside`")
    names = (analysis.arm_column, endpoint.time, endpoint.event, analysis.site)
    what = ", ".join(f'"{name}"' if name else "''" for name in (*names, *columns))
    arms = [arm.value for arm in plan.compared]
    rows = [
        row
        for row in data.select(what, analysis.population, analysis.table)
        if row[0] in arms and row[1] is not None
    ]
    if len(arms) != 2 or {row[0] for row in rows} != set(arms):
        return None
    arm, days, event, site, *others = zip(*rows, strict=True)
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
    )


def estimated(make: Callable[[], Values], size: int) -> tuple[Values, str]:
    """Return an estimate's values and ''; or as many None, and why there are none."""
    try:
        return make(), ""
    except ValueError as error:
        return (None,) * size, f"not estimable: {error}; "
