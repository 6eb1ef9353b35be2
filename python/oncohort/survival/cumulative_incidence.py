"""Cumulative incidence under competing risks (Aalen-Johansen), with limits.

Own code, not lifelines: its AalenJohansenFitter shifts tied times at random, so that
two calls differ.
"""

from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import checked, checked_entry, coded
from oncohort.survival.event_table import EventTable, event_table
from oncohort.survival.incidence_variance import delta, jackknife, steps
from oncohort.survival.limits import CiType, limits


class CumulativeIncidence(NamedTuple):
    """Incidence of one cause; every field is an array of shape (n_times,)."""

    time: NDArray[np.float64]
    n_at_risk: NDArray[np.int64]
    n_events: NDArray[np.int64]
    incidence: NDArray[np.float64]
    std_error: NDArray[np.float64]
    ci_low: NDArray[np.float64]
    ci_high: NDArray[np.float64]

    def at(self, times: ArrayLike) -> Self:
        """The curve at chosen times, in their order; after the last time unknown (nan).

        `n_at_risk` counts those still there at each time, `n_events` those up to it.
        """
        chosen = np.sort(np.atleast_1d(np.asarray(times, dtype=float)))
        after = np.searchsorted(self.time, chosen, side="right")
        before = np.searchsorted(self.time, chosen, side="left")
        lines = (
            np.where(chosen > self.time[-1], np.nan, np.append(0.0, line)[after])
            for line in self[3:]
        )
        n_events = np.append(0, np.cumsum(self.n_events))[after]
        return type(self)(
            chosen, np.append(self.n_at_risk, 0)[before], n_events, *lines
        )


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    censored: object = 0,
    variance: Literal["jackknife", "delta"] = "jackknife",
    ci_type: CiType = "log",
    ci_level: float = 0.95,
) -> dict:
    """Cumulative incidence of each cause, the others competing.

    Parameters
    ----------
    time, entry : array-like of float, shape (n_patients,)
        As for `kaplan_meier`.
    cause : array-like, shape (n_patients,)
        What ended follow-up: 0 (or another value, see `censored`) or a cause.
    group : array-like, shape (n_patients,), optional
        Curves are made within each group.
    censored : optional
        The value of `cause` that means censored.
    variance : {"jackknife", "delta"}
        "jackknife": sum of squared influences, as R's `survfit` of a factor; "delta":
        Aalen's with the correction for ties, as R's `cmprsk::cuminc`.
    ci_type, ci_level
        As for `kaplan_meier`; the default is R's.

    Returns
    -------
    dict
        A `CumulativeIncidence` by cause; with `group` a dict of these by group. Limits
        are unknown (nan) on the log scales while the incidence is 0.

    Raises
    ------
    ValueError
        If an argument is unusable or nobody has any event.

    References
    ----------
    Aalen OO, Johansen S (1978). Scandinavian Journal of Statistics 5:141-150.
    Gray RJ (1988). Annals of Statistics 16:1141-1154 (variance "delta").
    """
    if variance not in ("jackknife", "delta"):
        raise ValueError(f"variance must be jackknife or delta, not {variance!r}")
    times, causes, status = checked_causes(time, cause, censored)
    entries = checked_entry(entry, times)
    names, codes = [None], np.zeros(times.size, dtype=int)
    if group is not None:
        names, codes = coded(group, times.shape, "group")
    curves = {}
    for number, name in enumerate(names):
        rows = codes == number
        start = None if entries is None else entries[rows]
        shape = (1, len(causes) + 1)
        about = {"shape": shape, "entry": start, "traced": True}
        table = event_table(times[rows], status[rows], **about)
        error = jackknife if variance == "jackknife" else delta
        curves[name] = {
            each: _curve(
                table, number, error(table, number, status[rows]), ci_type, ci_level
            )
            for number, each in enumerate(causes, 1)
        }
    return curves if group is not None else curves[None]


def checked_causes(
    time: ArrayLike, cause: ArrayLike, censored: object
) -> tuple[NDArray, list, NDArray[np.int64]]:
    """Times, the causes in order, and the number of each patient's (0 censored)."""
    times, _ = checked(time, np.zeros(np.shape(time), dtype=bool))
    values, codes = coded(cause, times.shape, "cause")
    if censored not in values and any(isinstance(each, str) for each in values):
        raise ValueError(
            f"cause holds {values}: say which means censored, censored=..."
        )
    causes = [each for each in values if each != censored]
    if not causes:
        raise ValueError("no event of any cause")
    number = [0 if each == censored else causes.index(each) + 1 for each in values]
    return times, causes, np.array(number)[codes]


def _curve(
    table: EventTable, cause: int, std_error: NDArray, ci_type: CiType, ci_level: float
) -> CumulativeIncidence:
    incidence = steps(table, cause)[2]
    log_error = np.divide(
        std_error, incidence, out=np.zeros(incidence.size), where=std_error > 0
    )
    lines = limits(incidence, log_error, ci_type, ci_level)
    counts = table.at_risk[0], table.left[0, cause]
    return CumulativeIncidence(
        table.time.astype(float), *counts, incidence, std_error, *lines
    )
