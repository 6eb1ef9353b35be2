"""dbt beside: it fails as dbt here does, and never outlives its caller."""

import os
import signal
import subprocess
import sys
import time

import pytest

from oncohort.dbt_process import DbtProcess
from oncohort.errors import BuildFailed


def test_what_dbt_says_of_a_failure_arrives_whole(workspace):
    # the tiny project of the tests names a profile that is not there
    with DbtProcess(workspace) as dbt:
        with pytest.raises(BuildFailed) as error:
            dbt.build()

    assert "Could not find profile named 'oncohort'" in error.value.message
    assert "logs/dbt.log" in str(error.value)


def test_one_that_is_not_asked_is_gone_at_the_end(workspace):
    with DbtProcess(workspace) as dbt:
        pass

    assert not dbt.process.is_alive()


def test_one_that_was_killed_is_told(workspace):
    with DbtProcess(workspace) as dbt:
        os.kill(dbt.process.pid, signal.SIGKILL)
        with pytest.raises(BuildFailed, match="stopped from outside"):
            dbt.build()


CALLER = """
import sys, time
from oncohort.dbt_process import DbtProcess
from oncohort.workspace import Workspace
if __name__ == "__main__":
    print(DbtProcess(Workspace(sys.argv[1])).process.pid, flush=True)
    time.sleep(60)
"""


def test_it_ends_with_a_caller_that_is_killed(workspace, tmp_path):
    script = tmp_path / "caller.py"
    script.write_text(CALLER)
    caller = subprocess.Popen(
        [sys.executable, script, workspace.root], stdout=subprocess.PIPE
    )
    pid = int(caller.stdout.readline())
    caller.kill()
    caller.wait()

    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("dbt outlived its caller")
