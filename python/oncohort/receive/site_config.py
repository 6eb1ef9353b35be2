"""A site's configuration: `site.yml` held against the contract, defaults filled in."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oncohort.receive.site_yaml import SiteYaml
from oncohort.receive.table_config import TableConfig, table_configs


@dataclass(frozen=True)
class FileConfig:
    """One kind of file in a delivery."""

    match: str
    tables: tuple[TableConfig, ...]
    format: str = "csv"
    sheet: str | None = None
    header_line: int = 1
    header_rows: int = 1
    data_line: int | None = None
    ignore_rows: tuple[dict[str, Any], ...] = ()
    optional: bool = False
    delivery_kind: str = "full"
    delete_when: dict[str, Any] | None = None
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str | None = None
    null_words: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    year_pivot: int | None = None
    date_basis: str = "calendar"
    anchor: str | None = None
    labels: bool = True
    dictionary: str | None = None

    @property
    def csv_form(self) -> dict[str, Any]:
        """How the `csv` module splits its lines."""
        quoting = csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE
        form = {"delimiter": self.delimiter, "quotechar": self.quote or None}
        return form | {"quoting": quoting}


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
    "header_rows": int,
    "data_line": int,
    "year_pivot": int,
    "optional": lambda text: text == "true",
    "labels": lambda text: text == "true",
    "delimiter": lambda text: "\t" if text == "tab" else text,
    "quote": lambda text: "" if text == "none" else text,
    "null_words": tuple,
    "dates": tuple,
    "ignore_rows": tuple,
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
            table
            for number, one in enumerate(entry["tables"])
            for table in table_configs(one, page, [*path, "tables", number])
        ]
        file = FileConfig(**_read({**defaults, **entry, "tables": tuple(tables)}))
        _check_file(file, entry, page, path)
        for table in tables:
            if kinds.setdefault(table.table, file.delivery_kind) != file.delivery_kind:
                raise page.error(
                    f"table `{table.table}` is fed by a full and a changes file",
                    path,
                    "use one delivery_kind for all files of a table",
                )
        yield file


def _check_file(file: FileConfig, entry: dict, page: SiteYaml, path: list[Any]) -> None:
    """Refuse settings of a file that do not go together."""

    def own(name: str) -> list[Any]:
        return [*(path if name in entry else ["defaults"]), name]

    if file.date_basis == "offset" and file.anchor is None:
        raise page.error("date_basis offset needs an `anchor`", own("date_basis"))
    if file.delete_when and file.delivery_kind != "changes":
        raise page.error(
            "`delete_when` needs `delivery_kind: changes`: in a full delivery a "
            "deleted record is simply missing",
            [*path, "delete_when"],
        )
    if file.data_line is not None and file.data_line < first_data_line(file):
        where = [*path, "data_line"]
        raise page.error("data_line must come after header_line", where)
    if file.format == "csv" and "labels" in entry and not file.dictionary:
        where = [*path, "labels"]
        raise page.error("a delimited file has `labels` by a `dictionary` only", where)
    lists = [(file.dates, own("dates"))]
    for number, table in enumerate(entry["tables"]):
        for word, column in table["columns"].items():
            where = [*path, "tables", number, "columns", word]
            dates = () if isinstance(column, str) else column.get("dates", ())
            lists.append((dates, where))
    for dates, where in lists:
        if file.year_pivot is None and any("%y" in one for one in dates):
            raise page.error(
                "%y needs `year_pivot`, the last two-digit year that is 20yy",
                where,
                "write for instance `year_pivot: 30`: 30 is 2030, 31 is 1931",
            )


def first_data_line(file: FileConfig) -> int:
    """Return the first line (row) that may hold data; in delimited text at least it."""
    return file.header_line + file.header_rows


def _read(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: _READ.get(name, lambda x: x)(settings[name]) for name in settings}
