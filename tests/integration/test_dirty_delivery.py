"""Every dirty value of a delivery is null with a reason and one query (bench/)."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "bench" / "dirty_delivery.py"


def test_each_planted_value_is_accounted_for():
    ended = subprocess.run(
        [sys.executable, SCRIPT, "--scale", "1", "--site", "hospital_f"],
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = [line for line in ended.stdout.splitlines() if ": planted" in line]
    assert len(lines) == 9
    assert "of 11 sums of rows 0 do not balance" in ended.stdout
