"""Runs `oncohort` in a process that stops or dies where a function is called."""

import subprocess
import sys
from pathlib import Path

# stopped where a function is called for the n-th time
STOPPED = """
import importlib, os, signal, sys

module, name, n_calls, action = sys.argv[1:5]
module = importlib.import_module(module)
owner, _, name = name.rpartition(".")
owner = getattr(module, owner) if owner else module
real, left = getattr(owner, name), int(n_calls)

def stop(*args, **options):
    global left
    left -= 1
    if left == 0 and action == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if left == 0:
        print("stopped", flush=True)
        sys.stdin.readline()
    return real(*args, **options)

setattr(owner, name, stop)
from oncohort.cli import main
sys.exit(main(["--workspace", *sys.argv[5:]]))
"""


def stopped(
    root: Path, command: str, place: tuple[str, str, int], action: str
) -> subprocess.Popen:
    """A command that waits or dies at a place: module, function, n-th call."""
    module, name, n_calls = place
    arguments = [sys.executable, "-c", STOPPED, f"oncohort.{module}", name]
    arguments += [str(n_calls), action, str(root), command]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return subprocess.Popen(arguments, text=True, stderr=subprocess.STDOUT, **pipes)
