"""A sheet of a workbook (.xlsx, .xls, .xlsb, .ods) to text cells."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oncohort.errors import DeliveryRefused
from oncohort.receive.limits import MAX_WORKBOOK_BYTES
from oncohort.receive.source_table import LINE, SourceTable, tidy

if TYPE_CHECKING:
    from oncohort.receive.site_config import FileConfig

_EXACT_INTEGERS = 1e15


def read_workbook(path: Path, shown: str, config: FileConfig) -> SourceTable:
    """Read one sheet; dates become ISO text, 12.0 becomes 12, text stays as it is.

    Raises
    ------
    DeliveryRefused
        If the file is no workbook, is too large unpacked, lacks the sheet or the
        header line.
    """
    _check_size(path, shown)
    sheet, rows = _sheet_rows(path, shown, config)
    if len(rows) < config.header_line or not any(map(_text, _header_row(rows, config))):
        raise DeliveryRefused(
            "the header line is empty or missing",
            "correct `header_line` in site.yml, or ask the site for the whole sheet",
            file=shown,
            sheet=sheet,
            line=config.header_line,
        )
    header = [tidy(_text(cell)) for cell in _header_row(rows, config)]
    first = config.data_line or config.header_line + 1
    return SourceTable(
        shown, sheet, header, config.header_line, _cells(rows, first, len(header))
    )


def _header_row(rows: list[list[Any]], config: FileConfig) -> list[Any]:
    return rows[config.header_line - 1]


def _check_size(path: Path, shown: str) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        n_bytes = sum(member.file_size for member in archive.infolist())
    if n_bytes > MAX_WORKBOOK_BYTES:
        raise DeliveryRefused(
            f"the workbook holds {n_bytes >> 20} MB unpacked, more than "
            f"{MAX_WORKBOOK_BYTES >> 20} MB",
            "ask the site for a CSV, or for the workbook without empty formatted rows",
            file=shown,
        )


def _sheet_rows(path: Path, shown: str, config: FileConfig):
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            names = list(workbook.sheet_names)
            name = _sheet_name(names, shown, config)
            sheet = workbook.get_sheet_by_name(name)
            return name, sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError) as error:
        raise DeliveryRefused(
            f"the workbook cannot be opened: {error}",
            "open it in a spreadsheet program, remove any password, save it as .xlsx "
            "and send it again",
            file=shown,
        ) from error


def _sheet_name(names: list[str], shown: str, config: FileConfig) -> str:
    if config.sheet is None and len(names) == 1:
        return names[0]
    for name in names:
        if config.sheet is not None and tidy(name) == tidy(config.sheet):
            return name
    listed = ", ".join(names)
    raise DeliveryRefused(
        f"the workbook lacks the sheet; it has {listed}"
        if config.sheet
        else f"the workbook has several sheets: {listed}",
        "correct `sheet` in site.yml, or ask the site for the whole workbook",
        file=shown,
        sheet=config.sheet,
    )


def _cells(rows: list[list[Any]], first: int, n_columns: int):
    import pyarrow as pa

    kept: list[list[str]] = []
    lines: list[int] = []
    for line, row in enumerate(rows[first - 1 :], start=first):
        texts = [_text(cell) for cell in row]
        if any(texts):
            kept.append(texts)
            lines.append(line)
    columns = {
        f"c{number}": pa.array([row[number] for row in kept], pa.string())
        for number in range(n_columns)
    }
    return pa.table({**columns, LINE: pa.array(lines, pa.int32())})


def _text(cell: Any) -> str:
    """Return a cell as a person would type it, without its format."""
    if isinstance(cell, str):
        return cell.replace("\0", "")
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime.datetime):
        has_time = cell.time() != datetime.time()
        return cell.isoformat(sep=" ") if has_time else cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT_INTEGERS:
        return str(int(cell))
    return str(cell)
