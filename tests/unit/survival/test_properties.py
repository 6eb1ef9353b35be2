"""What must hold for any data: hypothesis looks for data for which it does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oncohort.survival import (
    cumulative_incidence,
    gray_test,
    kaplan_meier,
    logrank,
    restricted_mean,
    survival_quantile,
)

patient = st.tuples(
    st.integers(1, 12), st.integers(0, 2), st.sampled_from("ab"), st.integers(1, 3)
)
cohorts = st.lists(patient, min_size=2, max_size=25)
quick = settings(max_examples=60, deadline=None)


def arrays(cohort):
    days, cause, arm, count = (np.array(column) for column in zip(*cohort, strict=True))
    return days, cause, arm, count


def close(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-12, nan_ok=True)


def outcome(function, *arguments, **about):
    """Result, or the words of the error: both must agree."""
    try:
        return function(*arguments, **about)[:3]
    except ValueError as error:
        return str(error)


def agree(one, other):
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
    else:
        close(one, other)


@quick
@given(cohorts)
def test_a_row_twice_is_weight_two(cohort):
    days, cause, arm, count = arrays(cohort)
    event = cause > 0
    rows = np.repeat(np.arange(days.size), count)
    close(
        kaplan_meier(days, event, weights=count),
        kaplan_meier(days[rows], event[rows]),
    )
    agree(
        outcome(logrank, days, event, arm, weights=count),
        outcome(logrank, days[rows], event[rows], arm[rows]),
    )


@quick
@given(cohorts)
def test_scaled_weights_leave_curve_and_robust_error(cohort):
    days, cause, _, count = arrays(cohort)
    one = kaplan_meier(days, cause > 0, weights=count + 0.5)
    other = kaplan_meier(days, cause > 0, weights=3.7 * (count + 0.5))
    close(one[4:], other[4:])


@quick
@given(cohorts, st.sampled_from([0.25, 7, 1 / 30.4375]))
def test_the_unit_of_time_does_not_matter(cohort, unit):
    days, cause, arm, _ = arrays(cohort)
    event = cause > 0
    close(kaplan_meier(days * unit, event)[1:], kaplan_meier(days, event)[1:])
    agree(outcome(logrank, days * unit, event, arm), outcome(logrank, days, event, arm))
    horizon = float(days.max())
    scaled = restricted_mean(days * unit, event, float((days * unit).max()))
    close(
        scaled[:2], [unit * each for each in restricted_mean(days, event, horizon)[:2]]
    )
    for one, other in zip(
        survival_quantile(days * unit, event),
        survival_quantile(days, event),
        strict=True,
    ):
        assert one == (None if other is None else pytest.approx(unit * other))
    agree(
        outcome(gray_test, days * unit, cause, arm),
        outcome(gray_test, days, cause, arm),
    )


@quick
@given(cohorts, st.randoms())
def test_names_and_order_do_not_matter(cohort, random):
    days, cause, arm, _ = arrays(cohort)
    order = list(range(days.size))
    random.shuffle(order)
    other = np.where(arm == "a", "z", "y")[order]
    agree(
        outcome(logrank, days, cause > 0, arm),
        outcome(logrank, days[order], (cause > 0)[order], other),
    )
    agree(
        outcome(gray_test, days, cause, arm),
        outcome(gray_test, days[order], cause[order], other),
    )
    close(kaplan_meier(days, cause > 0), kaplan_meier(days[order], (cause > 0)[order]))


@quick
@given(cohorts)
def test_follow_up_split_by_entry_changes_nothing(cohort):
    days, cause, arm, count = arrays(cohort)
    cut = np.minimum(count, days - 1)
    split = cut > 0
    late = np.concatenate((np.where(split, cut, 0), np.zeros(split.sum(), int)))
    until = np.concatenate((days, cut[split]))
    event = np.concatenate((cause > 0, np.zeros(split.sum(), bool)))
    status = np.concatenate((cause, np.zeros(split.sum(), int)))
    group = np.concatenate((arm, arm[split]))

    whole = kaplan_meier(days, cause > 0)
    parts = kaplan_meier(until, event, entry=late).at(whole.time)
    close(parts[4:], whole[4:])
    assert parts.n_at_risk.tolist() == whole.n_at_risk.tolist()
    agree(
        outcome(logrank, until, event, group, entry=late),
        outcome(logrank, days, cause > 0, arm),
    )
    horizon = float(days.max())
    close(
        restricted_mean(until, event, horizon, entry=late),
        restricted_mean(days, cause > 0, horizon),
    )
    if cause.any():
        one = cumulative_incidence(until, status, entry=late, variance="delta")
        other = cumulative_incidence(days, cause, variance="delta")
        for each, curve in other.items():
            close(one[each].at(curve.time)[3:], curve[3:])


@quick
@given(cohorts)
def test_an_arm_without_events_is_compared_or_refused_in_words(cohort):
    days, cause, arm, _ = arrays(cohort)
    event = (cause > 0) & (arm == "a")
    found = outcome(logrank, days, event, arm)
    assert isinstance(found, str) or (found[0] >= 0 and 0 <= found[2] <= 1)
    if (arm == "b").any():
        empty = kaplan_meier(days[arm == "b"], event[arm == "b"])
        assert (empty.survival == 1).all()
        assert survival_quantile(days[arm == "b"], event[arm == "b"]).estimate is None
