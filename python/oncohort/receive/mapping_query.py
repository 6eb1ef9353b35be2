"""The SQL that turns a file's cells into rows of one contract table."""

from dataclasses import dataclass

from oncohort.contract import Table
from oncohort.identity import PATIENT_DIGITS, ROW_DIGITS, keyed_hash_sql, text_literal
from oncohort.receive.iso_dates import iso_date_sql
from oncohort.receive.site_config import (
    ColumnConfig,
    Condition,
    FileConfig,
    TableConfig,
)
from oncohort.receive.source_table import LINE, SourceTable

FLAG = "__unreadable"
# what spreadsheets and web forms leave around a value; U+3000 is the Chinese blank
BLANKS = " \t\r\n\u00a0\u3000\ufeff"


@dataclass(frozen=True)
class Origin:
    """Which delivery and file a row comes from."""

    site_id: str
    delivered_on: str
    file_sha256: str
    key: bytes


class MappingQuery:
    """Writes the query; positions of source columns are looked up on the way."""

    def __init__(
        self,
        source: SourceTable,
        file: FileConfig,
        entry: TableConfig,
        table: Table,
        origin: Origin,
    ) -> None:
        """Keep what the query is written from."""
        self.source = source
        self.file = file
        self.entry = entry
        self.table = table
        self.origin = origin
        self.mapped = {column.name: column for column in entry.columns}
        self.used: set[int] = set()

    def date_names(self) -> list[str]:
        """The mapped columns that hold dates."""
        return [
            column.name
            for column in self.table.content
            if column.type == "date" and column.name in self.mapped
        ]

    def sql(self) -> str:
        """The whole query."""
        meant = " and ".join(self._condition(one) for one in self.entry.when) or "true"
        action = "'upsert'"
        if self.file.delete_when:
            is_deleted = self._condition(self.file.delete_when)
            action = f"case when {is_deleted} then 'delete' else 'upsert' end"
        raw = ",\n".join(
            f"{self._value(column.name)} as {column.name}"
            for column in self.table.content
        )
        cells = ", ".join(
            f"trim(c{number}, {text_literal(BLANKS)}) as t{number}"
            for number in sorted(self.used)
        )
        return f"""
with trimmed as (
    select {LINE}{", " + cells if cells else ""} from source_cells
),
raw as materialized (
    select {LINE}, {action} as row_action, {raw}
    from trimmed where {meant}
),{self._read_dates()}
dated as (
    select raw.{LINE}, raw.row_action, {self._dated_columns()} from raw
    {self._joined_dates()}
)
select *, {self._lineage()} from dated"""  # noqa: S608  names of the contract

    def _cell(self, name: str) -> str:
        number = self.source.position(name)
        self.used.add(number)
        return f"t{number}"

    def _not_null(self, name: str) -> str:
        cell = self._cell(name)
        words = ", ".join(text_literal(word) for word in {"", *self.file.null_words})
        return f"case when {cell} not in ({words}) then {cell} end"

    def _value(self, name: str) -> str:
        column: ColumnConfig | None = self.mapped.get(name)
        if column is None:
            return "cast(null as varchar)"
        if column.value is not None:
            return text_literal(column.value)
        cells = ", ".join(self._not_null(source) for source in column.sources)
        if column.join is not None:
            return f"nullif(concat_ws({text_literal(column.join)}, {cells}), '')"
        return f"coalesce({cells})"

    def _condition(self, condition: Condition) -> str:
        tests = []
        if condition.not_null:
            tests.append(f"({self._not_null(condition.column)}) is not null")
        if condition.words is not None:
            tests.append(f"{self._cell(condition.column)} in {_list(condition.words)}")
        if condition.not_words is not None:
            words = _list(condition.not_words)
            tests.append(f"{self._cell(condition.column)} not in {words}")
        return f"({' and '.join(tests)})"

    def _read_dates(self) -> str:
        """One small table a date column: each distinct text, read once."""
        on = self.origin.delivered_on
        return "".join(
            f"""
{date}__read as (
    select {date}, {iso_date_sql(date, self.mapped[date], self.file, on)} as iso
    from (select distinct {date} from raw where {date} is not null)
),"""  # noqa: S608
            for date in self.date_names()
        )

    def _joined_dates(self) -> str:
        return "\n    ".join(
            f"left join {date}__read on raw.{date} = {date}__read.{date}"
            for date in self.date_names()
        )

    def _dated_columns(self) -> str:
        dates = self.date_names()
        content = [
            f"coalesce({column.name}__read.iso, raw.{column.name}) as {column.name}"
            if column.name in dates
            else f"raw.{column.name}"
            for column in self.table.content
        ]
        flags = [
            f"raw.{date} is not null and {date}__read.iso is null as {date}{FLAG}"
            for date in dates
        ]
        return ", ".join(content + flags)

    def _lineage(self) -> str:
        origin = self.origin
        site = text_literal(origin.site_id)
        patient = keyed_hash_sql(origin.key, [site, "record_no"], PATIENT_DIGITS)
        record = keyed_hash_sql(
            origin.key,
            [site, text_literal(self.table.name), *self.entry.key],
            ROW_DIGITS,
        )
        constants = {
            "site_id": origin.site_id,
            "delivered_on": origin.delivered_on,
            "delivery_kind": self.file.delivery_kind,
            "date_basis": self.file.date_basis,
            "source_file": self.source.file,
            "source_sheet": self.source.sheet,
            "file_sha256": origin.file_sha256,
        }
        fixed = [f"{text_literal(text)} as {name}" for name, text in constants.items()]
        return ", ".join([f"{patient} as patient_id, {record} as record_id", *fixed])


def _list(words: tuple[str, ...]) -> str:
    return "(" + ", ".join(text_literal(word) for word in words or ("",)) + ")"
