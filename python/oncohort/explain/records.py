"""A patient's records: in words, with the line they stand on and who read it."""

import csv
import datetime
from typing import Any, NamedTuple

from oncohort.contract import Column, extract_tables
from oncohort.explain.originals import Originals
from oncohort.identity import quoted_name, text_literal
from oncohort.queries.source_names import entries_of, is_of
from oncohort.receive.site_config import SiteConfig, read_site
from oncohort.workspace import Workspace

Row = dict[str, Any]
# a contract table whose mart has another name; how a column's name may change
_MARTS = {"assessments": "tumour_assessments"}
_RENAMED = ("{}", "{}_code", "sent_{}", "were_{}")
_SHORT_CODE = 3
_LANDED = """
select * from read_parquet({files}, hive_partitioning = false) where source_row_id = ?
"""


class Entry(NamedTuple):
    """A line of a trail. `verdict`: why the record decides or loses; raw: if asked."""

    on: datetime.date | None
    what: str
    verdict: str = ""
    is_deciding: bool = False
    place: str = ""
    words: str = ""
    read_by: int | None = None
    raw: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def rows(connection: Any, query: str, values: list[Any] | None = None) -> list[Row]:
    """Return the rows of a query, each as a dictionary."""
    cursor = connection.execute(query, values or [])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


class Calendar(NamedTuple):
    """How days are told: counted from a start, and by date unless that means nothing.

    `first_day` is 1 where the start itself is day 1.
    """

    start_on: datetime.date | None
    is_offset: bool
    first_day: int = 0

    def day(self, on: datetime.date | None) -> str:
        """Return a day as counted from the start; empty without one."""
        if on is None or self.start_on is None:
            return ""
        return f"day {(on - self.start_on).days + self.first_day:,}"

    def date(self, on: datetime.date | None) -> str:
        """Return the date; empty where days are counted from an anchor."""
        return "" if on is None or self.is_offset else on.isoformat()


class Records:
    """The records of one patient.

    `mappings` gathers, in the order of their first use, how files were read.
    """

    def __init__(
        self,
        connection: Any,
        workspace: Workspace,
        patient: Row,
        calendar: Calendar,
        is_raw: bool,
    ) -> None:
        """Find where each record stands; nothing else is read yet."""
        self.connection, self.workspace, self.patient = connection, workspace, patient
        self.calendar = calendar
        self.originals = Originals(workspace) if is_raw else None
        found = rows(
            connection,
            "select * from core.source_rows where patient_id = ?",
            [patient["patient_id"]],
        )
        self.sources = {row["source_row_id"]: row for row in found}
        self.marts: dict[str, dict[str, list[Row]]] = {}
        labels = connection.execute("select code_list, code, label_en from reference.code_lists")
        self.labels = {tuple(key): label for *key, label in labels.fetchall()}
        self.mappings: dict[str, int] = {}
        self.site = self._site()

    def _site(self) -> SiteConfig | None:
        folder = self.workspace.site_dirs().get(self.patient["site_id"])
        return folder and read_site(folder, self.workspace.relative(folder))

    def entry(self, row_id: str | None, on: Any, what: str, *verdict: Any) -> Entry:
        """Return a line of a trail about a record; without one only day and words."""
        source = self.sources.get(row_id or "")
        if source is None:
            return Entry(on, what, *verdict)
        place = f"{source['site_id']} {source['delivered_on']}/{source['source_file']}"
        if source["source_sheet"]:
            place += f" sheet {source['source_sheet']}"
        place += f" line {source['source_line']}"
        entry = Entry(on or self._day(source), what, *verdict)
        entry = entry._replace(place=place, words=self._words(source))
        if self.site is None:
            return entry
        entry = entry._replace(read_by=self._read_by(source))
        return self._with_raw(entry, source) if self.originals else entry

    def of(self, table: str) -> dict[str, list[Row]]:
        """Return the patient's rows of a contract table's mart, by their source row."""
        if table not in self.marts:
            mart = quoted_name(_MARTS.get(table, table))
            query = f"select * from core.{mart} where patient_id = ?"  # noqa: S608
            self.marts[table] = {}
            for row in rows(self.connection, query, [self.patient["patient_id"]]):
                self.marts[table].setdefault(row["source_row_id"], []).append(row)
        return self.marts[table]

    def _day(self, source: Row) -> datetime.date | None:
        dates = extract_tables()[source["table_name"]].dates
        found = self.of(source["table_name"]).get(source["source_row_id"], [{}])[0]
        return next((found[d] for d in dates if found.get(d) is not None), None)

    def _words(self, source: Row) -> str:
        """Return what the record holds as read: codes, dates and numbers, no text."""
        table = source["table_name"]
        found = self.of(table).get(source["source_row_id"], [])
        words: dict[str, dict[str, None]] = {}
        for row in found:
            for column in _shown(table):
                value = next((row[n] for n in _names(column) if n in row), None)
                if value is not None:
                    known = row.get(f"{column.name}_precision", "day")
                    told = "" if known == "day" else f" (known to the {known})"
                    text = self._text(value, column) + told
                    words.setdefault(column.name, {})[text] = None
        # the day of the record itself stands before the line
        first = next((c.name for c in _shown(table) if c.type == "date"), None)
        if not any("known to" in text for text in words.get(first, ())):
            words.pop(first, None)
        return ", ".join(
            f"{_plain(name)} = {' + '.join(texts)}"
            for name, texts in words.items()
        )

    def _text(self, value: Any, column: Column) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, datetime.date):
            return self.calendar.date(value) or self.calendar.day(value) or "known"
        if column.code_list is None:
            return f"{value:g}" if isinstance(value, float) else str(value)
        label = self.labels.get((column.code_list, value), value)
        # doctors write PD, not the words
        is_usual = value.isupper() and len(value) <= _SHORT_CODE and label != value
        return f"{value} ({label})" if is_usual else label

    def _read_by(self, source: Row) -> int:
        """Return the number of the mapping that read a record's file."""
        table, sources = source["table_name"], {}
        for entry in entries_of(self.site, source, table):
            for column in _shown(table):
                config = entry.columns.get(column.name)
                if config is not None:
                    told = sources.setdefault(column.name, {})
                    told[" or ".join(config.sources) or f"“{config.value}”"] = None
        named = [
            f"{_plain(column)} ← {', '.join(told)}"
            for column, told in sources.items()
        ]
        page = self.workspace.relative(
            self.workspace.site_dirs()[self.site.site_id] / "site.yml"
        )
        file = " sheet ".join(filter(None, [source["source_file"], source["source_sheet"]]))
        text = f"{page}: {file} → {table}: {'; '.join(named) or 'no longer named there'}"
        return self.mappings.setdefault(text, len(self.mappings) + 1)

    def _with_raw(self, entry: Entry, source: Row) -> Entry:
        """Add the original line, and what turned each of its words into a code."""
        import duckdb

        config = next((f for f in self.site.files if is_of(f, source)), None)
        if config is None:
            return entry._replace(raw=("(site.yml no longer names the file)",))
        table = source["table_name"]
        text = self.originals.text(source, config)
        files = self.workspace.landing / table / f"site={source['site_id']}/*/*.parquet"
        with duckdb.connect() as reader:
            query = _LANDED.format(files=text_literal(files.as_posix()))
            landed = rows(reader, query, [source["source_row_id"]])
        codes = [
            self._coded(column, landed[0], source)
            for column in _shown(table)
            if landed and column.code_list and landed[0][column.name] is not None
        ]
        return entry._replace(raw=tuple(text.splitlines()), codes=tuple(codes))

    def _coded(self, column: Column, landed: Row, source: Row) -> str:
        """Return which file and line turned a word into its code."""
        word, sources = landed[column.name], {}
        for entry in entries_of(self.site, landed, source["table_name"]):
            for name in entry.columns[column.name].sources or ("site.yml",):
                sources[name] = None
        column_names = " or ".join(sources)
        folder = self.workspace.site_dirs()[source["site_id"]]
        seeds = self.workspace.project / "seeds" / "code_synonyms.csv"
        for path in (folder / "codes.csv", seeds):
            for line, row in enumerate(_csv(path), start=2):
                is_list = row["code_list"] == column.code_list
                if is_list and row["term"].strip().lower() == word.strip().lower():
                    by = f"({self.workspace.relative(path)} line {line})"
                    name = _plain(column.name)
                    return f"{column_names} “{word}” → {name} = {row['code']} {by}"
        return f"{column_names} “{word}” → no code: unmapped"


def _csv(path: Any) -> list[Row]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _shown(table: str) -> list[Column]:
    """Return the columns shown without --raw: nothing that identifies, no free text."""
    return [
        column
        for column in extract_tables()[table].content
        if column.type != "text" and not (column.identifying or column.quasi_identifying)
    ]


def _plain(name: str) -> str:
    """Return a column's name as words: has_new_lesion is `new lesion`."""
    return name.removeprefix("has_").removeprefix("is_").replace("_", " ")


def _names(column: Column) -> list[str]:
    return [form.format(column.name) for form in _RENAMED]
