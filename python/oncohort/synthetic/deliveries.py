"""What a site knew at each of its deliveries: the newest is the truth."""

from collections.abc import Iterator
from datetime import date
from zlib import crc32

from oncohort.synthetic.dialects import Site
from oncohort.synthetic.journey import meets, read_table, referred

DELIVERIES = read_table("deliveries.csv")
EARLIER = read_table("earlier.csv")  # what a later delivery corrects
LATE_PATIENTS = 12  # one in so many enters after the first delivery
KEYS = {
    "contacts": ("record_no", "contact_on", "contact_kind"),
    "treatments": ("record_no", "drug", "started_on"),
}
Rows = list[dict]
Tables = dict[str, Rows]


def altered(row: dict, changes: str, known: dict | None = None) -> dict:
    """A copy of a row with fields changed, such as `dose=*10;ended_on=@started_on-3`.

    `@name` is a field of the row before the change, or of `known`.
    """
    changed, facts = dict(row), {**(known or {}), **row}
    for change in filter(None, changes.split(";")):
        name, _, text = change.partition("=")
        if text.startswith("*"):
            changed[name] = round(row[name] * float(text[1:]), 1)
        else:
            changed[name] = referred(text, facts)
    return changed


def sent_last_on(site: Site, table: str) -> str:
    """Day of the last delivery that holds a table."""
    return _sent(site, table)[-1]["delivered_on"]


def _sent(site: Site, table: str) -> list[dict[str, str]]:
    mine = [row for row in DELIVERIES if row["site_id"] == site.site_id]
    is_changes = table in site.changes.split()
    return [row for row in mine if row["sends"] == "all" or is_changes]


def deliveries(
    site: Site, truth: Tables, newest: Tables
) -> Iterator[tuple[str, Tables]]:
    """Day and tables of each delivery of a site, oldest first.

    Earlier ones hold what was known of `truth`; the last of each table is `newest`. A
    table of changes holds what differs from the delivery before.
    """
    before: Tables = {}
    for delivery in [row for row in DELIVERIES if row["site_id"] == site.site_id]:
        tables = {}
        for table, rows in newest.items():
            sent = _sent(site, table)
            if delivery not in sent:
                continue
            number, last = sent.index(delivery), len(sent) - 1
            if number < last:
                rows = list(_older(table, truth[table], number, last, delivery))
            old, before[table] = before.get(table, []), rows
            is_changes = table in site.changes.split()
            tables[table] = _changes(table, old, rows) if is_changes else rows
        yield delivery["delivered_on"], tables


def is_late(row: dict) -> bool:
    """Whether a patient enters only after the first delivery."""
    return crc32(row["record_no"].encode()) % LATE_PATIENTS == 0


def _older(
    table: str, rows: Rows, number: int, last: int, delivery: dict[str, str]
) -> Iterator[dict]:
    """Rows as they were some deliveries before the last."""
    known_until = date.fromisoformat(delivery["known_until"] or "2100-01-01")
    for row in rows:
        days = [value for value in row.values() if isinstance(value, date)]
        if max(days, default=known_until) > known_until or (
            is_late(row) and delivery["known_until"]
        ):
            continue
        old = row
        for kind in EARLIER:
            if kind["table"] != table or not meets(row, kind["where"]):
                continue
            chance = crc32(f"{row['_key']}/{kind['changes']}".encode())
            share = int(kind["of"])
            if chance % share or number > chance // share % last:
                continue
            if kind["how"] == "set":
                old = altered(row, kind["changes"])
            else:
                yield altered(row, f"{kind['changes']};_key={row['_key']}+")
        yield old


def _changes(table: str, before: Rows, after: Rows) -> Rows:
    """Records that are new, changed or deleted since a delivery, marked so."""
    old, new = _by_key(table, before), _by_key(table, after)
    found: Rows = []
    for key, rows in new.items():
        if rows != old.get(key):
            status = {"row_status": "changed" if key in old else "new"}
            found += [row | status for row in rows]
    for key, rows in old.items():
        kept = {row["_key"] for row in new.get(key, [])}
        gone = [row for row in rows if row["_key"] not in kept]
        found += [row | {"row_status": "deleted"} for row in gone]
    return found


def _by_key(table: str, rows: Rows) -> dict[tuple, Rows]:
    found: dict[tuple, Rows] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in KEYS[table]), []).append(row)
    return found
