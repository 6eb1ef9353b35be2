"""Puts a delivery's partitions in place all together, whatever happens in between.

A delivery feeds several tables, each a folder of its own, and no file system renames
many folders at once. So everything is written to `landing/_incoming/<id>/` first; then
`landing/_journal.json` lists the moves; then they are made. Killed before the journal
stands, the next command throws the incoming folder away: nothing landed. Killed after,
the next command makes the remaining moves: all landed. `deliveries` moves last, so its
row says that the delivery is complete.
"""

import json
import os
import shutil
import uuid
from pathlib import Path

from oncohort.contract import book_tables, extract_tables
from oncohort.workspace import Workspace

INCOMING = "_incoming"
JOURNAL = "_journal.json"
LAST_TABLE = "deliveries"


def partition(table: str, site_id: str, delivered_on: str) -> str:
    """Return the folder of a delivery's rows, relative to the landing zone."""
    return f"{table}/site={site_id}/delivery={delivered_on}"


def incoming_folder(workspace: Workspace) -> Path:
    """Make a folder to write a delivery into; nobody reads it until `commit`."""
    folder = workspace.landing / INCOMING / uuid.uuid4().hex
    folder.mkdir(parents=True)
    return folder


def commit(workspace: Workspace, incoming: Path, place: tuple[str, str]) -> None:
    """Move every partition under `incoming` to its place in the landing zone.

    Tables that the delivery (`place`: site and date) no longer feeds lose it.
    """
    partitions = sorted(incoming.glob("*/site=*/*"), key=_deliveries_last)
    moves = [*sorted(incoming.glob("_originals/*")), *partitions]
    owned = [partition(name, *place) for name in (*extract_tables(), *book_tables())]
    removals = [name for name in owned if not (incoming / name).exists()]
    plan = {
        "incoming": incoming.relative_to(workspace.landing).as_posix(),
        "removals": removals,
        "moves": [path.relative_to(incoming).as_posix() for path in moves],
    }
    draft = incoming / JOURNAL
    with draft.open("w", encoding="utf-8") as file:
        json.dump(plan, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, workspace.landing / JOURNAL)
    _carry_out(workspace.landing, plan)


def recover(workspace: Workspace) -> bool:
    """Finish or discard what an interrupted command left; return whether it finished.

    Only the holder of the workspace's lock may call it.
    """
    journal = workspace.landing / JOURNAL
    was_interrupted = journal.is_file()
    if was_interrupted:
        _carry_out(workspace.landing, json.loads(journal.read_text(encoding="utf-8")))
    shutil.rmtree(workspace.landing / INCOMING, ignore_errors=True)
    return was_interrupted


def _carry_out(landing: Path, plan: dict) -> None:
    incoming = landing / plan["incoming"]
    for name in plan["removals"]:
        _set_aside(landing / name, incoming)
    for name in plan["moves"]:
        source, target = incoming / name, landing / name
        if not source.exists():
            continue  # moved before the interruption
        if target.is_dir():
            _set_aside(target, incoming)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(source, target)
    (landing / JOURNAL).unlink(missing_ok=True)
    shutil.rmtree(incoming, ignore_errors=True)


def _set_aside(folder: Path, incoming: Path) -> None:
    if folder.exists():
        os.replace(folder, incoming / f"_old-{uuid.uuid4().hex}")


def _deliveries_last(partition: Path) -> tuple[bool, str]:
    return partition.parents[1].name == LAST_TABLE, partition.as_posix()
