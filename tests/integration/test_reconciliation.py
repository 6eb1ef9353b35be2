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


def test_what_landed_is_what_was_written(booked):
    rng = Random(f"oncohort-sites-{DEFAULT_SEED}")
    written = Counter()
    for site, mine in placed_at_sites(all_journeys(DEFAULT_SEED), rng).items():
        known = rows_of(site, mine, DEFAULT_SEED)
        for day, tables in deliveries(site, known, known):
            for table, rows in tables.items():
                written[site.site_id, day, table] += len(rows)

    landed = Counter({(row[0], str(row[1]), row[2]): row[3] for row in booked})
    assert +landed == +written
