"""A site's configuration: `site.yml` held against the contract, defaults filled in."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oncohort.contract import extract_tables
from oncohort.receive.site_yaml import SiteYaml, suggestion


@dataclass(frozen=True)
class ColumnConfig:
    """Where one contract column comes from."""

    sources: tuple[str, ...] = ()
    value: str | None = None
    join: str | None = None
    dates: tuple[str, ...] | None = None
    not_before: int | None = None


@dataclass(frozen=True)
class TableConfig:
    """One contract table that a file feeds; conditions as `site.yml` has them."""

    table: str
    when: tuple[dict[str, Any], ...]
    key: tuple[str, ...]
    columns: dict[str, ColumnConfig]


@dataclass(frozen=True)
class FileConfig:
    """One kind of file in a delivery."""

    match: str
    tables: tuple[TableConfig, ...]
    format: str = "csv"
    sheet: str | None = None
    header_line: int = 1
    data_line: int | None = None
    optional: bool = False
    delivery_kind: str = "full"
    delete_when: dict[str, Any] | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    null_words: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    date_basis: str = "calendar"
    anchor: str | None = None


@dataclass(frozen=True)
class SiteConfig:
    """One site: what is shown of it, and how its files become the contract."""

    site_id: str
    title: str
    language: str
    is_made_up: bool
    source_note: str
    files: tuple[FileConfig, ...]


# how the text of a setting becomes what the program wants; others stay as they are
_READ = {
    "header_line": int,
    "data_line": int,
    "not_before": int,
    "optional": lambda text: text == "true",
    "delimiter": lambda text: "\t" if text == "tab" else text,
    "quote": lambda text: "" if text == "none" else text,
    "null_words": tuple,
    "dates": tuple,
}


def read_site(folder: Path, shown: str) -> SiteConfig:
    """Read `site.yml` of a site's folder.

    Raises
    ------
    ConfigError
        With the line, if the file is not valid YAML, has an unknown or misshapen
        setting, or maps something the contract does not know.
    """
    page = SiteYaml(folder / "site.yml", f"{shown}/site.yml")
    content = page.content
    if content["site_id"] != folder.name:
        raise page.error(
            f"site_id is `{content['site_id']}` but the folder is `{folder.name}`",
            ["site_id"],
            "give both the same name: it becomes part of every id",
        )
    return SiteConfig(
        site_id=content["site_id"],
        title=content["title"],
        language=content["language"],
        is_made_up=content["made_up"] == "true",
        source_note=content["source"],
        files=tuple(_files(page)),
    )


def _files(page: SiteYaml) -> Iterator[FileConfig]:
    defaults = page.content.get("defaults", {})
    kinds: dict[str, str] = {}
    for position, entry in enumerate(page.content["files"]):
        path = ["files", position]
        tables = [
            _table(table, page, [*path, "tables", number])
            for number, table in enumerate(entry["tables"])
        ]
        file = FileConfig(**_read({**defaults, **entry, "tables": tuple(tables)}))
        if file.date_basis == "offset" and file.anchor is None:
            own = path if "date_basis" in entry else ["defaults"]
            raise page.error(
                "date_basis offset needs an `anchor`", [*own, "date_basis"]
            )
        if file.delete_when and file.delivery_kind != "changes":
            raise page.error(
                "`delete_when` needs `delivery_kind: changes`: in a full delivery a "
                "deleted record is simply missing",
                [*path, "delete_when"],
            )
        if file.data_line is not None and file.data_line <= file.header_line:
            where = [*path, "data_line"]
            raise page.error("data_line must come after header_line", where)
        for table in tables:
            if kinds.setdefault(table.table, file.delivery_kind) != file.delivery_kind:
                raise page.error(
                    f"table `{table.table}` is fed by a full and a changes file",
                    path,
                    "use one delivery_kind for all files of a table",
                )
        yield file


def _read(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: _READ.get(name, lambda x: x)(settings[name]) for name in settings}


def _table(entry: dict[str, Any], page: SiteYaml, path: list[Any]) -> TableConfig:
    tables = extract_tables()
    name, columns = entry["table"], entry["columns"]
    if name not in tables:
        hint = suggestion(name, list(tables))
        raise page.error(f"the contract has no table `{name}`{hint}", [*path, "table"])
    known = {column.name: column.type for column in tables[name].content}
    for where in ("columns", "key"):
        for word in entry.get(where, ()):
            if word not in known:
                hint = suggestion(word, list(known))
                raise page.error(
                    f"table `{name}` has no column `{word}`{hint}", [*path, where, word]
                )
    if "record_no" not in columns:
        raise page.error(
            f"table `{name}` needs a column for `record_no`: without it no row "
            "belongs to a patient",
            [*path, "columns"],
        )
    for word, column in columns.items():
        if known[word] != "date" and {"dates", "not_before"} & set(column):
            if not isinstance(column, str):
                raise page.error(
                    f"`{word}` is not a date: no `dates`, no `not_before`",
                    [*path, "columns", word],
                )
    when = entry.get("when", [])
    return TableConfig(
        table=name,
        when=tuple(when if isinstance(when, list) else [when]),
        key=tuple(entry.get("key", tables[name].key)),
        columns={word: _column(column) for word, column in columns.items()},
    )


def _column(entry: str | dict[str, Any]) -> ColumnConfig:
    settings = {"from": entry} if isinstance(entry, str) else dict(entry)
    sources = settings.pop("from", ())
    sources = (sources,) if isinstance(sources, str) else tuple(sources)
    return ColumnConfig(sources, **_read(settings))
