"""A full disk, a folder that cannot be written: said plainly, whoever noticed it."""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from oncohort.errors import WorkspaceUnwritable
from oncohort.workspace import Workspace

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextlib.contextmanager
def storage_errors(workspace: Workspace) -> Iterator[None]:
    """Turn a write that failed into an error that says so; other errors pass.

    DuckDB and dbt give the system's reason within a message of their own.

    Raises
    ------
    WorkspaceUnwritable
        If the disk is full or a file or folder cannot be written.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, WorkspaceUnwritable):
            raise
        reason, file = _reason(error)
        if reason is None:
            raise
        raise _unwritable(workspace, reason, file) from error


def discard_unreadable(database: Path, say: Callable[[str], None] = print) -> None:
    """Remove a working database that cannot be opened: a build makes all of it anew.

    So after a damaged file, or by another version of DuckDB. One that somebody reads,
    or that a full disk keeps from opening, stays.
    """
    import duckdb

    try:
        if database.is_file():
            duckdb.connect(str(database)).close()
    except duckdb.Error as error:
        if "set lock" in str(error) or _reason(error)[0] is not None:
            return
        for file in (database, database.with_name(f"{database.name}.wal")):
            file.unlink(missing_ok=True)
        say("the working database could not be opened: it is made anew")


def _reason(error: Exception) -> tuple[int | None, str | None]:
    """Return the system's number of a failed write and the file, if that is it."""
    if isinstance(error, OSError) and error.errno in (*_FULL, *_FORBIDDEN):
        return error.errno, error.filename
    said = str(error).lower()
    numbers = (n for n in (*_FULL, *_FORBIDDEN) if os.strerror(n).lower() in said)
    return next(numbers, None), None


def _unwritable(
    workspace: Workspace, reason: int, file: str | None
) -> WorkspaceUnwritable:
    current = workspace.current_id()
    stands = f"{current} stays in use" if current else "nothing is published yet"
    free = shutil.disk_usage(_existing(workspace)).free
    if reason in _FULL:
        what = f"the disk is full ({free / 1e6:,.0f} MB free)"
        remedy = "free some space (bare `oncohort` shows what uses it)"
    else:
        what = f"a file or folder cannot be used: {os.strerror(reason).lower()}"
        remedy = "let who runs this read and write all folders of the workspace"
    return WorkspaceUnwritable(
        f"{what}; {stands}",
        f"{remedy}, then run the command again; nothing has to be cleaned up",
        file=file or workspace.root,
    )


def _existing(workspace: Workspace) -> str:
    """Return the nearest folder of the workspace that is there."""
    return str(next(p for p in (workspace.root, *workspace.root.parents) if p.is_dir()))
