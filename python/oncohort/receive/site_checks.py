"""Whether a `site.yml` makes sense: its schema, and what the contract knows."""

import codecs
import datetime
import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from oncohort.contract import extract_tables
from oncohort.receive.site_yaml import SiteYaml, suggestion


def check_site(page: SiteYaml, folder: str) -> None:
    """Check a page against its schema, its folder's name and the contract.

    Raises
    ------
    ConfigError
        About the first thing wrong, with its line and what to do.
    """
    _check_schema(page)
    content = page.content
    if content["site_id"] != folder:
        raise page.error(
            f"site_id is `{content['site_id']}` but the folder is `{folder}`",
            ["site_id"],
            "give both the same name: it becomes part of every id",
        )
    defaults = content.get("defaults", {})
    kinds: dict[str, str] = {}
    for position, entry in enumerate(content["files"]):
        path = ["files", position]
        _check_file({**defaults, **entry}, page, path)
        kind = entry.get("delivery_kind", "full")
        for table in entry["tables"]:
            if kinds.setdefault(table["table"], kind) != kind:
                raise page.error(
                    f"table `{table['table']}` is fed by a full and a changes file",
                    path,
                    "use one delivery_kind for all files of a table",
                )


@lru_cache
def _validator() -> Any:
    import jsonschema

    schema = json.loads(Path(__file__).with_name("site.schema.json").read_text("utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _check_schema(page: SiteYaml) -> None:
    errors = list(_validator().iter_errors(page.content))
    if not errors:
        return
    error = min(errors, key=lambda found: page.line(list(found.path)) or 0)
    path = list(error.path)
    name = f"`{_spelt(path)}`" if path else "site.yml"
    if error.validator == "additionalProperties":
        known = sorted(error.schema["properties"])
        word = next(key for key in error.instance if key not in known)
        raise page.error(
            f"unknown setting `{word}`{suggestion(word, known)}", [*path, word]
        )
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        raise page.error(f"{name} lacks the setting `{missing[0]}`", path)
    if error.validator == "enum":
        known = ", ".join(error.validator_value)
        raise page.error(f"{name} is `{error.instance}`, not one of: {known}", path)
    wanted = error.schema.get("description") or f"of type {error.schema.get('type')}"
    raise page.error(f"{name} is `{error.instance}`, not {wanted}", path)


def _spelt(path: list[Any]) -> str:
    """Return a path as people write it: `files[1].tables[2].columns`."""
    steps = (f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).lstrip(".")


def _check_file(entry: dict[str, Any], page: SiteYaml, path: list[Any]) -> None:
    encoding = entry.get("encoding", "utf-8")
    try:
        codecs.getincrementaldecoder(encoding)
    except LookupError:
        where = _place("encoding", page, path)
        raise page.error(f"Python knows no encoding `{encoding}`", where) from None
    if entry.get("date_basis") == "offset" and "anchor" not in entry:
        where = _place("date_basis", page, path)
        raise page.error("date_basis offset needs an `anchor`", where)
    if "anchor" in entry:
        try:
            datetime.date.fromisoformat(entry["anchor"])
        except ValueError:
            where = _place("anchor", page, path)
            raise page.error(f"anchor `{entry['anchor']}` is no date", where) from None
    if "delete_when" in entry and entry.get("delivery_kind") != "changes":
        raise page.error(
            "`delete_when` needs `delivery_kind: changes`: in a full delivery a "
            "deleted record is simply missing",
            [*path, "delete_when"],
        )
    if "data_line" in entry and int(entry["data_line"]) <= int(
        entry.get("header_line", 1)
    ):
        raise page.error("data_line must come after header_line", [*path, "data_line"])
    for position, table in enumerate(entry["tables"]):
        _check_table(table, page, [*path, "tables", position])


def _place(setting: str, page: SiteYaml, path: list[Any]) -> list[Any]:
    """Return where a file's setting stands: at the file, else among the defaults."""
    own = page.content["files"][path[1]]
    return [*path, setting] if setting in own else ["defaults", setting]


def _check_table(entry: dict[str, Any], page: SiteYaml, path: list[Any]) -> None:
    tables = extract_tables()
    table = tables.get(entry["table"])
    if table is None:
        hint = suggestion(entry["table"], list(tables))
        raise page.error(
            f"the contract has no table `{entry['table']}`{hint}", [*path, "table"]
        )
    known = [column.name for column in table.content]
    for where in ("columns", "key"):
        for name in entry.get(where, ()):
            if name not in known:
                raise page.error(
                    f"table `{table.name}` has no column `{name}`"
                    f"{suggestion(name, known)}",
                    [*path, where, name],
                )
    if "record_no" not in entry["columns"]:
        raise page.error(
            f"table `{table.name}` needs a column for `record_no`: without it no row "
            "belongs to a patient",
            [*path, "columns"],
        )
    dates = {column.name for column in table.content if column.type == "date"}
    for name, column in mappings(entry):
        if name not in dates and ("dates" in column or "not_before" in column):
            raise page.error(
                f"`{name}` is not a date: no `dates`, no `not_before`",
                [*path, "columns", name],
            )


def mappings(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each contract column with its mapping, the short form written out."""
    for name, column in entry["columns"].items():
        yield name, {"from": column} if isinstance(column, str) else column
