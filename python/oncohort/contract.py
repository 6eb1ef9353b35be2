"""The extract contract and the books of the landing zone, read from their dbt YAML."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError
from oncohort.workspace import project_root

EXTRACT_YML = "models/staging/extract.yml"
LANDING_YML = "models/staging/landing.yml"


@dataclass(frozen=True)
class Column:
    """One column: what staging reads its text as, and what it may hold."""

    name: str
    data_type: str = "varchar"
    type: str = "text"
    code_list: str | None = None
    required: bool = False
    identifying: bool = False
    quasi_identifying: bool = False
    lineage: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its key and columns, lineage first; `file` is a study's CSV of it."""

    name: str
    columns: tuple[Column, ...]
    key: Sequence[str] = ()
    file: str | None = None

    @property
    def content(self) -> tuple[Column, ...]:
        """The columns a site sends, without lineage."""
        return tuple(column for column in self.columns if not column.lineage)

    def column(self, name: str) -> Column:
        """Return a column by its name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def dates(self) -> tuple[str, ...]:
        """Names of the columns that hold dates."""
        return tuple(column.name for column in self.content if column.type == "date")

    @property
    def numbers(self) -> tuple[str, ...]:
        """Names of the columns that hold numbers, whole or not."""
        kinds = ("integer", "number")
        return tuple(column.name for column in self.content if column.type in kinds)


@lru_cache
def _tables(path: Path) -> dict[str, Table]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        page = yaml.load(path.read_bytes(), Loader=loader)  # noqa: S506  safe loaders
        tables = page["sources"][0]["tables"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigError(
            f"the contract cannot be read: {error}",
            "restore the file from the repository",
            file=path,
        ) from error
    return {table["name"]: _table(table) for table in tables}


def _table(entry: dict[str, Any]) -> Table:
    columns = tuple(
        Column(
            column["name"], column.get("data_type", "varchar"), **_meta(column, Column)
        )
        for column in entry["columns"]
    )
    return Table(entry["name"], columns, **_meta(entry, Table))


def _meta(entry: dict[str, Any], kind: type) -> dict[str, Any]:
    meta = entry.get("config", {}).get("meta", {})
    return {name: meta[name] for name in meta if name in kind.__dataclass_fields__}


def extract_tables() -> dict[str, Table]:
    """Return the tables of the extract contract by name."""
    return _tables(project_root() / EXTRACT_YML)


def book_tables() -> dict[str, Table]:
    """Return the books and the landed configuration by name."""
    return _tables(project_root() / LANDING_YML)


def configuration_files() -> dict[str, str]:
    """Return the tables that studies fill: name -> CSV of the study's folder."""
    return {name: table.file for name, table in book_tables().items() if table.file}


def identifying_columns() -> frozenset[str]:
    """Return the names of the columns that identify a patient, of any table."""
    return frozenset(
        column.name
        for table in extract_tables().values()
        for column in table.columns
        if column.identifying
    )
