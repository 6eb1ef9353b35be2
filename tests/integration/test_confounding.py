"""The adjusted analyses of the shipped study, from files to numbers, against R's."""

import csv
import re
from pathlib import Path

import duckdb
import pytest

from oncohort import __version__

FOLDER = Path(__file__).parents[1] / "reference" / "r_rates"


@pytest.fixture(scope="module")
def results(study_database):
    with duckdb.connect(str(study_database), read_only=True) as database:
        rows = database.execute(
            "select study_id, result_id, value, method from analysis.results"
        ).fetchall()
    return {row[1]: row for row in rows}


def expected():
    with (FOLDER / "lx_vs_tbp.csv").open(encoding="utf-8", newline="") as file:
        return [(row["result_id"], float(row["value"])) for row in csv.DictReader(file)]


@pytest.mark.parametrize(("result_id", "value"), expected())
def test_agrees_with_r(results, result_id, value):
    tolerance = 1e-6 if result_id.endswith("_p") else 1e-9
    found = results[f"lx_vs_tbp.{result_id}"][2]
    assert found == pytest.approx(value, rel=tolerance)


def test_the_print_cannot_tell_four_estimators_apart(results):
    found = [
        results[f"lx_vs_tbp.figure1a.all.pfs.{name}.all.hazard_ratio"][2]
        for name in ("efron", "breslow", "peto", "observed_expected")
    ]
    assert [f"{each:.4f}" for each in found] == ["0.7953", "0.7957", "0.7962", "0.7965"]
    # printed: 0.7955
    assert all(abs(each - 0.7955) <= 0.001 for each in found)


def test_the_weights_balance_what_is_in_the_score(results):
    after = {
        key.split(".")[3]: row[2]
        for key, row in results.items()
        if key.startswith("lx_vs_tbp.confounding.") and key.endswith(".smd_after")
    }
    assert len(after) == 18
    # the one variable that neither is in the score nor follows from it
    assert after.pop("has_other_metastases") < 0.1
    assert max(after.values()) < 1e-7


def test_every_printed_statistic_names_who_computed_it(results):
    for _, result_id, _, method in results.values():
        assert re.search(rf"\boncohort {re.escape(__version__)}\b", method), result_id
