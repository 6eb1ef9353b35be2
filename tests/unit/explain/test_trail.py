import datetime

import pytest

from oncohort.explain.trail import _verdict, _what

DAY = datetime.date(2014, 5, 3)


def candidate(role, kind, day, **more):
    on = DAY + datetime.timedelta(days=day)
    row = {"role": role, "source_kind": kind, "candidate_on": on, "is_deciding": False}
    return {**row, "exit_reason": f"last {kind}", **more}


EVENT = candidate("event", "scan", 0, is_deciding=True)
CENSORED = candidate("censor", "scan", 0, is_deciding=True)


@pytest.mark.parametrize(
    ("decider", "one", "words"),
    [
        (EVENT, EVENT, "DECIDES"),
        (EVENT, candidate("censor", "seen", 9), "loses: an event comes first"),
        (EVENT, candidate("event", "death", 1), "loses: later than what decides"),
        (EVENT, candidate("event", "death", 0), "loses: same day as what decides"),
        (
            CENSORED,
            candidate("censor", "scan", -1),
            "loses: not the latest of its kind",
        ),
        (
            CENSORED,
            candidate("censor", "seen", 9),
            "loses: counts only without last scan",
        ),
        (
            EVENT,
            candidate("limit", "x", 9, verdict="after therapy"),
            "loses: after therapy",
        ),
    ],
)
def test_a_verdict_says_why(decider, one, words):
    assert _verdict(one, decider) == words


def test_a_loser_is_not_called_by_the_reason_it_would_have_been():
    assert _what(CENSORED) == "last scan"
    assert (
        _what(candidate("censor", "adequate_assessment", -1)) == "adequate assessment"
    )
    assert _what(candidate("event", "death", 1)) == "last death"
