"""The page of one delivery: its verdict, its rows and how each expectation went.

A pure function of records. It names no value of a patient: columns, codes, counts only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from oncohort.judge.wording import (
    SEVERITIES,
    kind_of,
    not_passed,
    share_of,
    title_of,
)
from oncohort.report.page_environment import page_environment

_STATUSES = ("error", "failed", "passed", "not applicable")
# what is told under "since the last delivery": kinds of expectation
_CHANGES = ("kept", "half_kept", "emptied", "shifted")
_COUNTS = (
    "n_rows_read",
    "n_rows_landed",
    "n_rows_refused",
    "n_rows_not_meant",
    "n_values_unreadable",
)


@dataclass(frozen=True)
class DeliveryRecord:
    """What the page shows of one delivery.

    `files` are rows of the book `deliveries` and `results` of `expectation_results`;
    `before` is contract table -> date and rows of the newest earlier full delivery;
    `refused` has file, sheet, reason and n_rows. `problems` are errors of a refused
    delivery, whose values are left out; `status` is accepted or refused.
    """

    site_id: str
    title: str
    is_made_up: bool
    delivered_on: str
    status: str
    files: list[dict[str, Any]]
    results: list[dict[str, Any]]
    before: dict[str, tuple[str, int]] = field(default_factory=dict)
    refused: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Any] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def delivery_page(record: DeliveryRecord, root: str | None = None) -> str:
    """Return the page as HTML that needs nothing else.

    `root` leads to the report it stands in; None if in none, as beside queries.
    """
    results = [_shown(row) for row in record.results]
    judged = [row for row in results if row["status"] != "not applicable"]
    content = {
        "root": root,
        "record": record,
        "totals": {name: sum(row[name] for row in record.files) for name in _COUNTS},
        "counted": _counted(results),
        "n_bad": sum(row["status"] != "passed" for row in judged),
        "todo": _alike(not_passed(results)),
        # of a delivery that was judged, the results say all
        "problems": [] if results else record.problems,
        "changes": sorted(
            (row for row in judged if row["kind"] in _CHANGES),
            key=lambda row: _STATUSES.index(row["status"]),
        ),
        "tables": _by_table(results),
        "rows": _rows_before_and_now(record),
        "severities": SEVERITIES,
    }
    return page_environment().get_template("delivery.html").render(**content)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return a result with what the page says of it."""
    identifier = row["expectation_id"]
    return row | {
        "kind": identifier.rpartition(".")[2],
        "title": title_of(identifier),
        "share": share_of(row["n_unexpected"], row["n_checked"]),
        "remedy": kind_of(identifier).remedy,
        "slug": row["status"].replace(" ", "-"),
    }


def _alike(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the rows in groups that ask for the same, each of one or more tables."""
    groups: dict[tuple, list[dict[str, Any]]] = {}
    for row in rows:
        same = ("severity", "status", "title", "wanted", "notes")
        groups.setdefault(tuple(row[name] for name in same), []).append(row)
    return list(groups.values())


def _counted(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return status -> number, and severity -> number that did not pass."""
    counted: dict[str, Any] = {
        status: sum(row["status"] == status for row in results) for status in _STATUSES
    }
    counted["severity"] = {
        severity: sum(
            row["status"] in ("failed", "error")
            for row in results
            if row["severity"] == severity
        )
        for severity in SEVERITIES
    }
    return counted


def _by_table(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the results per contract table, worst status first, in a fixed order."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in results:
        tables.setdefault(row["table_name"], []).append(row)
    return [
        {
            "name": name,
            "judged": sorted(
                (row for row in rows if row["status"] != "not applicable"),
                key=lambda row: (
                    _STATUSES.index(row["status"]),
                    SEVERITIES.index(row["severity"]),
                ),
            ),
            "left": [row for row in rows if row["status"] == "not applicable"],
        }
        for name, rows in tables.items()
    ]


def _rows_before_and_now(record: DeliveryRecord) -> list[dict[str, Any]]:
    """Return rows per table of the delivery before and of this one."""
    now: dict[str, int] = {}
    kinds: dict[str, str] = {}
    for row in record.files:
        name = row["table_name"]
        now[name] = now.get(name, 0) + row["n_rows_landed"]
        kinds[name] = row["delivery_kind"]
    return [
        {
            "name": name,
            "before_on": date,
            "before": n_before,
            "now": now.get(name),
            "change": now[name] - n_before if kinds.get(name) == "full" else None,
            "kind": kinds.get(name, "not sent"),
        }
        for name, (date, n_before) in record.before.items()
    ]


def rows_before(
    books: Iterable[dict[str, Any]], site_id: str, delivered_on: str
) -> dict[str, tuple[str, int]]:
    """Return table -> date and landed rows of the site's newest earlier full delivery.

    `books` are rows of `deliveries`, of any sites and dates.
    """
    found: dict[str, tuple[str, int]] = {}
    for row in sorted(books, key=lambda row: row["delivered_on"]):
        name, date = row["table_name"], row["delivered_on"]
        is_earlier = row["site_id"] == site_id and date < delivered_on
        if is_earlier and row["delivery_kind"] == "full":
            then, n_rows = found.get(name, (date, 0))
            n_rows = n_rows if then == date else 0
            found[name] = (date, n_rows + row["n_rows_landed"])
    return found
