"""The CDISC pilot workspace refreshed, and its answers by subject."""

import csv
from pathlib import Path

import duckdb
from workspaces import ROOT, published

from oncohort.cli import main
from oncohort.workspace import Workspace

SOURCE = Path(__file__).with_name("cdisc_workspace")
REFERENCE = ROOT / "tests" / "reference" / "cdisc_onco"
DELIVERY = Path("extracts", "cdisc_pilot", "2020-01-01")
ASSESSORS = {
    "cdisc": None,
    "cdisc_investigator": "INVESTIGATOR",
    "cdisc_independent": "INDEPENDENT ASSESSOR",
}


def rows_of(path: Path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def stamps() -> dict:
    """What is in the checkout's own folders, and when it was last written."""
    folders = [SOURCE, *(ROOT / name for name in ("models", "seeds", "sites"))]
    files = [p for f in folders for p in f.rglob("*") if p.is_file()]
    return {path: path.stat().st_mtime_ns for path in files}


class Answers:
    """Best responses and follow-up of a refreshed workspace, by USUBJID."""

    def __init__(self, root: Path):
        assert main(["--workspace", str(root), "refresh"]) == 0
        database = duckdb.connect(str(published(Workspace(root))), read_only=True)
        landed = (root / "landing" / "patients" / "*/*/*.parquet").as_posix()
        database.execute(
            "create temp table subjects as select distinct patient_id, record_no "
            f"from read_parquet('{landed}', hive_partitioning = false)"
        )
        found = database.execute(
            "select record_no, rule_set_id, is_confirmed, response_code, response_on "
            "from core.best_responses join subjects using (patient_id)"
        ).fetchall()
        self.best = {
            row[:3]: (row[3].replace("NON_CR_NON_PD", "NON-CR/NON-PD"), row[4])
            for row in found
        }
        assert len(self.best) == len(found)
        found = database.execute(
            "select endpoint_code, rule_set_id, record_no, start_on, end_on, "
            "followup_days, is_event "
            "from core.time_to_event join subjects using (patient_id)"
        ).fetchall()
        self.followed = {row[:3]: row[3:] for row in found}

    def first_pd(self, subject, rule_set):
        followed = self.followed.get(("ttp", rule_set, subject))
        return followed[1] if followed and followed[3] else None
