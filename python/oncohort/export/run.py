"""`oncohort export`: one published table, its labels and codes, as a file."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from oncohort.errors import ConfigError
from oncohort.export.labels import variables
from oncohort.export.masked_tables import masked_table
from oncohort.export.plain_files import csv_bytes, parquet_bytes, xlsx_bytes
from oncohort.export.sheet import Sheet, codebook
from oncohort.export.statistics_files import dta_bytes, sav_bytes
from oncohort.identity import quoted_name
from oncohort.sql.ask import SCHEMAS, database_file
from oncohort.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

# what writes a file, by its ending
FORMATS = {
    "csv": csv_bytes,
    "parquet": parquet_bytes,
    "xlsx": xlsx_bytes,
    "sav": sav_bytes,
    "dta": dta_bytes,
}


def export(
    workspace: Workspace,
    name: str,
    out: Path,
    study: str | None = None,
    format: str | None = None,
) -> list[Path]:
    """Write a table of the current publication to a file and return what was written.

    Beside the file stands a codebook, `<out>.codebook.csv`; an XLSX has it as its
    second sheet. Same table, same bytes.

    Parameters
    ----------
    name : str
        `table` or `schema.table`; without a schema the study's tables are searched
        first, then core, quality, analysis, reference.
    out : Path
        The file; one that is there is replaced.
    study : str, optional
        Whose table it is; needed where several studies have one of that name.
    format : str, optional
        One of `FORMATS`; by default the ending of `out`.

    Raises
    ------
    ConfigError
        If nothing is published, there is no such table, the format is unknown or
        cannot hold a value.
    """
    import duckdb

    format = format or out.suffix.removeprefix(".").lower()
    if format not in FORMATS:
        raise ConfigError(
            "the format of the file is not known",
            f"name it: --format {'|'.join(FORMATS)}, or end the file's name so",
            file=out,
        )
    database = database_file(workspace, working=False)
    with duckdb.connect(str(database), read_only=True) as connection:
        place = _found(connection, name, study)
        sheet = _sheet(workspace, connection, *place)
    files = {out: FORMATS[format](sheet)}
    if format != "xlsx":
        files[out.with_name(f"{out.name}.codebook.csv")] = csv_bytes(
            codebook(sheet, format)
        )
    for path, content in files.items():
        _replace(path, content)
    return list(files)


def _sheet(
    workspace: Workspace,
    connection: "duckdb.DuckDBPyConnection",
    schema: str,
    table: str,
) -> Sheet:
    columns = variables(workspace, connection, schema, table)
    relation = f"{quoted_name(schema)}.{quoted_name(table)}"
    # the order of rows is nobody's: sorted, the same table gives the same file
    rows = connection.execute(f"select * from {relation} order by all")  # noqa: S608
    found = masked_table(workspace, connection, schema, table, rows.to_arrow_table())
    return Sheet(f"{schema}.{table}", columns, found)


def _found(
    connection: "duckdb.DuckDBPyConnection", name: str, study: str | None
) -> tuple[str, str]:
    """Return schema and table of a name, as people write it."""
    there = connection.execute(
        "select schema_name, table_name from duckdb_tables()"
        " where database_name = current_database() order by all"
    ).fetchall()
    schema, _, table = name.rpartition(".")
    wanted = [schema] if schema else [*([study] if study else []), *SCHEMAS]
    found = [(each, table) for each in wanted if (each, table) in there]
    if not (found or schema or study):
        found = [each for each in there if each[1] == table]
    if len(found) > 1 and not (schema or study) and found[0][0] not in SCHEMAS:
        raise ConfigError(
            f"several studies have a table `{table}`",
            f"add --study with one of: {', '.join(each for each, _ in found)}",
        )
    if not found:
        known = sorted({".".join(each) for each in there if study in (None, each[0])})
        raise ConfigError(
            f"there is no published table `{name}`{f' of {study}' if study else ''}",
            f"use one of: {', '.join(known) or 'none: no such study'}",
        )
    return found[0]


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        os.replace(draft, path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(
            f"the file cannot be written: {error.strerror}",
            "close it where it is open, or name another place with --out",
            file=path,
        ) from error
