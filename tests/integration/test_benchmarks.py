"""`make bench`: the script runs and writes its table; nothing is timed here."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench_page(monkeypatch):
    monkeypatch.syspath_prepend(str(BENCH))
    import page

    return page


def test_the_quick_run_writes_a_table(tmp_path):
    out = tmp_path / "benchmarks.md"
    subprocess.run(
        [sys.executable, BENCH / "against_peers.py", "--quick", "--out", out]
        + ["--cases", "km_logrank", "cox"],
        check=True,
        timeout=600,
    )
    text = out.read_text("utf-8")
    assert text.count("\n| oncohort | ") == 2
    assert "| oncohort, counted by DuckDB |" in text
    # both ways are one estimator
    assert "chi square 0e+00, survival 0e+00" in text
    # a peer that is not installed is said to be absent; each has its row
    for peer in ("lifelines", "scikit-survival", "statsmodels", "survival (R)"):
        assert text.count(f"\n| {peer} | ") == 2


def test_targets_are_met_or_missed_by_the_median_of_the_rounds(bench_page):
    def peer(*walls):
        run = {"cpu": 1.0, "added_mb": 8.0, "values": {"coefficient": [2.0]}}
        return bench_page.Measured(None, "1", [run | {"wall": wall} for wall in walls])

    # medians 2 and 7: 3.5 times as fast, enough at 1e5 and too little at 1e6
    found = {"oncohort": peer(1, 2, 90), "survival": peer(7, 6, 8)}
    absent = bench_page.Measured("not installed", None, [])
    found["R"] = absent
    text = bench_page.page({("cox", 100_000): found, ("cox", 1_000_000): found}, [0.5])
    lines = text.splitlines()
    (small,) = [line for line in lines if "n = 100,000: at least 3x" in line]
    (large,) = [line for line in lines if "n = 1,000,000: at least 10x" in line]
    assert "3.5x wall, 1.0x CPU, 6.0x of minima (survival (Rust)) | met" in small
    assert "3.5x wall, 1.0x CPU, 6.0x of minima (survival (Rust)) | **missed**" in large
    assert "8 MB against 8 (survival (Rust)) | **missed**" in text
    assert "| survival (R) | absent: not installed |" in text
