"""A tiny project, a site of one file that delivers when told to, and its refreshes."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
from workspaces import ROOT

from oncohort.workspace import Workspace

MODELS = {
    "people.sql": "select record_id, sex from {{ source('extract', 'patients') }} "
    "where delivered_on = (select max(delivered_on) "
    "from {{ source('extract', 'patients') }})",
    "visits.sql": "select record_id from {{ ref('people') }}",
    "core.yml": "models: [{name: people, columns: [{name: sex, data_tests: "
    "[{accepted_values: {arguments: {values: [F]}}}]}]}]",
}
SITE = """
site_id: clinic
title: Clinic (made up)
language: en
made_up: true
source: made up for a test
files:
  - match: patients.csv
    tables:
      - {table: patients, columns: {record_no: no, sex: sex, birth_on: born}}
"""


def tiny_project(root: Path) -> None:
    """A project of the contract and two tables of the newest delivery."""
    for name in ("dbt_project.yml", "profiles.yml", "macros", "models/staging"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, root / name)
    for page in (root / "models" / "staging").glob("stg_*"):
        page.unlink()
    core = root / "models" / "marts" / "core"
    core.mkdir(parents=True)
    for name, text in MODELS.items():
        (core / name).write_text(text)


class Clinic:
    """A workspace of one site, how many patients it delivered last, its refreshes."""

    def __init__(self, root):
        self.workspace, self.n_patients = Workspace(root), 0
        (root / "sites" / "clinic").mkdir(parents=True)
        (root / "sites" / "clinic" / "site.yml").write_text(SITE)
        self.deliver()
        self.refresh()

    def deliver(self, sex="F"):
        self.n_patients += 1
        rows = [f"{number},{sex},1950\n" for number in range(self.n_patients)]
        day = f"2020-{self.n_patients // 28 + 1:02}-{self.n_patients % 28 + 1:02}"
        folder = self.workspace.extracts / "clinic" / day
        folder.mkdir(parents=True)
        (folder / "patients.csv").write_text("no,sex,born\n" + "".join(rows))

    def start(self, command="refresh", **options):
        call = [sys.executable, "-m", "oncohort", command]
        call += ["--workspace", str(self.workspace.root)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(call, text=True, **pipes, **options)

    def run(self, command="refresh", **options):
        process = self.start(command, **options)
        said, error = process.communicate()
        return process.returncode, said, error

    def refresh(self):
        exit_code, said, error = self.run()
        assert exit_code == 0, said + error
        return self.published()

    def published(self):
        """The current publication's patients; its tables agree with its manifest."""
        folder = self.workspace.current_publication()
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        with duckdb.connect(str(folder / "oncohort.duckdb"), read_only=True) as reader:
            for name in ("core.people", "core.visits"):
                ((n_rows,),) = reader.sql(f"select count(*) from {name}").fetchall()
                assert n_rows == manifest["rows"][name]
        assert folder.name in (folder / "report" / "index.html").read_text("utf-8")
        return n_rows

    def shows_what_is_published(self):
        name = self.workspace.current_id()
        assert name in (self.workspace.report / "index.html").read_text("utf-8")
        left = [*self.workspace.root.glob("report.*")]
        left += self.workspace.published.glob("_draft-*")
        left += self.workspace.landing.glob("_incoming/*")
        left += self.workspace.landing.glob("_journal.json")
        return not left
