"""On Spark: seeds, models and the time-zero guard, then all tests, then a count.

Models first: a failing test would leave out the models after it, and hide what differs.
For `both_engines.py`; `sys.argv[1]` is the folder of the counts.
"""

import sys
from collections import Counter

from dbt.cli.main import dbtRunner

STEPS = (["build", "--exclude-resource-types", "test", "unit_test"], ["test"])
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
    done, all_well = Counter(), True
    for step in STEPS:
        ran = dbtRunner().invoke(["--quiet", *step, "--target", "spark"])
        all_well = all_well and ran.success
        for each in getattr(ran.result, "results", ()):
            done[f"{each.node.resource_type} {each.status}"] += 1
    print("on Spark:", ", ".join(f"{n} {what}" for what, n in sorted(done.items())))
    # here: the session that dbt opened must not be opened before it
    from pyspark.sql import SparkSession

    SparkSession.builder.getOrCreate().sql(COUNTS).write.parquet(sys.argv[1])
    sys.exit(0 if all_well else "dbt failed on Spark; the log is in .spark/logs")
