"""A sheet of a workbook (.xlsx, .xls, .xlsb, .ods) to text cells."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

from oncohort.errors import DeliveryRefused
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import SourceTable, tidy

MAX_BYTES = 2 << 30
_EXACT_INTEGERS = 1e15


def read_workbook(path: Path, shown: str, config: FileConfig) -> SourceTable:
    """Read one sheet; dates become ISO text, 12.0 becomes 12, text stays as it is.

    Raises
    ------
    DeliveryRefused
        If the file is no workbook, is too large unpacked, lacks the sheet or the
        header line.
    """
    check_size(path, shown)
    sheet, rows = _sheet_rows(path, shown, config)
    header = [
        tidy(cell_text(cell))
        for row in rows[config.header_line - 1 : config.header_line]
        for cell in row
    ]
    if not any(header):
        raise DeliveryRefused(
            "the header line is empty or missing",
            "correct `header_line` in site.yml, or ask the site for the whole sheet",
            file=shown,
            sheet=sheet,
            line=config.header_line,
        )
    first = config.data_line or config.header_line + 1
    texts = (
        (line, [cell_text(cell) for cell in row])
        for line, row in enumerate(rows[first - 1 :], start=first)
    )
    filled = ((line, cells) for line, cells in texts if any(cells))
    return SourceTable(shown, sheet, header, config.header_line, filled)


def check_size(path: Path, shown: str) -> None:
    """Refuse a workbook that is too large unpacked."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        n_bytes = sum(member.file_size for member in archive.infolist())
    if n_bytes > MAX_BYTES:
        raise DeliveryRefused(
            f"the workbook holds {n_bytes >> 20} MB unpacked, more than "
            f"{MAX_BYTES >> 20} MB",
            "ask the site for a CSV, or for the workbook without empty formatted rows",
            file=shown,
        )


def _sheet_rows(
    path: Path, shown: str, config: FileConfig
) -> tuple[str, list[list[Any]]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as workbook:
            name = _sheet_name(list(workbook.sheet_names), shown, config.sheet)
            sheet = workbook.get_sheet_by_name(name)
            return name, sheet.to_python(skip_empty_area=False)
    except (python_calamine.CalamineError, OSError) as error:
        raise DeliveryRefused(
            f"the workbook cannot be opened: {error}",
            "open it in a spreadsheet program, remove any password, save it as .xlsx "
            "and send it again",
            file=shown,
        ) from error


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


def cell_text(cell: Any) -> str:
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
