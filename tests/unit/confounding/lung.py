"""R's lung data, prepared as make_reference.R prepares them."""

import csv
import json
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parents[2] / "reference"
R = json.loads((FOLDER / "r_rates" / "reference.json").read_text("utf-8"))


def lung():
    with (FOLDER / "r_survival" / "lung.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    loss = [
        row["wt_loss"] and ["little", "much"][int(row["wt_loss"]) > 5] for row in rows
    ]
    return {
        "time": np.array([float(row["time"]) for row in rows]),
        "event": np.array([row["event"] == "1" for row in rows]),
        "treated": np.array([row["sex"] == "2" for row in rows]),
        "age": np.array([float(row["age"]) for row in rows]),
        "ecog": np.array([str(min(int(row["ph_ecog"] or 2), 2)) for row in rows]),
        "loss": np.array([each or None for each in loss], dtype=object),
    }
