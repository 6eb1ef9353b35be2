"""Curves of an endpoint with competing exits, on eight patients by hand."""

import pytest

from analysis.test_paper_kinds import COMPETING, ROLES, run
from oncohort.analysis.competing_events import with_axis
from oncohort.analysis.plan import Analysis

STEPS = (
    "select cause, time, n_at_risk, n_events, incidence, ci_low, ci_high"
    " from analysis.incidence_curves where arm = '{}' order by cause desc, time"
)
AT_RISK = (
    "select time_months, n_at_risk, n_censored_so_far from analysis.numbers_at_risk"
    " where analysis_id = 'brain' and arm = 'A' order by time_months"
)


def test_each_cause_has_its_steps(tiny):
    run(tiny, COMPETING, *ROLES.split(";"))
    rows = tiny.query(STEPS.format("A"))

    # day 30: P1 of 3 has the event; day 90: of 2, P2 competes and P3 is censored
    assert [row[:4] for row in rows] == [
        ("event", 30, 3, 1),
        ("event", 90, 2, 0),
        ("competing", 30, 3, 0),
        ("competing", 90, 2, 1),
    ]
    assert [row[4] for row in rows] == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3])
    # no limits on the log scale before the first: 0
    assert rows[2][5:] == (0, 0)
    assert all(0 < low < share < high <= 1 for *_, share, low, high in rows[:2])


def test_a_curve_and_the_table_tell_the_same(tiny):
    run(tiny, COMPETING, *ROLES.split(";"))
    for arm in "AB":
        for cause in ("event", "competing"):
            of_month = f"brain.all.brain.{cause}_month_1.{arm}.incidence"
            ((height,),) = tiny.query(
                "select 100 * max_by(incidence, time) from analysis.incidence_curves"
                f" where arm = '{arm}' and cause = '{cause}' and time_months <= 1"
            )
            assert tiny.text(of_month) == f"{height:.1f}"


def test_an_arm_without_event_stays_at_nothing(tiny):
    nobody = "update tiny.cohort set role = 'censor' where arm = 'A' and role <> ''"
    run(tiny, COMPETING, *ROLES.split(";"), nobody)
    rows = tiny.query(STEPS.format("A"))
    assert len(rows) == 4
    assert {row[3:] for row in rows} == {(0, 0, 0, 0)}


def test_numbers_at_risk_stand_at_the_ticks_of_the_plan_or_up_to_the_landmark(tiny):
    run(tiny, COMPETING, *ROLES.split(";"))
    assert tiny.query(AT_RISK) == [(0, 3, 0), (1, 2, 0)]
    # day 90 is before month 4
    tiny.swap_in_plan(
        "landmark_months = [1]",
        "landmark_months = [1]\nhorizon_months = 6\ntick_months = 2",
    )
    tiny.analyse()
    assert tiny.query(AT_RISK) == [(0, 3, 0), (2, 2, 0), (4, 0, 1), (6, 0, 1)]


@pytest.mark.parametrize(
    ("months", "said", "axis"),
    [
        ((6, 12, 18), {}, (18, 3)),
        ((60, 24), {}, (60, 6)),
        ((10,), {}, (10, 1)),
        ((900,), {}, (900, 900)),
        ((12,), {"horizon_months": 30}, (30, 3)),
        ((12,), {"tick_months": 4}, (12, 4)),
    ],
)
def test_a_silent_plan_ends_at_the_last_landmark_in_at_most_ten_steps(
    months, said, axis
):
    found = with_axis(Analysis("a", "", "", "arm", landmark_months=months, **said))
    assert (found.horizon_months, found.tick_months) == axis
