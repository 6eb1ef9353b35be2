"""The short way for ordinary delimited files: DuckDB splits what Python looked over.

Every byte is decoded strictly and counted here. DuckDB reads the file only if each line
is one row of as many fields as the header has and ends in LF or CR LF; anything else,
or any doubt of DuckDB's, goes the careful way of `read_delimited`. Both give the same.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from oncohort.identity import text_literal
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import BLANKS, opened

if TYPE_CHECKING:
    import duckdb

_BOM = codecs.BOM_UTF8
_CHUNK = 1 << 20
_MAX_LINE = 1 << 20
# DuckDB holds buffers for each column of what it writes, 0.7 MB in all
_MAX_COLUMNS = 300
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

        if self.n_columns > _MAX_COLUMNS:
            return None
        try:
            return self._cells_sql(connection, scratch)
        except (duckdb.OutOfMemoryException, MemoryError):
            raise
        except (_Unusual, duckdb.Error, ValueError, OSError, EOFError, zlib.error):
            return None

    def _cells_sql(self, connection: duckdb.DuckDBPyConnection, scratch: Path) -> str:
        plain = scratch.with_suffix(".csv")
        counts = _Counts(self.config, self.n_skipped)
        with opened(self.path) as source, plain.open("wb") as copy:
            for chunk in _utf8(source, self.config.encoding):
                copy.write(counts.body(chunk))
        n_rows = counts.n_rows(self.n_columns)
        names = [f"c{number}" for number in range(self.n_columns)]
        (written,) = connection.execute(
            f"copy (from {self._read_csv(plain, names)}) "
            f"to {text_literal(scratch.as_posix())} (format parquet, compression lz4)"
        ).fetchone()
        plain.unlink()
        source = f"read_parquet({text_literal(scratch.as_posix())}"
        blank = " and ".join(
            f"trim({name}, {text_literal(BLANKS)}) = ''" for name in names
        )
        (n_blank,) = connection.execute(
            f"select count(*) from {source}) where {blank}"  # noqa: S608
        ).fetchone()
        if written != n_rows or n_blank:
            raise _Unusual
        line = f"cast(file_row_number + {self.n_skipped + 1} as integer) as source_line"
        return f"select {line}, {', '.join(names)} from {source}, file_row_number=true)"  # noqa: S608

    def _read_csv(self, path: Path, names: list[str]) -> str:
        quote = text_literal(self.config.quote)
        columns = ", ".join(f"'{name}': 'varchar'" for name in names)
        return (
            f"read_csv({text_literal(path.as_posix())}, auto_detect=false, "
            f"header=false, columns={{{columns}}}, new_line='\\n', "
            f"delim={text_literal(self.config.delimiter)}, quote={quote}, "
            f"escape={quote}, strict_mode=true, force_not_null={names}, "
            f"max_line_size={_MAX_LINE})"
        )


def _utf8(source, encoding: str) -> Iterator[bytes]:
    """Yield a file as UTF-8, decoded strictly; CR LF is never cut in two."""
    codec = codecs.lookup(encoding).name
    decoder = codecs.getincrementaldecoder(codec)()
    held = b""
    while chunk := source.read(_CHUNK):
        text = decoder.decode(chunk)
        chunk = held + (chunk if codec in ("utf-8", "ascii") else text.encode())
        held = b"\r" if chunk.endswith(b"\r") else b""
        yield chunk[: len(chunk) - len(held)]
    yield held + decoder.decode(b"", final=True).encode()


class _Counts:
    """What is known of a file's lines after its bytes went by, a chunk at a time."""

    def __init__(self, config: FileConfig, n_skipped: int) -> None:
        self.delimiter, self.quote = config.delimiter.encode(), config.quote.encode()
        self.n_skipped = n_skipped
        self.n_bytes = self.n_body = self.n_delimiters = self.n_quotes = 0
        self.last = b"\n"

    def body(self, chunk: bytes) -> bytes:
        """Count a chunk; return its part behind the header, lines ended by LF."""
        self.n_bytes += len(chunk)
        if b"\r" in chunk:
            chunk = chunk.replace(b"\r\n", b"\n")
            if b"\r" in chunk:
                raise _Unusual
        while self.n_skipped and chunk:
            _, end, chunk = chunk.partition(b"\n")
            self.n_skipped -= len(end)
        if not chunk:
            return chunk
        is_odd = b"\0" in chunk
        is_odd |= not self.n_body and chunk[:1] == _BOM[:1]  # DuckDB would drop it
        is_odd |= len(chunk) >= _MAX_LINE and b"\n" not in chunk
        if is_odd or self.n_bytes > MAX_BYTES:
            raise _Unusual
        self.n_body += chunk.count(b"\n")
        if self.quote and (self.n_quotes or self.quote in chunk):
            self._add_quoted(chunk)
        else:
            self.n_delimiters += chunk.count(self.delimiter)
        self.last = chunk[-1:]
        return chunk

    def _add_quoted(self, chunk: bytes) -> None:
        """Count delimiters outside quotes; quotes stand around whole values only.

        A doubled quote within a value is one that closes and one that opens.
        """
        import numpy as np

        if len(self.delimiter) > 1 or len(self.quote) > 1:
            raise _Unusual
        codes = np.frombuffer(self.last + chunk + b"\n", np.uint8)
        quotes = np.flatnonzero(codes[1:-1] == self.quote[0]) + 1
        n_seen = self.n_quotes
        opens = (np.arange(len(quotes)) + n_seen) & 1 == 0
        border = np.isin(codes, [self.delimiter[0], self.quote[0], ord("\n")])
        is_fair = border[quotes[opens] - 1].all() and border[quotes[~opens] + 1].all()
        if self.last == self.quote and n_seen & 1 == 0:  # it closed with the chunk
            is_fair &= border[1]
        ends = np.flatnonzero(codes[:-1] == ord("\n"))
        delimiters = np.flatnonzero(codes[:-1] == self.delimiter[0])
        delimiters = delimiters[delimiters > 0]
        if not is_fair or ((np.searchsorted(quotes, ends) + n_seen) & 1).any():
            raise _Unusual
        within = (np.searchsorted(quotes, delimiters) + n_seen) & 1
        self.n_delimiters += int((within == 0).sum())
        self.n_quotes += len(quotes)

    def n_rows(self, n_columns: int) -> int:
        """Return the number of rows, each of them one line."""
        n_rows = self.n_body + (self.last != b"\n")
        is_even = self.n_delimiters == n_rows * (n_columns - 1)
        if n_columns < 2 or not n_rows or not is_even:
            raise _Unusual
        return n_rows
