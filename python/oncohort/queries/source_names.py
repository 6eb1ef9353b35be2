"""The site's own name of a contract column: the header of its file."""

from collections.abc import Iterator
from typing import Any

from oncohort.contract import extract_tables
from oncohort.queries.texts import texts
from oncohort.receive.sent_files import matches
from oncohort.receive.site_config import FileConfig, SiteConfig, TableConfig
from oncohort.receive.source_table import tidy

_NAMES_SHOWN = 4


def source_name(site: SiteConfig, row: dict[str, Any], table: str, field: str) -> str:
    """Return how the site calls a field of a landed row.

    `field` is a column of the row's table, or `table.column` for another. Of several
    source columns ` / ` means the first that holds a value, ` + ` all of them. A field
    that the files do not hold is named as the contract has it.
    """
    if not field:
        return ""
    words = texts(site.language)
    other, _, column = field.rpartition(".")
    wanted = other or table
    contract = extract_tables().get(wanted)
    if contract is None or column not in [each.name for each in contract.content]:
        return words.get(field, field)
    entries = list(entries_of(site, row, wanted)) if wanted == table else []
    entries = entries or [
        entry for file in site.files for entry in file.tables if entry.table == wanted
    ]
    names: dict[str, None] = {}
    for entry in entries:
        config = entry.columns.get(column)
        if config is not None and config.sources:
            names[(" / " if config.join is None else " + ").join(config.sources)] = None
    shown = [*list(names)[:_NAMES_SHOWN], *["…"][: len(names) > _NAMES_SHOWN]]
    return " / ".join(shown) or words["not_sent"].format(column)


def entries_of(
    site: SiteConfig, row: dict[str, Any], table: str
) -> Iterator[TableConfig]:
    """Yield the mappings that the row may come from: its file's, with its constants."""
    for file in site.files:
        if not is_of(file, row):
            continue
        for entry in file.tables:
            if entry.table == table and _constants_agree(entry, row):
                yield entry


def is_of(file: FileConfig, row: dict[str, Any]) -> bool:
    """Return whether a row comes from a kind of file, by its name and sheet."""
    is_sheet = file.sheet is None or tidy(file.sheet) == tidy(row["source_sheet"] or "")
    return is_sheet and matches(row["source_file"], file.match)


def _constants_agree(entry: TableConfig, row: dict[str, Any]) -> bool:
    dates = extract_tables()[entry.table].dates
    return all(
        config.value is None
        or name in dates
        or row.get(name, config.value) == config.value
        for name, config in entry.columns.items()
    )
