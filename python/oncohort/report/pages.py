"""Write the pages: a start page, and one self-contained page per study."""

import os
from collections import Counter
from collections.abc import Callable
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from markupsafe import Markup

from oncohort.analysis.plan import Analysis, Plan, load_plan
from oncohort.analysis.published import VERDICTS
from oncohort.analysis.results import library
from oncohort.report.flow import flow, sorted_reasons
from oncohort.report.km_figure import km_figure
from oncohort.report.numbers import Numbers, mid_sentence
from oncohort.report.study_data import StudyData, open_database, study_data
from oncohort.report.table_one import table_rows

LIBRARIES = ("oncohort", "duckdb", "numpy", "scipy", "lifelines", "matplotlib")


def write_pages(
    workspace: Any,
    database: Path,
    out_dir: Path,
    publication_id: str,
    say: Callable[[str], None],
) -> None:
    """Write all pages; see `oncohort.report.write_report`."""
    environment = _environment()
    shared = {
        "publication_id": publication_id,
        "versions": library(*LIBRARIES),
        "css": Markup(_template("page.css")),  # noqa: S704 - our own file
    }
    out_dir.mkdir(parents=True, exist_ok=True)
    studies = []
    with open_database(database) as connection:
        for study_id, folder in workspace.study_dirs().items():
            if not (folder / "plan.toml").is_file():
                continue
            plan = load_plan(folder / "plan.toml")
            data = study_data(connection, plan)
            content = study_content(plan, data, out_dir / "figures")
            page = environment.get_template("study.html").render(**shared, **content)
            _write(out_dir / f"{study_id}.html", page)
            studies.append(content)
            state = f"{len(data.results)} results" if data.results else "no results yet"
            say(f"{study_id}: report page written, {state}")
    index = environment.get_template("index.html").render(**shared, studies=studies)
    _write(out_dir / "index.html", index)


def study_content(plan: Plan, data: StudyData, figures: Path) -> dict[str, Any]:
    """Return everything the template of a study's page shows.

    Parameters
    ----------
    plan : Plan
        The study.
    data : StudyData
        Its rows.
    figures : Path
        Folder that takes the figures' files.

    Returns
    -------
    dict
        Names as `study.html` uses them.
    """
    numbers = Numbers(plan.study_id, data.results)
    sections = [_section(plan, each, data, numbers, figures) for each in plan.analyses]
    kinds = {analysis.id: analysis.kind for analysis in plan.analyses}
    analysed = {kinds.get(row["analysis_id"]) for row in data.results.values()}
    verdicts = Counter(row["verdict"] for row in data.published)
    return {
        "plan": plan,
        "text": plan.text,
        "data": data,
        "has_results": bool(analysed - {"cohort_flow"}),
        "answer": numbers.answer(plan.text["answer"]),
        "sections": [section for section in sections if section],
        "n": numbers.mark,
        "numbers": numbers,
        "sorted_reasons": partial(sorted_reasons, numbers=numbers),
        "verdicts": {verdict: verdicts.get(verdict, 0) for verdict in VERDICTS},
        "methods": _methods(data),
    }


def _section(
    plan: Plan, analysis: Analysis, data: StudyData, numbers: Numbers, figures: Path
) -> dict[str, Any]:
    """Content of one analysis; empty if nothing of it was computed."""
    prefix = f"{plan.study_id}.{analysis.id}."
    own = [row for key, row in data.results.items() if key.startswith(prefix)]
    if not own:
        return {}
    key = partial(numbers.key, analysis)
    section: dict[str, Any] = {"analysis": analysis, "key": key}
    if analysis.kind == "cohort_flow":
        section["flow"] = flow(plan.study_id, analysis.id, data.flow)
        section["arms"] = _arm_sizes(plan, numbers)
    if analysis.kind == "baseline_table":
        section["rows"], section["notes"] = table_rows(plan, analysis, numbers)
        section["methods"] = _by_statistic(own)
    if analysis.kind == "time_to_event":
        section["figure"] = km_figure(plan, analysis, data, numbers, figures)
        section["landmarks"] = analysis.options.get("landmark_months", [])
        section["methods"] = _by_statistic(own)
    return section


def _arm_sizes(plan: Plan, numbers: Numbers) -> list[tuple[str, str]]:
    """Label of each arm and the id of its size, from the first baseline table."""
    for analysis in plan.analyses:
        if analysis.kind == "baseline_table":
            key = partial(numbers.key, analysis, "n", variable="patients")
            return [(arm.label, key(arm=arm.id)) for arm in plan.arms]
    return []


def _by_statistic(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Methods used for each statistic, each named once."""
    found: dict[str, list[str]] = {}
    for row in rows:
        methods = found.setdefault(row["statistic"], [])
        if row["method"] not in methods:
            methods.append(row["method"])
    return found


def _methods(data: StudyData) -> list[tuple[str, str]]:
    """Every method of the study with the statistics it made, in order of appearance."""
    found: dict[str, list[str]] = {}
    for row in data.results.values():
        statistics = found.setdefault(row["method"], [])
        if row["statistic"] not in statistics:
            statistics.append(row["statistic"])
    return [(method, ", ".join(names)) for method, names in found.items()]


def _environment() -> Any:
    from jinja2 import DictLoader, Environment, StrictUndefined

    names = ("page.html", "study.html", "index.html", "sections.html")
    environment = Environment(
        loader=DictLoader({name: _template(name) for name in names}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["mid"] = mid_sentence
    return environment


def _template(name: str) -> str:
    place = files("oncohort.report").joinpath("templates", name)
    return place.read_text(encoding="utf-8")


def _write(path: Path, text: str) -> None:
    """Write a page whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    draft.write_text(text, encoding="utf-8", newline="\n")
    os.replace(draft, path)
