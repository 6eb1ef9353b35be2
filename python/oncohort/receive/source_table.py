"""What a file or a sheet holds, before it is mapped: text cells with their lines."""

from __future__ import annotations

import difflib
import gzip
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from oncohort.errors import DeliveryRefused
from oncohort.identity import text_literal

if TYPE_CHECKING:
    import duckdb

MAX_COLUMNS = 5_000
MAX_CELL = 1 << 20
# what spreadsheets and web forms leave around a value; U+3000 is the Chinese blank
BLANKS = " \t\r\n\u00a0\u3000\ufeff"
_BATCH_CELLS = 1_000_000


@dataclass
class SourceTable:
    """The rows of a file or sheet as text.

    `rows` gives the line and the cells of each row that is not blank, once; `refused`
    (line -> reason, text) and the counts are complete when all is read. Where a reader
    can, `direct` (connection, scratch file) returns SQL that yields the same without
    taking each cell through Python, or None if the file turns out to be unusual.
    `labels` has, by the position of a column, what each of its codes stands for.
    """

    file: str
    sheet: str
    header: list[str]
    header_line: int
    rows: Iterator[tuple[int, list[str]]]
    direct: Callable[[duckdb.DuckDBPyConnection, Path], str | None] | None = None
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    labels: dict[int, dict[str, str]] = field(default_factory=dict)
    n_rows_read: int = 0
    n_ignored: int = 0

    @property
    def cells(self) -> list[str]:
        """Names of the columns of `source_cells`, in the order of the header."""
        return [f"c{number}" for number in range(len(self.header))]

    def load(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
        """Make the view `source_cells`: `source_line`, `c0`, `c1`, ..., none null.

        What has to be kept for it goes to the new file `scratch`.

        Raises
        ------
        DeliveryRefused
            If the file cannot be read, or has more columns or a longer value than any
            table of the contract needs.
        """
        if len(self.header) > MAX_COLUMNS:
            raise self.too_much(
                f"{len(self.header):,} columns, more than {MAX_COLUMNS:,}",
                self.header_line,
            )
        sql = self.direct and self.direct(connection, scratch)
        sql = sql or self._written(scratch)
        connection.execute(f"create or replace temp view source_cells as {sql}")
        (count,) = connection.execute("select count(*) from source_cells").fetchone()
        self.n_rows_read = count + len(self.refused) + self.n_ignored

    def _written(self, path: Path) -> str:
        """Write the rows to a Parquet file, a batch at a time; return SQL for it."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        fields = [(name, pa.string()) for name in self.cells]
        schema = pa.schema([("source_line", pa.int32()), *fields])
        n_rows = max(1, _BATCH_CELLS // len(schema))
        with pq.ParquetWriter(path, schema, compression="lz4") as writer:
            while rows := list(islice(self.rows, n_rows)):
                lines, texts = zip(*rows, strict=True)
                columns = list(zip(*texts, strict=True))
                self._check_length(lines, columns)
                arrays = [
                    pa.array(c, t)
                    for c, t in zip([lines, *columns], schema.types, strict=True)
                ]
                writer.write_table(pa.table(arrays, schema=schema))
        return f"from read_parquet({text_literal(path.as_posix())})"

    def _check_length(self, lines: tuple, columns: list[tuple]) -> None:
        for name, cells in zip(self.header, columns, strict=True):
            longest = max(map(len, cells))
            if longest > MAX_CELL:
                line = next(
                    n for n, c in zip(lines, cells, strict=True) if len(c) == longest
                )
                raise self.too_much(
                    f"a value of {longest:,} characters, more than {MAX_CELL:,}",
                    line,
                    name,
                )

    def too_much(
        self, what: str, line: int, column: str | None = None
    ) -> DeliveryRefused:
        """Return the refusal of a file that holds too much."""
        return DeliveryRefused(
            f"the file holds {what}, which no table of the contract needs",
            "ask the site for the columns that site.yml names, as plain values",
            file=self.file,
            sheet=self.sheet,
            line=line,
            column=column,
        )

    def ignores(
        self,
        cells: list[str],
        conditions: tuple[dict[str, Any], ...],
        nulls: tuple[str, ...],
    ) -> bool:
        """Return whether a row that does not fit the header is none of the data.

        Of `ignore_rows` only those count whose column the row reaches.
        """
        for condition in conditions:
            position = self.position(condition["column"])
            if position >= len(cells):
                continue
            cell = cells[position].strip(BLANKS)
            if (
                ("not_null" not in condition or cell not in ("", *nulls))
                and cell in condition.get("in", [cell])
                and cell not in condition.get("not_in", ())
            ):
                return True
        return False

    def position(self, name: str) -> int:
        """Return where a column stands, first column 0.

        Raises
        ------
        DeliveryRefused
            If there is no such column, or more than one.
        """
        wanted = tidy(name)
        places = [n for n, name in enumerate(self.header) if name == wanted]
        name, _, number = wanted.rpartition("#")
        if not places and number.isdecimal():
            twins = [n for n, one in enumerate(self.header) if one == name]
            places = twins[int(number) - 1 :][:1] if int(number) else []
        if len(places) == 1:
            return places[0]
        count = len(places)
        message = f"the column stands {count} times in the header"
        remedy = f"write `{wanted}#1` or `{wanted}#2` in site.yml for the one meant"
        if count == 0:
            message = f"the file lacks a column that site.yml uses; {self._has(wanted)}"
            remedy = (
                "ask the site for the column, or correct `columns` (or `header_line`) "
                "in site.yml"
            )
        raise DeliveryRefused(
            message,
            remedy,
            file=self.file,
            sheet=self.sheet,
            line=self.header_line,
            column=wanted,
        )

    def _has(self, wanted: str) -> str:
        near = difflib.get_close_matches(wanted, self.header, n=1)
        there = ", ".join(name for name in self.header[:12] if name) or "nothing"
        more = f" and {len(self.header) - 12} more" if len(self.header) > 12 else ""
        hint = f"; perhaps it is now `{near[0]}`" if near else ""
        if len(self.header) == 1 and not self.sheet:
            hint = "; it is one column only: `delimiter` in site.yml may be wrong"
        return f"it has {there}{more}{hint}"


def opened(path: Path, name: str | None = None) -> BinaryIO:
    """Open a file's bytes, unpacked if it is (or was, by its name) a `.gz`."""
    is_packed = (name or path.name).lower().endswith(".gz")
    return (gzip.open if is_packed else open)(path, "rb")


def is_blank(cells: list[str]) -> bool:
    """Return whether a row holds nothing but blanks: it is no row."""
    return not any(cell.strip(BLANKS) for cell in cells)


def trimmed_sql(cell: str) -> str:
    """Return SQL for a cell without the blanks around it."""
    inked = " and ".join(f"{cell}[{end}] between '!' and '~'" for end in (1, -1))
    # most values start and end in ASCII; `trim` by a list of blanks is slow
    return (
        f"case when {inked} then {cell} else trim({cell}, {text_literal(BLANKS)}) end"
    )


def joined_header(rows: list[list[str]]) -> list[str]:
    """Return one name a column from the rows of a header.

    A blank is filled from its left in all rows but the last: merged cells stand in
    their first column only.
    """
    width = max(map(len, rows), default=0)
    rows = [[tidy(name) for name in row] + [""] * (width - len(row)) for row in rows]
    for row in rows[:-1]:
        for position in range(1, width):
            row[position] = row[position] or row[position - 1]
    return [tidy(" ".join(parts)) for parts in zip(*rows, strict=True)]


def tidy(name: str) -> str:
    """Return a column or file name in one Unicode form, blanks and line ends single."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip()
