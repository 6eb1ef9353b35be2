"""What the tests of the named analyses ask with, and count with."""

import functools
import io
import json

import duckdb
import pytest

from oncohort.sql import run_sql


@pytest.fixture(scope="session")
def ask(study_workspace):
    def answer(name, **given):
        out = io.StringIO()
        run_sql(study_workspace, name, out, format="json", given=given)
        return json.loads(out.getvalue())

    return answer


@pytest.fixture(scope="session")
def rows(study_database):
    """Rows of a table as dicts, for counting in Python."""

    @functools.cache
    def of(table):
        # each time anew: a question opens the file with other settings
        with duckdb.connect(str(study_database), read_only=True) as connection:
            found = connection.execute(f"select * from {table}")
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    return of


@pytest.fixture(scope="session")
def followups(rows):
    """Follow-up by study, endpoint and patient, of the default rule set."""
    return {
        (row["study_id"], row["endpoint_code"], row["patient_id"]): row
        for row in rows("core.time_to_event")
        if row["rule_set_id"] == "default"
    }


@pytest.fixture(scope="session")
def site_of(rows):
    return {row["patient_id"]: row["site_id"] for row in rows("core.patients")}


@pytest.fixture
def empty(study_database, workspace):
    """A publication whose tables have no rows, and no study's tables."""
    folder = workspace.published / "empty"
    folder.mkdir(parents=True)
    workspace.current.write_text("empty\n")
    with duckdb.connect(str(folder / "oncohort.duckdb")) as connection:
        connection.execute(f"attach '{study_database}' as full_one (read_only)")
        tables = connection.execute(
            "select schema_name || '.' || table_name, schema_name from duckdb_tables() "
            "where database_name = 'full_one' "
            "and schema_name in ('core', 'quality', 'analysis', 'reference')"
        ).fetchall()
        for table, schema in tables:
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {table} as from full_one.{table} limit 0")
    return workspace
