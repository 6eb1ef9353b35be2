"""Each check of a print on the smallest print it can judge, worked by hand."""

import pytest

from oncohort.audit import audit
from oncohort.errors import ConfigError

HEAD = "id,population,arm,quantity,value,denominator\n"
# one row of a baseline table: 40/100 against 60/100, chi-square P 0.0047, Yates 0.0072,
# Fisher 0.0071
ROW = """t1.a.x.n,all,x,n,40,100
t1.a.x.pct,all,x,pct,40.0,100
t1.a.y.n,all,y,n,60,100
t1.a.y.pct,all,y,pct,60.0,100
t1.a.p,all,both,p_value,0.005,200
"""
# the same in a summary, of which the ratio and its limits agree with the P:
# log 0.5 / ((log 0.81 - log 0.31) / 3.92) is z 2.83, P 0.0047
RATIO = """r.os.hr,all,both,hazard_ratio,0.50,200
r.os.hr_ci_low,all,both,hr_ci_low,0.31,200
r.os.hr_ci_high,all,both,hr_ci_high,0.81,200
r.os.p,all,both,p_value,0.005,200
"""


def flagged(tmp_path, text):
    path = tmp_path / "print.csv"
    path.write_text(HEAD + text, encoding="utf-8")
    return [flag.result_id for flag in audit(path)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(ROW, [], id="a coherent row"),
        pytest.param(ROW.replace("0.005", "0.007"), [], id="P of Yates or Fisher"),
        pytest.param(ROW.replace("0.005", "<0.01"), [], id="P as a bound"),
        pytest.param(ROW.replace("0.005", "<0.001"), ["t1.a.p"], id="wrong bound"),
        pytest.param(ROW.replace("0.005", "0.05"), ["t1.a.p"], id="wrong P"),
        pytest.param(ROW.replace("60.0", "61.0"), ["t1.a.y.pct"], id="stale share"),
        # 50/100 is not 60%, and only 60 gives the P: the count is wrong, not the share
        pytest.param(ROW.replace(",60,", ",50,"), ["t1.a.y.n"], id="stale count"),
        pytest.param("t.a.x.pct,all,x,pct,33.4,9\n", ["t.a.x.pct"], id="no such share"),
        pytest.param("t.a.x.pct,all,x,pct,33.3,9\n", [], id="3 of 9"),
        pytest.param("t.a.x.pct,all,x,pct,12.5,24\n", [], id="a tie rounds either way"),
        pytest.param(RATIO, [], id="a coherent ratio"),
        pytest.param(RATIO.replace("0.50", "0.60"), ["r.os.hr"], id="another ratio"),
        # without the limit that moved, ratio and other limit still give the P
        pytest.param(RATIO.replace("0.81", "0.95"), ["r.os.hr_ci_high"], id="limit"),
        pytest.param(RATIO.replace("0.50", "0.90"), ["r.os.hr"], id="outside"),
        pytest.param(RATIO.replace("0.005", "0.05"), ["r.os.p"], id="another P"),
        pytest.param(
            "r.m.x.median,all,x,median_months,9.1,\n"
            "r.m.x.low,all,x,median_months_ci_low,9.2,\n"
            "r.m.x.high,all,x,median_months_ci_high,11,\n",
            ["r.m.x.median"],
            id="median outside its limits",
        ),
        pytest.param(
            "abstract.os.hr,all,both,hazard_ratio,0.6,\n" + RATIO,
            ["abstract.os.hr"],
            id="two places: the copy has fewer digits",
        ),
        pytest.param(
            "abstract.os.hr,all,both,hazard_ratio,0.5,\n" + RATIO,
            [],
            id="two places, fewer digits, no difference",
        ),
        pytest.param(
            "abstract.a.y.n,all,y,n,50,100\n" + ROW,
            ["abstract.a.y.n"],
            id="two places: the other is supported by its own share and P",
        ),
    ],
)
def test_figures_of_one_place(tmp_path, text, expected):
    assert flagged(tmp_path, text) == expected


LEVELS = """t1.x.N,all,x,n,100,
t1.y.N,all,y,n,90,
t1.age_low.x.n,all,x,n,40,100
t1.age_low.y.n,all,y,n,30,90
t1.age_high.x.n,all,x,n,60,100
t1.age_high.y.n,all,y,n,60,90
"""
SUBGROUP = """t1.x.N,all,x,n,100,
t1.brain.x.n,all,x,n,20,100
r.brain.new.x.n,brain,x,n,5,20
r.none.new.x.n,no_brain,x,n,7,80
"""
EVENTS = """r.safety.g34.x.n,safety,x,n,9,50
t5.rash.g34.x.n,safety,x,n_g34,4,50
t5.pain.g34.x.n,safety,x,n_g34,6,50
t5.rash.g12.x.n,safety,x,n_g12,20,50
"""
LINES = """t.n_total,all,both,n,60,
t.line1.n,all,both,n,10,60
t.line2.n,all,both,n,20,60
t.line3.n,all,both,n,30,60
r.line2_3.n,line2_3,both,n,50,
r.out.n,all,both,n,6,60
r.line1.out.n,line1,both,n,1,10
r.line2.out.n,line2,both,n,2,20
r.line3.out.n,line3,both,n,3,30
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(LEVELS, [], id="levels that sum to N"),
        pytest.param(
            LEVELS.replace(",30,90", ",31,90"),
            ["t1.age_low.y.n", "t1.age_high.y.n"],
            id="levels that do not: either may be wrong",
        ),
        pytest.param(
            LEVELS.replace("n,90,\n", "n,91,\n"), ["t1.y.N"], id="N of the table head"
        ),
        pytest.param(
            "r.n_total,all,both,n,191,\n" + LEVELS, ["r.n_total"], id="sum of the arms"
        ),
        pytest.param(SUBGROUP, [], id="a subgroup out of itself"),
        pytest.param(
            SUBGROUP.replace("5,20", "5,100"), ["r.brain.new.x.n"], id="out of all"
        ),
        pytest.param(
            SUBGROUP.replace("7,80", "7,100"), ["r.none.new.x.n"], id="without, of all"
        ),
        pytest.param(EVENTS, [], id="fewer patients than events"),
        pytest.param(
            EVENTS.replace("n,9,", "n,10,"), ["r.safety.g34.x.n"], id="as many"
        ),
        pytest.param(LINES, [], id="numbered populations"),
        pytest.param(LINES.replace("n,50,", "n,51,"), ["r.line2_3.n"], id="two lines"),
        pytest.param(LINES.replace("n,6,60", "n,7,60"), ["r.out.n"], id="over lines"),
        pytest.param(
            "r.text,all,both,text,,\nr.p,all,both,p_value,ns,\n", [], id="words"
        ),
    ],
)
def test_figures_of_several_places(tmp_path, text, expected):
    assert flagged(tmp_path, text) == expected


def test_a_print_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="there is no such file"):
        audit(tmp_path / "print.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,arm\na,x\n", "lacks the column population"),
        (HEAD + "a.b,all,x,n,1,\na.b,all,x,n,1,\n", "stands twice, first in line 2"),
        (HEAD + "a.b,all,x,n,1,many\n", "denominator is no whole number"),
    ],
)
def test_refuses_what_is_no_print(tmp_path, text, said):
    path = tmp_path / "print.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        audit(path)
