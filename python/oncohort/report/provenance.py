"""Where a number comes from: its row, its models, and the patients behind a count."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.analysis.plan import Plan
from oncohort.report.numbers import numbers_file
from oncohort.report.patients_behind import selection, shown_patients
from oncohort.report.study_data import Row, StudyData

if TYPE_CHECKING:
    import duckdb

TABLE = re.compile(r" from (\w+\.\w+)")
REF = re.compile(r"ref\('(\w+)'\)")


class ModelFile(NamedTuple):
    """A dbt model as it stands in the project: name, folder, SQL, models it reads."""

    name: str
    folder: str
    sql: str
    reads: tuple[str, ...]


def model_files(workspace: Any) -> dict[str, ModelFile]:
    """Return every model and macro of project and workspace by name, as written."""
    own = (workspace.project / name for name in ("models", "macros"))
    roots = [*own, *workspace.study_dirs().values()]
    found = {}
    for root in roots:
        for path in sorted(root.rglob("*.sql")):
            folder = path.parent.relative_to(root.parent).as_posix()
            text = path.read_text(encoding="utf-8")
            reads = tuple(dict.fromkeys(REF.findall(text)))
            found[path.stem] = ModelFile(path.stem, folder, text.strip(), reads)
    return found


class Provenance:
    """Finds the patients behind counts in a published database."""

    def __init__(
        self, connection: "duckdb.DuckDBPyConnection", models: Iterable[str]
    ) -> None:
        """Keep the open database and the names of the models that have a page."""
        self.connection = connection
        self.models = set(models)
        named = connection.execute(
            "select schema_name || '.' || table_name from duckdb_columns()"
            " where column_name = 'patient_id'"
        )
        self.of_patients = {name for (name,) in named.fetchall()}

    def analyses(self, plan: Plan, data: StudyData) -> list[dict[str, Any]]:
        """Return per analysis its rows, grouped by how they were made, and its file."""
        found = []
        for analysis in plan.analyses:
            own = [r for r in data.results.values() if r["analysis_id"] == analysis.id]
            groups: dict[tuple[str, ...], list[Row]] = {}
            for row in own:
                made = (row["method"], row["unit"], row["source_model"])
                sql = selection(plan, analysis, row, data.flow)
                patients = self._patients(sql, row, plan) if sql else None
                groups.setdefault(made, []).append({**row, "patients": patients})
            if own:
                file = numbers_file(plan.study_id, analysis.id)
                about = {"analysis": analysis, "file": file, "n": len(own)}
                found.append({**about, "groups": groups, "model": self.model})
        return found

    def model(self, source: str) -> str | None:
        """Return the model that makes a table named `schema.table`, if it is shown."""
        schema, _, table = source.partition(".")
        names = (f"{schema}__{table}", table)
        return next((name for name in names if name in self.models), None)

    def _patients(self, sql: str, row: Row, plan: Plan) -> dict[str, Any] | None:
        """Return who is counted and how they were found; None unless they add up."""
        # a study's own flow may stand without `eligibility`, a table hold no patients
        if not self.of_patients & set(TABLE.findall(sql)):
            return None
        rows = self.connection.execute(sql).fetchall()
        ids = [patient_id for (patient_id,) in rows]
        if len(ids) != row["value"]:
            return None
        # who stays in the flow is told by those who leave
        is_told = row["statistic"] in ("n_in", "n_left")
        return {"sql": sql, "listed": [] if is_told else shown_patients(ids, plan)}


def models_by_folder(models: dict[str, ModelFile]) -> dict[str, list[ModelFile]]:
    """Return models by folder: studies first, then marts down to staging."""
    folders = sorted(
        {model.folder for model in models.values()},
        key=lambda name: (
            name == "macros",
            name.startswith("models"),
            "marts" not in name,
            name,
        ),
    )
    return {
        name: [model for model in models.values() if model.folder == name]
        for name in folders
    }
