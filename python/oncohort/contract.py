"""The extract contract and the books of the landing zone, read from their dbt YAML."""

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
    is_lineage: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its key and columns, lineage first."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    file: str | None = None

    @property
    def content(self) -> tuple[Column, ...]:
        """The columns a site sends, without lineage."""
        return tuple(column for column in self.columns if not column.is_lineage)


def _column(entry: dict[str, Any]) -> Column:
    meta = entry.get("config", {}).get("meta", {})
    return Column(
        name=entry["name"],
        data_type=entry.get("data_type", "varchar"),
        type=meta.get("type", "text"),
        code_list=meta.get("code_list"),
        required=meta.get("required", False),
        identifying=meta.get("identifying", False),
        is_lineage=meta.get("lineage", False),
    )


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
    found = {}
    for table in tables:
        meta = table.get("config", {}).get("meta", {})
        found[table["name"]] = Table(
            name=table["name"],
            columns=tuple(_column(entry) for entry in table["columns"]),
            key=tuple(meta.get("key", ())),
            file=meta.get("file"),
        )
    return found


@lru_cache
def _read(root: Path, page: str) -> dict[str, Table]:
    return _tables(root / page)


def extract_tables() -> dict[str, Table]:
    """Return the tables of the extract contract by name."""
    return _read(project_root(), EXTRACT_YML)


def book_tables() -> dict[str, Table]:
    """Return the books and the landed configuration by name."""
    return _read(project_root(), LANDING_YML)


def configuration_tables() -> dict[str, Table]:
    """Return the tables that studies fill from a CSV of their folder, by name."""
    return {name: table for name, table in book_tables().items() if table.file}


def identifying_columns() -> frozenset[str]:
    """Return the names of the columns that identify a patient, of any table."""
    return frozenset(
        column.name
        for table in extract_tables().values()
        for column in table.columns
        if column.identifying
    )
