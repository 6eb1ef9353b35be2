"""A Parquet file to text cells, all within DuckDB."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from oncohort.errors import DeliveryRefused
from oncohort.identity import quoted_name, text_literal
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import MAX_CELL, SourceTable, tidy, trimmed_sql

if TYPE_CHECKING:
    import duckdb

MAX_CELLS = 2_000_000_000


def read_parquet(path: Path, shown: str, config: FileConfig) -> SourceTable:
    """Read a Parquet file; its lines are row numbers, first 1.

    Raises
    ------
    DeliveryRefused
        If the file is damaged or declares more cells than a delivery has.
    """
    import duckdb

    file = text_literal(path.as_posix())
    try:
        with duckdb.connect() as connection:
            found = connection.execute(f"describe from read_parquet({file})").fetchall()  # noqa: S608
            (n_rows,) = connection.execute(
                f"select sum(num_rows) from parquet_file_metadata({file})"  # noqa: S608
            ).fetchone()
    except duckdb.Error as error:
        raise _damaged(shown, error) from error
    if n_rows * len(found) > MAX_CELLS:
        raise DeliveryRefused(
            f"the file declares {n_rows:,} rows of {len(found):,} columns",
            "ask the site for the rows of its patients only",
            file=shown,
        )
    cells = ", ".join(
        f"coalesce({_text_sql(column[0], column[1], config.decimal)}, '') as c{number}"
        for number, column in enumerate(found)
    )
    line = "cast(file_row_number + 1 as integer) as source_line"
    rows = f"select {line}, {cells} from read_parquet({file}, file_row_number=true)"  # noqa: S608
    table = SourceTable(shown, "", [tidy(column[0]) for column in found], 1, iter(()))
    table.direct = partial(_filled_rows, table, rows)
    return table


def _filled_rows(
    table: SourceTable, rows: str, connection: duckdb.DuckDBPyConnection, scratch: Path
) -> str:
    """Return SQL for the rows that hold something; no value may be too long."""
    import duckdb

    too_long = " or ".join(f"length({name}) > {MAX_CELL}" for name in table.cells)
    try:
        (line,) = connection.execute(
            f"select min(source_line) from ({rows}) where {too_long}"  # noqa: S608
        ).fetchone()
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error as error:
        raise _damaged(table.file, error) from error
    if line is not None:
        raise table.too_much(f"a value of more than {MAX_CELL:,} characters", line)
    filled = [f"{trimmed_sql(name)} <> ''" for name in table.cells]
    return f"from ({rows}) where {' or '.join(filled)}"


def _text_sql(name: str, kind: str, decimal: str | None) -> str:
    """Return SQL for a typed value as a person would type it."""
    text = f"cast({quoted_name(name)} as varchar)"
    if kind == "BOOLEAN":
        return f"upper({text})"
    if kind.startswith("TIMESTAMP"):
        return f"regexp_replace({text}, ' 00:00:00([+-]00)?$', '')"
    if kind in ("DOUBLE", "FLOAT") or kind.startswith("DECIMAL"):
        text = f"regexp_replace({text}, '\\.0*$', '')"
        return f"replace({text}, '.', '{decimal or '.'}')"
    return text


def _damaged(shown: str, error: Exception) -> DeliveryRefused:
    return DeliveryRefused(
        f"the Parquet file cannot be read: {str(error).splitlines()[0]}",
        "ask the site to write and send the file again",
        file=shown,
    )
