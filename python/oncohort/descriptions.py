"""What the published tables and columns mean, from the dbt pages into the database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from oncohort.identity import quoted_name, text_literal
from oncohort.workspace import Workspace

_PAGES = ("models/marts/**/*.yml", "seeds/*.yml")


class Description(NamedTuple):
    """What one row of a table is, and what each column means."""

    table: str
    columns: dict[str, str]


def descriptions(workspace: Workspace) -> dict[str, Description]:
    """Return what the dbt pages say of marts, seeds, studies' models, analysis tables.

    By dbt's name: a study's `<study>__cohort`, all others as in the database.
    """
    files = [path for each in _PAGES for path in workspace.project.glob(each)]
    for folder in workspace.study_dirs().values():
        files += folder.rglob("*.yml")
    return {
        entry["name"]: Description(
            _words(entry),
            {column["name"]: _words(column) for column in entry.get("columns", [])},
        )
        for path in files
        for entry in _entries(path)
    }


def write_comments(workspace: Workspace, database: Path) -> None:
    """Give the tables and columns of a database their descriptions as comments.

    At once for a publication: dbt's `persist_docs` would do it at every build, and
    `create table as` leaves comments behind.
    """
    import duckdb

    known = descriptions(workspace)
    with duckdb.connect(str(database)) as connection:
        columns = connection.execute(
            "select schema_name, table_name, list(column_name) from duckdb_columns() "
            "where not internal group by all"
        ).fetchall()
        connection.execute("begin")
        for schema, table, names in columns:
            page = known.get(f"{schema}__{table}") or known.get(table)
            if page is None:
                continue
            where = f"{quoted_name(schema)}.{quoted_name(table)}"
            _comment(connection, f"table {where}", page.table)
            for name in page.columns.keys() & set(names):
                _comment(
                    connection,
                    f"column {where}.{quoted_name(name)}",
                    page.columns[name],
                )
        connection.execute("commit")


def _comment(connection: Any, what: str, words: str) -> None:
    connection.execute(f"comment on {what} is {text_literal(words)}")


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    page = yaml.load(path.read_bytes(), Loader=loader) or {}  # noqa: S506  safe loaders
    for kind in ("models", "seeds"):
        yield from page.get(kind, [])
    for source in page.get("sources", []):
        yield from source["tables"]


def _words(entry: dict[str, Any]) -> str:
    return " ".join(str(entry.get("description", "")).split())
