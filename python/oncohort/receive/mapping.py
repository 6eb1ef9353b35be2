"""The SQL that turns a file's cells into rows of one contract table."""

from dataclasses import dataclass, field
from typing import Any

from oncohort.contract import Table
from oncohort.identity import PATIENT_DIGITS, ROW_DIGITS, keyed_hash_sql, text_literal
from oncohort.receive.iso_dates import iso_date_sql
from oncohort.receive.plain_numbers import number_sql, plain_sql
from oncohort.receive.site_config import FileConfig
from oncohort.receive.source_table import SourceTable, trimmed_sql
from oncohort.receive.table_config import ColumnConfig, TableConfig

FLAG = "__unreadable"

_SHORTEST_NATIONAL_NO = 8


@dataclass(frozen=True)
class Origin:
    """Which delivery and file a row comes from."""

    site_id: str
    delivered_on: str
    file_sha256: str
    key: bytes


@dataclass
class Mapping:
    """Writes the query; `used` gathers the positions of source columns on the way.

    The rows have the contract's columns, lineage included, and for each date column
    `x` a flag `x__unreadable`. Names in the SQL come from the contract or are ours.
    """

    source: SourceTable
    file: FileConfig
    entry: TableConfig
    table: Table
    origin: Origin
    used: set[int] = field(default_factory=set)

    def sql(self) -> str:
        """Return the whole query.

        Raises
        ------
        DeliveryRefused
            If the file lacks a column that the mapping uses.
        """
        names = [column.name for column in self.table.content]
        dates, numbers = self.table.dates, self.table.numbers
        typed = (*dates, *numbers)
        meant = self._meant()
        action = "'upsert'"
        if self.file.delete_when:
            is_deleted = self._condition(self.file.delete_when)
            action = f"case when {is_deleted} then 'delete' else 'upsert' end"
        raw = [f"{self._value(name)} as {name}" for name in names]
        trimmed = [f"{self._labelled(n)} as t{n}" for n in sorted(self.used)]
        # a step of its own for each form of a value keeps DuckDB's plan small
        plain = [f"{plain_sql(name)} as {name}__plain" for name in typed]
        read = [f"{self._iso(name)} as {name}__read" for name in dates]
        read += [f"{self._number(name)} as {name}__read" for name in numbers]
        best = [
            f"coalesce({name}__read, {name}) as {name}"
            if name in dates + numbers
            else name
            for name in names
        ]
        flags = [
            f"{name} is not null and {name}__read is null as {name}{FLAG}"
            for name in dates
        ]
        return f"""
with trimmed as (select {", ".join(["source_line", *trimmed])} from source_cells),
raw as (
    select source_line, {action} as row_action, {", ".join(raw)}
    from trimmed where {meant} {self._once(names)}
),
plain as (select {", ".join(["*", *plain])} from raw),
read as (select {", ".join(["*", *read])} from plain),
mapped as (
    select source_line, row_action, {", ".join([*best, *flags, *self._constants()])}
    from read
)
select *, {self._ids(names)} from mapped"""  # noqa: S608  names of the contract

    def _meant(self) -> str:
        tests = [self._condition(one) for one in self.entry.when]
        tests += [f"not {self._condition(one)}" for one in self.file.ignore_rows]
        if self.entry.repeated:
            cells = ", ".join(self._not_null(name) for name in self.entry.repeated)
            tests.append(f"coalesce({cells}) is not null")
        return " and ".join(tests) or "true"

    def _once(self, names: list[str]) -> str:
        """Of rows that are alike in all columns, the first."""
        if not self.entry.once:
            return ""
        alike = f"partition by row_action, {', '.join(names)}"
        return f"qualify row_number() over ({alike} order by source_line) = 1"

    def _labelled(self, number: int) -> str:
        cell = trimmed_sql(f"c{number}")
        labels = self.source.labels.get(number, {})
        cases = [
            f"when {text_literal(code)} then {text_literal(label)}"
            for code, label in labels.items()
        ]
        return f"case {cell} {' '.join(cases)} else {cell} end" if cases else cell

    def _cell(self, name: str) -> str:
        number = self.source.position(name)
        self.used.add(number)
        return f"t{number}"

    def _not_null(self, name: str) -> str:
        cell = self._cell(name)
        nulls = _words(["", *self.file.null_words])
        return f"case when {cell} not in {nulls} then {cell} end"

    def _value(self, name: str) -> str:
        column = self.entry.columns.get(name)
        if column is None:
            return "cast(null as varchar)"
        if column.value is not None:
            return text_literal(column.value)
        each = [self._not_null(source) for source in column.sources]
        if column.part is not None:
            part = text_literal(column.part)
            each = [
                f"coalesce(nullif(regexp_extract({cell}, {part}, 1), ''), {cell})"
                for cell in each
            ]
        cells = ", ".join(each)
        if column.join is not None:
            return f"nullif(concat_ws({text_literal(column.join)}, {cells}), '')"
        return f"coalesce({cells})" if len(column.sources) > 1 else cells

    def _iso(self, name: str) -> str:
        column = self.entry.columns.get(name, ColumnConfig())
        return iso_date_sql(f"{name}__plain", column, self.file)

    def _number(self, name: str) -> str:
        column = self.entry.columns.get(name, ColumnConfig())
        is_sent = column.value is None  # a constant of site.yml stands as it is
        return number_sql(f"{name}__plain", self.file.decimal) if is_sent else name

    def _condition(self, condition: dict[str, Any]) -> str:
        column = condition["column"]
        tests = []
        if "not_null" in condition:
            tests.append(f"({self._not_null(column)}) is not null")
        for word, operator in (("in", "in"), ("not_in", "not in")):
            if word in condition:
                words = _words(condition[word])
                tests.append(f"{self._cell(column)} {operator} {words}")
        return f"({' and '.join(tests)})"

    def _constants(self) -> list[str]:
        constants = {
            "site_id": self.origin.site_id,
            "delivered_on": self.origin.delivered_on,
            "delivery_kind": self.file.delivery_kind,
            "date_basis": self.file.date_basis,
            "source_file": self.source.file,
            "source_sheet": self.source.sheet,
            "file_sha256": self.origin.file_sha256,
        }
        return [f"{text_literal(text)} as {name}" for name, text in constants.items()]

    def _ids(self, names: list[str]) -> str:
        key, table = self.origin.key, text_literal(self.table.name)
        row = ["site_id", "delivered_on", table, "row_action", "date_basis", *names]
        ids = {
            "patient_id": (["site_id", "record_no"], PATIENT_DIGITS),
            "record_id": (["site_id", table, *self.entry.key], ROW_DIGITS),
            "source_row_id": (row, ROW_DIGITS),
        }
        hashes = {
            name: keyed_hash_sql(key, parts, digits)
            for name, (parts, digits) in ids.items()
        }
        if "national_no" in names:
            hashes["person_id"] = _person_id_sql(key)
        return ", ".join(f"{sql} as {name}" for name, sql in hashes.items())


def _person_id_sql(key: bytes) -> str:
    """Return SQL for the hash of a person, whatever the site; null if untold.

    By the national number; else by name and full day of birth. Blanks, hyphens and
    case do not matter. A number that is short or one character over and over (000000)
    stands for "unknown". Sex takes no part: at this point it is still the site's word.
    """
    number, name = (
        f"upper(regexp_replace({column}, '[-\\s\u3000]', '', 'g'))"
        for column in ("national_no", "patient_name")
    )
    by_number = keyed_hash_sql(key, ["'number'", number], ROW_DIGITS)
    by_name = keyed_hash_sql(key, ["'name'", name, "birth_on"], ROW_DIGITS)
    return f"""case
    when length({number}) >= {_SHORTEST_NATIONAL_NO}
        and replace({number}, left({number}, 1), '') <> '' then {by_number}
    when length({name}) > 1 and birth_on like '____-__-__' then {by_name}
end"""


def _words(words: list[str]) -> str:
    return f"({', '.join(map(text_literal, words))})"
