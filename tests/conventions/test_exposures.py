"""dbt's exposures: what each study's plan makes of the models, held against the plan.

Run as a script, this file writes the pages anew.
"""

from pathlib import Path

import pytest
import yaml

from oncohort.analysis.plan import Analysis, Plan, load_plan

ROOT = Path(__file__).parents[2]
PLANS = sorted(ROOT.glob("studies/*/plan.toml"))
HEAD = """\
# Each analysis of plan.toml with the models it reads, for dbt's docs and lineage. Made
# from the plan: `.venv/bin/python tests/conventions/test_exposures.py` writes it anew.
"""


def models_of(analysis: Analysis) -> set[str]:
    """Tables of the study that an analysis reads."""
    if analysis.kind == "cohort_flow":
        return {"cohort_flow"}
    marks = {analysis.marks.table} if analysis.marks else set()
    return {analysis.table, *marks} | ({analysis.events} if analysis.events else set())


def exposure(plan: Plan, analysis: Analysis) -> dict:
    models = sorted(models_of(analysis))
    return {
        "name": f"{plan.study_id}__{analysis.id}",
        "label": analysis.printed_as or analysis.title,
        "type": "analysis",
        "description": f"{analysis.kind.replace('_', ' ').capitalize()}; rows of "
        f"`analysis.results` with analysis_id `{analysis.id}`.",
        "depends_on": [f"ref('{plan.study_id}__{model}')" for model in models],
        "owner": {"name": plan.title},
    }


def page(plan: Plan) -> str:
    found = [exposure(plan, analysis) for analysis in plan.analyses]
    if plan.file.with_name("published_results.csv").is_file():
        compared = {
            "name": f"{plan.study_id}__published_vs_ours",
            "label": "Printed figures beside ours",
            "description": "Each figure of the publication, with the verdict.",
            "depends_on": ["source('analysis', 'published_vs_ours')"],
        }
        found.append({**found[0], **compared, "owner": {"name": plan.title}})
    text = yaml.safe_dump({"exposures": found}, sort_keys=False, allow_unicode=True)
    return HEAD + text


def file_of(path: Path) -> Path:
    return path.with_name(f"{path.parent.name}__exposures.yml")


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.parent.name)
def test_each_analysis_of_a_plan_is_an_exposure(path):
    expected = page(load_plan(path))
    assert file_of(path).read_text("utf-8") == expected, (
        f"the plan says otherwise; run {Path(__file__).relative_to(ROOT)}"
    )


if __name__ == "__main__":
    for plan_file in PLANS:
        file_of(plan_file).write_text(page(load_plan(plan_file)), encoding="utf-8")
