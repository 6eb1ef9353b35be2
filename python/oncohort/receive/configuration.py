"""Lands what sites and studies keep as configuration, and a zero-row file per table."""

import csv
import io
import os
import shutil
from pathlib import Path
from typing import Any

from oncohort.contract import book_tables, configuration_files, extract_tables
from oncohort.errors import ConfigError
from oncohort.receive.land import parquet_bytes
from oncohort.receive.site_config import SiteConfig, read_site
from oncohort.workspace import Workspace


def land_placeholders(workspace: Workspace) -> None:
    """Write a zero-row Parquet for every table, so that `dbt build` always works."""
    for name in (*extract_tables(), *book_tables()):
        write_if_new(workspace, name, "site=_none/delivery=_none", [])


def land_configuration(
    workspace: Workspace,
) -> tuple[dict[str, SiteConfig | ConfigError], list[ConfigError]]:
    """Land sites, their codes and the studies' CSVs.

    A broken site or study keeps what it had landed before. Returns each site's
    configuration, or what is wrong with it; and what is wrong with studies.
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


def _land_site(workspace: Workspace, name: str, folder: Path) -> SiteConfig:
    site = read_site(folder, workspace.relative(folder))
    path = folder / "codes.csv"
    codes = _read_csv(workspace, path, "site_codes", {"site_id": name})
    owner = f"site={name}/current"
    write_if_new(workspace, "sites", owner, [vars(site)])
    write_if_new(workspace, "site_codes", owner, codes)
    return site


def _land_study(workspace: Workspace, name: str, folder: Path) -> None:
    for table, file in configuration_files().items():
        rows = _read_csv(workspace, folder / file, table, {"study_id": name})
        write_if_new(workspace, table, f"study={name}/current", rows)


def _read_csv(
    workspace: Workspace, path: Path, table: str, owner: dict[str, str]
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
    reader.fieldnames = [word.strip() for word in reader.fieldnames or []]
    wanted = [column.name for column in book_tables()[table].columns]
    for column in wanted:
        if column not in reader.fieldnames and column not in owner:
            raise ConfigError(
                f"a column is missing; the header is {','.join(reader.fieldnames)}",
                f"the columns are {','.join(wanted)} (models/staging/landing.yml)",
                file=shown,
                line=1,
                column=column,
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
    ((column, name),) = owner.items()
    if row.get(column, name) != name:
        raise ConfigError(
            f"the row belongs to `{row[column]}` but stands in the folder `{name}`",
            "move the row, or correct it",
            file=shown,
            line=line,
            column=column,
            value=row[column],
        )
    return {word: value.strip() or None for word, value in row.items()} | owner


def write_if_new(workspace: Workspace, name: str, owner: str, rows: list) -> None:
    """Write a small table unless it holds these rows already."""
    data = parquet_bytes(name, rows)
    path = workspace.landing / name / owner / "part.parquet"
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
