"""What leaves of results, curves and numbers at risk, row by row."""

from types import SimpleNamespace

import pytest

from oncohort.analysis.plan import MASKED_BELOW, Plan
from oncohort.analysis.store import TABLES
from oncohort.export.masked_tables import MASKED
from oncohort.masking import MASK, Masked, says_masked

ABOUT = dict.fromkeys(Plan._fields[:10], "")


def plan(threshold: int | None = None, made_up: bool = False) -> Plan:
    masking = {} if threshold is None else {"threshold": threshold, "reason": "why"}
    about = {"study_id": "s", "made_up": made_up, "masking": masking}
    return Plan(**{**ABOUT, "arms": (), "analyses": (ANALYSIS,), **about})


ANALYSIS = SimpleNamespace(id="km", kind="time_to_event", population=None)


def row(
    statistic: str, value, arm="all", unit="patients", variable="os", level="overall"
):
    parts = ("s", "km", "all", variable, level, arm, statistic)
    names = ("study_id", "analysis_id", "population", "variable", "level", "arm")
    return {
        **dict(zip((*names, "statistic"), parts, strict=True)),
        "result_id": ".".join(parts),
        "value": value,
        "text": str(value),
        "n": value if unit == "patients" else 40,
        "denominator": 40,
        "unit": unit,
        "source_model": "s.cohort",
    }


# two arms: 20 and 20 patients; of B 3 have the event
EVENTS = [
    row("n", 40),
    row("n", 20, "A"),
    row("n", 20, "B"),
    row("n_events", 15),
    row("n_events", 12, "A"),
    row("n_events", 3, "B"),
    row("n_censored", 25),
    row("n_censored", 8, "A"),
    row("n_censored", 17, "B"),
    row("median", 9.5, "A", unit="months"),
    row("median", 20.5, unit="months"),
    row("hazard_ratio", 2.5, unit="ratio"),
    row("first_month", 7.0, unit="month", variable="accrual"),
]


def hidden(plan: Plan, rows=EVENTS) -> set[str]:
    found = Masked(plan, rows).results(rows)
    return {
        f"{each['statistic']} {each['arm']}" for each in found if each["text"] == MASK
    }


def test_a_small_count_goes_with_its_sums_its_curve_and_its_comparison():
    # B has 3 events: B's censored by 20 - 17, and one more of the events by 15 - 12;
    # that is A's, being smaller than all's; then A's censored
    assert hidden(plan()) == {
        "n_events B",
        "n_censored B",
        "n_events A",
        "n_censored A",
        "median A",
        "hazard_ratio all",
    }


def test_nothing_is_masked_of_made_up_patients_or_where_the_plan_says_so():
    for each in (plan(made_up=True), plan(0)):
        assert Masked(each, EVENTS).results(EVENTS) == EVENTS
        assert says_masked(each) == ""
    assert plan().masked_below == MASKED_BELOW
    assert "1 to 9" in says_masked(plan(10))


def test_a_masked_row_keeps_its_key_and_nothing_else():
    found = {each["result_id"]: each for each in Masked(plan(), EVENTS).results(EVENTS)}
    masked = found["s.km.all.os.overall.B.n_events"]
    assert (masked["value"], masked["text"], masked["n"]) == (None, MASK, MASK)
    # what a shown number rests on could be a hidden count
    shown = found["s.km.all.os.overall.all.median"]
    assert (shown["value"], shown["n"], shown["denominator"]) == (20.5, MASK, MASK)
    assert found["s.km.all.os.overall.A.n"]["n"] == 20


def at_risk(arm: str, *counts: int) -> list[dict]:
    return [
        {
            "analysis_id": "km",
            "population": "all",
            "arm": arm,
            "n_at_risk": n,
            "n_censored_so_far": 0 if n == counts[0] else 9,
        }
        for n in counts
    ]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [
        ((40, 30, 20, 0), [40, 30, 20, 0]),
        # 3 left, and 38 would say that 2 have gone
        ((40, 38, 20, 3), [40, MASK, 20, MASK]),
        # a step down counts from the last one shown
        ((40, 38, 36, 34), [40, MASK, MASK, 34]),
    ],
)
def test_numbers_at_risk_hide_small_ones_and_small_steps(counts, shown):
    rows = Masked(plan(), [row("n", 40)]).at_risk(at_risk("A", *counts))
    assert [each["n_at_risk"] for each in rows] == shown


def test_a_curve_ends_where_few_are_left_and_an_arm_of_hidden_size_has_none():
    masked = Masked(plan(), EVENTS)
    # A and B have hidden events
    assert masked.curves(at_risk("A", 20, 10)) == []
    whole = at_risk("C", 40, 5, 4, 1)
    assert [each["n_at_risk"] for each in masked.curves(whole)] == [40, 5]
    assert Masked(plan(0), EVENTS).curves(whole) == whole


# 40 patients: 20 events, 17 censored and 3 by a competing exit
COMPETING = [
    row("n", 40, "A"),
    row("n_events", 20, "A"),
    row("n_competing", 3, "A"),
    row("n_censored", 17, "A"),
    row("incidence", 48.1, "A", unit="%", level="event_month_6"),
]


def test_a_small_count_of_competing_exits_is_not_given_back_by_the_others():
    # 40 - 20 - 17 would tell: the censored go, too; then incidence and curves of A
    assert hidden(plan(), COMPETING) == {"n_competing A", "n_censored A", "incidence A"}
    masked = Masked(plan(), COMPETING)
    assert masked.curves(at_risk("A", 40, 20)) == []
    assert len(masked.curves(at_risk("B", 40, 20))) == 2


def test_few_events_beside_many_competing_exits_are_not_given_back():
    few = {"n_events": 3, "n_competing": 20}
    rows = [
        row(each["statistic"], few.get(each["statistic"], each["value"]), "A")
        for each in COMPETING[:4]
    ]
    assert hidden(plan(), rows) == {"n_events A", "n_censored A"}


def test_a_comparison_with_a_print_hides_ours():
    rows = [
        {"result_id": "s.km.all.os.overall.B.n_events", "printed": "3", "ours": "3"}
    ]
    (found,) = Masked(plan(), EVENTS).published(rows)
    assert (found["printed"], found["ours"]) == ("3", MASK)


def test_every_table_of_counts_is_masked_when_it_is_exported():
    # variant_flips has patients' rows
    assert MASKED.keys() == set(TABLES.values()) - {"variant_flips"}
