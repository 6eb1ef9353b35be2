import errno
import os

import duckdb
import pytest

from oncohort.errors import BuildFailed, WorkspaceUnwritable
from oncohort.storage import discard_unreadable, storage_errors

FULL = os.strerror(errno.ENOSPC)


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (OSError(errno.ENOSPC, FULL, "landing/x.parquet"), "the disk is full ("),
        (OSError(errno.EFBIG, "too large"), "the disk is full ("),
        (duckdb.IOException(f'Could not write file "x": {FULL}'), "the disk is full"),
        (BuildFailed(f"dbt build: 1 failed\n  IO Error: {FULL}", "no"), "is full"),
        (PermissionError(errno.EACCES, "Permission denied", "x"), "cannot be used: "),
        (OSError(errno.EROFS, "Read-only file system"), "read-only file system"),
    ],
)
def test_a_write_that_failed_is_told_plainly(workspace, error, what):
    with pytest.raises(WorkspaceUnwritable) as told, storage_errors(workspace):
        raise error

    assert what in told.value.message
    assert "nothing is published yet" in told.value.message
    assert told.value.exit_code == 7
    assert told.value.file == (getattr(error, "filename", None) or str(workspace.root))


@pytest.mark.parametrize("error", [ValueError("x"), FileNotFoundError(2, "no", "x")])
def test_other_errors_pass(workspace, error):
    with pytest.raises(type(error)), storage_errors(workspace):
        raise error


def test_only_a_working_database_that_cannot_be_opened_is_made_anew(workspace):
    workspace.create()
    file = workspace.working_db
    log = file.with_name("oncohort.duckdb.wal")
    said = []
    discard_unreadable(file, said.append)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table t as select 1")

    discard_unreadable(file, said.append)

    assert file.is_file() and said == []
    file.write_bytes(b"damaged" * 1000)
    log.write_bytes(b"of another")

    discard_unreadable(file, said.append)

    assert not file.exists() and not log.exists()
    assert said == ["the working database could not be opened: it is made anew"]
