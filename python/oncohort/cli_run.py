"""Runs a command of the command line: its errors become messages, its end is logged."""

import gc
import os
import sys
import time
from collections.abc import Callable

from oncohort.errors import OncohortError
from oncohort.run_log import log, log_problem, open_log
from oncohort.storage import storage_errors
from oncohort.workspace import Workspace


def run_command(name: str, workspace: Workspace, work: Callable[[], int | None]) -> int:
    """Run a command, log it and return its exit code; its errors are printed."""
    # libraries make many objects and few that die: to look for them as often as Python
    # does by itself takes a twentieth of a refresh
    gc.set_threshold(100_000, 20, 100)
    started = time.monotonic()
    if name != "state":  # to look leaves no trace
        open_log(workspace.logs)
    log("begin", command=name)
    exit_code = 1
    try:
        exit_code = _exit_code(workspace, work)
    finally:
        seconds = round(time.monotonic() - started, 3)
        log("end", command=name, exit_code=exit_code, seconds=seconds)
    return exit_code


def _exit_code(workspace: Workspace, work: Callable[[], int | None]) -> int:
    try:
        with storage_errors(workspace):
            return work() or 0
    except OncohortError as error:
        log_problem(error)
        sys.stdout.flush()
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except BrokenPipeError:
        # the reader, such as `head`, has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (KeyboardInterrupt, Exception) as error:
        log_problem(error)
        # DuckDB turns Ctrl-C into a RuntimeError of its own
        is_stop = isinstance(error, RuntimeError) and "interrupt" in str(error)
        if not (is_stop or isinstance(error, KeyboardInterrupt)):
            raise
        print("stopped", file=sys.stderr)
        return 130
