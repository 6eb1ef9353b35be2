"""MSK 2018, extract to result, against R and plain counts on the original files.

The reference is made by `tests/reference/msk_2018/reference.R`, which reads the
delivered files itself. Counts must be equal, estimates agree to 1e-9: both sides
converge fully, what is left is floating point.
"""

import csv
import gzip
import subprocess
from collections import Counter
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "tests" / "reference" / "msk_2018"
DELIVERY = ROOT / "extracts" / "msk" / "2018-09-10"
DAYS_PER_MONTH = 30.4375
RELATIVE = 1e-9
ENDPOINTS = ("os", "os_delayed")
# quantity of the reference -> level and statistic of ours, and what one of theirs is
SURVIVAL = {
    "n": ("overall", "n", 1),
    "deaths": ("overall", "n_events", 1),
    "median_quantile": ("overall", "median", 1 / DAYS_PER_MONTH),
    "median_lower": ("overall", "median_ci_low", 1 / DAYS_PER_MONTH),
    "median_upper": ("overall", "median_ci_high", 1 / DAYS_PER_MONTH),
    **{f"survival_{m}": (f"month_{m}", "survival", 100) for m in (36, 60, 120)},
    "hr": ("overall", "hazard_ratio", 1),
    "hr_lower": ("overall", "hazard_ratio_ci_low", 1),
    "hr_upper": ("overall", "hazard_ratio_ci_high", 1),
    "log_rank_chisq": ("overall", "logrank_chi_square", 1),
}


def read_reference(path=REFERENCE / "reference.csv"):
    with path.open(newline="") as file:
        return {
            (row["part"], row["quantity"], row["level"]): (
                float(row["value"]) if row["value"] else None
            )
            for row in csv.DictReader(file)
        }


EXPECTED = read_reference()


def close_to(expected):
    """Return what equals `expected` to rounding; None (not reached) equals None."""
    return None if expected is None else pytest.approx(expected, rel=RELATIVE)


def sent(part):
    """Rows of a file as sent, comment lines left out."""
    with gzip.open(DELIVERY / f"data_{part}.txt.gz", "rt", encoding="utf-8") as file:
        lines = (line for line in file if not line.startswith("#"))
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


@pytest.fixture(scope="module")
def warehouse(study_database):
    with duckdb.connect(str(study_database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def results(warehouse):
    rows = warehouse.execute(
        "select result_id, value from analysis.results where study_id = 'msk_2018'"
    ).fetchall()
    return {key.removeprefix("msk_2018."): value for key, value in rows}


@pytest.mark.r
def test_r_still_makes_the_reference(tmp_path):
    made = tmp_path / "reference.csv"
    subprocess.run(["Rscript", REFERENCE / "reference.R", made], cwd=ROOT, check=True)

    again = read_reference(made)
    assert again.keys() == EXPECTED.keys()
    for key, value in EXPECTED.items():
        assert again[key] == close_to(value), key


def test_every_row_of_the_files_is_accounted_for(study_workspace, warehouse):
    files = study_workspace.landing / "deliveries" / "site=msk" / "*" / "*.parquet"
    booked = duckdb.execute(
        "select n_rows_read, n_rows_landed, n_rows_refused, n_rows_not_meant,"
        " n_values_unreadable from read_parquet(?)",
        [str(files)],
    ).fetchall()
    n = {
        table: warehouse.execute(
            f"select count(*) from core.{table} where site_id = 'msk'"
        ).fetchone()[0]
        for table in ("patients", "samples", "variants", "milestones", "contacts")
    }

    for read, landed, refused, not_meant, unreadable in booked:
        assert read == landed + refused + not_meant
        assert (refused, unreadable) == (0, 0)
    patients, samples, mutations = (
        list(sent(part))
        for part in ("clinical_patient", "clinical_sample", "mutations")
    )
    died = [row for row in patients if row["VITAL_STATUS"] == "Deceased"]
    assert (len(patients), len(samples), len(mutations)) == (1756, 1918, 9314)
    assert n == {
        "patients": len(patients),
        "contacts": len(patients),
        "milestones": len(died),
        "samples": len(samples),
        "variants": len(mutations),
    }


def test_months_of_the_files_are_units_of_30_4_days(warehouse):
    # read as 30.4375 days each, 5 in 6 patients would miss the file's own OS_MONTHS
    expected = Counter(
        round(float(row["OS_MONTHS"]), 1) for row in sent("clinical_patient")
    )
    days = warehouse.execute(
        "select date_diff('day', eligibility.diagnosed_on, contact_on)"
        " from msk_2018.eligibility join core.contacts using (patient_id)"
    ).fetchall()

    months = sorted(day / DAYS_PER_MONTH for (day,) in days)
    assert len(months) == expected.total()
    # a printed tenth may be rounded either way
    assert months == pytest.approx(sorted(expected.elements()), abs=0.0501)
    assert EXPECTED["screened", "os_months_off", ""] == 0


def test_who_leaves_and_why(warehouse):
    left = warehouse.execute(
        "select reason, n_out from msk_2018.cohort_flow where n_out > 0"
    ).fetchall()
    dead = warehouse.execute(
        "select count(*) filter (is_dead) from msk_2018.eligibility"
    ).fetchone()

    assert dict(left) == {
        "last seen by the month of collection": EXPECTED[
            "screened", "left_by_the_sample", ""
        ],
        "HER2 status unknown": EXPECTED["screened", "left_unknown", ""],
    }
    assert dead == (382,)


def survival_keys():
    return [key for key in EXPECTED if key[0] in ENDPOINTS and key[1] in SURVIVAL]


@pytest.mark.parametrize("key", survival_keys(), ids="-".join)
def test_survival_equals_r_with_and_without_delayed_entry(results, key):
    part, quantity, arm = key
    level, statistic, factor = SURVIVAL[quantity]

    ours = results[f"{part}.all.{part}.{level}.{arm}.{statistic}"]

    expected = EXPECTED[key]
    assert ours == close_to(None if expected is None else expected * factor)


@pytest.mark.parametrize("part", ENDPOINTS)
def test_person_time_equals_r(warehouse, part):
    lost = "entry_days" if part == "os_delayed" else "0"
    rows = warehouse.execute(
        f"select arm, sum(os_days - {lost}) from msk_2018.cohort group by arm"
    ).fetchall()

    assert dict(rows) == {
        arm: EXPECTED[part, "person_days", arm]
        for arm in ("hr", "hr_her2", "her2", "triple_negative")
    }


def test_her2_composite_of_samples(warehouse):
    rows = warehouse.execute(
        "select her2_status, organ_group, count(*) from msk_2018.samples group by all"
    ).fetchall()
    counted = Counter()
    for status, organ, n in rows:
        counted[status, "all"] += n
        counted[status, organ] += n

    for status in ("positive", "negative", "unknown"):
        assert counted[status, "all"] == EXPECTED["samples", status, "all"]
    # study.md: 12 from the brain
    assert (
        counted["positive", "brain"] == EXPECTED["samples", "positive", "brain"] == 12
    )


@pytest.mark.parametrize("gene", ["TP53", "PIK3CA", "ERBB2"])
@pytest.mark.parametrize("group", ["all", "brain"])
def test_altered_samples_per_gene(results, gene, group):
    ours = results[f"oncoplot.her2_positive.gene.{gene}.{group}.n"]

    assert ours == EXPECTED["samples", gene, group]


@pytest.mark.parametrize(
    ("analysis", "x"), [("brain", "brain"), ("primary", "primary")]
)
@pytest.mark.parametrize("measure", ["mutations_per_mb", "n_altered_genes"])
def test_mann_whitney_equals_r(results, analysis, x, measure):
    key = f"{analysis}.her2_positive.{measure}.overall"

    assert results[f"{key}.{x}.median"] == close_to(
        EXPECTED[analysis, "median_x", measure]
    )
    assert results[f"{key}.all.mann_whitney_p"] == close_to(
        EXPECTED[analysis, "p", measure]
    )


def test_data_queries_are_few_and_of_the_kinds_judged_right(warehouse):
    rows = warehouse.execute(
        "select rule_id, count(*) from quality.data_queries where site_id = 'msk'"
        " group by rule_id"
    ).fetchall()

    # free text among numbers; mutations sent twice; two primaries; FISH against IHC
    assert dict(rows) == {
        "any.unreadable": 54,
        "any.duplicate": 18,
        "any.two_values": 14,
        "any.unmapped": 6,
        "patients.sex_male": 10,
        "biomarkers.her2_low_fish_positive": 9,
        "biomarkers.her2_3_fish_negative": 3,
        "biomarkers.value_against_result": 2,
    }
