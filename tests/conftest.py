"""A tiny project and workspace, and a hospital that sends what a test needs."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SITE = """\
site_id: clinic
title: Clinic (made up)
language: en
made_up: true
source: made up for a test
{defaults}
files:
{files}
"""
PATIENT_FILE = """\
  - match: patients.csv
    tables:
      - table: patients
        columns: {record_no: no, sex: sex, birth_on: born}
"""


# marker -> how to know the tool is here, and what to say where it is not
TOOLS = {
    "chromium": (("chromium", "chromium-browser"), "Chromium not found"),
    "r": (("Rscript",), "Rscript not found"),
    "java": (("java",), "Java not found"),
}


def pytest_collection_modifyitems(items):
    """Leave out what needs a tool that is not here; the summary says so."""
    for item in items:
        for marker, (programs, reason) in TOOLS.items():
            if item.get_closest_marker(marker) and not any(map(shutil.which, programs)):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter):
    """Say last how many tests did not run, and why."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(
        report.longrepr[2].removeprefix("Skipped: ") for report in skipped
    )
    why = "; ".join(f"{reason}: {n}" for reason, n in sorted(reasons.items()))
    terminalreporter.write_line(
        f"did not run: {len(skipped)}{f' ({why})' if why else ''}"
    )


class Hospital:
    """A site `clinic` in a workspace: its `site.yml`, its deliveries, its landing."""

    def __init__(self, workspace):
        self.workspace = workspace
        self.describe()

    def describe(self, files=PATIENT_FILE, defaults="", site="clinic"):
        text = SITE.format(files=files, defaults=defaults)
        return self.write_site(text, site)

    def write_site(self, text, site="clinic"):
        path = self.workspace.root / "sites" / site / "site.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def deliver(self, name, data, date="2020-01-31", site="clinic"):
        path = self.workspace.extracts / site / date / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    def receive(self):
        from oncohort.receive.run import receive

        self.said = []
        return receive(self.workspace, say=self.said.append)

    def refusal(self):
        """The only problem of the only delivery."""
        (verdict,) = self.receive()
        (problem,) = verdict.problems
        return problem

    def rows(self, table, columns):
        """Landed rows of a table, as tuples in the order of the file."""
        import duckdb

        files = self.workspace.landing / table / "*/*/*.parquet"
        return duckdb.sql(
            f"select {columns} from read_parquet('{files.as_posix()}', "
            "hive_partitioning = false) order by all"
        ).fetchall()

    def landing_bytes(self):
        """Every file of the landing zone with its bytes."""
        files = sorted(self.workspace.landing.rglob("*"))
        return {path: path.read_bytes() for path in files if path.is_file()}


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A project of the contract only: no sites, no studies, no models."""
    root = tmp_path / "project"
    (root / "models" / "staging").mkdir(parents=True)
    shutil.copy(ROOT / "dbt_project.yml", root)
    for page in ("extract.yml", "landing.yml"):
        shutil.copy(ROOT / "models" / "staging" / page, root / "models" / "staging")
    monkeypatch.setenv("ONCOHORT_HOME", str(root))
    for name in ("ONCOHORT_WORKSPACE", "ONCOHORT_ID_KEY"):
        monkeypatch.delenv(name, raising=False)
    return root


@pytest.fixture
def workspace(project, tmp_path):
    """An empty workspace beside that project."""
    from oncohort.workspace import Workspace

    return Workspace(tmp_path / "workspace")


@pytest.fixture
def hospital(workspace) -> Hospital:
    """A site with one file, `patients.csv`."""
    return Hospital(workspace)


@pytest.fixture
def build_ended():
    """Writes what dbt leaves of a build (macros/build_results.sql), tests included."""

    def write(connection, **tests):
        connection.execute(
            "create or replace table build_results (node_id varchar, name varchar, "
            "resource_type varchar, status varchar, seconds double, n_failures bigint)"
        )
        rows = [["model.t", "t", "model", "success", 0.25, None]]
        rows += [[f"test.{n}", n, "test", how, 0.1, 2] for n, how in tests.items()]
        connection.executemany(
            "insert into build_results values (?, ?, ?, ?, ?, ?)", rows
        )

    return write
