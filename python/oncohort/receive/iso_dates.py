"""SQL that writes a site's dates as ISO text: `2015`, `2015-03` or `2015-03-09`."""

from oncohort.identity import text_literal
from oncohort.receive.site_config import ColumnConfig, FileConfig

ISO_FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y")
FIRST_YEAR, LAST_YEAR = 1800, 2199
_DAY_AND_TIME = (
    r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$"
)


def iso_date_sql(
    text: str, column: ColumnConfig, file: FileConfig, delivered_on: str
) -> str:
    """Return SQL for the ISO form of a text expression, null where none is read."""
    formats = file.dates if column.dates is None else column.dates
    day = f"regexp_extract({text}, {text_literal(_DAY_AND_TIME)}, 1)"
    last = _format_sql(day, "%Y-%m-%d", delivered_on)
    if file.date_basis == "offset":
        formats = ()
        last = _offset_sql(text, file.anchor or "", column.not_before)
    if file.date_basis == "calendar" or column.value is not None:
        formats = tuple(dict.fromkeys([*formats, *ISO_FORMATS]))
    tried = [_format_sql(text, format, delivered_on) for format in formats]
    return f"coalesce({', '.join([*tried, last])})"


def _format_sql(text: str, format: str, delivered_on: str) -> str:
    parsed = f"try_strptime({text}, {text_literal(format)})"
    if "%y" in format:
        # 50 is 1950, not 2050: nothing was recorded after the delivery
        late = f"{parsed} > timestamp {text_literal(delivered_on)}"
        parsed = f"case when {late} then {parsed} - interval 100 year else {parsed} end"
    precision = "%Y"
    if any(month in format for month in ("%m", "%-m", "%b", "%B", "%h")):
        has_day = "%d" in format or "%-d" in format
        precision = "%Y-%m-%d" if has_day else "%Y-%m"
    in_range = f"year({parsed}) between {FIRST_YEAR} and {LAST_YEAR}"
    return f"case when {in_range} then strftime({parsed}, '{precision}') end"


def _offset_sql(text: str, anchor: str, not_before: int | None) -> str:
    days = f"try_cast({text} as integer)"
    allowed = f"regexp_full_match({text}, '[+-]?\\d{{1,6}}')"
    if not_before is not None:
        allowed += f" and {days} >= {not_before}"
    day = f"date {text_literal(anchor)} + {days}"
    return f"case when {allowed} then strftime({day}, '%Y-%m-%d') end"
