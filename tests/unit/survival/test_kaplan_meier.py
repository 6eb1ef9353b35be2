import numpy as np
import pytest
from lifelines import KaplanMeierFitter

from oncohort.survival import kaplan_meier, survival_quantile

from .reference import DATA_SETS, REFERENCE, times
from .reference_extra import same


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


@pytest.mark.parametrize("ci_type", ["log-log", "log", "plain"])
@pytest.mark.parametrize("name", DATA_SETS)
def test_chosen_times_agree_with_r(name, ci_type):
    names = ("survival", "std_error", "ci_low", "ci_high")
    for time, event, expected in groups(name):
        points = expected[ci_type]["at"]
        at = kaplan_meier(time, event, ci_type=ci_type).at([p["t"] for p in points])
        assert at.n_at_risk.tolist() == [p["n_risk"] for p in points]
        for column, key in zip(names, ("surv", "se", "lower", "upper"), strict=True):
            same(getattr(at, column), [p[key] for p in points])


@pytest.mark.parametrize("ci_type", ["log-log", "log", "plain"])
@pytest.mark.parametrize("name", DATA_SETS)
def test_medians_quartiles_and_limits_agree_with_r(name, ci_type):
    for time, event, expected in groups(name):
        found = expected[ci_type]
        about = {"ci_type": ci_type}
        limits = found["median"], found["lower95"], found["upper95"]
        assert survival_quantile(time, event, **about) == limits
        assert survival_quantile(time, event, 0.25, **about).estimate == found["q25"]
        assert survival_quantile(time, event, 0.75, **about).estimate == found["q75"]


@pytest.mark.parametrize("name", DATA_SETS)
def test_curve_agrees_with_lifelines(name):
    time, event, _ = times(name)
    curve = kaplan_meier(time, event)
    peer = KaplanMeierFitter().fit(time, event).survival_function_at_times(curve.time)

    assert curve.survival == pytest.approx(peer.to_numpy(), rel=1e-9)


def test_median_on_a_flat_piece_is_its_midpoint():
    # S is exactly 0.5 from day 2 to day 3 (two of four): R says 2.5
    assert survival_quantile([1, 2, 3, 4], [1, 1, 1, 1]).estimate == 2.5
    # flat at 0.5 from day 2 to the end of follow-up, day 4: quantile.survfit says 3
    assert survival_quantile([1, 2, 3, 4], [1, 1, 0, 0]).estimate == 3


def test_median_not_reached_is_none():
    assert survival_quantile([1, 2, 3, 4], [1, 0, 0, 0]) == (None, 1.0, None)


def test_reverse_estimate_treats_the_censored_first_at_ties():
    # on day 2 one died and one was censored: reversed, the censored is the event, the
    # dead is still at risk, S = 2/3; on day 3 the last one is censored, S = 0
    flipped = kaplan_meier([2, 2, 3], np.logical_not([1, 0, 0]))
    assert flipped.survival == pytest.approx([2 / 3, 0])


def test_limits_are_unknown_where_their_scale_ends():
    # R 4.2: log-log has no value at 1 and 0, log none at 0, plain not for inf * 0
    time, event = [1, 2, 3], [0, 1, 1]
    nan = np.nan
    for ci_type, low in {
        "log-log": [nan, 0.00598308763915, nan],
        "log": [1, 0.12504882663, nan],
        "plain": [1, 0, nan],
    }.items():
        curve = kaplan_meier(time, event, ci_type=ci_type)
        assert curve.ci_low == pytest.approx(low, rel=1e-9, nan_ok=True)
    assert np.isnan(curve.std_error[-1])


def test_chosen_times_between_and_beyond_the_steps():
    curve = kaplan_meier([2, 4, 6], [1, 0, 0])
    # who leaves on day 2 is at risk at its start; after day 6 nobody knows
    at = curve.at([0, 2, 5, 7])

    assert at.n_at_risk.tolist() == [3, 3, 1, 0]
    assert at.n_events.tolist() == [0, 1, 0, 0]
    assert at.n_censored.tolist() == [0, 0, 1, 1]
    assert at.survival == pytest.approx([1, 2 / 3, 2 / 3, np.nan], nan_ok=True)
    assert curve.at(7, extend=True).survival == pytest.approx([2 / 3])
    assert kaplan_meier([2], [1]).at(7).survival == [0]


def test_delayed_entry_by_hand():
    # b enters on day 2, not yet at risk there: day 2 a of a and c, day 3 b of b and c
    curve = kaplan_meier([2, 3, 5], [1, 1, 0], entry=[0, 2, 1])

    assert curve.n_at_risk.tolist() == [2, 2, 1]
    assert curve.survival == pytest.approx([1 / 2, 1 / 4, 1 / 4])


def test_weights_need_not_be_whole():
    # 0.5 of 2 die, then 1.5 of 1.5
    curve = kaplan_meier([1, 2], [1, 1], weights=[0.5, 1.5])

    assert curve.n_at_risk.tolist() == [2, 1.5]
    assert curve.survival == pytest.approx([3 / 4, 0])


def test_times_that_differ_by_rounding_are_one_time():
    curve = kaplan_meier([0.1 + 0.2, 0.3, 0.5], [1, 1, 0])

    assert curve.time.tolist() == [0.3, 0.5]
    assert curve.n_events.tolist() == [2, 0]


def test_takes_columns_of_any_kind_in_any_order():
    import pandas as pd

    expected = kaplan_meier([1, 2, 3], [1, 0, 1])
    frame = pd.DataFrame({"t": [3, 1, 2], "e": [True, True, False]}, index=[9, 9, 4])
    for found in (
        kaplan_meier(frame["t"], frame["e"]),
        kaplan_meier(
            np.array([3, 1, 2], dtype=np.uint8),
            [1.0, 1.0, 0.0],
            entry=np.zeros(3, dtype=np.uint8),
        ),
        kaplan_meier(frame["t"].astype("Int64"), frame["e"].astype("boolean")),
    ):
        for one, other in zip(found, expected, strict=True):
            assert one == pytest.approx(other, nan_ok=True)


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [
        ([], [], "no patient"),
        ([1, 2], [1], "one time and one event"),
        ([1, -2], [1, 0], "0 or more"),
        ([1, float("nan")], [1, 0], "0 or more"),
        ([1, 2], [1, 2], "event must be 0 or 1"),
        ([1, 2], [1, None], "event must be"),
        ([1, 2], ["yes", "no"], "event must be numbers"),
        ([[1], [2]], [[1], [1]], "one time and one event"),
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
    with pytest.raises(ValueError, match="log-log, log, plain, not 'logit'"):
        kaplan_meier([1], [1], ci_type="logit")
    with pytest.raises(ValueError, match="probability"):
        survival_quantile([1], [1], probability=1)


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"entry": [0, 2]}, r"row 1 enters at 2 and leaves at 2 \(1 such rows\)"),
        ({"entry": [0, np.nan]}, "entry must be known"),
        ({"entry": [0]}, "one entry for each"),
        ({"weights": [1, -1]}, "weights must be 0 or more"),
        ({"weights": [0, 0]}, "not all 0"),
        ({"weights": [1, np.inf]}, "finite"),
        ({"weights": [1]}, "one weight for each"),
    ],
)
def test_refuses_unusable_entry_and_weights(about, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier([1, 2], [1, 1], **about)
