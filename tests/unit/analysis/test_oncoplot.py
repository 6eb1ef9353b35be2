"""Five samples, four altered; counted by hand."""

import pytest

from oncohort.errors import BuildFailed, ConfigError

TABLES = """
create table tiny.samples as select * from (values
    ('s1', 'brain', 'positive', 1.0), ('s2', 'brain', 'positive', 3.0),
    ('s3', 'liver', 'positive', 2.0), ('s4', 'liver', 'positive', null),
    ('s5', 'liver', 'positive', 8.0), ('s6', 'liver', 'negative', 9.0),
    ('s7', 'bone', 'positive', 9.0)
) as t (sample_id, organ, her2, burden);
create table tiny.alterations as select * from (values
    ('s1', 'TP53', 'missense'), ('s1', 'TP53', 'nonsense'), ('s2', 'TP53', 'missense'),
    ('s3', 'TP53', 'frameshift'), ('s3', 'NKX2-1', 'missense'),
    ('s4', 'ATM', 'missense'), ('s6', 'TP53', 'missense'), ('s7', 'ATM', 'missense')
) as t (sample_id, gene, class);
"""
ABOUT = """population = "her2"
table = "samples"
arm_column = "organ"
groups = [{ value = "brain", label = "Brain" }, { value = "liver", label = "Liver" }]
"""
MARKS = (
    (
        'marks = { table = "alterations", key = "sample_id", row = "gene",'
        ' kind = "class", row_label = "genes", unit_label = "samples" }\n'
    )
    + """mark_kinds = [
  { id = "missense", label = "Missense", values = ["missense"] },
  { id = "truncating", label = "Truncating", values = ["nonsense", "frameshift"] },
]
"""
)
MEASURES = (
    'measures = [{ column = "burden", label = "Burden", unit = "per Mb",'
    " decimals = 2 }]\n"
)
PLAN = f"""
[[analyses]]
id = "plot"
kind = "oncoplot"
title = "Plot"
rows_shown = 2
{ABOUT}{MARKS}{MEASURES}
[[analyses]]
id = "kinds"
kind = "distribution"
title = "Kinds"
{ABOUT}{MARKS}
[[analyses]]
id = "both"
kind = "group_comparison"
title = "Both"
{ABOUT}{MEASURES}"""
POPULATION = """[[populations]]
id = "her2"
label = "HER2-positive samples"
confirmatory = false
filter = { her2 = ["positive"] }
[[endpoints]]"""


@pytest.fixture
def genomic(tiny):
    tiny.execute(TABLES)
    tiny.write_plan(swap=("[[endpoints]]", POPULATION), more=PLAN)
    return tiny


def test_altered_samples_per_gene_and_group(genomic):
    genomic.analyse()

    # s6 is negative, s7 of no group; s5 has nothing altered
    assert genomic.text("plot.her2.samples.overall.brain.n") == "2"
    assert genomic.text("plot.her2.samples.overall.liver.n") == "3"
    assert genomic.text("plot.her2.gene.any.all.n") == "4"
    # two kinds in one sample are one altered sample
    assert genomic.text("plot.her2.gene.TP53.brain.n") == "2"
    assert genomic.text("plot.her2.gene.TP53.liver.percent") == "33.3"
    assert genomic.text("plot.her2.gene.TP53.all.percent") == "60.0"
    # ATM and NKX2-1 in one sample each: the alphabet decides who is shown
    shown = genomic.query(
        "select distinct level from analysis.results where analysis_id = 'plot'"
        " and variable = 'gene' order by level"
    )
    assert shown == [("ATM",), ("TP53",), ("any",)]


def test_kinds_are_shares_of_the_groups_alterations(genomic):
    genomic.analyse()

    # brain: missense in s1 and s2, nonsense in s1; liver: 1 frameshift, 2 missense
    assert genomic.text("kinds.her2.class.overall.brain.n") == "3"
    assert genomic.text("kinds.her2.class.missense.brain.percent") == "66.7"
    assert genomic.text("kinds.her2.class.truncating.liver.n") == "1"
    assert genomic.text("kinds.her2.class.missense.all.n") == "4"


def test_two_groups_by_quartiles_and_ranks(genomic):
    genomic.analyse()

    assert genomic.text("both.her2.burden.overall.brain.median") == "2.00"
    # 2 and 8; one is missing
    assert genomic.text("both.her2.burden.overall.liver.q1") == "3.50"
    assert genomic.text("both.her2.burden.overall.liver.n_missing") == "1"
    # ranks 1, 3 against 2, 4: of the 6 ways to choose two ranks 4 are as far or farther
    # from the middle, exact P 4 / 6
    assert genomic.text("both.her2.burden.overall.all.mann_whitney_p") == "0.667"


def test_a_kind_that_the_plan_does_not_name_stops_the_analysis(genomic):
    genomic.swap_in_plan('values = ["nonsense", "frameshift"]', 'values = ["nonsense"]')

    with pytest.raises(BuildFailed, match="alterations.class holds 'frameshift'"):
        genomic.analyse()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('row = "gene"', 'row = "genes"', "alterations has no column genes"),
        ('column = "burden"', 'column = "burdn"', "does not have"),
    ],
)
def test_a_column_that_is_not_there_is_named(genomic, old, new, problem):
    genomic.swap_in_plan(old, new)

    with pytest.raises(BuildFailed, match=problem):
        genomic.analyse()


def test_an_oncoplot_needs_its_groups(genomic):
    genomic.swap_in_plan("groups = [", "# groups = [")

    with pytest.raises(ConfigError, match="'groups' is a required property"):
        genomic.analyse()
