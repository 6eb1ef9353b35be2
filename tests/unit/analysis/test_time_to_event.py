"""Times of the tiny study by hand: medians, curves, who is at risk."""

import pytest

from oncohort.errors import BuildFailed


def test_patients_without_a_time_are_left_out_and_counted(tiny):
    tiny.analyse()

    assert tiny.text("km.all.pfs.overall.A.n") == "3"
    assert tiny.text("km.all.pfs.overall.A.n_without_time") == "1"
    # A: S = 2/3 after day 30, 1/3 after day 90: median 90 days = 2.957 months
    assert tiny.text("km.all.pfs.overall.A.median") == "3.0"
    assert tiny.text("km.all.pfs.month_2.A.survival") == "66.7"
    assert tiny.text("km.all.pfs.overall.A.median_ci_high") == "not reached"


def test_survival_is_not_estimable_beyond_the_last_patient(tiny):
    tiny.write_plan(swap=("landmark_months = [2]", "landmark_months = [3, 5]"))
    tiny.analyse()

    # A ends on day 90 (2.96 months) with a censored patient; B on day 150 with an event
    assert tiny.text("km.all.pfs.month_3.A.survival") == "not estimable"
    assert tiny.text("km.all.pfs.month_5.B.survival") == "0.0"


def test_numbers_at_risk_and_curves_have_a_row_per_arm_and_time(tiny):
    tiny.analyse()

    assert tiny.query(
        "select time_months, n_at_risk, n_censored_so_far from analysis.numbers_at_risk"
        " where arm = 'B' order by all"
    ) == [(0.0, 4, 0), (2.0, 1, 1), (4.0, 1, 1), (6.0, 0, 1)]
    ((time, survival),) = tiny.query(
        "select time, survival from analysis.survival_curves"
        " where arm = 'B' and n_censored > 0"
    )
    assert (time, survival) == (10, 1)


def test_who_leaves_on_the_day_a_period_starts_is_still_at_risk(tiny):
    # months of 30 days: in B somebody has the event on day 60, the start of month 2
    tiny.write_plan(swap=("[arm]", "[units]\ndays_per_month = 30\n[arm]"))
    tiny.analyse()

    found = tiny.query(
        "select time_months, n_at_risk, n_censored_so_far from analysis.numbers_at_risk"
        " where arm = 'B' order by all"
    )
    assert found == [(0.0, 4, 0), (2.0, 2, 1), (4.0, 1, 1), (6.0, 0, 1)]
    # events at 20, 60, 150: at risk + censored so far + events so far = all four
    events = [0, 1, 2, 3]
    assert [sum(row[1:]) + n for row, n in zip(found, events, strict=True)] == [4] * 4


def test_patients_who_enter_late_are_at_risk_from_then_on(tiny):
    tiny.execute("alter table tiny.cohort add column entry_days integer default 0")
    tiny.execute("update tiny.cohort set entry_days = 25 where patient_id = 'P6'")
    event = 'event = "is_pfs_event"\n'
    tiny.write_plan(swap=(event, f'{event}entry = "entry_days"\n'))

    tiny.analyse()

    # arm B by hand: P8 censored at 10; P5 dies at 20 among P5, P7, for P6 is not there
    # yet; P6 at 60 among P6, P7; P7 at 150 alone: 1/2, 1/4, 0
    steps = tiny.query(
        "select time, n_at_risk, survival from analysis.survival_curves"
        " where arm = 'B' order by time"
    )
    assert steps == [(10, 3, 1), (20, 2, 0.5), (60, 2, 0.25), (150, 1, 0)]
    # at the start three, after two months (60.875 days) only P7
    at_risk = tiny.query(
        "select time_months, n_at_risk from analysis.numbers_at_risk where arm = 'B'"
    )
    assert at_risk == [(0, 3), (2, 1), (4, 1), (6, 0)]
    ((method,),) = tiny.query(
        "select distinct method from analysis.results where statistic = 'hazard_ratio'"
    )
    assert "delayed entry" in method


def test_who_enters_after_leaving_stops_the_analysis(tiny):
    tiny.execute("alter table tiny.cohort add column entry_days integer default 0")
    tiny.execute("update tiny.cohort set entry_days = 60 where patient_id = 'P6'")
    event = 'event = "is_pfs_event"\n'
    tiny.write_plan(swap=(event, f'{event}entry = "entry_days"\n'))

    with pytest.raises(BuildFailed, match="entry_days is missing or not before"):
        tiny.analyse()
