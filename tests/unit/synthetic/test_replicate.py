import csv
from collections import Counter, defaultdict
from datetime import date

import pyarrow.parquet
import pytest
import yaml

from oncohort.cli import main
from oncohort.synthetic.replicate import DAYS, replicate

TIMES = 3
SITES = ("hospital_a", "hospital_b", "hospital_e")


def rows_of(folder, table):
    (path,) = folder.glob(f"*/{table}.csv")
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copies")
    replicate(folder, TIMES, say=lambda line: None)
    return folder


@pytest.fixture(scope="module")
def as_parquet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")
    replicate(folder, TIMES, "parquet", say=lambda line: None)
    return folder


def test_each_patient_stands_so_many_times_with_a_number_of_their_own(copies):
    total = 0
    for folder in (copies / "extracts").iterdir():
        patients = rows_of(folder, "patients")
        numbers = [row["record_no"] for row in patients]
        persons = [row["national_no"] for row in patients]
        assert len(set(numbers)) == len(numbers) == len(set(persons))
        originals = Counter(number.rpartition("-")[0] for number in numbers)
        assert set(originals.values()) == {TIMES}
        total += len(numbers)
    assert total == TIMES * 852


@pytest.mark.parametrize("site", SITES)
def test_the_dates_of_a_copy_move_together_and_some_not_at_all(copies, site):
    moves = defaultdict(set)
    for table, column in (
        ("treatments", "started_on"),
        ("assessments", "assessed_on"),
        ("milestones", "occurred_on"),
    ):
        rows = rows_of(copies / "extracts" / site, table)
        kept = defaultdict(list)
        for row in rows:
            original, _, copy = row["record_no"].rpartition("-")
            kept[original, int(copy)].append(date.fromisoformat(row[column]))
        for (original, copy), days in kept.items():
            first = kept[original, 0]
            assert len(days) == len(first)
            moves[original, copy] |= {
                (day - other).days for day, other in zip(days, first, strict=True)
            }
    assert all(len(found) == 1 for found in moves.values())
    shifts = {next(iter(found)) for (_, copy), found in moves.items() if copy}
    assert 0 in shifts and len(shifts) > 5
    assert -DAYS < min(shifts) and max(shifts) == 0


def test_the_same_seed_gives_the_same_rows_in_both_formats(copies, as_parquet):
    for path in (as_parquet / "extracts").glob("*/*/*.parquet"):
        rows = pyarrow.parquet.read_table(path).to_pylist()
        known = rows_of(copies / "extracts" / path.parts[-3], path.stem)
        assert [{k: v or "" for k, v in row.items()} for row in rows] == known


def test_a_configuration_reads_each_file(copies):
    for folder in (copies / "sites").iterdir():
        config = yaml.safe_load((folder / "site.yml").read_text("utf-8"))
        (delivery,) = (copies / "extracts" / folder.name).iterdir()
        assert {file["match"] for file in config["files"]} == {
            path.name for path in delivery.iterdir()
        }


def test_the_workspaces_own_extracts_are_never_written_over(tmp_path, capsys):
    assert main(["--workspace", str(tmp_path), "synthesize", "--scale", "2"]) == 2
    assert "--scale needs --out" in capsys.readouterr().err
    assert not (tmp_path / "extracts").exists()
