import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from oncohort.survival import kaplan_meier, survival_quantile

from .reference import DATA_SETS, REFERENCE, times


def groups(name):
    time, event, group = times(name)
    yield time, event, REFERENCE[name]["km_overall"]["all"]
    for label, expected in REFERENCE[name]["km"].items():
        yield time[group == label], event[group == label], expected


def test_matches_hand_calculation_with_a_tie():
    # at risk 5, 4, 2: S = 4/5, 0.8 * 3/4 = 0.6, 0.6 * 1/2 = 0.3; who is censored at 200
    # is at risk there; Greenwood at 200: 0.6 * sqrt(1/(5*4) + 1/(4*3))
    curve = kaplan_meier([100, 200, 200, 300, 400], [1, 1, 0, 1, 0])

    assert curve.time.tolist() == [100, 200, 300, 400]
    assert curve.n_at_risk.tolist() == [5, 4, 2, 1]
    assert curve.n_events.tolist() == [1, 1, 1, 0]
    assert curve.n_censored.tolist() == [0, 1, 0, 1]
    assert curve.survival == pytest.approx([0.8, 0.6, 0.3, 0.3])
    assert curve.std_error[1] == pytest.approx(0.6 * (1 / 20 + 1 / 12) ** 0.5)


@pytest.mark.parametrize("name", DATA_SETS)
def test_curve_and_log_log_limits_agree_with_r(name):
    for time, event, expected in groups(name):
        curve = kaplan_meier(time, event)
        for point in expected["log-log"]["at"]:
            at = int(np.searchsorted(curve.time, point["t"], side="right")) - 1
            if at < 0 or point["lower"] is None:
                continue
            if point["surv"] == 1:
                continue
            assert curve.survival[at] == pytest.approx(point["surv"], rel=1e-9)
            assert curve.std_error[at] == pytest.approx(point["se"], rel=1e-9)
            assert curve.ci_low[at] == pytest.approx(point["lower"], rel=1e-9)
            assert curve.ci_high[at] == pytest.approx(point["upper"], rel=1e-9)


@pytest.mark.parametrize("name", DATA_SETS)
def test_medians_quartiles_and_limits_agree_with_r(name):
    for time, event, expected in groups(name):
        found = expected["log-log"]
        assert survival_quantile(time, event) == (
            found["median"],
            found["lower95"],
            found["upper95"],
        )
        assert survival_quantile(time, event, 0.25).estimate == found["q25"]
        assert survival_quantile(time, event, 0.75).estimate == found["q75"]


@pytest.mark.parametrize("name", DATA_SETS)
def test_curve_agrees_with_lifelines(name):
    time, event, _ = times(name)
    curve = kaplan_meier(time, event)
    peer = KaplanMeierFitter().fit(time, event).survival_function_at_times(curve.time)

    assert curve.survival == pytest.approx(peer.to_numpy(), rel=1e-9)


def test_median_on_a_flat_piece_is_its_midpoint():
    # S is exactly 0.5 from day 2 to day 3 (two of four): R says 2.5
    assert survival_quantile([1, 2, 3, 4], [1, 1, 1, 1]).estimate == 2.5
    # flat at 0.5 to the end: no later step to go to, R says 2
    assert survival_quantile([1, 2, 3, 4], [1, 1, 0, 0]).estimate == 2


def test_median_not_reached_is_none():
    assert survival_quantile([1, 2, 3, 4], [1, 0, 0, 0]) == (None, 1.0, None)


def test_reverse_estimate_treats_the_censored_first_at_ties():
    # on day 2 one died and one was censored: reversed, the censored is the event, the
    # dead is still at risk, S = 2/3; on day 3 the last one is censored, S = 0
    flipped = kaplan_meier([2, 2, 3], np.logical_not([1, 0, 0]))
    assert flipped.survival == pytest.approx([2 / 3, 0])


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [
        ([], [], "one time and one event"),
        ([1, 2], [1], "one time and one event"),
        ([1, -2], [1, 0], "0 or more"),
        ([1, float("nan")], [1, 0], "0 or more"),
        ([1, 2], [1, 2], "event must be 0 or 1"),
    ],
)
def test_refuses_unusable_input(time, event, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier(time, event)
    with pytest.raises(ValueError, match=message):
        survival_quantile(time, event)


def test_refuses_levels_outside_0_and_1():
    with pytest.raises(ValueError, match="ci_level"):
        kaplan_meier([1], [1], ci_level=95)
    with pytest.raises(ValueError, match="probability"):
        survival_quantile([1], [1], probability=1)
