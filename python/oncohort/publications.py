"""The publications there are: found, made current, shown, and removed when old."""

import contextlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError
from oncohort.workspace import Workspace

DATABASE = "oncohort.duckdb"
MANIFEST = "manifest.json"
# a folder of this name is no publication; the next one made clears it away
DRAFT = "_draft-"
KEEP = "KEEP"
_KEPT = 5


def known(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """Return id -> manifest of every publication, the oldest first."""
    return {
        path.parent.name: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted(workspace.published.glob(f"[0-9]*/{MANIFEST}"))
        if (path.parent / DATABASE).is_file()
    }


def find(workspace: Workspace, text: str) -> Path:
    """Return the folder of the publication that a text means.

    An id or its beginning, the name it was locked under, `current`, or `previous`.

    Raises
    ------
    ConfigError
        If it means none or several.
    """
    there = known(workspace)
    current = workspace.current_id()
    earlier = [name for name in there if current and name < current]
    meant = [name for name in there if text and name.startswith(text)]
    locked = [name for name, its in there.items() if text and lock_name(its) == text]
    if text == "current":
        meant = [current] if current else []
    elif text == "previous":
        meant = earlier[-1:]
    elif text in there or locked:
        meant = locked or [text]
    if len(meant) == 1:
        return workspace.published / meant[0]
    listed = "".join(f"\n    {told(its)}" for its in there.values())
    raise ConfigError(
        f"{len(meant)} publications begin so" if meant else "no such publication",
        f"name one of those there, or its beginning:{listed}"
        if there
        else "run `oncohort refresh`: none is there yet",
        file=workspace.relative(workspace.published),
        value=text,
    )


def told(manifest: dict[str, Any]) -> str:
    """Return a publication in a line: its id, and its lock if it has one."""
    lock = lock_name(manifest)
    return manifest["id"] + (f"  locked: {lock}" if lock else "")


def lock_name(manifest: dict[str, Any]) -> str | None:
    """Return the name a publication was locked under, None if it is not."""
    return (manifest.get("lock") or {}).get("name")


def current_manifest(workspace: Workspace) -> dict[str, Any] | None:
    """Return the manifest of the current publication, None before the first."""
    folder = workspace.current_publication()
    if folder is None or not (folder / MANIFEST).is_file():
        return None
    return json.loads((folder / MANIFEST).read_text(encoding="utf-8"))


def page_to_open(workspace: Workspace) -> Path:
    """Return the report's first page."""
    return workspace.report / "index.html"


def roll_back(
    workspace: Workspace, text: str | None, say: Callable[[str], None] = print
) -> None:
    """Make another publication the current one, by default the one before it.

    Raises
    ------
    ConfigError
        If there is no such publication.
    """
    folder = find(workspace, text or "previous")
    point_to(workspace, folder.name)
    show_report(workspace)
    say(f"the publication in use is {told(current_manifest(workspace) or {})}")
    say(
        "the next `oncohort refresh` publishes anew from what is in extracts/: if a "
        "delivery is at fault, move it out first"
    )


def point_to(workspace: Workspace, publication_id: str) -> None:
    """Make a publication the current one; an earlier id is a rollback."""
    write_whole(workspace.current, publication_id + "\n")
    # a convenience for people; Windows forbids links to ordinary users
    with contextlib.suppress(OSError):
        link = workspace.published / "current"
        new = workspace.published / f"{DRAFT}link"
        new.unlink(missing_ok=True)
        new.symlink_to(publication_id, target_is_directory=True)
        os.replace(new, link)


def show_report(workspace: Workspace) -> None:
    """Make `report/` the current publication's, unless it is.

    A command that was killed may have left the one before, or none.
    """
    new, old = workspace.root / "report.new", workspace.root / "report.old"
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = workspace.current_publication()
    if folder is None or _is_same(page_to_open(workspace), folder / "report"):
        return
    shutil.copytree(folder / "report", new)
    if workspace.report.exists():
        os.replace(workspace.report, old)
    os.replace(new, workspace.report)
    shutil.rmtree(old, ignore_errors=True)


def _is_same(page: Path, report: Path) -> bool:
    """Return whether a first page is that of a publication's report, which names it."""
    published = report / page.name
    return page.is_file() and page.read_bytes() == published.read_bytes()


def n_kept(workspace: Workspace) -> int:
    """Return how many publications without a lock are kept: 5, or what KEEP says.

    Raises
    ------
    ConfigError
        If the file holds no whole number of 1 or more.
    """
    file = workspace.published / KEEP
    text = file.read_text(encoding="utf-8").strip() if file.is_file() else str(_KEPT)
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise ConfigError(
        "how many publications are kept is a whole number, 1 or more",
        f"correct the file, or delete it to keep {_KEPT}",
        file=workspace.relative(file),
        value=text[:20],
    )


def remove_old(workspace: Workspace) -> None:
    """Remove the oldest publications but the last few, those locked and the current.

    Each is renamed before it is deleted, so that none is ever seen half there.
    """
    unlocked = [name for name, its in known(workspace).items() if not lock_name(its)]
    for name in unlocked[: -n_kept(workspace)]:
        if name != workspace.current_id():
            # Windows refuses while somebody reads it: the next publication tries again
            with contextlib.suppress(OSError):
                os.replace(
                    workspace.published / name, workspace.published / f"{DRAFT}{name}"
                )
    remove_drafts(workspace)


def remove_drafts(workspace: Workspace) -> None:
    """Clear away what an interrupted command left half made or half deleted."""
    for left in workspace.published.glob(f"{DRAFT}*"):
        shutil.rmtree(left, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a small file all at once: a reader, or a power cut, sees old or new."""
    draft = path.with_name(f"{path.name}.tmp")
    with draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
