"""The short way for ordinary delimited files: DuckDB splits what Python looked over.

Every byte is decoded strictly and counted here. DuckDB reads the file only if each line
is one row of as many fields as the header has, without a blank line, a NUL or a mixture
of line ends; anything else, or any doubt of DuckDB's, goes the careful way of
`read_delimited`. Both give the same rows.
"""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oncohort.identity import text_literal
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import trimmed_sql

if TYPE_CHECKING:
    import duckdb

_CHUNK = 1 << 20
_MAX_LINE = 1 << 20
MAX_BYTES = 8 << 30


class _Unusual(Exception):  # noqa: N818  no error: the careful way is taken
    """The file is not of the ordinary kind."""


@dataclass
class PlainScan:
    """A file whose data begin after `n_skipped` physical lines."""

    path: Path
    config: FileConfig
    n_skipped: int
    n_columns: int

    def cells_sql(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path
    ) -> str | None:
        """Return SQL for `source_line` and the cells, None if the file is unusual."""
        import duckdb

        try:
            return self._cells_sql(connection, scratch)
        except (duckdb.OutOfMemoryException, MemoryError):
            raise
        except (_Unusual, duckdb.Error, ValueError, OSError, EOFError, zlib.error):
            return None

    def _cells_sql(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> str:
        codec = codecs.lookup(self.config.encoding).name
        is_packed = self.path.suffix.lower() == ".gz"
        is_plain = codec in ("utf-8", "ascii") and not is_packed
        plain = self.path if is_plain else scratch / "plain.csv"
        counts = _Counts(self.config, self.n_skipped)
        with (
            gzip.open(self.path) if is_packed else self.path.open("rb") as source,
            nullcontext() if is_plain else plain.open("wb") as copy,
        ):
            for chunk in _utf8(source, codec):
                counts.add(chunk)
                if copy:
                    copy.write(chunk)
        n_rows, end = counts.result(self.n_columns)
        cells = scratch / "cells.parquet"
        names = [f"c{number}" for number in range(self.n_columns)]
        (written,) = connection.execute(
            f"copy (from {self._read_csv(plain, names, end)}) "
            f"to {text_literal(cells.as_posix())} (format parquet, compression lz4)"
        ).fetchone()
        if not is_plain:
            plain.unlink()
        source = f"read_parquet({text_literal(cells.as_posix())}"
        blank = " and ".join(f"{trimmed_sql(name)} = ''" for name in names)
        (n_blank,) = connection.execute(
            f"select count(*) from {source}) where {blank}"  # noqa: S608
        ).fetchone()
        if written != n_rows or n_blank:
            raise _Unusual
        line = f"cast(file_row_number + {self.n_skipped + 1} as integer) as source_line"
        return f"select {line}, {', '.join(names)} from {source}, file_row_number=true)"  # noqa: S608

    def _read_csv(self, path: Path, names: list[str], end: str) -> str:
        quote = text_literal(self.config.quote)
        columns = ", ".join(f"'{name}': 'varchar'" for name in names)
        return (
            f"read_csv({text_literal(path.as_posix())}, auto_detect=false, "
            f"header=false, skip={self.n_skipped}, columns={{{columns}}}, "
            f"delim={text_literal(self.config.delimiter)}, quote={quote}, "
            f"escape={quote}, new_line='{end}', compression='none', "
            f"strict_mode=true, force_not_null={names}, max_line_size={_MAX_LINE})"
        )


def _utf8(source, codec: str) -> Iterator[bytes]:
    """Yield the bytes as UTF-8, decoded strictly."""
    decoder = codecs.getincrementaldecoder(codec)()
    is_utf8 = codec in ("utf-8", "ascii")
    while chunk := source.read(_CHUNK):
        text = decoder.decode(chunk)
        yield chunk if is_utf8 else text.encode()
    yield decoder.decode(b"", final=True).encode()


class _Counts:
    """What is known of a file's lines after its bytes went by, a chunk at a time."""

    def __init__(self, config: FileConfig, n_skipped: int) -> None:
        self.delimiter, self.quote = config.delimiter.encode(), config.quote.encode()
        if len(self.quote) > 1 or self.delimiter in b"\r\n":
            raise _Unusual
        self.n_skipped = n_skipped
        self.n_bytes = self.n_cr = self.n_crlf = self.n_lf = 0
        self.n_rows = self.n_delimiters = self.n_quotes = 0
        self.last = b""

    def add(self, chunk: bytes) -> None:
        """Count a chunk; raise as soon as the file is known to be unusual."""
        self.n_bytes += len(chunk)
        self.n_cr += chunk.count(b"\r")
        self.n_lf += chunk.count(b"\n")
        self.n_crlf += (self.last[-1:] + chunk).count(b"\r\n")
        while self.n_skipped and chunk:  # titles and header were read already
            line, end, chunk = chunk.partition(b"\n")
            self.last = (line + end)[-2:]
            self.n_skipped -= len(end)
        if not chunk:
            return
        seam = self.last + chunk
        has_line = len(chunk) < _CHUNK or b"\n" in chunk
        is_blank = b"\n\n" in seam or b"\n\r\n" in seam
        if b"\0" in chunk or is_blank or not has_line or self.n_bytes > MAX_BYTES:
            raise _Unusual
        self.n_rows += chunk.count(b"\n")
        if self.quote and (self.n_quotes or self.quote in chunk):
            self._add_quoted(chunk)
        else:
            self.n_delimiters += chunk.count(self.delimiter)
        self.last = seam[-2:]

    def _add_quoted(self, chunk: bytes) -> None:
        """Count delimiters outside quotes; a line end must not stand within them."""
        import numpy as np

        if len(self.delimiter) > 1:
            raise _Unusual
        codes = np.frombuffer(chunk, np.uint8)
        quotes = np.flatnonzero(codes == self.quote[0])
        ends = np.flatnonzero(codes == ord("\n"))
        delimiters = np.flatnonzero(codes == self.delimiter[0])
        if ((np.searchsorted(quotes, ends) + self.n_quotes) & 1).any():
            raise _Unusual
        within = (np.searchsorted(quotes, delimiters) + self.n_quotes) & 1
        self.n_delimiters += int((within == 0).sum())
        self.n_quotes += len(quotes)

    def result(self, n_columns: int) -> tuple[int, str]:
        """Return how many rows there are and how lines end."""
        n_rows = self.n_rows + (self.last[-1:] != b"\n")
        has_one_end = self.n_cr == self.n_crlf and self.n_cr in (0, self.n_lf)
        is_even = (
            self.n_delimiters == n_rows * (n_columns - 1) and not self.n_quotes & 1
        )
        if n_columns < 2 or not self.n_rows or not has_one_end or not is_even:
            raise _Unusual
        return n_rows, "\\r\\n" if self.n_cr else "\\n"
