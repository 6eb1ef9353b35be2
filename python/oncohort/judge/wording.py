"""What is said of an expectation: what was found, what was wanted, what to do.

The last word of an id is its kind, `half_` before it a stricter copy that refuses:
`treatments.drug.known`, `treatments.drug.half_known`.
"""

import csv
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple


class Kind(NamedTuple):
    """The words for one kind; `title` stands after the column on the page."""

    title: str
    observed: str
    wanted: str
    remedy: str


_SHOWN_CODES = 5
SEVERITIES = ("critical", "major", "minor")


@lru_cache
def kinds() -> dict[str, Kind]:
    """Return the words for each kind, as `kinds.csv` has them."""
    path = Path(__file__).with_name("kinds.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return {row.pop("kind"): Kind(**row) for row in csv.DictReader(file)}


def kind_of(expectation_id: str) -> Kind:
    """Return the words for an expectation."""
    return kinds()[expectation_id.rpartition(".")[2].removeprefix("half_")]


def title_of(expectation_id: str) -> str:
    """Return what an expectation wants in a few words, without its table."""
    _, column, kind = expectation_id.split(".")
    half = ", at least half" if kind.startswith("half_") else ""
    return f"{column} {kind_of(expectation_id).title}{half}"


def not_passed(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what failed or could not be judged, worst first; of twins the worse."""
    found = [row for row in results if row["status"] in ("failed", "error")]
    ids = {row["expectation_id"] for row in found}
    found = [row for row in found if _half_of(row["expectation_id"]) not in ids]
    return sorted(found, key=lambda row: SEVERITIES.index(row["severity"]))


def _half_of(expectation_id: str) -> str:
    """Return the id of the stricter copy that an expectation may have."""
    name, _, kind = expectation_id.rpartition(".")
    return f"{name}.half_{kind}"


def percent(fraction: float) -> str:
    """Return a share as people read it."""
    text = f"{100 * fraction:.1f}".rstrip("0").rstrip(".")
    return f"{text} %"


def share_of(count: float, of: float) -> str:
    """Return a share of counts that never rounds to all or nothing."""
    if 0 < count < of:
        return percent(min(max(count / of, 0.001), 0.999))
    return percent(count / of if of else 0)


def wanted(meta: dict[str, Any], fraction: str) -> str:
    """Return the limit of an expectation in words."""
    return kind_of(meta["id"]).wanted.format(
        fraction=fraction,
        count=meta["limit_count"],
        points=meta.get("limit_points"),
        values=meta.get("limit_values"),
    )


def observed(
    relations: Any, name: str, expectation_id: str, n_unexpected: int, n_checked: int
) -> str:
    """Return what was found; codes are named, values of patients never."""
    _, column, kind = expectation_id.split(".")
    if kind == "shifted":
        return _shifted(relations, name, column)
    figures = relations.figures[name]
    said = kind_of(expectation_id).observed.format(
        n=f"{n_unexpected:,}",
        of=f"{n_checked:,}",
        before_on=relations.before_on.get(name, ""),
        before_empty=percent(1 - figures.get(f"{column}_filled_before", 0)),
    )
    if expectation_id == "patients.patients.kept":
        said += f"; {int(figures['patients_new']):,} are new"
    elif column == "rows" and "rows_before" in figures:
        said += f"; now {int(figures['rows']):,}" if "kept" in kind else ""
    return said


def _shifted(relations: Any, name: str, column: str) -> str:
    """Return the codes whose share moved most, with both shares."""
    rows = relations.connection.execute(
        f"select code, share_before, share from {name}_codes where field = ? "  # noqa: S608
        "order by abs(share - share_before) desc, code limit ?",
        [column, _SHOWN_CODES],
    ).fetchall()
    moved = [
        f"{code} {percent(before)} → {percent(now)}"
        for code, before, now in rows
        if before is not None and now is not None and before != now
    ]
    since = f"since {relations.before_on[name]}"
    return f"{since}: {', '.join(moved) or 'no share moved'}"
