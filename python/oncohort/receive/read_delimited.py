"""Delimited text, as sent, to text cells: each row with the line it starts on."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from oncohort.errors import DeliveryRefused
from oncohort.receive.decode_text import DecodedText, decode_text
from oncohort.receive.source_table import LINE, RefusedRow, SourceTable, tidy

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from oncohort.receive.site_config import FileConfig

BLOCK_BYTES = 16 << 20
_LINE_END = r"\r\n|\r|\n"


def read_delimited(
    path: Path, shown: str, config: FileConfig, scratch: Path
) -> SourceTable:
    """Read a delimited file, plain or `.gz`.

    Parameters
    ----------
    path : Path
        The file as sent.
    shown : str
        Its name in messages and lineage.
    config : FileConfig
        Encoding, delimiter, quote, lines of header and data.
    scratch : Path
        A file to write the decoded text to; the caller removes it.

    Raises
    ------
    DeliveryRefused
        If a byte is unknown, a quote stays open, the header is missing or no row has
        as many fields as the header.
    """
    text = decode_text(path, config.encoding, scratch, shown)
    header, data_line, offset = _header(text, shown, config)
    cells, invalid = _parse(text.path, offset, len(header), config, shown)
    lines, refused = _lines(cells, invalid, data_line, text.n_lines)
    table = SourceTable(
        shown, "", header, config.header_line, _with_lines(cells, lines), refused
    )
    _check_quotes(table, invalid, config)
    if invalid and not cells.num_rows:
        raise _all_ragged(table, invalid)
    return table


def _header(text: DecodedText, shown: str, config: FileConfig):
    """Return header names, the first data line and its byte offset."""
    csv.field_size_limit(1 << 30)
    with text.path.open(encoding="utf-8", newline="") as lines:
        for _ in range(config.header_line - 1):
            lines.readline()
        reader = csv.reader(
            lines,
            delimiter=config.delimiter,
            quotechar=config.quote or None,
            quoting=csv.QUOTE_MINIMAL if config.quote else csv.QUOTE_NONE,
        )
        header = next(reader, None)
        if not header or not any(name.strip() for name in header):
            raise DeliveryRefused(
                "the header line is empty or missing",
                "correct `header_line` in site.yml, or ask the site for the whole file",
                file=shown,
                line=config.header_line,
            )
        data_line = config.data_line or config.header_line + reader.line_num
    with text.path.open(encoding="utf-8", newline="") as lines:
        skipped = (lines.readline() for _ in range(data_line - 1))
        offset = sum(len(line.encode()) for line in skipped)
    return [tidy(name) for name in header], data_line, offset


def _parse(path: Path, offset: int, n_columns: int, config: FileConfig, shown: str):
    """Return the cells of well-formed rows and the malformed rows."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [f"c{number}" for number in range(n_columns)]
    invalid: list[arrow_csv.InvalidRow] = []

    def keep(row: arrow_csv.InvalidRow) -> str:
        invalid.append(row)
        return "skip"

    data = _bytes_from(path, offset)
    if len(data) == 0:
        return pa.table({name: pa.array([], pa.string()) for name in names}), []
    try:
        cells = arrow_csv.read_csv(
            pa.BufferReader(data), *_options(names, config, keep)
        )
    except pa.ArrowInvalid as error:
        raise DeliveryRefused(
            f"the file cannot be split into rows: {error}",
            "look for a quote that is not closed; if quotes are plain characters "
            "here, set `quote: none` in site.yml",
            file=shown,
        ) from error
    return cells, invalid


def _bytes_from(path: Path, offset: int):
    """Return the bytes of a file from an offset, mapped, not copied."""
    import pyarrow as pa

    if path.stat().st_size <= offset:
        return b""
    with pa.memory_map(str(path)) as mapped:
        return mapped.read_buffer()[offset:]


def _options(names: list[str], config: FileConfig, keep: Callable):
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    return (
        # one thread: only then do malformed rows know their number
        arrow_csv.ReadOptions(
            use_threads=False, block_size=BLOCK_BYTES, column_names=names
        ),
        arrow_csv.ParseOptions(
            delimiter=config.delimiter,
            quote_char=config.quote or False,
            newlines_in_values=bool(config.quote),
            ignore_empty_lines=False,
            invalid_row_handler=keep,
        ),
        arrow_csv.ConvertOptions(
            column_types={name: pa.string() for name in names},
            strings_can_be_null=False,
        ),
    )


def _lines(cells: pa.Table, invalid: list, first: int, n_lines: int):
    """Return the line of each well-formed row, and the malformed rows as refused."""
    import numpy as np

    n_rows = cells.num_rows + len(invalid)
    bad = np.array([row.number - 1 for row in invalid], dtype=np.int64)
    good = np.ones(n_rows, dtype=bool)
    good[bad] = False
    starts = first + np.arange(n_rows)
    if n_lines - (first - 1) != n_rows:
        inner = np.zeros(n_rows, dtype=np.int64)
        inner[good] = _line_ends_inside(cells)
        inner[bad] = [_count_line_ends(row.text) for row in invalid]
        starts += np.cumsum(inner) - inner
    refused = [
        RefusedRow(
            int(starts[row.number - 1]),
            f"{row.actual_columns} fields where the header has {row.expected_columns}",
            row.text,
        )
        for row in invalid
    ]
    return starts[good], refused


def _line_ends_inside(cells: pa.Table) -> np.ndarray:
    import numpy as np
    import pyarrow.compute as pc

    total = np.zeros(cells.num_rows, dtype=np.int64)
    for column in cells.columns:
        total += pc.count_substring_regex(column, _LINE_END).to_numpy()
    return total


def _count_line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _with_lines(cells: pa.Table, lines: np.ndarray) -> pa.Table:
    """Add the lines and drop blank rows, which spreadsheets leave at the end."""
    import pyarrow as pa
    import pyarrow.compute as pc

    blank = None
    for column in cells.columns:
        empty = pc.equal(column, "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            break
    cells = cells.append_column(LINE, pa.array(lines, pa.int32()))
    has_blank = cells.num_rows and pc.any(blank).as_py()
    return cells.filter(pc.invert(blank)) if has_blank else cells


def _check_quotes(table: SourceTable, invalid: list, config: FileConfig) -> None:
    """Refuse a file whose last row is the rest of it, after a quote left open."""
    if not (invalid and config.quote):
        return
    last = invalid[-1]
    is_last = last.number == table.n_rows_read or last.number > table.cells.num_rows
    if is_last and "\n" in last.text and last.text.count(config.quote) % 2:
        raise DeliveryRefused(
            "a quote is opened and never closed: the rest of the file would be one row",
            "ask the site to export the file again; if quotes are plain characters "
            "here, set `quote: none` in site.yml",
            file=table.file,
            line=table.refused[-1].line,
            value=last.text[:60].splitlines()[0],
        )


def _all_ragged(table: SourceTable, invalid: list) -> DeliveryRefused:
    return DeliveryRefused(
        f"no row has the {len(table.header)} fields of the header; the first has "
        f"{invalid[0].actual_columns}",
        "correct `delimiter`, `header_line` or `data_line` in site.yml, or ask the "
        "site to export the file again",
        file=table.file,
        line=table.refused[0].line,
        value=invalid[0].text[:60],
    )
