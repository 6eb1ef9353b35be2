"""dbt in a process of its own, which starts while deliveries are still received.

To load dbt and read the project takes three seconds, the checks of a delivery as long;
neither waits for the other, nor do the libraries of the analysis for the build.
"""

import gc
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
        self.has_answered = False

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
                self.has_answered = kind != "said"
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
        """Let it go, whatever it does.

        One that has answered has closed the database; its end takes a second more.
        """
        self.pipe.close()
        if not self.has_answered:
            self.process.join()


def _serve(root: str, pipe: Connection) -> None:
    """Read the project, then build when asked; end with whoever asked."""
    # dbt makes many objects and few that die: looking for them is a tenth of a build
    gc.disable()
    # Ctrl-C goes to both; the one who asked decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked: queue.Queue[str | None] = queue.Queue()
    is_building, is_alone = threading.Event(), threading.Event()
    about = (pipe, asked, is_building, is_alone)
    threading.Thread(target=_listen, args=about, daemon=True).start()

    from oncohort.dbt_run import build, parsed

    workspace = Workspace(root)
    try:
        project: Any = parsed(workspace)
    except Exception as error:
        project = error
    if asked.get() is None:
        return
    is_building.set()
    if is_alone.is_set():
        return
    try:
        if isinstance(project, Exception):
            raise project
        made = build(workspace, lambda line: pipe.send(("said", line)), project)
        answer = ("made", made)
    except Exception as error:
        answer = ("failed", error)
    is_building.clear()
    pipe.send(answer)
    if hasattr(os, "nice"):
        # to take itself down costs a second of a core that the analysis needs
        os.nice(19)


def _listen(
    pipe: Connection,
    asked: "queue.Queue[str | None]",
    is_building: threading.Event,
    is_alone: threading.Event,
) -> None:
    """Hand on what is asked; if nobody is left to ask, a build ends amid its work."""
    try:
        while True:
            asked.put(pipe.recv())
    except (EOFError, OSError):
        is_alone.set()
        asked.put(None)
        if is_building.is_set():
            os._exit(1)
