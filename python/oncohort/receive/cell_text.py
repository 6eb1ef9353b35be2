"""A typed cell of a workbook or a data set as a person would type it."""

import datetime
from typing import Any

_EXACT_INTEGERS = 1e15


def text_of(cell: Any, decimal: str | None = None) -> str:
    """Return a cell without its format: 12.0 is 12, a date is ISO, nothing is "".

    Fractions get the file's decimal mark, as the text cells beside them have it.
    """
    if isinstance(cell, str):
        return cell.replace("\0", "")
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, datetime.datetime):
        has_time = cell.time() != datetime.time()
        return cell.isoformat(sep=" ") if has_time else cell.date().isoformat()
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < _EXACT_INTEGERS:
            return str(int(cell))
        return str(cell).replace(".", decimal or ".")
    return str(cell)
