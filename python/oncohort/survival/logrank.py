"""Log-rank test of two or more groups, and the hazard ratios that come with it.

Own code, not lifelines: its test takes no strata and no delayed entry, and counts a
degree of freedom for a group that nobody was at risk in.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from oncohort.survival.checked import (
    checked,
    checked_entry,
    checked_weights,
    coded,
    pair,
)
from oncohort.survival.event_table import EventTable, event_table
from oncohort.survival.limits import normal_quantile
from oncohort.survival.score_test import score_test


class Logrank(NamedTuple):
    """A log-rank test; tuples follow the order of `groups`."""

    chi_square: float
    degrees_of_freedom: int
    p_value: float
    groups: tuple
    n: tuple[int, ...]
    observed: tuple[int, ...]
    expected: tuple[float, ...]


class HazardRatio(NamedTuple):
    """Hazard of `group` over that of `reference`, with limits."""

    hazard_ratio: float
    ci_low: float
    ci_high: float
    group: object
    reference: object


class _Sums(NamedTuple):
    """Sums over times and strata: arrays of shape (n_groups,), variance (.., ..)."""

    groups: list
    n: NDArray
    observed: NDArray
    expected: NDArray
    variance: NDArray[np.float64]


def logrank(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
) -> Logrank:
    """Two-sided log-rank test with the hypergeometric variance, stratified or not.

    Parameters
    ----------
    time, event, entry : array-like, shape (n_patients,)
        As for `kaplan_meier`.
    group : array-like, shape (n_patients,)
        Group of each patient; two or more different values.
    strata : array-like, shape (n_patients,), optional
        Patients are compared within their stratum only.
    weights : array-like of int, shape (n_patients,), optional
        Whole numbers: how many patients a row stands for.

    Returns
    -------
    Logrank
        Chi-square, degrees of freedom and P; patients, observed and expected events by
        group. A group never at risk when an event happens counts no degree of freedom.

    Raises
    ------
    ValueError
        If an argument is unusable, there is no event, fewer than two groups are at risk
        when events happen, or two groups are never at risk together.

    References
    ----------
    Mantel N (1966). Cancer Chemotherapy Reports 50:163-170.
    Peto R, Peto J (1972). JRSS A 135:185-207.
    """
    return _tested(_sums(time, event, group, strata, entry, weights))


def logrank_of(table: EventTable, groups: list) -> Logrank:
    """`logrank` of patients counted already, by group."""
    return _tested(_summed([table], groups))


def _tested(sums: _Sums) -> Logrank:
    seen = sums.expected > 0
    if seen.sum() < 2:
        raise ValueError("only one group has patients at risk when events happen")
    # the first of the groups seen follows from the others
    excess = (sums.observed - sums.expected)[seen][1:]
    variance = sums.variance[np.ix_(seen, seen)][1:, 1:]
    return Logrank(
        *score_test(excess, variance, sums.observed.sum()),
        tuple(sums.groups),
        *(tuple(each.tolist()) for each in sums[1:4]),
    )


def peto_hazard_ratio(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    reference: object = None,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ci_level: float = 0.95,
) -> HazardRatio:
    """Peto's one-step hazard ratio of two groups, exp((O - E) / V).

    Arguments and errors as `logrank`; `reference` is the group that is divided by (the
    first in order). V is the hypergeometric variance, the logarithm's error 1 / sqrt V.

    References
    ----------
    Yusuf S et al. (1985). Progress in Cardiovascular Diseases 27:335-371.
    """
    sums = _sums(time, event, group, strata, entry, weights)
    one, other = pair(sums.groups, reference)
    variance = float(sums.variance[one, one])
    if variance <= 0:
        raise ValueError("the groups are never at risk together: not comparable")
    log = float(sums.observed[one] - sums.expected[one]) / variance
    return _ratio(log, variance**-0.5, sums.groups, one, other, ci_level)


def observed_expected_hazard_ratio(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    *,
    reference: object = None,
    strata: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    ci_level: float = 0.95,
) -> HazardRatio:
    """Pike's hazard ratio of two groups, (O1 / E1) / (O2 / E2).

    Arguments and errors as `peto_hazard_ratio`; a group without events has no ratio.
    The standard error of its logarithm is sqrt(1 / E1 + 1 / E2).

    References
    ----------
    Machin D, Cheung YB, Parmar MKB (2006). Survival Analysis, 2nd ed., section 3.4.
    """
    sums = _sums(time, event, group, strata, entry, weights)
    one, other = pair(sums.groups, reference)
    if not (sums.observed > 0).all() or not (sums.expected > 0).all():
        raise ValueError("a group without events has no observed/expected ratio")
    rates = sums.observed / sums.expected
    log = float(np.log(rates[one] / rates[other]))
    std_error = float(np.sqrt((1 / sums.expected).sum()))
    return _ratio(log, std_error, sums.groups, one, other, ci_level)


def _ratio(
    log: float, std_error: float, groups: list, one: int, other: int, ci_level: float
) -> HazardRatio:
    shift = normal_quantile(ci_level) * std_error
    ratio = np.exp([log, log - shift, log + shift]).tolist()
    return HazardRatio(*ratio, groups[one], groups[other])


def _sums(
    time: ArrayLike,
    event: ArrayLike,
    group: ArrayLike,
    strata: ArrayLike | None,
    entry: ArrayLike | None,
    weights: ArrayLike | None,
) -> _Sums:
    """Observed and expected events by group and their variance, over all strata."""
    times, events = checked(time, event)
    groups, codes = coded(group, times.shape, "group")
    entries, counts = checked_entry(entry, times), checked_weights(weights, times)
    if counts is not None and counts.dtype.kind == "f":
        raise ValueError(
            "weights of a log-rank test are whole numbers of patients; for others"
            " use cox(..., weights=..., robust=True)"
        )
    shape = (len(groups), 2)
    tables = (
        event_table(days, flags, own, shape=shape, entry=late, weights=weight)
        for days, flags, own, late, weight in _by_stratum(
            (times, events, codes, entries, counts), strata
        )
    )
    return _summed(tables, groups)


def _summed(tables: Iterable[EventTable], groups: list) -> _Sums:
    """Sum over the tables of the strata."""
    if (size := len(groups)) < 2:
        raise ValueError("need one group for each patient and at least two groups")
    moments = (np.zeros(size), np.zeros(size), np.zeros(size), np.zeros((size, size)))
    for table in tables:
        pairs = zip(moments, _moments(table), strict=True)
        moments = [total + more for total, more in pairs]
    n, observed, *others = moments
    if not observed.any():
        raise ValueError("no event: the groups cannot be compared")
    return _Sums(groups, n.astype(int), observed.astype(int), *others)


def _moments(table: EventTable) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Patients, observed and expected events by group, variance, of one stratum."""
    deaths = table.left[:, 1]
    total, everybody = deaths.sum(axis=0), table.at_risk.sum(axis=0).astype(float)
    share = table.at_risk / np.maximum(everybody, 1)
    # hypergeometric; the last patient alone at risk dies without variance
    spread = total * (everybody - total) / np.maximum(everybody - 1, 1)
    variance = np.diag(share @ spread) - (share * spread) @ share.T
    n = table.left.sum(axis=(1, 2))
    return n, deaths.sum(axis=1), share @ total, variance


def _by_stratum(
    columns: tuple[NDArray | None, ...], strata: ArrayLike | None
) -> Iterator[tuple[NDArray | None, ...]]:
    """The columns of each stratum's patients, one stratum after the other."""
    if strata is None:
        yield columns
        return
    names, codes = coded(strata, columns[0].shape, "stratum")
    order = np.argsort(
        codes.astype(np.uint16 if len(names) < 2**16 else int), kind="stable"
    )
    for rows in np.split(order, np.cumsum(np.bincount(codes))[:-1]):
        yield tuple(None if each is None else each[rows] for each in columns)
