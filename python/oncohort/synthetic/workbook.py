"""XLSX and XLS whose bytes depend on their content alone."""

import re
from datetime import date
from io import BytesIO
from itertools import groupby
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from oncohort.synthetic.layout import Sheet, group_of

STAMP = (2020, 1, 1, 0, 0, 0)
WRITTEN = b"2020-01-01T00:00:00Z"


def xlsx_bytes(title: str, sheets: list[Sheet], delivered_on: str) -> bytes:
    """Sheets with two merged title rows and two header rows, dates since 1904."""
    from openpyxl import Workbook
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book = Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.remove(book.active)
    for content in sheets:
        sheet = book.create_sheet(content.name)
        sheet.append([f"{title}: {content.name}"])
        sheet.append([f"As of {delivered_on}"])
        width, first = len(content.columns), 1
        for row in (1, 2):
            sheet.merge_cells(
                start_row=row, end_row=row, start_column=1, end_column=width
            )
        for word, columns in groupby(group_of(c) for c, _ in content.columns):
            last = first + len(list(columns)) - 1
            sheet.cell(3, first, word)
            sheet.merge_cells(
                start_row=3, end_row=3, start_column=first, end_column=last
            )
            first = last + 1
        for row in content.rows:
            sheet.append([None if cell == "" else cell for cell in row])
    raw = BytesIO()
    book.save(raw)
    return _without_clock(raw.getvalue())


def _without_clock(raw: bytes) -> bytes:
    """Replace the times of writing that the writer and the zip leave behind."""
    fixed = BytesIO()
    with ZipFile(BytesIO(raw)) as source, ZipFile(fixed, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", WRITTEN, content)
            entry = ZipInfo(name, STAMP)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 3
            target.writestr(entry, content)
    return fixed.getvalue()


def xls_bytes(title: str, sheets: list[Sheet]) -> bytes:
    """Sheets with a merged title row above the header; dates are date cells."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for content in sheets:
        sheet = book.add_sheet(content.name)
        sheet.write_merge(0, 0, 0, len(content.columns) - 1, f"{title}: {content.name}")
        for number, row in enumerate(content.rows, 1):
            for column, cell in enumerate(row):
                style = (day,) if isinstance(cell, date) else ()
                if cell != "":
                    sheet.write(number, column, cell, *style)
    raw = BytesIO()
    book.save(raw)
    return raw.getvalue()
