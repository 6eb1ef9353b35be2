"""The CDISC pilot study: a study that lives in a workspace, held against admiralonco.

`cdisc_workspace` is what a data manager would write; the tests copy it and run
`oncohort refresh` on it. Here the data as published (tests/reference/cdisc_onco).
"""

import shutil
from collections import Counter
from datetime import date

import pytest
from cdisc_answers import DELIVERY, REFERENCE, SOURCE, Answers, rows_of, stamps


@pytest.fixture(scope="module")
def as_published(tmp_path_factory) -> Answers:
    root = tmp_path_factory.mktemp("cdisc") / "workspace"
    before = stamps()
    shutil.copytree(SOURCE, root)
    answers = Answers(root)
    assert stamps() == before, "the checkout was written to"
    return answers


def test_every_response_is_admiraloncos(as_published):
    expected = rows_of(REFERENCE / "expected_response.csv")
    assert len(expected) == 306

    for rule_set in ("cdisc", "cdisc_investigator"):
        for row in expected:
            subject = row["USUBJID"]
            for is_confirmed, name in ((False, "BOR"), (True, "CBOR")):
                on = row[f"{name}_ADT"]
                assert as_published.best[subject, rule_set, is_confirmed] == (
                    row[f"{name}_AVALC"],
                    date.fromisoformat(on) if on else None,
                ), subject
            pd_on = as_published.first_pd(subject, rule_set)
            assert ("Y" if pd_on else "N") == row["PD_AVALC"]
            assert (str(pd_on) if pd_on else "") == row["PD_ADT"]


def test_the_counts_of_the_randomised(as_published):
    randomised = {row["USUBJID"] for row in rows_of(SOURCE / DELIVERY / "ds.csv")}
    counts = {False: Counter(), True: Counter()}
    for (subject, rule_set, is_confirmed), (code, _) in as_published.best.items():
        if rule_set == "cdisc" and subject in randomised:
            counts[is_confirmed][code] += 1

    assert counts == {
        False: {"CR": 15, "PR": 37, "SD": 12, "PD": 140, "NE": 1, "MISSING": 49},
        True: {"CR": 8, "PR": 18, "SD": 33, "PD": 144, "NE": 2, "MISSING": 49},
    }


def test_every_pfs_is_the_expected_one(as_published):
    expected = rows_of(REFERENCE / "expected_pfs.csv")
    assert len(expected) == 254
    pfs = [key for key in as_published.followed if key[:2] == ("pfs", "cdisc")]
    assert len(pfs) == 254

    for row in expected:
        assert as_published.followed["pfs", "cdisc", row["USUBJID"]] == (
            date.fromisoformat(row["STARTDT"]),
            date.fromisoformat(row["ADT"]),
            int(row["AVAL"]),
            row["CNSR"] == "0",
        ), row["USUBJID"]


def test_nobody_has_an_independent_assessment_there(as_published):
    assert {
        code
        for (_, rule_set, _), (code, _) in as_published.best.items()
        if rule_set == "cdisc_independent"
    } == {"MISSING"}
