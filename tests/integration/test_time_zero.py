"""Nothing that defines or describes a patient at time zero may know the future.

The build's own guard (macros/time_zero.sql) must go red where a model reads later
records; and hiding them by other means, drug rows cut too, must change nothing.
"""

import shutil

import pytest
from rerun import DATED_BY, Rerun
from workspaces import ROOT, dbt_build

# about the time after time zero
OUTCOMES = [
    *("time_to_event", "best_responses", "int_vital_status__resolved"),
    *("lx_vs_tbp__cns_outcomes", "lx_vs_tbp__safety_windows"),
    "lx_vs_tbp__chemotherapy_partners",
]
BROKEN = {
    # no column of the cohort: the entries are judged too
    "tcga_brca__entries": [
        (
            "cast(null as date)",
            "(select max(c.contact_on) from {{ ref('contacts') }} as c"
            " where c.patient_id = eligibility.patient_id)",
        )
    ],
    "lx_vs_tbp__disease_extent": [
        ("and metastases.detected_on <= entries.time_zero_on", "")
    ],
    "lx_vs_tbp__demographics": [
        ("biomarkers.tested_on <= entries.time_zero_on", "true")
    ],
    "lx_vs_tbp__prior_treatments": [
        ("treatments.started_on < entries.time_zero_on", "true")
    ],
    "lx_vs_tbp__cohort": [
        (
            "        entries.arm,\n        entries.time_zero_on,\n"
            "        entries.first_drug_on,\n        index_lines.line_no,\n",
            "        (select max(drug_code) from {{ ref('treatment_line_drugs') }} as d"
            " where d.patient_id = entries.patient_id) as arm,\n"
            "        entries.time_zero_on,\n        entries.first_drug_on,\n"
            "        (select max(d.line_no) from {{ ref('treatment_line_drugs') }} as d"
            " where d.patient_id = entries.patient_id) as line_no,\n",
        ),
        (
            "resistances.resistance_on,",
            "(select max(p.progressed_on) from {{ ref('progressions') }} as p"
            " where p.patient_id = entries.patient_id) as resistance_on,",
        ),
        # known when the drug is stopped, in a row that begins before
        (
            "resistances.resistance_setting,",
            "(select max(t.stop_reason_code) from {{ ref('treatments') }} as t"
            " where t.patient_id = entries.patient_id"
            " and t.started_on <= entries.time_zero_on) as resistance_setting,",
        ),
        (
            "partners.has_taxane,",
            "exists (select 1 from {{ ref('treatments') }} as t"
            " where t.patient_id = entries.patient_id and t.ended_on is not null"
            " and t.started_on <= entries.time_zero_on) as has_taxane,",
        ),
    ],
}


@pytest.fixture
def broken(study_workspace, tmp_path):
    """A copy of the project in which baseline models read later records."""
    for folder in ("models", "macros", "seeds", "studies", "analyses", "tests/sql"):
        shutil.copytree(ROOT / folder, tmp_path / "project" / folder)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, tmp_path / "project")
    for name, changes in BROKEN.items():
        (path,) = (tmp_path / "project/studies").glob(f"*/{name}.sql")
        text = path.read_text("utf-8")
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    for part in ("landing", "warehouse/working"):
        shutil.copytree(study_workspace.root / part, tmp_path / "workspace" / part)
    return tmp_path / "project", tmp_path / "workspace"


def test_the_build_fails_where_a_column_uses_later_records(broken):
    project, workspace = broken

    built = dbt_build(
        workspace,
        *("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"),
        *("--select", "int_drug_episodes__built+", "progressions+"),
        "tcga_brca__entries+",
        project=project,
    )

    assert built.returncode != 0
    assert "use information dated after time zero" in built.stdout
    for column in (
        *("arm", "line_no", "resistance_on", "n_metastatic_sites"),
        *("has_metastatic_hormonal_therapy", "hr_status"),
        # known when the drug is stopped: why, and that it was
        *("resistance_setting", "has_taxane"),
    ):
        assert f"lx_vs_tbp.cohort.{column}: " in built.stdout, column
    assert "tcga_brca.entries.first_drug_on: " in built.stdout
    assert "lx_vs_tbp.cohort.age_group" not in built.stdout
    assert "lx_vs_tbp.cohort.pfs_days" not in built.stdout


@pytest.mark.parametrize("study", ["lx_vs_tbp", "tcga_brca"])
def test_hiding_the_future_changes_no_column_of_the_cohort(study_workspace, study):
    models = Rerun(study_workspace)
    entries, cohort = models.built(f"{study}__entries"), f"{study}__cohort"
    hidden = {}
    for table, day in DATED_BY.items():
        values = {name: f"records.{name}" for name in models.columns(table)}
        if table == "patients":
            values["menopausal_status_code"] = (
                "case when records.menopausal_status_on is null or "
                "records.menopausal_status_on <= zero.time_zero_on "
                "then records.menopausal_status_code end"
            )
        if table == "treatments":
            # a course is seen as far as it tells a switch from a drug that goes on
            values["last_on"] = "least(records.last_on, zero.time_zero_on + 15)"
            values["ended_on"] = "null::date"
        columns = ", ".join(f"{value} as {name}" for name, value in values.items())
        hidden[table] = (
            f"select {columns} from {models.built(table)} as records "
            f"join {entries} as zero using (patient_id) "
            f"where records.{day} is null or records.{day} <= zero.time_zero_on"
        )
    models.run(hidden, [cohort], kept=OUTCOMES)

    now, past = (
        models.rows(f"from {relation} order by patient_id")
        for relation in (models.built(cohort), f'again."{cohort}"')
    )
    assert len(past) == len(now) > 500
    assert past == now
