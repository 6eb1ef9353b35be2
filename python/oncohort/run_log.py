"""The log of runs: `logs/oncohort-<month>.jsonl`, one JSON object per event.

Which command ran, how long each step took, what became of each delivery, which kind of
problem stopped it and where in the code. No message, no value, no argument and no
name of a file: any of them can name a patient.
"""

import contextlib
import datetime
import json
import logging
import os
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from oncohort.errors import OncohortError
from oncohort.workspace import is_iso_date

_LOGGER = logging.getLogger("oncohort")
_LOGGER.addHandler(logging.NullHandler())
_LOGGER.propagate = False


class _Lines(logging.Formatter):
    """An event as a line of JSON: when, what, by which process, and its facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        facts = getattr(record, "facts", {})
        known = {"at": at.isoformat(timespec="milliseconds"), "event": record.msg}
        return json.dumps(known | {"process": os.getpid()} | facts)


class _File(logging.FileHandler):
    """A file that, where it cannot be written, keeps nobody from working."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Leave the event out."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write the event, unless the file cannot be opened."""
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)


def open_log(folder: Path) -> None:
    """Write events into this month's file of a folder, from now on."""
    for handler in _LOGGER.handlers[1:]:
        _LOGGER.removeHandler(handler)
        handler.close()
    if folder.parent.is_dir():
        with contextlib.suppress(OSError):
            folder.mkdir(exist_ok=True)
    month = f"{datetime.datetime.now(datetime.UTC):%Y-%m}"
    file = _File(folder / f"oncohort-{month}.jsonl", encoding="utf-8", delay=True)
    file.setFormatter(_Lines())
    _LOGGER.addHandler(file)
    _LOGGER.setLevel(logging.INFO)


def log(event: str, **facts: Any) -> None:
    """Log an event; its facts are codes, counts and times."""
    _LOGGER.info(event, extra={"facts": facts})


def log_verdicts(verdicts: Iterable[Any]) -> None:
    """Log what became of each delivery, answered workbook or configuration."""
    for verdict in verdicts:
        place = {"site": verdict.site_id}
        if is_iso_date(verdict.delivered_on):  # else it names a workbook
            place["delivered_on"] = verdict.delivered_on
        kinds = sorted({type(problem).__name__ for problem in verdict.problems})
        log("delivery", **place, status=verdict.status, problems=kinds)


def log_problem(error: BaseException) -> None:
    """Log what stopped a command: its kind, and where in our code it came up."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [each for each in frames if "oncohort" in Path(each.filename).parts]
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else None
    known = {"kind": type(error).__name__, "place": place}
    if isinstance(error, OncohortError):
        known |= {"exit_code": error.exit_code}
    log("problem", **known)
