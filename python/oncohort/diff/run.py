"""Finds the two publications, compares them, prints what differs."""

import json
from pathlib import Path
from typing import IO, Any

from oncohort.diff.compare import SIDES, Comparison, compare
from oncohort.diff.show import show
from oncohort.errors import ConfigError
from oncohort.identity import text_literal
from oncohort.publications import DATABASE, MANIFEST, find
from oncohort.workspace import Workspace

LISTED = 20


def diff(
    workspace: Workspace,
    before: str,
    after: str,
    out: IO[str],
    is_json: bool = False,
    is_all: bool = False,
) -> None:
    """Print what differs between two publications; nothing is written.

    Parameters
    ----------
    workspace : Workspace
        Where they were published.
    before, after : str
        An id or its beginning, the name of a lock, `current`, or `previous` (the one
        before the current).
    out : file-like
        Gets the text, or one JSON object with every row.
    is_json, is_all : bool
        JSON; all rows instead of the first ones.

    Raises
    ------
    ConfigError
        If a publication is unknown, or its beginning means several.
    """
    import duckdb

    folders = dict(
        zip(SIDES, (find(workspace, t) for t in (before, after)), strict=True)
    )
    manifests = {
        side: json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for side, folder in folders.items()
    }
    with duckdb.connect() as connection:
        for side, folder in folders.items():
            _attach(connection, side, folder)
        limit = None if is_all or is_json else LISTED
        compared = compare(connection, limit)
    told = {
        **{side: manifests[side]["id"] for side in SIDES},
        "deliveries": list(deliveries(manifests)),
        "versions": _changed(*(manifests[side]["versions"] for side in SIDES)),
        "is_same_input": len({m["fingerprint"] for m in manifests.values()}) == 1,
        "notes": compared.notes,
    }
    if not is_json:
        show(told, compared, out, is_all)
        return
    _write_json(told, compared, out)


def _write_json(told: dict[str, Any], compared: Comparison, out: IO[str]) -> None:
    told["studies"] = {
        study: {
            each.section.name: {
                "n_compared": each.n_compared,
                "n_differing": each.n_differing,
                "rows": each.rows,
            }
            for each in found
        }
        for study, found in compared.studies.items()
    }
    json.dump(told, out, ensure_ascii=False, indent=1, default=str)
    out.write("\n")


def _attach(connection: Any, side: str, folder: Path) -> None:
    import duckdb

    file = text_literal((folder / DATABASE).as_posix())
    try:
        connection.execute(f"attach {file} as {side} (read_only)")
    except duckdb.Error as error:
        raise ConfigError(
            f"publication {folder.name} cannot be opened: {str(error).splitlines()[0]}",
            "its manifest.json names the version of duckdb that wrote it; use that one",
            file=DATABASE,
        ) from error


def deliveries(manifests: dict[str, dict]) -> Any:
    """Yield each file of a delivery that the two publications do not share."""
    old, new = (manifests[side]["deliveries"] for side in SIDES)
    for name in sorted(old.keys() | new.keys()):
        site, _, delivered_on = name.partition("/")
        for file, hashes in _changed(old.get(name, {}), new.get(name, {})).items():
            place = {"site_id": site, "delivered_on": delivered_on, "file": file}
            yield place | hashes


def _changed(old: dict[str, str], new: dict[str, str]) -> dict[str, dict]:
    return {
        key: {"before": old.get(key), "after": new.get(key)}
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    }
