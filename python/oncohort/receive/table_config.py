"""An entry of `tables` in `site.yml`: which source columns feed a contract table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from oncohort.contract import extract_tables
from oncohort.receive.site_yaml import SiteYaml, suggestion

# settings that only a date column has
_OF_DATES = {"dates", "not_before", "days_per_unit"}


@dataclass(frozen=True)
class ColumnConfig:
    """Where one contract column comes from."""

    sources: tuple[str, ...] = ()
    value: str | None = None
    part: str | None = None
    join: str | None = None
    dates: tuple[str, ...] | None = None
    not_before: int | None = None
    days_per_unit: str | None = None


@dataclass(frozen=True)
class TableConfig:
    """One contract table that a file feeds; conditions as `site.yml` has them.

    `repeated` has the source columns of one word of `repeat`: all null, no row. With
    `once` the first of several rows that are alike in all mapped columns counts.
    """

    table: str
    when: tuple[dict[str, Any], ...]
    key: tuple[str, ...]
    columns: dict[str, ColumnConfig]
    repeated: tuple[str, ...] = ()
    once: bool = False


def table_configs(
    entry: dict[str, Any], page: SiteYaml, path: list[Any]
) -> Iterator[TableConfig]:
    """Yield an entry of `tables` as a mapping, or one for each word of its `repeat`.

    Raises
    ------
    ConfigError
        With the line, if it maps something the contract does not know.
    """
    if "repeat" not in entry:
        yield _table(entry, page, path)
        return
    columns = [_column(column) for column in entry["columns"].values()]
    sources = [name for column in columns for name in column.sources if "{}" in name]
    if not sources:
        raise page.error(
            "`repeat` needs `{}` in the name of a source column",
            [*path, "repeat"],
            "write for instance `drug: drug{}`; each word of `repeat` takes its place",
        )
    for word in entry["repeat"]:
        filled = {
            name: _filled(entry[name], word) if name in ("when", "columns") else value
            for name, value in entry.items()
        }
        yield _table(filled, page, path, tuple(_filled(sources, word)))


def _filled(setting: Any, word: str) -> Any:
    """Return a setting with the word in place of `{}`; names of the contract stay."""
    if isinstance(setting, dict):
        return {name: _filled(setting[name], word) for name in setting}
    if isinstance(setting, list):
        return [_filled(one, word) for one in setting]
    return setting.replace("{}", word)


def _table(
    entry: dict[str, Any], page: SiteYaml, path: list[Any], repeated: tuple = ()
) -> TableConfig:
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
        if known[word] != "date" and _OF_DATES & set(column):
            if not isinstance(column, str):
                raise page.error(
                    f"`{word}` is not a date: none of {', '.join(sorted(_OF_DATES))}",
                    [*path, "columns", word],
                )
    when = entry.get("when", [])
    return TableConfig(
        table=name,
        when=tuple(when if isinstance(when, list) else [when]),
        key=tuple(entry.get("key", tables[name].key)),
        columns={word: _column(column) for word, column in columns.items()},
        repeated=repeated,
        once=entry.get("once") == "true",
    )


def _column(entry: str | dict[str, Any]) -> ColumnConfig:
    settings = {"from": entry} if isinstance(entry, str) else dict(entry)
    sources = settings.pop("from", ())
    sources = (sources,) if isinstance(sources, str) else tuple(sources)
    if "not_before" in settings:
        settings["not_before"] = int(settings["not_before"])
    if "dates" in settings:
        settings["dates"] = tuple(settings["dates"])
    return ColumnConfig(sources, **settings)
