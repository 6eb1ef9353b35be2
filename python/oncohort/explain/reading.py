"""How a site's files were read: the columns of site.yml, the words and their codes."""

import csv
import re
from functools import lru_cache
from pathlib import Path

from oncohort.contract import Column, extract_tables
from oncohort.explain.facts import Row, rows
from oncohort.explain.originals import Originals
from oncohort.queries.source_names import entries_of, is_of
from oncohort.receive.site_config import read_site
from oncohort.workspace import Workspace

_LANDED = """
select * from read_parquet({files}, hive_partitioning = false)
where patient_id = {patient_id}
"""


class Reading:
    """How the files of one site were read, as its site.yml and code lists stand now.

    `mappings` gathers which columns were read as what, in the order of first use.
    """

    def __init__(
        self, workspace: Workspace, folder: Path, patient_id: str, is_raw: bool
    ) -> None:
        """Read the site's configuration; raw text is looked up where asked for."""
        self.workspace, self.folder, self.patient_id = workspace, folder, patient_id
        self.site = read_site(folder, workspace.relative(folder))
        self.originals = Originals(workspace) if is_raw else None
        self.mappings: dict[str, int] = {}
        self.landed: dict[str, dict[str, Row]] = {}

    def number(self, source: Row) -> int:
        """Return the number of the mapping that read a record's file."""
        table, sources = source["table_name"], {}
        for entry in entries_of(self.site, source, table):
            for column in shown(table):
                config = entry.columns.get(column.name)
                if config is not None:
                    told = sources.setdefault(column.name, {})
                    told[" or ".join(config.sources) or f"“{config.value}”"] = None
        named = [
            f"{plain(column)} ← {', '.join(told)}" for column, told in sources.items()
        ]
        page = self.workspace.relative(self.folder / "site.yml")
        file = " sheet ".join(
            filter(None, [source["source_file"], source["source_sheet"]])
        )
        text = (
            f"{page}: {file} → {table}: {'; '.join(named) or 'no longer named there'}"
        )
        return self.mappings.setdefault(text, len(self.mappings) + 1)

    def raw(self, source: Row) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the original lines, and what turned each of their words into a code.

        Nothing unless the raw text was asked for.
        """
        if self.originals is None:
            return (), ()
        config = next((f for f in self.site.files if is_of(f, source)), None)
        if config is None:
            return ("(site.yml no longer names the file)",), ()
        table = source["table_name"]
        text = self.originals.text(source, config)
        landed = self._landed(table).get(source["source_row_id"], {})
        codes = [
            self._coded(column, landed, table)
            for column in shown(table)
            if column.code_list and landed.get(column.name) is not None
        ]
        return tuple(re.split(r"\r\n|\r|\n", text)), tuple(codes)

    def _landed(self, table: str) -> dict[str, Row]:
        """Return the patient's rows of a table as landed: the words, not the codes."""
        import duckdb

        if table not in self.landed:
            files = self.workspace.landing / table / f"site={self.site.site_id}"
            place = (files / "*" / "*.parquet").as_posix()
            with duckdb.connect() as reader:
                found = rows(reader, _LANDED, files=place, patient_id=self.patient_id)
            self.landed[table] = {row["source_row_id"]: row for row in found}
        return self.landed[table]

    def _coded(self, column: Column, landed: Row, table: str) -> str:
        """Return which file and line turned a word into its code."""
        word, sources = landed[column.name], {}
        for entry in entries_of(self.site, landed, table):
            for name in entry.columns[column.name].sources or ("site.yml",):
                sources[name] = None
        column_names = " or ".join(sources)
        for path in (
            self.folder / "codes.csv",
            self.workspace.project / "seeds" / "code_synonyms.csv",
        ):
            known = _terms(path).get((column.code_list, _term(word)))
            if known:
                by = f"({self.workspace.relative(path)} line {known[1]})"
                name = plain(column.name)
                return f"{column_names} “{word}” → {name} = {known[0]} {by}"
        return f"{column_names} “{word}” → no code: unmapped"


@lru_cache
def _terms(path: Path) -> dict[tuple[str, str], tuple[str, int]]:
    """Return code list and term -> code and line of a CSV of synonyms."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        return {
            (row["code_list"], _term(row["term"])): (row["code"], reader.line_num)
            for row in reader
        }


def _term(word: str) -> str:
    """Return a word as staging compares it."""
    return word.strip().lower()


def shown(table: str) -> list[Column]:
    """Return the columns shown without --raw: nothing that identifies, no free text."""
    return [
        column
        for column in extract_tables()[table].content
        if column.type != "text"
        and not (column.identifying or column.quasi_identifying)
    ]


def plain(name: str) -> str:
    """Return a column's name as words: has_new_lesion is `new lesion`."""
    return name.removeprefix("has_").removeprefix("is_").replace("_", " ")
