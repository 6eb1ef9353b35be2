"""A study of eight patients in a database, and the plan that analyses it."""

from pathlib import Path

import duckdb

from oncohort.analysis import analyse

PLAN = """\
study_id = "tiny"
title = "Tiny"
question = "Which arm?"
made_up = true
banner = "Made up."
answer = "HR {km.all.pfs.overall.all.hazard_ratio}."
[arm]
column = "arm"
label = "Arm"
reference = "B"
levels = [{ value = "A", label = "New" }, { value = "B", label = "Old" }]
[[populations]]
id = "all"
label = "All"
confirmatory = true
[[populations]]
id = "young"
label = "Young"
confirmatory = false
filter = { age_group = ["lt50"] }
[[endpoints]]
id = "pfs"
label = "PFS"
short = "PFS"
event_label = "progression"
start_label = "start"
time = "pfs_days"
event = "is_pfs_event"
[[analyses]]
id = "flow"
kind = "cohort_flow"
title = "Flow"
[[analyses]]
id = "t1"
kind = "baseline_table"
title = "Baseline"
population = "all"
[[analyses.variables]]
column = "age_group"
label = "Age"
unknown = "unknown"
levels = [{ value = "lt50", label = "<50" }, { value = "ge50", label = "≥50" }]
[[analyses.variables]]
column = "is_prospective"
label = "Collected"
levels = [{ value = true, label = "Prospective" }, { value = false, label = "Not" }]
[[analyses]]
id = "km"
kind = "time_to_event"
title = "PFS"
population = "POPULATION"
endpoint = "pfs"
horizon_months = 6
tick_months = 2
landmark_months = [2]
"""
COHORT = """
create schema tiny;
create table tiny.cohort as select * from (values
    ('P1', 's1', 'A', 'lt50', true, 30, true),
    ('P2', 's1', 'A', 'lt50', false, 90, true),
    ('P3', 's1', 'A', 'ge50', null, 90, false),
    ('P4', 's2', 'A', 'unknown', true, null, null),
    ('P5', 's2', 'B', 'lt50', true, 20, true),
    ('P6', 's2', 'B', 'lt50', false, 60, true),
    ('P7', 's2', 'B', 'ge50', false, 150, true),
    ('P8', 's2', 'B', null, false, 10, false)
) as t (patient_id, site_id, arm, age_group, is_prospective, pfs_days, is_pfs_event);
create table tiny.cohort_flow as select * from (values
    (0, 'Screened', null, 's1', 4, 0), (0, 'Screened', null, 's2', 6, 0),
    (1, 'Female', null, 's1', 3, 0), (1, 'Female', 'not female', 's1', 1, 1),
    (1, 'Female', null, 's2', 5, 0), (1, 'Female', 'sex unknown', 's2', 1, 1)
) as t (step_no, criterion, reason, site_id, n_in, n_out);
"""


class TinyWorkspace:
    def __init__(self, root: Path) -> None:
        self.root = self.project = root
        self.working_db = root / "working.duckdb"
        self.folder = root / "studies" / "tiny"
        self.folder.mkdir(parents=True)
        self.write_plan()
        model = (
            "-- One row per patient.\nselect * from {{ ref('patients') }} -- <all>\n"
        )
        (self.folder / "tiny__cohort.sql").write_text(model, encoding="utf-8")
        with duckdb.connect(str(self.working_db)) as connection:
            connection.execute(COHORT)

    def current_publication(self) -> None:
        return None

    def study_dirs(self) -> dict[str, Path]:
        return {"tiny": self.folder}

    @property
    def plan(self) -> Path:
        return self.folder / "plan.toml"

    def write_plan(self, population="all", swap=("", ""), more="") -> None:
        text = PLAN.replace('population = "POPULATION"', f'population = "{population}"')
        self.plan.write_text(text + more, encoding="utf-8")
        self.swap_in_plan(*swap)

    def swap_in_plan(self, old: str, new: str) -> None:
        text = self.plan.read_text("utf-8")
        assert old in text, f"the plan has no {old}"
        self.plan.write_text(text.replace(old, new), encoding="utf-8")

    def analyse(self) -> None:
        analyse(self, say=lambda line: None)

    def results(self, analysis_id: str) -> dict[str, list]:
        """Analyse; value, text and method by the end of the id, population aside."""
        self.analyse()
        rows = self.query(
            "select concat_ws('.', variable, level, arm, statistic), value, text,"
            f" method from analysis.results where analysis_id = '{analysis_id}'"
        )
        return {key: row for key, *row in rows}

    def execute(self, statement: str) -> None:
        with duckdb.connect(str(self.working_db)) as connection:
            connection.execute(statement)

    def query(self, statement: str) -> list[tuple]:
        with duckdb.connect(str(self.working_db), read_only=True) as connection:
            return connection.execute(statement).fetchall()

    def text(self, result_id: str) -> str | None:
        rows = self.query(
            f"select text from analysis.results where result_id = 'tiny.{result_id}'"
        )
        return rows[0][0] if rows else None
