"""Bytes of a site's files: delimited text, Parquet, SPSS."""

import csv
import gzip
from collections.abc import Iterable
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from oncohort.synthetic.dialects import Site, labels
from oncohort.synthetic.journey import meets
from oncohort.synthetic.layout import FILES, Sheet
from oncohort.synthetic.redcap import project
from oncohort.synthetic.workbook import xls_bytes, xlsx_bytes

LINE_ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}
LONG = 500  # a table of so many lines repeats its header halfway
CLOCK = slice(92, 109)  # where SPSS files keep the time of writing
WRITTEN = b"01 Jan 2000:00:00"


def files_of(site: Site, sheets: list[Sheet], delivered_on: str) -> dict[str, bytes]:
    """Name and bytes of each file of a delivery."""
    if site.format == "xlsx":
        return {site.workbook: xlsx_bytes(site.title, sheets, delivered_on)}
    if site.format == "xls":
        return {site.workbook: xls_bytes(site.title, sheets)}
    if site.format == "redcap":
        parts = zip(("DATA", "DataDictionary"), project(site, sheets), strict=True)
        return {f"{site.workbook}_{p}.csv": csv_text(t).encode() for p, t in parts}
    return {sheet.name: _file(site, sheet) for sheet in sheets}


def file_of(site: Site, table: str, row: dict) -> str:
    """Name of the file in which a site sends a row."""
    if site.format == "redcap":
        return f"{site.workbook}_DATA.csv"
    mine = [f for f in FILES if f["table"] == table and f[site.site_id]]
    return site.workbook or next(f for f in mine if meets(row, f["only"]))[site.site_id]


def _file(site: Site, sheet: Sheet) -> bytes:
    if sheet.name.endswith(".sav"):
        return _sav(site, sheet)
    if sheet.name.endswith(".parquet"):
        return _parquet(sheet)
    end = "cr" if sheet.name == site.cr_file else site.line_end
    separator = "\t" if site.separator == "tab" else site.separator
    text = csv_text(_with_noise(site, sheet), separator, LINE_ENDS[end])
    content = text.encode(site.encoding)
    return gzip.compress(content, mtime=0) if sheet.name.endswith(".gz") else content


def csv_text(
    rows: Iterable[Iterable[object]], separator: str = ",", end: str = "\n"
) -> str:
    """Delimited text."""
    text = StringIO()
    csv.writer(text, delimiter=separator, lineterminator=end).writerows(rows)
    return text.getvalue()


def _with_noise(site: Site, sheet: Sheet) -> list[list[object]]:
    """Rows with the repeated header and the totals row that some systems print."""
    rows = sheet.rows
    if not site.footer:
        return rows
    half = len(rows) // 2
    again = [sheet.header] if len(rows) > LONG else []
    total = [site.footer, len(sheet.lines), *[""] * (len(sheet.header) - 2)]
    return [*rows[:half], *again, *rows[half:], total]


def _columns(sheet: Sheet) -> list[list[object]]:
    """Values by column, null for empty; text throughout if any value is text."""
    found = []
    for number in range(len(sheet.columns)):
        values = [None if row[number] == "" else row[number] for row in sheet.lines]
        has_text = any(isinstance(value, str) for value in values)
        if has_text:
            values = [None if v is None else str(v) for v in values]
        found.append(values)
    return found


def _parquet(sheet: Sheet) -> bytes:
    import pyarrow
    import pyarrow.parquet

    raw = BytesIO()
    columns = dict(zip(sheet.header, _columns(sheet), strict=True))
    pyarrow.parquet.write_table(pyarrow.table(columns), raw)
    return raw.getvalue()


def _sav(site: Site, sheet: Sheet) -> bytes:
    """SPSS with numbers and value labels for coded words; no time of writing."""
    import pandas
    import pyreadstat

    columns, value_labels = {}, {}
    for (concept, name), values in zip(sheet.columns, _columns(sheet), strict=True):
        known = {value for value in values if isinstance(value, str)}
        codes = labels(site, concept, known)
        if codes:
            value_labels[name] = {number: word for word, number in codes.items()}
            values = [codes.get(value) for value in values]
        is_text = not codes and not any(
            isinstance(v, date | float | int) for v in values
        )
        columns[name] = pandas.Series(
            ["" if v is None else v for v in values] if is_text else values,
            dtype=object
            if is_text or any(isinstance(v, date) for v in values)
            else float,
        )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.sav"
        pyreadstat.write_sav(
            pandas.DataFrame(columns),
            path,
            variable_value_labels=value_labels,
            row_compress=True,
        )
        raw = bytearray(path.read_bytes())
    raw[CLOCK] = WRITTEN
    return bytes(raw)
