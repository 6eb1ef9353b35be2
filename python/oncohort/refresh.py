"""`oncohort refresh`: from new extracts to a new publication, or nothing at all."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oncohort.dbt_process import DbtProcess
from oncohort.errors import ConfigError, DeliveryRefused, NothingReceived
from oncohort.fingerprint import fingerprint
from oncohort.lock import writer_lock
from oncohort.publication_lock import lock_publication, refuse_name
from oncohort.publications import (
    current_manifest,
    page_to_open,
    remove_drafts,
    show_report,
)
from oncohort.publish import inputs, publish
from oncohort.run_log import log, log_verdicts
from oncohort.storage import discard_unreadable
from oncohort.workspace import Workspace

Say = Callable[[str], None]
# of dbt, whose import takes a second
Models = list[Any] | None
# slow to import, by the analysis and the report
NEEDED_NEXT = ("lifelines", "matplotlib.figure", "docx", "great_tables", "jinja2")


def refresh(workspace: Workspace, say: Say = print) -> Path:
    """Receive, build, analyse, report, publish; return the page to open.

    Nothing is published unless every step succeeds; `say` gets progress lines.

    Raises
    ------
    WorkspaceBusy
        If another command writes to the workspace.
    NothingReceived
        If `extracts/` holds no delivery.
    DeliveryRefused
        If a delivery was refused.
    BuildFailed
        If dbt, the analysis or the report failed.
    """
    with writer_lock(workspace, "refresh"):
        now = fingerprint(workspace)
        manifest = current_manifest(workspace)
        # what a command that was killed may have left
        remove_drafts(workspace)
        show_report(workspace)
        if manifest is not None and manifest["fingerprint"] == now:
            say(f"nothing changed since {manifest['id']}")
        else:
            started = time.monotonic()
            discard_unreadable(workspace.working_db, say)
            with DbtProcess(workspace) as dbt:
                _step("receive", say, lambda: _receive(workspace, say))
                models = _step("build", say, lambda: dbt.build(say, NEEDED_NEXT))
            analyse_and_publish(workspace, now, say, models)
            say(f"refresh: done in {time.monotonic() - started:.1f} s")
        page = page_to_open(workspace)
        say(f"open {page}")
        return page


def analyse_and_publish(
    workspace: Workspace, now: str | None, say: Say, models: Models = None
) -> None:
    """Analyse, report and publish the working database; the caller holds the lock.

    `now` is the fingerprint of the inputs it was built from, None if nobody knows;
    `models` are those that built it, else they are compiled where needed.
    """
    made_from = inputs(workspace, now)
    _step("analyse", say, lambda: _analyse(workspace, say, models))
    _step("report and publish", say, lambda: publish(workspace, made_from, say))
    log("published", publication=workspace.current_id())


def publish_or_lock(
    workspace: Workspace, text: str | None, lock: str | None, say: Say = print
) -> None:
    """Publish what was built, locked under a name if one is given; or lock one.

    With `text` none is made: the publication that it means is locked as it stands.
    The caller holds the workspace's lock.

    Raises
    ------
    ConfigError
        If a publication is named without a lock, or the lock's name is unfit.
    BuildFailed
        If the last build did not end well, or the analysis or the report failed.
    """
    if text is not None and lock is None:
        raise ConfigError(
            "a publication is named, and nothing is to be done with it",
            "`oncohort publish` makes a new one; to go back to this one, add "
            '--rollback; to lock it, --lock "NAME"',
            value=text,
        )
    if lock is not None and text is None:
        refuse_name(workspace, lock)
    if text is None:
        analyse_and_publish(workspace, None, say)
    if lock is not None:
        lock_publication(workspace, text or "current", lock, say)


def _step(name: str, say: Say, work: Callable[[], Any]) -> Any:
    say(f"{name} ...")
    started = time.monotonic()
    made = work()
    seconds = time.monotonic() - started
    say(f"{name}: {seconds:.1f} s")
    log("step", step=name, seconds=round(seconds, 3))
    return made


def _receive(workspace: Workspace, say: Say) -> None:
    from oncohort.receive.run import delivery_folders, receive

    if not delivery_folders(workspace):
        raise NothingReceived(
            "nothing was received: extracts/ holds no delivery",
            "put a site's files into extracts/<site>/<date of the extract>/; to "
            "publish again what landed before: `oncohort build`, `oncohort publish`",
            file=workspace.extracts,
        )
    verdicts = receive(workspace, say=say, is_brief=True)
    log_verdicts(verdicts)
    refused = [verdict for verdict in verdicts if verdict.problems]
    if refused:
        names = ", ".join(verdict.name for verdict in refused)
        raise DeliveryRefused(
            f"refused: {names}; nothing was published",
            "do what is said of each above, or move it out of extracts/; to go on "
            "without it: `oncohort build`, `oncohort publish`",
        )


def _analyse(workspace: Workspace, say: Say, models: Models) -> None:
    from oncohort.analysis import analyse

    analyse(workspace, say, models)
