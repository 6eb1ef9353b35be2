"""A site's configuration: `site.yml` held against its schema and the contract."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oncohort.contract import extract_tables
from oncohort.receive.site_checks import check_site, mappings
from oncohort.receive.site_yaml import SiteYaml

NO_QUOTE = "none"


@dataclass(frozen=True)
class Condition:
    """What a row must meet: `column` is not null, in a list, or not in one."""

    column: str
    not_null: bool
    words: tuple[str, ...] | None
    not_words: tuple[str, ...] | None


@dataclass(frozen=True)
class ColumnConfig:
    """Where one contract column comes from."""

    name: str
    sources: tuple[str, ...]
    value: str | None
    join: str | None
    dates: tuple[str, ...] | None
    not_before: int | None


@dataclass(frozen=True)
class TableConfig:
    """One contract table that a file feeds."""

    table: str
    when: tuple[Condition, ...]
    key: tuple[str, ...]
    columns: tuple[ColumnConfig, ...]


@dataclass(frozen=True)
class FileConfig:
    """One kind of file in a delivery; a missing setting is the site's default."""

    match: str
    format: str
    sheet: str | None
    header_line: int
    data_line: int | None
    optional: bool
    delivery_kind: str
    delete_when: Condition | None
    encoding: str
    delimiter: str
    quote: str
    null_words: tuple[str, ...]
    dates: tuple[str, ...]
    date_basis: str
    anchor: str | None
    tables: tuple[TableConfig, ...]


@dataclass(frozen=True)
class SiteConfig:
    """One site: what is shown of it, and how its files become the contract."""

    site_id: str
    title: str
    language: str
    is_made_up: bool
    source_note: str
    files: tuple[FileConfig, ...]


def read_site(folder: Path, shown: str) -> SiteConfig:
    """Read `site.yml` of a site's folder.

    Raises
    ------
    ConfigError
        With the line, if the file is not valid YAML, has an unknown or misshapen
        setting, or maps something the contract does not know.
    """
    page = SiteYaml(folder / "site.yml", f"{shown}/site.yml")
    check_site(page, folder.name)
    content = page.content
    defaults = content.get("defaults", {})
    return SiteConfig(
        site_id=content["site_id"],
        title=content["title"],
        language=content["language"],
        is_made_up=content["made_up"] == "true",
        source_note=content["source"],
        files=tuple(_file({**defaults, **entry}) for entry in content["files"]),
    )


def _file(entry: dict[str, Any]) -> FileConfig:
    quote = entry.get("quote", '"')
    delimiter = entry.get("delimiter", ",")
    delete_when = entry.get("delete_when")
    return FileConfig(
        match=entry["match"],
        format=entry.get("format", "csv"),
        sheet=entry.get("sheet"),
        header_line=int(entry.get("header_line", 1)),
        data_line=int(entry["data_line"]) if "data_line" in entry else None,
        optional=entry.get("optional") == "true",
        delivery_kind=entry.get("delivery_kind", "full"),
        delete_when=_condition(delete_when) if delete_when else None,
        encoding=entry.get("encoding", "utf-8"),
        delimiter="\t" if delimiter == "tab" else delimiter,
        quote="" if quote == NO_QUOTE else quote,
        null_words=tuple(entry.get("null_words", ())),
        dates=tuple(entry.get("dates", ())),
        date_basis=entry.get("date_basis", "calendar"),
        anchor=entry.get("anchor"),
        tables=tuple(_table(table) for table in entry["tables"]),
    )


def _table(entry: dict[str, Any]) -> TableConfig:
    when = entry.get("when", [])
    conditions = when if isinstance(when, list) else [when]
    return TableConfig(
        table=entry["table"],
        when=tuple(_condition(condition) for condition in conditions),
        key=tuple(entry.get("key") or extract_tables()[entry["table"]].key),
        columns=tuple(_column(name, column) for name, column in mappings(entry)),
    )


def _condition(entry: dict[str, Any]) -> Condition:
    return Condition(
        column=entry["column"],
        not_null="not_null" in entry,
        words=tuple(entry["in"]) if "in" in entry else None,
        not_words=tuple(entry["not_in"]) if "not_in" in entry else None,
    )


def _column(name: str, entry: dict[str, Any]) -> ColumnConfig:
    sources = entry.get("from", [])
    return ColumnConfig(
        name=name,
        sources=(sources,) if isinstance(sources, str) else tuple(sources),
        value=entry.get("value"),
        join=entry.get("join"),
        dates=tuple(entry["dates"]) if "dates" in entry else None,
        not_before=int(entry["not_before"]) if "not_before" in entry else None,
    )
