"""Mapping: null words, conditions, constants, alternatives, joins, repeated rows."""

import pytest
from sending import mapping, one_table


@pytest.fixture
def landed(hospital):
    return mapping(hospital)


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
