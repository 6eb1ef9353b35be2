"""dbt in a process of its own, which starts while deliveries are still received.

To load dbt and read the project takes three seconds, the checks of a delivery as long;
neither waits for the other, nor do the libraries of the analysis for the build.
"""

import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import Callable, Sequence
from importlib import import_module
from multiprocessing.connection import Connection
from typing import Any

from oncohort.dbt_run import Model
from oncohort.errors import BuildFailed
from oncohort.workspace import Workspace


class DbtProcess:
    """A dbt that is ready before it is asked; a context, at whose end it is gone."""

    def __init__(self, workspace: Workspace) -> None:
        """Start it; it reads the project and waits."""
        own, its = multiprocessing.Pipe()
        context = multiprocessing.get_context("spawn")
        self.process = context.Process(
            target=_serve, args=(str(workspace.root), its), daemon=True
        )
        self.process.start()
        its.close()
        self.pipe = own

    def build(
        self, say: Callable[[str], None] = print, meanwhile: Sequence[str] = ()
    ) -> list[Model]:
        """Run `dbt_run.build` there; same answer and errors.

        `meanwhile` names modules that are imported here, since they are needed next.

        Raises
        ------
        BuildFailed
            As `dbt_run.build`, or if the process was stopped from outside.
        """
        try:
            self.pipe.send("build")
            for name in meanwhile:
                import_module(name)
            while True:
                kind, what = self.pipe.recv()
                if kind == "made":
                    return what
                if kind == "failed":
                    raise what
                say(what)
        except (EOFError, OSError):
            self.process.join()
            raise BuildFailed(
                f"dbt was stopped from outside (code {self.process.exitcode})",
                "run it again; if it happens again, look for a limit on memory",
            ) from None

    def __enter__(self) -> "DbtProcess":
        """Return itself."""
        return self

    def __exit__(self, *error: Any) -> None:
        """Let it go, whatever it does."""
        self.pipe.close()
        self.process.join()


def _serve(root: str, pipe: Connection) -> None:
    """Read the project, then build when asked; end with whoever asked."""
    # Ctrl-C goes to both; the one who asked decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked: queue.Queue[str] = queue.Queue()
    threading.Thread(target=_listen, args=(pipe, asked), daemon=True).start()

    from oncohort.dbt_run import build, parsed

    workspace = Workspace(root)
    try:
        project = parsed(workspace)
    except Exception as error:
        asked.get()
        pipe.send(("failed", error))
        return
    asked.get()
    try:
        made = build(workspace, lambda line: pipe.send(("said", line)), project)
    except Exception as error:
        pipe.send(("failed", error))
    else:
        pipe.send(("made", made))


def _listen(pipe: Connection, asked: "queue.Queue[str]") -> None:
    """Hand on what is asked; nobody left to ask ends the process, also amid a build."""
    try:
        while True:
            asked.put(pipe.recv())
    except (EOFError, OSError):
        os._exit(1)
