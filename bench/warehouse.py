"""The warehouse at a million patients: build, bare SQL and polars on the same extracts.

Made-up patients are replicated (`oncohort synthesize --scale`), received once, and then
each side runs in a process of its own, in turns, round by round. What each side does is
said on the page, docs/benchmarks_warehouse.md. Wall time, CPU time and peak memory are
those of the process. That all three find the same cohort is checked row by row.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from against_peers import OWN_VENV, ROOT, installed, python_of
from warehouse_page import page

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
PATIENTS, COHORT = 852, 554  # that `--scale 1` makes, and those of them in the cohort
SIZES = (1, 12, 117)  # copies: 852, 1e4 and 1e5 patients; a million is 1174
ROUNDS = {1: 5, 12: 3, 117: 2}
SAME = """
patient, arm, line, zero_on, resistance, age_group, menopausal_status, hr_status,
is_stage_i, n_sites, has_lung, has_liver, has_bone, has_brain, has_other, pfs_days,
is_pfs_event
"""
OURS = """
select
    patient, arm, line_no as line, time_zero_on as zero_on, resistance, age_group,
    menopausal_status, hr_status,
    is_stage_i_at_diagnosis as is_stage_i, n_metastatic_sites as n_sites,
    has_lung_metastases as has_lung, has_liver_metastases as has_liver,
    has_bone_metastases as has_bone, has_brain_metastases as has_brain,
    has_other_metastases as has_other, pfs_days, is_pfs_event
from ours.lx_vs_tbp.cohort
inner join (
    select patient_id, site_id || '/' || record_no as patient
    from read_parquet('{landing}/patients/*/*/*.parquet', hive_partitioning = false)
) as patients using (patient_id)
"""


class Run(NamedTuple):
    """One run of one side: seconds by the clock, of the processor, and peak memory."""

    wall: float
    cpu: float
    mb: float


def measured(command: list[object], workspace: Path) -> Run:
    """Run a command to its end; stop if it fails."""
    environment = os.environ | {
        "ONCOHORT_WORKSPACE": str(workspace),
        "DBT_TARGET_PATH": str(workspace / "target"),
        "DBT_LOG_PATH": str(workspace / "logs"),
        "POLARS_MAX_THREADS": str(os.cpu_count()),
    }
    log = workspace / "bench.log"
    start = time.perf_counter()
    with log.open("w") as out:
        process = subprocess.Popen(
            [str(word) for word in command], cwd=ROOT, env=environment, stdout=out,
            stderr=out,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(map(str, command))}\n{log.read_text()[-3000:]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def commands(workspace: Path) -> dict[str, list[object]]:
    """Each side's command."""
    this, extracts = [sys.executable, __file__, "--side"], workspace / "extracts"
    polars = [python_of(OWN_VENV), HERE / "cohort_polars.py", extracts, ROOT / "seeds"]
    chosen = ["--select", "+lx_vs_tbp__cohort", "--quiet"]
    sides = {
        "scan": [*this, "scan", workspace],
        "sql": [*this, "sql", workspace],
        "polars": [*polars, workspace / "polars.parquet"],
        "build": [BIN / "oncohort", "build"],
        "models": [BIN / "dbt", "run", *chosen],
    }
    if not python_of(OWN_VENV).exists():
        del sides["polars"]
    return sides


def scan(workspace: Path) -> None:
    """Read every value of every raw file: what any reader of them has to do."""
    import duckdb

    connection = duckdb.connect()
    names = {path.name for path in (workspace / "extracts").glob("*/*/*.csv")}
    for name in sorted(names):
        pattern = (workspace / "extracts" / "*" / "*" / name).as_posix()
        rows = f"read_csv('{pattern}', all_varchar = true)"
        connection.execute(f"select count(columns(*)) from {rows}").fetchall()  # noqa: S608


def bare_sql(workspace: Path) -> None:
    """Run bench/cohort.sql."""
    import duckdb

    text = (HERE / "cohort.sql").read_text("utf-8")
    text = text.replace("{extracts}", (workspace / "extracts").as_posix())
    text = text.replace("{seeds}", (ROOT / "seeds").as_posix())
    with duckdb.connect(str(workspace / "bare.duckdb")) as connection:
        connection.execute("set temp_directory = ?", [str(workspace / "spilt")])
        connection.execute(text)
        to = (workspace / "sql.parquet").as_posix()
        connection.execute(f"copy cohort to '{to}' (format parquet)")


def cohort_size(workspace: Path, sides: list[str]) -> int:
    """Return how many patients all sides put into the cohort; stop if any differs."""
    import duckdb

    with duckdb.connect() as connection:
        path = workspace / "warehouse" / "working" / "oncohort.duckdb"
        connection.execute(f"attach '{path.as_posix()}' as ours (read_only)")
        landing = (workspace / "landing").as_posix()
        connection.execute(f"create table cohort as {OURS.format(landing=landing)}")
        for side in {"sql", "polars"} & set(sides):
            theirs = f"'{(workspace / side).as_posix()}.parquet'"
            for one, other in (("cohort", theirs), (theirs, "cohort")):
                rows = f"select {SAME} from {one} except all select {SAME} from {other}"  # noqa: S608
                (n,) = connection.execute(f"select count(*) from ({rows})").fetchone()  # noqa: S608
                if n:
                    sys.exit(f"{n} patients differ between ours and {side}")
        return connection.execute("select count(*) from cohort").fetchone()[0]


def measure(times: int, rounds: int, folder: Path) -> dict:
    """Make, receive and measure one size."""
    workspace = folder / f"x{times}"
    made = [BIN / "oncohort", "synthesize", "--scale", times, "--out", workspace]
    workspace.mkdir()
    found = {
        "patients": PATIENTS * times,
        "synthesize": [measured(made, workspace)],
        "receive": [measured([BIN / "oncohort", "receive"], workspace)],
    }
    raw = list((workspace / "extracts").rglob("*.csv"))
    found["raw_mb"] = sum(path.stat().st_size for path in raw) / 2**20
    sides = commands(workspace)
    for number in range(rounds):
        for side, command in sides.items():
            run = measured(command, workspace)
            found.setdefault(side, []).append(run)
            print(PATIENTS * times, number + 1, side, *map(round, run), flush=True)
            if side == "build":
                found["nodes"] = _nodes(workspace)
    found["cohort"] = cohort_size(workspace, list(sides))
    if found["cohort"] != COHORT * times:
        sys.exit(f"{found['cohort']} in the cohort, not {times} times {COHORT}")
    found["rows"] = _n_rows(workspace)
    shutil.rmtree(workspace)
    return found


def _nodes(workspace: Path) -> list[tuple[str, float]]:
    """Return dbt's models and tests with their seconds, the slowest first."""
    sql = "select node_id, seconds from main.build_results order by seconds desc"
    return _asked(workspace, sql)


def _n_rows(workspace: Path) -> int:
    ((n,),) = _asked(workspace, "select count(*) from core.source_rows")
    return n


def _asked(workspace: Path, sql: str) -> list[tuple]:
    """Return what the working database answers."""
    import duckdb

    path = workspace / "warehouse" / "working" / "oncohort.duckdb"
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def main() -> int:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=int, nargs="+", default=SIZES, metavar="K")
    parser.add_argument("--rounds", type=int, help="default: 5, 3 and 2; else 1")
    parser.add_argument("--folder", type=Path, help="for 40 GB at a million patients")
    out = ROOT / "docs" / "benchmarks_warehouse.md"
    parser.add_argument("--out", type=Path, default=out)
    parser.add_argument("--side", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        side, workspace = asked.side
        {"scan": scan, "sql": bare_sql}[side](Path(workspace))
        return 0
    installed()
    sizes, loads = [], [os.getloadavg()[0]]
    for times in asked.scale:
        with tempfile.TemporaryDirectory(dir=asked.folder) as name:
            rounds = asked.rounds or ROUNDS.get(times, 1)
            sizes.append(measure(times, rounds, Path(name)))
        loads.append(os.getloadavg()[0])
        asked.out.write_text(page(sizes, loads), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
