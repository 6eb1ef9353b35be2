import re

import pytest

from oncohort import __version__
from oncohort.analysis import analyse
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


def test_counts_shares_and_the_unknown_add_up(tiny):
    analyse(tiny, say=lambda line: None)

    assert tiny.text("t1.all.patients.overall.A.n") == "4"
    assert tiny.text("t1.all.age_group.lt50.A.n") == "2"
    assert tiny.text("t1.all.age_group.lt50.A.percent") == "50.0"
    # 'unknown' in words and a missing value are one row
    assert tiny.text("t1.all.age_group.unknown.A.n") == "1"
    assert tiny.text("t1.all.age_group.unknown.B.n") == "1"
    assert tiny.text("t1.all.age_group.overall.B.n_known") == "3"
    # a missing yes/no is a row of its own, counted once
    assert tiny.text("t1.all.is_prospective.unknown.all.n") == "1"
    sums = tiny.query(
        "select variable, arm, sum(value) from analysis.results"
        " where analysis_id = 't1' and statistic = 'n' and variable <> 'patients'"
        " group by all"
    )
    assert {(arm, n) for _, arm, n in sums} == {("A", 4), ("B", 4), ("all", 8)}


def test_small_tables_get_the_exact_test_and_say_so(tiny):
    analyse(tiny, say=lambda line: None)
    ((method,),) = tiny.query(
        "select method from analysis.results"
        " where result_id = 'tiny.t1.all.age_group.overall.all.p_value_known'"
    )
    assert method.startswith("Fisher's exact test")
    # margins 4, 2 and 3, 3; the observed 2 of 3 is the most probable table
    assert tiny.text("t1.all.age_group.overall.all.p_value_known") == "1.000"


def test_patients_without_a_time_are_left_out_and_counted(tiny):
    analyse(tiny, say=lambda line: None)

    assert tiny.text("km.all.pfs.overall.A.n") == "3"
    assert tiny.text("km.all.pfs.overall.A.n_without_time") == "1"
    # A: S = 2/3 after day 30, 1/3 after day 90: median 90 days = 2.957 months
    assert tiny.text("km.all.pfs.overall.A.median") == "3.0"
    assert tiny.text("km.all.pfs.month_2.A.survival") == "66.7"
    assert tiny.text("km.all.pfs.overall.A.median_ci_high") == "not reached"


def test_survival_is_not_estimable_beyond_the_last_patient(tiny):
    tiny.write_plan(swap=("landmark_months = [2]", "landmark_months = [3, 5]"))
    analyse(tiny, say=lambda line: None)

    # A ends on day 90 (2.96 months) with a censored patient; B on day 150 with an event
    assert tiny.text("km.all.pfs.month_3.A.survival") == "not estimable"
    assert tiny.text("km.all.pfs.month_5.B.survival") == "0.0"


def test_a_population_is_a_filter(tiny):
    tiny.write_plan(population="young")
    analyse(tiny, say=lambda line: None)

    assert tiny.text("km.young.pfs.overall.all.n") == "4"
    assert tiny.text("km.all.pfs.overall.all.n") is None


def test_the_flow_adds_up_per_site_and_reason(tiny):
    analyse(tiny, say=lambda line: None)

    assert tiny.text("flow.all.step_0.overall.all.n_in") == "10"
    assert tiny.text("flow.all.step_1.overall.all.n_left") == "8"
    assert tiny.text("flow.all.step_1.not_female.all.n_out") == "1"
    assert tiny.text("flow.s2.step_1.overall.all.n_left") == "5"


def test_a_flow_that_does_not_add_up_is_refused_and_nothing_written(tiny):
    tiny.execute("update tiny.cohort_flow set n_in = n_in + 1 where step_no = 0")
    with pytest.raises(BuildFailed, match="12 patients remain before step 1, but 10"):
        analyse(tiny)
    assert not tiny.query(
        "select * from duckdb_schemas() where schema_name = 'analysis'"
    )


def test_a_second_run_replaces_the_first(tiny):
    analyse(tiny, say=lambda line: None)
    first = tiny.query("select * from analysis.results order by all")
    analyse(tiny, say=lambda line: None)

    assert tiny.query("select * from analysis.results order by all") == first
    ((n, n_ids),) = tiny.query(
        "select count(*), count(distinct result_id) from analysis.results"
    )
    assert n == n_ids > 0


def test_rows_of_a_study_that_is_gone_go_too(tiny):
    analyse(tiny, say=lambda line: None)
    tiny.study_dirs = dict
    analyse(tiny, say=lambda line: None)

    for table in ("results", "survival_curves", "numbers_at_risk", "published_vs_ours"):
        assert tiny.query(f"select * from analysis.{table}") == []


def test_a_larger_sparse_table_keeps_chi_square_and_says_so(tiny):
    swap = ('{ value = "ge50"', '{ value = "mid", label = "50" }, { value = "ge50"')
    tiny.write_plan(swap=swap)
    tiny.execute("update tiny.cohort set age_group = 'mid' where patient_id = 'P6'")
    analyse(tiny, say=lambda line: None)
    ((method,),) = tiny.query(
        "select method from analysis.results"
        " where result_id = 'tiny.t1.all.age_group.overall.all.p_value_known'"
    )
    assert method.startswith("Pearson's chi-square, uncorrected (an expected count is")


def test_every_result_names_its_method_and_source(tiny):
    analyse(tiny, say=lambda line: None)
    methods = tiny.query("select distinct method, source_model from analysis.results")

    for method, source in methods:
        assert re.search(rf"oncohort {re.escape(__version__)}\b", method), method
        assert source.startswith("tiny.")
    (cox,) = [method for method, _ in methods if "Cox" in method]
    for word in ("A against B", "Efron", "Wald", "two-sided", "numpy 2."):
        assert word in cox


def test_numbers_at_risk_and_curves_have_a_row_per_arm_and_time(tiny):
    analyse(tiny, say=lambda line: None)

    assert tiny.query(
        "select time_months, n_at_risk, n_censored_so_far from analysis.numbers_at_risk"
        " where arm = 'B' order by all"
    ) == [(0.0, 4, 0), (2.0, 1, 1), (4.0, 1, 1), (6.0, 0, 1)]
    ((time, survival),) = tiny.query(
        "select time, survival from analysis.survival_curves"
        " where arm = 'B' and n_censored > 0"
    )
    assert (time, survival) == (10, 1)


def test_who_leaves_on_the_day_a_period_starts_is_still_at_risk(tiny):
    # months of 30 days: in B somebody has the event on day 60, the start of month 2
    tiny.write_plan(swap=("[arm]", "[units]\ndays_per_month = 30\n[arm]"))
    analyse(tiny, say=lambda line: None)

    found = tiny.query(
        "select time_months, n_at_risk, n_censored_so_far from analysis.numbers_at_risk"
        " where arm = 'B' order by all"
    )
    assert found == [(0.0, 4, 0), (2.0, 2, 1), (4.0, 1, 1), (6.0, 0, 1)]
    # events at 20, 60, 150: at risk + censored so far + events so far = all four
    events = [0, 1, 2, 3]
    assert [sum(row[1:]) + n for row, n in zip(found, events, strict=True)] == [4] * 4


def test_a_column_that_stands_twice_in_a_table_is_refused(tiny):
    tiny.write_plan(swap=('column = "is_prospective"', 'column = "age_group"'))
    with pytest.raises(BuildFailed, match="age_group"):
        analyse(tiny)
    twice = 'column = "age_group"\nlabel = "Again"\nunknown = "unknown"'
    twice += '\nlevels = [{ value = "lt50", label = "<" }, '
    twice += '{ value = "ge50", label = ">" }]\n[[analyses.variables]]\n'
    swap = ('column = "is_prospective"', twice + 'column = "is_prospective"')
    tiny.write_plan(swap=swap)
    with pytest.raises(BuildFailed, match="two results have the key tiny.t1.all.age_"):
        analyse(tiny)


def test_a_study_whose_cohort_holds_nobody_says_so(tiny):
    tiny.execute("delete from tiny.cohort")
    said = []
    analyse(tiny, say=said.append)

    assert "the cohort holds nobody" in said[0]
    assert tiny.text("t1.all.patients.overall.A.n") is None


def test_an_analysis_may_read_another_table_and_arm(tiny):
    tiny.execute(
        "create table tiny.early as"
        " select * exclude (arm), arm as first_arm from tiny.cohort where pfs_days < 70"
    )
    swap = ('title = "PFS"', 'title = "PFS"\ntable = "early"\narm_column = "first_arm"')
    tiny.write_plan(swap=swap)
    analyse(tiny, say=lambda line: None)

    assert tiny.text("km.all.pfs.overall.all.n") == "4"
    assert tiny.query(
        "select distinct source_model from analysis.results where analysis_id = 'km'"
    ) == [("tiny.early",)]


def test_a_study_that_is_not_built_is_skipped(tiny):
    tiny.execute("drop table tiny.cohort")
    said = []
    analyse(tiny, say=said.append)
    assert said == ["tiny: no table tiny.cohort yet, not analysed"]


def test_a_value_the_plan_does_not_name_is_refused(tiny):
    tiny.execute("update tiny.cohort set age_group = '50+' where patient_id = 'P1'")
    with pytest.raises(BuildFailed, match="holds '50\\+'"):
        analyse(tiny)


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
        analyse(tiny)

    assert caught.value.file.endswith("plan.toml")
    assert (caught.value.column or "") == where
    assert told in str(caught.value)


def test_a_filter_that_does_not_fit_its_column_is_refused(tiny):
    tiny.write_plan("young", swap=('age_group = ["lt50"]', 'pfs_days = ["long"]'))
    with pytest.raises(BuildFailed, match="analysis km of study tiny failed"):
        analyse(tiny)


def test_a_column_the_cohort_lacks_is_named_with_those_it_has(tiny):
    tiny.write_plan(swap=('time = "pfs_days"', 'time = "pfs_months"'))
    with pytest.raises(BuildFailed) as caught:
        analyse(tiny)
    assert caught.value.value == "pfs_months"
    assert "pfs_days" in caught.value.remedy


def test_patients_who_enter_late_are_at_risk_from_then_on(tiny):
    tiny.execute("alter table tiny.cohort add column entry_days integer default 0")
    tiny.execute("update tiny.cohort set entry_days = 25 where patient_id = 'P6'")
    event = 'event = "is_pfs_event"\n'
    tiny.write_plan(swap=(event, f'{event}entry = "entry_days"\n'))

    analyse(tiny, say=lambda line: None)

    # arm B by hand: P8 censored at 10; P5 dies at 20 among P5, P7, for P6 is not there
    # yet; P6 at 60 among P6, P7; P7 at 150 alone: 1/2, 1/4, 0
    steps = tiny.query(
        "select time, n_at_risk, survival from analysis.survival_curves"
        " where arm = 'B' order by time"
    )
    assert steps == [(10, 3, 1), (20, 2, 0.5), (60, 2, 0.25), (150, 1, 0)]
    # at the start three, after two months (60.875 days) only P7
    at_risk = tiny.query(
        "select time_months, n_at_risk from analysis.numbers_at_risk where arm = 'B'"
    )
    assert at_risk == [(0, 3), (2, 1), (4, 1), (6, 0)]
    ((method,),) = tiny.query(
        "select distinct method from analysis.results where statistic = 'hazard_ratio'"
    )
    assert "delayed entry" in method


def test_who_enters_after_leaving_stops_the_analysis(tiny):
    tiny.execute("alter table tiny.cohort add column entry_days integer default 0")
    tiny.execute("update tiny.cohort set entry_days = 60 where patient_id = 'P6'")
    event = 'event = "is_pfs_event"\n'
    tiny.write_plan(swap=(event, f'{event}entry = "entry_days"\n'))

    with pytest.raises(BuildFailed, match="entry_days is missing or not before"):
        analyse(tiny, say=lambda line: None)
