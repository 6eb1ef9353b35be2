"""A new site's files and the draft that onboarding makes of them."""

import csv
from pathlib import Path

from oncohort.onboard.run import onboard
from oncohort.receive.site_config import read_site
from oncohort.workspace import Workspace


def written(folder: Path, name: str, rows, encoding="utf-8", **form) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **form).writerows(rows)


def drafting(tmp_path):
    """Return a call that onboards tmp_path/new.

    It gives the configuration, the page and what was said.
    """

    def draft(site="new", language=None):
        said = []
        workspace = Workspace(tmp_path / "workspace")
        path = onboard(workspace, tmp_path / "new", site, language, said.append)
        page = path.read_text(encoding="utf-8")
        return read_site(path.parent, "shown"), page, "\n".join(said)

    return draft


def columns(file, table):
    """Return the columns of a file's entries for a table, constants as `=value`."""
    return [
        {
            name: column.sources[0] if column.sources else f"={column.value}"
            for name, column in entry.columns.items()
        }
        for entry in file.tables
        if entry.table == table
    ]
