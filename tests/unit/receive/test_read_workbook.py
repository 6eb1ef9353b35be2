import datetime
import io

import openpyxl
import pytest

SHEETS = """\
  - match: book.xlsx
    format: xlsx
    sheet: 患者
    header_line: 3
    tables:
      - table: patients
        columns: {record_no: 编号, birth_on: 生日, race: 备注}
"""


@pytest.fixture
def book(hospital):
    """A workbook with two title rows, an empty row and cells of all kinds."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = "患者"
    workbook.create_sheet("其他")
    for row in [
        ["导出"],
        [],
        ["编号", "生日", "备注"],
        ["007", datetime.date(1950, 1, 2), True],
        [None, None, None],
        [12.0, datetime.datetime(1960, 3, 4, 5, 6), 0.5],
        [13, "1970-05", "text"],
    ]:
        sheet.append(row)
    out = io.BytesIO()
    workbook.save(out)
    hospital.describe(files=SHEETS)
    hospital.deliver("book.xlsx", out.getvalue())
    return hospital


def test_cells_become_text_as_a_person_would_type_it(book):
    (verdict,) = book.receive()

    assert verdict.status == "accepted"
    assert book.rows("patients", "source_line, record_no, birth_on, race") == [
        (4, "007", "1950-01-02", "TRUE"),
        (6, "12", "1960-03-04", "0.5"),
        (7, "13", "1970-05", "text"),
    ]
    assert book.rows("patients", "distinct source_sheet") == [("患者",)]


def test_one_sheet_needs_no_name_several_do(book):
    book.describe(files=SHEETS.replace("    sheet: 患者\n", ""))

    assert "several sheets: 患者, 其他" in book.refusal().message


def test_a_header_beyond_the_end_is_missing(book):
    book.describe(files=SHEETS.replace("header_line: 3", "header_line: 9"))

    problem = book.refusal()

    assert "header line is empty" in problem.message
    assert (problem.sheet, problem.line) == ("患者", 9)


def test_a_workbook_that_is_missing_is_told_once(hospital):
    hospital.deliver("patients.csv", "no\n1\n")
    hospital.describe(
        files="""\
  - match: export.xlsx
    sheet: Patients
    tables: [{table: patients, columns: {record_no: no}}]
  - match: export.xlsx
    sheet: Visits
    tables: [{table: contacts, columns: {record_no: no}}]
"""
    )

    new = hospital.receive()[-1]

    messages = [problem.message for problem in new.problems]
    assert len(messages) == 1 and "no file matches `export.xlsx`" in messages[0]
