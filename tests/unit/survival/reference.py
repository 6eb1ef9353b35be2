"""R's answers and the data they were computed on."""

import csv
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "reference" / "r_survival"
REFERENCE = json.loads((FOLDER / "reference.json").read_text(encoding="utf-8"))
DATA_SETS = ("lung", "ovarian", "veteran", "bladder_first")


def columns(name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {key: np.array([row[key] for row in rows]) for key in rows[0]}


def times(name):
    data = columns(name)
    group = data[REFERENCE[name]["group"]]
    return data["time"].astype(float), data["event"].astype(int), group
