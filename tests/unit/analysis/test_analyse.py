import re

import pytest

from oncohort import __version__
from oncohort.analysis import analyse
from oncohort.errors import BuildFailed


def test_counts_shares_and_the_unknown_add_up(tiny):
    tiny.analyse()

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
    tiny.analyse()
    ((method,),) = tiny.query(
        "select method from analysis.results"
        " where result_id = 'tiny.t1.all.age_group.overall.all.p_value_known'"
    )
    assert method.startswith("Fisher's exact test")
    # margins 4, 2 and 3, 3; the observed 2 of 3 is the most probable table
    assert tiny.text("t1.all.age_group.overall.all.p_value_known") == "1.000"


def test_the_first_ratio_is_said_at_once(tiny):
    said = []
    analyse(tiny, say=said.append)
    of = "km.all.pfs.overall.all.hazard_ratio"
    shown = [tiny.text(f"{of}{end}") for end in ("", "_ci_low", "_ci_high")]

    assert said[0].endswith("results; km: hazard ratio {} ({} to {})".format(*shown))


def test_a_population_is_a_filter(tiny):
    tiny.write_plan(population="young")
    tiny.analyse()

    assert tiny.text("km.young.pfs.overall.all.n") == "4"
    assert tiny.text("km.all.pfs.overall.all.n") is None


def test_the_flow_adds_up_per_site_and_reason(tiny):
    tiny.analyse()

    assert tiny.text("flow.all.step_0.overall.all.n_in") == "10"
    assert tiny.text("flow.all.step_1.overall.all.n_left") == "8"
    assert tiny.text("flow.all.step_1.not_female.all.n_out") == "1"
    assert tiny.text("flow.s2.step_1.overall.all.n_left") == "5"


def test_a_flow_that_does_not_add_up_is_refused_and_nothing_written(tiny):
    tiny.execute("update tiny.cohort_flow set n_in = n_in + 1 where step_no = 0")
    with pytest.raises(BuildFailed, match="12 patients remain before step 1, but 10"):
        tiny.analyse()
    assert not tiny.query(
        "select * from duckdb_schemas() where schema_name = 'analysis'"
    )


def test_a_second_run_replaces_the_first(tiny):
    tiny.analyse()
    first = tiny.query("select * from analysis.results order by all")
    tiny.analyse()

    assert tiny.query("select * from analysis.results order by all") == first
    ((n, n_ids),) = tiny.query(
        "select count(*), count(distinct result_id) from analysis.results"
    )
    assert n == n_ids > 0


def test_rows_of_a_study_that_is_gone_go_too(tiny):
    tiny.analyse()
    tiny.study_dirs = dict
    tiny.analyse()

    for table in ("results", "survival_curves", "numbers_at_risk", "published_vs_ours"):
        assert tiny.query(f"select * from analysis.{table}") == []


def test_a_larger_sparse_table_keeps_chi_square_and_says_so(tiny):
    swap = ('{ value = "ge50"', '{ value = "mid", label = "50" }, { value = "ge50"')
    tiny.write_plan(swap=swap)
    tiny.execute("update tiny.cohort set age_group = 'mid' where patient_id = 'P6'")
    tiny.analyse()
    ((method,),) = tiny.query(
        "select method from analysis.results"
        " where result_id = 'tiny.t1.all.age_group.overall.all.p_value_known'"
    )
    assert method.startswith("Pearson's chi-square, uncorrected (an expected count is")


def test_every_result_names_its_method_and_source(tiny):
    tiny.analyse()
    methods = tiny.query("select distinct method, source_model from analysis.results")

    for method, source in methods:
        assert re.search(rf"oncohort {re.escape(__version__)}\b", method), method
        assert source.startswith("tiny.")
    (cox,) = [method for method, _ in methods if "Cox" in method]
    for word in ("A against B", "Efron", "Wald", "two-sided", "numpy 2."):
        assert word in cox


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
    tiny.analyse()

    assert tiny.text("km.all.pfs.overall.all.n") == "4"
    assert tiny.query(
        "select distinct source_model from analysis.results where analysis_id = 'km'"
    ) == [("tiny.early",)]


def test_a_study_that_is_not_built_is_skipped(tiny):
    tiny.execute("drop table tiny.cohort")
    said = []
    analyse(tiny, say=said.append)
    assert said == ["tiny: no table tiny.cohort yet, not analysed"]
