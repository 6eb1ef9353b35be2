"""The questions: two publications attached, each section one query in the database."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from oncohort.diff.sections import ROUNDED, SECTIONS, Section
from oncohort.identity import quoted_name

SIDES = ("before", "after")


class Found(NamedTuple):
    """What differs in one section of one study.

    `rows` are the first ones, each with its keys, `before` and `after` (None where the
    publication has no such row); `n_differing` of `n_compared` differ.
    """

    section: Section
    rows: list[dict[str, Any]]
    n_differing: int
    n_compared: int


class Comparison(NamedTuple):
    """All that differs by study; `notes`: what could not be compared, and why."""

    studies: dict[str, list[Found]]
    notes: list[str]


def compare(connection: Any, limit: int | None) -> Comparison:
    """Compare the attached databases `before` and `after`.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        With both publications attached under these names.
    limit : int or None
        How many rows a section of a study lists; None for all.
    """
    import duckdb

    columns: dict[str, dict[str, set[str]]] = {side: {} for side in SIDES}
    for side, table, names in connection.execute(
        "select database_name, schema_name || '.' || table_name, list(column_name) "
        "from duckdb_columns() where database_name in ('before', 'after') group by all"
    ).fetchall():
        columns[side][table] = set(names)
    studies: dict[str, list[Found]] = defaultdict(list)
    notes: list[str] = []
    for section in SECTIONS:
        tables = _tables(section, columns, notes)
        try:
            for study, found in _found(connection, section, tables, limit):
                studies[study].append(found)
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            notes.append(f"{section.table}: not compared: {reason}")
    return Comparison(dict(sorted(studies.items())), list(dict.fromkeys(notes)))


def _tables(section: Section, columns: dict, notes: list[str]) -> dict[str, str]:
    """Table -> how its study is read, of those that both publications have alike."""
    is_core = "." in section.table
    wanted = section.columns | ({"study_id"} if is_core else set())
    ending = section.table if is_core else f".{section.table}"
    tables = {}
    for name in sorted(
        name
        for name in columns["before"].keys() | columns["after"].keys() | {ending}
        if name.endswith(ending) and not name.startswith(".")
    ):
        lacking = [
            f"{side} has no {'column' if name in columns[side] else 'table'} "
            f"{name}{'.' + ', '.join(sorted(lack)) if name in columns[side] else ''}"
            for side in SIDES
            if (lack := wanted - columns[side].get(name, set()))
        ]
        notes += [f"{each}: not compared" for each in lacking]
        if not lacking:
            study = name.partition(".")[0]
            tables[name] = "study_id" if is_core else f"'{study}' as study_id"
    return tables


def _found(
    connection: Any, section: Section, tables: dict[str, str], limit: int | None
) -> Iterator[tuple[str, Found]]:
    if not tables:
        return
    keys = ", ".join(("study_id", *section.keys))
    same = "".join(
        f" and a.{name} is not distinct from b.{name}" for name in section.same
    )
    query = f"""
        with a as ({_side("before", section, tables)}),
        b as ({_side("after", section, tables)}),
        pairs as (
            select {keys}, a.compared as before, b.compared as after,
                a.compared is distinct from b.compared{same} as differs
            from a {"inner" if section.in_both else "full"} join b using ({keys})
        )
        select {keys}, before, after,
            count(*) filter (differs) over (partition by study_id),
            count(*) over (partition by study_id)
        from pairs
        qualify row_number() over (partition by study_id order by not differs, {keys})
            <= {limit or "1e12"} and (differs or row_number() over (
                partition by study_id order by not differs, {keys}) = 1)
        order by {keys}
    """  # noqa: S608 - names of tables and columns only
    studies: dict[str, list[tuple]] = defaultdict(list)
    for study, *row in connection.execute(query).fetchall():
        studies[study].append(tuple(row))
    names = (*section.keys, *SIDES)
    for study, rows in studies.items():
        n_differing, n_compared = rows[0][-2:]
        listed = [dict(zip(names, row, strict=False)) for row in rows if n_differing]
        yield study, Found(section, listed, n_differing, n_compared)


def _side(side: str, section: Section, tables: dict[str, str]) -> str:
    """Return the rows of one publication: keys, and the compared values as one."""
    packed = ", ".join(
        f"{name} := {ROUNDED.get(name, name)}" for name in section.values
    )
    columns = ", ".join((*section.keys, *section.same))
    return " union all ".join(
        f"select {study}, {columns}, struct_pack({packed}) as compared "  # noqa: S608
        f"from {side}.{quoted_name(schema)}.{table}"
        for name, study in tables.items()
        for schema, _, table in [name.partition(".")]
    )
