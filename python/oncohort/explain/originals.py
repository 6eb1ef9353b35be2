"""What a site sent, word for word: a row of an archived original."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import opened
from oncohort.workspace import Workspace

_MAX_LINE = 16 << 20


class Originals:
    """The archive of a landing zone; a workbook or data set is opened once."""

    def __init__(self, workspace: Workspace) -> None:
        """Look at the archive.

        Raises
        ------
        ConfigError
            If there is no landing zone.
        """
        self.folder = workspace.originals
        self.opened: dict[tuple[str, str], tuple[list[str], dict]] = {}
        if not self.folder.is_dir():
            raise ConfigError(
                "there is no landing zone here: what sites sent cannot be shown",
                "leave out --raw, or say --workspace for the one with the originals",
                file=workspace.relative(self.folder),
            )

    def text(self, source: dict[str, Any], config: FileConfig) -> str:
        """Return the line as sent; of a workbook or data set `column: cell` of a row.

        Raises
        ------
        ConfigError
            If the original is no longer archived.
        """
        path = self.folder / source["file_sha256"]
        if not path.is_file():
            raise ConfigError(
                "the original is no longer archived; its line cannot be shown",
                f"leave out --raw, or put the file of the delivery "
                f"{source['delivered_on']} of {source['site_id']} back under its "
                "SHA-256",
                file=source["source_file"],
                value=source["file_sha256"],
            )
        if config.format == "csv":
            return _line(path, source, config)
        key = (source["file_sha256"], source["source_sheet"] or "")
        if key not in self.opened:
            self.opened[key] = _cells(path, source["source_file"], config)
        header, rows = self.opened[key]
        cells = zip(header, rows[source["source_line"]], strict=True)
        return " | ".join(f"{name}: {cell}" for name, cell in cells if cell)


def _line(path: Path, source: dict[str, Any], config: FileConfig) -> str:
    """Return the physical lines of one row of a delimited file."""
    taken: list[str] = []

    def lines(text: TextIOWrapper) -> Iterator[str]:
        for number, line in enumerate(text, start=1):
            if number >= source["source_line"]:
                taken.append(line)
                yield line

    csv.field_size_limit(_MAX_LINE)
    with (
        opened(path, source["source_file"]) as file,
        TextIOWrapper(file, config.encoding, newline="") as text,
    ):
        next(csv.reader(lines(text), **config.csv_form), None)
    return "".join(taken).rstrip("\r\n")


def _cells(path: Path, name: str, config: FileConfig) -> tuple[list[str], dict]:
    """Return the header and, by line, the cells of a workbook's sheet or data set."""
    from tempfile import TemporaryDirectory

    import duckdb

    from oncohort.receive.delivery import READERS

    table = READERS[config.format](path, name, config)
    if table.direct is None:
        return table.header, dict(table.rows)
    with duckdb.connect() as connection, TemporaryDirectory() as scratch:
        table.load(connection, Path(scratch) / "cells.parquet")
        rows = connection.execute("from source_cells").fetchall()
    return table.header, {line: list(cells) for line, *cells in rows}
