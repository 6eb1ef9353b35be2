"""The pages of one study's report: which there are, and what stands on each."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from oncohort.analysis.plan import Analysis, Plan
from oncohort.analysis.published import VERDICTS
from oncohort.masking import says_masked
from oncohort.report.methods import methods_content
from oncohort.report.numbers import Numbers
from oncohort.report.provenance import Provenance
from oncohort.report.reporting_items import reporting_items
from oncohort.report.sections import section
from oncohort.report.study_data import StudyData

# in the order of the navigation
FINDINGS = {
    "cohort": "Cohort flow",
    "baseline": "Baseline",
    "efficacy": "Efficacy",
    "subgroups": "Subgroups",
    "sensitivity": "Sensitivity",
    "cns": "CNS",
    "safety": "Safety",
    "genomics": "Genomics",
}
EVIDENCE = {
    "published": "Print against ours",
    "methods": "Methods",
    "quality": "Data quality",
    "checklist": "Reporting checklist",
    "results": "Where numbers come from",
}
# where an analysis stands if the plan does not say; the summary feeds the answer only
PAGE_OF_KIND = {
    "cohort_flow": "cohort",
    "cohort_summary": "",
    "baseline_table": "baseline",
    "time_to_event": "efficacy",
    "adjusted_comparison": "sensitivity",
    "sensitivity": "sensitivity",
    "proportions": "efficacy",
    "multivariable": "efficacy",
    "subgroups": "subgroups",
    "competing_events": "cns",
    "adverse_events": "safety",
    "definitions": "methods",
    "oncoplot": "genomics",
    "distribution": "genomics",
    "group_comparison": "genomics",
}
SURVIVAL = ("time_to_event", "multivariable")
Write = Callable[..., None]


class StudyPage(NamedTuple):
    """A page of a study: its id ('' the first), what it is called, its file."""

    id: str
    label: str
    file: str
    is_finding: bool


def page_of(analysis: Analysis) -> str:
    """Return the page of an analysis: the plan's, else by its kind.

    Survival of a part of the patients is a subgroup.
    """
    if analysis.page:
        return analysis.page
    population = analysis.population
    if analysis.kind in SURVIVAL and population.filter:
        return "subgroups"
    return PAGE_OF_KIND[analysis.kind]


def study_content(
    plan: Plan, data: StudyData, quality: dict[str, Any] | None, figures: Path
) -> dict[str, Any]:
    """Everything the templates of a study's pages show."""
    numbers = Numbers(plan.study_id, data.results)
    found = [section(plan, each, data, numbers, figures) for each in plan.analyses]
    sections = [{**each, "page": page_of(each["analysis"])} for each in found if each]
    verdicts = Counter(row["verdict"] for row in data.published)
    pages = _pages(plan, data, sections, quality)
    return {
        "plan": plan,
        "masked": says_masked(plan),
        "data": data,
        "quality": quality,
        "has_results": any(s["analysis"].kind != "cohort_flow" for s in sections),
        "answer": numbers.answer(plan.answer),
        "sections": sections,
        "n": numbers.mark,
        "numbers": numbers,
        "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS},
        **methods_content(plan, data.results.values()),
        "pages": pages,
        "items": reporting_items(plan, {page.id: page.file for page in pages}),
    }


def _pages(
    plan: Plan,
    data: StudyData,
    sections: Iterable[dict[str, Any]],
    quality: dict[str, Any] | None,
) -> list[StudyPage]:
    """Pages that have something to show, in the order of the navigation."""
    shown = {each["page"] for each in sections} | {"methods", "checklist", "results"}
    shown |= {"published"} if data.published else set()
    shown |= {"quality"} if quality else set()
    found = {"": "Answer"} | FINDINGS
    return [
        StudyPage(page, label, page_file(plan.study_id, page), page in found)
        for page, label in (found | EVIDENCE).items()
        if page in shown or not page
    ]


def page_file(study_id: str, page: str = "") -> str:
    """Return the file of a study's page."""
    return f"{study_id}-{page}.html" if page else f"{study_id}.html"


def write_study(write: Write, content: dict[str, Any], provenance: Provenance) -> int:
    """Write a study's pages and those of its numbers; return how many."""
    numbered = provenance.analyses(content["plan"], content["data"])
    content = {**content, "numbered": numbered}
    for page in content["pages"]:
        template = "findings" if page.id in FINDINGS else page.id or "answer"
        write(page.file, f"study_{template}.html", page=page, **content)
        if page.id == "results":
            for each in numbered:
                write(each["file"], "study_numbers.html", page=page, of=each, **content)
    return len(content["pages"]) + len(numbered)
