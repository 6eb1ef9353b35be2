"""SQL that writes a site's dates as ISO text: `2015`, `2015-03` or `2015-03-09`."""

from oncohort.identity import text_literal
from oncohort.receive.site_config import ColumnConfig, FileConfig

ISO_FORMATS = ("%Y-%m-%d", "%Y-%m", "%Y")
FIRST_YEAR, LAST_YEAR = 1800, 2199
_DAY_AND_TIME = (
    r"^(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$"
)
_MONTH_DIRECTIVES = ("%m", "%-m", "%b", "%B", "%h")
_DAY_DIRECTIVES = ("%d", "%-d")


def iso_date_sql(
    text: str, column: ColumnConfig, file: FileConfig, delivered_on: str
) -> str:
    """Return SQL for the ISO form of a text expression, null where none is read.

    Parameters
    ----------
    text : str
        SQL of the trimmed value.
    column : ColumnConfig
        Its own formats, its first allowed offset.
    file : FileConfig
        The file's formats, date basis and anchor.
    delivered_on : str
        ISO date of the delivery: a two-digit year never lies after it.
    """
    if column.value is not None and _is_iso(column.value):
        return text
    if file.date_basis == "offset":
        return _offset_sql(text, file.anchor or "", column.not_before)
    formats = column.dates if column.dates is not None else file.dates
    tried = [_format_sql(text, format, delivered_on) for format in formats]
    tried += [
        _format_sql(text, format, delivered_on)
        for format in ISO_FORMATS
        if format not in formats
    ]
    without_time = f"regexp_extract({text}, {text_literal(_DAY_AND_TIME)}, 1)"
    tried.append(_format_sql(without_time, "%Y-%m-%d", delivered_on))
    return f"coalesce({', '.join(tried)})"


def _is_iso(value: str) -> bool:
    import datetime

    try:
        datetime.date.fromisoformat(f"{value}-01-01"[:10] if len(value) < 8 else value)
    except ValueError:
        return False
    return True


def _format_sql(text: str, format: str, delivered_on: str) -> str:
    parsed = f"try_strptime({text}, {text_literal(format)})"
    if "%y" in format:
        # 50 is 1950, not 2050: nothing was recorded after the delivery
        late = f"{parsed} > timestamp {text_literal(delivered_on)}"
        parsed = f"case when {late} then {parsed} - interval 100 year else {parsed} end"
    in_range = f"year({parsed}) between {FIRST_YEAR} and {LAST_YEAR}"
    written = f"strftime({parsed}, {text_literal(_precision(format))})"
    return f"case when {in_range} then {written} end"


def _precision(format: str) -> str:
    if not any(directive in format for directive in _MONTH_DIRECTIVES):
        return "%Y"
    if not any(directive in format for directive in _DAY_DIRECTIVES):
        return "%Y-%m"
    return "%Y-%m-%d"


def _offset_sql(text: str, anchor: str, not_before: int | None) -> str:
    days = f"try_cast({text} as integer)"
    allowed = f"regexp_full_match({text}, '[+-]?\\d{{1,6}}')"
    if not_before is not None:
        allowed += f" and {days} >= {not_before}"
    day = f"date {text_literal(anchor)} + {days}"
    return f"case when {allowed} then strftime({day}, '%Y-%m-%d') end"
