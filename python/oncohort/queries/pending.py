"""The queries a site has yet to answer, as the site knows its data."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oncohort.errors import ConfigError
from oncohort.identity import text_literal
from oncohort.judge.wording import SEVERITIES
from oncohort.queries.source_names import source_name
from oncohort.queries.texts import texts
from oncohort.receive.site_config import SiteConfig
from oncohort.workspace import Workspace

Row = dict[str, Any]
_REMEDY = "run `oncohort refresh`, or `oncohort build` and add `--working`"
_PENDING = """
select
    query_id, severity, table_name, field, source_row_id, value, related_field,
    related_value, message_{language} as message, remedy_{language} as remedy,
    cast(first_seen_on as varchar) as first_seen_on
from quality.data_queries
where site_id = ? and fixed_by = 'site' and status in ('open', 'reopened')
"""
_NEWEST = """
select cast(max(delivered_on) as varchar) from quality.row_reconciliation
where site_id = ?
"""
_LANDED = """
select * from read_parquet({files}, hive_partitioning = false)
where source_row_id in (select unnest(?))
"""


@dataclass(frozen=True)
class Query:
    """One line of a feedback workbook; texts in the site's language."""

    query_id: str
    severity: str
    delivered_on: str
    file: str
    sheet: str
    line: int
    record_no: str
    field: str
    value: str | None
    related: str
    message: str
    remedy: str
    first_seen_on: str


def pending_queries(
    workspace: Workspace, site: SiteConfig, database: Path
) -> tuple[str, list[Query]]:
    """Return the site's newest delivery and its queries, the gravest first.

    Raises
    ------
    ConfigError
        If the database knows no delivery or no queries of the site, or the landing
        zone has other rows than those it was built from.
    """
    import duckdb

    try:
        with duckdb.connect(str(database), read_only=True) as connection:
            (as_of_on,) = connection.execute(_NEWEST, [site.site_id]).fetchone()
            query = _PENDING.format(language=site.language)
            rows = _rows(connection.execute(query, [site.site_id]))
    except duckdb.CatalogException as error:
        said = str(error).splitlines()[0]
        raise ConfigError(f"the database has no queries: {said}", _REMEDY) from error
    if as_of_on is None:
        message = f"the database knows no delivery of `{site.site_id}`"
        raise ConfigError(message, _REMEDY)
    with duckdb.connect() as connection:
        landed = {
            table: _landed(connection, workspace, site.site_id, table, rows)
            for table in sorted({row["table_name"] for row in rows})
        }
    found = [_query(site, row, landed[row["table_name"]]) for row in rows]
    return as_of_on, sorted(found, key=_place)


def _place(query: Query) -> tuple:
    place = (query.delivered_on, query.file, query.sheet, query.line)
    return SEVERITIES.index(query.severity), *place, query.field, query.query_id


def _landed(connection, workspace, site_id, table, rows) -> dict[str, Row]:
    """Return the landed rows of one table that queries are about, by their id."""
    files = workspace.landing / table / f"site={site_id}" / "*" / "*.parquet"
    if not list(files.parent.parent.glob("*/*.parquet")):
        return {}
    wanted = sorted({r["source_row_id"] for r in rows if r["table_name"] == table})
    query = _LANDED.format(files=text_literal(files.as_posix()))
    found = _rows(connection.execute(query, [wanted]))
    return {row["source_row_id"]: row for row in found}


def _rows(cursor: Any) -> list[Row]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _query(site: SiteConfig, row: Row, landed: dict[str, Row]) -> Query:
    if row["source_row_id"] not in landed:
        raise ConfigError(
            "the landing zone no longer has the row of a query: it landed again since "
            "the database was built",
            _REMEDY,
            file=f"landing/{row['table_name']}/site={site.site_id}",
            value=row["source_row_id"],
        )
    source = landed[row["source_row_id"]]
    table, field = row["table_name"], row["field"]
    related, fact = row["related_field"] or "", row["related_value"] or ""
    fact = texts(site.language).get(f"{related} {fact}", fact)
    named = (source_name(site, source, table, related), fact)
    return Query(
        query_id=row["query_id"],
        severity=row["severity"],
        delivered_on=source["delivered_on"],
        file=source["source_file"],
        sheet=source["source_sheet"] or "",
        line=source["source_line"],
        record_no=source["record_no"],
        field=source_name(site, source, table, field or ""),
        value=source[field] if field in source else row["value"],
        related=": ".join(part for part in named if part),
        message=row["message"],
        remedy=row["remedy"],
        first_seen_on=row["first_seen_on"],
    )
