"""A table as CSV, Parquet and XLSX: text codes as they are, dates as dates."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

from oncohort.errors import ConfigError
from oncohort.export.sheet import Sheet, codebook, refuse_long_texts
from oncohort.safe_cells import csv_cell, is_formula
from oncohort.without_clock import workbook_without_clock

MOST_ROWS, MOST_CHARACTERS = 1_048_575, 32_767
WIDEST, NARROWEST = 40, 8
# a workbook cannot hold them; the sign says that something stood there
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
REPLACED = "\ufffd"
CODEBOOK = "codebook"


def csv_bytes(sheet: Sheet) -> bytes:
    """Return the table as CSV: UTF-8 with a mark that tells a spreadsheet so.

    An empty field is a missing value; an apostrophe stands before what a spreadsheet
    could run.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(variable.name for variable in sheet.variables)
    writer.writerows(map(_csv_field, row) for row in _rows(sheet))
    return out.getvalue().encode("utf-8-sig")


def _csv_field(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return csv_cell(value) if isinstance(value, str) else value


def parquet_bytes(sheet: Sheet) -> bytes:
    """Return the table as Parquet; each column's label is in its metadata."""
    import pyarrow
    import pyarrow.parquet

    fields = [
        sheet.rows.field(variable.name).with_metadata({"label": variable.label})
        for variable in sheet.variables
    ]
    raw = io.BytesIO()
    pyarrow.parquet.write_table(sheet.rows.cast(pyarrow.schema(fields)), raw)
    return raw.getvalue()


def xlsx_bytes(sheet: Sheet) -> bytes:
    """Return the table as a workbook: a sheet of rows, a sheet of labels and codes.

    Text is stored as text, whatever it starts with.

    Raises
    ------
    ConfigError
        If there are more rows, or a longer text, than a sheet holds.
    """
    from openpyxl import Workbook

    n_rows = sheet.rows.num_rows
    if n_rows > MOST_ROWS:
        raise ConfigError(
            f"{sheet.title} has {n_rows:,} rows; a sheet holds {MOST_ROWS:,}",
            "export it as csv or parquet",
        )
    refuse_long_texts(sheet, MOST_CHARACTERS, "characters")
    book = Workbook(write_only=True)
    book.properties.creator = "oncohort"
    # a sheet's name has at most 31 characters
    for name, each in ((sheet.title[:31], sheet), (CODEBOOK, codebook(sheet, "xlsx"))):
        _add_sheet(book, name, each)
    raw = io.BytesIO()
    book.save(raw)
    return workbook_without_clock(raw.getvalue())


def _add_sheet(book: Any, name: str, sheet: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(name)
    page.freeze_panes = "A2"
    heads = [variable.name for variable in sheet.variables]
    for number, head in enumerate(heads, start=1):
        width = min(max(len(head) + 2, NARROWEST), WIDEST)
        page.column_dimensions[get_column_letter(number)].width = width

    def cell(value: Any, is_head: bool = False) -> Any:
        if not isinstance(value, str):
            return value
        text = UNPRINTABLE.sub(REPLACED, value)
        if not (is_head or is_formula(text) or text.startswith("#")):
            return text
        made = WriteOnlyCell(page, text)
        made.data_type, made.quotePrefix = "s", not is_head
        if is_head:
            made.font = Font(bold=True)
        return made

    page.append([cell(head, is_head=True) for head in heads])
    for row in _rows(sheet):
        page.append([cell(value) for value in row])
    page.auto_filter.ref = (
        f"A1:{get_column_letter(len(heads))}{sheet.rows.num_rows + 1}"
    )


def _rows(sheet: Sheet) -> Iterator[tuple[Any, ...]]:
    """Rows as Python values, some at a time."""
    for batch in sheet.rows.to_batches(max_chunksize=10_000):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
