"""Delimited text, as sent, to text cells: each row with the line it starts on."""

import codecs
import csv
import gzip
import zlib
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from oncohort.errors import DeliveryRefused
from oncohort.receive.scan_delimited import PlainScan
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import SourceTable, is_blank, joined_header, opened

MAX_CHARACTERS = 8 << 30
# a longer line or value is taken for a quote left open
MAX_LINE = 16 << 20
# stands where a byte was unknown: a lone surrogate, which no encoding yields
_UNKNOWN = "\udcff"


def read_delimited(path: Path, shown: str, config: FileConfig) -> SourceTable:
    """Read a delimited file, plain or `.gz`; decoding is strict.

    Raises
    ------
    DeliveryRefused
        If the header is missing; while the rows are read, if a byte is unknown, a quote
        stays open, the archive is damaged or too large, or no row fits the header.
    """
    return _Reader(path, shown, config).table


class _Reader:
    """One file on its way: where it is, and the lines of the row it is in."""

    def __init__(self, path: Path, shown: str, config: FileConfig) -> None:
        self.path, self.shown, self.config = path, shown, config
        self.line = self.n_characters = 0
        self.row_lines: list[str] = []
        self.unknown = ""
        self.ignored = (config.ignore_rows, config.null_words)
        csv.field_size_limit(MAX_LINE)
        self.lines = self._lines()
        self._skip_to(config.header_line)
        names = []
        for _ in range(config.header_rows):
            names.append(next(self._split(), []))
            self.row_lines.clear()
        header = joined_header(names)
        if not any(header):
            raise self._refusal(
                "the header line is empty or missing",
                "correct `header_line` in site.yml, or ask the site for the whole file",
                config.header_line,
            )
        self._skip_to(config.data_line or 0)
        scan = PlainScan(path, config, self.line, len(header))
        place = (shown, "", header, config.header_line)
        self.table = SourceTable(*place, self._rows(), scan.cells_sql)

    def _skip_to(self, line: int) -> None:
        while self.line < line - 1 and next(self.lines, None):
            self.row_lines.clear()

    def _split(self) -> Iterator[list[str]]:
        return csv.reader(self.lines, **self.config.csv_form)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        n_columns, fits, refused = len(self.table.header), False, self.table.refused
        try:
            for row in self._split():
                line = self.line - len(self.row_lines) + 1
                fits = fits or len(row) == n_columns
                if is_blank(row):
                    pass
                elif len(row) == n_columns:
                    yield line, row
                elif self.table.ignores(row, *self.ignored):
                    self.table.n_ignored += 1
                else:
                    reason = f"{len(row)} fields where the header has {n_columns}"
                    refused[line] = (reason, "".join(self.row_lines).rstrip("\r\n"))
                self.row_lines.clear()
        except csv.Error:
            raise self._open_quote() from None
        if refused and not fits:
            line, (reason, text) = next(iter(refused.items()))
            raise self._refusal(
                f"no row fits the header; the first has {reason}",
                "correct `delimiter`, `header_line` or `data_line` in site.yml, or ask "
                "the site to export the file again",
                line,
                text[:60],
            )

    def _lines(self) -> Iterator[str]:
        """Yield the file's lines; their ends may be LF, CR LF or CR."""
        encoding = self.config.encoding
        if codecs.lookup(encoding).name == "utf-8":
            encoding = "utf-8-sig"  # drops a byte order mark
        codecs.register_error("oncohort", self._note_unknown)
        try:
            with (
                opened(self.path) as self.bytes,
                TextIOWrapper(self.bytes, encoding, "oncohort", newline="") as text,
            ):
                while line := text.readline(MAX_LINE):
                    self.line += 1
                    self.n_characters += len(line)
                    self.row_lines.append(line)
                    if "\0" in line or _UNKNOWN in line or len(line) == MAX_LINE:
                        raise self._unreadable(line)
                    if self.n_characters > MAX_CHARACTERS:
                        raise self._refusal(
                            f"the file is larger than {MAX_CHARACTERS >> 30} GB "
                            "unpacked",
                            "ask the site to send it in parts",
                        )
                    yield line
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise self._refusal(
                f"the archive is damaged: {error}",
                "ask the site to send the file again",
            ) from error
        if self.row_lines:  # the reader asks for more of a row that it has begun
            raise self._open_quote()

    def _note_unknown(self, error: UnicodeError) -> tuple[str, int]:
        """Mark a byte that the encoding does not know; its line is refused later."""
        start, end = error.start, error.end
        place = self.bytes.tell() - len(error.object) + start
        first = f"{error.object[start:end].hex(' ')} at byte {place}"
        self.unknown = self.unknown or first
        return _UNKNOWN, end

    def _unreadable(self, line: str) -> DeliveryRefused:
        encoding = self.config.encoding
        if "\0" in line:
            return self._refusal(
                "the file holds a NUL byte: it is not text, or not in this encoding",
                f"set `encoding` in site.yml (now {encoding}; Windows exports named "
                '"Unicode" are utf-16), or ask the site for a CSV',
                self.line,
            )
        if _UNKNOWN not in line:
            return self._open_quote()
        return self._refusal(
            f"a byte is not {encoding}: {self.unknown}",
            "if the whole file is unreadable, set its `encoding` in site.yml (now "
            f"{encoding}; Chinese exports are often gb18030); else ask the site to "
            "export it again",
            self.line,
            line.partition(_UNKNOWN)[0][-30:] + "<?>",
        )

    def _open_quote(self) -> DeliveryRefused:
        return self._refusal(
            "a quote is opened and never closed, or a line does not end: the rest of "
            "the file would be one value",
            "ask the site to export the file again; if quotes are plain characters "
            "here, set `quote: none` in site.yml",
            self.line - len(self.row_lines) + 1,
            self.row_lines[0][:60].rstrip("\r\n"),
        )

    def _refusal(
        self, message: str, remedy: str, line: int | None = None, value: str = ""
    ) -> DeliveryRefused:
        return DeliveryRefused(message, remedy, file=self.shown, line=line, value=value)
