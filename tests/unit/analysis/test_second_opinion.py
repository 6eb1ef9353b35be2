"""lifelines has the last word: a number it does not find again stops the build."""

import pytest

from oncohort.analysis import analyse, time_to_event
from oncohort.errors import BuildFailed

AGREEMENT = "km.all.pfs.overall.all.agreement_with_lifelines"


def test_lifelines_finds_our_numbers_again(tiny):
    tiny.analyse()

    ((value, unit, method),) = tiny.query(
        "select value, unit, method from analysis.results"
        f" where result_id = 'tiny.{AGREEMENT}'"
    )
    assert 0 <= value < 1e-9
    assert unit == "relative difference"
    # medians of A, B and all, hazard ratio, log-rank P
    assert "5 numbers" in method
    assert "lifelines 0." in method


@pytest.mark.parametrize(
    ("name", "of"), [("hazard_ratio", "all"), ("logrank_p", "all"), ("median", "A")]
)
def test_a_number_it_does_not_find_stops_the_build(tiny, monkeypatch, name, of):
    def spoiled(*about):
        for row in time_to_event.time_to_event(*about):
            if getattr(row, "statistic", "") == name and row.arm == of:
                row = row._replace(value=row.value * (1 + 3e-6))
            yield row

    monkeypatch.setitem(analyse.__globals__["KINDS"], "time_to_event", spoiled)
    words = f"{name} of arm {of} differs from lifelines' by a relative 3.0e-06"
    with pytest.raises(BuildFailed, match=words):
        tiny.analyse()


def test_a_median_that_nobody_reaches_agrees(tiny):
    tiny.execute("update tiny.cohort set is_pfs_event = false where arm = 'A'")

    tiny.analyse()

    assert tiny.text("km.all.pfs.overall.A.median") == "not reached"
    assert tiny.text(AGREEMENT) is not None
