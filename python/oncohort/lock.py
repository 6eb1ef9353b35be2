"""One writer at a time: a lock on the workspace that dies with its process.

The operating system's own file lock, not a file whose existence is the lock: after a
power cut or a kill there is nothing to clean up and no process number to mistake.
"""

import contextlib
import datetime
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
    """Hold the workspace for a command that writes; its name is shown to the next.

    Raises
    ------
    WorkspaceBusy
        If another command holds it; the message names the holder.
    """
    workspace.lock_file.parent.mkdir(parents=True, exist_ok=True)
    with workspace.lock_file.open("a+", encoding="utf-8") as file:
        try:
            _lock(file, True)
        except OSError:
            file.seek(0)
            holder = file.read() or "a command that has only just started"
            raise WorkspaceBusy(
                f"the workspace is in use by {holder}",
                "wait until it ends; readers (`oncohort sql`, the report) need not",
                file=workspace.relative(workspace.lock_file),
            ) from None
        since = datetime.datetime.now().isoformat(" ", "seconds")
        file.truncate(0)
        file.write(
            f"`oncohort {command}`, process {os.getpid()} on {socket.gethostname()}, "
            f"since {since}"
        )
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
            _lock(file, False)


def _lock(file: IO[str], is_taken: bool) -> None:
    if os.name == "nt":
        import msvcrt

        file.seek(_LOCKED_BYTE)
        mode = msvcrt.LK_NBLCK if is_taken else msvcrt.LK_UNLCK
        msvcrt.locking(file.fileno(), mode, 1)
    else:
        import fcntl

        mode = fcntl.LOCK_EX | fcntl.LOCK_NB if is_taken else fcntl.LOCK_UN
        fcntl.flock(file, mode)
