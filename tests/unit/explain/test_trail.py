import datetime

from oncohort.explain.trail import _what

DAY = datetime.date(2014, 5, 3)


def candidate(role, kind, day, **more):
    on = DAY + datetime.timedelta(days=day)
    row = {"role": role, "source_kind": kind, "candidate_on": on, "is_deciding": False}
    return {**row, "exit_reason": f"last {kind}", **more}


def test_a_loser_is_not_called_by_the_reason_it_would_have_been():
    assert _what(candidate("censor", "scan", 0, is_deciding=True)) == "last scan"
    assert (
        _what(candidate("censor", "adequate_assessment", -1)) == "adequate assessment"
    )
    assert _what(candidate("event", "death", 1)) == "last death"
