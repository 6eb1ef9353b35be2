"""Writes docs/benchmarks_warehouse.md from what bench/warehouse.py measured."""

from datetime import UTC, datetime
from statistics import median

from page import machine

SIDES = {
    "scan": "DuckDB reads every value of the raw files",
    "sql": "cohort in bare SQL (bench/cohort.sql)",
    "polars": "cohort in polars (bench/cohort_polars.py)",
    "models": "`dbt run --select +lx_vs_tbp__cohort`",
    "build": "`oncohort build`: whole project, with tests",
    "receive": "`oncohort receive`, before",
    "synthesize": "`oncohort synthesize --scale`, before",
}
MAX_SCANS, MAX_MB, MAX_GROWTH = 15, 6 * 1024, 11
SHOWN_NODES = 15
WHAT = """
- **The extracts** are the shipped made-up patients, copied with other record numbers
  and jittered dates, {rows:.0f} rows a patient; one CSV a table and hospital, words and
  ISO dates as the contract has them.
- **Scan**: `read_csv(all_varchar = true)`, every value counted, nothing kept.
- **Bare SQL** and **polars** derive the cohort of `lx_vs_tbp` (lines, resistance,
  eligibility, covariates at time zero, PFS) straight from the CSV and write 17 columns.
  They look up no words but regimens, drug classes and organs, check nothing, keep no
  way back to a line, no other study, no other endpoint, no earlier delivery.
- **`dbt run --select +lx_vs_tbp__cohort`** builds only the models that the cohort
  needs, from the landing zone (Parquet, which `receive` wrote from the same CSV; its
  time is a row of its own): codes looked up, the landed row kept with each record, all
  endpoints and rule sets of the three studies, response from lesions.
- **`oncohort build`** does all that dbt does here: three studies, 88 record rules over
  every delivery, unread values, source rows, tests, and the time-zero guard.
- Each side is a process of its own with the machine's cores; all in turns, round by
  round. CPU is user and system time. Memory is the peak of the process.
""".strip()


def of_runs(runs: list, field: str) -> float:
    """Median of a field of the runs; the largest for memory."""
    values = [getattr(run, field) for run in runs]
    return max(values) if field == "mb" else median(values)


def table(size: dict) -> list[str]:
    """One size: each side's figures, and as multiples of the scan's."""
    scan = {field: of_runs(size["scan"], field) for field in ("wall", "cpu")}
    title = f"## {size['patients']:,} patients, {size['rows']:,} rows"
    columns = "wall s | CPU s | x scan, wall | x scan, CPU | peak MB | rounds"
    lines = [
        "",
        f"{title}, {size['raw_mb']:,.0f} MB of CSV",
        "",
        f"{size['cohort']:,} patients in the cohort, the same rows by all.",
        "",
        f"| | {columns} |",
        "|---|---|---|---|---|---|---|",
    ]
    for side, name in SIDES.items():
        if side in size:
            runs = size[side]
            wall, cpu = of_runs(runs, "wall"), of_runs(runs, "cpu")
            mb, per_scan = of_runs(runs, "mb"), cpu / scan["cpu"]
            lines.append(
                f"| {name} | {wall:.1f} | {cpu:.1f} | {wall / scan['wall']:.1f} "
                f"| {per_scan:.1f} | {mb:,.0f} | {len(runs)} |"
            )
    ratio = of_runs(size["build"], "wall") / of_runs(size["sql"], "wall")
    return [*lines, "", f"The whole build takes {ratio:.1f} times the bare SQL."]


def targets(sizes: list[dict]) -> list[str]:
    """Each target of the largest size, with its figure."""
    big = sizes[-1]
    build, scan = of_runs(big["build"], "wall"), of_runs(big["scan"], "wall")
    n, mb = f"{big['patients']:,} patients", of_runs(big["build"], "mb")
    rows = [
        (f"build at {n}: at most {MAX_SCANS}x the scan", build / scan, MAX_SCANS, "x"),
        (f"build at {n}: at most {MAX_MB:,} MB", mb, MAX_MB, " MB"),
    ]
    if "polars" in big:
        polars = of_runs(big["polars"], "wall")
        rows += [
            (f"build at {n}: not slower than polars", build / polars, 1, "x"),
            (
                f"only the cohort's models at {n}: not slower than polars",
                of_runs(big["models"], "wall") / polars,
                1,
                "x",
            ),
        ]
    for before, after in zip(sizes[1:], sizes[2:], strict=False):
        growth = of_runs(after["build"], "cpu") / of_runs(before["build"], "cpu")
        step = f"{before['patients']:,} to {after['patients']:,}"
        rows.append((f"build, CPU, {step}: at most 11x", growth, MAX_GROWTH, "x"))
    said = {True: "met", False: "**missed**"}
    return [
        f"| {what} | {figure:,.1f}{unit} | {said[figure <= limit]} |"
        for what, figure, limit, unit in rows
    ]


def profile(size: dict) -> list[str]:
    """What the build's time went into, as dbt tells it (two at a time)."""
    kinds: dict[str, list[float]] = {}
    for name, seconds in size["nodes"]:
        kinds.setdefault(name.partition(".")[0], []).append(seconds)
    total = sum(seconds for _, seconds in size["nodes"])
    parts = [
        f"{len(found)} {kind}s {sum(found) / total:.0%}"
        for kind, found in sorted(kinds.items(), key=lambda kind: -sum(kind[1]))
    ]
    slowest = [
        f"| {name.split('.')[2] if name.count('.') > 1 else name} | {seconds:.1f} "
        f"| {seconds / total:.0%} |"
        for name, seconds in size["nodes"][:SHOWN_NODES]
    ]
    return [
        "",
        f"## Where the build's time goes at {size['patients']:,} patients",
        "",
        f"{', '.join(parts)}; the rest of the clock is dbt itself.",
        "",
        "| model or test | s | share |",
        "|---|---|---|",
        *slowest,
    ]


def page(sizes: list[dict], loads: list[float]) -> str:
    """The whole page."""
    per_patient = sizes[-1]["rows"] / sizes[-1]["patients"]
    lines = [
        "# Benchmarks of the warehouse",
        "",
        "Written by `make bench` (bench/warehouse.py); do not edit.",
        "",
        f"- {datetime.now(UTC):%d %B %Y}; {machine()}",
        f"- load average {min(loads):.1f} to {max(loads):.1f}",
        WHAT.format(rows=per_patient),
        "",
        "## Targets",
        "",
        "| target | figure | |",
        "|---|---|---|",
        *targets(sizes),
    ]
    for size in sizes:
        lines += table(size)
    return "\n".join(lines + profile(sizes[-1])) + "\n"
