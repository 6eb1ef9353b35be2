"""Files whose bytes depend on their content alone: the times of writing taken out."""

import re
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

STAMP = (2020, 1, 1, 0, 0, 0)
WRITTEN = b"2020-01-01T00:00:00Z"
# where an SPSS file keeps day and time, and the day that stands there instead
SPSS_CLOCK, SPSS_WRITTEN = slice(92, 109), b"01 Jan 2000:00:00"
STATA_CLOCK = re.compile(rb"(?<=<timestamp>\x11).{17}(?=</timestamp>)")
STATA_WRITTEN = b"01 Jan 2000 00:00"


def workbook_without_clock(raw: bytes) -> bytes:
    """Return an XLSX without the times that the writer and the zip leave behind."""
    fixed = BytesIO()
    with ZipFile(BytesIO(raw)) as source, ZipFile(fixed, "w") as target:
        for name in sorted(source.namelist()):
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT[\d:.]+Z", WRITTEN, content)
            entry = ZipInfo(name, STAMP)
            entry.compress_type, entry.create_system = ZIP_DEFLATED, 3
            target.writestr(entry, content)
    return fixed.getvalue()


def spss_without_clock(raw: bytes) -> bytes:
    """Return a .sav with a fixed day and time of writing."""
    fixed = bytearray(raw)
    fixed[SPSS_CLOCK] = SPSS_WRITTEN
    return bytes(fixed)


def stata_without_clock(raw: bytes) -> bytes:
    """Return a .dta with a fixed day and time of writing."""
    return STATA_CLOCK.sub(STATA_WRITTEN, raw, count=1)
