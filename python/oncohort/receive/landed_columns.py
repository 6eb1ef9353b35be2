"""Landed files against the contract: what an earlier version landed may not fit."""

from oncohort.contract import book_tables, extract_tables
from oncohort.errors import ConfigError
from oncohort.workspace import Workspace


def refuse_unfit(workspace: Workspace) -> None:
    """Refuse to build on files whose columns are not those of the contract.

    `receive` lands a delivery again when the contract has changed, but only one that
    still lies under `extracts/`.

    Raises
    ------
    ConfigError
        For the first such file, with the columns that differ.
    """
    import pyarrow.parquet as pq

    for name, table in (extract_tables() | book_tables()).items():
        wanted = {column.name for column in table.columns}
        for path in sorted((workspace.landing / name).glob("**/*.parquet")):
            found = set(pq.read_schema(path).names)
            if found != wanted:
                parts = dict(each.split("=") for each in path.parts if "=" in each)
                place = f"{parts.get('site')}/{parts.get('delivery')}"
                raise ConfigError(
                    "a landed file has not the columns of the contract: an earlier"
                    " version of oncohort, or of the contract, has landed it",
                    f"put its delivery back under extracts/{place}/ and run `oncohort"
                    " receive`, which lands it again; or remove the file's folder",
                    file=workspace.relative(path),
                    column=_differing(wanted, found),
                )


def _differing(wanted: set[str], found: set[str]) -> str:
    differing = [f"{name} (lacking)" for name in sorted(wanted - found)]
    differing += [f"{name} (unknown)" for name in sorted(found - wanted)]
    return ", ".join(differing)
