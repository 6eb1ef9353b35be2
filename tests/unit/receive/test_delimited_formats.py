"""Every dialect of delimited text that `site.yml` can declare lands row by row."""

import gzip

import pytest
from sending import landing, treatments


@pytest.fixture
def landed(hospital):
    return landing(hospital)


LATIN = """\
Klinik
no;drug;start;dose;unit
1;Paclitaxel, wöchentlich;9/3/2015;1.234,5;mg
no;drug;start;dose;unit
2;"zwei
Zeilen";10/3/2015;80;mg
3;x;1/4/2015;1.5;mg

Summe;;;1.314,5;
Ende der Liste
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_semicolons_commas_quotes_totals_and_repeated_headers(landed, end):
    settings = """\
    header_line: 2
    decimal: ","
    ignore_rows:
      - {column: no, in: [no, Summe, Ende der Liste]}
"""
    defaults = 'defaults: {encoding: latin-1, delimiter: ";", dates: ["%d/%m/%Y"]}'

    data = LATIN.replace("\n", end).encode("latin-1")
    rows = landed("x.csv", data, treatments(settings), defaults, ignored=3)

    assert rows == [
        (3, "1", "Paclitaxel, wöchentlich", "2015-03-09", "1234.5", "mg"),
        (5, "2", f"zwei{end}Zeilen", "2015-03-10", "80", "mg"),
        (7, "3", "x", "2015-04-01", "1.5", "mg"),
    ]


def test_a_short_row_is_ignored_only_by_a_column_that_it_reaches(landed):
    settings = """\
    ignore_rows: [{column: drug, in: [""]}, {column: no, in: [Total]}]
"""
    data = "no,drug\n1,a\n2\nTotal\n3,\n"

    columns = "{record_no: no, drug: drug}"
    rows = landed(
        "x.csv", data, treatments(settings, columns), "", "drug", refused=1, ignored=2
    )

    assert rows == [("a",)]


@pytest.mark.parametrize(
    ("decimal", "sent", "landed_as"),
    [
        (None, "1,234", "1,234"),
        (None, "１２．５", "12.5"),
        (None, "+7", "+7"),
        (".", "1,234", "1234"),
        (".", "1,234.50", "1234.50"),
        (".", "1'234'567", "1234567"),
        (".", "1,23", "1,23"),
        (",", "1,234", "1.234"),
        (",", "-1.234,5", "-1234.5"),
        (",", "1 234,5", "1234.5"),
        (",", "１２，５", "12.5"),
        (",", ",5", ".5"),
        (",", "1.23", "1.23"),
        (",", "80 mg", "80 mg"),
    ],
)
def test_numbers(landed, decimal, sent, landed_as):
    defaults = f'defaults: {{decimal: "{decimal}"}}' if decimal else ""
    columns = "{record_no: no, dose: dose, dose_unit: dose}"

    data = f'no,dose\n1,"{sent}"\n2,7\n'
    rows = landed("x.csv", data, treatments("", columns), defaults, "dose, dose_unit")

    # text columns are none of the decimal mark's business
    assert rows == sorted([(landed_as, sent), ("7", "7")])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030", "gbk"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_encodings_and_gzip(landed, encoding, pack):
    data = "no\tdrug\tstart\tdose\tunit\n1\t曲妥珠单抗\t２０１５年３月９日\t６\tmg/kg\n"
    settings = f"    encoding: {encoding}\n    delimiter: tab\n"
    name = "x.csv" if pack is bytes else "x.csv.gz"

    rows = landed(
        name,
        pack(data.encode(encoding)),
        treatments(settings),
        'defaults: {dates: ["%Y年%m月%d日"]}',
    )

    assert rows == [(2, "1", "曲妥珠单抗", "2015-03-09", "6", "mg/kg")]


def test_a_row_of_blanks_is_no_row_however_many_separators(landed):
    data = 'no,drug\n1,a\n,\n , \u3000\n,,,\n  \n"",""\n2,b\n'

    rows = landed("x.csv", data, treatments(columns="{record_no: no, drug: drug}"))

    assert [row[0] for row in rows] == [2, 8]


def test_a_repeated_name_is_told_apart_by_its_place(landed):
    columns = "{record_no: no, drug: name#1, dose_unit: name#2}"

    rows = landed(
        "x.csv", "no,name,name\n1,a,b\n", treatments("", columns), "", "drug, dose_unit"
    )

    assert rows == [("a", "b")]


@pytest.mark.parametrize("name", ["name", "name#0", "name#3", "name#x"])
def test_a_place_that_is_not_there_is_refused(hospital, name):
    hospital.describe(files=treatments("", f"{{record_no: no, drug: '{name}'}}"))
    hospital.deliver("x.csv", "no,name,name\n1,a,b\n")

    problem = hospital.refusal()

    assert problem.column == name
    if name == "name":
        assert "name#2" in problem.remedy


def test_wide_rows_become_long(landed):
    more = """\
        repeat: ["1", "2"]
        when: {column: "drug{}", not_in: [none]}
"""
    columns = (
        '{record_no: no, drug: "drug{}", dose: ["dose{}"], treatment_no: {value: "{}"}}'
    )
    columns = columns.replace('["dose{}"]', '{from: ["dose{}", "amount {}"]}')
    files = treatments("", columns, more)
    data = (
        "no,drug1,dose1,amount 1,drug2,dose2,amount 2\n"
        "7,a,1,,b,,2\n8,c,,,,,\n9,none,,,,5,\n"
    )

    rows = landed(
        "x.csv", data, files, "", "record_no, treatment_no, drug, dose", ignored=2
    )

    # two mappings read three rows each; all null, or `when`, makes no row
    assert rows == [
        ("7", "1", "a", "1"),
        ("7", "2", "b", "2"),
        ("8", "1", "c", None),
        ("9", "2", None, "5"),
    ]
