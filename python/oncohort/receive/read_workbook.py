"""A sheet of a workbook (.xlsx, .xls, .xlsb, .ods) to text cells."""

import contextlib
import re
import zipfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.errors import DeliveryRefused
from oncohort.receive.cell_text import text_of
from oncohort.receive.site_config import FileConfig, first_data_line
from oncohort.receive.source_table import SourceTable, is_blank, joined_header, tidy

MAX_BYTES = 2 << 30
MAX_CELLS = 20_000_000
_REMEDY = (
    "open it in a spreadsheet program, remove any password, save it as .xlsx and send "
    "it again"
)
_CHUNK, _LONGEST_TAG = 1 << 20, 200
_FILLED_CELL = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br=[\"']([A-Z]{1,3})(\d{1,7})[\"'][^<>]*(?<!/)>"
)


def read_workbook(path: Path, shown: str, config: FileConfig) -> SourceTable:
    """Read one sheet; dates become ISO text, 12.0 becomes 12, text stays as it is.

    Raises
    ------
    DeliveryRefused
        If the file is no workbook, is too large unpacked, lacks the sheet or the
        header line.
    """
    with _opened(path, shown) as workbook:
        sheet = _sheet_name(list(workbook.sheet_names), shown, config.sheet)
        rows = workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    first = first_data_line(config)
    names = rows[config.header_line - 1 : first - 1]
    header = joined_header([[text_of(cell) for cell in row] for row in names])
    if not any(header):
        raise DeliveryRefused(
            "the header line is empty or missing",
            "correct `header_line` in site.yml, or ask the site for the whole sheet",
            file=shown,
            sheet=sheet,
            line=config.header_line,
        )
    first = config.data_line or first
    texts = (
        (line, [text_of(cell, config.decimal) for cell in row])
        for line, row in enumerate(rows[first - 1 :], start=first)
    )
    filled = ((line, cells) for line, cells in texts if not is_blank(cells))
    return SourceTable(shown, sheet, header, config.header_line, filled)


def all_sheets(
    path: Path, shown: str, remedy: str = _REMEDY
) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield each sheet's name and its rows as text.

    Raises
    ------
    DeliveryRefused
        If the file is no workbook or is too large unpacked.
    """
    with _opened(path, shown, remedy) as workbook:
        for name in workbook.sheet_names:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield name, [[text_of(cell) for cell in row] for row in rows]


@contextlib.contextmanager
def _opened(path: Path, shown: str, remedy: str = _REMEDY) -> Iterator[Any]:
    """Open a workbook that fits into memory."""
    import python_calamine

    _check_size(path, path.stat().st_mtime_ns, shown)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            yield workbook
    except (python_calamine.CalamineError, OSError) as error:
        raise _no_workbook(error, shown, remedy) from error


@lru_cache(maxsize=1)
def _check_size(path: Path, changed_at: int, shown: str) -> None:
    """Check it once only for all sheets of a workbook that has not changed."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            n_bytes = sum(member.file_size for member in archive.infolist())
            if n_bytes > MAX_BYTES:
                raise _too_large(
                    f"{n_bytes >> 20} MB unpacked, more than {MAX_BYTES >> 20} MB",
                    shown,
                )
            for name in archive.namelist():
                n_cells = _n_cells(archive, name)
                if n_cells > MAX_CELLS:
                    size = f"{n_cells:,} cells, more than {MAX_CELLS:,}, up to the last"
                    raise _too_large(f"{size} value of {name}", shown)
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError) as error:
        raise _no_workbook(error, shown) from error


def _n_cells(archive: zipfile.ZipFile, name: str) -> int:
    """Unpack a member and return the cells of the sheet that it is, else 0.

    A sheet is held in memory from its corner to its last value, so that one value far
    out makes it huge, whatever dimension it declares. Unpacking checks the size that
    the archive declares, too.
    """
    rows, columns, tail = {b"0"}, {b""}, b""
    is_sheet = name.startswith("xl/worksheets/")
    with archive.open(name) as member:
        while chunk := member.read(_CHUNK):
            if is_sheet:
                cells = _FILLED_CELL.findall(tail + chunk)
                rows |= {row for _, row in cells}
                columns |= {column for column, _ in cells}
                tail = chunk[-_LONGEST_TAG:]
    width = 0
    for letter in max(columns, key=lambda column: (len(column), column)):
        width = 26 * width + letter - ord("A") + 1
    return max(map(int, rows)) * width


def _too_large(what: str, shown: str) -> DeliveryRefused:
    return DeliveryRefused(
        f"the workbook holds {what}",
        "ask the site for a CSV, or for the workbook without empty formatted rows",
        file=shown,
    )


def _no_workbook(
    error: Exception, shown: str, remedy: str = _REMEDY
) -> DeliveryRefused:
    message = f"the workbook cannot be opened: {error}"
    return DeliveryRefused(message, remedy, file=shown)


def _sheet_name(names: list[str], shown: str, wanted: str | None) -> str:
    if wanted is None and len(names) == 1:
        return names[0]
    for name in names:
        if wanted is not None and tidy(name) == tidy(wanted):
            return name
    problem = "lacks the sheet; it has " if wanted else "has several sheets: "
    raise DeliveryRefused(
        f"the workbook {problem}{', '.join(names)}",
        "correct `sheet` in site.yml, or ask the site for the whole workbook",
        file=shown,
        sheet=wanted,
    )
