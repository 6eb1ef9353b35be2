"""One writer at a time: a lock on the workspace that dies with its process.

The operating system's own file lock, not a file whose existence is the lock: after a
power cut or a kill there is nothing to clean up and no process number to mistake.
"""

import contextlib
import datetime
import json
import os
import socket
from collections.abc import Iterator
from typing import IO

from oncohort.errors import WorkspaceBusy
from oncohort.workspace import Workspace

# Windows forbids others to read a locked byte: lock one far behind the holder's name.
_LOCKED_BYTE = 1 << 20


@contextlib.contextmanager
def writer_lock(workspace: Workspace, command: str) -> Iterator[None]:
    """Hold the workspace for one command that writes to it.

    Parameters
    ----------
    workspace : Workspace
        What to hold.
    command : str
        Shown to whoever comes next.

    Raises
    ------
    WorkspaceBusy
        If another command holds it; the message names the holder.
    """
    workspace.lock_file.parent.mkdir(parents=True, exist_ok=True)
    with workspace.lock_file.open("a+", encoding="utf-8") as file:
        if not _try_lock(file):
            raise _busy(workspace, file)
        holder = {
            "command": command,
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": datetime.datetime.now().isoformat(" ", "seconds"),
        }
        file.truncate(0)
        file.write(json.dumps(holder))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
            _unlock(file)


def _busy(workspace: Workspace, file: IO[str]) -> WorkspaceBusy:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        who = (
            f"`oncohort {holder['command']}`, process {holder['process']} on "
            f"{holder['host']}, since {holder['since']}"
        )
    except (ValueError, KeyError, TypeError):
        who = "a command that has only just started"
    return WorkspaceBusy(
        f"the workspace is in use by {who}",
        "wait until it ends; readers (`oncohort sql`, the report) need not wait",
        file=workspace.relative(workspace.lock_file),
    )


def _try_lock(file: IO[str]) -> bool:
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _unlock(file: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_UN)
