"""A patient's records: in words, with the line they stand on and who read it."""

import datetime
from typing import Any, NamedTuple

from oncohort.contract import Column, extract_tables
from oncohort.errors import ConfigError
from oncohort.explain.facts import Facts, Row
from oncohort.explain.reading import Reading, plain, shown

# a contract table whose mart has another name; how a column's name may change
_MARTS = {"assessments": "tumour_assessments"}
_RENAMED = ("{}", "{}_code", "sent_{}", "were_{}")
_SHORT_CODE = 3


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
    """The records of one patient; `reading` is None where the site is not here."""

    def __init__(
        self, facts: Facts, site_id: str, calendar: Calendar, is_raw: bool
    ) -> None:
        """Find where each record stands; nothing else is read yet.

        Raises
        ------
        ConfigError
            If raw text is wanted of a site whose site.yml is not here.
        """
        self.facts, self.calendar = facts, calendar
        self.sources = {r["source_row_id"]: r for r in facts.ask("core.source_rows")}
        self.labels = facts.labels()
        self.marts: dict[str, dict[str, list[Row]]] = {}
        folder = facts.workspace.site_dirs().get(site_id)
        if folder is None and is_raw:
            message = f"sites/{site_id}/site.yml, which says how to read, is not here"
            raise ConfigError(message, "leave out --raw, or say --workspace")
        self.reading = folder and Reading(
            facts.workspace, folder, facts.patient_id, is_raw
        )

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
        if self.reading is None:
            return entry
        raw, codes = self.reading.raw(source)
        number = self.reading.number(source)
        return entry._replace(read_by=number, raw=raw, codes=codes)

    def of(self, table: str) -> dict[str, list[Row]]:
        """Return the patient's rows of a contract table's mart, by their source row."""
        if table not in self.marts:
            self.marts[table] = {}
            for row in self.facts.ask(f"core.{_MARTS.get(table, table)}"):
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
            for column in shown(table):
                value = next((row[n] for n in _names(column) if n in row), None)
                if value is not None:
                    known = row.get(f"{column.name}_precision", "day")
                    told = "" if known == "day" else f" (known to the {known})"
                    text = self._text(value, column) + told
                    words.setdefault(column.name, {})[text] = None
        # the day of the record itself stands before the line
        first = next((c.name for c in shown(table) if c.type == "date"), None)
        if not any("known to" in text for text in words.get(first, ())):
            words.pop(first, None)
        return ", ".join(
            f"{plain(name)} = {' + '.join(texts)}" for name, texts in words.items()
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


def _names(column: Column) -> list[str]:
    return [form.format(column.name) for form in _RENAMED]
