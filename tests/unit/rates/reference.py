"""R's answers."""

import json
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "reference"
SURVIVAL = json.loads((FOLDER / "r_survival" / "reference.json").read_text("utf-8"))
RATES = json.loads((FOLDER / "r_rates" / "reference.json").read_text("utf-8"))
