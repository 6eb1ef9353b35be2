"""Bare `oncohort`: the state of the workspace on one screen, and what to do next.

Read from folders and manifests alone: no database is opened, nothing is written.
"""

import contextlib
import datetime
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from oncohort.made_with import versions
from oncohort.publications import DATABASE, current_manifest, known, lock_name, n_kept
from oncohort.workspace import Workspace, is_hidden, is_iso_date

_LISTED = 8
_HEAD = 13
_REFUSED = b'class="ruling refused"'
_UNITS = ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"))


def show_state(workspace: Workspace, out: IO[str]) -> None:
    """Write the state to `out`: publication, deliveries, queries, disk, versions."""
    manifest = current_manifest(workspace)
    sections = {
        "workspace": [str(workspace.root)],
        "publication": list(_publication(workspace, manifest)),
        "deliveries": list(_deliveries(workspace, manifest)),
        "data": list(_data(manifest)),
        "queries": list(_queries(manifest)),
        "disk": [_disk(workspace)],
        "installed": [", ".join(f"{name} {v}" for name, v in versions().items())],
    }
    for head, lines in sections.items():
        for line in lines:
            out.write(f"{head:<{_HEAD}}{line}\n")
            head = ""


def _publication(
    workspace: Workspace, manifest: dict[str, Any] | None
) -> Iterator[str]:
    if manifest is None:
        yield "none yet (use `oncohort refresh`)"
        return
    made_at = datetime.datetime.fromisoformat(manifest["created_at"])
    yield f"{manifest['id']}, of {made_at:%Y-%m-%d %H:%M} UTC, {_ago(made_at.date())}"
    if lock_name(manifest):
        yield f"locked as {lock_name(manifest)}"
    there = known(workspace)
    locked = [name for name in map(lock_name, there.values()) if name]
    told = f": {'; '.join(locked)}" if locked else ""
    yield (
        f"{len(there)} there, {len(locked)} locked{told}; the last {n_kept(workspace)} "
        "without a lock are kept"
    )
    copies = [workspace.published / name / DATABASE for name in there]
    if _is_newer(workspace.working_db, copies):
        yield "something was built since, and is not published (use `oncohort publish`)"


def _is_newer(database: Path, copies: Iterable[Path]) -> bool:
    """Return whether a database was written after all copies that were made of it."""
    with contextlib.suppress(FileNotFoundError):  # one may just be cleared away
        changed_at = database.stat().st_mtime
        return changed_at > max(each.stat().st_mtime for each in copies)
    return False


def _deliveries(workspace: Workspace, manifest: dict[str, Any] | None) -> Iterator[str]:
    landed = {
        (path.parents[1].name.partition("=")[2], path.parent.name.partition("=")[2])
        for path in workspace.landing.glob("deliveries/*/*/manifest.json")
    }
    sent = {
        (path.parent.name, path.name)
        for path in workspace.extracts.glob("*/*/")
        if not (is_hidden(path.name) or is_hidden(path.parent.name))
    }
    pages = {
        place: workspace.queries / place[0] / "deliveries" / f"{place[1]}.html"
        for place in sent
    }
    refused = {
        place
        for place, page in pages.items()
        if page.is_file() and _REFUSED in page.read_bytes()
    }
    names = manifest["deliveries"] if manifest else ()
    published = {tuple(name.split("/")) for name in names}
    yield f"{len(landed)} landed"
    for places, what, to_do in (
        (sent - landed - refused, "waiting", "use `oncohort receive`"),
        (refused, "refused", "why: queries/<site>/deliveries/<date>.html"),
        (landed - published, "landed, not published", "use `oncohort refresh`"),
    ):
        if places:
            names = _listed(f"{site} {date}" for site, date in sorted(places))
            yield f"{len(places)} {what}: {names} ({to_do})"


def _data(manifest: dict[str, Any] | None) -> Iterator[str]:
    """How old the newest delivery of each site is, the site longest silent first."""
    newest: dict[str, str] = {}
    for name in sorted(manifest["deliveries"] if manifest else ()):
        site, _, date = name.partition("/")
        newest[site] = date
    dates = sorted((date, site) for site, date in newest.items() if is_iso_date(date))
    if dates:
        (oldest, silent), (latest, last) = dates[0], dates[-1]
        ago = [_ago(datetime.date.fromisoformat(date)) for date in (latest, oldest)]
        yield f"newest delivery: {last} {latest}, {ago[0]}"
        yield f"longest silent site: {silent} {oldest}, {ago[1]}"


def _queries(manifest: dict[str, Any] | None) -> Iterator[str]:
    by_site = manifest.get("unanswered_queries") if manifest else None
    if by_site:
        yield f"{sum(by_site.values()):,} unanswered (use `oncohort queries SITE`)"
        yield _listed(f"{site} {n:,}" for site, n in by_site.items())
    elif by_site is not None:
        yield "none unanswered"


def _disk(workspace: Workspace) -> str:
    parts = {
        "landing": workspace.landing,
        "working warehouse": workspace.working_db.parent,
        "publications": workspace.published,
    }
    used = [f"{name} {_amount(_size(path))}" for name, path in parts.items()]
    there = next(p for p in (workspace.root, *workspace.root.parents) if p.is_dir())
    return f"{', '.join(used)}; free {_amount(shutil.disk_usage(there).free)}"


def _size(folder: Path) -> int:
    """Return the bytes of the files under a folder; links are not followed."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            # a refresh may be clearing away meanwhile
            with contextlib.suppress(FileNotFoundError):
                total += os.lstat(os.path.join(parent, name)).st_size
    return total


def _amount(n_bytes: float) -> str:
    unit = next((each for each in _UNITS if n_bytes >= each[0]), _UNITS[-1])
    return f"{n_bytes / unit[0]:,.1f} {unit[1]}"


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    more = f" and {len(shown) - _LISTED} more" if len(shown) > _LISTED else ""
    return ", ".join(shown[:_LISTED]) + more


def _ago(day: datetime.date) -> str:
    n_days = (datetime.datetime.now(datetime.UTC).date() - day).days
    if n_days < 1:
        return "today"
    return f"{n_days:,} day{'s' if n_days > 1 else ''} ago"
