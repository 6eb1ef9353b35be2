"""What the published tables say of one patient and of the rules that were used."""

import csv
from pathlib import Path
from typing import Any, NamedTuple

from oncohort.errors import ConfigError
from oncohort.identity import quoted_name, text_literal
from oncohort.workspace import Workspace

Row = dict[str, Any]


def rows(connection: Any, query: str, **values: Any) -> list[Row]:
    """Return the rows of a query, each as a dictionary.

    Values take the place of `{name}` as literals: with a parameter DuckDB imports
    pandas, half a second.
    """
    literals = {name: text_literal(str(value)) for name, value in values.items()}
    cursor = connection.execute(query.format(**literals))
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Study(NamedTuple):
    """What a study says of the patient: the step they failed, or their entry."""

    study_id: str
    folder: Path | None
    failed_step_no: int | None
    reason: str | None
    criterion: str | None
    arm: str | None
    start_on: Any


class Facts:
    """Questions about one patient to the published tables."""

    def __init__(self, connection: Any, workspace: Workspace, patient_id: str) -> None:
        """Keep what is asked; nothing is read yet."""
        self.connection, self.workspace = connection, workspace
        self.patient_id = patient_id

    def ask(self, table: str, where: str = "true", **values: Any) -> list[Row]:
        """Return the patient's rows of a table, `[]` where there is no such table."""
        schema, name = table.split(".")
        if not self.has(schema, name):
            return []
        query = f"select * from {quoted_name(schema)}.{name}"  # noqa: S608
        query += f" where patient_id = {{id}} and {where}"
        return rows(self.connection, query, id=self.patient_id, **values)

    def has(self, schema: str, table: str) -> bool:
        """Return whether a table is published."""
        query = "from duckdb_tables() where schema_name = {a} and table_name = {b}"
        return bool(rows(self.connection, query, a=schema, b=table))

    def labels(self) -> dict[tuple[str, str], str]:
        """Return code list and code -> label."""
        found = rows(self.connection, "select * from reference.code_lists")
        return {(row["code_list"], row["code"]): row["label_en"] for row in found}

    def endpoint_codes(self, study_id: str) -> list[str]:
        """Return the endpoints that a study follows, whoever the patient."""
        query = "select distinct endpoint_code as code from core.time_to_event"
        found = rows(self.connection, query + " where study_id = {id}", id=study_id)
        return sorted(row["code"] for row in found)

    def study(self, wanted: str | None) -> Study | None:
        """Return the study asked for, or the only one that screened the patient.

        Raises
        ------
        ConfigError
            If it is not published, or several screened the patient.
        """
        query = (
            "select schema_name from duckdb_tables() where table_name = 'eligibility'"
        )
        known = sorted(name for (name,) in self.connection.execute(query).fetchall())
        if wanted is not None and wanted not in known:
            message = f"no study `{wanted}` is published"
            raise ConfigError(message, f"known: {', '.join(known) or 'none'}")
        asked = [wanted] if wanted else known
        screened = [s for s in asked if self.ask(f"{s}.eligibility")]
        if not screened and wanted:
            message = f"study `{wanted}` did not screen this patient"
            raise ConfigError(message, "leave out --study", value=self.patient_id)
        if len(screened) > 1:
            message = f"the patient was screened by {', '.join(screened)}"
            raise ConfigError(message, "say which with --study", value=self.patient_id)
        return self._study(screened[0]) if screened else None

    def _study(self, study_id: str) -> Study:
        (judged,) = self.ask(f"{study_id}.eligibility")
        (entered,) = self.ask(f"{study_id}.entries") or [{}]
        failed = judged["failed_step_no"]
        criterion = None
        if failed is not None and self.has(study_id, "cohort_flow"):
            flow = f"{quoted_name(study_id)}.cohort_flow"
            query = f"select criterion from {flow} where step_no = {int(failed)}"  # noqa: S608
            criterion = (self.connection.execute(query).fetchone() or [None])[0]
        folder = self.workspace.study_dirs().get(study_id)
        place = (study_id, folder, failed, judged["reason"], criterion)
        return Study(*place, entered.get("arm"), entered.get("time_zero_on"))

    def rules(self, table: str, study: Study | None, rule_set: str) -> list[Row]:
        """Return rows of a reference table for a rule set, then the study's own."""
        query = f"select * from reference.{table} where rule_set_id = "  # noqa: S608
        found = rows(self.connection, query + "{name}", name=rule_set)
        path = study and study.folder and study.folder / f"{table}.csv"
        if path and path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as file:
                own = [row for row in csv.DictReader(file)]
            found += [row for row in own if row["rule_set_id"] == rule_set]
        return found
