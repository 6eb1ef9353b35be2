import csv
from collections import Counter
from pathlib import Path

import pytest

from oncohort.synthetic import DEFAULT_SEED, synthesize
from oncohort.synthetic.build import all_journeys


class Made:
    """One run of the generator: its bytes, its truth."""

    def __init__(self, folder, seed):
        synthesize(folder, seed, say=lambda line: None)
        self.folder = folder
        self.bytes = {
            str(path.relative_to(folder)): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }
        with (folder / "truth.csv").open(encoding="utf-8", newline="") as lines:
            self.truth = list(csv.DictReader(lines))
        self.eligible = [row for row in self.truth if row["is_eligible"] == "true"]

    def count(self, column, value, arm=None):
        rows = [row for row in self.eligible if arm in (None, row["arm"])]
        return Counter(row[column] for row in rows)[value]


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    return Made(tmp_path_factory.mktemp("made"), DEFAULT_SEED)


@pytest.fixture(scope="session")
def made_again(tmp_path_factory):
    return Made(tmp_path_factory.mktemp("made_again"), DEFAULT_SEED)


@pytest.fixture(scope="session")
def made_otherwise(tmp_path_factory):
    return Made(tmp_path_factory.mktemp("made_otherwise"), DEFAULT_SEED + 1)


@pytest.fixture(scope="session")
def journeys():
    return all_journeys(DEFAULT_SEED)


@pytest.fixture(scope="session")
def root():
    return Path(__file__).parents[3]
