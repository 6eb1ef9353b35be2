"""`make test-spark`: the workspace on DuckDB and on Spark, compared row by row.

DuckDB's side is the working database as `oncohort refresh` left it. Spark builds the
same models and runs the same tests over the same landing zone (docs/scale.md), into a
workspace of its own under `.spark/`. Its tables, which are Parquet, then become the
working database there, and the analysis runs on them. Ends 0 if no row of a table, no
result and no count differs.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from oncohort.analysis import analyse
from oncohort.survival.at_scale import counts_of, kaplan_meier_from, logrank_from
from oncohort.workspace import Workspace

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-spark" / "bin" / "python"
# Between the marts types are not declared: a count may be `integer` on one engine.
UNTYPED = ("reference", "staging", "intermediate")


def build_on_spark(workspace: Workspace, landing: Path) -> bool:
    """Seeds, models, tests and a count of patients on Spark; whether all is well."""
    shutil.rmtree(workspace.root, ignore_errors=True)
    workspace.root.mkdir()
    workspace.landing.symlink_to(landing, target_is_directory=True)
    workspace.create()
    places = {
        "DBT_TARGET_PATH": str(workspace.root / "target" / "spark"),
        "DBT_LOG_PATH": str(workspace.logs),
        "ONCOHORT_SPARK_CATALOG": "in-memory",
    }
    ran = subprocess.run(
        [PYTHON, Path(__file__).with_name("on_spark.py"), workspace.root / "counts"],
        cwd=ROOT,
        env={**os.environ, **workspace.environment(), **places},
        check=False,
    )
    return ran.returncode == 0


def load(workspace: Workspace) -> None:
    """Make Spark's tables the working database of Spark's workspace."""
    with duckdb.connect(str(workspace.working_db)) as connection:
        for folder in sorted((workspace.root / "warehouse" / "spark").glob("*.db/*")):
            schema = folder.parent.name.removesuffix(".db")
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                f"create table {schema}.{folder.name} as "
                f"from read_parquet('{folder.as_posix()}/*.parquet')"
            )


def compare(connection: duckdb.DuckDBPyConnection, is_wanted: Callable) -> list[str]:
    """Compare the tables of some schemas; a line for each difference, sums printed."""
    lines, n_tables, n_rows = [], 0, 0
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() "
        "where database_name = 'duck' order by all"
    ).fetchall()
    for schema, table in tables:
        if is_wanted(schema):
            n_tables += 1
            rows = connection.table(f"duck.{schema}.{table}")
            n_rows += rows.count("*").fetchone()[0]
            found = differences(connection, f"{schema}.{table}", schema not in UNTYPED)
            lines += [f"  {schema}.{table}: {each}" for each in found]
    print(f"{n_tables} tables, {n_rows:,} rows compared, {len(lines)} differences")
    return lines


def differences(
    connection: duckdb.DuckDBPyConnection, name: str, is_typed: bool
) -> list[str]:
    """What differs in one table: its columns, else rows that only one engine has."""
    columns = []
    for database in ("duck", "spark"):
        relation = connection.table(f"{database}.{name}")
        types = [str(each) for each in relation.types] if is_typed else relation.columns
        columns.append(list(zip(relation.columns, types, strict=True)))
    if columns[0] != columns[1]:
        return [f"columns {columns[0]} and {columns[1]}"]
    said = []
    for first, second in (("duck", "spark"), ("spark", "duck")):
        rows = connection.execute(
            f"from {first}.{name} except all from {second}.{name}"
        ).fetchall()
        said += [f"{len(rows)} rows only on {first}, such as {rows[0]}"] if rows else []
    return said


def counts_differ(connection: duckdb.DuckDBPyConnection, counted: Path) -> list[str]:
    """Curves and test from Spark's counts, held against those from DuckDB's rows."""
    rows = connection.table("duck.lx_vs_tbp.cohort")
    theirs = counts_of(counted, "days", "is_event", group="arm", strata="site", n="n")
    ours = counts_of(rows, "pfs_days", "is_pfs_event", group="arm", strata="site_id")
    n = theirs.n_patients.sum()
    print(f"counts: {n} patients in {len(theirs.n_patients)} rows counted by Spark")
    curves = [kaplan_meier_from(each) for each in (ours, theirs)]
    same = logrank_from(ours) == logrank_from(theirs) and all(
        np.array_equal(line, curves[1][arm][number], equal_nan=True)
        for arm, curve in curves[0].items()
        for number, line in enumerate(curve)
    )
    return [] if same else ["  counts: curves or log-rank test differ"]


def main() -> None:
    """Build, load, analyse, compare; ends 1 if anything differs."""
    duck, spark = Workspace(ROOT), Workspace(ROOT / ".spark")
    started = time.monotonic()
    is_well = build_on_spark(spark, duck.landing)
    print(f"on Spark: {time.monotonic() - started:.0f} s", flush=True)
    load(spark)
    analyse(spark)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{duck.working_db}' as duck (read_only)")
        connection.execute(f"attach '{spark.working_db}' as spark (read_only)")
        print("models: ", end="")
        lines = compare(connection, lambda schema: schema not in ("analysis", "main"))
        print("results: ", end="")
        lines += compare(connection, lambda schema: schema == "analysis")
        lines += counts_differ(connection, spark.root / "counts" / "*.parquet")
    print("\n".join(lines))
    sys.exit(0 if is_well and not lines else 1)


if __name__ == "__main__":
    main()
