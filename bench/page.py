"""docs/benchmarks.md: tables of what was measured, and the targets."""

import platform
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

TITLES = {
    "km_logrank": "Kaplan-Meier of two arms and log-rank test, times in days",
    "cox": "Cox, 8 covariates, age to one decimal, times in days",
    "cox_continuous": "Cox, 8 covariates, age continuous, times in days",
    "cox_continuous_time": "Cox, 8 covariates, age and times continuous",
    "cox_strata_cluster": "Cox, 8 covariates, 8 strata, robust errors by cluster"
    " (n / 3 of them)",
}
NAMES = {
    "oncohort": "oncohort",
    "oncohort-engine": "oncohort, counted by DuckDB",
    "duckdb": "*limit: DuckDB alone*",
    "survival": "survival (Rust)",
    "R": "survival (R)",
}
OURS = ("oncohort", "oncohort-engine", "duckdb")


class Measured(NamedTuple):
    """Runs of one peer: wall and cpu in seconds, added_mb, values; or why none."""

    absent: str | None
    version: str | None
    runs: list[dict[str, Any]]
    profile: list[list[Any]] | None = None

    def ms(self, what: str = "wall", of: Any = median) -> float:
        """Median (or another) of all runs, in milliseconds; nan without runs."""
        return 1000 * of(run[what] for run in self.runs) if self.runs else float("nan")

    def text(self) -> str:
        """Median wall time (minimum; median CPU time)."""
        if not self.runs:
            return "-"
        lowest, cpu = self.ms(of=min), self.ms("cpu")
        return f"{number(self.ms())} ({number(lowest)}; {number(cpu)})"


Results = dict[tuple[str, int], dict[str, Measured]]


def number(value: float) -> str:
    """Three digits, or all before the point."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def disagreement(ours: Measured, peer: Measured) -> str:
    """Largest relative difference of each kind of value."""
    if not ours.runs or not peer.runs or not peer.runs[0]["values"]:
        return "-"
    mine, parts = ours.runs[0]["values"], []
    for name, values in peer.runs[0]["values"].items():
        off = np.abs(np.array(values) / np.array(mine[name]) - 1).max()
        parts.append(f"{name.replace('_', ' ')} {off:.0e}")
    return ", ".join(parts)


def table(case: str, results: Results) -> list[str]:
    """One case: a row per peer."""
    sizes = [n for name, n in results if name == case]
    last = max((n for n in sizes if n <= 1_000_000), default=sizes[-1])
    head = ["ms: median (minimum; CPU)", *(f"n = {n:,}" for n in sizes)]
    head += ["growth 1e5 to 1e6", f"added MB at {last:,}", "differs from ours"]
    rows = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for peer in results[case, sizes[0]]:
        found = [results[case, n].get(peer) for n in sizes]
        known = [each for each in found if each and each.runs]
        if not known:
            rows.append(f"| {NAMES.get(peer, peer)} | absent: {found[0].absent} |")
            continue
        cells = [
            each.text() if each and each.runs else (each.absent if each else "-")
            for each in found
        ]
        by_size = dict(zip(sizes, found, strict=True))
        growth = ratio(by_size.get(1_000_000), by_size.get(100_000))
        # the memory of the first run; later ones find it there already
        added = by_size[last].runs[0]["added_mb"] if _ran(by_size[last]) else None
        ours = results[case, sizes[len(known) - 1]]["oncohort"]
        cells += [
            "-" if growth is None else f"{growth:.1f}",
            "-" if added is None else f"{added:,.0f}",
            "-" if peer in ("oncohort", "duckdb") else disagreement(ours, known[-1]),
        ]
        rows.append(f"| {NAMES.get(peer, peer)} | {' | '.join(cells)} |")
    return ["", f"## {TITLES[case]}", "", *rows]


def _ran(found: Measured | None) -> bool:
    return found is not None and bool(found.runs)


def ratio(
    above: Measured | None, below: Measured | None, what: str = "wall", of: Any = median
) -> float | None:
    """Ratio of two medians (or minima), if both were measured."""
    if not _ran(above) or not _ran(below):
        return None
    return above.ms(what, of) / below.ms(what, of)


def fastest(found: dict[str, Measured], ours: bool) -> tuple[str, Measured | None]:
    """The fastest of the peers, or of our own ways."""
    known = {p: f for p, f in found.items() if f.runs and p != "duckdb"}
    known = {p: f for p, f in known.items() if (p in OURS) == ours}
    name = min(known, key=lambda peer: known[peer].ms(), default="none")
    return name, known.get(name)


def targets(results: Results) -> list[tuple[str, float, str, bool]]:
    """Each target: what, the figure, with what it was reached, met."""
    rows = []
    for case, n, least in (
        ("cox", 100_000, 3),
        ("cox", 1_000_000, 10),
        ("cox_continuous", 1_000_000, 3),
        ("cox_continuous_time", 1_000_000, 3),
        ("cox_strata_cluster", 1_000_000, 6),
        ("km_logrank", 100_000, 1),
        ("km_logrank", 1_000_000, 1),
    ):
        found = results.get((case, n), {})
        (_, mine), (name, best) = fastest(found, True), fastest(found, False)
        wall, cpu = ratio(best, mine), ratio(best, mine, "cpu")
        if wall is not None:
            what = f"{TITLES[case]}, n = {n:,}: at least {least}x the best peer"
            lowest = ratio(best, mine, of=min)
            how = f"{wall:.1f}x wall, {cpu:.1f}x CPU, {lowest:.1f}x of minima"
            how = f"{how} ({NAMES.get(name, name)})"
            rows.append((what, wall, how, min(wall, lowest) >= least))
    for n in (100_000, 1_000_000):
        found = results.get(("km_logrank", n), {})
        over = ratio(found.get("oncohort-engine"), found.get("duckdb"))
        if over is not None:
            what = f"Kaplan-Meier and log-rank, n = {n:,}: at most 1.5x the bare"
            lowest = ratio(found["oncohort-engine"], found["duckdb"], of=min)
            how = f"{over:.2f}x wall, {lowest:.2f}x of minima"
            rows.append((f"{what} group-by", over, how, max(over, lowest) <= 1.5))
    return rows + _small(results) + _large(results)


def _small(results: Results) -> list[tuple[str, float, str, bool]]:
    rows = []
    for (case, n), found in results.items():
        over = ratio(found["oncohort"], found.get("lifelines"))
        if n == 554 and over is not None:
            what = f"{TITLES[case]}, n = 554: not slower than lifelines"
            rows.append((what, over, f"{1 / over:.0f}x as fast", over <= 1))
    return rows


def _large(results: Results) -> list[tuple[str, float, str, bool]]:
    """Memory at a million, and growth beyond it."""
    rows = []
    for case in dict.fromkeys(case for case, _ in results):
        found = results.get((case, 1_000_000), {})
        added = {p: f.runs[0]["added_mb"] for p, f in found.items() if f.runs}
        peers = {p: mb for p, mb in added.items() if p not in OURS and mb is not None}
        mine, _ = fastest(found, True)
        if peers:
            leanest = min(peers, key=peers.get)
            how = f"{added[mine]:,.0f} MB against {peers[leanest]:,.0f}"
            what = f"{TITLES[case]}, n = 1,000,000: at most half the leanest peer's"
            how = f"{how} ({NAMES.get(leanest, leanest)})"
            share = added[mine] / max(peers[leanest], 1)
            rows.append((f"{what} added memory", share, how, share <= 0.5))
        huge = results.get((case, 10_000_000), {})
        over = ratio(huge.get(mine), found.get(mine))
        if over is not None:
            what = f"{TITLES[case]}: time(1e7) / time(1e6) at most 11"
            rows.append((what, over, f"{over:.1f}", over <= 11))
    return rows


def machine() -> str:
    """Processor, cores, memory and system, without names."""
    import os

    model, memory = platform.processor() or platform.machine(), ""
    if (cpu := Path("/proc/cpuinfo")).exists():
        lines = [x for x in cpu.read_text().splitlines() if x.startswith("model name")]
        model = lines[0].split(":")[1].strip() if lines else model
        total = int(Path("/proc/meminfo").read_text().split()[1])
        memory = f", {total / 2**20:.0f} GB"
    about = f"{model}, {os.cpu_count()} cores{memory}, {platform.system()}"
    return f"{about}, Python {platform.python_version()}"


def page(results: Results, loads: list[float]) -> str:
    """The whole page."""
    versions: dict[str, str] = {}
    for found in results.values():
        versions |= {
            NAMES.get(p, p).strip("*"): f.version for p, f in found.items() if f.version
        }
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` (bench/against_peers.py); do not edit.",
        "",
        f"- {datetime.now(UTC):%d %B %Y}; {machine()}",
        f"- load average {min(loads):.1f} to {max(loads):.1f}" if loads else "- load?",
        f"- {', '.join(f'{name} {v}' for name, v in versions.items())}",
        "- Each peer in a process of its own, warm; all in turns, round by round. The",
        "  making of the peer's own form of the data (table, arrays) is not timed.",
        "- Added memory: peak of the first run beyond what the process held before it.",
        "- Where other work shares the machine, minimum and CPU time say more than the",
        "  median of the wall time. A peer slower than 1 s has three rounds, one that",
        "  takes over 90 s is given up. A target of speed is met if medians and minima",
        "  both meet it.",
    ]
    if checked := targets(results):
        rows = [
            f"| {what} | {how} | {'met' if is_met else '**missed**'} |"
            for what, _, how, is_met in checked
        ]
        lines += ["", "## Targets", "", "| target | figure | |", "|---|---|---|", *rows]
    for case in dict.fromkeys(case for case, _ in results):
        lines += table(case, results)
        profile = results.get((case, 1_000_000), {}).get("oncohort")
        if profile and profile.profile:
            shares = [f"{name} {share:.0%}" for name, share in profile.profile]
            lines += [
                "",
                f"Profile of ours at a million, own time: {', '.join(shares)}.",
            ]
    return "\n".join(lines) + "\n"
