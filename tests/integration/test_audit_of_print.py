"""The shipped print against its errata, which the audit does not read."""

import csv
from pathlib import Path

import pytest

from oncohort.audit import audit

STUDY = Path(__file__).parents[2] / "studies" / "lx_vs_tbp"
FOUND = {flag.result_id for flag in audit(STUDY / "published_results.csv")}
with (STUDY / "published_errata.csv").open(encoding="utf-8") as file:
    ERRATA = list(csv.DictReader(file))
COMPUTABLE = [row for row in ERRATA if row["kind"] in ("arithmetic", "inconsistency")]


@pytest.mark.parametrize("row", COMPUTABLE, ids=[row["id"] for row in COMPUTABLE])
def test_finds_each_erratum_that_can_be_computed(row):
    assert FOUND & set(row["result_ids"].split(";"))


def test_accuses_nothing_that_no_erratum_lists():
    listed = {each for row in ERRATA for each in row["result_ids"].split(";")}
    assert FOUND - listed == set()
