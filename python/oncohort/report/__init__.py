"""The report: one self-contained page per study, and a start page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_report(
    workspace: Any,
    database: Path,
    out_dir: Path,
    publication_id: str,
    say: Callable[[str], None] = print,
) -> None:
    """Write `index.html`, one page per study and the figures.

    Parameters
    ----------
    workspace : Workspace
        Its studies with a `plan.toml` get a page each.
    database : Path
        DuckDB file with schema `analysis`; only read.
    out_dir : Path
        Folder for the pages; `figures/` in it takes SVG, PNG and PDF.
    publication_id : str
        Name of the publication, printed on each page.
    say : callable
        Takes one line per page.

    Raises
    ------
    ConfigError
        If a plan is wrong.
    """
    from oncohort.report.pages import write_pages

    write_pages(workspace, Path(database), Path(out_dir), publication_id, say)
