"""Records for the pages of deliveries: from a verdict, or from the landed books."""

import os
from collections import Counter
from pathlib import Path
from typing import Any

from oncohort.contract import book_tables
from oncohort.receive.verdict import UNCHANGED
from oncohort.report.delivery_page import DeliveryRecord, delivery_page, rows_before

_BOOKS = ("sites", "deliveries", "refused_rows", "expectation_results")


def landed_records(landing: Path, site_id: str | None = None) -> list[DeliveryRecord]:
    """Return a record per accepted delivery, all sites' or one's, read from the books.

    Parameters
    ----------
    landing : pathlib.Path
        Landing zone of a workspace.
    site_id : str, optional
        Only this site's.
    """
    books = {name: _book(landing, name, site_id) for name in _BOOKS}
    sites = {row["site_id"]: row for row in books["sites"]}
    places = sorted(
        {(row["site_id"], row["delivered_on"]) for row in books["deliveries"]}
    )
    records = []
    for place in places:
        own = {
            name: [r for r in rows if (r["site_id"], r["delivered_on"]) == place]
            for name, rows in books.items()
            if name != "sites"
        }
        reasons = Counter(
            (row["source_file"], row["source_sheet"], row["reason"])
            for row in own["refused_rows"]
        )
        site = sites.get(place[0], {"title": place[0], "is_made_up": False})
        records.append(
            DeliveryRecord(
                place[0],
                site["title"],
                site["is_made_up"],
                place[1],
                "accepted",
                own["deliveries"],
                own["expectation_results"],
                rows_before(books["deliveries"], *place),
                _refused(reasons),
            )
        )
    return records


def record_of(verdict: Any, config: Any, landing: Path) -> DeliveryRecord:
    """Return the record of a delivery just judged, accepted or refused.

    Parameters
    ----------
    verdict : Verdict
        Its files, results, problems and notes.
    config : SiteConfig or None
        Title of the site and whether it is made up; None if `site.yml` is broken.
    landing : pathlib.Path
        Its earlier deliveries are read there.
    """
    files: dict[tuple, dict[str, Any]] = {}
    reasons: Counter = Counter()
    for report in verdict.files:
        for table, counts in report.tables:
            row = {
                "source_file": report.file,
                "source_sheet": report.sheet,
                "table_name": table,
                "delivery_kind": report.delivery_kind,
            }
            row = files.setdefault(tuple(row.values()), row)
            for name, count in counts.items():
                row[name] = row.get(name, 0) + count
        for reason, _ in report.refused.values():
            reasons[report.file, report.sheet, reason] += 1
    return DeliveryRecord(
        verdict.site_id,
        config.title if config else verdict.site_id,
        bool(config and config.is_made_up),
        verdict.delivered_on,
        verdict.status,
        list(files.values()),
        verdict.results,
        rows_before(
            _book(landing, "deliveries", verdict.site_id),
            verdict.site_id,
            verdict.delivered_on,
        ),
        _refused(reasons),
        verdict.problems,
        verdict.notes,
    )


def write_delivery_page(workspace: Any, verdict: Any, config: Any) -> Path | None:
    """Write `queries/<site>/deliveries/<date>.html`; return it if it is new.

    The page of a delivery that did not change stays; if it is gone, the landed books
    give it back.
    """
    folder = workspace.root / "queries" / verdict.site_id / "deliveries"
    path = folder / f"{verdict.delivered_on}.html"
    if verdict.status == UNCHANGED:
        if path.is_file():
            return None
        landed = landed_records(workspace.landing, verdict.site_id)
        record = next(r for r in landed if r.delivered_on == verdict.delivered_on)
    else:
        record = record_of(verdict, config, workspace.landing)
    folder.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".tmp")
    draft.write_text(delivery_page(record), encoding="utf-8", newline="\n")
    os.replace(draft, path)
    return path


def _refused(reasons: Counter) -> list[dict[str, Any]]:
    return [
        {"source_file": file, "source_sheet": sheet, "reason": reason, "n_rows": count}
        for (file, sheet, reason), count in sorted(reasons.items())
    ]


def _book(landing: Path, name: str, site_id: str | None) -> list[dict[str, Any]]:
    """Return the rows of a book, as they were written; raw text is never read."""
    import duckdb

    folder = f"site={site_id}" if site_id else "*"
    if not any((landing / name).glob(f"{folder}/*/*.parquet")):
        return []
    columns = [c.name for c in book_tables()[name].columns if c.name != "raw_text"]
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select {', '.join(columns)} "  # noqa: S608
            "from read_parquet(?, hive_partitioning = false)",
            [f"{(landing / name).as_posix()}/{folder}/*/*.parquet"],
        ).fetchall()
    return [dict(zip(columns, row, strict=True)) for row in rows]
