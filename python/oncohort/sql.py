"""`oncohort sql`: one read-only question to the current publication."""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import IO, Any

from oncohort.errors import ConfigError
from oncohort.publish import DATABASE
from oncohort.safe_cells import csv_cell, shown_width
from oncohort.workspace import Workspace

SCHEMAS = ("core", "quality", "analysis", "reference")
_ROWS_SHOWN = 200
_WIDEST = 60
_FETCHED_AT_ONCE = 10_000


def run_sql(
    workspace: Workspace,
    text: str,
    out: IO[str],
    study: str | None = None,
    format: str = "table",
    working: bool = False,
) -> None:
    """Answer a question to the current publication and write the answer to `out`.

    Parameters
    ----------
    text : str
        One `select`, or the name of a file of `analyses/`.
    study : str, optional
        Its schema is searched before core, quality and analysis.
    format : str
        `table`, `csv` or `json`.
    working : bool
        Ask the working database instead, which a build may be changing.

    Raises
    ------
    ConfigError
        If nothing is published, the study is unknown, or the question is not one
        `select` or does not work.
    """
    import duckdb

    database = database_file(workspace, working)
    question = named_query(workspace, text) or text
    try:
        with duckdb.connect(
            str(database),
            read_only=True,
            config={"enable_external_access": "false"},
        ) as connection:
            connection.execute(f"set search_path = '{_path(connection, study)}'")
            connection.execute("set lock_configuration = true")
            connection.execute(_only_select(connection, question))
            names = [column[0] for column in connection.description or ()]
            batches = iter(lambda: connection.fetchmany(_FETCHED_AT_ONCE), [])
            _WRITERS[format](out, names, chain.from_iterable(batches))
    except duckdb.Error as error:
        raise ConfigError(
            str(error).strip(),
            'correct the question; `oncohort sql "show all tables"` lists the tables',
        ) from error


def named_query(workspace: Workspace, text: str) -> str | None:
    """Return the SQL of `analyses/<name>.sql`, None if the text is no such name."""
    if not re.fullmatch(r"[A-Za-z0-9_]+", text.strip()):
        return None
    for base in (workspace.root, workspace.project):
        file = base / "analyses" / f"{text.strip()}.sql"
        if file.is_file():
            return file.read_text(encoding="utf-8")
    names = sorted(file.stem for file in (workspace.project / "analyses").glob("*.sql"))
    raise ConfigError(
        f"there is no query named `{text.strip()}`",
        f"known: {', '.join(names) or 'none yet'}; or write a select in quotes",
    )


def database_file(workspace: Workspace, working: bool) -> Path:
    """Return the published database, or the working one.

    Raises
    ------
    ConfigError
        If there is none.
    """
    if working:
        if workspace.working_db.is_file():
            return workspace.working_db
        raise ConfigError("there is no working database", "run `oncohort build`")
    folder = workspace.current_publication()
    if folder is None:
        raise ConfigError("nothing is published yet", "run `oncohort refresh`")
    return folder / DATABASE


def _path(connection: Any, study: str | None) -> str:
    there = {
        row[0]
        for row in connection.execute(
            "select schema_name from duckdb_schemas() where not internal "
            "and database_name = current_database()"
        ).fetchall()
    }
    if study is not None and study not in there:
        others = ", ".join(sorted(there - {*SCHEMAS, "main"})) or "none"
        raise ConfigError(f"no study `{study}` is published", f"known: {others}")
    wanted = [study] if study else []
    return ",".join([*wanted, *(name for name in SCHEMAS if name in there)]) or "main"


def _only_select(connection: Any, text: str) -> Any:
    import duckdb

    statements = connection.extract_statements(text)
    allowed = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if len(statements) != 1 or statements[0].type not in allowed:
        raise ConfigError(
            "only one question at a time, and only reading: select, with, from, "
            "describe, show, summarize, explain",
            "a publication is never changed; change a model and refresh",
            value=" ".join(text.split())[:80],
        )
    return statements[0]


def _write_csv(out: IO[str], names: Sequence[str], rows: Iterable[Any]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
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


def _write_table(out: IO[str], names: Sequence[str], rows: Iterable[Any]) -> None:
    shown, n_rows = [list(names)], 0
    for row in rows:
        n_rows += 1
        if n_rows <= _ROWS_SHOWN:
            shown.append([_cell(value) for value in row])
    widths = [max(map(shown_width, column)) for column in zip(*shown, strict=True)]
    for number, row in enumerate(shown):
        padded = (
            cell + " " * (width - shown_width(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        out.write("  ".join(padded).rstrip() + "\n")
        if number == 0:
            out.write("  ".join("-" * width for width in widths) + "\n")
    more = f", the first {_ROWS_SHOWN} shown" if n_rows > _ROWS_SHOWN else ""
    out.write(f"({n_rows:,} {'row' if n_rows == 1 else 'rows'}{more})\n")


def _cell(value: Any) -> str:
    text = " ".join(str(_plain(value)).split())
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json}
