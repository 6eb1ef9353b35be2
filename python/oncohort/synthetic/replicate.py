"""Many patients from few: the made-up ones copied with other numbers and dates."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from oncohort.synthetic.build import all_journeys
from oncohort.synthetic.deliveries import DELIVERIES, Rows
from oncohort.synthetic.dialects import Site
from oncohort.synthetic.journey import CUTOFF, Journey
from oncohort.synthetic.write import DEFAULT_SEED, placed_at_sites, rows_of

if TYPE_CHECKING:
    import duckdb

FORMATS = ("csv", "parquet")
DAYS = 28  # a copy's dates lie up to one day less than so many before the original's
_PARTIAL = re.compile(r"\d{4}(-\d\d)?")
_MEMORY = "1GB"


def replicate(
    out: Path,
    times: int,
    form: str = "csv",
    seed: int = DEFAULT_SEED,
    say: Callable[[str], None] = print,
) -> None:
    """Write `extracts/<site>/<delivery>/…` with each patient so many times.

    One full delivery a hospital and one file a table, columns and words those of the
    contract, with a `sites/<site>/site.yml` that reads it. A copy has a record number
    of its own, all its dates moved by one number of days, and another Ki-67; the first,
    and patients whose dates must not move (`_can_move`), keep them.

    Parameters
    ----------
    out : Path
        Folder to write into; files of the same name are replaced.
    times : int
        Copies of each patient, 1 or more.
    form : {"csv", "parquet"}
        Format of the files.
    seed : int
        Same seed, same rows.
    say : callable
        Told what was written, one line a delivery.
    """
    import duckdb

    placed = placed_at_sites(all_journeys(seed), Random(f"oncohort-sites-{seed}"))  # noqa: S311
    with duckdb.connect(config={"memory_limit": _MEMORY}) as connection:
        for site, mine in placed.items():
            name = site.site_id
            sent_on = [d["delivered_on"] for d in DELIVERIES if d["site_id"] == name]
            folder = out / "extracts" / name / sent_on[-1]
            folder.mkdir(parents=True, exist_ok=True)
            places = {
                number: place if _can_move(j) else None
                for place, (number, j) in enumerate(mine.items())
            }
            tables = {t: rows for t, rows in rows_of(site, mine, seed).items() if rows}
            columns, n_rows = {}, 0
            for table, rows in tables.items():
                columns[table] = _load(connection, rows, places)
                file = (folder / f"{table}.{form}").as_posix()
                sql = f"copy ({_copies(columns[table], times)}) to '{file}'"
                options = "format csv, header" if form == "csv" else "format parquet"
                n_rows += connection.execute(f"{sql} ({options})").fetchone()[0]
            _write_config(out / "sites" / name, site, form, columns)
            say(
                f"{name} {folder.name}: {times * len(mine):,} patients, {n_rows:,} rows"
            )


def _can_move(j: Journey) -> bool:
    """Whether dates can move together and no rule finds anything else.

    Not on the edge of a rule, nor where a month stands for a day, nor where a date
    would come to lie on the other side of the study window's start or of the cut-off.
    """
    earliest = j.on["window_start"] + timedelta(days=DAYS)
    is_inside = j.on.get("zero", earliest) >= earliest
    dated = [
        value
        for rows in j.tables.values()
        for row in rows
        for name, value in row.items()
        if name.endswith("_on") and name != "birth_on" and value
    ]
    is_late = [
        isinstance(d, date) and CUTOFF < d <= CUTOFF + timedelta(days=DAYS)
        for d in dated
    ]
    is_partial = [bool(_PARTIAL.fullmatch(str(value))) for value in dated]
    return is_inside and not j.boundary and not any(is_late + is_partial)


def _load(
    connection: duckdb.DuckDBPyConnection, rows: Rows, places: dict[str, int | None]
) -> list[str]:
    """Make table `base` of the rows as text; return the names of its columns."""
    import pyarrow as pa

    names = [n for n in dict.fromkeys(k for row in rows for k in row) if n[0] != "_"]
    names.sort(key=lambda name: name != "record_no")
    text = pa.string()
    cells = {
        name: pa.array([str(row.get(name, "")) or None for row in rows], text)
        for name in names
    }
    cells["place"] = pa.array([places[row["record_no"]] for row in rows], pa.int64())
    connection.register("cells", pa.table(cells))
    connection.execute("create or replace temp table base as from cells")
    connection.unregister("cells")
    return names


def _copies(names: list[str], times: int) -> str:
    """Return the select of all copies, copy by copy."""
    moved = f"coalesce((base.place * 5 + 11) * copies.number % {DAYS}, 0)"
    shown = {
        "record_no": "concat(base.record_no, '-', lpad(cast(copies.number as text), "
        "5, '0'))",
        "national_no": "concat(base.national_no, lpad(cast(copies.number as text), "
        "5, '0'))",
        "value": "if(base.value is null, null, cast(greatest(0, least(100, "
        "cast(base.value as integer) + copies.number % 5 - 2)) as text))",
    }
    for name in names:
        if name.endswith("_on"):
            shown[name] = (
                f"if(length(base.{name}) = 10, cast(cast(base.{name} as date) - "
                f"cast({moved} as integer) as text), base.{name})"
            )
    cells = [f"{shown.get(name, 'base.' + name)} as {name}" for name in names]
    return (
        f"select {', '.join(cells)} from range({times}) as copies(number) "  # noqa: S608
        "cross join base"
    )


def _write_config(
    folder: Path, site: Site, form: str, columns: dict[str, list[str]]
) -> None:
    """Write the `site.yml` that reads the files."""
    lines = [
        "# The patients of this hospital many times over; made up, see",
        "# python/oncohort/synthetic.",
        f"site_id: {site.site_id}",
        f"title: {site.site_id.replace('_', ' ').capitalize()} (made up, replicated)",
        f"language: {site.language}",
        "made_up: true",
        'source: "made up by `oncohort synthesize --scale`"',
        "files:",
    ]
    for table, names in columns.items():
        lines += [f"  - match: {table}.{form}", f"    format: {form}"]
        lines += ["    tables:", f"      - table: {table}", "        columns:"]
        lines += [f"          {name}: {name}" for name in names]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
