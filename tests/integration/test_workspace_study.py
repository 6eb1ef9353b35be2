"""A study that lives in a workspace only: configuration, CSV and SQL, no Python."""

import duckdb
from workspaces import published

from oncohort.refresh import refresh
from oncohort.workspace import Workspace

SITE = """\
site_id: clinic
title: Clinic (made up)
language: en
made_up: true
source: made up for a test
files:
  - match: patients.csv
    tables:
      - table: patients
        columns: {record_no: no, sex: sex, birth_on: born}
      - table: diagnoses
        columns: {record_no: no, diagnosis: {value: primary}, diagnosed_on: found}
      - table: contacts
        columns: {record_no: no, contact_on: seen, vital_status: status}
"""
EXTRACT = """\
no,sex,born,found,seen,status
1,f,1960-01-01,2010-01-01,2012-01-01,alive
2,f,1950-01-01,2010-01-01,2011-01-01,dead
3,m,1955-01-01,2010-01-01,2015-01-01,alive
"""
PLAN = """\
study_id = "tiny"
title = "Tiny"
question = "Who lives longer?"
made_up = true
banner = "Made up."
[arm]
column = "arm"
label = "Sex"
reference = "male"
levels = [{ value = "female", label = "Female" }, { value = "male", label = "Male" }]
[[populations]]
id = "all"
label = "All"
confirmatory = false
[[endpoints]]
id = "os"
label = "Survival"
short = "OS"
event_label = "death"
start_label = "diagnosis"
time = "os_days"
event = "is_os_event"
[[analyses]]
id = "sens"
kind = "sensitivity"
title = "Another cut-off"
population = "all"
endpoint = "os"
[[variants]]
id = "earlier"
label = "Cut-off a year and a half earlier"
parameters = { data_cutoff = "2011-06-01" }
"""
STUDY = {
    "plan.toml": PLAN,
    "study_parameters.csv": "parameter,value,unit,reason,source\n"
    "data_cutoff,2019-12-31,date,last extract,made up\n",
    "study_sites.csv": "site_id\nclinic\n",
    "study_endpoints.csv": "endpoint_code,rule_set_id\nos,default\n",
    "cohort_steps.csv": "step_no,criterion\n0,Screened\n1,Diagnosed\n",
    "tiny__eligibility.sql": """\
select
    patient_id,
    site_id,
    cast(null as integer) as failed_step_no,
    cast(null as varchar) as reason
from {{ ref('patients') }}
where site_id = 'clinic'
""",
    "tiny__entries.sql": """\
select
    'tiny' as study_id,
    diagnoses.patient_id,
    diagnoses.site_id,
    patients.sex_code as arm,
    diagnoses.diagnosed_on as time_zero_on,
    cast(null as date) as first_drug_on
from {{ ref('diagnoses') }} as diagnoses
inner join {{ ref('patients') }} as patients
    on diagnoses.patient_id = patients.patient_id
where diagnoses.site_id = 'clinic'
""",
    "tiny__cohort_flow.sql": "{{ cohort_flow('tiny') }}\n",
    "tiny__cohort.sql": """\
select
    entries.patient_id,
    entries.arm,
    endpoints.followup_days as os_days,
    endpoints.is_event as is_os_event
from {{ ref('tiny__entries') }} as entries
inner join {{ ref('time_to_event') }} as endpoints
    on entries.patient_id = endpoints.patient_id
    and endpoints.study_id = 'tiny'
""",
}


def test_it_is_built_published_and_left_as_it_was(tmp_path):
    for name, text in {
        "sites/clinic/site.yml": SITE,
        "extracts/clinic/2020-01-01/patients.csv": EXTRACT,
        **{f"studies/tiny/{name}": text for name, text in STUDY.items()},
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    workspace = Workspace(tmp_path)

    refresh(workspace, say=lambda line: None)

    for name, text in STUDY.items():
        assert (tmp_path / "studies" / "tiny" / name).read_text("utf-8") == text
    database = duckdb.connect(str(published(workspace)), read_only=True)
    assert database.execute(
        "select arm, os_days, is_os_event from tiny.cohort order by os_days"
    ).fetchall() == [
        ("female", 365, True),
        ("female", 730, False),
        ("male", 1826, False),
    ]
    assert database.execute(
        "select step_no, n_in, n_out from tiny.cohort_flow order by step_no"
    ).fetchall() == [(0, 3, 0), (1, 3, 0)]
    # 516 days from 2010-01-01 to the variant's cut-off; the death came before it
    assert database.execute(
        "select field, planned_value, variant_value from analysis.variant_flips"
        " where variant_id = 'earlier' order by all"
    ).fetchall() == [("os_days", "1826", "516"), ("os_days", "730", "516")]
