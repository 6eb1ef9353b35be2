import subprocess
import sys
import time

import pytest

from oncohort.errors import WorkspaceBusy
from oncohort.lock import writer_lock

HOLDER = """
import sys
from oncohort.lock import writer_lock
from oncohort.workspace import Workspace
with writer_lock(Workspace(sys.argv[1]), "refresh"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(workspace):
    """Another process that holds the workspace."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(workspace.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_the_message_names_the_holder(workspace, holder):
    with pytest.raises(WorkspaceBusy) as busy, writer_lock(workspace, "receive"):
        pytest.fail("two writers")

    assert f"`oncohort refresh`, process {holder.pid} on " in busy.value.message
    assert busy.value.exit_code == 6


def test_a_killed_holder_holds_nothing(workspace, holder):
    holder.kill()
    holder.wait()

    started = time.monotonic()
    with writer_lock(workspace, "receive"):
        pass
    assert time.monotonic() - started < 1


def test_the_lock_is_let_go_after_an_error(workspace):
    with pytest.raises(ZeroDivisionError), writer_lock(workspace, "receive"):
        raise ZeroDivisionError
    with writer_lock(workspace, "receive"):
        pass
