"""XLSX whose bytes depend on its content alone."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook

STAMP = (2020, 1, 1, 0, 0, 0)
WRITTEN = b"2020-01-01T00:00:00Z"


def workbook_bytes(title: str, sheets: dict[str, list[list[object]]]) -> bytes:
    """Sheets with a title row above each header; same content, same bytes."""
    book = Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.append([f"{title}: {name}"])
        for row in rows:
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
