from datetime import date
from io import BytesIO
from zipfile import ZipFile

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from python_calamine import CalamineWorkbook

from oncohort.synthetic.layout import Sheet
from oncohort.synthetic.workbook import xls_bytes, xlsx_bytes

COLUMNS = [("record_no", "no"), ("started_on", "start"), ("ended_on", "end")]
LINES = [["0012", date(2014, 3, 3), date(2014, 3, 9)], ["0013", "", "2015-03"]]
SHEETS = [Sheet("Drugs", COLUMNS, LINES)]


def test_same_content_gives_the_same_bytes_without_a_clock():
    content = xlsx_bytes("Export", SHEETS, "2019-12-16")

    assert content == xlsx_bytes("Export", SHEETS, "2019-12-16")
    assert xls_bytes("Export", SHEETS) == xls_bytes("Export", SHEETS)
    with ZipFile(BytesIO(content)) as book:
        assert {entry.date_time for entry in book.infolist()} == {(2020, 1, 1, 0, 0, 0)}
        core = book.read("docProps/core.xml").decode()
    assert core.count("2020-01-01T00:00:00Z") == 2


def test_titles_and_groups_are_merged_above_the_header():
    book = openpyxl.load_workbook(BytesIO(xlsx_bytes("Export", SHEETS, "2019-12-16")))

    rows = list(book["Drugs"].iter_rows(values_only=True))
    assert book.epoch == CALENDAR_MAC_1904
    assert [row[0] for row in rows[:2]] == ["Export: Drugs", "As of 2019-12-16"]
    assert rows[2:4] == [("Patient", "Period", None), ("no", "start", "end")]
    assert {"A1:C1", "A2:C2", "B3:C3"} <= {str(r) for r in book["Drugs"].merged_cells}
    assert rows[4][0] == "0012"
    assert rows[4][1].date() == date(2014, 3, 3)
    assert rows[5] == ("0013", None, "2015-03")


def test_xls_has_a_title_above_the_header_and_date_cells():
    book = CalamineWorkbook.from_filelike(BytesIO(xls_bytes("Export", SHEETS)))

    rows = book.get_sheet_by_name("Drugs").to_python()
    assert rows[:2] == [["Export: Drugs", "", ""], ["no", "start", "end"]]
    assert rows[2] == ["0012", date(2014, 3, 3), date(2014, 3, 9)]
    assert rows[3] == ["0013", "", "2015-03"]
