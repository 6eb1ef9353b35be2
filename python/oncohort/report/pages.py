"""Write the pages: a start page, and one self-contained page per study."""

import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Plan, load_plan
from oncohort.analysis.published import VERDICTS
from oncohort.analysis.results import library
from oncohort.figures.look import BEFORE
from oncohort.report.delivery_page import DeliveryRecord, delivery_page
from oncohort.report.delivery_records import landed_records
from oncohort.report.numbers import Numbers, mid_sentence
from oncohort.report.page_environment import page_environment
from oncohort.report.patient_page import write_patient_list
from oncohort.report.sections import grouped, section
from oncohort.report.sites import page_name, sites_content
from oncohort.report.study_data import StudyData, study_data
from oncohort.tables import with_table_files

LIBRARIES = ("oncohort", "duckdb", "numpy", "scipy", "lifelines", "matplotlib")
# pages whose tables are for a paper, and get files
JOURNAL = ("study.html", "study_findings.html")


def write_report(
    workspace: Any,
    database: Path,
    out_dir: Path,
    publication_id: str,
    say: Callable[[str], None] = print,
) -> None:
    """Write `index.html`, one page per study and the figures, one page of the sites.

    `patients/` starts without a page; `oncohort explain --html` adds them.

    Parameters
    ----------
    workspace : Workspace
        Its studies with a `plan.toml` that screened anybody get a page each.
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
    import duckdb

    out_dir.mkdir(parents=True, exist_ok=True)
    figures = out_dir / "figures"
    before = workspace.root / "report" / "figures"
    if before.is_dir():
        shutil.copytree(before, figures / BEFORE, dirs_exist_ok=True)
    write = _writer(out_dir, publication_id)
    studies = []
    with duckdb.connect(str(database), read_only=True) as connection:
        for study_id, folder in workspace.study_dirs().items():
            if not (folder / "plan.toml").is_file():
                continue
            plan = load_plan(folder / "plan.toml")
            data = study_data(connection, plan)
            if data.is_unscreened:
                say(f"{study_id}: screened nobody, no page")
                continue
            studies.append(_content(plan, data, figures))
            write(f"{study_id}.html", "study.html", **studies[-1])
            state = f"{len(data.results)} results" if data.results else "no results yet"
            say(f"{study_id}: report page written, {state}")
        shutil.rmtree(figures / BEFORE, ignore_errors=True)
        records = landed_records(workspace.root / "landing")
        sites = sites_content(connection, records)
    if sites:
        write("sites.html", "sites.html", **sites)
        n_pages = _write_deliveries(records, sites, out_dir)
        say(f"sites: report page written, and {n_pages} pages of deliveries")
    write_patient_list(out_dir, publication_id)
    write("index.html", "index.html", studies=studies, sites=sites)


def _writer(out_dir: Path, publication_id: str) -> Callable[..., None]:
    """Return a function that writes a page from its template and content."""
    environment = page_environment()
    environment.filters["mid"] = mid_sentence
    shared = {"publication_id": publication_id, "versions": library(*LIBRARIES)}

    def write(name: str, template: str, **content: Any) -> None:
        page = environment.get_template(template).render(**shared, **content)
        if template in JOURNAL:
            study_id = content["plan"].study_id
            page = with_table_files(page, out_dir / "tables", study_id)
        draft = out_dir / f".{name}.draft"
        draft.write_text(page, encoding="utf-8", newline="\n")
        os.replace(draft, out_dir / name)

    return write


def _write_deliveries(
    records: list[DeliveryRecord], sites: dict[str, Any], out_dir: Path
) -> int:
    """Write the pages of deliveries that the sites' page leads to; return how many."""
    wanted = {row["page"] for row in sites["deliveries"]}
    pages = {page_name(record): record for record in records}
    (out_dir / "deliveries").mkdir(exist_ok=True)
    for name in wanted & pages.keys():
        text = delivery_page(pages[name])
        (out_dir / name).write_text(text, encoding="utf-8", newline="\n")
    return len(wanted & pages.keys())


def _content(plan: Plan, data: StudyData, figures: Path) -> dict[str, Any]:
    """Everything the template of a study's page shows."""
    numbers = Numbers(plan.study_id, data.results)
    sections = [section(plan, each, data, numbers, figures) for each in plan.analyses]
    kinds = {each["analysis"].kind for each in sections if each}
    verdicts = Counter(row["verdict"] for row in data.published)
    return {
        "plan": plan,
        "data": data,
        "has_results": bool(kinds - {"cohort_flow"}),
        "answer": numbers.answer(plan.answer),
        "sections": [each for each in sections if each],
        "n": numbers.mark,
        "numbers": numbers,
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
        "methods": grouped(list(data.results.values()), "method", "statistic"),
    }
