"""Kinds of analysis for a paper's tables, on eight patients (see `tiny_study`)."""

import pytest

from oncohort.errors import BuildFailed, ConfigError

PROPORTIONS = """
[[analyses]]
id = "rate"
kind = "proportions"
title = "Rate"
population = "young"
[[analyses.variables]]
column = "is_prospective"
label = "Collected"
levels = [{ value = true, label = "Prospective" }]
"""
ADVERSE_EVENTS = """
[[analyses]]
id = "ae"
kind = "adverse_events"
title = "Adverse events"
population = "all"
events = "worst_grades"
term = "term_group"
grade = "worst_grade"
[[analyses.terms]]
value = "rash"
label = "Rash"
[[analyses.terms]]
value = "fever"
label = "Fever"
"""
WORST_GRADES = """
create table tiny.worst_grades as select * from (values
    ('P1', 'rash', 2), ('P1', 'fever', 3), ('P2', 'rash', 4), ('P5', 'rash', 1),
    ('P6', 'fever', null), ('gone', 'rash', 4)
) as t (patient_id, term_group, worst_grade)
"""
COMPETING = """
[[endpoints]]
id = "brain"
label = "Brain"
short = "Brain"
event_label = "brain"
start_label = "start"
time = "pfs_days"
event = "is_brain"
exit = "role"
[[analyses]]
id = "brain"
kind = "competing_events"
title = "Brain"
population = "all"
endpoint = "brain"
landmark_months = [1]
"""
ROLES = """
alter table tiny.cohort add column role varchar;
alter table tiny.cohort add column is_brain boolean;
update tiny.cohort set role = case
    when patient_id in ('P1', 'P6') then 'event' when is_pfs_event then 'competing'
    when pfs_days is not null then 'censor' end;
update tiny.cohort set is_brain = role = 'event' where role is not null
"""
MODEL = """
[[analyses]]
id = "model"
kind = "multivariable"
title = "Model"
population = "all"
endpoint = "pfs"
interaction = "age_group"
[[analyses.variables]]
column = "age_group"
label = "Age"
unknown = "unknown"
levels = [{ value = "lt50", label = "<50" }, { value = "ge50", label = "≥50" }]
"""
DEFINITIONS = """
[[analyses]]
id = "def"
kind = "definitions"
title = "Definitions"
[[analyses.definitions]]
id = "benefit"
label = "Benefit"
unit = "months"
rule = "sd_days"
is_in_days = true
[[analyses.definitions]]
id = "line"
label = "Line"
unit = "line"
parameter = "max_line"
"""
RULES = """
create schema intermediate;
create table intermediate.int_rule_sets__united as
    select 'default' as rule_set_id, 'sd_days' as parameter, '182.625' as value
    union all select 'other', 'sd_days', '1';
create table intermediate.int_study_parameters__united as
    select 'tiny' as study_id, 'max_line' as parameter, '3' as value
    union all select 'other', 'max_line', '9'
"""


def run(tiny, text, *statements):
    tiny.write_plan(more=text)
    for statement in statements:
        tiny.execute(statement)
    tiny.analyse()


def texts(tiny, prefix, *endings):
    return [tiny.text(f"{prefix}.{ending}") for ending in endings]


def test_shares_have_exact_limits_and_two_tests(tiny):
    run(tiny, PROPORTIONS)

    # of those under 50, 1 of 2 on A and 1 of 2 on B
    own = "rate.young.is_prospective.yes"
    assert texts(tiny, own, "A.n", "A.percent", "all.n") == ["1", "50.0", "2"]
    # Clopper-Pearson of 1 in 2: 1 - 0.975^(1/2) and 0.975^(1/2)
    limits = texts(tiny, own, "A.percent_ci_low", "A.percent_ci_high")
    assert limits == ["1.3", "98.7"]
    tests = texts(tiny, own, "all.difference", "all.p_value", "all.p_value_fisher")
    assert tests == ["0.0", "1.000", "1.000"]


def test_a_share_needs_everybody(tiny):
    with pytest.raises(BuildFailed, match="is_prospective is missing in 1 patients"):
        run(tiny, PROPORTIONS.replace("young", "all"))


def test_worst_grades_count_each_patient_once(tiny):
    run(tiny, ADVERSE_EVENTS, WORST_GRADES)

    def cells(term, band):
        return texts(tiny, f"ae.all.{term}.{band}", "A.n", "B.n")

    assert cells("rash", "any") == ["2", "1"]
    assert cells("rash", "g1_2") == ["1", "1"]
    assert cells("rash", "g3_4") == ["1", "0"]
    # P1 is in by the worst of both terms
    assert cells("any_term", "any") == ["2", "2"]
    assert cells("any_term", "g1_2") == ["0", "1"]
    assert cells("any_term", "g3_4") == ["2", "0"]
    assert tiny.text("ae.all.any_term.g1_2.A.n_events") == "1"
    # an event without grade is one of any grade; a band that nobody has is not shown
    assert cells("fever", "grade_unknown") == ["0", "1"]
    assert cells("fever", "g5") == [None, None]
    # of all asked about, not of those with an event
    assert tiny.text("ae.all.rash.any.A.percent") == "50.0"


def test_no_term_is_lost(tiny):
    without = ADVERSE_EVENTS.partition('[[analyses.terms]]\nvalue = "fever"')[0]
    with pytest.raises(BuildFailed, match="holds the terms fever"):
        run(tiny, without, WORST_GRADES)


def test_what_competes_is_not_censored(tiny):
    run(tiny, COMPETING, *ROLES.split(";"))

    own = "brain.all.brain"
    sizes = ("overall.A.n", "overall.A.n_events", "overall.A.n_competing")
    # P1 event, P2 competing, P3 censored; P4 has no time
    assert texts(tiny, own, *sizes) == ["3", "1", "1"]
    # A: 1 of 3 by day 30; B: P8 leaves on day 10, then 1 of 3 competes on day 20
    months = ("event_month_1.A.incidence", "competing_month_1.B.incidence")
    assert texts(tiny, own, *months) == ["33.3", "33.3"]

    with pytest.raises(BuildFailed, match="column role holds lost"):
        run(
            tiny,
            COMPETING,
            "update tiny.cohort set role = 'lost' where role = 'censor'",
        )


def test_a_model_says_who_is_in_it_and_what_cannot_be_crossed(tiny):
    run(tiny, MODEL)
    # P4 has no time, P8 no age: a level of its own, or out
    assert tiny.text("model.all.patients.overall.all.n") == "7"
    assert tiny.text("model.all.age_group.unknown.all.n") == "1"
    run(tiny, MODEL.replace("[[analyses.v", "complete_cases = true\n[[analyses.v"))
    assert tiny.text("model.all.patients.overall.all.n") == "6"
    # no event among the older on A: no finite ratio, and the plan runs all the same
    assert tiny.text("model.all.arm.overall.all.hazard_ratio") == "not estimable"

    with pytest.raises(
        BuildFailed, match="interaction is_prospective has no two levels"
    ):
        run(
            tiny,
            MODEL.replace(
                'interaction = "age_group"', 'interaction = "is_prospective"'
            ),
        )


def test_definitions_are_the_rules_in_force(tiny):
    run(tiny, DEFINITIONS, *RULES.split(";"))
    found = texts(
        tiny, "def.all", "benefit.overall.all.value", "line.overall.all.value"
    )
    assert found == ["6", "3"]
    assert tiny.text("def.all.alpha.overall.all.value") == "0.05"

    with pytest.raises(BuildFailed, match="default has no 'other'"):
        run(tiny, DEFINITIONS.replace("sd_days", "other"))
    with pytest.raises(ConfigError, match="plan is wrong"):
        run(tiny, DEFINITIONS.replace('rule = "sd_days"\n', ""))
