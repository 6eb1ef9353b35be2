"""Variants of the tiny study; its models are made by hand, as dbt would give them."""

import duckdb
import pytest

from oncohort.analysis import run
from oncohort.analysis.plan import load_plan
from oncohort.analysis.store import StudyTables
from oncohort.analysis.variants import run_again
from oncohort.dbt_run import Model
from oncohort.errors import BuildFailed, ConfigError

RULES = '"working"."intermediate"."int_rule_sets__united"'
PARAMETERS = '"working"."intermediate"."int_study_parameters__united"'
TIMES, BEST = '"working"."core"."time_to_event"', '"working"."core"."best_responses"'
# As built: arm A P1-P4 with days 30, 90, 90, none; B P5-P8 with 20, 60, 150, 10.
# PFS also by rule set `early`, which censors P2 on day 50; benefit: SD of 60 days.
WAREHOUSE = f"""
create schema core; create schema intermediate;
create table {RULES} as select * from (values
    ('default', 'benefit_days', '60'), ('own', 'benefit_days', '70'),
    ('default', 'not_read', '1')) as t (rule_set_id, parameter, value);
create table {PARAMETERS} as select * from (values
    ('tiny', 'least_days', '0'), ('other', 'foreign', '1')
) as t (study_id, parameter, value);
create table core.time_to_event as
    select 'tiny' as study_id, 'pfs' as endpoint_code, 'default' as rule_set_id,
        patient_id, pfs_days, is_pfs_event from tiny.cohort
    union all
    select 'tiny', 'pfs', 'early', patient_id,
        case patient_id when 'P2' then 50 else pfs_days end,
        is_pfs_event and patient_id <> 'P2' from tiny.cohort;
create table core.best_responses as select 'tiny' as study_id,
    'default' as rule_set_id, * from (values ('P1', 'NE'), ('P2', 'SD'), ('P3', 'PR'),
    ('P4', null), ('P5', 'PD'), ('P6', 'SD'), ('P7', 'CR'), ('P8', 'NE')
    ) as t (patient_id, response);
create table tiny.people as select * from tiny.cohort;
"""
OUTCOMES = f"""
select people.* exclude (pfs_days, is_pfs_event), t.pfs_days, t.is_pfs_event,
    b.response, b.response in ('CR', 'PR') or (b.response = 'SD' and t.pfs_days >= (
        select max(cast(value as integer)) from {RULES}
        where parameter = 'benefit_days' and rule_set_id = 'default'
    )) as has_benefit
from "working"."tiny"."people" as people
join {TIMES} as t using (patient_id) join {BEST} as b using (patient_id)
where t.rule_set_id = coalesce(
    (select max(value) from {PARAMETERS} where parameter = 'pfs_rule_set'), 'default')
"""
COHORT_SQL = f"""
select * from "working"."tiny"."outcomes" where coalesce(pfs_days, 90) >= (
    select max(cast(value as integer)) from {PARAMETERS} where parameter = 'least_days')
"""
MODELS = [
    Model("int_rule_sets__united", RULES, "no SQL", frozenset()),
    Model("int_study_parameters__united", PARAMETERS, "no SQL", frozenset()),
    Model("time_to_event", TIMES, "no SQL", frozenset()),
    Model(
        "tiny__outcomes",
        '"working"."tiny"."outcomes"',
        OUTCOMES,
        frozenset({"time_to_event", "int_rule_sets__united"})
        | {"int_study_parameters__united"},
    ),
    Model(
        "tiny__cohort",
        '"working"."tiny"."cohort"',
        COHORT_SQL,
        frozenset({"tiny__outcomes", "int_study_parameters__united"}),
    ),
    Model("other__cohort", '"working"."o"."c"', "no SQL", frozenset({"tiny__cohort"})),
]
PLANNED = """\
horizon_months = 6
tick_months = 2
landmark_months = [2]
"""
SENSITIVITY = """
[[analyses]]
id = "sens"
kind = "sensitivity"
title = "Definitions"
population = "all"
endpoint = "pfs"
response = "response"
responders = ["CR", "PR"]
not_evaluable = ["NE"]
benefit = "has_benefit"
[[variants]]
id = "v"
label = "Variant"
"""


@pytest.fixture
def varied(tiny, monkeypatch):
    """The tiny study, built by its models."""
    tiny.execute(WAREHOUSE)
    for model in MODELS[3:5]:
        tiny.execute(f"create or replace table {model.relation} as {model.sql}")
    monkeypatch.setattr(run, "compiled_models", lambda workspace: MODELS)

    def analysed(changes):
        tiny.write_plan(swap=(PLANNED, PLANNED + SENSITIVITY + changes))
        tiny.analyse()
        return tiny.query(
            "select patient_id, field, planned_value, variant_value"
            " from analysis.variant_flips where variant_id = 'v' order by all"
        )

    tiny.analysed = analysed
    return tiny


def test_a_changed_rule_flips_whom_it_should(varied):
    # SD: P2 has 90 days, P6 60; more than 60 wanted leaves P2
    flips = varied.analysed("rules = { benefit_days = 61 }")

    assert flips == [("P6", "has_benefit", "true", "false")]
    assert varied.text("sens.all.patients.v.all.n_changed") == "1"
    assert varied.text("sens.all.has_benefit.v.all.n_changed") == "1"
    assert varied.text("sens.all.pfs_days.v.all.n_changed") == "0"
    # evaluable: A P2, P3 (P4 has no response); B P5, P6, P7
    assert varied.text("sens.all.cbr.as_planned.B.percent") == "66.7"
    assert varied.text("sens.all.cbr.v.B.percent") == "33.3"
    assert varied.text("sens.all.cbr.v.A.percent") == "100.0"
    assert varied.text("sens.all.orr.v.A.percent") == "50.0"
    # nothing else moves
    for name in ("hazard_ratio", "n", "n_events"):
        planned = varied.text(f"sens.all.pfs.as_planned.all.{name}")
        assert planned is not None
        assert varied.text(f"sens.all.pfs.v.all.{name}") == planned
    ratio = varied.text("sens.all.pfs.as_planned.all.hazard_ratio")
    assert ratio == varied.text("km.all.pfs.overall.all.hazard_ratio")


def test_another_rule_set_of_an_endpoint(varied):
    flips = varied.analysed('endpoints = { pfs = "early" }')

    assert flips == [
        ("P2", "has_benefit", "true", "false"),
        ("P2", "is_pfs_event", "true", "false"),
        ("P2", "pfs_days", "90", "50"),
    ]
    assert varied.text("sens.all.patients.v.all.n_changed") == "1"
    # A: the event of day 30 alone is left, of three with a time
    assert varied.text("sens.all.pfs.v.A.n_events") == "1"
    # S = 2/3 after day 30 and stays there
    assert varied.text("sens.all.pfs.v.A.median") == "not reached"


def test_who_leaves_counts_once_and_under_no_value(varied):
    flips = varied.analysed("parameters = { least_days = 25 }")

    assert flips == [("P5", "cohort", "in", "out"), ("P8", "cohort", "in", "out")]
    assert varied.text("sens.all.cohort.v.all.n_left") == "2"
    assert varied.text("sens.all.cohort.v.all.n_entered") == "0"
    assert varied.text("sens.all.patients.v.B.n") == "2"
    assert varied.text("sens.all.patients.v.all.n") == "6"


def test_who_enters_is_found_too(varied):
    varied.execute(f"update {PARAMETERS} set value = '25' where study_id = 'tiny'")
    varied.execute(f"create or replace table tiny.cohort as {COHORT_SQL}")
    flips = varied.analysed("parameters = { least_days = 20 }")

    assert flips == [("P5", "cohort", "out", "in")]
    assert varied.text("sens.all.cohort.v.all.n_entered") == "1"


def test_a_ratio_that_is_not_estimable_says_so(varied):
    # of B only P7 is left, who has its event after all of A: no finite ratio
    varied.analysed("parameters = { least_days = 70 }")

    assert varied.text("sens.all.pfs.v.all.hazard_ratio") == "not estimable"
    assert varied.text("sens.all.pfs.as_planned.all.hazard_ratio") != "not estimable"


def test_the_working_database_stays_as_it_was(varied):
    before = varied.query(f"select * from {RULES} order by all")
    cohort = varied.query("select * from tiny.cohort order by all")
    varied.analysed("rules = { benefit_days = 61 }\nparameters = { least_days = 25 }")

    assert varied.query(f"select * from {RULES} order by all") == before
    assert varied.query("select * from tiny.cohort order by all") == cohort


def test_of_what_runs_again_only_what_is_wanted_is_kept(varied):
    varied.analysed("rules = { benefit_days = 61 }")
    plan = load_plan(varied.plan)
    kept = "select table_name from duckdb_tables() where database_name = ?"
    with duckdb.connect(str(varied.working_db)) as connection:
        data = StudyTables(connection, "tiny", models=MODELS)
        with run_again(plan, plan.variants[0], data) as again:
            found = connection.execute(kept, [again.catalog]).fetchall()
    assert found == [("cohort",)]


@pytest.mark.parametrize(
    ("changes", "key", "value", "told"),
    [
        ("rules = { benefit = 61 }", "rules.benefit", "61", "benefit_days, not_read"),
        ("parameters = { least = 1 }", "parameters.least", "1", "one of: least_days"),
        ("parameters = { foreign = 2 }", "parameters.foreign", "2", "least_days"),
        (
            'endpoints = { pfs = "late" }',
            "endpoints.pfs",
            "late",
            "pfs = default, pfs = early; or add the row 'pfs,late' to",
        ),
        (
            'endpoints = { cns = "default" }',
            "endpoints.cns",
            "default",
            "bor = default",
        ),
        ('rules = { benefit_days = "long" }', "rules.benefit_days", "long", "'long'"),
        ("parameters = { least_days = 999 }", "parameters.least_days", "999", "nobody"),
    ],
)
def test_a_variant_that_cannot_be_is_refused(varied, changes, key, value, told):
    with pytest.raises(ConfigError) as caught:
        varied.analysed(changes)

    assert caught.value.file.endswith("plan.toml")
    assert (caught.value.column, caught.value.value) == (f"variants: v: {key}", value)
    assert told in str(caught.value)
    # nothing is left attached, nothing was written
    assert varied.analysed("rules = { benefit_days = 61 }")


def test_a_variant_that_the_cohort_is_not_made_of_is_refused(varied, monkeypatch):
    alone = MODELS[4]._replace(parents=frozenset())
    monkeypatch.setattr(run, "compiled_models", lambda workspace: [*MODELS[:4], alone])
    with pytest.raises(ConfigError, match="is made without what it changes"):
        varied.analysed("rules = { benefit_days = 61 }")


def test_a_database_older_than_its_models_is_refused(varied):
    varied.execute("update tiny.cohort set has_benefit = false where patient_id = 'P2'")
    with pytest.raises(BuildFailed, match="make another tiny.cohort") as caught:
        varied.analysed("rules = { benefit_days = 61 }")
    assert "oncohort build" in caught.value.remedy


def test_dbt_is_not_asked_for_a_cohort_that_holds_nobody(varied, monkeypatch):
    varied.execute("delete from tiny.cohort")
    monkeypatch.setattr(run, "compiled_models", lambda workspace: pytest.fail("asked"))

    assert varied.analysed("rules = { benefit_days = 61 }") == []
