"""TCGA breast cancer, extract to result, against R on the original files.

The reference is made by `tests/reference/tcga_brca/reference.R`, which reads the
delivered files itself. Counts must be equal, estimates agree to 1e-9: both sides
converge fully, what is left is floating point.
"""

import csv
import subprocess
from pathlib import Path

import pytest

from oncohort.survival import logrank

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests" / "reference" / "tcga_brca"
DAYS_PER_MONTH = 30.4375
RELATIVE = 1e-9
# population of the reference -> analysis of the plan
ANALYSES = {"all": "os_by_her2", "prospective": "os_by_her2_prospective"}
ARMS = {"": "all", "positive": "positive", "negative": "negative", "unknown": "unknown"}
COUNTS = {"n": "n", "deaths": "n_events"}
DAYS = {
    "median_days": "median",
    "median_lower_days": "median_ci_low",
    "median_upper_days": "median_ci_high",
    "followup_days": "followup_reverse_km_median",
    "followup_lower_days": "followup_reverse_km_median_ci_low",
    "followup_upper_days": "followup_reverse_km_median_ci_high",
}
LANDMARKS = {
    f"survival_{month}_months{limit}": (f"month_{month}", f"survival{ours}")
    for month in (36, 60)
    for limit, ours in (("", ""), ("_lower", "_ci_low"), ("_upper", "_ci_high"))
}
COMPARED = {
    "log_rank_chisq": "logrank_chi_square",
    "log_rank_p": "logrank_p",
    "cox_hr": "hazard_ratio",
    "cox_hr_lower": "hazard_ratio_ci_low",
    "cox_hr_upper": "hazard_ratio_ci_high",
    "cox_p": "hazard_ratio_p",
}


def read_reference(path=REFERENCE / "reference.csv"):
    with path.open(newline="") as file:
        return {
            (row["population"], row["quantity"], row["level"]): (
                float(row["value"]) if row["value"] else None
            )
            for row in csv.DictReader(file)
        }


REFERENCE_VALUES = read_reference()


@pytest.fixture(scope="module")
def results(warehouse):
    rows = warehouse.execute(
        "select result_id, value from analysis.results where study_id = 'tcga_brca'"
    ).fetchall()
    return dict(rows)


def reference_keys(quantities):
    return [
        key for key in REFERENCE_VALUES if key[0] in ANALYSES and key[1] in quantities
    ]


def close_to(expected):
    """Return what equals `expected` to rounding; None (not reached) equals None."""
    return None if expected is None else pytest.approx(expected, rel=RELATIVE)


def our_value(results, population, level, arm, statistic):
    analysis = ANALYSES[population]
    return results[f"tcga_brca.{analysis}.{population}.os.{level}.{arm}.{statistic}"]


def test_the_reference_says_what_study_md_says():
    expected = {
        ("n", ""): 1097,
        ("deaths", ""): 152,
        ("left_dead_without_date", ""): 1,
        ("left_alive_without_follow_up", ""): 1,
        ("negative_days", ""): 4,
        ("n", "positive"): 185,
        ("n", "negative"): 772,
        ("n", "unknown"): 140,
    }
    screened = {key: REFERENCE_VALUES["screened", *key] for key in expected}

    assert screened == expected
    assert REFERENCE_VALUES["all", "n", ""] == 1095


@pytest.mark.r
def test_r_still_makes_the_reference(tmp_path):
    script = REFERENCE / "reference.R"
    made = tmp_path / "reference.csv"

    subprocess.run(["Rscript", script, made], cwd=ROOT, check=True)

    # another version of R may differ in the last digits
    again = read_reference(made)
    assert again.keys() == REFERENCE_VALUES.keys()
    for key, value in REFERENCE_VALUES.items():
        assert again[key] == close_to(value), key


def test_screened_patients_and_who_leaves(warehouse):
    n, dead = warehouse.execute(
        "select count(*), count(*) filter (is_dead) from tcga_brca.eligibility"
    ).fetchone()
    her2 = warehouse.execute(
        "select her2_status, count(*) from tcga_brca.eligibility group by her2_status"
    ).fetchall()
    left = warehouse.execute(
        "select reason, n_out from tcga_brca.cohort_flow where n_out > 0"
    ).fetchall()
    negative = warehouse.execute(
        "select value from quality.unreadable_values"
        " where site_id = 'tcga' and field in ('contact_on', 'occurred_on')"
    ).fetchall()

    assert n == REFERENCE_VALUES["screened", "n", ""]
    assert dead == REFERENCE_VALUES["screened", "deaths", ""]
    assert dict(her2) == {
        status: REFERENCE_VALUES["screened", "n", status]
        for status in ("positive", "negative", "unknown")
    }
    assert dict(left) == {
        "dead, no usable date of death": 1,
        "alive, no usable follow-up": 1,
    }
    assert sorted(value for (value,) in negative) == ["-31", "-7", "-7", "-7"]


@pytest.mark.parametrize("population", ANALYSES)
def test_person_time_by_her2_status(warehouse, population):
    only = "" if population == "all" else "where is_prospective"
    rows = warehouse.execute(
        f"select her2_status, sum(os_days) from tcga_brca.cohort {only} group by 1"
    ).fetchall()

    assert dict(rows) == {
        status: REFERENCE_VALUES[population, "person_days", status]
        for status in ("positive", "negative", "unknown")
    }


@pytest.mark.parametrize("key", reference_keys(COUNTS), ids="-".join)
def test_counts_equal_r(results, key):
    population, quantity, level = key

    ours = our_value(results, population, "overall", ARMS[level], COUNTS[quantity])

    assert ours == REFERENCE_VALUES[key]


@pytest.mark.parametrize("key", reference_keys(DAYS), ids="-".join)
def test_medians_equal_r(results, key):
    population, quantity, level = key

    months = our_value(results, population, "overall", ARMS[level], DAYS[quantity])

    days = None if months is None else months * DAYS_PER_MONTH
    assert days == close_to(REFERENCE_VALUES[key])


@pytest.mark.parametrize("key", reference_keys(LANDMARKS), ids="-".join)
def test_survival_at_landmarks_equals_r(results, key):
    population, quantity, level = key

    percent = our_value(results, population, *_at(LANDMARKS[quantity], ARMS[level]))

    assert percent == close_to(100 * REFERENCE_VALUES[key])


def _at(landmark, arm):
    level, statistic = landmark
    return level, arm, statistic


@pytest.mark.parametrize("quantity", COMPARED)
@pytest.mark.parametrize("population", ANALYSES)
def test_positive_against_negative_equals_r(results, population, quantity):
    ours = our_value(results, population, "overall", "all", COMPARED[quantity])

    expected = REFERENCE_VALUES[population, quantity, "positive_negative"]
    assert ours == close_to(expected)


def test_log_rank_of_all_three_groups_equals_r(warehouse):
    cohort = warehouse.execute(
        "select os_days, is_os_event, her2_status from tcga_brca.cohort"
    ).fetchnumpy()

    test = logrank(*cohort.values())

    expected = {
        quantity: REFERENCE_VALUES["all", quantity, "positive_negative_unknown"]
        for quantity in ("log_rank_chisq", "log_rank_df", "log_rank_p")
    }
    assert test.degrees_of_freedom == expected["log_rank_df"]
    assert test.chi_square == close_to(expected["log_rank_chisq"])
    assert test.p_value == close_to(expected["log_rank_p"])
