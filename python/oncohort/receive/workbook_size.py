"""Refuses a workbook that would not fit into memory, before anything opens it.

The reader makes room for the rectangle around all cells of a sheet: a file of 6 kB with
one cell in A1 and one in XFD1048576 asks for half a terabyte, and ends the process.
"""

import re
import zipfile
import zlib
from pathlib import Path

from oncohort.errors import DeliveryRefused

MAX_BYTES = 2 << 30
MAX_CELLS = 30_000_000
_SHEET = re.compile(r"xl/worksheets/[^/]*\.xml", re.IGNORECASE)
# 26 columns of every row a sheet can have are less than the most: look for more first
_BEYOND_Z = re.compile(rb"""\br\s*=\s*["'][A-Z]{2,3}[0-9]""")
# of a cell that holds something: an empty one with a format is `<c r="A1" s="1"/>`
_CELL = re.compile(rb"""\br\s*=\s*["']([A-Z]{1,3})([0-9]{1,7})["'][^>/]*>""")
_CHUNK, _OVERLAP = 1 << 20, 256


def check_size(path: Path, shown: str) -> None:
    """Refuse a workbook that is too large unpacked; other files pass.

    Raises
    ------
    DeliveryRefused
        If its members, or the rectangle of a sheet, are too large, or it is damaged.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            n_bytes = sum(member.file_size for member in members)
            if n_bytes > MAX_BYTES:
                raise _too_large(shown, f"{n_bytes >> 20} MB", f"{MAX_BYTES >> 20} MB")
            for member in members:
                if _SHEET.fullmatch(member.filename):
                    _check_sheet(archive, member, shown)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise DeliveryRefused(
            f"the workbook is damaged: {error}",
            "ask the site to save it again as .xlsx and to send it once more",
            file=shown,
        ) from error


def _check_sheet(archive: zipfile.ZipFile, member: zipfile.ZipInfo, shown: str) -> None:
    is_wide, last_row, last_column = False, 0, 0
    # the second pass, which finds the cells, only where the first finds wide rows
    for is_second in (False, True):
        left = b""
        with archive.open(member) as file:
            while chunk := file.read(_CHUNK):
                text = left + chunk
                left = text[-_OVERLAP:]
                if not is_second:
                    is_wide = is_wide or bool(_BEYOND_Z.search(text))
                elif cells := _CELL.findall(text):
                    columns, rows = map(set, zip(*cells, strict=True))
                    last_row = max(last_row, *map(int, rows))
                    last_column = max(last_column, *map(_number, columns))
        if not is_wide:
            return
    n_cells = last_row * last_column
    if n_cells > MAX_CELLS:
        raise _too_large(shown, f"{n_cells:,} cells in a sheet", f"{MAX_CELLS:,}")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _too_large(shown: str, found: str, limit: str) -> DeliveryRefused:
    return DeliveryRefused(
        f"the workbook holds {found} unpacked, more than {limit}",
        "ask the site for a CSV, or for the workbook without empty formatted rows",
        file=shown,
    )
