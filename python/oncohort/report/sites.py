"""The page over all sites: deliveries, and queries by site, age, severity and rule."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from oncohort.analysis.store import StudyTables
from oncohort.report.delivery_page import DeliveryRecord
from oncohort.report.study_data import DELIVERIES, Row

if TYPE_CHECKING:
    import duckdb

STATUSES = ("open", "reopened", "answered", "accepted", "closed")
UNSETTLED = STATUSES[:3]
SEVERITIES = ("critical", "major", "minor")
FIXED_BY = ("site", "centre")
# days since it was first seen, both ends in: the newest delivery of anybody is day 0
AGES = {"0–30": 30, "31–90": 90, "91–180": 180, "over 180": None}
HEADS = (
    ("To be fixed by", "fixed_by", FIXED_BY),
    ("Age in days", "age", tuple(AGES)),
    ("Severity", "severity", SEVERITIES),
)
JUDGED = (*(f"failed, {severity}" for severity in SEVERITIES), "passed")
JUDGED += ("not applicable", "error")
RULES_SHOWN = 20
_SITES = "select distinct site_id from quality.row_reconciliation order by all"
_QUERIES = """
select site_id, rule_id, severity, fixed_by, status, message_en as message,
    greatest(0, (select max(delivered_on) from quality.row_reconciliation)
        - first_seen_on) as age_days,
    count(*) as n
from quality.data_queries
group by all
order by all
"""
_UNREAD = """
select concat(table_name, '.', field) as name, count(*) as n
from quality.{} where site_id in (select unnest(?))
group by all
"""


def sites_content(
    connection: "duckdb.DuckDBPyConnection",
    records: list[DeliveryRecord],
    sites: list[str] | None = None,
) -> dict[str, Any] | None:
    """Return what the page shows; None if no delivery was built.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        A database with schema `quality`; only read.
    records : list of DeliveryRecord
        What expectations found in each delivery, and what has a page of its own.
    sites : list of str, optional
        Only these sites; all by default.
    """
    quality = StudyTables(connection, "quality")
    if not quality.columns("row_reconciliation"):
        return None
    if sites is None:
        sites = [row["site_id"] for row in _rows(connection, _SITES)]
    found = DELIVERIES.format(name="quality.row_reconciliation")
    deliveries = _rows(connection, found, [sites])
    queries = _rows(connection, _QUERIES) if quality.columns("data_queries") else []
    queries = [row for row in queries if row["site_id"] in sites]
    if not deliveries:
        return None
    landed = {(record.site_id, record.delivered_on): record for record in records}
    for row in deliveries:
        record = landed.get((row["site_id"], row["delivered_on"]))
        row["judged"] = _judged(record.results if record else [])
        row["page"] = page_name(record) if record else None
        row["is_made_up"] = bool(record and record.is_made_up)
    unsettled = [row for row in queries if row["status"] in UNSETTLED]
    return {
        "deliveries": deliveries,
        "is_judged": any(record.results for record in records),
        "newest_on": max(row["delivered_on"] for row in deliveries),
        "sites": sites,
        "unread": _unread(connection, quality, sites),
        "n_queries": _total(queries),
        "n_unsettled": _total(unsettled),
        "statuses": STATUSES,
        "by_status": _crossed(queries, sites, {"status": STATUSES}),
        "unsettled_heads": {head: names for head, _, names in HEADS},
        "unsettled": _crossed(unsettled, sites, {by: n for _, by, n in HEADS}),
        "rules": _rules(unsettled),
    }


def _unread(
    connection: "duckdb.DuckDBPyConnection", quality: StudyTables, sites: list[str]
) -> dict[str, list[int]]:
    """Return per field how many values were unreadable, and how many words unknown."""
    found: dict[str, list[int]] = {}
    for place, table in enumerate(("unreadable_values", "unmapped_values")):
        rows = (
            _rows(connection, _UNREAD.format(table), [sites])
            if quality.columns(table)
            else []
        )
        for row in rows:
            found.setdefault(row["name"], [0, 0])[place] = row["n"]
    most = sorted(found.items(), key=lambda item: (-sum(item[1]), item[0]))
    return dict(most[:RULES_SHOWN])


def _rows(
    connection: "duckdb.DuckDBPyConnection", query: str, values: Any = None
) -> list[Row]:
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [
        {**row, "age": _age(row["age_days"])} if "age_days" in row else row
        for row in rows
    ]


def _age(days: int) -> str:
    return next(name for name, last in AGES.items() if last is None or days <= last)


def _total(rows: Iterable[Row]) -> int:
    return sum(row["n"] for row in rows)


def page_name(record: DeliveryRecord) -> str:
    """Return where the page of a delivery stands in the report."""
    return f"deliveries/{record.site_id}-{record.delivered_on}.html"


def _judged(results: list[Row]) -> dict[str, int | None]:
    """Return how many expectations went which way; None each if none was judged."""
    found = Counter(
        f"failed, {row['severity']}" if row["status"] == "failed" else row["status"]
        for row in results
    )
    return {name: found[name] if results else None for name in JUDGED}


def _crossed(
    rows: list[Row], sites: list[str], columns: dict[str, Iterable[str]]
) -> dict[str, list[int]]:
    """Return the counts of each column's values, then of all, per site and for all."""
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        counted[row["site_id"], "", ""] += row["n"]
        for by in columns:
            counted[row["site_id"], by, row[by]] += row["n"]
    places = [(by, name) for by, names in columns.items() for name in names]
    table = {
        site: [counted[site, by, name] for by, name in [*places, ("", "")]]
        for site in sites
    }
    return table | {
        "All": [sum(counts) for counts in zip(*table.values(), strict=True)]
    }


def _rules(unsettled: list[Row]) -> list[Row]:
    """Return the rules with most unsettled queries; the gravest first among equals."""
    rules: dict[str, Row] = {}
    for row in unsettled:
        named = ("rule_id", "severity", "fixed_by", "message")
        empty = {**{name: row[name] for name in named}, "n": 0, "sites": set()}
        rule = rules.setdefault(row["rule_id"], empty)
        rule["n"] += row["n"]
        rule["sites"].add(row["site_id"])
    return sorted(
        rules.values(),
        key=lambda r: (-r["n"], SEVERITIES.index(r["severity"]), r["rule_id"]),
    )[:RULES_SHOWN]
