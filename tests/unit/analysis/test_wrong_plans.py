"""What a plan gets wrong is refused, with the place and the remedy."""

import pytest

from oncohort.errors import BuildFailed, ConfigError

VARIANT = (
    "[arm]",
    """\
[[variants]]
id = "v"
label = "Variant"
rules = { days = 3 }
[arm]""",
)


def test_a_column_that_stands_twice_in_a_table_is_refused(tiny):
    tiny.write_plan(swap=('column = "is_prospective"', 'column = "age_group"'))
    with pytest.raises(BuildFailed, match="age_group"):
        tiny.analyse()
    twice = 'column = "age_group"\nlabel = "Again"\nunknown = "unknown"'
    twice += '\nlevels = [{ value = "lt50", label = "<" }, '
    twice += '{ value = "ge50", label = ">" }]\n[[analyses.variables]]\n'
    swap = ('column = "is_prospective"', twice + 'column = "is_prospective"')
    tiny.write_plan(swap=swap)
    with pytest.raises(BuildFailed, match="two results have the key tiny.t1.all.age_"):
        tiny.analyse()


def test_a_value_the_plan_does_not_name_is_refused(tiny):
    tiny.execute("update tiny.cohort set age_group = '50+' where patient_id = 'P1'")
    with pytest.raises(BuildFailed, match="holds '50\\+'"):
        tiny.analyse()


@pytest.mark.parametrize(
    ("swap", "where", "told"),
    [
        (("made_up = true", 'made_up = "yes"'), "made_up", "true if the patients"),
        (('title = "Flow"', 'titel = "Flow"'), "analyses.0", "titel"),
        (('reference = "B"', 'reference = "C"'), "arm.reference", "use one of: A, B"),
        (('endpoint = "pfs"', 'endpoint = "os"'), "analyses.2.endpoint", "pfs"),
        (('id = "t1"', 'id = "km"'), "analyses", "stands twice"),
        (('id = "t1"', 'id = "t.1"'), "analyses.1.id", "result id"),
        (('study_id = "tiny"', 'study_id = "big"'), "study_id", "use one of: tiny"),
        (("{ age_group = ", "{ 'age\" or' = "), "populations.1.filter", "of a column"),
        (("[arm]", "[arm"), "", "not readable as TOML"),
        (VARIANT, "variants", 'an analysis of kind "sensitivity"'),
        ((VARIANT[0], VARIANT[1].replace('"v"', '"as_planned"')), "variants.0.id", ""),
        ((VARIANT[0], VARIANT[1].replace("rules", "rule")), "variants.0", "rule"),
        (
            (VARIANT[0], VARIANT[1].replace("= 3", "= true")),
            "variants.0.rules.days",
            "as the CSV has it",
        ),
        (("time_to_event", "sensitivity"), "variants", "add it or them"),
    ],
)
def test_a_wrong_plan_names_file_key_and_remedy(tiny, swap, where, told):
    tiny.write_plan(swap=swap)
    with pytest.raises(ConfigError) as caught:
        tiny.analyse()

    assert caught.value.file.endswith("plan.toml")
    assert (caught.value.column or "") == where
    assert told in str(caught.value)


def test_a_filter_that_does_not_fit_its_column_is_refused(tiny):
    tiny.write_plan("young", swap=('age_group = ["lt50"]', 'pfs_days = ["long"]'))
    with pytest.raises(BuildFailed, match="analysis km of study tiny failed"):
        tiny.analyse()


def test_a_column_the_cohort_lacks_is_named_with_those_it_has(tiny):
    tiny.write_plan(swap=('time = "pfs_days"', 'time = "pfs_months"'))
    with pytest.raises(BuildFailed) as caught:
        tiny.analyse()
    assert caught.value.value == "pfs_months"
    assert "pfs_days" in caught.value.remedy
