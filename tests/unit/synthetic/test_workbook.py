from datetime import date
from io import BytesIO
from zipfile import ZipFile

import openpyxl

from oncohort.synthetic.workbook import workbook_bytes

SHEETS = {"Drugs": [["no", "start"], ["0012", date(2014, 3, 3)], ["0013", ""]]}


def test_same_content_gives_the_same_bytes_without_a_clock():
    content = workbook_bytes("Export", SHEETS)

    assert content == workbook_bytes("Export", SHEETS)
    with ZipFile(BytesIO(content)) as book:
        assert {entry.date_time for entry in book.infolist()} == {(2020, 1, 1, 0, 0, 0)}
        core = book.read("docProps/core.xml").decode()
    assert core.count("2020-01-01T00:00:00Z") == 2


def test_a_title_stands_above_the_header():
    book = openpyxl.load_workbook(BytesIO(workbook_bytes("Export", SHEETS)))

    rows = list(book["Drugs"].iter_rows(values_only=True))
    assert rows[0][0] == "Export: Drugs"
    assert rows[1] == ("no", "start")
    assert rows[2][0] == "0012"
    assert rows[2][1].date() == date(2014, 3, 3)
    assert rows[3] == ("0013", None)
