"""R's further answers (weights, entry, strata, competing risks), and how to compare."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[2] / "reference" / "r_extra"
REFERENCE = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
LABELS = ("arm", "site")


def patients(case):
    """Columns of the case's data set, its arm only; None for what it does not use."""
    with (FOLDER / f"{case['data']}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    arm = case.get("arm", "all")
    rows = [row for row in rows if arm in ("all", row["arm"])]
    data = {
        name: np.array(
            [row[name] for row in rows], dtype=str if name in LABELS else float
        )
        for name in rows[0]
    }
    late, weight = case.get("entry"), case.get("weights", "none")
    data["entry"] = data["entry"] if late else None
    data["weights"] = None if weight == "none" else data[weight]
    data["strata"] = data["site"] if case.get("strata") else None
    return data


def same(found, expected, relative=1e-9, unknown=True):
    """Equal to a relative tolerance, nan where R has none; R's 0 is at most 1e-15."""
    found = np.array(found, dtype=float)
    expected = np.array(expected, dtype=float)
    if not unknown:
        expected, found = (x[~np.isnan(expected)] for x in (expected, found))
    assert found == pytest.approx(expected, rel=relative, abs=1e-15, nan_ok=True)
