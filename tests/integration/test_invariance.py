"""What must not matter: later assessments, the calendar, the names of records."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rerun import DATED_BY, Rerun

FOUR_YEARS = 1461  # with one leap day, so every calendar month keeps its length
PARAMETERS = "study_parameters"


@pytest.fixture(scope="module")
def models(study_workspace):
    return Rerun(study_workspace)


def selected(models, name, change):
    """Columns of a model as SQL, each changed as `change(name, type)` says."""
    columns = models.columns(name)
    return ", ".join(
        f"{change(column, kind) or column} as {column}"
        for column, kind in columns.items()
    )


@settings(max_examples=6, deadline=None)
@given(
    days=st.integers(1, 400),
    spread=st.integers(1, 60),
    response=st.sampled_from(["CR", "SD", "PD", "NE"]),
)
def test_an_assessment_after_the_first_progression_changes_no_pfs(
    models, days, spread, response
):
    pfs = models.built("time_to_event")
    added = selected(
        models,
        "tumour_assessments",
        lambda name, kind: {
            "assessed_on": f"pfs.end_on + ({days} + hash(pfs.patient_id) % {spread})"
            "::int",
            "response_code": f"'{response}'",
            "is_adequate": f"{response != 'NE'}".lower(),
            "source_row_id": "'added ' || scans.source_row_id",
            "has_new_lesion": f"{response == 'PD'}".lower(),
        }.get(name, f"scans.{name}"),
    )
    scans = models.built("tumour_assessments")
    changed = {
        "tumour_assessments": f"from {scans} union all select {added} from {scans} "
        f"as scans join {pfs} as pfs using (patient_id) "
        "where pfs.exit_reason like 'progression%' and scans.is_scan"
    }
    models.run(changed, ["time_to_event"])

    query = (
        "select study_id, patient_id, rule_set_id, end_on, followup_days, is_event, "
        "exit_reason, deciding_row_id from {} where endpoint_code = 'pfs' order by all"
    )
    assert models.rows(query.format("again.time_to_event")) == models.rows(
        query.format(pfs)
    )


def test_all_dates_moved_by_four_years_change_nothing(models):
    def moved(column, kind):
        return f"({column} + {FOUR_YEARS})::date" if kind == "DATE" else None

    changed = {
        table: f"select {selected(models, table, moved)} from {models.built(table)}"
        for table in DATED_BY
    }
    columns = selected(
        models,
        PARAMETERS,
        lambda name, kind: (
            f"coalesce((try_cast(value as date) + {FOUR_YEARS})::date::varchar, value)"
            if name == "value"
            else None
        ),
    )
    changed[PARAMETERS] = f"select {columns} from {models.built(PARAMETERS)}"
    wanted = ["lx_vs_tbp__cohort", "tcga_brca__cohort", "lx_vs_tbp__eligibility"]
    wanted += ["lx_vs_tbp__worst_grades", "treatment_lines", "trastuzumab_resistances"]
    models.run(changed, wanted)

    for name in wanted:
        back = selected(
            models,
            name,
            lambda column, kind: (
                f"({column} - {FOUR_YEARS})::date" if kind == "DATE" else None
            ),
        )
        now = models.rows(f"from {models.built(name)} order by all")
        then = models.rows(f'select {back} from again."{name}" order by all')
        assert len(now) > 500 and then == now, name


def test_new_names_of_patients_and_records_change_nothing_else(models):
    def renamed(column, kind):
        is_name = column in ("patient_id", "record_id", "source_row_id", "treatment_id")
        return f"md5('new' || {column})" if is_name else None

    changed = {
        table: f"select {selected(models, table, renamed)} from {models.built(table)}"
        for table in DATED_BY
    }
    wanted = ["lx_vs_tbp__cohort", "tcga_brca__cohort", "lx_vs_tbp__eligibility"]
    wanted += ["lx_vs_tbp__worst_grades", "treatment_lines"]
    models.run(changed, wanted)

    for name in wanted:
        named = selected(models, name, renamed)
        now = models.rows(f"select {named} from {models.built(name)} order by all")
        then = models.rows(f'from again."{name}" order by all')
        assert len(now) > 500 and then == now, name
