"""The page of one patient's trail, and the list of pages that the report leads to.

Pages stand in `report/patients/` and go with the publication they explain. They hold
what staging read, never the raw text.
"""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oncohort.publication_lock import stamp_patient_pages
from oncohort.report.page_environment import page_environment
from oncohort.safe_cells import plain_text

if TYPE_CHECKING:
    from oncohort.explain.run import Trail
    from oncohort.workspace import Workspace

FOLDER = "patients"


def write_patient_page(workspace: "Workspace", trail: "Trail") -> Path:
    """Write a patient's page into the report and return it.

    Raises
    ------
    ValueError
        If the trail holds raw text.
    """
    if any(entry.raw for section in trail.sections for entry in section.entries):
        raise ValueError("a page never holds raw text")
    folder = workspace.report / FOLDER
    study = trail.study_id or "no_study"
    asked = re.sub(r"\W", "_", trail.asked)
    name = f"{trail.patient_id}-{study}-{asked}.html"
    publication = workspace.current_id() or ""
    _write(folder / name, "patient.html", trail=trail, publication_id=publication)
    write_patient_list(workspace.report, publication)
    stamp_patient_pages(workspace)
    return folder / name


def write_patient_list(report: Path, publication_id: str) -> None:
    """Write `patients/index.html`: the pages that stand there."""
    folder = report / FOLDER
    names = sorted(path.stem for path in folder.glob("*.html"))
    pages = [name.split("-", 2) for name in names if name.count("-") == 2]
    content = {"pages": pages, "publication_id": publication_id}
    _write(folder / "index.html", "patients.html", **content)


def _write(path: Path, template: str, **content: Any) -> None:
    # templates are compiled with what prints their values, so not the shared ones
    environment = page_environment.__wrapped__()
    environment.finalize = _without_controls
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    text = environment.get_template(template).render(versions="oncohort", **content)
    draft.write_text(text, encoding="utf-8", newline="\n")
    os.replace(draft, path)


def _without_controls(value: Any) -> Any:
    """Return what a template prints without control characters of a site's files."""
    is_ours = hasattr(value, "__html__")
    return plain_text(value) if isinstance(value, str) and not is_ours else value
