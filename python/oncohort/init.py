"""`oncohort init`: a folder becomes a workspace, ready for its first site."""

import os
import secrets
import shlex
from collections.abc import Callable

from oncohort.identity import KEY_FILE, KEY_VARIABLE
from oncohort.lock import writer_lock
from oncohort.receive.run import prepare
from oncohort.workspace import Workspace

_KEY_BYTES = 32


def init(workspace: Workspace, say: Callable[[str], None] = print) -> None:
    """Make a workspace's folders, its secret and its empty tables; say what is next.

    Nothing that is there is changed. The project's own root gets no secret: its data
    are made up or public, and their ids are the same for everybody.
    """
    is_project = workspace.root == workspace.project
    with writer_lock(workspace, "init"):
        prepare(workspace)
        if not is_project:
            for name in ("sites", "studies", "queries"):
                (workspace.root / name).mkdir(exist_ok=True)
            if _make_key(workspace):
                say(
                    f"made {KEY_FILE}, the secret behind all patient ids: keep a copy "
                    "where only you can read it; without it ids cannot be made again"
                )
    say(f"{workspace.root} is ready")
    if is_project:
        say("put files into extracts/<site>/<date>/")
        return
    place = shlex.quote(str(workspace.root))
    say("next:")
    say(f"  export ONCOHORT_WORKSPACE={place}    or add --workspace {place}")
    say("  oncohort onboard FILES        drafts sites/<site>/site.yml")
    say("  put the files into extracts/<site>/<date of the extract>/")
    say("  oncohort receive; oncohort build")


def _make_key(workspace: Workspace) -> bool:
    """Write a fresh secret, for its owner only, unless there is one; return if so."""
    if os.environ.get(KEY_VARIABLE) is not None:
        return False
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        file = os.open(workspace.root / KEY_FILE, flags, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w", encoding="utf-8") as stream:
        stream.write(secrets.token_hex(_KEY_BYTES) + "\n")
    return True
