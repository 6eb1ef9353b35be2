"""Standard errors of a cumulative incidence: R's two.

`jackknife` is that of `survival::survfit`, `delta` that of `cmprsk::cuminc`.
"""

import numpy as np
from numpy.typing import NDArray

from oncohort.survival.event_table import EventTable, running_sum


def steps(table: EventTable, cause: int) -> tuple[NDArray, NDArray, NDArray]:
    """Survival of all causes before and at each time, and the cause's incidence."""
    at_risk = table.at_risk[0].astype(float)
    events = table.left[0, 1:].sum(axis=0)
    survival = np.cumprod((at_risk - events) / at_risk)
    before = np.append(1.0, survival[:-1])
    return before, survival, np.cumsum(before * table.left[0, cause] / at_risk)


def jackknife(table: EventTable, cause: int, status: NDArray) -> NDArray[np.float64]:
    """Standard error: root of the sum of the patients' squared influences."""
    incidence = steps(table, cause)[2]
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
    before, _, incidence = steps(table, cause)
    at_risk = table.at_risk[0].astype(float)
    events = table.left[0, 1:].sum(axis=0)
    left = at_risk - events
    jump = np.divide(1, left, out=np.zeros(left.size), where=left > 0)
    rate, beyond = before / at_risk, incidence - origin
    slope = events / at_risk * jump
    level = -beyond * slope - rate * table.left[0, cause] / at_risk
    common = np.cumsum([slope, level], axis=1)
    place, entered = table.position, table.entry_position
    if entered is None:
        entered = np.zeros(place.size, dtype=np.intp)
    then = np.hstack((np.zeros((2, 1)), common))[:, entered]
    own = common[:, place] - then
    own[0] -= (status > 0) * jump[place]
    own[1] += (status > 0) * (beyond * jump)[place] + (status == cause) * rate[place]

    now = common[1] + common[0] * beyond
    staying = table.at_risk[0] - table.left[0].sum(axis=0)
    total = _squares(*own, beyond, place) + staying * now**2
    if table.entry_position is None:
        return total
    # who entered late and is still at risk has only what came after the entry
    slope, level = (
        running_sum(one, entered, beyond.size) - running_sum(one, place, beyond.size)
        for one in then
    )
    late = _squares(*then, beyond, entered) - _squares(*then, beyond, place)
    return total - 2 * now * (level + beyond * slope) + late


def _squares(
    slope: NDArray, level: NDArray, beyond: NDArray, position: NDArray
) -> NDArray[np.float64]:
    """Running sum over patients of (level + slope * beyond) squared."""
    each = (level**2, 2 * level * slope, slope**2)
    sums = (running_sum(one, position, beyond.size) for one in each)
    return sum(one * beyond**power for power, one in enumerate(sums))


def delta(table: EventTable, cause: int, status: NDArray) -> NDArray[np.float64]:
    """Standard error by the delta method, as it stands after the cause's last event."""
    before, survival, incidence = steps(table, cause)
    at_risk = table.at_risk[0].astype(float)
    own = table.left[0, cause]
    other = table.left[0, 1:].sum(axis=0) - own
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
