"""Bad input names file, sheet, line, column, value and remedy, and lands nothing."""

import io

import openpyxl
import pytest

PATIENTS = "no,sex,born\n0001,F,1950-01-02\n0002,F,1960-03\n"
SHEET_FILE = """\
  - match: book.xlsx
    format: xlsx
    sheet: Patients
    tables:
      - table: patients
        columns: {record_no: no, sex: sex, birth_on: born}
"""


def workbook(sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture
def untouched(hospital):
    """Checks that the landing zone is as it was, to the byte."""
    hospital.deliver("patients.csv", PATIENTS, date="2019-12-31")
    (verdict,) = hospital.receive()
    assert verdict.status == "accepted"
    before = hospital.landing_bytes()
    hospital.landed_files = before
    yield hospital
    assert hospital.landing_bytes() == before


def refused(hospital):
    verdict = hospital.receive()[-1]
    assert verdict.status == "refused"
    (problem,) = verdict.problems
    assert problem.exit_code == 3
    assert f"{verdict.site_id} {verdict.delivered_on}: refused" in "\n".join(
        hospital.said
    )
    assert problem.remedy in "\n".join(hospital.said)
    return problem


@pytest.mark.parametrize(
    ("data", "message", "remedy", "place"),
    [
        (
            "no,gender,born\n1,F,1950\n",
            "it has no, gender, born",
            "correct `columns`",
            {"line": 1, "column": "sex"},
        ),
        (
            # byte 23: 12 of the header, 9 of the first row, 2 of the second
            "no,sex,born\n1,F,1950\n2,病,1960\n".encode("gb18030"),
            "not utf-8: b2 at byte 23",
            "gb18030",
            {"line": 3, "value": "2,<?>"},
        ),
        (PATIENTS.encode("utf-16-le"), "NUL", "utf-16", {"line": 1}),
        (
            'no,sex,born\n1,F,1950\n2,"F,1960\n3,F,1970\n',
            "never closed",
            "quote: none",
            {"line": 3, "value": '2,"F,1960'},
        ),
        (
            PATIENTS.replace(",", ";"),
            "`delimiter` in site.yml may be wrong",
            "header_line",
            {"line": 1},
        ),
    ],
    ids=["column", "byte", "nul", "quote", "delimiter"],
)
def test_a_file_that_cannot_be_read(untouched, data, message, remedy, place):
    untouched.deliver("patients.csv", data)

    problem = refused(untouched)

    assert message in problem.message and remedy in problem.remedy
    assert ({"file": "patients.csv"} | place).items() <= vars(problem).items()


@pytest.mark.parametrize(
    ("book", "message", "place"),
    [
        (
            workbook({"Visits": [["no"]], "Notes": [["x"]]}),
            "it has Visits, Notes",
            {"file": "book.xlsx", "sheet": "Patients"},
        ),
        (b"not a workbook", "cannot be opened", {"file": "book.xlsx"}),
    ],
    ids=["no sheet", "no workbook"],
)
def test_a_workbook_that_cannot_be_read(untouched, book, message, place):
    untouched.describe(files=SHEET_FILE)
    untouched.workspace.extracts.joinpath("clinic/2019-12-31").rename(
        untouched.workspace.root / "set_aside"
    )
    untouched.deliver("book.xlsx", book)

    problem = refused(untouched)

    assert message in problem.message
    assert place.items() <= vars(problem).items()


@pytest.mark.parametrize(
    ("site", "date", "message", "remedy"),
    [
        (
            "nobody",
            "2020-01-31",
            "`nobody` is not a known site; known: clinic",
            "sites/nobody/site.yml",
        ),
        ("clinic", "January", "`January` is not a date", "date of the extract"),
    ],
)
def test_a_folder_that_is_no_delivery(untouched, site, date, message, remedy):
    untouched.deliver("patients.csv", PATIENTS, date, site)

    problem = refused(untouched)

    assert message in problem.message and remedy in problem.remedy


def test_several_bad_files_are_told_at_once(untouched):
    untouched.describe(
        files="""\
  - match: patients.csv
    tables: [{table: patients, columns: {record_no: no}}]
  - match: visits.csv
    tables: [{table: contacts, columns: {record_no: no}}]
"""
    )
    (untouched.workspace.extracts / "clinic/2019-12-31/visits.csv").unlink(True)
    untouched.deliver("patients.csv", "nr\n1\n")
    untouched.deliver("visits.csv", "nr\n1\n")

    old, new = untouched.receive()

    assert [problem.file for problem in new.problems] == ["patients.csv", "visits.csv"]
    assert "no file matches `visits.csv`" in old.problems[0].message


def test_altered_delivery(untouched):
    path = untouched.deliver("patients.csv", PATIENTS + "0003,F,1970\n", "2019-12-31")

    problem = refused(untouched)

    assert "patients.csv has other bytes" in problem.message
    assert "extracts/clinic/<its date>/" in problem.remedy
    path.unlink()
    assert "patients.csv is gone" in refused(untouched).message


def test_link_out_of_the_delivery(untouched):
    outside = untouched.workspace.root / "secret.csv"
    outside.write_text(PATIENTS)
    link = untouched.deliver("patients.csv", "", "2020-06-30")
    link.unlink()
    link.symlink_to(outside)

    assert "leads out of the delivery" in refused(untouched).message


def test_unreadable_date_lands_as_sent_and_is_told(hospital):
    hospital.deliver("patients.csv", "no,sex,born\n1,F,1950-13-01\n2,F,2.1.1960\n")

    (verdict,) = hospital.receive()

    assert verdict.status == "accepted"
    first, second = verdict.files[0].unreadable
    assert (first.file, first.line, first.value) == ("patients.csv", 2, "1950-13-01")
    assert (second.line, second.column) == (3, "born (as birth_on)")
    assert "add its format to `dates`" in second.remedy
    assert hospital.rows("patients", "birth_on") == [("1950-13-01",), ("2.1.1960",)]
    assert hospital.rows("deliveries", "n_values_unreadable") == [(2,)]


def test_only_the_first_twenty_unreadable_dates_are_listed(hospital):
    rows = "".join(f"{number},F,never\n" for number in range(25))
    hospital.deliver("patients.csv", "no,sex,born\n" + rows)

    (verdict,) = hospital.receive()

    assert len(verdict.files[0].unreadable) == 20
    assert "and 5 more unreadable dates" in "\n".join(hospital.said)


def test_ragged_row_is_refused_by_itself_and_kept(hospital):
    hospital.deliver(
        "patients.csv", "no,sex,born\n1,F,1950\n\n2,F\n3,F,1970,x\n4,F,1980\n,F,1990\n"
    )

    hospital.receive()

    assert hospital.rows("patients", "source_line, record_no") == [(2, "1"), (6, "4")]
    kept = hospital.rows("refused_rows", "source_line, reason, raw_text")
    assert kept == [
        (4, "2 fields where the header has 3", "2,F"),
        (5, "4 fields where the header has 3", "3,F,1970,x"),
        (7, "no record number: the row belongs to no patient", ",F,1990"),
    ]
    counts = "n_rows_read, n_rows_landed, n_rows_refused, n_rows_not_meant"
    assert hospital.rows("deliveries", counts) == [(5, 2, 3, 0)]


def test_a_refused_delivery_does_not_keep_others_from_landing(hospital):
    hospital.describe(site="other")
    text = hospital.write_site("", "other")
    text.write_text(
        (hospital.workspace.root / "sites/clinic/site.yml")
        .read_text()
        .replace("site_id: clinic", "site_id: other")
    )
    hospital.deliver("patients.csv", "no\n1\n")
    hospital.deliver("patients.csv", PATIENTS, site="other")

    first, second = hospital.receive()

    assert (first.status, second.status) == ("refused", "accepted")
    assert hospital.rows("patients", "distinct site_id") == [("other",)]
