"""What a file or a sheet holds, before it is mapped: text cells with their lines."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from oncohort.errors import DeliveryRefused

if TYPE_CHECKING:
    import duckdb

_BATCH_ROWS = 20_000


@dataclass
class SourceTable:
    """The rows of a file or sheet as text.

    `rows` gives the line and the cells of each row that is not blank, once; `refused`
    (line -> reason, text) and `n_rows_read` are complete when all is read.
    """

    file: str
    sheet: str
    header: list[str]
    header_line: int
    rows: Iterator[tuple[int, list[str]]]
    refused: dict[int, tuple[str, str]] = field(default_factory=dict)
    n_rows_read: int = 0

    def load(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Read the rows into `source_cells`: `source_line`, `c0`, `c1`, ..."""
        import pyarrow as pa

        names = [f"c{number}" for number in range(len(self.header))]
        cells = ", ".join(f"{name} varchar" for name in names)
        connection.execute(
            f"create or replace temp table source_cells (source_line integer, {cells})"
        )
        while rows := list(islice(self.rows, _BATCH_ROWS)):
            self.n_rows_read += len(rows)
            lines, texts = zip(*rows, strict=True)
            columns = [pa.array(lines, pa.int32())]
            columns += [
                pa.array(text, pa.string()) for text in zip(*texts, strict=True)
            ]
            batch = pa.table(columns, ["source_line", *names])
            connection.register("batch", batch)
            connection.execute("insert into source_cells select * from batch")
        self.n_rows_read += len(self.refused)

    def position(self, name: str) -> int:
        """Return where a column stands, first column 0.

        Raises
        ------
        DeliveryRefused
            If there is no such column, or more than one.
        """
        wanted = tidy(name)
        count = self.header.count(wanted)
        if count == 1:
            return self.header.index(wanted)
        message = f"the column stands {count} times in the header"
        remedy = "ask the site to name its columns apart"
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


def tidy(name: str) -> str:
    """Return a column or file name in one Unicode form, blanks and line ends single."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip()
