"""Mapping: null words, conditions, constants, alternatives, joins, dates, ids."""

import hashlib
import random

import pytest

from oncohort.identity import PUBLIC_TEST_KEY, keyed_hash


def one_table(columns, table="treatments", more="", settings=""):
    return f"""\
  - match: "*.csv"
{settings}    tables:
      - table: {table}
{more}        columns: {columns}
"""


@pytest.fixture
def landed(hospital):
    def deliver(files, data, columns, table="treatments", defaults=""):
        hospital.describe(files=files, defaults=defaults)
        hospital.deliver("x.csv", data)
        (verdict,) = hospital.receive()
        assert verdict.status == "accepted", verdict.problems
        return hospital.rows(table, columns)

    return deliver


def test_blanks_and_null_words(landed):
    rows = landed(
        one_table("{record_no: no, drug: drug}"),
        "no,drug\n1,\u3000 lapatinib\u00a0\n2,NA\n3, 不详 \n4,\n5,na\n",
        "record_no, drug",
        defaults='defaults: {null_words: [NA, "不详"]}',
    )

    assert rows == [
        ("1", "lapatinib"),
        ("2", None),
        ("3", None),
        ("4", None),
        ("5", "na"),
    ]


def test_null_words_are_words_not_yaml(landed):
    rows = landed(
        one_table("{record_no: no, drug: drug}"),
        "no,drug\n1,no\n2,007\n3,7\n4,~\n",
        "record_no, drug",
        defaults="defaults: {null_words: [no, 007, ~]}",
    )

    assert rows == [("1", None), ("2", None), ("3", "7"), ("4", None)]


def test_constants_alternatives_and_joins(landed):
    rows = landed(
        one_table(
            "{record_no: no, setting: {value: metastatic}, drug: {from: [a, b]}, "
            'stop_reason: {from: [a, b], join: "; "}, dose_unit: {value: "it\'s"}}'
        ),
        "no,a,b\n1,x,y\n2,,y\n3,,\n",
        "record_no, setting, drug, stop_reason, dose_unit",
    )

    assert rows == [
        ("1", "metastatic", "x", "x; y", "it's"),
        ("2", "metastatic", "y", "y", "it's"),
        ("3", "metastatic", None, None, "it's"),
    ]


def test_one_row_may_feed_several_tables_and_conditions_decide(hospital):
    hospital.describe(
        files="""\
  - match: x.csv
    tables:
      - table: biomarkers
        when: {column: er, not_null: true}
        columns: {record_no: no, marker: {value: er}, result: er}
      - table: biomarkers
        when: [{column: her2, not_null: true}, {column: her2, not_in: [later]}]
        columns: {record_no: no, marker: {value: her2}, result: her2}
      - table: milestones
        when: {column: dead, in: [yes]}
        columns: {record_no: no, milestone: {value: death}}
"""
    )
    hospital.deliver("x.csv", "no,er,her2,dead\n1,+,-,yes\n2,,later,no\n3,-,,\n")

    hospital.receive()

    assert hospital.rows("biomarkers", "record_no, marker, result") == [
        ("1", "er", "+"),
        ("1", "her2", "-"),
        ("3", "er", "-"),
    ]
    assert hospital.rows("milestones", "record_no, milestone") == [("1", "death")]
    # two mappings feed biomarkers: each read the three rows
    book = "table_name, n_rows_read, n_rows_landed, n_rows_refused, n_rows_not_meant"
    assert hospital.rows("deliveries", book) == [
        ("biomarkers", 6, 3, 0, 3),
        ("milestones", 3, 1, 0, 2),
    ]


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


def test_a_part_of_a_value_is_what_the_group_matches(landed):
    rows = landed(
        one_table(
            "{record_no: {from: barcode, part: '^(P-[0-9]+)-'}, "
            "treatment_no: {from: [none, barcode], part: '-(T[0-9]+)$'}}"
        ),
        "barcode,none\nP-12-T01,\nP-12-T02,x\nodd,\n,y\n",
        "record_no, treatment_no",
    )

    # what does not match stays whole; without a record number there is no row
    assert rows == [("P-12", "T01"), ("P-12", "x"), ("odd", "odd")]


def test_once_lands_the_first_of_rows_that_are_alike(hospital):
    hospital.describe(
        files=one_table("{record_no: no, drug: drug}", more="        once: true\n")
    )
    hospital.deliver("x.csv", "no,drug,sample\n1,a,s1\n1,a,s2\n1,b,s3\n2,a,s4\n")

    (verdict,) = hospital.receive()

    counts = dict(verdict.files[0].tables)["treatments"]
    assert hospital.rows("treatments", "record_no, drug, source_line") == [
        ("1", "a", 2),
        ("1", "b", 4),
        ("2", "a", 5),
    ]
    assert counts["n_rows_read"] == 4
    assert counts["n_rows_not_meant"] == 1


def test_changes_mark_deleted_rows(landed):
    rows = landed(
        one_table(
            "{record_no: no, drug: drug}",
            settings="    delivery_kind: changes\n"
            "    delete_when: {column: state, in: [deleted]}\n",
        ),
        "no,drug,state\n1,x,deleted\n2,y,\n",
        "record_no, row_action, delivery_kind",
    )

    assert rows == [("1", "delete", "changes"), ("2", "upsert", "changes")]


def test_ids_are_keyed_hashes(landed):
    rows = landed(
        one_table("{record_no: no, drug: drug}"),
        "no,drug\n01,lapatinib\n",
        "patient_id, record_id, source_row_id",
    )

    # key: record_no, drug, started_on, treatment_no; the last two are not mapped
    key = ["clinic", "treatments", "01", "lapatinib", None, None]
    content = ["upsert", "calendar", "01", None, "lapatinib", *[None] * 9]
    row = ["clinic", "2020-01-31", "treatments", *content]
    assert rows == [
        (
            keyed_hash(PUBLIC_TEST_KEY, ["clinic", "01"])[:16],
            keyed_hash(PUBLIC_TEST_KEY, key)[:24],
            keyed_hash(PUBLIC_TEST_KEY, row)[:24],
        )
    ]


def test_a_person_is_known_by_number_else_by_name_and_day_of_birth(landed):
    lines = [
        "1,Li Na,YB-1234 5678,1970-01-02",
        "2,Wang Fang,yb12345678,1980",  # the same number: the same person
        "3,Li Na,,1970-01-02",
        "4,LI  NA,000000000,1970-01-02",  # no number: name and day, as in line 3
        "5,Li Na,,1970-01",  # neither a number nor a full day
        "6,Li Na,1234567,",
    ]
    rows = landed(
        one_table(
            "{record_no: no, patient_name: name, national_no: id, birth_on: born}",
            table="patients",
        ),
        "no,name,id,born\n" + "\n".join(lines) + "\n",
        "record_no, person_id",
        table="patients",
    )

    person = dict(rows)
    # the site is not part of it
    by_name = keyed_hash(PUBLIC_TEST_KEY, ["name", "LINA", "1970-01-02"])[:24]
    assert person["1"] == person["2"] != by_name
    assert person["3"] == person["4"] == by_name
    assert person["5"] is None and person["6"] is None


def test_shuffled_rows_keep_their_ids(hospital):
    lines = [f"{number % 40},drug {number % 7}" for number in range(400)]
    hospital.describe(files=one_table("{record_no: no, drug: drug}"))
    found = []
    for date in ("2020-01-31", "2020-02-29"):
        path = hospital.deliver("x.csv", "no,drug\n" + "\n".join(lines) + "\n")
        hospital.receive()
        found.append(hospital.rows("treatments", "source_row_id, record_id, drug"))
        path.unlink()
        path.parent.rmdir()
        for partition in hospital.workspace.landing.glob("*/site=clinic/delivery=*"):
            partition.rename(hospital.workspace.root / f"{partition.parts[-3]} {date}")
        random.Random(1).shuffle(lines)

    assert found[0] == found[1]
    assert len({row[0] for row in found[0]}) == 400


def test_originals_are_archived_by_hash(hospital):
    data = b"no,sex,born\n1,F,1950\n"
    hospital.deliver("patients.csv", data)

    hospital.receive()

    sha256 = hashlib.sha256(data).hexdigest()
    assert (hospital.workspace.originals / sha256).read_bytes() == data
    assert hospital.rows("patients", "file_sha256") == [(sha256,)]
