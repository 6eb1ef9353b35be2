"""The gate counts what the marts list, on all committed extracts."""

import duckdb
from workspaces import HOSPITALS


def test_the_gate_and_the_marts_agree_on_every_value(study_workspace, study_database):
    books = study_workspace.landing / "expectation_results/*/*/*.parquet"
    with duckdb.connect(str(study_database), read_only=True) as connection:
        compared, different = connection.execute(
            f"""
with judged as (
    select site_id, cast(delivered_on as date) as delivered_on, table_name,
        split_part(expectation_id, '.', 2) as field, n_unexpected
    from read_parquet('{books.as_posix()}', hive_partitioning = false)
    where split_part(expectation_id, '.', 3) in ('known', 'readable')
        and status in ('passed', 'failed')
),
listed as (
    select site_id, delivered_on, table_name, field, count(*) as n
    from (
        select site_id, delivered_on, table_name, field from quality.unmapped_values
        union all
        select site_id, delivered_on, table_name, field from quality.unreadable_values
    ) group by all
)
select count(*), count(*) filter (n_unexpected <> coalesce(n, 0))
from judged left join listed using (site_id, delivered_on, table_name, field)"""
        ).fetchone()
    assert compared > 300
    assert different == 0


def test_the_made_up_hospitals_pass_all_that_applies(study_workspace):
    books = study_workspace.landing / "expectation_results/*/*/*.parquet"
    found = duckdb.sql(
        "select distinct site_id, status from "
        f"read_parquet('{books.as_posix()}', hive_partitioning = false)"
    ).fetchall()
    for site in HOSPITALS:
        statuses = {status for name, status in found if name == site}
        assert statuses == {"passed", "not applicable"}
    assert not [site for site, status in found if status == "error"]
