"""SQL that writes a site's dates as ISO text: `2015`, `2015-03` or `2015-03-09`."""

from oncohort.identity import text_literal
from oncohort.receive.site_config import FileConfig
from oncohort.receive.table_config import ColumnConfig

ISO_FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y")
FIRST_YEAR, LAST_YEAR = 1800, 2199
# day 0 of a spreadsheet's serial numbers, and the first that is a day
_FIRST_SERIALS = {"excel-1900": ("1899-12-30", 1), "excel-1904": ("1904-01-01", 0)}
_NO_DAY = {"excel-1900": 60, "excel-1904": -1}
_DAY_AND_TIME = (
    r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$"
)


def iso_date_sql(text: str, column: ColumnConfig, file: FileConfig) -> str:
    """Return SQL for the ISO form of a plain text, null where none is read."""
    formats = file.dates if column.dates is None else column.dates
    day = f"regexp_extract({text}, {text_literal(_DAY_AND_TIME)}, 1)"
    last = _format_sql(day, "%Y-%m-%d", None)
    if file.date_basis == "offset":
        formats = ()
        last = _offset_sql(text, file.anchor or "", column)
    if file.date_basis == "calendar" or column.value is not None:
        formats = tuple(dict.fromkeys([*formats, *ISO_FORMATS]))
    tried = [_format_sql(text, format, file.year_pivot) for format in formats]
    return f"coalesce({', '.join([*tried, last])})"


def _format_sql(text: str, format: str, year_pivot: int | None) -> str:
    if format in _FIRST_SERIALS:
        return _serial_sql(text, format)
    parsed = f"try_strptime({text}, {text_literal(format)})"
    if "%y" in format and year_pivot is not None:
        # DuckDB's own pivot is 68; its result is moved by a century where ours differs
        year = f"year({parsed})"
        meant = f"{year} % 100 + if({year} % 100 <= {year_pivot}, 2000, 1900)"
        parsed = f"({parsed} + to_years(cast({meant} - {year} as integer)))"
    precision = "%Y"
    if any(month in format for month in ("%m", "%-m", "%b", "%B", "%h")):
        has_day = "%d" in format or "%-d" in format
        precision = "%Y-%m-%d" if has_day else "%Y-%m"
    in_range = f"year({parsed}) between {FIRST_YEAR} and {LAST_YEAR}"
    return f"case when {in_range} then strftime({parsed}, '{precision}') end"


def _offset_sql(text: str, anchor: str, column: ColumnConfig) -> str:
    days, form = f"try_cast({text} as integer)", "[+-]?\\d{1,6}"
    if column.days_per_unit is not None:
        units = f"try_cast({text} as double)"
        days = f"cast(round({units} * {column.days_per_unit}) as integer)"
        form = "[+-]?\\d{1,4}(\\.\\d*)?"
    allowed = f"regexp_full_match({text}, {text_literal(form)})"
    if column.not_before is not None:
        allowed += f" and {days} >= {column.not_before}"
    day = f"date {text_literal(anchor)} + {days}"
    return f"case when {allowed} then strftime({day}, '%Y-%m-%d') end"


def _serial_sql(text: str, format: str) -> str:
    """Return SQL for a spreadsheet's serial number of a day; its time is dropped.

    The first epoch has a 29 February 1900 that never was. A number that is a year of
    the contract is read as one: as a serial it would lie in 1904 to 1906, or 1909.
    """
    serial = (
        f"try_cast(regexp_extract({text}, '^(\\d{{1,6}})([.,]\\d*)?$', 1) as integer)"
    )
    first, lowest = _FIRST_SERIALS[format]
    day = f"date '{first}' + {serial}"
    if format == "excel-1900":
        day = f"{day} + if({serial} < 60, 1, 0)"
    is_day = f"{serial} >= {lowest} and {serial} <> {_NO_DAY[format]}"
    is_day += f" and {serial} not between {FIRST_YEAR} and {LAST_YEAR}"
    in_range = f"{is_day} and year({day}) <= {LAST_YEAR}"
    return f"case when {in_range} then strftime({day}, '%Y-%m-%d') end"
