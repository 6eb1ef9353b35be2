"""Not a row lost on the way from what the generator wrote to the landing zone."""

from collections import Counter
from random import Random

import duckdb
import pytest
from workspaces import HOSPITALS

from oncohort.synthetic import DEFAULT_SEED
from oncohort.synthetic.build import all_journeys
from oncohort.synthetic.deliveries import deliveries
from oncohort.synthetic.write import placed_at_sites, rows_of


@pytest.fixture(scope="module")
def booked(study_workspace):
    """Sums of the ledger `deliveries` by site, day and table."""
    files = (
        study_workspace.landing / "deliveries" / "site=hospital_*" / "*" / "*.parquet"
    )
    return duckdb.execute(
        "select site_id, delivered_on, table_name, sum(n_rows_landed), "
        "sum(n_rows_refused), sum(n_values_unreadable), "
        "bool_and(n_rows_read = n_rows_landed + n_rows_refused + n_rows_not_meant) "
        "from read_parquet(?) group by all",
        [str(files)],
    ).fetchall()


def test_every_row_read_is_landed_refused_or_not_meant(booked):
    assert {row[0] for row in booked} == {*HOSPITALS}
    assert all(is_exact for *_, is_exact in booked)
    assert {(refused, unreadable) for *_, refused, unreadable, _ in booked} == {(0, 0)}


@pytest.fixture(scope="module")
def known():
    """What the generator knows of each site, by table."""
    rng = Random(f"oncohort-sites-{DEFAULT_SEED}")
    placed = placed_at_sites(all_journeys(DEFAULT_SEED), rng)
    return {site: rows_of(site, mine, DEFAULT_SEED) for site, mine in placed.items()}


def test_what_landed_is_what_was_written(booked, known):
    written = Counter(
        {
            (site.site_id, day, table): len(rows)
            for site, truth in known.items()
            for day, tables in deliveries(site, truth, truth)
            for table, rows in tables.items()
        }
    )
    landed = Counter({(row[0], str(row[1]), row[2]): row[3] for row in booked})
    assert +landed == +written


def test_the_rows_in_effect_are_the_truth(study_database, known):
    database = duckdb.connect(str(study_database), read_only=True)
    for table in next(iter(known.values())):
        mart = {"assessments": "tumour_assessments"}.get(table, table)
        found = database.execute(
            f"select site_id, count(distinct source_row_id) from core.{mart} "
            "where site_id like 'hospital_%' group by site_id"
        ).fetchall()
        truth = {site.site_id: len(tables[table]) for site, tables in known.items()}
        assert dict(found) == {site: n for site, n in truth.items() if n}, table


def test_earlier_deliveries_lack_and_correct_something(known):
    for site, truth in known.items():
        first, *later = deliveries(site, truth, truth)
        if later:
            corrected = [table for table in truth if first[1][table] != truth[table]]
            assert len(corrected) >= 2, site.site_id
            birth_and_sex = {
                (r["record_no"], r["birth_on"], r["sex"]) for r in truth["patients"]
            }
            assert birth_and_sex >= {
                (r["record_no"], r["birth_on"], r["sex"]) for r in first[1]["patients"]
            }
