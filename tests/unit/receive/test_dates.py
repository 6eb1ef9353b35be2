"""Dates: formats, partial and impossible ones, offsets from an anchor."""

import pytest
from sending import mapping, one_table


@pytest.fixture
def landed(hospital):
    return mapping(hospital)


@pytest.mark.parametrize(
    ("format", "sent", "landed_as"),
    [
        ("%d/%m/%Y", "09/03/2015", "2015-03-09"),
        ("%d/%m/%Y", "9/3/2015", "2015-03-09"),
        ("%d-%b-%Y", "09-Mar-2015", "2015-03-09"),
        ("%d-%b-%Y", "09-MAR-2015", "2015-03-09"),
        ("%Y年%m月%d日", "2015年3月9日", "2015-03-09"),
        ("%Y年%m月", "2015年03月", "2015-03"),
        ("%Y年", "2015年", "2015"),
        ("%Y%m%d", "20150309", "2015-03-09"),
        ("%d/%m/%Y", "2015-03-09", "2015-03-09"),
        ("%d/%m/%Y", "2015-03", "2015-03"),
        ("%d/%m/%Y", "2015", "2015"),
        ("%d/%m/%Y", "2015-03-09 00:00:00", "2015-03-09"),
        ("%d/%m/%Y", "2015-03-09T10:11:12Z", "2015-03-09"),
        # year_pivot is 30
        ("%d/%m/%y", "09/03/15", "2015-03-09"),
        ("%d/%m/%y", "09/03/30", "2030-03-09"),
        ("%d/%m/%y", "09/03/31", "1931-03-09"),
        ("%d/%m/%y", "29/02/00", "2000-02-29"),
        ("%d/%m/%y", "09/03/70", "1970-03-09"),
        ("%Y-%m-%d", "２０１５－０３－０９", "2015-03-09"),
        ("%Y年%m月%d日", "２０１５年３月９日", "2015-03-09"),
        # 29 February 1900 is day 60 of the first epoch and never was
        ("excel-1900", "59", "1900-02-28"),
        ("excel-1900", "61", "1900-03-01"),
        ("excel-1900", "42072", "2015-03-09"),
        ("excel-1900", "42072.75", "2015-03-09"),
        ("excel-1900", "1950", "1950"),
        ("excel-1904", "40610", "2015-03-09"),
        ("excel-1904", "0", "1904-01-01"),
    ],
)
def test_dates_become_iso(landed, format, sent, landed_as):
    rows = landed(
        one_table("{record_no: no, started_on: start}"),
        f"no,start\n1,{sent}\n",
        "started_on",
        defaults=f'defaults: {{dates: ["{format}"], year_pivot: 30}}',
    )

    assert rows == [(landed_as,)]


@pytest.mark.parametrize(
    "sent",
    ["30/02/2015", "9/3/15", "9/3/215", "0015-01-01", "2015-13", "soon", "41709"],
)
def test_what_no_format_reads_stays_as_sent(hospital, sent):
    hospital.describe(
        files=one_table(
            '{record_no: no, started_on: {from: start, dates: ["%d/%m/%Y"]}}'
        )
    )
    hospital.deliver("x.csv", f"no,start\n1,{sent}\n")

    (verdict,) = hospital.receive()

    assert hospital.rows("treatments", "started_on") == [(sent,)]
    assert [found.value for found in verdict.files[0].unreadable] == [sent]


def test_formats_are_tried_in_turn(landed):
    rows = landed(
        one_table("{record_no: no, started_on: start}"),
        "no,start\n1,02/03/2015\n2,02/13/2015\n",
        "record_no, started_on",
        defaults='defaults: {dates: ["%d/%m/%Y", "%m/%d/%Y"]}',
    )

    assert rows == [("1", "2015-03-02"), ("2", "2015-02-13")]


def test_offsets_are_days_from_the_anchor(landed):
    rows = landed(
        one_table(
            "{record_no: no, started_on: {from: start, not_before: 0}, ended_on: end}"
        ),
        "no,start,end\n1,0,-1\n2,-7,366\n3,1.5,\n4,2015-03-09,60\n",
        "record_no, started_on, ended_on, date_basis",
        defaults="defaults: {date_basis: offset, anchor: 2000-01-01}",
    )

    # 2000 is a leap year: day 60 is 1 March, day 366 is 1 January 2001
    assert rows == [
        ("1", "2000-01-01", "1999-12-31", "offset"),
        ("2", "-7", "2001-01-01", "offset"),
        ("3", "1.5", None, "offset"),
        ("4", "2015-03-09", "2000-03-01", "offset"),
    ]


def test_offsets_may_count_another_unit_than_days(landed):
    rows = landed(
        one_table(
            "{record_no: no, started_on: {from: start, days_per_unit: 30.4, "
            "not_before: 0}, ended_on: end}"
        ),
        "no,start,end\n1,444.87,13525\n2,2.0,1.5\n3,-0.1,1\n4,soon,1\n",
        "record_no, started_on, ended_on",
        defaults="defaults: {date_basis: offset, anchor: 1900-01-01}",
    )

    # 444.87 * 30.4 = 13524.05 days, 13524 is 11 January 1937; 2 * 30.4 = 60.8
    assert rows == [
        ("1", "1937-01-11", "1937-01-12"),
        ("2", "1900-03-03", "1.5"),
        ("3", "-0.1", "1900-01-02"),
        ("4", "soon", "1900-01-02"),
    ]
