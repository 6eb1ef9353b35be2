"""Publications: a new folder each, then one line in `CURRENT` makes it the one read.

Readers never wait and never see half a build: a publication holds tables only, is
written under another name, renamed when complete, and not changed again but for a
lock (publication_lock.py).
"""

import datetime
import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from oncohort.build_results import BuildResults, build_results
from oncohort.contract import identifying_columns
from oncohort.descriptions import write_comments
from oncohort.errors import BuildFailed
from oncohort.identity import quoted_name, text_literal
from oncohort.made_with import code, versions
from oncohort.publications import (
    DATABASE,
    DRAFT,
    MANIFEST,
    page_to_open,
    point_to,
    remove_drafts,
    remove_old,
    show_report,
    write_whole,
)
from oncohort.workspace import Workspace, sha256_of

LEFT_OUT_SCHEMAS = ["main", "staging", "intermediate", "dbt_test__audit"]
_UNANSWERED = """
select site_id, count(*) from quality.data_queries
where status in ('open', 'reopened') group by site_id order by site_id
"""


class Inputs(NamedTuple):
    """What a publication is made from, as it stood when the analysis began.

    `fingerprint` is the hash of all inputs, None if nobody knows them; a refresh with
    the same one has nothing to do. `plans`: study -> SHA-256 of its plan.
    """

    fingerprint: str | None
    plans: dict[str, str]
    built: BuildResults


def inputs(workspace: Workspace, fingerprint: str | None) -> Inputs:
    """Return what a publication would be made from now.

    Raises
    ------
    BuildFailed
        If the last build did not end well.
    """
    return Inputs(fingerprint, _plans(workspace), build_results(workspace.working_db))


def _plans(workspace: Workspace) -> dict[str, str]:
    paths = {name: path / "plan.toml" for name, path in workspace.study_dirs().items()}
    return {name: sha256_of(path) for name, path in paths.items() if path.is_file()}


def publish(
    workspace: Workspace, made_from: Inputs, say: Callable[[str], None] = print
) -> Path:
    """Publish the working database with its report, and return the page to open.

    Raises
    ------
    BuildFailed
        If a table would carry an identifying column, or a plan changed meanwhile.
    """
    from oncohort.report import write_report

    now = datetime.datetime.now(datetime.UTC)
    of_inputs = made_from.fingerprint or uuid.uuid4().hex
    publication_id = f"{now:%Y%m%dT%H%M%SZ}-{of_inputs[:8]}"
    remove_drafts(workspace)
    draft = workspace.published / f"{DRAFT}{publication_id}"
    draft.mkdir(parents=True)
    try:
        rows = copy_tables(workspace.working_db, draft / DATABASE)
        write_comments(workspace, draft / DATABASE)
        say(f"publish: {len(rows)} tables, {sum(rows.values()):,} rows")
        made = (draft / DATABASE, draft / "report", publication_id)
        write_report(workspace, *made, say=say)
        about = {"id": publication_id, "created_at": now.isoformat(timespec="seconds")}
        about |= _manifest(workspace, made_from, draft / DATABASE, rows)
        text = json.dumps(about, indent=1, ensure_ascii=False)
        write_whole(draft / MANIFEST, text + "\n")
        os.replace(draft, workspace.published / publication_id)
    except BaseException:
        remove_drafts(workspace)  # a full disk needs the room
        raise
    point_to(workspace, publication_id)
    show_report(workspace)
    remove_old(workspace)
    return page_to_open(workspace)


def _manifest(
    workspace: Workspace, made_from: Inputs, database: Path, rows: dict[str, int]
) -> dict[str, Any]:
    """Return what the manifest says besides id and time."""
    if _plans(workspace) != made_from.plans:
        raise BuildFailed(
            "a plan.toml changed while it was carried out; nothing was published",
            "run the command again",
        )
    built = made_from.built
    return {
        "fingerprint": made_from.fingerprint,
        "lock": None,
        "code": code(workspace.project),
        "versions": versions(),
        "deliveries": _deliveries(workspace),
        "plans": made_from.plans,
        "rows": rows,
        "tests": {"n_passed": built.n_tests_passed, "warned": built.warned},
        "seconds": built.seconds,
        "unanswered_queries": _unanswered_queries(database),
    }


def _unanswered_queries(database: Path) -> dict[str, int]:
    """Return site -> queries that are open or reopened."""
    import duckdb

    with duckdb.connect(str(database), read_only=True) as connection:
        try:
            return dict(connection.execute(_UNANSWERED).fetchall())
        except duckdb.CatalogException:  # a project without record rules
            return {}


def copy_tables(working_db: Path, target: Path) -> dict[str, int]:
    """Copy all tables but those of staging and intermediate; return rows per table.

    Raises
    ------
    BuildFailed
        If a table has an identifying column.
    """
    import duckdb

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


def _deliveries(workspace: Workspace) -> dict[str, dict[str, str]]:
    """Return the hash of each file of each landed delivery."""
    found = {}
    pattern = f"deliveries/site=*/delivery=*/{MANIFEST}"
    for path in sorted(workspace.landing.glob(pattern)):
        site = path.parents[1].name.partition("=")[2]
        date = path.parent.name.partition("=")[2]
        found[f"{site}/{date}"] = json.loads(path.read_text(encoding="utf-8"))["files"]
    return found
