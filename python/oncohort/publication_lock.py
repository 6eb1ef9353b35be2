"""Locked publications: named for good, never removed, and every page says so."""

import datetime
import json
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError
from oncohort.publications import (
    MANIFEST,
    current_manifest,
    find,
    known,
    lock_name,
    write_whole,
)
from oncohort.workspace import Workspace

_LONGEST_NAME = 80
_STAMP = '<p class="lock">'


def lock_publication(
    workspace: Workspace,
    text: str,
    name: str,
    say: Callable[[str], None] = print,
) -> None:
    """Lock the publication that a text means (`find`) under a name.

    Its manifest gets the name, its pages a line with the name and the hash of each
    study's plan; nothing else of it changes. Once more under the same name finishes
    what was interrupted.

    Raises
    ------
    ConfigError
        If there is no such publication, it is locked under another name, or the name
        is unfit or taken.
    """
    folder = find(workspace, text)
    refuse_name(workspace, name, folder.name)
    path = folder / MANIFEST
    manifest = json.loads(path.read_text(encoding="utf-8"))
    other = lock_name(manifest)
    if other not in (None, name):
        raise ConfigError(
            f"the publication is locked already, as `{other}`",
            "a lock is for good; lock another publication",
            file=workspace.relative(path),
        )
    if other is None:
        now = datetime.datetime.now(datetime.UTC)
        manifest["lock"] = {
            "name": name,
            "locked_at": now.isoformat(timespec="seconds"),
        }
        text = json.dumps(manifest, indent=1, ensure_ascii=False)
        write_whole(path, text + "\n")
    stamp_pages(folder / "report", manifest)
    if folder.name == workspace.current_id():
        stamp_pages(workspace.report, manifest)
    say(f"{folder.name} is locked as `{name}`")


def refuse_name(workspace: Workspace, name: str, of: str | None = None) -> None:
    """Refuse a lock's name that is unfit, or that another publication has.

    Raises
    ------
    ConfigError
        If it does.
    """
    if not (0 < len(name.strip()) <= _LONGEST_NAME and name.isprintable()):
        raise ConfigError(
            f"a lock's name is one line of 1 to {_LONGEST_NAME} characters",
            'name it as its readers will, such as "2026-12 analysis"',
            value=name[:_LONGEST_NAME],
        )
    for publication_id, manifest in known(workspace).items():
        if lock_name(manifest) == name and publication_id != of:
            raise ConfigError(
                f"publication {publication_id} is locked under this name",
                "choose another",
                value=name,
            )


def stamp_pages(folder: Path, manifest: dict[str, Any] | None = None) -> None:
    """Add to each page under a folder its lock and plans, if it does not name them."""
    if manifest is None or lock_name(manifest) is None:
        return
    lock = manifest["lock"]
    plans = (f"{study} <code>{sha}</code>" for study, sha in manifest["plans"].items())
    line = (
        f"{_STAMP}Locked as <strong>{escape(lock['name'])}</strong> at "
        f"{lock['locked_at']}, publication <code>{manifest['id']}</code>. "
        f"SHA-256 of the plans: {', '.join(plans) or 'no study'}.</p>\n"
    )
    for page in sorted(folder.rglob("*.html")):
        text = page.read_text(encoding="utf-8")
        if _STAMP not in text:
            end = "</footer>" if "</footer>" in text else "</body>"
            before, end, after = text.rpartition(end)
            write_whole(page, before + line + end + after)


def stamp_patient_pages(workspace: Workspace) -> None:
    """Add the lock of the current publication to pages of patients written later."""
    stamp_pages(workspace.report / "patients", current_manifest(workspace))
