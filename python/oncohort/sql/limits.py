"""Limits of a question: how long it may run and how much memory it may take.

The engine watches its own tables and joins. What grows within one function, such as a
list of a thousand million numbers, it neither counts nor interrupts: that is seen from
outside, and where the engine does not let go the process ends.
"""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from oncohort.errors import ConfigError

if TYPE_CHECKING:
    import duckdb

_LOOKS_EVERY = 0.05
_LETS_GO_WITHIN = 1.0
# Python, the answer's rows and what the engine took beside its own limit
_BESIDE_GB = 1.0


class Limits(NamedTuple):
    """Seconds and gigabytes a question may take."""

    seconds: float = 60
    memory_gb: float = 2

    def too_long(self) -> ConfigError:
        """Return what to say of a question that was stopped for its time."""
        return ConfigError(
            f"the question was stopped: it took longer than {self.seconds:g} s",
            "ask for less (a where, no join without a condition, a recursion that "
            f"ends), or wait longer: --timeout {max(1, 10 * self.seconds):g}",
        )

    def too_large(self) -> ConfigError:
        """Return what to say of a question that was stopped for its memory."""
        return ConfigError(
            f"the question was stopped: it needs more than {self.memory_gb:g} GB of "
            "memory",
            "ask for less (fewer columns, a where, no join without a condition), or "
            f"give it more: --memory {2 * self.memory_gb:g}",
        )


class Watch:
    """Interrupts a connection that passes its limits, from a thread of its own.

    Time counts while the engine works (`with watch.working()`), not while somebody
    reads the first page of an answer. `leave` ends the process where the engine does
    not let go; without it the interrupt is repeated until it does.
    """

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        limits: Limits,
        leave: Callable[[ConfigError], None] | None = None,
    ) -> None:
        """Keep what to watch; `with` starts it."""
        self.reason: ConfigError | None = None
        self._connection, self._limits, self._leave = connection, limits, leave
        self._spent, self._since, self._stopped_at = 0.0, None, 0.0
        self._is_done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Watch":
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no longer."""
        self._is_done.set()
        self._thread.join()

    @contextlib.contextmanager
    def working(self) -> Iterator[None]:
        """Count what is done inside as time of the engine."""
        since = self._since = time.monotonic()
        try:
            yield
        finally:
            self._since = None
            self._spent += time.monotonic() - since

    def _look(self) -> None:
        most = _peak_gb() + self._limits.memory_gb + _BESIDE_GB
        while not self._is_done.wait(_LOOKS_EVERY):
            now, since = time.monotonic(), self._since
            is_late = since and self._spent + now - since > self._limits.seconds
            is_large = _peak_gb() > most
            if not (is_late or is_large):
                continue
            if self.reason is None:
                limits, self._stopped_at = self._limits, now
                self.reason = limits.too_large() if is_large else limits.too_long()
            # again and again: one that comes before the engine runs is lost
            self._connection.interrupt()
            patience = 0 if is_large else _LETS_GO_WITHIN
            if self._leave and now - self._stopped_at > patience:
                self._leave(self.reason)


def _peak_gb() -> float:
    """Return the most memory the process ever had; 0 on Windows, which has no book."""
    try:
        import resource
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6)
