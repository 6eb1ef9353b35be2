"""Cumulative incidence under competing risks (Aalen-Johansen), with limits.

Own code, not lifelines: its AalenJohansenFitter shifts tied times at random, so that
two calls differ.
"""

from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import checked, checked_entry, coded
from oncohort.survival.event_table import EventTable, event_table
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
        table = event_table(times[rows], status[rows], shape=shape, entry=start)
        error = _jackknife if variance == "jackknife" else _delta
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


def _steps(table: EventTable, cause: int) -> tuple[NDArray, NDArray, NDArray]:
    """Survival of all causes before and at each time, and the cause's incidence."""
    at_risk = table.at_risk[0].astype(float)
    events = table.left[0, :, 1:].sum(axis=1)
    survival = np.cumprod((at_risk - events) / at_risk)
    before = np.append(1.0, survival[:-1])
    # in R's order of rounding: where all have failed the sum is then exactly 1
    hazard = table.left[0, :, cause] / at_risk
    return before, survival, np.cumsum(before * hazard)


def _curve(
    table: EventTable, cause: int, std_error: NDArray, ci_type: CiType, ci_level: float
) -> CumulativeIncidence:
    incidence = _steps(table, cause)[2]
    log_error = np.divide(
        std_error, incidence, out=np.zeros(incidence.size), where=std_error > 0
    )
    lines = limits(incidence, log_error, ci_type, ci_level)
    counts = table.at_risk[0], table.left[0, :, cause]
    return CumulativeIncidence(
        table.time.astype(float), *counts, incidence, std_error, *lines
    )


def _jackknife(table: EventTable, cause: int, status: NDArray) -> NDArray[np.float64]:
    """Standard error: root of the sum of the patients' squared influences."""
    incidence = _steps(table, cause)[2]
    variance = _squared_influence(table, cause, status, 0.0)
    # near incidence 1 the terms of the sum cancel, unless they are taken from there
    if incidence[-1] > 0.5:
        from_one = _squared_influence(table, cause, status, 1.0)
        variance = np.where(incidence > 0.5, from_one, variance)
    return np.sqrt(np.maximum(variance, 0))


def _squared_influence(
    table: EventTable, cause: int, status: NDArray, origin: float
) -> NDArray[np.float64]:
    """Sum of the squared influences on the incidence F, at each time.

    With S the survival of all causes and u, v a patient's influence on S and F: u / S
    and v - (F - origin) u / S change alike for all at risk and rest after the exit, so
    sums over patients are cumulative sums over times.
    """
    before, _, incidence = _steps(table, cause)
    at_risk = table.at_risk[0].astype(float)
    events = table.left[0, :, 1:].sum(axis=1)
    jump = np.divide(
        1, at_risk - events, out=np.zeros(events.size), where=at_risk > events
    )
    rate, beyond = before / at_risk, incidence - origin
    steps = np.array(
        [
            events / at_risk * jump,
            -beyond * events / at_risk * jump
            - rate * table.left[0, :, cause] / at_risk,
        ]
    )
    common = np.cumsum(steps, axis=1)
    place, entered = table.position, table.entry_position
    if entered is None:
        entered = np.zeros(place.size, dtype=np.intp)
    then = np.hstack((np.zeros((2, 1)), common))[:, entered]
    own = common[:, place] - then
    own[0] -= (status > 0) * jump[place]
    own[1] += (status > 0) * (beyond * jump)[place] + (status == cause) * rate[place]

    def rested(each: NDArray, position: NDArray) -> NDArray:
        return np.cumsum(np.bincount(position, each, at_risk.size + 1))[:-1]

    def squares(slope: NDArray, level: NDArray, position: NDArray) -> NDArray:
        return (
            rested(level**2, position)
            + 2 * beyond * rested(level * slope, position)
            + beyond**2 * rested(slope**2, position)
        )

    now = common[1] + common[0] * beyond
    left = (
        squares(*own, place) + (table.at_risk[0] - table.left[0].sum(axis=1)) * now**2
    )
    if table.entry_position is None:
        return left
    # who entered late and is still at risk has only what came after the entry
    level, slope = (rested(x, entered) - rested(x, place) for x in (then[1], then[0]))
    late = squares(*then, entered) - squares(*then, place)
    return left - 2 * now * (level + beyond * slope) + late


def _delta(table: EventTable, cause: int, status: NDArray) -> NDArray[np.float64]:
    """Standard error by the delta method, as it stands after the cause's last event."""
    before, survival, incidence = _steps(table, cause)
    at_risk = table.at_risk[0].astype(float)
    own = table.left[0, :, cause]
    other = table.left[0, :, 1:].sum(axis=1) - own
    inverse = np.divide(1, survival, out=np.zeros(own.size), where=survival > 0)

    def spread(deaths: NDArray) -> NDArray:
        ties = 1 - np.maximum(deaths - 1, 0) / np.maximum(at_risk - 1, 1)
        return (before / at_risk) ** 2 * ties * deaths

    by_own, by_other = spread(own), spread(other) * (survival > 0)
    ahead = 1 + inverse * incidence
    behind = inverse * incidence
    square = np.cumsum(by_own * ahead**2 + by_other * behind**2)
    cross = np.cumsum(inverse * (by_own * ahead + by_other * behind))
    inner = np.cumsum(inverse**2 * (by_own + by_other))
    total = square - 2 * incidence * cross + incidence**2 * inner
    last = np.maximum.accumulate(np.where(own > 0, np.arange(own.size), -1))
    return np.where(last < 0, 0.0, np.sqrt(np.maximum(total, 0))[last])
