"""The SQL that the last build ran, run once more on other rows.

The rows of today (core marts that read staging) are replaced by what a test says; all
models between them and the wanted ones are run again, in memory, in their order.
"""

import json
import re

import duckdb
from workspaces import dbt

# what each table's records are dated by
DATED_BY = {
    "patients": "birth_on",
    "diagnoses": "diagnosed_on",
    "contacts": "contact_on",
    "biomarkers": "tested_on",
    "treatments": "started_on",
    "procedures": "started_on",
    "metastases": "detected_on",
    "tumour_assessments": "assessed_on",
    "lesions": "assessed_on",
    "adverse_events": "started_on",
    "milestones": "occurred_on",
}


class Rerun:
    """A built workspace whose models can be run on changed tables."""

    def __init__(self, workspace):
        # `refresh` keeps no manifest of dbt's
        compiled = dbt(workspace.root, "compile", "--quiet")
        assert compiled.returncode == 0, compiled.stdout
        text = (workspace.root / "target" / "manifest.json").read_text("utf-8")
        manifest = json.loads(text)
        models = manifest["nodes"] | {
            key: source
            for key, source in manifest["sources"].items()
            if source["source_name"] == "landing"
        }
        self.nodes = {node["name"]: node for node in models.values()}
        self.names = {key: node["name"] for key, node in models.items()}
        self.database = duckdb.connect()
        path = workspace.working_db.as_posix()
        self.database.execute(f"attach '{path}' as oncohort (read_only)")

    def built(self, name):
        """The relation of a model as built."""
        return self.nodes[name]["relation_name"]

    def columns(self, name):
        """Column -> type of a model as built."""
        found = self.database.execute(f"describe from {self.built(name)}").fetchall()
        return {row[0]: row[1] for row in found}

    def run(self, changed, wanted, kept=()):
        """Run what leads from `changed` (model -> SQL) to `wanted`, but for `kept`."""
        order = []
        for name in wanted:
            self._walk(name, changed, kept, order)
        self.database.execute(
            "drop schema if exists again cascade; create schema again"
        )
        for name in dict.fromkeys([*changed, *order]):
            sql = changed.get(name) or self._moved(self.nodes[name], changed, order)
            self.database.execute(f'create or replace table again."{name}" as {sql}')

    def _walk(self, name, changed, kept, order):
        """Whether a model rests on what changed; if so it joins the order."""
        if name in changed or name in order:
            return True
        if name in kept or "compiled_code" not in self.nodes[name]:
            return False
        parents = [
            self.names[key]
            for key in self.nodes[name]["depends_on"]["nodes"]
            if key in self.names
        ]
        rests = [self._walk(parent, changed, kept, order) for parent in parents]
        if any(rests):
            order.append(name)
        return any(rests)

    def _moved(self, node, changed, order):
        sql = node["compiled_code"]
        for name in [*changed, *order]:
            relation = re.escape(self.nodes[name]["relation_name"])
            sql = re.sub(relation + r"(?!\w)", f'again."{name}"', sql)
        return sql

    def rows(self, query):
        """All rows of a query."""
        return self.database.execute(query).fetchall()
