"""How long `receive` takes for a million rows, against DuckDB's CSV-to-Parquet COPY.

Both read the same file in turns, each in a process of its own, imports excluded;
medians, each step's share and the largest peak memory are printed. The targets: at most
10 times the COPY, at most 1 GB.
"""

import resource
import statistics
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

N_ROWS, N_ROUNDS = 1_000_000, 3
MAX_RATIO, MAX_MB = 10, 1024
SITE = """\
site_id: clinic
title: Clinic (made up)
language: en
made_up: true
source: made up by bench/receive.py
files:
  - match: big.csv
    tables:
      - table: treatments
        columns: {record_no: no, drug: drug, started_on: start, ended_on: stop,
          dose: dose, dose_unit: unit, setting: setting, stop_reason: reason,
          treatment_no: order, line_no: line, n_cycles: cycles, is_ongoing: ongoing}
"""
ROWS = """
select
    lpad(cast(i // 5 as varchar), 7, '0') as no,
    ['lapatinib', 'trastuzumab', 'capecitabine', 'docetaxel'][1 + i % 4] as drug,
    date '2010-01-01' + cast(i % 3000 as integer) as start,
    date '2010-03-01' + cast(i % 3000 as integer) as stop,
    100.5 + i % 900 as dose, 'mg/m2' as unit, 'metastatic' as setting,
    'progression' as reason, i as order, i % 9 as line, i % 12 as cycles,
    'no' as ongoing, 'note ' || i as note, 'ward ' || i % 17 as ward,
    md5(cast(i as varchar)) as sample
"""


def copied(root: Path) -> float:
    """Return the seconds of DuckDB's all-text COPY."""
    import duckdb

    duckdb.sql("select 1").fetchall()
    source = root / "extracts" / "clinic" / "2020-01-31" / "big.csv"
    start = time.perf_counter()
    duckdb.execute(
        f"copy (from read_csv('{source.as_posix()}', all_varchar = true)) "
        f"to '{(root / 'copy.parquet').as_posix()}' (format parquet)"
    )
    return time.perf_counter() - start


def received(root: Path) -> tuple[float, dict[str, float], float]:
    """Return seconds, seconds of each step, and peak memory in MB of one `receive`."""
    from oncohort.receive.configuration import land_configuration
    from oncohort.receive.delivery import receive_delivery
    from oncohort.receive.run import prepare
    from oncohort.workspace import Workspace

    _import_the_rest()
    workspace = Workspace(root)
    prepare(workspace)
    sites, _ = land_configuration(workspace)
    folder = workspace.extracts / "clinic" / "2020-01-31"
    key = str(time.time()).encode()  # another key: the delivery lands anew
    start = time.perf_counter()
    verdict = receive_delivery(workspace, folder, sites["clinic"], key)
    seconds = time.perf_counter() - start
    landed = sum(report.total("n_rows_landed") for report in verdict.files)
    if landed != N_ROWS:
        sys.exit(f"{landed:,} rows landed; {verdict.problems}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (
        seconds,
        verdict.seconds,
        peak / (1 << 20 if sys.platform == "darwin" else 1024),
    )


def _import_the_rest() -> None:
    """Import what the package imports within functions."""
    import duckdb
    import numpy
    import pyarrow.parquet

    _ = duckdb, numpy, pyarrow.parquet


def in_turns(root: Path) -> tuple[list[float], list[tuple]]:
    """Return what COPY and `receive` took, round by round."""
    copies, receipts = [], []
    spawn = get_context("spawn")
    with ProcessPoolExecutor(1, spawn, max_tasks_per_child=1) as pool:
        for _ in range(N_ROUNDS):
            copies.append(pool.submit(copied, root).result())
            receipts.append(pool.submit(received, root).result())
    return copies, receipts


def main() -> int:
    """Print the medians; return 1 if a target is missed."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "sites" / "clinic").mkdir(parents=True)
        (root / "sites" / "clinic" / "site.yml").write_text(SITE, encoding="utf-8")
        delivery = root / "extracts" / "clinic" / "2020-01-31"
        delivery.mkdir(parents=True)
        duckdb.execute(
            f"copy ({ROWS} from range({N_ROWS}) as t(i)) "
            f"to '{(delivery / 'big.csv').as_posix()}' (header)"
        )
        copies, receipts = in_turns(root)
    copy = statistics.median(copies)
    total = statistics.median(seconds for seconds, _, _ in receipts)
    peak = max(peak for _, _, peak in receipts)
    print(f"{N_ROWS:,} rows x 15 columns, medians of {N_ROUNDS} rounds")
    print(f"COPY     {copy:6.2f} s")
    print(f"receive  {total:6.2f} s = {total / copy:.1f} x COPY (at most {MAX_RATIO})")
    for step in receipts[0][1]:
        spent = statistics.median(steps[step] for _, steps, _ in receipts)
        print(f"  {step:<7}{spent:6.2f} s {spent / total:6.0%}")
    print(f"peak memory {peak:,.0f} MB (at most {MAX_MB:,})")
    return int(total > MAX_RATIO * copy or peak > MAX_MB)


if __name__ == "__main__":
    sys.exit(main())
