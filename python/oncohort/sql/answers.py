"""Answers: rows as a table for the terminal, or as CSV, JSON or Parquet."""

import contextlib
import csv
import io
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from oncohort.errors import ConfigError
from oncohort.safe_cells import csv_cell, plain_text, shown_width
from oncohort.sql.limits import Watch
from oncohort.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

FORMATS = ("table", "csv", "json", "parquet")
_ROWS_SHOWN = 200
_WIDEST = 60
_LONGEST = 1_000
_FETCHED_AT_ONCE = 10_000


class Answer:
    """What a connection answers, fetched bit by bit under a watch."""

    def __init__(self, connection: "duckdb.DuckDBPyConnection", watch: Watch) -> None:
        """Keep the connection, which has run its question."""
        self._connection, self._watch = connection, watch
        self.names = [column[0] for column in connection.description or ()]

    def rows(self) -> Iterator[tuple]:
        """Give the rows."""
        while True:
            with self._watch.working():
                batch = self._connection.fetchmany(_FETCHED_AT_ONCE)
            if not batch:
                return
            yield from batch

    def write_parquet(self, out: IO[bytes]) -> None:
        """Write the rows as Parquet.

        Raises
        ------
        ConfigError
            If Parquet has no type for a column, or the question was stopped.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        reader = self._connection.to_arrow_reader(_FETCHED_AT_ONCE)
        try:
            with pq.ParquetWriter(out, reader.schema) as writer:
                while True:
                    with self._watch.working():
                        batch = next(reader, None)
                    if batch is None:
                        return
                    writer.write_batch(batch)
        except pa.ArrowException as error:
            raise self._watch.reason or ConfigError(
                f"Parquet has no type for a column: {error}",
                "cast it in the question, such as cast(x as varchar)",
            ) from error


def write_answer(answer: Answer, out: Any, format: str) -> None:
    """Write an answer to a text stream, to a binary one if Parquet."""
    if format == "parquet":
        answer.write_parquet(out)
    else:
        _WRITERS[format](out, answer.names, answer.rows())


def format_of(path: Path | None, format: str | None) -> str:
    """Return the format asked for: by its name, else by the file's, else a table.

    Raises
    ------
    ConfigError
        If Parquet has no file to go to, or the file's name tells no format.
    """
    by_name = path.suffix.lstrip(".").lower() if path else "table"
    chosen = format or by_name
    if chosen == "parquet" and path is None:
        raise ConfigError("Parquet goes into a file", "add --out FILE.parquet")
    if path and by_name not in (chosen, "txt") or chosen not in FORMATS:
        raise ConfigError(
            f"{path.name} is no name for a file of {format or 'an answer'}",
            "let the name end in .csv, .json, .parquet, or .txt with --format table",
        )
    return chosen


@contextlib.contextmanager
def new_file(workspace: Workspace, path: Path, is_text: bool) -> Iterator[Any]:
    """Give a stream whose content becomes the file, once all of it is there.

    Raises
    ------
    ConfigError
        If the file lies where data are kept that nobody changes, or cannot be written.
    """
    kept = (workspace.extracts, workspace.landing, workspace.published.parent)
    if any(path.resolve().is_relative_to(folder) for folder in kept):
        raise ConfigError(
            "an answer is never written among the data",
            "name another folder",
            file=path,
        )
    try:
        # without a name until it is whole: whatever stops us leaves nothing behind
        with tempfile.TemporaryFile(dir=path.parent) as draft:
            stream = io.TextIOWrapper(draft, "utf-8", newline="") if is_text else draft
            yield stream
            stream.flush()
            draft.seek(0)
            with path.open("wb") as file:
                shutil.copyfileobj(draft, file)
    except OSError as error:
        raise ConfigError(
            f"the answer cannot be written: {error.strerror}",
            "name a file in a folder that exists and that you may write to",
            file=path,
        ) from error


def _write_csv(out: IO[str], names: Sequence[str], rows: Iterable[Any]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(map(csv_cell, names))
    writer.writerows(map(_harmless, row) for row in rows)


def _harmless(value: Any) -> Any:
    """Return a value as CSV shows it; no text of a site is a formula there."""
    return csv_cell(value) if isinstance(value, str) else _plain(value)


def _plain(value: Any) -> Any:
    """Return a value as CSV shows it: null empty, booleans as SQL has them."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def _write_json(out: IO[str], names: Sequence[str], rows: Iterable[Any]) -> None:
    records = [dict(zip(names, row, strict=True)) for row in rows]
    json.dump(records, out, ensure_ascii=False, indent=1, default=str)
    out.write("\n")


def write_table(out: IO[str], names: Sequence[str], rows: Iterable[Any]) -> None:
    """Write the first rows in columns, and how many there are; the last is cut late."""
    shown, n_rows = [list(names)], 0
    for row in rows:
        n_rows += 1
        if n_rows <= _ROWS_SHOWN:
            *first, last = map(_cell, row)
            shown.append([*map(_cut, first), last])
    widths = [max(map(shown_width, column)) for column in zip(*shown, strict=True)]
    for number, row in enumerate(shown):
        padded = (
            cell + " " * (width - shown_width(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        out.write("  ".join(padded).rstrip() + "\n")
        if number == 0:
            out.write("  ".join("-" * min(width, _WIDEST) for width in widths) + "\n")
    more = f", the first {_ROWS_SHOWN} shown" if n_rows > _ROWS_SHOWN else ""
    out.write(f"({n_rows:,} {'row' if n_rows == 1 else 'rows'}{more})\n")


def _cell(value: Any) -> str:
    text = str(_plain(value))
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return " ".join(plain_text(text).split())


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


_WRITERS = {"table": write_table, "csv": _write_csv, "json": _write_json}
