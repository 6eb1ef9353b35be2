"""Write the report: a start page, the pages of each study, sites, patients, SQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from oncohort.analysis.plan import Plan, load_plan
from oncohort.analysis.results import library
from oncohort.figures.look import BEFORE
from oncohort.report.delivery_page import DeliveryRecord, delivery_page
from oncohort.report.delivery_records import landed_records
from oncohort.report.methods import ways
from oncohort.report.numbers import mid_sentence
from oncohort.report.page_environment import page_environment
from oncohort.report.patient_page import write_patient_list
from oncohort.report.provenance import Provenance, model_files, models_by_folder
from oncohort.report.sites import page_name, sites_content
from oncohort.report.study_data import StudyData, study_data
from oncohort.report.study_pages import study_content, write_study
from oncohort.tables import with_table_files

LIBRARIES = ("oncohort", "duckdb", "numpy", "scipy", "lifelines", "matplotlib")
# pages whose tables are for a paper, and get files
JOURNAL = ("study_findings.html",)


def write_report(
    workspace: Any,
    database: Path,
    out_dir: Path,
    publication_id: str,
    say: Callable[[str], None] = print,
) -> None:
    """Write `index.html`, the pages and figures of each study, of the sites, the SQL.

    `patients/` starts without a page; `oncohort explain --html` adds them.

    Parameters
    ----------
    workspace : Workspace
        Its studies with a `plan.toml` that screened anybody get their pages.
    database : Path
        DuckDB file with schema `analysis`; only read.
    out_dir : Path
        Folder for the pages; `figures/` in it takes SVG, PNG and PDF, `tables/` the
        tables' files.
    publication_id : str
        Name of the publication, printed on each page.
    say : callable
        Takes one line per study, one for the sites.

    Raises
    ------
    ConfigError
        If a plan is wrong.
    """
    import duckdb

    figures, tables = out_dir / "figures", out_dir / "tables"
    # as published: what lies in report/ may have been written into
    last = workspace.current_publication()
    for folder in (figures, tables):
        folder.mkdir(parents=True, exist_ok=True)
        if last is not None and (last / "report" / folder.name).is_dir():
            shutil.copytree(last / "report" / folder.name, folder / BEFORE)
    models = model_files(workspace)
    with duckdb.connect(str(database), read_only=True) as connection:
        records = landed_records(workspace.root / "landing")
        sites = sites_content(connection, records)
        write = _writer(out_dir, publication_id, has_sites=bool(sites))
        studies = []
        for plan, data in _screened(workspace, connection, say):
            own = sorted({row["site_id"] for row in data.flow})
            quality = sites_content(connection, records, own)
            content = study_content(plan, data, quality, figures)
            n_pages = write_study(write, content, Provenance(connection, models))
            state = f"{len(data.results)} results" if data.results else "no results yet"
            say(f"{plan.study_id}: {n_pages} report pages written, {state}")
            studies.append(content)
    for folder in (figures, tables):
        shutil.rmtree(folder / BEFORE, ignore_errors=True)
    if sites:
        write("sites.html", "sites.html", quality=sites)
        n_pages = _write_deliveries(records, sites, out_dir)
        say(f"sites: report page written, and {n_pages} pages of deliveries")
    write_patient_list(out_dir, publication_id)
    write("sql.html", "sql.html", models=models, folders=models_by_folder(models))
    write("index.html", "index.html", studies=studies, sites=sites)


def _screened(
    workspace: Any, connection: Any, say: Callable[[str], None]
) -> Iterator[tuple[Plan, StudyData]]:
    """Studies with a plan that screened anybody."""
    for study_id, folder in workspace.study_dirs().items():
        if (folder / "plan.toml").is_file():
            plan = load_plan(folder / "plan.toml")
            data = study_data(connection, plan)
            if data.is_unscreened:
                say(f"{study_id}: screened nobody, no page")
            else:
                yield plan, data


def _writer(out_dir: Path, publication_id: str, has_sites: bool) -> Callable[..., None]:
    """Return a function that writes a page from its template and content."""
    environment = page_environment()
    environment.filters |= {"mid": mid_sentence, "ways": ways}
    shared = {"publication_id": publication_id, "versions": library(*LIBRARIES)}
    shared["has_sites"] = has_sites

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
        text = delivery_page(pages[name], root="../")
        (out_dir / name).write_text(text, encoding="utf-8", newline="\n")
    return len(wanted & pages.keys())
