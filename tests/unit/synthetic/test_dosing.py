from datetime import date, timedelta
from random import Random

import pytest

from oncohort.synthetic.dosing import give
from oncohort.synthetic.journey import Journey, add_months, wishes

START = date(2014, 3, 3)


def journey():
    return Journey("P001", wishes()["P001"], Random(1))


@pytest.mark.parametrize("style", ["course", "cycles", "blocks", "overlap"])
@pytest.mark.parametrize("length", [0, 1, 20, 21, 22, 100, 500])
def test_rows_are_one_spell_from_first_to_last_day(style, length):
    j, end = journey(), START + timedelta(days=length)

    give(j, "trastuzumab", START, end, style)

    rows = j.tables["treatments"]
    spans = sorted((r["started_on"], r["ended_on"] or r["started_on"]) for r in rows)
    reached = spans[0][1]
    for first, last in spans:
        assert (first - reached).days <= 28
        reached = max(reached, last)
    assert (spans[0][0], reached) == (START, end)


def test_an_ongoing_spell_has_no_end():
    j = journey()

    give(j, "lapatinib", START, START + timedelta(days=10), ongoing=True)

    assert {(r["ended_on"], r["is_ongoing"]) for r in j.tables["treatments"]} == {
        ("", "yes")
    }


def test_refuses_a_spell_that_ends_before_it_starts():
    with pytest.raises(ValueError, match="before it starts"):
        give(journey(), "lapatinib", START, START - timedelta(days=1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2013, 1, 31), 3, date(2013, 4, 30)),
        (date(2012, 2, 29), 12, date(2013, 2, 28)),
        (date(2013, 11, 30), 3, date(2014, 2, 28)),
        (date(2013, 12, 5), -12, date(2012, 12, 5)),
    ],
)
def test_months_are_calendar_months(day, months, later):
    assert add_months(day, months) == later
