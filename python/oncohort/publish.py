"""Publications: a new folder each, then one line in `CURRENT` makes it the one read.

Readers never wait and never see half a build: a publication holds tables only, is
written under another name, renamed when complete, and not changed again.
"""

import contextlib
import datetime
import json
import os
import platform
import shutil
import uuid
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from oncohort.contract import identifying_columns
from oncohort.descriptions import write_comments
from oncohort.errors import BuildFailed
from oncohort.identity import quoted_name, text_literal
from oncohort.workspace import Workspace

DATABASE = "oncohort.duckdb"
MANIFEST = "manifest.json"
LEFT_OUT_SCHEMAS = ["main", "staging", "intermediate", "dbt_test__audit"]
KEPT = 5
_DRAFT = "_draft-"
_VERSIONS = ("duckdb", "dbt-core", "dbt-duckdb", "lifelines", "numpy", "scipy")


def publish(
    workspace: Workspace,
    fingerprint: str | None,
    say: Callable[[str], None] = print,
) -> Path:
    """Publish the working database with its report, and return the page to open.

    `fingerprint` is the hash of the inputs, None if nobody knows them; a refresh with
    the same one has nothing to do.

    Raises
    ------
    BuildFailed
        If there is nothing to publish, or a table would carry an identifying column.
    """
    from oncohort.report import write_report

    now = datetime.datetime.now(datetime.UTC)
    publication_id = f"{now:%Y%m%dT%H%M%SZ}-{(fingerprint or uuid.uuid4().hex)[:8]}"
    for left in workspace.published.glob(f"{_DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)
    draft = workspace.published / f"{_DRAFT}{publication_id}"
    draft.mkdir(parents=True)
    rows = copy_tables(workspace.working_db, draft / DATABASE)
    write_comments(workspace, draft / DATABASE)
    say(f"publish: {len(rows)} tables, {sum(rows.values()):,} rows")
    write_report(workspace, draft / DATABASE, draft / "report", publication_id, say=say)
    manifest = {
        "id": publication_id,
        "created_at": now.isoformat(timespec="seconds"),
        "fingerprint": fingerprint,
        "deliveries": _deliveries(workspace),
        "rows": rows,
        "versions": _versions(),
    }
    text = json.dumps(manifest, indent=1, ensure_ascii=False)
    (draft / MANIFEST).write_text(text + "\n", encoding="utf-8")
    os.replace(draft, workspace.published / publication_id)
    point_to(workspace, publication_id)
    _show_report(workspace, publication_id)
    _remove_old(workspace, publication_id)
    return page_to_open(workspace)


def page_to_open(workspace: Workspace) -> Path:
    """Return the report's first page."""
    return workspace.report / "index.html"


def copy_tables(working_db: Path, target: Path) -> dict[str, int]:
    """Copy all tables but those of staging and intermediate; return rows per table.

    Raises
    ------
    BuildFailed
        If the working database is missing or a table has an identifying column.
    """
    import duckdb

    if not working_db.is_file():
        raise BuildFailed("there is no working database", "run `oncohort build` first")
    rows: dict[str, int] = {}
    with duckdb.connect(str(target)) as connection:
        source = text_literal(working_db.as_posix())
        connection.execute(f"attach {source} as working (read_only)")
        columns = connection.execute(
            "select schema_name, table_name, list(column_name) from duckdb_tables() "
            "join duckdb_columns() using (database_oid, schema_name, table_name) "
            "where duckdb_tables.database_name = 'working' and not temporary "
            "and not list_contains(?, schema_name) group by all order by all",
            [LEFT_OUT_SCHEMAS],
        ).fetchall()
        _refuse_identifying(columns)
        for schema, table, _ in columns:
            name = f"{quoted_name(schema)}.{quoted_name(table)}"
            connection.execute(f"create schema if not exists {quoted_name(schema)}")
            counted = connection.execute(
                f"create table {name} as select * from working.{name}"  # noqa: S608
            ).fetchone()
            rows[f"{schema}.{table}"] = counted[0]
        connection.execute("detach working")
        connection.execute("checkpoint")
    return rows


def _refuse_identifying(tables: list[tuple[str, str, list[str]]]) -> None:
    """Refuse to publish a table with a column named as an identifying one."""
    found = [
        f"{schema}.{table}.{column}"
        for schema, table, columns in tables
        for column in sorted(identifying_columns().intersection(columns))
    ]
    if found:
        raise BuildFailed(
            f"a published table would identify patients: {', '.join(found)}",
            "drop the column from the model; record numbers stay in the landing zone",
        )


def point_to(workspace: Workspace, publication_id: str) -> None:
    """Make a publication the current one; an earlier id is a rollback."""
    draft = workspace.current.with_suffix(".tmp")
    draft.write_text(publication_id + "\n", encoding="utf-8")
    os.replace(draft, workspace.current)
    # a convenience for people; Windows forbids links to ordinary users
    with contextlib.suppress(OSError):
        link = workspace.published / "current"
        new = workspace.published / f"{_DRAFT}link"
        new.unlink(missing_ok=True)
        new.symlink_to(publication_id, target_is_directory=True)
        os.replace(new, link)


def _show_report(workspace: Workspace, publication_id: str) -> None:
    """Replace `report/` by a copy of the publication's."""
    new, old = workspace.root / "report.new", workspace.root / "report.old"
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(workspace.published / publication_id / "report", new)
    if workspace.report.exists():
        os.replace(workspace.report, old)
    os.replace(new, workspace.report)
    shutil.rmtree(old, ignore_errors=True)


def _remove_old(workspace: Workspace, publication_id: str) -> None:
    folders = sorted(
        path.parent
        for path in workspace.published.glob(f"*/{MANIFEST}")
        if not path.parent.is_symlink()
    )
    for folder in folders[:-KEPT]:
        if folder.name != publication_id:
            shutil.rmtree(folder, ignore_errors=True)


def _deliveries(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Return the hash of each file of each landed delivery."""
    found = {}
    pattern = f"deliveries/site=*/delivery=*/{MANIFEST}"
    for path in sorted(workspace.landing.glob(pattern)):
        site = path.parents[1].name.partition("=")[2]
        date = path.parent.name.partition("=")[2]
        found[f"{site}/{date}"] = json.loads(path.read_text(encoding="utf-8"))["files"]
    return found


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ("oncohort", *_VERSIONS):
        with contextlib.suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def current_manifest(workspace: Workspace) -> dict[str, Any] | None:
    """Return the manifest of the current publication, None before the first."""
    folder = workspace.current_publication()
    if folder is None or not (folder / MANIFEST).is_file():
        return None
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
