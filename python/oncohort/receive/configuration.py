"""Lands what sites and studies keep as configuration, and a zero-row file per table."""

import csv
import io
import os
import shutil
from pathlib import Path
from typing import Any

from oncohort.contract import (
    Table,
    book_tables,
    configuration_tables,
    extract_tables,
)
from oncohort.errors import ConfigError
from oncohort.receive.land import records
from oncohort.receive.site_config import SiteConfig, read_site
from oncohort.workspace import Workspace

CODES_FILE = "codes.csv"
NOBODY = "site=_none/delivery=_none/empty.parquet"


def land_placeholders(workspace: Workspace) -> None:
    """Write a zero-row Parquet for every table, so that `dbt build` always works."""
    for table in (*extract_tables().values(), *book_tables().values()):
        _write_if_new(table, [], workspace.landing / table.name / NOBODY)


def land_configuration(
    workspace: Workspace,
) -> tuple[dict[str, SiteConfig | ConfigError], list[ConfigError]]:
    """Land sites, their codes and the studies' CSVs.

    A broken site or study keeps what it had landed before.

    Returns
    -------
    sites : dict
        Each site's configuration, or what is wrong with it.
    problems : list of ConfigError
        What is wrong with studies.
    """
    sites: dict[str, SiteConfig | ConfigError] = {}
    problems = []
    for name, folder in workspace.site_dirs().items():
        try:
            sites[name] = _land_site(workspace, name, folder)
        except ConfigError as error:
            sites[name] = error
    for name, folder in workspace.study_dirs().items():
        try:
            _land_study(workspace, name, folder)
        except ConfigError as error:
            problems.append(error)
    _remove_stale(workspace)
    return sites, problems


def site_record(site: SiteConfig) -> dict[str, Any]:
    """Return the row of `sites`."""
    return {
        "site_id": site.site_id,
        "title": site.title,
        "language": site.language,
        "is_made_up": site.is_made_up,
        "source_note": site.source_note,
    }


def _land_site(workspace: Workspace, name: str, folder: Path) -> SiteConfig:
    site = read_site(folder, workspace.relative(folder))
    tables = book_tables()
    codes = _read_csv(
        workspace, folder / CODES_FILE, tables["site_codes"], {"site_id": name}
    )
    part = f"site={name}/current/part.parquet"
    _write_if_new(
        tables["sites"], [site_record(site)], workspace.landing / "sites" / part
    )
    _write_if_new(tables["site_codes"], codes, workspace.landing / "site_codes" / part)
    return site


def _land_study(workspace: Workspace, name: str, folder: Path) -> None:
    for table in configuration_tables().values():
        rows = _read_csv(workspace, folder / str(table.file), table, {"study_id": name})
        path = workspace.landing / table.name / f"study={name}/current/part.parquet"
        _write_if_new(table, rows, path)


def _read_csv(
    workspace: Workspace, path: Path, table: Table, owner: dict[str, str]
) -> list[dict[str, Any]]:
    """Read a configuration CSV; the owner's own column may be left out."""
    if not path.is_file():
        return []
    shown = workspace.relative(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"the file is not UTF-8 (byte {error.start})",
            "save it as UTF-8",
            file=shown,
        ) from error
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="")
    header = [name.strip() for name in reader.fieldnames or []]
    reader.fieldnames = header
    wanted = [column.name for column in table.columns]
    for name in wanted:
        if name not in header and name not in owner:
            raise ConfigError(
                f"a column is missing; the header is {','.join(header)}",
                f"the columns are {','.join(wanted)} (models/staging/landing.yml)",
                file=shown,
                line=1,
                column=name,
            )
    return [_config_row(row, reader.line_num, shown, owner) for row in reader]


def _config_row(
    row: dict[str, Any], line: int, shown: str, owner: dict[str, str]
) -> dict[str, Any]:
    if "" in row or None in row.values():
        raise ConfigError(
            "the row has more or fewer fields than the header",
            "quote a value that holds a comma",
            file=shown,
            line=line,
        )
    for column, name in owner.items():
        if row.get(column, name) != name:
            raise ConfigError(
                f"the row belongs to `{row[column]}` but stands in the folder `{name}`",
                "move the row, or correct it",
                file=shown,
                line=line,
                column=column,
                value=row[column],
            )
    stripped = {name: value.strip() or None for name, value in row.items()}
    return {**stripped, **owner}


def _write_if_new(table: Table, rows: list[dict[str, Any]], path: Path) -> None:
    """Write a small Parquet file unless it holds these bytes already."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    pq.write_table(records(table, rows), sink, compression="zstd")
    data = sink.getvalue().to_pybytes()
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_bytes(data)
    os.replace(draft, path)


def _remove_stale(workspace: Workspace) -> None:
    """Drop the configuration of studies that are gone, of sites that never landed."""
    studies, sites = workspace.study_dirs(), workspace.site_dirs()
    for table in book_tables():
        for folder in (workspace.landing / table).glob("*/current"):
            kind, _, name = folder.parent.name.partition("=")
            landed = workspace.landing / "deliveries" / f"site={name}"
            is_stale_site = name not in sites and not landed.exists()
            if is_stale_site if kind == "site" else name not in studies:
                shutil.rmtree(folder.parent)
