"""What a column and its codes are called: from the models' pages and the code lists.

A column's codes are the list that its description names (`Code of list ...`), else the
values that its model's page accepts, with the labels of the study's plan.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from oncohort.workspace import Workspace

if TYPE_CHECKING:
    import duckdb

CODE_LIST = re.compile(r"\s*Code of list `(\w+)`\.")
YES_NO = {False: "No", True: "Yes"}


class Variable(NamedTuple):
    """A column: its name, DuckDB's type, its label, and labels by code, in order."""

    name: str
    data_type: str
    label: str
    codes: dict[Any, str]

    @property
    def is_coded(self) -> bool:
        """Whether it holds text codes, which a statistics program wants as numbers."""
        return bool(self.codes) and self.data_type == "VARCHAR"


def variables(
    workspace: Workspace,
    connection: "duckdb.DuckDBPyConnection",
    schema: str,
    table: str,
) -> list[Variable]:
    """Return the columns of a published table with their labels and codes."""
    pages = _pages(workspace, (f"{schema}__{table}", table))
    shown = _plan_labels(workspace, schema)
    lists = _code_lists(connection)
    found = []
    for name, data_type, comment in connection.execute(
        "select column_name, data_type, comment from duckdb_columns()"
        " where schema_name = ?"
        " and table_name = ? and database_name = current_database()"
        " order by column_index",
        [schema, table],
    ).fetchall():
        page = pages.get(name, {})
        description = " ".join((page.get("description") or comment or "").split())
        named = CODE_LIST.search(description)
        codes = lists.get(named[1], {}) if named else {}
        if data_type == "BOOLEAN":
            codes = YES_NO
        elif not named and data_type == "VARCHAR":
            own = shown.get(name, {})
            known = _accepted(page) or own
            codes = {value: own.get(value, value) for value in known}
        label = CODE_LIST.sub("", description) or name
        found.append(Variable(name, data_type, label, codes))
    return found


def _pages(workspace: Workspace, names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Columns of a model's page by name; empty if no page describes it."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    own = [workspace.project / name for name in ("models/marts", "seeds")]
    for root in [*workspace.study_dirs().values(), *own]:
        for file in _files(root, names):
            page = yaml.load(file.read_bytes(), Loader=loader)  # noqa: S506  safe
            for each in [*page.get("models", []), *page.get("seeds", [])]:
                if each["name"] in names:
                    return {column["name"]: column for column in each["columns"]}
    return {}


def _files(root: Path, names: Iterable[str]) -> list[Path]:
    return [
        *(file for name in names for file in root.rglob(f"{name}.yml")),
        *root.glob("seeds.yml"),
    ]


def _accepted(page: dict[str, Any]) -> list[str]:
    """Values that a test of the column accepts."""
    for test in page.get("data_tests", []):
        if isinstance(test, dict) and "accepted_values" in test:
            return test["accepted_values"]["arguments"]["values"]
    return []


def _plan_labels(workspace: Workspace, study_id: str) -> dict[str, dict[Any, str]]:
    """Labels of values by column, as the plan of a study gives them."""
    from oncohort.analysis.plan import load_plan

    file = workspace.study_dirs().get(study_id, workspace.root) / "plan.toml"
    if not file.is_file():
        return {}
    plan = load_plan(file)
    found: dict[str, dict[Any, str]] = {}
    for analysis in plan.analyses:
        arms = analysis.groups or plan.arms
        found.setdefault(analysis.arm_column, {each.value: each.label for each in arms})
        for variable in analysis.variables:
            labels = {level.value: level.label for level in variable.levels}
            found.setdefault(variable.column, labels)
    return found


def _code_lists(connection: "duckdb.DuckDBPyConnection") -> dict[str, dict[str, str]]:
    """English label of each code, by list, in the order of the seed."""
    found: dict[str, dict[str, str]] = {}
    for name, code, label in connection.execute(
        "select code_list, code, label_en from reference.code_lists order by rowid"
    ).fetchall():
        found.setdefault(name, {})[code] = label
    return found
