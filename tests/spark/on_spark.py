"""`dbt build` on Spark, then its patients counted there (for `both_engines.py`)."""

import sys

from dbt.cli.main import dbtRunner

COUNTS = """
select
    pfs_days as days,
    is_pfs_event as is_event,
    arm,
    site_id as site,
    count(*) as n
from lx_vs_tbp.cohort
group by pfs_days, is_pfs_event, arm, site_id
"""

if __name__ == "__main__":
    built = dbtRunner().invoke(["--quiet", "build", "--target", "spark"])
    if not built.success:
        sys.exit("dbt build failed on Spark")
    # here: the session that dbt opened must not be opened before it
    from pyspark.sql import SparkSession

    SparkSession.builder.getOrCreate().sql(COUNTS).write.parquet(sys.argv[1])
